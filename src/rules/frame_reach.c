/* Which rows count and whether they are whole (SEMANTICS §3). Windows are the same for all persons registered in one
 * division, so a result is computed once a division (and unit of the anchor) and kept for the call; only persons who
 * moved, and babies where something is missing, are judged one by one. */
#include <inttypes.h>
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "rules/frame_int.h"

enum { SNAPSHOTS_BACK_MAX = 512, GROUPS_MAX = 1 << 24 };
#define REACH_SCRATCH_MAX MIB(1024)

/* A row and where its first gap lies: a person born after `gap` does not need what is missing there. */
struct result {
    struct reach_row row;
    date_day gap;
};

struct reach_ctx {
    const struct frame *f;
    const struct ir_reach *r;
    const struct dataset_decl *decl;
    const struct fdataset *ds;
    enum period_unit unit; /* period of the dataset */
    bool no_places;        /* one answer for all divisions: delivered whole, or an example */
    struct arena arena;
    struct map64 cover_of, result_of,
        taken; /* division -> covers.v; cover << 32 | unit of anchor -> results.v; county -> 1 */
    VEC(struct cover) covers;
    VEC(struct result) results;
    bool taken_filled;
};

/* Whose completeness is judged: a person, or (moves none, born 0) everybody who was always in one division. */
struct who {
    int64_t division;
    const struct fmove *moves;
    size_t n_moves;
    date_day born;
};

static enum rc ctx_init(struct reach_ctx *c, const struct frame *f, const struct ir_reach *r, struct err *e)
{
    static const struct dataset_decl undeclared = {.kind = DK_EVENTS};
    if (r->dataset >= f->n_datasets)
        return err_set(e, RC_INPUT, pos_none(), "the frame has no dataset number %" PRIu32,
                       "数据框没有编号为 %" PRIu32 " 的数据集", r->dataset);
    *c = (struct reach_ctx){.f = f, .r = r, .ds = &f->datasets[r->dataset]};
    c->decl = c->ds->decl ? c->ds->decl : &undeclared;
    c->unit = c->decl->period;
    c->no_places = f->all_delivered || c->decl->delivered_whole;
    arena_init(&c->arena, REACH_SCRATCH_MAX);
    map64_init(&c->cover_of);
    map64_init(&c->result_of);
    map64_init(&c->taken);
    return RC_OK;
}

static void ctx_fini(struct reach_ctx *c)
{
    arena_fini(&c->arena);
    map64_fini(&c->cover_of);
    map64_fini(&c->result_of);
    map64_fini(&c->taken);
    vec_fini(&c->covers);
    vec_fini(&c->results);
}

/* The cover of a division; *index is its number. */
static enum rc cover_get(struct reach_ctx *c, int64_t division, uint32_t *index, struct err *e)
{
    if (c->no_places) division = 0;
    *index = map64_get(&c->cover_of, (uint64_t)division);
    if (*index != UINT32_MAX) return RC_OK;
    struct cover made;
    TRY(cover_make(c->f, c->r->dataset, division, &c->arena, &made, e));
    if (!vec_push(&c->covers, GROUPS_MAX, made)) return err_nomem(e);
    *index = (uint32_t)c->covers.n - 1;
    return map64_put(&c->cover_of, (uint64_t)division, *index) ? RC_OK : err_nomem(e);
}

/* As frame_takes_files, from a table of counties filled once a call. */
static enum rc takes_files(struct reach_ctx *c, int64_t division, bool *yes, struct err *e)
{
    enum { COUNTY = 1000000 };
    int64_t last = -1;
    for (uint32_t h = 0; !c->taken_filled && h < c->f->tables[TABLE_HOUSEHOLD].n; h++) {
        int64_t county = c->f->division[h] / COUNTY;
        if (county == last || county <= 0) continue;
        if (!map64_put(&c->taken, (uint64_t)county, 1)) return err_nomem(e);
        last = county;
    }
    c->taken_filled = true;
    *yes = map64_get(&c->taken, (uint64_t)(division / COUNTY)) != UINT32_MAX;
    return RC_OK;
}

