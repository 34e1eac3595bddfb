/* What a roster changes in people known before, column by column: each person's row against the last one known. */
#include <stdlib.h>
#include "base/mem.h"
#include "match/import_int.h"
#include "match/stored.h"

/* The people of one delivery, row by row. */
struct people_rows {
    int64_t delivery, known_from_us;
    uint32_t *person;
    size_t n, counts; /* counts: rows that are the last known of their person */
};

struct roster_delta {
    struct import *m;
    struct people_rows *old; /* the one known last first */
    size_t n_old;
    struct people_rows now;
    uint32_t most;     /* the highest number in them */
    uint16_t *decide;  /* of each person: 1 + the old delivery whose row counts; 0: not known before */
    uint64_t *value;   /* of each person, of the column at hand */
    uint64_t *hash;    /* of each row, likewise */
    uint64_t *changed; /* a bit for each person */
};

enum { DELTA_DELIVERIES_MAX = UINT16_MAX - 1 };

static int by_known(const void *a, const void *b)
{
    const struct people_rows *x = a, *y = b;
    if (x->known_from_us != y->known_from_us) return x->known_from_us > y->known_from_us ? -1 : 1;
    return x->delivery > y->delivery ? -1 : x->delivery < y->delivery;
}

static enum rc read_people(struct roster_delta *x, struct people_rows *p, struct err *e)
{
    struct stored_ints v;
    TRY(stored_ints_read(&v, x->m->s, p->delivery, STR("person"), e));
    p->n = v.n;
    p->person = mem_alloc_array(v.n + 1, sizeof *p->person);
    for (size_t i = 0; p->person && i < v.n; i++) {
        p->person[i] = v.v[i] > 0 && v.v[i] <= UINT32_MAX ? (uint32_t)v.v[i] : 0;
        if (p->person[i] > x->most) x->most = p->person[i];
    }
    stored_ints_fini(&v);
    return p->person ? RC_OK : err_nomem(e);
}

static enum rc list_old(struct roster_delta *x, struct err *e)
{
    struct delivery_list l;
    struct import *m = x->m;
    TRY(delivery_known_at(m->s, m->plan.a, m->d.dataset, INT64_MAX, &l, e));
    x->old = mem_zalloc_array(l.n + 1, sizeof *x->old);
    if (!x->old) return err_nomem(e);
    for (size_t i = 0; i < l.n && x->n_old < DELTA_DELIVERIES_MAX; i++)
        x->old[x->n_old++] = (struct people_rows){.delivery = l.v[i].id, .known_from_us = l.v[i].known_from_us};
    if (x->n_old) qsort(x->old, x->n_old, sizeof *x->old, by_known);
    return RC_OK;
}

static enum rc decide(struct roster_delta *x, struct err *e)
{
    size_t most_rows = x->now.n;
    x->decide = mem_zalloc_array((size_t)x->most + 1, sizeof *x->decide);
    x->value = mem_alloc_array((size_t)x->most + 1, sizeof *x->value);
    x->changed = mem_zalloc_array((size_t)x->most / 64 + 1, sizeof *x->changed);
    if (!x->decide || !x->value || !x->changed) return err_nomem(e);
    for (size_t d = 0; d < x->n_old; d++) {
        struct people_rows *p = &x->old[d];
        most_rows = p->n > most_rows ? p->n : most_rows;
        for (size_t i = 0; i < p->n; i++) {
            if (!p->person[i] || x->decide[p->person[i]]) continue;
            x->decide[p->person[i]] = (uint16_t)(d + 1);
            p->counts++;
        }
    }
    x->hash = mem_alloc_array(most_rows + 1, sizeof *x->hash);
    return x->hash ? RC_OK : err_nomem(e);
}

/* ---- one column */

