/* Tied spaces: for each outer row, the rows of a table whose ties are not known to differ. A hash index over the rows
 * whose ties are all plainly known, built once, and a list of the others, which every outer row must look at. */
#include "base/mem.h"
#include "rules/vm_int.h"

/* Of a row: the next with the same slot, ascending; 0: none, else row + 1; and the upper half of its hash. */
struct tie {
    uint32_t next, tag;
};

/* Where the numbers of a tie can be read without going through struct value: a whole column, a column of the frame, or
 * the rows' own numbers; else value by value. */
struct tie_column {
    enum { TIE_BY_VALUE, TIE_WHOLE, TIE_FIELD, TIE_ROW } from;
    bool is_span;
    const int64_t *v;
    const uint8_t *st; /* NULL: no state */
    const struct fcol *field;
};

struct vm_tie_index {
    struct tie_column col[IR_TIES_MAX];
    uint32_t *slots, n_slots; /* first row + 1 of a hash value */
    struct tie *tie;          /* by row */
    uint32_t *odd, n_odd;     /* rows with a tie that is not plainly known, none absent */
    uint32_t n_there;         /* rows without an absent tie */
};

static bool is_plain(uint8_t rep, const struct value *v)
{
    return v->st == ST_EXACT && (rep != REP_SPAN || SPAN_LO(v->v) == SPAN_HI(v->v));
}

