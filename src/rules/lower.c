/* Typed expressions to IR: spaces, row bindings, shared operations. */
#include "rules/lower_int.h"
#include "base/mem.h"

/* ---------------------------------------------------------------- emitting */

static uint64_t mix(uint64_t h, uint64_t v) { return (h ^ v) * UINT64_C(0x9E3779B97F4A7C15) + (h >> 29); }

static uint64_t op_hash(const struct ir_op *o)
{
    uint64_t h = mix(o->code, o->rep);
    h = mix(h, o->space);
    h = mix(h, o->index);
    for (int i = 0; i < IR_ARGS_MAX; i++) h = mix(h, o->args[i]);
    h = mix(mix(h, (uint64_t)o->v), (uint64_t)o->w);
    h = mix(h, (uint64_t)o->absent << 1 | o->optional);
    h = mix(mix(h, o->why), (uint64_t)o->agg << 8 | o->nonneg);
    h = mix(mix(mix(h, o->from), o->own), o->date);
    for (int i = 0; i < IR_DEPTH_MAX; i++) h = mix(h, o->reach[i]);
    return h;
}

static bool op_same(const struct ir_op *a, const struct ir_op *b)
{
    return a->code == b->code && a->rep == b->rep && a->space == b->space && a->index == b->index &&
           memcmp(a->args, b->args, sizeof a->args) == 0 && a->v == b->v && a->w == b->w && a->absent == b->absent &&
           a->optional == b->optional && a->why == b->why && a->agg == b->agg && a->nonneg == b->nonneg &&
           a->from == b->from && a->own == b->own && a->date == b->date &&
           memcmp(a->reach, b->reach, sizeof a->reach) == 0;
}

ir_reg lw_emit(struct lower *lw, const struct ir_op *op)
{
    if (lw->failed) return IR_NONE;
    uint64_t h = op_hash(op);
    uint32_t old = map64_get(&lw->seen, h);
    if (old != UINT32_MAX && op_same(&lw->ops.v[old], op)) return old;
    if (!vec_push(&lw->ops, IR_OPS_MAX, *op) ||
        (old == UINT32_MAX && !map64_put(&lw->seen, h, (uint32_t)lw->ops.n - 1))) {
        lw->failed = true;
        return IR_NONE;
    }
    return (ir_reg)lw->ops.n - 1;
}

static struct ir_op blank_op(enum ir_opcode code, uint16_t space, uint8_t rep)
{
    struct ir_op o = {
        .code = (uint8_t)code, .rep = rep, .space = space, .from = UINT16_MAX, .own = IR_NONE, .date = IR_NONE};
    for (int i = 0; i < IR_ARGS_MAX; i++) o.args[i] = IR_NONE;
    for (int i = 0; i < IR_DEPTH_MAX; i++) o.reach[i] = UINT16_MAX;
    return o;
}

ir_reg lw_op(struct lower *lw, enum ir_opcode code, uint16_t space, uint8_t rep, uint32_t index, ir_reg a, ir_reg b,
             ir_reg c)
{
    struct ir_op o = blank_op(code, space, rep);
    o.index = index;
    o.args[0] = a, o.args[1] = b, o.args[2] = c;
    return lw_emit(lw, &o);
}

ir_reg lw_const(struct lower *lw, uint16_t space, uint8_t rep, int64_t v)
{
    struct ir_op o = blank_op(IR_CONST, space, rep);
    o.v = v;
    return lw_emit(lw, &o);
}

ir_reg lw_absent(struct lower *lw, uint16_t space, uint8_t rep)
{
    struct ir_op o = blank_op(IR_CONST, space, rep);
    o.absent = true;
    return lw_emit(lw, &o);
}

uint8_t lw_rep(const struct lower *lw, ir_reg r) { return r < lw->ops.n ? lw->ops.v[r].rep : REP_INT; }

/* ---------------------------------------------------------------- spaces */

