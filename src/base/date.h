/* Dates as day numbers (proleptic Gregorian; 0001-01-01 is day 1), so that every date in use is positive. */
#ifndef BASE_DATE_H
#define BASE_DATE_H
#include "base/str.h"

typedef int32_t date_day;

/* In all functions: given a day outside the range, or leaving it, the result is 0. */
enum { DATE_MIN_YEAR = 1800, DATE_MAX_YEAR = 2200, DATE_TEXT_MAX = 11 };

struct ymd {
    int32_t year, month, day;
};

/* 0 when there is no such day or the year is outside DATE_MIN_YEAR..DATE_MAX_YEAR. */
date_day date_make(int32_t year, int32_t month, int32_t day);
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
