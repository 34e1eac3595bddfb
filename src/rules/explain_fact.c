/* The values a condition rests on: features and what they are made of, fields, parameters with their origin, table
 * cells, aggregates. */
#include "rules/explain_int.h"

struct walk {
    struct ex_ctx *c;
    struct explain_condition *out;
    unsigned steps;
};

enum { WALK_STEPS_MAX = 4096 };

static void walk(struct walk *w, const struct tx *t, struct ex_at at, unsigned depth);

/* ---------------------------------------------------------------- one fact */

static struct explain_fact *new_fact(struct walk *w, enum explain_fact_kind kind, unsigned depth)
{
    struct explain_condition *k = w->out;
    if (w->c->rc || k->n_facts == EXPLAIN_FACTS_MAX) return NULL;
    if (!k->facts) k->facts = ex_array(w->c, EXPLAIN_FACTS_MAX, sizeof *k->facts);
    if (!k->facts) return NULL;
    struct explain_fact *f = &k->facts[k->n_facts++];
    *f = (struct explain_fact){.kind = kind, .depth = depth};
    return f;
}

static struct str name_of(const struct tx *t)
{
    if (t->kind == TX_FIELD || (t->kind == TX_FEATURE && !t->decl))
        return t->field.decl ? t->field.decl->name.text : (struct str){0};
    return t->decl ? t->decl->name.text : (struct str){0};
}

static void set_value(struct walk *w, struct explain_fact *f, const struct tx *t, uint8_t rep, const struct value *v)
{
    struct ex_ctx *c = w->c;
    ex_begin(c);
    ex_add_shown(c, t, rep, v);
    f->value = ex_end(c);
    if (v->st == ST_UNKNOWN || v->st == ST_AT_LEAST) f->reasons = ex_reasons(c, v->why, &f->n_reasons);
}

static void set_label(struct walk *w, struct explain_fact *f, const struct tx *t)
{
    ex_begin(w->c);
    ex_add_sentence(w->c, t);
    f->label = ex_end(w->c);
    f->name = name_of(t);
}

/* The same part at the same depth twice in one condition is said once. */
static bool said(const struct walk *w, const struct explain_fact *f)
{
    const struct explain_condition *k = w->out;
    for (size_t i = 0; i < k->n_facts; i++) {
        const struct explain_fact *o = &k->facts[i];
        if (o != f && o->kind == f->kind && str_eq(o->label.v[LANG_EN], f->label.v[LANG_EN]) &&
            str_eq(o->label.v[LANG_ZH], f->label.v[LANG_ZH]) && str_eq(o->value.v[LANG_ZH], f->value.v[LANG_ZH]))
            return true;
    }
    return false;
}

static struct explain_fact *plain_fact(struct walk *w, enum explain_fact_kind kind, const struct tx *t, struct ex_at at,
                                       unsigned depth)
{
    struct value v;
    uint8_t rep;
    if (!ex_value(w->c, t, at, &v, &rep)) return NULL;
    struct explain_fact *f = new_fact(w, kind, depth);
    if (!f) return NULL;
    set_label(w, f, t);
    set_value(w, f, t, rep, &v);
    if (!said(w, f)) return f;
    w->out->n_facts--;
    return NULL;
}

/* ---------------------------------------------------------------- features and aggregates */

const struct tx *ex_agg_of(const struct ex_ctx *c, const struct tx *t, struct ex_at at, struct ex_at *where)
{
    *where = at;
    for (unsigned i = 0; i < EXPLAIN_DEPTH_MAX && t->kind == TX_FEATURE; i++) {
        if (!ex_climb(c, *where, t->field.table, where)) return NULL;
        t = t->a;
    }
    return t->kind == TX_AGG ? t : NULL;
}

static void params_inside(struct walk *w, const struct tx *t, struct ex_at at, unsigned depth)
{
    if (!t || w->steps++ > WALK_STEPS_MAX || depth > EXPLAIN_DEPTH_MAX * 4) return;
    if (t->kind == TX_PARAM) {
        walk(w, t, at, 1);
        return;
    }
    const struct tx *parts[] = {t->a, t->b, t->c, t->agg.where, t->agg.value};
    if (t->kind == TX_FEATURE) return;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) params_inside(w, parts[i], at, depth + 1);
}

static void agg_fact(struct walk *w, const struct tx *t, struct ex_at at, unsigned depth)
{
    struct explain_fact *f = plain_fact(w, FACT_ROWS, t, at, depth);
    if (!f) return;
    f->name = (struct str){0};
    ex_rows(w->c, t, at, true, f);
    params_inside(w, t, at, 0);
}

