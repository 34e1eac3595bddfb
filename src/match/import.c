#include "match/import.h"
#include <inttypes.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "columns/keyring.h"
#include "match/import_int.h"
#include "match/parts.h"
#include "match/returned.h"
#include "store/screenstore.h"

/* ---- opening */

/* A file that ends inside a quote or inside a character was cut. What is there counts; but nobody knows how many rows
 * are gone, so its days are not delivered: else "none" would be made of them. */
static bool was_cut(const struct csv_file *f)
{
    return f->unclosed_line || (f->first_bad_line && f->first_bad_offset + 4 > f->src.size);
}

static enum rc check_empty(const struct import *m, struct err *e)
{
    if (m->d.counts.rows || (m->o->empty && !m->plan.roster)) return RC_OK;
    if (m->plan.roster)
        return err_set(e, RC_INPUT, (struct pos){.file = m->o->file}, "the roster has no rows. Ask for the file again",
                       "花名册没有数据行；请对方重发文件");
    return err_set(
        e, RC_INPUT, (struct pos){.file = m->o->file},
        "the file has no rows. If there is truly none in the period, say --empty; else ask for the file again",
        "文件没有数据行；如该期确实没有，请加 --empty；否则请对方重发文件");
}

/* What the usual way does not need is another delivery of the same file. */
static struct str merged_note(enum merged_fill how)
{
    return how == MERGED_ALL ? STR("/filled") : how == MERGED_NONE ? STR("/unfilled") : STR("");
}

static struct source_options source_options_of(const struct import *m)
{
    return (struct source_options){.name = m->o->file,
                                   .fd = m->o->from_fd ? m->o->fd : -1,
                                   .temp_dir = store_dir(m->s),
                                   .pool = m->shared->pool,
                                   .threads = m->threads,
                                   .part_bytes = m->o->part_bytes,
                                   .hash_key = m->hash_key,
                                   .sheets = m->o->sheets,
                                   .note = merged_note(m->o->fill),
                                   .skip_hidden = m->o->skip_hidden};
}

void import_hash_key(const struct keyring *keys, uint8_t out[FILE_HASH_KEY_BYTES])
{
    _Static_assert((int)FILE_HASH_KEY_BYTES == (int)KEYRING_HASH_BYTES, "a keyed hash is the key");
    keyring_hash128(keys, STR("file-hash"), STR(""), out);
}

/* Look at every byte of the file once, unless that was done. */
static enum rc look_through(struct import *m, struct err *e)
{
    struct import_look *x = &m->shared->look;
    struct source_options o = source_options_of(m);
    if (!x->path || m->o->from_fd || m->o->part_bytes || strcmp(x->path, m->o->file) != 0)
        return source_open(&m->source, &o, &m->plan, e);
    m->source = x->source;
    *x = (struct import_look){0};
    return RC_OK;
}

/* What a spreadsheet is besides its rows. */
static enum rc report_sheets(struct import *m, struct err *e)
{
    struct import_report *r = m->r;
    const struct sheet_places *p = &m->source.places;
    r->sheets = source_sheets_text(&m->source, m->out->lang, m->plan.a);
    r->sheets_left = source_left_text(&m->source, m->out->lang, m->plan.a);
    r->is_sheets = m->source.is_sheets;
    r->error_values = (int64_t)p->error_values;
    r->lost_digits = (int64_t)p->lost_digits;
    r->format_units = (int64_t)p->format_units;
    r->without_results = (int64_t)p->without_results;
    r->hidden_rows = (int64_t)p->hidden_rows;
    r->hidden_skipped = m->o->skip_hidden && p->hidden_rows;
    r->hidden_lines = source_hidden_text(&m->source, m->out->lang, m->plan.a);
    r->struck_rows = (int64_t)p->struck_rows;
    r->struck_lines = source_struck_text(&m->source, m->out->lang, m->plan.a);
    r->hidden_json = source_hidden_json(&m->source, m->plan.a);
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->sheet[i].n_hidden_columns; k++)
            r->hidden_columns += p->sheet[i].hidden_columns[k].last_column - p->sheet[i].hidden_columns[k].column + 1;
    bool kept = r->sheets.p && r->sheets_left.p && r->hidden_lines.p && r->hidden_json.p && r->struck_lines.p;
    return kept ? RC_OK : err_nomem(e);
}

