#include "store/screenstore.h"
#include "store/chunks.h"
#include "store/store_int.h"

static enum rc insert_screen(struct store *s, struct screen *sc, struct err *e)
{
    struct db_stmt *q = NULL;
    uint32_t id = 0;
    TRY(store_take_numbers(s, "screen", 1, &id, e));
    sc->id = id;
    sc->state = SCREEN_STAGING;
    sc->made_us = store_now_us(s);
    TRY(db_stmt(s->db, SQL_screen_insert, &q, e));
    db_bind_i64(q, 1, sc->id);
    db_bind_i64(q, 2, sc->as_of);
    db_bind_i64(q, 3, sc->known_at_us);
    db_bind_i64(q, 4, sc->made_us);
    db_bind_blob(q, 5, sc->book_hash, SCREEN_HASH_BYTES);
    db_bind_blob(q, 6, sc->params_hash, SCREEN_HASH_BYTES);
    return db_run(q, e);
}

enum rc screen_begin(struct store *s, struct screen *sc, struct err *e)
{
    TRY(store_begin_staged(s, e));
    return db_finish(s->db, insert_screen(s, sc, e), e);
}

/* Run a statement whose only parameter is a number. */
static enum rc run_id(struct store *s, enum sql_id id, int64_t v, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, id, &q, e));
    db_bind_i64(q, 1, v);
    return db_run(q, e);
}

static enum rc get_by(struct store *s, enum sql_id id, int64_t v, int64_t *out, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    *out = 0;
    TRY(db_stmt(s->db, id, &q, e));
    db_bind_i64(q, 1, v);
    TRY(db_step(q, &row, e));
    if (row) *out = db_col_i64(q, 0);
    return db_end(q, e);
}

static enum rc fail_task(enum sql_id id, struct err *e)
{
    if (id == SQL_task_open)
        return err_set(e, RC_CONFLICT, pos_none(), "a household already has an open task", "有农户已有未结任务");
    return err_set(e, RC_CONFLICT, pos_none(), "a household has no open task to close", "有农户没有可关闭的未结任务");
}

static enum rc each_task(struct store *s, enum sql_id id, const struct screen *sc, const uint32_t *households, size_t n,
                         struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, id, &q, e));
    for (size_t i = 0; i < n; i++) {
        db_bind_i64(q, 1, households[i]);
        db_bind_i64(q, 2, sc->id);
        db_bind_i64(q, 3, sc->as_of);
        TRY(db_run(q, e));
        if (db_changes(s->db) != 1) return fail_task(id, e);
    }
    return RC_OK;
}

/* Inside the publishing transaction: a reader sees either what the replaced screen did or what this one does. */
static enum rc change_tasks(struct store *s, const struct screen *sc, int64_t old, const struct task_changes *c,
                            struct err *e)
{
    if (old) TRY(run_id(s, SQL_tasks_forget_opened, old, e)); /* first: a household has one open task */
    if (old) TRY(run_id(s, SQL_tasks_forget_closed, old, e));
    TRY(each_task(s, SQL_task_close, sc, c->close, c->n_close, e));
    return each_task(s, SQL_task_open, sc, c->open, c->n_open, e);
}

static enum rc publish_now(struct store *s, const struct screen *sc, int64_t old, const struct task_changes *c,
                           struct str who, struct err *e)
{
    struct db_stmt *q = NULL;
    char object[32], day[DATE_TEXT_MAX];
    int64_t later = 0;
    TRY(get_by(s, SQL_screen_kept_after, sc->as_of, &later, e));
    if (later)
        return err_set(e, RC_CONFLICT, pos_none(),
                       "a screen of a later day than %s has been kept; this one is "
                       "a replay",
                       "已保存晚于 %s 的筛查；本次只能作为重演", date_format(sc->as_of, day));
    TRY(change_tasks(s, sc, old, c, e));
    TRY(run_id(s, SQL_screen_replace, sc->as_of, e));
    TRY(db_stmt(s->db, SQL_screen_publish, &q, e));
    db_bind_i64(q, 1, sc->id);
    db_bind_text(q, 2, sc->summary.p ? sc->summary : STR(""));
    TRY(db_run(q, e));
    if (db_changes(s->db) != 1)
        return err_set(e, RC_ENV, pos_none(), "screen %d is not being made; this is a defect",
                       "筛查 %d 不在生成中；这是程序缺陷", (int)sc->id);
    int n = snprintf(object, sizeof object, "screen %d", (int)sc->id);
    for (size_t i = 0; i < sc->n_confirmed; i++)
        TRY(event_add(s, who, STR(EVENT_CONFIRM), str_make(object, (size_t)n), sc->confirmed[i], e));
    return event_add(s, who, STR("screen"), str_make(object, (size_t)n), str_from(date_format(sc->as_of, day)), e);
}

enum rc screen_publish(struct store *s, const struct screen *sc, const struct task_changes *c, struct str who,
                       struct err *e)
{
    int64_t old = 0;
    TRY(get_by(s, SQL_screen_kept_id, sc->as_of, &old, e));
    TRY(store_begin(s, e));
    TRY(db_finish(s->db, publish_now(s, sc, old, c, who, e), e));
    return old ? chunk_remove_all(s, (struct owner){OWNER_SCREEN, old}, e) : RC_OK;
}

