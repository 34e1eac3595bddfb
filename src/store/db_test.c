#include "store/db.h"
#include "base/mem.h"
#include "base/test.h"

static struct db *memory(struct test *t)
{
    struct db *db = NULL;
    struct err e = {0};
    CHECK_I64(t, db_open_memory(&db, &e), RC_OK);
    return db;
}

static int64_t one_i64(struct test *t, struct db *db, const char *sql)
{
    struct db_stmt *s = NULL;
    struct err e = {.lang = LANG_EN};
    bool row = false;
    enum rc rc = db_prepare_text(db, str_from(sql), &s, &e);
    if (!rc) rc = db_step(s, &row, &e);
    if (rc) test_check(t, false, __FILE__, __LINE__, e.msg);
    int64_t v = row ? db_col_i64(s, 0) : INT64_MIN;
    db_stmt_free(s);
    return v;
}

static void test_values(struct test *t)
{
    struct db *db = memory(t);
    struct db_stmt *s = NULL;
    struct err e = {.lang = LANG_EN};
    bool row = false;
    CHECK_I64(t, db_exec_text(db, "CREATE TABLE v(a INTEGER, b TEXT, c BLOB) STRICT", &e), RC_OK);
    CHECK_I64(t, db_prepare_text(db, STR("INSERT INTO v VALUES (?1, ?2, ?3)"), &s, &e), RC_OK);
    db_bind_i64(s, 1, INT64_MIN);
    db_bind_text(s, 2, STR("贫\0x"));
    db_bind_blob(s, 3, NULL, 0);
    CHECK_I64(t, db_run(s, &e), RC_OK);
    CHECK_I64(t, db_changes(db), 1);
    db_bind_text(s, 2, (struct str){0}); /* the bindings were cleared: all NULL */
    CHECK_I64(t, db_run(s, &e), RC_OK);
    db_stmt_free(s);
    CHECK_I64(t, db_prepare_text(db, STR("SELECT a, b, c FROM v ORDER BY rowid"), &s, &e), RC_OK);
    CHECK_I64(t, db_step(s, &row, &e), RC_OK);
    CHECK_I64(t, db_col_i64(s, 0), INT64_MIN);
    CHECK_STR(t, db_col_text(s, 1), STR("贫\0x"));
    CHECK(t, !db_col_null(s, 2) && db_col_blob(s, 2).n == 0);
    CHECK_I64(t, db_step(s, &row, &e), RC_OK);
    CHECK(t, row && db_col_null(s, 0) && db_col_null(s, 1) && db_col_null(s, 2));
    CHECK_I64(t, db_step(s, &row, &e), RC_OK);
    CHECK(t, !row);
    db_stmt_free(s);
    CHECK_I64(t, db_exec_text(db, "INSERT INTO v(a) VALUES ('x')", &e), RC_CONFLICT); /* STRICT */
    db_close(db);
}

static void test_transactions(struct test *t)
{
    struct db *db = memory(t);
    struct err e = {.lang = LANG_EN};
    CHECK_I64(t, db_exec_text(db, "CREATE TABLE v(a INTEGER) STRICT", &e), RC_OK);
    CHECK_I64(t, db_begin(db, &e), RC_OK);
    CHECK_I64(t, db_begin(db, &e), RC_ENV);
    CHECK(t, str_find(str_from(e.msg), STR("db_test.c:"), 0) != SIZE_MAX);
    CHECK_I64(t, db_exec_text(db, "INSERT INTO v VALUES (1)", &e), RC_OK);
    db_rollback(db);
    CHECK(t, !db_in_transaction(db));
    CHECK_I64(t, one_i64(t, db, "SELECT count(*) FROM v"), 0);
    CHECK_I64(t, db_begin(db, &e), RC_OK);
    CHECK_I64(t, db_exec_text(db, "INSERT INTO v VALUES (1)", &e), RC_OK);
    CHECK_I64(t, db_finish(db, RC_INPUT, &e), RC_INPUT);
    CHECK_I64(t, one_i64(t, db, "SELECT count(*) FROM v"), 0);
    db_rollback(db); /* harmless */
    db_close(db);
}

static void fn_twice(void *ctx, struct db_call *call)
{
    int64_t *calls = ctx;
    ++*calls;
    if (db_arg_null(call, 0)) db_result_null(call);
    else if (db_arg_i64(call, 0) < 0) db_result_error(call, "negative");
    else db_result_i64(call, db_arg_i64(call, 0) * 2);
}

struct total {
    int64_t n, sum;
};

static void total_step(void *ctx, void *state, struct db_call *call)
{
    struct total *s = state;
    (void)ctx;
    s->n++;
    s->sum += db_arg_i64(call, 0);
}

