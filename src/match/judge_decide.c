/* Decisions about rows: kept, acted on, undone. */
#include <inttypes.h>
#include "base/limits.h"
#include "match/judge_int.h"
#include "match/judge_run.h"
#include "store/people.h"
#include "store/screenstore.h"

/* ---- the row */

struct subject {
    struct judging j;
    struct judge_row row;
    const struct judge_candidate *candidate; /* the person decided on, when he is one; of a linked row NULL */
    bool waits;
};

struct search {
    uint32_t line;
    bool linked, exact;
};

static enum rc is_this(void *ctx, const struct judge_link *l, struct err *e)
{
    struct search *x = ctx;
    (void)e;
    if (l->line != x->line) return RC_OK;
    x->linked = true;
    x->exact = l->exact;
    return RC_OK;
}

static enum rc no_row(struct row_ref r, bool exact, struct err *e)
{
    if (exact)
        return err_set(e, RC_INPUT, pos_none(),
                       "line %" PRIu32 " of delivery %" PRId64
                       " was matched by its ID and name and does not wait; it can "
                       "be found not to be its person (not), or to be another (same)",
                       "交付 %2$" PRId64 " 的第 %1$" PRIu32
                       " 行已按证件号码和姓名匹配，不在待处理之列；可决定它不是该人（not）或是另一人（same）",
                       r.line, r.delivery);
    return err_set(e, RC_INPUT, pos_none(),
                   "line %" PRIu32 " of delivery %" PRId64
                   " neither waits nor is linked; look at `fangpin match DB list`",
                   "交付 %2$" PRId64 " 的第 %1$" PRIu32 " 行既不待处理也未关联；请查看 `fangpin match DB list`", r.line,
                   r.delivery);
}

static enum rc find_row(struct subject *x, struct store *s, struct policy *p, const struct judge_verdict *v,
                        struct err *e)
{
    struct search at = {.line = v->row.line};
    TRY(judging_open(&x->j, s, p, v->divs, INT64_MAX, v->row, false, e));
    x->waits = x->j.set.n == 1;
    if (!x->waits) {
        TRY(judge_links(s, v->row.delivery, LINKS_STORED, INT64_MAX, is_this, &at, e));
        bool may = at.linked && !(at.exact && v->verdict == DECISION_UNSURE);
        return may ? RC_OK : no_row(v->row, at.exact, e);
    }
    x->row = x->j.set.rows[0];
    const struct judged *d = &x->j.set.of[0];
    for (uint32_t i = 0; i < d->n; i++)
        if (d->v[i].person == v->person) x->candidate = &d->v[i];
    return RC_OK;
}

static enum rc check_person(struct store *s, uint32_t no, struct err *e)
{
    struct arena a;
    struct person p;
    bool found = false;
    arena_init(&a, MIB(64));
    enum rc rc = people_get(s, &a, no, INT64_MAX, &p, &found, e);
    arena_fini(&a);
    if (rc || found) return rc;
    return err_set(e, RC_INPUT, pos_none(),
                   "the roster has no person %" PRIu32 "; `fangpin match DB show` gives the numbers",
                   "花名册里没有编号为 %" PRIu32 " 的人；`fangpin match DB show` 会列出编号", no);
}

static enum rc keep(struct store *s, struct decision *d, struct err *e)
{
    bool moved;
    TRY(screen_known_after(s, store_now_us(s), &d->known_from_us, &moved, e));
    TRY(store_begin(s, e));
    return db_finish(store_db(s), decision_add(s, d, e), e);
}

/* The same decision in force: one that was interrupted before it was acted on is not another one. */
static int64_t kept_already(const struct decision_list *l, const struct decision *d)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct decision *o = &l->v[i];
        if (o->subject == DECISION_ROW && o->delivery == d->delivery && o->line == d->line &&
            o->verdict == d->verdict && o->person == d->person)
            return o->id;
    }
    return 0;
}

