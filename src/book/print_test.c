/* print -> parse -> print is the identity: on the corpus, and on random trees. */
#include "base/clock.h"
#include "base/mem.h"
#include "book/book_testing.h"

void print_test(struct test *t);

/* ---- corpus */

static void reprint(struct test *t, const char *name, struct str text, struct buf *first)
{
    struct bench_book a, b;
    struct buf fence, second;
    buf_init(&fence, MIB(4));
    buf_init(&second, MIB(4));
    bench_open(&a, LANG_EN);
    bench_open(&b, LANG_EN);
    CHECK_I64(t, bench_parse(&a, name, text), RC_OK);
    buf_clear(first);
    diags_print(&a.diags, first);
    CHECK_STR(t, buf_str(first), STR(""));
    books_print(&a.books, first);
    buf_addz(&fence, "# h\n```policy\n");
    buf_add(&fence, buf_str(first));
    buf_addz(&fence, "```\n");
    CHECK_I64(t, bench_parse(&b, name, buf_str(&fence)), RC_OK);
    CHECK_I64(t, b.diags.errors, 0);
    books_print(&b.books, &second);
    CHECK_STR(t, buf_str(&second), buf_str(first));
    buf_fini(&fence);
    buf_fini(&second);
    bench_close(&a);
    bench_close(&b);
}

static void corpus(struct test *t)
{
    struct arena names;
    struct err e = {.lang = LANG_EN};
    const char **v = NULL;
    size_t n = 0;
    arena_init(&names, MIB(1));
    CHECK_I64(t, io_list_dir(&names, "tests/corpus/parse", &v, &n, &e), RC_OK);
    CHECK(t, n >= 50);
    for (size_t i = 0; i < n; i++) {
        struct buf text, first;
        buf_init(&text, BOOK_BYTES_MAX);
        buf_init(&first, MIB(4));
        CHECK_I64(t, io_read_file(io_join(&names, "tests/corpus/parse", v[i]), &text, &e), RC_OK);
        reprint(t, v[i], buf_str(&text), &first);
        if (str_eq(str_from(v[i]), STR("roster.md")))
            test_golden(t, buf_str(&first), "tests/golden/book/roster.printed");
        buf_fini(&text);
        buf_fini(&first);
    }
    arena_fini(&names);
}

/* ---- random trees */

struct maker {
    struct arena *a;
    struct rng rng;
};

static uint64_t pick(struct maker *m, uint64_t n) { return rng_below(&m->rng, n); }

static struct name any_name(struct maker *m)
{
    static const char *const names[] = {"a", "b1", "年龄", "income_line", "member", "户", "none", "value", "rule"};
    return (struct name){str_from(names[pick(m, sizeof names / sizeof *names)]), pos_none()};
}

static struct name any_unit(struct maker *m)
{
    static const char *const names[] = {"yuan", "person", "hh", "months", "day", "years", "quarter"};
    return (struct name){str_from(names[pick(m, sizeof names / sizeof *names)]), pos_none()};
}

static struct expr *node(struct maker *m, enum expr_kind kind)
{
    struct expr *e = ARENA_NEW(m->a, struct expr);
    if (e) e->kind = kind;
    return e;
}

static struct expr *make(struct maker *m, unsigned depth);

static struct expr *make_number(struct maker *m)
{
    struct expr *e = node(m, E_NUMBER);
    e->u.num.digits = (i128)pick(m, pick(m, 2) ? 1000 : UINT64_C(1000000000000000));
    e->u.num.decimals = (uint8_t)(pick(m, 3) ? 0 : pick(m, 9) + 1);
    if (e->u.num.decimals) e->u.num.digits = e->u.num.digits / 10 * 10 + 1 + (i128)pick(m, 9);
    e->u.num.percent = pick(m, 5) == 0;
    if (pick(m, 2)) e->u.num.unit = any_unit(m);
    if (e->u.num.unit.text.n && pick(m, 3) == 0) e->u.num.per = any_unit(m);
    return e;
}

static struct expr *make_leaf(struct maker *m)
{
    struct expr *e;
    switch (pick(m, 7)) {
    case 0: return make_number(m);
    case 1:
        e = node(m, E_DATE);
        e->u.date = date_make(2000 + (int32_t)pick(m, 30), 1 + (int32_t)pick(m, 12), 1 + (int32_t)pick(m, 28));
        return e;
    case 2:
        e = node(m, E_STRING);
        e->u.string = pick(m, 2) ? STR("") : STR("字 # {");
        return e;
    case 3:
        e = node(m, E_BOOL);
        e->u.boolean = pick(m, 2);
        return e;
    default:
        e = node(m, E_NAME);
        e->u.name = any_name(m);
        return e;
    }
}

