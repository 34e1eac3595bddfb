/* Shared by the readers of spreadsheets only. */
#ifndef SHEET_SHEET_INT_H
#define SHEET_SHEET_INT_H
#include "base/buf.h"
#include "base/limits.h"
#include "base/vec.h"
#include "sheet/sheet.h"
#include "sheet/value.h"
#include "sheet/xml.h"

/* ---- a row on its way into the text */

struct sheet_cell {
    uint32_t column;   /* from 1 */
    uint32_t off, len; /* in sheet_line.text */
};

/* Cells in any order; of two at one place the later counts. */
struct sheet_line {
    uint32_t row; /* from 1 */
    bool hidden;
    uint32_t struck; /* cells whose text is struck through */
    VEC(struct sheet_cell) cell;
    struct buf text;
    bool failed; /* out of memory */
};

struct sheet_merge_down; /* a range being filled down */

/* Rows as canonical text, to a file or, for a look at the first rows, into memory. */
struct sheet_text {
    int fd;          /* -1: the buffer is all there is */
    bool count_only; /* the text is not kept */
    const char *name;
    struct buf out;
    uint32_t base, line;       /* lines before the sheet's row 1; lines written in all */
    uint32_t begin;            /* rows above it are left empty */
    uint32_t width;            /* cells that rows are filled up to: the widest so far, within reason */
    uint32_t rows, most;       /* rows with cells so far; enough after so many (0: never) */
    bool enough, filled;       /* filled: the line being handed on has cells */
    bool skip_hidden;          /* hidden rows are left empty */
    const uint8_t *row_hidden; /* for lines handed on: a bit for each row of the sheet; NULL: none */
    uint32_t n_row_hidden;
    struct sheet_places *places; /* NULL: a look only */
    uint64_t error_values, lost_digits, without_results, formulas, format_units;
    VEC(struct sheet_range) hidden, struck;
    /* Ranges to fill down, ascending by row, and what stands at their first cells. */
    const struct sheet_range *down;
    size_t n_down, next_down;
    VEC(struct sheet_merge_down) active;
    uint64_t *counted; /* of each of n_counted columns: cells that were filled */
    uint32_t n_counted;
    uint8_t half[SHEET_COLUMNS_MAX / 8 + 1]; /* a bit for each column: sheet_place.half_months */
};

static inline void sheet_text_note_number(struct sheet_text *t, uint32_t column, struct str shown)
{
    if (sheet_half_month(shown)) t->half[column / 8] |= (uint8_t)(1 << column % 8);
}

enum rc sheet_text_init(struct sheet_text *t, int fd, const char *name, struct err *e) MUST_USE;
void sheet_text_fini(struct sheet_text *t);
/* Rows must come in ascending order: RC_INPUT when they do not. */
enum rc sheet_text_row(struct sheet_text *t, struct sheet_line *l, struct err *e) MUST_USE;
/* Lines that are canonical text already, in pieces that end anywhere. */
enum rc sheet_text_lines(struct sheet_text *t, struct str piece, struct err *e) MUST_USE;
/* After the last row of a sheet: the lines of the next one begin here. Its hidden rows go to the arena of the places.
 */
enum rc sheet_text_sheet_end(struct sheet_text *t, struct sheet_place *place, struct err *e) MUST_USE;
enum rc sheet_text_flush(struct sheet_text *t, struct err *e) MUST_USE;

void sheet_line_init(struct sheet_line *l);
void sheet_line_fini(struct sheet_line *l);
void sheet_line_clear(struct sheet_line *l, uint32_t row);

/* ---- workbooks */

struct xlsx;
struct xls;
struct sheet_book {
    const char *name, *temp_dir;
    int fd;
    unsigned threads;
    enum sheet_format format;
    struct sheet_info *sheet;
    size_t n;
    bool skip_hidden;
    struct arena arena;
    struct xlsx *xlsx;
    struct xls *xls;
};

enum rc xlsx_open(struct sheet_book *b, struct err *e) MUST_USE;
void xlsx_close(struct xlsx *x);
/* One sheet into t; with `merged` alone (t NULL) only what stands behind the rows is read. */
enum rc xlsx_read(struct sheet_book *b, size_t sheet, struct sheet_text *t, struct sheet_place *place, struct arena *a,
                  struct err *e) MUST_USE;
enum rc xls_open(struct sheet_book *b, struct err *e) MUST_USE;
void xls_close(struct xls *x);
enum rc xls_read(struct sheet_book *b, size_t sheet, struct sheet_text *t, struct sheet_place *place, struct arena *a,
                 struct err *e) MUST_USE;

/* A workbook that cannot be read: "what" is a place in it. */
enum rc sheet_broken(const struct sheet_book *b, const char *what, struct err *e);
#endif
