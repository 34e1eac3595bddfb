/* One more delivery of a dataset that is loaded: its rows alone are read and put behind those that each person has.
 * What stands in the store afterwards read as a whole gives the same table. */
#include "screen/load_facts_int.h"

enum { RUNS_OF_A_TASK = 4096, PAIRS_MAX = 1 << 16, SLAB_ALIGN = 64, SLAB_SPARE = 4 /* a quarter */ };

/* Where new rows go: behind old row base_end - 1 those up to part_end - 1. */
struct insertion {
    uint32_t base_end, part_end;
};

/* An array of the table: rows of the old one and of the new ones in between. Cells, or bits when width is 0. */
struct move {
    const void *base, *part; /* NULL: zero cells; bits: all as the fill says */
    void *to;
    unsigned base_width, part_width, width;
    bool base_fill, part_fill;
};

struct more {
    struct world *w, part; /* part: the world with the new delivery's table instead of the whole one */
    uint32_t dataset;
    size_t table;
    struct insertion *v;
    size_t n, tasks;
    struct move *moves;
    size_t n_moves;
    struct ftable to;
    uint32_t *to_first, *to_key;
    uint64_t *to_identity, *to_taken, *to_unauthorised;
    char *slab;
    size_t bytes;
};

/* ---------------------------------------------------------------- may it be done */

static bool is_late_part(const struct delivery *d) { return d->kind == DELIVERY_ADDS && d->replaces; }

/* How many deliveries came behind those that are there; SIZE_MAX: it is not that. */
static size_t count_more(const struct world_rows *old, const struct world_rows *now)
{
    if (now->n < old->n) return SIZE_MAX;
    for (size_t i = 0; i < old->n; i++)
        if (old->deliveries[i].id != now->deliveries[i].id || old->first[i + 1] != now->first[i + 1]) return SIZE_MAX;
    for (size_t i = old->n; i < now->n; i++) /* of rows that waited: who waits is told anew */
        if (is_late_part(&now->deliveries[i])) return SIZE_MAX;
    return now->n - old->n;
}

/* A row with the key of another would be merged with it. Keys are compared by hashes: reading all again is right for
 * rows that only look equal too. */
static bool has_equal(const struct more *m)
{
    const uint32_t *old = m->w->more[m->dataset].row_key, *new = m->part.more[m->dataset].row_key;
    const uint32_t *first = m->w->tables[m->table].first, *owner = m->part.tables[m->table].owner;
    for (size_t i = 0; old && new &&i < m->n; i++) {
        uint32_t from = i ? m->v[i - 1].part_end : 0, to = m->v[i].part_end, begin = first[owner[from]];
        if ((uint64_t)(to - from) * (m->v[i].base_end - begin) > PAIRS_MAX) return true;
        for (uint32_t k = from; k < to; k++)
            for (uint32_t b = begin; new[k] && b < m->v[i].base_end; b++)
                if (old[b] == new[k]) return true;
    }
    return false;
}

/* ---------------------------------------------------------------- the new rows */

static enum rc read_part(struct more *m, const struct world_rows *now, struct err *e)
{
    struct world *p = &m->part;
    size_t n = m->w->frame.n_tables, last = now->n - 1;
    world_apart(p, m->w);
    memcpy(p->reader, m->w->reader, sizeof p->reader);
    p->tables = ARENA_ARRAY(&p->arena, struct ftable, n);
    p->datasets = ARENA_ARRAY(&p->arena, struct fdataset, n);
    p->rows = ARENA_ARRAY(&p->arena, struct world_rows, n);
    p->more = ARENA_ARRAY(&p->arena, struct world_more, n);
    int64_t *first = ARENA_ARRAY(&p->arena, int64_t, 2);
    if (!p->tables || !p->datasets || !p->rows || !p->more || !first) return err_nomem(e);
    first[1] = now->first[last + 1] - now->first[last];
    p->tables[m->table].name = m->w->tables[m->table].name;
    p->datasets[m->dataset].table = (uint32_t)m->table;
    p->rows[m->table] = (struct world_rows){.deliveries = &now->deliveries[last], .first = first, .n = 1};
    return load_facts(p, m->dataset, e);
}

static void part_free(struct more *m)
{
    memcpy(m->w->reader, m->part.reader, sizeof m->w->reader);
    memset(m->part.reader, 0, sizeof m->part.reader);
    world_part_free(&m->part);
    arena_fini(&m->part.arena);
}

