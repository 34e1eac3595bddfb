#include "base/date.h"
#include "base/swar.h"

enum { ERA_DAYS = 146097 };

static bool year_ok(int32_t year) { return year >= DATE_MIN_YEAR && year <= DATE_MAX_YEAR; }

static bool is_leap(int32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int32_t date_month_days(int32_t year, int32_t month)
{
    static const int8_t days[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!year_ok(year) || month < 1 || month > 12) return 0;
    return days[month] + (month == 2 && is_leap(year));
}

/* 0 when there is none. Unsigned, because such divisions cost less; what was negative is too large. */
static inline date_day day_if_any(uint32_t year, uint32_t month, uint32_t day)
{
    if (year - DATE_MIN_YEAR > DATE_MAX_YEAR - DATE_MIN_YEAR || month - 1 > 11) return 0;
    if (day - 1 > 27 && day - 1 >= (uint32_t)date_month_days((int32_t)year, (int32_t)month)) return 0;
    return date_known(year, month, day);
}

date_day date_make(int32_t year, int32_t month, int32_t day)
{
    return day_if_any((uint32_t)year, (uint32_t)month, (uint32_t)day);
}

static bool day_ok(date_day d)
{
    return d >= date_known(DATE_MIN_YEAR, 1, 1) && d <= date_known(DATE_MAX_YEAR, 12, 31);
}

struct ymd date_split(date_day d)
{
    if (!day_ok(d)) return (struct ymd){0};
    int32_t z = d + DATE_MARCH_SHIFT;
    int32_t era = z / ERA_DAYS, of_era = z % ERA_DAYS;
    int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int32_t m = (5 * of_year + 2) / 153;
    int32_t month = m < 10 ? m + 3 : m - 9;
    return (struct ymd){year + era * 400 + (month <= 2), month, of_year - (153 * m + 2) / 5 + 1};
}

int32_t date_month_index(date_day d)
{
    struct ymd s = date_split(d);
    return s.year ? s.year * 12 + s.month - 1 : 0;
}

date_day date_of_month_index(int32_t index) { return index < 0 ? 0 : date_make(index / 12, index % 12 + 1, 1); }

date_day date_add_months(date_day d, int32_t months)
{
    struct ymd s = date_split(d);
    int64_t index = (int64_t)s.year * 12 + s.month - 1 + months;
    if (s.year == 0 || index < 0 || index / 12 > DATE_MAX_YEAR) return 0;
    int32_t year = (int32_t)(index / 12), month = (int32_t)(index % 12) + 1;
    int32_t last = date_month_days(year, month);
    bool to_end = s.day > last || s.day == date_month_days(s.year, s.month);
    return date_make(year, month, to_end ? last : s.day);
}

/* The first day of the period of `months` months that holds d. */
static date_day period_start(date_day d, int32_t months)
{
    struct ymd s = date_split(d);
    return s.year ? date_make(s.year, (s.month - 1) / months * months + 1, 1) : 0;
}

static date_day period_end(date_day d, int32_t months)
{
    struct ymd s = date_split(d);
    if (s.year == 0) return 0;
    int32_t month = (s.month - 1) / months * months + months;
    return date_make(s.year, month, date_month_days(s.year, month));
}

date_day date_month_start(date_day d) { return period_start(d, 1); }
date_day date_month_end(date_day d) { return period_end(d, 1); }
date_day date_quarter_start(date_day d) { return period_start(d, 3); }
date_day date_quarter_end(date_day d) { return period_end(d, 3); }
date_day date_year_start(date_day d) { return period_start(d, 12); }
date_day date_year_end(date_day d) { return period_end(d, 12); }

bool date_is_month_end(date_day d)
{
    struct ymd s = date_split(d);
    return s.year && s.day == date_month_days(s.year, s.month);
}

int32_t date_full_years(date_day born, date_day on)
{
    struct ymd b = date_split(born), o = date_split(on);
    bool before_birthday = o.month < b.month || (o.month == b.month && o.day < b.day);
    return b.year && o.year ? o.year - b.year - before_birthday : 0;
}

date_day date_parse_iso(struct str s)
{
    const uint64_t text = UINT64_C(0x30302D30302D3030), room = UINT64_C(0x76767F76767F7676); /* of "YY-MM-DD" */
    if (s.n != DATE_TEXT_MAX - 1) return 0;
    uint64_t x = swar_load8(s.p + 2) ^ text, century = swar_load2(s.p) ^ 0x3030;
    if (swar_beyond(x, room) | swar_beyond(century, 0x7676)) return 0;
    uint64_t pairs = x * 10 + (x >> 8); /* each digit with the next */
    uint32_t hundreds = (uint32_t)(century * 10 + (century >> 8)) & 0xFF;
    return day_if_any(hundreds * 100 + (uint32_t)(pairs & 0xFF), pairs >> 24 & 0xFF, pairs >> 48 & 0xFF);
}

static void put_digits(char *out, int32_t v, int digits)
{
    for (int i = digits - 1; i >= 0; i--, v /= 10) out[i] = (char)('0' + v % 10);
}

char *date_format(date_day d, char *out)
{
    struct ymd s = date_split(d);
    put_digits(out, s.year, 4);
    out[4] = '-';
    put_digits(out + 5, s.month, 2);
    out[7] = '-';
    put_digits(out + 8, s.day, 2);
    out[10] = 0;
    return out;
}
