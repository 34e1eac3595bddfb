/* Headers of sheets that are one table: the same columns, perhaps in another order, some more or fewer, some called by
 * another of their names. */
#ifndef MATCH_SHEET_HEADS_H
#define MATCH_SHEET_HEADS_H
#include "match/plan.h"
#include "sheet/recast.h"

struct sheet_head {
    uint32_t columns;
    struct str *name;  /* as they stand there */
    struct str *plain; /* in the form of header_normalise */
    struct str *unit;  /* in brackets or behind the name */
    int32_t *field;    /* of the plan, or HEADER_NONE */
    size_t n_fields;   /* columns with one, or without a plan with a name */
};

/* names are borrowed; all else in the arena. pl NULL: no dataset is known, names are compared alone. RC_NOMEM only. */
enum rc sheet_head_read(struct sheet_head *out, const struct plan *pl, struct str *names, uint32_t columns,
                        struct arena *a, struct err *e) MUST_USE;
/* Letter for letter, in one order. */
bool sheet_heads_same(const struct sheet_head *x, const struct sheet_head *y);
/* Most of their fields are the same, in the same units, and all that a row is placed by. */
bool sheet_heads_alike(const struct plan *pl, const struct sheet_head *x, const struct sheet_head *y);

struct sheet_arranged {
    struct sheet_columns *columns; /* of each sheet; n 0: it has the order of the first */
    struct str *added;             /* names of columns that the first has not, behind its last */
    uint32_t n_added;
    bool any; /* a sheet's columns move */
};
/* Of sheets alike the first: where their columns go. In the arena. RC_NOMEM only. */
enum rc sheet_heads_arrange(const struct sheet_head *const *v, size_t n, struct arena *a, struct sheet_arranged *out,
                            struct err *e) MUST_USE;
#endif
