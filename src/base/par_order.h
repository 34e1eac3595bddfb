/* Tasks by all threads whose results are taken one at a time, in the order of the tasks, while others are made. */
#ifndef BASE_PAR_ORDER_H
#define BASE_PAR_ORDER_H
#include "base/par.h"

enum { PAR_SLOTS_MAX = 64 };

struct par_order {
    /* What the task comes to, into a slot below `slots` that is nobody else's until it has been taken. */
    enum rc (*make)(void *ctx, size_t task, size_t slot, unsigned thread, struct err *e);
    /* Of task 0, 1, 2 … in turn, by whichever thread has made one when it is the turn of that. */
    enum rc (*take)(void *ctx, size_t task, size_t slot, struct err *e);
    void *ctx;
    size_t slots; /* 1..PAR_SLOTS_MAX: so many results lie there at most, however many tasks there are */
};
/* After a failure of either no more is made or taken; the error is chosen as par_run chooses. */
enum rc par_order_run(struct par_team team, size_t tasks, const struct par_order *o, struct err *e) MUST_USE;
#endif
