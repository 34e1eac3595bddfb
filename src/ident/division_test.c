#include "base/mem.h"
#include "base/test.h"
#include "base/utf8.h"
#include "ident/division.h"

#define HEADER "fangpin-divisions 1\ndate 2023-06-30\nsource made for tests\n\n"
/* A province, a city, two counties A and B, each with a township; the first with two villages. */
static const char small_list[] = HEADER
    "610000000000\t甲省\n100000000\t乙市\n1000000\tA县\n1000\tA镇\n1\t东村委会\n1\t西村委会\n998998\tB县\n1000\tB镇\n";
static const int64_t county_a = INT64_C(610101000000), county_b = INT64_C(610102000000);
static const int64_t village_a1 = INT64_C(610101001001);

static date_day day(int32_t y, int32_t m, int32_t d) { return date_make(y, m, d); }

static void check_name(struct test *t, const struct divisions *d, int64_t code, date_day on, const char *want)
{
    CHECK_STR(t, divisions_name(d, code, on), str_from(want));
}

static void check_path(struct test *t, const struct divisions *d, int64_t code, const char *want, bool whole)
{
    struct buf b;
    buf_init(&b, 1000);
    CHECK_I64(t, divisions_path(d, code, 0, &b), whole);
    CHECK_STR(t, buf_str(&b), str_from(want));
    buf_fini(&b);
}

static size_t count_children(const struct divisions *d, int64_t parent, date_day on)
{
    struct division_period p;
    int64_t cursor = 0;
    size_t n = 0;
    while (divisions_next_child(d, parent, on, &cursor, &p)) n++;
    return n;
}

/* ---- the shipped list ---- */
static void shipped_names(struct test *t, const struct divisions *d)
{
    check_name(t, d, INT64_C(610000000000), 0, "陕西省");
    check_name(t, d, INT64_C(140000000000), 0, "山西省");
    check_name(t, d, INT64_C(130000000000), 0, "河北省");
    check_name(t, d, INT64_C(110000000000), 0, "北京市");
    check_name(t, d, INT64_C(710000000000), 0, "台湾省");
    check_name(t, d, INT64_C(610100000000), 0, "西安市");
    check_name(t, d, INT64_C(130100000000), 0, "石家庄市");
    check_name(t, d, INT64_C(610102000000), 0, "新城区");
    check_name(t, d, INT64_C(140105000000), 0, "小店区");
    check_name(t, d, INT64_C(130123000000), 0, "正定县");
    check_name(t, d, INT64_C(441900000000), 0, "东莞市");
    check_name(t, d, INT64_C(610102001001), 0, "民乐社区居委会");
    check_name(t, d, INT64_C(660000000000), 0, "");
    check_path(t, d, INT64_C(610102001001), "陕西省西安市新城区西一路街道民乐社区居委会", true);
    check_path(t, d, INT64_C(110101000000), "北京市东城区", true);
    check_path(t, d, INT64_C(110100000000), "北京市市辖区", true);
    check_path(t, d, INT64_C(441900003000), "广东省东莞市东城街道", true);
    check_path(t, d, INT64_C(610102001999), "陕西省西安市新城区西一路街道610102001999", false);
}

static void shipped_shape(struct test *t, const struct divisions *d)
{
    CHECK_I64(t, count_children(d, 0, 0), 34);
    CHECK_I64(t, count_children(d, INT64_C(610000000000), 0), 10);
    CHECK_I64(t, count_children(d, INT64_C(140000000000), 0), 11);
    CHECK(t, count_children(d, INT64_C(441900000000), 0) > 30);
    size_t orphans = 0, odd = 0, by_level[DIVISION_LEVEL__MAX] = {0};
    struct division_period p;
    for (int64_t cursor = 0; divisions_next(d, 0, &cursor, &p);) {
        by_level[division_level(p.code)]++;
        odd += !division_plausible(p.code);
        orphans += division_parent(p.code) != 0 && !divisions_find(d, division_parent(p.code), 0, NULL);
    }
    CHECK_I64(t, orphans, 0);
    CHECK_I64(t, odd, 0);
    CHECK_I64(t, by_level[DIVISION_PROVINCE], 34);
    CHECK(t, by_level[DIVISION_COUNTY] > 2800 && by_level[DIVISION_TOWNSHIP] > 40000);
    CHECK(t, by_level[DIVISION_VILLAGE] > 90000);
    CHECK_I64(t, d->date, day(2023, 6, 30));
    CHECK(t, d->source.n > 0);
}

