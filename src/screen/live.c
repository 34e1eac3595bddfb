/* Opening, asking, closing of a live world. */
#include "screen/live.h"
#include "base/par.h"
#include "screen/live_int.h"
#include "store/decision.h"

/* ---------------------------------------------------------------- opening */

static enum rc check_days(const struct live *l, struct store *s, struct err *e)
{
    if (l->o.known_at > clock_today(store_clock(s)))
        return err_set(e, RC_INPUT, pos_none(),
                       "the known-at date lies in the future: nobody knows yet what will have come. Take today.",
                       "已知日期（--known-at）在将来：届时会收到什么，现在无从知道。请取今天。");
    if (l->o.as_of <= l->o.known_at) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "the as-of date is after what is known (--known-at). Take an earlier as-of date.",
                   "筛查日期晚于已知日期（--known-at）。请取更早的筛查日期。");
}

/* Households by division, as numbers of a short list. */
static enum rc list_divisions(struct live *l, struct err *e)
{
    uint32_t n = l->w.n_households, last = UINT32_MAX;
    struct map64 seen;
    VEC(int64_t) codes = {0};
    l->division_of = mem_alloc_array((size_t)n + 1, sizeof *l->division_of);
    bool ok = l->division_of;
    map64_init(&seen);
    for (uint32_t h = 0; ok && h < n; h++) {
        int64_t code = l->w.frame.division[h];
        if (last == UINT32_MAX || codes.v[last] != code) last = map64_get(&seen, (uint64_t)code);
        if (last == UINT32_MAX) {
            last = (uint32_t)codes.n;
            ok = vec_push(&codes, UINT32_MAX, code) && map64_put(&seen, (uint64_t)code, last);
        }
        l->division_of[h] = last;
    }
    map64_fini(&seen);
    l->divisions = codes.v;
    l->n_divisions = (uint32_t)codes.n;
    return ok ? RC_OK : err_nomem(e);
}

static void need_side(struct live *l, const struct side *s)
{
    for (size_t k = 0; k < s->n_env; k++) {
        world_need(&l->w, s->env[k].c.program);
        world_need(&l->w, s->env[k].gives.program);
    }
}

/* Other books that will be asked about: their columns too, where the datasets are the same. */
static enum rc need_also(struct live *l, struct diags *d, struct err *e)
{
    struct side s;
    bool same;
    if (!l->o.also) return RC_OK;
    policy_set_events(l->o.also, l->o.settings, l->o.n_settings);
    TRY(same_data(l->policy, l->o.also, &same, e));
    if (!same) return RC_OK;
    enum rc rc = side_places(l, &s, l->o.also, d, e);
    if (!rc) need_side(l, &s);
    side_free(&s);
    return rc;
}

/* Whoever can take deliveries in will look people up. */
static enum rc open_import(struct live *l, struct store *s, struct err *e)
{
    if (!store_can_write(s)) return RC_OK;
    TRY(import_shared_new(&l->shared, e));
    return import_shared_load(l->shared, s, l->policy, l->o.threads, e);
}

static enum rc open_world(struct live *l, struct store *s, struct diags *d, struct err *e)
{
    struct world_options wo = {
        .as_of = l->o.as_of, .known_at = l->o.known_at, .k_us = l->o.k_us, .arrivals = store_can_write(s)};
    arena_init(&l->arena, LIVE_ARENA_MAX);
    TRY(check_days(l, s, e));
    TRY(world_open(&l->w, s, l->policy, l->divs, &wo, e));
    TRY(decisions_count(s, l->w.k_us, &l->decided, e));
    TRY(open_import(l, s, e));
    TRY(list_divisions(l, e));
    l->stale = ARENA_ARRAY(&l->arena, bool, l->w.frame.n_datasets + 1);
    if (!l->stale) return err_nomem(e);
    TRY(side_compile(l, &l->base, l->policy, d, e));
    need_side(l, &l->base);
    TRY(need_also(l, d, e));
    if (l->o.category) need_category(l);
    TRY(world_load(&l->w, d, e));
    l->base.frame = l->w.frame;
    TRY(side_values(&l->base, d, e));
    TRY(side_judge(l, &l->base, &(struct side_run){0}, e));
    l->open = true;
    return RC_OK;
}

static void close_world(struct live *l)
{
    l->open = false;
    kept_drop(l);
    groups_free(l);
    side_free(&l->base);
    world_free(&l->w);
    mem_free(l->division_of);
    mem_free(l->divisions);
    import_shared_free(l->shared);
    arena_fini(&l->arena);
    l->division_of = NULL;
    l->divisions = NULL;
    l->shared = NULL;
    l->stale = NULL;
    l->kept = NULL;
}

