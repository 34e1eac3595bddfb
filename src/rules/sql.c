/* Prints a program as SQL. The script reads what the host has laid out:
 *
 *   t0 household, t1 person, t<2+d> the facts of dataset d: row, owner, place, head, date, date_hi (0 where a table has
 * no such thing); row and owner count from 0; place is a row of the parameter table; head as in struct frame; a blank
 * date is 0 t<table>_<piece>: row, and of each column c: c<c>_v its value, c<c>_s 0 valid, 1 blank, 2 in conflict, 3
 * not given; 250 columns a piece param: place, slot, v, w, s (0 set, 1 empty, 2 none): a row for every place and slot
 *   reach<k>: person, lo, hi, why, absent as in struct reach_row; a row for every person, reaches without anchor
 *   functions: fp_reason(r) a set of one reason, fp_union, fp_union_all (an aggregate); exact fractions: fp_frac(n, d),
 * fp_num, fp_den, fp_sign, fp_cmp, fp_mul, fp_mul_fits, fp_div, fp_div_fits, fp_round(f, scale), fp_round_fits, the
 * aggregates fp_frac_min(has, f) and fp_frac_max; dates by day number: fp_year, fp_month, fp_month_end, fp_add_months
 * (0: none), fp_full_years (0 when negative); fp_bits; fp_reach_lo, _hi, _why, _absent(reach, person, anchor v, s, y)
 *
 * and leaves out<i>: row, v, w, n, d, st, why for output i. On PostgreSQL a prelude declares the functions but those of
 * reaches, which hang on the deliveries that the host knows; reasons there are sorted arrays of bigint, on SQLite
 * numbers of sets.
 *
 * In between: s<space> the rows of a space, q<stage> registers of one space and one level, g<register> the groups of an
 * aggregate. A level is computed whole before the next, so a register is computed once and a table is never read before
 * it is there. */
#include <inttypes.h>
#include "base/limits.h"
#include "rules/sql_int.h"

#define SQL_ARENA_MAX MIB(16)

/* ---------------------------------------------------------------- what hangs on what */

static void space_deps(const struct program *p, uint16_t space, void (*fn)(void *ctx, ir_reg dep), void *ctx)
{
    for (uint16_t i = space; i != UINT16_MAX; i = p->spaces[i].outer) {
        const struct ir_space *s = &p->spaces[i];
        if (s->kind == SPACE_EDGE) fn(ctx, s->start);
        for (size_t k = 0; s->kind == SPACE_TIED && k < s->n_ties; k++) {
            fn(ctx, s->ties[k].outer);
            fn(ctx, s->ties[k].inner);
        }
    }
}

static void reach_deps(const struct program *p, size_t reach, void (*fn)(void *ctx, ir_reg dep), void *ctx)
{
    const struct ir_reach *r = &p->reaches[reach];
    if (r->kind == REACH_SPAN && r->anchor != IR_NONE) fn(ctx, r->anchor);
}

void sql_deps(const struct program *p, ir_reg r, void (*fn)(void *ctx, ir_reg dep), void *ctx)
{
    const struct ir_op *o = &p->ops[r];
    for (size_t k = 0; k < IR_ARGS_MAX; k++)
        if (o->args[k] != IR_NONE) fn(ctx, o->args[k]);
    space_deps(p, o->space, fn, ctx);
    if (o->code == IR_IN_REACH) reach_deps(p, o->index, fn, ctx);
    if (o->code != IR_AGG) return;
    space_deps(p, o->from, fn, ctx);
    if (o->agg == AGG_RANK || o->agg == AGG_SHARE) fn(ctx, o->own);
    if (o->agg == AGG_LATEST) fn(ctx, o->date);
    for (size_t k = 0; k < IR_DEPTH_MAX; k++)
        if (o->reach[k] != UINT16_MAX) reach_deps(p, o->reach[k], fn, ctx);
}

struct dep_ctx {
    struct sql *q;
    uint32_t level;
};

static void need_dep(void *ctx, ir_reg dep) { ((struct dep_ctx *)ctx)->q->need[dep] = true; }

static void level_dep(void *ctx, ir_reg dep)
{
    struct dep_ctx *c = ctx;
    if (c->q->level[dep] >= c->level) c->level = c->q->level[dep] + 1;
}

