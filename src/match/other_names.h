/* Known ID numbers beside other people's names: a column that slipped by a line or was sorted by itself, and files of
 * another county. */
#ifndef MATCH_OTHER_NAMES_H
#define MATCH_OTHER_NAMES_H
#include "match/run.h"

/* More than one known ID in so many with another name than the roster's: which of the two is right is not known. */
enum { OTHER_NAMES_LEAST = 4, OTHER_NAMES_SHARE = 20 };
static inline bool other_names_many(int64_t other, int64_t known)
{
    return other >= OTHER_NAMES_LEAST && other * OTHER_NAMES_SHARE > known;
}

/* Row i of the batch has a known ID with another name: note when it is the name of the ID one or two rows away. */
struct run_batch;
void slip_note(struct run_batch *b, uint32_t i);

/* When all runs are read, with the report. RC_INPUT: the column slipped, or was sorted by itself, unless the options
 * say that it is right. */
struct import;
enum rc other_names_check(struct import *m, struct err *e) MUST_USE;
#endif
