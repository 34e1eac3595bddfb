/* Mended rows of a roster: read as rows of that roster, beside those that it has, and stored as a part of it. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "match/returned_int.h"
#include "match/roster_int.h"
#include "store/screenstore.h"

/* ---- who is on the roster already */

struct had {
    struct stored_ints person, line, household;
};

static void had_fini(struct had *h)
{
    stored_ints_fini(&h->person);
    stored_ints_fini(&h->line);
    stored_ints_fini(&h->household);
}

static enum rc had_read(struct had *h, struct store *s, int64_t delivery, struct err *e)
{
    *h = (struct had){0};
    TRY(stored_ints_read(&h->person, s, delivery, STR("person"), e));
    TRY(stored_ints_read(&h->line, s, delivery, STR("line"), e));
    TRY(stored_ints_read(&h->household, s, delivery, STR("household"), e));
    if (h->line.n == h->person.n && h->household.n == h->person.n) return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "delivery %d: its columns are not whole; run `fangpin check`",
                   "交付 %d 的列不完整；请运行 `fangpin check`", (int)delivery);
}

/* Its people have a line, so that rows which repeat theirs are told; its households stay where its first row put them.
 */
static enum rc mark(struct import *n, const struct had *h, struct err *e)
{
    struct roster *x = n->roster;
    uint64_t *seen = mem_zalloc_array((size_t)x->next_household / 64 + 1, sizeof *seen);
    if (!seen) return err_nomem(e);
    for (size_t i = 0; i < h->person.n; i++) {
        int64_t no = h->person.v[i], home = h->household.v[i];
        if (no > 0 && (size_t)no < x->people.n) x->people.v[no].line = (uint32_t)h->line.v[i];
        if (home > 0 && home < x->next_household) seen[home / 64] |= UINT64_C(1) << home % 64;
    }
    for (size_t i = 0; i < x->households.n; i++) {
        struct household_state *home = &x->households.v[i];
        if (home->no && home->no < x->next_household && (seen[home->no / 64] >> home->no % 64 & 1)) home->seen = true;
    }
    mem_free(seen);
    return RC_OK;
}

static enum rc mark_delivery(struct import *n, int64_t delivery, struct err *e)
{
    struct had h;
    enum rc rc = had_read(&h, n->s, delivery, e);
    if (!rc) rc = mark(n, &h, e);
    had_fini(&h);
    return rc;
}

static enum rc mark_all(struct import *n, struct err *e)
{
    struct delivery_list l;
    TRY(delivery_known_at(n->s, n->plan.a, n->part_of->dataset, INT64_MAX, &l, e));
    for (size_t i = 0; i < l.n; i++)
        if (delivery_is_of(&l.v[i], n->part_of->id)) TRY(mark_delivery(n, l.v[i].id, e));
    return RC_OK;
}

/* ---- reading */

static enum rc line_numbers(const struct returned *r, struct import *n, struct err *e)
{
    uint32_t *of = ARENA_ARRAY(n->plan.a, uint32_t, r->x.lines + 2);
    uint8_t *was = ARENA_ARRAY(n->plan.a, uint8_t, r->x.lines + 2);
    if (!of || !was) return err_nomem(e);
    for (size_t i = 0; i < r->x.n; i++) {
        of[r->x.row_line[i] - 1] = r->v.v[i].line;
        was[r->x.row_line[i] - 1] = r->v.v[i].reason;
    }
    n->line_of = of;
    n->reason_of = was;
    return RC_OK;
}

static enum rc open_text(struct returned *r, struct import *n, struct err *e)
{
    struct csv_options o = {.delim = ',', .encoding = TEXT_UTF8, .threads = 1};
    const char *file = r->m->o->file;
    TRY(csv_file_from_bytes(&n->source.file, file, buf_str(&r->x.text), &o, e));
    n->source.open = true;
    return plan_header(&n->plan, n->source.file.header, n->source.file.columns, file, e);
}

static enum rc read_rows(struct import *n, uint32_t lines, struct err *e)
{
    struct progress none = {0};
    n->run = (struct run){.plan = &n->plan,
                          .file = &n->source.file,
                          .threads = n->threads,
                          .pool = n->shared->pool,
                          .rule = id_rule_make(n->part_of->received_day),
                          .divs = n->divs,
                          .within = plan_mapping_within(n->part_of->mapping)};
    TRY(run_init(&n->run, lines, e));
    TRY(run_parse(&n->run, 1, lines, &none, e));
    TRY(roster_resolve(n, e));
    return run_sort(&n->run, e);
}

/* ---- storing */

static enum rc set_delivery(const struct returned *r, struct import *n, struct err *e)
{
    const struct import *m = r->m;
    bool moved;
    n->d = r->base;
    n->d.id = 0;
    n->d.kind = DELIVERY_ADDS;
    n->d.replaces = r->base.id;
    n->d.received_day = m->d.received_day;
    n->d.by_who = m->o->by_who.n ? m->o->by_who : r->base.by_who;
    n->d.file_name = m->d.file_name;
    n->d.file_bytes = m->d.file_bytes;
    memcpy(n->d.file_hash, m->d.file_hash, sizeof n->d.file_hash);
    n->d.cut = false;
    n->d.counts = (struct delivery_counts){.rows = (int64_t)n->run.matched, .matched = (int64_t)n->run.matched};
    int64_t want = m->d.known_from_us > r->base.known_from_us ? m->d.known_from_us : r->base.known_from_us;
    return screen_known_after(n->s, want, &n->d.known_from_us, &moved, e);
}

static enum rc store(const struct returned *r, struct import *n, struct err *e)
{
    TRY(set_delivery(r, n, e));
    TRY(delivery_begin(n->s, &n->d, e));
    n->sink_open = true;
    TRY(sink_init(&n->sink, n->s, n->d.id, NULL, NULL, e));
    TRY(deliver_run(n, e));
    TRY(roster_store(n, e));
    TRY(deliver_end(n, e));
    return delivery_publish(n->s, &n->d, e);
}

static void report(struct returned *r, const struct import *n)
{
    struct import_report *to = r->m->r;
    to->mended = (int64_t)n->run.matched;
    to->still_wrong = (int64_t)r->x.n - to->mended;
    to->new_people = n->report.new_people;
    to->changed_people = n->report.changed_people;
    to->new_households = n->report.new_households;
    to->without_id = n->report.without_id;
    to->unknown_divisions = n->report.unknown_divisions;
}

static enum rc take(struct returned *r, struct import *n, struct err *e)
{
    TRY(line_numbers(r, n, e));
    TRY(open_text(r, n, e));
    TRY(roster_begin(n, e));
    TRY(mark_all(n, e));
    TRY(read_rows(n, (uint32_t)r->x.lines, e));
    report(r, n);
    TRY(returned_errors(r, &n->run, n->line_of, e));
    if (r->m->o->dry_run || !n->run.matched) return RC_OK;
    TRY(store(r, n, e));
    return delivery_get(n->s, r->m->a, n->d.id, &r->m->r->delivery, e);
}

enum rc returned_roster(struct returned *r, struct err *e)
{
    struct import *m = r->m;
    struct import_options o = {.file = m->o->file, .dataset = m->o->dataset, .threads = m->o->threads};
    struct import *n = import_new(m->s, m->p, m->divs, m->shared);
    if (!n) return err_nomem(e);
    n->out = m->out;
    n->a = m->a;
    n->part_of = &r->base;
    enum rc rc = import_begin(n, &o, e);
    if (!rc) rc = take(r, n, e);
    import_undo(n, rc);
    import_drop(n);
    return rc;
}
