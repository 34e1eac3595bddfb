#include "sheet/write.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "sheet/write_int.h"

#define NUMBER_MAX INT64_C(999999999999999) /* fifteen digits */
#define OUT_ARENA_MAX MIB(64)
enum {
    NOTE_CHARS = 2000,
    EXCEL_DAY_SHIFT = 693594 /* day 1 of a spreadsheet is 1900-01-01, with a 29 February 1900 */
};

/* ---- errors */

static enum rc cannot_write(const struct sheet_out *b, struct err *e)
{
    const char *w = err_os(errno, e);
    return err_set(e, RC_ENV, (struct pos){.file = b->path}, "the spreadsheet cannot be written: %s",
                   "无法写出电子表格：%s", w);
}

/* libxlsxwriter's reasons, as far as a disk is one. */
static const char *why_not(lxw_error why, enum lang lang)
{
    if (lang == LANG_EN) return lxw_strerror(why);
    switch (why) {
    case LXW_ERROR_CREATING_XLSX_FILE: return "无法建立文件";
    case LXW_ERROR_CREATING_TMPFILE: return "无法建立临时文件";
    case LXW_ERROR_READING_TMPFILE: return "无法读取临时文件";
    case LXW_ERROR_ZIP_FILE_OPERATION:
    case LXW_ERROR_ZIP_FILE_ADD:
    case LXW_ERROR_ZIP_CLOSE: return "压缩写出失败";
    default: return "内容超出电子表格的限度";
    }
}

enum rc sheet_out_failed(struct sheet_out *b, lxw_error why, struct err *e)
{
    if (!why) return RC_OK;
    b->failed = true;
    if (why == LXW_ERROR_MEMORY_MALLOC_FAILED) return err_nomem(e);
    return err_set(e, RC_ENV, (struct pos){.file = b->path},
                   "the spreadsheet cannot be written (%s); look whether the disk is full",
                   "无法写出电子表格（%s）；请检查磁盘是否已满", why_not(why, e ? e->lang : LANG_ZH));
}

/* ---- begin */

static enum rc set_paths(struct sheet_out *b, const char *path, struct err *e)
{
    const char *slash = strrchr(path, '/');
    size_t n = strlen(path), dir = slash ? (size_t)(slash - path) : 0;
    if (n >= sizeof b->path) return err_set(e, RC_USAGE, pos_none(), "the file's path is too long", "文件路径过长");
    memcpy(b->path, path, n + 1);
    (void)snprintf(b->tmp, sizeof b->tmp, "%s.tmp", path);
    if (!slash) (void)snprintf(b->dir, sizeof b->dir, ".");
    else if (dir == 0) (void)snprintf(b->dir, sizeof b->dir, "/");
    else memcpy(b->dir, path, dir);
    return RC_OK;
}

static lxw_format *cell_format(lxw_workbook *book, enum sheet_kind k, enum sheet_mark m)
{
    static const char *const NUMBER[SHEET_KIND__MAX] = {"@", "0", "#,##0.00", "yyyy-mm-dd"};
    static const lxw_color_t FILL[SHEET_MARK__MAX] = {0, 0xFFC7CE, 0xFFEB9C, 0xE7E6E6};
    lxw_format *f = workbook_add_format(book);
    if (!f) return NULL;
    format_set_num_format(f, NUMBER[k]);
    if (m != SHEET_PLAIN) format_set_bg_color(f, FILL[m]);
    if (k == SHEET_TEXT) format_set_align(f, LXW_ALIGN_LEFT);
    return f;
}

static lxw_format *head_format(lxw_workbook *book, bool centre, bool large)
{
    lxw_format *f = workbook_add_format(book);
    if (!f) return NULL;
    if (centre) format_set_align(f, LXW_ALIGN_CENTER);
    format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
    format_set_text_wrap(f);
    if (large) format_set_font_size(f, 16);
    return f;
}

static enum rc make_formats(struct sheet_out *b, struct err *e)
{
    for (unsigned k = 0; k < SHEET_KIND__MAX; k++)
        for (unsigned m = 0; m < SHEET_MARK__MAX; m++) {
            b->cell[k][m] = cell_format(b->book, (enum sheet_kind)k, (enum sheet_mark)m);
            if (!b->cell[k][m]) return err_nomem(e);
        }
    b->title = head_format(b->book, true, true);
    b->note = head_format(b->book, false, false);
    b->header = head_format(b->book, true, false);
    if (!b->title || !b->note || !b->header) return err_nomem(e);
    format_set_bold(b->title);
    format_set_bold(b->header);
    format_set_bg_color(b->header, 0xD9E1F2);
    format_set_border(b->header, LXW_BORDER_THIN);
    return RC_OK;
}

