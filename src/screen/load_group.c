/* Rows of a dataset in order of their people. The importer writes a delivery in runs that are by person: one run is
 * taken as it is, several are merged, a part of the people a task, whose counters and rows stay in a cache; rows in any
 * other order are sorted by counting. */
#include "screen/load_facts_int.h"

enum {
    RANGE_BREAKS = 16,     /* of a range; more: rows are in no order */
    RUNS_MAX = 1024,       /* likewise, of a dataset */
    PART_PEOPLE = 1 << 15, /* of a task */
};

/* Where a range's rows go back to an earlier person. */
struct range_breaks {
    uint32_t n, at[RANGE_BREAKS];
};

struct grouping {
    struct facts *f;
    uint32_t n;
    uint32_t *person; /* frame person by global row, UINT32_MAX none */
    struct range_breaks *breaks;
    uint32_t *run; /* first row of each, then n */
    size_t n_runs;
    uint32_t *bound; /* by part, then one more, by run: the run's first row of the part's people or later ones */
    uint32_t *base;  /* by part: rows before it */
    /* in any order */
    uint32_t *next;      /* by person: where his next row goes */
    uint32_t *part_rows; /* by thread's part of the people */
    size_t parts;
};

/* ---------------------------------------------------------------- whose rows */

static uint32_t person_of(const struct facts *f, uint32_t row)
{
    int64_t no;
    bool known = cells_get(&f->person, row, &no) && no > 0 && no <= UINT32_MAX;
    return known ? world_row_of(f->w, (uint32_t)no) : UINT32_MAX;
}

static void find_any(struct grouping *g, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) g->person[i] = person_of(g->f, i);
}

/* Whose numbers follow each other, in a column of four bytes without blanks, which is where they go. A number below the
 * first one is a large one here. */
static bool find_dense(struct grouping *g, uint32_t from, uint32_t to)
{
    const struct world *w = g->f->w;
    const struct column *c = &g->f->person.col;
    uint32_t *person = g->person, first = w->first_no, n = w->n_people;
    if (w->row_of_person || c->width != COL_4 || c->valid || c->data != person) return false;
    for (uint32_t i = from; i < to; i++) {
        uint32_t p = person[i] - first;
        person[i] = p < n ? p : UINT32_MAX;
    }
    return true;
}

static enum rc find_people(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct grouping *g = ctx;
    struct range_breaks *b = &g->breaks[task];
    uint32_t from = range_from(task), to = range_to(task, g->n);
    (void)thread, (void)e;
    if (!find_dense(g, from, to)) find_any(g, from, to);
    for (uint32_t i = from + 1; i < to; i++)
        if (g->person[i] < g->person[i - 1] && b->n++ < RANGE_BREAKS) b->at[b->n - 1] = i;
    return RC_OK;
}

/* Persons' rows take the place of their numbers where they fit: memory from the system has to be cleared. */
static enum rc take_people(struct grouping *g, struct err *e)
{
    struct cells *c = &g->f->person;
    bool fits = c->col.width == COL_4 && c->col.data;
    g->person = fits ? c->col.data : world_room(g->f->w, (size_t)g->n + 1, sizeof *g->person);
    return g->person ? world_ranges(g->f->w, g->n, find_people, g, e) : err_nomem(e);
}

static bool add_run(struct grouping *g, uint32_t from)
{
    if (g->n_runs == RUNS_MAX) return false;
    g->run[g->n_runs++] = from;
    return true;
}

/* False: the rows are in no order. */
static bool find_runs(struct grouping *g)
{
    bool ok = add_run(g, 0);
    for (size_t k = 0; ok && k < range_count(g->n); k++) {
        const struct range_breaks *b = &g->breaks[k];
        uint32_t from = range_from(k);
        if (k && g->person[from - 1] > g->person[from]) ok = add_run(g, from);
        for (uint32_t i = 0; ok && i < b->n; i++) ok = b->n <= RANGE_BREAKS && add_run(g, b->at[i]);
    }
    g->run[g->n_runs] = g->n;
    return ok;
}

/* The first row of from..to-1, which ascend, that is of person p or a later one. */
static uint32_t row_from(const struct grouping *g, uint32_t from, uint32_t to, uint32_t p)
{
    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        if (g->person[mid] < p) from = mid + 1;
        else to = mid;
    }
    return from;
}

/* ---------------------------------------------------------------- one run */

/* Where the rows of each end. The last row of a person is written over those before it, and without asking which it is:
 * nobody can guess. */
