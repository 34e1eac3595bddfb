#include "store/vfs_fault.h"
#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include "base/io.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"
#include "base/vec.h"
#include "store/db.h"

enum { SECTOR = 512, DISK_FILES_MAX = 32, SECTORS_MAX = 1 << 20, IMAGE_MAX = 1 << 28 };

/* A sector as it was at the last sync. */
struct sector {
    int64_t no;
    uint8_t was[SECTOR];
};

struct disk_file {
    char path[DB_PATH_MAX];
    int64_t size, synced_size; /* synced_size -1: the file was not there */
    struct {
        struct sector *v;
        size_t n, cap;
    } dirty; /* sorted by number */
    bool there;
    bool made;    /* its name in the folder is not synced yet */
    bool deleted; /* so is its deletion: what it held is in `dirty` */
};

struct vfs_fault {
    sqlite3_vfs vfs, *real;
    struct vfs_plan plan;
    _Atomic uint64_t seen, syncs, changes;
    _Atomic bool fired;
    _Atomic int last_errno;
    struct disk_file disk[DISK_FILES_MAX];
    size_t n_disk;
    bool lost_track; /* memory ran out: no survivors can be told */
};

struct vfs_file {
    sqlite3_file base;
    struct vfs_fault *v;
    struct disk_file *disk; /* NULL: a temporary file, or SQLite's shared memory */
    sqlite3_file *real;
};

static struct vfs_file *file_of(sqlite3_file *f) { return (struct vfs_file *)(void *)f; }

/* 0, or the errno with which this call fails. */
static int fails(struct vfs_fault *v, enum vfs_op op)
{
    if (!(v->plan.ops & op)) return 0;
    uint64_t seen = atomic_fetch_add(&v->seen, 1) + 1, nth = v->plan.nth;
    if (nth == 0 || seen < nth || (seen > nth && !v->plan.lasting)) return 0;
    v->fired = true;
    v->last_errno = v->plan.error;
    return v->plan.error;
}

static void changes(struct vfs_fault *v)
{
    uint64_t n = atomic_fetch_add(&v->changes, 1) + 1;
    if (v->plan.before_change) v->plan.before_change(v->plan.ctx, n);
}

/* ---- what is on the disk */

static struct disk_file *disk_find(struct vfs_fault *v, const char *path)
{
    for (size_t i = 0; i < v->n_disk; i++)
        if (strcmp(v->disk[i].path, path) == 0) return &v->disk[i];
    return NULL;
}

static struct disk_file *disk_get(struct vfs_fault *v, const char *path)
{
    struct disk_file *d = disk_find(v, path);
    if (d) return d;
    if (v->n_disk == DISK_FILES_MAX) {
        v->lost_track = true;
        return NULL;
    }
    d = &v->disk[v->n_disk++];
    *d = (struct disk_file){.synced_size = -1};
    (void)snprintf(d->path, sizeof d->path, "%s", path);
    return d;
}

static void disk_settle(struct disk_file *d)
{
    d->dirty.n = 0;
    d->synced_size = d->there ? d->size : -1;
    d->made = d->deleted = false;
}

/* Where the sector is or would be. */
static size_t sector_at(const struct disk_file *d, int64_t no)
{
    size_t lo = 0, hi = d->dirty.n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (d->dirty.v[mid].no < no) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

/* Keep what the synced file held there, unless it is kept already. */
static void keep_sector(struct vfs_file *f, int64_t no)
{
    struct disk_file *d = f->disk;
    size_t at = sector_at(d, no);
    if (at < d->dirty.n && d->dirty.v[at].no == no) return;
    struct sector s = {.no = no};
    if (!vec_push(&d->dirty, SECTORS_MAX, s)) {
        f->v->lost_track = true;
        return;
    }
    int code = f->real->pMethods->xRead(f->real, s.was, SECTOR, no * SECTOR); /* short reads are filled with 0 */
    if (code && code != SQLITE_IOERR_SHORT_READ) f->v->lost_track = true;
    memmove(&d->dirty.v[at + 1], &d->dirty.v[at], (d->dirty.n - 1 - at) * sizeof s);
    d->dirty.v[at] = s;
}

static void keep_range(struct vfs_file *f, int64_t from, int64_t to)
{
    for (int64_t no = from / SECTOR; no * SECTOR < to; no++) keep_sector(f, no);
}

/* ---- the methods of a file */

static int file_close(sqlite3_file *f) { return file_of(f)->real->pMethods->xClose(file_of(f)->real); }

static int file_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    struct vfs_file *x = file_of(f);
    return fails(x->v, VFS_READ) ? SQLITE_IOERR_READ : x->real->pMethods->xRead(x->real, p, n, at);
}

