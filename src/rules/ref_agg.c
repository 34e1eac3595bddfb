/* Aggregates: the definition is in ir.h ("AGGREGATES"), after SEMANTICS §4. */
#include "base/limits.h"
#include "base/mem.h"
#include "rules/ref_int.h"

/* What is known of the set of one target row. */
struct agg {
    struct ref *r;
    const struct ir_op *o;
    uint32_t row;
    bool ready;  /* everything asked for is there */
    bool absent; /* a crossed window hangs on an absent date */
    reason_set too_many;
    bool incomplete;
    reason_set why; /* of the incompleteness, and of at-least values */
    int64_t n;      /* rows that count */
    bool some;      /* a counted row with a value; best is the best */
    bool parts;     /* an at-least value took part */
    struct value best;
    i128 sum;
    bool any_true, any_false;
    struct value own;
};

static void add_why(struct agg *a, reason_set why) { a->why = reasons_union(a->r->f->reasons, a->why, why); }

static void make_incomplete(struct agg *a, reason_set why)
{
    a->incomplete = true;
    add_why(a, why);
}

/* ---------------------------------------------------------------- the way down */

static reason too_many_of(const struct agg *a, bool members)
{
    uint16_t table = a->r->p->spaces[a->o->from].table;
    return reason_make(REASON_TOO_MANY, members || table < TABLE_FACT0 ? REASON_NO_DATASET : table - TABLE_FACT0, 0);
}

static void mark_too_many(struct agg *a, bool members)
{
    struct reasons *rs = a->r->f->reasons;
    a->too_many = reasons_union(rs, a->too_many, reasons_one(rs, too_many_of(a, members)));
}

/* An edge person -> facts: is that person's set whole? */
static void cross_reach(struct agg *a, uint16_t space, uint32_t parent, uint16_t reach)
{
    uint32_t person;
    struct reach_row row;
    if (!ref_edge_person(a->r, space, parent, &person)) return; /* nobody: ref_children says why */
    if (!ref_reach(a->r, reach, person, &row)) {
        a->ready = false;
        return;
    }
    a->absent |= row.absent;
    if (row.why) make_incomplete(a, row.why);
}

/* From the rows in r->level to their rows in `space`. */
static void descend(struct agg *a, uint16_t space, uint16_t reach)
{
    struct ref *r = a->r;
    r->next.n = 0;
    for (size_t i = 0; i < r->level.n; i++) {
        struct ref_range g;
        if (reach != UINT16_MAX) cross_reach(a, space, r->level.v[i], reach);
        if (!ref_children(r, space, r->level.v[i], &g)) {
            a->ready = false;
            continue;
        }
        if (g.why) make_incomplete(a, g.why);
        if (g.too_many) mark_too_many(a, true);
        for (uint32_t k = 0; k < g.n; k++)
            if (!vec_push(&r->next, REF_PAIRS_MAX, g.first + k)) ref_fail(r, RC_NOMEM);
    }
    uint32_t *v = r->level.v;
    size_t cap = r->level.cap;
    r->level.v = r->next.v, r->level.n = r->next.n, r->level.cap = r->next.cap;
    r->next.v = v, r->next.n = 0, r->next.cap = cap;
}

/* The rows of `from` of the target row, into r->level. False when something must be known first, or on failure. */
static bool rows_of(struct agg *a)
{
    struct ref *r = a->r;
    const struct ir_space *spaces = r->p->spaces;
    uint16_t chain[IR_DEPTH_MAX];
    size_t n = 0;
    for (uint16_t s = a->o->from; s != a->o->space && n < IR_DEPTH_MAX; s = spaces[s].outer) chain[n++] = s;
    r->level.n = 0;
    if (!vec_push(&r->level, REF_PAIRS_MAX, a->row)) ref_fail(r, RC_NOMEM);
    for (size_t k = 0; k < n && a->ready && r->rc == RC_OK; k++) descend(a, chain[n - 1 - k], a->o->reach[k]);
    if (r->level.n > ROWS_PER_PERSON_SET) mark_too_many(a, false);
    return a->ready && r->rc == RC_OK;
}

/* ---------------------------------------------------------------- one row */

/* 1: counts, 0: does not, -1: not known yet. An absent filter is false. */
static int filter_of(struct agg *a, uint32_t row, struct value *f)
{
    *f = ref_exact(true);
    if (a->o->args[0] != IR_NONE && !ref_need(a->r, a->o->args[0], row, f)) return -1;
    return f->st == ST_EXACT && f->v;
}

/* A value that is only partly known counts as unknown. */
static bool usable(struct agg *a, const struct value *v)
{
    if (v->st == ST_EXACT) return true;
    if (v->st != ST_ABSENT) make_incomplete(a, v->why);
    return false;
}

static void take_max(struct agg *a, const struct value *v)
{
    bool better = !a->some || ref_order(a->o->rep, v, &a->best) > 0;
    if (v->st == ST_AT_LEAST) a->parts = true, add_why(a, v->why);
    if (better) a->best = *v;
    a->some = true;
}

