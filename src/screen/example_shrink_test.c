/* Cuts that are tried one after the other until none can be made any more. */
#include "screen/example_shrink.h"
#include "base/limits.h"
#include "base/test.h"

enum { TRIES_MAX = 4000, NONE = -1 };

struct shrinking {
    struct buf *text, trial;
    example_fails fails;
    void *ctx;
    unsigned tries;
    bool any; /* in this round */
};

static char at(const struct shrinking *s, size_t i) { return i < s->text->n ? s->text->p[i] : 0; }

static bool reads(const struct shrinking *s, size_t i, const char *word)
{
    return str_starts(str_sub(buf_str(s->text), i, s->text->n), str_from(word));
}

/* Of from..to only keep..end is left; true: it still fails, and is the text now. */
static bool cut(struct shrinking *s, size_t from, size_t to, size_t keep, size_t end)
{
    struct str t = buf_str(s->text);
    if (s->tries >= TRIES_MAX || from >= to || (keep == from && end == to)) return false;
    s->tries++;
    buf_clear(&s->trial);
    buf_add(&s->trial, str_sub(t, 0, from));
    buf_add(&s->trial, str_sub(t, keep, end));
    buf_add(&s->trial, str_sub(t, to, t.n));
    if (s->trial.failed || !s->fails(s->ctx, buf_str(&s->trial))) return false;
    struct buf was = *s->text;
    *s->text = s->trial;
    s->trial = was;
    s->any = true;
    return true;
}

static size_t line_end(const struct shrinking *s, size_t i)
{
    while (at(s, i) && at(s, i) != '\n') i++;
    return i;
}

/* The bracket that closes the one at i; NONE. */
static long closing(const struct shrinking *s, size_t i)
{
    char open = at(s, i), close = open == '(' ? ')' : '}';
    for (size_t depth = 0; at(s, i); i++) {
        depth += at(s, i) == open;
        if (at(s, i) == close && --depth == 0) return (long)i;
    }
    return NONE;
}

static bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

/* ---------------------------------------------------------------- lines, rows, fields */

static void cut_lines(struct shrinking *s)
{
    for (size_t i = 0; at(s, i); i = line_end(s, i) + 1)
        while ((reads(s, i, "  expect ") || reads(s, i, "  given ")) && cut(s, i, line_end(s, i) + 1, i, i)) {}
}

/* " name {…}", but for the household and the example. */
static void cut_rows(struct shrinking *s)
{
    for (size_t i = 0; at(s, i); i++) {
        long end = at(s, i) == '{' ? closing(s, i) : NONE;
        size_t from = i;
        if (end == NONE) continue;
        while (from && at(s, from - 1) == ' ') from--;
        while (from && is_name(at(s, from - 1))) from--;
        if (from + 1 >= i || reads(s, from, "household")) continue;
        while (from && (at(s, from - 1) == ' ' || at(s, from - 1) == '\n')) from--;
        if (cut(s, from, (size_t)end + 1, from, from)) i = from;
    }
}

/* " name = value" */
static void cut_fields(struct shrinking *s)
{
    for (size_t i = 0; at(s, i); i++) {
        if (!reads(s, i, " = ")) continue;
        size_t from = i, to = i + 3;
        while (from && is_name(at(s, from - 1))) from--;
        long set = at(s, to) == '{' ? closing(s, to) : NONE;
        if (set != NONE) to = (size_t)set + 1;
        while (at(s, to) && at(s, to) != ' ' && at(s, to) != '\n' && at(s, to) != '}') to++;
        if (from && at(s, from - 1) == ' ') from--;
        if (cut(s, from, to, from, from)) i = from;
    }
}

static void cut_missing(struct shrinking *s)
{
    for (size_t i = 0; at(s, i); i++) {
        if (!reads(s, i, "  not delivered ")) continue;
        size_t to = i + 16;
        while (at(s, to) && at(s, to) != '\n' && !reads(s, to, "  ")) to++;
        if (cut(s, i, to, i, i) && i) i--;
    }
}

/* ---------------------------------------------------------------- expressions */

/* Where the bracket or the expression that i lies in begins and ends. */
static void bounds(const struct shrinking *s, size_t i, size_t first, size_t last, size_t *from, size_t *to)
{
    long depth = 0;
    for (*from = i; *from > first; --*from) {
        char c = at(s, *from - 1);
        depth += c == ')' ? 1 : c == '(' ? -1 : 0;
        if (depth < 0) break;
    }
    depth = 0;
    for (*to = i; *to < last; ++*to) {
        char c = at(s, *to);
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (depth < 0) break;
    }
}

