/* Accepted exceptions from findings, as known at K. */
#include <stdlib.h>
#include "screen/screen_int.h"
#include "store/exception.h"

static int by_key(const void *a, const void *b)
{
    const struct excepted *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->until < y->until ? -1 : x->until > y->until;
}

/* A rule that is no longer there excepts nothing. Of several for one subject the one that holds longest counts. */
enum rc excepted_load(struct run *r, struct err *e)
{
    struct screening *sc = r->sc;
    struct check_exception *v;
    size_t n;
    if (r->o->alone) return RC_OK;
    TRY(exceptions_list(r->s, &sc->arena, sc->w.k_us, &v, &n, e));
    sc->excepted = n ? ARENA_ARRAY(&sc->arena, struct excepted, n) : NULL;
    if (n && !sc->excepted) return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        uint16_t rule = rule_index(sc, v[i].of.rule);
        if (rule == UINT16_MAX) continue;
        struct excepted x = {subject_key(rule, v[i].of.household_no, v[i].of.person_no), v[i].until};
        sc->excepted[sc->n_excepted++] = x;
    }
    if (sc->n_excepted) qsort(sc->excepted, sc->n_excepted, sizeof *sc->excepted, by_key);
    return RC_OK;
}

date_day screen_excepted(const struct screening *sc, uint16_t rule, uint32_t household, uint32_t person)
{
    uint64_t key = subject_key(rule, household, person);
    size_t lo = 0, hi = sc->n_excepted;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (sc->excepted[mid].key <= key) lo = mid + 1;
        else hi = mid;
    }
    return lo && sc->excepted[lo - 1].key == key ? sc->excepted[lo - 1].until : 0;
}
