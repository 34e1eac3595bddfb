/* A thin typed face of SQLite. Nothing outside src/store sees sqlite3.h.
 *
 * A connection belongs to one thread at a time. Statements are run by their id (store/sql.h) and prepared once a
 * connection. Errors: RC_NOMEM; RC_CONFLICT when another process holds the lock or a uniqueness rule was broken;
 * RC_ENV for everything else (disk full, I/O error, damaged file, a statement that is wrong). Nothing here aborts. */
#ifndef STORE_DB_H
#define STORE_DB_H
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "store/sql.h"

enum {
    DB_PAGE_BYTES = 16384,
    DB_LOG_PAGES = 4096, /* 64 MiB of write-ahead log, then it is moved into the file */
    DB_BUSY_MS = 5000,   /* how long a lock of another process is waited for */
    DB_STATE_MAX = 256,  /* bytes of an aggregate's state */
    DB_PATH_MAX = 4096,
    DB_BLOB_MAX = 64 * 1024 * 1024, /* one value; a column chunk is far smaller */
};

struct db;
struct db_stmt;

enum db_mode { DB_READ_ONLY, DB_READ_WRITE, DB_CREATE };

/* Open a database file. DB_CREATE makes a missing file (16 KiB pages, WAL). vfs NULL = the system's.
 * *out is NULL after an error. */
enum rc db_open(struct db **out, const char *path, enum db_mode mode, const char *vfs, struct err *e) MUST_USE;
/* A database in memory, for the SQL oracle and for tests. */
enum rc db_open_memory(struct db **out, struct err *e) MUST_USE;
/* Move what is in the write-ahead log into the file, as far as nobody still reads what is older; others may write
 * meanwhile. Best done by a connection of its own. What fails stays in the log: nothing is lost. True: all of it was
 * moved. */
bool db_move_log(struct db *db);
/* The same, and what was moved is on the disk: else the closing waits for all of it. */
bool db_move_log_durably(struct db *db);
/* The same, and the log is then empty and its file short. False: somebody reads or writes just now, or it failed. While
 * the file is shortened nobody can write; whoever reads does not wait. */
bool db_empty_log(struct db *db);
/* Pages in the log after this connection's last commit. */
int db_log_pages(const struct db *db);
/* NULL is fine. An open transaction is rolled back. */
void db_close(struct db *db);

/* ---- statements */

/* The cached statement, reset and without bindings. RC_ENV when it is still running further up the call stack. */
enum rc db_stmt(struct db *db, enum sql_id id, struct db_stmt **out, struct err *e) MUST_USE;
/* Parameters count from 1. A failed bind is remembered and reported by the next db_step. Blobs and static texts are
 * borrowed until the statement is reset; plain texts are copied. A text whose p is NULL binds NULL. */
void db_bind_i64(struct db_stmt *s, int i, int64_t v);
void db_bind_text(struct db_stmt *s, int i, struct str v);
void db_bind_text_static(struct db_stmt *s, int i, struct str v);
void db_bind_blob(struct db_stmt *s, int i, const void *p, size_t n);
void db_bind_null(struct db_stmt *s, int i);
/* *row says whether there is a row. After the last row, and after an error, the statement is reset. */
enum rc db_step(struct db_stmt *s, bool *row, struct err *e) MUST_USE;
/* Run to the end, ignoring rows. */
enum rc db_run(struct db_stmt *s, struct err *e) MUST_USE;
/* Leave before the last row: reset. Reports a column read that ran out of memory. */
enum rc db_end(struct db_stmt *s, struct err *e);
/* Reset after a loop of steps that ended with rc; returns rc, or else a column read that failed. */
enum rc db_leave(struct db_stmt *s, enum rc rc, struct err *e) MUST_USE;
/* Columns count from 0; views are valid until the next step or reset. A read that fails for lack of memory gives an
 * empty value and is reported by the next db_step or db_end. */
int64_t db_col_i64(struct db_stmt *s, int i);
struct str db_col_text(struct db_stmt *s, int i);
struct str db_col_blob(struct db_stmt *s, int i);
bool db_col_null(struct db_stmt *s, int i);
int db_col_count(const struct db_stmt *s);
/* Rows changed by the last statement run on this connection. */
int64_t db_changes(struct db *db);

