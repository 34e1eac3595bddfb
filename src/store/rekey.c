/* Sealing everything anew after a key rotation. Each value says which key sealed it, so the work can stop and go on
 * anywhere; the key check comes last. */
#include "base/limits.h"
#include "base/mem.h"
#include "store/chunks.h"
#include "store/people.h"
#include "store/store_int.h"

enum { REKEY_PEOPLE = 4096 };

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
    *ref = (struct chunk_ref){.id = db_col_i64(q, 0), .owner = {(enum owner_kind)db_col_i64(q, 1), db_col_i64(q, 2)},
                              .seq = (uint32_t)db_col_i64(q, 4), .sealed = true};
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

/* ---- people, a batch a transaction */

struct rekey_person {
    int64_t no, delivery;
    size_t end; /* of its bytes in `sealed` */
};

static enum rc reseal_person(struct rekey *r, struct db_stmt *q, struct rekey_person *p, struct err *e)
{
    *p = (struct rekey_person){.no = db_col_i64(q, 0), .delivery = db_col_i64(q, 1)};
    buf_clear(&r->plain);
    TRY(secret_unseal(r->s, SEAL_PERSON, (uint64_t)p->no, (uint64_t)p->delivery, db_col_blob(q, 3), &r->plain, e));
    TRY(secret_seal(r->s, SEAL_PERSON, (uint64_t)p->no, (uint64_t)p->delivery, buf_str(&r->plain), &r->sealed, e));
    p->end = r->sealed.n;
    return RC_OK;
}

static enum rc read_people(struct rekey *r, struct rekey_person last, struct rekey_person *v, size_t *n, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    *n = 0;
    buf_clear(&r->sealed);
    TRY(db_stmt(r->s->db, SQL_person_with_old_key, &q, e));
    db_bind_i64(q, 1, secret_key_id(r->s));
    db_bind_i64(q, 2, last.no);
    db_bind_i64(q, 3, last.delivery);
    while (!rc && *n < REKEY_PEOPLE && !(rc = db_step(q, &row, e)) && row) rc = reseal_person(r, q, &v[(*n)++], e);
    return db_leave(q, rc, e);
}

static enum rc write_people(struct rekey *r, const struct rekey_person *v, size_t n, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(r->s->db, SQL_person_replace_sealed, &q, e));
    for (size_t i = 0; i < n; i++) {
        size_t at = i ? v[i - 1].end : 0;
        db_bind_i64(q, 1, v[i].no);
        db_bind_i64(q, 2, v[i].delivery);
        db_bind_blob(q, 3, r->sealed.p + at, v[i].end - at);
        db_bind_i64(q, 4, secret_key_id(r->s));
        TRY(db_run(q, e));
    }
    return RC_OK;
}

static enum rc all_people(struct rekey *r, struct rekey_person *v, struct err *e)
{
    struct rekey_person last = {0};
    for (;;) {
        size_t n = 0;
        TRY(read_people(r, last, v, &n, e));
        if (n == 0) return RC_OK;
        TRY(store_begin_staged(r->s, e));
        TRY(db_finish(r->s->db, write_people(r, v, n, e), e));
        last = v[n - 1];
        *r->done += (int64_t)n;
    }
}

static enum rc finish(struct store *s, struct err *e)
{
    TRY(store_begin(s, e));
    enum rc rc = secret_check_write(s, e);
    if (!rc) rc = event_add(s, STR("fangpin"), STR("rekey"), STR("database"), STR(""), e);
    return db_finish(s->db, rc, e);
}

enum rc store_rekey(struct store *s, int64_t *resealed, struct err *e)
{
    struct rekey r = {.s = s, .done = resealed};
    *resealed = 0;
    struct rekey_person *people = mem_alloc_array(REKEY_PEOPLE, sizeof *people);
    if (!people) return err_nomem(e);
    buf_init(&r.plain, DB_BLOB_MAX);
    buf_init(&r.sealed, DB_BLOB_MAX);
    enum rc rc = all_chunks(&r, e);
    if (!rc) rc = all_people(&r, people, e);
    if (!rc) rc = finish(s, e);
    buf_fini(&r.plain);
    buf_fini(&r.sealed);
    mem_free(people);
    return rc;
}
