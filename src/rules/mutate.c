/* Mutants of expressions and of the declarations that hold them. */
#include "rules/mutate_int.h"
#include "base/mem.h"

/* ---------------------------------------------------------------- one change */

struct expr *mutator_copy(struct mutator *m, const struct expr *e)
{
    struct expr *x = ARENA_NEW(m->arena, struct expr);
    if (x) *x = *e;
    else m->nomem = true;
    return x;
}

void mutator_add(struct mutator *m, enum mutation kind, const struct expr *shown, struct pos at, void *target,
                 const void *with, size_t size)
{
    void *copy = arena_alloc(m->arena, size);
    struct mutant x = {.kind = kind,
                       .owner = m->owner,
                       .root = m->root,
                       .shown = shown,
                       .row = m->row,
                       .at = at,
                       .target = target,
                       .with = copy,
                       .size = size};
    if (copy) memcpy(copy, with, size);
    if (!copy || !vec_push(&m->out->list, MUTANTS_MAX, x)) m->nomem = true;
}

void mutator_expr(struct mutator *m, enum mutation kind, const struct expr *shown, struct expr *e,
                  const struct expr *with)
{
    mutator_add(m, kind, shown ? shown : e, e->at, e, with, sizeof *e);
}

void mutant_swap(const struct mutant *m)
{
    unsigned char *a = m->target, *b = m->with;
    for (size_t i = 0; i < m->size; i++) {
        unsigned char c = a[i];
        a[i] = b[i];
        b[i] = c;
    }
}

void mutant_print(const struct mutant *m, struct buf *out)
{
    if (m->row) table_row_print(m->row, out);
    else if (m->shown) expr_print(m->shown, out);
}

void mutants_free(struct mutants *m) { vec_fini(&m->list); }

/* ---------------------------------------------------------------- operators */

static void visit(struct mutator *m, struct expr *e, const struct expr *shown, unsigned depth);

static void change_op(struct mutator *m, struct expr *e, const struct expr *shown, enum mutation kind, enum binop op)
{
    struct expr x = *e;
    x.u.bin.op = op;
    mutator_expr(m, kind, shown, e, &x);
}

static void compare(struct mutator *m, struct expr *e, const struct expr *shown)
{
    static const enum binop
        close[BINOP__MAX] = {[OP_LT] = OP_LE, [OP_LE] = OP_LT, [OP_GT] = OP_GE, [OP_GE] = OP_GT},
        turned[BINOP__MAX] = {
            [OP_LT] = OP_GT, [OP_LE] = OP_GT, [OP_GT] = OP_LT, [OP_GE] = OP_LT, [OP_EQ] = OP_NE, [OP_NE] = OP_EQ};
    if (close[e->u.bin.op]) change_op(m, e, shown, MU_COMPARE, close[e->u.bin.op]);
    change_op(m, e, shown, MU_COMPARE, turned[e->u.bin.op]);
}

static void binary(struct mutator *m, struct expr *e, const struct expr *shown)
{
    switch (e->u.bin.op) {
    case OP_AND:
    case OP_OR:
        change_op(m, e, shown, MU_LOGIC, e->u.bin.op == OP_AND ? OP_OR : OP_AND);
        mutator_expr(m, MU_ARM, shown, e, e->u.bin.a);
        mutator_expr(m, MU_ARM, shown, e, e->u.bin.b);
        return;
    case OP_ADD: change_op(m, e, shown, MU_SIGN, OP_SUB); return;
    case OP_SUB: change_op(m, e, shown, MU_SIGN, OP_ADD); return;
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
    case OP_EQ:
    case OP_NE: compare(m, e, shown); return;
    default: return;
    }
}

