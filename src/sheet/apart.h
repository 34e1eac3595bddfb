/* Work on hostile bytes in a process of its own: whatever it does there, it ends, and nothing of this process breaks.
 */
#ifndef SHEET_APART_H
#define SHEET_APART_H
#include "base/err.h"

struct apart_limits {
    unsigned seconds;  /* of the clock and of the processor */
    size_t more_bytes; /* of addresses beyond those of this process; not in builds that check accesses */
};

enum apart_end {
    APART_DONE, /* fn returned */
    APART_DIED, /* crashed, or asked for more than it may have */
    APART_LATE  /* was stopped after its time */
};

/* Run fn in a child process and wait for it. What it is to tell must lie in shared memory or in a file. The child has
 * no core file and ends with this process. RC_ENV: no process can be started. */
enum rc apart_run(void (*fn)(void *ctx), void *ctx, struct apart_limits l, enum apart_end *end, struct err *e) MUST_USE;
#endif
