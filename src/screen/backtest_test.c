/* The backtest: a scenario worked out by hand, files in bulk, two versions, and against real screens. */
#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "screen/backtest.h"
#include "screen/screen_test_int.h"

void backtest_test(struct test *t);

enum { HOUSES = 8, MONTHS = 6, LEAD = 3, DAY_TEXT = 16, BLANK = -1, RANDOM_ROUNDS = 6 };

static const char BOOK[] =
    "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL TOWN_LINE TOWN_ILL TOWN_WATER
    "dataset watch \"监测\" by 民政局 {\n"
    "  snapshot monthly complete due 5 days person by id, name\n"
    "  id text secret \"身份证号\" name text \"姓名\" since date \"识别时间\" risk text \"风险\"\n"
    "  decided on since when risk != \"无\" }\n";

/* What the households pay, January to June; the line is 100. */
static const int PAYS[HOUSES][MONTHS] = {
    {500, 0, 0, 0, 0, 0},     /* H1: decided on 10 March: confirmed after 33 days */
    {0, 500, 0, 0, 0, 0},     /* H2: nothing comes of it */
    {0, 0, 0, 0, 0, 0},       /* H3: decided on 20 April without a sign */
    {0, 0, 500, 0, 0, 0},     /* H4: decided on 20 February, the alert comes later */
    {0, 0, 0, 0, 0, 500},     /* H5: too early to say */
    {0, 0, BLANK, 0, 0, 0},   /* H6: decided on 10 May, not judged in March */
    {0, 0, 0, 500, 0, 0},     /* H7: decided in June, nobody knows on which day */
    {500, 500, 0, 0, 0, 500}, /* H8: decided on 20 June, long after the first alert; closed, then new again */
};

static void take_month(struct town *w, int pays[HOUSES][MONTHS], int32_t month, bool bulk)
{
    char text[2048] = "身份证号,姓名,单号,结算日期,自付\n", from[DAY_TEXT], to[DAY_TEXT], received[DAY_TEXT] = "";
    date_day end = date_month_end(date_make(2026, month, 1));
    (void)date_format(date_make(2026, month, 1), from);
    (void)date_format(end, to);
    if (!bulk) (void)date_format(end + 3, received);
    for (unsigned i = 0; i < HOUSES; i++) {
        size_t at = strlen(text);
        char pay[16] = "";
        if (pays[i][month - 1] != BLANK) (void)snprintf(pay, sizeof pay, "%d", pays[i][month - 1]);
        (void)snprintf(text + at, sizeof text - at, "%s,甲,%d-%u,%s,%s\n", town_id(i + 1).z, (int)month, i, to, pay);
    }
    town_covers(w, from, to);
    town_file(w, "medical", received, "%s", text);
}

static void take_decisions(struct town *w, bool bulk)
{
    static const struct {
        unsigned who;
        const char *since, *risk;
    } v[] = {{1, "2026-03-10", "因病"}, {1, "2026-03-10", "因学"}, {2, "2026-04-01", "无"}, {3, "2026-04-20", "因学"},
             {4, "2026-02-20", "因病"}, {6, "2026-05-10", "因病"}, {7, "2026-06", "因病"},  {8, "2026-06-20", "因病"}};
    char text[2048] = "身份证号,姓名,识别时间,风险\n";
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        size_t at = strlen(text);
        (void)snprintf(text + at, sizeof text - at, "%s,甲,%s,%s\n", town_id(v[i].who).z, v[i].since, v[i].risk);
    }
    town_covers(w, "2026-07-31", "2026-07-31");
    town_file(w, "watch", bulk ? "" : "2026-08-04", "%s", text);
}

static bool open_county(struct town *w, struct test *t, const char *name, int pays[HOUSES][MONTHS], bool bulk)
{
    char text[2048] = "身份证号,姓名,户编号,区划,饮水安全\n";
    if (!town_open(w, t, name, BOOK)) return false;
    for (unsigned i = 1; i <= HOUSES; i++) {
        size_t n = strlen(text);
        (void)snprintf(text + n, sizeof text - n, "%s,甲,H%u,61092610020%u,是\n", town_id(i).z, i, 1 + i % 2);
    }
    town_file(w, "roster", bulk ? "" : "2026-01-01", "%s", text);
    town_set(w, "line", "100 yuan", 0);
    for (int32_t m = 1; m <= MONTHS; m++) take_month(w, pays, m, bulk);
    take_decisions(w, bulk);
    return true;
}

