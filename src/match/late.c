#include "match/late_int.h"
#include "base/limits.h"
#include "base/mem.h"
#include "match/names.h"
#include "match/once.h"
#include "match/shared.h"
#include "match/villages.h"
#include "store/screenstore.h"

#define REMATCH_TEXT_MAX ((size_t)2 << 30)

static enum rc waiting_read(struct late *x, struct err *e)
{
    int64_t id = x->base->id;
    TRY(stored_ints_read(&x->w.line, x->s, id, STR("wait.line"), e));
    TRY(stored_ints_read(&x->w.reason, x->s, id, STR("wait.reason"), e));
    TRY(stored_ints_read(&x->w.key, x->s, id, STR("wait.key"), e));
    return stored_texts_read(&x->w.header, x->s, id, STR("wait.header"), e);
}

static void waiting_fini(struct waiting *w)
{
    stored_ints_fini(&w->line);
    stored_ints_fini(&w->reason);
    stored_ints_fini(&w->key);
    stored_texts_fini(&w->text);
    stored_texts_fini(&w->header);
}

/* Lines that late parts have already: their reason is struck out, or below 0 where they were linked by judgement. */
static enum rc strike_resolved(struct late *x, const struct delivery_list *all, struct err *e)
{
    for (size_t i = 0; i < all->n; i++) {
        struct stored_ints done, judged;
        if (all->v[i].kind != DELIVERY_ADDS || all->v[i].replaces != x->base->id) continue;
        TRY(stored_ints_read(&judged, x->s, all->v[i].id, STR("match.decision"), e));
        bool by_judgement = judged.n > 0;
        stored_ints_fini(&judged);
        TRY(stored_ints_read(&done, x->s, all->v[i].id, STR("line"), e));
        for (size_t k = 0; k < done.n; k++) {
            size_t lo = 0, hi = x->w.line.n;
            while (lo < hi) {
                size_t mid = (lo + hi) / 2;
                if (x->w.line.v[mid] < done.v[k]) lo = mid + 1;
                else hi = mid;
            }
            if (lo < x->w.line.n && x->w.line.v[lo] == done.v[k])
                x->w.reason.v[lo] = by_judgement ? -x->w.reason.v[lo] : 0;
        }
        stored_ints_fini(&done);
    }
    return RC_OK;
}

enum rc late_begin(struct late *x, const struct delivery_list *all, struct err *e)
{
    arena_init(&x->a, IMPORT_ARENA_MAX);
    x->all = all;
    TRY(waiting_read(x, e));
    size_t n = x->w.line.n;
    if (x->w.reason.n != n || x->w.key.n != n) { /* nobody waits, or not in this way */
        waiting_fini(&x->w);
        n = 0;
    }
    x->row = mem_alloc_array(n + 1, sizeof *x->row);
    if (!x->row) return err_nomem(e);
    return strike_resolved(x, all, e);
}

static void add_header(struct late *x)
{
    for (size_t c = 0; c < x->w.header.n; c++) {
        if (c) buf_addc(&x->text, ',');
        buf_addc(&x->text, '"');
        for (size_t i = 0; i < x->w.header.v[c].n; i++) {
            if (x->w.header.v[c].p[i] == '"') buf_addc(&x->text, '"');
            buf_addc(&x->text, x->w.header.v[c].p[i]);
        }
        buf_addc(&x->text, '"');
    }
    buf_addc(&x->text, '\n');
}

static size_t count_lines(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) n += s.p[i] == '\n' || (s.p[i] == '\r' && (i + 1 == s.n || s.p[i + 1] != '\n'));
    return n;
}

enum rc late_text(struct late *x, struct err *e)
{
    TRY(stored_texts_read(&x->w.text, x->s, x->base->id, STR("wait.text"), e));
    if (x->w.text.n != x->w.line.n || !x->w.header.n) return x->n = 0, RC_OK;
    x->row_line = mem_alloc_array(x->n + 1, sizeof *x->row_line);
    if (!x->row_line) return err_nomem(e);
    buf_init(&x->text, REMATCH_TEXT_MAX);
    add_header(x);
    x->lines = 1 + count_lines(buf_str(&x->text));
    for (size_t i = 0; i < x->n; i++) {
        struct str row = x->w.text.v[x->row[i]];
        x->row_line[i] = (uint32_t)x->lines;
        buf_add(&x->text, row);
        buf_addc(&x->text, '\n');
        x->lines += 1 + count_lines(row);
    }
    return x->text.failed ? err_nomem(e) : RC_OK;
}

