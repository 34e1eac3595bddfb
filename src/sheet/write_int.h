/* Shared by the files of the writer only. */
#ifndef SHEET_WRITE_INT_H
#define SHEET_WRITE_INT_H
#include <stdio.h>
#include <xlsxwriter.h>
#include "base/arena.h"
#include "base/buf.h"
#include "sheet/write.h"

enum { SHEET_PATH_MAX = 4096, SHEET_NAME_BYTES = 128 };

/* A sheet that rows were written to: where the library keeps them until the end, and what it was told. */
struct sheet_out_sheet {
    lxw_worksheet *ws;
    char name[SHEET_NAME_BYTES];
    uint32_t header_row, rows; /* from 0; rows: written so far, the header and titles counted */
    unsigned number;           /* of the worksheet in the file, from 1 */
    int64_t bytes;             /* of its cells' XML, known at the end */
};

struct sheet_out {
    lxw_workbook *book;
    char path[SHEET_PATH_MAX], tmp[SHEET_PATH_MAX + 8], dir[SHEET_PATH_MAX];
    lxw_format *cell[SHEET_KIND__MAX][SHEET_MARK__MAX];
    lxw_format *title, *note, *header;
    const struct sheet_out_layout *layout;
    struct sheet_out_sheet sheet[SHEET_OUT_SHEETS_MAX];
    size_t n_sheets, part; /* part: the how-manieth sheet of the layout */
    unsigned n_worksheets;
    struct sheet_out_sheet lists; /* hidden: choices too long for a validation of their own; made when needed */
    uint32_t row;
    uint16_t col;
    struct buf text, note_text;
    struct arena arena;
    bool failed; /* a call to the library failed: the file is not to be finished */
};

/* write_sheet.c: widths, titles, header, lists of a new worksheet. */
enum rc sheet_out_furnish(struct sheet_out *b, struct sheet_out_sheet *s, struct err *e) MUST_USE;
/* Lists, frozen panes and what else needs to know the last row. */
enum rc sheet_out_sheet_done(struct sheet_out *b, struct sheet_out_sheet *s, struct err *e) MUST_USE;
/* write_check.c: are all rows in the finished file? */
enum rc sheet_out_verify(const struct sheet_out *b, struct err *e) MUST_USE;
/* write_number.c */
lxw_error sheet_out_number(lxw_worksheet *ws, uint32_t row, uint16_t col, int64_t v, int64_t divisor, lxw_format *f);

/* Text as the library takes it: well-formed, NUL-terminated, in `to`, of at most max characters (0: no cut). */
const char *sheet_out_clean(struct buf *to, struct str s, size_t max);
enum rc sheet_out_failed(struct sheet_out *b, lxw_error why, struct err *e);
#endif
