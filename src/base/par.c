#include "base/par.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include "base/mem.h"
#include "base/str.h"

unsigned par_threads(void)
{
    int64_t want;
    if (str_to_i64(str_from(getenv("FANGPIN_THREADS")), 1, PAR_MAX_THREADS, &want)) return (unsigned)want;
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    int n = CPU_COUNT(&set);
    return n < 1 ? 1 : n > PAR_MAX_THREADS ? PAR_MAX_THREADS : (unsigned)n;
}

struct job {
    par_fn fn;
    void *ctx;
    size_t tasks;
    enum lang lang;
    _Atomic size_t next;
    atomic_bool stop;
    pthread_mutex_t lock; /* over the two below */
    size_t failed_task;   /* lowest so far */
    struct err err;
    /* in a pool, under its lock */
    unsigned helpers;
    struct job *older;
};

static enum rc job_init(struct job *j, size_t tasks, par_fn fn, void *ctx, struct err *e)
{
    *j = (struct job){.fn = fn, .ctx = ctx, .tasks = tasks, .lang = e ? e->lang : LANG_ZH, .failed_task = SIZE_MAX};
    return pthread_mutex_init(&j->lock, NULL) ? err_nomem(e) : RC_OK;
}

static enum rc job_end(struct job *j, struct err *e)
{
    pthread_mutex_destroy(&j->lock);
    if (j->failed_task == SIZE_MAX) return RC_OK;
    if (e) *e = j->err;
    return j->err.rc;
}

static void note_failure(struct job *job, size_t task, enum rc rc, const struct err *e)
{
    pthread_mutex_lock(&job->lock);
    if (task < job->failed_task) {
        job->failed_task = task;
        job->err = *e;
        job->err.rc = rc;
    }
    pthread_mutex_unlock(&job->lock);
    job->stop = true;
}

/* Stop is looked at before a task is taken, never after: then every task below a failed one has run, and the lowest
 * failure does not depend on timing. */
static void job_work(struct job *job, unsigned thread)
{
    while (!job->stop) {
        size_t task = atomic_fetch_add(&job->next, 1);
        if (task >= job->tasks) break;
        struct err e = {.lang = job->lang};
        enum rc rc = job->fn(job->ctx, task, thread, &e);
        if (rc) note_failure(job, task, rc, &e);
    }
}

/* ---- where a thread begins */

/* The processor `ahead` places behind this one among those allowed; -1: not known. */
static int processor_behind(const cpu_set_t *allowed, unsigned ahead)
{
    int at = sched_getcpu(), n = CPU_COUNT(allowed);
    if (at < 0 || n < 1) return -1;
    for (unsigned left = ahead % (unsigned)n; left;) {
        at = (at + 1) % CPU_SETSIZE;
        left -= CPU_ISSET((size_t)at, allowed) != 0;
    }
    return at;
}

/* A thread begins on a processor of its own and may then go anywhere (be_anywhere): left to itself the system has been
 * seen to let two threads share one processor for 0.1 s beside an idle one. Any failure only means that. */
static int start_thread(pthread_t *id, const cpu_set_t *allowed, unsigned number, void *(*fn)(void *), void *arg)
{
    cpu_set_t one;
    pthread_attr_t attr;
    int cpu = processor_behind(allowed, number);
    if (cpu < 0 || pthread_attr_init(&attr)) return pthread_create(id, NULL, fn, arg);
    CPU_ZERO(&one);
    CPU_SET((size_t)cpu, &one);
    int failed = pthread_attr_setaffinity_np(&attr, sizeof one, &one) || pthread_create(id, &attr, fn, arg);
    (void)pthread_attr_destroy(&attr);
    return failed ? pthread_create(id, NULL, fn, arg) : 0;
}

static void be_anywhere(const cpu_set_t *allowed)
{
    if (CPU_COUNT(allowed)) (void)sched_setaffinity(0, sizeof *allowed, allowed);
}

static void ask_allowed(cpu_set_t *allowed)
{
    CPU_ZERO(allowed);
    if (sched_getaffinity(0, sizeof *allowed, allowed)) CPU_ZERO(allowed);
}

/* ---- threads for one job */

struct worker {
    struct job *job;
    unsigned thread;
    pthread_t id;
    const cpu_set_t *allowed;
};

static void *work(void *arg)
{
    const struct worker *w = arg;
    be_anywhere(w->allowed);
    job_work(w->job, w->thread);
    return NULL;
}

