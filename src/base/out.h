/* What the program says to its user, in the user's language. */
#ifndef BASE_OUT_H
#define BASE_OUT_H
#include <stdio.h>
#include "base/buf.h"

struct out {
    FILE *f;
    enum lang lang;
    bool tty;
    bool no_memory; /* something that was to be said could not be made */
};
void out_init(struct out *o, FILE *f, enum lang lang);
/* Both formats take the same arguments. */
void out_say(struct out *o, const char *en, const char *zh, ...) PRINTF_LIKE(2, 4) PRINTF_LIKE(3, 4);
void out_str(struct out *o, struct str s);
/* A text that is to be said; when it could not be made for want of memory, out_flush says so. */
struct str out_text(struct out *o, const struct buf *b);
/* What was said goes out. RC_ENV: it, or something before it, could not be written. RC_NOMEM: it is not whole. */
enum rc out_flush(struct out *o, struct err *e) MUST_USE;
/* FANGPIN_LANG (zh|en), else LC_ALL/LC_MESSAGES/LANG beginning with "en", else Chinese. */
enum lang lang_from_env(void);
static inline const char *lang_pick(enum lang l, const char *en, const char *zh) { return l == LANG_EN ? en : zh; }

/* A progress bar on stderr, only on a terminal; total 0 = unknown. */
struct progress {
    struct out *o;
    const char *what;
    uint64_t total, done, shown;
};
void progress_begin(struct progress *p, struct out *o, const char *what, uint64_t total);
void progress_add(struct progress *p, uint64_t n);
void progress_end(struct progress *p);
#endif
