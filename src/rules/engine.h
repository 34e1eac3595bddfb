/* The executions of a program over a frame. Each fills, for every wanted output, one value per row of the output's space.
 * All give the same values, states and reason sets (by content). */
#ifndef RULES_ENGINE_H
#define RULES_ENGINE_H
#include "rules/frame.h"

/* Result column of one output. */
struct outcol {
    uint32_t n;
    uint8_t rep;
    int64_t *v;          /* BOOL INT SPAN SET; FRAC: unused */
    int64_t *w;          /* SET; NULL otherwise */
    i128 *num, *den;     /* FRAC; NULL otherwise */
    uint8_t *st;         /* enum state */
    reason_set *why;
};
enum rc outcol_init(struct outcol *c, uint8_t rep, uint32_t n) MUST_USE;
void outcol_fini(struct outcol *c);

/* Scalar reference: pulls one value at a time, memoises per register and row. The definition of right. */
enum rc ref_run(const struct program *p, const struct frame *f, const struct ptable *pt, struct outcol *outs /* n_outputs */, struct err *e) MUST_USE;
/* One register at one row (explain): op-by-op values through a callback, may be NULL. */
enum rc ref_eval(const struct program *p, const struct frame *f, const struct ptable *pt, ir_reg reg, uint32_t row, struct value *out, struct err *e) MUST_USE;

/* Vector VM: batches of BATCH_ROWS rows, `threads` threads; the same bytes for any number of threads or batch size. */
struct vm_options { unsigned threads; uint32_t batch_rows; /* 0 = BATCH_ROWS; tests vary it */ };
enum rc vm_run(const struct program *p, const struct frame *f, const struct ptable *pt, const struct vm_options *o, struct outcol *outs, struct err *e) MUST_USE;

/* SQL text of a program: a script that, over the tables described in sql.c, yields one table per output. */
enum sql_dialect { SQL_SQLITE, SQL_POSTGRES, SQL__MAX };
enum rc sql_print(const struct program *p, enum sql_dialect d, struct buf *out, struct err *e) MUST_USE;
#endif
