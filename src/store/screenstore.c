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

/* What a screen of format 1 did to tasks is in rows, which are undone; later ones keep lists in columns, which count
 * only while the screen is kept. */
static enum rc undo_rows(struct store *s, int64_t old, struct err *e)
{
    if (!old) return RC_OK;
    TRY(run_id(s, SQL_tasks_forget_opened, old, e));
    return run_id(s, SQL_tasks_forget_closed, old, e);
}

static enum rc publish_now(struct store *s, const struct screen *sc, int64_t old, struct str who, struct err *e)
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
    TRY(undo_rows(s, old, e));
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
    TRY(tasks_put(s, sc, old, c, e));
    TRY(store_begin(s, e));
    return db_finish(s->db, publish_now(s, sc, old, who, e), e);
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

enum rc screen_has_findings(struct store *s, int64_t id, bool *has, struct err *e)
{
    int64_t found = 0;
    TRY(get_by(s, SQL_screen_with_chunks, id, &found, e));
    *has = found != 0;
    return RC_OK;
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