/* The library opens the file by its name with the umask's mode: it is made before, for its owner only. */
static enum rc make_file(struct sheet_out *b, struct err *e)
{
    (void)unlink(b->tmp);
    int fd = open(b->tmp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || close(fd)) return cannot_write(b, e);
    lxw_workbook_options o = {.constant_memory = LXW_TRUE, .tmpdir = b->dir, .use_zip64 = LXW_TRUE};
    b->book = workbook_new_opt(b->tmp, &o);
    return b->book ? RC_OK : err_nomem(e);
}

static void set_day(struct sheet_out *b, date_day day)
{
    int64_t days = day ? day - date_make(1970, 1, 1) : 1;
    lxw_doc_properties p = {.created = (time_t)(days * 86400)};
    (void)workbook_set_properties(b->book, &p);
}

enum rc sheet_out_new(struct sheet_out **out, const char *path, date_day day, struct err *e)
{
    struct sheet_out *b = *out = mem_zalloc_array(1, sizeof *b);
    if (!b) return err_nomem(e);
    buf_init(&b->text, MIB(1));
    buf_init(&b->note_text, MIB(1));
    arena_init(&b->arena, OUT_ARENA_MAX);
    enum rc rc = set_paths(b, path, e);
    if (!rc) rc = make_file(b, e);
    if (!rc) rc = make_formats(b, e);
    if (!rc) set_day(b, day);
    if (!rc) return RC_OK;
    sheet_out_free(b);
    *out = NULL;
    return rc;
}

/* ---- text */

const char *sheet_out_clean(struct buf *to, struct str s, size_t max)
{
    size_t chars = 0;
    buf_clear(to);
    if (!max && utf8_valid(s) && !(s.n && memchr(s.p, 0, s.n))) {
        buf_add(to, s);
        return buf_z(to);
    }
    for (size_t i = 0; i < s.n && (!max || chars < max); chars++) {
        uint32_t c = utf8_next(s, &i);
        utf8_add(to, c == UINT32_MAX || c == 0 ? 0xFFFD : c);
    }
    return buf_z(to);
}

/* ---- sheets */

static enum rc check_layout(const struct sheet_out *b, const struct sheet_out_layout *l, struct err *e)
{
    size_t visible = 0;
    for (size_t c = 0; c < l->n_columns; c++) visible += !l->column[c].hidden;
    if (visible && l->n_columns <= SHEET_OUT_COLUMNS_MAX && l->n_titles < 1000) return RC_OK;
    return err_set(e, RC_INPUT, (struct pos){.file = b->path},
                   "a sheet needs 1 to %d columns that can be seen, and fewer than 1,000 title rows",
                   "工作表须有 1 至 %d 个可见列，标题行须少于 1000 行", SHEET_OUT_COLUMNS_MAX);
}

/* At most 31 characters of UTF-16, none of []:*?/\ and no ' at the ends; the part's number behind it from the second.
 */
static const char *sheet_name(struct sheet_out *b, char out[SHEET_NAME_BYTES])
{
    struct str s = b->layout->name;
    size_t units = 0, n = 0, room = b->part > 1 ? 26 : 31;
    for (size_t i = 0; i < s.n;) {
        uint32_t c = utf8_next(s, &i);
        if (c == UINT32_MAX || c < 0x20 || (c < 0x80 && strchr("[]:*?/\\'", (int)c))) c = '_';
        units += c > 0xFFFF ? 2 : 1;
        if (units > room) break;
        n += utf8_encode(c, out + n);
    }
    if (!n) out[n++] = '_';
    if (b->part > 1) n += (size_t)snprintf(out + n, SHEET_NAME_BYTES - n, " %zu", b->part);
    out[n] = 0;
    return out;
}

