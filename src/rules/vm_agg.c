/* Aggregates of a block: sums and counts of whole segments by kernels, then, where a set is not whole or a row has a
 * state, by the rules of ir.h one target row at a time. */
#include "rules/vm_agg_int.h"

/* ---------------------------------------------------------------- segments */

/* Where the rows of each target begin, through all levels; kept for the block's other aggregates over them. */
static const uint32_t *compose(struct vm_agg_run *a)
{
    struct vm_rows *from = &a->b->rows[a->o->from];
    if (from->seg_of == a->o->space) return from->seg;
    from->seg_of = UINT16_MAX;
    if (!vm_segments_fit(a->b, from, (size_t)a->n + 1)) return NULL;
    const uint32_t *top = vm_rows_first(a->b, a->chain[0]);
    for (uint32_t i = 0; top && i <= a->n; i++) from->seg[i] = top[i] - a->b->rows[a->chain[0]].base;
    for (size_t k = 1; top && k < a->levels; k++) {
        const uint32_t *first = vm_rows_first(a->b, a->chain[k]);
        if (!first) return NULL;
        vm_compose(first, a->b->rows[a->chain[k]].base, a->n + 1, from->seg);
    }
    if (!top) return NULL;
    from->seg_of = a->o->space;
    return from->seg;
}

static bool find_chain(struct vm_agg_run *a)
{
    const struct program *p = a->vm->p;
    a->levels = (size_t)p->spaces[a->o->from].depth - p->spaces[a->o->space].depth;
    for (size_t k = 0; k < a->levels; k++) a->chain[k] = vm_below(p, a->o->space, a->o->from, k);
    a->seg = compose(a);
    return a->seg;
}

/* The target row of a row of chain[k - 1] (k 0: of the target itself). */
static uint32_t target_of(const struct vm_agg_run *a, size_t k, uint32_t row)
{
    while (k-- > 0) {
        const struct vm_rows *s = &a->b->rows[a->chain[k]];
        row = s->up[row] - s->up_base;
    }
    return row;
}

/* ---------------------------------------------------------------- what is missing */

static bool marks_ready(struct vm_agg_run *a)
{
    if (a->mark) return true;
    uint8_t *marks = vm_scratch(a->b, SCRATCH_MARK, a->n, sizeof *a->mark);
    a->why = vm_scratch(a->b, SCRATCH_WHY, a->n, sizeof *a->why);
    if (!marks || !a->why) return false;
    memset(marks, 0, a->n);
    memset(a->why, 0, a->n * sizeof *a->why);
    a->mark = marks;
    return true;
}

static void mark(struct vm_agg_run *a, uint32_t target, uint8_t bits, reason_set why)
{
    if (!marks_ready(a)) return;
    a->mark[target] |= bits;
    if (bits & MARK_MISSING) a->why[target] = reasons_union(a->vm->f->reasons, a->why[target], why);
}

static void mark_row(struct vm_agg_run *a, uint32_t target, const struct reach_row *r)
{
    if (r->absent) mark(a, target, MARK_ABSENT, 0);
    if (r->why) mark(a, target, MARK_MISSING, r->why);
}

/* Persons of the block whose facts are entered: are their sets whole? */
static void cross_window(struct vm_agg_run *a, size_t k)
{
    uint16_t reach = a->o->reach[k];
    const struct vm_window *w = vm_window_ready(a->b, reach);
    for (uint32_t i = 0, last = UINT32_MAX; w && i < w->n_odd; i++) {
        uint32_t target = target_of(a, k, w->odd[i]);
        if (!w->rows && target == last) continue; /* the same for all its persons */
        mark_row(a, target, w->rows ? &w->rows[w->odd[i]] : &a->vm->plan.same[reach]);
        last = target;
    }
}

/* Persons that references lead to. */
static void cross_edge(struct vm_agg_run *a, size_t k)
{
    uint16_t reach = a->o->reach[k];
    const struct ir_space *sp = &a->vm->p->spaces[a->chain[k]];
    const struct vreg *start = &a->b->regs[sp->start];
    uint32_t base = 0, n = a->b->rows[sp->outer].n;
    const struct reach_row *rows = vm_reach_ready(a->b, reach, &base);
    if (a->b->failed || a->b->rc) return;
    for (uint32_t i = 0; i < n; i++) {
        struct value v = vm_get(start, i);
        if (v.st != ST_EXACT || v.v < 0 || v.v >= a->vm->f->tables[TABLE_PERSON].n) continue;
        const struct reach_row *r = rows ? &rows[(uint32_t)v.v - base] : &a->vm->plan.same[reach];
        if (r->why || r->absent) mark_row(a, target_of(a, k, i), r);
    }
}

