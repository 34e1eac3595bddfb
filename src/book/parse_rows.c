/* Rows, periods and the keys of tables: the parts of expressions that are not expressions. */
#include "book/parse_int.h"

/* ---- periods */

static const struct {
    const char *word;
    enum period_unit unit;
} spans[] = {
    {"months", PER_MONTH},
    {"quarters", PER_QUARTER},
    {"years", PER_YEAR},
};
static const struct {
    const char *word;
    enum period_unit unit;
} units[] = {
    {"month", PER_MONTH},
    {"quarter", PER_QUARTER},
    {"year", PER_YEAR},
    {"term", PER_TERM},
};

bool p_period_unit(struct parser *p, enum period_unit *out, bool term)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if ((units[i].unit == PER_TERM && !term) || !p_take_word(p, units[i].word)) continue;
        *out = units[i].unit;
        return !p->failed;
    }
    if (!p->failed && p->cur.kind == TK_NUMBER)
        return P_FAIL(
            p, p->cur.at,
            "a number does not stand here. Write within 3 months, or the whole months before: in months -3..-1.",
            "这里不能写数。请写 within 3 months，或前几个整月：in months -3..-1。");
    return term ? p_unexpected(p, "month, quarter, year or term", "month、quarter、year 或 term")
                : p_unexpected(p, "month, quarter or year", "month、quarter 或 year");
}

bool p_at_period(const struct parser *p)
{
    if (p->cur.kind == TK_THIS || p->cur.kind == TK_LAST) return true;
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (p_is_word(p, spans[i].word)) return true;
    return false;
}

/* months -12..-1 from x */
static bool span(struct parser *p, struct period *d, struct expr *owner)
{
    d->kind = PK_SPAN;
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (p_take_word(p, spans[i].word)) d->unit = spans[i].unit;
    d->lo = p_expr_level(p, LEVEL_ADD);
    if (!expr_over(p, owner, d->lo) || !p_expect(p, TK_UPTO)) return false;
    d->hi = p_expr_level(p, LEVEL_ADD);
    if (!expr_over(p, owner, d->hi)) return false;
    if (!p_take(p, TK_FROM)) return !p->failed;
    d->from = p_expr_level(p, LEVEL_ADD);
    return expr_over(p, owner, d->from);
}

static bool this_or_last(struct parser *p, struct period *d)
{
    d->kind = p->cur.kind == TK_THIS ? PK_THIS : PK_LAST;
    p_advance(p);
    if (!p_period_unit(p, &d->unit, true)) return false;
    if (d->kind != PK_THIS || !p_take(p, TK_SO)) return !p->failed;
    d->so_far = true;
    return p_expect(p, TK_FAR);
}

struct period *p_period(struct parser *p, struct expr *owner)
{
    struct period *d = ARENA_NEW(p->arena, struct period);
    if (!d) return p_nomem(p), NULL;
    d->at = p->cur.at;
    bool named = p->cur.kind == TK_THIS || p->cur.kind == TK_LAST;
    return (named ? this_or_last(p, d) : span(p, d, owner)) ? d : NULL;
}

/* A bare whole number that can only mean a year. */
static int32_t year_of(const struct expr *e)
{
    enum { YEAR_MIN = 1900, YEAR_MAX = 2200 };
    if (e->kind != E_NUMBER || e->u.num.decimals || e->u.num.percent || e->u.num.unit.text.n) return 0;
    return e->u.num.digits >= YEAR_MIN && e->u.num.digits <= YEAR_MAX ? (int32_t)e->u.num.digits : 0;
}

static bool is_day(const struct expr *e) { return e->kind == E_DATE || e->kind == E_MONTH; }

struct period *p_period_of(struct parser *p, const struct expr *e)
{
    struct period d = {.at = e->from};
    if (year_of(e)) {
        d.kind = PK_YEAR;
        d.first = date_make(year_of(e), 1, 1);
        d.last = date_year_end(d.first);
    } else if (e->kind == E_MONTH) {
        d.kind = PK_MONTH;
        d.first = e->u.date;
        d.last = date_month_end(d.first);
    } else if (e->kind == E_RANGE && !e->u.range.hi_open_end && is_day(e->u.range.lo) && is_day(e->u.range.hi)) {
        d.kind = PK_DAYS;
        d.first = e->u.range.lo->u.date;
        d.last = e->u.range.hi->kind == E_MONTH ? date_month_end(e->u.range.hi->u.date) : e->u.range.hi->u.date;
        if (d.first > d.last)
            return P_FAIL(p, e->at, "this period ends before it begins. Exchange its two days.",
                          "时期的结束早于开始。请对调两个日期。"),
                   NULL;
    } else {
        return NULL;
    }
    struct period *kept = ARENA_NEW(p->arena, struct period);
    if (!kept) return p_nomem(p), NULL;
    *kept = d;
    return kept;
}

/* ---- rows */

