/* Aggregates over the facts of a household's members: one line a case, "[@own] rows | kind=result …".
 * Members are separated by "/", "!" before a member: his set is incomplete (identity); "-": no members. Rows are
 * separated by ";": filter value [day], day counted from 2026-01-01 or lo..hi. In rows _ is absent and ? unknown: a
 * filter for reason 1, a value 2, a value written 5+ is at least 5 for reason 3, a day 4; own: ? reason 5, 6+ reason 6.
 * anyv and all ask `value >= 6`. */
#include "base/buf.h"
#include "base/limits.h"
#include "rules/engine_cases.h"

static const char *const CASES[] = {
    /* complete */
    "- | sum=0 sum0=0 count=0 any=F anyv=F all=T min=_ max=_ latest=_ dmin=_ dmax=_ fmax=_",
    " | sum=0 sum0=0 count=0 any=F anyv=F all=T min=_ max=_ latest=_ dmin=_ dmax=_ fmax=_",
    "T 5; T 7; F 9 | sum=12 sum0=12 count=2 any=T anyv=T all=F min=5 max=7 fmax=7/1",
    "F 9 | sum=0 sum0=0 count=0 any=F anyv=F all=T min=_ max=_ latest=_",
    "T 7; T 9 | all=T anyv=T min=7 max=9",
    "T 5 | anyv=F all=F any=T",
    "T 5 / T 7 / | sum=12 count=2 max=7 min=5",
    "T -5; T 3 | sum=-2 min=-5 max=3",
    "_ 9 | sum=0 count=0 any=F max=_",
    /* absent values are skipped by sum, min, max, latest; count counts rows; any and all take them as false */
    "T _; T 5 | sum=5 sum0=5 count=2 any=T min=5 max=5 anyv=F all=F latest=5",
    "T _ | sum=0 sum0=0 count=1 any=T anyv=F all=F min=_ max=_ latest=_ fmax=_",
    /* a filter unknown */
    "? 9; T 5 | sum=?1 sum0=5+1 count=1+1 any=T anyv=?1 all=F min=?1 max=5+1 latest=?1 fmax=5/1+1 dmax=?1",
    "? 9 | sum=?1 sum0=0+1 count=0+1 any=?1 anyv=?1 all=?1 min=?1 max=?1 latest=?1",
    /* a value unknown where the filter is true; elsewhere it does not matter */
    "T ?; T 5 | sum=?2 sum0=5+2 count=2 any=T anyv=?2 all=F min=?2 max=5+2 latest=?2",
    "T ?; T 7 | anyv=T all=?2 max=7+2",
    "F ? | sum=0 sum0=0 count=0 any=F all=T min=_ max=_ latest=_",
    /* at-least values */
    "T 5+; T 7 | sum=12+3 sum0=12+3 count=2 any=T anyv=T all=?3 min=?3 max=7+3 latest=?3 fmax=7/1+3",
    "T 7+ | anyv=T all=T max=7+3 min=?3 sum=7+3",
    "T 5+; T ? | sum=?23 sum0=5+23 max=5+23 anyv=?23",
    /* incomplete sets */
    "! T 5 1; T 7 2 | sum=?i sum0=12+i count=2+i any=T anyv=T all=F min=?i max=7+i",
    "! T 5 1; T 7 2 | latest=?i dmax=?i dmin=?i fmax=7/1+i",
    "! | sum=?i sum0=0+i count=0+i any=?i anyv=?i all=?i min=?i max=?i latest=?i dmax=?i fmax=?i",
    "! F 9 | sum0=0+i count=0+i any=?i anyv=?i all=?i max=?i",
    "! T 9 | all=?i anyv=T",
    "! ? 5 | sum=?1i sum0=0+1i count=0+1i any=?1i",
    "! T ?; T 5+ | sum=?23i sum0=5+23i max=5+23i count=2+i",
    /* one incomplete member makes the household's aggregate incomplete */
    "T 5 / ! T 7 | sum=?i sum0=12+i count=2+i any=T max=7+i min=?i",
    "T 5 / ! | sum0=5+i count=1+i any=T anyv=?i all=F",
    /* latest: newest day; equal or overlapping days with different values are a conflict */
    "T 5 10; T 7 20 | latest=7 dmin=2026-01-11 dmax=2026-01-21",
    "T 7 20; T 5 10 | latest=7",
    "T 5 20; T 7 20 | latest=?c",
    "T 7 20; T 7 20 | latest=7",
    "T 5 10..30; T 7 20 | latest=?c dmax=2026-01-21..2026-01-31 dmin=2026-01-11..2026-01-21",
    "T 5 10..19; T 7 20 | latest=7",
    "T 5 10..20; T 7 20 | latest=?c",
    "T 7 10..30; T 7 20 | latest=7",
    "T 5 10..30; T 7 20..25 | dmin=2026-01-11..2026-01-26 dmax=2026-01-21..2026-01-31",
    "T 5 _; T 7 3 | latest=7 dmin=2026-01-04",
    "T _ 9; T 7 3 | latest=7",
    "T 5 ?; T 7 3 | latest=?4 dmin=?4 dmax=?4 sum=12",
    "F 5 30; T 7 3 | latest=7 dmax=2026-01-04",
    "! T 5 20; T 7 20 | latest=?ci",
    /* rank and share */
    "@6 T 5; T 7; T 9 | rank=3",
    "@6 T 6 | rank=1",
    "@6 | rank=1",
    "@6 F 7 | rank=1",
    "@6 T _; T 7 | rank=2",
    "@6 T 7; T ? | rank=2+2",
    "@6 ? 7 | rank=1+1",
    "@6 ! T 7 | rank=2+i",
    "@6 T 7+ | rank=2",
    "@6 T 5+; T 9 | rank=2+3",
    "@? T 7 | rank=?5",
    "@_ T 7 | rank=_",
    "@6+ T 7 | rank=?6",
    "@? ! T 7 | rank=?5",
    "@6 T 5; T 7 | share=1/2",
    "@6 T 0 | share=?z",
    "@6 | share=?z",
    "@6 T ? | share=?2",
    "@6 T 5+ | share=?3",
    "@6 ! T 3 | share=?i",
    "@? T 5 | share=?5",
    "@_ T 5 | share=_",
    "@_ T 0 | share=_",
    "@6+ T 3 | share=2/1+6",
    "@6+ T 3; T ? | share=?26",
};
enum { N_CASES = sizeof CASES / sizeof *CASES };

