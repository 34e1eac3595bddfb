/* Registers kept as narrow columns over a run, and read back by later ones. */
#include "base/mem.h"
#include "rules/vm_int.h"

enum { PAD_ROWS = 64 }; /* readers take whole words */

/* ---------------------------------------------------------------- memory */

static size_t part_bytes(const struct vm_kept *k, size_t cell) { return ((size_t)k->n + PAD_ROWS) * cell; }

static size_t data_bytes(const struct vm_kept *k)
{
    return k->rep == REP_FRAC ? sizeof(i128) : k->rep == REP_SET ? sizeof(int64_t) : k->width;
}

static bool has_more(const struct vm_kept *k) { return k->rep == REP_FRAC || k->rep == REP_SET; }

static void free_states(struct vm_kept *k)
{
    if (k->st) k->bytes -= part_bytes(k, sizeof *k->st) + part_bytes(k, sizeof *k->why);
    mem_big_free(k->st, part_bytes(k, sizeof *k->st));
    mem_big_free(k->why, part_bytes(k, sizeof *k->why));
    k->st = NULL, k->why = NULL;
}

void vm_kept_free(struct vm_kept *k)
{
    free_states(k);
    mem_big_free(k->data, part_bytes(k, data_bytes(k)));
    if (has_more(k)) mem_big_free(k->more, part_bytes(k, data_bytes(k)));
    *k = (struct vm_kept){0};
}

/* Pages that nobody writes cost nothing: states and reasons are there for those that have one. */
static enum rc kept_alloc(struct vm_kept *k, uint8_t rep, uint8_t width, uint32_t n, struct err *e)
{
    *k = (struct vm_kept){.rep = rep, .width = width, .n = n};
    k->data = mem_big_alloc(part_bytes(k, data_bytes(k)));
    k->st = mem_big_alloc(part_bytes(k, sizeof *k->st));
    k->why = mem_big_alloc(part_bytes(k, sizeof *k->why));
    if (has_more(k)) k->more = mem_big_alloc(part_bytes(k, data_bytes(k)));
    k->bytes = part_bytes(k, data_bytes(k) * (has_more(k) ? 2 : 1) + sizeof *k->st + sizeof *k->why);
    bool ok = k->data && k->st && k->why && (k->more || !has_more(k));
    if (!ok) vm_kept_free(k);
    return ok ? RC_OK : err_nomem(e);
}

/* ---------------------------------------------------------------- writing */

static void keep_words(struct vm_keeping *k, const struct vreg *r, uint32_t base)
{
    if (k->to->width == sizeof(int64_t)) {
        memcpy((int64_t *)k->to->data + base, r->v, r->n * sizeof *r->v);
        return;
    }
    int32_t *to = (int32_t *)k->to->data + base;
    uint64_t over = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        to[i] = (int32_t)r->v[i];
        over |= (uint64_t)(r->v[i] ^ to[i]);
    }
    if (over) k->wide = true;
}

static void keep_value(struct vm_keeping *k, uint32_t row, const struct value *v)
{
    struct vm_kept *to = k->to;
    if (to->rep == REP_BOOL) ((uint8_t *)to->data)[row] = v->v != 0;
    else if (to->rep == REP_FRAC) ((i128 *)to->data)[row] = v->n, ((i128 *)to->more)[row] = v->d;
    else if (to->width == sizeof(int64_t)) ((int64_t *)to->data)[row] = v->v;
    else if (v->v == (int32_t)v->v) ((int32_t *)to->data)[row] = (int32_t)v->v;
    else k->wide = true;
    if (to->rep == REP_SET) ((int64_t *)to->more)[row] = v->w;
}

static void keep_states(struct vm_keeping *k, const struct vreg *r, uint32_t base)
{
    if (r->exact) return;
    for (uint32_t i = 0; i < r->n; i++) {
        uint32_t lane = r->konst ? 0 : i;
        if (!r->st[lane]) continue;
        k->to->st[base + i] = r->st[lane];
        k->to->why[base + i] = r->why[lane];
        k->soft = true;
    }
}

void vm_keep_rows(struct vm_keeping *k, const struct vreg *r, uint32_t base)
{
    if (!r->konst && r->rep == REP_BOOL) {
        memcpy((uint8_t *)k->to->data + base, r->b, r->n);
    } else if (!r->konst && (r->rep == REP_INT || r->rep == REP_SPAN)) {
        keep_words(k, r, base);
    } else {
        for (uint32_t i = 0; i < r->n; i++) {
            struct value v = vm_get(r, i);
            keep_value(k, base + i, &v);
        }
    }
    keep_states(k, r, base);
}

/* ---------------------------------------------------------------- reading */

