/* Lowering of comparisons, tables and aggregates. */
#include "rules/lower_int.h"
#include "base/mem.h"

/* ---------------------------------------------------------------- comparisons */

static enum ir_opcode cmp_code(enum binop op, enum ir_opcode eq)
{
    static const unsigned offset[BINOP__MAX] = {
        [OP_EQ] = 0, [OP_NE] = 1, [OP_LT] = 2, [OP_LE] = 3, [OP_GT] = 4, [OP_GE] = 5};
    return (enum ir_opcode)(eq + offset[op]);
}

static bool small_const(const struct tx *t) { return t->kind == TX_CONST && t->v >= 0 && t->v <= INT32_MAX; }

/* A rough number of years against a small constant stays a span. */
static ir_reg cmp_span(struct lower *lw, enum binop op, struct tx *a, struct tx *b, uint16_t space, reason why)
{
    struct ir_op o = {.code = (uint8_t)cmp_code(op, IR_SPAN_EQ),
                      .rep = REP_BOOL,
                      .space = space,
                      .from = UINT16_MAX,
                      .own = IR_NONE,
                      .date = IR_NONE,
                      .why = why};
    for (int i = 0; i < IR_DEPTH_MAX; i++) o.reach[i] = UINT16_MAX;
    o.args[0] = a->span ? lw_any(lw, a, space) : lw_const(lw, space, REP_SPAN, a->v);
    o.args[1] = b->span ? lw_any(lw, b, space) : lw_const(lw, space, REP_SPAN, b->v);
    o.args[2] = IR_NONE;
    return lw_emit(lw, &o);
}

/* true == true, with absent on either side false. */
static ir_reg cmp_bool(struct lower *lw, enum binop op, struct tx *a, struct tx *b, uint16_t space)
{
    ir_reg x = lw_any(lw, a, space), y = lw_any(lw, b, space);
    ir_reg tx = lw_op(lw, IR_TRUTH, space, REP_BOOL, 0, x, IR_NONE, IR_NONE),
           ty = lw_op(lw, IR_TRUTH, space, REP_BOOL, 0, y, IR_NONE, IR_NONE);
    ir_reg nx = lw_op(lw, IR_NOT, space, REP_BOOL, 0, tx, IR_NONE, IR_NONE),
           ny = lw_op(lw, IR_NOT, space, REP_BOOL, 0, ty, IR_NONE, IR_NONE);
    ir_reg p = lw_op(lw, IR_AND, space, REP_BOOL, 0, tx, op == OP_EQ ? ty : ny, IR_NONE);
    ir_reg q = lw_op(lw, IR_AND, space, REP_BOOL, 0, nx, op == OP_EQ ? ny : ty, IR_NONE);
    ir_reg r = lw_op(lw, IR_OR, space, REP_BOOL, 0, p, q, IR_NONE);
    for (int i = 0; i < 2; i++) {
        if (!(i ? b : a)->may_absent) continue;
        ir_reg there = lw_op(lw, IR_NOT, space, REP_BOOL, 0,
                             lw_op(lw, IR_IS_ABSENT, space, REP_BOOL, 0, i ? y : x, IR_NONE, IR_NONE), IR_NONE,
                             IR_NONE);
        r = lw_op(lw, IR_AND, space, REP_BOOL, 0, r, there, IR_NONE);
    }
    return r;
}

ir_reg lw_cmp(struct lower *lw, enum binop op, struct tx *a, struct tx *b, uint16_t space, reason why)
{
    bool dates = a->ty.kind == T_DATE;
    if (dates || (a->span && b->span) || (a->span && small_const(b)) || (b->span && small_const(a)))
        return cmp_span(lw, op, a, b, space, why);
    if (a->ty.kind == T_BOOL) return cmp_bool(lw, op, a, b, space);
    if (a->frac || b->frac) {
        ir_reg x = lw_frac(lw, a, space), y = lw_frac(lw, b, space);
        return lw_op(lw, cmp_code(op, IR_FRAC_EQ), space, REP_BOOL, 0, x, y, IR_NONE);
    }
    ir_reg x = lw_plain(lw, a, space), y = lw_plain(lw, b, space);
    return lw_op(lw, cmp_code(op, IR_EQ), space, REP_BOOL, 0, x, y, IR_NONE);
}

