/* The invariants that every execution of a program relies on. */
#include <inttypes.h>
#include <stdarg.h>
#include "rules/ir.h"

struct check {
    const struct program *p;
    struct buf *why;
    const char *what; /* "op", "space", … */
    size_t at;
};

/* False, and the first reason is written down. */
static bool bad(const struct check *c, const char *text)
{
    if (c->why) buf_addf(c->why, "%s %zu: %s", c->what, c->at, text);
    return false;
}
#define NEED(cond, text)                    \
    do {                                    \
        if (!(cond)) return bad(c, (text)); \
    } while (0)

static const struct ir_op *op_before(const struct program *p, ir_reg r, size_t limit)
{
    return r < limit && r < p->n_ops ? &p->ops[r] : NULL;
}

static bool is_canonical(const struct program *p, uint16_t space)
{
    return space < p->n_spaces && p->spaces[space].kind <= SPACE_FACT;
}

/* ---------------------------------------------------------------- spaces */

static bool canonical_ok(const struct check *c, uint16_t i)
{
    const struct ir_space *s = &c->p->spaces[i];
    NEED(program_canonical(c->p, s->table) == i, "a second canonical space of the table");
    switch (s->kind) {
    case SPACE_HOUSEHOLD:
        NEED(i == 0 && s->table == TABLE_HOUSEHOLD && s->outer == UINT16_MAX && s->depth == 0,
             "not the household space");
        return true;
    case SPACE_PERSON: NEED(i == 1 && s->table == TABLE_PERSON && s->outer == 0, "not the person space"); return true;
    default: NEED(s->table >= TABLE_FACT0 && s->outer == 1, "a fact space hangs on persons"); return true;
    }
}

static bool edge_ok(const struct check *c, const struct ir_space *s)
{
    const struct ir_op *start = op_before(c->p, s->start, c->p->n_ops);
    NEED(start && start->space == s->outer && start->rep == REP_INT, "start is not an int of the outer space");
    bool members = s->start_table == TABLE_HOUSEHOLD && s->table == TABLE_PERSON;
    bool facts = s->start_table == TABLE_PERSON && s->table >= TABLE_FACT0;
    bool itself = s->start_table == s->table && s->table <= TABLE_PERSON;
    NEED(members || facts || itself, "no such edge");
    return true;
}

static bool ties_ok(const struct check *c, const struct ir_space *s)
{
    uint16_t inner = program_canonical(c->p, s->table);
    NEED(inner != UINT16_MAX && s->n_ties > 0 && s->ties, "tied to nothing");
    NEED(s->n_ties <= IR_TIES_MAX, "too many ties");
    for (size_t k = 0; k < s->n_ties; k++) {
        const struct ir_op *a = op_before(c->p, s->ties[k].outer, c->p->n_ops);
        const struct ir_op *b = op_before(c->p, s->ties[k].inner, c->p->n_ops);
        NEED(a && b && a->space == s->outer && b->space == inner, "a tie in the wrong spaces");
        NEED(a->rep == b->rep && a->rep <= REP_SPAN, "a tie of values that do not compare");
    }
    return true;
}

static bool space_ok(const struct program *p, uint16_t i, struct buf *why)
{
    struct check check = {p, why, "space", i}, *c = &check;
    const struct ir_space *s = &p->spaces[i];
    NEED((unsigned)s->kind < SPACE__MAX, "unknown kind");
    if (s->kind != SPACE_HOUSEHOLD) {
        NEED(s->outer < i, "its outer space comes later");
        NEED(s->depth == p->spaces[s->outer].depth + 1 && s->depth <= IR_DEPTH_MAX, "wrong depth");
    }
    if (s->kind <= SPACE_FACT) return canonical_ok(c, i);
    return s->kind == SPACE_EDGE ? edge_ok(c, s) : ties_ok(c, s);
}

