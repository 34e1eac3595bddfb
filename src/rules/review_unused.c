/* Declarations that no other declaration names. A name counts wherever it stands, so that nothing in use is called
 * idle; examples do not count. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/out.h"
#include "rules/review_int.h"

struct mention {
    struct str name;
    const struct decl *by;
};

struct mentions {
    VEC(struct mention) list;
    const struct decl *by;
    bool failed;
};

static void mention(struct mentions *m, struct str name)
{
    if (!name.n) return;
    if (!vec_push(&m->list, REVIEW_MAX, (struct mention){name, m->by})) m->failed = true;
}

static void mention_names(struct mentions *m, const struct name_list *v)
{
    for (size_t i = 0; i < v->n; i++) mention(m, v->v[i].text);
}

static void mention_type(struct mentions *m, const struct type_ref *t)
{
    mention(m, t->name.text);
    mention(m, t->per.text);
}

static void expr(struct mentions *m, const struct expr *e, unsigned depth);

static void exprs(struct mentions *m, struct expr *const *v, size_t n, unsigned depth)
{
    for (size_t i = 0; i < n; i++) expr(m, v[i], depth);
}

static void period(struct mentions *m, const struct period *p, unsigned depth)
{
    if (!p) return;
    expr(m, p->lo, depth);
    expr(m, p->hi, depth);
    expr(m, p->from, depth);
}

static void set(struct mentions *m, const struct expr *e, unsigned depth)
{
    for (size_t i = 0; i < e->u.set.n; i++) {
        expr(m, e->u.set.v[i].code, depth);
        expr(m, e->u.set.v[i].when, depth);
    }
}

static void branches(struct mentions *m, const struct expr *a, const struct expr *b, const struct expr *c,
                     unsigned depth)
{
    expr(m, a, depth);
    expr(m, b, depth);
    expr(m, c, depth);
}

static void operands(struct mentions *m, const struct expr *e, unsigned depth)
{
    switch (e->kind) {
    case E_NOT:
    case E_NEG: expr(m, e->u.unary.a, depth); break;
    case E_BINARY: branches(m, e->u.bin.a, e->u.bin.b, NULL, depth); break;
    case E_IS: expr(m, e->u.is.a, depth); break;
    case E_WITHIN: branches(m, e->u.within.a, e->u.within.span, e->u.within.ending, depth); break;
    case E_IN_PERIOD:
        expr(m, e->u.in_period.a, depth);
        period(m, e->u.in_period.period, depth);
        break;
    case E_IF: branches(m, e->u.cond.c, e->u.cond.a, e->u.cond.b, depth); break;
    case E_EVERY: branches(m, e->u.every.count, e->u.every.body, NULL, depth); break;
    case E_PAIR: branches(m, e->u.pair.a, e->u.pair.b, NULL, depth); break;
    case E_RANGE: branches(m, e->u.range.lo, e->u.range.hi, NULL, depth); break;
    case E_CALL: exprs(m, e->u.call.args, e->u.call.n, depth); break;
    default: break;
    }
}

static void expr(struct mentions *m, const struct expr *e, unsigned depth)
{
    if (!e || depth > 2 * EXPR_DEPTH_MAX) return;
    depth++;
    switch (e->kind) {
    case E_NAME: mention(m, e->u.name.text); break;
    case E_DOT:
        mention(m, e->u.dot.name.text);
        expr(m, e->u.dot.left, depth);
        break;
    case E_INDEX:
        expr(m, e->u.index.left, depth);
        exprs(m, e->u.index.args, e->u.index.n, depth);
        period(m, e->u.index.period, depth);
        break;
    case E_SET: set(m, e, depth); break;
    case E_AGG:
        mention_names(m, &e->u.agg.rows.path);
        branches(m, e->u.agg.value, e->u.agg.rows.where, NULL, depth);
        break;
    default: operands(m, e, depth);
    }
}

/* ---------------------------------------------------------------- declarations */

static void requirements(struct mentions *m, const struct requirement *v, size_t n)
{
    for (size_t i = 0; i < n; i++) expr(m, v[i].cond, 0);
}

static void param(struct mentions *m, const struct param_decl *p)
{
    mention_type(m, &p->type);
    for (size_t i = 0; i < p->n_values; i++) expr(m, p->values[i].value, 0);
    requirements(m, p->requires, p->n_requires);
}

static void table(struct mentions *m, const struct table_decl *t)
{
    mention_type(m, &t->type);
    for (size_t i = 0; i < t->n_keys; i++) mention_type(m, &t->keys[i].type);
    for (size_t i = 0; i < t->n_rows; i++) {
        for (size_t k = 0; k < t->rows[i].n_keys; k++) {
            expr(m, t->rows[i].keys[k].e, 0);
            mention_names(m, &t->rows[i].keys[k].names);
        }
        expr(m, t->rows[i].value, 0);
    }
}

static void dataset(struct mentions *m, const struct dataset_decl *d)
{
    mention(m, d->consent.text);
    for (size_t i = 0; i < d->n_fields; i++) {
        mention_type(m, &d->fields[i].type);
        branches(m, d->fields[i].bound, d->fields[i].range, d->fields[i].derived, 0);
    }
    requirements(m, d->requires, d->n_requires);
    for (size_t i = 0; i < d->n_filled; i++) expr(m, d->filled[i].when, 0);
    branches(m, d->due, d->fresh, d->head_when, 0);
    expr(m, d->decided_when, 0);
}

