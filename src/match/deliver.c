/* Writing what an import found: columns of the matched rows, the waiting and the refused. */
#include "base/mem.h"
#include "columns/chunk.h"
#include "match/import_int.h"

static size_t fact_columns(const struct import *m, struct sink_column *c)
{
    const struct run *r = &m->run;
    size_t n = 0;
    c[n++] = (struct sink_column){.name = STR("person"), .kind = CK_U32, .v = r->person_sorted};
    if (m->part_of) {
        c[n++] = (struct sink_column){.name = STR("line"), .kind = CK_U32, .v = m->line_of, .order = r->order};
        c[n++] = (struct sink_column){.name = STR("wait.was"), .kind = CK_U8, .v = m->reason_of, .order = r->order};
    } else c[n++] = (struct sink_column){.name = STR("line"), .kind = CK_U32, .order = r->order, .add = r->first_line};
    n += sink_stored(&m->plan, r, c + n);
    return n;
}

/* ---- rows that are not matched */

enum { BATCHES_MAX = 1 << 20 };

struct bad_columns {
    size_t n;
    uint32_t *line, *person;
    uint64_t *key;
    uint8_t *reason, *lowers;
    uint32_t *column;
    struct str *text, *why;
    struct buf words;
    size_t *word_end;
};

static bool columns_init(struct bad_columns *c, size_t n)
{
    *c = (struct bad_columns){0};
    buf_init(&c->words, UINT32_MAX);
    return (c->line = mem_alloc_array(n, 4)) && (c->person = mem_alloc_array(n, 4)) &&
           (c->key = mem_alloc_array(n, 8)) && (c->reason = mem_alloc_array(n, 1)) &&
           (c->lowers = mem_alloc_array(n, 1)) && (c->column = mem_alloc_array(n, 4)) &&
           (c->text = mem_alloc_array(n, sizeof *c->text)) && (c->why = mem_alloc_array(n, sizeof *c->why)) &&
           (c->word_end = mem_alloc_array(n, sizeof *c->word_end));
}

static void columns_fini(struct bad_columns *c)
{
    mem_free(c->line);
    mem_free(c->person);
    mem_free(c->key);
    mem_free(c->reason);
    mem_free(c->lowers);
    mem_free(c->column);
    mem_free(c->text);
    mem_free(c->why);
    mem_free(c->word_end);
    buf_fini(&c->words);
}

static void take_row(struct bad_columns *c, const struct bad_list *l, const struct bad_row *b)
{
    size_t i = c->n++;
    c->line[i] = b->line;
    c->person[i] = b->person;
    c->key[i] = b->key;
    c->reason[i] = b->wait;
    c->lowers[i] = b->lowers;
    c->column[i] = b->column;
    c->text[i] = str_make(l->text.p + b->text, b->text_n);
    if (!b->wait) bad_reason(b, LANG_ZH, &c->words); /* the same bytes whoever imports */
    c->word_end[i] = c->words.n;
}

static void end_words(struct bad_columns *c)
{
    for (size_t i = 0, from = 0; i < c->n; from = c->word_end[i++])
        c->why[i] = str_make(c->words.p ? c->words.p + from : "", c->word_end[i] - from);
}

/* A text column's chunk holds CHUNK_TEXT_MAX bytes: rows can be longer than that allows, so fewer rows go at a time. */
static size_t rows_that_fit(const struct bad_columns *c, size_t from)
{
    size_t bytes = 0, n = 0;
    while (from + n < c->n && n < CHUNK_ROWS && bytes + c->text[from + n].n <= CHUNK_TEXT_MAX / 2)
        bytes += c->text[from + n++].n;
    return n ? n : 1;
}

enum { WAIT_COLUMNS = 5, REFUSE_COLUMNS = 6 };

/* What is written of a run together. */
struct batches {
    struct arena *a;
    VEC(struct sink_batch) v;
};

static bool add_batch(struct batches *x, const struct sink_column *c, size_t n, size_t rows)
{
    return vec_push(&x->v, BATCHES_MAX, ((struct sink_batch){c, n, rows}));
}

