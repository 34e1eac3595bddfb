/* What this machine can do at best, for the shares in docs/performance.md: memory read, scattered reads, files read
 * from the page cache, durable writes, one sync. build/release/bench/floor DIR: DIR is where 256 MiB are written and
 * removed. Best of three, because the floor is what nothing else disturbed. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/par.h"

enum { ROUNDS = 3, TASKS = 64, BLOCK = 1 << 20, SYNCS = 32, LOOKS = 1 << 22 };
#define ARRAY_BYTES MIB(1024)
#define FILE_BYTES MIB(256)

struct floor_bench {
    uint64_t *array;
    uint64_t sum[TASKS]; /* kept, so that no loop is dropped */
    char path[4096];
    unsigned threads;
};

static int64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static enum rc fail(struct err *e, const char *what)
{
    return err_set(e, RC_ENV, pos_none(), "%s failed", "%s 失败", what);
}

/* ---------------------------------------------------------------- memory */

static enum rc read_slice(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct floor_bench *b = ctx;
    size_t n = ARRAY_BYTES / 8 / TASKS;
    const uint64_t *v = b->array + task * n;
    uint64_t sum[8] = {0};
    (void)thread, (void)e;
    for (size_t i = 0; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++) sum[k] += v[i + k];
    for (size_t k = 0; k < 8; k++) b->sum[task] += sum[k];
    return RC_OK;
}

/* Independent reads all over the array, as a hash table's probes are. */
static enum rc read_scattered(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct floor_bench *b = ctx;
    uint64_t at = task * UINT64_C(0x9E3779B97F4A7C15) + 1, mask = ARRAY_BYTES / 8 - 1;
    (void)thread, (void)e;
    for (size_t i = 0; i < LOOKS / TASKS; i++) {
        at = at * UINT64_C(6364136223846793005) + 1442695040888963407u;
        b->sum[task] += b->array[at >> 20 & mask];
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- files */

static enum rc read_file_slice(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct floor_bench *b = ctx;
    size_t n = FILE_BYTES / TASKS;
    char *to = mem_alloc(BLOCK);
    int fd = open(b->path, O_RDONLY | O_CLOEXEC);
    bool ok = to && fd >= 0;
    (void)thread;
    for (size_t at = 0; ok && at < n; at += BLOCK) ok = pread(fd, to, BLOCK, (off_t)(task * n + at)) == BLOCK;
    if (fd >= 0) (void)close(fd);
    mem_free(to);
    return ok ? RC_OK : fail(e, "reading");
}

static enum rc write_file(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct floor_bench *b = ctx;
    int fd = open(b->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0;
    (void)task, (void)thread;
    for (size_t at = 0; ok && at < FILE_BYTES; at += BLOCK) ok = write(fd, (const char *)b->array + at, BLOCK) == BLOCK;
    ok = ok && fdatasync(fd) == 0;
    if (fd >= 0) (void)close(fd);
    return ok ? RC_OK : fail(e, "writing");
}

static enum rc sync_often(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct floor_bench *b = ctx;
    int fd = open(b->path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0;
    (void)task, (void)thread;
    for (int i = 0; ok && i < SYNCS; i++) ok = pwrite(fd, b->array, 4096, i * 4096) == 4096 && fdatasync(fd) == 0;
    if (fd >= 0) (void)close(fd);
    return ok ? RC_OK : fail(e, "syncing");
}

/* ---------------------------------------------------------------- report */

static enum rc best_of(struct floor_bench *b, par_fn fn, size_t tasks, int64_t *ns, struct err *e)
{
    *ns = INT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t from = now_ns();
        TRY(par_run(b->threads, tasks, fn, b, e));
        int64_t took = now_ns() - from;
        if (took < *ns) *ns = took;
    }
    return RC_OK;
}

/* Thousandths, printed with three decimals. */
static void say(const char *name, int64_t thousandths, const char *unit)
{
    printf("%s\t%" PRId64 ".%03" PRId64 "\t%s\n", name, thousandths / 1000, thousandths % 1000, unit);
}

static enum rc measure(struct floor_bench *b, struct err *e)
{
    int64_t ns;
    TRY(best_of(b, read_slice, TASKS, &ns, e));
    say("memory_read", (int64_t)ARRAY_BYTES * 1000 / ns, "GB/s");
    TRY(best_of(b, read_scattered, TASKS, &ns, e));
    say("scattered_reads", INT64_C(1000000) * LOOKS / ns, "M/s");
    TRY(best_of(b, write_file, 1, &ns, e));
    say("durable_write", (int64_t)FILE_BYTES * 1000 / ns, "GB/s");
    TRY(best_of(b, read_file_slice, TASKS, &ns, e));
    say("page_cache_read", (int64_t)FILE_BYTES * 1000 / ns, "GB/s");
    TRY(best_of(b, sync_often, 1, &ns, e));
    say("sync", ns / SYNCS / 1000, "ms");
    return RC_OK;
}

static enum rc prepare(struct floor_bench *b, const char *dir, struct err *e)
{
    int n = snprintf(b->path, sizeof b->path, "%s/floor.tmp", dir);
    if (n < 0 || (size_t)n >= sizeof b->path) return fail(e, "naming the file");
    b->array = mem_big_alloc(ARRAY_BYTES);
    if (!b->array) return err_nomem(e);
    for (size_t i = 0; i < ARRAY_BYTES / 8; i++) b->array[i] = i;
    return RC_OK;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: floor DIR\n");
        return 2;
    }
    struct err e = {0};
    struct floor_bench b = {.threads = par_threads()};
    enum rc rc = prepare(&b, argv[1], &e);
    if (!rc) rc = measure(&b, &e);
    if (rc) fprintf(stderr, "floor: %s\n", e.msg);
    (void)unlink(b.path);
    mem_big_free(b.array, ARRAY_BYTES);
    uint64_t kept = 0;
    for (size_t i = 0; i < TASKS; i++) kept ^= b.sum[i];
    if (kept == 1) puts("the sums are read, so that no loop is dropped");
    return rc ? 3 : 0;
}
