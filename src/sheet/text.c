/* Rows of sheets as canonical text: a line each, so that lines can be found again in the sheet. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/mem.h"
#include "sheet/sheet_int.h"

enum { SPILL_BYTES = 256 * 1024, WIDTH_FILLED = 256, PEEK_BYTES = 8 * 1024 * 1024 };
#define LINE_BYTES_MAX MIB(64)
#define OUT_BYTES_MAX MIB(128)

struct sheet_merge_down {
    struct sheet_range range;
    struct buf text;
};

/* ---- lines */

void sheet_line_init(struct sheet_line *l)
{
    *l = (struct sheet_line){0};
    buf_init(&l->text, LINE_BYTES_MAX);
}

void sheet_line_fini(struct sheet_line *l)
{
    vec_fini(&l->cell);
    buf_fini(&l->text);
}

void sheet_line_clear(struct sheet_line *l, uint32_t row)
{
    l->row = row;
    l->hidden = false;
    l->struck = 0;
    l->cell.n = 0;
    buf_clear(&l->text);
}

static int by_column(const void *x, const void *y)
{
    const struct sheet_cell *a = x, *b = y;
    if (a->column != b->column) return a->column < b->column ? -1 : 1;
    return a->off < b->off ? -1 : a->off > b->off;
}

/* Nearly always they are in order. */
static void sort_cells(struct sheet_line *l)
{
    bool sorted = true;
    for (size_t i = 1; i < l->cell.n; i++) sorted &= l->cell.v[i].column > l->cell.v[i - 1].column;
    if (sorted) return;
    qsort(l->cell.v, l->cell.n, sizeof *l->cell.v, by_column);
    size_t n = 0;
    for (size_t i = 0; i < l->cell.n; i++) {
        if (i + 1 < l->cell.n && l->cell.v[i + 1].column == l->cell.v[i].column) continue;
        l->cell.v[n++] = l->cell.v[i];
    }
    l->cell.n = n;
}

/* ---- writing */

enum rc sheet_write_all(int fd, const char *p, size_t n, struct err *e)
{
    while (n) {
        ssize_t k = write(fd, p, n);
        if (k < 0 && errno == EINTR) continue;
        if (k <= 0) {
            const char *w = err_os(k < 0 ? errno : ENOSPC, e);
            return err_set(e, RC_ENV, pos_none(), "what was unpacked cannot be kept in the data folder: %s",
                           "解压的内容无法暂存到数据文件夹：%s", w);
        }
        p += k;
        n -= (size_t)k;
    }
    return RC_OK;
}

enum rc sheet_text_flush(struct sheet_text *t, struct err *e)
{
    if (t->out.failed) return err_nomem(e);
    if (t->fd < 0 && !t->count_only) return RC_OK;
    if (t->out.n && t->fd >= 0) TRY(sheet_write_all(t->fd, t->out.p, t->out.n, e));
    buf_clear(&t->out);
    return RC_OK;
}

enum rc sheet_text_init(struct sheet_text *t, int fd, const char *name, struct err *e)
{
    *t = (struct sheet_text){.fd = fd, .name = name};
    buf_init(&t->out, OUT_BYTES_MAX);
    return buf_reserve(&t->out, fd < 0 ? 4096 : SPILL_BYTES) ? RC_OK : err_nomem(e);
}

void sheet_text_fini(struct sheet_text *t)
{
    for (size_t i = 0; i < t->active.n; i++) buf_fini(&t->active.v[i].text);
    vec_fini(&t->active);
    vec_fini(&t->hidden);
    vec_fini(&t->struck);
    buf_fini(&t->out);
}

/* A cell as CSV has it; line breaks become blanks, so that a row stays a line. */
static void add_cell(struct buf *b, const char *p, size_t n)
{
    bool odd = false;
    for (size_t i = 0; i < n; i++) odd |= p[i] == ',' || p[i] == '"' || p[i] == '\n' || p[i] == '\r';
    if (!odd) {
        buf_add_bytes(b, p, n);
        return;
    }
    if (!buf_reserve(b, 2 * n + 2)) return;
    char *to = b->p + b->n;
    *to++ = '"';
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '"') *to++ = '"';
        if (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n') continue;
        *to++ = p[i] == '\n' || p[i] == '\r' ? ' ' : p[i];
    }
    *to++ = '"';
    b->n = (size_t)(to - b->p);
}

