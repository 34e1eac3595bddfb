#include "store/check.h"
#include "base/limits.h"
#include "columns/chunk.h"
#include "store/bookstore.h"
#include "store/chunks.h"
#include "store/db_int.h"
#include "store/store_int.h"

enum { BOOKS_ARENA_MAX = 256 * 1024 * 1024 }; /* of one set, as stored */

struct invariant {
    enum sql_id query;
    enum check_level level;
    const char *name, *en, *zh;
};

static const struct invariant INVARIANTS[] = {
    {SQL_check_foreign_keys, CHECK_QUICK, "references", "a row refers to one that is not there",
     "记录引用了不存在的记录"},
    {SQL_check_counts, CHECK_QUICK, "row_counts", "rows are not matched + waiting + refused",
     "行数不等于匹配、待处理与拒收之和"},
    {SQL_check_replaced, CHECK_QUICK, "replaced", "the delivery it replaces is not marked replaced",
     "被替换的交付未标为已替换"},
    {SQL_check_numbers, CHECK_QUICK, "counters", "a number is above its counter and could be given twice",
     "编号超过计数器，可能被重复使用"},
    {SQL_check_open_tasks, CHECK_QUICK, "one_open_task", "more than one open task", "未结任务多于一个"},
    {SQL_check_kept_screens, CHECK_QUICK, "one_kept_screen", "more than one screen is kept for one day",
     "同一日期保存了多次筛查"},
    {SQL_check_book_sets, CHECK_QUICK, "book_files", "a policy book has no files", "政策书没有文件"},
    {SQL_check_chunk_order, CHECK_QUICK, "chunk_order", "the column has a gap or an overlap", "列块不连续或有重叠"},
    {SQL_check_chunk_owner_delivery, CHECK_QUICK, "chunk_owner", "chunks without their delivery",
     "列块所属的交付不存在"},
    {SQL_check_chunk_owner_screen, CHECK_QUICK, "chunk_owner", "chunks without their screen", "列块所属的筛查不存在"},
    {SQL_check_sums, CHECK_QUICK, "row_sum", "not as it was written, or gone", "与写入时不同，或已丢失"},
    {SQL_check_totals, CHECK_QUICK, "owner_total", "columns or pages are missing or too many",
     "列块或人员页缺失或多出"},
    {SQL_check_people_delivery, CHECK_QUICK, "person_delivery", "written by a delivery that is not there",
     "所属的交付不存在"},
};

struct checker {
    struct store *s;
    struct arena *a;
    struct check_report *r;
    struct buf text, chunk;
    size_t cap;
    enum lang lang;
};

/* Takes what is in c->text. */
static enum rc report(struct checker *c, const char *name, struct err *e)
{
    struct check_report *r = c->r;
    if (r->n >= CHECK_FAILURES_MAX) {
        r->dropped++;
        return RC_OK;
    }
    struct check_failure *grown = store_grow(c->a, r->v, &c->cap, r->n, sizeof *r->v);
    if (!grown || c->text.failed) return err_nomem(e);
    r->v = grown;
    grown[r->n].name = name;
    grown[r->n].text = str_dup(c->a, buf_str(&c->text));
    return grown[r->n++].text.p ? RC_OK : err_nomem(e);
}

static enum rc report_offender(struct checker *c, const struct invariant *v, struct db_stmt *q, struct err *e)
{
    buf_clear(&c->text);
    buf_add(&c->text, db_col_text(q, 0));
    buf_addz(&c->text, lang_pick(c->lang, ": ", "："));
    buf_addz(&c->text, lang_pick(c->lang, v->en, v->zh));
    if (!db_col_null(q, 1))
        buf_addf(&c->text, " (%lld, %lld)", (long long)db_col_i64(q, 1), (long long)db_col_i64(q, 2));
    return report(c, v->name, e);
}

