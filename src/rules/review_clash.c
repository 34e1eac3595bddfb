/* Declarations that cannot both be right: entitlement and receipt that exclude each other, a measure suggested to those
 * who never qualify, clauses of a dataset that no row can meet together. What holds in one environment only is no
 * clash. */
#include "base/mem.h"
#include "rules/review_int.h"

enum { REFUTED = UINT32_MAX - 1, INDEX_BITS = 28, CLAUSES_MAX = 1 << (INDEX_BITS / 2) };

static size_t index_of(const struct review *r, const struct decl *d)
{
    size_t i = 0;
    while (i < r->bs->n_decls && r->bs->decls[i] != d) i++;
    return i;
}

static uint64_t question(enum clash_kind kind, size_t one, size_t two)
{
    return (uint64_t)kind << 2 * INDEX_BITS | (uint64_t)one << INDEX_BITS | (uint64_t)two;
}

static bool is_open(const struct review *r, uint64_t key) { return map64_get(&r->clash_at, key) != REFUTED; }

static void answer(struct review *r, uint64_t key, bool clash, struct review_clash what)
{
    uint32_t at = map64_get(&r->clash_at, key);
    arena_reset(&r->scratch);
    if (at != UINT32_MAX && clash) return;
    if (at != UINT32_MAX) r->clashes.v[at].refuted = true;
    bool kept = !clash || vec_push(&r->clashes, REVIEW_MAX, what);
    if (!kept || !map64_put(&r->clash_at, key, clash ? (uint32_t)r->clashes.n - 1 : REFUTED)) r->nomem = true;
}

/* ---------------------------------------------------------------- one measure */

static const struct tx *side(const struct watch *types, const struct expr *x)
{
    return x && x->id < types->n ? types->v[x->id] : NULL;
}

static void see_measure(struct review *r, const struct decl *d, const struct watch *types)
{
    const struct measure_decl *m = &d->u.measure;
    const struct tx *eligible = side(types, m->eligible), *enrolled = side(types, m->enrolled);
    const struct tx *kept = side(types, m->kept);
    size_t i = index_of(r, d);
    uint64_t key = question(CLASH_RECEIVED, i, 0);
    if (eligible && enrolled && is_open(r, key))
        answer(r, key, !certain_both(&r->scratch, eligible, enrolled, true),
               (struct review_clash){.kind = CLASH_RECEIVED, .one = d, .at = d->at});
    key = question(CLASH_KEPT, i, 0);
    if (kept && enrolled && is_open(r, key))
        answer(r, key, !certain_both(&r->scratch, enrolled, kept, true),
               (struct review_clash){.kind = CLASH_KEPT, .one = d, .at = m->kept->from});
}

/* ---------------------------------------------------------------- a rule and what it suggests */

static bool suggests(const struct decl *rule, const struct decl *measure, struct pos *at)
{
    const struct name_list *v = &rule->u.rule.suggest;
    for (size_t i = 0; i < v->n; i++) {
        if (!str_eq(v->v[i].text, measure->name.text)) continue;
        *at = v->v[i].at;
        return true;
    }
    return false;
}

static void see_suggestion(struct review *r, const struct tx_output *x, const struct tx_output *y,
                           const struct watch *types)
{
    const struct tx *eligible = side(types, y->decl->u.measure.eligible);
    struct pos at;
    if (!eligible || x->table != y->table || !suggests(x->decl, y->decl, &at)) return;
    uint64_t key = question(CLASH_SUGGESTED, index_of(r, x->decl), index_of(r, y->decl));
    if (is_open(r, key))
        answer(r, key, !certain_both(&r->scratch, x->when, eligible, true),
               (struct review_clash){CLASH_SUGGESTED, x->decl, y->decl, at, y->decl->at, false});
}

/* ---------------------------------------------------------------- clauses of a dataset */

static bool same_place(struct pos a, struct pos b) { return a.file == b.file && a.line == b.line && a.col == b.col; }

/* Which `require` of which dataset an output tells of; false: of none. */
static bool clause_of(const struct review *r, const struct tx_output *o, size_t *dataset, size_t *clause)
{
    for (*dataset = 0; *dataset < r->bs->n_decls; ++*dataset) {
        const struct decl *d = r->bs->decls[*dataset];
        if (d->kind != D_DATASET) continue;
        for (*clause = 0; *clause < d->u.dataset.n_requires && *clause < CLAUSES_MAX; ++*clause)
            if (same_place(d->u.dataset.requires[*clause].at, o->decl->at)) return true;
    }
    return false;
}

static void see_clauses(struct review *r, const struct tx_output *x, const struct tx_output *y)
{
    size_t dataset, other, i, j;
    if (!clause_of(r, x, &dataset, &i) || !clause_of(r, y, &other, &j) || dataset != other || i >= j) return;
    const struct decl *d = r->bs->decls[dataset];
    uint64_t key = question(CLASH_REQUIRED, dataset, i * CLAUSES_MAX + j);
    if (is_open(r, key))
        answer(r, key, !certain_both(&r->scratch, x->when, y->when, false),
               (struct review_clash){CLASH_REQUIRED, d, d, y->decl->at, x->decl->at, false});
}

/* ---------------------------------------------------------------- whole */

static bool is_check(const struct tx_output *o)
{
    return o->kind == OUT_RULE && o->decl->name.text.n && !o->decl->u.rule.when;
}

void review_clashes(struct review *r, const struct compiled *c, const struct watch *types)
{
    for (size_t i = 0; i < c->n_outputs; i++) {
        const struct tx_output *x = &c->outputs[i];
        if (x->kind == OUT_NOT_RECEIVED) see_measure(r, x->decl, types);
        for (size_t j = 0; j < c->n_outputs; j++) {
            const struct tx_output *y = &c->outputs[j];
            if (i == j || x->kind != OUT_RULE) continue;
            if (is_check(x) && is_check(y) && x->table == y->table) see_clauses(r, x, y);
            if (!is_check(x) && y->kind == OUT_NOT_RECEIVED) see_suggestion(r, x, y, types);
        }
    }
}
