/* Where the data stand: per file rows, matched, waiting, refused; per dataset and county what has been delivered and
 * what is due; how many people the newest roster lacks. */
#ifndef MATCH_STATUS_H
#define MATCH_STATUS_H
#include "base/out.h"
#include "ident/division.h"
#include "rules/policy.h"
#include "store/delivery.h"

enum { STATUS_MISSING_MAX = 12 /* due periods without a delivery that are named, newest first */ };

struct status_file {
    struct delivery d; /* counts with its late parts taken in: rows that wait no longer count as matched */
};
struct status_place {
    struct str dataset;
    int64_t county; /* 12 digits */
    enum dataset_kind kind;
    enum period_unit period;              /* of events and snapshots */
    date_day last_from, last_to;          /* newest delivered period; 0 none; DK_LATEST: the newest day delivered */
    date_day due_to;                      /* end of the newest period that is due by its lag; 0: nothing is ever due */
    date_day missing[STATUS_MISSING_MAX]; /* first days of due periods that are not delivered, since the first one
                                             delivered; when none ever was, the newest one due */
    uint32_t n_missing, more_missing;     /* named, and beyond those */
    uint32_t parts; /* townships or villages of the county with households, when files are about them; else 1 */
    uint32_t lacking[STATUS_MISSING_MAX]; /* of a missing period: how many parts have not had it delivered */
    uint32_t never;                       /* DK_LATEST: how many parts nothing was ever delivered for */
    bool in_part;                         /* some period was delivered for some parts at least */
    bool whole;                           /* delivered whole: one file stands for all */
};
struct status {
    struct status_file *files;
    size_t n_files;
    struct status_place *places;
    size_t n_places;
    int64_t people, households, lacking; /* lacking: known, of its division, and not in the newest roster */
};
/* Everything lies in the arena. today: for what is due. */
enum rc status_read(struct status *out, struct store *s, struct policy *p, date_day today, struct arena *a,
                    struct err *e) MUST_USE;
/* "2026-08", "2026-Q3", "2026", of terms "2026-03 to 2026-08"; out >= STATUS_PERIOD_MAX bytes. Returns out. */
enum { STATUS_PERIOD_MAX = 32 };
const char *status_period(enum period_unit u, date_day from, char *out);
void status_print(const struct status *st, struct policy *p, const struct divisions *divs, struct out *out);
/* One object; `more`: members to add, each with a comma before it. */
void status_json(const struct status *st, struct policy *p, struct str more, struct buf *out);
#endif
