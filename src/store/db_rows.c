/* `host_rows`: a virtual table that reads rows out of C memory, so that thousands of rows are inserted by one
 * statement. The cursor of the target stays where it was, which makes ordered inserts about three times as fast as
 * one statement a row. */
#include "base/mem.h"
#include "store/db_int.h"

struct rows_table {
    sqlite3_vtab base; /* first: SQLite knows only this part */
    struct db *db;
};

struct rows_cursor {
    sqlite3_vtab_cursor base;
    const struct db_rows *rows;
    size_t at;
};

static int rows_connect(sqlite3 *h, void *aux, int argc, const char *const *argv, sqlite3_vtab **out, char **msg)
{
    (void)argc, (void)argv, (void)msg;
    int code = sqlite3_declare_vtab(h, sql_text(SQL_db_host_rows));
    if (code) return code;
    struct rows_table *t = mem_zalloc_array(1, sizeof *t);
    if (!t) return SQLITE_NOMEM;
    t->db = aux;
    *out = &t->base;
    return SQLITE_OK;
}

static int rows_disconnect(sqlite3_vtab *v)
{
    mem_free(v);
    return SQLITE_OK;
}

static int rows_best_index(sqlite3_vtab *v, sqlite3_index_info *info)
{
    (void)v;
    info->estimatedCost = 1;
    return SQLITE_OK;
}

static int rows_open(sqlite3_vtab *v, sqlite3_vtab_cursor **out)
{
    struct rows_cursor *c = mem_zalloc_array(1, sizeof *c);
    if (!c) return SQLITE_NOMEM;
    (void)v;
    *out = &c->base;
    return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *cur)
{
    mem_free(cur);
    return SQLITE_OK;
}

static int rows_filter(sqlite3_vtab_cursor *cur, int n, const char *s, int argc, sqlite3_value **argv)
{
    struct rows_cursor *c = (struct rows_cursor *)(void *)cur;
    (void)n, (void)s, (void)argc, (void)argv;
    c->rows = ((struct rows_table *)(void *)cur->pVtab)->db->rows;
    c->at = c->rows ? c->rows->from : 0;
    return SQLITE_OK;
}

static int rows_next(sqlite3_vtab_cursor *cur)
{
    ((struct rows_cursor *)(void *)cur)->at++;
    return SQLITE_OK;
}

static int rows_eof(sqlite3_vtab_cursor *cur)
{
    const struct rows_cursor *c = (const struct rows_cursor *)(void *)cur;
    return !c->rows || c->at >= c->rows->to;
}

static int rows_column(sqlite3_vtab_cursor *cur, sqlite3_context *ctx, int i)
{
    const struct rows_cursor *c = (const struct rows_cursor *)(void *)cur;
    struct db_call call = {ctx, NULL, 0};
    c->rows->column(c->rows->ctx, c->at, i, &call);
    return SQLITE_OK;
}

static int rows_rowid(sqlite3_vtab_cursor *cur, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)((const struct rows_cursor *)(void *)cur)->at;
    return SQLITE_OK;
}

/* Without xCreate: the table is there in every connection and in no schema. */
static const sqlite3_module ROWS_MODULE = {
    .xConnect = rows_connect,
    .xDisconnect = rows_disconnect,
    .xDestroy = rows_disconnect,
    .xBestIndex = rows_best_index,
    .xOpen = rows_open,
    .xClose = rows_close,
    .xFilter = rows_filter,
    .xNext = rows_next,
    .xEof = rows_eof,
    .xColumn = rows_column,
    .xRowid = rows_rowid,
};

enum rc db_rows_install(struct db *db, struct err *e)
{
    return db_fail(db, sqlite3_create_module_v2(db->h, "host_rows", &ROWS_MODULE, db, NULL), e);
}

enum rc db_run_rows(struct db *db, enum sql_id id, const struct db_rows *rows, struct err *e)
{
    struct db_stmt *q = NULL;
    TRY(db_stmt(db, id, &q, e));
    db->rows = rows;
    enum rc rc = db_run(q, e);
    db->rows = NULL;
    return rc;
}
