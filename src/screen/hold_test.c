/* Held for confirmation: hit, just below, not set, confirmed, confirmed for another rule, small numbers. */
#include "base/limits.h"
#include "screen/screen_test_int.h"

void hold_test(struct test *t);

enum { HOUSES = 8, DAY_TEXT = 16 };

static const char BOOK[] =
    "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL TOWN_LINE TOWN_ILL TOWN_WATER
    "param screen_share_limit \"占比\" ratio { set by county }\n"
    "param screen_growth_limit \"倍数\" int { set by county }\n"
    "param screen_hold_floor \"起算\" hh { set by county }\n";

/* Eight households of one person in one county; the last of another. */
static bool open_houses(struct town *w, struct test *t, const char *name)
{
    char text[2048] = "身份证号,姓名,户编号,区划,饮水安全\n";
    if (!town_open(w, t, name, BOOK)) return false;
    for (unsigned i = 1; i <= HOUSES; i++) {
        size_t n = strlen(text);
        (void)snprintf(text + n, sizeof text - n, "%s,甲,H%u,%s,是\n", town_id(i).z, i,
                       i < HOUSES ? "610926100201" : "610927100201");
    }
    town_file(w, "roster", "2026-01-01", "%s", text);
    town_set(w, "line", "100 yuan", 0);
    return true;
}

/* The first n households pay much in that month; then the screen of its end, known ten days later. */
static void screen_month(struct town *w, unsigned month, unsigned n)
{
    char text[2048] = "身份证号,姓名,单号,结算日期,自付\n", from[DAY_TEXT], to[DAY_TEXT], known[DAY_TEXT];
    date_day end = date_month_end(date_make(2026, (int32_t)month, 1));
    (void)date_format(date_make(2026, (int32_t)month, 1), from);
    (void)date_format(end, to);
    (void)date_format(end + 10, known);
    for (unsigned i = 1; i <= HOUSES; i++) {
        size_t at = strlen(text);
        (void)snprintf(text + at, sizeof text - at, "%s,甲,%u-%u,%s,%u\n", town_id(i).z, month, i, to,
                       i <= n ? 500 : 0);
    }
    town_covers(w, from, to);
    w->o.division = 610000000000;
    town_file(w, "medical", known, "%s", text);
    CHECK_I64(w->t, town_screen(w, to, known), RC_OK);
}

/* Screens of February that only differ in what is confirmed. */
static void again(struct town *w, const char *confirm, const char *why)
{
    const struct str rule = str_from(confirm);
    w->so.confirm = &rule;
    w->so.n_confirm = 1;
    w->so.why = str_from(why);
    CHECK_I64(w->t, town_screen(w, "2026-02-28", "2026-03-10"), RC_OK);
    w->so.confirm = NULL;
    w->so.n_confirm = 0;
}

static size_t screens_kept(struct town *w)
{
    struct screen *v;
    size_t n = 0;
    CHECK_I64(w->t, screen_list(w->s, &w->a, &v, &n, &w->e), RC_OK);
    return n;
}

static bool said(const struct town *w, const char *text)
{
    struct buf b;
    buf_init(&b, MIB(1));
    screen_json(&w->sc, w->p, &b);
    bool found = str_find(buf_str(&b), str_from(text), 0) != SIZE_MAX;
    buf_fini(&b);
    return found;
}

static void set_limits(struct town *w)
{
    town_set(w, "screen_share_limit", "50%", 0);
    town_set(w, "screen_growth_limit", "3", 0);
    town_set(w, "screen_hold_floor", "2", 0);
}

