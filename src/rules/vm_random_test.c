/* The vector VM against the scalar reference on random programs and frames. FANGPIN_SEED=N replays one case,
 * FANGPIN_CASES=N sets how many from FANGPIN_FROM on; a failure is shrunk (households, operations, what the others
 * need) and printed with its program. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "rules/random_program.h"

#ifdef MEM_FAULTS
enum { CASES_SLOW = 5000 }; /* builds that check every access are slow */
#else
enum { CASES_SLOW = 30000 };
#endif
enum { CASES = 1500, HOUSEHOLDS = 9, OPS = 45, THREADS_EVERY = 17, TEXT_MAX = 1 << 20 };

struct difference {
    bool any;
    struct ir_output output;
    uint32_t row;
    struct value ref, vm;
};

static bool same_value(const struct reasons *rs, uint8_t rep, const struct value *a, const struct value *b)
{
    if (a->st != b->st || a->v != b->v || !reasons_equal(rs, a->why, rs, b->why)) return false;
    return (rep != REP_FRAC || (a->n == b->n && a->d == b->d)) && (rep != REP_SET || a->w == b->w);
}

static void compare_columns(const struct random_case *c, const struct outcol *ref, const struct outcol *vm,
                            struct difference *d)
{
    for (size_t i = 0; i < c->m.p.n_outputs; i++) {
        for (uint32_t row = 0; row < ref[i].n; row++) {
            struct value a = outcol_get(&ref[i], row), b = outcol_get(&vm[i], row);
            if (same_value(c->m.reasons, ref[i].rep, &a, &b)) continue;
            *d = (struct difference){true, c->m.p.outputs[i], row, a, b};
            return;
        }
    }
}

/* The lean outputs say the same. */
static bool bits_agree(const struct random_case *c, const struct outcol *ref, const struct outbits *bits)
{
    for (size_t i = 0; i < c->m.p.n_outputs; i++) {
        uint32_t at = 0;
        if (ref[i].rep != REP_BOOL) {
            if (bits[i].n) return false;
            continue;
        }
        for (uint32_t row = 0; row < ref[i].n; row++) {
            struct value v = outcol_get(&ref[i], row);
            bool yes = bits[i].yes[row / 64] >> (row % 64) & 1, unknown = bits[i].unknown[row / 64] >> (row % 64) & 1;
            if (yes != (v.st == ST_EXACT && v.v) || unknown != (v.st == ST_UNKNOWN)) return false;
            if (!unknown) continue;
            if (at >= bits[i].n_unknown || bits[i].row[at] != row) return false;
            if (!reasons_equal(c->m.reasons, v.why, c->m.reasons, bits[i].why[at++])) return false;
        }
        if (at != bits[i].n_unknown) return false;
    }
    return true;
}

static bool run_bits(struct test *t, const struct random_case *c, const struct vm_options *o, const struct outcol *ref)
{
    struct outbits *bits = mem_zalloc_array(c->m.p.n_outputs + 1, sizeof *bits);
    struct err e = {.lang = LANG_EN};
    bool ok = bits && vm_run_bits(&c->m.p, c->m.frame, &c->pt, o, bits, &e) == RC_OK;
    CHECK_STR(t, str_from(e.msg), STR(""));
    ok = ok && bits_agree(c, ref, bits);
    for (size_t i = 0; bits && i < c->m.p.n_outputs; i++) outbits_fini(&bits[i]);
    mem_free(bits);
    return ok;
}

/* How the VM is run; lie: what this operation gives is told wrong, to see that it is found. */
struct way {
    struct vm_options o;
    enum ir_opcode lie; /* 0: none */
};

static void tell_wrong(const struct random_case *c, enum ir_opcode lie, struct outcol *vm)
{
    for (size_t i = 0; lie && i < c->m.p.n_outputs; i++) {
        if (c->m.ops.v[c->m.p.outputs[i].reg].code != lie) continue;
        for (uint32_t row = 0; row < vm[i].n; row++) {
            struct value v = outcol_get(&vm[i], row);
            if (v.st == ST_EXACT) v.st = ST_ABSENT;
            (void)outcol_set(&vm[i], row, &v);
        }
    }
}

