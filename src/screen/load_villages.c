/* Rows about villages. A frame's facts hang on people: such a row hangs on the first person of the village's first
 * household, by which the place, its parameters and its deliveries are found; the finding is told as the village's. */
#include <stdlib.h>
#include "screen/load_facts_int.h"

struct village {
    int64_t code;
    uint32_t person;
};

static int by_code(const void *a, const void *b)
{
    const struct village *x = a, *y = b;
    if (x->code != y->code) return x->code < y->code ? -1 : 1;
    return x->person < y->person ? -1 : x->person > y->person;
}

/* Households' villages, ascending; of each the first person. Neighbours mostly live in one village. */
static size_t list_villages(const struct world *w, struct village *v)
{
    const uint32_t *first = w->tables[TABLE_PERSON].first;
    size_t n = 0, kept = 0;
    for (uint32_t h = 0; h < w->n_households; h++) {
        int64_t code = w->frame.division[h];
        if (!code || first[h] == first[h + 1] || (n && v[n - 1].code == code)) continue;
        v[n++] = (struct village){code, first[h]};
    }
    if (n) qsort(v, n, sizeof *v, by_code);
    for (size_t i = 0; i < n; i++)
        if (!kept || v[kept - 1].code != v[i].code) v[kept++] = v[i];
    return kept;
}

static uint32_t person_of(const struct village *v, size_t n, int64_t code)
{
    const struct village key = {.code = code};
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (v[mid].code < key.code) lo = mid + 1;
        else hi = mid;
    }
    return lo < n && v[lo].code == code ? v[lo].person : UINT32_MAX;
}

enum rc facts_villages(struct facts *f, uint32_t *person, struct err *e)
{
    struct fdataset *ds = &f->w->datasets[f->dataset];
    struct village *v = mem_alloc_array((size_t)f->w->n_households + 1, sizeof *v);
    if (!v) return err_nomem(e);
    size_t n = list_villages(f->w, v);
    ds->nobody_there = 0;
    for (uint32_t i = 0; i < f->person.col.n; i++) {
        int64_t code;
        bool known = f->village && cells_get(f->village, i, &code);
        person[i] = known ? person_of(v, n, code) : UINT32_MAX;
        ds->nobody_there += person[i] == UINT32_MAX;
    }
    mem_free(v);
    return RC_OK;
}
