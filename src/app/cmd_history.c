/* history: what was known when about one household. */
#include <stdlib.h>
#include "app/commands.h"
#include "app/history_say.h"
#include "store/people.h"

/* ---------------------------------------------------------------- entries */

static int by_time(const void *a, const void *b)
{
    const struct history_entry *x = a, *y = b;
    if (x->at_us != y->at_us) return x->at_us < y->at_us ? -1 : 1;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static enum rc add_entry(struct telling_history *t, enum history_kind kind, int64_t at_us, int64_t id, const void *of,
                         struct err *e)
{
    struct history_entry x = {.kind = kind, .at_us = at_us, .id = id, .of = of};
    if (at_us < t->from_us || at_us > t->to_us) return RC_OK;
    return vec_push(&t->entries, HISTORY_ENTRIES_MAX, x) ? RC_OK : err_nomem(e);
}

/* A delivery is told when it became known and when it ceased to be. */
static enum rc add_roster(struct telling_history *t, const struct delivery *d, struct err *e)
{
    TRY(add_entry(t, HISTORY_ROSTER, d->known_from_us, d->id, NULL, e));
    return d->known_to_us ? add_entry(t, HISTORY_ENDED, d->known_to_us, d->id, NULL, e) : RC_OK;
}

/* Only where rows were the household's then. */
static enum rc add_file(struct telling_history *t, const struct history_file *f, struct err *e)
{
    const struct delivery *d = f->d;
    if (history_told(&t->h, f, d->known_from_us)) TRY(add_entry(t, HISTORY_FILE, d->known_from_us, d->id, f, e));
    bool ended = d->known_to_us && history_told(&t->h, f, d->known_to_us);
    return ended ? add_entry(t, HISTORY_ENDED, d->known_to_us, d->id, f, e) : RC_OK;
}

static enum rc add_merges(struct telling_history *t, struct err *e)
{
    for (size_t i = 0; i < t->h.n_merges; i++) {
        const struct decision *d = &t->h.merges[i];
        TRY(add_entry(t, HISTORY_MERGED, d->known_from_us, d->id, d, e));
        if (d->known_to_us) TRY(add_entry(t, HISTORY_SPLIT, d->known_to_us, d->id, d, e));
    }
    return RC_OK;
}

static enum rc add_deliveries(struct telling_history *t, struct err *e)
{
    const struct history *h = &t->h;
    for (size_t i = 0; i < h->n_files; i++)
        if (history_wants_dataset(t, h->files[i].d->dataset)) TRY(add_file(t, &h->files[i], e));
    for (size_t i = 0; i < h->all.n; i++) {
        const struct delivery *d = &h->all.v[i];
        bool ours = false;
        for (size_t k = 0; k < h->n_versions; k++)
            ours = ours || (h->versions[k].d == d && history_is_member(h, h->versions[k].person));
        if (ours) TRY(add_roster(t, d, e));
    }
    return RC_OK;
}

static enum rc add_params(struct telling_history *t, struct err *e)
{
    struct param_event *v;
    size_t n;
    TRY(param_list(t->s->store, &t->s->arena, t->to_us, &v, &n, e));
    for (size_t i = 0; i < n; i++)
        if (history_wants_param(t, &v[i])) TRY(add_entry(t, HISTORY_PARAM, v[i].known_from_us, v[i].id, &v[i], e));
    return RC_OK;
}

/* From the newest set back to the first. */
static enum rc add_books(struct telling_history *t, struct err *e)
{
    for (int64_t k_us = t->to_us;;) {
        struct book_set *set = ARENA_ARRAY(&t->s->arena, struct book_set, 1);
        if (!set) return err_nomem(e);
        TRY(book_set_at(t->s->store, &t->s->arena, k_us, set, e));
        if (!set->id) return RC_OK;
        if (set->known_from_us > 1) TRY(add_entry(t, HISTORY_BOOKS, set->known_from_us, set->id, set, e));
        if (set->known_from_us <= t->from_us) return RC_OK;
        k_us = set->known_from_us - 1;
    }
}

static enum rc add_screens(struct telling_history *t, struct err *e)
{
    struct screen *v;
    size_t n;
    TRY(screen_list(t->s->store, &t->s->arena, &v, &n, e));
    for (size_t i = 0; i < n; i++) {
        bool has = v[i].state == SCREEN_KEPT;
        if (!has) TRY(screen_has_findings(t->s->store, v[i].id, &has, e));
        if (has) TRY(add_entry(t, HISTORY_SCREEN, v[i].known_at_us, v[i].id, &v[i], e));
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- whole */

static enum rc find_household(struct telling_history *t, struct str code, struct err *e)
{
    TRY(household_find(t->s->store, code, &t->household, e));
    if (t->household) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "no household has the code \"%.*s\" here.", "这里没有编号为“%.*s”的农户。",
                   STR_ARG(code));
}

static enum rc times_of(struct telling_history *t, const struct args *a, struct err *e)
{
    const struct option_value *v = a->opt;
    t->to_us = t->s->k_us;
    if (v[OPTION_UNTIL].given && session_day_end_us(v[OPTION_UNTIL].from) < t->to_us)
        t->to_us = session_day_end_us(v[OPTION_UNTIL].from);
    t->from_us = v[OPTION_SINCE].given ? session_day_end_us(v[OPTION_SINCE].from - 1) + 1 : 0;
    if (t->from_us <= t->to_us) return RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "--from is after --to (or after --known-at).",
                   "--from 晚于 --to（或 --known-at）。");
}

static enum rc tell_all(struct telling_history *t, struct err *e)
{
    if (t->entries.n) qsort(t->entries.v, t->entries.n, sizeof *t->entries.v, by_time);
    TRY(history_begin(t, e));
    for (size_t i = 0; i < t->entries.n; i++) TRY(history_tell(t, &t->entries.v[i], e));
    return history_end(t, e);
}

static enum rc history_run(struct telling_history *t, struct err *e)
{
    struct session *s = t->s;
    const struct args *a = t->args;
    if (policy_roster(s->policy) == UINT32_MAX)
        return err_set(e, RC_INPUT, pos_none(), "no book declares a roster (a dataset with household by …).",
                       "政策册没有声明农户名册（含 household by … 的数据集）。");
    TRY(times_of(t, a, e));
    TRY(find_household(t, a->arg[1], e));
    t->code = a->arg[1];
    t->roster = policy_dataset_name(s->policy, policy_roster(s->policy));
    TRY(history_read(&t->h, s->store, &s->arena, t->roster, t->household, e));
    if (t->rule.n) TRY(history_rule(t, e));
    TRY(tasks_of_household(s->store, &s->arena, t->household, &t->tasks, &t->n_tasks, e));
    TRY(event_list_of(s->store, &s->arena, STR(EVENT_CONFIRM), HISTORY_ENTRIES_MAX, &t->confirmed, &t->n_confirmed, e));
    TRY(add_deliveries(t, e));
    TRY(add_merges(t, e));
    TRY(add_params(t, e));
    TRY(add_books(t, e));
    TRY(add_screens(t, e));
    return tell_all(t, e);
}

enum rc cmd_history(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct telling_history t = {
        .s = &s, .app = app, .args = a, .rule = a->opt[OPTION_RULE].text, .json = a->opt[OPTION_JSON].given};
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_DIVISIONS | SESSION_POLICY, a->opt[OPTION_KNOWN_AT].from,
                              e);
    if (!rc) {
        rc = history_run(&t, e);
        if (!rc && arena_failed(&s.arena)) rc = err_nomem(e); /* a clause is missing in what was printed */
        if (rc && s.diags.n) session_say_diags(&s);
    }
    vec_fini(&t.entries);
    buf_fini(&t.text);
    if (rc) buf_fini(&t.j.b); /* else printed and freed */
    session_close(&s);
    return rc;
}