/* less: without the operations that are only absent, and without outputs. */
static void print_needed(const struct random_case *c, bool less, struct buf *out)
{
    struct buf whole;
    struct str rest, line, number;
    buf_init(&whole, TEXT_MAX);
    program_print(&c->m.p, &whole);
    rest = buf_str(&whole);
    while (str_cut(&rest, '\n', &line)) {
        int64_t r = 0;
        struct str words = str_sub(line, 1, line.n);
        bool op = line.n && line.p[0] == 'r' && str_cut(&words, ' ', &number) &&
                  str_to_i64(number, 0, (int64_t)c->m.p.n_ops - 1, &r);
        bool needed = !str_starts(line, STR("output ")) && (!op || !c->m.p.ops[r].absent);
        if (!less || needed) buf_addf(out, "%.*s\n", STR_ARG(line));
    }
    buf_fini(&whole);
}

/* True when both engines agree; made or not is a matter of t. */
static bool agree(struct test *t, const struct random_size *size, const struct way *way, struct difference *d,
                  struct buf *text)
{
    const struct vm_options *o = &way->o;
    struct random_case c;
    struct err e = {.lang = LANG_EN};
    *d = (struct difference){0};
    bool ok = random_case_init(&c, size, t), bits = true;
    size_t n = c.m.p.n_outputs;
    struct outcol *ref = mem_zalloc_array(n + 1, sizeof *ref), *vm = mem_zalloc_array(n + 1, sizeof *vm);
    ok = ok && ref && vm && ref_run(&c.m.p, c.m.frame, &c.pt, ref, &e) == RC_OK &&
         vm_run(&c.m.p, c.m.frame, &c.pt, o, vm, &e) == RC_OK;
    CHECK_STR(t, str_from(e.msg), STR(""));
    if (ok) tell_wrong(&c, way->lie, vm);
    if (ok) compare_columns(&c, ref, vm, d);
    if (ok && !d->any) bits = run_bits(t, &c, o, ref);
    if (text) {
        print_needed(&c, size->gone != NULL, text);
        buf_addf(text, "register %" PRIu32 " row %" PRIu32 ": reference ", d->output.reg, d->row);
        case_value_text(c.m.reasons, ok ? c.m.ops.v[d->output.reg].rep : 0, &d->ref, text);
        buf_addz(text, ", vm ");
        case_value_text(c.m.reasons, ok ? c.m.ops.v[d->output.reg].rep : 0, &d->vm, text);
        buf_addc(text, '\n');
    }
    for (size_t i = 0; i < n; i++) outcol_fini(&ref[i]), outcol_fini(&vm[i]);
    mem_free(ref);
    mem_free(vm);
    random_case_fini(&c);
    return ok && !d->any && bits;
}

/* Threads are for few of them: waiting for each other they take ten times as long as one. */
static struct vm_options options_of(uint64_t seed)
{
    static const uint32_t batches[] = {1, 3, 64, 2048};
    static const uint32_t pairs[] = {0, 1, 12};
    static const unsigned threads[] = {2, 4};
    return (struct vm_options){.threads = seed % THREADS_EVERY ? 1 : threads[seed / THREADS_EVERY % 2],
                               .batch_rows = batches[seed / 3 % 4],
                               .pair_rows = pairs[seed / 12 % 3]};
}

/* Fewer households, fewer operations, and of those left as many as can be made absent, as long as the engines differ.
 * The text is what remains; registers that are not in it are absent. */
static void shrink(struct test *t, struct random_size *size, bool gone[RANDOM_REGS_MAX], const struct way *way,
                   struct buf *text)
{
    struct difference d;
    for (unsigned h = 1; h < size->households; h++)
        if (!agree(t, &(struct random_size){size->seed, h, size->ops, NULL}, way, &d, NULL)) size->households = h;
    for (unsigned n = 1; n < size->ops; n++)
        if (!agree(t, &(struct random_size){size->seed, size->households, n, NULL}, way, &d, NULL)) size->ops = n;
    (void)agree(t, size, way, &d, NULL);
    size->gone = gone;
    for (ir_reg r = d.any ? RANDOM_REGS_MAX : 0; r-- > 0;) {
        gone[r] = true;
        gone[r] = !agree(t, size, way, &d, NULL) && d.any;
    }
    buf_addf(text, "FANGPIN_SEED=%" PRIu64 ": %u households, %u operations, %u threads, %" PRIu32 " rows a block\n",
             size->seed, size->households, size->ops, way->o.threads, way->o.batch_rows);
    (void)agree(t, size, way, &d, text);
}

static void tell_shrunk(struct test *t, struct random_size size, const struct way *way)
{
    bool gone[RANDOM_REGS_MAX] = {false};
    struct buf text;
    buf_init(&text, TEXT_MAX);
    shrink(t, &size, gone, way, &text);
    (void)fprintf(stderr, "%s", buf_z(&text) ? buf_z(&text) : "");
    buf_fini(&text);
}

