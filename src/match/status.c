#include "match/status.h"
#include <inttypes.h>
#include <stdlib.h>
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "match/import_int.h"
#include "match/stored.h"
#include "store/people.h"

enum { VILLAGES_MAX = 1 << 22, STATUS_BACK_MAX = 64 /* periods looked back for one that is due */ };

/* ---- files */

static enum rc take_late_part(struct status *st, struct store *s, const struct delivery *part, struct err *e)
{
    struct stored_ints was;
    for (size_t i = 0; i < st->n_files; i++) {
        struct delivery_counts *c = &st->files[i].d.counts;
        if (st->files[i].d.id != part->replaces) continue;
        TRY(stored_ints_read(&was, s, part->id, STR("wait.was"), e));
        for (size_t k = 0; k < was.n; k++) {
            c->refused -= was.v[k] == 0; /* mended by the sender */
            c->waiting_invalid -= was.v[k] == WAIT_INVALID || was.v[k] == WAIT_OUTSIDE;
            c->waiting_unmatched -= was.v[k] == WAIT_UNMATCHED;
            c->waiting_name -= was.v[k] == WAIT_NAME;
            c->matched++;
        }
        stored_ints_fini(&was);
    }
    return RC_OK;
}

static bool is_late_part(const struct delivery *d) { return d->kind == DELIVERY_ADDS && d->replaces != 0; }

static enum rc read_files(struct status *st, struct store *s, const struct delivery_list *l, struct arena *a,
                          struct err *e)
{
    st->files = ARENA_ARRAY(a, struct status_file, l->n + 1);
    if (!st->files) return err_nomem(e);
    for (size_t i = 0; i < l->n; i++)
        if (!is_late_part(&l->v[i])) st->files[st->n_files++].d = l->v[i];
    for (size_t i = 0; i < l->n; i++)
        if (is_late_part(&l->v[i])) TRY(take_late_part(st, s, &l->v[i], e));
    return RC_OK;
}

/* ---- people */

struct counting {
    uint64_t *seen; /* people of the newest roster */
    size_t words;
    int64_t division, people, lacking;
};

static enum rc count_people(void *ctx, const struct roster_row *rows, size_t n, struct err *e)
{
    struct counting *c = ctx;
    (void)e;
    for (size_t i = 0; i < n; i++) {
        size_t at = rows[i].person / 64;
        bool in = at < c->words && c->seen[at] >> rows[i].person % 64 & 1;
        bool mine = !c->division || (rows[i].division > 0 && division_covers(c->division, rows[i].division));
        c->people++;
        c->lacking += !in && mine;
    }
    return RC_OK;
}

static enum rc add_seen(struct counting *c, struct store *s, int64_t delivery, struct err *e)
{
    struct stored_ints v;
    int64_t max = 0;
    TRY(stored_ints_read(&v, s, delivery, STR("person"), e));
    for (size_t i = 0; i < v.n; i++) max = v.v[i] > max ? v.v[i] : max;
    size_t words = (size_t)max / 64 + 1;
    uint64_t *seen = words > c->words ? mem_resize_array(c->seen, words, sizeof *seen) : c->seen;
    if (seen && words > c->words) memset(seen + c->words, 0, (words - c->words) * sizeof *seen);
    if (seen) c->seen = seen;
    if (seen && words > c->words) c->words = words;
    for (size_t i = 0; seen && i < v.n; i++) seen[v.v[i] / 64] |= UINT64_C(1) << v.v[i] % 64;
    stored_ints_fini(&v);
    return seen ? RC_OK : err_nomem(e);
}

static enum rc read_people(struct status *st, struct store *s, struct str roster, const struct delivery_list *l,
                           struct err *e)
{
    const struct delivery *newest = NULL;
    for (size_t i = 0; i < l->n; i++) {
        bool part = is_late_part(&l->v[i]) || !str_eq(l->v[i].dataset, roster);
        if (!part && (!newest || l->v[i].known_from_us >= newest->known_from_us)) newest = &l->v[i];
    }
    if (!newest) return RC_OK;
    struct counting c = {.division = newest->division};
    struct roster_want w = {.roster = roster, .what = ROSTER_DIVISION, .k_us = INT64_MAX};
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < l->n; i++)
        if (delivery_is_of(&l->v[i], newest->id)) rc = add_seen(&c, s, l->v[i].id, e);
    if (!rc) rc = roster_each(s, &w, count_people, &c, e);
    mem_free(c.seen);
    st->people = c.people;
    st->lacking = c.lacking;
    return rc;
}

/* Where households are registered: villages, ascending once they are sorted. */
struct village_list {
    VEC(int64_t) v;
    struct map64 seen;
    int64_t last, households;
};

static enum rc take_village(void *ctx, const struct household_row *h, struct err *e)
{
    struct village_list *c = ctx;
    c->households++;
    if (!h->division || h->division == c->last) return RC_OK;
    c->last = h->division;
    if (map64_get(&c->seen, (uint64_t)h->division) != UINT32_MAX) return RC_OK;
    bool ok = map64_put(&c->seen, (uint64_t)h->division, 0) && vec_push(&c->v, VILLAGES_MAX, h->division);
    return ok ? RC_OK : err_nomem(e);
}

