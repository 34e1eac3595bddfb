/* What changed since the delivery before: rows are told by person and row key; without a key by their whole content. */
#include <stdlib.h>
#include "base/mem.h"
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

static enum rc hash_rows(struct import *m, int64_t delivery, uint64_t *who, uint64_t *row, size_t n, struct err *e)
{
    for (size_t i = 0; i < m->plan.n_cols; i++) {
        const struct plan_column *c = &m->plan.cols[i];
        if (!c->keep) continue;
        TRY(stored_hash(m->s, delivery, c->stored, is_key(&m->plan, c->name) ? who : row, n, e));
    }
    return RC_OK;
}

static enum rc marks_read(struct marks *out, struct import *m, int64_t delivery, struct err *e)
{
    struct stored_ints person;
    *out = (struct marks){0};
    TRY(stored_ints_read(&person, m->s, delivery, STR("person"), e));
    size_t n = person.n;
    uint64_t *who = mem_zalloc_array(n + 1, sizeof *who), *row = mem_zalloc_array(n + 1, sizeof *row);
    out->v = mem_alloc_array(n + 1, sizeof *out->v);
    enum rc rc = who && row && out->v ? hash_rows(m, delivery, who, row, n, e) : err_nomem(e);
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

/* The replaced one, else the newest of the same division that ends before this one begins; 0 none. */
static enum rc delivery_before(struct import *m, int64_t *id, struct err *e)
{
    struct delivery_list l;
    date_day last = 0;
    *id = m->d.kind == DELIVERY_REPLACES ? m->d.replaces : 0;
    if (*id || m->d.kind == DELIVERY_ADDS || !m->d.covers_from) return RC_OK;
    TRY(delivery_known_at(m->s, m->plan.a, m->d.dataset, INT64_MAX, &l, e));
    for (size_t i = 0; i < l.n; i++) {
        const struct delivery *d = &l.v[i];
        if (d->kind == DELIVERY_ADDS || d->division != m->d.division || !d->covers_to) continue;
        if (d->covers_to >= m->d.covers_from || d->covers_to <= last) continue;
        last = d->covers_to;
        *id = d->id;
    }
    return RC_OK;
}

enum rc delta_count(struct import *m, struct err *e)
{
    struct marks a = {0}, b = {0};
    int64_t old = 0;
    TRY(delivery_before(m, &old, e));
    if (!old) return RC_OK;
    enum rc rc = marks_read(&a, m, old, e);
    if (!rc) rc = marks_read(&b, m, m->d.id, e);
    if (!rc) compare(m->r, &a, &b);
    mem_free(a.v);
    mem_free(b.v);
    return rc;
}
