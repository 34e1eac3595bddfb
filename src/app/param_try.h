/* A parameter value tried as if it were set: for `param set`, and for a what-if. */
#ifndef APP_PARAM_TRY_H
#define APP_PARAM_TRY_H
#include "app/params_say.h"

enum { PARAM_PLACES_MAX = 512 };
struct param_places {
    int64_t v[PARAM_PLACES_MAX];
    size_t n;
};

/* Where a parameter can have a value of its own: the jurisdictions that declare it, the divisions of its values and
 * settings; ascending. */
void param_places_of(const struct session *s, struct str name, struct param_places *p);
/* Typed, evaluated and its conditions checked on the day: at its division when given, else where the book declares it.
 * It stays in force in the session (s->events, policy_set_events). RC_INPUT when it is refused. was, now: how people
 * read it before and after. */
enum rc param_try(struct session *s, const struct param_event *ev, bool division_given, date_day day,
                  struct param_view *was, struct param_view *now, struct err *e) MUST_USE;
#endif
