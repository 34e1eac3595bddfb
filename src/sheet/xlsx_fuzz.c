/* A workbook whose parts are any bytes: a sheet, shared strings, styles, the workbook, divided by 0xFF bytes, in a
 * sound archive, so that the XML is reached. What is read must be text that the rest of the import can read: a line a
 * row, quotation marks closed. */
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>
#include "base/limits.h"
#include "base/mem.h"
#include "ingest/csv.h"
#include "sheet/recast.h"
#include "sheet/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char *const NAMES[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml",
                                    "xl/workbook.xml"};
enum { PARTS = sizeof NAMES / sizeof *NAMES };

static void must(bool ok)
{
    if (!ok) __builtin_trap();
}

static void add(zip_t *z, const char *name, struct str s)
{
    zip_source_t *source = zip_source_buffer(z, s.p, s.n, 0);
    zip_int64_t at = zip_file_add(z, name, source, 0);
    must(at >= 0 && zip_set_file_compression(z, (zip_uint64_t)at, ZIP_CM_STORE, 0) == 0);
}

#define TYPE "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
static const char RELATIONS[] = "<Relationships><Relationship Id=\"rId1\" " TYPE
                                "worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" " TYPE
                                "sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"rId3\" " TYPE
                                "styles\" Target=\"styles.xml\"/></Relationships>";
static const char BOOK[] =
    "<workbook xmlns:r=\"r\"><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";

static void pack(int fd, struct str rest)
{
    zip_error_t why;
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    zip_error_init(&why);
    zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, &why);
    must(out != NULL);
    zip_source_keep(out);
    zip_t *z = zip_open_from_source(out, ZIP_TRUNCATE, &why);
    must(z != NULL);
    add(z, "[Content_Types].xml", STR("<Types/>"));
    add(z, "xl/_rels/workbook.xml.rels", str_from(RELATIONS));
    for (size_t i = 0; i < PARTS; i++) {
        struct str part = STR("");
        (void)str_cut(&rest, '\xFF', &part);
        add(z, NAMES[i], i + 1 == PARTS && !part.n ? str_from(BOOK) : part);
    }
    must(zip_close(z) == 0);
    char piece[4096];
    zip_int64_t k;
    must(zip_source_open(out) == 0);
    while ((k = zip_source_read(out, piece, sizeof piece)) > 0) must(write(fd, piece, (size_t)k) == k);
    zip_source_free(out);
}

static void read_rows(int text, uint32_t lines)
{
    struct csv_file f;
    struct csv_reader r;
    struct row_batch b;
    struct err e = {0};
    struct csv_options o = {.delim = ',', .encoding = TEXT_UTF8, .threads = 1, .sparse = true};
    if (csv_file_from_fd(&f, "f", text, &o, &e)) return; /* no header, too many columns */
    must(!f.unclosed_line && f.lines == lines);
    if (csv_reader_init(&r, &f, f.columns, &e) == RC_OK) {
        for (size_t p = 0; p < f.parts && !csv_reader_start(&r, p, &e); p++) {
            do must(csv_reader_next(&r, &b, &e) == RC_OK);
            while (b.rows);
        }
        csv_reader_fini(&r);
    }
    csv_file_close(&f);
}

/* With its columns turned about and filled down it is the same number of lines. */
static void read_again(int text, struct sheet_places *places)
{
    static const uint32_t TO[] = {2, 1};
    static const bool FILL[] = {true, true, true};
    const struct sheet_columns columns = {TO, 2, 3};
    struct sheet_recast r = {.temp_dir = "/tmp", .columns = &columns, .fill = FILL, .n_fill = 3};
    struct err e = {0};
    int out;
    must(sheet_recast(text, places, &r, &out, &e) == RC_OK);
    read_rows(out, places->lines);
}

static void look_through(int fd, bool down)
{
    struct sheet_book *b = NULL;
    struct err e = {0};
    struct arena a;
    struct str text;
    struct sheet_places places;
    struct sheet_wanted want = {0};
    uint32_t rows;
    int out;
    arena_init(&a, MIB(64));
    if (sheet_book_open(&b, fd, "f", "/tmp", 1, &e) == RC_OK && !sheet_book_info(b, 0).chart) {
        enum rc peeked = sheet_book_peek(b, 0, &a, &text, &rows, &e);
        enum rc rc = sheet_book_text(b, &want, 1, &out, &places, &e);
        must(rc || !peeked);
        if (!rc && down) read_again(out, &places);
        if (!rc) read_rows(out, places.lines);
        if (!rc) sheet_places_fini(&places);
    }
    sheet_book_close(b);
    arena_fini(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0) return 0;
    pack(fd, str_make((const char *)p, n));
    look_through(fd, n % 2 != 0);
    (void)close(fd);
    return 0;
}
