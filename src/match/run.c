#include "match/run.h"
#include "base/mem.h"
#include "base/par.h"
#include "ident/disability_id.h"
#include "ident/id_left.h"
#include "ident/name_written.h"
#include "ident/person_name.h"
#include "ingest/cell.h"
#include "match/other_names.h"
#include "match/run_int.h"
#include "match/shared.h"
#include "match/totals.h"

/* ---- memory */

enum { LARGE_PAGE = 2 << 20 };

struct touching {
    char *from, *to, *page; /* page: in which it begins */
};

/* A page each: two threads that first write to one at the same time both clear it. */
static enum rc touch_page(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct touching *t = ctx;
    char *from = t->page + task * LARGE_PAGE, *to = from + LARGE_PAGE;
    (void)thread, (void)e;
    if (from < t->from) from = t->from;
    if (to > t->to) to = t->to;
    mem_room_touch(from, (size_t)(to - from));
    return RC_OK;
}

/* Of facts in what was freed before, which is not cleared; what is new of it by all threads, before they write into it
 * side by side. */
static void *block_new(const struct run *r, size_t bytes)
{
    if (!r->index) return mem_big_alloc(bytes);
    char *p = mem_room_alloc(bytes);
    if (!p) return NULL;
    struct touching t = {p, p + bytes, p - (uintptr_t)p % LARGE_PAGE};
    struct err e = {0};
    size_t pages = ((size_t)(t.to - t.page) + LARGE_PAGE - 1) / LARGE_PAGE;
    if (!par_pool_run(r->pool, r->pool ? r->threads : 1, pages, touch_page, &t, &e)) return p;
    mem_free(p);
    return NULL;
}

static void block_free(const struct run *r, void *p, size_t bytes)
{
    if (r->index) mem_free(p);
    else mem_big_free(p, bytes);
}

static void *stage_new(struct run *r, unsigned width) { return block_new(r, (size_t)r->cap * width); }

/* The cells of a row side by side, wide ones first, so that each is aligned. */
static size_t lay_record(struct run *r)
{
    static const unsigned WIDTHS[] = {sizeof(struct stage_text), 8, 4, 2, 1};
    size_t at = 0;
    for (size_t w = 0; w < sizeof WIDTHS / sizeof *WIDTHS; w++) {
        for (size_t i = 0; i < r->plan->n_cols; i++) {
            if (cells_width(r->plan->cols[i].kind, r->narrow[i]) != WIDTHS[w]) continue;
            r->step[i] = at;
            at += WIDTHS[w];
        }
    }
    return at ? (at + 7) / 8 * 8 : 8;
}

/* Which columns are narrow: numbers always, texts as the first rows are. A file that cannot be sampled is read as it
 * is, which says why. */
static enum rc choose_widths(struct run *r, struct err *e)
{
    struct csv_reader reader;
    struct row_batch b = {0};
    struct err ignored = {0};
    for (size_t i = 0; i < r->plan->n_cols; i++) r->narrow[i] = r->plan->cols[i].kind == CK_NUMBER;
    if (!r->file->parts) return RC_OK;
    TRY(csv_reader_init(&reader, r->file, r->file->columns, e));
    if (csv_reader_start(&reader, 0, &ignored) || csv_reader_next(&reader, &b, &ignored)) b.rows = 0;
    for (size_t i = 0; i < r->plan->n_cols; i++) {
        const struct plan_column *c = &r->plan->cols[i];
        if (c->kind == CK_TEXT && c->column != HEADER_NONE) r->narrow[i] = cells_near(&b, (size_t)c->column);
    }
    csv_reader_fini(&reader);
    return RC_OK;
}

static bool records_init(struct run *r)
{
    r->record_bytes = lay_record(r);
    r->records = block_new(r, (size_t)r->cap * r->record_bytes);
    for (size_t i = 0; r->records && i < r->plan->n_cols; i++) {
        r->stage[i] = (char *)r->records + r->step[i];
        r->step[i] = r->record_bytes;
    }
    return r->records != NULL;
}

