/* One screen: every rule in force judged for every subject as of D with what was known at K; compared with the last
 * kept screen of an earlier as-of; kept with its findings and tasks (SEMANTICS §6). */
#ifndef SCREEN_SCREEN_H
#define SCREEN_SCREEN_H
#include "base/out.h"
#include "screen/load.h"
#include "store/screenstore.h"

enum finding_state { FS_NONE, FS_NEW, FS_STILL, FS_UNCONFIRMED, FS_CLEARED, FS_WITHDRAWN, FS_EXCEPTED, FS__MAX };
enum verdict { VERDICT_FALSE, VERDICT_TRUE, VERDICT_UNKNOWN };

/* FS_EXCEPTED: true, but accepted as an exception that holds on D: no task, no part of what is open. */
const char *finding_state_word(enum finding_state s); /* new, still, … ; "" for FS_NONE: as in the findings file */
const char *finding_state_text(enum finding_state s, enum lang lang);

struct finding {
    uint32_t household; /* number */
    uint32_t person;    /* number; 0: the household itself */
    uint16_t rule;      /* index into screening.rules */
    uint8_t verdict, state;
    reason_set why; /* of an unknown verdict */
};

/* Places where a rule was not run, and the parameter that is empty there. */
struct not_run {
    uint16_t rule;
    struct str param;
    uint32_t place;
    uint32_t households;
};

/* How often a rule could not be judged, by reason. */
struct unjudged {
    uint16_t rule;
    reason_set why;
    uint32_t subjects;
};

/* A rule as it is declared in one environment. */
struct rule_here {
    const struct decl *decl; /* NULL: not in force there */
    uint16_t output;
    struct str clause;
};

struct screen_rule {
    struct str name; /* "illness_burden", "dibao.not_received" */
    const struct decl *decl;
    enum output_kind kind;
    struct str clause;
    bool before;     /* the screen compared with had it too */
    bool varies;     /* not the same declaration everywhere: decl is one of them */
    bool of_village; /* its findings are about a village, not about the household on which they hang in the frame */
    uint64_t count[FS__MAX];
    uint64_t unjudged;
    uint64_t expired; /* true again because an exception has expired */
};

/* ---- held for confirmation (hold.c): parameters of the policy books, by county */
enum hold_limit_kind { HOLD_SHARE, HOLD_GROWTH, HOLD_FLOOR, HOLD_LIMIT__MAX };
extern const char *const hold_limit_name[HOLD_LIMIT__MAX]; /* names of the parameters */

struct hold_limit {
    bool set;
    int64_t value;     /* HOLD_SHARE: a ratio */
    struct str source; /* who set it, in which document, or the book's words */
};

enum hold_cause_kind {
    HOLD_PARAM_SET,
    HOLD_PARAM_DUE,
    HOLD_BOOK_CHANGED,
    HOLD_BOOK_NEW,
    HOLD_BOOK_GONE,
    HOLD_DELIVERED,
    HOLD_REPLACED,
    HOLD_WITHDRAWN,
    HOLD_CAUSE__MAX
};

/* Something that has changed since the screen compared with. */
struct hold_cause {
    enum hold_cause_kind kind;
    struct str name;                 /* parameter, book or dataset */
    struct str value, who, document; /* HOLD_PARAM_SET */
    int64_t id, other;               /* deliveries */
    date_day from, to;
};

/* A rule that flags more households of a county than was set as plausible. */
struct hold {
    uint16_t rule;
    int64_t county;                       /* 12 digits; 0: not known */
    uint64_t flagged, households, before; /* true now; where the rule was run; open after the screen compared with */
    struct hold_limit limit[HOLD_LIMIT__MAX];
    bool over[HOLD_LIMIT__MAX]; /* HOLD_SHARE, HOLD_GROWTH */
    bool confirmed;
    size_t first_cause, n_causes; /* in screening.causes */
};

struct screen_options {
    date_day as_of, known_at; /* K: 0 = today */
    int64_t k_us;             /* as struct world_options */
    bool with_unknown;
    bool with_lines;           /* as struct world_options */
    const char *findings_path; /* NULL: none */
    struct str by_who;
    unsigned threads;
    struct world *begun; /* of this store and policy, people read ahead: world_open_begun; NULL: none */
    bool dry;            /* never store (what was kept is compared all the same) */
    /* For trials (backtest): only these rules, measures or checks, by their declared names (n_only 0: all); nothing is
     * compared with what was kept: all that is true is new; deliveries as in world_options. */
    const struct str *only;
    size_t n_only;
    bool alone;
    const struct delivery_list *as_if;
    /* Rules (or "all") whose many findings somebody has looked at and found right, and why. */
    const struct str *confirm;
    size_t n_confirm;
    struct str why;
};

/* An accepted exception: its rule and subject as one number, and the last day it holds. */
struct excepted {
    uint64_t key;
    date_day until;
};

struct screening {
    struct world w;
    struct par_pool *pool; /* in which all of it runs; NULL: one thread */
    struct arena arena;
    struct screen_rule *rules; /* by name */
    size_t n_rules;
    struct rule_here *here; /* [environment][rule] */
    size_t n_env;
    uint16_t *env_of_place;
    const struct decl **decl_at; /* [rule][place] of the rules judged: the declaration in force there; NULL: none */
    size_t n_judged;             /* the first of rules: those in force somewhere */
    struct finding *findings;
    size_t n_findings, cap_findings; /* by household number, rule, person */
    struct finding *unknowns;
    size_t n_unknowns, cap_unknowns; /* with_unknown: never raised */
    struct not_run *skipped;
    size_t n_skipped, cap_skipped;
    struct unjudged *unjudged;
    size_t n_unjudged, cap_unjudged;
    struct screen screen, before;
    bool replay;
    /* More findings than plausible: on_hold until all are confirmed; then nothing is kept. */
    struct hold *held;
    size_t n_held, cap_held;
    bool on_hold;
    struct hold_cause *causes;
    size_t n_causes, cap_causes;
    const struct decl *hold_unset[HOLD_LIMIT__MAX]; /* a limit that is empty where there are findings */
    struct str confirmed_by, confirmed_why;
    struct str apart[WORLD_APART_MAX]; /* codes of the households in w.apart */
    struct excepted *excepted;         /* known at K, by key; expired ones too */
    size_t n_excepted;
    uint64_t households_flagged, tasks_opened, tasks_closed, tasks_open;
    uint8_t book_hash[SCREEN_HASH_BYTES];
};

/* Run, compare, keep (unless it is a replay or on hold) and write the findings file. End with screening_free in any
 * case. */
enum rc screen_run(struct screening *sc, struct store *s, struct policy *p, const uint8_t book_hash[SCREEN_HASH_BYTES],
                   const struct divisions *divs, const struct screen_options *o, struct diags *d,
                   struct err *e) MUST_USE;
void screening_free(struct screening *sc);
/* What a county director wants to know. */
void screen_say(const struct screening *sc, struct policy *p, const struct divisions *divs, struct out *out);
void screen_json(const struct screening *sc, struct policy *p, struct buf *out);
/* The last day of the newest exception known at K for a subject of a rule; 0: none. */
date_day screen_excepted(const struct screening *sc, uint16_t rule, uint32_t household, uint32_t person);
/* "book#heading / heading" of a declaration, in the arena. */
struct str decl_clause(const struct decl *d, struct arena *a);
#endif
