/* Every operation on values: one line a case, "operation[#index] operands = result" in the notation of
 * engine_cases.h. */
#include <inttypes.h>
#include "base/buf.h"
#include "base/limits.h"
#include "rules/engine_cases.h"

/* The id of ops.def stands before the operands. */
static const char *const CASES[] = {
    /* and/or/not are Kleene (§2) */
    "AND T T = T",
    "AND T F = F",
    "AND F F = F",
    "AND T ?1 = ?1",
    "AND ?1 F = F",
    "AND F ?1 = F",
    "AND ?1 ?2 = ?12",
    "AND ?2 ?2 = ?2",
    "OR T T = T",
    "OR F T = T",
    "OR F F = F",
    "OR T ?1 = T",
    "OR ?1 T = T",
    "OR F ?1 = ?1",
    "OR ?1 ?2 = ?12",
    "NOT T = F",
    "NOT F = T",
    "NOT ?1 = ?1",
    "TRUTH T = T",
    "TRUTH F = F",
    "TRUTH ?1 = ?1",
    "TRUTH _ = F",
    "IS_ABSENT 5 = F",
    "IS_ABSENT _ = T",
    "IS_ABSENT ?1 = ?1",
    "IS_ABSENT 5+1 = F",
    "IS_ABSENT 1/2 = F",
    "IS_ABSENT {1} = F",
    /* comparison: exact, unknown, absent (§2: false, != and against unknown included) */
    "EQ 5 5 = T",
    "EQ 5 6 = F",
    "NE 5 5 = F",
    "NE 5 6 = T",
    "LT 5 6 = T",
    "LT 5 5 = F",
    "LE 5 5 = T",
    "LE 6 5 = F",
    "GT 6 5 = T",
    "GT 5 5 = F",
    "GE 5 5 = T",
    "GE 4 5 = F",
    "LT -9 3 = T",
    "GT -9 3 = F",
    "EQ ?1 5 = ?1",
    "NE 5 ?1 = ?1",
    "LT ?1 ?2 = ?12",
    "GE ?1 5 = ?1",
    "EQ _ 5 = F",
    "NE _ 5 = F",
    "LT _ 5 = F",
    "LE 5 _ = F",
    "GT _ _ = F",
    "GE _ ?1 = F",
    "NE ?1 _ = F",
    "EQ _ _ = F",
    /* at-least against exact, part below, equal, above (§4) */
    "EQ 5+1 6 = ?1",
    "EQ 5+1 5 = ?1",
    "EQ 6+1 5 = F",
    "EQ 5 6+1 = F",
    "EQ 6 5+1 = ?1",
    "NE 5+1 6 = ?1",
    "NE 5+1 5 = ?1",
    "NE 6+1 5 = T",
    "NE 5 6+1 = T",
    "LT 5+1 6 = ?1",
    "LT 5+1 5 = F",
    "LT 6+1 5 = F",
    "LT 5 6+1 = T",
    "LT 5 5+1 = ?1",
    "LT 6 5+1 = ?1",
    "LE 5+1 6 = ?1",
    "LE 5+1 5 = ?1",
    "LE 6+1 5 = F",
    "LE 5 6+1 = T",
    "LE 5 5+1 = T",
    "LE 6 5+1 = ?1",
    "GT 5+1 6 = ?1",
    "GT 5+1 5 = ?1",
    "GT 6+1 5 = T",
    "GT 5 6+1 = F",
    "GT 5 5+1 = F",
    "GT 6 5+1 = ?1",
    "GE 5+1 6 = ?1",
    "GE 5+1 5 = T",
    "GE 6+1 5 = T",
    "GE 5 6+1 = F",
    "GE 5 5+1 = ?1",
    "GE 6 5+1 = ?1",
    /* two at-least: unknown; unknown goes before at-least; absent before all */
    "EQ 5+1 9+2 = ?12",
    "LT 5+1 9+2 = ?12",
    "GE 9+1 5+2 = ?12",
    "GT 9+1 ?2 = ?2",
    "GT 9+1 _ = F",
    "NE _ 9+1 = F",
    /* rough dates: decided when every day agrees, else unknown (why) */
    "SPAN_EQ 2026-01-01 2026-01-01 = T",
    "SPAN_EQ 2026-01-01 2026-01-02 = F",
    "SPAN_EQ 2026-01-01..2026-01-31 2026-01-15 = ?s",
    "SPAN_EQ 2026-01-01..2026-01-31 2026-01-01..2026-01-31 = ?s",
    "SPAN_EQ 2026-01-01..2026-01-31 2026-02-01 = F",
    "SPAN_NE 2026-01-01 2026-01-01 = F",
    "SPAN_NE 2026-01-01..2026-01-31 2026-02-01 = T",
    "SPAN_NE 2026-01-01..2026-01-31 2026-01-31 = ?s",
    "SPAN_LT 2026-01-01..2026-01-31 2026-02-01 = T",
    "SPAN_LT 2026-01-01..2026-01-31 2026-01-31 = ?s",
    "SPAN_LT 2026-01-01..2026-01-31 2026-01-01 = F",
    "SPAN_LT 2026-02-01 2026-01-01..2026-01-31 = F",
    "SPAN_LE 2026-01-01..2026-01-31 2026-01-31 = T",
    "SPAN_LE 2026-01-01..2026-01-31 2026-01-30 = ?s",
    "SPAN_LE 2026-01-01..2026-01-31 2026-01-01 = ?s",
    "SPAN_LE 2026-01-02..2026-01-31 2026-01-01 = F",
    "SPAN_GT 2026-02-01 2026-01-01..2026-01-31 = T",
    "SPAN_GT 2026-01-31 2026-01-01..2026-01-31 = ?s",
    "SPAN_GT 2026-01-01 2026-01-01..2026-01-31 = F",
    "SPAN_GE 2026-01-31 2026-01-01..2026-01-31 = T",
    "SPAN_GE 2026-01-15 2026-01-01..2026-01-31 = ?s",
    "SPAN_GE 2025-12-31 2026-01-01..2026-01-31 = F",
    "SPAN_LT ?1 2026-01-01 = ?1",
    "SPAN_LT _ 2026-01-01 = F",
    "SPAN_NE _ ?1 = F",
    "SPAN_GE ?1 ?2 = ?12",
    /* exact fractions */
    "FRAC_EQ 1/2 2/4 = T",
    "FRAC_EQ 1/3 1/4 = F",
    "FRAC_NE 1/3 2/6 = F",
    "FRAC_LT 1/3 1/2 = T",
    "FRAC_LT -1/2 1/3 = T",
    "FRAC_LE 2/4 1/2 = T",
    "FRAC_GT 1/2 1/3 = T",
    "FRAC_GE 1/3 1/2 = F",
    "FRAC_LT 1/2+1 1/3 = F",
    "FRAC_GT 1/2+1 1/3 = T",
    "FRAC_GE 1/2+1 2/4 = T",
    "FRAC_GT 1/2+1 2/4 = ?1",
    "FRAC_EQ ?1 1/2 = ?1",
    "FRAC_EQ _ 1/2 = F",
    "FRAC_NE _ ?1 = F",
    "FRAC_LT 9223372036854775807/9223372036854775806 9223372036854775806/9223372036854775805 = T",
    /* arithmetic: absent is absent, also against unknown (§2); at-least (§4) */
    "ADD 3 4 = 7",
    "ADD ?1 4 = ?1",
    "ADD ?1 ?2 = ?12",
    "ADD _ 4 = _",
    "ADD _ ?1 = _",
    "ADD ?1 _ = _",
    "ADD 3+1 4 = 7+1",
    "ADD 3 4+1 = 7+1",
    "ADD 3+1 4+2 = 7+12",
    "ADD 3+1 ?2 = ?2",
    "ADD 3+1 _ = _",
    "SUB 3 4 = -1",
    "SUB 9+1 4 = 5+1",
    "SUB 9 4+1 = ?1",
    "SUB 9+1 4+2 = ?12",
    "SUB ?1 4 = ?1",
    "SUB _ 4 = _",
    "NEG 3 = -3",
    "NEG _ = _",
    "NEG ?1 = ?1",
    "NEG 3+1 = ?1",
    "MUL 3 4 = 12",
    "MUL 3+1 4 = 12+1",
    "MUL 4 3+1 = 12+1",
    "MUL 3+1 0 = ?1",
    "MUL 3+1 -4 = ?1",
    "MUL 3+1 4+2 = ?12",
    "MUL ?1 0 = ?1",
    "MUL _ ?1 = _",
    /* fractions: made by /, division by zero unknown and a data error (§1) */
    "FRAC 1 2 = 1/2",
    "FRAC 2 -4 = -1/2",
    "FRAC -2 -4 = 1/2",
    "FRAC 0 5 = 0/1",
    "FRAC 5 0 = ?z",
    "FRAC 0 0 = ?z",
    "FRAC ?1 0 = ?1",
    "FRAC 5 ?1 = ?1",
    "FRAC _ 0 = _",
    "FRAC 5 _ = _",
    "FRAC 6+1 4 = 3/2+1",
    "FRAC 6+1 -4 = ?1",
    "FRAC 6+1 0 = ?z",
    "FRAC 6 4+1 = ?1",
    "FRAC 6+1 4+2 = ?12",
    "FRAC_OF#0 5 = 5/1",
    "FRAC_OF#9 500000000 = 1/2",
    "FRAC_OF#2 5+1 = 1/20+1",
    "FRAC_OF#0 ?1 = ?1",
    "FRAC_OF#0 _ = _",
    "FRAC_MUL 1/2 2/3 = 1/3",
    "FRAC_MUL -1/2 1/2 = -1/4",
    "FRAC_MUL 1/2+1 1/3 = 1/6+1",
    "FRAC_MUL 1/3 1/2+1 = 1/6+1",
    "FRAC_MUL 1/2+1 0/1 = ?1",
    "FRAC_MUL 1/2+1 -1/3 = ?1",
    "FRAC_MUL 1/2+1 1/3+2 = ?12",
    "FRAC_MUL ?1 1/2 = ?1",
    "FRAC_MUL _ ?1 = _",
    "FRAC_DIV 1/2 1/3 = 3/2",
    "FRAC_DIV 1/2 -1/3 = -3/2",
    "FRAC_DIV 1/2 0/1 = ?z",
    "FRAC_DIV 1/2+1 1/3 = 3/2+1",
    "FRAC_DIV 1/2+1 -1/3 = ?1",
    "FRAC_DIV 1/2 1/3+1 = ?1",
    "FRAC_DIV ?1 0/1 = ?1",
    "FRAC_DIV _ 0/1 = _",
    "FRAC_DIV 1/2+1 0/1 = ?z",
    /* rounding half away from zero; ratios outside ±9·10^9 unknown and a data error */
    "ROUND#0 5/2 = 3",
    "ROUND#0 -5/2 = -3",
    "ROUND#0 7/3 = 2",
    "ROUND#0 8/3 = 3",
    "ROUND#9 1/3 = 333333333",
    "ROUND#9 2/3 = 666666667",
    "ROUND#9 -2/3 = -666666667",
    "ROUND#9 9000000000/1 = 9000000000000000000",
    "ROUND#9 9000000001/1 = ?r",
    "ROUND#9 -9000000001/1 = ?r",
    "ROUND#0 7/2+1 = 4+1",
    "ROUND#0 ?1 = ?1",
    "ROUND#0 _ = _",
    "ROUND#2 1/8 = 13",
    /* if: unknown unless both sides are exact and equal (§4) */
    "IF T 5 6 = 5",
    "IF F 5 6 = 6",
    "IF T 5 ?1 = 5",
    "IF F ?1 6 = 6",
    "IF T ?1 6 = ?1",
    "IF T _ 6 = _",
    "IF T 5+1 6 = 5+1",
    "IF ?1 5 5 = 5",
    "IF ?1 5 6 = ?1",
    "IF ?1 ?2 6 = ?12",
    "IF ?1 5 ?3 = ?13",
    "IF ?1 ?2 ?3 = ?123",
    "IF ?1 5+2 5 = ?12",
    "IF ?1 _ _ = ?1",
    "IF ?1 5 _ = ?1",
    "IF ?1 1/2 2/4 = 1/2",
    "IF ?1 1/2 1/3 = ?1",
    "IF ?1 T T = T",
    "IF ?1 T F = ?1",
    "IF ?1 {1} {1} = {1}",
    "IF ?1 {1} {2} = ?1",
    "IF T {1,~2}?3 {} = {1,~2}?3",
    "IF ?1 {~2}?3 {~2}?4 = {~2}?34",
    "IF ?1 2026-01-01 2026-01-01 = 2026-01-01",
    "IF ?1 2026-01-01 2026-01-02 = ?1",
    "LEAST 3 4 = 3",
    "LEAST 4 3 = 3",
    "LEAST 5+1 4 = 4",
    "LEAST 4+1 4 = 4",
    "LEAST 3+1 4 = ?1",
    "LEAST 4 5+1 = 4",
    "LEAST 4 3+1 = ?1",
    "LEAST 3+1 4+2 = ?12",
    "LEAST ?1 4 = ?1",
    "LEAST ?1 5+2 = ?1",
    "LEAST _ 4 = _",
    "LEAST _ ?1 = _",
    "LEAST 1/2 1/3 = 1/3",
    "LEAST 1/2+1 1/3 = 1/3",
    "LEAST 1/4+1 1/3 = ?1",
    "GREATEST 3 4 = 4",
    "GREATEST 3+1 4 = 4+1",
    "GREATEST 5+1 4 = 5+1",
    "GREATEST 3+1 4+2 = 4+12",
    "GREATEST ?1 4 = ?1",
    "GREATEST _ 4 = _",
    "GREATEST 3 ?1 = ?1",
    "GREATEST 1/2 1/3+1 = 1/2+1",
    "GUARD 5 6 = 5",
    "GUARD 5 _ = _",
    "GUARD 5 ?1 = 5",
    "GUARD ?1 6 = ?1",
    "GUARD ?1 _ = _",
    "GUARD 5+1 6 = 5+1",
    "GUARD _ 6 = _",
    "GUARD T _ = _",
    "GUARD 1/2 6 = 1/2",
    /* sets: per code true, false, unknown (§4) */
    "HAS#1 {1,2} = T",
    "HAS#3 {1,2} = F",
    "HAS#3 {1,~3}?2 = ?2",
    "HAS#1 {1,~3}?2 = T",
    "HAS#0 {1,~3}?2 = F",
    "HAS#1 _ = F",
    "HAS#1 ?2 = ?2",
    "HAS#62 {62} = T",
    "HAS#0 {} = F",
    "HAS_ANY {1,2} {2,3} = T",
    "HAS_ANY {1} {2} = F",
    "HAS_ANY {~1}?2 {1} = ?2",
    "HAS_ANY {1} {~1}?3 = ?3",
    "HAS_ANY {~1}?2 {~1}?3 = ?23",
    "HAS_ANY {~1}?2 {3} = F",
    "HAS_ANY {1,~4}?2 {1} = T",
    "HAS_ANY _ {1} = F",
    "HAS_ANY ?1 {1} = ?1",
    "HAS_ANY ?1 _ = F",
    "HAS_ANY {} {1} = F",
    "HAS_ANY ?1 ?2 = ?12",
    "MEMBER 1 {1,2} = T",
    "MEMBER 3 {1,2} = F",
    "MEMBER 3 {~3}?2 = ?2",
    "MEMBER _ {1} = F",
    "MEMBER ?1 {1} = ?1",
    "MEMBER ?1 {} = F",
    "MEMBER 1 _ = F",
    "MEMBER 1 ?2 = ?2",
    "MEMBER ?1 ?2 = ?12",
    "MEMBER ?1 {~3}?2 = ?1",
    "MEMBER 99 {1} = F",
    "SET_EMPTY {} = T",
    "SET_EMPTY {1} = F",
    "SET_EMPTY {~1}?2 = ?2",
    "SET_EMPTY {1,~2}?3 = F",
    "SET_EMPTY _ = F",
    "SET_EMPTY ?1 = ?1",
    "SET_COUNT {} = 0",
    "SET_COUNT {1,5,62} = 3",
    "SET_COUNT {1,~2}?3 = 1+3",
    "SET_COUNT _ = _",
    "SET_COUNT ?1 = ?1",
    "SET_WHEN#4 T = {4}",
    "SET_WHEN#4 F = {}",
    "SET_WHEN#4 ?1 = {~4}?1",
    "SET_UNION {1} {2} = {1,2}",
    "SET_UNION {~1}?2 {1} = {1}",
    "SET_UNION {~1}?2 {~3}?4 = {~1,~3}?24",
    "SET_UNION {~1}?2 {~1}?3 = {~1}?23",
    "SET_UNION {1} ?2 = ?2",
    "SET_UNION {1} _ = _",
    "SET_UNION ?1 _ = _",
    "SET_UNION {} {} = {}",
    /* dates */
    "ADD_DAYS 2026-01-31 1 = 2026-02-01",
    "ADD_DAYS 2026-01-01..2026-01-31 -1 = 2025-12-31..2026-01-30",
    "ADD_DAYS _ 1 = _",
    "ADD_DAYS ?1 1 = ?1",
    "ADD_DAYS 2026-01-31 ?1 = ?1",
    "ADD_DAYS 2026-01-31 1+2 = ?2",
    "ADD_DAYS 2026-01-31 99999999 = ?r",
    "ADD_MONTHS 2026-02-28 1 = 2026-03-31",
    "ADD_MONTHS 2026-01-30 1 = 2026-02-28",
    "ADD_MONTHS 2026-03-15 -12 = 2025-03-15",
    "ADD_MONTHS 2026-01-01..2026-01-31 1 = ?s",
    "ADD_MONTHS ?1 1 = ?1",
    "ADD_MONTHS _ 1 = _",
    "ADD_MONTHS 2026-03-15 9999 = ?r",
    "DIFF_DAYS 2026-03-01 2026-02-01 = 28",
    "DIFF_DAYS 2026-02-01 2026-03-01 = -28",
    "DIFF_DAYS 2026-01-01..2026-01-31 2026-01-01 = ?s",
    "DIFF_DAYS _ ?1 = _",
    "DIFF_DAYS ?1 2026-01-01..2026-01-31 = ?1",
    "YEAR 2026-05-06 = 2026",
    "YEAR 2026-01-01..2026-12-31 = 2026",
    "YEAR 2025-12-31..2026-01-01 = ?s",
    "YEAR ?1 = ?1",
    "YEAR _ = _",
    "MONTH 2026-05-06 = 5",
    "MONTH 2026-05-01..2026-05-31 = 5",
    "MONTH 2026-05-31..2026-06-01 = ?s",
    "MONTH 2025-05-31..2026-05-01 = ?s",
    "MONTH_END 2024-02-03 = 2024-02-29",
    "MONTH_END 2026-05-01..2026-05-31 = 2026-05-31",
    "MONTH_END 2026-05-31..2026-06-01 = ?s",
    "FULL_YEARS 2010-06-30 2026-06-30 = 16",
    "FULL_YEARS 2010-07-01 2026-06-30 = 15",
    "FULL_YEARS 2012-02-29 2026-02-28 = 13",
    "FULL_YEARS 2012-02-29 2026-03-01 = 14",
    "FULL_YEARS 2010-01-01..2010-12-31 2026-06-30 = 15..16",
    "FULL_YEARS 2010-01-01..2010-03-31 2026-06-30 = 16",
    "FULL_YEARS 2027-01-01 2026-06-30 = 0",
    "FULL_YEARS ?1 2026-06-30 = ?1",
    "FULL_YEARS _ 2026-06-30 = _",
    "SPAN_INT 2026-01-01 = 739617",
    "SPAN_INT 2026-01-01..2026-01-02 = ?s",
    "SPAN_INT ?1 = ?1",
    "SPAN_INT _ = _",
    /* places */
    "DIV_TRUNC#1 130706100201 = 130000000000",
    "DIV_TRUNC#2 130706100201 = 130700000000",
    "DIV_TRUNC#3 130706100201 = 130706000000",
    "DIV_TRUNC#4 130706100201 = 130706100000",
    "DIV_TRUNC#5 130706100201 = 130706100201",
    "DIV_TRUNC#3 ?1 = ?1",
    "DIV_TRUNC#3 _ = _",
};
enum { N_CASES = sizeof CASES / sizeof *CASES, HOUSEHOLDS = 3 };

