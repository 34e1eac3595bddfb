/* Conditions seen in every environment, and what they can be in any of them. */
#include "rules/review_int.h"
#include "base/limits.h"
#include "base/mem.h"

enum { REVIEW_DEPTH_MAX = 256 };

struct review *review_new(const struct books *bs, struct arena *a)
{
    struct review *r = ARENA_NEW(a, struct review);
    if (!r) return NULL;
    *r = (struct review){.bs = bs, .a = a};
    arena_init(&r->scratch, MIB(256));
    map64_init(&r->visited);
    map64_init(&r->clash_at);
    return r;
}

void review_free(struct review *r)
{
    if (!r) return;
    map64_fini(&r->visited);
    map64_fini(&r->clash_at);
    vec_fini(&r->clashes);
    vec_fini(&r->conditions);
    vec_fini(&r->rows);
    vec_fini(&r->rules);
    arena_fini(&r->scratch);
}

/* ---------------------------------------------------------------- one condition */

static struct review_condition *condition_of(struct review *r, const void *what)
{
    for (size_t i = 0; i < r->conditions.n; i++)
        if (r->conditions.v[i].what == what) return &r->conditions.v[i];
    if (!vec_push(&r->conditions, REVIEW_MAX, (struct review_condition){.what = what})) {
        r->nomem = true;
        return NULL;
    }
    return &r->conditions.v[r->conditions.n - 1];
}

static void see(struct review *r, enum review_kind kind, const void *what, const struct decl *owner, struct pos at,
                const struct tx *t)
{
    struct review_condition *c = condition_of(r, what);
    if (!c) return;
    c->kind = kind, c->owner = owner, c->at = at;
    c->may_be_true = c->may_be_true || certain_may(&r->scratch, t, true);
    c->may_be_false = c->may_be_false || certain_may(&r->scratch, t, false);
    arena_reset(&r->scratch);
}

/* ---------------------------------------------------------------- parts of expressions */

static void walk(struct review *r, const struct tx *t, unsigned depth);

static bool row_may_match(struct review *r, const struct tx_trow *row, size_t n_keys)
{
    for (size_t k = 0; k < n_keys; k++)
        if (row->keys[k] && !certain_may(&r->scratch, row->keys[k], true)) return false;
    return true;
}

/* Merged tables copy their rows; the value is the same expression in all of them. */
static struct review_row *row_of(struct review *r, const struct expr *what)
{
    for (size_t i = 0; i < r->rows.n; i++)
        if (r->rows.v[i].what == what) return &r->rows.v[i];
    if (!vec_push(&r->rows, REVIEW_MAX, (struct review_row){.what = what})) {
        r->nomem = true;
        return NULL;
    }
    return &r->rows.v[r->rows.n - 1];
}

/* One key of codes, and every code has a row: nothing is left for else. */
static bool else_is_left(struct review *r, const struct tx *t)
{
    if (t->n_parts != 1 || t->parts[0]->ty.kind != T_CODES || t->parts[0]->ty.codes->u.codes.n > 64) return true;
    uint64_t left = 0;
    size_t n = t->parts[0]->ty.codes->u.codes.n;
    for (size_t code = 0; code < n; code++) left |= UINT64_C(1) << code;
    for (size_t i = 0; i < t->n_trows; i++) {
        const struct tx *k = t->trows[i].is_else ? NULL : t->trows[i].keys[0];
        if (k && k->kind == TX_IN_SET && k->b->kind == TX_CONST) left &= ~(uint64_t)k->b->v;
        if (k && k->kind == TX_BINARY && k->op == OP_EQ && k->b->kind == TX_CONST) left &= ~(UINT64_C(1) << k->b->v);
    }
    arena_reset(&r->scratch);
    return left != 0;
}

static void see_table(struct review *r, const struct tx *t)
{
    const struct table_decl *d = &t->decl->u.table;
    for (size_t i = 0; i < t->n_trows && i < d->n_rows; i++) {
        struct review_row *row = row_of(r, d->rows[i].value);
        if (!row) return;
        row->owner = t->decl, row->at = d->rows[i].at, row->is_else = d->rows[i].is_else;
        row->reached = row->reached ||
                       (d->rows[i].is_else ? else_is_left(r, t) : row_may_match(r, &t->trows[i], t->n_parts));
    }
    arena_reset(&r->scratch);
}

static void walk_agg(struct review *r, const struct tx *t, unsigned depth)
{
    if (t->agg.where && t->agg.where->src)
        see(r, REVIEW_WHERE, t->agg.where->src, NULL, t->agg.where->src->from, t->agg.where);
    for (size_t i = 0; i < t->agg.n_steps; i++)
        if (t->agg.steps[i].anchor) walk(r, t->agg.steps[i].anchor, depth);
    if (t->agg.where) walk(r, t->agg.where, depth);
    if (t->agg.value) walk(r, t->agg.value, depth);
    if (t->agg.own) walk(r, t->agg.own, depth);
}

