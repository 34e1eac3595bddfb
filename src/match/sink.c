#include "match/sink.h"
#include "base/mem.h"
#include "base/par.h"
#include "columns/chunk.h"

enum { SINK_RING = 16, ASK_AHEAD = 24 };

enum rc sink_init(struct sink *k, struct store *s, int64_t delivery, unsigned threads, struct err *e)
{
    *k = (struct sink){.threads = threads};
    k->at = mem_zalloc_array(SINK_COLUMNS_MAX, sizeof *k->at);
    if (!k->at) return err_nomem(e);
    return chunk_writer_open(&k->w, s, (struct owner){OWNER_DELIVERY, delivery}, e);
}

void sink_fini(struct sink *k)
{
    chunk_writer_close(k->w);
    mem_free(k->at);
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

struct chunk_work {
    int64_t v[CHUNK_ROWS];
    struct str s[CHUNK_ROWS];
    uint64_t valid[CHUNK_VALID_WORDS];
    struct buf joined; /* texts of sets */
};

static inline size_t source_row(const struct sink_column *c, size_t i) { return c->order ? c->order[i] : i; }

/* The cells of a column lie scattered once the rows are sorted: ask for them ahead. */
static inline void ask_ahead(const struct sink_column *c, size_t from, uint32_t i, uint32_t n, unsigned width)
{
    if (c->order && i + ASK_AHEAD < n)
        __builtin_prefetch((const char *)c->v + (size_t)c->order[from + i + ASK_AHEAD] * width);
}

static inline void set_valid(struct chunk_work *w, uint32_t i, bool yes)
{
    w->valid[i / 64] |= (uint64_t)yes << i % 64;
}

static void take_bytes(const struct sink_column *c, size_t from, uint32_t n, struct chunk_work *w)
{
    const uint8_t *v = c->v;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t x = v[source_row(c, from + i)];
        w->v[i] = x;
        set_valid(w, i, c->kind != CK_BOOL || x != STAGE_BLANK8);
    }
}

static void take_dates(const struct sink_column *c, size_t from, uint32_t n, struct chunk_work *w)
{
    const uint32_t *v = c->v;
    for (uint32_t i = 0; i < n; i++) {
        ask_ahead(c, from, i, n, 4);
        uint32_t x = v[source_row(c, from + i)];
        w->v[i] = (int64_t)((uint64_t)(x & ((1u << STAGE_SPAN_SHIFT) - 1)) | (uint64_t)(x >> STAGE_SPAN_SHIFT) << 32);
        set_valid(w, i, x != 0);
    }
}

static void take_u32(const struct sink_column *c, size_t from, uint32_t n, struct chunk_work *w)
{
    const uint32_t *v = c->v;
    for (uint32_t i = 0; i < n; i++) {
        size_t row = source_row(c, from + i);
        w->v[i] = (int64_t)((v ? v[row] : (uint32_t)row) + c->add);
        set_valid(w, i, true);
    }
}

static void take_i64(const struct sink_column *c, size_t from, uint32_t n, struct chunk_work *w)
{
    const int64_t *v = c->v;
    bool all = c->kind == CK_U64;
    for (uint32_t i = 0; i < n; i++) {
        ask_ahead(c, from, i, n, 8);
        w->v[i] = v[source_row(c, from + i)];
        set_valid(w, i, all || w->v[i] != STAGE_BLANK64);
    }
}

static void take_codes(const struct sink_column *c, size_t from, uint32_t n, struct chunk_work *w)
{
    const uint16_t *v = c->v;
    for (uint32_t i = 0; i < n; i++) {
        ask_ahead(c, from, i, n, 2);
        uint16_t x = v[source_row(c, from + i)];
        bool blank = x == STAGE_BLANK16;
        w->s[i] = blank ? STR("") : c->codes->name[x];
        set_valid(w, i, !blank);
    }
}

