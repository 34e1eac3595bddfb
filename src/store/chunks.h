/* Column chunks as blobs: owned by a delivery, a screen or a register, in order of seq within a named column.
 * The bytes are those of columns/chunk.h; sealing is decided at writing and undone at reading. */
#ifndef STORE_CHUNKS_H
#define STORE_CHUNKS_H
#include "base/buf.h"
#include "store/store.h"

enum owner_kind { OWNER_DELIVERY = 1, OWNER_SCREEN, OWNER_REGISTER };

struct owner {
    enum owner_kind kind;
    int64_t id;
};

enum {
    CHUNK_BATCH_MAX = 16, /* chunks of one write transaction */
    CHUNK_NAME_MAX = 120, /* bytes of a column's name */
};
#define CHUNK_BATCH_BYTES MIB(2) /* a batch is written when it holds this much */

/* One chunk to write: seq counts from 0 within the column, first_row is the owner's row number of its first cell. */
struct chunk_put {
    struct str name;
    uint32_t seq, rows;
    int64_t first_row;
    struct str bytes;
    bool seal;
};

/* Collects chunks and writes them in short staged transactions; the lock is never held while the caller computes. */
struct chunk_writer;
enum rc chunk_writer_open(struct chunk_writer **out, struct store *s, struct owner owner, struct err *e) MUST_USE;
/* The bytes are copied (and sealed). */
enum rc chunk_put(struct chunk_writer *w, const struct chunk_put *p, struct err *e) MUST_USE;
/* Write what is collected. To be called before the owner is published. */
enum rc chunk_flush(struct chunk_writer *w, struct err *e) MUST_USE;
/* Would chunk_put collect it, and not write what is there first? */
bool chunk_put_fits(const struct chunk_writer *w, const struct chunk_put *p);
/* As chunk_flush, inside the caller's transaction: what is collected goes in with its other changes. */
enum rc chunk_flush_inside(struct chunk_writer *w, struct err *e) MUST_USE;
/* NULL is fine; what was not flushed is dropped. */
void chunk_writer_close(struct chunk_writer *w);

/* Where a chunk is. */
struct chunk_ref {
    struct owner owner;
    int64_t id, first_row;
    struct str name;
    uint32_t seq, rows;
    uint32_t bytes; /* as stored */
    bool sealed;
};
/* The chunks of one column (or of all columns when name is empty), ordered by name and seq, in the arena. */
enum rc chunk_list(struct store *s, struct arena *a, struct owner owner, struct str name, struct chunk_ref **v,
                   size_t *n, struct err *e) MUST_USE;
/* Read one chunk and unseal it. One copy from SQLite's pages into buf; *bytes is a view into buf, valid until its
 * next use. RC_ENV when the chunk has gone or its seal does not fit. */
enum rc chunk_fetch(struct store *s, const struct chunk_ref *ref, struct buf *buf, struct str *bytes,
                    struct err *e) MUST_USE;
/* Remove an owner's chunks in short transactions; only for owners that are not, or no longer, published. */
enum rc chunk_remove_all(struct store *s, struct owner owner, struct err *e) MUST_USE;
#endif
