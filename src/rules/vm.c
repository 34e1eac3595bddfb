/* Threads, tasks, blocks and outputs of the vector VM. */
#include "base/mem.h"
#include "base/par.h"
#include "rules/vm_int.h"

enum { TASKS_MAX = 1 << 20, TASKS_PER_THREAD = 4 };

/* ---------------------------------------------------------------- memory */

bool vm_slot_fit(struct vm_slot *s, size_t bytes)
{
    if (bytes <= s->bytes) return true;
    size_t want = bytes + bytes / 4;
    mem_free(s->mem);
    s->mem = mem_alloc(want);
    s->bytes = s->mem ? want : 0;
    return s->mem;
}

void *vm_scratch(struct vm_block *b, enum vm_scratch which, size_t count, size_t size)
{
    size_t bytes;
    if (size_mul(count + 8, size, &bytes) && vm_slot_fit(&b->scratch[which], bytes)) return b->scratch[which].mem;
    b->failed = true;
    return NULL;
}

static size_t lanes_up(size_t n) { return (n + 15) & ~(size_t)15; }

static size_t payload_bytes(uint8_t rep)
{
    static const uint8_t payload[REP__MAX] = {
        [REP_BOOL] = 1, [REP_INT] = 8, [REP_SPAN] = 8, [REP_FRAC] = 2 * sizeof(i128), [REP_SET] = 16};
    return payload[rep];
}

/* State and reason of a lane. */
enum { STATE_BYTES = sizeof(uint8_t) + sizeof(reason_set) };

static size_t lane_bytes(uint8_t rep) { return payload_bytes(rep) + STATE_BYTES; }

/* cap: a multiple of 16. */
static char *layout_payload(struct vreg *r, char *at, uint8_t rep, size_t cap)
{
    *r = (struct vreg){.rep = rep, .exact = true};
    if (rep == REP_FRAC) {
        r->num = (i128 *)(void *)at, r->den = r->num + cap;
        at = (char *)(void *)(r->den + cap);
    } else if (rep == REP_BOOL) {
        r->b = (uint8_t *)at;
        at += cap;
    } else {
        r->v = (int64_t *)(void *)at;
        if (rep == REP_SET) r->w = r->v + cap;
        at += cap * sizeof(int64_t) * (rep == REP_SET ? 2 : 1);
    }
    return at;
}

static void layout_states(struct vreg *r, char *at, size_t cap)
{
    r->why = (reason_set *)(void *)at;
    r->st = (uint8_t *)(r->why + cap);
}

static void reg_layout(struct vreg *r, void *mem, uint8_t rep, size_t cap)
{
    cap = lanes_up(cap);
    layout_states(r, layout_payload(r, mem, rep, cap), cap);
}

bool vm_reg_begin(struct vm_block *b, struct vreg *out, uint32_t slot, uint8_t rep, uint32_t n)
{
    if (!vm_slot_fit(&b->slots[slot], lane_bytes(rep) * lanes_up((size_t)n + 1))) {
        b->failed = true;
        return false;
    }
    reg_layout(out, b->slots[slot].mem, rep, (size_t)n + 1);
    out->n = n;
    return true;
}

/* ---------------------------------------------------------------- lanes */

struct value vm_get(const struct vreg *r, uint32_t i)
{
    struct value v = {.d = 1};
    if (r->konst) i = 0;
    if (r->rep == REP_BOOL) v.v = r->b[i];
    else if (r->rep == REP_FRAC) v.n = r->num[i], v.d = r->den[i];
    else v.v = r->v[i];
    if (r->rep == REP_SET) v.w = r->w[i];
    uint8_t st = r->exact ? 0 : r->st[i];
    v.st = (enum state)(st & VM_STATE);
    if (st) v.why = r->why[i];
    return v;
}

