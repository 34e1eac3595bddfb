/* An explanation put together: the rule, its conditions, what lost, what would turn it. */
#include "rules/explain_int.h"

/* ---------------------------------------------------------------- texts */

void ex_fail(struct ex_ctx *c, enum rc rc)
{
    if (c->rc) return;
    c->rc = rc;
    if (rc == RC_NOMEM) (void)err_nomem(c->e);
}

void *ex_array(struct ex_ctx *c, size_t n, size_t size)
{
    void *p = arena_alloc_array(c->a, n ? n : 1, size);
    if (!p) ex_fail(c, RC_NOMEM);
    return p;
}

void ex_begin(struct ex_ctx *c)
{
    for (int l = 0; l < LANG__MAX; l++) buf_clear(&c->tmp[l]);
}

struct explain_words ex_end(struct ex_ctx *c)
{
    struct explain_words w = {0};
    for (int l = 0; l < LANG__MAX; l++) {
        if (c->tmp[l].failed) ex_fail(c, RC_NOMEM);
        w.v[l] = c->tmp[l].n ? str_dup(c->a, buf_str(&c->tmp[l])) : (struct str){0};
        if (c->tmp[l].n && !w.v[l].p) ex_fail(c, RC_NOMEM);
    }
    return w;
}

void ex_add(struct ex_ctx *c, const char *en, const char *zh)
{
    buf_addz(&c->tmp[LANG_EN], en);
    buf_addz(&c->tmp[LANG_ZH], zh);
}

void ex_add_str(struct ex_ctx *c, struct str s)
{
    for (int l = 0; l < LANG__MAX; l++) buf_add(&c->tmp[l], s);
}

void ex_add_value(struct ex_ctx *c, const struct ty *ty, uint8_t rep, const struct value *v)
{
    for (int l = 0; l < LANG__MAX; l++) zh_value_rep(c->q->policy, ty, rep, v, (enum lang)l, &c->tmp[l]);
}

/* Source text; parts that the compiler made (not, and of measures) have the source of what they were made from. */
static void english(const struct tx *t, struct buf *out, unsigned depth)
{
    bool made_not = t->kind == TX_NOT && t->src && t->src->kind != E_NOT;
    bool made_and = t->kind == TX_BINARY && t->op == OP_AND && t->src &&
                    (t->src->kind != E_BINARY || t->src == t->a->src);
    if (depth > EXPLAIN_DEPTH_MAX || !t->src) {
        buf_addz(out, "…");
    } else if (made_not) {
        buf_addz(out, "not (");
        english(t->a, out, depth + 1);
        buf_addc(out, ')');
    } else if (made_and) {
        english(t->a, out, depth + 1);
        buf_addz(out, " and ");
        english(t->b, out, depth + 1);
    } else {
        expr_print(t->src, out);
    }
}

void ex_add_sentence(struct ex_ctx *c, const struct tx *t)
{
    zh_print(c->q->policy, t, &c->tmp[LANG_ZH]);
    english(t, &c->tmp[LANG_EN], 0);
}

struct explain_words *ex_reasons(struct ex_ctx *c, reason_set why, size_t *n)
{
    const reason *r;
    size_t all = reasons_get(c->q->frame->reasons, why, &r);
    *n = 0;
    struct explain_words *v = ex_array(c, all, sizeof *v);
    for (size_t i = 0; v && i < all && i < EXPLAIN_REASONS_MAX; i++) {
        ex_begin(c);
        for (int l = 0; l < LANG__MAX; l++) zh_reason(c->q->policy, r[i], (enum lang)l, &c->tmp[l]);
        v[(*n)++] = ex_end(c);
    }
    return v;
}

static struct explain_words words(struct ex_ctx *c, const char *en, const char *zh)
{
    ex_begin(c);
    ex_add(c, en, zh);
    return ex_end(c);
}

/* Books are written in Chinese: a label stands in both languages. */
static struct explain_words label_words(struct ex_ctx *c, struct str s)
{
    ex_begin(c);
    ex_add_str(c, s);
    return ex_end(c);
}

