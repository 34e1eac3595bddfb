/* What of datasets persons have: one row for everybody where that is so, else by person: for a task's persons, for a
 * block's where it hangs on an anchor, or of all persons where references lead to any of them. */
#include "base/mem.h"
#include "base/par.h"
#include "rules/vm_int.h"

enum { GLOBAL_PERSONS = 1 << 16 };

static bool is_anchored(const struct ir_reach *r) { return r->kind == REACH_SPAN && r->anchor != IR_NONE; }

static struct reach_row *rows_for(struct vm_block *b, uint16_t reach, uint32_t n)
{
    size_t bytes;
    if (size_mul((size_t)n + 1, sizeof(struct reach_row), &bytes) && vm_slot_fit(&b->reach_mem[reach], bytes))
        return b->reach_mem[reach].mem;
    b->failed = true;
    return NULL;
}

enum rc vm_reach_task(struct vm_block *b)
{
    const struct vm *vm = b->vm;
    for (uint16_t k = 0; k < vm->p->n_reaches; k++) {
        const struct ir_reach *r = &vm->p->reaches[k];
        if (!vm->plan.reach_used[k] || vm->plan.uniform[k] || is_anchored(r) || vm->reach_rows[k]) continue;
        uint32_t n = b->task_p1 - b->task_p0;
        struct reach_row *rows = rows_for(b, k, n);
        if (!rows) return err_nomem(b->e);
        TRY(frame_reach(vm->f, r, NULL, b->task_p0, n, rows, b->e));
    }
    return RC_OK;
}

/* The anchors of the block's persons. */
static struct value *block_anchors(struct vm_block *b, const struct ir_reach *r)
{
    const struct vm_rows *persons = &b->rows[1];
    struct value *v = vm_scratch(b, SCRATCH_ANCHOR, persons->n, sizeof *v);
    bool household = b->vm->p->ops[r->anchor].space == 0;
    for (uint32_t i = 0; v && i < persons->n; i++)
        v[i] = vm_get(&b->regs[r->anchor], household ? persons->up[i] - persons->up_base : i);
    return v;
}

const struct reach_row *vm_reach_ready(struct vm_block *b, uint16_t reach, uint32_t *base)
{
    const struct vm *vm = b->vm;
    const struct ir_reach *r = &vm->p->reaches[reach];
    *base = vm->reach_rows[reach] ? 0 : is_anchored(r) ? b->rows[1].base : b->task_p0;
    if (vm->plan.uniform[reach]) return NULL;
    if (vm->reach_rows[reach]) return vm->reach_rows[reach];
    if (!is_anchored(r)) return b->reach_mem[reach].mem;
    if (b->reach[reach]) return b->reach[reach];
    struct value *anchors = block_anchors(b, r);
    struct reach_row *rows = rows_for(b, reach, b->rows[1].n);
    if (!anchors || !rows) return NULL;
    b->rc = frame_reach(vm->f, r, anchors, b->rows[1].base, b->rows[1].n, rows, b->e);
    b->reach[reach] = rows;
    return b->rc ? NULL : rows;
}

/* ---------------------------------------------------------------- windows of a block */

static bool fit_odd(struct vm_block *b, struct vm_window *w, size_t n)
{
    if (n <= w->cap) return true;
    mem_free(w->odd);
    w->odd = mem_alloc_array(n + n / 4, sizeof *w->odd);
    w->cap = w->odd ? n + n / 4 : 0;
    b->failed |= !w->odd;
    return w->odd;
}

/* One pass over the persons: who is not whole, and whether all have the same days. */
static void scan(struct vm_window *w, uint32_t n)
{
    bool same = true;
    w->lo = n ? w->rows[0].lo : 1, w->hi = n ? w->rows[0].hi : 0;
    w->n_odd = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct reach_row *r = &w->rows[i];
        same &= (r->lo == w->lo) & (r->hi == w->hi) & !r->absent;
        w->odd[w->n_odd] = i;
        w->n_odd += r->why != 0 || r->absent;
    }
    w->same_days = same;
}

static void scan_same(struct vm_window *w, const struct reach_row *same, uint32_t n)
{
    w->lo = same->lo, w->hi = same->hi;
    w->same_days = true;
    w->n_odd = same->why || same->absent ? n : 0;
    for (uint32_t i = 0; i < w->n_odd; i++) w->odd[i] = i;
}

const struct vm_window *vm_window_ready(struct vm_block *b, uint16_t reach)
{
    struct vm_window *w = &b->windows[reach];
    const struct vm_rows *persons = &b->rows[1];
    uint32_t base;
    if (w->built) return w;
    const struct reach_row *rows = vm_reach_ready(b, reach, &base);
    if (b->failed || b->rc || !fit_odd(b, w, (size_t)persons->n + 1)) return NULL;
    w->rows = rows ? rows + (persons->base - base) : NULL;
    if (rows) scan(w, persons->n);
    else scan_same(w, &b->vm->plan.same[reach], persons->n);
    w->built = true;
    return w;
}

/* ---------------------------------------------------------------- everybody */

size_t vm_reach_phase(const struct vm *vm, uint16_t reach)
{
    const struct ir_reach *r = &vm->p->reaches[reach];
    return is_anchored(r) && !vm_is_remote(&vm->plan, r->anchor) ? vm->plan.phase[r->anchor] + (size_t)1 : 0;
}

struct everybody {
    struct vm *vm;
    uint16_t reach;
};

static enum rc reach_part(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct everybody *all = ctx;
    const struct vm *vm = all->vm;
    const struct ir_reach *r = &vm->p->reaches[all->reach];
    const struct ftable *persons = &vm->f->tables[TABLE_PERSON];
    uint32_t first = (uint32_t)task * GLOBAL_PERSONS,
             n = persons->n - first < GLOBAL_PERSONS ? persons->n - first : GLOBAL_PERSONS;
    struct value *anchors = NULL;
    (void)thread;
    if (is_anchored(r)) {
        anchors = mem_alloc_array(n, sizeof *anchors);
        if (!anchors) return err_nomem(e);
        bool household = vm->p->ops[r->anchor].space == 0;
        for (uint32_t i = 0; i < n; i++)
            anchors[i] = vm_value_at(vm, r->anchor, household ? persons->owner[first + i] : first + i);
    }
    enum rc rc = frame_reach(vm->f, r, anchors, first, n, vm->reach_rows[all->reach] + first, e);
    mem_free(anchors);
    return rc;
}

enum rc vm_reach_global(struct vm *vm, uint16_t reach, struct err *e)
{
    struct everybody all = {vm, reach};
    uint32_t n = vm->f->tables[TABLE_PERSON].n;
    vm->reach_rows[reach] = mem_alloc_array((size_t)n + 1, sizeof *vm->reach_rows[reach]);
    if (!vm->reach_rows[reach]) return err_nomem(e);
    return par_pool_run(vm->pool, vm->threads, (n + GLOBAL_PERSONS - 1) / GLOBAL_PERSONS, reach_part, &all, e);
}