/* Where somebody was registered on a day: -1 when unknown (before the first known move, or household without division).
 */
static int64_t registered(const struct who *w, date_day day)
{
    int64_t at = w->n_moves ? -1 : w->division;
    for (size_t i = 0; i < w->n_moves && w->moves[i].from <= day; i++) at = w->moves[i].division;
    return at > 0 ? at : -1;
}

enum held { HELD, NOT_DELIVERED, NOT_REGISTERED };

/* "Completeness is judged per member and period by the division where that person was registered at the period's end (a
 * snapshot: at its state date); where the registration then is unknown, or that division's files are not taken here,
 * the period is undelivered" (SEMANTICS §3). */
static enum rc held_by(struct reach_ctx *c, const struct who *w, date_day from, date_day to, enum held *out,
                       struct err *e)
{
    int64_t division = c->no_places ? 0 : registered(w, to);
    bool known = division >= 0;
    if (known && w->n_moves && !c->no_places) TRY(takes_files(c, division, &known, e));
    *out = NOT_REGISTERED;
    if (!known) return RC_OK;
    uint32_t i;
    TRY(cover_get(c, division, &i, e));
    *out = cover_has(&c->covers.v[i], from, to) ? HELD : NOT_DELIVERED;
    return RC_OK;
}

static reason missing_reason(const struct reach_ctx *c, enum held h, date_day day)
{
    if (h == NOT_REGISTERED) return reason_make(REASON_UNREGISTERED, c->r->dataset, 0);
    return reason_make(REASON_UNDELIVERED, c->r->dataset, period_detail(c->unit, day));
}

static reason_set one_reason(const struct reach_ctx *c, reason r) { return reasons_one(c->f->reasons, r); }

/* No row at all: what is there may not be read, or nothing is needed. */
static struct result nothing(reason_set why, date_day gap)
{
    return (struct result){.row = {.lo = 1, .hi = 0, .why = why}, .gap = gap};
}

/* ---------------------------------------------------------------- events */

static enum rc horizon_of(struct reach_ctx *c, const struct who *w, date_day *out, struct err *e)
{
    uint32_t i;
    int64_t division = registered(w, c->r->as_of);
    TRY(cover_get(c, division > 0 ? division : 0, &i, e));
    *out = cover_horizon(&c->covers.v[i], c->unit, c->ds->due_days, c->f->known_at, c->r->as_of);
    return RC_OK;
}

static int32_t unit_months(enum period_unit u) { return u == PER_YEAR ? 12 : u == PER_QUARTER ? 3 : 1; }

/* The window of the reach: first and last day, both in (SEMANTICS §3 "Windows"). `anchor` is any day of the unit to
 * count from. */
static enum rc window_of(struct reach_ctx *c, const struct who *w, date_day anchor, date_day *lo, date_day *hi,
                         struct err *e)
{
    const struct ir_reach *r = c->r;
    date_day h = 0;
    if (r->kind == REACH_DAYS) {
        *lo = r->first, *hi = r->last;
    } else if (r->kind == REACH_SPAN) { /* whole units a..b counted from the anchor's */
        int32_t months = unit_months(r->unit);
        date_day first = period_first(r->unit, anchor);
        *lo = date_add_months(first, r->n * months);
        *hi = period_last(r->unit, date_add_months(first, r->m * months));
    } else {
        TRY(horizon_of(c, w, &h, e));
    }
    if (r->kind == REACH_SO_FAR) { /* from the first day of the period that holds H, to H */
        *lo = period_first(r->unit, h), *hi = h;
    } else if (r->kind == REACH_WITHIN && r->in_days) {
        *lo = h - r->n - r->m + 1, *hi = h - r->m;
    } else if (r->kind == REACH_WITHIN) { /* addmonths(H, -N-M) < d <= addmonths(H, -M) */
        *lo = date_add_months(h, -r->n - r->m) + 1, *hi = date_add_months(h, -r->m);
    }
    date_day first = date_make(DATE_MIN_YEAR, 1, 1), last = date_make(DATE_MAX_YEAR, 12, 31);
    if (*lo < first) *lo = first;
    if (*hi > last) *hi = last;
    return RC_OK;
}

