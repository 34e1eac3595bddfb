/* Lanes with states of the most common operations, without going through struct value: the rules of ops.def again. Each
 * function sets one lane of out; the payload that the kernel left there counts where the result has one. */
#include "rules/vm_int.h"

static uint32_t lane(const struct vreg *r, uint32_t i) { return r->konst ? 0 : i; }

static uint8_t state(const struct vreg *r, uint32_t i) { return r->exact ? ST_EXACT : r->st[lane(r, i)] & VM_STATE; }

static void put(struct vreg *out, uint32_t i, uint8_t st, reason_set why)
{
    out->st[i] = st;
    out->why[i] = why;
}

/* The union of the reasons of the operands in a state. */
static reason_set why_in(struct reasons *rs, const struct vreg *a, const struct vreg *b, uint32_t i, uint8_t st)
{
    reason_set x = state(a, i) == st ? a->why[lane(a, i)] : 0, y = state(b, i) == st ? b->why[lane(b, i)] : 0;
    return x ? (y && y != x ? reasons_union(rs, x, y) : x) : y;
}

/* ---------------------------------------------------------------- logic */

/* Absent is false, as its payload is. */
void vm_kleene(struct vm_block *b, enum ir_opcode code, struct vreg *out, const struct vreg *const *in)
{
    const uint8_t *v = vm_bytes(b, in[0], SCRATCH_A), *w = vm_bytes(b, in[1], SCRATCH_B);
    const uint8_t *sv = vm_states(b, in[0], SCRATCH_FLAG), *sw = vm_states(b, in[1], SCRATCH_MASK);
    uint32_t *lanes = vm_scratch(b, SCRATCH_LANES, out->n, sizeof *lanes);
    if (!v || !w || !sv || !sw || !lanes) return;
    vm_logic(v, sv, w, sw, code == IR_OR, out->n, out->b, out->st);
    uint32_t found = vm_masked(out->st, out->n, lanes);
    out->exact = !found;
    for (uint32_t k = 0; k < found; k++)
        out->why[lanes[k]] = why_in(b->vm->f->reasons, in[0], in[1], lanes[k], ST_UNKNOWN);
}

static void negate(struct vreg *out, const struct vreg *in, uint32_t i)
{
    bool unknown = state(in, i) == ST_UNKNOWN;
    out->b[i] = unknown ? 0 : !in->b[lane(in, i)];
    put(out, i, unknown ? ST_UNKNOWN : ST_EXACT, unknown ? in->why[lane(in, i)] : 0);
}

/* ---------------------------------------------------------------- comparison */

/* An at-least value's part p against an exact c. Decided: greater parts decide all but <, <=, which they make false. */
static bool part_decides(enum ir_opcode rel, int64_t p, int64_t c, uint8_t *result)
{
    *result = rel == IR_NE || rel == IR_GT || rel == IR_GE;
    return rel == IR_LT || rel == IR_GE ? p >= c : p > c;
}

static void compare(struct reasons *rs, enum ir_opcode rel, struct vreg *out, const struct vreg *const *in, uint32_t i)
{
    static const enum ir_opcode mirrored[] = {IR_EQ, IR_NE, IR_GT, IR_GE, IR_LT, IR_LE};
    uint8_t a = state(in[0], i), b = state(in[1], i), result = 0;
    int64_t p = in[0]->v[lane(in[0], i)], c = in[1]->v[lane(in[1], i)];
    if (a == ST_ABSENT || b == ST_ABSENT) {
        put(out, i, ST_EXACT, 0);
    } else if (a == ST_UNKNOWN || b == ST_UNKNOWN) {
        put(out, i, ST_UNKNOWN, why_in(rs, in[0], in[1], i, ST_UNKNOWN));
    } else if (a == b) { /* the mask holds no lane with two exact values: both at least */
        put(out, i, ST_UNKNOWN, why_in(rs, in[0], in[1], i, ST_AT_LEAST));
    } else {
        bool decided = a == ST_AT_LEAST ? part_decides(rel, p, c, &result)
                                        : part_decides(mirrored[rel - IR_EQ], c, p, &result);
        if (decided) put(out, i, ST_EXACT, 0);
        else
            put(out, i, ST_UNKNOWN, (a == ST_AT_LEAST ? in[0] : in[1])->why[lane(a == ST_AT_LEAST ? in[0] : in[1], i)]);
        result = decided ? result : 0;
    }
    out->b[i] = result;
}

