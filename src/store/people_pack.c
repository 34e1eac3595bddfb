/* Writing pages: rows are spread over pages by their key, sorted and packed by all threads, written in order by the
 * one that has the database. The lock is not held while anything is computed. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/vec.h"
#include "store/people_page.h"

enum { PACK_RING = 64, WRITE_BYTES = 256 * 1024, DIGIT_BITS = 11, PIECES_MAX = CHUNK_ROWS };

/* A row on its way: its key and where it is in the job's list. */
struct item {
    uint64_t key;
    uint32_t row;
};

/* A page is cut in pieces when it has too many rows or too much text. */
struct piece {
    uint32_t rows;
    size_t end, secret_end; /* in the slot's buffers */
};
struct slot {
    size_t page; /* counted from the first */
    struct buf bytes, secret;
    VEC(struct piece) pieces;
};

/* What one thread packs with. */
struct pack_work {
    int64_t a[PAGE_ROWS_MAX], b[PAGE_ROWS_MAX];
    struct str text[PAGE_ROWS_MAX], secret[PAGE_ROWS_MAX];
    uint64_t text_valid[CHUNK_VALID_WORDS], secret_valid[CHUNK_VALID_WORDS];
    uint32_t count[1u << DIGIT_BITS];
};

struct pack {
    struct page_job *j;
    size_t n, pages;
    unsigned shift;
    uint64_t first_page;
    struct item *v, *tmp;
    uint32_t *start; /* of each page, and the end */
    struct slot ring[PACK_RING];
    size_t ring_n;
    struct pack_work *work[PAR_MAX_THREADS];
    size_t pending; /* bytes written in the open transaction */
    bool open;
};

static struct item item_of(const struct page_job *j, uint32_t i)
{
    switch (j->kind) {
    case PAGE_PERSON: return (struct item){j->people[i].no, i};
    case PAGE_HOUSEHOLD: return (struct item){j->households[i].no, i};
    default: return (struct item){j->entries[i].key, i};
    }
}

/* ---- which row goes where */

/* The smallest pages that still hold enough, if the keys lie as evenly as a full load's. */
static void choose_shift(struct pack *k)
{
    const struct page_shape *shape = page_shape(k->j->kind);
    uint64_t min = UINT64_MAX, max = 0;
    for (uint32_t i = 0; i < k->n; i++) {
        uint64_t key = item_of(k->j, i).key;
        min = key < min ? key : min;
        max = key > max ? key : max;
    }
    for (unsigned i = 0; i < PAGE_SHIFTS && shape->shifts[i]; i++) {
        k->shift = shape->shifts[i];
        k->first_page = min >> k->shift;
        k->pages = (size_t)((max >> k->shift) - k->first_page + 1);
        if (k->n / k->pages >= shape->worth) return;
    }
}

static enum rc spread(struct pack *k, struct err *e)
{
    const struct page_job *j = k->j;
    k->start = mem_zalloc_array(k->pages + 2, sizeof *k->start);
    k->v = mem_alloc_array(k->n, sizeof *k->v);
    k->tmp = mem_alloc_array(k->n, sizeof *k->tmp);
    if (!k->start || !k->v || !k->tmp) return err_nomem(e);
    uint32_t *at = k->start + 1; /* at[p] moves from the start of page p to its end, which is start[p + 1] */
    for (uint32_t i = 0; i < k->n; i++) at[(item_of(j, i).key >> k->shift) - k->first_page + 1]++;
    for (size_t p = 1; p <= k->pages; p++) at[p] += at[p - 1];
    for (uint32_t i = 0; i < k->n; i++) {
        struct item x = item_of(j, i);
        k->v[at[(x.key >> k->shift) - k->first_page]++] = x;
    }
    return RC_OK;
}

/* Stable radix sort of a page's items by what is below the shift. */
static void sort_page(struct pack *k, struct item *v, struct item *tmp, size_t n, uint32_t *count)
{
    bool sorted = true;
    for (size_t i = 1; i < n; i++) sorted &= v[i - 1].key <= v[i].key;
    if (sorted) return;
    struct item *from = v, *to = tmp;
    for (unsigned shift = 0; shift < k->shift; shift += DIGIT_BITS) {
        memset(count, 0, sizeof(uint32_t) << DIGIT_BITS);
        for (size_t i = 0; i < n; i++) count[from[i].key >> shift & ((1u << DIGIT_BITS) - 1)]++;
        uint32_t sum = 0;
        for (size_t d = 0; d < 1u << DIGIT_BITS; d++) {
            uint32_t c = count[d];
            count[d] = sum;
            sum += c;
        }
        for (size_t i = 0; i < n; i++) to[count[from[i].key >> shift & ((1u << DIGIT_BITS) - 1)]++] = from[i];
        struct item *swap = from;
        from = to;
        to = swap;
    }
    if (from != v) memcpy(v, from, n * sizeof *v);
}

