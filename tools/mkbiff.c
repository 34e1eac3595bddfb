/* mkbiff OUT.xls SHEET [macros] <TABLE.csv: a workbook of Excel 95 (BIFF 5 in a compound file, texts in GBK), which no
 * program of today writes, for the fixtures (tests/fixtures/sheets.sh). A cell that is a day of the form 2026-06-30
 * becomes a date, a number of at most fifteen characters a number, TRUE, FALSE and #N/A what they say, all else a text.
 * The CSV is UTF-8 without quotation marks. macros: beside the workbook stands a folder such as macros lie in. */
#include <iconv.h>
#include <stdint.h>
#include <time.h>
#include "tool.h"

enum { SECTOR = 512, STREAM_MAX = 110 * SECTOR, MINI_CUTOFF = 4096, LINE = 4096, END = -2, FAT = -3, FREE = -1 };
enum { BOF = 0x809, EOF_ = 0x0A, CODEPAGE = 0x42, DATEMODE = 0x22, FONT = 0x31, XF = 0xE0, BOUNDSHEET = 0x85 };
enum { DIMENSIONS = 0x200, NUMBER = 0x203, LABEL = 0x204, BOOLERR = 0x205 };
enum { STYLES = 15, PLAIN = STYLES, DAY = STYLES + 1, DAY_FORMAT = 14, EPOCH_DAYS = 25569 };

struct stream {
    unsigned char p[STREAM_MAX];
    size_t n;
};

static void put(struct stream *s, uint64_t v, unsigned bytes)
{
    if (s->n + bytes > STREAM_MAX) tool_die("mkbiff", "more than fits");
    for (unsigned i = 0; i < bytes; i++) s->p[s->n++] = (unsigned char)(v >> 8 * i);
}

static void put_bytes(struct stream *s, const void *p, size_t n)
{
    for (size_t i = 0; i < n; i++) put(s, ((const unsigned char *)p)[i], 1);
}

static void record(struct stream *s, unsigned id, unsigned length) { put(s, id, 2), put(s, length, 2); }

static size_t gbk(const char *text, char out[LINE])
{
    iconv_t c = iconv_open("GBK", "UTF-8");
    char *from = (char *)(uintptr_t)text, *to = out;
    size_t n = strlen(text), room = LINE;
    if (c == (iconv_t)-1 || iconv(c, &from, &n, &to, &room) == (size_t)-1) tool_die(text, "not in GBK");
    iconv_close(c);
    return LINE - room;
}

/* ---- the workbook's records */

static void begin(struct stream *s, unsigned kind)
{
    record(s, BOF, 8);
    put(s, 0x0500, 2), put(s, kind, 2), put(s, 0x0DBB, 2), put(s, 1996, 2);
}

static void globals(struct stream *s, const char *sheet)
{
    char name[LINE];
    size_t n = gbk(sheet, name);
    begin(s, 5);
    record(s, CODEPAGE, 2), put(s, 936, 2);
    record(s, DATEMODE, 2), put(s, 0, 2);
    for (int i = 0; i < 4; i++) {
        record(s, FONT, 20);
        put(s, 200, 2), put(s, 0, 2), put(s, 0x7FFF, 2), put(s, 400, 2), put(s, 0, 6), put(s, 5, 1);
        put_bytes(s, "Arial", 5);
    }
    for (int i = 0; i < STYLES + 2; i++) {
        record(s, XF, 16);
        put(s, 0, 2), put(s, i == DAY ? DAY_FORMAT : 0, 2), put(s, i < STYLES ? 0xFFF5 : 1, 2), put(s, 0x20, 8),
            put(s, 0, 2);
    }
    record(s, BOUNDSHEET, (unsigned)(7 + n));
    size_t body = s->n + 7 + n + 4;
    put(s, body, 4), put(s, 0, 2), put(s, n, 1);
    put_bytes(s, name, n);
    record(s, EOF_, 0);
}

static void cell_head(struct stream *s, unsigned id, unsigned length, unsigned row, unsigned column, unsigned style)
{
    record(s, id, length);
    put(s, row, 2), put(s, column, 2), put(s, style, 2);
}

static void number(struct stream *s, unsigned row, unsigned column, unsigned style, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    cell_head(s, NUMBER, 14, row, column, style);
    put(s, bits, 8);
}

