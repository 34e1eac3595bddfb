#include "ingest/money_said.h"
#include "base/test.h"

static void test_texts(struct test *t)
{
    static const struct {
        const char *text;
        int power;
    } CASES[] = {
        {"单位：万元", 4},
        {"（单位:千元）", 3},
        {"医保结算（金额单位：万元人民币）", 4},
        {"注：以上金额单位为万元", 4},
        {"注：本表金额均以万元计。", 4},
        {"说明：金额按 千 元 填报", 3},
        {"以上均以人民币万元为单位", 4},
        {"6月（单位万元）", 4},
        {"医保支出表（万元）", 4},
        {"万元", 4},
        {"元", 0},
        {"单位：元", 0},
        {"单位：户、人、万元", 4},
        {"单位：百万元", 6},
        {"单位：元、万元", MONEY_SEVERAL},
        {"单位：美元", MONEY_SEVERAL},
        {"单位：分", MONEY_SEVERAL},
        {"金额单位：角", MONEY_SEVERAL},
        {"单位：w", MONEY_SEVERAL},
        {"计量单位：万美元", MONEY_SEVERAL},
        {"填报单位：分水镇卫生院", MONEY_NONE},
        {"Unit: 10,000 yuan", 4},
        {"Unit: yuan", 0},
        {"计量单位：人民币元", 0},
        {"2026年医保支出万元表", MONEY_UNCLEAR},
        {"单位：元；超过万元的另附说明", 0},
        {"注：超过5万元的另附说明", MONEY_NONE},
        {"注：超过十万元的另附说明", MONEY_NONE},
        {"单笔三千元以上", MONEY_NONE},
        {"万元以上的另附说明", MONEY_NONE},
        {"第二单元", MONEY_NONE},
        {"填报单位：医保局", MONEY_NONE},
        {"单位（盖章）：", MONEY_NONE},
        {"2026年元月", MONEY_NONE},
        {"", MONEY_NONE},
        {"单位", MONEY_NONE},
        {"(", MONEY_NONE},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct money_said m = {0};
        money_said_text(&m, MONEY_NOTE, str_from(CASES[i].text));
        test_check(t, money_said_power(&m) == CASES[i].power, __FILE__, __LINE__, CASES[i].text);
    }
}

static void test_rows(struct test *t)
{
    struct str cells[] = {STR("西乡县医保局"), STR(""), STR("计量单位："), STR(" "), STR("万")};
    struct csv_head_row row = {.cell = cells, .cells = 5};
    struct money_said m = {0}, other = {0};
    money_said_rows(&m, MONEY_TITLE, &row, 1);
    CHECK_I64(t, money_said_power(&m), 4);
    money_said_text(&other, MONEY_SHEET, STR("单位：元"));
    money_said_join(&m, &other);
    CHECK_I64(t, money_said_power(&m), MONEY_SEVERAL);
}

static void test_cells(struct test *t)
{
    CHECK_I64(t, money_unit_cell(STR("（万元）")), 4);
    CHECK_I64(t, money_unit_cell(STR("单位：千元")), 3);
    CHECK_I64(t, money_unit_cell(STR("元/月")), 0);
    CHECK_I64(t, money_unit_cell(STR("单元")), MONEY_NONE);
    CHECK_I64(t, money_unit_cell(STR("个人自付")), MONEY_NONE);
    CHECK(t, unit_cell(STR("亩")) && unit_cell(STR("（人）")) && unit_cell(STR("万元")));
    CHECK(t, !unit_cell(STR("张三")) && !unit_cell(STR("12")) && !unit_cell(STR("")));
}

void money_said_test(struct test *t);
void money_said_test(struct test *t)
{
    if (TEST(t, "units of money that a text speaks of")) test_texts(t);
    if (TEST(t, "a label and its unit in two cells; places together")) test_rows(t);
    if (TEST(t, "cells that are units")) test_cells(t);
}
