/* Lists that come back: found by the hidden key of each line, wherever it now stands. */
#include "app/checks.h"
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/vec.h"
#include "ingest/cell.h"
#include "ingest/csv.h"
#include "sheet/sheet.h"

enum { SERIAL_MIN = 36526, SERIAL_MAX = 73050 }; /* 2000-01-01 to 2099-12-31 */
#define SHEET_TEXT_MAX ((size_t)1 << 30)

enum { COL_ANSWER, COL_MENDED, COL_NOTE, COL_UNTIL, COL_KEY, COL__MAX };

struct reading {
    struct session *s;
    struct returned *out;
    const char *path;
    struct str sheet; /* that is read; "" for text */
    struct work_keys keys;
    uint32_t column[COL__MAX]; /* of the file; UINT32_MAX none */
};

/* ---------------------------------------------------------------- the header */

static bool find_columns(struct reading *r, const struct str *cell, uint32_t n)
{
    const char *const titles[COL__MAX] = {checks_answer_title, checks_mended_title, checks_note_title,
                                          checks_until_title, checks_key_title};
    for (int k = 0; k < COL__MAX; k++) {
        r->column[k] = UINT32_MAX;
        for (uint32_t i = 0; i < n && r->column[k] == UINT32_MAX; i++)
            if (str_eq(str_trim(cell[i]), str_from(titles[k]))) r->column[k] = i;
    }
    return r->column[COL_KEY] != UINT32_MAX && r->column[COL_ANSWER] != UINT32_MAX;
}

/* Below titles, if there are any. */
static enum rc find_header(struct reading *r, struct csv_file *f, struct err *e)
{
    for (size_t i = 0; i < f->n_head; i++) {
        if (!find_columns(r, f->head[i].cell, f->head[i].cells)) continue;
        return i ? csv_file_set_header(f, i, f->head[i].cell, f->head[i].cells, e) : RC_OK;
    }
    return err_set(e, RC_INPUT, pos_none(),
                   "%s: no list of data checks: the columns \"%s\" and \"%s\" are missing. Send back the file that was "
                   "written, with its hidden column.",
                   "%s：不是核查清单：缺少“%s”列和“%s”列。请交回原来的文件，不要删除隐藏的列。", r->path,
                   checks_answer_title, checks_key_title);
}

/* ---------------------------------------------------------------- lines */

static enum rc bad_line(struct reading *r, uint32_t line, const char *en, const char *zh, struct err *e)
{
    struct returned *o = r->out;
    if (o->n_bad == o->cap_bad && !vec_grow(&o->bad, &o->cap_bad, o->n_bad, sizeof *o->bad, ANSWERS_MAX))
        return err_nomem(e);
    o->bad[o->n_bad++] = (struct returned_bad){
        .path = r->path, .sheet = r->sheet, .line = line, .why = lang_pick(r->s->app->lang, en, zh)};
    return RC_OK;
}

static enum rc bad_key(struct reading *r, uint32_t line, enum work_key_is is, struct err *e)
{
    if (is == WORK_KEY_FOREIGN)
        return bad_line(r, line,
                        "the list is of another data folder; return it to the folder that wrote it, or send a list of "
                        "this one (checks DB list)",
                        "这份清单出自另一个数据文件夹；请交回写出它的数据文件夹，或用 checks DB list 重新下发清单", e);
    if (is == WORK_KEY_OLD)
        return bad_line(r, line,
                        "the list is of an earlier version, whose keys do not say of which data folder they are; send "
                        "a new list (checks DB list) and copy the answers into it",
                        "这份清单由旧版本写出，核查键不能说明属于哪个数据文件夹；请用 checks DB list 重新下发清单，"
                        "再把答复填进去",
                        e);
    return bad_line(r, line, "its hidden key is missing or was changed; copy the key of the line from the list as sent",
                    "隐藏的核查键缺失或被改动；请从下发的原清单复制该行的核查键", e);
}

