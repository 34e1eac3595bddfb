/* What changed since the delivery before: rows are told by person and row key; without a key by their whole content. */
#include <stdlib.h>
#include "base/mem.h"
#include "match/delta.h"
#include "match/import_int.h"
#include "match/stored.h"

struct mark {
    uint64_t who, row; /* person and key; all cells */
};
struct marks {
    struct mark *v;
    size_t n;
};

static int by_who(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->who != y->who) return x->who < y->who ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static bool is_key(const struct plan *pl, struct str field)
{
    for (size_t i = 0; i < pl->decl.key.n; i++)
        if (str_eq(pl->decl.key.v[i].text, field)) return true;
    return false;
}

/* Does every row of the delivery hold one day of its own period in this column? Then it says when the file is of
 * (统计日期), nothing of a row. */
static enum rc is_state_day(struct import *m, const struct delivery *d, struct str column, bool *yes, struct err *e)
{
    struct stored_ints v;
    TRY(stored_ints_read(&v, m->s, d->id, column, e));
    *yes = d->covers_from != 0;
    for (size_t i = 0; i < v.n && *yes; i++)
        *yes = v.v[i] == v.v[0] && v.v[i] != INT64_MIN && SPAN_LO(v.v[i]) >= d->covers_from &&
               SPAN_HI(v.v[i]) <= d->covers_to;
    stored_ints_fini(&v);
    return RC_OK;
}

/* Columns of the file's day, in both deliveries: left out, or every row would count as changed. */
static enum rc find_left_out(struct import *m, const struct delivery *old, bool *left_out, struct err *e)
{
    for (size_t i = 0; i < m->plan.n_cols; i++) {
        const struct plan_column *c = &m->plan.cols[i];
        bool was = false;
        if (m->plan.decl.kind != DK_SNAPSHOT || !c->keep || c->kind != CK_DATE) continue;
        TRY(is_state_day(m, old, c->stored, &was, e));
        if (was) TRY(is_state_day(m, &m->d, c->stored, &left_out[i], e));
    }
    return RC_OK;
}

static enum rc hash_rows(struct import *m, const bool *left_out, int64_t delivery, uint64_t *who, uint64_t *row,
                         size_t n, struct err *e)
{
    for (size_t i = 0; i < m->plan.n_cols; i++) {
        const struct plan_column *c = &m->plan.cols[i];
        if (!c->keep || left_out[i]) continue;
        TRY(stored_hash(m->s, delivery, c->stored, is_key(&m->plan, c->name) ? who : row, n, e));
    }
    return RC_OK;
}

static enum rc marks_read(struct marks *out, struct import *m, const bool *left_out, int64_t delivery, struct err *e)
{
    struct stored_ints person;
    *out = (struct marks){0};
    TRY(stored_ints_read(&person, m->s, delivery, STR("person"), e));
    size_t n = person.n;
    uint64_t *who = mem_zalloc_array(n + 1, sizeof *who), *row = mem_zalloc_array(n + 1, sizeof *row);
    out->v = mem_alloc_array(n + 1, sizeof *out->v);
    enum rc rc = who && row && out->v ? hash_rows(m, left_out, delivery, who, row, n, e) : err_nomem(e);
    for (size_t i = 0; !rc && i < n; i++)
        out->v[i] = (struct mark){who[i] * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)person.v[i], row[i]};
    out->n = rc ? 0 : n;
    if (!rc && n) qsort(out->v, n, sizeof *out->v, by_who);
    mem_free(who);
    mem_free(row);
    stored_ints_fini(&person);
    return rc;
}

/* Rows of one person and key on both sides: equal rows cancel; of what is left as many as both sides have are changed.
 */
