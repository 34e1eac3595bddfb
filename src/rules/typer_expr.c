/* Typing of single expressions. */
#include "rules/typer_int.h"

/* ---------------------------------------------------------------- numbers */

static i128 pow10_i128(unsigned n)
{
    i128 v = 1;
    while (n--) v *= 10;
    return v;
}

/* digits / 10^decimals (and / 100 for %) at the scale of ty; false when digits would be lost or it leaves int64. */
static bool scale_number(const struct expr *e, unsigned scale, int64_t *out)
{
    i128 v = e->u.num.digits;
    unsigned have = e->u.num.decimals + (e->u.num.percent ? 2u : 0u);
    if (scale >= have) v *= pow10_i128(scale - have);
    else {
        i128 div = pow10_i128(have - scale);
        if (v % div) return false;
        v /= div;
    }
    if (v > INT64_MAX || v < INT64_MIN) return false;
    *out = (int64_t)v;
    return true;
}

static bool number_type(struct typer *t, const struct expr *e, const struct ty *want, bool bare, struct ty *ty)
{
    if (e->u.num.unit.text.n) {
        struct type_ref r = {.kind = T_QUANTITY, .name = e->u.num.unit, .per = e->u.num.per, .at = e->at};
        if (str_eq(r.name.text, STR("ratio"))) *ty = ty_of(T_RATIO);
        else if (!ty_resolve(t, &r, ty)) return false;
        return true;
    }
    bool number = want && (want->kind == T_QUANTITY || want->kind == T_INT || want->kind == T_RATIO);
    if (e->u.num.percent) *ty = ty_of(T_RATIO);
    else if (bare && number) *ty = *want;
    else *ty = ty_of(e->u.num.decimals ? T_RATIO : T_INT);
    return true;
}

static struct tx *type_number(struct typer *t, const struct expr *e, const struct ty *want, bool bare)
{
    struct ty ty;
    int64_t v;
    if (!number_type(t, e, want, bare, &ty)) return NULL;
    if (!scale_number(e, ty_decimals(t->p, &ty), &v))
        return TERR(t, e->at, "this number has more decimals than %s holds, or is too large.",
                    "该数的小数位超过 %s 的精度，或数值过大。", ty_text(t, &ty));
    struct tx *x = tx_const(t, ty, v, e);
    if (x) x->zero = v == 0 && !e->u.num.unit.text.n && !e->u.num.percent;
    return x;
}

bool type_time_span(struct typer *t, const struct expr *e, int32_t *months, int32_t *days)
{
    *months = *days = 0;
    struct tx *x = type_expr(t, e, NULL, false);
    if (!x) return false;
    static const int32_t per_month[] = {[UNIT_MONTH] = 1, [UNIT_QUARTER] = 3, [UNIT_YEAR] = 12},
                         per_day[] = {[UNIT_DAY] = 1, [UNIT_WEEK] = 7};
    bool constant = x->kind == TX_CONST && x->ty.kind == T_QUANTITY && !x->ty.den && x->v >= 0 && x->v <= 1200;
    if (constant && (x->ty.num == UNIT_DAY || x->ty.num == UNIT_WEEK)) *days = (int32_t)x->v * per_day[x->ty.num];
    else if (constant && x->ty.num >= UNIT_MONTH && x->ty.num <= UNIT_YEAR)
        *months = (int32_t)x->v * per_month[x->ty.num];
    else {
        TDIAG(t, e->at, "a window of facts needs a length written here, such as 12 months.",
              "事实窗口须写明长度，例如 12 months。");
        return false;
    }
    return true;
}

/* ---------------------------------------------------------------- helpers */

struct tx *tx_and(struct typer *t, struct tx *a, struct tx *b)
{
    if (!a || !b) return a ? a : b;
    struct tx *x = tx_new(t, TX_BINARY, ty_of(T_BOOL), a->src);
    if (!x) return NULL;
    x->op = OP_AND, x->a = a, x->b = b, x->scopes = a->scopes | b->scopes;
    return x;
}

