#include "store/param.h"
#include "store/store_int.h"

static enum rc param_insert(struct store *s, struct param_event *p, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    TRY(db_stmt(s->db, SQL_param_insert, &q, e));
    db_bind_i64(q, 1, p->known_from_us);
    db_bind_text(q, 2, p->name);
    db_bind_i64(q, 3, p->division);
    if (p->from_day) db_bind_i64(q, 4, p->from_day);
    db_bind_text(q, 5, p->value_text);
    db_bind_text(q, 6, p->by_who.p ? p->by_who : STR(""));
    db_bind_text(q, 7, p->document.p ? p->document : STR(""));
    TRY(db_step(q, &row, e));
    if (row) p->id = db_col_i64(q, 0);
    TRY(db_run(q, e));
    return event_add(s, p->by_who, STR("set parameter"), p->name, p->document, e);
}

enum rc param_add(struct store *s, struct param_event *p, struct err *e)
{
    TRY(store_begin(s, e));
    return db_finish(s->db, param_insert(s, p, e), e);
}

static enum rc param_read(struct db_stmt *q, struct arena *a, struct param_event *p, struct err *e)
{
    *p = (struct param_event){.id = db_col_i64(q, 0), .known_from_us = db_col_i64(q, 1), .division = db_col_i64(q, 3),
                              .from_day = (date_day)db_col_i64(q, 4)};
    bool ok = store_take_text(a, q, 2, &p->name) && store_take_text(a, q, 5, &p->value_text) &&
              store_take_text(a, q, 6, &p->by_who) && store_take_text(a, q, 7, &p->document);
    return ok ? RC_OK : err_nomem(e);
}

enum rc param_list(struct store *s, struct arena *a, int64_t k_us, struct param_event **v, size_t *n, struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    *v = NULL;
    *n = 0;
    TRY(db_stmt(s->db, SQL_param_list, &q, e));
    db_bind_i64(q, 1, k_us);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct param_event *grown = store_grow(a, *v, &cap, *n, sizeof **v);
        if (grown) *v = grown;
        rc = grown ? param_read(q, a, &grown[(*n)++], e) : err_nomem(e);
    }
    return db_leave(q, rc, e);
}
