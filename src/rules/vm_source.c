/* Operations that read: constants, parameters, the frame's columns, and registers at other rows. */
#include "rules/vm_int.h"

static const struct fcol *column_of(const struct vm *vm, const struct ir_op *o)
{
    return &vm->f->tables[vm->p->spaces[o->space].table].cols[o->index];
}

static reason conflict_reason(const struct ir_op *o)
{
    return reason_make(REASON_CONFLICT, o->why ? reason_dataset(o->why) : REASON_NO_DATASET, reason_detail(o->why));
}

/* A cell that is not valid. */
static struct value no_value(const struct vm *vm, const struct ir_op *o, const struct fcol *c, uint32_t row)
{
    struct reasons *rs = vm->f->reasons;
    if (fcol_conflict(c, row)) return ref_unknown(reasons_one(rs, conflict_reason(o)));
    return o->optional && !fcol_not_given(c, row) ? ref_absent() : ref_unknown(ref_why(rs, o));
}

static struct value constant(const struct ir_op *o)
{
    struct value v = ref_exact(o->v);
    v.w = o->w;
    return o->absent ? ref_absent() : v;
}

static struct value head_at(const struct vm *vm, const struct ir_op *o, uint32_t row)
{
    int32_t h = vm->f->head[row];
    if (h >= 0) return ref_exact(h);
    if (h == -1) return ref_absent();
    return h == -2 ? ref_flawed(vm->f->reasons, REASON_HEADS) : ref_unknown(ref_why(vm->f->reasons, o));
}

static struct value in_reach_at(const struct vm *vm, const struct ir_op *o, uint32_t row, const struct reach_row *rr)
{
    const struct ftable *t = &vm->f->tables[vm->p->spaces[o->space].table];
    int32_t lo = t->date[row], hi = lo + (t->date_span ? t->date_span[row] : 0);
    if (rr->absent || rr->lo > rr->hi) return ref_exact(false);
    if (lo == 0) return ref_unknown(ref_why(vm->f->reasons, o));
    if (lo >= rr->lo && hi <= rr->hi) return ref_exact(true);
    if (hi < rr->lo || lo > rr->hi) return ref_exact(false);
    return ref_unknown(ref_why(vm->f->reasons, o));
}

static struct value column_at(const struct vm_column *c, uint32_t row)
{
    struct vreg all = c->all;
    all.exact = !c->soft;
    return vm_get(&all, row);
}

struct value vm_value_at(const struct vm *vm, ir_reg r, uint32_t row)
{
    const struct ir_op *o = &vm->p->ops[r];
    if (vm_is_given(&vm->plan, r)) return vm_given_at(vm->plan.given[r], row);
    if (!vm_is_remote(&vm->plan, r)) return column_at(&vm->columns[r], row);
    switch (o->code) {
    case IR_CONST: return constant(o);
    case IR_BLANK: return ref_exact(!fcol_valid(column_of(vm, o), row) && !fcol_conflict(column_of(vm, o), row));
    case IR_ROW: return ref_exact(row);
    case IR_HEAD: return head_at(vm, o, row);
    case IR_IN_REACH: return in_reach_at(vm, o, row, &vm->plan.same[o->index]);
    default: break;
    }
    const struct fcol *c = column_of(vm, o);
    return fcol_valid(c, row) ? ref_exact(fcol_get(c, row)) : no_value(vm, o, c, row);
}

/* ---------------------------------------------------------------- one value for all */

static void put_konst(struct vreg *out, struct value v)
{
    out->konst = true;
    vm_soften(out);
    vm_put(out, 0, &v);
    vm_settle(out);
}

static struct value pval_value(const struct pval *v)
{
    if (v->state == PVAL_NONE) return ref_absent();
    if (v->state == PVAL_EMPTY) return ref_unknown(0);
    struct value out = ref_exact(v->v);
    out.w = v->w;
    return out;
}

