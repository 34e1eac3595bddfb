/* Typing of operators: units, exact quotients, ranges. */
#include "rules/typer_int.h"

/* Numerators and denominators of quotients must stay below this, so that comparisons in 128 bits are exact. */
#define FRAC_BOUND ((i128)1 << 125)

static bool is_number(const struct ty *ty)
{
    return ty->kind == T_INT || ty->kind == T_RATIO || ty->kind == T_QUANTITY;
}

static struct tx *node2(struct typer *t, const struct expr *e, enum binop op, struct ty ty, struct tx *a, struct tx *b)
{
    struct tx *x = tx_new(t, TX_BINARY, ty, e);
    if (!x) return NULL;
    x->op = op, x->a = a, x->b = b;
    x->scopes = a->scopes | b->scopes;
    x->why = a->why ? a->why : b->why;
    return x;
}

/* A constant or parameter next to a member's sum shares its range promise; two sums of different rows do not. */
static struct tx *check_range(struct typer *t, const struct expr *e, struct tx *x, i128 lo, i128 hi)
{
    if (!x) return NULL;
    if (lo < INT64_MIN || hi > INT64_MAX)
        return TERR(t, e->at, "this could grow beyond 64 bits. Bound a field (>= 0, in a..b) or take a smaller sum.",
                    "该结果可能超出 64 位。请为字段设定范围（>= 0 或 in a..b），或缩小求和范围。");
    x->lo = lo, x->hi = hi;
    return x;
}

/* ---------------------------------------------------------------- plus and minus */

static struct tx *type_date_shift(struct typer *t, const struct expr *e, enum binop op, struct tx *a, struct tx *b)
{
    bool time = b->ty.kind == T_QUANTITY && !b->ty.den && b->ty.num >= UNIT_DAY && b->ty.num <= UNIT_YEAR;
    if (!time)
        return TERR(t, e->at, "a date moves by days, weeks, months, quarters or years, not by %s.",
                    "日期只能加减天、周、月、季、年，不能加减 %s。", ty_text(t, &b->ty));
    struct tx *x = node2(t, e, op, ty_of(T_DATE), a, b);
    if (x) x->may_absent = a->may_absent || b->may_absent;
    return x;
}

static struct tx *type_add(struct typer *t, const struct expr *e, enum binop op, struct tx *a, struct tx *b)
{
    if (a->ty.kind == T_DATE && b->ty.kind == T_DATE && op == OP_SUB) {
        struct tx *x = node2(t, e, op, ty_quantity(UNIT_DAY, 0), a, b);
        if (x) x->may_absent = a->may_absent || b->may_absent, x->lo = -200000, x->hi = 200000;
        return x;
    }
    if (a->ty.kind == T_DATE) return type_date_shift(t, e, op, a, b);
    if (a->zero) a->ty = b->ty;
    if (b->zero) b->ty = a->ty;
    if (!is_number(&a->ty) || !ty_same(&a->ty, &b->ty))
        return TERR(t, e->at, "%s and %s cannot be added or subtracted. Give both the same unit.",
                    "%s 与 %s 不能相加减。请使两边单位相同。", ty_text(t, &a->ty), ty_text(t, &b->ty));
    struct tx *x = node2(t, e, op, a->ty, a, b);
    if (!x) return NULL;
    x->may_absent = a->may_absent || b->may_absent;
    x->rowsum = a->rowsum && b->rowsum;
    i128 alo = a->lo, ahi = a->hi, blo = b->lo, bhi = b->hi;
    if (a->frac) ty_range(&a->ty, &alo, &ahi);
    if (b->frac) ty_range(&b->ty, &blo, &bhi);
    return op == OP_ADD ? check_range(t, e, x, alo + blo, ahi + bhi) : check_range(t, e, x, alo - bhi, ahi - blo);
}

/* ---------------------------------------------------------------- times and by */

struct units {
    uint16_t num[4], den[4];
    unsigned nn, nd;
};

