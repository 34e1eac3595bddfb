#include <inttypes.h>
#include "base/mem.h"
#include "rules/ref_int.h"

/* ---------------------------------------------------------------- pulling */

void ref_fail(struct ref *r, enum rc rc)
{
    if (r->rc == RC_OK) r->rc = rc == RC_NOMEM ? err_nomem(r->e) : rc;
}

static uint64_t key_of(ir_reg reg, uint32_t row) { return (uint64_t)reg << 32 | row; }

static bool push(struct ref *r, ir_reg reg, uint32_t row)
{
    if (vec_push(&r->stack, REF_STACK_MAX, (struct ref_task){reg, row})) return true;
    ref_fail(r, RC_NOMEM);
    return false;
}

bool ref_need(struct ref *r, ir_reg reg, uint32_t row, struct value *out)
{
    uint32_t i = map64_get(&r->memo, key_of(reg, row));
    if (i == UINT32_MAX) {
        push(r, reg, row);
        return false;
    }
    *out = r->values.v[i];
    return true;
}

/* ---------------------------------------------------------------- sources */

static struct value unknown_one(const struct ref *r, reason why)
{
    return ref_unknown(reasons_one(r->f->reasons, why));
}

/* "Every stored cell is valid, blank, not given or in conflict" (frame.h). A blank is absent in a field declared
 * optional, else unknown; what was not given is unknown in any field. */
static struct value field(const struct ref *r, const struct ir_op *o, uint32_t row)
{
    const struct fcol *c = &r->f->tables[r->p->spaces[o->space].table].cols[o->index];
    if (fcol_valid(c, row)) return ref_exact(fcol_get(c, row));
    if (fcol_conflict(c, row))
        return unknown_one(r, reason_make(REASON_CONFLICT, o->why ? reason_dataset(o->why) : REASON_NO_DATASET,
                                          reason_detail(o->why)));
    return o->optional && !fcol_not_given(c, row) ? ref_absent() : ref_unknown(ref_why(r->f->reasons, o));
}

static struct value is_blank(const struct ref *r, const struct ir_op *o, uint32_t row)
{
    const struct fcol *c = &r->f->tables[r->p->spaces[o->space].table].cols[o->index];
    return ref_exact(!fcol_valid(c, row) && !fcol_conflict(c, row));
}

/* At the place of the household at the end of the outer chain. */
static struct value param(const struct ref *r, const struct ir_op *o, uint32_t row)
{
    for (uint16_t s = o->space; s != 0; s = r->p->spaces[s].outer) row = ref_outer_row(r, s, row);
    const struct pval *v = &r->pt->v[(size_t)r->f->place[row] * r->pt->n_slots + o->index];
    if (v->state == PVAL_NONE) return ref_absent();
    if (v->state == PVAL_EMPTY) return ref_unknown(0);
    struct value out = ref_exact(v->v);
    out.w = v->w;
    return out;
}

static struct value head(const struct ref *r, const struct ir_op *o, uint32_t row)
{
    int32_t h = r->f->head[row];
    if (h >= 0) return ref_exact(h);
    if (h == -1) return ref_absent();
    return h == -2 ? ref_flawed(r->f->reasons, REASON_HEADS) : ref_unknown(ref_why(r->f->reasons, o));
}

static struct value constant(const struct ir_op *o)
{
    struct value v = ref_exact(o->v);
    v.w = o->w;
    return o->absent ? ref_absent() : v;
}

/* The row's date against the days that its person's set has. */
static bool in_reach(struct ref *r, const struct ir_op *o, uint32_t row, struct value *out)
{
    const struct ftable *t = &r->f->tables[r->p->spaces[o->space].table];
    struct reach_row rr;
    if (!ref_reach(r, (uint16_t)o->index, t->owner[row], &rr)) return false;
    int32_t lo = t->date[row], hi = lo + (t->date_span ? t->date_span[row] : 0);
    if (rr.absent || rr.lo > rr.hi) *out = ref_exact(false);
    else if (lo == 0) *out = ref_unknown(ref_why(r->f->reasons, o));
    else if (lo >= rr.lo && hi <= rr.hi) *out = ref_exact(true);
    else if (hi < rr.lo || lo > rr.hi) *out = ref_exact(false);
    else *out = ref_unknown(ref_why(r->f->reasons, o));
    return true;
}

