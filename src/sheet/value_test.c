#include "base/buf.h"
#include "base/test.h"
#include "sheet/value.h"

static void shows(struct test *t, const char *number, const char *format, const char *want)
{
    struct buf b;
    buf_init(&b, 1024);
    enum sheet_trouble how = sheet_value(&b, str_from(number), sheet_style_code(str_from(format)), 0);
    CHECK_STR(t, buf_str(&b), str_from(want));
    CHECK_I64(t, how, SHEET_FINE);
    buf_fini(&b);
}

static void numbers(struct test *t)
{
    static const char *const CASE[][2] = {
        {"0", "0"},
        {"-0", "0"},
        {"007", "7"},
        {"123456789012345", "123456789012345"},
        {"0.30000000000000004", "0.3"},
        {"9.949999999999999", "9.95"},
        {"1.1000000000000001", "1.1"},
        {"-2.25", "-2.25"},
        {"1E3", "1000"},
        {"1.5E-3", "0.0015"},
        {"12345.678900000001", "12345.6789"},
        {"99999999999999.995", "100000000000000"},
        {"1e-40", "0"},
        {"+5", "5"},
        {".5", "0.5"},
        {"5.", "5"},
        {"1234567.8900000001", "1234567.89"},
    };
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) shows(t, CASE[i][0], "General", CASE[i][1]);
}

static void lost(struct test *t)
{
    static const char *const CASE[][2] = {{"1.10101199001011E+17", "110101199001011000"},
                                          {"110101199001010015", "110101199001010015"},
                                          {"1E15", "1000000000000000"},
                                          {"-1234567890123456", "-1234567890123456"}};
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
        struct buf b;
        buf_init(&b, 1024);
        CHECK_I64(t, sheet_value(&b, str_from(CASE[i][0]), (struct sheet_style){0}, 0), SHEET_LOST_DIGITS);
        CHECK_STR(t, buf_str(&b), str_from(CASE[i][1]));
        buf_fini(&b);
    }
    static const char *const NONE[] = {"", "abc", "1.2.3", "1E", "1E999999", "--1", "E5", "1 2"};
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++) {
        struct buf b;
        buf_init(&b, 1024);
        CHECK_I64(t, sheet_value(&b, str_from(NONE[i]), (struct sheet_style){0}, 0), SHEET_NO_NUMBER);
        CHECK_STR(t, buf_str(&b), str_from(NONE[i]));
        buf_fini(&b);
    }
}

static void dates(struct test *t)
{
    static const char *const CASE[][3] = {
        {"46203", "yyyy-mm-dd", "2026-06-30"},
        {"46203.354166666664", "yyyy/m/d h:mm", "2026-06-30 08:30:00"},
        {"46203.999999999", "yyyy-mm-dd", "2026-07-01"},
        {"46174", "yyyy\"年\"m\"月\"", "2026-06"},
        {"46174", "[$-804]yyyy\"年\"m\"月\"d\"日\";@", "2026-06-01"},
        {"46174", "yyyy", "2026"},
        {"46174", "e\"年\"", "2026"},
        {"46174", "m\"月\"d\"日\"", "2026-06-01"},
        {"46174", "aaaa", "2026-06-01"},
        {"0.354166666666667", "h:mm", "08:30:00"},
        {"0.5", "mm:ss", "12:00:00"},
        {"0.5", "上午/下午h\"时\"mm\"分\"", "12:00:00"},
        {"0.5", "h:mm AM/PM", "12:00:00"},
        {"1.5", "[h]:mm", "1900-01-01 12:00:00"},
        {"1", "yyyy-mm-dd", "1900-01-01"},
        {"59", "yyyy-mm-dd", "1900-02-28"},
        {"60", "yyyy-mm-dd", "1900-02-29"},
        {"61", "yyyy-mm-dd", "1900-03-01"},
        {"-1", "yyyy-mm-dd", "-1"},
        {"9999999", "yyyy-mm-dd", "9999999"},
    };
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) shows(t, CASE[i][0], CASE[i][1], CASE[i][2]);
    struct buf b;
    buf_init(&b, 64);
    CHECK_I64(t, sheet_value(&b, STR("44741"), sheet_style_builtin(14), 1462), SHEET_FINE);
    CHECK_STR(t, buf_str(&b), STR("2026-06-30"));
    buf_fini(&b);
}

