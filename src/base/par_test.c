#include "base/par.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/mem.h"
#include "base/test.h"

enum { TASKS = 2000 };

struct job {
    atomic_uint runs[TASKS];
    atomic_uint threads_seen[PAR_MAX_THREADS];
    size_t fail_from, fail_every;
};

static enum rc count(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct job *j = ctx;
    atomic_fetch_add(&j->runs[task], 1);
    atomic_fetch_add(&j->threads_seen[thread], 1);
    if (task >= j->fail_from && (task - j->fail_from) % j->fail_every == 0)
        return err_set(e, RC_INPUT, (struct pos){"f", (uint32_t)task, 1}, "task %zu", "任务 %zu", task);
    return RC_OK;
}

static size_t wrong_runs(struct job *j, size_t upto)
{
    size_t bad = 0;
    for (size_t i = 0; i < upto; i++) bad += j->runs[i] != 1;
    for (size_t i = upto; i < TASKS; i++) bad += j->runs[i] > 1;
    return bad;
}

static void test_all_run(struct test *t)
{
    if (!TEST(t, "every task runs once, whatever the threads")) return;
    static const unsigned threads[] = {0, 1, 2, 7, PAR_MAX_THREADS, 10000};
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        struct job j = {.fail_from = SIZE_MAX, .fail_every = 1};
        struct err e = {.lang = LANG_EN};
        CHECK_I64(t, par_run(threads[i], TASKS, count, &j, &e), RC_OK);
        CHECK_I64(t, wrong_runs(&j, TASKS), 0);
        unsigned limit = threads[i] < 1 ? 1 : threads[i] < PAR_MAX_THREADS ? threads[i] : PAR_MAX_THREADS;
        for (unsigned k = limit; k < PAR_MAX_THREADS; k++) CHECK_I64(t, j.threads_seen[k], 0);
    }
    struct job j = {.fail_from = 0, .fail_every = 1};
    CHECK_I64(t, par_run(4, 0, count, &j, NULL), RC_OK);
    CHECK_I64(t, j.runs[0], 0);
}

static void test_failure(struct test *t)
{
    if (!TEST(t, "the lowest failure is returned, always the same")) return;
    for (unsigned threads = 1; threads <= 8; threads++) {
        for (size_t from = 0; from < 60; from += 7) {
            struct job j = {.fail_from = from, .fail_every = 3};
            struct err e = {.lang = LANG_EN};
            char want[32];
            (void)snprintf(want, sizeof want, "task %zu", from);
            CHECK_I64(t, par_run(threads, TASKS, count, &j, &e), RC_INPUT);
            CHECK_STR(t, str_from(e.msg), str_from(want));
            CHECK_I64(t, e.line, from);
            CHECK_I64(t, wrong_runs(&j, from + 1), 0);
            CHECK_I64(t, j.runs[TASKS - 1], 0);
        }
    }
    struct job j = {.fail_from = 5, .fail_every = 1};
    CHECK_I64(t, par_run(3, TASKS, count, &j, NULL), RC_INPUT);
}

static void test_threads(struct test *t)
{
    if (!TEST(t, "the number of threads")) return;
    (void)setenv("FANGPIN_THREADS", "3", 1);
    CHECK_I64(t, par_threads(), 3);
    static const char *const odd[] = {"0", "-1", "65", "x", ""};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        (void)setenv("FANGPIN_THREADS", odd[i], 1);
        CHECK(t, par_threads() >= 1 && par_threads() <= PAR_MAX_THREADS);
    }
    (void)unsetenv("FANGPIN_THREADS");
    CHECK(t, par_threads() >= 1 && par_threads() <= PAR_MAX_THREADS);
}

/* Tasks that run tasks in the same pool. */
struct nest {
    struct par_pool *pool;
    struct job job[20];
};

static enum rc run_inner(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct nest *n = ctx;
    (void)thread;
    return par_pool_run(n->pool, 1, TASKS, count, &n->job[task], e);
}

static void test_pool(struct test *t)
{
    if (!TEST(t, "a pool: tasks within tasks, each once, no more threads than it has")) return;
    static const unsigned threads[] = {0, 1, 2, 7};
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        struct nest *n = mem_zalloc_array(1, sizeof *n);
        struct err e = {.lang = LANG_EN};
        CHECK_I64(t, par_pool_new(&n->pool, threads[i], &e), RC_OK);
        unsigned limit = par_pool_threads(n->pool);
        CHECK_I64(t, limit, threads[i] ? threads[i] : 1);
        for (size_t k = 0; k < 20; k++) n->job[k] = (struct job){.fail_from = SIZE_MAX, .fail_every = 1};
        CHECK_I64(t, par_pool_run(n->pool, 1, 20, run_inner, n, &e), RC_OK);
        for (size_t k = 0; k < 20; k++) {
            CHECK_I64(t, wrong_runs(&n->job[k], TASKS), 0);
            for (unsigned c = limit; c < PAR_MAX_THREADS; c++) CHECK_I64(t, n->job[k].threads_seen[c], 0);
        }
        for (size_t k = 0; k < 20; k++)
            n->job[k] = (struct job){.fail_from = k < 11 ? SIZE_MAX : 3 + k, .fail_every = 1};
        CHECK_I64(t, par_pool_run(n->pool, 1, 20, run_inner, n, &e), RC_INPUT);
        CHECK_STR(t, str_from(e.msg), STR("task 14"));
        par_pool_free(n->pool);
        mem_free(n);
    }
    struct job j = {.fail_from = SIZE_MAX, .fail_every = 1};
    CHECK_I64(t, par_pool_run(NULL, 3, TASKS, count, &j, NULL), RC_OK);
    CHECK_I64(t, wrong_runs(&j, TASKS), 0);
}

