/* A screen in the process of the import that it follows: import … --screen DATE. */
#ifndef APP_SCREEN_THEN_H
#define APP_SCREEN_THEN_H
#include "app/session.h"
#include "screen/load.h"

/* Before anything is read: do the options of a screen fit each other and the import? Also without --screen. */
enum rc screen_then_check(const struct app *app, const struct args *a, struct err *e) MUST_USE;
/* What is read for the screen beside the import. */
struct import_shared;
struct screen_ahead {
    struct world w;
    bool begun;
};
/* With --screen, when no file is a roster: have it read when a thread of the import is idle. */
void screen_ahead_begin(struct screen_ahead *x, struct session *s, const struct args *a, struct import_shared *shared);
/* With --screen: judge, keep and tell as `screen` does, in the session of the import (opened for writing, with
 * divisions and policy). rc: what the import came to; when that failed there is no screen, and e says so too. Returns
 * rc, or what the screen came to. `ahead` is ended. */
enum rc screen_then(struct session *s, struct app *app, const struct args *a, struct screen_ahead *ahead, enum rc rc,
                    struct err *e) MUST_USE;
#endif