static bool arrays_init(struct run *r)
{
    for (size_t i = 0; i < r->plan->n_cols; i++) {
        r->step[i] = cell_kind_width(r->plan->cols[i].kind);
        if (!(r->stage[i] = stage_new(r, (unsigned)r->step[i]))) return false;
    }
    return (r->key = stage_new(r, 8)) && (r->name_hash = stage_new(r, 8)) && (r->name = stage_new(r, 8)) &&
           (r->id_text = stage_new(r, 8)) && (r->id_state = stage_new(r, 1)) && (r->household = stage_new(r, 4));
}

/* Together they fill a huge page, apart none. */
static bool sorting_init(struct run *r)
{
    size_t cap = r->cap;
    r->sorting = stage_new(r, SORTING * sizeof *r->sorting);
    if (!r->sorting) return false;
    r->person = r->sorting;
    r->order = r->person + cap;
    r->order_tmp = r->order + cap;
    r->person_sorted = r->order_tmp + cap;
    r->person_tmp = r->person_sorted + cap;
    return true;
}

static bool stages_init(struct run *r)
{
    bool ok = (r->stage = mem_zalloc_array(r->plan->n_cols + 1, sizeof *r->stage)) &&
              (r->step = mem_zalloc_array(r->plan->n_cols + 1, sizeof *r->step)) && sorting_init(r);
    return ok && (r->index ? records_init(r) : arrays_init(r));
}

/* Of its own and not of the heap: a file's days lie near each other, so that few pages of it are ever touched. */
#define DAY_OF_BYTES (DAY_BITS * sizeof(struct day_rows))

static bool thread_init(struct run *r, struct run_thread *t)
{
    buf_init(&t->scratch, KIB(256));
    t->stat = mem_zalloc_array(r->plan->n_cols + 2, sizeof *t->stat);
    t->days.w = mem_zalloc_array(DAY_BITS / 64, 8);
    t->batch = mem_zalloc_array(1, sizeof *t->batch);
    if (r->index && !r->covers_from) t->days.of = mem_sparse_alloc(DAY_OF_BYTES);
    return t->stat && t->days.w && t->batch && (t->days.of || !r->index || r->covers_from);
}

/* As many as any of its runs can have. */
static struct run_group *groups_new(const struct csv_file *f)
{
    return mem_zalloc_array(f->parts < RUN_GROUPS_MAX ? f->parts + 1 : RUN_GROUPS_MAX, sizeof(struct run_group));
}

enum rc run_init_twin(struct run *r, const struct run *of, struct err *e)
{
    *r = (struct run){.plan = of->plan,
                      .file = of->file,
                      .index = of->index,
                      .totals = of->totals,
                      .rule = of->rule,
                      .divs = of->divs,
                      .villages = of->villages,
                      .within = of->within,
                      .covers_from = of->covers_from,
                      .covers_to = of->covers_to,
                      .threads = of->threads,
                      .pool = of->pool,
                      .cap = of->cap,
                      .thread = of->thread,
                      .twin = true};
    r->group = groups_new(r->file);
    r->narrow = mem_zalloc_array(r->plan->n_cols + 1, sizeof *r->narrow);
    if (!r->group || !r->narrow) return err_nomem(e);
    memcpy(r->narrow, of->narrow, (r->plan->n_cols + 1) * sizeof *r->narrow);
    return stages_init(r) ? RC_OK : err_nomem(e);
}

enum rc run_init(struct run *r, uint32_t lines, struct err *e)
{
    r->cap = lines ? lines : 1;
    r->group = groups_new(r->file);
    r->thread = mem_zalloc_array(r->threads, sizeof *r->thread);
    r->narrow = mem_zalloc_array(r->plan->n_cols + 1, sizeof *r->narrow);
    if (r->narrow && r->index) TRY(choose_widths(r, e));
    bool ok = r->group && r->thread && r->narrow && stages_init(r);
    for (unsigned i = 0; ok && i < r->threads; i++) ok = thread_init(r, &r->thread[i]);
    return ok ? RC_OK : err_nomem(e);
}

