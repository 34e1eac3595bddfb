/* From the store to a frame: what was known at K, as of D, in memory as narrow columns. */
#ifndef SCREEN_LOAD_H
#define SCREEN_LOAD_H
#include "base/par.h"
#include "columns/column.h"
#include "ident/division.h"
#include "rules/engine.h"
#include "rules/texpr.h"
#include "store/delivery.h"

/* Where a loaded row came from. */
struct world_rows {
    struct delivery *deliveries; /* in order of loading */
    int64_t *first;              /* global row number of each delivery's first row; n + 1 entries */
    size_t n;
};

enum { WORLD_APART_MAX = 5 };

struct cells;
struct world_more;
struct world_keys;
struct world_block;

/* What is read of people besides who they are and where they belong. */
struct people_plan {
    struct str born; /* name of the stored column; empty: none */
    bool divided;
};

struct world {
    struct arena arena;
    struct store *store, *beside; /* beside: from which people were read ahead; NULL: not so */
    struct people_plan people;
    bool people_read;
    struct policy *policy;
    date_day as_of, known_at;
    int64_t k_us;
    struct delivery_list known; /* deliveries known at K */
    struct frame frame;
    struct reasons *reasons;
    struct ftable *tables;
    struct fdataset *datasets;
    struct table_layout *layouts; /* per table */
    uint8_t **need;               /* per table and layout column: load it */
    bool *need_table;             /* fact tables that programs read */
    bool *need_first;             /* those in which they ask for anybody's rows */
    bool with_lines;              /* also load line numbers (explain) */
    /* people and households in frame order */
    uint32_t n_people, n_households;
    uint32_t *household_no;
    /* The people's numbers: NULL both when they are first_no and those that follow (as a roster that was imported once
     * has them); world_person_no, world_row_of. */
    uint32_t *person_no, *row_of_person, first_no;
    uint32_t n_person_nos;
    uint32_t *roster_row;    /* frame row -> global roster row (newest version); may be NULL when roster_as_is */
    bool roster_as_is;       /* every roster row is a frame row, in this order */
    struct world_rows *rows; /* per table */
    int64_t *key;            /* per person: 17-digit key, 0 none; loaded on demand */
    struct world_keys *keys; /* key -> frame row */
    struct cells *born;      /* days of birth by roster row, until the frame has them */
    uint64_t *shared;        /* bit per person: shares its key */
    struct place *places;
    uint32_t n_places;
    uint32_t n_apart;                /* households whose members are registered in different provinces */
    uint32_t apart[WORLD_APART_MAX]; /* the numbers of the first of them */
    struct str *codes;               /* per household: its code; loaded on demand */
    struct fcol *lines;              /* per table: file line by frame row (with_lines) */
    struct column *owned;
    size_t n_owned, cap_owned;
    struct arena *apart_arena;  /* by dataset: of those that were read apart */
    struct world_block *blocks; /* large memory */
    size_t n_blocks, cap_blocks;
    struct world_more *more; /* by dataset: what the taking in of deliveries needs */
    bool arrivals;           /* deliveries may arrive */
    uint32_t merged;         /* so many that arrived were put between the rows that were there */
    bool fixed_moment;       /* k_us was given */
    unsigned threads;
    struct par_pool *pool;                 /* to run in, borrowed; NULL: threads of their own */
    bool threads_given;                    /* use them however little there is to do */
    struct world *whole;                   /* of a part that is read apart: the world, whose readers it uses */
    struct store *reader[PAR_MAX_THREADS]; /* opened when first used; 0 is not */
};

/* Of a frame row: the person's number, the global roster row. */
static inline uint32_t world_person_no(const struct world *w, uint32_t row)
{
    return w->person_no ? w->person_no[row] : w->first_no + row;
}
static inline uint32_t world_roster_row(const struct world *w, uint32_t row)
{
    return w->roster_row ? w->roster_row[row] : row;
}
/* Of a person's number: the frame row, UINT32_MAX none. */
static inline uint32_t world_row_of(const struct world *w, uint32_t no)
{
    if (w->row_of_person) return no < w->n_person_nos ? w->row_of_person[no] : UINT32_MAX;
    return no >= w->first_no && no - w->first_no < w->n_people ? no - w->first_no : UINT32_MAX;
}

/* Who works for the world. */
static inline struct par_team world_team(const struct world *w) { return (struct par_team){w->threads, w->pool}; }

struct world_options {
    date_day as_of, known_at;
    int64_t k_us; /* a moment of the day known_at; 0: its close, but not after now */
    bool with_lines;
    bool arrivals; /* world_reload will be called: keep what makes it fast */
    /* NULL: what was known at K. Else these deliveries, each with the day it counts as received in received_day, in
     * that order; those until known_at count. */
    const struct delivery_list *as_if;
    unsigned threads;      /* 0: as many as there are processors, when it is worth it; the result is the same */
    struct par_pool *pool; /* of as many threads, to run in while the world lasts; NULL: threads of their own */
};

/* Deliveries, people, households, divisions and places. Ends with world_free, also after a failure. */
enum rc world_open(struct world *w, struct store *s, struct policy *p, const struct divisions *divs,
                   const struct world_options *o, struct err *e) MUST_USE;
/* world_open in steps, for deliveries that come while people are read already. world_begin; then world_read_people, on
 * any thread, in pool (NULL: threads of its own), while another one uses the store and the policy; then
 * world_open_begun in place of world_open: of the same policy, as far as it has been, and the same days. Of `from`,
 * which is empty afterwards, it takes what is the same still, and is world_open when that is nothing (rosters have
 * come, the reading failed). */
enum rc world_begin(struct world *w, struct store *s, struct policy *p, const struct world_options *o,
                    struct err *e) MUST_USE;
enum rc world_read_people(struct world *w, struct par_pool *pool, struct err *e) MUST_USE;
enum rc world_open_begun(struct world *w, struct world *from, const struct divisions *divs,
                         const struct world_options *o, struct err *e) MUST_USE;
/* Say which columns a program reads; then load them all and make w->frame ready. */
void world_need(struct world *w, const struct program *p);
enum rc world_load(struct world *w, struct diags *d, struct err *e) MUST_USE;
/* The moment whose knowledge is asked for, now: the one given, or the close of known_at, or this moment before it. */
int64_t world_moment(const struct world *w);
/* A dataset whose deliveries have changed, and those that hang on it, as known now (when K is today) or at K:
 * stale[0..n_datasets-1] says which. One delivery more is put between the rows that are there; what changed otherwise,
 * or brings the row key of another row, is read again. Only after world_load; people stay as they are. After a failure
 * the tables are as they were. */
enum rc world_reload(struct world *w, uint32_t dataset, bool *stale, struct diags *d, struct err *e) MUST_USE;
void world_free(struct world *w);

/* The store to read from beside the one that the world was opened with, which another thread writes to. */
enum rc world_other_reader(struct world *w, struct store **out, struct err *e) MUST_USE;

/* Frame row of a household code; UINT32_MAX none. Texts of household codes by frame row (loaded on first use). */
enum rc world_codes(struct world *w, struct str **codes, struct err *e) MUST_USE;
/* Delivery and file line of a frame row of a table (with_lines). */
bool world_origin(const struct world *w, uint16_t table, uint32_t row, const struct delivery **d, int64_t *line);
#endif
