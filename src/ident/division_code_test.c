#include "base/test.h"
#include "ident/division_code.h"

static void levels(struct test *t)
{
    CHECK_I64(t, division_level(0), DIVISION_NATION);
    CHECK_I64(t, division_level(INT64_C(610000000000)), DIVISION_PROVINCE);
    CHECK_I64(t, division_level(INT64_C(610100000000)), DIVISION_PREFECTURE);
    CHECK_I64(t, division_level(INT64_C(610102000000)), DIVISION_COUNTY);
    CHECK_I64(t, division_level(INT64_C(610102001000)), DIVISION_TOWNSHIP);
    CHECK_I64(t, division_level(INT64_C(610102001001)), DIVISION_VILLAGE);
    CHECK_I64(t, division_level(INT64_C(441900003000)), DIVISION_TOWNSHIP);
}

static void parents(struct test *t)
{
    CHECK_I64(t, division_parent(INT64_C(610102001001)), INT64_C(610102001000));
    CHECK_I64(t, division_parent(INT64_C(610102001000)), INT64_C(610102000000));
    CHECK_I64(t, division_parent(INT64_C(610102000000)), INT64_C(610100000000));
    CHECK_I64(t, division_parent(INT64_C(610100000000)), INT64_C(610000000000));
    CHECK_I64(t, division_parent(INT64_C(610000000000)), 0);
    CHECK_I64(t, division_parent(0), 0);
    CHECK_I64(t, division_parent(INT64_C(441900003000)), INT64_C(441900000000));
    CHECK_I64(t, division_truncate(INT64_C(610102001001), DIVISION_COUNTY), INT64_C(610102000000));
    CHECK_I64(t, division_truncate(INT64_C(610100000000), DIVISION_VILLAGE), INT64_C(610100000000));
    CHECK_I64(t, division_truncate(INT64_C(610102001001), DIVISION_NATION), 0);
}

static void covers(struct test *t)
{
    const int64_t county = INT64_C(610102000000);
    CHECK(t, division_covers(0, county));
    CHECK(t, division_covers(0, 0));
    CHECK(t, division_covers(county, county));
    CHECK(t, division_covers(county, INT64_C(610102599599)));
    CHECK(t, !division_covers(county, INT64_C(610103000000)));
    CHECK(t, !division_covers(county, INT64_C(610100000000)));
    CHECK(t, !division_covers(INT64_C(610000000000), INT64_C(620000000000)));
    CHECK_I64(t, division_end(0), DIVISION_CODE_MAX + 1);
}

static void plausible(struct test *t)
{
    static const struct {
        int64_t code;
        bool want;
    } cases[] = {
        {INT64_C(610102001001), true},  {INT64_C(610000000000), true},  {INT64_C(441900003000), true},
        {INT64_C(820000000000), true},  {INT64_C(650000000000), true},  {INT64_C(540000000000), true},
        {0, false},                     {INT64_C(660000000000), false}, {INT64_C(160000000000), false},
        {INT64_C(100000000000), false}, {INT64_C(610002000000), false}, {INT64_C(610102000001), false},
        {INT64_C(610102600000), false}, {INT64_C(610102599599), true},  {INT64_C(610102001600), false},
        {INT64_C(240000000000), false}, {INT64_C(910000000000), false}, {DIVISION_CODE_MAX + 1, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) CHECK_I64(t, division_plausible(cases[i].code),
                                                                        cases[i].want);
    int n = 0;
    for (int64_t p = 0; p < 100; p++) n += division_plausible(p * INT64_C(10000000000));
    CHECK_I64(t, n, 34);
}

static void texts(struct test *t)
{
    int64_t code;
    char out[DIVISION_TEXT_MAX];
    CHECK(t, division_parse(STR("61"), &code) && code == INT64_C(610000000000));
    CHECK(t, division_parse(STR("6101"), &code) && code == INT64_C(610100000000));
    CHECK(t, division_parse(STR(" 610102 "), &code) && code == INT64_C(610102000000));
    CHECK(t, division_parse(STR("610102001"), &code) && code == INT64_C(610102001000));
    CHECK(t, division_parse(STR("610102001001"), &code) && code == INT64_C(610102001001));
    CHECK(t, division_parse(STR("\xEF\xBC\x96\xEF\xBC\x91"), &code) && code == INT64_C(610000000000));
    static const char *const bad[] = {"", "6", "610", "61010", "6101020", "61010200100", "6101020010011", "61x1",
                                      "61 01", "00", "000000000000", "6.10102E+11", "-61"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) CHECK(t, !division_parse(str_from(bad[i]), &code));
    CHECK_STR(t, str_from(division_format(INT64_C(610102001001), out)), STR("610102001001"));
    CHECK_STR(t, str_from(division_format(0, out)), STR("000000000000"));
    CHECK_STR(t, str_from(division_format_short(INT64_C(610102001000), out)), STR("610102001"));
    CHECK_STR(t, str_from(division_format_short(INT64_C(610000000000), out)), STR("61"));
    CHECK_STR(t, str_from(division_format_short(0, out)), STR("0"));
    CHECK_STR(t, str_from(division_level_text(DIVISION_COUNTY, LANG_ZH)), STR("县级"));
}

void division_code_test(struct test *t);
void division_code_test(struct test *t)
{
    if (TEST(t, "division code: levels")) levels(t);
    if (TEST(t, "division code: parents")) parents(t);
    if (TEST(t, "division code: cover")) covers(t);
    if (TEST(t, "division code: shape")) plausible(t);
    if (TEST(t, "division code: texts")) texts(t);
}
