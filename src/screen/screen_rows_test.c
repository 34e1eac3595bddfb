/* From rows to frame: identity, keys, newest values, consent, references, households that disagree. */
#include "base/limits.h"
#include "screen/screen_test_int.h"

void screen_rows_test(struct test *t);

#define HEAD "身份证号,姓名,户编号,区划,饮水安全\n"

static bool people(struct town *w, struct test *t, const char *name, const char *book)
{
    if (!town_open(w, t, name, book)) return false;
    w->so.with_unknown = true;
    w->so.dry = true;
    town_file(w, "roster", "2026-01-01",
              HEAD "%s,甲,H1,610926100201,是\n%s,乙,H2,610926100201,是\n%s,丙,H3,610926100201,是\n", town_id(1).z,
              town_id(2).z, town_id(3).z);
    return true;
}

static void january(struct town *w)
{
    town_covers(w, "2026-01-01", "2026-01-31");
    w->o.division = INT64_C(610926000000);
}

/* ---------------------------------------------------------------- who could have been found */

static const char SEEN[] =
    "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL
    "rule unseen \"没有就诊\" risk red { when not any(members.medical where settled within 1 month) }\n";

static void test_waiting(struct test *t)
{
    struct town w;
    if (!people(&w, t, "waiting", SEEN)) return;
    january(&w);
    town_file(&w, "medical", "2026-02-01",
              "身份证号,姓名,单号,结算日期,自付\n"
              "%s,别人,1,2026-01-05,5\n" /* another name: waits under the ID of 甲 */
              "%s,乙,2,不知道,5\n"       /* refused */
              "%s,远人,3,2026-01-05,5\n" /* nobody here */
              "61092619500101001,丙,4,2026-01-05,5\n",
              town_id(1).z, town_id(2).z, town_id(900).z);
    CHECK_I64(t, w.r.delivery.counts.refused, 1);
    CHECK_I64(t, w.r.delivery.counts.matched, 0);
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 unseen unknown; H2 unseen unknown; H3 unseen true new");
    CHECK_STR(t, town_why(&w, "unseen"), STR("医保局 医疗 identity not settled"));
    town_close(&w);
}

/* Rows that waited and match since a later roster wait no longer. */
static void test_late_part(struct test *t)
{
    struct town w;
    int64_t n = 0;
    if (!people(&w, t, "late", SEEN)) return;
    january(&w);
    town_covers(&w, "2025-12-01", "2026-01-31");
    town_file(&w, "medical", "2026-02-01",
              "身份证号,姓名,单号,结算日期,自付\n%s,戊,1,2025-12-05,5\n%s,甲,2,2026-01-05,5\n", town_id(5).z,
              town_id(1).z);
    town_expect(&w, "2026-01-31", "2026-02-10", "H2 unseen true new; H3 unseen true new");
    town_file(&w, "roster", "2026-02-15", HEAD "%s,戊,H5,610926100201,是\n", town_id(5).z);
    town_expect(&w, "2026-01-31", "2026-02-20", "H2 unseen true new; H3 unseen true new; H5 unseen unknown");
    CHECK_I64(t, import_rematch(w.s, w.p, NULL, NULL, &n, &w.e), RC_OK);
    CHECK_I64(t, n, 1);
    town_expect(&w, "2026-01-31", "2026-03-02", "H2 unseen true new; H3 unseen true new; H5 unseen true new");
    town_close(&w);
}

/* A row dated outside the covered days waits: it is not part of what was delivered, and of its owner not everything is
 * known. */
