/* Totals of a person that carry the person's ID: 小计 in a column of texts, and amounts that are the sums of the rows
 * beside it. They count as rows if nobody looks at them, and every amount doubles. */
#ifndef MATCH_TOTALS_H
#define MATCH_TOTALS_H
#include "match/run_int.h"

/* Need the rows of the file be looked at? All of a workbook's and of a short text's; of a long one, which a system
 * writes, when its first rows have such a word. */
bool totals_likely(const struct plan *pl, const struct csv_file *f);
/* Of the n rows taken into the batch: totals are noted as passed over and leave it, what is called a total and is not
 * the sum of the rows beside it is refused. *n: those that are left. RC_NOMEM only. */
enum rc totals_take(struct run_batch *b, uint32_t *n, struct err *e) MUST_USE;
#endif