/* ---------------------------------------------------------------- arithmetic */

static bool stays_at_least(enum ir_opcode code, const struct vreg *const *in, uint32_t i, uint8_t a, uint8_t b)
{
    if (code == IR_ADD) return true;
    if (code == IR_SUB) return b == ST_EXACT;
    if (a == b) return false;
    const struct vreg *exact = a == ST_EXACT ? in[0] : in[1];
    return exact->v[lane(exact, i)] > 0;
}

/* Not for lanes that overflowed. */
static void arithmetic(struct reasons *rs, enum ir_opcode code, struct vreg *out, const struct vreg *const *in,
                       uint32_t i)
{
    uint8_t a = state(in[0], i), b = state(in[1], i), st = ST_UNKNOWN;
    reason_set why = 0;
    if (a == ST_ABSENT || b == ST_ABSENT) {
        st = ST_ABSENT;
    } else if (a == ST_UNKNOWN || b == ST_UNKNOWN) {
        why = why_in(rs, in[0], in[1], i, ST_UNKNOWN);
    } else {
        why = why_in(rs, in[0], in[1], i, ST_AT_LEAST);
        if (stays_at_least(code, in, i, a, b)) st = ST_AT_LEAST;
    }
    if (st != ST_AT_LEAST) out->v[i] = 0;
    put(out, i, st, why);
}

/* ---------------------------------------------------------------- codes, sets, places */

/* Not where the set is not exact. */
static void member(struct vreg *out, const struct vreg *const *in, uint32_t i)
{
    uint8_t a = state(in[0], i);
    bool none = a == ST_ABSENT || !in[1]->v[lane(in[1], i)];
    if (!none && a == ST_EXACT) return;
    out->b[i] = 0;
    put(out, i, none ? ST_EXACT : ST_UNKNOWN, none ? 0 : in[0]->why[lane(in[0], i)]);
}

static void has(struct vreg *out, const struct vreg *in, uint32_t code, uint32_t i)
{
    uint8_t a = state(in, i);
    bool sure = (uint64_t)in->v[lane(in, i)] >> code & 1, maybe = (uint64_t)in->w[lane(in, i)] >> code & 1;
    bool unknown = a == ST_UNKNOWN || (a != ST_ABSENT && !sure && maybe);
    out->b[i] = a != ST_UNKNOWN && a != ST_ABSENT && sure;
    put(out, i, unknown ? ST_UNKNOWN : ST_EXACT, unknown ? in->why[lane(in, i)] : 0);
}

static void div_trunc(struct vreg *out, const struct vreg *in, uint32_t i)
{
    bool absent = state(in, i) == ST_ABSENT;
    out->v[i] = 0;
    put(out, i, absent ? ST_ABSENT : ST_UNKNOWN, absent ? 0 : in->why[lane(in, i)]);
}

/* ---------------------------------------------------------------- strict operations */

enum strictness { NOT_STRICT, STRICT_FALSE, STRICT_ABSENT }; /* what an absent operand makes of the result */

static enum strictness strictness_of(enum ir_opcode code)
{
    if ((code >= IR_SPAN_EQ && code <= IR_SPAN_GE) || (code >= IR_FRAC_EQ && code <= IR_FRAC_GE)) return STRICT_FALSE;
    switch (code) {
    case IR_HAS_ANY:
    case IR_SET_EMPTY: return STRICT_FALSE;
    case IR_NEG:
    case IR_FRAC:
    case IR_FRAC_OF:
    case IR_FRAC_MUL:
    case IR_FRAC_DIV:
    case IR_ROUND:
    case IR_ADD_DAYS:
    case IR_ADD_MONTHS:
    case IR_DIFF_DAYS:
    case IR_YEAR:
    case IR_MONTH:
    case IR_MONTH_END:
    case IR_FULL_YEARS:
    case IR_SPAN_INT: return STRICT_ABSENT;
    default: return NOT_STRICT;
    }
}

