#include "ingest/cell.h"
#include "base/num.h"
#include "base/test.h"

static void yuan(struct test *t, const char *text, int power, int64_t want, enum cell_reason reason)
{
    int64_t got = 0;
    enum cell_reason why;
    enum cell_status st = cell_yuan(str_from(text), power, &got, &why);
    bool ok = why == reason && got == want && (st == CELL_OK) == (why == CELL_FINE);
    if (!ok) CHECK_STR(t, str_from(text), str_from(cell_reason_text(why, LANG_EN)));
    CHECK(t, ok);
}

static void test_yuan(struct test *t)
{
    if (!TEST(t, "money as people write it")) return;
    static const struct {
        const char *text;
        int power;
        int64_t fen;
        enum cell_reason why;
    } CASES[] = {
        {"1234.56", 0, 123456, CELL_FINE},
        {"0.05", 0, 5, CELL_FINE},
        {"12345.67", 0, 1234567, CELL_FINE},
        {"123456789.01", 0, 12345678901, CELL_FINE},
        {"100000000000.00", 0, FEN_MAX, CELL_FINE},
        {"100000000000.01", 0, 0, CELL_TOO_LARGE},
        {"12", 0, 1200, CELL_FINE},
        {"-12.5", 0, -1250, CELL_FINE},
        {"+3", 0, 300, CELL_FINE},
        {" 1,234.5 ", 0, 123450, CELL_FINE},
        {"￥1,234,567元", 0, 123456700, CELL_FINE},
        {"¥ 3.50", 0, 350, CELL_FINE},
        {"１２３．５０元", 0, 12350, CELL_FINE},
        {"1.2万", 0, 1200000, CELL_FINE},
        {"1.2万元", 4, 1200000, CELL_FINE},
        {"12000元", 4, 1200000, CELL_FINE},
        {"1.23456", 4, 1234560, CELL_FINE},
        {"1.2345678", 4, 0, CELL_DIGITS_LOST},
        {"12.345", 0, 0, CELL_DIGITS_LOST},
        {"12.3400", 0, 1234, CELL_FINE},
        {".5", 0, 50, CELL_FINE},
        {"−7", 0, -700, CELL_FINE},
        {"(12)", 0, 0, CELL_PARENTHESES},
        {"（12.50）", 0, 0, CELL_PARENTHESES},
        {"12-", 0, 0, CELL_TRAILING_MINUS},
        {"1.2.3", 0, 0, CELL_SEVERAL_POINTS},
        {"12,34", 0, 0, CELL_SEPARATORS},
        {"1,2345", 0, 0, CELL_SEPARATORS},
        {"1,234,56.0", 0, 0, CELL_SEPARATORS},
        {"1.2E+05", 0, 0, CELL_SCIENTIFIC},
        {"12个", 0, 0, CELL_UNIT},
        {"约12", 0, 0, CELL_NOT_NUMBER},
        {"12 34", 0, 0, CELL_NOT_NUMBER},
        {".", 0, 0, CELL_NOT_NUMBER},
        {"99999999999999999999", 0, 0, CELL_TOO_LARGE},
        {"1\xFF", 0, 0, CELL_MALFORMED},
        {"", 0, 0, CELL_EMPTY},
        {"　 ", 0, 0, CELL_EMPTY},
        {"-", 0, 0, CELL_MARK},
        {"—", 0, 0, CELL_MARK},
        {"#N/A", 0, 0, CELL_MARK},
        {"null", 0, 0, CELL_MARK},
        {"无", 0, 0, CELL_NOT_NUMBER},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        yuan(t, CASES[i].text, CASES[i].power, CASES[i].fen, CASES[i].why);
}

static void test_rounded(struct test *t)
{
    if (!TEST(t, "amounts that a spreadsheet computed are rounded to fen")) return;
    static const struct {
        const char *text;
        int power;
        int64_t fen;
    } CASES[] = {{"12.3333333333333", 0, 1233},
                 {"12.335", 0, 1234},
                 {"-12.335", 0, -1234},
                 {"12.330000000000002", 0, 1233},
                 {"0.001", 0, 0},
                 {"1.23333333333333", 4, 1233333},
                 {"12.5", 0, 1250}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        int64_t fen = -1;
        enum cell_reason why;
        CHECK(t, cell_yuan_rounded(str_from(CASES[i].text), CASES[i].power, &fen, &why) == CELL_OK);
        CHECK(t, fen == CASES[i].fen);
    }
    int64_t fen;
    enum cell_reason why;
    CHECK(t, cell_yuan_rounded(STR("12.3.4"), 0, &fen, &why) == CELL_BAD && why != CELL_FINE);
    CHECK(t, cell_yuan_rounded(STR("1000000000000.001"), 0, &fen, &why) == CELL_BAD && why == CELL_TOO_LARGE);
    CHECK(t, str_eq(cell_shown(STR("\x1A"
                                   "D6107241983")),
                    STR("6107241983")) &&
                 str_eq(cell_shown(STR("D6")), STR("D6")));
}

static void test_int(struct test *t)
{
    if (!TEST(t, "whole numbers and decimals")) return;
    int64_t v;
    enum cell_reason why;
    CHECK(t, cell_int(STR("42"), STR(""), &v, &why) == CELL_OK && v == 42);
    CHECK(t, cell_int(STR("３人"), STR("人"), &v, &why) == CELL_OK && v == 3);
    CHECK(t, cell_int(STR("3人"), STR(""), &v, &why) == CELL_BAD && why == CELL_UNIT);
    CHECK(t, cell_int(STR("3.0"), STR(""), &v, &why) == CELL_OK && v == 3);
    CHECK(t, cell_int(STR("3.5"), STR(""), &v, &why) == CELL_BAD && why == CELL_NOT_WHOLE);
    CHECK(t, cell_int(STR("9223372036854775807"), STR(""), &v, &why) == CELL_OK && v == INT64_MAX);
    CHECK(t, cell_int(STR("9223372036854775808"), STR(""), &v, &why) == CELL_BAD && why == CELL_TOO_LARGE);
    CHECK(t, cell_decimal(STR("2.5"), 3, 10000, STR("亩"), &v, &why) == CELL_OK && v == 2500);
    CHECK(t, cell_decimal(STR("12"), 0, 10, STR(""), &v, &why) == CELL_BAD && why == CELL_TOO_LARGE);
    CHECK_I64(t, cell_unit_power(STR("万元")), 4);
    CHECK_I64(t, cell_unit_power(STR("10K Yuan")), 4);
    CHECK_I64(t, cell_unit_power(STR("平方米")), CELL_UNIT_NONE);
}

static void date(struct test *t, const char *text, int32_t y, int32_t m, int32_t d, int32_t span,
                 enum cell_reason reason)
{
    struct cell_date got = {0};
    enum cell_reason why;
    enum cell_status st = cell_date(str_from(text), &got, &why);
    date_day want = y ? date_make(y, m, d) : 0;
    bool ok = why == reason && got.first == want && got.span == span && (st == CELL_OK) == (why == CELL_FINE);
    if (!ok) CHECK_STR(t, str_from(text), str_from(cell_reason_text(why, LANG_EN)));
    CHECK(t, ok);
}

static void test_date(struct test *t)
{
    if (!TEST(t, "dates as people write them")) return;
    static const char *const SAME[] = {"2026-01-05",
                                       "2026/1/5",
                                       "2026.1.5",
                                       "20260105",
                                       "2026年1月5日",
                                       "2026-1-05",
                                       "2026-01-05 00:00:00",
                                       "2026/1/5 8:30",
                                       "2026-01-05T08:30:00.000",
                                       "２０２６－０１－０５",
                                       "2026年01月05号",
                                       " 2026-01-05 ",
                                       "20260105083000",
                                       "2026 年 1 月 5 日",
                                       "2026年01月05日 星期一",
                                       "2026年1月5日(周一)",
                                       "2026-01-05 星期一 08:30",
                                       "2026—01—05",
                                       "2026–1–5",
                                       "2026、1、5",
                                       "二〇二六年一月五日",
                                       "二零二六年一月五号",
                                       "二○二六年一月五日 星期一",
                                       "2026／1／5"};
    for (size_t i = 0; i < sizeof SAME / sizeof *SAME; i++) date(t, SAME[i], 2026, 1, 5, 0, CELL_FINE);
    date(t, "2026", 2026, 1, 1, 364, CELL_FINE);
    date(t, "2024年", 2024, 1, 1, 365, CELL_FINE);
    date(t, "2026-02", 2026, 2, 1, 27, CELL_FINE);
    date(t, "202602", 2026, 2, 1, 27, CELL_FINE);
    date(t, "2026年12月", 2026, 12, 1, 30, CELL_FINE);
    date(t, "二〇二六年", 2026, 1, 1, 364, CELL_FINE);
    date(t, "二〇二六年十二月", 2026, 12, 1, 30, CELL_FINE);
    date(t, "二〇二六年十月三十一日", 2026, 10, 31, 0, CELL_FINE);
    date(t, "二〇二六年十一月二十日", 2026, 11, 20, 0, CELL_FINE);
    date(t, "2026.1", 2026, 1, 1, 30, CELL_FINE);
    date(t, "2026.10", 2026, 10, 1, 30, CELL_FINE);
    date(t, "2024-02-29", 2024, 2, 29, 0, CELL_FINE);
}

static void test_bad_date(struct test *t)
{
    if (!TEST(t, "what is no date says why")) return;
    static const struct {
        const char *text;
        enum cell_reason why;
    } CASES[] = {
        {"2026-02-30", CELL_NO_SUCH_DAY},
        {"2026-13-01", CELL_NO_SUCH_DAY},
        {"20260230", CELL_NO_SUCH_DAY},
        {"2026-00-05", CELL_NO_SUCH_DAY},
        {"2026-01-00", CELL_NO_SUCH_DAY},
        {"202613", CELL_NO_SUCH_DAY},
        {"2025-02-29", CELL_NO_SUCH_DAY},
        {"45678", CELL_SERIAL},
        {"45678.5", CELL_SERIAL},
        {"26-1-5", CELL_SHORT_YEAR},
        {"26年1月5日", CELL_SHORT_YEAR},
        {"260105", CELL_SHORT_YEAR},
        {"26.1", CELL_SHORT_YEAR},
        {"二〇二六年十三月一日", CELL_NO_SUCH_DAY},
        {"二〇二六年二月三十日", CELL_NO_SUCH_DAY},
        {"二六年二月三日", CELL_NOT_DATE},
        {"二〇二六年二月三日早", CELL_NOT_DATE},
        {"2026-06-03 星期八", CELL_NOT_DATE},
        {"2026—06-03", CELL_NOT_DATE},
        {"5/1/2026", CELL_DATE_ORDER},
        {"9999-12-31", CELL_YEAR_RANGE},
        {"1234", CELL_NOT_DATE},
        {"长期", CELL_NOT_DATE},
        {"2026-01-05 25:00", CELL_NOT_DATE},
        {"2026-01/05", CELL_NOT_DATE},
        {"2026-01-055", CELL_NOT_DATE},
        {"2026年1", CELL_NOT_DATE},
        {"123", CELL_NOT_DATE},
        {"-", CELL_MARK},
        {"/", CELL_MARK},
        {"N/A", CELL_MARK},
        {"", CELL_EMPTY},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) date(t, CASES[i].text, 0, 0, 0, 0, CASES[i].why);
}

static void test_bool(struct test *t)
{
    if (!TEST(t, "yes and no")) return;
    static const char *const YES[] = {"是",  "有",   "1",       "TRUE",   "Y",       "yes",    "√",      "１",
                                      "☑",   "是的", "对",      "享受",   "1-是",    "01.是",  "1 有",   "２、是",
                                      "1.0", "1.00", "☑是 □否", "是☑否☐", "√是　否", "否 是√", "□无 ■有"};
    static const char *const NO[] = {"否",   "无",   "0",        "false",   "N",       "no",     "×",
                                     "没有", "不是", "错",       "未",      "不享受",  "未享受", "2-否",
                                     "0.无", "0.0",  "０．００", "□是 ☑否", "是□ 否√", "是 否√", "☑无□有"};
    /* A number is none of a list's, boxes both ticked or both empty, a tick between two answers. */
    static const char *const NEITHER[] = {"0.1",   "1.01", "1-0",     "1、0", "☑是 ☑否",   "□是 □否",
                                          "是√否", "☑是",  "☑是 □是", "√是√", "☑是 □否 是"};
    bool v;
    enum cell_reason why;
    for (size_t i = 0; i < sizeof YES / sizeof *YES; i++)
        CHECK(t, cell_bool(str_from(YES[i]), &v, &why) == CELL_OK && v);
    for (size_t i = 0; i < sizeof NO / sizeof *NO; i++) CHECK(t, cell_bool(str_from(NO[i]), &v, &why) == CELL_OK && !v);
    for (size_t i = 0; i < sizeof NEITHER / sizeof *NEITHER; i++)
        CHECK(t, cell_bool(str_from(NEITHER[i]), &v, &why) == CELL_BAD && why == CELL_NOT_BOOL);
    CHECK(t, cell_bool(STR("2"), &v, &why) == CELL_BAD && why == CELL_NOT_BOOL);
    CHECK(t, cell_bool(STR("1-2"), &v, &why) == CELL_BAD && why == CELL_NOT_BOOL);
    CHECK(t, cell_bool(STR("100-是"), &v, &why) == CELL_BAD && why == CELL_NOT_BOOL);
    CHECK(t, cell_bool(STR("不详"), &v, &why) == CELL_BAD && why == CELL_NOT_BOOL);
    CHECK(t, cell_bool(STR(" "), &v, &why) == CELL_BLANK && why == CELL_EMPTY);
}

static void test_text(struct test *t)
{
    struct buf b;
    struct str s, item;
    enum cell_reason why;
    buf_init(&b, 1000);
    if (TEST(t, "text is trimmed and half-width")) {
        CHECK(t, cell_text(STR(" 甲乙 "), &b, &s, &why) == CELL_OK && b.n == 0);
        CHECK_STR(t, s, STR("甲乙"));
        CHECK(t, cell_text(STR("　Ａ１（甲）\n乙 "), &b, &s, &why) == CELL_OK);
        CHECK_STR(t, s, STR("A1(甲) 乙"));
        CHECK(t, cell_text(STR("　"), &b, &s, &why) == CELL_BLANK && why == CELL_EMPTY);
        CHECK(t, cell_text(STR("无"), &b, &s, &why) == CELL_OK);
        CHECK(t, cell_text(STR("a\x01Ａ"), &b, &s, &why) == CELL_BAD && why == CELL_MALFORMED);
        CHECK(t, cell_text(STR("\xE7\x94"), &b, &s, &why) == CELL_BAD && why == CELL_MALFORMED);
    }
    if (TEST(t, "a list is divided at every kind of comma")) {
        static const char *const WANT[] = {"残疾", "长期慢性病", "a", "b", "c"};
        struct str rest = STR("残疾,长期慢性病， a、；b;c；");
        size_t n = 0;
        while (cell_list_next(&rest, &item) && n < 5) CHECK_STR(t, item, str_from(WANT[n++]));
        CHECK_I64(t, n, 5);
        CHECK(t, !cell_list_next(&rest, &item));
    }
    buf_fini(&b);
}

void cell_test(struct test *t);

void cell_test(struct test *t)
{
    test_yuan(t);
    test_rounded(t);
    test_int(t);
    test_date(t);
    test_bad_date(t);
    test_bool(t);
    test_text(t);
    if (TEST(t, "every reason has both texts")) {
        for (int r = CELL_EMPTY; r < CELL_REASON__MAX; r++) {
            CHECK(t, cell_reason_text((enum cell_reason)r, LANG_EN)[0] != 0);
            CHECK(t, cell_reason_text((enum cell_reason)r, LANG_ZH)[0] != 0);
        }
    }
}
