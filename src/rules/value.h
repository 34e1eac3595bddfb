/* A value of the policy language with its state (SEMANTICS §2). */
#ifndef RULES_VALUE_H
#define RULES_VALUE_H
#include "base/num.h"
#include "rules/reason.h"

enum state {
    ST_EXACT = 0,
    ST_UNKNOWN = 1, /* we cannot tell; reasons say why */
    ST_ABSENT = 2,  /* there is none, and that is known */
    ST_AT_LEAST = 3 /* v is the known part; reasons say what is missing */
};

/* How the payload is held. */
enum rep {
    REP_BOOL, /* 0 or 1 */
    REP_INT,  /* int, quantity, fen, ratio (9 decimals), code index, division, text id, keyed hash, row number of a
                 reference */
    REP_SPAN, /* a date or a count of full years that may be known only roughly: lo | (hi - lo) << 32, 0 <= lo < 2^31 */
    REP_FRAC, /* an exact quotient n/d, d > 0 */
    REP_SET, /* v = codes surely in, w = codes that may be in (disjoint bit masks); state EXACT unless the whole cell is
                unknown/absent */
    REP__MAX
};

struct value {
    int64_t v; /* BOOL INT SPAN SET */
    int64_t w; /* SET */
    i128 n, d; /* FRAC */
    enum state st;
    reason_set why; /* for UNKNOWN, AT_LEAST, and SET with w != 0 */
};

#define SPAN_OF(lo, span) ((int64_t)(lo) | (int64_t)(span) << 32)
#define SPAN_LO(v) ((int64_t)((uint64_t)(v)&0xffffffffu))
#define SPAN_HI(v) (SPAN_LO(v) + (int64_t)((uint64_t)(v) >> 32))

/* References are row numbers of a table of the frame. Every value <= REF_OUTSIDE names somebody who is known to
 * exist but is not in the
 * frame; different people have different numbers, so that == and != stay exact. */
#define REF_OUTSIDE INT64_C(-2)
static inline bool ref_is_outside(int64_t v) { return v <= REF_OUTSIDE; }
#endif
