/* Verdicts to findings and their states. */
#include <stdlib.h>
#include "base/par.h"
#include "screen/kept.h"
#include "screen/screen_int.h"

/* ---------------------------------------------------------------- what was open before */

/* Rules that are gone join the list, so that what they found can be withdrawn by name. */
static enum rc add_rules(struct screening *sc, const struct str *names, uint32_t n, struct err *e)
{
    struct screen_rule *rules = ARENA_ARRAY(&sc->arena, struct screen_rule, sc->n_rules + n + 1);
    size_t known = sc->n_rules;
    if (!rules) return err_nomem(e);
    memcpy(rules, sc->rules, sc->n_rules * sizeof *rules);
    for (uint32_t i = 0; i < n; i++)
        if (rule_index(sc, names[i]) == UINT16_MAX) rules[known++] = (struct screen_rule){.name = names[i]};
    sc->rules = rules;
    sc->n_rules = known;
    rules_sort(sc);
    if (known <= SCREEN_RULES_MAX) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "the books and the screen before have more than %d rules.",
                   "政策册与上次筛查的规则合计超过 %d 条。", (int)SCREEN_RULES_MAX);
}

static enum rc add_open(struct run *r, const struct kept_screen *k, const uint16_t *map, struct err *e)
{
    for (uint32_t i = 0; i < k->n; i++) {
        struct finding f = kept_finding(k, i);
        if (f.state != FS_NEW && f.state != FS_STILL && f.state != FS_UNCONFIRMED) continue;
        f.rule = map[f.rule];
        if (!screen_push(r->before.v, r->before.n, r->before.cap, f) ||
            !map64_put(&r->before.by_subject, subject_key(f.rule, f.household, f.person), (uint32_t)r->before.n - 1))
            return err_nomem(e);
    }
    return RC_OK;
}

/* Rule names of the kept screen to the indices of this one. */
static enum rc read_before(struct run *r, struct err *e)
{
    struct kept_screen k;
    TRY(kept_screen_read(r->s, &r->sc->arena, r->sc->before.id, &k, e));
    uint16_t *map = ARENA_ARRAY(&r->sc->arena, uint16_t, (size_t)k.n_rules + 1);
    if (!map) return err_nomem(e);
    TRY(add_rules(r->sc, k.rules, k.n_rules, e));
    for (uint32_t i = 0; i < k.n_rules; i++) {
        map[i] = rule_index(r->sc, k.rules[i]);
        r->sc->rules[map[i]].before = true;
    }
    return add_open(r, &k, map, e);
}

enum rc before_load(struct run *r, struct err *e)
{
    if (r->sc->before.id) TRY(read_before(r, e));
    r->before.seen = mem_zalloc_array(r->before.n + 1, 1);
    return r->before.seen ? RC_OK : err_nomem(e);
}

void before_free(struct open_before *b)
{
    mem_free(b->v);
    mem_free(b->seen);
    map64_fini(&b->by_subject);
}

/* ---------------------------------------------------------------- verdicts */

struct subject {
    uint32_t household_row, household, person;
};

static struct subject subject_of(const struct world *w, uint16_t table, uint32_t row)
{
    struct subject s = {.household_row = row};
    if (table >= TABLE_FACT0) row = w->tables[table].owner[row];
    if (table != TABLE_HOUSEHOLD) {
        s.person = w->person_no[row];
        s.household_row = w->tables[TABLE_PERSON].owner[row];
    }
    s.household = w->household_no[s.household_row];
    return s;
}

static enum rc count_unjudged(struct run *r, uint16_t rule, reason_set why, struct err *e)
{
    uint64_t key = (uint64_t)rule << 32 | why;
    uint32_t i = map64_get(&r->unjudged, key);
    r->sc->rules[rule].unjudged++;
    if (i != UINT32_MAX) {
        r->sc->unjudged[i].subjects++;
        return RC_OK;
    }
    struct unjudged u = {rule, why, 1};
    if (!screen_push(r->sc->unjudged, r->sc->n_unjudged, r->sc->cap_unjudged, u) ||
        !map64_put(&r->unjudged, key, (uint32_t)r->sc->n_unjudged - 1))
        return err_nomem(e);
    return RC_OK;
}

static enum rc add_finding(struct run *r, struct finding f, struct err *e)
{
    struct screening *sc = r->sc;
    sc->rules[f.rule].count[f.state]++;
    return screen_push(sc->findings, sc->n_findings, sc->cap_findings, f) ? RC_OK : err_nomem(e);
}

static enum rc judge_row(struct run *r, const struct environment *env, size_t out, uint32_t row, enum verdict verdict,
                         reason_set why, struct err *e)
{
    struct screening *sc = r->sc;
    struct subject s = subject_of(&sc->w, env->c.outputs[out].table, row);
    uint32_t place = sc->w.frame.place[s.household_row];
    if (&r->env[sc->env_of_place[place]] != env || r->skip[place][out]) return RC_OK;
    struct finding f = {
        .household = s.household, .person = s.person, .rule = env->rule[out], .verdict = (uint8_t)verdict, .why = why};
    uint32_t old = map64_get(&r->before.by_subject, subject_key(f.rule, f.household, f.person));
    if (old != UINT32_MAX) r->before.seen[old] = 1;
    if (verdict == VERDICT_TRUE) {
        f.state = old != UINT32_MAX ? FS_STILL : FS_NEW;
        return add_finding(r, f, e);
    }
    TRY(count_unjudged(r, f.rule, why, e));
    if (old != UINT32_MAX) {
        f.state = FS_UNCONFIRMED;
        return add_finding(r, f, e);
    }
    if (r->o->with_unknown && !screen_push(sc->unknowns, sc->n_unknowns, sc->cap_unknowns, f)) return err_nomem(e);
    return RC_OK;
}

