/* Expressions as source text, with no parentheses but those that the levels ask for. */
#include "base/limits.h"
#include "book/parse_int.h"
#include "book/print_int.h"

static enum level level_of(const struct expr *e)
{
    static const enum level of_op[BINOP__MAX] = {
        [OP_OR] = LEVEL_OR,   [OP_AND] = LEVEL_AND, [OP_ADD] = LEVEL_ADD,
        [OP_SUB] = LEVEL_ADD, [OP_MUL] = LEVEL_MUL, [OP_DIV] = LEVEL_MUL,
    };
    switch (e->kind) {
    case E_IF:
    case E_EVERY: return LEVEL_OPEN;
    case E_NOT: return LEVEL_NOT;
    case E_IS:
    case E_WITHIN:
    case E_IN_PERIOD: return LEVEL_COMPARE;
    case E_RANGE: return LEVEL_RANGE;
    case E_NEG: return LEVEL_NEG;
    case E_BINARY: return of_op[e->u.bin.op] ? of_op[e->u.bin.op] : LEVEL_COMPARE;
    default: return LEVEL_ATOM;
    }
}

static void print(const struct expr *e, enum level min, struct buf *out, unsigned depth);

static void print_list(struct expr *const *v, size_t n, struct buf *out, unsigned depth)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0) buf_addz(out, ", ");
        print(v[i], LEVEL_OPEN, out, depth);
    }
}

void print_names(const struct name_list *names, struct buf *out)
{
    for (size_t i = 0; i < names->n; i++) {
        if (i > 0) buf_addz(out, ", ");
        buf_add(out, names->v[i].text);
    }
}

void print_day(date_day d, struct buf *out)
{
    char text[DATE_TEXT_MAX];
    buf_addz(out, date_format(d, text));
}

/* Digits, the point put in where the decimals begin. */
static void print_number(const struct expr *e, struct buf *out)
{
    char text[48];
    size_t n = i128_format(e->u.num.digits, text), decimals = e->u.num.decimals;
    if (n <= decimals) buf_addz(out, "0.");
    for (size_t i = n; i < decimals; i++) buf_addc(out, '0');
    for (size_t i = 0; i < n; i++) {
        if (decimals && i > 0 && i == n - decimals) buf_addc(out, '.');
        buf_addc(out, text[i]);
    }
    if (e->u.num.percent) buf_addc(out, '%');
    if (!e->u.num.unit.text.n) return;
    buf_addc(out, ' ');
    buf_add(out, e->u.num.unit.text);
    if (!e->u.num.per.text.n) return;
    buf_addc(out, '/');
    buf_add(out, e->u.num.per.text);
}

static void print_span(const struct period *d, struct buf *out, unsigned depth)
{
    buf_addz(out, period_unit_text[d->unit]);
    buf_addz(out, "s ");
    print(d->lo, LEVEL_ADD, out, depth);
    buf_addz(out, "..");
    print(d->hi, LEVEL_ADD, out, depth);
    if (!d->from) return;
    buf_addz(out, " from ");
    print(d->from, LEVEL_ADD, out, depth);
}

static void print_period_at(const struct period *d, struct buf *out, unsigned depth)
{
    char text[DATE_TEXT_MAX];
    switch (d->kind) {
    case PK_THIS:
    case PK_LAST:
        buf_addz(out, d->kind == PK_THIS ? "this " : "last ");
        buf_addz(out, period_unit_text[d->unit]);
        if (d->so_far) buf_addz(out, " so far");
        break;
    case PK_SPAN: print_span(d, out, depth); break;
    case PK_YEAR: buf_add(out, (struct str){date_format(d->first, text), 4}); break;
    case PK_MONTH: buf_add(out, (struct str){date_format(d->first, text), 7}); break;
    default:
        print_day(d->first, out);
        buf_addz(out, "..");
        print_day(d->last, out);
    }
}

void print_period(const struct period *d, struct buf *out) { print_period_at(d, out, 0); }

