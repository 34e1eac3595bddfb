#include <fcntl.h>
#include <unistd.h>
#include <zip.h>
#include "base/buf.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"
#include "sheet/recast.h"
#include "sheet/sheet.h"
#include "sheet/sheet_testing.h"
#include "sheet/write.h"

enum { SAID_MAX = ERR_MSG_MAX };

enum { DOWN_COLUMNS = 8 };

/* The text again, with all that is merged over rows filled down. */
static enum rc fill_down(struct test *t, struct sheet_places *places, int *text, struct err *e)
{
    bool all[DOWN_COLUMNS];
    uint64_t filled[DOWN_COLUMNS];
    int again;
    memset(all, true, sizeof all);
    struct sheet_recast r = {.temp_dir = t->tmp_dir, .fill = all, .n_fill = DOWN_COLUMNS, .filled = filled};
    enum rc rc = sheet_recast(*text, places, &r, &again, e);
    (void)close(*text);
    *text = again;
    return rc;
}

/* The text of some sheets of a workbook, or why there is none. */
static enum rc read_sheets(struct test *t, const char *path, const struct sheet_wanted *want, size_t n, bool down,
                           struct buf *out, struct sheet_places *places, char said[SAID_MAX])
{
    struct err e = {.lang = LANG_EN};
    struct sheet_book *b = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC), text = -1;
    char piece[4096];
    ssize_t k;
    buf_init(out, MIB(64));
    *places = (struct sheet_places){0};
    CHECK(t, fd >= 0);
    enum rc rc = sheet_book_open(&b, fd, "w.xlsx", t->tmp_dir, 2, &e);
    if (!rc) rc = sheet_book_text(b, want, n, &text, places, &e);
    if (!rc && down) rc = fill_down(t, places, &text, &e);
    sheet_book_close(b);
    if (!rc) CHECK(t, lseek(text, 0, SEEK_SET) == 0);
    while (!rc && (k = read(text, piece, sizeof piece)) > 0) buf_add_bytes(out, piece, (size_t)k);
    if (text >= 0) (void)close(text);
    (void)close(fd);
    (void)snprintf(said, SAID_MAX, "%s", rc ? e.msg : "");
    return rc;
}

static enum rc read_first(struct test *t, const char *path, struct buf *out, char said[SAID_MAX])
{
    struct sheet_places p;
    struct sheet_wanted w = {0};
    enum rc rc = read_sheets(t, path, &w, 1, false, out, &p, said);
    if (!rc) sheet_places_fini(&p);
    return rc;
}

static void fixture(struct test *t, const char *name, const char *golden)
{
    char path[256], said[SAID_MAX];
    struct buf b;
    (void)snprintf(path, sizeof path, "tests/fixtures/sheets/%s", name);
    CHECK_I64(t, read_first(t, path, &b, said), RC_OK);
    CHECK_STR(t, str_from(said), STR(""));
    test_golden(t, buf_str(&b), golden);
    buf_fini(&b);
}

static void fixture_refused(struct test *t, const char *name, const char *why)
{
    char path[256], said[SAID_MAX];
    struct buf b;
    (void)snprintf(path, sizeof path, "tests/fixtures/sheets/%s", name);
    CHECK_I64(t, read_first(t, path, &b, said), RC_INPUT);
    CHECK(t, str_find(str_from(said), str_from(why), 0) != SIZE_MAX);
    buf_fini(&b);
}

/* ---- made by hand */

static void expect(struct test *t, const struct xlsx_made *m, struct str want)
{
    char path[512], said[SAID_MAX];
    struct buf b;
    xlsx_make(t, m, path);
    CHECK_I64(t, read_first(t, path, &b, said), RC_OK);
    CHECK_STR(t, str_from(said), STR(""));
    CHECK_STR(t, buf_str(&b), want);
    buf_fini(&b);
}

static void refused(struct test *t, const struct xlsx_made *m, const char *why)
{
    char path[512], said[SAID_MAX];
    struct buf b;
    xlsx_make(t, m, path);
    CHECK_I64(t, read_first(t, path, &b, said), RC_INPUT);
    CHECK(t, str_find(str_from(said), str_from(why), 0) != SIZE_MAX);
    buf_fini(&b);
}

#define ROWS(x) "<sheetData>" x "</sheetData>"