static int file_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    struct vfs_file *x = file_of(f);
    changes(x->v);
    int no = fails(x->v, VFS_WRITE);
    if (no) return no == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    if (x->disk) keep_range(x, at, at + n);
    int code = x->real->pMethods->xWrite(x->real, p, n, at);
    if (!code && x->disk && at + n > x->disk->size) x->disk->size = at + n;
    return code;
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    struct vfs_file *x = file_of(f);
    changes(x->v);
    if (fails(x->v, VFS_TRUNCATE)) return SQLITE_IOERR_TRUNCATE;
    if (x->disk && size < x->disk->size) keep_range(x, size, x->disk->size);
    int code = x->real->pMethods->xTruncate(x->real, size);
    if (!code && x->disk) x->disk->size = size;
    return code;
}

/* The system's own sync is left out: what it would do is known here. A log's first one syncs the folder too. */
static int file_sync(sqlite3_file *f, int flags)
{
    struct vfs_file *x = file_of(f);
    (void)flags;
    changes(x->v);
    if (fails(x->v, VFS_SYNC)) return SQLITE_IOERR_FSYNC;
    x->v->syncs++;
    if (x->v->plan.sync_us) {
        struct timespec nap = {x->v->plan.sync_us / 1000000, x->v->plan.sync_us % 1000000 * 1000};
        (void)nanosleep(&nap, NULL);
    }
    if (!x->disk) return SQLITE_OK;
    bool folder = x->disk->made;
    disk_settle(x->disk);
    for (size_t i = 0; folder && i < x->v->n_disk; i++) x->v->disk[i].made = false;
    return SQLITE_OK;
}

static int file_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return file_of(f)->real->pMethods->xFileSize(file_of(f)->real, size);
}

static int file_lock(sqlite3_file *f, int level)
{
    struct vfs_file *x = file_of(f);
    return fails(x->v, VFS_LOCK) ? SQLITE_IOERR_LOCK : x->real->pMethods->xLock(x->real, level);
}

static int file_unlock(sqlite3_file *f, int level)
{
    return file_of(f)->real->pMethods->xUnlock(file_of(f)->real, level);
}

static int file_reserved(sqlite3_file *f, int *out)
{
    return file_of(f)->real->pMethods->xCheckReservedLock(file_of(f)->real, out);
}

static int file_control(sqlite3_file *f, int op, void *arg)
{
    return file_of(f)->real->pMethods->xFileControl(file_of(f)->real, op, arg);
}

static int file_sector(sqlite3_file *f) { return file_of(f)->real->pMethods->xSectorSize(file_of(f)->real); }

static int file_device(sqlite3_file *f) { return file_of(f)->real->pMethods->xDeviceCharacteristics(file_of(f)->real); }

static int file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    struct vfs_file *x = file_of(f);
    if (fails(x->v, VFS_SHM)) return SQLITE_IOERR_SHMMAP;
    return x->real->pMethods->xShmMap(x->real, page, size, extend, out);
}

static int file_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
    return file_of(f)->real->pMethods->xShmLock(file_of(f)->real, at, n, flags);
}

static void file_shm_barrier(sqlite3_file *f) { file_of(f)->real->pMethods->xShmBarrier(file_of(f)->real); }

