#include "store/db.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/out.h"
#include "store/db_int.h"

/* ---- errors */

/* SQLite does not always pass on what the system said (not from a commit's sync). */
static enum rc fail_io(struct db *db, int code, struct err *e)
{
    int no = sqlite3_system_errno(db->h);
    return err_set(e, RC_ENV, pos_none(),
                   "reading or writing the database failed (SQLite %d: %s); what was acknowledged before is safe; "
                   "check the disk and try again",
                   "读写数据库失败（SQLite %d：%s）；此前已确认的内容是安全的；请检查磁盘后重试", code,
                   no ? err_os(no, e) : lang_pick(e ? e->lang : LANG_ZH, sqlite3_errstr(code), "系统没有说明原因"));
}

static enum rc fail_open(struct db *db, int code, struct err *e)
{
    int no = (code & 0xff) == SQLITE_CANTOPEN ? sqlite3_system_errno(db->h) : 0;
    const char *zh = (code & 0xff) == SQLITE_READONLY ? "只读" : "打不开";
    return err_set(e, RC_ENV, pos_none(), "the database cannot be opened or written (%s); check the file's permissions",
                   "无法打开或写入数据库（%s）；请检查文件权限",
                   no ? err_os(no, e) : lang_pick(e ? e->lang : LANG_ZH, sqlite3_errmsg(db->h), zh));
}

static enum rc fail_other(struct db *db, int code, struct err *e)
{
    return err_set(e, RC_ENV, pos_none(), "the database refused a statement (SQLite %d: %s); this is a defect",
                   "数据库拒绝执行语句（SQLite %d：%s）；这是程序缺陷", code, sqlite3_errmsg(db->h));
}

enum rc db_fail(struct db *db, int code, struct err *e)
{
    if (code == SQLITE_READONLY_ROLLBACK) /* only the making of a database has such a journal; later there is the log */
        return err_set(e, RC_INPUT, pos_none(), "making this database was interrupted; run `fangpin init` again",
                       "建立数据库时曾中断；请重新运行 `fangpin init`");
    switch (code & 0xff) {
    case SQLITE_OK: return RC_OK;
    case SQLITE_NOMEM: return err_nomem(e);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(e, RC_CONFLICT, pos_none(),
                       "the database is in use by another process; try again when "
                       "it is done",
                       "数据库正被另一个进程使用；请等它结束后重试");
    case SQLITE_CONSTRAINT:
        return err_set(e, RC_CONFLICT, pos_none(), "the database already holds a contradicting row (%s)",
                       "数据库中已有与之冲突的记录（%s）", sqlite3_errmsg(db->h));
    case SQLITE_FULL:
        return err_set(e, RC_ENV, pos_none(),
                       "the disk is full; nothing of this step was kept; free some space and try again",
                       "磁盘已满；本步骤未保留任何内容；请腾出空间后重试");
    case SQLITE_IOERR: return fail_io(db, code, e);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(e, RC_ENV, pos_none(),
                       "the database file is damaged (SQLite %d); run `fangpin check`, or restore a backup",
                       "数据库文件已损坏（SQLite %d）；请运行 `fangpin check`，或恢复备份", code);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM: return fail_open(db, code, e);
    default: return fail_other(db, code, e);
    }
}

/* ---- opening */

static int db_flags(enum db_mode mode)
{
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (mode == DB_READ_ONLY) return flags | SQLITE_OPEN_READONLY;
    if (mode == DB_CREATE) flags |= SQLITE_OPEN_CREATE;
    return flags | SQLITE_OPEN_READWRITE;
}

/* SQLite would move the log into the file inside COMMIT; done afterwards, it is outside the time the lock is held. */
static int note_log(void *ctx, sqlite3 *h, const char *name, int pages)
{
    struct db *db = ctx;
    (void)h, (void)name;
    db->log_pages = pages;
    return SQLITE_OK;
}

bool db_move_log(struct db *db)
{
    int all = 0, moved = -1;
    db->log_pages = 0;
    return !sqlite3_wal_checkpoint_v2(db->h, NULL, SQLITE_CHECKPOINT_PASSIVE, &all, &moved) && all == moved;
}

