#include "sheet/sheet.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/mem.h"
#include "sheet/sheet_int.h"

#define BOOK_ARENA_MAX MIB(64)
#define PLACES_ARENA_MAX MIB(64)

enum rc sheet_broken(const struct sheet_book *b, const char *what, struct err *e)
{
    return err_set(e, RC_INPUT, (struct pos){.file = b->name},
                   "the workbook is broken (at %s); open it in a spreadsheet program and save it anew",
                   "工作簿已损坏（位置：%s）；请用表格软件打开后重新保存", what);
}

enum rc sheet_temp_file(const char *dir, int *fd, struct err *e)
{
    char path[4096 + 32];
    *fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd >= 0) return RC_OK;
    /* File systems without such files: one whose name goes at once. */
    int n = snprintf(path, sizeof path, "%s/unpacked.tmp", dir);
    if (n > 0 && (size_t)n < sizeof path) {
        (void)unlink(path);
        *fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (*fd >= 0) (void)unlink(path);
    }
    if (*fd >= 0) return RC_OK;
    const char *w = err_os(errno, e);
    return err_set(e, RC_ENV, (struct pos){.file = dir}, "no temporary file can be made in the data folder: %s",
                   "无法在数据文件夹中建立临时文件：%s", w);
}

/* ---- workbooks */

enum rc sheet_book_open(struct sheet_book **out, int fd, const char *name, const char *temp_dir, unsigned threads,
                        struct err *e)
{
    enum sheet_format format;
    struct err refusal = {.lang = e ? e->lang : LANG_ZH};
    *out = NULL;
    TRY(sheet_format_of(fd, name, &format, &refusal, e));
    if (format == SHEET_REFUSED) {
        if (e) *e = refusal;
        return RC_INPUT;
    }
    struct sheet_book *b = *out = mem_zalloc_array(1, sizeof *b);
    if (!b) return err_nomem(e);
    *b = (struct sheet_book){.fd = fd, .name = name, .temp_dir = temp_dir, .threads = threads, .format = format};
    arena_init(&b->arena, BOOK_ARENA_MAX);
    enum rc rc = format == SHEET_XLSX  ? xlsx_open(b, e)
                 : format == SHEET_XLS ? xls_open(b, e)
                                       : sheet_broken(b, "-", e);
    if (!rc) return RC_OK;
    sheet_book_close(b);
    *out = NULL;
    return rc;
}

void sheet_book_close(struct sheet_book *b)
{
    if (!b) return;
    xlsx_close(b->xlsx);
    xls_close(b->xls);
    arena_fini(&b->arena);
    mem_free(b);
}

size_t sheet_book_count(const struct sheet_book *b) { return b->n; }

void sheet_book_skip_hidden(struct sheet_book *b) { b->skip_hidden = true; }

struct sheet_info sheet_book_info(const struct sheet_book *b, size_t sheet) { return b->sheet[sheet]; }

static enum rc read_sheet(struct sheet_book *b, size_t sheet, struct sheet_text *t, struct sheet_place *place,
                          struct arena *a, struct err *e)
{
    if (b->format == SHEET_XLSX) return xlsx_read(b, sheet, t, place, a, e);
    return xls_read(b, sheet, t, place, a, e);
}

enum rc sheet_book_peek(struct sheet_book *b, size_t sheet, struct arena *a, struct str *text, uint32_t *rows,
                        struct err *e)
{
    struct sheet_text t;
    *text = STR("");
    TRY(sheet_text_init(&t, -1, b->name, e));
    t.most = SHEET_PEEK_ROWS;
    t.skip_hidden = b->skip_hidden;
    enum rc rc = read_sheet(b, sheet, &t, NULL, NULL, e);
    *rows = t.rows;
    if (!rc && t.out.n) *text = str_dup(a, buf_str(&t.out));
    if (!rc && !text->p) rc = err_nomem(e);
    sheet_text_fini(&t);
    return rc;
}

enum rc sheet_book_rows(struct sheet_book *b, size_t sheet, uint32_t *rows, struct err *e)
{
    struct sheet_text t;
    TRY(sheet_text_init(&t, -1, b->name, e));
    t.count_only = true;
    t.skip_hidden = b->skip_hidden;
    enum rc rc = read_sheet(b, sheet, &t, NULL, NULL, e);
    *rows = t.rows;
    sheet_text_fini(&t);
    return rc;
}

/* ---- text */

static enum rc one_sheet(struct sheet_book *b, const struct sheet_wanted *w, struct sheet_text *t,
                         struct sheet_place *place, struct err *e)
{
    struct arena *a = &t->places->arena;
    place->name = b->sheet[w->sheet].name.n ? str_dup(a, b->sheet[w->sheet].name) : STR("");
    place->hidden = b->sheet[w->sheet].hidden;
    if (!place->name.p) return err_nomem(e);
    t->begin = w->begin;
    TRY(read_sheet(b, w->sheet, t, place, a, e));
    return sheet_text_sheet_end(t, place, e);
}

static enum rc all_sheets(struct sheet_book *b, const struct sheet_wanted *want, size_t n, int fd,
                          struct sheet_places *places, struct err *e)
{
    struct sheet_text t;
    places->sheet = ARENA_ARRAY(&places->arena, struct sheet_place, n + 1);
    if (!places->sheet) return err_nomem(e);
    TRY(sheet_text_init(&t, fd, b->name, e));
    t.places = places;
    t.skip_hidden = b->skip_hidden;
    enum rc rc = RC_OK;
    for (places->n = 0; places->n < n && !rc;) {
        rc = one_sheet(b, &want[places->n], &t, &places->sheet[places->n], e);
        places->n += !rc;
    }
    if (!rc) rc = sheet_text_flush(&t, e);
    places->lines = t.line;
    sheet_text_fini(&t);
    return rc;
}

enum rc sheet_book_text(struct sheet_book *b, const struct sheet_wanted *want, size_t n, int *fd,
                        struct sheet_places *places, struct err *e)
{
    *places = (struct sheet_places){0};
    arena_init(&places->arena, PLACES_ARENA_MAX);
    enum rc rc = sheet_temp_file(b->temp_dir, fd, e);
    if (!rc) rc = all_sheets(b, want, n, *fd, places, e);
    if (!rc) return RC_OK;
    if (*fd >= 0) (void)close(*fd);
    *fd = -1;
    sheet_places_fini(places);
    return rc;
}
