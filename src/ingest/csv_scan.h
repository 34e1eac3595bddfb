/* The first pass over a delimited text: every byte once, blocks side by side, then the cut into parts. Private to the
 * CSV reader. */
#ifndef INGEST_CSV_SCAN_H
#define INGEST_CSV_SCAN_H
#include "ingest/csv.h"

enum { CSV_PIECE = 256 * 1024, CSV_PART_BYTES = 4 * 1024 * 1024, CSV_FINE = 2 * CSV_PIECE, CSV_PARTS_MAX = 1 << 24 };

/* What is known of a block of the file; by the state it starts in where that matters. Offsets in characters of `width`.
 */
struct csv_block {
    uint64_t lines;
    uint64_t bad_piece;                 /* place of the first piece with malformed bytes */
    uint32_t cut[CSV_STATE__MAX];       /* behind its first row end; 0 = none in its first piece */
    uint32_t cut_lines[CSV_STATE__MAX]; /* line ends up to there */
    uint8_t state[CSV_STATE__MAX];      /* state at its end */
    bool nul, bad;
};

struct csv_blocks {
    const struct text_source *src;
    const struct csv_options *opt;
    char delim;
    unsigned width;                    /* bytes of a character: 2 in UTF-16, where units above 7F are narrowed to FF */
    uint64_t units;                    /* of the file, behind the byte order mark */
    uint64_t block_units, shown_units; /* of a block, a part at most; of what on_bytes calls one, some blocks */
    size_t piece;                      /* read at once, at most CSV_PIECE */
    size_t n;
    struct csv_block *v;
    char *buf[64]; /* one a thread */
};

/* Scan the whole source; b is freed with csv_blocks_fini in any case. */
enum rc csv_blocks_scan(struct csv_blocks *b, struct csv_file *f, const struct csv_options *o, struct err *e) MUST_USE;
void csv_blocks_fini(struct csv_blocks *b);
/* Cut f into parts along the row ends. */
enum rc csv_blocks_cut(const struct csv_blocks *b, struct csv_file *f, struct err *e) MUST_USE;
#endif
