/* People and households of a frame: the newest roster row of each person, grouped by household. */
#include "ident/citizen_id.h"
#include "screen/load_int.h"
#include "store/people.h"

/* ---------------------------------------------------------------- who there is */

/* The roster's day of birth: its date field called born (or birth); NULL: there is none. */
static const struct field_decl *born_field(const struct world *w)
{
    const struct table_layout *l = &w->layouts[TABLE_PERSON];
    for (size_t i = 0; i < l->n; i++) {
        const struct field_decl *f = l->cols[i].decl;
        if (f && f->type.kind == T_DATE && (str_eq(f->name.text, STR("born")) || str_eq(f->name.text, STR("birth"))))
            return f;
    }
    return NULL;
}

enum rc plan_people(struct world *w, struct err *e)
{
    const struct field_decl *born = born_field(w);
    w->born = world_alloc(w, 1, sizeof *w->born);
    if (!w->born) return err_nomem(e);
    w->people = (struct people_plan){.born = born ? born->name.text : (struct str){0},
                                     .divided = roster_has_division(w)};
    return RC_OK;
}

enum rc load_people(struct world *w, struct err *e)
{
    struct cells person = {0}, household = {0}, division = {0};
    struct cells_want want[4] = {{{.form = FORM_INT, .name = STR("person")}, &person},
                                 {{.form = FORM_INT, .name = STR("household")}, &household}};
    size_t n = 2;
    if (w->people.divided) want[n++] = (struct cells_want){{.name = STR("division")}, &division};
    if (w->people.born.n) want[n++] = (struct cells_want){{.name = w->people.born}, w->born};
    TRY(cells_load(w, &w->rows[TABLE_PERSON], want, n, e));
    enum rc rc = order_people(w, &person, &household, w->born, e);
    if (!rc) rc = load_divisions(w, &person, &division, e);
    cells_fini(&person);
    cells_fini(&household);
    cells_fini(&division);
    return rc;
}

/* ---------------------------------------------------------------- columns of people */

/* NULL: the roster's rows are the frame's. */
static const uint32_t *roster_order(const struct world *w) { return w->roster_as_is ? NULL : w->roster_row; }

static uint64_t scramble(uint64_t x)
{
    x ^= x >> 30, x *= UINT64_C(0xBF58476D1CE4E5B9);
    x ^= x >> 27, x *= UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* A column of n cells, all blank if with_blanks, for values min..max. */
static enum rc new_column(struct column *c, uint32_t n, int64_t min, int64_t max, bool with_blanks, struct err *e)
{
    struct column_plan plan = {.rows = n, .min = min, .max = max, .any = true, .blanks = with_blanks};
    return column_init(c, &plan, e);
}

/* IDs are compared, never shown: a one-to-one scrambling of the key stands for them in the frame. */
static enum rc id_column(struct world *w, struct fcol *out, struct err *e)
{
    struct cells c = {.read = true};
    TRY(load_keys(w, e));
    TRY(new_column(&c.col, w->n_people, INT64_MIN, INT64_MAX, true, e));
    int64_t *v = c.col.data;
    for (uint32_t i = 0; i < w->n_people; i++) {
        v[i] = (int64_t)scramble((uint64_t)w->key[i]);
        if (w->key[i]) bit_set(c.col.valid, i);
    }
    column_count_blanks(&c.col);
    enum rc rc = fcol_from_cells(w, &c, NULL, w->n_people, REP_INT, out, e);
    cells_fini(&c);
    return rc;
}

/* What the ID says; blank without one in order. */
static enum rc told_column(struct world *w, enum id_field what, struct fcol *out, struct err *e)
{
    struct cells c = {.read = true};
    bool born = what == ID_FIELD_BORN;
    TRY(load_keys(w, e));
    TRY(new_column(&c.col, w->n_people, born ? INT64_MIN : 0, born ? INT64_MAX : 1, true, e));
    for (uint32_t i = 0; i < w->n_people; i++) {
        date_day day = w->key[i] ? citizen_key_born((uint64_t)w->key[i]) : 0;
        int64_t v = born ? SPAN_OF(day, 0) : day && citizen_key_female((uint64_t)w->key[i]);
        column_write(&c.col, i, 1, &v);
        if (day) bit_set(c.col.valid, i);
    }
    column_count_blanks(&c.col);
    enum rc rc = fcol_from_cells(w, &c, NULL, w->n_people, born ? REP_SPAN : REP_BOOL, out, e);
    cells_fini(&c);
    return rc;
}

struct validity {
    const struct world *w;
    const struct cells *state;
    uint8_t *out;
};

static enum rc valid_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct validity *v = ctx;
    (void)thread, (void)e;
    for (uint32_t i = range_from(task); i < range_to(task, v->w->n_people); i++) {
        int64_t state;
        v->out[i] = cells_get(v->state, world_roster_row(v->w, i), &state) && id_in_order(state);
    }
    return RC_OK;
}

