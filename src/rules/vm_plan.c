/* What runs in which phase, which registers share memory, what must be a whole column. */
#include "base/par.h"
#include "rules/vm_int.h"

#define PLAN_BYTES_MAX MIB(512)

uint16_t vm_below(const struct program *p, uint16_t space, uint16_t from, size_t k)
{
    size_t depth = (size_t)p->spaces[space].depth + 1 + k;
    while (p->spaces[from].depth > depth) from = p->spaces[from].outer;
    return from;
}

static bool is_canonical(const struct program *p, uint16_t space) { return p->spaces[space].kind <= SPACE_FACT; }

bool vm_is_remote(const struct vm_plan *plan, ir_reg r)
{
    const struct ir_op *o = &plan->p->ops[r];
    if (vm_is_given(plan, r)) return true;
    if (!is_canonical(plan->p, o->space)) return false;
    switch (o->code) {
    case IR_CONST:
    case IR_FIELD:
    case IR_BLANK:
    case IR_ROW:
    case IR_HEAD: return true;
    case IR_IN_REACH: return plan->uniform[o->index];
    default: return false;
    }
}

/* Cheaper to do again in each phase than to keep; and rows of expanded spaces are numbered within a block only. */
static bool is_redone(const struct vm_plan *plan, ir_reg r)
{
    const struct ir_op *o = &plan->p->ops[r];
    return vm_is_remote(plan, r) || o->code == IR_PARAM || !is_canonical(plan->p, o->space);
}

/* ---------------------------------------------------------------- dependencies */

static void far_dep(const struct vm_plan *plan, ir_reg r, vm_dep_fn fn, void *ctx)
{
    if (!vm_is_remote(plan, r)) fn(ctx, r, true);
}

/* What the rows of a space need. */
static void space_deps(const struct vm_plan *plan, uint16_t space, vm_dep_fn fn, void *ctx)
{
    for (uint16_t i = space; i != UINT16_MAX; i = plan->p->spaces[i].outer) {
        const struct ir_space *s = &plan->p->spaces[i];
        if (s->kind == SPACE_EDGE) fn(ctx, s->start, false);
        for (size_t k = 0; s->kind == SPACE_TIED && k < s->n_ties; k++) {
            fn(ctx, s->ties[k].outer, false);
            far_dep(plan, s->ties[k].inner, fn, ctx);
        }
    }
}

static bool is_anchored(const struct ir_reach *r) { return r->kind == REACH_SPAN && r->anchor != IR_NONE; }

static void agg_deps(const struct vm_plan *plan, const struct ir_op *o, vm_dep_fn fn, void *ctx)
{
    const struct program *p = plan->p;
    space_deps(plan, o->from, fn, ctx);
    if (o->agg == AGG_RANK || o->agg == AGG_SHARE) fn(ctx, o->own, false);
    if (o->agg == AGG_LATEST) fn(ctx, o->date, false);
    size_t levels = (size_t)p->spaces[o->from].depth - p->spaces[o->space].depth;
    for (size_t k = 0; k < levels; k++) {
        const struct ir_reach *r = o->reach[k] == UINT16_MAX ? NULL : &p->reaches[o->reach[k]];
        if (!r || !is_anchored(r)) continue;
        bool edge = p->spaces[vm_below(p, o->space, o->from, k)].kind == SPACE_EDGE;
        if (edge) far_dep(plan, r->anchor, fn, ctx);
        else fn(ctx, r->anchor, false);
    }
}

void vm_deps(const struct vm_plan *plan, ir_reg r, vm_dep_fn fn, void *ctx)
{
    const struct program *p = plan->p;
    const struct ir_op *o = &p->ops[r];
    if (vm_is_given(plan, r)) return;
    space_deps(plan, o->space, fn, ctx);
    if (o->code == IR_AGG) agg_deps(plan, o, fn, ctx);
    if (o->code == IR_IN_REACH && is_anchored(&p->reaches[o->index])) fn(ctx, p->reaches[o->index].anchor, false);
    for (size_t k = 0; k < IR_ARGS_MAX; k++) {
        if (o->args[k] == IR_NONE) continue;
        if (o->code == IR_GATHER || (o->code == IR_VIA && k == 1)) far_dep(plan, o->args[k], fn, ctx);
        else fn(ctx, o->args[k], false);
    }
}

