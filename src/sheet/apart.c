#include "sheet/apart.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/str.h"

static bool sanitized(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
    return true;
#else
    return false;
#endif
#else
    return false;
#endif
}

/* Addresses in use now, in bytes. */
static rlim_t size_now(void)
{
    char text[64] = "";
    struct str first, rest;
    int64_t pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f && fgets(text, sizeof text, f)) {
        rest = str_from(text);
        if (!str_cut(&rest, ' ', &first) || !str_to_i64(first, 0, INT64_C(1) << 40, &pages)) pages = 0;
    }
    if (f) (void)fclose(f);
    return (rlim_t)pages * 4096;
}

static void limit_self(pid_t parent, struct apart_limits l)
{
    struct rlimit seconds = {l.seconds, l.seconds}, memory = {0}, core = {0, 0};
    memory.rlim_cur = memory.rlim_max = size_now() + l.more_bytes;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    (void)signal(SIGALRM, SIG_DFL);
    (void)alarm(l.seconds);
    (void)setrlimit(RLIMIT_CPU, &seconds);
    (void)setrlimit(RLIMIT_CORE, &core);
    if (!sanitized()) (void)setrlimit(RLIMIT_AS, &memory);
}

static enum rc cannot_start(struct err *e)
{
    const char *w = err_os(errno, e);
    return err_set(e, RC_ENV, pos_none(), "no process can be started to read an old workbook: %s",
                   "无法启动读取旧版工作簿的进程：%s", w);
}

enum rc apart_run(void (*fn)(void *ctx), void *ctx, struct apart_limits l, enum apart_end *end, struct err *e)
{
    pid_t parent = getpid(), pid = fork();
    if (pid < 0) return cannot_start(e);
    if (pid == 0) {
        limit_self(parent, l);
        fn(ctx);
        _exit(0);
    }
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return cannot_start(e);
    bool late = WIFSIGNALED(status) &&
                (WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL);
    *end = WIFEXITED(status) && WEXITSTATUS(status) == 0 ? APART_DONE : late ? APART_LATE : APART_DIED;
    return RC_OK;
}