enum kind { SUM, SUM0, COUNT, ANY, ANYV, ALL, MIN, MAX, LATEST, RANK, SHARE, DMIN, DMAX, FMAX, KIND__MAX };
static const char *const KINDS[KIND__MAX] = {"sum", "sum0",   "count", "any",   "anyv", "all",  "min",
                                             "max", "latest", "rank",  "share", "dmin", "dmax", "fmax"};
static const enum agg_kind AGGS[KIND__MAX] = {AGG_SUM, AGG_SUM,    AGG_COUNT, AGG_ANY,   AGG_ANY, AGG_ALL, AGG_MIN,
                                              AGG_MAX, AGG_LATEST, AGG_RANK,  AGG_SHARE, AGG_MIN, AGG_MAX, AGG_MAX};

/* Columns of facts and of households. */
enum { COL_FILTER, COL_FILTER_THERE, COL_VALUE, COL_MORE, COL_VALUE_THERE, COL_DAY, COL_DAY_THERE };
enum { COL_OWN, COL_OWN_MORE, COL_OWN_THERE };
enum { FACTS = 2, FACT_TABLE = TABLE_FACT0, WANT_MAX = 2048 };

struct run {
    struct maker m;
    size_t outputs[2][KIND__MAX]; /* of households, of persons */
    uint32_t member;              /* builder row of the only member, or UINT32_MAX */
    struct case_want want[WANT_MAX];
    size_t n_want;
};

/* ---------------------------------------------------------------- frame */

static void set(struct run *r, uint16_t table, uint32_t row, uint32_t col, int64_t v)
{
    frame_build_set(r->m.build, table, row, col, v);
}

static int64_t number(struct str s)
{
    int64_t v = 0;
    if (!str_to_i64(s, -1000000, 1000000, &v)) abort();
    return v;
}

/* A value with its columns: the known part, whether there is more, whether it is there. */
static void put_value(struct run *r, uint16_t table, uint32_t row, const uint32_t cols[3], struct str text)
{
    bool more = str_ends(text, STR("+"));
    if (text.n == 0 || text.p[0] != '_') set(r, table, row, cols[2], 1);
    if (!more) set(r, table, row, cols[1], 0);
    if (text.n && text.p[0] != '?' && text.p[0] != '_')
        set(r, table, row, cols[0], number(str_sub(text, 0, text.n - more)));
}

static void put_day(struct run *r, uint32_t row, struct str text)
{
    date_day base = date_make(2026, 1, 1);
    if (text.n == 0) text = STR("0");
    if (text.p[0] != '_') set(r, FACT_TABLE, row, COL_DAY_THERE, 1);
    if (text.p[0] == '_' || text.p[0] == '?') return;
    size_t dots = str_find(text, STR(".."), 0);
    int64_t lo = number(str_sub(text, 0, dots)), hi = dots == SIZE_MAX ? lo : number(str_sub(text, dots + 2, SIZE_MAX));
    set(r, FACT_TABLE, row, COL_DAY, SPAN_OF(base + lo, hi - lo));
}