static void formats(struct test *t)
{
    static const char *const CASE[][3] = {
        {"0.125", "0.0%", "12.5%"},
        {"0", "0%", "0%"},
        {"7", "000000", "000007"},
        {"7.5", "000000", "7.5"},
        {"7", "000-0000", "7"},
        {"7", "#,##0.00", "7"},
        {"7", "0.00E+00", "7"},
        {"7", "[Red]0.00;[Blue]-0.00", "7"},
        {"7", "G/通用格式", "7"},
        {"7", "\"d\"0", "7"},
        {"7", "\\d0", "7"},
        {"7", "0\"年\"", "7"},
        {"7", "_ * #,##0.00_ ", "7"},
        {"7", "@", "7"},
        {"7", "", "7"},
        {"7", "\"unclosed", "7"},
        {"7", "[unclosed", "7"},
        {"7", "\\", "7"},
        {"1.2", "#,##0.00\"万元\"", "1.2万元"},
        {"12", "0.00\\ \"元\"", "12元"},
        {"12", "0\"人\"", "12"},
        {"1.2", "0.00万元", "1.2万元"},
        {"12000", "0!.0,\"万\"", "12000元"},
        {"12000", "0\\.0,\"万\"", "12000元"},
        {"12000", "0!.0,", "12000元"},
        {"12345.6", "0!.0000", "12345.6元"},
        {"12000", "#,##0,", "12000元"},
        {"12000", "#,##0,\"千元\"", "12000元"},
        {"12000000", "0.0,,\"百万元\"", "12000000元"},
        {"12000", "#,##0", "12000"},
        {"12000", "#,##0.00;-#,##0,\"千元\"", "12000"},
        {"12000", "\"约\"0", "12000"},
        {"2026.1", "0.00", "2026.10"},
        {"2026.1", "#,##0.00_ ", "2026.10"},
        {"2026.1", "0.00\"年月\"", "2026.10"},
        {"2026.1", "General", "2026.1"},
        {"2026.1", "0.0", "2026.1"},
        {"2026.1", "0.0#", "2026.1"},
        {"2026.1", "0.000", "2026.1"},
        {"2026.1", "0.00E+00", "2026.1"},
        {"2026.2", "0.00", "2026.2"},
        {"20261.1", "0.00", "20261.1"},
        {"2026.11", "0.00", "2026.11"},
        {"1.2", "0.00", "1.2"},
    };
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) shows(t, CASE[i][0], CASE[i][1], CASE[i][2]);
    struct buf hidden;
    buf_init(&hidden, 64);
    CHECK_I64(t, sheet_value(&hidden, STR("12000"), sheet_style_code(STR("0,\"万元\"")), 0), SHEET_HIDDEN_DIGITS);
    CHECK_STR(t, buf_str(&hidden), STR("12000"));
    buf_fini(&hidden);
    static const enum sheet_shape BUILTIN[] = {
        [0] = SHAPE_NUMBER, [9] = SHAPE_PERCENT, [14] = SHAPE_DAY,   [20] = SHAPE_TIME,
        [22] = SHAPE_DAY,   [31] = SHAPE_DAY,    [57] = SHAPE_MONTH, [58] = SHAPE_DAY};
    static const unsigned LOOK[] = {0, 9, 14, 20, 22, 31, 57, 58};
    for (size_t i = 0; i < sizeof LOOK / sizeof *LOOK; i++)
        CHECK_I64(t, sheet_style_builtin(LOOK[i]).shape, BUILTIN[LOOK[i]]);
}

void value_test(struct test *t);

void value_test(struct test *t)
{
    if (TEST(t, "sheet/value: numbers to fifteen digits")) numbers(t);
    if (TEST(t, "sheet/value: digits that are lost, and texts that are no numbers")) lost(t);
    if (TEST(t, "sheet/value: days, with the 29 February 1900 that never was")) dates(t);
    if (TEST(t, "sheet/value: what formats show")) formats(t);
}
