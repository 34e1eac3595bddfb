/* What measures give those who enter and leave. */
#include "screen/live_int.h"

/* Amounts of a side, by environment and output of its `gives`. */
struct amounts {
    const struct side *s;
    struct outcol **outs;
};

static void amounts_free(struct amounts *m)
{
    for (size_t k = 0; m->outs && k < m->s->n_env; k++) {
        const struct program *p = m->s->env[k].gives.program;
        for (size_t i = 0; m->outs[k] && i < p->n_outputs; i++) outcol_fini(&m->outs[k][i]);
        mem_free(m->outs[k]);
    }
    mem_free(m->outs);
}

static enum rc run_gives(struct live *l, const struct side *s, size_t k, struct outcol *outs, struct diags *d,
                         struct err *e)
{
    const struct program *p = s->env[k].gives.program;
    struct vm_options o = {.threads = l->o.threads};
    struct arena arena;
    struct ptable pt;
    arena_init(&arena, LIVE_ARENA_MAX);
    enum rc rc = rules_ptable(s->policy, p, s->places, s->frame.n_places, &arena, &pt, d, e);
    if (!rc) rc = vm_run(p, &s->frame, &pt, &o, outs, e);
    arena_fini(&arena);
    return rc;
}

static enum rc find_amounts(struct live *l, const struct side *s, struct amounts *m, struct diags *d, struct err *e)
{
    *m = (struct amounts){s, mem_zalloc_array(s->n_env + 1, sizeof *m->outs)};
    if (!m->outs) return err_nomem(e);
    for (size_t k = 0; k < s->n_env; k++) {
        size_t n = s->env[k].gives.program->n_outputs;
        if (!n) continue;
        m->outs[k] = mem_zalloc_array(n, sizeof **m->outs);
        if (!m->outs[k]) return err_nomem(e);
        TRY(run_gives(l, s, k, m->outs[k], d, e));
    }
    return RC_OK;
}

/* The output that says what the measure gives where the household lives; SIZE_MAX: nothing. */
static size_t gives_at(const struct side *s, const struct decl *measure, size_t env)
{
    const struct program *p = s->env[env].gives.program;
    for (size_t i = 0; i < p->n_outputs; i++)
        if (str_eq(p->outputs[i].name, measure->name.text)) return i;
    return SIZE_MAX;
}

static void add_amount(const struct live *l, const struct amounts *m, const struct decl *measure,
                       const struct live_move *v, struct live_money *money)
{
    size_t env = m->s->env_of_place[m->s->frame.place[v->household_row]], out = gives_at(m->s, measure, env);
    int64_t fen;
    if (out == SIZE_MAX) {
        money->none++;
        return;
    }
    const struct outcol *c = &m->outs[env][out];
    struct value x = outcol_get(c, v->person ? world_row_of(&l->w, v->person) : v->household_row);
    bool exact = x.st == ST_EXACT && (c->rep != REP_FRAC || frac_round(x.n, x.d, 100, &fen));
    if (exact && c->rep != REP_FRAC) fen = x.v;
    if (x.st == ST_ABSENT) money->none++;
    else if (!exact) money->unknown++;
    else money->known++, money->sum += fen;
}

static bool has_gives(const struct decl *d) { return d && d->kind == D_MEASURE && d->u.measure.gives; }

static bool any_money(const struct live_answer *a)
{
    bool any = false;
    for (size_t i = 0; i < a->n_rules; i++) {
        struct live_rule *r = &a->rules[i];
        r->has_money = has_gives(r->before) || has_gives(r->after);
        any = any || (r->has_money && (r->findings.enters || r->findings.leaves));
    }
    return any;
}

enum rc answer_money(struct live *l, const struct side *after, struct live_answer *a, struct diags *d, struct err *e)
{
    struct amounts was = {0}, will = {0};
    if (!any_money(a)) return RC_OK;
    enum rc rc = find_amounts(l, after, &will, d, e);
    policy_set_events(l->policy, l->o.settings, l->o.n_settings);
    if (!rc) rc = find_amounts(l, &l->base, &was, d, e);
    for (size_t i = 0; !rc && i < a->n_moves; i++) {
        const struct live_move *m = &a->moves[i];
        struct live_rule *r = &a->rules[m->rule];
        if (r->has_money && m->after == LIVE_TRUE) add_amount(l, &will, r->after, m, &r->enters);
        if (r->has_money && m->before == LIVE_TRUE) add_amount(l, &was, r->before, m, &r->leaves);
    }
    amounts_free(&will);
    amounts_free(&was);
    return rc;
}