static void take_texts(const struct sink_column *c, size_t from, uint32_t n, struct chunk_work *w)
{
    const uint64_t *v = c->v;
    for (uint32_t i = 0; i < n; i++) {
        size_t row = source_row(c, from + i);
        if (c->run) ask_ahead(c, from, i, n, 8);
        bool blank = c->run ? v[row] == TEXT_BLANK : !c->texts[row].p;
        w->s[i] = blank ? STR("") : c->run ? run_text(c->run, v[row]) : c->texts[row];
        set_valid(w, i, !blank);
    }
}

static void take_sets(const struct sink_column *c, size_t from, uint32_t n, struct chunk_work *w)
{
    const uint64_t *v = c->v;
    buf_clear(&w->joined);
    /* Lengths first: the buffer may move while it grows. */
    for (uint32_t i = 0; i < n; i++) {
        uint64_t mask = v[source_row(c, from + i)];
        size_t at = w->joined.n;
        for (size_t k = 0; k < c->codes->n; k++) {
            if (!(mask >> k & 1)) continue;
            if (w->joined.n > at) buf_addc(&w->joined, ',');
            buf_add(&w->joined, c->codes->name[k]);
        }
        w->s[i].n = w->joined.n - at;
        set_valid(w, i, mask != 0);
    }
    const char *p = w->joined.p;
    for (uint32_t i = 0; i < n; i++) {
        w->s[i].p = p ? p : "";
        p += w->s[i].n;
    }
}

static enum rc encode(const struct sink_column *c, size_t from, uint32_t n, struct chunk_work *w, struct buf *out,
                      struct err *e)
{
    memset(w->valid, 0, sizeof w->valid);
    switch (c->kind) {
    case CK_BOOL:
    case CK_U8: take_bytes(c, from, n, w); break;
    case CK_DATE: take_dates(c, from, n, w); break;
    case CK_U32: take_u32(c, from, n, w); break;
    case CK_CODE: take_codes(c, from, n, w); return chunk_encode_str(w->s, w->valid, n, out, e);
    case CK_TEXT: take_texts(c, from, n, w); return chunk_encode_str(w->s, w->valid, n, out, e);
    case CK_SET:
        take_sets(c, from, n, w);
        if (w->joined.failed) return err_nomem(e);
        return chunk_encode_str(w->s, w->valid, n, out, e);
    default: take_i64(c, from, n, w); break;
    }
    return chunk_encode_i64(w->v, w->valid, n, out, e);
}

/* ---- encoding on all threads; whoever holds the next chunk in order writes */

struct slot {
    struct buf bytes;
    uint32_t rows;
    bool ready;
};

struct job {
    struct sink *k;
    const struct sink_column *c;
    struct sink_place **place;
    size_t rows, per_column, tasks;
    struct chunk_work *work[PAR_MAX_THREADS];
    struct slot ring[SINK_RING];
    pthread_mutex_t lock; /* over all below, and the ring's ready marks */
    pthread_cond_t moved;
    size_t next; /* the first task not written */
    bool writing, failed;
};

static enum rc put_chunk(struct job *j, size_t task, struct err *e)
{
    struct slot *s = &j->ring[task % SINK_RING];
    const struct sink_column *c = &j->c[task / j->per_column];
    struct sink_place *at = j->place[task / j->per_column];
    struct chunk_put p = {.name = c->name,
                          .seq = at->seq,
                          .rows = s->rows,
                          .first_row = at->rows,
                          .bytes = buf_str(&s->bytes),
                          .seal = c->seal};
    TRY(chunk_put(j->k->w, &p, e));
    at->seq++;
    at->rows += s->rows;
    return RC_OK;
}

/* Write what is ready and next in order, unless another thread is at it. Called with the lock, which is let go while
 * writing. */
static enum rc drain(struct job *j, struct err *e)
{
    enum rc rc = RC_OK;
    if (j->writing) return RC_OK;
    j->writing = true;
    while (!rc && !j->failed && j->next < j->tasks && j->ring[j->next % SINK_RING].ready) {
        pthread_mutex_unlock(&j->lock);
        rc = put_chunk(j, j->next, e);
        pthread_mutex_lock(&j->lock);
        j->ring[j->next % SINK_RING].ready = false;
        j->next += !rc;
        j->failed |= rc != RC_OK;
        pthread_cond_broadcast(&j->moved);
    }
    j->writing = false;
    return rc;
}