void bad_list_fini(struct bad_list *l)
{
    vec_fini(&l->v);
    buf_fini(&l->text);
}

static void groups_fini(struct run *r)
{
    for (size_t g = 0; r->group && g < r->groups; g++) {
        bad_list_fini(&r->group[g].bad);
        bad_list_fini(&r->group[g].odd);
        buf_fini(&r->group[g].text);
        vec_fini(&r->group[g].big);
        vec_fini(&r->group[g].written);
    }
    r->groups = 0;
}

static void end_reading(struct run_thread *t)
{
    if (t->open) csv_reader_fini(&t->reader);
    t->open = false;
    mem_free(t->batch);
    t->batch = NULL;
}

void run_end_reading(struct run *r)
{
    for (unsigned i = 0; i < r->threads; i++) end_reading(&r->thread[i]);
}

static void thread_fini(struct run_thread *t)
{
    end_reading(t);
    buf_fini(&t->scratch);
    skip_fini(&t->skipped);
    mem_free(t->stat);
    mem_free(t->days.w);
    mem_sparse_free(t->days.of, DAY_OF_BYTES);
}

void run_end(struct run *r)
{
    groups_fini(r);
    block_free(r, r->records, r->cap * r->record_bytes);
    block_free(r, r->sorting, (size_t)r->cap * SORTING * sizeof *r->sorting);
    r->records = NULL;
    r->sorting = r->person = r->order = r->order_tmp = r->person_sorted = r->person_tmp = NULL;
}

void run_fini(struct run *r)
{
    size_t cap = r->cap;
    run_end(r);
    for (size_t i = 0; r->stage && !r->index && i < r->plan->n_cols; i++)
        block_free(r, r->stage[i], cap * cell_kind_width(r->plan->cols[i].kind));
    for (unsigned i = 0; !r->twin && r->thread && i < r->threads; i++) thread_fini(&r->thread[i]);
    block_free(r, r->household, cap * sizeof *r->household);
    uint64_t **eight[] = {&r->key, &r->name_hash, &r->name, &r->id_text};
    for (size_t i = 0; i < sizeof eight / sizeof *eight; i++) block_free(r, *eight[i], cap * 8), *eight[i] = NULL;
    block_free(r, r->id_state, cap);
    mem_free(r->stage);
    mem_free(r->step);
    mem_free(r->narrow);
    mem_free(r->group);
    if (!r->twin) mem_free(r->thread);
    r->household = NULL;
    r->id_state = NULL;
    r->stage = NULL;
    r->step = NULL;
    r->narrow = NULL;
    r->group = NULL;
    r->thread = NULL;
}

/* ---- days */

enum { MONTH_SPAN_MAX = 30 };

static void note_days(struct run_batch *b, struct stage_at at)
{
    const struct run *r = b->run;
    uint64_t *days = b->thread->days.w;
    struct day_rows *of = b->thread->days.of;
    const date_day start = date_make(DATE_MIN_YEAR, 1, 1), from = r->covers_from, to = r->covers_to;
    int64_t outside = 0;
    for (uint32_t i = 0, n = b->n; i < n; i++) {
        uint32_t v = *(const uint32_t *)stage_cell(at, b->slot[i]);
        if (!v || b->bad[i]) continue;
        date_day first = (date_day)(v & ((1u << STAGE_SPAN_SHIFT) - 1));
        int32_t span = (int32_t)(v >> STAGE_SPAN_SHIFT);
        uint32_t day = (uint32_t)(first - start);
        /* a bare year says nothing of the period */
        if (span <= MONTH_SPAN_MAX && day < DAY_BITS) {
            days[day / 64] |= UINT64_C(1) << day % 64;
            if (of) day_rows_add(&of[day], (struct day_rows){1, r->first_line + b->slot[i]});
        }
        b->outside[i] = from && (first + span < from || first > to);
        outside += b->outside[i];
    }
    b->thread->outside += outside;
}

