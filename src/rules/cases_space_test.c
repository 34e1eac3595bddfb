/* Rows of spaces: fields, references, expanded spaces, parameters, reaches, nested aggregates, limits. One small
 * village: household 0: persons 0 (head), 1; place 0, a = 10     household 1: person 2, no head; place 1, a = 20
 *   household 2: persons 3, 4, two heads; place 1, a blank household 3: nobody, head not told; place 2, a in conflict
 *   persons' relative: 0 -> 2, 1 none, 2 -> outside, 3 cannot be told, 4 -> 0; key 7 7 8 blank 9
 *   facts (day, v): 0: (06-10, 1), (05-10..31, 2); 2: (06-20, 4); 3: (2025-01-01, 16); 4: (blank, 8) */
#include "base/limits.h"
#include "base/mem.h"
#include "rules/engine_cases.h"

enum {
    COL_A = 0,
    COL_REL = 0,
    COL_KEY = 1,
    COL_SINCE = 2,
    COL_V = 0,
    FACTS = 2,
    FACT_TABLE = TABLE_FACT0,
    WANTS_MAX = 256
};
enum { N_HOUSEHOLDS = 4, N_PERSONS = 5, N_FACTS = 5 };

struct village {
    struct maker m;
    struct case_want want[WANTS_MAX];
    size_t n;
    uint16_t within_1, within_2, days, since; /* reaches */
    ir_reg rel, key, v;
};

/* The rows of a register, one word each. */
static void expect(struct village *x, ir_reg reg, const char *what, const char *words)
{
    struct str rest = str_from(words), word;
    size_t out = maker_output(&x->m, reg);
    for (uint32_t row = 0; str_cut(&rest, ' ', &word); row++) {
        if (x->n == WANTS_MAX) abort();
        x->want[x->n++] = (struct case_want){out, row, str_z(&x->m.arena, word), what};
    }
}

/* ---------------------------------------------------------------- frame */

static void make_people(struct frame_build *b)
{
    static const uint32_t household[N_PERSONS] = {0, 0, 1, 2, 2}, place[N_HOUSEHOLDS] = {0, 1, 1, 2};
    frame_build_column(b, TABLE_HOUSEHOLD, REP_INT, UINT16_MAX);
    frame_build_column(b, TABLE_PERSON, REP_INT, TABLE_PERSON);
    frame_build_column(b, TABLE_PERSON, REP_INT, UINT16_MAX);
    frame_build_column(b, TABLE_PERSON, REP_SPAN, UINT16_MAX);
    for (uint32_t h = 0; h < N_HOUSEHOLDS; h++) frame_build_household(b, 130706100201, place[h]);
    for (uint32_t p = 0; p < N_PERSONS; p++) frame_build_person(b, household[p], 0);
    frame_build_head(b, 0, 0);
    frame_build_head(b, 2, -2);
    frame_build_head(b, 3, -3);
    frame_build_set(b, TABLE_HOUSEHOLD, 0, COL_A, 10);
    frame_build_set(b, TABLE_HOUSEHOLD, 1, COL_A, 20);
    frame_build_conflict(b, TABLE_HOUSEHOLD, 3, COL_A);
}

static void make_cells(struct frame_build *b)
{
    date_day june = date_make(2026, 6, 1);
    frame_build_set(b, TABLE_PERSON, 0, COL_REL, 2);
    frame_build_set(b, TABLE_PERSON, 2, COL_REL, REF_OUTSIDE);
    frame_build_conflict(b, TABLE_PERSON, 3, COL_REL);
    frame_build_set(b, TABLE_PERSON, 4, COL_REL, 0);
    frame_build_set(b, TABLE_PERSON, 0, COL_KEY, 7);
    frame_build_set(b, TABLE_PERSON, 1, COL_KEY, 7);
    frame_build_set(b, TABLE_PERSON, 2, COL_KEY, 8);
    frame_build_set(b, TABLE_PERSON, 4, COL_KEY, 9);
    frame_build_set(b, TABLE_PERSON, 0, COL_SINCE, date_make(2026, 6, 15));
    frame_build_conflict(b, TABLE_PERSON, 2, COL_SINCE);
    frame_build_set(b, TABLE_PERSON, 3, COL_SINCE, date_make(2024, 12, 20));
    frame_build_set(b, TABLE_PERSON, 4, COL_SINCE, SPAN_OF(june, 29));
}

