/* What a screen knows: deliveries, periods, counties, K, parameters. */
#include "base/limits.h"
#include "screen/screen_test_int.h"

void screen_known_test(struct test *t);

static const char BOOK[] = "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL TOWN_LINE TOWN_ILL;

static const int64_t ZIYANG = INT64_C(610926000000), PINGLI = INT64_C(610927000000);

/* H1 and H2 in one county, H3 in another. */
static bool three_households(struct town *w, struct test *t, const char *name, const char *book)
{
    if (!town_open(w, t, name, book)) return false;
    w->so.with_unknown = true;
    town_file(w, "roster", "2026-01-01",
              "身份证号,姓名,户编号,区划,饮水安全\n%s,甲,H1,610926100201,是\n%s,乙,H2,610926100202,是\n%s,丙,H3,"
              "610927100202,是\n",
              town_id(1).z, town_id(2).z, town_id(3).z);
    return true;
}

static void pays(struct town *w, const char *received, int64_t division, const char *from, const char *to, unsigned who,
                 const char *name, unsigned pay)
{
    w->o.division = division;
    town_covers(w, from, to);
    town_file(w, "medical", received, "身份证号,姓名,单号,结算日期,自付\n%s,%s,A%s,%s,%u\n", town_id(who).z, name, to,
              to, pay);
}

static void test_county_missing(struct test *t)
{
    struct town w;
    if (!three_households(&w, t, "county", BOOK)) return;
    town_set(&w, "line", "100 yuan", 0);
    pays(&w, "2026-02-01", ZIYANG, "2026-01-01", "2026-01-31", 1, "甲", 500);
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 ill true new; H3 ill unknown");
    CHECK_STR(t, town_why(&w, "ill"), STR("医保局 2026-01 医疗 not delivered"));
    pays(&w, "2026-02-11", PINGLI, "2026-01-01", "2026-01-31", 3, "丙", 50);
    town_expect(&w, "2026-01-31", "2026-02-11", "H1 ill true new");
    /* February only from the other one: before it is due nobody waits for it, afterwards its people are unknown. */
    pays(&w, "2026-03-01", PINGLI, "2026-02-01", "2026-02-28", 3, "丙", 500);
    town_expect(&w, "2026-02-28", "2026-03-04", "H1 ill true still; H3 ill true new");
    town_expect(&w, "2026-02-28", "2026-03-05", "H1 ill unknown unconfirmed; H2 ill unknown; H3 ill true new");
    town_close(&w);
}

static void test_known_at(struct test *t)
{
    struct town w;
    if (!three_households(&w, t, "known", BOOK)) return;
    town_set(&w, "line", "100 yuan", 0);
    w.so.dry = true;
    pays(&w, "2026-02-01", ZIYANG, "2026-01-01", "2026-01-31", 1, "甲", 500);
    pays(&w, "2026-02-01", PINGLI, "2026-01-01", "2026-01-31", 3, "丙", 50);
    int64_t id = w.r.delivery.id;
    pays(&w, "2026-02-20", ZIYANG, "2026-02-01", "2026-02-28", 2, "乙", 500);
    town_expect(&w, "2026-02-19", "2026-02-19", "H1 ill true new");
    town_expect(&w, "2026-02-20", "2026-02-20", "H1 ill true new"); /* February is not over: its horizon is January */
    /* A corrected file replaces from its day on. */
    w.o.replaces = id;
    pays(&w, "2026-02-25", PINGLI, "2026-01-01", "2026-01-31", 3, "丙", 900);
    town_expect(&w, "2026-01-31", "2026-02-24", "H1 ill true new");
    town_expect(&w, "2026-01-31", "2026-02-25", "H1 ill true new; H3 ill true new");
    /* A withdrawn delivery is read no more, but it was known before. */
    id = w.r.delivery.id;
    CHECK_I64(t, import_withdraw(w.s, id, STR("wrong file"), STR("tester"), &w.e), RC_OK);
    town_expect(&w, "2026-01-31", "2026-02-25", "H1 ill true new; H3 ill true new");
    town_expect(&w, "2026-01-31", "2026-12-01", "H1 ill true new; H3 ill unknown");
    town_expect(&w, "2025-12-31", "2025-12-31", ""); /* before the roster: nobody */
    town_close(&w);
}