struct tx *tx_not(struct typer *t, struct tx *a)
{
    struct tx *x = tx_new(t, TX_NOT, ty_of(T_BOOL), a->src);
    if (x) x->a = a, x->scopes = a->scopes;
    return x;
}

struct tx *type_bool(struct typer *t, const struct expr *e)
{
    struct tx *x = type_expr(t, e, NULL, false);
    if (!x) return NULL;
    if (x->ty.kind == T_BOOL) return x;
    return TERR(t, e->from, "a condition is needed here, but this is %s. Compare it with something.",
                "此处需要条件，但这是 %s。请与某值比较。", ty_text(t, &x->ty));
}

struct tx *type_as(struct typer *t, const struct expr *e, const struct ty *want, bool bare)
{
    struct tx *x = type_expr(t, e, want, bare);
    if (!x) return NULL;
    if (x->zero && (want->kind == T_QUANTITY || want->kind == T_RATIO || want->kind == T_INT)) x->ty = *want;
    if (x->kind == TX_ABSENT) x->ty = *want;
    if (x->ty.kind == T_CODES && want->kind == T_SET && x->kind == TX_CONST &&
        str_eq(x->ty.codes->name.text, want->codes->name.text)) {
        x->ty = *want;
        x->v = (int64_t)(UINT64_C(1) << x->v);
    }
    if (ty_same(&x->ty, want)) return x;
    const char *have = ty_text(t, &x->ty), *need = ty_text(t, want);
    if (x->ty.kind == T_INT && want->kind == T_QUANTITY && x->kind == TX_CONST)
        return TERR(t, e->from,
                    "%2$s is needed, but this is a number without unit. Write the unit after it (%2$s, not %1$s).",
                    "此处需要 %2$s，但这是没有单位的数（%1$s）。请在数后写单位 %2$s。", have, need);
    return TERR(t, e->from, "this is %s, but %s is needed.", "这是 %s，此处需要 %s。", have, need);
}

/* ---------------------------------------------------------------- kinds */

static struct tx *type_unary(struct typer *t, const struct expr *e, const struct ty *want, bool bare)
{
    bool negate = e->kind == E_NEG;
    struct tx *a = negate ? type_expr(t, e->u.unary.a, want, bare) : type_bool(t, e->u.unary.a);
    if (!a) return NULL;
    bool number = a->ty.kind == T_INT || a->ty.kind == T_RATIO || a->ty.kind == T_QUANTITY;
    if (negate && !number)
        return TERR(t, e->at, "only a number has a minus, this is %s.", "只有数可以取负，这是 %s。",
                    ty_text(t, &a->ty));
    if (negate && a->kind == TX_CONST) {
        a->v = -a->v, a->lo = a->hi = a->v;
        return a;
    }
    struct tx *x = tx_new(t, negate ? TX_NEG : TX_NOT, a->ty, e);
    if (!x) return NULL;
    x->a = a, x->scopes = a->scopes;
    if (negate) x->lo = -a->hi, x->hi = -a->lo, x->may_absent = a->may_absent;
    return x;
}

static struct tx *type_is(struct typer *t, const struct expr *e)
{
    struct tx *a = type_expr(t, e->u.is.a, NULL, false);
    if (!a) return NULL;
    struct tx *core = a->kind == TX_VIA ? a->b : a;
    bool stored = core->kind == TX_FIELD && core->field.builtin != BF_HOUSEHOLD && core->field.builtin != BF_HEAD &&
                  core->field.builtin != BF_ID_VALID;
    if (e->u.is.blank && !stored)
        return TERR(t, e->at, "only a stored field can be blank. Ask \"is absent\" of a computed value.",
                    "只有登记的字段才谈得上未填。对计算出的值请用 is absent。");
    struct tx *x = tx_new(t, e->u.is.blank ? TX_IS_BLANK : TX_IS_ABSENT, ty_of(T_BOOL), e);
    if (!x) return NULL;
    x->a = a, x->scopes = a->scopes;
    return x;
}