static bool space_same(const struct ir_space *a, const struct ir_space *b)
{
    if (a->kind != b->kind || a->table != b->table || a->outer != b->outer || a->start != b->start ||
        a->start_table != b->start_table || a->n_ties != b->n_ties)
        return false;
    for (size_t i = 0; i < a->n_ties; i++)
        if (a->ties[i].outer != b->ties[i].outer || a->ties[i].inner != b->ties[i].inner) return false;
    return true;
}

uint16_t lw_space(struct lower *lw, struct ir_space s)
{
    for (size_t i = 0; i < lw->spaces.n; i++)
        if (space_same(&lw->spaces.v[i], &s)) return (uint16_t)i;
    s.depth = s.outer >= lw->spaces.n ? 0 : (uint16_t)(lw->spaces.v[s.outer].depth + 1);
    if (!vec_push(&lw->spaces, IR_SPACES_MAX, s)) {
        lw->failed = true;
        return SPACE_OF_HOUSEHOLD;
    }
    return (uint16_t)(lw->spaces.n - 1);
}

uint16_t lw_canonical(struct lower *lw, uint16_t table)
{
    if (table == TABLE_HOUSEHOLD) return SPACE_OF_HOUSEHOLD;
    if (table == TABLE_PERSON) return SPACE_OF_PERSON;
    return lw_space(lw,
                    (struct ir_space){.kind = SPACE_FACT, .table = table, .outer = SPACE_OF_PERSON, .start = IR_NONE});
}

bool lw_is_canonical(const struct lower *lw, uint16_t space) { return lw->spaces.v[space].kind <= SPACE_FACT; }

ir_reg lw_bring(struct lower *lw, ir_reg r, uint16_t to)
{
    if (lw->failed || r == IR_NONE) return IR_NONE;
    uint16_t chain[IR_DEPTH_MAX * 4], n = 0, from = lw->ops.v[r].space;
    for (uint16_t s = to; s != from; s = lw->spaces.v[s].outer) {
        if (s == UINT16_MAX || n == sizeof chain / sizeof *chain) {
            lw->failed = lw->beyond = true;
            return IR_NONE;
        }
        chain[n++] = s;
    }
    while (n--) r = lw_op(lw, IR_OUTER, chain[n], lw_rep(lw, r), 0, r, IR_NONE, IR_NONE);
    return r;
}

uint16_t lw_natural(const struct lower *lw, uint32_t scopes)
{
    uint16_t best = SPACE_OF_HOUSEHOLD;
    for (uint32_t i = 0; i < SCOPES_MAX; i++)
        if ((scopes >> i & 1) && lw->spaces.v[lw->bind[i].space].depth >= lw->spaces.v[best].depth)
            best = lw->bind[i].space;
    return best;
}

void lw_bind_root(struct lower *lw)
{
    lw->bind[0] = (struct bind){SPACE_OF_HOUSEHOLD, TABLE_HOUSEHOLD, IR_NONE};
    lw->bind[1] = (struct bind){SPACE_OF_PERSON, TABLE_PERSON, IR_NONE};
}

static void bind_table(struct lower *lw, uint16_t table)
{
    lw_bind_root(lw);
    if (table >= TABLE_FACT0) lw->bind[2] = (struct bind){lw_canonical(lw, table), table, IR_NONE};
}

/* ---------------------------------------------------------------- reading rows */

/* A register of a table's canonical space, at the row that scope s means; lives in the scope's space. */
static ir_reg read_at(struct lower *lw, ir_reg canonical, uint32_t s)
{
    const struct bind *b = &lw->bind[s];
    if (canonical == IR_NONE) return IR_NONE;
    uint8_t rep = lw_rep(lw, canonical);
    if (b->ref != IR_NONE)
        return lw_op(lw, IR_VIA, b->space, rep, lw->ops.v[canonical].space, b->ref, canonical, IR_NONE);
    if (!lw_is_canonical(lw, b->space)) return lw_op(lw, IR_GATHER, b->space, rep, 0, canonical, IR_NONE, IR_NONE);
    return canonical;
}

