/* Dates as day numbers (proleptic Gregorian; 0001-01-01 is day 1), so that every date in use is positive. */
#ifndef BASE_DATE_H
#define BASE_DATE_H
#include "base/str.h"

typedef int32_t date_day;

/* In all functions: given a day outside the range, or leaving it, the result is 0. */
enum { DATE_MIN_YEAR = 1800, DATE_MAX_YEAR = 2200, DATE_TEXT_MAX = 11 };
/* 0000-03-01, from which the algorithm counts, is day -305 when 0001-01-01 is day 1 (years begin in March, so that the
 * leap day is the last of its year). */
enum { DATE_MARCH_SHIFT = 305 };

struct ymd {
    int32_t year, month, day;
};

/* 0 when there is no such day or the year is outside DATE_MIN_YEAR..DATE_MAX_YEAR. */
date_day date_make(int32_t year, int32_t month, int32_t day);
/* Of a day known to exist. */
static inline date_day date_known(uint32_t year, uint32_t month, uint32_t day)
{
    /* the days between 1 March and the month */
    static const uint16_t before[13] = {0, 306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
    uint32_t y = year - (month <= 2), century = y / 100;
    uint32_t days = 1461 * y / 4 - century + century / 4 + before[month] + day;
    return (date_day)(days - 1 - DATE_MARCH_SHIFT);
}
struct ymd date_split(date_day d); /* all zero when d is not a day in the range */
int32_t date_month_days(int32_t year, int32_t month);
/* Same day of the month n months on (n may be negative), the last day of the month when it is shorter; a month end
 * maps to a month end (SEMANTICS §3: 2026-02-28 + 1 month = 2026-03-31). */
date_day date_add_months(date_day d, int32_t months);
date_day date_month_start(date_day d);
date_day date_month_end(date_day d);
bool date_is_month_end(date_day d);
date_day date_quarter_start(date_day d);
date_day date_quarter_end(date_day d);
date_day date_year_start(date_day d);
date_day date_year_end(date_day d);
/* Months since year 0: year * 12 + month - 1. */
int32_t date_month_index(date_day d);
date_day date_of_month_index(int32_t index); /* first day */
/* Completed years from born to on (born on 29 February completes a year on 1 March of a common year). Negative when on
 * < born. */
int32_t date_full_years(date_day born, date_day on);
/* Strict "YYYY-MM-DD"; 0 when not that. */
date_day date_parse_iso(struct str s);
/* "YYYY-MM-DD" with NUL ("0000-00-00" for no day); out has DATE_TEXT_MAX bytes. Returns out. */
char *date_format(date_day d, char *out);
#endif
