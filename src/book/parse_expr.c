/* Expressions: a Pratt parser whose table is tokens.def. An expression is never continued by a name, a number or a
 * text, so clauses need no separator. */
#include "book/parse_int.h"

static struct expr *expr_name(struct parser *p);
static struct expr *expr_number(struct parser *p);
static struct expr *expr_date(struct parser *p);
static struct expr *expr_string(struct parser *p);
static struct expr *expr_bool(struct parser *p);
static struct expr *expr_set(struct parser *p);
static struct expr *expr_group(struct parser *p);
static struct expr *expr_negate(struct parser *p);
static struct expr *expr_not(struct parser *p);
static struct expr *expr_if(struct parser *p);
static struct expr *expr_every(struct parser *p);
static struct expr *expr_pair(struct parser *p);
static struct expr *expr_index(struct parser *p, struct expr *left);
static struct expr *expr_dot(struct parser *p, struct expr *left);
static struct expr *expr_binary(struct parser *p, struct expr *left);
static struct expr *expr_in(struct parser *p, struct expr *left);
static struct expr *expr_within(struct parser *p, struct expr *left);
static struct expr *expr_is(struct parser *p, struct expr *left);

struct token_rule {
    struct expr *(*prefix)(struct parser *p); /* the token is still current */
    struct expr *(*infix)(struct parser *p, struct expr *left);
    enum level prefix_level, level;
};

static const struct token_rule token_rules[TK__MAX] = {
#define KIND(id, en, zh, prefix) [TK_##id] = {prefix, NULL, LEVEL_ATOM, LEVEL_NONE},
#define SYM(id, text, prefix, plevel, infix, level) [TK_##id] = {prefix, infix, plevel, level},
#define WORD(id, text, prefix, plevel, infix, level) [TK_##id] = {prefix, infix, plevel, level},
#include "book/tokens.def"
#undef KIND
#undef SYM
#undef WORD
};

static const enum binop token_binop[TK__MAX] = {
    [TK_OR] = OP_OR,     [TK_AND] = OP_AND,  [TK_EQ] = OP_EQ,     [TK_NE] = OP_NE,   [TK_LT] = OP_LT,
    [TK_LE] = OP_LE,     [TK_GT] = OP_GT,    [TK_GE] = OP_GE,     [TK_HAS] = OP_HAS, [TK_PLUS] = OP_ADD,
    [TK_MINUS] = OP_SUB, [TK_STAR] = OP_MUL, [TK_SLASH] = OP_DIV,
};

/* An expression with the height of its tree, which the limit is on. */
struct expr_box {
    struct expr e;
    unsigned height;
};

struct expr *expr_new(struct parser *p, enum expr_kind kind, struct pos at, struct pos from)
{
    if (p->failed) return NULL;
    struct expr_box *box = ARENA_NEW(p->arena, struct expr_box);
    if (!box) return p_nomem(p), NULL;
    box->e = (struct expr){.kind = kind, .at = at, .from = from, .id = p->bs->n_exprs++};
    box->height = 1;
    return &box->e;
}

bool expr_over(struct parser *p, struct expr *e, const struct expr *child)
{
    if (!e || !child || p->failed) return false;
    struct expr_box *box = (struct expr_box *)(void *)e;
    unsigned height = ((const struct expr_box *)(const void *)child)->height + 1;
    if (height > box->height) box->height = height;
    if (height <= EXPR_DEPTH_MAX) return true;
    return P_FAIL(p, e->at,
                  "this expression is nested deeper than %d levels. Give parts of it a name with \"feature\".",
                  "表达式嵌套超过 %d 层。请把其中的部分用 feature 起名。", EXPR_DEPTH_MAX);
}

static struct expr *over(struct parser *p, struct expr *e, const struct expr *child)
{
    return expr_over(p, e, child) ? e : NULL;
}

/* ---- operands */

/* A unit word where a value is wanted. `person` is also the name of an entity, so it may stand. */
static bool unit_without_number(struct parser *p, const struct token *t)
{
    if (!lex_is_unit(&p->lx, t->text) || str_eq(t->text, STR("person"))) return false;
    (void)P_FAIL(p, t->at, "the unit \"%.*s\" has no number before it. Write for example 3 %.*s.",
                 "单位“%.*s”前面没有数。请写数，例如 3 %.*s。", STR_ARG(t->text), STR_ARG(t->text));
    return true;
}

