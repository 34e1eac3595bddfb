/* Mutants of leaves: numbers, dates, codes, parameters, sets, periods. */
#include "rules/mutate_int.h"

/* ---------------------------------------------------------------- numbers */

static void number_to(struct mutator *m, struct expr *e, const struct expr *shown, i128 digits)
{
    struct expr x = *e;
    x.u.num.digits = digits;
    mutator_expr(m, MU_NUMBER, shown, e, &x);
}

static bool month_unit(struct str u) { return str_eq(u, STR("month")) || str_eq(u, STR("months")); }
static bool year_unit(struct str u) { return str_eq(u, STR("year")) || str_eq(u, STR("years")); }

static void number_unit(struct mutator *m, struct expr *e, const struct expr *shown)
{
    struct expr x = *e;
    struct str u = e->u.num.unit.text;
    if (month_unit(u)) x.u.num.unit.text = STR("years");
    else if (year_unit(u)) x.u.num.unit.text = STR("months");
    else if (str_eq(u, STR("yuan")) && e->u.num.per.text.n) x.u.num.per.text = (struct str){0};
    else if (str_eq(u, STR("yuan"))) x.u.num.per.text = STR("person");
    else return;
    mutator_expr(m, MU_UNIT, shown, e, &x);
}

void mutate_number(struct mutator *m, struct expr *e, const struct expr *shown)
{
    i128 v = e->u.num.digits;
    number_to(m, e, shown, v + 1);
    if (v > 0) number_to(m, e, shown, v - 1);
    if (v > 1) number_to(m, e, shown, 2 * v);
    number_unit(m, e, shown);
}

void mutate_literal(struct mutator *m, struct expr *e, const struct expr *shown)
{
    struct expr x = *e;
    if (e->kind == E_BOOL) {
        x.u.boolean = !e->u.boolean;
        mutator_expr(m, MU_NOT, shown, e, &x);
    }
    if (e->kind != E_DATE) return;
    for (int by = -1; by <= 1; by += 2) {
        x.u.date = e->u.date + by;
        mutator_expr(m, MU_NUMBER, shown, e, &x);
    }
}

/* ---------------------------------------------------------------- names */

static bool type_same(const struct type_ref *a, const struct type_ref *b)
{
    return a->kind == b->kind && str_eq(a->name.text, b->name.text) && str_eq(a->per.text, b->per.text);
}

/* The next parameter of the same type that the book of this one declares, in order of reading, round again. */
static struct str other_param(const struct mutator *m, const struct decl *param)
{
    struct str first = {0};
    bool behind = false;
    for (size_t i = 0; i < m->bs->n_decls; i++) {
        const struct decl *d = m->bs->decls[i];
        if (d->kind != D_PARAM || d->mode != DM_NEW || d->book != param->book) continue;
        if (str_eq(d->name.text, param->name.text)) {
            behind = true;
            continue;
        }
        if (!type_same(&d->u.param.type, &param->u.param.type)) continue;
        if (behind) return d->name.text;
        if (!first.n) first = d->name.text;
    }
    return first;
}

static void swap_param(struct mutator *m, struct expr *e, const struct expr *shown, const struct decl *param)
{
    struct expr x = *e;
    struct str other = other_param(m, param);
    if (!other.n) return;
    if (e->kind == E_NAME) x.u.name.text = other;
    else if (e->kind == E_DOT) x.u.dot.name.text = other;
    else {
        if (!(x.u.index.left = mutator_copy(m, e->u.index.left))) return;
        x.u.index.left->u.name.text = other;
    }
    mutator_expr(m, MU_PARAM, shown, e, &x);
}

static struct str code_at(const struct decl *codes, size_t i) { return codes->u.codes.v[i].name.text; }

/* A name, NAME.FIELD or NAME[…] by what it was typed as: a code becomes the next one of its list. */
void mutate_name(struct mutator *m, struct expr *e, const struct expr *shown)
{
    const struct tx *x = mutator_type(m, e);
    if (!x) return;
    if (x->kind == TX_PARAM) swap_param(m, e, shown, x->decl);
    if (e->kind != E_NAME || x->kind != TX_CONST || !x->ty.codes) return;
    uint32_t at = codes_find(x->ty.codes, e->u.name.text);
    if (at == UINT32_MAX || x->ty.codes->u.codes.n < 2) return;
    struct expr other = *e;
    other.u.name.text = code_at(x->ty.codes, (at + 1) % x->ty.codes->u.codes.n);
    mutator_expr(m, MU_CODE, shown, e, &other);
}

