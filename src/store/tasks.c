/* Tasks of households. A kept screen says in two columns which it opened and which it closed ("task.open",
 * "task.close": household numbers, ascending); what is open follows from all kept screens in order. Format 1
 * wrote a row a task instead; such rows stay and come before all columns. */
#include "base/limits.h"
#include "base/mem.h"
#include "columns/chunk.h"
#include "store/chunks.h"
#include "store/screenstore.h"
#include "store/store_int.h"

enum { HOUSEHOLDS_MAX = 1 << 30, COLUMNS_OF_TASKS = 2 };
static const char *const COLUMN[COLUMNS_OF_TASKS] = {"task.open", "task.close"};

/* Household numbers of a column of a screen, ascending. */
struct numbers {
    uint32_t *v;
    size_t n;
};

/* What one screen did. */
struct deeds {
    struct numbers open, close;
};

static void deeds_fini(struct deeds *d)
{
    mem_free(d->open.v);
    mem_free(d->close.v);
    *d = (struct deeds){0};
}

static enum rc damaged(int64_t screen, struct err *e)
{
    return err_set(e, RC_ENV, pos_none(), "the tasks of screen %d are damaged. Run fangpin check.",
                   "筛查 %d 的任务记录损坏。请运行 fangpin check。", (int)screen);
}

/* ---- columns */

static enum rc read_chunk(struct store *s, const struct chunk_ref *ref, struct buf *buf, struct numbers *out,
                          struct err *e)
{
    struct str bytes;
    struct chunk_view v;
    int64_t *wide = mem_alloc_array(ref->rows, sizeof *wide);
    if (!wide) return err_nomem(e);
    enum rc rc = chunk_fetch(s, ref, buf, &bytes, e);
    if (!rc && !(rc = chunk_open(bytes, CHUNK_DEFAULT, &v, e))) {
        bool ok = v.rows == ref->rows && chunk_read_i64(&v, 0, v.rows, wide, NULL);
        for (uint32_t i = 0; ok && i < v.rows; i++) {
            ok = wide[i] > (out->n ? out->v[out->n - 1] : 0) && wide[i] <= UINT32_MAX;
            out->v[out->n++] = (uint32_t)wide[i];
        }
        if (!ok) rc = damaged(ref->owner.id, e);
        chunk_close(&v);
    }
    mem_free(wide);
    return rc;
}

static enum rc read_chunks(struct store *s, const struct chunk_ref *refs, size_t n, struct numbers *out, struct err *e)
{
    int64_t rows = 0;
    struct buf buf;
    for (size_t i = 0; i < n; i++) {
        if (refs[i].first_row != rows || rows > HOUSEHOLDS_MAX) return damaged(refs[i].owner.id, e);
        rows += refs[i].rows;
    }
    if (!rows) return RC_OK;
    out->v = mem_alloc_array((size_t)rows, sizeof *out->v);
    if (!out->v) return err_nomem(e);
    buf_init(&buf, CHUNK_BYTES_MAX);
    enum rc rc = RC_OK;
    for (size_t i = 0; !rc && i < n; i++) rc = read_chunk(s, &refs[i], &buf, out, e);
    buf_fini(&buf);
    return rc;
}

static enum rc read_deeds(struct store *s, int64_t screen, struct deeds *d, struct err *e)
{
    struct numbers *to[COLUMNS_OF_TASKS] = {&d->open, &d->close};
    struct arena a;
    enum rc rc = RC_OK;
    *d = (struct deeds){0};
    arena_init(&a, MIB(64));
    for (int i = 0; !rc && i < COLUMNS_OF_TASKS; i++) {
        struct chunk_ref *refs;
        size_t n;
        rc = chunk_list(s, &a, (struct owner){OWNER_SCREEN, screen}, str_from(COLUMN[i]), &refs, &n, e);
        if (!rc) rc = read_chunks(s, refs, n, to[i], e);
    }
    arena_fini(&a);
    if (rc) deeds_fini(d);
    return rc;
}

static enum rc put_numbers(struct chunk_writer *w, const char *name, const uint32_t *v, size_t n, struct err *e)
{
    int64_t *wide = mem_alloc_array(CHUNK_ROWS, sizeof *wide);
    struct buf buf;
    buf_init(&buf, CHUNK_BYTES_MAX);
    enum rc rc = wide ? RC_OK : err_nomem(e);
    for (size_t at = 0; !rc && at < n; at += CHUNK_ROWS) {
        uint32_t rows = (uint32_t)(n - at < CHUNK_ROWS ? n - at : CHUNK_ROWS);
        for (uint32_t i = 0; i < rows; i++) wide[i] = v[at + i];
        buf_clear(&buf);
        rc = chunk_encode_i64(wide, NULL, rows, &buf, e);
        struct chunk_put p = {.name = str_from(name),
                              .seq = (uint32_t)(at / CHUNK_ROWS),
                              .rows = rows,
                              .first_row = (int64_t)at,
                              .bytes = buf_str(&buf)};
        if (!rc) rc = chunk_put(w, &p, e);
    }
    buf_fini(&buf);
    mem_free(wide);
    return rc;
}

