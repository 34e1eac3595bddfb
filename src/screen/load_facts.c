/* Facts of a dataset: rows of all deliveries known at K, grouped by person, equal keys merged, identity and
 * authorisation marked. */
#include "base/mem.h"
#include "rules/example.h"
#include "screen/load_int.h"

struct facts {
    struct world *w;
    uint32_t dataset;
    const struct decl *decl;
    const struct world_rows *rows;
    struct ftable *t;
    struct cells person, time;
    struct cells *cols; /* per layout column, v NULL: not read */
    enum rep *reps;
    uint32_t *order;     /* frame row -> global row */
    uint64_t **conflict; /* per layout column, by frame row */
    uint32_t n;          /* frame rows */
};

/* ---------------------------------------------------------------- order */

static uint32_t row_of(const struct facts *f, uint32_t i)
{
    int64_t no = f->person.v[i];
    return no > 0 && no < f->w->n_person_nos ? f->w->row_of_person[no] : UINT32_MAX;
}

/* Counting sort by frame person; rows of one person stay in order of delivery and file. */
static enum rc group_by_person(struct facts *f, struct err *e)
{
    uint32_t people = f->w->n_people, n = f->person.n;
    uint32_t *at = mem_zalloc_array((size_t)people + 2, sizeof *at);
    f->order = mem_alloc_array((size_t)n + 1, sizeof *f->order);
    uint32_t *first = arena_alloc_array(&f->w->arena, (size_t)people + 1, sizeof *first);
    uint32_t *owner = arena_alloc_array(&f->w->arena, (size_t)n + 1, sizeof *owner);
    enum rc rc = at && f->order && first && owner ? RC_OK : err_nomem(e);
    for (uint32_t i = 0; !rc && i < n; i++) {
        uint32_t p = row_of(f, i);
        if (p != UINT32_MAX) at[p + 1]++;
    }
    for (uint32_t p = 0; !rc && p < people; p++) at[p + 1] += at[p];
    if (!rc) memcpy(first, at, ((size_t)people + 1) * sizeof *first);
    for (uint32_t i = 0; !rc && i < n; i++) {
        uint32_t p = row_of(f, i);
        if (p == UINT32_MAX) continue;
        f->order[at[p]] = i;
        owner[at[p]++] = p;
    }
    mem_free(at);
    if (rc) return rc;
    f->n = first[people];
    f->t->first = first;
    f->t->owner = owner;
    return RC_OK;
}

/* ---------------------------------------------------------------- days */

static date_day state_day(const struct facts *f, const struct delivery *d)
{
    const struct dataset_decl *ds = &f->decl->u.dataset;
    if (ds->kind == DK_LATEST) return d->covers_to ? d->covers_to : d->received_day;
    if (d->state_date) return d->state_date;
    return d->covers_to ? d->covers_to : snapshot_state_date(ds->period, f->w->as_of);
}

static enum rc load_days(struct facts *f, struct err *e)
{
    int32_t *day = arena_alloc_array(&f->w->arena, (size_t)f->n + 1, sizeof *day);
    uint16_t *span = NULL;
    if (!day) return err_nomem(e);
    f->t->date = day;
    size_t d = 0;
    bool field = f->decl->u.dataset.time_field.text.n > 0;
    for (uint32_t i = 0; i < f->n; i++) {
        uint32_t r = f->order[i];
        if (!field) {
            for (d = 0; r >= f->rows->first[d + 1]; d++) {}
            day[i] = state_day(f, &f->rows->deliveries[d]);
            continue;
        }
        bool there = !f->time.valid || (f->time.valid[r >> 6] >> (r & 63) & 1);
        if (!there) continue;
        int64_t lo = SPAN_LO(f->time.v[r]), hi = SPAN_HI(f->time.v[r]);
        day[i] = (int32_t)lo;
        if (hi == lo) continue;
        if (!span && !(span = arena_alloc_array(&f->w->arena, (size_t)f->n + 1, sizeof *span))) return err_nomem(e);
        span[i] = (uint16_t)(hi - lo);
    }
    f->t->date_span = span;
    return RC_OK;
}

/* ---------------------------------------------------------------- equal keys */