static enum rc find_insertions(struct more *m, struct err *e)
{
    const struct ftable *base = &m->w->tables[m->table], *part = &m->part.tables[m->table];
    m->v = arena_alloc_array(&m->part.arena, (size_t)part->n + 1, sizeof *m->v);
    if (!m->v) return err_nomem(e);
    for (uint32_t i = 0; i < part->n; i++) {
        if (i + 1 < part->n && part->owner[i + 1] == part->owner[i]) continue;
        m->v[m->n++] = (struct insertion){base->first[part->owner[i] + 1], i + 1};
    }
    m->tasks = m->n / RUNS_OF_A_TASK + 1;
    return RC_OK;
}

/* ---------------------------------------------------------------- memory */

/* While bytes are counted there is no memory yet: NULL. */
static void *slab_take(struct more *m, size_t bytes)
{
    size_t at = m->bytes;
    m->bytes += (bytes + SLAB_ALIGN - 1) / SLAB_ALIGN * SLAB_ALIGN;
    return m->slab ? m->slab + at : NULL;
}

static void move_cells(struct more *m, const void **to, struct move x)
{
    *to = x.to = slab_take(m, (size_t)m->to.n * x.width);
    m->moves[m->n_moves++] = x;
}

static void move_bits(struct more *m, const uint64_t **to, struct move x)
{
    *to = x.to = slab_take(m, ((size_t)m->to.n + 63) / 64 * sizeof **to);
    m->moves[m->n_moves++] = x;
}

static void lay_column(struct more *m, struct fcol *to, const struct fcol *a, const struct fcol *b)
{
    *to = (struct fcol){.rep = a->width ? a->rep : b->rep, .width = a->width > b->width ? a->width : b->width};
    if (to->width) {
        to->min = !b->width || (a->width && a->min < b->min) ? a->min : b->min;
        to->max = !b->width || (a->width && a->max > b->max) ? a->max : b->max;
        move_cells(m, &to->data,
                   (struct move){.base = a->width ? a->data : NULL,
                                 .part = b->width ? b->data : NULL,
                                 .base_width = a->width,
                                 .part_width = b->width,
                                 .width = to->width});
    }
    bool whole = a->width && !a->valid && b->width && !b->valid;
    if (to->width && !whole)
        move_bits(m, &to->valid,
                  (struct move){.base = a->width ? a->valid : NULL,
                                .part = b->width ? b->valid : NULL,
                                .base_fill = a->width != 0,
                                .part_fill = b->width != 0});
    if (a->not_given || b->not_given)
        move_bits(m, &to->not_given, (struct move){.base = a->not_given, .part = b->not_given});
    if (a->conflict || b->conflict)
        move_bits(m, &to->conflict, (struct move){.base = a->conflict, .part = b->conflict});
}

static void lay_days(struct more *m, const struct ftable *a, const struct ftable *b)
{
    const void *owner, *date, *span;
    move_cells(m, &owner,
               (struct move){.base = a->owner, .part = b->owner, .base_width = 4, .part_width = 4, .width = 4});
    move_cells(m, &date, (struct move){.base = a->date, .part = b->date, .base_width = 4, .part_width = 4, .width = 4});
    m->to.owner = owner;
    m->to.date = date;
    if (!a->date_span && !b->date_span) return;
    move_cells(m, &span,
               (struct move){.base = a->date_span, .part = b->date_span, .base_width = 2, .part_width = 2, .width = 2});
    m->to.date_span = span;
}

static size_t people_words(const struct more *m) { return ((size_t)m->w->n_people + 63) / 64; }

static void lay_table(struct more *m)
{
    const struct world *w = m->w;
    const struct ftable *a = &w->tables[m->table], *b = &m->part.tables[m->table];
    m->n_moves = m->bytes = 0;
    m->to.cols = slab_take(m, (a->n_cols + 1) * sizeof *m->to.cols);
    lay_days(m, a, b);
    for (size_t i = 0; i < a->n_cols; i++) {
        struct fcol none, *to = m->to.cols ? &m->to.cols[i] : &none;
        *to = (struct fcol){0};
        if (w->need[m->table][i]) lay_column(m, to, &a->cols[i], &b->cols[i]);
    }
    m->to.first = m->to_first = slab_take(m, ((size_t)w->n_people + 1) * sizeof *m->to_first);
    if (w->more[m->dataset].row_key) {
        const void *key;
        struct move x = {.base_width = 4, .part_width = 4, .width = 4};
        x.base = w->more[m->dataset].row_key;
        x.part = m->part.more[m->dataset].row_key;
        move_cells(m, &key, x);
        m->to_key = m->moves[m->n_moves - 1].to;
    }
    const struct fdataset *ds = &w->datasets[m->dataset];
    if (ds->no_identity) m->to_identity = slab_take(m, people_words(m) * sizeof *m->to_identity);
    if (ds->taken_back) m->to_taken = slab_take(m, people_words(m) * sizeof *m->to_taken);
    if (ds->unauthorised) m->to_unauthorised = slab_take(m, people_words(m) * sizeof *m->to_unauthorised);
}

