/* Verdicts of rules as bitmaps over households and persons. */
#include "base/par.h"
#include "screen/live_int.h"

enum { RANGE_GAP = 512 }; /* households of other environments between two ranges that are judged with them */

void rule_bits_free(struct rule_bits *b)
{
    if (!b) return;
    if (b->any != b->yes[0]) mem_free(b->any);
    for (int k = 0; k < LIVE_SUBJECTS; k++) {
        mem_free(b->yes[k]);
        mem_free(b->unknown[k]);
    }
    mem_free(b);
}

static uint64_t *new_bits(uint32_t n) { return mem_zalloc_array(words_of(n) + 1, sizeof(uint64_t)); }

/* ---------------------------------------------------------------- facts to persons */

/* A fact row's finding is its person's: true when a row is, else unknown when one is. */
static enum rc reduce_rows(const struct live *l, uint16_t table, struct outbits *b, struct err *e)
{
    const uint32_t *owner = l->w.tables[table].owner;
    struct outbits p = {.n = l->w.n_people,
                        .n_unknown = b->n_unknown,
                        .yes = new_bits(l->w.n_people),
                        .unknown = new_bits(l->w.n_people)};
    bool ok = p.yes && p.unknown;
    for (size_t k = 0; ok && k < words_of(b->n); k++) {
        for (uint64_t w = b->yes[k]; w; w &= w - 1) row_add(p.yes, owner[k * 64 + (uint32_t)__builtin_ctzll(w)]);
        for (uint64_t w = b->unknown[k]; w; w &= w - 1)
            row_add(p.unknown, owner[k * 64 + (uint32_t)__builtin_ctzll(w)]);
    }
    for (size_t k = 0; ok && k < words_of(p.n); k++) p.unknown[k] &= ~p.yes[k];
    outbits_fini(b);
    *b = p;
    return ok ? RC_OK : err_nomem(e);
}

/* ---------------------------------------------------------------- where a rule is run */

static void clear_range(uint64_t *bits, uint32_t from, uint32_t to)
{
    if (from >= to) return;
    size_t first = from >> 6, last = (to - 1) >> 6;
    uint64_t head = UINT64_MAX << (from & 63), tail = UINT64_MAX >> (63 - ((to - 1) & 63));
    if (first == last) {
        bits[first] &= ~(head & tail);
        return;
    }
    bits[first] &= ~head;
    for (size_t k = first + 1; k < last; k++) bits[k] = 0;
    bits[last] &= ~tail;
}

static bool runs_at(const struct side *s, size_t env, size_t output, uint32_t place)
{
    return s->env_of_place[place] == env && !s->skip[place][output];
}

static bool runs_everywhere(const struct side *s, size_t env, size_t output)
{
    for (uint32_t pl = 0; pl < s->frame.n_places; pl++)
        if (s->households[pl] && !runs_at(s, env, output, pl)) return false;
    return true;
}

/* Households of other environments, and where the rule is not run, have no verdict. */
static void mask(const struct side *s, size_t env, size_t output, unsigned subject, struct outbits *b)
{
    const uint32_t *members = s->frame.tables[TABLE_PERSON].first;
    for (size_t i = 0; i < s->n_runs; i++) {
        if (runs_at(s, env, output, s->runs[i].place)) continue;
        uint32_t from = s->runs[i].first, to = s->runs[i + 1].first;
        if (subject) from = members[from], to = members[to];
        clear_range(b->yes, from, to);
        if (b->unknown) clear_range(b->unknown, from, to);
    }
}

/* ---------------------------------------------------------------- rules */

static void take_bits(uint64_t **to, uint64_t **from, size_t words)
{
    if (!*from) return;
    if (!*to) {
        *to = *from;
        *from = NULL;
        return;
    }
    for (size_t k = 0; k < words; k++) (*to)[k] |= (*from)[k];
}

static enum rc take_output(struct live *l, struct side *s, size_t env, size_t output, struct outbits *b, struct err *e)
{
    uint16_t table = s->env[env].c.outputs[output].table;
    struct rule_bits *to = s->rules[s->env[env].rule[output]].bits;
    unsigned k = subject_of_table(table);
    if (table >= TABLE_FACT0) TRY(reduce_rows(l, table, b, e));
    if (!b->n_unknown) { /* nobody: as good as no bits */
        mem_free(b->unknown);
        b->unknown = NULL;
    }
    if (!runs_everywhere(s, env, output)) mask(s, env, output, k, b);
    take_bits(&to->yes[k], &b->yes, words_of(b->n));
    take_bits(&to->unknown[k], &b->unknown, words_of(b->n));
    return RC_OK;
}

