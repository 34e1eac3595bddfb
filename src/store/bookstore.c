#include "store/bookstore.h"
#include <sodium/core.h>
#include <sodium/crypto_generichash_blake2b.h>
#include "store/store_int.h"

/* ---- hashes: BLAKE2b-256 over lengths and texts, so that no two different sets read the same */

static void hash_text(crypto_generichash_blake2b_state *h, struct str s)
{
    uint8_t n[8];
    for (unsigned i = 0; i < 8; i++) n[i] = (uint8_t)((uint64_t)s.n >> (8 * i));
    (void)crypto_generichash_blake2b_update(h, n, sizeof n);
    (void)crypto_generichash_blake2b_update(h, (const uint8_t *)s.p, s.n);
}

static void hash_book(struct stored_book *b)
{
    crypto_generichash_blake2b_state h;
    (void)crypto_generichash_blake2b_init(&h, NULL, 0, BOOK_HASH_BYTES);
    hash_text(&h, b->name);
    for (size_t i = 0; i < b->n_files; i++) {
        hash_text(&h, b->files[i].name);
        hash_text(&h, b->files[i].text);
    }
    (void)crypto_generichash_blake2b_final(&h, b->hash, BOOK_HASH_BYTES);
}

enum rc book_set_hash(struct book_set *set, struct err *e)
{
    crypto_generichash_blake2b_state h;
    if (sodium_init() < 0)
        return err_set(e, RC_ENV, pos_none(), "libsodium cannot be used on this machine", "本机无法使用 libsodium");
    (void)crypto_generichash_blake2b_init(&h, NULL, 0, BOOK_HASH_BYTES);
    for (size_t i = 0; i < set->n; i++) {
        hash_book(&set->books[i]);
        (void)crypto_generichash_blake2b_update(&h, set->books[i].hash, BOOK_HASH_BYTES);
    }
    (void)crypto_generichash_blake2b_final(&h, set->hash, BOOK_HASH_BYTES);
    return RC_OK;
}

/* ---- loading */

static enum rc insert_files(struct store *s, const struct stored_book *b, struct err *e)
{
    for (size_t i = 0; i < b->n_files; i++) {
        struct db_stmt *q = NULL;
        TRY(db_stmt(s->db, SQL_book_file_insert, &q, e));
        db_bind_blob(q, 1, b->hash, BOOK_HASH_BYTES);
        db_bind_i64(q, 2, (int64_t)i);
        db_bind_text(q, 3, b->files[i].name);
        db_bind_text_static(q, 4, b->files[i].text.p ? b->files[i].text : STR(""));
        TRY(db_run(q, e));
    }
    return RC_OK;
}

static enum rc insert_book(struct store *s, const struct book_set *set, const struct stored_book *b, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_book_insert, &q, e));
    db_bind_blob(q, 1, b->hash, BOOK_HASH_BYTES);
    db_bind_text(q, 2, b->name);
    db_bind_i64(q, 3, store_now_us(s));
    db_bind_text(q, 4, set->by_who.p ? set->by_who : STR(""));
    TRY(db_run(q, e));
    return db_changes(s->db) ? insert_files(s, b, e) : RC_OK;
}

static enum rc insert_members(struct store *s, const struct book_set *set, struct err *e)
{
    for (size_t i = 0; i < set->n; i++) {
        struct db_stmt *q = NULL;
        TRY(insert_book(s, set, &set->books[i], e));
        TRY(db_stmt(s->db, SQL_book_set_member_insert, &q, e));
        db_bind_i64(q, 1, set->id);
        db_bind_i64(q, 2, (int64_t)i);
        db_bind_blob(q, 3, set->books[i].hash, BOOK_HASH_BYTES);
        TRY(db_run(q, e));
    }
    return RC_OK;
}

static enum rc insert_set(struct store *s, struct book_set *set, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    TRY(db_stmt(s->db, SQL_book_set_insert, &q, e));
    db_bind_i64(q, 1, set->known_from_us);
    db_bind_blob(q, 2, set->hash, BOOK_HASH_BYTES);
    db_bind_text(q, 3, set->by_who.p ? set->by_who : STR(""));
    TRY(db_step(q, &row, e));
    if (row) set->id = db_col_i64(q, 0);
    TRY(db_run(q, e));
    TRY(insert_members(s, set, e));
    return event_add(s, set->by_who, STR("load books"), STR("policy"), STR(""), e);
}

/* Row of book_set: id, known_from_us, hash, by_who. */
static enum rc find_set(struct store *s, struct arena *a, enum sql_id id, int64_t k_us, const uint8_t *hash,
                        struct book_set *out, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    *out = (struct book_set){0};
    TRY(db_stmt(s->db, id, &q, e));
    if (hash) db_bind_blob(q, 1, hash, BOOK_HASH_BYTES);
    else db_bind_i64(q, 1, k_us);
    TRY(db_step(q, &row, e));
    if (!row) return RC_OK;
    out->id = db_col_i64(q, 0);
    out->known_from_us = db_col_i64(q, 1);
    store_take_bytes(q, 2, out->hash, BOOK_HASH_BYTES);
    bool ok = store_take_text(a, q, 3, &out->by_who);
    return db_leave(q, ok ? RC_OK : err_nomem(e), e);
}