/* ---- a batch */

enum { LINES_OF_A_ROW = 8, ROWS_WRITTEN_MAX = 1 << 28 };

/* Where the last cell of a row ends in the batch's text. */
static uint32_t row_end(const struct row_batch *b, uint32_t i)
{
    struct str last = row_cell(b, i, b->columns - 1);
    return last.n || last.p ? (uint32_t)(last.p - b->text) + (uint32_t)last.n : b->row[i].start;
}

/* A refused row says that rows are gone when it breaks off at the end of the file, or when a stray quotation mark made
 * it swallow the lines that follow. */
static bool rows_gone(const struct run *r, const struct row_batch *b, uint32_t i)
{
    const struct row_info *row = &b->row[i];
    if ((row->flags & ROW_RAGGED_SHORT) && row->line > r->file->lines) return true;
    uint32_t lines = 0;
    if (i + 1 < b->rows) {
        lines = b->row[i + 1].line - row->line;
    } else {
        for (uint32_t at = row->start, end = row_end(b, i); at < end; at++) lines += b->text[at] == '\n';
    }
    return (row->flags & ROW_QUOTED) && lines > LINES_OF_A_ROW && !r->file->sparse;
}

struct str batch_listed_cell(const struct run_batch *b, uint32_t i, int32_t column) { return batch_cell(b, i, column); }

/* One that is never closed is told by itself. */
static uint32_t lines_swallowed(const struct run *r, const struct row_batch *b, uint32_t i)
{
    return b->row[i].line == r->file->unclosed_line ? 0 : swallowed_until(b, i, r->file->delim);
}

static void refuse_swallowed(struct run_batch *b, uint32_t k, uint32_t until)
{
    swallowed_add(&b->thread->swallowed, b->rows.row[b->row[k]].line, until);
    batch_refuse(b, k, WHY_SWALLOWED, until, -1);
    b->thread->cut = true;
}

/* What a row is that is not as most are: *skipped when it is of no person, which is noted; *until: the line up to which
 * a stray quotation mark made it swallow what follows, or 0. */
static enum rc row_look(struct run_batch *b, uint32_t i, uint32_t *until, bool *skipped, struct err *e)
{
    const struct run *r = b->run;
    const struct row_info *row = &b->rows.row[i];
    enum skip_kind kind = SKIP_NONE;
    *until = 0;
    *skipped = row->flags & ROW_ALL_EMPTY;
    if (*skipped) return skip_add(&b->thread->skipped, SKIP_EMPTY, row->line) ? RC_OK : err_nomem(e);
    if (row->flags & ROW_QUOTED) *until = lines_swallowed(r, &b->rows, i);
    if (*until || !skip_worth_a_look(r->plan, &b->rows, i)) return RC_OK;
    kind = skip_kind_of(r->plan, &b->rows, i);
    TRY(head_again_look(&b->thread->again, r->plan, &b->rows, i, &kind, e));
    *skipped = kind != SKIP_NONE;
    if (kind && !skip_add(&b->thread->skipped, kind, row->line)) return err_nomem(e);
    skip_note_units(&b->thread->skipped, r->plan, &b->rows, i, kind);
    return RC_OK;
}

/* Nothing but that the row is of a person can be said of it: what skip_worth_a_look finds, but of rows that are not
 * listed, and by the first byte of the text alone. */