/* A day as imports read it. A workbook's cell without a date format holds the number of its day. */
static bool day_of(const struct reading *r, struct str text, date_day *out)
{
    struct cell_date d;
    enum cell_reason why;
    int64_t serial;
    *out = 0;
    if (!text.n) return true;
    if (cell_date(text, &d, &why) == CELL_OK) *out = d.span ? 0 : d.first;
    else if (r->sheet.n && str_to_i64(text, SERIAL_MIN, SERIAL_MAX, &serial))
        *out = date_make(1899, 12, 30) + (date_day)serial;
    return *out != 0;
}

static enum check_answer_kind answer_of(struct str word)
{
    for (int k = ANSWER_MENDED; k < ANSWER__MAX; k++)
        if (str_eq(word, str_from(checks_answer_word[k]))) return (enum check_answer_kind)k;
    return ANSWER_NONE;
}

static struct str cell(const struct reading *r, const struct row_batch *b, size_t row, int column)
{
    return r->column[column] == UINT32_MAX ? STR("") : str_trim(row_cell(b, row, r->column[column]));
}

static bool keep(struct reading *r, struct check_answer a)
{
    struct arena *arena = &r->s->arena;
    struct returned *o = r->out;
    a.of.rule = str_dup(arena, a.of.rule);
    a.mended = str_dup(arena, a.mended);
    a.note = str_dup(arena, a.note);
    bool ok = a.of.rule.p && (a.mended.p || !a.mended.n) && (a.note.p || !a.note.n);
    if (!ok || (o->n == o->cap && !vec_grow(&o->v, &o->cap, o->n, sizeof *o->v, ANSWERS_MAX))) return false;
    o->v[o->n++] = a;
    return true;
}

static enum rc take_row(struct reading *r, const struct row_batch *b, size_t row, struct err *e)
{
    struct check_answer a = {.mended = cell(r, b, row, COL_MENDED), .note = cell(r, b, row, COL_NOTE)};
    struct str key = cell(r, b, row, COL_KEY), word = cell(r, b, row, COL_ANSWER), day = cell(r, b, row, COL_UNTIL);
    uint32_t line = b->row[row].line;
    if (!key.n && !word.n) return RC_OK; /* an empty line, or a title of the next sheet */
    if (str_eq(key, str_from(checks_key_title))) return RC_OK;
    a.kind = answer_of(word);
    if (!word.n) {
        r->out->unanswered++;
        return RC_OK;
    }
    enum work_key_is is = work_key_parse(&r->keys, key, &a.of, &a.as_of);
    if (is != WORK_KEY_OURS) return bad_key(r, line, is, e);
    if (!a.kind)
        return bad_line(r, line, "the answer is none of 已改正, 不是错误, 申请例外",
                        "答复不是“已改正”“不是错误”“申请例外”之一", e);
    if (!day_of(r, day, &a.until))
        return bad_line(r, line, "the last day of the exception is no day such as 2027-06-30",
                        "例外截止日期不是 2027-06-30 这样的日期", e);
    return keep(r, a) ? RC_OK : err_nomem(e);
}

static enum rc read_parts(struct reading *r, struct csv_file *f, struct csv_reader *x, struct err *e)
{
    for (size_t p = 0; p < f->parts; p++) {
        struct row_batch b;
        TRY(csv_reader_start(x, p, e));
        for (;;) {
            TRY(csv_reader_next(x, &b, e));
            if (!b.rows) break;
            for (size_t i = 0; i < b.rows; i++) {
                if (b.row[i].flags & (ROW_BAD_ENCODING | ROW_BAD_QUOTE | ROW_NUL | ROW_CELL_TOO_LONG))
                    TRY(bad_line(r, b.row[i].line, "it cannot be read", "该行无法读取", e));
                else TRY(take_row(r, &b, i, e));
            }
        }
    }
    return RC_OK;
}