static enum rc mark_ends(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct grouping *g = ctx;
    uint32_t *end = g->f->first + 1, from = range_from(task), to = range_to(task, g->n);
    (void)thread, (void)e;
    while (to < g->n && to > from && g->person[to - 1] == g->person[to]) to--; /* who goes on there is written there */
    for (uint32_t i = from; i < to; i++) end[g->person[i]] = i + 1;
    return RC_OK;
}

/* Who has no rows: his would begin where those before end. */
static enum rc fill_ends(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct grouping *g = ctx;
    uint32_t *first = g->f->first, from = range_from(task), to = range_to(task, g->f->w->n_people);
    uint32_t last = row_from(g, 0, g->n, from);
    (void)thread, (void)e;
    for (uint32_t p = from; p < to; p++) {
        last = first[p + 1] > last ? first[p + 1] : last;
        first[p + 1] = last;
    }
    return RC_OK;
}

static enum rc take_run(struct grouping *g, struct err *e)
{
    struct facts *f = g->f;
    f->owner = g->person;
    f->n = g->n;
    if (g->person == f->person.col.data) {
        struct column own = f->person.col;
        f->person.col = (struct column){.width = COL_1};
        TRY(world_own(f->w, own, e));
    }
    if (!f->first) return RC_OK;
    TRY(world_ranges(f->w, g->n, mark_ends, g, e));
    return world_ranges(f->w, f->w->n_people, fill_ends, g, e);
}

/* ---------------------------------------------------------------- several runs */

static size_t part_count(const struct grouping *g)
{
    return ((size_t)g->f->w->n_people + PART_PEOPLE - 1) / PART_PEOPLE;
}

static enum rc bound_part(void *ctx, size_t part, unsigned thread, struct err *e)
{
    struct grouping *g = ctx;
    uint64_t from = (uint64_t)part * PART_PEOPLE;
    uint32_t p = from < g->f->w->n_people ? (uint32_t)from : g->f->w->n_people;
    (void)thread, (void)e;
    for (size_t k = 0; k < g->n_runs; k++) g->bound[part * g->n_runs + k] = row_from(g, g->run[k], g->run[k + 1], p);
    return RC_OK;
}

/* Rows of one person stay in order of delivery and file: runs in their order. next: by person of the part. */
static void place_rows(struct grouping *g, size_t part, uint32_t *next)
{
    const uint32_t *from = g->bound + part * g->n_runs, *to = from + g->n_runs;
    struct facts *f = g->f;
    const uint32_t *person = g->person;
    uint32_t p0 = (uint32_t)part * PART_PEOPLE, at = g->base[part], *order = f->order, *owner = f->owner;
    uint32_t people = f->w->n_people - p0 < PART_PEOPLE ? f->w->n_people - p0 : PART_PEOPLE;
    for (size_t k = 0; k < g->n_runs; k++)
        for (uint32_t i = from[k], end = to[k]; i < end; i++) next[person[i] - p0]++;
    for (uint32_t p = 0; p < people; p++) {
        uint32_t rows = next[p];
        next[p] = at;
        at += rows;
    }
    if (f->first && people) memcpy(f->first + p0, next, people * sizeof *next);
    for (size_t k = 0; k < g->n_runs; k++)
        for (uint32_t i = from[k], end = to[k]; i < end; i++) {
            uint32_t p = person[i], row = next[p - p0]++;
            order[row] = i;
            owner[row] = p;
        }
}

static enum rc merge_part(void *ctx, size_t part, unsigned thread, struct err *e)
{
    uint32_t *next = mem_zalloc_array(PART_PEOPLE, sizeof *next);
    (void)thread;
    if (!next) return err_nomem(e);
    place_rows(ctx, part, next);
    mem_free(next);
    return RC_OK;
}

static enum rc merge_runs(struct grouping *g, struct err *e)
{
    struct facts *f = g->f;
    size_t parts = part_count(g);
    g->bound = mem_alloc_array((parts + 1) * g->n_runs, sizeof *g->bound);
    g->base = mem_alloc_array(parts + 1, sizeof *g->base);
    if (!g->bound || !g->base) return err_nomem(e);
    TRY(par_team_run(world_team(f->w), parts + 1, bound_part, g, e));
    for (size_t part = 0; part < parts; part++) {
        g->base[part] = f->n;
        for (size_t k = 0; k < g->n_runs; k++)
            f->n += g->bound[(part + 1) * g->n_runs + k] - g->bound[part * g->n_runs + k];
    }
    return par_team_run(world_team(f->w), parts, merge_part, g, e);
}

/* ---------------------------------------------------------------- any order */

