#include "rules/ir.h"
#include <inttypes.h>

#define ANY (-1)
const struct ir_op_info ir_op_info[IR__MAX] = {
#define OP(id, name, args, rep, doc) [IR_##id] = {name, args, OP_REP_##rep},
#define OP_REP_ANY ANY
#define OP_REP_BOOL REP_BOOL
#define OP_REP_INT REP_INT
#define OP_REP_SPAN REP_SPAN
#define OP_REP_FRAC REP_FRAC
#define OP_REP_SET REP_SET
#include "rules/ops.def"
#undef OP
};

uint16_t program_canonical(const struct program *p, uint16_t table)
{
    for (size_t i = 0; i < p->n_spaces; i++)
        if (p->spaces[i].kind <= SPACE_FACT && p->spaces[i].table == table) return (uint16_t)i;
    return UINT16_MAX;
}

/* ---------------------------------------------------------------- printing */

static const char *const space_text[SPACE__MAX] = {"household", "person", "fact", "edge", "tied"};
static const char *const reach_text[REACH__MAX] = {"within", "so_far", "span", "days", "newest", "this", "latest"};
static const char *const rep_text[REP__MAX] = {"bool", "int", "span", "frac", "set"};
static const char *const output_text[OUT__MAX] = {"rule", "not_received", "not_entitled", "feature", "expect"};

static const char *text_at(const char *const *texts, size_t max, size_t i) { return i < max ? texts[i] : "?"; }

static void print_day(struct buf *out, date_day d)
{
    char text[DATE_TEXT_MAX];
    buf_addz(out, d ? date_format(d, text) : "-");
}

static void print_reg(struct buf *out, ir_reg r)
{
    if (r == IR_NONE) buf_addz(out, " -");
    else buf_addf(out, " r%" PRIu32, r);
}

static void print_space(const struct program *p, size_t i, struct buf *out)
{
    const struct ir_space *s = &p->spaces[i];
    buf_addf(out, "space %zu %s table %u", i, text_at(space_text, SPACE__MAX, s->kind), (unsigned)s->table);
    if (s->kind != SPACE_HOUSEHOLD) buf_addf(out, " outer %u", (unsigned)s->outer);
    if (s->kind == SPACE_EDGE) {
        buf_addf(out, " start table %u", (unsigned)s->start_table);
        print_reg(out, s->start);
    }
    for (size_t k = 0; s->kind == SPACE_TIED && k < s->n_ties; k++) {
        print_reg(out, s->ties[k].outer);
        buf_addz(out, " =");
        print_reg(out, s->ties[k].inner);
    }
    buf_addc(out, '\n');
}

static void print_reach(const struct program *p, size_t i, struct buf *out)
{
    const struct ir_reach *r = &p->reaches[i];
    buf_addf(out, "reach %zu %s dataset %" PRIu32 " as of ", i, text_at(reach_text, REACH__MAX, r->kind), r->dataset);
    print_day(out, r->as_of);
    if (r->kind == REACH_DAYS) {
        buf_addc(out, ' ');
        print_day(out, r->first);
        buf_addz(out, "..");
        print_day(out, r->last);
    } else {
        buf_addf(out, " %s %" PRId32 " %" PRId32, r->in_days ? "days" : text_at(period_unit_text, PER__MAX, r->unit),
                 r->n, r->m);
    }
    if (r->kind == REACH_SPAN) print_reg(out, r->anchor);
    buf_addc(out, '\n');
}

static void print_agg(const struct ir_op *o, struct buf *out)
{
    buf_addf(out, " %s%s from s%u", text_at(agg_text, AGG__MAX, o->agg), o->nonneg ? " nonneg" : "", (unsigned)o->from);
    if (o->agg == AGG_RANK || o->agg == AGG_SHARE) buf_addz(out, " own"), print_reg(out, o->own);
    if (o->agg == AGG_LATEST) buf_addz(out, " date"), print_reg(out, o->date);
    for (size_t k = 0; k < IR_DEPTH_MAX; k++)
        if (o->reach[k] != UINT16_MAX) buf_addf(out, " reach[%zu]=%u", k, (unsigned)o->reach[k]);
}

static void print_op(const struct program *p, size_t i, struct buf *out)
{
    const struct ir_op *o = &p->ops[i];
    buf_addf(out, "r%zu s%u %s %s", i, (unsigned)o->space, text_at(rep_text, REP__MAX, o->rep),
             o->code < IR__MAX ? ir_op_info[o->code].name : "?");
    for (size_t k = 0; k < IR_ARGS_MAX; k++)
        if (o->args[k] != IR_NONE || o->code == IR_AGG) print_reg(out, o->args[k]);
    if (o->code == IR_CONST && o->absent) buf_addz(out, " absent");
    else if (o->code == IR_CONST) buf_addf(out, " %" PRId64, o->v);
    if (o->w) buf_addf(out, " maybe %" PRIx64, (uint64_t)o->w);
    if (o->index) buf_addf(out, " #%" PRIu32, o->index);
    if (o->optional) buf_addz(out, " optional");
    if (o->code == IR_AGG) print_agg(o, out);
    buf_addc(out, '\n');
}

static void print_output(const struct program *p, size_t i, struct buf *out)
{
    const struct ir_output *o = &p->outputs[i];
    buf_addf(out, "output %s %.*s s%u r%" PRIu32 " slots", text_at(output_text, OUT__MAX, o->kind), STR_ARG(o->name),
             (unsigned)o->space, o->reg);
    for (size_t k = 0; k < o->n_slots; k++) buf_addf(out, " %u", (unsigned)o->slots[k]);
    buf_addz(out, " datasets");
    for (size_t k = 0; k < o->n_datasets; k++) buf_addf(out, " %u", (unsigned)o->datasets[k]);
    buf_addc(out, '\n');
}

void program_print(const struct program *p, struct buf *out)
{
    buf_addz(out, "program as of ");
    print_day(out, p->as_of);
    buf_addc(out, '\n');
    for (size_t i = 0; i < p->n_spaces; i++) print_space(p, i, out);
    for (size_t i = 0; i < p->n_reaches; i++) print_reach(p, i, out);
    for (size_t i = 0; i < p->n_slots; i++) {
        buf_addf(out, "slot %zu %s %.*s at ", i, text_at(rep_text, REP__MAX, p->slots[i].rep),
                 STR_ARG(p->slots[i].param));
        print_day(out, p->slots[i].at);
        buf_addc(out, '\n');
    }
    for (size_t i = 0; i < p->n_ops; i++) print_op(p, i, out);
    for (size_t i = 0; i < p->n_outputs; i++) print_output(p, i, out);
}
