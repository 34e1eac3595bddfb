#include "base/par_order.h"
#include <stdatomic.h>
#include "base/test.h"

enum { TASKS = 120, NEVER = TASKS + 1 };

struct row {
    size_t slots, fail_make, fail_take;
    size_t made[PAR_SLOTS_MAX]; /* by slot: the task whose result is there, counted from 1; 0: none */
    atomic_uint begun[TASKS];
    size_t taken; /* so many, in order */
    size_t wrong; /* results that were not those of the task, or out of turn */
    atomic_bool taking;
    atomic_size_t lost; /* results made over others */
};

static enum rc make(void *ctx, size_t task, size_t slot, unsigned thread, struct err *e)
{
    struct row *r = ctx;
    (void)thread;
    atomic_fetch_add(&r->begun[task], 1);
    if (task % 60 == 7) par_pause(1); /* the others come to the end of the slots */
    if (task == r->fail_make) return err_set(e, RC_INPUT, pos_none(), "make %zu", "制作 %zu", task);
    if (r->made[slot]) atomic_fetch_add(&r->lost, 1);
    r->made[slot] = task + 1;
    return RC_OK;
}

static enum rc take(void *ctx, size_t task, size_t slot, struct err *e)
{
    struct row *r = ctx;
    if (atomic_exchange(&r->taking, true)) r->wrong++;
    r->wrong += slot >= r->slots || r->made[slot] != task + 1 || r->taken != task;
    if (task % 60 == 20) par_pause(1);
    r->made[slot] = 0;
    atomic_store(&r->taking, false);
    if (task == r->fail_take) return err_set(e, RC_ENV, pos_none(), "take %zu", "取用 %zu", task);
    r->taken++;
    return RC_OK;
}

static enum rc run(struct row *r, struct par_team team, size_t tasks, struct err *e)
{
    const struct par_order o = {.make = make, .take = take, .ctx = r, .slots = r->slots};
    return par_order_run(team, tasks, &o, e);
}

static void test_order(struct test *t, struct par_pool *pool)
{
    static const size_t slots[] = {1, 2, 5, PAR_SLOTS_MAX}, tasks[] = {0, 1, 6, TASKS};
    for (unsigned threads = 1; threads <= 8; threads = threads * 2 + 1)
        for (size_t i = 0; i < 16; i++) {
            struct row r = {.slots = slots[i / 4], .fail_make = NEVER, .fail_take = NEVER};
            CHECK_I64(t, run(&r, (struct par_team){threads, pool}, tasks[i % 4], NULL), RC_OK);
            CHECK_I64(t, r.taken, tasks[i % 4]);
            CHECK_I64(t, r.wrong + r.lost, 0);
        }
}

/* What stands before the failing one is taken, as far as it was made in time, and nothing behind it. */
static void test_failure(struct test *t, struct par_pool *pool, bool of_make)
{
    for (unsigned threads = 1; threads <= 8; threads = threads * 2 + 1)
        for (size_t at = 0; at < TASKS; at += 17) {
            struct row r = {.slots = 4, .fail_make = of_make ? at : NEVER, .fail_take = of_make ? NEVER : at};
            struct err e = {.lang = LANG_EN};
            CHECK_I64(t, run(&r, (struct par_team){threads, pool}, TASKS, &e), of_make ? RC_INPUT : RC_ENV);
            CHECK(t, of_make ? r.taken <= at : r.taken == at);
            if (threads == 1) CHECK_I64(t, r.taken, at);
            CHECK_I64(t, r.wrong + r.lost, 0);
            for (size_t i = at + 4; i < TASKS; i++) CHECK_I64(t, r.begun[i], 0);
            CHECK_STR(t, str_sub(str_from(e.msg), 0, 5), of_make ? STR("make ") : STR("take "));
        }
}

void par_order_test(struct test *t);
void par_order_test(struct test *t)
{
    struct par_pool *pool[2] = {NULL, NULL}; /* without one, and with */
    CHECK_I64(t, par_pool_new(&pool[1], 3, NULL), RC_OK);
    if (TEST(t, "every result is taken, in the order of the tasks"))
        for (int i = 0; i < 2; i++) test_order(t, pool[i]);
    if (TEST(t, "a task that fails"))
        for (int i = 0; i < 2; i++) test_failure(t, pool[i], true);
    if (TEST(t, "a result that cannot be taken"))
        for (int i = 0; i < 2; i++) test_failure(t, pool[i], false);
    par_pool_free(pool[1]);
}
