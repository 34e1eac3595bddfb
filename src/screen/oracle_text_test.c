/* Random policy text on the reference, the vector VM and SQL: examples with random rows and random conditions over the
 * world of tests/semantics, compiled as books are. FANGPIN_SEED=N makes example N only, FANGPIN_CASES=N about
 * N of them from FANGPIN_FROM on; a failure is shrunk and printed as an example to keep in tests/semantics.
 * Conditions that the type checker refuses are left out, but most must pass. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/date.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "screen/example_shrink.h"
#include "screen/oracle_testing.h"

enum { EXAMPLES = 400, BOOKS_SLOW = 20, EXPECTS = 3, DEPTH = 5 };

/* ---------------------------------------------------------------- the grammar */

/* A letter after % is replaced by one of its productions; the first ones end. B bool, Y yuan, N int, Q ratio of a
 * household; m bool of a member, x bool of a row of ev, p of a row of evp; e f values of rows; w v u windows; o c n q k
 * d literals. */
static const struct production {
    char of;
    const char *text;
} GRAMMAR[] = {
    {'B', "%Y %o %Y"},
    {'B', "any(members where %m)"},
    {'B', "%Y %o %n yuan"},
    {'B', "(%B) and (%B)"},
    {'B', "(%B) or (%B)"},
    {'B', "not (%B)"},
    {'B', "all(%m for members)"},
    {'B', "any(members.ev where %w and %x)"},
    {'B', "any(members.evp where %w)"},
    {'B', "all(%x for members.ev where %w)"},
    {'B', "%Y is absent"},
    {'B', "%N %o %n"},
    {'B', "%Y / (%Y) %o %q"},
    {'B', "%Y %o 0"},
    {'B', "count(members where %m) %o %n person"},
    {'B', "any(members.newest where price %o %n yuan)"},
    {'B', "any(members.rel where hue == %c)"},
    {'B', "%Y / count(members) %o %n yuan/person"},
    {'B', "any(members.snapt this term where hue == %c)"},
    {'Y', "%n yuan"},
    {'Y', "ev_12m"},
    {'Y', "part_12m"},
    {'Y', "place_line"},
    {'Y', "maybe"},
    {'Y', "hmoney"},
    {'Y', "(%Y + %Y)"},
    {'Y', "(%Y - %Y)"},
    {'Y', "%n * (%Y)"},
    {'Y', "(%Y) / %n"},
    {'Y', "least(%Y, %Y)"},
    {'Y', "greatest(%Y, %Y)"},
    {'Y', "(if %B then %Y else %Y)"},
    {'Y', "sum(%e for members.ev where %w)"},
    {'Y', "sum(%e for members.ev where %w and %x)"},
    {'Y', "max(%e for members.ev where %w and %x)"},
    {'Y', "min(%e for members.ev where %w)"},
    {'Y', "latest(%e for members.ev where %w and %x)"},
    {'Y', "sum(%f for members.evp where %w and %p)"},
    {'Y', "max(%f for members.evp where %w)"},
    {'Y', "min(%f for members.evp where %w)"},
    {'Y', "sum(amount for members.evq where %v)"},
    {'Y', "max(amount for members.evy where %u)"},
    {'Y', "sum(amount for members.keyed where %w)"},
    {'Y', "sum(money for members where %m)"},
    {'Y', "max(spare for members)"},
    {'Y', "min(spare for members where %m)"},
    {'Y', "sum(price for members.snap)"},
    {'Y', "(at month end 1 month ago: sum(price for members.snap))"},
    {'Y', "(at quarter end 1 quarter ago: max(amount for members.ev where %w))"},
    {'Y', "max(price for members.snapp)"},
    {'Y', "sum(price for members.snapf)"},
    {'Y', "max(price for members.newest)"},
    {'Y', "latest(price for members.newest)"},
    {'N', "count(members.ev where %w)"},
    {'N', "count(members.evp where %w and %p)"},
    {'N', "sum(pieces for members where %m)"},
    {'N', "max(age for members)"},
    {'N', "min(age for members where %m)"},
    {'N', "count(members.rel)"},
    {'m', "money %o %n yuan"},
    {'m', "hue == %c"},
    {'m', "spare %o %n yuan"},
    {'m', "spare is absent"},
    {'m', "spare is blank"},
    {'m', "money is blank"},
    {'m', "rank_of %o %k"},
    {'m', "rank_of in {B, C}"},
    {'m', "hue in {红, 绿}"},
    {'m', "tags has 残疾"},
    {'m', "tags has {慢病, 大病}"},
    {'m', "tags == {}"},
    {'m', "age %o %n"},
    {'m', "age >= 60"},
    {'m', "born < %d"},
    {'m', "joined %o %d"},
    {'m', "joined is absent"},
    {'m', "joined within %n months"},
    {'m', "hue_line[hue] %o %n yuan"},
    {'m', "some_line[hue] == 1 yuan"},
    {'m', "two_keys[hue, pieces] %o %n"},
    {'m', "relation == 户主"},
    {'m', "score %o %q"},
    {'m', "not (%m)"},
    {'m', "(%m or %m)"},
    {'m', "(%m and %m)"},
    {'m', "(if %m then money else spare) %o %n yuan"},
    {'m', "pieces %o %n"},
    {'m', "band[money] == %k"},
    {'m', "sum(amount for member.ev where %w) %o %n yuan"},
    {'m', "any(member.snap where price %o %n yuan)"},
    {'m', "(at month end 2 months ago: any(member.snap where price %o %n yuan)) != any(member.snap)"},
    {'m', "count(member.evp where %w) %o %n"},
    {'m', "money / spare %o %q"},
    {'x', "amount %o %n yuan"},
    {'x', "hue == %c"},
    {'x', "extra is absent"},
    {'x', "extra is blank"},
    {'x', "delta %o extra"},
    {'x', "on_day %o %d"},
    {'x', "not (%x)"},
    {'x', "(%x or %x)"},
    {'x', "(%x and %x)"},
    {'x', "amount + delta %o %n yuan"},
    {'x', "least(amount, extra) %o %n yuan"},
    {'x', "hue_line[hue] %o amount"},
    {'p', "amount %o %n yuan"},
    {'p', "delta %o amount"},
    {'p', "not (%p)"},
    {'p', "(%p or %p)"},
    {'e', "amount"},
    {'e', "delta"},
    {'e', "extra"},
    {'e', "(amount + delta)"},
    {'e', "greatest(amount, extra)"},
    {'e', "(2 * delta)"},
    {'f', "amount"},
    {'f', "delta"},
    {'w', "on_day within 12 months"},
    {'w', "on_day within 3 months"},
    {'w', "on_day in months -12..-1"},
    {'w', "on_day in 2025"},
    {'w', "on_day in this year so far"},
    {'w', "on_day within 2 months ending 3 months ago"},
    {'w', "on_day in months -2..0"},
    {'v', "on_day within 12 months"},
    {'v', "on_day in this year so far"},
    {'v', "on_day in 2025"},
    {'u', "on_day within 24 months"},
    {'u', "on_day in 2025"},
    {'o', "<"},
    {'o', "<="},
    {'o', ">"},
    {'o', ">="},
    {'o', "=="},
    {'o', "!="},
    {'c', "红"},
    {'c', "绿"},
    {'c', "蓝"},
    {'k', "A"},
    {'k', "B"},
    {'k', "C"},
    {'k', "D"},
    {'n', "1"},
    {'n', "2"},
    {'n', "3"},
    {'n', "5"},
    {'n', "8"},
    {'n', "12"},
    {'q', "0.5"},
    {'q', "50%"},
    {'q', "100%"},
    {'q', "200%"},
    {'d', "2026-05-15"},
    {'d', "2026-01-01"},
    {'d', "2025-12-31"},
    {'d', "2000-02-29"},
};
enum { N_GRAMMAR = sizeof GRAMMAR / sizeof *GRAMMAR, ENDING = 2 };

