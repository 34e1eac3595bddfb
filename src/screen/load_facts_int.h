/* Facts of one dataset on their way into the frame; shared by load_facts.c, load_group.c, load_merge.c and
 * load_cover.c. */
#ifndef SCREEN_LOAD_FACTS_INT_H
#define SCREEN_LOAD_FACTS_INT_H
#include "screen/load_int.h"

struct facts {
    struct world *w;
    uint32_t dataset;
    const struct decl *decl;
    const struct world_rows *rows;
    struct ftable *t;
    struct cells person;
    const struct cells *time;    /* one of cols; NULL: no time field */
    const struct cells *village; /* likewise; NULL: rows are about people */
    struct cells *cols;          /* per layout column; not `read`: not needed */
    enum rep *reps;
    uint32_t *order;         /* frame row -> global row; NULL: the same */
    uint64_t **conflict;     /* per layout column, by frame row */
    uint32_t n;              /* frame rows */
    uint32_t *first, *owner; /* those of t, while it is made */
    bool needs_first;        /* else first is NULL */
    int32_t *day;
    uint16_t *span;
    bool day_is_column; /* day lies in the time column, which must not change */
    struct cells_want *want;
    size_t n_want;
};

/* A dataset's table in three steps: what the books say of it (decl NULL: nothing); the rows, which another thread may
 * read into a world of its own (f->w) while others read other datasets; who has authorised it. */
enum rc facts_begin(struct world *w, uint32_t dataset, struct facts *f, struct err *e) MUST_USE;
enum rc facts_read(struct facts *f, struct err *e) MUST_USE;
enum rc facts_end(struct facts *f, struct err *e) MUST_USE;
void facts_fini(struct facts *f);
/* Does the reading need keys of people, codes of households? */
bool facts_need_keys(const struct facts *f);
bool facts_need_codes(const struct facts *f);

static inline uint32_t facts_row(const struct facts *f, uint32_t i) { return f->order ? f->order[i] : i; }

/* order becomes an array of its own, where it is NULL. */
enum rc facts_own_order(struct facts *f, struct err *e) MUST_USE;
/* Number of the delivery that a global row came with. */
size_t facts_delivery(const struct world_rows *rows, uint32_t row);

/* Rows about villages. */
static inline bool facts_by_village(const struct facts *f) { return f->decl && f->decl->u.dataset.placed_by.text.n; }
/* load_villages.c: each row's owner: the first person of the village's first household, UINT32_MAX: nobody lives there.
 */
enum rc facts_villages(struct facts *f, uint32_t *person, struct err *e) MUST_USE;

/* first, owner, order and n from person, whose cells are then gone. */
enum rc facts_group(struct facts *f, struct err *e) MUST_USE;
/* load_join.c: lines that were linked or mended later and say a row together with others of their file, with them. */
enum rc facts_join(struct facts *f, struct err *e) MUST_USE;
enum rc facts_merge(struct facts *f, struct err *e) MUST_USE;
/* Who has no usable identity, or a row that waits or was refused. */
enum rc facts_identity(struct facts *f, struct fdataset *out, struct err *e) MUST_USE;
/* Who has not authorised the dataset. */
enum rc facts_consent(struct facts *f, struct fdataset *out, struct err *e) MUST_USE;
/* load_decided.c: rows that somebody found to be another's than the import did, in person (frame rows by global row).
 * *any: some row was looked at. */
enum rc facts_decided(struct facts *f, uint32_t *person, bool *any, struct err *e) MUST_USE;
#endif