static enum rc open_file(struct import *m, struct err *e)
{
    TRY(look_through(m, e));
    TRY(report_sheets(m, e));
    struct import_report *r = m->r;
    (void)snprintf(r->encoding, sizeof r->encoding, "%s", m->source.kind);
    r->delimiter = m->source.file.delim;
    r->unclosed_line = m->source.file.unclosed_line;
    r->bad_line = m->source.file.first_bad_line;
    m->d.cut = was_cut(&m->source.file);
    TRY(file_hash_end(m->source.hash, m->d.file_hash, &m->d.file_bytes, e));
    if (m->source.file.lines < UINT32_MAX - 2 && (int64_t)m->source.file.lines <= CSV_ROWS_MAX) return RC_OK;
    return err_set(e, RC_INPUT, (struct pos){.file = m->o->file}, "the file has too many lines; split it",
                   "文件行数过多；请拆分");
}

static struct str base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_from(slash ? slash + 1 : path);
}

/* Do these options put the file's bytes on the days of that delivery? What the rows say of their days is the same; what
 * else says something is --covers, --received for a last known state, and the month in another file name. */
static bool same_days(const struct import *m, const struct delivery *d)
{
    const struct import_options *o = m->o;
    const struct dataset_decl *decl = &m->plan.decl;
    date_day from = o->covers_from, to = o->covers_to, other;
    if (decl->delivered_whole || m->plan.roster) return true;
    if (!from && decl->kind == DK_LATEST) from = to = o->received;
    if (!from && decl->kind == DK_SNAPSHOT && !str_eq(base_name(o->file), d->file_name))
        from = to = guess_month_in_name(base_name(o->file));
    if (!from) return true;
    if (decl->kind == DK_SNAPSHOT) {
        period_of(decl->period, from, &from, &other);
        period_of(decl->period, to, &other, &to);
    }
    return d->covers_from == from && d->covers_to == to;
}

static void find_among(struct import *m, const struct delivery_list *l)
{
    for (size_t i = 0; i < l->n && !m->r->same_file; i++) {
        if (m->o->division && m->o->division != l->v[i].division) continue;
        if (!same_days(m, &l->v[i])) continue;
        m->r->same_file = true;
        m->r->same_as = l->v[i].id;
        m->r->delivery = l->v[i];
    }
}

/* Deliveries of the same bytes. Those of formats 1 and 2 have a hash without the key: that of the file is made when one
 * of its length is there. */
static enum rc of_same_bytes(struct import *m, struct arena *a, struct delivery_list *keyed,
                             struct delivery_list *plain, struct err *e)
{
    struct source_options o = source_options_of(m);
    uint8_t hash[DELIVERY_HASH_BYTES];
    TRY(delivery_by_hash(m->s, a, m->d.dataset, m->d.file_hash, keyed, e));
    TRY(delivery_by_length(m->s, a, m->d.dataset, m->d.file_bytes, m->d.file_hash, plain, e));
    if (!plain->n) return RC_OK;
    TRY(source_plain_hash(&m->source, &o, hash, e));
    return delivery_by_hash(m->s, a, m->d.dataset, hash, plain, e);
}

/* The same bytes for another division or other days are another delivery (a list that did not change from month to
 * month), and with --replaces the mend of a wrong one. */
static enum rc find_same(struct import *m, struct err *e)
{
    struct delivery_list keyed, plain;
    if (m->o->replaces) return RC_OK;
    TRY(of_same_bytes(m, m->plan.a, &keyed, &plain, e));
    find_among(m, &keyed);
    find_among(m, &plain);
    return RC_OK;
}