static enum rc hand_over(struct job *j, size_t task, struct err *e)
{
    pthread_mutex_lock(&j->lock);
    j->ring[task % SINK_RING].ready = true;
    enum rc rc = drain(j, e);
    pthread_mutex_unlock(&j->lock);
    return rc;
}

/* Wait until the task's slot of the ring is free. False: another task failed. */
static bool wait_for_slot(struct job *j, size_t task)
{
    pthread_mutex_lock(&j->lock);
    while (!j->failed && task >= j->next + SINK_RING) pthread_cond_wait(&j->moved, &j->lock);
    bool go = !j->failed;
    pthread_mutex_unlock(&j->lock);
    return go;
}

static enum rc encode_task(struct job *j, size_t task, unsigned thread, struct err *e)
{
    struct slot *s = &j->ring[task % SINK_RING];
    size_t from = task % j->per_column * CHUNK_ROWS;
    s->rows = j->rows - from < CHUNK_ROWS ? (uint32_t)(j->rows - from) : CHUNK_ROWS;
    buf_clear(&s->bytes);
    return encode(&j->c[task / j->per_column], from, s->rows, j->work[thread], &s->bytes, e);
}

static enum rc work(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct job *j = ctx;
    if (!wait_for_slot(j, task)) return RC_OK; /* the failure is told by who had it */
    enum rc rc = encode_task(j, task, thread, e);
    if (!rc) return hand_over(j, task, e);
    pthread_mutex_lock(&j->lock);
    j->failed = true;
    pthread_cond_broadcast(&j->moved);
    pthread_mutex_unlock(&j->lock);
    return rc;
}

static enum rc job_init(struct job *j, size_t n, struct err *e)
{
    j->place = mem_zalloc_array(n, sizeof *j->place);
    if (!j->place) return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        j->place[i] = place_of(j->k, j->c[i].name);
        if (!j->place[i]) return err_set(e, RC_INPUT, pos_none(), "the dataset has too many fields", "数据集字段过多");
    }
    for (unsigned t = 0; t < j->k->threads; t++) {
        j->work[t] = mem_alloc_array(1, sizeof *j->work[t]);
        if (!j->work[t]) return err_nomem(e);
        buf_init(&j->work[t]->joined, CHUNK_TEXT_MAX);
    }
    return RC_OK;
}

static enum rc job_run(struct job *j, size_t n, struct err *e)
{
    TRY(job_init(j, n, e));
    if (pthread_mutex_init(&j->lock, NULL)) return err_nomem(e);
    if (pthread_cond_init(&j->moved, NULL)) {
        pthread_mutex_destroy(&j->lock);
        return err_nomem(e);
    }
    for (size_t i = 0; i < SINK_RING; i++) buf_init(&j->ring[i].bytes, CHUNK_BYTES_MAX);
    enum rc rc = par_run(j->k->threads, j->tasks, work, j, e);
    for (size_t i = 0; i < SINK_RING; i++) buf_fini(&j->ring[i].bytes);
    pthread_cond_destroy(&j->moved);
    pthread_mutex_destroy(&j->lock);
    return rc;
}

enum rc sink_write(struct sink *k, const struct sink_column *c, size_t n, size_t rows, struct err *e)
{
    if (!n || !rows) return RC_OK;
    struct job *j = mem_zalloc_array(1, sizeof *j);
    if (!j) return err_nomem(e);
    j->k = k;
    j->c = c;
    j->rows = rows;
    j->per_column = (rows + CHUNK_ROWS - 1) / CHUNK_ROWS;
    j->tasks = n * j->per_column;
    enum rc rc = job_run(j, n, e);
    for (unsigned t = 0; t < k->threads; t++) {
        if (j->work[t]) buf_fini(&j->work[t]->joined);
        mem_free(j->work[t]);
    }
    mem_free(j->place);
    mem_free(j);
    return rc;
}