/* Arguments up to the closing token; each has its height taken. */
static bool args(struct parser *p, struct expr *e, struct expr ***v, size_t *n, enum token_kind close)
{
    do {
        struct expr *arg = p_expr(p);
        struct expr **slot = expr_over(p, e, arg) ? LIST_ADD(p, *v, *n) : NULL;
        if (!slot) return false;
        *slot = arg;
    } while (p_take(p, TK_COMMA));
    return p_expect(p, close);
}

static struct expr *call(struct parser *p, const struct token *fn)
{
    struct expr *e = expr_new(p, E_CALL, fn->at, fn->at);
    if (!e) return NULL;
    e->u.call.fn = (struct name){fn->text, fn->at};
    p_advance(p);
    if (p_take(p, TK_RPAREN)) return e;
    return args(p, e, &e->u.call.args, &e->u.call.n, TK_RPAREN) ? e : NULL;
}

static struct expr *expr_name(struct parser *p)
{
    struct token t = p->cur;
    struct token next = lex_peek(&p->lx, 0);
    bool calls = next.kind == TK_LPAREN && next.glued;
    if (!calls && unit_without_number(p, &t)) return NULL;
    p_advance(p);
    if (calls) return call(p, &t);
    struct expr *e = expr_new(p, E_NAME, t.at, t.at);
    if (e) e->u.name = (struct name){t.text, t.at};
    return e;
}

/* 12.5万 -> 125000: the digits fit, the lexer bounds them. */
static void read_number(struct expr *e, struct str s)
{
    i128 v = 0;
    uint8_t decimals = 0;
    bool fraction = false;
    size_t i = 0;
    for (; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_' || s.p[i] == '.'); i++) {
        if (s.p[i] == '.') fraction = true;
        if (s.p[i] == '_' || s.p[i] == '.') continue;
        v = v * 10 + (s.p[i] - '0');
        if (fraction) decimals++;
    }
    if (str_starts(str_sub(s, i, s.n), STR("万"))) v *= 10000;
    if (str_starts(str_sub(s, i, s.n), STR("亿"))) v *= 100000000;
    for (; decimals > 0 && v % 10 == 0; decimals--) v /= 10;
    e->u.num.digits = v;
    e->u.num.decimals = decimals;
    e->u.num.percent = str_ends(s, STR("%"));
}

static struct expr *expr_number(struct parser *p)
{
    struct token t = p->cur;
    struct expr *e = expr_new(p, E_NUMBER, t.at, t.at);
    if (!e) return NULL;
    read_number(e, t.text);
    e->u.num.unit = t.unit;
    e->u.num.per = t.per;
    p_advance(p);
    return e;
}

static struct expr *expr_date(struct parser *p)
{
    struct token t = p->cur;
    struct expr *e = expr_new(p, t.kind == TK_DATE ? E_DATE : E_MONTH, t.at, t.at);
    date_day last;
    return e && p_day(p, &e->u.date, &last) ? e : NULL;
}

static struct expr *expr_string(struct parser *p)
{
    struct expr *e = expr_new(p, E_STRING, p->cur.at, p->cur.at);
    return e && p_string(p, &e->u.string, "", "") ? e : NULL;
}

static struct expr *expr_bool(struct parser *p)
{
    struct expr *e = expr_new(p, E_BOOL, p->cur.at, p->cur.at);
    if (!e) return NULL;
    e->u.boolean = p->cur.kind == TK_TRUE;
    p_advance(p);
    return e;
}

static bool set_item(struct parser *p, struct expr *e)
{
    struct set_item *item = LIST_ADD(p, e->u.set.v, e->u.set.n);
    if (!item) return false;
    item->code = p_expr_level(p, LEVEL_ADD);
    if (!expr_over(p, e, item->code)) return false;
    if (!p_take(p, TK_WHEN)) return !p->failed;
    item->when = p_expr(p);
    return expr_over(p, e, item->when);
}

