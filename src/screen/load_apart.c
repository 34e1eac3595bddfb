/* Datasets read side by side, unless they are large: each into memory of its own, as nothing hangs on another; then all
 * of it is the world's.
 */
#include <stdlib.h>
#include "base/vec.h"
#include "screen/load_facts_int.h"

void world_apart(struct world *part, struct world *w)
{
    *part = *w;
    part->whole = w;
    arena_init(&part->arena, WORLD_ARENA_MAX);
    part->owned = NULL, part->blocks = NULL, part->more = NULL, part->apart_arena = NULL;
    part->n_owned = part->cap_owned = part->n_blocks = part->cap_blocks = 0;
    memset(part->reader, 0, sizeof part->reader);
    part->beside = NULL;
}

void world_part_free(struct world *part)
{
    world_release(part);
    part->owned = NULL, part->blocks = NULL;
    part->n_owned = part->cap_owned = part->n_blocks = part->cap_blocks = 0;
    memset(part->reader, 0, sizeof part->reader);
}

enum rc world_join(struct world *w, struct world *part, struct world_span *span, struct err *e)
{
    *span = (struct world_span){.blocks = w->n_blocks, .owned = w->n_owned};
    for (size_t i = 0; i < part->n_owned; i++) {
        struct column c = part->owned[i];
        part->owned[i] = (struct column){0};
        TRY(world_own(w, c, e));
    }
    TRY(world_take_blocks(w, part, e));
    span->blocks_end = w->n_blocks;
    span->owned_end = w->n_owned;
    world_part_free(part);
    return RC_OK;
}

/* ---------------------------------------------------------------- all that are needed */

struct apart {
    struct facts f;
    struct world part;
    int64_t rows;
};

struct reading {
    struct world *w;
    struct apart *v;
    size_t n;
    unsigned threads; /* of each dataset */
};

static int largest_first(const void *a, const void *b)
{
    const struct apart *x = a, *y = b;
    if (x->rows != y->rows) return x->rows > y->rows ? -1 : 1;
    return x->f.dataset < y->f.dataset ? -1 : 1;
}

static enum rc read_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct reading *r = ctx;
    struct apart *a = &r->v[task];
    TRY(world_reader(r->w, thread, &a->part.store, e));
    a->part.threads = r->threads;
    a->f.w = &a->part;
    return facts_read(&a->f, e);
}

static enum rc list_datasets(struct reading *r, struct err *e)
{
    struct world *w = r->w;
    uint32_t roster = policy_roster(w->policy);
    for (uint32_t ds = 0; ds < w->frame.n_datasets; ds++) {
        struct world_rows *rows = &w->rows[ds + TABLE_FACT0];
        struct apart *a = &r->v[r->n];
        if (ds == roster || !w->need_table[ds + TABLE_FACT0]) continue;
        TRY(rows_plan(w, policy_dataset_name(w->policy, ds), rows, e));
        TRY(facts_begin(w, ds, &a->f, e));
        a->rows = rows->first[rows->n];
        r->n++;
    }
    for (size_t i = 0; i < r->n; i++) { /* once for all */
        if (facts_need_keys(&r->v[i].f)) TRY(load_keys(w, e));
        struct str *codes;
        if (facts_need_codes(&r->v[i].f)) TRY(world_codes(w, &codes, e));
    }
    if (r->n) qsort(r->v, r->n, sizeof *r->v, largest_first);
    return RC_OK;
}

/* The tables are in the world already: their memory follows, and what hangs on another dataset. */
static enum rc join(struct reading *r, struct apart *a, struct err *e)
{
    struct world *w = r->w;
    uint32_t ds = a->f.dataset;
    w->apart_arena[ds] = a->part.arena;
    a->part.arena = (struct arena){0};
    a->part.more = NULL;
    TRY(world_join(w, &a->part, &w->more[ds].span, e));
    a->f.w = w;
    return facts_end(&a->f, e);
}

/* While a dataset is read it needs twice what stays of it: large ones come one after the other, by all threads. */
enum { LARGE_ROWS = 4 << 20 };

static enum rc read_each(struct reading *r, unsigned at_once, struct err *e)
{
    if (at_once > 1) return par_team_run(world_team(r->w), r->n, read_task, r, e);
    for (size_t i = 0; i < r->n; i++) TRY(read_task(r, i, 0, e));
    return RC_OK;
}

static enum rc read_all(struct reading *r, struct err *e)
{
    struct world *w = r->w;
    TRY(list_datasets(r, e));
    if (!r->n) return RC_OK;
    unsigned at_once = w->threads < r->n ? w->threads : (unsigned)r->n;
    if (r->v[0].rows > LARGE_ROWS) at_once = 1;
    r->threads = w->pool ? w->threads : at_once ? (w->threads + at_once - 1) / at_once : 1;
    for (size_t i = 0; i < r->n; i++) {
        world_apart(&r->v[i].part, w);
        r->v[i].part.more = w->more; /* each writes to its own */
    }
    TRY(read_each(r, at_once, e));
    for (size_t i = 0; i < r->n; i++) TRY(join(r, &r->v[i], e));
    return RC_OK;
}

enum rc load_all_facts(struct world *w, struct err *e)
{
    struct reading r = {.w = w, .v = mem_zalloc_array(w->frame.n_datasets + 1, sizeof *r.v)};
    if (!w->apart_arena) w->apart_arena = ARENA_ARRAY(&w->arena, struct arena, w->frame.n_datasets + 1);
    enum rc rc = r.v && w->apart_arena ? read_all(&r, e) : err_nomem(e);
    for (size_t i = 0; r.v && i < r.n; i++) {
        struct apart *a = &r.v[i];
        a->f.w = w;
        facts_fini(&a->f);
        a->part.more = NULL;
        world_part_free(&a->part);
        arena_fini(&a->part.arena);
    }
    mem_free(r.v);
    return rc;
}
