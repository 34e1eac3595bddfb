/* Policy books as they were loaded, so that any past screen finds its rules again: append-only. */
#ifndef STORE_BOOKSTORE_H
#define STORE_BOOKSTORE_H
#include "base/arena.h"
#include "store/store.h"

enum { BOOK_HASH_BYTES = 32, BOOK_SET_MAX = 1000, BOOK_FILES_MAX = 1000 };

struct stored_file {
    struct str name, text;
};
struct stored_book {
    uint8_t hash[BOOK_HASH_BYTES]; /* filled by book_set_load from the name and the files, in order */
    struct str name;
    struct stored_file *files;
    size_t n_files;
};
struct book_set {
    int64_t id; /* 0: no books were loaded yet */
    int64_t known_from_us;
    uint8_t hash[BOOK_HASH_BYTES]; /* of the books' hashes, in order */
    struct str by_who;
    struct stored_book *books;
    size_t n;
};

/* Put a whole set of books in force from set->known_from_us; books already held are not stored again. Fills the
 * hashes and the id. The same set as the one in force is RC_OK and changes nothing (*changed false). One durable
 * transaction. */
enum rc book_set_load(struct store *s, struct book_set *set, bool *changed, struct err *e) MUST_USE;
/* The set in force as known at K, with all texts, in the arena. */
enum rc book_set_at(struct store *s, struct arena *a, int64_t k_us, struct book_set *out, struct err *e) MUST_USE;
/* Its id alone; 0: no books were known then. */
enum rc book_set_id_at(struct store *s, int64_t k_us, int64_t *id, struct err *e) MUST_USE;
/* The set with this hash (a kept screen's book_hash); out->id 0 when there is none. */
enum rc book_set_by_hash(struct store *s, struct arena *a, const uint8_t hash[BOOK_HASH_BYTES], struct book_set *out,
                         struct err *e) MUST_USE;
/* Hashes as book_set_load would give, without storing. */
enum rc book_set_hash(struct book_set *set, struct err *e) MUST_USE;
/* RC_ENV when the books of the first set from *id on are not as they were loaded; *id becomes its id, 0 when none is
 * left. */
enum rc book_set_sound(struct store *s, struct arena *a, int64_t *id, struct err *e) MUST_USE;
#endif