struct gaps {
    reason v[REASON_SET_MAX + 1];
    size_t n;
    date_day first;
};

static void add_gap(struct gaps *g, reason r, date_day end)
{
    if (g->n == 0) g->first = end;
    if (g->n < REASON_SET_MAX + 1 && (g->n == 0 || g->v[g->n - 1] != r)) g->v[g->n++] = r;
}

/* "A window is complete when every period in it is delivered. A period belongs to a window when they share a day;
 * nothing is needed for periods before birth" (SEMANTICS §3). Due or not: H never passes a period that is neither due
 * nor delivered. */
static enum rc events_row(struct reach_ctx *c, const struct who *w, date_day lo, date_day hi, struct result *out,
                          struct err *e)
{
    struct gaps g = {.n = 0};
    enum held h = HELD;
    *out = (struct result){.row = {.lo = lo, .hi = hi}};
    if (lo > hi) return RC_OK;
    date_day start = period_first(c->unit, lo);
    if (w->n_moves == 0) TRY(held_by(c, w, start, period_last(c->unit, hi), &h, e));
    if (w->n_moves == 0 && h == HELD) return RC_OK;
    for (date_day d = start, end; d && d <= hi; d = end + 1) {
        end = period_last(c->unit, d);
        if (end == 0) break;
        if (w->born && end < w->born) continue;
        TRY(held_by(c, w, d, end, &h, e));
        if (h != HELD) add_gap(&g, missing_reason(c, h, d), end);
    }
    out->row.why = reasons_of(c->f->reasons, g.v, g.n);
    out->gap = g.first;
    return RC_OK;
}

/* ---------------------------------------------------------------- snapshots */

/* "unknown … when D is later than state date + `fresh for`" (default: one period + lag). */
static bool is_stale(const struct reach_ctx *c, date_day state)
{
    date_day until = state + c->ds->fresh_days;
    if (c->ds->fresh_days == 0) {
        date_day next = period_state(c->unit, period_last(c->unit, state) + 1);
        until = next + c->ds->due_days;
    }
    return c->r->as_of > until;
}

static struct result snapshot_found(const struct reach_ctx *c, date_day state)
{
    if (is_stale(c, state)) {
        uint64_t detail = period_detail(c->unit, period_last(c->unit, state) + 1);
        return nothing(one_reason(c, reason_make(REASON_STALE, c->r->dataset, detail)), state);
    }
    return (struct result){.row = {.lo = state, .hi = state}};
}

/* "members.x reads the newest delivered snapshot with state date <= D; unknown when a newer one is due (state date +
 * lag <= K) and not delivered" (SEMANTICS §3). The reason names the newest that is missing: its delivery would mend it.
 */
static enum rc newest_row(struct reach_ctx *c, const struct who *w, struct result *out, struct err *e)
{
    date_day state = period_state(c->unit, c->r->as_of);
    if (state > c->r->as_of) state = period_first(c->unit, state) - 1;
    enum held h = NOT_DELIVERED;
    for (int i = 0; i < SNAPSHOTS_BACK_MAX; i++) {
        if (w->born && state < w->born) {
            *out = nothing(0, 0); /* no snapshot since birth is needed */
            return RC_OK;
        }
        TRY(held_by(c, w, state, state, &h, e));
        if (h == HELD) {
            *out = snapshot_found(c, state);
            return RC_OK;
        }
        if (state + c->ds->due_days <= c->f->known_at) break;
        state = period_state(c->unit, period_first(c->unit, state) - 1);
    }
    *out = nothing(one_reason(c, missing_reason(c, h, state)), state);
    return RC_OK;
}