/* ---------------------------------------------------------------- liveness and phases */

struct walk {
    struct vm_plan *plan;
    ir_reg at;
    uint16_t phase;
};

static void mark_live(void *ctx, ir_reg dep, bool far)
{
    struct walk *w = ctx;
    w->plan->use[dep] |= (uint8_t)(USE_LIVE | (far ? USE_GLOBAL : 0));
}

static void raise_phase(void *ctx, ir_reg dep, bool far)
{
    struct walk *w = ctx;
    uint16_t need = (uint16_t)(w->plan->phase[dep] + far);
    if (need > w->plan->phase[w->at]) w->plan->phase[w->at] = need;
}

static void mark_reach(struct vm_plan *plan, const struct ir_op *o)
{
    const struct program *p = plan->p;
    if (o->code == IR_IN_REACH) plan->reach_used[o->index] = true;
    if (o->code != IR_AGG) return;
    size_t levels = (size_t)p->spaces[o->from].depth - p->spaces[o->space].depth;
    for (size_t k = 0; k < levels; k++) {
        if (o->reach[k] == UINT16_MAX) continue;
        plan->reach_used[o->reach[k]] = true;
        if (p->spaces[vm_below(p, o->space, o->from, k)].kind == SPACE_EDGE) plan->reach_global[o->reach[k]] = true;
    }
}

/* Outputs, then backwards whatever they need. */
static void find_live(struct vm_plan *plan)
{
    struct walk w = {.plan = plan};
    for (size_t i = plan->p->n_ops; i-- > 0;) {
        if (!plan->use[i]) continue;
        const struct ir_op *o = &plan->p->ops[i];
        bool given = vm_is_given(plan, (ir_reg)i);
        vm_deps(plan, (ir_reg)i, mark_live, &w);
        if (!given) mark_reach(plan, o);
        for (uint16_t s = o->code == IR_AGG && !given ? o->from : o->space; s != UINT16_MAX;
             s = plan->p->spaces[s].outer)
            plan->space_used[s] = true;
    }
}

static void find_phases(struct vm_plan *plan)
{
    plan->n_phases = 1;
    for (ir_reg r = 0; r < plan->p->n_ops; r++) {
        if (!plan->use[r]) continue;
        struct walk w = {.plan = plan, .at = r};
        vm_deps(plan, r, raise_phase, &w);
        if (plan->phase[r] >= plan->n_phases) plan->n_phases = (size_t)plan->phase[r] + 1;
    }
}

/* Spaces whose rows nobody but aggregates straight from them can see: they may leave out rows of sets that are too
 * large. */
static void find_sealed(struct vm_plan *plan)
{
    const struct program *p = plan->p;
    for (size_t s = 0; s < p->n_spaces; s++) plan->sealed[s] = p->spaces[s].kind == SPACE_TIED;
    for (size_t s = 0; s < p->n_spaces; s++)
        if (plan->space_used[s] && p->spaces[s].outer != UINT16_MAX) plan->sealed[p->spaces[s].outer] = false;
}

/* ---------------------------------------------------------------- what a phase runs */

/* By register: in this phase. */
enum { HERE = 1 };

static void pull(void *ctx, ir_reg dep, bool far)
{
    struct walk *w = ctx;
    struct vm_plan *plan = w->plan;
    uint8_t *here = plan->here;
    if (far) return;
    if (is_redone(plan, dep) || plan->phase[dep] == w->phase) here[dep] = HERE;
    else plan->use[dep] |= USE_GLOBAL;
}

