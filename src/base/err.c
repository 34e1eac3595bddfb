#include "base/err.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/utf8.h"

/* snprintf may cut inside a character; what is left must be valid text. Returns the length. */
static size_t clip_z(char *z, int printed, size_t cap)
{
    size_t n = printed < 0 ? 0 : (size_t)printed;
    if (n >= cap) n = utf8_clip(str_make(z, cap - 1), cap - 1).n;
    z[n] = 0;
    return n;
}

/* The end of a path says more than its beginning. The name may be e's own. */
static void keep_place(struct err *e, struct pos at)
{
    static const char CUT[] = "…";
    size_t n = at.file ? strlen(at.file) : 0;
    e->line = at.line;
    e->col = at.col;
    if (n < sizeof e->file) {
        if (n) memmove(e->file, at.file, n);
        e->file[n] = 0;
        return;
    }
    const char *from = at.file + n - (sizeof e->file - sizeof CUT);
    while (((unsigned char)*from & 0xC0) == 0x80) from++;
    memcpy(e->file, CUT, sizeof CUT - 1);
    memcpy(e->file + sizeof CUT - 1, from, strlen(from) + 1);
}

enum rc err_set(struct err *e, enum rc rc, struct pos at, const char *en, const char *zh, ...)
{
    if (!e) return rc;
    va_list ap;
    va_start(ap, zh);
    char msg[ERR_MSG_MAX]; /* an argument may point into e->msg */
    int n = e->lang == LANG_EN ? vsnprintf(msg, sizeof msg, en, ap) : vsnprintf(msg, sizeof msg, zh, ap);
    va_end(ap);
    e->rc = rc;
    keep_place(e, at);
    memcpy(e->msg, msg, clip_z(msg, n, sizeof msg) + 1);
    return rc;
}

enum rc err_nomem(struct err *e)
{
    return err_set(e, RC_NOMEM, pos_none(),
                   "out of memory; close other programs or give this one a larger memory limit",
                   "内存不足；请关闭其他程序，或调高本程序的内存上限");
}

size_t err_format(const struct err *e, char *out, size_t cap)
{
    if (cap == 0) return 0;
    int n;
    if (!e->file[0]) n = snprintf(out, cap, "%s", e->msg);
    else if (e->line == 0) n = snprintf(out, cap, "%s: %s", e->file, e->msg);
    else if (e->col == 0) n = snprintf(out, cap, "%s:%u: %s", e->file, e->line, e->msg);
    else n = snprintf(out, cap, "%s:%u:%u: %s", e->file, e->line, e->col, e->msg);
    return clip_z(out, n, cap);
}

int rc_exit(enum rc rc)
{
    switch (rc) {
    case RC_OK: return 0;
    case RC_INPUT:
    case RC_CONFLICT: return 1;
    case RC_USAGE: return 2;
    case RC_HELD: return 4;
    case RC_ENV:
    case RC_NOMEM:
    case RC__MAX: break;
    }
    return 3;
}

const char *err_os_text(int no, const struct err *e, char room[ERR_OS_MAX])
{
    static const struct {
        int no;
        const char *zh;
    } TEXT[] = {{ENOENT, "没有这个文件或文件夹"},
                {EACCES, "没有权限"},
                {EPERM, "不允许这样操作"},
                {ENOSPC, "磁盘空间不足"},
                {EDQUOT, "超出磁盘配额"},
                {EIO, "磁盘读写错误"},
                {EROFS, "文件系统是只读的"},
                {EISDIR, "是文件夹，不是文件"},
                {ENOTDIR, "路径中有一段不是文件夹"},
                {EEXIST, "已经存在"},
                {ENOTEMPTY, "文件夹不是空的"},
                {ENOMEM, "内存不足"},
                {EMFILE, "打开的文件太多"},
                {ENFILE, "系统打开的文件太多"},
                {EFBIG, "文件太大"},
                {EOVERFLOW, "数值太大"},
                {ENAMETOOLONG, "文件名太长"},
                {ELOOP, "符号链接层数太多"},
                {EBUSY, "正被占用"},
                {ETXTBSY, "程序文件正在运行"},
                {EXDEV, "不在同一个磁盘上"},
                {ENOLCK, "无法加锁"},
                {EPIPE, "接收输出的程序已经结束"},
                {EINTR, "被中断"},
                {EAGAIN, "系统资源暂时不足"},
                {EINVAL, "参数无效"},
                {EBADF, "文件已关闭"},
                {ESTALE, "网络上的文件已不在"},
                {ETIMEDOUT, "等待超时"},
                {EOPNOTSUPP, "文件系统不支持这样操作"},
                {ENOSYS, "系统不支持这样操作"},
                {ENXIO, "没有这个设备或地址"},
                {ENODEV, "没有这个设备"}};
    if (e && e->lang == LANG_EN) return strerror_r(no, room, ERR_OS_MAX);
    for (size_t i = 0; i < sizeof TEXT / sizeof *TEXT; i++)
        if (TEXT[i].no == no) return TEXT[i].zh;
    (void)snprintf(room, ERR_OS_MAX, "系统错误 %d", no);
    return room;
}
