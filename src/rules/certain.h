/* What is certain about conditions whatever the data: that they can never be true, or never false. An abstract
 * interpretation over typed expressions: ranges of numbers, sets of codes, the order of two values and the truth of
 * equal parts, refined through `and`. What it cannot tell, it takes for possible. */
#ifndef RULES_CERTAIN_H
#define RULES_CERTAIN_H
#include "rules/texpr.h"

/* Can the condition be `want` for any known values? Unknown values are left aside; absent ones count as the language
 * says (a comparison with one is false). */
bool certain_may(struct arena *a, const struct tx *condition, bool want);
/* Does every case in which `one` is true make `other` true as well? Both typed for rows of the same table. */
bool certain_implies(struct arena *a, const struct tx *one, const struct tx *other);
/* Can both be `want` of one row at once? Typed as for certain_implies. */
bool certain_both(struct arena *a, const struct tx *one, const struct tx *other, bool want);
#endif
