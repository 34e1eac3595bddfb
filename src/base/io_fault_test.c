#include "base/io_fault.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/par_order.h"
#include "base/test.h"

enum { FDS_MAX = 1024 };

/* The wrapped calls have no argument that could carry it (tools/lint.c knows this file). */
static struct {
    _Atomic int armed;
    struct io_fault_plan plan;
    _Atomic uint64_t seen, unsynced;
    _Atomic int fired;
    _Atomic char dirty[FDS_MAX]; /* descriptor written to and not synced; read only for renames */
    _Atomic uint64_t dirty_closed;
    _Atomic int constant_random;
} faults;

void io_fault_arm(const struct io_fault_plan *plan)
{
    faults.armed = 0;
    faults.plan = *plan;
    faults.seen = 0;
    faults.fired = 0;
    faults.unsynced = 0;
    faults.dirty_closed = 0;
    for (size_t i = 0; i < FDS_MAX; i++) faults.dirty[i] = 0;
    faults.armed = 1;
}

uint64_t io_fault_end(int *fired)
{
    faults.armed = 0;
    if (fired) *fired = faults.fired;
    return faults.seen;
}

uint64_t io_fault_unsynced_renames(void) { return faults.unsynced; }

void io_fault_constant_random(int on) { faults.constant_random = on; }

/* True: this call fails, errno is set. */
static bool fails(enum io_fault_op op)
{
    if (!faults.armed || !(faults.plan.ops & op)) return false;
    uint64_t seen = atomic_fetch_add(&faults.seen, 1) + 1;
    if (faults.plan.nth == 0 || seen < faults.plan.nth || (seen > faults.plan.nth && !faults.plan.lasting))
        return false;
    faults.fired = 1;
    errno = faults.plan.error;
    return true;
}

static void set_dirty(int fd, char dirty)
{
    if (faults.armed && fd >= 0 && fd < FDS_MAX) faults.dirty[fd] = dirty;
}

static void note_close(int fd)
{
    if (!faults.armed || fd < 0 || fd >= FDS_MAX) return;
    if (faults.dirty[fd]) faults.dirty_closed++;
    faults.dirty[fd] = 0;
}

static bool spared(FILE *f) { return f == stdout || f == stderr || (faults.plan.spare && f == faults.plan.spare); }

/* ---- the calls */