/* ---- packing */

static void set_bit(uint64_t *w, size_t i, bool yes) { w[i / 64] |= (uint64_t)yes << i % 64; }

static enum rc pack_people(const struct pack *k, const struct item *v, uint32_t n, struct pack_work *w, struct slot *s,
                           struct err *e)
{
    bool secrets = false;
    memset(w->text_valid, 0, sizeof w->text_valid);
    memset(w->secret_valid, 0, sizeof w->secret_valid);
    for (uint32_t i = 0; i < n; i++) {
        const struct person_row *p = &k->j->people[v[i].row];
        if (p->secret.n > PERSON_SECRET_MAX)
            return err_set(e, RC_INPUT, pos_none(), "a person's sealed fields have more than %d bytes",
                           "一个人的加密字段超过 %d 字节", PERSON_SECRET_MAX);
        w->b[i] = p->household_no;
        w->text[i] = p->name.p ? p->name : STR("");
        w->secret[i] = p->secret.p ? p->secret : STR("");
        set_bit(w->text_valid, i, p->name.p != NULL);
        set_bit(w->secret_valid, i, p->secret.p != NULL);
        secrets |= p->secret.p != NULL;
    }
    TRY(chunk_encode_i64(w->b, NULL, n, &s->bytes, e));
    TRY(chunk_encode_str(w->text, w->text_valid, n, &s->bytes, e));
    return secrets ? chunk_encode_str(w->secret, w->secret_valid, n, &s->secret, e) : RC_OK;
}

/* A number of at most 18 digits as it would be printed. */
static bool plain_number(struct str s, int64_t *v)
{
    if (s.n == 0 || s.n > 18 || s.p[0] == '0') return false;
    *v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        *v = *v * 10 + (s.p[i] - '0');
    }
    return true;
}

static enum rc pack_households(const struct pack *k, const struct item *v, uint32_t n, struct pack_work *w,
                               struct slot *s, struct err *e)
{
    for (uint32_t i = 0; i < n; i++) w->b[i] = k->j->households[v[i].row].division;
    TRY(chunk_encode_i64(w->b, NULL, n, &s->bytes, e));
    bool numbers = true;
    for (uint32_t i = 0; i < n; i++) {
        w->text[i] = k->j->households[v[i].row].code;
        numbers = numbers && plain_number(w->text[i], &w->b[i]);
    }
    return numbers ? chunk_encode_i64(w->b, NULL, n, &s->bytes, e) : chunk_encode_str(w->text, NULL, n, &s->bytes, e);
}

static enum rc pack_entries(const struct pack *k, const struct item *v, uint32_t n, struct pack_work *w, struct slot *s,
                            struct err *e)
{
    for (uint32_t i = 0; i < n; i++) w->b[i] = k->j->entries[v[i].row].no;
    return chunk_encode_i64(w->b, NULL, n, &s->bytes, e);
}

static size_t text_bytes(const struct page_job *j, uint32_t row)
{
    if (j->kind == PAGE_PERSON) return j->people[row].name.n + j->people[row].secret.n;
    return j->kind == PAGE_HOUSEHOLD ? j->households[row].code.n : 0;
}

static uint32_t piece_rows(const struct pack *k, const struct item *v, size_t n)
{
    size_t bytes = 0, i = 0;
    for (; i < n && i < PAGE_ROWS_MAX; i++) {
        bytes += text_bytes(k->j, v[i].row);
        if (i && bytes > PAGE_TEXT_MAX) break;
    }
    return (uint32_t)i;
}

static enum rc pack_piece(const struct pack *k, const struct item *v, uint32_t n, struct pack_work *w, struct slot *s,
                          struct err *e)
{
    for (uint32_t i = 0; i < n; i++) w->a[i] = (int64_t)v[i].key;
    TRY(chunk_encode_i64(w->a, NULL, n, &s->bytes, e));
    switch (k->j->kind) {
    case PAGE_PERSON: TRY(pack_people(k, v, n, w, s, e)); break;
    case PAGE_HOUSEHOLD: TRY(pack_households(k, v, n, w, s, e)); break;
    default: TRY(pack_entries(k, v, n, w, s, e)); break;
    }
    struct piece p = {n, s->bytes.n, s->secret.n};
    return vec_push(&s->pieces, PIECES_MAX, p) ? RC_OK : err_nomem(e);
}

static enum rc pack_page(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct pack *k = ctx;
    struct slot *s = &k->ring[task];
    size_t from = k->start[s->page], n = k->start[s->page + 1] - from;
    sort_page(k, k->v + from, k->tmp + from, n, k->work[thread]->count);
    buf_clear(&s->bytes);
    buf_clear(&s->secret);
    s->pieces.n = 0;
    while (n) {
        uint32_t rows = piece_rows(k, k->v + from, n);
        TRY(pack_piece(k, k->v + from, rows, k->work[thread], s, e));
        from += rows;
        n -= rows;
    }
    return RC_OK;
}