ir_reg lw_compare(struct lower *lw, struct tx *t, uint16_t space)
{
    if (t->a->ty.kind == T_SET) {
        ir_reg set = lw_any(lw, t->a, space);
        ir_reg empty = lw_op(lw, IR_SET_EMPTY, space, REP_BOOL, 0, set, IR_NONE, IR_NONE);
        if (t->op == OP_EQ) return empty;
        ir_reg no = lw_op(lw, IR_NOT, space, REP_BOOL, 0, empty, IR_NONE, IR_NONE);
        if (!t->a->may_absent) return no;
        ir_reg there = lw_op(lw, IR_NOT, space, REP_BOOL, 0,
                             lw_op(lw, IR_IS_ABSENT, space, REP_BOOL, 0, set, IR_NONE, IR_NONE), IR_NONE, IR_NONE);
        return lw_op(lw, IR_AND, space, REP_BOOL, 0, no, there, IR_NONE);
    }
    return lw_cmp(lw, t->op, t->a, t->b, space, t->why);
}

/* ---------------------------------------------------------------- tables: a chain of choices, guarded by the keys */

static ir_reg table_row(struct lower *lw, struct tx *t, const struct tx_trow *row, ir_reg below, uint16_t space)
{
    ir_reg v = t->frac ? lw_frac(lw, row->value, space) : lw_plain(lw, row->value, space);
    if (row->is_else) return v;
    ir_reg c = IR_NONE;
    for (size_t k = 0; k < t->n_parts; k++) {
        ir_reg one = lw_bool(lw, row->keys[k], space);
        c = c == IR_NONE ? one : lw_op(lw, IR_AND, space, REP_BOOL, 0, c, one, IR_NONE);
    }
    return lw_op(lw, IR_IF, space, lw_rep(lw, v), 0, c, v, below);
}

ir_reg lw_table(struct lower *lw, struct tx *t, uint16_t space)
{
    uint8_t rep = t->frac ? REP_FRAC : ty_rep(&t->ty);
    ir_reg r = lw_absent(lw, space, rep);
    for (size_t i = t->n_trows; i-- > 0;)
        if (t->trows[i].is_else) r = table_row(lw, t, &t->trows[i], r, space);
    for (size_t i = t->n_trows; i-- > 0;)
        if (!t->trows[i].is_else) r = table_row(lw, t, &t->trows[i], r, space);
    for (size_t k = 0; k < t->n_parts; k++) {
        if (!t->parts[k]->may_absent) continue;
        r = lw_op(lw, IR_GUARD, space, lw_rep(lw, r), 0, r, lw_any(lw, t->parts[k], space), IR_NONE);
    }
    return r;
}

/* ---------------------------------------------------------------- aggregates */

struct cursor {
    struct bind at;
    uint16_t spaces[IR_DEPTH_MAX]; /* made or crossed below the target, outermost first */
    uint16_t reach[IR_DEPTH_MAX];
    ir_reg in_reach[IR_DEPTH_MAX]; /* condition of each dataset crossed, in its own space */
    size_t n;
};

static uint16_t add_reach(struct lower *lw, struct tx_step *s, uint32_t prev_scope)
{
    struct ir_reach r = s->reach;
    if (s->anchor) {
        uint16_t table = lw->bind[prev_scope].table;
        r.anchor = lw_any(lw, s->anchor, lw_natural(lw, s->anchor->scopes));
        if (table != TABLE_PERSON && table != TABLE_HOUSEHOLD) lw->failed = lw->beyond = true;
    }
    for (size_t i = 0; i < lw->reaches.n; i++) {
        const struct ir_reach *o = &lw->reaches.v[i];
        if (o->kind == r.kind && o->dataset == r.dataset && o->as_of == r.as_of && o->unit == r.unit && o->n == r.n &&
            o->m == r.m && o->in_days == r.in_days && o->first == r.first && o->last == r.last && o->anchor == r.anchor)
            return (uint16_t)i;
    }
    if (!vec_push(&lw->reaches, LOWER_REACHES_MAX, r)) lw->failed = true;
    return (uint16_t)(lw->reaches.n - 1);
}

