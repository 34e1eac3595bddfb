/* The index of people from the stored rosters: chunks are read and spread over parts of the table by all threads, then
 * each part, small enough for a core's cache, is filled by one. One thread alone puts each chunk into the table at
 * once: slower, but with no more memory than the table. */
#include <stdatomic.h>
#include <stdlib.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/vec.h"
#include "columns/chunk.h"
#include "match/person_index.h"
#include "store/chunks.h"
#include "store/delivery.h"

enum { PIECES_MAX = 1 << 20, PARTS_MAX = 1024, DIRECT_ROWS = 512, FEW_ROWS = 2 * CHUNK_ROWS };
#define PART_BYTES KIB(512)
#define LOAD_ARENA_MAX MIB(256)

/* The rows of one chunk. */
struct piece {
    struct chunk_ref person, key, name;
    size_t at;     /* its place in loading.slots */
    uint32_t *end; /* of each part: those with an ID whom no later delivery has; NULL: none */
};

struct reader {
    struct store *s;
    bool own;
    struct buf bytes;
    int64_t person[CHUNK_ROWS], key[CHUNK_ROWS], name[CHUNK_ROWS];
    uint16_t part[CHUNK_ROWS];
    uint64_t valid[CHUNK_VALID_WORDS], fresh[CHUNK_VALID_WORDS]; /* fresh: no later delivery has them */
};

struct loading {
    struct person_index *x;
    struct store *s;
    struct par_team team;
    struct arena arena;
    VEC(struct piece) pieces;
    size_t from, now; /* the first piece of the delivery being read, and how many it has */
    size_t rows, parts;
    struct index_slot *slots; /* room for every row; those of a piece part by part. NULL: one thread alone */
    _Atomic uint64_t *seen;   /* a bit for each person of later deliveries; NULL while there is one delivery only */
    uint32_t most;            /* no person's number is higher */
    struct reader *reader[PAR_MAX_THREADS];
    atomic_bool full;
};

static enum rc damaged(struct err *e)
{
    return err_set(e, RC_ENV, pos_none(), "a stored roster column is damaged; run `fangpin check`",
                   "存储的花名册列已损坏；请运行 `fangpin check`");
}

/* ---- what there is */

static enum rc list_column(struct loading *l, int64_t delivery, struct str name, size_t *n, struct chunk_ref **v,
                           struct err *e)
{
    return chunk_list(l->s, &l->arena, (struct owner){OWNER_DELIVERY, delivery}, name, v, n, e);
}

static enum rc list_pieces(struct loading *l, int64_t delivery, struct err *e)
{
    size_t n = 0, keys = 0, names = 0;
    struct chunk_ref *person, *key, *name;
    TRY(list_column(l, delivery, STR("person"), &n, &person, e));
    TRY(list_column(l, delivery, STR("id"), &keys, &key, e));
    TRY(list_column(l, delivery, STR("name_hash"), &names, &name, e));
    if (n != keys || n != names) return damaged(e);
    for (size_t i = 0; i < n; i++) {
        struct piece p = {.person = person[i], .key = key[i], .name = name[i], .at = l->rows};
        if (!vec_push(&l->pieces, PIECES_MAX, p)) return err_nomem(e);
        l->rows += person[i].rows;
    }
    return RC_OK;
}

/* ---- reading a chunk */

static enum rc read_cells(struct reader *r, const struct chunk_ref *ref, uint32_t rows, int64_t *cells, struct err *e)
{
    struct chunk_view v;
    struct str bytes;
    TRY(chunk_fetch(r->s, ref, &r->bytes, &bytes, e));
    TRY(chunk_open(bytes, ref->sealed ? CHUNK_MINIMAL : CHUNK_DEFAULT, &v, e));
    bool ok = v.rows == rows && rows <= CHUNK_ROWS && chunk_read_i64(&v, 0, rows, cells, r->valid);
    for (uint32_t i = 0; ok && v.blanks && i < rows; i++)
        if (!(r->valid[i / 64] >> i % 64 & 1)) cells[i] = 0;
    chunk_close(&v);
    return ok ? RC_OK : damaged(e);
}

/* Mark the rows whose people no later delivery has, and the people as had. False when there are none. */
static bool mark_fresh(struct loading *l, struct reader *r, uint32_t rows)
{
    bool any = false;
    memset(r->fresh, l->seen ? 0 : 0xff, sizeof r->fresh);
    for (uint32_t i = 0; l->seen && i < rows; i++) {
        uint64_t no = (uint64_t)r->person[i];
        if (no > l->most) continue; /* a damaged number finds nobody */
        uint64_t bit = UINT64_C(1) << no % 64;
        bool had = atomic_fetch_or_explicit(&l->seen[no / 64], bit, memory_order_relaxed) & bit;
        r->fresh[i / 64] |= (uint64_t)!had << i % 64;
        any |= !had;
    }
    return any || !l->seen;
}

