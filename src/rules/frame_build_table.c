#include <stdlib.h>
#include "base/mem.h"
#include "rules/frame_build_int.h"

/* ---------------------------------------------------------------- order */

struct place {
    uint32_t owner, at;
};

static int by_owner(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->owner != y->owner) return x->owner < y->owner ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static uint16_t owner_table(uint16_t table) { return table == TABLE_PERSON ? TABLE_HOUSEHOLD : TABLE_PERSON; }

/* The frame's row of the owner. */
static uint32_t owner_row(const struct frame_build *b, uint16_t table, uint32_t row)
{
    uint32_t owner = b->tables[table].rows.v[row].owner;
    return table == TABLE_HOUSEHOLD ? 0 : frame_build_row(b, owner_table(table), owner);
}

/* The cells of a table as a matrix in builder rows; NULL when out of memory or empty. */
static struct build_cell *matrix(const struct build_table *t)
{
    size_t n = 0;
    if (!size_mul(t->rows.n, t->cols.n, &n) || n == 0) return NULL;
    struct build_cell *m = mem_zalloc_array(n, sizeof *m);
    for (size_t k = 0; m && k < t->cols.n; k++)
        for (size_t i = 0; i < t->cols.v[k].cells.n; i++) {
            struct build_cell c = t->cols.v[k].cells.v[i];
            m[c.row * t->cols.n + k] = c;
        }
    return m;
}

static bool cell_same(const struct build_cell *a, const struct build_cell *b)
{
    return a->state == b->state && a->state != CELL_CONFLICT && a->v == b->v;
}

static bool key_same(const struct build_table *t, const struct build_cell *m, uint32_t a, uint32_t b)
{
    const struct build_row *ra = &t->rows.v[a], *rb = &t->rows.v[b];
    if (t->by_date && (ra->date != rb->date || ra->span || rb->span || ra->date == 0)) return false;
    for (size_t k = 0; k < t->cols.n; k++) {
        const struct build_cell *x = &m[a * t->cols.n + k], *y = &m[b * t->cols.n + k];
        if (t->cols.v[k].key && (x->state != CELL_VALID || !cell_same(x, y))) return false;
    }
    return true;
}

/* Row b becomes part of row a; what differs is in conflict. */
static bool merge_into(struct build_table *t, struct build_cell *m, uint32_t a, uint32_t b)
{
    if (t->rows.v[a].date != t->rows.v[b].date || t->rows.v[a].span != t->rows.v[b].span)
        t->rows.v[a].date = 0, t->rows.v[a].span = 0;
    for (size_t k = 0; k < t->cols.n; k++) {
        struct build_cell *x = &m[a * t->cols.n + k];
        if (cell_same(x, &m[b * t->cols.n + k])) continue;
        *x = (struct build_cell){.row = a, .state = CELL_CONFLICT};
        if (!vec_push(&t->cols.v[k].cells, FRAME_BUILD_ROWS_MAX, *x)) return false;
    }
    return true;
}

/* Number the rows in order p, those of equal key as one. */
static bool number_rows(struct build_table *t, const struct place *p, struct build_cell *m)
{
    uint32_t from = 0; /* first frame row of the current owner */
    for (size_t i = 0; i < t->rows.n; i++) {
        if (i && p[i].owner != p[i - 1].owner) from = t->n;
        uint32_t same = t->merges && t->cols.n ? from : t->n;
        while (same < t->n && !key_same(t, m, t->order[same], p[i].at)) same++;
        t->row_of[p[i].at] = same;
        if (same == t->n) t->order[t->n++] = p[i].at;
        else if (!merge_into(t, m, t->order[same], p[i].at)) return false;
    }
    return true;
}

enum rc build_table_order(struct frame_build *b, uint16_t table, struct err *e)
{
    struct build_table *t = &b->tables[table];
    size_t n = t->rows.n;
    t->order = mem_alloc_array(n + 1, sizeof *t->order);
    t->row_of = mem_alloc_array(n + 1, sizeof *t->row_of);
    struct place *p = mem_alloc_array(n + 1, sizeof *p);
    struct build_cell *m = t->merges ? matrix(t) : NULL;
    bool ok = t->order && t->row_of && p && (m || !t->merges || n == 0 || t->cols.n == 0);
    for (uint32_t i = 0; ok && i < n; i++) p[i] = (struct place){owner_row(b, table, i), i};
    if (ok && n > 1) qsort(p, n, sizeof *p, by_owner);
    ok = ok && number_rows(t, p, m);
    mem_free(p);
    mem_free(m);
    return ok ? RC_OK : err_nomem(e);
}

/* ---------------------------------------------------------------- columns */

static uint8_t int_width(int64_t lo, int64_t hi)
{
    if (lo >= INT8_MIN && hi <= INT8_MAX) return 1;
    if (lo >= INT16_MIN && hi <= INT16_MAX) return 2;
    return lo >= INT32_MIN && hi <= INT32_MAX ? 4 : 8;
}

static uint8_t width_of(const struct fcol *c)
{
    switch (c->rep) {
    case REP_BOOL: return 1;
    case REP_INT: return int_width(c->min, c->max);
    case REP_SPAN: return c->max <= INT32_MAX ? 4 : 8;
    default: return 8;
    }
}