/* The old table's memory stays for the next delivery: memory from the system has to be cleared first. */
static enum rc take_slab(struct more *m, struct err *e)
{
    struct world_slab *spare = &m->w->more[m->dataset].slab[1];
    size_t n_cols = m->w->tables[m->table].n_cols;
    m->moves = arena_alloc_array(&m->part.arena, 4 + 4 * (n_cols + 1), sizeof *m->moves);
    if (!m->moves) return err_nomem(e);
    lay_table(m);
    if (m->bytes > spare->bytes) {
        size_t bytes = m->bytes + m->bytes / SLAB_SPARE;
        void *p = mem_big_alloc(bytes);
        if (!p) return err_nomem(e);
        mem_big_free(spare->p, spare->bytes);
        *spare = (struct world_slab){p, bytes};
    }
    m->slab = spare->p;
    lay_table(m);
    return RC_OK;
}

/* ---------------------------------------------------------------- moving */

static int64_t cell_of(const void *p, unsigned width, size_t i)
{
    switch (width) {
    case COL_1: return ((const int8_t *)p)[i];
    case COL_2: return ((const int16_t *)p)[i];
    case COL_4: return ((const int32_t *)p)[i];
    default: return ((const int64_t *)p)[i];
    }
}

static void widen(void *to, unsigned width, size_t at, const void *from, unsigned from_width, size_t i, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        int64_t v = cell_of(from, from_width, i + k);
        if (width == COL_2) ((int16_t *)to)[at + k] = (int16_t)v;
        else if (width == COL_4) ((int32_t *)to)[at + k] = (int32_t)v;
        else ((int64_t *)to)[at + k] = v;
    }
}

static void put_cells(const struct move *x, size_t at, const void *from, unsigned width, size_t i, size_t n)
{
    char *to = (char *)x->to + at * x->width;
    if (!from) memset(to, 0, n * x->width);
    else if (width == x->width) memcpy(to, (const char *)from + i * width, n * width);
    else widen(x->to, x->width, at, from, width, i, n);
}

/* n <= 64 bits from bit i on. */
static uint64_t bits_at(const uint64_t *v, size_t i, size_t n)
{
    unsigned shift = i & 63;
    uint64_t x = v[i >> 6] >> shift;
    if (shift + n > 64) x |= v[(i >> 6) + 1] << (64 - shift);
    return n < 64 ? x & ((UINT64_C(1) << n) - 1) : x;
}

/* Into bits that are 0. */
static void put_bits(uint64_t *to, size_t at, const uint64_t *from, bool fill, size_t i, size_t n)
{
    for (size_t k = 0; (from || fill) && k < n; k += 64) {
        size_t few = n - k < 64 ? n - k : 64;
        uint64_t x = from ? bits_at(from, i + k, few) : few < 64 ? (UINT64_C(1) << few) - 1 : UINT64_MAX;
        unsigned shift = (at + k) & 63;
        to[(at + k) >> 6] |= x << shift;
        if (shift + few > 64) to[((at + k) >> 6) + 1] |= x >> (64 - shift);
    }
}

static void put(const struct move *x, struct insertion from, struct insertion to)
{
    size_t at = (size_t)from.base_end + from.part_end, n = to.base_end - from.base_end;
    size_t more = to.part_end - from.part_end;
    if (x->width) {
        put_cells(x, at, x->base, x->base_width, from.base_end, n);
        put_cells(x, at + n, x->part, x->part_width, from.part_end, more);
    } else {
        put_bits(x->to, at, x->base, x->base_fill, from.base_end, n);
        put_bits(x->to, at + n, x->part, x->part_fill, from.part_end, more);
    }
}

