/* An aggregate of a block: vm_agg.c marks targets and runs kernels, vm_set.c settles single targets by the rules of
 * ir.h. */
#ifndef RULES_VM_AGG_INT_H
#define RULES_VM_AGG_INT_H
#include "rules/vm_int.h"

enum { MARK_HARD = 1, MARK_ABSENT = 2, MARK_MEMBERS = 4, MARK_ROWS = 8, MARK_MISSING = 16 };

struct vm_agg_run {
    struct vm_block *b;
    const struct vm *vm;
    const struct ir_op *o;
    uint32_t n; /* target rows */
    const struct vm_rows *from;
    const struct vreg *filter;    /* NULL: every row */
    const struct vreg *value;     /* NULL: none */
    const uint32_t *seg;          /* rows of target i: seg[i] .. seg[i + 1] */
    uint16_t chain[IR_DEPTH_MAX]; /* spaces below the target */
    size_t levels;
    uint8_t *mark;   /* by target row; made with the first mark */
    reason_set *why; /* by target row: why rows may be missing */
};

/* The result of a target row that is marked, or that no kernel did. */
struct value vm_set_settle(const struct vm_agg_run *a, uint32_t i);
void vm_set_missing(const struct vm_agg_run *a, struct vreg *out, uint32_t i);
#endif
