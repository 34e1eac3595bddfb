/* One version of the rules, month end by month end: each a dry screen of its own, its subjects carried on. */
#include <stdlib.h>
#include "screen/backtest_int.h"

enum { BT_SUBJECTS_MAX = 1 << 30, BT_WHY_MAX = 1 << 16 };

/* Somebody for whom a rule was true, and whether that is still open: as in a kept screen, what cannot be judged any
 * more stays open, what is judged false is closed. */
struct subject {
    uint32_t household, person;
    uint16_t rule; /* of the backtest */
    uint16_t seen; /* turn in which it was last true or kept open; 0: never */
    bool open, now;
};

struct carrying {
    struct bt_run *r;
    struct backtest_version *v;
    struct bt_past *past;
    struct subject *subjects;
    size_t n, cap;
    struct map64 by_subject;
    /* of the present month */
    struct screening *sc;
    size_t month;
    uint16_t turn;     /* from 1: the month before the first, only to know what was open already */
    uint16_t *rule_of; /* rule of the screening -> rule of the backtest; UINT16_MAX: not asked */
    uint8_t *skip;     /* [rule of the screening][place]: not run */
};

static bool is_prelude(const struct carrying *c) { return c->turn == 1; }

/* ---------------------------------------------------------------- rules and places of the month */

static enum rc rule_number(struct bt_run *r, const struct screen_rule *x, uint16_t *out, struct err *e)
{
    struct backtest *b = r->b;
    *out = UINT16_MAX;
    if (!bt_wanted(r->o, x->name)) return RC_OK;
    for (*out = 0; *out < b->n_rules; ++*out)
        if (str_eq(b->rules[*out].name, x->name)) return RC_OK;
    if (b->n_rules == BACKTEST_RULES_MAX)
        return err_set(e, RC_INPUT, pos_none(), "more than %d rules at a time. Name fewer.",
                       "一次最多 %d 条规则。请少写几条。", (int)BACKTEST_RULES_MAX);
    struct backtest_rule *n = &b->rules[b->n_rules++];
    n->name = str_dup(&b->arena, x->name);
    n->label = str_dup(&b->arena, x->decl ? x->decl->label : x->name);
    return n->name.p && n->label.p ? RC_OK : err_nomem(e);
}

static struct backtest_not_run *not_run_of(struct carrying *c, uint16_t rule, const struct not_run *x)
{
    int64_t division = c->sc->w.places[x->place].division;
    for (size_t i = 0; i < c->v->n_not_run; i++) {
        struct backtest_not_run *y = &c->v->not_run[i];
        if (y->rule == rule && y->division == division && str_eq(y->param, x->param)) return y;
    }
    const struct backtest_form *form = &c->r->o->form[c->v - c->r->b->v];
    struct backtest_not_run y = {.rule = rule, .division = division, .param = str_dup(&c->r->b->arena, x->param)};
    y.decl = policy_find(form->policy, D_PARAM, x->param, &c->sc->w.places[x->place], c->sc->w.as_of);
    if (!y.param.p || !screen_push(c->v->not_run, c->v->n_not_run, c->v->cap_not_run, y)) return NULL;
    return &c->v->not_run[c->v->n_not_run - 1];
}

/* By rule and place; households of a rule and place once, however many parameters are empty. */
static enum rc note_not_run(struct carrying *c, struct backtest_month *m, struct err *e)
{
    const struct screening *sc = c->sc;
    for (size_t i = 0; i < sc->n_skipped; i++) {
        const struct not_run *x = &sc->skipped[i];
        uint16_t rule = c->rule_of[x->rule];
        if (rule == UINT16_MAX) continue;
        uint8_t *skip = &c->skip[(size_t)x->rule * sc->w.n_places + x->place];
        if (!*skip) m->not_run += x->households;
        *skip = 1;
        if (is_prelude(c)) continue;
        struct backtest_not_run *y = not_run_of(c, rule, x);
        if (!y) return err_nomem(e);
        y->months++;
        if (x->households > y->households) y->households = x->households;
    }
    return RC_OK;
}

static enum rc begin_month(struct carrying *c, struct backtest_month *m, struct err *e)
{
    const struct screening *sc = c->sc;
    c->rule_of = ARENA_ARRAY(&c->sc->arena, uint16_t, sc->n_rules + 1);
    c->skip = ARENA_ARRAY(&c->sc->arena, uint8_t, sc->n_rules * sc->w.n_places + 1);
    if (!c->rule_of || !c->skip) return err_nomem(e);
    for (size_t i = 0; i < sc->n_rules; i++) TRY(rule_number(c->r, &sc->rules[i], &c->rule_of[i], e));
    m->households = sc->w.n_households;
    return note_not_run(c, m, e);
}

/* ---------------------------------------------------------------- subjects */