static struct period *make_period(struct maker *m, unsigned depth)
{
    struct period *d = ARENA_NEW(m->a, struct period);
    int32_t year = 2000 + (int32_t)pick(m, 100);
    d->kind = (enum period_kind)pick(m, PK__MAX);
    d->unit = (enum period_unit)pick(m, d->kind == PK_SPAN ? PER_TERM : PER_DAY);
    d->so_far = d->kind == PK_THIS && pick(m, 2);
    if (d->kind == PK_SPAN) {
        d->lo = make(m, depth);
        d->hi = make(m, depth);
        if (pick(m, 2)) d->from = make(m, depth);
    }
    d->first = date_make(year, d->kind == PK_YEAR ? 1 : 1 + (int32_t)pick(m, 12), 1);
    d->last = d->kind == PK_YEAR ? date_year_end(d->first) : date_month_end(d->first);
    return d;
}

/* Begins with a text: behind ".." that would be the label of a field. */
static bool begins_with_text(const struct expr *e)
{
    for (;;) switch (e->kind) {
        case E_STRING: return true;
        case E_DOT: e = e->u.dot.left; break;
        case E_INDEX: e = e->u.index.left; break;
        case E_BINARY: e = e->u.bin.a; break;
        default: return false;
        }
}

static struct expr *make_range(struct maker *m, unsigned depth)
{
    struct expr *e = node(m, E_RANGE);
    e->u.range.lo = make(m, depth);
    do e->u.range.hi = make(m, depth);
    while (e->u.range.hi->kind == E_DATE || begins_with_text(e->u.range.hi)); /* day..day is a period */
    e->u.range.hi_open_end = pick(m, 2);
    return e;
}

/* A bare number or month right of "in" or alone in brackets would be a year or a month. */
static struct expr *make_no_period(struct maker *m, unsigned depth)
{
    struct expr *e = make(m, depth);
    if (e->kind == E_NUMBER) e->u.num.unit = any_unit(m);
    return e;
}

static struct expr *make_binary(struct maker *m, unsigned depth)
{
    struct expr *e = node(m, E_BINARY);
    e->u.bin.op = (enum binop)pick(m, BINOP__MAX);
    e->u.bin.a = make(m, depth);
    if (e->u.bin.op == OP_IN) {
        e->u.bin.b = pick(m, 2) ? make_range(m, depth) : make_no_period(m, depth);
    } else if (e->u.bin.op == OP_DIV && pick(m, 2)) {
        e->u.bin.b = node(m, E_UNIT);
        e->u.bin.b->u.name = any_unit(m);
    } else {
        e->u.bin.b = make(m, depth);
    }
    return e;
}

static struct expr *make_agg(struct maker *m, unsigned depth)
{
    struct expr *e = node(m, E_AGG);
    struct rows *r = &e->u.agg.rows;
    e->u.agg.kind = (enum agg_kind)pick(m, AGG__MAX);
    if (pick(m, 2)) e->u.agg.value = make(m, depth);
    r->path.n = 1 + pick(m, 3);
    r->path.v = ARENA_ARRAY(m->a, struct name, r->path.n);
    for (size_t i = 0; i < r->path.n; i++) r->path.v[i] = any_name(m);
    if (pick(m, 3) == 0) r->as = any_name(m);
    r->has_this = pick(m, 3) == 0;
    r->this_unit = (enum period_unit)pick(m, PER_DAY);
    if (pick(m, 2)) r->where = make(m, depth);
    return e;
}

static struct expr *make_index(struct maker *m, unsigned depth)
{
    struct expr *e = node(m, E_INDEX);
    e->u.index.left = make(m, depth);
    if (pick(m, 2)) {
        e->u.index.period = make_period(m, depth);
        return e;
    }
    e->u.index.n = 1 + pick(m, 3);
    e->u.index.args = ARENA_ARRAY(m->a, struct expr *, e->u.index.n);
    for (size_t i = 0; i < e->u.index.n; i++) e->u.index.args[i] = make_no_period(m, depth);
    return e;
}

