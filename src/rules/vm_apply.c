/* Operations on values: a kernel over all lanes, then the lanes that it does not cover by the definition on values. */
#include "rules/frac.h"
#include "rules/vm_int.h"

/* ---------------------------------------------------------------- kernels by operation */

static enum vm_kernel compare(struct vm_block *b, enum ir_opcode rel, struct vreg *out, const struct vreg *x,
                              const struct vreg *y)
{
    static const enum ir_opcode mirrored[] = {IR_EQ, IR_NE, IR_GT, IR_GE, IR_LT, IR_LE};
    if (y->konst) vm_compare_const(rel, x->v, y->v[0], out->n, out->b);
    else if (x->konst) vm_compare_const(mirrored[rel - IR_EQ], y->v, x->v[0], out->n, out->b);
    else vm_compare(rel, x->v, y->v, out->n, out->b);
    (void)b;
    return KERNEL_ALL;
}

/* Exact days have no upper half: one word compares them, and a lane with a span is flagged. */
static enum vm_kernel compare_spans(struct vm_block *b, const struct ir_op *o, struct vreg *out, const struct vreg *x,
                                    const struct vreg *y, uint8_t *flag)
{
    const int64_t *v = vm_words(b, x, SCRATCH_A), *w = vm_words(b, y, SCRATCH_B);
    if (!v || !w) return KERNEL_ALL;
    uint64_t any = 0;
    for (uint32_t i = 0; i < out->n; i++) any |= (uint64_t)(v[i] | w[i]);
    compare(b, (enum ir_opcode)(o->code - IR_SPAN_EQ + IR_EQ), out, x, y);
    if (any >> 32 == 0) return KERNEL_ALL;
    for (uint32_t i = 0; i < out->n; i++) flag[i] = (uint64_t)(v[i] | w[i]) >> 32 != 0;
    return KERNEL_FLAGS;
}

static enum vm_kernel arithmetic(struct vm_block *b, enum ir_opcode code, struct vreg *out,
                                 const struct vreg *const *in, uint8_t *flag)
{
    const int64_t *v = vm_words(b, in[0], SCRATCH_A), *w = vm_words(b, in[1], SCRATCH_B);
    if (!v || !w) return KERNEL_ALL;
    bool over = code == IR_ADD   ? vm_add(v, w, out->n, out->v, flag)
                : code == IR_SUB ? vm_sub(v, w, out->n, out->v, flag)
                                 : vm_mul(v, w, out->n, out->v, flag);
    return over ? KERNEL_FLAGS : KERNEL_ALL;
}

static enum vm_kernel logic(struct vm_block *b, enum ir_opcode code, struct vreg *out, const struct vreg *const *in)
{
    const uint8_t *v = vm_bytes(b, in[0], SCRATCH_A), *w = vm_bytes(b, in[1], SCRATCH_B);
    if (!v || !w) return KERNEL_ALL;
    if (code == IR_AND) vm_and(v, w, out->n, out->b);
    else vm_or(v, w, out->n, out->b);
    return KERNEL_ALL;
}

/* n / d of ints; lanes with d == 0 are flagged. */
static enum vm_kernel quotient(struct vm_block *b, struct vreg *out, const struct vreg *const *in, uint8_t *flag)
{
    const int64_t *v = vm_words(b, in[0], SCRATCH_A), *w = vm_words(b, in[1], SCRATCH_B);
    uint8_t any = 0;
    if (!v || !w) return KERNEL_ALL;
    for (uint32_t i = 0; i < out->n; i++) {
        flag[i] = w[i] == 0;
        any |= flag[i];
        struct frac q = frac_of(v[i], w[i] ? w[i] : 1);
        out->num[i] = q.n, out->den[i] = q.d;
    }
    return any ? KERNEL_FLAGS : KERNEL_ALL;
}

static bool is_small(i128 v) { return v >= INT64_MIN && v <= INT64_MAX; }

/* Of fractions of 64-bit numbers the cross products fit; others are flagged. */
static enum vm_kernel compare_fracs(const struct ir_op *o, struct vreg *out, const struct vreg *x, const struct vreg *y,
                                    uint8_t *flag)
{
    uint8_t any = 0;
    for (uint32_t i = 0; i < out->n; i++) {
        uint32_t k = x->konst ? 0 : i, m = y->konst ? 0 : i;
        i128 an = x->num[k], ad = x->den[k], bn = y->num[m], bd = y->den[m];
        flag[i] = !(is_small(an) && is_small(ad) && is_small(bn) && is_small(bd));
        any |= flag[i];
        i128 l = flag[i] ? 0 : an * bd, r = flag[i] ? 0 : bn * ad;
        switch (o->code) {
        case IR_FRAC_EQ: out->b[i] = l == r; break;
        case IR_FRAC_NE: out->b[i] = l != r; break;
        case IR_FRAC_LT: out->b[i] = l < r; break;
        case IR_FRAC_LE: out->b[i] = l <= r; break;
        case IR_FRAC_GT: out->b[i] = l > r; break;
        default: out->b[i] = l >= r;
        }
    }
    return any ? KERNEL_FLAGS : KERNEL_ALL;
}

