/* Rows that the import matched by ID and name and that somebody found to be another's: read as his, or as nobody's. */
#include "match/stored.h"
#include "screen/load_facts_int.h"
#include "store/decision.h"

/* Where a line of delivery d stands among its rows; UINT32_MAX: it is none of those matched. */
static uint32_t row_of_line(const struct stored_ints *line, int64_t want)
{
    for (size_t i = 0; i < line->n; i++)
        if (line->v[i] == want) return (uint32_t)i;
    return UINT32_MAX;
}

static uint32_t frame_row(const struct world *w, uint32_t no)
{
    return no ? world_row_of(w, no) : UINT32_MAX;
}

/* "Not him" takes the row from him alone; "him" gives it to him, whatever else was said. */
static void decide_row(const struct facts *f, const struct row_decided *d, uint32_t *person)
{
    bool same = d->verdict == DECISION_SAME;
    if (same || !d->person || *person == frame_row(f->w, d->person))
        *person = same ? frame_row(f->w, d->person) : UINT32_MAX;
}

/* v[0..n-1]: those of one delivery, "not" before "same". */
static enum rc decide_delivery(struct facts *f, size_t d, const struct row_decided *v, size_t n, uint32_t *person,
                               bool *any, struct err *e)
{
    struct stored_ints line;
    TRY(stored_ints_read(&line, f->w->store, f->rows->deliveries[d].id, STR("line"), e));
    for (size_t i = 0; i < n; i++) {
        uint32_t at = row_of_line(&line, v[i].line);
        if (at == UINT32_MAX) continue;
        decide_row(f, &v[i], &person[(size_t)f->rows->first[d] + at]);
        *any = true;
    }
    stored_ints_fini(&line);
    return RC_OK;
}

enum rc facts_decided(struct facts *f, uint32_t *person, bool *any, struct err *e)
{
    struct row_decided *v;
    size_t n;
    *any = false;
    TRY(rows_decided_known_at(f->w->store, &f->w->arena, f->w->k_us, &v, &n, e));
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && v[end].delivery == v[i].delivery;) end++;
        for (size_t d = 0; d < f->rows->n; d++)
            if (f->rows->deliveries[d].id == v[i].delivery) TRY(decide_delivery(f, d, v + i, end - i, person, any, e));
    }
    return RC_OK;
}
