/* What the oracle's tests share: books, and examples on all engines. */
#ifndef SCREEN_ORACLE_TESTING_H
#define SCREEN_ORACLE_TESTING_H
#include "base/test.h"
#include "rules/example.h"

/* An example_engine: what the reference says; RC_ENV when VM or SQL says something else. */
enum rc example_on_all(const struct program *p, const struct frame *f, const struct ptable *pt, struct outcol *outs,
                       struct err *e);

struct loaded {
    struct arena arena;
    struct books books;
    struct diags diags;
    struct policy *policy;
};
/* Loads books; false when they have errors (in l->diags). To be ended with loaded_fini either way. */
bool loaded_init(struct loaded *l, const char *const *dirs, size_t n);
void loaded_fini(struct loaded *l);
void loaded_print(const struct diags *d);
#endif
