/* Facts of a dataset: rows of all deliveries known at K, grouped by person, equal keys merged, identity and
 * authorisation marked. */
#include "base/mem.h"
#include "match/plan.h"
#include "rules/example.h"
#include "screen/load_int.h"

enum { ROW_KEY_MAX = 64, FEW_ROWS = 32 };

struct facts {
    struct world *w;
    uint32_t dataset;
    const struct decl *decl;
    const struct world_rows *rows;
    struct ftable *t;
    struct cells person, time;
    struct cells *cols; /* per layout column, v NULL: not read */
    enum rep *reps;
    uint32_t *order;         /* frame row -> global row */
    uint64_t **conflict;     /* per layout column, by frame row */
    uint32_t n;              /* frame rows */
    uint32_t *first, *owner; /* those of t, while it is made */
    int32_t *day;
    uint16_t *span;
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
    f->t->first = f->first = first;
    f->t->owner = f->owner = owner;
    return RC_OK;
}

/* ---------------------------------------------------------------- days */

static date_day state_day(const struct facts *f, const struct delivery *d)
{
    const struct dataset_decl *ds = &f->decl->u.dataset;
    /* Without days of its own a file stands for every day. */
    if (ds->kind == DK_LATEST && !d->covers_to) return d->received_day < f->w->as_of ? d->received_day : f->w->as_of;
    if (ds->kind == DK_LATEST) return d->covers_to;
    if (d->state_date) return d->state_date;
    return d->covers_to ? d->covers_to : snapshot_state_date(ds->period, f->w->as_of);
}

/* Number of the delivery that a global row came with. */
static size_t delivery_of(const struct world_rows *rows, uint32_t row)
{
    size_t lo = 0, hi = rows->n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (row < rows->first[mid]) hi = mid;
        else lo = mid;
    }
    return lo;
}

