/* The same files on 1, 2, 3, 8 and 64 threads: the same findings, error files and stored bytes. Nonces are made equal
 * for it, so that what is sealed can be compared too. */
#include <stdlib.h>
#include <unistd.h>
#include "app/tour.h"
#include "base/io.h"
#include "base/io_fault.h"
#include "base/limits.h"
#include "base/mem.h"
#include "store/store.h"

enum { IMAGE_MAX = 1 << 30 };
#ifdef MEM_FAULTS
enum { PEOPLE = 600 };
#else
enum { PEOPLE = 3000 };
#endif
enum { PEOPLE_SLOW = 60000 };

static const char *const FILES[] = {"roster",    "medical",      "income",       "school",   "housing",
                                    "vehicle",   "disability",   "dibao",        "relation", "authorised",
                                    "monitored", "insured_work", "measure_given"};
enum { N_FILES = sizeof FILES / sizeof *FILES };

/* ---- the whole database as text */

static void add_row(struct db_stmt *q, int columns, struct buf *out)
{
    for (int c = 0; c < columns; c++) {
        struct str v = db_col_blob(q, c);
        buf_addf(out, "%d %zu ", (int)db_col_null(q, c), v.n);
        buf_add(out, v);
    }
    buf_addc(out, '\n');
}

static void add_table(struct test *t, struct db *db, struct str name, struct buf *out)
{
    struct err e = {.lang = LANG_EN};
    struct db_stmt *q = NULL;
    char sql[200];
    bool row = true;
    int n = snprintf(sql, sizeof sql, "SELECT * FROM \"%.*s\" ORDER BY 1, 2", STR_ARG(name));
    buf_addf(out, "%.*s\n", STR_ARG(name));
    CHECK_I64(t, db_prepare_text(db, str_make(sql, (size_t)n), &q, &e), RC_OK);
    while (q && db_step(q, &row, &e) == RC_OK && row) add_row(q, db_col_count(q), out);
    CHECK_STR(t, str_from(e.msg), STR(""));
    db_stmt_free(q);
}

static void add_database(struct tour *w, struct buf *out)
{
    struct db *db = NULL;
    struct db_stmt *q = NULL;
    struct err e = {.lang = LANG_EN};
    char path[TOUR_PATH * 2];
    bool row = true;
    (void)snprintf(path, sizeof path, "%s/db/fangpin.db", w->dir);
    CHECK_I64(w->t, db_open(&db, path, DB_READ_ONLY, NULL, &e), RC_OK);
    struct str sql = STR("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    if (db) CHECK_I64(w->t, db_prepare_text(db, sql, &q, &e), RC_OK);
    while (q && db_step(q, &row, &e) == RC_OK && row) add_table(w->t, db, db_col_text(q, 0), out);
    db_stmt_free(q);
    db_close(db);
}

/* ---- the runs */

static void must(struct tour *w, const char *line)
{
    if (tour_run(w, line)) tour_wrong(w, line, 0, "failed");
}

static void add_file(struct tour *w, const char *name, struct buf *out)
{
    tour_file(w, name, &w->file);
    buf_addf(out, "%s %zu\n", name, w->file.n);
    buf_add(out, buf_str(&w->file));
}

static void import_month(struct tour *w, const char *month, const char *received, struct buf *out)
{
    for (size_t i = 0; i < N_FILES; i++) {
        char line[TOUR_LINE], name[64];
        (void)snprintf(name, sizeof name, "%s-%s.csv", FILES[i], month);
        (void)snprintf(line, sizeof line, "import @/db %s @/../files/%s/%s.csv --received %s --errors @/%s", FILES[i],
                       month, FILES[i], received, name);
        must(w, line);
        add_file(w, name, out);
    }
}

/* A folder made, filled and screened: all bytes that come of it. */
static void whole_run(struct tour *w, const char *threads, struct buf *out)
{
    (void)setenv("FANGPIN_THREADS", threads, 1);
    tour_load(w, "key");
    must(w, "init @/db --policy policy");
    import_month(w, "2026-08", "2026-09-05", out);
    must(w, "screen @/db --as-of 2026-08-31 --known-at 2026-09-20 --findings @/f1.csv");
    import_month(w, "2026-09", "2026-10-05", out);
    must(w, "screen @/db --as-of 2026-09-30 --known-at 2026-10-20 --findings @/f2.csv --with-unknown");
    add_file(w, "f1.csv", out);
    add_file(w, "f2.csv", out);
    size_t files = out->n;
    add_database(w, out);
    CHECK(w->t, files > 10000 && out->n > files + 10000 && !out->failed);
}

static void test_threads(struct test *t)
{
    static const char *const threads[] = {"1", "2", "3", "8", "64"};
    struct tour w;
    struct buf first, b;
    char line[TOUR_PATH];
    if (!tour_init(&w, t, "threads")) return;
    buf_init(&first, IMAGE_MAX);
    buf_init(&b, IMAGE_MAX);
    io_fault_constant_random(1);
    must(&w, "key new @/db"); /* one key for all */
    tour_save(&w, "key");
    (void)snprintf(line, sizeof line, "generate @/../files --people %d --county 610724 --seed 5",
                   t->slow ? PEOPLE_SLOW : PEOPLE);
    must(&w, line);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        buf_clear(&b);
        whole_run(&w, threads[i], i ? &b : &first);
        if (i && !str_eq(buf_str(&first), buf_str(&b))) {
            test_check(t, false, __FILE__, __LINE__, threads[i]);
            CHECK_I64(t, b.n, first.n);
        }
    }
    printf("threads: %zu bytes the same on 1, 2, 3, 8 and 64\n", first.n);
    io_fault_constant_random(0);
    (void)unsetenv("FANGPIN_THREADS");
    buf_fini(&first);
    buf_fini(&b);
    tour_fini(&w);
}

void tour_threads_test(struct test *t);
void tour_threads_test(struct test *t)
{
    if (TEST(t, "the same bytes on any number of threads")) test_threads(t);
}