/* Literals as constants, or as cells of columns (so that nothing can be folded). */
struct scalar {
    struct maker m;
    bool fields;
};

static uint32_t column(struct scalar *s, enum rep rep)
{
    return frame_build_column(s->m.build, TABLE_HOUSEHOLD, rep, UINT16_MAX);
}

static ir_reg literal(struct scalar *s, enum rep rep, int64_t v)
{
    if (!s->fields) return maker_const(&s->m, 0, rep, v);
    uint32_t col = column(s, rep);
    for (uint32_t h = 0; h < HOUSEHOLDS; h++) frame_build_set(s->m.build, TABLE_HOUSEHOLD, h, col, v);
    return maker_field(&s->m, 0, rep, col, 9);
}

static ir_reg absent(struct scalar *s, enum rep rep)
{
    return s->fields ? maker_field(&s->m, 0, rep, column(s, rep), 0) : maker_absent(&s->m, 0, rep);
}

static ir_reg unknown(struct scalar *s, enum rep rep, char digit)
{
    return maker_field(&s->m, 0, rep, column(s, rep), (unsigned)(digit - '0'));
}

static int64_t number(struct str s)
{
    int64_t v = 0;
    if (!str_to_i64(s, INT64_MIN, INT64_MAX, &v)) abort();
    return v;
}

