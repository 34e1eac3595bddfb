#include "rules/certain.h"
#include "base/limits.h"
#include "base/mem.h"

enum { FACTS_MAX = 32, ARMS_MAX = 96, STEPS_MAX = 50000, ORDER_LT = 1, ORDER_EQ = 2, ORDER_GT = 4 };

enum fact_kind { FACT_RANGE, FACT_CODES, FACT_TRUTH, FACT_ORDER };

/* What is known of a part of the condition. Ranges hold if the value is there at all; present: it must be. */
struct fact {
    enum fact_kind kind;
    struct str key, other;
    i128 lo, hi;
    bool lo_open, hi_open; /* quotients are dense: an open end counts */
    bool present;
    uint64_t mask; /* CODES */
    uint8_t order; /* ORDER */
    bool truth;    /* TRUTH */
};

struct facts {
    struct fact v[FACTS_MAX];
    size_t n;
};

struct certain {
    struct arena *a;
    unsigned steps;
    bool gave_up; /* out of steps or memory: everything is possible */
};

static bool assume(struct certain *c, struct facts *f, const struct tx *t, bool want, unsigned depth);

/* ---------------------------------------------------------------- parts */

/* Parts with the same text in one scope have the same value. */
static struct str key_of(struct certain *c, const struct tx *t)
{
    struct buf b;
    if (!t->src) return (struct str){0};
    buf_init(&b, KIB(64));
    expr_print(t->src, &b);
    struct str s = b.failed ? (struct str){0} : str_dup(c->a, buf_str(&b));
    buf_fini(&b);
    if (!s.p) c->gave_up = true;
    return s;
}

static struct fact *fact_of(struct certain *c, struct facts *f, enum fact_kind kind, struct str key, struct str other,
                            bool *fresh)
{
    *fresh = false;
    for (size_t i = 0; i < f->n; i++)
        if (f->v[i].kind == kind && str_eq(f->v[i].key, key) && str_eq(f->v[i].other, other)) return &f->v[i];
    if (!key.n || f->n == FACTS_MAX) {
        c->gave_up = c->gave_up || f->n == FACTS_MAX;
        return NULL;
    }
    *fresh = true;
    f->v[f->n] = (struct fact){.kind = kind, .key = key, .other = other};
    return &f->v[f->n++];
}

static bool is_number(const struct tx *t)
{
    return t->ty.kind == T_INT || t->ty.kind == T_RATIO || t->ty.kind == T_QUANTITY;
}

static enum binop negated(enum binop op)
{
    static const enum binop other[BINOP__MAX] = {
        [OP_EQ] = OP_NE, [OP_NE] = OP_EQ, [OP_LT] = OP_GE, [OP_GE] = OP_LT, [OP_GT] = OP_LE, [OP_LE] = OP_GT};
    return other[op];
}

static enum binop turned(enum binop op)
{
    static const enum binop other[BINOP__MAX] = {
        [OP_EQ] = OP_EQ, [OP_NE] = OP_NE, [OP_LT] = OP_GT, [OP_GE] = OP_LE, [OP_GT] = OP_LT, [OP_LE] = OP_GE};
    return other[op];
}

/* ---------------------------------------------------------------- ranges */

static bool empty(const struct fact *f) { return f->lo > f->hi || (f->lo == f->hi && (f->lo_open || f->hi_open)); }

static void at_least(struct fact *f, i128 v, bool open)
{
    if (v > f->lo || (v == f->lo && open)) f->lo = v, f->lo_open = open;
}

static void at_most(struct fact *f, i128 v, bool open)
{
    if (v < f->hi || (v == f->hi && open)) f->hi = v, f->hi_open = open;
}

static void cut(struct fact *f, enum binop op, i128 v, bool dense)
{
    bool open = dense;
    switch (op) {
    case OP_GE: at_least(f, v, false); break;
    case OP_GT: at_least(f, dense ? v : v + 1, open); break;
    case OP_LE: at_most(f, v, false); break;
    case OP_LT: at_most(f, dense ? v : v - 1, open); break;
    case OP_EQ:
        at_least(f, v, false);
        at_most(f, v, false);
        break;
    case OP_NE:
        if (f->lo == v) at_least(f, dense ? v : v + 1, open);
        if (f->hi == v) at_most(f, dense ? v : v - 1, open);
        break;
    default: break;
    }
}

/* number `op` constant */
static bool assume_range(struct certain *c, struct facts *f, const struct tx *x, enum binop op, i128 v, bool want)
{
    bool fresh;
    struct fact *r = fact_of(c, f, FACT_RANGE, key_of(c, x), (struct str){0}, &fresh), own;
    if (!r) r = &own, fresh = true, own = (struct fact){.kind = FACT_RANGE};
    if (fresh) {
        r->lo = x->frac ? -((i128)1 << 120) : x->lo;
        r->hi = x->frac ? (i128)1 << 120 : x->hi;
    }
    r->present = r->present || want;
    cut(r, want ? op : negated(op), v, x->frac);
    return !empty(r) || (!r->present && x->may_absent);
}

