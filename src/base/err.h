/* Return codes, positions and errors. No allocation on the error path. */
#ifndef BASE_ERR_H
#define BASE_ERR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/* The first four are also the exit codes of the program. */
enum rc {
    RC_OK = 0,
    RC_INPUT = 1,    /* bad input, explained to the user */
    RC_USAGE = 2,    /* wrong command line */
    RC_ENV = 3,      /* disk, database, operating system */
    RC_NOMEM = 4,    /* allocation failed or a memory limit was reached; exits as 3 */
    RC_CONFLICT = 5, /* stale or overlapping; exits as 1 */
    RC_HELD = 6,     /* done, but kept back until somebody confirms it; exits as 4 */
    RC__MAX
};

enum lang { LANG_ZH, LANG_EN, LANG__MAX };

/* A place in a text: line and column start at 1, columns count characters. file NULL = nowhere. */
struct pos {
    const char *file;
    uint32_t line, col;
};

enum { ERR_MSG_MAX = 1024, ERR_FILE_MAX = 256 };

/* An error. `lang` is set by whoever creates it and chooses the language of later messages. It owns its texts: an error
 * outlives the arena that named the file, and may be copied. */
struct err {
    enum rc rc;
    enum lang lang;
    uint32_t line, col;      /* as in struct pos */
    char file[ERR_FILE_MAX]; /* "" = nowhere; of a longer name the end, after "…" */
    char msg[ERR_MSG_MAX];
};

/* Set e (may be NULL) and return rc, so that `return err_set(e, RC_INPUT, at, "en", "zh", …)` reads well.
 * Both formats take the same arguments in the same order (use %1$s … where the order differs).
 * A message says what, why and the mend; no personal data. The file:line:col is added by err_print. */
enum rc err_set(struct err *e, enum rc rc, struct pos at, const char *en, const char *zh, ...) PRINTF_LIKE(4, 6)
    PRINTF_LIKE(5, 6);

/* What the system says of an errno value, in e's language: static or in room; err_os has the room of the block that it
 * is in. */
enum { ERR_OS_MAX = 128 };
const char *err_os_text(int no, const struct err *e, char room[ERR_OS_MAX]);
#define err_os(no, e) err_os_text((no), (e), (char[ERR_OS_MAX]){0})

/* Out of memory at a place where nothing more can be said. */
enum rc err_nomem(struct err *e);

/* "file:line:col: msg", "file:line: msg" where no column is known, or "msg" into out (always NUL-terminated, cut at a
 * character). Returns its length. */
size_t err_format(const struct err *e, char *out, size_t cap);

/* Exit code of the program for rc. */
int rc_exit(enum rc rc);

static inline struct pos pos_none(void) { return (struct pos){0}; }

#define TRY(x)                       \
    do {                             \
        enum rc try_rc_ = (x);       \
        if (try_rc_) return try_rc_; \
    } while (0)
#endif
