/* Rows of two deliveries of a dataset, told by person and row key. */
#ifndef MATCH_DELTA_H
#define MATCH_DELTA_H
#include "store/delivery.h"

struct import;
/* How many rows of the one that is being taken in, which is written, the other one has too: with the same key, or of
 * events without one all the same; without either of the same person. *rows: of the smaller of the two. */
enum rc delta_common(struct import *m, const struct delivery *other, int64_t *common, int64_t *rows,
                     struct err *e) MUST_USE;
#endif
