/* Why something is unknown: a set of reasons, hash-consed so that a lane carries one 32-bit number and unions are
 * looked up. Sets compare by content, never by number: numbers depend on the order of work. */
#ifndef RULES_REASON_H
#define RULES_REASON_H
#include "base/buf.h"
#include "base/date.h"

/* A reason is (kind, dataset, detail): detail is a period, a field number or 0, by kind. */
enum reason_kind {
    REASON_UNDELIVERED = 1, /* detail: first day of the period << 2 | enum period_unit (month, quarter, year, term) */
    REASON_STALE,    /* the newest snapshot is older than `fresh for`; detail as above: the period that is missing */
    REASON_PARTIAL,  /* a partial dataset */
    REASON_BLANK,    /* a blank or partly written cell; detail: field number in the dataset */
    REASON_CONFLICT, /* equal key or date, different values; detail: field number */
    REASON_IDENTITY, /* the member has no valid ID, shares it, or a row waits under it */
    REASON_UNAUTHORISED, /* ground consent, no valid authorisation */
    REASON_UNREGISTERED, /* registration at the period's end unknown, or files of that division are not taken here */
    REASON_OUTSIDE,      /* a person reached by reference is not in the frame */
    REASON_HEADS,        /* more than one head */
    REASON_DIV_ZERO,
    REASON_RATIO,      /* a ratio outside its range */
    REASON_TOO_MANY,   /* more rows or members than count for a household */
    REASON_GIVEN,      /* an example's value that was not given; detail: field number */
    REASON_TAKEN_BACK, /* a refused row of the person may take back what other rows say (an amount below 0) */
    REASON__MAX
};
/* Those that are data errors (a quality matter) besides being reasons. */
bool reason_is_data_error(enum reason_kind k);

typedef uint64_t reason; /* kind << 56 | dataset << 40 | detail */
static inline reason reason_make(enum reason_kind k, uint32_t dataset, uint64_t detail)
{
    return (uint64_t)k << 56 | (uint64_t)(dataset & 0xffff) << 40 | (detail & UINT64_C(0xffffffffff));
}
static inline enum reason_kind reason_kind_of(reason r) { return (enum reason_kind)(r >> 56); }
static inline uint32_t reason_dataset(reason r) { return (uint32_t)(r >> 40) & 0xffff; }
static inline uint64_t reason_detail(reason r) { return r & UINT64_C(0xffffffffff); }
enum { REASON_NO_DATASET = 0xffff };

typedef uint32_t reason_set; /* 0 = empty */

/* At most REASON_SET_MAX reasons are kept in one set (the smallest; bounded memory), REASON_SETS_MAX sets in a
 * table. */
enum { REASON_SET_MAX = 64, REASON_SETS_MAX = 1 << 21 };

struct reasons; /* the table; safe for use from several threads */
struct reasons *reasons_new(void);
void reasons_free(struct reasons *rs);
reason_set reasons_one(struct reasons *rs, reason r);
/* The set of n reasons in any order, repeats allowed. */
reason_set reasons_of(struct reasons *rs, const reason *v, size_t n);
/* The union; commutative, associative and idempotent in content. On memory exhaustion the table is marked failed
 * and a is returned. */
reason_set reasons_union(struct reasons *rs, reason_set a, reason_set b);
/* The reasons of a set, ascending; valid as long as the table lives. */
size_t reasons_get(const struct reasons *rs, reason_set s, const reason **out);
bool reasons_failed(const struct reasons *rs);
bool reasons_equal(const struct reasons *ra, reason_set a, const struct reasons *rb, reason_set b);
#endif
