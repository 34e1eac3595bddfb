#include "rules/frame_build.h"
#include <stdlib.h>
#include "base/mem.h"
#include "base/vec.h"
#include "rules/frame_build_int.h"

enum { ENTRIES_MAX = 1 << 24 };

/* ---------------------------------------------------------------- collecting */

struct frame_build *frame_build_new(struct arena *a, size_t n_datasets, struct reasons *rs)
{
    struct frame_build *b = mem_zalloc_array(1, sizeof *b);
    if (!b) return NULL;
    b->arena = a;
    b->reasons = rs;
    b->n_tables = n_datasets + TABLE_FACT0;
    b->tables = mem_zalloc_array(b->n_tables, sizeof *b->tables);
    b->datasets = ARENA_ARRAY(a, struct fdataset, n_datasets + 1);
    if (!b->tables || !b->datasets) {
        frame_build_free(b);
        return NULL;
    }
    b->tables[TABLE_HOUSEHOLD].name = STR("household");
    b->tables[TABLE_PERSON].name = STR("person");
    for (uint32_t d = 0; d < n_datasets; d++) frame_build_dataset(b, d, NULL, 0, 0);
    return b;
}

static void table_fini(struct build_table *t)
{
    for (size_t k = 0; k < t->cols.n; k++) vec_fini(&t->cols.v[k].cells);
    vec_fini(&t->cols);
    vec_fini(&t->rows);
    mem_free(t->order);
    mem_free(t->row_of);
}

void frame_build_free(struct frame_build *b)
{
    if (!b) return;
    for (size_t i = 0; b->tables && i < b->n_tables; i++) table_fini(&b->tables[i]);
    mem_free(b->tables);
    vec_fini(&b->households);
    vec_fini(&b->born);
    vec_fini(&b->moves);
    vec_fini(&b->deliveries);
    vec_fini(&b->missing);
    vec_fini(&b->no_identity);
    vec_fini(&b->taken_back);
    vec_fini(&b->unauthorised);
    mem_free(b);
}

void frame_build_dataset(struct frame_build *b, uint32_t dataset, const struct dataset_decl *decl, int32_t due_days,
                         int32_t fresh_days)
{
    b->datasets[dataset] =
        (struct fdataset){.decl = decl, .table = TABLE_FACT0 + dataset, .due_days = due_days, .fresh_days = fresh_days};
}

void frame_build_name(struct frame_build *b, uint16_t table, struct str name) { b->tables[table].name = name; }

/* A push that failed marks the builder. */
static void keep(struct frame_build *b, bool pushed)
{
    if (!pushed) b->failed = true;
}

uint32_t frame_build_column(struct frame_build *b, uint16_t table, enum rep rep, uint16_t refers)
{
    struct build_table *t = &b->tables[table];
    keep(b, vec_push(&t->cols, FRAME_BUILD_COLS_MAX, (struct build_col){.rep = (uint8_t)rep, .refers = refers}));
    return t->cols.n ? (uint32_t)t->cols.n - 1 : 0;
}

void frame_build_key(struct frame_build *b, uint16_t table, const uint32_t *cols, size_t n, bool by_date)
{
    struct build_table *t = &b->tables[table];
    t->merges = true;
    t->by_date = by_date;
    for (size_t i = 0; i < n; i++)
        if (cols[i] < t->cols.n) t->cols.v[cols[i]].key = true;
}

static uint32_t add_row(struct frame_build *b, uint16_t table, struct build_row row)
{
    struct build_table *t = &b->tables[table];
    row.at = (uint32_t)t->rows.n;
    keep(b, vec_push(&t->rows, FRAME_BUILD_ROWS_MAX, row));
    return row.at;
}

uint32_t frame_build_household(struct frame_build *b, int64_t division, uint32_t place)
{
    keep(b, vec_push(&b->households, FRAME_BUILD_ROWS_MAX, (struct build_household){division, place, -1}));
    return add_row(b, TABLE_HOUSEHOLD, (struct build_row){.owner = 0});
}

