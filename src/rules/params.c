/* Values of parameters at places, and who is head. */
#include "base/mem.h"
#include "base/par.h"
#include "rules/engine.h"
#include "rules/typer_int.h"

enum { PARAM_DEPTH_MAX = 16, HEADS_OF_A_TASK = 1 << 16 };

struct values {
    struct policy *p;
    const struct place *at;
    struct arena *a;
    struct diags *d;
    unsigned depth;
};

static enum rc value_of(struct values *v, struct str name, date_day day, struct pval *out, struct err *e);

/* A frame of one household and nobody: where a parameter's expression is evaluated. */
struct tiny {
    struct frame f;
    struct ftable tables[2];
    uint32_t first[2];
    int64_t division;
    uint32_t place;
    int32_t head;
};

static void tiny_init(struct tiny *t, const struct place *at, date_day day, struct reasons *rs)
{
    *t = (struct tiny){.division = at->division, .head = -1};
    t->tables[0] = (struct ftable){.name = STR("household"), .n = 1};
    t->tables[1] = (struct ftable){.name = STR("person"), .first = t->first};
    t->f = (struct frame){.tables = t->tables,
                          .n_tables = 2,
                          .division = &t->division,
                          .place = &t->place,
                          .n_places = 1,
                          .head = &t->head,
                          .as_of = day,
                          .known_at = day,
                          .reasons = rs};
}

/* `out` stays empty while a parameter it needs is; *broken: all are there, and still no number comes of it. */
static enum rc evaluate(struct values *v, const struct compiled *c, date_day day, struct pval *out, bool *broken,
                        struct err *e)
{
    const struct program *prog = c->program;
    struct ptable pt = {
        .n_places = 1, .n_slots = (uint32_t)prog->n_slots, .v = ARENA_ARRAY(v->a, struct pval, prog->n_slots + 1)};
    if (!pt.v) return err_nomem(e);
    for (size_t i = 0; i < prog->n_slots; i++) {
        TRY(value_of(v, prog->slots[i].param, prog->slots[i].at, &pt.v[i], e));
        if (pt.v[i].state == PVAL_EMPTY) return RC_OK; /* out stays empty */
    }
    struct reasons *rs = reasons_new();
    if (!rs) return err_nomem(e);
    struct tiny t;
    struct value got;
    tiny_init(&t, v->at, day, rs);
    ir_reg reg = prog->outputs[0].reg;
    enum rc rc = ref_eval(prog, &t.f, &pt, reg, 0, &got, e);
    reasons_free(rs);
    if (rc) return rc;
    if (got.st == ST_ABSENT) out->state = PVAL_NONE;
    *broken = got.st != ST_ABSENT && got.st != ST_EXACT;
    if (got.st != ST_EXACT) return RC_OK;
    *out = (struct pval){PVAL_SET, got.v, got.w};
    if (prog->ops[reg].rep != REP_FRAC) return RC_OK;
    int64_t scale = 1;
    for (unsigned i = ty_decimals(v->p, &c->outputs[0].when->ty); i-- > 0;) scale *= 10;
    *broken = !frac_round(got.n, got.d, scale, &out->v);
    if (*broken) out->state = PVAL_EMPTY;
    return RC_OK;
}

/* A division by zero is unknown and a data error, never a parameter that nobody has set. */
static void err_no_number(struct diags *d, struct pos at, const struct decl *param)
{
    diag_add(
        d, DIAG_ERROR, at,
        "the value of the parameter \"%.*s\" cannot be computed: it divides by zero or is too large. Its rules are "
        "not run; mend the value.",
        "参数“%.*s”的值算不出来：除数为零或数值过大。用到它的规则不运行；请更正该值。", STR_ARG(param->name.text));
}

/* In the arena of the evaluation: a what-if asks again and again, and the books would grow. */
static struct expr *event_expr(struct values *v, const struct param_setting *ev)
{
    struct books apart = *policy_books(v->p);
    apart.arena = v->a;
    return expr_parse(&apart, ev->value_text, "value", v->d);
}

void err_not_optional(struct diags *d, struct pos at, const struct decl *param)
{
    diag_add(
        d, DIAG_ERROR, at,
        "the parameter \"%.*s\" is not declared optional, so it cannot be none. Give a value, or leave it unset: its "
        "rules are then not run.",
        "参数“%.*s”没有声明为 optional，不能设为 none。请给出数值，或不设定（用到它的规则就不运行）。",
        STR_ARG(param->name.text));
}

/* Only a parameter declared optional is ever none (SEMANTICS: a rule would compare with nothing, be false everywhere
 * and clear what it found); any other that comes to none is as good as not set, and its rules are not run. */
static void never_none(struct values *v, const struct decl *d, const struct expr *x, const struct compiled *c,
                       struct pval *out)
{
    if (out->state != PVAL_NONE || d->u.param.optional) return;
    *out = (struct pval){.state = PVAL_EMPTY};
    if (c->outputs[0].when->kind == TX_ABSENT) err_not_optional(v->d, x->from, d);
}