static void print_agg(const struct expr *e, struct buf *out, unsigned depth)
{
    const struct rows *r = &e->u.agg.rows;
    buf_addz(out, agg_text[e->u.agg.kind]);
    buf_addc(out, '(');
    if (e->u.agg.value) {
        print(e->u.agg.value, LEVEL_OPEN, out, depth);
        buf_addz(out, " for ");
    }
    for (size_t i = 0; i < r->path.n; i++) {
        if (i > 0) buf_addc(out, '.');
        buf_add(out, r->path.v[i].text);
    }
    if (r->as.text.n) buf_addz(out, " as "), buf_add(out, r->as.text);
    if (r->has_this) buf_addz(out, " this "), buf_addz(out, period_unit_text[r->this_unit]);
    if (r->where) {
        buf_addz(out, " where ");
        print(r->where, LEVEL_OPEN, out, depth);
    }
    buf_addc(out, ')');
}

static void print_set(const struct expr *e, struct buf *out, unsigned depth)
{
    buf_addc(out, '{');
    for (size_t i = 0; i < e->u.set.n; i++) {
        if (i > 0) buf_addz(out, ", ");
        print(e->u.set.v[i].code, LEVEL_ADD, out, depth);
        if (!e->u.set.v[i].when) continue;
        buf_addz(out, " when ");
        print(e->u.set.v[i].when, LEVEL_OPEN, out, depth);
    }
    buf_addc(out, '}');
}

/* 8000 yuan / person is one number to the lexer: a quotient of it needs parentheses. */
static bool ends_in_unit(const struct expr *e, enum level min)
{
    for (;;) {
        if (level_of(e) < min) return false;
        if (e->kind == E_NUMBER) return e->u.num.unit.text.n && !e->u.num.per.text.n;
        min = LEVEL_MUL;
        if (e->kind == E_NEG) e = e->u.unary.a, min = LEVEL_NEG;
        else if (e->kind == E_BINARY) e = e->u.bin.b, min = LEVEL_NEG;
        else return false;
    }
}

static void print_binary(const struct expr *e, struct buf *out, unsigned depth)
{
    enum level level = level_of(e);
    enum level left = level == LEVEL_COMPARE ? LEVEL_RANGE : level;
    if (e->u.bin.b->kind == E_UNIT && ends_in_unit(e->u.bin.a, left)) left = (enum level)(LEVEL_ATOM + 1);
    print(e->u.bin.a, left, out, depth);
    buf_addc(out, ' ');
    buf_addz(out, binop_text[e->u.bin.op]);
    buf_addc(out, ' ');
    print(e->u.bin.b, (enum level)(level + 1), out, depth);
}

static void print_range(const struct expr *e, struct buf *out, unsigned depth)
{
    if (e->u.range.lo) print(e->u.range.lo, LEVEL_ADD, out, depth);
    buf_addz(out, e->u.range.hi_open_end ? "..<" : "..");
    if (e->u.range.hi) print(e->u.range.hi, LEVEL_ADD, out, depth);
}

static void print_within(const struct expr *e, struct buf *out, unsigned depth)
{
    print(e->u.within.a, LEVEL_RANGE, out, depth);
    buf_addz(out, " within ");
    print(e->u.within.span, LEVEL_ADD, out, depth);
    if (!e->u.within.ending) return;
    buf_addz(out, " ending ");
    print(e->u.within.ending, LEVEL_ADD, out, depth);
    buf_addz(out, " ago");
}

static void print_if(const struct expr *e, struct buf *out, unsigned depth)
{
    buf_addz(out, "if ");
    print(e->u.cond.c, LEVEL_OR, out, depth);
    buf_addz(out, " then ");
    print(e->u.cond.a, LEVEL_OPEN, out, depth);
    buf_addz(out, " else ");
    print(e->u.cond.b, LEVEL_OPEN, out, depth);
}

