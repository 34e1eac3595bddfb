#include "base/par_order.h"
#include <pthread.h>

struct ring {
    const struct par_order *o;
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t moved;
    bool ready[PAR_SLOTS_MAX];
    size_t next; /* the first task not taken */
    bool taking, failed;
};

/* False: something failed. A thread that waits here holds a later task than the next one to be taken, so whoever has
 * that one does not wait. */
static bool wait_for_slot(struct ring *r, size_t task)
{
    pthread_mutex_lock(&r->lock);
    while (!r->failed && task - r->next >= r->o->slots) pthread_cond_wait(&r->moved, &r->lock);
    bool go = !r->failed;
    pthread_mutex_unlock(&r->lock);
    return go;
}

/* Take what is ready and next, unless another thread is at it. With the lock, which is let go meanwhile. */
static enum rc take_ready(struct ring *r, struct err *e)
{
    enum rc rc = RC_OK;
    if (r->taking) return RC_OK;
    r->taking = true;
    while (!rc && !r->failed && r->ready[r->next % r->o->slots]) {
        size_t task = r->next, slot = task % r->o->slots;
        pthread_mutex_unlock(&r->lock);
        rc = r->o->take(r->o->ctx, task, slot, e);
        pthread_mutex_lock(&r->lock);
        r->ready[slot] = false;
        r->next += !rc;
        r->failed |= rc != RC_OK;
        pthread_cond_broadcast(&r->moved);
    }
    r->taking = false;
    return rc;
}

static enum rc run_task(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct ring *r = ctx;
    size_t slot = task % r->o->slots;
    if (!wait_for_slot(r, task)) return RC_OK; /* the failure is told by who had it */
    enum rc rc = r->o->make(r->o->ctx, task, slot, thread, e);
    pthread_mutex_lock(&r->lock);
    if (!rc) {
        r->ready[slot] = true;
        rc = take_ready(r, e);
    } else {
        r->failed = true;
        pthread_cond_broadcast(&r->moved);
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}

enum rc par_order_run(struct par_team team, size_t tasks, const struct par_order *o, struct err *e)
{
    struct ring r = {.o = o};
    if (pthread_mutex_init(&r.lock, NULL)) return err_nomem(e);
    if (pthread_cond_init(&r.moved, NULL)) {
        pthread_mutex_destroy(&r.lock);
        return err_nomem(e);
    }
    enum rc rc = par_team_run(team, tasks, run_task, &r, e);
    pthread_cond_destroy(&r.moved);
    pthread_mutex_destroy(&r.lock);
    return rc;
}