static void test_params(struct test *t)
{
    struct town w;
    if (!three_households(&w, t, "params", BOOK)) return;
    pays(&w, "2026-02-01", ZIYANG, "2026-01-01", "2026-01-31", 1, "甲", 500);
    pays(&w, "2026-02-01", PINGLI, "2026-01-01", "2026-01-31", 3, "丙", 500);
    town_expect(&w, "2026-01-31", "2026-02-10", ""); /* not run anywhere */
    CHECK_I64(t, w.sc.n_skipped, 1);
    CHECK_I64(t, w.sc.skipped[0].households, 3);
    CHECK_I64(t, w.sc.rules[0].unjudged, 0);
    town_set(&w, "line", "100 yuan", ZIYANG);
    town_expect(&w, "2026-02-10", "2026-02-10", "H1 ill true new"); /* only in the county that set it */
    CHECK_I64(t, w.sc.n_skipped, 1);
    CHECK_I64(t, w.sc.skipped[0].households, 1);
    town_set(&w, "line", "600 yuan", 0);
    town_expect(&w, "2026-02-11", "2026-02-11", "H1 ill true still"); /* the county's own value goes before */
    CHECK_I64(t, w.sc.n_skipped, 0);
    town_close(&w);
}

/* One party after the other: who comes by the roster received last, whatever was taken in first. */
static void test_rosters(struct test *t)
{
    static const char WATER[] = "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_WATER
                                "rule empty \"没有人\" risk red { when count(members) == 0 person }\n"
                                "rule crowd \"三人\" risk red { when count(members) >= 3 person }\n";
    struct town w;
    if (!town_open(&w, t, "rosters", WATER)) return;
    w.so.with_unknown = true;
    w.so.dry = true;
    town_file(&w, "roster", "2026-03-01", "身份证号,姓名,户编号,区划,饮水安全\n%s,甲,H1,610926100201,否\n",
              town_id(1).z);
    town_file(&w, "roster", "2026-01-01",
              "身份证号,姓名,户编号,区划,饮水安全\n%s,甲,H1,610926100201,是\n%s,乙,H1,610926100201,是\n%s,丁,H4,"
              "610926100201,是\n",
              town_id(1).z, town_id(2).z, town_id(4).z);
    town_expect(&w, "2026-02-28", "2026-02-28", "");
    /* The newer one speaks for the household, though it lacks one of its people; who is lacking stays. */
    town_expect(&w, "2026-02-28", "2026-03-01", "H1 water true new");
    CHECK_I64(t, w.sc.w.n_people, 3);
    /* A roster without the column does not give it. */
    town_file(&w, "roster", "2026-04-01", "身份证号,姓名,户编号,区划\n%s,甲,H1,610926100201\n%s,戊,H1,610926100201\n",
              town_id(1).z, town_id(5).z);
    town_expect(&w, "2026-04-01", "2026-04-01", "H1 crowd true new; H1 water unknown");
    town_close(&w);
}

static void test_mover(struct test *t)
{
    struct town w;
    if (!three_households(&w, t, "mover", BOOK)) return;
    town_set(&w, "line", "100 yuan", 0);
    w.so.dry = true;
    /* The second moves to the other county in the middle of February. */
    town_file(&w, "roster", "2026-02-15", "身份证号,姓名,户编号,区划,饮水安全\n%s,乙,H5,610927100202,是\n",
              town_id(2).z);
    pays(&w, "2026-03-01", PINGLI, "2026-01-01", "2026-02-28", 2, "乙", 500);
    /* His last month is the new county's: registered there at the end of it. */
    town_expect(&w, "2026-02-28", "2026-03-10", "H1 ill unknown; H5 ill true new");
    pays(&w, "2026-03-02", ZIYANG, "2026-02-01", "2026-02-28", 1, "甲", 500);
    town_expect(&w, "2026-02-28", "2026-03-10", "H1 ill true new; H5 ill true new");
    town_close(&w);
}