/* [min lo, min hi], [max lo, max hi]. */
static void take_span(struct agg *a, const struct value *v)
{
    int64_t lo = SPAN_LO(v->v), hi = SPAN_HI(v->v), best_lo = SPAN_LO(a->best.v), best_hi = SPAN_HI(a->best.v);
    bool max = a->o->agg == AGG_MAX;
    if (a->some && (max ? best_lo > lo : best_lo < lo)) lo = best_lo;
    if (a->some && (max ? best_hi > hi : best_hi < hi)) hi = best_hi;
    a->best = ref_exact(SPAN_OF(lo, hi - lo));
    a->some = true;
}

static void take_extreme(struct agg *a, const struct value *v)
{
    if (v->st == ST_UNKNOWN || v->st == ST_ABSENT ||
        (v->st == ST_AT_LEAST && (a->o->agg == AGG_MIN || a->o->rep == REP_SPAN))) {
        (void)usable(a, v);
        return;
    }
    if (a->o->rep == REP_SPAN) {
        take_span(a, v);
    } else if (a->o->agg == AGG_MAX) {
        take_max(a, v);
    } else {
        if (!a->some || ref_order(a->o->rep, v, &a->best) < 0) a->best = *v;
        a->some = true;
    }
}

static void take_sum(struct agg *a, const struct value *v)
{
    if (v->st == ST_AT_LEAST) a->parts = true, add_why(a, v->why);
    else if (!usable(a, v)) return;
    a->sum += v->v;
}

static void take_bool(struct agg *a, const struct value *v)
{
    if (v->st == ST_ABSENT) a->any_false = true;
    else if (usable(a, v)) *(v->v ? &a->any_true : &a->any_false) = true;
}

/* Rows above this row's own value; own is exact. */
static void take_rank(struct agg *a, const struct value *v)
{
    if (v->st == ST_UNKNOWN || v->st == ST_ABSENT) {
        (void)usable(a, v);
        return;
    }
    bool above = ref_order(a->r->p->ops[a->o->own].rep, v, &a->own) > 0;
    if (above) a->n++;
    else if (v->st == ST_AT_LEAST) make_incomplete(a, v->why);
}

static void take(struct agg *a, const struct value *v)
{
    switch ((enum agg_kind)a->o->agg) {
    case AGG_SUM:
    case AGG_SHARE: take_sum(a, v); break;
    case AGG_ANY:
    case AGG_ALL: take_bool(a, v); break;
    case AGG_MIN:
    case AGG_MAX: take_extreme(a, v); break;
    case AGG_RANK: take_rank(a, v); break;
    default: break;
    }
}

/* ---------------------------------------------------------------- latest */

struct newest {
    int64_t lo; /* greatest first day of the dates */
    bool some, conflict;
    struct value best;
};

/* Value and date of a counted row. 1: takes part, 0: does not (skipped, or makes the set incomplete), -1: not known
 * yet. */
static int dated(struct agg *a, uint32_t row, struct value *v, struct value *date)
{
    bool have = ref_need(a->r, a->o->args[1], row, v);
    have &= ref_need(a->r, a->o->date, row, date);
    if (!have) return -1;
    if (v->st == ST_ABSENT || date->st == ST_ABSENT) return 0;
    bool ok = usable(a, v);
    return usable(a, date) && ok;
}

/* Candidates may be the newest: their last day is not before the greatest first day. */
static void take_latest(struct agg *a, struct newest *w, bool second)
{
    struct value f, v, date;
    for (size_t i = 0; i < a->r->level.n; i++) {
        uint32_t row = a->r->level.v[i];
        if (filter_of(a, row, &f) != 1) continue;
        int known = dated(a, row, &v, &date);
        if (known < 0) a->ready = false;
        if (known <= 0) continue;
        if (!second) {
            if (SPAN_LO(date.v) > w->lo) w->lo = SPAN_LO(date.v);
        } else if (SPAN_HI(date.v) >= w->lo) {
            w->conflict |= w->some && !ref_same(a->o->rep, &v, &w->best);
            w->some = true;
            w->best = v;
        }
    }
}

static struct value latest(struct agg *a)
{
    struct newest w = {.lo = 0};
    struct reasons *rs = a->r->f->reasons;
    take_latest(a, &w, false);
    if (a->ready) take_latest(a, &w, true);
    if (w.conflict) {
        reason why = too_many_of(a, false);
        uint32_t dataset = a->o->why ? reason_dataset(a->o->why) : reason_dataset(why);
        make_incomplete(a, reasons_one(rs, reason_make(REASON_CONFLICT, dataset, reason_detail(a->o->why))));
    }
    if (a->incomplete) return ref_unknown(a->why);
    return w.some ? w.best : ref_absent();
}

/* ---------------------------------------------------------------- results */