static void enter(struct cursor *c, uint16_t space, uint16_t table, uint16_t reach)
{
    c->at = (struct bind){space, table, IR_NONE};
    c->spaces[c->n] = space;
    c->reach[c->n] = reach;
    c->in_reach[c->n++] = IR_NONE;
}

static ir_reg row_of(struct lower *lw, const struct bind *b)
{
    return b->ref != IR_NONE ? b->ref : lw_op(lw, IR_ROW, b->space, REP_INT, 0, IR_NONE, IR_NONE, IR_NONE);
}

static uint16_t edge_space(struct lower *lw, const struct bind *from, uint16_t table)
{
    return lw_space(lw, (struct ir_space){.kind = SPACE_EDGE,
                                          .table = table,
                                          .outer = from->space,
                                          .start = row_of(lw, from),
                                          .start_table = from->table});
}

/* The reason of a rough date at the edge of a window is the time field's. */
static ir_reg in_reach(struct lower *lw, const struct tx_step *s, uint16_t space, uint16_t reach)
{
    struct ir_op o = {.code = IR_IN_REACH,
                      .rep = REP_BOOL,
                      .space = space,
                      .index = reach,
                      .from = UINT16_MAX,
                      .own = IR_NONE,
                      .date = IR_NONE};
    struct field_ref f;
    const struct decl *ds;
    struct str time = s->decl->u.dataset.time_field.text;
    for (int i = 0; i < IR_ARGS_MAX; i++) o.args[i] = IR_NONE;
    for (int i = 0; i < IR_DEPTH_MAX; i++) o.reach[i] = UINT16_MAX;
    bool found = time.n && field_find(lw->t, s->table, time, &f, &ds);
    o.why = reason_make(REASON_BLANK, s->dataset, found ? f.field : UINT64_C(0xffff));
    return lw_emit(lw, &o);
}

/* Whether the set that a person has of a dataset is whole: false, or unknown with the reasons. */
static ir_reg not_whole(struct lower *lw, uint16_t facts, uint16_t reach)
{
    ir_reg never = lw_const(lw, facts, REP_BOOL, false);
    struct ir_op o = {.code = IR_AGG,
                      .rep = REP_BOOL,
                      .space = SPACE_OF_PERSON,
                      .agg = AGG_ANY,
                      .from = facts,
                      .args = {never, IR_NONE, IR_NONE},
                      .own = IR_NONE,
                      .date = IR_NONE};
    for (int i = 0; i < IR_DEPTH_MAX; i++) o.reach[i] = UINT16_MAX;
    o.reach[0] = reach;
    return lw_emit(lw, &o);
}

/* Of a list that is sent anew, the rows of the newest sending are judged; those of an older one, which may have been
 * corrected since, are not, and are unknown while the newest is missing. */
ir_reg lw_of_today(struct lower *lw, ir_reg verdict, uint16_t table)
{
    uint32_t number = (uint32_t)table - TABLE_FACT0;
    struct tx_step s = {.kind = STEP_DATASET, .table = table, .dataset = number, .decl = typer_dataset(lw->t, number)};
    if (!s.decl || s.decl->u.dataset.kind == DK_EVENTS) return verdict;
    s.reach = (struct ir_reach){.kind = s.decl->u.dataset.kind == DK_LATEST ? REACH_LATEST : REACH_NEWEST,
                                .dataset = number,
                                .as_of = lw->t->day,
                                .unit = s.decl->u.dataset.period,
                                .anchor = IR_NONE};
    uint16_t facts = lw_canonical(lw, table), reach = add_reach(lw, &s, 0);
    ir_reg today = in_reach(lw, &s, facts, reach);
    ir_reg judged = lw_op(lw, IR_AND, facts, REP_BOOL, 0, today, verdict, IR_NONE);
    if (s.decl->u.dataset.coverage != COV_COMPLETE) return judged;
    ir_reg old = lw_op(lw, IR_NOT, facts, REP_BOOL, 0, today, IR_NONE, IR_NONE);
    ir_reg missing = lw_bring(lw, not_whole(lw, facts, reach), facts);
    ir_reg open = lw_op(lw, IR_AND, facts, REP_BOOL, 0, old, missing, IR_NONE);
    return lw_op(lw, IR_OR, facts, REP_BOOL, 0, judged, open, IR_NONE);
}

