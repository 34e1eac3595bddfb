/* What a column may be when its name does not say it: by near names and by what it holds. Guesses are shown and asked
 * about, never taken. */
#ifndef MATCH_COLUMN_GUESS_H
#define MATCH_COLUMN_GUESS_H
#include "match/plan.h"

enum {
    GUESS_LEAST = 50, /* a score below is not told */
    GUESS_NEAR = 60   /* a name this near is asked about even when the field may be left out */
};

struct column_guess {
    int32_t column;
    size_t field;
    unsigned score, name;    /* 0..100; name: how near the names are */
    unsigned cells, fitting; /* of the sample: cells that are not blank, and those that the field could hold */
};

/* For every field without a column the columns without a field that may be it, best first. After the map is filled.
 * In the plan's arena. */
enum rc column_guesses(const struct plan *pl, struct column_guess **v, size_t *n, struct err *e) MUST_USE;
/* RC_INPUT with the question for one field: its guesses, and how to answer. required: no row can be placed without. */
enum rc column_guess_ask(const struct plan *pl, size_t field, bool required, const struct column_guess *g, size_t n,
                         struct pos at, struct err *e) MUST_USE;
/* "a near name, 12 of 12 cells fit" */
void column_guess_why(const struct column_guess *g, enum lang lang, struct buf *out);
/* How near a header is to a field's name, label or aliases: 100 the same, 0 nothing in common. */
unsigned column_name_near(struct arena *a, struct str header, const struct header_field *f);
/* How many of the cells of a column could be values of a field; *cells: that are not blank. */
unsigned column_fitting(const struct plan *pl, size_t field, const struct csv_head_row *row, size_t n, uint32_t column,
                        unsigned *cells);
#endif
