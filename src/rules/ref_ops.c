/* Operations on values alone: logic, comparison, arithmetic, choice. Each function is the definition of its rows in
 * ops.def. */
#include "rules/frac.h"
#include "rules/ref_int.h"

/* ---------------------------------------------------------------- values */

struct value ref_exact(int64_t v) { return (struct value){.v = v, .d = 1, .st = ST_EXACT}; }
struct value ref_frac(i128 n, i128 d) { return (struct value){.n = n, .d = d, .st = ST_EXACT}; }
struct value ref_unknown(reason_set why) { return (struct value){.d = 1, .st = ST_UNKNOWN, .why = why}; }
struct value ref_absent(void) { return (struct value){.d = 1, .st = ST_ABSENT}; }

struct value ref_at_least(struct value part, reason_set why)
{
    part.st = ST_AT_LEAST;
    part.why = why;
    return part;
}

struct value ref_flawed(struct reasons *rs, enum reason_kind k)
{
    return ref_unknown(reasons_one(rs, reason_make(k, REASON_NO_DATASET, 0)));
}

reason_set ref_why(struct reasons *rs, const struct ir_op *o)
{
    return reasons_one(rs, o->why ? o->why : reason_make(REASON_BLANK, REASON_NO_DATASET, 0));
}

static reason_set reasons_in(struct reasons *rs, const struct value *in, size_t n, enum state st)
{
    reason_set why = 0;
    for (size_t i = 0; i < n; i++)
        if (in[i].st == st) why = reasons_union(rs, why, in[i].why);
    return why;
}

reason_set ref_part_reasons(struct reasons *rs, const struct value *in, size_t n)
{
    return reasons_in(rs, in, n, ST_AT_LEAST);
}

bool ref_strict(struct reasons *rs, const struct value *in, size_t n, bool comparison, struct value *out)
{
    bool absent = false, unknown = false;
    for (size_t i = 0; i < n; i++) {
        absent |= in[i].st == ST_ABSENT;
        unknown |= in[i].st == ST_UNKNOWN;
    }
    if (absent) *out = comparison ? ref_exact(false) : ref_absent();
    else if (unknown) *out = ref_unknown(reasons_in(rs, in, n, ST_UNKNOWN));
    return absent || unknown;
}

int ref_order(uint8_t rep, const struct value *a, const struct value *b)
{
    if (rep == REP_FRAC) return frac_cmp(a->n, a->d, b->n, b->d);
    return (a->v > b->v) - (a->v < b->v);
}

bool ref_same(uint8_t rep, const struct value *a, const struct value *b)
{
    return ref_order(rep, a, b) == 0 && (rep != REP_SET || a->w == b->w);
}

/* ---------------------------------------------------------------- logic (SEMANTICS §2: Kleene) */

static struct value truth(const struct value *v) { return v->st == ST_ABSENT ? ref_exact(false) : *v; }

/* `decides`: the operand that settles it alone: false for and, true for or. */
static struct value kleene(struct reasons *rs, const struct value *in, bool decides)
{
    struct value t[2] = {truth(&in[0]), truth(&in[1])};
    for (int i = 0; i < 2; i++)
        if (t[i].st == ST_EXACT && (t[i].v != 0) == decides) return ref_exact(decides);
    reason_set why = reasons_in(rs, t, 2, ST_UNKNOWN);
    return t[0].st == ST_UNKNOWN || t[1].st == ST_UNKNOWN ? ref_unknown(why) : ref_exact(!decides);
}

static struct value negate(const struct value *in)
{
    struct value t = truth(in);
    return t.st == ST_EXACT ? ref_exact(t.v == 0) : t;
}

static struct value is_absent(const struct value *in)
{
    return in->st == ST_UNKNOWN ? *in : ref_exact(in->st == ST_ABSENT);
}

/* ---------------------------------------------------------------- comparison (SEMANTICS §2 absent, §4 at least) */

enum relation { REL_EQ, REL_NE, REL_LT, REL_LE, REL_GT, REL_GE };

static bool holds(enum relation rel, int order)
{
    switch (rel) {
    case REL_EQ: return order == 0;
    case REL_NE: return order != 0;
    case REL_LT: return order < 0;
    case REL_LE: return order <= 0;
    case REL_GT: return order > 0;
    default: return order >= 0;
    }
}

static enum relation mirrored(enum relation rel)
{
    static const enum relation of[] = {REL_EQ, REL_NE, REL_GT, REL_GE, REL_LT, REL_LE};
    return of[rel];
}

/* An at-least value with known part p against exact c; order is that of p and c. "x > c, x >= c true when the part
 * passes, else unknown; <, <= false when the part already fails them, else unknown; == false and != true when part > c,
 * else unknown". */
