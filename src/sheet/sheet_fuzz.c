/* Any bytes as a workbook, an archive or an old workbook's records. */
#include <sys/mman.h>
#include <unistd.h>
#include "base/limits.h"
#include "sheet/biff.h"
#include "sheet/sheet.h"
#include "sheet/zipbox.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void look_through(int fd)
{
    struct sheet_book *b = NULL;
    struct err e = {0};
    struct arena a;
    arena_init(&a, MIB(64));
    if (sheet_book_open(&b, fd, "f", "/tmp", 1, &e) == RC_OK)
        for (size_t i = 0; i < sheet_book_count(b); i++) {
            struct str text;
            uint32_t rows;
            if (sheet_book_info(b, i).chart) continue;
            if (i % 2) sheet_book_skip_hidden(b);
            if (sheet_book_peek(b, i, &a, &text, &rows, &e) || sheet_book_rows(b, i, &rows, &e)) break;
        }
    sheet_book_close(b);
    arena_fini(&a);
}

static void unpack(int fd)
{
    struct zip_box *z = NULL;
    struct err e = {0};
    int out;
    if (zip_box_open(&z, fd, "f", &e)) return;
    for (size_t i = 0; i < zip_box_count(z) && i < 8; i++)
        if (zip_box_extract(z, i, "/tmp", &out, &e) == RC_OK) (void)close(out);
    zip_box_close(z);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct err e = {0}, why = {0};
    enum sheet_format format = SHEET_NONE;
    struct biff known;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0) return 0;
    if (write(fd, p, n) == (ssize_t)n && sheet_format_of(fd, "f", &format, &why, &e) == RC_OK) {
        if (format == SHEET_XLSX) look_through(fd);
        if (format == SHEET_ZIP) unpack(fd);
        if (biff_read(&known, fd, &e) == RC_OK) (void)biff_find(&known, 0, 0, 0);
        biff_fini(&known);
    }
    (void)close(fd);
    return 0;
}
