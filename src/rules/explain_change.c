/* The nearest change that would turn a condition: for numbers, money and dates the distance to the threshold, for the
 * rest words. */
#include <limits.h>
#include "rules/explain_int.h"

struct turn {
    struct ex_ctx *c;
    struct explain_condition *out;
    unsigned depth;
};

static void turn(struct turn *x, const struct tx *t, struct ex_at at, bool want);

static void keep(struct turn *x)
{
    struct explain_condition *k = x->out;
    struct explain_words w = ex_end(x->c);
    if (x->c->rc || k->n_changes == EXPLAIN_CHANGES_MAX) return;
    if (!k->changes) k->changes = ex_array(x->c, EXPLAIN_CHANGES_MAX, sizeof *k->changes);
    for (size_t i = 0; i < k->n_changes; i++)
        if (str_eq(k->changes[i].v[LANG_ZH], w.v[LANG_ZH])) return;
    if (k->changes) k->changes[k->n_changes++] = w;
}

/* ---------------------------------------------------------------- in words */

static void in_words(struct turn *x, const struct tx *t, bool want)
{
    struct ex_ctx *c = x->c;
    ex_begin(c);
    bool rows = t->kind == TX_AGG && t->agg.kind == AGG_ANY;
    ex_add(c, want ? "it would have to hold: " : "it would have to hold no longer: ",
           rows   ? (want ? "须" : "须不再")
           : want ? "须成立："
                  : "须不再成立：");
    ex_add_sentence(c, t);
    keep(x);
}

static void code_words(struct turn *x, const struct tx *t, struct ex_at at, bool want)
{
    struct ex_ctx *c = x->c;
    struct value v;
    uint8_t rep;
    if (!ex_value(c, t->a, at, &v, &rep) || ex_is_secret(c, t->a)) {
        in_words(x, t, want);
        return;
    }
    ex_begin(c);
    ex_add(c,
           want ? "it would have to hold: " : "it would have to hold no longer: ", want ? "须成立：" : "须不再成立：");
    ex_add_sentence(c, t);
    ex_add(c, " (now ", "（现为 ");
    ex_add_value(c, &t->a->ty, rep, &v);
    ex_add(c, ")", "）");
    keep(x);
}

/* What is missing: the delivery, the field, the identity. */
static void missing(struct turn *x, const struct value *v)
{
    const reason *r;
    size_t n = reasons_get(x->c->q->frame->reasons, v->why, &r);
    x->out->has_missing = true;
    for (size_t i = 0; i < n && i < EXPLAIN_REASONS_MAX; i++) {
        ex_begin(x->c);
        ex_add(x->c, "to be settled: ", "待补：");
        for (int l = 0; l < LANG__MAX; l++) zh_reason(x->c->q->policy, r[i], (enum lang)l, &x->c->tmp[l]);
        keep(x);
    }
}

/* ---------------------------------------------------------------- distances */

/* A threshold: nothing of the household is in it. */
static bool is_threshold(const struct tx *t, unsigned depth)
{
    if (!t || depth > EXPLAIN_DEPTH_MAX) return !t;
    switch (t->kind) {
    case TX_CONST:
    case TX_PARAM:
    case TX_TABLE: return true;
    case TX_BINARY: return is_threshold(t->a, depth + 1) && is_threshold(t->b, depth + 1);
    case TX_NEG: return is_threshold(t->a, depth + 1);
    default: return false;
    }
}

/* op as it must hold: itself, or what its negation comes to for known values. */
static enum binop needed(enum binop op, bool want)
{
    static const enum binop negated[BINOP__MAX] = {
        [OP_EQ] = OP_NE, [OP_NE] = OP_EQ, [OP_LT] = OP_GE, [OP_LE] = OP_GT, [OP_GT] = OP_LE, [OP_GE] = OP_LT};
    return want ? op : negated[op];
}

static enum binop mirrored(enum binop op)
{
    static const enum binop m[BINOP__MAX] = {
        [OP_EQ] = OP_EQ, [OP_NE] = OP_NE, [OP_LT] = OP_GT, [OP_LE] = OP_GE, [OP_GT] = OP_LT, [OP_GE] = OP_LE};
    return m[op];
}

struct side {
    const struct tx *t;
    struct value v;
    uint8_t rep;
};

static bool known(struct turn *x, const struct tx *t, struct ex_at at, struct side *s)
{
    s->t = t;
    if (!ex_value(x->c, t, at, &s->v, &s->rep) || s->v.st != ST_EXACT) return false;
    return s->rep != REP_SPAN || SPAN_LO(s->v.v) == SPAN_HI(s->v.v);
}

