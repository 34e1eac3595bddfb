/* Rows of a person with equal keys become one (SEMANTICS §3). */
#include <stdatomic.h>
#include "base/map.h"
#include "screen/load_facts_int.h"

enum { ROW_KEY_MAX = 64, FEW_ROWS = 32 };

static bool same_cell(const struct cells *c, uint32_t a, uint32_t b)
{
    int64_t x, y;
    bool vx = cells_get(c, a, &x), vy = cells_get(c, b, &y);
    return vx == vy && (!vx || x == y);
}

/* What makes two rows of a person one. */
struct row_key {
    uint32_t col[ROW_KEY_MAX];
    size_t n;
    bool by_day; /* kind latest: of one day */
};

static bool rough_day(const struct facts *f, uint32_t row) { return !f->day[row] || (f->span && f->span[row]); }

/* A hash of the key of frame row i; false when a part of it is not known: such a row is equal to no other. */
static bool key_hash(const struct facts *f, const struct row_key *k, uint32_t i, uint64_t *out)
{
    uint64_t h = k->by_day ? (uint64_t)(uint32_t)f->day[i] : 0;
    if (k->by_day && rough_day(f, i)) return false;
    for (size_t c = 0; c < k->n; c++) {
        int64_t v;
        if (!cells_get(&f->cols[k->col[c]], facts_row(f, i), &v)) return false;
        h = (h ^ (uint64_t)v) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 29;
    }
    *out = h;
    return true;
}

/* Both keys are known. */
static bool same_key(const struct facts *f, const struct row_key *k, uint32_t i, uint32_t j)
{
    for (size_t c = 0; c < k->n; c++)
        if (!same_cell(&f->cols[k->col[c]], facts_row(f, i), facts_row(f, j))) return false;
    return !k->by_day || f->day[i] == f->day[j];
}

static enum rc mark_conflicts(struct facts *f, uint32_t kept, uint32_t other, struct err *e)
{
    size_t n_cols = f->w->layouts[f->dataset + TABLE_FACT0].n;
    for (size_t c = 0; c < n_cols; c++) {
        if (!f->cols[c].read || same_cell(&f->cols[c], facts_row(f, kept), facts_row(f, other))) continue;
        if (!f->conflict[c] &&
            !(f->conflict[c] = world_alloc(f->w, ((size_t)f->n + 63) / 64 + 1, sizeof **f->conflict)))
            return err_nomem(e);
        f->conflict[c][kept >> 6] |= UINT64_C(1) << (kept & 63);
    }
    return RC_OK;
}

/* Rows of an equal key with different days: the day is not known. */
static void mark_day(struct facts *f, uint32_t kept, uint32_t other)
{
    uint16_t *span = f->span;
    bool same = f->day[kept] == f->day[other] && (!span || span[kept] == span[other]);
    if (same) return;
    f->day[kept] = 0;
    if (span) span[kept] = 0;
}

/* Move kept rows together; conflict bits are set at the kept row's new place. */
static void keep_row(struct facts *f, uint32_t to, uint32_t from)
{
    if (to == from) return;
    f->order[to] = f->order[from];
    f->owner[to] = f->owner[from];
    f->day[to] = f->day[from];
    if (f->span) f->span[to] = f->span[from];
}

/* The kept row of begin..end-1 with the key of row i. */
static uint32_t find_equal(const struct facts *f, const struct row_key *k, uint32_t begin, uint32_t end, uint32_t i)
{
    uint64_t h, other;
    if (!key_hash(f, k, i, &h)) return end;
    while (begin < end && !(key_hash(f, k, begin, &other) && other == h && same_key(f, k, begin, i))) begin++;
    return begin;
}

/* The same for a person with very many rows: kept rows are found by the hash of their key. */
static enum rc merge_many(struct facts *f, const struct row_key *k, uint32_t from, uint32_t to, uint32_t *out,
                          struct err *e)
{
    struct map64 seen;
    uint32_t begin = *out;
    map64_init(&seen);
    enum rc rc = RC_OK;
    for (uint32_t i = from; !rc && i < to; i++) {
        uint64_t h = 0;
        bool known = key_hash(f, k, i, &h);
        uint32_t at = known ? map64_get(&seen, h) : UINT32_MAX;
        if (at != UINT32_MAX && !same_key(f, k, at, i)) { /* another key of this hash */
            at = find_equal(f, k, begin, *out, i);
            if (at == *out) at = UINT32_MAX;
        }
        if (at != UINT32_MAX) {
            rc = mark_conflicts(f, at, i, e);
            mark_day(f, at, i);
            continue;
        }
        if (known && map64_get(&seen, h) == UINT32_MAX && !map64_put(&seen, h, *out)) rc = err_nomem(e);
        keep_row(f, (*out)++, i);
    }
    map64_fini(&seen);
    return rc;
}

