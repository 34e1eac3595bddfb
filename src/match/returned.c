#include "match/returned.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/out.h"
#include "match/late_int.h"

enum { ROWS_MAX = 1 << 22, PREFIX = 4 /* columns before the sender's own: line, column, value, reason */ };
#define TEXT_MAX ((size_t)1 << 30)

struct came {
    uint32_t line; /* in the first file */
    uint8_t reason;
    size_t off, n; /* its cells in `rows`, with the line end */
};

struct returned {
    struct import *m;
    struct late x;
    struct delivery base;
    uint32_t key, from, to; /* columns: of the key, the sender's own */
    VEC(struct came) v;
    struct buf rows;
    struct map64 open, done; /* lines of the delivery that are not right yet, with their reason; that were mended */
    int64_t delivery, already, strange;
    const struct str *header; /* of the text: under which the rows are read */
    size_t n_header;
};

/* ---- the file */

static bool is_called(struct str cell, struct str name) { return str_eq(str_trim(cell), name); }

bool returned_is(const struct csv_file *f)
{
    for (uint32_t c = 0; c < f->columns; c++)
        if (is_called(f->header[c], STR(ERROR_KEY_NAME))) return f->columns > 1;
    return false;
}

static void find_columns(struct returned *r)
{
    const struct csv_file *f = &r->m->source.file;
    for (uint32_t c = 0; c < f->columns; c++)
        if (is_called(f->header[c], STR(ERROR_KEY_NAME))) r->key = c;
    bool prefix = r->key >= PREFIX && is_called(f->header[0], STR("行号")) &&
                  is_called(f->header[PREFIX - 1], STR("原因"));
    bool behind = !prefix && r->key && is_called(f->header[r->key - 1], STR("原因"));
    r->from = prefix ? PREFIX : 0;
    r->to = r->key - (behind ? 1 : 0);
}

static enum rc bad_key(const struct returned *r, uint32_t line, struct err *e)
{
    return err_set(e, RC_INPUT, (struct pos){.file = r->m->o->file, .line = line},
                   "the key in column \"%s\" is not one that was sent; mend the file without touching that column",
                   "“%s”列的内容不是原来发出的；请在不改动该列的前提下更正", ERROR_KEY_NAME);
}

/* "12-345": delivery and line. */
static bool parse_key(struct str s, int64_t *delivery, int64_t *line)
{
    struct str head, rest = str_trim(s);
    return str_cut(&rest, '-', &head) && str_to_i64(head, 1, INT64_MAX, delivery) &&
           str_to_i64(rest, 1, UINT32_MAX, line);
}

static void add_cell(struct buf *b, struct str s)
{
    buf_addc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') buf_addc(b, '"');
        buf_addc(b, s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i]);
    }
    buf_addc(b, '"');
}

/* A leading apostrophe that was put before a formula when the file was sent. */
static struct str as_sent(struct str s)
{
    bool guarded = s.n > 1 && s.p[0] == '\'' && strchr("=+-@\t", s.p[1]);
    return guarded ? str_sub(s, 1, s.n) : s;
}

static enum rc take_row(struct returned *r, const struct row_batch *b, uint32_t i, struct err *e)
{
    int64_t delivery = 0, line = 0;
    const struct row_info *row = &b->row[i];
    if (row->flags & ROW_ALL_EMPTY) return RC_OK;
    if (!parse_key(row_cell(b, i, r->key), &delivery, &line) || (r->delivery && delivery != r->delivery))
        return bad_key(r, row->line, e);
    r->delivery = delivery;
    struct came came = {.line = (uint32_t)line, .off = r->rows.n};
    for (uint32_t c = r->from; c < r->to; c++) {
        if (c > r->from) buf_addc(&r->rows, ',');
        add_cell(&r->rows, as_sent(row_cell(b, i, c)));
    }
    buf_addc(&r->rows, '\n');
    came.n = r->rows.n - came.off;
    return r->rows.failed || !vec_push(&r->v, ROWS_MAX, came) ? err_nomem(e) : RC_OK;
}

static enum rc take_parts(struct returned *r, struct csv_reader *reader, struct err *e)
{
    struct row_batch b;
    for (size_t p = 0; p < r->m->source.file.parts; p++) {
        TRY(csv_reader_start(reader, p, e));
        do {
            TRY(csv_reader_next(reader, &b, e));
            for (uint32_t i = 0; i < b.rows; i++) TRY(take_row(r, &b, i, e));
        } while (b.rows);
    }
    return RC_OK;
}

/* The sender's own columns of every row. */
static enum rc read_rows(struct returned *r, struct err *e)
{
    struct csv_reader reader;
    TRY(csv_reader_init(&reader, &r->m->source.file, r->m->source.file.columns, e));
    enum rc rc = take_parts(r, &reader, e);
    csv_reader_fini(&reader);
    return rc;
}

/* ---- the delivery */

static enum rc find_base(struct returned *r, struct err *e)
{
    struct import *m = r->m;
    TRY(delivery_get(m->s, m->plan.a, r->delivery, &r->base, e));
    bool late = r->base.kind == DELIVERY_ADDS && r->base.replaces;
    if (r->base.state == DELIVERY_PUBLISHED && !late && str_eq(r->base.dataset, m->plan.dataset)) return RC_OK;
    return err_set(
        e, RC_INPUT, (struct pos){.file = m->o->file},
        "the file corrects delivery %d, which is no longer in force or is of another dataset (%.*s); look at "
        "`fangpin deliveries`",
        "该文件更正的是交付 %d，它已失效或属于另一数据集（%.*s）；请查看 `fangpin deliveries`", (int)r->base.id,
        STR_ARG(r->base.dataset));
}

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
    struct delivery_list all;
    TRY(put_lines(r, r->base.id, "wait.line", "wait.reason", &r->open, e));
    TRY(put_lines(r, r->base.id, "refuse.line", NULL, &r->open, e));
    TRY(delivery_known_at(r->m->s, r->m->plan.a, r->base.dataset, INT64_MAX, &all, e));
    for (size_t i = 0; i < all.n; i++)
        if (all.v[i].kind == DELIVERY_ADDS && all.v[i].replaces == r->base.id)
            TRY(put_lines(r, all.v[i].id, "line", NULL, &r->done, e));
    return RC_OK;
}