/* The linker's names: a call of x comes to __wrap_x, and __real_x is the system's. */
int __real_open(const char *path, int flags, ...);
ssize_t __real_read(int fd, void *p, size_t n);
ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __real_pwrite(int fd, const void *p, size_t n, off_t at);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __real_close(int fd);
size_t __real_fwrite(const void *p, size_t size, size_t n, FILE *f);
int __real_fflush(FILE *f);
int __real_fclose(FILE *f);
int __real_mkdir(const char *path, mode_t mode);
int __real_flock(int fd, int how);
DIR *__real_opendir(const char *path);
struct dirent *__real_readdir(DIR *d);
ssize_t __real_getrandom(void *p, size_t n, unsigned flags);
int __wrap_open(const char *path, int flags, ...);
ssize_t __wrap_read(int fd, void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_close(int fd);
size_t __wrap_fwrite(const void *p, size_t size, size_t n, FILE *f);
int __wrap_fflush(FILE *f);
int __wrap_fclose(FILE *f);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_flock(int fd, int how);
DIR *__wrap_opendir(const char *path);
struct dirent *__wrap_readdir(DIR *d);
ssize_t __wrap_getrandom(void *p, size_t n, unsigned flags);

int __wrap_open(const char *path, int flags, ...)
{
    va_list ap;
    va_start(ap, flags);
    mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;
    va_end(ap);
    return fails(IO_OPEN) ? -1 : __real_open(path, flags, mode);
}

ssize_t __wrap_read(int fd, void *p, size_t n) { return fails(IO_READ) ? -1 : __real_read(fd, p, n); }

ssize_t __wrap_write(int fd, const void *p, size_t n)
{
    if (fails(IO_WRITE)) return -1;
    set_dirty(fd, 1);
    return __real_write(fd, p, n);
}

ssize_t __wrap_pwrite(int fd, const void *p, size_t n, off_t at)
{
    return fails(IO_WRITE) ? -1 : __real_pwrite(fd, p, n, at);
}

/* The system's sync is left out while faults are on: nobody cuts the power here. */
int __wrap_fsync(int fd)
{
    if (!faults.armed) return __real_fsync(fd);
    if (fails(IO_SYNC)) return -1;
    set_dirty(fd, 0);
    return 0;
}

int __wrap_rename(const char *from, const char *to)
{
    if (fails(IO_RENAME)) return -1;
    if (faults.armed && faults.dirty_closed) {
        faults.unsynced++;
        faults.dirty_closed = 0;
    }
    return __real_rename(from, to);
}

/* A failing close has closed all the same. */
int __wrap_close(int fd)
{
    bool bad = fails(IO_OTHER);
    int no = errno;
    note_close(fd);
    int r = __real_close(fd);
    if (bad) errno = no;
    return bad ? -1 : r;
}

size_t __wrap_fwrite(const void *p, size_t size, size_t n, FILE *f)
{
    if (spared(f)) return __real_fwrite(p, size, n, f);
    if (fails(IO_WRITE)) return 0;
    set_dirty(fileno(f), 1);
    return __real_fwrite(p, size, n, f);
}

int __wrap_fflush(FILE *f)
{
    if (!f || spared(f)) return __real_fflush(f);
    return fails(IO_WRITE) ? EOF : __real_fflush(f);
}

int __wrap_fclose(FILE *f)
{
    if (spared(f)) return __real_fclose(f);
    bool bad = fails(IO_WRITE);
    int no = errno;
    note_close(fileno(f));
    int r = __real_fclose(f);
    if (bad) errno = no;
    return bad ? EOF : r;
}

int __wrap_mkdir(const char *path, mode_t mode) { return fails(IO_OTHER) ? -1 : __real_mkdir(path, mode); }

int __wrap_flock(int fd, int how) { return fails(IO_OTHER) ? -1 : __real_flock(fd, how); }

DIR *__wrap_opendir(const char *path) { return fails(IO_OPEN) ? NULL : __real_opendir(path); }

struct dirent *__wrap_readdir(DIR *d) { return fails(IO_READ) ? NULL : __real_readdir(d); }

ssize_t __wrap_getrandom(void *p, size_t n, unsigned flags)
{
    if (!faults.constant_random) return __real_getrandom(p, n, flags);
    memset(p, 0x5a, n);
    return (ssize_t)n;
}

/* ---- tests of io.h under faults */

struct trial {
    struct test *t;
    char dir[400], path[450];
    struct buf b;
};

static enum rc write_two(struct trial *x, struct err *e) { return io_write_file(x->path, STR("two"), 0600, e); }

/* The same by three threads. */
struct pieces {
    struct io_staging file;
    char made[2]; /* by slot */
};

static enum rc make_piece(void *ctx, size_t task, size_t slot, unsigned thread, struct err *e)
{
    struct pieces *p = ctx;
    (void)thread, (void)e;
    p->made[slot] = "two"[task];
    return RC_OK;
}

static enum rc add_piece(void *ctx, size_t task, size_t slot, struct err *e)
{
    struct pieces *p = ctx;
    (void)task;
    return io_stage_add(&p->file, str_make(&p->made[slot], 1), e);
}

static enum rc write_pieces(struct trial *x, struct err *e)
{
    struct pieces p;
    const struct par_order o = {.make = make_piece, .take = add_piece, .ctx = &p, .slots = sizeof p.made};
    TRY(io_stage_begin(&p.file, x->path, 0600, e));
    TRY(io_stage_end(&p.file, par_order_run((struct par_team){.threads = 3}, 3, &o, e), e));
    return io_publish_file(x->path, e);
}

static enum rc read_it(struct trial *x, struct err *e) { return io_read_file(x->path, &x->b, e); }

static enum rc make_deep(struct trial *x, struct err *e)
{
    char deep[500];
    (void)snprintf(deep, sizeof deep, "%s/a/b", x->dir);
    (void)rmdir(deep);
    deep[strlen(deep) - 2] = 0;
    (void)rmdir(deep);
    (void)snprintf(deep, sizeof deep, "%s/a/b", x->dir);
    return io_make_dir(deep, e);
}

static enum rc list_it(struct trial *x, struct err *e)
{
    struct arena a;
    const char **names;
    size_t n;
    arena_init(&a, MIB(1));
    enum rc rc = io_list_dir(&a, x->dir, &names, &n, e);
    arena_fini(&a);
    return rc;
}

/* Every call failing in turn: an error that names file and cause, or a whole success; the old file or the new one. */
static void each_call_fails(struct test *t, const char *name, enum rc (*act)(struct trial *, struct err *), int error)
{
    struct trial x = {.t = t};
    char tmp[460];
    uint64_t failed = 0;
    (void)snprintf(x.dir, sizeof x.dir, "%s/%s-%d", t->tmp_dir, name, error);
    (void)snprintf(x.path, sizeof x.path, "%s/file", x.dir);
    (void)snprintf(tmp, sizeof tmp, "%s.tmp", x.path);
    buf_init(&x.b, KIB(64));
    CHECK_I64(t, io_make_dir(x.dir, NULL), RC_OK);
    for (uint64_t nth = 1;; nth++) {
        struct err e = {.lang = LANG_EN};
        int fired = 0;
        CHECK_I64(t, io_write_file(x.path, STR("one"), 0600, NULL), RC_OK);
        io_fault_arm(&(struct io_fault_plan){.ops = IO_ALL, .nth = nth, .error = error});
        enum rc rc = act(&x, &e);
        (void)io_fault_end(&fired);
        CHECK_I64(t, io_fault_unsynced_renames(), 0);
        CHECK_I64(t, io_read_file(x.path, &x.b, NULL), RC_OK);
        bool two = str_eq(buf_str(&x.b), STR("two"));
        CHECK(t, two || str_eq(buf_str(&x.b), STR("one")));
        if (act == write_two || act == write_pieces) CHECK(t, rc || two);
        CHECK(t, !io_exists(tmp));
        if (rc) CHECK(t, strstr(e.msg, x.dir) && strstr(e.msg, strerror(error)));
        failed += rc != RC_OK;
        if (!fired) {
            CHECK_I64(t, rc, RC_OK);
            break;
        }
    }
    CHECK(t, failed > 0);
    buf_fini(&x.b);
}

void io_fault_test(struct test *t);
void io_fault_test(struct test *t)
{
    if (TEST(t, "writing a file, each call failing")) {
        each_call_fails(t, "write", write_two, EIO);
        each_call_fails(t, "write", write_two, ENOSPC);
    }
    if (TEST(t, "writing a file in pieces, each call failing")) {
        each_call_fails(t, "pieces", write_pieces, EIO);
        each_call_fails(t, "pieces", write_pieces, ENOSPC);
    }
    if (TEST(t, "reading a file, each call failing")) each_call_fails(t, "read", read_it, EIO);
    if (TEST(t, "making folders, each call failing")) each_call_fails(t, "folder", make_deep, ENOSPC);
    if (TEST(t, "listing a folder, each call failing")) each_call_fails(t, "list", list_it, EIO);
}
