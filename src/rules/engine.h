/* The executions of a program over a frame. Each fills, for every wanted output, one value per row of the output's
 * space. All give the same values, states and reason sets (by content). */
#ifndef RULES_ENGINE_H
#define RULES_ENGINE_H
#include "rules/frame.h"

/* Result column of one output. */
struct outcol {
    uint32_t n;
    uint8_t rep;
    int64_t *v;      /* BOOL INT SPAN SET; FRAC: unused */
    int64_t *w;      /* SET; NULL otherwise */
    i128 *num, *den; /* FRAC; NULL otherwise */
    uint8_t *st;     /* enum state */
    reason_set *why;
};
/* All zero, exact. n may be 0 (then all pointers are NULL). */
enum rc outcol_init(struct outcol *c, uint8_t rep, uint32_t n) MUST_USE;
void outcol_fini(struct outcol *c);
void outcol_set(struct outcol *c, uint32_t row, const struct value *v);
struct value outcol_get(const struct outcol *c, uint32_t row);
/* The runs below initialise outs[0..n_outputs-1] themselves; the caller ends them with outcol_fini. After a
 * failure they are empty. Payloads that mean nothing are 0: of unknown and absent rows v, w, num (den 1); `why` of
 * exact rows (but a SET with w != 0) and of absent rows. */

/* Scalar reference: pulls one value at a time, memoises per register and row. The definition of right. */
enum rc ref_run(const struct program *p, const struct frame *f, const struct ptable *pt,
                struct outcol *outs /* n_outputs */, struct err *e) MUST_USE;
/* One register at one row. */
enum rc ref_eval(const struct program *p, const struct frame *f, const struct ptable *pt, ir_reg reg, uint32_t row,
                 struct value *out, struct err *e) MUST_USE;

/* The same for many questions over one program and frame (explain): what was computed is kept. One thread at a
 * time. */
struct ref;
enum rc ref_new(const struct program *p, const struct frame *f, const struct ptable *pt, struct ref **out,
                struct err *e) MUST_USE;
/* Where everybody is looked at, look only at these rows of the persons' table, which is what is asked about; borrowed.
 */
void ref_among(struct ref *r, const uint32_t *person, size_t n);
void ref_free(struct ref *r);
enum rc ref_value(struct ref *r, ir_reg reg, uint32_t row, struct value *out, struct err *e) MUST_USE;
/* The rows that an AGG at a target row looked at: its evidence. Valid until the next call. */
struct ref_row {
    uint32_t table_row;
    struct value filter, value;
};
enum rc ref_agg_rows(struct ref *r, ir_reg agg, uint32_t row, const struct ref_row **v, size_t *n,
                     struct err *e) MUST_USE;

/* Vector VM: batches of BATCH_ROWS rows, `threads` threads; the same bytes for any number of threads or batch
 * size. */
struct vm_kept;
struct vm_range {
    uint32_t first, end; /* households first .. end - 1 */
};
struct vm_options {
    unsigned threads;
    struct par_pool *pool; /* of as many threads, to run in; NULL: threads of its own */
    uint32_t batch_rows; /* 0 = BATCH_ROWS; tests vary it */
    uint32_t pair_rows;  /* expanded rows of a block that is then cut in two; 0 = 64 batches; tests vary it */
    /* By register: its values are at hand and nothing that it hangs on is computed; NULL, or NULL of a register:
     * compute it. */
    const struct vm_kept *const *given;
    const bool *wanted; /* by output: false: neither computed nor given; NULL: all */
    /* Only households of these ranges (ascending, apart) need outputs; what references lead to is computed everywhere.
     * NULL: all. */
    const struct vm_range *only;
    size_t n_only;
    const _Atomic bool *cancel; /* looked at before each block: true ends the run with RC_CONFLICT; NULL: never */
};
enum rc vm_run(const struct program *p, const struct frame *f, const struct ptable *pt, const struct vm_options *o,
               struct outcol *outs, struct err *e) MUST_USE;

/* The same for the bool outputs only, lean: a bit a row each for true and unknown (neither: false or absent), and
 * the reasons of the
 * unknown rows alone, ascending by row. Other outputs are neither computed nor given (n 0). */
struct outbits {
    uint32_t n;
    uint64_t *yes, *unknown; /* bit i of word i / 64: row i */
    uint32_t n_unknown;
    uint32_t *row;
    reason_set *why;
};
enum rc vm_run_bits(const struct program *p, const struct frame *f, const struct ptable *pt, const struct vm_options *o,
                    struct outbits *bits /* n_outputs */, struct err *e) MUST_USE;
void outbits_fini(struct outbits *o);

/* The values of a register in a canonical space, one a row of the table, as narrow as they are: what was computed once
 * and is read again (vm_options.given). */
struct vm_kept {
    uint8_t rep, width; /* bytes of a cell of data and more: BOOL 1, INT and SPAN 4 or 8, SET 8, FRAC 16 */
    uint32_t n;
    void *data, *more; /* more: SET the codes that may be in, FRAC denominators */
    uint8_t *st;       /* enum state, | 4 for a set with codes that may be in; NULL: all exact */
    reason_set *why;   /* where st is not 0 */
    size_t bytes;      /* of all four */
};
/* Compute registers of canonical spaces and keep them: out[0..n-1], each the caller's to free. After a failure they are
 * empty. Of `o` only, given and wanted must be NULL. */
enum rc vm_keep(const struct program *p, const struct frame *f, const struct ptable *pt, const struct vm_options *o,
                const ir_reg *regs, size_t n, struct vm_kept *out, struct err *e) MUST_USE;
void vm_kept_free(struct vm_kept *k);

/* SQL text of a program: a script that, over the tables described in sql.c, yields one table per output. */
enum sql_dialect { SQL_SQLITE, SQL_POSTGRES, SQL_DIALECT__MAX };
enum rc sql_print(const struct program *p, enum sql_dialect d, struct buf *out, struct err *e) MUST_USE;
#endif