static void binary_parts(struct mutator *m, struct expr *e, const struct expr *shown, unsigned depth)
{
    bool logic = e->u.bin.op == OP_AND || e->u.bin.op == OP_OR;
    binary(m, e, shown);
    if (logic) shown = NULL;
    visit(m, e->u.bin.a, shown, depth);
    struct expr *b = e->u.bin.b;
    if (b->kind != E_RANGE) {
        visit(m, b, shown, depth);
        return;
    }
    if (b->u.range.hi) {
        struct expr x = *b;
        x.u.range.hi_open_end = !b->u.range.hi_open_end;
        mutator_expr(m, MU_END, shown, b, &x);
    }
    if (b->u.range.lo) visit(m, b->u.range.lo, shown, depth);
    if (b->u.range.hi) visit(m, b->u.range.hi, shown, depth);
}

/* A condition that is no comparison and no `and` or `or` gets a `not`; these have changes of their own. */
static bool takes_not(const struct mutator *m, const struct expr *e)
{
    const struct tx *x = mutator_type(m, e);
    bool whole = e->kind == E_NAME || e->kind == E_DOT || e->kind == E_INDEX || e->kind == E_IS || e->kind == E_AGG ||
                 e->kind == E_WITHIN || e->kind == E_IN_PERIOD || e->kind == E_EVERY ||
                 (e->kind == E_BINARY && (e->u.bin.op == OP_HAS || e->u.bin.op == OP_IN));
    return whole && x && x->ty.kind == T_BOOL;
}

static void add_not(struct mutator *m, struct expr *e)
{
    struct expr x = {.kind = E_NOT, .at = e->at, .from = e->from, .id = e->id};
    if (takes_not(m, e) && (x.u.unary.a = mutator_copy(m, e))) mutator_expr(m, MU_NOT, e, e, &x);
}

/* ---------------------------------------------------------------- aggregates */

static bool is_window(const struct expr *e) { return e->kind == E_WITHIN || e->kind == E_IN_PERIOD; }

static struct expr *both(struct mutator *m, struct expr *a, struct expr *b, const struct expr *like)
{
    if (!a || !b) return a ? a : b;
    struct expr *x = mutator_copy(m, like);
    if (x) x->u.bin.a = a, x->u.bin.b = b;
    return x;
}

/* The windows of an `and`, and the rest of it. */
static void split(struct mutator *m, struct expr *e, struct expr **window, struct expr **rest, unsigned depth)
{
    if (e->kind == E_BINARY && e->u.bin.op == OP_AND && depth < EXPR_DEPTH_MAX) {
        struct expr *wa = NULL, *ra = NULL, *wb = NULL, *rb = NULL;
        split(m, e->u.bin.a, &wa, &ra, depth + 1);
        split(m, e->u.bin.b, &wb, &rb, depth + 1);
        *window = both(m, wa, wb, e);
        *rest = both(m, ra, rb, e);
    } else if (is_window(e)) {
        *window = e;
    } else {
        *rest = e;
    }
}

/* any(R where w and c) is all(c for R where w); any(R) has no such form. */
static void any_to_all(struct mutator *m, struct expr *e)
{
    struct expr x = *e;
    x.u.agg.kind = AGG_ALL;
    if (!e->u.agg.value) {
        struct expr *window = NULL, *rest = NULL;
        if (!e->u.agg.rows.where) return;
        split(m, e->u.agg.rows.where, &window, &rest, 0);
        x.u.agg.value = rest ? rest : window;
        x.u.agg.rows.where = rest ? window : NULL;
    }
    mutator_expr(m, MU_AGG, e, e, &x);
}

static void agg_to(struct mutator *m, struct expr *e, enum agg_kind kind)
{
    struct expr x = *e;
    x.u.agg.kind = kind;
    if (kind == AGG_COUNT) x.u.agg.value = NULL;
    mutator_expr(m, MU_AGG, e, e, &x);
}

