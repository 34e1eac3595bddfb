#include "base/date.h"
#include "base/test.h"

static date_day day(const char *z) { return date_parse_iso(str_from(z)); }

static void test_range(struct test *t)
{
    if (!TEST(t, "every day of the range, counted one by one")) return;
    date_day d = date_make(DATE_MIN_YEAR, 1, 1);
    size_t bad = 0;
    for (int32_t y = DATE_MIN_YEAR; y <= DATE_MAX_YEAR; y++) {
        for (int32_t m = 1; m <= 12; m++) {
            static const int8_t usual[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
            bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
            int32_t days = usual[m] + (m == 2 && leap);
            bad += date_month_days(y, m) != days;
            for (int32_t k = 1; k <= days; k++, d++) {
                struct ymd s = date_split(d);
                char text[DATE_TEXT_MAX];
                bad += date_make(y, m, k) != d || s.year != y || s.month != m || s.day != k;
                bad += date_parse_iso(str_from(date_format(d, text))) != d;
                bad += date_is_month_end(d) != (k == days);
            }
            bad += date_make(y, m, days + 1) != 0 || date_make(y, m, 0) != 0;
        }
    }
    CHECK_I64(t, bad, 0);
    CHECK_I64(t, date_split(d).year, 0);
    CHECK_I64(t, date_make(1970, 1, 1), 719163);
}

static void test_no_day(struct test *t)
{
    if (!TEST(t, "no day gives no day")) return;
    char text[DATE_TEXT_MAX];
    CHECK_I64(t, date_make(1799, 12, 31), 0);
    CHECK_I64(t, date_make(2201, 1, 1), 0);
    CHECK_I64(t, date_make(2026, 13, 1), 0);
    CHECK_I64(t, date_make(2026, 0, 1), 0);
    CHECK_I64(t, date_make(INT32_MAX, INT32_MAX, INT32_MAX), 0);
    static const date_day none[] = {0, -1, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < 4; i++) {
        date_day d = none[i];
        CHECK_I64(t, date_split(d).year, 0);
        CHECK_I64(t, date_add_months(d, 1), 0);
        CHECK_I64(t, date_month_start(d) | date_month_end(d) | date_quarter_end(d) | date_year_start(d), 0);
        CHECK_I64(t, date_month_index(d), 0);
        CHECK_I64(t, date_full_years(d, day("2026-01-01")), 0);
        CHECK_I64(t, date_full_years(day("2026-01-01"), d), 0);
        CHECK(t, !date_is_month_end(d));
        CHECK_STR(t, str_from(date_format(d, text)), STR("0000-00-00"));
    }
}

static void test_add_months(struct test *t)
{
    if (!TEST(t, "adding months: an end stays an end")) return;
    static const struct {
        const char *from;
        int32_t months;
        const char *to;
    } v[] = {
        {"2026-02-28", 1, "2026-03-31"},   {"2026-03-31", -1, "2026-02-28"},  {"2026-03-30", -1, "2026-02-28"},
        {"2026-01-30", 1, "2026-02-28"},   {"2024-01-30", 1, "2024-02-29"},   {"2024-02-28", 12, "2025-02-28"},
        {"2024-02-29", 12, "2025-02-28"},  {"2025-02-28", -12, "2024-02-29"}, {"2026-04-30", 1, "2026-05-31"},
        {"2026-05-15", -12, "2025-05-15"}, {"2026-12-31", 1, "2027-01-31"},   {"2026-01-31", -1, "2025-12-31"},
        {"2026-06-01", 0, "2026-06-01"},   {"2026-06-30", 0, "2026-06-30"},   {"1900-02-28", 48, "1904-02-29"},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        CHECK_I64(t, date_add_months(day(v[i].from), v[i].months), day(v[i].to));
    CHECK_I64(t, date_add_months(day("2200-12-31"), 1), 0);
    CHECK_I64(t, date_add_months(day("1800-01-01"), -1), 0);
    CHECK_I64(t, date_add_months(day("2026-01-01"), INT32_MAX), 0);
    CHECK_I64(t, date_add_months(day("2026-01-01"), INT32_MIN), 0);
}

static void test_add_months_laws(struct test *t)
{
    if (!TEST(t, "adding months: laws over eight years")) return;
    size_t bad = 0;
    for (date_day d = day("2019-12-01"); d <= day("2028-03-01"); d++) {
        for (int32_t m = -30; m <= 30; m++) {
            date_day to = date_add_months(d, m);
            bad += date_month_index(to) != date_month_index(d) + m;
            bad += date_is_month_end(d) && !date_is_month_end(to);
            bad += !date_is_month_end(to) && date_split(to).day != date_split(d).day;
            bad += date_add_months(d + 1, m) < to; /* never goes backwards */
        }
    }
    CHECK_I64(t, bad, 0);
}

static void test_periods(struct test *t)
{
    if (!TEST(t, "the periods that hold a day")) return;
    size_t bad = 0;
    for (date_day d = day("2023-12-30"); d <= day("2025-01-02"); d++) {
        struct ymd s = date_split(d);
        date_day ms = date_month_start(d), me = date_month_end(d), qs = date_quarter_start(d), qe = date_quarter_end(d);
        bad += ms != date_make(s.year, s.month, 1) || me != date_add_months(ms, 1) - 1;
        bad += qs > d || qe < d || qe != date_add_months(qs, 3) - 1 || (date_split(qs).month - 1) % 3 != 0;
        bad += date_year_start(d) != date_make(s.year, 1, 1) || date_year_end(d) != date_make(s.year, 12, 31);
        bad += date_of_month_index(date_month_index(d)) != ms;
    }
    CHECK_I64(t, bad, 0);
    CHECK_I64(t, date_month_index(day("2026-03-09")), 2026 * 12 + 2);
    CHECK_I64(t, date_of_month_index(-1), 0);
    CHECK_I64(t, date_of_month_index(INT32_MAX), 0);
    CHECK_I64(t, date_of_month_index(1799 * 12 + 11), 0);
}

static void test_full_years(struct test *t)
{
    if (!TEST(t, "completed years")) return;
    static const struct {
        const char *born, *on;
        int32_t years;
    } v[] = {
        {"2000-06-15", "2026-06-14", 25}, {"2000-06-15", "2026-06-15", 26}, {"2000-02-29", "2001-02-28", 0},
        {"2000-02-29", "2001-03-01", 1},  {"2000-02-29", "2004-02-28", 3},  {"2000-02-29", "2004-02-29", 4},
        {"2026-01-01", "2026-01-01", 0},  {"2026-01-02", "2026-01-01", -1}, {"2026-06-15", "2025-06-14", -2},
        {"1999-12-31", "2000-01-01", 0},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        CHECK_I64(t, date_full_years(day(v[i].born), day(v[i].on)), v[i].years);
}

static void test_parse(struct test *t)
{
    if (!TEST(t, "reads ISO dates strictly")) return;
    static const char *const bad[] = {"",           "2026-2-03",  "2026-02-3",  "2026/02/03",  "2026-02-30",
                                      "20260203",   "2026-02-0x", "x026-02-03", "2026-02-03 ", "-026-02-03",
                                      "2026-13-01", "2026-02-29"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) CHECK_I64(t, day(bad[i]), 0);
    CHECK_I64(t, day("2024-02-29"), date_make(2024, 2, 29));
}

void date_test(struct test *t);
void date_test(struct test *t)
{
    test_range(t);
    test_no_day(t);
    test_add_months(t);
    test_add_months_laws(t);
    test_periods(t);
    test_full_years(t);
    test_parse(t);
}
