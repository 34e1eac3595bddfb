/* Waiting rows looked at again after a new roster: those that match now become a late part of their delivery. */
#include <stdlib.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "match/import_int.h"
#include "match/stored.h"
#include "store/screenstore.h"

#define REMATCH_TEXT_MAX ((size_t)2 << 30)

/* The waiting rows of one delivery. */
struct waiting {
    struct stored_ints line, reason, key;
    struct stored_texts text, header;
};

struct rematch {
    struct store *s;
    struct policy *p;
    struct arena a; /* of one delivery */
    const struct person_index *index;
    const struct delivery *base;
    struct waiting w;
    struct buf text;    /* header and candidates as a CSV file */
    uint32_t *row_line; /* of each candidate, the line in `text` */
    size_t *row;        /* of each candidate, its number among the waiting */
    size_t n, lines;
    struct plan plan;
    struct csv_file file;
    struct run run;
    uint32_t *line_of; /* of each slot of the run: line in the first file */
    uint8_t *reason_of;
    int64_t known_from_us;
};

static enum rc waiting_read(struct rematch *x, struct err *e)
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

/* Lines that late parts have already: their reason is struck out. */
static enum rc strike_resolved(struct rematch *x, const struct delivery_list *all, struct err *e)
{
    for (size_t i = 0; i < all->n; i++) {
        struct stored_ints done;
        if (all->v[i].kind != DELIVERY_ADDS || all->v[i].replaces != x->base->id) continue;
        TRY(stored_ints_read(&done, x->s, all->v[i].id, STR("line"), e));
        for (size_t k = 0; k < done.n; k++) {
            size_t lo = 0, hi = x->w.line.n;
            while (lo < hi) {
                size_t mid = (lo + hi) / 2;
                if (x->w.line.v[mid] < done.v[k]) lo = mid + 1;
                else hi = mid;
            }
            if (lo < x->w.line.n && x->w.line.v[lo] == done.v[k]) x->w.reason.v[lo] = 0;
        }
        stored_ints_fini(&done);
    }
    return RC_OK;
}

static enum rc find_candidates(struct rematch *x, struct err *e)
{
    struct person_entry hit[PERSON_HITS_MAX];
    size_t n = x->w.line.n;
    x->row = mem_alloc_array(n + 1, sizeof *x->row);
    x->row_line = mem_alloc_array(n + 1, sizeof *x->row_line);
    if (!x->row || !x->row_line) return err_nomem(e);
    for (size_t i = 0; i < n; i++) {
        bool open = x->w.reason.v[i] == WAIT_UNMATCHED || x->w.reason.v[i] == WAIT_NAME;
        if (open && person_index_find(x->index, (uint64_t)x->w.key.v[i], hit)) x->row[x->n++] = i;
    }
    return RC_OK;
}

static void add_header(struct rematch *x)
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

