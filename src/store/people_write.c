/* Taking in people and households, with what they are found by. */
#include <stdlib.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "store/people_page.h"

static enum rc mark_writes(struct page_job *j, enum sql_id sql, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(j->s->db, sql, &q, e));
    db_bind_i64(q, 1, j->delivery);
    TRY(db_run(q, e));
    if (db_changes(j->s->db) == 1) return RC_OK;
    return err_set(e, RC_ENV, pos_none(),
                   "people are written under delivery %d, which is not in the right state; this is a defect",
                   "人员写入的交付 %d 状态不对；这是程序缺陷", (int)j->delivery);
}

static enum rc find_part(struct page_job *j, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    TRY(db_stmt(j->s->db, SQL_people_page_next_part, &q, e));
    db_bind_i64(q, 1, j->delivery);
    TRY(db_step(q, &row, e));
    j->part = (uint32_t)db_col_i64(q, 0);
    return db_end(q, e);
}

/* The delivery is staging, and from which part on its pages are free. */
static enum rc job_begin(struct page_job *j, struct err *e)
{
    TRY(store_begin_staged(j->s, e));
    TRY(db_finish(j->s->db, mark_writes(j, SQL_delivery_writes_people, e), e));
    return find_part(j, e);
}

static enum rc write_kind(struct page_job *j, enum page_kind kind, size_t n, struct err *e)
{
    j->kind = kind;
    return pages_write(j, n, e);
}

/* ---- people */

static enum rc index_people(struct page_job *j, struct page_entry *v, size_t n, struct err *e)
{
    const struct person_row *rows = j->people;
    size_t k = 0;
    j->entries = v;
    for (size_t i = 0; i < n; i++)
        if (rows[i].has_id) v[k++] = (struct page_entry){page_id_key(rows[i].id_hash), rows[i].no};
    TRY(write_kind(j, PAGE_ID, k, e));
    k = 0;
    for (size_t i = 0; i < n; i++)
        if (rows[i].has_id) v[k++] = (struct page_entry){rows[i].id_tail_hash, rows[i].no};
    TRY(write_kind(j, PAGE_ID_TAIL, k, e));
    for (size_t i = 0; i < n; i++) v[i] = (struct page_entry){rows[i].household_no, rows[i].no};
    return write_kind(j, PAGE_MEMBER, n, e);
}

static enum rc write_people(struct page_job *j, size_t n, struct err *e)
{
    TRY(write_kind(j, PAGE_PERSON, n, e));
    struct page_entry *v = mem_alloc_array(n, sizeof *v);
    enum rc rc = v ? index_people(j, v, n, e) : err_nomem(e);
    mem_free(v);
    return rc;
}

enum rc people_add(struct store *s, int64_t delivery, const struct person_row *rows, size_t n, unsigned threads,
                   struct err *e)
{
    struct page_job j = {.s = s, .delivery = delivery, .threads = threads, .people = rows};
    if (n == 0) return RC_OK;
    TRY(job_begin(&j, e));
    return write_people(&j, n, e);
}

enum rc people_add_late(struct store *s, const struct people_late *late, unsigned threads, struct err *e)
{
    struct page_job j = {.s = s, .delivery = late->delivery, .threads = threads, .people = late->rows, .inside = true};
    if (late->n == 0) return RC_OK;
    TRY(mark_writes(&j, SQL_delivery_writes_people_late, e));
    TRY(find_part(&j, e));
    return write_people(&j, late->n, e);
}

struct version_walk {
    version_fn fn;
    void *ctx;
};

static enum rc walk_page(void *ctx, const struct page *p, struct err *e)
{
    const struct version_walk *w = ctx;
    for (uint32_t i = 0; i < p->rows; i++) TRY(w->fn(w->ctx, p->at.delivery, (uint32_t)page_int(p, 0, i), e));
    return RC_OK;
}

enum rc people_versions_each(struct store *s, version_fn fn, void *ctx, struct err *e)
{
    struct version_walk w = {fn, ctx};
    struct page_when now = {INT64_MAX, false};
    return pages_all(s, PAGE_PERSON, now, walk_page, &w, e);
}

