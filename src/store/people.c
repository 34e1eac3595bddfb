/* Reading people and households as known at a time. */
#include "store/people.h"
#include <stdlib.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "store/people_page.h"

/* Of two deliveries that tell of somebody, the one known later counts; then the higher id. */
static bool later(int64_t us_a, int64_t a, int64_t us_b, int64_t b) { return us_a != us_b ? us_a > us_b : a > b; }

/* ---- single people */

struct want {
    struct store *s;
    struct arena *a;
    uint32_t no;
    bool found;
    int64_t known_from_us, delivery; /* of what was found */
    struct person *person;
    struct household_row *household;
};

/* The row of w->no in a page that counts more than what was found so far; p->rows: none. */
static uint32_t better_row(const struct want *w, const struct page *p)
{
    if (w->found && !later(p->known_from_us, p->at.delivery, w->known_from_us, w->delivery)) return p->rows;
    uint32_t i = page_find(p, w->no);
    return i < p->rows && page_int(p, 0, i) == w->no ? i : p->rows;
}

static enum rc take_secret(const struct want *w, const struct page *p, uint32_t row, struct str *out, struct err *e)
{
    struct chunk_view v;
    struct buf plain;
    struct str text = {0};
    if (!p->sealed.n) return RC_OK;
    buf_init(&plain, DB_BLOB_MAX);
    enum rc rc = page_unseal(w->s, &p->at, p->sealed, &plain, e);
    if (!rc) rc = chunk_open(buf_str(&plain), CHUNK_MINIMAL, &v, e);
    if (!rc) {
        if (chunk_get_str(&v, row, &text)) {
            *out = text.n ? str_dup(w->a, text) : STR("");
            if (!out->p) rc = err_nomem(e);
        }
        chunk_close(&v);
    }
    buf_fini(&plain);
    return rc;
}

static enum rc take_person(void *ctx, const struct page *p, struct err *e)
{
    struct want *w = ctx;
    struct str name = {0};
    uint32_t i = better_row(w, p);
    if (i == p->rows) return RC_OK;
    w->found = true;
    w->known_from_us = p->known_from_us;
    w->delivery = p->at.delivery;
    *w->person = (struct person){.no = w->no, .household_no = (uint32_t)page_int(p, 1, i)};
    if (chunk_get_str(&p->col[2], i, &name)) {
        w->person->name = name.n ? str_dup(w->a, name) : STR("");
        if (!w->person->name.p) return err_nomem(e);
    }
    return take_secret(w, p, i, &w->person->secret, e);
}

enum rc people_get(struct store *s, struct arena *a, uint32_t no, int64_t k_us, struct person *out, bool *found,
                   struct err *e)
{
    struct want w = {.s = s, .a = a, .no = no, .person = out};
    *out = (struct person){0};
    enum rc rc = pages_of_key(s, PAGE_PERSON, no, (struct page_when){k_us, false}, take_person, &w, e);
    *found = w.found;
    return rc;
}

/* ---- people by an index */

struct numbers {
    uint64_t key;
    VEC(uint32_t) v;
};