static void put_nothing(struct vreg *out, uint32_t i)
{
    if (out->rep == REP_BOOL) out->b[i] = 0;
    else if (out->rep == REP_FRAC) out->num[i] = 0, out->den[i] = 1;
    else out->v[i] = 0;
}

/* False: no operand is absent or unknown. */
static bool strict_lane(struct reasons *rs, enum strictness how, struct vreg *out, const struct vreg *const *in,
                        size_t n_in, uint32_t i)
{
    bool absent = false, unknown = false;
    reason_set why = 0;
    for (size_t k = 0; k < n_in; k++) {
        uint8_t st = state(in[k], i);
        absent |= st == ST_ABSENT;
        if (st != ST_UNKNOWN) continue;
        reason_set more = in[k]->why[lane(in[k], i)];
        why = unknown && why != more ? reasons_union(rs, why, more) : more;
        unknown = true;
    }
    if (!absent && !unknown) return false;
    put_nothing(out, i);
    if (absent) put(out, i, how == STRICT_FALSE ? ST_EXACT : ST_ABSENT, 0);
    else put(out, i, ST_UNKNOWN, why);
    return true;
}

static uint32_t strict_lanes(struct reasons *rs, const struct ir_op *o, struct vreg *out, const struct vreg *const *in,
                             uint32_t *lanes, uint32_t n)
{
    enum strictness how = strictness_of((enum ir_opcode)o->code);
    size_t n_in = strlen(ir_op_info[o->code].args);
    uint32_t left = 0;
    if (how == NOT_STRICT) return n;
    for (uint32_t k = 0; k < n; k++)
        if (!strict_lane(rs, how, out, in, n_in, lanes[k])) lanes[left++] = lanes[k];
    return left;
}

/* ---------------------------------------------------------------- all */

/* False: not for this operation. */
static bool soft_lanes(struct reasons *rs, const struct ir_op *o, struct vreg *out, const struct vreg *const *in,
                       const uint32_t *lanes, uint32_t n)
{
    enum ir_opcode code = (enum ir_opcode)o->code;
    switch (code) {
    case IR_NOT:
        for (uint32_t k = 0; k < n; k++) negate(out, in[0], lanes[k]);
        return true;
    case IR_EQ:
    case IR_NE:
    case IR_LT:
    case IR_LE:
    case IR_GT:
    case IR_GE:
        for (uint32_t k = 0; k < n; k++) compare(rs, code, out, in, lanes[k]);
        return true;
    case IR_ADD:
    case IR_SUB:
    case IR_MUL:
        for (uint32_t k = 0; k < n; k++) arithmetic(rs, code, out, in, lanes[k]);
        return true;
    case IR_MEMBER:
        for (uint32_t k = 0; in[1]->exact && k < n; k++) member(out, in, lanes[k]);
        return in[1]->exact;
    case IR_HAS:
        for (uint32_t k = 0; k < n; k++) has(out, in[0], o->index, lanes[k]);
        return true;
    case IR_DIV_TRUNC:
        for (uint32_t k = 0; k < n; k++) div_trunc(out, in[0], lanes[k]);
        return true;
    default: return false;
    }
}

uint32_t vm_soft_lanes(struct vm_block *b, const struct ir_op *o, struct vreg *out, const struct vreg *const *in,
                       bool flagged, uint32_t *lanes, uint32_t n)
{
    struct reasons *rs = b->vm->f->reasons;
    if (!flagged && soft_lanes(rs, o, out, in, lanes, n)) return 0;
    return strict_lanes(rs, o, out, in, lanes, n);
}
