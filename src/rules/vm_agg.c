/* Aggregates of a block: sums and counts of whole segments by kernels, then, where a set is not whole or a row has a state, by the
 * rules of ir.h one target row at a time. */
#include "rules/vm_int.h"

enum { MARK_HARD = 1, MARK_ABSENT = 2, MARK_MEMBERS = 4, MARK_ROWS = 8, MARK_MISSING = 16 };

struct agg {
    struct vm_block *b;
    const struct vm *vm;
    const struct ir_op *o;
    uint32_t n;                    /* target rows */
    const struct vm_rows *from;
    const struct vreg *filter;     /* NULL: every row */
    const struct vreg *value;      /* NULL: none */
    const uint32_t *seg;           /* rows of target i: seg[i] .. seg[i + 1] */
    uint16_t chain[IR_DEPTH_MAX];  /* spaces below the target */
    size_t levels;
    uint8_t *mark;                 /* by target row; made with the first mark */
    reason_set *why;               /* by target row: why rows may be missing */
};

/* ---------------------------------------------------------------- segments */

/* Where the rows of each target begin, through all levels; kept for the block's other aggregates over them. */
static const uint32_t *compose(struct agg *a)
{
    struct vm_rows *from = &a->b->rows[a->o->from];
    if (from->seg_of == a->o->space) return from->seg;
    from->seg_of = UINT16_MAX;
    if (!vm_segments_fit(a->b, from, (size_t)a->n + 1)) return NULL;
    const struct vm_rows *top = &a->b->rows[a->chain[0]];
    for (uint32_t i = 0; i <= a->n; i++) from->seg[i] = top->first[i] - top->base;
    for (size_t k = 1; k < a->levels; k++) {
        const struct vm_rows *s = &a->b->rows[a->chain[k]];
        vm_compose(s->first, s->base, a->n + 1, from->seg);
    }
    from->seg_of = a->o->space;
    return from->seg;
}

static bool find_chain(struct agg *a)
{
    const struct program *p = a->vm->p;
    a->levels = (size_t)p->spaces[a->o->from].depth - p->spaces[a->o->space].depth;
    for (size_t k = 0; k < a->levels; k++) a->chain[k] = vm_below(p, a->o->space, a->o->from, k);
    a->seg = compose(a);
    return a->seg;
}

/* The target row of a row of chain[k - 1] (k 0: of the target itself). */
static uint32_t target_of(const struct agg *a, size_t k, uint32_t row)
{
    while (k-- > 0) {
        const struct vm_rows *s = &a->b->rows[a->chain[k]];
        row = s->up[row] - s->up_base;
    }
    return row;
}

/* ---------------------------------------------------------------- what is missing */

static bool marks_ready(struct agg *a)
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

static void mark(struct agg *a, uint32_t target, uint8_t bits, reason_set why)
{
    if (!marks_ready(a)) return;
    a->mark[target] |= bits;
    if (bits & MARK_MISSING) a->why[target] = reasons_union(a->vm->f->reasons, a->why[target], why);
}

static void mark_row(struct agg *a, uint32_t target, const struct reach_row *r)
{
    if (r->absent) mark(a, target, MARK_ABSENT, 0);
    if (r->why) mark(a, target, MARK_MISSING, r->why);
}

/* The edge persons -> facts at level k: are their sets whole? */
static void cross_reach(struct agg *a, size_t k)
{
    uint16_t reach = a->o->reach[k], space = a->chain[k];
    const struct ir_space *sp = &a->vm->p->spaces[space];
    const struct reach_row *same = &a->vm->plan.same[reach];
    const struct vreg *start = sp->kind == SPACE_EDGE ? &a->b->regs[sp->start] : NULL;
    uint32_t base = 0, n = a->b->rows[sp->outer].n;
    if (a->vm->plan.uniform[reach] && !same->why && !same->absent) return;
    const struct reach_row *rows = vm_reach_ready(a->b, reach, &base);
    if (a->b->failed || a->b->rc) return;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t person = a->b->rows[sp->outer].base + i;
        if (start) {
            struct value v = vm_get(start, i);
            if (v.st != ST_EXACT || v.v < 0 || v.v >= a->vm->f->tables[TABLE_PERSON].n) continue;
            person = (uint32_t)v.v;
        }
        const struct reach_row *r = rows ? &rows[person - base] : same;
        if (r->why || r->absent) mark_row(a, target_of(a, k, i), r);
    }
}

