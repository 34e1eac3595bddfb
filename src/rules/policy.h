/* The loaded books as one policy: names, candidates, who wins where and when (SEMANTICS §5).
 *
 * place:  a household's registered division, with the unit flags that hold on the day.
 * candidate: a declaration whose division prefix (its own `in`, else its book's jurisdiction) covers the division,
 * whose flags hold, whose from-to contains the day. Order: longer prefix, then more flags, then later `from` within one
 * book. Equal: a conflict. */
#ifndef RULES_POLICY_H
#define RULES_POLICY_H
#include "book/book.h"
#include "base/map.h"
#include "rules/value.h"

/* What the engine needs to know of a place; flags come from the division table. */
struct place {
    int64_t division; /* 12 digits; 0 unknown: only whole-country declarations hold */
    const struct str *flags;
    size_t n_flags;
};

/* A parameter value set in the database (journaled event); outranks book values of the same prefix and flags. division
 * -1: given by an example, outranks everything. */
struct param_setting {
    struct str name;
    int64_t division;
    date_day from;
    struct str value_text;
};

struct policy;

/* Build the name tables; unknown books in `inherits`, duplicate names, override without an inherited name,
 * re-declaration without override, static conflicts (two candidates equal in order at one place and time, both
 * positions) become diagnostics. */
enum rc policy_new(struct policy **out, const struct books *bs, struct arena *a, struct diags *d,
                   struct err *e) MUST_USE;
void policy_free(struct policy *p); /* the arena stays the caller's */
/* Set the journaled parameter values known at K (borrowed). */
void policy_set_events(struct policy *p, const struct param_setting *v, size_t n);

const struct books *policy_books(const struct policy *p);

/* A side table by number of expression (struct expr.id): the typed node each was last given. Borrowed; n 0: nobody
 * watches. Set it before anything is typed. */
struct tx;
struct watch {
    struct tx **v;
    size_t n;
};
void policy_watch(struct policy *p, struct watch w);
struct watch policy_watched(const struct policy *p);

/* The winner among the declarations of a kind and name ("member.age" for features; member and person are one entity) at
 * a place and day; NULL: none in force. `extend` declarations are merged into the winner (datasets, codes, tables,
 * params): the returned declaration is the merged one, the same pointer for the same set. */
const struct decl *policy_find(struct policy *p, enum decl_kind k, struct str name, const struct place *at,
                               date_day day);
/* True when the name is declared anywhere (for better errors). */
bool policy_known(const struct policy *p, enum decl_kind k, struct str name);
/* All names of a kind, sorted, and the closest one to a misspelt name (n == 0: none close). */
const struct str *policy_names(const struct policy *p, enum decl_kind k, size_t *n);
struct str policy_suggest(const struct policy *p, enum decl_kind k, struct str wrong);
/* All candidates of a name, best first for the place (policy explain shows the losers). */
size_t policy_candidates(struct policy *p, enum decl_kind k, struct str name, const struct place *at, date_day day,
                         const struct decl **out, size_t cap);

/* The winning value expression of a parameter at a place and day: a book value or an event. */
struct param_choice {
    const struct decl *decl;         /* NULL: parameter not declared here */
    const struct param_value *value; /* NULL and event NULL: empty */
    const struct param_setting *event;
};
struct param_choice policy_param(struct policy *p, struct str name, const struct place *at, date_day day);

/* A number that is equal for two places exactly when, on that day, every name has the same winner (so that one program
 * serves both). */
uint32_t policy_environment(struct policy *p, const struct place *at, date_day day, struct err *e);

/* The divisions that declarations, their values and parameter values set by people are for: ascending, each once,
 * without the whole country; in the arena. */
enum rc policy_divisions(const struct policy *p, struct arena *a, const int64_t **v, size_t *n, struct err *e) MUST_USE;

/* Units: ids are dense; 0 none, then the core units in this order. */
enum core_unit {
    UNIT_NONE,
    UNIT_YUAN,
    UNIT_PERSON,
    UNIT_HH,
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_QUARTER,
    UNIT_YEAR,
    UNIT_CORE__MAX
};
/* By name (plurals of time units accepted); UINT16_MAX unknown. */
uint16_t policy_unit(const struct policy *p, struct str name);
/* The unit that the books label so ("元", "个月"); UINT16_MAX when none. */
uint16_t policy_unit_labelled(const struct policy *p, struct str label);
struct str policy_unit_name(const struct policy *p, uint16_t unit);
struct str policy_unit_label(const struct policy *p,
                             uint16_t unit); /* 元, 人, 户, 天, 周, 个月, 季度, 年, declared labels */
unsigned policy_unit_decimals(const struct policy *p, uint16_t unit); /* yuan 2 (fen) */

/* Static data of a dataset: stable number (order of first declaration over all books), so that reasons and frames
 * agree. */
uint32_t policy_dataset_number(const struct policy *p, struct str name); /* UINT32_MAX unknown */
struct str policy_dataset_name(const struct policy *p, uint32_t number);
size_t policy_dataset_count(const struct policy *p);
/* The roster: the one dataset with `household by`; UINT32_MAX when no book declares one. */
uint32_t policy_roster(const struct policy *p);

/* Fields of the roster that no file has: `id_state`, a code list in the order of enum id_verdict, is what was seen of
 * the ID when the file was read; `id_born` (a date) and `id_female` (a bool) are what an ID in order says. */
enum id_field { ID_FIELD_NONE, ID_FIELD_STATE, ID_FIELD_BORN, ID_FIELD_FEMALE };
enum id_field policy_id_field(const struct field_decl *f);

/* Index of a code in a list by name or alias (exact), or UINT32_MAX. */
uint32_t codes_find(const struct decl *codes, struct str text);
/* Hash over the texts of all books, in order (64 hex digits): the book hash of a screen. */
struct str policy_hash(const struct policy *p);
#endif