static bool wanted(const struct reader *r, uint32_t i) { return r->key[i] && (r->fresh[i / 64] >> i % 64 & 1); }

static enum rc spread(struct loading *l, struct piece *p, struct reader *r, uint32_t rows, struct err *e)
{
    uint32_t start[PARTS_MAX + 2] = {0};
    struct index_slot *v = l->slots + p->at;
    p->end = mem_alloc_array(l->parts, sizeof *p->end);
    if (!p->end) return err_nomem(e);
    const size_t parts = l->parts;
    for (uint32_t i = 0; i < rows; i++) { /* those that are not wanted come behind the last part */
        size_t part = wanted(r, i) ? person_index_part((uint64_t)r->key[i], parts) : parts;
        r->part[i] = (uint16_t)part;
        start[part + 1]++;
    }
    for (size_t k = 1; k <= l->parts; k++) start[k] += start[k - 1];
    for (uint32_t i = 0; i < rows; i++)
        v[start[r->part[i]]++] = (struct index_slot){(uint64_t)r->key[i], name_fold((uint64_t)r->name[i]),
                                                     (uint32_t)r->person[i]};
    memcpy(p->end, start, l->parts * sizeof *start); /* each start has become the end */
    return RC_OK;
}

/* One after the other into the table. */
static enum rc add_direct(struct loading *l, const struct reader *r, uint32_t rows, struct err *e)
{
    struct person_entry v[DIRECT_ROWS];
    size_t n = 0;
    for (uint32_t i = 0; i < rows; i++) {
        if (!wanted(r, i)) continue;
        v[n++] = (struct person_entry){(uint64_t)r->key[i], (uint64_t)r->name[i], (uint32_t)r->person[i]};
        if (n < DIRECT_ROWS) continue;
        TRY(person_index_add_all(l->x, v, n, e));
        n = 0;
    }
    return person_index_add_all(l->x, v, n, e);
}

static enum rc reader_of(struct loading *l, unsigned thread, struct reader **out, struct err *e)
{
    struct reader *r = *out = l->reader[thread];
    if (r) return RC_OK;
    r = *out = l->reader[thread] = mem_alloc_array(1, sizeof *r);
    if (!r) return err_nomem(e);
    buf_init(&r->bytes, CHUNK_BYTES_MAX + KIB(1));
    r->own = thread != 0;
    r->s = l->s;
    if (!r->own) return RC_OK;
    r->s = NULL;
    return store_open_again(&r->s, l->s, e);
}

/* What lies side by side is in one large page of memory, which two threads at once would both clear: every second task
 * is of the other half. */
static size_t apart(size_t task, size_t n) { return task % 2 ? (n + 1) / 2 + task / 2 : task / 2; }

static enum rc read_piece(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct loading *l = ctx;
    struct piece *p = &l->pieces.v[l->from + apart(task, l->now)];
    struct reader *r;
    uint32_t rows = p->person.rows;
    TRY(reader_of(l, thread, &r, e));
    TRY(read_cells(r, &p->person, rows, r->person, e));
    if (!mark_fresh(l, r, rows)) return RC_OK;
    TRY(read_cells(r, &p->key, rows, r->key, e));
    TRY(read_cells(r, &p->name, rows, r->name, e));
    return l->slots ? spread(l, p, r, rows, e) : add_direct(l, r, rows, e);
}

/* ---- filling */

static enum rc fill_part(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct loading *l = ctx;
    size_t part = apart(task, l->parts);
    (void)thread, (void)e;
    person_index_clear(l->x, part);
    for (size_t k = 0; k < l->pieces.n; k++) {
        const struct piece *p = &l->pieces.v[k];
        if (!p->end) continue;
        uint32_t from = part ? p->end[part - 1] : 0;
        if (!person_index_put_all(l->x, l->slots + p->at + from, p->end[part] - from)) l->full = true;
    }
    return RC_OK;
}

/* So many people with one ID that a part has no room for them: one part for all, which grows. */
static enum rc fill_in_one(struct loading *l, struct err *e)
{
    size_t n = l->x->n;
    person_index_fini(l->x);
    TRY(person_index_init(l->x, n, e));
    for (size_t k = 0; k < l->pieces.n; k++) {
        const struct piece *p = &l->pieces.v[k];
        const struct index_slot *v = l->slots + p->at;
        for (uint32_t i = 0; p->end && i < p->end[l->parts - 1]; i++)
            TRY(person_index_add(l->x, (struct person_entry){v[i].key, v[i].name, v[i].person}, e));
    }
    return RC_OK;
}

