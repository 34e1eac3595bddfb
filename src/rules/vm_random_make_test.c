/* Random programs, op by op, each valid by construction (program_valid is asked in the end). */
#include "rules/random_program.h"

enum { SPACES_MAX = 14, REACHES_MAX = 8, DEPTH_MAX = 5 };

/* ---------------------------------------------------------------- operands */

static bool is_canonical(const struct random_case *c, uint16_t space)
{
    return c->m.spaces.v[space].kind <= SPACE_FACT;
}

/* A source of a value: constant, parameter or field. */
static ir_reg source(struct random_case *c, uint16_t space, enum rep rep)
{
    struct rng *r = &c->rng;
    if (random_chance(r, 10)) return maker_absent(&c->m, space, rep);
    if (random_chance(r, 15)) {
        ir_reg p = maker_const(&c->m, space, rep, 0);
        maker_at(&c->m, p)->code = IR_PARAM;
        for (uint32_t s = 0; s < RANDOM_SLOTS; s++)
            if (c->slots[s].rep == rep) maker_at(&c->m, p)->index = s;
        if (c->slots[maker_at(&c->m, p)->index].rep == rep) return p;
        maker_at(&c->m, p)->code = IR_CONST;
        maker_at(&c->m, p)->index = 0;
        return p;
    }
    for (int k = 0; k < 12 && is_canonical(c, space); k++) {
        uint32_t col = (uint32_t)rng_below(r, RCOL__MAX);
        if (random_col_rep(col) == rep && (col != RCOL_NONE || random_chance(r, 20)))
            return maker_field(&c->m, space, rep, col, (unsigned)rng_below(r, 4));
    }
    return maker_const(&c->m, space, rep, random_pick(r, rep, random_chance(r, 15)));
}

/* An operand of this representation that is there already, or a new source; fractions are made of ints. */
static ir_reg operand(struct random_case *c, uint16_t space, enum rep rep)
{
    ir_reg found = IR_NONE;
    uint64_t seen = 0;
    for (ir_reg i = 0; i < c->m.ops.n; i++) {
        const struct ir_op *o = &c->m.ops.v[i];
        if (o->space == space && o->rep == rep && rng_below(&c->rng, ++seen) == 0) found = i;
    }
    if (found != IR_NONE && !random_chance(&c->rng, 25)) return found;
    if (rep != REP_FRAC) return source(c, space, rep);
    ir_reg a = source(c, space, REP_INT), b = source(c, space, REP_INT);
    return maker_op(&c->m, IR_FRAC, space, a, b, IR_NONE);
}

/* A row number of a person or household: a reference field, a row, or what an operation made of one. */
static ir_reg reference(struct random_case *c, uint16_t space, uint16_t *table)
{
    struct rng *r = &c->rng;
    if (c->m.spaces.v[space].table <= TABLE_PERSON && random_chance(r, 25)) {
        *table = c->m.spaces.v[space].table;
        return maker_op(&c->m, IR_ROW, space, IR_NONE, IR_NONE, IR_NONE);
    }
    *table = random_chance(r, 60) ? TABLE_PERSON : TABLE_HOUSEHOLD;
    if (space == 0 && *table == TABLE_PERSON && random_chance(r, 50))
        return maker_op(&c->m, IR_HEAD, space, IR_NONE, IR_NONE, IR_NONE);
    if (is_canonical(c, space))
        return maker_field(&c->m, space, REP_INT, *table == TABLE_PERSON ? RCOL_PERSON : RCOL_HOUSEHOLD, 1);
    ir_reg far = maker_field(&c->m, program_canonical(&c->m.p, c->m.spaces.v[space].table), REP_INT,
                             *table == TABLE_PERSON ? RCOL_PERSON : RCOL_HOUSEHOLD, 1);
    return maker_op(&c->m, IR_GATHER, space, far, IR_NONE, IR_NONE);
}

/* ---------------------------------------------------------------- spaces and windows */

static void publish(struct random_case *c)
{
    c->m.p.spaces = c->m.spaces.v, c->m.p.n_spaces = c->m.spaces.n;
    c->m.p.ops = c->m.ops.v, c->m.p.n_ops = c->m.ops.n;
}

static void new_edge(struct random_case *c, uint16_t outer)
{
    uint16_t from;
    ir_reg start = reference(c, outer, &from);
    uint16_t to = from == TABLE_HOUSEHOLD ? TABLE_PERSON
                                          : (uint16_t)(TABLE_FACT0 + rng_below(&c->rng, RANDOM_DATASETS));
    if (random_chance(&c->rng, 20)) to = from;
    maker_space(
        &c->m, (struct ir_space){.kind = SPACE_EDGE, .table = to, .outer = outer, .start = start, .start_table = from});
}