/* Everything that rows of the space depend on is computed before op `limit`. */
static bool space_ready(const struct program *p, uint16_t space, size_t limit)
{
    for (uint16_t i = space; i != UINT16_MAX; i = p->spaces[i].outer) {
        const struct ir_space *s = &p->spaces[i];
        if (s->kind == SPACE_EDGE && s->start >= limit) return false;
        for (size_t k = 0; s->kind == SPACE_TIED && k < s->n_ties; k++)
            if (s->ties[k].outer >= limit || s->ties[k].inner >= limit) return false;
    }
    return true;
}

/* ---------------------------------------------------------------- reaches */

static bool anchor_ok(const struct program *p, const struct ir_reach *r, size_t limit)
{
    if (r->kind != REACH_SPAN || r->anchor == IR_NONE) return true;
    const struct ir_op *o = op_before(p, r->anchor, limit);
    return o && o->rep == REP_SPAN && o->space <= 1;
}

static bool reach_ok(const struct program *p, size_t i, struct buf *why)
{
    struct check check = {p, why, "reach", i}, *c = &check;
    const struct ir_reach *r = &p->reaches[i];
    NEED((unsigned)r->kind < REACH__MAX && (unsigned)r->unit < PER__MAX, "unknown kind or unit");
    NEED(r->as_of > 0, "no as-of day");
    NEED(r->kind != REACH_WITHIN || (r->n > 0 && r->m >= 0), "an empty window");
    NEED(r->kind != REACH_DAYS || r->first > 0, "days without a beginning");
    NEED(anchor_ok(p, r, p->n_ops), "the anchor is not a date of person or household");
    return true;
}

/* ---------------------------------------------------------------- aggregates */

/* The k-th space below `target` on the way to `from` (k from 0), or UINT16_MAX. */
static uint16_t below(const struct program *p, uint16_t target, uint16_t from, size_t k)
{
    size_t depth = (size_t)p->spaces[target].depth + 1 + k;
    while (from != UINT16_MAX && p->spaces[from].depth > depth) from = p->spaces[from].outer;
    return from;
}

static bool agg_chain_ok(const struct check *c, const struct ir_op *o)
{
    const struct program *p = c->p;
    NEED(o->from < p->n_spaces && p->spaces[o->from].depth > p->spaces[o->space].depth, "aggregates no deeper space");
    size_t n = (size_t)(p->spaces[o->from].depth - p->spaces[o->space].depth);
    NEED(p->spaces[below(p, o->space, o->from, 0)].outer == o->space, "its rows do not lead to its space");
    NEED(space_ready(p, o->from, c->at), "its rows depend on later operations");
    for (size_t k = 0; k < IR_DEPTH_MAX; k++) {
        const struct ir_space *s = k < n ? &p->spaces[below(p, o->space, o->from, k)] : NULL;
        bool fact = s && s->table >= TABLE_FACT0 && s->kind != SPACE_TIED;
        NEED(fact == (o->reach[k] != UINT16_MAX), "a fact edge without reach, or a reach without fact edge");
        if (!fact) continue;
        NEED(o->reach[k] < p->n_reaches, "no such reach");
        const struct ir_reach *r = &p->reaches[o->reach[k]];
        NEED(r->dataset + TABLE_FACT0 == s->table, "a reach of another dataset");
        NEED(anchor_ok(p, r, c->at), "the anchor comes later");
    }
    return true;
}

static bool in_space(const struct check *c, ir_reg r, uint16_t space)
{
    const struct ir_op *o = op_before(c->p, r, c->at);
    return o && o->space == space;
}