static enum rc fill(struct loading *l, struct err *e)
{
    size_t n = 0;
    for (size_t k = 0; k < l->pieces.n; k++)
        if (l->pieces.v[k].end) n += l->pieces.v[k].end[l->parts - 1];
    TRY(person_index_init_parts(l->x, n, l->parts, e));
    l->x->n = n;
    TRY(par_pool_run(l->team.pool, l->team.threads, l->parts, fill_part, l, e));
    return l->full ? fill_in_one(l, e) : RC_OK;
}

/* ---- whole */

static int by_known(const void *a, const void *b)
{
    const struct delivery *x = a, *y = b;
    if (x->known_from_us != y->known_from_us) return x->known_from_us > y->known_from_us ? -1 : 1;
    return x->id > y->id ? -1 : x->id < y->id;
}

/* Numbers ascend within a run of a delivery, so the last one of some chunk is the highest. */
static enum rc find_most(struct loading *l, struct err *e)
{
    struct buf b;
    enum rc rc = RC_OK;
    buf_init(&b, CHUNK_BYTES_MAX + KIB(1));
    for (size_t k = 0; !rc && k < l->pieces.n; k++) {
        struct chunk_view v;
        struct str bytes;
        rc = chunk_fetch(l->s, &l->pieces.v[k].person, &b, &bytes, e);
        if (!rc) rc = chunk_open(bytes, CHUNK_DEFAULT, &v, e);
        if (rc) break;
        if (v.max > l->most && v.max <= UINT32_MAX) l->most = (uint32_t)v.max;
        chunk_close(&v);
    }
    buf_fini(&b);
    return rc;
}

static enum rc read_deliveries(struct loading *l, struct delivery_list *d, struct err *e)
{
    size_t *first = ARENA_ARRAY(&l->arena, size_t, d->n + 1), largest = 0;
    if (!first) return err_nomem(e);
    if (d->n) qsort(d->v, d->n, sizeof *d->v, by_known);
    for (size_t i = 0; i < d->n; i++) {
        size_t before = l->rows;
        first[i] = l->pieces.n;
        TRY(list_pieces(l, d->v[i].id, e));
        largest = l->rows - before > largest ? l->rows - before : largest;
    }
    if (l->rows < FEW_ROWS) l->team = (struct par_team){.threads = 1};
    if (l->team.threads > 1) l->slots = mem_room_alloc((l->rows + 1) * sizeof *l->slots);
    if (l->team.threads > 1 && !l->slots) return err_nomem(e);
    first[d->n] = l->pieces.n;
    if (d->n > 1) {
        TRY(find_most(l, e));
        l->seen = mem_zalloc_array(l->most / 64 + 1, sizeof *l->seen);
        if (!l->seen) return err_nomem(e);
    }
    if (!l->slots) TRY(person_index_init(l->x, l->seen && l->most < l->rows ? l->most : l->rows, e));
    for (l->parts = 1; l->parts < PARTS_MAX && l->parts * PART_BYTES < largest * 24; l->parts *= 2) continue;
    for (size_t i = 0; i < d->n;
         i++) { /* one after the other: the later ones say whom the earlier ones still tell of */
        l->from = first[i];
        l->now = first[i + 1] - first[i];
        TRY(par_pool_run(l->team.pool, l->team.threads, l->now, read_piece, l, e));
    }
    return l->slots ? fill(l, e) : RC_OK;
}

static void loading_fini(struct loading *l)
{
    for (size_t k = 0; k < l->pieces.n; k++) mem_free(l->pieces.v[k].end);
    mem_free(l->slots);
    vec_fini(&l->pieces);
    for (unsigned t = 0; t < PAR_MAX_THREADS; t++) {
        if (!l->reader[t]) continue;
        buf_fini(&l->reader[t]->bytes);
        if (l->reader[t]->own) store_close(l->reader[t]->s);
        mem_free(l->reader[t]);
    }
    mem_free(l->seen);
    arena_fini(&l->arena);
    mem_free(l);
}

enum rc person_index_load(struct person_index *x, struct store *s, struct str roster, int64_t k_us,
                          struct par_team team, struct err *e)
{
    struct delivery_list d;
    *x = (struct person_index){0};
    struct loading *l = mem_zalloc_array(1, sizeof *l);
    if (!l) return err_nomem(e);
    l->x = x;
    l->s = s;
    l->team = team;
    arena_init(&l->arena, LOAD_ARENA_MAX);
    enum rc rc = delivery_known_at(s, &l->arena, roster, k_us, &d, e);
    if (!rc) rc = read_deliveries(l, &d, e);
    if (rc) person_index_fini(x);
    loading_fini(l);
    return rc;
}