/* Rows owned by the cursor's row: the table itself where the cursor stands on its own table, else an edge. */
static void step_owned(struct lower *lw, struct cursor *c, struct tx_step *s, uint32_t prev_scope)
{
    uint16_t reach = s->kind == STEP_DATASET ? add_reach(lw, s, prev_scope) : UINT16_MAX;
    bool plain = c->at.ref == IR_NONE && lw_is_canonical(lw, c->at.space);
    uint16_t canonical = lw_canonical(lw, s->table);
    uint16_t space = plain ? canonical : edge_space(lw, &c->at, s->table);
    enter(c, space, s->table, reach);
    if (reach == UINT16_MAX || lw->failed) return;
    ir_reg in = in_reach(lw, s, canonical, reach);
    c->in_reach[c->n - 1] = plain ? in : lw_op(lw, IR_GATHER, space, REP_BOOL, 0, in, IR_NONE, IR_NONE);
}

/* Follow a reference; one from a fact row that is not read must lead nowhere, or it would make the set incomplete. */
static void step_follow(struct lower *lw, struct cursor *c, struct tx_step *s, bool last)
{
    ir_reg ref = lw_any(lw, s->ref, c->at.space);
    if (c->n && c->in_reach[c->n - 1] != IR_NONE && c->spaces[c->n - 1] == c->at.space)
        ref = lw_op(lw, IR_IF, c->at.space, REP_INT, 0, c->in_reach[c->n - 1], ref,
                    lw_absent(lw, c->at.space, REP_INT));
    c->at = (struct bind){c->at.space, s->table, ref};
    if (last) enter(c, edge_space(lw, &c->at, s->table), s->table, UINT16_MAX);
}

static uint32_t own_scopes(const struct tx *t) { return ((1u << t->agg.n_steps) - 1) << t->agg.scope0; }

static void add_tie(struct lower *lw, struct tx *c, uint32_t own, uint16_t space, uint16_t canonical,
                    struct ir_tie *ties, size_t *n)
{
    if (c->kind == TX_BINARY && c->op == OP_AND) {
        add_tie(lw, c->a, own, space, canonical, ties, n);
        add_tie(lw, c->b, own, space, canonical, ties, n);
        return;
    }
    bool eq = c->kind == TX_BINARY && c->op == OP_EQ && c->a->ty.kind != T_SET && !c->a->frac && !c->b->frac &&
              !c->a->span && !c->b->span && c->a->ty.kind != T_BOOL;
    if (!eq || *n == IR_DEPTH_MAX) return;
    struct tx *in = NULL, *out = NULL;
    if (c->a->scopes && !(c->a->scopes & ~own) && !(c->b->scopes & own)) in = c->a, out = c->b;
    else if (c->b->scopes && !(c->b->scopes & ~own) && !(c->a->scopes & own)) in = c->b, out = c->a;
    if (!in) return;
    ties[(*n)++] = (struct ir_tie){lw_plain(lw, out, space), lw_plain(lw, in, canonical)};
}

/* Whether a condition asks about sets of rows. Such a one may be unknown for everybody, while a file is missing; a key
 * that hangs on it would be unknown for everybody and pair each with each. */
static bool asks_rows(const struct tx *t, unsigned depth)
{
    if (!t) return false;
    if (t->kind == TX_AGG || depth == EXPR_DEPTH_MAX) return true;
    bool found = asks_rows(t->a, depth + 1) || asks_rows(t->b, depth + 1) || asks_rows(t->c, depth + 1);
    for (size_t i = 0; !found && i < t->n_parts; i++) found = asks_rows(t->parts[i], depth + 1);
    for (size_t i = 0; !found && i < t->n_items; i++) found = asks_rows(t->items[i].when, depth + 1);
    return found;
}

