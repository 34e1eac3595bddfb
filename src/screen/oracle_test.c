/* SQL against the truth tables, and on random programs against the scalar reference and the vector VM. FANGPIN_SEED=N
 * replays one case, FANGPIN_CASES=N sets how many from
 * FANGPIN_FROM on; a failure is shrunk (households, operations, outputs) and printed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/limits.h"
#include "base/mem.h"
#include "rules/random_program.h"
#include "screen/oracle.h"

#ifdef MEM_FAULTS
enum { CASES = 500, CASES_SLOW = 2000 }; /* builds that check every access are slow */
#else
enum { CASES = 1500, CASES_SLOW = 10000 }; /* tools/random-cases.sh does 50,000 */
#endif
enum { HOUSEHOLDS = 9, OPS = 8, OPS_MANY = 60, MANY_EVERY = 32, TEXT_MAX = 1 << 20, ENGINES = 3 };

static enum rc run_sql(void *ctx, const struct program *p, const struct frame *f, const struct ptable *pt,
                       struct outcol *outs, struct err *e)
{
    return oracle_run_with(ctx, p, f, pt, outs, e);
}

/* ---------------------------------------------------------------- comparing */

struct difference {
    const char *engine; /* NULL: none */
    uint32_t output, row;
    struct value want, got;
};

static bool same_value(const struct reasons *rs, uint8_t rep, const struct value *a, const struct value *b)
{
    if (a->st != b->st || a->v != b->v || !reasons_equal(rs, a->why, rs, b->why)) return false;
    if (rep == REP_FRAC) return frac_cmp(a->n, a->d, b->n, b->d) == 0;
    return rep != REP_SET || a->w == b->w;
}

static void compare(const struct random_case *c, const char *engine, const struct outcol *want,
                    const struct outcol *got, struct difference *d)
{
    for (uint32_t i = 0; i < c->m.p.n_outputs && !d->engine; i++) {
        for (uint32_t row = 0; row < want[i].n && !d->engine; row++) {
            struct value a = outcol_get(&want[i], row), b = outcol_get(&got[i], row);
            if (!same_value(c->m.reasons, want[i].rep, &a, &b)) *d = (struct difference){engine, i, row, a, b};
        }
    }
}

/* Runs all engines; what differs first from the reference is in d, a failure to run in e. */
static bool run_all(struct oracle *o, const struct random_case *c, struct difference *d, struct err *e)
{
    size_t n = c->m.p.n_outputs + 1;
    struct outcol *outs = mem_zalloc_array(n * ENGINES, sizeof *outs);
    struct outcol *ref = outs, *vm = outs + n, *sql = outs + 2 * n;
    struct vm_options options = {.threads = 1};
    bool ok = outs && ref_run(&c->m.p, c->m.frame, &c->pt, ref, e) == RC_OK &&
              vm_run(&c->m.p, c->m.frame, &c->pt, &options, vm, e) == RC_OK &&
              oracle_run_with(o, &c->m.p, c->m.frame, &c->pt, sql, e) == RC_OK;
    if (ok) compare(c, "SQL", ref, sql, d);
    if (ok) compare(c, "VM", ref, vm, d);
    for (size_t i = 0; outs && i < n * ENGINES; i++) outcol_fini(&outs[i]);
    mem_free(outs);
    return ok;
}

/* ---------------------------------------------------------------- random programs */

static void print_difference(const struct random_case *c, const struct difference *d, const struct err *e)
{
    struct buf text;
    buf_init(&text, TEXT_MAX);
    program_print(&c->m.p, &text);
    if (d->engine) {
        uint8_t rep = c->m.p.ops[c->m.p.outputs[d->output].reg].rep;
        buf_addf(&text, "register %" PRIu32 " row %" PRIu32 ": reference ", c->m.p.outputs[d->output].reg, d->row);
        case_value_text(c->m.reasons, rep, &d->want, &text);
        buf_addf(&text, ", %s ", d->engine);
        case_value_text(c->m.reasons, rep, &d->got, &text);
    }
    (void)fprintf(stderr, "%s\n%s\n", buf_z(&text) ? buf_z(&text) : "", e->msg);
    buf_fini(&text);
}

/* True when all engines agree. */
static bool agree(struct test *t, struct oracle *o, const struct random_size *size, bool print)
{
    struct random_case c;
    struct err e = {.lang = LANG_EN};
    struct difference d = {.engine = NULL};
    bool ok = random_case_init(&c, size, t) && run_all(o, &c, &d, &e) && !d.engine;
    if (print && !ok) print_difference(&c, &d, &e);
    random_case_fini(&c);
    return ok;
}

/* Fewer households, fewer operations, as long as the engines differ. */
static void shrink(struct test *t, struct oracle *o, struct random_size size)
{
    for (unsigned h = 1; h < size.households; h++)
        if (!agree(t, o, &(struct random_size){size.seed, h, size.ops, NULL}, false)) size.households = h;
    for (unsigned n = 1; n < size.ops; n++)
        if (!agree(t, o, &(struct random_size){size.seed, size.households, n, NULL}, false)) size.ops = n;
    (void)fprintf(stderr, "FANGPIN_SEED=%" PRIu64 ": %u households, %u operations\n", size.seed, size.households,
                  size.ops);
    (void)agree(t, o, &size, true);
}