/* ---------------------------------------------------------------- other rows */

static bool via(struct ref *r, const struct ir_op *o, uint32_t row, struct value *out)
{
    struct value to;
    if (!ref_need(r, o->args[0], row, &to)) return false;
    if (to.st != ST_EXACT) {
        *out = to.st == ST_ABSENT ? to : ref_unknown(to.why);
        return true;
    }
    uint32_t n = r->f->tables[r->p->spaces[o->index].table].n;
    if (to.v >= 0 && to.v < n) return ref_need(r, o->args[1], (uint32_t)to.v, out);
    *out = ref_flawed(r->f->reasons, REASON_OUTSIDE);
    return true;
}

static bool operation(struct ref *r, const struct ir_op *o, uint32_t row, struct value *out)
{
    struct value in[IR_ARGS_MAX];
    bool ready = true;
    size_t n = strlen(ir_op_info[o->code].args);
    for (size_t k = 0; k < n; k++) ready &= ref_need(r, o->args[k], row, &in[k]);
    if (ready) *out = ref_apply(r->f->reasons, o, in);
    return ready;
}

static bool evaluate(struct ref *r, ir_reg reg, uint32_t row, struct value *out)
{
    const struct ir_op *o = &r->p->ops[reg];
    switch (o->code) {
    case IR_CONST: *out = constant(o); return true;
    case IR_PARAM: *out = param(r, o, row); return true;
    case IR_FIELD: *out = field(r, o, row); return true;
    case IR_BLANK: *out = is_blank(r, o, row); return true;
    case IR_ROW: *out = ref_exact(ref_table_row(r, o->space, row)); return true;
    case IR_HEAD: *out = head(r, o, row); return true;
    case IR_IN_REACH: return in_reach(r, o, row, out);
    case IR_OUTER: return ref_need(r, o->args[0], ref_outer_row(r, o->space, row), out);
    case IR_GATHER: return ref_need(r, o->args[0], ref_table_row(r, o->space, row), out);
    case IR_VIA: return via(r, o, row, out);
    case IR_AGG: return ref_agg(r, reg, row, out);
    default: return operation(r, o, row, out);
    }
}

static bool remember(struct ref *r, uint64_t key, const struct value *v)
{
    return vec_push(&r->values, REF_VALUES_MAX, *v) && map64_put(&r->memo, key, (uint32_t)r->values.n - 1);
}

/* Work off the stack until it is empty or something fails. */
static void work(struct ref *r)
{
    while (r->rc == RC_OK && r->stack.n) {
        struct value v;
        struct ref_task t = r->stack.v[r->stack.n - 1];
        if (map64_get(&r->memo, key_of(t.reg, t.row)) != UINT32_MAX) {
            r->stack.n--;
        } else if (evaluate(r, t.reg, t.row, &v)) {
            r->stack.n--;
            if (!remember(r, key_of(t.reg, t.row), &v)) ref_fail(r, RC_NOMEM);
        }
        if (reasons_failed(r->f->reasons)) ref_fail(r, RC_NOMEM);
    }
    r->stack.n = 0;
}

enum rc ref_value(struct ref *r, ir_reg reg, uint32_t row, struct value *out, struct err *e)
{
    r->e = e;
    r->rc = RC_OK;
    push(r, reg, row);
    work(r);
    if (r->rc == RC_OK && !ref_need(r, reg, row, out)) ref_fail(r, RC_NOMEM);
    r->e = NULL;
    return r->rc;
}

/* ---------------------------------------------------------------- opening */

/* The program reads only what the frame has. */
static bool op_fits(const struct program *p, const struct frame *f, const struct ir_op *o)
{
    const struct ftable *t = &f->tables[p->spaces[o->space].table];
    if (o->code == IR_BLANK) return o->index < t->n_cols;
    if (o->code != IR_FIELD) return true;
    return o->index < t->n_cols && (t->cols[o->index].rep == o->rep || t->cols[o->index].width == 0);
}