static bool cell_at(const struct cells *c, uint32_t r, int64_t *v)
{
    *v = c->v[r];
    return !c->valid || (c->valid[r >> 6] >> (r & 63) & 1);
}

static bool same_cell(const struct cells *c, uint32_t a, uint32_t b)
{
    int64_t x, y;
    bool vx = cell_at(c, a, &x), vy = cell_at(c, b, &y);
    return vx == vy && (!vx || x == y);
}

static bool same_key(const struct facts *f, const uint32_t *keys, size_t n, uint32_t a, uint32_t b, bool by_day,
                     uint32_t ia, uint32_t ib)
{
    for (size_t k = 0; k < n; k++)
        if (!same_cell(&f->cols[keys[k]], a, b)) return false;
    return !by_day || f->t->date[ia] == f->t->date[ib];
}

static enum rc mark_conflicts(struct facts *f, uint32_t kept, uint32_t other, struct err *e)
{
    size_t n_cols = f->w->layouts[f->dataset + TABLE_FACT0].n;
    for (size_t c = 0; c < n_cols; c++) {
        if (!f->cols[c].v || same_cell(&f->cols[c], f->order[kept], f->order[other])) continue;
        if (!f->conflict[c] &&
            !(f->conflict[c] = arena_alloc_array(&f->w->arena, ((size_t)f->n + 63) / 64 + 1, sizeof **f->conflict)))
            return err_nomem(e);
        f->conflict[c][kept >> 6] |= UINT64_C(1) << (kept & 63);
    }
    return RC_OK;
}

/* Move kept rows together; conflict bits move with them. */
static void keep_row(struct facts *f, uint32_t to, uint32_t from, int32_t *day, uint16_t *span, uint32_t *owner)
{
    if (to == from) return;
    f->order[to] = f->order[from];
    owner[to] = owner[from];
    day[to] = day[from];
    if (span) span[to] = span[from];
}

static enum rc merge_person(struct facts *f, const uint32_t *keys, size_t n_keys, bool by_day, uint32_t from,
                            uint32_t to, uint32_t *out, struct err *e)
{
    uint32_t begin = *out;
    for (uint32_t i = from; i < to; i++) {
        uint32_t k = begin;
        while (k < *out && !same_key(f, keys, n_keys, f->order[k], f->order[i], by_day, k, i)) k++;
        if (k < *out) {
            TRY(mark_conflicts(f, k, i, e));
            continue;
        }
        keep_row(f, (*out)++, i, (int32_t *)(uintptr_t)f->t->date, (uint16_t *)(uintptr_t)f->t->date_span,
                 (uint32_t *)(uintptr_t)f->t->owner);
    }
    return RC_OK;
}

static enum rc merge_keys(struct facts *f, struct err *e)
{
    const struct dataset_decl *ds = &f->decl->u.dataset;
    const struct table_layout *l = &f->w->layouts[f->dataset + TABLE_FACT0];
    uint32_t keys[64];
    size_t n = 0;
    for (size_t k = 0; k < ds->key.n && n < 64; k++)
        for (size_t i = 0; i < l->n; i++)
            if (l->cols[i].decl && str_eq(l->cols[i].decl->name.text, ds->key.v[k].text) && f->cols[i].v)
                keys[n++] = (uint32_t)i;
    bool by_day = ds->kind == DK_LATEST;
    if (!n && !by_day) return RC_OK;
    uint32_t *first = (uint32_t *)(uintptr_t)f->t->first, out = 0;
    for (uint32_t p = 0; p < f->w->n_people; p++) {
        uint32_t from = first[p], to = first[p + 1];
        first[p] = out;
        TRY(merge_person(f, keys, n, by_day, from, to, &out, e));
    }
    first[f->w->n_people] = out;
    f->n = out;
    return RC_OK;
}

/* ---------------------------------------------------------------- columns */

static bool is_key(const struct dataset_decl *ds, struct str name)
{
    for (size_t i = 0; i < ds->key.n; i++)
        if (str_eq(ds->key.v[i].text, name)) return true;
    return false;
}