static inline bool row_is_usual(const struct plan *pl, const struct row_batch *b, const struct row_info *row)
{
    const uint32_t *end = b->end + row->first;
    if (row->flags || pl->village >= 0) return false;
    uint32_t from = pl->id ? end[pl->id - 1] + 1 : row->start;
    return end[pl->id] - from >= SKIP_ID_LEAST && (unsigned char)(b->text[from] - '0') <= 9 &&
           !(b->text[row->start] & 0x80);
}

/* The rows of this run, without those in which every cell is empty or that are of no person; what makes a row
 * unreadable refuses it. */
static enum rc batch_rows(struct run_batch *b, struct err *e)
{
    const struct run *r = b->run;
    const struct plan *pl = r->plan;
    const uint32_t first_line = r->first_line, lines = r->lines, rows = b->rows.rows;
    const bool shared = pl->gated || pl->relation != HEADER_NONE;
    uint32_t k = 0;
    for (uint32_t i = 0; i < rows; i++) {
        const struct row_info *row = &b->rows.row[i];
        uint32_t slot = row->line - first_line, until = 0;
        bool skipped = false;
        if (slot >= lines) continue; /* of a line before it, too */
        if (!row_is_usual(pl, &b->rows, row)) TRY(row_look(b, i, &until, &skipped, e));
        if (skipped) continue;
        if (!until && shared && shared_is_no_row(pl, &b->rows, i)) {
            b->thread->no_rows++;
            continue;
        }
        batch_take(b, k, i);
        b->slot[k] = slot;
        b->bad[k] = b->outside[k] = 0;
        if (until) refuse_swallowed(b, k, until);
        if (row->flags & ROW_REFUSE) {
            batch_refuse(b, k, WHY_ROW, row->flags, -1);
            b->thread->cut |= rows_gone(r, &b->rows, i);
        }
        k++;
    }
    if (r->totals) TRY(totals_take(b, &k, e));
    b->n = k;
    b->thread->rows += k;
    return RC_OK;
}

/* A disability certificate's number begins with its holder's. */
static enum id_verdict read_id(struct str text, const struct id_rule *rule, struct citizen_id *out)
{
    struct disability_id d;
    enum id_verdict v = citizen_id_parse(text, rule, out);
    if (v != ID_LENGTH || (v = disability_id_parse(text, rule, &d)) == ID_LENGTH) return v;
    *out = d.person;
    return v;
}

/* A number that a spreadsheet program cut (6.1E+17) or an office masked: the column holds IDs all the same. */
static bool was_cut(struct str text)
{
    struct id_left left;
    id_left_parse(cell_shown(text), false, &left);
    return left.worth >= LEFT_SEEN || (left.worth && left.partial);
}

static void batch_ids(struct run_batch *b)
{
    const struct plan *pl = b->run->plan;
    const struct batch_column ids = batch_column(b, pl->id), names = batch_column(b, pl->name);
    struct column_stat *st = &b->thread->stat[pl->n_cols], id_stat = {0};
    for (uint32_t i = 0; i < ids.n; i++) {
        struct citizen_id id = {0};
        enum id_verdict v = read_id(column_cell(&ids, i), &b->run->rule, &id);
        b->key[i] = id.key; /* of a refused row too: something was sent of that person that nobody can read */
        if (b->bad[i]) v = ID_EMPTY;
        b->verdict[i] = (uint8_t)v;
        b->query[i].key = v == ID_OK ? id.key : 0;
        id_stat.filled += v != ID_EMPTY;
        if (v != ID_CHARACTER && v != ID_LENGTH) continue;
        bool cut = was_cut(column_cell(&ids, i));
        b->thread->cut_ids += cut;
        id_stat.bad += !cut || pl->roster; /* a roster without numbers is none */
    }
    st[0].filled += id_stat.filled;
    st[0].bad += id_stat.bad;
    for (uint32_t i = 0; i < names.n; i++) {
        b->query[i].name = 0;
        if (pl->name == HEADER_NONE || b->bad[i]) continue;
        st[1].filled++;
        st[1].bad += !person_name_hash(column_cell(&names, i), &b->query[i].name);
    }
}

