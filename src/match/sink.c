#include "match/sink.h"
#include "base/mem.h"
#include "base/par_order.h"
#include "columns/chunk.h"
#include "match/run_int.h"
#include "match/sink_int.h"

enum {
    GROUP_MAX = 16, /* columns read together */
    GROUP_NEAR = 2, /* likewise of so few rows that their records stay in the cache */
    LINE = 64       /* bytes of a line of the cache */
};

void sink_room_fini(struct sink_room *r)
{
    for (unsigned t = 0; t < PAR_MAX_THREADS; t++) mem_free(r->cells[t].p);
    for (unsigned i = 0; i < SINK_RING; i++) buf_fini(&r->ring[i]);
    *r = (struct sink_room){0};
}

enum rc sink_init(struct sink *k, struct store *s, int64_t delivery, struct par_pool *pool, struct sink_room *room,
                  struct err *e)
{
    *k = (struct sink){.pool = pool};
    k->room = room ? room : &k->own;
    k->at = mem_zalloc_array(SINK_COLUMNS_MAX, sizeof *k->at);
    if (!k->at) return err_nomem(e);
    return chunk_writer_open(&k->w, s, (struct owner){OWNER_DELIVERY, delivery}, e);
}

void sink_fini(struct sink *k)
{
    chunk_writer_close(k->w);
    mem_free(k->at);
    sink_room_fini(&k->own);
    *k = (struct sink){0};
}

enum rc sink_flush(struct sink *k, struct err *e) { return chunk_flush(k->w, e); }

static struct sink_place *place_of(struct sink *k, struct str name)
{
    for (size_t i = 0; i < k->n_at; i++)
        if (str_eq(k->at[i].name, name)) return &k->at[i];
    if (k->n_at == SINK_COLUMNS_MAX) return NULL;
    k->at[k->n_at].name = name;
    return &k->at[k->n_at++];
}

/* ---- one chunk */

/* A column's cells of one chunk. */
struct column_work {
    void *to; /* numbers, or texts as keys */
    uint64_t valid[CHUNK_VALID_WORDS];
    struct take_near near;
    struct buf joined; /* texts of sets */
};

struct chunk_work {
    struct column_work column[GROUP_MAX];
    void *cells; /* of all of them, in the sink's room */
};

static inline size_t source_row(const struct sink_column *c, size_t i) { return c->order ? c->order[i] : i; }

static const void *source_of(const struct sink_column *c) { return c->texts ? (const void *)c->texts : c->v; }

static size_t step_of(const struct sink_column *c)
{
    if (c->texts) return sizeof *c->texts;
    return c->step ? c->step : cell_kind_width(c->kind);
}

/* Rows from.. of a set, the whole chunk at once: the buffer may move while it grows, so lengths come first. */
static void take_sets(const struct sink_column *c, size_t from, uint32_t n, struct column_work *w)
{
    struct text_key *to = w->to;
    size_t step = step_of(c);
    buf_clear(&w->joined);
    memset(w->valid, 0, sizeof w->valid);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t mask = *(const uint64_t *)(const void *)((const char *)c->v + source_row(c, from + i) * step);
        size_t at = w->joined.n;
        for (size_t k = 0; k < c->codes->n; k++) {
            if (!(mask >> k & 1)) continue;
            if (w->joined.n > at) buf_addc(&w->joined, ',');
            buf_add(&w->joined, c->codes->name[k]);
        }
        to[i].w[0] = w->joined.n - at;
        w->valid[i / 64] |= (uint64_t)(mask != 0) << (i % 64);
    }
    const char *p = w->joined.p;
    for (uint32_t i = 0; i < n; i++) {
        struct str s = str_make(p ? p : "", to[i].w[0]);
        to[i] = text_key_of(s);
        p += s.n;
    }
}

/* ---- encoding on all threads; whoever holds the next chunks in order writes */

/* Columns read together: c[0..n). */
struct group {
    const struct sink_column *c;
    struct sink_place **place;
    unsigned n;
    const char *base; /* of the records; NULL: the column is its row numbers */
    bool scattered;   /* the records, in the order of the rows */
    size_t step, bytes;
    size_t rows, first; /* first: its first task, a chunk of rows of all its columns */
};

