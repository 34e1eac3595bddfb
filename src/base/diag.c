#include "base/diag.h"
#include <stdarg.h>
#include <stdio.h>
#include "base/utf8.h"

void diags_init(struct diags *d, struct arena *arena, enum lang lang)
{
    *d = (struct diags){.lang = lang, .arena = arena};
}

/* What holds in several places is compiled, and found wrong, once for each. */
static bool said(const struct diags *d, enum diag_level level, struct pos at, struct str msg)
{
    for (size_t i = 0; i < d->n; i++) {
        const struct diag *g = &d->v[i];
        bool here = g->at.line == at.line && g->at.col == at.col && g->at.file == at.file;
        if (here && g->level == level && str_eq(g->msg, msg)) return true;
    }
    return false;
}

/* An error is counted even when there is no room to keep it, so that nobody takes the input for good. */
static void keep(struct diags *d, enum diag_level level, struct pos at, struct str msg)
{
    if (level == DIAG_ERROR) d->errors++;
    if (d->v && said(d, level, at, msg)) return;
    if (!d->v) d->v = ARENA_ARRAY(d->arena, struct diag, DIAG_MAX);
    struct str copy = d->v && d->n < DIAG_MAX ? str_dup(d->arena, msg) : (struct str){0};
    if (copy.p) d->v[d->n++] = (struct diag){level, at, copy};
    else d->dropped++;
}

void diag_add(struct diags *d, enum diag_level level, struct pos at, const char *en, const char *zh, ...)
{
    char msg[ERR_MSG_MAX];
    va_list ap;
    va_start(ap, zh);
    int n = d->lang == LANG_EN ? vsnprintf(msg, sizeof msg, en, ap) : vsnprintf(msg, sizeof msg, zh, ap);
    va_end(ap);
    size_t len = n < 0 ? 0 : (size_t)n;
    keep(d, level, at,
         len < sizeof msg ? str_make(msg, len) : utf8_clip(str_make(msg, sizeof msg - 1), sizeof msg - 1));
}

size_t diags_told(const struct diags *d)
{
    size_t n = d->errors ? d->dropped : 0;
    for (size_t i = 0; i < d->n; i++) n += d->v[i].level == DIAG_ERROR;
    return n;
}

void diags_print(const struct diags *d, struct buf *out)
{
    bool en = d->lang == LANG_EN;
    for (size_t i = 0; i < d->n; i++) {
        const struct diag *g = &d->v[i];
        if (g->at.file && g->at.line) buf_addf(out, "%s:%u:%u: ", g->at.file, g->at.line, g->at.col);
        else if (g->at.file) buf_addf(out, "%s: ", g->at.file);
        if (g->level == DIAG_WARNING) buf_addz(out, en ? "warning: " : "提醒：");
        if (g->level == DIAG_NOTE) buf_addz(out, en ? "note: " : "说明：");
        buf_add(out, g->msg);
        buf_addc(out, '\n');
    }
    if (d->dropped == 0) return;
    if (en) buf_addf(out, "and %zu more; mend these first\n", d->dropped);
    else buf_addf(out, "另有 %zu 处未列出，请先改正以上各处\n", d->dropped);
}