static void test_share(struct test *t)
{
    struct town w;
    struct event *v;
    size_t n = 0;
    if (!open_houses(&w, t, "share")) return;
    set_limits(&w);
    screen_month(&w, 1, 3); /* 3 of 7: below a half */
    CHECK(t, !w.sc.on_hold);
    CHECK_I64(t, w.sc.n_held, 0);
    CHECK_I64(t, screens_kept(&w), 1);
    screen_month(&w, 2, 4); /* 4 of 7 */
    CHECK(t, w.sc.on_hold);
    CHECK_I64(t, w.sc.n_held, 1);
    CHECK_I64(t, w.sc.held[0].flagged, 4);
    CHECK_I64(t, w.sc.held[0].households, 7);
    CHECK_I64(t, w.sc.held[0].before, 3);
    CHECK(t, w.sc.held[0].over[HOLD_SHARE] && !w.sc.held[0].over[HOLD_GROWTH]);
    CHECK(t, said(&w, "\"held\":true") && said(&w, "{\"kind\":\"delivered\",\"name\":\"medical\",\"delivery\":3"));
    CHECK_I64(t, screens_kept(&w), 1); /* nothing is kept, no task moves */
    CHECK_STR(t, town_tasks(&w), STR("1 2 3"));
    again(&w, "water", "看错了"); /* another rule's confirmation is none */
    CHECK(t, w.sc.on_hold);
    CHECK_I64(t, screens_kept(&w), 1);
    again(&w, "ill", "本县流感");
    CHECK(t, !w.sc.on_hold && w.sc.n_held == 1 && w.sc.held[0].confirmed);
    CHECK(t, said(&w, "\"confirmed_by\":\"tester\",\"confirmed_why\":\"本县流感\""));
    CHECK_I64(t, screens_kept(&w), 2);
    CHECK_STR(t, town_tasks(&w), STR("1 2 3 4"));
    CHECK_I64(t, event_list_of(w.s, &w.a, STR(EVENT_CONFIRM), 10, &v, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 1);
    if (n) CHECK_STR(t, v[0].detail, STR("2026-02-28 ill 610926000000: 4/7 (3): 本县流感"));
    again(&w, "all", "再次核对");
    CHECK(t, !w.sc.on_hold);
    screen_month(&w, 3, 7); /* the next month is held anew */
    CHECK(t, w.sc.on_hold);
    town_check(&w);
    town_close(&w);
}

static void test_growth(struct test *t)
{
    struct town w;
    if (!open_houses(&w, t, "growth")) return;
    town_set(&w, "screen_growth_limit", "2", 0);
    town_set(&w, "screen_hold_floor", "3", 0);
    screen_month(&w, 1, 1); /* the first screen has nothing to grow from */
    CHECK(t, !w.sc.on_hold);
    screen_month(&w, 2, 3); /* three times as many, but no more than the floor */
    CHECK(t, !w.sc.on_hold);
    screen_month(&w, 3, 6); /* just twice */
    CHECK(t, !w.sc.on_hold);
    screen_month(&w, 4, 1);
    screen_month(&w, 5, 4); /* more than twice one, above the floor */
    CHECK(t, w.sc.on_hold && w.sc.n_held == 1 && w.sc.held[0].over[HOLD_GROWTH] && !w.sc.held[0].over[HOLD_SHARE]);
    CHECK_I64(t, w.sc.held[0].before, 1);
    town_close(&w);
}

static void test_not_set(struct test *t)
{
    struct town w;
    if (!open_houses(&w, t, "unset")) return;
    screen_month(&w, 1, 7);
    CHECK(t, !w.sc.on_hold && w.sc.n_held == 0);
    CHECK(t, w.sc.hold_unset[HOLD_SHARE] && w.sc.hold_unset[HOLD_GROWTH] && w.sc.hold_unset[HOLD_FLOOR]);
    CHECK(t, said(&w, "\"screen_share_limit\":null"));
    town_set(&w, "screen_share_limit", "50%", 0); /* without a floor nothing is compared either */
    screen_month(&w, 2, 7);
    CHECK(t, !w.sc.on_hold && !w.sc.hold_unset[HOLD_SHARE] && w.sc.hold_unset[HOLD_FLOOR]);
    town_set(&w, "screen_hold_floor", "7", 610926000000);
    screen_month(&w, 3, 7); /* seven of seven are not more than seven */
    CHECK(t, !w.sc.on_hold);
    town_close(&w);
}

/* A county's own limit holds there only; of another county not even its findings count. */
static void test_by_county(struct test *t)
{
    struct town w;
    if (!open_houses(&w, t, "county")) return;
    town_set(&w, "screen_share_limit", "10%", 610926000000);
    town_set(&w, "screen_hold_floor", "0", 0);
    screen_month(&w, 1, 8);
    CHECK_I64(t, w.sc.n_held, 1);
    if (w.sc.n_held) CHECK_I64(t, w.sc.held[0].county, 610926000000);
    CHECK(t, w.sc.hold_unset[HOLD_SHARE]); /* in the other one */
    town_close(&w);
}

void hold_test(struct test *t)
{
    if (TEST(t, "a rule over its share is held until it is confirmed")) test_share(t);
    if (TEST(t, "a rule that grows beyond its limit is held, above the floor only")) test_growth(t);
    if (TEST(t, "without limits nothing is held")) test_not_set(t);
    if (TEST(t, "limits hold by county")) test_by_county(t);
}