static void feature_fact(struct walk *w, const struct tx *t, struct ex_at at, unsigned depth)
{
    struct ex_at where;
    struct explain_fact *f = plain_fact(w, FACT_FEATURE, t, at, depth);
    if (!f || depth >= EXPLAIN_DEPTH_MAX) return;
    const struct tx *agg = t->a->kind == TX_AGG ? t->a : NULL;
    if (!ex_climb(w->c, at, t->field.table, &where)) return;
    if (!agg) {
        walk(w, t->a, where, depth + 1);
        return;
    }
    ex_rows(w->c, agg, where, true, f);
    params_inside(w, agg, where, 0);
}

/* ---------------------------------------------------------------- parameters and tables */

static void add_division(struct ex_ctx *c, int64_t division)
{
    char text[32];
    ex_add_str(c, str_make(text, dec_format(division, 0, false, text)));
}

static void setting_source(struct ex_ctx *c, const struct param_setting *s)
{
    char day[DATE_TEXT_MAX];
    if (s->division < 0) {
        ex_add(c, "given by the example", "示例给定");
        return;
    }
    ex_add(c, "set in the database", "数据库设定");
    if (s->division) {
        ex_add(c, " for ", "，区划 ");
        add_division(c, s->division);
    }
    if (s->from) {
        ex_add(c, " from ", "，自 ");
        ex_add_str(c, str_from(date_format(s->from, day)));
    }
    const struct explain_source *src = c->q->source;
    if (!src || !src->setting) return;
    struct buf b;
    buf_init(&b, EXPLAIN_TEXT_MAX);
    enum rc rc = src->setting(src->ctx, s, &b);
    if (rc) ex_fail(c, rc);
    ex_add(c, b.n ? ", " : "", b.n ? "，" : "");
    ex_add_str(c, buf_str(&b));
    buf_fini(&b);
}

static void book_source(struct ex_ctx *c, const struct cite *at, struct str cite)
{
    ex_add_str(c, at->book);
    ex_add(c, "#", "#");
    ex_add_str(c, at->path);
    if (!cite.n) return;
    ex_add(c, ", ", "，");
    ex_add_str(c, cite);
}

static void param_fact(struct walk *w, const struct tx *t, struct ex_at at, unsigned depth)
{
    struct ex_ctx *c = w->c;
    struct ex_at home;
    const struct ptable *pt = c->q->params;
    if (!ex_climb(c, at, TABLE_HOUSEHOLD, &home) || t->slot >= pt->n_slots) return;
    uint32_t place = c->q->frame->place ? c->q->frame->place[home.row] : 0;
    struct explain_fact *f = place < pt->n_places ? new_fact(w, FACT_PARAM, depth) : NULL;
    if (!f) return;
    const struct pval *pv = &pt->v[(size_t)place * pt->n_slots + t->slot];
    set_label(w, f, t);
    struct value v = {.v = pv->v, .w = pv->w, .d = 1, .st = pv->state == PVAL_NONE ? ST_ABSENT : ST_EXACT};
    if (pv->state != PVAL_EMPTY) set_value(w, f, t, ty_rep(&t->ty), &v);
    struct param_choice ch = policy_param(c->q->policy, c->prog->slots[t->slot].param, c->q->place,
                                          c->prog->slots[t->slot].at);
    ex_begin(c);
    if (ch.event) setting_source(c, ch.event);
    else if (ch.value && ch.decl) book_source(c, &ch.decl->cite, ch.value->cite);
    else ex_add(c, "not set", "未设定");
    f->source = ex_end(c);
    if (said(w, f)) w->out->n_facts--;
}

/* The row of the table that answered; n_trows: none. */
static size_t cell_of(struct walk *w, const struct tx *t, struct ex_at at)
{
    size_t other = t->n_trows;
    for (size_t i = 0; i < t->n_trows; i++) {
        bool all = !t->trows[i].is_else;
        if (t->trows[i].is_else) other = i;
        for (size_t k = 0; all && k < t->n_parts; k++) {
            struct value v;
            uint8_t rep;
            all = t->trows[i].keys[k] && ex_value(w->c, t->trows[i].keys[k], at, &v, &rep) &&
                  ex_verdict(&v) == EXPLAIN_TRUE;
        }
        if (all) return i;
    }
    return other;
}

