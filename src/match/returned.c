#include "match/returned.h"
#include <inttypes.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/out.h"
#include "match/returned_int.h"

enum { ROWS_MAX = 1 << 22 };
#define TEXT_MAX ((size_t)1 << 30)

/* ---- the file */

/* The column of keys; UINT32_MAX none. */
static uint32_t key_column(const struct csv_file *f)
{
    for (uint32_t c = 0; c < f->columns; c++)
        if (str_eq(str_trim(f->header[c]), STR(ERROR_KEY_NAME))) return c;
    return UINT32_MAX;
}

bool returned_is(const struct csv_file *f) { return f->columns > 1 && key_column(f) != UINT32_MAX; }

typedef enum rc (*row_fn)(void *ctx, const struct row_batch *b, uint32_t row, struct err *e);

static enum rc each_of_parts(struct returned *r, struct csv_reader *reader, row_fn fn, void *ctx, struct err *e)
{
    struct row_batch b;
    for (size_t p = 0; p < r->m->source.file.parts; p++) {
        TRY(csv_reader_start(reader, p, e));
        do {
            TRY(csv_reader_next(reader, &b, e));
            for (uint32_t i = 0; i < b.rows; i++)
                if (!(b.row[i].flags & ROW_ALL_EMPTY)) TRY(fn(ctx, &b, i, e));
        } while (b.rows);
    }
    return RC_OK;
}

static enum rc each_row(struct returned *r, row_fn fn, void *ctx, struct err *e)
{
    struct csv_reader reader;
    TRY(csv_reader_init(&reader, &r->m->source.file, r->m->source.file.columns, e));
    enum rc rc = each_of_parts(r, &reader, fn, ctx, e);
    csv_reader_fini(&reader);
    return rc;
}

enum rc import_key_dataset(struct store *s, struct str key, struct arena *a, struct str *dataset, bool *foreign,
                           struct err *e)
{
    struct error_keys keys = {.keys = store_keyring(s)};
    struct delivery d;
    int64_t delivery;
    uint32_t line;
    *dataset = STR("");
    enum error_key_is is = error_key_read(&keys, key, &delivery, &line);
    *foreign = is == ERROR_KEY_FOREIGN;
    if (is != ERROR_KEY_OURS) return RC_OK;
    struct err none = {.lang = e->lang};
    enum rc rc = delivery_get(s, a, delivery, &d, &none);
    *foreign = rc == RC_INPUT;
    if (rc && !*foreign) return *e = none, rc;
    if (!rc) *dataset = d.dataset;
    return RC_OK;
}

/* ---- its keys */

struct keys_seen {
    struct returned *r;
    size_t rows, foreign;
    uint32_t altered, other; /* line of the first row with a key that is none, of another list */
    int64_t other_delivery;
};

static void note_first(uint32_t *first, uint32_t line)
{
    if (!*first) *first = line;
}

/* Its line is told; what is behind the first few is counted. */
static void note_no_key(struct import_report *r, uint32_t line)
{
    size_t n = strlen(r->no_key_lines);
    if (r->no_key++ >= IMPORT_NO_KEY_SHOWN) return;
    (void)snprintf(r->no_key_lines + n, sizeof r->no_key_lines - n, "%s%" PRIu32, n ? ", " : "", line);
}

static enum rc see_key(void *ctx, const struct row_batch *b, uint32_t row, struct err *e)
{
    struct keys_seen *k = ctx;
    int64_t delivery = 0;
    uint32_t line = 0, at = b->row[row].line;
    (void)e;
    k->rows++;
    switch (error_key_read(&k->r->keys, row_cell(b, row, k->r->key), &delivery, &line)) {
    case ERROR_KEY_NONE: k->rows--; return note_no_key(k->r->m->r, at), RC_OK;
    case ERROR_KEY_FOREIGN:
        k->foreign++;
        note_first(&k->altered, at);
        return RC_OK;
    case ERROR_KEY_ALTERED: note_first(&k->altered, at); return RC_OK;
    default: break;
    }
    if (!k->r->delivery) k->r->delivery = delivery;
    if (delivery == k->r->delivery) return RC_OK;
    note_first(&k->other, at);
    k->other_delivery = delivery;
    return RC_OK;
}

