#include <stdlib.h>
#include "base/mem.h"
#include "ident/division_int.h"

struct edit {
    struct division_period p;
    struct pos at;
};

struct edit_list {
    VEC(struct edit) list;
};

enum { EDIT_UNITS, EDIT_FLAGS, EDIT_ALIASES, EDIT__MAX };
enum { EDITS_MAX = DIVISION_ROWS_MAX * 4 };

struct edits {
    struct divisions *d;
    struct diags *g;
    struct edit_list by_kind[EDIT__MAX];
    bool no_memory;
};

static void add_edit(struct edits *s, unsigned kind, const struct division_row *row, struct division_period p)
{
    struct edit edit = {p, row->at};
    edit.p.code = row->code;
    if (!vec_push(&s->by_kind[kind].list, EDITS_MAX, edit)) s->no_memory = true;
}

static struct str keep_text(struct edits *s, struct str text)
{
    if (!text.n) return STR("");
    struct str copy = str_dup(&s->d->arena, text);
    if (!copy.p) s->no_memory = true;
    return copy;
}

#define FAULT(s, row, ...) diag_add((s)->g, DIAG_ERROR, (row)->at, __VA_ARGS__)

/* The name for a row that gives none: of the row before when it has the same code, else as known so far; ""
 * when unknown. */
static struct str name_before(const struct edits *s, const struct division_row *row)
{
    const struct edit_list *l = &s->by_kind[EDIT_UNITS];
    if (l->list.n && l->list.v[l->list.n - 1].p.code == row->code) return l->list.v[l->list.n - 1].p.text;
    struct str name = divisions_name(s->d, row->code, row->from);
    return name.n ? name : divisions_name(s->d, row->code, 0);
}

static void collect_unit(struct edits *s, const struct division_row *row)
{
    if (!row->name.n && !row->from && !row->to) return;
    char code[DIVISION_TEXT_MAX];
    struct str name = row->name.n ? keep_text(s, row->name) : name_before(s, row);
    if (!name.n && !s->no_memory)
        FAULT(s, row, "code %s is not known: give its name", "代码 %s 尚未收录：请填写名称",
              division_format(row->code, code));
    add_edit(s, EDIT_UNITS, row, (struct division_period){.text = name, .from = row->from, .to = row->to});
}

static void collect_alias(struct edits *s, const struct division_row *row)
{
    if (!row->replaced_by) return;
    if (!row->to) {
        FAULT(s, row, "a replaced code needs its last day in column to", "填写了“并入”的代码须在“止”列填写最后有效日");
    } else if (row->replaced_by == row->code) {
        FAULT(s, row, "a code cannot be replaced by itself", "代码不能并入自身");
    } else {
        struct division_period p = {.replacement = row->replaced_by, .from = row->to + 1};
        p.text = keep_text(s, row->document);
        add_edit(s, EDIT_ALIASES, row, p);
    }
}

static void collect_flags(struct edits *s, const struct division_row *row)
{
    for (size_t i = 0; i < row->n_flags; i++) {
        const struct division_row_flag *f = &row->flags[i];
        struct division_period p = {.from = f->from, .to = f->to, .flag = intern_add(&s->d->flag_names, f->name)};
        if (p.flag == UINT32_MAX) s->no_memory = true;
        if (f->to && f->from > f->to)
            FAULT(s, row, "a flag ends before it begins: mend its dates", "标记的止期早于起期：请更正日期");
        p.text = keep_text(s, row->document);
        add_edit(s, EDIT_FLAGS, row, p);
    }
}

static void collect_row(struct edits *s, const struct division_row *row)
{
    if (row->code <= 0 || row->code > DIVISION_CODE_MAX) {
        FAULT(s, row, "no division code", "没有行政区划代码");
        return;
    }
    if (row->to && row->from > row->to)
        FAULT(s, row, "the unit ends before it begins: mend from or to", "止期早于起期：请更正“起”或“止”");
    collect_unit(s, row);
    collect_alias(s, row);
    collect_flags(s, row);
}

static int by_period(const void *a, const void *b)
{
    const struct edit *x = a, *y = b;
    int c = division_period_cmp(&x->p, &y->p);
    return c ? c : (x->at.line > y->at.line) - (x->at.line < y->at.line);
}

static bool same_group(const struct division_period *a, const struct division_period *b)
{
    return a->code == b->code && a->flag == b->flag;
}