/* ---- what is open */

/* Open tasks by household; grown in memory of its own. */
struct open_tasks {
    struct task *v;
    size_t n;
};

/* A kept screen. */
struct kept {
    int64_t id;
    date_day as_of;
};

enum clash { CLASH_NONE, CLASH_OPEN, CLASH_CLOSE };

/* The tasks after a screen did `c`: `out` has room for all of t and what is opened. */
static enum clash apply(const struct open_tasks *t, const struct task_changes *c, const struct kept *k,
                        struct task *out, size_t *n)
{
    size_t i = 0, open = 0, close = 0;
    *n = 0;
    while (i < t->n || open < c->n_open) {
        bool old = i < t->n && (open == c->n_open || t->v[i].household_no <= c->open[open]);
        if (!old) {
            out[(*n)++] =
                (struct task){.household_no = c->open[open++], .opened_screen = k->id, .opened_as_of = k->as_of};
            continue;
        }
        if (open < c->n_open && c->open[open] == t->v[i].household_no) return CLASH_OPEN;
        if (close < c->n_close && c->close[close] < t->v[i].household_no) return CLASH_CLOSE;
        if (close < c->n_close && c->close[close] == t->v[i].household_no) close++;
        else out[(*n)++] = t->v[i];
        i++;
    }
    return close < c->n_close ? CLASH_CLOSE : CLASH_NONE;
}

static enum rc apply_screen(struct open_tasks *t, const struct deeds *d, const struct kept *k, struct err *e)
{
    struct task_changes c = {d->open.v, d->close.v, d->open.n, d->close.n};
    size_t n;
    if (!c.n_open && !c.n_close) return RC_OK;
    struct task *out = mem_alloc_array(t->n + c.n_open + 1, sizeof *out);
    if (!out) return err_nomem(e);
    if (apply(t, &c, k, out, &n)) {
        mem_free(out);
        return damaged(k->id, e);
    }
    mem_free(t->v);
    *t = (struct open_tasks){out, n};
    return RC_OK;
}

/* Kept screens in order of their days, but one. */
static enum rc list_kept(struct store *s, int64_t without, struct arena *a, struct kept **v, size_t *n, struct err *e)
{
    struct db_stmt *q = NULL;
    size_t cap = 0;
    bool row = true;
    enum rc rc = RC_OK;
    *v = NULL;
    *n = 0;
    TRY(db_stmt(s->db, SQL_tasks_screens, &q, e));
    db_bind_i64(q, 1, without);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct kept *grown = store_grow(a, *v, &cap, *n, sizeof **v);
        if (!grown) {
            rc = err_nomem(e);
            continue;
        }
        *v = grown;
        grown[(*n)++] = (struct kept){db_col_i64(q, 0), (date_day)db_col_i64(q, 1)};
    }
    return db_leave(q, rc, e);
}

static enum rc list_rows(struct arena *a, struct db_stmt *q, struct task **v, size_t *n, struct err *e)
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
        grown[(*n)++] = (struct task){.household_no = (uint32_t)db_col_i64(q, 0),
                                      .opened_screen = db_col_i64(q, 1),
                                      .opened_as_of = (date_day)db_col_i64(q, 2),
                                      .closed_screen = db_col_i64(q, 3),
                                      .closed_as_of = (date_day)db_col_i64(q, 4)};
    }
    return db_leave(q, rc, e);
}

static enum rc rows_open(struct store *s, int64_t without, struct arena *a, struct open_tasks *t, struct err *e)
{
    struct db_stmt *q = NULL;
    struct task *v;
    size_t n;
    TRY(db_stmt(s->db, SQL_tasks_open_list, &q, e));
    db_bind_i64(q, 1, without);
    TRY(list_rows(a, q, &v, &n, e));
    t->v = mem_alloc_array(n + 1, sizeof *t->v);
    if (!t->v) return err_nomem(e);
    if (n) memcpy(t->v, v, n * sizeof *v);
    t->n = n;
    return RC_OK;
}

static enum rc find_open(struct store *s, int64_t without, struct arena *a, struct open_tasks *t, struct err *e)
{
    struct kept *k;
    size_t n;
    TRY(rows_open(s, without, a, t, e));
    TRY(list_kept(s, without, a, &k, &n, e));
    for (size_t i = 0; i < n; i++) {
        struct deeds d;
        TRY(read_deeds(s, k[i].id, &d, e));
        enum rc rc = apply_screen(t, &d, &k[i], e);
        deeds_fini(&d);
        TRY(rc);
    }
    return RC_OK;
}

/* Memory of t is the caller's, also after a failure. */
static enum rc open_without(struct store *s, int64_t without, struct open_tasks *t, struct err *e)
{
    struct arena a;
    *t = (struct open_tasks){0};
    arena_init(&a, (size_t)4 << 30);
    enum rc rc = find_open(s, without, &a, t, e);
    arena_fini(&a);
    return rc;
}

