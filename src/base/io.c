#include "base/io.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/vec.h"

enum { IO_STEP = 65536, IO_START = 1 << 20 };

static enum rc fail_open(struct err *e, const char *path, int no)
{
    const char *why = err_os(no, e);
    if (no == ENOENT || no == ENOTDIR)
        return err_set(e, RC_INPUT, pos_none(), "%s: there is no such file or folder; check the path",
                       "%s：没有这个文件或文件夹，请检查路径", path);
    if (no == EACCES || no == EISDIR || no == EPERM)
        return err_set(e, RC_INPUT, pos_none(), "%s: cannot be read (%s); name a readable file",
                       "%s：无法读取（%s），请指定可读取的文件", path, why);
    return err_set(e, RC_ENV, pos_none(), "%s: cannot be opened (%s)", "%s：无法打开（%s）", path, why);
}

static enum rc fail_write(struct err *e, const char *path, int no)
{
    return err_set(e, RC_ENV, pos_none(),
                   "%s: cannot be written (%s); check the disk space and the folder's permissions",
                   "%s：无法写入（%s），请检查磁盘空间和文件夹权限", path, err_os(no, e));
}

static enum rc fail_large(struct err *e, const char *path, size_t max)
{
    return err_set(e, RC_INPUT, pos_none(), "%s: larger than %zu bytes, the most that is read here; split the file",
                   "%s：超过 %zu 字节的上限，请拆分文件", path, max);
}

/* One step of reading; *end at the end of the file. */
static enum rc read_some(int fd, const char *path, struct buf *b, bool *end, struct err *e)
{
    size_t room = b->max - b->n < IO_STEP ? b->max - b->n : IO_STEP;
    char probe;
    if (room && !buf_reserve(b, room)) return err_nomem(e);
    ssize_t got = room ? read(fd, b->p + b->n, b->cap - b->n < b->max - b->n ? b->cap - b->n : b->max - b->n)
                       : read(fd, &probe, 1);
    if (got < 0 && errno == EINTR) return RC_OK;
    if (got < 0)
        return err_set(e, RC_ENV, pos_none(), "%s: reading failed (%s)", "%s：读取失败（%s）", path, err_os(errno, e));
    *end = got == 0;
    if (got > 0 && !room) return fail_large(e, path, b->max);
    b->n += (size_t)got;
    return RC_OK;
}

/* The size is a guess that reading corrects; what is known is read in one go. */
static enum rc prepare_read(int fd, const char *path, struct buf *b, struct err *e)
{
    struct stat st;
    if (fstat(fd, &st)) return fail_open(e, path, errno);
    if (S_ISDIR(st.st_mode)) return fail_open(e, path, EISDIR);
    if (!S_ISREG(st.st_mode))
        return err_set(e, RC_INPUT, pos_none(), "%s: a pipe or a device, not a file; name a regular file",
                       "%s：这是管道或设备，不是文件，请指定普通文件", path);
    if (st.st_size <= 0) return RC_OK;
    if ((uint64_t)st.st_size > b->max) return fail_large(e, path, b->max);
    return buf_reserve(b, (size_t)st.st_size) ? RC_OK : err_nomem(e);
}

enum rc io_read_file(const char *path, struct buf *b, struct err *e)
{
    buf_clear(b);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* opening a pipe must not wait for a writer */
    if (fd < 0) return fail_open(e, path, errno);
    bool end = false;
    enum rc rc = prepare_read(fd, path, b, e);
    while (!rc && !end) rc = read_some(fd, path, b, &end, e);
    (void)close(fd);
    return rc;
}

static int write_all(int fd, struct str s)
{
    while (s.n) {
        ssize_t put = write(fd, s.p, s.n);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return errno;
        s = str_sub(s, (size_t)put, s.n);
    }
    return 0;
}

/* 0 or errno. A folder that cannot be opened or synced (some file systems) does not undo the rename. */
static void sync_parent(const char *path)
{
    char dir[IO_PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    if (n >= sizeof dir) return;
    memcpy(dir, slash == path ? "/" : ".", 2);
    if (n) memcpy(dir, path, n), dir[n] = 0;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)fsync(fd);
    (void)close(fd);
}

/* Of a path that is too long, false. */
static bool tmp_of(const char *path, char tmp[IO_PATH_MAX])
{
    return (size_t)snprintf(tmp, IO_PATH_MAX, "%s.tmp", path) < IO_PATH_MAX;
}

static int open_tmp(const char *path, unsigned mode, int *fd)
{
    char tmp[IO_PATH_MAX];
    if (!tmp_of(path, tmp)) return ENAMETOOLONG;
    *fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
    return *fd < 0 || fchmod(*fd, mode) != 0 ? errno : 0;
}