static void add_cells(struct sheet_text *t, const struct sheet_line *l)
{
    uint32_t column = 1;
    for (size_t i = 0; i < l->cell.n; i++) {
        const struct sheet_cell *c = &l->cell.v[i];
        for (; column < c->column; column++) buf_addc(&t->out, ',');
        add_cell(&t->out, l->text.p + c->off, c->len);
    }
    /* Readers are fastest with rows of one width. */
    if (column > t->width && column <= WIDTH_FILLED) t->width = column;
    for (; column < t->width; column++) buf_addc(&t->out, ',');
}

static enum rc note_hidden(struct sheet_text *t, uint32_t row, struct err *e)
{
    if (t->places) t->places->hidden_rows++;
    if (t->hidden.n && t->hidden.v[t->hidden.n - 1].last_row + 1 == row) {
        t->hidden.v[t->hidden.n - 1].last_row = row;
        return RC_OK;
    }
    struct sheet_range r = {.row = row, .last_row = row, .column = 1, .last_column = SHEET_COLUMNS_MAX};
    return vec_push(&t->hidden, SHEET_ROWS_MAX, r) ? RC_OK : err_nomem(e);
}

/* Nobody strikes out the number of the row, or a remark why. */
static bool is_struck(const struct sheet_line *l) { return l->struck && 2 * l->struck > l->cell.n; }

static enum rc note_struck(struct sheet_text *t, uint32_t row, struct err *e)
{
    if (t->places) t->places->struck_rows++;
    if (t->struck.n && t->struck.v[t->struck.n - 1].last_row + 1 == row) {
        t->struck.v[t->struck.n - 1].last_row = row;
        return RC_OK;
    }
    struct sheet_range r = {.row = row, .last_row = row, .column = 1, .last_column = SHEET_COLUMNS_MAX};
    return vec_push(&t->struck, SHEET_ROWS_MAX, r) ? RC_OK : err_nomem(e);
}

static enum rc keep_struck(struct sheet_text *t, struct sheet_place *place, struct err *e)
{
    place->n_struck_rows = t->struck.n;
    place->struck_rows = ARENA_ARRAY(&t->places->arena, struct sheet_range, t->struck.n + 1);
    if (!place->struck_rows) return err_nomem(e);
    if (t->struck.n) memcpy(place->struck_rows, t->struck.v, t->struck.n * sizeof *t->struck.v);
    t->struck.n = 0;
    return RC_OK;
}

/* ---- values merged over several rows */

static const struct sheet_cell *cell_at(const struct sheet_line *l, uint32_t column)
{
    for (size_t i = 0; i < l->cell.n; i++)
        if (l->cell.v[i].column == column) return &l->cell.v[i];
    return NULL;
}

static bool begin_down(struct sheet_text *t, const struct sheet_line *l)
{
    const struct sheet_range *r = &t->down[t->next_down++];
    const struct sheet_cell *c = l->row == r->row ? cell_at(l, r->column) : NULL;
    struct sheet_merge_down m = {.range = *r};
    if (!c || r->last_row == r->row) return true;
    buf_init(&m.text, SHEET_CELL_MAX * 2);
    buf_add_bytes(&m.text, l->text.p + c->off, c->len);
    if (!m.text.failed && vec_push(&t->active, SHEET_COLUMNS_MAX, m)) return true;
    buf_fini(&m.text);
    return false;
}

static bool fill_down(struct sheet_text *t, struct sheet_line *l)
{
    bool ok = true;
    size_t n = 0;
    for (size_t i = 0; i < t->active.n; i++) {
        struct sheet_merge_down *m = &t->active.v[i];
        if (l->row > m->range.last_row) {
            buf_fini(&m->text);
            continue;
        }
        if (!cell_at(l, m->range.column)) {
            struct sheet_cell c = {m->range.column, (uint32_t)l->text.n, (uint32_t)m->text.n};
            buf_add(&l->text, buf_str(&m->text));
            if (m->range.column <= t->n_counted) t->counted[m->range.column - 1]++;
            ok &= !l->text.failed && vec_push(&l->cell, SHEET_COLUMNS_MAX, c);
        }
        t->active.v[n++] = *m;
    }
    t->active.n = n;
    while (ok && t->next_down < t->n_down && t->down[t->next_down].row <= l->row) ok = begin_down(t, l);
    return ok;
}

/* ---- rows */

static enum rc out_of_order(const struct sheet_text *t, uint32_t row, struct err *e)
{
    return err_set(e, RC_INPUT, (struct pos){.file = t->name, .line = row},
                   "the rows of the sheet are not in order; open the file in a spreadsheet program and save it anew",
                   "工作表的行顺序错乱；请用表格软件打开后重新保存");
}