/* Of which village a row is; VILLAGE__MAX: of that one. Where the list has no villages of a township, any code is. */
static enum village_why village_why(const struct run *r, int64_t code)
{
    struct division_period village;
    int64_t cursor = 0, township = division_truncate(code, DIVISION_TOWNSHIP);
    if (division_level(code) != DIVISION_VILLAGE) return VILLAGE_LEVEL;
    if (r->within && !division_covers(r->within, code)) return VILLAGE_ELSEWHERE;
    bool lived_in = r->villages && map64_get(r->villages, (uint64_t)code) != UINT32_MAX;
    if (lived_in || !r->divs || divisions_find(r->divs, code, 0, NULL)) return VILLAGE__MAX;
    bool listed = divisions_next_child(r->divs, township, 0, &cursor, &village);
    return listed || !divisions_find(r->divs, township, 0, NULL) ? VILLAGE_NOT_LISTED : VILLAGE__MAX;
}

static void batch_village(struct run_batch *b, uint32_t i)
{
    struct run *r = b->run;
    const struct plan *pl = r->plan;
    bool by_name = pl->placed == pl->village;
    const struct stage_at at = {r->stage[pl->village], r->step[pl->village], false, (uint32_t)pl->village};
    int64_t code = *(const int64_t *)stage_cell(at, b->slot[i]);
    int32_t named = pl->places.at[DIVISION_VILLAGE - 1];
    int32_t column = !by_name ? pl->cols[pl->village].column : named != HEADER_NONE ? named : pl->id;
    enum village_why why = code == STAGE_BLANK64 ? VILLAGE_BLANK : village_why(r, code);
    if (why == VILLAGE_LEVEL && by_name)
        why = named != HEADER_NONE && str_trim(batch_cell(b, i, named)).n ? VILLAGE_NAMES_NONE : VILLAGE_BLANK;
    if (why != VILLAGE__MAX) batch_refuse(b, i, WHY_VILLAGE, why, column);
    else r->person[b->slot[i]] = VILLAGE_ROW_FIRST + (uint32_t)(code % VILLAGE_ROW_UNIT);
}

/* Rows about villages hang on nobody: they are known by the village alone. */
static enum rc batch_villages(struct run_batch *b, struct err *e)
{
    for (uint32_t i = 0; i < b->n; i++) {
        if (!b->bad[i]) batch_village(b, i);
        if (!b->bad[i]) continue;
        struct bad_row bad = {.why = b->why[i], .detail = b->detail[i], .line = b->rows.row[b->row[i]].line};
        if (!bad_add(&b->group->bad, &b->rows, b->row[i], b->column[i], bad)) return err_nomem(e);
    }
    return RC_OK;
}

static bool batch_bad(struct run_batch *b, uint32_t i, struct bad_row bad)
{
    const struct plan *pl = b->run->plan;
    int32_t column = b->bad[i] ? b->column[i] : bad.why == WHY_OUTSIDE ? pl->cols[pl->time].column : pl->id;
    bad.line = b->rows.row[b->row[i]].line;
    bad.lowers = b->bad[i] & BAD_LOWERS;
    return bad_add(&b->group->bad, &b->rows, b->row[i], column, bad);
}

/* A name in other letters than the roster's is looked at when all rows are read. Out of the way of those that match. */
static __attribute__((noinline, cold)) bool keep_written(struct run_batch *b, uint32_t i, uint32_t person)
{
    struct str name = str_trim(batch_cell(b, i, b->run->plan->name));
    enum name_written kind = b->outside[i] ? NAME_PLAIN : name_written(name);
    if (kind == NAME_PLAIN) return true;
    struct written_name w = {.key = b->key[i], .person = person, .slot = b->slot[i], .masked = kind == NAME_MASKED};
    w.bad = (uint32_t)b->group->bad.v.n;
    w.text = cells_keep_text(b, name);
    return w.text != TEXT_BLANK && vec_push(&b->group->written, ROWS_WRITTEN_MAX, w);
}

