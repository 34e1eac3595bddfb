#include "match/stored.h"
#include "base/limits.h"
#include "base/mem.h"
#include "columns/chunk.h"
#include "store/chunks.h"

#define STORED_ARENA_MAX MIB(64)
#define STORED_TEXT_MAX ((size_t)8 << 30)

/* Calls back with each chunk of a column in order. */
typedef enum rc (*chunk_fn)(void *ctx, const struct chunk_view *c, size_t at, struct err *e);

static enum rc each_chunk(struct store *s, const struct chunk_ref *ref, size_t n, chunk_fn fn, void *ctx, struct err *e)
{
    struct buf b;
    enum rc rc = RC_OK;
    buf_init(&b, CHUNK_BYTES_MAX + KIB(1));
    for (size_t i = 0, at = 0; !rc && i < n; i++) {
        struct str bytes;
        struct chunk_view v;
        rc = chunk_fetch(s, &ref[i], &b, &bytes, e);
        if (!rc) rc = chunk_open(bytes, ref[i].sealed ? CHUNK_MINIMAL : CHUNK_DEFAULT, &v, e);
        if (rc) break;
        rc = fn(ctx, &v, at, e);
        at += v.rows;
        chunk_close(&v);
    }
    buf_fini(&b);
    return rc;
}

/* *rows: of the whole column. */
static enum rc with_column(struct store *s, int64_t delivery, struct str column, size_t *rows, chunk_fn fn, void *ctx,
                           enum rc (*begin)(void *ctx, size_t rows, struct err *e), struct err *e)
{
    struct arena a;
    struct chunk_ref *ref = NULL;
    size_t n = 0;
    arena_init(&a, STORED_ARENA_MAX);
    enum rc rc = chunk_list(s, &a, (struct owner){OWNER_DELIVERY, delivery}, column, &ref, &n, e);
    *rows = 0;
    for (size_t i = 0; !rc && i < n; i++) *rows += ref[i].rows;
    if (!rc && *rows) rc = begin(ctx, *rows, e);
    if (!rc && *rows) rc = each_chunk(s, ref, n, fn, ctx, e);
    arena_fini(&a);
    return rc;
}

static enum rc damaged(struct err *e)
{
    return err_set(e, RC_ENV, pos_none(), "a stored column is damaged; run `fangpin check`",
                   "存储的列已损坏；请运行 `fangpin check`");
}

/* ---- integers */

static enum rc ints_begin(void *ctx, size_t rows, struct err *e)
{
    struct stored_ints *o = ctx;
    o->v = mem_alloc_array(rows, sizeof *o->v);
    o->n = rows;
    return o->v ? RC_OK : err_nomem(e);
}

static enum rc ints_chunk(void *ctx, const struct chunk_view *c, size_t at, struct err *e)
{
    struct stored_ints *o = ctx;
    uint64_t valid[CHUNK_VALID_WORDS];
    if (c->rows > o->n - at || !chunk_read_i64(c, 0, c->rows, o->v + at, valid)) return damaged(e);
    for (uint32_t i = 0; c->blanks && i < c->rows; i++)
        if (!(valid[i / 64] >> i % 64 & 1)) o->v[at + i] = INT64_MIN;
    return RC_OK;
}

enum rc stored_ints_read(struct stored_ints *out, struct store *s, int64_t delivery, struct str column, struct err *e)
{
    size_t rows;
    *out = (struct stored_ints){0};
    enum rc rc = with_column(s, delivery, column, &rows, ints_chunk, out, ints_begin, e);
    if (rc) stored_ints_fini(out);
    return rc;
}

/* The room says how many. */
static enum rc head_chunk(void *ctx, const struct chunk_view *c, size_t at, struct err *e)
{
    struct stored_ints *o = ctx;
    uint64_t valid[CHUNK_VALID_WORDS];
    (void)at;
    if (o->n > c->rows) o->n = c->rows;
    if (!chunk_read_i64(c, 0, (uint32_t)o->n, o->v, valid)) return damaged(e);
    for (uint32_t i = 0; c->blanks && i < o->n; i++)
        if (!(valid[i / 64] >> i % 64 & 1)) o->v[i] = INT64_MIN;
    return RC_OK;
}

enum rc stored_ints_head(struct stored_ints *out, struct store *s, int64_t delivery, struct str column, uint32_t most,
                         struct err *e)
{
    struct arena a;
    struct chunk_ref *ref = NULL;
    size_t n = 0;
    *out = (struct stored_ints){0};
    arena_init(&a, STORED_ARENA_MAX);
    enum rc rc = chunk_list(s, &a, (struct owner){OWNER_DELIVERY, delivery}, column, &ref, &n, e);
    if (!rc && n) rc = ints_begin(out, most < ref->rows ? most : ref->rows, e);
    if (!rc && n) rc = each_chunk(s, ref, 1, head_chunk, out, e);
    arena_fini(&a);
    if (rc) stored_ints_fini(out);
    return rc;
}

