/* What the truth tables (cases_test.c) do not show of the scalar reference: single rows, evidence, depth, misfits,
 * memory. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"
#include "rules/engine_cases.h"

enum { FACTS = 2, MEMBERS = 3 };

/* sum(v for members.facts where v >= 2) of one household of three members with facts 1, 2, 3, blank. */
struct sums {
    struct maker m;
    ir_reg v, filter, sum, doubled;
};

static void sums_init(struct sums *s)
{
    static const struct dataset_decl decl = {.kind = DK_EVENTS, .period = PER_MONTH, .coverage = COV_COMPLETE};
    struct maker *m = &s->m;
    maker_init(m, 1);
    frame_build_dataset(m->build, 0, &decl, 0, 0);
    frame_build_column(m->build, TABLE_FACT0, REP_INT, UINT16_MAX);
    frame_build_household(m->build, 0, 0);
    for (uint32_t p = 0; p < MEMBERS; p++) frame_build_person(m->build, 0, 0);
    for (uint32_t i = 0; i < 4; i++) {
        frame_build_fact(m->build, 0, i % MEMBERS, date_make(2026, 6, 1), 0);
        if (i < 3) frame_build_set(m->build, TABLE_FACT0, i, 0, i + 1);
    }
    struct ir_reach r = {.kind = REACH_WITHIN, .as_of = m->p.as_of, .n = 1, .anchor = IR_NONE};
    uint16_t reach = maker_reach(m, r);
    s->v = maker_field(m, FACTS, REP_INT, 0, 1);
    s->filter = maker_op(m, IR_GE, FACTS, s->v, maker_const(m, FACTS, REP_INT, 2), IR_NONE);
    s->sum = maker_agg(m, 0, AGG_SUM, FACTS, s->filter, s->v);
    maker_at(m, s->sum)->reach[1] = reach;
    maker_at(m, s->sum)->nonneg = true;
    s->doubled = maker_op(m, IR_ADD, 0, s->sum, s->sum, IR_NONE);
    maker_output(m, s->doubled);
}

static void expect_value(struct test *t, const struct sums *s, enum rc rc, const struct value *v, const char *want,
                         int line)
{
    struct buf got;
    buf_init(&got, KIB(1));
    CHECK_I64(t, rc, RC_OK);
    if (rc == RC_OK) case_value_text(s->m.reasons, REP_INT, v, &got);
    test_eq_str(t, buf_str(&got), str_from(want), __FILE__, line, "value");
    buf_fini(&got);
}

static void test_single(struct test *t)
{
    struct sums s;
    struct ref *r = NULL;
    struct value v;
    struct err e = {0};
    sums_init(&s);
    if (!maker_finish(&s.m, t)) return;
    expect_value(t, &s, ref_eval(&s.m.p, s.m.frame, NULL, s.doubled, 0, &v, &e), &v, "10+1", __LINE__);
    CHECK_I64(t, ref_new(&s.m.p, s.m.frame, NULL, &r, &e), RC_OK);
    expect_value(t, &s, ref_value(r, s.sum, 0, &v, &e), &v, "5+1", __LINE__);
    expect_value(t, &s, ref_value(r, s.v, 1, &v, &e), &v, "?1", __LINE__); /* person 0 has facts 1 and blank */
    const struct ref_row *rows;
    size_t n;
    CHECK_I64(t, ref_agg_rows(r, s.sum, 0, &rows, &n, &e), RC_OK);
    CHECK_I64(t, n, 4);
    CHECK(t, rows[0].table_row == 0 && rows[0].filter.st == ST_EXACT && !rows[0].filter.v);
    CHECK(t, rows[1].filter.st == ST_UNKNOWN);
    CHECK(t, rows[3].filter.v == 1 && rows[3].value.v == 3 && rows[3].table_row == 3);
    ref_free(r);
    maker_fini(&s.m);
}

