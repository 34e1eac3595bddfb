/* The harness itself: a check that fails must be seen. */
#include "base/test.h"
#include <stdio.h>
#include <unistd.h>
#include "base/io.h"

static void inner_case(struct test *in)
{
    if (TEST(in, "good")) CHECK(in, true);
    if (TEST(in, "bad")) {
        CHECK(in, false);
        CHECK_I64(in, 1, 2);
        CHECK_STR(in, STR("abc"), STR("abd"));
    }
    if (TEST(in, "good too")) CHECK_I64(in, 3, 3);
    test_end(in);
}

/* Run inner_case with what it prints sent to a file. */
static void run_silenced(struct test *t, struct test *in, const char *path)
{
    (void)fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    FILE *f = freopen(path, "w", stdout);
    CHECK(t, f != NULL);
    inner_case(in);
    (void)fflush(stdout);
    (void)dup2(saved, STDOUT_FILENO);
    (void)close(saved);
}

static void test_counts(struct test *t)
{
    if (!TEST(t, "cases are counted and failures shown")) return;
    char path[IO_PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/stdout", t->tmp_dir);
    struct test in = {.unit = "unit"};
    run_silenced(t, &in, path);
    CHECK_I64(t, in.passed, 2);
    CHECK_I64(t, in.failed, 1);
    struct buf b;
    buf_init(&b, 10000);
    CHECK_I64(t, io_read_file(path, &b, NULL), RC_OK);
    CHECK(t, str_find(buf_str(&b), STR("test_test.c:11: unit: bad: false\n"), 0) != SIZE_MAX);
    CHECK(t, str_find(buf_str(&b), STR("got 1, want 2\n"), 0) != SIZE_MAX);
    CHECK(t, str_find(buf_str(&b), STR("differs at 2"), 0) != SIZE_MAX);
    buf_fini(&b);
}

static void test_filter(struct test *t)
{
    if (!TEST(t, "the filter leaves cases out")) return;
    struct test in = {.unit = "unit", .filter = "good"};
    inner_case(&in);
    CHECK(t, in.passed == 2 && in.failed == 0);
    in = (struct test){.unit = "unit", .filter = "too"};
    inner_case(&in);
    CHECK(t, in.passed == 1 && in.failed == 0);
    in = (struct test){.unit = "unit", .filter = "none"};
    inner_case(&in);
    CHECK(t, in.passed == 0 && in.failed == 0);
}

void test_test(struct test *t);
void test_test(struct test *t)
{
    test_counts(t);
    test_filter(t);
}