static struct value part_against(enum relation rel, int order, reason_set why)
{
    switch (rel) {
    case REL_EQ:
    case REL_NE: return order > 0 ? ref_exact(rel == REL_NE) : ref_unknown(why);
    case REL_LT:
    case REL_LE: return holds(rel, order) ? ref_unknown(why) : ref_exact(false);
    default: return holds(rel, order) ? ref_exact(true) : ref_unknown(why);
    }
}

static struct value compare(struct reasons *rs, enum relation rel, uint8_t rep, const struct value *in)
{
    struct value out;
    if (ref_strict(rs, in, 2, true, &out)) return out;
    int order = ref_order(rep, &in[0], &in[1]);
    bool a = in[0].st == ST_AT_LEAST, b = in[1].st == ST_AT_LEAST;
    if (a && b) return ref_unknown(ref_part_reasons(rs, in, 2));
    if (a) return part_against(rel, order, in[0].why);
    if (b) return part_against(mirrored(rel), -order, in[1].why);
    return ref_exact(holds(rel, order));
}

/* ---------------------------------------------------------------- arithmetic */

static struct value int_or_flaw(struct reasons *rs, bool fits, int64_t v)
{
    return fits ? ref_exact(v) : ref_flawed(rs, REASON_RATIO);
}

static bool int_arith(enum ir_opcode code, int64_t a, int64_t b, int64_t *v)
{
    switch (code) {
    case IR_ADD: return i64_add(a, b, v);
    case IR_SUB: return i64_sub(a, b, v);
    default: return i64_mul(a, b, v);
    }
}

/* "At-least + exact or at-least, - exact, × or ÷ an exact value > 0 stays at-least; every other operation is unknown"
 * (§4). */
static bool stays_at_least(enum ir_opcode code, const struct value *in, bool b_positive, bool a_positive)
{
    bool a = in[0].st == ST_AT_LEAST, b = in[1].st == ST_AT_LEAST;
    switch (code) {
    case IR_ADD: return true;
    case IR_SUB: return !b;
    case IR_MUL:
    case IR_FRAC_MUL: return (a && !b && b_positive) || (b && !a && a_positive);
    default: return a && !b && b_positive; /* FRAC, FRAC_DIV */
    }
}

/* The result of known parts, with the state that the operands give it. */
static struct value with_state(struct reasons *rs, struct value part, const struct value *in, size_t n, bool stays)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) any |= in[i].st == ST_AT_LEAST;
    if (!any) return part;
    reason_set why = ref_part_reasons(rs, in, n);
    if (!stays) return ref_unknown(why);
    return part.st == ST_EXACT ? ref_at_least(part, why) : part;
}

static struct value arithmetic(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    struct value out;
    int64_t v = 0;
    enum ir_opcode code = (enum ir_opcode)o->code;
    if (ref_strict(rs, in, 2, false, &out)) return out;
    bool fits = int_arith(code, in[0].v, in[1].v, &v);
    return with_state(rs, int_or_flaw(rs, fits, v), in, 2, stays_at_least(code, in, in[1].v > 0, in[0].v > 0));
}

static struct value negative(struct reasons *rs, const struct value *in)
{
    struct value out;
    int64_t v = 0;
    if (ref_strict(rs, in, 1, false, &out)) return out;
    bool fits = i64_sub(0, in[0].v, &v);
    return with_state(rs, int_or_flaw(rs, fits, v), in, 1, false);
}

/* "made only by /": division by zero is unknown and a data error (§1). */
static struct value quotient(struct reasons *rs, const struct value *in)
{
    struct value out;
    if (ref_strict(rs, in, 2, false, &out)) return out;
    if (in[1].st == ST_EXACT && in[1].v == 0) return ref_flawed(rs, REASON_DIV_ZERO);
    if (in[1].st != ST_EXACT) return ref_unknown(ref_part_reasons(rs, in, 2));
    struct frac q = frac_of(in[0].v, in[1].v);
    return with_state(rs, ref_frac(q.n, q.d), in, 2, stays_at_least(IR_FRAC, in, in[1].v > 0, false));
}

static struct value frac_of_int(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    struct value out;
    if (ref_strict(rs, in, 1, false, &out)) return out;
    return with_state(rs, ref_frac(in[0].v, frac_scale(o->index)), in, 1, true);
}

static struct value frac_arith(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    struct value out;
    struct frac a = {in[0].n, in[0].d}, b = {in[1].n, in[1].d}, q = {0, 1};
    enum ir_opcode code = (enum ir_opcode)o->code;
    if (ref_strict(rs, in, 2, false, &out)) return out;
    if (code == IR_FRAC_DIV && in[1].st == ST_EXACT && b.n == 0) return ref_flawed(rs, REASON_DIV_ZERO);
    if (code == IR_FRAC_DIV && in[1].st != ST_EXACT) return ref_unknown(ref_part_reasons(rs, in, 2));
    bool fits = code == IR_FRAC_MUL ? frac_mul(a, b, &q) : frac_div(a, b, &q);
    struct value part = fits ? ref_frac(q.n, q.d) : ref_flawed(rs, REASON_RATIO);
    return with_state(rs, part, in, 2, stays_at_least(code, in, b.n > 0, a.n > 0));
}