static enum rc check_one(struct checker *c, const struct invariant *v, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(c->s->db, v->query, &q, e));
    while (!rc && !(rc = db_step(q, &row, e)) && row) rc = report_offender(c, v, q, e);
    return db_leave(q, rc, e);
}

/* SQLite tells a page that it could not read as if the page were broken; the code it adds says why. 0: none. */
static int reading_failed(struct str said)
{
    static const char mark[] = "unable to get the page. error code=";
    size_t at = str_find(said, str_from(mark), 0);
    struct str code, rest = at == SIZE_MAX ? STR("") : str_sub(said, at + sizeof mark - 1, said.n);
    int64_t v = 0;
    return str_cut(&rest, '\n', &code) && str_to_i64(code, 1, INT32_MAX, &v) ? (int)v : 0;
}

static enum rc check_integrity(struct checker *c, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(c->s->db, SQL_check_integrity, &q, e));
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct str said = db_col_text(q, 0);
        if (str_eq(said, STR("ok"))) continue;
        buf_clear(&c->text);
        buf_add(&c->text, said);
        int code = reading_failed(said);
        rc = code ? db_fail(c->s->db, code, e) : report(c, "integrity", e);
    }
    return db_leave(q, rc, e);
}

/* ---- chunks, byte by byte */

static enum rc next_chunk(struct checker *c, struct arena *a, struct chunk_ref *ref, bool *row, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(c->s->db, SQL_check_chunks_all, &q, e));
    db_bind_i64(q, 1, ref->id);
    TRY(db_step(q, row, e));
    if (!*row) return RC_OK;
    *ref = (struct chunk_ref){.id = db_col_i64(q, 0),
                              .owner = {(enum owner_kind)db_col_i64(q, 1), db_col_i64(q, 2)},
                              .seq = (uint32_t)db_col_i64(q, 4),
                              .first_row = db_col_i64(q, 5),
                              .rows = (uint32_t)db_col_i64(q, 6),
                              .sealed = db_col_i64(q, 7) != 0};
    bool ok = store_take_text(a, q, 3, &ref->name);
    return db_leave(q, ok ? RC_OK : err_nomem(e), e);
}

/* RC_ENV with a message when the chunk is not what its row says. */
static enum rc chunk_judge(struct checker *c, const struct chunk_ref *ref, struct err *e)
{
    struct chunk_view view;
    struct str bytes;
    TRY(chunk_fetch(c->s, ref, &c->chunk, &bytes, e));
    TRY(chunk_open(bytes, CHUNK_FULL, &view, e));
    uint32_t rows = view.rows;
    chunk_close(&view);
    if (rows == ref->rows) return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "has %u rows instead of %u", "有 %u 行，应为 %u 行", rows, ref->rows);
}

static enum rc check_chunk(struct checker *c, const struct chunk_ref *ref, struct err *e)
{
    struct err why = {.lang = c->lang};
    enum rc rc = chunk_judge(c, ref, &why);
    if (!rc) return RC_OK;
    if (rc == RC_NOMEM) return err_nomem(e);
    buf_clear(&c->text);
    buf_addf(&c->text, "owner %d/%lld column %.*s chunk %u: %s", (int)ref->owner.kind, (long long)ref->owner.id,
             STR_ARG(ref->name), ref->seq, why.msg);
    return report(c, "chunk_bytes", e);
}

static enum rc check_chunks(struct checker *c, struct err *e)
{
    struct chunk_ref ref = {0};
    struct arena a;
    bool row = true;
    enum rc rc = RC_OK;
    arena_init(&a, KIB(64));
    while (!rc && row) {
        arena_reset(&a);
        rc = next_chunk(c, &a, &ref, &row, e);
        if (!rc && row) rc = check_chunk(c, &ref, e);
    }
    arena_fini(&a);
    return rc;
}