void vm_put(struct vreg *r, uint32_t i, const struct value *v)
{
    bool means = v->st == ST_EXACT || v->st == ST_AT_LEAST;
    bool maybe = r->rep == REP_SET && means && v->w;
    if (r->rep == REP_BOOL) r->b[i] = means && v->v;
    else if (r->rep == REP_FRAC) r->num[i] = means ? v->n : 0, r->den[i] = means ? v->d : 1;
    else r->v[i] = means ? v->v : 0;
    if (r->rep == REP_SET) r->w[i] = means ? v->w : 0;
    uint8_t st = (uint8_t)(v->st | (maybe ? VM_MAYBE : 0));
    if (r->exact && st == 0) return;
    r->st[i] = st;
    r->why[i] = v->st == ST_ABSENT ? 0 : v->why;
}

void vm_soften(struct vreg *r)
{
    if (!r->exact) return;
    r->exact = false;
    memset(r->st, 0, r->konst ? 1 : r->n);
}

void vm_settle(struct vreg *r)
{
    if (!r->exact) r->exact = !vm_any_byte(r->st, r->konst ? 1 : r->n);
}

const int64_t *vm_words(struct vm_block *b, const struct vreg *r, enum vm_scratch which)
{
    if (!r->konst) return r->v;
    int64_t *v = vm_scratch(b, which, r->n, sizeof *v);
    if (v) vm_fill(v, r->v[0], r->n);
    return v;
}

const uint8_t *vm_bytes(struct vm_block *b, const struct vreg *r, enum vm_scratch which)
{
    if (!r->konst) return r->b;
    uint8_t *v = vm_scratch(b, which, r->n, sizeof *v);
    if (v) memset(v, r->b[0], r->n);
    return v;
}

/* ---------------------------------------------------------------- whole columns */

static void view_columns(struct vm_block *b)
{
    struct vm *vm = b->vm;
    for (size_t i = 0; i < vm->p->n_ops; i++) {
        struct vm_column *c = &vm->columns[i];
        if (!c->made || vm->plan.phase[i] >= vm->phase) continue;
        const struct vm_rows *s = &b->rows[vm->p->ops[i].space];
        struct vreg *r = &b->regs[i];
        *r = c->all;
        r->n = s->n;
        r->exact = !c->soft;
        if (r->b) r->b += s->base;
        if (r->v) r->v += s->base;
        if (r->w) r->w += s->base;
        if (r->num) r->num += s->base, r->den += s->base;
        r->st += s->base, r->why += s->base;
    }
}

static void keep_payload(struct vreg *to, const struct vreg *r, uint32_t base)
{
    size_t n = r->n;
    if (r->b) memcpy(to->b + base, r->b, n);
    if (r->v) memcpy(to->v + base, r->v, n * sizeof *r->v);
    if (r->w) memcpy(to->w + base, r->w, n * sizeof *r->w);
    if (r->num) memcpy(to->num + base, r->num, n * sizeof *r->num);
    if (r->num) memcpy(to->den + base, r->den, n * sizeof *r->den);
    if (r->exact) return;
    memcpy(to->st + base, r->st, n);
    for (uint32_t i = 0; i < n; i++) to->why[base + i] = r->st[i] ? r->why[i] : 0;
}

static void keep_column(struct vm_block *b, ir_reg reg)
{
    struct vm_column *c = &b->vm->columns[reg];
    const struct vreg *r = &b->regs[reg];
    uint32_t base = b->rows[b->vm->p->ops[reg].space].base;
    struct vreg to = c->all;
    if (!r->exact) c->soft = true;
    to.exact = r->exact;
    if (!r->konst) {
        keep_payload(&to, r, base);
        return;
    }
    struct value v = vm_get(r, 0);
    for (uint32_t i = 0; i < r->n; i++) vm_put(&to, base + i, &v);
}

static size_t column_lanes(const struct vm *vm, ir_reg reg)
{
    return lanes_up((size_t)vm->f->tables[vm->p->spaces[vm->p->ops[reg].space].table].n + 1);
}

/* All columns in one block and their states in another: most columns have no states, and memory that nobody touches
 * is never cleared. */
