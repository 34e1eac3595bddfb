/* Shared by the files of src/store; not for others. */
#ifndef STORE_STORE_INT_H
#define STORE_STORE_INT_H
#include <stdatomic.h>
#include "base/buf.h"
#include "columns/seal.h"
#include "store/store.h"

struct store {
    struct db *db;
    struct db *mover;                         /* moves the log beside db; NULL: not opened yet */
    struct par_aside *moving, *moving_before; /* who uses the mover, and whom that one waits for */
    bool emptying;                            /* that is what it does */
    atomic_bool closing;
    struct keyring keys;
    struct sealer sealer;
    struct clock clock;
    struct buf sealed; /* scratch of unsealing */
    struct buf summed; /* scratch of fp_sum, which triggers call while `sealed` is bound */
    int lock_fd;       /* -1 when reading */
    bool relaxed;      /* the connection now commits without waiting for the disk */
    bool sync_later;   /* store_sync will make what is committed durable */
    enum store_access access;
    const char *vfs; /* the caller's */
    char path[DB_PATH_MAX], key_path[DB_PATH_MAX];
};

/* lock.c: the lock of the one writer, *out a descriptor to be given to store_unlock (-1 is fine); dir is for messages.
 * RC_ENV: another process still has it after w. */
enum rc store_lock(int *out, const char *path, const char *dir, const struct store_wait *w, struct err *e) MUST_USE;
void store_unlock(int fd);

/* What a sealed value is bound to, so that it cannot be moved to another place. SEAL_PERSON: of format 1. */
enum seal_place { SEAL_CHUNK = 1, SEAL_PERSON = 2, SEAL_KEY_CHECK = 3, SEAL_ANSWER = 4 };
enum { SEALED_PEOPLE = 4 }; /* beside the owner kinds of chunks: a page of people, its owner a delivery */

/* Where a chunk is; its seal is bound to that. */
struct chunk_place {
    int64_t owner_kind, owner;
    struct str name;
    uint32_t seq;
};
/* Append the chunk to out, sealed (its outer header stays readable). out is as it was after an error. */
enum rc secret_seal_chunk(struct store *s, const struct chunk_place *at, struct str chunk, struct buf *out,
                          struct err *e) MUST_USE;
/* Append it unsealed. */
enum rc secret_unseal_chunk(struct store *s, const struct chunk_place *at, struct str chunk, struct buf *out,
                            struct err *e) MUST_USE;
/* Seal/unseal a short value; a and b name its place (a row's key). Append to out. */
enum rc secret_seal(struct store *s, enum seal_place place, uint64_t a, uint64_t b, struct str plain, struct buf *out,
                    struct err *e) MUST_USE;
enum rc secret_unseal(struct store *s, enum seal_place place, uint64_t a, uint64_t b, struct str sealed,
                      struct buf *out, struct err *e) MUST_USE;
/* The key new values are sealed with. */
uint32_t secret_key_id(const struct store *s);

/* Key files and the value that tells a wrong key. */
enum rc secret_key_make(const char *path, bool *made, struct err *e) MUST_USE;
enum rc secret_keys_load(struct store *s, struct err *e) MUST_USE;
enum rc secret_check_write(struct store *s, struct err *e) MUST_USE;
/* *key_id: the key it is sealed with; it is the last thing that a rotation seals anew. */
enum rc secret_check_read(struct store *s, uint32_t *key_id, struct err *e) MUST_USE;

/* Remove what an interrupted process left: staging deliveries and screens, columns of replaced screens. */
enum rc staging_clean(struct store *s, struct err *e) MUST_USE;

/* people_upgrade.c: format 1 to 2, inside the caller's transaction. */
enum rc people_upgrade(struct store *s, struct err *e) MUST_USE;

/* people_check.c: what is wrong with people, households and their indexes. The texts are static; a, b: numbers. */
struct people_failure {
    const char *name, *en, *zh, *what;
    int64_t a, b;
};
typedef enum rc (*people_fail_fn)(void *ctx, const struct people_failure *f, struct err *e);
enum rc people_check(struct store *s, bool full, people_fail_fn fn, void *ctx, struct err *e) MUST_USE;

struct screen;
struct task_changes;
/* Write what a staging screen does to tasks as columns of it; `old`: the kept screen that it will replace, 0 none.
 * RC_CONFLICT when it opens what is open or closes what is not. */
enum rc tasks_put(struct store *s, const struct screen *sc, int64_t old, const struct task_changes *c,
                  struct err *e) MUST_USE;
/* RC_ENV when kept screens close what was not open or open what was. */
enum rc tasks_check(struct store *s, struct err *e) MUST_USE;

/* Copy a column's text into the arena. False when the arena is exhausted. */
bool store_take_text(struct arena *a, struct db_stmt *q, int column, struct str *out);
/* Copy exactly n bytes of a blob column; zeros when it has another size. */
void store_take_bytes(struct db_stmt *q, int column, uint8_t *out, size_t n);
/* Grow an arena array by doubling. NULL when exhausted. */
void *store_grow(struct arena *a, void *v, size_t *cap, size_t n, size_t size);
#endif