/* People found to be one, or rows found to be another's, change who has which facts: all is read again. */
static enum rc see_decisions(struct live *l, struct diags *d, struct err *e)
{
    int64_t decided = 0;
    if (l->open) TRY(decisions_count(l->store, world_moment(&l->w), &decided, e));
    if (l->open && decided == l->decided) return RC_OK;
    close_world(l);
    l->behind = LIVE_JUDGED;
    policy_set_events(l->policy, l->o.settings, l->o.n_settings);
    return open_world(l, l->store, d, e);
}

enum rc live_open(struct live **out, struct store *s, struct policy *p, const struct divisions *divs,
                  const struct live_options *o, struct diags *d, struct err *e)
{
    *out = NULL;
    struct live *l = mem_zalloc_array(1, sizeof *l);
    if (!l) return err_nomem(e);
    l->policy = p;
    l->divs = divs;
    l->o = *o;
    if (!l->o.known_at) l->o.known_at = clock_today(store_clock(s));
    if (!l->o.threads) l->o.threads = par_threads();
    l->store = s;
    l->has_lock = pthread_mutex_init(&l->lock, NULL) == 0;
    enum rc rc = l->has_lock ? open_world(l, s, d, e) : err_nomem(e);
    if (rc) live_close(l);
    else *out = l;
    return rc;
}

void live_close(struct live *l)
{
    if (!l) return;
    close_world(l);
    if (l->has_lock) pthread_mutex_destroy(&l->lock);
    mem_free(l);
}

/* ---------------------------------------------------------------- asking */

void live_answer_free(struct live_answer *a)
{
    mem_free(a->moves);
    mem_free(a->households);
    arena_fini(&a->arena);
    *a = (struct live_answer){0};
}

static bool same_numbers(const struct world *a, const struct world *b)
{
    if (!a->person_no && !b->person_no) return a->first_no == b->first_no;
    for (uint32_t i = 0; i < a->n_people; i++)
        if (world_person_no(a, i) != world_person_no(b, i)) return false;
    return true;
}

/* Both worlds have the same people in the same rows. */
static bool same_people(const struct world *a, const struct world *b)
{
    return a->n_people == b->n_people && a->n_households == b->n_households && same_numbers(a, b) &&
           memcmp(a->household_no, b->household_no, a->n_households * sizeof *a->household_no) == 0;
}

/* Books with other datasets need another world. */
static enum rc ask_apart(struct live *l, const struct live_change *c, struct live_answer *a, struct diags *d,
                         struct err *e)
{
    struct live *other;
    struct live_options o = l->o;
    o.also = NULL;
    TRY(live_open(&other, l->w.store, c->policy, l->divs, &o, d, e));
    enum rc rc = RC_OK;
    if (!same_people(&l->w, &other->w))
        rc = err_set(e, RC_INPUT, pos_none(),
                     "the two sets of books do not take the same people as members on that day (their rosters differ). "
                     "Screen with each and compare the findings files.",
                     "两套政策册在当日认定的成员不同（花名册声明不一致）。请分别筛查并比较疑点清单。");
    if (!rc) rc = answer_make(l, &other->base, c, a, d, e);
    live_close(other);
    return rc;
}

/* What arrived is in the frame: judge what hangs on it; the base is then what it is now. a NULL: nobody wants to know
 * what differs. */
static enum rc judge_stale(struct live *l, const struct live_change *c, struct live_answer *a, struct diags *d,
                           struct err *e)
{
    struct side s = {0};
    struct live_change all = {.checks = true, .cancel = c->cancel};
    kept_drop_stale(l);
    l->base.frame = l->w.frame;
    enum rc rc = side_changed(l, &s, &all, d, e);
    bool unread;
    if (!rc) rc = slice_judge(l, &s, &all, a ? &a->unread : &unread, e);
    if (!rc && a) rc = answer_make(l, &s, c, a, d, e);
    for (size_t i = 0; !rc && i < s.n_rules; i++) {
        if (!s.rules[i].own) continue;
        if (l->base.rules[i].own) rule_bits_free(l->base.rules[i].bits);
        l->base.rules[i].bits = s.rules[i].bits;
        l->base.rules[i].own = true;
        s.rules[i].own = false;
    }
    if (!rc) counts_drop(l);
    side_free(&s);
    return rc;
}

/* Judge a delivery that is stored. Where it was cancelled or failed the next call goes on, before it answers: its
 * answers are of what is stored. */
static enum rc catch_up(struct live *l, const struct live_change *c, struct live_answer *a, struct diags *d,
                        struct err *e)
{
    if (l->behind == LIVE_JUDGED) return RC_OK;
    policy_set_events(l->policy, l->o.settings, l->o.n_settings);
    if (l->behind == LIVE_STORED) TRY(world_reload(&l->w, l->behind_ds, l->stale, d, e));
    l->behind = LIVE_LOADED;
    TRY(judge_stale(l, c, a, d, e));
    memset(l->stale, 0, l->w.frame.n_datasets * sizeof *l->stale);
    l->behind = LIVE_JUDGED;
    return RC_OK;
}