static void units_add(struct units *u, const struct ty *ty, bool inverse)
{
    if (ty->kind != T_QUANTITY) return;
    if (ty->num) *(inverse ? &u->den[u->nd++] : &u->num[u->nn++]) = ty->num;
    if (ty->den) *(inverse ? &u->num[u->nn++] : &u->den[u->nd++]) = ty->den;
}

static void units_cancel(struct units *u)
{
    for (unsigned i = 0; i < u->nn; i++)
        for (unsigned j = 0; j < u->nd; j++)
            if (u->num[i] == u->den[j]) {
                u->num[i--] = u->num[--u->nn];
                u->den[j] = u->den[--u->nd];
                break;
            }
}

/* Result unit of a product or quotient; false when it is not one unit over at most one unit. */
static bool units_result(const struct ty *a, const struct ty *b, bool divide, struct ty *out)
{
    struct units u = {0};
    units_add(&u, a, false);
    units_add(&u, b, divide);
    units_cancel(&u);
    if (u.nn == 0 && u.nd == 0) {
        bool both_int = a->kind == T_INT && b->kind == T_INT && !divide;
        *out = ty_of(both_int ? T_INT : T_RATIO);
        return true;
    }
    if (u.nn != 1 || u.nd > 1) return false;
    *out = ty_quantity(u.num[0], u.nd ? u.den[0] : 0);
    return true;
}

static i128 abs_i128(i128 v) { return v < 0 ? -v : v; }
static i128 mag(const struct tx *x)
{
    i128 l = abs_i128(x->lo), h = abs_i128(x->hi);
    return l > h ? l : h;
}

static i128 pow10_of(unsigned n)
{
    i128 v = 1;
    while (n--) v *= 10;
    return v;
}

/* Magnitudes of x as a fraction in whole units. */
static void frac_mag(struct typer *t, const struct tx *x, i128 *n, i128 *d)
{
    *n = mag(x);
    *d = x->frac ? x->den_hi : pow10_of(ty_decimals(t->p, &x->ty));
    if (*n < 1) *n = 1;
}

static bool product_fits(i128 a, i128 b) { return a <= FRAC_BOUND / (b < 1 ? 1 : b); }

static struct tx *make_frac(struct typer *t, const struct expr *e, enum binop op, struct ty ty, struct tx *a,
                            struct tx *b)
{
    i128 an, ad, bn, bd;
    frac_mag(t, a, &an, &ad);
    frac_mag(t, b, &bn, &bd);
    if (op == OP_DIV) {
        i128 swap = bn;
        bn = bd, bd = swap;
    }
    if (!product_fits(an, bn) || !product_fits(ad, bd))
        return TERR(t, e->at,
                    "this exact quotient could grow beyond 128 bits. Round a part by giving it its own feature with + "
                    "0, or bound a field.",
                    "该精确商可能超出 128 位。请拆分为特征，或为字段设定范围。");
    struct tx *x = node2(t, e, op, ty, a, b);
    if (!x) return NULL;
    x->frac = true;
    x->may_absent = a->may_absent || b->may_absent;
    x->hi = an * bn, x->lo = -x->hi, x->den_hi = ad * bd;
    return x;
}

/* Products that stay whole numbers: at most one side has decimals of its own unit, none is a ratio. */
static struct tx *make_product(struct typer *t, const struct expr *e, struct ty ty, struct tx *a, struct tx *b)
{
    i128 v[4];
    i128 lim = (i128)1 << 62;
    if (mag(a) > lim || mag(b) > lim)
        return check_range(t, e, node2(t, e, OP_MUL, ty, a, b), -((i128)1 << 100), (i128)1 << 100);
    v[0] = a->lo * b->lo, v[1] = a->lo * b->hi, v[2] = a->hi * b->lo, v[3] = a->hi * b->hi;
    i128 lo = v[0], hi = v[0];
    for (int i = 1; i < 4; i++) {
        if (v[i] < lo) lo = v[i];
        if (v[i] > hi) hi = v[i];
    }
    struct tx *x = node2(t, e, OP_MUL, ty, a, b);
    if (x) x->may_absent = a->may_absent || b->may_absent;
    return check_range(t, e, x, lo, hi);
}

