#include "base/io.h"
#include <stdio.h>
#include <sys/stat.h>
#include "base/arena.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"

/* A path in the folder of this run; good until the arena goes. */
static const char *in_tmp(struct arena *a, const struct test *t, const char *name)
{
    return io_join(a, t->tmp_dir, name);
}

static void test_write(struct test *t, struct arena *a)
{
    if (!TEST(t, "a written file is whole and replaces the old one")) return;
    const char *path = in_tmp(a, t, "file"), *tmp = in_tmp(a, t, "file.tmp");
    struct err e = {.lang = LANG_EN};
    struct buf b;
    struct stat st;
    buf_init(&b, 100);
    CHECK_I64(t, io_write_file(tmp, STR("left by a crash, and longer"), 0644, &e), RC_OK);
    CHECK_I64(t, io_write_file(path, STR("one"), 0600, &e), RC_OK);
    CHECK(t, stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK_I64(t, io_write_file(path, STR("second\0text"), 0640, &e), RC_OK);
    CHECK_I64(t, io_read_file(path, &b, &e), RC_OK);
    CHECK_STR(t, buf_str(&b), STR("second\0text"));
    CHECK(t, stat(path, &st) == 0 && (st.st_mode & 0777) == 0640);
    CHECK(t, !io_exists(tmp));
    CHECK_I64(t, io_write_file(path, STR(""), 0600, &e), RC_OK);
    CHECK_I64(t, io_read_file(path, &b, &e), RC_OK);
    CHECK_I64(t, b.n, 0);
    buf_fini(&b);
}

static void test_write_fails(struct test *t, struct arena *a)
{
    if (!TEST(t, "a write that fails says why and leaves nothing")) return;
    struct err e = {.lang = LANG_EN};
    const char *dir = in_tmp(a, t, "adir");
    CHECK_I64(t, io_make_dir(dir, &e), RC_OK);
    CHECK_I64(t, io_write_file(dir, STR("x"), 0600, &e), RC_ENV);
    CHECK(t, str_find(str_from(e.msg), STR("directory"), 0) != SIZE_MAX);
    CHECK(t, !io_exists(in_tmp(a, t, "adir.tmp")));
    CHECK_I64(t, io_write_file(in_tmp(a, t, "none/x"), STR("x"), 0600, &e), RC_ENV);
    char longer[IO_PATH_MAX + 1];
    memset(longer, 'x', sizeof longer);
    longer[IO_PATH_MAX] = 0;
    CHECK_I64(t, io_write_file(longer, STR("x"), 0600, &e), RC_ENV);
    CHECK_I64(t, io_make_dir(longer, &e), RC_ENV);
    CHECK_I64(t, io_make_dir("", &e), RC_ENV);
}

static void test_read_limits(struct test *t, struct arena *a)
{
    if (!TEST(t, "reading stops at the buffer's maximum")) return;
    struct err e = {.lang = LANG_EN};
    const char *path = in_tmp(a, t, "ten");
    CHECK_I64(t, io_write_file(path, STR("0123456789"), 0600, &e), RC_OK);
    for (size_t max = 9; max <= 11; max++) {
        struct buf b;
        buf_init(&b, max);
        CHECK_I64(t, io_read_file(path, &b, &e), max < 10 ? RC_INPUT : RC_OK);
        if (max >= 10) CHECK_STR(t, buf_str(&b), STR("0123456789"));
        buf_fini(&b);
    }
    CHECK(t, str_find(str_from(e.msg), STR("larger than 9 bytes"), 0) != SIZE_MAX);
    struct buf b;
    buf_init(&b, 1000);
    CHECK_I64(t, io_read_file("/proc/self/oom_score", &b, &e), RC_OK); /* no size is known beforehand */
    CHECK(t, b.n > 0);
    buf_fini(&b);
    buf_init(&b, 1);
    CHECK_I64(t, io_read_file("/proc/self/oom_score", &b, &e), RC_INPUT);
    buf_fini(&b);
}

static void test_read_fails(struct test *t, struct arena *a)
{
    if (!TEST(t, "what cannot be read is explained")) return;
    struct err e = {.lang = LANG_EN};
    struct buf b;
    buf_init(&b, 1000);
    CHECK_I64(t, io_read_file(in_tmp(a, t, "nobody"), &b, &e), RC_INPUT);
    CHECK(t, str_find(str_from(e.msg), STR("no such file"), 0) != SIZE_MAX);
    CHECK_I64(t, io_read_file(t->tmp_dir, &b, &e), RC_INPUT);
    CHECK(t, str_find(str_from(e.msg), STR("cannot be read"), 0) != SIZE_MAX);
    const char *pipe = in_tmp(a, t, "pipe");
    CHECK_I64(t, mkfifo(pipe, 0600), 0);
    CHECK_I64(t, io_read_file(pipe, &b, &e), RC_INPUT); /* nobody will ever write */
    CHECK(t, str_find(str_from(e.msg), STR("not a file"), 0) != SIZE_MAX);
    CHECK_I64(t, io_read_file("/dev/zero", &b, &e), RC_INPUT);
    e.lang = LANG_ZH;
    CHECK_I64(t, io_read_file(in_tmp(a, t, "nobody"), &b, &e), RC_INPUT);
    CHECK(t, str_find(str_from(e.msg), STR("没有这个文件"), 0) != SIZE_MAX);
    buf_fini(&b);
}

static void test_dirs(struct test *t, struct arena *a)
{
    if (!TEST(t, "folders are made with their parents and listed in order")) return;
    struct err e = {.lang = LANG_EN};
    const char *top = in_tmp(a, t, "p"), *deep = in_tmp(a, t, "p/q//r/");
    CHECK(t, !io_exists(top) && !io_is_dir(top));
    CHECK_I64(t, io_make_dir(deep, &e), RC_OK);
    CHECK_I64(t, io_make_dir(deep, &e), RC_OK);
    CHECK(t, io_is_dir(deep) && io_is_dir(in_tmp(a, t, "p/q")));
    static const char *const names[] = {"b", "a", "乙", "B"};
    for (size_t i = 0; i < 4; i++) CHECK_I64(t, io_write_file(io_join(a, top, names[i]), STR("x"), 0600, &e), RC_OK);
    CHECK(t, io_exists(in_tmp(a, t, "p/a")) && !io_is_dir(in_tmp(a, t, "p/a")));
    CHECK_I64(t, io_make_dir(in_tmp(a, t, "p/a/x"), &e), RC_ENV);
    const char **list;
    size_t n;
    CHECK_I64(t, io_list_dir(a, top, &list, &n, &e), RC_OK);
    static const char *const want[] = {"B", "a", "b", "q", "乙"};
    CHECK_I64(t, n, 5);
    for (size_t i = 0; i < n && i < 5; i++) CHECK_STR(t, str_from(list[i]), str_from(want[i]));
    CHECK_I64(t, io_list_dir(a, deep, &list, &n, &e), RC_OK);
    CHECK_I64(t, n, 0);
    CHECK_I64(t, io_list_dir(a, in_tmp(a, t, "nobody"), &list, &n, &e), RC_INPUT);
}

#ifdef MEM_FAULTS
static void test_nomem(struct test *t, struct arena *a)
{
    if (!TEST(t, "every allocation may fail")) return;
    const char *path = in_tmp(a, t, "nomem");
    struct err e = {.lang = LANG_EN};
    CHECK_I64(t, io_write_file(path, STR("text"), 0600, &e), RC_OK);
    bool all_ok = false;
    for (uint64_t nth = 1; nth < 20 && !all_ok; nth++) {
        struct arena own;
        struct buf b;
        const char **list;
        size_t n;
        arena_init(&own, MIB(1));
        buf_init(&b, 100);
        mem_fault_arm(nth, 1);
        enum rc read = io_read_file(path, &b, &e), listed = io_list_dir(&own, t->tmp_dir, &list, &n, &e);
        bool fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        all_ok = !fired;
        CHECK(t, read == RC_OK || read == RC_NOMEM);
        CHECK(t, listed == RC_OK || listed == RC_NOMEM);
        CHECK_I64(t, fired, read || listed);
        buf_fini(&b);
        arena_fini(&own);
    }
    CHECK(t, all_ok);
}
#endif

void io_test(struct test *t);
void io_test(struct test *t)
{
    struct arena a;
    arena_init(&a, MIB(1));
    test_write(t, &a);
    test_write_fails(t, &a);
    test_read_limits(t, &a);
    test_read_fails(t, &a);
    test_dirs(t, &a);
#ifdef MEM_FAULTS
    test_nomem(t, &a);
#endif
    arena_fini(&a);
}
