/* Dates that may be rough (a span of days) and sets of codes that may be partly unknown. */
#include "rules/ref_int.h"

enum { MONTHS_MAX = (DATE_MAX_YEAR - DATE_MIN_YEAR + 1) * 12 };

/* ---------------------------------------------------------------- comparison of spans */

static bool is_exact_span(const struct value *v) { return SPAN_LO(v->v) == SPAN_HI(v->v); }

/* a < b when every day of a is before every day of b: 1 surely, 0 surely not, -1 cannot be told. */
static int surely_before(const struct value *a, const struct value *b)
{
    if (SPAN_HI(a->v) < SPAN_LO(b->v)) return 1;
    return SPAN_LO(a->v) >= SPAN_HI(b->v) ? 0 : -1;
}

static int surely_equal(const struct value *a, const struct value *b)
{
    if (SPAN_HI(a->v) < SPAN_LO(b->v) || SPAN_HI(b->v) < SPAN_LO(a->v)) return 0;
    return is_exact_span(a) && is_exact_span(b) ? 1 : -1;
}

static int span_relation(enum ir_opcode code, const struct value *a, const struct value *b)
{
    int r;
    switch (code) {
    case IR_SPAN_EQ: return surely_equal(a, b);
    case IR_SPAN_NE: r = surely_equal(a, b); break;
    case IR_SPAN_LT: return surely_before(a, b);
    case IR_SPAN_GE: r = surely_before(a, b); break;
    case IR_SPAN_GT: return surely_before(b, a);
    default: r = surely_before(b, a); break; /* LE */
    }
    return r < 0 ? r : !r;
}

static struct value span_compare(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    struct value out;
    if (ref_strict(rs, in, 2, true, &out)) return out;
    if (in[0].st != ST_EXACT || in[1].st != ST_EXACT) return ref_unknown(ref_part_reasons(rs, in, 2));
    int r = span_relation((enum ir_opcode)o->code, &in[0], &in[1]);
    return r < 0 ? ref_unknown(ref_why(rs, o)) : ref_exact(r);
}

/* ---------------------------------------------------------------- computing with dates */

static bool day_ok(int64_t d) { return d >= date_make(DATE_MIN_YEAR, 1, 1) && d <= date_make(DATE_MAX_YEAR, 12, 31); }

static struct value add_days(struct reasons *rs, const struct value *in)
{
    int64_t lo = 0, hi = 0;
    bool fits = i64_add(SPAN_LO(in[0].v), in[1].v, &lo) && i64_add(SPAN_HI(in[0].v), in[1].v, &hi) && day_ok(lo) &&
                day_ok(hi);
    return fits ? ref_exact(SPAN_OF(lo, hi - lo)) : ref_flawed(rs, REASON_RATIO);
}

static struct value add_months(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    if (!is_exact_span(&in[0])) return ref_unknown(ref_why(rs, o));
    bool fits = in[1].v >= -MONTHS_MAX && in[1].v <= MONTHS_MAX;
    date_day d = fits ? date_add_months((date_day)SPAN_LO(in[0].v), (int32_t)in[1].v) : 0;
    return d ? ref_exact(d) : ref_flawed(rs, REASON_RATIO);
}

/* Of both ends when they agree. */
static struct value part_of_date(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    date_day lo = (date_day)SPAN_LO(in[0].v), hi = (date_day)SPAN_HI(in[0].v);
    struct ymd a = date_split(lo), b = date_split(hi);
    bool agree = a.year == b.year && (o->code == IR_YEAR || a.month == b.month);
    if (!agree) return ref_unknown(ref_why(rs, o));
    if (o->code == IR_YEAR) return ref_exact(a.year);
    return ref_exact(o->code == IR_MONTH ? a.month : date_month_end(lo));
}

static int64_t years(int64_t born, int64_t on)
{
    int32_t y = date_full_years((date_day)born, (date_day)on);
    return y < 0 ? 0 : y;
}

static struct value full_years(const struct value *in)
{
    int64_t lo = years(SPAN_HI(in[0].v), SPAN_LO(in[1].v)), hi = years(SPAN_LO(in[0].v), SPAN_HI(in[1].v));
    return ref_exact(SPAN_OF(lo, hi - lo));
}

static struct value diff_days(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    if (!is_exact_span(&in[0]) || !is_exact_span(&in[1])) return ref_unknown(ref_why(rs, o));
    return ref_exact(SPAN_LO(in[0].v) - SPAN_LO(in[1].v));
}

