/* What a worksheet has before its rows and beside them: titles, header, widths, lists to choose from, print setup. */
#include "base/utf8.h"
#include "sheet/write_int.h"

enum {
    WIDTH_LEAST = 8,
    WIDTH_MOST = 40,
    LIST_INLINE_CHARS = 255, /* of all choices with their commas, as the format has it */
    LIST_ROWS_MAX = 100000,
    EMPTY_ROWS = 1000 /* rows that a sheet without any gives its lists to: somebody is to fill it in */
};

static unsigned width_of(const struct sheet_out_column *c)
{
    size_t w = utf8_width(c->title) + 2;
    if (c->width) return c->width < 255 ? c->width : 255;
    return w < WIDTH_LEAST ? WIDTH_LEAST : w > WIDTH_MOST ? WIDTH_MOST : (unsigned)w;
}

/* The format of a column is that of cells nobody has written yet: text stays text when it is typed in. */
static enum rc set_columns(struct sheet_out *b, const struct sheet_out_sheet *s, struct err *e)
{
    for (size_t i = 0; i < b->layout->n_columns; i++) {
        const struct sheet_out_column *c = &b->layout->column[i];
        lxw_row_col_options o = {.hidden = c->hidden};
        lxw_col_t at = (lxw_col_t)i;
        lxw_format *f = b->cell[c->kind][SHEET_PLAIN];
        TRY(sheet_out_failed(b, worksheet_set_column_opt(s->ws, at, at, width_of(c), f, &o), e));
    }
    return RC_OK;
}

static void first_last_visible(const struct sheet_out_layout *l, lxw_col_t *first, lxw_col_t *last)
{
    size_t i = 0, k = l->n_columns - 1;
    while (l->column[i].hidden) i++;
    while (l->column[k].hidden) k--;
    *first = (lxw_col_t)i;
    *last = (lxw_col_t)k;
}

static enum rc write_titles(struct sheet_out *b, const struct sheet_out_sheet *s, struct err *e)
{
    lxw_col_t first, last;
    first_last_visible(b->layout, &first, &last);
    for (size_t i = 0; i < b->layout->n_titles; i++) {
        lxw_format *f = i ? b->note : b->title;
        const char *z = sheet_out_clean(&b->text, b->layout->title[i], SHEET_OUT_TEXT_MAX);
        lxw_row_t row = (lxw_row_t)i;
        if (!z) return err_nomem(e);
        lxw_error why = first == last ? worksheet_write_string(s->ws, row, first, z, f)
                                      : worksheet_merge_range(s->ws, row, first, row, last, z, f);
        TRY(sheet_out_failed(b, why, e));
    }
    return RC_OK;
}

static enum rc write_header(struct sheet_out *b, const struct sheet_out_sheet *s, struct err *e)
{
    for (size_t i = 0; i < b->layout->n_columns; i++) {
        const char *z = sheet_out_clean(&b->text, b->layout->column[i].title, SHEET_OUT_TEXT_MAX);
        if (!z) return err_nomem(e);
        TRY(sheet_out_failed(b, worksheet_write_string(s->ws, s->header_row, (lxw_col_t)i, z, b->header), e));
    }
    return RC_OK;
}

