/* Shared by the files that take in a list of errors that came back. */
#ifndef MATCH_RETURNED_INT_H
#define MATCH_RETURNED_INT_H
#include "base/map.h"
#include "match/late_int.h"
#include "match/returned.h"

struct came {
    uint32_t line, at; /* in the first file; in the list that came */
    uint8_t reason;
    size_t off, n; /* its cells in `rows`, with the line end */
};

struct returned {
    struct import *m;
    struct late x; /* the chosen rows; of a roster only their text and lines */
    struct delivery base;
    struct delivery_list all; /* of its dataset */
    struct error_keys keys;
    struct stored_texts sent; /* the sender's columns as the list had them */
    uint32_t key, *at;        /* columns of the list: of the keys, and of each of those */
    VEC(struct came) v;
    struct buf rows;
    struct map64 open, done;   /* lines of the delivery that are not right yet, with their reason; that were mended */
    int64_t delivery, already; /* already: rows of lines that were mended before, or that stand in it twice */
};

/* returned_columns.c: the columns of the list, however they were moved. RC_INPUT: one is gone, or which is which is not
 * clear. */
enum rc returned_columns(struct returned *r, struct err *e) MUST_USE;
/* The cell of one of the sender's columns, as it was before the list was written. */
struct str returned_cell(const struct returned *r, const struct row_batch *b, uint32_t row, size_t column);
/* returned_rows.c: RC_INPUT when a row is not the one that its key was given to, or two have one key and differ. */
enum rc returned_rows(const struct returned *r, struct err *e) MUST_USE;
/* returned_base.c: the delivery that the keys name, when its rows may still be mended; RC_INPUT with the mend. */
enum rc returned_base(struct returned *r, struct err *e) MUST_USE;
/* returned_roster.c: the chosen rows, read as rows of the roster and stored as a part of it. Fills the report. */
enum rc returned_roster(struct returned *r, struct err *e) MUST_USE;
/* The rows that are still wrong, listed again; line_of: of each line of the text, that in the first file. */
enum rc returned_errors(struct returned *r, const struct run *run, const uint32_t *line_of, struct err *e) MUST_USE;
#endif
