/* Rows of late parts of a file in which several lines say a row (match/late.c): they and what the file said of the
 * person before are one row, as the import makes one of them (match/once.c). Joined anew by every reading, so that each
 * line can be taken back by itself. */
#include "base/vec.h"
#include "match/once.h"
#include "match/stored.h"
#include "screen/load_facts_int.h"

/* A delivery of the dataset. */
struct file_part {
    size_t file; /* number of the delivery that it is a part of; its own */
    bool joins;
    struct stored_ints line; /* of the files with such parts */
};

struct line_row {
    uint32_t row; /* global */
    size_t file;
    int64_t line;
};

struct joining {
    struct facts *f;
    struct file_part *part;
    VEC(struct line_row) rows; /* of one person, in order of file and line */
};

static size_t number_of(const struct world_rows *rows, int64_t id, size_t otherwise)
{
    for (size_t d = 0; d < rows->n; d++)
        if (rows->deliveries[d].id == id) return d;
    return otherwise;
}

static enum rc says_joins(const struct facts *f, const struct delivery *d, bool *yes, struct err *e)
{
    struct stored_ints v;
    TRY(stored_ints_read(&v, f->w->store, d->id, STR(ONCE_JOINS), e));
    *yes = v.n > 0;
    stored_ints_fini(&v);
    return RC_OK;
}

/* *any: some part's rows are to be joined. */
static enum rc find_parts(struct joining *x, bool *any, struct err *e)
{
    const struct world_rows *rows = x->f->rows;
    *any = false;
    for (size_t d = 0; d < rows->n; d++) {
        const struct delivery *v = &rows->deliveries[d];
        bool joins = false;
        if (v->kind == DELIVERY_ADDS && v->replaces) TRY(says_joins(x->f, v, &joins, e));
        x->part[d].file = joins ? number_of(rows, v->replaces, d) : d;
        x->part[d].joins = joins;
        *any |= joins;
    }
    for (size_t d = 0; d < rows->n; d++) x->part[x->part[d].file].joins |= x->part[d].joins;
    for (size_t d = 0; d < rows->n; d++)
        if (x->part[d].joins)
            TRY(stored_ints_read(&x->part[d].line, x->f->w->store, rows->deliveries[d].id, STR("line"), e));
    return RC_OK;
}

/* ---- one person's */

static enum rc take_lines(struct joining *x, uint32_t from, uint32_t to, struct err *e)
{
    const struct facts *f = x->f;
    x->rows.n = 0;
    for (uint32_t i = from; i < to; i++) {
        uint32_t row = facts_row(f, i);
        size_t d = facts_delivery(f->rows, row), k = row - (size_t)f->rows->first[d];
        const struct file_part *p = &x->part[d];
        if (!p->joins || k >= p->line.n) continue;
        struct line_row r = {row, p->file, p->line.v[k]};
        if (!vec_push(&x->rows, UINT32_MAX, r)) return err_nomem(e);
        size_t at = x->rows.n - 1;
        for (; at > 0; at--) {
            const struct line_row *before = &x->rows.v[at - 1];
            if (before->file < r.file || (before->file == r.file && before->line <= r.line)) break;
            x->rows.v[at] = *before;
        }
        x->rows.v[at] = r;
    }
    return RC_OK;
}

static enum rc blank_cell(struct cells *c, uint32_t row, struct err *e)
{
    TRY(column_need_valid(&c->col, e));
    c->col.valid[row >> 6] &= ~(UINT64_C(1) << (row & 63));
    c->col.blanks++;
    return RC_OK;
}

/* From a cell with a value to a blank one. */
static void move_cell(struct cells *c, uint32_t to, uint32_t from)
{
    size_t width = (size_t)c->col.width;
    char *v = c->col.data;
    memcpy(v + to * width, v + from * width, width);
    bit_set(c->col.valid, to);
    c->col.blanks--;
    if (c->not_given) c->not_given[to >> 6] &= ~(UINT64_C(1) << (to & 63));
}