/* Cells of a range of insertions; bits, which share words, all by the first task of an array. */
static enum rc move_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct more *m = ctx;
    const struct move *x = &m->moves[task / m->tasks];
    size_t part = task % m->tasks, from = part * RUNS_OF_A_TASK, to = from + RUNS_OF_A_TASK;
    (void)thread, (void)e;
    if (!x->width && part) return RC_OK;
    if (!x->width) memset(x->to, 0, ((size_t)m->to.n + 63) / 64 * sizeof(uint64_t));
    if (!x->width || to > m->n) to = m->n;
    struct insertion last = from ? m->v[from - 1] : (struct insertion){0};
    for (size_t i = from; i < to; last = m->v[i++]) put(x, last, m->v[i]);
    struct insertion end = {m->w->tables[m->table].n, m->part.tables[m->table].n};
    if (to == m->n) put(x, last, end);
    return RC_OK;
}

/* Rows before each person are those of both. */
static enum rc people_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct more *m = ctx;
    const uint32_t *a = m->w->tables[m->table].first, *b = m->part.tables[m->table].first;
    (void)thread, (void)e;
    for (uint32_t p = range_from(task); p < range_to(task, m->w->n_people + 1); p++) m->to_first[p] = a[p] + b[p];
    return RC_OK;
}

static enum rc move_all(struct more *m, struct err *e)
{
    unsigned threads = m->to.n < RANGE_ROWS && !m->w->threads_given ? 1 : m->w->threads;
    TRY(par_run(threads, m->n_moves * m->tasks, move_task, m, e));
    TRY(world_ranges(m->w, m->w->n_people + 1, people_task, m, e));
    const struct fdataset *old = &m->w->datasets[m->dataset];
    const uint64_t *more = m->part.datasets[m->dataset].no_identity;
    const uint64_t *taken = m->part.datasets[m->dataset].taken_back;
    for (size_t i = 0; m->to_identity && i < people_words(m); i++)
        m->to_identity[i] = old->no_identity[i] | (more ? more[i] : 0);
    for (size_t i = 0; m->to_taken && i < people_words(m); i++)
        m->to_taken[i] = old->taken_back[i] | (taken ? taken[i] : 0);
    if (m->to_unauthorised) memcpy(m->to_unauthorised, old->unauthorised, people_words(m) * sizeof *m->to_unauthorised);
    return RC_OK;
}

/* ---------------------------------------------------------------- whole */

/* Nothing can fail any more. */
static void take_over(struct more *m, const struct world_rows *now)
{
    struct world_more *x = &m->w->more[m->dataset];
    struct world_slab old = x->slab[0];
    x->slab[0] = x->slab[1];
    x->slab[1] = old;
    x->row_key = m->to_key;
    m->w->tables[m->table] = m->to;
    m->w->datasets[m->dataset].no_identity = m->to_identity;
    m->w->datasets[m->dataset].taken_back = m->to_taken;
    m->w->datasets[m->dataset].unauthorised = m->to_unauthorised;
    m->w->rows[m->table] = *now;
    m->w->merged++;
    world_release_span(m->w, &x->span);
}

static enum rc merge(struct more *m, const struct world_rows *now, bool *done, struct err *e)
{
    TRY(read_part(m, now, e));
    TRY(find_insertions(m, e));
    if (has_equal(m)) return RC_OK;
    const struct ftable *a = &m->w->tables[m->table];
    m->to = (struct ftable){.name = a->name, .n = a->n + m->part.tables[m->table].n, .n_cols = a->n_cols};
    TRY(take_slab(m, e));
    TRY(move_all(m, e));
    take_over(m, now);
    *done = true;
    return RC_OK;
}

enum rc facts_more(struct world *w, uint32_t dataset, bool *done, struct err *e)
{
    size_t t = dataset + TABLE_FACT0;
    struct world_rows now;
    *done = false;
    if (!w->arrivals || !w->datasets[dataset].decl || w->with_lines) return RC_OK;
    if (w->datasets[dataset].decl->placed_by.text.n) return RC_OK;
    TRY(rows_plan(w, policy_dataset_name(w->policy, dataset), &now, e));
    size_t n = count_more(&w->rows[t], &now);
    *done = n == 0;
    if (n != 1) return RC_OK;
    struct more m = {.w = w, .dataset = dataset, .table = t};
    enum rc rc = merge(&m, &now, done, e);
    part_free(&m);
    return rc;
}
