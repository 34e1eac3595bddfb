/* What became of alerts, what came before decisions, and what both versions have. */
#include <stdlib.h>
#include "screen/backtest_int.h"

const char *const alert_fate_word[ALERT_FATE__MAX] = {"confirmed", "not_confirmed", "decided_before", "too_early",
                                                      "unclear"};
const char *const decision_fate_word[DECISION_FATE__MAX] = {
    "caught", "alert_long_before", "alert_late", "could_not_be_judged", "missed", "no_rule"};

/* ---------------------------------------------------------------- alerts */

/* Confirmed by a decision after the day the alert could be seen, whatever came before. */
static enum alert_fate fate_of(const struct bt_run *r, const struct backtest_month *m, struct backtest_alert *a)
{
    date_day seen = m->known_at, end = date_add_months(seen, r->b->lead);
    uint32_t house = map64_get(&r->by_household, a->household);
    bool before = false;
    a->over = bt_followed_until(&r->dec, a->division) >= end;
    if (house != UINT32_MAX)
        for (uint32_t i = r->first[house]; i < r->first[house + 1]; i++) {
            date_day on = r->dec.v.v[i].on;
            before = before || on <= seen;
            if (on <= seen || on > end) continue;
            a->days = on - seen;
            return ALERT_CONFIRMED;
        }
    if (bt_is_unclear(&r->dec, a->household)) return ALERT_UNCLEAR;
    if (before) return ALERT_DECIDED_BEFORE;
    return a->over ? ALERT_NOT_CONFIRMED : ALERT_TOO_EARLY;
}

static int by_alert(const void *a, const void *b)
{
    const struct backtest_alert *x = a, *y = b;
    if (x->month != y->month) return x->month < y->month ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    if (x->household != y->household) return x->household < y->household ? -1 : 1;
    return x->person < y->person ? -1 : x->person > y->person;
}

static void alert_fates(struct bt_run *r, struct backtest_version *v)
{
    for (size_t i = 0; i < v->n_alerts; i++) {
        struct backtest_alert *a = &v->alerts[i];
        struct backtest_month *m = &v->months[a->month];
        a->fate = (uint8_t)fate_of(r, m, a);
        m->alerts++;
        m->fate[a->fate]++;
        v->fate[a->rule][a->fate]++;
        v->confirmed_over[a->rule] += a->fate == ALERT_CONFIRMED && a->over;
    }
    if (v->n_alerts) qsort(v->alerts, v->n_alerts, sizeof *v->alerts, by_alert);
}

/* ---------------------------------------------------------------- decisions */

/* The months whose alerts would have been in time: seen before the day, at most the lead before it. */
static bool in_time(const struct bt_run *r, const struct backtest_month *m, date_day on)
{
    return m->known_at < on && on <= date_add_months(m->known_at, r->b->lead);
}

static enum decision_fate fate_before(const struct bt_run *r, const struct backtest_version *v, const struct bt_past *p,
                                      date_day on, int32_t *days)
{
    bool long_ago = false, late = false, blind = false, judged = false;
    for (size_t m = 0; m < r->b->n_months; m++) {
        const struct backtest_month *x = &v->months[m];
        if (in_time(r, x, on)) {
            blind = blind || bt_bit(p->blind, m);
            judged = judged || bt_bit(p->judged, m);
            long_ago = long_ago || bt_bit(p->open, m);
            if (bt_bit(p->alert, m)) return *days = on - x->known_at, DECISION_CAUGHT;
        } else if (bt_bit(p->alert, m)) {
            long_ago = long_ago || x->known_at < on;
            late = late || (x->known_at >= on && x->known_at <= date_add_months(on, r->b->lead));
        }
    }
    if (long_ago) return DECISION_LONG_AGO;
    if (late) return DECISION_ALERT_LATE;
    if (blind) return DECISION_UNJUDGED;
    return judged ? DECISION_MISSED : DECISION_NO_RULE;
}

static bool foreseeable(const struct bt_run *r, const struct backtest_version *v, date_day on)
{
    for (size_t m = 0; m < r->b->n_months; m++)
        if (in_time(r, &v->months[m], on)) return true;
    return false;
}

/* The cases are those of the first version: the months are the same. */
static enum rc find_cases(struct bt_run *r, struct err *e)
{
    struct backtest *b = r->b;
    for (size_t i = 0; i < r->dec.v.n; i++) {
        const struct bt_decision *d = &r->dec.v.v[i];
        struct backtest_case c = {.household = d->household, .on = d->on, .division = d->division};
        if (!foreseeable(r, &b->v[0], d->on)) b->outside++;
        else if (!screen_push(b->cases, b->n_cases, b->cap_cases, c)) return err_nomem(e);
    }
    return RC_OK;
}

enum rc bt_fates(struct bt_run *r, size_t version, struct err *e)
{
    struct backtest *b = r->b;
    struct backtest_version *v = &b->v[version];
    alert_fates(r, v);
    if (!version) TRY(find_cases(r, e));
    for (size_t i = 0; i < b->n_cases; i++) {
        struct backtest_case *c = &b->cases[i];
        uint32_t house = map64_get(&r->by_household, c->household);
        c->fate[version] = (uint8_t)fate_before(r, v, &r->past[version][house], c->on, &c->days[version]);
        v->decided[c->fate[version]]++;
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- both */

void bt_compare(struct backtest *b)
{
    struct backtest_version *x = &b->v[0], *y = &b->v[1];
    for (size_t i = 0, k = 0; b->n_versions == 2 && i < x->n_alerts && k < y->n_alerts;) {
        int c = by_alert(&x->alerts[i], &y->alerts[k]);
        if (!c) x->alerts[i].both = y->alerts[k].both = true;
        i += c <= 0;
        k += c >= 0;
    }
}

static int by_days(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return x < y ? -1 : x > y;
}

bool backtest_lead(const struct backtest *b, size_t version, int part, int32_t *days, struct err *e)
{
    const struct backtest_version *v = &b->v[version];
    size_t n = 0;
    int32_t *all = mem_alloc_array(v->n_alerts + 1, sizeof *all);
    if (!all) return (void)err_nomem(e), false;
    for (size_t i = 0; i < v->n_alerts; i++)
        if (v->alerts[i].fate == ALERT_CONFIRMED && v->alerts[i].over) all[n++] = v->alerts[i].days;
    if (n) qsort(all, n, sizeof *all, by_days);
    if (n) *days = all[(n * (size_t)part + 3) / 4 - 1];
    mem_free(all);
    return n > 0;
}

const char *backtest_share(uint64_t n, uint64_t d, char *out)
{
    enum { SHARE_DECIMALS = 4, SHARE_ONE = 10000 };
    int64_t v;
    out[0] = 0;
    if (d < BACKTEST_FEW || !frac_round((i128)n, (i128)d, SHARE_ONE, &v)) return out;
    dec_format(v, SHARE_DECIMALS, false, out);
    return out;
}