/* What is not looked at when the program starts: codes and names go up without a gap, names are UTF-8. */
static void shipped_sound(struct test *t, const struct divisions *d)
{
    const struct division_list *l = &d->list;
    int64_t before = 0;
    size_t bad = 0, bytes = 0;
    CHECK(t, l->n > 0 && l->n <= DIVISION_ROWS_MAX);
    for (size_t i = 0; i < l->n; i++) {
        int64_t code = (int64_t)(l->unit[i] >> DIVISION_AT_BITS);
        uint64_t n = (l->unit[i + 1] - l->unit[i]) & ((1U << DIVISION_AT_BITS) - 1);
        struct str name = divisions_name(d, code, 0);
        bad += code <= before || code > DIVISION_CODE_MAX || !n || n > DIVISION_NAME_MAX || name.n != n;
        bad += name.p != l->text + (l->unit[i] & ((1U << DIVISION_AT_BITS) - 1)) || !utf8_valid(name);
        before = code;
        bytes += name.n;
    }
    CHECK_I64(t, bad, 0);
    CHECK_I64(t, bytes, (l->unit[l->n] - l->unit[0]) & ((1U << DIVISION_AT_BITS) - 1));
}

static void shipped(struct test *t)
{
    struct divisions d;
    divisions_init(&d);
    shipped_sound(t, &d);
    shipped_names(t, &d);
    shipped_shape(t, &d);
    int64_t code;
    CHECK_I64(t, divisions_find_name(&d, INT64_C(610100000000), STR("碑林区"), 0, &code), 1);
    CHECK_I64(t, code, INT64_C(610103000000));
    divisions_fini(&d);
}

/* ---- damaged lists ---- */
static void damaged(struct test *t)
{
    static const char *const bad[] = {"",
                                      "fangpin-divisions 2\ndate 2023-06-30\nsource x\n\n61\tA\n",
                                      HEADER,
                                      "fangpin-divisions 1\ndate 2023-06-31\nsource x\n\n61\tA\n",
                                      HEADER "61\n",
                                      HEADER "61\t\n",
                                      HEADER "x\tA\n",
                                      HEADER "0\tA\n",
                                      HEADER "61\tA\n-1\tB\n",
                                      HEADER "1000000000000\tA\n",
                                      HEADER "999999999999\tA\n1\tB\n",
                                      HEADER "61\t\xFF\n"};
    struct err e = {0};
    struct divisions d;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_I64(t, divisions_init_text(&d, str_from(bad[i]), &e), RC_ENV);
}

/* ---- corrections ---- */
struct fixture {
    struct divisions d;
    struct arena arena;
    struct diags g;
    struct err e;
};

static void open_fixture(struct test *t, struct fixture *f)
{
    f->e = (struct err){.lang = LANG_EN};
    arena_init(&f->arena, MIB(1));
    diags_init(&f->g, &f->arena, LANG_EN);
    enum rc rc = divisions_init_text(&f->d, str_from(small_list), &f->e);
    CHECK_I64(t, rc, RC_OK);
}

static void close_fixture(struct fixture *f)
{
    divisions_fini(&f->d);
    arena_fini(&f->arena);
}

static enum rc import(struct fixture *f, const char *csv)
{
    return divisions_import(&f->d, str_from(csv), "list.csv", &f->g, &f->e);
}

