/* Rules and measures as users name them: "illness_burden", "dibao", "dibao.not_received". */
#ifndef APP_RULE_NAME_H
#define APP_RULE_NAME_H
#include "app/session.h"

/* The declared name: without ".not_received", ".not_entitled". */
struct str rule_base_name(struct str name);
/* RC_INPUT with the nearest name when no book declares it; *kind D_RULE or D_MEASURE. */
enum rc rule_known(const struct session *s, struct str name, enum decl_kind *kind, struct err *e) MUST_USE;
#endif
