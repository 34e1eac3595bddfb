#include <stdlib.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "rules/frame_int.h"

enum { COVER_DAYS_MAX = 1 << 20, DAY_FIRST = 1, DAY_LAST = INT32_MAX - 1, DIVISION_LEVELS = 6 };

/* ---------------------------------------------------------------- periods */

static date_day term_first(date_day d)
{
    struct ymd s = date_split(d);
    if (s.month >= 9) return date_make(s.year, 9, 1);
    return s.month >= 3 ? date_make(s.year, 3, 1) : date_make(s.year - 1, 9, 1);
}

date_day period_first(enum period_unit u, date_day d)
{
    switch (u) {
    case PER_MONTH: return date_month_start(d);
    case PER_QUARTER: return date_quarter_start(d);
    case PER_YEAR: return date_year_start(d);
    case PER_TERM: return term_first(d);
    default: return d;
    }
}

date_day period_last(enum period_unit u, date_day d)
{
    date_day next;
    switch (u) {
    case PER_MONTH: return date_month_end(d);
    case PER_QUARTER: return date_quarter_end(d);
    case PER_YEAR: return date_year_end(d);
    case PER_TERM: next = date_add_months(term_first(d), 6); return next ? next - 1 : 0;
    default: return d;
    }
}

date_day period_state(enum period_unit u, date_day d) { return u == PER_TERM ? period_first(u, d) : period_last(u, d); }

uint64_t period_detail(enum period_unit u, date_day d) { return (uint64_t)period_first(u, d) << 2 | ((uint64_t)u & 3); }

/* ---------------------------------------------------------------- covers */

struct days_vec {
    struct cover_days *v;
    size_t n, cap;
};

static int by_from(const void *a, const void *b)
{
    const struct cover_days *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* Sort, and join what overlaps or touches. */
static void unite(struct days_vec *d)
{
    size_t n = 0;
    if (d->n > 1) qsort(d->v, d->n, sizeof *d->v, by_from);
    for (size_t i = 0; i < d->n; i++) {
        struct cover_days *last = n ? &d->v[n - 1] : NULL;
        if (last && (last->to >= DAY_LAST || d->v[i].from <= last->to + 1)) {
            if (d->v[i].to > last->to) last->to = d->v[i].to;
        } else {
            d->v[n++] = d->v[i];
        }
    }
    d->n = n;
}

/* out = a ∩ b, both united. */
static bool intersect(const struct days_vec *a, const struct days_vec *b, struct days_vec *out)
{
    out->n = 0;
    for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
        date_day from = a->v[i].from > b->v[j].from ? a->v[i].from : b->v[j].from;
        date_day to = a->v[i].to < b->v[j].to ? a->v[i].to : b->v[j].to;
        if (from <= to && !vec_push(out, COVER_DAYS_MAX, (struct cover_days){from, to})) return false;
        if (a->v[i].to < b->v[j].to) i++;
        else j++;
    }
    return true;
}

