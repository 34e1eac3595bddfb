#include "store/exception.h"
#include "base/clock.h"
#include "base/limits.h"
#include "store/store_int.h"

/* ---------------------------------------------------------------- answers */

static enum rc seal_text(struct store *s, const struct check_answer *a, struct buf *sealed, struct err *e)
{
    struct buf plain;
    buf_init(&plain, CHUNK_TEXT_MAX);
    buf_add(&plain, a->mended);
    buf_addc(&plain, '\n');
    buf_add(&plain, a->note);
    buf_clear(sealed);
    enum rc rc = plain.failed ? err_nomem(e)
                              : secret_seal(s, SEAL_ANSWER, (uint64_t)a->id, 0, buf_str(&plain), sealed, e);
    buf_fini(&plain);
    return rc;
}

static enum rc answer_insert(struct store *s, struct check_answer *a, struct buf *sealed, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(seal_text(s, a, sealed, e));
    TRY(db_stmt(s->db, SQL_answer_insert, &q, e));
    db_bind_i64(q, 1, a->id);
    db_bind_i64(q, 2, a->known_from_us);
    db_bind_text(q, 3, a->of.rule);
    db_bind_i64(q, 4, a->of.household_no);
    db_bind_i64(q, 5, a->of.person_no);
    db_bind_i64(q, 6, a->as_of);
    db_bind_i64(q, 7, a->kind);
    if (a->until) db_bind_i64(q, 8, a->until);
    db_bind_text(q, 9, a->by_who);
    db_bind_i64(q, 10, secret_key_id(s));
    db_bind_blob(q, 11, sealed->p, sealed->n);
    return db_run(q, e);
}

static enum rc note(struct store *s, struct str who, const char *what, size_t n, struct err *e)
{
    char count[24];
    int len = snprintf(count, sizeof count, "%zu", n);
    return event_add(s, who, str_from(what), STR("data checks"), str_make(count, (size_t)len), e);
}

static enum rc answers_insert(struct store *s, struct check_answer *v, size_t n, struct str who, struct err *e)
{
    struct buf sealed;
    int64_t next = 0;
    TRY(db_get_i64(s->db, SQL_answer_next, &next, NULL, e));
    buf_init(&sealed, CHUNK_TEXT_MAX + SEAL_VALUE_EXTRA);
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < n; i++) {
        v[i].id = next++;
        rc = answer_insert(s, &v[i], &sealed, e);
    }
    buf_fini(&sealed);
    return rc ? rc : note(s, who, "answers", n, e);
}

enum rc answers_add(struct store *s, struct check_answer *v, size_t n, struct str who, struct err *e)
{
    TRY(store_begin(s, e));
    return db_finish(s->db, answers_insert(s, v, n, who, e), e);
}

static enum rc take_subject(struct db_stmt *q, int column, struct arena *a, struct check_subject *out, struct err *e)
{
    out->household_no = (uint32_t)db_col_i64(q, column + 1);
    out->person_no = (uint32_t)db_col_i64(q, column + 2);
    return store_take_text(a, q, column, &out->rule) ? RC_OK : err_nomem(e);
}

static enum rc take_answer(struct store *s, struct db_stmt *q, struct arena *a, struct check_answer *x, struct err *e)
{
    *x = (struct check_answer){.id = db_col_i64(q, 0),
                               .known_from_us = db_col_i64(q, 1),
                               .as_of = (date_day)db_col_i64(q, 5),
                               .kind = (enum check_answer_kind)db_col_i64(q, 6),
                               .until = (date_day)db_col_i64(q, 7)};
    struct str plain, mended;
    TRY(take_subject(q, 2, a, &x->of, e));
    buf_clear(&s->sealed);
    TRY(secret_unseal(s, SEAL_ANSWER, (uint64_t)x->id, 0, db_col_blob(q, 9), &s->sealed, e));
    plain = str_dup(a, buf_str(&s->sealed));
    if (!plain.p || !store_take_text(a, q, 8, &x->by_who)) return err_nomem(e);
    if (!str_cut(&plain, '\n', &mended)) mended = STR("");
    x->mended = mended;
    x->note = plain;
    return RC_OK;
}