static void as_frac(struct turn *x, const struct side *s, i128 *n, i128 *d)
{
    *n = s->v.n, *d = s->v.d;
    if (s->rep == REP_FRAC) return;
    *n = s->v.v, *d = 1;
    for (unsigned i = ty_decimals(x->c->q->policy, &s->t->ty); i > 0; i--) *d *= 10;
}

/* |a - b| in stored units of the type; false when it cannot be told in 128 bits. *exact: nothing was rounded. */
static bool distance(struct turn *x, const struct side *a, const struct side *b, int64_t *out, bool *exact)
{
    i128 an, ad, bn, bd, l, r, n, d;
    int64_t scale = 1;
    as_frac(x, a, &an, &ad);
    as_frac(x, b, &bn, &bd);
    bool bad = __builtin_mul_overflow(an, bd, &l) || __builtin_mul_overflow(bn, ad, &r) ||
               __builtin_sub_overflow(l, r, &n) || __builtin_mul_overflow(ad, bd, &d);
    if (bad) return false;
    for (unsigned i = ty_decimals(x->c->q->policy, &a->t->ty); i > 0; i--) scale *= 10;
    if (n < 0) n = -n;
    i128 scaled;
    *exact = !__builtin_mul_overflow(n, (i128)scale, &scaled) && scaled % d == 0;
    return frac_round(n, d, scale, out);
}

static void say_days(struct turn *x, const struct side *a, int64_t days, bool later)
{
    struct ex_ctx *c = x->c;
    ex_begin(c);
    ex_add_sentence(c, a->t);
    buf_addf(&c->tmp[LANG_ZH], "再%s %lld 天", later ? "晚" : "早", (long long)days);
    buf_addf(&c->tmp[LANG_EN], " %lld days %s", (long long)days, later ? "later" : "earlier");
    keep(x);
}

static void say_amount(struct turn *x, const struct side *a, int64_t by, bool up, bool more, bool about)
{
    struct ex_ctx *c = x->c;
    struct value v = {.v = by, .d = 1};
    ex_begin(c);
    ex_add_sentence(c, a->t);
    ex_add(c, up ? " up by " : " down by ", up ? "再增加" : "再减少");
    ex_add(c, more ? "more than " : about ? "about " : "", more ? "超过 " : about ? "约 " : " ");
    ex_add_value(c, &a->t->ty, REP_INT, &v);
    keep(x);
}

static void say_beyond(struct turn *x, const struct side *a, const struct side *b, enum binop op)
{
    struct ex_ctx *c = x->c;
    static const char *const zh[BINOP__MAX] = {
        [OP_EQ] = "须等于 ", [OP_NE] = "须不等于 ", [OP_LT] = "须低于 ", [OP_GT] = "须高于 "};
    static const char *const en[BINOP__MAX] = {
        [OP_EQ] = " must be ", [OP_NE] = " must not be ", [OP_LT] = " must be below ", [OP_GT] = " must be above "};
    ex_begin(c);
    ex_add_sentence(c, a->t);
    ex_add(c, en[op], zh[op]);
    ex_add_value(c, &b->t->ty, b->rep, &b->v);
    ex_add(c, " (now ", "（现为 ");
    ex_add_value(c, &a->t->ty, a->rep, &a->v);
    ex_add(c, ")", "）");
    keep(x);
}

static void say_distance(struct turn *x, const struct side *a, const struct side *b, enum binop op)
{
    bool up = op == OP_GT || op == OP_GE, strict = op == OP_GT || op == OP_LT, exact = true;
    bool dates = a->t->ty.kind == T_DATE;
    int64_t by = 0;
    if (op == OP_EQ || op == OP_NE) {
        say_beyond(x, a, b, op);
        return;
    }
    if (dates) {
        by = SPAN_LO(b->v.v) - SPAN_LO(a->v.v);
        say_days(x, a, (by < 0 ? -by : by) + (strict ? 1 : 0), up);
        return;
    }
    if (!distance(x, a, b, &by, &exact)) {
        in_words(x, a->t, true);
        return;
    }
    bool whole = a->rep != REP_FRAC && b->rep != REP_FRAC && ty_decimals(x->c->q->policy, &a->t->ty) == 0;
    if (strict && whole) say_amount(x, a, by + 1, up, false, false);
    else if (strict && by == 0) say_beyond(x, a, b, op);
    else say_amount(x, a, by, up, strict, !exact);
}

static bool is_number(const struct tx *t)
{
    return t->ty.kind == T_INT || t->ty.kind == T_RATIO || t->ty.kind == T_QUANTITY || t->ty.kind == T_DATE;
}

