/* The disk failing under every step of the tour: each call that fails in turn, a full disk, and a loss of power at each
 * change of a file. FANGPIN_STRIDE=N tries about every Nth place (1: each); FANGPIN_FAULT=N begins with the Nth. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>
#include "app/tour.h"
#include "base/io.h"
#include "base/io_fault.h"
#include "base/limits.h"
#include "store/vfs_fault.h"

#ifdef MEM_FAULTS
enum { STRIDE = 600 }; /* builds that check every access are slow */
#else
enum { STRIDE = 100 };
#endif
enum { STRIDE_SLOW = 1, WRONG_MAX = 12, SURVIVORS_MAX = 64 };

/* How a disk can fail. */
static const struct way {
    const char *name;
    unsigned vfs_ops, io_ops;
    int error;
    bool lasting;
} WAYS[] = {
    {"SQLite: a call fails",
     VFS_OPEN | VFS_DELETE | VFS_READ | VFS_WRITE | VFS_SYNC | VFS_TRUNCATE | VFS_LOCK | VFS_SHM, 0, EIO, false},
    {"SQLite: the disk is full", VFS_WRITE, 0, ENOSPC, true},
    {"SQLite: the disk is full for a moment", VFS_WRITE, 0, ENOSPC, false},
    {"other files: a call fails", 0, IO_ALL, EIO, false},
    {"other files: the disk is full", 0, IO_OPEN | IO_WRITE | IO_SYNC | IO_RENAME, ENOSPC, true},
};
enum { N_WAYS = sizeof WAYS / sizeof *WAYS };

struct failing {
    struct tour w;
    struct vfs_fault *v;
    const struct way *way;
    uint64_t nth, places, tried, said, done;
    bool fired;
};

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    int64_t v = 0;
    return str_to_i64(str_from(getenv(name)), 1, INT32_MAX, &v) ? (uint64_t)v : otherwise;
}

static uint64_t next(const struct test *t, uint64_t nth, struct rng *r)
{
    uint64_t stride = number_from("FANGPIN_STRIDE", t->slow ? STRIDE_SLOW : STRIDE);
    return nth + (stride > 1 ? 1 + rng_below(r, 2 * stride - 1) : 1);
}

static void arm(void *ctx, FILE *out)
{
    struct failing *f = ctx;
    const struct way *y = f->way;
    vfs_fault_arm(f->v, &(struct vfs_plan){.ops = y->vfs_ops, .nth = f->nth, .error = y->error, .lasting = y->lasting},
                  true);
    io_fault_arm(&(struct io_fault_plan){
        .ops = y->io_ops, .nth = f->nth, .error = y->error, .lasting = y->lasting, .spare = out});
}

static void disarm(void *ctx)
{
    struct failing *f = ctx;
    bool vfs_fired = false;
    int io_fired = 0;
    (void)io_fault_end(&io_fired);
    (void)vfs_fault_seen(f->v, &vfs_fired);
    vfs_fault_arm(f->v, &(struct vfs_plan){.ops = 0}, true);
    f->fired = vfs_fired || io_fired;
}

static bool says(const struct err *e, const char *what) { return strstr(e->msg, what) != NULL; }

static bool names_cause(const struct err *e)
{
    return says(e, strerror(EIO)) || says(e, strerror(ENOSPC)) || says(e, "disk I/O error") ||
           says(e, "the disk is full") || says(e, "unable to open database file");
}

/* The nth call fails; false: there is no nth. */
static bool fail(struct failing *f, size_t i, uint64_t nth)
{
    struct tour *w = &f->w;
    f->nth = nth;
    w->arm = arm;
    w->disarm = disarm;
    w->ctx = f;
    enum rc rc = tour_again(w, i);
    w->arm = NULL;
    if (!f->fired) {
        if (rc) tour_wrong(w, tour_steps[i].line, nth, "failed without a fault");
        tour_load(w, "before");
        return false;
    }
    if (rc && (rc != RC_ENV || !names_cause(&w->e))) tour_wrong(w, tour_steps[i].line, nth, "does not name the cause");
    f->tried++;
    f->said += rc != RC_OK;
    f->done += rc == RC_OK;
    tour_judge(w, i, nth, rc);
    return true;
}

static bool failing_init(struct failing *f, struct test *t, const char *name)
{
    *f = (struct failing){.way = &WAYS[0], .v = vfs_fault_install()};
    CHECK(t, f->v != NULL);
    return f->v && tour_init(&f->w, t, name);
}

static void failing_fini(struct failing *f)
{
    tour_fini(&f->w);
    vfs_fault_remove(f->v);
}

static void test_failing(struct test *t)
{
    struct failing f;
    struct rng r;
    if (!failing_init(&f, t, "failing")) return;
    unsigned told = 0;
    rng_seed(&r, 3);
    for (size_t i = 0; i < tour_steps_n && f.w.wrong < WRONG_MAX; i++) {
        tour_prepare(&f.w, i);
        for (size_t k = 0; k < N_WAYS; k++) {
            f.way = &WAYS[k];
            uint64_t first = number_from("FANGPIN_FAULT", 1 + rng_below(&r, t->slow ? 1 : STRIDE / 2));
            for (uint64_t nth = first; f.w.wrong < WRONG_MAX && fail(&f, i, nth); nth = next(t, nth, &r)) {}
            if (f.w.wrong > told) printf("    above: %s\n", WAYS[k].name);
            told = f.w.wrong;
        }
        tour_proceed(&f.w);
    }
    printf("disk: %zu steps, %" PRIu64 " calls failed: %" PRIu64 " said so, %" PRIu64 " did without\n", tour_steps_n,
           f.tried, f.said, f.done);
    CHECK(t, f.tried > 0 && f.said > 0);
    failing_fini(&f);
}

void tour_disk_test(struct test *t);
void tour_disk_test(struct test *t)
{
    if (TEST(t, "a disk that fails under every step")) test_failing(t);
}
