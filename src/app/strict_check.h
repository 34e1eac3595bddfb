/* policy check --strict: mutants against examples, and telling what survived. */
#ifndef APP_STRICT_CHECK_H
#define APP_STRICT_CHECK_H
#include "app/say.h"
#include "app/session.h"
#include "rules/strict.h"

/* Watch the session's policy before books_compile_all, then run. Diagnostics go to s->diags. */
enum rc strict_watch(struct session *s, struct watch *w, struct err *e) MUST_USE;
enum rc strict_check(struct session *s, struct watch types, struct strict_result *out, struct err *e) MUST_USE;
void strict_say(const struct session *s, const struct strict_result *r);
void strict_json(struct json *j, const struct strict_result *r);
#endif
