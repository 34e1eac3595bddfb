/* A list of diagnostics: one per cause, in order of appearance, bounded. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H
#include "base/arena.h"
#include "base/buf.h"

enum { DIAG_MAX = 200 };

enum diag_level { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };

struct diag {
    enum diag_level level;
    struct pos at;
    struct str msg;
};

struct diags {
    struct diag *v;
    size_t n, errors, dropped; /* dropped: beyond DIAG_MAX */
    enum lang lang;
    struct arena *arena;
};
void diags_init(struct diags *d, struct arena *arena, enum lang lang);
void diag_add(struct diags *d, enum diag_level level, struct pos at, const char *en, const char *zh, ...)
    PRINTF_LIKE(4, 6) PRINTF_LIKE(5, 6);
/* Errors as diags_print tells them: one that holds in several jurisdictions is told, and counts, once. */
size_t diags_told(const struct diags *d);
/* "file:line:col: msg\n" for each (a warning or note says so before its msg), then a line on those dropped. */
void diags_print(const struct diags *d, struct buf *out);
#endif