static struct backtest_options options(struct town *w, const struct str *rule)
{
    struct backtest_options o = {.rules = rule, .n_rules = 1, .lead = LEAD, .threads = 1, .n_forms = 1};
    o.first_month = date_month_index(date_make(2026, 1, 1));
    o.last_month = o.first_month + MONTHS - 1;
    o.form[0] = (struct backtest_form){w->p, w->params, w->n_params};
    return o;
}

static enum rc run(struct town *w, const struct backtest_options *o, struct backtest *b)
{
    w->e.msg[0] = 0;
    return backtest_run(b, w->s, NULL, o, &w->diags, &w->e);
}

static void copy_pays(int out[HOUSES][MONTHS]) { memcpy(out, PAYS, sizeof PAYS); }

/* "1 confirmed 33" of each alert: household, fate, days. */
static struct str alerts_of(struct town *w, const struct backtest_version *v)
{
    struct buf b;
    buf_init(&b, KIB(8));
    for (size_t i = 0; i < v->n_alerts; i++) {
        const struct backtest_alert *a = &v->alerts[i];
        buf_addf(&b, "%sm%u H%u %s", i ? "; " : "", a->month + 1u, a->household, alert_fate_word[a->fate]);
        if (a->fate == ALERT_CONFIRMED) buf_addf(&b, " %d", (int)a->days);
    }
    struct str s = str_dup(&w->a, buf_str(&b));
    buf_fini(&b);
    return s;
}

static struct str cases_of(struct town *w, const struct backtest *x, size_t version)
{
    struct buf b;
    buf_init(&b, KIB(8));
    for (size_t i = 0; i < x->n_cases; i++) {
        const struct backtest_case *c = &x->cases[i];
        buf_addf(&b, "%sH%u %s", i ? "; " : "", c->household, decision_fate_word[c->fate[version]]);
    }
    struct str s = str_dup(&w->a, buf_str(&b));
    buf_fini(&b);
    return s;
}

#define WANT_ALERTS                                                                                                 \
    STR("m1 H1 confirmed 33; m1 H8 not_confirmed; m2 H2 not_confirmed; m3 H4 decided_before; m4 H7 unclear; m6 H5 " \
        "too_early; m6 H8 decided_before")
#define WANT_CASES STR("H1 caught; H3 missed; H4 alert_late; H6 could_not_be_judged; H8 alert_long_before")

static void test_scenario(struct test *t)
{
    const struct str rule = STR("ill");
    struct town w;
    struct backtest b;
    int pays[HOUSES][MONTHS];
    int32_t days = 0;
    copy_pays(pays);
    if (!open_county(&w, t, "scenario", pays, false)) return;
    struct backtest_options o = options(&w, &rule);
    CHECK_I64(t, run(&w, &o, &b), RC_OK);
    CHECK(t, !b.as_if && !b.first_roster && b.cold);
    CHECK_I64(t, b.wait_days, 5);
    CHECK_I64(t, b.followed, date_make(2026, 7, 31));
    CHECK_STR(t, alerts_of(&w, &b.v[0]), WANT_ALERTS);
    CHECK_STR(t, cases_of(&w, &b, 0), WANT_CASES);
    CHECK_I64(t, b.unclear, 1);
    CHECK_I64(t, b.outside, 0);
    CHECK_I64(t, b.v[0].months[2].unjudged, 1);
    CHECK_I64(t, b.v[0].months[0].alerts, 2);
    CHECK_I64(t, b.v[0].months[1].alerts, 1); /* H8 is still open */
    CHECK_I64(t, b.v[0].months[1].open, 2);
    CHECK(t, backtest_lead(&b, 0, 2, &days, &w.e));
    CHECK_I64(t, days, 33);
    backtest_free(&b);
    o.first_month++; /* H8 was open in January already */
    CHECK_I64(t, run(&w, &o, &b), RC_OK);
    CHECK_STR(t, alerts_of(&w, &b.v[0]),
              STR("m1 H2 not_confirmed; m2 H4 decided_before; m3 H7 unclear; m5 H5 too_early; m5 H8 decided_before"));
    CHECK(t, b.v[0].months[0].open == 2 && !b.cold);
    backtest_free(&b);
    o.first_month--;
    o.lead = 1; /* H1's decision comes later than that */
    CHECK_I64(t, run(&w, &o, &b), RC_OK);
    CHECK_I64(t, b.v[0].fate[0][ALERT_CONFIRMED], 0);
    CHECK(t, !backtest_lead(&b, 0, 2, &days, &w.e));
    backtest_free(&b);
    town_close(&w);
}