static enum rc load_days(struct facts *f, struct err *e)
{
    int32_t *day = arena_alloc_array(&f->w->arena, (size_t)f->n + 1, sizeof *day);
    uint16_t *span = NULL;
    if (!day) return err_nomem(e);
    f->t->date = f->day = day;
    bool field = f->decl->u.dataset.time_field.text.n > 0;
    for (uint32_t i = 0; i < f->n; i++) {
        uint32_t r = f->order[i];
        if (!field) {
            day[i] = state_day(f, &f->rows->deliveries[delivery_of(f->rows, r)]);
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
    f->t->date_span = f->span = span;
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

/* What makes two rows of a person one. */
struct row_key {
    uint32_t col[ROW_KEY_MAX];
    size_t n;
    bool by_day; /* kind latest: of one day */
};

static bool rough_day(const struct facts *f, uint32_t row)
{
    return !f->t->date[row] || (f->t->date_span && f->t->date_span[row]);
}

/* A hash of the key of frame row i; false when a part of it is not known: such a row is equal to no other. */
static bool key_hash(const struct facts *f, const struct row_key *k, uint32_t i, uint64_t *out)
{
    uint64_t h = k->by_day ? (uint64_t)(uint32_t)f->t->date[i] : 0;
    if (k->by_day && rough_day(f, i)) return false;
    for (size_t c = 0; c < k->n; c++) {
        int64_t v;
        if (!cell_at(&f->cols[k->col[c]], f->order[i], &v)) return false;
        h = (h ^ (uint64_t)v) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 29;
    }
    *out = h;
    return true;
}

/* Both keys are known. */
static bool same_key(const struct facts *f, const struct row_key *k, uint32_t i, uint32_t j)
{
    for (size_t c = 0; c < k->n; c++)
        if (!same_cell(&f->cols[k->col[c]], f->order[i], f->order[j])) return false;
    return !k->by_day || f->t->date[i] == f->t->date[j];
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

/* Rows of an equal key with different days: the day is not known. */
static void mark_day(struct facts *f, uint32_t kept, uint32_t other)
{
    uint16_t *span = f->span;
    bool same = f->day[kept] == f->day[other] && (!span || span[kept] == span[other]);
    if (same) return;
    f->day[kept] = 0;
    if (span) span[kept] = 0;
}

/* Move kept rows together; conflict bits are set at the kept row's new place. */
static void keep_row(struct facts *f, uint32_t to, uint32_t from)
{
    if (to == from) return;
    f->order[to] = f->order[from];
    f->owner[to] = f->owner[from];
    f->day[to] = f->day[from];
    if (f->span) f->span[to] = f->span[from];
}

/* The kept row of begin..end-1 with the key of row i. */
static uint32_t find_equal(const struct facts *f, const struct row_key *k, uint32_t begin, uint32_t end, uint32_t i)
{
    uint64_t h, other;
    if (!key_hash(f, k, i, &h)) return end;
    while (begin < end && !(key_hash(f, k, begin, &other) && other == h && same_key(f, k, begin, i))) begin++;
    return begin;
}

/* The same for a person with very many rows: kept rows are found by the hash of their key. */
static enum rc merge_many(struct facts *f, const struct row_key *k, uint32_t from, uint32_t to, uint32_t *out,
                          struct err *e)
{
    struct map64 seen;
    uint32_t begin = *out;
    map64_init(&seen);
    enum rc rc = RC_OK;
    for (uint32_t i = from; !rc && i < to; i++) {
        uint64_t h = 0;
        bool known = key_hash(f, k, i, &h);
        uint32_t at = known ? map64_get(&seen, h) : UINT32_MAX;
        if (at != UINT32_MAX && !same_key(f, k, at, i)) { /* another key of this hash */
            at = find_equal(f, k, begin, *out, i);
            if (at == *out) at = UINT32_MAX;
        }
        if (at != UINT32_MAX) {
            rc = mark_conflicts(f, at, i, e);
            mark_day(f, at, i);
            continue;
        }
        if (known && map64_get(&seen, h) == UINT32_MAX && !map64_put(&seen, h, *out)) rc = err_nomem(e);
        keep_row(f, (*out)++, i);
    }
    map64_fini(&seen);
    return rc;
}

static enum rc merge_person(struct facts *f, const struct row_key *k, uint32_t from, uint32_t to, uint32_t *out,
                            struct err *e)
{
    uint32_t begin = *out;
    if (to - from > FEW_ROWS) return merge_many(f, k, from, to, out, e);
    for (uint32_t i = from; i < to; i++) {
        uint32_t at = i == from ? *out : find_equal(f, k, begin, *out, i);
        if (at == *out) {
            keep_row(f, (*out)++, i);
            continue;
        }
        TRY(mark_conflicts(f, at, i, e));
        mark_day(f, at, i);
    }
    return RC_OK;
}

static enum rc merge_keys(struct facts *f, struct err *e)
{
    const struct dataset_decl *ds = &f->decl->u.dataset;
    const struct table_layout *l = &f->w->layouts[f->dataset + TABLE_FACT0];
    struct row_key key = {.by_day = ds->kind == DK_LATEST};
    for (size_t k = 0; k < ds->key.n; k++)
        for (size_t i = 0; i < l->n; i++) {
            if (!l->cols[i].decl || !str_eq(l->cols[i].decl->name.text, ds->key.v[k].text) || !f->cols[i].v) continue;
            if (key.n == ROW_KEY_MAX)
                return err_set(e, RC_INPUT, pos_none(), "the key of %.*s has more than %d fields.",
                               "%.*s 的行键超过 %d 个字段。", STR_ARG(f->decl->name.text), (int)ROW_KEY_MAX);
            key.col[key.n++] = (uint32_t)i;
        }
    if (!key.n && !key.by_day) return RC_OK;
    uint32_t *first = f->first, out = 0;
    for (uint32_t p = 0; p < f->w->n_people; p++) {
        uint32_t from = first[p], to = first[p + 1];
        first[p] = out;
        TRY(merge_person(f, &key, from, to, &out, e));
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

/* Somebody was named whom nobody can find (no valid ID) or tell apart (an ID that two have): unknown, never absent. */
static enum rc ref_cells(struct world *w, struct cells *c, struct err *e)
{
    TRY(load_keys(w, e));
    for (uint32_t i = 0; i < c->n; i++) {
        int64_t key;
        if (!cell_at(c, i, &key)) continue;
        uint32_t row = key > 0 ? map64_get(&w->by_key, (uint64_t)key) : UINT32_MAX;
        bool told = key > 0 && (row == UINT32_MAX || !(w->shared[row >> 6] >> (row & 63) & 1));
        if (!told) TRY(cells_not_given(c, i, (int64_t)i + 1, e));
        c->v[i] = row != UINT32_MAX ? (int64_t)row : REF_OUTSIDE - key;
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
    if (!map64_reserve(&by_code, w->n_households)) rc = err_nomem(e);
    for (uint32_t h = 0; !rc && h < w->n_households; h++)
        if (codes[h].n && !map64_put(&by_code, str_hash(codes[h]) >> 1, h)) rc = err_nomem(e);
    for (uint32_t i = 0; !rc && i < c->n; i++) {
        int64_t code;
        if (!cell_at(c, i, &code)) continue;
        uint32_t row = map64_get(&by_code, (uint64_t)code);
        c->v[i] = row != UINT32_MAX ? (int64_t)row : REF_OUTSIDE - (code >> 2);
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
        if (spec.form == FORM_REF_PERSON) TRY(ref_cells(f->w, &f->cols[i], e));
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

static bool is_late_part_of(const struct delivery *d, int64_t id)
{
    return d->kind == DELIVERY_ADDS && d->replaces == id;
}

/* Lines of waiting rows that late parts of the delivery have: they wait no longer. */
static enum rc lines_resolved(struct facts *f, int64_t delivery, struct map64 *lines, struct err *e)
{
    struct cell_spec spec = {.form = FORM_INT, .name = STR("line")};
    for (size_t d = 0; d < f->rows->n; d++) {
        if (!is_late_part_of(&f->rows->deliveries[d], delivery)) continue;
        int64_t first[2] = {0, f->rows->deliveries[d].counts.matched};
        struct world_rows one = {.deliveries = &f->rows->deliveries[d], .first = first, .n = 1};
        struct cells c;
        enum rc rc = RC_OK;
        TRY(cells_load(f->w, &one, &spec, &c, e));
        for (uint32_t i = 0; !rc && i < c.n; i++)
            if (!map64_put(lines, (uint64_t)c.v[i], 1)) rc = err_nomem(e);
        cells_fini(&c);
        TRY(rc);
    }
    return RC_OK;
}

static void mark_keys(const struct world *w, const struct cells *key, const struct cells *line,
                      const struct map64 *resolved, uint64_t *bits)
{
    for (uint32_t i = 0; i < key->n; i++) {
        int64_t k;
        if (!cell_at(key, i, &k) || k <= 0) continue;
        if (line->v && resolved->n && map64_get(resolved, (uint64_t)line->v[i]) != UINT32_MAX) continue;
        uint32_t row = map64_get(&w->by_key, (uint64_t)k);
        if (row != UINT32_MAX) set_bit(bits, row);
    }
}

static enum rc mark_delivery(struct facts *f, const struct world_rows *one, bool refused, uint64_t *bits, struct err *e)
{
    struct cell_spec spec = {.form = FORM_INT, .name = refused ? STR("refuse.key") : STR("wait.key")};
    struct cells key = {0}, line = {0};
    struct map64 resolved;
    map64_init(&resolved);
    enum rc rc = cells_load(f->w, one, &spec, &key, e);
    if (!rc && !refused) rc = lines_resolved(f, one->deliveries->id, &resolved, e);
    spec.name = STR("wait.line");
    if (!rc && resolved.n) rc = cells_load(f->w, one, &spec, &line, e);
    if (!rc) mark_keys(f->w, &key, &line, &resolved, bits);
    map64_fini(&resolved);
    cells_fini(&key);
    cells_fini(&line);
    return rc;
}

static enum rc mark_waiting(struct facts *f, bool refused, uint64_t *bits, struct err *e)
{
    for (size_t d = 0; d < f->rows->n; d++) {
        const struct delivery_counts *x = &f->rows->deliveries[d].counts;
        int64_t n = refused ? x->refused : x->waiting_invalid + x->waiting_unmatched + x->waiting_name;
        int64_t first[2] = {0, n};
        struct world_rows one = {.deliveries = &f->rows->deliveries[d], .first = first, .n = 1};
        if (n) TRY(mark_delivery(f, &one, refused, bits, e));
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
    TRY(mark_waiting(f, false, bits, e));
    TRY(mark_waiting(f, true, bits, e));
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
    TRY(cells_load(w, &x->rows, &spec, &x->person, e));
    TRY(cells_load(w, &x->rows, &x->what_spec, &x->what, e));
    spec.name = plan_stored_name(&w->arena, c->from);
    if (c->from.n) TRY(cells_load(w, &x->rows, &spec, &x->from, e));
    spec.name = plan_stored_name(&w->arena, c->to);
    return c->to.n ? cells_load(w, &x->rows, &spec, &x->to, e) : RC_OK;
}

static void apply_consent(const struct facts *f, const struct consent_cells *x, bool snapshot, uint64_t *bits)
{
    const struct world *w = f->w;
    for (size_t d = 0; d < x->rows.n; d++) {
        if (snapshot && !is_in_force(w, &x->rows, d)) continue;
        for (uint32_t i = (uint32_t)x->rows.first[d]; i < x->rows.first[d + 1]; i++) {
            int64_t v, no = x->person.v[i];
            bool began = !x->from.v || (cell_at(&x->from, i, &v) && SPAN_HI(v) <= w->as_of);
            bool ended = x->to.v && cell_at(&x->to, i, &v) && SPAN_LO(v) < w->as_of;
            uint32_t row = no > 0 && no < w->n_person_nos ? w->row_of_person[no] : UINT32_MAX;
            if (began && !ended && row != UINT32_MAX && names_dataset(f, &x->what, &x->what_spec, i))
                bits[row >> 6] &= ~(UINT64_C(1) << (row & 63));
        }
    }
}

static enum rc load_consent(struct facts *f, struct fdataset *out, struct err *e)
{
    struct world *w = f->w;
    if (f->decl->u.dataset.ground != GROUND_CONSENT) return RC_OK;
    struct str name = f->decl->u.dataset.consent.text;
    struct place nation = {0};
    const struct decl *list = policy_find(w->policy, D_DATASET, name, &nation, w->as_of);
    uint32_t number = policy_dataset_number(w->policy, name);
    size_t words = ((size_t)w->n_people + 63) / 64;
    uint64_t *bits = arena_alloc_array(&w->arena, words + 1, sizeof *bits);
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
