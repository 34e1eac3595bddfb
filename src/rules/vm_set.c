/* Aggregates of one target row by the rules of ir.h: where rows may be missing, have states, or are too many. */
#include "rules/vm_agg_int.h"

struct set {
    const struct vm_agg_run *a;
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

static struct value row_filter(const struct vm_agg_run *a, uint32_t row)
{
    return a->filter ? vm_get(a->filter, row) : ref_exact(true);
}

static void take_rows(struct set *s, uint32_t from, uint32_t to)
{
    const struct vm_agg_run *a = s->a;
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
    const struct vm_agg_run *a = s->a;
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

static uint32_t dataset_of(const struct vm_agg_run *a)
{
    uint16_t table = a->vm->p->spaces[a->o->from].table;
    return table < TABLE_FACT0 ? REASON_NO_DATASET : (uint32_t)table - TABLE_FACT0;
}

static struct value latest(struct set *s, uint32_t from, uint32_t to)
{
    const struct vm_agg_run *a = s->a;
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

static struct value too_many(const struct vm_agg_run *a, uint8_t marks)
{
    struct reasons *rs = a->vm->f->reasons;
    reason_set why = 0;
    if (marks & MARK_MEMBERS) why = reasons_one(rs, reason_make(REASON_TOO_MANY, REASON_NO_DATASET, 0));
    if (marks & MARK_ROWS)
        why = reasons_union(rs, why, reasons_one(rs, reason_make(REASON_TOO_MANY, dataset_of(a), 0)));
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

/* A target whose rows have no states, in a set that is not whole: what the kernels found, in place. */
void vm_set_missing(const struct vm_agg_run *a, struct vreg *out, uint32_t i)
{
    bool none = out->st[i] == ST_ABSENT, at_least = false;
    switch ((enum agg_kind)a->o->agg) {
    case AGG_ANY:
        if (out->b[i]) return;
        break;
    case AGG_ALL:
        if (!out->b[i]) return;
        out->b[i] = 0;
        break;
    case AGG_COUNT: at_least = true; break;
    case AGG_SUM: at_least = a->o->nonneg; break;
    case AGG_MAX: at_least = !none; break;
    default: break; /* MIN */
    }
    if (!at_least && out->v) out->v[i] = 0;
    out->st[i] = at_least ? ST_AT_LEAST : ST_UNKNOWN;
    out->why[i] = a->why[i];
}

/* The row loop of sums, counts and quantifiers over ints and bools, without struct value. */
static void take_plain_rows(struct set *s, uint32_t from, uint32_t to)
{
    const struct vm_agg_run *a = s->a;
    const struct vreg *f = a->filter, *v = a->value;
    for (uint32_t row = from; row < to; row++) {
        uint32_t fi = f && f->konst ? 0 : row, vi = v && v->konst ? 0 : row;
        uint8_t st = f && !f->exact ? f->st[fi] : 0;
        if (st == ST_UNKNOWN) s->incomplete = true, add_why(s, f->why[fi]);
        if (st || (f && !f->b[fi])) continue;
        s->n++;
        st = v && !v->exact ? v->st[vi] : 0;
        if (st == ST_UNKNOWN) s->incomplete = true;
        if (st == ST_AT_LEAST) s->parts = true;
        if (st == ST_UNKNOWN || st == ST_AT_LEAST) add_why(s, v->why[vi]);
        if (st == ST_UNKNOWN || (st == ST_ABSENT && a->o->agg == AGG_SUM)) continue;
        if (!v || v->b) *(!v || v->b[vi] ? &s->any_true : &s->any_false) = true;
        else s->sum += v->v[vi];
    }
}

struct value vm_set_settle(const struct vm_agg_run *a, uint32_t i)
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
    bool plain = kind == AGG_SUM || kind == AGG_COUNT || kind == AGG_ANY || kind == AGG_ALL;
    if (plain) take_plain_rows(&s, from, to);
    else take_rows(&s, from, to);
    return result(&s);
}
