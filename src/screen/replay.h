/* A kept screen run again with what it knew, and compared with what is stored of it. */
#ifndef SCREEN_REPLAY_H
#define SCREEN_REPLAY_H
#include "screen/screen.h"

enum { REPLAY_NAMED_MAX = 20 /* differing findings that are named */ };

/* How a finding differs. */
enum replay_kind { REPLAY_GONE, REPLAY_CAME, REPLAY_CHANGED };

struct replay_difference {
    enum replay_kind kind;
    uint32_t household, person; /* numbers; person 0: the household */
    struct str code;            /* of the household */
    struct str rule;
    enum verdict verdict_then, verdict_now;
    enum finding_state state_then, state_now;
};

struct replay_report {
    uint64_t rows_then, rows_now;
    uint64_t gone, came, verdicts, states; /* findings: missing now, only now, of another verdict, of another state */
    bool books, params, rules, summary;    /* differ */
    struct replay_difference v[REPLAY_NAMED_MAX];
    size_t n;
};

/* Compare a screening of the kept screen's as-of, books and moment with what is stored of it. Texts in sc's arena. */
enum rc replay_compare(struct screening *sc, struct store *s, struct policy *p, const struct screen *kept,
                       struct replay_report *out, struct err *e) MUST_USE;
bool replay_identical(const struct replay_report *r);
void replay_say(const struct replay_report *r, const struct screen *kept, struct out *out);
#endif
