/* Synthetic department files of one county (docs/demo-data.md): deterministic, seeded, with the dirt of real files.
 * Nobody in them exists. */
#ifndef APP_GENERATE_H
#define APP_GENERATE_H
#include "base/err.h"
#include "base/out.h"
#include "base/str.h"

enum {
    GENERATE_PEOPLE_MIN = 100,
    GENERATE_PEOPLE_MAX = 10000000,
    GENERATE_MONTHS_MAX = 36,
    GENERATE_FIRST_MONTH = 2026 * 12 + 7, /* default: August 2026, as date_month_index */
    GENERATE_MONTHS = 2,                  /* default */
};

/* The villages of the county, borrowed: 12-digit codes, names, and the names of their townships. */
struct gen_villages {
    const int64_t *codes;
    const struct str *names;
    const struct str *townships; /* NULL: not known, written as blank */
    size_t n;
};

struct arena;
struct divisions;
/* The villages in force now, listed in the arena; texts stay owned by d. RC_USAGE when the county has none. */
enum rc generate_villages(const struct divisions *d, int32_t county, struct arena *a, struct gen_villages *out,
                          struct err *e) MUST_USE;

/* A file that is not written: dataset (as "school") of the month with this index from 0. */
struct generate_leave_out {
    const char *dataset;
    int32_t month;
};

struct generate_options {
    const char *dir;
    int64_t people; /* of the first roster, reached to within one household */
    int32_t county; /* six digits */
    uint64_t seed;
    struct gen_villages villages;
    int32_t first_month; /* date_month_index; 0: GENERATE_FIRST_MONTH */
    int32_t months;      /* 0: GENERATE_MONTHS */
    bool with_export;    /* also the monitoring system's own export, as export.csv */
    const struct generate_leave_out *leave_out;
    size_t leave_out_n;
};

/* Write DIR/YYYY-MM/<dataset>.csv for each month; existing files are replaced. The same options give the same bytes.
 * What was written is said on `out` (may be NULL). RC_USAGE: people, county or months out of range, no village. RC_ENV:
 * disk, or no converter. */
enum rc generate_county(const struct generate_options *o, struct out *out, struct err *e) MUST_USE;
#endif
