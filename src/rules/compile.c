/* From a policy to programs: every rule in force typed and lowered, with the parameters and datasets it names. */
#include "base/mem.h"
#include "ident/division.h"
#include "rules/typer_int.h"

struct job {
    struct typer t;
    struct lower *lw;
    const struct compile_options *o;
    struct arena *a;
    VEC(struct tx_output) outs;
    VEC(struct ir_output) irs;
    size_t errors_before;
};

enum { OUTPUTS_MAX = 16384 };

/* ---------------------------------------------------------------- outputs */

static struct str joined_name(struct job *j, struct str a, const char *b)
{
    struct str s = str_from(b);
    char *z = arena_alloc(j->a, a.n + s.n + 1);
    if (!z) {
        j->t.nomem = true;
        return a;
    }
    memcpy(z, a.p, a.n);
    memcpy(z + a.n, s.p, s.n);
    return str_make(z, a.n + s.n);
}

static void add_output(struct job *j, struct tx_output o)
{
    bool verdict = o.kind == OUT_RULE || o.kind == OUT_NOT_RECEIVED || o.kind == OUT_NOT_ENTITLED;
    ir_reg r = verdict ? lower_verdict(j->lw, o.when, o.table) : lower_output(j->lw, o.when, o.table);
    if (r == IR_NONE) return;
    struct ir_output io = {.kind = o.kind, .decl = o.decl, .name = o.name, .reg = r, .space = UINT16_MAX};
    if (!vec_push(&j->outs, OUTPUTS_MAX, o) || !vec_push(&j->irs, OUTPUTS_MAX, io)) j->t.nomem = true;
}

static struct tx *type_condition(struct job *j, const struct expr *e, uint16_t table)
{
    return e && scope_root(&j->t, table, e->from) ? type_bool(&j->t, e) : NULL;
}

static uint16_t subject_table(struct job *j, struct name on)
{
    uint16_t table = entity_table(&j->t, on.text);
    if (table == UINT16_MAX)
        diag_add(j->t.d, DIAG_ERROR, on.at, "there are no rows called \"%.*s\". Write household, member or a dataset.",
                 "没有名为“%.*s”的行。请写 household、member 或数据集名。", STR_ARG(on.text));
    return table;
}

static void compile_rule(struct job *j, const struct decl *d)
{
    const struct rule_decl *r = &d->u.rule;
    uint16_t table = subject_table(j, r->on);
    if (!r->when) {
        diag_add(j->t.d, DIAG_ERROR, d->at, "the rule \"%.*s\" has no condition. Write when ….",
                 "规则“%.*s”没有条件。请写 when …。", STR_ARG(d->name.text));
        return;
    }
    if (table == UINT16_MAX) return;
    struct tx *when = type_condition(j, r->when, table);
    if (when) add_output(j, (struct tx_output){OUT_RULE, d, d->name.text, table, when});
}

/* What a measure gives is an amount; it is typed with the rules so that a wrong one is refused here. */
static bool gives_money(struct job *j, const struct measure_decl *m, uint16_t table)
{
    if (!m->gives) return true;
    struct tx *x = scope_root(&j->t, table, m->gives->from) ? type_expr(&j->t, m->gives, NULL, false) : NULL;
    if (!x || (x->ty.kind == T_QUANTITY && x->ty.num == UNIT_YUAN) || x->zero) return x != NULL;
    diag_add(j->t.d, DIAG_ERROR, m->gives->from, "a measure gives money, this is %s. Write an amount such as 100 yuan.",
             "措施给付的是金额，这是 %s。请写金额，例如 100 yuan。", ty_text(&j->t, &x->ty));
    return false;
}