/* An ID in order has a key: the keys themselves need not be read for this. */
static enum rc valid_column(struct world *w, const struct cells *state, struct fcol *out, struct err *e)
{
    struct cells c = {.read = true};
    TRY(new_column(&c.col, w->n_people, 0, 1, false, e));
    struct validity v = {w, state, c.col.data};
    enum rc rc = world_ranges(w, w->n_people, valid_range, &v, e);
    if (!rc) rc = fcol_from_cells(w, &c, NULL, w->n_people, REP_BOOL, out, e);
    cells_fini(&c);
    return rc;
}

/* A column of the frame that is made of one stored column. */
struct roster_column {
    uint16_t table;
    size_t column;
    const struct field_ref *ref;
    enum rep rep;
    struct cells cells;
};

/* Books older than a verdict do not tell it from the one that was said before it was known. */
static enum rc state_column(struct world *w, struct roster_column *x, struct fcol *out, struct err *e)
{
    struct cells c = {.read = true};
    const struct decl *codes;
    TRY(cells_codes(w, x->ref->decl->type.name.text, &codes, e));
    if (codes->u.codes.n > ID_SHORT) return fcol_from_cells(w, &x->cells, roster_order(w), w->n_people, x->rep, out, e);
    TRY(new_column(&c.col, w->n_people, INT64_MIN, INT64_MAX, true, e));
    int64_t *v = c.col.data;
    for (uint32_t i = 0; i < w->n_people; i++) {
        if (!cells_get(&x->cells, world_roster_row(w, i), &v[i])) continue;
        if (v[i] == ID_SHORT) v[i] = ID_OK;
        bit_set(c.col.valid, i);
    }
    column_count_blanks(&c.col);
    enum rc rc = fcol_from_cells(w, &c, NULL, w->n_people, x->rep, out, e);
    cells_fini(&c);
    return rc;
}

/* ---------------------------------------------------------------- columns of households */

struct reducing {
    struct world *w;
    const struct cells *c;
    struct cells *out;
    uint64_t *conflict;
};

/* One value a household: what its rows of the newest roster agree on; different values are a conflict. */
static void reduce_household(const struct reducing *x, uint32_t h, int64_t *value)
{
    const struct world *w = x->w;
    const uint32_t *first = w->tables[TABLE_PERSON].first;
    bool have = false, clash = false, given = !x->c->not_given;
    uint32_t from = roster_newest_from(w, h);
    *value = x->out->col.min;
    for (uint32_t p = first[h]; p < first[h + 1]; p++) {
        uint32_t r = world_roster_row(w, p);
        int64_t v;
        if (r < from) continue;
        given = given || !bit_at(x->c->not_given, r);
        if (!cells_get(x->c, r, &v)) continue;
        clash = clash || (have && *value != v);
        *value = v;
        have = true;
    }
    if (have && !clash) bit_set(x->out->col.valid, h);
    if (clash) bit_set(x->conflict, h);
    if (!given) bit_set(x->out->not_given, h);
}

static enum rc reduce_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    enum { TILE = 256 };
    const struct reducing *x = ctx;
    int64_t v[TILE];
    uint32_t to = range_to(task, x->w->n_households);
    (void)thread, (void)e;
    for (uint32_t at = range_from(task); at < to; at += TILE) {
        uint32_t n = to - at < TILE ? to - at : TILE;
        for (uint32_t i = 0; i < n; i++) reduce_household(x, at + i, &v[i]);
        column_write(&x->out->col, at, n, v);
    }
    return RC_OK;
}

static enum rc reduce_column(struct world *w, const struct cells *c, enum rep rep, struct fcol *out, struct err *e)
{
    uint32_t n = w->n_households;
    size_t words = ((size_t)n + 63) / 64 + 1;
    struct cells h = {.read = true};
    uint64_t any = 0, *conflict = world_alloc(w, words, sizeof *conflict);
    if (!conflict) return err_nomem(e);
    TRY(new_column(&h.col, n, c->col.min, c->col.max, true, e));
    enum rc rc = RC_OK;
    if (c->not_given && !(h.not_given = mem_zalloc_array(words, sizeof *h.not_given))) rc = err_nomem(e);
    struct reducing x = {w, c, &h, conflict};
    if (!rc) rc = world_ranges(w, n, reduce_range, &x, e);
    for (size_t i = 0; !rc && i < words; i++) any |= conflict[i];
    column_count_blanks(&h.col);
    if (!rc) rc = fcol_from_cells(w, &h, NULL, n, rep, out, e);
    if (!rc && any) out->conflict = conflict;
    cells_fini(&h);
    return rc;
}