/* ---- writing */

static enum rc write_begin(struct pack *k, struct err *e)
{
    if (k->open || k->j->inside) return RC_OK;
    TRY(store_begin_staged(k->j->s, e));
    k->open = true;
    return RC_OK;
}

static enum rc write_end(struct pack *k, enum rc rc, struct err *e)
{
    if (!k->open) return rc;
    k->open = false;
    k->pending = 0;
    return db_finish(k->j->s->db, rc, e);
}

static enum rc insert_page(struct pack *k, const struct page_place *at, uint32_t rows, bool sealed, struct str bytes,
                           struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(k->j->s->db, SQL_people_page_insert, &q, e));
    db_bind_i64(q, 1, at->kind);
    db_bind_i64(q, 2, at->shift);
    db_bind_i64(q, 3, at->page);
    db_bind_i64(q, 4, at->delivery);
    db_bind_i64(q, 5, at->part);
    db_bind_i64(q, 6, rows);
    db_bind_i64(q, 7, sealed ? secret_key_id(k->j->s) : 0);
    db_bind_blob(q, 8, bytes.p, bytes.n);
    return db_run(q, e);
}

static enum rc write_slot(struct pack *k, struct slot *s, struct buf *with_secret, struct err *e)
{
    size_t at = 0, secret_at = 0;
    for (size_t i = 0; i < s->pieces.n; i++) {
        const struct piece *p = &s->pieces.v[i];
        struct page_place place = {k->j->kind, k->shift, (int64_t)(k->first_page + s->page), k->j->delivery,
                                   k->j->part + (uint32_t)i};
        struct str bytes = str_make(s->bytes.p + at, p->end - at);
        bool sealed = p->secret_end > secret_at;
        if (sealed) {
            buf_clear(with_secret);
            buf_add(with_secret, bytes);
            struct str secret = str_make(s->secret.p + secret_at, p->secret_end - secret_at);
            if (with_secret->failed) return err_nomem(e);
            TRY(page_seal(k->j->s, &place, secret, with_secret, e));
            bytes = buf_str(with_secret);
        }
        TRY(write_begin(k, e));
        TRY(insert_page(k, &place, p->rows, sealed, bytes, e));
        k->pending += bytes.n;
        if (k->pending >= WRITE_BYTES) TRY(write_end(k, RC_OK, e));
        at = p->end;
        secret_at = p->secret_end;
    }
    return RC_OK;
}

/* The transaction is open only from here to the end of the function: packing goes on without the lock. */
static enum rc write_ring(struct pack *k, struct buf *with_secret, struct err *e)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < k->ring_n; i++) rc = write_slot(k, &k->ring[i], with_secret, e);
    return write_end(k, rc, e);
}

static enum rc write_all(struct pack *k, struct buf *with_secret, struct err *e)
{
    for (size_t page = 0; page < k->pages;) {
        for (k->ring_n = 0; k->ring_n < PACK_RING && page < k->pages; page++)
            if (k->start[page + 1] > k->start[page]) k->ring[k->ring_n++].page = page;
        TRY(par_run(k->j->threads, k->ring_n, pack_page, k, e));
        TRY(write_ring(k, with_secret, e));
    }
    return RC_OK;
}

static enum rc pack_init(struct pack *k, struct err *e)
{
    for (size_t i = 0; i < PACK_RING; i++) {
        buf_init(&k->ring[i].bytes, DB_BLOB_MAX);
        buf_init(&k->ring[i].secret, DB_BLOB_MAX);
    }
    for (unsigned t = 0; t < k->j->threads; t++) {
        k->work[t] = mem_alloc_array(1, sizeof *k->work[t]);
        if (!k->work[t]) return err_nomem(e);
    }
    choose_shift(k);
    return spread(k, e);
}

static void pack_fini(struct pack *k)
{
    for (size_t i = 0; i < PACK_RING; i++) {
        buf_fini(&k->ring[i].bytes);
        buf_fini(&k->ring[i].secret);
        vec_fini(&k->ring[i].pieces);
    }
    for (unsigned t = 0; t < PAR_MAX_THREADS; t++) mem_free(k->work[t]);
    mem_free(k->start);
    mem_free(k->v);
    mem_free(k->tmp);
    mem_free(k);
}

enum rc pages_write(struct page_job *j, size_t n, struct err *e)
{
    if (n == 0) return RC_OK;
    struct pack *k = mem_zalloc_array(1, sizeof *k);
    if (!k) return err_nomem(e);
    struct buf with_secret;
    buf_init(&with_secret, DB_BLOB_MAX);
    k->j = j;
    k->n = n;
    enum rc rc = pack_init(k, e);
    if (!rc) rc = write_all(k, &with_secret, e);
    buf_fini(&with_secret);
    pack_fini(k);
    return rc;
}