/* ---------------------------------------------------------------- codes */

static uint64_t all_codes(const struct tx *x)
{
    size_t n = x->ty.codes ? x->ty.codes->u.codes.n : 64;
    return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
}

static bool assume_codes(struct certain *c, struct facts *f, const struct tx *x, uint64_t mask, bool want)
{
    bool fresh;
    if (!x->ty.codes || x->ty.codes->u.codes.n > 64) return true;
    struct fact *r = fact_of(c, f, FACT_CODES, key_of(c, x), (struct str){0}, &fresh), own;
    if (!r) r = &own, fresh = true, own = (struct fact){.kind = FACT_CODES};
    if (fresh) r->mask = all_codes(x);
    r->present = r->present || want;
    r->mask &= want ? mask : ~mask;
    return r->mask || (!r->present && x->may_absent);
}

/* The codes of an ordered list (or the one code) that `op` v selects. */
static uint64_t codes_by(const struct tx *x, enum binop op, int64_t v)
{
    uint64_t mask = 0;
    for (size_t i = 0; i < x->ty.codes->u.codes.n && i < 64; i++) {
        int64_t k = (int64_t)i;
        bool in = op == OP_EQ   ? k == v
                  : op == OP_NE ? k != v
                  : op == OP_LT ? k < v
                  : op == OP_LE ? k <= v
                  : op == OP_GT ? k > v
                                : k >= v;
        if (in) mask |= UINT64_C(1) << i;
    }
    return mask;
}

/* ---------------------------------------------------------------- the order of two values */

static uint8_t order_of(enum binop op)
{
    static const uint8_t by[BINOP__MAX] = {
        [OP_EQ] = ORDER_EQ, [OP_NE] = ORDER_LT | ORDER_GT, [OP_LT] = ORDER_LT, [OP_LE] = ORDER_LT | ORDER_EQ,
        [OP_GT] = ORDER_GT, [OP_GE] = ORDER_GT | ORDER_EQ};
    return by[op];
}

static bool assume_order(struct certain *c, struct facts *f, const struct tx *x, enum binop op, const struct tx *y,
                         bool want)
{
    bool fresh;
    struct str a = key_of(c, x), b = key_of(c, y);
    if (!a.n || !b.n) return true;
    if (str_cmp(a, b) > 0) {
        struct str s = a;
        a = b, b = s, op = turned(op);
    }
    struct fact *r = fact_of(c, f, FACT_ORDER, a, b, &fresh);
    if (!r) return true;
    if (fresh) r->order = str_eq(a, b) ? ORDER_EQ : ORDER_LT | ORDER_EQ | ORDER_GT;
    r->present = r->present || want;
    r->order &= order_of(want ? op : negated(op));
    return r->order || (!r->present && (x->may_absent || y->may_absent));
}

static bool assume_compare(struct certain *c, struct facts *f, const struct tx *t, enum binop op, const struct tx *x,
                           const struct tx *y, bool want)
{
    (void)t;
    if (x->kind == TX_CONST && y->kind != TX_CONST) {
        const struct tx *s = x;
        x = y, y = s, op = turned(op);
    }
    bool constant = y->kind == TX_CONST && !y->frac;
    if (x->ty.kind == T_CODES && constant && x->kind != TX_CONST && x->ty.codes)
        return assume_codes(c, f, x, codes_by(x, op, y->v), want);
    if (is_number(x) && constant && x->kind != TX_CONST) return assume_range(c, f, x, op, y->v, want);
    if (x->kind == TX_CONST && y->kind == TX_CONST) return true;
    return assume_order(c, f, x, op, y, want);
}

/* ---------------------------------------------------------------- truth */

static bool assume_truth(struct certain *c, struct facts *f, const struct tx *t, bool want)
{
    bool fresh;
    struct fact *r = fact_of(c, f, FACT_TRUTH, key_of(c, t), (struct str){0}, &fresh);
    if (!r) return true;
    if (fresh) r->truth = want;
    return r->truth == want;
}

static bool may(struct certain *c, const struct facts *f, const struct tx *t, bool want, unsigned depth)
{
    struct facts copy = *f;
    return assume(c, &copy, t, want, depth);
}

/* Operands of a chain of one operator. */
static size_t arms_of(const struct tx *t, enum binop op, const struct tx **v, size_t n)
{
    while (t->kind == TX_BINARY && t->op == op && n + 1 < ARMS_MAX) {
        n = arms_of(t->b, op, v, n);
        t = t->a;
    }
    if (n < ARMS_MAX) v[n++] = t;
    return n;
}