static struct expr *make_set(struct maker *m, unsigned depth)
{
    struct expr *e = node(m, E_SET);
    e->u.set.n = pick(m, 4);
    e->u.set.v = ARENA_ARRAY(m->a, struct set_item, e->u.set.n ? e->u.set.n : 1);
    for (size_t i = 0; i < e->u.set.n; i++) {
        e->u.set.v[i].code = make(m, depth);
        if (pick(m, 2)) e->u.set.v[i].when = make(m, depth);
    }
    return e;
}

static struct expr *make_three(struct maker *m, enum expr_kind kind, unsigned depth)
{
    struct expr *e = node(m, kind);
    switch (kind) {
    case E_IF: e->u.cond.c = make(m, depth), e->u.cond.a = make(m, depth), e->u.cond.b = make(m, depth); break;
    case E_WITHIN:
        e->u.within.a = make(m, depth), e->u.within.span = make(m, depth);
        if (pick(m, 2)) e->u.within.ending = make(m, depth);
        break;
    case E_EVERY:
        e->u.every.unit = (enum period_unit)pick(m, PER_TERM), e->u.every.ago = pick(m, 2);
        e->u.every.count = make(m, depth), e->u.every.body = make(m, depth);
        break;
    case E_PAIR: e->u.pair.least = pick(m, 2), e->u.pair.a = make(m, depth), e->u.pair.b = make(m, depth); break;
    default:
        e->u.call.fn = any_name(m);
        e->u.call.n = pick(m, 3);
        e->u.call.args = ARENA_ARRAY(m->a, struct expr *, e->u.call.n ? e->u.call.n : 1);
        for (size_t i = 0; i < e->u.call.n; i++) e->u.call.args[i] = make(m, depth);
    }
    return e;
}

static struct expr *make(struct maker *m, unsigned depth)
{
    static const enum expr_kind three[] = {E_IF, E_WITHIN, E_EVERY, E_PAIR, E_CALL};
    struct expr *e;
    if (depth == 0) return make_leaf(m);
    depth--;
    switch (pick(m, 14)) {
    case 0:
    case 1: return make_leaf(m);
    case 2:
        e = node(m, E_DOT);
        e->u.dot.left = make(m, depth);
        e->u.dot.name = any_name(m);
        return e;
    case 3: return make_index(m, depth);
    case 4:
        e = node(m, pick(m, 2) ? E_NOT : E_NEG);
        e->u.unary.a = make(m, depth);
        return e;
    case 5:
        e = node(m, E_IS);
        e->u.is.a = make(m, depth);
        e->u.is.blank = pick(m, 2);
        return e;
    case 6:
        e = node(m, E_IN_PERIOD);
        e->u.in_period.a = make(m, depth);
        e->u.in_period.period = make_period(m, depth);
        return e;
    case 7: return make_agg(m, depth);
    case 8: return make_set(m, depth);
    case 9:
    case 10: return make_three(m, three[pick(m, sizeof three / sizeof *three)], depth);
    default: return make_binary(m, depth);
    }
}

/* ---- equality of trees, positions and ids aside */

static bool same(const struct expr *a, const struct expr *b);

static bool same_name(struct name a, struct name b) { return str_eq(a.text, b.text); }

static bool same_list(struct expr *const *a, size_t n, struct expr *const *b, size_t m)
{
    bool ok = n == m;
    for (size_t i = 0; i < n && ok; i++) ok = same(a[i], b[i]);
    return ok;
}

static bool same_period(const struct period *a, const struct period *b)
{
    if (!a || !b) return a == b;
    if (a->kind != b->kind) return false;
    if (a->kind >= PK_YEAR) return a->first == b->first && a->last == b->last;
    return a->unit == b->unit && a->so_far == b->so_far && same(a->lo, b->lo) && same(a->hi, b->hi) &&
           same(a->from, b->from);
}

static bool same_agg(const struct expr *a, const struct expr *b)
{
    const struct rows *r = &a->u.agg.rows, *s = &b->u.agg.rows;
    bool ok = a->u.agg.kind == b->u.agg.kind && same(a->u.agg.value, b->u.agg.value) && r->path.n == s->path.n;
    for (size_t i = 0; i < r->path.n && ok; i++) ok = same_name(r->path.v[i], s->path.v[i]);
    return ok && same_name(r->as, s->as) && r->has_this == s->has_this &&
           (!r->has_this || r->this_unit == s->this_unit) && same(r->where, s->where);
}

