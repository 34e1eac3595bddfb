#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <zip.h>
#include "base/buf.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/test.h"
#include "sheet/write.h"

/* libxlsxwriter 1.1.4 never frees the text of a list that lies in another sheet (some 20 bytes a list). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:lxw_strdup\n"; }

static const char *out_path(struct test *t, char *to, const char *name)
{
    (void)snprintf(to, 512, "%s/%s", t->tmp_dir, name);
    return to;
}

/* A part of a workbook as text. */
static struct str part_of(const char *path, const char *name, struct buf *b)
{
    zip_t *z = zip_open(path, ZIP_RDONLY, NULL);
    zip_file_t *f = z ? zip_fopen(z, name, 0) : NULL;
    char piece[4096];
    zip_int64_t n = 0;
    buf_init(b, MIB(64));
    while (f && (n = zip_fread(f, piece, sizeof piece)) > 0) buf_add_bytes(b, piece, (size_t)n);
    if (f) (void)zip_fclose(f);
    if (z) zip_discard(z);
    return buf_str(b);
}

static bool part_has(const char *path, const char *name, const char *what)
{
    struct buf b;
    bool found = str_find(part_of(path, name, &b), str_from(what), 0) != SIZE_MAX;
    buf_fini(&b);
    return found;
}

static const struct str CHOICES[] = {{"一类", 6}, {"二类", 6}};
static const struct str TITLES[] = {{"示例县错误清单", 21}, {"请修改红色单元格后发回", 33}};

static const struct sheet_out_column *columns(void)
{
    static const struct sheet_out_column C[] = {
        {.title = {"key", 3}, .hidden = true},
        {.title = {"证件号码", 12}, .width = 22},
        {.title = {"类别", 6}, .choices = CHOICES, .n_choices = 2},
        {.title = {"人数", 6}, .kind = SHEET_COUNT},
        {.title = {"金额", 6}, .kind = SHEET_MONEY},
        {.title = {"日期", 6}, .kind = SHEET_DATE},
    };
    return C;
}

static struct sheet_out_layout layout(void)
{
    return (struct sheet_out_layout){.name = STR("错误/清单"),
                                     .title = TITLES,
                                     .n_titles = 2,
                                     .column = columns(),
                                     .n_columns = 6,
                                     .frozen_columns = 2};
}

static enum rc write_row(struct sheet_out *b, struct err *e)
{
    TRY(sheet_out_text(b, STR("k1"), SHEET_PLAIN, STR(""), e));
    TRY(sheet_out_text(b, STR("110101199001010015"), SHEET_WRONG, STR("校验码不对"), e));
    TRY(sheet_out_text(b, STR("一类"), SHEET_PLAIN, STR(""), e));
    TRY(sheet_out_count(b, 3, SHEET_DOUBT, STR(""), e));
    TRY(sheet_out_money(b, 995, SHEET_PLAIN, STR(""), e));
    TRY(sheet_out_date(b, date_make(2026, 6, 30), SHEET_PLAIN, STR(""), e));
    return sheet_out_row_end(b, e);
}