uint32_t frame_build_person(struct frame_build *b, uint32_t household, date_day born)
{
    keep(b, vec_push(&b->born, FRAME_BUILD_ROWS_MAX, born));
    return add_row(b, TABLE_PERSON, (struct build_row){.owner = household});
}

uint32_t frame_build_fact(struct frame_build *b, uint32_t dataset, uint32_t person, date_day date, uint16_t span)
{
    return add_row(b, (uint16_t)(TABLE_FACT0 + dataset),
                   (struct build_row){.owner = person, .date = date, .span = span});
}

void frame_build_head(struct frame_build *b, uint32_t household, int64_t person)
{
    if (household < b->households.n) b->households.v[household].head = person;
}

static void add_cell(struct frame_build *b, uint16_t table, uint32_t col, struct build_cell cell)
{
    struct build_table *t = &b->tables[table];
    if (col >= t->cols.n || cell.row >= t->rows.n) b->failed = true; /* a push before it failed */
    else keep(b, vec_push(&t->cols.v[col].cells, ENTRIES_MAX, cell));
}

void frame_build_set(struct frame_build *b, uint16_t table, uint32_t row, uint32_t col, int64_t v)
{
    add_cell(b, table, col, (struct build_cell){.row = row, .state = CELL_VALID, .v = v});
}

void frame_build_conflict(struct frame_build *b, uint16_t table, uint32_t row, uint32_t col)
{
    add_cell(b, table, col, (struct build_cell){.row = row, .state = CELL_CONFLICT});
}

void frame_build_not_given(struct frame_build *b, uint16_t table, uint32_t row, uint32_t col)
{
    add_cell(b, table, col, (struct build_cell){.row = row, .state = CELL_NOT_GIVEN});
}

void frame_build_no_identity(struct frame_build *b, uint32_t dataset, uint32_t person)
{
    keep(b, vec_push(&b->no_identity, ENTRIES_MAX, (struct build_mark){dataset, person}));
}

void frame_build_taken_back(struct frame_build *b, uint32_t dataset, uint32_t person)
{
    frame_build_no_identity(b, dataset, person);
    keep(b, vec_push(&b->taken_back, ENTRIES_MAX, (struct build_mark){dataset, person}));
}

void frame_build_unauthorised(struct frame_build *b, uint32_t dataset, uint32_t person)
{
    keep(b, vec_push(&b->unauthorised, ENTRIES_MAX, (struct build_mark){dataset, person}));
}

void frame_build_move(struct frame_build *b, uint32_t person, date_day from, int64_t division)
{
    keep(b, vec_push(&b->moves, ENTRIES_MAX, (struct fmove){person, from, division}));
}

void frame_build_delivery(struct frame_build *b, struct fdelivery d)
{
    keep(b, vec_push(&b->deliveries, ENTRIES_MAX, d));
}

void frame_build_missing(struct frame_build *b, struct fdelivery d) { keep(b, vec_push(&b->missing, ENTRIES_MAX, d)); }

void frame_build_days(struct frame_build *b, date_day as_of, date_day known_at, bool all_delivered)
{
    b->as_of = as_of;
    b->known_at = known_at;
    b->all_delivered = all_delivered;
}

/* ---------------------------------------------------------------- finishing */

uint32_t frame_build_row(const struct frame_build *b, uint16_t table, uint32_t row)
{
    return b->tables[table].row_of[row];
}

