#include "sheet/recast.h"
#include <stdlib.h>
#include <unistd.h>
#include "base/limits.h"
#include "sheet/sheet_int.h"

enum { PIECE_BYTES = 256 * 1024 };
#define LINE_MAX_BYTES MIB(64)

struct recasting {
    const struct sheet_recast *r;
    const struct sheet_places *p;
    struct sheet_text to;
    struct sheet_line line;
    struct buf kept, cell; /* the beginning of a line; a quoted cell */
    size_t sheet;          /* that the line is on */
    VEC(struct sheet_range) down;
};

struct str sheet_next_cell(struct str *rest, struct buf *b)
{
    struct str s = *rest, cell;
    buf_clear(b);
    if (!s.n || s.p[0] != '"') {
        size_t end = str_find(s, STR(","), 0);
        cell = str_sub(s, 0, end == SIZE_MAX ? s.n : end);
        *rest = end == SIZE_MAX ? STR("") : str_sub(s, end + 1, s.n);
        return cell;
    }
    size_t i = 1;
    for (; i < s.n; i++) {
        if (s.p[i] == '"' && (i + 1 >= s.n || s.p[i + 1] != '"')) break;
        buf_addc(b, s.p[i]);
        i += s.p[i] == '"';
    }
    *rest = i + 2 <= s.n ? str_sub(s, i + 2, s.n) : STR("");
    return buf_str(b);
}

/* ---- what is merged */

static uint32_t moved(const struct sheet_recast *r, size_t sheet, uint32_t column)
{
    const struct sheet_columns *c = r->columns ? &r->columns[sheet] : NULL;
    if (!c || !c->n) return column;
    return column <= c->n ? c->to[column - 1] : c->beyond + (column - c->n - 1);
}

static void move_areas(const struct sheet_recast *r, struct sheet_places *p)
{
    for (size_t i = 0; r->columns && i < p->n; i++) {
        for (size_t k = 0; r->columns[i].n && k < p->sheet[i].n_merged; k++) {
            struct sheet_range *m = &p->sheet[i].merged[k];
            m->column = m->last_column = moved(r, i, m->column);
        }
    }
}

static int by_row(const void *x, const void *y)
{
    const struct sheet_range *a = x, *b = y;
    if (a->row != b->row) return a->row < b->row ? -1 : 1;
    return a->column < b->column ? -1 : a->column > b->column;
}

/* The areas to fill down, by lines of the text. */
static enum rc list_down(struct recasting *x, struct err *e)
{
    const struct sheet_recast *r = x->r;
    for (size_t i = 0; i < x->p->n; i++) {
        const struct sheet_place *s = &x->p->sheet[i];
        for (size_t k = 0; k < s->n_merged; k++) {
            struct sheet_range m = s->merged[k];
            if (m.last_row <= m.row || m.row < s->begin || m.row > s->rows || m.column > r->n_fill) continue;
            if (m.last_row > s->rows) m.last_row = s->rows;
            m.row += s->line - 1;
            m.last_row += s->line - 1;
            if (!r->fill[m.column - 1] || m.row <= r->below) continue;
            if (!vec_push(&x->down, SIZE_MAX / sizeof m, m)) return err_nomem(e);
        }
    }
    if (x->down.n) qsort(x->down.v, x->down.n, sizeof *x->down.v, by_row);
    x->to.down = x->down.v;
    x->to.n_down = x->down.n;
    x->to.n_counted = r->filled ? r->n_fill : 0;
    x->to.counted = r->filled;
    return RC_OK;
}

/* ---- lines */

static enum rc add_names(struct recasting *x, struct err *e)
{
    for (uint32_t i = 0; i < x->r->n_added; i++) {
        struct str name = x->r->added[i];
        struct sheet_cell c = {x->r->added_from + i, (uint32_t)x->line.text.n, (uint32_t)name.n};
        buf_add(&x->line.text, name);
        if (name.n && !vec_push(&x->line.cell, SHEET_COLUMNS_MAX, c)) return err_nomem(e);
    }
    return RC_OK;
}

static enum rc put_line(struct recasting *x, uint32_t line, struct str s, struct err *e)
{
    const struct sheet_places *p = x->p;
    sheet_line_clear(&x->line, line);
    while (x->sheet + 1 < p->n && line >= p->sheet[x->sheet + 1].line) x->sheet++;
    for (uint32_t column = 1; s.n; column++) {
        struct str text = sheet_next_cell(&s, &x->cell);
        struct sheet_cell c = {moved(x->r, x->sheet, column), (uint32_t)x->line.text.n, (uint32_t)text.n};
        if (!text.n) continue;
        buf_add(&x->line.text, text);
        if (!vec_push(&x->line.cell, SHEET_COLUMNS_MAX, c)) return err_nomem(e);
    }
    if (line == x->r->added_line) TRY(add_names(x, e));
    if (x->line.text.failed || x->cell.failed) return err_nomem(e);
    return x->line.cell.n ? sheet_text_row(&x->to, &x->line, e) : RC_OK;
}

static enum rc put_piece(struct recasting *x, uint32_t *line, struct str piece, struct err *e)
{
    struct str s;
    while (str_find(piece, STR("\n"), 0) != SIZE_MAX && str_cut(&piece, '\n', &s)) {
        buf_add(&x->kept, s);
        if (x->kept.failed) return err_nomem(e);
        TRY(put_line(x, ++*line, buf_str(&x->kept), e));
        buf_clear(&x->kept);
    }
    buf_add(&x->kept, piece);
    return x->kept.failed ? err_nomem(e) : RC_OK;
}

static enum rc put_all(struct recasting *x, int fd, struct err *e)
{
    char *piece = mem_alloc(PIECE_BYTES);
    enum rc rc = piece ? RC_OK : err_nomem(e);
    uint32_t line = 0;
    ssize_t n = 1;
    for (off_t at = 0; !rc && n > 0; at += n) {
        n = pread(fd, piece, PIECE_BYTES, at);
        if (n > 0) rc = put_piece(x, &line, str_make(piece, (size_t)n), e);
    }
    mem_free(piece);
    if (!rc && n < 0) return err_set(e, RC_ENV, pos_none(), "reading failed", "读取失败");
    return rc ? rc : sheet_text_flush(&x->to, e);
}

static enum rc recast_to(int fd, struct sheet_places *p, const struct sheet_recast *r, int out, struct err *e)
{
    struct recasting x = {.r = r, .p = p};
    enum rc rc = sheet_text_init(&x.to, out, "-", e);
    sheet_line_init(&x.line);
    buf_init(&x.kept, LINE_MAX_BYTES);
    buf_init(&x.cell, SHEET_CELL_MAX * 2);
    if (!rc) rc = list_down(&x, e);
    if (!rc) rc = put_all(&x, fd, e);
    vec_fini(&x.down);
    buf_fini(&x.cell);
    buf_fini(&x.kept);
    sheet_line_fini(&x.line);
    sheet_text_fini(&x.to);
    return rc;
}

enum rc sheet_recast(int fd, struct sheet_places *p, const struct sheet_recast *r, int *out, struct err *e)
{
    *out = -1;
    for (uint32_t i = 0; r->filled && i < r->n_fill; i++) r->filled[i] = 0;
    move_areas(r, p);
    TRY(sheet_temp_file(r->temp_dir, out, e));
    enum rc rc = recast_to(fd, p, r, *out, e);
    if (!rc) return RC_OK;
    (void)close(*out);
    *out = -1;
    return rc;
}