static void compile_measure(struct job *j, const struct decl *d)
{
    const struct measure_decl *m = &d->u.measure;
    uint16_t table = subject_table(j, m->on);
    if (!m->eligible || !m->enrolled) {
        diag_add(j->t.d, DIAG_ERROR, d->at, "the measure \"%.*s\" needs eligible when … and enrolled when ….",
                 "措施“%.*s”须写 eligible when … 和 enrolled when …。", STR_ARG(d->name.text));
        return;
    }
    if (table == UINT16_MAX) return;
    struct tx *eligible = type_condition(j, m->eligible, table), *enrolled = type_condition(j, m->enrolled, table);
    struct tx *kept = type_condition(j, m->kept, table);
    if (!eligible || !enrolled || (m->kept && !kept) || !gives_money(j, m, table)) return;
    struct tx *missing = tx_not(&j->t, enrolled), *not_due = tx_not(&j->t, eligible);
    struct tx *received = missing ? tx_and(&j->t, eligible, missing) : NULL;
    struct tx *entitled = not_due ? tx_and(&j->t, enrolled, not_due) : NULL;
    if (kept && entitled) {
        struct tx *ended = tx_not(&j->t, kept);
        entitled = ended ? tx_and(&j->t, entitled, ended) : NULL;
    }
    if (!received || !entitled) return;
    add_output(j,
               (struct tx_output){OUT_NOT_RECEIVED, d, joined_name(j, d->name.text, ".not_received"), table, received});
    add_output(j,
               (struct tx_output){OUT_NOT_ENTITLED, d, joined_name(j, d->name.text, ".not_entitled"), table, entitled});
}

static void compile_feature(struct job *j, const struct decl *d, struct str full_name)
{
    uint16_t table = subject_table(j, d->u.feature.entity);
    if (table == UINT16_MAX) return;
    struct tx *body = type_feature_body(&j->t, d, table);
    if (body) add_output(j, (struct tx_output){OUT_FEATURE, d, full_name, table, body});
}

static bool wanted(const struct compile_options *o, struct str name)
{
    for (size_t i = 0; i < o->n_only; i++)
        if (str_eq(o->only[i], name)) return true;
    return o->n_only == 0;
}

/* ---------------------------------------------------------------- `require` and `filled` of datasets */

static void compile_check(struct job *j, const struct decl *ds, enum check_kind kind, size_t i)
{
    struct decl *d = check_decl(&j->t, ds, kind, i);
    if (!d || !wanted(j->o, d->name.text)) return;
    uint16_t table = check_table(&j->t, ds);
    struct tx *when = type_check(&j->t, ds, kind, i);
    if (when) add_output(j, (struct tx_output){OUT_RULE, d, d->name.text, table, when});
}

static void compile_checks(struct job *j)
{
    size_t n;
    const struct str *names = policy_names(j->t.p, D_DATASET, &n);
    for (size_t i = 0; i < n; i++) {
        const struct decl *ds = policy_find(j->t.p, D_DATASET, names[i], j->o->place, j->o->as_of);
        if (!ds) continue;
        for (size_t k = 0; k < ds->u.dataset.n_requires; k++) compile_check(j, ds, CHECK_REQUIRE, k);
        for (size_t k = 0; k < ds->u.dataset.n_filled; k++) compile_check(j, ds, CHECK_FILLED, k);
    }
}

static void compile_kind(struct job *j, enum decl_kind k)
{
    size_t n;
    const struct str *names = policy_names(j->t.p, k, &n);
    for (size_t i = 0; i < n; i++) {
        bool feature = k == D_FEATURE;
        if (feature ? !(j->o->features || (j->o->n_only && wanted(j->o, names[i]))) : !wanted(j->o, names[i])) continue;
        const struct decl *d = policy_find(j->t.p, k, names[i], j->o->place, j->o->as_of);
        if (!d) continue;
        if (k == D_RULE) compile_rule(j, d);
        else if (k == D_MEASURE) compile_measure(j, d);
        else compile_feature(j, d, names[i]);
    }
}

/* ---------------------------------------------------------------- what an output names */