/* ---------------------------------------------------------------- latest of sets */

/* Two rows of one day whose sets are {~3}, for reason 1 (where column 0 is true) and for reason 2. */
static void latest_sets(struct test *t, struct oracle *o)
{
    struct random_case c = {.rng = {{0}}};
    struct maker *m = &c.m;
    struct difference d = {.engine = NULL};
    struct err e = {.lang = LANG_EN};
    maker_init(m, 1);
    for (int k = 0; k < 3; k++) frame_build_column(m->build, TABLE_FACT0, REP_BOOL, UINT16_MAX);
    frame_build_person(m->build, frame_build_household(m->build, 610102001001, 0), 0);
    for (int64_t k = 0; k < 2; k++)
        frame_build_set(m->build, TABLE_FACT0, frame_build_fact(m->build, 0, 0, m->p.as_of, 0), 0, k);
    uint16_t window =
        maker_reach(m, (struct ir_reach){.kind = REACH_WITHIN, .n = 12, .as_of = m->p.as_of, .anchor = IR_NONE});
    ir_reg set[2];
    for (uint32_t k = 0; k < 2; k++) {
        set[k] = maker_op(m, IR_SET_WHEN, 2, maker_field(m, 2, REP_BOOL, 1 + k, 1 + k), IR_NONE, IR_NONE);
        maker_at(m, set[k])->index = 3;
    }
    ir_reg value = maker_op(m, IR_IF, 2, maker_field(m, 2, REP_BOOL, 0, 3), set[0], set[1]);
    ir_reg date = maker_const(m, 2, REP_SPAN, m->p.as_of);
    ir_reg latest = maker_agg(m, 1, AGG_LATEST, 2, IR_NONE, value);
    maker_at(m, latest)->date = date;
    maker_at(m, latest)->reach[0] = window;
    maker_output(m, latest);
    if (maker_finish(m, t)) {
        bool ran = run_all(o, &c, &d, &e);
        CHECK_STR(t, str_from(e.msg), STR(""));
        CHECK(t, ran && !d.engine);
    }
    maker_fini(m);
}

/* ---------------------------------------------------------------- memory that runs out */

/* One random program with the nth allocation of its run failing: it fails for that reason, or SQLite did without. */
static bool run_without(struct test *t, uint64_t nth)
{
    struct random_case c;
    struct err e = {.lang = LANG_EN};
    bool fired = false;
    if (random_case_init(&c, &(struct random_size){.seed = 7, .households = 2, .ops = 12}, t)) {
        struct outcol *outs = mem_zalloc_array(c.m.p.n_outputs + 1, sizeof *outs);
        mem_fault_arm(nth, 0);
        enum rc rc = outs ? oracle_run(&c.m.p, c.m.frame, &c.pt, outs, &e) : RC_NOMEM;
        fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        CHECK(t, rc == RC_OK || (fired && rc == RC_NOMEM));
        for (size_t i = 0; outs && i < c.m.p.n_outputs; i++) outcol_fini(&outs[i]);
        mem_free(outs);
    }
    random_case_fini(&c);
    return fired;
}

static int64_t env_number(const char *name)
{
    int64_t v = 0;
    return str_to_i64(str_from(getenv(name)), 1, INT64_MAX, &v) ? v : 0;
}

/* Short programs, and sometimes long ones. */
static unsigned ops_of(const struct test *t, uint64_t seed)
{
    return t->slow || seed % MANY_EVERY == 0 ? OPS_MANY : 3 + (unsigned)(seed % OPS);
}

static void random_programs(struct test *t, struct oracle *o)
{
    int64_t only = env_number("FANGPIN_SEED"), want = env_number("FANGPIN_CASES"), begin = env_number("FANGPIN_FROM");
    uint64_t from = only    ? (uint64_t)only
                    : begin ? (uint64_t)begin
                            : 100001,
             n = only      ? 1
                 : want    ? (uint64_t)want
                 : t->slow ? CASES_SLOW
                           : CASES;
    for (uint64_t seed = from; seed < from + n; seed++) {
        struct random_size size = {seed, (unsigned)(seed % (HOUSEHOLDS + 1)), ops_of(t, seed), NULL};
        bool same = agree(t, o, &size, false);
        CHECK(t, same);
        if (same) continue;
        shrink(t, o, size);
        return;
    }
}

void oracle_test(struct test *t);
void oracle_test(struct test *t)
{
    struct oracle *o;
    struct err e = {0};
    if (oracle_new(&o, &e)) {
        CHECK_STR(t, str_from(e.msg), STR(""));
        return;
    }
    engine_cases(t, &(struct engine_under_test){"SQL obeys the truth tables", run_sql, o});
    if (TEST(t, "the latest of sets that are partly unknown is the same on all engines")) latest_sets(t, o);
    if (TEST(t, "SQL, the vector VM and the reference agree on random programs")) random_programs(t, o);
    oracle_free(o);
    if (!TEST(t, "the SQL oracle survives failing allocations")) return;
    for (uint64_t nth = 1; run_without(t, nth); nth += 1 + (t->slow ? 0 : nth / 16)) continue;
}
