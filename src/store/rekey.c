/* Sealing everything anew after a key rotation. Each value says which key sealed it, so the work can stop and go on
 * anywhere; the key check comes last. */
#include "base/limits.h"
#include "store/chunks.h"
#include "store/people_page.h"
#include "store/store_int.h"

struct rekey {
    struct store *s;
    struct buf plain, sealed;
    int64_t *done;
};

/* ---- chunks, one a transaction */

static enum rc next_chunk(struct rekey *r, struct arena *a, struct chunk_ref *ref, bool *row, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(r->s->db, SQL_chunk_with_old_key, &q, e));
    db_bind_i64(q, 1, secret_key_id(r->s));
    db_bind_i64(q, 2, ref->id);
    TRY(db_step(q, row, e));
    if (!*row) return RC_OK;
    *ref = (struct chunk_ref){.id = db_col_i64(q, 0),
                              .owner = {(enum owner_kind)db_col_i64(q, 1), db_col_i64(q, 2)},
                              .seq = (uint32_t)db_col_i64(q, 4),
                              .sealed = true};
    bool ok = store_take_text(a, q, 3, &ref->name);
    return db_leave(q, ok ? RC_OK : err_nomem(e), e);
}

static enum rc write_chunk(struct rekey *r, int64_t id, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(r->s->db, SQL_chunk_replace_bytes, &q, e));
    db_bind_i64(q, 1, id);
    db_bind_blob(q, 2, r->sealed.p, r->sealed.n);
    db_bind_i64(q, 3, secret_key_id(r->s));
    return db_run(q, e);
}

static enum rc one_chunk(struct rekey *r, const struct chunk_ref *ref, struct err *e)
{
    struct chunk_place place = {ref->owner.kind, ref->owner.id, ref->name, ref->seq};
    struct str plain;
    TRY(chunk_fetch(r->s, ref, &r->plain, &plain, e));
    buf_clear(&r->sealed);
    TRY(secret_seal_chunk(r->s, &place, plain, &r->sealed, e));
    TRY(store_begin_staged(r->s, e));
    TRY(db_finish(r->s->db, write_chunk(r, ref->id, e), e));
    ++*r->done;
    return RC_OK;
}

static enum rc all_chunks(struct rekey *r, struct err *e)
{
    struct chunk_ref ref = {0};
    struct arena a;
    bool row = true;
    enum rc rc = RC_OK;
    arena_init(&a, KIB(64));
    while (!rc && row) {
        arena_reset(&a);
        rc = next_chunk(r, &a, &ref, &row, e);
        if (!rc && row) rc = one_chunk(r, &ref, e);
    }
    arena_fini(&a);
    return rc;
}

/* ---- pages of people, one a transaction */

static enum rc reseal_page(struct rekey *r, const struct page_place *at, struct str bytes, struct err *e)
{
    size_t from = 0;
    TRY(page_open_part(bytes, &from, e));
    buf_clear(&r->plain);
    buf_clear(&r->sealed);
    buf_add(&r->sealed, str_sub(bytes, 0, from));
    if (r->sealed.failed) return err_nomem(e);
    TRY(page_unseal(r->s, at, str_sub(bytes, from, bytes.n), &r->plain, e));
    return page_seal(r->s, at, buf_str(&r->plain), &r->sealed, e);
}

static enum rc next_page(struct rekey *r, int64_t *id, bool *row, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(r->s->db, SQL_people_page_with_old_key, &q, e));
    db_bind_i64(q, 1, secret_key_id(r->s));
    db_bind_i64(q, 2, *id);
    TRY(db_step(q, row, e));
    if (!*row) return RC_OK;
    *id = db_col_i64(q, 0);
    struct page_place at = {(enum page_kind)db_col_i64(q, 1), (unsigned)db_col_i64(q, 2), db_col_i64(q, 3),
                            db_col_i64(q, 4), (uint32_t)db_col_i64(q, 5)};
    struct str bytes;
    enum rc rc = page_bytes(q, 6, &bytes, e);
    if (!rc) rc = reseal_page(r, &at, bytes, e);
    return db_leave(q, rc, e);
}

static enum rc write_page(struct rekey *r, int64_t id, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(r->s->db, SQL_people_page_replace_bytes, &q, e));
    db_bind_i64(q, 1, id);
    db_bind_blob(q, 2, r->sealed.p, r->sealed.n);
    db_bind_i64(q, 3, secret_key_id(r->s));
    return db_run(q, e);
}

static enum rc all_people(struct rekey *r, struct err *e)
{
    int64_t id = 0;
    bool row = true;
    for (;;) {
        TRY(next_page(r, &id, &row, e));
        if (!row) return RC_OK;
        TRY(store_begin_staged(r->s, e));
        TRY(db_finish(r->s->db, write_page(r, id, e), e));
        ++*r->done;
    }
}

/* ---- answers to data checks, one a transaction */

static enum rc next_answer(struct rekey *r, int64_t *id, bool *row, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(r->s->db, SQL_answer_with_old_key, &q, e));
    db_bind_i64(q, 1, secret_key_id(r->s));
    db_bind_i64(q, 2, *id);
    TRY(db_step(q, row, e));
    if (!*row) return RC_OK;
    *id = db_col_i64(q, 0);
    buf_clear(&r->plain);
    buf_clear(&r->sealed);
    enum rc rc = secret_unseal(r->s, SEAL_ANSWER, (uint64_t)*id, 0, db_col_blob(q, 1), &r->plain, e);
    if (!rc) rc = secret_seal(r->s, SEAL_ANSWER, (uint64_t)*id, 0, buf_str(&r->plain), &r->sealed, e);
    return db_leave(q, rc, e);
}

static enum rc write_answer(struct rekey *r, int64_t id, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(r->s->db, SQL_answer_reseal, &q, e));
    db_bind_i64(q, 1, id);
    db_bind_i64(q, 2, secret_key_id(r->s));
    db_bind_blob(q, 3, r->sealed.p, r->sealed.n);
    return db_run(q, e);
}

static enum rc all_answers(struct rekey *r, struct err *e)
{
    int64_t id = 0;
    bool row = true;
    for (;;) {
        TRY(next_answer(r, &id, &row, e));
        if (!row) return RC_OK;
        TRY(store_begin_staged(r->s, e));
        TRY(db_finish(r->s->db, write_answer(r, id, e), e));
        ++*r->done;
    }
}

static enum rc finish(struct store *s, struct err *e)
{
    TRY(store_begin(s, e));
    enum rc rc = secret_check_write(s, e);
    if (!rc) rc = event_add(s, STR("fangpin"), STR("rekey"), STR("database"), STR(""), e);
    return db_finish(s->db, rc, e);
}

enum rc store_rekey_begun(struct store *s, bool *begun, struct err *e)
{
    uint32_t key_id = 0;
    TRY(secret_check_read(s, &key_id, e));
    *begun = key_id != secret_key_id(s);
    return RC_OK;
}

enum rc store_rekey(struct store *s, int64_t *resealed, struct err *e)
{
    struct rekey r = {.s = s, .done = resealed};
    *resealed = 0;
    buf_init(&r.plain, DB_BLOB_MAX);
    buf_init(&r.sealed, DB_BLOB_MAX);
    enum rc rc = all_chunks(&r, e);
    if (!rc) rc = all_people(&r, e);
    if (!rc) rc = all_answers(&r, e);
    if (!rc) rc = finish(s, e);
    buf_fini(&r.plain);
    buf_fini(&r.sealed);
    return rc;
}
