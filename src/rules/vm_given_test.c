/* What was kept and is given back changes nothing: random programs with random registers kept, then run without what
 * those hang on; and runs over some households only. */
#include "base/clock.h"
#include "base/mem.h"
#include "rules/random_program.h"

enum { CASES = 400, HOUSEHOLDS = 12, OPS = 45, REGS_MAX = 4096 };

struct pick {
    ir_reg regs[REGS_MAX];
    size_t n;
};

static void pick_registers(const struct random_case *c, struct rng *r, struct pick *p)
{
    p->n = 0;
    for (ir_reg i = 0; i < c->m.p.n_ops && p->n < REGS_MAX; i++) {
        const struct ir_op *o = &c->m.p.ops[i];
        if (c->m.p.spaces[o->space].kind <= SPACE_FACT && rng_below(r, 3) == 0) p->regs[p->n++] = i;
    }
}

static bool same_value(const struct reasons *rs, const struct value *a, const struct value *b)
{
    return a->st == b->st && a->v == b->v && a->w == b->w && a->n == b->n && a->d == b->d &&
           reasons_equal(rs, a->why, rs, b->why);
}

static bool same_columns(const struct random_case *c, const struct outcol *a, const struct outcol *b)
{
    for (size_t i = 0; i < c->m.p.n_outputs; i++)
        for (uint32_t row = 0; row < a[i].n; row++) {
            struct value x = outcol_get(&a[i], row), y = outcol_get(&b[i], row);
            if (!same_value(c->m.reasons, &x, &y)) return false;
        }
    return true;
}

/* Keep some, run with them given, compare with a plain run. */
static bool given_agrees(struct test *t, uint64_t seed)
{
    struct random_case c;
    struct rng r;
    struct pick p;
    struct err e = {.lang = LANG_EN};
    rng_seed(&r, seed);
    bool ok = random_case_init(&c, &(struct random_size){seed, (unsigned)(seed % (HOUSEHOLDS + 1)), OPS, NULL}, t);
    size_t n = c.m.p.n_outputs;
    pick_registers(&c, &r, &p);
    struct vm_options o = {.threads = 1 + (unsigned)(seed % 2), .batch_rows = seed % 3 ? 64 : 3};
    struct vm_kept *kept = mem_zalloc_array(p.n + 1, sizeof *kept);
    const struct vm_kept **given = mem_zalloc_array(c.m.p.n_ops + 1, sizeof *given);
    struct outcol *plain = mem_zalloc_array(n + 1, sizeof *plain), *again = mem_zalloc_array(n + 1, sizeof *again);
    ok = ok && kept && given && plain && again && vm_run(&c.m.p, c.m.frame, &c.pt, &o, plain, &e) == RC_OK &&
         vm_keep(&c.m.p, c.m.frame, &c.pt, &o, p.regs, p.n, kept, &e) == RC_OK;
    for (size_t i = 0; ok && i < p.n; i++) given[p.regs[i]] = &kept[i];
    o.given = given;
    ok = ok && vm_run(&c.m.p, c.m.frame, &c.pt, &o, again, &e) == RC_OK && same_columns(&c, plain, again);
    CHECK_STR(t, str_from(e.msg), STR(""));
    for (size_t i = 0; plain && again && i < n; i++) outcol_fini(&plain[i]), outcol_fini(&again[i]);
    for (size_t i = 0; kept && i < p.n; i++) vm_kept_free(&kept[i]);
    mem_free(plain);
    mem_free(again);
    mem_free(given);
    mem_free(kept);
    random_case_fini(&c);
    return ok;
}

/* Households that an output's row belongs to. */
static uint32_t household_of(const struct random_case *c, uint16_t space, uint32_t row)
{
    const struct ftable *tables = c->m.frame->tables;
    uint16_t table = c->m.p.spaces[space].table;
    if (table >= TABLE_FACT0) row = tables[table].owner[row];
    return table == TABLE_HOUSEHOLD ? row : tables[TABLE_PERSON].owner[row];
}

static bool ranges_agree(struct test *t, uint64_t seed)
{
    struct random_case c;
    struct err e = {.lang = LANG_EN};
    bool ok = random_case_init(&c, &(struct random_size){seed, HOUSEHOLDS, OPS, NULL}, t), same = true;
    size_t n = c.m.p.n_outputs;
    uint32_t from = (uint32_t)(seed % 5), to = from + 1 + (uint32_t)(seed % 4);
    struct vm_range only[] = {{from, to}, {to + 1, to + 2}};
    struct vm_options o = {.threads = 2, .batch_rows = 3};
    struct outcol *plain = mem_zalloc_array(n + 1, sizeof *plain), *part = mem_zalloc_array(n + 1, sizeof *part);
    ok = ok && plain && part && vm_run(&c.m.p, c.m.frame, &c.pt, &o, plain, &e) == RC_OK;
    o.only = only, o.n_only = 2;
    ok = ok && vm_run(&c.m.p, c.m.frame, &c.pt, &o, part, &e) == RC_OK;
    for (size_t i = 0; ok && i < n; i++)
        for (uint32_t row = 0; row < plain[i].n; row++) {
            uint32_t h = household_of(&c, c.m.p.outputs[i].space, row);
            struct value x = outcol_get(&plain[i], row), y = outcol_get(&part[i], row);
            bool in = (h >= from && h < to) || h == to + 1;
            same = same && (!in || same_value(c.m.reasons, &x, &y));
        }
    for (size_t i = 0; plain && part && i < n; i++) outcol_fini(&plain[i]), outcol_fini(&part[i]);
    mem_free(plain);
    mem_free(part);
    random_case_fini(&c);
    return ok && same;
}

static void test_cancel(struct test *t)
{
    struct random_case c;
    struct err e = {.lang = LANG_EN};
    _Atomic bool cancel = true;
    struct vm_options o = {.threads = 2, .cancel = &cancel};
    CHECK(t, random_case_init(&c, &(struct random_size){7, HOUSEHOLDS, OPS, NULL}, t));
    struct outbits *bits = mem_zalloc_array(c.m.p.n_outputs + 1, sizeof *bits);
    CHECK_I64(t, vm_run_bits(&c.m.p, c.m.frame, &c.pt, &o, bits, &e), RC_CONFLICT);
    cancel = false;
    CHECK_I64(t, vm_run_bits(&c.m.p, c.m.frame, &c.pt, &o, bits, &e), RC_OK);
    for (size_t i = 0; i < c.m.p.n_outputs; i++) outbits_fini(&bits[i]);
    mem_free(bits);
    random_case_fini(&c);
}

void vm_given_test(struct test *t);
void vm_given_test(struct test *t)
{
    if (TEST(t, "registers kept and given back change nothing"))
        for (uint64_t seed = 1; seed <= CASES; seed++) CHECK(t, given_agrees(t, seed));
    if (TEST(t, "a run over some households gives theirs"))
        for (uint64_t seed = 1; seed <= CASES; seed++) CHECK(t, ranges_agree(t, seed));
    if (TEST(t, "a run that is cancelled says so")) test_cancel(t);
}
