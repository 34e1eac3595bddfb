/* Simple changes of a policy's conditions, one at a time: what `policy check --strict` asks the examples to notice. */
#ifndef RULES_MUTATE_H
#define RULES_MUTATE_H
#include "base/limits.h"
#include "base/vec.h"
#include "rules/texpr.h"

enum mutation {
    MU_COMPARE, /* > to >=, > to <, == to != … */
    MU_LOGIC,   /* and to or */
    MU_ARM,     /* one side of and, or left out; a where left out */
    MU_SIGN,    /* + to - */
    MU_AGG,     /* sum to max, any to all */
    MU_NOT,     /* not added or taken away; true to false */
    MU_NUMBER,  /* one unit of the last digit up or down, twice as much; a day more or less */
    MU_UNIT,    /* yuan to yuan/person, months to years */
    MU_PERIOD,  /* last year to this year, this month to this year */
    MU_PARAM,   /* another parameter of the same type */
    MU_CODE,    /* another code, a code more, a code less */
    MU_END,     /* .. to ..< */
    MU_EXTREME, /* least to greatest */
    MUTATION__MAX
};

struct mutant {
    enum mutation kind;
    const struct decl *owner;    /* rule, measure, feature, table or dataset */
    const struct expr *root;     /* of a declaration the whole expression that it stands in; it is typed where the
                                    declaration is used */
    const struct expr *shown;    /* the part to show: a comparison rather than a lone number */
    const struct table_row *row; /* shown instead when it stands in a table; else NULL */
    struct pos at;
    void *target, *with; /* what mutant_swap exchanges */
    size_t size;
};

enum { MUTANTS_MAX = 1 << 20 };
struct mutants {
    VEC(struct mutant) list;
};

/* All mutants of the books' rules, measures, features, tables and dataset clauses, in order of reading. types: what
 * the expressions were typed as by a compilation of everything, same numbering; what was never typed is not changed.
 * What the changes need lies in the arena. */
enum rc mutants_list(const struct books *bs, struct watch types, struct arena *a, struct mutants *out,
                     struct err *e) MUST_USE;
void mutants_free(struct mutants *m);

/* Make the change in the tree, or take it back: the same call. */
void mutant_swap(const struct mutant *m);
/* The part shown, as source text, as it is now. */
void mutant_print(const struct mutant *m, struct buf *out);
#endif