static enum rc ref_cells(struct world *w, enum cell_form form, struct cells *c, struct err *e)
{
    if (form == FORM_REF_HOUSEHOLD) return RC_OK;
    TRY(load_keys(w, e));
    for (uint32_t i = 0; i < c->n; i++) {
        int64_t key = c->v[i];
        uint32_t row = key ? map64_get(&w->by_key, (uint64_t)key) : UINT32_MAX;
        c->v[i] = row != UINT32_MAX ? (int64_t)row : REF_OUTSIDE - key;
        if (key) continue;
        if (!c->valid) {
            c->valid = mem_alloc_array(((size_t)c->n + 63) / 64 + 1, sizeof *c->valid);
            if (!c->valid) return err_nomem(e);
            memset(c->valid, 0xff, (((size_t)c->n + 63) / 64 + 1) * sizeof *c->valid);
        }
        c->valid[i >> 6] &= ~(UINT64_C(1) << (i & 63));
    }
    return RC_OK;
}

/* Codes of households as references: by the hash of the code. */
static enum rc household_refs(struct world *w, struct cells *c, struct err *e)
{
    struct str *codes;
    struct map64 by_code;
    TRY(world_codes(w, &codes, e));
    map64_init(&by_code);
    enum rc rc = RC_OK;
    for (uint32_t h = 0; !rc && h < w->n_households; h++)
        if (!map64_put(&by_code, str_hash(codes[h]) >> 1, h)) rc = err_nomem(e);
    for (uint32_t i = 0; !rc && i < c->n; i++) {
        uint32_t row = map64_get(&by_code, (uint64_t)c->v[i]);
        c->v[i] = row != UINT32_MAX ? (int64_t)row : REF_OUTSIDE - (c->v[i] >> 2);
    }
    map64_fini(&by_code);
    return rc;
}

