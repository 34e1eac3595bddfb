#include "store/store.h"
#include <sys/stat.h>
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "columns/keyring.h"
#include "store/store_test_int.h"

static void put_file(struct test *t, const char *path, const char *text)
{
    struct err e = {0};
    CHECK_I64(t, io_write_file(path, str_from(text), 0600, &e), RC_OK);
}

static enum rc try_open(struct test_folder *f, enum store_access access, struct err *e)
{
    struct store *s = NULL;
    struct store_options o = f->o;
    o.access = access;
    enum rc rc = store_open(&s, &o, e);
    store_close(s);
    return rc;
}

static void test_init(struct test *t)
{
    struct test_folder f;
    struct store_key_report key;
    struct err e = {.lang = LANG_EN};
    struct stat st;
    char path[600];
    folder_at(&f, t, "new/");
    CHECK_I64(t, store_init(&f.o, &key, &e), RC_OK);
    CHECK(t, key.made && str_ends(str_from(key.path), STR("/new.key")));
    CHECK_I64(t, stat(key.path, &st), 0);
    CHECK_I64(t, st.st_mode & 0777, 0600);
    (void)snprintf(path, sizeof path, "%sfangpin.db", f.path);
    CHECK_I64(t, stat(path, &st), 0);
    CHECK_I64(t, st.st_mode & 0777, 0600);
    CHECK_I64(t, try_open(&f, STORE_WRITE, &e), RC_OK);
    CHECK_I64(t, try_open(&f, STORE_READ, &e), RC_OK);
    CHECK_I64(t, store_init(&f.o, &key, &e), RC_INPUT);
    CHECK(t, str_find(str_from(e.msg), STR("already holds"), 0) != SIZE_MAX);
    folder_at(&f, t, "none");
    CHECK_I64(t, try_open(&f, STORE_WRITE, &e), RC_INPUT);
    folder_at(&f, t, "foreign");
    CHECK_I64(t, io_make_dir(f.path, &e), RC_OK);
    (void)snprintf(path, sizeof path, "%s/letter.txt", f.path);
    put_file(t, path, "x");
    CHECK_I64(t, store_init(&f.o, &key, &e), RC_INPUT);
    CHECK(t, str_find(str_from(e.msg), STR("letter.txt"), 0) != SIZE_MAX);
}

static void test_init_again(struct test *t)
{
    struct test_folder f;
    struct store_key_report key;
    struct err e = {.lang = LANG_EN};
    struct db *db = NULL;
    char path[600];
    folder_at(&f, t, "half"); /* the file is there, the schema is not */
    CHECK_I64(t, io_make_dir(f.path, &e), RC_OK);
    (void)snprintf(path, sizeof path, "%s/fangpin.db", f.path);
    CHECK_I64(t, db_open(&db, path, DB_CREATE, NULL, &e), RC_OK);
    db_close(db);
    (void)snprintf(path, sizeof path, "%s.key", f.path);
    CHECK_I64(t, keyring_create(path, CHUNK_AES_256_GCM, &e), RC_OK);
    CHECK_I64(t, try_open(&f, STORE_WRITE, &e), RC_INPUT);
    CHECK(t, str_find(str_from(e.msg), STR("interrupted"), 0) != SIZE_MAX);
    CHECK_I64(t, store_init(&f.o, &key, &e), RC_OK);
    CHECK(t, !key.made); /* the key that is there is never overwritten */
    CHECK_I64(t, try_open(&f, STORE_WRITE, &e), RC_OK);
}

static void test_wrong_key(struct test *t)
{
    struct test_folder f, g;
    struct err e = {.lang = LANG_EN};
    char mine[600], other[600];
    if (folder_init(&f, t, "keyed") || folder_init(&g, t, "other")) return;
    (void)snprintf(mine, sizeof mine, "%s.key", f.path);
    (void)snprintf(other, sizeof other, "%s.key", g.path);
    f.o.key_path = other;
    CHECK_I64(t, try_open(&f, STORE_WRITE, &e), RC_INPUT);
    CHECK(t, str_find(str_from(e.msg), STR("not the key"), 0) != SIZE_MAX);
    f.o.key_path = "/nowhere/at/all.key";
    CHECK_I64(t, try_open(&f, STORE_READ, &e), RC_INPUT);
    f.o.key_path = mine;
    CHECK_I64(t, try_open(&f, STORE_READ, &e), RC_OK);
}