static struct subject *subject_of(struct carrying *c, const struct finding *f)
{
    uint16_t rule = c->rule_of[f->rule];
    uint64_t key = subject_key(rule, f->household, f->person);
    uint32_t i = map64_get(&c->by_subject, key);
    if (i != UINT32_MAX) return &c->subjects[i];
    struct subject s = {.household = f->household, .person = f->person, .rule = rule};
    if (!screen_push(c->subjects, c->n, c->cap, s) || !map64_put(&c->by_subject, key, (uint32_t)c->n - 1)) return NULL;
    return &c->subjects[c->n - 1];
}

static enum rc take_true(struct carrying *c, const struct finding *f, struct err *e)
{
    struct subject *s = subject_of(c, f);
    if (!s) return err_nomem(e);
    uint32_t row = household_row(&c->sc->w, f->household);
    bool fresh = !s->open && !is_prelude(c);
    s->household = f->household; /* a member may have moved */
    s->open = s->now = true;
    s->seen = c->turn;
    if (!fresh) return RC_OK;
    struct backtest_alert a = {.household = f->household,
                               .person = f->person,
                               .rule = s->rule,
                               .month = (uint16_t)c->month,
                               .division = row == UINT32_MAX ? 0 : c->sc->w.frame.division[row]};
    uint32_t house = map64_get(&c->r->by_household, f->household);
    if (house != UINT32_MAX) bt_set(c->past[house].alert, c->month);
    return screen_push(c->v->alerts, c->v->n_alerts, c->v->cap_alerts, a) ? RC_OK : err_nomem(e);
}

static void take_unknown(struct carrying *c, const struct finding *f)
{
    uint32_t i = map64_get(&c->by_subject, subject_key(c->rule_of[f->rule], f->household, f->person));
    uint32_t house = map64_get(&c->r->by_household, f->household);
    if (i != UINT32_MAX) c->subjects[i].now = false;
    if (i != UINT32_MAX && c->subjects[i].open) c->subjects[i].seen = c->turn;
    if (house != UINT32_MAX && !is_prelude(c)) bt_set(c->past[house].blind, c->month);
}

/* The rule of the screening with this number in the backtest; UINT16_MAX: in force nowhere this month. */
static uint16_t rule_here_of(const struct carrying *c, uint16_t rule)
{
    for (size_t i = 0; i < c->sc->n_rules; i++)
        if (c->rule_of[i] == rule) return (uint16_t)i;
    return UINT16_MAX;
}

static bool is_skipped(const struct carrying *c, uint16_t rule, uint32_t row)
{
    return c->skip[(size_t)rule * c->sc->w.n_places + c->sc->w.frame.place[row]];
}

/* Open, and neither true nor unknown now: still open only where the rule was not run. */
static bool stays_open(const struct carrying *c, const struct subject *s)
{
    const struct world *w = &c->sc->w;
    uint32_t row = s->person ? UINT32_MAX : household_row(w, s->household);
    uint16_t rule = rule_here_of(c, s->rule);
    uint32_t member = s->person ? world_row_of(w, s->person) : UINT32_MAX;
    if (member != UINT32_MAX) row = w->tables[TABLE_PERSON].owner[member];
    return row != UINT32_MAX && rule != UINT16_MAX && rule_here(c->sc, row, rule)->decl && is_skipped(c, rule, row);
}

static void close_rest(struct carrying *c)
{
    for (size_t i = 0; i < c->n; i++) {
        struct subject *s = &c->subjects[i];
        if (s->seen != c->turn) {
            s->now = false;
            s->open = s->open && stays_open(c, s);
            if (s->open) s->seen = c->turn;
        }
        uint32_t house = s->open && !is_prelude(c) ? map64_get(&c->r->by_household, s->household) : UINT32_MAX;
        if (house != UINT32_MAX) bt_set(c->past[house].open, c->month);
    }
}

/* ---------------------------------------------------------------- households with a decision */

/* Was it judged at all, and by every rule in force there? */
static void look_at(struct carrying *c, size_t house)
{
    uint32_t row = household_row(&c->sc->w, c->r->houses[house]);
    struct bt_past *p = &c->past[house];
    if (row == UINT32_MAX) { /* not on the roster by then */
        bt_set(p->blind, c->month);
        bt_set(p->judged, c->month);
        return;
    }
    for (uint16_t i = 0; i < c->sc->n_rules; i++) {
        if (c->rule_of[i] == UINT16_MAX || !rule_here(c->sc, row, i)->decl) continue;
        bt_set(p->judged, c->month);
        if (is_skipped(c, i, row)) bt_set(p->blind, c->month);
    }
}

/* ---------------------------------------------------------------- reasons */

