/* What villages answered to findings of data checks, and the exceptions that were accepted: append-only, known from a
 * moment, so that an earlier screen can be had again. Answers are sealed (a corrected value may be an ID number). */
#ifndef STORE_EXCEPTION_H
#define STORE_EXCEPTION_H
#include "base/arena.h"
#include "base/date.h"
#include "store/store.h"

enum { EXCEPTION_DAYS_MAX = 731, ANSWERS_MAX = 10 << 20 };

/* Of whom a rule found something: a person, or (person_no 0) a household. */
struct check_subject {
    struct str rule;
    uint32_t household_no, person_no;
};

enum check_answer_kind { ANSWER_NONE, ANSWER_MENDED, ANSWER_NO_FAULT, ANSWER_EXCEPTION, ANSWER__MAX };

struct check_answer {
    int64_t id, known_from_us;
    struct check_subject of;
    date_day as_of; /* of the list that was answered */
    enum check_answer_kind kind;
    date_day until; /* ANSWER_EXCEPTION: wished; 0: no day said */
    struct str mended, note, by_who;
};

struct check_exception {
    int64_t id, answer; /* answer 0: accepted without one */
    int64_t known_from_us;
    struct check_subject of;
    date_day until; /* the last day it holds */
    struct str reason, by_who;
};

/* Add answers in one durable transaction with a journal entry; their ids are given. */
enum rc answers_add(struct store *s, struct check_answer *v, size_t n, struct str who, struct err *e) MUST_USE;
/* All answers known at K, oldest first, unsealed, in the arena. */
enum rc answers_list(struct store *s, struct arena *a, int64_t k_us, struct check_answer **v, size_t *n,
                     struct err *e) MUST_USE;
/* Likewise exceptions. RC_INPUT when one holds longer than EXCEPTION_DAYS_MAX from the day it becomes known. */
enum rc exceptions_add(struct store *s, struct check_exception *v, size_t n, struct str who, struct err *e) MUST_USE;
/* *found false: there is none of that number, or it was undone before. */
enum rc exception_undo(struct store *s, int64_t id, int64_t known_to_us, struct str who, struct str why, bool *found,
                       struct err *e) MUST_USE;
/* Exceptions known at K and not undone by then, oldest first; those that have expired too. */
enum rc exceptions_list(struct store *s, struct arena *a, int64_t k_us, struct check_exception **v, size_t *n,
                        struct err *e) MUST_USE;
#endif
