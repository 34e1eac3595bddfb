#include "base/log.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/str.h"

enum { LOG_LINE_MAX = 1024 };
static const char *const NAMES[] = {"error", "warn", "info", "debug"};

enum log_level log_threshold(void)
{
    struct str want = str_from(getenv("FANGPIN_LOG"));
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (str_eq(want, str_from(NAMES[i]))) return (enum log_level)i;
    return LOG_WARN;
}

void log_write(enum log_level level, const char *fmt, ...)
{
    if (level > log_threshold()) return;
    char line[LOG_LINE_MAX];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (n < 0) return;
    (void)fprintf(stderr, "fangpin: %s: %s\n", NAMES[level], line); /* one call: lines of threads do not mix */
}