static void rule(struct mentions *m, const struct rule_decl *r)
{
    mention(m, r->on.text);
    expr(m, r->when, 0);
    mention(m, r->cause.text);
    mention(m, r->starts.text);
    mention_names(m, &r->suggest);
}

static void measure(struct mentions *m, const struct measure_decl *x)
{
    mention(m, x->on.text);
    branches(m, x->eligible, x->enrolled, x->kept, 0);
    expr(m, x->gives, 0);
}

static void declaration(struct mentions *m, const struct decl *d)
{
    m->by = d;
    switch (d->kind) {
    case D_PARAM: param(m, &d->u.param); break;
    case D_TABLE: table(m, &d->u.table); break;
    case D_DATASET: dataset(m, &d->u.dataset); break;
    case D_FEATURE:
        mention(m, d->u.feature.entity.text);
        mention_type(m, &d->u.feature.type);
        expr(m, d->u.feature.value, 0);
        break;
    case D_RULE: rule(m, &d->u.rule); break;
    case D_MEASURE: measure(m, &d->u.measure); break;
    default: break;
    }
}

/* ---------------------------------------------------------------- what nothing names */

static bool named(const struct mentions *m, const struct decl *d, struct str name)
{
    for (size_t i = 0; i < m->list.n; i++) {
        const struct decl *by = m->list.v[i].by;
        bool self = by->kind == d->kind && str_eq(by->name.text, d->name.text);
        if (!self && str_eq(m->list.v[i].name, name)) return true;
    }
    return false;
}

static bool known_name(struct str name, const char *const *known, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(name, str_from(known[i]))) return true;
    return false;
}

/* A dataset with findings of its own (require, filled), the roster and one of people's decisions are in use. */
static bool stands_alone(const struct decl *d)
{
    const struct dataset_decl *x = &d->u.dataset;
    return x->n_requires || x->n_filled || x->household_by.text.n || x->decided_on.text.n;
}

/* ---------------------------------------------------------------- fields that nothing reads */

static bool in_list(const struct name_list *v, struct str name)
{
    for (size_t i = 0; i < v->n; i++)
        if (str_eq(v->v[i].text, name)) return true;
    return false;
}

/* What tells whose row it is, from when, and where: read without being named in an expression. */
static bool is_plumbing(const struct dataset_decl *x, const struct field_decl *f)
{
    struct str n = f->name.text;
    for (size_t i = 0; i < x->n_filled; i++)
        if (in_list(&x->filled[i].names, n)) return true;
    return f->is_key || f->derived || in_list(&x->person_by, n) || in_list(&x->key, n) ||
           str_eq(x->time_field.text, n) || str_eq(x->household_by.text, n) || str_eq(x->lives_in.text, n) ||
           str_eq(x->placed_by.text, n) || str_eq(x->decided_on.text, n);
}

static bool named_anywhere(const struct mentions *m, struct str name)
{
    for (size_t i = 0; i < m->list.n; i++)
        if (str_eq(m->list.v[i].name, name)) return true;
    return false;
}

/* One line a dataset: it mirrors its form, so this is no fault. */
static void tell_fields(const struct mentions *m, const struct decl *d, struct diags *out)
{
    const struct dataset_decl *x = &d->u.dataset;
    struct buf names;
    buf_init(&names, KIB(64));
    for (size_t i = 0; i < x->n_fields; i++) {
        const struct field_decl *f = &x->fields[i];
        if (is_plumbing(x, f) || named_anywhere(m, f->name.text)) continue;
        if (names.n) buf_addz(&names, lang_pick(out->lang, ", ", "、"));
        buf_add(&names, f->name.text);
    }
    if (names.n && !names.failed)
        diag_add(out, DIAG_NOTE, d->at, "fields of \"%.*s\" that nothing reads: %.*s",
                 "“%.*s”中没有任何地方用到的字段：%.*s", STR_ARG(d->name.text), STR_ARG(buf_str(&names)));
    buf_fini(&names);
}

/* ---------------------------------------------------------------- whole */

void review_unused(struct review *r, const char *const *known, size_t n_known, struct diags *d)
{
    static const bool tells[D__MAX] = {
        [D_PARAM] = true, [D_TABLE] = true, [D_FEATURE] = true, [D_CODES] = true, [D_DATASET] = true};
    struct mentions m = {.failed = false};
    for (size_t i = 0; i < r->bs->n_decls; i++) declaration(&m, r->bs->decls[i]);
    for (size_t i = 0; i < r->bs->n_decls && !m.failed; i++) {
        const struct decl *x = r->bs->decls[i];
        if (!tells[x->kind] || x->mode != DM_NEW || named(&m, x, x->name.text)) continue;
        if (x->kind == D_PARAM && known_name(x->name.text, known, n_known)) continue;
        if (x->kind == D_DATASET && stands_alone(x)) continue;
        diag_add(d, DIAG_WARNING, x->at, "nothing uses the %s \"%.*s\". Take it out, or name it in a rule.",
                 "%s “%.*s”没有任何地方用到。请删去，或在规则中使用。", decl_kind_text[x->kind], STR_ARG(x->name.text));
    }
    for (size_t i = 0; i < r->bs->n_decls && !m.failed; i++)
        if (r->bs->decls[i]->kind == D_DATASET) tell_fields(&m, r->bs->decls[i], d);
    vec_fini(&m.list);
}