static void turn_compare(struct turn *x, const struct tx *t, struct ex_at at, bool want)
{
    struct side a, b;
    if (!is_number(t->a)) {
        if (t->a->ty.kind == T_CODES || t->a->ty.kind == T_BOOL) code_words(x, t, at, want);
        else in_words(x, t, want);
        return;
    }
    if (!known(x, t->a, at, &a) || !known(x, t->b, at, &b)) {
        in_words(x, t, want);
        return;
    }
    enum binop op = needed(t->op, want);
    if (is_threshold(t->a, 0) && !is_threshold(t->b, 0)) say_distance(x, &b, &a, mirrored(op));
    else say_distance(x, &a, &b, op);
}

/* ---------------------------------------------------------------- ranges */

static int order(struct turn *x, const struct side *a, const struct side *b)
{
    i128 an, ad, bn, bd;
    as_frac(x, a, &an, &ad);
    as_frac(x, b, &bn, &bd);
    return frac_cmp(an, ad, bn, bd);
}

/* |a - b|; INT64_MAX where it cannot be told. */
static int64_t gap(struct turn *x, const struct side *a, const struct side *b)
{
    int64_t by = INT64_MAX;
    bool exact;
    return distance(x, a, b, &by, &exact) ? by : INT64_MAX;
}

/* Dates here are exact, so that their numbers compare as numbers do. */
static void turn_range(struct turn *x, const struct tx *t, struct ex_at at, bool want)
{
    struct side a, lo, hi;
    bool ok = is_number(t->a) && t->b && t->c && known(x, t->a, at, &a) && known(x, t->b, at, &lo) &&
              known(x, t->c, at, &hi);
    if (!ok) in_words(x, t, want);
    else if (want && order(x, &a, &lo) < 0) say_distance(x, &a, &lo, OP_GE);
    else if (want) say_distance(x, &a, &hi, t->open_end ? OP_LT : OP_LE);
    else if (gap(x, &a, &lo) < gap(x, &a, &hi)) say_distance(x, &a, &lo, OP_LT);
    else say_distance(x, &a, &hi, t->open_end ? OP_GE : OP_GT);
}

/* ---------------------------------------------------------------- the tree */

/* Several changes as one text: （甲；并且乙）. */
static void fold(struct ex_ctx *c, const struct explain_condition *sub)
{
    for (size_t i = 0; i < sub->n_changes; i++) {
        if (i) ex_add(c, sub->any_change ? "; or " : "; and ", sub->any_change ? "；或者" : "；并且");
        for (int l = 0; l < LANG__MAX; l++) buf_add(&c->tmp[l], sub->changes[i].v[l]);
    }
}

/* One side of and, or: its changes join the list where the list means the same, else they become one entry of it. */
static void turn_side(struct turn *x, const struct tx *t, struct ex_at at, bool want, bool any)
{
    struct explain_condition sub = {0};
    struct turn inner = {.c = x->c, .out = &sub, .depth = x->depth};
    turn(&inner, t, at, want);
    if (sub.has_missing) x->out->has_missing = true;
    bool alike = sub.n_changes < 2 || sub.any_change == any;
    for (size_t i = 0; alike && i < sub.n_changes; i++) {
        ex_begin(x->c);
        for (int l = 0; l < LANG__MAX; l++) buf_add(&x->c->tmp[l], sub.changes[i].v[l]);
        keep(x);
    }
    if (alike) return;
    ex_begin(x->c);
    ex_add(x->c, "(", "（");
    fold(x->c, &sub);
    ex_add(x->c, ")", "）");
    keep(x);
}

static void turn_both(struct turn *x, const struct tx *t, struct ex_at at, bool want)
{
    bool any = (t->op == OP_AND) != want;
    x->out->any_change = any;
    turn_side(x, t->a, at, want, any);
    turn_side(x, t->b, at, want, any);
}

static void turn_feature(struct turn *x, const struct tx *t, struct ex_at at, bool want)
{
    struct ex_at where;
    if (ex_climb(x->c, at, t->field.table, &where) && x->depth < EXPLAIN_DEPTH_MAX) turn(x, t->a, where, want);
    else in_words(x, t, want);
}

static void turn_every(struct turn *x, const struct tx *t, struct ex_at at, bool want)
{
    if (!want) x->out->any_change = true;
    for (size_t i = 0; i < t->n_parts; i++) {
        struct value v;
        uint8_t rep;
        char day[DATE_TEXT_MAX];
        if (!ex_value(x->c, t->parts[i], at, &v, &rep) || (ex_verdict(&v) == EXPLAIN_TRUE) == want) continue;
        struct ex_ctx *c = x->c;
        ex_begin(c);
        const char *text = date_format(ex_every_day(c, t, i), day);
        buf_addf(&c->tmp[LANG_ZH], "%s 须%s成立：", text, want ? "" : "不再");
        buf_addf(&c->tmp[LANG_EN], "on %s it would have to hold%s: ", text, want ? "" : " no longer");
        ex_add_sentence(c, t->parts[i]);
        keep(x);
    }
}