static int by_code(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* The parts of a county that files are about: itself, or its townships or villages with households as soon as a file
 * of the dataset is about less than the county. */
struct parts {
    int64_t *v;
    size_t n;
};

/* ---- what is delivered and due */

/* Days of a lag written as a literal ("20 days", "1 month" as 31); -1 when it is not one: then nothing is called due.
 */
static int32_t due_days(const struct expr *x)
{
    if (!x) return 0;
    if (x->kind != E_NUMBER || x->u.num.decimals || x->u.num.digits < 0 || x->u.num.digits > 3660) return -1;
    int32_t n = (int32_t)x->u.num.digits;
    return str_starts(x->u.num.unit.text, STR("month"))  ? n * 31
           : str_starts(x->u.num.unit.text, STR("week")) ? n * 7
                                                         : n;
}

static bool is_of(const struct delivery *d, struct str dataset) { return !d->cut && str_eq(d->dataset, dataset); }

/* Does this delivery count for all of a place, from a sender (n 0: anybody)? */
static bool counts_for(const struct delivery *d, struct str dataset, int64_t place, struct str sender)
{
    return is_of(d, dataset) && (!d->division || division_covers(d->division, place)) &&
           (!sender.n || str_eq(d->sender, sender));
}

/* Is it about the county, or a part of it? */
static bool touches(const struct delivery *d, struct str dataset, int64_t county)
{
    return counts_for(d, dataset, county, STR("")) || (is_of(d, dataset) && division_covers(county, d->division));
}

/* villages: of the county, ascending; out->v has room for them. */
static void parts_of(struct parts *out, const struct delivery_list *l, struct str dataset, const int64_t *villages,
                     size_t n)
{
    int64_t county = division_truncate(villages[0], DIVISION_COUNTY);
    enum division_level level = DIVISION_COUNTY;
    for (size_t i = 0; i < l->n; i++)
        if (touches(&l->v[i], dataset, county) && division_level(l->v[i].division) > level)
            level = division_level(l->v[i].division);
    out->n = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t part = division_truncate(villages[i], level);
        if (!out->n || out->v[out->n - 1] != part) out->v[out->n++] = part;
    }
}

/* Is every day of from..to in some delivery's days? */
static bool delivered_by(const struct delivery_list *l, struct str dataset, int64_t place, struct str sender,
                         date_day from, date_day to)
{
    while (from <= to) {
        date_day next = from;
        for (size_t i = 0; i < l->n; i++) {
            const struct delivery *d = &l->v[i];
            if (!counts_for(d, dataset, place, sender)) continue;
            if (d->covers_from && (d->covers_from > from || d->covers_to < from)) continue;
            if (!d->covers_from) return true;
            next = d->covers_to + 1 > next ? d->covers_to + 1 : next;
        }
        if (next == from) return false;
        from = next;
    }
    return true;
}

/* A period is delivered when all senders have sent. */
static bool delivered(const struct plan *pl, const struct delivery_list *l, int64_t place, date_day from, date_day to)
{
    const struct name_list *senders = &pl->decl.senders;
    for (size_t i = 0; i < senders->n; i++)
        if (!delivered_by(l, pl->dataset, place, senders->v[i].text, from, to)) return false;
    return senders->n || delivered_by(l, pl->dataset, place, STR(""), from, to);
}

/* How many parts of the county have not had the period delivered. */
static uint32_t lacking_parts(const struct plan *pl, const struct delivery_list *l, const struct parts *parts,
                              date_day from, date_day to)
{
    uint32_t n = 0;
    for (size_t i = 0; i < parts->n; i++) n += !delivered(pl, l, parts->v[i], from, to);
    return n;
}

static uint32_t never_delivered(const struct delivery_list *l, struct str dataset, const struct parts *parts)
{
    uint32_t n = 0;
    for (size_t k = 0; k < parts->n; k++) {
        size_t i = 0;
        while (i < l->n && !counts_for(&l->v[i], dataset, parts->v[k], STR(""))) i++;
        n += i == l->n;
    }
    return n;
}

static bool first_and_last(const struct delivery_list *l, struct str dataset, int64_t county, date_day *first,
                           date_day *last)
{
    *first = *last = 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct delivery *d = &l->v[i];
        if (!d->covers_from || !touches(d, dataset, county)) continue;
        if (!*first || d->covers_from < *first) *first = d->covers_from;
        if (d->covers_to > *last) *last = d->covers_to;
    }
    return *first != 0;
}

static void name_missing(struct status_place *o, date_day from, uint32_t lacking)
{
    if (o->n_missing == STATUS_MISSING_MAX) {
        memmove(o->missing, o->missing + 1, (STATUS_MISSING_MAX - 1) * sizeof *o->missing);
        memmove(o->lacking, o->lacking + 1, (STATUS_MISSING_MAX - 1) * sizeof *o->lacking);
        o->n_missing--;
        o->more_missing++;
    }
    o->lacking[o->n_missing] = lacking;
    o->missing[o->n_missing++] = from;
}