static enum rc value_of(struct values *v, struct str name, date_day day, struct pval *out, struct err *e)
{
    *out = (struct pval){.state = PVAL_EMPTY};
    struct param_choice c = policy_param(v->p, name, v->at, day);
    if (!c.decl || (!c.value && !c.event)) return RC_OK;
    if (v->depth == PARAM_DEPTH_MAX)
        return err_set(e, RC_INPUT, c.decl->at, "the parameter \"%.*s\" is defined through itself. Break the circle.",
                       "参数“%.*s”的定义绕回了自身。请断开循环。", STR_ARG(name));
    size_t told = v->d->errors;
    struct expr *x = c.event ? event_expr(v, c.event) : c.value->value;
    if (!x && (v->d->errors == told || arena_failed(v->a))) return err_nomem(e); /* what cannot be read is told */
    if (!x)
        return err_set(e, RC_INPUT, c.decl->at, "the value set for \"%.*s\" cannot be read.",
                       "参数“%.*s”的值无法识别。", STR_ARG(name));
    struct compile_options o = {.place = v->at, .as_of = day};
    struct compiled compiled;
    bool broken = false;
    v->depth++;
    enum rc rc = rules_compile_value(v->p, &o, x, &c.decl->u.param.type, v->a, v->d, &compiled, e);
    if (!rc) rc = evaluate(v, &compiled, day, out, &broken, e);
    if (!rc && broken) err_no_number(v->d, x->from, c.decl);
    if (!rc) never_none(v, c.decl, x, &compiled, out);
    v->depth--;
    return rc;
}

enum rc rules_param_value(struct policy *p, struct str name, const struct place *at, date_day day, struct pval *out,
                          struct diags *d, struct err *e)
{
    struct arena a;
    arena_init(&a, MIB(64));
    struct values v = {.p = p, .at = at, .a = &a, .d = d};
    enum rc rc = value_of(&v, name, day, out, e);
    arena_fini(&a);
    return rc;
}

enum rc rules_param_allows(struct policy *p, struct expr *cond, const struct place *at, date_day day, bool *allows,
                           struct diags *d, struct err *e)
{
    static const struct type_ref truth = {.kind = T_BOOL};
    struct arena a;
    struct pval got = {.state = PVAL_EMPTY};
    struct compiled compiled;
    arena_init(&a, MIB(64));
    struct values v = {.p = p, .at = at, .a = &a, .d = d};
    struct compile_options o = {.place = at, .as_of = day};
    enum rc rc = rules_compile_value(p, &o, cond, &truth, &a, d, &compiled, e);
    bool untold = false; /* lets pass, as an empty parameter does */
    if (!rc) rc = evaluate(&v, &compiled, day, &got, &untold, e);
    *allows = got.state != PVAL_SET || got.v;
    arena_fini(&a);
    return rc;
}

enum rc rules_param_check(struct policy *p, struct str name, const struct place *at, date_day day, struct diags *d,
                          struct err *e)
{
    struct param_choice c = policy_param(p, name, at, day);
    for (size_t i = 0; c.decl && i < c.decl->u.param.n_requires; i++) {
        const struct requirement *r = &c.decl->u.param.requires[i];
        bool allows = true;
        TRY(rules_param_allows(p, r->cond, at, day, &allows, d, e));
        if (allows) continue;
        diag_add(d, DIAG_ERROR, c.value && !c.event ? c.value->at : r->at,
                 "the value of \"%.*s\" breaks a condition: %.*s. Change the value, or the require of the parameter.",
                 "参数“%.*s”的值不合要求：%.*s。请改数值，或改该参数的 require。", STR_ARG(name), STR_ARG(r->message));
    }
    return RC_OK;
}

enum rc rules_ptable(struct policy *p, const struct program *prog, const struct place *places, uint32_t n,
                     struct arena *a, struct ptable *out, struct diags *d, struct err *e)
{
    *out = (struct ptable){.n_places = n, .n_slots = (uint32_t)prog->n_slots};
    out->v = ARENA_ARRAY(a, struct pval, (size_t)n * prog->n_slots + 1);
    if (!out->v) return err_nomem(e);
    for (uint32_t i = 0; i < n; i++)
        for (size_t s = 0; s < prog->n_slots; s++)
            TRY(rules_param_value(p, prog->slots[s].param, &places[i], prog->slots[s].at,
                                  &out->v[i * prog->n_slots + s], d, e));
    return RC_OK;
}

