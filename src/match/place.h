/* Places that a file writes by name, in columns 省 市 县 乡镇 村: resolved against the table of divisions, never
 * guessed. */
#ifndef MATCH_PLACE_H
#define MATCH_PLACE_H
#include "ident/division.h"

/* The columns by level, from DIVISION_PROVINCE; HEADER_NONE: the file has none. */
enum { PLACE_LEVELS = DIVISION_VILLAGE };
struct place_columns {
    int32_t at[PLACE_LEVELS];
};
/* The level that a header names; DIVISION_NATION: none. s is in the form of header_normalise. */
enum division_level place_level(struct str s);

struct place_names {
    struct str name[PLACE_LEVELS]; /* empty: not written */
};
/* The code of the place within `within` (0: the nation), of the lowest level written; a village that the table does
 * not have because it has none of that township is its township. 0: no place, or several; *bad is the level at which
 * that was found. */
int64_t place_find(const struct divisions *d, int64_t within, const struct place_names *p, enum division_level *bad);
#endif
