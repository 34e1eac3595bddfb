/* The list of errors as a spreadsheet: the sender's own columns in their order, bad cells marked with the reason as a
 * note, the reason behind them, and the key in a hidden column. */
#include <fcntl.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ingest/cell.h"
#include "match/import_int.h"
#include "sheet/recast.h"
#include "sheet/sheet.h"

#define LIST_TITLE "请更正标红的单元格后发回；不要改动、增删列（右侧有隐藏的回传键）"
#define LOOK_ARENA_MAX MIB(64)
enum { REASON_WIDTH = 40, CELL_CHARS_MAX = 32000 };

bool error_sheet_wanted(const char *path)
{
    size_t n = strlen(path);
    return n > 5 && str_eq_nocase(str_make(path + n - 5, 5), STR(".xlsx"));
}

static enum rc begin(struct error_file *x, struct err *e)
{
    x->title = STR(LIST_TITLE);
    x->column = mem_zalloc_array(x->n_header + 2, sizeof *x->column);
    if (!x->column) return err_nomem(e);
    for (size_t c = 0; c < x->n_header; c++) x->column[c] = (struct sheet_out_column){.title = x->header[c]};
    x->column[x->n_header] = (struct sheet_out_column){.title = STR("原因"), .width = REASON_WIDTH};
    x->column[x->n_header + 1] = (struct sheet_out_column){.title = STR(ERROR_KEY_NAME), .hidden = true};
    x->layout = (struct sheet_out_layout){.name = STR("待更正"),
                                          .title = &x->title,
                                          .n_titles = 1,
                                          .column = x->column,
                                          .n_columns = x->n_header + (x->delivery ? 2 : 1)};
    TRY(sheet_out_new(&x->sheet, x->path, x->day, e));
    return sheet_out_begin(x->sheet, &x->layout, e);
}

static enum rc add_row(struct error_file *x, const struct bad_list *l, const struct bad_row *b, struct buf *cell,
                       struct buf *why, struct err *e)
{
    struct str rest = str_make(l->text.p ? l->text.p + b->text : "", b->text_n);
    char key[ERROR_KEY_MAX];
    uint32_t line = x->line_of ? x->line_of[b->line - 1] : b->line;
    buf_clear(why);
    if (x->sheets.n) error_file_place(x, line, why), buf_addz(why, ": ");
    error_file_reason(x, b, line, why);
    for (size_t c = 0; c < x->n_header; c++) {
        bool bad = b->column == c + 1;
        struct str text = utf8_clip(cell_shown(sheet_next_cell(&rest, cell)), CELL_CHARS_MAX);
        TRY(sheet_out_text(x->sheet, text, bad ? SHEET_WRONG : SHEET_PLAIN, bad ? buf_str(why) : STR(""), e));
    }
    TRY(sheet_out_text(x->sheet, buf_str(why), b->column ? SHEET_PLAIN : SHEET_WRONG, STR(""), e));
    struct str cells = str_make(key, x->delivery ? error_key_write(x->secret, x->delivery, line, key) : 0);
    if (x->delivery) TRY(sheet_out_text(x->sheet, cells, SHEET_FIXED, STR(""), e));
    if (cell->failed || why->failed) return err_nomem(e);
    return sheet_out_row_end(x->sheet, e);
}

enum rc error_sheet_add(struct error_file *x, const struct bad_list *l, struct err *e)
{
    struct buf cell, why;
    if (!x->sheet) TRY(begin(x, e));
    buf_init(&cell, MIB(16));
    buf_init(&why, KIB(4));
    enum rc rc = RC_OK;
    for (size_t i = 0; i < l->v.n && !rc; i++) rc = add_row(x, l, &l->v.v[i], &cell, &why, e);
    buf_fini(&cell);
    buf_fini(&why);
    x->any = true;
    return rc;
}

enum rc error_sheet_end(struct error_file *x, struct err *e)
{
    TRY(sheet_out_end(x->sheet, e));
    error_sheet_drop(x);
    return RC_OK;
}

void error_sheet_drop(struct error_file *x)
{
    sheet_out_free(x->sheet);
    mem_free(x->column);
    x->sheet = NULL;
    x->column = NULL;
}

static enum rc begins_as_ours(int fd, const char *path, bool *ours, struct err *e)
{
    struct sheet_book *b = NULL;
    struct arena a;
    struct str text = STR("");
    uint32_t rows;
    enum sheet_format f;
    struct err why = {0};
    TRY(sheet_format_of(fd, path, &f, &why, e));
    if (f != SHEET_XLSX) return RC_OK;
    TRY(sheet_book_open(&b, fd, path, "", 1, e));
    arena_init(&a, LOOK_ARENA_MAX);
    enum rc rc = sheet_book_peek(b, 0, &a, &text, &rows, e);
    *ours = !rc && str_starts(text, STR(LIST_TITLE));
    arena_fini(&a);
    sheet_book_close(b);
    return rc;
}

enum rc import_is_error_sheet(const char *path, bool *ours, struct err *e)
{
    struct err unsaid = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    *ours = false;
    enum rc rc = fd >= 0 ? begins_as_ours(fd, path, ours, &unsaid) : RC_OK;
    if (fd >= 0) (void)close(fd);
    return rc == RC_NOMEM ? err_nomem(e) : RC_OK;
}