/* People of a part. Each part looks at all rows and takes its own. */
static uint32_t part_from(const struct grouping *g, size_t part)
{
    return (uint32_t)((uint64_t)g->f->w->n_people * part / g->parts);
}

static enum rc count_part(void *ctx, size_t part, unsigned thread, struct err *e)
{
    struct grouping *g = ctx;
    uint32_t from = part_from(g, part), n = part_from(g, part + 1) - from, rows = 0;
    (void)thread, (void)e;
    for (uint32_t i = 0; i < g->n; i++) {
        if (g->person[i] - from >= n) continue;
        g->next[g->person[i]]++;
        rows++;
    }
    g->part_rows[part] = rows;
    return RC_OK;
}

static enum rc place_part(void *ctx, size_t part, unsigned thread, struct err *e)
{
    struct grouping *g = ctx;
    uint32_t from = part_from(g, part), n = part_from(g, part + 1) - from, at = g->part_rows[part];
    (void)thread, (void)e;
    for (uint32_t p = from; p < from + n; p++) {
        uint32_t rows = g->next[p];
        g->next[p] = at;
        if (g->f->first) g->f->first[p] = at;
        at += rows;
    }
    for (uint32_t i = 0; i < g->n; i++) {
        uint32_t p = g->person[i];
        if (p - from >= n) continue;
        g->f->order[g->next[p]] = i;
        g->f->owner[g->next[p]++] = p;
    }
    return RC_OK;
}

/* Counting sort by frame person; rows of one person stay in order of delivery and file. */
static enum rc sort_rows(struct grouping *g, struct err *e)
{
    struct facts *f = g->f;
    g->parts = g->n < RANGE_ROWS && !f->w->threads_given ? 1 : f->w->threads;
    g->next = mem_zalloc_array((size_t)f->w->n_people + 1, sizeof *g->next);
    g->part_rows = mem_alloc_array(g->parts, sizeof *g->part_rows);
    if (!g->next || !g->part_rows) return err_nomem(e);
    TRY(par_team_run(world_team(f->w), g->parts, count_part, g, e));
    for (size_t k = 0; k < g->parts; k++) {
        uint32_t rows = g->part_rows[k];
        g->part_rows[k] = f->n;
        f->n += rows;
    }
    return par_team_run(world_team(f->w), g->parts, place_part, g, e);
}

/* ---------------------------------------------------------------- whole */

static enum rc put_in_order(struct grouping *g, bool in_runs, struct err *e)
{
    struct facts *f = g->f;
    f->owner = world_room(f->w, (size_t)g->n + 1, sizeof *f->owner);
    f->order = mem_alloc_array((size_t)g->n + 1, sizeof *f->order);
    if (!f->owner || !f->order) return err_nomem(e);
    TRY(in_runs ? merge_runs(g, e) : sort_rows(g, e));
    if (f->first) f->first[f->w->n_people] = f->n;
    cells_fini(&f->person);
    return RC_OK;
}

static enum rc group_rows(struct grouping *g, struct err *e)
{
    struct facts *f = g->f;
    bool decided;
    if (f->needs_first && !(f->first = world_alloc(f->w, (size_t)f->w->n_people + 1, sizeof *f->first)))
        return err_nomem(e);
    if (!g->n) { /* zeros as they are: memory that is not written costs nothing */
        f->owner = world_alloc(f->w, 1, sizeof *f->owner);
        return f->owner ? RC_OK : err_nomem(e);
    }
    TRY(take_people(g, e));
    if (facts_by_village(f)) {
        TRY(facts_villages(f, g->person, e));
        return put_in_order(g, false, e);
    }
    TRY(facts_decided(f, g->person, &decided, e));
    bool in_runs = !decided && find_runs(g);
    if (in_runs && g->n_runs == 1 && g->person[g->n - 1] != UINT32_MAX) return take_run(g, e);
    return put_in_order(g, in_runs, e);
}

enum rc facts_group(struct facts *f, struct err *e)
{
    struct grouping g = {.f = f, .n = f->person.col.n};
    g.breaks = mem_zalloc_array(range_count(g.n) + 1, sizeof *g.breaks);
    g.run = mem_alloc_array(RUNS_MAX + 1, sizeof *g.run);
    enum rc rc = g.breaks && g.run ? group_rows(&g, e) : err_nomem(e);
    mem_free(g.breaks);
    mem_free(g.run);
    mem_free(g.bound);
    mem_free(g.base);
    mem_free(g.next);
    mem_free(g.part_rows);
    f->t->first = f->first;
    f->t->owner = f->owner;
    return rc;
}
