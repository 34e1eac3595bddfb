/* Compile for every environment, run, compare, keep. */
#include <stdlib.h>
#include "base/io.h"
#include "base/par.h"
#include "screen/screen_int.h"
#include "store/people.h"

const char *finding_state_word(enum finding_state s)
{
    static const char *const w[FS__MAX] = {"", "new", "still", "unconfirmed", "cleared", "withdrawn", "excepted"};
    return w[s];
}

const char *finding_state_text(enum finding_state s, enum lang lang)
{
    static const char *const zh[FS__MAX] = {"", "新增", "持续", "待确认", "消除", "撤销", "例外"};
    return lang == LANG_EN ? finding_state_word(s) : zh[s];
}

struct str decl_clause(const struct decl *d, struct arena *a)
{
    struct str book = d->cite.book, path = d->cite.path;
    char *p = arena_alloc(a, book.n + 1 + path.n);
    if (!p) return (struct str){0}; /* which the arena remembers */
    if (book.n) memcpy(p, book.p, book.n);
    p[book.n] = '#';
    if (path.n) memcpy(p + book.n + 1, path.p, path.n);
    return str_make(p, book.n + 1 + path.n);
}

/* ---------------------------------------------------------------- environments */

static enum rc find_environments(struct run *r, struct err *e)
{
    struct world *w = &r->sc->w;
    r->sc->env_of_place = ARENA_ARRAY(&r->sc->arena, uint16_t, w->n_places + 1);
    r->env = ARENA_ARRAY(&r->sc->arena, struct environment, SCREEN_ENVIRONMENTS_MAX);
    if (!r->sc->env_of_place || !r->env) return err_nomem(e);
    for (uint32_t i = 0; i < w->n_places; i++) {
        uint32_t number = policy_environment(r->p, &w->places[i], w->as_of, e);
        size_t k = 0;
        if (number == UINT32_MAX) return RC_NOMEM;
        while (k < r->n_env && r->env[k].number != number) k++;
        if (k == SCREEN_ENVIRONMENTS_MAX)
            return err_set(e, RC_INPUT, pos_none(), "the books differ in more than %d ways over these places.",
                           "这些地方的政策组合超过 %d 种。", (int)SCREEN_ENVIRONMENTS_MAX);
        r->sc->env_of_place[i] = (uint16_t)k;
        if (k < r->n_env) continue;
        struct compile_options o = {
            .place = &w->places[i], .as_of = w->as_of, .only = r->o->only, .n_only = r->o->n_only};
        r->env[r->n_env++].number = number;
        TRY(rules_compile(r->p, &o, &r->sc->arena, r->d, &r->env[k].c, e));
        world_need(w, r->env[k].c.program);
    }
    return RC_OK;
}

static int by_name(const void *a, const void *b)
{
    const struct screen_rule *x = a, *y = b;
    return str_cmp(x->name, y->name);
}

void rules_sort(struct screening *sc)
{
    if (sc->n_rules) qsort(sc->rules, sc->n_rules, sizeof *sc->rules, by_name);
}

