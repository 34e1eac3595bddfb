/* What changed between two sets of books: by the canonical text of each declaration, never by how it was laid out. */
#ifndef RULES_POLICY_DIFF_H
#define RULES_POLICY_DIFF_H
#include "rules/texpr.h"

/* One set of books; types: what its expressions were typed as (policy_watch), for sentences. */
struct diff_side {
    const struct books *bs;
    struct policy *p;
    struct watch types;
};

enum diff_what { DIFF_ADDED, DIFF_REMOVED, DIFF_MOVED, DIFF_CHANGED, DIFF__MAX };

/* A clause, or the part of a condition, that changed; an empty text: it was not there. zh: the Chinese sentence of a
 * changed condition, else empty. */
struct diff_part {
    struct str clause, before, after, zh_before, zh_after;
};

struct diff_item {
    enum diff_what what;
    const struct decl *a, *b; /* NULL: not there */
    struct diff_part *parts;
    size_t n_parts;
};

struct policy_diff {
    struct diff_item *v;
    size_t n;
};

/* In order of the new books, what was removed last. Everything lies in the arena. */
enum rc policy_diff(const struct diff_side *a, const struct diff_side *b, struct arena *arena, struct policy_diff *out,
                    struct err *e) MUST_USE;
#endif