struct value ref_apply_date(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    struct value out;
    size_t n = strlen(ir_op_info[o->code].args);
    if (o->code >= IR_SPAN_EQ && o->code <= IR_SPAN_GE) return span_compare(rs, o, in);
    if (ref_strict(rs, in, n, false, &out)) return out;
    for (size_t i = 0; i < n; i++)
        if (in[i].st == ST_AT_LEAST) return ref_unknown(ref_part_reasons(rs, in, n));
    switch (o->code) {
    case IR_ADD_DAYS: return add_days(rs, in);
    case IR_ADD_MONTHS: return add_months(rs, o, in);
    case IR_DIFF_DAYS: return diff_days(rs, o, in);
    case IR_FULL_YEARS: return full_years(in);
    case IR_SPAN_INT: return is_exact_span(&in[0]) ? ref_exact(SPAN_LO(in[0].v)) : ref_unknown(ref_why(rs, o));
    default: return part_of_date(rs, o, in);
    }
}

/* ---------------------------------------------------------------- sets (SEMANTICS §4: per code true, false or unknown)
 */

static uint64_t sure(const struct value *v) { return (uint64_t)v->v; }
static uint64_t maybe(const struct value *v) { return (uint64_t)v->w; }
static bool has_code(uint64_t set, int64_t code) { return code >= 0 && code < 64 && (set >> code & 1); }

static struct value code_state(const struct value *set, int64_t code)
{
    if (has_code(sure(set), code)) return ref_exact(true);
    return has_code(maybe(set), code) ? ref_unknown(set->why) : ref_exact(false);
}

static struct value has_any(struct reasons *rs, const struct value *a, const struct value *b)
{
    uint64_t any_a = sure(a) | maybe(a), any_b = sure(b) | maybe(b);
    if (sure(a) & sure(b)) return ref_exact(true);
    if (!(any_a & any_b)) return ref_exact(false);
    reason_set why = maybe(a) & any_b ? a->why : 0;
    if (maybe(b) & any_a) why = reasons_union(rs, why, b->why);
    return ref_unknown(why);
}

/* "unknown code: unknown (unless the set is surely empty: false)". */
static struct value member(struct reasons *rs, const struct value *in)
{
    struct value out;
    bool absent = in[0].st == ST_ABSENT || in[1].st == ST_ABSENT;
    bool empty = in[1].st == ST_EXACT && !in[1].v && !in[1].w;
    if (absent || empty) return ref_exact(false);
    if (ref_strict(rs, in, 2, true, &out)) return out;
    if (in[0].st == ST_AT_LEAST) return ref_unknown(in[0].why);
    return code_state(&in[1], in[0].v);
}

static struct value set_union(struct reasons *rs, const struct value *a, const struct value *b)
{
    struct value out = ref_exact((int64_t)(sure(a) | sure(b)));
    out.w = (int64_t)((maybe(a) | maybe(b)) & ~sure(&out));
    if (maybe(a) & ~sure(&out)) out.why = a->why;
    if (maybe(b) & ~sure(&out)) out.why = reasons_union(rs, out.why, b->why);
    return out;
}

static struct value set_when(const struct ir_op *o, const struct value *in)
{
    int64_t code = (int64_t)(UINT64_C(1) << o->index);
    struct value out = ref_exact(in->st == ST_EXACT && in->v ? code : 0);
    if (in->st == ST_UNKNOWN) out.w = code, out.why = in->why;
    return out;
}

static struct value set_count(const struct value *in)
{
    struct value out = ref_exact(__builtin_popcountll(sure(in)));
    return in->w ? ref_at_least(out, in->why) : out;
}

static struct value set_empty(const struct value *in)
{
    if (in->v || !in->w) return ref_exact(!in->v);
    return ref_unknown(in->why);
}

struct value ref_apply_set(struct reasons *rs, const struct ir_op *o, const struct value *in)
{
    struct value out;
    size_t n = strlen(ir_op_info[o->code].args);
    if (o->code == IR_MEMBER) return member(rs, in);
    if (o->code == IR_SET_WHEN) return set_when(o, in);
    if (ref_strict(rs, in, n, ir_op_info[o->code].rep == REP_BOOL, &out)) return out;
    switch (o->code) {
    case IR_HAS: return code_state(in, o->index);
    case IR_HAS_ANY: return has_any(rs, &in[0], &in[1]);
    case IR_SET_EMPTY: return set_empty(in);
    case IR_SET_COUNT: return set_count(in);
    default: return set_union(rs, &in[0], &in[1]);
    }
}