/* ---- households */

static int by_key(const void *a, const void *b)
{
    const struct page_entry *x = a, *y = b;
    return x->key < y->key ? -1 : x->key > y->key;
}

static enum rc fail_twice(struct str code, struct err *e)
{
    return err_set(e, RC_CONFLICT, pos_none(), "two households have the code %.*s; this is a defect",
                   "两户的户编号均为 %.*s；这是程序缺陷", STR_ARG(code));
}

struct code_list {
    VEC(uint64_t) v;
};

static enum rc take_codes(void *ctx, const struct page *p, struct err *e)
{
    struct code_list *l = ctx;
    for (uint32_t i = 0; i < p->rows; i++)
        if (!vec_push(&l->v, UINT32_MAX, (uint64_t)page_int(p, 0, i))) return err_nomem(e);
    return RC_OK;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* No fresh code is that of a household which is there. Hashes that meet are settled by the codes themselves. */
static enum rc check_stored(struct store *s, const struct household_row *rows, size_t n, struct err *e)
{
    struct code_list l = {0};
    struct page_when ever = {INT64_MAX, true};
    enum rc rc = pages_all(s, PAGE_CODE, ever, take_codes, &l, e);
    if (!rc && l.v.n) qsort(l.v.v, l.v.n, sizeof *l.v.v, by_value);
    for (size_t i = 0; !rc && l.v.n && i < n; i++) {
        uint64_t key = page_code_key(rows[i].code);
        uint32_t no = 0;
        if (!rows[i].fresh || !bsearch(&key, l.v.v, l.v.n, sizeof key, by_value)) continue;
        rc = household_find(s, rows[i].code, &no, e);
        if (!rc && no) rc = fail_twice(rows[i].code, e);
    }
    vec_fini(&l.v);
    return rc;
}

/* v: the place of each fresh household in rows, by key. */
static enum rc check_each_other(const struct household_row *rows, const struct page_entry *v, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = i + 1; k < n && v[k].key == v[i].key; k++)
            if (str_eq(rows[v[k].no].code, rows[v[i].no].code)) return fail_twice(rows[v[i].no].code, e);
    return RC_OK;
}

static enum rc index_codes(struct page_job *j, struct page_entry *v, size_t n, struct err *e)
{
    const struct household_row *rows = j->households;
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (rows[i].fresh) v[k++] = (struct page_entry){page_code_key(rows[i].code), (uint32_t)i};
    if (!k) return RC_OK;
    qsort(v, k, sizeof *v, by_key);
    TRY(check_each_other(rows, v, k, e));
    TRY(check_stored(j->s, rows, n, e));
    for (size_t i = 0; i < k; i++) v[i].no = rows[v[i].no].no;
    j->entries = v;
    return write_kind(j, PAGE_CODE, k, e);
}

enum rc households_add(struct store *s, int64_t delivery, const struct household_row *rows, size_t n, unsigned threads,
                       struct err *e)
{
    struct page_job j = {.s = s, .delivery = delivery, .threads = threads, .households = rows};
    if (n == 0) return RC_OK;
    TRY(job_begin(&j, e));
    struct page_entry *v = mem_alloc_array(n, sizeof *v);
    enum rc rc = v ? index_codes(&j, v, n, e) : err_nomem(e);
    mem_free(v);
    return rc ? rc : write_kind(&j, PAGE_HOUSEHOLD, n, e);
}

/* ---- removing what a staging delivery wrote */

enum rc people_remove(struct store *s, int64_t delivery, struct err *e)
{
    int64_t gone = 1;
    while (gone > 0) {
        struct db_stmt *q = NULL;
        TRY(store_begin_staged(s, e));
        enum rc rc = db_stmt(s->db, SQL_people_page_remove_some, &q, e);
        if (!rc) {
            db_bind_i64(q, 1, delivery);
            rc = db_run(q, e);
        }
        gone = rc ? 0 : db_changes(s->db);
        TRY(db_finish(s->db, rc, e));
    }
    return RC_OK;
}