static void walk_lists(struct review *r, const struct tx *t, unsigned depth)
{
    for (size_t i = 0; i < t->n_parts; i++) walk(r, t->parts[i], depth);
    for (size_t i = 0; i < t->n_items; i++)
        if (t->items[i].when) walk(r, t->items[i].when, depth);
    for (size_t i = 0; i < t->n_trows; i++)
        if (t->trows[i].value) walk(r, t->trows[i].value, depth);
}

static void walk(struct review *r, const struct tx *t, unsigned depth)
{
    if (depth > REVIEW_DEPTH_MAX || map64_get(&r->visited, (uint64_t)(uintptr_t)t) != UINT32_MAX) return;
    if (!map64_put(&r->visited, (uint64_t)(uintptr_t)t, 0)) {
        r->nomem = true;
        return;
    }
    depth++;
    if (t->kind == TX_IF && t->c && t->c->src) see(r, REVIEW_IF, t->c->src, NULL, t->c->src->from, t->c);
    if (t->kind == TX_TABLE) see_table(r, t);
    if (t->kind == TX_AGG) {
        walk_agg(r, t, depth);
        return;
    }
    if (t->a) walk(r, t->a, depth);
    if (t->b) walk(r, t->b, depth);
    if (t->c) walk(r, t->c, depth);
    walk_lists(r, t, depth);
}

/* ---------------------------------------------------------------- rules beside each other */

static struct review_pair *pair_of(struct review *r, const struct decl *one, const struct decl *other)
{
    for (size_t i = 0; i < r->rules.n; i++)
        if (r->rules.v[i].one == one && r->rules.v[i].other == other) return &r->rules.v[i];
    if (!vec_push(&r->rules, REVIEW_MAX, (struct review_pair){.one = one, .other = other, .always = true})) {
        r->nomem = true;
        return NULL;
    }
    return &r->rules.v[r->rules.n - 1];
}

static bool of_books(const struct review *r, const struct decl *d)
{
    for (size_t i = 0; i < r->bs->n_decls; i++)
        if (r->bs->decls[i] == d) return true;
    return false;
}

static void see_pair(struct review *r, const struct tx_output *x, const struct tx_output *y)
{
    if (x->table != y->table || x->decl->u.rule.kind != y->decl->u.rule.kind) return;
    bool implied = certain_implies(&r->scratch, x->when, y->when);
    arena_reset(&r->scratch);
    struct review_pair *p = NULL;
    for (size_t i = 0; i < r->rules.n && !p; i++)
        if (r->rules.v[i].one == x->decl && r->rules.v[i].other == y->decl) p = &r->rules.v[i];
    if (!p && (!implied || r->environments)) return; /* not implied in an earlier environment */
    if (!p && !(p = pair_of(r, x->decl, y->decl))) return;
    p->always = p->always && implied;
}

static void see_pairs(struct review *r, const struct compiled *c)
{
    for (size_t i = 0; i < c->n_outputs; i++)
        for (size_t j = 0; j < c->n_outputs; j++) {
            const struct tx_output *x = &c->outputs[i], *y = &c->outputs[j];
            if (i != j && x->kind == OUT_RULE && y->kind == OUT_RULE && of_books(r, x->decl) && of_books(r, y->decl))
                see_pair(r, x, y);
        }
}

/* ---------------------------------------------------------------- whole */

static void see_side(struct review *r, const struct decl *d, const struct expr *side, enum review_kind kind,
                     const struct watch *types)
{
    const struct tx *t = side && side->id < types->n ? types->v[side->id] : NULL;
    if (t) see(r, kind, side, d, side->from, t);
}

enum rc review_add(struct review *r, const struct compiled *c, struct watch types, struct err *e)
{
    map64_fini(&r->visited);
    map64_init(&r->visited);
    for (size_t i = 0; i < c->n_outputs; i++) {
        const struct tx_output *o = &c->outputs[i];
        if (o->kind == OUT_RULE && of_books(r, o->decl)) see(r, REVIEW_RULE, o->decl, o->decl, o->decl->at, o->when);
        if (o->kind == OUT_NOT_RECEIVED) {
            const struct measure_decl *m = &o->decl->u.measure;
            see_side(r, o->decl, m->eligible, REVIEW_ELIGIBLE, &types);
            see_side(r, o->decl, m->enrolled, REVIEW_ENROLLED, &types);
            see_side(r, o->decl, m->kept, REVIEW_KEPT, &types);
        }
        walk(r, o->when, 0);
    }
    see_pairs(r, c);
    review_clashes(r, c, &types);
    r->environments++;
    return r->nomem ? err_nomem(e) : RC_OK;
}