/* Values or hashes of the column's cells by row; *there false when the delivery does not have it. */
static enum rc read_column(struct roster_delta *x, const struct people_rows *p, struct str column, bool *there,
                           struct err *e)
{
    bool name = str_eq(column, STR("name_hash"));
    if (!name && !str_eq(column, STR("id"))) {
        memset(x->hash, 0, (p->n + 1) * sizeof *x->hash);
        TRY(stored_hash(x->m->s, p->delivery, column, x->hash, p->n, e));
        *there = p->n && x->hash[0] != 0; /* no cell hashes to 0 */
        return RC_OK;
    }
    struct stored_ints v;
    TRY(stored_ints_read(&v, x->m->s, p->delivery, column, e));
    *there = v.n == p->n && v.n;
    for (size_t i = 0; *there && i < v.n; i++) x->hash[i] = name ? name_fold((uint64_t)v.v[i]) : (uint64_t)v.v[i];
    stored_ints_fini(&v);
    return RC_OK;
}

/* A row without an ID says nothing of the ID that is known. */
static bool differs(struct str column, uint64_t before, uint64_t now)
{
    return before != now && (now != 0 || !str_eq(column, STR("id")));
}

static enum rc compare_column(struct roster_delta *x, struct str column, struct str field, struct err *e)
{
    bool there = false, any = false;
    for (size_t d = 0; d < x->n_old; d++) {
        const struct people_rows *p = &x->old[d];
        if (!p->counts) continue;
        TRY(read_column(x, p, column, &there, e));
        any |= there;
        for (size_t i = 0; i < p->n; i++)
            if (x->decide[p->person[i]] == d + 1) x->value[p->person[i]] = there ? x->hash[i] : UINT64_MAX;
    }
    if (any) TRY(read_column(x, &x->now, column, &there, e));
    if (!any || !there) return RC_OK;
    int64_t n = 0;
    for (size_t i = 0; i < x->now.n; i++) {
        uint32_t no = x->now.person[i];
        if (!no || !x->decide[no] || x->value[no] == UINT64_MAX || !differs(column, x->value[no], x->hash[i])) continue;
        x->changed[no / 64] |= UINT64_C(1) << no % 64;
        n++;
    }
    if (!n) return RC_OK;
    struct import_report *r = x->m->r;
    struct column_change *c = &r->changes[r->n_changes++];
    *c = (struct column_change){str_dup(x->m->a, field), n};
    return c->field.p ? RC_OK : err_nomem(e);
}

static enum rc compare_columns(struct roster_delta *x, struct err *e)
{
    const struct plan *pl = &x->m->plan;
    x->m->r->changes = ARENA_ARRAY(x->m->a, struct column_change, pl->n_cols + 3);
    if (!x->m->r->changes) return err_nomem(e);
    const struct name_list *by = &pl->decl.person_by;
    TRY(compare_column(x, STR("id"), by->v[0].text, e));
    if (pl->name != HEADER_NONE) TRY(compare_column(x, STR("name_hash"), by->v[1].text, e));
    TRY(compare_column(x, STR("household"), pl->cols[pl->household].name, e));
    for (size_t i = 0; i < pl->n_cols; i++) {
        const struct plan_column *c = &pl->cols[i];
        bool own = (int32_t)i == pl->household; /* compared by number above */
        if (c->keep && !own && c->column != HEADER_NONE) TRY(compare_column(x, c->stored, c->name, e));
    }
    return RC_OK;
}

static enum rc delta(struct roster_delta *x, struct err *e)
{
    TRY(list_old(x, e));
    if (!x->n_old) return RC_OK;
    for (size_t d = 0; d < x->n_old; d++) TRY(read_people(x, &x->old[d], e));
    x->now.delivery = x->m->d.id;
    TRY(read_people(x, &x->now, e));
    TRY(decide(x, e));
    TRY(compare_columns(x, e));
    x->m->r->changed_people = 0;
    for (size_t w = 0; w <= x->most / 64; w++) x->m->r->changed_people += __builtin_popcountll(x->changed[w]);
    return RC_OK;
}

enum rc roster_delta(struct import *m, struct err *e)
{
    struct roster_delta x = {.m = m};
    enum rc rc = delta(&x, e);
    for (size_t d = 0; d < x.n_old; d++) mem_free(x.old[d].person);
    mem_free(x.old);
    mem_free(x.now.person);
    mem_free(x.decide);
    mem_free(x.value);
    mem_free(x.hash);
    mem_free(x.changed);
    return rc;
}