/* Parse and match as an import does. *readable false: the books no longer read this header. */
static enum rc parse_again(struct late *x, bool *readable, struct err *e)
{
    struct csv_options o = {.delim = ',', .encoding = TEXT_UTF8, .threads = 1};
    struct progress none = {0};
    struct err why = {.lang = x->unreadable.lang};
    *readable = false;
    x->plan.a = &x->a;
    enum rc rc = plan_dataset(&x->plan, x->p, x->base->dataset, &x->a, &why);
    if (!rc) rc = csv_file_from_bytes(&x->file, "waiting", buf_str(&x->text), &o, &why);
    x->plan.given.rounds = true; /* what it was refused for is not its decimals */
    if (!rc) rc = plan_header(&x->plan, x->file.header, x->file.columns, "waiting", &why);
    if (rc == RC_INPUT) return x->unreadable = why, RC_OK;
    if (!rc) rc = plan_shared(&x->plan, x->p, &why);
    if (rc) return err_nomem(e);
    *readable = true;
    map64_init(&x->villages);
    if (x->plan.village >= 0) TRY(villages_read(&x->villages, x->s, e));
    x->run = (struct run){.plan = &x->plan,
                          .file = &x->file,
                          .index = x->index,
                          .divs = x->divs,
                          .villages = &x->villages,
                          .within = plan_mapping_within(x->base->mapping),
                          .covers_from = x->plan.decl.kind == DK_EVENTS ? x->base->covers_from : 0,
                          .covers_to = x->base->covers_to,
                          .threads = 1,
                          .rule = id_rule_make(x->base->received_day)};
    TRY(run_init(&x->run, (uint32_t)x->lines + 1, e));
    TRY(run_parse(&x->run, 1, (uint32_t)x->lines + 1, &none, e));
    if (x->person || policy_roster(x->p) == UINT32_MAX) return RC_OK;
    struct names_taken taken = {0};
    return names_take(x->s, policy_dataset_name(x->p, policy_roster(x->p)), &x->run, &taken, e);
}

/* Dated outside the days that the file covers: waits until the file is given again with the right days. */
static bool is_outside(const struct late *x, uint32_t slot)
{
    const struct run *r = &x->run;
    if (!r->covers_from || x->plan.time < 0) return false;
    uint32_t v = *(const uint32_t *)((const char *)r->stage[x->plan.time] + slot * r->step[x->plan.time]);
    date_day first = (date_day)(v & ((1u << STAGE_SPAN_SHIFT) - 1));
    return v && (first + (date_day)(v >> STAGE_SPAN_SHIFT) < r->covers_from || first > r->covers_to);
}

/* Whoever was decided on, where the row can be read as one of the dataset. */
static void put_people(struct late *x)
{
    if (!x->person) return;
    for (size_t i = 0; i < x->n; i++)
        x->run.person[x->row_line[i] - 1] = is_outside(x, x->row_line[i] - 1) ? 0 : x->person[i];
    for (size_t g = 0; g < x->run.groups; g++) {
        const struct bad_list *bad = &x->run.group[g].bad;
        for (size_t i = 0; i < bad->v.n; i++)
            if (!bad->v.v[i].wait) x->run.person[bad->v.v[i].line - 1] = 0;
    }
}

static enum rc original_lines(struct late *x, struct err *e)
{
    x->line_of = mem_zalloc_array(x->lines + 1, sizeof *x->line_of);
    x->reason_of = mem_zalloc_array(x->lines + 1, sizeof *x->reason_of);
    if (!x->line_of || !x->reason_of) return err_nomem(e);
    for (size_t i = 0; i < x->n; i++) {
        uint32_t slot = x->row_line[i] - 1;
        x->line_of[slot] = (uint32_t)x->w.line.v[x->row[i]];
        x->reason_of[slot] = (uint8_t)x->w.reason.v[x->row[i]];
    }
    return RC_OK;
}