/* Households whose members are entered, and starts that cannot be followed. */
static void cross_rows(struct agg *a, size_t k)
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

static void mark_large(struct agg *a)
{
    if (a->from->n <= ROWS_PER_PERSON_SET) return;
    for (uint32_t i = 0; i < a->n; i++)
        if (a->seg[i + 1] - a->seg[i] > ROWS_PER_PERSON_SET) mark(a, i, MARK_ROWS, 0);
}

/* Targets with a row whose filter or, where it counts, value has a state. */
static void mark_hard(struct agg *a)
{
    const struct vreg *f = a->filter, *v = a->value;
    if ((!f || f->exact) && (!v || v->exact)) return;
    for (uint32_t i = 0; i < a->from->n; i++) {
        uint32_t fi = f && f->konst ? 0 : i, vi = v && v->konst ? 0 : i;
        bool hard = f && !f->exact && f->st[fi];
        if (!hard && v && !v->exact && v->st[vi]) hard = !f || f->b[fi];
        if (hard) mark(a, target_of(a, a->levels, i), MARK_HARD, 0);
    }
}

static bool mark_all(struct agg *a)
{
    for (size_t k = 0; k < a->levels; k++) {
        if (a->o->reach[k] != UINT16_MAX) cross_reach(a, k);
        cross_rows(a, k);
    }
    mark_large(a);
    mark_hard(a);
    return !a->b->failed && !a->b->rc;
}

/* ---------------------------------------------------------------- one target row by the rules */

struct set {
    const struct agg *a;
    bool incomplete, parts, some, any_true, any_false;
    reason_set why;
    int64_t n;
    i128 sum;
    struct value best, own;
};

static void add_why(struct set *s, reason_set why) { s->why = reasons_union(s->a->vm->f->reasons, s->why, why); }

static bool usable(struct set *s, const struct value *v)
{
    if (v->st == ST_EXACT) return true;
    if (v->st != ST_ABSENT) s->incomplete = true, add_why(s, v->why);
    return false;
}

static void take_sum(struct set *s, const struct value *v)
{
    if (v->st == ST_AT_LEAST) s->parts = true, add_why(s, v->why);
    else if (!usable(s, v)) return;
    s->sum += v->v;
}

static void take_bool(struct set *s, const struct value *v)
{
    if (v->st == ST_ABSENT) s->any_false = true;
    else if (usable(s, v)) *(v->v ? &s->any_true : &s->any_false) = true;
}

static void take_span(struct set *s, const struct value *v)
{
    bool max = s->a->o->agg == AGG_MAX;
    int64_t lo = SPAN_LO(v->v), hi = SPAN_HI(v->v), lo0 = SPAN_LO(s->best.v), hi0 = SPAN_HI(s->best.v);
    if (!usable(s, v)) return;
    if (s->some && (max ? lo0 > lo : lo0 < lo)) lo = lo0;
    if (s->some && (max ? hi0 > hi : hi0 < hi)) hi = hi0;
    s->best = ref_exact(SPAN_OF(lo, hi - lo));
    s->some = true;
}

static void take_extreme(struct set *s, const struct value *v)
{
    bool max = s->a->o->agg == AGG_MAX;
    if (s->a->o->rep == REP_SPAN) {
        take_span(s, v);
        return;
    }
    if (max && v->st == ST_AT_LEAST) s->parts = true, add_why(s, v->why);
    else if (!usable(s, v)) return;
    int order = s->some ? ref_order(s->a->o->rep, v, &s->best) : 0;
    if (!s->some || (max ? order > 0 : order < 0)) s->best = *v;
    s->some = true;
}

static void take_rank(struct set *s, const struct value *v)
{
    if (v->st != ST_AT_LEAST && !usable(s, v)) return;
    if (ref_order(s->a->value->rep, v, &s->own) > 0) s->n++;
    else if (v->st == ST_AT_LEAST) s->incomplete = true, add_why(s, v->why);
}

static void take(struct set *s, const struct value *v)
{
    switch ((enum agg_kind)s->a->o->agg) {
    case AGG_COUNT: s->n++; break;
    case AGG_SUM:
    case AGG_SHARE: take_sum(s, v); break;
    case AGG_ANY:
    case AGG_ALL: take_bool(s, v); break;
    case AGG_MIN:
    case AGG_MAX: take_extreme(s, v); break;
    case AGG_RANK: take_rank(s, v); break;
    default: break;
    }
}