static void total_final(void *ctx, void *state, struct db_call *call)
{
    const struct total *s = state;
    (void)ctx;
    db_result_i64(call, s->n * 1000 + s->sum);
}

static void test_functions(struct test *t)
{
    struct db *db = memory(t);
    struct err e = {.lang = LANG_EN};
    int64_t calls = 0;
    CHECK_I64(t, db_function(db, "twice", 1, fn_twice, &calls, &e), RC_OK);
    CHECK_I64(t, db_aggregate(db, "total1000", 1, sizeof(struct total), total_step, total_final, NULL, &e), RC_OK);
    CHECK_I64(t, db_aggregate(db, "huge", 1, DB_STATE_MAX + 1, total_step, total_final, NULL, &e), RC_ENV);
    CHECK_I64(t, one_i64(t, db, "SELECT twice(21)"), 42);
    CHECK_I64(t, one_i64(t, db, "SELECT twice(NULL) IS NULL"), 1);
    CHECK_I64(t, calls, 2);
    CHECK_I64(t, db_exec_text(db, "SELECT twice(-1)", &e), RC_ENV);
    CHECK(t, str_find(str_from(e.msg), STR("negative"), 0) != SIZE_MAX);
    CHECK_I64(t, one_i64(t, db, "SELECT total1000(x) FROM (SELECT 3 AS x UNION ALL SELECT 4)"), 2007);
    CHECK_I64(t, one_i64(t, db, "SELECT total1000(1) WHERE 0"), 0);
    db_close(db);
}

static void test_statement_errors(struct test *t)
{
    struct db *db = memory(t);
    struct db_stmt *s = NULL, *again = NULL;
    struct err e = {.lang = LANG_EN};
    bool row = false;
    CHECK_I64(t, db_prepare_text(db, STR("SELECT nothing"), &s, &e), RC_ENV);
    CHECK_I64(t, db_prepare_text(db, STR("  "), &s, &e), RC_ENV);
    CHECK_I64(t, db_prepare_text(db, STR("SELECT \"abc\""), &s, &e), RC_ENV); /* a quoted name is no text */
    CHECK_I64(t, db_stmt(db, SQL_store_format, &s, &e), RC_OK);
    db_bind_i64(s, 7, 1); /* there is no parameter 7 */
    CHECK_I64(t, db_step(s, &row, &e), RC_ENV);
    CHECK_I64(t, db_stmt(db, SQL_store_format, &s, &e), RC_OK);
    CHECK_I64(t, db_step(s, &row, &e), RC_OK);
    CHECK_I64(t, db_stmt(db, SQL_store_format, &again, &e), RC_ENV);
    CHECK(t, str_find(str_from(e.msg), STR("store_format"), 0) != SIZE_MAX);
    CHECK_I64(t, db_end(s, &e), RC_OK);
    CHECK_I64(t, db_stmt(db, SQL_store_format, &again, &e), RC_OK);
    db_close(db);
}

static enum rc use_memory_db(struct err *e)
{
    struct db *db = NULL;
    struct db_stmt *s = NULL;
    bool row = false;
    int64_t calls = 0;
    TRY(db_open_memory(&db, e));
    enum rc rc = db_script(db, SQL_store_schema, e);
    if (!rc) rc = db_function(db, "twice", 1, fn_twice, &calls, e);
    if (!rc) rc = db_prepare_text(db, STR("SELECT twice(1), name FROM counter ORDER BY name"), &s, e);
    if (!rc) rc = db_step(s, &row, e);
    if (!rc && str_eq(db_col_text(s, 1), STR("")) ) rc = db_end(s, e) ? RC_NOMEM : RC_ENV;
    db_stmt_free(s);
    db_close(db);
    return rc;
}

static void test_no_memory(struct test *t)
{
    for (uint64_t n = 1; n < 100000; n += t->slow ? 1 : 1 + n / 32) { /* every one in check-all */
        struct err e = {0};
        uint64_t before = mem_live_count();
        mem_fault_arm(n, 0);
        enum rc rc = use_memory_db(&e);
        bool fired = mem_fault_fired() != 0;
        mem_fault_arm(0, 0);
        CHECK_I64(t, mem_live_count(), before);
        CHECK(t, rc == RC_OK || (fired && rc == RC_NOMEM));
        if (!fired || t->case_failed) break;
    }
}

void db_test(struct test *t);
void db_test(struct test *t)
{
    if (TEST(t, "values go in and come out")) test_values(t);
    if (TEST(t, "transactions know their opener")) test_transactions(t);
    if (TEST(t, "C functions and aggregates")) test_functions(t);
    if (TEST(t, "wrong statements are errors")) test_statement_errors(t);
    if (TEST(t, "every allocation fails once")) test_no_memory(t);
}
