/* Judging who a row means when no exact ID says so (Fellegi and Sunter 1969).
 *
 * A row and a person are compared in a few respects (enum compare); each comes to one of a few levels. The weight of a
 * level is log2(m / u): m how often the level is seen when they are the same, u how often when they are not. u is
 * counted over pairs of rows and people drawn at random, of names over the names themselves (a rare name that agrees
 * says more); m is learnt from the rows without labels by expectation-maximisation, each row having one person or none,
 * with the weight of JUDGE_PRIOR_ROWS rows of the usual values, so that a few rows do not teach nonsense; fewer than
 * JUDGE_LEARN_ROWS rows teach nothing: then all weights are the usual ones. A level that says that they are other never
 * speaks for them. Prior and weights add up to the log odds; the probability of a candidate is his share among all
 * candidates and "nobody here". Two things are not learnt: a number in order that belongs to nobody or to a stranger
 * speaks against a candidate by JUDGE_LAW bits, for people have one number; and a name that is a relative's to the
 * letter speaks against one whose own name it is not by JUDGE_CHANCE_NAME bits: of hundreds of characters a slip would
 * have met just that one.
 * Of numbers cut to 15 digits, zeros behind, each eleventh is in order by chance: one that agrees with a candidate in
 * those 15 weighs as the others do, and is believed where cut numbers are the rule (judge_cuts).
 *
 * Everything is integer arithmetic and the same for every order of rows and number of threads. Bits are in 1/65536. */
#ifndef MATCH_JUDGE_H
#define MATCH_JUDGE_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/logs.h"
#include "ident/id_left.h"
#include "ident/name_like.h"
#include "rules/policy.h"
#include "store/store.h"

enum {
    JUDGE_LAW = -30,
    JUDGE_DOUBLE =
        -10, /* most rows of a file are somebody's; of a thousand people about one stands in a roster twice */
    JUDGE_CHANCE_NAME = -8,
    JUDGE_CANDIDATES_MAX = 64,
    JUDGE_LEVELS_MAX = 18,
    JUDGE_PHONE_MOST = 8,
    JUDGE_PHONE_HOME = 5, /* most of one that somebody else of the household has */
    JUDGE_PHONE_LEAST = -2,
    JUDGE_PRIOR_ROWS = 20,
    JUDGE_LEARN_ROWS = 100,
    JUDGE_PPM = 1000000,
    JUDGE_KIN_MAX = 3,
    JUDGE_ID_MAX = 32,
    JUDGE_BESIDE = 4
};

enum compare { CMP_ID, CMP_NAME, CMP_BORN, CMP_SEX, CMP_PLACE, CMP_HOME, CMP_KIN, CMP_RELATION, CMP_PHONE, CMP__MAX };

enum id_level {
    IDL_MISSING, /* the row or the person has none */
    IDL_SAME,    /* in either form */
    IDL_CHECK,   /* 17 digits equal, the check character or a date wrong */
    IDL_ONE,     /* one digit other; the check character fits the person's */
    IDL_SWAPPED, /* two neighbours exchanged */
    IDL_LENGTH,  /* one digit missing or too many */
    IDL_FAMILY,  /* in order, and another member's of the person's household */
    IDL_OTHERS,  /* in order, and somebody else's */
    IDL_OWN,     /* in order, and nobody's here */
    IDL_FAR,     /* not in order, and unlike */
    IDL_TWO,     /* two digits other */
    IDL_HEAD,    /* damaged (ident/id_left.h): 15 digits are left, and agree */
    IDL_DAY,     /* division and day of birth are left, and agree */
    IDL_SEEN,    /* masked; what is to be seen agrees */
    IDL_FEW,     /* few digits are left, and agree */
    IDL_CLASH,   /* what is left differs */
    IDL_CHANCE,  /* 15 digits agree and zeros follow; in order, perhaps by chance */
    IDL_WRITTEN, /* no number, but the roster has the very same */
    IDL__MAX
};
enum born_level { BRN_MISSING, BRN_SAME, BRN_SLIP, BRN_YEAR, BRN_OTHER, BRN__MAX };
enum sex_level { SEX_MISSING, SEX_SAME, SEX_OTHER, SEX__MAX };
enum place_level { PLC_MISSING, PLC_VILLAGE, PLC_TOWNSHIP, PLC_COUNTY, PLC_OTHER, PLC__MAX };
enum home_level { HOM_MISSING, HOM_SAME, HOM_OTHER, HOM__MAX };
/* Names of relatives that the row gives (head, spouse, parents): all in the person's household, some, none. */
enum kin_level { KIN_MISSING, KIN_ALL, KIN_SOME, KIN_NONE, KIN__MAX };
enum relation_level { REL_MISSING, REL_SAME, REL_OTHER, REL__MAX }; /* to the head */

/* Telephones of a household are shared: one that somebody else of it has too says whose household it is. */
enum phone_level { PHN_MISSING, PHN_SAME, PHN_HOME, PHN_OTHER, PHN__MAX };

/* Another member of the candidate's household has a name more like the row's; the row's very name, which a slip of the
 * pen in the candidate's would hardly have made: JUDGE_CHANCE_NAME bits. */
enum kin_named { NAMED_NONE, NAMED_LIKE, NAMED_SO };

