/* Opening and closing of a loaded world. */
#include <stdlib.h>
#include "screen/load.h"
#include "base/mem.h"
#include "screen/load_int.h"

/* ---------------------------------------------------------------- opening */

static enum rc alloc_tables(struct world *w, struct err *e)
{
    size_t n = policy_dataset_count(w->policy) + TABLE_FACT0;
    w->tables = ARENA_ARRAY(&w->arena, struct ftable, n);
    w->datasets = ARENA_ARRAY(&w->arena, struct fdataset, n);
    w->layouts = ARENA_ARRAY(&w->arena, struct table_layout, n);
    w->need = ARENA_ARRAY(&w->arena, uint8_t *, n);
    w->need_table = ARENA_ARRAY(&w->arena, bool, n);
    w->need_first = ARENA_ARRAY(&w->arena, bool, n);
    w->rows = ARENA_ARRAY(&w->arena, struct world_rows, n);
    w->lines = ARENA_ARRAY(&w->arena, struct fcol, n);
    w->more = ARENA_ARRAY(&w->arena, struct world_more, n);
    if (!w->tables || !w->datasets || !w->layouts || !w->need || !w->need_table || !w->need_first || !w->rows ||
        !w->lines || !w->more)
        return err_nomem(e);
    for (uint16_t t = 0; t < n; t++) {
        bool roster = t >= TABLE_FACT0 && (uint32_t)t - TABLE_FACT0 == policy_roster(w->policy);
        if (!roster && rules_layout(w->policy, t, &w->arena, &w->layouts[t])) return err_nomem(e);
        w->need[t] = ARENA_ARRAY(&w->arena, uint8_t, w->layouts[t].n + 1);
        if (!w->need[t]) return err_nomem(e);
        if (t < TABLE_FACT0) continue;
        w->tables[t].name = policy_dataset_name(w->policy, (uint32_t)t - TABLE_FACT0);
        w->datasets[t - TABLE_FACT0].table = t;
    }
    w->frame = (struct frame){.arena = &w->arena,
                              .tables = w->tables,
                              .n_tables = n,
                              .datasets = w->datasets,
                              .n_datasets = n - TABLE_FACT0,
                              .as_of = w->as_of,
                              .known_at = w->known_at,
                              .reasons = w->reasons};
    return RC_OK;
}

static int by_place(const void *a, const void *b)
{
    const struct fdelivery *x = a, *y = b;
    if (x->dataset != y->dataset) return x->dataset < y->dataset ? -1 : 1;
    if (x->division != y->division) return x->division < y->division ? -1 : 1;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->to != y->to) return x->to < y->to ? -1 : 1;
    return str_cmp(x->sender, y->sender);
}

static enum rc list_deliveries(struct world *w, struct err *e)
{
    struct fdelivery *v = ARENA_ARRAY(&w->arena, struct fdelivery, w->known.n + 1);
    if (!v) return err_nomem(e);
    size_t n = 0;
    for (size_t i = 0; i < w->known.n; i++) {
        const struct delivery *d = &w->known.v[i];
        uint32_t ds = policy_dataset_number(w->policy, d->dataset);
        if (ds == UINT32_MAX || d->cut) continue;
        v[n++] = (struct fdelivery){.dataset = ds,
                                    .division = d->division,
                                    .from = d->covers_from ? d->covers_from : 1,
                                    .to = d->covers_to ? d->covers_to : w->known_at,
                                    .received = d->received_day,
                                    .sender = d->sender};
    }
    qsort(v, n, sizeof *v, by_place);
    w->frame.deliveries = v;
    w->frame.n_deliveries = n;
    return RC_OK;
}

/* In order of the day received, so the first ones. */
static enum rc deliveries_as_if(struct world *w, const struct delivery_list *all, struct err *e)
{
    w->known.v = ARENA_ARRAY(&w->arena, struct delivery, all->n + 1);
    if (!w->known.v) return err_nomem(e);
    while (w->known.n < all->n && all->v[w->known.n].received_day <= w->known_at) w->known.n++;
    if (w->known.n) memcpy(w->known.v, all->v, w->known.n * sizeof *w->known.v);
    return RC_OK;
}