uint16_t rule_index(const struct screening *sc, struct str name)
{
    size_t lo = 0, hi = sc->n_rules;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (str_cmp(sc->rules[mid].name, name) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo < sc->n_rules && str_eq(sc->rules[lo].name, name) ? (uint16_t)lo : UINT16_MAX;
}

/* Whose household a finding about a village hangs on in the frame (load_villages.c) is nobody's business. */
static bool is_of_village(const struct world *w, const struct decl *d)
{
    struct str on = !d                     ? STR("")
                    : d->kind == D_RULE    ? d->u.rule.on.text
                    : d->kind == D_DATASET ? d->name.text
                                           : STR("");
    uint32_t ds = on.n ? policy_dataset_number(w->policy, on) : UINT32_MAX;
    return ds != UINT32_MAX && w->datasets[ds].decl && w->datasets[ds].decl->placed_by.text.n;
}

/* Sorted by name, each once. */
static void drop_doubles(struct screening *sc)
{
    size_t n = 0;
    for (size_t i = 0; i < sc->n_rules; i++) {
        struct screen_rule *last = n ? &sc->rules[n - 1] : NULL;
        if (!last || !str_eq(last->name, sc->rules[i].name)) sc->rules[n++] = sc->rules[i];
        else last->varies = last->varies || last->decl != sc->rules[i].decl;
    }
    sc->n_rules = n;
}

static enum rc list_rules(struct run *r, struct err *e)
{
    struct screening *sc = r->sc;
    size_t n = 0;
    for (size_t k = 0; k < r->n_env; k++) n += r->env[k].c.n_outputs;
    sc->rules = ARENA_ARRAY(&sc->arena, struct screen_rule, n + 1);
    if (!sc->rules) return err_nomem(e);
    for (size_t k = 0; k < r->n_env; k++)
        for (size_t i = 0; i < r->env[k].c.n_outputs; i++) {
            const struct ir_output *o = &r->env[k].c.program->outputs[i];
            sc->rules[sc->n_rules++] = (struct screen_rule){.name = o->name, .decl = o->decl, .kind = o->kind};
        }
    rules_sort(sc);
    drop_doubles(sc);
    if (sc->n_rules <= SCREEN_RULES_MAX) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "the books have more than %d rules.", "政策册的规则超过 %d 条。",
                   (int)SCREEN_RULES_MAX);
}

/* ---------------------------------------------------------------- where rules hold */

const struct rule_here *rule_here(const struct screening *sc, uint32_t household_row, uint16_t rule)
{
    uint32_t place = sc->w.frame.place[household_row];
    return &sc->here[(size_t)sc->env_of_place[place] * sc->n_rules + rule];
}

static enum rc note_here(struct run *r, struct environment *env, size_t k, struct err *e)
{
    struct screening *sc = r->sc;
    const struct program *p = env->c.program;
    env->rule = ARENA_ARRAY(&sc->arena, uint16_t, p->n_outputs + 1);
    if (!env->rule) return err_nomem(e);
    for (size_t i = 0; i < p->n_outputs; i++) {
        env->rule[i] = rule_index(sc, p->outputs[i].name);
        struct rule_here *h = &sc->here[k * sc->n_rules + env->rule[i]];
        h->decl = p->outputs[i].decl;
        h->output = (uint16_t)i;
        h->clause = decl_clause(h->decl, &sc->arena);
        if (!h->clause.p) return err_nomem(e);
        if (sc->rules[env->rule[i]].decl == h->decl) sc->rules[env->rule[i]].clause = h->clause;
    }
    return RC_OK;
}

static enum rc note_skips(struct run *r, const struct environment *env, uint32_t place, uint32_t households,
                          struct err *e)
{
    struct screening *sc = r->sc;
    const struct program *p = env->c.program;
    uint8_t *skip = r->skip[place] = ARENA_ARRAY(&sc->arena, uint8_t, p->n_outputs + 1);
    if (!skip) return err_nomem(e);
    for (size_t i = 0; i < p->n_outputs; i++) {
        const struct ir_output *o = &p->outputs[i];
        for (size_t s = 0; s < o->n_slots; s++) {
            if (env->pt.v[(size_t)place * env->pt.n_slots + o->slots[s]].state != PVAL_EMPTY) continue;
            skip[i] = 1;
            struct not_run n = {env->rule[i], p->slots[o->slots[s]].param, place, households};
            if (!screen_push(sc->skipped, sc->n_skipped, sc->cap_skipped, n)) return err_nomem(e);
        }
    }
    return RC_OK;
}

static int by_skip(const void *a, const void *b)
{
    const struct not_run *x = a, *y = b;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    if (x->place != y->place) return x->place < y->place ? -1 : 1;
    return str_cmp(x->param, y->param);
}