/* Known from the day of receipt; not earlier than a screen that has been kept without it. */
static enum rc set_known_from(struct import *m, struct err *e)
{
    date_day today = clock_today(store_clock(m->s));
    int64_t want = store_now_us(m->s);
    if (m->d.received_day > today)
        return err_set(e, RC_INPUT, pos_none(), "--received lies in the future. Take today or an earlier day.",
                       "--received 在将来。请写今天或更早的日期。");
    int64_t epoch_day = (int64_t)m->d.received_day - date_make(1970, 1, 1);
    if (m->d.received_day < today) want = (epoch_day * 24 - 8) * INT64_C(3600000000); /* midnight in Beijing */
    return screen_known_after(m->s, want, &m->d.known_from_us, &m->r->known_moved, e);
}

static void set_delivery(struct import *m)
{
    const struct import_options *o = m->o;
    m->d.received_day = o->received ? o->received : clock_today(store_clock(m->s));
    m->d.kind = o->adds ? DELIVERY_ADDS : o->replaces ? DELIVERY_REPLACES : DELIVERY_PLAIN;
    m->d.replaces = o->adds ? 0 : o->replaces;
    m->d.dataset = m->plan.dataset;
    m->d.sender = o->sender;
    m->d.by_who = o->by_who;
    m->d.file_name = base_name(o->file);
}

static enum rc check_replaced(struct import *m, struct err *e)
{
    struct delivery old;
    if (m->o->adds && m->o->replaces)
        return err_set(e, RC_USAGE, pos_none(), "--adds and --replaces cannot go together",
                       "--adds 与 --replaces 不能同时使用");
    if (m->o->covers_from > m->o->covers_to)
        return err_set(e, RC_USAGE, pos_none(), "--covers ends before it begins", "--covers 的止日早于起日");
    if (!m->o->replaces) return RC_OK;
    TRY(delivery_get(m->s, m->plan.a, m->o->replaces, &old, e));
    if (old.state == DELIVERY_PUBLISHED && str_eq(old.dataset, m->plan.dataset)) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "delivery %d is not in force or is of another dataset (%.*s); look at `fangpin deliveries`",
                   "交付 %d 已失效或属于另一数据集（%.*s）；请查看 `fangpin deliveries`", (int)old.id,
                   STR_ARG(old.dataset));
}

/* ---- end */

static bool keep_str(struct arena *a, struct str *s)
{
    if (s->n) *s = str_dup(a, *s);
    else if (!s->p) *s = STR("");
    return s->p != NULL;
}

static struct str keep_text(struct import *m, struct buf *b)
{
    struct str s = b->failed ? (struct str){0} : b->n ? str_dup(m->a, buf_str(b)) : STR("");
    buf_fini(b);
    return s;
}

static bool report_conflicts(struct import *m)
{
    struct buf text, json;
    buf_init(&text, MIB(1));
    buf_init(&json, MIB(4));
    once_tell(&m->plan, &m->conflicts, m->out->lang, &text);
    once_json(&m->plan, &m->conflicts, &json);
    m->r->of_roster = m->plan.roster;
    m->r->conflicts = keep_text(m, &text);
    m->r->conflicts_json = keep_text(m, &json);
    return m->r->conflicts.p && m->r->conflicts_json.p;
}

static bool report_unknown(struct import *m)
{
    struct buf text, json;
    m->r->repeated = m->repeated;
    buf_init(&text, MIB(1));
    buf_init(&json, MIB(4));
    unknown_tell(m->unknown, &m->plan, m->out->lang, &text);
    unknown_json(m->unknown, &m->plan, &json);
    m->r->unknown = keep_text(m, &text);
    m->r->unknown_json = keep_text(m, &json);
    return m->r->unknown.p && m->r->unknown_json.p;
}