static void exec_file(struct test *t, struct test_folder *f, const char *sql)
{
    struct db *db = NULL;
    struct err e = {.lang = LANG_EN};
    char path[600];
    (void)snprintf(path, sizeof path, "%s/fangpin.db", f->path);
    CHECK_I64(t, db_open(&db, path, DB_READ_WRITE, NULL, &e), RC_OK);
    if (db) CHECK_I64(t, db_exec_text(db, sql, &e), RC_OK);
    db_close(db);
}

static void test_formats(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    int64_t from = 0;
    if (folder_init(&f, t, "formats")) return;
    CHECK_I64(t, store_upgrade(&f.o, &from, &e), RC_OK);
    CHECK_I64(t, from, STORE_FORMAT);
    exec_file(t, &f, "PRAGMA user_version = 4");
    CHECK_I64(t, try_open(&f, STORE_READ, &e), RC_ENV);
    CHECK(t, str_find(str_from(e.msg), STR("newer"), 0) != SIZE_MAX);
    CHECK_I64(t, store_upgrade(&f.o, &from, &e), RC_ENV);
    exec_file(t, &f, "PRAGMA user_version = 3; PRAGMA application_id = 5");
    CHECK_I64(t, try_open(&f, STORE_READ, &e), RC_INPUT);
}

static void test_one_writer(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    if (folder_init(&f, t, "writer")) return;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, try_open(&f, STORE_WRITE, &e), RC_ENV);
    CHECK(t, str_find(str_from(e.msg), STR("is writing"), 0) != SIZE_MAX);
    CHECK_I64(t, try_open(&f, STORE_READ, &e), RC_OK);
    store_close(s);
    CHECK_I64(t, try_open(&f, STORE_WRITE, &e), RC_OK);
}

static void test_meta(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct arena a;
    struct str v;
    bool found = true;
    uint32_t first = 0;
    struct event *events = NULL;
    size_t n = 0;
    int64_t bytes = 0;
    if (folder_init(&f, t, "meta")) return;
    arena_init(&a, MIB(1));
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, store_meta_get(s, &a, STR("x"), &v, &found, &e), RC_OK);
    CHECK(t, !found);
    CHECK_I64(t, store_meta_set(s, STR("x"), STR("1"), &e), RC_OK);
    CHECK_I64(t, store_meta_set(s, STR("x"), STR("2"), &e), RC_OK);
    CHECK_I64(t, store_meta_get(s, &a, STR("x"), &v, &found, &e), RC_OK);
    CHECK_STR(t, v, STR("2"));
    CHECK_I64(t, store_take_numbers(s, "person", 5, &first, &e), RC_OK);
    CHECK_I64(t, first, 1);
    CHECK_I64(t, store_take_numbers(s, "person", 1, &first, &e), RC_OK);
    CHECK_I64(t, first, 6);
    CHECK_I64(t, store_take_numbers(s, "person", UINT32_MAX - 6, &first, &e), RC_OK);
    CHECK_I64(t, store_take_numbers(s, "person", 1, &first, &e), RC_ENV);
    CHECK_I64(t, store_take_numbers(s, "nonsense", 1, &first, &e), RC_ENV);
    CHECK_I64(t, event_list(s, &a, 10, &events, &n, &e), RC_OK);
    CHECK_I64(t, n, 1);
    if (n) CHECK_STR(t, events[0].what, STR("init"));
    CHECK_I64(t, db_exec_text(store_db(s), "DELETE FROM event", &e), RC_CONFLICT);
    CHECK_I64(t, db_exec_text(store_db(s), "UPDATE event SET who = 'x'", &e), RC_CONFLICT);
    CHECK_I64(t, store_file_bytes(s, &bytes, &e), RC_OK);
    CHECK(t, bytes > DB_PAGE_BYTES);
    store_close(s);
    arena_fini(&a);
}