static struct tx *type_mul(struct typer *t, const struct expr *e, enum binop op, struct tx *a, struct tx *b)
{
    struct ty ty;
    if (!is_number(&a->ty) || !is_number(&b->ty) || !units_result(&a->ty, &b->ty, op == OP_DIV, &ty))
        return TERR(t, e->at, "%s and %s cannot be multiplied or divided: the result has no unit of the form a or a/b.",
                    "%s 与 %s 不能相乘除：结果不是 a 或 a/b 形式的单位。", ty_text(t, &a->ty), ty_text(t, &b->ty));
    bool ratio = a->ty.kind == T_RATIO || b->ty.kind == T_RATIO || a->frac || b->frac || ty.kind == T_RATIO;
    unsigned da = ty_decimals(t->p, &a->ty), db = ty_decimals(t->p, &b->ty);
    if (op == OP_DIV || ratio || (da && db) || da + db != ty_decimals(t->p, &ty)) return make_frac(t, e, op, ty, a, b);
    return make_product(t, e, ty, a, b);
}

/* ---------------------------------------------------------------- comparisons */

static bool ordered(const struct ty *ty)
{
    return is_number(ty) || ty->kind == T_DATE || (ty->kind == T_CODES && ty->codes->u.codes.ordered);
}

static struct tx *err_per_head(struct typer *t, const struct expr *e, const struct tx *a, const struct tx *b)
{
    return TERR(
        t, e->at,
        "%s compared with %s. One side is per head: divide the other by count(members), or multiply this one by it.",
        "%s 与 %s 比较。一边是人均：请将另一边除以 count(members)，或将这一边乘以它。", ty_text(t, &a->ty),
        ty_text(t, &b->ty));
}

static struct tx *err_compare(struct typer *t, const struct expr *e, const struct tx *a, const struct tx *b)
{
    const char *ta = ty_text(t, &a->ty), *tb = ty_text(t, &b->ty);
    if (a->ty.kind == T_QUANTITY && b->ty.kind == T_INT && b->kind == TX_CONST)
        return TERR(t, e->at, "%1$s compared with %3$s without unit. Write %2$lld %1$s.",
                    "%1$s 与没有单位的 %3$s 比较。请写 %2$lld %1$s。", ta, (long long)b->v, tb);
    bool money = a->ty.kind == T_QUANTITY && b->ty.kind == T_QUANTITY && a->ty.num == b->ty.num &&
                 a->ty.den != b->ty.den;
    if (money) return err_per_head(t, e, a, b);
    return TERR(t, e->at, "%s compared with %s. Both sides must be of one type and unit.",
                "%s 与 %s 比较。两边类型和单位须一致。", ta, tb);
}

static struct tx *compare_sets(struct typer *t, const struct expr *e, enum binop op, struct tx *a, struct tx *b)
{
    bool empty = b->kind == TX_CONST && b->v == 0;
    if (!empty || (op != OP_EQ && op != OP_NE))
        return TERR(t, e->at, "a set is compared only with {}; ask for members with has.",
                    "集合只能与 {} 比较；判断成员请用 has。");
    return node2(t, e, op, ty_of(T_BOOL), a, b);
}

struct tx *type_compare(struct typer *t, const struct expr *e, enum binop op, struct tx *a, struct tx *b)
{
    bool equality = op == OP_EQ || op == OP_NE;
    if (a->zero && is_number(&b->ty)) a->ty = b->ty;
    if (b->zero && is_number(&a->ty)) b->ty = a->ty;
    if (a->kind == TX_ABSENT || b->kind == TX_ABSENT)
        return TERR(t, e->at, "none is not compared. Write: is absent.", "none 不能用来比较。请写 is absent。");
    if (!ty_same(&a->ty, &b->ty)) return err_compare(t, e, a, b);
    if (a->ty.kind == T_SET) return compare_sets(t, e, op, a, b);
    if ((a->secret || b->secret) && !equality)
        return TERR(t, e->at, "a secret field has only ==, != and is blank.", "保密字段只能用 ==、!= 和 is blank。");
    if (!equality && !ordered(&a->ty))
        return TERR(t, e->at, "%s has no order. Use ==, != or in.", "%s 没有大小顺序。请用 ==、!= 或 in。",
                    ty_text(t, &a->ty));
    return node2(t, e, op, ty_of(T_BOOL), a, b);
}