static enum rc take_entries(void *ctx, const struct page *p, struct err *e)
{
    struct numbers *l = ctx;
    for (uint32_t i = page_find(p, l->key); i < p->rows && (uint64_t)page_int(p, 0, i) == l->key; i++)
        if (!vec_push(&l->v, UINT32_MAX, (uint32_t)page_int(p, 1, i))) return err_nomem(e);
    return RC_OK;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* In order, each once. */
static void settle(struct numbers *l)
{
    size_t n = 0;
    if (l->v.n) qsort(l->v.v, l->v.n, sizeof *l->v.v, by_number);
    for (size_t i = 0; i < l->v.n; i++)
        if (!n || l->v.v[n - 1] != l->v.v[i]) l->v.v[n++] = l->v.v[i];
    l->v.n = n;
}

/* Those of the numbers that are people known at K, of the household (0: any) and with that beginning of a name. */
static enum rc people_of(struct store *s, struct arena *a, const struct numbers *l, uint32_t household_no,
                         struct str prefix, size_t max, int64_t k_us, struct people_list *out, struct err *e)
{
    size_t cap = 0;
    for (size_t i = 0; i < l->v.n && out->n < max; i++) {
        bool found = false;
        struct person *grown = store_grow(a, out->v, &cap, out->n, sizeof *out->v);
        if (!grown) return err_nomem(e);
        out->v = grown;
        struct person *p = &grown[out->n];
        TRY(people_get(s, a, l->v.v[i], k_us, p, &found, e));
        out->n += found && (!household_no || p->household_no == household_no) && str_starts(p->name, prefix);
    }
    return RC_OK;
}

/* household_no 0: any. An index tells who ever was in a household; the version known at K decides. */
static enum rc find_people(struct store *s, struct arena *a, enum page_kind kind, uint64_t key, uint32_t household_no,
                           int64_t k_us, struct people_list *out, struct err *e)
{
    struct numbers l = {.key = key};
    *out = (struct people_list){0};
    enum rc rc = pages_of_key(s, kind, key, (struct page_when){k_us, true}, take_entries, &l, e);
    settle(&l);
    if (!rc) rc = people_of(s, a, &l, household_no, STR(""), SIZE_MAX, k_us, out, e);
    vec_fini(&l.v);
    return rc;
}

enum rc people_by_id(struct store *s, struct arena *a, uint64_t id_hash, int64_t k_us, struct people_list *out,
                     struct err *e)
{
    return find_people(s, a, PAGE_ID, page_id_key(id_hash), 0, k_us, out, e);
}

enum rc people_by_id_tail(struct store *s, struct arena *a, uint32_t id_tail_hash, int64_t k_us,
                          struct people_list *out, struct err *e)
{
    return find_people(s, a, PAGE_ID_TAIL, id_tail_hash, 0, k_us, out, e);
}

enum rc people_of_household(struct store *s, struct arena *a, uint32_t household_no, int64_t k_us,
                            struct people_list *out, struct err *e)
{
    return find_people(s, a, PAGE_MEMBER, household_no, household_no, k_us, out, e);
}

/* ---- people by name: all names are looked through, a page at a time */

struct name_search {
    struct str prefix;
    struct numbers hits;
};

static enum rc take_names(void *ctx, const struct page *p, struct err *e)
{
    enum { TILE = 512 };
    struct name_search *x = ctx;
    struct str name[TILE];
    for (uint32_t from = 0; from < p->rows; from += TILE) {
        uint32_t n = p->rows - from < TILE ? p->rows - from : TILE;
        if (!chunk_read_str(&p->col[2], from, n, name, NULL)) continue; /* blank names: empty texts */
        for (uint32_t i = 0; i < n; i++)
            if (str_starts(name[i], x->prefix) && !vec_push(&x->hits.v, UINT32_MAX, (uint32_t)page_int(p, 0, from + i)))
                return err_nomem(e);
    }
    return RC_OK;
}

enum rc people_by_name(struct store *s, struct arena *a, struct str prefix, size_t max, int64_t k_us,
                       struct people_list *out, struct err *e)
{
    struct name_search x = {.prefix = prefix};
    *out = (struct people_list){0};
    enum rc rc = pages_all(s, PAGE_PERSON, (struct page_when){k_us, false}, take_names, &x, e);
    settle(&x.hits);
    if (!rc) rc = people_of(s, a, &x.hits, 0, prefix, max, k_us, out, e);
    vec_fini(&x.hits.v);
    return rc;
}

/* ---- households */

static enum rc take_household(void *ctx, const struct page *p, struct err *e)
{
    struct want *w = ctx;
    char number[PAGE_CODE_TEXT];
    uint32_t i = better_row(w, p);
    if (i == p->rows) return RC_OK;
    struct str code = page_code(p, i, number);
    w->found = true;
    w->known_from_us = p->known_from_us;
    w->delivery = p->at.delivery;
    *w->household = (struct household_row){.no = w->no, .division = page_int(p, 1, i)};
    w->household->code = code.n ? str_dup(w->a, code) : STR("");
    return w->household->code.p ? RC_OK : err_nomem(e);
}

enum rc household_get(struct store *s, struct arena *a, uint32_t no, int64_t k_us, struct household_row *out,
                      bool *found, struct err *e)
{
    struct want w = {.s = s, .a = a, .no = no, .household = out};
    *out = (struct household_row){0};
    enum rc rc = pages_of_key(s, PAGE_HOUSEHOLD, no, (struct page_when){k_us, false}, take_household, &w, e);
    *found = w.found;
    return rc;
}

struct code_search {
    uint32_t no;
    struct str code;
    bool same;
};

/* A household's code never changes: any version tells it. */
static enum rc compare_code(void *ctx, const struct page *p, struct err *e)
{
    struct code_search *x = ctx;
    char number[PAGE_CODE_TEXT];
    (void)e;
    uint32_t i = page_find(p, x->no);
    if (i < p->rows && page_int(p, 0, i) == x->no) x->same |= str_eq(page_code(p, i, number), x->code);
    return RC_OK;
}

enum rc household_find(struct store *s, struct str code, uint32_t *no, struct err *e)
{
    struct numbers l = {.key = page_code_key(code)};
    struct page_when ever = {INT64_MAX, true};
    *no = 0;
    enum rc rc = pages_of_key(s, PAGE_CODE, l.key, ever, take_entries, &l, e);
    settle(&l);
    for (size_t i = 0; !rc && !*no && i < l.v.n; i++) {
        struct code_search x = {l.v.v[i], code, false};
        rc = pages_of_key(s, PAGE_HOUSEHOLD, x.no, ever, compare_code, &x, e);
        if (!rc && x.same) *no = x.no;
    }
    vec_fini(&l.v);
    return rc;
}

/* ---- all households: first which delivery counts for each number, then its rows */

struct walk {
    struct household_walk_seen {
        int64_t id, known_from_us;
    } * seen; /* the deliveries, those that count more later */
    size_t seen_n, seen_cap;
    struct arena arena;
    uint32_t *best; /* of each number: 1 + place in seen; 0 none */
    size_t best_n;
    household_fn fn;
    void *ctx;
};

static enum rc load_seen(struct store *s, struct walk *w, struct page_when when, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(s->db, SQL_people_deliveries, &q, e));
    db_bind_i64(q, 1, when.k_us);
    db_bind_i64(q, 2, when.ever);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct household_walk_seen *grown = store_grow(&w->arena, w->seen, &w->seen_cap, w->seen_n, sizeof *w->seen);
        if (grown) {
            w->seen = grown;
            grown[w->seen_n++] = (struct household_walk_seen){db_col_i64(q, 0), db_col_i64(q, 1)};
        } else {
            rc = err_nomem(e);
        }
    }
    return db_leave(q, rc, e);
}

