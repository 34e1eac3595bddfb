/* Reading people and households as known at a time. */
#include "store/people.h"
#include "base/limits.h"
#include "store/store_int.h"

/* The visible deliveries that wrote people; few, ordered by id. */
struct seen {
    int64_t id, known_from_us;
};
struct seen_list {
    struct arena arena;
    struct seen *v;
    size_t n, cap;
};

static enum rc seen_load(struct store *s, struct seen_list *l, int64_t k_us, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(s->db, SQL_people_deliveries, &q, e));
    db_bind_i64(q, 1, k_us);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct seen *grown = store_grow(&l->arena, l->v, &l->cap, l->n, sizeof *l->v);
        if (grown) {
            l->v = grown;
            grown[l->n++] = (struct seen){db_col_i64(q, 0), db_col_i64(q, 1)};
        } else {
            rc = err_nomem(e);
        }
    }
    return db_leave(q, rc, e);
}

static const struct seen *seen_find(const struct seen_list *l, int64_t id)
{
    size_t lo = 0, hi = l->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (l->v[mid].id < id) lo = mid + 1;
        else hi = mid;
    }
    return lo < l->n && l->v[lo].id == id ? &l->v[lo] : NULL;
}

/* The same order as person_at: known last, then the higher id. */
static bool seen_later(const struct seen *a, const struct seen *b)
{
    return !b || a->known_from_us > b->known_from_us || (a->known_from_us == b->known_from_us && a->id > b->id);
}

/* ---- walking all */

struct person_walk {
    struct seen_list seen;
    const struct seen *best; /* delivery of `cur`; NULL: none yet */
    struct person cur;
    struct buf name;
    person_fn fn;
    void *ctx;
};

static enum rc walk_emit(struct person_walk *w, struct err *e)
{
    if (!w->best) return RC_OK;
    w->best = NULL;
    if (w->cur.name.p) w->cur.name = w->name.n ? buf_str(&w->name) : STR("");
    return w->fn(w->ctx, &w->cur, e);
}

static enum rc walk_row(struct person_walk *w, struct db_stmt *q, struct err *e)
{
    uint32_t no = (uint32_t)db_col_i64(q, 0);
    const struct seen *d = seen_find(&w->seen, db_col_i64(q, 1));
    if (w->best && no != w->cur.no) TRY(walk_emit(w, e));
    if (!d || !seen_later(d, w->best)) return RC_OK;
    w->best = d;
    w->cur = (struct person){.no = no, .household_no = (uint32_t)db_col_i64(q, 2), .name = db_col_text(q, 3)};
    buf_clear(&w->name); /* the view ends with the next step; a later version may still win */
    buf_add(&w->name, w->cur.name);
    return w->name.failed ? err_nomem(e) : RC_OK;
}

static enum rc walk_people(struct store *s, struct person_walk *w, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(s->db, SQL_people_all, &q, e));
    while (!rc && !(rc = db_step(q, &row, e)) && row) rc = walk_row(w, q, e);
    if (!rc) rc = walk_emit(w, e);
    return db_leave(q, rc, e);
}

enum rc people_each(struct store *s, int64_t k_us, person_fn fn, void *ctx, struct err *e)
{
    struct person_walk w = {.fn = fn, .ctx = ctx};
    arena_init(&w.seen.arena, MIB(16));
    buf_init(&w.name, MIB(1));
    enum rc rc = seen_load(s, &w.seen, k_us, e);
    if (!rc) rc = walk_people(s, &w, e);
    buf_fini(&w.name);
    arena_fini(&w.seen.arena);
    return rc;
}

struct household_walk {
    struct seen_list seen;
    const struct seen *best;
    struct household_row cur;
    struct buf code;
    household_fn fn;
    void *ctx;
};

static enum rc household_emit(struct household_walk *w, struct err *e)
{
    if (!w->best) return RC_OK;
    w->best = NULL;
    w->cur.code = buf_str(&w->code);
    return w->fn(w->ctx, &w->cur, e);
}

static enum rc household_take(struct household_walk *w, struct db_stmt *q, struct err *e)
{
    uint32_t no = (uint32_t)db_col_i64(q, 0);
    const struct seen *d = seen_find(&w->seen, db_col_i64(q, 1));
    if (w->best && no != w->cur.no) TRY(household_emit(w, e));
    if (!d || !seen_later(d, w->best)) return RC_OK;
    w->best = d;
    w->cur = (struct household_row){.no = no, .division = db_col_i64(q, 2)};
    buf_clear(&w->code);
    buf_add(&w->code, db_col_text(q, 3));
    return w->code.failed ? err_nomem(e) : RC_OK;
}

static enum rc walk_households(struct store *s, struct household_walk *w, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(s->db, SQL_households_all, &q, e));
    while (!rc && !(rc = db_step(q, &row, e)) && row) rc = household_take(w, q, e);
    if (!rc) rc = household_emit(w, e);
    return db_leave(q, rc, e);
}

enum rc households_each(struct store *s, int64_t k_us, household_fn fn, void *ctx, struct err *e)
{
    struct household_walk w = {.fn = fn, .ctx = ctx};
    arena_init(&w.seen.arena, MIB(16));
    buf_init(&w.code, MIB(1));
    enum rc rc = seen_load(s, &w.seen, k_us, e);
    if (!rc) rc = walk_households(s, &w, e);
    buf_fini(&w.code);
    arena_fini(&w.seen.arena);
    return rc;
}

