/* Rows of spaces in a block: slices of tables, and lists of pairs for edges. */
#include "base/mem.h"
#include "rules/vm_int.h"

/* ---------------------------------------------------------------- canonical */

static void slice(struct vm_block *b, uint16_t space, const struct ftable *t, uint32_t from, uint32_t to,
                  uint32_t outer)
{
    struct vm_rows *s = &b->rows[space];
    s->built = true;
    s->n = to - from;
    s->base = from;
    s->up = t->owner ? t->owner + from : NULL;
    s->up_base = outer;
    s->first = t->first ? t->first + outer : NULL; /* NULL: vm_rows_first */
    s->row = NULL;
    s->missing = NULL;
    s->over = NULL;
    s->seg_of = UINT16_MAX;
}

static void find_most(struct vm_rows *s, uint32_t n_outer)
{
    s->most = 0;
    for (uint32_t i = 0; i < n_outer; i++) {
        uint32_t n = s->first[i + 1] - s->first[i];
        s->most = n > s->most ? n : s->most;
    }
}

bool vm_segments_fit(struct vm_block *b, struct vm_rows *s, size_t n)
{
    if (n <= s->cap_seg) return true;
    size_t cap = n + n / 4 + 16;
    mem_free(s->seg);
    s->seg = mem_alloc_array(cap, sizeof *s->seg);
    s->cap_seg = s->seg ? cap : 0;
    b->failed |= !s->seg;
    return s->seg;
}

void vm_rows_begin(struct vm_block *b)
{
    const struct program *p = b->vm->p;
    const struct ftable *tables = b->vm->f->tables;
    const struct ftable *persons = &tables[TABLE_PERSON];
    uint32_t p0 = persons->first[b->h0], p1 = persons->first[b->h1];
    slice(b, 0, &tables[TABLE_HOUSEHOLD], b->h0, b->h1, 0);
    slice(b, 1, persons, p0, p1, b->h0);
    if (b->vm->plan.space_used[1]) find_most(&b->rows[1], b->h1 - b->h0);
    for (uint16_t s = 2; s < p->n_spaces; s++) {
        const struct ftable *t = &tables[p->spaces[s].table];
        if (p->spaces[s].kind != SPACE_FACT || !b->vm->plan.space_used[s]) continue;
        uint32_t from = ftable_from(t, p0, b->rows[s].base + b->rows[s].n);
        slice(b, s, t, from, ftable_from(t, p1, from), p0);
    }
}

/* ---------------------------------------------------------------- expanded */

void vm_rows_free(struct vm_rows *s)
{
    mem_free(s->own[0]);
    mem_free(s->own[1]);
    mem_free(s->own_missing);
    mem_free(s->own_over);
    mem_free(s->seg);
}

static bool fit_outer(struct vm_rows *s, size_t outer)
{
    if (outer < s->cap_outer) return true;
    size_t cap = outer + outer / 4 + 16;
    mem_free(s->own[1]);
    mem_free(s->own_missing);
    mem_free(s->own_over);
    s->own[1] = mem_alloc_array(cap, sizeof *s->own[1]);
    s->own_missing = mem_alloc_array(cap, sizeof *s->own_missing);
    s->own_over = mem_alloc_array(cap, sizeof *s->own_over);
    s->cap_outer = s->own[1] && s->own_missing && s->own_over ? cap : 0;
    return s->cap_outer;
}

/* From the rows' owners. The last row of an owner is written over those before it, and then a running maximum: nobody
 * can guess how many rows an owner has. */
const uint32_t *vm_rows_first(struct vm_block *b, uint16_t space)
{
    struct vm_rows *s = &b->rows[space];
    uint32_t n = b->rows[b->vm->p->spaces[space].outer].n;
    if (s->first) return s->first;
    if (!fit_outer(s, (size_t)n + 1)) {
        b->failed = true;
        return NULL;
    }
    uint32_t *first = s->own[1];
    memset(first, 0, ((size_t)n + 1) * sizeof *first);
    for (uint32_t i = 0; i < s->n; i++) first[s->up[i] - s->up_base + 1] = s->base + i + 1;
    vm_running_max(first, n + 1, s->base);
    s->first = first;
    return first;
}