static enum rc batch_facts(struct run_batch *b, struct err *e)
{
    static const uint8_t WAIT[] = {[MATCH_NONE] = WAIT_UNMATCHED, [MATCH_NAME] = WAIT_NAME};
    struct run *r = b->run;
    person_index_match(r->index, b->query, b->n, r->plan->name != HEADER_NONE, b->answer);
    for (uint32_t i = 0; i < b->n; i++) {
        struct match_answer a = b->answer[i];
        struct bad_row bad = {.key = b->key[i], .person = a.person};
        if (!b->bad[i] && b->verdict[i] == ID_OK && a.verdict == MATCH_OK && !b->outside[i]) {
            r->person[b->slot[i]] = a.person;
            continue;
        }
        if (b->bad[i]) {
            bad.why = b->why[i];
            bad.detail = b->detail[i];
        } else if (b->verdict[i] != ID_OK) {
            struct str id = batch_cell(b, i, r->plan->id);
            bool lost = id.n && id.p[0] == CELL_TROUBLE; /* of a workbook: a number that has lost its last digits */
            bad.wait = WAIT_INVALID;
            bad.why = lost ? WHY_CELL : WHY_ID;
            bad.detail = lost ? cell_trouble(id) : b->verdict[i];
            bad.person = 0;
        } else if (a.verdict == MATCH_OK) {
            bad.wait = WAIT_OUTSIDE;
            bad.why = WHY_OUTSIDE;
        } else {
            bad.wait = WAIT[a.verdict];
            bad.why = a.verdict == MATCH_NONE ? WHY_UNMATCHED : a.person ? WHY_NAME : WHY_SHARED;
            if (bad.wait == WAIT_NAME) slip_note(b, i);
            if (bad.why == WHY_NAME && !keep_written(b, i, a.person)) return err_nomem(e);
        }
        if (!batch_bad(b, i, bad)) return err_nomem(e);
    }
    return RC_OK;
}

/* In the form of 15 digits. */
static bool is_short(struct run_batch *b, uint32_t i)
{
    struct citizen_id id;
    struct str s = batch_cell(b, i, b->run->plan->id);
    return s.n != 18 && read_id(s, &b->run->rule, &id) == ID_OK && id.normalised & ID_NORM_15;
}

/* A roster row without a household belongs nowhere. */
static enum rc batch_roster(struct run_batch *b, struct err *e)
{
    struct run *r = b->run;
    const struct plan *pl = r->plan;
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t slot = b->slot[i];
        if (!b->bad[i] && ((uint64_t *)r->stage[pl->household])[slot] == TEXT_BLANK)
            batch_refuse(b, i, WHY_HOUSEHOLD, 0, pl->cols[pl->household].column);
        if (b->bad[i]) {
            struct bad_row bad = {.why = b->why[i], .detail = b->detail[i], .key = b->key[i]};
            if (!batch_bad(b, i, bad)) return err_nomem(e);
            continue;
        }
        struct str name = pl->name == HEADER_NONE ? STR("") : str_trim(batch_cell(b, i, pl->name));
        r->person[slot] = 1; /* taken; the number comes when the row is resolved */
        r->key[slot] = b->query[i].key;
        r->name_hash[slot] = name_fold(b->query[i].name);
        r->id_state[slot] = b->verdict[i] == ID_OK && is_short(b, i) ? ID_SHORT : b->verdict[i];
        r->name[slot] = name.n ? cells_keep_text(b, name) : TEXT_BLANK;
        r->id_text[slot] = b->verdict[i] == ID_OK ? TEXT_BLANK : cells_keep_text(b, str_trim(batch_cell(b, i, pl->id)));
        if (b->group->text.failed) return err_nomem(e);
    }
    return RC_OK;
}

