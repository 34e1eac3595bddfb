/* Lines of a text file that a stray quotation mark made the inside of a cell. */
#ifndef MATCH_SWALLOWED_H
#define MATCH_SWALLOWED_H
#include <stdbool.h>
#include "ingest/rows.h"

struct swallowed {
    int64_t lines;        /* that are no rows of their own, of all such cells */
    uint32_t first, last; /* of the first one: the line where its row begins, and the last inside */
};

/* The last line of row `row` when one of its quoted cells holds lines that are rows themselves: as many delimiters as
 * whole rows have, where an address or a remark of several lines has few. 0: none does. */
uint32_t swallowed_until(const struct row_batch *b, size_t row, char delim);
/* Likewise of one cell, in a table of so many columns. */
bool swallowed_in(struct str cell, uint32_t columns, char delim);
void swallowed_add(struct swallowed *to, uint32_t first, uint32_t last);
void swallowed_join(struct swallowed *to, const struct swallowed *x);
#endif