static void mark_args(const struct program *p, ir_reg r, uint8_t *live)
{
    const struct ir_op *o = &p->ops[r];
    for (int i = 0; i < IR_ARGS_MAX; i++)
        if (o->args[i] != IR_NONE) live[o->args[i]] = 1;
    if (o->own != IR_NONE) live[o->own] = 1;
    if (o->date != IR_NONE) live[o->date] = 1;
    if (o->code != IR_AGG) return;
    for (uint16_t s = o->from; s != o->space && s != UINT16_MAX; s = p->spaces[s].outer) {
        if (p->spaces[s].start != IR_NONE) live[p->spaces[s].start] = 1;
        for (size_t i = 0; i < p->spaces[s].n_ties; i++)
            live[p->spaces[s].ties[i].outer] = live[p->spaces[s].ties[i].inner] = 1;
    }
}

static void add_number(uint16_t *v, size_t *n, uint16_t x)
{
    for (size_t i = 0; i < *n; i++)
        if (v[i] == x) return;
    v[(*n)++] = x;
}

static void note_reaches(const struct program *p, const struct ir_op *o, uint8_t *live, struct ir_output *out)
{
    for (int i = 0; i < IR_DEPTH_MAX; i++) {
        if (o->reach[i] == UINT16_MAX) continue;
        const struct ir_reach *r = &p->reaches[o->reach[i]];
        add_number(out->datasets, &out->n_datasets, (uint16_t)r->dataset);
        if (r->anchor != IR_NONE) live[r->anchor] = 1;
    }
}

static bool describe(struct program *p, struct arena *a, struct ir_output *out, uint8_t *live)
{
    memset(live, 0, p->n_ops);
    out->space = p->ops[out->reg].space;
    out->slots = ARENA_ARRAY(a, uint16_t, p->n_slots + 1);
    out->datasets = ARENA_ARRAY(a, uint16_t, p->n_reaches + 1);
    if (!out->slots || !out->datasets) return false;
    live[out->reg] = 1;
    for (size_t i = out->reg + 1; i-- > 0;) {
        if (!live[i]) continue;
        const struct ir_op *o = &p->ops[i];
        if (o->code == IR_PARAM) add_number(out->slots, &out->n_slots, (uint16_t)o->index);
        if (o->code == IR_AGG) note_reaches(p, o, live, out);
        mark_args(p, (ir_reg)i, live);
    }
    return true;
}

static enum rc describe_all(struct job *j, struct program *p, struct err *e)
{
    uint8_t *live = mem_alloc(p->n_ops ? p->n_ops : 1);
    if (!live) return err_nomem(e);
    bool ok = true;
    for (size_t i = 0; i < p->n_outputs && ok; i++) ok = describe(p, j->a, &p->outputs[i], live);
    mem_free(live);
    return ok ? RC_OK : err_nomem(e);
}

/* ---------------------------------------------------------------- whole */

static enum rc job_begin(struct job *j, struct policy *p, const struct compile_options *o, struct arena *a,
                         struct diags *d, struct program **prog, struct err *e)
{
    *j = (struct job){.o = o, .a = a, .errors_before = d->errors};
    typer_init(&j->t, p, o->place, o->as_of, a, d);
    *prog = lower_new(&j->t, &j->lw);
    return *prog ? RC_OK : err_nomem(e);
}

static enum rc job_finish(struct job *j, struct program *prog, struct compiled *out, struct err *e)
{
    enum rc rc = RC_OK;
    /* First: what memory did not reach for is told as an error of the books, too. */
    if (j->t.nomem || arena_failed(j->a)) rc = err_nomem(e);
    else if (j->t.d->errors > j->errors_before)
        rc = err_set(e, RC_INPUT, pos_none(), "the policy books have errors.", "政策册有错误。");
    else rc = lower_finish(j->lw, e);
    if (!rc) {
        prog->n_outputs = j->irs.n;
        prog->outputs = ARENA_ARRAY(j->a, struct ir_output, j->irs.n + 1);
        out->n_outputs = j->outs.n;
        out->outputs = ARENA_ARRAY(j->a, struct tx_output, j->outs.n + 1);
        if (!prog->outputs || !out->outputs) rc = err_nomem(e);
    }
    if (!rc) {
        if (j->irs.n) memcpy(prog->outputs, j->irs.v, j->irs.n * sizeof *j->irs.v);
        if (j->outs.n) memcpy(out->outputs, j->outs.v, j->outs.n * sizeof *j->outs.v);
        out->program = prog;
        rc = describe_all(j, prog, e);
    }
    vec_fini(&j->outs);
    vec_fini(&j->irs);
    lower_free(j->lw);
    typer_fini(&j->t);
    return rc;
}