static void strange_cells(struct test *t)
{
    /* No places, places out of order, styles without cells, phonetic readings, rich text, escapes, line breaks. */
    expect(t,
           &(struct xlsx_made){
               .sheet = ROWS("<row><c><v>1</v></c><c><v>2</v></c></row><row/><row r=\"4\"><c r=\"C4\"><v>3</v>"
                             "</c><c r=\"A4\" t=\"inlineStr\"><is><t>a,b</t></is></c></row>")},
           STR("1,2\n\n\n\"a,b\",,3\n"));
    expect(t,
           &(struct xlsx_made){
               .sheet = ROWS("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"B1\" s=\"1\"/><c r=\"C1\" "
                             "t=\"s\"><v>0</v></c></row>"),
               .strings = "<si><t>x_x000D_y\nz</t><rPh sb=\"0\" eb=\"1\"><t>no</t></rPh></si>"
                          "<si><r><t>张</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\"> 三</t></r></si>"},
           STR("张 三,,\"x y z\"\n"));
    /* The later of two cells at one place; a strict workbook's date; booleans; a number that is none. */
    expect(t,
           &(struct xlsx_made){
               .sheet = ROWS("<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"A2\"><v>2</v></c><c r=\"B2\" t=\"d\">"
                             "<v>2026-06-30T00:00:00</v></c><c r=\"C2\" t=\"d\"><v>2026-06-30T08:30:00Z</v></c>"
                             "<c r=\"D2\" t=\"b\"><v>0</v></c><c r=\"E2\"><v>abc</v></c></row>")},
           STR("\n2,2026-06-30,2026-06-30 08:30:00,FALSE,abc\n"));
}

static void troubled_cells(struct test *t)
{
    expect(t,
           &(struct xlsx_made){
               .sheet = ROWS("<row r=\"1\"><c r=\"A1\" t=\"e\"><v>#N/A</v></c><c r=\"B1\"><v>1.10101199001011E+17</v>"
                             "</c><c r=\"C1\"><f>A1</f></c><c r=\"D1\"><f>1+1</f><v></v></c><c r=\"E1\" "
                             "t=\"str\"><f>\"\"</f><v></v></c><c r=\"F1\"><f>1</f><v>1</v></c></row>")},
           STR("\x1A"
               "E#N/A,\x1A"
               "D110101199001011000,\x1A"
               "F,\x1A"
               "F,,1\n"));
}

static void refusals(struct test *t)
{
    refused(t,
            &(struct xlsx_made){.sheet = ROWS("<row r=\"2\"><c><v>1</v></c></row><row r=\"1\"><c><v>1</v></c></row>")},
            "not in order");
    refused(t, &(struct xlsx_made){.prolog = "<!DOCTYPE a [<!ENTITY x \"y\">]>", .sheet = ROWS("")}, "DOCTYPE");
    refused(t, &(struct xlsx_made){.sheet = ROWS("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row>")}, "broken");
    refused(t, &(struct xlsx_made){.sheet = ROWS("<row r=\"1\"><c r=\"A2\"><v>7</v></c></row>")}, "broken");
    refused(t, &(struct xlsx_made){.sheet = ROWS("<row r=\"1\"><c r=\"XFE1\"><v>7</v></c></row>")}, "broken");
    refused(t, &(struct xlsx_made){.sheet = ROWS("<row r=\"1048577\"><c><v>7</v></c></row>")}, "broken");
    refused(t, &(struct xlsx_made){.sheet = "<sheetData><row r=\"1\">"}, "broken");
    refused(t, &(struct xlsx_made){.sheet = ROWS(""), .more = "xl/vbaProject.bin"}, "macros");
    refused(t, &(struct xlsx_made){.sheet = ROWS(""), .more = "xl/workbook.bin"}, ".xlsb");
    refused(t, &(struct xlsx_made){.sheet = ROWS(""), .more = "word/document.xml"}, "Word");
    refused(t, &(struct xlsx_made){.sheet = ROWS(""), .password = "x"}, "password");
}

