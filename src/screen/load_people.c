/* People and households of a frame: the newest roster row of each person, grouped by household. */
#include <stdlib.h>
#include "base/mem.h"
#include "base/vec.h"
#include "store/people.h"
#include "ident/citizen_id.h"
#include "screen/load_int.h"

/* ---------------------------------------------------------------- newest rows */

struct newest {
    uint32_t *row;       /* by person number: global roster row, UINT32_MAX none */
    uint32_t *household; /* by person number */
    uint32_t max_no;
};

static enum rc load_numbers(struct world *w, const char *name, struct cells *c, struct err *e)
{
    struct cell_spec spec = {.form = FORM_INT, .name = str_from(name)};
    return cells_load(w, &w->rows[TABLE_PERSON], &spec, c, e);
}

/* The largest number; every roster row has one. */
static enum rc max_of(const struct cells *c, uint32_t *max, struct err *e)
{
    int64_t most = 0, least = 1;
    for (uint32_t i = 0; i < c->n; i++) {
        if (c->v[i] > most) most = c->v[i];
        if (c->v[i] < least) least = c->v[i];
    }
    *max = (uint32_t)most;
    if (least > 0 && most < UINT32_MAX && !c->not_given) return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "a stored roster has rows without a person or household. Run fangpin check.",
                   "存储的花名册有行缺少人员或户的编号。请运行 fangpin check。");
}