static enum rc merge_person(struct facts *f, const struct row_key *k, uint32_t from, uint32_t to, uint32_t *out,
                            struct err *e)
{
    uint32_t begin = *out;
    if (to - from > FEW_ROWS) return merge_many(f, k, from, to, out, e);
    for (uint32_t i = from; i < to; i++) {
        uint32_t at = i == from ? *out : find_equal(f, k, begin, *out, i);
        if (at == *out) {
            keep_row(f, (*out)++, i);
            continue;
        }
        TRY(mark_conflicts(f, at, i, e));
        mark_day(f, at, i);
    }
    return RC_OK;
}

static enum rc make_key(const struct facts *f, struct row_key *key, struct err *e)
{
    const struct dataset_decl *ds = &f->decl->u.dataset;
    const struct table_layout *l = &f->w->layouts[f->dataset + TABLE_FACT0];
    *key = (struct row_key){.by_day = ds->kind == DK_LATEST};
    for (size_t k = 0; k < ds->key.n; k++)
        for (size_t i = 0; i < l->n; i++) {
            if (!l->cols[i].decl || !str_eq(l->cols[i].decl->name.text, ds->key.v[k].text) || !f->cols[i].read)
                continue;
            if (key->n == ROW_KEY_MAX)
                return err_set(e, RC_INPUT, pos_none(), "the key of %.*s has more than %d fields.",
                               "%.*s 的行键超过 %d 个字段。", STR_ARG(f->decl->name.text), (int)ROW_KEY_MAX);
            key->col[key->n++] = (uint32_t)i;
        }
    return RC_OK;
}

struct doubles {
    const struct facts *f;
    const struct row_key *key;
    atomic_bool found;
};

static bool has_doubles(const struct facts *f, const struct row_key *k, uint32_t from, uint32_t to)
{
    if (to - from > FEW_ROWS) return true; /* perhaps: the merging finds out, and faster */
    for (uint32_t i = from + 1; i < to; i++)
        if (find_equal(f, k, from, i, i) != i) return true;
    return false;
}

static enum rc look_for_doubles(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct doubles *d = ctx;
    const uint32_t *first = d->f->first;
    uint32_t to = range_to(task, d->f->w->n_people);
    (void)thread, (void)e;
    for (uint32_t p = range_from(task); p < to && !d->found; p++)
        if (first[p + 1] - first[p] > 1 && has_doubles(d->f, d->key, first[p], first[p + 1])) d->found = true;
    return RC_OK;
}

enum rc facts_own_order(struct facts *f, struct err *e)
{
    if (f->order) return RC_OK;
    f->order = mem_alloc_array((size_t)f->n + 1, sizeof *f->order);
    if (!f->order) return err_nomem(e);
    for (uint32_t i = 0; i < f->n; i++) f->order[i] = i;
    return RC_OK;
}

/* Merging writes to these. */
static enum rc own_rows(struct facts *f, struct err *e)
{
    TRY(facts_own_order(f, e));
    if (f->day_is_column) {
        int32_t *day = world_alloc(f->w, (size_t)f->n + 1, sizeof *day);
        if (day) memcpy(day, f->day, (size_t)f->n * sizeof *day);
        f->day = day;
        f->day_is_column = false;
    }
    return f->day ? RC_OK : err_nomem(e);
}

static enum rc merge_all(struct facts *f, const struct row_key *key, struct err *e)
{
    uint32_t *first = f->first, out = 0;
    TRY(own_rows(f, e));
    for (uint32_t p = 0; p < f->w->n_people; p++) {
        uint32_t from = first[p], to = first[p + 1];
        first[p] = out;
        TRY(merge_person(f, key, from, to, &out, e));
    }
    first[f->w->n_people] = out;
    f->n = out;
    return RC_OK;
}

struct keeping {
    const struct facts *f;
    const struct row_key *key;
    uint32_t *to;
};

static enum rc keep_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct keeping *k = ctx;
    (void)thread, (void)e;
    for (uint32_t i = range_from(task); i < range_to(task, k->f->n); i++) {
        uint64_t h;
        bool known = key_hash(k->f, k->key, i, &h);
        k->to[i] = known ? (uint32_t)(h >> 32) | 1 : 0;
    }
    return RC_OK;
}

/* Rows that arrive later are compared by these. */
static enum rc keep_keys(const struct facts *f, const struct row_key *key, struct err *e)
{
    struct keeping k = {f, key, world_alloc(f->w, (size_t)f->n + 1, sizeof *k.to)};
    if (!k.to) return err_nomem(e);
    f->w->more[f->dataset].row_key = k.to;
    return world_ranges(f->w, f->n, keep_range, &k, e);
}

enum rc facts_merge(struct facts *f, struct err *e)
{
    struct row_key key;
    TRY(make_key(f, &key, e));
    if (!key.n && !key.by_day) return RC_OK;
    struct doubles d = {.f = f, .key = &key};
    TRY(world_ranges(f->w, f->w->n_people, look_for_doubles, &d, e));
    if (d.found) TRY(merge_all(f, &key, e));
    return f->w->arrivals ? keep_keys(f, &key, e) : RC_OK;
}
