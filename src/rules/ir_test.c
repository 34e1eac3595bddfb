#include "base/limits.h"
#include "base/test.h"
#include "rules/engine_cases.h"

/* A small valid program: any(members where a fact within 12 months). */
struct small {
    struct maker m;
    ir_reg field, fact, in_reach, any, count;
};

static void small_init(struct small *s)
{
    maker_init(&s->m, 1);
    frame_build_column(s->m.build, TABLE_FACT0, REP_INT, UINT16_MAX);
    struct ir_reach r = {.kind = REACH_WITHIN, .as_of = s->m.p.as_of, .n = 12, .anchor = IR_NONE};
    uint16_t reach = maker_reach(&s->m, r);
    s->fact = maker_field(&s->m, 2, REP_INT, 0, 1);
    s->in_reach = maker_op(&s->m, IR_IN_REACH, 2, IR_NONE, IR_NONE, IR_NONE);
    s->any = maker_agg(&s->m, 1, AGG_ANY, 2, s->in_reach, IR_NONE);
    maker_at(&s->m, s->any)->reach[0] = reach;
    s->count = maker_agg(&s->m, 0, AGG_COUNT, 1, s->any, IR_NONE);
    maker_output(&s->m, s->count);
}

/* The text of the first complaint, "" when valid. */
static void expect_valid(struct test *t, struct small *s, const char *want, int line)
{
    struct buf why;
    buf_init(&why, KIB(4));
    s->m.p.ops = s->m.ops.v, s->m.p.n_ops = s->m.ops.n;
    s->m.p.spaces = s->m.spaces.v, s->m.p.n_spaces = s->m.spaces.n;
    s->m.p.reaches = s->m.reaches.v, s->m.p.n_reaches = s->m.reaches.n;
    s->m.p.outputs = s->m.outputs.v, s->m.p.n_outputs = s->m.outputs.n;
    bool ok = program_valid(&s->m.p, &why);
    test_check(t, ok == (*want == '\0'), __FILE__, line, "validity");
    test_check(t, str_find(buf_str(&why), str_from(want), 0) != SIZE_MAX || *want == '\0', __FILE__, line, want);
    test_check(t, program_valid(&s->m.p, NULL) == ok, __FILE__, line, "the same without a text");
    buf_fini(&why);
}
#define VALID(s, want) expect_valid(t, &(s), (want), __LINE__)

/* Each change breaks one invariant and is undone. */
#define BROKEN(place, value, want)         \
    do {                                   \
        __typeof__(place) kept_ = (place); \
        (place) = (value);                 \
        VALID(s, (want));                  \
        (place) = kept_;                   \
    } while (0)

static void test_spaces(struct test *t)
{
    struct small s;
    small_init(&s);
    VALID(s, "");
    BROKEN(s.m.spaces.v[2].depth, 3, "space 2: wrong depth");
    BROKEN(s.m.spaces.v[2].outer, 0, "space 2: wrong depth");
    BROKEN(s.m.spaces.v[2].outer, 2, "space 2: its outer space comes later");
    BROKEN(s.m.spaces.v[2].table, TABLE_PERSON, "space 2: a second canonical");
    BROKEN(s.m.spaces.v[2].kind, SPACE_EDGE, "space 2: start is not an int");
    BROKEN(s.m.spaces.v[2].kind, SPACE_TIED, "space 2: tied to nothing");
    BROKEN(s.m.spaces.v[0].kind, SPACE_PERSON, "no basic spaces");
    VALID(s, "");
    CHECK_I64(t, program_canonical(&s.m.p, TABLE_FACT0), 2);
    CHECK_I64(t, program_canonical(&s.m.p, TABLE_FACT0 + 1), UINT16_MAX);
    maker_fini(&s.m);
}

