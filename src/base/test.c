#include "base/test.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"

enum { TEST_SHOWN_MAX = 2000 };

void test_end(struct test *t)
{
    mem_fault_arm(0, 0);
    if (t->case_failed) t->failed++;
    else if (t->name) t->passed++;
    t->name = NULL;
    t->case_failed = false;
}

bool test_begin(struct test *t, const char *name)
{
    test_end(t);
    if (t->filter && !strstr(t->unit, t->filter) && !strstr(name, t->filter)) return false;
    t->name = name;
    return true;
}

static void fail(struct test *t, const char *file, int line, const char *what)
{
    t->case_failed = true;
    printf("%s:%d: %s: %s: %s\n", file, line, t->unit, t->name ? t->name : "(no case)", what);
    (void)fflush(stdout);
}

void test_check(struct test *t, bool ok, const char *file, int line, const char *what)
{
    if (!ok) fail(t, file, line, what);
}

void test_eq_i64(struct test *t, int64_t got, int64_t want, const char *file, int line, const char *what)
{
    if (got == want) return;
    fail(t, file, line, what);
    printf("    got %" PRId64 ", want %" PRId64 "\n", got, want);
}

static int shown(struct str s) { return s.n < TEST_SHOWN_MAX ? (int)s.n : TEST_SHOWN_MAX; }

void test_eq_str(struct test *t, struct str got, struct str want, const char *file, int line, const char *what)
{
    if (str_eq(got, want)) return;
    fail(t, file, line, what);
    size_t i = 0;
    while (i < got.n && i < want.n && got.p[i] == want.p[i]) i++;
    printf("    got  (%zu bytes, differs at %zu): %.*s\n", got.n, i, shown(got), got.p ? got.p : "");
    printf("    want (%zu bytes): %.*s\n", want.n, shown(want), want.p ? want.p : "");
}

void test_golden(struct test *t, struct str got, const char *path)
{
    struct err e = {.lang = LANG_EN};
    const char *update = getenv("FANGPIN_UPDATE");
    if (update && strcmp(update, "1") == 0) {
        if (io_write_file(path, got, 0644, &e)) fail(t, path, 1, e.msg);
        return;
    }
    struct buf want;
    buf_init(&want, MIB(16));
    if (io_read_file(path, &want, &e)) fail(t, path, 1, e.msg);
    else test_eq_str(t, got, buf_str(&want), path, 1, "differs from the golden file (FANGPIN_UPDATE=1 rewrites it)");
    buf_fini(&want);
}