static void test_outside(struct test *t)
{
    struct town w;
    struct buf b;
    if (!people(&w, t, "outside", SEEN)) return;
    buf_init(&b, MIB(1));
    buf_addf(&b, "身份证号,姓名,单号,结算日期,自付\n%s,甲,0,2026-01-31,5\n%s,乙,x,2025-12-31,5\n", town_id(1).z,
             town_id(2).z);
    for (unsigned i = 1; i <= 17; i++) buf_addf(&b, "%s,甲,%u,2026-01-05,5\n", town_id(1).z, i);
    january(&w);
    w.o.received = town_day("2026-02-01");
    CHECK_I64(t, town_take(&w, "medical", buf_str(&b)), RC_OK);
    CHECK_I64(t, w.r.delivery.counts.matched, 18);
    CHECK_I64(t, w.r.delivery.counts.waiting_invalid, 1);
    CHECK_I64(t, w.r.outside, 1);
    town_expect(&w, "2026-01-31", "2026-02-10", "H2 unseen unknown; H3 unseen true new");
    CHECK_STR(t, town_why(&w, "unseen"), STR("医保局 医疗 identity not settled"));
    /* Again with the days it really covers: the row counts, and is not in the window. */
    w.o.received = town_day("2026-02-11");
    w.o.replaces = w.r.delivery.id;
    w.o.division = INT64_C(610926000000);
    town_covers(&w, "2025-12-01", "2026-01-31");
    CHECK_I64(t, town_take(&w, "medical", buf_str(&b)), RC_OK);
    town_expect(&w, "2026-01-31", "2026-02-12", "H2 unseen true new; H3 unseen true new");
    /* One row in ten is the most. */
    buf_addf(&b, "%s,甲,y,2025-12-30,5\n%s,甲,z,2025-12-30,5\n", town_id(1).z, town_id(1).z);
    january(&w);
    CHECK_I64(t, town_take(&w, "medical", buf_str(&b)), RC_INPUT);
    CHECK(t, str_find(str_from(w.e.msg), STR("--covers"), 0) != SIZE_MAX);
    buf_fini(&b);
    town_close(&w);
}

static void test_identity(struct test *t)
{
    struct town w;
    if (!town_open(&w, t, "identity", SEEN)) return;
    w.so.with_unknown = true;
    w.so.dry = true;
    town_file(&w, "roster", "2026-01-01",
              HEAD "%s,甲,H1,610926100201,是\n%s,乙,H2,610926100201,是\n,丙,H3,610926100201,是\n610926195001010011,丁,"
                   "H4,610926100201,是\n%s,戊,H5,"
                   "610926100201,是\n",
              town_id(1).z, town_id(1).z, town_id(5).z);
    january(&w);
    town_file(&w, "medical", "2026-02-01", "身份证号,姓名,单号,结算日期,自付\n%s,甲,1,2026-01-05,5\n", town_id(1).z);
    /* 甲 and 乙 share an ID: the name told them apart for this row, but others may be lost. 丙 has none, 丁 a wrong
     * one. */
    town_expect(&w, "2026-01-31", "2026-02-10",
                "H2 unseen unknown; H3 unseen unknown; H4 unseen unknown; H5 unseen true new");
    town_close(&w);
}

static void test_as_none(struct test *t)
{
    static const char NONE[] =
        "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER
        "dataset gift \"慰问\" by 民政局 { latest complete delivered whole unidentified as none person by id, name\n"
        "  id text secret \"身份证号\" name text \"姓名\" amount yuan >= 0 \"金额\" }\n"
        "rule none \"没有慰问\" risk red { when not any(members.gift) }\n";
    struct town w;
    if (!people(&w, t, "none", NONE)) return;
    town_file(&w, "roster", "2026-01-02", HEAD ",丁,H4,610926100201,是\n");
    town_file(&w, "gift", "2026-01-03", "身份证号,姓名,金额\n%s,甲,1\n%s,别人,1\n", town_id(1).z, town_id(2).z);
    town_expect(&w, "2026-01-31", "2026-02-10", "H2 none true new; H3 none true new; H4 none true new");
    town_close(&w);
}

/* ---------------------------------------------------------------- keys */

static void test_keys(struct test *t)
{
    static const char SUMS[] =
        "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL
        "rule twice \"两次\" risk red { when count(members.medical where settled within 1 month) >= 2 }\n"
        "rule over \"超过\" risk red { when sum(pay for members.medical where settled within 1 month) > 8 yuan }\n";
    struct town w;
    if (!people(&w, t, "keys", SUMS)) return;
    january(&w);
    town_file(&w, "medical", "2026-02-01",
              "身份证号,姓名,单号,结算日期,自付\n"
              "%s,甲,1,2026-01-05,5\n%s,甲,1,2026-01-05,5\n" /* equal: once */
              "%s,乙,1,2026-01-05,5\n%s,乙,1,2026-01-05,6\n" /* one key, two sums */
              "%s,丙,,2026-01-05,5\n%s,丙,,2026-01-05,5\n",  /* no key: each for itself */
              town_id(1).z, town_id(1).z, town_id(2).z, town_id(2).z, town_id(3).z, town_id(3).z);
    town_expect(&w, "2026-01-31", "2026-02-10", "H2 over unknown; H3 over true new; H3 twice true new");
    town_close(&w);
}

