/* Inside of a live world: sides (live_side.c), their verdicts as bitmaps (live_bits.c), what two sides have in common
 * (live_slice.c), the answer (live_answer.c, live_group.c). */
#ifndef SCREEN_LIVE_INT_H
#define SCREEN_LIVE_INT_H
#include <pthread.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "screen/live.h"

#define LIVE_ARENA_MAX ((size_t)8 << 30)
#define LIVE_KEPT_MAX ((size_t)4 << 30) /* bytes of kept columns; above it they are dropped and kept anew */
enum { LIVE_ENVIRONMENTS_MAX = 1024, LIVE_RULES_MAX = UINT16_MAX - 1, LIVE_SUBJECTS = 2 };

/* Verdicts of one rule: of households [0] and of persons [1]; NULL: it has no such subjects. Places where it is not in
 * force or not run have no bits. */
struct rule_bits {
    uint64_t *yes[LIVE_SUBJECTS], *unknown[LIVE_SUBJECTS];
    uint64_t *any; /* households with a true subject; may be yes[0] */
};

struct side_rule {
    struct str name;
    const struct decl *decl;
    enum output_kind kind;
    struct rule_bits *bits;
    bool own; /* bits are this side's */
};

/* One compiled program, for the places where every name has the same winner. */
struct side_env {
    uint32_t number;
    struct compiled c, gives; /* gives.program NULL: no measure has an amount */
    struct ptable pt;
    uint16_t *rule; /* output -> index of the rule */
};

struct place_run {
    uint32_t first, place; /* households first .. the next one's first - 1 */
};

/* One set of books and values over the frame. */
struct side {
    struct arena arena;
    struct policy *policy;
    struct frame frame; /* the world's, with this side's places, values and heads */
    const struct place *places;
    const uint64_t *households; /* by place: how many */
    struct place_run *runs;
    size_t n_runs;
    struct side_env *env;
    size_t n_env;
    uint16_t *env_of_place;
    uint8_t **skip; /* [place][output of its environment] */
    struct side_rule *rules;
    size_t n_rules;
    bool shares; /* places and programs are those of the base */
};

/* Households by a number each. */
struct grouping {
    uint32_t *of;
    int64_t *key;
    uint32_t n;
};

/* Findings and unknowns of a rule of the base by group. */
struct rule_counts {
    uint32_t *yes, *unknown;
};

/* Findings and unknowns of a rule of the base. */
struct rule_total {
    bool counted;
    uint64_t yes, unknown;
};

/* Households of the base with a finding of the rules that counted in the last question. */
struct flagged {
    uint64_t key; /* of those rules; 0: none yet */
    uint64_t *any, n;
    uint32_t *by_group[LIVE_CATEGORY + 1];
};

/* How far a delivery is that was taken in: judged (or none is), stored, in the frame too. */
enum live_behind { LIVE_JUDGED, LIVE_STORED, LIVE_LOADED };

struct live {
    pthread_mutex_t lock;
    bool has_lock;
    struct store *store;
    bool open;       /* all below is loaded; false after an opening that failed */
    int64_t decided; /* decisions_count of what is loaded */
    struct arena arena;
    struct world w;
    struct policy *policy;
    const struct divisions *divs;
    struct live_options o;
    struct side base;
    uint32_t *division_of; /* by household: index into divisions */
    int64_t *divisions;
    uint32_t n_divisions;
    struct vm_kept **kept; /* [environment of the base][register] */
    size_t kept_bytes;
    struct grouping group[LIVE_CATEGORY + 1];
    struct rule_counts *counts[LIVE_CATEGORY + 1]; /* by rule of the base */
    struct rule_total *totals;                     /* by rule of the base */
    struct flagged flagged;
    struct import_shared *shared; /* the people's index; NULL: the store is open for reading */
    enum live_behind behind;
    uint32_t behind_ds; /* its dataset */
    bool *stale;        /* by dataset, while what arrived is judged; else all false */
    const struct decl *category_codes;
    struct str category;
};

