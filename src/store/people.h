/* The registers of people and households as the importer needs them: stable 32-bit numbers, found by keyed hash of
 * the ID, by keyed hash of its last digits, by household, and households by code. Rows are versions written under a
 * delivery and visible while that delivery is. */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H
#include "base/arena.h"
#include "store/store.h"

enum { PERSON_SECRET_MAX = 4096 }; /* bytes of one person's sealed fields */

/* A version to write. */
struct person_row {
    uint32_t no, household_no;
    bool has_id;           /* false: the hashes are not kept */
    uint32_t id_tail_hash; /* keyed hash of the last six digits: finds candidates */
    uint64_t id_hash;      /* keyed hash of the ID's key */
    struct str name;       /* readable, see docs/format.md; p NULL: not given */
    /* sealed, once a page of people; p NULL: nothing, or kept in sealed columns of the delivery */
    struct str secret;
};

/* A person as known at a time. */
struct person {
    uint32_t no, household_no;
    struct str name, secret; /* p NULL: not given */
};

struct household_row {
    uint32_t no;
    int64_t division;
    struct str code;
    bool fresh; /* the code is not known yet; a second household of that code is then RC_CONFLICT */
};

/* Write versions under a staging delivery, each no at most once a delivery. Packed by `threads` threads and written in
 * many short transactions. */
enum rc people_add(struct store *s, int64_t delivery, const struct person_row *rows, size_t n, unsigned threads,
                   struct err *e) MUST_USE;
enum rc households_add(struct store *s, int64_t delivery, const struct household_row *rows, size_t n, unsigned threads,
                       struct err *e) MUST_USE;
/* People whose last version goes with a delivery that is withdrawn, as one in force tells of them. */
struct people_late {
    int64_t delivery;
    struct person_row *rows;
    size_t n;
};
/* Write them under a published delivery, in the caller's transaction. */
enum rc people_add_late(struct store *s, const struct people_late *late, unsigned threads, struct err *e) MUST_USE;
/* Remove what a staging delivery wrote. */
enum rc people_remove(struct store *s, int64_t delivery, struct err *e) MUST_USE;

/* Called for each row in turn; a result other than RC_OK ends the walk. Views last for the call; fn must not walk. */
typedef enum rc (*household_fn)(void *ctx, const struct household_row *h, struct err *e);

/* Households known at K, each once, in no particular order. */
enum rc households_each(struct store *s, int64_t k_us, household_fn fn, void *ctx, struct err *e) MUST_USE;
/* Every household ever published, withdrawn deliveries too (a number stays with its code), each once. */
enum rc households_each_code(struct store *s, household_fn fn, void *ctx, struct err *e) MUST_USE;

/* The codes of n households by ascending number, whatever has become of their deliveries; i: place of the number. The
 * view lasts for the call; a household that was never published has none. */
typedef enum rc (*code_fn)(void *ctx, size_t i, struct str code, struct err *e);
enum rc households_codes(struct store *s, const uint32_t *no, size_t n, code_fn fn, void *ctx, struct err *e) MUST_USE;

/* Every version of a person in force: its number and the delivery that wrote it; those of a delivery come together for
 * a few thousand at a time. */
typedef enum rc (*version_fn)(void *ctx, int64_t delivery, uint32_t no, struct err *e);
enum rc people_versions_each(struct store *s, version_fn fn, void *ctx, struct err *e) MUST_USE;

struct people_list {
    struct person *v;
    size_t n;
};
/* One person as known at K, unsealed, in the arena; *found false when not known. */
enum rc people_get(struct store *s, struct arena *a, uint32_t no, int64_t k_us, struct person *out, bool *found,
                   struct err *e) MUST_USE;
/* People known at K who have, or had in a delivery known by then, this ID (a changed ID keeps finding its person). The
 * index keeps 48 bits of the hash: among a million people a look-up finds somebody else besides once in 280 million
 * times. */
enum rc people_by_id(struct store *s, struct arena *a, uint64_t id_hash, int64_t k_us, struct people_list *out,
                     struct err *e) MUST_USE;
enum rc people_by_id_tail(struct store *s, struct arena *a, uint32_t id_tail_hash, int64_t k_us,
                          struct people_list *out, struct err *e) MUST_USE;
/* People known at K whose name begins so, in order of number, at most max. Looks through all names. */
enum rc people_by_name(struct store *s, struct arena *a, struct str prefix, size_t max, int64_t k_us,
                       struct people_list *out, struct err *e) MUST_USE;
/* Members by the newest version known at K. */
enum rc people_of_household(struct store *s, struct arena *a, uint32_t household_no, int64_t k_us,
                            struct people_list *out, struct err *e) MUST_USE;
enum rc household_get(struct store *s, struct arena *a, uint32_t no, int64_t k_us, struct household_row *out,
                      bool *found, struct err *e) MUST_USE;
/* *no 0 when the code was never published. */
enum rc household_find(struct store *s, struct str code, uint32_t *no, struct err *e) MUST_USE;
#endif