static enum rc read_rows(struct reading *r, struct csv_file *f, struct err *e)
{
    struct csv_reader x;
    TRY(find_header(r, f, e));
    enum rc rc = csv_reader_init(&x, f, f->columns, e);
    if (!rc) rc = read_parts(r, f, &x, e);
    csv_reader_fini(&x);
    return rc;
}

static enum rc read_text(struct reading *r, struct err *e)
{
    struct csv_file f;
    struct csv_options o = {0};
    TRY(csv_file_open(&f, r->path, &o, e));
    enum rc rc = read_rows(r, &f, e);
    csv_file_close(&f);
    return rc;
}

/* ---------------------------------------------------------------- spreadsheets: a sheet for each village */

static enum rc read_whole(int fd, struct buf *out, struct err *e)
{
    char block[KIB(64)];
    off_t at = 0;
    for (;;) {
        ssize_t n = pread(fd, block, sizeof block, at);
        if (n < 0) return err_set(e, RC_ENV, pos_none(), "a temporary file cannot be read.", "临时文件无法读取。");
        if (n == 0) return out->failed ? err_nomem(e) : RC_OK;
        buf_add_bytes(out, block, (size_t)n);
        at += n;
    }
}

static enum rc sheet_text(struct sheet_book *book, size_t sheet, struct buf *out, struct err *e)
{
    struct sheet_wanted want = {.sheet = sheet};
    struct sheet_places places = {0};
    int fd = -1;
    enum rc rc = sheet_book_text(book, &want, 1, &fd, &places, e);
    if (!rc) rc = read_whole(fd, out, e);
    if (fd >= 0) (void)close(fd);
    sheet_places_fini(&places);
    return rc;
}

static enum rc read_sheet(struct reading *r, struct sheet_book *book, size_t sheet, struct err *e)
{
    struct csv_file f;
    struct csv_options o = {.delim = ',', .encoding = TEXT_UTF8};
    struct buf text;
    buf_init(&text, SHEET_TEXT_MAX);
    enum rc rc = sheet_text(book, sheet, &text, e);
    bool empty = rc || !str_trim(buf_str(&text)).n;
    if (!empty && !(rc = csv_file_from_bytes(&f, r->path, buf_str(&text), &o, e))) {
        rc = read_rows(r, &f, e);
        csv_file_close(&f);
    }
    buf_fini(&text);
    return rc;
}

static enum rc read_book(struct reading *r, int fd, struct err *e)
{
    struct sheet_book *book = NULL;
    TRY(sheet_book_open(&book, fd, r->path, store_dir(r->s->store), 1, e));
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < sheet_book_count(book); i++) {
        struct sheet_info info = sheet_book_info(book, i);
        if (info.hidden || info.chart) continue;
        r->sheet = str_dup(&r->s->arena, info.name);
        rc = r->sheet.p ? read_sheet(r, book, i, e) : err_nomem(e);
    }
    sheet_book_close(book);
    return rc;
}

static enum rc unreadable(const char *path, int code, struct err *e)
{
    return err_set(e, code == ENOENT || code == ENOTDIR ? RC_INPUT : RC_ENV, pos_none(),
                   "%s: cannot be read (%s). Name the file that came back.", "%s：无法读取（%s）。请写交回的文件名。",
                   path, err_os(code, e));
}

enum rc checks_read(struct session *s, const char *path, struct returned *out, struct err *e)
{
    struct reading r = {.s = s, .out = out, .path = path};
    enum sheet_format format = SHEET_NONE;
    struct err why = {.lang = e ? e->lang : LANG_ZH};
    TRY(work_keys_of(&r.keys, s->store, e));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return unreadable(path, errno, e);
    enum rc rc = sheet_format_of(fd, path, &format, &why, e);
    if (!rc && format == SHEET_REFUSED) {
        if (e) *e = why;
        rc = RC_INPUT;
    } else if (!rc) {
        rc = format == SHEET_XLSX || format == SHEET_XLS ? read_book(&r, fd, e) : read_text(&r, e);
    }
    (void)close(fd);
    return rc;
}
