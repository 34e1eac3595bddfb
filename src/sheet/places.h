/* Where the lines of a spreadsheet's canonical text stand in the spreadsheet. The text has one line a row, so that with
 * one sheet line L is row L; several sheets follow each other. Columns of the text are columns of the sheet: the third
 * is C. Only what a reader of the text cannot see is kept here: names, what is hidden, what is merged. */
#ifndef SHEET_PLACES_H
#define SHEET_PLACES_H
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum { SHEET_LETTERS_MAX = 8, SHEET_PLACE_TEXT_MAX = 160 };

/* Rows and columns from 1, both ends in it. */
struct sheet_range {
    uint32_t row, last_row, column, last_column;
};

struct sheet_place {
    struct str name;
    uint32_t line;  /* of the text: where its row 1 stands */
    uint32_t rows;  /* up to the last one that is not empty */
    uint32_t begin; /* rows above it repeat the head of the sheet before and are left empty in the text; 1: none */
    bool hidden;
    struct sheet_range *merged; /* as they stand in the file; the text has the value at the first cell only, unless
                                   sheet_recast filled the others */
    size_t n_merged;
    const uint32_t *origin; /* of each column of the text, from 1, the sheet's own; NULL: they are the same */
    uint32_t n_origin;
    bool moved;                      /* they are not the same */
    struct sheet_range *hidden_rows; /* ascending, apart; of rows that are not empty */
    size_t n_hidden_rows;
    struct sheet_range *struck_rows; /* likewise; most of their cells are struck through */
    size_t n_struck_rows;
    struct sheet_range *hidden_columns;
    size_t n_hidden_columns;
    const uint8_t *half_months; /* a bit for each of the sheet's own columns, from 1: numbers such as 2026.1, which as
                                   a month may be January or October; NULL: none */
};

/* A sheet of the file that is not in the text. */
struct sheet_left {
    struct str name;
    uint32_t rows; /* that were looked at and are not empty; 0: it is empty */
    bool hidden, chart;
    bool not_named; /* others were said */
};

struct sheet_places {
    struct sheet_place *sheet;
    size_t n;
    struct sheet_left *left;
    size_t n_left;
    uint32_t lines;
    uint64_t cells;
    /* What a cell cannot be read for; each of them is a bad cell of its row when its column counts. */
    uint64_t error_values;    /* #N/A, #DIV/0! … */
    uint64_t lost_digits;     /* numbers above 15 digits */
    uint64_t format_units;    /* amounts whose unit is that of their number format */
    uint64_t without_results; /* formulas that no program has computed */
    uint64_t formulas;        /* with results */
    uint64_t hidden_rows, struck_rows;
    struct arena arena;
};

void sheet_places_fini(struct sheet_places *p);
/* The sheet of a line, and its row there; NULL when the line is in none. */
const struct sheet_place *sheet_place_of(const struct sheet_places *p, uint32_t line, uint32_t *row);
bool sheet_row_hidden(const struct sheet_place *s, uint32_t row);
bool sheet_column_hidden(const struct sheet_place *s, uint32_t column);
/* By the sheet's own column. */
bool sheet_has_half_months(const struct sheet_place *s, uint32_t column);
/* The merged range that covers a cell, or NULL. */
const struct sheet_range *sheet_merged_at(const struct sheet_place *s, uint32_t row, uint32_t column);
/* The sheet's own column of a column of the text. */
uint32_t sheet_column_of(const struct sheet_place *s, uint32_t column);
/* 1 → "A", 27 → "AA"; out has SHEET_LETTERS_MAX bytes. Returns out. */
char *sheet_letters(uint32_t column, char *out);
/* The sheets and their first lines as one text to keep with a delivery: "name:line/name:line". Empty for one sheet,
 * whose lines are its rows. In the arena; p NULL when out of memory. */
struct str sheet_places_text(const struct sheet_places *p, struct arena *a);
/* From such a text: the name of the sheet that a line is on and the row there. False: the text is empty or says nothing
 * of the line. */
bool sheet_places_find(struct str text, uint32_t line, struct str *name, uint32_t *row);
#endif