static void cell(struct stream *s, unsigned row, unsigned column, const char *text)
{
    struct tm day = {0};
    char *end, bytes[LINE];
    double v = strtod(text, &end);
    const char *rest = strlen(text) == 10 ? strptime(text, "%Y-%m-%d", &day) : NULL;
    int yes = strcmp(text, "TRUE") == 0, error = strcmp(text, "#N/A") == 0;
    if (!*text) return;
    if (rest && !*rest) {
        number(s, row, column, DAY, (double)(timegm(&day) / 86400 + EPOCH_DAYS));
    } else if (!*end && strlen(text) <= 15) {
        number(s, row, column, PLAIN, v);
    } else if (yes || error || strcmp(text, "FALSE") == 0) {
        cell_head(s, BOOLERR, 8, row, column, PLAIN);
        put(s, error ? 42 : (unsigned)yes, 1), put(s, (unsigned)error, 1);
    } else {
        size_t n = gbk(text, bytes);
        cell_head(s, LABEL, (unsigned)(8 + n), row, column, PLAIN);
        put(s, n, 2);
        put_bytes(s, bytes, n);
    }
}

/* One row of them; how many cells. */
static unsigned row_of(struct stream *s, unsigned row, char *line)
{
    unsigned column = 0;
    line[strcspn(line, "\r\n")] = 0;
    for (char *at = line, *comma = line; comma; at = comma + 1, column++) {
        comma = strchr(at, ',');
        if (comma) *comma = 0;
        cell(s, row, column, at);
    }
    return column;
}

static void sheet_of(struct stream *s, FILE *in)
{
    char line[LINE];
    unsigned rows = 0, columns = 0;
    begin(s, 0x10);
    record(s, DIMENSIONS, 10);
    size_t at = s->n;
    put(s, 0, 10);
    while (fgets(line, sizeof line, in)) {
        unsigned n = row_of(s, rows++, line);
        if (n > columns) columns = n;
    }
    record(s, EOF_, 0);
    s->p[at + 2] = (unsigned char)rows, s->p[at + 3] = (unsigned char)(rows >> 8),
              s->p[at + 6] = (unsigned char)columns;
    while (s->n < MINI_CUTOFF || s->n % SECTOR) put(s, 0, 1);
}

/* ---- the compound file around it */

static void entry(struct stream *s, const char *name, unsigned kind, int child, int next, int start, size_t size)
{
    size_t n = strlen(name), from = s->n;
    for (size_t i = 0; i < n; i++) put(s, (unsigned char)name[i], 2);
    while (s->n < from + 64) put(s, 0, 1);
    put(s, n ? 2 * n + 2 : 0, 2), put(s, kind, 1), put(s, 1, 1);
    put(s, (uint32_t)-1, 4), put(s, (uint32_t)next, 4), put(s, (uint32_t)child, 4);
    put(s, 0, 36), put(s, (uint32_t)start, 4), put(s, size, 8);
}

static void header(struct stream *s, int directory, int table)
{
    put_bytes(s, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    put(s, 0, 16), put(s, 0x3E, 2), put(s, 3, 2), put(s, 0xFFFE, 2), put(s, 9, 2), put(s, 6, 2), put(s, 0, 10);
    put(s, 1, 4), put(s, (uint32_t)directory, 4), put(s, 0, 4), put(s, MINI_CUTOFF, 4), put(s, (uint32_t)END, 4);
    put(s, 0, 4), put(s, (uint32_t)END, 4), put(s, 0, 4), put(s, (uint32_t)table, 4);
    while (s->n < SECTOR) put(s, 0xFF, 1);
}

static void compound(struct stream *out, const struct stream *book, int macros)
{
    int sectors = (int)(book->n / SECTOR);
    header(out, sectors, sectors + 1);
    put_bytes(out, book->p, book->n);
    entry(out, "Root Entry", 5, 1, FREE, END, 0);
    entry(out, "Book", 2, FREE, macros ? 2 : FREE, 0, book->n);
    entry(out, macros ? "_VBA_PROJECT_CUR" : "", macros ? 1 : 0, FREE, FREE, 0, 0);
    entry(out, "", 0, FREE, FREE, 0, 0);
    for (int i = 0; i < SECTOR / 4; i++) {
        int next = i < sectors - 1 ? i + 1 : i <= sectors ? END : i == sectors + 1 ? FAT : FREE;
        put(out, (uint32_t)next, 4);
    }
}

int main(int argc, char **argv)
{
    struct stream *book = calloc(1, sizeof *book), *out = calloc(1, sizeof *out);
    if (argc < 3 || !book || !out) tool_die("mkbiff", "usage: mkbiff OUT.xls SHEET [macros] <TABLE.csv");
    globals(book, argv[2]);
    sheet_of(book, stdin);
    compound(out, book, argc > 3 && strcmp(argv[3], "macros") == 0);
    FILE *f = fopen(argv[1], "wb");
    if (!f || fwrite(out->p, 1, out->n, f) != out->n || fclose(f)) tool_die(argv[1], "cannot be written");
    free(book);
    free(out);
    return 0;
}