/* ---------------------------------------------------------------- values at rows */

bool ex_climb(const struct ex_ctx *c, struct ex_at at, uint16_t table, struct ex_at *out)
{
    const struct frame *f = c->q->frame;
    while (at.table != table && at.table != TABLE_HOUSEHOLD) {
        const struct ftable *t = &f->tables[at.table];
        if (!t->owner || at.row >= t->n) return false;
        at.row = t->owner[at.row];
        at.table = at.table == TABLE_PERSON ? TABLE_HOUSEHOLD : TABLE_PERSON;
    }
    *out = at;
    return at.table == table && at.row < f->tables[table].n;
}

bool ex_value(struct ex_ctx *c, const struct tx *t, struct ex_at at, struct value *v, uint8_t *rep)
{
    struct ex_at row;
    if (c->rc) return false;
    if (t->kind == TX_CONST && t->ty.kind != T_TEXT) {
        *v = (struct value){.v = t->v, .d = 1};
        *rep = ty_rep(&t->ty);
        return true;
    }
    if (t->reg == IR_NONE || t->reg >= c->prog->n_ops) return false;
    const struct ir_space *s = &c->prog->spaces[c->prog->ops[t->reg].space];
    if (s->kind > SPACE_FACT || !ex_climb(c, at, s->table, &row)) return false;
    *rep = c->prog->ops[t->reg].rep;
    enum rc rc = ref_value(c->ref, t->reg, row.row, v, c->e);
    if (rc) ex_fail(c, rc);
    return rc == RC_OK;
}

void ex_add_row(struct ex_ctx *c, uint16_t table, uint32_t row)
{
    const struct explain_source *s = c->q->source;
    struct buf b;
    if (!s || !s->row) return;
    buf_init(&b, EXPLAIN_TEXT_MAX);
    enum rc rc = s->row(s->ctx, table, row, &b);
    if (!rc && b.failed) rc = RC_NOMEM;
    if (rc) ex_fail(c, rc);
    else ex_add_str(c, buf_str(&b));
    buf_fini(&b);
}

enum explain_verdict ex_verdict(const struct value *v)
{
    if (v->st == ST_UNKNOWN) return EXPLAIN_UNKNOWN;
    return v->st == ST_EXACT && v->v ? EXPLAIN_TRUE : EXPLAIN_FALSE;
}

bool ex_is_secret(const struct ex_ctx *c, const struct tx *t)
{
    const struct tx *f = t->kind == TX_VIA ? t->b : t;
    if (t->secret || f->secret) return true;
    return f->kind == TX_FIELD && f->field.decl &&
           (f->field.decl->secret || (c->q->hide_sensitive && f->field.decl->sensitive));
}

enum { MASK_FROM = 1000000 };

static bool is_long_number(const struct tx *t, uint8_t rep, const struct value *v)
{
    const struct tx *f = t->kind == TX_VIA ? t->b : t;
    bool sensitive = f->kind == TX_FIELD && f->field.decl && f->field.decl->sensitive;
    return sensitive && rep == REP_INT && t->ty.kind == T_INT && v->st == ST_EXACT && v->v >= MASK_FROM;
}

void ex_add_shown(struct ex_ctx *c, const struct tx *t, uint8_t rep, const struct value *v)
{
    if (ex_is_secret(c, t)) {
        ex_add(c, "(not shown)", "（不显示）");
    } else if (c->q->mask_personal && is_long_number(t, rep, v)) {
        char text[32];
        int n = snprintf(text, sizeof text, "%lld", (long long)v->v);
        for (int i = 3; i < n - 2; i++) text[i] = '*';
        ex_add_str(c, str_from(text));
    } else {
        ex_add_value(c, &t->ty, rep, v);
    }
}

/* ---------------------------------------------------------------- conditions */