static const char *production(struct rng *r, char of, int depth)
{
    size_t first = 0, n = 0;
    while (first < N_GRAMMAR && GRAMMAR[first].of != of) first++;
    while (first + n < N_GRAMMAR && GRAMMAR[first + n].of == of) n++;
    if (n == 0) return "";
    bool ends = strchr("BYNmxpe", of) && depth <= 0;
    return GRAMMAR[first + rng_below(r, ends && n > ENDING ? ENDING : n)].text;
}

static void expand(struct rng *r, const char *text, int depth, struct buf *out)
{
    if (depth < -DEPTH) return; /* never: what ends at depth 0 is two levels of literals at most */
    for (; *text; text++) {
        bool letter = text[0] == '%' && ((text[1] >= 'a' && text[1] <= 'z') || (text[1] >= 'A' && text[1] <= 'Z'));
        if (!letter) {
            buf_addc(out, *text);
            continue;
        }
        expand(r, production(r, *++text, depth), depth - 1, out);
    }
}

/* ---------------------------------------------------------------- rows */

static bool chance(struct rng *r, unsigned percent) { return rng_below(r, 100) < percent; }

/* " name = value", not given, or for an optional field none. */
static void field(struct rng *r, const char *name, const char *const *values, size_t n, struct buf *out)
{
    if (chance(r, 25)) return;
    buf_addf(out, " %s = %s", name, values[rng_below(r, n)]);
}
#define FIELD(name, ...)                               \
    field(r, name, (const char *const[]){__VA_ARGS__}, \
          sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *), out)

