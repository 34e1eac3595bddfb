/* Delimited text (RFC 4180 and what people make of it) in parts that threads may read side by side.
 *
 * What counts: a quotation mark opens quotes only as the first byte of a cell; anywhere else in an unquoted cell it is
 * text. Inside quotes two of them are one. After the closing one come a delimiter or a line end; text there is
 * ROW_BAD_QUOTE and the cell is given as it stands. LF, CRLF and a lone CR end lines. Lines of no bytes at all are
 * counted, not given.
 *
 *     csv_file_open(&f, path, &opt, e)        looks at every byte once: encoding, malformed bytes, lines, parts; the
 * header each thread: csv_reader_init(&r, &f, f.columns, e) for its parts: csv_reader_start(&r, part, e); while
 * (csv_reader_next(&r, &batch, e) == RC_OK && batch.rows) … */
#ifndef INGEST_CSV_H
#define INGEST_CSV_H
#include "base/arena.h"
#include "base/par.h"
#include "ingest/csv_int.h"
#include "ingest/rows.h"
#include "ingest/text_source.h"

struct csv_options {
    char delim;                  /* 0 = guess among , tab ; | */
    enum text_encoding encoding; /* TEXT_AUTO = guess */
    unsigned threads;            /* of the first pass; 0 = par_threads() */
    struct par_pool *pool;       /* not NULL: its threads instead */
    size_t part_bytes;           /* at most about this much of the file a part, half a MiB where that divides it:
                                    what fits a core's cache; 0 = 4 MiB */
    bool sparse;                 /* rows need not have all cells: those missing are empty (spreadsheets) */
    /* Optional: sees the raw bytes of the first pass, for a checksum without another reading. Blocks of part_bytes are
     * handled side by side; within a block the pieces come in order. `block` counts from 0, bytes before the first (a
     * byte order mark) and an odd last byte of UTF-16 are not shown: let the checksum take in the size too. */
    void (*on_bytes)(void *ctx, size_t block, struct str piece);
    void *ctx;
};

struct csv_part {
    uint64_t off;  /* first byte in the file */
    uint32_t size; /* bytes in the file */
    uint32_t line; /* line of the file it starts at, from 1 */
    bool check;    /* may hold malformed bytes: its rows are looked at one by one */
    bool nul;
};

/* A row of the file's head, by which its header is found: title rows and header rows come before the first rows of
 * data. Cells are cut to CSV_HEAD_CELL bytes but those of the first row. */
enum { CSV_HEAD_ROWS = 64, CSV_HEAD_CELL = 1024 };
struct csv_head_row {
    struct str *cell;
    uint32_t cells, line;
    size_t part;  /* of csv_file.part, in which the row behind it may begin */
    uint32_t off; /* where that is in the text of the part */
    uint32_t off_line;
    unsigned refusal; /* ROW_…: for which it can be no header */
};

struct csv_file {
    struct text_source src; /* encoding and confidence are here */
    char delim;
    struct csv_part *part;
    size_t parts;
    uint64_t lines; /* line ends in the file */
    struct str *header;
    uint32_t columns, header_line;
    uint32_t body_off, body_line; /* where the rows begin in the text of part 0 */
    uint32_t first_bad_line;      /* 0 = no malformed bytes */
    uint64_t first_bad_offset;
    uint32_t unclosed_line; /* where a quotation mark was opened that the file never closes; 0 = none */
    bool has_nul, sparse;
    struct csv_head_row *head; /* row 0 is the header until csv_file_set_header says another */
    size_t n_head;
    struct arena arena;
};

/* `path` is borrowed until csv_file_close. RC_INPUT: empty, a spreadsheet, no header row, too many rows or columns, or
 * a quotation mark that swallows more than TEXT_BLOCK_MAX. Malformed bytes and an unclosed quote are no errors here:
 * they stand in the fields above and on their rows. */
enum rc csv_file_open(struct csv_file *f, const char *path, const struct csv_options *o, struct err *e) MUST_USE;
/* The same for an open file, which is closed with it, also when this fails. */
enum rc csv_file_from_fd(struct csv_file *f, const char *name, int fd, const struct csv_options *o,
                         struct err *e) MUST_USE;
/* The same for bytes in memory, borrowed. */
enum rc csv_file_from_bytes(struct csv_file *f, const char *name, struct str bytes, const struct csv_options *o,
                            struct err *e) MUST_USE;
void csv_file_close(struct csv_file *f);
/* The rows begin behind row `last` of the head, under these names (copied). Before any reader; a second call names a
 * later row. RC_INPUT when the row cannot be read or has too many columns. */
enum rc csv_file_set_header(struct csv_file *f, size_t last, const struct str *names, uint32_t columns,
                            struct err *e) MUST_USE;

enum { CSV_BATCH_ROWS = 2048 };

struct csv_reader {
    const struct csv_file *file;
    const struct csv_kernels *kernels;
    const struct csv_part *part;
    struct text_block block;
    struct csv_index x;
    struct row_cell *cell;
    uint32_t n_cell, cap_cell, columns;
    bool own_width; /* of a row with fewer cells only those are listed: for the head, whose width nobody knows yet */
    uint64_t blank_lines; /* lines of no bytes passed over since csv_reader_init */
};

/* One for each thread; the file is only read. columns: f->columns (1..CSV_COLUMNS_MAX + 1), the width rows are given
 * in. */
enum rc csv_reader_init(struct csv_reader *r, const struct csv_file *f, uint32_t columns, struct err *e) MUST_USE;
void csv_reader_fini(struct csv_reader *r);
/* Load a part (0..f->parts-1), in any order. */
enum rc csv_reader_start(struct csv_reader *r, size_t part, struct err *e) MUST_USE;
/* The next rows of the part, at most CSV_BATCH_ROWS; none = the part is done. Good until the next call on r. */
enum rc csv_reader_next(struct csv_reader *r, struct row_batch *out, struct err *e) MUST_USE;

/* The delimiter that divides the first lines of a UTF-8 text best; ',' when none does. */
char csv_guess_delim(struct str sample);
#endif
