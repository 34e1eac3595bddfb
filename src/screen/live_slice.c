/* What a changed side has in common with the base: operations that are equal and read the same values give the same
 * registers, so that only the slice behind the others is run, over columns kept of what it takes from outside. */
#include "screen/live_int.h"

/* ---------------------------------------------------------------- equal operations */

/* An operation without what may differ between two programs that compute the same. */
struct op_key {
    uint8_t code, rep, agg, flags;
    uint16_t space, from;
    uint32_t index;
    ir_reg args[IR_ARGS_MAX], own, date;
    int64_t v, w;
    reason why;
    uint16_t reach[IR_DEPTH_MAX];
};

/* Numbers of the base's program by those of the changed one's. */
struct match {
    const struct program *a, *b;
    ir_reg *op;
    uint16_t *space, *reach, *slot;
    struct map64 first; /* hash of a key -> operation of a */
    uint32_t *next;     /* of the same hash; UINT32_MAX: none */
    struct op_key *keys;
};

static struct op_key key_of(const struct ir_op *o)
{
    struct op_key k;
    memset(&k, 0, sizeof k);
    k.code = o->code, k.rep = o->rep, k.agg = o->agg;
    k.flags = (uint8_t)(o->absent | o->optional << 1 | o->nonneg << 2);
    k.space = o->space, k.from = o->from, k.index = o->index;
    memcpy(k.args, o->args, sizeof k.args);
    k.own = o->own, k.date = o->date, k.v = o->v, k.w = o->w, k.why = o->why;
    memcpy(k.reach, o->reach, sizeof k.reach);
    return k;
}

static uint64_t key_hash(const struct op_key *k) { return str_hash(str_make((const char *)k, sizeof *k)); }

static bool map_reg(const struct match *m, ir_reg *r)
{
    if (*r == IR_NONE) return true;
    *r = m->op[*r];
    return *r != IR_NONE;
}

static bool map_number(const uint16_t *map, uint16_t *n)
{
    if (*n == UINT16_MAX) return true;
    *n = map[*n];
    return *n != UINT16_MAX;
}

/* The key in the base's numbers; false: something that it names has no equal there. */
static bool map_key(const struct match *m, const struct ir_op *o, struct op_key *k)
{
    *k = key_of(o);
    bool ok = map_number(m->space, &k->space) && map_reg(m, &k->own) && map_reg(m, &k->date);
    for (int i = 0; ok && i < IR_ARGS_MAX; i++) ok = map_reg(m, &k->args[i]);
    if (ok && o->code == IR_AGG) ok = map_number(m->space, &k->from);
    for (int i = 0; ok && o->code == IR_AGG && i < IR_DEPTH_MAX; i++) ok = map_number(m->reach, &k->reach[i]);
    uint16_t index = (uint16_t)k->index;
    if (ok && (o->code == IR_PARAM || o->code == IR_IN_REACH)) {
        ok = map_number(o->code == IR_PARAM ? m->slot : m->reach, &index);
        k->index = index;
    }
    if (ok && o->code == IR_VIA) {
        ok = map_number(m->space, &index);
        k->index = index;
    }
    return ok;
}

static uint16_t equal_slot(const struct program *a, const struct ir_slot *s)
{
    for (size_t i = 0; i < a->n_slots; i++)
        if (str_eq(a->slots[i].param, s->param) && a->slots[i].at == s->at && a->slots[i].rep == s->rep)
            return (uint16_t)i;
    return UINT16_MAX;
}

static uint16_t equal_space(const struct match *m, const struct ir_space *s)
{
    struct ir_space want = *s;
    if (!map_number(m->space, &want.outer) || (s->kind == SPACE_EDGE && !map_reg(m, &want.start))) return UINT16_MAX;
    for (uint16_t i = 0; i < m->a->n_spaces; i++) {
        const struct ir_space *x = &m->a->spaces[i];
        bool same = x->kind == s->kind && x->table == s->table && x->outer == want.outer && x->n_ties == s->n_ties &&
                    (s->kind != SPACE_EDGE || (x->start == want.start && x->start_table == s->start_table));
        for (size_t k = 0; same && s->kind == SPACE_TIED && k < s->n_ties; k++) {
            struct ir_tie t = s->ties[k];
            same = map_reg(m, &t.outer) && map_reg(m, &t.inner) && t.outer == x->ties[k].outer &&
                   t.inner == x->ties[k].inner;
        }
        if (same) return i;
    }
    return UINT16_MAX;
}

