/* Shared by the files that review books. */
#ifndef RULES_REVIEW_INT_H
#define RULES_REVIEW_INT_H
#include "base/map.h"
#include "base/vec.h"
#include "rules/review.h"

enum { REVIEW_MAX = 1 << 20 };

enum review_kind { REVIEW_RULE, REVIEW_ELIGIBLE, REVIEW_ENROLLED, REVIEW_KEPT, REVIEW_WHERE, REVIEW_IF };

/* A condition and what it can be, in any environment. */
struct review_condition {
    const void *what;
    enum review_kind kind;
    const struct decl *owner; /* RULE and the sides of a measure */
    struct pos at;
    bool may_be_true, may_be_false;
};
struct review_row {
    const struct expr *what; /* its value */
    const struct decl *owner;
    struct pos at;
    bool is_else, reached;
};
/* Every case of `one` is one of `other`, in every environment that has both. */
struct review_pair {
    const struct decl *one, *other;
    bool always;
};

enum clash_kind { CLASH_RECEIVED, CLASH_KEPT, CLASH_SUGGESTED, CLASH_REQUIRED };

struct review_clash {
    enum clash_kind kind;
    const struct decl *one, *two;
    struct pos at, other_at;
    bool refuted; /* by a later environment */
};

struct review {
    const struct books *bs;
    struct arena *a, scratch;
    struct map64 visited; /* typed nodes of this environment */
    VEC(struct review_condition) conditions;
    VEC(struct review_row) rows;
    VEC(struct review_pair) rules;
    VEC(struct review_clash) clashes;
    struct map64 clash_at; /* what was asked before -> index of clashes, or refuted */
    size_t environments;
    bool nomem;
};

/* review_clash.c: what the declarations of one environment say against each other. */
void review_clashes(struct review *r, const struct compiled *c, const struct watch *types);
/* review_unused.c: declarations that nothing names. */
void review_unused(struct review *r, const char *const *known, size_t n_known, struct diags *d);
#endif
