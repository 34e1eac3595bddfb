/* Split a range over threads. Results must not depend on the number of threads. */
#ifndef BASE_PAR_H
#define BASE_PAR_H
#include "base/err.h"

enum { PAR_MAX_THREADS = 64 };

/* Threads to use: FANGPIN_THREADS, else the processors this process may run on; 1..PAR_MAX_THREADS. */
unsigned par_threads(void);
typedef enum rc (*par_fn)(void *ctx, size_t task, unsigned thread, struct err *e);
/* Run fn for task 0..tasks-1 on at most `threads` threads (tasks handed out in order); after a failure no new task
 * starts. The error of the lowest failing task is returned. With threads <= 1 everything runs here. */
enum rc par_run(unsigned threads, size_t tasks, par_fn fn, void *ctx, struct err *e) MUST_USE;
#endif
