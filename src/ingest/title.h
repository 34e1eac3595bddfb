/* The days that the titles of a table say it is of: "某县2026年6月医保结算明细表", "二〇二六年六月", "26年6月", "2026年1—6月",
 * "2026年第二季度", "2026年上半年", "2026.6.1-2026.6.30", "2026年6月1日至30日"; "截至2026年6月30日" says a state. */
#ifndef INGEST_TITLE_H
#define INGEST_TITLE_H
#include "base/date.h"
#include "ingest/csv.h"

/* The first and the last day. False when they name none, or several. A whole year counts only when nothing shorter is
 * named; a day ("填报日期：2026年7月5日") names no month, and 截至 (until) no beginning. */
bool title_period(const struct csv_head_row *row, size_t n, date_day *from, date_day *to);
/* The day until which they say it is (截至2026年6月30日, 截至2026年6月底). False: none, or several. */
bool title_until(const struct csv_head_row *row, size_t n, date_day *day);
#endif