static bool report_skipped(struct import *m)
{
    struct import_report *r = m->r;
    struct skip_list all = {0};
    struct buf text, json;
    bool ok = true;
    for (unsigned t = 0; m->run.thread && t < m->run.threads; t++) {
        ok &= skip_join(&all, &m->run.thread[t].skipped);
        r->rounded += m->run.thread[t].rounded;
    }
    buf_init(&text, KIB(64));
    buf_init(&json, MIB(1));
    skip_tell(&all, m->out->lang, &text);
    skip_json(&all, &json);
    r->empty_rows = all.count[SKIP_EMPTY];
    r->skipped = keep_text(m, &text);
    r->skipped_json = keep_text(m, &json);
    skip_fini(&all);
    return ok && r->skipped.p && r->skipped_json.p;
}

static bool report_outside(struct import *m)
{
    struct buf b;
    buf_init(&b, KIB(1));
    for (size_t i = 0; i < m->n_outside; i++) {
        if (i) buf_addz(&b, lang_pick(m->out->lang, ", ", "、"));
        buf_add_i64(&b, m->outside_line[i]);
    }
    m->r->outside_lines = keep_text(m, &b);
    return m->r->outside_lines.p != NULL;
}

static enum rc fill_report(struct import *m, struct err *e)
{
    struct import_report *r = m->r;
    if (!report_skipped(m) || !report_unknown(m) || !report_conflicts(m) || !report_outside(m)) return err_nomem(e);
    r->header_line = m->source.file.header_line;
    r->titles = (uint32_t)m->head.first;
    r->header_rows = (uint32_t)m->head.rows;
    r->unit = str_from(plan_unit_name(money_said_power(&m->plan.given.said)));
    r->unit_said = plan_units_text(&m->plan, m->out->lang);
    if (!r->unit_said.p) return err_nomem(e);
    r->unit_line = m->head.unit_line;
    const struct stored_layout *l = m->layout.same.id ? &m->layout.same : &m->layout.like;
    r->layout = m->layout.same.id;
    r->said = m->n_choices;
    r->recalled = layout_recalled_text(&m->layout, &m->plan, m->a);
    if (!r->recalled.p) return err_nomem(e);
    r->recalled_by = l->by_who;
    r->recalled_us = l->known_from_us;
    r->header_changes = m->layout.changes;
    if (!r->same_file) r->delivery = m->d;
    r->mapping = plan_mapping_text(&m->plan);
    r->unmapped = plan_unmapped_text(&m->plan);
    r->missing = plan_missing_text(&m->plan);
    if (!r->mapping.p || !r->unmapped.p || !r->missing.p) return err_nomem(e);
    struct delivery *d = &r->delivery;
    struct str *texts[] = {&r->recalled_by, &r->header_changes, &r->mapping,          &r->unmapped,     &r->missing,
                           &r->unit,        &r->unit_said,      &d->dataset,          &d->sender,       &d->file_name,
                           &d->encoding,    &d->mapping,        &d->withdrawn_reason, &d->by_who,       &r->sheets,
                           &r->sheets_left, &r->merged,         &r->merged_blank,     &r->hidden_lines, &r->hidden_json,
                           &r->struck_lines};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!keep_str(m->a, texts[i])) return err_nomem(e);
    return RC_OK;
}

static enum rc conclude(struct import *m, struct err *e)
{
    bool facts = !m->plan.roster && !m->o->dry_run;
    TRY(import_cancelled(m, e));
    if (facts) TRY(deliver_end(m, e)); /* while the list of errors reaches the disk */
    if (facts) TRY(parts_check(m, e));
    if (facts) TRY(parts_keep(m, e));
    TRY(error_file_end(&m->errors, e));
    if (m->errors.any) memcpy(m->r->errors_path, m->errors.path, sizeof m->r->errors_path);
    TRY(fill_report(m, e)); /* nothing may fail any more once it is published */
    if (m->plan.roster) TRY(roster_crowds(m, e));
    if (m->o->dry_run) return m->plan.roster ? roster_delta_held(m, e) : RC_OK;
    if (!facts) TRY(deliver_end(m, e));
    TRY(m->plan.roster ? roster_delta(m, e) : delta_count(m, e));
    if (m->plan.roster) TRY(roster_delta_held(m, e));
    TRY(layout_to_keep(&m->layout, &m->plan, m->o->sender, m->o->by_who, &m->d.learnt, e));
    TRY(delivery_publish(m->s, &m->d, e));
    m->r->layout_new = m->d.learnt ? m->d.learnt->id : 0;
    m->r->delivery.state = m->d.state;
    return RC_OK;
}

