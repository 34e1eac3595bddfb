/* A world kept open in a running process, and what would change in it: other parameter values, other books, a delivery
 * that arrives. Verdicts of every rule for every subject are held as bitmaps; a question runs only the operations that
 * hang on what is changed, over columns of what they read that are kept from the first question on (vm_keep), and
 * compares the bitmaps. The verdicts are those that a screen with these books, values, D and K would give.
 *
 * When people were found to be one, or a row another's, since it was opened (match/judge_run.h), the next call opens it
 * anew first.
 *
 * One question at a time: calls on one object from several threads wait for each other (a lock inside). The policies
 * handed in are used during the calls (a policy serves one thread at a time), the store during live_open and
 * live_codes. A question can be cancelled from any thread; the object stays good. Answers are independent of the
 * object but for the declarations in them, which are the books'. */
#ifndef SCREEN_LIVE_H
#define SCREEN_LIVE_H
#include "match/import.h"
#include "screen/load.h"

struct live;

/* What a rule says of a subject. NOT_RUN: a parameter that it names is empty there; NONE: not in force there. */
enum live_verdict { LIVE_NONE, LIVE_NOT_RUN, LIVE_FALSE, LIVE_UNKNOWN, LIVE_TRUE, LIVE_VERDICT__MAX };

struct live_options {
    date_day as_of, known_at; /* K as in screen_options: 0 = today */
    int64_t k_us;             /* as in world_options */
    unsigned threads;         /* 0: par_threads() */
    /* The values set by people that are known at K: as given to policy_set_events (borrowed while it is open). */
    const struct param_setting *settings;
    size_t n_settings;
    /* Other books that will be asked about (with the same settings): the columns that they read are loaded too. NULL:
     * none; books with other datasets, or that read more, are then loaded apart when asked about. */
    struct policy *also;
    bool category; /* LIVE_CATEGORY will be asked for */
};

/* Load and judge. End with live_close; *out is NULL after a failure. */
enum rc live_open(struct live **out, struct store *s, struct policy *p, const struct divisions *divs,
                  const struct live_options *o, struct diags *d, struct err *e) MUST_USE;
void live_close(struct live *l);

enum live_group_by { LIVE_COUNTY, LIVE_TOWNSHIP, LIVE_CATEGORY, LIVE_CAUSE, LIVE_GROUP_BY__MAX };

struct live_change {
    struct policy *policy; /* other books instead; NULL: the same */
    /* Set besides, as if with `param set … --from D`: a later one of the same place wins. Kept by nobody. */
    const struct param_setting *settings;
    size_t n_settings;
    const struct str *rules; /* names of rules that count ("dibao" means both findings of the measure); NULL: all that
                                are no data checks */
    size_t n_rules;
    bool checks;                /* without names: data checks count too */
    unsigned by;                /* bits 1 << enum live_group_by */
    bool why;                   /* also tell the reasons of those who become such that they cannot be judged */
    const _Atomic bool *cancel; /* true: stop with RC_CONFLICT; NULL: never */
};

struct live_tally {
    uint64_t before, after, enters, leaves;
};

/* Money of a measure's `gives` over its entering (with the changed books and values) or leaving (with those of now)
 * subjects; subjects whose amount is unknown or at least so much are counted apart, those without one too. */
struct live_money {
    i128 sum; /* fen */
    uint64_t known, unknown, none;
};

struct live_rule {
    struct str name;
    const struct decl *before, *after; /* one of its declarations; NULL: not in force anywhere */
    enum output_kind kind;
    bool read; /* hangs on what is changed */
    struct live_tally findings;
    struct live_tally unknown; /* subjects that cannot be judged; enters: become so */
    struct live_tally not_run; /* households where it is not run for an empty parameter; enters: become so */
    bool has_money;
    struct live_money enters, leaves;
};

struct live_group {
    int64_t key;     /* division (0: unknown); code of the category (-1: none); number of the cause in order of names */
    struct str name; /* category and cause; "" for divisions */
    struct live_tally findings, households;
    struct live_tally unknown; /* findings that cannot be judged */
};

/* A subject whose verdict by a rule differs. A rule not run, or not in force, for whole places is listed only where the
 * other verdict is true. */
struct live_move {
    uint32_t household_row, household, person; /* numbers; person 0: the household itself */
    uint16_t rule;                             /* index into rules */
    uint8_t before, after;                     /* enum live_verdict */
};

struct live_household {
    uint32_t row, household;
    bool enters; /* no finding before, one after; else the other way round */
};

/* Of those who become such that a rule cannot judge them, or who live where it is no longer run: how many for this
 * reason (a subject may have several). */
struct live_why {
    uint16_t rule; /* index into rules */
    bool not_run;  /* for `param`, which is empty there; subjects are households */
    struct str param;
    reason why;                 /* else: numbers are those of the changed books */
    struct str text[LANG__MAX]; /* the reason, or the parameter's name */
    uint64_t subjects;
};

struct live_answer {
    struct arena arena;
    struct live_rule *rules; /* those that count, by name */
    size_t n_rules;
    struct live_move *moves; /* by household, person, rule */
    size_t n_moves;
    struct live_household *households; /* by number */
    size_t n_households;
    struct live_tally flagged; /* households with a finding */
    struct live_group *group[LIVE_GROUP_BY__MAX];
    size_t n_group[LIVE_GROUP_BY__MAX];
    struct str category;  /* label of the roster's field that is the category; "": it has none */
    bool unread;          /* no rule that counts reads what is changed */
    size_t n_checks;      /* data checks, on either side, that do not count */
    struct live_why *why; /* when asked for; by rule, the most frequent first */
    size_t n_why;
};

/* RC_INPUT: the change cannot be evaluated (diags say why); RC_CONFLICT: cancelled. The answer ends with
 * live_answer_free, also after a failure (then it is empty). */
enum rc live_whatif(struct live *l, const struct live_change *c, struct live_answer *a, struct diags *d,
                    struct err *e) MUST_USE;
void live_answer_free(struct live_answer *a);

/* A file of a department arrives: it is taken in (import_file, into the store that live_open was given, which must be
 * open for writing) and only what hangs on its dataset is judged again. The answer tells who enters and leaves by it;
 * it is what later questions start from. Of c only rules, by and cancel count. K must be today, or the file's day not
 * after it, or else nothing differs: it is not known yet. RC_INPUT for a roster: it changes who is judged; nor may one
 * come into the store by other ways while this is open (the index of people is kept). Cancelled before it is stored:
 * nothing has changed. Cancelled or failed while it is judged (r->delivery.state says that it is published): it is
 * stored, and the next call judges it first, whatever it asks. */
enum rc live_month(struct live *l, const struct import_options *o, struct out *out, const struct live_change *c,
                   struct import_report *r, struct live_answer *a, struct diags *d, struct err *e) MUST_USE;

/* Codes of households by row of moves and households (loaded on first use). */
enum rc live_codes(struct live *l, struct str **codes, struct err *e) MUST_USE;
/* Division of a household row: 12 digits, 0 unknown. */
int64_t live_division(const struct live *l, uint32_t household_row);
uint32_t live_households(const struct live *l);
/* Bytes of the columns kept from question to question. */
size_t live_kept_bytes(const struct live *l);
#endif
