/* Builds a frame from rows given one by one, for examples in books and tests. Rows come in any order and are sorted by
 * owner (rows of one owner stay in the order given), cells default to blank, widths and bitmaps are chosen from the
 * values. Failure is sticky: adding functions need no checks, frame_build_finish reports. */
#ifndef RULES_FRAME_BUILD_H
#define RULES_FRAME_BUILD_H
#include "rules/frame.h"

struct frame_build;

enum { FRAME_BUILD_ROWS_MAX = 1 << 24, FRAME_BUILD_COLS_MAX = 4096 };

/* The frame and all it holds lie in the arena; rs is kept by the caller and outlives the frame. NULL when out of
 * memory. */
struct frame_build *frame_build_new(struct arena *a, size_t n_datasets, struct reasons *rs);
void frame_build_free(struct frame_build *b);

/* Names are borrowed. decl may be NULL; days as in struct fdataset. */
void frame_build_dataset(struct frame_build *b, uint32_t dataset, const struct dataset_decl *decl, int32_t due_days,
                         int32_t fresh_days);
void frame_build_name(struct frame_build *b, uint16_t table, struct str name);
/* A new column of a table; its number. refers: the table whose rows (as numbered by this builder) the cells name,
 * rewritten to the frame's numbers by finish; UINT16_MAX: none. */
uint32_t frame_build_column(struct frame_build *b, uint16_t table, enum rep rep, uint16_t refers);
/* Rows of one owner with equal values in all key columns, and on one day if by_date, become one; cells that differ are
 * in conflict, a day that differs becomes blank (SEMANTICS §3: row key; kind latest: equal dates). */
void frame_build_key(struct frame_build *b, uint16_t table, const uint32_t *cols, size_t n, bool by_date);

/* Rows; each gets a number of its table, counted from 0 in order of adding. */
uint32_t frame_build_household(struct frame_build *b, int64_t division, uint32_t place);
uint32_t frame_build_person(struct frame_build *b, uint32_t household, date_day born);
/* date 0: blank; span: days that the date may be later. */
uint32_t frame_build_fact(struct frame_build *b, uint32_t dataset, uint32_t person, date_day date, uint16_t span);
/* Who is head: a person row, or -1 none (as new households have it), -2 several, -3 cannot be told. */
void frame_build_head(struct frame_build *b, uint32_t household, int64_t person);

void frame_build_set(struct frame_build *b, uint16_t table, uint32_t row, uint32_t col, int64_t v);
void frame_build_conflict(struct frame_build *b, uint16_t table, uint32_t row, uint32_t col);

/* The field was not given at all (a blank that says nothing). */
void frame_build_not_given(struct frame_build *b, uint16_t table, uint32_t row, uint32_t col);

/* A person without (usable) identity, or without authorisation, for a dataset. */
void frame_build_no_identity(struct frame_build *b, uint32_t dataset, uint32_t person);
void frame_build_taken_back(struct frame_build *b, uint32_t dataset, uint32_t person); /* and no identity */
void frame_build_unauthorised(struct frame_build *b, uint32_t dataset, uint32_t person);
void frame_build_move(struct frame_build *b, uint32_t person, date_day from, int64_t division);
void frame_build_delivery(struct frame_build *b, struct fdelivery d);
void frame_build_missing(struct frame_build *b, struct fdelivery d);
/* Days D and K, and whether everything is delivered (examples). */
void frame_build_days(struct frame_build *b, date_day as_of, date_day known_at, bool all_delivered);

enum rc frame_build_finish(struct frame_build *b, struct frame **out, struct err *e) MUST_USE;
/* After finish: the frame's number of a row given by the builder (a merged row: of the row it became part of). */
uint32_t frame_build_row(const struct frame_build *b, uint16_t table, uint32_t row);
#endif
