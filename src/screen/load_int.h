/* Inside of the loader. */
#ifndef SCREEN_LOAD_INT_H
#define SCREEN_LOAD_INT_H
#include "base/limits.h"
#include "base/mem.h"
#include "screen/load.h"
#include "store/chunks.h"

#define WORLD_ARENA_MAX ((size_t)64 << 30)
enum { RANGE_ROWS = 1 << 16 }; /* rows of one task; a multiple of 64, so that no two tasks share a word of bits */

/* Cells of a stored column over all deliveries, in order of delivery and file. */
struct cells {
    struct column col;
    uint64_t *not_given; /* rows of deliveries without this column, all of them blank; NULL: none */
    bool read;           /* false: nobody asked for this column */
};

/* How a stored cell becomes a frame cell. */
enum cell_form { FORM_INT, FORM_CODE, FORM_SET, FORM_TEXT, FORM_REF_PERSON, FORM_REF_HOUSEHOLD, FORM_KEY };

struct cell_spec {
    enum cell_form form;
    const struct decl *codes;
    struct str name; /* stored column */
};

/* A column to read and where it goes. */
struct cells_want {
    struct cell_spec spec;
    struct cells *out;
};

static inline bool bit_at(const uint64_t *bits, uint32_t i) { return bits[i >> 6] >> (i & 63) & 1; }
static inline void bit_set(uint64_t *bits, uint32_t i) { bits[i >> 6] |= UINT64_C(1) << (i & 63); }

/* False when cell i is blank. */
static inline bool cells_get(const struct cells *c, uint32_t i, int64_t *v)
{
    switch (c->col.width) {
    case COL_1: *v = ((const int8_t *)c->col.data)[i]; break;
    case COL_2: *v = ((const int16_t *)c->col.data)[i]; break;
    case COL_4: *v = ((const int32_t *)c->col.data)[i]; break;
    case COL_8: *v = ((const int64_t *)c->col.data)[i]; break;
    default: *v = 0; break;
    }
    return !c->col.valid || bit_at(c->col.valid, i);
}

/* Read several columns of the same rows at once, on all threads. After a failure all are empty. */
enum rc cells_load(struct world *w, const struct world_rows *rows, const struct cells_want *v, size_t n,
                   struct err *e) MUST_USE;
enum rc cells_load_one(struct world *w, const struct world_rows *rows, const struct cell_spec *spec, struct cells *out,
                       struct err *e) MUST_USE;
void cells_fini(struct cells *c);
/* Rows from..to-1: no delivery gave this field. */
enum rc cells_not_given(struct cells *c, int64_t from, int64_t to, struct err *e) MUST_USE;

/* rows of the table from the deliveries' counts of the column "person". */
enum rc rows_plan(struct world *w, struct str dataset, struct world_rows *out, struct err *e) MUST_USE;
/* Cells order[i] as a frame column; order NULL: the cells as they are, which are then taken from c. */
enum rc fcol_from_cells(struct world *w, struct cells *c, const uint32_t *order, uint32_t n, enum rep rep,
                        struct fcol *out, struct err *e) MUST_USE;
/* Blocks and columns by their numbers: what one reading of a dataset took. */
struct world_span {
    size_t blocks, blocks_end, owned, owned_end;
};
struct world_slab {
    void *p;
    size_t bytes;
};
/* Of a dataset into which deliveries arrive. */
struct world_more {
    struct world_span span;    /* of its last reading as a whole */
    struct world_slab slab[2]; /* the table with what arrived since, and room for the next one */
    const uint32_t *row_key;   /* by frame row: a hash of its row key, 0: not known; NULL: rows have no keys */
};
/* Free them; the span is then empty. */
void world_release_span(struct world *w, struct world_span *x);
enum rc world_own(struct world *w, struct column c, struct err *e) MUST_USE;
/* Zeroed memory that lasts as long as the world; NULL when out of memory. Large blocks come in huge pages. */
void *world_alloc(struct world *w, size_t n, size_t size);
/* Likewise, with anything in it. */
void *world_room(struct world *w, size_t n, size_t size);
/* Large memory of another world becomes this one's; its columns too: world_join. */
enum rc world_take_blocks(struct world *w, struct world *from, struct err *e) MUST_USE;
/* Columns, large memory and readers. */
void world_release(struct world *w);
/* The store as this thread of a par_run may use it. */
enum rc world_reader(struct world *w, unsigned thread, struct store **out, struct err *e) MUST_USE;
/* fn over ranges of RANGE_ROWS of n rows. */
enum rc world_ranges(const struct world *w, uint32_t n, par_fn fn, void *ctx, struct err *e) MUST_USE;
static inline uint32_t range_from(size_t task) { return (uint32_t)task * RANGE_ROWS; }
static inline uint32_t range_to(size_t task, uint32_t n)
{
    return n - range_from(task) < RANGE_ROWS ? n : range_from(task) + RANGE_ROWS;
}
static inline size_t range_count(uint32_t n) { return ((size_t)n + RANGE_ROWS - 1) / RANGE_ROWS; }

/* What of the policy the reading of people needs; then that, without a look at the policy. */
enum rc plan_people(struct world *w, struct err *e) MUST_USE;
enum rc load_people(struct world *w, struct err *e) MUST_USE;
enum rc load_people_columns(struct world *w, struct err *e) MUST_USE;
/* The frame row of each person in order of household and number, and where each household begins. */
enum rc order_people(struct world *w, const struct cells *person, const struct cells *household,
                     const struct cells *born, struct err *e) MUST_USE;
/* Where households are registered, and who moved. */
enum rc load_divisions(struct world *w, const struct cells *person, const struct cells *division,
                       struct err *e) MUST_USE;
bool roster_has_division(const struct world *w);
/* The first global row of the newest roster that has a member of household h. */
uint32_t roster_newest_from(const struct world *w, uint32_t h);
/* The table of the deliveries in w->rows. */
enum rc load_facts(struct world *w, uint32_t dataset, struct err *e) MUST_USE;
/* All that programs read, side by side. */
enum rc load_all_facts(struct world *w, struct err *e) MUST_USE;
/* A world that reads into memory of its own, for another thread or for a while; then its memory becomes the first
 * one's: the span says which, or it is given back. The arena is the caller's in both cases. */
void world_apart(struct world *part, struct world *w);
enum rc world_join(struct world *w, struct world *part, struct world_span *span, struct err *e) MUST_USE;
void world_part_free(struct world *part);
/* Take in the delivery that is known since the table was made. *done false: it must be read as a whole. */
enum rc facts_more(struct world *w, uint32_t dataset, bool *done, struct err *e) MUST_USE;
enum rc load_keys(struct world *w, struct err *e) MUST_USE;
/* The first person with a key; UINT32_MAX: nobody. */
uint32_t key_owner(const struct world *w, uint64_t key);
enum rc load_places(struct world *w, const struct divisions *divs, struct err *e) MUST_USE;
/* The code list of a field, as in force at any of the places. */
enum rc cells_codes(struct world *w, struct str name, const struct decl **out, struct err *e) MUST_USE;
enum rc spec_of_field(struct world *w, const struct field_ref *f, struct cell_spec *spec, enum rep *rep,
                      struct err *e) MUST_USE;
#endif