static void renames(struct test *t)
{
    struct fixture f;
    open_fixture(t, &f);
    CHECK_I64(t, import(&f, "code,name,from\n610101,甲区,2025-03-01\n"), RC_OK);
    check_name(t, &f.d, county_a, day(2025, 2, 28), "A县");
    check_name(t, &f.d, county_a, day(2025, 3, 1), "甲区");
    check_name(t, &f.d, county_a, 0, "甲区");
    check_path(t, &f.d, village_a1, "甲省乙市甲区A镇东村委会", true);
    CHECK_I64(t,
              import(&f, "\xEF\xBB\xBF"
                         "代码,名称,起,止\r\n"
                         "610101,乙区,2024-01-01,2024-12-31\r\n610101,丙区,2025-01-01,\r\n"),
              RC_OK);
    check_name(t, &f.d, county_a, day(2023, 12, 31), "A县");
    check_name(t, &f.d, county_a, day(2024, 12, 31), "乙区");
    check_name(t, &f.d, county_a, day(2026, 1, 1), "丙区");
    CHECK_I64(t, import(&f, "code,name\n610103,新县\n"), RC_OK);
    check_name(t, &f.d, INT64_C(610103000000), day(2000, 1, 1), "新县");
    CHECK_I64(t, import(&f, "name,code\n\"丁,\"\"区\"\"\",610101\n"), RC_OK);
    check_name(t, &f.d, county_a, day(2000, 1, 1), "丁,\"区\"");
    CHECK_I64(t, count_children(&f.d, INT64_C(610100000000), 0), 3);
    close_fixture(&f);
}

static void replacements(struct test *t)
{
    struct fixture f;
    open_fixture(t, &f);
    CHECK_I64(t,
              import(&f, "code,to,replaced_by,document\n610101,2024-06-30,610102,文〔2024〕1号\n"
                         "610102,2025-06-30,610199,x\n610199,,,\n"),
              RC_OK);
    const date_day before = day(2024, 6, 30), after = day(2024, 7, 1), later = day(2025, 7, 1);
    CHECK(t, divisions_find(&f.d, county_a, before, NULL));
    CHECK(t, !divisions_find(&f.d, county_a, after, NULL));
    check_name(t, &f.d, county_a, before, "A县");
    CHECK_I64(t, divisions_resolve(&f.d, county_a, before), county_a);
    CHECK_I64(t, divisions_resolve(&f.d, county_a, after), county_b);
    CHECK_I64(t, divisions_resolve(&f.d, county_a, later), INT64_C(610199000000));
    CHECK_I64(t, divisions_resolve(&f.d, county_a, 0), INT64_C(610199000000));
    CHECK_I64(t, divisions_resolve(&f.d, county_b, after), county_b);
    CHECK_I64(t, divisions_resolve(&f.d, INT64_C(610101777001), later), INT64_C(610199777001));
    CHECK_I64(t, f.d.aliases.n, 2);
    CHECK_STR(t, f.d.aliases.v[0].text, STR("文〔2024〕1号"));
    CHECK_I64(t, count_children(&f.d, INT64_C(610100000000), before), 2);
    CHECK_I64(t, count_children(&f.d, INT64_C(610100000000), after), 1);
    close_fixture(&f);
}

/* A ring of replacements must end, and tells nothing. */
static void ring(struct test *t)
{
    struct fixture f;
    open_fixture(t, &f);
    CHECK_I64(t, import(&f, "code,to,replaced_by\n610101,2024-06-30,610102\n610102,2024-06-30,610101\n"), RC_OK);
    CHECK_I64(t, divisions_resolve(&f.d, county_a, day(2025, 1, 1)), county_a);
    close_fixture(&f);
}

