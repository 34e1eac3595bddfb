/* The vector VM on the screening workload's shape: all its features and 20 rules over columns made in memory.
 * build/release/bench/vm_bench [households] [threads] [rounds] [rows a block]: 3.2 M households are 10 M people and 27
 * M facts. Best of the rounds. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/vec.h"
#include "book/ast.h"
#include "rules/engine.h"

enum { MEDICAL, INCOME, SCHOOL, HOUSING, DISABILITY, VEHICLE, DIBAO, DATASETS };
enum { S_HH, S_PERSON, S_FACT0 };
enum { P_BORN, P_LABOUR, P_ID_VALID, P_TYPE };
enum { OPS_MAX = 1000, FEN = 100, HOUSEHOLDS = 3200000 };

/* On a busy machine only the processors' time says something. */
struct cost {
    int64_t wall, cpu;
};

static int64_t read_ns(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static struct cost now(void) { return (struct cost){read_ns(CLOCK_MONOTONIC), read_ns(CLOCK_PROCESS_CPUTIME_ID)}; }

static void keep_best(struct cost *best, struct cost from)
{
    struct cost to = now();
    if (to.wall - from.wall < best->wall) best->wall = to.wall - from.wall;
    if (to.cpu - from.cpu < best->cpu) best->cpu = to.cpu - from.cpu;
}

/* ---------------------------------------------------------------- frame */

struct made {
    struct frame f;
    struct ftable tables[S_FACT0 + DATASETS];
    struct fdataset datasets[DATASETS];
    struct dataset_decl decls[DATASETS];
    struct fcol cols[S_FACT0 + DATASETS][4];
    struct rng rng;
    size_t bytes;
    bool failed;
};

static void *array(struct made *m, size_t n, size_t size)
{
    size_t bytes = (n + 1) * size;
    void *p = mem_big_alloc(bytes);
    m->bytes += bytes;
    if (!p) m->failed = true;
    return p;
}

/* A column of lo..hi, its width the least that holds them. */
static void column(struct made *m, unsigned table, enum rep rep, int64_t lo, int64_t hi)
{
    struct ftable *t = &m->tables[table];
    struct fcol *c = &m->cols[table][t->n_cols++];
    uint8_t width = rep == REP_SPAN ? 4 : hi < 128 ? 1 : hi < 32768 ? 2 : 4;
    void *data = array(m, t->n, width);
    *c = (struct fcol){.width = width, .rep = (uint8_t)rep, .data = data, .min = lo, .max = hi};
    for (uint32_t i = 0; data && i < t->n; i++) {
        int64_t v = lo + (int64_t)rng_below(&m->rng, (uint64_t)(hi - lo + 1));
        if (width == 1) ((int8_t *)data)[i] = (int8_t)v;
        else if (width == 2) ((int16_t *)data)[i] = (int16_t)v;
        else ((int32_t *)data)[i] = (int32_t)v;
    }
    t->cols = m->cols[table];
}

/* Every twentieth cell of every fact column becomes blank, and the first two datasets partial: states everywhere. */
static void make_dirty(struct made *m)
{
    for (size_t t = S_FACT0; t < m->f.n_tables; t++) {
        size_t words = ((size_t)m->tables[t].n + 63) / 64;
        uint64_t *valid = array(m, words, sizeof *valid);
        for (size_t i = 0; valid && i < m->tables[t].n; i++)
            if (rng_below(&m->rng, 20)) valid[i / 64] |= UINT64_C(1) << (i % 64);
        for (size_t k = 0; k < m->tables[t].n_cols; k++) m->cols[t][k].valid = valid;
    }
    m->decls[MEDICAL].coverage = m->decls[INCOME].coverage = COV_PARTIAL;
}

/* One person in a hundred has no valid identity: windows differ by person. */
static void make_unidentified(struct made *m)
{
    uint32_t n = m->tables[S_PERSON].n;
    uint64_t *bits = array(m, ((size_t)n + 63) / 64, sizeof *bits);
    for (uint32_t i = 0; bits && i < n; i++)
        if (rng_below(&m->rng, 100) == 0) bits[i / 64] |= UINT64_C(1) << (i % 64);
    for (unsigned d = 0; d < DATASETS; d++) {
        m->decls[d].unidentified_as_none = false;
        m->datasets[d].no_identity = bits;
    }
}

/* Each owner has `least` rows and as many more as chances (a hundredth each) fall. */
static void own(struct made *m, unsigned table, uint32_t n_owner, unsigned least, const unsigned *chances, size_t n)
{
    struct ftable *t = &m->tables[table];
    uint32_t *first = array(m, n_owner, sizeof *first), at = 0;
    for (uint32_t o = 0; first && o < n_owner; o++) {
        first[o] = at;
        at += least;
        for (size_t k = 0; k < n; k++) at += rng_below(&m->rng, 100) < chances[k];
    }
    uint32_t *owner = array(m, at, sizeof *owner);
    if (m->failed) return;
    first[n_owner] = at;
    for (uint32_t o = 0; o < n_owner; o++)
        for (uint32_t i = first[o]; i < first[o + 1]; i++) owner[i] = o;
    t->first = first, t->owner = owner, t->n = at;
}

static void facts(struct made *m, unsigned dataset, unsigned least, const unsigned *chances, size_t n)
{
    struct ftable *t = &m->tables[S_FACT0 + dataset];
    own(m, S_FACT0 + dataset, m->tables[S_PERSON].n, least, chances, n);
    int32_t *date = array(m, t->n, sizeof *date);
    for (uint32_t i = 0; date && i < t->n; i++) date[i] = date_make(2024, 7, 1) + (int32_t)rng_below(&m->rng, 730);
    t->date = date;
    m->datasets[dataset] = (struct fdataset){.decl = &m->decls[dataset], .table = S_FACT0 + dataset};
    m->decls[dataset] = (struct dataset_decl){.kind = DK_EVENTS,
                                              .period = PER_MONTH,
                                              .coverage = COV_COMPLETE,
                                              .delivered_whole = true,
                                              .unidentified_as_none = true};
}

static void households(struct made *m, uint32_t n)
{
    int64_t *division = array(m, n, sizeof *division);
    uint32_t *place = array(m, n, sizeof *place);
    int32_t *head = array(m, n, sizeof *head);
    m->tables[S_HH].n = n;
    for (uint32_t h = 0; !m->failed && h < n; h++) {
        division[h] = INT64_C(610100000000) + h / 4000 * 1000;
        head[h] = -1;
    }
    m->f.division = division, m->f.place = place, m->f.head = head;
}

static bool make_frame(struct made *m, uint32_t n)
{
    static const unsigned five[] = {80, 60, 40, 30}, medical[] = {60, 45, 25, 17}, income[] = {67}, school[] = {9},
                          housing[] = {31};
    rng_seed(&m->rng, 1);
    households(m, n);
    own(m, S_PERSON, n, 1, five, 4);
    column(m, S_PERSON, REP_SPAN, date_make(1936, 1, 1), date_make(2025, 12, 31));
    column(m, S_PERSON, REP_INT, 1, 4);
    column(m, S_PERSON, REP_BOOL, 1, 1);
    column(m, S_PERSON, REP_INT, 0, 2);
    facts(m, MEDICAL, 0, medical, 4);
    facts(m, INCOME, 0, income, 1);
    facts(m, SCHOOL, 0, school, 1);
    facts(m, HOUSING, 0, housing, 1);
    facts(m, DISABILITY, 0, (const unsigned[]){4}, 1);
    facts(m, VEHICLE, 0, (const unsigned[]){13}, 1);
    facts(m, DIBAO, 0, (const unsigned[]){4}, 1);
    column(m, S_FACT0 + MEDICAL, REP_INT, 1, 2);
    column(m, S_FACT0 + MEDICAL, REP_INT, 0, 500000);
    column(m, S_FACT0 + INCOME, REP_INT, 0, 4000000);
    column(m, S_FACT0 + INCOME, REP_INT, 0, 4000000);
    column(m, S_FACT0 + SCHOOL, REP_INT, 1, 3);
    column(m, S_FACT0 + HOUSING, REP_INT, 1, 4);
    column(m, S_FACT0 + DISABILITY, REP_INT, 1, 4);
    column(m, S_FACT0 + VEHICLE, REP_INT, 0, 30000000);
    m->f.tables = m->tables, m->f.n_tables = S_FACT0 + DATASETS;
    m->f.datasets = m->datasets, m->f.n_datasets = DATASETS;
    m->f.n_places = 1;
    m->f.as_of = m->f.known_at = date_make(2026, 6, 30);
    m->f.all_delivered = true;
    m->f.reasons = reasons_new();
    return !m->failed && m->f.reasons;
}

/* ---------------------------------------------------------------- program */

struct maker {
    struct program p;
    struct ir_op ops[OPS_MAX];
    struct ir_space spaces[S_FACT0 + DATASETS];
    struct ir_reach reaches[DATASETS];
    struct ir_output outputs[64];
};

static ir_reg op3(struct maker *m, enum ir_opcode code, uint16_t space, ir_reg a, ir_reg b, ir_reg c)
{
    struct ir_op *o = &m->ops[m->p.n_ops];
    int rep = ir_op_info[code].rep;
    *o = (struct ir_op){.code = (uint8_t)code, .space = space, .args = {a, b, c}, .own = IR_NONE, .date = IR_NONE};
    o->rep = (uint8_t)(rep >= 0 ? rep : a != IR_NONE ? m->ops[a].rep : REP_INT);
    for (int k = 0; k < IR_DEPTH_MAX; k++) o->reach[k] = UINT16_MAX;
    return (ir_reg)m->p.n_ops++;
}

static ir_reg op2(struct maker *m, enum ir_opcode code, ir_reg a, ir_reg b)
{
    return op3(m, code, m->ops[a].space, a, b, IR_NONE);
}

static ir_reg constant(struct maker *m, uint16_t space, enum rep rep, int64_t v)
{
    ir_reg r = op3(m, IR_CONST, space, IR_NONE, IR_NONE, IR_NONE);
    m->ops[r].v = v;
    m->ops[r].rep = (uint8_t)rep;
    return r;
}

static ir_reg field(struct maker *m, uint16_t space, enum rep rep, uint32_t col)
{
    ir_reg r = constant(m, space, rep, 0);
    m->ops[r].code = IR_FIELD;
    m->ops[r].index = col;
    return r;
}

static ir_reg cmp(struct maker *m, enum ir_opcode code, ir_reg a, int64_t c)
{
    return op2(m, code, a, constant(m, m->ops[a].space, (enum rep)m->ops[a].rep, c));
}
static ir_reg times(struct maker *m, ir_reg a, int64_t c)
{
    return op2(m, IR_MUL, a, constant(m, m->ops[a].space, REP_INT, c));
}
static ir_reg both(struct maker *m, ir_reg a, ir_reg b) { return op2(m, IR_AND, a, b); }

static ir_reg agg(struct maker *m, enum agg_kind kind, uint16_t space, uint16_t from, ir_reg filter, ir_reg value)
{
    ir_reg r = op3(m, IR_AGG, space, filter, value, IR_NONE);
    struct ir_op *o = &m->ops[r];
    o->agg = (uint8_t)kind;
    o->from = from;
    o->nonneg = true;
    o->rep = kind == AGG_ANY || kind == AGG_ALL ? REP_BOOL : REP_INT;
    if (from >= S_FACT0) o->reach[m->spaces[from].depth - m->spaces[space].depth - 1] = (uint16_t)(from - S_FACT0);
    return r;
}

/* The greatest, or nothing for none. */
static ir_reg max_or_0(struct maker *m, uint16_t from, ir_reg filter, ir_reg value)
{
    ir_reg max = agg(m, AGG_MAX, S_HH, from, filter, value), none = op3(m, IR_IS_ABSENT, S_HH, max, IR_NONE, IR_NONE);
    ir_reg r = op3(m, IR_IF, S_HH, none, constant(m, S_HH, REP_INT, 0), max);
    m->ops[r].rep = REP_INT;
    return r;
}

static void rule(struct maker *m, ir_reg r)
{
    m->outputs[m->p.n_outputs++] =
        (struct ir_output){.kind = OUT_RULE, .name = STR("rule"), .reg = r, .space = m->ops[r].space};
}

static void begin(struct maker *m)
{
    m->spaces[0] = (struct ir_space){.kind = SPACE_HOUSEHOLD, .outer = UINT16_MAX};
    m->spaces[1] = (struct ir_space){.kind = SPACE_PERSON, .table = 1, .outer = 0, .depth = 1};
    for (uint16_t d = 0; d < DATASETS; d++) {
        m->spaces[S_FACT0 + d] =
            (struct ir_space){.kind = SPACE_FACT, .table = (uint16_t)(S_FACT0 + d), .outer = 1, .depth = 2};
        m->reaches[d] = (struct ir_reach){.kind = REACH_DAYS,
                                          .dataset = d,
                                          .as_of = date_make(2026, 6, 30),
                                          .anchor = IR_NONE,
                                          .first = date_make(d == MEDICAL ? 2025 : 1990, 1, 1),
                                          .last = date_make(d == MEDICAL ? 2025 : 2027, 12, 31)};
    }
    m->p.ops = m->ops, m->p.spaces = m->spaces, m->p.reaches = m->reaches, m->p.outputs = m->outputs;
    m->p.n_spaces = S_FACT0 + DATASETS, m->p.n_reaches = DATASETS;
    m->p.as_of = date_make(2026, 6, 30);
}

static ir_reg in_reach(struct maker *m, unsigned d)
{
    ir_reg r = op3(m, IR_IN_REACH, (uint16_t)(S_FACT0 + d), IR_NONE, IR_NONE, IR_NONE);
    m->ops[r].index = d;
    return r;
}

struct features {
    ir_reg np, nl, ne, nc, oop, oopmax, ninp, inc, prev, ndrop, unenr, grade, newd, sevd, nveh, vmax, ndib, unemp,
        htype;
};

static void person_features(struct maker *m, struct features *f, ir_reg *school_age)
{
    ir_reg valid = field(m, S_PERSON, REP_BOOL, P_ID_VALID), born = field(m, S_PERSON, REP_SPAN, P_BORN);
    ir_reg age = op2(m, IR_FULL_YEARS, born, constant(m, S_PERSON, REP_SPAN, date_make(2026, 6, 30)));
    ir_reg labour = cmp(m, IR_LE, field(m, S_PERSON, REP_INT, P_LABOUR), 2);
    ir_reg able = both(m, both(m, valid, labour), both(m, cmp(m, IR_SPAN_GE, age, 16), cmp(m, IR_SPAN_LE, age, 59)));
    ir_reg no_income = op3(m, IR_NOT, S_PERSON,
                           agg(m, AGG_ANY, S_PERSON, S_FACT0 + INCOME,
                               both(m, in_reach(m, INCOME), cmp(m, IR_GT, field(m, S_FACT0 + INCOME, REP_INT, 0), 0)),
                               IR_NONE),
                           IR_NONE, IR_NONE);
    *school_age = both(m, valid, both(m, cmp(m, IR_SPAN_GE, age, 6), cmp(m, IR_SPAN_LE, age, 15)));
    ir_reg no_school = op3(m, IR_NOT, S_PERSON,
                           agg(m, AGG_ANY, S_PERSON, S_FACT0 + SCHOOL, in_reach(m, SCHOOL), IR_NONE), IR_NONE, IR_NONE);
    f->np = agg(m, AGG_COUNT, S_HH, S_PERSON, valid, IR_NONE);
    f->nl = agg(m, AGG_COUNT, S_HH, S_PERSON, able, IR_NONE);
    f->ne = agg(m, AGG_COUNT, S_HH, S_PERSON, both(m, valid, cmp(m, IR_SPAN_GE, age, 60)), IR_NONE);
    f->nc = agg(m, AGG_COUNT, S_HH, S_PERSON, both(m, valid, cmp(m, IR_SPAN_LT, age, 16)), IR_NONE);
    f->unemp = agg(m, AGG_COUNT, S_HH, S_PERSON, both(m, able, no_income), IR_NONE);
    f->unenr = agg(m, AGG_COUNT, S_HH, S_PERSON, both(m, *school_age, no_school), IR_NONE);
    f->htype = max_or_0(m, S_PERSON, valid, field(m, S_PERSON, REP_INT, P_TYPE));
}

static void fact_features(struct maker *m, struct features *f, ir_reg school_age)
{
    ir_reg med = in_reach(m, MEDICAL), pay = field(m, S_FACT0 + MEDICAL, REP_INT, 1), inc = in_reach(m, INCOME),
           veh = in_reach(m, VEHICLE);
    ir_reg dis = in_reach(m, DISABILITY), sch = in_reach(m, SCHOOL), house = in_reach(m, HOUSING);
    ir_reg issued = op3(m, IR_IN_REACH, S_FACT0 + DISABILITY, IR_NONE, IR_NONE, IR_NONE);
    m->ops[issued].index = DISABILITY;
    f->oop = agg(m, AGG_SUM, S_HH, S_FACT0 + MEDICAL, med, pay);
    f->oopmax = max_or_0(m, S_FACT0 + MEDICAL, med, pay);
    f->ninp = agg(m, AGG_COUNT, S_HH, S_FACT0 + MEDICAL,
                  both(m, med, cmp(m, IR_EQ, field(m, S_FACT0 + MEDICAL, REP_INT, 0), 1)), IR_NONE);
    f->inc = agg(m, AGG_SUM, S_HH, S_FACT0 + INCOME, inc, field(m, S_FACT0 + INCOME, REP_INT, 0));
    f->prev = agg(m, AGG_SUM, S_HH, S_FACT0 + INCOME, inc, field(m, S_FACT0 + INCOME, REP_INT, 1));
    ir_reg of_age = op3(m, IR_OUTER, S_FACT0 + SCHOOL, school_age, IR_NONE, IR_NONE);
    f->ndrop = agg(m, AGG_COUNT, S_HH, S_FACT0 + SCHOOL,
                   both(m, both(m, sch, of_age), cmp(m, IR_EQ, field(m, S_FACT0 + SCHOOL, REP_INT, 0), 2)), IR_NONE);
    f->grade = max_or_0(m, S_FACT0 + HOUSING, house, field(m, S_FACT0 + HOUSING, REP_INT, 0));
    f->newd = agg(m, AGG_COUNT, S_HH, S_FACT0 + DISABILITY, issued, IR_NONE);
    f->sevd = agg(m, AGG_COUNT, S_HH, S_FACT0 + DISABILITY,
                  both(m, dis, cmp(m, IR_LE, field(m, S_FACT0 + DISABILITY, REP_INT, 0), 2)), IR_NONE);
    f->nveh = agg(m, AGG_COUNT, S_HH, S_FACT0 + VEHICLE, veh, IR_NONE);
    f->vmax = max_or_0(m, S_FACT0 + VEHICLE, veh, field(m, S_FACT0 + VEHICLE, REP_INT, 0));
    f->ndib = agg(m, AGG_COUNT, S_HH, S_FACT0 + DIBAO, in_reach(m, DIBAO), IR_NONE);
}

static void rules(struct maker *m, const struct features *f)
{
    ir_reg poor[] = {times(m, f->np, 700000), times(m, f->np, 900000), times(m, f->np, 1500000),
                     times(m, f->np, 1000000), times(m, f->np, 1200000)};
    rule(m, both(m, cmp(m, IR_GT, f->oop, 1500000), cmp(m, IR_NE, f->htype, 2)));
    rule(m, both(m, op2(m, IR_GT, times(m, f->oop, 2), f->inc), cmp(m, IR_GT, f->oop, 500000)));
    rule(m, both(m, both(m, op2(m, IR_LT, f->inc, poor[0]), cmp(m, IR_GT, f->inc, 0)), cmp(m, IR_NE, f->htype, 2)));
    rule(m, both(m, op2(m, IR_LT, f->inc, poor[1]), cmp(m, IR_EQ, f->nl, 0)));
    rule(m, cmp(m, IR_GT, f->ndrop, 0));
    rule(m, both(m, cmp(m, IR_GT, f->unenr, 0), cmp(m, IR_GE, f->htype, 1)));
    rule(m, cmp(m, IR_EQ, f->grade, 4));
    rule(m, both(m, cmp(m, IR_EQ, f->grade, 3), op2(m, IR_LT, f->inc, poor[2])));
    rule(m, cmp(m, IR_GT, f->newd, 0));
    rule(m, cmp(m, IR_GE, f->sevd, 2));
    rule(m, both(m, cmp(m, IR_GE, f->sevd, 1), cmp(m, IR_EQ, f->nl, 0)));
    rule(m, cmp(m, IR_GE, f->unemp, 3));
    rule(m, both(m, both(m, op2(m, IR_EQ, f->unemp, f->nl), cmp(m, IR_GT, f->nl, 0)),
                 both(m, op2(m, IR_LT, f->inc, poor[3]), cmp(m, IR_GE, f->htype, 1))));
    rule(m, cmp(m, IR_GT, f->oopmax, 1200000));
    rule(m, cmp(m, IR_GE, f->ninp, 4));
    rule(m, both(m, cmp(m, IR_GT, f->ndib, 0), cmp(m, IR_GT, f->vmax, 15000000)));
    rule(m, both(m, cmp(m, IR_GE, f->nveh, 2), cmp(m, IR_GT, f->ndib, 0)));
    rule(m, both(m, op2(m, IR_EQ, f->ne, f->np), op2(m, IR_LT, f->inc, poor[4])));
    rule(m, both(m, cmp(m, IR_GE, f->nc, 3), op2(m, IR_LT, f->inc, poor[4])));
    rule(m, both(m, op2(m, IR_LT, times(m, f->inc, 2), f->prev), cmp(m, IR_GT, f->prev, 2000000)));
}

/* ---------------------------------------------------------------- running */

static size_t found(const struct outbits *bits, size_t n)
{
    size_t yes = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t w = 0; w * 64 < bits[i].n; w++) yes += (size_t)__builtin_popcountll(bits[i].yes[w]);
    return yes;
}

