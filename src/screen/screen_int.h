/* Inside of the screen. */
#ifndef SCREEN_SCREEN_INT_H
#define SCREEN_SCREEN_INT_H
#include "base/mem.h"
#include "base/vec.h"
#include "screen/screen.h"

enum { FINDINGS_MAX = 1 << 30, SCREEN_ENVIRONMENTS_MAX = 1024, SCREEN_RULES_MAX = UINT16_MAX - 1 };

/* Append to one of the growing lists of a screening. */
#define screen_push(list, n, cap, ...)                                             \
    (((n) < (cap) || vec_grow(&(list), &(cap), (n), sizeof *(list), FINDINGS_MAX)) \
         ? ((list)[(n)++] = (__VA_ARGS__), true)                                   \
         : false)

/* One compiled program and where it holds. */
struct environment {
    uint32_t number;
    struct compiled c;
    struct ptable pt;
    uint16_t *rule; /* output -> index of the rule */
};

/* A finding that the screen before left open, and the frame row of its household now; UINT32_MAX: its subject is no
 * longer in the frame. */
struct was_open {
    struct finding f;
    uint32_t row;
};

/* By row, rule and person. */
struct open_before {
    struct was_open *v;
    size_t n, cap;
};

struct run {
    struct screening *sc;
    struct store *s;
    struct policy *p;
    const struct screen_options *o;
    struct diags *d;
    struct environment *env;
    size_t n_env;
    uint8_t **skip; /* [place][output of its environment]: a parameter the rule names is empty there */
    struct open_before before;
    struct map64 unjudged; /* rule and reason set -> index into sc->unjudged */
};

/* By household, rule and person. */
static inline int finding_order(const struct finding *x, const struct finding *y)
{
    if (x->household != y->household) return x->household < y->household ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    return x->person < y->person ? -1 : x->person > y->person;
}

/* Of a rule: a person's key is the same in whatever household. */
static inline uint64_t subject_key(uint16_t rule, uint32_t household, uint32_t person)
{
    return (uint64_t)rule << 33 | (uint64_t)(person != 0) << 32 | (person ? person : household);
}

/* Index of a rule by its name; UINT16_MAX none. */
uint16_t rule_index(const struct screening *sc, struct str name);
void rules_sort(struct screening *sc);
/* Frame row of a household number; UINT32_MAX: not in the frame. */
uint32_t household_row(const struct world *w, uint32_t no);
/* The declaration that holds where a household lives. */
const struct rule_here *rule_here(const struct screening *sc, uint32_t household_row, uint16_t rule);
enum rc before_load(struct run *r, struct err *e) MUST_USE;
void before_free(struct open_before *b);
/* Exceptions known at K; after before_load, which may add rules. */
enum rc excepted_load(struct run *r, struct err *e) MUST_USE;
/* The first of a row, or behind it. */
size_t before_from(const struct open_before *b, uint32_t row);
/* Judge everything in one environment. */
enum rc judge_environment(struct run *r, struct environment *env, struct err *e) MUST_USE;
/* What was open of people and households that are gone: withdrawn. */
enum rc judge_gone(struct run *r, struct err *e) MUST_USE;
/* What is flagged too often to be kept unconfirmed; between judging and keeping. */
enum rc screen_hold(struct run *r, struct err *e) MUST_USE;
void hold_say(const struct screening *sc, const struct divisions *divs, struct out *out);
void hold_json(const struct screening *sc, struct buf *b);
enum rc screen_keep(struct run *r, struct err *e) MUST_USE;
/* Stage the findings file (base/io.h), still to be published or dropped; after a failure there is nothing to drop. */
enum rc screen_stage_findings(struct screening *sc, struct store *s, const char *path, struct err *e) MUST_USE;
/* Households with an open finding; findings are sorted. */
size_t screen_count_open(const struct screening *sc);
void findings_sort(struct finding *v, size_t n);
/* Those of a rule together. */
void unjudged_sort(struct unjudged *v, size_t n);
#endif
