/* Error files that come back: the rows that were wrong, mended by the sender, become a late part of the delivery that
 * they were in; rows that were good stay, rows that are still wrong are told again. */
#ifndef MATCH_RETURNED_H
#define MATCH_RETURNED_H
#include "match/import_int.h"

/* Is this the header of an error file? By its column of keys. */
bool returned_is(const struct csv_file *f);
/* Take in m->file, which is one; m->shared->index is loaded and m->d says when it is known. Fills the report. RC_INPUT:
 * of a roster, of another dataset, of a delivery that is no longer in force, or with other columns. */
enum rc returned_take(struct import *m, struct err *e) MUST_USE;
#endif
