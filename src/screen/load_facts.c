/* Facts of a dataset: rows of all deliveries known at K, grouped by person (load_group.c), equal keys merged, identity
 * and authorisation marked. */
#include "base/map.h"
#include "match/plan.h"
#include "rules/example.h"
#include "screen/load_facts_int.h"

/* ---------------------------------------------------------------- days */

/* A row that waited is of the day of its file, whenever it was linked. */
static const struct delivery *file_of(const struct facts *f, const struct delivery *d)
{
    bool late = d->kind == DELIVERY_ADDS && d->replaces;
    for (size_t i = 0; late && i < f->rows->n; i++)
        if (f->rows->deliveries[i].id == d->replaces) return &f->rows->deliveries[i];
    return d;
}

static date_day state_day(const struct facts *f, const struct delivery *d)
{
    const struct dataset_decl *ds = &f->decl->u.dataset;
    d = file_of(f, d);
    /* Without days of its own a file stands for every day. */
    if (ds->kind == DK_LATEST && !d->covers_to) return d->received_day < f->w->as_of ? d->received_day : f->w->as_of;
    if (ds->kind == DK_LATEST) return d->covers_to;
    if (d->state_date) return d->state_date;
    return d->covers_to ? d->covers_to : snapshot_state_date(ds->period, f->w->as_of);
}

size_t facts_delivery(const struct world_rows *rows, uint32_t row)
{
    size_t lo = 0, hi = rows->n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (row < rows->first[mid]) hi = mid;
        else lo = mid;
    }
    return lo;
}

static enum rc date_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct facts *f = ctx;
    (void)thread, (void)e;
    if (f->time->col.width == COL_4 && !f->time->col.valid && !f->span) {
        const int32_t *day = f->time->col.data;
        for (uint32_t i = range_from(task); i < range_to(task, f->n); i++) f->day[i] = day[facts_row(f, i)];
        return RC_OK;
    }
    for (uint32_t i = range_from(task); i < range_to(task, f->n); i++) {
        int64_t v;
        if (!cells_get(f->time, facts_row(f, i), &v)) v = 0;
        f->day[i] = (int32_t)SPAN_LO(v);
        if (f->span) f->span[i] = (uint16_t)(SPAN_HI(v) - SPAN_LO(v));
    }
    return RC_OK;
}

static enum rc state_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct facts *f = ctx;
    size_t last = SIZE_MAX;
    date_day day = 0;
    (void)thread, (void)e;
    for (uint32_t i = range_from(task); i < range_to(task, f->n); i++) {
        uint32_t r = facts_row(f, i);
        if (last == SIZE_MAX || r < f->rows->first[last] || r >= f->rows->first[last + 1]) {
            last = facts_delivery(f->rows, r);
            day = state_day(f, &f->rows->deliveries[last]);
        }
        f->day[i] = day;
    }
    return RC_OK;
}

static enum rc load_days(struct facts *f, struct err *e)
{
    if (f->time && !f->order && f->time->col.width == COL_4 && !f->time->col.valid && f->n) { /* exact, none blank */
        f->day = f->time->col.data;
        f->day_is_column = true;
        return RC_OK;
    }
    f->day = world_room(f->w, (size_t)f->n + 1, sizeof *f->day);
    if (f->time && f->time->col.width == COL_8) f->span = world_room(f->w, (size_t)f->n + 1, sizeof *f->span);
    if (!f->day || (f->time && f->time->col.width == COL_8 && !f->span)) return err_nomem(e);
    return world_ranges(f->w, f->n, f->time ? date_range : state_range, f, e);
}

/* ---------------------------------------------------------------- columns */

static bool is_key(const struct dataset_decl *ds, struct str name)
{
    for (size_t i = 0; i < ds->key.n; i++)
        if (str_eq(ds->key.v[i].text, name)) return true;
    return false;
}

/* Cells by another value each; to's column is made anew. `told` false: nobody can say who is meant. */
typedef bool (*translate_fn)(void *ctx, int64_t v, int64_t *out);

static enum rc translate(struct cells *c, translate_fn fn, void *ctx, struct err *e)
{
    int64_t *v = mem_zalloc_array((size_t)c->col.n + 1, sizeof *v);
    struct column out;
    enum rc rc = v ? RC_OK : err_nomem(e);
    for (uint32_t i = 0; !rc && i < c->col.n; i++) {
        int64_t x;
        if (cells_get(c, i, &x) && !fn(ctx, x, &v[i])) rc = cells_not_given(c, i, (int64_t)i + 1, e);
    }
    if (!rc && !(rc = column_from_i64(&out, v, c->col.valid, c->col.n, e))) {
        column_fini(&c->col);
        c->col = out;
    }
    mem_free(v);
    return rc;
}