/* Chains longer than any stack of calls would bear. */
static void test_depth(struct test *t)
{
    struct maker m;
    struct value v;
    struct err e = {0};
    maker_init(&m, 0);
    frame_build_household(m.build, 0, 0);
    ir_reg r = maker_const(&m, 0, REP_INT, 1);
    for (int i = 0; i < MAKER_MAX - 2; i++) r = maker_op(&m, IR_ADD, 0, r, 0, IR_NONE);
    maker_output(&m, r);
    if (maker_finish(&m, t)) {
        CHECK_I64(t, ref_eval(&m.p, m.frame, NULL, r, 0, &v, &e), RC_OK);
        CHECK_I64(t, v.v, MAKER_MAX - 1);
    }
    maker_fini(&m);
}

static void test_misfit(struct test *t)
{
    struct sums s;
    struct value v;
    struct err e = {0};
    sums_init(&s);
    if (!maker_finish(&s.m, t)) return;
    maker_at(&s.m, s.v)->index = 3;
    CHECK_I64(t, ref_eval(&s.m.p, s.m.frame, NULL, s.sum, 0, &v, &e), RC_INPUT);
    maker_at(&s.m, s.v)->index = 0;
    struct ir_slot slot = {.rep = REP_INT};
    s.m.p.slots = &slot, s.m.p.n_slots = 1;
    CHECK_I64(t, ref_eval(&s.m.p, s.m.frame, NULL, s.sum, 0, &v, &e), RC_INPUT);
    maker_fini(&s.m);
}

/* Every allocation fails in turn: RC_NOMEM or the right value; nothing leaked (the harness counts). */
static void test_memory(struct test *t)
{
    for (uint64_t n = 1; n < 1000; n++) {
        struct sums s;
        struct err e = {0};
        struct outcol out = {0};
        sums_init(&s);
        if (!maker_finish(&s.m, t)) return;
        mem_fault_arm(n, 1);
        enum rc rc = ref_run(&s.m.p, s.m.frame, NULL, &out, &e);
        int fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        CHECK(t,
              rc == RC_OK ? out.n == 1 && out.st[0] == ST_AT_LEAST && out.v[0] == 10 : rc == RC_NOMEM && out.v == NULL);
        outcol_fini(&out);
        maker_fini(&s.m);
        if (!fired) break;
    }
}

static void test_outcol(struct test *t)
{
    struct outcol c;
    CHECK_I64(t, outcol_init(&c, REP_FRAC, 2), RC_OK);
    outcol_set(&c, 0, &(struct value){.n = 1, .d = 2, .st = ST_AT_LEAST, .why = 7});
    outcol_set(&c, 1, &(struct value){.n = 1, .d = 2, .st = ST_UNKNOWN, .why = 7});
    struct value v = outcol_get(&c, 0);
    CHECK(t, v.n == 1 && v.d == 2 && v.why == 7 && v.st == ST_AT_LEAST);
    v = outcol_get(&c, 1);
    CHECK(t, v.n == 0 && v.d == 1 && v.why == 7 && v.st == ST_UNKNOWN);
    outcol_fini(&c);
    CHECK_I64(t, outcol_init(&c, REP_SET, 1), RC_OK);
    outcol_set(&c, 0, &(struct value){.v = 1, .w = 2, .st = ST_EXACT, .why = 7});
    v = outcol_get(&c, 0);
    CHECK(t, v.v == 1 && v.w == 2 && v.why == 7);
    outcol_set(&c, 0, &(struct value){.v = 1, .w = 2, .st = ST_ABSENT, .why = 7});
    v = outcol_get(&c, 0);
    CHECK(t, v.v == 0 && v.w == 0 && v.why == 0 && v.st == ST_ABSENT);
    outcol_fini(&c);
    CHECK_I64(t, outcol_init(&c, REP_INT, 0), RC_OK);
    CHECK(t, c.v == NULL);
}

void ref_test(struct test *t);
void ref_test(struct test *t)
{
    if (TEST(t, "single rows and their evidence")) test_single(t);
    if (TEST(t, "long chains")) test_depth(t);
    if (TEST(t, "a program that does not fit its frame")) test_misfit(t);
    if (TEST(t, "memory runs out")) test_memory(t);
    if (TEST(t, "result columns")) test_outcol(t);
}