/* ---------------------------------------------------------------- sets and lists */

static bool set_has(const struct expr *e, struct str code)
{
    for (size_t i = 0; i < e->u.set.n; i++)
        if (e->u.set.v[i].code->kind == E_NAME && str_eq(e->u.set.v[i].code->u.name.text, code)) return true;
    return false;
}

static void set_without(struct mutator *m, struct expr *e, const struct expr *shown, size_t leave)
{
    struct expr x = *e;
    struct set_item *v = ARENA_ARRAY(m->arena, struct set_item, e->u.set.n);
    if (!v) {
        m->nomem = true;
        return;
    }
    x.u.set.n = 0;
    for (size_t i = 0; i < e->u.set.n; i++)
        if (i != leave) v[x.u.set.n++] = e->u.set.v[i];
    x.u.set.v = v;
    mutator_expr(m, MU_CODE, shown, e, &x);
}

/* The first code of the list that the set leaves out comes in. */
static void set_with(struct mutator *m, struct expr *e, const struct expr *shown)
{
    const struct tx *t = mutator_type(m, e);
    struct set_item *v = ARENA_ARRAY(m->arena, struct set_item, e->u.set.n + 1);
    size_t i = 0, n = t && t->ty.codes ? t->ty.codes->u.codes.n : 0;
    while (i < n && set_has(e, code_at(t->ty.codes, i))) i++;
    if (i == n || !e->u.set.n) return;
    struct expr x = *e, *code = mutator_copy(m, e->u.set.v[0].code);
    if (!v || !code) {
        m->nomem = true;
        return;
    }
    memcpy(v, e->u.set.v, e->u.set.n * sizeof *v);
    code->u.name.text = code_at(t->ty.codes, i);
    v[e->u.set.n] = (struct set_item){.code = code};
    x.u.set.v = v, x.u.set.n = e->u.set.n + 1;
    mutator_expr(m, MU_CODE, shown, e, &x);
}

void mutate_set(struct mutator *m, struct expr *e, const struct expr *shown)
{
    for (size_t i = 0; i < e->u.set.n && e->u.set.n > 1; i++) set_without(m, e, shown, i);
    set_with(m, e, shown);
}

void mutate_names(struct mutator *m, enum mutation kind, struct name_list *names, const struct expr *shown)
{
    for (size_t leave = 0; leave < names->n && names->n > 1; leave++) {
        struct name_list x = {.v = ARENA_ARRAY(m->arena, struct name, names->n)};
        if (!x.v) {
            m->nomem = true;
            return;
        }
        for (size_t i = 0; i < names->n; i++)
            if (i != leave) x.v[x.n++] = names->v[i];
        mutator_add(m, kind, shown, names->v[leave].at, names, &x, sizeof x);
    }
}

/* ---------------------------------------------------------------- periods */

static void period_to(struct mutator *m, struct expr *e, struct period **holder, const struct expr *shown,
                      enum mutation kind, struct period p)
{
    struct period *copy = ARENA_NEW(m->arena, struct period);
    if (!copy) {
        m->nomem = true;
        return;
    }
    *copy = p;
    mutator_add(m, kind, shown, e->at, holder, &copy, sizeof copy);
}

void mutate_period(struct mutator *m, struct expr *e, struct period **holder, const struct expr *shown)
{
    struct period p = **holder;
    bool named = p.kind == PK_THIS || p.kind == PK_LAST || p.kind == PK_SPAN;
    if (!named || p.unit == PER_TERM) return;
    struct period other = p;
    other.unit = p.unit == PER_YEAR ? PER_MONTH : PER_YEAR;
    period_to(m, e, holder, shown, MU_UNIT, other);
    if (p.kind == PK_SPAN || p.so_far) return;
    other = p;
    other.kind = p.kind == PK_LAST ? PK_THIS : PK_LAST;
    period_to(m, e, holder, shown, MU_PERIOD, other);
}