/* Marks needed registers and their levels; the highest level is returned. */
static uint32_t plan(struct sql *q)
{
    uint32_t top = 0;
    for (size_t i = 0; i < q->p->n_outputs; i++) q->need[q->p->outputs[i].reg] = true;
    for (ir_reg r = (ir_reg)q->p->n_ops; r-- > 0;)
        if (q->need[r]) sql_deps(q->p, r, need_dep, &(struct dep_ctx){q, 0});
    for (ir_reg r = 0; r < q->p->n_ops; r++) {
        struct dep_ctx c = {q, 0};
        if (!q->need[r]) continue;
        sql_deps(q->p, r, level_dep, &c);
        q->level[r] = c.level;
        if (c.level > top) top = c.level;
    }
    return top;
}

/* ---------------------------------------------------------------- printing */

/* Tables that a register reads beside other registers. */
static void prepare(struct sql *q, ir_reg r)
{
    const struct ir_op *o = &q->p->ops[r];
    sql_space_ready(q, o->space);
    if (o->code == IR_VIA) sql_space_ready(q, (uint16_t)o->index);
    if (o->code == IR_IN_REACH) sql_reach_ready(q, (uint16_t)o->index);
    if (o->code == IR_AGG) sql_agg_ready(q, r);
}

static void print_stage(struct sql *q, uint16_t space, uint32_t level)
{
    struct sql_stage st;
    bool open = false;
    for (ir_reg r = 0; r < q->p->n_ops && !q->missing; r++) {
        if (!q->need[r] || q->level[r] != level || q->p->ops[r].space != space) continue;
        if (open && sql_stage_full(&st)) {
            sql_stage_end(&st);
            open = false;
        }
        if (!open) sql_stage_begin(q, space, &st);
        open = true;
        sql_stage_op(&st, r);
    }
    if (open) sql_stage_end(&st);
}

static void print_output(struct sql *q, size_t i)
{
    const struct ir_output *o = &q->p->outputs[i];
    uint8_t rep = q->p->ops[o->reg].rep;
    struct sql_name r = sql_column(q, "q", o->reg);
    bool frac = rep == REP_FRAC;
    buf_addf(q->out, "CREATE TEMP VIEW out%zu AS\nSELECT q.row AS row, %s%s AS v, %s%s AS w, ", i, frac ? "0" : r.text,
             frac ? "" : "_v", rep == REP_SET ? r.text : "0", rep == REP_SET ? "_w" : "");
    if (frac) buf_addf(q->out, "fp_num(%s_v) AS n, fp_den(%s_v) AS d, ", r.text, r.text);
    else buf_addz(q->out, "0 AS n, 1 AS d, ");
    buf_addf(q->out, "%s_s AS st, %s_y AS why FROM q%" PRIu32 " AS q;\n", r.text, r.text, q->stage[o->reg]);
}

static void print_all(struct sql *q)
{
    uint32_t top = plan(q);
    sql_prelude(q->d, q->out);
    for (uint32_t level = 0; level <= top && !q->missing; level++) {
        for (ir_reg r = 0; r < q->p->n_ops && !q->missing; r++)
            if (q->need[r] && q->level[r] == level) prepare(q, r);
        for (size_t s = 0; s < q->p->n_spaces; s++)
            if (q->space_made[s]) print_stage(q, (uint16_t)s, level);
    }
    for (size_t i = 0; i < q->p->n_outputs && !q->missing; i++) print_output(q, i);
}

static enum rc lay_out(struct sql *q, struct err *e)
{
    const struct program *p = q->p;
    q->need = ARENA_ARRAY(&q->arena, bool, p->n_ops + 1);
    q->level = ARENA_ARRAY(&q->arena, uint32_t, p->n_ops + 1);
    q->stage = ARENA_ARRAY(&q->arena, uint32_t, p->n_ops + 1);
    q->space_made = ARENA_ARRAY(&q->arena, bool, p->n_spaces + 1);
    q->reach_made = ARENA_ARRAY(&q->arena, bool, p->n_reaches + 1);
    if (arena_failed(&q->arena)) return err_nomem(e);
    for (size_t i = 0; i < p->n_ops; i++) q->stage[i] = UINT32_MAX;
    return RC_OK;
}

enum rc sql_print(const struct program *p, enum sql_dialect d, struct buf *out, struct err *e)
{
    struct sql q = {.p = p, .d = d, .out = out};
    arena_init(&q.arena, SQL_ARENA_MAX);
    enum rc rc = lay_out(&q, e);
    if (rc == RC_OK) print_all(&q);
    if (rc == RC_OK && q.missing)
        rc = err_set(e, RC_INPUT, q.at,
                     "operation \"%s\" has no SQL template for this dialect; add one to ops_sql.def.",
                     "运算“%s”在该 SQL 方言中没有模板；请在 ops_sql.def 中补充。", q.missing);
    else if (rc == RC_OK && out->failed) rc = err_nomem(e);
    arena_fini(&q.arena);
    return rc;
}
