/* Spreadsheets out: XLSX files for people to read, mend and send back. Rows are written in order and go to disk as they
 * come (constant memory). What is text stays text: a column of identity numbers never becomes numbers.
 *
 *     sheet_out_new(&b, path, day, e)
 *     for each sheet: sheet_out_begin(b, &layout, e)
 *         for each row: one call of sheet_out_text … sheet_out_blank a column, then sheet_out_row_end(b, e)
 *     sheet_out_end(b, e)        the file stands under its name, whole and durable
 *     sheet_out_free(b)          always; without sheet_out_end nothing is left of it
 */
#ifndef SHEET_WRITE_H
#define SHEET_WRITE_H
#include "base/date.h"
#include "base/err.h"

enum {
    SHEET_OUT_ROWS_MAX = 1048576, /* of a sheet; the rows beyond go on in another one of the same layout */
    SHEET_OUT_COLUMNS_MAX = 16384,
    SHEET_OUT_SHEETS_MAX = 200,
    SHEET_OUT_TEXT_MAX = 32767 /* characters of a cell */
};

/* What a column holds: decides the format, also of cells that somebody fills in later. */
enum sheet_kind {
    SHEET_TEXT,  /* text, whatever it looks like */
    SHEET_COUNT, /* whole numbers */
    SHEET_MONEY, /* yuan as #,##0.00 */
    SHEET_DATE,  /* yyyy-mm-dd */
    SHEET_KIND__MAX
};

enum sheet_mark {
    SHEET_PLAIN,
    SHEET_WRONG, /* red: has to be mended */
    SHEET_DOUBT, /* yellow: please look */
    SHEET_FIXED, /* grey: not to be changed */
    SHEET_MARK__MAX
};

struct sheet_out_column {
    struct str title;
    enum sheet_kind kind;
    unsigned width;            /* in half-width characters; 0: from the title */
    bool hidden;               /* a key that comes back with the file */
    const struct str *choices; /* n_choices texts to choose from (a list under each cell); NULL: anything */
    size_t n_choices;
};

struct sheet_out_layout {
    struct str name;         /* of the sheet; what a sheet's name must not have is replaced */
    const struct str *title; /* n_titles rows above the header, merged over all visible columns; the first is large */
    size_t n_titles;
    const struct sheet_out_column *column;
    size_t n_columns;
    unsigned frozen_columns; /* that stay when the sheet is moved sideways; the header always does */
};

struct sheet_out;

/* The file is made at `path` with the mode 0600 when it is whole; until then it is path.tmp. day: said to be the day it
 * was made. RC_ENV when the folder cannot be written. */
enum rc sheet_out_new(struct sheet_out **out, const char *path, date_day day, struct err *e) MUST_USE;
/* Begin a sheet: titles, header, widths, lists. The layout is borrowed until the next begin or the end. RC_INPUT when
 * it has no visible column or too much of anything. */
enum rc sheet_out_begin(struct sheet_out *b, const struct sheet_out_layout *l, struct err *e) MUST_USE;

/* The next cell of the row. note: shown when one points at the cell, "" for none; it is cut at 2,000 characters.
 * Malformed UTF-8 is written as U+FFFD; a text longer than SHEET_OUT_TEXT_MAX is RC_INPUT. */
enum rc sheet_out_text(struct sheet_out *b, struct str text, enum sheet_mark m, struct str note,
                       struct err *e) MUST_USE;
/* Numbers above 15 digits would lose digits in a spreadsheet: they are written as text. */
enum rc sheet_out_count(struct sheet_out *b, int64_t v, enum sheet_mark m, struct str note, struct err *e) MUST_USE;
enum rc sheet_out_money(struct sheet_out *b, int64_t fen, enum sheet_mark m, struct str note, struct err *e) MUST_USE;
/* A day before 1900-03-01 (which spreadsheets count wrongly) is written as text, 0 as a blank. */
enum rc sheet_out_date(struct sheet_out *b, date_day d, enum sheet_mark m, struct str note, struct err *e) MUST_USE;
enum rc sheet_out_blank(struct sheet_out *b, enum sheet_mark m, struct str note, struct err *e) MUST_USE;
/* The cells not written are blank. */
enum rc sheet_out_row_end(struct sheet_out *b, struct err *e) MUST_USE;
/* Row of the sheet (from 1, as the spreadsheet counts) that the next cell goes to. */
uint32_t sheet_out_row(const struct sheet_out *b);

/* Close, check that everything reached the disk, and put the file in its place. RC_ENV when the disk is full. */
enum rc sheet_out_end(struct sheet_out *b, struct err *e) MUST_USE;
void sheet_out_free(struct sheet_out *b); /* NULL is fine */
#endif