static enum rc judge_keys(const struct keys_seen *k, struct err *e)
{
    const char *file = k->r->m->o->file;
    if (!k->rows && k->r->m->r->no_key)
        return err_set(
            e, RC_INPUT, (struct pos){.file = file},
            "no row has a key in column \"%s\", so none was in a list that was sent; give new rows as a file "
            "of their own, without that column, with --adds",
            "没有一行填有“%s”，都不在发出的清单里；新增的行请另存为文件（去掉该列），加 --adds 导入", ERROR_KEY_NAME);
    if (!k->rows)
        return err_set(e, RC_INPUT, (struct pos){.file = file}, "the file of corrections has no rows",
                       "更正文件没有数据行");
    if (k->foreign == k->rows)
        return err_set(
            e, RC_INPUT, (struct pos){.file = file},
            "no key in column \"%s\" is of this data folder: the list was sent by another one. Give it there",
            "“%s”列没有一个是本数据文件夹发出的：该清单来自另一个数据文件夹，请到那里导入", ERROR_KEY_NAME);
    if (k->altered)
        return err_set(e, RC_INPUT, (struct pos){.file = file, .line = k->altered},
                       "the key in column \"%s\" is not one that was sent; take that column again from the list as it "
                       "was, and mend the others alone",
                       "“%s”列的内容不是原来发出的；请从原清单恢复该列，只更正其他列", ERROR_KEY_NAME);
    if (k->other)
        return err_set(e, RC_INPUT, (struct pos){.file = file, .line = k->other},
                       "rows of two lists are in one file, of delivery %d and of delivery %d; give each list by itself",
                       "一个文件里有两份清单的行（交付 %d 和交付 %d）；请分别导入", (int)k->r->delivery,
                       (int)k->other_delivery);
    return RC_OK;
}

static enum rc read_keys(struct returned *r, struct err *e)
{
    struct keys_seen k = {.r = r};
    r->key = key_column(&r->m->source.file);
    TRY(each_row(r, see_key, &k, e));
    return judge_keys(&k, e);
}

/* ---- its rows */

static void add_cell(struct buf *b, struct str s)
{
    buf_addc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') buf_addc(b, '"');
        buf_addc(b, s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i]);
    }
    buf_addc(b, '"');
}

/* One that still holds whole lines of the file is not mended: those lines are to come as rows. */
static bool still_swallows(const struct returned *r, const struct row_batch *b, uint32_t row)
{
    static const char DELIM[] = {',', '\t', ';', '|'}; /* of the file that the list is of */
    for (size_t c = 0; (b->row[row].flags & ROW_QUOTED) && c < r->sent.n; c++)
        for (size_t k = 0; k < sizeof DELIM; k++)
            if (swallowed_in(returned_cell(r, b, row, c), (uint32_t)r->sent.n, DELIM[k])) return true;
    return false;
}

/* A row whose cells were all cleared was left out, like one that was deleted. */
static bool is_cleared(const struct returned *r, const struct row_batch *b, uint32_t row)
{
    for (size_t c = 0; c < r->sent.n; c++)
        if (str_trim(returned_cell(r, b, row, c)).n) return false;
    return true;
}

static enum rc take_row(void *ctx, const struct row_batch *b, uint32_t row, struct err *e)
{
    struct returned *r = ctx;
    int64_t delivery;
    struct came came = {.off = r->rows.n, .at = b->row[row].line};
    struct str key = row_cell(b, row, r->key);
    if (is_cleared(r, b, row) || still_swallows(r, b, row)) return RC_OK;
    if (error_key_read(&r->keys, key, &delivery, &came.line) == ERROR_KEY_NONE) return RC_OK;
    for (size_t c = 0; c < r->sent.n; c++) {
        if (c) buf_addc(&r->rows, ',');
        add_cell(&r->rows, returned_cell(r, b, row, c));
    }
    buf_addc(&r->rows, '\n');
    came.n = r->rows.n - came.off;
    return r->rows.failed || !vec_push(&r->v, ROWS_MAX, came) ? err_nomem(e) : RC_OK;
}

/* ---- the delivery */