static enum rc check_fit(const struct program *p, const struct frame *f, const struct ptable *pt, struct err *e)
{
    bool fits = p->n_slots == 0 || (pt && pt->n_slots >= p->n_slots && pt->n_places >= f->n_places);
    for (size_t i = 0; i < p->n_spaces; i++) fits &= p->spaces[i].table < f->n_tables;
    for (size_t i = 0; i < p->n_reaches; i++) fits &= p->reaches[i].dataset < f->n_datasets;
    for (size_t i = 0; fits && i < p->n_ops; i++) fits = op_fits(p, f, &p->ops[i]);
    if (fits) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "the frame lacks tables, columns or parameters that the program reads",
                   "数据框缺少程序要读取的表、列或参数");
}

enum rc ref_new(const struct program *p, const struct frame *f, const struct ptable *pt, struct ref **out,
                struct err *e)
{
    *out = NULL;
    TRY(check_fit(p, f, pt, e));
    struct ref *r = mem_zalloc_array(1, sizeof *r);
    struct ref_space *spaces = mem_zalloc_array(p->n_spaces, sizeof *spaces);
    bool *differs = mem_zalloc_array(p->n_reaches + 1, sizeof *differs);
    if (!r || !spaces || !differs) {
        mem_free(r);
        mem_free(spaces);
        mem_free(differs);
        return err_nomem(e);
    }
    r->p = p, r->f = f, r->pt = pt;
    r->spaces = spaces;
    r->reach_differs = differs;
    map64_init(&r->memo);
    map64_init(&r->reach_of);
    for (size_t i = 0; i < p->n_spaces; i++) map64_init(&spaces[i].range_of);
    *out = r;
    return RC_OK;
}

void ref_among(struct ref *r, const uint32_t *person, size_t n)
{
    r->among = person;
    r->n_among = n;
}

void ref_free(struct ref *r)
{
    if (!r) return;
    for (size_t i = 0; i < r->p->n_spaces; i++) {
        map64_fini(&r->spaces[i].range_of);
        vec_fini(&r->spaces[i].ranges);
        vec_fini(&r->spaces[i].pairs);
    }
    mem_free(r->spaces);
    mem_free(r->reach_differs);
    map64_fini(&r->memo);
    map64_fini(&r->reach_of);
    vec_fini(&r->values);
    vec_fini(&r->stack);
    vec_fini(&r->reach_rows);
    vec_fini(&r->evidence);
    vec_fini(&r->level);
    vec_fini(&r->next);
    mem_free(r);
}

enum rc ref_eval(const struct program *p, const struct frame *f, const struct ptable *pt, ir_reg reg, uint32_t row,
                 struct value *out, struct err *e)
{
    struct ref *r;
    TRY(ref_new(p, f, pt, &r, e));
    enum rc rc = ref_value(r, reg, row, out, e);
    ref_free(r);
    return rc;
}

static enum rc run_output(struct ref *r, const struct ir_output *o, struct outcol *out, struct err *e)
{
    uint32_t n = r->f->tables[r->p->spaces[o->space].table].n;
    if (outcol_init(out, r->p->ops[o->reg].rep, n)) return err_nomem(e);
    for (uint32_t row = 0; row < n; row++) {
        struct value v;
        TRY(ref_value(r, o->reg, row, &v, e));
        outcol_set(out, row, &v);
    }
    return RC_OK;
}

enum rc ref_run(const struct program *p, const struct frame *f, const struct ptable *pt, struct outcol *outs,
                struct err *e)
{
    struct ref *r;
    for (size_t i = 0; i < p->n_outputs; i++) outs[i] = (struct outcol){0};
    TRY(ref_new(p, f, pt, &r, e));
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < p->n_outputs; i++) rc = run_output(r, &p->outputs[i], &outs[i], e);
    ref_free(r);
    for (size_t i = 0; rc && i < p->n_outputs; i++) outcol_fini(&outs[i]);
    return rc;
}
