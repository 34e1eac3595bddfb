/* Columns of stored deliveries, read back whole. */
#ifndef MATCH_STORED_H
#define MATCH_STORED_H
#include "base/arena.h"
#include "store/delivery.h"

struct stored_ints {
    int64_t *v; /* blank cells: INT64_MIN */
    size_t n;
};
/* n 0 when the delivery has no such column. */
enum rc stored_ints_read(struct stored_ints *out, struct store *s, int64_t delivery, struct str column,
                         struct err *e) MUST_USE;
/* Its first cells, at most `most` (and one chunk). */
enum rc stored_ints_head(struct stored_ints *out, struct store *s, int64_t delivery, struct str column, uint32_t most,
                         struct err *e) MUST_USE;
void stored_ints_fini(struct stored_ints *v);

struct stored_texts {
    struct str *v; /* blank cells: p NULL */
    size_t n;
    struct arena arena;
};
enum rc stored_texts_read(struct stored_texts *out, struct store *s, int64_t delivery, struct str column,
                          struct err *e) MUST_USE;
void stored_texts_fini(struct stored_texts *t);
/* One cell of a text column, in the arena; empty when it is blank or the delivery has no such column or row. */
enum rc stored_text_at(struct store *s, struct arena *a, int64_t delivery, struct str column, int64_t row,
                       struct str *out, struct err *e) MUST_USE;
/* Adds to hash[i] a hash of the cell of each row, of an integer or a text column; n rows. False-like RC_ENV when the
 * column has another number of rows. */
enum rc stored_hash(struct store *s, int64_t delivery, struct str column, uint64_t *hash, size_t n,
                    struct err *e) MUST_USE;
/* The hash of one cell as stored_hash adds it; salt: str_hash of the column's name. */
uint64_t stored_hash_int(uint64_t salt, bool is, int64_t v);
uint64_t stored_hash_text(uint64_t salt, bool is, struct str t);
/* Is it a roster? Told by its columns. */
enum rc stored_is_roster(struct store *s, int64_t delivery, bool *yes, struct err *e) MUST_USE;
#endif