static void add_window(struct ex_ctx *c, const struct tx *t, struct ex_at at)
{
    char day[DATE_TEXT_MAX];
    struct ex_at where;
    const struct tx *agg = ex_agg_of(c, t, at, &where);
    struct explain_fact f = {0};
    if (!agg) return;
    ex_rows(c, agg, where, false, &f);
    if (!f.from) return;
    ex_add(c, " (", "（");
    ex_add_str(c, str_from(date_format(f.from, day)));
    if (f.to != f.from) {
        ex_add(c, " to ", "至");
        ex_add_str(c, str_from(date_format(f.to, day)));
    }
    buf_addf(&c->tmp[LANG_ZH], "，%zu条记录）", f.n_counted);
    buf_addf(&c->tmp[LANG_EN], ", %zu row%s)", f.n_counted, f.n_counted == 1 ? "" : "s");
}

static void add_side(struct ex_ctx *c, const struct tx *t, struct ex_at at)
{
    struct value v;
    uint8_t rep;
    ex_add_sentence(c, t);
    if (t->kind == TX_CONST || !ex_value(c, t, at, &v, &rep)) return;
    ex_add(c, " ", " ");
    ex_add_shown(c, t, rep, &v);
    add_window(c, t, at);
}

static bool is_comparison(const struct tx *t)
{
    if (t->kind != TX_BINARY || t->op < OP_EQ || t->op > OP_GE) return false;
    enum type_kind k = t->a->ty.kind;
    return k == T_INT || k == T_RATIO || k == T_QUANTITY || k == T_DATE;
}

/* 近12个月医疗自付 23,000 元（2025-10-01至2026-09-30，2条记录）不低于 预警线 20,000 元 */
static struct explain_words with_values(struct ex_ctx *c, const struct tx *t, struct ex_at at)
{
    if (!is_comparison(t)) return (struct explain_words){0};
    struct buf left[LANG__MAX];
    struct explain_words sides[2];
    for (int i = 0; i < 2; i++) {
        ex_begin(c);
        add_side(c, i ? t->b : t->a, at);
        sides[i] = ex_end(c);
    }
    ex_begin(c);
    for (int i = 0; i < 2; i++) buf_init(&left[i], EXPLAIN_TEXT_MAX);
    buf_add(&left[0], sides[0].v[LANG_ZH]);
    if (!str_ends(sides[0].v[LANG_ZH], STR("）"))) buf_addc(&left[0], ' ');
    buf_addf(&left[1], " %.*s", STR_ARG(sides[1].v[LANG_ZH]));
    struct zh z = {.p = c->q->policy, .out = &c->tmp[LANG_ZH], .here = UINT32_MAX};
    struct zh_arg args[ZH_ARGS] = {{.s = buf_str(&left[0])}, {.s = buf_str(&left[1])}};
    zh_fill(&z, zh_compare_op(t->op, t->a), args);
    buf_addf(&c->tmp[LANG_EN], "%.*s %s %.*s", STR_ARG(sides[0].v[LANG_EN]), binop_text[t->op],
             STR_ARG(sides[1].v[LANG_EN]));
    for (int i = 0; i < 2; i++) buf_fini(&left[i]);
    return ex_end(c);
}

static void add_condition(struct ex_ctx *c, const struct tx *t, struct ex_at at, struct explanation *x)
{
    if (x->n_conditions == EXPLAIN_CONDITIONS_MAX || c->rc) return;
    struct explain_condition *k = &x->conditions[x->n_conditions++];
    struct value v = {.st = ST_UNKNOWN};
    uint8_t rep;
    ex_begin(c);
    ex_add_sentence(c, t);
    k->sentence = ex_end(c);
    k->verdict = ex_value(c, t, at, &v, &rep) ? ex_verdict(&v) : x->verdict;
    if (x->verdict == EXPLAIN_NOT_RUN && k->verdict == EXPLAIN_UNKNOWN && !v.why) k->verdict = EXPLAIN_NOT_RUN;
    if (k->verdict == EXPLAIN_UNKNOWN) k->reasons = ex_reasons(c, v.why, &k->n_reasons);
    k->with_values = with_values(c, t, at);
    ex_facts(c, t, at, k);
    bool turn_true = x->verdict == EXPLAIN_FALSE && k->verdict == EXPLAIN_FALSE;
    bool turn_false = x->verdict == EXPLAIN_TRUE && k->verdict == EXPLAIN_TRUE;
    bool settle = k->verdict == EXPLAIN_UNKNOWN;
    if (turn_true || turn_false || settle) ex_changes(c, t, at, !turn_false, k);
}