/* K means the close of its day, Beijing time (UTC+8). */
static int64_t close_us(date_day day)
{
    return ((int64_t)(day - date_make(1970, 1, 1) + 1) * 86400 - 8 * 3600) * 1000000 - 1;
}

/* K: of today only what has come by now; what comes later today is not known to this screen. */
static void set_moment(struct world *w, const struct world_options *o)
{
    int64_t now = store_now_us(w->store);
    w->k_us = close_us(o->known_at);
    if (w->k_us > now) w->k_us = now;
    if (o->k_us) w->k_us = o->k_us;
    w->fixed_moment = o->k_us != 0;
}

/* The deliveries known at K, those of rosters in the order in which they are read. */
static enum rc find_deliveries(struct world *w, const struct world_options *o, struct world_rows *rosters,
                               struct err *e)
{
    struct policy *p = w->policy;
    set_moment(w, o);
    w->known = (struct delivery_list){0};
    TRY(o->as_if ? deliveries_as_if(w, o->as_if, e)
                 : delivery_known_at(w->store, &w->arena, (struct str){0}, w->k_us, &w->known, e));
    TRY(list_deliveries(w, e));
    return rows_plan(w, policy_dataset_name(p, policy_roster(p)), rosters, e);
}

enum rc world_begin(struct world *w, struct store *s, struct policy *p, const struct world_options *o, struct err *e)
{
    *w = (struct world){
        .store = s, .policy = p, .as_of = o->as_of, .known_at = o->known_at, .with_lines = o->with_lines};
    w->arrivals = o->arrivals;
    w->threads = o->threads ? o->threads : par_threads();
    w->threads_given = o->threads != 0;
    w->pool = o->pool;
    arena_init(&w->arena, WORLD_ARENA_MAX);
    w->reasons = reasons_new();
    if (!w->reasons) return err_nomem(e);
    if (policy_roster(p) == UINT32_MAX)
        return err_set(e, RC_INPUT, pos_none(),
                       "no book declares a roster (a dataset with household by …). Load the core book.",
                       "政策册没有声明农户名册（含 household by … 的数据集）。请加载核心政策册。");
    TRY(alloc_tables(w, e));
    TRY(find_deliveries(w, o, &w->rows[TABLE_PERSON], e));
    return plan_people(w, e);
}

enum rc world_read_people(struct world *w, struct par_pool *pool, struct err *e)
{
    struct store *s = w->store;
    struct par_pool *own = w->pool;
    TRY(store_open_again(&w->beside, s, e));
    w->store = w->beside;
    w->pool = pool;
    enum rc rc = load_people(w, e);
    w->store = s;
    w->pool = own;
    w->people_read = !rc;
    return rc;
}

static bool same_rows(const struct world_rows *a, const struct world_rows *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = a->deliveries[i].id == b->deliveries[i].id && a->first[i + 1] == b->first[i + 1];
    return same;
}

/* A world that has been begun lies elsewhere now. */
static void move_world(struct world *w, struct world *from)
{
    *w = *from;
    w->frame.arena = &w->arena;
    *from = (struct world){0};
}

enum rc world_open_begun(struct world *w, struct world *from, const struct divisions *divs,
                         const struct world_options *o, struct err *e)
{
    struct store *s = from->store;
    struct policy *p = from->policy;
    struct world_rows now;
    move_world(w, from);
    w->pool = o->pool;
    bool same = w->people_read && w->as_of == o->as_of && w->known_at == o->known_at &&
                w->with_lines == o->with_lines && (o->k_us ? w->fixed_moment && w->k_us == o->k_us : !w->fixed_moment);
    if (same) TRY(find_deliveries(w, o, &now, e));
    if (same && same_rows(&w->rows[TABLE_PERSON], &now)) return load_places(w, divs, e);
    world_free(w);
    return world_open(w, s, p, divs, o, e);
}

enum rc world_open(struct world *w, struct store *s, struct policy *p, const struct divisions *divs,
                   const struct world_options *o, struct err *e)
{
    TRY(world_begin(w, s, p, o, e));
    TRY(load_people(w, e));
    return load_places(w, divs, e);
}