static void new_tied(struct random_case *c, uint16_t outer)
{
    static const enum rep reps[] = {REP_INT, REP_INT, REP_BOOL, REP_SPAN};
    uint16_t inner = (uint16_t)rng_below(&c->rng, TABLE_FACT0 + RANDOM_DATASETS);
    size_t n = 1 + rng_below(&c->rng, 2);
    struct ir_tie *ties = ARENA_ARRAY(&c->m.arena, struct ir_tie, n);
    for (size_t k = 0; ties && k < n; k++) {
        enum rep rep = reps[rng_below(&c->rng, 4)];
        bool key = rep == REP_INT && random_chance(&c->rng, 70);
        ties[k].inner = key ? maker_field(&c->m, inner, rep, RCOL_KEY, 1) : operand(c, inner, rep);
        ties[k].outer = key && is_canonical(c, outer) ? maker_field(&c->m, outer, rep, RCOL_KEY, 2)
                                                      : operand(c, outer, rep);
    }
    if (!ties) return;
    maker_space(&c->m, (struct ir_space){.kind = SPACE_TIED,
                                         .table = c->m.spaces.v[inner].table,
                                         .outer = outer,
                                         .start = IR_NONE,
                                         .ties = ties,
                                         .n_ties = n});
}

static void new_space(struct random_case *c)
{
    uint16_t outer = (uint16_t)rng_below(&c->rng, c->m.spaces.n);
    if (c->m.spaces.n >= SPACES_MAX || c->m.spaces.v[outer].depth >= DEPTH_MAX) return;
    if (random_chance(&c->rng, 65)) new_edge(c, outer);
    else new_tied(c, outer);
    publish(c);
}

static struct ir_reach reach_of(struct random_case *c, uint32_t dataset)
{
    struct rng *r = &c->rng;
    const struct dataset_decl *d = &c->decls[dataset];
    struct ir_reach x = {.dataset = dataset,
                         .as_of = c->m.p.as_of,
                         .unit = d->period,
                         .anchor = IR_NONE,
                         .n = 1 + (int32_t)rng_below(r, 20)};
    if (d->kind == DK_LATEST) {
        x.kind = REACH_LATEST;
    } else if (d->kind == DK_SNAPSHOT) {
        x.kind = random_chance(r, 50) ? REACH_NEWEST : REACH_THIS;
    } else {
        x.kind = (enum reach_kind)(REACH_WITHIN + rng_below(r, 4));
    }
    if (x.kind == REACH_WITHIN) x.m = (int32_t)rng_below(r, 6), x.in_days = random_chance(r, 20);
    if (x.kind == REACH_DAYS) x.first = date_make(2025, 1, 1), x.last = date_make(2025, 12, 31);
    if (x.kind == REACH_SPAN) {
        x.n = -(int32_t)rng_below(r, 12), x.m = (int32_t)rng_below(r, 3);
        if (random_chance(r, 60)) x.anchor = operand(c, (uint16_t)rng_below(r, 2), REP_SPAN);
    }
    return x;
}

/* A window on a dataset whose anchor is there already. */
static uint16_t reach(struct random_case *c, uint32_t dataset)
{
    for (size_t i = 0; i < c->m.reaches.n; i++)
        if (c->m.reaches.v[i].dataset == dataset && (c->m.reaches.n >= REACHES_MAX || random_chance(&c->rng, 60)))
            return (uint16_t)i;
    return maker_reach(&c->m, reach_of(c, dataset));
}

/* ---------------------------------------------------------------- aggregates */

static uint16_t below(const struct random_case *c, uint16_t space, uint16_t from, size_t k)
{
    while (c->m.spaces.v[from].depth > c->m.spaces.v[space].depth + 1 + k) from = c->m.spaces.v[from].outer;
    return from;
}

static void cross_windows(struct random_case *c, struct ir_op *o)
{
    size_t n = (size_t)(c->m.spaces.v[o->from].depth - c->m.spaces.v[o->space].depth);
    for (size_t k = 0; k < n; k++) {
        const struct ir_space *s = &c->m.spaces.v[below(c, o->space, o->from, k)];
        if (s->table >= TABLE_FACT0 && s->kind != SPACE_TIED) o->reach[k] = reach(c, s->table - TABLE_FACT0);
    }
}