static int file_shm_unmap(sqlite3_file *f, int remove)
{
    return file_of(f)->real->pMethods->xShmUnmap(file_of(f)->real, remove);
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_device,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* ---- the methods of the file system */

static struct vfs_fault *fault_of(sqlite3_vfs *vfs) { return vfs->pAppData; }

/* A file that this run has not seen is on the disk as it is. */
static void note_open(struct vfs_file *f, const char *path, bool was_there)
{
    sqlite3_int64 size = 0;
    bool first = !disk_find(f->v, path);
    struct disk_file *d = f->disk = disk_get(f->v, path);
    if (!d || f->real->pMethods->xFileSize(f->real, &size)) return;
    if (!first && d->there) return;
    d->there = true;
    d->size = size;
    if (was_there) disk_settle(d);
    else d->made = true;
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *out, int flags, int *got)
{
    struct vfs_fault *v = fault_of(vfs);
    struct vfs_file *f = file_of(out);
    int there = 0;
    *f = (struct vfs_file){.v = v, .real = (sqlite3_file *)(void *)(f + 1)};
    if (fails(v, VFS_OPEN)) return SQLITE_CANTOPEN;
    if (path) (void)v->real->xAccess(v->real, path, SQLITE_ACCESS_EXISTS, &there);
    int code = v->real->xOpen(v->real, path, f->real, flags, got);
    if (f->real->pMethods) f->base.pMethods = &METHODS;
    if (!code && path && !(flags & SQLITE_OPEN_DELETEONCLOSE)) note_open(f, path, there);
    return code;
}

/* What is deleted may come back until the folder is synced: all of it is kept. */
static void note_delete(struct vfs_fault *v, struct disk_file *d, bool sync_folder)
{
    struct buf b;
    struct err e = {.lang = LANG_EN};
    buf_init(&b, IMAGE_MAX);
    if (io_read_file(d->path, &b, &e)) v->lost_track = true;
    for (size_t at = 0; at < b.n && d->synced_size >= 0; at += SECTOR) {
        struct sector s = {.no = (int64_t)(at / SECTOR)};
        memcpy(s.was, b.p + at, b.n - at < SECTOR ? b.n - at : SECTOR);
        size_t k = sector_at(d, s.no);
        if (k < d->dirty.n && d->dirty.v[k].no == s.no) continue;
        if (!vec_push(&d->dirty, SECTORS_MAX, s)) v->lost_track = true;
        else memmove(&d->dirty.v[k + 1], &d->dirty.v[k], (d->dirty.n - 1 - k) * sizeof s), d->dirty.v[k] = s;
    }
    buf_fini(&b);
    d->there = false;
    d->deleted = true;
    d->size = 0;
    if (sync_folder) disk_settle(d);
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync_folder)
{
    struct vfs_fault *v = fault_of(vfs);
    struct disk_file *d = disk_find(v, path);
    changes(v);
    if (fails(v, VFS_DELETE)) return SQLITE_IOERR_DELETE;
    if (d && d->there) note_delete(v, d, sync_folder);
    return v->real->xDelete(v->real, path, 0);
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    return fault_of(vfs)->real->xAccess(fault_of(vfs)->real, path, flags, out);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int n, char *out)
{
    return fault_of(vfs)->real->xFullPathname(fault_of(vfs)->real, path, n, out);
}

static int vfs_randomness(sqlite3_vfs *vfs, int n, char *out)
{
    return fault_of(vfs)->real->xRandomness(fault_of(vfs)->real, n, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int us) { return fault_of(vfs)->real->xSleep(fault_of(vfs)->real, us); }

static int vfs_last_error(sqlite3_vfs *vfs, int n, char *out)
{
    int no = fault_of(vfs)->last_errno;
    return no ? no : fault_of(vfs)->real->xGetLastError(fault_of(vfs)->real, n, out);
}

static int vfs_time(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    return fault_of(vfs)->real->xCurrentTimeInt64(fault_of(vfs)->real, out);
}

struct vfs_fault *vfs_fault_install(void)
{
    struct db *db;
    if (db_open_memory(&db, NULL)) return NULL; /* first: SQLite's heap is set up by it */
    db_close(db);
    struct vfs_fault *v = mem_zalloc_array(1, sizeof *v);
    if (!v) return NULL;
    v->real = sqlite3_vfs_find(NULL);
    v->vfs = (sqlite3_vfs){.iVersion = 2,
                           .szOsFile = (int)sizeof(struct vfs_file) + v->real->szOsFile,
                           .mxPathname = v->real->mxPathname,
                           .zName = "fault",
                           .pAppData = v,
                           .xOpen = vfs_open,
                           .xDelete = vfs_delete,
                           .xAccess = vfs_access,
                           .xFullPathname = vfs_full_path,
                           .xRandomness = vfs_randomness,
                           .xSleep = vfs_sleep,
                           .xGetLastError = vfs_last_error,
                           .xCurrentTimeInt64 = vfs_time};
    if (sqlite3_vfs_register(&v->vfs, 1) == SQLITE_OK) return v;
    mem_free(v);
    return NULL;
}

static void forget(struct vfs_fault *v)
{
    for (size_t i = 0; i < v->n_disk; i++) vec_fini(&v->disk[i].dirty);
    v->n_disk = 0;
    v->lost_track = false;
}

void vfs_fault_remove(struct vfs_fault *v)
{
    if (!v) return;
    (void)sqlite3_vfs_unregister(&v->vfs);
    forget(v);
    mem_free(v);
}

void vfs_fault_arm(struct vfs_fault *v, const struct vfs_plan *plan, bool settled)
{
    v->plan = *plan;
    v->seen = v->syncs = v->changes = 0;
    v->fired = false;
    v->last_errno = 0;
    if (settled) forget(v);
}

uint64_t vfs_fault_seen(const struct vfs_fault *v, bool *fired)
{
    if (fired) *fired = v->fired;
    return v->seen;
}

uint64_t vfs_fault_syncs(const struct vfs_fault *v) { return v->syncs; }

uint64_t vfs_fault_changes(const struct vfs_fault *v) { return v->changes; }

/* ---- after the loss of power */

static bool is_old(enum power_loss how, struct rng *r)
{
    return how == POWER_ALL || (how == POWER_SOME && rng_below(r, 2) == 0);
}

/* b holds the file as written; put back the sectors that did not reach the disk. */
static void put_back(const struct disk_file *d, enum power_loss how, struct rng *r, struct buf *b)
{
    size_t synced = d->synced_size > 0 ? (size_t)d->synced_size : 0;
    size_t size = is_old(how, r) ? synced : b->n;
    size_t most = b->n > synced ? b->n : synced;
    if (how == POWER_NOTHING || !buf_reserve(b, most - b->n + 1)) return;
    memset(b->p + b->n, 0, most - b->n);
    for (size_t i = 0; i < d->dirty.n; i++) {
        const struct sector *s = &d->dirty.v[i];
        size_t at = (size_t)s->no * SECTOR, end = at + SECTOR < most ? at + SECTOR : most;
        if (at >= most) continue;
        if (is_old(how, r)) memcpy(b->p + at, s->was, end - at);
        else if (how == POWER_SOME && at >= size) size = end < b->n ? end : b->n > size ? b->n : size;
    }
    b->n = size;
}

enum rc vfs_fault_survivor(struct vfs_fault *v, const char *path, enum power_loss how, struct rng *r, struct buf *out,
                           bool *known, bool *there, struct err *e)
{
    const struct disk_file *d = disk_find(v, path);
    *known = d != NULL;
    *there = false;
    if (!d) return RC_OK;
    if (v->lost_track) return err_nomem(e);
    bool name_old = (d->made || d->deleted) && is_old(how, r);
    *there = name_old ? d->synced_size >= 0 || (d->deleted && !d->made) : d->there;
    buf_clear(out);
    if (!*there) return RC_OK;
    if (d->there) TRY(io_read_file(path, out, e));
    put_back(d, d->there ? how : POWER_ALL, r, out);
    return RC_OK;
}

/* ---- tests: the file system itself */

static sqlite3 *open_here(struct test *t, const char *path)
{
    sqlite3 *h = NULL;
    CHECK_I64(t, sqlite3_open_v2(path, &h, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL), SQLITE_OK);
    return h;
}

static void do_sql(struct test *t, sqlite3 *h, const char *sql, int want)
{
    CHECK_I64(t, sqlite3_exec(h, sql, NULL, NULL, NULL) & 0xff, want);
}

static int64_t survivor_size(struct test *t, struct vfs_fault *v, const char *path, enum power_loss how, struct buf *b)
{
    struct rng r;
    struct err e = {.lang = LANG_EN};
    bool known = false, there = false;
    rng_seed(&r, 1);
    CHECK_I64(t, vfs_fault_survivor(v, path, how, &r, b, &known, &there, &e), RC_OK);
    CHECK(t, known);
    return there ? (int64_t)b->n : -1;
}

/* Without syncs nothing is left of a database, with them all of it, and a random loss lies between. */
static void test_loss(struct test *t)
{
    char path[500];
    struct buf b;
    struct vfs_fault *v = vfs_fault_install();
    CHECK(t, v != NULL);
    if (!v) return;
    buf_init(&b, IMAGE_MAX);
    (void)snprintf(path, sizeof path, "%s/loss.db", t->tmp_dir);
    sqlite3 *h = open_here(t, path);
    do_sql(t, h, "PRAGMA synchronous = OFF; CREATE TABLE t(x); INSERT INTO t VALUES (randomblob(9000))", SQLITE_OK);
    CHECK_I64(t, survivor_size(t, v, path, POWER_ALL, &b), -1);
    int64_t whole = survivor_size(t, v, path, POWER_NOTHING, &b);
    CHECK(t, whole >= 12288);
    do_sql(t, h, "PRAGMA synchronous = FULL; INSERT INTO t VALUES (randomblob(5000))", SQLITE_OK);
    int64_t synced = survivor_size(t, v, path, POWER_ALL, &b);
    CHECK(t, synced > whole);
    CHECK_I64(t, survivor_size(t, v, path, POWER_NOTHING, &b), synced);
    do_sql(t, h, "PRAGMA synchronous = OFF; UPDATE t SET x = randomblob(5000)", SQLITE_OK);
    struct buf old, now;
    buf_init(&old, IMAGE_MAX);
    buf_init(&now, IMAGE_MAX);
    CHECK_I64(t, survivor_size(t, v, path, POWER_ALL, &old), synced);
    CHECK(t, survivor_size(t, v, path, POWER_NOTHING, &now) >= synced);
    CHECK(t, survivor_size(t, v, path, POWER_SOME, &b) >= synced);
    CHECK(t, !str_eq(buf_str(&old), buf_str(&now)));
    CHECK(t, !str_eq(buf_str(&b), buf_str(&now)) && !str_eq(buf_str(&b), buf_str(&old)));
    (void)sqlite3_close(h);
    buf_fini(&old);
    buf_fini(&now);
    buf_fini(&b);
    vfs_fault_remove(v);
}

static void test_failures(struct test *t)
{
    char path[500];
    bool fired = false;
    struct vfs_fault *v = vfs_fault_install();
    CHECK(t, v != NULL);
    if (!v) return;
    (void)snprintf(path, sizeof path, "%s/fail.db", t->tmp_dir);
    sqlite3 *h = open_here(t, path);
    do_sql(t, h, "CREATE TABLE t(x)", SQLITE_OK);
    vfs_fault_arm(v, &(struct vfs_plan){.ops = VFS_WRITE, .nth = 2, .error = ENOSPC}, false);
    do_sql(t, h, "INSERT INTO t VALUES (1)", SQLITE_FULL);
    CHECK(t, vfs_fault_seen(v, &fired) >= 2 && fired);
    vfs_fault_arm(v, &(struct vfs_plan){.ops = VFS_SYNC, .nth = 1, .error = EIO}, false);
    do_sql(t, h, "INSERT INTO t VALUES (1)", SQLITE_IOERR);
    vfs_fault_arm(v, &(struct vfs_plan){.ops = VFS_CHANGES}, false);
    do_sql(t, h, "INSERT INTO t VALUES (1)", SQLITE_OK);
    CHECK(t, vfs_fault_seen(v, &fired) == vfs_fault_changes(v) && !fired && vfs_fault_syncs(v) > 0);
    (void)sqlite3_close(h);
    vfs_fault_remove(v);
}

void vfs_fault_test(struct test *t);
void vfs_fault_test(struct test *t)
{
    if (TEST(t, "power is lost: what was synced is there")) test_loss(t);
    if (TEST(t, "calls that fail")) test_failures(t);
}