static void add_day(struct rng *r, const char *name, struct buf *out)
{
    char text[DATE_TEXT_MAX];
    buf_addf(out, " %s = %s", name, date_format(date_make(2025, 1, 1) + (date_day)rng_below(r, 640), text));
}

static void add_facts(struct rng *r, struct buf *out)
{
    static const char *const names[] = {"ev", "evp", "evq", "evy", "keyed"};
    for (uint64_t k = rng_below(r, 5); k > 0; k--) {
        size_t d = rng_below(r, 2 + rng_below(r, 4));
        buf_addf(out, " %s {", names[d]);
        add_day(r, "on_day", out);
        FIELD("amount", "0", "1", "3", "5", "8.5");
        if (d < 2) FIELD("delta", "-2", "0", "4");
        if (d == 0) FIELD("hue", "红", "绿", "蓝");
        if (d == 0) FIELD("extra", "none", "2", "7");
        if (d == 4) buf_addf(out, " no = \"%d\"", (int)rng_below(r, 2));
        buf_addz(out, " }");
    }
    if (chance(r, 40)) {
        buf_addz(out, " snap { state_date = 2026-08-31");
        FIELD("price", "1", "5");
        buf_addz(out, " }");
    }
    for (uint64_t k = rng_below(r, 3); k > 0; k--) {
        buf_addz(out, " newest {");
        FIELD("seen_on", "2026-05-01", "2026-06-01", "2024-02-29");
        FIELD("price", "1", "2");
        buf_addz(out, " }");
    }
}

static void add_member(struct rng *r, bool head, struct buf *out)
{
    buf_addz(out, "\n    member {");
    if (head) buf_addz(out, " relation = 户主");
    if (chance(r, 6)) buf_addz(out, " id_valid = false");
    FIELD("money", "-3", "0", "2", "5", "60000", "120000");
    FIELD("spare", "none", "1", "4");
    FIELD("pieces", "0", "5", "12");
    FIELD("born", "1960-05-01", "2000-02-29", "2019-12-31", "2026-06-15");
    FIELD("score", "0.5", "1.25");
    FIELD("rank_of", "A", "B", "D");
    FIELD("hue", "红", "绿", "蓝");
    FIELD("tags", "{残疾}", "{慢病, 大病}", "{}");
    FIELD("joined", "none", "2026-03-31", "2025-11-30");
    add_facts(r, out);
    buf_addz(out, " }");
}

static void add_world(struct rng *r, struct buf *out)
{
    static const char *const divisions[] = {"130725000000", "130700000000", "140100000000", "610102000000"};
    static const char *const missing[] = {"ev 2026-02", "ev 2026-09", "evq 2025-Q4", "keyed 2026-05", "snap 2026-09"};
    if (chance(r, 50)) buf_addf(out, "  given maybe = %s\n", chance(r, 50) ? "none" : "3");
    buf_addf(out, "  household { division = %s", divisions[rng_below(r, 4)]);
    FIELD("hmoney", "0", "9");
    for (uint64_t k = rng_below(r, 4), i = 0; i < k; i++) add_member(r, i == 0, out);
    buf_addf(out, " }\n  as of 2026-%02d-%02d", 6 + (int)rng_below(r, 5), 1 + (int)rng_below(r, 30));
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        if (i != 2 && chance(r, 20)) buf_addf(out, "  not delivered %s", missing[i]);
    buf_addc(out, '\n');
}