static enum rc report_people(void *ctx, const struct people_failure *f, struct err *e)
{
    struct checker *c = ctx;
    buf_clear(&c->text);
    buf_addf(&c->text, "%s %lld", f->what, (long long)f->a);
    buf_addz(&c->text, lang_pick(c->lang, ": ", "："));
    buf_addz(&c->text, lang_pick(c->lang, f->en, f->zh));
    buf_addf(&c->text, " (%lld)", (long long)f->b);
    return report(c, f->name, e);
}

static enum rc check_keys(struct checker *c, struct err *e)
{
    struct db_stmt *q = NULL;
    bool row = true;
    enum rc rc = RC_OK;
    TRY(db_stmt(c->s->db, SQL_check_key_ids, &q, e));
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        int64_t id = db_col_i64(q, 0);
        if (id <= UINT32_MAX && keyring_find(&c->s->keys, (uint32_t)id)) continue;
        buf_clear(&c->text);
        buf_addz(&c->text,
                 lang_pick(c->lang, "the key file lacks the key of sealed values", "密钥文件缺少已加密值的密钥"));
        buf_addf(&c->text, " (%lld, %lld)", (long long)id, (long long)db_col_i64(q, 1));
        rc = report(c, "keys", e);
    }
    return db_leave(q, rc, e);
}

/* What a part of the check found wrong, or why it could not go on. */
static enum rc report_why(struct checker *c, const char *name, enum rc rc, const struct err *why, struct err *e)
{
    if (!rc) return RC_OK;
    if (rc == RC_NOMEM) return err_nomem(e);
    buf_clear(&c->text);
    buf_addz(&c->text, why->msg);
    return report(c, name, e);
}

static enum rc check_tasks(struct checker *c, struct err *e)
{
    struct err why = {.lang = c->lang};
    return report_why(c, "one_open_task", tasks_check(c->s, &why), &why, e);
}

static enum rc check_books(struct checker *c, struct err *e)
{
    struct arena a;
    int64_t id = 1;
    enum rc rc = RC_OK;
    arena_init(&a, BOOKS_ARENA_MAX);
    while (!rc && id) {
        struct err why = {.lang = c->lang};
        arena_reset(&a);
        rc = report_why(c, "book_hash", book_set_sound(c->s, &a, &id, &why), &why, e);
        if (id) id++;
    }
    arena_fini(&a);
    return rc;
}

static enum rc check_all(struct checker *c, enum check_level level, struct err *e)
{
    struct db *db = c->s->db;
    if (level == CHECK_FULL) TRY(check_integrity(c, e));
    for (size_t i = 0; i < sizeof INVARIANTS / sizeof *INVARIANTS; i++)
        if (INVARIANTS[i].level <= level) TRY(check_one(c, &INVARIANTS[i], e));
    TRY(people_check(c->s, level == CHECK_FULL, report_people, c, e));
    TRY(check_keys(c, e));
    TRY(check_tasks(c, e));
    TRY(check_books(c, e));
    if (level == CHECK_FULL) TRY(check_chunks(c, e));
    TRY(db_get_i64(db, SQL_check_count_chunks, &c->r->chunks, NULL, e));
    TRY(db_get_i64(db, SQL_check_count_people, &c->r->people, NULL, e));
    return db_get_i64(db, SQL_check_count_households, &c->r->households, NULL, e);
}

enum rc store_check(struct store *s, enum check_level level, struct arena *a, struct check_report *out, struct err *e)
{
    struct checker c = {.s = s, .a = a, .r = out, .lang = e ? e->lang : LANG_ZH};
    *out = (struct check_report){0};
    buf_init(&c.text, KIB(16));
    buf_init(&c.chunk, DB_BLOB_MAX);
    enum rc rc = db_begin_read(s->db, e); /* one state, whatever is written meanwhile */
    if (!rc) rc = db_finish(s->db, check_all(&c, level, e), e);
    buf_fini(&c.text);
    buf_fini(&c.chunk);
    return rc;
}