/* A VM that tells sums wrong is found out, and little more than one sum remains. */
static void test_shrunk(struct test *t)
{
    enum { OPS_LEFT = 8 };
    size_t found = 0;
    struct way way = {.o = {.threads = 1}, .lie = IR_ADD};
    for (uint64_t seed = 1; seed < 1000 && !found; seed++) {
        bool gone[RANDOM_REGS_MAX] = {false};
        struct difference d;
        struct buf text;
        struct random_size size = {.seed = seed, .households = 3, .ops = OPS};
        if (agree(t, &size, &way, &d, NULL)) continue;
        found++;
        buf_init(&text, TEXT_MAX);
        shrink(t, &size, gone, &way, &text);
        size_t ops = 0, sums = 0;
        struct str rest = buf_str(&text), line;
        while (str_cut(&rest, '\n', &line)) {
            bool op = line.n > 1 && line.p[0] == 'r' && line.p[1] >= '0' && line.p[1] <= '9';
            ops += op;
            sums += op && str_find(line, STR(" + r"), 0) != SIZE_MAX;
        }
        CHECK(t, sums == 1 && ops <= OPS_LEFT);
        CHECK(t, str_find(buf_str(&text), STR(", vm "), 0) != SIZE_MAX);
        buf_fini(&text);
    }
    CHECK_I64(t, found, 1);
}

/* The nth allocation of a run fails: it says so, or was not needed; nothing is left behind. False: there was no nth. */
static bool fail_nth(struct test *t, uint64_t seed, uint64_t nth)
{
    struct random_case c;
    struct err e = {.lang = LANG_EN};
    struct vm_options o = {.threads = 1 + (unsigned)(nth % 2), .batch_rows = 16};
    bool fired = false;
    if (random_case_init(&c, &(struct random_size){seed, 5, OPS, NULL}, t)) {
        struct outbits *bits = mem_zalloc_array(c.m.p.n_outputs + 1, sizeof *bits);
        uint64_t live = mem_live_count();
        mem_fault_arm(nth, 0);
        enum rc rc = bits ? vm_run_bits(&c.m.p, c.m.frame, &c.pt, &o, bits, &e) : RC_NOMEM;
        fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        CHECK(t, fired ? rc == RC_NOMEM || rc == RC_OK : rc == RC_OK);
        for (size_t i = 0; bits && i < c.m.p.n_outputs; i++) {
            CHECK(t, rc == RC_OK || bits[i].n == 0);
            outbits_fini(&bits[i]);
        }
        /* The reasons' table outlives the run and may have grown. */
        CHECK(t, mem_live_count() >= live);
        mem_free(bits);
    }
    random_case_fini(&c);
    return fired;
}

static void test_memory(struct test *t)
{
    uint64_t live = mem_live_count();
    for (uint64_t seed = 1; seed <= 6; seed++)
        for (uint64_t nth = 1; nth < 400 && fail_nth(t, seed, nth); nth++) {}
    CHECK_I64(t, mem_live_count(), live);
}

static int64_t env_number(const char *name)
{
    int64_t v = 0;
    return str_to_i64(str_from(getenv(name)), 1, INT64_MAX, &v) ? v : 0;
}

void vm_random_test(struct test *t);
void vm_random_test(struct test *t)
{
    if (TEST(t, "the vector VM when memory runs out")) test_memory(t);
    if (TEST(t, "a random program on which the engines differ is made small")) test_shrunk(t);
    if (!TEST(t, "the vector VM equals the scalar reference on random programs")) return;
    int64_t only = env_number("FANGPIN_SEED"), want = env_number("FANGPIN_CASES"), begin = env_number("FANGPIN_FROM");
    uint64_t from = only    ? (uint64_t)only
                    : begin ? (uint64_t)begin
                            : 1,
             n = only      ? 1
                 : want    ? (uint64_t)want
                 : t->slow ? CASES_SLOW
                           : CASES;
    for (uint64_t seed = from; seed < from + n; seed++) {
        struct difference d;
        struct random_size size = {seed, (unsigned)(seed % (HOUSEHOLDS + 1)), OPS, NULL};
        struct way way = {.o = options_of(seed)};
        bool same = agree(t, &size, &way, &d, NULL);
        CHECK(t, same);
        if (same) continue;
        tell_shrunk(t, size, &way);
        return;
    }
}
