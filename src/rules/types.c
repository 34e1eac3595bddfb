/* Types and units of the policy language (SEMANTICS §1). */
#include "rules/typer_int.h"

struct ty ty_of(enum type_kind k) { return (struct ty){.kind = k}; }
struct ty ty_quantity(uint16_t num, uint16_t den) { return (struct ty){.kind = T_QUANTITY, .num = num, .den = den}; }

static bool resolve_unit(struct typer *t, struct name n, uint16_t *out)
{
    *out = policy_unit(t->p, n.text);
    if (*out != UINT16_MAX) return true;
    diag_add(t->d, DIAG_ERROR, n.at, "unknown unit \"%.*s\". Declare it: unit %.*s \"…\".",
             "不认识单位“%.*s”。请先声明：unit %.*s \"…\"。", STR_ARG(n.text), STR_ARG(n.text));
    return false;
}

static bool resolve_codes(struct typer *t, struct name n, const struct decl **out)
{
    *out = policy_find(t->p, D_CODES, n.text, t->place, t->place_day);
    if (*out) return true;
    struct str close = policy_suggest(t->p, D_CODES, n.text);
    if (close.n)
        diag_add(t->d, DIAG_ERROR, n.at, "unknown type \"%.*s\". Did you mean the code list \"%.*s\"?",
                 "不认识类型“%.*s”。是否为代码表“%.*s”？", STR_ARG(n.text), STR_ARG(close));
    else
        diag_add(t->d, DIAG_ERROR, n.at,
                 "unknown type \"%.*s\": neither a unit nor a code list. Declare unit or codes of this name.",
                 "不认识类型“%.*s”：既不是单位也不是代码表。请用 unit 或 codes 声明。", STR_ARG(n.text));
    return false;
}

static bool resolve_named(struct typer *t, const struct type_ref *r, struct ty *out)
{
    uint16_t num = policy_unit(t->p, r->name.text), den = 0;
    if (num == UINT16_MAX && !r->per.text.n) {
        *out = ty_of(T_CODES);
        return resolve_codes(t, r->name, &out->codes);
    }
    if (!resolve_unit(t, r->name, &num) || (r->per.text.n && !resolve_unit(t, r->per, &den))) return false;
    *out = ty_quantity(num, den);
    return true;
}

static bool resolve_ref(struct typer *t, const struct type_ref *r, struct ty *out)
{
    *out = ty_of(T_REF);
    if (str_eq(r->name.text, STR("person")) || str_eq(r->name.text, STR("member"))) {
        out->table = TABLE_PERSON;
        return true;
    }
    if (str_eq(r->name.text, STR("household"))) {
        out->table = TABLE_HOUSEHOLD;
        return true;
    }
    diag_add(t->d, DIAG_ERROR, r->name.at, "\"%.*s\" cannot be referred to. Write ref person or ref household.",
             "不能引用“%.*s”。请写 ref person 或 ref household。", STR_ARG(r->name.text));
    return false;
}

bool ty_resolve(struct typer *t, const struct type_ref *r, struct ty *out)
{
    switch (r->kind) {
    case T_CODES:
    case T_QUANTITY: return resolve_named(t, r, out);
    case T_SET: *out = ty_of(T_SET); return resolve_codes(t, r->name, &out->codes);
    case T_REF: return resolve_ref(t, r, out);
    default: *out = ty_of(r->kind); return true;
    }
}

bool ty_same(const struct ty *a, const struct ty *b)
{
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case T_QUANTITY: return a->num == b->num && a->den == b->den;
    case T_CODES:
    case T_SET: return str_eq(a->codes->name.text, b->codes->name.text);
    case T_REF: return a->table == b->table;
    default: return true;
    }
}

void ty_print(struct policy *p, const struct ty *t, struct buf *out)
{
    static const char *const words[TYPE__MAX] = {[T_BOOL] = "bool", [T_INT] = "int",   [T_RATIO] = "ratio",
                                                 [T_DATE] = "date", [T_TEXT] = "text", [T_DIVISION] = "division"};
    switch (t->kind) {
    case T_QUANTITY:
        buf_add(out, policy_unit_name(p, t->num));
        if (t->den) buf_addc(out, '/'), buf_add(out, policy_unit_name(p, t->den));
        break;
    case T_SET: buf_addz(out, "set of "); /* fall through */
    case T_CODES: buf_add(out, t->codes->name.text); break;
    case T_REF: buf_addz(out, t->table == TABLE_PERSON ? "ref person" : "ref household"); break;
    default: buf_addz(out, words[t->kind]); break;
    }
}

const char *ty_text(struct typer *t, const struct ty *ty)
{
    struct buf b;
    buf_init(&b, 256);
    ty_print(t->p, ty, &b);
    const char *z = str_z(t->a, buf_str(&b));
    buf_fini(&b);
    return z ? z : "?";
}

unsigned ty_decimals(struct policy *p, const struct ty *ty)
{
    if (ty->kind == T_RATIO) return 9;
    if (ty->kind == T_QUANTITY) return policy_unit_decimals(p, ty->num);
    return 0;
}

uint8_t ty_rep(const struct ty *ty)
{
    switch (ty->kind) {
    case T_BOOL: return REP_BOOL;
    case T_DATE: return REP_SPAN;
    case T_SET: return REP_SET;
    default: return REP_INT;
    }
}

void ty_range(const struct ty *ty, i128 *lo, i128 *hi)
{
    switch (ty->kind) {
    case T_BOOL: *lo = 0, *hi = 1; break;
    case T_INT:
    case T_QUANTITY: *lo = -(i128)FEN_MAX, *hi = FEN_MAX; break;
    case T_RATIO: *lo = -(i128)RATIO_MAX, *hi = RATIO_MAX; break;
    case T_CODES: *lo = 0, *hi = (i128)ty->codes->u.codes.n; break;
    default: *lo = INT64_MIN, *hi = INT64_MAX; break;
    }
}