/* "members.x this term|month|year reads only the snapshot of the period holding D: unknown until delivered, due or
 * not". */
static enum rc this_row(struct reach_ctx *c, const struct who *w, struct result *out, struct err *e)
{
    date_day state = period_state(c->r->unit, c->r->as_of);
    enum held h;
    *out = nothing(0, 0);
    if (w->born && state < w->born) return RC_OK;
    TRY(held_by(c, w, state, state, &h, e));
    if (h == HELD) *out = (struct result){.row = {.lo = state, .hi = state}};
    else *out = nothing(one_reason(c, missing_reason(c, h, state)), state);
    return RC_OK;
}

/* ---------------------------------------------------------------- kind latest */

/* Kind latest has no periods: it is whole once something that began by D has been delivered, and while `fresh for`, if
 * given, has not run out since the last day covered. What is missing is named by the month of D, or of the gap's first
 * day. */
static enum rc latest_base(struct reach_ctx *c, const struct who *w, struct result *out, struct err *e)
{
    date_day d = c->r->as_of, missing = 0, last = 0;
    int64_t division = c->no_places ? 0 : registered(w, d);
    uint32_t i = 0;
    *out = (struct result){.row = {.lo = 1, .hi = d}};
    if (division >= 0) TRY(cover_get(c, division, &i, e));
    const struct cover *v = division >= 0 ? &c->covers.v[i] : NULL;
    for (size_t k = 0; v && k < v->n && v->v[k].from <= d; k++) last = v->v[k].to;
    for (size_t k = 0; c->f->all_delivered && k < c->f->n_missing; k++) {
        const struct fdelivery *m = &c->f->missing[k];
        if (m->dataset == c->r->dataset && m->from <= d && !missing) missing = m->from;
    }
    reason why = 0;
    if (!v) why = missing_reason(c, NOT_REGISTERED, d);
    else if (last == 0 || missing)
        why = reason_make(REASON_UNDELIVERED, c->r->dataset, period_detail(PER_MONTH, missing ? missing : d));
    else if (c->ds->fresh_days && (int64_t)last + c->ds->fresh_days < d)
        why = reason_make(REASON_STALE, c->r->dataset, period_detail(PER_MONTH, last + 1));
    if (why) out->row.why = one_reason(c, why);
    return RC_OK;
}

/* "take the newest by the time field": its date. It can be told when no row is without a date and only one, or only
 * rows of the same exact day, may be the newest. Days after D do not count. */
static void newest_of(const struct reach_ctx *c, uint32_t person, struct reach_row *row)
{
    const struct ftable *t = &c->f->tables[c->ds->table];
    int32_t best_lo = 0, best_hi = 0, d = c->r->as_of;
    uint32_t begin = ftable_from(t, person, 0), end = ftable_from(t, person + 1, begin);
    uint32_t candidates = 0, blank = 0, not_same = 0;
    for (uint32_t i = begin; i < end; i++) {
        blank += t->date[i] == 0;
        if (t->date[i] <= d && t->date[i] > best_lo) best_lo = t->date[i];
    }
    for (uint32_t i = begin; best_lo && i < end; i++) {
        int32_t lo = t->date[i], hi = lo + (t->date_span ? t->date_span[i] : 0);
        if (lo == 0 || lo > d || hi < best_lo) continue;
        candidates++;
        not_same += lo != hi || lo != best_lo;
        if (lo == best_lo) best_hi = hi;
    }
    bool told = blank == 0 && (candidates < 2 || not_same == 0);
    row->lo = told && best_lo ? best_lo : 1;
    row->hi = told && best_lo ? (best_hi < d ? best_hi : d) : 0;
    reason why = c->r->why ? c->r->why : reason_make(REASON_BLANK, c->r->dataset, 0);
    if (!told) row->why = reasons_union(c->f->reasons, row->why, one_reason(c, why));
}

/* ---------------------------------------------------------------- persons */