static enum rc set_page(struct sheet_out *b, const struct sheet_out_sheet *s, struct err *e)
{
    unsigned frozen = b->layout->frozen_columns;
    if (frozen > b->layout->n_columns) frozen = 0;
    worksheet_freeze_panes(s->ws, s->header_row + 1, (lxw_col_t)frozen);
    worksheet_set_landscape(s->ws);
    worksheet_set_paper(s->ws, 9); /* A4 */
    worksheet_fit_to_pages(s->ws, 1, 0);
    TRY(sheet_out_failed(b, worksheet_repeat_rows(s->ws, s->header_row, s->header_row), e));
    return sheet_out_failed(b, worksheet_ignore_errors(s->ws, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:XFD1048576"), e);
}

enum rc sheet_out_furnish(struct sheet_out *b, struct sheet_out_sheet *s, struct err *e)
{
    s->header_row = (uint32_t)b->layout->n_titles;
    TRY(set_columns(b, s, e));
    TRY(write_titles(b, s, e));
    TRY(write_header(b, s, e));
    TRY(set_page(b, s, e));
    b->row = s->header_row + 1;
    return RC_OK;
}

/* ---- lists to choose from */

static enum rc lists_begin(struct sheet_out *b, struct err *e)
{
    if (b->lists.ws) return RC_OK;
    b->lists.ws = workbook_add_worksheet(b->book, "_lists");
    if (!b->lists.ws) return err_nomem(e);
    b->lists.number = ++b->n_worksheets;
    worksheet_hide(b->lists.ws);
    return RC_OK;
}

/* The choices one below the other in the hidden sheet; formula: where they are. */
static enum rc list_apart(struct sheet_out *b, const struct sheet_out_column *c, char formula[64], struct err *e)
{
    TRY(lists_begin(b, e));
    uint32_t first = b->lists.rows;
    if (c->n_choices > LIST_ROWS_MAX - first)
        return err_set(e, RC_INPUT, (struct pos){.file = b->path}, "more than %d choices in a file's lists",
                       "文件的下拉选项超过 %d 个", LIST_ROWS_MAX);
    for (size_t i = 0; i < c->n_choices; i++) {
        const char *z = sheet_out_clean(&b->text, c->choices[i], SHEET_OUT_TEXT_MAX);
        if (!z) return err_nomem(e);
        TRY(sheet_out_failed(b, worksheet_write_string(b->lists.ws, b->lists.rows++, 0, z, NULL), e));
    }
    (void)snprintf(formula, 64, "=_lists!$A$%u:$A$%u", first + 1, b->lists.rows);
    return RC_OK;
}

static bool fits_inline(const struct sheet_out_column *c)
{
    size_t chars = 0;
    for (size_t i = 0; i < c->n_choices; i++) {
        if (!utf8_valid(c->choices[i]) || memchr(c->choices[i].p, ',', c->choices[i].n)) return false;
        chars += utf8_count(c->choices[i]) + 1;
    }
    return chars <= LIST_INLINE_CHARS;
}

static enum rc inline_list(struct sheet_out *b, const struct sheet_out_column *c, const char ***out, struct err *e)
{
    const char **v = ARENA_ARRAY(&b->arena, const char *, c->n_choices + 1);
    for (size_t i = 0; v && i < c->n_choices; i++) v[i] = str_z(&b->arena, c->choices[i]);
    *out = v;
    return arena_failed(&b->arena) ? err_nomem(e) : RC_OK;
}

static enum rc add_list(struct sheet_out *b, const struct sheet_out_sheet *s, size_t col, struct err *e)
{
    const struct sheet_out_column *c = &b->layout->column[col];
    uint32_t first = s->header_row + 1, last = s->rows > first ? s->rows - 1 : first + EMPTY_ROWS - 1;
    char formula[64];
    lxw_data_validation v = {.validate = LXW_VALIDATION_TYPE_LIST_FORMULA, .value_formula = formula};
    if (fits_inline(c)) {
        v = (lxw_data_validation){.validate = LXW_VALIDATION_TYPE_LIST};
        TRY(inline_list(b, c, (const char ***)(void *)&v.value_list, e));
    } else {
        TRY(list_apart(b, c, formula, e));
    }
    lxw_col_t at = (lxw_col_t)col;
    return sheet_out_failed(b, worksheet_data_validation_range(s->ws, first, at, last, at, &v), e);
}

enum rc sheet_out_sheet_done(struct sheet_out *b, struct sheet_out_sheet *s, struct err *e)
{
    for (size_t c = 0; c < b->layout->n_columns; c++)
        if (b->layout->column[c].choices && b->layout->column[c].n_choices) TRY(add_list(b, s, c, e));
    return RC_OK;
}
