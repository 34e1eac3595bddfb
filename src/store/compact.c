/* Columns are folded one a transaction, free pages given back some a transaction. */
#include "store/compact.h"
#include "base/limits.h"
#include "base/mem.h"
#include "columns/chunk.h"
#include "store/chunks.h"
#include "store/store_int.h"

enum { MODE_INCREMENTAL = 2 };

/* A column read whole, to be cut anew into full chunks. */
struct folding {
    struct store *s;
    struct arena a; /* of one column */
    struct owner owner;
    struct str name;
    struct chunk_ref *refs;
    size_t n, rows;
    bool texts, sealed;
    int64_t *ints;
    struct str *strs;
    uint64_t *valid; /* of each row; NULL bits 0 are blank */
    struct buf plain, out;
};

/* ---------------------------------------------------------------- reading a column */

static enum rc take_texts(struct folding *f, const struct chunk_view *v, size_t at, struct err *e)
{
    for (uint32_t i = 0; i < v->rows; i++) {
        struct str text;
        if (!chunk_get_str(v, i, &text)) continue;
        f->strs[at + i] = str_dup(&f->a, text);
        if (!f->strs[at + i].p && text.n) return err_nomem(e);
    }
    return RC_OK;
}

static enum rc take_chunk(struct folding *f, const struct chunk_ref *ref, struct err *e)
{
    struct str bytes;
    struct chunk_view v;
    size_t at = (size_t)ref->first_row;
    TRY(chunk_fetch(f->s, ref, &f->plain, &bytes, e));
    TRY(chunk_open(bytes, CHUNK_DEFAULT, &v, e));
    bool text = v.kind == CHUNK_TEXT;
    bool ok = v.rows == ref->rows && at + v.rows <= f->rows && (ref == f->refs || text == f->texts) &&
              ref->sealed == f->refs[0].sealed;
    f->texts = text;
    for (uint32_t i = 0; ok && i < v.rows; i++)
        if (chunk_is_valid(&v, i)) f->valid[(at + i) / 64] |= UINT64_C(1) << (at + i) % 64;
    if (ok && !text) ok = chunk_read_i64(&v, 0, v.rows, f->ints + at, NULL);
    enum rc rc = ok && text ? take_texts(f, &v, at, e) : RC_OK;
    chunk_close(&v);
    if (ok || rc) return rc;
    return err_set(e, RC_ENV, pos_none(), "delivery %d: a column is damaged; run `fangpin check`",
                   "交付 %d：有一列已损坏；请运行 `fangpin check`", (int)f->owner.id);
}

static enum rc read_column(struct folding *f, struct err *e)
{
    TRY(chunk_list(f->s, &f->a, f->owner, f->name, &f->refs, &f->n, e));
    f->rows = 0;
    for (size_t i = 0; i < f->n; i++) f->rows += f->refs[i].rows;
    f->ints = ARENA_ARRAY(&f->a, int64_t, f->rows + 1);
    f->strs = ARENA_ARRAY(&f->a, struct str, f->rows + 1);
    f->valid = ARENA_ARRAY(&f->a, uint64_t, f->rows / 64 + 2);
    if (!f->ints || !f->strs || !f->valid) return err_nomem(e);
    for (size_t i = 0; i < f->n; i++) TRY(take_chunk(f, &f->refs[i], e));
    return RC_OK;
}

/* ---------------------------------------------------------------- writing it */

/* Full chunks begin at multiples of CHUNK_ROWS, so the bits of a chunk begin at a word. */
static enum rc encode(struct folding *f, size_t at, uint32_t n, struct err *e)
{
    const uint64_t *valid = f->valid + at / 64;
    bool all = true;
    buf_clear(&f->out);
    for (uint32_t i = 0; all && i < n; i++) all = valid[i / 64] >> i % 64 & 1;
    if (f->texts) return chunk_encode_str(f->strs + at, all ? NULL : valid, n, &f->out, e);
    return chunk_encode_i64(f->ints + at, all ? NULL : valid, n, &f->out, e);
}

static enum rc remove_column(struct folding *f, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(f->s->db, SQL_compact_remove_column, &q, e));
    db_bind_i64(q, 1, f->owner.id);
    db_bind_text(q, 2, f->name);
    return db_run(q, e);
}

/* Encoded before the transaction begins: the lock is held for writing alone. */
static enum rc encode_all(struct folding *f, struct chunk_writer *w, size_t *chunks, struct err *e)
{
    for (size_t at = 0; at < f->rows; at += CHUNK_ROWS) {
        uint32_t n = (uint32_t)(f->rows - at < CHUNK_ROWS ? f->rows - at : CHUNK_ROWS);
        TRY(encode(f, at, n, e));
        struct chunk_put p = {.name = f->name,
                              .seq = (uint32_t)(at / CHUNK_ROWS),
                              .rows = n,
                              .first_row = (int64_t)at,
                              .bytes = buf_str(&f->out),
                              .seal = f->refs[0].sealed};
        if (!chunk_put_fits(w, &p)) return *chunks = 0, RC_OK;
        TRY(chunk_put(w, &p, e));
        ++*chunks;
    }
    return RC_OK;
}