/* v at least: v + count({63 when ?k}). */
static ir_reg at_least(struct scalar *s, int64_t v, char digit)
{
    ir_reg maybe = maker_op(&s->m, IR_SET_WHEN, 0, unknown(s, REP_BOOL, digit), IR_NONE, IR_NONE);
    maker_at(&s->m, maybe)->index = 63;
    ir_reg zero = maker_op(&s->m, IR_SET_COUNT, 0, maybe, IR_NONE, IR_NONE);
    return maker_op(&s->m, IR_ADD, 0, literal(s, REP_INT, v), zero, IR_NONE);
}

static ir_reg int_operand(struct scalar *s, struct str text)
{
    size_t plus = str_find(text, STR("+"), 0);
    if (plus == SIZE_MAX) return literal(s, REP_INT, number(text));
    return at_least(s, number(str_sub(text, 0, plus)), text.p[plus + 1]);
}

static ir_reg frac_operand(struct scalar *s, struct str text)
{
    ir_reg n, d = literal(s, REP_INT, 1);
    size_t slash = str_find(text, STR("/"), 0), plus = str_find(text, STR("+"), 0);
    if (text.p[0] == '_') n = absent(s, REP_INT);
    else if (text.p[0] == '?') n = unknown(s, REP_INT, text.p[1]);
    else {
        int64_t v = number(str_sub(text, 0, slash));
        d = literal(s, REP_INT, number(str_sub(text, slash + 1, plus)));
        n = plus == SIZE_MAX ? literal(s, REP_INT, v) : at_least(s, v, text.p[plus + 1]);
    }
    return maker_op(&s->m, IR_FRAC, 0, n, d, IR_NONE);
}