static void test_read_only(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    if (folder_init(&f, t, "readonly")) return;
    f.o.access = STORE_READ;
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, store_meta_set(s, STR("x"), STR("1"), &e), RC_ENV);
    store_close(s);
}

/* Schema in the file as it was agreed; a change of it is a new format. */
static void test_schema(struct test *t)
{
    struct test_folder f;
    struct err e = {.lang = LANG_EN};
    struct store *s = NULL;
    struct db_stmt *q = NULL;
    struct buf out;
    bool row = true;
    if (folder_init(&f, t, "schema")) return;
    buf_init(&out, MIB(1));
    CHECK_I64(t, store_open(&s, &f.o, &e), RC_OK);
    CHECK_I64(t, db_stmt(store_db(s), SQL_store_schema_text, &q, &e), RC_OK);
    while (db_step(q, &row, &e) == RC_OK && row) {
        buf_add(&out, db_col_text(q, 3));
        buf_addz(&out, ";\n");
    }
    test_golden(t, buf_str(&out), "tests/golden/store/schema_3.sql");
    store_close(s);
    buf_fini(&out);
}

static void test_no_memory(struct test *t)
{
    struct test_folder f;
    if (folder_init(&f, t, "nomem")) return;
    for (uint64_t n = 1; n < 100000; n += t->slow ? 1 : 1 + n / 32) { /* every one in check-all */
        struct err e = {0};
        uint64_t before = mem_live_count();
        mem_fault_arm(n, 0);
        enum rc rc = try_open(&f, STORE_WRITE, &e);
        bool fired = mem_fault_fired() != 0;
        mem_fault_arm(0, 0);
        CHECK_I64(t, mem_live_count(), before);
        CHECK(t, rc == RC_OK || (fired && rc == RC_NOMEM));
        if (!fired || t->case_failed) break;
    }
}

static void test_no_memory_init(struct test *t)
{
    for (uint64_t n = 1; n < 100000; n += t->slow ? 1 : 1 + n / 32) { /* every one in check-all */
        struct err e = {0};
        struct test_folder f;
        struct store_key_report key;
        char name[32];
        (void)snprintf(name, sizeof name, "nomem-init-%u", (unsigned)n);
        folder_at(&f, t, name);
        uint64_t before = mem_live_count();
        mem_fault_arm(n, 0);
        enum rc rc = store_init(&f.o, &key, &e);
        bool fired = mem_fault_fired() != 0;
        mem_fault_arm(0, 0);
        CHECK_I64(t, mem_live_count(), before);
        if (rc) CHECK_I64(t, store_init(&f.o, &key, &e), RC_OK); /* an interrupted init can be repeated */
        CHECK_I64(t, try_open(&f, STORE_WRITE, &e), RC_OK);
        if (!fired || t->case_failed) break;
    }
}

void store_test(struct test *t);
void store_test(struct test *t)
{
    if (TEST(t, "init makes folder and key, once")) test_init(t);
    if (TEST(t, "an interrupted init is repeated")) test_init_again(t);
    if (TEST(t, "a wrong key is told at opening")) test_wrong_key(t);
    if (TEST(t, "formats newer and foreign are refused")) test_formats(t);
    if (TEST(t, "one writes, others read")) test_one_writer(t);
    if (TEST(t, "settings, numbers, journal")) test_meta(t);
    if (TEST(t, "a reader cannot write")) test_read_only(t);
    if (TEST(t, "the schema is the agreed one")) test_schema(t);
    if (TEST(t, "opening with every allocation failing once")) test_no_memory(t);
    if (TEST(t, "init with every allocation failing once")) test_no_memory_init(t);
}