/* One key on two days: the day is not known. */
static void test_key_days(struct test *t)
{
    static const char DAYS[] =
        "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL
        "rule seen \"就诊\" risk red { when any(members.medical where settled within 1 month) }\n";
    struct town w;
    if (!people(&w, t, "key_days", DAYS)) return;
    town_covers(&w, "2025-12-01", "2026-01-31");
    w.o.division = INT64_C(610926000000);
    town_file(&w, "medical", "2026-02-01",
              "身份证号,姓名,单号,结算日期,自付\n%s,甲,1,2026-01-05,5\n%s,甲,1,2025-12-05,5\n%s,乙,1,2025-12-05,5\n%s,"
              "乙,1,2026-01-05,5\n%s,丙,1,"
              "2026-01,5\n%s,丙,2,2025-12-31,5\n",
              town_id(1).z, town_id(1).z, town_id(2).z, town_id(2).z, town_id(3).z, town_id(3).z);
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 seen unknown; H2 seen unknown; H3 seen true new");
    town_close(&w);
}

/* Many rows of one person are merged like few. */
static void test_many_rows(struct test *t)
{
    static const char MANY[] =
        "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL
        "rule forty \"四十\" risk red { when count(members.medical where settled within 1 month) == 40 }\n";
    struct town w;
    struct buf b;
    if (!people(&w, t, "many", MANY)) return;
    buf_init(&b, MIB(1));
    buf_addz(&b, "身份证号,姓名,单号,结算日期,自付\n");
    for (unsigned i = 0; i < 80; i++) buf_addf(&b, "%s,甲,R%u,2026-01-05,5\n", town_id(1).z, i % 40);
    january(&w);
    w.o.received = town_day("2026-02-01");
    CHECK_I64(t, town_take(&w, "medical", buf_str(&b)), RC_OK);
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 forty true new");
    buf_fini(&b);
    town_close(&w);
}

static void test_latest(struct test *t)
{
    static const char LATEST[] =
        "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER
        "dataset rating \"评级\" by 民政局 { latest by rated complete delivered whole person by id, name\n"
        "  id text secret \"身份证号\" name text \"姓名\" rated date \"评定日期\" grade int in 1..9 \"等级\" }\n"
        "rule low \"低\" risk red { when any(members where latest(grade for member.rating) < 3) }\n";
    struct town w;
    if (!people(&w, t, "latest", LATEST)) return;
    town_file(&w, "rating", "2026-01-03",
              "身份证号,姓名,评定日期,等级\n%s,甲,2026-01-01,1\n%s,甲,2025-01-01,5\n%s,乙,2026-01-01,1\n%s,乙,2026-01-"
              "01,5\n%s,丙,2026-01-01,1\n%s,丙,"
              "2026-01-01,1\n",
              town_id(1).z, town_id(1).z, town_id(2).z, town_id(2).z, town_id(3).z, town_id(3).z);
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 low true new; H2 low unknown; H3 low true new");
    town_close(&w);
}

/* ---------------------------------------------------------------- cells */

static void test_not_given(struct test *t)
{
    static const char CELLS[] = "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER
                                "dataset note \"记录\" by 民政局 { latest complete delivered whole person by id, name\n"
                                "  id text secret \"身份证号\" name text \"姓名\" kind text optional \"类\" amount "
                                "yuan optional >= 0 \"数\" }\n"
                                "rule gone \"没有\" risk red { when any(members.note where amount is absent) }\n"
                                "rule hollow \"空白\" risk red { when any(members.note where amount is blank) }\n";
    struct town w;
    if (!people(&w, t, "cells", CELLS)) return;
    town_file(&w, "note", "2026-01-03", "身份证号,姓名,类,数\n%s,甲,x,\n%s,乙,x,5\n", town_id(1).z, town_id(2).z);
    w.o.adds = true;
    town_file(&w, "note", "2026-01-03", "身份证号,姓名,类\n%s,丙,x\n", town_id(3).z);
    town_expect(&w, "2026-01-31", "2026-02-10",
                "H1 gone true new; H1 hollow true new; H3 gone unknown; H3 hollow true new");
    town_close(&w);
}

static void test_conflict(struct test *t)
{
    static const char CLASH[] = "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_WATER;
    struct town w;
    if (!town_open(&w, t, "conflict", CLASH)) return;
    w.so.with_unknown = true;
    w.so.dry = true;
    town_file(&w, "roster", "2026-01-01",
              HEAD "%s,甲,H1,610926100201,是\n%s,乙,H1,610926100201,否\n%s,丙,H2,610926100201,否\n%s,丁,H2,"
                   "610926100201,\n%s,戊,H3,610926100201,\n",
              town_id(1).z, town_id(2).z, town_id(3).z, town_id(4).z, town_id(5).z);
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 water unknown; H2 water true new; H3 water unknown");
    town_close(&w);
}