static void deep_and_long(struct test *t)
{
    struct buf b;
    buf_init(&b, MIB(16));
    for (int i = 0; i < XML_DEPTH_MAX + 1; i++) buf_addz(&b, "<a>");
    refused(t, &(struct xlsx_made){.sheet = buf_z(&b)}, "nested deeper");
    buf_clear(&b);
    buf_addz(&b, "<sheetData><row r=\"1\"><c r=\"A1\" x=\"");
    for (size_t i = 0; i < XML_TOKEN_MAX / 8 + KIB(64); i++) buf_addz(&b, "12345678");
    buf_addz(&b, "\"/></row></sheetData>");
    refused(t, &(struct xlsx_made){.sheet = buf_z(&b)}, "a tag of more than");
    buf_fini(&b);
}

static void wide(struct test *t)
{
    char path[512], said[SAID_MAX];
    struct buf b;
    struct xlsx_made m = {.sheet = ROWS("<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"XFD1\"><v>2</v></c></row><row "
                                        "r=\"2\"><c r=\"B2\"><v>3</v></c></row>")};
    xlsx_make(t, &m, path);
    CHECK_I64(t, read_first(t, path, &b, said), RC_OK);
    CHECK_I64(t, b.n, 1 + 16383 + 1 + 1 + 2 + 1);
    CHECK(t, str_ends(buf_str(&b), STR(",2\n,3\n")));
    buf_fini(&b);
}

/* ---- places */

static void hidden_and_merged(struct test *t)
{
    char path[512], said[SAID_MAX], letters[SHEET_LETTERS_MAX];
    struct buf b;
    struct sheet_places p;
    struct sheet_wanted w = {0};
    struct xlsx_made m = {.sheet = "<cols><col min=\"2\" max=\"3\" hidden=\"1\"/></cols>" ROWS(
                              "<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\"><v>9</v></c></row><row r=\"2\" "
                              "hidden=\"1\"><c r=\"B2\"><v>2</v></c></row>"
                              "<row r=\"3\" hidden=\"true\"><c r=\"B3\"><v>3</v></c></row><row r=\"4\"><c "
                              "r=\"B4\"><v>4</v></c></row>") "<mergeCells><mergeCell "
                                                             "ref=\"A1:A3\"/></mergeCells>"};
    xlsx_make(t, &m, path);
    CHECK_I64(t, read_sheets(t, path, &w, 1, false, &b, &p, said), RC_OK);
    CHECK_STR(t, buf_str(&b), STR("1,9\n,2\n,3\n,4\n"));
    CHECK_I64(t, p.hidden_rows, 2);
    CHECK_I64(t, p.sheet[0].n_hidden_rows, 1);
    CHECK(t, !sheet_row_hidden(&p.sheet[0], 1) && sheet_row_hidden(&p.sheet[0], 2) && sheet_row_hidden(&p.sheet[0], 3));
    CHECK(t, !sheet_row_hidden(&p.sheet[0], 4));
    CHECK(t, sheet_column_hidden(&p.sheet[0], 3) && !sheet_column_hidden(&p.sheet[0], 4));
    CHECK(t, sheet_merged_at(&p.sheet[0], 3, 1) && !sheet_merged_at(&p.sheet[0], 4, 1));
    sheet_places_fini(&p);
    buf_fini(&b);
    CHECK_I64(t, read_sheets(t, path, &w, 1, true, &b, &p, said), RC_OK);
    CHECK_STR(t, buf_str(&b), STR("1,9\n1,2\n1,3\n,4\n"));
    sheet_places_fini(&p);
    buf_fini(&b);
    CHECK_STR(t, str_from(sheet_letters(1, letters)), STR("A"));
    CHECK_STR(t, str_from(sheet_letters(28, letters)), STR("AB"));
    CHECK_STR(t, str_from(sheet_letters(16384, letters)), STR("XFD"));
}