static enum rc decide(struct subject *x, struct store *s, struct policy *p, const struct judge_verdict *v, int64_t *id,
                      struct err *e)
{
    struct delivery base;
    TRY(find_row(x, s, p, v, e));
    if (v->person) TRY(check_person(s, v->person, e));
    TRY(delivery_get(s, &x->j.rows.a, v->row.delivery, &base, e));
    struct decision d = {.subject = DECISION_ROW,
                         .verdict = v->verdict,
                         .person = v->person,
                         .delivery = v->row.delivery,
                         .line = v->row.line,
                         .sender = judge_sender(&base),
                         .score_pm = x->candidate ? x->candidate->chance_ppm / (JUDGE_PPM / 1000) : -1,
                         .by_who = v->by_who,
                         .reason = v->reason};
    *id = kept_already(&x->j.decisions, &d);
    if (*id) return RC_OK;
    d.has_evidence = x->waits && judge_evidence(s, &x->row, d.sender, d.evidence);
    TRY(keep(s, &d, e));
    *id = d.id;
    return RC_OK;
}

/* What was decided, done: links made and dropped. */
static enum rc act(struct store *s, struct policy *p, const struct divisions *divs, int64_t delivery, struct str who,
                   struct err *e)
{
    struct judge_options o = {.delivery = delivery, .by_who = who, .divs = divs};
    struct judge_report r;
    return judge_run(s, p, &o, &r, e);
}

enum rc judge_decide(struct store *s, struct policy *p, const struct judge_verdict *v, int64_t *id, struct err *e)
{
    struct subject x = {0};
    *id = 0;
    enum rc rc = decide(&x, s, p, v, id, e);
    judging_close(&x.j);
    return rc ? rc : act(s, p, v->divs, v->row.delivery, v->by_who, e);
}

static enum rc end_decision(struct store *s, const struct decision *d, struct str who, struct str why, struct err *e)
{
    int64_t at_us;
    bool moved;
    TRY(screen_known_after(s, store_now_us(s), &at_us, &moved, e));
    TRY(store_begin(s, e));
    return db_finish(store_db(s), decision_undo(s, d->id, at_us, who, why, e), e);
}

enum rc judge_undo(struct store *s, struct policy *p, const struct divisions *divs, int64_t id, struct str who,
                   struct str why, bool *before, struct err *e)
{
    struct arena a;
    struct decision d = {0};
    arena_init(&a, MIB(1));
    enum rc rc = decision_get(s, &a, id, &d, e);
    *before = d.known_to_us != 0;
    if (!rc && !*before) rc = end_decision(s, &d, who, why, e);
    /* Later files may have been linked by it too; an undoing that was interrupted goes on here. */
    if (!rc && d.subject == DECISION_ROW) rc = act(s, p, divs, d.has_evidence ? 0 : d.delivery, who, e);
    arena_fini(&a);
    return rc;
}

/* ---- links */

struct link_columns {
    struct stored_ints line, person, model, decision, score;
};

static void columns_fini(struct link_columns *c)
{
    stored_ints_fini(&c->line);
    stored_ints_fini(&c->person);
    stored_ints_fini(&c->model);
    stored_ints_fini(&c->decision);
    stored_ints_fini(&c->score);
}

static enum rc columns_read(struct store *s, int64_t id, struct link_columns *c, struct err *e)
{
    *c = (struct link_columns){0};
    TRY(stored_ints_read(&c->line, s, id, STR("line"), e));
    TRY(stored_ints_read(&c->person, s, id, STR("person"), e));
    TRY(stored_ints_read(&c->model, s, id, STR("match.model"), e));
    TRY(stored_ints_read(&c->decision, s, id, STR("match.decision"), e));
    return stored_ints_read(&c->score, s, id, STR("match.score"), e);
}

static int64_t cell(const struct stored_ints *v, size_t i) { return i < v->n ? v->v[i] : 0; }

/* What changes how links are read. */
struct link_reading {
    struct arena a;
    struct delivery_list all;
    enum links_which which;
    struct decision_list decisions;
    struct map64 spoken; /* rows on which something was decided */
    struct merge *merges;
    size_t n_merges;
};