/* The household of a row, as a row of the block. */
static uint32_t household_of(const struct vm_block *b, uint16_t space, uint32_t i)
{
    for (uint16_t s = space; s != 0; s = b->vm->p->spaces[s].outer) i = b->rows[s].up[i] - b->rows[s].up_base;
    return i;
}

static void param(struct vm_block *b, const struct ir_op *o, struct vreg *out)
{
    const struct vm *vm = b->vm;
    const uint32_t *place = vm->f->place + b->h0;
    uint32_t n = b->h1 - b->h0, k = 1;
    while (!vm->slot_same[o->index] && k < n && place[k] == place[0]) k++;
    if (vm->slot_same[o->index] || k == n) {
        put_konst(out, pval_value(&vm->pt->v[(size_t)place[0] * vm->pt->n_slots + o->index]));
        return;
    }
    vm_soften(out);
    for (uint32_t i = 0; i < out->n; i++) {
        struct value v =
            pval_value(&vm->pt->v[(size_t)place[household_of(b, o->space, i)] * vm->pt->n_slots + o->index]);
        vm_put(out, i, &v);
    }
    vm_settle(out);
}

/* ---------------------------------------------------------------- columns */

/* Bits at..at+n-1 (n <= 64) of a bitmap. */
static uint64_t bits_at(const uint64_t *bits, size_t at, uint32_t n)
{
    uint64_t w = bits[at >> 6] >> (at & 63);
    if ((at & 63) + n > 64) w |= bits[(at >> 6) + 1] << (64 - (at & 63));
    return n < 64 ? w & ((UINT64_C(1) << n) - 1) : w;
}

static void read_cells(const struct fcol *c, uint32_t base, uint32_t n, struct vreg *out)
{
    if (n == 0) return;
    const char *data = c->width ? (const char *)c->data + (size_t)base * c->width : NULL;
    if (out->rep == REP_BOOL) {
        if (data) memcpy(out->b, data, n);
        else memset(out->b, 0, n);
        return;
    }
    if (data) vm_widen(data, c->width, n, out->v);
    else memset(out->v, 0, n * sizeof *out->v);
    if (out->rep == REP_SET) memset(out->w, 0, n * sizeof *out->w);
}

/* Many cells without a value, all for the same reason. */
static void field_blanks(const struct fcol *c, uint32_t base, const struct value *blank, struct vreg *out)
{
    vm_soften(out);
    if (!out->n) return;
    if (c->width) vm_spread_bits(c->valid, base, out->n, (uint8_t)blank->st, ST_EXACT, out->st);
    else memset(out->st, (int)blank->st, out->n);
    for (uint32_t i = 0; i < out->n; i++) out->why[i] = blank->why;
    if (out->rep == REP_BOOL) vm_clear_bytes(out->st, out->n, out->b);
    else vm_clear_words(out->st, out->n, out->v);
    vm_settle(out);
}

static void field(struct vm_block *b, const struct ir_op *o, struct vreg *out)
{
    const struct fcol *c = column_of(b->vm, o);
    uint32_t base = b->rows[o->space].base;
    struct value blank = o->optional ? ref_absent() : ref_unknown(0);
    read_cells(c, base, out->n, out);
    if (c->width && !c->valid) return;
    if (!o->optional) blank.why = ref_why(b->vm->f->reasons, o);
    if (!c->conflict && (!c->not_given || !o->optional)) {
        field_blanks(c, base, &blank, out);
        return;
    }
    for (uint32_t i = 0; i < out->n; i += 64) {
        uint32_t m = out->n - i < 64 ? out->n - i : 64;
        uint64_t all = m < 64 ? (UINT64_C(1) << m) - 1 : UINT64_MAX;
        uint64_t missing = c->width ? ~bits_at(c->valid, (size_t)base + i, m) & all : all;
        if (missing) vm_soften(out);
        for (; missing; missing &= missing - 1) {
            uint32_t k = i + (uint32_t)__builtin_ctzll(missing);
            struct value v = c->conflict || c->not_given ? no_value(b->vm, o, c, base + k) : blank;
            vm_put(out, k, &v);
        }
    }
}

