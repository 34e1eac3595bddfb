#include "base/par.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
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
};

struct worker {
    struct job *job;
    unsigned thread;
    pthread_t id;
};

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
static void *work(void *arg)
{
    const struct worker *w = arg;
    struct job *job = w->job;
    while (!job->stop) {
        size_t task = atomic_fetch_add(&job->next, 1);
        if (task >= job->tasks) break;
        struct err e = {.lang = job->lang};
        enum rc rc = job->fn(job->ctx, task, w->thread, &e);
        if (rc) note_failure(job, task, rc, &e);
    }
    return NULL;
}

enum rc par_run(unsigned threads, size_t tasks, par_fn fn, void *ctx, struct err *e)
{
    struct worker w[PAR_MAX_THREADS];
    struct job job = {.fn = fn, .ctx = ctx, .tasks = tasks, .lang = e ? e->lang : LANG_ZH, .failed_task = SIZE_MAX};
    if (threads > PAR_MAX_THREADS) threads = PAR_MAX_THREADS;
    if (threads > tasks) threads = (unsigned)tasks;
    if (pthread_mutex_init(&job.lock, NULL) != 0) return err_nomem(e);
    unsigned started = 1;
    for (; started < threads; started++) {
        w[started] = (struct worker){.job = &job, .thread = started};
        if (pthread_create(&w[started].id, NULL, work, &w[started]) != 0) break; /* fewer threads do the same work */
    }
    w[0] = (struct worker){.job = &job};
    work(&w[0]);
    for (unsigned i = 1; i < started; i++) pthread_join(w[i].id, NULL);
    pthread_mutex_destroy(&job.lock);
    if (job.failed_task == SIZE_MAX) return RC_OK;
    if (e) *e = job.err;
    return job.err.rc;
}
