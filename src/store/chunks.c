#include "store/chunks.h"
#include "base/limits.h"
#include "base/mem.h"
#include "columns/chunk.h"
#include "store/store_int.h"

struct pending {
    char name[CHUNK_NAME_MAX];
    size_t name_n, at, bytes;
    uint32_t seq, rows, key_id;
    int64_t first_row;
};

struct chunk_writer {
    struct store *store;
    struct owner owner;
    struct buf data;
    size_t n;
    struct pending v[CHUNK_BATCH_MAX];
};

enum rc chunk_writer_open(struct chunk_writer **out, struct store *s, struct owner owner, struct err *e)
{
    struct chunk_writer *w = *out = mem_zalloc_array(1, sizeof *w);
    if (!w) return err_nomem(e);
    w->store = s;
    w->owner = owner;
    buf_init(&w->data, CHUNK_BYTES_MAX + CHUNK_BATCH_BYTES + KIB(64));
    return RC_OK;
}

void chunk_writer_close(struct chunk_writer *w)
{
    if (!w) return;
    buf_fini(&w->data);
    mem_free(w);
}

static enum rc write_one(const struct chunk_writer *w, const struct pending *p, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(w->store->db, SQL_chunk_insert, &q, e));
    db_bind_i64(q, 1, w->owner.kind);
    db_bind_i64(q, 2, w->owner.id);
    db_bind_text_static(q, 3, str_make(p->name, p->name_n));
    db_bind_i64(q, 4, p->seq);
    db_bind_i64(q, 5, p->first_row);
    db_bind_i64(q, 6, p->rows);
    db_bind_i64(q, 7, p->key_id);
    db_bind_blob(q, 8, w->data.p + p->at, p->bytes);
    return db_run(q, e);
}

enum rc chunk_flush_inside(struct chunk_writer *w, struct err *e)
{
    for (size_t i = 0; i < w->n; i++) TRY(write_one(w, &w->v[i], e));
    return RC_OK;
}

enum rc chunk_flush(struct chunk_writer *w, struct err *e)
{
    if (w->n == 0) return RC_OK;
    TRY(store_begin_staged(w->store, e));
    TRY(db_finish(w->store->db, chunk_flush_inside(w, e), e));
    w->n = 0;
    buf_clear(&w->data);
    return RC_OK;
}

static enum rc put_checked(const struct chunk_put *p, struct err *e)
{
    if (p->rows > 0 && p->rows <= CHUNK_ROWS && p->name.n > 0 && p->name.n <= CHUNK_NAME_MAX && p->first_row >= 0 &&
        p->bytes.n > 0 && p->bytes.n <= CHUNK_BYTES_MAX)
        return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "a chunk to store has %u rows, %zu bytes; this is a defect",
                   "待存的列块有 %u 行、%zu 字节；这是程序缺陷", p->rows, p->bytes.n);
}

bool chunk_put_fits(const struct chunk_writer *w, const struct chunk_put *p)
{
    return w->n < CHUNK_BATCH_MAX && (!w->n || w->data.n + p->bytes.n <= CHUNK_BATCH_BYTES);
}

enum rc chunk_put(struct chunk_writer *w, const struct chunk_put *p, struct err *e)
{
    TRY(put_checked(p, e));
    if (!chunk_put_fits(w, p)) TRY(chunk_flush(w, e));
    size_t at = w->data.n;
    if (p->seal) {
        struct chunk_place place = {w->owner.kind, w->owner.id, p->name, p->seq};
        TRY(secret_seal_chunk(w->store, &place, p->bytes, &w->data, e));
    } else {
        buf_add(&w->data, p->bytes);
        if (w->data.n != at + p->bytes.n) return err_nomem(e);
    }
    struct pending *v = &w->v[w->n++];
    *v = (struct pending){.name_n = p->name.n,
                          .at = at,
                          .bytes = w->data.n - at,
                          .seq = p->seq,
                          .rows = p->rows,
                          .key_id = p->seal ? secret_key_id(w->store) : 0,
                          .first_row = p->first_row};
    memcpy(v->name, p->name.p, p->name.n);
    return RC_OK;
}

/* ---- reading */

static enum rc ref_read(struct db_stmt *q, struct arena *a, struct owner owner, struct chunk_ref *r, struct err *e)
{
    *r = (struct chunk_ref){.owner = owner,
                            .id = db_col_i64(q, 0),
                            .seq = (uint32_t)db_col_i64(q, 2),
                            .first_row = db_col_i64(q, 3),
                            .rows = (uint32_t)db_col_i64(q, 4),
                            .sealed = db_col_i64(q, 5) != 0,
                            .bytes = (uint32_t)db_col_i64(q, 6)};
    return store_take_text(a, q, 1, &r->name) ? RC_OK : err_nomem(e);
}

enum rc chunk_list(struct store *s, struct arena *a, struct owner owner, struct str name, struct chunk_ref **v,
                   size_t *n, struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true;
    *v = NULL;
    *n = 0;
    TRY(db_stmt(s->db, name.n ? SQL_chunk_list_column : SQL_chunk_list_owner, &q, e));
    db_bind_i64(q, 1, owner.kind);
    db_bind_i64(q, 2, owner.id);
    if (name.n) db_bind_text(q, 3, name);
    enum rc rc = RC_OK;
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct chunk_ref *grown = store_grow(a, *v, &cap, *n, sizeof **v);
        if (grown) *v = grown;
        rc = grown ? ref_read(q, a, owner, &grown[(*n)++], e) : err_nomem(e);
    }
    return db_leave(q, rc, e);
}

enum rc chunk_fetch(struct store *s, const struct chunk_ref *ref, struct buf *buf, struct str *bytes, struct err *e)
{
    struct buf *raw = ref->sealed ? &s->sealed : buf;
    buf_clear(buf);
    buf_clear(raw);
    TRY(db_blob_read(s->db, "chunk", "bytes", ref->id, raw, e));
    if (ref->sealed) {
        struct chunk_place place = {ref->owner.kind, ref->owner.id, ref->name, ref->seq};
        TRY(secret_unseal_chunk(s, &place, buf_str(raw), buf, e));
    }
    *bytes = buf_str(buf);
    return RC_OK;
}

enum rc chunk_remove_all(struct store *s, struct owner owner, struct err *e)
{
    int64_t gone = 1;
    while (gone > 0) {
        struct db_stmt *q = NULL;
        TRY(store_begin_staged(s, e));
        enum rc rc = db_stmt(s->db, SQL_chunk_remove_some, &q, e);
        if (!rc) {
            db_bind_i64(q, 1, owner.kind);
            db_bind_i64(q, 2, owner.id);
            rc = db_run(q, e);
        }
        gone = rc ? 0 : db_changes(s->db);
        TRY(db_finish(s->db, rc, e));
    }
    return RC_OK;
}
