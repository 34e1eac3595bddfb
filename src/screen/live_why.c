/* Why subjects become such that they cannot be judged: what is missing for them, and which parameter is empty where a
 * rule is no longer run. Only the rules and households that moved are run again, this time with their reasons. */
#include <stdlib.h>
#include "base/map.h"
#include "screen/live_int.h"

enum { WHY_MAX = 1 << 20, GAP = 64 }; /* households between two ranges that are run with them */

struct why_sets { /* how many subjects of a rule have a set of reasons */
    uint16_t rule;
    reason_set why;
    uint64_t subjects;
};

struct asking {
    struct live *l;
    const struct side *s;
    const struct live_change *c;
    struct live_answer *a;
    struct map64 at; /* rule << 32 | reasons -> sets */
    VEC(struct why_sets) sets;
    VEC(struct live_why) out;
};

/* ---------------------------------------------------------------- who */

static bool is_of_env(const struct asking *x, uint32_t household, size_t env)
{
    return x->s->env_of_place[x->s->frame.n_places == 1 ? 0 : x->s->frame.place[household]] == env;
}

static bool becomes_unknown(const struct live_move *m) { return m->after == LIVE_UNKNOWN && m->before != LIVE_UNKNOWN; }

static int place_of_move(const struct live_move *m, uint32_t household, uint32_t person, uint16_t rule)
{
    if (m->household_row != household) return m->household_row < household ? -1 : 1;
    if (m->person != person) return m->person < person ? -1 : 1;
    return m->rule < rule ? -1 : m->rule > rule;
}

static bool is_asked(const struct asking *x, uint32_t household, uint32_t person, uint16_t rule)
{
    size_t lo = 0, hi = x->a->n_moves;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (place_of_move(&x->a->moves[mid], household, person, rule) < 0) lo = mid + 1;
        else hi = mid;
    }
    const struct live_move *m = lo < x->a->n_moves ? &x->a->moves[lo] : NULL;
    return m && place_of_move(m, household, person, rule) == 0 && becomes_unknown(m);
}

static uint16_t rule_in_answer(const struct live_answer *a, struct str name)
{
    uint16_t i = 0;
    while (i < a->n_rules && !str_eq(a->rules[i].name, name)) i++;
    return i < a->n_rules ? i : UINT16_MAX;
}

/* ---------------------------------------------------------------- reasons */

static bool count_set(struct asking *x, uint16_t rule, reason_set why)
{
    uint64_t key = (uint64_t)rule << 32 | why;
    uint32_t at = map64_get(&x->at, key);
    if (at == UINT32_MAX) {
        at = (uint32_t)x->sets.n;
        if (!vec_push(&x->sets, WHY_MAX, (struct why_sets){rule, why, 0}) || !map64_put(&x->at, key, at)) return false;
    }
    x->sets.v[at].subjects++;
    return true;
}

/* Rows of one person are one subject, with the reasons of all of them. */
static bool count_output(struct asking *x, size_t env, size_t output, uint16_t rule, const struct outbits *b)
{
    uint16_t table = x->s->env[env].c.outputs[output].table;
    const struct world *w = &x->l->w;
    const uint32_t *owner = table >= TABLE_FACT0 ? w->tables[table].owner : NULL;
    for (uint32_t i = 0, n; i < b->n_unknown; i = n) {
        uint32_t row = owner ? owner[b->row[i]] : b->row[i];
        reason_set why = b->why[i];
        for (n = i + 1; owner && n < b->n_unknown && owner[b->row[n]] == row; n++)
            why = reasons_union(x->s->frame.reasons, why, b->why[n]);
        bool person = table != TABLE_HOUSEHOLD;
        uint32_t h = person ? w->tables[TABLE_PERSON].owner[row] : row;
        bool asked = is_of_env(x, h, env) && is_asked(x, h, person ? world_person_no(w, row) : 0, rule);
        if (asked && !count_set(x, rule, why)) return false;
    }
    return !reasons_failed(x->s->frame.reasons);
}