/* 1 + its place; 0: published since the list was made. */
static uint32_t rank_of(const struct walk *w, const struct page *p)
{
    for (size_t i = 0; i < w->seen_n; i++)
        if (w->seen[i].id == p->at.delivery) return (uint32_t)i + 1;
    return 0;
}

static enum rc rank_page(void *ctx, const struct page *p, struct err *e)
{
    struct walk *w = ctx;
    uint32_t rank = rank_of(w, p);
    size_t need = (size_t)page_int(p, 0, p->rows - 1) + 1;
    if (need > w->best_n) {
        need += need / 2;
        uint32_t *best = mem_resize_array(w->best, need, sizeof *best);
        if (!best) return err_nomem(e);
        memset(best + w->best_n, 0, (need - w->best_n) * sizeof *best);
        w->best = best;
        w->best_n = need;
    }
    for (uint32_t i = 0; i < p->rows; i++) {
        size_t no = (size_t)page_int(p, 0, i);
        if (no < w->best_n && rank > w->best[no]) w->best[no] = rank;
    }
    return RC_OK;
}

static enum rc tell_page(void *ctx, const struct page *p, struct err *e)
{
    struct walk *w = ctx;
    uint32_t rank = rank_of(w, p);
    char number[PAGE_CODE_TEXT];
    for (uint32_t i = 0; rank && i < p->rows; i++) {
        struct household_row h = {.no = (uint32_t)page_int(p, 0, i)};
        if (h.no >= w->best_n || w->best[h.no] != rank) continue;
        h.division = page_int(p, 1, i);
        h.code = page_code(p, i, number);
        TRY(w->fn(w->ctx, &h, e));
    }
    return RC_OK;
}

