/* The SQL printer's parts: sql.c (what is needed, in which order), sql_expand.c (templates of ops_sql.def), sql_stage.c
 * (a table of registers), sql_space.c (rows of spaces), sql_agg.c (aggregates), sql_prelude.c (what PostgreSQL must be
 * told first). */
#ifndef RULES_SQL_INT_H
#define RULES_SQL_INT_H
#include "base/map.h"
#include "base/vec.h"
#include "rules/engine.h"

enum {
    SQL_NAME_MAX = 64,      /* bytes of a column's prefix: "q12t.r345" */
    SQL_TEXT_MAX = 1 << 24, /* bytes of one statement */
    SQL_STAGE_OPS = 64,     /* registers of one table: with operands some 20 columns each, SQLite takes 2000 */
    SQL_STAGE_JOINS = 24,   /* tables of one SELECT: SQLite takes 64 */
    SQL_EXPAND_DEPTH = 5,
    SQL_CELLS_PER_TABLE = 250 /* cells of a table of the frame are cut into tables of this many columns */
};

struct sql_template {
    const char *st, *v, *w, *why;
};
struct sql_agg_template {
    const char *columns, *st, *v, *w, *why;
};
struct sql_agg_rows {
    uint8_t kind, rep_class; /* enum agg_kind; REP_INT, REP_SPAN or REP_FRAC */
    const char *bad, *part, *has, *cnt;
    struct sql_agg_template d[SQL_DIALECT__MAX];
};
/* NULL st: the operator has no template. */
const struct sql_template *sql_template(enum ir_opcode code, enum sql_dialect d);
/* NULL: none. rep: of the value. */
const struct sql_agg_rows *sql_agg_template(uint8_t kind, uint8_t rep);

struct sql {
    const struct program *p;
    enum sql_dialect d;
    struct buf *out;
    struct arena arena;
    bool *need;      /* by register: some output hangs on it */
    uint32_t *level; /* by register: one more than that of all it hangs on */
    uint32_t *stage; /* by register: its table; UINT32_MAX: not yet */
    bool *space_made, *reach_made;
    uint32_t n_stages;
    struct pos at;       /* of an operation that could not be printed */
    const char *missing; /* its name */
};

/* Calls fn for every register that must be computed before r. */
void sql_deps(const struct program *p, ir_reg r, void (*fn)(void *ctx, ir_reg dep), void *ctx);

/* ---------------------------------------------------------------- templates */

/* An operand: the prefix of its columns. */
struct sql_name {
    char text[SQL_NAME_MAX];
    uint8_t rep;
};

struct sql_words {
    const struct ir_op *o;
    uint8_t rep; /* of the result: what $zero is */
    struct sql_name arg[IR_ARGS_MAX];
    struct sql_name cell, param, reach, group; /* of $cell $param $reach $g */
    const char *state;                         /* template of $s */
    struct sql_stage *outer; /* in the outer SELECT of this stage: columns come through its inner one; NULL: directly */
    ir_reg reg;              /* outer: whose state $s is */
};

/* Write a template with its words replaced. */
void sql_expand(struct sql *q, const struct sql_words *x, const char *text, struct buf *out);
void sql_reason(const struct sql *q, reason r, struct buf *out);
const char *sql_none(const struct sql *q);
/* Payload without meaning. */
const char *sql_zero(const struct sql *q, uint8_t rep);
reason sql_too_many(const struct program *p, uint16_t space);
/* "CREATE TEMP TABLE <letter><number> AS" */
void sql_create(struct sql *q, const char *letter, size_t number);

/* ---------------------------------------------------------------- tables */

/* The SELECT of a stage in the making. */
struct sql_stage {
    struct sql *q;
    uint16_t space;
    uint32_t number;
    size_t n_ops;
    struct buf states, columns, from; /* inner columns, outer columns, joins */
    struct intern passed;             /* inner columns that the outer ones read */
    struct arena arena;
    VEC(uint64_t) joins;
};
void sql_stage_begin(struct sql *q, uint16_t space, struct sql_stage *st);
void sql_stage_op(struct sql_stage *st, ir_reg r);
bool sql_stage_full(const struct sql_stage *st);
/* Prints it when it has anything. */
void sql_stage_end(struct sql_stage *st);

/* Prints the tables of a space and of those above it, of a reach, when they are not there yet. */
void sql_space_ready(struct sql *q, uint16_t space);
void sql_reach_ready(struct sql *q, uint16_t reach);
/* A register's columns in its stage, or under another alias of that table. */
struct sql_name sql_column(const struct sql *q, const char *alias, ir_reg r);

/* What an aggregate needs before its stage: table g<reg>, for a share also h<reg>. */
void sql_agg_ready(struct sql *q, ir_reg r);
/* Its columns, from g<reg> and the owner's value. */
void sql_agg_columns(struct sql_stage *st, ir_reg r, const struct sql_name *own);
void sql_stage_put(struct sql_stage *st, ir_reg r, struct sql_words *x, const struct sql_template *t);
/* The name under which an inner column "q3.r1_v" is read outside. */
void sql_stage_pass(struct sql_stage *st, struct str column, struct buf *out);

void sql_prelude(enum sql_dialect d, struct buf *out);
#endif