struct tx *type_range(struct typer *t, const struct expr *e, struct tx *a, const struct expr *r)
{
    if (!ordered(&a->ty))
        return TERR(t, e->at, "%s has no order, so no range. List its codes: in {…}.",
                    "%s 没有顺序，不能用区间。请列出代码：in {…}。", ty_text(t, &a->ty));
    struct tx *lo = r->u.range.lo ? type_expr(t, r->u.range.lo, &a->ty, false) : NULL;
    struct tx *hi = r->u.range.hi ? type_expr(t, r->u.range.hi, &a->ty, false) : NULL;
    if ((r->u.range.lo && !lo) || (r->u.range.hi && !hi)) return NULL;
    if (lo && !type_compare(t, e, OP_GE, a, lo)) return NULL;
    if (hi && !type_compare(t, e, OP_LE, a, hi)) return NULL;
    struct tx *x = tx_new(t, TX_IN_RANGE, ty_of(T_BOOL), e);
    if (!x) return NULL;
    x->a = a, x->b = lo, x->c = hi, x->open_end = r->u.range.hi_open_end;
    x->scopes = a->scopes | (lo ? lo->scopes : 0) | (hi ? hi->scopes : 0);
    x->why = a->why;
    return x;
}

struct tx *type_in(struct typer *t, const struct expr *e, struct tx *a, const struct expr *right)
{
    if (right->kind == E_RANGE) return type_range(t, e, a, right);
    if (a->ty.kind != T_CODES)
        return TERR(t, e->at, "in {…} is asked of a code, this is %s.", "in {…} 用于代码，这是 %s。",
                    ty_text(t, &a->ty));
    struct ty set = {.kind = T_SET, .codes = a->ty.codes};
    struct tx *b = type_as(t, right, &set, false);
    if (!b) return NULL;
    struct tx *x = tx_new(t, TX_IN_SET, ty_of(T_BOOL), e);
    if (!x) return NULL;
    x->a = a, x->b = b, x->scopes = a->scopes | b->scopes;
    return x;
}

static struct tx *type_has(struct typer *t, const struct expr *e, struct tx *a, const struct expr *right)
{
    if (a->ty.kind != T_SET)
        return TERR(t, e->at, "has is asked of a set, this is %s.", "has 用于集合，这是 %s。", ty_text(t, &a->ty));
    struct tx *b = type_as(t, right, &a->ty, false);
    return b ? node2(t, e, OP_HAS, ty_of(T_BOOL), a, b) : NULL;
}

static struct tx *type_logic(struct typer *t, const struct expr *e)
{
    struct tx *a = type_bool(t, e->u.bin.a), *b = type_bool(t, e->u.bin.b);
    return a && b ? node2(t, e, e->u.bin.op, ty_of(T_BOOL), a, b) : NULL;
}

struct tx *type_binary(struct typer *t, const struct expr *e)
{
    enum binop op = e->u.bin.op;
    if (op == OP_AND || op == OP_OR) return type_logic(t, e);
    struct tx *a = type_expr(t, e->u.bin.a, NULL, false);
    if (!a) return NULL;
    if (op == OP_IN) return type_in(t, e, a, e->u.bin.b);
    if (op == OP_HAS) return type_has(t, e, a, e->u.bin.b);
    struct tx *b = type_expr(t, e->u.bin.b, &a->ty, false);
    if (!b) return NULL;
    switch (op) {
    case OP_ADD:
    case OP_SUB: return type_add(t, e, op, a, b);
    case OP_MUL:
    case OP_DIV: return type_mul(t, e, op, a, b);
    default: return type_compare(t, e, op, a, b);
    }
}
