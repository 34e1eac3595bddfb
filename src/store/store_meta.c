/* Settings, numbers and the journal. */
#include "store/store_int.h"

enum { EVENT_LIST_MAX = 100000 };

bool store_take_text(struct arena *a, struct db_stmt *q, int column, struct str *out)
{
    struct str s = db_col_text(q, column);
    *out = str_dup(a, s);
    return out->p || !s.n;
}

void store_take_bytes(struct db_stmt *q, int column, uint8_t *out, size_t n)
{
    struct str s = db_col_blob(q, column);
    memset(out, 0, n);
    if (s.n == n) memcpy(out, s.p, n);
}

void *store_grow(struct arena *a, void *v, size_t *cap, size_t n, size_t size)
{
    if (n < *cap) return v;
    size_t more = *cap ? *cap * 2 : 16;
    void *p = arena_alloc_array(a, more, size);
    if (!p) return NULL;
    if (n) memcpy(p, v, n * size);
    *cap = more;
    return p;
}

enum rc store_meta_get(struct store *s, struct arena *a, struct str key, struct str *value, bool *found, struct err *e)
{
    struct db_stmt *q = NULL;
    *value = (struct str){0};
    *found = false;
    TRY(db_stmt(s->db, SQL_meta_get, &q, e));
    db_bind_text(q, 1, key);
    TRY(db_step(q, found, e));
    if (!*found) return RC_OK;
    struct str v = db_col_blob(q, 0);
    *value = str_dup(a, v);
    TRY(db_end(q, e));
    return value->p || !v.n ? RC_OK : err_nomem(e);
}

enum rc store_meta_set(struct store *s, struct str key, struct str value, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_meta_set, &q, e));
    db_bind_text(q, 1, key);
    db_bind_blob(q, 2, value.p, value.n);
    return db_run(q, e);
}

static enum rc take_numbers(struct store *s, const char *series, uint32_t n, uint32_t *first, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    TRY(db_stmt(s->db, SQL_counter_take, &q, e));
    db_bind_text(q, 1, str_from(series));
    db_bind_i64(q, 2, n);
    TRY(db_step(q, &row, e));
    if (!row)
        return err_set(e, RC_ENV, pos_none(), "the numbers of series %s are used up or there is no such series",
                       "编号序列 %s 已用完或不存在", series);
    int64_t last = db_col_i64(q, 0);
    *first = (uint32_t)(last - n + 1);
    return db_run(q, e);
}

enum rc store_take_numbers(struct store *s, const char *series, uint32_t n, uint32_t *first, struct err *e)
{
    *first = 0;
    if (db_in_transaction(s->db)) return take_numbers(s, series, n, first, e);
    TRY(store_begin_staged(s, e));
    return db_finish(s->db, take_numbers(s, series, n, first, e), e);
}

enum rc event_add(struct store *s, struct str who, struct str what, struct str object, struct str detail, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_event_add, &q, e));
    db_bind_i64(q, 1, store_now_us(s));
    db_bind_text(q, 2, who.p ? who : STR(""));
    db_bind_text(q, 3, what);
    db_bind_text(q, 4, object);
    db_bind_text(q, 5, detail.p ? detail : STR(""));
    return db_run(q, e);
}

enum rc event_first(struct store *s, struct str what, struct str object, int64_t *at_us, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    *at_us = 0;
    TRY(db_stmt(s->db, SQL_event_first, &q, e));
    db_bind_text(q, 1, what);
    db_bind_text(q, 2, object);
    TRY(db_step(q, &row, e));
    if (row) *at_us = db_col_i64(q, 0);
    return db_end(q, e);
}

static enum rc event_read(struct db_stmt *q, struct arena *a, struct event *v, struct err *e)
{
    *v = (struct event){.id = db_col_i64(q, 0), .at_us = db_col_i64(q, 1)};
    bool ok = store_take_text(a, q, 2, &v->who) && store_take_text(a, q, 3, &v->what) &&
              store_take_text(a, q, 4, &v->object) && store_take_text(a, q, 5, &v->detail);
    return ok ? RC_OK : err_nomem(e);
}

static enum rc events_of(struct db_stmt *q, struct arena *a, size_t max, struct event **v, size_t *n, struct err *e)
{
    size_t cap = 0;
    bool row = true;
    *v = NULL;
    *n = 0;
    db_bind_i64(q, 1, max < EVENT_LIST_MAX ? (int64_t)max : EVENT_LIST_MAX);
    enum rc rc = RC_OK;
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct event *grown = store_grow(a, *v, &cap, *n, sizeof **v);
        if (grown) *v = grown;
        rc = grown ? event_read(q, a, &grown[(*n)++], e) : err_nomem(e);
    }
    enum rc end = db_end(q, rc ? NULL : e);
    return rc ? rc : end;
}

enum rc event_list(struct store *s, struct arena *a, size_t max, struct event **v, size_t *n, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_event_newest, &q, e));
    return events_of(q, a, max, v, n, e);
}

enum rc event_list_of(struct store *s, struct arena *a, struct str what, size_t max, struct event **v, size_t *n,
                      struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_event_newest_of, &q, e));
    db_bind_text(q, 2, what);
    return events_of(q, a, max, v, n, e);
}
