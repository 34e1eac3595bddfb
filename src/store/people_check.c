/* Do the pages of people hold what they promise, and do the indexes lead to everybody? */
#include <stdlib.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "store/people_page.h"

/* Numbers that there are: a bit each. */
struct bits {
    uint64_t *w;
    size_t words;
    uint32_t max;
};
/* Pairs that must be met by those of an index. */
struct pairs {
    VEC(struct page_entry) v;
};

struct people_checker {
    struct store *s;
    bool full;
    people_fail_fn fail;
    void *ctx;
    struct bits people, homes;
    struct pairs said, found; /* by the versions; by the index */
    struct buf plain;
};

static enum rc bits_set(struct bits *b, uint32_t no, struct err *e)
{
    size_t need = no / 64 + 1;
    if (need > b->words) {
        need += need / 2;
        uint64_t *w = mem_resize_array(b->w, need, sizeof *w);
        if (!w) return err_nomem(e);
        memset(w + b->words, 0, (need - b->words) * sizeof *w);
        b->w = w;
        b->words = need;
    }
    b->w[no / 64] |= UINT64_C(1) << no % 64;
    if (no > b->max) b->max = no;
    return RC_OK;
}

static bool bits_has(const struct bits *b, uint32_t no) { return no / 64 < b->words && (b->w[no / 64] >> no % 64 & 1); }

static enum rc fail(struct people_checker *c, const char *name, const char *en, const char *zh, const char *what,
                    int64_t a, int64_t b, struct err *e)
{
    struct people_failure f = {name, en, zh, what, a, b};
    return c->fail(c->ctx, &f, e);
}

/* ---- each page by itself */

static bool rows_in_order(const struct page *p)
{
    bool strict = p->at.kind == PAGE_PERSON || p->at.kind == PAGE_HOUSEHOLD;
    for (uint32_t i = 0; i < p->rows; i++) {
        uint64_t key = (uint64_t)page_int(p, 0, i), before = i ? (uint64_t)page_int(p, 0, i - 1) : 0;
        if (key >> p->at.shift != (uint64_t)p->at.page || (i && (strict ? key <= before : key < before))) return false;
    }
    return true;
}

/* RC_ENV when the sealed part is not what it should be. */
static enum rc open_sealed(struct people_checker *c, const struct page *p, struct err *e)
{
    struct chunk_view v;
    if (!p->sealed.n) return RC_OK;
    buf_clear(&c->plain);
    TRY(page_unseal(c->s, &p->at, p->sealed, &c->plain, e));
    TRY(chunk_open(buf_str(&c->plain), CHUNK_FULL, &v, e));
    bool ok = v.rows == p->rows && v.kind == CHUNK_TEXT;
    chunk_close(&v);
    return ok ? RC_OK : err_set(e, RC_ENV, pos_none(), "its sealed part has other rows", "其加密部分的行数不符");
}

static enum rc take_rows(struct people_checker *c, const struct page *p, struct err *e)
{
    char number[PAGE_CODE_TEXT];
    for (uint32_t i = 0; i < p->rows; i++) {
        uint64_t key = (uint64_t)page_int(p, 0, i);
        uint32_t second = (uint32_t)page_int(p, 1, i), no = (uint32_t)key;
        struct page_entry pair = {key, second};
        bool ok = true;
        switch (p->at.kind) {
        case PAGE_PERSON:
            TRY(bits_set(&c->people, no, e));
            pair = (struct page_entry){second, no};
            ok = !c->full || vec_push(&c->said.v, SIZE_MAX, pair);
            break;
        case PAGE_HOUSEHOLD:
            TRY(bits_set(&c->homes, no, e));
            if (c->full) pair = (struct page_entry){page_code_key(page_code(p, i, number)), no};
            ok = !c->full || vec_push(&c->said.v, SIZE_MAX, pair);
            break;
        case PAGE_MEMBER:
        case PAGE_CODE: ok = vec_push(&c->found.v, SIZE_MAX, pair); break;
        case PAGE_ID:
            if (!bits_has(&c->people, second))
                TRY(fail(c, "person_id_index", "an ID leads to a person who is not there", "身份证号指向不存在的人员",
                         "person", second, p->at.delivery, e));
            break;
        default:
            if (!bits_has(&c->people, second))
                TRY(fail(c, "person_tail_index", "an ID's last digits lead to a person who is not there",
                         "身份证号末位指向不存在的人员", "person", second, p->at.delivery, e));
            break;
        }
        if (!ok) return err_nomem(e);
    }
    return RC_OK;
}