struct slot {
    struct buf *bytes;
    size_t end[GROUP_MAX]; /* of each column's chunk in bytes */
    uint32_t rows;
};

struct job {
    struct sink *k;
    struct sink_place **place;
    struct group *group;
    size_t groups, tasks;
    struct chunk_work *work[PAR_MAX_THREADS];
    struct slot ring[SINK_RING];
};

static const struct group *group_at(const struct job *j, size_t task)
{
    const struct group *g = j->group;
    for (size_t i = 1; i < j->groups && j->group[i].first <= task; i++) g = &j->group[i];
    return g;
}

static enum rc put_chunks(void *ctx, size_t task, size_t slot, struct err *e)
{
    struct job *j = ctx;
    const struct slot *s = &j->ring[slot];
    const struct group *g = group_at(j, task);
    for (unsigned i = 0; i < g->n; i++) {
        struct sink_place *at = g->place[i];
        size_t from = i ? s->end[i - 1] : 0;
        struct chunk_put p = {.name = g->c[i].name,
                              .seq = at->seq,
                              .rows = s->rows,
                              .first_row = at->rows,
                              .bytes = str_make(s->bytes->p + from, s->end[i] - from),
                              .seal = g->c[i].seal};
        TRY(chunk_put(j->k->w, &p, e));
        at->seq++;
        at->rows += s->rows;
    }
    return RC_OK;
}

/* Have the tile's records brought near, part `part` of parts: a few at a time, so that nothing waits for them. */
static void ask_for(const struct group *g, const struct tile *t, unsigned part, unsigned parts)
{
    if (!g->scattered) return;
    for (unsigned i = t->n * part / parts, to = t->n * (part + 1) / parts; i < to; i++) {
        const char *p = t->record[i], *last = p + g->bytes - 1;
        for (; p < last; p += LINE) __builtin_prefetch(p);
        __builtin_prefetch(last);
    }
}

static size_t cell_bytes(const struct sink_column *c) { return taken_bytes(taken_as(c)); }

static size_t row_bytes(const struct group *g)
{
    size_t n = 0;
    for (unsigned i = 0; i < g->n; i++) n += cell_bytes(&g->c[i]);
    return n;
}

/* Rows there is room for: whole tiles. */
static size_t chunk_rows(const struct group *g)
{
    return g->rows < CHUNK_ROWS ? (g->rows + TILE - 1) / TILE * TILE : CHUNK_ROWS;
}

/* Each column's cells behind those of the one before. */
static void lay_cells(struct chunk_work *w, const struct group *g)
{
    char *at = w->cells;
    for (unsigned i = 0; i < g->n; at += chunk_rows(g) * cell_bytes(&g->c[i++])) {
        w->column[i].to = at;
        take_begin(&g->c[i], &w->column[i].near);
    }
}

/* Rows from + at.. of the group, at most to `rows`. */
static void point_at(const struct group *g, size_t from, uint32_t at, uint32_t rows, struct tile *t)
{
    t->n = rows - at < TILE ? rows - at : TILE;
    t->first = from + at;
    if (t->n && g->base) tile_point(t, g->base, g->c->order, g->step);
}

static size_t offset_in(const struct group *g, unsigned i)
{
    return g->base ? (size_t)((const char *)source_of(&g->c[i]) - g->base) : 0;
}

static void take_all(const struct group *g, size_t from, uint32_t rows, struct chunk_work *w)
{
    struct tile two[2];
    point_at(g, from, 0, rows, &two[0]);
    for (uint32_t at = 0, which = 0; at < rows; at += TILE, which = !which) {
        struct tile *t = &two[which], *next = &two[!which];
        point_at(g, from, at + t->n, rows, next);
        for (unsigned i = 0; i < g->n; i++) {
            struct column_work *x = &w->column[i];
            ask_for(g, next, i, g->n);
            if (g->c[i].kind == CK_SET) continue; /* with the whole chunk */
            char *to = (char *)x->to + at * cell_bytes(&g->c[i]);
            x->valid[at / TILE] = take_tile(&g->c[i], t, offset_in(g, i), &x->near, to);
        }
    }
}

