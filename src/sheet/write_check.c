/* The library takes its rows from a temporary file into another and from there into the zip, and looks at none of these
 * writes. A disk that was full in between makes a file that opens with rows gone: so the finished file is read once. */
#include <zip.h>
#include "base/limits.h"
#include "base/mem.h"
#include "sheet/write_int.h"

enum { CHECK_PIECE = 64 * 1024, CHECK_TAIL = 16 };

/* Finds words in a stream of pieces: the last bytes of each piece are put before the next. */
struct finder {
    char *p; /* CHECK_TAIL + CHECK_PIECE */
    size_t kept;
    int64_t base; /* offset of p in the stream */
    int64_t open, close, last;
};

static void look(struct finder *f, size_t n)
{
    struct str s = {f->p, f->kept + n};
    size_t a = str_find(s, STR("<sheetData>"), 0), z = str_find(s, STR("</sheetData>"), 0);
    if (f->open < 0 && a != SIZE_MAX) f->open = f->base + (int64_t)a + 11;
    if (f->close < 0 && z != SIZE_MAX) f->close = f->base + (int64_t)z;
    if (str_find(s, STR("</worksheet>"), 0) != SIZE_MAX) f->last = 1;
    f->kept = s.n < CHECK_TAIL ? s.n : CHECK_TAIL;
    f->base += (int64_t)(s.n - f->kept);
    memmove(f->p, f->p + s.n - f->kept, f->kept);
}

/* Reading to the end also compares the checksum. */
static bool read_sheet(zip_t *z, unsigned number, struct finder *f)
{
    char name[64];
    (void)snprintf(name, sizeof name, "xl/worksheets/sheet%u.xml", number);
    zip_file_t *in = zip_fopen(z, name, 0);
    zip_int64_t n = -1;
    while (in && (n = zip_fread(in, f->p + f->kept, CHECK_PIECE)) > 0) look(f, (size_t)n);
    return in && zip_fclose(in) == 0 && n == 0;
}

static bool whole(zip_t *z, const struct sheet_out_sheet *s, char *piece)
{
    struct finder f = {.p = piece, .open = -1, .close = -1};
    return read_sheet(z, s->number, &f) && f.last && f.open >= 0 && f.close - f.open == s->bytes;
}

enum rc sheet_out_verify(const struct sheet_out *b, struct err *e)
{
    zip_t *z = zip_open(b->tmp, ZIP_RDONLY, NULL);
    char *piece = mem_alloc(CHECK_TAIL + CHECK_PIECE);
    bool ok = z && piece;
    for (size_t i = 0; ok && i < b->n_sheets; i++) ok = whole(z, &b->sheet[i], piece);
    if (ok && b->lists.ws) ok = whole(z, &b->lists, piece);
    enum rc rc = piece ? RC_OK : err_nomem(e);
    if (z) zip_discard(z);
    mem_free(piece);
    if (rc || ok) return rc;
    return err_set(e, RC_ENV, (struct pos){.file = b->path},
                   "the spreadsheet did not reach the disk whole; look whether the disk is full",
                   "电子表格未能完整写入磁盘；请检查磁盘是否已满");
}