/* ---------------------------------------------------------------- loading */

void world_need(struct world *w, const struct program *p)
{
    for (size_t i = 0; i < p->n_ops; i++) {
        const struct ir_op *o = &p->ops[i];
        uint16_t table = p->spaces[o->space].table;
        if (table >= TABLE_FACT0) w->need_table[table] = true;
        if (o->code == IR_FIELD || o->code == IR_BLANK) w->need[table][o->index] = 1;
    }
    for (size_t i = 0; i < p->n_spaces; i++)
        if (p->spaces[i].kind == SPACE_EDGE) w->need_first[p->spaces[i].table] = true;
    for (size_t i = 0; i < p->n_reaches; i++) w->need_table[p->reaches[i].dataset + TABLE_FACT0] = true;
}

/* The columns that say who is head, at every place that has its own way of saying it. */
static enum rc need_head(struct world *w, struct diags *d, struct err *e)
{
    const struct expr *last = NULL;
    for (uint32_t i = 0; i < w->n_places; i++) {
        const struct decl *roster = policy_find(
            w->policy, D_DATASET, policy_dataset_name(w->policy, policy_roster(w->policy)), &w->places[i], w->as_of);
        if (!roster || !roster->u.dataset.head_when || roster->u.dataset.head_when == last) continue;
        last = roster->u.dataset.head_when;
        struct compile_options o = {.place = &w->places[i], .as_of = w->as_of};
        struct compiled c;
        TRY(rules_compile_condition(w->policy, &o, roster->u.dataset.head_when, TABLE_PERSON, &w->arena, d, &c, e));
        world_need(w, c.program);
    }
    return RC_OK;
}

static enum rc days_of(struct world *w, const struct expr *x, int32_t *out, struct diags *d, struct err *e)
{
    struct place nation = {0};
    *out = 0;
    if (!x) return RC_OK;
    return rules_constant_days(w->policy, x, &nation, w->as_of, &w->arena, d, out, e);
}

/* What the books say of the dataset's deadlines. */
static enum rc load_days(struct world *w, uint32_t ds, struct diags *d, struct err *e)
{
    struct fdataset *x = &w->datasets[ds];
    if (!x->decl) return RC_OK;
    TRY(days_of(w, x->decl->due, &x->due_days, d, e));
    return days_of(w, x->decl->fresh, &x->fresh_days, d, e);
}

static enum rc load_dataset(struct world *w, uint32_t ds, struct diags *d, struct err *e)
{
    struct world_span span = {.blocks = w->n_blocks, .owned = w->n_owned};
    const void *keys = w->keys, *codes = w->codes;
    TRY(rows_plan(w, policy_dataset_name(w->policy, ds), &w->rows[ds + TABLE_FACT0], e));
    TRY(load_facts(w, ds, e));
    span.blocks_end = w->n_blocks;
    span.owned_end = w->n_owned;
    /* Keys and codes that were read on the way stay. */
    w->more[ds].span = keys == w->keys && codes == w->codes ? span : (struct world_span){0};
    return load_days(w, ds, d, e);
}

static enum rc person_lines(struct world *w, struct err *e)
{
    struct cell_spec spec = {.form = FORM_INT, .name = STR("line")};
    struct cells c;
    TRY(cells_load_one(w, &w->rows[TABLE_PERSON], &spec, &c, e));
    enum rc rc = fcol_from_cells(w, &c, w->roster_row, w->n_people, REP_INT, &w->lines[TABLE_PERSON], e);
    cells_fini(&c);
    return rc;
}

/* Tables that no program reads have no rows. */
static enum rc empty_tables(struct world *w, struct err *e)
{
    uint32_t *owner = ARENA_ARRAY(&w->arena, uint32_t, 1);
    int32_t *date = ARENA_ARRAY(&w->arena, int32_t, 1);
    if (!owner || !date) return err_nomem(e);
    for (size_t t = TABLE_FACT0; t < w->frame.n_tables; t++) {
        struct ftable *x = &w->tables[t];
        if (!x->date) *x = (struct ftable){.name = x->name, .owner = owner, .date = date};
    }
    return RC_OK;
}

