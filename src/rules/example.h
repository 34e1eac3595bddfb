/* Examples in books: small worlds in which a book says what must come out (SEMANTICS §7). */
#ifndef RULES_EXAMPLE_H
#define RULES_EXAMPLE_H
#include "rules/engine.h"
#include "rules/texpr.h"

/* Which execution runs the example. */
typedef enum rc (*example_engine)(const struct program *p, const struct frame *f, const struct ptable *pt,
                                  struct outcol *outs, struct err *e);

/* Run one example. Every expectation that does not hold is a diagnostic at its place, saying what came instead; *failed
 * counts them. RC_INPUT when the example itself cannot be built (unknown names, wrong types: diagnostics). */
enum rc example_run(struct policy *p, const struct decl *example, example_engine run, struct diags *d, size_t *failed,
                    struct err *e) MUST_USE;

/* Engines to pass. */
enum rc example_on_ref(const struct program *p, const struct frame *f, const struct ptable *pt, struct outcol *outs,
                       struct err *e) MUST_USE;
enum rc example_on_vm(const struct program *p, const struct frame *f, const struct ptable *pt, struct outcol *outs,
                      struct err *e) MUST_USE;

/* The newest state date of a snapshot at or before d: last day of a month, quarter, year; first day of a term. */
date_day snapshot_state_date(enum period_unit u, date_day d);
#endif
