/* One writer at a time: a lock on DB/lock, freed by the system when the process ends, however it ends. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/clock.h"
#include "store/store_int.h"

enum { STEP_NS = 20000000, TELL_AFTER_US = 1000000, SECOND_US = 1000000 };

/* Who holds it. */
struct holder {
    int pid;          /* 0: not written yet, or left by a process that ended */
    int64_t since_us; /* of that number; 0: not known */
};

static struct holder read_holder(int fd)
{
    struct holder h = {0};
    char pid[16] = {0};
    struct stat st;
    ssize_t n = pread(fd, pid, sizeof pid - 1, 0);
    struct str s = str_trim(str_make(pid, n > 0 ? (size_t)n : 0));
    int64_t id = 0;
    if (!str_to_i64(s, 1, INT32_MAX, &id) || (kill((pid_t)id, 0) != 0 && errno != EPERM)) return h;
    h.pid = (int)id;
    if (fstat(fd, &st) == 0) h.since_us = (int64_t)st.st_mtim.tv_sec * SECOND_US + st.st_mtim.tv_nsec / 1000;
    return h;
}

static enum rc fail_locked(int fd, const char *dir, int waited, struct err *e)
{
    struct holder h = read_holder(fd);
    char since[32];
    if (!h.pid)
        return err_set(e, RC_ENV, pos_none(),
                       "%s: another fangpin is writing (waited %d s); try again when it is done, or wait longer with "
                       "FANGPIN_WAIT=SECONDS",
                       "%s：另一个 fangpin 正在写入（已等待 %d 秒）；请等它结束后重试，或用 FANGPIN_WAIT=秒数 等得更久",
                       dir, waited);
    return err_set(e, RC_ENV, pos_none(),
                   "%s: another fangpin (process %d, since %s) is writing (waited %d s); try again when it is done, or "
                   "wait longer with FANGPIN_WAIT=SECONDS",
                   "%s：另一个 fangpin（进程 %d，自 %s 起）正在写入（已等待 %d 秒）；请等它结束后重试，或用 "
                   "FANGPIN_WAIT=秒数 等得更久",
                   dir, h.pid, clock_format(h.since_us, since), waited);
}

static void tell(const struct store_wait *w, int fd)
{
    struct holder h = read_holder(fd);
    if (w->tell) w->tell(w->ctx, h.pid, h.since_us, w->seconds);
}

/* False: somebody else still has it, or errno says what else is wrong. */
static bool take_in_time(int fd, const struct store_wait *w)
{
    const struct timespec step = {.tv_nsec = STEP_NS};
    int64_t begun = clock_steady_us(), waited = 0;
    bool told = false;
    while (flock(fd, LOCK_EX | LOCK_NB)) {
        if (errno != EWOULDBLOCK && errno != EINTR) return false;
        waited = clock_steady_us() - begun;
        if (waited >= (int64_t)w->seconds * SECOND_US) return errno = EWOULDBLOCK, false;
        if (!told && waited >= TELL_AFTER_US) tell(w, fd), told = true;
        (void)nanosleep(&step, NULL);
    }
    return true;
}

/* The number is only for messages; a lock without it is as good. */
static void sign(int fd)
{
    char pid[16];
    int n = snprintf(pid, sizeof pid, "%d\n", (int)getpid());
    if (ftruncate(fd, 0) == 0 && n > 0) (void)!pwrite(fd, pid, (size_t)n, 0);
}

void store_unlock(int fd)
{
    if (fd < 0) return;
    (void)!ftruncate(fd, 0); /* else the next holder is named by this pid until it has written its own */
    (void)close(fd);
}

enum rc store_lock(int *out, const char *path, const char *dir, const struct store_wait *w, struct err *e)
{
    if (w->seconds == STORE_WAIT_BAD)
        return err_set(e, RC_USAGE, pos_none(), "FANGPIN_WAIT is no number of seconds from 0 to %d",
                       "FANGPIN_WAIT 不是 0 至 %d 的秒数", STORE_WAIT_MAX);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set(e, RC_ENV, pos_none(), "%s: cannot be written (%s); check the folder's permissions",
                       "%s：无法写入（%s）；请检查文件夹权限", path, err_os(errno, e));
    if (!take_in_time(fd, w)) {
        enum rc rc = errno == EWOULDBLOCK ? fail_locked(fd, dir, w->seconds, e)
                                          : err_set(e, RC_ENV, pos_none(), "%s: cannot be locked (%s)",
                                                    "%s：无法加锁（%s）", path, err_os(errno, e));
        (void)close(fd);
        return rc;
    }
    sign(fd);
    *out = fd;
    return RC_OK;
}
