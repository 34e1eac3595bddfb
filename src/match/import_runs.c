/* The runs of a file: read, looked at, stored; the next one of facts is read while one is stored. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "match/import_int.h"
#include "match/names.h"
#include "match/once.h"
#include "match/other_county.h"
#include "match/shared.h"
#include "match/totals.h"
#include "match/villages.h"

static enum rc begin_delivery(struct import *m, struct err *e)
{
    if (m->o->dry_run || m->sink_open) return RC_OK;
    m->d.encoding = str_from(m->r->encoding);
    struct str places = sheet_places_text(&m->source.places, m->plan.a);
    if (!places.p) return err_nomem(e);
    m->d.mapping = plan_mapping_json(&m->plan, places, m->o->division);
    if (!m->d.mapping.p) return err_nomem(e);
    TRY(delivery_begin(m->s, &m->d, e));
    m->sink_open = true;
    return sink_init(&m->sink, m->s, m->d.id, m->shared->pool, &m->shared->room, e);
}

/* A refused row that may take back what other rows of its person say. */
static void count_below(struct import *m, const struct bad_row *b)
{
    struct person_entry hit[PERSON_HITS_MAX];
    if (!b->lowers || !b->key || !m->run.index || !person_index_find(m->run.index, b->key, hit)) return;
    if (!m->r->below++ || b->line < m->r->below_line) m->r->below_line = b->line;
}

static void count_run(struct import *m)
{
    struct delivery_counts *c = &m->d.counts;
    c->matched += (int64_t)m->run.matched;
    m->r->born_differs = m->run.born.differ;
    m->r->born_line = m->run.born.line;
    m->r->sex_differs = m->run.sex.differ;
    m->r->sex_line = m->run.sex.line;
    for (size_t g = 0; g < m->run.groups; g++) {
        const struct bad_list *l = &m->run.group[g].bad;
        for (size_t i = 0; i < l->v.n; i++) {
            c->refused += l->v.v[i].wait == 0;
            count_below(m, &l->v.v[i]);
            if (l->v.v[i].wait == WAIT_OUTSIDE && m->n_outside < OUTSIDE_TOLD)
                m->outside_line[m->n_outside++] = l->v.v[i].line;
            c->waiting_invalid += l->v.v[i].wait == WAIT_INVALID || l->v.v[i].wait == WAIT_OUTSIDE;
            c->waiting_unmatched += l->v.v[i].wait == WAIT_UNMATCHED;
            c->waiting_name += l->v.v[i].wait == WAIT_NAME;
            if (l->v.v[i].wait == WAIT_NAME && !m->name_line) m->name_line = l->v.v[i].line;
        }
    }
}

static void count_threads(struct import *m)
{
    m->d.counts.rows = m->r->outside = m->r->no_rows = m->r->cut_ids = 0;
    m->r->swallowed = (struct swallowed){0};
    for (unsigned t = 0; t < m->run.threads; t++) {
        m->d.counts.rows += m->run.thread[t].rows;
        m->d.cut |= m->run.thread[t].cut;
        swallowed_join(&m->r->swallowed, &m->run.thread[t].swallowed);
        m->r->outside += m->run.thread[t].outside;
        m->r->no_rows += m->run.thread[t].no_rows;
        m->r->cut_ids += m->plan.roster ? 0 : m->run.thread[t].cut_ids;
    }
    m->d.counts.rows -= m->repeated;
}

static enum rc begin_errors(struct import *m, struct err *e)
{
    if (m->errors.header) return RC_OK;
    m->errors.header = plan_sent_header(&m->plan);
    m->errors.n_header = m->plan.n_header;
    m->errors.delivery = m->d.id;
    m->errors.merged = &m->merged;
    m->errors.pool = m->shared->pool;
    m->errors.secret = error_key_secret(store_keyring(m->s), m->d.id);
    m->errors.day = m->d.received_day;
    m->errors.sheets = sheet_places_text(&m->source.places, m->plan.a);
    return m->errors.header && m->errors.sheets.p ? RC_OK : err_nomem(e);
}

static enum rc write_errors(struct import *m, struct err *e)
{
    if (m->o->quiet) return RC_OK;
    for (size_t g = 0; g < m->run.groups; g++) TRY(error_file_add(&m->errors, &m->run.group[g].bad, e));
    return m->last_run ? error_file_begin_sync(&m->errors, e) : RC_OK;
}

enum rc import_cancelled(const struct import *m, struct err *e)
{
    if (!m->o->cancel || !*m->o->cancel) return RC_OK;
    return err_set(e, RC_CONFLICT, pos_none(), "the import was cancelled; nothing was stored",
                   "导入已取消；没有保存任何内容");
}

/* Nothing is taken of a file whose later rows another header names: who read them by the first would exchange amounts.
 */