static void table_fact(struct walk *w, const struct tx *t, struct ex_at at, unsigned depth)
{
    struct ex_ctx *c = w->c;
    struct explain_fact *f = plain_fact(w, FACT_TABLE, t, at, depth);
    if (!f || depth >= EXPLAIN_DEPTH_MAX) return;
    size_t cell = cell_of(w, t, at);
    ex_begin(c);
    book_source(c, &t->decl->cite, (struct str){0});
    if (cell < t->n_trows) {
        buf_addf(&c->tmp[LANG_ZH], "，第%zu行", cell + 1);
        buf_addf(&c->tmp[LANG_EN], ", row %zu", cell + 1);
    }
    f->source = ex_end(c);
    for (size_t k = 0; k < t->n_parts; k++) walk(w, t->parts[k], at, depth + 1);
    if (cell < t->n_trows) walk(w, t->trows[cell].value, at, depth + 1);
}

/* ---------------------------------------------------------------- at every month end */

date_day ex_every_day(const struct ex_ctx *c, const struct tx *t, size_t i)
{
    static const int32_t months[PER__MAX] = {[PER_MONTH] = 1, [PER_QUARTER] = 3, [PER_YEAR] = 12};
    date_day d = c->prog->as_of,
             end = date_is_month_end(d) ? d : date_month_end(date_add_months(date_month_start(d), -1));
    int32_t step = months[t->src->u.every.unit];
    while (step > 1 && date_split(end).month % step) end = date_month_end(date_add_months(date_month_start(end), -1));
    return date_month_end(date_add_months(date_month_start(end), -(int32_t)i * step - t->win.n));
}

static void every_facts(struct walk *w, const struct tx *t, struct ex_at at, unsigned depth)
{
    for (size_t i = 0; i < t->n_parts; i++) {
        struct value v;
        uint8_t rep;
        char day[DATE_TEXT_MAX];
        struct explain_fact *f = ex_value(w->c, t->parts[i], at, &v, &rep) ? new_fact(w, FACT_DAY, depth) : NULL;
        if (!f) continue;
        ex_begin(w->c);
        ex_add_str(w->c, str_from(date_format(ex_every_day(w->c, t, i), day)));
        f->label = ex_end(w->c);
        set_value(w, f, t, rep, &v);
        if (ex_verdict(&v) != EXPLAIN_TRUE && depth < EXPLAIN_DEPTH_MAX) walk(w, t->parts[i], at, depth + 1);
    }
}

/* ---------------------------------------------------------------- the tree */

static void via_facts(struct walk *w, const struct tx *t, struct ex_at at, unsigned depth)
{
    struct value v;
    uint8_t rep;
    (void)plain_fact(w, FACT_FIELD, t, at, depth);
    bool there = ex_value(w->c, t->a, at, &v, &rep) && v.st == ST_EXACT && v.v >= 0 && t->b->kind == TX_FEATURE;
    if (!there || (uint64_t)v.v >= w->c->q->frame->tables[t->a->ty.table].n || depth >= EXPLAIN_DEPTH_MAX) return;
    walk(w, t->b->a, (struct ex_at){t->a->ty.table, (uint32_t)v.v}, depth + 1);
}

static void walk(struct walk *w, const struct tx *t, struct ex_at at, unsigned depth)
{
    if (!t || w->c->rc || w->steps++ > WALK_STEPS_MAX) return;
    switch (t->kind) {
    case TX_CONST:
    case TX_ABSENT: return;
    case TX_FEATURE: feature_fact(w, t, at, depth); return;
    case TX_FIELD: (void)plain_fact(w, FACT_FIELD, t, at, depth); return;
    case TX_PARAM: param_fact(w, t, at, depth); return;
    case TX_TABLE: table_fact(w, t, at, depth); return;
    case TX_AGG: agg_fact(w, t, at, depth); return;
    case TX_EVERY: every_facts(w, t, at, depth); return;
    case TX_VIA: via_facts(w, t, at, depth); return;
    default: break;
    }
    walk(w, t->a, at, depth);
    walk(w, t->b, at, depth);
    walk(w, t->c, at, depth);
    for (size_t i = 0; i < t->n_items; i++) walk(w, t->items[i].when, at, depth);
}

void ex_facts(struct ex_ctx *c, const struct tx *t, struct ex_at at, struct explain_condition *out)
{
    struct walk w = {.c = c, .out = out};
    walk(&w, t, at, 0);
}