/* Conditions on parameters are typed here, that a wrong one is refused before anybody sets a value; apart from the
 * rules, whose programs do not need the parameters named. */
static void type_param_requires(struct job *j)
{
    size_t n;
    const struct str *names = policy_names(j->t.p, D_PARAM, &n);
    struct typer t;
    typer_init(&t, j->t.p, j->o->place, j->o->as_of, j->a, j->t.d);
    for (size_t i = 0; i < n; i++) {
        const struct decl *d = policy_find(t.p, D_PARAM, names[i], j->o->place, j->o->as_of);
        for (size_t k = 0; d && k < d->u.param.n_requires; k++) (void)type_bool(&t, d->u.param.requires[k].cond);
    }
    j->t.nomem = j->t.nomem || t.nomem;
    typer_fini(&t);
}

/* Who is head is asked before any rule runs: a wrong condition is refused here. */
static void type_head_when(struct job *j)
{
    struct typer t;
    uint32_t r = policy_roster(j->t.p);
    if (r == UINT32_MAX) return;
    const struct decl *d = policy_find(j->t.p, D_DATASET, policy_dataset_name(j->t.p, r), j->o->place, j->o->as_of);
    if (!d || !d->u.dataset.head_when) return;
    typer_init(&t, j->t.p, j->o->place, j->o->as_of, j->a, j->t.d);
    if (scope_root(&t, TABLE_PERSON, d->u.dataset.head_when->from)) (void)type_bool(&t, d->u.dataset.head_when);
    j->t.nomem = j->t.nomem || t.nomem;
    typer_fini(&t);
}

/* A value may hold in another place or on other days than those compiled for: it is typed where and when it holds. */
static void type_param_value(struct job *j, const struct decl *d, const struct param_value *v)
{
    struct place at = *j->o->place;
    date_day day = j->o->as_of;
    struct typer t;
    struct ty want;
    if (v->reach.has_division && !division_covers(v->reach.division, at.division)) at.division = v->reach.division;
    if (v->reach.flags.n) {
        struct str *flags = ARENA_ARRAY(j->a, struct str, v->reach.flags.n);
        for (size_t i = 0; flags && i < v->reach.flags.n; i++) flags[i] = v->reach.flags.v[i].text;
        at.flags = flags;
        at.n_flags = flags ? v->reach.flags.n : 0;
        j->t.nomem = j->t.nomem || !flags;
    }
    if (v->reach.from && day < v->reach.from) day = v->reach.from;
    if (v->reach.to && day > v->reach.to) day = v->reach.to;
    typer_init(&t, j->t.p, &at, day, j->a, j->t.d);
    struct tx *x = ty_resolve(&t, &d->u.param.type, &want) ? type_as(&t, v->value, &want, true) : NULL;
    if (x && x->kind == TX_ABSENT && !d->u.param.optional) err_not_optional(j->t.d, v->value->from, d);
    j->t.nomem = j->t.nomem || t.nomem;
    typer_fini(&t);
}

static void type_param_values(struct job *j)
{
    size_t n;
    const struct str *names = policy_names(j->t.p, D_PARAM, &n);
    for (size_t i = 0; i < n; i++) {
        const struct decl *d = policy_find(j->t.p, D_PARAM, names[i], j->o->place, j->o->as_of);
        for (size_t k = 0; d && k < d->u.param.n_values; k++) type_param_value(j, d, &d->u.param.values[k]);
    }
}