static struct value row_filter(const struct agg *a, uint32_t row) { return a->filter ? vm_get(a->filter, row) : ref_exact(true); }

static void take_rows(struct set *s, uint32_t from, uint32_t to)
{
    const struct agg *a = s->a;
    for (uint32_t row = from; row < to; row++) {
        struct value f = row_filter(a, row), v = ref_exact(true);
        if (f.st == ST_UNKNOWN) s->incomplete = true, add_why(s, f.why);
        if (f.st != ST_EXACT || !f.v) continue;
        if (a->value) v = vm_get(a->value, row);
        take(s, &v);
    }
}

/* ---------------------------------------------------------------- latest */

/* A row that takes part: value and date known. In the first pass the others make the set incomplete. */
static bool dated(struct set *s, uint32_t row, bool first, struct value *v, struct value *date)
{
    const struct agg *a = s->a;
    struct value f = row_filter(a, row);
    if (first && f.st == ST_UNKNOWN) s->incomplete = true, add_why(s, f.why);
    if (f.st != ST_EXACT || !f.v) return false;
    *v = vm_get(a->value, row);
    *date = vm_get(&a->b->regs[a->o->date], row);
    if (v->st == ST_ABSENT || date->st == ST_ABSENT) return false;
    if (first && v->st != ST_EXACT) (void)usable(s, v);
    if (first && date->st != ST_EXACT) (void)usable(s, date);
    return v->st == ST_EXACT && date->st == ST_EXACT;
}

static uint32_t dataset_of(const struct agg *a)
{
    uint16_t table = a->vm->p->spaces[a->o->from].table;
    return table < TABLE_FACT0 ? REASON_NO_DATASET : (uint32_t)table - TABLE_FACT0;
}

static struct value latest(struct set *s, uint32_t from, uint32_t to)
{
    const struct agg *a = s->a;
    struct reasons *rs = a->vm->f->reasons;
    struct value v, date;
    int64_t newest = 0;
    bool conflict = false;
    for (uint32_t row = from; row < to; row++)
        if (dated(s, row, true, &v, &date) && SPAN_LO(date.v) > newest) newest = SPAN_LO(date.v);
    for (uint32_t row = from; row < to; row++) {
        if (!dated(s, row, false, &v, &date) || SPAN_HI(date.v) < newest) continue;
        conflict |= s->some && !ref_same(a->o->rep, &v, &s->best);
        s->best = v, s->some = true;
    }
    if (conflict) {
        uint32_t dataset = a->o->why ? reason_dataset(a->o->why) : dataset_of(a);
        s->incomplete = true;
        add_why(s, reasons_one(rs, reason_make(REASON_CONFLICT, dataset, reason_detail(a->o->why))));
    }
    if (s->incomplete) return ref_unknown(s->why);
    return s->some ? s->best : ref_absent();
}

/* ---------------------------------------------------------------- results */

static struct value too_many(const struct agg *a, uint8_t marks)
{
    struct reasons *rs = a->vm->f->reasons;
    reason_set why = 0;
    if (marks & MARK_MEMBERS) why = reasons_one(rs, reason_make(REASON_TOO_MANY, REASON_NO_DATASET, 0));
    if (marks & MARK_ROWS) why = reasons_union(rs, why, reasons_one(rs, reason_make(REASON_TOO_MANY, dataset_of(a), 0)));
    return ref_unknown(why);
}

static struct value sum_of(const struct set *s)
{
    int64_t v = (int64_t)s->sum;
    if (s->incomplete && !s->a->o->nonneg) return ref_unknown(s->why);
    if (v != s->sum) return too_many(s->a, MARK_ROWS);
    return s->incomplete || s->parts ? ref_at_least(ref_exact(v), s->why) : ref_exact(v);
}

static struct value counted(const struct set *s, int64_t n)
{
    return s->incomplete ? ref_at_least(ref_exact(n), s->why) : ref_exact(n);
}

static struct value quantified(const struct set *s, bool decided, bool decision)
{
    if (decided) return ref_exact(decision);
    return s->incomplete ? ref_unknown(s->why) : ref_exact(!decision);
}

