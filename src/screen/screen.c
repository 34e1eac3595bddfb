/* Compile for every environment, run, compare, keep. */
#include <stdlib.h>
#include "base/io.h"
#include "screen/screen_int.h"

const char *finding_state_word(enum finding_state s)
{
    static const char *const w[FS__MAX] = {"", "new", "still", "unconfirmed", "cleared", "withdrawn"};
    return w[s];
}

const char *finding_state_text(enum finding_state s, enum lang lang)
{
    static const char *const zh[FS__MAX] = {"", "新增", "持续", "待确认", "消除", "撤销"};
    return lang == LANG_EN ? finding_state_word(s) : zh[s];
}

struct str decl_clause(const struct decl *d, struct arena *a)
{
    struct buf b;
    buf_init(&b, KIB(4));
    buf_addf(&b, "%.*s#%.*s", STR_ARG(d->cite.book), STR_ARG(d->cite.path));
    struct str s = str_dup(a, buf_str(&b));
    buf_fini(&b);
    return s;
}

/* ---------------------------------------------------------------- environments */

static enum rc find_environments(struct run *r, struct err *e)
{
    struct world *w = &r->sc->w;
    r->env_of_place = ARENA_ARRAY(&r->sc->arena, uint16_t, w->n_places + 1);
    r->env = ARENA_ARRAY(&r->sc->arena, struct environment, SCREEN_ENVIRONMENTS_MAX);
    if (!r->env_of_place || !r->env) return err_nomem(e);
    for (uint32_t i = 0; i < w->n_places; i++) {
        uint32_t number = policy_environment(r->p, &w->places[i], w->as_of, e);
        size_t k = 0;
        if (number == UINT32_MAX) return RC_NOMEM;
        while (k < r->n_env && r->env[k].number != number) k++;
        if (k == SCREEN_ENVIRONMENTS_MAX)
            return err_set(e, RC_INPUT, pos_none(), "the books differ in more than %d ways over these places.",
                           "这些地方的政策组合超过 %d 种。", (int)SCREEN_ENVIRONMENTS_MAX);
        r->env_of_place[i] = (uint16_t)k;
        if (k < r->n_env) continue;
        struct compile_options o = {.place = &w->places[i], .as_of = w->as_of};
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

static enum rc list_rules(struct run *r, struct err *e)
{
    struct screening *sc = r->sc;
    size_t n = 0;
    for (size_t k = 0; k < r->n_env; k++) n += r->env[k].c.n_outputs;
    sc->rules = ARENA_ARRAY(&sc->arena, struct screen_rule, n + 1 + r->before.n);
    if (!sc->rules) return err_nomem(e);
    for (size_t k = 0; k < r->n_env; k++)
        for (size_t i = 0; i < r->env[k].c.n_outputs; i++) {
            const struct ir_output *o = &r->env[k].c.program->outputs[i];
            size_t j = 0;
            while (j < sc->n_rules && !str_eq(sc->rules[j].name, o->name)) j++;
            if (j == sc->n_rules)
                sc->rules[sc->n_rules++] = (struct screen_rule){.name = o->name, .decl = o->decl, .kind = o->kind};
        }
    qsort(sc->rules, sc->n_rules, sizeof *sc->rules, by_name);
    return RC_OK;
}

static uint16_t rule_index(const struct screening *sc, struct str name)
{
    for (size_t i = 0; i < sc->n_rules; i++)
        if (str_eq(sc->rules[i].name, name)) return (uint16_t)i;
    return UINT16_MAX;
}

static enum rc note_skips(struct run *r, struct environment *env, size_t k, const uint32_t *households, struct err *e)
{
    struct screening *sc = r->sc;
    const struct program *p = env->c.program;
    env->skip = ARENA_ARRAY(&sc->arena, uint8_t, p->n_outputs * sc->w.n_places + 1);
    env->rule = ARENA_ARRAY(&sc->arena, uint16_t, p->n_outputs + 1);
    if (!env->skip || !env->rule) return err_nomem(e);
    for (size_t i = 0; i < p->n_outputs; i++) {
        const struct ir_output *o = &p->outputs[i];
        env->rule[i] = rule_index(sc, o->name);
        for (uint32_t pl = 0; pl < sc->w.n_places; pl++) {
            if (r->env_of_place[pl] != k) continue;
            for (size_t s = 0; s < o->n_slots; s++) {
                if (env->pt.v[(size_t)pl * env->pt.n_slots + o->slots[s]].state != PVAL_EMPTY) continue;
                env->skip[i * sc->w.n_places + pl] = 1;
                struct not_run n = {env->rule[i], p->slots[o->slots[s]].param, pl, households[pl]};
                if (!screen_push(sc->skipped, sc->n_skipped, sc->cap_skipped, n)) return err_nomem(e);
            }
        }
    }
    return RC_OK;
}

static enum rc prepare(struct run *r, struct err *e)
{
    struct world *w = &r->sc->w;
    uint32_t *households = ARENA_ARRAY(&r->sc->arena, uint32_t, w->n_places + 1);
    if (!households) return err_nomem(e);
    for (uint32_t h = 0; h < w->n_households; h++) households[w->frame.place[h]]++;
    for (size_t k = 0; k < r->n_env; k++) {
        TRY(rules_ptable(r->p, r->env[k].c.program, w->places, w->n_places, &r->sc->arena, &r->env[k].pt, r->d, e));
        TRY(note_skips(r, &r->env[k], k, households, e));
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- hashes and dates */

static void params_hash(const struct run *r, uint8_t out[SCREEN_HASH_BYTES])
{
    uint64_t h[4] = {1, 2, 3, 4};
    for (size_t k = 0; k < r->n_env; k++) {
        const struct ptable *pt = &r->env[k].pt;
        for (size_t i = 0; i < (size_t)pt->n_places * pt->n_slots; i++) {
            struct str cell = str_make((const char *)&pt->v[i], sizeof pt->v[i]);
            for (int j = 0; j < 4; j++) h[j] = (h[j] ^ str_hash(cell)) * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)j + i;
        }
    }
    memcpy(out, h, SCREEN_HASH_BYTES);
}

static enum rc check_days(struct run *r, struct err *e)
{
    if (r->o->as_of > r->sc->w.known_at)
        return err_set(e, RC_INPUT, pos_none(),
                       "the as-of date is after what is known (--known-at). Take an earlier as-of date.",
                       "筛查日期晚于已知日期（--known-at）。请取更早的筛查日期。");
    struct screen latest;
    TRY(screen_latest(r->s, &r->sc->arena, &latest, e));
    r->sc->replay = latest.id && r->o->as_of < latest.as_of;
    return screen_before(r->s, &r->sc->arena, r->o->as_of, &r->sc->before, e);
}

static enum rc run_all(struct run *r, const struct divisions *divs, struct err *e)
{
    struct screening *sc = r->sc;
    struct world_options wo = {.as_of = r->o->as_of,
                               .known_at = r->o->known_at ? r->o->known_at : clock_today(store_clock(r->s))};
    sc->w.known_at = wo.known_at;
    TRY(check_days(r, e));
    TRY(world_open(&sc->w, r->s, r->p, divs, &wo, e));
    TRY(find_environments(r, e));
    TRY(list_rules(r, e));
    TRY(world_load(&sc->w, r->d, e));
    TRY(prepare(r, e));
    TRY(before_load(r, e));
    for (size_t k = 0; k < r->n_env; k++) TRY(judge_environment(r, &r->env[k], e));
    TRY(judge_rest(r, e));
    findings_sort(sc->findings, sc->n_findings);
    sc->households_flagged = screen_count_open(sc);
    sc->screen = (struct screen){.as_of = r->o->as_of, .known_at_us = sc->w.k_us};
    memcpy(sc->screen.book_hash, sc->book_hash, SCREEN_HASH_BYTES);
    params_hash(r, sc->screen.params_hash);
    if (!sc->replay && !r->o->dry) TRY(screen_keep(r, e));
    return r->o->findings_path ? screen_write_findings(sc, r->o, e) : RC_OK;
}

enum rc screen_run(struct screening *sc, struct store *s, struct policy *p, const uint8_t book_hash[SCREEN_HASH_BYTES],
                   const struct divisions *divs, const struct screen_options *o, struct diags *d, struct err *e)
{
    *sc = (struct screening){0};
    arena_init(&sc->arena, (size_t)16 << 30);
    memcpy(sc->book_hash, book_hash, SCREEN_HASH_BYTES);
    struct run r = {.sc = sc, .s = s, .p = p, .o = o, .d = d};
    map64_init(&r.unjudged);
    map64_init(&r.before.by_subject);
    enum rc rc = run_all(&r, divs, e);
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
    world_free(&sc->w);
    arena_fini(&sc->arena);
    *sc = (struct screening){0};
}
