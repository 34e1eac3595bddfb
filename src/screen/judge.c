/* Verdicts to findings and their states: household by household in frame order, so that findings come out sorted.
 * Ranges of households are judged apart by threads and put together in order. */
#include <stdlib.h>
#include "base/par.h"
#include "screen/screen_int.h"

enum {
    TASK_HOUSEHOLDS = 1 << 13,
    TASK_WORDS = TASK_HOUSEHOLDS / 64,
    SAYS_WORDS = TASK_WORDS / 64,
    OUTPUTS_MAX = UINT16_MAX
};

static bool bit_at(const uint64_t *bits, uint32_t i) { return bits[i >> 6] >> (i & 63) & 1; }

/* Verdicts of one output on households or persons. */
struct verdicts {
    uint16_t output, rule;
    bool of_persons;
    const uint64_t *yes, *unknown;
    const uint32_t *row; /* of the unknown ones, ascending, and why */
    const reason_set *why;
    uint32_t n_unknown;
    struct outbits own; /* of a fact rule, put together here */
};

/* What a range of households comes to. */
struct part {
    VEC(struct finding) found;
    VEC(struct finding) unknowns;
    VEC(struct unjudged) unjudged;
    struct map64 by_reason; /* rule and reasons -> index into unjudged */
};

struct judging {
    struct run *r;
    size_t env;
    struct verdicts *v; /* by rule */
    size_t n;
    struct part *parts;
    size_t n_parts;
};

/* ---------------------------------------------------------------- fact rules */

static enum rc facts_yes(const struct world *w, const uint32_t *owner, const struct outbits *b, struct outbits *out,
                         struct err *e)
{
    size_t words = ((size_t)w->n_people + 63) / 64 + 1;
    out->yes = mem_zalloc_array(words, sizeof *out->yes);
    out->unknown = mem_zalloc_array(words, sizeof *out->unknown);
    if (!out->yes || !out->unknown) return err_nomem(e);
    for (uint32_t k = 0; k < (b->n + 63) / 64; k++)
        for (uint64_t bits = b->yes[k]; bits; bits &= bits - 1) {
            uint32_t p = owner[k * 64 + (uint32_t)__builtin_ctzll(bits)];
            out->yes[p >> 6] |= UINT64_C(1) << (p & 63);
        }
    return RC_OK;
}

/* A fact row's finding is its person's: true when a row is, else unknown with the reasons of all unknown rows. */
static enum rc facts_to_persons(const struct world *w, uint16_t table, const struct outbits *b, struct outbits *out,
                                struct err *e)
{
    const uint32_t *owner = w->tables[table].owner;
    TRY(facts_yes(w, owner, b, out, e));
    out->row = mem_alloc_array((size_t)b->n_unknown + 1, sizeof *out->row);
    out->why = mem_alloc_array((size_t)b->n_unknown + 1, sizeof *out->why);
    if (!out->row || !out->why) return err_nomem(e);
    for (uint32_t i = 0, n; i < b->n_unknown; i = n) {
        uint32_t p = owner[b->row[i]];
        reason_set why = b->why[i];
        for (n = i + 1; n < b->n_unknown && owner[b->row[n]] == p; n++) why = reasons_union(w->reasons, why, b->why[n]);
        if (bit_at(out->yes, p)) continue;
        out->unknown[p >> 6] |= UINT64_C(1) << (p & 63);
        out->row[out->n_unknown] = p;
        out->why[out->n_unknown++] = why;
    }
    return reasons_failed(w->reasons) ? err_nomem(e) : RC_OK;
}

/* ---------------------------------------------------------------- one household */

/* Where a part is. */
struct spot {
    struct judging *j;
    struct part *part;
    uint32_t household;           /* row */
    size_t before;                /* the next one of what was open */
    uint32_t *unknown;            /* by verdicts: the next unknown row */
    uint64_t (*says)[SAYS_WORDS]; /* by verdicts: which words of 64 households of the range they say anything about */
    uint16_t *some;               /* those that say anything about the 64 households at hand, ascending */
    size_t n_some;
    enum rc rc;
};

static bool was_open_here(const struct spot *at)
{
    const struct open_before *b = &at->j->r->before;
    return at->before < b->n && b->v[at->before].row == at->household;
}

static void add(struct spot *at, struct finding f)
{
    if (!vec_push(&at->part->found, FINDINGS_MAX, f)) at->rc = RC_NOMEM;
}

static enum finding_state state_of_rest(const struct run *r, uint32_t row, uint16_t rule)
{
    const struct rule_here *h = rule_here(r->sc, row, rule);
    if (!h->decl) return FS_WITHDRAWN;
    return r->skip[r->sc->w.frame.place[row]][h->output] ? FS_UNCONFIRMED : FS_CLEARED;
}