/* Numbers of which some have no room in the records. */
static enum rc encode_wide(const struct group *g, unsigned i, size_t from, uint32_t n, const struct column_work *w,
                           struct buf *out, struct err *e)
{
    struct tile t;
    int64_t *v = mem_alloc_array((n + TILE - 1) / TILE * TILE, sizeof *v);
    if (!v) return err_nomem(e);
    for (uint32_t at = 0; at < n; at += TILE) {
        point_at(g, from, at, n, &t);
        take_wide(&g->c[i], &t, offset_in(g, i), v + at);
    }
    enum rc rc = chunk_encode_i64(v, w->valid, n, out, e);
    mem_free(v);
    return rc;
}

static enum rc encode(const struct group *g, unsigned i, size_t from, uint32_t n, struct column_work *w,
                      struct buf *out, struct err *e)
{
    const struct sink_column *c = &g->c[i];
    if (c->kind == CK_SET) take_sets(c, from, n, w);
    if (w->joined.failed) return err_nomem(e);
    switch (taken_as(c)) {
    case TAKEN_KEYS: return chunk_encode_texts(w->to, w->valid, n, out, e);
    case TAKEN_WORDS: return chunk_encode_words(&(struct text_words){w->to, take_key, &w->near}, w->valid, n, out, e);
    case TAKEN_I32:
        if (w->near.big) return encode_wide(g, i, from, n, w, out, e);
        return chunk_encode_i32(w->to, c->kind == CK_DATE ? STAGE_SPAN_SHIFT : 0, w->valid, n, out, e);
    case TAKEN_I64: break;
    }
    return chunk_encode_i64(w->to, w->valid, n, out, e);
}

static enum rc encode_task(void *ctx, size_t task, size_t slot, unsigned thread, struct err *e)
{
    struct job *j = ctx;
    struct slot *s = &j->ring[slot];
    const struct group *g = group_at(j, task);
    struct chunk_work *w = j->work[thread];
    size_t from = (task - g->first) * CHUNK_ROWS;
    lay_cells(w, g);
    s->rows = g->rows - from < CHUNK_ROWS ? (uint32_t)(g->rows - from) : CHUNK_ROWS;
    buf_clear(s->bytes);
    take_all(g, from, s->rows, w);
    for (unsigned i = 0; i < g->n; i++) {
        TRY(encode(g, i, from, s->rows, &w->column[i], s->bytes, e));
        s->end[i] = s->bytes->n;
    }
    return RC_OK;
}

/* Columns of the same records go together. */
static bool same_records(const struct sink_column *a, const struct sink_column *b)
{
    return a->step && a->step == b->step && a->order == b->order;
}

static struct group group_of(const struct sink_column *c, struct sink_place **place, size_t left, size_t rows)
{
    struct group g = {.c = c, .place = place, .n = 1, .step = step_of(c)};
    size_t most = rows > CHUNK_ROWS ? GROUP_MAX : GROUP_NEAR;
    while (g.n < left && g.n < most && same_records(c, &c[g.n])) g.n++;
    const char *from = source_of(c), *to = from;
    for (unsigned i = 0; i < g.n; i++) {
        const char *cell = source_of(&c[i]);
        size_t width = c[i].step ? cells_width(c[i].kind, c[i].narrow) : g.step;
        if (cell < from) from = cell;
        if (cell + width > to) to = cell + width;
    }
    if (!from) return g;
    g.base = from;
    g.scattered = c->order != NULL;
    g.bytes = (size_t)(to - from);
    return g;
}

static bool cells_grow(struct sink_cells *c, size_t bytes)
{
    if (bytes <= c->bytes) return true;
    mem_free(c->p);
    *c = (struct sink_cells){.p = mem_room_alloc(bytes)};
    if (c->p) c->bytes = bytes;
    return c->p != NULL;
}

static enum rc make_work(struct chunk_work **out, struct sink_cells *cells, size_t bytes, struct err *e)
{
    struct chunk_work *w = *out = mem_zalloc_array(1, sizeof *w);
    if (!w) return err_nomem(e);
    for (unsigned i = 0; i < GROUP_MAX; i++) buf_init(&w->column[i].joined, CHUNK_TEXT_MAX);
    if (!cells_grow(cells, bytes)) return err_nomem(e);
    w->cells = cells->p;
    return RC_OK;
}