static enum rc have_pool(struct import_shared *x, unsigned threads, struct err *e)
{
    if (!threads) threads = par_threads();
    if (x->pool && (x->n_ahead || par_pool_threads(x->pool) == threads)) return RC_OK;
    par_pool_free(x->pool);
    return par_pool_new(&x->pool, threads, e);
}

enum rc import_shared_load(struct import_shared *x, struct store *s, struct policy *p, unsigned threads, struct err *e)
{
    uint32_t roster = policy_roster(p);
    if (x->loaded) return RC_OK;
    if (!x->pool || threads != 1) TRY(have_pool(x, threads, e));
    if (roster != UINT32_MAX) {
        struct par_team team = {threads == 1 ? 1 : par_pool_threads(x->pool), threads == 1 ? NULL : x->pool};
        TRY(person_index_load(&x->index, s, policy_dataset_name(p, roster), INT64_MAX, team, e));
        x->loaded = true;
        return RC_OK;
    }
    return err_set(e, RC_INPUT, pos_none(),
                   "no book declares a roster (a dataset with `household by`), so nobody can be matched",
                   "政策书里没有花名册（带 `household by` 的数据集），无法匹配人员");
}

/* A roster's is made when the length of the file is known. While a workbook is read there is time: one thread needs
 * less memory. */
static enum rc load_index(struct import *m, struct err *e)
{
    bool slow = source_is_workbook(m->o->from_fd ? m->o->fd : -1, m->o->file);
    if (m->plan.roster || m->shared->loaded) return RC_OK;
    if (slow) TRY(db_keep_few_pages(store_db(m->s), e));
    return import_shared_load(m->shared, m->s, m->p, slow ? 1 : m->threads, e);
}

/* The first look at the file and the reading of the people have nothing in common. */
static enum rc open_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    (void)thread;
    return task == 0 ? open_file(ctx, e) : load_index(ctx, e);
}

/* Rows over which the last person's cells are merged are rows of that person. */
static void keep_merged(struct import *m)
{
    const struct sheet_places *p = &m->source.places;
    uint32_t *last = &m->plan.given.last_person;
    for (size_t i = 0; m->source.is_sheets && i < p->n; i++) {
        const struct sheet_place *s = &p->sheet[i];
        for (size_t k = 0; k < s->n_merged; k++) {
            uint32_t from = s->line + s->merged[k].row - 1, to = s->line + s->merged[k].last_row - 1;
            if (from <= *last && to > *last) *last = to;
        }
    }
}

/* What merged areas below the header cover. */
static enum rc take_merged(struct import *m, struct err *e)
{
    struct import_report *r = m->r;
    struct source_options o = source_options_of(m);
    bool anew;
    TRY(merged_take(&m->merged, &m->source, &o, &m->plan, m->o->fill, &anew, e));
    if (anew) TRY(table_put_head(&m->source.file, &m->head, e));
    r->merged = m->merged.filled_text;
    r->merged_none = m->o->fill == MERGED_NONE;
    r->merged_blank = m->merged.left_text;
    r->merged_filled = (int64_t)m->merged.cells_filled;
    r->merged_left = (int64_t)m->merged.cells_left;
    m->plan.given.covered = m->merged.left;
    return RC_OK;
}