/* What a member's line says of the member is not said of the household: there it is as if it were blank, whatever it
 * is.
 */
static void own_lines_only(struct run_batch *b, const struct plan_column *c, struct stage_at at)
{
    const struct run *r = b->run;
    for (uint32_t i = 0; i < b->n; i++) {
        if (!shared_is_of_other(r->plan, &b->rows, b->row[i], &r->rule)) continue;
        if (b->bad[i] && b->column[i] == c->column) b->bad[i] = 0;
        cells_blank(r, c->kind, at, b->slot[i]);
    }
}

static enum rc batch_parse(struct run_batch *b, struct err *e)
{
    struct run *r = b->run;
    TRY(batch_rows(b, e));
    for (size_t c = 0; c < r->plan->n_cols; c++) {
        struct stage_at at = {r->stage[c], r->step[c], r->narrow[c], (uint32_t)c};
        TRY(cells_parse(b, &r->plan->cols[c], at, &b->thread->stat[c], e));
        if (r->plan->cols[c].of_member) own_lines_only(b, &r->plan->cols[c], at);
        if ((int32_t)c == r->plan->time) note_days(b, at);
    }
    if (r->plan->village >= 0) return batch_villages(b, e);
    batch_ids(b);
    return r->index ? batch_facts(b, e) : batch_roster(b, e);
}

/* ---- tasks */

static enum rc parse_part(struct run *r, struct run_thread *t, size_t part, struct err *e)
{
    struct run_batch *b = t->batch;
    TRY(csv_reader_start(&t->reader, part, e));
    for (;;) {
        TRY(csv_reader_next(&t->reader, &b->rows, e));
        if (!b->rows.rows) return RC_OK;
        b->run = r;
        b->thread = t;
        TRY(batch_parse(b, e));
    }
}

static enum rc thread_open(const struct run *r, struct run_thread *t, struct err *e)
{
    TRY(csv_reader_init(&t->reader, r->file, r->file->columns, e));
    t->open = true;
    return RC_OK;
}

static enum rc parse_group(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct run *r = ctx;
    struct run_thread *t = &r->thread[thread];
    struct run_group *g = &r->group[task];
    if (!t->open) TRY(thread_open(r, t, e));
    t->batch->group = g;
    t->batch->group_no = (uint32_t)task;
    for (size_t p = g->part_from; p < g->part_to; p++) TRY(parse_part(r, t, p, e));
    cells_end_group(g);
    return RC_OK;
}

/* The parts that hold lines of this run, spread over the groups. */
static void make_groups(struct run *r)
{
    const struct csv_file *f = r->file;
    size_t from = 0, to = f->parts;
    while (from + 1 < f->parts && f->part[from + 1].line <= r->first_line) from++;
    while (to > from && f->part[to - 1].line >= r->first_line + r->lines) to--;
    size_t n = to - from, each = (n + RUN_GROUPS_MAX - 1) / RUN_GROUPS_MAX;
    for (r->groups = 0; r->groups * each < n; r->groups++) {
        struct run_group *g = &r->group[r->groups];
        size_t a = from + r->groups * each;
        *g = (struct run_group){.part_from = a, .part_to = a + each < to ? a + each : to};
        buf_init(&g->text, RUN_TEXT_MAX);
        buf_init(&g->bad.text, RUN_TEXT_MAX);
        buf_init(&g->odd.text, RUN_TEXT_MAX);
    }
}

enum rc run_parse(struct run *r, uint32_t first_line, uint32_t lines, struct progress *bar, struct err *e)
{
    groups_fini(r);
    if (r->index || first_line != r->first_line) memset(r->person, 0, (size_t)lines * 4);
    r->first_line = first_line;
    r->lines = lines;
    make_groups(r);
    TRY(par_pool_run(r->pool, r->threads, r->groups, parse_group, r, e));
    progress_add(bar, lines);
    return RC_OK;
}