static void several_sheets(struct test *t)
{
    char path[512], said[SAID_MAX];
    struct buf b;
    struct sheet_places p;
    struct arena a;
    struct str name;
    uint32_t row = 0;
    struct sheet_wanted w[2] = {{.sheet = 0}, {.sheet = 1, .begin = 2}};
    struct xlsx_made m = {.sheet = ROWS("<row r=\"1\"><c><v>1</v></c></row><row r=\"3\"><c><v>2</v></c></row>"),
                          .second = ROWS("<row r=\"1\"><c><v>1</v></c></row><row r=\"2\"><c><v>3</v></c></row>")};
    xlsx_make(t, &m, path);
    CHECK_I64(t, read_sheets(t, path, w, 2, false, &b, &p, said), RC_OK);
    CHECK_STR(t, buf_str(&b), STR("1\n\n2\n\n3\n"));
    const struct sheet_place *s = sheet_place_of(&p, 5, &row);
    CHECK(t, s == &p.sheet[1]);
    CHECK_I64(t, row, 2);
    CHECK(t, !sheet_place_of(&p, 6, &row));
    arena_init(&a, KIB(64));
    struct str text = sheet_places_text(&p, &a);
    CHECK_STR(t, text, STR("甲:1/乙:4"));
    CHECK(t, sheet_places_find(text, 5, &name, &row));
    CHECK_STR(t, name, STR("乙"));
    CHECK_I64(t, row, 2);
    CHECK(t, !sheet_places_find(STR(""), 5, &name, &row));
    arena_fini(&a);
    sheet_places_fini(&p);
    buf_fini(&b);
}

/* The last row of a full sheet, then those of the next: rows that are empty cost nothing here. */
static void many_rows(struct test *t)
{
    char path[512], said[SAID_MAX];
    struct buf b;
    struct sheet_places p;
    uint32_t row = 0;
    struct sheet_wanted w[2] = {{.sheet = 0}, {.sheet = 1, .begin = 2}};
    struct xlsx_made m = {.sheet = ROWS("<row r=\"1\"><c><v>1</v></c></row><row r=\"1048576\"><c><v>2</v></c></row>"),
                          .second = ROWS("<row r=\"1\"><c><v>1</v></c></row><row r=\"1048576\"><c><v>3</v></c></row>")};
    xlsx_make(t, &m, path);
    CHECK_I64(t, read_sheets(t, path, w, 2, false, &b, &p, said), RC_OK);
    CHECK_I64(t, p.lines, 2 * SHEET_ROWS_MAX);
    CHECK_I64(t, b.n, 2 * SHEET_ROWS_MAX + 3);
    CHECK(t, str_ends(buf_str(&b), STR("\n3\n")));
    CHECK(t, sheet_place_of(&p, 2 * SHEET_ROWS_MAX, &row) == &p.sheet[1] && row == SHEET_ROWS_MAX);
    sheet_places_fini(&p);
    buf_fini(&b);
}

/* More shared strings than a block holds, one of 300 bytes, one longer than a cell may be. */
static void many_strings(struct test *t)
{
    char path[512], said[SAID_MAX];
    struct buf s, rows, got, want;
    enum { N = 30000 };
    buf_init(&s, MIB(16)), buf_init(&rows, MIB(16)), buf_init(&want, MIB(16));
    buf_addz(&rows, "<sheetData>");
    for (int i = 0; i < N; i++) {
        buf_addf(&s, "<si><t>%0*d</t></si>", i == 20 ? 300 : 30 + i % 40, i);
        int k = (int)((unsigned)i * 7919u % N);
        buf_addf(&rows, "<row><c t=\"s\"><v>%d</v></c></row>", k);
        buf_addf(&want, "%0*d\n", k == 20 ? 300 : 30 + k % 40, k);
    }
    buf_addz(&s, "<si><t>");
    for (size_t i = 0; i < SHEET_CELL_MAX / 8 + 1; i++) buf_addz(&s, "12345678");
    buf_addz(&s, "</t></si>");
    buf_addf(&rows, "<row><c t=\"s\"><v>%d</v></c></row></sheetData>", N);
    buf_addz(&want, "\x1A"
                    "L\n");
    xlsx_make(t, &(struct xlsx_made){.sheet = buf_z(&rows), .strings = buf_z(&s)}, path);
    CHECK_I64(t, read_first(t, path, &got, said), RC_OK);
    CHECK_STR(t, str_from(said), STR(""));
    CHECK(t, str_eq(buf_str(&got), buf_str(&want)));
    buf_fini(&s), buf_fini(&rows), buf_fini(&want), buf_fini(&got);
}

/* ---- what the writer wrote */