static int64_t span_number(struct str text)
{
    size_t dots = str_find(text, STR(".."), 0);
    date_day lo = date_parse_iso(str_sub(text, 0, dots));
    date_day hi = dots == SIZE_MAX ? lo : date_parse_iso(str_sub(text, dots + 2, SIZE_MAX));
    return SPAN_OF(lo, hi - lo);
}

/* "{1,~3}?2": the sure codes, united with {3 when ?2}. */
static ir_reg set_operand(struct scalar *s, struct str text)
{
    size_t close = str_find(text, STR("}"), 0);
    struct str items = str_sub(text, 1, close), item;
    uint64_t sure = 0, maybe = 0;
    while (items.n && str_cut(&items, ',', &item)) {
        bool tilde = item.p[0] == '~';
        *(tilde ? &maybe : &sure) |= UINT64_C(1) << number(str_sub(item, tilde, SIZE_MAX));
    }
    ir_reg set = literal(s, REP_SET, (int64_t)sure);
    for (uint32_t c = 0; c < 64; c++) {
        if (!(maybe >> c & 1)) continue;
        ir_reg when = maker_op(&s->m, IR_SET_WHEN, 0, unknown(s, REP_BOOL, text.p[close + 2]), IR_NONE, IR_NONE);
        maker_at(&s->m, when)->index = c;
        set = maker_op(&s->m, IR_SET_UNION, 0, set, when, IR_NONE);
    }
    return set;
}

