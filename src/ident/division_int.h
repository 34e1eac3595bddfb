/* Shared by the files of the division register. */
#ifndef IDENT_DIVISION_INT_H
#define IDENT_DIVISION_INT_H
#include "base/vec.h"
#include "ident/division.h"

/* -1, 0, 1 by code, flag, from. */
int division_period_cmp(const struct division_period *a, const struct division_period *b);
bool division_holds(const struct division_period *p, date_day date);
/* First unit of the list at or after code. */
size_t division_list_lower(const struct division_list *l, int64_t code);
/* The i-th unit of the list. */
struct division_period division_list_unit(const struct division_list *l, size_t i);
/* Has the list the code? */
bool division_list_find(const struct division_list *l, int64_t code, struct division_period *out);

/* First period at or after code, flag. */
size_t division_lower(const struct division_table *t, int64_t code, uint32_t flag);
/* The period of code and flag in force on the date (0: the last). */
const struct division_period *division_pick(const struct division_table *t, int64_t code, uint32_t flag, date_day date);

struct division_rows {
    VEC(struct division_row) rows;
    struct arena arena; /* of flags and unquoted texts */
};
/* CSV to rows; faults go to g. RC_NOMEM, or RC_OK although there may be faults. */
enum rc division_csv_read(struct str csv, const char *file, struct division_rows *out, struct diags *g,
                          struct err *e) MUST_USE;
void division_rows_fini(struct division_rows *r);
#endif