static enum rc list_open(struct store *s, int64_t without, struct arena *a, struct task **v, size_t *n, struct err *e)
{
    struct open_tasks t;
    enum rc rc = open_without(s, without, &t, e);
    *n = t.n;
    *v = rc ? NULL : ARENA_ARRAY(a, struct task, t.n + 1);
    if (!rc && !*v) rc = err_nomem(e);
    if (!rc && t.n) memcpy(*v, t.v, t.n * sizeof *t.v);
    mem_free(t.v);
    return rc;
}

enum rc tasks_list_open(struct store *s, struct arena *a, struct task **v, size_t *n, struct err *e)
{
    return list_open(s, 0, a, v, n, e);
}

enum rc tasks_list_before(struct store *s, date_day as_of, struct arena *a, struct task **v, size_t *n, struct err *e)
{
    struct screen old;
    TRY(screen_at(s, a, as_of, &old, e));
    return list_open(s, old.id, a, v, n, e);
}

/* ---- of one household */

static bool has_number(const struct numbers *x, uint32_t no)
{
    size_t lo = 0, hi = x->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (x->v[mid] < no) lo = mid + 1;
        else hi = mid;
    }
    return lo < x->n && x->v[lo] == no;
}

enum rc tasks_by_screen(struct store *s, int64_t screen, uint32_t household_no, bool *opens, bool *closes,
                        struct err *e)
{
    struct deeds d;
    TRY(read_deeds(s, screen, &d, e));
    *opens = has_number(&d.open, household_no);
    *closes = has_number(&d.close, household_no);
    deeds_fini(&d);
    return RC_OK;
}

enum rc tasks_of_household(struct store *s, struct arena *a, uint32_t household_no, struct task **v, size_t *n,
                           struct err *e)
{
    struct db_stmt *q = NULL;
    struct kept *k;
    size_t screens, cap;
    TRY(db_stmt(s->db, SQL_tasks_of_household, &q, e));
    db_bind_i64(q, 1, household_no);
    TRY(list_rows(a, q, v, n, e));
    TRY(list_kept(s, 0, a, &k, &screens, e));
    cap = *n;
    for (size_t i = 0; i < screens; i++) {
        struct deeds d;
        TRY(read_deeds(s, k[i].id, &d, e));
        bool opens = has_number(&d.open, household_no), closes = has_number(&d.close, household_no);
        deeds_fini(&d);
        if (closes && *n) (*v)[*n - 1].closed_screen = k[i].id, (*v)[*n - 1].closed_as_of = k[i].as_of;
        if (!opens) continue;
        struct task *grown = store_grow(a, *v, &cap, *n, sizeof **v);
        if (!grown) return err_nomem(e);
        *v = grown;
        grown[(*n)++] =
            (struct task){.household_no = household_no, .opened_screen = k[i].id, .opened_as_of = k[i].as_of};
    }
    return RC_OK;
}

/* ---- writing */

static enum rc refused(enum clash c, struct err *e)
{
    if (c == CLASH_OPEN)
        return err_set(e, RC_CONFLICT, pos_none(), "a household already has an open task", "有农户已有未结任务");
    return err_set(e, RC_CONFLICT, pos_none(), "a household has no open task to close", "有农户没有可关闭的未结任务");
}

static enum rc check_changes(struct store *s, const struct screen *sc, int64_t old, const struct task_changes *c,
                             struct err *e)
{
    struct open_tasks t;
    struct kept k = {sc->id, sc->as_of};
    size_t n;
    enum rc rc = open_without(s, old, &t, e);
    struct task *out = rc ? NULL : mem_alloc_array(t.n + c->n_open + 1, sizeof *out);
    if (!rc && !out) rc = err_nomem(e);
    if (!rc) {
        enum clash clash = apply(&t, c, &k, out, &n);
        if (clash) rc = refused(clash, e);
    }
    mem_free(out);
    mem_free(t.v);
    return rc;
}

enum rc tasks_put(struct store *s, const struct screen *sc, int64_t old, const struct task_changes *c, struct err *e)
{
    struct chunk_writer *w;
    if (!c->n_open && !c->n_close) return RC_OK;
    TRY(check_changes(s, sc, old, c, e));
    TRY(chunk_writer_open(&w, s, (struct owner){OWNER_SCREEN, sc->id}, e));
    enum rc rc = put_numbers(w, COLUMN[0], c->open, c->n_open, e);
    if (!rc) rc = put_numbers(w, COLUMN[1], c->close, c->n_close, e);
    if (!rc) rc = chunk_flush(w, e);
    chunk_writer_close(w);
    return rc;
}

enum rc tasks_check(struct store *s, struct err *e)
{
    struct open_tasks t;
    enum rc rc = open_without(s, 0, &t, e);
    mem_free(t.v);
    return rc;
}