/* Which column is which: by name, by what is said now, and by what was said of this sender's files before. */
static enum rc read_head(struct import *m, struct err *e)
{
    struct plan *pl = &m->plan;
    char msg[ERR_MSG_MAX];
    pl->given.received = m->o->received;
    pl->given.said = m->source.said;
    pl->given.rounds = m->source.is_sheets;
    TRY(table_take_head(&m->source.file, pl, &m->head, e));
    keep_merged(m);
    pl->header = m->source.file.header;
    pl->n_header = m->source.file.columns;
    m->returned = returned_is(&m->source.file);
    if (m->returned) return RC_OK;
    m->choice = m->o->choice;
    m->n_choices = m->o->n_choices;
    if (m->o->choices_if_fit) TRY(layout_fitting(pl, &m->choice, &m->n_choices, e));
    TRY(layout_recall(&m->layout, m->layouts, m->n_layouts, pl, m->o->sender, m->choice, m->n_choices, m->out->lang,
                      e));
    enum rc rc = plan_header(pl, m->source.file.header, m->source.file.columns, m->o->file, e);
    if (!rc) TRY(take_merged(m, e));
    if (!rc) TRY(source_half_months(&m->source, pl->n_header, m->plan.a, &pl->given.half_months, e));
    if (!rc) return plan_shared(pl, m->p, e);
    if (rc != RC_INPUT || !m->layout.changes.n || !e) return rc;
    (void)snprintf(msg, sizeof msg, "%s", e->msg);
    return err_set(e, rc, (struct pos){.file = m->o->file, .line = e->line},
                   "%s. The header is not the one remembered for this sender: %.*s",
                   "%s。表头与此前为该报送单位记住的不同：%.*s", msg, STR_ARG(m->layout.changes));
}

enum rc import_look_at(struct import *m, struct err *e)
{
    TRY(open_file(m, e));
    return read_head(m, e);
}

static void import_shared_forget(struct import_shared *x)
{
    person_index_fini(&x->index);
    mem_free(x->place);
    mem_free(x->county_code);
    x->place = NULL;
    x->county_code = NULL;
    x->n_place = x->n_counties = 0;
    x->loaded = false;
}

static void shared_fini(struct import_shared *x)
{
    par_later_end(x->idle);
    import_shared_forget(x);
    sink_room_fini(&x->room);
    mem_free(x->part);
    x->part = NULL;
    x->n_parts = 0;
    par_pool_free(x->pool);
}

void import_drop(struct import *m)
{
    struct run *twin = m->run.twin ? &m->run : &m->spare, *own = m->run.twin ? &m->spare : &m->run;
    if (twin->plan) run_fini(twin);
    if (own->plan) run_fini(own);
    if (m->unknown) unknown_fini(m->unknown);
    roster_fini(m);
    person_index_fini(&m->index);
    shared_fini(&m->own);
    source_close(&m->source);
    mem_free(m->runs);
    map64_fini(&m->villages);
    map64_fini(&m->areas);
    plan_fini(&m->plan);
    arena_fini(&m->arena);
    mem_free(m);
}

static enum rc store_all(struct import *m, struct err *e)
{
    TRY(import_all_runs(m, &m->bar, e));
    TRY(check_empty(m, e));
    if (m->plan.roster) TRY(roster_end(m, e));
    return conclude(m, e);
}

static enum rc turn_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct import *m = ctx;
    (void)thread;
    if (task == 1) return import_read_ahead(m), RC_OK;
    enum rc rc = store_all(m, e);
    m->shared->stored = true;
    return rc;
}

enum rc import_begin(struct import *m, const struct import_options *o, struct err *e)
{
    m->o = o;
    m->threads = par_pool_threads(m->shared->pool);
    m->unknown = ARENA_NEW(m->plan.a, struct unknown_values);
    if (!m->unknown) return err_nomem(e);
    unknown_init(m->unknown, m->plan.a);
    TRY(plan_dataset(&m->plan, m->p, o->dataset, m->plan.a, e));
    set_delivery(m);
    return layout_list(m->s, m->plan.a, m->plan.dataset, false, &m->layouts, &m->n_layouts, e);
}