static void add_conditions(struct ex_ctx *c, const struct tx *t, struct ex_at at, struct explanation *x, unsigned depth)
{
    if (t->kind == TX_BINARY && t->op == OP_AND && depth < EXPR_DEPTH_MAX) {
        add_conditions(c, t->a, at, x, depth + 1);
        add_conditions(c, t->b, at, x, depth + 1);
        return;
    }
    add_condition(c, t, at, x);
}

/* ---------------------------------------------------------------- the rule */

static struct explain_citation citation(struct ex_ctx *c, const struct decl *d)
{
    return (struct explain_citation){.label = label_words(c, zh_label(d)),
                                     .book = d->cite.book,
                                     .heading = d->cite.path,
                                     .file = str_from(d->at.file),
                                     .line = d->at.line};
}

static void add_losers(struct ex_ctx *c, const struct tx_output *o, struct explanation *x)
{
    const struct decl *v[EXPLAIN_LOSERS_MAX];
    struct str name = o->kind == OUT_FEATURE ? o->name : o->decl->name.text;
    size_t n = policy_candidates(c->q->policy, o->decl->kind, name, c->q->place, c->prog->as_of, v, EXPLAIN_LOSERS_MAX);
    x->losers = ex_array(c, n, sizeof *x->losers);
    for (size_t i = 1; x->losers && i < n; i++) x->losers[x->n_losers++] = citation(c, v[i]);
}

static void add_rule(struct ex_ctx *c, const struct rule_decl *r, struct explanation *x)
{
    static const char *const kind_en[] = {"risk", "coverage", "quality"}, *const kind_zh[] = {"风险", "政策覆盖",
                                                                                              "数据质量"};
    static const char *const sev_en[] = {"", "red", "orange", "yellow"}, *const sev_zh[] = {"", "红色", "橙色", "黄色"};
    x->kind = words(c, kind_en[r->kind], kind_zh[r->kind]);
    x->severity = words(c, sev_en[r->severity], sev_zh[r->severity]);
    x->cause = label_words(c, r->cause.text);
    x->says = label_words(c, r->says);
    x->measures = ex_array(c, r->suggest.n, sizeof *x->measures);
    for (size_t i = 0; x->measures && i < r->suggest.n; i++) {
        const struct decl *m = policy_find(c->q->policy, D_MEASURE, r->suggest.v[i].text, c->q->place, c->prog->as_of);
        x->measures[x->n_measures++] = label_words(c, m ? zh_label(m) : r->suggest.v[i].text);
    }
}

static void add_head(struct ex_ctx *c, const struct tx_output *o, struct explanation *x)
{
    x->name = o->name;
    x->as_of = c->prog->as_of;
    x->known_at = c->q->frame->known_at;
    if (!o->decl) return;
    x->cite = citation(c, o->decl);
    ex_begin(c);
    ex_add_str(c, zh_label(o->decl));
    if (o->kind == OUT_NOT_RECEIVED) ex_add(c, ": entitled, not received", "：应享未享");
    if (o->kind == OUT_NOT_ENTITLED) ex_add(c, ": received, not entitled", "：享受但不符合条件");
    x->label = ex_end(c);
    if (o->kind == OUT_RULE) add_rule(c, &o->decl->u.rule, x);
    else if (o->kind == OUT_FEATURE) x->kind = words(c, "feature", "特征");
    else x->kind = words(c, "coverage", "政策覆盖");
    add_losers(c, o, x);
}