static uint16_t equal_reach(const struct match *m, const struct ir_reach *r)
{
    ir_reg anchor = r->anchor;
    if (!map_reg(m, &anchor)) return UINT16_MAX;
    for (uint16_t i = 0; i < m->a->n_reaches; i++) {
        const struct ir_reach *x = &m->a->reaches[i];
        if (x->kind == r->kind && x->dataset == r->dataset && x->as_of == r->as_of && x->unit == r->unit &&
            x->n == r->n && x->m == r->m && x->in_days == r->in_days && x->first == r->first && x->last == r->last &&
            x->why == r->why && x->anchor == anchor)
            return i;
    }
    return UINT16_MAX;
}

/* Operations before `upto` are matched: spaces and reaches that hang on them can be. */
static void match_around(struct match *m)
{
    for (size_t i = 0; i < m->b->n_spaces; i++)
        if (m->space[i] == UINT16_MAX) m->space[i] = equal_space(m, &m->b->spaces[i]);
    for (size_t i = 0; i < m->b->n_reaches; i++)
        if (m->reach[i] == UINT16_MAX) m->reach[i] = equal_reach(m, &m->b->reaches[i]);
}

static bool index_base(struct match *m)
{
    for (size_t i = m->a->n_ops; i-- > 0;) {
        m->keys[i] = key_of(&m->a->ops[i]);
        uint64_t h = key_hash(&m->keys[i]);
        m->next[i] = map64_get(&m->first, h);
        if (!map64_put(&m->first, h, (uint32_t)i)) return false;
    }
    return true;
}

static void match_ops(struct match *m)
{
    for (size_t i = 0; i < m->b->n_ops; i++) {
        const struct ir_op *o = &m->b->ops[i];
        struct op_key k;
        bool around = m->space[o->space] == UINT16_MAX || o->code == IR_AGG || o->code == IR_IN_REACH;
        if (around) match_around(m);
        if (!map_key(m, o, &k)) continue;
        uint32_t at = map64_get(&m->first, key_hash(&k));
        while (at != UINT32_MAX && memcmp(&m->keys[at], &k, sizeof k) != 0) at = m->next[at];
        if (at != UINT32_MAX) m->op[i] = (ir_reg)at;
    }
}

static void match_same(struct match *m)
{
    for (size_t i = 0; i < m->b->n_ops; i++) m->op[i] = (ir_reg)i;
    for (size_t i = 0; i < m->b->n_slots; i++) m->slot[i] = (uint16_t)i;
}

static enum rc match_programs(struct match *m, const struct program *a, const struct program *b, struct arena *arena,
                              struct err *e)
{
    *m = (struct match){.a = a,
                        .b = b,
                        .op = ARENA_ARRAY(arena, ir_reg, b->n_ops + 1),
                        .space = ARENA_ARRAY(arena, uint16_t, b->n_spaces + 1),
                        .reach = ARENA_ARRAY(arena, uint16_t, b->n_reaches + 1),
                        .slot = ARENA_ARRAY(arena, uint16_t, b->n_slots + 1),
                        .next = ARENA_ARRAY(arena, uint32_t, a->n_ops + 1),
                        .keys = ARENA_ARRAY(arena, struct op_key, a->n_ops + 1)};
    if (arena_failed(arena)) return err_nomem(e);
    memset(m->op, 0xff, b->n_ops * sizeof *m->op);
    memset(m->space, 0xff, b->n_spaces * sizeof *m->space);
    memset(m->reach, 0xff, b->n_reaches * sizeof *m->reach);
    if (a == b) {
        match_same(m);
        return RC_OK;
    }
    for (size_t i = 0; i < b->n_slots; i++) m->slot[i] = equal_slot(a, &b->slots[i]);
    map64_init(&m->first);
    bool ok = index_base(m);
    if (ok) match_ops(m);
    map64_fini(&m->first);
    return ok ? RC_OK : err_nomem(e);
}

/* ---------------------------------------------------------------- what an operation hangs on */

typedef void (*dep_fn)(void *ctx, ir_reg dep);

static void space_deps(const struct program *p, uint16_t space, dep_fn fn, void *ctx)
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