/* Every operand is `want`: twice, so that what a later one tells is used by an earlier one. */
static bool assume_all(struct certain *c, struct facts *f, const struct tx *const *v, size_t n, bool want,
                       unsigned depth)
{
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < n; i++)
            if (!assume(c, f, v[i], want, depth)) return false;
    return true;
}

/* At least one operand is `want`: when only one can be, that one is. */
static bool assume_some(struct certain *c, struct facts *f, const struct tx *const *v, size_t n, bool want,
                        unsigned depth)
{
    size_t possible = 0, which = 0;
    for (size_t i = 0; i < n && possible < 2; i++)
        if (may(c, f, v[i], want, depth)) possible++, which = i;
    if (possible == 1) return assume(c, f, v[which], want, depth);
    return possible > 0;
}

static bool assume_logic(struct certain *c, struct facts *f, const struct tx *t, bool want, unsigned depth)
{
    const struct tx *v[ARMS_MAX];
    size_t n = arms_of(t, t->op, v, 0);
    if (n >= ARMS_MAX - 1) return true;
    return want == (t->op == OP_AND) ? assume_all(c, f, v, n, want, depth) : assume_some(c, f, v, n, want, depth);
}

static bool assume_in_range(struct certain *c, struct facts *f, const struct tx *t, bool want, unsigned depth)
{
    (void)depth;
    enum binop hi = t->open_end ? OP_LT : OP_LE;
    if (want)
        return (!t->b || assume_compare(c, f, t, OP_GE, t->a, t->b, true)) &&
               (!t->c || assume_compare(c, f, t, hi, t->a, t->c, true));
    struct facts below = *f, above = *f;
    bool under = t->b && assume_compare(c, &below, t, OP_GE, t->a, t->b, false);
    bool over = t->c && assume_compare(c, &above, t, hi, t->a, t->c, false);
    if (under && !over) *f = below;
    if (over && !under) *f = above;
    return under || over;
}

/* any over rows that cannot be is false, all over them is true. */
static bool assume_rows(struct certain *c, struct facts *f, const struct tx *t, bool want, unsigned depth)
{
    struct facts fresh = {.n = 0};
    bool any = t->agg.kind == AGG_ANY, all = t->agg.kind == AGG_ALL;
    bool rows = !t->agg.where || may(c, &fresh, t->agg.where, true, depth);
    bool value = !t->agg.value || may(c, &fresh, t->agg.value, any, depth);
    if ((any || all) && want == any && (!rows || !value)) return false;
    return assume_truth(c, f, t, want);
}

static bool assume(struct certain *c, struct facts *f, const struct tx *t, bool want, unsigned depth)
{
    if (c->gave_up || depth >= EXPR_DEPTH_MAX || ++c->steps > STEPS_MAX) {
        c->gave_up = true;
        return true;
    }
    depth++;
    switch (t->kind) {
    case TX_CONST: return (t->v != 0) == want;
    case TX_NOT: return assume(c, f, t->a, !want, depth);
    case TX_IN_RANGE: return assume_in_range(c, f, t, want, depth);
    case TX_IN_SET:
        return t->b->kind == TX_CONST ? assume_codes(c, f, t->a, (uint64_t)t->b->v, want) : assume_truth(c, f, t, want);
    case TX_AGG: return assume_rows(c, f, t, want, depth);
    case TX_BINARY:
        if (t->op == OP_AND || t->op == OP_OR) return assume_logic(c, f, t, want, depth);
        if (t->op < OP_EQ || t->op > OP_GE || t->a->ty.kind == T_SET || t->a->ty.kind == T_BOOL)
            return assume_truth(c, f, t, want);
        return assume_compare(c, f, t, t->op, t->a, t->b, want);
    default: return assume_truth(c, f, t, want);
    }
}

/* ---------------------------------------------------------------- questions */

bool certain_may(struct arena *a, const struct tx *t, bool want)
{
    struct certain c = {.a = a};
    struct facts f = {.n = 0};
    return assume(&c, &f, t, want, 0) || c.gave_up;
}

bool certain_implies(struct arena *a, const struct tx *one, const struct tx *other)
{
    struct certain c = {.a = a};
    struct facts f = {.n = 0};
    if (!assume(&c, &f, one, true, 0) || c.gave_up) return false;
    return !assume(&c, &f, other, false, 0) && !c.gave_up;
}

bool certain_both(struct arena *a, const struct tx *one, const struct tx *other, bool want)
{
    struct certain c = {.a = a};
    struct facts f = {.n = 0};
    const struct tx *v[] = {one, other};
    return assume_all(&c, &f, v, 2, want, 0) || c.gave_up;
}