static bool is_root(const struct vm_plan *plan, ir_reg r, uint16_t phase)
{
    if (plan->phase[r] != phase) return false;
    return plan->use[r] & (USE_OUTPUT | USE_GLOBAL | USE_KEEP) || (plan->use[r] & USE_LIVE && !is_redone(plan, r));
}

/* Every op is visited after all that need it, as these come later. */
static bool phase_ops(struct vm_plan *plan, uint16_t phase)
{
    struct vm_phase *ph = &plan->phases[phase];
    struct walk w = {.plan = plan, .phase = phase};
    size_t n = plan->p->n_ops;
    memset(plan->here, 0, n);
    for (size_t i = n; i-- > 0;) {
        if (is_root(plan, (ir_reg)i, phase)) plan->here[i] = HERE;
        if (!plan->here[i]) continue;
        ph->n++;
        vm_deps(plan, (ir_reg)i, pull, &w);
    }
    ph->ops = ARENA_ARRAY(&plan->arena, ir_reg, ph->n + 1);
    ph->slot = ARENA_ARRAY(&plan->arena, uint32_t, ph->n + 1);
    if (!ph->ops || !ph->slot) return false;
    size_t at = 0;
    for (size_t i = 0; i < n; i++)
        if (plan->here[i]) ph->ops[at++] = (ir_reg)i;
    return true;
}

/* ---------------------------------------------------------------- memory of registers */

struct lifetimes {
    struct vm_plan *plan;
    uint32_t *last; /* by register: the last position that reads it */
    uint32_t at;
};

static void note_last(void *ctx, ir_reg dep, bool far)
{
    struct lifetimes *l = ctx;
    if (!far) l->last[dep] = l->at;
}

/* Registers whose last reader has run give their slot to later ones. */
static bool assign_slots(struct vm_plan *plan, struct vm_phase *ph, struct arena *scratch)
{
    size_t n = plan->p->n_ops;
    struct lifetimes l = {.plan = plan, .last = ARENA_ARRAY(scratch, uint32_t, n + 1)};
    uint32_t *free_slots = ARENA_ARRAY(scratch, uint32_t, ph->n + 1), n_free = 0;
    uint32_t *expiring = ARENA_ARRAY(scratch, uint32_t, ph->n + 1), *next = ARENA_ARRAY(scratch, uint32_t, ph->n + 1);
    if (!l.last || !free_slots || !expiring || !next) return false;
    for (l.at = 0; l.at < ph->n; l.at++) vm_deps(plan, ph->ops[l.at], note_last, &l);
    for (uint32_t i = 0; i < ph->n; i++) {
        uint32_t last = l.last[ph->ops[i]] > i ? l.last[ph->ops[i]] : i;
        ph->slot[i] = n_free ? free_slots[--n_free] : ph->n_slots++;
        next[i] = expiring[last];
        expiring[last] = i + 1;
        for (uint32_t k = expiring[i]; k; k = next[k - 1]) free_slots[n_free++] = ph->slot[k - 1];
    }
    return true;
}

static bool plan_phases(struct vm_plan *plan)
{
    bool ok = true;
    struct arena scratch;
    plan->phases = ARENA_ARRAY(&plan->arena, struct vm_phase, plan->n_phases);
    if (!plan->phases) return false;
    arena_init(&scratch, PLAN_BYTES_MAX);
    for (size_t q = plan->n_phases; q-- > 0 && ok;)
        ok = phase_ops(plan, (uint16_t)q); /* later ones say what must be kept */
    for (size_t q = 0; q < plan->n_phases && ok; q++) {
        arena_reset(&scratch);
        ok = assign_slots(plan, &plan->phases[q], &scratch);
    }
    arena_fini(&scratch);
    return ok;
}

/* ---------------------------------------------------------------- making a plan */