static void test_school_late(struct test *t)
{
    static const char SCHOOL[] =
        "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER
        "dataset school \"学籍\" by 教育局 { snapshot term complete due 20 days person by id, name\n"
        "  id text secret \"身份证号\" name text \"姓名\" grade int in 1..12 \"年级\" }\n"
        "rule away \"失学\" risk red { when not any(members.school this term) }\n";
    struct town w;
    if (!three_households(&w, t, "school", SCHOOL)) return;
    w.so.dry = true;
    w.o.division = ZIYANG;
    town_covers(&w, "2025-09-01", "2026-02-28");
    town_file(&w, "school", "2026-01-10", "身份证号,姓名,年级\n%s,甲,3\n", town_id(1).z);
    town_expect(&w, "2026-02-10", "2026-02-10", "H2 away true new; H3 away unknown");
    /* A new term: last term's roll says nothing of it, due or not. */
    town_expect(&w, "2026-03-05", "2026-03-05", "H1 away unknown; H2 away unknown; H3 away unknown");
    w.o.division = ZIYANG;
    town_covers(&w, "2026-03-01", "2026-08-31");
    town_file(&w, "school", "2026-03-15", "身份证号,姓名,年级\n%s,乙,3\n", town_id(2).z);
    town_expect(&w, "2026-03-15", "2026-03-15", "H1 away true new; H3 away unknown");
    town_close(&w);
}

/* The same rule in two provinces, each with its own words. */
static void test_provinces(struct test *t)
{
    static const char NATION[] = "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_WATER;
    static const char PROVINCE[] = "book sx \"山西\" { jurisdiction 14 inherits t }\n"
                                   "override rule water \"饮水\" risk red { when safe }\n";
    const char *both[] = {NATION, PROVINCE};
    struct town w;
    if (!town_open(&w, t, "provinces", NATION) || !town_books(&w, both, 2)) return;
    w.so.dry = true;
    town_file(&w, "roster", "2026-01-01",
              "身份证号,姓名,户编号,区划,饮水安全\n%s,甲,H1,610926100201,否\n%s,乙,H2,140926100202,否\n%s,丙,H3,"
              "140926100202,是\n",
              town_id(1).z, town_id(2).z, town_id(3).z);
    CHECK_I64(t, town_screen(&w, "2026-01-31", "2026-02-10"), RC_OK);
    CHECK_STR(t, buf_str(&w.found),
              STR("household,rule,kind,verdict,state,severity,clause\n"
                  "H1,water,risk,true,new,yellow,t#t\n"
                  "H3,water,risk,true,new,red,sx#t\n"));
    town_close(&w);
}

/* One mistyped code: only what is common to both provinces can judge the household, and the screen says so. */
static void test_two_provinces(struct test *t)
{
    struct town w;
    struct buf b;
    if (!town_open(&w, t, "apart", BOOK)) return;
    town_file(&w, "roster", "2026-01-01",
              "身份证号,姓名,户编号,区划,饮水安全\n%s,甲,H1,610926100201,是\n%s,乙,H1,610926100201,是\n%s,丙,H2,"
              "610926100202,是\n%s,丁,H2,140926100202,是\n%s,戊,H3,610926100203,是\n%s,己,H3,610927100203,是\n",
              town_id(1).z, town_id(2).z, town_id(3).z, town_id(4).z, town_id(5).z, town_id(6).z);
    CHECK_I64(t, town_screen(&w, "2026-02-28", "2026-03-20"), RC_OK);
    CHECK_I64(t, w.sc.w.n_apart, 1);
    CHECK_STR(t, w.sc.apart[0], STR("H2"));
    buf_init(&b, MIB(1));
    screen_json(&w.sc, w.p, &b);
    CHECK(t, str_find(buf_str(&b), STR("\"in_different_provinces\":{\"households\":1,\"first\":[\"H2\"]}"), 0) !=
                 SIZE_MAX);
    buf_fini(&b);
    town_close(&w);
}

void screen_known_test(struct test *t)
{
    if (TEST(t, "a month missing for one county only")) test_county_missing(t);
    if (TEST(t, "a household in two provinces is told")) test_two_provinces(t);
    if (TEST(t, "what is known when")) test_known_at(t);
    if (TEST(t, "parameters empty, set for one county, set for all")) test_params(t);
    if (TEST(t, "several rosters")) test_rosters(t);
    if (TEST(t, "moving between counties")) test_mover(t);
    if (TEST(t, "the school roll is late")) test_school_late(t);
    if (TEST(t, "one rule in two provinces")) test_provinces(t);
}
