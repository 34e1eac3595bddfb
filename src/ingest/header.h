/* Which column of a file is which declared field: by name, label or alias, after taking off what people add to headers.
 */
#ifndef INGEST_HEADER_H
#define INGEST_HEADER_H
#include "base/diag.h"

enum { HEADER_NONE = -1, HEADER_CELL_MAX = 256 /* bytes of a header cell that are looked at */ };

struct header_field {
    struct str name, label;
    const struct str *alias;
    size_t n_alias;
    bool label_first; /* of two columns, one called by the label and one by an alias, the first is it */
};

/* In the arena passed to header_match. */
struct header_map {
    int32_t *column;  /* of each field: its column, or HEADER_NONE */
    int32_t *field;   /* of each column: its field, or HEADER_NONE */
    struct str *unit; /* of each column: what stood in brackets behind its name ("万元"), or a unit of money there */
    size_t n_fields, n_columns;
    size_t unmapped; /* columns with a name and no field: those to list */
};

/* A name is compared without blanks, stars, case and width, first whole, then without its last bracket: "金额（万元）"
 * is 金额 in 万元. "收入/工资性" (a name under a group, ingest/head.h) is also tried as 收入工资性, 工资性收入 and
 * 工资性; a column that fits only by the last gives way to one that fits better. Two columns for one field, one column
 * for two fields, and a name that stands twice are errors in d (the field then has no column). Texts of columns without
 * a field are not put into messages: in a file without a header row they are people's data; messages give their column
 * number. RC_NOMEM only. */
enum rc header_match(struct arena *a, const struct header_field *fields, size_t n_fields, const struct str *cells,
                     size_t n_cells, struct pos at, struct diags *d, struct header_map *out, struct err *e) MUST_USE;
/* The compared form of a header or alias. *bare: the same without the last bracket, *unit: what was in it (else empty).
 */
struct str header_normalise(struct arena *a, struct str cell, struct str *bare, struct str *unit);
#endif