static void round_trip(struct test *t)
{
    char path[512], said[SAID_MAX];
    struct err e = {0};
    struct sheet_out *b = NULL;
    struct buf got;
    static const struct sheet_out_column C[] = {{.title = {"号", 3}},
                                                {.title = {"数", 3}, .kind = SHEET_COUNT},
                                                {.title = {"元", 3}, .kind = SHEET_MONEY},
                                                {.title = {"日", 3}, .kind = SHEET_DATE}};
    struct sheet_out_layout l = {.name = STR("a"), .column = C, .n_columns = 4};
    (void)snprintf(path, sizeof path, "%s/round.xlsx", t->tmp_dir);
    enum rc rc = sheet_out_new(&b, path, 0, &e);
    if (!rc) rc = sheet_out_begin(b, &l, &e);
    static const int64_t FEN[] = {995, -1, 123456789, 9999999999999, 10};
    for (size_t i = 0; i < 5 && !rc; i++) {
        rc = sheet_out_text(b, STR("007"), SHEET_PLAIN, STR(""), &e);
        if (!rc) rc = sheet_out_count(b, (int64_t)i - 1, SHEET_PLAIN, STR(""), &e);
        if (!rc) rc = sheet_out_money(b, FEN[i], SHEET_PLAIN, STR(""), &e);
        if (!rc) rc = sheet_out_date(b, date_make(1900, 3, 1) + (date_day)i * 11597, SHEET_PLAIN, STR(""), &e);
        if (!rc) rc = sheet_out_row_end(b, &e);
    }
    if (!rc) rc = sheet_out_end(b, &e);
    sheet_out_free(b);
    CHECK_I64(t, rc, RC_OK);
    CHECK_I64(t, read_first(t, path, &got, said), RC_OK);
    CHECK_STR(t, buf_str(&got),
              STR("号,数,元,日\n007,-1,9.95,1900-03-01\n007,0,-0.01,1931-12-01\n007,1,1234567.89,1963-09-01\n"
                  "007,2,99999999999.99,1995-06-02\n007,3,0.1,2027-03-03\n"));
    buf_fini(&got);
}

/* ---- kinds of files */