static enum rc alloc_columns(struct vm *vm, struct err *e)
{
    size_t payload = 0, states = 0;
    for (ir_reg r = 0; r < vm->p->n_ops; r++) {
        if (!(vm->plan.use[r] & USE_GLOBAL)) continue;
        payload += column_lanes(vm, r) * payload_bytes(vm->p->ops[r].rep);
        states += column_lanes(vm, r) * STATE_BYTES;
    }
    if (!payload) return RC_OK;
    vm->payload = (struct vm_slot){mem_big_alloc(payload), payload};
    vm->states = (struct vm_slot){mem_big_alloc(states), states};
    if (!vm->payload.mem || !vm->states.mem) return err_nomem(e);
    char *at = vm->payload.mem, *state = vm->states.mem;
    for (ir_reg r = 0; r < vm->p->n_ops; r++) {
        if (!(vm->plan.use[r] & USE_GLOBAL)) continue;
        size_t n = column_lanes(vm, r);
        at = layout_payload(&vm->columns[r].all, at, vm->p->ops[r].rep, n);
        layout_states(&vm->columns[r].all, state, n);
        state += n * STATE_BYTES;
        vm->columns[r].made = true;
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- outputs */

static void out_words(struct outcol *c, const struct vreg *r, uint32_t base)
{
    if (r->konst || r->rep == REP_FRAC || r->rep == REP_SET) {
        for (uint32_t i = 0; i < r->n; i++) {
            struct value v = vm_get(r, i);
            outcol_set(c, base + i, &v);
        }
    } else if (r->rep == REP_BOOL) {
        for (uint32_t i = 0; i < r->n; i++) c->v[base + i] = r->b[i];
    } else if (r->n) {
        memcpy(c->v + base, r->v, r->n * sizeof *r->v);
    }
}

/* Fresh columns are all exact, so that states are written only where there is one. */
static void out_states(struct outcol *c, const struct vreg *r, uint32_t base)
{
    if (r->exact || r->konst || r->rep == REP_FRAC || r->rep == REP_SET) return;
    for (uint32_t i = 0; i < r->n; i++)
        if (r->st[i]) c->st[base + i] = r->st[i] & VM_STATE, c->why[base + i] = r->why[i];
}

static void or_bits(uint64_t *bits, size_t at, uint64_t word)
{
    /* The first and last words of a block are shared with its neighbours. */
    uint64_t low = word << (at & 63), high = at & 63 ? word >> (64 - (at & 63)) : 0;
    if (low) __atomic_fetch_or(&bits[at >> 6], low, __ATOMIC_RELAXED);
    if (high) __atomic_fetch_or(&bits[(at >> 6) + 1], high, __ATOMIC_RELAXED);
}

static void out_yes(struct outbits *o, const struct vreg *r, const uint8_t *yes, uint32_t base)
{
    for (uint32_t i = 0; i < r->n; i += 64) {
        uint64_t word = vm_pack_bits(yes + i, r->n - i < 64 ? r->n - i : 64);
        if (word) or_bits(o->yes, base + i, word);
    }
}

static void out_bits(struct vm_block *b, size_t output, const struct vreg *r, uint32_t base)
{
    struct outbits *o = &b->vm->bits[output];
    struct vm_unknowns *u = &b->vm->unknowns[output * b->vm->n_tasks + b->task];
    const uint8_t *yes = vm_bytes(b, r, SCRATCH_OUT);
    if (!yes) return;
    out_yes(o, r, yes, base);
    uint32_t *lanes = r->exact ? NULL : vm_scratch(b, SCRATCH_LANES, r->n, sizeof *lanes), found = 0;
    if (lanes && !r->konst) found = vm_masked(r->st, r->n, lanes);
    for (uint32_t i = 0; lanes && r->konst && i < r->n; i++) lanes[found++] = i;
    for (uint32_t i = 0; i < found; i++) {
        uint32_t k = r->konst ? 0 : lanes[i];
        if (r->st[k] != ST_UNKNOWN) continue;
        or_bits(o->unknown, base + lanes[i], 1);
        if (!vec_push(u, UINT32_MAX, (struct vm_unknown){base + lanes[i], r->why[k]})) b->failed = true;
    }
}

static void write_outputs(struct vm_block *b, ir_reg reg)
{
    const struct vm *vm = b->vm;
    const struct vreg *r = &b->regs[reg];
    uint32_t base = b->rows[vm->p->ops[reg].space].base;
    for (uint32_t i = vm->plan.first_output[reg]; i && r->n; i = vm->plan.next_output[i]) {
        if (vm->wanted && !vm->wanted[i - 1]) continue;
        if (vm->bits) {
            out_bits(b, i - 1, r, base);
        } else {
            out_words(&vm->outs[i - 1], r, base);
            out_states(&vm->outs[i - 1], r, base);
        }
    }
}

/* ---------------------------------------------------------------- blocks */

static void run_op(struct vm_block *b, ir_reg reg, uint32_t slot)
{
    const struct vm *vm = b->vm;
    const struct ir_op *o = &vm->p->ops[reg];
    struct vreg *out = &b->regs[reg];
    bool given = vm_is_given(&vm->plan, reg);
    vm_rows_ready(b, o->code == IR_AGG && !given ? o->from : o->space);
    if (b->failed || b->too_large || !vm_reg_begin(b, out, slot, o->rep, b->rows[o->space].n)) return;
    if (given) vm_given_read(vm->plan.given[reg], b->rows[o->space].base, out);
    else if (o->code == IR_AGG) vm_agg(b, o, out);
    else if (o->code <= IR_IN_REACH) vm_source(b, reg, out);
    else vm_apply(b, o, out);
    if (b->failed) return;
    uint8_t use = vm->plan.use[reg];
    if (vm->plan.phase[reg] != vm->phase) return;
    if (use & USE_OUTPUT) write_outputs(b, reg);
    if (use & USE_GLOBAL) keep_column(b, reg);
    if (use & USE_KEEP) vm_keep_rows(&vm->keep[reg], &b->regs[reg], b->rows[o->space].base);
}

static void run_block(struct vm_block *b)
{
    const struct vm_phase *ph = &b->vm->plan.phases[b->vm->phase];
    for (size_t s = 0; s < b->vm->p->n_spaces; s++) b->rows[s].built = false;
    for (size_t k = 0; k < b->vm->p->n_reaches; k++) b->reach[k] = NULL, b->windows[k].built = false;
    b->too_large = false;
    vm_rows_begin(b);
    if (b->vm->phase) view_columns(b);
    for (size_t i = 0; i < ph->n && !b->failed && !b->too_large && b->rc == RC_OK; i++)
        run_op(b, ph->ops[i], ph->slot[i]);
}

/* Of a block that is done again, cut smaller: what it wrote to bits and columns will be the same. */
static void forget_unknowns(struct vm_block *b)
{
    const struct vm *vm = b->vm;
    for (size_t i = 0; vm->bits && i < vm->p->n_outputs; i++) {
        if (vm->plan.phase[vm->p->outputs[i].reg] != vm->phase) continue;
        struct vm_unknowns *u = &vm->unknowns[i * vm->n_tasks + b->task];
        while (u->n && u->v[u->n - 1].row >= b->rows[vm->p->outputs[i].space].base) u->n--;
    }
}

/* Rows of the largest space in use of households h0..h1-1; the block's spaces end before or at them. */
static uint32_t block_rows(const struct vm_block *b, uint32_t h0, uint32_t h1)
{
    const struct vm *vm = b->vm;
    const struct ftable *persons = &vm->f->tables[TABLE_PERSON];
    uint32_t p0 = persons->first[h0], p1 = persons->first[h1], most = h1 - h0;
    for (size_t s = 1; s < vm->p->n_spaces; s++) {
        const struct ir_space *sp = &vm->p->spaces[s];
        if (!vm->plan.space_used[s] || sp->kind > SPACE_FACT) continue;
        uint32_t n = p1 - p0;
        if (sp->kind == SPACE_FACT) {
            const struct ftable *t = &vm->f->tables[sp->table];
            uint32_t from = ftable_from(t, p0, b->rows[s].base + b->rows[s].n);
            n = ftable_from(t, p1, from) - from;
        }
        if (n > most) most = n;
    }
    return most;
}

/* The end of a block that begins at h0: about `batch` rows of each table, at least a household. */
static uint32_t block_end(const struct vm_block *b, uint32_t h0, uint32_t end)
{
    const struct vm *vm = b->vm;
    uint32_t n = end - h0 < vm->batch ? end - h0 : vm->batch;
    while (n > 1) {
        uint32_t rows = block_rows(b, h0, h0 + n);
        if (rows <= vm->batch) break;
        uint32_t scaled = (uint32_t)((uint64_t)n * vm->batch / rows);
        n = scaled < n ? (scaled ? scaled : 1) : n - 1;
    }
    return h0 + n;
}

static enum rc block_rc(const struct vm_block *b, struct err *e)
{
    if (b->rc) return b->rc;
    if (b->vm->cancel && *b->vm->cancel) return err_set(e, RC_CONFLICT, pos_none(), "cancelled.", "已取消。");
    return b->failed || reasons_failed(b->vm->f->reasons) ? err_nomem(e) : RC_OK;
}

static enum rc run_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct vm *vm = ctx;
    struct vm_block *b = &vm->blocks[thread];
    const struct vm_range *run = vm->phase + 1 == vm->plan.n_phases ? &vm->only.v[task] : &vm->all.v[task];
    uint32_t h = run->first, end = run->end;
    b->task = task, b->e = e, b->rc = RC_OK, b->failed = false;
    b->task_p0 = vm->f->tables[TABLE_PERSON].first[h];
    b->task_p1 = vm->f->tables[TABLE_PERSON].first[end];
    TRY(vm_reach_task(b));
    uint32_t most = vm->batch;
    while (h < end) { /* expanded rows can be many more than the tables': then in halves, and slowly larger again */
        uint32_t stop = block_end(b, h, end - h < most ? end : h + most);
        b->h0 = h, b->h1 = stop;
        run_block(b);
        TRY(block_rc(b, e));
        if (b->too_large) {
            forget_unknowns(b);
            most = (stop - h) / 2;
        } else {
            h = stop;
            most = most < vm->batch / 2 ? most * 2 : vm->batch;
        }
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- set-up */

static void block_free(const struct vm *vm, struct vm_block *b)
{
    for (size_t i = 0; b->rows && i < vm->p->n_spaces; i++) vm_rows_free(&b->rows[i]);
    for (size_t i = 0; b->slots && i < b->n_slots; i++) mem_free(b->slots[i].mem);
    for (size_t i = 0; b->reach_mem && i < vm->p->n_reaches; i++) mem_free(b->reach_mem[i].mem);
    for (size_t i = 0; b->windows && i < vm->p->n_reaches; i++) mem_free(b->windows[i].odd);
    for (size_t i = 0; i < SCRATCH__MAX; i++) mem_free(b->scratch[i].mem);
    mem_free(b->rows);
    mem_free(b->slots);
    mem_free(b->reach_mem);
    mem_free(b->regs);
    mem_free(b->reach);
    mem_free(b->reach_base);
    mem_free(b->windows);
}

static bool block_init(struct vm *vm, struct vm_block *b)
{
    size_t n_slots = 1, n_reaches = vm->p->n_reaches + 1;
    for (size_t q = 0; q < vm->plan.n_phases; q++)
        if (vm->plan.phases[q].n_slots > n_slots) n_slots = vm->plan.phases[q].n_slots;
    b->vm = vm;
    b->n_slots = n_slots;
    b->rows = mem_zalloc_array(vm->p->n_spaces, sizeof *b->rows);
    b->regs = mem_zalloc_array(vm->p->n_ops + 1, sizeof *b->regs);
    b->slots = mem_zalloc_array(n_slots, sizeof *b->slots);
    b->reach_mem = mem_zalloc_array(n_reaches, sizeof *b->reach_mem);
    b->reach = mem_zalloc_array(n_reaches, sizeof *b->reach);
    b->reach_base = mem_zalloc_array(n_reaches, sizeof *b->reach_base);
    b->windows = mem_zalloc_array(n_reaches, sizeof *b->windows);
    return b->rows && b->regs && b->slots && b->reach_mem && b->reach && b->reach_base && b->windows;
}

/* The first household behind h whose members and fellows make `most`, or end. */
static uint32_t task_end(const struct ftable *persons, uint32_t h, uint32_t end, uint32_t most)
{
    uint32_t lo = h + 1, hi = end, p0 = persons->first[h];
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (persons->first[mid] - p0 + (mid - h) < most) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/* Runs of households with about as many persons each. */
static bool cut_range(const struct vm *vm, struct vm_range r, struct vm_tasks *out)
{
    const struct ftable *persons = &vm->f->tables[TABLE_PERSON];
    uint32_t n = vm->f->tables[TABLE_HOUSEHOLD].n;
    uint32_t most = (persons->n + n) / (vm->threads * TASKS_PER_THREAD) + 1;
    if (most > VM_TASK_PERSONS) most = VM_TASK_PERSONS;
    while (r.first < r.end) {
        uint32_t stop = task_end(persons, r.first, r.end, most);
        if (!vec_push(out, TASKS_MAX, (struct vm_range){r.first, stop})) return false;
        r.first = stop;
    }
    return true;
}

static enum rc cut_tasks(struct vm *vm, const struct vm_options *o, struct err *e)
{
    struct vm_range whole = {0, vm->f->tables[TABLE_HOUSEHOLD].n};
    bool ok = cut_range(vm, whole, &vm->all);
    for (size_t i = 0; ok && i < o->n_only; i++) ok = cut_range(vm, o->only[i], &vm->only);
    if (ok && !o->only) ok = cut_range(vm, whole, &vm->only);
    vm->n_tasks = vm->all.n > vm->only.n ? vm->all.n : vm->only.n;
    return ok ? RC_OK : err_nomem(e);
}

static bool same_pval(const struct pval *a, const struct pval *b)
{
    return a->state == b->state && (a->state != PVAL_SET || (a->v == b->v && a->w == b->w));
}

static void find_same_slots(struct vm *vm)
{
    for (size_t s = 0; s < vm->p->n_slots; s++) {
        vm->slot_same[s] = true;
        for (uint32_t k = 1; k < vm->f->n_places && vm->slot_same[s]; k++)
            vm->slot_same[s] = same_pval(&vm->pt->v[s], &vm->pt->v[(size_t)k * vm->pt->n_slots + s]);
    }
}

static enum rc set_up(struct vm *vm, struct err *e)
{
    const struct program *p = vm->p;
    TRY(vm_plan_make(vm, e));
    TRY(cut_tasks(vm, vm->o, e));
    vm->columns = mem_zalloc_array(p->n_ops + 1, sizeof *vm->columns);
    vm->reach_rows = mem_zalloc_array(p->n_reaches + 1, sizeof *vm->reach_rows);
    vm->ties = mem_zalloc_array(p->n_spaces, sizeof *vm->ties);
    vm->slot_same = mem_zalloc_array(p->n_slots + 1, sizeof *vm->slot_same);
    vm->blocks = mem_zalloc_array(vm->threads, sizeof *vm->blocks);
    if (vm->bits) vm->unknowns = mem_zalloc_array(p->n_outputs * vm->n_tasks + 1, sizeof *vm->unknowns);
    if (!vm->columns || !vm->reach_rows || !vm->ties || !vm->slot_same || !vm->blocks || (vm->bits && !vm->unknowns))
        return err_nomem(e);
    find_same_slots(vm);
    for (unsigned t = 0; t < vm->threads; t++)
        if (!block_init(vm, &vm->blocks[t])) return err_nomem(e);
    return alloc_columns(vm, e);
}

void vm_end(struct vm *vm)
{
    const struct program *p = vm->p;
    for (unsigned t = 0; vm->blocks && t < vm->threads; t++) block_free(vm, &vm->blocks[t]);
    mem_big_free(vm->payload.mem, vm->payload.bytes);
    mem_big_free(vm->states.mem, vm->states.bytes);
    for (size_t i = 0; vm->ties && i < p->n_spaces; i++) vm_tie_index_free(vm->ties[i]);
    for (size_t i = 0; vm->reach_rows && i < p->n_reaches; i++) mem_free(vm->reach_rows[i]);
    for (size_t i = 0; vm->unknowns && i < p->n_outputs * vm->n_tasks; i++) vec_fini(&vm->unknowns[i]);
    mem_free(vm->blocks);
    mem_free(vm->columns);
    mem_free(vm->ties);
    mem_free(vm->reach_rows);
    mem_free(vm->slot_same);
    mem_free(vm->unknowns);
    vec_fini(&vm->all);
    vec_fini(&vm->only);
    vm_plan_free(&vm->plan);
}

/* ---------------------------------------------------------------- running */

static enum rc index_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct vm *vm = ctx;
    uint16_t s = (uint16_t)task;
    (void)thread;
    bool due = vm->plan.space_used[s] && vm->p->spaces[s].kind == SPACE_TIED && !vm->ties[s];
    return due && vm_tie_phase(vm, s) <= vm->phase ? vm_tie_index_make(vm, s, e) : RC_OK;
}

/* What phase q reads from elsewhere that is not a register: made when the registers it hangs on are whole. */
static enum rc prepare_phase(struct vm *vm, struct err *e)
{
    for (uint16_t k = 0; k < vm->p->n_reaches; k++)
        if (vm->plan.reach_global[k] && !vm->plan.uniform[k] && !vm->reach_rows[k] &&
            vm_reach_phase(vm, k) <= vm->phase)
            TRY(vm_reach_global(vm, k, e));
    return par_pool_run(vm->pool, vm->threads, vm->p->n_spaces, index_task, vm, e);
}

enum rc vm_run_all(struct vm *vm, struct err *e)
{
    TRY(set_up(vm, e));
    for (vm->phase = 0; vm->phase < vm->plan.n_phases; vm->phase++) {
        TRY(prepare_phase(vm, e));
        bool last = vm->phase + 1 == vm->plan.n_phases;
        TRY(par_pool_run(vm->pool, vm->threads, last ? vm->only.n : vm->all.n, run_task, vm, e));
    }
    return RC_OK;
}

static bool op_fits(const struct program *p, const struct frame *f, const struct ir_op *o)
{
    const struct ftable *t = &f->tables[p->spaces[o->space].table];
    if (o->code != IR_FIELD && o->code != IR_BLANK) return true;
    return o->index < t->n_cols &&
           (o->code == IR_BLANK || t->cols[o->index].rep == o->rep || t->cols[o->index].width == 0);
}

enum rc vm_check_fit(const struct vm *vm, struct err *e)
{
    const struct program *p = vm->p;
    const struct frame *f = vm->f;
    bool fits = p->n_slots == 0 || (vm->pt && vm->pt->n_slots >= p->n_slots && vm->pt->n_places >= f->n_places);
    for (size_t i = 0; i < p->n_spaces; i++) fits &= p->spaces[i].table < f->n_tables;
    for (size_t i = 0; i < p->n_reaches; i++) fits &= p->reaches[i].dataset < f->n_datasets;
    for (size_t i = 0; fits && i < p->n_ops; i++) fits = op_fits(p, f, &p->ops[i]);
    if (fits) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "the frame lacks tables, columns or parameters that the program reads",
                   "数据框缺少程序要读取的表、列或参数");
}

struct vm vm_of(const struct program *p, const struct frame *f, const struct ptable *pt, const struct vm_options *o)
{
    struct vm vm = {.p = p,
                    .f = f,
                    .pt = pt,
                    .o = o,
                    .plan.given = o->given,
                    .wanted = o->wanted,
                    .cancel = o->cancel,
                    .threads = o->threads,
                    .pool = o->pool,
                    .batch = o->batch_rows ? o->batch_rows : BATCH_ROWS};
    vm.pairs = o->pair_rows ? o->pair_rows : (size_t)vm.batch * VM_PAIRS_BATCHES;
    if (vm.threads < 1) vm.threads = 1;
    if (vm.threads > PAR_MAX_THREADS) vm.threads = PAR_MAX_THREADS;
    return vm;
}

static uint32_t output_rows(const struct vm *vm, size_t i)
{
    return vm->f->tables[vm->p->spaces[vm->p->outputs[i].space].table].n;
}

enum rc vm_run(const struct program *p, const struct frame *f, const struct ptable *pt, const struct vm_options *o,
               struct outcol *outs, struct err *e)
{
    struct vm vm = vm_of(p, f, pt, o);
    enum rc rc = RC_OK;
    vm.outs = outs;
    for (size_t i = 0; i < p->n_outputs; i++) outs[i] = (struct outcol){0};
    TRY(vm_check_fit(&vm, e));
    for (size_t i = 0; rc == RC_OK && i < p->n_outputs; i++)
        if (outcol_init(&outs[i], p->ops[p->outputs[i].reg].rep, output_rows(&vm, i))) rc = err_nomem(e);
    if (rc == RC_OK) {
        rc = vm_run_all(&vm, e);
        vm_end(&vm);
    }
    for (size_t i = 0; rc && i < p->n_outputs; i++) outcol_fini(&outs[i]);
    return rc;
}

/* ---------------------------------------------------------------- lean outputs */

static enum rc outbits_init(struct outbits *o, uint32_t n, struct err *e)
{
    size_t words = ((size_t)n + 63) / 64 + 1;
    *o = (struct outbits){.n = n};
    o->yes = mem_zalloc_array(words, sizeof *o->yes);
    o->unknown = mem_zalloc_array(words, sizeof *o->unknown);
    return o->yes && o->unknown ? RC_OK : err_nomem(e);
}

void outbits_fini(struct outbits *o)
{
    mem_free(o->yes);
    mem_free(o->unknown);
    mem_free(o->row);
    mem_free(o->why);
    *o = (struct outbits){0};
}

/* Tasks are in order of rows, and so are the unknowns of each. */
static enum rc collect(const struct vm *vm, size_t output, struct err *e)
{
    struct outbits *o = &vm->bits[output];
    const struct vm_unknowns *u = &vm->unknowns[output * vm->n_tasks];
    size_t n = 0, at = 0;
    for (size_t t = 0; t < vm->n_tasks; t++) n += u[t].n;
    if (n == 0) return RC_OK;
    o->row = mem_alloc_array(n, sizeof *o->row);
    o->why = mem_alloc_array(n, sizeof *o->why);
    if (!o->row || !o->why) return err_nomem(e);
    for (size_t t = 0; t < vm->n_tasks; t++)
        for (size_t i = 0; i < u[t].n; i++, at++) o->row[at] = u[t].v[i].row, o->why[at] = u[t].v[i].why;
    o->n_unknown = (uint32_t)n;
    return RC_OK;
}

enum rc vm_run_bits(const struct program *p, const struct frame *f, const struct ptable *pt, const struct vm_options *o,
                    struct outbits *bits, struct err *e)
{
    struct vm vm = vm_of(p, f, pt, o);
    enum rc rc = RC_OK;
    vm.bits = bits;
    for (size_t i = 0; i < p->n_outputs; i++) bits[i] = (struct outbits){0};
    TRY(vm_check_fit(&vm, e));
    for (size_t i = 0; rc == RC_OK && i < p->n_outputs; i++)
        if (p->ops[p->outputs[i].reg].rep == REP_BOOL && (!o->wanted || o->wanted[i]))
            rc = outbits_init(&bits[i], output_rows(&vm, i), e);
    if (rc == RC_OK) {
        rc = vm_run_all(&vm, e);
        for (size_t i = 0; rc == RC_OK && i < p->n_outputs; i++) rc = collect(&vm, i, e);
        vm_end(&vm);
    }
    for (size_t i = 0; rc && i < p->n_outputs; i++) outbits_fini(&bits[i]);
    return rc;
}
