/* What a roster changes in people known before, column by column: each person's row against the last one known. */
#include <inttypes.h>
#include <stdlib.h>
#include "base/mem.h"
#include "match/roster_int.h"
#include "match/run_int.h"
#include "match/stored.h"
#include "rules/value.h"

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
    int64_t *count;    /* of each column: how often it changed; ID, name, household, then those of the plan */
    struct buf joined; /* the codes of a set */
    bool no_memory;    /* some set's codes could not be joined */
    bool dry;          /* now is the rows of the run, in its order */
};

enum { DELTA_DELIVERIES_MAX = UINT16_MAX - 1, OWN_COLUMNS = 3 };

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
    size_t most_rows = x->now.n > x->m->run.cap ? x->now.n : x->m->run.cap;
    x->decide = mem_zalloc_array((size_t)x->most + 1, sizeof *x->decide);
    x->value = mem_alloc_array((size_t)x->most + 1, sizeof *x->value);
    x->changed = mem_zalloc_array((size_t)x->most / 64 + 1, sizeof *x->changed);
    x->count = mem_zalloc_array(x->m->plan.n_cols + OWN_COLUMNS, sizeof *x->count);
    if (!x->decide || !x->value || !x->changed || !x->count) return err_nomem(e);
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

/* One cell of the run as its column's chunk will hold it. */
static uint64_t cell_hash(struct roster_delta *x, size_t column, uint64_t salt, uint32_t slot)
{
    const struct run *r = &x->m->run;
    const struct plan_column *c = &x->m->plan.cols[column];
    const void *v = r->stage[column];
    switch (c->kind) {
    case CK_BOOL: return stored_hash_int(salt, ((const uint8_t *)v)[slot] != STAGE_BLANK8, ((const uint8_t *)v)[slot]);
    case CK_DATE: {
        uint32_t d = ((const uint32_t *)v)[slot];
        return stored_hash_int(salt, d != 0, SPAN_OF(d & ((1u << STAGE_SPAN_SHIFT) - 1), d >> STAGE_SPAN_SHIFT));
    }
    case CK_CODE: {
        uint16_t k = ((const uint16_t *)v)[slot];
        return stored_hash_text(salt, k != STAGE_BLANK16, k != STAGE_BLANK16 ? c->codes->name[k] : STR(""));
    }
    case CK_SET: {
        uint64_t mask = ((const uint64_t *)v)[slot];
        buf_clear(&x->joined);
        for (size_t k = 0; k < c->codes->n; k++) {
            if (!(mask >> k & 1)) continue;
            if (x->joined.n) buf_addc(&x->joined, ',');
            buf_add(&x->joined, c->codes->name[k]);
        }
        x->no_memory |= x->joined.failed;
        return stored_hash_text(salt, mask != 0, buf_str(&x->joined));
    }
    case CK_TEXT: {
        uint64_t ref = ((const uint64_t *)v)[slot];
        return stored_hash_text(salt, ref != TEXT_BLANK, ref != TEXT_BLANK ? run_text(r, ref) : STR(""));
    }
    default: return stored_hash_int(salt, ((const int64_t *)v)[slot] != STAGE_BLANK64, ((const int64_t *)v)[slot]);
    }
}

/* As read_column, of the run's rows. */
static void read_run(struct roster_delta *x, size_t column, struct str name)
{
    const struct run *r = &x->m->run;
    uint64_t salt = str_hash(name);
    for (size_t i = 0; i < x->now.n; i++) {
        uint32_t slot = r->order[i];
        x->hash[i] = column == 0   ? r->key[slot]
                     : column == 1 ? name_fold(r->name_hash[slot])
                     : column == 2 ? stored_hash_int(salt, true, r->household[slot])
                                   : cell_hash(x, column - OWN_COLUMNS, salt, slot);
    }
}

/* column: ID, name, household, then those of the plan; name: as it is stored. */
static enum rc compare_column(struct roster_delta *x, size_t column, struct str name, struct err *e)
{
    bool there = false, any = false;
    for (size_t d = 0; d < x->n_old; d++) {
        const struct people_rows *p = &x->old[d];
        if (!p->counts) continue;
        TRY(read_column(x, p, name, &there, e));
        any |= there;
        for (size_t i = 0; i < p->n; i++)
            if (x->decide[p->person[i]] == d + 1) x->value[p->person[i]] = there ? x->hash[i] : UINT64_MAX;
    }
    if (any && x->dry) read_run(x, column, name);
    else if (any) TRY(read_column(x, &x->now, name, &there, e));
    if (!any || (!there && !x->dry)) return RC_OK;
    for (size_t i = 0; i < x->now.n; i++) {
        uint32_t no = x->now.person[i];
        if (!no || no > x->most || !x->decide[no]) continue;
        if (x->value[no] == UINT64_MAX || !differs(name, x->value[no], x->hash[i])) continue;
        x->changed[no / 64] |= UINT64_C(1) << no % 64;
        x->count[column]++;
    }
    return RC_OK;
}

static enum rc compare_columns(struct roster_delta *x, struct err *e)
{
    const struct plan *pl = &x->m->plan;
    TRY(compare_column(x, 0, STR("id"), e));
    if (pl->name != HEADER_NONE) TRY(compare_column(x, 1, STR("name_hash"), e));
    TRY(compare_column(x, 2, STR("household"), e));
    for (size_t i = 0; i < pl->n_cols; i++) {
        const struct plan_column *c = &pl->cols[i];
        bool own = (int32_t)i == pl->household; /* compared by number above */
        if (c->keep && !own && plan_has(pl, i)) TRY(compare_column(x, OWN_COLUMNS + i, c->stored, e));
    }
    return RC_OK;
}