enum rc screen_abandon(struct store *s, int64_t id, struct err *e)
{
    int64_t state = 0;
    TRY(get_by(s, SQL_screen_state, id, &state, e));
    if (state != SCREEN_STAGING) return RC_OK;
    TRY(chunk_remove_all(s, (struct owner){OWNER_SCREEN, id}, e));
    TRY(store_begin_staged(s, e));
    return db_finish(s->db, run_id(s, SQL_screen_remove, id, e), e);
}

/* ---- reading */

static bool read_screen(struct db_stmt *q, struct arena *a, struct screen *out)
{
    *out = (struct screen){.id = db_col_i64(q, 0),
                           .state = (enum screen_state)db_col_i64(q, 1),
                           .as_of = (date_day)db_col_i64(q, 2),
                           .known_at_us = db_col_i64(q, 3),
                           .made_us = db_col_i64(q, 4)};
    store_take_bytes(q, 5, out->book_hash, SCREEN_HASH_BYTES);
    store_take_bytes(q, 6, out->params_hash, SCREEN_HASH_BYTES);
    return store_take_text(a, q, 7, &out->summary);
}

static enum rc one_screen(struct store *s, struct arena *a, enum sql_id id, int64_t as_of, struct screen *out,
                          struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    *out = (struct screen){0};
    TRY(db_stmt(s->db, id, &q, e));
    db_bind_i64(q, 1, as_of);
    TRY(db_step(q, &row, e));
    if (!row) return RC_OK;
    bool ok = read_screen(q, a, out);
    return db_leave(q, ok ? RC_OK : err_nomem(e), e);
}

enum rc screen_before(struct store *s, struct arena *a, date_day as_of, struct screen *out, struct err *e)
{
    return one_screen(s, a, SQL_screen_before, as_of, out, e);
}

enum rc screen_latest(struct store *s, struct arena *a, struct screen *out, struct err *e)
{
    return one_screen(s, a, SQL_screen_before, INT32_MAX, out, e);
}

enum rc screen_at(struct store *s, struct arena *a, date_day as_of, struct screen *out, struct err *e)
{
    return one_screen(s, a, SQL_screen_at, as_of, out, e);
}

enum rc screen_get(struct store *s, struct arena *a, int64_t id, struct screen *out, struct err *e)
{
    return one_screen(s, a, SQL_screen_by_id, id, out, e);
}

enum rc screen_known_after(struct store *s, int64_t want_us, int64_t *us, bool *moved, struct err *e)
{
    int64_t last = 0, now = store_now_us(s);
    TRY(db_get_i64(s->db, SQL_screen_known_last, &last, NULL, e));
    *moved = want_us <= last;
    *us = !*moved ? want_us : now > last ? now : last + 1;
    return RC_OK;
}

enum rc screen_list(struct store *s, struct arena *a, struct screen **v, size_t *n, struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    *v = NULL;
    *n = 0;
    TRY(db_stmt(s->db, SQL_screen_list, &q, e));
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct screen *grown = store_grow(a, *v, &cap, *n, sizeof **v);
        if (grown) *v = grown;
        rc = grown && read_screen(q, a, &grown[(*n)++]) ? RC_OK : err_nomem(e);
    }
    return db_leave(q, rc, e);
}

/* ---- tasks */

static enum rc list_tasks(struct arena *a, struct db_stmt *q, struct task **v, size_t *n, struct err *e)
{
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    *v = NULL;
    *n = 0;
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct task *grown = store_grow(a, *v, &cap, *n, sizeof **v);
        if (!grown) {
            rc = err_nomem(e);
            continue;
        }
        *v = grown;
        grown[(*n)++] = (struct task){.id = db_col_i64(q, 0),
                                      .household_no = (uint32_t)db_col_i64(q, 1),
                                      .opened_screen = db_col_i64(q, 2),
                                      .opened_as_of = (date_day)db_col_i64(q, 3),
                                      .closed_screen = db_col_i64(q, 4),
                                      .closed_as_of = (date_day)db_col_i64(q, 5)};
    }
    return db_leave(q, rc, e);
}

static enum rc list_open(struct store *s, int64_t without, struct arena *a, struct task **v, size_t *n, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_tasks_open_list, &q, e));
    db_bind_i64(q, 1, without);
    return list_tasks(a, q, v, n, e);
}

enum rc tasks_list_open(struct store *s, struct arena *a, struct task **v, size_t *n, struct err *e)
{
    return list_open(s, 0, a, v, n, e);
}

enum rc tasks_list_before(struct store *s, date_day as_of, struct arena *a, struct task **v, size_t *n, struct err *e)
{
    int64_t old = 0;
    TRY(get_by(s, SQL_screen_kept_id, as_of, &old, e));
    return list_open(s, old, a, v, n, e);
}

enum rc tasks_of_household(struct store *s, struct arena *a, uint32_t household_no, struct task **v, size_t *n,
                           struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_tasks_of_household, &q, e));
    db_bind_i64(q, 1, household_no);
    return list_tasks(a, q, v, n, e);
}
