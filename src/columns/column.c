#include "columns/column.h"
#include "base/mem.h"
#include "columns/column_int.h"

enum { TILE = 1024, BIG = 1 << 20 }; /* rows converted at a time; bytes from which a block comes in huge pages */

/* ---- memory ---- */

static void *block_new(size_t bytes) { return bytes >= BIG ? mem_room_alloc(bytes) : mem_alloc(bytes); }

static size_t data_bytes(const struct column *c) { return (size_t)c->n * c->width; }
static size_t valid_bytes(const struct column *c) { return ((size_t)c->n + 63) / 64 * 8; }
static char *cell_at(const struct column *c, uint32_t i) { return (char *)c->data + (size_t)i * c->width; }

/* Memory for n rows; with_valid: a bitmap of blank cells, all of which are blank and 0. Without one every cell will be
 * written. */
static enum rc column_alloc(struct column *c, bool with_valid, struct err *e)
{
    c->data = NULL;
    c->valid = NULL;
    if (c->n == 0) return RC_OK;
    c->data = block_new(data_bytes(c));
    if (with_valid) c->valid = block_new(valid_bytes(c));
    if (!c->data || (with_valid && !c->valid)) {
        column_fini(c);
        return err_nomem(e);
    }
    if (!with_valid) return RC_OK;
    memset(c->data, 0, data_bytes(c));
    memset(c->valid, 0, valid_bytes(c));
    return RC_OK;
}

void column_fini(struct column *c)
{
    mem_free(c->data);
    mem_free(c->valid);
    *c = (struct column){.width = COL_1};
}

/* ---- building ---- */

bool column_plan_add(struct column_plan *p, const struct chunk_view *c)
{
    bool text = c->kind == CHUNK_TEXT;
    if ((p->rows > 0 && p->text != text) || c->rows >= COLUMN_NO_ROW - p->rows) return false;
    p->text = text;
    p->rows += c->rows;
    p->blanks += c->blanks;
    if (c->blanks == c->rows) return true;
    p->min = p->any && p->min < c->min ? p->min : c->min;
    p->max = p->any && p->max > c->max ? p->max : c->max;
    p->any = true;
    return true;
}

enum rc column_init(struct column *c, const struct column_plan *p, struct err *e)
{
    *c = (struct column){.n = p->rows, .min = p->min, .max = p->max, .blanks = p->blanks};
    c->width = p->text ? COL_4 : (enum col_width)chunk_width_for(p->min, p->max);
    return column_alloc(c, p->blanks > 0, e);
}

static enum rc not_planned(struct err *e)
{
    return err_set(e, RC_ENV, pos_none(), "a column chunk does not fit its column; restore the data from a backup",
                   "列块与所属的列不符；请从备份恢复数据");
}

static bool fits(const struct column *c, uint32_t at, const struct chunk_view *k)
{
    return at <= c->n && k->rows <= c->n - at && (k->blanks == 0 || c->valid);
}

/* Or the bits of n rows into the bitmap at row `at`. Rows of two chunks may share a word, hence the atomic. */
void column_mark_valid(struct column *c, uint32_t at, const uint64_t *bits, uint32_t n)
{
    size_t first = at / 64, last = ((size_t)c->n + 63) / 64;
    unsigned shift = at % 64;
    for (size_t i = 0; i < ((size_t)n + 63) / 64; i++) {
        uint64_t *w = c->valid + first + i;
        __atomic_fetch_or(w, bits[i] << shift, __ATOMIC_RELAXED);
        if (shift && first + i + 1 < last) __atomic_fetch_or(w + 1, bits[i] >> (64 - shift), __ATOMIC_RELAXED);
    }
}

static bool fill_valid(struct column *c, uint32_t at, const struct chunk_view *k)
{
    uint64_t bits[CHUNK_VALID_WORDS];
    if (!c->valid) return true;
    if (!chunk_read_valid(k, 0, k->rows, bits)) return false;
    column_mark_valid(c, at, bits, k->rows);
    return true;
}

enum rc column_fill(struct column *c, uint32_t at, const struct chunk_view *k, struct err *e)
{
    bool inside = k->blanks == k->rows || (k->min >= c->min && k->max <= c->max);
    if (!fits(c, at, k) || !inside) return not_planned(e);
    if (!chunk_read_into(k, 0, k->rows, c->width, cell_at(c, at), NULL) || !fill_valid(c, at, k)) return not_planned(e);
    return RC_OK;
}

/* ---- texts ---- */