static bool add_bad(struct batches *x, const struct bad_columns *c, bool waiting)
{
    for (size_t at = 0, n; at < c->n; at += n) {
        n = rows_that_fit(c, at);
        const struct sink_column wait[WAIT_COLUMNS] = {
            {.name = STR("wait.line"), .kind = CK_U32, .v = c->line + at},
            {.name = STR("wait.reason"), .kind = CK_U8, .v = c->reason + at},
            {.name = STR("wait.key"), .kind = CK_U64, .v = c->key + at, .seal = true},
            {.name = STR("wait.person"), .kind = CK_U32, .v = c->person + at},
            {.name = STR("wait.text"), .kind = CK_TEXT, .texts = c->text + at, .seal = true},
        };
        const struct sink_column refuse[REFUSE_COLUMNS] = {
            {.name = STR("refuse.line"), .kind = CK_U32, .v = c->line + at},
            {.name = STR("refuse.key"), .kind = CK_U64, .v = c->key + at, .seal = true},
            {.name = STR("refuse.column"), .kind = CK_U32, .v = c->column + at},
            {.name = STR("refuse.text"), .kind = CK_TEXT, .texts = c->text + at, .seal = true},
            {.name = STR("refuse.why"), .kind = CK_TEXT, .texts = c->why + at},
            {.name = STR("refuse.lowers"), .kind = CK_U8, .v = c->lowers + at},
        };
        struct sink_column *own = ARENA_ARRAY(x->a, struct sink_column, REFUSE_COLUMNS);
        if (!own) return false;
        memcpy(own, waiting ? wait : refuse, waiting ? sizeof wait : sizeof refuse);
        if (!add_batch(x, own, waiting ? WAIT_COLUMNS : REFUSE_COLUMNS, n)) return false;
    }
    return true;
}

static size_t count_kind(const struct run *r, bool waiting)
{
    size_t n = 0;
    for (size_t g = 0; g < r->groups; g++)
        for (size_t i = 0; i < r->group[g].bad.v.n; i++) n += (r->group[g].bad.v.v[i].wait != 0) == waiting;
    return n;
}

static void take_kind(struct bad_columns *c, const struct run *r, bool waiting)
{
    for (size_t g = 0; g < r->groups; g++) {
        const struct bad_list *l = &r->group[g].bad;
        for (size_t i = 0; i < l->v.n; i++)
            if ((l->v.v[i].wait != 0) == waiting) take_row(c, l, &l->v.v[i]);
    }
    end_words(c);
}

static bool gather_kind(struct batches *x, const struct run *r, struct bad_columns *c, bool waiting)
{
    size_t n = count_kind(r, waiting);
    if (!n) return true;
    if (!columns_init(c, n)) return false;
    take_kind(c, r, waiting);
    return !c->words.failed && add_bad(x, c, waiting);
}

/* ---- a run */

/* Rows that wait come first: compressing their texts takes longest. */
static enum rc write_run(struct import *m, struct batches *x, struct bad_columns bad[2], struct err *e)
{
    struct sink_column *c = ARENA_ARRAY(m->plan.a, struct sink_column, m->plan.n_cols + 16);
    uint64_t *runs = mem_resize_array(m->runs, m->n_runs + 1, sizeof *runs);
    if (runs) m->runs = runs; /* also without c: the old ones are gone */
    if (!c || !runs) return err_nomem(e);
    if (m->run.matched) m->runs[m->n_runs++] = m->run.matched;
    size_t n = fact_columns(m, c);
    if (m->roster) n += roster_columns(m, c + n);
    bool ok = m->part_of || (gather_kind(x, &m->run, &bad[0], true) && gather_kind(x, &m->run, &bad[1], false));
    ok = ok && add_batch(x, c, n, m->run.matched);
    return ok ? sink_write(&m->sink, x->v.v, x->v.n, e) : err_nomem(e);
}

enum rc deliver_run(struct import *m, struct err *e)
{
    struct batches x = {.a = m->plan.a};
    struct bad_columns bad[2] = {0};
    enum rc rc = write_run(m, &x, bad, e);
    for (size_t i = 0; i < 2; i++) columns_fini(&bad[i]);
    vec_fini(&x.v);
    return rc;
}

/* With rows that are not right: the header they stand under, for reading them again, and that of the list of errors, by
 * which its columns are found when it comes back. */
enum rc deliver_end(struct import *m, struct err *e)
{
    const struct delivery_counts *c = &m->d.counts;
    bool any = c->waiting_invalid + c->waiting_unmatched + c->waiting_name + c->refused > 0;
    const struct str *cells = any ? plan_plain_header(&m->plan) : NULL, *sent = any ? m->errors.header : NULL;
    if (any && !cells) return err_nomem(e);
    size_t n = any ? m->plan.n_header : 0;
    const struct sink_column run = {.name = STR("run"), .kind = CK_U64, .v = m->runs},
                             header = {.name = STR("wait.header"), .kind = CK_TEXT, .texts = cells, .seal = true},
                             list = {.name = STR("sent.header"), .kind = CK_TEXT, .texts = sent, .seal = true};
    const struct sink_batch b[] = {{&run, 1, m->n_runs}, {&header, 1, n}, {&list, 1, n}};
    TRY(sink_write(&m->sink, b, 3, e));
    return sink_flush(&m->sink, e);
}