static enum vm_kernel frac_of_int(const struct ir_op *o, struct vreg *out, const struct vreg *x)
{
    i128 d = frac_scale(o->index);
    if (x->konst) return KERNEL_NONE;
    for (uint32_t i = 0; i < out->n; i++) out->num[i] = x->v[i], out->den[i] = d;
    return KERNEL_ALL;
}

/* Whole sets only: lanes with codes that may be in are not exact here. */
static enum vm_kernel set_test(const struct ir_op *o, struct vreg *out, const struct vreg *const *in)
{
    if (in[0]->konst || (o->code == IR_HAS_ANY && in[1]->konst && in[1]->w[0])) return KERNEL_NONE;
    const int64_t *v = in[0]->v;
    for (uint32_t i = 0; i < out->n; i++) {
        uint64_t s = (uint64_t)v[i];
        if (o->code == IR_HAS) out->b[i] = s >> o->index & 1;
        else if (o->code == IR_SET_EMPTY) out->b[i] = s == 0;
        else out->b[i] = (s & (uint64_t)in[1]->v[in[1]->konst ? 0 : i]) != 0;
    }
    return KERNEL_ALL;
}

/* A code in a set; a set that is not known whole is not exact here. */
static enum vm_kernel member(struct vreg *out, const struct vreg *const *in)
{
    if (in[0]->konst) return KERNEL_NONE;
    if (in[1]->konst) {
        vm_member(in[0]->v, (uint64_t)in[1]->v[0], out->n, out->b);
        return KERNEL_ALL;
    }
    for (uint32_t i = 0; i < out->n; i++) {
        uint64_t code = (uint64_t)in[0]->v[i];
        out->b[i] = code < 64 && (uint64_t)in[1]->v[i] >> code & 1;
    }
    return KERNEL_ALL;
}

/* Exact days are their own number; a rough one is flagged. */
static enum vm_kernel span_int(struct vreg *out, const struct vreg *in, uint8_t *flag)
{
    uint64_t any = 0;
    for (uint32_t i = 0; i < out->n; i++) any |= (uint64_t)in->v[i];
    memcpy(out->v, in->v, out->n * sizeof *out->v);
    if (any >> 32 == 0) return KERNEL_ALL;
    for (uint32_t i = 0; i < out->n; i++) flag[i] = (uint64_t)in->v[i] >> 32 != 0;
    return KERNEL_FLAGS;
}

/* The table of ages on a day; false when the day is none that has one. */
static bool ages_ready(struct vm_block *b, int64_t on)
{
    struct vm_ages *ages = &b->ages;
    date_day first = date_make(DATE_MIN_YEAR, 1, 1);
    if (on >> 32 || on <= first || date_split((date_day)on).year < DATE_MIN_YEAR + VM_YEARS_MAX + 2) return false;
    if (ages->on == on) return true;
    for (int32_t k = 0; k < VM_YEARS_MAX + 2; k++) {
        date_day d = date_add_months((date_day)on, -12 * k) + 2;
        while (date_full_years(d, (date_day)on) < k) d--;
        ages->limit[k] = d;
    }
    ages->on = on;
    return true;
}

static enum vm_kernel full_years(struct vm_block *b, struct vreg *out, const struct vreg *const *in, uint8_t *flag)
{
    if (!in[0]->konst && !in[1]->konst)
        return vm_years_between(in[0]->v, in[1]->v, out->n, out->v, flag) ? KERNEL_FLAGS : KERNEL_ALL;
    if (!in[1]->konst || !in[1]->exact || in[0]->konst || !ages_ready(b, in[1]->v[0])) return KERNEL_NONE;
    return vm_full_years(in[0]->v, in[1]->v[0], b->ages.limit, out->n, out->v, flag) ? KERNEL_FLAGS : KERNEL_ALL;
}