static enum rc division_column(struct world *w, struct fcol *out, struct err *e)
{
    uint32_t n = w->n_households;
    struct cells c = {.read = true};
    uint64_t *valid = mem_zalloc_array(((size_t)n + 63) / 64 + 1, sizeof *valid);
    if (!valid) return err_nomem(e);
    for (uint32_t i = 0; i < n; i++)
        if (w->frame.division[i]) bit_set(valid, i);
    enum rc rc = column_from_i64(&c.col, w->frame.division, valid, n, e);
    if (!rc) rc = fcol_from_cells(w, &c, NULL, n, REP_INT, out, e);
    cells_fini(&c);
    mem_free(valid);
    return rc;
}

struct codes_walk {
    struct world *w;
    uint32_t *row_of;
    uint32_t max_no;
};

static enum rc take_code(void *ctx, const struct household_row *h, struct err *e)
{
    struct codes_walk *c = ctx;
    if (h->no > c->max_no || c->row_of[h->no] == UINT32_MAX) return RC_OK;
    struct str *at = &c->w->codes[c->row_of[h->no]];
    *at = str_dup(&c->w->arena, h->code);
    return at->p || !h->code.n ? RC_OK : err_nomem(e);
}

enum rc world_codes(struct world *w, struct str **codes, struct err *e)
{
    *codes = w->codes;
    if (w->codes) return RC_OK;
    uint32_t n = w->n_households;
    struct codes_walk c = {.w = w, .max_no = n ? w->household_no[n - 1] : 0};
    w->codes = arena_alloc_array(&w->arena, (size_t)n + 1, sizeof *w->codes);
    c.row_of = mem_alloc_array((size_t)c.max_no + 1, sizeof *c.row_of);
    enum rc rc = w->codes && c.row_of ? RC_OK : err_nomem(e);
    if (!rc) {
        memset(c.row_of, 0xff, ((size_t)c.max_no + 1) * sizeof *c.row_of);
        for (uint32_t i = 0; i < n; i++) c.row_of[w->household_no[i]] = i;
        rc = households_each_code(w->store, take_code, &c, e);
    }
    mem_free(c.row_of);
    *codes = w->codes;
    return rc;
}

static enum rc code_column(struct world *w, struct fcol *out, struct err *e)
{
    struct str *codes;
    struct cells c = {.read = true};
    TRY(world_codes(w, &codes, e));
    TRY(new_column(&c.col, w->n_households, 0, INT64_MAX, false, e));
    int64_t *v = c.col.data;
    for (uint32_t i = 0; i < w->n_households; i++) v[i] = (int64_t)(str_hash(codes[i]) >> 1);
    enum rc rc = fcol_from_cells(w, &c, NULL, w->n_households, REP_INT, out, e);
    cells_fini(&c);
    return rc;
}

/* ---------------------------------------------------------------- all that programs read */

static enum id_field told_by_id(const struct field_ref *f)
{
    enum id_field what = f->table == TABLE_PERSON && f->builtin == BF_STORED ? policy_id_field(f->decl) : ID_FIELD_NONE;
    return what == ID_FIELD_STATE ? ID_FIELD_NONE : what;
}

static bool is_made(const struct field_ref *f)
{
    return told_by_id(f) || f->builtin == BF_ID || f->builtin == BF_DIVISION || f->builtin == BF_CODE;
}

static enum rc make_column(struct world *w, const struct field_ref *f, struct fcol *out, struct err *e)
{
    if (told_by_id(f)) return told_column(w, told_by_id(f), out, e);
    if (f->builtin == BF_ID) return id_column(w, out, e);
    return f->builtin == BF_DIVISION ? division_column(w, out, e) : code_column(w, out, e);
}

static enum rc finish_column(struct world *w, struct roster_column *x, struct err *e)
{
    struct fcol *out = &w->tables[x->table].cols[x->column];
    if (x->table == TABLE_HOUSEHOLD) return reduce_column(w, &x->cells, x->rep, out, e);
    if (x->ref->builtin == BF_ID_VALID) return valid_column(w, &x->cells, out, e);
    if (policy_id_field(x->ref->decl) == ID_FIELD_STATE) return state_column(w, x, out, e);
    return fcol_from_cells(w, &x->cells, roster_order(w), w->n_people, x->rep, out, e);
}