static enum rep value_rep(struct random_case *c, enum agg_kind kind)
{
    static const enum rep any[] = {REP_INT, REP_INT, REP_SPAN, REP_FRAC, REP_BOOL, REP_SET};
    switch (kind) {
    case AGG_ANY:
    case AGG_ALL: return REP_BOOL;
    case AGG_MIN:
    case AGG_MAX: return any[rng_below(&c->rng, 4)];
    case AGG_LATEST: return any[rng_below(&c->rng, 6)];
    case AGG_RANK: return random_chance(&c->rng, 70) ? REP_INT : REP_FRAC;
    default: return REP_INT;
    }
}

static void new_agg(struct random_case *c)
{
    struct rng *r = &c->rng;
    uint16_t from = (uint16_t)(1 + rng_below(r, c->m.spaces.n - 1)), space = c->m.spaces.v[from].outer;
    while (space != 0 && random_chance(r, 50)) space = c->m.spaces.v[space].outer;
    enum agg_kind kind = (enum agg_kind)rng_below(r, AGG__MAX);
    enum rep rep = value_rep(c, kind);
    bool has_value = kind != AGG_COUNT && (kind != AGG_ANY || random_chance(r, 60));
    ir_reg filter = random_chance(r, 70) ? operand(c, from, REP_BOOL) : IR_NONE,
           value = has_value ? operand(c, from, rep) : IR_NONE;
    ir_reg own = kind == AGG_RANK || kind == AGG_SHARE ? operand(c, space, rep) : IR_NONE;
    ir_reg date = kind == AGG_LATEST ? operand(c, from, REP_SPAN) : IR_NONE;
    struct ir_op probe = {.space = space, .from = from};
    for (size_t k = 0; k < IR_DEPTH_MAX; k++) probe.reach[k] = UINT16_MAX;
    cross_windows(c, &probe);
    struct ir_op *o = maker_at(&c->m, maker_agg(&c->m, space, kind, from, filter, value));
    memcpy(o->reach, probe.reach, sizeof o->reach);
    o->own = own;
    o->date = date;
    o->nonneg = kind == AGG_SUM && random_chance(r, 50);
    if (kind == AGG_LATEST && random_chance(r, 50)) o->why = case_reason(3);
}

/* ---------------------------------------------------------------- other operations */

static void new_window_test(struct random_case *c)
{
    uint16_t space = (uint16_t)(TABLE_FACT0 + rng_below(&c->rng, RANDOM_DATASETS));
    uint16_t k = reach(c, space - TABLE_FACT0);
    maker_at(&c->m, maker_op(&c->m, IR_IN_REACH, space, IR_NONE, IR_NONE, IR_NONE))->index = k;
}

static void new_move(struct random_case *c, enum ir_opcode code)
{
    struct rng *r = &c->rng;
    uint16_t space = (uint16_t)(rng_below(r, c->m.spaces.n)), table = 0;
    enum rep rep = (enum rep)rng_below(r, REP__MAX);
    if (code == IR_OUTER && space != 0) {
        maker_op(&c->m, IR_OUTER, space, operand(c, c->m.spaces.v[space].outer, rep), IR_NONE, IR_NONE);
    } else if (code == IR_GATHER) {
        maker_op(&c->m, IR_GATHER, space, operand(c, program_canonical(&c->m.p, c->m.spaces.v[space].table), rep),
                 IR_NONE, IR_NONE);
    } else if (code == IR_VIA) {
        ir_reg ref = reference(c, space, &table), at = operand(c, table, rep);
        maker_at(&c->m, maker_op(&c->m, IR_VIA, space, ref, at, IR_NONE))->index = table;
    }
}

static enum rep letter_rep(struct random_case *c, char letter, enum rep any)
{
    (void)c;
    switch (letter) {
    case 'b': return REP_BOOL;
    case 's': return REP_SPAN;
    case 'f': return REP_FRAC;
    case 'S': return REP_SET;
    case '*': return any;
    default: return REP_INT;
    }
}

static uint32_t index_of(struct random_case *c, enum ir_opcode code)
{
    switch (code) {
    case IR_HAS:
    case IR_SET_WHEN: return (uint32_t)rng_below(&c->rng, random_chance(&c->rng, 80) ? 4 : 64);
    case IR_FRAC_OF:
    case IR_ROUND: return random_chance(&c->rng, 50) ? 0 : 9;
    case IR_DIV_TRUNC: return 1 + (uint32_t)rng_below(&c->rng, 5);
    default: return 0;
    }
}