enum vm_kernel vm_kernel_run(struct vm_block *b, const struct ir_op *o, struct vreg *out, const struct vreg *const *in,
                             uint8_t *flag)
{
    enum ir_opcode code = (enum ir_opcode)o->code;
    switch (code) {
    case IR_AND:
    case IR_OR: return logic(b, code, out, in);
    case IR_NOT: vm_not(in[0]->b, out->n, out->b); return KERNEL_ALL;
    case IR_EQ:
    case IR_NE:
    case IR_LT:
    case IR_LE:
    case IR_GT:
    case IR_GE: return compare(b, code, out, in[0], in[1]);
    case IR_SPAN_EQ:
    case IR_SPAN_NE:
    case IR_SPAN_LT:
    case IR_SPAN_LE:
    case IR_SPAN_GT:
    case IR_SPAN_GE: return compare_spans(b, o, out, in[0], in[1], flag);
    case IR_FRAC_EQ:
    case IR_FRAC_NE:
    case IR_FRAC_LT:
    case IR_FRAC_LE:
    case IR_FRAC_GT:
    case IR_FRAC_GE: return compare_fracs(o, out, in[0], in[1], flag);
    case IR_ADD:
    case IR_SUB:
    case IR_MUL: return arithmetic(b, code, out, in, flag);
    case IR_FRAC: return quotient(b, out, in, flag);
    case IR_FRAC_OF: return frac_of_int(o, out, in[0]);
    case IR_HAS:
    case IR_HAS_ANY:
    case IR_SET_EMPTY: return set_test(o, out, in);
    case IR_MEMBER: return member(out, in);
    case IR_FULL_YEARS: return full_years(b, out, in, flag);
    case IR_SPAN_INT: return span_int(out, in[0], flag);
    case IR_DIV_TRUNC: vm_div_trunc(in[0]->v, o->index, out->n, out->v); return KERNEL_ALL;
    default: return KERNEL_NONE;
    }
}

/* ---------------------------------------------------------------- lanes one by one */

static void apply_lane(struct vm_block *b, const struct ir_op *o, struct vreg *out, const struct vreg *const *in,
                       size_t n, uint32_t i)
{
    struct value v[IR_ARGS_MAX], r;
    for (size_t k = 0; k < n; k++) v[k] = vm_get(in[k], i);
    r = ref_apply(b->vm->f->reasons, o, v);
    vm_put(out, i, &r);
}

/* Lanes of which an operand has a state, or that are flagged. False: none. */
static bool mask_of(const struct vreg *const *in, size_t n, const uint8_t *flag, uint32_t lanes, uint8_t *mask)
{
    bool any = flag;
    if (flag) memcpy(mask, flag, lanes);
    else memset(mask, 0, lanes);
    for (size_t k = 0; k < n; k++) {
        if (in[k]->exact) continue;
        any = true;
        if (in[k]->konst) memset(mask, 1, lanes);
        else vm_or_into(in[k]->st, lanes, mask);
    }
    return any;
}

/* flagged: a kernel flagged some of them. */
static void apply_masked(struct vm_block *b, const struct ir_op *o, struct vreg *out, const struct vreg *const *in,
                         size_t n, const uint8_t *mask, bool flagged)
{
    uint32_t *lanes = vm_scratch(b, SCRATCH_LANES, out->n, sizeof *lanes);
    uint32_t found = lanes ? vm_masked(mask, out->n, lanes) : 0;
    if (found) vm_soften(out);
    if (found) found = vm_soft_lanes(b, o, out, in, flagged, lanes, found);
    for (uint32_t k = 0; k < found; k++) apply_lane(b, o, out, in, n, lanes[k]);
    vm_settle(out);
}

/* ---------------------------------------------------------------- choice: lanes move with their states */

static void take_lane(struct vreg *out, uint32_t i, const struct vreg *from)
{
    struct value v = vm_get(from, i);
    vm_put(out, i, &v);
}

const uint8_t *vm_states(struct vm_block *b, const struct vreg *r, enum vm_scratch which)
{
    if (!r->exact && !r->konst) return r->st;
    uint8_t *st = vm_scratch(b, which, r->n, sizeof *st);
    if (st) memset(st, r->exact ? 0 : r->st[0], r->n);
    return st;
}

static void choose_states(struct vm_block *b, struct vreg *out, const uint8_t *c, const struct vreg *x,
                          const struct vreg *y)
{
    if (x->exact && y->exact) return;
    static const reason_set none = 0;
    const uint8_t *sx = vm_states(b, x, SCRATCH_A), *sy = vm_states(b, y, SCRATCH_B);
    if (!sx || !sy) return;
    out->exact = false;
    vm_select_bytes(c, sx, sy, out->n, out->st);
    vm_select_reasons(c, x->exact ? &none : x->why, !x->exact && !x->konst, y->exact ? &none : y->why,
                      !y->exact && !y->konst, out->n, out->why);
}