/* The names of a.b.c, first one first. */
static bool path_of(struct parser *p, const struct expr *e, struct name_list *path)
{
    size_t n = 1;
    const struct expr *x = e;
    for (; x->kind == E_DOT; x = x->u.dot.left) n++;
    if (x->kind != E_NAME)
        return P_FAIL(
            p, e->from,
            "rows are named by a path such as members or member.school; a value stands before \"for\": sum(amount for "
            "members.income).",
            "行的来源应写成路径，例如 members 或 member.school；取值写在 for 前面：sum(amount for members.income)。");
    path->v = ARENA_ARRAY(p->arena, struct name, n);
    if (!path->v) return p_nomem(p), false;
    path->n = n;
    for (x = e; x->kind == E_DOT; x = x->u.dot.left) path->v[--n] = x->u.dot.name;
    path->v[0] = x->u.name;
    return true;
}

static bool path(struct parser *p, struct name_list *out)
{
    do {
        struct name name;
        if (!p_name(p, &name, "the rows, a path such as members or member.school",
                    "行的来源，例如 members 或 member.school"))
            return false;
        struct name *slot = LIST_ADD(p, out->v, out->n);
        if (!slot) return false;
        *slot = name;
    } while (p_take(p, TK_DOT));
    return !p->failed;
}

/* Behind the path: [this term] [as x] [this term] [where cond] */
static bool rows_rest(struct parser *p, struct rows *r, struct expr *owner)
{
    for (unsigned i = 0; i < 3 && !p->failed; i++) {
        if (!r->has_this && p_take(p, TK_THIS)) {
            r->has_this = true;
            if (!p_period_unit(p, &r->this_unit, true)) return false;
        }
        if (!r->as.text.n && p_take(p, TK_AS) && !p_own_name(p, &r->as, "a name for the row", "行的名称")) return false;
    }
    if (!p_take(p, TK_WHERE)) return !p->failed;
    r->where = p_expr(p);
    return expr_over(p, owner, r->where);
}

struct expr *expr_agg(struct parser *p)
{
    struct expr *e = expr_new(p, E_AGG, p->cur.at, p->cur.at);
    if (!e) return NULL;
    e->u.agg.kind = (enum agg_kind)(p->cur.kind - TK_SUM);
    p_advance(p);
    if (!p_expect(p, TK_LPAREN)) return NULL;
    struct expr *first = p_expr(p);
    if (!first) return NULL;
    if (p_take(p, TK_FOR)) {
        e->u.agg.value = first;
        if (!expr_over(p, e, first) || !path(p, &e->u.agg.rows.path)) return NULL;
    } else if (p->failed || !path_of(p, first, &e->u.agg.rows.path)) {
        return NULL;
    }
    return rows_rest(p, &e->u.agg.rows, e) && p_expect(p, TK_RPAREN) ? e : NULL;
}

/* ---- keys of tables */

static bool literal(const struct expr *e)
{
    if (e->kind == E_NEG) e = e->u.unary.a;
    return e->kind == E_NUMBER || e->kind == E_DATE || e->kind == E_MONTH || e->kind == E_BOOL || e->kind == E_NAME ||
           e->kind == E_STRING;
}

static struct expr *key_literal(struct parser *p)
{
    struct pos at = p->cur.at;
    struct expr *e = p_expr_level(p, LEVEL_NEG);
    if (!e || literal(e)) return e;
    return P_FAIL(p, at, "the key of a table row is a code, a number, a date, a range of these, or {codes}.",
                  "表中一行的键应是代码、数、日期、它们的区间，或 {代码, …}。"),
           NULL;
}

static bool at_key_end(const struct parser *p) { return p->cur.kind == TK_COMMA || p->cur.kind == TK_ARROW; }

bool p_key(struct parser *p, struct table_key *key)
{
    key->at = p->cur.at;
    if (p_take(p, TK_LBRACE)) return p_names(p, &key->names, "a code", "代码") && p_expect(p, TK_RBRACE);
    struct expr *lo = NULL;
    bool range = p->cur.kind == TK_UPTO || p->cur.kind == TK_BELOW;
    if (!range && !(lo = key_literal(p))) return false;
    key->e = lo;
    range = p->cur.kind == TK_UPTO || p->cur.kind == TK_BELOW;
    if (p->failed || !range) return !p->failed;
    struct expr *e = expr_new(p, E_RANGE, p->cur.at, key->at);
    if (!e) return false;
    e->u.range.lo = lo;
    e->u.range.hi_open_end = p->cur.kind == TK_BELOW;
    p_advance(p);
    if (!p->failed && at_key_end(p) && e->u.range.hi_open_end)
        return P_FAIL(p, e->at, "\"..<\" leaves out its upper end, which is not there. Write \"..\".",
                      "“..<”不含上端，但没有写上端。请写“..”。");
    if (!at_key_end(p) && !(e->u.range.hi = key_literal(p))) return false;
    key->e = e;
    return !p->failed;
}