static enum rc check_heads(const struct import *m, const struct run *r, struct err *e)
{
    const struct head_again *first = NULL;
    struct buf place;
    for (unsigned t = 0; t < r->threads; t++) {
        const struct head_again *x = &r->thread[t].again;
        if (x->line && (!first || x->line < first->line)) first = x;
    }
    if (!first) return RC_OK;
    struct error_file names = {.sheets = sheet_places_text(&m->source.places, m->plan.a)};
    if (!names.sheets.p) return err_nomem(e);
    buf_init(&place, KIB(4));
    error_file_place(&names, first->line, &place);
    enum rc rc = place.failed
                     ? err_nomem(e)
                     : head_again_refuse(first, &m->plan, buf_str(&place), (struct pos){.file = m->o->file}, e);
    buf_fini(&place);
    return rc;
}

/* A run of facts as it will be stored. */
static enum rc read_run(struct import *m, struct run *r, uint32_t line, uint32_t lines, struct progress *bar,
                        struct err *e)
{
    TRY(import_cancelled(m, e));
    TRY(run_parse(r, line, lines, bar, e));
    TRY(import_cancelled(m, e));
    TRY(check_heads(m, r, e));
    TRY(run_check_columns(r, e));
    if (m->roster) TRY(roster_resolve(m, e));
    if (m->roster) TRY(roster_contradictions(m, e));
    return run_sort(r, e);
}

/* What several lines say of one person. */
static enum rc join_lines(struct import *m, struct err *e)
{
    size_t dropped = 0;
    if (m->roster) return RC_OK;
    if (plan_merges(&m->plan)) TRY(once_merge(&m->run, &m->conflicts, &dropped, e));
    else if (m->o->once) dropped = once_drop(&m->run);
    m->repeated += (int64_t)dropped;
    once_unequal_keys(&m->run, &m->r->unequal);
    return RC_OK;
}

/* A line that is blank in all that a dataset alone has is no row of it; when that is so of every line the file tells
 * nothing of it: whether there is none, or nobody filled it in, only the sender knows. */
static enum rc check_no_rows(struct import *m, struct err *e)
{
    if (m->d.counts.rows || !m->r->no_rows || m->plan.roster || m->o->empty) return RC_OK;
    m->r->nothing = true;
    return err_set(e, RC_INPUT, (struct pos){.file = m->o->file},
                   "%.*s: all %d lines are blank in its own columns, so nothing was taken in for it. If there is truly "
                   "none in the period, import it alone with --empty and --covers",
                   "%.*s：全部 %d 行在它自己的各列都是空白，没有导入任何内容。如该期确实没有，请单独导入并加 --empty、"
                   "--covers",
                   STR_ARG(m->plan.dataset), (int)m->r->no_rows);
}

/* Here and not where the run is read: the database is another thread's then. */
static enum rc take_names(struct import *m, struct err *e)
{
    struct names_taken taken = {0};
    if (!m->run.index || policy_roster(m->p) == UINT32_MAX) return RC_OK;
    TRY(names_take(m->s, policy_dataset_name(m->p, policy_roster(m->p)), &m->run, &taken, e));
    m->r->names_pinyin += taken.pinyin;
    m->r->names_masked += taken.masked;
    return taken.pinyin + taken.masked ? run_sort(&m->run, e) : RC_OK;
}

/* What has to be known of a run before it is stored. */
static enum rc note_run(struct import *m, bool last, struct err *e)
{
    m->last_run = last;
    TRY(take_names(m, e));
    TRY(join_lines(m, e));
    TRY(unknown_note(m->unknown, &m->run, e));
    count_run(m);
    count_threads(m);
    if (m->run.first_line == 1) TRY(amounts_look(m, e));
    TRY(other_county_note(m, e));
    TRY(guess_division_note(m, e));
    TRY(guess_state_note(m, e));
    if (last) TRY(check_no_rows(m, e));
    if (last) TRY(guess_all(m, e));
    TRY(begin_delivery(m, e));
    return begin_errors(m, e);
}

/* The lines of a run that is read beside the storing of the one before; lines 0: none. */
struct beside_run {
    struct import *m;
    uint32_t line, lines;
    struct progress *bar;
};

/* The next run, unless it was read ahead. */
static enum rc read_spare(struct import *m, uint32_t line, uint32_t lines, struct progress *bar, struct err *e)
{
    if (!m->second_read) return read_run(m, &m->spare, line, lines, bar, e);
    m->second_read = false;
    if (m->second_rc) *e = m->ahead_err;
    return m->second_rc;
}

/* What goes back to the sender, what is stored, and the next run. */
static enum rc give_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct beside_run *x = ctx;
    (void)thread;
    if (task == 0) return write_errors(x->m, e);
    if (task == 1) return x->m->o->dry_run ? RC_OK : deliver_run(x->m, e);
    return x->lines ? read_spare(x->m, x->line, x->lines, x->bar, e) : RC_OK;
}

