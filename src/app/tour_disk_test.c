/* The disk failing under every step of the tour: each call that fails in turn, a full disk, and a loss of power at each
 * change of a file. FANGPIN_STRIDE=N tries about every Nth place (1: each); FANGPIN_FAULT=N begins with the Nth,
 * FANGPIN_LINE=TEXT takes only the steps that have it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "app/tour.h"
#include "base/io.h"
#include "base/io_fault.h"
#include "base/limits.h"
#include "store/vfs_fault.h"

#ifdef MEM_FAULTS
enum { STRIDE = 600, STRIDE_SLOW = 30 }; /* builds that check every access are slow */
#else
enum { STRIDE = 100, STRIDE_SLOW = 1 };
#endif
enum { SYNC_US = 2000, WRONG_MAX = 12, SURVIVORS_MAX = 64 };

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

static uint64_t next(const struct test *t, uint64_t nth, uint64_t often, struct rng *r)
{
    uint64_t stride = number_from("FANGPIN_STRIDE", t->slow ? STRIDE_SLOW : often);
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

/* Only done, not tried. */
static bool left_out(struct tour *w, size_t i, bool power)
{
    const char *only = getenv("FANGPIN_LINE");
    bool out = (only && !strstr(tour_steps[i].line, only)) || (tour_steps[i].several && !power);
    if (out) (void)tour_step(w, i);
    return out;
}

static void test_failing(struct test *t)
{
    struct failing f;
    struct rng r;
    if (!failing_init(&f, t, "failing")) return;
    unsigned told = 0;
    rng_seed(&r, 3);
    for (size_t i = 0; i < tour_steps_n && f.w.wrong < WRONG_MAX; i++) {
        if (left_out(&f.w, i, false)) continue;
        tour_prepare(&f.w, i);
        for (size_t k = 0; k < N_WAYS; k++) {
            f.way = &WAYS[k];
            uint64_t first = number_from("FANGPIN_FAULT", 1 + rng_below(&r, t->slow ? 1 : STRIDE / 2));
            for (uint64_t nth = first; f.w.wrong < WRONG_MAX && fail(&f, i, nth); nth = next(t, nth, STRIDE, &r)) {}
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

/* ---------------------------------------------------------------- looks */

/* Undisturbed: what it tells is in before. */
static bool look_begin(struct tour *w, const char *line)
{
    enum rc rc = tour_run(w, line);
    tour_told(w, line, &w->before);
    if (rc) tour_wrong(w, line, 0, "without a fault");
    return !rc;
}

/* SQLite's own check turns some pages that cannot be read into a line of its report: the folder is told to be unsound.
 */
static bool tells_unread(const struct tour *w)
{
    return str_find(buf_str(&w->out), STR("Failed to read"), 0) != SIZE_MAX;
}

/* The nth call fails: the command says so, or tells all the same. False: there is no nth. */
static bool fail_look(struct failing *f, const char *line, uint64_t nth)
{
    struct tour *w = &f->w;
    f->nth = nth;
    w->arm = arm, w->disarm = disarm, w->ctx = f;
    enum rc rc = tour_run(w, line);
    w->arm = NULL;
    if (rc && !f->fired) tour_wrong(w, line, nth, "failed without a fault");
    if (rc && f->fired && !names_cause(&w->e) && !tells_unread(w)) tour_wrong(w, line, nth, "does not name the cause");
    tour_told(w, line, &w->after);
    if (!rc && !str_eq(buf_str(&w->before), buf_str(&w->after))) tour_wrong(w, line, nth, "tells something else");
    f->tried += f->fired;
    f->said += f->fired && rc;
    f->done += f->fired && !rc;
    return f->fired;
}

static void fail_looks(struct failing *f, const char *line, struct rng *r)
{
    struct tour *w = &f->w;
    const char *only = getenv("FANGPIN_LINE");
    if ((only && !strstr(line, only)) || !look_begin(w, line)) return;
    for (size_t k = 0; k < N_WAYS; k++) {
        unsigned told = w->wrong;
        f->way = &WAYS[k];
        uint64_t nth = number_from("FANGPIN_FAULT", 1 + rng_below(r, w->t->slow ? 1 : STRIDE / 40));
        while (w->wrong < WRONG_MAX && fail_look(f, line, nth)) nth = next(w->t, nth, STRIDE / 20, r);
        if (w->wrong > told) printf("    above: %s\n", WAYS[k].name);
    }
}

static void unchanged(struct tour *w, const char *line)
{
    tour_state(w, &w->now);
    if (!str_eq(buf_str(&w->now), buf_str(&w->whole))) tour_wrong(w, line, 0, "changed the folder");
}

static void test_looks(struct test *t)
{
    struct failing f;
    struct rng r;
    if (!failing_init(&f, t, "looks")) return;
    rng_seed(&r, 5);
    for (size_t i = 0; i < tour_steps_n; i++) CHECK_I64(t, tour_step(&f.w, i), RC_OK);
    tour_state(&f.w, &f.w.whole);
    for (size_t i = 0; i < tour_looks_n && f.w.wrong < WRONG_MAX; i++) {
        fail_looks(&f, tour_looks[i], &r);
        if (t->slow || i + 1 == tour_looks_n) unchanged(&f.w, t->slow ? tour_looks[i] : "the looks");
    }
    printf("disk: %zu looks, %" PRIu64 " calls failed: %" PRIu64 " said so, %" PRIu64 " did without\n", tour_looks_n,
           f.tried, f.said, f.done);
    CHECK(t, f.tried > 0);
    failing_fini(&f);
}

/* ---------------------------------------------------------------- loss of power */

struct losing {
    struct failing f;
    uint64_t first, stride, taken, tried, seed;
};

static enum power_loss how_of(uint64_t change)
{
    static const enum power_loss hows[] = {POWER_SOME, POWER_ALL, POWER_SOME, POWER_NOTHING};
    return hows[change % (sizeof hows / sizeof *hows)];
}

static void write_new(struct tour *w, const char *path, struct str content)
{
    FILE *f = fopen(path, "w");
    CHECK(w->t, f && fwrite(content.p ? content.p : "", 1, content.n, f) == content.n);
    if (f) (void)fclose(f);
    CHECK(w->t, chmod(path, 0600) == 0);
}

/* A staged file may get its name while the folder is looked at: what it holds is the same. */
static void read_listed(struct tour *w, const char *from)
{
    struct str name = str_from(from), staged = STR(".tmp");
    char placed[TOUR_PATH * 2];
    enum rc rc = io_read_file(from, &w->file, &w->e);
    if (rc && str_ends(name, staged)) {
        (void)snprintf(placed, sizeof placed, "%.*s", (int)(name.n - staged.n), name.p);
        rc = io_read_file(placed, &w->file, &w->e);
    }
    CHECK_I64(w->t, rc, RC_OK);
}

/* One file as it comes through; SQLite's shared memory sometimes is not there any more. */
static void survive(struct losing *l, const char *from, const char *to, uint64_t change, enum power_loss how)
{
    struct tour *w = &l->f.w;
    struct rng r;
    bool known = false, there = true;
    rng_seed(&r, l->seed + change);
    if (str_ends(str_from(from), STR("-shm")) && (how != POWER_NOTHING || change % 8 > 3)) return;
    CHECK_I64(w->t, vfs_fault_survivor(l->f.v, from, how, &r, &w->file, &known, &there, &w->e), RC_OK);
    if (!known) read_listed(w, from);
    if (!known || there) write_new(w, to, buf_str(&w->file));
}

static void survive_folder(struct losing *l, const char *from, const char *to, uint64_t change, enum power_loss how)
{
    struct arena a;
    const char **names = NULL;
    size_t n = 0;
    arena_init(&a, MIB(1));
    CHECK_I64(l->f.w.t, io_list_dir(&a, from, &names, &n, NULL), RC_OK);
    CHECK(l->f.w.t, mkdir(to, 0700) == 0);
    for (size_t i = 0; i < n; i++) {
        const char *x = io_join(&a, from, names[i]), *y = io_join(&a, to, names[i]);
        if (io_is_dir(x)) survive_folder(l, x, y, change, how);
        else survive(l, x, y, change, how);
    }
    arena_fini(&a);
}

static void take_survivors(struct losing *l, uint64_t change, enum power_loss how)
{
    char to[TOUR_PATH * 2];
    (void)snprintf(to, sizeof to, "%s/lost-%" PRIu64, l->f.w.top, change);
    survive_folder(l, l->f.w.dir, to, change, how);
}

static void before_change(void *ctx, uint64_t change)
{
    struct losing *l = ctx;
    if (change < l->first || (change - l->first) % l->stride || l->taken == SURVIVORS_MAX) return;
    l->taken++;
    take_survivors(l, change, how_of(change));
}

static void arm_loss(void *ctx, FILE *out)
{
    struct losing *l = ctx;
    (void)out;
    vfs_fault_arm(l->f.v, &(struct vfs_plan){.ops = 0, .before_change = before_change, .ctx = l}, true);
}

/* What the command has acknowledged stays, whatever is lost then. */
static void disarm_loss(void *ctx)
{
    struct losing *l = ctx;
    l->f.places = vfs_fault_changes(l->f.v);
    take_survivors(l, 0, POWER_ALL);
    vfs_fault_arm(l->f.v, &(struct vfs_plan){.ops = 0}, true);
}

static void judge_survivors(struct losing *l, size_t i, uint64_t change, enum rc rc)
{
    char name[32];
    (void)snprintf(name, sizeof name, "lost-%" PRIu64, change);
    tour_load(&l->f.w, name);
    tour_drop(&l->f.w, name);
    tour_judge(&l->f.w, i, change, rc);
    l->tried++;
}

/* The step once, with survivors of up to SURVIVORS_MAX moments from `first` on. */
static void lose(struct losing *l, size_t i)
{
    struct tour *w = &l->f.w;
    l->taken = 0;
    w->arm = arm_loss;
    w->disarm = disarm_loss;
    w->ctx = l;
    enum rc rc = tour_again(w, i);
    w->arm = NULL;
    if (rc) tour_wrong(w, w->line, 0, "failed without a fault");
    judge_survivors(l, i, 0, RC_OK);
    for (uint64_t k = 0; k < l->taken; k++) judge_survivors(l, i, l->first + k * l->stride, RC_ENV);
    l->first += l->taken * l->stride;
}

static void test_losing(struct test *t)
{
    struct losing l = {.seed = number_from("FANGPIN_SEED", 1)};
    if (!failing_init(&l.f, t, "losing")) return;
    l.stride = number_from("FANGPIN_STRIDE", t->slow ? STRIDE_SLOW : STRIDE / 3);
    for (size_t i = 0; i < tour_steps_n && l.f.w.wrong < WRONG_MAX; i++) {
        if (left_out(&l.f.w, i, true)) continue;
        tour_prepare(&l.f.w, i);
        l.first = 1 + i % l.stride;
        do lose(&l, i);
        while (l.taken == SURVIVORS_MAX && l.f.w.wrong < WRONG_MAX);
        tour_proceed(&l.f.w);
    }
    printf("power: %zu steps, lost at %" PRIu64 " moments\n", tour_steps_n, l.tried);
    CHECK(t, l.tried > 1);
    failing_fini(&l.f);
}

/* ---------------------------------------------------------------- slow syncs */

struct syncing {
    struct failing f;
    int64_t sync_us, began_us, took_us;
    uint64_t syncs;
};

static void arm_syncs(void *ctx, FILE *out)
{
    struct syncing *y = ctx;
    vfs_fault_arm(y->f.v, &(struct vfs_plan){.sync_us = y->sync_us}, true);
    io_fault_arm(&(struct io_fault_plan){.ops = IO_SYNC, .spare = out});
    y->began_us = clock_steady_us();
}

static void disarm_syncs(void *ctx)
{
    struct syncing *y = ctx;
    y->took_us = clock_steady_us() - y->began_us;
    y->syncs = vfs_fault_syncs(y->f.v) + io_fault_end(NULL);
    vfs_fault_arm(y->f.v, &(struct vfs_plan){.ops = 0}, true);
}

/* A step that found nothing to do: the database is what it was, byte for byte. */
static bool left_as_it_was(struct tour *w)
{
    struct buf before, now;
    buf_init(&before, MIB(64));
    buf_init(&now, MIB(64));
    tour_file(w, "db/fangpin.db", &now);
    tour_load(w, "before");
    tour_file(w, "db/fangpin.db", &before);
    bool same = before.n && str_eq(buf_str(&before), buf_str(&now));
    buf_fini(&before);
    buf_fini(&now);
    return same;
}

/* How often each step waits for the disk: every one must that has written, and what that costs on a disk that takes
 * 2 ms. */
static void test_syncs(struct test *t)
{
    struct syncing y = {.sync_us = 0};
    if (!failing_init(&y.f, t, "syncs")) return;
    for (size_t i = 0; i < tour_steps_n; i++) {
        int64_t quick_us = 0;
        tour_prepare(&y.f.w, i);
        y.f.w.arm = arm_syncs;
        y.f.w.disarm = disarm_syncs;
        y.f.w.ctx = &y;
        for (int slow = 0; slow < 2; slow++) {
            y.sync_us = slow * SYNC_US;
            tour_load(&y.f.w, "before");
            if (tour_again(&y.f.w, i)) tour_wrong(&y.f.w, y.f.w.line, 0, "without a fault");
            if (!slow) quick_us = y.took_us;
        }
        y.f.w.arm = NULL;
        CHECK(t, y.syncs > 0 || left_as_it_was(&y.f.w));
        printf("%3d syncs, %4d ms, with 2 ms a sync %4d ms: %.30s\n", (int)y.syncs, (int)(quick_us / 1000),
               (int)(y.took_us / 1000), tour_steps[i].line);
    }
    failing_fini(&y.f);
}

void tour_disk_test(struct test *t);
void tour_disk_test(struct test *t)
{
    if (TEST(t, "a disk that fails under every step")) test_failing(t);
    if (TEST(t, "a disk that fails under every look")) test_looks(t);
    if (t->slow && TEST(t, "every step waits for the disk")) test_syncs(t);
    if (TEST(t, "power lost under every step")) test_losing(t);
}
