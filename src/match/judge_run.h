/* Linking waiting rows to people: automatically above a set precision, by decisions, by what was decided before. A link
 * is a row of a late part (match/import.h) whose columns "match.model", "match.decision" and "match.score" (per mille)
 * say by what. Nothing here changes what was known before. */
#ifndef MATCH_JUDGE_RUN_H
#define MATCH_JUDGE_RUN_H
#include "match/judge_rows.h"
#include "store/decision.h"

/* The parameter by which a county sets how sure an automatic link must be. */
#define JUDGE_PRECISION "match_precision"

struct judge_report {
    int64_t waiting, with_candidates, candidates; /* rows; rows with one; pairs */
    int64_t automatic, remembered, decided;       /* rows linked now: above the precision, as decided before, by name */
    int64_t without_number; /* of the automatic ones: rows that say nothing of their number, nor of their household */
    int64_t dropped;        /* links that are no longer held */
    int64_t vetoed;         /* rows likely enough, but for a veto */
    int64_t unreadable;     /* rows that wait and cannot be judged: their header was not kept */
    int64_t model;          /* number of the weights; 0 none kept */
    struct judge_model weights;
    int64_t load_us, find_us, learn_us, link_us; /* how long each took */
};

/* How sure an automatic link of a delivery must be, in millionths; 0: nothing is linked but what was decided. */
typedef enum rc (*precision_fn)(void *ctx, const struct delivery *d, int32_t *ppm, struct err *e);
struct judge_options {
    int64_t delivery;       /* 0: all */
    precision_fn precision; /* NULL: 0 for all */
    void *ctx;
    struct str by_who;
    const struct divisions *divs; /* by which names of places are understood; NULL: they are not */
};
/* Judge what waits, link what may be linked, drop what is no longer held. */
enum rc judge_run(struct store *s, struct policy *p, const struct judge_options *o, struct judge_report *r,
                  struct err *e) MUST_USE;

/* After an import: link rows that say of their person what a row said that somebody linked. divs: as in judge_options.
 * *n: how many. */
enum rc judge_remembered(struct store *s, struct policy *p, const struct divisions *divs, int64_t delivery,
                         struct str who, int64_t *n, struct err *e) MUST_USE;

/* A row of a file. */
struct row_ref {
    int64_t delivery;
    uint32_t line;
};
struct judge_verdict {
    struct row_ref row;
    enum decision_verdict verdict;
    uint32_t person; /* DECISION_NOT: 0 is everybody */
    struct str by_who, reason;
    const struct divisions *divs; /* as in judge_options */
};
/* Keep a decision about a row that waits or is linked, and act on it. RC_INPUT: no such row or person. *id: the
 * decision. */
enum rc judge_decide(struct store *s, struct policy *p, const struct judge_verdict *v, int64_t *id,
                     struct err *e) MUST_USE;
/* End a decision and what it did. *before: it was ended before; an undoing that was interrupted is brought to its end,
 * else nothing changes. */
enum rc judge_undo(struct store *s, struct policy *p, const struct divisions *divs, int64_t id, struct str who,
                   struct str why, bool *before, struct err *e) MUST_USE;

/* Find two people to be one, kept under the first number; judge_undo makes them two again. RC_CONFLICT when `gone` is
 * merged already, RC_INPUT when the roster has not both. */
struct merging {
    uint32_t kept, gone;
    enum decision_verdict verdict; /* DECISION_NOT, DECISION_UNSURE: found not to be one; no longer listed as such */
    struct str by_who, why;
};
enum rc judge_merge(struct store *s, const struct merging *m, int64_t *id, struct err *e) MUST_USE;

/* What says that two people cannot be one, as bits. */
enum pair_against {
    PAIR_NUMBERS = 1, /* each has a number in order, and they differ */
    PAIR_SEX = 2,
    PAIR_BORN = 4,
};
struct people_pair {
    unsigned against;
    uint64_t key[2]; /* of the ID numbers; 0 none in order */
};

/* Rows judged and scored: with `learn` by weights learnt from these rows, when enough of them teach; else by the newest
 * that were learnt and kept, else by the usual ones. */
struct judging {
    struct judge_people *people;
    struct judge_places *places;
    struct judge_rows rows;
    struct judge_set set;
    struct judge_model model;
    struct decision_list decisions;
    int64_t model_id; /* 0: learnt now, or usual (model.learnt) */
    /* Without `learn`: of each row, what was decided of it, or of one that said the same: unsure or nobody, else
     * against whom; NULL: nothing. Candidates who were ruled out come last. Of judge_duplicates NULL. */
    const struct decision **decided;
    struct two_numbers *two;
    size_t n_two;
};
/* People of one name and day of birth with two numbers in order, who live in one household, or whose numbers are a slip
 * apart: one person whose number was corrected, or two. In numbers of people. */
struct two_numbers {
    uint32_t person, other;
    uint8_t like; /* enum id_level: how the numbers are alike */
    bool household;
};
enum { TWO_NUMBERS_MAX = 100000 };
/* People of the roster who may be one, likeliest first: a row of `rows` is a person, his candidates the others. */
enum rc judge_duplicates(struct judging *j, struct store *s, struct policy *p, int64_t k_us, struct err *e) MUST_USE;

/* Two people of the roster as known now: the first as a row, the second his one candidate, by the newest weights. No
 * row when the roster has not both. judging_close in any case. */
enum rc judge_pair(struct judging *j, struct store *s, struct policy *p, uint32_t first, uint32_t second,
                   struct people_pair *out, struct err *e) MUST_USE;
/* The newest weights that were learnt, else the usual ones, to j->model. */
enum rc judging_weights(struct judging *j, struct store *s, int64_t k_us, struct err *e) MUST_USE;

enum rc judging_open(struct judging *j, struct store *s, struct policy *p, const struct divisions *divs, int64_t k_us,
                     struct row_ref only, bool learn, struct err *e) MUST_USE;
void judging_close(struct judging *j);
/* Is anything left to decide: nothing was decided, or only who it is not, and another candidate is likelier than
 * JUDGE_LIKELY_PPM? */
enum { JUDGE_LIKELY_PPM = JUDGE_PPM / 100 };
bool judging_is_open(const struct judging *j, size_t row);

/* Links in force: calls fn with line, person, decision (0 automatic) and score of each. */
struct judge_link {
    int64_t delivery, part;
    uint32_t line, person;
    int64_t model, decision;
    int32_t score_pm;
    bool exact; /* matched by the import itself */
};
/* A row that is linked by judgement, judged as rows that wait are, by the weights it was linked by, with the roster and
 * the decisions of now. link->person 0: it is not linked so. judging_close in any case. */
enum rc judging_open_link(struct judging *j, struct store *s, struct policy *p, const struct divisions *divs,
                          struct row_ref row, struct judge_link *link, struct err *e) MUST_USE;
typedef enum rc (*link_fn)(void *ctx, const struct judge_link *l, struct err *e);
/* STORED: those of the import itself too, as it made them. READ: all as they are read at k_us: matched rows decided on
 * are whose the decision says or nobody's, and who was merged is the person kept. */
enum links_which { LINKS_JUDGED, LINKS_STORED, LINKS_READ };
enum rc judge_links(struct store *s, int64_t delivery, enum links_which which, int64_t k_us, link_fn fn, void *ctx,
                    struct err *e) MUST_USE;
#endif