static void reach_deps(const struct program *p, uint32_t reach, dep_fn fn, void *ctx)
{
    if (reach != UINT16_MAX && p->reaches[reach].kind == REACH_SPAN && p->reaches[reach].anchor != IR_NONE)
        fn(ctx, p->reaches[reach].anchor);
}

/* Everything, also what the VM reads straight from the frame. */
static void all_deps(const struct program *p, ir_reg r, dep_fn fn, void *ctx)
{
    const struct ir_op *o = &p->ops[r];
    space_deps(p, o->space, fn, ctx);
    for (int k = 0; k < IR_ARGS_MAX; k++)
        if (o->args[k] != IR_NONE) fn(ctx, o->args[k]);
    if (o->code == IR_IN_REACH) reach_deps(p, o->index, fn, ctx);
    if (o->code != IR_AGG) return;
    space_deps(p, o->from, fn, ctx);
    if (o->own != IR_NONE) fn(ctx, o->own);
    if (o->date != IR_NONE) fn(ctx, o->date);
    for (int k = 0; k < IR_DEPTH_MAX; k++) reach_deps(p, o->reach[k], fn, ctx);
}

/* ---------------------------------------------------------------- places */

struct place_pair {
    uint32_t a, b; /* places of the base and of the changed side that a household has */
};

struct env_slice {
    uint16_t of; /* environment of the base that this one is compared with */
    struct match m;
    uint8_t *dirty; /* by operation: may have other values than in the base */
    bool *wanted;   /* by output */
    const struct vm_kept **given;
};

struct slicing {
    struct live *l;
    struct side *s;
    const struct live_change *c;
    struct arena arena;
    VEC(struct place_pair) pairs;
    struct env_slice *env;
    uint8_t *changed; /* by rule of the changed side */
};

static enum rc find_pairs(struct slicing *x, struct err *e)
{
    const struct side *a = &x->l->base, *b = x->s;
    struct map64 seen;
    bool ok = true;
    map64_init(&seen);
    for (size_t i = 0, k = 0; ok && i < a->n_runs && k < b->n_runs;) {
        struct place_pair p = {a->runs[i].place, b->runs[k].place};
        uint64_t key = (uint64_t)p.a << 32 | p.b;
        if (map64_get(&seen, key) == UINT32_MAX) ok = map64_put(&seen, key, 1) && vec_push(&x->pairs, UINT32_MAX, p);
        uint32_t end_a = a->runs[i + 1].first, end_b = b->runs[k + 1].first;
        i += end_a <= end_b;
        k += end_b <= end_a;
    }
    map64_fini(&seen);
    return ok ? RC_OK : err_nomem(e);
}

/* ---------------------------------------------------------------- what differs */

static bool same_pval(const struct pval *a, const struct pval *b)
{
    return a->state == b->state && (a->state != PVAL_SET || (a->v == b->v && a->w == b->w));
}

/* A parameter has the values of the base wherever a household is. */
static bool same_slot(const struct slicing *x, size_t env, uint16_t slot)
{
    const struct env_slice *v = &x->env[env];
    const struct ptable *a = &x->l->base.env[v->of].pt, *b = &x->s->env[env].pt;
    uint16_t old = v->m.slot[slot];
    if (old == UINT16_MAX) return false;
    for (size_t i = 0; i < x->pairs.n; i++)
        if (!same_pval(&a->v[(size_t)x->pairs.v[i].a * a->n_slots + old],
                       &b->v[(size_t)x->pairs.v[i].b * b->n_slots + slot]))
            return false;
    return true;
}

struct walk {
    const struct program *p;
    uint8_t *mark;
    bool any;
};

static void ask_dirty(void *ctx, ir_reg dep)
{
    struct walk *w = ctx;
    w->any = w->any || w->mark[dep];
}

/* Until nothing more becomes dirty: usually one pass, as operands come first. */
static void spread_dirty(const struct program *p, uint8_t *dirty)
{
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < p->n_ops; i++) {
            struct walk w = {.p = p, .mark = dirty};
            if (dirty[i]) continue;
            all_deps(p, (ir_reg)i, ask_dirty, &w);
            dirty[i] = w.any;
            again = again || w.any;
        }
    }
}