enum rc par_run(unsigned threads, size_t tasks, par_fn fn, void *ctx, struct err *e)
{
    struct worker w[PAR_MAX_THREADS];
    struct job job;
    cpu_set_t allowed;
    unsigned started = 1;
    if (threads > PAR_MAX_THREADS) threads = PAR_MAX_THREADS;
    if (threads > tasks) threads = (unsigned)tasks;
    TRY(job_init(&job, tasks, fn, ctx, e));
    if (threads > 1) ask_allowed(&allowed);
    for (; started < threads; started++) {
        w[started] = (struct worker){.job = &job, .thread = started, .allowed = &allowed};
        if (start_thread(&w[started].id, &allowed, started, work, &w[started])) break; /* fewer do the same work */
    }
    job_work(&job, 0);
    for (unsigned i = 1; i < started; i++) pthread_join(w[i].id, NULL);
    return job_end(&job, e);
}

void par_pause(unsigned ms) { (void)nanosleep(&(struct timespec){.tv_nsec = (long)ms * 1000000}, NULL); }

/* ---- threads that stay */

enum { MOMENT = 150 /* yields of the processor: about 0.05 ms */ };

struct member {
    struct par_pool *pool;
    unsigned number;
    pthread_t id;
};

struct par_pool {
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t moved; /* a job came, or the last helper left one */
    atomic_uint moves;    /* how often; written under the lock */
    struct job *newest;
    bool stop;
    cpu_set_t allowed;
    unsigned threads; /* with the one that calls */
    struct member member[PAR_MAX_THREADS];
    const struct job
        *inside[PAR_MAX_THREADS]; /* of each thread, which alone uses it: the innermost one among the jobs */
};

/* With the lock. */
static void tell_all(struct par_pool *p)
{
    p->moves++;
    pthread_cond_broadcast(&p->moved);
}

/* Who sleeps is awake again after 0.05 ms at best, and half of all waits are shorter: so a moment passes before it.
 * Others who want the processor have it meanwhile. With the lock, which is let go. */
static void wait_for_move(struct par_pool *p)
{
    unsigned was = p->moves;
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < MOMENT && p->moves == was; i++) (void)sched_yield();
    pthread_mutex_lock(&p->lock);
    if (p->moves == was) pthread_cond_wait(&p->moved, &p->lock);
}

/* Jobs newer than `than` (NULL: any) with tasks left; the newest first. */
static struct job *job_to_help(const struct par_pool *p, const struct job *than)
{
    for (struct job *j = p->newest; j != than; j = j->older)
        if (!j->stop && j->next < j->tasks) return j;
    return NULL;
}

static void help(struct par_pool *p, struct job *j, unsigned number)
{
    const struct job *was = p->inside[number];
    j->helpers++;
    pthread_mutex_unlock(&p->lock);
    p->inside[number] = j;
    job_work(j, number);
    p->inside[number] = was;
    pthread_mutex_lock(&p->lock);
    if (--j->helpers == 0) tell_all(p);
}

static void *member_main(void *arg)
{
    const struct member *m = arg;
    struct par_pool *p = m->pool;
    be_anywhere(&p->allowed);
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        struct job *j = job_to_help(p, NULL);
        if (j) help(p, j, m->number);
        else wait_for_move(p);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static bool pool_init(struct par_pool *p)
{
    if (pthread_mutex_init(&p->lock, NULL)) return false;
    if (!pthread_cond_init(&p->moved, NULL)) return true;
    pthread_mutex_destroy(&p->lock);
    return false;
}

enum rc par_pool_new(struct par_pool **out, unsigned threads, struct err *e)
{
    struct par_pool *p = *out = mem_zalloc_array(1, sizeof *p);
    if (!p) return err_nomem(e);
    if (!pool_init(p)) {
        mem_free(p);
        *out = NULL;
        return err_nomem(e);
    }
    ask_allowed(&p->allowed);
    if (threads > PAR_MAX_THREADS) threads = PAR_MAX_THREADS;
    for (p->threads = 1; p->threads < threads; p->threads++) {
        struct member *m = &p->member[p->threads];
        *m = (struct member){.pool = p, .number = p->threads};
        if (start_thread(&m->id, &p->allowed, m->number, member_main, m)) break; /* fewer do the same work */
    }
    return RC_OK;
}

void par_pool_free(struct par_pool *p)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    tell_all(p);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 1; i < p->threads; i++) pthread_join(p->member[i].id, NULL);
    pthread_cond_destroy(&p->moved);
    pthread_mutex_destroy(&p->lock);
    mem_free(p);
}

unsigned par_pool_threads(const struct par_pool *p) { return p->threads; }

/* The caller's number: 0 from outside. */
static unsigned own_number(const struct par_pool *p)
{
    pthread_t self = pthread_self();
    unsigned i = 1;
    while (i < p->threads && !pthread_equal(p->member[i].id, self)) i++;
    return i < p->threads ? i : 0;
}

static void pool_add(struct par_pool *p, struct job *j)
{
    pthread_mutex_lock(&p->lock);
    j->older = p->newest;
    p->newest = j;
    tell_all(p);
    pthread_mutex_unlock(&p->lock);
}

