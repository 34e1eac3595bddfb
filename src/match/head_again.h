/* A row of names of columns below the header: the same header once more, or that of another table below the first,
 * whose columns stand in another order or are others. */
#ifndef MATCH_HEAD_AGAIN_H
#define MATCH_HEAD_AGAIN_H
#include "ingest/rows.h"
#include "match/plan.h"
#include "match/skip.h"

/* The first such row that says another thing of a column than the header; line 0: there is none. */
struct head_again {
    uint32_t line, column; /* column of the file, from 0 */
    int32_t instead;       /* the header's column with the name that stands there; HEADER_NONE: none of its columns */
};

/* Of a row that is worth a look (match/skip.h), with the kind found there: SKIP_HEADER when it is one. *found keeps the
 * first that contradicts. RC_NOMEM only. */
enum rc head_again_look(struct head_again *found, const struct plan *pl, const struct row_batch *b, size_t row,
                        enum skip_kind *kind, struct err *e) MUST_USE;
/* RC_INPUT: the table is to be divided there. place: what people know the line by. */
enum rc head_again_refuse(const struct head_again *found, const struct plan *pl, struct str place, struct pos at,
                          struct err *e);
#endif
