/* Inside of the lowering. */
#ifndef RULES_LOWER_INT_H
#define RULES_LOWER_INT_H
#include "rules/typer_int.h"

/* What a row scope is in the program: a row of `space`, or (ref set) the row of `table` that a reference in `space`
 * names. */
struct bind {
    uint16_t space;
    uint16_t table;
    ir_reg ref;
};

struct lower {
    struct typer *t;
    struct program *prog;
    VEC(struct ir_op) ops;
    VEC(struct ir_space) spaces;
    VEC(struct ir_reach) reaches;
    struct map64 seen;   /* hash of an operation -> its register */
    struct map64 bodies; /* typed feature body -> register in its canonical space */
    struct bind bind[SCOPES_MAX];
    unsigned depth;
    bool failed;
    bool beyond; /* failed for a limit of ours, not for lack of memory */
};

enum { SPACE_OF_HOUSEHOLD = 0, SPACE_OF_PERSON = 1, LOWER_DEPTH_MAX = 4096, LOWER_REACHES_MAX = UINT16_MAX - 1 };

ir_reg lw_emit(struct lower *lw, const struct ir_op *op);
ir_reg lw_op(struct lower *lw, enum ir_opcode code, uint16_t space, uint8_t rep, uint32_t index, ir_reg a, ir_reg b,
             ir_reg c);
ir_reg lw_const(struct lower *lw, uint16_t space, uint8_t rep, int64_t v);
ir_reg lw_absent(struct lower *lw, uint16_t space, uint8_t rep);
uint8_t lw_rep(const struct lower *lw, ir_reg r);
uint16_t lw_canonical(struct lower *lw, uint16_t table);
uint16_t lw_space(struct lower *lw, struct ir_space s);
bool lw_is_canonical(const struct lower *lw, uint16_t space);
/* A register of an outer space, seen from an inner one. */
ir_reg lw_bring(struct lower *lw, ir_reg r, uint16_t to);
/* Lower t so that the result lives in `space`, held as it comes (lw_plain: as int/span/bool/set; lw_frac: as a
 * quotient). */
ir_reg lw_any(struct lower *lw, struct tx *t, uint16_t space);
ir_reg lw_plain(struct lower *lw, struct tx *t, uint16_t space);
ir_reg lw_frac(struct lower *lw, struct tx *t, uint16_t space);
/* A condition: absent counts as false. */
ir_reg lw_bool(struct lower *lw, struct tx *t, uint16_t space);
ir_reg lw_agg(struct lower *lw, struct tx *t, uint16_t space);
/* The deepest space among the row scopes of a mask. */
uint16_t lw_natural(const struct lower *lw, uint32_t scopes);
/* A verdict on a dataset's rows, of those that stand today: see there. */
ir_reg lw_of_today(struct lower *lw, ir_reg verdict, uint16_t table);
void lw_bind_root(struct lower *lw);
ir_reg lw_compare(struct lower *lw, struct tx *t, uint16_t space);
ir_reg lw_cmp(struct lower *lw, enum binop op, struct tx *a, struct tx *b, uint16_t space, reason why);
ir_reg lw_table(struct lower *lw, struct tx *t, uint16_t space);
#endif
