/* A screen without memory, on a full disk, killed: the store holds the old screen or the new one, never half of one. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/mem.h"
#include "screen/screen_test_int.h"

void screen_fault_test(struct test *t);

static const char BOOK[] =
    "book t \"测试\" { jurisdiction 00 }\n" TOWN_ROSTER TOWN_MEDICAL TOWN_LINE TOWN_ILL TOWN_WATER;

enum { PEOPLE = 40, KILLS = 25, KILLS_SLOW = 200 };

static bool small_town(struct town *w, struct test *t, const char *name, unsigned people)
{
    struct buf b;
    if (!town_open(w, t, name, BOOK)) return false;
    town_set(w, "line", "100 yuan", 0);
    buf_init(&b, MIB(16));
    buf_addz(&b, "身份证号,姓名,户编号,区划,饮水安全\n");
    for (unsigned i = 0; i < people; i++)
        buf_addf(&b, "%s,人%u,H%u,610926100201,%s\n", town_id(i).z, i, i / 2, i % 5 ? "是" : "否");
    w->o.received = town_day("2026-01-01");
    CHECK_I64(t, town_take(w, "roster", buf_str(&b)), RC_OK);
    buf_clear(&b);
    buf_addz(&b, "身份证号,姓名,单号,结算日期,自付\n");
    for (unsigned i = 0; i < people; i++)
        buf_addf(&b, "%s,%s%u,S%u,2026-01-%02u,%u\n", town_id(i).z, i % 9 ? "人" : "别", i, i, 1 + i % 28,
                 i * 17 % 300);
    w->o.received = town_day("2026-02-01");
    town_covers(w, "2026-01-01", "2026-01-31");
    CHECK_I64(t, town_take(w, "medical", buf_str(&b)), RC_OK);
    buf_fini(&b);
    return true;
}

static int64_t kept_id(struct town *w, const char *as_of)
{
    struct screen at = {0};
    CHECK_I64(w->t, screen_at(w->s, &w->a, town_day(as_of), &at, &w->e), RC_OK);
    return at.id;
}

#ifdef MEM_FAULTS
/* Every Nth allocation fails once: the screen fails with what was kept before, or does without. */
static void test_memory(struct test *t)
{
    struct town w;
    struct buf want;
    if (!small_town(&w, t, "memory", PEOPLE)) return;
    buf_init(&want, MIB(1));
    CHECK_I64(t, town_screen(&w, "2026-01-31", "2026-02-10"), RC_OK);
    CHECK_I64(t, town_screen(&w, "2026-02-01", "2026-02-10"), RC_OK);
    buf_add(&want, buf_str(&w.found));
    uint64_t failures = 0, done = 0;
    for (uint64_t n = 1;; n += t->slow || n < 300 ? 1 : 7) {
        int64_t before = kept_id(&w, "2026-02-01");
        mem_fault_arm(n, 0);
        enum rc rc = town_screen(&w, "2026-02-01", "2026-02-10");
        bool fired = mem_fault_fired();
        mem_fault_arm(0, 0);
        int64_t after = kept_id(&w, "2026-02-01");
        if (!fired && rc == RC_OK) break;
        failures += rc != RC_OK;
        done += rc == RC_OK;
        CHECK(t, rc == RC_OK ? after != before : after == before || w.sc.screen.id == after);
        if (rc == RC_OK) CHECK_STR(t, buf_str(&w.found), buf_str(&want));
    }
    CHECK(t, failures > 100);
    CHECK_I64(t, town_screen(&w, "2026-02-01", "2026-02-10"), RC_OK);
    CHECK_STR(t, buf_str(&w.found), buf_str(&want));
    town_check(&w);
    buf_fini(&want);
    town_close(&w);
    (void)done;
}
#endif

/* Files may not grow: the screen fails, says so, and leaves what was there. */
static void test_full_disk(struct test *t)
{
    struct town w;
    if (!small_town(&w, t, "full", 4000)) return;
    CHECK_I64(t, town_screen(&w, "2026-01-31", "2026-02-10"), RC_OK);
    int64_t before = kept_id(&w, "2026-01-31");
    store_close(w.s);
    w.s = NULL;
    pid_t child = fork();
    if (child == 0) {
        struct store_options o = {.path = w.path, .access = STORE_WRITE, .clock = clock_fixed(&w.now_us)};
        struct rlimit limit = {2048, 2048};
        (void)signal(SIGXFSZ, SIG_IGN);
        if (store_open(&w.s, &o, &w.e) || setrlimit(RLIMIT_FSIZE, &limit)) _exit(3);
        enum rc rc = town_screen(&w, "2026-02-01", "2026-02-10");
        _exit(rc == RC_ENV && w.e.msg[0] ? 0 : 4);
    }
    int status = -1;
    CHECK(t, child > 0 && waitpid(child, &status, 0) == child);
    CHECK(t, WIFEXITED(status) && WEXITSTATUS(status) == 0);
    town_check(&w);
    CHECK_I64(t, kept_id(&w, "2026-01-31"), before);
    CHECK_I64(t, kept_id(&w, "2026-02-01"), 0);
    CHECK_I64(t, town_screen(&w, "2026-02-01", "2026-02-10"), RC_OK);
    town_close(&w);
}

static void screen_for_ever(struct town *w)
{
    struct store_options o = {.path = w->path, .access = STORE_WRITE, .clock = clock_fixed(&w->now_us)};
    if (store_open(&w->s, &o, &w->e)) _exit(3);
    for (unsigned day = 0;; day++)
        if (town_screen(w, day % 3 ? "2026-02-02" : "2026-02-01", "2026-02-10")) _exit(4);
}

static void test_killed(struct test *t)
{
    struct town w;
    struct rng r;
    unsigned kills = t->slow ? KILLS_SLOW : KILLS, deaths = 0;
    if (!small_town(&w, t, "killed", 2000)) return;
    rng_seed(&r, 5);
    CHECK_I64(t, town_screen(&w, "2026-01-31", "2026-02-10"), RC_OK);
    struct str tasks = town_tasks(&w);
    int64_t before = kept_id(&w, "2026-01-31");
    for (unsigned i = 0; i < kills; i++) {
        store_close(w.s);
        w.s = NULL;
        pid_t child = fork();
        if (child == 0) screen_for_ever(&w);
        (void)usleep((useconds_t)(1000 + rng_below(&r, 200000)));
        int status = 0;
        (void)kill(child, SIGKILL);
        CHECK(t, child > 0 && waitpid(child, &status, 0) == child);
        deaths += WIFSIGNALED(status) != 0;
        town_check(&w);
        CHECK_I64(t, kept_id(&w, "2026-01-31"), before);
        CHECK_STR(t, town_tasks(&w), tasks); /* the same households, whichever screen was the last */
    }
    CHECK_I64(t, deaths, kills);
    town_close(&w);
}

void screen_fault_test(struct test *t)
{
#ifdef MEM_FAULTS
    if (TEST(t, "a screen short of memory")) test_memory(t);
#endif
    if (TEST(t, "a screen on a full disk")) test_full_disk(t);
    if (TEST(t, "a screen killed at any moment")) test_killed(t);
}
