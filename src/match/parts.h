/* Deliveries of one dataset that share days and a division: the parts of one sending (one file a school), and those
 * that a file may not silently stand beside. */
#ifndef MATCH_PARTS_H
#define MATCH_PARTS_H
#include "base/err.h"

struct import;
/* RC_INPUT: other deliveries cover days and a division of this one, and neither --adds nor --replaces nor the command
 * (import_options.parts) says how they stand to each other. Else, of a file of a command whose other files are its
 * parts, m->part_beside is one of them. */
enum rc parts_overlap(struct import *m, struct err *e) MUST_USE;
/* When all is written and nothing published. RC_INPUT: rows of the other parts stand in this one too. */
enum rc parts_check(struct import *m, struct err *e) MUST_USE;
/* A file of the command is in, or was before. */
enum rc parts_keep(struct import *m, struct err *e) MUST_USE;
#endif
