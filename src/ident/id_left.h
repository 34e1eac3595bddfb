/* What is left of a citizen number that a program or a person has damaged.
 *
 * A spreadsheet keeps fifteen digits of a number: 610922197807123626 becomes 610922197807123000, or is shown as
 * 6.11E+17; other programs round it to the nearest number they have (IEEE 754 binary64, 53 bits); offices mask it
 * (610922********3626); a narrow column cuts it. Whatever is left still says whose it may be. */
#ifndef IDENT_ID_LEFT_H
#define IDENT_ID_LEFT_H
#include "ident/citizen_id.h"

enum { ID_LEFT_PLACES = 18 };

/* How much is left. */
enum id_left_worth {
    LEFT_NOTHING, /* not damaged in such a way, or nothing can be read */
    LEFT_FEW,     /* too little to tell people apart */
    LEFT_SEEN,    /* masked; three or more of the last four are to be seen */
    LEFT_DAY,     /* division and day of birth: 14 digits */
    LEFT_HEAD     /* 15 leading digits or more */
};

struct id_left {
    uint8_t worth;             /* enum id_left_worth */
    bool partial;              /* the text cannot be a whole number: masked, or a power of ten */
    char seen[ID_LEFT_PLACES]; /* of a masked one: the characters, 0 where hidden; else all 0 */
    uint64_t lo, hi;           /* the key (struct citizen_id) lies between, both included */
    date_day born;             /* as the digits of the day say, also of a number not damaged so; 0: they do not */
};

/* Read a number as written. in_order: it is ID_OK by citizen_id_parse; only one that ends in three zeros can have lost
 * digits then. A leading mark of the reader of spreadsheets (ingest/cell.h) is to be taken away before. */
void id_left_parse(struct str text, bool in_order, struct id_left *out);
/* Can the number with this key be what was damaged? Never of LEFT_NOTHING. */
bool id_left_fits(const struct id_left *l, uint64_t key);
#endif
