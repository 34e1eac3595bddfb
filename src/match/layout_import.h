/* Remembered layouts taken over from another data folder, as `layout DB list --json` writes them. */
#ifndef MATCH_LAYOUT_IMPORT_H
#define MATCH_LAYOUT_IMPORT_H
#include "match/layout.h"

struct layout_import {
    size_t taken, there, ended; /* new; in force already; not in force where they come from, passed over */
};
/* All or, when one is wrong, none: RC_INPUT says which and why. text: of the file, for messages under that name. dry:
 * only look. a: for what is read. */
enum rc layout_import(struct store *s, struct policy *p, struct str text, const char *file, struct str who, bool dry,
                      struct arena *a, struct layout_import *out, struct err *e) MUST_USE;
#endif