/* Bring a literal 0 to the other side's type. */
static void unify_zero(struct tx *a, struct tx *b)
{
    if (a->zero && !b->zero) a->ty = b->ty;
    if (b->zero && !a->zero) b->ty = a->ty;
    if (a->kind == TX_ABSENT) a->ty = b->ty;
    if (b->kind == TX_ABSENT) b->ty = a->ty;
}

static i128 min_i128(i128 a, i128 b) { return a < b ? a : b; }
static i128 max_i128(i128 a, i128 b) { return a > b ? a : b; }

/* A choice between two values of one type. */
static struct tx *type_choice(struct typer *t, const struct expr *e, enum tx_kind kind, struct tx *c, struct tx *a,
                              struct tx *b)
{
    unify_zero(a, b);
    if (!ty_same(&a->ty, &b->ty))
        return TERR(t, e->at, "both sides must be of one type: %s and %s.", "两边类型须一致：%s 与 %s。",
                    ty_text(t, &a->ty), ty_text(t, &b->ty));
    struct tx *x = tx_new(t, kind, a->ty, e);
    if (!x) return NULL;
    x->a = a, x->b = b, x->c = c;
    x->scopes = a->scopes | b->scopes | (c ? c->scopes : 0);
    x->frac = a->frac || b->frac;
    x->span = a->span && b->span;
    x->may_absent = a->may_absent || b->may_absent || a->kind == TX_ABSENT || b->kind == TX_ABSENT;
    x->lo = min_i128(a->lo, b->lo), x->hi = max_i128(a->hi, b->hi), x->den_hi = max_i128(a->den_hi, b->den_hi);
    x->why = a->why ? a->why : b->why;
    return x;
}

static struct tx *type_if(struct typer *t, const struct expr *e, const struct ty *want, bool bare)
{
    struct tx *c = type_bool(t, e->u.cond.c);
    struct tx *a = type_expr(t, e->u.cond.a, want, bare);
    struct tx *b = a ? type_expr(t, e->u.cond.b, want ? want : &a->ty, bare) : NULL;
    if (!c || !a || !b) return NULL;
    return type_choice(t, e, TX_IF, c, a, b);
}

static struct tx *type_pair(struct typer *t, const struct expr *e, const struct ty *want, bool bare)
{
    struct tx *a = type_expr(t, e->u.pair.a, want, bare),
              *b = a ? type_expr(t, e->u.pair.b, want ? want : &a->ty, bare) : NULL;
    if (!a || !b) return NULL;
    bool ordered = a->ty.kind == T_INT || a->ty.kind == T_RATIO || a->ty.kind == T_QUANTITY;
    if (!ordered || a->span || b->span)
        return TERR(t, e->at, "least and greatest compare numbers, this is %s.", "least、greatest 用于数，这是 %s。",
                    ty_text(t, &a->ty));
    return type_choice(t, e, e->u.pair.least ? TX_LEAST : TX_GREATEST, NULL, a, b);
}

static bool set_add(struct typer *t, struct tx *x, const struct set_item *it, const struct ty *codes)
{
    struct tx *c = it->code->kind == E_NAME ? type_name(t, it->code, codes)
                                            : TERR(t, it->code->at, "a set lists codes.", "集合中只能列出代码。");
    struct tx *when = it->when ? type_bool(t, it->when) : NULL;
    if (!c || (it->when && !when)) return false;
    if (c->kind != TX_CONST || c->v > 63) {
        TDIAG(t, it->code->at, "a set lists codes, and its list has at most 64.",
              "集合中只能列出代码，且代码表不超过 64 项。");
        return false;
    }
    typer_saw(t, it->code, c);
    x->items[x->n_items++] = (struct tx_set_item){(uint32_t)c->v, when};
    if (when) x->scopes |= when->scopes;
    else x->v |= (int64_t)(UINT64_C(1) << c->v);
    return true;
}

