/* Rows of cells as every reader of files delivers them (text files here; spreadsheets fill the same batch). */
#ifndef INGEST_ROWS_H
#define INGEST_ROWS_H
#include "base/limits.h"
#include "base/str.h"

enum {
    ROW_EXPLICIT = 1,        /* internal: the cells are listed one by one in `cell` */
    ROW_QUOTED = 2,          /* a quotation mark occurs in the row */
    ROW_RAGGED_SHORT = 4,    /* fewer cells than the header; those missing read as empty */
    ROW_RAGGED_LONG = 8,     /* more cells than the header, and one of those beyond is not empty */
    ROW_TRAILING_EMPTY = 16, /* more cells than the header, all of those beyond empty: harmless */
    ROW_BAD_ENCODING = 32,   /* malformed bytes; the cells that hold them are not valid UTF-8 */
    ROW_BAD_QUOTE = 64,      /* text after a closing quote, or a quote never closed */
    ROW_NUL = 128,           /* a NUL character */
    ROW_CELL_TOO_LONG = 256, /* a cell of a column above CSV_CELL_MAX bytes */
    ROW_ALL_EMPTY = 512,     /* every cell empty */
    /* What an importer has to refuse the row for. */
    ROW_REFUSE = ROW_RAGGED_SHORT | ROW_RAGGED_LONG | ROW_BAD_ENCODING | ROW_BAD_QUOTE | ROW_NUL | ROW_CELL_TOO_LONG
};

struct row_cell {
    uint32_t off, len;
};

struct row_info {
    uint32_t line;  /* line of the file where the row starts, from 1 */
    uint32_t start; /* offset of its first byte in the batch's text */
    uint32_t first; /* its first entry in `end`, or in `cell` when ROW_EXPLICIT */
    uint16_t cells; /* cells found in the file, at most UINT16_MAX */
    uint16_t flags; /* ROW_… */
};

/* Valid until the next call on its reader. Plain rows cost four bytes a cell: only where each cell ends. */
struct row_batch {
    const char *text;
    const uint32_t *end;
    const struct row_cell *cell;
    const struct row_info *row;
    uint32_t rows, columns;
};

/* Cell c (< columns) of row r, without its quotes. */
static inline struct str row_cell(const struct row_batch *b, size_t r, size_t c)
{
    const struct row_info *row = &b->row[r];
    if (row->flags & ROW_EXPLICIT) {
        struct row_cell x = b->cell[row->first + c];
        return (struct str){b->text + x.off, x.len};
    }
    uint32_t from = c ? b->end[row->first + c - 1] + 1 : row->start;
    return (struct str){b->text + from, b->end[row->first + c] - from};
}

/* Why a row is refused, for people; the first of its flags. NULL when it is not. */
const char *row_refusal(unsigned flags, int english);
#endif
