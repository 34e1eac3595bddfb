/* The days that the titles of a table say it is of: "某县2026年6月医保结算明细表", "2026年1—6月", "2026年第二季度". */
#ifndef INGEST_TITLE_H
#define INGEST_TITLE_H
#include "base/date.h"
#include "ingest/csv.h"

/* From the first day of the first month to the last of the last. False when they name none, or several. A whole year
 * counts only when nothing shorter is named; a day ("填报日期：2026年7月5日") names no month. */
bool title_period(const struct csv_head_row *row, size_t n, date_day *from, date_day *to);
#endif
