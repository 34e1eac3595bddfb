/* Rows whose ID is somebody's, and whose name is the roster's in another writing: pinyin, or with characters hidden. */
#ifndef MATCH_NAMES_H
#define MATCH_NAMES_H
#include "match/run.h"

struct names_taken {
    int64_t pinyin, masked;
};
/* Of a parsed run of facts: such rows no longer wait, and the run is to be sorted again when any was taken. Hidden
 * names are only believed when more of the run's agree than not: a column that was sorted by itself agrees by chance.
 * Reads the names of the stored roster when there is anything to compare. Adds to *taken. */
enum rc names_take(struct store *s, struct str roster, struct run *r, struct names_taken *taken,
                   struct err *e) MUST_USE;
#endif