static int sync_part(struct db *db, int what)
{
    sqlite3_file *f = NULL;
    int code = sqlite3_file_control(db->h, "main", what, &f);
    return !code && f && f->pMethods ? f->pMethods->xSync(f, SQLITE_SYNC_NORMAL) : code;
}

/* SQLite syncs the file when nothing was added to the log meanwhile, which beside an import is never so. */
bool db_move_log_durably(struct db *db)
{
    bool whole = db_move_log(db);
    return !sync_part(db, SQLITE_FCNTL_FILE_POINTER) && whole;
}

bool db_empty_log(struct db *db)
{
    int all = -1;
    if (!db_move_log_durably(db)) return false;
    (void)sqlite3_busy_timeout(db->h, 0); /* nobody is waited for with the locks held */
    int code = sqlite3_wal_checkpoint_v2(db->h, NULL, SQLITE_CHECKPOINT_TRUNCATE, &all, NULL);
    (void)sqlite3_busy_timeout(db->h, DB_BUSY_MS);
    return !code && !all;
}

int db_log_pages(const struct db *db) { return db->log_pages; }

static enum rc db_configure(struct db *db, enum db_mode mode, bool in_memory, struct err *e)
{
    int code = sqlite3_busy_timeout(db->h, DB_BUSY_MS);
    if (!code) code = sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (!code) code = sqlite3_db_config(db->h, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    if (!code) code = sqlite3_db_config(db->h, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    if (!code) code = sqlite3_db_config(db->h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (code) return db_fail(db, code, e);
    (void)sqlite3_wal_hook(db->h, note_log, db);
    sqlite3_limit(db->h, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(db->h, SQLITE_LIMIT_LENGTH, DB_BLOB_MAX);
    TRY(db_script(db, SQL_db_pragmas, e));
    if (mode == DB_CREATE && !in_memory) TRY(db_script(db, SQL_db_create_pragmas, e));
    return mode == DB_READ_ONLY ? db_script(db, SQL_db_read_only_pragmas, e) : RC_OK;
}

static enum rc db_open_as(struct db **out, const char *path, enum db_mode mode, const char *vfs, bool in_memory,
                          struct err *e)
{
    *out = NULL;
    TRY(db_heap_install(e));
    struct db *db = mem_zalloc_array(1, sizeof *db);
    if (!db) return err_nomem(e);
    int code = sqlite3_open_v2(path, &db->h, db_flags(mode), vfs);
    enum rc rc = RC_OK;
    if (!db->h) rc = err_nomem(e);
    else if (code) rc = db_fail(db, code, e);
    else rc = db_configure(db, mode, in_memory, e);
    if (rc) {
        db_close(db);
        return rc;
    }
    *out = db;
    return RC_OK;
}

enum rc db_open(struct db **out, const char *path, enum db_mode mode, const char *vfs, struct err *e)
{
    return db_open_as(out, path, mode, vfs, false, e);
}

enum rc db_open_memory(struct db **out, struct err *e) { return db_open_as(out, ":memory:", DB_CREATE, NULL, true, e); }

void db_close(struct db *db)
{
    if (!db) return;
    db_rollback(db);
    for (int i = 0; i < SQL__MAX; i++) sqlite3_finalize(db->cached[i].s);
    (void)sqlite3_close_v2(db->h);
    mem_free(db);
}

/* ---- statements */

static void stmt_reset(struct db_stmt *s)
{
    (void)sqlite3_reset(s->s);
    (void)sqlite3_clear_bindings(s->s);
    s->failed = SQLITE_OK;
    s->running = false;
}

enum rc db_stmt(struct db *db, enum sql_id id, struct db_stmt **out, struct err *e)
{
    struct db_stmt *s = &db->cached[id];
    *out = NULL;
    if (s->running) {
        return err_set(e, RC_ENV, pos_none(), "statement %s is still running; this is a defect",
                       "语句 %s 仍在执行；这是程序缺陷", sql_name(id));
    }
    if (!s->s) {
        int code = sqlite3_prepare_v3(db->h, sql_text(id), -1, SQLITE_PREPARE_PERSISTENT, &s->s, NULL);
        if (code) return db_fail(db, code, e);
        s->db = db;
    }
    stmt_reset(s);
    *out = s;
    return RC_OK;
}

static void stmt_note(struct db_stmt *s, int code)
{
    if (code && !s->failed) s->failed = code;
}

void db_bind_i64(struct db_stmt *s, int i, int64_t v) { stmt_note(s, sqlite3_bind_int64(s->s, i, v)); }

void db_bind_text(struct db_stmt *s, int i, struct str v)
{
    stmt_note(s, sqlite3_bind_text64(s->s, i, v.p, v.n, SQLITE_TRANSIENT, SQLITE_UTF8));
}

void db_bind_text_static(struct db_stmt *s, int i, struct str v)
{
    stmt_note(s, sqlite3_bind_text64(s->s, i, v.p, v.n, SQLITE_STATIC, SQLITE_UTF8));
}

void db_bind_blob(struct db_stmt *s, int i, const void *p, size_t n)
{
    /* A NULL pointer would bind NULL; an empty blob is not that. */
    stmt_note(s, sqlite3_bind_blob64(s->s, i, n ? p : "", n, SQLITE_STATIC));
}

void db_bind_null(struct db_stmt *s, int i) { stmt_note(s, sqlite3_bind_null(s->s, i)); }

enum rc db_step(struct db_stmt *s, bool *row, struct err *e)
{
    *row = false;
    int code = s->failed;
    if (!code) {
        s->running = true;
        code = sqlite3_step(s->s);
        if (code == SQLITE_ROW) {
            *row = true;
            return RC_OK;
        }
    }
    enum rc rc = code == SQLITE_DONE ? RC_OK : db_fail(s->db, code, e);
    stmt_reset(s);
    return rc;
}

enum rc db_run(struct db_stmt *s, struct err *e)
{
    bool row = true;
    while (row) TRY(db_step(s, &row, e));
    return RC_OK;
}

enum rc db_end(struct db_stmt *s, struct err *e)
{
    enum rc rc = s->failed ? db_fail(s->db, s->failed, e) : RC_OK;
    stmt_reset(s);
    return rc;
}

enum rc db_leave(struct db_stmt *s, enum rc rc, struct err *e)
{
    enum rc end = db_end(s, rc ? NULL : e);
    return rc ? rc : end;
}

int64_t db_col_i64(struct db_stmt *s, int i) { return sqlite3_column_int64(s->s, i); }

static struct str col_view(struct db_stmt *s, const void *p, int n)
{
    if (!p && sqlite3_errcode(s->db->h) == SQLITE_NOMEM) stmt_note(s, SQLITE_NOMEM);
    return (struct str){p, p ? (size_t)n : 0};
}

struct str db_col_text(struct db_stmt *s, int i)
{
    const void *p = sqlite3_column_text(s->s, i);
    return col_view(s, p, sqlite3_column_bytes(s->s, i));
}

struct str db_col_blob(struct db_stmt *s, int i)
{
    const void *p = sqlite3_column_blob(s->s, i);
    return col_view(s, p, sqlite3_column_bytes(s->s, i));
}

bool db_col_null(struct db_stmt *s, int i) { return sqlite3_column_type(s->s, i) == SQLITE_NULL; }

int db_col_count(const struct db_stmt *s) { return sqlite3_column_count(s->s); }

int64_t db_changes(struct db *db) { return sqlite3_changes64(db->h); }

enum rc db_get_i64(struct db *db, enum sql_id id, int64_t *out, bool *found, struct err *e)
{
    struct db_stmt *s = NULL;
    bool row = false;
    *out = 0;
    TRY(db_stmt(db, id, &s, e));
    TRY(db_step(s, &row, e));
    if (found) *found = row;
    if (!row) return RC_OK;
    *out = db_col_i64(s, 0);
    return db_end(s, e);
}

static enum rc blob_append(struct db *db, sqlite3_blob *blob, struct buf *out, struct err *e)
{
    int n = sqlite3_blob_bytes(blob);
    if (!buf_reserve(out, (size_t)n)) return err_nomem(e);
    int code = sqlite3_blob_read(blob, out->p + out->n, n, 0);
    if (!code) out->n += (size_t)n;
    return db_fail(db, code, e);
}

enum rc db_blob_read(struct db *db, const char *table, const char *column, int64_t id, struct buf *out, struct err *e)
{
    sqlite3_blob *blob = NULL;
    int code = sqlite3_blob_open(db->h, "main", table, column, id, 0, &blob);
    enum rc rc = code ? db_fail(db, code, e) : blob_append(db, blob, out, e);
    (void)sqlite3_blob_close(blob);
    return rc;
}

enum rc db_exec_text(struct db *db, const char *sql, struct err *e)
{
    return db_fail(db, sqlite3_exec(db->h, sql, NULL, NULL, NULL), e);
}

enum rc db_script(struct db *db, enum sql_id id, struct err *e) { return db_exec_text(db, sql_text(id), e); }

enum rc db_prepare_text(struct db *db, struct str sql, struct db_stmt **out, struct err *e)
{
    *out = NULL;
    struct db_stmt *s = mem_zalloc_array(1, sizeof *s);
    if (!s) return err_nomem(e);
    int code = sql.n > DB_BLOB_MAX ? SQLITE_TOOBIG : sqlite3_prepare_v2(db->h, sql.p, (int)sql.n, &s->s, NULL);
    if (code || !s->s) {
        mem_free(s);
        return db_fail(db, code ? code : SQLITE_MISUSE, e);
    }
    s->db = db;
    *out = s;
    return RC_OK;
}

void db_stmt_free(struct db_stmt *s)
{
    if (!s) return;
    (void)sqlite3_finalize(s->s);
    mem_free(s);
}

/* ---- transactions */

static enum rc txn_begin(struct db *db, bool write, const char *file, int line, struct err *e)
{
    if (db->txn_file) {
        return err_set(e, RC_ENV, pos_none(), "a transaction opened at %s:%d is still open; this is a defect",
                       "在 %s:%d 打开的事务尚未结束；这是程序缺陷", db->txn_file, db->txn_line);
    }
    struct db_stmt *s = NULL;
    TRY(db_stmt(db, write ? SQL_db_begin : SQL_db_begin_read, &s, e));
    TRY(db_run(s, e));
    db->txn_file = file;
    db->txn_line = line;
    db->txn_write = write;
    db->txn_began_us = clock_steady_us();
    return RC_OK;
}

enum rc db_begin_at(struct db *db, const char *file, int line, struct err *e)
{
    return txn_begin(db, true, file, line, e);
}

enum rc db_begin_read_at(struct db *db, const char *file, int line, struct err *e)
{
    return txn_begin(db, false, file, line, e);
}

static void txn_over(struct db *db)
{
    int64_t us = clock_steady_us() - db->txn_began_us;
    if (db->txn_write && us > db->longest_us) db->longest_us = us;
    db->txn_file = NULL;
    db->txn_write = false;
}

enum rc db_commit(struct db *db, struct err *e)
{
    struct db_stmt *s = NULL;
    enum rc rc = db_stmt(db, SQL_db_commit, &s, e);
    if (!rc) rc = db_run(s, e);
    if (rc) {
        db_rollback(db);
        return rc;
    }
    txn_over(db);
    if (db->log_pages >= DB_LOG_PAGES) (void)db_move_log(db);
    return RC_OK;
}

void db_rollback(struct db *db)
{
    /* Without the cache and without allocation of ours: this must work when memory has run out. */
    if (db->h && !sqlite3_get_autocommit(db->h)) (void)sqlite3_exec(db->h, sql_text(SQL_db_rollback), NULL, NULL, NULL);
    if (db->txn_file) txn_over(db);
}

enum rc db_sync_log(struct db *db, struct err *e)
{
    return db_fail(db, sync_part(db, SQLITE_FCNTL_JOURNAL_POINTER), e);
}

enum rc db_finish(struct db *db, enum rc rc, struct err *e)
{
    if (!rc) return db_commit(db, e);
    db_rollback(db);
    return rc;
}

enum rc db_vacuum(struct db *db, struct err *e)
{
    sqlite3_limit(db->h, SQLITE_LIMIT_ATTACHED, 1); /* it writes into an attached file first */
    enum rc rc = db_script(db, SQL_db_vacuum, e);
    sqlite3_limit(db->h, SQLITE_LIMIT_ATTACHED, 0);
    return rc;
}

bool db_in_transaction(const struct db *db) { return db->txn_file != NULL; }

enum rc db_keep_few_pages(struct db *db, struct err *e) { return db_script(db, SQL_db_few_pages, e); }

int64_t db_longest_write_us(const struct db *db) { return db->longest_us; }