static enum rc prepare(struct run *r, struct err *e)
{
    struct screening *sc = r->sc;
    struct world *w = &sc->w;
    uint32_t *households = ARENA_ARRAY(&sc->arena, uint32_t, w->n_places + 1);
    r->skip = ARENA_ARRAY(&sc->arena, uint8_t *, w->n_places + 1);
    sc->here = ARENA_ARRAY(&sc->arena, struct rule_here, r->n_env * sc->n_rules + 1);
    if (!households || !r->skip || !sc->here) return err_nomem(e);
    sc->n_env = r->n_env;
    for (uint32_t h = 0; h < w->n_households; h++) households[w->frame.place[h]]++;
    for (size_t k = 0; k < r->n_env; k++) {
        struct environment *env = &r->env[k];
        TRY(rules_ptable(r->p, env->c.program, w->places, w->n_places, &sc->arena, &env->pt, r->d, e));
        TRY(note_here(r, env, k, e));
    }
    for (uint32_t pl = 0; pl < w->n_places; pl++)
        TRY(note_skips(r, &r->env[sc->env_of_place[pl]], pl, households[pl], e));
    if (sc->n_skipped) qsort(sc->skipped, sc->n_skipped, sizeof *sc->skipped, by_skip);
    return RC_OK;
}

/* ---------------------------------------------------------------- hashes and dates */

static void params_hash(const struct run *r, uint8_t out[SCREEN_HASH_BYTES])
{
    uint64_t h[4] = {1, 2, 3, 4};
    for (size_t k = 0; k < r->n_env; k++) {
        const struct ptable *pt = &r->env[k].pt;
        for (size_t i = 0; i < (size_t)pt->n_places * pt->n_slots; i++) {
            int64_t value[3] = {pt->v[i].state, pt->v[i].v, pt->v[i].w};
            struct str cell = str_make((const char *)value, sizeof value);
            for (int j = 0; j < 4; j++) h[j] = (h[j] ^ str_hash(cell)) * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)j + i;
        }
    }
    memcpy(out, h, SCREEN_HASH_BYTES);
}

static enum rc check_days(struct run *r, struct err *e)
{
    if (r->sc->w.known_at > clock_today(store_clock(r->s)))
        return err_set(e, RC_INPUT, pos_none(),
                       "the known-at date lies in the future: nobody knows yet what will have come. Take today.",
                       "已知日期（--known-at）在将来：届时会收到什么，现在无从知道。请取今天。");
    if (r->o->as_of > r->sc->w.known_at)
        return err_set(e, RC_INPUT, pos_none(),
                       "the as-of date is after what is known (--known-at). Take an earlier as-of date.",
                       "筛查日期晚于已知日期（--known-at）。请取更早的筛查日期。");
    struct screen latest;
    TRY(screen_latest(r->s, &r->sc->arena, &latest, e));
    r->sc->replay = latest.id && r->o->as_of < latest.as_of;
    return r->o->alone ? RC_OK : screen_before(r->s, &r->sc->arena, r->o->as_of, &r->sc->before, e);
}

static enum rc take_apart(void *ctx, size_t i, struct str code, struct err *e)
{
    struct screening *sc = ctx;
    sc->apart[i] = str_dup(&sc->arena, code);
    return sc->apart[i].p || !code.n ? RC_OK : err_nomem(e);
}

/* Which households no province's books can judge. */
static enum rc name_apart(struct run *r, struct err *e)
{
    const struct world *w = &r->sc->w;
    size_t n = w->n_apart < WORLD_APART_MAX ? w->n_apart : WORLD_APART_MAX;
    return n ? households_codes(r->s, w->apart, n, take_apart, r->sc, e) : RC_OK;
}

struct telling {
    struct run *r;
    bool keep;
    struct store *reader; /* for the file */
    bool staged;
};

/* Keeping and the file wait for the disk side by side. */
static enum rc tell_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct telling *t = ctx;
    (void)thread;
    if (task == 1) {
        enum rc rc = screen_stage_findings(t->r->sc, t->reader, t->r->o->findings_path, e);
        t->staged = !rc;
        return rc;
    }
    if (!t->keep) return RC_OK;
    TRY(screen_keep(t->r, e));
    if (t->reader) store_settle(t->r->s);
    return RC_OK;
}

