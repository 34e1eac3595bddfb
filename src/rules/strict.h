/* Do the examples of a set of books notice when a rule changes? Every simple change (rules/mutate.h) must make at least
 * one example's expectations fail. */
#ifndef RULES_STRICT_H
#define RULES_STRICT_H
#include "rules/mutate.h"

/* A change that no example notices. Texts are source text; zh: the Chinese sentence, empty where there is none. */
struct survivor {
    const struct decl *owner;
    struct pos at;
    enum mutation kind;
    struct str before, after, zh_before, zh_after;
    struct str hint;             /* what an example must have to notice it, in the reader's language */
    const struct decl *example;  /* one that reads the part already, to begin from; NULL: none does */
    const struct decl *declared; /* the `equivalent` that explains it; NULL: a real gap */
};

struct strict_result {
    size_t mutants;  /* that type-check */
    size_t killed;   /* noticed by an example */
    size_t same;     /* the same program: nothing to notice */
    size_t declared; /* explained in the book */
    size_t survived; /* gaps */
    size_t refused;  /* changes that do not type-check; not mutants */
    struct survivor *v;
    size_t n; /* declared + survived, in order of reading */
};

/* Run the books' examples against every mutant, on `threads` threads. types: what everything in the books was typed as
 * (policy_watch during a compilation in every environment). Results lie in the arena. An `equivalent` that explains no
 * survivor is an error in d. The tree is as it was afterwards. */
enum rc strict_run(const struct books *bs, struct watch types, date_day today, unsigned threads, struct arena *a,
                   struct diags *d, struct strict_result *out, struct err *e) MUST_USE;
#endif