static ir_reg field_op(struct lower *lw, enum ir_opcode code, const struct tx *t)
{
    uint16_t space = lw_canonical(lw, t->field.table);
    struct ir_op o = blank_op(code, space,
                              code == IR_BLANK                  ? REP_BOOL
                              : t->field.builtin == BF_ID_VALID ? REP_BOOL
                                                                : ty_rep(&t->ty));
    o.index = t->field.column;
    if (code != IR_BLANK) { /* whether it is blank is always known: the same for whoever asks */
        o.why = t->why;
        o.optional = t->field.builtin == BF_STORED && t->field.decl->optional;
    }
    return lw_emit(lw, &o);
}

static ir_reg canonical_field(struct lower *lw, const struct tx *t)
{
    switch (t->field.builtin) {
    case BF_HOUSEHOLD:
        return lw_bring(lw, lw_op(lw, IR_ROW, SPACE_OF_HOUSEHOLD, REP_INT, 0, IR_NONE, IR_NONE, IR_NONE),
                        SPACE_OF_PERSON);
    case BF_HEAD: return lw_op(lw, IR_HEAD, SPACE_OF_HOUSEHOLD, REP_INT, 0, IR_NONE, IR_NONE, IR_NONE);
    case BF_DIVISION:
        if (t->field.table == TABLE_PERSON) {
            struct tx h = *t;
            h.field.table = TABLE_HOUSEHOLD, h.field.column = 1;
            return lw_bring(lw, field_op(lw, IR_FIELD, &h), SPACE_OF_PERSON);
        }
        return field_op(lw, IR_FIELD, t);
    default: return field_op(lw, IR_FIELD, t);
    }
}

/* Lower a body typed with its table's row as the outermost one; the register lives in the table's canonical space. */
static ir_reg lower_body(struct lower *lw, struct tx *body, uint16_t table)
{
    uint64_t key = (uint64_t)(uintptr_t)body;
    uint32_t done = map64_get(&lw->bodies, key);
    if (done != UINT32_MAX) return done;
    struct bind saved[SCOPES_MAX];
    memcpy(saved, lw->bind, sizeof saved);
    bind_table(lw, table);
    ir_reg r = lw_any(lw, body, lw_canonical(lw, table));
    memcpy(lw->bind, saved, sizeof saved);
    if (r != IR_NONE && !map64_put(&lw->bodies, key, r)) lw->failed = true;
    return r;
}

static ir_reg lower_row(struct lower *lw, const struct tx *t)
{
    const struct bind *b = &lw->bind[t->scope];
    if (b->ref != IR_NONE) return b->ref;
    return lw_op(lw, IR_ROW, b->space, REP_INT, 0, IR_NONE, IR_NONE, IR_NONE);
}

/* x.field through a reference: read in the referenced table's own space, then follow. */
static ir_reg lower_via(struct lower *lw, struct tx *t, uint16_t space)
{
    uint16_t table = t->a->ty.table;
    ir_reg ref = lw_any(lw, t->a, space), body = lower_body(lw, t->b, table);
    if (ref == IR_NONE || body == IR_NONE) return IR_NONE;
    const struct ir_op *r = &lw->ops.v[ref];
    bool own_household = table == TABLE_HOUSEHOLD && r->code == IR_OUTER && lw->ops.v[r->args[0]].code == IR_ROW &&
                         lw->ops.v[r->args[0]].space == SPACE_OF_HOUSEHOLD;
    if (own_household) return lw_bring(lw, body, space);
    return lw_op(lw, IR_VIA, space, lw_rep(lw, body), lw->ops.v[body].space, ref, body, IR_NONE);
}

static ir_reg lower_param(struct lower *lw, const struct tx *t)
{
    return lw_op(lw, IR_PARAM, SPACE_OF_HOUSEHOLD, ty_rep(&t->ty), t->slot, IR_NONE, IR_NONE, IR_NONE);
}

static ir_reg lower_const(struct lower *lw, const struct tx *t, uint16_t space)
{
    int64_t v = t->ty.kind == T_TEXT ? (int64_t)(str_hash(t->text) >> 1) : t->v;
    return lw_const(lw, space, ty_rep(&t->ty), v);
}