struct import *import_new(struct store *s, struct policy *p, const struct divisions *divs, struct import_shared *shared)
{
    struct import *m = mem_zalloc_array(1, sizeof *m);
    if (!m) return NULL;
    *m = (struct import){.s = s, .p = p, .divs = divs, .shared = shared ? shared : &m->own};
    m->plan.a = &m->arena;
    m->r = &m->report;
    m->report = (struct import_report){.added = -1, .removed = -1, .changed = -1};
    import_hash_key(store_keyring(s), m->hash_key);
    arena_init(&m->arena, IMPORT_ARENA_MAX);
    map64_init(&m->villages);
    map64_init(&m->areas);
    return m;
}

static enum rc take_returned(struct import *m, struct err *e)
{
    struct import_report *r = m->r;
    struct delivery_list keyed, plain;
    TRY(set_known_from(m, e));
    r->mapping = r->unmapped = r->missing = r->unit = r->unit_said = r->recalled = r->recalled_by = r->header_changes =
        STR("");
    r->skipped = r->unknown = r->outside_lines = STR("");
    r->skipped_json = STR("{}");
    r->unknown_json = STR("[]");
    struct str *sheets[] = {&r->sheets, &r->sheets_left, &r->hidden_lines, &r->hidden_json, &r->struck_lines};
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++)
        if (!keep_str(m->a, sheets[i])) return err_nomem(e);
    TRY(of_same_bytes(m, m->a, &keyed, &plain, e));
    if (!keyed.n) keyed = plain;
    if (!keyed.n) return returned_take(m, e);
    r->same_file = true;
    r->same_as = keyed.v[0].id;
    r->delivery = keyed.v[0];
    return RC_OK;
}

static enum rc import_steps(struct import *m, struct err *e)
{
    bool ahead = import_is_opened(m);
    TRY(check_replaced(m, e));
    if (m->plan.roster) import_shared_forget(m->shared); /* after it there are other people */
    if (!ahead) TRY(par_pool_run(m->shared->pool, 1, 2, open_task, m, e));
    if (m->open_rc) return *e = m->ahead_err, m->open_rc;
    if (ahead) TRY(load_index(m, e));
    else TRY(read_head(m, e));
    if (m->returned) return take_returned(m, e);
    TRY(find_same(m, e));
    if (m->r->same_file) TRY(parts_keep(m, e));
    if (m->r->same_file) return fill_report(m, e);
    if (m->ahead_rc) return *e = m->ahead_err, m->ahead_rc;
    TRY(set_known_from(m, e));
    if (m->plan.roster) TRY(roster_begin(m, e));
    progress_begin(&m->bar, m->out, lang_pick(m->out->lang, "reading", "读取"), import_lines(m));
    if (!m->first_read) TRY(import_read_first(m, &m->bar, e));
    TRY(import_begin_spare(m, e));
    import_fill_queue(m);
    enum rc rc = par_pool_run(m->shared->pool, 1, 2, turn_task, m, e);
    import_end_ahead(m->shared);
    return rc;
}

/* ---- beside what comes before the first import */

struct beside {
    struct import_shared *shared;
    const char *file;
    const uint8_t *hash_key;
    import_fn fn;
    void *ctx;
};

static enum rc beside_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct beside *b = ctx;
    struct err ignored = {0};
    (void)thread;
    if (task == 0) return b->fn(b->ctx, e);
    struct source_options o = {
        .name = b->file, .fd = -1, .pool = b->shared->pool, .hash_key = b->hash_key, .text_only = true};
    if (!source_open(&b->shared->look.source, &o, NULL, &ignored)) b->shared->look.path = b->file;
    return RC_OK;
}

enum rc import_beside(struct import_shared *x, const char *file, const uint8_t *hash_key, import_fn fn, void *ctx,
                      struct err *e)
{
    struct beside b = {x, file, hash_key, fn, ctx};
    TRY(have_pool(x, 0, e));
    return par_pool_run(x->pool, 1, hash_key ? 2 : 1, beside_task, &b, e);
}

enum rc import_shared_new(struct import_shared **out, struct err *e)
{
    *out = mem_zalloc_array(1, sizeof **out);
    return *out ? RC_OK : err_nomem(e);
}