static void ordinary(struct test *t)
{
    char path[512];
    struct err e = {0};
    struct sheet_out *b = NULL;
    struct stat st;
    struct sheet_out_layout l = layout();
    CHECK_I64(t, sheet_out_new(&b, out_path(t, path, "plain.xlsx"), date_make(2026, 7, 1), &e), RC_OK);
    if (!b) return;
    CHECK_I64(t, sheet_out_begin(b, &l, &e), RC_OK);
    CHECK_I64(t, sheet_out_row(b), 4);
    CHECK_I64(t, write_row(b, &e), RC_OK);
    CHECK_I64(t, write_row(b, &e), RC_OK);
    CHECK(t, !io_exists(path));
    CHECK_I64(t, sheet_out_end(b, &e), RC_OK);
    sheet_out_free(b);
    CHECK(t, stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
    static const char SHEET[] = "xl/worksheets/sheet1.xml";
    CHECK(t, part_has(path, SHEET, "t=\"inlineStr\"><is><t>110101199001010015</t>"));
    CHECK(t, part_has(path, SHEET, "<mergeCell ref=\"B1:F1\"/>"));
    CHECK(t, part_has(path, SHEET, "hidden=\"1\""));
    CHECK(t, part_has(path, SHEET, "ySplit=\"3\""));
    CHECK(t, part_has(path, SHEET, "sqref=\"C4:C5\""));
    CHECK(t, part_has(path, "xl/comments1.xml", "校验码不对"));
    CHECK(t, part_has(path, "xl/workbook.xml", "name=\"错误_清单\""));
    CHECK(t, part_has(path, "docProps/core.xml", "2026-07-01"));
}

/* The library keeps what it cannot put into a cell to itself; the writer must not. */
static void limits(struct test *t)
{
    char path[512], longest[SHEET_OUT_TEXT_MAX + 2];
    struct err e = {0};
    struct sheet_out *b = NULL;
    struct sheet_out_column c = {.title = STR("号")};
    struct sheet_out_layout l = {.name = STR("a"), .column = &c, .n_columns = 1};
    memset(longest, 'x', sizeof longest);
    CHECK_I64(t, sheet_out_new(&b, out_path(t, path, "limits.xlsx"), 0, &e), RC_OK);
    if (!b) return;
    CHECK_I64(t, sheet_out_end(b, &e), RC_INPUT);
    CHECK_I64(t, sheet_out_begin(b, &l, &e), RC_OK);
    CHECK_I64(t, sheet_out_text(b, str_make(longest, SHEET_OUT_TEXT_MAX + 1), SHEET_PLAIN, STR(""), &e), RC_INPUT);
    CHECK_I64(t, sheet_out_text(b, STR("a\0\xff<b"), SHEET_PLAIN, STR(""), &e), RC_OK);
    CHECK_I64(t, sheet_out_text(b, STR("b"), SHEET_PLAIN, STR(""), &e), RC_INPUT);
    CHECK_I64(t, sheet_out_row_end(b, &e), RC_OK);
    CHECK_I64(t, sheet_out_count(b, INT64_C(1234567890123456), SHEET_PLAIN, STR(""), &e), RC_OK);
    CHECK_I64(t, sheet_out_row_end(b, &e), RC_OK);
    CHECK_I64(t, sheet_out_date(b, date_make(1900, 2, 28), SHEET_PLAIN, STR(""), &e), RC_OK);
    CHECK_I64(t, sheet_out_end(b, &e), RC_OK);
    sheet_out_free(b);
    static const char SHEET[] = "xl/worksheets/sheet1.xml";
    CHECK(t, part_has(path, SHEET, "<t>a\xEF\xBF\xBD\xEF\xBF\xBD&lt;b</t>"));
    CHECK(t, part_has(path, SHEET, "<t>1234567890123456</t>"));
    CHECK(t, part_has(path, SHEET, "<t>1900-02-28</t>"));
    c.hidden = true;
    CHECK_I64(t, sheet_out_new(&b, path, 0, &e), RC_OK);
    CHECK_I64(t, sheet_out_begin(b, &l, &e), RC_INPUT);
    sheet_out_free(b);
    CHECK(t, io_exists(path));
    CHECK_I64(t, sheet_out_new(&b, out_path(t, path, "no/folder.xlsx"), 0, &e), RC_ENV);
    CHECK(t, !b);
}

static void long_lists(struct test *t)
{
    enum { N = 100 };
    char path[512], text[N][16];
    struct str choice[N];
    struct err e = {0};
    struct sheet_out *b = NULL;
    for (int i = 0; i < N; i++) choice[i] = str_make(text[i], (size_t)snprintf(text[i], 16, "选%d", i));
    struct sheet_out_column c = {.title = STR("类"), .choices = choice, .n_choices = N};
    struct sheet_out_layout l = {.name = STR("a"), .column = &c, .n_columns = 1}, same = l;
    CHECK_I64(t, sheet_out_new(&b, out_path(t, path, "lists.xlsx"), 0, &e), RC_OK);
    if (!b) return;
    CHECK_I64(t, sheet_out_begin(b, &l, &e), RC_OK);
    CHECK_I64(t, sheet_out_begin(b, &same, &e), RC_OK);
    CHECK_I64(t, sheet_out_text(b, STR("选7"), SHEET_PLAIN, STR(""), &e), RC_OK);
    CHECK_I64(t, sheet_out_end(b, &e), RC_OK);
    sheet_out_free(b);
    CHECK(t, part_has(path, "xl/worksheets/sheet1.xml", "_lists!$A$1:$A$100"));
    CHECK(t, part_has(path, "xl/worksheets/sheet1.xml", "sqref=\"A2:A1001\""));
    CHECK(t, part_has(path, "xl/worksheets/sheet3.xml", "_lists!$A$101:$A$200"));
    CHECK(t, part_has(path, "xl/worksheets/sheet2.xml", "选99"));
    CHECK(t, part_has(path, "xl/workbook.xml", "name=\"_lists\" sheetId=\"2\" state=\"hidden\""));
}

static size_t open_files(void)
{
    size_t n = 0;
    for (int fd = 0; fd < 256; fd++) n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* What is given up leaves neither files nor memory nor descriptors behind. */
static void given_up(struct test *t)
{
    char path[512], tmp[520];
    struct err e = {0};
    struct sheet_out *b = NULL;
    struct sheet_out_layout l = layout();
    size_t before = open_files();
    CHECK_I64(t, sheet_out_new(&b, out_path(t, path, "given-up.xlsx"), 0, &e), RC_OK);
    if (!b) return;
    CHECK_I64(t, sheet_out_begin(b, &l, &e), RC_OK);
    CHECK_I64(t, write_row(b, &e), RC_OK);
    CHECK_I64(t, sheet_out_begin(b, &l, &e), RC_OK);
    sheet_out_free(b);
    CHECK_I64(t, open_files(), before);
    (void)snprintf(tmp, sizeof tmp, "%s.tmp", path);
    CHECK(t, !io_exists(path) && !io_exists(tmp));
}

/* A disk that takes no more in the middle of the rows: the size of files is limited instead. */
static void disk_full(struct test *t, rlim_t bytes)
{
    char path[512];
    struct err e = {0};
    struct sheet_out *b = NULL;
    struct sheet_out_layout l = layout();
    struct rlimit was, less;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    CHECK(t, getrlimit(RLIMIT_FSIZE, &was) == 0);
    less = was;
    less.rlim_cur = bytes;
    CHECK(t, setrlimit(RLIMIT_FSIZE, &less) == 0);
    enum rc rc = sheet_out_new(&b, out_path(t, path, "full.xlsx"), 0, &e);
    if (!rc) rc = sheet_out_begin(b, &l, &e);
    for (int i = 0; i < 3000 && !rc; i++) rc = write_row(b, &e);
    if (!rc) rc = sheet_out_end(b, &e);
    sheet_out_free(b);
    (void)setrlimit(RLIMIT_FSIZE, &was);
    (void)signal(SIGXFSZ, handler);
    CHECK_I64(t, rc, RC_ENV);
    CHECK(t, !io_exists(path));
    char tmp[520];
    (void)snprintf(tmp, sizeof tmp, "%s.tmp", path);
    CHECK(t, !io_exists(tmp));
}

static void many_rows(struct test *t)
{
    char path[512];
    struct err e = {0};
    struct sheet_out *b = NULL;
    struct sheet_out_column c = {.title = STR("号"), .kind = SHEET_COUNT};
    struct sheet_out_layout l = {.name = STR("rows"), .column = &c, .n_columns = 1};
    CHECK_I64(t, sheet_out_new(&b, out_path(t, path, "many.xlsx"), 0, &e), RC_OK);
    if (!b) return;
    enum rc rc = sheet_out_begin(b, &l, &e);
    for (int64_t i = 0; i < SHEET_OUT_ROWS_MAX + 5 && !rc; i++) {
        rc = sheet_out_count(b, i, SHEET_PLAIN, STR(""), &e);
        if (!rc) rc = sheet_out_row_end(b, &e);
    }
    if (!rc) rc = sheet_out_end(b, &e);
    sheet_out_free(b);
    CHECK_I64(t, rc, RC_OK);
    CHECK(t, part_has(path, "xl/workbook.xml", "name=\"rows 2\""));
    CHECK(t, part_has(path, "xl/worksheets/sheet2.xml", "<dimension ref=\"A1:A7\"/>"));
    CHECK(t, part_has(path, "xl/worksheets/sheet2.xml", "<v>1048580</v></c></row></sheetData>"));
}

void write_test(struct test *t);

void write_test(struct test *t)
{
    if (TEST(t, "sheet/write: kinds of cells, titles, marks, a hidden key")) ordinary(t);
    if (TEST(t, "sheet/write: what does not fit is said")) limits(t);
    if (TEST(t, "sheet/write: long lists of choices go to a hidden sheet")) long_lists(t);
    if (TEST(t, "sheet/write: what is given up leaves nothing")) given_up(t);
    if (TEST(t, "sheet/write: a full disk leaves no file")) {
        disk_full(t, 8 * 1024);
        disk_full(t, 40 * 1024);
    }
    if (t->slow && TEST(t, "sheet/write: more rows than a sheet holds")) many_rows(t);
}