/* The ids of a chunk's dictionary entries. */
static enum rc intern_dict(const struct chunk_view *k, struct intern *texts, uint32_t *ids, struct err *e)
{
    for (uint32_t i = 0; i < k->dict_n; i++) {
        struct str s;
        if (!chunk_dict_str(k, i, &s)) return not_planned(e);
        ids[i] = intern_add(texts, s);
        if (ids[i] > INT32_MAX) return err_nomem(e);
    }
    return RC_OK;
}

static enum rc fill_dict(const struct chunk_view *k, struct intern *texts, uint32_t *dst, struct err *e)
{
    uint32_t *ids = mem_alloc_array(k->dict_n, sizeof *ids);
    if (!ids) return err_nomem(e);
    enum rc rc = intern_dict(k, texts, ids, e);
    if (!rc && !chunk_read_codes(k, 0, k->rows, dst)) rc = not_planned(e);
    for (uint32_t i = 0; !rc && i < k->rows; i++) {
        if (dst[i] < k->dict_n) dst[i] = ids[dst[i]];
        else rc = not_planned(e);
    }
    mem_free(ids);
    return rc;
}

static enum rc fill_plain(const struct chunk_view *k, struct intern *texts, uint32_t *dst, struct err *e)
{
    struct str tile[TILE];
    uint64_t valid[TILE / 64];
    for (uint32_t from = 0; from < k->rows; from += TILE) {
        uint32_t n = k->rows - from < TILE ? k->rows - from : TILE;
        if (!chunk_read_str(k, from, n, tile, valid)) return not_planned(e);
        for (uint32_t i = 0; i < n; i++) {
            if (!(valid[i / 64] >> (i % 64) & 1)) continue;
            uint32_t id = intern_add(texts, tile[i]);
            if (id > INT32_MAX) return err_nomem(e);
            dst[from + i] = id;
        }
    }
    return RC_OK;
}

enum rc column_fill_text(struct column *c, uint32_t at, const struct chunk_view *k, struct intern *texts, struct err *e)
{
    if (k->kind != CHUNK_TEXT || c->width != COL_4 || !texts || !fits(c, at, k)) return not_planned(e);
    uint32_t *dst = (uint32_t *)c->data + at;
    TRY(k->dictionary ? fill_dict(k, texts, dst, e) : fill_plain(k, texts, dst, e));
    if (texts->n > 0) c->max = (int64_t)texts->n - 1;
    return fill_valid(c, at, k) ? RC_OK : not_planned(e);
}

static enum rc fill_all(struct column *c, const struct chunk_view *chunks, size_t n, struct intern *texts,
                        struct err *e)
{
    uint32_t at = 0;
    for (size_t i = 0; i < n; at += chunks[i++].rows) {
        if (chunks[i].kind == CHUNK_TEXT) TRY(column_fill_text(c, at, &chunks[i], texts, e));
        else TRY(column_fill(c, at, &chunks[i], e));
    }
    return n > 0 && chunks[0].kind == CHUNK_TEXT ? column_narrow(c, e) : RC_OK;
}

enum rc column_build(struct column *c, const struct chunk_view *chunks, size_t n, struct intern *texts, struct err *e)
{
    struct column_plan p = {0};
    *c = (struct column){.width = COL_1};
    for (size_t i = 0; i < n; i++)
        if (!column_plan_add(&p, &chunks[i])) return not_planned(e);
    TRY(column_init(c, &p, e));
    enum rc rc = fill_all(c, chunks, n, texts, e);
    if (rc) column_fini(c);
    return rc;
}

/* ---- from arrays ---- */

static bool valid_at(const uint64_t *valid, uint32_t i) { return !valid || (valid[i / 64] >> (i % 64) & 1); }

/* Takes rows of v into the plan. */
static void plan_values(struct column_plan *p, const int64_t *v, const uint64_t *valid, uint32_t from, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!valid_at(valid, from + i)) {
            p->blanks++;
            continue;
        }
        p->min = p->any && p->min < v[i] ? p->min : v[i];
        p->max = p->any && p->max > v[i] ? p->max : v[i];
        p->any = true;
    }
}

static void copy_valid(struct column *c, const uint64_t *valid)
{
    if (!c->valid) return;
    memcpy(c->valid, valid, valid_bytes(c));
    if (c->n % 64) c->valid[c->n / 64] &= (UINT64_C(1) << c->n % 64) - 1;
}