/* The representation that a text shows, or REP__MAX for _ and ?k. */
static enum rep shown(struct str text)
{
    if (text.p[0] == '_' || text.p[0] == '?') return REP__MAX;
    if (text.p[0] == 'T' || text.p[0] == 'F') return REP_BOOL;
    if (text.p[0] == '{') return REP_SET;
    if (str_find(text, STR("/"), 0) != SIZE_MAX) return REP_FRAC;
    return text.n > 4 && text.p[4] == '-' ? REP_SPAN : REP_INT;
}

static ir_reg operand(struct scalar *s, struct str text, enum rep rep)
{
    if (rep == REP_FRAC) return frac_operand(s, text);
    if (text.p[0] == '_') return absent(s, rep);
    if (text.p[0] == '?') return unknown(s, rep, text.p[1]);
    switch (rep) {
    case REP_BOOL: return literal(s, rep, text.p[0] == 'T');
    case REP_SPAN: return literal(s, rep, span_number(text));
    case REP_SET: return set_operand(s, text);
    default: return int_operand(s, text);
    }
}

static enum rep rep_of_letter(char letter, enum rep star)
{
    switch (letter) {
    case 'b': return REP_BOOL;
    case 's': return REP_SPAN;
    case 'f': return REP_FRAC;
    case 'S': return REP_SET;
    case '*': return star;
    default: return REP_INT;
    }
}

