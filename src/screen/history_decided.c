/* Which rows of a file are decisions: the day is in a column of it; a condition is judged in the world known then. */
#include "base/mem.h"
#include "screen/history.h"
#include "screen/load.h"
#include "match/stored.h"

struct deciding {
    const struct history_asking *q;
    const struct history_file *f;
    const struct decl *decl;
    uint32_t dataset;
    struct history_decision *v; /* by row of the file */
    bool *is;                   /* a decision; NULL: all are */
};

static enum rc read_days(struct deciding *x, struct err *e)
{
    struct stored_ints days;
    TRY(stored_ints_read(&days, x->q->s, x->f->d->id, x->decl->u.dataset.decided_on.text, e));
    for (size_t i = 0; i < x->f->n; i++) {
        const struct history_row *r = &x->f->rows[i];
        int64_t v = !r->waits && (size_t)r->row < days.n ? days.v[r->row] : INT64_MIN;
        bool clear = v != INT64_MIN && SPAN_LO(v) == SPAN_HI(v);
        x->v[i] = (struct history_decision){.row = r, .on = clear ? (date_day)SPAN_LO(v) : 0};
    }
    stored_ints_fini(&days);
    return RC_OK;
}

static size_t row_at(const struct deciding *x, int64_t line)
{
    size_t i = 0;
    while (i < x->f->n && (x->f->rows[i].waits || x->f->rows[i].line != line)) i++;
    return i;
}

static bool bit(const uint64_t *bits, uint32_t i) { return bits && (bits[i >> 6] >> (i & 63) & 1); }

static void take_verdicts(struct deciding *x, const struct world *w, const struct outbits *b)
{
    uint16_t table = (uint16_t)(TABLE_FACT0 + x->dataset);
    for (uint32_t r = 0; r < b->n; r++) {
        const struct delivery *d;
        int64_t line;
        bool yes = bit(b->yes, r), unknown = bit(b->unknown, r);
        if ((!yes && !unknown) || !world_origin(w, table, r, &d, &line) || d->id != x->f->d->id) continue;
        size_t i = row_at(x, line);
        if (i == x->f->n) continue;
        x->is[i] = true;
        if (unknown) x->v[i].on = 0;
    }
}

static enum rc judge(struct deciding *x, struct world *w, struct arena *a, struct err *e)
{
    const struct history_asking *q = x->q;
    struct compile_options o = {.place = q->place, .as_of = q->day};
    struct vm_options vo = {.threads = 1};
    struct compiled c;
    struct ptable pt;
    struct outbits bits = {.n = 0};
    TRY(rules_compile_condition(q->policy, &o, x->decl->u.dataset.decided_when, (uint16_t)(TABLE_FACT0 + x->dataset), a,
                                q->diags, &c, e));
    world_need(w, c.program);
    w->need_table[x->dataset + TABLE_FACT0] = true;
    TRY(world_load(w, q->diags, e));
    TRY(rules_ptable(q->policy, c.program, w->places, w->n_places, a, &pt, q->diags, e));
    TRY(vm_run_bits(c.program, &w->frame, &pt, &vo, &bits, e));
    take_verdicts(x, w, &bits);
    outbits_fini(&bits);
    return RC_OK;
}

static enum rc judge_rows(struct deciding *x, int64_t at_us, struct arena *a, struct err *e)
{
    struct world w = {.store = NULL};
    struct world_options o = {.as_of = x->q->day, .known_at = x->q->day, .k_us = at_us, .with_lines = true};
    x->is = ARENA_ARRAY(a, bool, x->f->n);
    if (!x->is) return err_nomem(e);
    enum rc rc = world_open(&w, x->q->s, x->q->policy, x->q->divs, &o, e);
    if (!rc) rc = judge(x, &w, a, e);
    world_free(&w);
    return rc;
}

enum rc history_decisions(const struct history_asking *q, const struct history_file *f, int64_t at_us, struct arena *a,
                          struct history_decision **out, size_t *n, struct err *e)
{
    struct deciding x = {.q = q, .f = f};
    *n = 0;
    x.decl = policy_find(q->policy, D_DATASET, f->d->dataset, q->place, q->day);
    x.dataset = policy_dataset_number(q->policy, f->d->dataset);
    if (!x.decl || x.dataset == UINT32_MAX || !x.decl->u.dataset.decided_on.text.n || !f->n) return RC_OK;
    *out = x.v = ARENA_ARRAY(a, struct history_decision, f->n);
    if (!x.v) return err_nomem(e);
    TRY(read_days(&x, e));
    if (x.decl->u.dataset.decided_when) TRY(judge_rows(&x, at_us, a, e));
    for (size_t i = 0; i < f->n; i++)
        if (!x.v[i].row->waits && (!x.is || x.is[i])) x.v[(*n)++] = x.v[i];
    return RC_OK;
}
