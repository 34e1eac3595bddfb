/* A screen in the process of the import that it follows: import … --screen DATE. */
#ifndef APP_SCREEN_THEN_H
#define APP_SCREEN_THEN_H
#include "app/session.h"

/* Before anything is read: do the options of a screen fit each other and the import? Also without --screen. */
enum rc screen_then_check(const struct app *app, const struct args *a, struct err *e) MUST_USE;
/* With --screen: judge, keep and tell as `screen` does, in the session of the import (opened for writing, with
 * divisions and policy). rc: what the import came to; when that failed there is no screen, and e says so too. Returns
 * rc, or what the screen came to. */
enum rc screen_then(struct session *s, struct app *app, const struct args *a, enum rc rc, struct err *e) MUST_USE;
#endif