static bool bits_once(const struct program *p, const struct made *d, const struct vm_options *o, struct cost *best,
                      size_t *yes)
{
    struct outbits bits[64];
    struct err e = {.lang = LANG_EN};
    struct cost from = now();
    if (vm_run_bits(p, &d->f, NULL, o, bits, &e)) {
        fprintf(stderr, "%s\n", e.msg);
        return false;
    }
    keep_best(best, from);
    *yes = found(bits, p->n_outputs);
    for (size_t i = 0; i < p->n_outputs; i++) outbits_fini(&bits[i]);
    return true;
}

static bool full_once(const struct program *p, const struct made *d, const struct vm_options *o, struct cost *best)
{
    struct outcol outs[64];
    struct err e = {.lang = LANG_EN};
    struct cost from = now();
    if (vm_run(p, &d->f, NULL, o, outs, &e)) {
        fprintf(stderr, "%s\n", e.msg);
        return false;
    }
    keep_best(best, from);
    for (size_t i = 0; i < p->n_outputs; i++) outcol_fini(&outs[i]);
    return true;
}

static void report(const char *what, const struct made *d, struct cost best)
{
    uint64_t rows = 0;
    for (size_t i = 0; i < d->f.n_tables; i++) rows += d->tables[i].n;
    int64_t hundredths = best.cpu * 100 / (int64_t)rows;
    printf("%-24s %7" PRId64 " us, processors %7" PRId64 " us, %3" PRId64 ".%02" PRId64 " ns/row; %5" PRIu64
           " MB/s of columns\n",
           what, best.wall / 1000, best.cpu / 1000, hundredths / 100, hundredths % 100,
           (uint64_t)d->bytes * 1000 / (uint64_t)(best.wall + 1));
}

