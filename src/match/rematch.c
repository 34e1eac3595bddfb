/* Waiting rows looked at again after a new roster: those that match now become a late part of their delivery. */
#include "base/mem.h"
#include "match/import_int.h"
#include "match/late_int.h"

static void find_candidates(struct late *x)
{
    struct person_entry hit[PERSON_HITS_MAX];
    for (size_t i = 0; i < x->w.line.n; i++) {
        bool open = x->w.reason.v[i] == WAIT_UNMATCHED || x->w.reason.v[i] == WAIT_NAME;
        if (open && person_index_find(x->index, (uint64_t)x->w.key.v[i], hit)) x->row[x->n++] = i;
    }
}

static enum rc rematch_delivery(struct late *x, const struct delivery_list *all, int64_t *matched, struct err *e)
{
    int64_t n = 0;
    TRY(late_begin(x, all, e));
    find_candidates(x);
    TRY(late_publish(x, &n, e));
    *matched += n;
    return RC_OK;
}

static bool somebody_waits(const struct delivery *d)
{
    return d->counts.waiting_unmatched + d->counts.waiting_name != 0;
}

static enum rc rematch_all(struct store *s, struct policy *p, const struct divisions *divs,
                           const struct person_index *index, int64_t known_us, const struct delivery_list *l,
                           int64_t *matched, struct err *e)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct delivery *d = &l->v[i];
        if (!somebody_waits(d)) continue;
        struct late *x = mem_zalloc_array(1, sizeof *x);
        if (!x) return err_nomem(e);
        *x = (struct late){.s = s, .p = p, .divs = divs, .index = index, .base = d, .known_from_us = known_us};
        enum rc rc = rematch_delivery(x, l, matched, e);
        late_fini(x);
        mem_free(x);
        if (rc) return rc;
    }
    return RC_OK;
}

/* The people only when a row waits for one: a province's are ten million. */
static enum rc rematch(struct store *s, struct policy *p, const struct divisions *divs, struct import_shared *shared,
                       const struct delivery_list *l, int64_t *matched, struct err *e)
{
    struct str roster = policy_dataset_name(p, policy_roster(p));
    int64_t known_us = 0;
    bool any = false;
    for (size_t i = 0; i < l->n; i++) {
        const struct delivery *d = &l->v[i];
        any |= somebody_waits(d);
        if (str_eq(d->dataset, roster) && d->known_from_us > known_us) known_us = d->known_from_us;
    }
    if (!any) return RC_OK;
    TRY(import_shared_load(shared, s, p, 0, e));
    return rematch_all(s, p, divs, &shared->index, known_us, l, matched, e);
}

enum rc import_rematch(struct store *s, struct policy *p, const struct divisions *divs, struct import_shared *shared,
                       int64_t *matched, struct err *e)
{
    struct arena a;
    struct delivery_list l;
    struct import_shared *own = NULL;
    *matched = 0;
    if (policy_roster(p) == UINT32_MAX) return RC_OK;
    arena_init(&a, IMPORT_ARENA_MAX);
    enum rc rc = delivery_known_at(s, &a, STR(""), INT64_MAX, &l, e);
    if (!rc && !shared) rc = import_shared_new(&own, e);
    if (!rc) rc = rematch(s, p, divs, shared ? shared : own, &l, matched, e);
    import_shared_free(own);
    arena_fini(&a);
    return rc;
}
