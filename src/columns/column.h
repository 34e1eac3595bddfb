/* Columns of a frame: whole in memory, as narrow as their values allow, read by the engines' kernels through
 * raw pointers. */
#ifndef COLUMNS_COLUMN_H
#define COLUMNS_COLUMN_H
#include "base/map.h"
#include "columns/chunk.h"

enum col_width { COL_1 = 1, COL_2 = 2, COL_4 = 4, COL_8 = 8 }; /* bytes of a signed integer */

#define COLUMN_NO_ROW UINT32_MAX /* in a gather: there is no such row, the cell is blank */

/* Owns data and valid. Blank lanes hold some value of the width, never one to be shown.
 * min and max bound the valid cells (after a gather not always tightly); both 0 when there are none. */
struct column {
    enum col_width width;
    uint32_t n;
    void *data;      /* n values of width bytes; NULL when n is 0 */
    uint64_t *valid; /* NULL: all valid; else (n + 63) / 64 words, unused bits 0 */
    int64_t min, max;
    uint32_t blanks;
};

/* What the chunks of a column add up to, known before any is decoded. Start with {0}. */
struct column_plan {
    uint32_t rows, blanks;
    int64_t min, max;
    bool text, any; /* any: some cell is valid */
};
/* False when the column would have too many rows or mixes texts with integers. */
bool column_plan_add(struct column_plan *p, const struct chunk_view *c);

/* A column of the plan's rows with memory for them, all of which must then be filled. */
enum rc column_init(struct column *c, const struct column_plan *p, struct err *e) MUST_USE;
void column_fini(struct column *c);
/* Decode an integer chunk into rows at..at+rows. Threads may fill different rows at once. RC_ENV: not a chunk
 * of the plan. */
enum rc column_fill(struct column *c, uint32_t at, const struct chunk_view *chunk, struct err *e) MUST_USE;
/* The same for a text chunk: cells become ids of texts in `texts` (shared by columns; one thread at a time),
 * numbered by first appearance. The column is 4 bytes wide until column_narrow. */
enum rc column_fill_text(struct column *c, uint32_t at, const struct chunk_view *chunk, struct intern *texts,
                         struct err *e) MUST_USE;
/* plan, init and fill over chunks in order; texts is needed for text chunks only. */
enum rc column_build(struct column *c, const struct chunk_view *chunks, size_t n, struct intern *texts,
                     struct err *e) MUST_USE;
/* From an array; valid NULL: all valid. */
enum rc column_from_i64(struct column *c, const int64_t *v, const uint64_t *valid, uint32_t n, struct err *e) MUST_USE;
/* Recompute min, max and blanks and move to the narrowest width; on RC_NOMEM the column is as it was. */
enum rc column_narrow(struct column *c, struct err *e) MUST_USE;

/* out[i] = src[rows[i]]; blank for COLUMN_NO_ROW and any row outside src. A permutation is a gather of all rows. */
enum rc column_gather(struct column *out, const struct column *src, const uint32_t *rows, uint32_t n,
                      struct err *e) MUST_USE;
/* The same in parts, for threads: a blank column of src's width with n rows, then parts that begin at
 * multiples of 64; the sum of their results (blank cells) goes to out->blanks. */
enum rc column_gather_init(struct column *out, const struct column *src, uint32_t n, struct err *e) MUST_USE;
uint32_t column_gather_part(struct column *out, const struct column *src, const uint32_t *rows, uint32_t from,
                            uint32_t n);

/* The same where every row is inside src: no bitmap of blank cells unless src has one. */
enum rc column_pick_init(struct column *out, const struct column *src, uint32_t n, struct err *e) MUST_USE;
uint32_t column_pick_part(struct column *out, const struct column *src, const uint32_t *rows, uint32_t from,
                          uint32_t n);

/* Or the bits of n cells into the bitmap of valid cells, from cell `at` on; threads may mark other cells at once. */
void column_mark_valid(struct column *c, uint32_t at, const uint64_t *bits, uint32_t n);
/* Give the column a bitmap if it has none: all valid. */
enum rc column_need_valid(struct column *c, struct err *e) MUST_USE;
/* Count the blank cells anew; without any the bitmap goes. */
void column_count_blanks(struct column *c);

/* False when blank or i is outside. */
bool column_get(const struct column *c, uint32_t i, int64_t *v);
/* Values from..from+n as int64 (blank lanes too); the caller keeps within c->n. */
void column_read(const struct column *c, uint32_t from, uint32_t n, int64_t *dst);
/* The low bytes of n values into cells from..from+n; the values lie within the column's width. */
void column_write(struct column *c, uint32_t from, uint32_t n, const int64_t *src);
#endif