static enum rc put_lines(struct returned *r, int64_t delivery, const char *lines, const char *reasons, struct map64 *to,
                         struct err *e)
{
    struct stored_ints line = {0}, was = {0};
    enum rc rc = stored_ints_read(&line, r->m->s, delivery, str_from(lines), e);
    if (!rc && reasons) rc = stored_ints_read(&was, r->m->s, delivery, str_from(reasons), e);
    for (size_t i = 0; !rc && i < line.n; i++) {
        uint32_t why = i < was.n ? (uint32_t)was.v[i] : 0;
        if (!map64_put(to, (uint64_t)line.v[i], why)) rc = err_nomem(e);
    }
    stored_ints_fini(&line);
    stored_ints_fini(&was);
    return rc;
}

/* Lines of the delivery that wait or were refused, and those that late parts have already. */
static enum rc read_lines(struct returned *r, struct err *e)
{
    TRY(put_lines(r, r->base.id, "wait.line", "wait.reason", &r->open, e));
    TRY(put_lines(r, r->base.id, "refuse.line", NULL, &r->open, e));
    TRY(delivery_known_at(r->m->s, r->m->plan.a, r->base.dataset, INT64_MAX, &r->all, e));
    r->x.all = &r->all;
    for (size_t i = 0; i < r->all.n; i++)
        if (r->all.v[i].kind == DELIVERY_ADDS && r->all.v[i].replaces == r->base.id)
            TRY(put_lines(r, r->all.v[i].id, "line", NULL, &r->done, e));
    return RC_OK;
}

/* Rows of lines that are not right yet, each once. */
static enum rc choose_rows(struct returned *r, struct err *e)
{
    size_t n = 0, open = r->open.n - r->done.n;
    for (size_t i = 0; i < r->v.n; i++) {
        uint32_t why = map64_get(&r->open, r->v.v[i].line);
        bool done = map64_get(&r->done, r->v.v[i].line) != UINT32_MAX;
        r->already += done;
        if (done) continue;
        if (!map64_put(&r->done, r->v.v[i].line, 0)) return err_nomem(e);
        r->v.v[n] = r->v.v[i];
        r->v.v[n++].reason = (uint8_t)why;
    }
    r->v.n = n;
    r->m->r->left_out = (int64_t)(open - n);
    return RC_OK;
}

/* The header under which the delivery's rows are read, and the one under which they were sent. */
static enum rc read_headers(struct returned *r, struct err *e)
{
    struct store *s = r->m->s;
    TRY(stored_texts_read(&r->x.w.header, s, r->base.id, STR("wait.header"), e));
    TRY(stored_texts_read(&r->sent, s, r->base.id, STR("sent.header"), e));
    if (r->sent.n && r->sent.n == r->x.w.header.n) return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "delivery %d: its header is not whole; run `fangpin check`",
                   "交付 %d：表头不完整；请运行 `fangpin check`", (int)r->base.id);
}

/* ---- reading them again */

/* The chosen rows' text below the header, and what struct late asks for. */
static enum rc set_up(struct returned *r, struct err *e)
{
    struct late *x = &r->x;
    buf_init(&x->text, TEXT_MAX);
    for (size_t c = 0; c < x->w.header.n; c++) {
        if (c) buf_addc(&x->text, ',');
        add_cell(&x->text, x->w.header.v[c].p ? x->w.header.v[c] : STR(""));
    }
    buf_addc(&x->text, '\n');
    for (size_t i = 0; i < r->v.n; i++) buf_add(&x->text, str_make(r->rows.p + r->v.v[i].off, r->v.v[i].n));
    x->n = r->v.n;
    x->lines = x->n + 2;
    x->w.line.v = mem_alloc_array(x->n + 1, sizeof *x->w.line.v);
    x->w.reason.v = mem_alloc_array(x->n + 1, sizeof *x->w.reason.v);
    x->row = mem_alloc_array(x->n + 1, sizeof *x->row);
    x->row_line = mem_alloc_array(x->n + 1, sizeof *x->row_line);
    if (x->text.failed || !x->w.line.v || !x->w.reason.v || !x->row || !x->row_line) return err_nomem(e);
    x->w.line.n = x->w.reason.n = x->n;
    for (size_t i = 0; i < x->n; i++) {
        x->w.line.v[i] = r->v.v[i].line;
        x->w.reason.v[i] = r->v.v[i].reason;
        x->row[i] = i;
        x->row_line[i] = (uint32_t)i + 2;
    }
    return RC_OK;
}