static void aggregate(struct mutator *m, struct expr *e, unsigned depth)
{
    struct rows *r = &e->u.agg.rows;
    switch (e->u.agg.kind) {
    case AGG_SUM:
        agg_to(m, e, AGG_MAX);
        agg_to(m, e, AGG_COUNT);
        break;
    case AGG_ANY: any_to_all(m, e); break;
    case AGG_ALL: agg_to(m, e, AGG_ANY); break;
    case AGG_MIN: agg_to(m, e, AGG_MAX); break;
    case AGG_MAX: agg_to(m, e, AGG_MIN); break;
    default: break;
    }
    if (r->where && !(r->where->kind == E_BINARY && r->where->u.bin.op == OP_AND)) {
        struct expr x = *e;
        x.u.agg.rows.where = NULL;
        mutator_expr(m, MU_ARM, e, e, &x);
    }
    if (e->u.agg.value) visit(m, e->u.agg.value, NULL, depth);
    if (r->where) visit(m, r->where, NULL, depth);
}

/* ---------------------------------------------------------------- the rest of the tree */

static void unary(struct mutator *m, struct expr *e, const struct expr *shown, unsigned depth)
{
    struct expr *a = e->u.unary.a;
    if (e->kind == E_NEG) {
        visit(m, a, shown, depth);
        return;
    }
    mutator_expr(m, MU_NOT, e, e, a);
    size_t before = m->out->list.n;
    visit(m, a, NULL, depth);
    /* `not` of `not a` is what was just made. */
    if (m->out->list.n > before && takes_not(m, a) && m->out->list.v[before].kind == MU_NOT &&
        m->out->list.v[before].target == (void *)a) {
        for (size_t i = before + 1; i < m->out->list.n; i++) m->out->list.v[i - 1] = m->out->list.v[i];
        m->out->list.n--;
    }
}

static void window(struct mutator *m, struct expr *e, unsigned depth)
{
    if (e->kind == E_WITHIN) {
        visit(m, e->u.within.a, e, depth);
        visit(m, e->u.within.span, e, depth);
        if (e->u.within.ending) visit(m, e->u.within.ending, e, depth);
        return;
    }
    struct period *p = e->u.in_period.period;
    visit(m, e->u.in_period.a, e, depth);
    mutate_period(m, e, &e->u.in_period.period, e);
    if (p->kind != PK_SPAN) return;
    visit(m, p->lo, e, depth);
    visit(m, p->hi, e, depth);
    if (p->from) visit(m, p->from, e, depth);
}

static void pair(struct mutator *m, struct expr *e, const struct expr *shown, unsigned depth)
{
    struct expr x = *e;
    x.u.pair.least = !e->u.pair.least;
    mutator_expr(m, MU_EXTREME, shown, e, &x);
    visit(m, e->u.pair.a, shown, depth);
    visit(m, e->u.pair.b, shown, depth);
}

static void index_parts(struct mutator *m, struct expr *e, const struct expr *shown, unsigned depth)
{
    mutate_name(m, e, shown ? shown : e);
    for (size_t i = 0; i < e->u.index.n; i++) visit(m, e->u.index.args[i], shown ? shown : e, depth);
    if (e->u.index.period) mutate_period(m, e, &e->u.index.period, shown ? shown : e);
}

static void set_parts(struct mutator *m, struct expr *e, const struct expr *shown, unsigned depth)
{
    mutate_set(m, e, shown ? shown : e);
    for (size_t i = 0; i < e->u.set.n; i++)
        if (e->u.set.v[i].when) visit(m, e->u.set.v[i].when, NULL, depth);
}