/* The conditions of a top-level `and` that read only the register's own rows (inner) or only rows outside it. */
static ir_reg one_sided(struct lower *lw, struct tx *c, uint32_t own, bool inner, uint16_t space, ir_reg so_far)
{
    if (c->kind == TX_BINARY && c->op == OP_AND)
        return one_sided(lw, c->b, own, inner, space, one_sided(lw, c->a, own, inner, space, so_far));
    bool mine = c->scopes && (inner ? !(c->scopes & ~own) : !(c->scopes & own));
    if (!mine || asks_rows(c, 0)) return so_far;
    ir_reg r = lw_bool(lw, c, space);
    return so_far == IR_NONE ? r : lw_op(lw, IR_AND, space, REP_BOOL, 0, so_far, r, IR_NONE);
}

/* A row whose own condition is known to fail is never among the tied: its key counts as absent. The filter would leave
 * it out anyway; listing it would pair everybody with everybody whose key is blank. */
static ir_reg keep_if(struct lower *lw, ir_reg cond, ir_reg key, uint16_t space)
{
    if (cond == IR_NONE || key == IR_NONE) return key;
    uint8_t rep = lw_rep(lw, key);
    return lw_op(lw, IR_IF, space, rep, 0, cond, key, lw_absent(lw, space, rep));
}

static void narrow_ties(struct lower *lw, struct tx *where, uint32_t own, uint16_t space, uint16_t canonical,
                        struct ir_tie *ties, size_t n)
{
    ir_reg inner = one_sided(lw, where, own, true, canonical, IR_NONE);
    ir_reg outer = one_sided(lw, where, own, false, space, IR_NONE);
    for (size_t i = 0; i < n; i++)
        ties[i] = (struct ir_tie){keep_if(lw, outer, ties[i].outer, space),
                                  keep_if(lw, inner, ties[i].inner, canonical)};
}

static void step_whole(struct lower *lw, struct cursor *c, struct tx *t, uint16_t space)
{
    uint16_t table = t->agg.steps[0].table, canonical = lw_canonical(lw, table);
    struct ir_tie ties[IR_DEPTH_MAX];
    size_t n = 0;
    struct bind saved = lw->bind[t->agg.scope0];
    lw->bind[t->agg.scope0] = (struct bind){canonical, table, IR_NONE};
    if (t->agg.where) {
        add_tie(lw, t->agg.where, own_scopes(t), space, canonical, ties, &n);
        narrow_ties(lw, t->agg.where, own_scopes(t), space, canonical, ties, n);
    }
    lw->bind[t->agg.scope0] = saved;
    struct ir_tie *kept = ARENA_ARRAY(lw->t->a, struct ir_tie, n + 1);
    if (!kept) {
        lw->failed = true;
        return;
    }
    memcpy(kept, ties, n * sizeof *ties);
    uint16_t tied = lw_space(
        lw, (struct ir_space){
                .kind = SPACE_TIED, .table = table, .outer = space, .start = IR_NONE, .ties = kept, .n_ties = n});
    enter(c, tied, table, UINT16_MAX);
}

static void walk_path(struct lower *lw, struct tx *t, uint16_t space, struct cursor *c)
{
    if (t->agg.steps[0].kind == STEP_WHOLE) {
        step_whole(lw, c, t, space);
        lw->bind[t->agg.scope0] = c->at;
        return;
    }
    struct bind start = lw->bind[t->agg.start];
    if (start.space != space) start = (struct bind){space, start.table, lw_bring(lw, row_of(lw, &start), space)};
    c->at = start;
    lw->bind[t->agg.scope0 - 1] = start;
    for (size_t k = 0; k < t->agg.n_steps && !lw->failed; k++) {
        struct tx_step *s = &t->agg.steps[k];
        bool last = k + 1 == t->agg.n_steps;
        if (s->kind == STEP_REF || s->kind == STEP_HEAD) step_follow(lw, c, s, last);
        else step_owned(lw, c, s, t->agg.scope0 - 1 + (uint32_t)k);
        lw->bind[t->agg.scope0 + k] = c->at;
    }
}

