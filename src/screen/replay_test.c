/* A kept screen and what it is compared with: identical with what it knew, every difference named otherwise. */
#include "screen/replay.h"
#include "base/limits.h"
#include "screen/screen_test_int.h"

void replay_test(struct test *t);

static const char BOOK[] =
    "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL TOWN_LINE TOWN_ILL TOWN_WATER;
static const char LESS[] = "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL TOWN_LINE TOWN_ILL;

/* H1 has 500 yuan in January and no water, H2 nothing. */
static bool kept_january(struct town *w, struct test *t, const char *name)
{
    if (!town_open(w, t, name, BOOK)) return false;
    town_file(w, "roster", "2026-01-01",
              "身份证号,姓名,户编号,区划,饮水安全\n%s,甲,H1,610926100201,否\n%s,乙,H2,610926100202,是\n", town_id(1).z,
              town_id(2).z);
    town_set(w, "line", "100 yuan", 0);
    w->o.division = INT64_C(610926000000);
    town_covers(w, "2026-01-01", "2026-01-31");
    town_file(w, "medical", "2026-02-01", "身份证号,姓名,单号,结算日期,自付\n%s,甲,A,2026-01-05,500\n", town_id(1).z);
    town_expect(w, "2026-01-31", "2026-02-10", "H1 ill true new; H1 water true new");
    w->so.dry = true;
    return true;
}

/* Judge January once more as known then and compare. */
static struct replay_report compare_at(struct town *w, const char *known_at)
{
    struct test *t = w->t;
    struct screen kept;
    struct replay_report r = {0};
    CHECK_I64(t, town_screen(w, "2026-01-31", known_at), RC_OK);
    CHECK_I64(t, screen_at(w->s, &w->a, town_day("2026-01-31"), &kept, &w->e), RC_OK);
    CHECK(t, kept.id != 0);
    CHECK_I64(t, replay_compare(&w->sc, w->s, w->p, &kept, &r, &w->e), RC_OK);
    replay_say(&r, &kept, &w->out);
    return r;
}

static void test_identical(struct test *t)
{
    struct town w;
    if (!kept_january(&w, t, "replay_same")) return;
    struct replay_report r = compare_at(&w, "2026-02-10");
    CHECK(t, replay_identical(&r));
    CHECK_I64(t, r.rows_then, 2);
    CHECK_I64(t, r.n, 0);
    town_close(&w);
}

static void test_differs(struct test *t)
{
    struct town w;
    if (!kept_january(&w, t, "replay_differs")) return;
    w.o.replaces = w.r.delivery.id;
    w.o.division = INT64_C(610926000000);
    town_covers(&w, "2026-01-01", "2026-01-31");
    town_file(&w, "medical", "2026-02-20", "身份证号,姓名,单号,结算日期,自付\n%s,乙,A,2026-01-05,500\n", town_id(2).z);
    struct replay_report r = compare_at(&w, "2026-02-10");
    CHECK(t, replay_identical(&r)); /* it was not known then */
    r = compare_at(&w, "2026-02-20");
    CHECK(t, !replay_identical(&r));
    CHECK_I64(t, r.gone, 1);
    CHECK_I64(t, r.came, 1);
    CHECK_I64(t, r.n, 2);
    CHECK_I64(t, r.v[0].kind, REPLAY_GONE);
    CHECK_STR(t, r.v[0].code, STR("H1"));
    CHECK_STR(t, r.v[0].rule, STR("ill"));
    CHECK_I64(t, r.v[1].kind, REPLAY_CAME);
    CHECK_STR(t, r.v[1].code, STR("H2"));
    CHECK(t, !r.books && !r.params && !r.rules);
    town_set(&w, "line", "300 yuan", 0);
    r = compare_at(&w, "2026-02-10");
    CHECK(t, r.params);
    CHECK_I64(t, r.gone + r.came + r.states + r.verdicts, 0); /* the verdicts are the same, the line is not */
    town_close(&w);
}

/* Another book, another finding of the same place. */
static void test_other_books(struct test *t)
{
    struct town w;
    const char *less[] = {LESS};
    if (!kept_january(&w, t, "replay_books") || !town_books(&w, less, 1)) return;
    town_set(&w, "line", "100 yuan", 0);
    struct replay_report r = compare_at(&w, "2026-02-10");
    CHECK(t, r.rules);
    CHECK(t, r.summary);
    CHECK_I64(t, r.gone, 1);
    CHECK_STR(t, r.v[0].rule, STR("water"));
    town_close(&w);
}

void replay_test(struct test *t)
{
    if (TEST(t, "replay: the same again")) test_identical(t);
    if (TEST(t, "replay: differences are named")) test_differs(t);
    if (TEST(t, "replay: other books")) test_other_books(t);
}