/* First delivery of (dataset, division) or behind it. */
static size_t lower_bound(const struct frame *f, uint32_t dataset, int64_t division)
{
    size_t lo = 0, hi = f->n_deliveries;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct fdelivery *d = &f->deliveries[mid];
        if (d->dataset < dataset || (d->dataset == dataset && d->division < division)) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/* Deliveries counted: of one sender (n == 0: of anybody), known at K. */
static bool counts(const struct frame *f, const struct fdelivery *d, struct str sender)
{
    return d->received <= f->known_at && (sender.n == 0 || str_eq(d->sender, sender));
}

static bool add_division(const struct frame *f, uint32_t dataset, int64_t division, struct str sender,
                         struct days_vec *out)
{
    for (size_t i = lower_bound(f, dataset, division); i < f->n_deliveries; i++) {
        const struct fdelivery *d = &f->deliveries[i];
        if (d->dataset != dataset || d->division != division) break;
        if (!counts(f, d, sender)) continue;
        if (!vec_push(out, COVER_DAYS_MAX, (struct cover_days){d->from, d->to})) return false;
    }
    return true;
}

/* Of one sender: the division and those above it (a county's file covers its villages; several levels combine). */
static bool add_levels(const struct frame *f, uint32_t dataset, int64_t division, struct str sender,
                       struct days_vec *out)
{
    static const int64_t tails[DIVISION_LEVELS] = {1, 1000, 1000000, 100000000, 10000000000, INT64_MAX};
    int64_t last = -1;
    for (size_t k = 0; k < DIVISION_LEVELS; k++) {
        int64_t at = division > 0 ? division / tails[k] * tails[k] : 0;
        if (at == last) continue;
        if (!add_division(f, dataset, at, sender, out)) return false;
        last = at;
    }
    unite(out);
    return true;
}

/* `delivered whole`: one file stands for every division and period (SEMANTICS §3). */
static bool add_whole(const struct frame *f, uint32_t dataset, struct str sender, struct days_vec *out)
{
    for (size_t i = lower_bound(f, dataset, INT64_MIN); i < f->n_deliveries && f->deliveries[i].dataset == dataset; i++)
        if (counts(f, &f->deliveries[i], sender))
            return vec_push(out, COVER_DAYS_MAX, (struct cover_days){DAY_FIRST, DAY_LAST});
    return true;
}

/* Examples: everything is delivered except what is missing (SEMANTICS §7). */
static bool all_but_missing(const struct frame *f, uint32_t dataset, struct days_vec *out)
{
    struct days_vec gaps = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < f->n_missing; i++)
        if (f->missing[i].dataset == dataset)
            ok = vec_push(&gaps, COVER_DAYS_MAX, (struct cover_days){f->missing[i].from, f->missing[i].to});
    unite(&gaps);
    date_day from = DAY_FIRST;
    for (size_t i = 0; ok && i < gaps.n; i++) {
        if (gaps.v[i].from > from) ok = vec_push(out, COVER_DAYS_MAX, (struct cover_days){from, gaps.v[i].from - 1});
        from = gaps.v[i].to < DAY_LAST ? gaps.v[i].to + 1 : DAY_LAST;
    }
    if (ok && from < DAY_LAST) ok = vec_push(out, COVER_DAYS_MAX, (struct cover_days){from, DAY_LAST});
    vec_fini(&gaps);
    return ok;
}

static void swap_days(struct days_vec *a, struct days_vec *b)
{
    struct days_vec t = *a;
    *a = *b;
    *b = t;
}

/* With `senders` a day is delivered when every sender has delivered it (SEMANTICS §3). */
static bool by_all_senders(const struct frame *f, uint32_t dataset, int64_t division, struct days_vec *out)
{
    const struct dataset_decl *decl = f->datasets[dataset].decl;
    bool whole = decl && decl->delivered_whole, ok = true;
    size_t n = decl && decl->senders.n ? decl->senders.n : 1;
    struct days_vec one = {0}, both = {0};
    for (size_t k = 0; ok && k < n; k++) {
        struct str sender = decl && decl->senders.n ? decl->senders.v[k].text : (struct str){0};
        one.n = 0;
        ok = whole ? add_whole(f, dataset, sender, &one) : add_levels(f, dataset, division, sender, &one);
        if (k == 0) {
            swap_days(out, &one);
        } else if (ok) {
            ok = intersect(out, &one, &both);
            swap_days(out, &both);
        }
    }
    vec_fini(&one);
    vec_fini(&both);
    return ok;
}

enum rc cover_make(const struct frame *f, uint32_t dataset, int64_t division, struct arena *a, struct cover *out,
                   struct err *e)
{
    struct days_vec days = {0};
    bool ok = f->all_delivered ? all_but_missing(f, dataset, &days) : by_all_senders(f, dataset, division, &days);
    struct cover_days *v = ok && days.n ? ARENA_ARRAY(a, struct cover_days, days.n) : NULL;
    if (v) memcpy(v, days.v, days.n * sizeof *v);
    *out = (struct cover){division, v, v ? days.n : 0};
    ok = ok && (v || days.n == 0);
    vec_fini(&days);
    return ok ? RC_OK : err_nomem(e);
}

bool cover_has(const struct cover *c, date_day from, date_day to)
{
    size_t lo = 0, hi = c->n; /* the last interval that begins at or before from */
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->v[mid].from <= from) lo = mid + 1;
        else hi = mid;
    }
    return lo > 0 && c->v[lo - 1].to >= to;
}

date_day cover_horizon(const struct cover *c, enum period_unit u, int32_t due_days, date_day known_at, date_day as_of)
{
    date_day latest = known_at - due_days; /* a period is due when its end is not after this day */
    date_day end = period_last(u, latest);
    if (end > latest) end = period_first(u, latest) - 1;
    while (end < as_of) {
        date_day next = period_last(u, end + 1);
        if (next == 0 || !cover_has(c, end + 1, next)) break;
        end = next;
    }
    return end < as_of ? end : as_of;
}