static ir_reg agg_filter(struct lower *lw, struct tx *t, const struct cursor *c)
{
    ir_reg f = IR_NONE;
    for (size_t i = 0; i < c->n; i++) {
        if (c->in_reach[i] == IR_NONE) continue;
        ir_reg one = lw_bring(lw, c->in_reach[i], c->at.space);
        f = f == IR_NONE ? one : lw_op(lw, IR_AND, c->at.space, REP_BOOL, 0, f, one, IR_NONE);
    }
    if (!t->agg.where) return f;
    ir_reg w = lw_bool(lw, t->agg.where, c->at.space);
    return f == IR_NONE ? w : lw_op(lw, IR_AND, c->at.space, REP_BOOL, 0, f, w, IR_NONE);
}

static uint8_t agg_rep(const struct lower *lw, const struct tx *t, ir_reg value)
{
    switch (t->agg.kind) {
    case AGG_ANY:
    case AGG_ALL: return REP_BOOL;
    case AGG_SHARE: return REP_FRAC;
    case AGG_SUM:
    case AGG_COUNT:
    case AGG_RANK: return REP_INT;
    default: return lw_rep(lw, value);
    }
}

static ir_reg agg_value(struct lower *lw, struct tx *t, uint16_t space)
{
    if (!t->agg.value) return IR_NONE;
    bool as_is = t->agg.kind == AGG_MIN || t->agg.kind == AGG_MAX || t->agg.kind == AGG_LATEST;
    if (as_is && !t->agg.value->span) return lw_any(lw, t->agg.value, space);
    if (as_is && t->agg.kind == AGG_LATEST) return lw_any(lw, t->agg.value, space);
    return t->agg.value->ty.kind == T_BOOL ? lw_any(lw, t->agg.value, space) : lw_plain(lw, t->agg.value, space);
}

/* The time field of the rows, for latest. */
static ir_reg agg_date(struct lower *lw, struct tx *t, const struct cursor *c)
{
    struct tx_step *last = &t->agg.steps[t->agg.n_steps - 1];
    if (t->agg.kind != AGG_LATEST || last->kind != STEP_DATASET) return IR_NONE;
    struct str time = last->decl->u.dataset.time_field.text;
    struct field_ref f;
    const struct decl *ds;
    if (!time.n || !field_find(lw->t, last->table, time, &f, &ds)) return IR_NONE;
    struct tx field = {.kind = TX_FIELD,
                       .ty = {.kind = T_DATE},
                       .field = f,
                       .scope = t->agg.scope0 + (uint32_t)t->agg.n_steps - 1,
                       .reg = IR_NONE,
                       .why = reason_make(REASON_BLANK, f.dataset, f.field)};
    field.scopes = 1u << field.scope;
    return lw_any(lw, &field, c->at.space);
}

ir_reg lw_agg(struct lower *lw, struct tx *t, uint16_t space)
{
    struct bind saved[SCOPES_MAX];
    memcpy(saved, lw->bind, sizeof saved);
    struct cursor c = {0};
    walk_path(lw, t, space, &c);
    if (lw->failed) return IR_NONE;
    struct ir_op o = {.code = IR_AGG,
                      .space = space,
                      .agg = (uint8_t)t->agg.kind,
                      .from = c.at.space,
                      .own = IR_NONE,
                      .date = IR_NONE};
    for (int i = 0; i < IR_DEPTH_MAX; i++) o.reach[i] = UINT16_MAX;
    for (size_t i = 0; i < c.n && i < IR_DEPTH_MAX; i++) o.reach[i] = c.reach[i];
    o.args[0] = agg_filter(lw, t, &c);
    o.args[1] = agg_value(lw, t, c.at.space);
    o.args[2] = IR_NONE;
    o.date = agg_date(lw, t, &c);
    memcpy(lw->bind, saved, sizeof saved);
    if (t->agg.own) o.own = lw_plain(lw, t->agg.own, space);
    if (lw->failed) return IR_NONE;
    o.nonneg = t->agg.value && t->agg.value->kind == TX_FIELD && t->agg.value->nonneg_field;
    o.rep = agg_rep(lw, t, o.args[1]);
    o.at = t->at;
    return lw_emit(lw, &o);
}