/* The file is there when the screen is kept, and not before. */
static enum rc tell(struct run *r, struct err *e)
{
    struct screening *sc = r->sc;
    const char *path = r->o->findings_path;
    struct telling t = {.r = r, .keep = !sc->replay && !r->o->dry && !sc->on_hold};
    if (path) TRY(world_other_reader(&sc->w, &t.reader, e)); /* before a transaction begins */
    enum rc rc = par_team_run(world_team(&sc->w), path ? 2 : 1, tell_task, &t, e);
    if (!rc && path) return io_publish_file(path, e);
    if (t.staged) io_drop_staged(path);
    return rc;
}

static enum rc run_all(struct run *r, const struct divisions *divs, struct err *e)
{
    struct screening *sc = r->sc;
    struct world_options wo = {.as_of = r->o->as_of,
                               .as_if = r->o->as_if,
                               .k_us = r->o->k_us,
                               .threads = r->o->threads,
                               .pool = sc->pool,
                               .with_lines = r->o->with_lines,
                               .known_at = r->o->known_at ? r->o->known_at : clock_today(store_clock(r->s))};
    sc->w.known_at = wo.known_at;
    TRY(check_days(r, e));
    TRY(r->o->begun ? world_open_begun(&sc->w, r->o->begun, divs, &wo, e)
                    : world_open(&sc->w, r->s, r->p, divs, &wo, e));
    TRY(name_apart(r, e));
    TRY(find_environments(r, e));
    TRY(list_rules(r, e));
    TRY(world_load(&sc->w, r->d, e));
    TRY(before_load(r, e));
    TRY(excepted_load(r, e));
    TRY(prepare(r, e));
    for (size_t k = 0; k < sc->n_rules; k++) sc->rules[k].of_village = is_of_village(&sc->w, sc->rules[k].decl);
    for (size_t k = 0; k < r->n_env; k++) TRY(judge_environment(r, &r->env[k], e));
    TRY(judge_gone(r, e));
    findings_sort(sc->findings, sc->n_findings);
    unjudged_sort(sc->unjudged, sc->n_unjudged);
    sc->households_flagged = screen_count_open(sc);
    sc->screen = (struct screen){.as_of = r->o->as_of, .known_at_us = sc->w.k_us};
    memcpy(sc->screen.book_hash, sc->book_hash, SCREEN_HASH_BYTES);
    params_hash(r, sc->screen.params_hash);
    if (!sc->replay && !r->o->dry) TRY(screen_hold(r, e));
    return tell(r, e);
}

enum rc screen_run(struct screening *sc, struct store *s, struct policy *p, const uint8_t book_hash[SCREEN_HASH_BYTES],
                   const struct divisions *divs, const struct screen_options *o, struct diags *d, struct err *e)
{
    *sc = (struct screening){0};
    arena_init(&sc->arena, (size_t)16 << 30);
    memcpy(sc->book_hash, book_hash, SCREEN_HASH_BYTES);
    struct run r = {.sc = sc, .s = s, .p = p, .o = o, .d = d};
    map64_init(&r.unjudged);
    unsigned threads = o->threads ? o->threads : par_threads();
    enum rc rc = threads > 1 ? par_pool_new(&sc->pool, threads, e) : RC_OK;
    if (!rc) rc = run_all(&r, divs, e);
    before_free(&r.before);
    map64_fini(&r.unjudged);
    return rc;
}

void screening_free(struct screening *sc)
{
    mem_free(sc->findings);
    mem_free(sc->unknowns);
    mem_free(sc->skipped);
    mem_free(sc->unjudged);
    mem_free(sc->held);
    mem_free(sc->causes);
    world_free(&sc->w);
    par_pool_free(sc->pool);
    arena_fini(&sc->arena);
    *sc = (struct screening){0};
}