static enum rc check_page(struct people_checker *c, struct db_stmt *q, enum page_kind kind, struct err *e)
{
    struct page p = {
        .at = {kind, (unsigned)db_col_i64(q, 5), db_col_i64(q, 6), db_col_i64(q, 0), (uint32_t)db_col_i64(q, 4)},
        .rows = (uint32_t)db_col_i64(q, 1)};
    struct err why = {0};
    enum rc rc = page_open(&p, db_col_blob(q, 2), c->full ? CHUNK_FULL : CHUNK_DEFAULT, &why);
    if (!rc && c->full && !rows_in_order(&p)) rc = RC_ENV;
    if (!rc && c->full) rc = open_sealed(c, &p, &why);
    if (!rc) rc = take_rows(c, &p, e);
    else if (rc == RC_NOMEM) rc = err_nomem(e);
    else rc = fail(c, "people_page", "the page is damaged", "数据页已损坏", "page", db_col_i64(q, 7), p.at.delivery, e);
    page_close(&p);
    return rc;
}

static enum rc check_kind(struct people_checker *c, enum page_kind kind, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(c->s->db, SQL_people_pages_stored, &q, e));
    db_bind_i64(q, 1, kind);
    while (!rc && !(rc = db_step(q, &row, e)) && row) rc = check_page(c, q, kind, e);
    return db_leave(q, rc, e);
}

/* ---- indexes */

static int by_pair(const void *a, const void *b)
{
    const struct page_entry *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->no < y->no ? -1 : x->no > y->no;
}

static void sort_pairs(struct pairs *p)
{
    if (p->v.n) qsort(p->v.v, p->v.n, sizeof *p->v.v, by_pair);
}

/* The pairs that a kind's versions say and its index lacks. */
static enum rc compare(struct people_checker *c, bool people, struct err *e)
{
    size_t k = 0;
    sort_pairs(&c->said);
    sort_pairs(&c->found);
    for (size_t i = 0; i < c->said.v.n; i++) {
        const struct page_entry *x = &c->said.v.v[i];
        if (i && by_pair(x, x - 1) == 0) continue;
        while (k < c->found.v.n && by_pair(&c->found.v.v[k], x) < 0) k++;
        bool there = k < c->found.v.n && by_pair(&c->found.v.v[k], x) == 0;
        if (!there && people)
            TRY(fail(c, "person_household_index", "cannot be found by household", "无法按户查到", "person", x->no,
                     (int64_t)x->key, e));
        if (!there && !people)
            TRY(fail(c, "household_code_index", "cannot be found by its code", "无法按户编号查到", "household", x->no,
                     0, e));
        if (people && !bits_has(&c->homes, (uint32_t)x->key))
            TRY(fail(c, "person_household", "the person's household is not there", "所属农户不存在", "person", x->no,
                     (int64_t)x->key, e));
    }
    c->said.v.n = c->found.v.n = 0;
    return RC_OK;
}

static enum rc check_counter(struct people_checker *c, const char *series, uint32_t max, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    TRY(db_stmt(c->s->db, SQL_check_counter, &q, e));
    db_bind_text(q, 1, str_from(series));
    TRY(db_step(q, &row, e));
    int64_t last = row ? db_col_i64(q, 0) : 0;
    TRY(db_end(q, e));
    return max <= last ? RC_OK
                       : fail(c, "counters", "a number is above its counter and could be given twice",
                              "编号超过计数器，可能被重复使用", series, max, last, e);
}

static enum rc check_tasks(struct people_checker *c, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(c->s->db, SQL_check_task_households, &q, e));
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        int64_t no = db_col_i64(q, 0);
        if (no < 1 || no > UINT32_MAX || !bits_has(&c->homes, (uint32_t)no))
            rc = fail(c, "task_household", "the task's household is not there", "任务所属农户不存在", "household", no,
                      0, e);
    }
    return db_leave(q, rc, e);
}

static enum rc check_all(struct people_checker *c, struct err *e)
{
    TRY(check_kind(c, PAGE_HOUSEHOLD, e));
    if (c->full) TRY(check_kind(c, PAGE_CODE, e));
    if (c->full) TRY(compare(c, false, e));
    TRY(check_kind(c, PAGE_PERSON, e));
    TRY(check_counter(c, "person", c->people.max, e));
    TRY(check_counter(c, "household", c->homes.max, e));
    TRY(check_tasks(c, e));
    if (!c->full) return RC_OK;
    TRY(check_kind(c, PAGE_ID, e));
    TRY(check_kind(c, PAGE_ID_TAIL, e));
    TRY(check_kind(c, PAGE_MEMBER, e));
    return compare(c, true, e);
}

enum rc people_check(struct store *s, bool full, people_fail_fn fn, void *ctx, struct err *e)
{
    struct people_checker c = {.s = s, .full = full, .fail = fn, .ctx = ctx};
    buf_init(&c.plain, DB_BLOB_MAX);
    enum rc rc = check_all(&c, e);
    buf_fini(&c.plain);
    mem_free(c.people.w);
    mem_free(c.homes.w);
    vec_fini(&c.said.v);
    vec_fini(&c.found.v);
    return rc;
}
