#include "store/decision.h"
#include <inttypes.h>
#include "store/store_int.h"

static struct str text_or_empty(struct str s) { return s.p ? s : STR(""); }

static enum rc refuse_second(struct store *s, const struct decision *d, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false, people = d->subject == DECISION_PEOPLE;
    TRY(db_stmt(s->db, people ? SQL_decision_people_in_force : SQL_decision_row_in_force, &q, e));
    db_bind_i64(q, 1, people ? d->person : d->delivery);
    db_bind_i64(q, 2, people ? d->other : d->line);
    if (!people) db_bind_i64(q, 3, d->person);
    TRY(db_step(q, &row, e));
    int64_t id = row ? db_col_i64(q, 0) : 0;
    TRY(db_end(q, e));
    if (!id) return RC_OK;
    return err_set(e, RC_CONFLICT, pos_none(),
                   "decision %" PRId64 " on this is in force; undo it first: `fangpin match DB undo %" PRId64 "`",
                   "对此已有决定 %" PRId64 "；请先撤销：`fangpin match DB undo %" PRId64 "`", id, id);
}

static enum rc tell(struct store *s, struct str who, struct str what, int64_t id, struct err *e)
{
    char object[32];
    int n = snprintf(object, sizeof object, "decision %" PRId64, id);
    return event_add(s, who, what, str_make(object, (size_t)n), STR(""), e);
}

enum rc decision_add(struct store *s, struct decision *d, struct err *e)
{
    static const char *const WHAT[] = {"", "decide same", "decide not", "decide unsure"};
    struct db_stmt *q = NULL;
    bool row = false, of_row = d->subject == DECISION_ROW;
    TRY(refuse_second(s, d, e));
    TRY(db_stmt(s->db, SQL_decision_insert, &q, e));
    db_bind_i64(q, 1, d->subject);
    db_bind_i64(q, 2, d->verdict);
    db_bind_i64(q, 3, d->person);
    if (!of_row) db_bind_i64(q, 4, d->other);
    if (of_row) db_bind_i64(q, 5, d->delivery);
    if (of_row) db_bind_i64(q, 6, d->line);
    db_bind_text(q, 7, text_or_empty(d->sender));
    db_bind_blob(q, 8, d->evidence, d->has_evidence ? EVIDENCE_BYTES : 0);
    if (d->score_pm >= 0) db_bind_i64(q, 9, d->score_pm);
    db_bind_i64(q, 10, d->known_from_us);
    db_bind_text(q, 11, text_or_empty(d->by_who));
    db_bind_text(q, 12, text_or_empty(d->reason));
    TRY(db_step(q, &row, e));
    if (row) d->id = db_col_i64(q, 0);
    TRY(db_run(q, e));
    return tell(s, d->by_who, str_from(WHAT[d->verdict]), d->id, e);
}

enum rc decision_undo(struct store *s, int64_t id, int64_t at_us, struct str who, struct str reason, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(s->db, SQL_decision_end, &q, e));
    db_bind_i64(q, 1, id);
    db_bind_i64(q, 2, at_us);
    db_bind_text(q, 3, text_or_empty(who));
    db_bind_text(q, 4, text_or_empty(reason));
    TRY(db_run(q, e));
    if (db_changes(s->db) != 1)
        return err_set(e, RC_INPUT, pos_none(),
                       "there is no decision %" PRId64 " in force; look at `fangpin match DB log`",
                       "没有有效的决定 %" PRId64 "；请查看 `fangpin match DB log`", id);
    return tell(s, who, STR("undo decision"), id, e);
}

static enum rc read_decision(struct db_stmt *q, struct arena *a, struct decision *d, struct err *e)
{
    *d = (struct decision){.id = db_col_i64(q, 0),
                           .subject = (enum decision_subject)db_col_i64(q, 1),
                           .verdict = (enum decision_verdict)db_col_i64(q, 2),
                           .person = (uint32_t)db_col_i64(q, 3),
                           .other = (uint32_t)db_col_i64(q, 4),
                           .delivery = db_col_i64(q, 5),
                           .line = db_col_i64(q, 6),
                           .has_evidence = db_col_blob(q, 8).n == EVIDENCE_BYTES,
                           .score_pm = db_col_null(q, 9) ? -1 : (int32_t)db_col_i64(q, 9),
                           .known_from_us = db_col_i64(q, 10),
                           .known_to_us = db_col_i64(q, 11)};
    store_take_bytes(q, 8, d->evidence, EVIDENCE_BYTES);
    bool ok = store_take_text(a, q, 7, &d->sender) && store_take_text(a, q, 12, &d->by_who) &&
              store_take_text(a, q, 13, &d->reason) && store_take_text(a, q, 14, &d->undone_by) &&
              store_take_text(a, q, 15, &d->undone_reason);
    return ok ? RC_OK : err_nomem(e);
}