static void flags(struct test *t)
{
    struct fixture f;
    open_fixture(t, &f);
    CHECK_I64(t,
              import(&f, "code,flags,document\n"
                         "610101,key=2021-08-27..2025-12-31; old ,文1\n610102,key=..2022-01-01,文2\n"),
              RC_OK);
    uint32_t key = divisions_flag_id(&f.d, STR("key")), old = divisions_flag_id(&f.d, STR("old"));
    CHECK(t, key != UINT32_MAX && old != UINT32_MAX && key != old);
    CHECK_I64(t, divisions_flag_id(&f.d, STR("none")), UINT32_MAX);
    CHECK(t, !divisions_flag_holds(&f.d, village_a1, key, day(2021, 8, 26)));
    CHECK(t, divisions_flag_holds(&f.d, village_a1, key, day(2021, 8, 27)));
    CHECK(t, divisions_flag_holds(&f.d, county_a, key, day(2025, 12, 31)));
    CHECK(t, !divisions_flag_holds(&f.d, county_a, key, day(2026, 1, 1)));
    CHECK(t, divisions_flag_holds(&f.d, village_a1, old, day(1990, 1, 1)));
    CHECK(t, divisions_flag_holds(&f.d, county_b, key, day(2022, 1, 1)));
    CHECK(t, !divisions_flag_holds(&f.d, INT64_C(610100000000), key, day(2022, 1, 1)));
    CHECK(t, divisions_flag_own(&f.d, village_a1, key, day(2022, 1, 1)) == NULL);
    CHECK_STR(t, divisions_flag_own(&f.d, county_a, key, day(2022, 1, 1))->text, STR("文1"));
    check_name(t, &f.d, county_a, day(1990, 1, 1), "A县");
    /* a later list ends the flag earlier; the other flag of the county is not touched */
    CHECK_I64(t, import(&f, "code,flags\n610101,key=2021-08-27..2024-12-31\n"), RC_OK);
    CHECK(t, !divisions_flag_holds(&f.d, county_a, key, day(2025, 1, 1)));
    CHECK(t, divisions_flag_holds(&f.d, county_a, old, day(2025, 1, 1)));
    close_fixture(&f);
}

static void check_fault(struct test *t, const char *csv, uint32_t line, const char *part)
{
    struct fixture f;
    open_fixture(t, &f);
    CHECK_I64(t, import(&f, csv), RC_INPUT);
    CHECK(t, f.e.rc == RC_INPUT);
    CHECK(t, f.g.n >= 1);
    size_t last = f.g.n ? f.g.n - 1 : 0;
    if (f.g.n) {
        CHECK_I64(t, f.g.v[last].at.line, line);
        if (str_find(f.g.v[last].msg, str_from(part), 0) == SIZE_MAX) CHECK_STR(t, f.g.v[last].msg, str_from(part));
    }
    CHECK_I64(t, f.d.corrected.n + f.d.flags.n + f.d.aliases.n, 0);
    check_name(t, &f.d, county_a, 0, "A县");
    close_fixture(&f);
}

static void faults(struct test *t)
{
    check_fault(t, "", 1, "no column code");
    check_fault(t, "name\nx\n", 1, "no column code");
    check_fault(t, "code,colour\n61,x\n", 1, "column 2");
    check_fault(t, "code,code\n61,61\n", 1, "column 2");
    check_fault(t, "code,name\n610101,甲区\n610,x\n", 3, "2, 4, 6, 9 or 12");
    check_fault(t, "code,name\n,x\n", 2, "2, 4, 6, 9 or 12");
    check_fault(t, "code,name\n610101,x,y\n", 2, "3 fields");
    check_fault(t, "code,name\n\n610101\n", 3, "1 fields");
    check_fault(t, "code,name,from\n610101,x,2024/1/1\n", 2, "column from");
    check_fault(t, "code,name,to\n610101,x,2023-02-29\n", 2, "column to");
    check_fault(t, "code,name,from,to\n610101,x,2024-01-02,2024-01-01\n", 2, "ends before it begins");
    check_fault(t, "code,name,from,to\n610101,x,2024-01-01,2024-06-01\n610101,y,2024-06-01,\n", 3,
                "overlap those in row 2");
    check_fault(t, "code,to\n610177,2024-01-01\n", 2, "not known");
    check_fault(t, "code,replaced_by\n610101,610102\n", 2, "last day");
    check_fault(t, "code,to,replaced_by\n610101,2024-01-01,610101\n", 2, "by itself");
    check_fault(t, "code,flags\n610101,key=2024\n", 2, "NAME=FROM..TO");
    check_fault(t, "code,flags\n610101,key=2024..\n", 2, "date of a flag");
    check_fault(t, "code,flags\n610101,key=2024-02-01..2024-01-01\n", 2, "ends before it begins");
    check_fault(t, "code,flags\n610101,=2024-02-01..\n", 2, "flag's name");
    check_fault(t, "code,flags\n610101,key;key\n", 2, "overlap");
    check_fault(t, "code,name\n610101,\"x\n", 2, "never closed");
    check_fault(t, "code,name\n610101,\"x\"y\n", 2, "behind a closing quote");
    check_fault(t, "code,name\n610101,\"甲\n区\"\n6,x\n", 4, "2, 4, 6, 9 or 12");
    check_fault(t, "code,name\n610101,\xFF\n", 1, "UTF-8");
}

