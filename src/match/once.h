/* One file for several datasets: what is said of a household stands in the row of each of its members. */
#ifndef MATCH_ONCE_H
#define MATCH_ONCE_H
#include "match/run.h"

/* Column of a late part, one row: its lines and those of the file it is a part of that are of one person say one row.
 */
#define ONCE_JOINS "joins"

/* Columns in which lines of one person (of a roster: of one household) contradict each other, and how many people's. */
struct once_conflicts {
    int64_t *people; /* of each column of the plan; of a roster households */
};
/* Whether column c of the plan is blank in a line, and equal in two. */
bool once_blank(const struct run *r, uint32_t c, uint32_t slot);
bool once_same_cell(const struct run *r, uint32_t c, uint32_t a, uint32_t b);
/* The sorted rows of a run of a dataset whose rows are said by several lines (plan_merges): those of one person become
 * the first of them, with what any of them says. Where they contradict each other the cell is unknown; in a field where
 * a blank would say that there is none, what the first of them says stays. *dropped: how many lines were joined to
 * another. RC_NOMEM only. */
enum rc once_merge(struct run *r, struct once_conflicts *x, size_t *dropped, struct err *e) MUST_USE;
/* "纯收入 3, 入户路类型 1"; empty: none. */
void once_tell(const struct plan *pl, const struct once_conflicts *x, enum lang lang, struct buf *out);
/* [{"column":81,"header":"纯收入","people":3},…] */
void once_json(const struct plan *pl, const struct once_conflicts *x, struct buf *out);
/* Row keys of one person on rows that differ: add those of the sorted rows of a run (facts with a row key); a key with
 * a blank is none. In a long run a sample is looked at, and all of it when one is found there; of a person with very
 * many rows the first ones are. */
void once_unequal_keys(const struct run *r, struct once_unequal *x);
/* Of the sorted rows of a run (facts) those of the same person whose cells are all equal stay once, the first of them.
 * Returns how many were dropped. */
size_t once_drop(struct run *r);
#endif