/* What was open and has no verdict now, up to a rule and person. */
static void close_until(struct spot *at, uint16_t rule, uint32_t person)
{
    const struct run *r = at->j->r;
    while (was_open_here(at)) {
        struct finding f = r->before.v[at->before].f;
        if (f.rule > rule || (f.rule == rule && f.person >= person)) return;
        f.state = (uint8_t)state_of_rest(r, at->household, f.rule);
        f.verdict = f.state == FS_UNCONFIRMED ? VERDICT_UNKNOWN : VERDICT_FALSE;
        f.why = 0;
        add(at, f);
        at->before++;
    }
}

static void count_unjudged(struct spot *at, uint16_t rule, reason_set why)
{
    struct part *p = at->part;
    uint64_t key = (uint64_t)rule << 32 | why;
    uint32_t i = map64_get(&p->by_reason, key);
    if (i != UINT32_MAX) {
        p->unjudged.v[i].subjects++;
        return;
    }
    if (!vec_push(&p->unjudged, FINDINGS_MAX, (struct unjudged){rule, why, 1}) ||
        !map64_put(&p->by_reason, key, (uint32_t)p->unjudged.n - 1))
        at->rc = RC_NOMEM;
}

/* person 0: the household itself. */
static void judge(struct spot *at, const struct verdicts *v, uint32_t row, uint32_t person)
{
    struct run *r = at->j->r;
    bool yes = bit_at(v->yes, row);
    struct finding f = {.household = r->sc->w.household_no[at->household],
                        .person = person,
                        .rule = v->rule,
                        .verdict = yes ? VERDICT_TRUE : VERDICT_UNKNOWN};
    close_until(at, v->rule, person);
    bool old = was_open_here(at) && r->before.v[at->before].f.rule == v->rule &&
               r->before.v[at->before].f.person == person;
    at->before += old;
    if (yes) {
        date_day until = screen_excepted(r->sc, v->rule, f.household, person);
        f.state = until >= r->sc->w.as_of ? FS_EXCEPTED : old ? FS_STILL : FS_NEW;
        add(at, f);
        return;
    }
    uint32_t *u = &at->unknown[v - at->j->v];
    while (*u < v->n_unknown && v->row[*u] < row) ++*u;
    if (*u < v->n_unknown && v->row[*u] == row) f.why = v->why[*u];
    count_unjudged(at, v->rule, f.why);
    f.state = old ? FS_UNCONFIRMED : FS_NONE;
    if (old) add(at, f);
    else if (r->o->with_unknown && !vec_push(&at->part->unknowns, FINDINGS_MAX, f)) at->rc = RC_NOMEM;
}

static void judge_household(struct spot *at)
{
    const struct judging *j = at->j;
    const struct world *w = &j->r->sc->w;
    const uint32_t *first = w->tables[TABLE_PERSON].first;
    const uint8_t *skip = j->r->skip[w->frame.place[at->household]];
    for (size_t i = 0; i < at->n_some; i++) {
        const struct verdicts *v = &j->v[at->some[i]];
        uint32_t from = v->of_persons ? first[at->household] : at->household;
        uint32_t to = v->of_persons ? first[at->household + 1] : at->household + 1;
        if (skip[v->output]) continue;
        for (uint32_t row = from; row < to; row++)
            if (bit_at(v->yes, row) || bit_at(v->unknown, row))
                judge(at, v, row, v->of_persons ? world_person_no(w, row) : 0);
    }
    close_until(at, UINT16_MAX, UINT32_MAX);
}

/* ---------------------------------------------------------------- a range of households */

static uint64_t word_between(const struct verdicts *v, uint32_t word, uint32_t from, uint32_t to)
{
    uint64_t bits = v->yes[word] | v->unknown[word];
    if (word == from >> 6) bits &= UINT64_MAX << (from & 63);
    if (word == (to - 1) >> 6 && to & 63) bits &= (UINT64_C(1) << (to & 63)) - 1;
    return bits;
}

/* Households from..to-1 that one of the verdicts is about, by bits from `from` on, which is a multiple of 64. */
static void mark_one(const struct judging *j, const struct verdicts *v, uint32_t from, uint32_t to, uint64_t *out,
                     uint64_t *says)
{
    const struct ftable *persons = &j->r->sc->w.tables[TABLE_PERSON];
    uint32_t p0 = persons->first[from], p1 = persons->first[to];
    for (uint32_t k = 0; !v->of_persons && k < (to - from + 63) / 64; k++) {
        uint64_t bits = word_between(v, k + from / 64, from, to);
        out[k] |= bits;
        says[k / 64] |= (uint64_t)(bits != 0) << k % 64;
    }
    for (uint32_t k = p0 >> 6; v->of_persons && p1 > p0 && k <= (p1 - 1) >> 6; k++)
        for (uint64_t bits = word_between(v, k, p0, p1); bits; bits &= bits - 1) {
            uint32_t h = persons->owner[k * 64 + (uint32_t)__builtin_ctzll(bits)] - from;
            out[h / 64] |= UINT64_C(1) << h % 64;
            says[h / 4096] |= UINT64_C(1) << h / 64 % 64;
        }
}

