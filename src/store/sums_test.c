/* Sums of rows: whatever changes a row behind the program's back is told. */
#include "base/limits.h"
#include "store/check.h"
#include "store/decision.h"
#include "store/layouts.h"
#include "store/param.h"
#include "store/store_test_int.h"

/* A row of every summed table, as a program of another make would write it; the triggers sum it. */
static const char ROWS_SQL[] =
    "INSERT INTO delivery SELECT 1, 2, 1, NULL, 'medical', 0, 1, 7, 8, NULL, 9, 10, NULL, '', 'f', 1, x'00', 'utf-8', "
    "'',"
    " 1, 1, 0, 0, 0, 0, 0, 0, NULL, 'w';"
    "UPDATE counter SET last = 1 WHERE name IN ('delivery', 'screen');"
    "INSERT INTO param_event VALUES (1, 1, 'line', 0, NULL, '5', 'w', 'd');"
    "INSERT INTO book VALUES (x'01', 'b', 1, 'w');"
    "INSERT INTO book_file VALUES (x'01', 0, 'f', 't');"
    "INSERT INTO screen VALUES (1, 2, 5, 1, 1, x'01', x'02', 's');"
    "INSERT INTO task VALUES (1, 3, 1, 5, 1, 6);"
    "INSERT INTO decision VALUES (1, 1, 1, 4, NULL, 1, 2, '', x'', 999, 1, NULL, 'w', '', NULL, NULL);"
    "INSERT INTO match_model VALUES (1, 1, 'w', 't');"
    "INSERT INTO layout VALUES (1, 'medical', 's', 'h', '', 1, NULL, 'w', NULL);"
    "INSERT INTO check_answer VALUES (1, 1, 'r', 3, 0, 5, 3, 9, 'w', 1, x'05');"
    "INSERT INTO check_exception VALUES (1, 'r', 3, 0, 9, 1, 'why', 'w', 1, NULL, NULL, NULL);";

struct damage {
    const char *sql;
    bool opens; /* found by the check alone */
};

static const struct damage DAMAGES[] = {
    {"UPDATE delivery SET covers_to = 9", false},
    {"UPDATE delivery SET withdrawn_reason = ''", false}, /* not the same as none */
    {"UPDATE delivery SET file_name = 'g'", false},
    {"UPDATE param_event SET value_text = '6'", false},
    {"UPDATE param_event SET division = 610000000000", false},
    {"DELETE FROM param_event", false},
    {"INSERT INTO param_event VALUES (2, 1, 'line', 0, NULL, '6', 'w', 'd')", false},
    {"UPDATE book SET name = 'c'", false},
    {"UPDATE screen SET summary = ''", false},
    {"UPDATE screen SET as_of = 6", false},
    {"UPDATE task SET closed_as_of = 7", true},
    {"UPDATE event SET who = 'x' WHERE id = 1", true},
    {"DELETE FROM event", true},
    {"UPDATE decision SET person = 5", true},
    {"UPDATE match_model SET text = 'u'", true},
    {"UPDATE layout SET choices = 'x'", true},
    {"UPDATE check_answer SET answer = 2", true},
    {"UPDATE check_exception SET until_day = 10", true},
    {"UPDATE row_sum SET sum = sum + 1 WHERE tbl = 'layout'", true},
};

static bool opens(const struct test_folder *f, struct err *e)
{
    struct store *s = NULL;
    struct store_options o = f->o;
    o.damaged_too = false;
    o.access = STORE_READ;
    enum rc rc = store_open(&s, &o, e);
    store_close(s);
    return rc == RC_OK;
}

/* The statements that drop every trigger, so that what follows is done behind the program's back. */
static enum rc drop_triggers(struct store *s, struct err *e)
{
    struct db_stmt *q = NULL;
    struct buf sql;
    bool row = true;
    buf_init(&sql, MIB(1));
    enum rc rc = db_prepare_text(store_db(s), STR("SELECT name FROM sqlite_master WHERE type = 'trigger'"), &q, e);
    while (!rc && !(rc = db_step(q, &row, e)) && row) {
        struct str name = db_col_text(q, 0);
        buf_addf(&sql, "DROP TRIGGER %.*s;", STR_ARG(name));
    }
    db_stmt_free(q);
    if (!rc) rc = db_exec_text(store_db(s), buf_z(&sql), e);
    buf_fini(&sql);
    return rc;
}

static void damage_once(struct test *t, size_t i)
{
    const struct damage *d = &DAMAGES[i];
    char name[32];
    (void)snprintf(name, sizeof name, "sums-%zu", i);
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct check_report report;
    struct arena a;
    if (folder_init(&f, t, name)) return;
    arena_init(&a, MIB(8));
    f.o.damaged_too = true;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, db_exec_text(store_db(s), ROWS_SQL, &e), RC_OK);
    CHECK_I64(t, store_check(s, CHECK_FULL, &a, &report, &e), RC_OK);
    CHECK(t, !check_tells(&report, "row_sum"));
    CHECK(t, opens(&f, &e));
    CHECK_I64(t, drop_triggers(s, &e), RC_OK);
    CHECK_I64(t, db_exec_text(store_db(s), d->sql, &e), RC_OK);
    CHECK_I64(t, store_check(s, CHECK_FULL, &a, &report, &e), RC_OK);
    test_check(t, check_tells(&report, "row_sum"), __FILE__, __LINE__, d->sql);
    test_check(t, opens(&f, &e) == d->opens, __FILE__, __LINE__, d->sql);
    store_close(s);
    arena_fini(&a);
}

static void test_rows(struct test *t)
{
    for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) damage_once(t, i);
}

/* What the program itself may change has a new sum. */
static void test_changes(struct test *t)
{
    static const char *const CHANGES[] = {
        "UPDATE delivery SET state = 3, known_to_us = 11, withdrawn_reason = 'wrong'",
        "UPDATE screen SET state = 3",
        "UPDATE task SET closed_screen = NULL, closed_as_of = NULL",
        "UPDATE decision SET known_to_us = 2, undone_by = 'w'",
        "UPDATE layout SET known_to_us = 2, ended_by = 'w'",
        "UPDATE check_answer SET key_id = 2, text = x'07'",
        "UPDATE check_exception SET known_to_us = 2, undone_by = 'w'",
        "DELETE FROM task",
    };
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct check_report report;
    struct arena a;
    if (folder_init(&f, t, "sums-change")) return;
    arena_init(&a, MIB(8));
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, db_exec_text(store_db(s), ROWS_SQL, &e), RC_OK);
    for (size_t i = 0; i < sizeof CHANGES / sizeof *CHANGES; i++) {
        CHECK_I64(t, db_exec_text(store_db(s), CHANGES[i], &e), RC_OK);
        CHECK_I64(t, store_check(s, CHECK_QUICK, &a, &report, &e), RC_OK);
        test_check(t, !check_tells(&report, "row_sum"), __FILE__, __LINE__, CHANGES[i]);
    }
    CHECK(t, opens(&f, &e));
    store_close(s);
    arena_fini(&a);
}

void sums_test(struct test *t);
void sums_test(struct test *t)
{
    if (TEST(t, "a row changed behind the program's back is told")) test_rows(t);
    if (TEST(t, "what the program changes has a new sum")) test_changes(t);
}