/* One side of `and` or `or`, what stands in brackets alone, without `not`. True: cut. */
static bool cut_at(struct shrinking *s, size_t i, size_t first, size_t last)
{
    size_t word = reads(s, i, " and ") ? 5 : reads(s, i, " or ") ? 4 : 0, from, to;
    if (word) {
        bounds(s, i, first, last, &from, &to);
        return cut(s, i, to, i, i) || cut(s, from, i + word, from, from);
    }
    if (reads(s, i, "not (")) return cut(s, i, i + 4, i, i);
    long end = at(s, i) == '(' ? closing(s, i) : NONE;
    return end != NONE && (size_t)end <= last &&
           (cut(s, first, last, i + 1, (size_t)end) || cut(s, i, (size_t)end + 1, i + 1, (size_t)end));
}

static void cut_expressions(struct shrinking *s)
{
    for (size_t i = 0; at(s, i); i = line_end(s, i) + 1) {
        if (!reads(s, i, "  expect ")) continue;
        size_t first = i + strlen("  expect ");
        for (size_t k = first; k < line_end(s, i);) k = cut_at(s, k, first, line_end(s, i)) ? first : k + 1;
    }
}

unsigned example_shrink(struct buf *text, example_fails fails, void *ctx)
{
    struct shrinking s = {.text = text, .fails = fails, .ctx = ctx, .any = true};
    buf_init(&s.trial, MIB(1));
    while (s.any && s.tries < TRIES_MAX) {
        s.any = false;
        cut_lines(&s);
        cut_rows(&s);
        cut_fields(&s);
        cut_missing(&s);
        cut_expressions(&s);
    }
    buf_fini(&s.trial);
    return s.tries;
}

/* ---------------------------------------------------------------- tests */

static bool has(struct str t, const char *what) { return str_find(t, str_from(what), 0) != SIZE_MAX; }

static bool balanced(struct str t)
{
    long round = 0, curly = 0;
    for (size_t i = 0; i < t.n && round >= 0 && curly >= 0; i++) {
        round += t.p[i] == '(' ? 1 : t.p[i] == ')' ? -1 : 0;
        curly += t.p[i] == '{' ? 1 : t.p[i] == '}' ? -1 : 0;
    }
    return round == 0 && curly == 0;
}

/* Fails where somebody spent 8.5 after a month that was not delivered, and an expectation looks at red events. */
static bool pretended(void *ctx, struct str t)
{
    unsigned *n = ctx;
    ++*n;
    return balanced(t) && has(t, "household {") && has(t, "ev { on_day") && has(t, "amount = 8.5") &&
           has(t, "not delivered ev 2026-02") && has(t, "any(members.ev where on_day within 3 months and hue == 红)");
}

static const char LARGE[] =
    "```policy\nexample \"7\" {\n  given maybe = 3\n"
    "  household { division = 130725000000 hmoney = 9\n"
    "    member { relation = 户主 money = -3 tags = {慢病, 大病} ev { on_day = 2026-05-01 amount = 3 delta = 4 } }\n"
    "    member { born = 1960-05-01 evp { on_day = 2026-01-02 amount = 1 } ev { on_day = 2026-06-01 amount = 8.5 hue = "
    "红 extra = none } snap { state_date = 2026-08-31 } } }\n"
    "  as of 2026-09-30  not delivered ev 2026-02  not delivered snap 2026-09\n"
    "  expect maybe > 2 yuan\n"
    "  expect not ((ev_12m > 3 yuan) and (count(members) > 1 person or (any(members.ev where on_day within 3 months "
    "and "
    "hue == 红))))\n"
    "}\n```\n";

static const char SMALL[] = "```policy\nexample \"7\" {\n"
                            "  household {\n    member { ev { on_day = 2026-06-01 amount = 8.5 } } }\n"
                            "  as of 2026-09-30  not delivered ev 2026-02\n"
                            "  expect any(members.ev where on_day within 3 months and hue == 红)\n"
                            "}\n```\n";

static void test_shrink(struct test *t)
{
    struct buf text;
    unsigned n = 0;
    buf_init(&text, KIB(64));
    buf_addz(&text, LARGE);
    unsigned tries = example_shrink(&text, pretended, &n);
    CHECK_I64(t, tries, n);
    CHECK(t, n < 400);
    struct str got = buf_str(&text), want = str_from(SMALL);
    size_t a = 0, b = 0; /* blanks do not matter */
    while (a < got.n && b < want.n) {
        if (got.p[a] == ' ' || got.p[a] == '\n') a++;
        else if (want.p[b] == ' ' || want.p[b] == '\n') b++;
        else if (got.p[a++] != want.p[b++]) break;
    }
    if (str_trim(str_sub(got, a, got.n)).n || str_trim(str_sub(want, b, want.n)).n) CHECK_STR(t, got, want);
    n = 0;
    (void)example_shrink(&text, pretended, &n);
    CHECK_STR(t, buf_str(&text), got);
    buf_fini(&text);
}

void example_shrink_test(struct test *t);
void example_shrink_test(struct test *t)
{
    if (TEST(t, "a failing example becomes small")) test_shrink(t);
}