static bool alloc_plan(struct vm_plan *plan)
{
    const struct program *p = plan->p;
    plan->use = ARENA_ARRAY(&plan->arena, uint8_t, p->n_ops + 1);
    plan->first_output = ARENA_ARRAY(&plan->arena, uint32_t, p->n_ops + 1);
    plan->next_output = ARENA_ARRAY(&plan->arena, uint32_t, p->n_outputs + 1);
    plan->here = ARENA_ARRAY(&plan->arena, uint8_t, p->n_ops + 1);
    plan->phase = ARENA_ARRAY(&plan->arena, uint16_t, p->n_ops + 1);
    plan->space_used = ARENA_ARRAY(&plan->arena, bool, p->n_spaces);
    plan->sealed = ARENA_ARRAY(&plan->arena, bool, p->n_spaces);
    plan->reach_used = ARENA_ARRAY(&plan->arena, bool, p->n_reaches + 1);
    plan->reach_global = ARENA_ARRAY(&plan->arena, bool, p->n_reaches + 1);
    plan->uniform = ARENA_ARRAY(&plan->arena, bool, p->n_reaches + 1);
    plan->same = ARENA_ARRAY(&plan->arena, struct reach_row, p->n_reaches + 1);
    return !arena_failed(&plan->arena);
}

static enum rc ask_uniform(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct vm *vm = ctx;
    (void)thread, (void)e;
    if (!vm->plan.reach_used[task]) return RC_OK;
    vm->plan.uniform[task] = frame_reach_uniform(vm->f, &vm->p->reaches[task], &vm->plan.same[task]);
    return RC_OK;
}

static void list_outputs(struct vm_plan *plan)
{
    for (uint32_t i = (uint32_t)plan->p->n_outputs; i > 0; i--) {
        ir_reg r = plan->p->outputs[i - 1].reg;
        plan->next_output[i] = plan->first_output[r];
        plan->first_output[r] = i;
    }
}

/* What is run for. */
static void find_roots(struct vm *vm)
{
    struct vm_plan *plan = &vm->plan;
    for (size_t i = 0; i < vm->p->n_outputs; i++) {
        bool here = vm->outs || (vm->bits && vm->p->ops[vm->p->outputs[i].reg].rep == REP_BOOL);
        if (here && (!vm->wanted || vm->wanted[i])) plan->use[vm->p->outputs[i].reg] = USE_LIVE | USE_OUTPUT;
    }
    for (ir_reg r = 0; vm->keep && r < vm->p->n_ops; r++)
        if (vm->keep[r].to) plan->use[r] |= USE_LIVE | USE_KEEP;
}

static void forget_live(struct vm_plan *plan)
{
    memset(plan->use, 0, plan->p->n_ops);
    memset(plan->space_used, 0, plan->p->n_spaces * sizeof *plan->space_used);
    memset(plan->reach_used, 0, plan->p->n_reaches * sizeof *plan->reach_used);
    memset(plan->reach_global, 0, plan->p->n_reaches * sizeof *plan->reach_global);
}

enum rc vm_plan_make(struct vm *vm, struct err *e)
{
    struct vm_plan *plan = &vm->plan;
    plan->p = vm->p;
    arena_init(&plan->arena, PLAN_BYTES_MAX);
    if (!alloc_plan(plan)) return err_nomem(e);
    list_outputs(plan);
    find_roots(vm);
    find_live(plan); /* with no reach taken for uniform more is live, never less: only those that are used are asked */
    bool some = false;
    for (size_t i = 0; i < vm->p->n_reaches; i++) some = some || plan->reach_used[i];
    if (some) {
        TRY(par_pool_run(vm->pool, vm->threads, vm->p->n_reaches, ask_uniform, vm, e));
        forget_live(plan);
        find_roots(vm);
        find_live(plan);
    }
    find_phases(plan);
    find_sealed(plan);
    return plan_phases(plan) ? RC_OK : err_nomem(e);
}

void vm_plan_free(struct vm_plan *plan) { arena_fini(&plan->arena); }
