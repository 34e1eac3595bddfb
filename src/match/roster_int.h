/* A roster being taken in: who is who. */
#ifndef MATCH_ROSTER_INT_H
#define MATCH_ROSTER_INT_H
#include "match/import_int.h"
#include "store/people.h"

enum { ROSTER_PEOPLE_MAX = UINT32_MAX - 2, ROSTER_HOUSEHOLDS_MAX = UINT32_MAX - 2 };

struct person_state {
    uint64_t key;
    uint32_t name;            /* folded hash of the normal form */
    uint32_t household, line; /* household 0: nobody; line of this file, 0: not in it */
    date_day born;
};
struct household_state {
    uint32_t no;
    bool fresh, seen;         /* fresh: its code is new; seen: in this file */
    int64_t division, before; /* before: as stored, 0 none */
};
struct repeat {
    uint32_t line, of;
};
struct roster {
    VEC(struct person_state) people; /* by number */
    uint64_t *replaced; /* a bit for each person whom only the replaced roster has; NULL: it replaces none */
    struct map64 mates; /* household, name and birth -> person */
    struct intern codes;
    struct arena code_texts;
    VEC(struct household_state) households;                          /* by id of the code */
    struct map64 known_divisions;                                    /* code -> 1 known, 0 not */
    uint32_t next_person, next_household, run_person, run_household; /* run_: the first of this run */
    uint32_t first_person;          /* of this import: who is below was known from an earlier roster */
    uint64_t last_ref;              /* the household's text of the row before; TEXT_BLANK none */
    uint32_t last_household;        /* its id */
    int64_t last_division;          /* of the row before */
    bool last_known;                /* whether that is in the list */
    _Atomic uint64_t *tails;        /* keyed hash of each possible last six digits, with TAIL_MADE; NULL: not kept */
    VEC(uint32_t) write;            /* slots of this run whose people are new or changed, in order */
    VEC(uint32_t) write_households; /* ids likewise */
    VEC(struct repeat) repeats;
    struct roster_delta *delta; /* of a dry run, which compares run by run; else NULL */
};

static inline bool roster_only_replaced(const struct roster *x, size_t no)
{
    return x->replaced && no < x->first_person && (x->replaced[no / 64] >> no % 64 & 1);
}
/* Row of a slot -> its person, a new one when nobody fits; 0: repeats line *of. */
enum rc roster_person(struct import *m, uint32_t slot, uint32_t household, uint32_t *person, uint32_t *of,
                      struct err *e) MUST_USE;
uint64_t roster_mate_key(uint32_t household, uint64_t name, date_day born);
date_day roster_born(const struct plan *pl, const struct run *r, uint32_t slot);
#endif