/* ---------------------------------------------------------------- members that come close */

/* How many of the conditions joined by `and` do not hold at a row; UINT_MAX where they cannot all be asked there. */
static unsigned short_of(struct turn *x, const struct tx *t, struct ex_at at, unsigned depth)
{
    struct value v;
    uint8_t rep;
    if (t->kind == TX_BINARY && t->op == OP_AND && depth < EXPR_DEPTH_MAX) {
        unsigned a = short_of(x, t->a, at, depth + 1), b = short_of(x, t->b, at, depth + 1);
        return a == UINT_MAX || b == UINT_MAX ? UINT_MAX : a + b;
    }
    if (!ex_value(x->c, t, at, &v, &rep)) return UINT_MAX;
    return ex_verdict(&v) != EXPLAIN_TRUE;
}

/* What one member lacks, in one line. */
static void turn_member(struct turn *x, const struct tx *where, uint32_t person)
{
    struct ex_ctx *c = x->c;
    struct explain_condition sub = {0};
    struct turn inner = {.c = c, .out = &sub, .depth = x->depth + 1};
    turn(&inner, where, (struct ex_at){TABLE_PERSON, person}, true);
    if (!sub.n_changes) return;
    if (sub.has_missing) x->out->has_missing = true;
    ex_begin(c);
    ex_add(c, "for the member ", "家庭成员 ");
    ex_add_row(c, TABLE_PERSON, person);
    ex_add(c, ": ", "：");
    fold(c, &sub);
    keep(x);
}

/* any(members where …) that is false: the members who lack least, one line each; false where they cannot be asked. */
static bool turn_members(struct turn *x, const struct tx *t, struct ex_at at)
{
    struct ex_at home;
    const uint32_t *first = x->c->q->frame->tables[TABLE_PERSON].first;
    bool members = t->agg.where && !t->agg.value && t->agg.n_steps == 1 && t->agg.steps[0].kind == STEP_MEMBERS &&
                   first;
    if (!members || x->depth >= EXPLAIN_DEPTH_MAX || !ex_climb(x->c, at, TABLE_HOUSEHOLD, &home)) return false;
    unsigned least = UINT_MAX;
    for (uint32_t p = first[home.row]; p < first[home.row + 1]; p++) {
        unsigned n = short_of(x, t->agg.where, (struct ex_at){TABLE_PERSON, p}, 0);
        if (n == UINT_MAX) return false;
        if (n < least) least = n;
    }
    x->out->any_change = true;
    for (uint32_t p = first[home.row]; p < first[home.row + 1]; p++)
        if (short_of(x, t->agg.where, (struct ex_at){TABLE_PERSON, p}, 0) == least) turn_member(x, t->agg.where, p);
    return least != UINT_MAX;
}

static void turn_agg(struct turn *x, const struct tx *t, struct ex_at at, bool want)
{
    if (!want || t->agg.kind != AGG_ANY || !turn_members(x, t, at)) in_words(x, t, want);
}

static void turn_kind(struct turn *x, const struct tx *t, struct ex_at at, bool want)
{
    switch (t->kind) {
    case TX_NOT: turn(x, t->a, at, !want); return;
    case TX_FEATURE: turn_feature(x, t, at, want); return;
    case TX_EVERY: turn_every(x, t, at, want); return;
    case TX_IN_RANGE: turn_range(x, t, at, want); return;
    case TX_IN_SET: code_words(x, t, at, want); return;
    case TX_AGG: turn_agg(x, t, at, want); return;
    case TX_BINARY: break;
    default: in_words(x, t, want); return;
    }
    if (t->op == OP_AND || t->op == OP_OR) turn_both(x, t, at, want);
    else if (t->op >= OP_EQ && t->op <= OP_GE && t->a->ty.kind != T_SET) turn_compare(x, t, at, want);
    else if (t->op == OP_HAS) code_words(x, t, at, want);
    else in_words(x, t, want);
}

static void turn(struct turn *x, const struct tx *t, struct ex_at at, bool want)
{
    struct value v;
    uint8_t rep;
    if (x->c->rc || x->depth == EXPR_DEPTH_MAX || !ex_value(x->c, t, at, &v, &rep)) return;
    x->depth++;
    if (v.st == ST_UNKNOWN) missing(x, &v);
    else if ((ex_verdict(&v) == EXPLAIN_TRUE) != want) turn_kind(x, t, at, want);
    x->depth--;
}

void ex_changes(struct ex_ctx *c, const struct tx *t, struct ex_at at, bool want, struct explain_condition *out)
{
    struct turn x = {.c = c, .out = out};
    turn(&x, t, at, want);
}
