/* Late lines that say a row together with other lines (plan_merges): one row a person, as in the import. */
#include "base/mem.h"
#include "match/late_int.h"
#include "match/once.h"
#include "match/shared.h"

/* People who have a row already, of the delivery or of an earlier part of it: struck out of the map. */
static enum rc strike_people(struct late *x, int64_t delivery, struct map64 *of, struct err *e)
{
    struct stored_ints v;
    TRY(stored_ints_read(&v, x->s, delivery, STR("person"), e));
    for (size_t i = 0; i < v.n; i++)
        if (map64_get(of, (uint64_t)v.v[i]) != UINT32_MAX && !map64_put(of, (uint64_t)v.v[i], 0)) break;
    stored_ints_fini(&v);
    return RC_OK;
}

static enum rc find_rows(struct late *x, struct map64 *of, struct err *e)
{
    for (size_t i = 0; i < x->run.matched; i++)
        if (!map64_put(of, x->run.person_sorted[i], 1)) return err_nomem(e);
    TRY(strike_people(x, x->base->id, of, e));
    for (size_t i = 0; x->all && i < x->all->n; i++) {
        const struct delivery *d = &x->all->v[i];
        if (d->kind == DELIVERY_ADDS && d->replaces == x->base->id) TRY(strike_people(x, d->id, of, e));
    }
    return RC_OK;
}

/* Lines that are said by another one's row come first, as rows of nobody: so they wait no longer, and nothing counts
 * twice. order: of all lines, as it was. */
static enum rc put_joined(struct late *x, const uint32_t *order, size_t n, const struct map64 *of, struct err *e)
{
    struct run *r = &x->run;
    uint32_t *person = mem_alloc_array(n + 1, sizeof *person), *line = mem_alloc_array(n + 1, sizeof *line);
    size_t rows = 0, joined = 0;
    for (size_t i = 0; person && line && i < r->matched; i++) {
        if (map64_get(of, r->person_sorted[i]) != 1) continue;
        person[rows] = r->person_sorted[i];
        line[rows++] = r->order[i];
    }
    bool ok = person && line;
    for (size_t i = 0, k = 0; ok && i < n; i++) {
        if (k < rows && order[i] == line[k]) k++;
        else r->person_sorted[joined] = 0, r->order[joined++] = order[i];
    }
    for (size_t i = 0; ok && i < rows; i++) {
        r->person_sorted[joined + i] = person[i];
        r->order[joined + i] = line[i];
    }
    r->matched = n;
    mem_free(person);
    mem_free(line);
    return ok ? RC_OK : err_nomem(e);
}

enum rc late_join(struct late *x, struct err *e)
{
    struct run *r = &x->run;
    size_t n = r->matched, dropped = 0;
    struct once_conflicts told = {.people = ARENA_ARRAY(&x->a, int64_t, x->plan.n_cols + 1)};
    struct map64 of;
    /* What was decided row by row stays row by row, so that each can be taken back. */
    if (x->person || !n || !plan_merges(&x->plan)) return RC_OK;
    uint32_t *order = mem_alloc_array(n, sizeof *order);
    if (!order || !told.people) return mem_free(order), err_nomem(e);
    memcpy(order, r->order, n * sizeof *order);
    map64_init(&of);
    enum rc rc = once_merge(r, &told, &dropped, e);
    if (!rc) rc = find_rows(x, &of, e);
    if (!rc) rc = put_joined(x, order, n, &of, e);
    map64_fini(&of);
    mem_free(order);
    return rc;
}