/* Everything loaded in one day, long after: as if it had come when it was due, the answers are the same. */
static void test_bulk(struct test *t)
{
    const struct str rule = STR("ill");
    struct town w;
    struct backtest b;
    int pays[HOUSES][MONTHS];
    copy_pays(pays);
    if (!open_county(&w, t, "bulk", pays, true)) return;
    struct backtest_options o = options(&w, &rule);
    CHECK_I64(t, run(&w, &o, &b), RC_OK);
    CHECK(t, b.as_if && b.first_roster);
    CHECK_STR(t, alerts_of(&w, &b.v[0]), WANT_ALERTS);
    CHECK_STR(t, cases_of(&w, &b, 0), WANT_CASES);
    backtest_free(&b);
    o.known = BACKTEST_RECEIVED; /* nobody was known by then: nothing is missed, nothing could be judged */
    CHECK_I64(t, run(&w, &o, &b), RC_OK);
    CHECK_I64(t, b.v[0].n_alerts, 0);
    CHECK_I64(t, b.v[0].decided[DECISION_UNJUDGED], 5);
    CHECK_I64(t, b.v[0].decided[DECISION_MISSED], 0);
    backtest_free(&b);
    town_close(&w);
}

static void test_versions(struct test *t)
{
    const struct str rule = STR("ill");
    static const struct param_setting higher[] = {{.name = {"line", 4}, .division = -1, .value_text = {"600 yuan", 8}}};
    struct town w;
    struct backtest b;
    int pays[HOUSES][MONTHS];
    copy_pays(pays);
    pays[2][0] = 700; /* H3: above both lines */
    if (!open_county(&w, t, "versions", pays, false)) return;
    struct backtest_options o = options(&w, &rule);
    o.n_forms = 2;
    o.form[1] = (struct backtest_form){w.p, higher, 1};
    CHECK_I64(t, run(&w, &o, &b), RC_OK);
    CHECK_I64(t, b.v[0].n_alerts, 8);
    CHECK_STR(t, alerts_of(&w, &b.v[1]), STR("m1 H3 confirmed 74"));
    CHECK(t, b.v[1].n_alerts && b.v[1].alerts[0].both);
    CHECK_STR(t, cases_of(&w, &b, 1), STR("H1 missed; H3 caught; H4 missed; H6 could_not_be_judged; H8 missed"));
    backtest_free(&b);
    o.form[1].n_events = 0; /* nobody set it: not run is not "no" */
    CHECK_I64(t, run(&w, &o, &b), RC_OK);
    CHECK_I64(t, b.v[1].n_alerts, 0);
    CHECK_I64(t, b.v[1].months[0].not_run, HOUSES);
    CHECK_I64(t, b.v[1].decided[DECISION_UNJUDGED], 5);
    CHECK(t, b.v[1].n_not_run == 1 && b.v[1].not_run[0].months == MONTHS);
    backtest_free(&b);
    town_close(&w);
}

static void test_refused(struct test *t)
{
    const struct str rule = STR("ill");
    struct town w;
    struct backtest b;
    int pays[HOUSES][MONTHS];
    copy_pays(pays);
    if (!open_county(&w, t, "refused", pays, false)) return;
    struct backtest_options o = options(&w, &rule);
    o.last_month = date_month_index(date_make(2026, 11, 1)); /* due on 5 December: today is the first */
    CHECK_I64(t, run(&w, &o, &b), RC_INPUT);
    CHECK(t, strstr(w.e.msg, "--to 2026-10") != NULL);
    backtest_free(&b);
    o = options(&w, &rule);
    o.dataset = STR("watch"), o.field = STR("risk");
    CHECK_I64(t, run(&w, &o, &b), RC_INPUT);
    CHECK(t, strstr(w.e.msg, "no stored date") != NULL);
    backtest_free(&b);
    o.dataset = STR("roster"), o.field = STR("born");
    CHECK_I64(t, run(&w, &o, &b), RC_INPUT);
    CHECK(t, strstr(w.e.msg, "roster") != NULL);
    backtest_free(&b);
    town_close(&w);
}

/* ---------------------------------------------------------------- against real screens */

static size_t count_state(const struct screening *sc, enum finding_state s, const char *rule)
{
    size_t n = 0;
    for (size_t i = 0; i < sc->n_findings; i++)
        n += sc->findings[i].state == s && str_eq(sc->rules[sc->findings[i].rule].name, str_from(rule));
    return n;
}

