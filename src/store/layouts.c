#include "store/layouts.h"
#include <stdio.h>
#include "store/store_int.h"

enum { OBJECT_MAX = 32 };

static struct str text_or_empty(struct str s) { return s.p ? s : STR(""); }

static enum rc tell(struct store *s, struct str who, struct str what, int64_t id, struct str dataset, struct err *e)
{
    char object[OBJECT_MAX];
    (void)snprintf(object, sizeof object, "layout %lld", (long long)id);
    return event_add(s, text_or_empty(who), what, str_from(object), dataset, e);
}

static enum rc end_one(struct store *s, int64_t id, struct str who, bool *found, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_layout_end, &q, e));
    db_bind_i64(q, 1, id);
    db_bind_i64(q, 2, store_now_us(s));
    db_bind_text(q, 3, text_or_empty(who));
    TRY(db_step(q, found, e));
    return db_run(q, e);
}

enum rc layout_add(struct store *s, struct stored_layout *l, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    if (l->ends) TRY(end_one(s, l->ends, l->by_who, &row, e));
    l->known_from_us = store_now_us(s);
    TRY(db_stmt(s->db, SQL_layout_add, &q, e));
    db_bind_text(q, 1, l->dataset);
    db_bind_text(q, 2, text_or_empty(l->sender));
    db_bind_text(q, 3, l->header);
    db_bind_text(q, 4, text_or_empty(l->choices));
    db_bind_i64(q, 5, l->known_from_us);
    db_bind_text(q, 6, text_or_empty(l->by_who));
    TRY(db_step(q, &row, e));
    if (row) l->id = db_col_i64(q, 0);
    TRY(db_run(q, e));
    return tell(s, l->by_who, STR("remember layout"), l->id, l->dataset, e);
}

static enum rc add_each(struct store *s, struct stored_layout *const *v, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) TRY(layout_add(s, v[i], e));
    return RC_OK;
}

enum rc layout_add_all(struct store *s, struct stored_layout *const *v, size_t n, struct err *e)
{
    if (!n) return RC_OK;
    TRY(store_begin(s, e));
    return db_finish(s->db, add_each(s, v, n, e), e);
}

static enum rc forget(struct store *s, int64_t id, struct str who, struct err *e)
{
    bool found = false;
    TRY(end_one(s, id, who, &found, e));
    if (found) return tell(s, who, STR("forget layout"), id, STR(""), e);
    return err_set(e, RC_INPUT, pos_none(), "there is no layout %lld in force; see `fangpin layout DB list`",
                   "没有生效的表头布局 %lld；请看 `fangpin layout DB list`", (long long)id);
}

enum rc layout_forget(struct store *s, int64_t id, struct str who, struct err *e)
{
    TRY(store_begin(s, e));
    return db_finish(s->db, forget(s, id, who, e), e);
}

static enum rc read_row(struct db_stmt *q, struct arena *a, struct stored_layout *l, struct err *e)
{
    *l = (struct stored_layout){
        .id = db_col_i64(q, 0), .known_from_us = db_col_i64(q, 5), .known_to_us = db_col_i64(q, 6)};
    bool ok = store_take_text(a, q, 1, &l->dataset) && store_take_text(a, q, 2, &l->sender) &&
              store_take_text(a, q, 3, &l->header) && store_take_text(a, q, 4, &l->choices) &&
              store_take_text(a, q, 7, &l->by_who) && store_take_text(a, q, 8, &l->ended_by);
    return ok ? RC_OK : err_nomem(e);
}

enum rc layout_list(struct store *s, struct arena *a, struct str dataset, bool ended, struct stored_layout **v,
                    size_t *n, struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    *v = NULL;
    *n = 0;
    TRY(db_stmt(s->db, SQL_layout_list, &q, e));
    db_bind_text(q, 1, text_or_empty(dataset));
    db_bind_i64(q, 2, ended);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct stored_layout *grown = store_grow(a, *v, &cap, *n, sizeof **v);
        if (grown) *v = grown;
        rc = grown ? read_row(q, a, &grown[(*n)++], e) : err_nomem(e);
    }
    return db_leave(q, rc, e);
}
