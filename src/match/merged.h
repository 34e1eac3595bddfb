/* Cells of a workbook merged over several rows: in which columns the value holds for every row that it covers. */
#ifndef MATCH_MERGED_H
#define MATCH_MERGED_H
#include "base/buf.h"
#include "match/plan.h"
#include "match/source.h"

enum merged_fill {
    MERGED_USUAL, /* what says whose the row is, where and when, and what it is; numbers in the first row alone */
    MERGED_ALL,
    MERGED_NONE
};

/* A blank cell that an area covers has no value of its own. */
struct merged_area {
    uint32_t column, line, last_line; /* of the text, from 1: the first line has the value */
    uint32_t row, last_row, letters;  /* in the sheet, and its column there */
};

struct merged {
    bool *fill;                        /* of each column of the plan */
    uint64_t *filled, *left;           /* of each column: cells with the area's value; cells that stay blank */
    uint64_t cells_filled, cells_left; /* of columns that are used */
    struct merged_area *area;          /* those that stay blank, ascending by column and line */
    size_t n_area;
    struct str filled_text, left_text; /* "户编号 (267: A3:A5, A6:A8 …)": columns and cells; areas of what is left */
};

/* After plan_header: fill what is merged below the file's header, and say so. In pl->a; s is read anew when something
 * is filled, so that it needs its header again. */
enum rc merged_take(struct merged *out, struct source *s, const struct source_options *o, const struct plan *pl,
                    enum merged_fill how, bool *anew, struct err *e) MUST_USE;
/* The area that leaves a cell blank, or NULL. column from 1. */
const struct merged_area *merged_covering(const struct merged *m, uint32_t line, uint32_t column);
#endif