static enum rc take_in(struct live *l, const struct import_options *o, struct out *out, const struct live_change *c,
                       struct import_report *r, struct live_answer *a, struct diags *d, struct err *e)
{
    uint32_t ds = policy_dataset_number(l->policy, o->dataset);
    if (ds != UINT32_MAX && ds == policy_roster(l->policy))
        return err_set(e, RC_INPUT, pos_none(),
                       "a roster changes who is judged: import it, then open what is kept open again.",
                       "花名册会改变筛查对象：请先导入，再重新打开。");
    struct import_options mine = *o;
    if (!mine.shared) mine.shared = l->shared;
    if (!mine.cancel) mine.cancel = c->cancel;
    if (!mine.threads) mine.threads = l->o.threads;
    mine.next = NULL; /* it is read ahead for the very options that are given next */
    TRY(import_file(l->w.store, l->policy, l->divs, &mine, out, &a->arena, r, e));
    if (ds == UINT32_MAX) return RC_OK;
    l->behind = LIVE_STORED; /* until it is judged, answers would be of before */
    l->behind_ds = ds;
    return catch_up(l, c, a, d, e);
}

enum rc live_month(struct live *l, const struct import_options *o, struct out *out, const struct live_change *c,
                   struct import_report *r, struct live_answer *a, struct diags *d, struct err *e)
{
    *a = (struct live_answer){0};
    arena_init(&a->arena, LIVE_ARENA_MAX);
    pthread_mutex_lock(&l->lock);
    policy_set_events(l->policy, l->o.settings, l->o.n_settings);
    enum rc rc = see_decisions(l, d, e);
    if (!rc) rc = catch_up(l, c, NULL, d, e);
    if (!rc) rc = take_in(l, o, out, c, r, a, d, e);
    pthread_mutex_unlock(&l->lock);
    if (rc) live_answer_free(a);
    return rc;
}

static enum rc ask_here(struct live *l, struct side *s, const struct live_change *c, struct live_answer *a, bool *apart,
                        struct diags *d, struct err *e)
{
    TRY(side_changed(l, s, c, d, e));
    for (size_t k = 0; k < s->n_env; k++)
        *apart = *apart || !world_has(&l->w, s->env[k].c.program) || !world_has(&l->w, s->env[k].gives.program);
    if (*apart) return RC_OK;
    TRY(slice_judge(l, s, c, &a->unread, e));
    return answer_make(l, s, c, a, d, e);
}

static enum rc ask(struct live *l, const struct live_change *c, struct live_answer *a, struct diags *d, struct err *e)
{
    struct side s = {0};
    bool same = true, apart = false;
    if (c->policy) TRY(same_data(l->policy, c->policy, &same, e));
    enum rc rc = same ? ask_here(l, &s, c, a, &apart, d, e) : RC_OK;
    side_free(&s);
    if (!rc && (apart || !same)) rc = ask_apart(l, c, a, d, e);
    return rc;
}

/* The settings of now and those of the change, in force for the time of the question. */
static enum rc ask_with_settings(struct live *l, const struct live_change *c, struct live_answer *a, struct diags *d,
                                 struct err *e)
{
    struct policy *p = c->policy ? c->policy : l->policy;
    size_t n = l->o.n_settings + c->n_settings;
    struct param_setting *v = mem_alloc_array(n + 1, sizeof *v);
    if (!v) return err_nomem(e);
    for (size_t i = 0; i < n; i++) v[i] = i < l->o.n_settings ? l->o.settings[i] : c->settings[i - l->o.n_settings];
    policy_set_events(p, v, n);
    enum rc rc = ask(l, c, a, d, e);
    policy_set_events(p, l->o.settings, l->o.n_settings);
    mem_free(v);
    return rc;
}

enum rc live_whatif(struct live *l, const struct live_change *c, struct live_answer *a, struct diags *d, struct err *e)
{
    *a = (struct live_answer){0};
    arena_init(&a->arena, LIVE_ARENA_MAX);
    pthread_mutex_lock(&l->lock);
    enum rc rc = see_decisions(l, d, e);
    if (!rc) rc = catch_up(l, c, NULL, d, e);
    if (!rc) rc = ask_with_settings(l, c, a, d, e);
    pthread_mutex_unlock(&l->lock);
    if (rc) live_answer_free(a);
    return rc;
}

enum rc live_codes(struct live *l, struct str **codes, struct err *e)
{
    pthread_mutex_lock(&l->lock);
    enum rc rc = world_codes(&l->w, codes, e);
    pthread_mutex_unlock(&l->lock);
    return rc;
}

int64_t live_division(const struct live *l, uint32_t household_row) { return l->w.frame.division[household_row]; }
uint32_t live_households(const struct live *l) { return l->w.n_households; }
size_t live_kept_bytes(const struct live *l) { return l->kept_bytes; }