static void make_facts(struct frame_build *b)
{
    static const struct dataset_decl decl = {.kind = DK_EVENTS, .period = PER_MONTH, .coverage = COV_COMPLETE};
    static const uint32_t person[N_FACTS] = {0, 0, 2, 3, 4};
    static const int64_t v[N_FACTS] = {1, 2, 4, 16, 8};
    const date_day day[N_FACTS] = {date_make(2026, 6, 10), date_make(2026, 5, 10), date_make(2026, 6, 20),
                                   date_make(2025, 1, 1), 0};
    frame_build_dataset(b, 0, &decl, 0, 0);
    frame_build_column(b, FACT_TABLE, REP_INT, UINT16_MAX);
    for (uint32_t i = 0; i < N_FACTS; i++) {
        frame_build_fact(b, 0, person[i], day[i], i == 1 ? 21 : 0);
        frame_build_set(b, FACT_TABLE, i, COL_V, v[i]);
    }
}

static void make_reaches(struct village *x)
{
    struct ir_reach r = {.kind = REACH_WITHIN, .as_of = x->m.p.as_of, .unit = PER_MONTH, .n = 1, .anchor = IR_NONE};
    x->within_1 = maker_reach(&x->m, r);
    r.n = 2;
    x->within_2 = maker_reach(&x->m, r);
    r.kind = REACH_DAYS, r.first = date_make(2026, 5, 20), r.last = date_make(2026, 6, 30);
    x->days = maker_reach(&x->m, r);
    r.kind = REACH_SPAN, r.n = -1, r.m = 0;
    r.anchor = maker_field(&x->m, 1, REP_SPAN, COL_SINCE, 0);
    x->since = maker_reach(&x->m, r);
}

/* ---------------------------------------------------------------- what is asked */

static ir_reg op0(struct maker *m, enum ir_opcode code, uint16_t space)
{
    return maker_op(m, code, space, IR_NONE, IR_NONE, IR_NONE);
}
static ir_reg op1(struct maker *m, enum ir_opcode code, uint16_t space, ir_reg a)
{
    return maker_op(m, code, space, a, IR_NONE, IR_NONE);
}

static ir_reg in_reach(struct maker *m, uint16_t reach)
{
    ir_reg r = op0(m, IR_IN_REACH, FACTS);
    maker_at(m, r)->index = reach;
    return r;
}

/* An aggregate over a space whose last way down is the fact edge of `reach`. */
static ir_reg over(struct maker *m, uint16_t space, enum agg_kind kind, uint16_t from, ir_reg filter, ir_reg value,
                   uint16_t reach)
{
    ir_reg r = maker_agg(m, space, kind, from, filter, value);
    maker_at(m, r)->nonneg = true;
    maker_at(m, r)->reach[m->spaces.v[from].depth - m->spaces.v[space].depth - 1] = reach;
    return r;
}

static void ask_fields(struct village *x)
{
    struct maker *m = &x->m;
    ir_reg a = maker_field(m, 0, REP_INT, COL_A, 1), blank = op0(m, IR_BLANK, 0);
    expect(x, a, "field", "10 20 ?1 ?c");
    expect(x, maker_field(m, 0, REP_INT, COL_A, 0), "optional field", "10 20 _ ?c");
    expect(x, blank, "is blank", "F F T F");
    expect(x, op0(m, IR_ROW, 1), "row", "0 1 2 3 4");
    expect(x, op0(m, IR_HEAD, 0), "head", "0 _ ?h ?s");
    expect(x, op1(m, IR_OUTER, 1, a), "outer", "10 10 20 ?1 ?1");
    x->rel = maker_field(m, 1, REP_INT, COL_REL, 0);
    x->key = maker_field(m, 1, REP_INT, COL_KEY, 2);
    x->v = maker_field(m, FACTS, REP_INT, COL_V, 9);
    ir_reg via = maker_op(m, IR_VIA, 1, x->rel, x->key, IR_NONE);
    maker_at(m, via)->index = 1;
    expect(x, via, "via", "8 _ ?o ?c 7");
}

static void ask_params(struct village *x)
{
    struct maker *m = &x->m;
    ir_reg at_home = op0(m, IR_PARAM, 0), of_person = op0(m, IR_PARAM, 1), of_fact = op0(m, IR_PARAM, FACTS);
    expect(x, at_home, "parameter: set, none, empty", "100 _ _ ?");
    expect(x, of_person, "parameter at the person's place", "100 100 _ _ _");
    expect(x, of_fact, "parameter at the fact's place", "100 100 _ _ _");
}

