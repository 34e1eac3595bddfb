/* A file of another county, a few rows of which match people of this one by chance. */
#ifndef MATCH_OTHER_COUNTY_H
#define MATCH_OTHER_COUNTY_H
#include "base/err.h"

struct import;
/* After each run: where the ID numbers were given out that are nobody's here. */
enum rc other_county_note(struct import *m, struct err *e) MUST_USE;
/* When all runs are read. RC_INPUT: hardly a row is of a person of the roster, and most numbers are of elsewhere,
 * unless the options say whose file it is. */
enum rc other_county_check(const struct import *m, struct err *e) MUST_USE;
#endif