static struct expr *expr_set(struct parser *p)
{
    struct expr *e = expr_new(p, E_SET, p->cur.at, p->cur.at);
    if (!e) return NULL;
    p_advance(p);
    if (p_take(p, TK_RBRACE)) return e;
    do {
        if (!set_item(p, e)) return NULL;
    } while (p_take(p, TK_COMMA));
    return p_expect(p, TK_RBRACE) ? e : NULL;
}

static struct expr *expr_group(struct parser *p)
{
    p_advance(p);
    struct expr *e = p_expr(p);
    return e && p_expect(p, TK_RPAREN) ? e : NULL;
}

static struct expr *prefix(struct parser *p, enum expr_kind kind, enum level level)
{
    struct expr *e = expr_new(p, kind, p->cur.at, p->cur.at);
    p_advance(p);
    if (!e) return NULL;
    e->u.unary.a = p_expr_level(p, level);
    return over(p, e, e->u.unary.a);
}

static struct expr *expr_negate(struct parser *p) { return prefix(p, E_NEG, LEVEL_NEG); }
static struct expr *expr_not(struct parser *p) { return prefix(p, E_NOT, LEVEL_NOT); }

static struct expr *expr_if(struct parser *p)
{
    struct expr *e = expr_new(p, E_IF, p->cur.at, p->cur.at);
    p_advance(p);
    if (!e) return NULL;
    e->u.cond.c = p_expr_level(p, LEVEL_OR);
    if (!expr_over(p, e, e->u.cond.c) || !p_expect(p, TK_THEN)) return NULL;
    e->u.cond.a = p_expr(p);
    if (!expr_over(p, e, e->u.cond.a)) return NULL;
    if (!p_take(p, TK_ELSE))
        return P_FAIL(p, e->at,
                      "\"if\" without \"else\": what holds otherwise is never guessed. Write else and a value.",
                      "if 没有 else：否则取什么值不会自动猜测。请写 else 和值。"),
               NULL;
    e->u.cond.b = p_expr(p);
    return over(p, e, e->u.cond.b);
}

/* at every month end of last 6 months: BODY; at month end 1 month ago: BODY */
static struct expr *expr_every(struct parser *p)
{
    struct expr *e = expr_new(p, E_EVERY, p->cur.at, p->cur.at);
    p_advance(p);
    if (!e) return NULL;
    e->u.every.ago = !p_take(p, TK_EVERY);
    if (p->failed || !p_period_unit(p, &e->u.every.unit, false) || !p_expect(p, TK_LAST_DAY)) return NULL;
    if (!e->u.every.ago && (!p_expect(p, TK_OF) || !p_expect(p, TK_LAST))) return NULL;
    e->u.every.count = p_expr_level(p, LEVEL_ADD);
    if (!expr_over(p, e, e->u.every.count) || (e->u.every.ago && !p_expect(p, TK_AGO)) || !p_expect(p, TK_COLON))
        return NULL;
    e->u.every.body = p_expr(p);
    return over(p, e, e->u.every.body);
}

static struct expr *expr_pair(struct parser *p)
{
    struct expr *e = expr_new(p, E_PAIR, p->cur.at, p->cur.at);
    if (!e) return NULL;
    e->u.pair.least = p->cur.kind == TK_LEAST;
    p_advance(p);
    if (!p_expect(p, TK_LPAREN)) return NULL;
    e->u.pair.a = p_expr(p);
    if (!expr_over(p, e, e->u.pair.a) || !p_expect(p, TK_COMMA)) return NULL;
    e->u.pair.b = p_expr(p);
    return expr_over(p, e, e->u.pair.b) && p_expect(p, TK_RPAREN) ? e : NULL;
}

/* ---- operators */

static struct expr *expr_dot(struct parser *p, struct expr *left)
{
    struct expr *e = expr_new(p, E_DOT, p->cur.at, left->from);
    p_advance(p);
    if (!e) return NULL;
    e->u.dot.left = left;
    if (!p_name(p, &e->u.dot.name, "a name behind the point", "点后面的名称")) return NULL;
    return over(p, e, left);
}