static void read_states(const struct vm_kept *k, uint32_t base, struct vreg *out)
{
    if (!k->st || !vm_any_byte(k->st + base, out->n)) return;
    out->exact = false;
    memcpy(out->st, k->st + base, out->n);
    memcpy(out->why, k->why + base, out->n * sizeof *out->why);
}

/* Bytes and whole words are read where they lie. */
void vm_given_read(const struct vm_kept *k, uint32_t base, struct vreg *out)
{
    if (out->n == 0) return;
    if (k->rep == REP_BOOL) out->b = (uint8_t *)k->data + base;
    else if (k->rep == REP_FRAC) out->num = (i128 *)k->data + base, out->den = (i128 *)k->more + base;
    else if (k->width == sizeof(int64_t)) out->v = (int64_t *)k->data + base;
    else vm_widen((const int32_t *)k->data + base, k->width, out->n, out->v);
    if (k->rep == REP_SET) out->w = (int64_t *)k->more + base;
    read_states(k, base, out);
}

struct value vm_given_at(const struct vm_kept *k, uint32_t row)
{
    struct value v = {.d = 1};
    if (k->rep == REP_BOOL) v.v = ((const uint8_t *)k->data)[row];
    else if (k->rep == REP_FRAC) v.n = ((const i128 *)k->data)[row], v.d = ((const i128 *)k->more)[row];
    else if (k->width == sizeof(int64_t)) v.v = ((const int64_t *)k->data)[row];
    else v.v = ((const int32_t *)k->data)[row];
    if (k->rep == REP_SET) v.w = ((const int64_t *)k->more)[row];
    if (!k->st || !k->st[row]) return v;
    v.st = (enum state)(k->st[row] & VM_STATE);
    v.why = k->why[row];
    return v;
}

/* ---------------------------------------------------------------- keeping */

struct keeping {
    const struct program *p;
    const struct frame *f;
    const ir_reg *regs;
    size_t n;
    struct vm_kept *out;
    struct vm_keeping *by_reg;
};

static uint8_t narrow_width(uint8_t rep)
{
    static const uint8_t widths[REP__MAX] = {
        [REP_BOOL] = 1, [REP_INT] = 4, [REP_SPAN] = 4, [REP_SET] = 8, [REP_FRAC] = sizeof(i128)};
    return widths[rep];
}

static enum rc begin_column(struct keeping *x, size_t i, uint8_t width, struct err *e)
{
    const struct ir_op *o = &x->p->ops[x->regs[i]];
    vm_kept_free(&x->out[i]);
    TRY(kept_alloc(&x->out[i], o->rep, width, x->f->tables[x->p->spaces[o->space].table].n, e));
    struct vm_keeping *k = &x->by_reg[x->regs[i]];
    k->to = &x->out[i];
    k->soft = k->wide = false;
    return RC_OK;
}

static enum rc run_once(struct keeping *x, const struct ptable *pt, const struct vm_options *o, struct err *e)
{
    struct vm vm = vm_of(x->p, x->f, pt, o);
    vm.keep = x->by_reg;
    TRY(vm_check_fit(&vm, e));
    enum rc rc = vm_run_all(&vm, e);
    vm_end(&vm);
    return rc;
}

/* Those with values that did not fit: again, wider. True: there are some. */
static enum rc widen(struct keeping *x, bool *again, struct err *e)
{
    *again = false;
    for (size_t i = 0; i < x->n; i++) {
        struct vm_keeping *k = &x->by_reg[x->regs[i]];
        if (!k->to) continue;
        k->to = NULL;
        if (k->wide) {
            TRY(begin_column(x, i, sizeof(int64_t), e));
            *again = true;
        } else if (!k->soft) {
            free_states(&x->out[i]);
        }
    }
    return RC_OK;
}

enum rc vm_keep(const struct program *p, const struct frame *f, const struct ptable *pt, const struct vm_options *o,
                const ir_reg *regs, size_t n, struct vm_kept *out, struct err *e)
{
    struct keeping x = {p, f, regs, n, out, mem_zalloc_array(p->n_ops + 1, sizeof *x.by_reg)};
    for (size_t i = 0; i < n; i++) out[i] = (struct vm_kept){0};
    enum rc rc = x.by_reg ? RC_OK : err_nomem(e);
    for (size_t i = 0; !rc && i < n; i++) rc = begin_column(&x, i, narrow_width(p->ops[regs[i]].rep), e);
    for (bool again = n > 0; !rc && again;) {
        rc = run_once(&x, pt, o, e);
        if (!rc) rc = widen(&x, &again, e);
    }
    for (size_t i = 0; rc && i < n; i++) vm_kept_free(&out[i]);
    mem_free(x.by_reg);
    return rc;
}
