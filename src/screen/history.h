/* What deliveries said of one household, whenever: rows of its people in every file that was ever in force, and who its
 * people were by the rosters known at any moment, whoever was found to be one of them with his rows. Read from the
 * stored columns alone, so that withdrawn and replaced files tell what they told. */
#ifndef SCREEN_HISTORY_H
#define SCREEN_HISTORY_H
#include "base/arena.h"
#include "rules/policy.h"
#include "store/decision.h"
#include "store/delivery.h"

enum { HISTORY_PEOPLE_MAX = 4096 /* who ever were of one household */ };

/* A row of a file. */
struct history_row {
    uint32_t person;
    int64_t line, row; /* row: in the columns of the rows that match, or of those that wait */
    bool waits;        /* under this person: another name, or dated outside */
};

struct history_file {
    const struct delivery *d;
    struct history_row *rows; /* by person, then line */
    size_t n;
};

/* A row of a roster about somebody who was of the household at some time. */
struct history_version {
    const struct delivery *d;
    uint32_t person, household;
    int64_t division, line; /* division 0: blank */
    struct str name;        /* as the roster has it; empty: none */
};

struct history {
    struct delivery_list all; /* every delivery ever published, by number */
    uint32_t household;
    uint32_t *people; /* who were of it by a roster: numbers, ascending */
    size_t n_people;
    struct decision *merges; /* ever, of them and of whoever was one with them, by number */
    size_t n_merges;
    struct history_version *versions; /* in order of delivery and row */
    size_t n_versions;
    struct history_file *files; /* of facts, only those with rows of these people */
    size_t n_files;
};

/* Everything in the arena. roster: the name of the roster's dataset. RC_INPUT when too many people were of it. */
enum rc history_read(struct history *out, struct store *s, struct arena *a, struct str roster, uint32_t household,
                     struct err *e) MUST_USE;
/* A row that records what people decided (`decided on` of its dataset). */
struct history_decision {
    const struct history_row *row;
    date_day on; /* 0: blank, rough, or the condition that makes it a decision is not known */
};
struct history_asking {
    struct store *s;
    struct policy *policy;
    const struct divisions *divs;
    const struct place *place; /* of the household */
    date_day day;              /* of the moment asked about */
    struct diags *diags;
};
/* The decisions among the rows of a file as known at at_us, in its order; *n 0 when its dataset has none. In the
 * arena. */
enum rc history_decisions(const struct history_asking *q, const struct history_file *f, int64_t at_us, struct arena *a,
                          struct history_decision **out, size_t *n, struct err *e) MUST_USE;
/* Who a person is read as at that moment: himself, or the one kept of a merge in force. */
uint32_t history_read_as(const struct history *h, uint32_t person, int64_t k_us);
/* Was he of the household by any roster? */
bool history_is_member(const struct history *h, uint32_t person);
/* Is the row told with this household at that moment: of somebody of it, or of somebody read as one of it? */
bool history_tells(const struct history *h, const struct history_row *row, int64_t k_us);
/* How many rows of the file are told then. */
size_t history_told(const struct history *h, const struct history_file *f, int64_t k_us);
/* Is the delivery known at that moment? */
bool history_known(const struct delivery *d, int64_t k_us);
/* The newest roster row of a person known then; NULL: none. */
const struct history_version *history_person_at(const struct history *h, uint32_t person, int64_t k_us);
/* The name of a person by the newest row before or at that moment, else by any; empty: none. */
struct str history_name(const struct history *h, uint32_t person, int64_t k_us);
#endif