static void warnings(struct test *t)
{
    struct fixture f;
    open_fixture(t, &f);
    CHECK_I64(t, import(&f, "code,name\n990101,测试县\n"), RC_OK);
    CHECK_I64(t, f.g.n, 1);
    CHECK_I64(t, f.g.errors, 0);
    check_name(t, &f.d, INT64_C(990101000000), 0, "测试县");
    close_fixture(&f);
}

static void names(struct test *t)
{
    struct fixture f;
    int64_t code;
    const int64_t town = INT64_C(610101001000);
    open_fixture(t, &f);
    CHECK_I64(t, divisions_find_name(&f.d, town, STR("东村委会"), 0, &code), 1);
    CHECK_I64(t, code, village_a1);
    CHECK_I64(t, divisions_find_name(&f.d, town, STR(" 东村民委员会"), 0, &code), 1);
    CHECK_I64(t, code, village_a1);
    CHECK_I64(t, divisions_find_name(&f.d, town, STR("西村"), 0, &code), 1);
    CHECK_I64(t, code, village_a1 + 1);
    CHECK_I64(t, divisions_find_name(&f.d, town, STR("南村"), 0, &code), 0);
    CHECK_I64(t, code, 0);
    CHECK_I64(t, import(&f, "code,name\n610101001003,东居委会\n610101001004,东村民委员会\n"), RC_OK);
    CHECK_I64(t, divisions_find_name(&f.d, town, STR("东"), 0, &code), 3);
    CHECK_I64(t, divisions_find_name(&f.d, town, STR("东居委会"), 0, &code), 1);
    CHECK_I64(t, code, INT64_C(610101001003));
    close_fixture(&f);
}

/* ---- one register, its units in the list or all but the province taken in as corrections ---- */
static void compare_at(struct test *t, const struct divisions *a, const struct divisions *b, date_day on)
{
    struct division_period x, y;
    int64_t at = 0, other = 0, child, child_other;
    bool more = true;
    for (size_t n = 0; more; n++) {
        more = divisions_next(a, on, &at, &x);
        CHECK_I64(t, divisions_next(b, on, &other, &y), more);
        CHECK(t, more || n > 3);
        if (!more) break;
        CHECK_I64(t, x.code, y.code);
        CHECK_STR(t, x.text, y.text);
        CHECK_I64(t, x.from, y.from);
        CHECK_I64(t, x.to, y.to);
        child = child_other = 0;
        while (divisions_next_child(a, x.code, on, &child, &y)) {
            CHECK(t, divisions_next_child(b, x.code, on, &child_other, &y));
            CHECK_I64(t, child, child_other);
        }
        CHECK(t, !divisions_next_child(b, x.code, on, &child_other, &y));
        CHECK_I64(t, divisions_resolve(a, x.code, on), divisions_resolve(b, x.code, on));
        CHECK_STR(t, divisions_name(a, x.code, on), divisions_name(b, x.code, on));
    }
}

