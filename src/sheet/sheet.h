/* Spreadsheets in: XLSX (streamed) and old XLS, by what they hold and not by what they are called. A workbook's sheets
 * are listed, some of them are written as canonical text (UTF-8, commas, quotation marks, one line a row) to a file
 * without a name, and the rest of the import reads that.
 *
 * Cells as text: what one would see after "save as CSV", but exactly. Numbers have the digits that fifteen decimal
 * digits give (0.30000000000000004 is 0.3), never an exponent; dates are 2026-01-05, a month 2026-01 where no day is
 * shown, with the time of day behind it where there is one; percentages 12.5%; leading zeros that a format shows;
 * booleans TRUE and FALSE. Line breaks in a cell are blanks. What cannot be read begins with CELL_TROUBLE
 * (ingest/cell.h), so that it is a bad cell with its reason and never a text: error values, numbers that have lost
 * digits, formulas without results. */
#ifndef SHEET_SHEET_H
#define SHEET_SHEET_H
#include "base/arena.h"
#include "base/err.h"
#include "sheet/places.h"

enum sheet_format {
    SHEET_NONE, /* text, or nothing this module knows */
    SHEET_XLSX,
    SHEET_XLS,
    SHEET_ZIP,    /* an archive of files */
    SHEET_REFUSED /* a format that is refused with advice: sheet_refuse says it */
};

/* What the bytes of an open file are. `why` for SHEET_REFUSED: the refusal. RC_ENV when it cannot be read. */
enum rc sheet_format_of(int fd, const char *name, enum sheet_format *out, struct err *why, struct err *e) MUST_USE;

struct sheet_info {
    struct str name;
    bool hidden, chart;
};

struct sheet_book;
/* Open a workbook: fd stays the caller's and is only read (pread); name is for messages, both are borrowed until
 * sheet_book_close. temp_dir: where a file without a name may be made. RC_INPUT for all that is refused: a password,
 * macros, a DOCTYPE, what is broken, and more than base/limits.h allows. */
enum rc sheet_book_open(struct sheet_book **out, int fd, const char *name, const char *temp_dir, unsigned threads,
                        struct err *e) MUST_USE;
void sheet_book_close(struct sheet_book *b); /* NULL is fine */
size_t sheet_book_count(const struct sheet_book *b);
struct sheet_info sheet_book_info(const struct sheet_book *b, size_t sheet);
/* From now on rows that are hidden or filtered out are left empty in what is read; the places still say which. */
void sheet_book_skip_hidden(struct sheet_book *b);
/* The first rows of a sheet as canonical text, at most SHEET_PEEK_ROWS that are not empty; *rows: how many. Into the
 * arena; empty for an empty sheet. */
enum { SHEET_PEEK_ROWS = 64 };
enum rc sheet_book_peek(struct sheet_book *b, size_t sheet, struct arena *a, struct str *text, uint32_t *rows,
                        struct err *e) MUST_USE;

/* How many rows of a sheet are not empty. */
enum rc sheet_book_rows(struct sheet_book *b, size_t sheet, uint32_t *rows, struct err *e) MUST_USE;

struct sheet_wanted {
    size_t sheet;
    uint32_t begin; /* rows above it are left empty: they repeat the head of the sheet before; 0 and 1: all count */
};
/* Write the sheets as canonical text, one behind the other, to a file without a name: *fd is the caller's to close. A
 * value merged over several cells stands in the first alone; sheet/recast.h fills them. */
enum rc sheet_book_text(struct sheet_book *b, const struct sheet_wanted *want, size_t n, int *fd,
                        struct sheet_places *places, struct err *e) MUST_USE;
/* A file without a name in a folder, for its owner only: it goes with the process. */
enum rc sheet_temp_file(const char *dir, int *fd, struct err *e) MUST_USE;
/* All of it, or RC_ENV: the disk is full. */
enum rc sheet_write_all(int fd, const char *p, size_t n, struct err *e) MUST_USE;
#endif
