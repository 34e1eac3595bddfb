/* Shared by the files of the strict check. */
#ifndef RULES_STRICT_INT_H
#define RULES_STRICT_INT_H
#include "rules/strict.h"

/* The division where a declaration holds. */
int64_t strict_place(const struct policy *p, const struct decl *owner);
/* Does an `equivalent` speak of this declaration? */
bool strict_speaks_of(const struct decl *equivalent, const struct decl *owner);
/* What an example must have to tell the mutant from the rule; NULL p when memory ran out. */
struct str strict_hint(const struct mutant *m, enum lang lang, struct arena *a);
#endif