static void test_ops(struct test *t)
{
    struct small s;
    small_init(&s);
    struct ir_op *any = maker_at(&s.m, s.any), *in = maker_at(&s.m, s.in_reach), *count = maker_at(&s.m, s.count);
    BROKEN(any->reach[0], 5, "no such reach");
    BROKEN(any->reach[0], UINT16_MAX, "a fact edge without reach");
    BROKEN(any->reach[1], 0, "a reach without fact edge");
    BROKEN(any->rep, REP_INT, "representations");
    BROKEN(any->args[0], s.fact, "the filter is no bool");
    BROKEN(any->args[0], s.count, "the filter is not in the rows");
    BROKEN(any->args[2], s.fact, "too many operands");
    BROKEN(any->from, 0, "aggregates no deeper space");
    BROKEN(count->agg, AGG_SUM, "representations");
    BROKEN(count->agg, AGG_RANK, "own is not");
    BROKEN(in->index, 1, "a wrong index or place");
    BROKEN(in->space, 1, "a wrong index or place");
    BROKEN(in->code, IR__MAX, "unknown operation");
    BROKEN(in->code, IR_NOT, "an operand that does not come before");
    BROKEN(in->space, 9, "its space is unknown");
    BROKEN(s.m.reaches.v[0].dataset, 1, "a wrong index or place");
    BROKEN(s.m.reaches.v[0].n, 0, "an empty window");
    BROKEN(s.m.outputs.v[0].space, 1, "output 0: its register");
    VALID(s, "");
    ir_reg wrong = maker_op(&s.m, IR_ADD, 0, s.count, s.any, IR_NONE);
    VALID(s, "wrong representation");
    maker_at(&s.m, wrong)->args[1] = s.fact;
    VALID(s, "another space");
    maker_at(&s.m, wrong)->args[1] = s.count;
    VALID(s, "");
    BROKEN(maker_at(&s.m, wrong)->rep, REP_BOOL, "a wrong result representation");
    maker_fini(&s.m);
}

static void test_edges(struct test *t)
{
    struct small s;
    small_init(&s);
    ir_reg row = maker_op(&s.m, IR_ROW, 0, IR_NONE, IR_NONE, IR_NONE);
    uint16_t edge = maker_space(&s.m,
                                (struct ir_space){.kind = SPACE_EDGE, .table = TABLE_PERSON, .outer = 0, .start = row});
    ir_reg n = maker_agg(&s.m, 0, AGG_COUNT, edge, IR_NONE, IR_NONE);
    VALID(s, "");
    BROKEN(s.m.spaces.v[edge].start, n + 1, "start is not an int");
    BROKEN(s.m.spaces.v[edge].start_table, TABLE_FACT0, "no such edge");
    maker_op(&s.m, IR_ROW, 0, IR_NONE, IR_NONE, IR_NONE);
    BROKEN(s.m.spaces.v[edge].start, n + 1, "its rows depend on later operations");
    struct ir_tie tie = {row, maker_op(&s.m, IR_ROW, 1, IR_NONE, IR_NONE, IR_NONE)};
    maker_space(&s.m,
                (struct ir_space){.kind = SPACE_TIED, .table = TABLE_PERSON, .outer = 0, .ties = &tie, .n_ties = 1});
    VALID(s, "");
    BROKEN(tie.inner, row, "a tie in the wrong spaces");
    maker_fini(&s.m);
}

static void test_print(struct test *t)
{
    struct small s;
    struct buf out;
    small_init(&s);
    VALID(s, "");
    buf_init(&out, KIB(16));
    program_print(&s.m.p, &out);
    CHECK_STR(t, buf_str(&out),
              STR("program as of 2026-06-30\n"
                  "space 0 household table 0\n"
                  "space 1 person table 1 outer 0\n"
                  "space 2 fact table 2 outer 1\n"
                  "reach 0 within dataset 0 as of 2026-06-30 month 12 0\n"
                  "r0 s2 int field\n"
                  "r1 s2 bool in_reach\n"
                  "r2 s1 bool agg r1 - - any from s2 reach[0]=0\n"
                  "r3 s0 int agg r2 - - count from s1\n"
                  "output feature case s0 r3 slots datasets\n"));
    buf_fini(&out);
    maker_fini(&s.m);
}

/* Every row of the table is there and its letters are known. */
static void test_table(struct test *t)
{
    for (int i = 0; i < IR__MAX; i++) {
        const struct ir_op_info *o = &ir_op_info[i];
        CHECK(t, o->name && *o->name && strlen(o->args) <= IR_ARGS_MAX && o->rep >= -1 && o->rep < REP__MAX);
        CHECK_I64(t, strspn(o->args, "bisfSr*"), strlen(o->args));
    }
    CHECK_I64(t, ir_op_info[IR_CONST].rep, -1);
    CHECK_I64(t, ir_op_info[IR_FULL_YEARS].rep, REP_SPAN);
}

void ir_test(struct test *t);
void ir_test(struct test *t)
{
    if (TEST(t, "table of operations")) test_table(t);
    if (TEST(t, "invariants of spaces")) test_spaces(t);
    if (TEST(t, "invariants of operations")) test_ops(t);
    if (TEST(t, "invariants of edges and ties")) test_edges(t);
    if (TEST(t, "programs are printed")) test_print(t);
}
