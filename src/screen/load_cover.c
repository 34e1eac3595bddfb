/* Whose rows of a dataset may be missing or may not be read: identity and authorisation. */
#include "base/map.h"
#include "match/plan.h"
#include "screen/load_facts_int.h"

/* ---------------------------------------------------------------- identity */

static bool is_late_part_of(const struct delivery *d, int64_t id)
{
    return d->kind == DELIVERY_ADDS && d->replaces == id;
}

/* Lines that late parts of the delivery have: they wait no longer, or were mended. */
static enum rc lines_resolved(struct facts *f, int64_t delivery, struct map64 *lines, struct err *e)
{
    struct cell_spec spec = {.form = FORM_INT, .name = STR("line")};
    for (size_t d = 0; d < f->rows->n; d++) {
        if (!is_late_part_of(&f->rows->deliveries[d], delivery)) continue;
        int64_t first[2] = {0, f->rows->deliveries[d].counts.matched};
        struct world_rows one = {.deliveries = &f->rows->deliveries[d], .first = first, .n = 1};
        struct cells c;
        enum rc rc = RC_OK;
        TRY(cells_load_one(f->w, &one, &spec, &c, e));
        for (uint32_t i = 0; !rc && i < c.col.n; i++) {
            int64_t line;
            (void)cells_get(&c, i, &line);
            if (!map64_put(lines, (uint64_t)line, 1)) rc = err_nomem(e);
        }
        cells_fini(&c);
        TRY(rc);
    }
    return RC_OK;
}

/* Bits of people: whose set is incomplete, and of them those of whom a refused row may take others back. */
struct marks {
    uint64_t *identity, *taken_back;
};

/* What is stored of the rows that wait or were refused. */
struct bad_cells {
    struct cells key, line, lowers; /* line: read when there are resolved ones; lowers: of refused rows */
};

static void mark_keys(const struct world *w, const struct bad_cells *x, const struct map64 *resolved,
                      const struct marks *marks)
{
    for (uint32_t i = 0; i < x->key.col.n; i++) {
        int64_t k, l, lowers;
        if (!cells_get(&x->key, i, &k) || k <= 0) continue;
        if (x->line.read && cells_get(&x->line, i, &l) && map64_get(resolved, (uint64_t)l) != UINT32_MAX) continue;
        uint32_t row = key_owner(w, (uint64_t)k);
        if (row == UINT32_MAX) continue;
        bit_set(marks->identity, row);
        if (x->lowers.read && cells_get(&x->lowers, i, &lowers) && lowers) bit_set(marks->taken_back, row);
    }
}

static enum rc read_bad(struct facts *f, const struct world_rows *one, bool refused, const struct map64 *resolved,
                        struct bad_cells *x, struct err *e)
{
    struct cell_spec spec = {.form = FORM_INT, .name = refused ? STR("refuse.key") : STR("wait.key")};
    TRY(cells_load_one(f->w, one, &spec, &x->key, e));
    spec.name = STR("refuse.lowers"); /* deliveries of before it do not have it */
    if (refused) TRY(cells_load_one(f->w, one, &spec, &x->lowers, e));
    spec.name = refused ? STR("refuse.line") : STR("wait.line");
    return resolved->n ? cells_load_one(f->w, one, &spec, &x->line, e) : RC_OK;
}

static enum rc mark_delivery(struct facts *f, const struct world_rows *one, bool refused, const struct marks *marks,
                             struct err *e)
{
    struct bad_cells x = {0};
    struct map64 resolved;
    map64_init(&resolved);
    enum rc rc = lines_resolved(f, one->deliveries->id, &resolved, e);
    if (!rc) rc = read_bad(f, one, refused, &resolved, &x, e);
    if (!rc) mark_keys(f->w, &x, &resolved, marks);
    map64_fini(&resolved);
    cells_fini(&x.key);
    cells_fini(&x.line);
    cells_fini(&x.lowers);
    return rc;
}

static enum rc mark_waiting(struct facts *f, bool refused, const struct marks *marks, struct err *e)
{
    for (size_t d = 0; d < f->rows->n; d++) {
        const struct delivery_counts *x = &f->rows->deliveries[d].counts;
        int64_t n = refused ? x->refused : x->waiting_invalid + x->waiting_unmatched + x->waiting_name;
        int64_t first[2] = {0, n};
        struct world_rows one = {.deliveries = &f->rows->deliveries[d], .first = first, .n = 1};
        if (n) TRY(mark_delivery(f, &one, refused, marks, e));
    }
    return RC_OK;
}

struct keyless {
    const struct world *w;
    uint64_t *bits;
};

static enum rc keyless_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct keyless *k = ctx;
    const struct world *w = k->w;
    (void)thread, (void)e;
    for (uint32_t p = range_from(task); p < range_to(task, w->n_people); p++)
        if (!w->key[p] || bit_at(w->shared, p)) bit_set(k->bits, p);
    return RC_OK;
}

