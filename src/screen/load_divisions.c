/* Where households are registered, and who was registered elsewhere before. */
#include <stdlib.h>
#include "base/vec.h"
#include "screen/load_int.h"

/* ---------------------------------------------------------------- where households are */

/* Where people of one household are registered apart, only what they share is sure: the township, the county, the
 * province they have in common; 0 when nothing. */
static int64_t common_division(int64_t a, int64_t b)
{
    if (a == b) return a;
    for (enum division_level l = DIVISION_TOWNSHIP; l > DIVISION_NATION; l--)
        if (division_truncate(a, l) == division_truncate(b, l)) return division_truncate(a, l);
    return 0;
}

uint32_t roster_newest_from(const struct world *w, uint32_t h)
{
    const struct world_rows *rows = &w->rows[TABLE_PERSON];
    const uint32_t *first = w->tables[TABLE_PERSON].first;
    uint32_t last = 0;
    size_t lo = 0, hi = rows->n;
    if (rows->n < 2) return 0;
    for (uint32_t i = first[h]; i < first[h + 1]; i++)
        if (world_roster_row(w, i) > last) last = world_roster_row(w, i);
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (last < rows->first[mid]) hi = mid;
        else lo = mid;
    }
    for (size_t i = 0; i < lo && rows->deliveries[lo].kind == DELIVERY_ADDS;
         i++) /* mended rows: those of their roster */
        if (rows->deliveries[i].id == rows->deliveries[lo].replaces) lo = i;
    while (lo > 0 && rows->deliveries[lo].kind == DELIVERY_ADDS) lo--; /* parts of one roster */
    return (uint32_t)rows->first[lo];
}

bool roster_has_division(const struct world *w)
{
    struct place nation = {0};
    const struct decl *roster =
        policy_find(w->policy, D_DATASET, policy_dataset_name(w->policy, policy_roster(w->policy)), &nation, w->as_of);
    return roster && roster->u.dataset.lives_in.text.n;
}

struct dividing {
    const struct world *w;
    const struct cells *c;
    int64_t *division;
    uint64_t *apart; /* bit per household: nothing in common */
};

/* A household is registered where its members of the newest roster are. */
static enum rc divide_range(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct dividing *d = ctx;
    const struct world *w = d->w;
    const uint32_t *first = w->tables[TABLE_PERSON].first;
    (void)thread, (void)e;
    for (uint32_t h = range_from(task); h < range_to(task, w->n_households); h++) {
        uint32_t from = roster_newest_from(w, h);
        int64_t v, all = 0;
        bool any = false, apart = false;
        for (uint32_t i = first[h]; i < first[h + 1]; i++) {
            uint32_t r = world_roster_row(w, i);
            if (r < from || !cells_get(d->c, r, &v)) continue;
            int64_t common = any ? common_division(all, v) : v;
            apart = apart || (any && all && v && !common);
            all = common;
            any = true;
        }
        d->division[h] = all;
        if (apart) bit_set(d->apart, h);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- who moved */

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
    for (uint32_t i = 0; i < c->col.n; i++) {
        int64_t no, here;
        while (i >= rows->first[d + 1]) d++;
        (void)cells_get(person, i, &no);
        uint32_t p = world_row_of(w, (uint32_t)no);
        if (p == UINT32_MAX || world_person_no(w, p) != no) continue; /* not a member at D, or read as another */
        if (!cells_get(c, i, &here)) here = DIVISION_UNKNOWN;
        if (m->last[p] != NOT_SEEN && m->last[p] != here && !add_move(m, p, rows->deliveries[d].received_day, here))
            return err_nomem(e);
        m->last[p] = here;
    }
    return RC_OK;
}

static enum rc sort_moves(struct world *w, const struct moving *m, struct err *e)
{
    struct fmove *sorted = world_alloc(w, m->moves.n + 1, sizeof *sorted);
    if (!sorted) return err_nomem(e);
    w->frame.moves = sorted;
    w->frame.n_moves = m->moves.n;
    if (!m->moves.n) return RC_OK;
    memcpy(sorted, m->moves.v, m->moves.n * sizeof *sorted);
    qsort(sorted, m->moves.n, sizeof *sorted, by_person);
    return RC_OK;
}

/* Who was registered elsewhere by an earlier roster: from that roster's day to the next one. */
static enum rc load_moves(struct world *w, const struct cells *person, const struct cells *c, struct err *e)
{
    if (w->rows[TABLE_PERSON].n < 2) return RC_OK;
    struct moving m = {.last = mem_alloc_array((size_t)w->n_people + 1, sizeof *m.last),
                       .move = mem_alloc_array((size_t)w->n_people + 1, sizeof *m.move)};
    enum rc rc = m.last && m.move ? RC_OK : err_nomem(e);
    for (uint32_t i = 0; !rc && i < w->n_people; i++) m.last[i] = NOT_SEEN, m.move[i] = UINT32_MAX;
    if (!rc) rc = find_moves(w, &m, person, c, e);
    if (!rc) rc = sort_moves(w, &m, e);
    vec_fini(&m.moves);
    mem_free(m.last);
    mem_free(m.move);
    return rc;
}

static void note_apart(struct world *w, const uint64_t *apart)
{
    for (uint32_t k = 0; k < w->n_households / 64 + 1; k++)
        for (uint64_t bits = apart[k]; bits; bits &= bits - 1, w->n_apart++)
            if (w->n_apart < WORLD_APART_MAX)
                w->apart[w->n_apart] = w->household_no[k * 64 + (uint32_t)__builtin_ctzll(bits)];
}

enum rc load_divisions(struct world *w, const struct cells *person, const struct cells *division, struct err *e)
{
    struct dividing d = {.w = w,
                         .c = division,
                         .division = world_room(w, (size_t)w->n_households + 1, sizeof *d.division),
                         .apart = world_alloc(w, (size_t)w->n_households / 64 + 1, sizeof *d.apart)};
    if (!d.division || !d.apart) return err_nomem(e);
    w->frame.division = d.division;
    if (!division->read) {
        memset(d.division, 0, (size_t)w->n_households * sizeof *d.division);
        return RC_OK;
    }
    TRY(world_ranges(w, w->n_households, divide_range, &d, e));
    note_apart(w, d.apart);
    return load_moves(w, person, division, e);
}
