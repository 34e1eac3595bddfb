#include "ingest/title.h"
#include "base/test.h"

static void test_periods(struct test *t)
{
    static const struct {
        const char *a, *b, *from, *to; /* two cells of titles */
    } CASES[] = {
        {"某县2026年6月医保结算明细表", "单位：元", "2026-06-01", "2026-06-30"},
        {"某县 ２０２６ 年 ６ 月份报送表", "", "2026-06-01", "2026-06-30"},
        {"2026年1—6月发放明细", "", "2026-01-01", "2026-06-30"},
        {"2026年1月至3月", "", "2026-01-01", "2026-03-31"},
        {"2026年第二季度台账", "2026年二季度", "2026-04-01", "2026-06-30"},
        {"2026年度花名册", "", "2026-01-01", "2026-12-31"},
        {"2026年度", "2026年6月", "2026-06-01", "2026-06-30"},
        {"2024年2月", "填报日期：2024年3月5日", "2024-02-01", "2024-02-29"},
        {"填报日期：2026年7月5日", "", NULL, NULL},
        {"2026年6月", "2026年7月", NULL, NULL},
        {"二〇二六年六月医保结算表", "", "2026-06-01", "2026-06-30"},
        {"二○二六年十二月", "二零二六年十二月", "2026-12-01", "2026-12-31"},
        {"二〇二六年第二季度", "", "2026-04-01", "2026-06-30"},
        {"2026年2季度", "", "2026-04-01", "2026-06-30"},
        {"2026年上半年帮扶措施", "", "2026-01-01", "2026-06-30"},
        {"2026年下半年", "", "2026-07-01", "2026-12-31"},
        {"26年6月医疗", "", "2026-06-01", "2026-06-30"},
        {"126年6月", "", NULL, NULL},
        {"医保2026.6.1-2026.6.30", "", "2026-06-01", "2026-06-30"},
        {"2026-06-01至2026-06-30", "", "2026-06-01", "2026-06-30"},
        {"2026/6/1—6/30", "", "2026-06-01", "2026-06-30"},
        {"2026年6月1日至6月30日", "", "2026-06-01", "2026-06-30"},
        {"2026年6月1日—30日", "", "2026-06-01", "2026-06-30"},
        {"2026年6月1日至15日", "", "2026-06-01", "2026-06-15"},
        {"2025年12月至2026年1月", "", "2025-12-01", "2026-01-31"},
        {"roll-2026-05_2026-06", "", NULL, NULL},
        {"2026-05-2026-06", "", "2026-05-01", "2026-06-30"},
        {"2026.06", "2026-06", "2026-06-01", "2026-06-30"},
        {"2026-07-05", "2026.7.5", NULL, NULL},
        {"截至2026年6月30日", "", NULL, NULL},
        {"截止2026年6月", "2026年5月", "2026-05-01", "2026-05-31"},
        {"电话13920266123", "", NULL, NULL},
        {"2026年13月", "", NULL, NULL},
        {"2026年6-2月", "", NULL, NULL},
        {"12026年6月", "", NULL, NULL},
        {"一九年", "年6月", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct str cells[] = {str_from(CASES[i].a), str_from(CASES[i].b)};
        struct csv_head_row row[] = {{.cell = cells, .cells = 1}, {.cell = cells + 1, .cells = 1}};
        date_day from = 0, to = 0;
        bool found = title_period(row, 2, &from, &to);
        test_check(t, found == (CASES[i].from != NULL), __FILE__, __LINE__, CASES[i].a);
        if (!found || !CASES[i].from) continue;
        CHECK_I64(t, from, date_parse_iso(str_from(CASES[i].from)));
        CHECK_I64(t, to, date_parse_iso(str_from(CASES[i].to)));
    }
}

static void test_until(struct test *t)
{
    static const struct {
        const char *a, *day;
    } CASES[] = {
        {"截至2026年6月30日", "2026-06-30"},
        {"（截止 2026年6月底）", "2026-06-30"},
        {"截止到2026.6.30", "2026-06-30"},
        {"截至二〇二六年六月三十日", "2026-06-30"},
        {"截至2026年6月25日", "2026-06-25"},
        {"2026年6月30日", NULL},
        {"截至6月30日", NULL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct str cell = str_from(CASES[i].a);
        struct csv_head_row row = {.cell = &cell, .cells = 1};
        date_day day = 0;
        bool found = title_until(&row, 1, &day);
        test_check(t, found == (CASES[i].day != NULL), __FILE__, __LINE__, CASES[i].a);
        if (found && CASES[i].day) CHECK_I64(t, day, date_parse_iso(str_from(CASES[i].day)));
    }
}

void title_test(struct test *t);
void title_test(struct test *t)
{
    if (TEST(t, "the days that titles name")) test_periods(t);
    if (TEST(t, "the day until which a title says it is")) test_until(t);
}