enum rc world_load(struct world *w, struct diags *d, struct err *e)
{
    TRY(need_head(w, d, e));
    TRY(load_people_columns(w, e));
    if (w->with_lines) TRY(person_lines(w, e));
    TRY(load_all_facts(w, e));
    for (uint32_t ds = 0; ds < w->frame.n_datasets; ds++) TRY(load_days(w, ds, d, e));
    TRY(empty_tables(w, e));
    return rules_fill_heads(w->policy, w->places, &w->frame, world_team(w), &w->arena, d, e);
}

/* ---------------------------------------------------------------- reading again */

/* What is replaced, for when it fails. */
struct before {
    struct ftable table;
    struct fdataset dataset;
    struct world_rows rows;
    struct world_more more;
};

static enum rc read_again(struct world *w, uint32_t ds, struct diags *d, struct err *e)
{
    size_t t = ds + TABLE_FACT0;
    struct before old = {w->tables[t], w->datasets[ds], w->rows[t], w->more[ds]};
    w->tables[t] = (struct ftable){.name = old.table.name};
    w->datasets[ds] = (struct fdataset){.table = (uint32_t)t};
    w->rows[t] = (struct world_rows){0};
    w->more[ds].row_key = NULL;
    enum rc rc = load_dataset(w, ds, d, e);
    if (rc) {
        w->tables[t] = old.table;
        w->datasets[ds] = old.dataset;
        w->rows[t] = old.rows;
        w->more[ds] = old.more;
        return rc;
    }
    world_release_span(w, &old.more.span);
    struct world_slab *slab = w->more[ds].slab;
    mem_big_free(slab->p, slab->bytes);
    *slab = (struct world_slab){0};
    return RC_OK;
}

static bool hangs_on(const struct world *w, uint32_t ds, uint32_t changed)
{
    const struct dataset_decl *decl = w->datasets[ds].decl;
    if (ds == changed) return true;
    return decl && decl->ground == GROUND_CONSENT && policy_dataset_number(w->policy, decl->consent.text) == changed;
}

int64_t world_moment(const struct world *w)
{
    int64_t now = store_now_us(w->store), close = close_us(w->known_at);
    return w->fixed_moment ? w->k_us : close < now ? close : now;
}

enum rc world_reload(struct world *w, uint32_t dataset, bool *stale, struct diags *d, struct err *e)
{
    w->k_us = world_moment(w);
    TRY(delivery_known_at(w->store, &w->arena, (struct str){0}, w->k_us, &w->known, e));
    TRY(list_deliveries(w, e));
    for (uint32_t ds = 0; ds < w->frame.n_datasets; ds++) {
        stale[ds] = ds != policy_roster(w->policy) && w->need_table[ds + TABLE_FACT0] && hangs_on(w, ds, dataset);
        bool done = false;
        if (stale[ds] && ds == dataset) TRY(facts_more(w, ds, &done, e));
        if (stale[ds] && !done) TRY(read_again(w, ds, d, e));
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- the rest */

bool world_origin(const struct world *w, uint16_t table, uint32_t row, const struct delivery **d, int64_t *line)
{
    const struct ftable *t = &w->tables[table];
    if (table == TABLE_HOUSEHOLD) {
        if (row >= t->n) return false;
        table = TABLE_PERSON;
        row = w->tables[TABLE_PERSON].first[row];
        t = &w->tables[TABLE_PERSON];
    }
    if (row >= t->n || !t->source || !w->lines[table].width) return false;
    const struct world_rows *rows = &w->rows[table];
    for (size_t i = 0; i < rows->n; i++)
        if (t->source[row] < rows->first[i + 1]) {
            *d = &rows->deliveries[i];
            *line = fcol_get(&w->lines[table], row);
            return true;
        }
    return false;
}

void world_free(struct world *w)
{
    if (w->born) cells_fini(w->born);
    world_release(w);
    reasons_free(w->reasons);
    for (size_t i = 0; w->apart_arena && i < w->frame.n_datasets; i++) arena_fini(&w->apart_arena[i]);
    arena_fini(&w->arena);
    *w = (struct world){0};
}