enum rc people_each_id(struct store *s, id_hash_fn fn, void *ctx, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(s->db, SQL_person_ids_all, &q, e));
    while (!rc && !(rc = db_step(q, &row, e)) && row)
        rc = fn(ctx, (uint64_t)db_col_i64(q, 0), (uint32_t)db_col_i64(q, 1), e);
    return db_leave(q, rc, e);
}

enum rc households_each_code(struct store *s, household_fn fn, void *ctx, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(s->db, SQL_household_codes_all, &q, e));
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct household_row h = {.code = db_col_text(q, 0), .no = (uint32_t)db_col_i64(q, 1)};
        rc = fn(ctx, &h, e);
    }
    return db_leave(q, rc, e);
}

/* ---- single people */

static enum rc take_secret(struct store *s, struct arena *a, struct db_stmt *q, uint32_t no, struct str *out,
                           struct err *e)
{
    if (db_col_i64(q, 3) == 0) return RC_OK;
    struct buf plain;
    buf_init(&plain, PERSON_SECRET_MAX);
    enum rc rc = secret_unseal(s, SEAL_PERSON, no, (uint64_t)db_col_i64(q, 5), db_col_blob(q, 4), &plain, e);
    if (!rc) {
        *out = str_dup(a, plain.n ? buf_str(&plain) : STR(""));
        if (!out->p && plain.n) rc = err_nomem(e);
    }
    buf_fini(&plain);
    return rc;
}

enum rc people_get(struct store *s, struct arena *a, uint32_t no, int64_t k_us, struct person *out, bool *found,
                   struct err *e)
{
    struct db_stmt *q = NULL;
    *out = (struct person){0};
    TRY(db_stmt(s->db, SQL_person_at, &q, e));
    db_bind_i64(q, 1, no);
    db_bind_i64(q, 2, k_us);
    TRY(db_step(q, found, e));
    if (!*found) return RC_OK;
    *out = (struct person){.no = no, .household_no = (uint32_t)db_col_i64(q, 1)};
    enum rc rc = db_col_null(q, 2) || store_take_text(a, q, 2, &out->name) ? RC_OK : err_nomem(e);
    if (!rc) rc = take_secret(s, a, q, no, &out->secret, e);
    return db_leave(q, rc, e);
}

/* household_no 0: any. An index tells who ever was in a household; the version known at K decides. */
static enum rc find_people(struct store *s, struct arena *a, enum sql_id id, int64_t key, uint32_t household_no,
                           int64_t k_us, struct people_list *out, struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true, found = false;
    enum rc rc = RC_OK;
    *out = (struct people_list){0};
    TRY(db_stmt(s->db, id, &q, e));
    db_bind_i64(q, 1, key);
    db_bind_i64(q, 2, k_us);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct person *grown = store_grow(a, out->v, &cap, out->n, sizeof *out->v);
        if (!grown) {
            rc = err_nomem(e);
            continue;
        }
        out->v = grown;
        rc = people_get(s, a, (uint32_t)db_col_i64(q, 0), k_us, &grown[out->n], &found, e);
        if (!rc && found && (!household_no || grown[out->n].household_no == household_no)) out->n++;
    }
    return db_leave(q, rc, e);
}

enum rc people_by_id(struct store *s, struct arena *a, uint64_t id_hash, int64_t k_us, struct people_list *out,
                     struct err *e)
{
    return find_people(s, a, SQL_person_nos_by_id, (int64_t)id_hash, 0, k_us, out, e);
}

enum rc people_by_id_tail(struct store *s, struct arena *a, uint32_t id_tail_hash, int64_t k_us,
                          struct people_list *out,
                          struct err *e)
{
    return find_people(s, a, SQL_person_nos_by_id_tail, id_tail_hash, 0, k_us, out, e);
}

enum rc people_of_household(struct store *s, struct arena *a, uint32_t household_no, int64_t k_us,
                            struct people_list *out,
                            struct err *e)
{
    return find_people(s, a, SQL_person_nos_by_household, household_no, household_no, k_us, out, e);
}

enum rc household_get(struct store *s, struct arena *a, uint32_t no, int64_t k_us, struct household_row *out,
                      bool *found,
                      struct err *e)
{
    struct db_stmt *q = NULL;
    *out = (struct household_row){0};
    TRY(db_stmt(s->db, SQL_household_at, &q, e));
    db_bind_i64(q, 1, no);
    db_bind_i64(q, 2, k_us);
    TRY(db_step(q, found, e));
    if (!*found) return RC_OK;
    *out = (struct household_row){.no = no, .division = db_col_i64(q, 1)};
    bool ok = store_take_text(a, q, 2, &out->code);
    return db_leave(q, ok ? RC_OK : err_nomem(e), e);
}

enum rc household_find(struct store *s, struct str code, uint32_t *no, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = false;
    *no = 0;
    TRY(db_stmt(s->db, SQL_household_by_code, &q, e));
    db_bind_text(q, 1, code);
    TRY(db_step(q, &row, e));
    if (row) *no = (uint32_t)db_col_i64(q, 0);
    return db_end(q, e);
}