static enum rc judge(struct reach_ctx *c, const struct who *w, date_day anchor, struct result *out, struct err *e)
{
    date_day lo = 0, hi = 0;
    switch (c->r->kind) {
    case REACH_NEWEST:
    case REACH_THIS:
        if (c->decl->delivered_whole &&
            !c->f->all_delivered) { /* one file stands for every period: whatever its date */
            enum held h;
            TRY(held_by(c, w, c->r->as_of, c->r->as_of, &h, e));
            *out = (struct result){.row = {.lo = 1, .hi = INT32_MAX}};
            if (h != HELD) *out = nothing(one_reason(c, missing_reason(c, h, c->r->as_of)), 0);
            return RC_OK;
        }
        return c->r->kind == REACH_NEWEST ? newest_row(c, w, out, e) : this_row(c, w, out, e);
    case REACH_LATEST: return latest_base(c, w, out, e);
    default: TRY(window_of(c, w, anchor, &lo, &hi, e)); return events_row(c, w, lo, hi, out, e);
    }
}

static int32_t unit_index(enum period_unit u, date_day d) { return date_month_index(d) / unit_months(u); }

/* Of everybody who was always in this division. */
static enum rc judge_division(struct reach_ctx *c, int64_t division, date_day anchor, struct result *out, struct err *e)
{
    uint32_t cover;
    TRY(cover_get(c, division > 0 ? division : 0, &cover, e));
    uint64_t key = (uint64_t)cover << 33 | (uint64_t)(division <= 0) << 32 | (uint32_t)unit_index(c->r->unit, anchor);
    uint32_t i = map64_get(&c->result_of, key);
    if (i != UINT32_MAX) {
        *out = c->results.v[i];
        return RC_OK;
    }
    TRY(judge(c, &(struct who){.division = division}, anchor, out, e));
    if (!vec_push(&c->results, GROUPS_MAX, *out)) return err_nomem(e);
    return map64_put(&c->result_of, key, (uint32_t)c->results.n - 1) ? RC_OK : err_nomem(e);
}

static bool bit(const uint64_t *bits, uint32_t i) { return bits && (bits[i >> 6] >> (i & 63) & 1); }

/* What is the person's own: coverage, identity, authorisation, the newest row.
 * A refused row that may take back what others say: none of them is read, for neither their sum nor their number would
 * be at least anything.
 * "partial: no row means unknown", always incomplete (§4); "the set is incomplete (reason: identity)" (§3);
 * "rows of a person without a valid authorisation are not read: reason 'not authorised'" (§3). */
static void add_own(const struct reach_ctx *c, uint32_t person, struct reach_row *row)
{
    struct reasons *rs = c->f->reasons;
    uint32_t d = c->r->dataset;
    if (c->r->kind == REACH_LATEST) newest_of(c, person, row);
    if (c->decl->coverage == COV_PARTIAL)
        row->why = reasons_union(rs, row->why, one_reason(c, reason_make(REASON_PARTIAL, d, 0)));
    if (!c->decl->unidentified_as_none && bit(c->ds->taken_back, person)) {
        row->why = reasons_union(rs, row->why, one_reason(c, reason_make(REASON_TAKEN_BACK, d, 0)));
        row->lo = 1, row->hi = 0;
    } else if (!c->decl->unidentified_as_none && bit(c->ds->no_identity, person))
        row->why = reasons_union(rs, row->why, one_reason(c, reason_make(REASON_IDENTITY, d, 0)));
    if (bit(c->ds->unauthorised, person)) {
        row->why = reasons_union(rs, row->why, one_reason(c, reason_make(REASON_UNAUTHORISED, d, 0)));
        row->lo = 1, row->hi = 0;
    }
}

/* The day to count from. False when the row is settled: anchor absent ("absent: absent") or not known well enough ("X
 * unknown: unknown": nothing is read and the set is incomplete). */
