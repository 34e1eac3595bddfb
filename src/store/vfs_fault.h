/* Tests only: a file system for SQLite that fails when it is told to, is slow, or loses what was not synced. It stands
 * before the system's own and becomes SQLite's default while it is installed. Linked into the test binary alone. */
#ifndef STORE_VFS_FAULT_H
#define STORE_VFS_FAULT_H
#include "base/buf.h"
#include "base/clock.h"

enum vfs_op {
    VFS_OPEN = 1,
    VFS_DELETE = 2,
    VFS_READ = 4,
    VFS_WRITE = 8,
    VFS_SYNC = 16,
    VFS_TRUNCATE = 32,
    VFS_LOCK = 64,
    VFS_SHM = 128,
    VFS_CHANGES = VFS_WRITE | VFS_SYNC | VFS_TRUNCATE | VFS_DELETE,
};

struct vfs_plan {
    unsigned ops;    /* bits of enum vfs_op: what is counted and fails */
    uint64_t nth;    /* the one that fails, from 1; 0: none, only count */
    int error;       /* errno: EIO, or ENOSPC for a full disk */
    bool lasting;    /* every later one fails too */
    int64_t sync_us; /* how long a sync takes */
    /* Called before each change of a file (VFS_CHANGES), from 1. May look at the survivors; must not use SQLite. */
    void (*before_change)(void *ctx, uint64_t change);
    void *ctx;
};

struct vfs_fault;
/* NULL when it cannot be had. The files of a power loss are told apart from here on. */
struct vfs_fault *vfs_fault_install(void);
/* No connection may be open. NULL is fine. */
void vfs_fault_remove(struct vfs_fault *v);
/* Counts begin anew. What was written so far counts as being on the disk when `settled`. */
void vfs_fault_arm(struct vfs_fault *v, const struct vfs_plan *plan, bool settled);
/* Calls of plan.ops since it was armed; *fired: one of them failed. */
uint64_t vfs_fault_seen(const struct vfs_fault *v, bool *fired);
uint64_t vfs_fault_syncs(const struct vfs_fault *v);
uint64_t vfs_fault_changes(const struct vfs_fault *v);

/* What a loss of power leaves: nothing that was not synced; of each sector of 512 bytes, each size and each new or
 * deleted file the old or the new at random (so a page may be torn); all that was written (a process killed). */
enum power_loss { POWER_ALL, POWER_SOME, POWER_NOTHING };
/* The survivor of one file into out (replaced). *there: it exists; *known: SQLite has changed it through here (when
 * not, out is left alone). */
enum rc vfs_fault_survivor(struct vfs_fault *v, const char *path, enum power_loss how, struct rng *r, struct buf *out,
                           bool *known, bool *there, struct err *e);
#endif