struct alone {
    struct par_pool *pool;
    unsigned outer;
    pthread_t self;
    bool other; /* an inner task ran on another thread or under another number */
};

static enum rc note_number(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct alone *a = ctx;
    (void)task, (void)e;
    a->other = a->other || thread != a->outer || !pthread_equal(pthread_self(), a->self);
    return RC_OK;
}

static enum rc run_alone(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct alone *a = (struct alone *)ctx + task;
    a->outer = thread;
    a->self = pthread_self();
    sched_yield();
    return par_team_run((struct par_team){1, a->pool}, 50, note_number, a, e);
}

static void test_team(struct test *t)
{
    if (!TEST(t, "a team of one within a pool works here, under this thread's number; others as pool or threads"))
        return;
    struct alone a[64] = {0};
    struct par_pool *pool;
    CHECK_I64(t, par_pool_new(&pool, 4, NULL), RC_OK);
    for (size_t i = 0; i < 64; i++) a[i].pool = pool;
    CHECK_I64(t, par_team_run((struct par_team){4, pool}, 64, run_alone, a, NULL), RC_OK);
    for (size_t i = 0; i < 64; i++) CHECK(t, !a[i].other);
    par_pool_free(pool);
    struct job j = {.fail_from = SIZE_MAX, .fail_every = 1};
    CHECK_I64(t, par_team_run((struct par_team){3, NULL}, TASKS, count, &j, NULL), RC_OK);
    CHECK_I64(t, wrong_runs(&j, TASKS), 0);
}

struct count_aside {
    atomic_int n;
};

static void add_one(void *ctx)
{
    struct count_aside *c = ctx;
    c->n++;
}

static void test_aside(struct test *t)
{
    if (!TEST(t, "a thread aside: runs once, and is over when its end has been waited for")) return;
    for (int i = 0; i < 20; i++) {
        struct count_aside c = {0};
        struct par_aside *a = par_aside_start(NULL, add_one, &c);
        while (i % 2 && a && !par_aside_done(a)) sched_yield();
        CHECK(t, a != NULL);
        par_aside_end(a);
        CHECK_I64(t, c.n, 1);
    }
    par_aside_end(NULL);
}

/* Of two threads one waits for a thread aside, which waits for tasks that the other one alone cannot end. */
struct waiting {
    struct par_pool *pool;
    atomic_uint seen[2];
    atomic_bool inner_done;
};

static void wait_for_inner(void *ctx)
{
    struct waiting *w = ctx;
    while (!w->inner_done) sched_yield();
}

static enum rc both_needed(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct waiting *w = ctx;
    (void)task, (void)e;
    w->seen[thread]++;
    while (!w->seen[!thread]) sched_yield();
    return RC_OK;
}

static enum rc wait_or_work(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct waiting *w = ctx;
    (void)thread;
    if (task == 0) {
        par_aside_end(par_aside_start(w->pool, wait_for_inner, w));
        return RC_OK;
    }
    enum rc rc = par_pool_run(w->pool, 1, 100, both_needed, w, e);
    w->inner_done = true;
    return rc;
}

static void test_helping_aside(struct test *t)
{
    if (!TEST(t, "who waits for a thread aside helps with what others of the pool have begun")) return;
    for (int i = 0; i < 20; i++) {
        struct waiting w = {0};
        CHECK_I64(t, par_pool_new(&w.pool, 2, NULL), RC_OK);
        if (par_pool_threads(w.pool) == 2) CHECK_I64(t, par_pool_run(w.pool, 1, 2, wait_or_work, &w, NULL), RC_OK);
        CHECK_I64(t, w.seen[0] + w.seen[1], 100);
        par_pool_free(w.pool);
    }
}

struct later {
    struct par_pool *pool;
    struct job job;
    atomic_int begun;
    atomic_bool go, failed;
};

static void do_later(void *ctx)
{
    struct later *l = ctx;
    l->begun++;
    while (!l->go) sched_yield();
    l->failed = par_pool_run(l->pool, 1, TASKS, count, &l->job, NULL) != RC_OK;
}

static void test_later(struct test *t)
{
    if (!TEST(t, "a task for whoever is idle: beside other tasks, once, and over when its end has been waited for"))
        return;
    for (unsigned threads = 1; threads < 4; threads++) {
        struct later *l = mem_zalloc_array(1, sizeof *l);
        struct job other = {.fail_from = SIZE_MAX, .fail_every = 1};
        l->job = other;
        CHECK_I64(t, par_pool_new(&l->pool, threads, NULL), RC_OK);
        bool alone = par_pool_threads(l->pool) == 1;
        struct par_later *end = par_pool_later(l->pool, do_later, l);
        CHECK(t, end != NULL);
        while (!alone && !l->begun) sched_yield();
        CHECK_I64(t, par_pool_run(l->pool, 1, TASKS, count, &other, NULL), RC_OK); /* while that one waits */
        CHECK_I64(t, wrong_runs(&other, TASKS), 0);
        l->go = true;
        par_later_end(end);
        CHECK(t, !l->failed);
        CHECK_I64(t, l->begun, !alone); /* the caller alone never comes to it */
        CHECK_I64(t, wrong_runs(&l->job, alone ? 0 : TASKS), 0);
        par_pool_free(l->pool);
        mem_free(l);
    }
    par_later_end(NULL);
}

void par_test(struct test *t);
void par_test(struct test *t)
{
    test_all_run(t);
    test_failure(t);
    test_threads(t);
    test_pool(t);
    test_team(t);
    test_aside(t);
    test_helping_aside(t);
    test_later(t);
}
