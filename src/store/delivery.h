/* The manifest of deliveries: one row a file taken in (SEMANTICS: deliveries). Written as staging, published by one
 * tiny transaction, never deleted afterwards; withdrawn and replaced ones keep what was known when. */
#ifndef STORE_DELIVERY_H
#define STORE_DELIVERY_H
#include "base/arena.h"
#include "base/date.h"
#include "store/store.h"

enum delivery_state { DELIVERY_STAGING = 1, DELIVERY_PUBLISHED, DELIVERY_WITHDRAWN, DELIVERY_REPLACED };
enum delivery_kind { DELIVERY_PLAIN = 1, DELIVERY_ADDS, DELIVERY_REPLACES };

enum { DELIVERY_HASH_BYTES = 32 };

/* rows = matched + the three waiting + refused. waiting_invalid: the ID is not in order, or the date lies outside the
 * covered days. */
struct delivery_counts {
    int64_t rows, matched, waiting_invalid, waiting_unmatched, waiting_name, refused;
};

struct stored_layout;
struct delivery {
    int64_t id;
    enum delivery_state state;
    enum delivery_kind kind;
    int64_t replaces; /* a delivery; with DELIVERY_ADDS: this is a late part of it and ends with it */
    struct str dataset;
    int64_t division;                /* 12-digit code as a number; 0: every division */
    date_day covers_from, covers_to; /* both 0: every period */
    date_day state_date;             /* snapshots; else 0 */
    date_day received_day;
    int64_t known_from_us; /* 0 while staging */
    int64_t known_to_us;   /* 0: still known */
    struct str sender;     /* empty: none named */
    struct str file_name;
    int64_t file_bytes;
    uint8_t file_hash[DELIVERY_HASH_BYTES];
    struct str encoding;
    struct str mapping; /* header to field, JSON */
    struct delivery_counts counts;
    bool cut; /* the file ended in the middle: its rows count, its days are not delivered */
    struct str withdrawn_reason;
    struct str by_who;
    struct stored_layout *learnt; /* of one being taken in: to be known with it; NULL: nothing */
};

/* Is it this delivery, or a late part of it? */
static inline bool delivery_is_of(const struct delivery *d, int64_t id)
{
    return d->id == id || (d->kind == DELIVERY_ADDS && d->replaces == id);
}

struct delivery_list {
    struct delivery *v;
    size_t n;
};

/* The delivery of the list whose rows d mends: d is the part that a list of errors became when it came back, and its
 * lines are those of that delivery's file. NULL: it is no such part. */
const struct delivery *delivery_mended(const struct delivery_list *l, const struct delivery *d);

/* Write d as staging; d->id is given. Its chunks and people are then written under that id. */
enum rc delivery_begin(struct store *s, struct delivery *d, struct err *e) MUST_USE;
/* Make it known from d->known_from_us on, with everything in d as it is now; a replaced delivery ends at that
 * moment (not before it began). One tiny durable transaction. RC_CONFLICT when the delivery to replace is no longer
 * in force, RC_ENV when the counts do not add up or d is not staging. */
enum rc delivery_publish(struct store *s, struct delivery *d, struct err *e) MUST_USE;
/* Remove a staging delivery with all it wrote (numbers stay used). */
enum rc delivery_abandon(struct store *s, int64_t id, struct err *e) MUST_USE;
/* End a published delivery at at_us. RC_INPUT when there is none in force with that id. */
enum rc delivery_withdraw(struct store *s, int64_t id, int64_t at_us, struct str reason, struct str who,
                          struct err *e) MUST_USE;
/* The same for a roster, with people whose version goes with it, in one transaction. */
struct people_late;
enum rc delivery_withdraw_with(struct store *s, int64_t id, int64_t at_us, struct str reason, struct str who,
                               const struct people_late *late, size_t n, unsigned threads, struct err *e) MUST_USE;

/* Texts are copied into the arena. RC_INPUT when there is no such delivery. */
enum rc delivery_get(struct store *s, struct arena *a, int64_t id, struct delivery *out, struct err *e) MUST_USE;
/* Deliveries known at K, ordered by id; dataset empty: of all datasets. */
enum rc delivery_known_at(struct store *s, struct arena *a, struct str dataset, int64_t k_us, struct delivery_list *out,
                          struct err *e) MUST_USE;
/* The last ones in force of a dataset that have at least so many matched rows, newest first: those of the sender
 * before others; neither late parts nor `but` (0: no matter). */
struct delivery_like {
    struct str dataset, sender;
    int64_t but, matched;
};
enum rc delivery_last_of(struct store *s, struct arena *a, const struct delivery_like *like, int64_t most,
                         struct delivery_list *out, struct err *e) MUST_USE;
/* All that were ever published, ordered by id. */
enum rc delivery_all(struct store *s, struct arena *a, struct delivery_list *out, struct err *e) MUST_USE;
/* Published ones that share a day, a division and the dataset with `probe` (its id excepted). */
enum rc delivery_overlaps(struct store *s, struct arena *a, const struct delivery *probe, struct delivery_list *out,
                          struct err *e) MUST_USE;
/* Published ones of the dataset made of a file with this hash. */
enum rc delivery_by_hash(struct store *s, struct arena *a, struct str dataset, const uint8_t hash[DELIVERY_HASH_BYTES],
                         struct delivery_list *out, struct err *e) MUST_USE;
/* Published ones of the dataset made of a file of so many bytes that has another hash. */
enum rc delivery_by_length(struct store *s, struct arena *a, struct str dataset, int64_t bytes,
                           const uint8_t hash[DELIVERY_HASH_BYTES], struct delivery_list *out, struct err *e) MUST_USE;
/* The last division code that `division` covers (130700000000 covers to 130799999999; 0 covers all). */
int64_t delivery_division_last(int64_t division);
#endif
