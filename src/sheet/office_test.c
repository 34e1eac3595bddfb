/* One table saved by LibreOffice in each format (tests/fixtures/sheets.sh): the same cells from all that are read, and
 * what is not read is refused by its name, whatever its file is called. */
#include <fcntl.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "sheet/sheet.h"

#define OFFICE "tests/fixtures/sheets/office/"

struct reading {
    struct buf text;
    struct sheet_places places;
    struct err e;
};

static enum rc read_file(struct test *t, const char *path, bool skip_hidden, struct reading *r)
{
    struct sheet_wanted first = {0};
    struct sheet_book *b = NULL;
    char piece[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC), text = -1;
    *r = (struct reading){.e.lang = LANG_EN};
    buf_init(&r->text, MIB(1));
    CHECK(t, fd >= 0);
    enum rc rc = sheet_book_open(&b, fd, "f", t->tmp_dir, 2, &r->e);
    if (!rc && skip_hidden) sheet_book_skip_hidden(b);
    if (!rc) rc = sheet_book_text(b, &first, 1, &text, &r->places, &r->e);
    sheet_book_close(b);
    if (!rc) CHECK(t, lseek(text, 0, SEEK_SET) == 0);
    for (ssize_t k; !rc && (k = read(text, piece, sizeof piece)) > 0;) buf_add_bytes(&r->text, piece, (size_t)k);
    if (text >= 0) (void)close(text);
    (void)close(fd);
    return rc;
}

static void fini(struct reading *r)
{
    if (r->places.sheet) sheet_places_fini(&r->places);
    buf_fini(&r->text);
}

/* ---- formats that are read */

static const char *const FORMATS[] = {"table.xlsx", "table-ooxml.xlsx", "table.xlsm", "table.xltx",
                                      "table.xltm", "table.xls",        "table.xlt"};

static void same_cells(struct test *t, const char *name)
{
    struct reading r;
    char path[256];
    (void)snprintf(path, sizeof path, OFFICE "%s", name);
    CHECK_I64(t, read_file(t, path, false, &r), RC_OK);
    CHECK_STR(t, str_from(r.e.msg), STR(""));
    test_golden(t, buf_str(&r.text), "tests/golden/sheets/office.txt");
    CHECK_STR(t, r.places.n ? r.places.sheet[0].name : STR(""), STR("医保结算"));
    CHECK_I64(t, r.places.hidden_rows, 3);
    CHECK(t, r.places.n && sheet_row_hidden(&r.places.sheet[0], 10) && sheet_row_hidden(&r.places.sheet[0], 11));
    CHECK(t, r.places.n && !sheet_row_hidden(&r.places.sheet[0], 12) && sheet_row_hidden(&r.places.sheet[0], 15));
    fini(&r);
}

static void hidden_left_out(struct test *t, const char *name)
{
    struct reading r;
    char path[256];
    (void)snprintf(path, sizeof path, OFFICE "%s", name);
    CHECK_I64(t, read_file(t, path, true, &r), RC_OK);
    test_golden(t, buf_str(&r.text), "tests/golden/sheets/office-seen.txt");
    CHECK_I64(t, r.places.hidden_rows, 3);
    CHECK(t, r.places.n && sheet_row_hidden(&r.places.sheet[0], 15));
    fini(&r);
}

/* Rows and columns hidden in an old workbook. */
static void hidden_columns(struct test *t)
{
    static const char *const FILES[] = {"tests/fixtures/sheets/odd1900.xls", "tests/fixtures/sheets/odd1900.xlsx"};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        struct reading r;
        CHECK_I64(t, read_file(t, FILES[i], false, &r), RC_OK);
        CHECK_I64(t, r.places.n, 1);
        CHECK_I64(t, r.places.hidden_rows, 1);
        CHECK(t, sheet_row_hidden(&r.places.sheet[0], 16) && !sheet_row_hidden(&r.places.sheet[0], 15));
        CHECK(t, sheet_column_hidden(&r.places.sheet[0], 2) && !sheet_column_hidden(&r.places.sheet[0], 3));
        fini(&r);
    }
}

/* ---- formats that are refused */

static const struct {
    const char *name, *en, *zh;
} REFUSED[] = {
    {"table.ods", "OpenDocument file (.ods", "OpenDocument 文件（.ods"},
    {"table.ots", "OpenDocument file (.ods", "OpenDocument 文件（.ods"},
    {"table.fods", "OpenDocument file (.fods)", "OpenDocument 文件（.fods）"},
    {"table.uos", "UOF", "标文通"},
    {"table.dif", "DIF", "DIF"},
    {"table.slk", "SYLK", "SYLK"},
    {"table.dbf", ".dbf", ".dbf"},
    {"table.xml", "XML spreadsheet of 2003", "2003 版 XML 表格"},
    {"table.html", "HTML", "HTML"},
    {"table.xhtml", "HTML", "HTML"},
    {"table.pdf", "PDF", "PDF"},
    {"macros.xlsm", "macros", "宏"},
    {"macros.xls", "macros", "宏"},
};

static void refused(struct test *t, const char *name, const char *word, enum lang lang)
{
    struct err why = {.lang = lang};
    struct sheet_book *b = NULL;
    char path[256];
    (void)snprintf(path, sizeof path, OFFICE "%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    CHECK(t, fd >= 0);
    CHECK_I64(t, sheet_book_open(&b, fd, "f", t->tmp_dir, 1, &why), RC_INPUT);
    CHECK(t, str_find(str_from(why.msg), str_from(word), 0) != SIZE_MAX);
    /* the mend: save as … or, for a PDF, ask for the table */
    bool mend = str_find(str_from(why.msg), STR(".xlsx"), 0) != SIZE_MAX || strstr(name, ".pdf");
    CHECK(t, mend);
    sheet_book_close(b);
    (void)close(fd);
}

void office_test(struct test *t);

void office_test(struct test *t)
{
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (TEST(t, "office: the same cells from each format")) same_cells(t, FORMATS[i]);
    if (TEST(t, "office: hidden rows left out"))
        for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++) hidden_left_out(t, FORMATS[i]);
    if (TEST(t, "office: what is hidden")) hidden_columns(t);
    if (TEST(t, "office: what is not read is refused by name"))
        for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
            refused(t, REFUSED[i].name, REFUSED[i].en, LANG_EN);
            refused(t, REFUSED[i].name, REFUSED[i].zh, LANG_ZH);
        }
}
