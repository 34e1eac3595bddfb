/* One file for several datasets: what is said of a household stands in the row of each of its members. */
#ifndef MATCH_ONCE_H
#define MATCH_ONCE_H
#include "match/run.h"

/* Of the sorted rows of a run (facts) those of the same person whose cells are all equal stay once, the first of them.
 * Returns how many were dropped. */
size_t once_drop(struct run *r);
#endif