static uint64_t mix(uint64_t h, int64_t v)
{
    h = (h ^ (uint64_t)v) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

enum tie_class { TIE_PLAIN, TIE_ODD, TIE_ABSENT };

/* The ties of one side at one row. */
static enum tie_class classify(const struct program *p, const struct ir_space *sp, const struct value *v,
                               uint64_t *hash)
{
    enum tie_class c = TIE_PLAIN;
    *hash = 0;
    for (size_t k = 0; k < sp->n_ties; k++) {
        if (v[k].st == ST_ABSENT) return TIE_ABSENT;
        if (!is_plain(p->ops[sp->ties[k].outer].rep, &v[k])) c = TIE_ODD;
        *hash = mix(*hash, v[k].v);
    }
    return c;
}

/* ---------------------------------------------------------------- the index */

void vm_tie_index_free(struct vm_tie_index *ix)
{
    if (!ix) return;
    mem_free(ix->slots);
    mem_free(ix->tie);
    mem_free(ix->odd);
    mem_free(ix);
}

static void find_columns(const struct vm *vm, const struct ir_space *sp, struct vm_tie_index *ix)
{
    for (size_t k = 0; k < sp->n_ties; k++) {
        ir_reg r = sp->ties[k].inner;
        const struct vm_column *c = &vm->columns[r];
        const struct ir_op *o = &vm->p->ops[r];
        struct tie_column *col = &ix->col[k];
        if (vm_is_given(&vm->plan, r) || (o->rep != REP_INT && o->rep != REP_SPAN)) continue;
        *col = (struct tie_column){.is_span = o->rep == REP_SPAN};
        if (!vm_is_remote(&vm->plan, r)) col->from = TIE_WHOLE, col->v = c->all.v, col->st = c->soft ? c->all.st : NULL;
        else if (o->code == IR_ROW) col->from = TIE_ROW;
        else if (o->code == IR_FIELD) col->from = TIE_FIELD, col->field = &vm->f->tables[sp->table].cols[o->index];
    }
}

static inline bool is_one_number(bool is_span, int64_t v) { return !is_span || (uint64_t)v >> 32 == 0; }

/* A plainly known number, read at once; false: ask vm_value_at. */
static inline bool plain_inner(const struct tie_column *c, uint32_t row, int64_t *v)
{
    *v = 0;
    switch (c->from) {
    case TIE_BY_VALUE: return false;
    case TIE_ROW: *v = row; return true;
    case TIE_WHOLE:
        if (c->st && c->st[row]) return false;
        *v = c->v[row];
        break;
    case TIE_FIELD:
        if (!fcol_valid(c->field, row)) return false;
        *v = fcol_get(c->field, row);
        break;
    }
    return is_one_number(c->is_span, *v);
}

static void inner_values(const struct vm *vm, const struct ir_space *sp, uint32_t row, struct value *v)
{
    for (size_t k = 0; k < sp->n_ties; k++) v[k] = vm_value_at(vm, sp->ties[k].inner, row);
}

static enum tie_class classify_inner(const struct vm *vm, const struct ir_space *sp, const struct vm_tie_index *ix,
                                     uint32_t row, uint64_t *hash)
{
    struct value v[IR_TIES_MAX];
    int64_t number;
    size_t k = 0;
    for (*hash = 0; k < sp->n_ties && plain_inner(&ix->col[k], row, &number); k++) *hash = mix(*hash, number);
    if (k == sp->n_ties) return TIE_PLAIN;
    inner_values(vm, sp, row, v);
    return classify(vm->p, sp, v, hash);
}

static void put_row(struct vm_tie_index *ix, uint32_t row, enum tie_class c, uint64_t hash)
{
    if (c == TIE_ABSENT) return;
    ix->n_there++;
    if (c == TIE_ODD) {
        ix->odd[ix->n_odd++] = row;
        return;
    }
    uint32_t *slot = &ix->slots[hash & (ix->n_slots - 1)];
    ix->tie[row] = (struct tie){*slot, (uint32_t)(hash >> 32)};
    *slot = row + 1;
}

enum { FILL_ROWS = 64 };

/* From the last row to the first, so that chains ascend; a few at a time, whose slots are fetched together. */
static void fill(const struct vm *vm, const struct ir_space *sp, uint32_t n, struct vm_tie_index *ix)
{
    uint64_t hash[FILL_ROWS];
    enum tie_class c[FILL_ROWS];
    for (uint32_t end = n, m; end > 0; end -= m) {
        m = end < FILL_ROWS ? end : FILL_ROWS;
        for (uint32_t i = 0; i < m; i++) {
            c[i] = classify_inner(vm, sp, ix, end - 1 - i, &hash[i]);
            __builtin_prefetch(&ix->slots[hash[i] & (ix->n_slots - 1)], 1);
        }
        for (uint32_t i = 0; i < m; i++) put_row(ix, end - 1 - i, c[i], hash[i]);
    }
}

enum rc vm_tie_index_make(struct vm *vm, uint16_t space, struct err *e)
{
    const struct ir_space *sp = &vm->p->spaces[space];
    uint32_t n = vm->f->tables[sp->table].n;
    struct vm_tie_index *ix = mem_zalloc_array(1, sizeof *ix);
    vm->ties[space] = ix;
    if (!ix) return err_nomem(e);
    ix->n_slots = 64;
    while (ix->n_slots < n && ix->n_slots < UINT32_C(1) << 30) ix->n_slots *= 2;
    ix->slots = mem_zalloc_array(ix->n_slots, sizeof *ix->slots);
    ix->tie = mem_alloc_array((size_t)n + 1, sizeof *ix->tie);
    ix->odd = mem_alloc_array((size_t)n + 1, sizeof *ix->odd);
    if (!ix->slots || !ix->tie || !ix->odd) return err_nomem(e);
    find_columns(vm, sp, ix);
    fill(vm, sp, n, ix);
    for (uint32_t i = 0, k = ix->n_odd; i + 1 < k; i++) { /* ascending */
        uint32_t t = ix->odd[i];
        ix->odd[i] = ix->odd[--k];
        ix->odd[k] = t;
    }
    return RC_OK;
}

size_t vm_tie_phase(const struct vm *vm, uint16_t space)
{
    const struct ir_space *sp = &vm->p->spaces[space];
    size_t phase = 0;
    for (size_t k = 0; k < sp->n_ties; k++) {
        ir_reg r = sp->ties[k].inner;
        if (!vm_is_remote(&vm->plan, r) && vm->plan.phase[r] + (size_t)1 > phase) phase = vm->plan.phase[r] + (size_t)1;
    }
    return phase;
}

/* ---------------------------------------------------------------- expanding */

struct expand {
    struct vm_block *b;
    const struct ir_space *sp;
    struct vm_rows *s;
    const struct vm_tie_index *ix;
    struct value outer[IR_TIES_MAX];
    int64_t number[IR_TIES_MAX]; /* of plainly known outer values */
    bool has_frac;
    uint32_t o, start, most; /* start: its first row; most: rows after which the set is too large to be listed */
};

/* Plainly known ties of both sides: of ints and days the same number. */
static bool is_tied(const struct expand *x, uint32_t row)
{
    for (size_t k = 0; k < x->sp->n_ties; k++) {
        int64_t v;
        if (!plain_inner(&x->ix->col[k], row, &v)) v = vm_value_at(x->b->vm, x->sp->ties[k].inner, row).v;
        if (v != x->number[k]) return false;
    }
    return true;
}

/* False when a tie is known to differ (the same test as the filter's). */
static bool may_be_tied(const struct expand *x, uint32_t row)
{
    struct value inner[IR_TIES_MAX];
    inner_values(x->b->vm, x->sp, row, inner);
    for (size_t k = 0; k < x->sp->n_ties; k++) {
        uint8_t rep = x->b->vm->p->ops[x->sp->ties[k].outer].rep;
        struct ir_op eq = {.code = rep == REP_SPAN ? IR_SPAN_EQ : IR_EQ};
        struct value in[2] = {x->outer[k], inner[k]}, same = ref_apply(x->b->vm->f->reasons, &eq, in);
        if (same.st == ST_EXACT && !same.v) return false;
    }
    return true;
}

/* False: stop, the set is too large or something failed. */
static bool add(struct expand *x, uint32_t row)
{
    struct vm_rows *s = x->s;
    if (s->n - x->start == x->most) {
        s->n = x->start;
        s->own_over[x->o] = 1;
        s->over = s->own_over;
        return false;
    }
    bool fits = s->n < s->cap_rows && s->n < x->b->vm->pairs;
    if (!fits && !vm_rows_fit(x->b, s, (size_t)s->n + 1, x->b->rows[x->sp->outer].n)) return false;
    s->own[0][s->n] = x->o, s->own[0][s->cap_rows + s->n] = row;
    s->n++;
    return true;
}

/* Candidates with known ties and the odd ones, merged by row. */
static void expand_plain(struct expand *x, uint64_t hash)
{
    const struct vm_tie_index *ix = x->ix;
    uint32_t at = ix->slots[hash & (ix->n_slots - 1)], i = 0, tag = (uint32_t)(hash >> 32);
    while (at || i < ix->n_odd) {
        bool odd = !at || (i < ix->n_odd && ix->odd[i] < at - 1);
        uint32_t row = odd ? ix->odd[i++] : at - 1;
        if (!odd) at = ix->tie[row].next;
        if (odd || x->has_frac ? !may_be_tied(x, row) : ix->tie[row].tag != tag || !is_tied(x, row)) continue;
        if (!add(x, row)) return;
    }
}

static void expand_odd(struct expand *x)
{
    bool all = x->most < UINT32_MAX && x->ix->n_there > x->most;
    for (size_t k = 0; k < x->sp->n_ties; k++) all &= x->outer[k].st == ST_UNKNOWN;
    if (all) { /* nothing is known to differ: no need to count */
        x->s->own_over[x->o] = 1;
        x->s->over = x->s->own_over;
        return;
    }
    for (uint32_t row = 0; row < x->b->vm->f->tables[x->sp->table].n; row++)
        if (may_be_tied(x, row) && !add(x, row)) return;
}

/* A fraction is not told by one number. */
static bool has_frac(const struct program *p, const struct ir_space *sp)
{
    for (size_t k = 0; k < sp->n_ties; k++)
        if (p->ops[sp->ties[k].outer].rep == REP_FRAC || p->ops[sp->ties[k].outer].rep == REP_SET) return true;
    return false;
}

/* A plainly known number of an outer row; false: ask vm_get. */
static inline bool plain_outer(const struct vreg *r, uint32_t o, int64_t *v)
{
    uint32_t i = r->konst ? 0 : o;
    if ((r->rep != REP_INT && r->rep != REP_SPAN) || (!r->exact && r->st[i])) return false;
    *v = r->v[i];
    return is_one_number(r->rep == REP_SPAN, *v);
}

static bool outer_numbers(struct expand *x, uint32_t o, uint64_t *hash)
{
    size_t k = 0;
    for (*hash = 0; k < x->sp->n_ties && plain_outer(&x->b->regs[x->sp->ties[k].outer], o, &x->number[k]); k++)
        *hash = mix(*hash, x->number[k]);
    return k == x->sp->n_ties;
}

static enum tie_class outer_values(struct expand *x, uint32_t o, uint64_t *hash)
{
    bool plain = outer_numbers(x, o, hash);
    if (plain && !x->ix->n_odd) return TIE_PLAIN; /* numbers are all that is compared */
    for (size_t k = 0; k < x->sp->n_ties; k++) {
        x->outer[k] = vm_get(&x->b->regs[x->sp->ties[k].outer], o);
        x->number[k] = x->outer[k].v;
    }
    return plain ? TIE_PLAIN : classify(x->b->vm->p, x->sp, x->outer, hash);
}

/* The index is larger than the cache: what the rows will look at is fetched ahead, first slots, then what they name. */
static bool fetch_ahead(struct expand *x, uint32_t n)
{
    const struct vm_tie_index *ix = x->ix;
    uint64_t *hash = vm_scratch(x->b, SCRATCH_HASH, n, sizeof *hash);
    if (!hash) return false;
    for (uint32_t o = 0; o < n; o++) {
        if (!outer_numbers(x, o, &hash[o])) hash[o] = 0; /* few, or none that look */
        __builtin_prefetch(&ix->slots[hash[o] & (ix->n_slots - 1)]);
    }
    for (uint32_t o = 0; o < n; o++) {
        uint32_t at = ix->slots[hash[o] & (ix->n_slots - 1)];
        if (at) __builtin_prefetch(&ix->tie[at - 1]);
    }
    return true;
}

void vm_tied_build(struct vm_block *b, uint16_t space, struct vm_rows *s)
{
    const struct ir_space *sp = &b->vm->p->spaces[space];
    uint32_t n = b->rows[sp->outer].n;
    struct expand x = {.b = b,
                       .sp = sp,
                       .s = s,
                       .ix = b->vm->ties[space],
                       .has_frac = has_frac(b->vm->p, sp),
                       .most = b->vm->plan.sealed[space] ? ROWS_PER_PERSON_SET : UINT32_MAX};
    if (!fetch_ahead(&x, n)) return;
    for (x.o = 0; x.o < n && !b->failed && !b->too_large; x.o++) {
        uint64_t hash;
        x.start = s->own[1][x.o] = s->n;
        s->own_over[x.o] = 0;
        enum tie_class c = outer_values(&x, x.o, &hash);
        if (c == TIE_PLAIN) expand_plain(&x, hash);
        else if (c == TIE_ODD) expand_odd(&x);
    }
    s->own[1][n] = s->n;
}