/* The households of an environment with a subject that is asked about. */
static bool ranges_of_moves(const struct asking *x, size_t env, struct vm_range **out, size_t *n)
{
    VEC(struct vm_range) v = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < x->a->n_moves; i++) {
        const struct live_move *m = &x->a->moves[i];
        uint32_t h = m->household_row;
        if (!becomes_unknown(m) || !is_of_env(x, h, env)) continue;
        if (v.n && h <= v.v[v.n - 1].end + GAP) v.v[v.n - 1].end = h + 1;
        else ok = vec_push(&v, UINT32_MAX, (struct vm_range){h, h + 1});
    }
    *out = v.v;
    *n = v.n;
    return ok;
}

static bool want_outputs(const struct asking *x, size_t env, bool *wanted)
{
    const struct program *p = x->s->env[env].c.program;
    bool any = false;
    for (size_t i = 0; i < p->n_outputs; i++) {
        uint16_t rule = rule_in_answer(x->a, p->outputs[i].name);
        wanted[i] = rule != UINT16_MAX && x->a->rules[rule].unknown.enters;
        any = any || wanted[i];
    }
    return any;
}

static enum rc run_wanted(struct asking *x, size_t env, const struct vm_options *o, struct outbits *bits, struct err *e)
{
    const struct side_env *v = &x->s->env[env];
    enum rc rc = vm_run_bits(v->c.program, &x->s->frame, &v->pt, o, bits, e);
    for (size_t i = 0; !rc && i < v->c.program->n_outputs; i++) {
        uint16_t rule = o->wanted[i] ? rule_in_answer(x->a, v->c.program->outputs[i].name) : UINT16_MAX;
        if (rule != UINT16_MAX && !count_output(x, env, i, rule, &bits[i])) rc = err_nomem(e);
    }
    for (size_t i = 0; i < v->c.program->n_outputs; i++) outbits_fini(&bits[i]);
    return rc;
}

static enum rc ask_env(struct asking *x, size_t env, struct err *e)
{
    size_t n = x->s->env[env].c.program->n_outputs;
    bool *wanted = mem_zalloc_array(n + 1, sizeof *wanted);
    struct outbits *bits = mem_zalloc_array(n + 1, sizeof *bits);
    struct vm_range *only = NULL;
    struct vm_options o = {.threads = x->l->o.threads, .wanted = wanted, .cancel = x->c->cancel};
    enum rc rc = wanted && bits && ranges_of_moves(x, env, &only, &o.n_only) ? RC_OK : err_nomem(e);
    o.only = only;
    if (!rc && o.n_only && want_outputs(x, env, wanted)) rc = run_wanted(x, env, &o, bits, e);
    mem_free(only);
    mem_free(bits);
    mem_free(wanted);
    return rc;
}

/* ---------------------------------------------------------------- parameters */

/* The first parameter that a rule names and nobody has set at a place. */
static const struct ir_slot *empty_slot(const struct side *s, uint16_t rule, uint32_t place)
{
    const struct side_env *env = &s->env[s->env_of_place[place]];
    const struct program *p = env->c.program;
    for (size_t i = 0; i < p->n_outputs; i++)
        for (size_t k = 0; env->rule[i] == rule && k < p->outputs[i].n_slots; k++) {
            uint16_t slot = p->outputs[i].slots[k];
            if (env->pt.v[(size_t)place * env->pt.n_slots + slot].state == PVAL_EMPTY) return &p->slots[slot];
        }
    return NULL;
}

static bool add_text(struct asking *x, struct live_why *w, struct str en, struct str zh)
{
    w->text[LANG_EN] = str_dup(&x->a->arena, en);
    w->text[LANG_ZH] = str_dup(&x->a->arena, zh);
    return w->text[LANG_EN].p && w->text[LANG_ZH].p && vec_push(&x->out, WHY_MAX, *w);
}