/* Somebody was named whom nobody can find (no valid ID) or tell apart (an ID that two have): unknown, never absent. */
static bool person_ref(void *ctx, int64_t key, int64_t *out)
{
    const struct world *w = ctx;
    uint32_t row = key > 0 ? key_owner(w, (uint64_t)key) : UINT32_MAX;
    *out = row != UINT32_MAX ? (int64_t)row : REF_OUTSIDE - key;
    return key > 0 && (row == UINT32_MAX || !bit_at(w->shared, row));
}

static enum rc person_refs(struct world *w, struct cells *c, struct err *e)
{
    TRY(load_keys(w, e));
    return translate(c, person_ref, w, e);
}

static bool household_ref(void *ctx, int64_t code, int64_t *out)
{
    uint32_t row = map64_get(ctx, (uint64_t)code);
    *out = row != UINT32_MAX ? (int64_t)row : REF_OUTSIDE - (code >> 2);
    return true;
}

/* Codes of households as references: by the hash of the code. */
static enum rc household_refs(struct world *w, struct cells *c, struct err *e)
{
    struct str *codes;
    struct map64 by_code;
    TRY(world_codes(w, &codes, e));
    map64_init(&by_code);
    enum rc rc = RC_OK;
    if (!map64_reserve(&by_code, w->n_households)) rc = err_nomem(e);
    for (uint32_t h = 0; !rc && h < w->n_households; h++)
        if (codes[h].n && !map64_put(&by_code, str_hash(codes[h]) >> 1, h)) rc = err_nomem(e);
    if (!rc) rc = translate(c, household_ref, &by_code, e);
    map64_fini(&by_code);
    return rc;
}

static enum rc alloc_columns(struct facts *f, struct err *e)
{
    size_t n = f->w->layouts[f->dataset + TABLE_FACT0].n + 1;
    f->cols = ARENA_ARRAY(&f->w->arena, struct cells, n);
    f->reps = arena_alloc_array(&f->w->arena, n, sizeof *f->reps);
    f->conflict = arena_alloc_array(&f->w->arena, n, sizeof *f->conflict);
    f->want = ARENA_ARRAY(&f->w->arena, struct cells_want, n);
    return f->cols && f->reps && f->conflict && f->want ? RC_OK : err_nomem(e);
}

static enum rc list_columns(struct facts *f, struct err *e)
{
    uint16_t table = (uint16_t)(f->dataset + TABLE_FACT0);
    const struct table_layout *l = &f->w->layouts[table];
    const struct dataset_decl *ds = &f->decl->u.dataset;
    TRY(alloc_columns(f, e));
    f->want[f->n_want++] = (struct cells_want){.spec = {.form = FORM_INT, .name = STR("person")}};
    for (size_t i = 0; i < l->n; i++) {
        struct str name = l->cols[i].decl->name.text;
        bool time = str_eq(name, ds->time_field.text);
        bool village = str_eq(name, ds->placed_by.text);
        if (!f->w->need[table][i] && !is_key(ds, name) && !time && !village) continue;
        f->want[f->n_want].out = &f->cols[i];
        TRY(spec_of_field(f->w, &l->cols[i], &f->want[f->n_want++].spec, &f->reps[i], e));
        if (time) f->time = &f->cols[i];
        if (village) f->village = &f->cols[i];
    }
    return RC_OK;
}

static bool wants_form(const struct facts *f, enum cell_form form)
{
    for (size_t k = 1; k < f->n_want; k++)
        if (f->want[k].spec.form == form) return true;
    return false;
}

bool facts_need_keys(const struct facts *f)
{
    if (!f->decl) return false;
    bool who = !f->decl->u.dataset.unidentified_as_none && !facts_by_village(f);
    return who || wants_form(f, FORM_REF_PERSON);
}

bool facts_need_codes(const struct facts *f) { return f->decl && wants_form(f, FORM_REF_HOUSEHOLD); }

static enum rc load_columns(struct facts *f, struct err *e)
{
    f->want->out = &f->person; /* it may have been moved since */
    TRY(cells_load(f->w, f->rows, f->want, f->n_want, e));
    for (size_t k = 1; k < f->n_want; k++) {
        if (f->want[k].spec.form == FORM_REF_PERSON) TRY(person_refs(f->w, f->want[k].out, e));
        if (f->want[k].spec.form == FORM_REF_HOUSEHOLD) TRY(household_refs(f->w, f->want[k].out, e));
    }
    return RC_OK;
}