static bool is_due(const struct plan *pl, int32_t lag, date_day from, date_day to, date_day today)
{
    return lag >= 0 && (pl->decl.period == PER_TERM ? from : to) + lag <= today;
}

/* Nothing was ever delivered: the newest period that is due, if any. */
static void judge_never(struct status_place *o, const struct plan *pl, int32_t lag, date_day today)
{
    date_day from, to;
    period_of(pl->decl.period, today, &from, &to);
    for (int i = 0; lag >= 0 && i < STATUS_BACK_MAX && !is_due(pl, lag, from, to, today); i++)
        period_of(pl->decl.period, from - 1, &from, &to);
    if (!is_due(pl, lag, from, to, today)) return;
    o->due_to = to;
    name_missing(o, from, o->parts);
}

static void judge_place(struct status_place *o, const struct plan *pl, const struct delivery_list *l,
                        const struct parts *parts, date_day today)
{
    date_day first, last, from, to;
    int32_t lag = due_days(pl->decl.due);
    bool any = first_and_last(l, pl->dataset, o->county, &first, &last);
    o->parts = (uint32_t)parts->n;
    if (pl->decl.kind == DK_LATEST) {
        o->last_from = o->last_to = last;
        o->never = any ? never_delivered(l, pl->dataset, parts) : 0;
        return;
    }
    if (!any) {
        judge_never(o, pl, lag, today);
        return;
    }
    period_of(pl->decl.period, first, &from, &to);
    for (; from <= last || is_due(pl, lag, from, to, today); period_of(pl->decl.period, to + 1, &from, &to)) {
        bool due = is_due(pl, lag, from, to, today);
        uint32_t lacking = lacking_parts(pl, l, parts, from, to);
        if (due) o->due_to = to;
        o->in_part = o->in_part || lacking < o->parts;
        if (!lacking) {
            o->last_from = from;
            o->last_to = to;
        } else if (due) {
            name_missing(o, from, lacking);
        }
    }
}

static enum rc read_dataset(struct status *st, const struct plan *pl, const struct delivery_list *l,
                            const struct village_list *at, date_day today, struct err *e)
{
    struct parts parts = {.v = mem_alloc_array(at->v.n + 1, sizeof *parts.v)};
    if (!parts.v) return err_nomem(e);
    for (size_t i = 0, n; i < at->v.n; i += n) {
        int64_t county = division_truncate(at->v.v[i], DIVISION_COUNTY);
        struct status_place *o = &st->places[st->n_places++];
        for (n = 1; i + n < at->v.n && division_truncate(at->v.v[i + n], DIVISION_COUNTY) == county;) n++;
        *o = (struct status_place){.dataset = pl->dataset,
                                   .county = county,
                                   .kind = pl->decl.kind,
                                   .period = pl->decl.period,
                                   .whole = pl->decl.delivered_whole};
        parts_of(&parts, l, pl->dataset, at->v.v + i, n);
        if (!o->whole) judge_place(o, pl, l, &parts, today);
    }
    mem_free(parts.v);
    return RC_OK;
}

static size_t count_counties(const struct village_list *at)
{
    size_t n = 0;
    int64_t last = -1;
    for (size_t i = 0; i < at->v.n; i++) {
        int64_t county = division_truncate(at->v.v[i], DIVISION_COUNTY);
        n += county != last;
        last = county;
    }
    return n;
}

static enum rc read_places(struct status *st, struct policy *p, const struct delivery_list *l,
                           const struct village_list *at, date_day today, struct arena *a, struct err *e)
{
    size_t n = policy_dataset_count(p);
    st->places = ARENA_ARRAY(a, struct status_place, n * (count_counties(at) + 1) + 1);
    if (!st->places) return err_nomem(e);
    for (uint32_t k = 0; k < n; k++) {
        struct plan pl;
        TRY(plan_clauses(&pl, p, policy_dataset_name(p, k), e));
        if (!pl.roster) TRY(read_dataset(st, &pl, l, at, today, e));
    }
    return RC_OK;
}

enum rc status_read(struct status *out, struct store *s, struct policy *p, date_day today, struct arena *a,
                    struct err *e)
{
    struct delivery_list l;
    struct village_list at = {.last = 0};
    *out = (struct status){0};
    TRY(delivery_known_at(s, a, STR(""), INT64_MAX, &l, e));
    TRY(read_files(out, s, &l, a, e));
    if (policy_roster(p) != UINT32_MAX) TRY(read_people(out, s, policy_dataset_name(p, policy_roster(p)), &l, e));
    map64_init(&at.seen);
    enum rc rc = households_each(s, INT64_MAX, take_village, &at, e);
    if (at.v.n) qsort(at.v.v, at.v.n, sizeof *at.v.v, by_code);
    if (!rc) rc = read_places(out, p, &l, &at, today, a, e);
    out->households = at.households;
    map64_fini(&at.seen);
    vec_fini(&at.v);
    return rc;
}