static void choose(struct vm_block *b, const struct ir_op *o, struct vreg *out, const struct vreg *const *in)
{
    const uint8_t *c = in[0]->b;
    if (out->rep == REP_BOOL) {
        const uint8_t *x = vm_bytes(b, in[1], SCRATCH_A), *y = vm_bytes(b, in[2], SCRATCH_B);
        if (x && y) vm_select_bytes(c, x, y, out->n, out->b);
        choose_states(b, out, c, in[1], in[2]);
    } else if (out->rep == REP_INT || out->rep == REP_SPAN) {
        const int64_t *x = vm_words(b, in[1], SCRATCH_A), *y = vm_words(b, in[2], SCRATCH_B);
        if (x && y) vm_select_words(c, x, y, out->n, out->v);
        choose_states(b, out, c, in[1], in[2]);
    } else {
        if (!in[1]->exact || !in[2]->exact) vm_soften(out);
        for (uint32_t i = 0; i < out->n; i++) take_lane(out, i, c[i] ? in[1] : in[2]);
    }
    if (!in[0]->exact && !b->failed) apply_masked(b, o, out, in, 3, in[0]->st, false);
    vm_settle(out);
}

static void guard(struct vreg *out, const struct vreg *const *in)
{
    vm_soften(out);
    for (uint32_t i = 0; i < out->n; i++) {
        bool absent = !in[1]->exact && (in[1]->st[in[1]->konst ? 0 : i] & VM_STATE) == ST_ABSENT;
        struct value none = ref_absent();
        if (absent) vm_put(out, i, &none);
        else take_lane(out, i, in[0]);
    }
    vm_settle(out);
}

/* Absent is false (its payload is), unknown stays. */
static void truth(struct vm_block *b, struct vreg *out, const struct vreg *in, bool is_absent)
{
    uint8_t *absent = vm_scratch(b, SCRATCH_A, out->n, sizeof *absent);
    if (is_absent) memset(out->b, 0, out->n);
    else memcpy(out->b, in->b, out->n);
    if (in->exact || !absent) return;
    out->exact = false;
    vm_test_absent(in->st, out->n, is_absent ? out->b : absent, out->st);
    memcpy(out->why, in->why, out->n * sizeof *out->why);
    vm_settle(out);
}

/* Where both are exact the lesser or greater, else by the definition. */
static enum vm_kernel extreme(struct vm_block *b, const struct ir_op *o, struct vreg *out, const struct vreg *const *in)
{
    if (out->rep != REP_INT) return KERNEL_NONE;
    const int64_t *x = vm_words(b, in[0], SCRATCH_A), *y = vm_words(b, in[1], SCRATCH_B);
    if (x && y) vm_least(x, y, o->code == IR_GREATEST, out->n, out->v);
    return KERNEL_ALL;
}

/* ---------------------------------------------------------------- any operation */

static void apply_constants(struct vm_block *b, const struct ir_op *o, struct vreg *out, const struct vreg *const *in,
                            size_t n)
{
    out->konst = true;
    vm_soften(out);
    apply_lane(b, o, out, in, n, 0);
    vm_settle(out);
}

static void apply_lanes(struct vm_block *b, const struct ir_op *o, struct vreg *out, const struct vreg *const *in,
                        size_t n)
{
    uint8_t *flag = vm_scratch(b, SCRATCH_FLAG, out->n, 1), *mask = vm_scratch(b, SCRATCH_MASK, out->n, 1);
    if (!flag || !mask) return;
    if ((o->code == IR_AND || o->code == IR_OR) && !(in[0]->exact && in[1]->exact)) {
        vm_kleene(b, (enum ir_opcode)o->code, out, in);
        return;
    }
    bool extremes = o->code == IR_LEAST || o->code == IR_GREATEST;
    enum vm_kernel done = extremes ? extreme(b, o, out, in) : vm_kernel_run(b, o, out, in, flag);
    if (b->failed) return;
    if (done == KERNEL_NONE) {
        memset(mask, 1, out->n);
        apply_masked(b, o, out, in, n, mask, true);
    } else if (mask_of(in, n, done == KERNEL_FLAGS ? flag : NULL, out->n, mask)) {
        apply_masked(b, o, out, in, n, mask, done == KERNEL_FLAGS);
    }
}

void vm_apply(struct vm_block *b, const struct ir_op *o, struct vreg *out)
{
    const struct vreg *in[IR_ARGS_MAX] = {0};
    size_t n = strlen(ir_op_info[o->code].args);
    bool constant = true;
    for (size_t k = 0; k < n; k++) {
        in[k] = &b->regs[o->args[k]];
        constant &= in[k]->konst;
    }
    if (out->n == 0) return;
    if (constant) apply_constants(b, o, out, in, n);
    else if (o->code == IR_IF && !in[0]->konst) choose(b, o, out, in);
    else if (o->code == IR_GUARD) guard(out, in);
    else if (o->code == IR_TRUTH || o->code == IR_IS_ABSENT) truth(b, out, in[0], o->code == IR_IS_ABSENT);
    else apply_lanes(b, o, out, in, n);
}