/* t[key, key] or p[last year] */
static struct expr *expr_index(struct parser *p, struct expr *left)
{
    struct expr *e = expr_new(p, E_INDEX, p->cur.at, left->from);
    p_advance(p);
    if (!e || !expr_over(p, e, left)) return NULL;
    e->u.index.left = left;
    if (p_at_period(p)) {
        e->u.index.period = p_period(p, e);
        return e->u.index.period && p_expect(p, TK_RBRACKET) ? e : NULL;
    }
    struct expr *first = p_expr_level(p, LEVEL_OPEN);
    if (first && p->cur.kind == TK_UPTO) {
        struct expr *range = expr_new(p, E_RANGE, p->cur.at, first->from);
        p_advance(p);
        if (!range) return NULL;
        range->u.range.lo = first;
        range->u.range.hi = p_expr_level(p, LEVEL_ADD);
        first = range;
        if (!range->u.range.hi) return NULL;
    }
    e->u.index.period = first ? p_period_of(p, first) : NULL;
    if (e->u.index.period) return p_expect(p, TK_RBRACKET) ? e : NULL;
    if (first && first->kind == E_RANGE)
        return P_FAIL(p, first->at,
                      "a range is no key and no period. Write a value, or for a period two days: "
                      "p[2026-01-01..2026-06-30].",
                      "区间既不是键也不是时期。请写一个值；时期请写两个日期：p[2026-01-01..2026-06-30]。"),
               NULL;
    struct expr **slot = expr_over(p, e, first) ? LIST_ADD(p, e->u.index.args, e->u.index.n) : NULL;
    if (!slot) return NULL;
    *slot = first;
    if (p_take(p, TK_COMMA)) return args(p, e, &e->u.index.args, &e->u.index.n, TK_RBRACKET) ? e : NULL;
    return p_expect(p, TK_RBRACKET) ? e : NULL;
}

static struct expr *unit_operand(struct parser *p)
{
    struct token t = p->cur;
    struct expr *e = expr_new(p, E_UNIT, t.at, t.at);
    if (e) e->u.name = (struct name){t.text, t.at};
    p_advance(p);
    return e;
}

static struct expr *expr_binary(struct parser *p, struct expr *left)
{
    struct token op = p->cur;
    struct expr *e = expr_new(p, E_BINARY, op.at, left->from);
    p_advance(p);
    if (!e) return NULL;
    bool unit = op.kind == TK_SLASH && p->cur.kind == TK_IDENT && lex_is_unit(&p->lx, p->cur.text);
    e->u.bin.op = token_binop[op.kind];
    e->u.bin.a = left;
    e->u.bin.b = unit ? unit_operand(p) : p_expr_level(p, (enum level)(token_rules[op.kind].level + 1));
    return expr_over(p, e, left) && expr_over(p, e, e->u.bin.b) ? e : NULL;
}

static bool at_range(const struct parser *p) { return p->cur.kind == TK_UPTO || p->cur.kind == TK_BELOW; }

static bool fail_open_range(struct parser *p)
{
    return P_FAIL(
        p, p->cur.at,
        "a range may be open only in the keys of a table. Write both ends, or a comparison such as age >= 18.",
        "只有表的键里区间才能缺一端。请写全两端，或写比较，例如 age >= 18。");
}

/* The range whose lower end is lo, at its "..". */
static struct expr *range_from(struct parser *p, struct expr *lo)
{
    struct expr *e = expr_new(p, E_RANGE, p->cur.at, lo->from);
    if (!e) return NULL;
    e->u.range.lo = lo;
    e->u.range.hi_open_end = p->cur.kind == TK_BELOW;
    p_advance(p);
    if (p->failed) return NULL;
    if (!token_rules[p->cur.kind].prefix || p->cur.kind == TK_STRING) return fail_open_range(p), NULL;
    e->u.range.hi = p_expr_level(p, LEVEL_ADD);
    return expr_over(p, e, lo) && expr_over(p, e, e->u.range.hi) ? e : NULL;
}

struct expr *p_range(struct parser *p)
{
    if (at_range(p)) return fail_open_range(p), NULL;
    struct expr *lo = p_expr_level(p, LEVEL_ADD);
    if (!lo) return NULL;
    if (!at_range(p)) return p_unexpected(p, "a range such as 1..4", "区间，例如 1..4"), NULL;
    return range_from(p, lo);
}

