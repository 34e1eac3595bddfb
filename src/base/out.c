#include "base/out.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/num.h"

enum { BAR_CELLS = 30, PROGRESS_STEP = 65536 };

void out_init(struct out *o, FILE *f, enum lang lang)
{
    *o = (struct out){.f = f, .lang = lang, .tty = isatty(fileno(f)) == 1};
}

void out_say(struct out *o, const char *en, const char *zh, ...)
{
    va_list ap;
    va_start(ap, zh);
    if (o->lang == LANG_EN) (void)vfprintf(o->f, en, ap);
    else (void)vfprintf(o->f, zh, ap);
    va_end(ap);
}

void out_str(struct out *o, struct str s)
{
    if (s.n) (void)fwrite(s.p, 1, s.n, o->f);
}

struct str out_text(struct out *o, const struct buf *b)
{
    o->no_memory |= b->no_memory;
    return buf_str(b);
}

enum rc out_flush(struct out *o, struct err *e)
{
    if (fflush(o->f) || ferror(o->f))
        return err_set(e, RC_ENV, pos_none(), "the output cannot be written.", "无法写出结果。");
    if (!o->no_memory) return RC_OK;
    return err_set(e, RC_NOMEM, pos_none(),
                   "memory ran out while the result was written: it is not whole. What was to be done is done.",
                   "写出结果时内存不足：上面的结果不完整。要做的事已经做完。");
}

enum lang lang_from_env(void)
{
    static const char *const vars[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    struct str own = str_from(getenv("FANGPIN_LANG"));
    if (str_eq(own, STR("en"))) return LANG_EN;
    if (str_eq(own, STR("zh"))) return LANG_ZH;
    for (size_t i = 0; i < sizeof vars / sizeof vars[0]; i++) {
        struct str s = str_from(getenv(vars[i]));
        if (s.n) return str_starts(s, STR("en")) ? LANG_EN : LANG_ZH;
    }
    return LANG_ZH;
}

void progress_begin(struct progress *p, struct out *o, const char *what, uint64_t total)
{
    *p = (struct progress){
        .o = isatty(STDERR_FILENO) == 1 ? o : NULL, .what = what, .total = total, .shown = UINT64_MAX};
    progress_add(p, 0);
}

static void draw_bar(const struct progress *p, uint64_t percent)
{
    char bar[BAR_CELLS + 1];
    for (size_t i = 0; i < BAR_CELLS; i++) bar[i] = i * 100 < percent * BAR_CELLS ? '#' : '.';
    bar[BAR_CELLS] = 0;
    (void)fprintf(stderr, "\r%s [%s] %3" PRIu64 "%%", p->what, bar, percent);
}

void progress_add(struct progress *p, uint64_t n)
{
    p->done += n;
    if (!p->o) return;
    uint64_t done = p->done < p->total ? p->done : p->total;
    uint64_t step = p->total ? (uint64_t)((u128)done * 100 / p->total) : p->done / PROGRESS_STEP;
    if (step == p->shown) return;
    p->shown = step;
    if (p->total) draw_bar(p, step);
    else (void)fprintf(stderr, "\r%s %" PRIu64, p->what, p->done);
}

void progress_end(struct progress *p)
{
    if (p->o) (void)fputs("\r\033[K", stderr);
    p->o = NULL;
}