static void put_row(struct run *r, uint32_t person, struct str text)
{
    static const uint32_t value_cols[3] = {COL_VALUE, COL_MORE, COL_VALUE_THERE};
    struct str filter, value = {0}, day = {0};
    text = str_trim(text);
    (void)str_cut(&text, ' ', &filter);
    (void)str_cut(&text, ' ', &value);
    (void)str_cut(&text, ' ', &day);
    uint32_t row = frame_build_fact(r->m.build, 0, person, date_make(2026, 1, 1), 0);
    if (filter.p[0] != '_') set(r, FACT_TABLE, row, COL_FILTER_THERE, 1);
    if (filter.p[0] == 'T' || filter.p[0] == 'F') set(r, FACT_TABLE, row, COL_FILTER, filter.p[0] == 'T');
    put_value(r, FACT_TABLE, row, value_cols, value);
    put_day(r, row, day);
}

static void put_member(struct run *r, uint32_t household, struct str text)
{
    struct str row;
    uint32_t person = frame_build_person(r->m.build, household, 0);
    text = str_trim(text);
    if (str_starts(text, STR("!"))) {
        frame_build_no_identity(r->m.build, 0, person);
        text = str_trim(str_sub(text, 1, SIZE_MAX));
    }
    while (str_cut(&text, ';', &row)) put_row(r, person, row);
    r->member = r->member == UINT32_MAX ? person : UINT32_MAX - 1;
}

static void put_household(struct run *r, uint32_t household, struct str text)
{
    static const uint32_t own_cols[3] = {COL_OWN, COL_OWN_MORE, COL_OWN_THERE};
    struct str own = STR("0"), member;
    frame_build_household(r->m.build, 0, 0);
    if (str_starts(text, STR("@"))) {
        (void)str_cut(&text, ' ', &own);
        own = str_sub(own, 1, SIZE_MAX);
    }
    put_value(r, TABLE_HOUSEHOLD, household, own_cols, own);
    r->member = UINT32_MAX;
    if (str_eq(str_trim(text), STR("-"))) return;
    if (str_trim(text).n == 0) put_member(r, household, STR(""));
    while (str_cut(&text, '/', &member)) put_member(r, household, member);
}

/* ---------------------------------------------------------------- program */

static ir_reg guard(struct maker *m, uint16_t space, ir_reg a, ir_reg there)
{
    return maker_op(m, IR_GUARD, space, a, there, IR_NONE);
}

/* value + count({63 when more}), absent when `there` is. */
static ir_reg value_reg(struct maker *m, uint16_t space, const uint32_t cols[3], unsigned k)
{
    ir_reg when = maker_op(m, IR_SET_WHEN, space, maker_field(m, space, REP_BOOL, cols[1], k + 1), IR_NONE, IR_NONE);
    maker_at(m, when)->index = 63;
    ir_reg zero = maker_op(m, IR_SET_COUNT, space, when, IR_NONE, IR_NONE);
    ir_reg sum = maker_op(m, IR_ADD, space, maker_field(m, space, REP_INT, cols[0], k), zero, IR_NONE);
    return guard(m, space, sum, maker_field(m, space, REP_BOOL, cols[2], 0));
}

struct regs {
    ir_reg filter, value, big, frac, day, own[2];
};

static struct regs make_regs(struct maker *m)
{
    static const uint32_t value_cols[3] = {COL_VALUE, COL_MORE, COL_VALUE_THERE},
                          own_cols[3] = {COL_OWN, COL_OWN_MORE, COL_OWN_THERE};
    struct regs g;
    ir_reg there = maker_field(m, FACTS, REP_BOOL, COL_VALUE_THERE, 0);
    g.filter = guard(m, FACTS, maker_field(m, FACTS, REP_BOOL, COL_FILTER, 1),
                     maker_field(m, FACTS, REP_BOOL, COL_FILTER_THERE, 0));
    g.value = value_reg(m, FACTS, value_cols, 2);
    g.big = guard(m, FACTS, maker_op(m, IR_GE, FACTS, g.value, maker_const(m, FACTS, REP_INT, 6), IR_NONE), there);
    g.frac = maker_op(m, IR_FRAC_OF, FACTS, g.value, IR_NONE, IR_NONE);
    g.day = guard(m, FACTS, maker_field(m, FACTS, REP_SPAN, COL_DAY, 4),
                  maker_field(m, FACTS, REP_BOOL, COL_DAY_THERE, 0));
    g.own[0] = value_reg(m, 0, own_cols, 5);
    g.own[1] = maker_op(m, IR_OUTER, 1, g.own[0], IR_NONE, IR_NONE);
    return g;
}