void stored_ints_fini(struct stored_ints *v)
{
    mem_free(v->v);
    *v = (struct stored_ints){0};
}

/* ---- texts */

static enum rc texts_begin(void *ctx, size_t rows, struct err *e)
{
    struct stored_texts *o = ctx;
    o->v = mem_alloc_array(rows, sizeof *o->v);
    o->n = rows;
    return o->v ? RC_OK : err_nomem(e);
}

static enum rc texts_chunk(void *ctx, const struct chunk_view *c, size_t at, struct err *e)
{
    struct stored_texts *o = ctx;
    if (c->rows > o->n - at) return damaged(e);
    for (uint32_t i = 0; i < c->rows; i++) {
        struct str t;
        o->v[at + i] = (struct str){0};
        if (!chunk_get_str(c, i, &t)) continue;
        o->v[at + i] = t.n ? str_dup(&o->arena, t) : STR("");
        if (!o->v[at + i].p) return err_nomem(e);
    }
    return RC_OK;
}

enum rc stored_texts_read(struct stored_texts *out, struct store *s, int64_t delivery, struct str column, struct err *e)
{
    size_t rows;
    *out = (struct stored_texts){0};
    arena_init(&out->arena, STORED_TEXT_MAX);
    enum rc rc = with_column(s, delivery, column, &rows, texts_chunk, out, texts_begin, e);
    if (rc) stored_texts_fini(out);
    return rc;
}

void stored_texts_fini(struct stored_texts *t)
{
    mem_free(t->v);
    arena_fini(&t->arena);
    t->v = NULL;
    t->n = 0;
}

struct text_at {
    struct arena *a;
    uint32_t row; /* of the chunk */
    struct str *out;
};

static enum rc text_take(void *ctx, const struct chunk_view *c, size_t at, struct err *e)
{
    const struct text_at *x = ctx;
    struct str text;
    (void)at;
    if (!chunk_get_str(c, x->row, &text)) return RC_OK;
    *x->out = str_dup(x->a, text);
    return x->out->p || !text.n ? RC_OK : err_nomem(e);
}

enum rc stored_text_at(struct store *s, struct arena *a, int64_t delivery, struct str column, int64_t row,
                       struct str *out, struct err *e)
{
    struct chunk_ref *ref;
    size_t n;
    *out = (struct str){0};
    TRY(chunk_list(s, a, (struct owner){OWNER_DELIVERY, delivery}, column, &ref, &n, e));
    for (size_t i = 0; i < n; i++) {
        struct text_at x = {a, (uint32_t)(row - ref[i].first_row), out};
        if (row < ref[i].first_row || row >= ref[i].first_row + ref[i].rows) continue;
        return each_chunk(s, &ref[i], 1, text_take, &x, e);
    }
    return RC_OK;
}

/* ---- hashes */

struct hash_job {
    uint64_t *hash, salt;
    size_t n;
    bool good;
};

static enum rc hash_begin(void *ctx, size_t rows, struct err *e)
{
    struct hash_job *j = ctx;
    j->good = rows == j->n;
    return j->good ? RC_OK : damaged(e);
}

static uint64_t mix(uint64_t h)
{
    h = (h ^ h >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    return h ^ h >> 29;
}

enum { HASH_BLANK = 1 };

uint64_t stored_hash_int(uint64_t salt, bool is, int64_t v)
{
    return mix((is ? mix((uint64_t)v + 2) : HASH_BLANK) ^ salt);
}

uint64_t stored_hash_text(uint64_t salt, bool is, struct str t) { return mix((is ? str_hash(t) : HASH_BLANK) ^ salt); }

static enum rc hash_chunk(void *ctx, const struct chunk_view *c, size_t at, struct err *e)
{
    struct hash_job *j = ctx;
    if (c->rows > j->n - at) return damaged(e);
    for (uint32_t i = 0; i < c->rows; i++) {
        int64_t v = 0;
        struct str t = {0};
        bool is = c->kind == CHUNK_TEXT ? chunk_get_str(c, i, &t) : chunk_get_i64(c, i, &v);
        j->hash[at + i] += c->kind == CHUNK_TEXT ? stored_hash_text(j->salt, is, t) : stored_hash_int(j->salt, is, v);
    }
    return RC_OK;
}

enum rc stored_hash(struct store *s, int64_t delivery, struct str column, uint64_t *hash, size_t n, struct err *e)
{
    struct hash_job j = {.hash = hash, .n = n, .salt = str_hash(column)};
    size_t rows;
    return n ? with_column(s, delivery, column, &rows, hash_chunk, &j, hash_begin, e) : RC_OK;
}

enum rc stored_is_roster(struct store *s, int64_t delivery, bool *yes, struct err *e)
{
    struct arena a;
    struct chunk_ref *ref = NULL;
    size_t n = 0;
    arena_init(&a, STORED_ARENA_MAX);
    enum rc rc = chunk_list(s, &a, (struct owner){OWNER_DELIVERY, delivery}, STR("id_state"), &ref, &n, e);
    arena_fini(&a);
    *yes = n > 0;
    return rc;
}
