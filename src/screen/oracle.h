/* The SQL oracle: a program run as SQL in a database in memory. A test's engine, for small frames. */
#ifndef SCREEN_ORACLE_H
#define SCREEN_ORACLE_H
#include "rules/engine.h"

/* As ref_run. */
enum rc oracle_run(const struct program *p, const struct frame *f, const struct ptable *pt, struct outcol *outs,
                   struct err *e) MUST_USE;
/* The same with a database that is kept from run to run. */
struct oracle;
enum rc oracle_new(struct oracle **out, struct err *e) MUST_USE;
void oracle_free(struct oracle *o);
enum rc oracle_run_with(struct oracle *o, const struct program *p, const struct frame *f, const struct ptable *pt,
                        struct outcol *outs, struct err *e) MUST_USE;
#endif