/* Sort, and refuse two periods of one thing that share a day. */
static void sort_edits(struct edits *s, unsigned kind)
{
    struct edit_list *l = &s->by_kind[kind];
    if (!l->list.n) return;
    qsort(l->list.v, l->list.n, sizeof *l->list.v, by_period);
    for (size_t i = 1; i < l->list.n; i++) {
        struct edit *a = &l->list.v[i - 1], *b = &l->list.v[i];
        if (!same_group(&a->p, &b->p)) continue;
        if (kind == EDIT_ALIASES && a->p.from < b->p.from) a->p.to = b->p.from - 1;
        if (a->p.to && a->p.to < b->p.from) continue;
        char code[DIVISION_TEXT_MAX];
        diag_add(s->g, DIAG_ERROR, b->at, "the dates of code %s overlap those in row %u",
                 "代码 %s 的起止日期与第 %u 行重叠", division_format(b->p.code, code), a->at.line);
    }
}

static int cmp_group(const struct division_period *a, const struct division_period *b)
{
    if (a->code != b->code) return a->code < b->code ? -1 : 1;
    return (a->flag > b->flag) - (a->flag < b->flag);
}

/* What of p lies before the day. */
static void keep_before(struct division_table *out, struct division_period p, date_day day)
{
    if (p.from >= day) return;
    if (!p.to || p.to >= day) p.to = day - 1;
    out->v[out->n++] = p;
}

/* What the edits speak of holds from their earliest day on; what was known of earlier days stays. A code that old does
 * not have may be in the list (NULL: none). */
static bool merge(const struct division_table *old, const struct division_list *list, const struct edit_list *l,
                  struct division_table *out)
{
    out->n = 0;
    out->v = mem_alloc_array(old->n + 2 * l->list.n, sizeof *out->v);
    if (!out->v) return false;
    for (size_t i = 0, j = 0; i < old->n || j < l->list.n;) {
        struct division_period listed;
        const struct division_period *first = j < l->list.n ? &l->list.v[j].p : NULL;
        if (!first || (i < old->n && cmp_group(&old->v[i], first) < 0)) {
            out->v[out->n++] = old->v[i++];
            continue;
        }
        if (list && !(i < old->n && same_group(&old->v[i], first)) && division_list_find(list, first->code, &listed))
            keep_before(out, listed, first->from);
        for (; i < old->n && same_group(&old->v[i], first); i++) keep_before(out, old->v[i], first->from);
        for (; j < l->list.n && same_group(&l->list.v[j].p, first); j++) out->v[out->n++] = l->list.v[j].p;
    }
    return true;
}

/* All three tables change or none. */
static bool merge_all(struct edits *s)
{
    struct division_table *tables[EDIT__MAX] = {&s->d->corrected, &s->d->flags, &s->d->aliases},
                          merged[EDIT__MAX] = {{0}};
    bool ok = true;
    for (unsigned k = 0; k < EDIT__MAX; k++)
        if (ok && s->by_kind[k].list.n)
            ok = merge(tables[k], k == EDIT_UNITS ? &s->d->list : NULL, &s->by_kind[k], &merged[k]);
    for (unsigned k = 0; k < EDIT__MAX; k++) {
        if (!merged[k].v) continue;
        mem_free(ok ? tables[k]->v : merged[k].v);
        if (ok) *tables[k] = merged[k];
    }
    return ok;
}

static enum rc finish(struct edits *s, size_t errors_before, struct err *e)
{
    for (unsigned k = 0; k < EDIT__MAX && !s->no_memory; k++) sort_edits(s, k);
    if (s->no_memory || (s->g->errors == errors_before && !merge_all(s)))
        return err_set(e, RC_NOMEM, pos_none(), "out of memory while correcting divisions; nothing was changed",
                       "更正行政区划时内存不足，未作任何更改");
    if (s->g->errors == errors_before) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "%zu faults in the list of divisions; nothing was changed: mend them and import again",
                   "行政区划清单有 %zu 处错误，未作任何更改：请更正后重新导入", s->g->errors - errors_before);
}

enum rc divisions_apply(struct divisions *d, const struct division_row *rows, size_t n, struct diags *g, struct err *e)
{
    struct edits s = {.d = d, .g = g};
    size_t errors_before = g->errors;
    for (size_t i = 0; i < n && !s.no_memory; i++) collect_row(&s, &rows[i]);
    enum rc rc = finish(&s, errors_before, e);
    for (unsigned k = 0; k < EDIT__MAX; k++) vec_fini(&s.by_kind[k].list);
    return rc;
}

enum rc divisions_import(struct divisions *d, struct str csv, const char *file, struct diags *g, struct err *e)
{
    struct division_rows r;
    size_t errors_before = g->errors;
    enum rc rc = division_csv_read(csv, file, &r, g, e);
    if (!rc && g->errors != errors_before)
        rc = err_set(e, RC_INPUT, pos_none(),
                     "%zu faults in the list of divisions; nothing was changed: mend them and import again",
                     "行政区划清单有 %zu 处错误，未作任何更改：请更正后重新导入", g->errors - errors_before);
    if (!rc) rc = divisions_apply(d, r.rows.v, r.rows.n, g, e);
    division_rows_fini(&r);
    return rc;
}