static struct tx *type_set(struct typer *t, const struct expr *e, const struct ty *want)
{
    if (!want || (want->kind != T_CODES && want->kind != T_SET))
        return TERR(t, e->at, "the codes of this set belong to no list: put the field or parameter on the left.",
                    "该集合的代码不知属于哪个代码表：请把字段或参数写在左边。");
    struct ty ty = {.kind = T_SET, .codes = want->codes}, codes = {.kind = T_CODES, .codes = want->codes};
    struct tx *x = tx_new(t, TX_SET, ty, e);
    if (!x) return NULL;
    x->items = ARENA_ARRAY(t->a, struct tx_set_item, e->u.set.n + 1);
    if (!x->items) return t->nomem = true, NULL;
    bool constant = true;
    for (size_t i = 0; i < e->u.set.n; i++) {
        if (!set_add(t, x, &e->u.set.v[i], &codes)) return NULL;
        constant = constant && !e->u.set.v[i].when;
    }
    if (constant) x->kind = TX_CONST;
    return x;
}

/* `at UNIT end N ago`: the body as it was at that one end, whatever its type. */
static struct tx *every_one(struct tx *x)
{
    const struct tx *b = x->parts[0];
    x->ty = b->ty, x->frac = b->frac, x->span = b->span, x->secret = b->secret, x->may_absent = b->may_absent;
    x->lo = b->lo, x->hi = b->hi, x->den_hi = b->den_hi, x->why = b->why;
    return x;
}

static struct tx *type_every(struct typer *t, const struct expr *e)
{
    if (t->in_every) return TERR(t, e->at, "\"at … end\" does not nest.", "at … end 不能嵌套。");
    static const int32_t months_of[PER__MAX] = {[PER_MONTH] = 1, [PER_QUARTER] = 3, [PER_YEAR] = 12};
    struct tx *n = type_expr(t, e->u.every.count, NULL, false);
    if (!n) return NULL;
    int32_t step = months_of[e->u.every.unit], months, days;
    if (!type_time_span(t, e->u.every.count, &months, &days)) return NULL;
    if (!step || months % step || months < step || months > 120)
        return TERR(t, e->at, "this needs a number of whole periods, at most ten years.",
                    "此处需要整数个时期，最长十年。");
    bool ago = e->u.every.ago;
    const uint32_t count = ago ? 1 : (uint32_t)(months / step);
    struct tx *x = tx_new(t, TX_EVERY, ty_of(T_BOOL), e);
    if (!x || !(x->parts = ARENA_ARRAY(t->a, struct tx *, count))) return t->nomem = true, NULL;
    if (ago) x->win.n = months;
    date_day saved = t->day,
             end = date_is_month_end(saved) ? saved : date_month_end(date_add_months(date_month_start(saved), -1));
    while (step > 1 && date_split(end).month % step) end = date_month_end(date_add_months(date_month_start(end), -1));
    if (ago) end = date_month_end(date_add_months(date_month_start(end), -months));
    t->in_every = true;
    for (uint32_t i = 0; i < count; i++) {
        t->day = date_month_end(date_add_months(date_month_start(end), -(int32_t)i * step));
        x->parts[i] = ago ? type_expr(t, e->u.every.body, NULL, false) : type_bool(t, e->u.every.body);
        if (!x->parts[i]) break;
        x->scopes |= x->parts[i]->scopes;
        x->n_parts++;
    }
    t->day = saved;
    t->in_every = false;
    if (x->n_parts < count) return NULL;
    return ago ? every_one(x) : x;
}