static enum rc load_columns(struct facts *f, struct err *e)
{
    uint16_t table = (uint16_t)(f->dataset + TABLE_FACT0);
    const struct table_layout *l = &f->w->layouts[table];
    const struct dataset_decl *ds = &f->decl->u.dataset;
    f->cols = arena_alloc_array(&f->w->arena, l->n + 1, sizeof *f->cols);
    f->reps = arena_alloc_array(&f->w->arena, l->n + 1, sizeof *f->reps);
    f->conflict = arena_alloc_array(&f->w->arena, l->n + 1, sizeof *f->conflict);
    if (!f->cols || !f->reps || !f->conflict) return err_nomem(e);
    for (size_t i = 0; i < l->n; i++) {
        struct str name = l->cols[i].decl->name.text;
        bool time = str_eq(name, ds->time_field.text);
        if (!f->w->need[table][i] && !is_key(ds, name) && !time) continue;
        struct cell_spec spec;
        TRY(spec_of_field(f->w, &l->cols[i], &spec, &f->reps[i], e));
        TRY(cells_load(f->w, f->rows, &spec, &f->cols[i], e));
        if (spec.form == FORM_REF_PERSON) TRY(ref_cells(f->w, spec.form, &f->cols[i], e));
        if (spec.form == FORM_REF_HOUSEHOLD) TRY(household_refs(f->w, &f->cols[i], e));
        if (time) f->time = f->cols[i];
    }
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
    for (size_t i = 0; i < l->n; i++) {
        if (!f->cols[i].v || !f->w->need[table][i]) continue;
        struct cells *c = &f->cols[i];
        TRY(fcol_from_cells(f->w, c, f->order, f->n, f->reps[i], &f->t->cols[i], e));
        if (!f->conflict[i] || !f->n) continue;
        f->t->cols[i].conflict = f->conflict[i];
        if (!f->t->cols[i].width) continue;
        /* A cell in conflict has no value. */
        struct column *own = &f->w->owned[f->w->n_owned - 1];
        size_t words = ((size_t)f->n + 63) / 64;
        if (!own->valid) {
            own->valid = mem_alloc_array(words, sizeof *own->valid);
            if (!own->valid) return err_nomem(e);
            memset(own->valid, 0xff, words * sizeof *own->valid);
            if (f->n & 63) own->valid[words - 1] = (UINT64_C(1) << (f->n & 63)) - 1;
        }
        for (size_t k = 0; k < words; k++) own->valid[k] &= ~f->conflict[i][k];
        f->t->cols[i].valid = own->valid;
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- identity */

static void set_bit(uint64_t *bits, uint32_t i) { bits[i >> 6] |= UINT64_C(1) << (i & 63); }

static enum rc mark_waiting(struct facts *f, const char *column, uint64_t *bits, struct err *e)
{
    struct world *w = f->w;
    struct cell_spec spec = {.form = FORM_INT, .name = str_from(column)};
    for (size_t d = 0; d < f->rows->n; d++) {
        const struct delivery *x = &f->rows->deliveries[d];
        bool refuse = column[0] == 'r';
        int64_t n = refuse ? x->counts.refused
                           : x->counts.waiting_invalid + x->counts.waiting_unmatched + x->counts.waiting_name;
        int64_t first[2] = {0, n};
        struct world_rows one = {.deliveries = &f->rows->deliveries[d], .first = first, .n = 1};
        struct cells c;
        if (!n) continue;
        TRY(cells_load(w, &one, &spec, &c, e));
        for (uint32_t i = 0; i < c.n; i++) {
            uint32_t row = c.v[i] ? map64_get(&w->by_key, (uint64_t)c.v[i]) : UINT32_MAX;
            if (row != UINT32_MAX) set_bit(bits, row);
        }
        cells_fini(&c);
    }
    return RC_OK;
}

static enum rc load_identity(struct facts *f, struct fdataset *out, struct err *e)
{
    struct world *w = f->w;
    if (f->decl->u.dataset.unidentified_as_none) return RC_OK;
    TRY(load_keys(w, e));
    uint64_t *bits = arena_alloc_array(&w->arena, ((size_t)w->n_people + 63) / 64 + 1, sizeof *bits);
    if (!bits) return err_nomem(e);
    for (uint32_t p = 0; p < w->n_people; p++)
        if (!w->key[p] || (w->shared[p >> 6] >> (p & 63) & 1)) set_bit(bits, p);
    TRY(mark_waiting(f, "wait.key", bits, e));
    TRY(mark_waiting(f, "refuse.key", bits, e));
    out->no_identity = bits;
    return RC_OK;
}

/* ---------------------------------------------------------------- authorisation */

/* The authorising dataset: its first text or code field names the dataset, its first and second date the days from and
 * to (blank: open). */
struct consent {
    struct str what, from, to;
    const struct field_ref *what_ref;
};

static void consent_fields(const struct table_layout *l, struct consent *c)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct field_decl *f = l->cols[i].decl;
        bool text = f->type.kind == T_TEXT || f->type.kind == T_CODES;
        if (text && !c->what.n) c->what = f->name.text, c->what_ref = &l->cols[i];
        else if (f->type.kind == T_DATE && !c->from.n) c->from = f->name.text;
        else if (f->type.kind == T_DATE && !c->to.n) c->to = f->name.text;
    }
}

static bool names_dataset(const struct facts *f, const struct cells *what, const struct cell_spec *spec, uint32_t i)
{
    int64_t v;
    if (!cell_at(what, i, &v)) return false;
    if (spec->form == FORM_CODE)
        return (uint64_t)v < spec->codes->u.codes.n && str_eq(spec->codes->u.codes.v[v].name.text, f->decl->name.text);
    return v == (int64_t)(str_hash(f->decl->name.text) >> 1) || v == (int64_t)(str_hash(f->decl->label) >> 1);
}