static ir_reg lower_blank(struct lower *lw, struct tx *t, uint16_t space)
{
    if (t->a->kind == TX_FIELD) return lw_bring(lw, read_at(lw, field_op(lw, IR_BLANK, t->a), t->a->scope), space);
    struct tx inner = {.kind = TX_IS_BLANK, .ty = {.kind = T_BOOL}, .a = t->a->b, .reg = IR_NONE};
    ir_reg ref = lw_any(lw, t->a->a, space);
    struct bind saved[SCOPES_MAX];
    memcpy(saved, lw->bind, sizeof saved);
    bind_table(lw, t->a->a->ty.table);
    ir_reg body = lower_blank(lw, &inner, lw_canonical(lw, t->a->a->ty.table));
    memcpy(lw->bind, saved, sizeof saved);
    if (lw->failed) return IR_NONE;
    ir_reg via = lw_op(lw, IR_VIA, space, REP_BOOL, lw->ops.v[body].space, ref, body, IR_NONE);
    ir_reg none = lw_op(lw, IR_IS_ABSENT, space, REP_BOOL, 0, ref, IR_NONE, IR_NONE);
    ir_reg truth = lw_op(lw, IR_TRUTH, space, REP_BOOL, 0, via, IR_NONE, IR_NONE);
    return lw_op(lw, IR_OR, space, REP_BOOL, 0, none, truth, IR_NONE);
}

/* The truth of a rule or measure for a household: of any of its rows when it is on members or facts. */
static ir_reg lower_rule_truth(struct lower *lw, struct tx *t, uint16_t space)
{
    uint16_t table = t->field.table, canonical = lw_canonical(lw, table);
    ir_reg r = lower_verdict(lw, t->a, table);
    if (r == IR_NONE) return IR_NONE;
    if (table == TABLE_HOUSEHOLD) return lw_bring(lw, r, space);
    struct ir_op o = blank_op(IR_AGG, SPACE_OF_HOUSEHOLD, REP_BOOL);
    o.agg = AGG_ANY, o.from = canonical, o.args[1] = r;
    return lw_bring(lw, lw_emit(lw, &o), space);
}

/* ---------------------------------------------------------------- operators */

static ir_reg lower_shift(struct lower *lw, struct tx *date, struct tx *by, bool minus, uint16_t space)
{
    static const int64_t times[] = {
        [UNIT_DAY] = 1, [UNIT_WEEK] = 7, [UNIT_MONTH] = 1, [UNIT_QUARTER] = 3, [UNIT_YEAR] = 12};
    bool days = by->ty.num == UNIT_DAY || by->ty.num == UNIT_WEEK;
    ir_reg n = lw_plain(lw, by, space), d = lw_plain(lw, date, space);
    int64_t k = times[by->ty.num] * (minus ? -1 : 1);
    if (k != 1) n = lw_op(lw, IR_MUL, space, REP_INT, 0, lw_const(lw, space, REP_INT, k), n, IR_NONE);
    struct ir_op o = blank_op(days ? IR_ADD_DAYS : IR_ADD_MONTHS, space, REP_SPAN);
    o.args[0] = d, o.args[1] = n, o.why = date->why;
    return lw_emit(lw, &o);
}

static ir_reg lower_arith(struct lower *lw, struct tx *t, uint16_t space)
{
    if (t->a->ty.kind == T_DATE && t->b->ty.kind == T_DATE) {
        struct ir_op o = blank_op(IR_DIFF_DAYS, space, REP_INT);
        o.args[0] = lw_plain(lw, t->a, space), o.args[1] = lw_plain(lw, t->b, space), o.why = t->why;
        return lw_emit(lw, &o);
    }
    if (t->a->ty.kind == T_DATE) return lower_shift(lw, t->a, t->b, t->op == OP_SUB, space);
    if (t->frac) {
        ir_reg a = lw_frac(lw, t->a, space), b = lw_frac(lw, t->b, space);
        return lw_op(lw, t->op == OP_DIV ? IR_FRAC_DIV : IR_FRAC_MUL, space, REP_FRAC, 0, a, b, IR_NONE);
    }
    static const enum ir_opcode codes[BINOP__MAX] = {[OP_ADD] = IR_ADD, [OP_SUB] = IR_SUB, [OP_MUL] = IR_MUL};
    ir_reg a = lw_plain(lw, t->a, space), b = lw_plain(lw, t->b, space);
    return lw_op(lw, codes[t->op], space, REP_INT, 0, a, b, IR_NONE);
}