static void measure(const char *what, const struct program *p, const struct made *d, const struct vm_options *o,
                    int64_t rounds)
{
    struct cost best = {INT64_MAX, INT64_MAX};
    size_t yes = 0;
    for (int64_t i = 0; i < rounds && bits_once(p, d, o, &best, &yes); i++) {}
    report(what, d, best);
    printf("    %zu true\n", yes);
}

static int64_t argument(int argc, char **argv, int k, int64_t otherwise)
{
    int64_t v;
    return argc > k && str_to_i64(str_from(argv[k]), 1, 100000000, &v) ? v : otherwise;
}

static void run(struct made *d, struct maker *m, struct vm_options o, int64_t rounds)
{
    struct features f;
    ir_reg school_age;
    begin(m);
    person_features(m, &f, &school_age);
    fact_features(m, &f, school_age);
    rules(m, &f);
    uint64_t facts_n = 0;
    for (size_t i = S_FACT0; i < d->f.n_tables; i++) facts_n += d->tables[i].n;
    printf("%" PRIu32 " households, %" PRIu32 " persons, %" PRIu64 " facts, %zu MB, %zu operations, %u threads\n",
           d->tables[0].n, d->tables[1].n, facts_n, d->bytes >> 20, m->p.n_ops, o.threads);
    measure("20 rules, bits", &m->p, d, &o, rounds);
    struct cost best = {INT64_MAX, INT64_MAX};
    for (int64_t i = 0; i < rounds && full_once(&m->p, d, &o, &best); i++) {}
    report("20 rules, whole columns", d, best);
    m->p.n_outputs = 1;
    measure("rule 1 alone, bits", &m->p, d, &o, rounds);
}

int main(int argc, char **argv)
{
    struct made *d = mem_zalloc_array(1, sizeof *d);
    struct maker *m = mem_zalloc_array(1, sizeof *m);
    uint32_t n = (uint32_t)argument(argc, argv, 1, HOUSEHOLDS);
    if (!d || !m || !make_frame(d, n)) {
        fprintf(stderr, "out of memory\n");
        return 3;
    }
    struct vm_options o = {.threads = (unsigned)argument(argc, argv, 2, par_threads()),
                           .batch_rows = (uint32_t)argument(argc, argv, 4, BATCH_ROWS)};
    run(d, m, o, argument(argc, argv, 3, 5));
    make_unidentified(d);
    memset(m, 0, sizeof *m);
    printf("with unidentified persons:\n");
    run(d, m, o, argument(argc, argv, 3, 5));
    make_dirty(d);
    memset(m, 0, sizeof *m);
    printf("with blanks and partial datasets too:\n");
    run(d, m, o, argument(argc, argv, 3, 5));
    return 0;
}