static void ask_reaches(struct village *x)
{
    struct maker *m = &x->m;
    ir_reg one = in_reach(m, x->within_1), two = in_reach(m, x->within_2), days = in_reach(m, x->days),
           since = in_reach(m, x->since);
    expect(x, one, "in reach of one month", "T F T F ?s");
    expect(x, two, "in reach of two months", "T T T F ?s");
    expect(x, days, "in reach of days", "T ?s T F ?s");
    expect(x, over(m, 1, AGG_SUM, FACTS, two, x->v, x->within_2), "sum of a person", "3 0 4 0 0+s");
    expect(x, over(m, 0, AGG_SUM, FACTS, two, x->v, x->within_2), "sum of a household", "3 4 0+s 0");
    expect(x, over(m, 1, AGG_COUNT, FACTS, since, IR_NONE, x->since), "counted from a date of the person",
           "2 _ 0+c 0 0+s");
    expect(x, over(m, 0, AGG_COUNT, FACTS, since, IR_NONE, x->since), "an absent date of one member", "_ 0+c 0+s 0");
    ir_reg any = over(m, 1, AGG_ANY, FACTS, two, IR_NONE, x->within_2);
    expect(x, any, "any facts of a person", "T F T F ?s");
    expect(x, maker_agg(m, 0, AGG_COUNT, 1, any, IR_NONE), "members with facts", "1 1 0+s 0");
    expect(x, maker_agg(m, 0, AGG_COUNT, 1, IR_NONE, IR_NONE), "members", "2 1 2 0");
}

/* The facts of relatives, members by a reference to the household, persons of equal key. */
static void ask_expanded(struct village *x)
{
    struct maker *m = &x->m;
    ir_reg two = in_reach(m, x->within_2), row = op0(m, IR_ROW, 0), a = maker_field(m, 0, REP_INT, COL_A, 1);
    uint16_t kin = maker_space(
        m, (struct ir_space){
               .kind = SPACE_EDGE, .table = FACT_TABLE, .outer = 1, .start = x->rel, .start_table = TABLE_PERSON});
    ir_reg filter = op1(m, IR_GATHER, kin, two), value = op1(m, IR_GATHER, kin, x->v);
    expect(x, over(m, 1, AGG_SUM, kin, filter, value, x->within_2), "sum over a relative's facts", "4 0 0+o 0+c 3");
    expect(x, over(m, 0, AGG_COUNT, kin, filter, IR_NONE, x->within_2), "relatives' facts of a household",
           "1 0+o 2+c 0");
    uint16_t own = maker_space(
        m, (struct ir_space){
               .kind = SPACE_EDGE, .table = TABLE_PERSON, .outer = 0, .start = row, .start_table = TABLE_HOUSEHOLD});
    uint16_t relative = maker_space(
        m, (struct ir_space){
               .kind = SPACE_EDGE, .table = TABLE_PERSON, .outer = 1, .start = x->rel, .start_table = TABLE_PERSON});
    ir_reg kin_key = op1(m, IR_GATHER, relative, x->key);
    expect(x, maker_agg(m, 1, AGG_MAX, relative, IR_NONE, kin_key), "the relative himself", "8 _ ?o ?c 7");
    expect(x, maker_agg(m, 0, AGG_COUNT, relative, IR_NONE, IR_NONE), "relatives of a household", "1 0+o 1+c 0");
    ir_reg outer_a = op1(m, IR_OUTER, own, a), keys = op1(m, IR_GATHER, own, x->key);
    expect(x, maker_agg(m, 0, AGG_COUNT, own, IR_NONE, IR_NONE), "members of a referred household", "2 1 2 0");
    expect(x, maker_agg(m, 0, AGG_MAX, own, IR_NONE, keys), "their greatest key", "7 8 9+2 _");
    expect(x, maker_agg(m, 0, AGG_MAX, own, IR_NONE, outer_a), "the outer row's value", "10 20 ?1 _");
    struct ir_tie *tie = ARENA_NEW(&m->arena, struct ir_tie);
    *tie = (struct ir_tie){x->key, x->key};
    uint16_t tied = maker_space(
        m, (struct ir_space){.kind = SPACE_TIED, .table = TABLE_PERSON, .outer = 1, .ties = tie, .n_ties = 1});
    ir_reg same = maker_op(m, IR_EQ, tied, op1(m, IR_OUTER, tied, x->key), op1(m, IR_GATHER, tied, x->key), IR_NONE);
    ir_reg other = maker_op(m, IR_NE, tied, op1(m, IR_OUTER, tied, op0(m, IR_ROW, 1)), op0(m, IR_ROW, tied), IR_NONE);
    ir_reg both = maker_op(m, IR_AND, tied, same, other, IR_NONE);
    expect(x, maker_agg(m, 1, AGG_COUNT, tied, same, IR_NONE), "persons of equal key", "2+2 2+2 1+2 0+2 1+2");
    expect(x, maker_agg(m, 1, AGG_ANY, tied, both, IR_NONE), "another person of equal key", "T T ?2 ?2 ?2");
}