static enum rc write_column(struct folding *f, struct chunk_writer *w, struct err *e)
{
    TRY(store_begin_staged(f->s, e));
    enum rc rc = remove_column(f, e);
    if (!rc) rc = chunk_flush_inside(w, e);
    return db_finish(f->s->db, rc, e);
}

static enum rc fold_column(struct folding *f, struct compact_report *r, struct err *e)
{
    struct chunk_writer *w = NULL;
    size_t chunks = 0;
    TRY(read_column(f, e));
    TRY(chunk_writer_open(&w, f->s, f->owner, e));
    enum rc rc = encode_all(f, w, &chunks, e);
    if (!rc && chunks) rc = write_column(f, w, e);
    chunk_writer_close(w);
    if (rc || !chunks) return rc;
    r->columns++;
    r->chunks_before += (int64_t)f->n;
    r->chunks_after += (int64_t)chunks;
    return RC_OK;
}

/* The next column after the one named last that would be fewer chunks; *found false: none. */
static enum rc next_column(struct folding *f, struct arena *names, int64_t *chunks, bool *found, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(f->s->db, SQL_compact_columns, &q, e));
    db_bind_i64(q, 1, CHUNK_ROWS);
    db_bind_i64(q, 2, COMPACT_COLUMN_BYTES);
    db_bind_i64(q, 3, f->owner.id);
    db_bind_text(q, 4, f->name);
    TRY(db_step(q, found, e));
    if (!*found) return RC_OK;
    f->owner.id = db_col_i64(q, 0);
    *chunks = db_col_i64(q, 2);
    bool ok = store_take_text(names, q, 1, &f->name);
    return db_leave(q, ok ? RC_OK : err_nomem(e), e);
}

static enum rc fold_all(struct folding *f, bool dry, struct compact_report *r, struct err *e)
{
    struct arena names;
    bool found = true;
    enum rc rc = RC_OK;
    arena_init(&names, MIB(64));
    while (!rc) {
        int64_t chunks = 0;
        rc = next_column(f, &names, &chunks, &found, e);
        if (rc || !found) break;
        arena_reset(&f->a);
        if (dry) {
            r->columns++;
            r->chunks_before += chunks;
        } else {
            rc = fold_column(f, r, e);
        }
    }
    arena_fini(&names);
    return rc;
}

static enum rc fold(struct store *s, bool dry, struct compact_report *r, struct err *e)
{
    struct folding f = {.s = s, .owner = {OWNER_DELIVERY, 0}, .name = STR("")};
    arena_init(&f.a, MIB(1024));
    buf_init(&f.plain, CHUNK_BYTES_MAX);
    buf_init(&f.out, CHUNK_BYTES_MAX);
    enum rc rc = fold_all(&f, dry, r, e);
    buf_fini(&f.plain);
    buf_fini(&f.out);
    arena_fini(&f.a);
    return rc;
}

/* ---------------------------------------------------------------- free pages */

static enum rc free_pages(struct store *s, int64_t *n, struct err *e)
{
    return db_get_i64(s->db, SQL_compact_free_pages, n, NULL, e);
}

static enum rc give_back(struct store *s, struct err *e)
{
    int64_t pages = 0, before = INT64_MAX;
    TRY(free_pages(s, &pages, e));
    while (pages > 0 && pages < before) {
        TRY(store_begin_staged(s, e));
        TRY(db_finish(s->db, db_script(s->db, SQL_compact_give_back, e), e));
        before = pages;
        TRY(free_pages(s, &pages, e));
    }
    return RC_OK;
}

enum rc store_compact(struct store *s, bool dry, struct compact_report *r, struct err *e)
{
    int64_t mode = 0, pages = 0;
    *r = (struct compact_report){0};
    TRY(store_file_bytes(s, &r->bytes_before, e));
    TRY(free_pages(s, &pages, e));
    r->free_before = pages * DB_PAGE_BYTES;
    r->bytes_after = r->bytes_before;
    TRY(fold(s, dry, r, e));
    if (dry) return RC_OK;
    TRY(db_get_i64(s->db, SQL_compact_mode, &mode, NULL, e));
    r->rewritten = mode != MODE_INCREMENTAL;
    TRY(r->rewritten ? db_vacuum(s->db, e) : give_back(s, e));
    TRY(db_script(s->db, SQL_compact_truncate_log, e));
    r->longest_us = db_longest_write_us(s->db);
    return store_file_bytes(s, &r->bytes_after, e);
}