static void parts(struct mutator *m, struct expr *e, const struct expr *shown, unsigned depth)
{
    switch (e->kind) {
    case E_NUMBER: mutate_number(m, e, shown); break;
    case E_DATE:
    case E_BOOL: mutate_literal(m, e, shown); break;
    case E_NAME: mutate_name(m, e, shown); break;
    case E_DOT:
        mutate_name(m, e, shown);
        visit(m, e->u.dot.left, shown, depth);
        break;
    case E_INDEX: index_parts(m, e, shown, depth); break;
    case E_NOT:
    case E_NEG: unary(m, e, shown, depth); break;
    case E_BINARY: binary_parts(m, e, shown, depth); break;
    case E_IS: visit(m, e->u.is.a, e, depth); break;
    case E_WITHIN:
    case E_IN_PERIOD: window(m, e, depth); break;
    case E_IF:
        visit(m, e->u.cond.c, NULL, depth);
        visit(m, e->u.cond.a, NULL, depth);
        visit(m, e->u.cond.b, NULL, depth);
        break;
    case E_EVERY:
        visit(m, e->u.every.count, e, depth);
        visit(m, e->u.every.body, NULL, depth);
        break;
    case E_SET: set_parts(m, e, shown, depth); break;
    case E_PAIR: pair(m, e, shown, depth); break;
    case E_AGG: aggregate(m, e, depth); break;
    case E_CALL:
        for (size_t i = 0; i < e->u.call.n; i++) visit(m, e->u.call.args[i], shown ? shown : e, depth);
        break;
    default: break;
    }
}

/* shown: the comparison (or row, or window) around e that people read; NULL: e itself. */
static void visit(struct mutator *m, struct expr *e, const struct expr *shown, unsigned depth)
{
    if (!e || depth > EXPR_DEPTH_MAX || m->nomem) return;
    add_not(m, e);
    parts(m, e, e->kind == E_BINARY && !shown ? e : shown, depth + 1);
}

/* ---------------------------------------------------------------- declarations */

static void root(struct mutator *m, struct expr *e)
{
    if (!e || !mutator_type(m, e)) return; /* never typed: in force nowhere */
    m->root = e;
    visit(m, e, NULL, 0);
}

static void table(struct mutator *m, const struct table_decl *t)
{
    for (size_t i = 0; i < t->n_rows; i++) {
        struct table_row *r = &t->rows[i];
        if (!mutator_type(m, r->value)) continue;
        m->root = r->value;
        m->row = r;
        for (size_t k = 0; k < r->n_keys; k++) {
            struct expr *e = r->keys[k].e;
            mutate_names(m, MU_CODE, &r->keys[k].names, r->value);
            if (e && e->kind == E_RANGE) {
                visit(m, e->u.range.lo, r->value, 1);
                visit(m, e->u.range.hi, r->value, 1);
            } else {
                visit(m, e, r->value, 1);
            }
        }
        visit(m, r->value, NULL, 0);
    }
    m->row = NULL;
}

static void dataset(struct mutator *m, const struct dataset_decl *d)
{
    for (size_t i = 0; i < d->n_fields; i++) root(m, d->fields[i].derived);
    for (size_t i = 0; i < d->n_requires; i++) root(m, d->requires[i].cond);
    for (size_t i = 0; i < d->n_filled; i++) root(m, d->filled[i].when);
    root(m, d->head_when);
}

static void declaration(struct mutator *m, struct decl *d)
{
    m->owner = d;
    switch (d->kind) {
    case D_RULE: root(m, d->u.rule.when); break;
    case D_MEASURE:
        root(m, d->u.measure.eligible);
        root(m, d->u.measure.enrolled);
        root(m, d->u.measure.kept);
        break;
    case D_FEATURE: root(m, d->u.feature.value); break;
    case D_TABLE: table(m, &d->u.table); break;
    case D_DATASET: dataset(m, &d->u.dataset); break;
    default: break;
    }
}

enum rc mutants_list(const struct books *bs, struct watch types, struct arena *a, struct mutants *out, struct err *e)
{
    struct mutator m = {.bs = bs, .types = types, .arena = a, .out = out};
    for (size_t i = 0; i < bs->n_decls && !m.nomem; i++) declaration(&m, bs->decls[i]);
    return m.nomem ? err_nomem(e) : RC_OK;
}