static void put(void *data, uint8_t width, uint32_t i, int64_t v)
{
    switch (width) {
    case 1: ((int8_t *)data)[i] = (int8_t)v; break;
    case 2: ((int16_t *)data)[i] = (int16_t)v; break;
    case 4: ((int32_t *)data)[i] = (int32_t)v; break;
    default: ((int64_t *)data)[i] = v; break;
    }
}

/* The cells of a column by frame row, references rewritten. */
static struct build_cell *column_cells(const struct frame_build *b, const struct build_table *t,
                                       const struct build_col *col)
{
    struct build_cell *cells = mem_zalloc_array(t->rows.n + 1, sizeof *cells);
    for (size_t i = 0; cells && i < col->cells.n; i++) {
        struct build_cell c = col->cells.v[i];
        uint32_t at = t->row_of[c.row];
        if (t->order[at] != c.row) continue; /* a row merged into another */
        if (col->refers < b->n_tables && c.state == CELL_VALID && c.v >= 0)
            c.v = frame_build_row(b, col->refers, (uint32_t)c.v);
        cells[at] = c;
    }
    return cells;
}

static bool column_finish(struct frame_build *b, const struct build_table *t, const struct build_col *col,
                          struct fcol *out)
{
    struct build_cell *cells = column_cells(b, t, col);
    uint32_t valid = 0, conflict = 0, missing = 0;
    if (!cells) return false;
    *out = (struct fcol){.rep = col->rep};
    for (uint32_t i = 0; i < t->n; i++) {
        conflict += cells[i].state == CELL_CONFLICT;
        missing += cells[i].state == CELL_NOT_GIVEN;
        if (cells[i].state != CELL_VALID) continue;
        if (valid == 0 || cells[i].v < out->min) out->min = cells[i].v;
        if (valid == 0 || cells[i].v > out->max) out->max = cells[i].v;
        valid++;
    }
    out->width = valid ? width_of(out) : 0;
    void *data = valid ? arena_alloc_array(b->arena, t->n, out->width) : NULL;
    uint64_t *v = valid && valid < t->n ? ARENA_ARRAY(b->arena, uint64_t, t->n / 64 + 1) : NULL;
    uint64_t *c = conflict ? ARENA_ARRAY(b->arena, uint64_t, t->n / 64 + 1) : NULL;
    uint64_t *m = missing ? ARENA_ARRAY(b->arena, uint64_t, t->n / 64 + 1) : NULL;
    bool ok = !arena_failed(b->arena);
    for (uint32_t i = 0; ok && i < t->n; i++) {
        uint64_t bit = UINT64_C(1) << (i & 63);
        if (cells[i].state == CELL_VALID) put(data, out->width, i, cells[i].v);
        if (v && cells[i].state == CELL_VALID) v[i >> 6] |= bit;
        if (c && cells[i].state == CELL_CONFLICT) c[i >> 6] |= bit;
        if (m && cells[i].state == CELL_NOT_GIVEN) m[i >> 6] |= bit;
    }
    out->data = data, out->valid = v, out->conflict = c, out->not_given = m;
    mem_free(cells);
    return ok;
}

/* ---------------------------------------------------------------- owners and dates */

static bool owners_finish(struct frame_build *b, uint16_t table, struct ftable *out)
{
    const struct build_table *t = &b->tables[table];
    uint32_t n_owner = b->tables[owner_table(table)].n;
    uint32_t *owner = ARENA_ARRAY(b->arena, uint32_t, (size_t)t->n + 1);
    uint32_t *first = ARENA_ARRAY(b->arena, uint32_t, (size_t)n_owner + 1);
    if (!owner || !first) return false;
    for (uint32_t i = 0; i < t->n; i++) {
        owner[i] = owner_row(b, table, t->order[i]);
        first[owner[i] + 1]++;
    }
    for (uint32_t o = 0; o < n_owner; o++) first[o + 1] += first[o];
    out->owner = owner, out->first = first;
    return true;
}

static bool dates_finish(struct frame_build *b, const struct build_table *t, struct ftable *out)
{
    int32_t *date = ARENA_ARRAY(b->arena, int32_t, (size_t)t->n + 1);
    uint16_t *span = ARENA_ARRAY(b->arena, uint16_t, (size_t)t->n + 1);
    bool rough = false;
    if (!date || !span) return false;
    for (uint32_t i = 0; i < t->n; i++) {
        const struct build_row *r = &t->rows.v[t->order[i]];
        date[i] = r->date;
        span[i] = r->span;
        rough |= r->span != 0;
    }
    out->date = date;
    out->date_span = rough ? span : NULL;
    return true;
}

enum rc build_table_finish(struct frame_build *b, uint16_t table, struct ftable *out, struct err *e)
{
    const struct build_table *t = &b->tables[table];
    *out = (struct ftable){.name = t->name, .n = t->n, .n_cols = t->cols.n};
    out->cols = t->cols.n ? ARENA_ARRAY(b->arena, struct fcol, t->cols.n) : NULL;
    if (t->cols.n && !out->cols) return err_nomem(e);
    for (size_t k = 0; k < t->cols.n; k++)
        if (!column_finish(b, t, &t->cols.v[k], &out->cols[k])) return err_nomem(e);
    if (table == TABLE_HOUSEHOLD) return RC_OK;
    if (!owners_finish(b, table, out)) return err_nomem(e);
    return table == TABLE_PERSON || dates_finish(b, t, out) ? RC_OK : err_nomem(e);
}