static enum rc add_batch(struct job *j, const struct sink_batch *b, struct sink_place **place, struct err *e)
{
    for (size_t i = 0; i < b->n; i++) {
        place[i] = place_of(j->k, b->c[i].name);
        if (!place[i]) return err_set(e, RC_INPUT, pos_none(), "the dataset has too many fields", "数据集字段过多");
    }
    for (size_t i = 0; b->rows && i < b->n; i += j->group[j->groups++].n) {
        struct group *g = &j->group[j->groups];
        *g = group_of(&b->c[i], &place[i], b->n - i, b->rows);
        g->rows = b->rows;
        g->first = j->tasks;
        j->tasks += (b->rows + CHUNK_ROWS - 1) / CHUNK_ROWS;
    }
    return RC_OK;
}

static enum rc add_batches(struct job *j, const struct sink_batch *b, size_t n, struct err *e)
{
    size_t columns = 1;
    for (size_t i = 0; i < n; i++) columns += b[i].n;
    j->place = mem_zalloc_array(columns, sizeof *j->place);
    j->group = mem_zalloc_array(columns, sizeof *j->group);
    if (!j->place || !j->group) return err_nomem(e);
    struct sink_place **place = j->place;
    for (size_t i = 0; i < n; place += b[i++].n) TRY(add_batch(j, &b[i], place, e));
    return RC_OK;
}

static enum rc job_init(struct job *j, const struct sink_batch *b, size_t n, unsigned threads, struct err *e)
{
    size_t most = 1;
    TRY(add_batches(j, b, n, e));
    for (size_t i = 0; i < j->groups; i++) {
        size_t bytes = chunk_rows(&j->group[i]) * row_bytes(&j->group[i]);
        if (bytes > most) most = bytes;
    }
    for (unsigned t = 0; t < threads; t++) TRY(make_work(&j->work[t], &j->k->room->cells[t], most, e));
    return RC_OK;
}

static void job_fini(struct job *j)
{
    for (unsigned t = 0; t < PAR_MAX_THREADS; t++) {
        struct chunk_work *w = j->work[t];
        for (unsigned i = 0; w && i < GROUP_MAX; i++) buf_fini(&w->column[i].joined);
        mem_free(w);
    }
    mem_free(j->place);
    mem_free(j->group);
    mem_free(j);
}

static enum rc job_run(struct job *j, const struct sink_batch *b, size_t n, struct err *e)
{
    struct par_team team = {j->k->pool ? par_pool_threads(j->k->pool) : 1, j->k->pool};
    const struct par_order o = {.make = encode_task,
                                .take = put_chunks,
                                .ctx = j,
                                .slots = team.threads + 2 < SINK_RING ? team.threads + 2 : SINK_RING};
    TRY(job_init(j, b, n, team.threads, e));
    for (size_t i = 0; i < o.slots; i++) {
        j->ring[i].bytes = &j->k->room->ring[i];
        j->ring[i].bytes->max = GROUP_MAX * CHUNK_BYTES_MAX;
    }
    return par_order_run(team, j->tasks, &o, e);
}

enum rc sink_write(struct sink *k, const struct sink_batch *b, size_t n, struct err *e)
{
    struct job *j = mem_zalloc_array(1, sizeof *j);
    if (!j) return err_nomem(e);
    j->k = k;
    enum rc rc = job_run(j, b, n, e);
    job_fini(j);
    return rc;
}

size_t sink_stored(const struct plan *pl, const struct run *r, struct sink_column *c)
{
    size_t n = 0;
    for (size_t i = 0; i < pl->n_cols; i++) {
        const struct plan_column *p = &pl->cols[i];
        if (!p->keep || !plan_has(pl, i)) continue;
        c[n++] = (struct sink_column){.name = p->stored,
                                      .kind = p->kind,
                                      .seal = p->seal,
                                      .v = r->stage[i],
                                      .step = r->records ? r->step[i] : 0,
                                      .narrow = r->narrow[i],
                                      .column = (uint32_t)i,
                                      .order = r->order,
                                      .run = r,
                                      .codes = p->codes};
    }
    return n;
}