/* Later deliveries come later in the rows, so the last row of a person wins. */
static enum rc find_newest(struct world *w, const struct cells *person, const struct cells *household,
                           struct newest *nw, struct err *e)
{
    uint32_t most_h;
    TRY(max_of(person, &nw->max_no, e));
    TRY(max_of(household, &most_h, e));
    nw->row = mem_alloc_array((size_t)nw->max_no + 1, sizeof *nw->row);
    nw->household = mem_zalloc_array((size_t)nw->max_no + 1, sizeof *nw->household);
    w->row_of_person = mem_alloc_array((size_t)nw->max_no + 1, sizeof *w->row_of_person);
    if (!nw->row || !nw->household || !w->row_of_person) return err_nomem(e);
    memset(nw->row, 0xff, ((size_t)nw->max_no + 1) * sizeof *nw->row);
    memset(w->row_of_person, 0xff, ((size_t)nw->max_no + 1) * sizeof *w->row_of_person);
    w->n_person_nos = nw->max_no + 1;
    for (uint32_t i = 0; i < person->n; i++) {
        uint32_t no = (uint32_t)person->v[i];
        if (nw->row[no] == UINT32_MAX) w->n_people++;
        nw->row[no] = i;
        nw->household[no] = (uint32_t)household->v[i];
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- birth days */

static bool is_there(const struct cells *c, uint32_t row)
{
    return !c->valid || (c->valid[row >> 6] >> (row & 63) & 1);
}

/* The roster's day of birth: its date field called born (or birth). c->v NULL: there is none. */
static enum rc born_cells(struct world *w, struct cells *c, struct err *e)
{
    const struct table_layout *l = &w->layouts[TABLE_PERSON];
    *c = (struct cells){0};
    for (size_t i = 0; i < l->n; i++) {
        const struct field_decl *f = l->cols[i].decl;
        bool born = f && f->type.kind == T_DATE &&
                    (str_eq(f->name.text, STR("born")) || str_eq(f->name.text, STR("birth")));
        if (!born) continue;
        struct cell_spec spec = {.form = FORM_INT, .name = f->name.text};
        return cells_load(w, &w->rows[TABLE_PERSON], &spec, c, e);
    }
    return RC_OK;
}

/* Members are those at D (SEMANTICS §5): who is surely born later is not one yet. */
static enum rc drop_unborn(struct world *w, struct newest *nw, struct err *e)
{
    struct cells c;
    TRY(born_cells(w, &c, e));
    for (uint32_t no = 0; c.v && no <= nw->max_no; no++) {
        uint32_t row = nw->row[no];
        if (row == UINT32_MAX || !is_there(&c, row) || SPAN_LO(c.v[row]) <= w->as_of) continue;
        nw->row[no] = UINT32_MAX;
        w->n_people--;
    }
    cells_fini(&c);
    return RC_OK;
}

/* ---------------------------------------------------------------- frame order */

static enum rc count_households(struct world *w, const struct newest *nw, uint32_t **start, uint32_t *max_h,
                                struct err *e)
{
    *max_h = 0;
    for (uint32_t no = 0; no <= nw->max_no; no++)
        if (nw->row[no] != UINT32_MAX && nw->household[no] > *max_h) *max_h = nw->household[no];
    *start = mem_zalloc_array((size_t)*max_h + 2, sizeof **start);
    if (!*start) return err_nomem(e);
    for (uint32_t no = 0; no <= nw->max_no; no++)
        if (nw->row[no] != UINT32_MAX) (*start)[nw->household[no]]++;
    for (uint32_t h = 0; h <= *max_h; h++) w->n_households += (*start)[h] > 0;
    return RC_OK;
}

static enum rc make_order(struct world *w, const struct newest *nw, struct err *e)
{
    uint32_t *start, max_h;
    TRY(count_households(w, nw, &start, &max_h, e));
    w->person_no = mem_alloc_array((size_t)w->n_people + 1, sizeof *w->person_no);
    w->household_no = mem_alloc_array((size_t)w->n_households + 1, sizeof *w->household_no);
    w->roster_row = mem_alloc_array((size_t)w->n_people + 1, sizeof *w->roster_row);
    uint32_t *first = arena_alloc_array(&w->arena, (size_t)w->n_households + 1, sizeof *first);
    uint32_t *owner = arena_alloc_array(&w->arena, (size_t)w->n_people + 1, sizeof *owner);
    uint32_t *index = mem_alloc_array((size_t)max_h + 1, sizeof *index);
    enum rc rc = w->person_no && w->household_no && w->roster_row && first && owner && index ? RC_OK : err_nomem(e);
    uint32_t at = 0, h_row = 0;
    for (uint32_t h = 0; !rc && h <= max_h; h++) {
        if (!start[h]) continue;
        uint32_t n = start[h];
        w->household_no[h_row] = h;
        first[h_row] = at;
        index[h] = h_row++;
        start[h] = at;
        at += n;
    }
    for (uint32_t no = 0; !rc && no <= nw->max_no; no++) {
        if (nw->row[no] == UINT32_MAX) continue;
        uint32_t h = nw->household[no], r = start[h]++;
        w->person_no[r] = no;
        w->roster_row[r] = nw->row[no];
        w->row_of_person[no] = r;
        owner[r] = index[h];
    }
    mem_free(index);
    mem_free(start);
    if (rc) return rc;
    first[w->n_households] = at;
    w->tables[TABLE_HOUSEHOLD] = (struct ftable){.name = STR("household"), .n = w->n_households};
    w->tables[TABLE_PERSON] = (struct ftable){
        .name = STR("person"), .n = w->n_people, .owner = owner, .first = first, .source = w->roster_row};
    return RC_OK;
}

/* ---------------------------------------------------------------- divisions */

/* Where people of one household are registered apart, only what they share is sure: the township, the county, the
 * province they have in common; 0 when nothing. */
static int64_t common_division(int64_t a, int64_t b)
{
    if (a == b) return a;
    for (enum division_level l = DIVISION_TOWNSHIP; l > DIVISION_NATION; l--)
        if (division_truncate(a, l) == division_truncate(b, l)) return division_truncate(a, l);
    return 0;
}

/* The first global row of the newest roster that has a member of household h. */
static uint32_t newest_from(const struct world *w, uint32_t h)
{
    const struct world_rows *rows = &w->rows[TABLE_PERSON];
    const uint32_t *first = w->tables[TABLE_PERSON].first;
    uint32_t last = 0;
    size_t lo = 0, hi = rows->n;
    for (uint32_t i = first[h]; i < first[h + 1]; i++)
        if (w->roster_row[i] > last) last = w->roster_row[i];
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (last < rows->first[mid]) hi = mid;
        else lo = mid;
    }
    while (lo > 0 && rows->deliveries[lo].kind == DELIVERY_ADDS) lo--; /* parts of one roster */
    return (uint32_t)rows->first[lo];
}

static bool has_division(const struct world *w)
{
    struct place nation = {0};
    const struct decl *roster =
        policy_find(w->policy, D_DATASET, policy_dataset_name(w->policy, policy_roster(w->policy)), &nation, w->as_of);
    return roster && roster->u.dataset.lives_in.text.n;
}

/* A household is registered where its members of the newest roster are. */
static enum rc load_divisions(struct world *w, struct err *e)
{
    int64_t *division = arena_alloc_array(&w->arena, (size_t)w->n_households + 1, sizeof *division);
    if (!division) return err_nomem(e);
    w->frame.division = division;
    if (!has_division(w)) return RC_OK;
    struct cells c;
    TRY(load_numbers(w, "division", &c, e));
    const uint32_t *first = w->tables[TABLE_PERSON].first;
    for (uint32_t h = 0; h < w->n_households; h++) {
        uint32_t from = newest_from(w, h);
        bool any = false;
        for (uint32_t i = first[h]; i < first[h + 1]; i++) {
            uint32_t r = w->roster_row[i];
            if (r < from || !(!c.valid || (c.valid[r >> 6] >> (r & 63) & 1))) continue;
            division[h] = any ? common_division(division[h], c.v[r]) : c.v[r];
            any = true;
        }
    }
    cells_fini(&c);
    return RC_OK;
}

static int by_person(const void *a, const void *b)
{
    const struct fmove *x = a, *y = b;
    if (x->person != y->person) return x->person < y->person ? -1 : 1;
    return x->from < y->from ? -1 : x->from > y->from;
}

struct moving {
    VEC(struct fmove) moves;
    int64_t *last;  /* by person: registration by the roster rows so far, NOT_SEEN none */
    uint32_t *move; /* by person: his last move, UINT32_MAX none */
};

enum { NOT_SEEN = -2, DIVISION_UNKNOWN = -1 };

static bool add_move(struct moving *m, uint32_t p, date_day from, int64_t division)
{
    if (m->move[p] == UINT32_MAX && !vec_push(&m->moves, UINT32_MAX, (struct fmove){p, 1, m->last[p]})) return false;
    if (m->move[p] != UINT32_MAX && m->moves.v[m->move[p]].from >= from) { /* rosters of one day: the later one holds */
        m->moves.v[m->move[p]].division = division;
        return true;
    }
    if (!vec_push(&m->moves, UINT32_MAX, (struct fmove){p, from, division})) return false;
    m->move[p] = (uint32_t)m->moves.n - 1;
    return true;
}

static enum rc find_moves(const struct world *w, struct moving *m, const struct cells *person, const struct cells *c,
                          struct err *e)
{
    const struct world_rows *rows = &w->rows[TABLE_PERSON];
    size_t d = 0;
    for (uint32_t i = 0; i < c->n; i++) {
        while (i >= rows->first[d + 1]) d++;
        uint32_t p = w->row_of_person[person->v[i]];
        if (p == UINT32_MAX) continue; /* not a member at D */
        int64_t here = !c->valid || (c->valid[i >> 6] >> (i & 63) & 1) ? c->v[i] : DIVISION_UNKNOWN;
        if (m->last[p] != NOT_SEEN && m->last[p] != here && !add_move(m, p, rows->deliveries[d].received_day, here))
            return err_nomem(e);
        m->last[p] = here;
    }
    return RC_OK;
}

/* Who was registered elsewhere by an earlier roster: from that roster's day to the next one. */
static enum rc load_moves(struct world *w, const struct cells *person, struct err *e)
{
    if (w->rows[TABLE_PERSON].n < 2 || !has_division(w)) return RC_OK;
    struct cells c;
    TRY(load_numbers(w, "division", &c, e));
    struct moving m = {.last = mem_alloc_array((size_t)w->n_people + 1, sizeof *m.last),
                       .move = mem_alloc_array((size_t)w->n_people + 1, sizeof *m.move)};
    enum rc rc = m.last && m.move ? RC_OK : err_nomem(e);
    for (uint32_t i = 0; !rc && i < w->n_people; i++) m.last[i] = NOT_SEEN, m.move[i] = UINT32_MAX;
    if (!rc) rc = find_moves(w, &m, person, &c, e);
    struct fmove *sorted = rc ? NULL : arena_alloc_array(&w->arena, m.moves.n + 1, sizeof *sorted);
    if (!rc && !sorted) rc = err_nomem(e);
    if (!rc && m.moves.n) {
        memcpy(sorted, m.moves.v, m.moves.n * sizeof *sorted);
        qsort(sorted, m.moves.n, sizeof *sorted, by_person);
    }
    w->frame.moves = sorted;
    w->frame.n_moves = rc ? 0 : m.moves.n;
    vec_fini(&m.moves);
    mem_free(m.last);
    mem_free(m.move);
    cells_fini(&c);
    return rc;
}

enum rc load_people(struct world *w, struct err *e)
{
    struct cells person = {0}, household = {0};
    struct newest nw = {0};
    TRY(load_numbers(w, "person", &person, e));
    enum rc rc = load_numbers(w, "household", &household, e);
    if (!rc) rc = find_newest(w, &person, &household, &nw, e);
    if (!rc) rc = drop_unborn(w, &nw, e);
    if (!rc) rc = make_order(w, &nw, e);
    if (!rc) rc = load_divisions(w, e);
    if (!rc) rc = load_moves(w, &person, e);
    mem_free(nw.row);
    mem_free(nw.household);
    cells_fini(&person);
    cells_fini(&household);
    return rc;
}

/* ---------------------------------------------------------------- keys */

static enum rc mark_shared(struct world *w, struct err *e)
{
    w->shared = mem_zalloc_array(((size_t)w->n_people + 63) / 64 + 1, sizeof *w->shared);
    if (!w->shared) return err_nomem(e);
    map64_init(&w->by_key);
    if (!map64_reserve(&w->by_key, w->n_people)) return err_nomem(e);
    for (uint32_t i = 0; i < w->n_people; i++) {
        if (!w->key[i]) continue;
        uint32_t old = map64_get(&w->by_key, (uint64_t)w->key[i]);
        if (old != UINT32_MAX) {
            w->shared[old >> 6] |= UINT64_C(1) << (old & 63);
            w->shared[i >> 6] |= UINT64_C(1) << (i & 63);
        } else if (!map64_put(&w->by_key, (uint64_t)w->key[i], i)) {
            return err_nomem(e);
        }
    }
    return RC_OK;
}

enum rc load_keys(struct world *w, struct err *e)
{
    if (w->key) return RC_OK;
    struct cells key, state = {0};
    struct cell_spec spec = {.form = FORM_INT, .name = STR("id")};
    TRY(cells_load(w, &w->rows[TABLE_PERSON], &spec, &key, e));
    spec.name = STR("id_state");
    enum rc rc = cells_load(w, &w->rows[TABLE_PERSON], &spec, &state, e);
    w->key = rc ? NULL : mem_zalloc_array((size_t)w->n_people + 1, sizeof *w->key);
    if (!rc && !w->key) rc = err_nomem(e);
    for (uint32_t i = 0; !rc && i < w->n_people; i++) {
        uint32_t r = w->roster_row[i];
        w->key[i] = state.v[r] == ID_OK ? key.v[r] : 0;
    }
    cells_fini(&key);
    cells_fini(&state);
    return rc ? rc : mark_shared(w, e);
}

/* ---------------------------------------------------------------- columns of households and people */

static uint64_t scramble(uint64_t x)
{
    x ^= x >> 30, x *= UINT64_C(0xBF58476D1CE4E5B9);
    x ^= x >> 27, x *= UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* IDs are compared, never shown: a one-to-one scrambling of the key stands for them in the frame. */
static enum rc id_column(struct world *w, struct fcol *out, struct err *e)
{
    TRY(load_keys(w, e));
    struct cells c = {.n = w->n_people,
                      .v = mem_alloc_array((size_t)w->n_people + 1, sizeof *c.v),
                      .valid = mem_zalloc_array(((size_t)w->n_people + 63) / 64 + 1, sizeof *c.valid)};
    enum rc rc = c.v && c.valid ? RC_OK : err_nomem(e);
    for (uint32_t i = 0; !rc && i < w->n_people; i++) {
        c.v[i] = (int64_t)scramble((uint64_t)w->key[i]);
        if (w->key[i]) c.valid[i >> 6] |= UINT64_C(1) << (i & 63);
    }
    if (!rc) rc = fcol_from_cells(w, &c, NULL, w->n_people, REP_INT, out, e);
    cells_fini(&c);
    return rc;
}

static enum rc valid_column(struct world *w, struct fcol *out, struct err *e)
{
    TRY(load_keys(w, e));
    struct cells c = {.n = w->n_people, .v = mem_alloc_array((size_t)w->n_people + 1, sizeof *c.v)};
    if (!c.v) return err_nomem(e);
    for (uint32_t i = 0; i < w->n_people; i++) c.v[i] = w->key[i] != 0;
    enum rc rc = fcol_from_cells(w, &c, NULL, w->n_people, REP_BOOL, out, e);
    cells_fini(&c);
    return rc;
}

static enum rc stored_column(struct world *w, const struct cell_spec *spec, enum rep rep, struct fcol *out,
                             struct err *e)
{
    struct cells c;
    TRY(cells_load(w, &w->rows[TABLE_PERSON], spec, &c, e));
    enum rc rc = fcol_from_cells(w, &c, w->roster_row, w->n_people, rep, out, e);
    cells_fini(&c);
    return rc;
}

static enum rc person_column(struct world *w, const struct field_ref *f, struct fcol *out, struct err *e)
{
    struct cell_spec spec = {.form = FORM_TEXT, .name = STR("name")};
    enum rep rep = REP_INT;
    if (f->builtin == BF_ID_VALID) return valid_column(w, out, e);
    if (f->builtin == BF_ID) return id_column(w, out, e);
    if (f->builtin != BF_NAME) TRY(spec_of_field(w, f, &spec, &rep, e));
    return stored_column(w, &spec, rep, out, e);
}

/* One value a household: what its rows of the newest roster agree on; different values are a conflict. */
static enum rc reduce_household(struct world *w, const struct cells *c, enum rep rep, struct fcol *out, struct err *e)
{
    uint32_t n = w->n_households;
    size_t words = ((size_t)n + 63) / 64 + 1;
    struct cells h = {
        .n = n, .v = mem_zalloc_array((size_t)n + 1, sizeof *h.v), .valid = mem_zalloc_array(words, sizeof *h.valid)};
    uint64_t *conflict = arena_alloc_array(&w->arena, words, sizeof *conflict);
    const uint32_t *first = w->tables[TABLE_PERSON].first;
    if (c->not_given) h.not_given = mem_zalloc_array(words, sizeof *h.not_given);
    enum rc rc = h.v && h.valid && conflict && (h.not_given || !c->not_given) ? RC_OK : err_nomem(e);
    bool any = false;
    for (uint32_t i = 0; !rc && i < n; i++) {
        bool have = false, clash = false, given = !c->not_given;
        uint32_t from = newest_from(w, i);
        for (uint32_t p = first[i]; p < first[i + 1]; p++) {
            uint32_t r = w->roster_row[p];
            if (r < from) continue;
            given = given || !(c->not_given[r >> 6] >> (r & 63) & 1);
            if (c->valid && !(c->valid[r >> 6] >> (r & 63) & 1)) continue;
            clash = clash || (have && h.v[i] != c->v[r]);
            h.v[i] = c->v[r];
            have = true;
        }
        if (have && !clash) h.valid[i >> 6] |= UINT64_C(1) << (i & 63);
        if (clash) conflict[i >> 6] |= UINT64_C(1) << (i & 63);
        if (!given && h.not_given) h.not_given[i >> 6] |= UINT64_C(1) << (i & 63);
        any = any || clash;
    }
    if (!rc) rc = fcol_from_cells(w, &h, NULL, n, rep, out, e);
    if (!rc && any) out->conflict = conflict;
    cells_fini(&h);
    return rc;
}

static enum rc division_column(struct world *w, struct fcol *out, struct err *e)
{
    uint32_t n = w->n_households;
    struct cells c = {.n = n,
                      .v = mem_alloc_array((size_t)n + 1, sizeof *c.v),
                      .valid = mem_zalloc_array(((size_t)n + 63) / 64 + 1, sizeof *c.valid)};
    enum rc rc = c.v && c.valid ? RC_OK : err_nomem(e);
    for (uint32_t i = 0; !rc && i < n; i++) {
        c.v[i] = w->frame.division[i];
        if (c.v[i]) c.valid[i >> 6] |= UINT64_C(1) << (i & 63);
    }
    if (!rc) rc = fcol_from_cells(w, &c, NULL, n, REP_INT, out, e);
    cells_fini(&c);
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
    TRY(world_codes(w, &codes, e));
    struct cells c = {.n = w->n_households, .v = mem_alloc_array((size_t)w->n_households + 1, sizeof *c.v)};
    if (!c.v) return err_nomem(e);
    for (uint32_t i = 0; i < c.n; i++) c.v[i] = (int64_t)(str_hash(codes[i]) >> 1);
    enum rc rc = fcol_from_cells(w, &c, NULL, c.n, REP_INT, out, e);
    cells_fini(&c);
    return rc;
}

static enum rc household_column(struct world *w, const struct field_ref *f, struct fcol *out, struct err *e)
{
    struct cell_spec spec;
    enum rep rep;
    if (f->builtin == BF_DIVISION) return division_column(w, out, e);
    if (f->builtin == BF_CODE) return code_column(w, out, e);
    TRY(spec_of_field(w, f, &spec, &rep, e));
    struct cells c;
    TRY(cells_load(w, &w->rows[TABLE_PERSON], &spec, &c, e));
    enum rc rc = reduce_household(w, &c, rep, out, e);
    cells_fini(&c);
    return rc;
}

static enum rc load_born(struct world *w, struct err *e)
{
    int32_t *born = arena_alloc_array(&w->arena, (size_t)w->n_people + 1, sizeof *born);
    struct cells c;
    if (!born) return err_nomem(e);
    w->frame.born = born;
    TRY(born_cells(w, &c, e));
    for (uint32_t p = 0; c.v && p < w->n_people; p++) {
        uint32_t r = w->roster_row[p];
        if (is_there(&c, r) && SPAN_LO(c.v[r]) == SPAN_HI(c.v[r])) born[p] = (int32_t)SPAN_LO(c.v[r]);
    }
    cells_fini(&c);
    return RC_OK;
}

enum rc load_people_columns(struct world *w, struct err *e)
{
    for (uint16_t t = TABLE_HOUSEHOLD; t <= TABLE_PERSON; t++) {
        const struct table_layout *l = &w->layouts[t];
        struct fcol *cols = ARENA_ARRAY(&w->arena, struct fcol, l->n + 1);
        if (!cols) return err_nomem(e);
        w->tables[t].cols = cols;
        w->tables[t].n_cols = l->n;
        for (size_t i = 0; i < l->n; i++) {
            if (!w->need[t][i]) continue;
            TRY(t == TABLE_PERSON ? person_column(w, &l->cols[i], &cols[i], e)
                                  : household_column(w, &l->cols[i], &cols[i], e));
        }
    }
    return load_born(w, e);
}
