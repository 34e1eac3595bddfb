/* Where the header of a table is: below title rows, in one to three rows (groups over names), or nowhere. Works on the
 * first rows of any file, whatever it was. */
#ifndef INGEST_HEAD_H
#define INGEST_HEAD_H
#include "base/arena.h"
#include "ingest/csv.h"
#include "ingest/money_said.h"

enum {
    HEAD_TITLES_MAX = 12, /* rows above the header */
    HEAD_LEVELS_MAX = 3,
    HEAD_ROWS_MAX = HEAD_LEVELS_MAX + 2 /* with a row of numbers of columns and one of units below them */
};

/* Which texts are names of columns; s is in the form of header_normalise. */
struct head_words {
    bool (*known)(const void *ctx, struct str s);
    const void *ctx;
};

struct head_found {
    size_t first, rows; /* of the head; rows 0: none of them looks like a header */
    uint32_t columns;
    struct str *name;       /* "group/name" where there are groups; the unit of a row of units in brackets behind it */
    size_t known;           /* columns whose name is known */
    struct money_said said; /* by the titles and the row of units */
    uint32_t unit_line;     /* where the row of units is; 0: there is none */
    int8_t *row_unit;       /* with it: what it says of each column, as money_unit_cell */
};

/* In the arena, which owns the names too. RC_NOMEM only. */
enum rc head_find(struct arena *a, const struct csv_head_row *row, size_t n, const struct head_words *w,
                  struct head_found *out, struct err *e) MUST_USE;
/* A cell that is no name of a column: an ID, a date, an amount. */
bool head_is_data(struct str cell);
/* The spellings of a "group/name" in which it may be known, best first; n is at most HEAD_SPELLINGS. The last one is
 * the name without its group. */
enum { HEAD_SPELLINGS = 4 };
size_t head_spellings(struct arena *a, struct str name, struct str out[HEAD_SPELLINGS]);
#endif