void import_shared_free(struct import_shared *x)
{
    if (!x) return;
    import_drop_queue(x);
    if (x->look.path) source_close(&x->look.source);
    shared_fini(x);
    mem_free(x);
}

void import_undo(struct import *m, enum rc rc)
{
    struct err ignored = {0};
    error_file_drop(&m->errors);
    if (m->sink_open) sink_fini(&m->sink);
    /* What cannot be removed now goes with the next opening. */
    if (rc && m->d.id && delivery_abandon(m->s, m->d.id, &ignored)) m->d.id = 0;
}

const char *import_errors_end(const struct import_options *o)
{
    return source_is_workbook(o->from_fd ? o->fd : -1, o->file) ? ".errors.xlsx" : ".errors.csv";
}

static enum rc set_error_path(struct import *m, struct err *e)
{
    int n = m->o->errors_path
                ? snprintf(m->errors.path, sizeof m->errors.path, "%s", m->o->errors_path)
                : snprintf(m->errors.path, sizeof m->errors.path, "%s%s", m->o->file, import_errors_end(m->o));
    m->errors.lang = m->out->lang;
    if (n > 0 && (size_t)n < sizeof m->errors.path) return error_file_clean(&m->errors), RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "the path of the error file is too long", "错误文件的路径过长");
}

/* Whether what is remembered of columns still says what it said when the file was read: files stored since may have
 * taught something. */
static enum rc recall_again(struct import *m, bool *same, struct err *e)
{
    struct layout_memory was = m->layout;
    struct stored_layout *v;
    size_t n;
    TRY(layout_list(m->s, m->plan.a, m->plan.dataset, false, &v, &n, e));
    *same = n == m->n_layouts;
    for (size_t i = 0; *same && i < n; i++) *same = v[i].id == m->layouts[i].id;
    if (*same || !m->source.open || m->open_rc) return RC_OK;
    TRY(layout_recall(&m->layout, v, n, &m->plan, m->o->sender, m->choice, m->n_choices, m->out->lang, e));
    *same = m->layout.n_said == was.n_said;
    for (size_t i = 0; *same && i < was.n_said; i++) {
        const struct column_choice *a = &was.said[i], *b = &m->layout.said[i];
        *same = str_eq(a->column, b->column) && str_eq(a->field, b->field) && a->unit_power == b->unit_power;
    }
    m->layout.said = was.said; /* with the places of their columns */
    m->plan.given.choice = was.said;
    return RC_OK;
}

/* The people whom a roster was compared with and whom it brought are all there are: the next files are matched with
 * them, unless one of them was otherwise before or went with the roster that this one replaces. */
static void keep_people(struct import *m)
{
    struct import_shared *x = m->shared;
    bool published = m->roster && m->d.state == DELIVERY_PUBLISHED;
    if (!published || m->d.kind == DELIVERY_REPLACES || m->report.changed_people || x == &m->own) return;
    x->index = m->index;
    x->loaded = true;
    m->index = (struct person_index){0};
}

enum rc import_file(struct store *s, struct policy *p, const struct divisions *divs, const struct import_options *o,
                    struct out *out, struct arena *a, struct import_report *r, struct err *e)
{
    struct import *m = import_take_ahead(o->shared, o);
    bool same = false;
    enum rc rc = m ? recall_again(m, &same, e) : RC_OK;
    bool fresh = !same && !rc;
    if (m && fresh) import_drop(m);
    if (fresh) m = import_new(s, p, divs, o->shared);
    if (!m) return err_nomem(e);
    m->a = a;
    m->out = out;
    if (fresh) rc = have_pool(m->shared, o->threads, e);
    if (fresh && !rc) rc = import_begin(m, o, e);
    if (!rc) rc = set_error_path(m, e);
    if (!rc) rc = import_steps(m, e);
    progress_end(&m->bar);
    import_undo(m, rc);
    if (!rc) keep_people(m);
    *r = m->report;
    import_drop(m);
    return rc;
}
