/* The whole backtest: decisions, deliveries as they counted, every version, fates. */
#include <stdlib.h>
#include "screen/backtest_int.h"

enum { BULK_DAYS = 31 /* received this long after it was due: not the way it came at the time */ };

/* ---------------------------------------------------------------- deliveries as if */

static int by_day(const void *a, const void *b)
{
    const struct delivery *x = a, *y = b;
    if (x->received_day != y->received_day) return x->received_day < y->received_day ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* When it would have come: the end of what it covers (a state: its day) and the lag. One without days: when it came. */
static date_day would_come(const struct bt_run *r, const struct delivery *d)
{
    uint32_t ds = policy_dataset_number(r->o->form[0].policy, d->dataset);
    date_day end = d->covers_to ? d->covers_to : d->state_date;
    if (!end || ds == UINT32_MAX) return d->received_day;
    return end + r->dec.due[ds];
}

/* The first roster of each county stands for the months before it: without people nothing could be judged. */
static void stretch_roster(struct bt_run *r, struct delivery_list *l)
{
    struct policy *p = r->o->form[0].policy;
    struct str roster = policy_dataset_name(p, policy_roster(p));
    date_day first_k = date_month_end(date_of_month_index(r->o->first_month)) + r->b->wait_days;
    for (size_t i = 0; i < l->n; i++) {
        struct delivery *d = &l->v[i];
        if (!str_eq(d->dataset, roster)) continue;
        bool first = true;
        for (size_t k = 0; k < i && first; k++)
            first = !str_eq(l->v[k].dataset, roster) || l->v[k].division != d->division;
        if (!first) continue;
        if (d->received_day > first_k) r->b->first_roster = true;
        d->received_day = 1;
    }
}

static enum rc list_as_if(struct bt_run *r, struct err *e)
{
    struct backtest *b = r->b;
    TRY(delivery_known_at(r->s, &b->arena, (struct str){0}, store_now_us(r->s), &r->as_if, e));
    for (size_t i = 0; i < r->as_if.n; i++) {
        struct delivery *d = &r->as_if.v[i];
        date_day due = would_come(r, d);
        b->n_files++;
        b->n_late += d->received_day > due + BULK_DAYS;
        d->received_day = due;
    }
    b->as_if = r->o->known == BACKTEST_AS_IF || (r->o->known == BACKTEST_AUTO && 2 * b->n_late > b->n_files);
    if (r->as_if.n) qsort(r->as_if.v, r->as_if.n, sizeof *r->as_if.v, by_day);
    if (!b->as_if) return RC_OK;
    stretch_roster(r, &r->as_if);
    qsort(r->as_if.v, r->as_if.n, sizeof *r->as_if.v, by_day);
    return RC_OK;
}

/* ---------------------------------------------------------------- households with decisions */

static enum rc index_houses(struct bt_run *r, struct err *e)
{
    size_t n = r->dec.v.n;
    r->houses = ARENA_ARRAY(&r->b->arena, uint32_t, n + 1);
    r->first = ARENA_ARRAY(&r->b->arena, uint32_t, n + 2);
    if (!r->houses || !r->first) return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        uint32_t no = r->dec.v.v[i].household;
        if (r->n_houses && r->houses[r->n_houses - 1] == no) continue;
        if (!map64_put(&r->by_household, no, (uint32_t)r->n_houses)) return err_nomem(e);
        r->houses[r->n_houses] = no;
        r->first[r->n_houses++] = (uint32_t)i;
    }
    r->first[r->n_houses] = (uint32_t)n;
    for (size_t k = 0; k < r->b->n_versions; k++) {
        r->past[k] = ARENA_ARRAY(&r->b->arena, struct bt_past, r->n_houses + 1);
        if (!r->past[k]) return err_nomem(e);
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- whole */

static enum rc name_rules(struct bt_run *r, struct err *e)
{
    static const char *const ends[] = {".not_received", ".not_entitled"};
    r->only = ARENA_ARRAY(&r->b->arena, struct str, r->o->n_rules + 1);
    if (!r->only) return err_nomem(e);
    for (size_t i = 0; i < r->o->n_rules; i++) {
        r->only[i] = r->o->rules[i];
        for (size_t k = 0; k < 2; k++)
            if (str_ends(r->only[i], str_from(ends[k]))) r->only[i].n -= strlen(ends[k]);
    }
    return RC_OK;
}

/* The last month must have been due by now: nobody knows what will have come. */
static enum rc check_months(const struct bt_run *r, struct err *e)
{
    date_day today = clock_today(store_clock(r->s));
    int32_t last = date_month_index(today);
    while (date_month_end(date_of_month_index(last)) + r->b->wait_days > today) last--;
    if (r->o->last_month <= last) return RC_OK;
    char day[DATE_TEXT_MAX];
    (void)date_format(date_of_month_index(last), day);
    return err_set(
        e, RC_INPUT, pos_none(),
        "the last month cannot be judged yet: its files are due %d days after its end. The last possible month "
        "is --to %.7s",
        "最后一个月还不能判断：其数据在月末后 %d 天才到期。最晚可到 --to %.7s", (int)r->b->wait_days, day);
}

static enum rc run_all(struct bt_run *r, struct err *e)
{
    TRY(name_rules(r, e));
    TRY(bt_decisions_load(r, e));
    r->b->wait_days = r->dec.wait_days;
    TRY(check_months(r, e));
    TRY(list_as_if(r, e));
    TRY(index_houses(r, e));
    for (size_t k = 0; k < r->b->n_versions; k++) {
        TRY(bt_months(r, k, e));
        TRY(bt_fates(r, k, e));
    }
    bt_compare(r->b);
    return RC_OK;
}

enum rc backtest_run(struct backtest *b, struct store *s, const struct divisions *divs,
                     const struct backtest_options *o, struct diags *d, struct err *e)
{
    *b = (struct backtest){.lead = o->lead,
                           .n_months = (size_t)(o->last_month - o->first_month + 1),
                           .field = o->field,
                           .n_versions = o->n_forms};
    arena_init(&b->arena, (size_t)8 << 30);
    struct bt_run r = {.b = b, .s = s, .divs = divs, .o = o, .d = d};
    map64_init(&r.by_household);
    enum rc rc = run_all(&r, e);
    map64_fini(&r.by_household);
    bt_decisions_free(&r.dec);
    return rc;
}

void backtest_free(struct backtest *b)
{
    for (size_t k = 0; k < BACKTEST_VERSIONS; k++) {
        mem_free(b->v[k].alerts);
        mem_free(b->v[k].not_run);
        mem_free(b->v[k].why);
        mem_free(b->v[k].now);
    }
    mem_free(b->cases);
    arena_fini(&b->arena);
    *b = (struct backtest){0};
}
