/* What a roster says of households, line by line, where the lines of one contradict each other. */
#include "base/limits.h"
#include "base/mem.h"
#include "match/once.h"
#include "match/roster_int.h"

struct homes {
    const struct import *m;
    uint32_t *first; /* of each household: slot + 1 of the first line that says something of the column; 0: none does */
    uint8_t *told;
    size_t n;
};

/* Of the households between two lines that say something. */
static int64_t contradicting(struct homes *h, uint32_t c)
{
    const struct run *r = &h->m->run;
    int64_t n = 0;
    memset(h->first, 0, h->n * sizeof *h->first);
    memset(h->told, 0, h->n);
    for (uint32_t slot = 0; slot < r->lines; slot++) {
        uint32_t no = r->household[slot];
        if (!r->person[slot] || no >= h->n || h->told[no] || once_blank(r, c, slot)) continue;
        if (!h->first[no]) h->first[no] = slot + 1;
        else if (!once_same_cell(r, c, h->first[no] - 1, slot)) n += h->told[no] = 1;
    }
    return n;
}

static bool is_of_household(const struct plan *pl, uint32_t c)
{
    const struct plan_column *col = &pl->cols[c];
    return col->column != HEADER_NONE && ((col->decl && col->decl->of_household) || (int32_t)c == pl->division);
}

enum rc roster_contradictions(struct import *m, struct err *e)
{
    struct homes h = {.m = m, .n = (size_t)m->roster->next_household + 1};
    h.first = mem_alloc_array(h.n, sizeof *h.first);
    h.told = mem_alloc(h.n);
    bool ok = h.first && h.told;
    for (uint32_t c = 0; ok && c < m->plan.n_cols; c++)
        if (is_of_household(&m->plan, c)) m->conflicts.people[c] += contradicting(&h, c);
    mem_free(h.first);
    mem_free(h.told);
    return ok ? RC_OK : err_nomem(e);
}