static ir_reg lower_has(struct lower *lw, struct tx *t, uint16_t space)
{
    ir_reg s = lw_any(lw, t->a, space);
    uint64_t m = (uint64_t)t->b->v;
    if (t->b->kind == TX_CONST && m && !(m & (m - 1)))
        return lw_op(lw, IR_HAS, space, REP_BOOL, (uint32_t)__builtin_ctzll(m), s, IR_NONE, IR_NONE);
    return lw_op(lw, IR_HAS_ANY, space, REP_BOOL, 0, s, lw_any(lw, t->b, space), IR_NONE);
}

static ir_reg lower_binary(struct lower *lw, struct tx *t, uint16_t space)
{
    switch (t->op) {
    case OP_AND:
    case OP_OR: {
        ir_reg a = lw_bool(lw, t->a, space), b = lw_bool(lw, t->b, space);
        return lw_op(lw, t->op == OP_AND ? IR_AND : IR_OR, space, REP_BOOL, 0, a, b, IR_NONE);
    }
    case OP_HAS: return lower_has(lw, t, space);
    case OP_ADD:
    case OP_SUB:
    case OP_MUL:
    case OP_DIV: return lower_arith(lw, t, space);
    default: return lw_compare(lw, t, space);
    }
}

static ir_reg lower_choice(struct lower *lw, struct tx *t, uint16_t space)
{
    ir_reg a = t->frac ? lw_frac(lw, t->a, space) : t->span ? lw_any(lw, t->a, space) : lw_plain(lw, t->a, space);
    ir_reg b = t->frac ? lw_frac(lw, t->b, space) : t->span ? lw_any(lw, t->b, space) : lw_plain(lw, t->b, space);
    if (t->kind != TX_IF)
        return lw_op(lw, t->kind == TX_LEAST ? IR_LEAST : IR_GREATEST, space, lw_rep(lw, a), 0, a, b, IR_NONE);
    return lw_op(lw, IR_IF, space, lw_rep(lw, a), 0, lw_bool(lw, t->c, space), a, b);
}

static ir_reg lower_range(struct lower *lw, struct tx *t, uint16_t space)
{
    ir_reg lo = t->b ? lw_cmp(lw, OP_GE, t->a, t->b, space, t->why) : IR_NONE;
    ir_reg hi = t->c ? lw_cmp(lw, t->open_end ? OP_LT : OP_LE, t->a, t->c, space, t->why) : IR_NONE;
    if (lo == IR_NONE || hi == IR_NONE) return lo == IR_NONE ? hi : lo;
    return lw_op(lw, IR_AND, space, REP_BOOL, 0, lo, hi, IR_NONE);
}

static ir_reg span_cmp(struct lower *lw, enum ir_opcode code, ir_reg a, ir_reg b, uint16_t space, reason why)
{
    struct ir_op o = blank_op(code, space, REP_BOOL);
    o.args[0] = a, o.args[1] = b, o.why = why;
    return lw_emit(lw, &o);
}