enum rc io_stage_begin(struct io_staging *f, const char *path, unsigned mode, struct err *e)
{
    *f = (struct io_staging){.path = path, .fd = -1};
    int no = open_tmp(path, mode, &f->fd);
    if (!no) return RC_OK;
    return io_stage_end(f, fail_write(e, path, no), e);
}

/* The disk begins with what is there, so that the sync at the end has little left: a wish. */
static void start_writing(struct io_staging *f)
{
    if (f->bytes - f->started < IO_START) return;
    (void)sync_file_range(f->fd, (off_t)f->started, (off_t)(f->bytes - f->started), SYNC_FILE_RANGE_WRITE);
    f->started = f->bytes;
}

enum rc io_stage_add(struct io_staging *f, struct str piece, struct err *e)
{
    int no = write_all(f->fd, piece);
    if (no) return fail_write(e, f->path, no);
    f->bytes += piece.n;
    start_writing(f);
    return RC_OK;
}

enum rc io_stage_end(struct io_staging *f, enum rc rc, struct err *e)
{
    int no = !rc && fsync(f->fd) != 0 ? errno : 0;
    if (f->fd >= 0 && close(f->fd) != 0 && !no) no = errno;
    f->fd = -1;
    if (!rc && no) rc = fail_write(e, f->path, no);
    if (rc) io_drop_staged(f->path);
    return rc;
}

enum rc io_stage_file(const char *path, struct str content, unsigned mode, struct err *e)
{
    struct io_staging f;
    TRY(io_stage_begin(&f, path, mode, e));
    return io_stage_end(&f, io_stage_add(&f, content, e), e);
}

enum rc io_publish_file(const char *path, struct err *e)
{
    char tmp[IO_PATH_MAX];
    if (!tmp_of(path, tmp)) return fail_write(e, path, ENAMETOOLONG);
    if (rename(tmp, path) != 0) {
        int no = errno;
        (void)unlink(tmp);
        return fail_write(e, path, no);
    }
    sync_parent(path);
    return RC_OK;
}

void io_drop_staged(const char *path)
{
    char tmp[IO_PATH_MAX];
    if (tmp_of(path, tmp)) (void)unlink(tmp);
}

enum rc io_write_file(const char *path, struct str content, unsigned mode, struct err *e)
{
    TRY(io_stage_file(path, content, mode, e));
    return io_publish_file(path, e);
}

bool io_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool io_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum rc io_make_dir(const char *path, struct err *e)
{
    char part[IO_PATH_MAX];
    size_t n = strlen(path);
    if (n == 0 || n >= sizeof part) return fail_write(e, path, n ? ENAMETOOLONG : ENOENT);
    for (size_t i = 1; i <= n; i++) {
        if (i < n && path[i] != '/') continue;
        memcpy(part, path, i);
        part[i] = 0;
        int no = mkdir(part, 0700) != 0 ? errno : 0;
        if (no && !io_is_dir(part)) return fail_write(e, part, no);
        if (!no) sync_parent(part); /* else a loss of power takes the folder with all that was synced in it */
    }
    return RC_OK;
}

static int by_bytes(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

struct name_vec {
    const char **v;
    size_t n, cap;
};

static enum rc read_names(DIR *dir, struct arena *a, const char *path, struct name_vec *v, struct err *e)
{
    for (;;) {
        errno = 0;
        const struct dirent *d = readdir(dir);
        if (!d && errno)
            return err_set(e, RC_ENV, pos_none(), "%s: reading the folder failed (%s)", "%s：读取文件夹失败（%s）",
                           path, err_os(errno, e));
        if (!d) return RC_OK;
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0) continue;
        const char *name = str_z(a, str_from(d->d_name));
        if (!name || !vec_push(v, IO_NAMES_MAX, name)) return err_nomem(e);
    }
}

enum rc io_list_dir(struct arena *a, const char *path, const char ***names, size_t *n, struct err *e)
{
    *names = NULL;
    *n = 0;
    DIR *dir = opendir(path);
    if (!dir) return errno == ENOMEM ? err_nomem(e) : fail_open(e, path, errno);
    struct name_vec v = {0};
    enum rc rc = read_names(dir, a, path, &v, e);
    (void)closedir(dir);
    if (!rc && v.n) {
        qsort(v.v, v.n, sizeof *v.v, by_bytes);
        *names = ARENA_ARRAY(a, const char *, v.n);
        if (*names) memcpy(*names, v.v, v.n * sizeof *v.v), *n = v.n;
        else rc = err_nomem(e);
    }
    vec_fini(&v);
    return rc;
}

const char *io_join(struct arena *a, const char *dir, const char *name)
{
    size_t nd = strlen(dir), nn = strlen(name);
    char *p = arena_alloc(a, nd + nn + 2);
    if (!p) return NULL;
    memcpy(p, dir, nd);
    p[nd] = '/';
    memcpy(p + nd + 1, name, nn + 1);
    return p;
}