static const char *const OP_IDS[IR__MAX] = {
#define OP(id, name, args, rep, doc) #id,
#include "rules/ops.def"
#undef OP
};

static enum ir_opcode opcode_of(struct str id)
{
    for (int i = 0; i < IR__MAX; i++)
        if (str_eq(id, str_from(OP_IDS[i]))) return (enum ir_opcode)i;
    abort();
}

enum { WORDS_MAX = IR_ARGS_MAX };

/* Words of a case up to "="; *want: what follows it. */
static size_t words_of(const char *text, struct str *head, struct str *words, struct str *want)
{
    struct str rest = str_from(text), word;
    size_t n = 0;
    (void)str_cut(&rest, ' ', head);
    while (str_cut(&rest, ' ', &word) && !str_eq(word, STR("=")) && n < WORDS_MAX) words[n++] = word;
    *want = rest;
    return n;
}

/* Unknown and absent operands of "*" take the representation that another one shows; GUARD's second is its own. */
static enum rep star_rep(enum ir_opcode code, const struct str *words, size_t n, size_t k)
{
    const char *letters = ir_op_info[code].args;
    if (code == IR_GUARD && k == 1) return shown(words[1]) == REP__MAX ? REP_INT : shown(words[1]);
    size_t end = code == IR_GUARD ? 1 : n;
    for (size_t i = 0; i < end; i++)
        if (letters[i] == '*' && shown(words[i]) != REP__MAX) return shown(words[i]);
    return REP_INT;
}