static enum rc add_why(struct backtest_version *v, reason r, uint64_t subjects, struct err *e)
{
    size_t i = 0;
    while (i < v->n_why && v->why[i].r != r) i++;
    if (i == BT_WHY_MAX) return RC_OK; /* the first ones are enough to name */
    struct backtest_why w = {r, 0};
    if (i == v->n_why && !screen_push(v->why, v->n_why, v->cap_why, w)) return err_nomem(e);
    v->why[i].subjects += subjects;
    return RC_OK;
}

static enum rc note_why(struct carrying *c, struct err *e)
{
    const struct screening *sc = c->sc;
    for (size_t i = 0; i < sc->n_unjudged; i++) {
        const reason *v;
        if (c->rule_of[sc->unjudged[i].rule] == UINT16_MAX) continue;
        size_t n = reasons_get(sc->w.reasons, sc->unjudged[i].why, &v);
        for (size_t k = 0; k < n; k++) TRY(add_why(c->v, v[k], sc->unjudged[i].subjects, e));
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- a month */

static enum rc take_month(struct carrying *c, struct backtest_month *m, struct err *e)
{
    const struct screening *sc = c->sc;
    TRY(begin_month(c, m, e));
    for (size_t i = 0; i < sc->n_findings; i++) {
        if (c->rule_of[sc->findings[i].rule] == UINT16_MAX) continue;
        m->open++;
        TRY(take_true(c, &sc->findings[i], e));
    }
    for (size_t i = 0; i < sc->n_unknowns; i++) {
        if (c->rule_of[sc->unknowns[i].rule] == UINT16_MAX) continue;
        m->unjudged++;
        take_unknown(c, &sc->unknowns[i]);
    }
    close_rest(c);
    if (is_prelude(c)) return RC_OK;
    for (size_t i = 0; i < c->r->n_houses; i++) look_at(c, i);
    return note_why(c, e);
}

static enum rc screen_month(struct carrying *c, const struct backtest_form *form, struct backtest_month *m,
                            struct err *e)
{
    static const uint8_t no_hash[SCREEN_HASH_BYTES] = {0};
    struct bt_run *r = c->r;
    struct screening sc;
    c->turn++;
    m->known_at = m->as_of + r->b->wait_days;
    struct diags again; /* what the books' first compilation has said already */
    diags_init(&again, &r->b->arena, r->d->lang);
    struct screen_options so = {.as_of = m->as_of,
                                .known_at = m->known_at,
                                .with_unknown = true,
                                .threads = r->o->threads,
                                .dry = true,
                                .only = r->only,
                                .n_only = r->o->n_rules,
                                .alone = true,
                                .as_if = r->b->as_if ? &r->as_if : NULL};
    enum rc rc = screen_run(&sc, r->s, form->policy, no_hash, r->divs, &so, &again, e);
    c->sc = &sc;
    if (!rc) rc = take_month(c, m, e);
    c->sc = NULL;
    screening_free(&sc);
    return rc;
}

static enum rc keep_now(struct carrying *c, struct err *e)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct subject *s = &c->subjects[i];
        struct finding f = {.household = s->household,
                            .person = s->person,
                            .rule = s->rule,
                            .verdict = VERDICT_TRUE,
                            .state = FS_STILL};
        if (s->now && !screen_push(c->v->now, c->v->n_now, c->v->cap_now, f)) return err_nomem(e);
    }
    findings_sort(c->v->now, c->v->n_now);
    return RC_OK;
}

static date_day end_of(const struct bt_run *r, int32_t month)
{
    return date_month_end(date_of_month_index(r->o->first_month + month));
}

/* What was open at the end of the month before is no alert of the first one. */
static enum rc all_months(struct carrying *c, const struct backtest_form *form, struct err *e)
{
    struct backtest *b = c->r->b;
    struct backtest_month before = {.as_of = end_of(c->r, -1)};
    c->v->months = ARENA_ARRAY(&b->arena, struct backtest_month, b->n_months + 1);
    if (!c->v->months) return err_nomem(e);
    policy_set_events(form->policy, form->events, form->n_events);
    TRY(screen_month(c, form, &before, e));
    b->cold = b->cold || !before.households || (!before.open && before.unjudged);
    for (c->month = 0; c->month < b->n_months; c->month++) {
        c->v->months[c->month].as_of = end_of(c->r, (int32_t)c->month);
        TRY(screen_month(c, form, &c->v->months[c->month], e));
    }
    return keep_now(c, e);
}

enum rc bt_months(struct bt_run *r, size_t version, struct err *e)
{
    struct carrying c = {.r = r, .v = &r->b->v[version], .past = r->past[version]};
    map64_init(&c.by_subject);
    enum rc rc = all_months(&c, &r->o->form[version], e);
    map64_fini(&c.by_subject);
    mem_free(c.subjects);
    return rc;
}