static void print_every(const struct expr *e, struct buf *out, unsigned depth)
{
    bool ago = e->u.every.ago;
    buf_addf(out, ago ? "at %s end " : "at every %s end of last ", period_unit_text[e->u.every.unit]);
    print(e->u.every.count, LEVEL_ADD, out, depth);
    buf_addz(out, ago ? " ago: " : ": ");
    print(e->u.every.body, LEVEL_OPEN, out, depth);
}

static void print_index(const struct expr *e, struct buf *out, unsigned depth)
{
    print(e->u.index.left, LEVEL_ATOM, out, depth);
    buf_addc(out, '[');
    if (e->u.index.period) print_period_at(e->u.index.period, out, depth);
    else print_list(e->u.index.args, e->u.index.n, out, depth);
    buf_addc(out, ']');
}

static void print_leaf(const struct expr *e, struct buf *out)
{
    char text[DATE_TEXT_MAX];
    switch (e->kind) {
    case E_NUMBER: print_number(e, out); break;
    case E_DATE: print_day(e->u.date, out); break;
    case E_MONTH: buf_add(out, (struct str){date_format(e->u.date, text), 7}); break;
    case E_STRING: print_quoted(e->u.string, out); break;
    case E_BOOL: buf_addz(out, e->u.boolean ? "true" : "false"); break;
    default: buf_add(out, e->u.name.text);
    }
}

static void print_call(const struct expr *e, struct buf *out, unsigned depth)
{
    if (e->kind == E_PAIR) {
        struct expr *both[] = {e->u.pair.a, e->u.pair.b};
        buf_addz(out, e->u.pair.least ? "least(" : "greatest(");
        print_list(both, 2, out, depth);
    } else {
        buf_add(out, e->u.call.fn.text);
        buf_addc(out, '(');
        print_list(e->u.call.args, e->u.call.n, out, depth);
    }
    buf_addc(out, ')');
}

static void print_bare(const struct expr *e, struct buf *out, unsigned depth)
{
    switch (e->kind) {
    case E_DOT:
        print(e->u.dot.left, LEVEL_ATOM, out, depth);
        buf_addc(out, '.');
        buf_add(out, e->u.dot.name.text);
        break;
    case E_INDEX: print_index(e, out, depth); break;
    case E_NOT:
        buf_addz(out, "not ");
        print(e->u.unary.a, LEVEL_NOT, out, depth);
        break;
    case E_NEG:
        buf_addc(out, '-');
        print(e->u.unary.a, LEVEL_NEG, out, depth);
        break;
    case E_BINARY: print_binary(e, out, depth); break;
    case E_IS:
        print(e->u.is.a, LEVEL_RANGE, out, depth);
        buf_addz(out, e->u.is.blank ? " is blank" : " is absent");
        break;
    case E_WITHIN: print_within(e, out, depth); break;
    case E_IN_PERIOD:
        print(e->u.in_period.a, LEVEL_RANGE, out, depth);
        buf_addz(out, " in ");
        print_period_at(e->u.in_period.period, out, depth);
        break;
    case E_IF: print_if(e, out, depth); break;
    case E_EVERY: print_every(e, out, depth); break;
    case E_SET: print_set(e, out, depth); break;
    case E_PAIR:
    case E_CALL: print_call(e, out, depth); break;
    case E_AGG: print_agg(e, out, depth); break;
    case E_RANGE: print_range(e, out, depth); break;
    default: print_leaf(e, out);
    }
}

static void print(const struct expr *e, enum level min, struct buf *out, unsigned depth)
{
    /* The parser lets nothing deeper through; a tree made elsewhere is cut visibly. */
    if (depth > 2 * EXPR_DEPTH_MAX) {
        buf_addz(out, "…");
        return;
    }
    bool parens = level_of(e) < min || min > LEVEL_ATOM;
    if (parens) buf_addc(out, '(');
    print_bare(e, out, depth + 1);
    if (parens) buf_addc(out, ')');
}

void expr_print(const struct expr *e, struct buf *out) { print(e, LEVEL_OPEN, out, 0); }