/* "rounded, half away from zero …; outside ±9·10^9 it is unknown and a data error" (§1). */
static struct value rounded(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    struct value out;
    int64_t v = 0;
    if (ref_strict(rs, in, 1, false, &out)) return out;
    bool fits = frac_round(in[0].n, in[0].d, frac_scale(o->index), &v) && v <= RATIO_MAX && v >= -RATIO_MAX;
    return with_state(rs, int_or_flaw(rs, fits, v), in, 1, true);
}

/* ---------------------------------------------------------------- choice (SEMANTICS §4, last but one point) */

static struct value choose(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    struct value c = truth(&in[0]);
    if (c.st == ST_EXACT) return c.v ? in[1] : in[2];
    reason_set sides = reasons_union(rs, in[1].why, in[2].why);
    if (in[1].st == ST_EXACT && in[2].st == ST_EXACT && ref_same(o->rep, &in[1], &in[2])) {
        struct value same = in[1];
        same.why = sides; /* of a set that is partly unknown */
        return same;
    }
    return ref_unknown(reasons_union(rs, c.why, sides));
}

/* "least(a, b): exact when an at-least side's known part is >= the exact other; else as arithmetic; greatest:
 * at-least". */
static struct value extreme(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    struct value out;
    if (ref_strict(rs, in, 2, false, &out)) return out;
    int order = ref_order(o->rep, &in[0], &in[1]);
    bool a = in[0].st == ST_AT_LEAST, b = in[1].st == ST_AT_LEAST;
    if (o->code == IR_GREATEST) {
        struct value part = order >= 0 ? in[0] : in[1];
        part.st = ST_EXACT, part.why = 0;
        return with_state(rs, part, in, 2, true);
    }
    if (!a && !b) return order <= 0 ? in[0] : in[1];
    if (a && !b && order >= 0) return in[1];
    if (b && !a && order <= 0) return in[0];
    return ref_unknown(ref_part_reasons(rs, in, 2));
}

/* ---------------------------------------------------------------- places */

/* Province, city, county, township, village: 2, 4, 6, 9, 12 digits of a division. */
static struct value div_trunc(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    static const int64_t tails[] = {1, 10000000000, 100000000, 1000000, 1000, 1};
    struct value out;
    if (ref_strict(rs, in, 1, false, &out)) return out;
    if (in[0].st != ST_EXACT) return ref_unknown(in[0].why);
    return ref_exact(in[0].v / tails[o->index] * tails[o->index]);
}

struct value ref_apply(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    switch (o->code) {
    case IR_AND: return kleene(rs, in, false);
    case IR_OR: return kleene(rs, in, true);
    case IR_NOT: return negate(in);
    case IR_TRUTH: return truth(in);
    case IR_IS_ABSENT: return is_absent(in);
    case IR_EQ:
    case IR_NE:
    case IR_LT:
    case IR_LE:
    case IR_GT:
    case IR_GE: return compare(rs, (enum relation)(o->code - IR_EQ), REP_INT, in);
    case IR_FRAC_EQ:
    case IR_FRAC_NE:
    case IR_FRAC_LT:
    case IR_FRAC_LE:
    case IR_FRAC_GT:
    case IR_FRAC_GE: return compare(rs, (enum relation)(o->code - IR_FRAC_EQ), REP_FRAC, in);
    case IR_ADD:
    case IR_SUB:
    case IR_MUL: return arithmetic(rs, o, in);
    case IR_NEG: return negative(rs, in);
    case IR_FRAC: return quotient(rs, in);
    case IR_FRAC_OF: return frac_of_int(rs, o, in);
    case IR_FRAC_MUL:
    case IR_FRAC_DIV: return frac_arith(rs, o, in);
    case IR_ROUND: return rounded(rs, o, in);
    case IR_IF: return choose(rs, o, in);
    case IR_LEAST:
    case IR_GREATEST: return extreme(rs, o, in);
    case IR_GUARD: return in[1].st == ST_ABSENT ? ref_absent() : in[0];
    case IR_DIV_TRUNC: return div_trunc(rs, o, in);
    case IR_HAS:
    case IR_HAS_ANY:
    case IR_MEMBER:
    case IR_SET_EMPTY:
    case IR_SET_COUNT:
    case IR_SET_WHEN:
    case IR_SET_UNION: return ref_apply_set(rs, o, in);
    default: return ref_apply_date(rs, o, in);
    }
}
