/* Does the database hold what it promises? For `fangpin check`. */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H
#include "base/arena.h"
#include "store/store.h"

enum check_level {
    CHECK_QUICK, /* the manifest, the numbers, the chunks' places */
    CHECK_FULL   /* and SQLite's own integrity check, the indexes of people, every chunk's bytes */
};
enum { CHECK_FAILURES_MAX = 1000 };

struct check_failure {
    const char *name; /* of the invariant, stable, for programs */
    struct str text;  /* for people, in the language of e */
};
struct check_report {
    struct check_failure *v;
    size_t n, dropped; /* dropped: beyond CHECK_FAILURES_MAX */
    int64_t chunks, people, households; /* looked at */
};
/* RC_OK also when failures were found: they are in the report. */
enum rc store_check(struct store *s, enum check_level level, struct arena *a, struct check_report *out,
                    struct err *e) MUST_USE;
#endif