static bool stale_reach(const struct live *l, const struct program *p, uint32_t reach)
{
    return reach != UINT16_MAX && l->stale[p->reaches[reach].dataset];
}

static bool stale_space(const struct live *l, const struct program *p, uint16_t space)
{
    for (uint16_t s = space; s != UINT16_MAX; s = p->spaces[s].outer) {
        uint16_t table = p->spaces[s].table;
        if (table >= TABLE_FACT0 && l->stale[table - TABLE_FACT0]) return true;
    }
    return false;
}

bool reads_stale(const struct live *l, const struct program *p, const struct ir_op *o)
{
    bool stale = stale_space(l, p, o->space) || (o->code == IR_IN_REACH && stale_reach(l, p, o->index)) ||
                 (o->code == IR_VIA && stale_space(l, p, (uint16_t)o->index));
    if (stale || o->code != IR_AGG) return stale;
    for (int k = 0; k < IR_DEPTH_MAX; k++) stale = stale || stale_reach(l, p, o->reach[k]);
    return stale || stale_space(l, p, o->from);
}

static void find_dirty(struct slicing *x, size_t env)
{
    struct env_slice *v = &x->env[env];
    const struct program *p = v->m.b;
    bool heads = x->s->frame.head != x->l->base.frame.head;
    for (size_t i = 0; i < p->n_ops; i++) {
        const struct ir_op *o = &p->ops[i];
        v->dirty[i] = v->m.op[i] == IR_NONE || (o->code == IR_HEAD && heads) || reads_stale(x->l, p, o) ||
                      (o->code == IR_PARAM && !same_slot(x, env, (uint16_t)o->index));
    }
    spread_dirty(p, v->dirty);
}

static size_t output_of(const struct side_env *env, uint16_t rule)
{
    for (size_t i = 0; i < env->c.n_outputs; i++)
        if (env->rule[i] == rule) return i;
    return SIZE_MAX;
}

/* The rule of output `out` says the same at these places. */
static bool same_output(const struct slicing *x, struct place_pair at, size_t env, size_t out)
{
    const struct side *a = &x->l->base, *b = x->s;
    const struct env_slice *v = &x->env[env];
    uint16_t old_rule = side_rule_index(a, b->rules[b->env[env].rule[out]].name);
    if (a->env_of_place[at.a] != v->of || old_rule == UINT16_MAX) return false;
    const struct side_env *old = &a->env[v->of];
    size_t old_out = output_of(old, old_rule);
    if (old_out == SIZE_MAX || old->c.outputs[old_out].table != b->env[env].c.outputs[out].table) return false;
    ir_reg reg = b->env[env].c.program->outputs[out].reg;
    return !v->dirty[reg] && v->m.op[reg] == old->c.program->outputs[old_out].reg &&
           a->skip[at.a][old_out] == b->skip[at.b][out];
}

static bool counts(const struct slicing *x, size_t rule)
{
    return rule_counts_in(x->c, x->s->rules[rule].name, x->s->rules[rule].decl);
}

/* A rule that the base has at these places and the changed side has not: what it has elsewhere is not the base's. */
static void note_gone(struct slicing *x, struct place_pair at, size_t env)
{
    const struct side_env *old = &x->l->base.env[x->l->base.env_of_place[at.a]];
    for (size_t i = 0; i < old->c.n_outputs; i++) {
        uint16_t rule = side_rule_index(x->s, x->l->base.rules[old->rule[i]].name);
        if (rule != UINT16_MAX && output_of(&x->s->env[env], rule) == SIZE_MAX) x->changed[rule] = 1;
    }
}

static void find_changed(struct slicing *x)
{
    for (size_t i = 0; i < x->pairs.n; i++) {
        size_t env = x->s->env_of_place[x->pairs.v[i].b];
        for (size_t k = 0; k < x->s->env[env].c.n_outputs; k++)
            if (!same_output(x, x->pairs.v[i], env, k)) x->changed[x->s->env[env].rule[k]] = 1;
        note_gone(x, x->pairs.v[i], env);
    }
    for (size_t k = 0; k < x->s->n_env; k++)
        for (size_t i = 0; i < x->s->env[k].c.n_outputs; i++) {
            uint16_t rule = x->s->env[k].rule[i];
            x->env[k].wanted[i] = x->changed[rule] && counts(x, rule);
        }
}