static enum rc write_text(struct rematch *x, struct err *e)
{
    TRY(stored_texts_read(&x->w.text, x->s, x->base->id, STR("wait.text"), e));
    if (x->w.text.n != x->w.line.n || !x->w.header.n) return x->n = 0, RC_OK;
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
static enum rc parse_again(struct rematch *x, bool *readable, struct err *e)
{
    struct csv_options o = {.delim = ',', .encoding = TEXT_UTF8, .threads = 1};
    struct progress none = {0};
    struct err why = {0};
    *readable = false;
    x->plan.a = &x->a;
    enum rc rc = plan_dataset(&x->plan, x->p, x->base->dataset, &x->a, &why);
    if (!rc) rc = csv_file_from_bytes(&x->file, "waiting", buf_str(&x->text), &o, &why);
    if (!rc) rc = plan_header(&x->plan, x->file.header, x->file.columns, "waiting", &why);
    if (rc == RC_INPUT) return RC_OK;
    if (rc) return err_nomem(e);
    *readable = true;
    x->run = (struct run){.plan = &x->plan,
                          .file = &x->file,
                          .index = x->index,
                          .covers_from = x->plan.decl.kind == DK_EVENTS ? x->base->covers_from : 0,
                          .covers_to = x->base->covers_to,
                          .threads = 1,
                          .rule = id_rule_make(x->base->received_day)};
    TRY(run_init(&x->run, (uint32_t)x->lines + 1, e));
    TRY(run_parse(&x->run, 1, (uint32_t)x->lines + 1, &none, e));
    return run_sort(&x->run, e);
}

static enum rc original_lines(struct rematch *x, struct err *e)
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

static enum rc write_part(struct rematch *x, int64_t id, struct err *e)
{
    struct sink k;
    const struct run *r = &x->run;
    uint64_t rows = r->matched;
    size_t n = 0;
    struct sink_column *c = ARENA_ARRAY(&x->a, struct sink_column, x->plan.n_cols + 4),
                       run = {.name = STR("run"), .kind = CK_U64, .v = &rows};
    if (!c) return err_nomem(e);
    c[n++] = (struct sink_column){.name = STR("person"), .kind = CK_U32, .v = r->person_sorted};
    c[n++] = (struct sink_column){.name = STR("line"), .kind = CK_U32, .v = x->line_of, .order = r->order};
    c[n++] = (struct sink_column){.name = STR("wait.was"), .kind = CK_U8, .v = x->reason_of, .order = r->order};
    for (size_t i = 0; i < x->plan.n_cols; i++) {
        const struct plan_column *p = &x->plan.cols[i];
        if (!p->keep || p->column == HEADER_NONE) continue;
        c[n++] = (struct sink_column){.name = p->stored,
                                      .kind = p->kind,
                                      .seal = p->seal,
                                      .v = r->stage[i],
                                      .step = r->records ? r->step[i] : 0,
                                      .order = r->order,
                                      .run = r,
                                      .codes = p->codes};
    }
    enum rc rc = sink_init(&k, x->s, id, 1, e);
    if (!rc) rc = sink_write(&k, c, n, r->matched, e);
    if (!rc) rc = sink_write(&k, &run, 1, 1, e);
    if (!rc) rc = sink_flush(&k, e);
    sink_fini(&k);
    return rc;
}

static enum rc publish_part(struct rematch *x, struct err *e)
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
    d.received_day = clock_today(store_clock(x->s));
    d.counts = (struct delivery_counts){.rows = (int64_t)x->run.matched, .matched = (int64_t)x->run.matched};
    TRY(delivery_begin(x->s, &d, e));
    enum rc rc = write_part(x, d.id, e);
    if (!rc) rc = delivery_publish(x->s, &d, e);
    if (rc && delivery_abandon(x->s, d.id, &ignored)) return rc; /* it goes with the next opening */
    return rc;
}

static enum rc rematch_delivery(struct rematch *x, const struct delivery_list *all, int64_t *matched, struct err *e)
{
    bool readable = false;
    TRY(waiting_read(x, e));
    if (x->w.reason.n != x->w.line.n || x->w.key.n != x->w.line.n) return RC_OK;
    TRY(strike_resolved(x, all, e));
    TRY(find_candidates(x, e));
    if (!x->n) return RC_OK;
    TRY(write_text(x, e));
    if (!x->n) return RC_OK;
    TRY(parse_again(x, &readable, e));
    if (!readable || !x->run.matched) return RC_OK;
    TRY(original_lines(x, e));
    TRY(publish_part(x, e));
    *matched += (int64_t)x->run.matched;
    return RC_OK;
}

static void rematch_fini(struct rematch *x)
{
    if (x->run.plan) run_fini(&x->run);
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

static enum rc rematch_all(struct store *s, struct policy *p, const struct person_index *index, int64_t known_us,
                           const struct delivery_list *l, int64_t *matched, struct err *e)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct delivery *d = &l->v[i];
        if (d->counts.waiting_unmatched + d->counts.waiting_name == 0) continue;
        struct rematch *x = mem_zalloc_array(1, sizeof *x);
        if (!x) return err_nomem(e);
        *x = (struct rematch){.s = s, .p = p, .index = index, .base = d, .known_from_us = known_us};
        arena_init(&x->a, IMPORT_ARENA_MAX);
        enum rc rc = rematch_delivery(x, l, matched, e);
        rematch_fini(x);
        mem_free(x);
        if (rc) return rc;
    }
    return RC_OK;
}

enum rc import_rematch(struct store *s, struct policy *p, int64_t *matched, struct err *e)
{
    struct arena a;
    struct delivery_list l;
    struct person_index index = {0};
    int64_t known_us = 0;
    *matched = 0;
    if (policy_roster(p) == UINT32_MAX) return RC_OK;
    struct str roster = policy_dataset_name(p, policy_roster(p));
    arena_init(&a, IMPORT_ARENA_MAX);
    enum rc rc = delivery_known_at(s, &a, STR(""), INT64_MAX, &l, e);
    for (size_t i = 0; !rc && i < l.n; i++)
        if (str_eq(l.v[i].dataset, roster) && l.v[i].known_from_us > known_us) known_us = l.v[i].known_from_us;
    if (!rc) rc = person_index_load(&index, s, roster, INT64_MAX, par_threads(), e);
    if (!rc) rc = rematch_all(s, p, &index, known_us, &l, matched, e);
    person_index_fini(&index);
    arena_fini(&a);
    return rc;
}