static void blank(struct vm_block *b, const struct ir_op *o, struct vreg *out)
{
    const struct fcol *c = column_of(b->vm, o);
    uint32_t base = b->rows[o->space].base;
    if (c->width && !c->valid) {
        put_konst(out, ref_exact(false));
        return;
    }
    if (c->width && !c->conflict && out->n) vm_spread_bits(c->valid, base, out->n, 1, 0, out->b);
    else
        for (uint32_t i = 0; i < out->n; i++) out->b[i] = !fcol_valid(c, base + i) && !fcol_conflict(c, base + i);
}

/* ---------------------------------------------------------------- windows */

/* Exact dates against each person's own days; blank ones come out as false. */
static void dates_in_own_days(const struct vm_window *w, const struct vm_rows *s, const int32_t *date, struct vreg *out)
{
    for (uint32_t i = 0; i < out->n; i++) {
        const struct reach_row *r = &w->rows[s->up[i] - s->up_base];
        out->b[i] = (uint8_t)(!r->absent & (date[i] >= r->lo) & (date[i] <= r->hi));
    }
}

static void in_reach(struct vm_block *b, const struct ir_op *o, struct vreg *out)
{
    const struct ftable *t = &b->vm->f->tables[b->vm->p->spaces[o->space].table];
    const struct vm_rows *s = &b->rows[o->space];
    const struct vm_window *w = vm_window_ready(b, (uint16_t)o->index);
    if (!w) return;
    const int32_t *date = t->date + s->base;
    if (w->same_days && w->lo > w->hi) {
        put_konst(out, ref_exact(false));
        return;
    }
    if (!t->date_span) {
        if (w->same_days) vm_in_window(date, w->lo, w->hi, out->n, out->b);
        else dates_in_own_days(w, s, date, out);
        if (!vm_any_zero_date(date, out->n)) return;
    }
    vm_soften(out);
    for (uint32_t i = 0; i < out->n; i++) {
        if (!t->date_span && date[i]) continue;
        const struct reach_row *r = w->rows ? &w->rows[s->up[i] - s->up_base] : &b->vm->plan.same[o->index];
        struct value v = in_reach_at(b->vm, o, s->base + i, r);
        vm_put(out, i, &v);
    }
    vm_settle(out);
}

/* ---------------------------------------------------------------- other rows */

static void copy_states(const struct vreg *a, const struct vm_rows *s, struct vreg *out)
{
    out->exact = false;
    vm_gather_bytes(a->st, s->up, s->up_base, out->n, out->st);
    for (uint32_t i = 0; i < out->n; i++)
        if (out->st[i]) out->why[i] = a->why[s->up[i] - s->up_base];
    vm_settle(out);
}

static void outer(struct vm_block *b, const struct ir_op *o, struct vreg *out)
{
    const struct vreg *a = &b->regs[o->args[0]];
    const struct vm_rows *s = &b->rows[o->space];
    if (a->konst) {
        put_konst(out, vm_get(a, 0));
        return;
    }
    if (out->rep == REP_BOOL) vm_gather_bytes(a->b, s->up, s->up_base, out->n, out->b);
    if (out->v) vm_gather_words(a->v, s->up, s->up_base, out->n, out->v);
    if (out->w) vm_gather_words(a->w, s->up, s->up_base, out->n, out->w);
    for (uint32_t i = 0; out->rep == REP_FRAC && i < out->n; i++)
        out->num[i] = a->num[s->up[i] - s->up_base], out->den[i] = a->den[s->up[i] - s->up_base];
    if (!a->exact) copy_states(a, s, out);
}

/* A cell of each of the rows. */
static void gather_field(struct vm_block *b, const struct ir_op *o, const struct vm_rows *s, struct vreg *out)
{
    const struct fcol *c = column_of(b->vm, o);
    for (uint32_t i = 0; i < out->n; i++) {
        uint32_t row = s->row ? s->row[i] : s->base + i;
        bool valid = fcol_valid(c, row);
        if (valid && out->exact && out->rep != REP_SET) {
            if (out->rep == REP_BOOL) out->b[i] = fcol_get(c, row) != 0;
            else out->v[i] = fcol_get(c, row);
            continue;
        }
        struct value v = valid ? ref_exact(fcol_get(c, row)) : no_value(b->vm, o, c, row);
        if (!valid) vm_soften(out);
        vm_put(out, i, &v);
    }
}