static inline unsigned subject_of_table(uint16_t table) { return table == TABLE_HOUSEHOLD ? 0 : 1; }
static inline size_t words_of(uint32_t n) { return ((size_t)n + 63) / 64; }
static inline bool row_in(const uint64_t *bits, uint32_t i) { return bits && (bits[i >> 6] >> (i & 63) & 1); }
static inline void row_add(uint64_t *bits, uint32_t i) { bits[i >> 6] |= UINT64_C(1) << (i & 63); }

/* ---- sides */
/* The base: compiled for the world's places, columns asked for; then, when the world is loaded, its values. */
enum rc side_compile(struct live *l, struct side *s, struct policy *p, struct diags *d, struct err *e) MUST_USE;
enum rc side_values(struct side *s, struct diags *d, struct err *e) MUST_USE;
/* A side of the same books with more settings, or of other ones whose datasets are the same; policy_set_events has been
 * called. */
enum rc side_changed(struct live *l, struct side *s, const struct live_change *c, struct diags *d,
                     struct err *e) MUST_USE;
/* Other books compiled for the frame's places; no values. */
enum rc side_places(struct live *l, struct side *s, struct policy *p, struct diags *d, struct err *e) MUST_USE;
void side_free(struct side *s);
uint16_t side_rule_index(const struct side *s, struct str name);
/* Do two sets of books declare the same datasets, codes and units? And has the world loaded what a program reads? */
enum rc same_data(const struct policy *a, const struct policy *b, bool *same, struct err *e) MUST_USE;
bool world_has(const struct world *w, const struct program *p);

/* ---- bitmaps */
void rule_bits_free(struct rule_bits *b);
/* Run outputs (wanted: by environment and output; NULL all) and put the verdicts of their rules together. */
struct side_run {
    const bool *const *wanted;
    const struct vm_kept *const *const *given; /* by environment and register; NULL: none */
    const _Atomic bool *cancel;
};
enum rc side_judge(struct live *l, struct side *s, const struct side_run *r, struct err *e) MUST_USE;

/* ---- slices */
/* Judge the changed side: rules that cannot differ take the base's bits; the others run from what is kept. */
enum rc slice_judge(struct live *l, struct side *s, const struct live_change *c, bool *unread, struct err *e) MUST_USE;
void kept_drop(struct live *l);
/* Only those that hang on stale datasets. */
void kept_drop_stale(struct live *l);
/* Does an operation itself read a stale dataset? */
bool reads_stale(const struct live *l, const struct program *p, const struct ir_op *o);

/* ---- answers */
enum rc answer_make(struct live *l, const struct side *after, const struct live_change *c, struct live_answer *a,
                    struct diags *d, struct err *e) MUST_USE;
enum rc answer_groups(struct live *l, const struct side *after, const struct live_change *c, struct live_answer *a,
                      struct err *e) MUST_USE;
/* Households of the base with a finding of rules (indices in the base), counted once for the same rules. */
enum rc flagged_ready(struct live *l, const uint16_t *rules, size_t n, struct err *e) MUST_USE;
/* Does a rule count in the answer? */
bool rule_counts_in(const struct live_change *c, struct str name, const struct decl *d);
/* The roster's field that is the household's category: called hh_type, or else the first of codes `of household`. */
void need_category(struct live *l);
void groups_free(struct live *l);
void counts_drop(struct live *l);
/* The settings of the change are in force; afterwards those of the base. */
enum rc answer_money(struct live *l, const struct side *after, struct live_answer *a, struct diags *d,
                     struct err *e) MUST_USE;
enum rc answer_why(struct live *l, const struct side *after, const struct live_change *c, struct live_answer *a,
                   struct err *e) MUST_USE;
/* Runs of households that are of one place on both sides: `from` to `end` - 1, of runs i of a and k of b. Begin with
 * zeros; false: no more. */
struct run_pair {
    const struct side *a, *b;
    size_t i, k;
    uint32_t from, end;
};
bool runs_next(struct run_pair *p);
/* Verdict of a rule (index in the side, UINT16_MAX: not there) at a place when it is not true or unknown. */
enum live_verdict side_quiet(const struct side *s, uint16_t rule, uint32_t household);
#endif