/* x within n [ending m ago] of a date that is no time field: D - n - m < x <= D - m. */
static ir_reg lower_within(struct lower *lw, struct tx *t, uint16_t space)
{
    struct tx day = {.kind = TX_CONST, .ty = {.kind = T_DATE}, .v = lw->t->day, .reg = IR_NONE, .span = true};
    if (t->v) day.v = t->v;
    ir_reg x = lw_any(lw, t->a, space), hi = lw_const(lw, space, REP_SPAN, day.v),
           lo = lower_shift(lw, &day, t->b, true, space);
    if (t->c) {
        static const int64_t times[] = {
            [UNIT_DAY] = 1, [UNIT_WEEK] = 7, [UNIT_MONTH] = 1, [UNIT_QUARTER] = 3, [UNIT_YEAR] = 12};
        hi = lower_shift(lw, &day, t->c, true, space);
        ir_reg both = lw_op(lw, IR_ADD, space, REP_INT, 0, lw_plain(lw, t->b, space), lw_plain(lw, t->c, space),
                            IR_NONE);
        ir_reg n = lw_op(lw, IR_MUL, space, REP_INT, 0, lw_const(lw, space, REP_INT, -times[t->b->ty.num]), both,
                         IR_NONE);
        bool days = t->b->ty.num == UNIT_DAY || t->b->ty.num == UNIT_WEEK;
        lo = lw_op(lw, days ? IR_ADD_DAYS : IR_ADD_MONTHS, space, REP_SPAN, 0, lw_const(lw, space, REP_SPAN, day.v), n,
                   IR_NONE);
    }
    ir_reg after = span_cmp(lw, IR_SPAN_GT, x, lo, space, t->why),
           before = span_cmp(lw, IR_SPAN_LE, x, hi, space, t->why);
    return lw_op(lw, IR_AND, space, REP_BOOL, 0, after, before, IR_NONE);
}

static ir_reg lower_in_period(struct lower *lw, struct tx *t, uint16_t space)
{
    ir_reg x = lw_any(lw, t->a, space);
    ir_reg after = span_cmp(lw, IR_SPAN_GE, x, lw_const(lw, space, REP_SPAN, t->win.first), space, t->why);
    ir_reg before = span_cmp(lw, IR_SPAN_LE, x, lw_const(lw, space, REP_SPAN, t->win.last), space, t->why);
    return lw_op(lw, IR_AND, space, REP_BOOL, 0, after, before, IR_NONE);
}

static ir_reg lower_part(struct lower *lw, struct tx *t, uint16_t space)
{
    ir_reg a = lw_any(lw, t->a, space);
    if (t->part <= 5) return lw_op(lw, IR_DIV_TRUNC, space, REP_INT, t->part, a, IR_NONE, IR_NONE);
    struct ir_op o = blank_op(t->part == 6 ? IR_YEAR : IR_MONTH, space, REP_INT);
    o.args[0] = a, o.why = t->why;
    return lw_emit(lw, &o);
}

static ir_reg lower_call(struct lower *lw, struct tx *t, uint16_t space)
{
    struct ir_op o = blank_op(t->b ? IR_FULL_YEARS : IR_MONTH_END, space, REP_SPAN);
    o.args[0] = lw_any(lw, t->a, space);
    if (t->b) o.args[1] = lw_any(lw, t->b, space);
    o.why = t->why;
    return lw_emit(lw, &o);
}

static ir_reg lower_set(struct lower *lw, struct tx *t, uint16_t space)
{
    ir_reg r = lw_const(lw, space, REP_SET, t->v);
    for (size_t i = 0; i < t->n_items; i++) {
        if (!t->items[i].when) continue;
        ir_reg k = lw_op(lw, IR_SET_WHEN, space, REP_SET, t->items[i].code, lw_bool(lw, t->items[i].when, space),
                         IR_NONE, IR_NONE);
        r = lw_op(lw, IR_SET_UNION, space, REP_SET, 0, r, k, IR_NONE);
    }
    return r;
}

static ir_reg lower_every(struct lower *lw, struct tx *t, uint16_t space)
{
    if (t->src->u.every.ago) return lw_any(lw, t->parts[0], space);
    ir_reg r = lw_bool(lw, t->parts[0], space);
    for (size_t i = 1; i < t->n_parts; i++)
        r = lw_op(lw, IR_AND, space, REP_BOOL, 0, r, lw_bool(lw, t->parts[i], space), IR_NONE);
    return r;
}