static void village_init(struct village *x, struct ir_slot *slot)
{
    *x = (struct village){.n = 0};
    maker_init(&x->m, 1);
    *slot = (struct ir_slot){.param = STR("line"), .rep = REP_INT, .at = x->m.p.as_of};
    x->m.p.slots = slot, x->m.p.n_slots = 1;
    make_people(x->m.build);
    make_cells(x->m.build);
    make_facts(x->m.build);
    make_reaches(x);
    ask_fields(x);
    ask_params(x);
    ask_reaches(x);
    ask_expanded(x);
}

static void village_case(struct test *t, const struct engine_under_test *u)
{
    struct village village;
    struct village *x = &village;
    struct pval values[3] = {{PVAL_SET, 100, 0}, {PVAL_NONE, 0, 0}, {PVAL_EMPTY, 0, 0}};
    struct ir_slot slot;
    village_init(x, &slot);
    if (maker_finish(&x->m, t)) case_check(t, u, &x->m, &(struct ptable){values, 3, 1}, x->want, x->n);
    maker_fini(&x->m);
}

/* ---------------------------------------------------------------- limits (SEMANTICS §1) */

static void fill(struct frame_build *b, uint32_t members, uint32_t facts)
{
    static const struct dataset_decl decl = {.kind = DK_EVENTS, .period = PER_MONTH, .coverage = COV_COMPLETE};
    uint32_t h = frame_build_household(b, 130706100201, 0), p = 0;
    frame_build_dataset(b, 0, &decl, 0, 0);
    for (uint32_t i = 0; i < members; i++) p = frame_build_person(b, h, 0);
    for (uint32_t i = 0; i < facts; i++) frame_build_fact(b, 0, p, date_make(2026, 6, 1), 0);
}

static void limits_case(struct test *t, const struct engine_under_test *u)
{
    struct village village;
    struct village *x = &village;
    *x = (struct village){.n = 0};
    maker_init(&x->m, 1);
    fill(x->m.build, MEMBERS_MAX + 1, 0);
    fill(x->m.build, MEMBERS_MAX, 0);
    fill(x->m.build, 2, ROWS_PER_PERSON_SET + 1);
    fill(x->m.build, 1, ROWS_PER_PERSON_SET);
    make_reaches(x);
    frame_build_column(x->m.build, TABLE_PERSON, REP_INT, UINT16_MAX);
    frame_build_column(x->m.build, TABLE_PERSON, REP_INT, UINT16_MAX);
    frame_build_column(x->m.build, TABLE_PERSON, REP_SPAN, UINT16_MAX);
    ir_reg none = maker_const(&x->m, FACTS, REP_BOOL, 0);
    expect(x, maker_agg(&x->m, 0, AGG_COUNT, 1, IR_NONE, IR_NONE), "members", "?m 1000 2 1");
    expect(x, over(&x->m, 0, AGG_COUNT, FACTS, IR_NONE, IR_NONE, x->within_2), "facts", "?m 0 ?m 65535");
    expect(x, over(&x->m, 0, AGG_ANY, FACTS, none, IR_NONE, x->within_2), "too many, filtered or not", "?m F ?m F");
    if (maker_finish(&x->m, t)) case_check(t, u, &x->m, NULL, x->want, x->n);
    maker_fini(&x->m);
}

void engine_cases_space(struct test *t, const struct engine_under_test *u)
{
    if (!TEST(t, u->name)) return;
    village_case(t, u);
    limits_case(t, u);
}

void cases_space_test(struct test *t);
void cases_space_test(struct test *t)
{
    struct village village;
    struct ir_slot slot;
    bool seen[IR__MAX] = {false};
    if (!TEST(t, "every operation on rows has a case")) return;
    village_init(&village, &slot);
    for (size_t i = 0; i < village.m.ops.n; i++) seen[village.m.ops.v[i].code] = true;
    for (int i = IR_PARAM; i <= IR_IN_REACH; i++) test_check(t, seen[i], __FILE__, __LINE__, ir_op_info[i].name);
    CHECK(t, seen[IR_AGG]);
    maker_fini(&village.m);
}
