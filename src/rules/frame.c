#include "rules/frame.h"
#include <inttypes.h>

enum { COUNTY_TAIL = 1000000 }; /* a county is the first six of twelve digits */

static uint32_t lower_bound(const uint32_t *owner, uint32_t lo, uint32_t hi, uint32_t o)
{
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (owner[mid] < o) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

uint32_t ftable_from(const struct ftable *t, uint32_t o, uint32_t near)
{
    if (t->first) return t->first[o];
    uint32_t lo = 0, hi = t->n;
    if (near < t->n && t->owner[near] < o) {
        lo = near + 1;
        for (uint32_t step = 1; step < t->n - lo && hi == t->n; step *= 2) { /* ahead by doubling steps */
            if (t->owner[lo + step] >= o) hi = lo + step;
            else lo += step;
        }
    } else if (near < t->n) {
        hi = near;
        if (hi && t->owner[hi - 1] < o) lo = hi;
    }
    return lower_bound(t->owner, lo, hi, o);
}

int64_t fcol_get(const struct fcol *c, uint32_t i)
{
    switch (c->width) {
    case 1: return c->rep == REP_BOOL ? ((const uint8_t *)c->data)[i] : ((const int8_t *)c->data)[i];
    case 2: return ((const int16_t *)c->data)[i];
    case 4: return ((const int32_t *)c->data)[i];
    case 8: return ((const int64_t *)c->data)[i];
    default: return 0;
    }
}

bool frame_takes_files(const struct frame *f, int64_t division)
{
    for (uint32_t h = 0; h < f->tables[TABLE_HOUSEHOLD].n; h++)
        if (f->division[h] > 0 && f->division[h] / COUNTY_TAIL == division / COUNTY_TAIL) return true;
    return false;
}

/* ---------------------------------------------------------------- validity */

struct check {
    const struct frame *f;
    struct buf *why;
    size_t table;
};

static bool bad(const struct check *c, const char *text)
{
    if (c->why) buf_addf(c->why, "table %zu: %s", c->table, text);
    return false;
}
#define NEED(cond, text)                    \
    do {                                    \
        if (!(cond)) return bad(c, (text)); \
    } while (0)

static bool cell_ok(const struct fcol *col, uint32_t i)
{
    int64_t v = fcol_get(col, i);
    if (col->rep == REP_BOOL) return v == 0 || v == 1;
    if (col->rep == REP_SPAN) return v >= 0 && SPAN_HI(v) <= INT32_MAX;
    return v >= col->min && v <= col->max;
}

static bool col_ok(const struct check *c, const struct fcol *col, uint32_t n)
{
    NEED(col->rep < REP__MAX && col->rep != REP_FRAC, "a column of no stored representation");
    NEED(col->width == 0 || col->width == 1 || col->width == 2 || col->width == 4 || col->width == 8,
         "an odd cell width");
    NEED(col->rep != REP_SET || col->width == 0 || col->width == 8, "a set column that is not 8 bytes wide");
    NEED(col->rep != REP_BOOL || col->width <= 1, "a bool column wider than a byte");
    NEED(col->rep != REP_SPAN || col->width == 0 || col->width >= 4, "a date column narrower than 4 bytes");
    NEED(col->width == 0 || n == 0 || col->data, "a column without cells");
    for (uint32_t i = 0; i < n; i++) {
        NEED(!fcol_valid(col, i) || !fcol_conflict(col, i), "a cell valid and in conflict");
        NEED(!fcol_valid(col, i) || cell_ok(col, i), "a cell outside its bounds");
    }
    return true;
}

static bool owners_ok(const struct check *c, const struct ftable *t, uint32_t n_owner)
{
    for (uint32_t i = 0; i < t->n; i++) {
        NEED(t->owner[i] < n_owner, "an owner that is not there");
        NEED(i == 0 || t->owner[i - 1] <= t->owner[i], "owners that go back");
    }
    return true;
}

static bool csr_ok(const struct check *c, const struct ftable *t, uint32_t n_owner)
{
    NEED(t->n == 0 || t->owner, "no owners");
    if (!t->first && c->table != TABLE_PERSON) return owners_ok(c, t, n_owner);
    NEED(t->first, "persons without households' ranges");
    NEED(t->first[0] == 0 && t->first[n_owner] == t->n, "rows outside the owners' ranges");
    for (uint32_t o = 0; o < n_owner; o++) {
        NEED(t->first[o] <= t->first[o + 1], "ranges that go back");
        for (uint32_t i = t->first[o]; i < t->first[o + 1]; i++) NEED(t->owner[i] == o, "an owner outside its range");
    }
    return true;
}

static bool dates_ok(const struct check *c, const struct ftable *t)
{
    NEED(t->n == 0 || t->date, "facts without dates");
    for (uint32_t i = 0; i < t->n; i++) {
        NEED(t->date[i] >= 0, "a date before its epoch");
        NEED(!t->date_span || t->date[i] <= INT32_MAX - t->date_span[i], "a date beyond its range");
    }
    return true;
}

static bool table_ok(const struct check *c)
{
    const struct ftable *t = &c->f->tables[c->table];
    for (size_t k = 0; k < t->n_cols; k++)
        if (!col_ok(c, &t->cols[k], t->n)) return false;
    if (c->table == TABLE_HOUSEHOLD) return true;
    if (!csr_ok(c, t, c->f->tables[c->table == TABLE_PERSON ? TABLE_HOUSEHOLD : TABLE_PERSON].n)) return false;
    return c->table == TABLE_PERSON || dates_ok(c, t);
}

static bool households_ok(const struct check *c)
{
    const struct frame *f = c->f;
    const struct ftable *persons = &f->tables[TABLE_PERSON];
    uint32_t n = f->tables[TABLE_HOUSEHOLD].n;
    NEED(n == 0 || (f->division && f->place && f->head), "households without division, place or head");
    for (uint32_t h = 0; h < n; h++) {
        NEED(f->place[h] < f->n_places, "no such place");
        NEED(f->head[h] >= -3, "no such head");
        if (f->head[h] < 0) continue;
        uint32_t head = (uint32_t)f->head[h];
        NEED(head >= persons->first[h] && head < persons->first[h + 1], "a head from elsewhere");
    }
    return true;
}

static bool delivery_after(const struct fdelivery *a, const struct fdelivery *b)
{
    if (a->dataset != b->dataset) return a->dataset > b->dataset;
    if (a->division != b->division) return a->division > b->division;
    return a->from > b->from;
}

static bool orders_ok(const struct check *c)
{
    const struct frame *f = c->f;
    for (size_t i = 1; i < f->n_deliveries; i++)
        NEED(!delivery_after(&f->deliveries[i - 1], &f->deliveries[i]), "deliveries out of order");
    for (size_t i = 0; i < f->n_moves; i++) {
        NEED(f->moves[i].person < f->tables[TABLE_PERSON].n, "a move of nobody");
        if (i == 0) continue;
        const struct fmove *a = &f->moves[i - 1], *b = &f->moves[i];
        NEED(a->person < b->person || (a->person == b->person && a->from < b->from), "moves out of order");
    }
    return true;
}

bool frame_valid(const struct frame *f, struct buf *why)
{
    struct check check = {f, why, 0}, *c = &check;
    NEED(f->n_tables == f->n_datasets + TABLE_FACT0 && f->tables, "not a table for every dataset");
    for (c->table = 0; c->table < f->n_tables; c->table++)
        if (!table_ok(c)) return false;
    c->table = 0;
    for (size_t d = 0; d < f->n_datasets; d++)
        NEED(f->datasets[d].table == TABLE_FACT0 + d, "a dataset of another table");
    NEED(f->reasons && f->as_of > 0 && f->known_at > 0, "no reasons, as-of or known-at day");
    return households_ok(c) && orders_ok(c);
}