static struct value best_of(const struct set *s)
{
    bool part = s->a->o->agg == AGG_MAX && s->a->o->rep != REP_SPAN;
    if (s->incomplete && !(part && s->some)) return ref_unknown(s->why);
    if (!s->some) return ref_absent();
    struct value v = s->best;
    v.st = ST_EXACT, v.why = 0;
    return s->incomplete || s->parts ? ref_at_least(v, s->why) : v;
}

static struct value share_of(const struct set *s)
{
    struct ir_op frac = {.code = IR_FRAC};
    struct value in[2] = {s->own, sum_of(s)};
    return ref_apply(s->a->vm->f->reasons, &frac, in);
}

static struct value result(const struct set *s)
{
    switch ((enum agg_kind)s->a->o->agg) {
    case AGG_SUM: return sum_of(s);
    case AGG_COUNT: return counted(s, s->n);
    case AGG_ANY: return quantified(s, s->any_true, true);
    case AGG_ALL: return quantified(s, s->any_false, false);
    case AGG_RANK: return counted(s, 1 + s->n);
    case AGG_SHARE: return share_of(s);
    default: return best_of(s);
    }
}

static struct value settle(const struct agg *a, uint32_t i)
{
    uint8_t marks = a->mark[i];
    enum agg_kind kind = (enum agg_kind)a->o->agg;
    struct set s = {.a = a, .incomplete = marks & MARK_MISSING, .why = a->why[i], .best = ref_absent()};
    if (marks & MARK_ABSENT) return ref_absent();
    if (marks & (MARK_MEMBERS | MARK_ROWS)) return too_many(a, marks);
    if (kind == AGG_RANK || kind == AGG_SHARE) s.own = vm_get(&a->b->regs[a->o->own], i);
    if (kind == AGG_RANK && s.own.st != ST_EXACT) return s.own.st == ST_ABSENT ? ref_absent() : ref_unknown(s.own.why);
    uint32_t from = a->seg[i], to = a->seg[i + 1];
    if (kind == AGG_LATEST) return latest(&s, from, to);
    take_rows(&s, from, to);
    return result(&s);
}

/* ---------------------------------------------------------------- whole segments */

/* Lanes that count, as bytes; NULL: all. */
static const uint8_t *kept(const struct agg *a) { return a->filter ? vm_bytes(a->b, a->filter, SCRATCH_A) : NULL; }

static void count_segments(const struct agg *a, const uint8_t *keep, struct vreg *out)
{
    uint32_t *sum = keep ? vm_scratch(a->b, SCRATCH_SUM, (size_t)a->from->n + 1, sizeof *sum) : NULL;
    if (keep && !sum) return;
    if (keep) vm_prefix_count(keep, a->from->n, sum);
    vm_segment_counts(sum, a->seg, a->n, out->v);
}

/* Any: a row counts and its value is true. All: no row counts whose value is false. */
static void quantify_segments(const struct agg *a, const uint8_t *keep, struct vreg *out)
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
static bool sum_segments(const struct agg *a, const uint8_t *keep, struct vreg *out)
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
static void check_none(const struct agg *a, const uint8_t *keep, int64_t none, struct vreg *out, uint32_t i)
{
    for (uint32_t row = a->seg[i]; row < a->seg[i + 1]; row++) {
        if (keep && !keep[row]) continue;
        out->v[i] = none;
        out->st[i] = ST_EXACT;
    }
}

/* Least or greatest of the rows that count; absent without one. */
static void extreme_segments(struct agg *a, const uint8_t *keep, struct vreg *out)
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
static bool run_segments(struct agg *a, struct vreg *out)
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
    struct agg a = {.b = b, .vm = b->vm, .o = o, .n = out->n, .from = &b->rows[o->from]};
    if (o->args[0] != IR_NONE) a.filter = &b->regs[o->args[0]];
    if (o->args[1] != IR_NONE) a.value = &b->regs[o->args[1]];
    if (out->n == 0 || !find_chain(&a) || !mark_all(&a)) return;
    bool fast = run_segments(&a, out);
    if (b->failed || (fast && !a.mark) || !marks_ready(&a)) return;
    vm_soften(out);
    for (uint32_t i = 0; i < a.n; i++) {
        if (fast && !a.mark[i]) continue;
        struct value v = settle(&a, i);
        vm_put(out, i, &v);
    }
    vm_settle(out);
}
