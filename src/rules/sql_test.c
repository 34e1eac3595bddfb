/* The printed SQL of two small programs in both dialects (tests/golden/sql); what cannot be printed; memory that runs
 * out. */
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "rules/engine_cases.h"
#include "rules/sql_int.h"

static void check_golden(struct test *t, const struct program *p, enum sql_dialect d, const char *path)
{
    struct buf text;
    struct err e = {.lang = LANG_EN};
    buf_init(&text, MIB(4));
    CHECK_I64(t, sql_print(p, d, &text, &e), RC_OK);
    CHECK_STR(t, str_from(e.msg), STR(""));
    test_golden(t, buf_str(&text), path);
    buf_fini(&text);
}

/* Does a household's field reach a parameter? */
static void make_scalar(struct maker *m, struct ir_slot *slot)
{
    maker_init(m, 1);
    frame_build_column(m->build, TABLE_HOUSEHOLD, REP_INT, UINT16_MAX);
    *slot = (struct ir_slot){.param = STR("line"), .at = m->p.as_of, .rep = REP_INT};
    m->p.slots = slot, m->p.n_slots = 1;
    ir_reg field = maker_field(m, 0, REP_INT, 0, 3);
    ir_reg line = maker_const(m, 0, REP_INT, 0);
    maker_at(m, line)->code = IR_PARAM;
    maker_output(m, maker_op(m, IR_GE, 0, field, line, IR_NONE));
    maker_output(m, maker_op(m, IR_FRAC, 0, field, line, IR_NONE));
}

/* The sum of a field over the facts of a household's members in the last twelve months. */
static void make_sum(struct maker *m)
{
    maker_init(m, 1);
    frame_build_column(m->build, TABLE_FACT0, REP_INT, UINT16_MAX);
    uint16_t window = maker_reach(
        m, (struct ir_reach){.kind = REACH_WITHIN, .unit = PER_MONTH, .n = 12, .as_of = m->p.as_of, .anchor = IR_NONE});
    ir_reg in = maker_op(m, IR_IN_REACH, 2, IR_NONE, IR_NONE, IR_NONE);
    maker_at(m, in)->index = window;
    ir_reg sum = maker_agg(m, 0, AGG_SUM, 2, in, maker_field(m, 2, REP_INT, 0, 1));
    maker_at(m, sum)->reach[1] = window;
    maker_at(m, sum)->nonneg = true;
    maker_output(m, sum);
}

static void test_goldens(struct test *t)
{
    struct maker m;
    struct ir_slot slot;
    make_scalar(&m, &slot);
    if (maker_finish(&m, t)) {
        check_golden(t, &m.p, SQL_SQLITE, "tests/golden/sql/scalar.sqlite.sql");
        check_golden(t, &m.p, SQL_POSTGRES, "tests/golden/sql/scalar.postgres.sql");
    }
    maker_fini(&m);
    make_sum(&m);
    if (maker_finish(&m, t)) {
        check_golden(t, &m.p, SQL_SQLITE, "tests/golden/sql/sum.sqlite.sql");
        check_golden(t, &m.p, SQL_POSTGRES, "tests/golden/sql/sum.postgres.sql");
    }
    maker_fini(&m);
}

/* Every operator has a template in both dialects, an aggregate one for each value it takes. */
static void test_complete(struct test *t)
{
    for (int d = 0; d < SQL_DIALECT__MAX; d++) {
        for (int code = 0; code < IR_AGG; code++)
            test_check(t, sql_template((enum ir_opcode)code, (enum sql_dialect)d) != NULL, __FILE__, __LINE__,
                       ir_op_info[code].name);
        for (uint8_t kind = 0; kind < AGG__MAX; kind++) {
            const struct sql_agg_rows *ints = sql_agg_template(kind, REP_INT),
                                      *spans = sql_agg_template(kind, REP_SPAN);
            const struct sql_agg_rows *fracs = sql_agg_template(kind, REP_FRAC);
            CHECK(t, ints && ints->d[d].st && spans && spans->d[d].st && fracs && fracs->d[d].st);
        }
    }
}

/* What has no template is named, never left out. */
static void test_missing(struct test *t)
{
    struct maker m;
    struct buf text;
    struct err e = {.lang = LANG_EN};
    make_sum(&m);
    buf_init(&text, MIB(1));
    if (maker_finish(&m, t)) {
        m.ops.v[m.p.outputs[0].reg].agg = AGG__MAX;
        CHECK_I64(t, sql_print(&m.p, SQL_SQLITE, &text, &e), RC_INPUT);
        CHECK_STR(t, str_from(e.msg),
                  STR("operation \"agg\" has no SQL template for this dialect; add one to ops_sql.def."));
    }
    buf_fini(&text);
    maker_fini(&m);
}

static void test_refusal(struct test *t)
{
    struct maker m;
    struct ir_slot slot;
    struct buf small;
    struct err e = {.lang = LANG_EN};
    make_scalar(&m, &slot);
    buf_init(&small, 100);
    if (maker_finish(&m, t)) CHECK_I64(t, sql_print(&m.p, SQL_SQLITE, &small, &e), RC_NOMEM);
    buf_fini(&small);
    maker_fini(&m);
}

static void test_out_of_memory(struct test *t)
{
    struct maker m;
    make_sum(&m);
    if (maker_finish(&m, t)) {
        for (uint64_t nth = 1;; nth++) {
            struct buf text;
            struct err e = {.lang = LANG_EN};
            buf_init(&text, MIB(1));
            mem_fault_arm(nth, 0);
            enum rc rc = sql_print(&m.p, SQL_SQLITE, &text, &e);
            bool fired = mem_fault_fired();
            mem_fault_arm(0, 0);
            buf_fini(&text);
            CHECK_I64(t, rc, fired ? RC_NOMEM : RC_OK);
            if (!fired || nth > 10000) break;
        }
    }
    maker_fini(&m);
}

/* docs/semantics.md has a row for every operator. */
static void test_documented(struct test *t)
{
    struct buf doc, row;
    struct err e = {.lang = LANG_EN};
    buf_init(&doc, MIB(1));
    buf_init(&row, KIB(4));
    CHECK_I64(t, io_read_file("docs/semantics.md", &doc, &e), RC_OK);
    for (int code = 0; code < IR__MAX; code++) {
        buf_clear(&row);
        buf_addf(&row, "\n| `%s` | %s |", ir_op_info[code].name, *ir_op_info[code].args ? ir_op_info[code].args : "–");
        bool there = str_find(buf_str(&doc), buf_str(&row), 0) != SIZE_MAX;
        test_check(t, there, __FILE__, __LINE__, ir_op_info[code].name);
    }
    buf_fini(&doc);
    buf_fini(&row);
}

void sql_test(struct test *t);
void sql_test(struct test *t)
{
    if (TEST(t, "small programs print as they should in both dialects")) test_goldens(t);
    if (TEST(t, "every operator and aggregate has its SQL")) test_complete(t);
    if (TEST(t, "the page on meaning knows every operator")) test_documented(t);
    if (TEST(t, "an operation without SQL is an error that names it")) test_missing(t);
    if (TEST(t, "SQL that is too long is refused")) test_refusal(t);
    if (TEST(t, "printing SQL survives each failing allocation")) test_out_of_memory(t);
}
