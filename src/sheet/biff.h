/* What FreeXL does not tell of an old workbook: results of formulas, booleans and error values, number formats, which
 * sheets, rows and columns are hidden, which cells are merged. Read from the records of the file's Workbook stream
 * (MS-XLS), every length checked. */
#ifndef SHEET_BIFF_H
#define SHEET_BIFF_H
#include <string.h>
#include "base/buf.h"
#include "base/vec.h"
#include "sheet/value.h"

enum biff_kind {
    BIFF_STYLE,  /* the value is FreeXL's, to be shown by the style */
    BIFF_NUMBER, /* a formula's result: its eight bytes are in `bits` */
    BIFF_TEXT,   /* text[off, off + len) */
    BIFF_TRUE,
    BIFF_FALSE,
    BIFF_ERROR, /* text as BIFF_TEXT: "#N/A" */
    BIFF_EMPTY, /* a formula whose result is an empty text */
    BIFF_UNDONE /* a formula that must give a text and has none: no program computed it */
};

struct biff_cell {
    uint16_t sheet, row, column; /* from 0 */
    uint8_t kind;
    struct sheet_style style;
    uint64_t bits;
    uint32_t off, len;
};

enum { BIFF_SHEETS_MAX = 256 };

/* A hidden row or column. */
struct biff_hidden {
    uint16_t sheet, at; /* from 0 */
};

/* Cells merged into one, both ends in it. */
struct biff_merged {
    uint16_t sheet, row, last_row, column, last_column; /* from 0 */
};

struct biff {
    VEC(struct biff_cell) cell; /* ascending by sheet, row, column */
    struct buf text;
    bool password;
    uint32_t day_shift; /* 1462 where days are counted from 1904 */
    bool hidden[BIFF_SHEETS_MAX];
    VEC(struct biff_hidden) row, column;
    VEC(struct biff_merged) merged;
    size_t sheets;
};

/* RC_INPUT when the file is not what it says; RC_NOMEM. Freed with biff_fini in any case. */
enum rc biff_read(struct biff *b, int fd, struct err *e) MUST_USE;
void biff_fini(struct biff *b);
/* NULL: there is nothing to say of the cell. */
const struct biff_cell *biff_find(const struct biff *b, uint16_t sheet, uint16_t row, uint16_t column);
#endif
