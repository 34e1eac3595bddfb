/* A file of the user's as text: a text file as it is, a spreadsheet as canonical text of the sheets that are meant. */
#ifndef MATCH_SOURCE_H
#define MATCH_SOURCE_H
#include "match/plan.h"
#include "match/table.h"
#include "sheet/places.h"
#include "store/delivery.h"

struct file_hash;

struct source_options {
    const char *name;        /* as the user knows the file */
    int fd;                  /* -1: open `name`; else borrowed */
    const char *temp_dir;    /* the data folder */
    unsigned threads;        /* 0: par_threads() */
    struct par_pool *pool;   /* not NULL: its threads instead */
    size_t part_bytes;       /* of the parts it is cut into, 0: the usual */
    struct str sheets;       /* names or #numbers with commas, as the user gave them; empty: those that fit */
    struct str note;         /* of a workbook with merged cells: what makes it another delivery; may be empty */
    bool skip_hidden;        /* rows that are hidden or filtered out are not read */
    bool text_only;          /* a spreadsheet is an error: looking ahead */
    const uint8_t *hash_key; /* of the file's hash (FILE_HASH_KEY_BYTES); NULL: one without */
    struct policy *policy;   /* without a plan: sheets are chosen by the words of all datasets; for source_tables */
};

struct source {
    struct csv_file file;
    struct csv_file before; /* the same as it was before source_recast: what refers to its header stays good */
    bool open, is_sheets, recast;
    struct file_hash *hash;  /* of the user's file */
    struct file_hash *plain; /* of a workbook, the same without a key; a text's is made by source_plain_hash */
    struct sheet_places places;
    char kind[16];          /* "XLSX" */
    struct money_said said; /* of a workbook: units that the names and the titles of its sheets name */
};

/* pl: the dataset, by whose words the sheets are chosen; NULL: by those of all datasets of o->policy, which
 * must be there for a workbook.
 * name is borrowed. RC_INPUT: refused, or it is not clear which sheet is meant. */
enum rc source_open(struct source *s, const struct source_options *o, const struct plan *pl, struct err *e) MUST_USE;
/* Is it a workbook by its first bytes? fd -1: open `name`; when that fails, by the name. */
bool source_is_workbook(int fd, const char *name);

enum { SOURCE_RANKS = 2 /* enough for table_rank_clear */ };

/* A table of a file: a text file is one; sheets of a workbook with the same header are one. */
struct source_table {
    struct str sheets, names; /* "#1,#3" for source_options.sheets; "医保、住房" for people; empty: the whole file */
    struct dataset_rank rank[SOURCE_RANKS]; /* the best of them (match/table.h) */
    size_t n_rank;
    struct str all, left; /* table_rank_all */
    struct str columns;   /* names of the header in their normal form, a line each */
    struct str key;       /* of a list of errors that came back, its first (import_key_dataset); empty: it is none */
    bool empty;           /* nothing but remarks: no known column, no row of several cells */
    bool near;     /* somebody could have meant it as data: it holds IDs of people, or table_rank_near of any dataset */
    bool beside;   /* of a workbook: of no dataset, and nobody could have meant it as data: a summary */
    uint32_t rows; /* with beside: that are not empty */
};
/* What a file is made of, by the first rows of each sheet that is not hidden or is named in o->sheets. Into the arena.
 * RC_INPUT: refused. */
enum rc source_tables(const struct source_options *o, struct arena *a, struct source_table **v, size_t *n,
                      struct err *e) MUST_USE;
struct sheet_recast;
/* Of a workbook, at most once: its text is written anew and s->file is that one, without a header of its own yet. o: as
 * it was opened. */
enum rc source_recast(struct source *s, const struct source_options *o, const struct sheet_recast *r,
                      struct err *e) MUST_USE;
void source_close(struct source *s); /* harmless twice */
/* The file's hash as it was stored before there was a key to it: a text is read once more. o: as it was opened. */
enum rc source_plain_hash(struct source *s, const struct source_options *o, uint8_t out[DELIVERY_HASH_BYTES],
                          struct err *e) MUST_USE;

/* Texts for the report, in the arena; p NULL when out of memory. */
/* "A (120), B (80, by its own order of columns)" */
struct str source_sheets_text(const struct source *s, enum lang lang, struct arena *a);
struct str source_left_text(const struct source *s, enum lang lang, struct arena *a);
/* "10-11, 15": the hidden rows, whether they were read or not; of several sheets with their names; the first of many.
 */
struct str source_hidden_text(const struct source *s, enum lang lang, struct arena *a);
struct str source_struck_text(const struct source *s, enum lang lang, struct arena *a); /* likewise, struck through */
struct str source_hidden_json(const struct source *s, struct arena *a); /* [{"sheet":"医保","from":10,"to":11},…] */
/* Of each of n columns of a workbook: does it hold numbers such as 2026.1? Into the arena; *out NULL: none does. */
enum rc source_half_months(const struct source *s, size_t n, struct arena *a, const bool **out, struct err *e) MUST_USE;
/* Where the sheets of a delivery lie in its lines, as sheet_places_text, from the delivery's mapping; empty: one sheet.
 */
struct str source_places(struct str mapping);
/* The sheet and the row there of a delivery's line, from the delivery's mapping. False: it is of one sheet or no
 * workbook, its lines are its rows. *sheet points into the mapping. */
bool source_sheet_row(struct str mapping, int64_t line, struct str *sheet, uint32_t *row);
#endif
