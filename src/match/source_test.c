#include "match/source.h"
#include "base/test.h"

static void check(struct test *t, struct str mapping, int64_t line, const char *sheet, uint32_t row)
{
    struct str name = STR("");
    uint32_t at = 0;
    bool found = source_sheet_row(mapping, line, &name, &at);
    CHECK(t, found == (sheet != NULL));
    if (!found || !sheet) return;
    CHECK_STR(t, name, str_from(sheet));
    CHECK_I64(t, at, row);
}

static void lines_of_several_sheets(struct test *t)
{
    struct str several = STR("{\"width\":2,\"columns\":[{\"column\":1,\"header\":\",\\\"sheets\\\":\\\"x:1\",\"field\":"
                             "\"cid\",\"unit\":\"\"}],\"missing\":\"\",\"sheets\":\"张村:1/李村:41\"}");
    check(t, several, 1, "张村", 1);
    check(t, several, 40, "张村", 40);
    check(t, several, 41, "李村", 1);
    check(t, several, 60, "李村", 20);
    check(t, several, 0, NULL, 0);
    check(t, several, INT64_C(1) << 40, NULL, 0);
}

static void one_sheet_is_told_by_its_rows(struct test *t)
{
    check(t, STR("{\"width\":1,\"columns\":[],\"missing\":\"\"}"), 3, NULL, 0);
    check(t, STR(""), 3, NULL, 0);
    check(t, STR("{\"missing\":\"\",\"sheets\":\""), 3, NULL, 0);
}

void source_test(struct test *t);
void source_test(struct test *t)
{
    if (TEST(t, "lines of several sheets")) lines_of_several_sheets(t);
    if (TEST(t, "one sheet is told by its rows")) one_sheet_is_told_by_its_rows(t);
}