/* Apart from the rules, which do not need their columns. */
static void type_decisions(struct job *j)
{
    size_t n;
    const struct str *names = policy_names(j->t.p, D_DATASET, &n);
    struct typer t;
    for (size_t i = 0; i < n; i++) {
        const struct decl *d = policy_find(j->t.p, D_DATASET, names[i], j->o->place, j->o->as_of);
        if (!d || !d->u.dataset.decided_on.text.n) continue;
        typer_init(&t, j->t.p, j->o->place, j->o->as_of, j->a, j->t.d);
        (void)type_decided(&t, d);
        j->t.nomem = j->t.nomem || t.nomem;
        typer_fini(&t);
    }
}

static void compile_rules(struct job *j)
{
    compile_kind(j, D_RULE);
    compile_kind(j, D_MEASURE);
    compile_kind(j, D_FEATURE);
    compile_checks(j);
}

enum rc rules_compile(struct policy *p, const struct compile_options *o, struct arena *a, struct diags *d,
                      struct compiled *out, struct err *e)
{
    struct job j;
    struct program *prog;
    *out = (struct compiled){0};
    enum rc rc = job_begin(&j, p, o, a, d, &prog, e);
    if (!rc) {
        compile_rules(&j);
        if (!o->n_only) type_param_requires(&j);
        if (!o->n_only) type_param_values(&j);
        if (!o->n_only) type_head_when(&j);
        if (!o->n_only) type_decisions(&j);
        rc = job_finish(&j, prog, out, e);
    }
    return rc;
}

static void compile_gives(struct job *j, const struct decl *d)
{
    const struct measure_decl *m = &d->u.measure;
    uint16_t table = m->gives ? subject_table(j, m->on) : UINT16_MAX;
    if (table == UINT16_MAX || !scope_root(&j->t, table, m->gives->from)) return;
    struct tx *x = type_expr(&j->t, m->gives, NULL, false);
    if (x) add_output(j, (struct tx_output){OUT_FEATURE, d, d->name.text, table, x});
}

enum rc rules_compile_gives(struct policy *p, const struct compile_options *o, struct arena *a, struct diags *d,
                            struct compiled *out, struct err *e)
{
    struct job j;
    struct program *prog;
    size_t n;
    *out = (struct compiled){0};
    TRY(job_begin(&j, p, o, a, d, &prog, e));
    const struct str *names = policy_names(p, D_MEASURE, &n);
    for (size_t i = 0; i < n; i++) {
        const struct decl *m = policy_find(p, D_MEASURE, names[i], o->place, o->as_of);
        if (m) compile_gives(&j, m);
    }
    return job_finish(&j, prog, out, e);
}

enum rc rules_compile_condition(struct policy *p, const struct compile_options *o, struct expr *cond, uint16_t table,
                                struct arena *a, struct diags *d, struct compiled *out, struct err *e)
{
    struct job j;
    struct program *prog;
    *out = (struct compiled){0};
    TRY(job_begin(&j, p, o, a, d, &prog, e));
    struct tx *x = type_condition(&j, cond, table);
    if (x) add_output(&j, (struct tx_output){OUT_EXPECT, NULL, STR("condition"), table, x});
    return job_finish(&j, prog, out, e);
}

enum rc rules_compile_value(struct policy *p, const struct compile_options *o, struct expr *value,
                            const struct type_ref *type, struct arena *a, struct diags *d, struct compiled *out,
                            struct err *e)
{
    struct job j;
    struct program *prog;
    struct ty want;
    *out = (struct compiled){0};
    TRY(job_begin(&j, p, o, a, d, &prog, e));
    struct tx *x = ty_resolve(&j.t, type, &want) ? type_as(&j.t, value, &want, true) : NULL;
    if (x) add_output(&j, (struct tx_output){OUT_EXPECT, NULL, STR("value"), TABLE_HOUSEHOLD, x});
    return job_finish(&j, prog, out, e);
}