static bool count_param(struct asking *x, uint16_t rule, struct str param, uint64_t households)
{
    for (size_t i = 0; i < x->out.n; i++) {
        struct live_why *w = &x->out.v[i];
        if (w->rule != rule || !w->not_run || !str_eq(w->param, param)) continue;
        w->subjects += households;
        return true;
    }
    struct live_why w = {.rule = rule, .not_run = true, .param = str_dup(&x->a->arena, param), .subjects = households};
    return w.param.p && add_text(x, &w, w.param, w.param);
}

static enum rc ask_params(struct asking *x, uint16_t rule, struct err *e)
{
    struct str name = x->a->rules[rule].name;
    uint16_t before = side_rule_index(&x->l->base, name), after = side_rule_index(x->s, name);
    struct run_pair p = {.a = &x->l->base, .b = x->s};
    while (runs_next(&p)) {
        if (side_quiet(x->s, after, p.from) != LIVE_NOT_RUN || side_quiet(&x->l->base, before, p.from) == LIVE_NOT_RUN)
            continue;
        const struct ir_slot *slot = empty_slot(x->s, after, x->s->runs[p.k].place);
        if (slot && !count_param(x, rule, slot->param, p.end - p.from)) return err_nomem(e);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- whole */

static bool tell_reason(struct asking *x, uint16_t rule, reason r, uint64_t subjects)
{
    struct buf en, zh;
    struct live_why w = {.rule = rule, .why = r, .subjects = subjects};
    for (size_t i = 0; i < x->out.n; i++)
        if (x->out.v[i].rule == rule && !x->out.v[i].not_run && x->out.v[i].why == r) {
            x->out.v[i].subjects += subjects;
            return true;
        }
    buf_init(&en, KIB(4));
    buf_init(&zh, KIB(4));
    zh_reason(x->s->policy, r, LANG_EN, &en);
    zh_reason(x->s->policy, r, LANG_ZH, &zh);
    bool ok = !en.failed && !zh.failed && add_text(x, &w, buf_str(&en), buf_str(&zh));
    buf_fini(&en);
    buf_fini(&zh);
    return ok;
}

static enum rc tell_sets(struct asking *x, struct err *e)
{
    for (size_t i = 0; i < x->sets.n; i++) {
        const reason *r;
        size_t n = reasons_get(x->s->frame.reasons, x->sets.v[i].why, &r);
        for (size_t k = 0; k < n; k++)
            if (!tell_reason(x, x->sets.v[i].rule, r[k], x->sets.v[i].subjects)) return err_nomem(e);
    }
    return RC_OK;
}

static int by_rule(const void *p, const void *q)
{
    const struct live_why *a = p, *b = q;
    if (a->rule != b->rule) return a->rule < b->rule ? -1 : 1;
    if (a->subjects != b->subjects) return a->subjects > b->subjects ? -1 : 1;
    return str_cmp(a->text[LANG_EN], b->text[LANG_EN]);
}

static enum rc ask_all(struct asking *x, struct err *e)
{
    for (size_t k = 0; k < x->s->n_env; k++) TRY(ask_env(x, k, e));
    TRY(tell_sets(x, e));
    for (size_t i = 0; i < x->a->n_rules; i++)
        if (x->a->rules[i].not_run.enters) TRY(ask_params(x, (uint16_t)i, e));
    if (x->out.n) qsort(x->out.v, x->out.n, sizeof *x->out.v, by_rule);
    x->a->why = ARENA_ARRAY(&x->a->arena, struct live_why, x->out.n + 1);
    if (!x->a->why) return err_nomem(e);
    if (x->out.n) memcpy(x->a->why, x->out.v, x->out.n * sizeof *x->a->why);
    x->a->n_why = x->out.n;
    return RC_OK;
}

enum rc answer_why(struct live *l, const struct side *after, const struct live_change *c, struct live_answer *a,
                   struct err *e)
{
    struct asking x = {.l = l, .s = after, .c = c, .a = a};
    map64_init(&x.at);
    enum rc rc = ask_all(&x, e);
    map64_fini(&x.at);
    vec_fini(&x.sets);
    vec_fini(&x.out);
    return rc;
}