/* Representations of value and result; SEMANTICS §1 (a sum is of one unit), §4. */
static bool agg_reps_ok(const struct ir_op *o, int value, int own)
{
    switch ((enum agg_kind)o->agg) {
    case AGG_COUNT: return o->rep == REP_INT && value < 0;
    case AGG_SUM: return o->rep == REP_INT && value == REP_INT;
    case AGG_ANY: return o->rep == REP_BOOL && (value < 0 || value == REP_BOOL);
    case AGG_ALL: return o->rep == REP_BOOL && value == REP_BOOL;
    case AGG_MIN:
    case AGG_MAX: return o->rep == value && (value == REP_INT || value == REP_SPAN || value == REP_FRAC);
    case AGG_LATEST: return o->rep == value && value >= 0;
    case AGG_RANK: return o->rep == REP_INT && value == own && (value == REP_INT || value == REP_FRAC);
    case AGG_SHARE: return o->rep == REP_FRAC && value == REP_INT && own == REP_INT;
    default: return false;
    }
}

static bool agg_ok(const struct check *c, const struct ir_op *o)
{
    const struct program *p = c->p;
    if (!agg_chain_ok(c, o)) return false;
    NEED(o->args[2] == IR_NONE, "too many operands");
    NEED(o->args[0] == IR_NONE || in_space(c, o->args[0], o->from), "the filter is not in the rows");
    NEED(o->args[0] == IR_NONE || p->ops[o->args[0]].rep == REP_BOOL, "the filter is no bool");
    NEED(o->args[1] == IR_NONE || in_space(c, o->args[1], o->from), "the value is not in the rows");
    bool owns = o->agg == AGG_RANK || o->agg == AGG_SHARE;
    NEED(!owns || in_space(c, o->own, o->space), "own is not in the aggregate's space");
    int value = o->args[1] == IR_NONE ? -1 : p->ops[o->args[1]].rep;
    NEED(agg_reps_ok(o, value, owns ? p->ops[o->own].rep : -1), "representations do not fit the aggregate");
    NEED(o->agg != AGG_LATEST || (in_space(c, o->date, o->from) && p->ops[o->date].rep == REP_SPAN),
         "latest by no date");
    return true;
}

/* ---------------------------------------------------------------- operations */

static bool letter_fits(char letter, uint8_t rep)
{
    switch (letter) {
    case 'b': return rep == REP_BOOL;
    case 'i':
    case 'r': return rep == REP_INT;
    case 's': return rep == REP_SPAN;
    case 'f': return rep == REP_FRAC;
    case 'S': return rep == REP_SET;
    default: return letter == '*';
    }
}

/* The space that operand k must live in; UINT16_MAX: any (never valid as a space of an operation). */
static uint16_t operand_space(const struct program *p, const struct ir_op *o, size_t k)
{
    if (o->code == IR_OUTER) return p->spaces[o->space].outer;
    if (o->code == IR_GATHER) return program_canonical(p, p->spaces[o->space].table);
    if (o->code == IR_VIA && k == 1) return (uint16_t)o->index;
    return o->space;
}

static bool operands_ok(const struct check *c, const struct ir_op *o)
{
    const char *letters = ir_op_info[o->code].args;
    size_t n = strlen(letters);
    for (size_t k = 0; k < IR_ARGS_MAX; k++) {
        if (k >= n) {
            NEED(o->args[k] == IR_NONE, "too many operands");
            continue;
        }
        const struct ir_op *a = op_before(c->p, o->args[k], c->at);
        NEED(a, "an operand that does not come before");
        NEED(letter_fits(letters[k], a->rep), "an operand of the wrong representation");
        NEED(a->space == operand_space(c->p, o, k), "an operand of another space");
    }
    return true;
}

static bool choice_rep_ok(const struct program *p, const struct ir_op *o)
{
    uint8_t a = p->ops[o->args[0]].rep, b = p->ops[o->args[1]].rep;
    switch (o->code) {
    case IR_IF: return o->rep == b && o->rep == p->ops[o->args[2]].rep;
    case IR_LEAST:
    case IR_GREATEST: return o->rep == a && o->rep == b && (a == REP_INT || a == REP_FRAC);
    case IR_GUARD: return o->rep == a;
    default: return o->rep == b; /* VIA */
    }
}