/* Why a candidate is never linked without a person's decision; the first that holds. */
enum judge_veto {
    VETO_NONE,
    VETO_OWN_ID,   /* the row has a number in order of its own */
    VETO_OTHER_ID, /* the row's number is somebody else's, and the name does not say clearly whose row it is */
    VETO_FAR,      /* the number is not in order, and far from this person's */
    VETO_NAME,     /* the names are not those of one person */
    VETO_BORN,     /* born on another day */
    VETO_SEX,
    VETO_THIN,    /* no number, and not name, day of birth and village or household together */
    VETO_TWICE,   /* the file has a row of this person, and may have one only */
    VETO_SHARED,  /* another person of the roster has this person's number */
    VETO_DECIDED, /* somebody decided against it, or could not tell */
    VETO_LEFT,    /* what is left of the number is also that of somebody else of a like name */
    VETO_SLIPPED, /* a relative's number in a file whose names or numbers slipped by a line, or may have */
    VETO__MAX
};

/* The people of the rosters known at a time, as they are compared. */
struct judge_people;
enum rc judge_people_load(struct judge_people **out, struct store *s, struct policy *p, int64_t k_us,
                          struct err *e) MUST_USE;
void judge_people_free(struct judge_people *x); /* NULL is fine */
size_t judge_people_count(const struct judge_people *x);

/* What a row says of its person. */
struct judge_row {
    int64_t delivery;
    uint32_t line, number; /* of the file; its place among the waiting rows of the delivery */
    uint8_t reason;        /* enum wait_reason */
    uint8_t sex;           /* 1 male, 2 female, 0 not said */
    uint8_t verdict;       /* enum id_verdict of the number as written */
    bool short_form;       /* 15 digits, which have no check character */
    struct id_left left;   /* of a number that was damaged */
    char id[JUDGE_ID_MAX]; /* letters and digits as written, NUL-terminated; "" none */
    uint64_t key;          /* as read, 0 none */
    struct str name;       /* as written */
    struct name_form form;
    date_day born;
    int64_t division;
    uint64_t home;               /* hash of the household's code; 0 none */
    uint32_t kin[JUDGE_KIN_MAX]; /* near sounds of relatives' names (name_form.near_hash) */
    uint8_t n_kin;
    uint32_t relation; /* to the head: hash of the code; 0 not said */
    int64_t phone;     /* mobile number; 0 none */
    uint32_t self;     /* a person of the roster compared with the others: his place there + 1; 0: a row of a file */
    bool linked;       /* by judgement already: it teaches, and is not linked again */
    bool once;         /* its dataset has one row a person */
    bool doubted;      /* in its file many known numbers stand with other names */
    uint64_t beside[JUDGE_BESIDE]; /* numbers of rows that wait for their names, one or two lines away; 0 none */
};

struct judge_candidate {
    uint32_t at; /* place among judge_people */
    uint32_t person;
    uint8_t level[CMP__MAX];
    uint8_t veto;       /* enum judge_veto */
    bool owner_born;    /* the day of birth is that of the number's owner too, and tells nothing between the two */
    uint8_t kin_named;  /* enum kin_named: relatives' names are alike */
    int32_t weight;     /* bits, the prior not in it */
    int32_t chance_ppm; /* that the row is his */
};

/* Weights, learnt, usual, or as they were kept. */
struct judge_model {
    int32_t weight[CMP__MAX][JUDGE_LEVELS_MAX];  /* of CMP_NAME: m alone; u comes with the name */
    int32_t seen_pm[CMP__MAX][JUDGE_LEVELS_MAX]; /* m: of 1,000 that are the same person, how many */
    int32_t prior;                               /* log2 of the odds that a row is one given person's */
    int64_t rows, people, candidates;            /* what it was made from */
    int64_t taught;                              /* of the rows: those that could teach */
    bool learnt;                                 /* else the usual values: too few taught */
    int64_t cut, own;                            /* rows whose number was cut to 15 digits; whose number is nobody's */
    int32_t found_pm;                            /* of 1,000 rows, how many have their person among the candidates */
    int32_t rounds;
};

struct judged {
    struct judge_candidate *v; /* likeliest first */
    uint32_t n;
};

/* Candidates of each row, compared; then weights from them; then scores, vetoes and order. */
struct judge_set {
    struct judge_people *people;
    struct judge_row *rows;
    size_t n;
    struct judged *of; /* of each row */
    struct judge_candidate *all;
    size_t n_all;
};
enum rc judge_find(struct judge_set *s, unsigned threads, struct err *e) MUST_USE;
/* Weights from the rows; the usual ones when fewer than JUDGE_LEARN_ROWS teach. */
enum rc judge_learn(const struct judge_set *s, struct judge_model *out, struct err *e) MUST_USE;
/* The usual weights for these people: the same for any rows. */
enum rc judge_usual(const struct judge_set *s, struct judge_model *out, struct err *e) MUST_USE;
void judge_score(struct judge_set *s, const struct judge_model *m);
/* After candidates got VETO_DECIDED: they come last, with no chance, and the others share what is left. */
void judge_ruled_out(const struct judge_model *m, struct judged *d);
void judge_set_fini(struct judge_set *s); /* what judge_find made; rows and people are the caller's */

/* The parts of a candidate's score in order: prior, each comparison; they sum to `weight` + prior. bits of a comparison
 * whose level is 0 (missing) are 0. */
int32_t judge_part(const struct judge_set *s, const struct judge_model *m, const struct judge_row *r,
                   const struct judge_candidate *c, enum compare k);
const char *judge_level_text(enum compare k, uint8_t level, enum lang lang);
const char *judge_compare_text(enum compare k, enum lang lang);
const char *judge_veto_text(enum judge_veto v, enum lang lang);

/* A model as text, for the store, and back; false when it is none. */
bool judge_model_write(const struct judge_model *m, struct buf *out);
bool judge_model_read(struct str text, struct judge_model *out);
#endif