enum rc rules_constant_days(struct policy *p, const struct expr *x, const struct place *at, date_day day,
                            struct arena *a, struct diags *d, int32_t *out, struct err *e)
{
    static const int32_t per[] = {
        [UNIT_DAY] = 1, [UNIT_WEEK] = 7, [UNIT_MONTH] = 30, [UNIT_QUARTER] = 91, [UNIT_YEAR] = 365};
    struct typer t;
    typer_init(&t, p, at, day, a, d);
    struct tx *v = type_expr(&t, x, NULL, false);
    typer_fini(&t);
    bool ok = v && v->kind == TX_CONST && v->ty.kind == T_QUANTITY && !v->ty.den && v->ty.num >= UNIT_DAY &&
              v->ty.num <= UNIT_YEAR && v->v >= 0 && v->v <= 36500;
    if (!ok)
        return err_set(e, RC_INPUT, x->from, "a length of time is written here, such as 10 days.",
                       "此处须写时间长度，例如 10 days。");
    *out = (int32_t)v->v * per[v->ty.num];
    return RC_OK;
}

/* ---------------------------------------------------------------- heads */

enum { HEAD_NONE = -1, HEAD_SEVERAL = -2, HEAD_UNTOLD = -3 }; /* struct frame.head */

struct finding_heads {
    const struct frame *f;
    const struct outbits *bits; /* by person */
    struct expr *const *when;   /* by place */
    const struct expr *cond;
    int32_t *head;
};

static bool bit_of(const uint64_t *v, uint32_t i) { return v[i >> 6] >> (i & 63) & 1; }

static int32_t head_of(const struct outbits *b, uint32_t from, uint32_t to)
{
    int32_t head = HEAD_NONE;
    bool unknown = false;
    for (uint32_t i = from; i < to; i++) {
        unknown |= bit_of(b->unknown, i);
        if (!bit_of(b->yes, i)) continue;
        if (head >= 0) return HEAD_SEVERAL;
        head = (int32_t)i;
    }
    return unknown ? HEAD_UNTOLD : head;
}

static enum rc heads_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct finding_heads *x = ctx;
    const uint32_t *first = x->f->tables[TABLE_PERSON].first, n = x->f->tables[TABLE_HOUSEHOLD].n;
    uint32_t from = (uint32_t)task * HEADS_OF_A_TASK, to = n - from < HEADS_OF_A_TASK ? n : from + HEADS_OF_A_TASK;
    (void)thread, (void)e;
    for (uint32_t h = from; h < to; h++)
        if (x->when[x->f->place[h]] == x->cond) x->head[h] = head_of(x->bits, first[h], first[h + 1]);
    return RC_OK;
}

/* Who is head by one condition, for the households of the places where it is the roster's. */
static enum rc fill_heads_by(struct policy *p, const struct place *places, size_t first, struct expr *const *when,
                             struct frame *f, struct par_team team, int32_t *head, struct arena *a, struct diags *d,
                             struct err *e)
{
    struct compile_options o = {.place = &places[first], .as_of = f->as_of};
    struct compiled c;
    struct ptable pt;
    struct outbits bits = {0};
    uint32_t n = f->tables[TABLE_HOUSEHOLD].n;
    TRY(rules_compile_condition(p, &o, when[first], TABLE_PERSON, a, d, &c, e));
    TRY(rules_ptable(p, c.program, places, f->n_places, a, &pt, d, e));
    struct vm_options vo = {.threads = team.threads, .pool = team.pool};
    TRY(vm_run_bits(c.program, f, &pt, &vo, &bits, e));
    struct finding_heads x = {f, &bits, when, when[first], head};
    enum rc rc = par_team_run(team, ((size_t)n + HEADS_OF_A_TASK - 1) / HEADS_OF_A_TASK, heads_task, &x, e);
    outbits_fini(&bits);
    return rc;
}

static bool seen_before(struct expr *const *when, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (when[k] == when[i]) return true;
    return false;
}

enum rc rules_fill_heads(struct policy *p, const struct place *places, struct frame *f, struct par_team team,
                         struct arena *a, struct diags *d, struct err *e)
{
    uint32_t r = policy_roster(p);
    if (r == UINT32_MAX) return RC_OK;
    bool any = false;
    struct expr **when = ARENA_ARRAY(a, struct expr *, f->n_places + 1);
    int32_t *head = ARENA_ARRAY(a, int32_t, f->tables[TABLE_HOUSEHOLD].n + 1);
    if (!when || !head) return err_nomem(e);
    for (uint32_t i = 0; i < f->n_places; i++) {
        const struct decl *roster = policy_find(p, D_DATASET, policy_dataset_name(p, r), &places[i], f->as_of);
        when[i] = roster ? roster->u.dataset.head_when : NULL;
        any = any || when[i];
    }
    if (!any) return RC_OK;
    for (uint32_t h = 0; h < f->tables[TABLE_HOUSEHOLD].n; h++) head[h] = HEAD_NONE;
    for (uint32_t i = 0; i < f->n_places; i++)
        if (when[i] && !seen_before(when, i)) TRY(fill_heads_by(p, places, i, when, f, team, head, a, d, e));
    f->head = head;
    return RC_OK;
}
