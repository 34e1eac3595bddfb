/* What an example must have to notice a change: the boundary, or which side must be true. */
#include "base/mem.h"
#include "ident/division_code.h"
#include "rules/policy_int.h"
#include "rules/strict_int.h"

int64_t strict_place(const struct policy *p, const struct decl *owner) { return decl_prefix(p, owner); }

bool strict_speaks_of(const struct decl *x, const struct decl *owner)
{
    struct str entity = owner->kind == D_FEATURE ? owner->u.feature.entity.text : (struct str){0};
    return str_eq(x->name.text, owner->name.text) && str_eq(x->u.equivalent.entity.text, entity);
}

struct hint {
    const struct mutant *m;
    bool english;
    struct buf b;
};

static void say(struct hint *h, const char *en, const char *zh) { buf_addz(&h->b, h->english ? en : zh); }

static void say_expr(struct hint *h, const struct expr *e)
{
    buf_addc(&h->b, '`');
    expr_print(e, &h->b);
    buf_addc(&h->b, '`');
}

/* A literal end of a comparison moved: the value that only one of the two takes. */
static bool boundary(struct hint *h)
{
    const struct expr *c = h->m->shown, *to = h->m->with, *now = h->m->target;
    bool compares = c && c->kind == E_BINARY && c->u.bin.op >= OP_EQ && c->u.bin.op <= OP_GE;
    if (h->m->kind != MU_NUMBER || !compares || c->u.bin.b != now || now->kind != E_NUMBER) return false;
    bool low_in = c->u.bin.op == OP_GE || c->u.bin.op == OP_LT; /* the lower of the two decides */
    const struct expr *low = now->u.num.digits < to->u.num.digits ? now : to, *high = low == now ? to : now;
    struct expr at = {.kind = E_BINARY};
    at.u.bin.op = OP_EQ, at.u.bin.a = c->u.bin.a;
    struct expr value = c->u.bin.op == OP_EQ || c->u.bin.op == OP_NE ? *now : low_in ? *low : *high;
    at.u.bin.b = &value;
    say(h, "a case on the boundary: ", "正好在界线上的情形：");
    say_expr(h, &at);
    return true;
}

static void compared(struct hint *h, const struct expr *e)
{
    struct expr at = *e;
    at.u.bin.op = OP_EQ;
    say(h, "both sides equal: ", "两边正好相等：");
    say_expr(h, &at);
}

/* and: one side true, the other false; or: the same. For a left-out side, which one. */
static void sides(struct hint *h, const struct expr *e, const struct expr *kept)
{
    bool and = e->u.bin.op == OP_AND;
    const struct expr *left_out = kept && kept->id == e->u.bin.a->id ? e->u.bin.b : e->u.bin.a;
    const struct expr *other = left_out == e->u.bin.a ? e->u.bin.b : e->u.bin.a;
    say_expr(h, left_out);
    say(h, and? " is false and " : " is true and ", and? "不成立，而" : "成立，而");
    say_expr(h, other);
    say(h, and? " is true" : " is false", and? "成立" : "不成立");
    if (!kept) say(h, ", or the other way round", "，或者反过来");
}

static void aggregate(struct hint *h, const struct expr *e)
{
    if (e->u.agg.kind == AGG_SUM || e->u.agg.kind == AGG_MAX || e->u.agg.kind == AGG_MIN)
        say(h, "two rows with different values above 0", "有两行，值不同且都大于 0");
    else say(h, "two rows, one that meets the condition and one that does not", "有两行，一行符合条件，一行不符合");
}

static void left_out_where(struct hint *h, const struct expr *e)
{
    say(h, "a row for which this is false: ", "有一行不符合：");
    say_expr(h, e->u.agg.rows.where);
}

static bool by_kind(struct hint *h)
{
    const struct mutant *m = h->m;
    const struct expr *e = m->target;
    switch (m->kind) {
    case MU_COMPARE: compared(h, e); return true;
    case MU_LOGIC: sides(h, e, NULL); return true;
    case MU_ARM:
        if (e->kind == E_AGG) left_out_where(h, e);
        else sides(h, e, m->with);
        return true;
    case MU_AGG: aggregate(h, e); return true;
    case MU_SIGN:
        say(h, "a value other than 0 of ", "值不为 0：");
        say_expr(h, e->u.bin.b);
        return true;
    case MU_NOT:
        say(h, "a household or person that only this decides: ", "只由此处决定结果的户或人：");
        say_expr(h, m->shown);
        return true;
    case MU_NUMBER: return boundary(h);
    default: return false;
    }
}

struct str strict_hint(const struct mutant *m, enum lang lang, struct arena *a)
{
    struct hint h = {.m = m, .english = lang == LANG_EN};
    buf_init(&h.b, MIB(1));
    if (!by_kind(&h)) {
        say(&h, "a case where this is true and the changed form is false, or the other way round: ",
            "原句与改动后的句子结果不同的情形：");
        buf_addc(&h.b, '`');
        mutant_print(m, &h.b);
        buf_addc(&h.b, '`');
    }
    struct str s = h.b.failed ? (struct str){0} : str_dup(a, buf_str(&h.b));
    buf_fini(&h.b);
    return s;
}