static bool anchor_day(const struct reach_ctx *c, const struct value *anchor, date_day *day, struct reach_row *row)
{
    *day = c->r->as_of;
    if (!anchor || c->r->kind != REACH_SPAN || c->r->anchor == IR_NONE) return true;
    *day = (date_day)SPAN_LO(anchor->v);
    *row = nothing(anchor->why, 0).row;
    row->absent = anchor->st == ST_ABSENT;
    if (row->absent) row->why = 0;
    if (anchor->st != ST_EXACT) return false;
    if (unit_index(c->r->unit, *day) == unit_index(c->r->unit, (date_day)SPAN_HI(anchor->v))) return true;
    row->why = one_reason(c, c->r->why ? c->r->why : reason_make(REASON_BLANK, c->r->dataset, 0));
    return false;
}

/* Walks persons in order; `at` is where their moves begin. */
struct walk {
    size_t at;
    int64_t division; /* of the last person who never moved */
    date_day anchor;
    struct result result;
    bool any;
};

static void walk_start(const struct frame *f, uint32_t first, struct walk *w)
{
    size_t lo = 0, hi = f->n_moves;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (f->moves[mid].person < first) lo = mid + 1;
        else hi = mid;
    }
    *w = (struct walk){.at = lo};
}

/* The row that deliveries, moves and birth give; not yet what is the person's own. */
static enum rc walk_person(struct reach_ctx *c, struct walk *w, uint32_t p, date_day anchor, struct reach_row *row,
                           struct err *e)
{
    const struct frame *f = c->f;
    struct result own;
    struct who who = {.division = f->division[f->tables[TABLE_PERSON].owner[p]],
                      .moves = f->moves ? f->moves + w->at : NULL,
                      .born = f->born ? f->born[p] : 0};
    while (w->at < f->n_moves && f->moves[w->at].person == p) w->at++, who.n_moves++;
    if (who.n_moves == 0) {
        if (!w->any || who.division != w->division || anchor != w->anchor) {
            TRY(judge_division(c, who.division, anchor, &w->result, e));
            w->any = true, w->division = who.division, w->anchor = anchor;
        }
        *row = w->result.row;
        if (row->why == 0 || who.born == 0 || who.born <= w->result.gap || w->result.gap == 0) return RC_OK;
    }
    TRY(judge(c, &who, anchor, &own, e));
    *row = own.row;
    return RC_OK;
}

/* The end of the run of persons from p on of whom deliveries, moves and births say what they said of the last one. */
static uint32_t same_until(const struct reach_ctx *c, const struct walk *w, uint32_t p, uint32_t end)
{
    const struct frame *f = c->f;
    const uint32_t *household = f->tables[TABLE_PERSON].owner;
    if (!w->any || (w->result.row.why && w->result.gap)) return p;
    if (w->at < f->n_moves && f->moves[w->at].person < end) end = f->moves[w->at].person;
    while (p < end && f->division[household[p]] == w->division) p++;
    return p;
}

/* Rows from..to-1 of `out` like the walk's last, and what is their own. */
static void fill_same(const struct reach_ctx *c, const struct walk *w, uint32_t first, uint32_t from, uint32_t to,
                      struct reach_row *out)
{
    bool all = c->r->kind == REACH_LATEST || c->decl->coverage == COV_PARTIAL || c->ds->unauthorised;
    const uint64_t *identity = c->decl->unidentified_as_none ? NULL : c->ds->no_identity;
    for (uint32_t i = from; i < to; i++) out[i] = w->result.row;
    for (uint32_t i = from; (all || identity) && i < to; i++)
        if (all || bit(identity, first + i)) add_own(c, first + i, &out[i]);
}