/* Households from..to-1 that have a verdict or had one. */
static void mark(const struct spot *at, uint32_t from, uint32_t to, uint64_t *out)
{
    const struct judging *j = at->j;
    for (size_t i = 0; i < j->n; i++) mark_one(j, &j->v[i], from, to, out, at->says[i]);
    const struct open_before *b = &j->r->before;
    for (size_t i = before_from(b, from); i < b->n && b->v[i].row < to; i++)
        out[(b->v[i].row - from) >> 6] |= UINT64_C(1) << ((b->v[i].row - from) & 63);
}

/* The first unknown row that is not before this range. */
static uint32_t unknown_from(const struct world *w, const struct verdicts *v, uint32_t household)
{
    uint32_t row = v->of_persons ? w->tables[TABLE_PERSON].first[household] : household, lo = 0, hi = v->n_unknown;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (v->row[mid] < row) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static bool lives_here(const struct judging *j, uint32_t household)
{
    return j->r->sc->env_of_place[j->r->sc->w.frame.place[household]] == j->env;
}

/* Most rules say nothing about 64 neighbours: they need not be asked about each. */
static void find_some(struct spot *at, uint32_t word)
{
    at->n_some = 0;
    for (size_t i = 0; i < at->j->n; i++)
        if (at->says[i][word / 64] >> word % 64 & 1) at->some[at->n_some++] = (uint16_t)i;
}

static void judge_marked(struct spot *at, const uint64_t *marked, uint32_t from)
{
    for (uint32_t k = 0; k < TASK_WORDS; k++) {
        if (marked[k]) find_some(at, k);
        for (uint64_t bits = marked[k]; bits; bits &= bits - 1) {
            at->household = from + k * 64 + (uint32_t)__builtin_ctzll(bits);
            if (!lives_here(at->j, at->household)) continue;
            at->before = before_from(&at->j->r->before, at->household);
            judge_household(at);
        }
    }
}

static enum rc judge_part(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct judging *j = ctx;
    const struct world *w = &j->r->sc->w;
    uint32_t from = (uint32_t)task * TASK_HOUSEHOLDS;
    uint32_t to = w->n_households - from < TASK_HOUSEHOLDS ? w->n_households : from + TASK_HOUSEHOLDS;
    uint64_t marked[TASK_WORDS] = {0};
    struct spot at = {.j = j, .part = &j->parts[task]};
    (void)thread;
    at.unknown = mem_alloc_array(j->n + 1, sizeof *at.unknown);
    at.some = mem_alloc_array(j->n + 1, sizeof *at.some);
    at.says = mem_zalloc_array(j->n + 1, sizeof *at.says);
    if (!at.unknown || !at.some || !at.says) at.rc = RC_NOMEM;
    for (size_t i = 0; !at.rc && i < j->n; i++) at.unknown[i] = unknown_from(w, &j->v[i], from);
    if (!at.rc) {
        mark(&at, from, to, marked);
        judge_marked(&at, marked, from);
    }
    mem_free(at.says);
    mem_free(at.some);
    mem_free(at.unknown);
    return at.rc ? err_nomem(e) : RC_OK;
}

/* ---------------------------------------------------------------- an environment */

static enum rc join_unjudged(struct run *r, const struct unjudged *u, struct err *e)
{
    struct screening *sc = r->sc;
    uint64_t key = (uint64_t)u->rule << 32 | u->why;
    uint32_t i = map64_get(&r->unjudged, key);
    sc->rules[u->rule].unjudged += u->subjects;
    if (i != UINT32_MAX) {
        sc->unjudged[i].subjects += u->subjects;
        return RC_OK;
    }
    if (!screen_push(sc->unjudged, sc->n_unjudged, sc->cap_unjudged, *u) ||
        !map64_put(&r->unjudged, key, (uint32_t)sc->n_unjudged - 1))
        return err_nomem(e);
    return RC_OK;
}

static enum rc join_part(struct run *r, const struct part *p, struct err *e)
{
    struct screening *sc = r->sc;
    for (size_t i = 0; i < p->found.n; i++) {
        const struct finding *f = &p->found.v[i];
        sc->rules[f->rule].count[f->state]++;
        sc->rules[f->rule].expired += f->state == FS_NEW && screen_excepted(sc, f->rule, f->household, f->person) > 0;
        if (!screen_push(sc->findings, sc->n_findings, sc->cap_findings, *f)) return err_nomem(e);
    }
    for (size_t i = 0; i < p->unknowns.n; i++)
        if (!screen_push(sc->unknowns, sc->n_unknowns, sc->cap_unknowns, p->unknowns.v[i])) return err_nomem(e);
    for (size_t i = 0; i < p->unjudged.n; i++) TRY(join_unjudged(r, &p->unjudged.v[i], e));
    return RC_OK;
}

static enum rc judge_parts(struct judging *j, struct err *e)
{
    j->n_parts = ((size_t)j->r->sc->w.n_households + TASK_HOUSEHOLDS - 1) / TASK_HOUSEHOLDS;
    j->parts = mem_zalloc_array(j->n_parts + 1, sizeof *j->parts);
    if (!j->parts) return err_nomem(e);
    enum rc rc = par_team_run(world_team(&j->r->sc->w), j->n_parts, judge_part, j, e);
    for (size_t i = 0; i < j->n_parts; i++) {
        if (!rc) rc = join_part(j->r, &j->parts[i], e);
        vec_fini(&j->parts[i].found);
        vec_fini(&j->parts[i].unknowns);
        vec_fini(&j->parts[i].unjudged);
        map64_fini(&j->parts[i].by_reason);
    }
    mem_free(j->parts);
    return rc;
}

static int by_rule(const void *a, const void *b)
{
    const struct verdicts *x = a, *y = b;
    return x->rule < y->rule ? -1 : x->rule > y->rule;
}

static enum rc take_output(struct judging *j, const struct environment *env, size_t i, const struct outbits *b,
                           struct err *e)
{
    uint16_t table = env->c.outputs[i].table;
    struct verdicts *v = &j->v[j->n++];
    *v = (struct verdicts){.output = (uint16_t)i, .rule = env->rule[i], .of_persons = table != TABLE_HOUSEHOLD};
    if (table >= TABLE_FACT0) {
        TRY(facts_to_persons(&j->r->sc->w, table, b, &v->own, e));
        b = &v->own;
    }
    v->yes = b->yes, v->unknown = b->unknown;
    v->row = b->row, v->why = b->why, v->n_unknown = b->n_unknown;
    return RC_OK;
}

static enum rc judge_outputs(struct judging *j, const struct environment *env, const struct outbits *bits,
                             struct err *e)
{
    size_t n = env->c.program->n_outputs;
    enum rc rc = RC_OK;
    j->v = mem_zalloc_array(n + 1, sizeof *j->v);
    if (!j->v) return err_nomem(e);
    for (size_t i = 0; !rc && i < n; i++)
        if (bits[i].yes) rc = take_output(j, env, i, &bits[i], e);
    if (j->n) qsort(j->v, j->n, sizeof *j->v, by_rule);
    if (!rc) rc = judge_parts(j, e);
    for (size_t i = 0; i < j->n; i++) outbits_fini(&j->v[i].own);
    mem_free(j->v);
    return rc;
}

enum rc judge_environment(struct run *r, struct environment *env, struct err *e)
{
    const struct program *p = env->c.program;
    struct judging j = {.r = r, .env = (size_t)(env - r->env)};
    struct outbits *bits = mem_zalloc_array(p->n_outputs + 1, sizeof *bits);
    if (!bits) return err_nomem(e);
    struct vm_options vo = {.threads = r->sc->w.threads, .pool = r->sc->w.pool};
    enum rc rc = vm_run_bits(p, &r->sc->w.frame, &env->pt, &vo, bits, e);
    if (!rc) rc = judge_outputs(&j, env, bits, e);
    for (size_t i = 0; i < p->n_outputs; i++) outbits_fini(&bits[i]);
    mem_free(bits);
    return rc;
}

/* ---------------------------------------------------------------- whose subject is gone */

enum rc judge_gone(struct run *r, struct err *e)
{
    struct screening *sc = r->sc;
    for (size_t i = before_from(&r->before, UINT32_MAX); i < r->before.n; i++) {
        struct finding f = r->before.v[i].f;
        f.state = FS_WITHDRAWN;
        f.verdict = VERDICT_FALSE;
        sc->rules[f.rule].count[f.state]++;
        if (!screen_push(sc->findings, sc->n_findings, sc->cap_findings, f)) return err_nomem(e);
    }
    return RC_OK;
}

static int by_rule_and_why(const void *a, const void *b)
{
    const struct unjudged *x = a, *y = b;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    return x->why < y->why ? -1 : x->why > y->why;
}

void unjudged_sort(struct unjudged *v, size_t n)
{
    if (n) qsort(v, n, sizeof *v, by_rule_and_why);
}

static int by_subject(const void *a, const void *b) { return finding_order(a, b); }

void findings_sort(struct finding *v, size_t n)
{
    bool sorted = true;
    for (size_t i = 1; sorted && i < n; i++) sorted = finding_order(&v[i - 1], &v[i]) <= 0;
    if (!sorted) qsort(v, n, sizeof *v, by_subject);
}