static enum rc load_consent(struct facts *f, struct fdataset *out, struct err *e)
{
    struct world *w = f->w;
    if (f->decl->u.dataset.ground != GROUND_CONSENT) return RC_OK;
    struct str name = f->decl->u.dataset.consent.text;
    uint32_t number = policy_dataset_number(w->policy, name);
    uint64_t *bits = arena_alloc_array(&w->arena, ((size_t)w->n_people + 63) / 64 + 1, sizeof *bits);
    if (!bits) return err_nomem(e);
    memset(bits, 0xff, ((size_t)w->n_people + 63) / 64 * sizeof *bits);
    out->unauthorised = bits;
    if (number == UINT32_MAX) return RC_OK;
    struct world_rows rows;
    struct consent c = {0};
    struct cells person, what = {0}, from = {0}, to = {0};
    struct cell_spec spec = {.form = FORM_INT, .name = STR("person")}, what_spec;
    enum rep rep;
    consent_fields(&w->layouts[number + TABLE_FACT0], &c);
    if (!c.what.n) return RC_OK;
    TRY(rows_plan(w, name, &rows, e));
    TRY(spec_of_field(w, c.what_ref, &what_spec, &rep, e));
    TRY(cells_load(w, &rows, &spec, &person, e));
    enum rc rc = cells_load(w, &rows, &what_spec, &what, e);
    spec.name = c.from;
    if (!rc && c.from.n) rc = cells_load(w, &rows, &spec, &from, e);
    spec.name = c.to;
    if (!rc && c.to.n) rc = cells_load(w, &rows, &spec, &to, e);
    for (uint32_t i = 0; !rc && i < person.n; i++) {
        int64_t v;
        bool began = !from.v || (cell_at(&from, i, &v) && SPAN_HI(v) <= w->as_of);
        bool ended = to.v && cell_at(&to, i, &v) && SPAN_LO(v) < w->as_of;
        uint32_t row = person.v[i] < w->n_person_nos ? w->row_of_person[person.v[i]] : UINT32_MAX;
        if (began && !ended && row != UINT32_MAX && names_dataset(f, &what, &what_spec, i))
            bits[row >> 6] &= ~(UINT64_C(1) << (row & 63));
    }
    cells_fini(&person);
    cells_fini(&what);
    cells_fini(&from);
    cells_fini(&to);
    return rc;
}

/* ---------------------------------------------------------------- whole */

static enum rc keep_source(struct facts *f, struct err *e)
{
    uint32_t *source = arena_alloc_array(&f->w->arena, (size_t)f->n + 1, sizeof *source);
    if (!source) return err_nomem(e);
    if (f->n) memcpy(source, f->order, (size_t)f->n * sizeof *source);
    f->t->source = source;
    struct cell_spec spec = {.form = FORM_INT, .name = STR("line")};
    struct cells c;
    TRY(cells_load(f->w, f->rows, &spec, &c, e));
    enum rc rc = fcol_from_cells(f->w, &c, f->order, f->n, REP_INT, &f->w->lines[f->dataset + TABLE_FACT0], e);
    cells_fini(&c);
    return rc;
}

static enum rc load_all(struct facts *f, struct fdataset *out, struct err *e)
{
    struct cell_spec spec = {.form = FORM_INT, .name = STR("person")};
    TRY(cells_load(f->w, f->rows, &spec, &f->person, e));
    TRY(load_columns(f, e));
    TRY(group_by_person(f, e));
    TRY(load_days(f, e));
    TRY(merge_keys(f, e));
    TRY(finish_columns(f, e));
    if (f->w->with_lines) TRY(keep_source(f, e));
    TRY(load_identity(f, out, e));
    return load_consent(f, out, e);
}

enum rc load_facts(struct world *w, uint32_t dataset, struct err *e)
{
    struct place nation = {0};
    struct str name = policy_dataset_name(w->policy, dataset);
    struct facts f = {
        .w = w, .dataset = dataset, .t = &w->tables[dataset + TABLE_FACT0], .rows = &w->rows[dataset + TABLE_FACT0]};
    f.decl = policy_find(w->policy, D_DATASET, name, &nation, w->as_of);
    for (uint32_t i = 0; !f.decl && i < w->n_places; i++)
        f.decl = policy_find(w->policy, D_DATASET, name, &w->places[i], w->as_of);
    if (!f.decl) return RC_OK;
    w->datasets[dataset].decl = &f.decl->u.dataset;
    TRY(rows_plan(w, name, &w->rows[dataset + TABLE_FACT0], e));
    enum rc rc = load_all(&f, &w->datasets[dataset], e);
    for (size_t i = 0; f.cols && i < w->layouts[dataset + TABLE_FACT0].n; i++) cells_fini(&f.cols[i]);
    cells_fini(&f.person);
    mem_free(f.order);
    return rc;
}