static ir_reg operand_of(const struct regs *g, enum kind k)
{
    switch (k) {
    case COUNT:
    case ANY: return IR_NONE;
    case ANYV:
    case ALL: return g->big;
    case DMIN:
    case DMAX: return g->day;
    case FMAX: return g->frac;
    default: return g->value;
    }
}

static void make_aggregates(struct run *r, uint16_t reach)
{
    struct maker *m = &r->m;
    struct regs g = make_regs(m);
    for (uint16_t space = 0; space < 2; space++) {
        for (int k = 0; k < KIND__MAX; k++) {
            ir_reg a = maker_agg(m, space, AGGS[k], FACTS, g.filter, operand_of(&g, (enum kind)k));
            struct ir_op *o = maker_at(m, a);
            o->reach[space == 0] = reach; /* the fact edge is the last on the way */
            o->nonneg = k == SUM0 || k == SHARE;
            if (k == RANK || k == SHARE) o->own = g.own[space];
            if (k == LATEST) o->date = g.day;
            r->outputs[space][k] = maker_output(m, a);
        }
    }
}

static void make_columns(struct maker *m)
{
    static const enum rep facts[] = {REP_BOOL, REP_BOOL, REP_INT, REP_BOOL, REP_BOOL, REP_SPAN, REP_BOOL};
    static const enum rep own[] = {REP_INT, REP_BOOL, REP_BOOL};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        frame_build_column(m->build, FACT_TABLE, facts[i], UINT16_MAX);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        frame_build_column(m->build, TABLE_HOUSEHOLD, own[i], UINT16_MAX);
}

/* ---------------------------------------------------------------- cases */

static void add_want(struct run *r, uint16_t space, int kind, uint32_t row, struct str text, const char *what)
{
    if (r->n_want == WANT_MAX) abort();
    r->want[r->n_want++] = (struct case_want){r->outputs[space][kind], row, str_z(&r->m.arena, text), what};
}

/* "kind=result …"; a household of one member has the results of that member (who keeps his builder row: members come in
 * order). */
static void add_wants(struct run *r, uint32_t household, struct str wants, const char *what)
{
    struct str word, kind;
    while (str_cut(&wants, ' ', &word)) {
        if (word.n == 0) continue;
        (void)str_cut(&word, '=', &kind);
        int k = 0;
        while (k < KIND__MAX && !str_eq(kind, str_from(KINDS[k]))) k++;
        if (k == KIND__MAX) abort();
        add_want(r, 0, k, household, word, what);
        if (r->member < UINT32_MAX - 1) add_want(r, 1, k, r->member, word, what);
    }
}

void engine_cases_agg(struct test *t, const struct engine_under_test *u)
{
    static const struct dataset_decl decl = {.kind = DK_EVENTS, .period = PER_MONTH, .coverage = COV_COMPLETE};
    struct run run;
    struct run *r = &run;
    if (!TEST(t, u->name)) return;
    *r = (struct run){.n_want = 0};
    maker_init(&r->m, 1);
    make_columns(&r->m);
    frame_build_dataset(r->m.build, 0, &decl, 0, 0);
    struct ir_reach within = {
        .kind = REACH_WITHIN, .as_of = r->m.p.as_of, .unit = PER_MONTH, .n = 12, .anchor = IR_NONE};
    make_aggregates(r, maker_reach(&r->m, within));
    for (uint32_t i = 0; i < N_CASES; i++) {
        struct str wants = str_from(CASES[i]), rows;
        (void)str_cut(&wants, '|', &rows);
        put_household(r, i, rows);
        add_wants(r, i, wants, CASES[i]);
    }
    if (maker_finish(&r->m, t)) case_check(t, u, &r->m, NULL, r->want, r->n_want);
    maker_fini(&r->m);
}

void cases_agg_test(struct test *t);
void cases_agg_test(struct test *t)
{
    if (!TEST(t, "every kind of aggregate has cases")) return;
    for (int k = 0; k < KIND__MAX; k++) {
        bool seen = false;
        struct buf word;
        buf_init(&word, 64);
        buf_addf(&word, " %s=", KINDS[k]);
        for (size_t i = 0; i < N_CASES; i++) seen |= str_find(str_from(CASES[i]), buf_str(&word), 0) != SIZE_MAX;
        test_check(t, seen, __FILE__, __LINE__, KINDS[k]);
        buf_fini(&word);
    }
}
