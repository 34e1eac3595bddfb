/* Texts that a spreadsheet shortened: no value, and never another's. */
#include "match/match_test_int.h"

void shortened_test(struct test *t);

enum { PEOPLE = 100 };

static void rows(struct buf *b, unsigned shortened, const char *text, const char *digits)
{
    char id[19];
    buf_addz(b, "身份证号码,患者姓名,结算时间,类别,自付金额（元）,病种,医院\n");
    for (unsigned i = 1; i <= PEOPLE; i++) {
        buf_addf(b, "%s,张%u,2026-05-%02u,1,5,肺病,", world_id(i, id), i, 1 + i % 28);
        if (i <= shortened) buf_addf(b, "%s\n", text);
        else buf_addf(b, "62170000%07u%s\n", i, digits);
    }
}

static bool county(struct world *w, struct test *t, const char *name)
{
    struct buf b;
    if (!world_init(w, t, name)) return false;
    buf_init(&b, MIB(1));
    world_roster(&b, 1, PEOPLE);
    bool ok = !world_take(w, "roster", "r.csv", buf_str(&b));
    CHECK(t, ok);
    buf_fini(&b);
    return ok;
}

static void take(struct test *t, unsigned no, unsigned shortened, const char *text, const char *digits,
                 const char *refusal)
{
    struct world w;
    struct buf b;
    char name[32];
    (void)snprintf(name, sizeof name, "short%u", no);
    if (!county(&w, t, name)) return;
    buf_init(&b, MIB(1));
    rows(&b, shortened, text, digits);
    enum rc rc = world_take(&w, "medical", "m.csv", buf_str(&b));
    CHECK_I64(t, rc, refusal ? RC_INPUT : RC_OK);
    if (refusal) CHECK(t, str_find(str_from(w.e.msg), str_from(refusal), 0) != SIZE_MAX);
    else world_counts(&w, PEOPLE, PEOPLE - shortened, 0, 0, 0, shortened);
    buf_fini(&b);
    world_fini(&w);
}

static void test_scientific(struct test *t)
{
    take(t, 0, 7, "6.2284E+18", "", NULL);
    take(t, 1, 3, "6E+17", "", NULL);
    take(t, 2, 3, "1.3910e+10", "", NULL);
    take(t, 3, PEOPLE, "6.2284E+18", "", "First in line 2: shortened by a spreadsheet");
}

static void test_not(struct test *t)
{
    static const char *const FINE[] = {"E+18", "A6E+17", "6.2E+", "6+2", "6.2.2E+18", "6.2284E+1x", "+", "12E+17"};
    struct world w;
    struct buf b;
    char id[19];
    if (!county(&w, t, "fine")) return;
    buf_init(&b, MIB(1));
    buf_addz(&b, "身份证号码,患者姓名,结算时间,类别,自付金额（元）,病种,医院\n");
    for (unsigned i = 0; i < sizeof FINE / sizeof *FINE; i++)
        buf_addf(&b, "%s,张%u,2026-05-01,1,5,肺病,%s\n", world_id(i + 1, id), i + 1, FINE[i]);
    CHECK_I64(t, world_take(&w, "medical", "m.csv", buf_str(&b)), RC_OK);
    world_counts(&w, sizeof FINE / sizeof *FINE, sizeof FINE / sizeof *FINE, 0, 0, 0, 0);
    buf_fini(&b);
    world_fini(&w);
}

static void test_zeros(struct test *t)
{
    take(t, 10, 0, "", "0000", "100 of 100 numbers of more than 15 digits have only zeros from the 16th on");
    take(t, 11, 0, "", "0010", NULL);
}

void shortened_test(struct test *t)
{
    if (TEST(t, "shortened: texts in scientific notation are refused")) test_scientific(t);
    if (TEST(t, "shortened: what only looks so")) test_not(t);
    if (TEST(t, "shortened: zeros from the sixteenth digit on")) test_zeros(t);
}
