/* Inside of the policy: groups of declarations of one kind and name. */
#ifndef RULES_POLICY_INT_H
#define RULES_POLICY_INT_H
#include "base/limits.h"
#include "base/vec.h"
#include "ident/division_code.h"
#include "rules/policy.h"

struct group {
    enum decl_kind kind;
    struct str name;       /* "member.age" for features */
    const struct decl **v; /* in order of reading */
    size_t n;
    bool everywhere; /* one declaration without division, flags or days: always the winner */
};

/* A winner with `extend` declarations merged in, once per combination. */
struct merged {
    const struct decl **parts;
    size_t n;
    struct decl *decl;
};

struct unit {
    struct str name, label;
    unsigned decimals;
};

enum { GROUPS_MAX = 65536, MERGED_MAX = 65536, UNITS_MAX = 4096 };

struct policy {
    struct arena *a;
    const struct books *bs;
    VEC(struct group) groups;
    struct intern keys; /* "kind name" -> group */
    VEC(struct merged) merged;
    const struct decl **parts; /* room for the largest group: a declaration and what extends it */
    VEC(struct unit) units;
    struct intern datasets;     /* name -> number */
    struct intern environments; /* winners' bytes -> number */
    const struct param_setting *events;
    size_t n_events;
    struct str *names[D__MAX];
    size_t n_names[D__MAX];
    struct watch watch;
    bool nomem;
};

struct group *policy_group(const struct policy *p, enum decl_kind k, struct str name);
/* Division prefix of a declaration: its own, else its book's jurisdiction. */
int64_t decl_prefix(const struct policy *p, const struct decl *d);
bool reach_holds(const struct reach *r, int64_t prefix, const struct place *at, date_day day);
/* <0 when a is weaker than b by prefix and flags; 0 when equal. */
int reach_rank(const struct reach *a, int64_t pa, const struct reach *b, int64_t pb);
void policy_check_static(struct policy *p, struct diags *d);
const struct decl *policy_merge(struct policy *p, const struct decl *const *parts, size_t n);
#endif