enum rc facts_identity(struct facts *f, struct fdataset *out, struct err *e)
{
    struct world *w = f->w;
    if (f->decl->u.dataset.unidentified_as_none || facts_by_village(f)) return RC_OK;
    TRY(load_keys(w, e));
    size_t words = ((size_t)w->n_people + 63) / 64 + 1;
    struct marks marks = {world_alloc(w, words, sizeof(uint64_t)), world_alloc(w, words, sizeof(uint64_t))};
    if (!marks.identity || !marks.taken_back) return err_nomem(e);
    struct keyless k = {w, marks.identity};
    TRY(world_ranges(w, w->n_people, keyless_range, &k, e));
    TRY(mark_waiting(f, false, &marks, e));
    TRY(mark_waiting(f, true, &marks, e));
    out->no_identity = marks.identity;
    out->taken_back = marks.taken_back;
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
    if (!cells_get(what, i, &v)) return false;
    if (spec->form == FORM_CODE)
        return (uint64_t)v < spec->codes->u.codes.n && str_eq(spec->codes->u.codes.v[v].name.text, f->decl->name.text);
    return v == (int64_t)(str_hash(f->decl->name.text) >> 1) || v == (int64_t)(str_hash(f->decl->label) >> 1);
}

/* Is this delivery of a list as of a day, or has a later one with state day <= D taken its place? */
static bool is_in_force(const struct world *w, const struct world_rows *rows, size_t i)
{
    const struct delivery *d = &rows->deliveries[i];
    date_day day = d->state_date ? d->state_date : d->covers_to;
    if (day > w->as_of) return false;
    for (size_t k = 0; k < rows->n; k++) {
        const struct delivery *x = &rows->deliveries[k];
        date_day other = x->state_date ? x->state_date : x->covers_to;
        bool covers = x->division <= d->division &&
                      delivery_division_last(x->division) >= delivery_division_last(d->division);
        if (covers && other > day && other <= w->as_of) return false;
    }
    return true;
}

struct consent_cells {
    struct world_rows rows;
    struct cell_spec what_spec;
    struct cells person, what, from, to;
};

static enum rc read_consent(struct world *w, const struct consent *c, struct consent_cells *x, struct err *e)
{
    struct cell_spec spec = {.form = FORM_INT, .name = STR("person")};
    enum rep rep;
    TRY(spec_of_field(w, c->what_ref, &x->what_spec, &rep, e));
    TRY(cells_load_one(w, &x->rows, &spec, &x->person, e));
    TRY(cells_load_one(w, &x->rows, &x->what_spec, &x->what, e));
    spec.name = plan_stored_name(&w->arena, c->from);
    if (c->from.n) TRY(cells_load_one(w, &x->rows, &spec, &x->from, e));
    spec.name = plan_stored_name(&w->arena, c->to);
    return c->to.n ? cells_load_one(w, &x->rows, &spec, &x->to, e) : RC_OK;
}

static void apply_consent(const struct facts *f, const struct consent_cells *x, bool snapshot, uint64_t *bits)
{
    const struct world *w = f->w;
    for (size_t d = 0; d < x->rows.n; d++) {
        if (snapshot && !is_in_force(w, &x->rows, d)) continue;
        for (uint32_t i = (uint32_t)x->rows.first[d]; i < x->rows.first[d + 1]; i++) {
            int64_t v, no;
            (void)cells_get(&x->person, i, &no);
            bool began = !x->from.read || (cells_get(&x->from, i, &v) && SPAN_HI(v) <= w->as_of);
            bool ended = x->to.read && cells_get(&x->to, i, &v) && SPAN_LO(v) < w->as_of;
            uint32_t row = no > 0 && no <= UINT32_MAX ? world_row_of(w, (uint32_t)no) : UINT32_MAX;
            if (began && !ended && row != UINT32_MAX && names_dataset(f, &x->what, &x->what_spec, i))
                bits[row >> 6] &= ~(UINT64_C(1) << (row & 63));
        }
    }
}

enum rc facts_consent(struct facts *f, struct fdataset *out, struct err *e)
{
    struct world *w = f->w;
    if (f->decl->u.dataset.ground != GROUND_CONSENT) return RC_OK;
    struct str name = f->decl->u.dataset.consent.text;
    struct place nation = {0};
    const struct decl *list = policy_find(w->policy, D_DATASET, name, &nation, w->as_of);
    uint32_t number = policy_dataset_number(w->policy, name);
    size_t words = ((size_t)w->n_people + 63) / 64;
    uint64_t *bits = world_alloc(w, words + 1, sizeof *bits);
    if (!bits) return err_nomem(e);
    memset(bits, 0xff, words * sizeof *bits);
    out->unauthorised = bits;
    if (number == UINT32_MAX) return RC_OK;
    struct consent c = {0};
    struct consent_cells x = {0};
    consent_fields(&w->layouts[number + TABLE_FACT0], &c);
    if (!c.what.n) return RC_OK;
    enum rc rc = rows_plan(w, name, &x.rows, e);
    if (!rc) rc = read_consent(w, &c, &x, e);
    if (!rc) apply_consent(f, &x, list && list->u.dataset.kind == DK_SNAPSHOT, bits);
    cells_fini(&x.person);
    cells_fini(&x.what);
    cells_fini(&x.from);
    cells_fini(&x.to);
    return rc;
}
