/* The truth tables on the vector VM, with blocks and threads of several sizes; lean outputs. Random programs:
 * vm_random_test.c. */
#include "rules/engine_cases.h"

static enum rc run_vm(void *ctx, const struct program *p, const struct frame *f, const struct ptable *pt,
                      struct outcol *outs, struct err *e)
{
    return vm_run(p, f, pt, ctx, outs, e);
}

void vm_test(struct test *t);
void vm_test(struct test *t)
{
    static const struct {
        const char *name;
        struct vm_options o;
    } runs[] = {
        {"vm, 1 row a block", {.threads = 1, .batch_rows = 1}},
        {"vm, 3 rows a block", {.threads = 1, .batch_rows = 3}},
        {"vm, 64 rows a block", {.threads = 1, .batch_rows = 64}},
        {"vm, usual blocks", {.threads = 1, .batch_rows = 0}},
        {"vm, 1 row a block, 4 threads", {.threads = 4, .batch_rows = 1}},
        {"vm, 3 rows, 2 threads", {.threads = 2, .batch_rows = 3}},
        {"vm, 64 rows, 4 threads", {.threads = 4, .batch_rows = 64}},
        {"vm, usual blocks, 2 threads", {.threads = 2, .batch_rows = 0}},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct vm_options o = runs[i].o;
        struct engine_under_test u = {runs[i].name, run_vm, &o};
        engine_cases(t, &u);
    }
}