enum rc sheet_text_row(struct sheet_text *t, struct sheet_line *l, struct err *e)
{
    if (t->base + l->row <= t->line && l->cell.n) return out_of_order(t, l->row, e);
    if (t->n_down && !fill_down(t, l)) return err_nomem(e);
    if (!l->cell.n || l->row < t->begin) return RC_OK;
    if (l->hidden) TRY(note_hidden(t, l->row, e));
    if (l->hidden && t->skip_hidden) return RC_OK;
    if (is_struck(l)) TRY(note_struck(t, l->row, e));
    sort_cells(l);
    if (l->row > UINT32_MAX - 2 - t->base)
        return err_set(e, RC_INPUT, (struct pos){.file = t->name}, "too many rows in all sheets; split the file",
                       "各工作表行数合计过多；请拆分文件");
    for (; t->line + 1 < t->base + l->row; t->line++) buf_addc(&t->out, '\n');
    add_cells(t, l);
    buf_addc(&t->out, '\n');
    t->line++;
    t->rows++;
    if (t->places) t->places->cells += l->cell.n;
    t->enough = t->most && (t->rows >= t->most || t->out.n > PEEK_BYTES);
    if (t->out.failed) return err_nomem(e);
    return t->out.n >= SPILL_BYTES - SPILL_BYTES / 8 ? sheet_text_flush(t, e) : RC_OK;
}

static bool line_hidden(const struct sheet_text *t, uint32_t row)
{
    return t->row_hidden && row <= t->n_row_hidden && t->row_hidden[(row - 1) / 8] >> (row - 1) % 8 & 1;
}

static enum rc end_line(struct sheet_text *t, uint32_t row, bool hidden, bool dropped, struct err *e)
{
    bool filled = t->filled && row >= t->begin;
    t->line++;
    t->filled = false;
    if (filled && hidden) TRY(note_hidden(t, row, e));
    t->rows += filled && !dropped;
    t->enough = t->most && (t->rows >= t->most || t->out.n > PEEK_BYTES);
    return RC_OK;
}

enum rc sheet_text_lines(struct sheet_text *t, struct str piece, struct err *e)
{
    for (size_t i = 0; i < piece.n && !t->enough; i++) {
        uint32_t row = t->line - t->base + 1;
        bool end = piece.p[i] == '\n', hidden = line_hidden(t, row);
        bool dropped = row < t->begin || (hidden && t->skip_hidden);
        if (end || !dropped) buf_addc(&t->out, piece.p[i]);
        t->filled |= !end;
        if (end) TRY(end_line(t, row, hidden, dropped, e));
    }
    return t->out.n >= SPILL_BYTES - SPILL_BYTES / 8 || t->out.failed ? sheet_text_flush(t, e) : RC_OK;
}

static enum rc keep_half_months(struct sheet_text *t, struct sheet_place *place, struct err *e)
{
    bool any = false;
    for (size_t i = 0; i < sizeof t->half; i++) any |= t->half[i] != 0;
    if (!any) return RC_OK;
    uint8_t *kept = ARENA_ARRAY(&t->places->arena, uint8_t, sizeof t->half);
    if (!kept) return err_nomem(e);
    memcpy(kept, t->half, sizeof t->half);
    memset(t->half, 0, sizeof t->half);
    place->half_months = kept;
    return RC_OK;
}

enum rc sheet_text_sheet_end(struct sheet_text *t, struct sheet_place *place, struct err *e)
{
    place->rows = t->line - t->base;
    place->line = t->base + 1;
    place->begin = t->begin ? t->begin : 1;
    place->n_hidden_rows = t->hidden.n;
    place->hidden_rows = ARENA_ARRAY(&t->places->arena, struct sheet_range, t->hidden.n + 1);
    if (!place->hidden_rows) return err_nomem(e);
    t->places->error_values = t->error_values;
    t->places->lost_digits = t->lost_digits;
    t->places->format_units = t->format_units;
    t->places->without_results = t->without_results;
    t->places->formulas = t->formulas;
    if (t->hidden.n) memcpy(place->hidden_rows, t->hidden.v, t->hidden.n * sizeof *t->hidden.v);
    t->hidden.n = 0;
    t->base = t->line;
    t->rows = 0;
    TRY(keep_struck(t, place, e));
    return keep_half_months(t, place, e);
}
