/* Reading back what the stored rosters say of people. */
#include <stdlib.h>
#include "base/mem.h"
#include "base/limits.h"
#include "columns/chunk.h"
#include "match/person_index.h"
#include "store/chunks.h"
#include "store/delivery.h"

enum { ROSTER_COLS = 6 };
#define ROSTER_ARENA_MAX MIB(256)

/* One roster delivery being read, chunk by chunk, all wanted columns side by side. */
struct roster_reader {
    struct store *s;
    const struct roster_want *w;
    struct chunk_ref *ref[ROSTER_COLS]; /* NULL: not wanted or not there */
    size_t chunks;
    struct buf bytes;
    int64_t *cell[ROSTER_COLS];
    uint64_t valid[CHUNK_VALID_WORDS];
    struct roster_row *rows;
    uint64_t *seen; /* a bit for each person number met in later deliveries; NULL while there is one delivery only */
    size_t seen_words;
    bool several;
    roster_fn fn;
    void *ctx;
};

static struct str column_name(const struct roster_want *w, unsigned c)
{
    static const char *const NAMES[] = {"person", "id", "name_hash", "household", "division"};
    if (c == 5) return w->what & ROSTER_BORN ? w->born : STR("");
    return c == 0 || w->what & 1u << (c - 1) ? str_from(NAMES[c]) : STR("");
}

static enum rc list_columns(struct roster_reader *r, struct arena *a, int64_t delivery, struct err *e)
{
    struct owner o = {OWNER_DELIVERY, delivery};
    for (unsigned c = 0; c < ROSTER_COLS; c++) {
        struct str name = column_name(r->w, c);
        size_t n = 0;
        r->ref[c] = NULL;
        if (name.n) TRY(chunk_list(r->s, a, o, name, &r->ref[c], &n, e));
        if (c == 0) r->chunks = n;
        if (n == r->chunks) continue;
        r->ref[c] = NULL; /* a birth column that this roster does not have */
        if (c < 5 && name.n)
            return err_set(e, RC_ENV, pos_none(), "delivery %d: column %s is not whole; run `fangpin check`",
                           "交付 %d：列 %s 不完整；请运行 `fangpin check`", (int)delivery, name.p);
    }
    return RC_OK;
}

static enum rc read_cells(struct roster_reader *r, unsigned c, size_t k, uint32_t *rows, struct err *e)
{
    struct chunk_view v;
    struct str bytes;
    TRY(chunk_fetch(r->s, &r->ref[c][k], &r->bytes, &bytes, e));
    TRY(chunk_open(bytes, r->ref[c][k].sealed ? CHUNK_MINIMAL : CHUNK_DEFAULT, &v, e));
    bool ok = v.rows <= CHUNK_ROWS && (c == 0 || v.rows == *rows) &&
              chunk_read_i64(&v, 0, v.rows, r->cell[c], r->valid);
    *rows = v.rows;
    for (uint32_t i = 0; ok && v.blanks && i < v.rows; i++)
        if (!(r->valid[i / 64] >> i % 64 & 1)) r->cell[c][i] = 0;
    chunk_close(&v);
    if (ok) return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "a stored roster column is damaged; run `fangpin check`",
                   "存储的花名册列已损坏；请运行 `fangpin check`");
}

static bool met_before(struct roster_reader *r, uint32_t person)
{
    if (!r->seen || person / 64 >= r->seen_words) return false;
    uint64_t bit = UINT64_C(1) << person % 64, *w = &r->seen[person / 64];
    bool was = *w & bit;
    *w |= bit;
    return was;
}

/* Room for the person numbers of these rows, which ascend. Several deliveries only: one has nobody twice. */
static enum rc need_seen(struct roster_reader *r, uint32_t rows, struct err *e)
{
    size_t words = rows ? (size_t)(uint32_t)r->cell[0][rows - 1] / 64 + 1 : 0;
    if (!r->several || words <= r->seen_words) return RC_OK;
    words += words / 2;
    uint64_t *seen = mem_resize_array(r->seen, words, sizeof *seen);
    if (!seen) return err_nomem(e);
    memset(seen + r->seen_words, 0, (words - r->seen_words) * sizeof *seen);
    r->seen = seen;
    r->seen_words = words;
    return RC_OK;
}