/* ---------------------------------------------------------------- parameters nobody has set */

static void add_empty(struct ex_ctx *c, const struct decl *d, struct explanation *x)
{
    ex_begin(c);
    ex_add_str(c, zh_label(d));
    ex_add(c, d && d->u.param.set_by.n ? " (to be set by " : "", d && d->u.param.set_by.n ? "（由" : "");
    for (size_t i = 0; d && i < d->u.param.set_by.n; i++) {
        if (i) ex_add(c, ", ", "、");
        ex_add_str(c, d->u.param.set_by.v[i].text);
        if (i + 1 == d->u.param.set_by.n) ex_add(c, ")", "设定）");
    }
    x->empty[x->n_empty++] = ex_end(c);
}

static void find_empty(struct ex_ctx *c, const struct ir_output *o, struct ex_at at, struct explanation *x)
{
    struct ex_at home;
    const struct ptable *pt = c->q->params;
    x->empty = ex_array(c, o->n_slots, sizeof *x->empty);
    if (!x->empty || !ex_climb(c, at, TABLE_HOUSEHOLD, &home)) return;
    uint32_t place = c->q->frame->place ? c->q->frame->place[home.row] : 0;
    for (size_t i = 0; i < o->n_slots && place < pt->n_places; i++) {
        uint16_t slot = o->slots[i];
        if (pt->v[(size_t)place * pt->n_slots + slot].state != PVAL_EMPTY) continue;
        struct param_choice ch = policy_param(c->q->policy, c->prog->slots[slot].param, c->q->place,
                                              c->prog->slots[slot].at);
        add_empty(c, ch.decl, x);
    }
}

/* ---------------------------------------------------------------- whole */

static void judge(struct ex_ctx *c, const struct tx_output *o, const struct ir_output *io, struct ex_at at,
                  struct explanation *x)
{
    struct value v;
    enum rc rc = ref_value(c->ref, io->reg, at.row, &v, c->e);
    if (rc) {
        ex_fail(c, rc);
        return;
    }
    bool condition = o->when->ty.kind == T_BOOL;
    x->verdict = condition || v.st == ST_UNKNOWN ? ex_verdict(&v) : EXPLAIN_TRUE;
    find_empty(c, io, at, x);
    if (x->n_empty) x->verdict = EXPLAIN_NOT_RUN;
    ex_begin(c);
    ex_add_sentence(c, o->when);
    x->sentence = ex_end(c);
    if (x->verdict == EXPLAIN_UNKNOWN) x->reasons = ex_reasons(c, v.why, &x->n_reasons);
    x->conditions = ex_array(c, EXPLAIN_CONDITIONS_MAX, sizeof *x->conditions);
    if (x->conditions) add_conditions(c, o->when, at, x, 0);
}

enum rc explain_make(const struct explain_request *q, struct arena *a, struct explanation *out, struct err *e)
{
    const struct compiled *k = q->compiled;
    struct ex_ctx c = {.q = q, .prog = k->program, .a = a, .e = e};
    *out = (struct explanation){0};
    bool there = q->output < k->n_outputs && k->outputs[q->output].table < q->frame->n_tables &&
                 q->row < q->frame->tables[k->outputs[q->output].table].n;
    if (!there)
        return err_set(e, RC_USAGE, pos_none(), "there is no such rule or row to explain.", "没有可解释的规则或对象。");
    const struct tx_output *o = &k->outputs[q->output];
    TRY(ref_new(k->program, q->frame, q->params, &c.ref, e));
    ref_among(c.ref, q->among, q->n_among);
    for (int l = 0; l < LANG__MAX; l++) buf_init(&c.tmp[l], EXPLAIN_TEXT_MAX);
    add_head(&c, o, out);
    if (!c.rc) judge(&c, o, &k->program->outputs[q->output], (struct ex_at){o->table, q->row}, out);
    for (int l = 0; l < LANG__MAX; l++) buf_fini(&c.tmp[l]);
    ref_free(c.ref);
    return c.rc;
}
