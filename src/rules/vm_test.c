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
        {"vm, 1 row a block", {1, 1, 0}},
        {"vm, 3 rows a block", {1, 3, 0}},
        {"vm, 64 rows a block", {1, 64, 0}},
        {"vm, usual blocks", {1, 0, 0}},
        {"vm, 1 row a block, 4 threads", {4, 1, 0}},
        {"vm, 3 rows, 2 threads", {2, 3, 0}},
        {"vm, 64 rows, 4 threads", {4, 64, 0}},
        {"vm, usual blocks, 2 threads", {2, 0, 0}},
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct vm_options o = runs[i].o;
        struct engine_under_test u = {runs[i].name, run_vm, &o};
        engine_cases(t, &u);
    }
}
