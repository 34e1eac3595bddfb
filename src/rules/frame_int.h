/* Shared by frame_reach.c and frame_cover.c: periods of datasets, and what of a dataset has been delivered to a
 * division. */
#ifndef RULES_FRAME_INT_H
#define RULES_FRAME_INT_H
#include "rules/frame.h"

/* First and last day of the month, quarter, year, term or day that holds d; 0 outside the years of base/date.h. Terms
 * begin on 1 March and 1 September (SEMANTICS §3). */
date_day period_first(enum period_unit u, date_day d);
date_day period_last(enum period_unit u, date_day d);
/* The state date of the snapshot of the period that holds d: its last day; of a term its first (SEMANTICS §3). */
date_day period_state(enum period_unit u, date_day d);
/* The detail of a reason: first day << 2 | unit. */
uint64_t period_detail(enum period_unit u, date_day d);

/* Days delivered, merged and ascending; with senders: delivered by all of them. */
struct cover_days {
    date_day from, to;
};
struct cover {
    int64_t division;
    const struct cover_days *v;
    size_t n;
};

/* What frame f has of a dataset in a division and all divisions above it, known at K (received <= K). v lives in the
 * arena. */
enum rc cover_make(const struct frame *f, uint32_t dataset, int64_t division, struct arena *a, struct cover *out,
                   struct err *e) MUST_USE;
/* Delivered: the union of covers contains from..to whole (SEMANTICS §3). */
bool cover_has(const struct cover *c, date_day from, date_day to);
/* The end of the last due period, moved on over delivered periods that follow without a gap, never past as_of
 * (SEMANTICS §3). */
date_day cover_horizon(const struct cover *c, enum period_unit u, int32_t due_days, date_day known_at, date_day as_of);
#endif
