/* What can be told of books without data: conditions that cannot hold, rows and branches never reached, rules that say
 * what another one says, and declarations that nothing uses. Nothing is said in doubt. */
#ifndef RULES_REVIEW_H
#define RULES_REVIEW_H
#include "rules/certain.h"

struct review;
/* Room for the books; NULL when memory ran out. */
struct review *review_new(const struct books *bs, struct arena *a);
/* Look at one environment's program; types: what its expressions were typed as (policy_watch). Call it for every
 * environment: what holds in one may not in another. */
enum rc review_add(struct review *r, const struct compiled *c, struct watch types, struct err *e) MUST_USE;
/* Tell what was found: certain faults as errors when strict, else as warnings; the rest as warnings. known: names of
 * parameters that the program itself reads. */
void review_tell(struct review *r, bool strict, const char *const *known, size_t n_known, struct diags *d);
void review_free(struct review *r);
#endif