static ir_reg lower_kind(struct lower *lw, struct tx *t, uint16_t space)
{
    switch (t->kind) {
    case TX_CONST: return lower_const(lw, t, space);
    case TX_ABSENT: return lw_absent(lw, space, ty_rep(&t->ty));
    case TX_PARAM: return lower_param(lw, t);
    case TX_FIELD: return read_at(lw, canonical_field(lw, t), t->scope);
    case TX_FEATURE: return read_at(lw, lower_body(lw, t->a, t->field.table), t->scope);
    case TX_ROW: return lower_row(lw, t);
    case TX_VIA: return lower_via(lw, t, space);
    case TX_NOT: return lw_op(lw, IR_NOT, space, REP_BOOL, 0, lw_bool(lw, t->a, space), IR_NONE, IR_NONE);
    case TX_NEG: return lw_op(lw, IR_NEG, space, REP_INT, 0, lw_plain(lw, t->a, space), IR_NONE, IR_NONE);
    case TX_BINARY: return lower_binary(lw, t, space);
    case TX_IN_RANGE: return lower_range(lw, t, space);
    case TX_IN_SET:
        return lw_op(lw, IR_MEMBER, space, REP_BOOL, 0, lw_any(lw, t->a, space), lw_any(lw, t->b, space), IR_NONE);
    case TX_IS_ABSENT: return lw_op(lw, IR_IS_ABSENT, space, REP_BOOL, 0, lw_any(lw, t->a, space), IR_NONE, IR_NONE);
    case TX_IS_BLANK: return lower_blank(lw, t, space);
    case TX_WITHIN: return lower_within(lw, t, space);
    case TX_IN_PERIOD: return lower_in_period(lw, t, space);
    case TX_IF:
    case TX_LEAST:
    case TX_GREATEST: return lower_choice(lw, t, space);
    case TX_SET: return lower_set(lw, t, space);
    case TX_PART: return lower_part(lw, t, space);
    case TX_TABLE: return lw_table(lw, t, space);
    case TX_AGG: return lw_agg(lw, t, space);
    case TX_EVERY: return lower_every(lw, t, space);
    case TX_CALL: return lower_call(lw, t, space);
    case TX_RULE: return lower_rule_truth(lw, t, space);
    default: lw->failed = lw->beyond = true; return IR_NONE;
    }
}

ir_reg lw_any(struct lower *lw, struct tx *t, uint16_t space)
{
    if (lw->failed) return IR_NONE;
    if (lw->depth == LOWER_DEPTH_MAX) {
        lw->failed = lw->beyond = true;
        return IR_NONE;
    }
    lw->depth++;
    bool constant = t->kind == TX_CONST || t->kind == TX_ABSENT;
    uint16_t natural = constant ? space : lw_natural(lw, t->scopes);
    ir_reg r = lw_bring(lw, lower_kind(lw, t, natural), space);
    lw->depth--;
    if (t->reg == IR_NONE) t->reg = r, t->space = space;
    return r;
}

ir_reg lw_plain(struct lower *lw, struct tx *t, uint16_t space)
{
    ir_reg r = lw_any(lw, t, space);
    if (r == IR_NONE) return r;
    if (lw_rep(lw, r) == REP_FRAC)
        return lw_op(lw, IR_ROUND, space, REP_INT, ty_decimals(lw->t->p, &t->ty), r, IR_NONE, IR_NONE);
    if (lw_rep(lw, r) != REP_SPAN || t->ty.kind == T_DATE) return r;
    struct ir_op o = blank_op(IR_SPAN_INT, space, REP_INT);
    o.args[0] = r, o.why = t->why;
    return lw_emit(lw, &o);
}

ir_reg lw_frac(struct lower *lw, struct tx *t, uint16_t space)
{
    ir_reg r = lw_any(lw, t, space);
    if (r == IR_NONE || lw_rep(lw, r) == REP_FRAC) return r;
    r = lw_plain(lw, t, space);
    return lw_op(lw, IR_FRAC_OF, space, REP_FRAC, ty_decimals(lw->t->p, &t->ty), r, IR_NONE, IR_NONE);
}