static enum rc walk_households(struct store *s, struct page_when when, household_fn fn, void *ctx, struct err *e)
{
    struct walk w = {.fn = fn, .ctx = ctx};
    arena_init(&w.arena, MIB(16));
    enum rc rc = load_seen(s, &w, when, e);
    if (!rc) rc = pages_all(s, PAGE_HOUSEHOLD, when, rank_page, &w, e);
    if (!rc) rc = pages_all(s, PAGE_HOUSEHOLD, when, tell_page, &w, e);
    mem_free(w.best);
    arena_fini(&w.arena);
    return rc;
}

enum rc households_each(struct store *s, int64_t k_us, household_fn fn, void *ctx, struct err *e)
{
    return walk_households(s, (struct page_when){k_us, false}, fn, ctx, e);
}

enum rc households_each_code(struct store *s, household_fn fn, void *ctx, struct err *e)
{
    return walk_households(s, (struct page_when){INT64_MAX, true}, fn, ctx, e);
}

/* ---- codes of some */

struct some {
    const uint32_t *no;
    size_t n;
    uint64_t *told; /* bits: households found; a later version of one has the same code */
    code_fn fn;
    void *ctx;
};

static size_t first_not_below(const uint32_t *no, size_t n, int64_t least)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (no[mid] < least) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static enum rc tell_some(void *ctx, const struct page *p, struct err *e)
{
    enum { TILE = 1024 };
    struct some *x = ctx;
    int64_t tile[TILE];
    char number[PAGE_CODE_TEXT];
    size_t at = 0;
    for (uint32_t from = 0; from < p->rows; from += TILE) {
        uint32_t n = p->rows - from < TILE ? p->rows - from : TILE;
        if (!chunk_read_i64(&p->col[0], from, n, tile, NULL))
            return err_set(e, RC_ENV, pos_none(), "a page of households is damaged. Run fangpin check.",
                           "存储的农户页已损坏。请运行 fangpin check。");
        if (from == 0) at = first_not_below(x->no, x->n, tile[0]);
        for (uint32_t i = 0; i < n && at < x->n; i++) {
            while (at < x->n && x->no[at] < tile[i]) at++;
            if (at == x->n || x->no[at] != tile[i] || x->told[at >> 6] >> (at & 63) & 1) continue;
            x->told[at >> 6] |= UINT64_C(1) << (at & 63);
            TRY(x->fn(x->ctx, at, page_code(p, from + i, number), e));
        }
    }
    return RC_OK;
}

enum rc households_codes(struct store *s, const uint32_t *no, size_t n, code_fn fn, void *ctx, struct err *e)
{
    struct some x = {.no = no, .n = n, .told = mem_zalloc_array(n / 64 + 1, sizeof *x.told), .fn = fn, .ctx = ctx};
    if (!x.told) return err_nomem(e);
    enum rc rc = pages_all(s, PAGE_HOUSEHOLD, (struct page_when){INT64_MAX, true}, tell_some, &x, e);
    mem_free(x.told);
    return rc;
}