/* An operation on values in some space. */
static void new_plain(struct random_case *c, enum ir_opcode code)
{
    struct rng *r = &c->rng;
    const char *letters = ir_op_info[code].args;
    uint16_t space = (uint16_t)rng_below(r, c->m.spaces.n);
    enum rep any = (enum rep)rng_below(r, REP__MAX);
    ir_reg a[IR_ARGS_MAX] = {IR_NONE, IR_NONE, IR_NONE};
    if (code == IR_LEAST || code == IR_GREATEST) any = random_chance(r, 60) ? REP_INT : REP_FRAC;
    for (size_t k = 0; letters[k]; k++) a[k] = operand(c, space, letter_rep(c, letters[k], any));
    struct ir_op *o = maker_at(&c->m, maker_op(&c->m, code, space, a[0], a[1], a[2]));
    o->index = index_of(c, code);
    if (random_chance(r, 20)) o->why = 0;
}

static void new_blank(struct random_case *c)
{
    uint16_t space = (uint16_t)rng_below(&c->rng, TABLE_FACT0 + RANDOM_DATASETS);
    struct ir_op *o = maker_at(&c->m, maker_op(&c->m, IR_BLANK, space, IR_NONE, IR_NONE, IR_NONE));
    o->index = (uint32_t)rng_below(&c->rng, RCOL__MAX);
}

static void new_op(struct random_case *c)
{
    struct rng *r = &c->rng;
    if (random_chance(r, 12)) new_space(c);
    publish(c);
    if (random_chance(r, 25)) new_agg(c);
    else if (random_chance(r, 10)) new_window_test(c);
    else if (random_chance(r, 5)) new_blank(c);
    else if (random_chance(r, 25)) new_move(c, (enum ir_opcode)(IR_OUTER + rng_below(r, 3)));
    else new_plain(c, (enum ir_opcode)(IR_AND + rng_below(r, IR_AGG - IR_AND)));
    publish(c);
}

/* ---------------------------------------------------------------- making a case */

static void parameters(struct random_case *c)
{
    static const enum rep reps[RANDOM_SLOTS] = {REP_INT, REP_SPAN, REP_BOOL, REP_SET};
    struct rng *r = &c->rng;
    bool same = random_chance(r, 30);
    for (uint32_t s = 0; s < RANDOM_SLOTS; s++)
        c->slots[s] = (struct ir_slot){.param = STR("p"), .at = c->m.p.as_of, .rep = (uint8_t)reps[s]};
    for (uint32_t i = 0; i < RANDOM_PLACES * RANDOM_SLOTS; i++) {
        enum rep rep = reps[i % RANDOM_SLOTS];
        c->pvals[i] = (struct pval){
            .state = (enum pval_state)(random_chance(r, 70) ? PVAL_SET : (enum pval_state)rng_below(r, 3)),
            .v = random_pick(r, rep, false)};
        if (same && i >= RANDOM_SLOTS) c->pvals[i] = c->pvals[i % RANDOM_SLOTS];
    }
    c->pt = (struct ptable){.v = c->pvals, .n_places = RANDOM_PLACES, .n_slots = RANDOM_SLOTS};
    c->m.p.slots = c->slots, c->m.p.n_slots = RANDOM_SLOTS;
}

static void make_absent(struct random_case *c, const bool *gone)
{
    for (ir_reg r = 0; r < c->m.ops.n && r < RANDOM_REGS_MAX; r++) {
        if (!gone[r] || c->m.ops.v[r].rep == REP_FRAC) continue; /* no constant is a fraction */
        struct ir_op was = c->m.ops.v[r];
        ir_reg absent = maker_absent(&c->m, was.space, was.rep);
        c->m.ops.v[r] = c->m.ops.v[absent];
        c->m.ops.n--;
    }
}

bool random_case_init(struct random_case *c, const struct random_size *size, struct test *t)
{
    *c = (struct random_case){0};
    maker_init(&c->m, RANDOM_DATASETS);
    rng_seed(&c->rng, size->seed);
    random_frame(c, size->households);
    rng_seed(&c->rng, size->seed + 1);
    parameters(c);
    publish(c);
    for (unsigned i = 0; i < size->ops; i++) new_op(c);
    if (size->gone) make_absent(c, size->gone);
    for (ir_reg r = 0; r < c->m.ops.n; r++)
        if (is_canonical(c, c->m.ops.v[r].space)) maker_output(&c->m, r);
    return maker_finish(&c->m, t);
}

void random_case_fini(struct random_case *c) { maker_fini(&c->m); }

void vm_random_make_test(struct test *t);
void vm_random_make_test(struct test *t)
{
    if (!TEST(t, "random programs are valid")) return;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct random_case c;
        CHECK(t, random_case_init(&c, &(struct random_size){seed, 3, 40, NULL}, t));
        random_case_fini(&c);
    }
}