static bool same_set(const struct expr *a, const struct expr *b)
{
    bool ok = a->u.set.n == b->u.set.n;
    for (size_t i = 0; i < a->u.set.n && ok; i++)
        ok = same(a->u.set.v[i].code, b->u.set.v[i].code) && same(a->u.set.v[i].when, b->u.set.v[i].when);
    return ok;
}

static bool same_leaf(const struct expr *a, const struct expr *b)
{
    switch (a->kind) {
    case E_NUMBER:
        return a->u.num.digits == b->u.num.digits && a->u.num.decimals == b->u.num.decimals &&
               a->u.num.percent == b->u.num.percent && same_name(a->u.num.unit, b->u.num.unit) &&
               same_name(a->u.num.per, b->u.num.per);
    case E_DATE:
    case E_MONTH: return a->u.date == b->u.date;
    case E_STRING: return str_eq(a->u.string, b->u.string);
    case E_BOOL: return a->u.boolean == b->u.boolean;
    default: return same_name(a->u.name, b->u.name);
    }
}

static bool same(const struct expr *a, const struct expr *b)
{
    if (!a || !b) return a == b;
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case E_DOT: return same(a->u.dot.left, b->u.dot.left) && same_name(a->u.dot.name, b->u.dot.name);
    case E_INDEX:
        return same(a->u.index.left, b->u.index.left) && same_period(a->u.index.period, b->u.index.period) &&
               same_list(a->u.index.args, a->u.index.n, b->u.index.args, b->u.index.n);
    case E_NOT:
    case E_NEG: return same(a->u.unary.a, b->u.unary.a);
    case E_BINARY: return a->u.bin.op == b->u.bin.op && same(a->u.bin.a, b->u.bin.a) && same(a->u.bin.b, b->u.bin.b);
    case E_IS: return a->u.is.blank == b->u.is.blank && same(a->u.is.a, b->u.is.a);
    case E_WITHIN:
        return same(a->u.within.a, b->u.within.a) && same(a->u.within.span, b->u.within.span) &&
               same(a->u.within.ending, b->u.within.ending);
    case E_IN_PERIOD:
        return same(a->u.in_period.a, b->u.in_period.a) && same_period(a->u.in_period.period, b->u.in_period.period);
    case E_IF:
        return same(a->u.cond.c, b->u.cond.c) && same(a->u.cond.a, b->u.cond.a) && same(a->u.cond.b, b->u.cond.b);
    case E_EVERY:
        return a->u.every.unit == b->u.every.unit && a->u.every.ago == b->u.every.ago &&
               same(a->u.every.count, b->u.every.count) && same(a->u.every.body, b->u.every.body);
    case E_SET: return same_set(a, b);
    case E_PAIR:
        return a->u.pair.least == b->u.pair.least && same(a->u.pair.a, b->u.pair.a) && same(a->u.pair.b, b->u.pair.b);
    case E_AGG: return same_agg(a, b);
    case E_RANGE:
        return a->u.range.hi_open_end == b->u.range.hi_open_end && same(a->u.range.lo, b->u.range.lo) &&
               same(a->u.range.hi, b->u.range.hi);
    case E_CALL:
        return same_name(a->u.call.fn, b->u.call.fn) &&
               same_list(a->u.call.args, a->u.call.n, b->u.call.args, b->u.call.n);
    default: return same_leaf(a, b);
    }
}

static void random_tree(struct test *t, uint64_t seed)
{
    struct bench_book b;
    struct buf first, second;
    bench_open(&b, LANG_EN);
    buf_init(&first, MIB(4));
    buf_init(&second, MIB(4));
    struct maker m = {.a = &b.arena};
    rng_seed(&m.rng, seed);
    struct expr *made = make(&m, 1 + (unsigned)pick(&m, 5));
    expr_print(made, &first);
    struct expr *read = expr_parse(&b.books, buf_str(&first), "x", &b.diags);
    if (read) expr_print(read, &second);
    else diags_print(&b.diags, &second);
    CHECK_STR(t, buf_str(&second), buf_str(&first));
    if (read && !same(made, read)) CHECK_STR(t, buf_str(&first), STR("another tree with the same text"));
    buf_fini(&first);
    buf_fini(&second);
    bench_close(&b);
}

void print_test(struct test *t)
{
    if (TEST(t, "prints the corpus so that it reads the same")) corpus(t);
    if (TEST(t, "prints random trees so that they read the same"))
        for (uint64_t seed = 1; seed <= (t->slow ? 200000 : 5000) && !t->case_failed; seed++) random_tree(t, seed);
}
