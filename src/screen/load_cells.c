/* From stored cells to frame columns; the loader's memory, threads and readers. */
#include <stdlib.h>
#include "base/vec.h"
#include "match/plan.h"
#include "screen/load_int.h"

enum { BLOCK_BYTES = 1 << 20 }; /* from which memory comes in huge pages */

/* ---------------------------------------------------------------- memory, threads, readers */

struct world_block {
    void *p;
    size_t bytes; /* 0: a room */
};

static void block_free(struct world_block *b)
{
    if (b->bytes) mem_big_free(b->p, b->bytes);
    else mem_free(b->p);
    b->p = NULL;
}

static void *block_new(struct world *w, size_t n, size_t size, bool room)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) return NULL;
    if (bytes < BLOCK_BYTES) return arena_alloc(&w->arena, bytes ? bytes : 1);
    if (w->n_blocks == w->cap_blocks && !vec_grow(&w->blocks, &w->cap_blocks, w->n_blocks, sizeof *w->blocks, 1 << 20))
        return NULL;
    void *p = room ? mem_room_alloc(bytes) : mem_big_alloc(bytes);
    if (p) w->blocks[w->n_blocks++] = (struct world_block){p, room ? 0 : bytes};
    return p;
}

void *world_alloc(struct world *w, size_t n, size_t size) { return block_new(w, n, size, false); }

void *world_room(struct world *w, size_t n, size_t size) { return block_new(w, n, size, true); }

enum rc world_take_blocks(struct world *w, struct world *from, struct err *e)
{
    while (w->cap_blocks < w->n_blocks + from->n_blocks)
        if (!vec_grow(&w->blocks, &w->cap_blocks, w->cap_blocks, sizeof *w->blocks, 1 << 20)) return err_nomem(e);
    if (from->n_blocks) memcpy(w->blocks + w->n_blocks, from->blocks, from->n_blocks * sizeof *w->blocks);
    w->n_blocks += from->n_blocks;
    from->n_blocks = 0;
    return RC_OK;
}

void world_release(struct world *w)
{
    for (size_t i = 0; i < w->n_owned; i++) column_fini(&w->owned[i]);
    for (size_t i = 0; i < w->n_blocks; i++) block_free(&w->blocks[i]);
    for (size_t i = 0; w->more && i < w->frame.n_datasets; i++)
        for (size_t k = 0; k < 2; k++) mem_big_free(w->more[i].slab[k].p, w->more[i].slab[k].bytes);
    for (size_t i = 1; i < PAR_MAX_THREADS; i++) store_close(w->reader[i]);
    store_close(w->beside);
    mem_free(w->owned);
    mem_free(w->blocks);
}

void world_release_span(struct world *w, struct world_span *x)
{
    for (size_t i = x->blocks; i < x->blocks_end; i++) block_free(&w->blocks[i]);
    for (size_t i = x->owned; i < x->owned_end; i++) {
        column_fini(&w->owned[i]);
        w->owned[i] = (struct column){0};
    }
    *x = (struct world_span){0};
}

enum rc world_reader(struct world *w, unsigned thread, struct store **out, struct err *e)
{
    if (w->whole && w->pool) w = w->whole; /* threads of a pool have the same numbers in all parts */
    if (thread && !w->reader[thread]) TRY(store_open_again(&w->reader[thread], w->store, e));
    *out = thread ? w->reader[thread] : w->store;
    return RC_OK;
}

enum rc world_other_reader(struct world *w, struct store **out, struct err *e) { return world_reader(w, 1, out, e); }

enum rc world_ranges(const struct world *w, uint32_t n, par_fn fn, void *ctx, struct err *e)
{
    return par_team_run(world_team(w), range_count(n), fn, ctx, e);
}

enum rc world_own(struct world *w, struct column c, struct err *e)
{
    if (w->n_owned == w->cap_owned && !vec_grow(&w->owned, &w->cap_owned, w->n_owned, sizeof *w->owned, 1 << 20)) {
        column_fini(&c);
        return err_nomem(e);
    }
    w->owned[w->n_owned++] = c;
    return RC_OK;
}

/* ---------------------------------------------------------------- frame columns */

struct picking {
    const struct cells *c;
    const uint32_t *order;
    struct column *col;
    uint64_t *not_given;
};

static enum rc pick_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct picking *p = ctx;
    uint32_t from = range_from(task), to = range_to(task, p->col->n);
    (void)thread, (void)e;
    column_pick_part(p->col, &p->c->col, p->order, from, to - from);
    for (uint32_t i = from; p->not_given && i < to; i++)
        if (bit_at(p->c->not_given, p->order[i])) bit_set(p->not_given, i);
    return RC_OK;
}

