#include "match/place.h"
#include "base/test.h"

static const char LIST[] = "fangpin-divisions 1\ndate 2023-06-30\nsource "
                           "t\n\n110000000000\t北京市\n100000000\t市辖区\n1000000\t东城区\n1000\t东华门街道\n"
                           "19999898999\tx\n";
static const char TWO[] =
    "fangpin-divisions 1\ndate 2023-06-30\nsource t\n\n130000000000\t河北省\n700000000\t张家口市\n24000000\t沽源县\n"
    "100000\t平定堡镇\n200\t张家营村村委会\n1\t李庄村委会\n799\t小厂镇\n200\t李庄村委会\n"
    "898800\t尚义县\n100000\t小厂乡\n9274900000\t山西省\n200000000\t大同市\n";

static void test_find(struct test *t)
{
    static const struct {
        const char *name[PLACE_LEVELS];
        int64_t within, code;
        enum division_level bad;
    } CASES[] = {
        {{"河北省", "张家口市", "沽源县", "平定堡镇", "张家营村"}, 0, 130724100200, 0},
        {{"河北", "张家口", "沽源", "平定堡", "张家营村村委会"}, 0, 130724100200, 0},
        {{"", "", "沽源县", "平定堡镇", "李庄"}, 0, 130724100201, 0},
        {{"", "", "", "平定堡镇", "李庄村"}, 130724000000, 130724100201, 0},
        {{"", "", "", "", "李庄村"}, 130724000000, 0, DIVISION_VILLAGE}, /* two of that name */
        {{"", "", "", "小厂镇", ""}, 0, 130724101000, 0},
        {{"", "", "", "小厂", ""}, 0, 0, DIVISION_TOWNSHIP}, /* a 镇 and a 乡 */
        {{"河北省", "张家口市", "沽源县", "没有镇", "李庄"}, 0, 0, DIVISION_TOWNSHIP},
        {{"河北省", "张家口市", "沽源县", "平定堡镇", "王庄"}, 0, 0, DIVISION_VILLAGE},
        {{"河北省", "大同市", "", "", ""}, 0, 0, DIVISION_PREFECTURE},
        {{"河北省", "张家口市", "沽源县", "", ""}, 0, 130724000000, 0},
    };
    struct divisions d;
    struct err e = {.lang = LANG_EN};
    bool ok = divisions_init_text(&d, str_from(TWO), &e) == RC_OK;
    CHECK(t, ok);
    for (size_t i = 0; ok && i < sizeof CASES / sizeof *CASES; i++) {
        struct place_names p;
        enum division_level bad = DIVISION_NATION;
        for (unsigned k = 0; k < PLACE_LEVELS; k++) p.name[k] = str_from(CASES[i].name[k]);
        int64_t code = place_find(&d, CASES[i].within, &p, &bad);
        test_eq_i64(t, code, CASES[i].code, __FILE__, __LINE__, CASES[i].name[3]);
        if (!code) CHECK_I64(t, bad, CASES[i].bad);
    }
    if (ok) divisions_fini(&d);
}

/* A village of a township whose villages the list does not have. */
static void test_no_villages(struct test *t)
{
    struct divisions d;
    struct err e = {.lang = LANG_EN};
    enum division_level bad;
    struct place_names p = {{STR("北京市"), STR(""), STR("东城区"), STR("东华门街道"), STR("多福巷社区")}};
    bool ok = divisions_init_text(&d, str_from(LIST), &e) == RC_OK;
    CHECK(t, ok);
    if (!ok) return;
    CHECK_I64(t, place_find(&d, 0, &p, &bad), 110101001000);
    divisions_fini(&d);
}

static void test_levels(struct test *t)
{
    CHECK_I64(t, place_level(STR("县(市、区)")), DIVISION_COUNTY);
    CHECK_I64(t, place_level(STR("乡镇")), DIVISION_TOWNSHIP);
    CHECK_I64(t, place_level(STR("行政村")), DIVISION_VILLAGE);
    CHECK_I64(t, place_level(STR("村代码")), DIVISION_NATION);
}

void place_test(struct test *t);
void place_test(struct test *t)
{
    if (TEST(t, "places by name")) test_find(t);
    if (TEST(t, "villages that the list does not have")) test_no_villages(t);
    if (TEST(t, "headers of places")) test_levels(t);
}