static int move_order(const void *a, const void *b)
{
    const struct fmove *x = a, *y = b;
    if (x->person != y->person) return x->person < y->person ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

static int delivery_order(const void *a, const void *b)
{
    const struct fdelivery *x = a, *y = b;
    if (x->dataset != y->dataset) return x->dataset < y->dataset ? -1 : 1;
    if (x->division != y->division) return x->division < y->division ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

/* A copy in the arena, sorted when there is an order; NULL for none. */
static void *copy_sorted(struct frame_build *b, const void *v, size_t n, size_t size,
                         int (*order)(const void *, const void *))
{
    void *p = n ? arena_alloc_array(b->arena, n, size) : NULL;
    if (!p) return NULL;
    memcpy(p, v, n * size);
    if (order) qsort(p, n, size, order);
    return p;
}

static void households(struct frame_build *b, struct frame *f)
{
    size_t n = b->households.n;
    int64_t *division = ARENA_ARRAY(b->arena, int64_t, n + 1);
    uint32_t *place = ARENA_ARRAY(b->arena, uint32_t, n + 1);
    int32_t *head = ARENA_ARRAY(b->arena, int32_t, n + 1);
    f->n_places = 1;
    for (size_t h = 0; head && division && place && h < n; h++) {
        const struct build_household *x = &b->households.v[h];
        division[h] = x->division;
        place[h] = x->place;
        head[h] = (int32_t)(x->head < 0 ? x->head : (int64_t)frame_build_row(b, TABLE_PERSON, (uint32_t)x->head));
        if (x->place >= f->n_places) f->n_places = x->place + 1;
    }
    f->division = division, f->place = place, f->head = head;
}

static void persons(struct frame_build *b, struct frame *f)
{
    int32_t *born = ARENA_ARRAY(b->arena, int32_t, b->born.n + 1);
    for (size_t i = 0; born && i < b->born.n; i++) born[frame_build_row(b, TABLE_PERSON, (uint32_t)i)] = b->born.v[i];
    f->born = born;
    for (size_t i = 0; i < b->moves.n; i++)
        b->moves.v[i].person = frame_build_row(b, TABLE_PERSON, b->moves.v[i].person);
    f->moves = copy_sorted(b, b->moves.v, b->moves.n, sizeof *b->moves.v, move_order);
    f->n_moves = b->moves.n;
}

/* The marks of one dataset as a bitmap over persons; NULL for none. */
static const uint64_t *marks(struct frame_build *b, const struct build_mark *v, size_t n, uint32_t dataset)
{
    uint64_t *bits = NULL;
    for (size_t i = 0; i < n; i++) {
        if (v[i].dataset != dataset) continue;
        if (!bits) bits = ARENA_ARRAY(b->arena, uint64_t, b->born.n / 64 + 1);
        if (!bits) return NULL;
        uint32_t p = frame_build_row(b, TABLE_PERSON, v[i].person);
        bits[p >> 6] |= UINT64_C(1) << (p & 63);
    }
    return bits;
}

static void datasets(struct frame_build *b, struct frame *f)
{
    f->datasets = b->datasets;
    f->n_datasets = b->n_tables - TABLE_FACT0;
    for (uint32_t d = 0; d < f->n_datasets; d++) {
        f->datasets[d].no_identity = marks(b, b->no_identity.v, b->no_identity.n, d);
        f->datasets[d].taken_back = marks(b, b->taken_back.v, b->taken_back.n, d);
        f->datasets[d].unauthorised = marks(b, b->unauthorised.v, b->unauthorised.n, d);
    }
    f->deliveries = copy_sorted(b, b->deliveries.v, b->deliveries.n, sizeof *b->deliveries.v, delivery_order);
    f->n_deliveries = b->deliveries.n;
    f->missing = copy_sorted(b, b->missing.v, b->missing.n, sizeof *b->missing.v, NULL);
    f->n_missing = b->missing.n;
}

enum rc frame_build_finish(struct frame_build *b, struct frame **out, struct err *e)
{
    struct frame *f = ARENA_NEW(b->arena, struct frame);
    *out = f;
    if (!f || b->failed) return err_nomem(e);
    f->arena = b->arena;
    f->reasons = b->reasons;
    f->as_of = b->as_of, f->known_at = b->known_at, f->all_delivered = b->all_delivered;
    f->n_tables = b->n_tables;
    f->tables = ARENA_ARRAY(b->arena, struct ftable, b->n_tables);
    if (!f->tables) return err_nomem(e);
    for (uint16_t t = 0; t < b->n_tables; t++)
        TRY(build_table_order(b, t, e)); /* owners before owned: rows get their numbers */
    for (uint16_t t = 0; t < b->n_tables; t++) TRY(build_table_finish(b, t, &f->tables[t], e));
    households(b, f);
    persons(b, f);
    datasets(b, f);
    return arena_failed(b->arena) ? err_nomem(e) : RC_OK;
}