static struct value sum_of(const struct agg *a, bool nonneg)
{
    int64_t v = (int64_t)a->sum;
    if (a->incomplete && !nonneg) return ref_unknown(a->why);
    if (v != a->sum) return ref_unknown(reasons_one(a->r->f->reasons, too_many_of(a, false)));
    return a->incomplete || a->parts ? ref_at_least(ref_exact(v), a->why) : ref_exact(v);
}

static struct value counted(const struct agg *a, int64_t n)
{
    return a->incomplete ? ref_at_least(ref_exact(n), a->why) : ref_exact(n);
}

static struct value quantified(const struct agg *a, bool decided, bool decision)
{
    if (decided) return ref_exact(decision);
    return a->incomplete ? ref_unknown(a->why) : ref_exact(!decision);
}

static struct value best_of(const struct agg *a)
{
    bool part = a->o->agg == AGG_MAX && a->o->rep != REP_SPAN;
    if (a->incomplete && !(part && a->some)) return ref_unknown(a->why);
    if (!a->some) return ref_absent();
    struct value v = a->best;
    v.st = ST_EXACT, v.why = 0;
    return a->incomplete || a->parts ? ref_at_least(v, a->why) : v;
}

static struct value share_of(const struct agg *a)
{
    struct ir_op frac = {.code = IR_FRAC};
    struct value in[2] = {a->own, sum_of(a, a->o->nonneg)};
    return ref_apply(a->r->f->reasons, &frac, in);
}

static struct value result(struct agg *a)
{
    switch ((enum agg_kind)a->o->agg) {
    case AGG_SUM: return sum_of(a, a->o->nonneg);
    case AGG_COUNT: return counted(a, a->n);
    case AGG_ANY: return quantified(a, a->any_true, true);
    case AGG_ALL: return quantified(a, a->any_false, false);
    case AGG_RANK: return counted(a, 1 + a->n);
    case AGG_SHARE: return share_of(a);
    default: return best_of(a);
    }
}

/* All rows: filters first, then the values of those that count. */
static void take_rows(struct agg *a)
{
    struct ref *r = a->r;
    bool has_value = a->o->args[1] != IR_NONE, by_date = a->o->agg == AGG_LATEST, rank = a->o->agg == AGG_RANK;
    for (size_t i = 0; i < r->level.n; i++) {
        struct value f, v = ref_exact(true);
        int counts = filter_of(a, r->level.v[i], &f);
        if (counts < 0) a->ready = false;
        if (f.st == ST_UNKNOWN && counts == 0) make_incomplete(a, f.why);
        if (counts != 1 || by_date) continue;
        if (!has_value || ref_need(r, a->o->args[1], r->level.v[i], &v)) {
            if (!rank) a->n++;
            take(a, &v);
        } else {
            a->ready = false;
        }
    }
}

/* Own settles a rank that cannot be given. */
static bool own_settles(struct agg *a, struct value *out)
{
    if (a->o->agg != AGG_RANK || a->own.st == ST_EXACT) return false;
    *out = a->own.st == ST_ABSENT ? ref_absent() : ref_unknown(a->own.why);
    return true;
}

bool ref_agg(struct ref *r, ir_reg reg, uint32_t row, struct value *out)
{
    struct agg a = {.r = r, .o = &r->p->ops[reg], .row = row, .ready = true};
    bool owns = a.o->agg == AGG_RANK || a.o->agg == AGG_SHARE;
    if (owns && !ref_need(r, a.o->own, row, &a.own)) return false;
    if (!rows_of(&a)) return false;
    if (a.absent || a.too_many) {
        *out = a.absent ? ref_absent() : ref_unknown(a.too_many);
        return true;
    }
    if (own_settles(&a, out)) return true;
    take_rows(&a);
    if (!a.ready || r->rc) return false;
    *out = a.o->agg == AGG_LATEST ? latest(&a) : result(&a);
    return a.ready && r->rc == RC_OK;
}

/* ---------------------------------------------------------------- evidence */

enum rc ref_agg_rows(struct ref *r, ir_reg agg, uint32_t row, const struct ref_row **v, size_t *n, struct err *e)
{
    struct value all;
    struct agg a = {.r = r, .o = &r->p->ops[agg], .row = row, .ready = true};
    *v = NULL, *n = 0;
    TRY(ref_value(r, agg, row, &all, e)); /* so that all it looks at is known */
    r->e = e;
    if (!rows_of(&a)) return r->rc ? r->rc : err_nomem(e);
    r->evidence.n = 0;
    for (size_t i = 0; i < r->level.n; i++) {
        struct ref_row x = {.table_row = ref_table_row(r, a.o->from, r->level.v[i]), .value = ref_absent()};
        int counts = filter_of(&a, r->level.v[i], &x.filter);
        if (counts == 1 && a.o->args[1] != IR_NONE) (void)ref_need(r, a.o->args[1], r->level.v[i], &x.value);
        if (counts >= 0 && !vec_push(&r->evidence, REF_PAIRS_MAX, x)) return err_nomem(e);
    }
    r->stack.n = 0;
    *v = r->evidence.v, *n = r->evidence.n;
    return RC_OK;
}