/* The edge persons -> facts at level k. */
static void cross_reach(struct vm_agg_run *a, size_t k)
{
    uint16_t reach = a->o->reach[k];
    const struct reach_row *same = &a->vm->plan.same[reach];
    if (a->vm->plan.uniform[reach] && !same->why && !same->absent) return;
    if (a->vm->p->spaces[a->chain[k]].kind == SPACE_EDGE) cross_edge(a, k);
    else cross_window(a, k);
}

/* Households whose members are entered, and starts that cannot be followed. */
static void cross_rows(struct vm_agg_run *a, size_t k)
{
    const struct ir_space *sp = &a->vm->p->spaces[a->chain[k]];
    const struct vm_rows *s = &a->b->rows[a->chain[k]];
    uint32_t n = a->b->rows[sp->outer].n;
    if (sp->table == TABLE_PERSON && sp->kind != SPACE_TIED && s->most > MEMBERS_MAX)
        for (uint32_t i = 0; i < n; i++)
            if (s->first[i + 1] - s->first[i] > MEMBERS_MAX) mark(a, target_of(a, k, i), MARK_MEMBERS, 0);
    for (uint32_t i = 0; s->missing && i < n; i++)
        if (s->missing[i]) mark(a, target_of(a, k, i), MARK_MISSING, s->missing[i]);
    for (uint32_t i = 0; s->over && i < n; i++)
        if (s->over[i]) mark(a, target_of(a, k, i), MARK_ROWS, 0);
}

static void mark_large(struct vm_agg_run *a)
{
    if (a->from->n <= ROWS_PER_PERSON_SET) return;
    for (uint32_t i = 0; i < a->n; i++)
        if (a->seg[i + 1] - a->seg[i] > ROWS_PER_PERSON_SET) mark(a, i, MARK_ROWS, 0);
}

/* State bytes; NULL: all exact. */
static const uint8_t *states(struct vm_block *b, const struct vreg *r, enum vm_scratch which)
{
    if (!r || r->exact || !r->konst) return r && !r->exact ? r->st : NULL;
    uint8_t *st = vm_scratch(b, which, r->n, sizeof *st);
    if (st) memset(st, r->st[0], r->n);
    return st;
}

/* Targets with a row whose filter or, where it counts, value has a state. */
static void mark_hard(struct vm_agg_run *a)
{
    uint32_t n = a->from->n;
    const uint8_t *filter_st = states(a->b, a->filter, SCRATCH_A), *value_st = states(a->b, a->value, SCRATCH_B);
    if (!filter_st && !value_st) return;
    const uint8_t *filter = a->filter ? vm_bytes(a->b, a->filter, SCRATCH_C) : NULL;
    uint8_t *mask = vm_scratch(a->b, SCRATCH_MASK, n, sizeof *mask);
    uint32_t *lanes = vm_scratch(a->b, SCRATCH_LANES, n, sizeof *lanes);
    if (a->b->failed || !mask || !lanes) return;
    vm_mask_rows(filter_st, filter, value_st, n, mask);
    uint32_t found = vm_masked(mask, n, lanes);
    for (uint32_t k = 0; k < found; k++) mark(a, target_of(a, a->levels, lanes[k]), MARK_HARD, 0);
}

static bool mark_all(struct vm_agg_run *a)
{
    for (size_t k = 0; k < a->levels; k++) {
        if (a->o->reach[k] != UINT16_MAX) cross_reach(a, k);
        cross_rows(a, k);
    }
    mark_large(a);
    mark_hard(a);
    return !a->b->failed && !a->b->rc;
}

/* ---------------------------------------------------------------- whole segments */

/* Lanes that count, as bytes; NULL: all. */
static const uint8_t *kept(const struct vm_agg_run *a)
{
    return a->filter ? vm_bytes(a->b, a->filter, SCRATCH_A) : NULL;
}

static void count_segments(const struct vm_agg_run *a, const uint8_t *keep, struct vreg *out)
{
    uint32_t *sum = keep ? vm_scratch(a->b, SCRATCH_SUM, (size_t)a->from->n + 1, sizeof *sum) : NULL;
    if (keep && !sum) return;
    if (keep) vm_prefix_count(keep, a->from->n, sum);
    vm_segment_counts(sum, a->seg, a->n, out->v);
}