/* ---------------------------------------------------------------- the cut */

enum { CUT_SEEN = 1, CUT_KEEP = 2 };

/* As cheap to read again as from a kept column, or not a whole column at all. */
static bool is_read_again(const struct program *p, ir_reg r)
{
    const struct ir_op *o = &p->ops[r];
    if (p->spaces[o->space].kind > SPACE_FACT) return true;
    return o->code == IR_CONST || o->code == IR_PARAM || o->code == IR_FIELD || o->code == IR_BLANK ||
           o->code == IR_ROW || o->code == IR_HEAD || o->code == IR_OUTER;
}

static void mark_seen(void *ctx, ir_reg dep)
{
    struct walk *w = ctx;
    w->mark[dep] |= CUT_SEEN;
}

/* From the wanted outputs down: dirty operations run; of the others those that are worth it are kept. */
static enum rc find_cut(struct slicing *x, size_t env, uint8_t **cut, struct err *e)
{
    const struct env_slice *v = &x->env[env];
    const struct program *p = v->m.b;
    struct walk w = {.p = p, .mark = ARENA_ARRAY(&x->arena, uint8_t, p->n_ops + 1)};
    if (!w.mark) return err_nomem(e);
    for (size_t i = 0; i < p->n_outputs; i++)
        if (v->wanted[i]) w.mark[p->outputs[i].reg] |= CUT_SEEN;
    for (size_t i = p->n_ops; i-- > 0;) {
        if (!w.mark[i]) continue;
        if (!v->dirty[i] && !is_read_again(p, (ir_reg)i)) w.mark[i] |= CUT_KEEP;
        else all_deps(p, (ir_reg)i, mark_seen, &w);
    }
    *cut = w.mark;
    return RC_OK;
}

void kept_drop(struct live *l)
{
    for (size_t k = 0; l->kept && k < l->base.n_env; k++)
        for (size_t i = 0; l->kept[k] && i < l->base.env[k].c.program->n_ops; i++) vm_kept_free(&l->kept[k][i]);
    l->kept_bytes = 0;
}

void kept_drop_stale(struct live *l)
{
    for (size_t k = 0; l->kept && k < l->base.n_env; k++) {
        const struct program *p = l->base.env[k].c.program;
        uint8_t *dirty = l->kept[k] ? mem_zalloc_array(p->n_ops + 1, 1) : NULL;
        for (size_t i = 0; dirty && i < p->n_ops; i++) dirty[i] = reads_stale(l, p, &p->ops[i]);
        if (dirty) spread_dirty(p, dirty);
        for (size_t i = 0; l->kept[k] && i < p->n_ops; i++) {
            if (dirty && !dirty[i]) continue; /* without memory to tell them apart all go */
            l->kept_bytes -= l->kept[k][i].bytes;
            vm_kept_free(&l->kept[k][i]);
        }
        mem_free(dirty);
    }
}

static enum rc kept_ready(struct live *l, size_t env, struct err *e)
{
    if (!l->kept) l->kept = ARENA_ARRAY(&l->arena, struct vm_kept *, l->base.n_env + 1);
    if (!l->kept) return err_nomem(e);
    size_t n = l->base.env[env].c.program->n_ops;
    if (!l->kept[env]) l->kept[env] = ARENA_ARRAY(&l->arena, struct vm_kept, n + 1);
    return l->kept[env] ? RC_OK : err_nomem(e);
}

/* Columns that are not kept yet, all in one run of the base's program. */
static enum rc keep_cut(struct slicing *x, size_t env, const uint8_t *cut, struct err *e)
{
    struct live *l = x->l;
    const struct env_slice *v = &x->env[env];
    const struct side_env *base = &l->base.env[v->of];
    TRY(kept_ready(l, v->of, e));
    ir_reg *regs = ARENA_ARRAY(&x->arena, ir_reg, v->m.b->n_ops + 1);
    size_t n = 0;
    if (!regs) return err_nomem(e);
    for (size_t i = 0; i < v->m.b->n_ops; i++)
        if (cut[i] & CUT_KEEP && !l->kept[v->of][v->m.op[i]].data) regs[n++] = v->m.op[i];
    if (!n) return RC_OK;
    struct vm_options o = {.threads = l->o.threads, .cancel = x->c->cancel};
    struct vm_kept *out = ARENA_ARRAY(&x->arena, struct vm_kept, n);
    if (!out) return err_nomem(e);
    TRY(vm_keep(base->c.program, &l->base.frame, &base->pt, &o, regs, n, out, e));
    for (size_t i = 0; i < n; i++) {
        struct vm_kept *to = &l->kept[v->of][regs[i]];
        if (to->data) vm_kept_free(&out[i]); /* two operations that are equal to one */
        else *to = out[i], l->kept_bytes += out[i].bytes;
    }
    return RC_OK;
}