/* Rows of lines that are not right yet, each once. */
static enum rc choose_rows(struct returned *r, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < r->v.n; i++) {
        uint32_t why = map64_get(&r->open, r->v.v[i].line);
        bool done = map64_get(&r->done, r->v.v[i].line) != UINT32_MAX;
        r->already += done;
        r->strange += !done && why == UINT32_MAX;
        if (done || why == UINT32_MAX) continue;
        if (!map64_put(&r->done, r->v.v[i].line, 0)) return err_nomem(e);
        r->v.v[n] = r->v.v[i];
        r->v.v[n++].reason = (uint8_t)why;
    }
    r->v.n = n;
    return RC_OK;
}

/* The header under which the delivery's rows are read, when it was kept; else the one that came. */
static enum rc choose_header(struct returned *r, struct err *e)
{
    struct import *m = r->m;
    size_t n = r->to - r->from;
    TRY(stored_texts_read(&r->x.w.header, m->s, r->base.id, STR("wait.header"), e));
    const struct stored_texts *kept = &r->x.w.header;
    r->header = kept->n ? kept->v : m->source.file.header + r->from;
    r->n_header = n;
    if (!kept->n || kept->n == n) return RC_OK;
    return err_set(
        e, RC_INPUT, (struct pos){.file = m->o->file},
        "the file has %zu columns of the sender's, delivery %d had %zu; send the file back with its columns as "
        "they were",
        "文件有 %zu 个原有列，而交付 %d 有 %zu 列；请保持列不变后发回", n, (int)r->base.id, kept->n);
}

/* ---- reading them again */

/* The chosen rows' text below the header, and what struct late asks for. */
static enum rc set_up(struct returned *r, struct err *e)
{
    struct late *x = &r->x;
    buf_init(&x->text, TEXT_MAX);
    for (size_t c = 0; c < r->n_header; c++) {
        if (c) buf_addc(&x->text, ',');
        add_cell(&x->text, r->header[c].p ? r->header[c] : STR(""));
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

static enum rc write_errors(struct returned *r, struct err *e)
{
    struct import *m = r->m;
    struct late *x = &r->x;
    uint32_t *line_of = ARENA_ARRAY(m->plan.a, uint32_t, x->lines + 2);
    if (!line_of) return err_nomem(e);
    for (size_t i = 0; i < x->n; i++) line_of[x->row_line[i] - 1] = r->v.v[i].line;
    m->errors.header = m->source.file.header + r->from;
    m->errors.n_header = r->n_header;
    m->errors.delivery = r->base.id;
    m->errors.line_of = line_of;
    m->errors.day = m->d.received_day;
    m->errors.sheets = source_places(r->base.mapping);
    for (size_t g = 0; g < x->run.groups; g++) TRY(error_file_add(&m->errors, &x->run.group[g].bad, e));
    TRY(error_file_end(&m->errors, e));
    if (m->errors.any) memcpy(m->r->errors_path, m->errors.path, sizeof m->r->errors_path);
    return RC_OK;
}

static enum rc publish(struct returned *r, struct err *e)
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
    if (x->run.plan) TRY(write_errors(r, e));
    if (!x->made) return RC_OK;
    return delivery_get(m->s, m->a, x->made, &m->r->delivery, e);
}

static enum rc take(struct returned *r, struct err *e)
{
    struct import *m = r->m;
    struct import_report *report = m->r;
    find_columns(r);
    TRY(read_rows(r, e));
    if (!r->v.n)
        return err_set(e, RC_INPUT, (struct pos){.file = m->o->file}, "the file of corrections has no rows",
                       "更正文件没有数据行");
    TRY(find_base(r, e));
    TRY(read_lines(r, e));
    TRY(choose_rows(r, e));
    TRY(choose_header(r, e));
    report->corrects = r->base.id;
    report->mended_before = r->already;
    report->strange = r->strange;
    report->delivery.dataset = r->base.dataset;
    if (!r->v.n) return RC_OK;
    TRY(set_up(r, e));
    return publish(r, e);
}

enum rc returned_take(struct import *m, struct err *e)
{
    if (m->plan.roster)
        return err_set(
            e, RC_INPUT, (struct pos){.file = m->o->file},
            "this is a list of errors of a roster. Mend the roster itself and give it again: a roster is taken "
            "in whole",
            "这是花名册的错误清单。请直接更正花名册并重新导入：花名册须整册导入");
    struct returned *r = mem_zalloc_array(1, sizeof *r);
    if (!r) return err_nomem(e);
    *r = (struct returned){.m = m};
    r->x = (struct late){.s = m->s, .p = m->p, .index = &m->shared->index, .known_from_us = m->d.known_from_us};
    r->x.by_who = m->o->by_who;
    r->x.unreadable.lang = m->out->lang;
    arena_init(&r->x.a, IMPORT_ARENA_MAX);
    buf_init(&r->rows, TEXT_MAX);
    map64_init(&r->open);
    map64_init(&r->done);
    enum rc rc = take(r, e);
    late_fini(&r->x);
    vec_fini(&r->v);
    buf_fini(&r->rows);
    map64_fini(&r->open);
    map64_fini(&r->done);
    mem_free(r);
    return rc;
}