/* A cell in conflict has no value. */
static enum rc mark_conflict(struct facts *f, size_t i, struct err *e)
{
    struct fcol *out = &f->t->cols[i];
    if (!f->conflict[i] || !f->n) return RC_OK;
    out->conflict = f->conflict[i];
    if (!out->width) return RC_OK;
    struct column *own = &f->w->owned[f->w->n_owned - 1];
    TRY(column_need_valid(own, e));
    for (size_t k = 0; k < ((size_t)f->n + 63) / 64; k++) own->valid[k] &= ~f->conflict[i][k];
    out->valid = own->valid;
    return RC_OK;
}

static enum rc finish_columns(struct facts *f, struct err *e)
{
    uint16_t table = (uint16_t)(f->dataset + TABLE_FACT0);
    const struct table_layout *l = &f->w->layouts[table];
    f->t->cols = ARENA_ARRAY(&f->w->arena, struct fcol, l->n + 1);
    if (!f->t->cols) return err_nomem(e);
    f->t->n_cols = l->n;
    f->t->n = f->n;
    f->t->date = f->day;
    f->t->date_span = f->span;
    for (size_t i = 0; i < l->n; i++) {
        bool days = f->day_is_column && f->time == &f->cols[i];
        if (f->cols[i].read && (f->w->need[table][i] || days)) {
            TRY(fcol_from_cells(f->w, &f->cols[i], f->order, f->n, f->reps[i], &f->t->cols[i], e));
            TRY(mark_conflict(f, i, e));
        }
        cells_fini(&f->cols[i]); /* before the next one is made */
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- whole */

static enum rc keep_source(struct facts *f, struct err *e)
{
    uint32_t *source = world_alloc(f->w, (size_t)f->n + 1, sizeof *source);
    if (!source) return err_nomem(e);
    for (uint32_t i = 0; i < f->n; i++) source[i] = facts_row(f, i);
    f->t->source = source;
    struct cell_spec spec = {.form = FORM_INT, .name = STR("line")};
    struct cells c;
    TRY(cells_load_one(f->w, f->rows, &spec, &c, e));
    enum rc rc = fcol_from_cells(f->w, &c, f->order, f->n, REP_INT, &f->w->lines[f->dataset + TABLE_FACT0], e);
    cells_fini(&c);
    return rc;
}

enum rc facts_begin(struct world *w, uint32_t dataset, struct facts *f, struct err *e)
{
    struct place nation = {0};
    struct str name = policy_dataset_name(w->policy, dataset);
    *f = (struct facts){
        .w = w, .dataset = dataset, .t = &w->tables[dataset + TABLE_FACT0], .rows = &w->rows[dataset + TABLE_FACT0]};
    f->decl = policy_find(w->policy, D_DATASET, name, &nation, w->as_of);
    for (uint32_t i = 0; !f->decl && i < w->n_places; i++)
        f->decl = policy_find(w->policy, D_DATASET, name, &w->places[i], w->as_of);
    if (!f->decl) return RC_OK;
    w->datasets[dataset].decl = &f->decl->u.dataset;
    f->needs_first = w->arrivals || w->need_first[dataset + TABLE_FACT0] || f->decl->u.dataset.key.n ||
                     f->decl->u.dataset.kind == DK_LATEST;
    return list_columns(f, e);
}

static enum rc read_rows(struct facts *f, struct err *e)
{
    TRY(load_columns(f, e));
    TRY(facts_group(f, e));
    TRY(facts_join(f, e));
    TRY(load_days(f, e));
    TRY(facts_merge(f, e));
    TRY(finish_columns(f, e));
    if (f->w->with_lines) TRY(keep_source(f, e));
    return facts_identity(f, &f->w->datasets[f->dataset], e);
}

/* What the rows were made from goes before other datasets are read. */
enum rc facts_read(struct facts *f, struct err *e)
{
    if (!f->decl) return RC_OK;
    enum rc rc = read_rows(f, e);
    facts_fini(f);
    return rc;
}

enum rc facts_end(struct facts *f, struct err *e)
{
    return f->decl ? facts_consent(f, &f->w->datasets[f->dataset], e) : RC_OK;
}

void facts_fini(struct facts *f)
{
    for (size_t i = 0; f->cols && i < f->w->layouts[f->dataset + TABLE_FACT0].n; i++) cells_fini(&f->cols[i]);
    cells_fini(&f->person);
    mem_free(f->order);
    f->order = NULL;
}

enum rc load_facts(struct world *w, uint32_t dataset, struct err *e)
{
    struct facts f;
    enum rc rc = facts_begin(w, dataset, &f, e);
    if (!rc) rc = facts_read(&f, e);
    if (!rc) rc = facts_end(&f, e);
    facts_fini(&f);
    return rc;
}
