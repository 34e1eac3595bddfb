/* Truth tables that every execution of a program must obey (SEMANTICS §2, §4), as data: call engine_cases with the
 * engine's run.
 *
 * NOTATION of values: 5, -3 int; 1/2 fraction; T F bool; 2026-01-31 or 2026-01-01..2026-12-31 span; {1,~3}?2 set: code
 * 1 surely, code 3 maybe for reason 2; _ absent; ?12 unknown for reasons 1 and 2; 5+1 at least 5, what is missing is
 * reason 1. Reasons: a digit k is a blank of field k of dataset 1; s: the operation's own `why` (blank, dataset 2); u
 * undelivered t stale p partial c conflict i identity a unauthorised n unregistered o outside h heads z div_zero r
 * ratio m too_many b taken back. They are written in that order, digits and s after p. */
#ifndef RULES_ENGINE_CASES_H
#define RULES_ENGINE_CASES_H
#include "base/test.h"
#include "base/vec.h"
#include "rules/engine.h"
#include "rules/frame_build.h"

typedef enum rc (*engine_run)(void *ctx, const struct program *p, const struct frame *f, const struct ptable *pt,
                              struct outcol *outs, struct err *e);
struct engine_under_test {
    const char *name;
    engine_run run;
    void *ctx;
};

/* All tables; each begins a test case of the engine's name (a literal). */
void engine_cases(struct test *t, const struct engine_under_test *u);
void engine_cases_scalar(struct test *t, const struct engine_under_test *u);
void engine_cases_agg(struct test *t, const struct engine_under_test *u);
void engine_cases_space(struct test *t, const struct engine_under_test *u);

/* ---------------------------------------------------------------- programs by hand */

enum { MAKER_MAX = 16384 };

/* A program and its frame in the making. Spaces 0 (household), 1 (person), 2 + d (facts of dataset d) are there.
 * Failure to allocate ends the test run: these are tests. */
struct maker {
    struct arena arena;
    struct reasons *reasons;
    struct frame_build *build;
    struct frame *frame; /* after maker_finish */
    struct program p;
    size_t n_datasets;
    VEC(struct ir_op) ops;
    VEC(struct ir_space) spaces;
    VEC(struct ir_reach) reaches;
    VEC(struct ir_output) outputs;
};

void maker_init(struct maker *m, size_t n_datasets);
/* Hands arrays over to p, finishes the frame, checks both. */
bool maker_finish(struct maker *m, struct test *t);
void maker_fini(struct maker *m);

/* An operation; rep from the table, or of the operand that gives it; `why` is reason s. */
ir_reg maker_op(struct maker *m, enum ir_opcode code, uint16_t space, ir_reg a, ir_reg b, ir_reg c);
struct ir_op *maker_at(struct maker *m, ir_reg r);
ir_reg maker_const(struct maker *m, uint16_t space, enum rep rep, int64_t v);
ir_reg maker_absent(struct maker *m, uint16_t space, enum rep rep);
/* A column of the space's table; blank: reason k, or absent for k == 0. */
ir_reg maker_field(struct maker *m, uint16_t space, enum rep rep, uint32_t col, unsigned k);
/* An aggregate without reaches; AGG's other members are set by the caller. */
ir_reg maker_agg(struct maker *m, uint16_t space, enum agg_kind kind, uint16_t from, ir_reg filter, ir_reg value);
size_t maker_output(struct maker *m, ir_reg reg);
uint16_t maker_space(struct maker *m, struct ir_space s);
uint16_t maker_reach(struct maker *m, struct ir_reach r);

reason case_reason(unsigned k);
void case_value_text(const struct reasons *rs, uint8_t rep, const struct value *v, struct buf *out);
/* Run u over m's program and check output `out` at `row` against the notation, for n cases. */
struct case_want {
    size_t output;
    uint32_t row;
    const char *want, *what;
};
void case_check(struct test *t, const struct engine_under_test *u, struct maker *m, const struct ptable *pt,
                const struct case_want *v, size_t n);
#endif