static enum rc add_sheet(struct sheet_out *b, struct err *e)
{
    if (b->n_sheets == SHEET_OUT_SHEETS_MAX)
        return err_set(e, RC_INPUT, (struct pos){.file = b->path}, "a file of more than %d sheets; write several files",
                       "一个文件超过 %d 个工作表；请分成几个文件", SHEET_OUT_SHEETS_MAX);
    struct sheet_out_sheet *s = &b->sheet[b->n_sheets];
    const char *name = sheet_name(b, s->name);
    lxw_error why = workbook_validate_sheet_name(b->book, name);
    if (why == LXW_ERROR_SHEETNAME_ALREADY_USED)
        (void)snprintf(s->name, sizeof s->name, "%zu", b->n_sheets + 1); /* two names that were cut to one */
    s->ws = workbook_add_worksheet(b->book, s->name);
    if (!s->ws) return sheet_out_failed(b, why ? why : LXW_ERROR_MEMORY_MALLOC_FAILED, e);
    b->n_sheets++;
    s->number = ++b->n_worksheets;
    b->row = 0;
    b->col = 0;
    return sheet_out_furnish(b, s, e);
}

static enum rc finish_sheet(struct sheet_out *b, struct err *e)
{
    if (!b->layout) return RC_OK;
    struct sheet_out_sheet *s = &b->sheet[b->n_sheets - 1];
    s->rows = b->row + (b->col > 0);
    return sheet_out_sheet_done(b, s, e);
}

enum rc sheet_out_begin(struct sheet_out *b, const struct sheet_out_layout *l, struct err *e)
{
    TRY(check_layout(b, l, e));
    TRY(finish_sheet(b, e));
    b->layout = l;
    b->part = 1;
    return add_sheet(b, e);
}

uint32_t sheet_out_row(const struct sheet_out *b) { return b->row + 1; }

enum rc sheet_out_row_end(struct sheet_out *b, struct err *e)
{
    (void)e;
    b->row++;
    b->col = 0;
    return RC_OK;
}

/* ---- cells */

/* The place of the next cell: a full sheet goes on in another. */
static enum rc next_cell(struct sheet_out *b, struct err *e)
{
    if (!b->layout || b->col >= b->layout->n_columns)
        return err_set(e, RC_INPUT, (struct pos){.file = b->path}, "a row with more cells than its sheet has columns",
                       "一行的单元格多于工作表的列数");
    if (b->row < SHEET_OUT_ROWS_MAX) return RC_OK;
    TRY(finish_sheet(b, e));
    b->part++;
    return add_sheet(b, e);
}

static lxw_worksheet *here(const struct sheet_out *b) { return b->sheet[b->n_sheets - 1].ws; }

/* The comment, and on to the next column. */
static enum rc cell_done(struct sheet_out *b, lxw_error why, struct str note, struct err *e)
{
    TRY(sheet_out_failed(b, why, e));
    if (note.n) {
        const char *z = sheet_out_clean(&b->note_text, note, NOTE_CHARS);
        if (!z) return err_nomem(e);
        TRY(sheet_out_failed(b, worksheet_write_comment(here(b), b->row, b->col, z), e));
    }
    b->col++;
    return RC_OK;
}

static lxw_format *format_of(const struct sheet_out *b, enum sheet_kind k, enum sheet_mark m) { return b->cell[k][m]; }