static uint64_t row_key(int64_t delivery, int64_t line) { return judge_mix((uint64_t)delivery, (uint64_t)line); }

static enum rc reading_begin(struct link_reading *r, struct store *s, enum links_which which, int64_t k_us,
                             struct err *e)
{
    bool ok = true;
    *r = (struct link_reading){.which = which};
    arena_init(&r->a, IMPORT_ARENA_MAX);
    map64_init(&r->spoken);
    TRY(delivery_known_at(s, &r->a, STR(""), k_us, &r->all, e));
    if (which != LINKS_READ) return RC_OK;
    TRY(decisions_known_at(s, &r->a, k_us, false, &r->decisions, e));
    TRY(merges_known_at(s, &r->a, k_us, &r->merges, &r->n_merges, e));
    for (size_t i = 0; ok && i < r->decisions.n; i++) {
        const struct decision *d = &r->decisions.v[i];
        if (d->subject == DECISION_ROW) ok = map64_put(&r->spoken, row_key(d->delivery, d->line), 1);
    }
    return ok ? RC_OK : err_nomem(e);
}

static void reading_end(struct link_reading *r)
{
    map64_fini(&r->spoken);
    arena_fini(&r->a);
}

/* Whose a matched row is read as; false: nobody's. "Not him" takes it from him alone; "him" gives it to him, whatever
 * else was said. */
static bool as_decided(const struct link_reading *r, struct judge_link *l)
{
    bool held = true;
    if (map64_get(&r->spoken, row_key(l->delivery, l->line)) == UINT32_MAX) return true;
    for (size_t i = 0; i < r->decisions.n; i++) {
        const struct decision *d = &r->decisions.v[i];
        if (d->subject != DECISION_ROW || d->delivery != l->delivery || d->line != l->line) continue;
        if (d->verdict == DECISION_SAME) {
            l->person = d->person;
            l->decision = d->id;
            l->exact = false;
            return true;
        }
        if (d->verdict == DECISION_NOT && (!d->person || d->person == l->person)) held = false;
    }
    return held;
}

static enum rc tell_link(const struct link_reading *r, struct judge_link *l, link_fn fn, void *ctx, struct err *e)
{
    if (r->which == LINKS_READ && l->exact && !as_decided(r, l)) return RC_OK;
    l->person = merge_kept(r->merges, r->n_merges, l->person);
    return fn(ctx, l, e);
}

static enum rc links_of(const struct link_reading *r, struct store *s, const struct delivery *d, int64_t base,
                        link_fn fn, void *ctx, struct err *e)
{
    struct link_columns c;
    enum rc rc = columns_read(s, d->id, &c, e);
    bool judged = c.decision.n > 0;
    for (size_t i = 0; !rc && (judged || r->which != LINKS_JUDGED) && i < c.line.n && i < c.person.n; i++) {
        struct judge_link l = {.delivery = base,
                               .part = d->id,
                               .line = (uint32_t)c.line.v[i],
                               .person = (uint32_t)c.person.v[i],
                               .model = cell(&c.model, i),
                               .decision = cell(&c.decision, i),
                               .score_pm = (int32_t)cell(&c.score, i),
                               .exact = !judged};
        rc = tell_link(r, &l, fn, ctx, e);
    }
    columns_fini(&c);
    return rc;
}

enum rc judge_links(struct store *s, int64_t delivery, enum links_which which, int64_t k_us, link_fn fn, void *ctx,
                    struct err *e)
{
    struct link_reading r;
    enum rc rc = reading_begin(&r, s, which, k_us, e);
    for (size_t i = 0; !rc && i < r.all.n; i++) {
        const struct delivery *d = &r.all.v[i];
        bool part = d->kind == DELIVERY_ADDS && d->replaces != 0;
        int64_t base = part ? d->replaces : d->id;
        if ((part || which != LINKS_JUDGED) && (!delivery || base == delivery))
            rc = links_of(&r, s, d, base, fn, ctx, e);
    }
    reading_end(&r);
    return rc;
}