/* Run a statement without parameters and take column 0 of its first row; *found may be NULL, then a missing
 * row is 0. */
enum rc db_get_i64(struct db *db, enum sql_id id, int64_t *out, bool *found, struct err *e) MUST_USE;
/* Run all statements of a text from the list (a schema has many). */
enum rc db_script(struct db *db, enum sql_id id, struct err *e) MUST_USE;

/* Append the whole blob in table.column of a row (an integer primary key) to out: one copy from the pages. RC_ENV
 * when there is no such row. */
enum rc db_blob_read(struct db *db, const char *table, const char *column, int64_t id, struct buf *out,
                     struct err *e) MUST_USE;

/* ---- transactions */

/* BEGIN IMMEDIATE; the place of the opener is kept for the message about a transaction left open. */
#define db_begin(db, e) db_begin_at((db), __FILE__, __LINE__, (e))
enum rc db_begin_at(struct db *db, const char *file, int line, struct err *e) MUST_USE;
/* A read snapshot: everything until db_commit sees the same state. */
#define db_begin_read(db, e) db_begin_read_at((db), __FILE__, __LINE__, (e))
enum rc db_begin_read_at(struct db *db, const char *file, int line, struct err *e) MUST_USE;
/* Rolled back when it fails. */
enum rc db_commit(struct db *db, struct err *e) MUST_USE;
/* Harmless when no transaction is open. */
void db_rollback(struct db *db);
/* Commit when rc is RC_OK, else roll back; returns the first failure. */
enum rc db_finish(struct db *db, enum rc rc, struct err *e) MUST_USE;
/* Wait until what was committed without waiting is on the disk; takes no lock. */
enum rc db_sync_log(struct db *db, struct err *e) MUST_USE;
/* Write the file anew without its free pages; outside a transaction, with nobody else reading. */
enum rc db_vacuum(struct db *db, struct err *e) MUST_USE;
bool db_in_transaction(const struct db *db);
/* From now on keep few pages in memory. */
enum rc db_keep_few_pages(struct db *db, struct err *e) MUST_USE;
/* Microseconds of the longest write transaction of this connection so far. */
int64_t db_longest_write_us(const struct db *db);

/* ---- generated SQL: only the rules' SQL back end and tests (never with values pasted into the text) */

enum rc db_exec_text(struct db *db, const char *sql, struct err *e) MUST_USE;
/* Prepare one statement; the caller frees it with db_stmt_free. */
enum rc db_prepare_text(struct db *db, struct str sql, struct db_stmt **out, struct err *e) MUST_USE;
void db_stmt_free(struct db_stmt *s);

/* ---- C functions for SQL. A call gives its arguments (from 0) and takes one result; without one the result
 * is NULL. */

struct db_call;
typedef void (*db_fn)(void *ctx, struct db_call *call);
/* `state` is zeroed at the start of each group. */
typedef void (*db_agg_step)(void *ctx, void *state, struct db_call *call);
typedef void (*db_agg_final)(void *ctx, void *state, struct db_call *call);

/* ctx must outlive the connection. The function is deterministic; nargs -1 = any number. */
enum rc db_function(struct db *db, const char *name, int nargs, db_fn fn, void *ctx, struct err *e) MUST_USE;
/* state_bytes at most DB_STATE_MAX. A group without rows gets a zeroed state. */
enum rc db_aggregate(struct db *db, const char *name, int nargs, size_t state_bytes, db_agg_step step,
                     db_agg_final final, void *ctx, struct err *e) MUST_USE;
enum db_type { DB_NULL, DB_INTEGER, DB_TEXT, DB_BLOB };
int db_arg_count(const struct db_call *call);
enum db_type db_arg_type(const struct db_call *call, int i);
bool db_arg_null(const struct db_call *call, int i);
int64_t db_arg_i64(const struct db_call *call, int i);
struct str db_arg_text(const struct db_call *call, int i);
struct str db_arg_blob(const struct db_call *call, int i);
void db_result_i64(struct db_call *call, int64_t v);
void db_result_text(struct db_call *call, struct str v);
void db_result_blob(struct db_call *call, struct str v);
void db_result_null(struct db_call *call);
/* The statement fails with RC_NOMEM. */
void db_result_nomem(struct db_call *call);
/* The statement fails with this message. */
void db_result_error(struct db_call *call, const char *msg);
#endif