static struct tx *type_call(struct typer *t, const struct expr *e)
{
    struct str fn = e->u.call.fn.text;
    bool years = str_eq(fn, STR("full_years")), end = str_eq(fn, STR("month_end"));
    if (!years && !end)
        return TERR(t, e->at, "unknown function \"%.*s\". There are full_years(from, to) and month_end(date).",
                    "不认识函数“%.*s”。可用：full_years(起, 止)、month_end(日期)。", STR_ARG(fn));
    if (e->u.call.n != (years ? 2 : 1))
        return TERR(t, e->at, "%.*s takes %d argument(s).", "%.*s 需要 %d 个参数。", STR_ARG(fn), years ? 2 : 1);
    struct ty date = ty_of(T_DATE);
    struct tx *a = type_as(t, e->u.call.args[0], &date, false),
              *b = years ? type_as(t, e->u.call.args[1], &date, false) : NULL;
    if (!a || (years && !b)) return NULL;
    struct tx *x = tx_new(t, TX_CALL, ty_of(years ? T_INT : T_DATE), e);
    if (!x) return NULL;
    x->a = a, x->b = b, x->text = fn, x->span = true;
    x->scopes = a->scopes | (b ? b->scopes : 0);
    x->may_absent = a->may_absent || (b && b->may_absent);
    x->why = a->why ? a->why : b ? b->why : 0;
    if (years) x->lo = 0, x->hi = DATE_MAX_YEAR - DATE_MIN_YEAR;
    return x;
}

static struct tx *type_literal(struct typer *t, const struct expr *e, const struct ty *want, bool bare)
{
    struct tx *x;
    switch (e->kind) {
    case E_NUMBER: return type_number(t, e, want, bare);
    case E_DATE: return tx_const(t, ty_of(T_DATE), e->u.date, e);
    case E_BOOL: return tx_const(t, ty_of(T_BOOL), e->u.boolean, e);
    case E_MONTH:
        x = tx_const(t, ty_of(T_DATE), SPAN_OF(e->u.date, date_month_end(e->u.date) - e->u.date), e);
        return x;
    default:
        x = tx_new(t, TX_CONST, ty_of(T_TEXT), e);
        if (x) x->text = e->u.string;
        return x;
    }
}

static struct tx *type_any(struct typer *t, const struct expr *e, const struct ty *want, bool bare)
{
    switch (e->kind) {
    case E_NUMBER:
    case E_DATE:
    case E_MONTH:
    case E_STRING:
    case E_BOOL: return type_literal(t, e, want, bare);
    case E_NAME:
        if (str_eq(e->u.name.text, STR("none")) &&
            !(want && want->kind == T_CODES && codes_find(want->codes, e->u.name.text) != UINT32_MAX))
            return tx_new(t, TX_ABSENT, want ? *want : ty_of(T_INT), e);
        return type_name(t, e, want);
    case E_DOT: return type_dot(t, e, want);
    case E_INDEX: return type_index(t, e);
    case E_NOT:
    case E_NEG: return type_unary(t, e, want, bare);
    case E_BINARY: return type_binary(t, e);
    case E_IS: return type_is(t, e);
    case E_WITHIN: return type_within(t, e);
    case E_IN_PERIOD: return type_in_period(t, e);
    case E_IF: return type_if(t, e, want, bare);
    case E_EVERY: return type_every(t, e);
    case E_SET: return type_set(t, e, want);
    case E_PAIR: return type_pair(t, e, want, bare);
    case E_AGG: return type_agg(t, e);
    case E_CALL: return type_call(t, e);
    case E_RANGE: return TERR(t, e->at, "a range stands only right of in.", "区间只能写在 in 的右边。");
    case E_UNIT: return TERR(t, e->at, "a unit needs a number before it.", "单位前面须有数。");
    default: return TERR(t, e->at, "this cannot stand here.", "此处不能这样写。");
    }
}

struct tx *type_expr(struct typer *t, const struct expr *e, const struct ty *want, bool bare)
{
    if (t->depth >= EXPR_DEPTH_MAX)
        return TERR(t, e->at, "an expression may be %d levels deep. Make features of its parts.",
                    "表达式最多 %d 层。请把部分写成特征。", (int)EXPR_DEPTH_MAX);
    t->depth++;
    struct tx *x = type_any(t, e, want, bare);
    t->depth--;
    typer_saw(t, e, x);
    return x;
}
