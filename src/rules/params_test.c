/* Conditions on the values of parameters: what breaks them, what cannot be told and is let pass. */
#include "base/limits.h"
#include "base/test.h"
#include "rules/frame.h"
#include "rules/texpr.h"

/* Statement 37: the standard for the destitute is not lower than two floors and moves with dibao. */
static const char book[] =
    "# 办法\n```policy\n"
    "book county \"县办法\" { jurisdiction 00 issued 2026-06-30 }\n"
    "param dibao \"农村低保月标准\" yuan/person {\n"
    "  value from 2025 to 2025 = 500 cite \"示例\"  value from 2026 to 2026 = 550 cite \"示例\"\n"
    "  value from 2027 = 550 cite \"示例\" }\n"
    "param wage \"最低工资\" yuan/person { set by county  value in 61 = 1800 cite \"示例\" }\n"
    "param standard \"特困供养标准\" yuan/person { set by county\n"
    "  require standard >= 130% * dibao \"低于低保标准的规定倍数\"\n"
    "  require standard >= 50% * wage \"低于最低工资的一半\"\n"
    "  require dibao <= dibao[last year] or standard > standard[last year] \"未随低保同步提高\" }\n"
    "param fixed \"固定额\" yuan {\n"
    "  value = 5 cite \"示例\"\n"
    "  value in 14 = 4.99 cite \"示例\"\n"
    "  require fixed >= 5 yuan \"低于五元\" }\n"
    "param line \"线\" yuan { set by county  value in 14 = free cite \"示例\" }\n"
    "param free \"额度\" yuan optional { value = none cite \"示例\"  require free >= 5 yuan \"低于五元\" }\n"
    "param part \"份额\" yuan optional { value = 5 yuan / zero cite \"示例\" }\n"
    "param zero \"零\" ratio { set by county }\n"
    "```\n";

struct world {
    struct arena arena;
    struct books books;
    struct diags diags;
    struct policy *policy;
    struct err e;
};

static bool world_open(struct world *w, struct test *t)
{
    *w = (struct world){.e = {.lang = LANG_EN}};
    arena_init(&w->arena, MIB(64));
    books_init(&w->books, &w->arena);
    diags_init(&w->diags, &w->arena, LANG_ZH);
    struct book_file f = {STR("county.md"), str_from(book)};
    enum rc rc = book_parse(&w->books, STR("county"), &f, 1, &w->diags, &w->e);
    if (!rc) rc = policy_new(&w->policy, &w->books, &w->arena, &w->diags, &w->e);
    CHECK_I64(t, rc, RC_OK);
    for (size_t i = 0; i < w->diags.n; i++) CHECK_STR(t, w->diags.v[i].msg, STR(""));
    return rc == RC_OK && w->diags.n == 0;
}

static void world_close(struct world *w)
{
    policy_free(w->policy);
    arena_fini(&w->arena);
}

/* What is said of a parameter there and then, one line each. */
static void check_said(struct test *t, struct world *w, const char *name, int64_t division, date_day day,
                       const char *want)
{
    struct place at = {.division = division};
    struct buf got;
    w->diags.n = w->diags.errors = 0;
    buf_init(&got, KIB(16));
    CHECK_I64(t, rules_param_check(w->policy, str_from(name), &at, day, &w->diags, &w->e), RC_OK);
    diags_print(&w->diags, &got);
    CHECK_STR(t, buf_str(&got), str_from(want));
    buf_fini(&got);
}

#define SAY(line, name, why) \
    "county.md:" line ": 参数“" name "”的值不合要求：" why "。请改数值，或改该参数的 require。\n"
#define TIMES SAY("9:11", "standard", "低于低保标准的规定倍数")
#define HALF SAY("10:11", "standard", "低于最低工资的一半")
#define STILL SAY("11:11", "standard", "未随低保同步提高")

enum { SHAANXI = 61, SHANXI = 14 };

static int64_t province(int code) { return code * INT64_C(10000000000); }

/* The standard set to a value from a day on, seen on 2026-09-30. */
static void check_standard(struct test *t, struct world *w, const char *value, date_day from, const char *want)
{
    struct param_setting set = {STR("standard"), 0, from, str_from(value)};
    policy_set_events(w->policy, &set, 1);
    check_said(t, w, "standard", province(SHAANXI), date_make(2026, 9, 30), want);
    policy_set_events(w->policy, NULL, 0);
}

static void set_values(struct test *t, struct world *w)
{
    date_day now = date_make(2026, 1, 1), before = date_make(2025, 1, 1);
    check_standard(t, w, "900", now, "");
    check_standard(t, w, "899.99", now, HALF);
    check_standard(t, w, "715", now, HALF);
    check_standard(t, w, "714.99", now, TIMES HALF);
    check_standard(t, w, "1000", before, STILL);
    check_standard(t, w, "1000", 0, STILL);
}

static void moves_with_dibao(struct test *t, struct world *w)
{
    struct param_setting set[] = {{STR("standard"), 0, date_make(2025, 1, 1), STR("1000")},
                                  {STR("standard"), 0, date_make(2026, 1, 1), STR("1000.01")}};
    policy_set_events(w->policy, set, 2);
    check_said(t, w, "standard", province(SHAANXI), date_make(2026, 9, 30), "");
    check_said(t, w, "standard", province(SHAANXI), date_make(2027, 9, 30), "");
    policy_set_events(w->policy, NULL, 0);
}