static void add_example(uint64_t seed, struct buf *out)
{
    struct rng r;
    rng_seed(&r, seed);
    buf_addf(out, "```policy\nexample \"%" PRIu64 "\" {\n", seed);
    add_world(&r, out);
    for (int i = 0; i < EXPECTS; i++) {
        buf_addz(out, "  expect ");
        expand(&r, "%B", 1 + (int)rng_below(&r, DEPTH), out);
        buf_addc(out, '\n');
    }
    buf_addz(out, "}\n```\n");
}

/* ---------------------------------------------------------------- running */

/* True when it could be compiled. */
static bool run_one(struct test *t, struct loaded *l, const struct decl *example)
{
    struct err e = {.lang = LANG_EN};
    struct arena a;
    struct diags d;
    size_t failed = 0;
    int64_t seed = 0;
    arena_init(&a, MIB(64));
    diags_init(&d, &a, LANG_EN);
    enum rc rc = example_run(l->policy, example, example_on_all, &d, &failed, &e);
    (void)str_to_i64(example->name.text, 0, INT64_MAX, &seed);
    if (rc != RC_OK && rc != RC_INPUT) {
        struct buf text;
        buf_init(&text, MIB(1));
        add_example((uint64_t)seed, &text);
        (void)fprintf(stderr, "FANGPIN_SEED=%" PRId64 ": %s\n", seed, e.msg);
        if (rc == RC_ENV) example_found(t, example_on_all, &text);
        (void)fprintf(stderr, "%s\n", buf_z(&text) ? buf_z(&text) : "");
        buf_fini(&text);
    } else if (rc == RC_INPUT && getenv("FANGPIN_REFUSED")) {
        loaded_print(&d);
    }
    CHECK(t, rc == RC_OK || rc == RC_INPUT);
    arena_fini(&a);
    return rc == RC_OK;
}

static void run_book(struct test *t, const char *folder)
{
    struct loaded l;
    size_t n = 0, compiled = 0;
    bool ok = loaded_init(&l, &folder, 1);
    if (!ok) loaded_print(&l.diags);
    CHECK(t, ok);
    for (size_t i = 0; ok && i < l.books.n_decls; i++) {
        if (l.books.decls[i]->kind != D_EXAMPLE) continue;
        n++;
        compiled += run_one(t, &l, l.books.decls[i]);
    }
    CHECK(t, n > 0 && (n < 10 || compiled * 2 > n));
    if (getenv("FANGPIN_REFUSED")) (void)fprintf(stderr, "%zu of %zu compiled\n", compiled, n);
    loaded_fini(&l);
}

/* A book of examples from `from`. */
static void run_seeds(struct test *t, uint64_t from, uint64_t n)
{
    struct arena a;
    struct buf text;
    char name[32];
    arena_init(&a, MIB(1));
    buf_init(&text, BOOK_BYTES_MAX);
    for (uint64_t seed = from; seed < from + n; seed++) add_example(seed, &text);
    (void)snprintf(name, sizeof name, "random-%" PRIu64, from);
    const char *folder = io_join(&a, t->tmp_dir, name);
    CHECK(t, !text.failed && folder);
    if (!text.failed && folder && found_book(t, folder, buf_str(&text))) run_book(t, folder);
    buf_fini(&text);
    arena_fini(&a);
}

static uint64_t from_of(void)
{
    int64_t v = 0;
    return str_to_i64(str_from(getenv("FANGPIN_FROM")), 1, INT64_MAX, &v) ? (uint64_t)v : 1;
}

static uint64_t books_of(const struct test *t)
{
    int64_t v = 0;
    if (str_to_i64(str_from(getenv("FANGPIN_CASES")), 1, INT64_MAX, &v)) return ((uint64_t)v + EXAMPLES - 1) / EXAMPLES;
    return t->slow ? BOOKS_SLOW : 1;
}

void oracle_text_test(struct test *t);
void oracle_text_test(struct test *t)
{
    if (!TEST(t, "random policy text means the same on all engines")) return;
    int64_t only = 0;
    if (str_to_i64(str_from(getenv("FANGPIN_SEED")), 1, INT64_MAX, &only)) run_seeds(t, (uint64_t)only, 1);
    else
        for (uint64_t k = 0; k < books_of(t); k++) run_seeds(t, from_of() + k * EXAMPLES, EXAMPLES);
}