static struct expr *in_period(struct parser *p, struct expr *left, struct pos at, struct period *period)
{
    struct expr *e = expr_new(p, E_IN_PERIOD, at, left->from);
    if (!e || !expr_over(p, e, left)) return NULL;
    e->u.in_period.a = left;
    e->u.in_period.period = period ? period : p_period(p, e);
    return e->u.in_period.period && !p->failed ? e : NULL;
}

static struct expr *expr_in(struct parser *p, struct expr *left)
{
    struct pos at = p->cur.at;
    p_advance(p);
    if (p_at_period(p)) return in_period(p, left, at, NULL);
    if (at_range(p)) return fail_open_range(p), NULL;
    struct expr *right = p_expr_level(p, LEVEL_ADD);
    if (right && at_range(p)) right = range_from(p, right);
    if (!right) return NULL;
    struct period *period = p_period_of(p, right);
    if (period) return in_period(p, left, at, period);
    struct expr *e = expr_new(p, E_BINARY, at, left->from);
    if (!expr_over(p, e, left) || !expr_over(p, e, right)) return NULL;
    e->u.bin.op = OP_IN;
    e->u.bin.a = left;
    e->u.bin.b = right;
    return e;
}

static struct expr *expr_within(struct parser *p, struct expr *left)
{
    struct expr *e = expr_new(p, E_WITHIN, p->cur.at, left->from);
    p_advance(p);
    if (!e) return NULL;
    e->u.within.a = left;
    e->u.within.span = p_expr_level(p, LEVEL_ADD);
    if (!expr_over(p, e, left) || !expr_over(p, e, e->u.within.span)) return NULL;
    if (!p_take(p, TK_ENDING)) return e;
    e->u.within.ending = p_expr_level(p, LEVEL_ADD);
    return expr_over(p, e, e->u.within.ending) && p_expect(p, TK_AGO) ? e : NULL;
}

static struct expr *expr_is(struct parser *p, struct expr *left)
{
    struct expr *e = expr_new(p, E_IS, p->cur.at, left->from);
    p_advance(p);
    if (!e) return NULL;
    e->u.is.a = left;
    e->u.is.blank = p->cur.kind == TK_BLANK;
    if (!p_take(p, TK_BLANK) && !p_take(p, TK_ABSENT))
        return p_unexpected(p, "\"absent\" or \"blank\" behind \"is\" (\"==\" compares)",
                            "is 后面的 absent 或 blank（比较用“==”）"),
               NULL;
    return over(p, e, left);
}

/* ---- the loop */

static struct expr *operand(struct parser *p, enum level min)
{
    const struct token_rule *r = &token_rules[p->cur.kind];
    if (p->failed) return NULL;
    if (p_at_decl_start(p) || !r->prefix) return p_unexpected(p, "a value", "一个值"), NULL;
    if (r->prefix_level < min)
        return P_FAIL(p, p->cur.at,
                      "\"%.*s\" reaches further than its place here. Put it, with all it covers, in parentheses.",
                      "“%.*s”在这里管得太宽。请把它和它管的部分放进括号。", STR_ARG(p->cur.text)),
               NULL;
    return r->prefix(p);
}

static struct expr *operators(struct parser *p, struct expr *left, enum level min)
{
    bool compared = false;
    while (left && !p->failed) {
        const struct token_rule *r = &token_rules[p->cur.kind];
        if (!r->infix || r->level < min) return left;
        if (r->level == LEVEL_COMPARE && compared)
            return P_FAIL(p, p->cur.at, "comparisons do not chain. Write age in 6..15, or age >= 6 and age <= 15.",
                          "比较不能连写。请写 age in 6..15，或 age >= 6 and age <= 15。"),
                   NULL;
        compared = r->level == LEVEL_COMPARE;
        left = r->infix(p, left);
    }
    return p->failed ? NULL : left;
}

struct expr *p_expr_level(struct parser *p, enum level min)
{
    if (p->failed) return NULL;
    if (p->depth >= PARSE_DEPTH_MAX)
        return P_FAIL(p, p->cur.at, "too many brackets within brackets. Give parts of this a name with \"feature\".",
                      "括号嵌套太深。请把其中的部分用 feature 起名。"),
               NULL;
    p->depth++;
    struct expr *e = operators(p, operand(p, min), min);
    p->depth--;
    return e;
}

struct expr *p_expr(struct parser *p) { return p_expr_level(p, LEVEL_OPEN); }
