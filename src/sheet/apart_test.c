#include "sheet/apart.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"

/* What the child tells. */
struct told {
    atomic_int reached;
    struct rlimit core, cpu;
};

static void say_limits(void *ctx)
{
    struct told *t = ctx;
    (void)getrlimit(RLIMIT_CORE, &t->core);
    (void)getrlimit(RLIMIT_CPU, &t->cpu);
    t->reached = 1;
}

static void crash(void *ctx)
{
    struct told *t = ctx;
    t->reached = 1;
    (void)raise(SIGSEGV);
    t->reached = 2;
}

static void spin(void *ctx)
{
    struct told *t = ctx;
    for (;;) t->reached = 1;
}

static void sleep_on(void *ctx)
{
    (void)ctx;
    for (;;) (void)pause();
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* Until there is none. */
static void eat(void *ctx)
{
    struct told *t = ctx;
    /* Written to, or an optimiser leaves the allocation out. */
    for (volatile char *piece; (piece = mem_alloc(MIB(16))); t->reached = t->reached + 1) *piece = 1;
    abort();
}

#endif

static enum apart_end run(struct test *t, void (*fn)(void *), struct told *told)
{
    struct err e = {0};
    enum apart_end end = APART_DONE;
    told->reached = 0;
    CHECK_I64(t, apart_run(fn, told, (struct apart_limits){1, MIB(256)}, &end, &e), RC_OK);
    return end;
}

static void ends(struct test *t, struct told *told)
{
    CHECK_I64(t, run(t, say_limits, told), APART_DONE);
    CHECK_I64(t, told->reached, 1);
    CHECK_I64(t, told->core.rlim_max, 0);
    CHECK_I64(t, told->cpu.rlim_max, 1);
    CHECK_I64(t, run(t, crash, told), APART_DIED);
    CHECK_I64(t, told->reached, 1);
    CHECK_I64(t, run(t, spin, told), APART_LATE);
    CHECK_I64(t, told->reached, 1);
    CHECK_I64(t, run(t, sleep_on, told), APART_LATE);
}

void apart_test(struct test *t);

void apart_test(struct test *t)
{
    struct told *told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(t, told != MAP_FAILED);
    if (told == MAP_FAILED) return;
    if (TEST(t, "apart: done, crashed, endless, asleep")) ends(t, told);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    if (TEST(t, "apart: more memory than is allowed")) {
        CHECK_I64(t, run(t, eat, told), APART_DIED);
        /* What the heap had in hand before counts as well. */
        CHECK(t, told->reached > 0 && told->reached <= 2 * 16);
    }
#endif
    (void)munmap(told, sizeof *told);
}