/* Of a whole column. */
static bool gather_column(const struct vm_column *c, const struct vm_rows *s, struct vreg *out)
{
    if (!s->row || (out->rep != REP_BOOL && out->rep != REP_INT && out->rep != REP_SPAN)) return false;
    if (out->rep == REP_BOOL) vm_gather_bytes(c->all.b, s->row, 0, out->n, out->b);
    else vm_gather_words(c->all.v, s->row, 0, out->n, out->v);
    if (!c->soft) return true;
    out->exact = false;
    vm_gather_bytes(c->all.st, s->row, 0, out->n, out->st);
    for (uint32_t i = 0; i < out->n; i++)
        if (out->st[i]) out->why[i] = c->all.why[s->row[i]];
    vm_settle(out);
    return true;
}

static void gather(struct vm_block *b, const struct ir_op *o, struct vreg *out)
{
    const struct vm_rows *s = &b->rows[o->space];
    ir_reg from = o->args[0];
    bool given = vm_is_given(&b->vm->plan, from);
    if (!given && !vm_is_remote(&b->vm->plan, from) && gather_column(&b->vm->columns[from], s, out)) return;
    if (!given && b->vm->p->ops[from].code == IR_FIELD) {
        gather_field(b, &b->vm->p->ops[from], s, out);
        return;
    }
    vm_soften(out);
    for (uint32_t i = 0; i < out->n; i++) {
        struct value v = vm_value_at(b->vm, o->args[0], s->row ? s->row[i] : s->base + i);
        vm_put(out, i, &v);
    }
    vm_settle(out);
}

static struct value via_at(const struct vm_block *b, const struct ir_op *o, uint32_t n_rows, const struct value *to)
{
    if (to->st == ST_ABSENT) return ref_absent();
    if (to->st != ST_EXACT) return ref_unknown(to->why);
    if (to->v < 0 || to->v >= n_rows) return ref_flawed(b->vm->f->reasons, REASON_OUTSIDE);
    return vm_value_at(b->vm, o->args[1], (uint32_t)to->v);
}

static void via(struct vm_block *b, const struct ir_op *o, struct vreg *out)
{
    const struct vreg *ref = &b->regs[o->args[0]];
    uint32_t n_rows = b->vm->f->tables[b->vm->p->spaces[o->index].table].n;
    vm_soften(out);
    for (uint32_t i = 0; i < out->n; i++) {
        struct value to = vm_get(ref, i), v = via_at(b, o, n_rows, &to);
        vm_put(out, i, &v);
    }
    vm_settle(out);
}

void vm_source(struct vm_block *b, ir_reg r, struct vreg *out)
{
    const struct ir_op *o = &b->vm->p->ops[r];
    const struct vm_rows *s = &b->rows[o->space];
    switch (o->code) {
    case IR_CONST: put_konst(out, constant(o)); break;
    case IR_PARAM: param(b, o, out); break;
    case IR_FIELD: field(b, o, out); break;
    case IR_BLANK: blank(b, o, out); break;
    case IR_OUTER: outer(b, o, out); break;
    case IR_GATHER: gather(b, o, out); break;
    case IR_VIA: via(b, o, out); break;
    case IR_IN_REACH: in_reach(b, o, out); break;
    case IR_HEAD:
        vm_soften(out);
        for (uint32_t i = 0; i < out->n; i++) {
            struct value v = head_at(b->vm, o, s->base + i);
            vm_put(out, i, &v);
        }
        vm_settle(out);
        break;
    default: /* ROW */
        for (uint32_t i = 0; i < out->n; i++) out->v[i] = s->row ? s->row[i] : s->base + i;
    }
}
