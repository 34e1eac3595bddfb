/* Sides: books and values made into programs and tables for the places of a frame. */
#include <stdlib.h>
#include "book/book.h"
#include "screen/live_int.h"
#include "screen/load_int.h"

#define DATA_TEXT_MAX MIB(64)

/* ---------------------------------------------------------------- rules */

static int by_name(const void *a, const void *b)
{
    const struct side_rule *x = a, *y = b;
    return str_cmp(x->name, y->name);
}

uint16_t side_rule_index(const struct side *s, struct str name)
{
    size_t lo = 0, hi = s->n_rules;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (str_cmp(s->rules[mid].name, name) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo < s->n_rules && str_eq(s->rules[lo].name, name) ? (uint16_t)lo : UINT16_MAX;
}

static enum rc list_rules(struct side *s, struct err *e)
{
    size_t n = 0, kept = 0;
    for (size_t k = 0; k < s->n_env; k++) n += s->env[k].c.n_outputs;
    s->rules = ARENA_ARRAY(&s->arena, struct side_rule, n + 1);
    if (!s->rules) return err_nomem(e);
    for (size_t k = 0; k < s->n_env; k++)
        for (size_t i = 0; i < s->env[k].c.n_outputs; i++) {
            const struct ir_output *o = &s->env[k].c.program->outputs[i];
            s->rules[s->n_rules++] = (struct side_rule){.name = o->name, .decl = o->decl, .kind = o->kind};
        }
    if (s->n_rules) qsort(s->rules, s->n_rules, sizeof *s->rules, by_name);
    for (size_t i = 0; i < s->n_rules; i++)
        if (!kept || !str_eq(s->rules[kept - 1].name, s->rules[i].name)) s->rules[kept++] = s->rules[i];
    s->n_rules = kept;
    if (kept > LIVE_RULES_MAX)
        return err_set(e, RC_INPUT, pos_none(), "the books have more than %d rules.", "政策册的规则超过 %d 条。",
                       (int)LIVE_RULES_MAX);
    for (size_t k = 0; k < s->n_env; k++) {
        struct side_env *env = &s->env[k];
        env->rule = ARENA_ARRAY(&s->arena, uint16_t, env->c.n_outputs + 1);
        if (!env->rule) return err_nomem(e);
        for (size_t i = 0; i < env->c.n_outputs; i++)
            env->rule[i] = side_rule_index(s, env->c.program->outputs[i].name);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- environments */

static enum rc compile_env(struct live *l, struct side *s, struct side_env *env, const struct place *at,
                           struct diags *d, struct err *e)
{
    struct compile_options o = {.place = at, .as_of = l->w.as_of};
    TRY(rules_compile(s->policy, &o, &s->arena, d, &env->c, e));
    return rules_compile_gives(s->policy, &o, &s->arena, d, &env->gives, e);
}

/* Programs of the base that serve here too: of the same books, where every name has the same winner. */
static const struct side_env *known_env(const struct live *l, const struct side *s, uint32_t number)
{
    for (size_t k = 0; s != &l->base && s->policy == l->policy && k < l->base.n_env; k++)
        if (l->base.env[k].number == number) return &l->base.env[k];
    return NULL;
}

static enum rc find_environments(struct live *l, struct side *s, struct diags *d, struct err *e)
{
    uint32_t n_places = s->frame.n_places;
    s->env_of_place = ARENA_ARRAY(&s->arena, uint16_t, n_places + 1);
    s->env = ARENA_ARRAY(&s->arena, struct side_env, LIVE_ENVIRONMENTS_MAX);
    if (!s->env_of_place || !s->env) return err_nomem(e);
    for (uint32_t i = 0; i < n_places; i++) {
        uint32_t number = policy_environment(s->policy, &s->places[i], l->w.as_of, e);
        size_t k = 0;
        if (number == UINT32_MAX) return RC_NOMEM;
        while (k < s->n_env && s->env[k].number != number) k++;
        if (k == LIVE_ENVIRONMENTS_MAX)
            return err_set(e, RC_INPUT, pos_none(), "the books differ in more than %d ways over these places.",
                           "这些地方的政策组合超过 %d 种。", (int)LIVE_ENVIRONMENTS_MAX);
        s->env_of_place[i] = (uint16_t)k;
        if (k < s->n_env) continue;
        const struct side_env *known = known_env(l, s, number);
        struct side_env *env = &s->env[s->n_env++];
        env->number = number;
        if (known) env->c = known->c, env->gives = known->gives;
        else TRY(compile_env(l, s, env, &s->places[i], d, e));
    }
    return list_rules(s, e);
}

/* ---------------------------------------------------------------- places */

static enum rc find_runs(struct side *s, struct err *e)
{
    uint32_t n = s->frame.tables[TABLE_HOUSEHOLD].n;
    const uint32_t *place = s->frame.place;
    VEC(struct place_run) runs = {0};
    uint64_t *households = ARENA_ARRAY(&s->arena, uint64_t, s->frame.n_places + 1);
    bool ok = households;
    for (uint32_t h = 0; ok && h < n;) {
        uint32_t from = h;
        while (h < n && place[h] == place[from]) h++;
        households[place[from]] += h - from;
        ok = vec_push(&runs, UINT32_MAX, (struct place_run){from, place[from]});
    }
    s->n_runs = runs.n;
    s->households = households;
    ok = ok && vec_push(&runs, UINT32_MAX, (struct place_run){n, 0});
    s->runs = runs.v;
    return ok ? RC_OK : err_nomem(e);
}

static enum rc share_runs(const struct live *l, struct side *s)
{
    s->runs = l->base.runs;
    s->n_runs = l->base.n_runs;
    s->households = l->base.households;
    return RC_OK;
}

/* The loader numbers places of households; here one household stands for each division. */
static enum rc places_of_divisions(struct live *l, struct side *s, uint32_t **by_division, struct err *e)
{
    struct world tmp = {
        .policy = s->policy, .as_of = l->w.as_of, .n_households = l->n_divisions, .frame.division = l->divisions};
    arena_init(&tmp.arena, LIVE_ARENA_MAX);
    enum rc rc = load_places(&tmp, l->divs, e);
    struct place *places = rc ? NULL : ARENA_ARRAY(&s->arena, struct place, tmp.n_places + 1);
    *by_division = rc ? NULL : arena_alloc_array(&s->arena, (size_t)l->n_divisions + 1, sizeof **by_division);
    if (!rc && (!places || !*by_division)) rc = err_nomem(e);
    for (uint32_t i = 0; !rc && i < tmp.n_places; i++) {
        places[i] = tmp.places[i];
        struct str *flags = ARENA_ARRAY(&s->arena, struct str, places[i].n_flags + 1);
        if (!flags) rc = err_nomem(e);
        else if (places[i].n_flags) memcpy(flags, places[i].flags, places[i].n_flags * sizeof *flags);
        places[i].flags = flags;
    }
    if (!rc && l->n_divisions) memcpy(*by_division, tmp.frame.place, l->n_divisions * sizeof **by_division);
    s->places = places;
    s->frame.n_places = tmp.n_places;
    world_free(&tmp);
    return rc;
}

static enum rc find_places(struct live *l, struct side *s, struct err *e)
{
    uint32_t *by_division, n = s->frame.tables[TABLE_HOUSEHOLD].n;
    TRY(places_of_divisions(l, s, &by_division, e));
    uint32_t *place = arena_alloc_array(&s->arena, (size_t)n + 1, sizeof *place);
    if (!place) return err_nomem(e);
    for (uint32_t h = 0; h < n; h++) place[h] = by_division[l->division_of[h]];
    s->frame.place = place;
    return RC_OK;
}

/* ---------------------------------------------------------------- values */

static enum rc find_skips(struct side *s, struct err *e)
{
    s->skip = ARENA_ARRAY(&s->arena, uint8_t *, s->frame.n_places + 1);
    if (!s->skip) return err_nomem(e);
    for (uint32_t pl = 0; pl < s->frame.n_places; pl++) {
        const struct side_env *env = &s->env[s->env_of_place[pl]];
        const struct program *p = env->c.program;
        s->skip[pl] = ARENA_ARRAY(&s->arena, uint8_t, p->n_outputs + 1);
        if (!s->skip[pl]) return err_nomem(e);
        for (size_t i = 0; i < p->n_outputs; i++)
            for (size_t k = 0; k < p->outputs[i].n_slots; k++)
                if (env->pt.v[(size_t)pl * env->pt.n_slots + p->outputs[i].slots[k]].state == PVAL_EMPTY)
                    s->skip[pl][i] = 1;
    }
    return RC_OK;
}

/* Is every value of a parameter a plain literal, so that no other parameter moves it? */
static bool is_literal(const struct live *l, const struct policy *p, struct str param)
{
    const struct books *bs = policy_books(p);
    for (size_t i = 0; i < bs->n_decls; i++) {
        const struct decl *d = bs->decls[i];
        if (d->kind != D_PARAM || !str_eq(d->name.text, param)) continue;
        for (size_t k = 0; k < d->u.param.n_values; k++) {
            enum expr_kind kind = d->u.param.values[k].value->kind;
            if (kind != E_NUMBER && kind != E_DATE && kind != E_MONTH && kind != E_BOOL) return false;
        }
    }
    for (size_t i = 0; i < l->o.n_settings; i++) {
        struct str text = l->o.settings[i].value_text;
        if (!str_eq(l->o.settings[i].name, param)) continue;
        for (size_t k = 0; k < text.n; k++)
            if (text.p[k] == '(' || text.p[k] == '*' || text.p[k] == '+' || text.p[k] == '[') return false;
        if (!text.n || ((unsigned char)(text.p[0] - '0') > 9 && text.p[0] != '-')) return false;
    }
    return true;
}

static bool is_set(const struct live_change *c, struct str param)
{
    for (size_t i = 0; i < c->n_settings; i++)
        if (str_eq(c->settings[i].name, param)) return true;
    return false;
}

/* The base's values but for the parameters that are set, and those that may hang on them. */
static enum rc changed_ptable(struct live *l, struct side *s, size_t k, const struct live_change *c, struct diags *d,
                              struct err *e)
{
    const struct ptable *old = &l->base.env[k].pt;
    const struct program *p = s->env[k].c.program;
    struct ptable *pt = &s->env[k].pt;
    size_t n = (size_t)old->n_places * old->n_slots;
    *pt = (struct ptable){.n_places = old->n_places, .n_slots = old->n_slots};
    pt->v = ARENA_ARRAY(&s->arena, struct pval, n + 1);
    if (!pt->v) return err_nomem(e);
    if (n) memcpy(pt->v, old->v, n * sizeof *pt->v);
    for (size_t i = 0; i < p->n_slots; i++) {
        if (!is_set(c, p->slots[i].param) && is_literal(l, s->policy, p->slots[i].param)) continue;
        for (uint32_t pl = 0; pl < pt->n_places; pl++)
            TRY(rules_param_value(s->policy, p->slots[i].param, &s->places[pl], p->slots[i].at,
                                  &pt->v[(size_t)pl * pt->n_slots + i], d, e));
    }
    return RC_OK;
}

enum rc side_values(struct side *s, struct diags *d, struct err *e)
{
    for (size_t k = 0; k < s->n_env; k++)
        TRY(rules_ptable(s->policy, s->env[k].c.program, s->places, s->frame.n_places, &s->arena, &s->env[k].pt, d, e));
    return find_skips(s, e);
}

/* ---------------------------------------------------------------- sides */

enum rc side_compile(struct live *l, struct side *s, struct policy *p, struct diags *d, struct err *e)
{
    *s = (struct side){.policy = p, .frame = l->w.frame, .places = l->w.places};
    arena_init(&s->arena, LIVE_ARENA_MAX);
    TRY(find_environments(l, s, d, e));
    return find_runs(s, e);
}

enum rc side_places(struct live *l, struct side *s, struct policy *p, struct diags *d, struct err *e)
{
    *s = (struct side){.policy = p, .frame = l->w.frame};
    arena_init(&s->arena, LIVE_ARENA_MAX);
    TRY(find_places(l, s, e));
    return find_environments(l, s, d, e);
}

/* Settings whose divisions the base tells apart already. */
static bool same_places(const struct live *l, const struct live_change *c)
{
    if (c->policy && c->policy != l->policy) return false;
    for (size_t i = 0; i < c->n_settings; i++) {
        int64_t division = c->settings[i].division;
        bool known = division <= 0;
        for (size_t k = 0; !known && k < l->o.n_settings; k++) known = l->o.settings[k].division == division;
        if (!known) return false;
    }
    return true;
}

/* Who is head may hang on a parameter, and on the books. */
static enum rc find_heads(const struct live *l, struct side *s, struct diags *d, struct err *e)
{
    s->frame.head = NULL;
    return rules_fill_heads(s->policy, s->places, &s->frame, (struct par_team){l->o.threads, NULL}, &s->arena, d, e);
}

static bool is_stored_field(const struct dataset_decl *ds, struct str name)
{
    for (size_t i = 0; i < ds->n_fields; i++)
        if (str_eq(ds->fields[i].name.text, name)) return !ds->fields[i].derived;
    return false;
}

/* `field == code` and `field == number` read no parameter. */
static bool is_fixed(const struct side *s, const struct dataset_decl *roster)
{
    const struct expr *when = roster->head_when;
    if (!when) return true;
    if (when->kind != E_BINARY || when->u.bin.a->kind != E_NAME) return false;
    const struct expr *to = when->u.bin.b;
    bool fixed = to->kind == E_NUMBER || (to->kind == E_NAME && !policy_known(s->policy, D_PARAM, to->u.name.text));
    return fixed && is_stored_field(roster, when->u.bin.a->u.name.text);
}

/* Whatever is more than that is asked again. The rosters are the same. */
static bool heads_may_differ(const struct live *l, const struct side *s)
{
    uint32_t r = policy_roster(s->policy);
    for (uint32_t i = 0; r != UINT32_MAX && i < s->frame.n_places; i++) {
        const struct decl *d = policy_find(s->policy, D_DATASET, policy_dataset_name(s->policy, r), &s->places[i],
                                           l->w.as_of);
        if (d && !is_fixed(s, &d->u.dataset)) return true;
    }
    return false;
}

enum rc side_changed(struct live *l, struct side *s, const struct live_change *c, struct diags *d, struct err *e)
{
    struct policy *p = c->policy ? c->policy : l->policy;
    *s = (struct side){.policy = p, .frame = l->base.frame, .places = l->base.places, .shares = same_places(l, c)};
    arena_init(&s->arena, LIVE_ARENA_MAX);
    if (!s->shares) TRY(find_places(l, s, e));
    TRY(find_environments(l, s, d, e));
    TRY(s->shares ? share_runs(l, s) : find_runs(s, e));
    if (heads_may_differ(l, s)) TRY(find_heads(l, s, d, e));
    if (!s->shares) return side_values(s, d, e);
    for (size_t k = 0; k < s->n_env; k++) TRY(changed_ptable(l, s, k, c, d, e));
    return find_skips(s, e);
}

void side_free(struct side *s)
{
    for (size_t i = 0; s->rules && i < s->n_rules; i++)
        if (s->rules[i].own) rule_bits_free(s->rules[i].bits);
    if (!s->shares) mem_free(s->runs);
    arena_fini(&s->arena);
    *s = (struct side){0};
}

/* ---------------------------------------------------------------- one world for two sets of books */

/* Whatever the loaded columns hang on, as text. */
static bool data_text(const struct policy *p, struct buf *out)
{
    const struct books *bs = policy_books(p);
    struct decl **v = mem_alloc_array(bs->n_decls + 1, sizeof *v);
    struct books some = {.decls = v};
    if (!v) return false;
    for (size_t i = 0; i < bs->n_decls; i++) {
        struct decl *d = bs->decls[i];
        const struct decl *head = bs->v[d->book].head;
        if (d->kind != D_DATASET && d->kind != D_CODES && d->kind != D_UNIT) continue;
        v[some.n_decls++] = d;
        buf_addf(out, "%.*s %lld\n", STR_ARG(d->cite.book), head ? (long long)head->u.book.jurisdiction : 0LL);
    }
    books_print(&some, out);
    mem_free(v);
    return !out->failed;
}

enum rc same_data(const struct policy *a, const struct policy *b, bool *same, struct err *e)
{
    struct buf x, y;
    buf_init(&x, DATA_TEXT_MAX);
    buf_init(&y, DATA_TEXT_MAX);
    bool ok = a == b || (data_text(a, &x) && data_text(b, &y));
    *same = ok && str_eq(buf_str(&x), buf_str(&y));
    buf_fini(&x);
    buf_fini(&y);
    return ok ? RC_OK : err_nomem(e);
}

bool world_has(const struct world *w, const struct program *p)
{
    for (size_t i = 0; i < p->n_ops; i++) {
        const struct ir_op *o = &p->ops[i];
        uint16_t table = p->spaces[o->space].table;
        if (table >= TABLE_FACT0 && !w->need_table[table]) return false;
        if ((o->code == IR_FIELD || o->code == IR_BLANK) && !w->need[table][o->index]) return false;
    }
    for (size_t i = 0; i < p->n_reaches; i++)
        if (!w->need_table[p->reaches[i].dataset + TABLE_FACT0]) return false;
    return true;
}