/* One column of the lines of a person's row, which becomes the first of them. */
static enum rc join_cells(struct cells *c, bool optional, const struct line_row *v, size_t n, struct err *e)
{
    size_t says = n;
    bool contradict = false;
    int64_t said = 0, other;
    for (size_t i = 0; i < n; i++) {
        if (!cells_get(c, v[i].row, &other)) continue;
        if (says == n) says = i, said = other;
        contradict |= said != other;
    }
    if (says == n) return RC_OK;
    if (says) move_cell(c, v[0].row, v[says].row);
    return contradict && !optional ? blank_cell(c, v[0].row, e) : RC_OK;
}

static enum rc join_lines(struct joining *x, const struct line_row *v, size_t n, struct err *e)
{
    struct facts *f = x->f;
    const struct table_layout *l = &f->w->layouts[f->dataset + TABLE_FACT0];
    for (size_t c = 0; c < l->n; c++)
        if (f->cols[c].read) TRY(join_cells(&f->cols[c], l->cols[c].decl->optional, v, n, e));
    return RC_OK;
}

static size_t end_of_file(const struct joining *x, size_t from)
{
    size_t to = from + 1;
    while (to < x->rows.n && x->rows.v[to].file == x->rows.v[from].file) to++;
    return to;
}

/* The row of a file that another line of it says. */
static bool is_said(const struct joining *x, uint32_t row)
{
    for (size_t i = 1; i < x->rows.n; i++)
        if (x->rows.v[i].row == row) return x->rows.v[i - 1].file == x->rows.v[i].file;
    return false;
}

/* Rows from..to-1 are one person's; those kept go to *out on. */
static enum rc join_person(struct joining *x, uint32_t from, uint32_t to, uint32_t *out, struct err *e)
{
    struct facts *f = x->f;
    x->rows.n = 0;
    if (to - from > 1) TRY(take_lines(x, from, to, e));
    for (size_t i = 0, end; i < x->rows.n; i = end) {
        end = end_of_file(x, i);
        if (end - i > 1) TRY(join_lines(x, x->rows.v + i, end - i, e));
    }
    for (uint32_t i = from; i < to; i++) {
        if (is_said(x, facts_row(f, i))) continue;
        f->order[*out] = f->order[i];
        f->owner[(*out)++] = f->owner[i];
    }
    return RC_OK;
}

/* ---- whole */

/* How many rows each person has, which are in his order. */
static void count_first(struct facts *f)
{
    uint32_t row = 0;
    for (uint32_t p = 0; p < f->w->n_people; p++) {
        f->first[p] = row;
        while (row < f->n && f->owner[row] == p) row++;
    }
    f->first[f->w->n_people] = f->n;
}

static enum rc join_all(struct joining *x, struct err *e)
{
    struct facts *f = x->f;
    uint32_t out = 0;
    TRY(facts_own_order(f, e));
    for (uint32_t from = 0, to; from < f->n; from = to) {
        for (to = from + 1; to < f->n && f->owner[to] == f->owner[from];) to++;
        TRY(join_person(x, from, to, &out, e));
    }
    f->n = out;
    if (f->first) count_first(f);
    return RC_OK;
}

enum rc facts_join(struct facts *f, struct err *e)
{
    struct joining x = {.f = f};
    bool any = false;
    if (!f->n || facts_by_village(f)) return RC_OK;
    x.part = mem_zalloc_array(f->rows->n + 1, sizeof *x.part);
    enum rc rc = x.part ? find_parts(&x, &any, e) : err_nomem(e);
    if (!rc && any) rc = join_all(&x, e);
    for (size_t d = 0; x.part && d < f->rows->n; d++) stored_ints_fini(&x.part[d].line);
    vec_fini(&x.rows);
    mem_free(x.part);
    return rc;
}