/* People of one household registered apart: only what they share holds for it. */
static void test_apart(struct test *t)
{
    static const char NATION[] = "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER;
    static const char COUNTY[] =
        "book zy \"紫阳\" { jurisdiction 610924 inherits t }\nrule county \"县\" risk red { when not safe }\n";
    static const char TOWNSHIP[] =
        "book cg \"城关\" { jurisdiction 610924100 inherits t }\nrule township \"镇\" risk red { when not safe }\n";
    const char *all[] = {NATION, COUNTY, TOWNSHIP};
    struct town w;
    if (!town_open(&w, t, "apart", NATION) || !town_books(&w, all, 3)) return;
    town_file(&w, "roster", "2026-01-01",
              HEAD "%s,甲,H1,610924100201,否\n%s,乙,H1,610924100205,否\n%s,丙,H2,610924100201,否\n%s,丁,H2,"
                   "610924101201,否\n%s,戊,H3,610924100201,否\n"
                   "%s,己,H3,140924101201,否\n",
              town_id(1).z, town_id(2).z, town_id(3).z, town_id(4).z, town_id(5).z, town_id(6).z);
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 county true new; H1 township true new; H2 county true new");
    town_close(&w);
}

/* ---------------------------------------------------------------- people */

static void test_heads(struct test *t)
{
    static const char HEADS[] =
        "book t \"测试\" { jurisdiction 00 }\n"
        "codes kin \"关系\" { 户主 \"户主\" 其他 \"其他\" }\n"
        "dataset roster \"花名册\" by 民政局 { latest complete person by id, name household by hid lives in division "
        "head when relation == 户主\n"
        "  id text secret \"身份证号\" name text \"姓名\" hid text \"户编号\" division division \"区划\"\n"
        "  relation kin \"关系\" age_given int \"岁\" }\n"
        "rule old \"高龄\" risk red { when head.age_given > 60 }\n"
        "rule headless \"无户主\" risk red { when head is absent }\n";
    struct town w;
    if (!town_open(&w, t, "heads", HEADS)) return;
    w.so.with_unknown = true;
    town_file(&w, "roster", "2026-01-01",
              "身份证号,姓名,户编号,区划,关系,岁\n%s,甲,H1,610926100201,户主,70\n%s,乙,H1,610926100201,其他,30\n%s,丙,"
              "H2,610926100201,其他,70\n%s,丁,H3,"
              "610926100201,户主,70\n%s,戊,H3,610926100201,户主,70\n%s,己,H4,610926100201,,70\n",
              town_id(1).z, town_id(2).z, town_id(3).z, town_id(4).z, town_id(5).z, town_id(6).z);
    town_expect(&w, "2026-01-31", "2026-02-10",
                "H1 old true new; H2 headless true new; H3 headless unknown; H3 old unknown; H4 headless unknown; H4 "
                "old unknown");
    town_close(&w);
}

static void test_babies(struct test *t)
{
    static const char HALF[] =
        "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL
        "rule unseen \"没有就诊\" risk red { when not any(members.medical where settled within 2 months) }\n";
    struct town w;
    if (!town_open(&w, t, "babies", HALF)) return;
    w.so.with_unknown = true;
    town_file(&w, "roster", "2026-01-01",
              "身份证号,姓名,户编号,区划,出生日期\n%s,甲,H1,610926100201,2026-01-03\n%s,乙,H2,610926100201,2025-12-"
              "31\n%s,丙,H3,610926100201,\n%s,丁,H4,"
              "610926100201,2026-01\n",
              town_id(1).z, town_id(2).z, town_id(3).z, town_id(4).z);
    january(&w); /* December is not delivered */
    town_file(&w, "medical", "2026-02-01", "身份证号,姓名,单号,结算日期,自付\n%s,远人,3,2026-01-05,5\n",
              town_id(900).z);
    town_expect(&w, "2026-01-31", "2026-02-10",
                "H1 unseen true new; H2 unseen unknown; H3 unseen unknown; H4 unseen unknown");
    town_close(&w);
}