static bool result_rep_ok(const struct program *p, const struct ir_op *o)
{
    int rep = ir_op_info[o->code].rep;
    if (rep >= 0) return o->rep == rep;
    switch (o->code) {
    case IR_CONST:
    case IR_FIELD: return o->rep < REP__MAX && o->rep != REP_FRAC;
    case IR_PARAM: return o->rep == p->slots[o->index].rep && o->rep < REP__MAX && o->rep != REP_FRAC;
    case IR_OUTER:
    case IR_GATHER: return o->rep == p->ops[o->args[0]].rep;
    default: return choice_rep_ok(p, o);
    }
}

/* What `index` means, by operation; where the operation may stand. */
static bool place_ok(const struct program *p, const struct ir_op *o)
{
    switch (o->code) {
    case IR_FIELD:
    case IR_BLANK: return is_canonical(p, o->space);
    case IR_PARAM: return o->index < p->n_slots;
    case IR_VIA: return o->index < p->n_spaces && is_canonical(p, (uint16_t)o->index);
    case IR_HEAD: return o->space == 0;
    case IR_IN_REACH:
        return p->spaces[o->space].kind == SPACE_FACT && o->index < p->n_reaches &&
               p->reaches[o->index].dataset + TABLE_FACT0 == p->spaces[o->space].table;
    case IR_HAS:
    case IR_SET_WHEN: return o->index < 64;
    case IR_FRAC_OF:
    case IR_ROUND: return o->index <= 9;
    case IR_DIV_TRUNC: return o->index >= 1 && o->index <= 5;
    case IR_OUTER: return p->spaces[o->space].outer != UINT16_MAX;
    default: return true;
    }
}

static bool op_ok(const struct program *p, size_t i, struct buf *why)
{
    struct check check = {p, why, "op", i}, *c = &check;
    const struct ir_op *o = &p->ops[i];
    NEED(o->code < IR__MAX, "unknown operation");
    NEED(o->space < p->n_spaces && space_ready(p, o->space, i), "its space is unknown or depends on later operations");
    NEED(place_ok(p, o), "a wrong index or place");
    if (o->code == IR_AGG) return agg_ok(c, o);
    if (!operands_ok(c, o)) return false;
    NEED(result_rep_ok(p, o), "a wrong result representation");
    NEED(o->code != IR_IN_REACH || anchor_ok(p, &p->reaches[o->index], i), "the anchor comes later");
    return true;
}

static bool output_ok(const struct program *p, size_t i, struct buf *why)
{
    struct check check = {p, why, "output", i}, *c = &check;
    const struct ir_output *o = &p->outputs[i];
    NEED((unsigned)o->kind < OUT__MAX, "unknown kind");
    NEED(o->reg < p->n_ops && p->ops[o->reg].space == o->space && is_canonical(p, o->space),
         "its register is not in its space");
    for (size_t k = 0; k < o->n_slots; k++) NEED(o->slots[k] < p->n_slots, "no such slot");
    return true;
}

bool program_valid(const struct program *p, struct buf *why)
{
    struct check check = {p, why, "program", 0}, *c = &check;
    NEED(p->n_ops <= IR_OPS_MAX && p->n_spaces <= IR_SPACES_MAX && p->n_reaches < UINT16_MAX, "too large");
    NEED(p->n_spaces >= 2 && p->spaces[0].kind == SPACE_HOUSEHOLD && p->spaces[1].kind == SPACE_PERSON,
         "no basic spaces");
    for (size_t i = 0; i < p->n_spaces; i++)
        if (!space_ok(p, (uint16_t)i, why)) return false;
    for (size_t i = 0; i < p->n_reaches; i++)
        if (!reach_ok(p, i, why)) return false;
    for (size_t i = 0; i < p->n_ops; i++)
        if (!op_ok(p, i, why)) return false;
    for (size_t i = 0; i < p->n_outputs; i++)
        if (!output_ok(p, i, why)) return false;
    return true;
}