/* Until the last helper is done: what is newer was begun by helpers, so helping there is the shortest way. */
static void pool_finish(struct par_pool *p, struct job *j, unsigned number)
{
    pthread_mutex_lock(&p->lock);
    while (j->helpers) {
        struct job *newer = job_to_help(p, j);
        if (newer) help(p, newer, number);
        else wait_for_move(p);
    }
    struct job **at = &p->newest;
    while (*at != j) at = &(*at)->older;
    *at = j->older;
    pthread_mutex_unlock(&p->lock);
}

static enum rc run_in(struct par_pool *p, bool alone, size_t tasks, par_fn fn, void *ctx, struct err *e)
{
    struct job job;
    TRY(job_init(&job, tasks, fn, ctx, e));
    unsigned number = own_number(p);
    bool shared = tasks > 1 && !alone;
    const struct job *was = p->inside[number];
    if (shared) {
        pool_add(p, &job);
        p->inside[number] = &job;
    }
    job_work(&job, number);
    if (shared) pool_finish(p, &job, number);
    p->inside[number] = was;
    return job_end(&job, e);
}

/* ---- one thread aside */

struct par_aside {
    struct par_pool *pool; /* that the waiting thread may help; NULL: none */
    void (*fn)(void *ctx);
    void *ctx;
    pthread_t id;
    atomic_bool done;
};

static void *aside_main(void *arg)
{
    struct par_aside *a = arg;
    struct par_pool *p = a->pool;
    a->fn(a->ctx);
    if (p) pthread_mutex_lock(&p->lock);
    a->done = true;
    if (p) {
        tell_all(p);
        pthread_mutex_unlock(&p->lock);
    }
    return NULL;
}

struct par_aside *par_aside_start(struct par_pool *p, void (*fn)(void *ctx), void *ctx)
{
    struct par_aside *a = mem_zalloc_array(1, sizeof *a);
    if (!a) return NULL;
    a->pool = p;
    a->fn = fn;
    a->ctx = ctx;
    if (!pthread_create(&a->id, NULL, aside_main, a)) return a;
    mem_free(a);
    return NULL;
}

bool par_aside_done(const struct par_aside *a) { return a->done; }

/* What is newer than the job in which this thread waits was begun by others meanwhile, in short tasks. */
static void help_until(struct par_pool *p, const atomic_bool *done)
{
    unsigned number = own_number(p);
    pthread_mutex_lock(&p->lock);
    while (!*done) {
        const struct job *inside = p->inside[number];
        struct job *j = inside ? job_to_help(p, inside) : NULL;
        if (j) help(p, j, number);
        else wait_for_move(p);
    }
    pthread_mutex_unlock(&p->lock);
}

void par_aside_end(struct par_aside *a)
{
    if (!a) return;
    if (a->pool) help_until(a->pool, &a->done);
    pthread_join(a->id, NULL);
    mem_free(a);
}

/* ---- one task for whoever is idle */

struct par_later {
    struct par_pool *pool;
    struct job job;
    void (*fn)(void *ctx);
    void *ctx;
};

static enum rc run_later(void *ctx, size_t task, unsigned thread, struct err *e)
{
    const struct par_later *l = ctx;
    (void)task, (void)thread, (void)e;
    l->fn(l->ctx);
    return RC_OK;
}

/* As the oldest job, which is helped last. */
static void pool_add_last(struct par_pool *p, struct job *j)
{
    pthread_mutex_lock(&p->lock);
    struct job **at = &p->newest;
    while (*at) at = &(*at)->older;
    *at = j;
    tell_all(p);
    pthread_mutex_unlock(&p->lock);
}

struct par_later *par_pool_later(struct par_pool *p, void (*fn)(void *ctx), void *ctx)
{
    struct err ignored = {0};
    struct par_later *l = mem_zalloc_array(1, sizeof *l);
    if (!l) return NULL;
    l->pool = p;
    l->fn = fn;
    l->ctx = ctx;
    if (job_init(&l->job, 1, run_later, l, &ignored)) {
        mem_free(l);
        return NULL;
    }
    pool_add_last(p, &l->job);
    return l;
}

void par_later_end(struct par_later *l)
{
    struct err ignored = {0};
    if (!l) return;
    l->job.stop = true;
    pool_finish(l->pool, &l->job, own_number(l->pool));
    (void)job_end(&l->job, &ignored);
    mem_free(l);
}

enum rc par_pool_run(struct par_pool *p, unsigned threads, size_t tasks, par_fn fn, void *ctx, struct err *e)
{
    return p ? run_in(p, false, tasks, fn, ctx, e) : par_run(threads, tasks, fn, ctx, e);
}

enum rc par_team_run(struct par_team team, size_t tasks, par_fn fn, void *ctx, struct err *e)
{
    return team.pool ? run_in(team.pool, team.threads <= 1, tasks, fn, ctx, e)
                     : par_run(team.threads, tasks, fn, ctx, e);
}