/* Households with a true subject. */
static enum rc find_any(const struct live *l, struct rule_bits *b, struct err *e)
{
    if (b->any) return RC_OK;
    if (!b->yes[1]) {
        b->any = b->yes[0];
        return RC_OK;
    }
    const uint32_t *owner = l->w.tables[TABLE_PERSON].owner;
    b->any = new_bits(l->w.n_households);
    if (!b->any) return err_nomem(e);
    if (b->yes[0]) memcpy(b->any, b->yes[0], words_of(l->w.n_households) * sizeof *b->any);
    for (size_t k = 0; k < words_of(l->w.n_people); k++)
        for (uint64_t w = b->yes[1][k]; w; w &= w - 1) row_add(b->any, owner[k * 64 + (uint32_t)__builtin_ctzll(w)]);
    return RC_OK;
}

/* ---------------------------------------------------------------- running */

static bool is_wanted(const struct side_run *r, size_t env, size_t output)
{
    return !r->wanted || r->wanted[env][output];
}

/* The households of an environment, in ranges that may hold a few others. */
static bool ranges_of(const struct side *s, size_t env, struct vm_range **v, size_t *n)
{
    VEC(struct vm_range) out = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < s->n_runs; i++) {
        uint32_t from = s->runs[i].first, to = s->runs[i + 1].first;
        if (s->env_of_place[s->runs[i].place] != env) continue;
        if (out.n && from - out.v[out.n - 1].end <= RANGE_GAP) out.v[out.n - 1].end = to;
        else ok = vec_push(&out, UINT32_MAX, (struct vm_range){from, to});
    }
    *v = out.v;
    *n = out.n;
    return ok;
}

static enum rc run_env(struct live *l, struct side *s, size_t k, const struct side_run *r, struct err *e)
{
    const struct program *p = s->env[k].c.program;
    struct vm_options o = {
        .threads = l->o.threads, .wanted = r->wanted ? r->wanted[k] : NULL, .given = r->given ? r->given[k] : NULL};
    struct vm_range *only = NULL;
    struct outbits *bits = mem_zalloc_array(p->n_outputs + 1, sizeof *bits);
    bool some = false;
    o.cancel = r->cancel;
    for (size_t i = 0; i < p->n_outputs; i++) some = some || is_wanted(r, k, i);
    enum rc rc = bits && (s->n_env == 1 || ranges_of(s, k, &only, &o.n_only)) ? RC_OK : err_nomem(e);
    o.only = only;
    if (!rc && some && (s->n_env == 1 || o.n_only)) rc = vm_run_bits(p, &s->frame, &s->env[k].pt, &o, bits, e);
    for (size_t i = 0; !rc && i < p->n_outputs; i++)
        if (is_wanted(r, k, i) && bits[i].yes) rc = take_output(l, s, k, i, &bits[i], e);
    for (size_t i = 0; bits && i < p->n_outputs; i++) outbits_fini(&bits[i]);
    mem_free(bits);
    mem_free(only);
    return rc;
}

/* Rules that any environment wants get bits of their own. */
static enum rc begin_rules(struct side *s, const struct side_run *r, struct err *e)
{
    for (size_t k = 0; k < s->n_env; k++)
        for (size_t i = 0; i < s->env[k].c.n_outputs; i++) {
            struct side_rule *rule = &s->rules[s->env[k].rule[i]];
            if (rule->bits || !is_wanted(r, k, i)) continue;
            rule->bits = mem_zalloc_array(1, sizeof *rule->bits);
            if (!rule->bits) return err_nomem(e);
            rule->own = true;
        }
    return RC_OK;
}

enum rc side_judge(struct live *l, struct side *s, const struct side_run *r, struct err *e)
{
    TRY(begin_rules(s, r, e));
    for (size_t k = 0; k < s->n_env; k++) TRY(run_env(l, s, k, r, e));
    for (size_t i = 0; i < s->n_rules; i++)
        if (s->rules[i].bits && s->rules[i].own) TRY(find_any(l, s->rules[i].bits, e));
    return RC_OK;
}

enum live_verdict side_quiet(const struct side *s, uint16_t rule, uint32_t household)
{
    if (rule == UINT16_MAX) return LIVE_NONE;
    uint32_t place = s->frame.n_places == 1 ? 0 : s->frame.place[household];
    const struct side_env *env = &s->env[s->env_of_place[place]];
    for (size_t i = 0; i < env->c.n_outputs; i++)
        if (env->rule[i] == rule) return s->skip[place][i] ? LIVE_NOT_RUN : LIVE_FALSE;
    return LIVE_NONE;
}