static enum rc store_run(struct import *m, struct beside_run *next, struct err *e)
{
    struct beside_run alone = {.m = m};
    struct par_pool *pool = m->shared->pool;
    store_move_log(m->s, par_pool_threads(pool) > 1);
    if (!m->roster) {
        if (!next->lines) import_read_further(m);
        TRY(par_pool_run(pool, 1, 3, give_task, next, e));
        if (!next->lines) return RC_OK;
        struct run was = m->run;
        m->run = m->spare;
        m->spare = was;
        return RC_OK;
    }
    TRY(par_pool_run(pool, 1, 2, give_task, &alone, e));
    TRY(m->o->dry_run ? roster_delta_run(m, e) : roster_store(m, e));
    return next->lines ? read_run(m, &m->run, next->line, next->lines, next->bar, e) : RC_OK;
}

/* Lines of the file, and those of a run of facts: the more people there are, the further apart are those of a run, and
 * readers go from one to the next. */
uint32_t import_lines(const struct import *m) { return (uint32_t)m->source.file.lines + 2; }

static uint32_t facts_lines(const struct import *m)
{
    size_t chunks = m->shared->index.n / RUN_SHARE / CHUNK_ROWS + 1, most = RUN_LINES_MOST / CHUNK_ROWS;
    if (m->o->once || plan_merges(&m->plan) || chunks > most)
        return RUN_LINES_MOST; /* equal rows are looked for within a run */
    if (m->source.is_sheets) return SHEET_RUN_LINES;
    return chunks * CHUNK_ROWS > RUN_LINES ? (uint32_t)(chunks * CHUNK_ROWS) : RUN_LINES;
}

static uint32_t run_lines(const struct import *m)
{
    uint32_t most = m->plan.roster ? ROSTER_RUN_LINES : facts_lines(m);
    if (m->o->run_lines) most = m->o->run_lines;
    return import_lines(m) < most ? import_lines(m) : most;
}

static enum rc begin_runs(struct import *m, struct err *e)
{
    m->run.plan = &m->plan;
    m->run.file = &m->source.file;
    m->run.threads = m->threads;
    m->run.pool = m->shared->pool;
    m->run.rule = id_rule_make(m->d.received_day);
    m->run.divs = m->divs;
    m->run.within = m->o->division;
    if (m->plan.village >= 0) TRY(villages_read(&m->villages, m->s, e));
    m->run.villages = &m->villages;
    guess_named(m);
    m->run.covers_from = m->plan.decl.kind != DK_EVENTS ? 0 : m->named_from ? m->named_from : m->o->covers_from;
    m->run.covers_to = m->named_from ? m->named_to : m->o->covers_to;
    m->run.totals = totals_likely(&m->plan, &m->source.file);
    m->run.index = m->plan.roster ? NULL : &m->shared->index;
    m->conflicts.people = ARENA_ARRAY(m->plan.a, int64_t, m->plan.n_cols + 1);
    if (!m->conflicts.people) return err_nomem(e);
    return run_init(&m->run, run_lines(m), e);
}

/* The run that is read while the first is stored: made when it is needed, so that it lies in memory that the file
 * before is done with. */
enum rc import_begin_spare(struct import *m, struct err *e)
{
    bool none = m->plan.roster || m->run.cap >= import_lines(m);
    return none || m->spare.plan ? RC_OK : run_init_twin(&m->spare, &m->run, e);
}

enum rc import_read_first(struct import *m, struct progress *bar, struct err *e)
{
    TRY(begin_runs(m, e));
    TRY(read_run(m, &m->run, 1, m->run.cap, bar, e));
    if (m->run.cap >= import_lines(m)) run_end_reading(&m->run);
    m->first_read = true;
    return RC_OK;
}

void import_read_second(struct import *m)
{
    struct progress none = {0};
    uint32_t cap = m->run.cap, left = import_lines(m) - cap;
    m->second_rc = import_begin_spare(m, &m->ahead_err);
    if (!m->second_rc) m->second_rc = read_run(m, &m->spare, 1 + cap, left < cap ? left : cap, &none, &m->ahead_err);
    m->second_read = true;
}

enum rc import_all_runs(struct import *m, struct progress *bar, struct err *e)
{
    uint32_t lines = import_lines(m), most = m->run.cap;
    for (uint32_t at = 1; at <= lines; at += most) {
        uint32_t left = lines - at + 1 > most ? lines - at + 1 - most : 0;
        struct beside_run next = {m, at + most, left < most ? left : most, bar};
        TRY(note_run(m, !left, e));
        TRY(store_run(m, &next, e));
    }
    return RC_OK;
}