static bool is_now(const struct backtest *b, uint32_t household)
{
    for (size_t i = 0; i < b->v[0].n_now; i++)
        if (b->v[0].now[i].household == household) return true;
    return false;
}

/* New of each month, and new and still of the last one, are those of screens that were kept month by month. */
static void compare_screens(struct test *t, struct town *w, const struct backtest *b)
{
    for (size_t m = 0; m < b->n_months; m++) {
        char day[DAY_TEXT], known[DAY_TEXT];
        (void)date_format(b->v[0].months[m].as_of, day);
        (void)date_format(b->v[0].months[m].known_at, known);
        CHECK_I64(t, town_screen(w, day, known), RC_OK);
        CHECK_I64(t, b->v[0].months[m].alerts, count_state(&w->sc, FS_NEW, "ill"));
    }
    CHECK_I64(t, b->v[0].n_now, count_state(&w->sc, FS_NEW, "ill") + count_state(&w->sc, FS_STILL, "ill"));
    for (size_t i = 0; i < w->sc.n_findings; i++) {
        const struct finding *f = &w->sc.findings[i];
        if (str_eq(w->sc.rules[f->rule].name, STR("ill")) && (f->state == FS_NEW || f->state == FS_STILL))
            CHECK(t, is_now(b, f->household));
    }
}

static void test_screens(struct test *t)
{
    const struct str rule = STR("ill");
    for (uint64_t seed = 1; seed <= RANDOM_ROUNDS; seed++) {
        struct rng r;
        struct town w;
        struct backtest b;
        int pays[HOUSES][MONTHS];
        char name[16];
        rng_seed(&r, seed);
        (void)snprintf(name, sizeof name, "real%d", (int)seed);
        for (size_t i = 0; i < HOUSES; i++)
            for (size_t m = 0; m < MONTHS; m++) pays[i][m] = rng_below(&r, 4) == 0 ? BLANK : rng_below(&r, 2) ? 500 : 0;
        if (!open_county(&w, t, name, pays, false)) return;
        struct backtest_options o = options(&w, &rule);
        CHECK_I64(t, run(&w, &o, &b), RC_OK);
        compare_screens(t, &w, &b);
        backtest_free(&b);
        town_close(&w);
    }
}

#ifdef MEM_FAULTS
/* Every so many'th allocation fails once: an error, or the same answer. */
static void test_memory(struct test *t)
{
    enum { STEP = 9 };
    const struct str rule = STR("ill");
    struct town w;
    struct backtest b;
    int pays[HOUSES][MONTHS];
    size_t failures = 0;
    copy_pays(pays);
    if (!open_county(&w, t, "memory", pays, false)) return;
    struct backtest_options o = options(&w, &rule);
    o.last_month = o.first_month + 1;
    for (uint64_t n = 1;; n += t->slow ? 1 : STEP) {
        mem_fault_arm(n, 0);
        enum rc rc = run(&w, &o, &b);
        bool fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        CHECK(t, rc == RC_OK || rc == RC_NOMEM);
        if (rc == RC_OK) CHECK_I64(t, b.v[0].n_alerts, 3);
        failures += rc != RC_OK;
        backtest_free(&b);
        if (!fired) break;
    }
    CHECK(t, failures > 20);
    town_close(&w);
}
#else
static void test_memory(struct test *t) { (void)t; }
#endif

static void test_share(struct test *t)
{
    char out[32];
    CHECK_STR(t, str_from(backtest_share(1, 4, out)), STR("")); /* too few for a ratio */
    CHECK_STR(t, str_from(backtest_share(1, 8, out)), STR("0.1250"));
    CHECK_STR(t, str_from(backtest_share(2, 3 * 2, out)), STR("0.3333"));
    CHECK_STR(t, str_from(backtest_share(7, 7, out)), STR("1.0000"));
}

void backtest_test(struct test *t)
{
    if (TEST(t, "a backtest tells confirmed, missed, late and unjudged apart")) test_scenario(t);
    if (TEST(t, "a backtest of files loaded in bulk takes them as due")) test_bulk(t);
    if (TEST(t, "a backtest of two versions tells who has what")) test_versions(t);
    if (TEST(t, "a backtest refuses what cannot be answered")) test_refused(t);
    if (TEST(t, "a backtest has the new findings of real screens")) test_screens(t);
    if (TEST(t, "a backtest without memory fails or is right")) test_memory(t);
    if (TEST(t, "a share of few is not given")) test_share(t);
}