static enum rc hand_over(struct roster_reader *r, uint32_t rows, struct err *e)
{
    size_t n = 0;
    TRY(need_seen(r, rows, e));
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t person = (uint32_t)r->cell[0][i];
        if (met_before(r, person)) continue;
        struct roster_row *o = &r->rows[n++];
        *o = (struct roster_row){.person = person};
        if (r->ref[1]) o->key = (uint64_t)r->cell[1][i];
        if (r->ref[2]) o->name = (uint64_t)r->cell[2][i];
        if (r->ref[3]) o->household = (uint32_t)r->cell[3][i];
        if (r->ref[4]) o->division = r->cell[4][i];
        if (r->ref[5]) o->born = r->cell[5][i];
    }
    return n ? r->fn(r->ctx, r->rows, n, e) : RC_OK;
}

static enum rc read_delivery(struct roster_reader *r, int64_t delivery, struct err *e)
{
    struct arena a;
    arena_init(&a, ROSTER_ARENA_MAX);
    enum rc rc = list_columns(r, &a, delivery, e);
    for (size_t k = 0; !rc && k < r->chunks; k++) {
        uint32_t rows = 0;
        for (unsigned c = 0; !rc && c < ROSTER_COLS; c++)
            if (r->ref[c]) rc = read_cells(r, c, k, &rows, e);
        if (!rc) rc = hand_over(r, rows, e);
    }
    arena_fini(&a);
    return rc;
}

static enum rc reader_init(struct roster_reader *r, struct err *e)
{
    buf_init(&r->bytes, CHUNK_BYTES_MAX + KIB(1));
    r->rows = mem_alloc_array(CHUNK_ROWS, sizeof *r->rows);
    for (unsigned c = 0; c < ROSTER_COLS; c++) {
        r->cell[c] = mem_alloc_array(CHUNK_ROWS, sizeof *r->cell[c]);
        if (!r->cell[c]) return err_nomem(e);
    }
    return r->rows ? RC_OK : err_nomem(e);
}

static void reader_fini(struct roster_reader *r)
{
    buf_fini(&r->bytes);
    mem_free(r->rows);
    mem_free(r->seen);
    for (unsigned c = 0; c < ROSTER_COLS; c++) mem_free(r->cell[c]);
}

static int by_known(const void *a, const void *b)
{
    const struct delivery *x = a, *y = b;
    if (x->known_from_us != y->known_from_us) return x->known_from_us > y->known_from_us ? -1 : 1;
    return x->id > y->id ? -1 : x->id < y->id;
}

/* Rosters known at K, the one known last first. */
static enum rc roster_deliveries(struct store *s, struct arena *a, const struct roster_want *w,
                                 struct delivery_list *out, struct err *e)
{
    size_t n = 0;
    TRY(delivery_known_at(s, a, w->roster, w->k_us, out, e));
    for (size_t i = 0; i < out->n; i++) {
        struct delivery *d = &out->v[i];
        if ((w->only && !delivery_is_of(d, w->only)) || (w->except && delivery_is_of(d, w->except))) continue;
        out->v[n++] = *d;
    }
    out->n = n;
    if (n) qsort(out->v, n, sizeof *out->v, by_known);
    return RC_OK;
}

enum rc roster_each(struct store *s, const struct roster_want *w, roster_fn fn, void *ctx, struct err *e)
{
    struct arena a;
    struct delivery_list d = {0};
    struct roster_reader *r = mem_zalloc_array(1, sizeof *r);
    if (!r) return err_nomem(e);
    *r = (struct roster_reader){.s = s, .w = w, .fn = fn, .ctx = ctx};
    arena_init(&a, ROSTER_ARENA_MAX);
    enum rc rc = roster_deliveries(s, &a, w, &d, e);
    if (!rc && d.n) rc = reader_init(r, e);
    r->several = d.n > 1;
    for (size_t i = 0; !rc && i < d.n; i++) rc = read_delivery(r, d.v[i].id, e);
    reader_fini(r);
    mem_free(r);
    arena_fini(&a);
    return rc;
}