enum rc column_from_i64(struct column *c, const int64_t *v, const uint64_t *valid, uint32_t n, struct err *e)
{
    struct column_plan p = {.rows = n};
    plan_values(&p, v, valid, 0, n);
    TRY(column_init(c, &p, e));
    if (n > 0) values_narrow(v, n, c->width, c->data);
    copy_valid(c, valid);
    return RC_OK;
}

enum rc column_narrow(struct column *c, struct err *e)
{
    struct column_plan p = {.rows = c->n};
    struct column out;
    int64_t tile[TILE];
    for (uint32_t from = 0; from < c->n; from += TILE) {
        uint32_t n = c->n - from < TILE ? c->n - from : TILE;
        column_read(c, from, n, tile);
        plan_values(&p, tile, c->valid, from, n);
    }
    TRY(column_init(&out, &p, e));
    for (uint32_t from = 0; from < c->n; from += TILE) {
        uint32_t n = c->n - from < TILE ? c->n - from : TILE;
        column_read(c, from, n, tile);
        values_narrow(tile, n, out.width, cell_at(&out, from));
    }
    copy_valid(&out, c->valid);
    column_fini(c);
    *c = out;
    return RC_OK;
}

/* ---- reading ---- */

enum rc column_gather_init(struct column *out, const struct column *src, uint32_t n, struct err *e)
{
    *out = (struct column){.width = src->width, .n = n, .min = src->min, .max = src->max};
    return column_alloc(out, true, e);
}

uint32_t column_gather_part(struct column *out, const struct column *src, const uint32_t *rows, uint32_t from,
                            uint32_t n)
{
    if (src->n == 0) return n; /* every row is outside, and out begins blank */
    gather_values(src->data, src->n, rows + from, n, src->width, cell_at(out, from));
    return gather_valid(src->valid, src->n, rows + from, n, out->valid + from / 64);
}

enum rc column_gather(struct column *out, const struct column *src, const uint32_t *rows, uint32_t n, struct err *e)
{
    TRY(column_gather_init(out, src, n, e));
    if (n == 0) return RC_OK;
    out->blanks = column_gather_part(out, src, rows, 0, n);
    if (out->blanks == n) out->min = out->max = 0;
    if (out->blanks > 0) return RC_OK;
    mem_free(out->valid);
    out->valid = NULL;
    return RC_OK;
}

enum rc column_pick_init(struct column *out, const struct column *src, uint32_t n, struct err *e)
{
    *out = (struct column){.width = src->width, .n = n, .min = src->min, .max = src->max};
    return column_alloc(out, src->valid != NULL, e);
}

uint32_t column_pick_part(struct column *out, const struct column *src, const uint32_t *rows, uint32_t from, uint32_t n)
{
    if (src->n == 0 || n == 0) return 0;
    gather_values(src->data, src->n, rows + from, n, src->width, cell_at(out, from));
    return src->valid ? gather_valid(src->valid, src->n, rows + from, n, out->valid + from / 64) : 0;
}

enum rc column_need_valid(struct column *c, struct err *e)
{
    if (c->valid || c->n == 0) return RC_OK;
    c->valid = block_new(valid_bytes(c));
    if (!c->valid) return err_nomem(e);
    memset(c->valid, 0xff, valid_bytes(c));
    if (c->n % 64) c->valid[c->n / 64] = (UINT64_C(1) << c->n % 64) - 1;
    return RC_OK;
}

void column_count_blanks(struct column *c)
{
    size_t set = 0, words = c->valid ? ((size_t)c->n + 63) / 64 : 0;
    for (size_t i = 0; i < words; i++) set += (size_t)__builtin_popcountll(c->valid[i]);
    c->blanks = c->valid ? c->n - (uint32_t)set : 0;
    if (c->blanks == c->n) c->min = c->max = 0;
    if (c->blanks > 0 || !c->valid) return;
    mem_free(c->valid);
    c->valid = NULL;
}

bool column_get(const struct column *c, uint32_t i, int64_t *v)
{
    if (i >= c->n || !valid_at(c->valid, i)) return false;
    values_widen(cell_at(c, i), 1, c->width, v);
    return true;
}

void column_read(const struct column *c, uint32_t from, uint32_t n, int64_t *dst)
{
    if (n > 0) values_widen(cell_at(c, from), n, c->width, dst);
}

void column_write(struct column *c, uint32_t from, uint32_t n, const int64_t *src)
{
    if (n > 0) values_narrow(src, n, c->width, cell_at(c, from));
}