enum rc decisions_known_at(struct store *s, struct arena *a, int64_t k_us, bool ever, struct decision_list *out,
                           struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    *out = (struct decision_list){0};
    TRY(db_stmt(s->db, SQL_decision_known_at, &q, e));
    db_bind_i64(q, 1, k_us);
    db_bind_i64(q, 2, ever);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct decision *grown = store_grow(a, out->v, &cap, out->n, sizeof *out->v);
        if (grown) out->v = grown;
        rc = grown ? read_decision(q, a, &grown[out->n++], e) : err_nomem(e);
    }
    return db_leave(q, rc, e);
}

enum rc decision_get(struct store *s, struct arena *a, int64_t id, struct decision *out, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    *out = (struct decision){0};
    TRY(db_stmt(s->db, SQL_decision_get, &q, e));
    db_bind_i64(q, 1, id);
    TRY(db_step(q, &row, e));
    if (!row)
        return err_set(e, RC_INPUT, pos_none(), "there is no decision %" PRId64 "; look at `fangpin match DB log`",
                       "没有决定 %" PRId64 "；请查看 `fangpin match DB log`", id);
    return db_leave(q, read_decision(q, a, out, e), e);
}

/* ---- merges */

uint32_t merge_kept(const struct merge *v, size_t n, uint32_t person)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (v[mid].gone < person) lo = mid + 1;
        else hi = mid;
    }
    return lo < n && v[lo].gone == person ? v[lo].kept : person;
}

/* A merge is refused when it would close a circle, so a way has at most n steps. */
static void follow_merges(struct merge *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t to = v[i].kept;
        for (size_t step = 0; step < n; step++) {
            uint32_t next = merge_kept(v, n, to);
            if (next == to) break;
            to = next;
        }
        v[i].kept = to;
    }
}

enum rc merges_known_at(struct store *s, struct arena *a, int64_t k_us, struct merge **v, size_t *n, struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    *v = NULL;
    *n = 0;
    TRY(db_stmt(s->db, SQL_decision_merges, &q, e));
    db_bind_i64(q, 1, k_us);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct merge *grown = store_grow(a, *v, &cap, *n, sizeof **v);
        if (!grown) rc = err_nomem(e);
        if (!grown) break;
        *v = grown;
        grown[(*n)++] = (struct merge){(uint32_t)db_col_i64(q, 0), (uint32_t)db_col_i64(q, 1)};
    }
    rc = db_leave(q, rc, e);
    if (!rc) follow_merges(*v, *n);
    return rc;
}

enum rc decisions_count(struct store *s, int64_t k_us, int64_t *n, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    TRY(db_stmt(s->db, SQL_decision_count, &q, e));
    db_bind_i64(q, 1, k_us);
    enum rc rc = db_step(q, &row, e);
    *n = !rc && row ? db_col_i64(q, 0) : 0;
    return db_leave(q, rc, e);
}

enum rc rows_decided_known_at(struct store *s, struct arena *a, int64_t k_us, struct row_decided **v, size_t *n,
                              struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    *v = NULL;
    *n = 0;
    TRY(db_stmt(s->db, SQL_decision_rows, &q, e));
    db_bind_i64(q, 1, k_us);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct row_decided *grown = store_grow(a, *v, &cap, *n, sizeof **v);
        if (!grown) rc = err_nomem(e);
        if (!grown) break;
        *v = grown;
        grown[(*n)++] = (struct row_decided){db_col_i64(q, 0), db_col_i64(q, 1),
                                             (enum decision_verdict)db_col_i64(q, 2), (uint32_t)db_col_i64(q, 3)};
    }
    return db_leave(q, rc, e);
}

/* ---- models */

static enum rc model_insert(struct store *s, struct str text, struct str who, int64_t *id, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    TRY(db_stmt(s->db, SQL_match_model_insert, &q, e));
    db_bind_i64(q, 1, store_now_us(s));
    db_bind_text(q, 2, text_or_empty(who));
    db_bind_text(q, 3, text);
    TRY(db_step(q, &row, e));
    if (row) *id = db_col_i64(q, 0);
    return db_run(q, e);
}

enum rc match_model_add(struct store *s, struct str text, struct str who, int64_t *id, struct err *e)
{
    *id = 0;
    TRY(store_begin(s, e));
    return db_finish(s->db, model_insert(s, text, who, id, e), e);
}

enum rc match_model_get(struct store *s, struct arena *a, int64_t id, struct str *text, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    *text = STR("");
    TRY(db_stmt(s->db, SQL_match_model_get, &q, e));
    db_bind_i64(q, 1, id);
    TRY(db_step(q, &row, e));
    if (!row)
        return err_set(e, RC_INPUT, pos_none(), "there are no weights with number %" PRId64,
                       "没有编号为 %" PRId64 " 的权重", id);
    return db_leave(q, store_take_text(a, q, 0, text) ? RC_OK : err_nomem(e), e);
}

enum rc match_model_newest(struct store *s, int64_t k_us, int64_t *id, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    *id = 0;
    TRY(db_stmt(s->db, SQL_match_model_newest, &q, e));
    db_bind_i64(q, 1, k_us);
    TRY(db_step(q, &row, e));
    if (row) *id = db_col_i64(q, 0);
    return db_end(q, e);
}
