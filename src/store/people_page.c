#include "store/people_page.h"
#include "base/num.h"

const struct page_shape *page_shape(enum page_kind kind)
{
    static const struct page_shape SHAPES[PAGE__END] = {
        [PAGE_PERSON] = {{9, 13, 17, 32}, 3, 128},  [PAGE_HOUSEHOLD] = {{12, 16, 20, 32}, 3, 512},
        [PAGE_ID] = {{41, 44, 48}, 2, 4096},        [PAGE_ID_TAIL] = {{25, 28, 32}, 2, 4096},
        [PAGE_MEMBER] = {{12, 16, 20, 32}, 2, 512}, [PAGE_CODE] = {{35, 40}, 2, 2048},
    };
    return &SHAPES[kind];
}

/* ---- sealing: a page's secrets are bound to its place */

static struct chunk_place seal_place(const struct page_place *at, char name[64])
{
    int n = snprintf(name, 64, "people/%d/%u/%lld", (int)at->kind, at->shift, (long long)at->page);
    return (struct chunk_place){
        .owner_kind = SEALED_PEOPLE, .owner = at->delivery, .name = str_make(name, (size_t)n), .seq = at->part};
}

enum rc page_seal(struct store *s, const struct page_place *at, struct str chunk, struct buf *bytes, struct err *e)
{
    char name[64];
    struct chunk_place place = seal_place(at, name);
    return secret_seal_chunk(s, &place, chunk, bytes, e);
}

enum rc page_unseal(struct store *s, const struct page_place *at, struct str sealed, struct buf *out, struct err *e)
{
    char name[64];
    struct chunk_place place = seal_place(at, name);
    return secret_unseal_chunk(s, &place, sealed, out, e);
}

/* ---- one page */

static enum rc damaged(struct err *e)
{
    return err_set(e, RC_ENV, pos_none(), "a page of people is damaged; run `fangpin check`",
                   "人员数据页已损坏；请运行 `fangpin check`");
}

/* The chunk at the front of *rest, moved past. */
static enum rc next_chunk(struct str *rest, struct str *chunk, bool *sealed, struct err *e)
{
    struct chunk_info info;
    struct err ignored = {0};
    if (chunk_peek(*rest, &info, &ignored) || info.bytes > rest->n) return damaged(e);
    *chunk = str_make(rest->p, info.bytes);
    *sealed = info.cipher != CHUNK_PLAIN;
    *rest = str_sub(*rest, info.bytes, rest->n);
    return RC_OK;
}

enum rc page_open_part(struct str bytes, size_t *sealed_at, struct err *e)
{
    struct str rest = bytes, chunk;
    bool sealed = false;
    for (*sealed_at = 0; rest.n; *sealed_at = bytes.n - rest.n) {
        TRY(next_chunk(&rest, &chunk, &sealed, e));
        if (sealed) return RC_OK;
    }
    return RC_OK;
}

static bool column_fits(const struct page *p, unsigned c, const struct chunk_view *v)
{
    bool text = c == 2 && (p->at.kind == PAGE_PERSON || v->kind == CHUNK_TEXT);
    return v->rows == p->rows && v->kind == (text ? CHUNK_TEXT : CHUNK_I64) && (text || !v->blanks);
}

static enum rc open_columns(struct page *p, struct str bytes, enum chunk_trust trust, struct err *e)
{
    struct err ignored = {0};
    struct str chunk;
    bool sealed = false;
    while (bytes.n) {
        TRY(next_chunk(&bytes, &chunk, &sealed, e));
        if (p->sealed.n || sealed != (p->open == page_shape(p->at.kind)->columns)) return damaged(e);
        if (sealed) {
            p->sealed = chunk;
            continue;
        }
        enum rc rc = chunk_open(chunk, trust, &p->col[p->open], &ignored);
        if (rc) return rc == RC_NOMEM ? err_nomem(e) : damaged(e);
        p->open++;
        if (!column_fits(p, p->open - 1, &p->col[p->open - 1])) return damaged(e);
    }
    return p->open == page_shape(p->at.kind)->columns ? RC_OK : damaged(e);
}

