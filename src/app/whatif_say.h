/* What a what-if answers, for people, as JSON and as a file. */
#ifndef APP_WHATIF_SAY_H
#define APP_WHATIF_SAY_H
#include "app/session.h"
#include "screen/live.h"

/* Put out in the session's language. `by`: bits of enum live_group_by that were asked for. */
enum rc whatif_say(struct session *s, const struct live *l, const struct live_answer *a, unsigned by,
                   struct err *e) MUST_USE;
enum rc whatif_json(struct session *s, const struct live_answer *a, unsigned by, struct err *e) MUST_USE;
/* household,rule,person,before,after: one line a subject and rule whose verdict differs. */
enum rc whatif_write(struct live *l, const struct live_answer *a, const char *path, struct err *e) MUST_USE;
const char *live_verdict_word(enum live_verdict v);
#endif