/* A fact row's finding is its person's: true when a row is, else unknown with the reasons of all unknown rows. */
static enum rc judge_facts(struct run *r, const struct environment *env, size_t out, const struct outbits *b,
                           struct err *e)
{
    const struct world *w = &r->sc->w;
    const uint32_t *owner = w->tables[env->c.outputs[out].table].owner;
    uint32_t done = UINT32_MAX;
    uint64_t *yes = mem_zalloc_array(((size_t)w->n_people + 63) / 64 + 1, sizeof *yes);
    enum rc rc = yes ? RC_OK : err_nomem(e);
    for (uint32_t k = 0; !rc && k < (b->n + 63) / 64; k++)
        for (uint64_t bits = b->yes[k]; !rc && bits; bits &= bits - 1) {
            uint32_t row = k * 64 + (uint32_t)__builtin_ctzll(bits), p = owner[row];
            if (p == done) continue;
            done = p;
            yes[p >> 6] |= UINT64_C(1) << (p & 63);
            rc = judge_row(r, env, out, row, VERDICT_TRUE, 0, e);
        }
    for (uint32_t i = 0, n; !rc && i < b->n_unknown; i = n) {
        uint32_t p = owner[b->row[i]];
        reason_set why = b->why[i];
        for (n = i + 1; n < b->n_unknown && owner[b->row[n]] == p; n++) why = reasons_union(w->reasons, why, b->why[n]);
        if (!(yes[p >> 6] >> (p & 63) & 1)) rc = judge_row(r, env, out, b->row[i], VERDICT_UNKNOWN, why, e);
    }
    mem_free(yes);
    return rc;
}

static enum rc judge_output(struct run *r, const struct environment *env, size_t out, const struct outbits *b,
                            struct err *e)
{
    if (env->c.outputs[out].table >= TABLE_FACT0) return judge_facts(r, env, out, b, e);
    for (uint32_t k = 0; k < (b->n + 63) / 64; k++)
        for (uint64_t w = b->yes[k]; w; w &= w - 1)
            TRY(judge_row(r, env, out, k * 64 + (uint32_t)__builtin_ctzll(w), VERDICT_TRUE, 0, e));
    for (uint32_t i = 0; i < b->n_unknown; i++) TRY(judge_row(r, env, out, b->row[i], VERDICT_UNKNOWN, b->why[i], e));
    return RC_OK;
}

enum rc judge_environment(struct run *r, struct environment *env, struct err *e)
{
    const struct program *p = env->c.program;
    struct outbits *bits = mem_zalloc_array(p->n_outputs + 1, sizeof *bits);
    if (!bits) return err_nomem(e);
    struct vm_options vo = {.threads = r->o->threads ? r->o->threads : par_threads()};
    enum rc rc = vm_run_bits(p, &r->sc->w.frame, &env->pt, &vo, bits, e);
    for (size_t i = 0; !rc && i < p->n_outputs; i++) rc = judge_output(r, env, i, &bits[i], e);
    for (size_t i = 0; i < p->n_outputs; i++) outbits_fini(&bits[i]);
    mem_free(bits);
    return rc;
}

/* ---------------------------------------------------------------- what is no longer true */

uint32_t household_row(const struct world *w, uint32_t no)
{
    uint32_t lo = 0, hi = w->n_households;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (w->household_no[mid] < no) lo = mid + 1;
        else hi = mid;
    }
    return lo < w->n_households && w->household_no[lo] == no ? lo : UINT32_MAX;
}

static enum finding_state state_of_rest(const struct run *r, struct finding *f)
{
    const struct world *w = &r->sc->w;
    uint32_t row = UINT32_MAX;
    if (f->person) {
        uint32_t p = f->person < w->n_person_nos ? w->row_of_person[f->person] : UINT32_MAX;
        if (p != UINT32_MAX) row = w->tables[TABLE_PERSON].owner[p];
    } else {
        row = household_row(w, f->household);
    }
    if (row == UINT32_MAX) return FS_WITHDRAWN;
    f->household = w->household_no[row];
    const struct rule_here *h = rule_here(r->sc, row, f->rule);
    if (!h->decl) return FS_WITHDRAWN;
    return r->skip[w->frame.place[row]][h->output] ? FS_UNCONFIRMED : FS_CLEARED;
}

enum rc judge_rest(struct run *r, struct err *e)
{
    for (size_t i = 0; i < r->before.n; i++) {
        if (r->before.seen[i]) continue;
        struct finding f = r->before.v[i];
        f.state = (uint8_t)state_of_rest(r, &f);
        f.verdict = f.state == FS_UNCONFIRMED ? VERDICT_UNKNOWN : VERDICT_FALSE;
        f.why = 0;
        TRY(add_finding(r, f, e));
    }
    return RC_OK;
}

static int by_subject(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->household != y->household) return x->household < y->household ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    return x->person < y->person ? -1 : x->person > y->person;
}

void findings_sort(struct finding *v, size_t n)
{
    if (n) qsort(v, n, sizeof *v, by_subject);
}