enum rc frame_reach(const struct frame *f, const struct ir_reach *r, const struct value *anchors, uint32_t first,
                    uint32_t n, struct reach_row *out, struct err *e)
{
    struct reach_ctx c;
    struct walk w;
    enum rc rc = RC_OK;
    bool anchored = anchors && r->kind == REACH_SPAN && r->anchor != IR_NONE;
    TRY(ctx_init(&c, f, r, e));
    walk_start(f, first, &w);
    for (uint32_t i = 0; rc == RC_OK && i < n; i++) {
        date_day anchor;
        uint32_t same = anchored ? i : same_until(&c, &w, first + i, first + n) - first;
        fill_same(&c, &w, first, i, same, out);
        i = same;
        if (i == n) break;
        bool told = anchor_day(&c, anchors ? &anchors[i] : NULL, &anchor, &out[i]);
        if (told) rc = walk_person(&c, &w, first + i, anchor, &out[i], e);
        else
            while (w.at < f->n_moves && f->moves[w.at].person <= first + i) w.at++;
        if (rc == RC_OK && !out[i].absent) add_own(&c, first + i, &out[i]);
    }
    ctx_fini(&c);
    if (rc == RC_OK && reasons_failed(f->reasons)) rc = err_nomem(e);
    return rc;
}

/* ---------------------------------------------------------------- the same for all */

static bool same_row(const struct reach_row *a, const struct reach_row *b)
{
    return a->lo == b->lo && a->hi == b->hi && a->why == b->why && a->absent == b->absent;
}

static bool any_bit(const uint64_t *bits, uint32_t n)
{
    for (uint32_t i = 0; bits && i < n; i++)
        if (i % 64 == 0 && bits[i >> 6] == 0) i += 63;
        else if (bit(bits, i)) return true;
    return false;
}

/* All divisions, with what births after the first gap would change. */
static bool divisions_agree(struct reach_ctx *c, struct reach_row *out)
{
    const struct frame *f = c->f;
    struct result res = {.gap = 0};
    for (uint32_t h = 0; h < f->tables[TABLE_HOUSEHOLD].n; h++) {
        if (h > 0 && (c->no_places || f->division[h] == f->division[h - 1])) continue;
        if (judge_division(c, f->division[h], c->r->as_of, &res, NULL)) return false;
        if (h == 0) *out = res.row;
        else if (!same_row(out, &res.row)) return false;
        if (res.row.why == 0 || res.gap == 0 || !f->born) continue;
        for (uint32_t p = 0; p < f->tables[TABLE_PERSON].n; p++)
            if (f->born[p] > res.gap) return false;
    }
    return true;
}

static bool movers_agree(struct reach_ctx *c, const struct reach_row *out)
{
    const struct frame *f = c->f;
    struct walk w = {0};
    while (w.at < f->n_moves) {
        struct reach_row row;
        if (walk_person(c, &w, f->moves[w.at].person, c->r->as_of, &row, NULL) || !same_row(&row, out)) return false;
    }
    return true;
}

bool frame_reach_uniform(const struct frame *f, const struct ir_reach *r, struct reach_row *out)
{
    struct reach_ctx c;
    uint32_t n = f->tables[TABLE_PERSON].n;
    *out = nothing(0, 0).row;
    if (r->kind == REACH_LATEST || (r->kind == REACH_SPAN && r->anchor != IR_NONE) || ctx_init(&c, f, r, NULL))
        return false;
    bool same = (c.decl->unidentified_as_none || !any_bit(c.ds->no_identity, n)) && !any_bit(c.ds->unauthorised, n) &&
                divisions_agree(&c, out) && movers_agree(&c, out);
    if (same && c.decl->coverage == COV_PARTIAL)
        out->why = reasons_union(f->reasons, out->why, one_reason(&c, reason_make(REASON_PARTIAL, r->dataset, 0)));
    ctx_fini(&c);
    return same;
}

date_day frame_horizon(const struct frame *f, uint32_t dataset, int64_t division, date_day as_of)
{
    struct ir_reach r = {.kind = REACH_WITHIN, .dataset = dataset, .as_of = as_of, .anchor = IR_NONE};
    struct reach_ctx c;
    date_day h = 0;
    if (ctx_init(&c, f, &r, NULL)) return 0;
    if (horizon_of(&c, &(struct who){.division = division}, &h, NULL)) h = 0;
    ctx_fini(&c);
    return h;
}