enum rc book_set_load(struct store *s, struct book_set *set, bool *changed, struct err *e)
{
    struct arena a;
    struct book_set now;
    *changed = false;
    if (set->n > BOOK_SET_MAX)
        return err_set(e, RC_INPUT, pos_none(), "more than %d policy books", "政策书多于 %d 本", BOOK_SET_MAX);
    TRY(book_set_hash(set, e));
    arena_init(&a, 65536);
    enum rc rc = find_set(s, &a, SQL_book_set_at, set->known_from_us, NULL, &now, e);
    arena_fini(&a);
    if (rc) return rc;
    if (now.id && memcmp(now.hash, set->hash, BOOK_HASH_BYTES) == 0) {
        set->id = now.id;
        return RC_OK;
    }
    TRY(store_begin(s, e));
    TRY(db_finish(s->db, insert_set(s, set, e), e));
    *changed = true;
    return RC_OK;
}

/* ---- reading */

static enum rc read_files(struct store *s, struct arena *a, struct stored_book *b, struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(s->db, SQL_book_files, &q, e));
    db_bind_blob(q, 1, b->hash, BOOK_HASH_BYTES);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct stored_file *grown = store_grow(a, b->files, &cap, b->n_files, sizeof *b->files);
        if (grown) b->files = grown;
        bool ok = grown && store_take_text(a, q, 0, &grown[b->n_files].name) &&
                  store_take_text(a, q, 1, &grown[b->n_files].text);
        if (ok) b->n_files++;
        else rc = err_nomem(e);
    }
    return db_leave(q, rc, e);
}

static enum rc read_books(struct store *s, struct arena *a, struct book_set *set, struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(s->db, SQL_book_set_members, &q, e));
    db_bind_i64(q, 1, set->id);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct stored_book *grown = store_grow(a, set->books, &cap, set->n, sizeof *set->books);
        if (!grown) {
            rc = err_nomem(e);
            continue;
        }
        set->books = grown;
        struct stored_book *b = &grown[set->n++];
        *b = (struct stored_book){0};
        store_take_bytes(q, 0, b->hash, BOOK_HASH_BYTES);
        rc = store_take_text(a, q, 1, &b->name) ? read_files(s, a, b, e) : err_nomem(e);
    }
    return db_leave(q, rc, e);
}

/* What was stored is what the hashes say: a rule that changed in the file would answer something else. */
static enum rc read_sound(struct store *s, struct arena *a, struct book_set *set, struct err *e)
{
    uint8_t told[BOOK_HASH_BYTES];
    TRY(read_books(s, a, set, e));
    memcpy(told, set->hash, sizeof told);
    TRY(book_set_hash(set, e));
    if (!memcmp(told, set->hash, sizeof told)) return RC_OK;
    return err_set(e, RC_ENV, pos_none(),
                   "%s: damaged: the policy books (set %lld) are not as they were loaded; take the last backup that "
                   "`fangpin check` finds sound",
                   "%s：数据已损坏：政策书（第 %lld 套）与装入时不同；请改用 `fangpin check` 检查通过的最近一份备份",
                   s->path, (long long)set->id);
}

enum rc book_set_sound(struct store *s, struct arena *a, int64_t *id, struct err *e)
{
    struct book_set set;
    TRY(find_set(s, a, SQL_book_set_from, *id, NULL, &set, e));
    *id = set.id;
    return set.id ? read_sound(s, a, &set, e) : RC_OK;
}

enum rc book_set_at(struct store *s, struct arena *a, int64_t k_us, struct book_set *out, struct err *e)
{
    TRY(find_set(s, a, SQL_book_set_at, k_us, NULL, out, e));
    return out->id ? read_sound(s, a, out, e) : RC_OK;
}

enum rc book_set_id_at(struct store *s, int64_t k_us, int64_t *id, struct err *e)
{
    struct arena a;
    struct book_set set;
    arena_init(&a, 65536);
    enum rc rc = find_set(s, &a, SQL_book_set_at, k_us, NULL, &set, e);
    arena_fini(&a);
    *id = set.id;
    return rc;
}

enum rc book_set_by_hash(struct store *s, struct arena *a, const uint8_t hash[BOOK_HASH_BYTES], struct book_set *out,
                         struct err *e)
{
    TRY(find_set(s, a, SQL_book_set_by_hash, 0, hash, out, e));
    return out->id ? read_sound(s, a, out, e) : RC_OK;
}