enum rc sheet_out_text(struct sheet_out *b, struct str text, enum sheet_mark m, struct str note, struct err *e)
{
    TRY(next_cell(b, e));
    if (!text.n) return sheet_out_blank(b, m, note, e);
    const char *z = sheet_out_clean(&b->text, text, 0);
    if (!z) return err_nomem(e);
    lxw_error why = worksheet_write_string(here(b), b->row, b->col, z, format_of(b, SHEET_TEXT, m));
    if (why == LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
        return err_set(e, RC_INPUT, (struct pos){.file = b->path, .line = b->row + 1},
                       "a text is longer than the %d characters that a cell of a spreadsheet holds",
                       "有一段文字超过电子表格单元格所能容纳的 %d 个字符", SHEET_OUT_TEXT_MAX);
    return cell_done(b, why, note, e);
}

static enum rc out_number(struct sheet_out *b, int64_t v, int64_t divisor, enum sheet_kind k, enum sheet_mark m,
                          struct str note, struct err *e)
{
    char text[32];
    TRY(next_cell(b, e));
    if (v >= -NUMBER_MAX && v <= NUMBER_MAX)
        return cell_done(b, sheet_out_number(here(b), b->row, b->col, v, divisor, format_of(b, k, m)), note, e);
    size_t n = divisor == 100 ? dec_format(v, 2, false, text)
                              : (size_t)snprintf(text, sizeof text, "%lld", (long long)v);
    return sheet_out_text(b, str_make(text, n), m, note, e);
}

enum rc sheet_out_count(struct sheet_out *b, int64_t v, enum sheet_mark m, struct str note, struct err *e)
{
    return out_number(b, v, 1, SHEET_COUNT, m, note, e);
}

enum rc sheet_out_money(struct sheet_out *b, int64_t fen, enum sheet_mark m, struct str note, struct err *e)
{
    return out_number(b, fen, 100, SHEET_MONEY, m, note, e);
}

enum rc sheet_out_date(struct sheet_out *b, date_day d, enum sheet_mark m, struct str note, struct err *e)
{
    char text[DATE_TEXT_MAX];
    if (!d) return sheet_out_blank(b, m, note, e);
    if (d >= date_make(1900, 3, 1)) return out_number(b, d - EXCEL_DAY_SHIFT, 1, SHEET_DATE, m, note, e);
    return sheet_out_text(b, str_from(date_format(d, text)), m, note, e);
}

enum rc sheet_out_blank(struct sheet_out *b, enum sheet_mark m, struct str note, struct err *e)
{
    TRY(next_cell(b, e));
    enum sheet_kind k = b->layout->column[b->col].kind;
    return cell_done(b, worksheet_write_blank(here(b), b->row, b->col, format_of(b, k, m)), note, e);
}

/* ---- end */

static enum rc check_sheet_rows(struct sheet_out *b, struct sheet_out_sheet *s, struct err *e)
{
    lxw_worksheet_write_single_row(s->ws); /* the last one, which it still holds */
    FILE *f = s->ws->optimize_tmpfile;
    if (fflush(f) || ferror(f)) return b->failed = true, cannot_write(b, e);
    s->bytes = (int64_t)ftello(f);
    return RC_OK;
}

/* What the library wrote to its temporary files must have got there: it does not look. */
static enum rc check_rows(struct sheet_out *b, struct err *e)
{
    for (size_t i = 0; i < b->n_sheets; i++) TRY(check_sheet_rows(b, &b->sheet[i], e));
    return b->lists.ws ? check_sheet_rows(b, &b->lists, e) : RC_OK;
}

static enum rc make_durable(struct sheet_out *b, struct err *e)
{
    int fd = open(b->tmp, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return cannot_write(b, e);
    bool synced = fsync(fd) == 0;
    enum rc rc = synced ? RC_OK : cannot_write(b, e);
    (void)close(fd);
    if (rc) return rc;
    if (rename(b->tmp, b->path)) return cannot_write(b, e);
    b->tmp[0] = 0;
    fd = open(b->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return cannot_write(b, e);
    if (fsync(fd)) rc = cannot_write(b, e);
    (void)close(fd);
    return rc;
}

enum rc sheet_out_end(struct sheet_out *b, struct err *e)
{
    if (!b->layout || b->failed)
        return err_set(e, RC_INPUT, (struct pos){.file = b->path}, "a spreadsheet without a sheet, or one that failed",
                       "没有工作表，或写出时已出错");
    TRY(finish_sheet(b, e));
    TRY(check_rows(b, e));
    lxw_error why = workbook_close(b->book); /* frees it in any case */
    b->book = NULL;
    TRY(sheet_out_failed(b, why, e));
    TRY(sheet_out_verify(b, e));
    return make_durable(b, e);
}

/* A workbook that is not closed keeps its temporary files open. */
static void give_up(struct sheet_out *b)
{
    for (size_t i = 0; i < b->n_sheets; i++) (void)fclose(b->sheet[i].ws->optimize_tmpfile);
    if (b->lists.ws) (void)fclose(b->lists.ws->optimize_tmpfile);
    lxw_workbook_free(b->book);
}

void sheet_out_free(struct sheet_out *b)
{
    if (!b) return;
    if (b->book) give_up(b);
    if (b->tmp[0]) (void)unlink(b->tmp);
    buf_fini(&b->text);
    buf_fini(&b->note_text);
    arena_fini(&b->arena);
    mem_free(b);
}