static size_t make_case(struct scalar *s, const char *text, struct str *want)
{
    struct str head, id, words[WORDS_MAX];
    size_t n = words_of(text, &head, words, want);
    struct str rest = head;
    (void)str_cut(&rest, '#', &id);
    enum ir_opcode code = opcode_of(id);
    ir_reg args[IR_ARGS_MAX] = {IR_NONE, IR_NONE, IR_NONE};
    if (n != strlen(ir_op_info[code].args)) abort();
    for (size_t k = 0; k < n; k++)
        args[k] = operand(s, words[k], rep_of_letter(ir_op_info[code].args[k], star_rep(code, words, n, k)));
    ir_reg r = maker_op(&s->m, code, 0, args[0], args[1], args[2]);
    if (rest.n) maker_at(&s->m, r)->index = (uint32_t)number(rest);
    return maker_output(&s->m, r);
}

static void run_table(struct test *t, const struct engine_under_test *u, bool fields)
{
    struct case_want want[N_CASES * 2];
    struct scalar s = {.fields = fields};
    maker_init(&s.m, 0);
    for (uint32_t h = 0; h < HOUSEHOLDS; h++) frame_build_household(s.m.build, 130706100201, 0);
    for (size_t i = 0; i < N_CASES; i++) {
        struct str text;
        size_t out = make_case(&s, CASES[i], &text);
        want[2 * i] = (struct case_want){out, 0, text.p, CASES[i]};
        want[2 * i + 1] = (struct case_want){out, HOUSEHOLDS - 1, text.p, CASES[i]};
    }
    if (maker_finish(&s.m, t)) case_check(t, u, &s.m, NULL, want, 2 * N_CASES);
    maker_fini(&s.m);
}

void engine_cases_scalar(struct test *t, const struct engine_under_test *u)
{
    if (!TEST(t, u->name)) return;
    run_table(t, u, false);
    run_table(t, u, true);
}

void cases_scalar_test(struct test *t);
void cases_scalar_test(struct test *t)
{
    if (!TEST(t, "every operation on values has a case")) return;
    bool seen[IR__MAX] = {false};
    for (size_t i = 0; i < N_CASES; i++) {
        struct str rest = str_from(CASES[i]), head, id;
        (void)str_cut(&rest, ' ', &head);
        (void)str_cut(&head, '#', &id);
        seen[opcode_of(id)] = true;
    }
    for (int i = IR_AND; i < IR_AGG; i++) test_check(t, seen[i], __FILE__, __LINE__, OP_IDS[i]);
}