enum rc page_open(struct page *p, struct str bytes, enum chunk_trust trust, struct err *e)
{
    p->open = 0;
    p->sealed = (struct str){0};
    TRY(open_columns(p, bytes, trust, e));
    uint64_t first = (uint64_t)page_int(p, 0, 0), last = (uint64_t)page_int(p, 0, p->rows - 1);
    bool numbers = p->at.kind == PAGE_PERSON || p->at.kind == PAGE_HOUSEHOLD || p->at.kind == PAGE_MEMBER;
    bool here = first >> p->at.shift == (uint64_t)p->at.page && last >> p->at.shift == (uint64_t)p->at.page;
    return here && first <= last && (!numbers || last <= UINT32_MAX) ? RC_OK : damaged(e);
}

void page_close(struct page *p)
{
    for (unsigned c = 0; c < p->open; c++) chunk_close(&p->col[c]);
    p->open = 0;
}

uint32_t page_find(const struct page *p, uint64_t key)
{
    uint32_t lo = 0, hi = p->rows;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if ((uint64_t)page_int(p, 0, mid) < key) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

struct str page_code(const struct page *p, uint32_t row, char out[PAGE_CODE_TEXT])
{
    struct str s = {0};
    if (p->col[2].kind == CHUNK_TEXT) return chunk_get_str(&p->col[2], row, &s) ? s : STR("");
    return str_make(out, dec_format(page_int(p, 2, row), 0, false, out));
}

/* ---- walking */

enum rc page_bytes(struct db_stmt *q, int column, struct str *out, struct err *e)
{
    *out = db_col_blob(q, column);
    if (out->n) return RC_OK;
    TRY(db_end(q, e)); /* a read that ran out of memory gives nothing too */
    return damaged(e);
}

static enum rc hand_over(struct db_stmt *q, struct page_place at, page_fn fn, void *ctx, struct err *e)
{
    struct page p = {.at = at, .known_from_us = db_col_i64(q, 3), .rows = (uint32_t)db_col_i64(q, 1)};
    struct str bytes;
    TRY(page_bytes(q, 2, &bytes, e));
    enum rc rc = page_open(&p, bytes, CHUNK_DEFAULT, e);
    if (!rc) rc = fn(ctx, &p, e);
    page_close(&p);
    return rc;
}

static enum rc pages_at(struct store *s, struct page_place at, struct page_when when, page_fn fn, void *ctx,
                        struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(s->db, SQL_people_pages_at, &q, e));
    db_bind_i64(q, 1, at.kind);
    db_bind_i64(q, 2, at.shift);
    db_bind_i64(q, 3, at.page);
    db_bind_i64(q, 4, when.k_us);
    db_bind_i64(q, 5, when.ever);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        at.delivery = db_col_i64(q, 0);
        at.part = (uint32_t)db_col_i64(q, 4);
        rc = hand_over(q, at, fn, ctx, e);
    }
    return db_leave(q, rc, e);
}

enum rc pages_of_key(struct store *s, enum page_kind kind, uint64_t key, struct page_when when, page_fn fn, void *ctx,
                     struct err *e)
{
    const struct page_shape *shape = page_shape(kind);
    for (unsigned i = 0; i < PAGE_SHIFTS && shape->shifts[i]; i++) {
        struct page_place at = {.kind = kind, .shift = shape->shifts[i], .page = (int64_t)(key >> shape->shifts[i])};
        TRY(pages_at(s, at, when, fn, ctx, e));
    }
    return RC_OK;
}

enum rc pages_all(struct store *s, enum page_kind kind, struct page_when when, page_fn fn, void *ctx, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(s->db, SQL_people_pages_all, &q, e));
    db_bind_i64(q, 1, kind);
    db_bind_i64(q, 2, when.k_us);
    db_bind_i64(q, 3, when.ever);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct page_place at = {kind, (unsigned)db_col_i64(q, 5), db_col_i64(q, 6), db_col_i64(q, 0),
                                (uint32_t)db_col_i64(q, 4)};
        rc = hand_over(q, at, fn, ctx, e);
    }
    return db_leave(q, rc, e);
}