static const char CONSENT[] =
    "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER
    "dataset authorised \"授权\" by 民政局 { snapshot monthly complete due 5 days person by id, name\n"
    "  id text secret \"身份证号\" name text \"姓名\" dataset_name text \"数据集\" starts_on date \"起\" ends_on date "
    "optional \"止\" }\n"
    "dataset car \"车辆\" by 公安局 { latest complete delivered whole ground consent authorised person by id, name\n"
    "  id text secret \"身份证号\" name text \"姓名\" price yuan >= 0 \"价\" }\n"
    "rule owner \"有车\" risk red { when any(members.car) }\n";

static void test_consent(struct test *t)
{
    struct town w;
    if (!people(&w, t, "consent", CONSENT)) return;
    january(&w);
    town_file(&w, "authorised", "2026-02-01",
              "身份证号,姓名,数据集,起,止\n%s,甲,car,2026-01-01,\n%s,乙,车辆,2025-01-01,2026-01-30\n%s,丙,house,2025-"
              "01-01,\n",
              town_id(1).z, town_id(2).z, town_id(3).z);
    town_file(&w, "car", "2026-02-01", "身份证号,姓名,价\n%s,甲,1\n%s,乙,1\n%s,丙,1\n", town_id(1).z, town_id(2).z,
              town_id(3).z);
    town_expect(&w, "2026-01-30", "2026-02-10",
                "H1 owner unknown; H2 owner unknown; H3 owner unknown"); /* a list as of the 31st */
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 owner true new; H2 owner unknown; H3 owner unknown");
    CHECK_STR(t, town_why(&w, "owner"), STR("公安局 车辆 not authorised"));
    /* Whom the next month's list lacks has taken his authorisation back. */
    w.o.division = INT64_C(610926000000);
    town_covers(&w, "2026-02-01", "2026-02-28");
    town_file(&w, "authorised", "2026-03-01", "身份证号,姓名,数据集,起,止\n%s,乙,车辆,2025-01-01,\n", town_id(2).z);
    town_expect(&w, "2026-02-28", "2026-03-10", "H1 owner unknown; H2 owner true new; H3 owner unknown");
    town_expect(&w, "2026-01-31", "2026-03-10", "H1 owner true new; H2 owner unknown; H3 owner unknown");
    town_close(&w);
}

static void test_references(struct test *t)
{
    static const char KIN[] =
        "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER
        "dataset kin \"亲属\" by 民政局 { latest complete delivered whole person by id, name\n"
        "  id text secret \"身份证号\" name text \"姓名\" relative ref person optional \"亲属\" }\n"
        "rule dry \"亲属饮水\" risk red { when any(members.kin where not relative.household.safe) }\n"
        "rule alone \"无亲属\" risk red { when any(members.kin where relative is absent) }\n";
    struct town w;
    if (!town_open(&w, t, "references", KIN)) return;
    w.so.with_unknown = true;
    town_file(&w, "roster", "2026-01-01",
              HEAD "%s,甲,H1,610926100201,是\n%s,乙,H2,610926100201,是\n%s,丙,H3,610926100201,是\n%s,丁,H4,"
                   "610926100201,是\n%s,戊,H5,610926100201,是\n"
                   "%s,己,H6,610926100201,否\n%s,庚,H7,610926100201,否\n%s,辛,H8,610926100201,否\n",
              town_id(1).z, town_id(2).z, town_id(3).z, town_id(4).z, town_id(5).z, town_id(6).z, town_id(7).z,
              town_id(7).z);
    town_file(&w, "kin", "2026-01-02", "身份证号,姓名,亲属\n%s,甲,%s\n%s,乙,%s\n%s,丙,%s\n%s,丁,\n%s,戊,%s\n",
              town_id(1).z, town_id(6).z, town_id(2).z, town_id(900).z, town_id(3).z, "61092619500101001", town_id(4).z,
              town_id(5).z, town_id(7).z);
    /* In another household; outside; no valid ID; nobody; an ID that two have. */
    town_expect(
        &w, "2026-01-31", "2026-02-10",
        "H1 dry true new; H2 dry unknown; H3 alone unknown; H3 dry unknown; H4 alone true new; H4 dry true new; "
        "H5 alone unknown; H5 dry unknown; H7 alone unknown; H7 dry unknown; H8 alone unknown; H8 dry unknown");
    town_close(&w);
}