/* Rows that are there are kept; the first half of the memory is `up`, the second `row`. */
static bool fit_rows(struct vm_rows *s, size_t rows)
{
    if (rows <= s->cap_rows) return true;
    size_t cap = rows + rows / 2 + 64;
    uint32_t *v = mem_alloc_array(cap * 2, sizeof *v);
    if (!v) return false;
    if (s->own[0]) {
        memcpy(v, s->own[0], s->cap_rows * sizeof *v);
        memcpy(v + cap, s->own[0] + s->cap_rows, s->cap_rows * sizeof *v);
    }
    mem_free(s->own[0]);
    s->own[0] = v;
    s->cap_rows = cap;
    return true;
}

bool vm_rows_fit(struct vm_block *b, struct vm_rows *s, size_t rows, size_t outer)
{
    if (rows > b->vm->pairs && b->h1 - b->h0 > 1) b->too_large = true;
    else if (rows > VM_LANES_MAX || !fit_outer(s, outer) || !fit_rows(s, rows)) b->failed = true;
    return !b->failed && !b->too_large;
}

/* What hangs on outer row o, which `start` names. */
static bool expand_edge(struct vm_block *b, const struct ir_space *sp, struct vm_rows *s, uint32_t o,
                        const struct value *start)
{
    const struct ftable *t = &b->vm->f->tables[sp->table];
    struct reasons *rs = b->vm->f->reasons;
    s->own_missing[o] = 0;
    if (start->st == ST_ABSENT) return true;
    if (start->st != ST_EXACT) {
        s->own_missing[o] = start->why;
        return true;
    }
    if (start->v < 0 || start->v >= b->vm->f->tables[sp->start_table].n) {
        s->own_missing[o] = reasons_one(rs, reason_make(REASON_OUTSIDE, REASON_NO_DATASET, 0));
        return true;
    }
    uint32_t at = (uint32_t)start->v;
    bool one = sp->start_table == sp->table;
    uint32_t from = one ? at : ftable_from(t, at, 0), to = one ? at + 1 : ftable_from(t, at + 1, from);
    if (!vm_rows_fit(b, s, (size_t)s->n + (to - from), b->rows[sp->outer].n)) return false;
    for (uint32_t i = from; i < to; i++, s->n++) s->own[0][s->n] = o, s->own[0][s->cap_rows + s->n] = i;
    return true;
}

static void build_edge(struct vm_block *b, uint16_t space, struct vm_rows *s)
{
    const struct ir_space *sp = &b->vm->p->spaces[space];
    const struct vreg *start = &b->regs[sp->start];
    uint32_t n = b->rows[sp->outer].n;
    for (uint32_t o = 0; o < n; o++) {
        struct value v = vm_get(start, o);
        s->own[1][o] = s->n;
        if (!expand_edge(b, sp, s, o, &v)) return;
    }
    s->own[1][n] = s->n;
    s->missing = s->own_missing;
}

static void build(struct vm_block *b, uint16_t space)
{
    const struct ir_space *sp = &b->vm->p->spaces[space];
    struct vm_rows *s = &b->rows[space];
    s->built = true;
    s->n = s->base = s->up_base = 0;
    s->missing = NULL;
    s->over = NULL;
    s->seg_of = UINT16_MAX;
    if (!vm_rows_fit(b, s, 1, b->rows[sp->outer].n)) return;
    if (sp->kind == SPACE_EDGE) build_edge(b, space, s);
    else vm_tied_build(b, space, s);
    s->up = s->own[0];
    s->row = s->own[0] + s->cap_rows;
    s->first = s->own[1];
    if (sp->table == TABLE_PERSON && !b->failed && !b->too_large) find_most(s, b->rows[sp->outer].n);
}

void vm_rows_ready(struct vm_block *b, uint16_t space)
{
    uint16_t chain[IR_DEPTH_MAX + 1];
    size_t n = 0;
    for (uint16_t s = space; s != UINT16_MAX && !b->rows[s].built && n <= IR_DEPTH_MAX; s = b->vm->p->spaces[s].outer)
        chain[n++] = s;
    while (n-- > 0 && !b->failed && !b->too_large) build(b, chain[n]);
}
