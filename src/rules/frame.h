/* A frame: the rows that a program runs over, in memory, and what is known of the deliveries they came from.
 * Built from examples (rules/example.h) or from the store (screen/load.h). Engines read it; only the builder writes it.
 *
 * Order: households by household_no, persons grouped by household (member order = roster order), fact rows grouped by
 * person. Every stored cell is valid, blank or in conflict (equal keys, different values). */
#ifndef RULES_FRAME_H
#define RULES_FRAME_H
#include "rules/ir.h"

struct fcol {
    uint8_t width;             /* bytes of a cell: 1, 2, 4 (signed) or 8; 0: no cell has a value */
    uint8_t rep;               /* REP_BOOL INT SPAN SET. SET: width 8 (a mask has no sign); BOOL: width 1 */
    const void *data;          /* n cells; SPAN with width 4: exact dates only */
    const uint64_t *valid;     /* bit i: cell i has a value; NULL: all */
    const uint64_t *not_given; /* bit i: no delivery gave this field for the row (then not valid): unknown even where a
                                * blank would be absent, and blank to `is blank`; NULL: none */
    const uint64_t *conflict;  /* bit i: cell i in conflict (then not valid); NULL: none */
    int64_t min, max;          /* over valid cells */
};

struct ftable {
    struct str name; /* "household", "person", dataset name */
    uint32_t n;      /* rows */
    struct fcol *cols;
    size_t n_cols;
    const uint32_t *owner; /* person -> household row; fact -> person row; NULL for household */
    /* CSR: rows of owner row o are first[o] .. first[o+1]-1 (n_owner + 1); NULL for household, and for facts that are
     * found by their owners alone (ftable_from): at ten million people it is 40 MB a dataset. */
    const uint32_t *first;
    const int32_t *date; /* fact tables: day number (lo) of the time field or state date; 0 = blank. NULL for others */
    const uint16_t *date_span; /* days hi - lo; NULL: all exact */
    const uint32_t *source;    /* row of origin for evidence, meaning set by the builder; may be NULL */
};

/* The first row of a table of persons or facts whose owner is o or a later one: rows of o are those from ftable_from(o)
 * to ftable_from(o + 1) - 1. Found fast when `near` is a row in the neighbourhood (0 .. n). */
uint32_t ftable_from(const struct ftable *t, uint32_t o, uint32_t near);

/* One delivery as known at K. covers: both ends in. */
struct fdelivery {
    uint32_t dataset;
    int64_t division;
    date_day from, to, received;
    struct str sender;
};

/* What the frame knows of a dataset. */
struct fdataset {
    const struct dataset_decl *decl; /* NULL: dataset not declared in this environment */
    uint32_t table;                  /* TABLE_FACT0 + dataset number */
    int32_t due_days;                /* lag: `due N days`, evaluated; 0: none */
    int32_t fresh_days;              /* `fresh for N days`, evaluated; 0: one period + lag (kind latest: for ever) */
    /* Bit per person: the set is incomplete (identity): no valid ID, shared, or a row waits; NULL: nobody. Ignored by
     * frame_reach when decl->unidentified_as_none. */
    const uint64_t *no_identity;
    /* Bit per person, of those in no_identity alone: a refused row may take back what the others say, so that none of
     * them is read (an amount below 0: neither their sum nor their number would be at least anything); NULL: nobody. */
    const uint64_t *taken_back;
    const uint64_t *unauthorised; /* bit per person (ground consent); NULL: everybody authorised */
    uint32_t nobody_there;        /* rows about villages (placed by) that have no household in the frame: of no table */
};

/* Registration of persons who changed division: sorted by (person, from). A person not listed has been in the
 * household's present division always; before the first entry of a person who is listed the registration is unknown. */
struct fmove {
    uint32_t person;
    date_day from;
    int64_t division; /* -1 unknown */
};

struct frame {
    struct arena *arena;
    struct ftable *tables;
    size_t n_tables; /* 0 household, 1 person, 2 + d */
    struct fdataset *datasets;
    size_t n_datasets;
    struct fdelivery *deliveries;
    size_t n_deliveries; /* sorted by (dataset, division, from) */
    const struct fmove *moves;
    size_t n_moves;
    const int64_t *division; /* per household, 12 digits; 0: unknown */
    const uint32_t *place;   /* per household: number of its place; rows of the parameter table */
    uint32_t n_places;
    const int32_t *head; /* per household: person row of the head; -1 none, -2 several, -3 cannot be told */
    const int32_t *born; /* per person: day number, 0 unknown (nothing is needed for periods before birth) */
    date_day as_of;      /* D */
    date_day known_at;   /* K: close of that day */
    bool all_delivered;  /* examples: every period of every dataset in every division is delivered, except `missing` */
    const struct fdelivery *missing;
    size_t n_missing;
    struct reasons *reasons;
};

/* A parameter's value at a place for a slot.
 * PVAL_EMPTY reads as unknown without a reason: the caller drops what was computed where a rule is not run. */
enum pval_state { PVAL_EMPTY, PVAL_NONE, PVAL_SET };
struct pval {
    enum pval_state state;
    int64_t v, w;
};
/* Row-major [place][slot]; built per program by the place resolver. */
struct ptable {
    struct pval *v;
    uint32_t n_places, n_slots;
};

/* The rows a person's set has under a reach: dates in [lo, hi]; whole when why == 0. absent: the anchor is absent
 * (aggregates are absent). lo > hi: no row at all, not even one without a date: nothing is needed (why == 0), or what
 * is there may not be read (not authorised, a stale or missing snapshot, an unknown anchor, a newest row that cannot be
 * told); why then says so and the set is incomplete. */
struct reach_row {
    int32_t lo, hi;
    reason_set why;
    bool absent;
};

/* Evaluate reach r for persons first..first+n-1 (SEMANTICS §3: due, delivered, horizon, windows, snapshots,
 * identity, authorisation). anchors: NULL or n spans with states given per person. Kind LATEST: lo = hi = date of the
 * newest row(s). */
enum rc frame_reach(const struct frame *f, const struct ir_reach *r, const struct value *anchors, uint32_t first,
                    uint32_t n, struct reach_row *out, struct err *e) MUST_USE;
/* True when every person has the same row, which is then in *out (fast path). False also when that would take long
 * to find out. */
bool frame_reach_uniform(const struct frame *f, const struct ir_reach *r, struct reach_row *out);
/* The horizon of a dataset in a division (end of its last due period, moved on over delivered periods, never past
 * D). 0: none. */
date_day frame_horizon(const struct frame *f, uint32_t dataset, int64_t division, date_day as_of);

/* Files of a division are taken here when a household of the frame has its county (SEMANTICS §3: "that division's
 * files are not taken here"): the first six digits agree. */
bool frame_takes_files(const struct frame *f, int64_t division);

/* Cell i of a column as a value (reason of a blank given by the op). */
int64_t fcol_get(const struct fcol *c, uint32_t i);
static inline bool fcol_valid(const struct fcol *c, uint32_t i)
{
    return c->width && (!c->valid || (c->valid[i >> 6] >> (i & 63) & 1));
}
static inline bool fcol_not_given(const struct fcol *c, uint32_t i)
{
    return c->not_given && (c->not_given[i >> 6] >> (i & 63) & 1);
}
static inline bool fcol_conflict(const struct fcol *c, uint32_t i)
{
    return c->conflict && (c->conflict[i >> 6] >> (i & 63) & 1);
}

/* Sizes, orders, CSR and bounds hold (tests, debug builds, after loading). */
bool frame_valid(const struct frame *f, struct buf *why);
#endif