ir_reg lw_bool(struct lower *lw, struct tx *t, uint16_t space)
{
    ir_reg r = lw_any(lw, t, space);
    return t->may_absent && r != IR_NONE ? lw_op(lw, IR_TRUTH, space, REP_BOOL, 0, r, IR_NONE, IR_NONE) : r;
}

/* ---------------------------------------------------------------- whole programs */

struct program *lower_new(struct typer *t, struct lower **out)
{
    struct lower *lw = ARENA_NEW(t->a, struct lower);
    struct program *p = ARENA_NEW(t->a, struct program);
    *out = lw;
    if (!lw || !p) return NULL;
    lw->t = t;
    lw->prog = p;
    p->arena = t->a;
    p->as_of = t->place_day;
    map64_init(&lw->seen);
    map64_init(&lw->bodies);
    lw_space(lw, (struct ir_space){
                     .kind = SPACE_HOUSEHOLD, .table = TABLE_HOUSEHOLD, .outer = UINT16_MAX, .start = IR_NONE});
    lw_space(lw, (struct ir_space){
                     .kind = SPACE_PERSON, .table = TABLE_PERSON, .outer = SPACE_OF_HOUSEHOLD, .start = IR_NONE});
    if (lw->spaces.n == 2) return p;
    lower_free(lw); /* what it holds; itself it lies in the arena */
    return NULL;
}

ir_reg lower_output(struct lower *lw, struct tx *t, uint16_t table)
{
    ir_reg r = lower_body(lw, t, table);
    if (r == IR_NONE || lw->failed) return IR_NONE;
    if (t->ty.kind != T_BOOL || !t->may_absent) return r;
    return lw_op(lw, IR_TRUTH, lw->ops.v[r].space, REP_BOOL, 0, r, IR_NONE, IR_NONE);
}

ir_reg lower_verdict(struct lower *lw, struct tx *t, uint16_t table)
{
    ir_reg r = lower_output(lw, t, table);
    return r != IR_NONE && table >= TABLE_FACT0 ? lw_of_today(lw, r, table) : r;
}

static void *copy_out(struct arena *a, const void *v, size_t n, size_t size)
{
    void *p = arena_alloc_array(a, n ? n : 1, size);
    if (p && n) memcpy(p, v, n * size);
    return p;
}

static bool is_full(const struct lower *lw)
{
    return lw->ops.n == IR_OPS_MAX || lw->spaces.n == IR_SPACES_MAX || lw->reaches.n == LOWER_REACHES_MAX;
}

enum rc lower_finish(struct lower *lw, struct err *e)
{
    struct program *p = lw->prog;
    if (lw->failed && (lw->beyond || is_full(lw)))
        return err_set(e, RC_INPUT, pos_none(), "the rules need more operations than allowed (%d).",
                       "规则所需的运算超过上限（%d 个）。", (int)IR_OPS_MAX);
    if (lw->failed || lw->t->nomem) return err_nomem(e);
    p->n_ops = lw->ops.n, p->n_spaces = lw->spaces.n, p->n_reaches = lw->reaches.n, p->n_slots = lw->t->slots.n;
    p->ops = copy_out(p->arena, lw->ops.v, lw->ops.n, sizeof *p->ops);
    p->spaces = copy_out(p->arena, lw->spaces.v, lw->spaces.n, sizeof *p->spaces);
    p->reaches = copy_out(p->arena, lw->reaches.v, lw->reaches.n, sizeof *p->reaches);
    p->slots = copy_out(p->arena, lw->t->slots.v, lw->t->slots.n, sizeof *p->slots);
    return p->ops && p->spaces && p->reaches && p->slots ? RC_OK : err_nomem(e);
}

void lower_free(struct lower *lw)
{
    if (!lw) return;
    vec_fini(&lw->ops);
    vec_fini(&lw->spaces);
    vec_fini(&lw->reaches);
    map64_fini(&lw->seen);
    map64_fini(&lw->bodies);
}