/* A rule on rows: several rows of a person are one finding, true before unknown. */
static void test_row_findings(struct test *t)
{
    static const char ROWS[] =
        "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER
        "dataset gift \"慰问\" by 民政局 { latest complete delivered whole person by id, name key no\n"
        "  id text secret \"身份证号\" name text \"姓名\" no text \"号\" amount yuan >= 0 \"金额\"\n"
        "  require amount <= 10 yuan \"超过十元\" }\n";
    struct town w;
    if (!people(&w, t, "row_findings", ROWS)) return;
    w.so.dry = false;
    town_file(&w, "gift", "2026-01-03",
              "身份证号,姓名,号,金额\n%s,甲,1,\n%s,甲,2,20\n%s,甲,3,30\n%s,乙,4,\n%s,乙,5,\n%s,丙,6,5\n", town_id(1).z,
              town_id(1).z, town_id(1).z, town_id(2).z, town_id(2).z, town_id(3).z);
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 gift.require_1 true new; H2 gift.require_1 unknown");
    CHECK_I64(t, w.sc.n_findings, 1);
    CHECK_I64(t, w.sc.rules[0].count[FS_NEW], 1);
    CHECK_I64(t, w.sc.rules[0].unjudged, 1);
    w.o.replaces = w.r.delivery.id;
    town_file(&w, "gift", "2026-02-11", "身份证号,姓名,号,金额\n%s,甲,1,\n%s,乙,4,20\n%s,丙,6,5\n", town_id(1).z,
              town_id(2).z, town_id(3).z);
    town_expect(&w, "2026-02-28", "2026-03-01", "H1 gift.require_1 unknown unconfirmed; H2 gift.require_1 true new");
    CHECK_I64(t, w.sc.n_findings, 2);
    town_close(&w);
}

/* Fields may be called like the columns that the import makes itself. */
static void test_names(struct test *t)
{
    static const char NAMES[] =
        "book t \"测试\" { jurisdiction 00 }\n"
        "dataset roster \"花名册\" by 民政局 { latest complete person by id, name household by hid lives in village\n"
        "  id text secret \"身份证号\" name text \"姓名\" hid text \"户编号\" village division \"区划\" run int \"轮\" "
        "}\n"
        "dataset gift \"慰问\" by 民政局 { latest complete delivered whole person by cid, who\n"
        "  cid text secret \"身份证号\" who text \"姓名\" line int \"行\" division int \"区\" }\n"
        "rule named \"名称\" risk red { when any(members.gift where line == 7 and division == 8) and any(members where "
        "run == 9) }\n";
    static const char COUNTY[] =
        "book zy \"紫阳\" { jurisdiction 610926 inherits t }\nrule here \"本县\" risk red { when true }\n";
    const char *both[] = {NAMES, COUNTY};
    struct town w;
    if (!town_open(&w, t, "names", NAMES) || !town_books(&w, both, 2)) return;
    town_file(&w, "roster", "2026-01-01",
              "身份证号,姓名,户编号,区划,轮\n%s,甲,H1,610926100201,9\n%s,乙,H2,610927100201,9\n", town_id(1).z,
              town_id(2).z);
    town_file(&w, "gift", "2026-01-03", "身份证号,姓名,行,区\n%s,甲,7,8\n%s,乙,7,9\n", town_id(1).z, town_id(2).z);
    town_expect(&w, "2026-01-31", "2026-02-10", "H1 here true new; H1 named true new");
    town_close(&w);
}

void screen_rows_test(struct test *t)
{
    if (TEST(t, "findings of rows")) test_row_findings(t);
    if (TEST(t, "fields called like stored columns")) test_names(t);
    if (TEST(t, "rows that wait or were refused")) test_waiting(t);
    if (TEST(t, "rows that wait no longer")) test_late_part(t);
    if (TEST(t, "rows dated outside the covered days")) test_outside(t);
    if (TEST(t, "people without an ID, with a shared ID")) test_identity(t);
    if (TEST(t, "unidentified as none")) test_as_none(t);
    if (TEST(t, "equal keys")) test_keys(t);
    if (TEST(t, "equal keys on different days")) test_key_days(t);
    if (TEST(t, "equal keys among many rows")) test_many_rows(t);
    if (TEST(t, "the newest value, twice on one day")) test_latest(t);
    if (TEST(t, "columns not given and cells left blank")) test_not_given(t);
    if (TEST(t, "rows of a household that disagree")) test_conflict(t);
    if (TEST(t, "a household registered in two places")) test_apart(t);
    if (TEST(t, "heads of households")) test_heads(t);
    if (TEST(t, "nothing is needed before birth")) test_babies(t);
    if (TEST(t, "data read by consent")) test_consent(t);
    if (TEST(t, "references to people")) test_references(t);
}
