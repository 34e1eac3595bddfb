/* Who has an ID: the people of the rosters known at a time, found by the 17-digit key of their ID.
 *
 * Open addressing over buckets of one cache line, four people each, so that a look-up costs one memory access;
 * look-ups come in batches whose lines are prefetched. Names are compared by 32 bits folded from the 64-bit hash of
 * their normal form (ident/person_name.h): two different names agree by chance once in 2^32, and the ID was equal
 * before that. */
#ifndef MATCH_PERSON_INDEX_H
#define MATCH_PERSON_INDEX_H
#include "base/num.h"
#include "base/par.h"
#include "store/store.h"

enum { INDEX_BUCKET = 4, PERSON_HITS_MAX = 8 /* people of one ID that are told */ };

struct index_slot {
    uint64_t key;  /* 57 bits and marks above them; 0: free */
    uint32_t name; /* 0: no usable name */
    uint32_t person;
};
struct index_bucket {
    struct index_slot slot[INDEX_BUCKET];
};
_Static_assert(sizeof(struct index_bucket) == 64, "one cache line");

/* The table lies in parts of `span` buckets; who finds no room in his part's bucket goes on inside the part, so that
 * parts can be filled side by side. */
struct person_index {
    struct index_bucket *v;
    size_t buckets, span, n; /* n people */
};

struct person_entry {
    uint64_t key, name; /* name: any hash of 64 bits, kept folded; 0 none */
    uint32_t person;
};

/* What is compared and stored of a name's hash; folding twice changes nothing, and only 0 becomes 0. */
static inline uint32_t name_fold(uint64_t hash)
{
    uint32_t f = (uint32_t)(hash ^ hash >> 32);
    return f || !hash ? f : 1;
}

static inline uint64_t index_spread(uint64_t key)
{
    uint64_t h = key * UINT64_C(0x9E3779B97F4A7C15);
    return (h ^ h >> 32) * UINT64_C(0xD6E8FEB86659FD93);
}

/* The ID that a place of the table holds; 0: it is free. */
enum { INDEX_MARKS = 2 }; /* bits above it */
static inline uint64_t index_slot_key(const struct index_slot *s) { return s->key << INDEX_MARKS >> INDEX_MARKS; }

/* The part of a key: its bucket divided by the buckets of a part. */
static inline size_t person_index_part(uint64_t key, size_t parts)
{
    return (size_t)((u128)index_spread(key) * parts >> 64);
}

/* Empty, with room for n people. */
enum rc person_index_init(struct person_index *x, size_t n, struct err *e) MUST_USE;
void person_index_fini(struct person_index *x);
/* Add one; key and person not 0. RC_NOMEM when it is full and cannot grow. */
enum rc person_index_add(struct person_index *x, struct person_entry p, struct err *e) MUST_USE;
enum rc person_index_add_all(struct person_index *x, const struct person_entry *v, size_t n, struct err *e) MUST_USE;
/* From the stored deliveries of the dataset `roster` known at k_us; a later delivery overrides an earlier one person by
 * person. Read and filled by the pool, or by as many threads without one. */
enum rc person_index_load(struct person_index *x, struct store *s, struct str roster, int64_t k_us,
                          struct par_team team, struct err *e) MUST_USE;
/* For the loading: empty parts of one size; entries (their names folded) into their parts, false when one is full. */
enum rc person_index_init_parts(struct person_index *x, size_t n, size_t parts, struct err *e) MUST_USE;
bool person_index_put_all(struct person_index *x, const struct index_slot *v, size_t n);
/* Clear a part, which brings it into the cache: line after line is faster than waiting for each. */
void person_index_clear(struct person_index *x, size_t part);

/* All that have the ID, at most PERSON_HITS_MAX of them, in order of number. */
size_t person_index_find(const struct person_index *x, uint64_t key, struct person_entry out[PERSON_HITS_MAX]);

/* Ask for the line that person_index_find will read. */
void person_index_prefetch(const struct person_index *x, uint64_t key);

enum match_verdict { MATCH_OK, MATCH_NONE, MATCH_NAME };
struct match_query {
    uint64_t key;  /* 0: not looked up (MATCH_NONE) */
    uint64_t name; /* 0: no usable name, which fits nobody */
};
struct match_answer {
    uint32_t person; /* MATCH_OK; MATCH_NAME when only one person has the ID; else 0 */
    uint32_t verdict;
};
/* An ID that several people have belongs to the one of them whose name fits, when it is one. names false: by ID alone,
 * then several people are MATCH_NAME. */
void person_index_match(const struct person_index *x, const struct match_query *q, size_t n, bool names,
                        struct match_answer *out);

/* Calls fn for every person of the rosters known at k_us once, with the chunks' values: newest delivery first. */
struct roster_row {
    uint32_t person, household;
    uint64_t key, name;
    int64_t division, born; /* born: SPAN of the birth field; 0 unknown */
};
typedef enum rc (*roster_fn)(void *ctx, const struct roster_row *rows, size_t n, struct err *e);
enum {
    ROSTER_PERSON = 0,
    ROSTER_KEY = 1,
    ROSTER_NAME = 2,
    ROSTER_HOUSEHOLD = 4,
    ROSTER_DIVISION = 8,
    ROSTER_BORN = 16
};
/* what: ROSTER_… bits of the columns wanted (others 0). born: name of the birth column or empty. */
struct roster_want {
    struct str roster; /* name of the roster dataset */
    unsigned what;
    struct str born;
    int64_t k_us, only, except; /* only, except: a delivery with its late parts; 0 none */
};
enum rc roster_each(struct store *s, const struct roster_want *w, roster_fn fn, void *ctx, struct err *e) MUST_USE;
#endif