/* ---- whole */

static struct str field_of(const struct plan *pl, size_t column)
{
    return column < 2    ? pl->decl.person_by.v[column].text
           : column == 2 ? pl->cols[pl->household].name
                         : pl->cols[column - OWN_COLUMNS].name;
}

static enum rc report(struct roster_delta *x, struct err *e)
{
    struct import_report *r = x->m->r;
    const struct plan *pl = &x->m->plan;
    if (!r->changes) r->changes = ARENA_ARRAY(x->m->a, struct column_change, pl->n_cols + OWN_COLUMNS);
    if (!r->changes) return err_nomem(e);
    r->n_changes = 0;
    for (size_t c = 0; c < pl->n_cols + OWN_COLUMNS; c++) {
        if (!x->count[c]) continue;
        struct column_change *to = &r->changes[r->n_changes++];
        *to = (struct column_change){str_dup(x->m->a, field_of(pl, c)), x->count[c]};
        if (!to->field.p) return err_nomem(e);
    }
    if (!x->dry) r->known_before = 0; /* a dry run comes with each run of rows */
    for (size_t i = 0; i < x->now.n; i++) r->known_before += x->now.person[i] <= x->most && x->decide[x->now.person[i]];
    r->changed_people = 0;
    for (size_t w = 0; w <= x->most / 64; w++) r->changed_people += __builtin_popcountll(x->changed[w]);
    return RC_OK;
}

static enum rc begin(struct roster_delta *x, struct err *e)
{
    TRY(list_old(x, e));
    for (size_t d = 0; d < x->n_old; d++) TRY(read_people(x, &x->old[d], e));
    return RC_OK;
}

static enum rc delta(struct roster_delta *x, struct err *e)
{
    TRY(begin(x, e));
    if (!x->n_old) return RC_OK;
    x->now.delivery = x->m->d.id;
    TRY(read_people(x, &x->now, e));
    TRY(decide(x, e));
    TRY(compare_columns(x, e));
    return report(x, e);
}

static void fini(struct roster_delta *x)
{
    for (size_t d = 0; d < x->n_old; d++) mem_free(x->old[d].person);
    mem_free(x->old);
    mem_free(x->now.person);
    mem_free(x->decide);
    mem_free(x->value);
    mem_free(x->hash);
    mem_free(x->changed);
    mem_free(x->count);
    buf_fini(&x->joined);
}

enum rc roster_delta(struct import *m, struct err *e)
{
    struct roster_delta x = {.m = m};
    enum rc rc = delta(&x, e);
    fini(&x);
    return rc;
}

/* ---- too many changes */

enum { HELD_LEAST = 20, HELD_SHARE = 5 /* one of so many */ };

/* A column sorted by itself gives everybody another one's name: IDs are valid, names are names, nothing else tells. */
enum rc roster_delta_held(const struct import *m, struct err *e)
{
    const struct import_report *r = m->r;
    const struct plan *pl = &m->plan;
    if (m->o->as_written) return RC_OK;
    for (size_t i = 0; i < r->n_changes; i++) {
        const struct column_change *c = &r->changes[i];
        if (!str_eq(c->field, field_of(pl, 1)) && !str_eq(c->field, field_of(pl, 2))) continue;
        if (c->people < HELD_LEAST || c->people * HELD_SHARE <= r->known_before) continue;
        struct pos at = {.file = m->source.file.src.name};
        return err_set(
            e, RC_INPUT, at,
            "%.*s: %" PRId64 " of %" PRId64
            " people who were known by the same ID have another one than before; the whole file "
            "is refused. Was the column sorted by itself, or is it of another file? If this file is right, give it "
            "with --as-written",
            "%.*s：同一证件号码的 %" PRId64 " 人（以前已有的共 %" PRId64
            " 人）与以前不同；整个文件不予接收。该列是否被单独排序过，"
            "或来自别的文件？如本文件无误，请加 --as-written 导入",
            STR_ARG(c->field), c->people, r->known_before);
    }
    return RC_OK;
}

/* ---- a dry run */

static enum rc begin_dry(struct import *m, struct err *e)
{
    struct roster_delta *x = mem_zalloc_array(1, sizeof *x);
    if (!x) return err_nomem(e);
    m->roster->delta = x;
    x->m = m;
    x->dry = true;
    buf_init(&x->joined, MIB(1));
    TRY(begin(x, e));
    x->now.person = mem_alloc_array((size_t)m->run.cap + 1, sizeof *x->now.person);
    if (!x->now.person) return err_nomem(e);
    return x->n_old ? decide(x, e) : RC_OK;
}

enum rc roster_delta_run(struct import *m, struct err *e)
{
    if (!m->roster->delta) TRY(begin_dry(m, e));
    struct roster_delta *x = m->roster->delta;
    if (!x->n_old) return RC_OK;
    x->now.n = m->run.matched;
    for (size_t i = 0; i < x->now.n; i++) x->now.person[i] = m->run.person[m->run.order[i]];
    TRY(compare_columns(x, e));
    return x->no_memory ? err_nomem(e) : report(x, e);
}

void roster_delta_free(struct roster_delta *x)
{
    if (x) fini(x);
    mem_free(x);
}
