/* Parameters as people read them: value, where it comes from, who must set it. */
#ifndef APP_PARAMS_SAY_H
#define APP_PARAMS_SAY_H
#include "app/session.h"
#include "rules/frame.h"
#include "rules/texpr.h"

struct param_view {
    const struct decl *decl; /* NULL: not declared at this place */
    enum pval_state state;
    struct str value;  /* "23,000 元", 无, "" when empty */
    struct str source; /* clause, or document and who */
    struct str set_by; /* levels, in words */
    const struct param_event *event;
};
/* Texts in the session's arena. */
enum rc param_view(struct session *s, struct str name, const struct place *at, date_day day, struct param_view *out,
                   struct err *e) MUST_USE;
/* The journal's entry of a setting; NULL when x is NULL. */
const struct param_event *param_event_of(const struct session *s, const struct param_setting *x);
/* The levels that set a parameter, in words. */
enum rc param_setters(struct session *s, const struct decl *d, struct str *out, struct err *e) MUST_USE;
#endif