static enum rc spec_of(struct world *w, struct roster_column *x, struct cell_spec *spec, struct err *e)
{
    x->rep = REP_INT;
    *spec = (struct cell_spec){.form = FORM_INT, .name = STR("id_state")};
    if (x->ref->builtin == BF_ID_VALID || policy_id_field(x->ref->decl) == ID_FIELD_STATE) return RC_OK;
    *spec = (struct cell_spec){.form = FORM_TEXT, .name = STR("name")};
    return x->ref->builtin == BF_NAME ? RC_OK : spec_of_field(w, x->ref, spec, &x->rep, e);
}

static enum rc read_columns(struct world *w, struct roster_column *v, size_t n, struct err *e)
{
    struct cells_want *want = ARENA_ARRAY(&w->arena, struct cells_want, n + 1);
    if (!want) return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        want[i].out = &v[i].cells;
        TRY(spec_of(w, &v[i], &want[i].spec, e));
    }
    TRY(cells_load(w, &w->rows[TABLE_PERSON], want, n, e));
    enum rc rc = RC_OK;
    for (size_t i = 0; i < n; i++) {
        if (!rc) rc = finish_column(w, &v[i], e);
        cells_fini(&v[i].cells);
    }
    return rc;
}

static enum rc roster_columns(struct world *w, struct err *e)
{
    size_t most = w->layouts[TABLE_HOUSEHOLD].n + w->layouts[TABLE_PERSON].n, n = 0;
    struct roster_column *v = ARENA_ARRAY(&w->arena, struct roster_column, most + 1);
    if (!v) return err_nomem(e);
    for (uint16_t t = TABLE_HOUSEHOLD; t <= TABLE_PERSON; t++) {
        const struct table_layout *l = &w->layouts[t];
        for (size_t i = 0; i < l->n; i++) {
            bool born = t == TABLE_PERSON && l->cols[i].decl && l->cols[i].decl == born_field(w);
            if (!w->need[t][i] || born) continue;
            if (is_made(&l->cols[i])) TRY(make_column(w, &l->cols[i], &w->tables[t].cols[i], e));
            else v[n++] = (struct roster_column){.table = t, .column = i, .ref = &l->cols[i]};
        }
    }
    return read_columns(w, v, n, e);
}

/* ---------------------------------------------------------------- birth days */

struct bearing {
    const struct fcol *c;
    uint32_t n;
    int32_t *born;
};

static enum rc born_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct bearing *b = ctx;
    (void)thread, (void)e;
    for (uint32_t p = range_from(task); p < range_to(task, b->n); p++) {
        int64_t v = fcol_valid(b->c, p) ? fcol_get(b->c, p) : 0;
        b->born[p] = SPAN_LO(v) == SPAN_HI(v) ? (int32_t)SPAN_LO(v) : 0;
    }
    return RC_OK;
}

static enum rc load_born(struct world *w, struct err *e)
{
    struct fcol c = {.rep = REP_SPAN};
    const struct field_decl *born = born_field(w);
    if (w->born->read) TRY(fcol_from_cells(w, w->born, roster_order(w), w->n_people, REP_SPAN, &c, e));
    for (size_t i = 0; i < w->layouts[TABLE_PERSON].n; i++)
        if (born && w->layouts[TABLE_PERSON].cols[i].decl == born) w->tables[TABLE_PERSON].cols[i] = c;
    if (c.width == COL_4 && !c.valid) { /* exact days and no others: those of the column */
        w->frame.born = c.data;
        return RC_OK;
    }
    struct bearing b = {&c, w->n_people, world_alloc(w, (size_t)w->n_people + 1, sizeof *b.born)};
    if (!b.born) return err_nomem(e);
    w->frame.born = b.born;
    return c.width ? world_ranges(w, w->n_people, born_range, &b, e) : RC_OK;
}

enum rc load_people_columns(struct world *w, struct err *e)
{
    for (uint16_t t = TABLE_HOUSEHOLD; t <= TABLE_PERSON; t++) {
        w->tables[t].n_cols = w->layouts[t].n;
        w->tables[t].cols = ARENA_ARRAY(&w->arena, struct fcol, w->layouts[t].n + 1);
        if (!w->tables[t].cols) return err_nomem(e);
    }
    enum rc rc = load_born(w, e);
    cells_fini(w->born);
    return rc ? rc : roster_columns(w, e);
}