static void compare(struct import_report *r, const struct marks *a, const struct marks *b)
{
    size_t i = 0, k = 0;
    r->added = r->removed = r->changed = 0;
    while (i < a->n || k < b->n) {
        uint64_t who = k == b->n || (i < a->n && a->v[i].who <= b->v[k].who) ? a->v[i].who : b->v[k].who;
        int64_t gone = 0, come = 0;
        while ((i < a->n && a->v[i].who == who) || (k < b->n && b->v[k].who == who)) {
            bool left = i < a->n && a->v[i].who == who, right = k < b->n && b->v[k].who == who;
            if (left && right && a->v[i].row == b->v[k].row) i++, k++;
            else if (left && (!right || a->v[i].row < b->v[k].row)) i++, gone++;
            else k++, come++;
        }
        int64_t both = gone < come ? gone : come;
        r->changed += both;
        r->removed += gone - both;
        r->added += come - both;
    }
}

/* What this delivery can be compared with: of the same division, the one it replaces when that has the same days, or a
 * snapshot's for the period just before. Events of different periods have nothing to compare. old->id 0: none. */
static enum rc delivery_before(struct import *m, struct delivery *old, struct err *e)
{
    struct delivery_list l;
    const struct delivery *d = &m->d;
    *old = (struct delivery){0};
    if (d->kind == DELIVERY_REPLACES) {
        TRY(delivery_get(m->s, m->plan.a, d->replaces, old, e));
        bool same = old->division == d->division && old->covers_from == d->covers_from &&
                    old->covers_to == d->covers_to;
        if (!same) *old = (struct delivery){0};
        return RC_OK;
    }
    if (d->kind == DELIVERY_ADDS || m->plan.decl.kind != DK_SNAPSHOT || !d->covers_from) return RC_OK;
    TRY(delivery_known_at(m->s, m->plan.a, d->dataset, INT64_MAX, &l, e));
    for (size_t i = 0; i < l.n; i++) {
        bool before = l.v[i].kind != DELIVERY_ADDS && l.v[i].division == d->division &&
                      str_eq(l.v[i].sender, d->sender) && l.v[i].covers_to == d->covers_from - 1;
        if (before) *old = l.v[i];
    }
    return RC_OK;
}

static enum rc compare_with(struct import *m, const struct delivery *old, struct err *e)
{
    struct marks a = {0}, b = {0};
    bool *left_out = ARENA_ARRAY(m->plan.a, bool, m->plan.n_cols + 1);
    if (!left_out) return err_nomem(e);
    TRY(find_left_out(m, old, left_out, e));
    enum rc rc = marks_read(&a, m, left_out, old->id, e);
    if (!rc) rc = marks_read(&b, m, left_out, m->d.id, e);
    if (!rc) compare(m->r, &a, &b);
    mem_free(a.v);
    mem_free(b.v);
    m->r->against = old->id;
    m->r->against_from = old->covers_from;
    m->r->against_to = old->covers_to;
    return rc;
}

static int64_t count_common(const struct marks *a, const struct marks *b, bool whole)
{
    int64_t n = 0;
    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        const struct mark *x = &a->v[i], *y = &b->v[k];
        int order = x->who != y->who             ? (x->who < y->who ? -1 : 1)
                    : !whole || x->row == y->row ? 0
                    : x->row < y->row            ? -1
                                                 : 1;
        n += order == 0;
        i += order <= 0;
        k += order >= 0;
    }
    return n;
}

enum rc delta_common(struct import *m, const struct delivery *other, int64_t *common, int64_t *rows, struct err *e)
{
    struct marks a = {0}, b = {0};
    bool *left_out = ARENA_ARRAY(m->plan.a, bool, m->plan.n_cols + 1);
    bool whole = m->plan.decl.kind == DK_EVENTS && !m->plan.decl.key.n;
    if (!left_out) return err_nomem(e);
    enum rc rc = marks_read(&a, m, left_out, other->id, e);
    if (!rc) rc = marks_read(&b, m, left_out, m->d.id, e);
    *common = rc ? 0 : count_common(&a, &b, whole);
    *rows = (int64_t)(a.n < b.n ? a.n : b.n);
    mem_free(a.v);
    mem_free(b.v);
    return rc;
}

enum rc delta_count(struct import *m, struct err *e)
{
    struct delivery old;
    TRY(delivery_before(m, &old, e));
    return old.id ? compare_with(m, &old, e) : RC_OK;
}
