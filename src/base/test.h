/* The test harness: one binary, every src/x/foo_test.c defines `void foo_test(struct test *t)` and is registered by the
 * Makefile. */
#ifndef BASE_TEST_H
#define BASE_TEST_H
#include "base/err.h"
#include "base/str.h"

struct test {
    const char *filter; /* run only cases whose name contains it; NULL = all */
    const char *unit;   /* current file */
    const char *name;   /* current case */
    unsigned passed, failed;
    bool case_failed;
    bool slow;           /* also run what takes long (make check-all) */
    const char *tmp_dir; /* this unit's folder of this run, empty at its start */
};
/* Begin a case; false when the filter leaves it out: `if (TEST(t, "adds months")) { … }`. */
bool test_begin(struct test *t, const char *name);
/* Close the current case and count it; the harness calls it after each unit. */
void test_end(struct test *t);
void test_check(struct test *t, bool ok, const char *file, int line, const char *what);
void test_eq_i64(struct test *t, int64_t got, int64_t want, const char *file, int line, const char *what);
void test_eq_str(struct test *t, struct str got, struct str want, const char *file, int line, const char *what);

#define TEST(t, name) test_begin((t), (name))
#define CHECK(t, cond) test_check((t), (cond), __FILE__, __LINE__, #cond)
#define CHECK_I64(t, got, want) test_eq_i64((t), (int64_t)(got), (int64_t)(want), __FILE__, __LINE__, #got)
#define CHECK_STR(t, got, want) test_eq_str((t), (got), (want), __FILE__, __LINE__, #got)
/* got (struct str) against a golden file; with FANGPIN_UPDATE=1 the file is rewritten. */
void test_golden(struct test *t, struct str got, const char *path);
#endif