enum rc rules_compile_expects(struct policy *p, const struct compile_options *o, struct expr *const *conds, size_t n,
                              struct arena *a, struct diags *d, struct compiled *out, struct err *e)
{
    struct job j;
    struct program *prog;
    *out = (struct compiled){0};
    TRY(job_begin(&j, p, o, a, d, &prog, e));
    if (o->features || o->n_only) compile_rules(&j);
    j.t.rule_names = true;
    for (size_t i = 0; i < n; i++) {
        struct tx *x = type_condition(&j, conds[i], TABLE_HOUSEHOLD);
        if (x) add_output(&j, (struct tx_output){OUT_EXPECT, NULL, STR("expect"), TABLE_HOUSEHOLD, x});
    }
    return job_finish(&j, prog, out, e);
}

/* ---------------------------------------------------------------- the truth of rules, in expectations */

/* A name typed with its own scopes, whatever scopes are in use now. */
static struct tx *type_apart(struct typer *t, const struct expr *e, uint16_t table)
{
    struct scope saved[SCOPES_MAX];
    uint32_t n_saved = t->n_scopes;
    memcpy(saved, t->scopes, sizeof saved);
    struct tx *x = scope_root(t, table, e->from) ? type_bool(t, e) : NULL;
    memcpy(t->scopes, saved, sizeof saved);
    t->n_scopes = n_saved;
    return x;
}

static struct tx *rule_node(struct typer *t, const struct expr *e, const struct decl *d, struct tx *body,
                            uint16_t table)
{
    struct tx *x = body ? tx_new(t, TX_RULE, ty_of(T_BOOL), e) : NULL;
    if (!x) return NULL;
    x->decl = d, x->a = body, x->field.table = table, x->scopes = 1, x->text = d->name.text;
    return x;
}

struct tx *type_rule_name(struct typer *t, const struct expr *e, struct str name)
{
    const struct decl *d = policy_find(t->p, D_RULE, name, t->place, t->place_day);
    if (!d || !d->u.rule.when) return NULL;
    uint16_t table = entity_table(t, d->u.rule.on.text);
    return table == UINT16_MAX ? NULL : rule_node(t, e, d, type_apart(t, d->u.rule.when, table), table);
}

struct tx *type_measure_truth(struct typer *t, const struct expr *e, const struct decl *d, bool received)
{
    const struct measure_decl *m = &d->u.measure;
    uint16_t table = entity_table(t, m->on.text);
    if (table == UINT16_MAX || !m->eligible || !m->enrolled) return NULL;
    struct tx *eligible = type_apart(t, m->eligible, table), *enrolled = type_apart(t, m->enrolled, table);
    struct tx *kept = m->kept && !received ? type_apart(t, m->kept, table) : NULL;
    if (!eligible || !enrolled) return NULL;
    struct tx *no = tx_not(t, received ? enrolled : eligible);
    if (!no) return NULL;
    struct tx *body = tx_and(t, received ? eligible : enrolled, no);
    if (kept && body) {
        struct tx *ended = tx_not(t, kept);
        body = ended ? tx_and(t, body, ended) : NULL;
    }
    return rule_node(t, e, d, body, table);
}

struct tx *type_check_truth(struct typer *t, const struct expr *e, const struct decl *ds, struct str name)
{
    enum check_kind kind;
    size_t i;
    struct scope saved[SCOPES_MAX];
    uint32_t n_saved = t->n_scopes;
    struct decl *d = check_find(ds, name, &kind, &i) ? check_decl(t, ds, kind, i) : NULL;
    if (!d) return NULL;
    memcpy(saved, t->scopes, sizeof saved);
    struct tx *body = type_check(t, ds, kind, i);
    memcpy(t->scopes, saved, sizeof saved);
    t->n_scopes = n_saved;
    return rule_node(t, e, d, body, check_table(t, ds));
}