/* By which model, decision and score each row has its person. */
static enum rc judged_columns(struct late *x, struct sink_column *c, size_t *n, struct err *e)
{
    static const char *const NAMES[] = {"match.model", "match.decision", "match.score"};
    const int64_t *from[] = {x->model, x->decision, x->score};
    for (size_t k = 0; k < sizeof from / sizeof *from; k++) {
        int64_t *v = ARENA_ARRAY(&x->a, int64_t, x->lines + 1);
        if (!v) return err_nomem(e);
        for (size_t i = 0; i < x->n; i++) v[x->row_line[i] - 1] = from[k][i];
        c[(*n)++] = (struct sink_column){.name = str_from(NAMES[k]), .kind = CK_U64, .v = v, .order = x->run.order};
    }
    return RC_OK;
}

static enum rc write_part(struct late *x, int64_t id, struct err *e)
{
    struct sink k;
    const struct run *r = &x->run;
    uint64_t rows = r->matched, yes = 1;
    size_t n = 0;
    struct sink_column *c = ARENA_ARRAY(&x->a, struct sink_column, x->plan.n_cols + 7),
                       run = {.name = STR("run"), .kind = CK_U64, .v = &rows},
                       joins = {.name = STR(ONCE_JOINS), .kind = CK_U64, .v = &yes};
    if (!c) return err_nomem(e);
    c[n++] = (struct sink_column){.name = STR("person"), .kind = CK_U32, .v = r->person_sorted};
    c[n++] = (struct sink_column){.name = STR("line"), .kind = CK_U32, .v = x->line_of, .order = r->order};
    c[n++] = (struct sink_column){.name = STR("wait.was"), .kind = CK_U8, .v = x->reason_of, .order = r->order};
    if (x->person) TRY(judged_columns(x, c, &n, e));
    n += sink_stored(&x->plan, r, c + n);
    enum rc rc = sink_init(&k, x->s, id, NULL, NULL, e);
    if (!rc)
        rc = sink_write(&k, (struct sink_batch[]){{c, n, r->matched}, {&run, 1, 1}, {&joins, 1, 1}},
                        plan_merges(&x->plan) ? 3 : 2, e);
    if (!rc) rc = sink_flush(&k, e);
    sink_fini(&k);
    return rc;
}

static enum rc publish_part(struct late *x, struct err *e)
{
    const struct delivery *b = x->base;
    struct err ignored = {0};
    struct delivery d = *b;
    bool moved;
    d.id = 0;
    d.kind = DELIVERY_ADDS;
    d.replaces = b->id;
    int64_t want = x->known_from_us > b->known_from_us ? x->known_from_us : b->known_from_us;
    TRY(screen_known_after(x->s, want, &d.known_from_us, &moved, e));
    if (x->by_who.n) d.by_who = x->by_who;
    d.received_day = x->received ? x->received : clock_today(store_clock(x->s));
    d.counts = (struct delivery_counts){.rows = (int64_t)x->run.matched, .matched = (int64_t)x->run.matched};
    TRY(delivery_begin(x->s, &d, e));
    enum rc rc = write_part(x, d.id, e);
    if (!rc) rc = delivery_publish(x->s, &d, e);
    if (!rc) x->made = d.id;
    if (rc && delivery_abandon(x->s, d.id, &ignored)) return rc; /* it goes with the next opening */
    return rc;
}

enum rc late_publish(struct late *x, int64_t *matched, struct err *e)
{
    bool readable = false;
    *matched = 0;
    if (!x->n) return RC_OK;
    if (!x->lines) TRY(late_text(x, e));
    if (!x->n) return RC_OK;
    TRY(parse_again(x, &readable, e));
    if (!readable) return RC_OK;
    put_people(x);
    TRY(run_sort(&x->run, e));
    if (!x->run.matched) return RC_OK;
    TRY(original_lines(x, e));
    if (!x->dry) TRY(publish_part(x, e));
    *matched = (int64_t)x->run.matched;
    return RC_OK;
}

void late_fini(struct late *x)
{
    if (x->run.plan) run_fini(&x->run);
    map64_fini(&x->villages);
    plan_fini(&x->plan);
    if (x->file.columns) csv_file_close(&x->file);
    waiting_fini(&x->w);
    buf_fini(&x->text);
    mem_free(x->row);
    mem_free(x->row_line);
    mem_free(x->line_of);
    mem_free(x->reason_of);
    arena_fini(&x->a);
}