static void kinds(struct test *t)
{
    static const struct {
        struct str bytes;
        enum sheet_format format;
        const char *why;
    } CASE[] = {
        {STR("\xEF\xBB\xBF姓名,金额\n"), SHEET_NONE, ""},
        {STR("<html><body><table>"), SHEET_REFUSED, "HTML"},
        {STR("\xEF\xBB\xBF\r\n <TABLE border=1>"), SHEET_REFUSED, "HTML"},
        {STR("<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">"), SHEET_REFUSED,
         "2003"},
        {STR("MIME-Version: 1.0\r\n"), SHEET_REFUSED, "web page"},
        {STR("<?xml version=\"1.0\"?>\n<office:document "
             "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\">"),
         SHEET_REFUSED, ".fods"},
        {STR("ID;PCALCOOO32\nC;X1;Y1;K\"a\""), SHEET_REFUSED, "SYLK"},
        {STR("TABLE\r\n0,1\r\n\"x\""), SHEET_REFUSED, "DIF"},
        {STR("TABLE,a\n"), SHEET_NONE, ""},
        {STR("\x03\x7C\x06\x1E\x02\0\0\0\x41\0\x0B\0"
             "0123456789012345678901234567890123456789012345678901234567890"),
         SHEET_REFUSED, ".dbf"},
        {STR("%PDF-1.7"), SHEET_REFUSED, "PDF"},
        {STR("Rar!\x1A\x07\x01"), SHEET_REFUSED, "RAR"},
        {STR("PK\x03\x04 cut"), SHEET_REFUSED, "broken"},
        {STR("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), SHEET_ZIP, ""},
        {STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 cut"), SHEET_REFUSED, "without a workbook"},
    };
    for (size_t i = 0; i < sizeof CASE / sizeof *CASE; i++) {
        struct err why = {.lang = LANG_EN}, e = {.lang = LANG_EN};
        enum sheet_format f = SHEET_NONE;
        int fd = -1;
        CHECK_I64(t, sheet_temp_file(t->tmp_dir, &fd, &e), RC_OK);
        CHECK(t, write(fd, CASE[i].bytes.p, CASE[i].bytes.n) == (ssize_t)CASE[i].bytes.n);
        CHECK_I64(t, sheet_format_of(fd, "f", &f, &why, &e), RC_OK);
        CHECK_I64(t, f, CASE[i].format);
        CHECK(t, str_find(str_from(why.msg), str_from(CASE[i].why), 0) != SIZE_MAX);
        (void)close(fd);
    }
}

/* A workbook cut anywhere is refused, or what was cut off was nothing of its cells. */
static void cut_files(struct test *t, const char *name)
{
    struct buf whole, text;
    struct err e = {0};
    char path[256], cut[512], unsaid[SAID_MAX];
    (void)snprintf(path, sizeof path, "tests/fixtures/sheets/%s", name);
    (void)snprintf(cut, sizeof cut, "%s/cut", t->tmp_dir);
    buf_init(&whole, MIB(1));
    CHECK_I64(t, io_read_file(path, &whole, &e), RC_OK);
    CHECK_I64(t, read_first(t, path, &text, unsaid), RC_OK);
    for (size_t n = 0; n < whole.n; n += whole.n / 23 + 1) {
        char said[SAID_MAX];
        struct buf b;
        CHECK_I64(t, io_write_file(cut, str_make(whole.p, n), 0600, &e), RC_OK);
        enum rc rc = read_first(t, cut, &b, said);
        CHECK(t, rc == RC_INPUT || (rc == RC_OK && str_eq(buf_str(&b), buf_str(&text))));
        buf_fini(&b);
    }
    buf_fini(&text);
    buf_fini(&whole);
}

#ifdef MEM_FAULTS
/* Every allocation fails once: an error, and nothing is left. */
static void no_memory(struct test *t)
{
    char said[SAID_MAX];
    struct buf b;
    for (uint64_t nth = 1; nth < 10000; nth++) {
        mem_fault_arm(nth, 0);
        enum rc rc = read_first(t, "tests/fixtures/sheets/odd1900.xlsx", &b, said);
        int fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        buf_fini(&b);
        if (!fired) break;
        CHECK(t, rc == RC_NOMEM || rc == RC_OK);
    }
}

#endif

void sheet_test(struct test *t);

void sheet_test(struct test *t)
{
    if (TEST(t, "sheet: a workbook of LibreOffice")) fixture(t, "odd1900.xlsx", "tests/golden/sheets/odd-xlsx.txt");
    if (TEST(t, "sheet: days counted from 1904")) fixture(t, "odd1904.xlsx", "tests/golden/sheets/odd-xlsx.txt");
    if (TEST(t, "sheet: a strict workbook")) fixture(t, "strict.xlsx", "tests/golden/sheets/strict.txt");
    if (TEST(t, "sheet: Excel 95, texts in GBK")) fixture(t, "biff5.xls", "tests/golden/sheets/biff5.txt");
    if (TEST(t, "sheet: a new workbook with a password")) fixture_refused(t, "password.xlsx", "password");
    if (TEST(t, "sheet: shared strings in blocks")) many_strings(t);
    if (TEST(t, "sheet: more rows than a sheet has")) many_rows(t);
    if (TEST(t, "sheet: an old workbook")) fixture(t, "odd1900.xls", "tests/golden/sheets/odd-xls.txt");
    if (TEST(t, "sheet: an old workbook, days counted from 1904"))
        fixture(t, "odd1904.xls", "tests/golden/sheets/odd-xls.txt");
    if (TEST(t, "sheet: cells without places, out of order, rich")) strange_cells(t);
    if (TEST(t, "sheet: cells that cannot be read say why")) troubled_cells(t);
    if (TEST(t, "sheet: broken and hostile workbooks are refused")) refusals(t);
    if (TEST(t, "sheet: depth and length of XML are limited")) deep_and_long(t);
    if (TEST(t, "sheet: 16,384 columns")) wide(t);
    if (TEST(t, "sheet: what is hidden and merged; filled down when asked")) hidden_and_merged(t);
    if (TEST(t, "sheet: several sheets in one text")) several_sheets(t);
    if (TEST(t, "sheet: what the writer wrote")) round_trip(t);
    if (TEST(t, "sheet: what a file is, by its bytes")) kinds(t);
    if (TEST(t, "sheet: cut files")) {
        cut_files(t, "odd1900.xlsx");
        cut_files(t, "odd1900.xls");
    }
#ifdef MEM_FAULTS
    if (TEST(t, "sheet: every allocation failing")) no_memory(t);
#endif
}