static enum rc give_cut(struct slicing *x, size_t env, struct err *e)
{
    struct env_slice *v = &x->env[env];
    bool any = false;
    uint8_t *cut = NULL;
    for (size_t i = 0; i < v->m.b->n_outputs; i++) any = any || v->wanted[i];
    if (!any) return RC_OK;
    TRY(find_cut(x, env, &cut, e));
    TRY(keep_cut(x, env, cut, e));
    for (size_t i = 0; i < v->m.b->n_ops; i++)
        if (cut[i] & CUT_KEEP) v->given[i] = &x->l->kept[v->of][v->m.op[i]];
    return RC_OK;
}

/* ---------------------------------------------------------------- judging */

static enum rc slice_env(struct slicing *x, size_t env, struct err *e)
{
    struct env_slice *v = &x->env[env];
    const struct program *b = x->s->env[env].c.program;
    for (size_t i = x->pairs.n; i-- > 0;)
        if (x->s->env_of_place[x->pairs.v[i].b] == env) v->of = x->l->base.env_of_place[x->pairs.v[i].a];
    TRY(match_programs(&v->m, x->l->base.env[v->of].c.program, b, &x->arena, e));
    v->dirty = ARENA_ARRAY(&x->arena, uint8_t, b->n_ops + 1);
    v->wanted = ARENA_ARRAY(&x->arena, bool, b->n_outputs + 1);
    v->given = ARENA_ARRAY(&x->arena, const struct vm_kept *, b->n_ops + 1);
    if (!v->dirty || !v->wanted || !v->given) return err_nomem(e);
    find_dirty(x, env);
    return RC_OK;
}

static void take_base(struct slicing *x, bool *unread)
{
    *unread = true;
    for (size_t i = 0; i < x->s->n_rules; i++) {
        struct side_rule *r = &x->s->rules[i];
        uint16_t old = side_rule_index(&x->l->base, r->name);
        if (x->changed[i] && counts(x, i)) *unread = false;
        if (!x->changed[i] && old != UINT16_MAX) r->bits = x->l->base.rules[old].bits;
    }
}

static enum rc run_slices(struct slicing *x, bool *unread, struct err *e)
{
    struct side *s = x->s;
    x->env = ARENA_ARRAY(&x->arena, struct env_slice, s->n_env + 1);
    x->changed = ARENA_ARRAY(&x->arena, uint8_t, s->n_rules + 1);
    const bool **wanted = ARENA_ARRAY(&x->arena, const bool *, s->n_env + 1);
    const struct vm_kept *const **given = ARENA_ARRAY(&x->arena, const struct vm_kept *const *, s->n_env + 1);
    if (!x->env || !x->changed || !wanted || !given) return err_nomem(e);
    TRY(find_pairs(x, e));
    for (size_t k = 0; k < s->n_env; k++) TRY(slice_env(x, k, e));
    find_changed(x);
    take_base(x, unread);
    if (x->l->kept_bytes > LIVE_KEPT_MAX) kept_drop(x->l);
    for (size_t k = 0; k < s->n_env; k++) {
        TRY(give_cut(x, k, e));
        wanted[k] = x->env[k].wanted;
        given[k] = x->env[k].given;
    }
    struct side_run r = {.wanted = wanted, .given = given, .cancel = x->c->cancel};
    return side_judge(x->l, s, &r, e);
}

enum rc slice_judge(struct live *l, struct side *s, const struct live_change *c, bool *unread, struct err *e)
{
    struct slicing x = {.l = l, .s = s, .c = c};
    arena_init(&x.arena, LIVE_ARENA_MAX);
    enum rc rc = run_slices(&x, unread, e);
    vec_fini(&x.pairs);
    arena_fini(&x.arena);
    return rc;
}