static void listed_or_corrected(struct test *t)
{
    static const char units[] = "code,name\n6101,乙市\n610101,A县\n610101001,A镇\n610101001001,东村委会\n"
                                "610101001002,西村委会\n610102,B县\n610102001,B镇\n";
    static const char *const steps[] = {
        "code,name,from\n610101,甲区,2025-03-01\n610101001003,新村委会,2024-01-01\n62,丙省,\n",
        "code,to,replaced_by\n610101001002,2024-06-30,610101001003\n610102001,2024-12-31,\n",
        "code,name,from,to\n610101,丁区,2025-06-01,2025-07-31\n610101,戊区,2025-09-01,\n",
        "code,name\n610102001,又B镇\n"};
    static const int32_t years[] = {2023, 2024, 2025, 2026};
    struct fixture a, b;
    open_fixture(t, &a);
    open_fixture(t, &b);
    divisions_fini(&b.d);
    CHECK_I64(t, divisions_init_text(&b.d, STR(HEADER "610000000000\t甲省\n"), &b.e), RC_OK);
    CHECK_I64(t, import(&b, units), RC_OK);
    CHECK_I64(t, b.d.corrected.n, 7);
    for (size_t i = 0; i <= sizeof steps / sizeof *steps; i++) {
        compare_at(t, &a.d, &b.d, 0);
        for (size_t k = 0; k < sizeof years / sizeof *years; k++)
            for (int32_t month = 1; month < 13; month += 3) compare_at(t, &a.d, &b.d, day(years[k], month, 15));
        if (i == sizeof steps / sizeof *steps) break;
        CHECK_I64(t, import(&a, steps[i]), RC_OK);
        CHECK_I64(t, import(&b, steps[i]), RC_OK);
    }
    CHECK_I64(t, a.d.list.n, 8);
    close_fixture(&a);
    close_fixture(&b);
}

/* Every allocation of a load and an import fails once: nothing leaks, the register is as before, and at last
 * it works. */
static void failing_memory(struct test *t)
{
    struct fixture f;
    open_fixture(t, &f);
    enum rc rc = RC_NOMEM;
    unsigned n = 0;
    do {
        diags_init(&f.g, &f.arena, LANG_EN);
        mem_fault_arm(++n, 0);
        rc = import(&f, "code,name,from,to,replaced_by,flags,document\n"
                        "610101,\"甲区\",,2024-12-31,610102,key;old,\"文\"\"1\"\n");
        bool fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        CHECK(t, rc == (fired ? RC_NOMEM : RC_OK));
        check_name(t, &f.d, county_a, 0, rc ? "A县" : "甲区");
    } while (rc == RC_NOMEM && n < 100);
    CHECK_I64(t, rc, RC_OK);
    close_fixture(&f);
    for (n = 1, rc = RC_NOMEM; rc == RC_NOMEM && n < 100; n++) {
        mem_fault_arm(n, 0);
        rc = divisions_init_text(&f.d, str_from(small_list), &f.e);
        mem_fault_arm(0, 0);
    }
    CHECK_I64(t, rc, RC_OK);
    if (!rc) divisions_fini(&f.d);
}

void division_test(struct test *t);
void division_test(struct test *t)
{
    if (TEST(t, "divisions: shipped list")) shipped(t);
    if (TEST(t, "divisions: damaged list")) damaged(t);
    if (TEST(t, "divisions: rename and add")) renames(t);
    if (TEST(t, "divisions: replaced codes")) replacements(t);
    if (TEST(t, "divisions: ring of replacements")) ring(t);
    if (TEST(t, "divisions: flags")) flags(t);
    if (TEST(t, "divisions: listed or corrected, the same")) listed_or_corrected(t);
    if (TEST(t, "divisions: faults of a list")) faults(t);
    if (TEST(t, "divisions: odd codes are kept")) warnings(t);
    if (TEST(t, "divisions: find by name")) names(t);
    if (TEST(t, "divisions: failing memory")) failing_memory(t);
}