/* Any: a row counts and its value is true. All: no row counts whose value is false. */
static void quantify_segments(const struct vm_agg_run *a, const uint8_t *keep, struct vreg *out)
{
    bool any = a->o->agg == AGG_ANY;
    uint32_t n = a->from->n, *sum = vm_scratch(a->b, SCRATCH_SUM, (size_t)n + 1, sizeof *sum);
    uint8_t *hit = vm_scratch(a->b, SCRATCH_B, n, sizeof *hit);
    const uint8_t *v = a->value ? vm_bytes(a->b, a->value, SCRATCH_C) : NULL;
    if (!sum || !hit || (a->value && !v)) return;
    vm_hits(keep, v, any, n, hit);
    vm_prefix_count(hit, n, sum);
    vm_segment_any(sum, a->seg, any, a->n, out->b);
}

/* False when the block's values are so large that a sum might not fit. */
static bool sum_segments(const struct vm_agg_run *a, const uint8_t *keep, struct vreg *out)
{
    uint32_t n = a->from->n;
    const int64_t *v = vm_words(a->b, a->value, SCRATCH_B);
    uint64_t *sum = vm_scratch(a->b, SCRATCH_SUM, (size_t)n + 1, sizeof *sum);
    if (!v || !sum) return true;
    if ((u128)vm_magnitude(v, n) * 2 * (n + UINT64_C(1)) > INT64_MAX) return false;
    vm_prefix_sum(v, keep, n, sum);
    vm_segment_sums(sum, a->seg, a->n, out->v);
    return true;
}

/* A segment whose extreme looks as if no row counted: it may be the value of one. */
static void check_none(const struct vm_agg_run *a, const uint8_t *keep, int64_t none, struct vreg *out, uint32_t i)
{
    for (uint32_t row = a->seg[i]; row < a->seg[i + 1]; row++) {
        if (keep && !keep[row]) continue;
        out->v[i] = none;
        out->st[i] = ST_EXACT;
    }
}

/* Least or greatest of the rows that count; absent without one. */
static void extreme_segments(struct vm_agg_run *a, const uint8_t *keep, struct vreg *out)
{
    bool max = a->o->agg == AGG_MAX;
    int64_t none = max ? INT64_MIN : INT64_MAX;
    const int64_t *v = vm_words(a->b, a->value, SCRATCH_B);
    if (!v) return;
    if (max) vm_max_segments(v, keep, a->seg, a->n, out->v);
    else vm_min_segments(v, keep, a->seg, a->n, out->v);
    out->exact = false;
    vm_none_absent(out->v, none, a->n, out->st);
    memset(out->why, 0, a->n * sizeof *out->why);
    for (uint32_t i = 0; i < a->n; i++)
        if (out->st[i] && a->seg[i + 1] > a->seg[i]) check_none(a, keep, none, out, i);
    vm_settle(out);
}

/* False: no kernel, or one that cannot be trusted here: all targets by the rules. */
static bool run_segments(struct vm_agg_run *a, struct vreg *out)
{
    const uint8_t *keep = kept(a);
    if (a->filter && !keep) return true;
    switch ((enum agg_kind)a->o->agg) {
    case AGG_COUNT: count_segments(a, keep, out); return true;
    case AGG_ANY:
    case AGG_ALL: quantify_segments(a, keep, out); return true;
    case AGG_SUM: return sum_segments(a, keep, out);
    case AGG_MIN:
    case AGG_MAX:
        if (out->rep != REP_INT) return false;
        extreme_segments(a, keep, out);
        return true;
    default: return false;
    }
}

void vm_agg(struct vm_block *b, const struct ir_op *o, struct vreg *out)
{
    struct vm_agg_run a = {.b = b, .vm = b->vm, .o = o, .n = out->n, .from = &b->rows[o->from]};
    if (o->args[0] != IR_NONE) a.filter = &b->regs[o->args[0]];
    if (o->args[1] != IR_NONE) a.value = &b->regs[o->args[1]];
    if (out->n == 0 || !find_chain(&a) || !mark_all(&a)) return;
    bool fast = run_segments(&a, out);
    if (b->failed || (fast && !a.mark) || !marks_ready(&a)) return;
    vm_soften(out);
    for (uint32_t i = 0; i < a.n; i++) {
        if (fast && !a.mark[i]) continue;
        if (fast && a.mark[i] == MARK_MISSING) {
            vm_set_missing(&a, out, i);
            continue;
        }
        struct value v = vm_set_settle(&a, i);
        vm_put(out, i, &v);
    }
    vm_settle(out);
}