static enum rc pick(struct world *w, const struct cells *c, const uint32_t *order, uint32_t n, struct column *col,
                    uint64_t *not_given, struct err *e)
{
    struct picking p = {c, order, col, not_given};
    TRY(column_pick_init(col, &c->col, n, e));
    enum rc rc = world_ranges(w, n, pick_range, &p, e);
    if (rc) column_fini(col);
    else column_count_blanks(col);
    return rc;
}

enum rc fcol_from_cells(struct world *w, struct cells *c, const uint32_t *order, uint32_t n, enum rep rep,
                        struct fcol *out, struct err *e)
{
    struct column col = c->col;
    size_t words = ((size_t)n + 63) / 64;
    *out = (struct fcol){.rep = (uint8_t)rep};
    if (n == 0) return RC_OK;
    uint64_t *not_given = c->not_given ? world_alloc(w, words, sizeof *not_given) : NULL;
    if (c->not_given && !not_given) return err_nomem(e);
    if (not_given && !order) memcpy(not_given, c->not_given, words * sizeof *not_given);
    if (order) TRY(pick(w, c, order, n, &col, not_given, e));
    else c->col = (struct column){.width = COL_1};
    out->not_given = not_given;
    bool no_date = rep == REP_SPAN && col.width < COL_4;
    if (col.blanks == n || no_date) { /* no cell has a value */
        column_fini(&col);
        return RC_OK;
    }
    out->width = (uint8_t)col.width;
    out->data = col.data, out->valid = col.valid, out->min = col.min, out->max = col.max;
    return world_own(w, col, e);
}

/* What became known later counts over what was known before, whatever was typed in first. */
static int by_known(const void *a, const void *b)
{
    const struct delivery *x = a, *y = b;
    if (x->known_from_us != y->known_from_us) return x->known_from_us < y->known_from_us ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

enum rc rows_plan(struct world *w, struct str dataset, struct world_rows *out, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < w->known.n; i++) n += str_eq(w->known.v[i].dataset, dataset);
    *out = (struct world_rows){.deliveries = ARENA_ARRAY(&w->arena, struct delivery, n + 1),
                               .first = ARENA_ARRAY(&w->arena, int64_t, n + 2)};
    if (!out->deliveries || !out->first) return err_nomem(e);
    for (size_t i = 0; i < w->known.n; i++) {
        if (!str_eq(w->known.v[i].dataset, dataset)) continue;
        out->deliveries[out->n++] = w->known.v[i];
    }
    if (out->n) qsort(out->deliveries, out->n, sizeof *out->deliveries, by_known);
    for (size_t i = 0; i < out->n; i++) out->first[i + 1] = out->first[i] + out->deliveries[i].counts.matched;
    if (out->n && out->first[out->n] >= UINT32_MAX)
        return err_set(e, RC_ENV, pos_none(), "more than 4 billion rows of %.*s. Split the data folder by city.",
                       "%.*s 超过 40 亿行。请按市拆分数据文件夹。", STR_ARG(dataset));
    return RC_OK;
}

enum rc cells_codes(struct world *w, struct str name, const struct decl **out, struct err *e)
{
    struct place nation = {0};
    *out = policy_find(w->policy, D_CODES, name, &nation, w->as_of);
    for (uint32_t i = 0; !*out && i < w->n_places; i++)
        *out = policy_find(w->policy, D_CODES, name, &w->places[i], w->as_of);
    if (*out) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "the code list \"%.*s\" is not in force on this day.",
                   "代码表“%.*s”在该日期不适用。", STR_ARG(name));
}

enum rc spec_of_field(struct world *w, const struct field_ref *f, struct cell_spec *spec, enum rep *rep, struct err *e)
{
    *spec = (struct cell_spec){.form = FORM_INT};
    *rep = REP_INT;
    if (!f->decl) return RC_OK;
    spec->name = plan_stored_name(&w->arena, f->decl->name.text);
    if (!spec->name.p) return err_nomem(e);
    switch (f->decl->type.kind) {
    case T_BOOL: *rep = REP_BOOL; break;
    case T_DATE: *rep = REP_SPAN; break;
    case T_TEXT: spec->form = FORM_TEXT; break;
    case T_SET: *rep = REP_SET, spec->form = FORM_SET; return cells_codes(w, f->decl->type.name.text, &spec->codes, e);
    case T_REF:
        spec->form = str_eq(f->decl->type.name.text, STR("household")) ? FORM_REF_HOUSEHOLD : FORM_REF_PERSON;
        break;
    case T_CODES:
        if (policy_unit(w->policy, f->decl->type.name.text) != UINT16_MAX) break;
        spec->form = FORM_CODE;
        return cells_codes(w, f->decl->type.name.text, &spec->codes, e);
    default: break;
    }
    return RC_OK;
}
