/* Split a range over threads. Results must not depend on the number of threads. */
#ifndef BASE_PAR_H
#define BASE_PAR_H
#include <stdbool.h>
#include "base/err.h"

enum { PAR_MAX_THREADS = 64 };

/* Threads to use: FANGPIN_THREADS, else the processors this process may run on; 1..PAR_MAX_THREADS. */
unsigned par_threads(void);
typedef enum rc (*par_fn)(void *ctx, size_t task, unsigned thread, struct err *e);
/* Run fn for task 0..tasks-1 on at most `threads` threads (tasks handed out in order); after a failure no new task
 * starts. The error of the lowest failing task is returned. With threads <= 1 everything runs here. */
enum rc par_run(unsigned threads, size_t tasks, par_fn fn, void *ctx, struct err *e) MUST_USE;

struct par_pool;
/* One thread of its own, for what mostly waits for the disk. NULL: it could not be started, nothing runs. p: where the
 * thread that waits for its end belongs, to help there meanwhile with what others have begun; NULL: it only waits. */
struct par_aside;
struct par_aside *par_aside_start(struct par_pool *p, void (*fn)(void *ctx), void *ctx);
bool par_aside_done(const struct par_aside *a); /* par_aside_end will not wait */
void par_aside_end(struct par_aside *a);        /* waits until fn has returned; NULL is fine */
void par_pause(unsigned ms);                    /* this thread waits for less than a second */

/* Threads that stay. A task may itself run tasks in the same pool: whoever is idle helps whatever is being run, so
 * there are never more threads at work than the pool has. One thread outside the pool uses it at a time. */
enum rc par_pool_new(struct par_pool **out, unsigned threads, struct err *e) MUST_USE;
void par_pool_free(struct par_pool *p);              /* NULL is fine; nothing may be running */
unsigned par_pool_threads(const struct par_pool *p); /* fn is told numbers below this one */
/* A task for a thread of the pool that finds nothing else to do; fn may itself run tasks in the pool. NULL: no memory,
 * nothing runs. par_later_end: if fn has not begun it never will, else it has returned; NULL is fine. Before
 * par_pool_free. */
struct par_later;
struct par_later *par_pool_later(struct par_pool *p, void (*fn)(void *ctx), void *ctx);
void par_later_end(struct par_later *l);
/* Who works: a pool, or without one so many threads. */
struct par_team {
    unsigned threads;
    struct par_pool *pool;
};
/* By a team; of one thread: by this one, under its number in the pool. */
enum rc par_team_run(struct par_team team, size_t tasks, par_fn fn, void *ctx, struct err *e) MUST_USE;
/* As par_run. p NULL: par_run with `threads`. */
enum rc par_pool_run(struct par_pool *p, unsigned threads, size_t tasks, par_fn fn, void *ctx, struct err *e) MUST_USE;
#endif