enum rc returned_errors(struct returned *r, const struct run *run, const uint32_t *line_of, struct err *e)
{
    struct import *m = r->m;
    if (m->o->quiet || (m->o->list_beside && !m->r->mended)) return RC_OK;
    m->errors.header = r->sent.v;
    m->errors.n_header = r->sent.n;
    m->errors.delivery = r->base.id;
    m->errors.secret = error_key_secret(store_keyring(m->s), r->base.id);
    m->errors.line_of = line_of;
    m->errors.day = m->d.received_day;
    m->errors.sheets = source_places(r->base.mapping);
    for (size_t g = 0; g < run->groups; g++) TRY(error_file_add(&m->errors, &run->group[g].bad, e));
    TRY(error_file_end(&m->errors, e));
    if (m->errors.any) memcpy(m->r->errors_path, m->errors.path, sizeof m->r->errors_path);
    return RC_OK;
}

static enum rc publish_facts(struct returned *r, struct err *e)
{
    struct late *x = &r->x;
    struct import *m = r->m;
    int64_t matched = 0;
    struct delivery as = r->base;
    as.file_name = m->d.file_name; /* the part is of this file */
    as.file_bytes = m->d.file_bytes;
    memcpy(as.file_hash, m->d.file_hash, sizeof as.file_hash);
    x->base = &as;
    x->dry = m->o->dry_run;
    TRY(late_publish(x, &matched, e));
    x->base = &r->base;
    if (x->unreadable.msg[0])
        return err_set(e, RC_INPUT, (struct pos){.file = m->o->file}, "%s", "%s", x->unreadable.msg);
    m->r->mended = matched;
    m->r->still_wrong = (int64_t)x->n - matched;
    uint32_t *line_of = ARENA_ARRAY(m->plan.a, uint32_t, x->lines + 2);
    if (!line_of) return err_nomem(e);
    for (size_t i = 0; i < x->n; i++) line_of[x->row_line[i] - 1] = r->v.v[i].line;
    if (x->run.plan) TRY(returned_errors(r, &x->run, line_of, e));
    if (!x->made) return RC_OK;
    return delivery_get(m->s, m->a, x->made, &m->r->delivery, e);
}

static enum rc take(struct returned *r, struct err *e)
{
    struct import *m = r->m;
    struct import_report *report = m->r;
    TRY(read_keys(r, e));
    TRY(returned_base(r, e));
    TRY(read_headers(r, e));
    TRY(returned_columns(r, e));
    TRY(each_row(r, take_row, r, e));
    TRY(read_lines(r, e));
    TRY(returned_rows(r, e));
    TRY(choose_rows(r, e));
    report->corrects = r->base.id;
    report->mended_before = r->already;
    report->delivery.dataset = r->base.dataset;
    if (!r->v.n) return RC_OK;
    TRY(set_up(r, e));
    return m->plan.roster ? returned_roster(r, e) : publish_facts(r, e);
}

enum rc returned_take(struct import *m, struct err *e)
{
    struct returned *r = mem_zalloc_array(1, sizeof *r);
    if (!r) return err_nomem(e);
    *r = (struct returned){.m = m, .keys.keys = store_keyring(m->s)};
    r->x = (struct late){
        .s = m->s, .p = m->p, .divs = m->divs, .index = &m->shared->index, .known_from_us = m->d.known_from_us};
    r->x.by_who = m->o->by_who;
    r->x.received = m->d.received_day;
    r->x.unreadable.lang = m->out->lang;
    arena_init(&r->x.a, IMPORT_ARENA_MAX);
    buf_init(&r->rows, TEXT_MAX);
    map64_init(&r->open);
    map64_init(&r->done);
    enum rc rc = take(r, e);
    late_fini(&r->x);
    stored_texts_fini(&r->sent);
    vec_fini(&r->v);
    buf_fini(&r->rows);
    map64_fini(&r->open);
    map64_fini(&r->done);
    mem_free(r);
    return rc;
}