/* Nobody is refused for what cannot be told: the value itself, the wage, last year's dibao. */
static void not_told(struct test *t, struct world *w)
{
    struct param_setting set = {STR("standard"), 0, 0, STR("720")};
    check_said(t, w, "standard", province(SHAANXI), date_make(2026, 9, 30), "");
    policy_set_events(w->policy, &set, 1);
    check_said(t, w, "standard", province(SHANXI), date_make(2026, 9, 30), STILL);
    check_said(t, w, "standard", province(SHANXI), date_make(2025, 9, 30), "");
    policy_set_events(w->policy, NULL, 0);
    /* none is known: there is no such amount, and nothing compares with it */
    check_said(t, w, "free", province(SHANXI), date_make(2026, 9, 30), SAY("17:39", "free", "低于五元"));
}

static void book_values(struct test *t, struct world *w)
{
    check_said(t, w, "fixed", province(SHAANXI), date_make(2026, 9, 30), "");
    check_said(t, w, "fixed", province(SHANXI), date_make(2026, 9, 30), SAY("14:9", "fixed", "低于五元"));
    check_said(t, w, "nothing", province(SHANXI), date_make(2026, 9, 30), "");
}

static enum pval_state state_of(struct test *t, struct world *w, const char *name, int64_t division)
{
    struct place at = {.division = division};
    struct pval v = {.state = PVAL_SET};
    w->diags.n = w->diags.errors = 0;
    CHECK_I64(t, rules_param_value(w->policy, str_from(name), &at, date_make(2026, 9, 30), &v, &w->diags, &w->e),
              RC_OK);
    return v.state;
}

static void expect_state(struct test *t, struct world *w, const char *name, int64_t at, enum pval_state state,
                         int64_t errors)
{
    CHECK_I64(t, state_of(t, w, name, at), state);
    CHECK_I64(t, w->diags.errors, errors);
}

/* None is a value of optional parameters only; any other is then empty, and its rules are not run. */
static void only_optional_is_none(struct test *t, struct world *w)
{
    struct param_setting set = {STR("line"), province(SHAANXI), 0, STR("none")};
    expect_state(t, w, "free", province(SHANXI), PVAL_NONE, 0);
    expect_state(t, w, "line", province(SHANXI), PVAL_EMPTY, 0);
    policy_set_events(w->policy, &set, 1);
    expect_state(t, w, "line", province(SHAANXI), PVAL_EMPTY, 1);
    set.name = STR("free");
    expect_state(t, w, "free", province(SHAANXI), PVAL_NONE, 0);
    policy_set_events(w->policy, NULL, 0);
}

/* A value that divides by zero is an error told, not one that nobody has set. */
static void no_number(struct test *t, struct world *w)
{
    struct param_setting set = {STR("zero"), province(SHAANXI), 0, STR("0")};
    expect_state(t, w, "part", province(SHAANXI), PVAL_EMPTY, 0);
    policy_set_events(w->policy, &set, 1);
    expect_state(t, w, "part", province(SHAANXI), PVAL_EMPTY, 1);
    set.value_text = STR("0.5");
    expect_state(t, w, "part", province(SHAANXI), PVAL_SET, 0);
    policy_set_events(w->policy, NULL, 0);
}

enum { EXTENSIONS = 100 };

/* Every extension that holds counts, however many there are. */
static void many_extensions(struct test *t)
{
    struct world w = {.e = {.lang = LANG_EN}};
    struct place at = {.division = province(SHAANXI)};
    struct buf text;
    buf_init(&text, KIB(64));
    buf_addf(&text, "# 办法\n```policy\nbook county \"县办法\" { jurisdiction 00 issued 2026-06-30 }\n"
                    "codes grade \"等级\" { first \"首\" }\n");
    for (int i = 0; i < EXTENSIONS; i++) buf_addf(&text, "extend codes grade \"等级\" { g%d \"第%d级\" }\n", i, i);
    buf_addz(&text, "```\n");
    arena_init(&w.arena, MIB(64));
    books_init(&w.books, &w.arena);
    diags_init(&w.diags, &w.arena, LANG_ZH);
    struct book_file f = {STR("county.md"), buf_str(&text)};
    CHECK_I64(t, book_parse(&w.books, STR("county"), &f, 1, &w.diags, &w.e), RC_OK);
    CHECK_I64(t, policy_new(&w.policy, &w.books, &w.arena, &w.diags, &w.e), RC_OK);
    const struct decl *d = w.policy ? policy_find(w.policy, D_CODES, STR("grade"), &at, date_make(2026, 1, 1)) : NULL;
    CHECK_I64(t, d ? (int64_t)d->u.codes.n : -1, EXTENSIONS + 1);
    world_close(&w);
    buf_fini(&text);
}

static void with_world(struct test *t, void (*f)(struct test *t, struct world *w))
{
    struct world w;
    if (world_open(&w, t)) f(t, &w);
    world_close(&w);
}

void params_test(struct test *t);
void params_test(struct test *t)
{
    if (TEST(t, "params: a value set must meet what is required")) with_world(t, set_values);
    if (TEST(t, "params: a value moves with another from year to year")) with_world(t, moves_with_dibao);
    if (TEST(t, "params: what cannot be told is let pass")) with_world(t, not_told);
    if (TEST(t, "params: only an optional parameter is none")) with_world(t, only_optional_is_none);
    if (TEST(t, "params: a value that divides by zero is told")) with_world(t, no_number);
    if (TEST(t, "params: no extension is left out")) many_extensions(t);
    if (TEST(t, "params: a book's value must meet what is required")) with_world(t, book_values);
}