enum rc answers_list(struct store *s, struct arena *a, int64_t k_us, struct check_answer **v, size_t *n, struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    *v = NULL;
    *n = 0;
    TRY(db_stmt(s->db, SQL_answer_list, &q, e));
    db_bind_i64(q, 1, k_us);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct check_answer *grown = store_grow(a, *v, &cap, *n, sizeof **v);
        if (grown) *v = grown;
        rc = grown ? take_answer(s, q, a, &grown[(*n)++], e) : err_nomem(e);
    }
    return db_leave(q, rc, e);
}

/* ---------------------------------------------------------------- exceptions */

static enum rc exception_insert(struct store *s, struct check_exception *x, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    int64_t from = x->known_from_us;
    if (x->until - clock_today(clock_fixed(&from)) > EXCEPTION_DAYS_MAX)
        return err_set(e, RC_INPUT, pos_none(),
                       "an exception holds at most %d days. Give an earlier day; it can be accepted again.",
                       "例外最长 %d 天。请写更早的截止日期；到期后可以再次接受。", (int)EXCEPTION_DAYS_MAX);
    TRY(db_stmt(s->db, SQL_exception_insert, &q, e));
    db_bind_text(q, 1, x->of.rule);
    db_bind_i64(q, 2, x->of.household_no);
    db_bind_i64(q, 3, x->of.person_no);
    db_bind_i64(q, 4, x->until);
    if (x->answer) db_bind_i64(q, 5, x->answer);
    db_bind_text(q, 6, x->reason);
    db_bind_text(q, 7, x->by_who);
    db_bind_i64(q, 8, x->known_from_us);
    TRY(db_step(q, &row, e));
    if (row) x->id = db_col_i64(q, 0);
    return db_run(q, e);
}

static enum rc exceptions_insert(struct store *s, struct check_exception *v, size_t n, struct str who, struct err *e)
{
    for (size_t i = 0; i < n; i++) TRY(exception_insert(s, &v[i], e));
    return note(s, who, "accept exceptions", n, e);
}

enum rc exceptions_add(struct store *s, struct check_exception *v, size_t n, struct str who, struct err *e)
{
    TRY(store_begin(s, e));
    return db_finish(s->db, exceptions_insert(s, v, n, who, e), e);
}

static enum rc undo(struct store *s, int64_t id, int64_t known_to_us, struct str who, struct str why, bool *found,
                    struct err *e)
{
    struct db_stmt *q = NULL;
    char text[24];
    TRY(db_stmt(s->db, SQL_exception_undo, &q, e));
    db_bind_i64(q, 1, id);
    db_bind_i64(q, 2, known_to_us);
    db_bind_text(q, 3, who);
    db_bind_text(q, 4, why);
    TRY(db_step(q, found, e));
    if (!*found) return RC_OK;
    TRY(db_run(q, e));
    int len = snprintf(text, sizeof text, "%lld", (long long)id);
    return event_add(s, who, STR("revoke exception"), str_make(text, (size_t)len), why, e);
}

enum rc exception_undo(struct store *s, int64_t id, int64_t known_to_us, struct str who, struct str why, bool *found,
                       struct err *e)
{
    *found = false;
    TRY(store_begin(s, e));
    return db_finish(s->db, undo(s, id, known_to_us, who, why, found, e), e);
}

static enum rc take_exception(struct db_stmt *q, struct arena *a, struct check_exception *x, struct err *e)
{
    *x = (struct check_exception){.id = db_col_i64(q, 0),
                                  .until = (date_day)db_col_i64(q, 4),
                                  .answer = db_col_i64(q, 5),
                                  .known_from_us = db_col_i64(q, 8)};
    TRY(take_subject(q, 1, a, &x->of, e));
    return store_take_text(a, q, 6, &x->reason) && store_take_text(a, q, 7, &x->by_who) ? RC_OK : err_nomem(e);
}

enum rc exceptions_list(struct store *s, struct arena *a, int64_t k_us, struct check_exception **v, size_t *n,
                        struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    *v = NULL;
    *n = 0;
    TRY(db_stmt(s->db, SQL_exception_list, &q, e));
    db_bind_i64(q, 1, k_us);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct check_exception *grown = store_grow(a, *v, &cap, *n, sizeof **v);
        if (grown) *v = grown;
        rc = grown ? take_exception(q, a, &grown[(*n)++], e) : err_nomem(e);
    }
    return db_leave(q, rc, e);
}
