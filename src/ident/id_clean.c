#include "base/utf8.h"
#include "ident/ident_int.h"

bool ident_is_blank(uint32_t c)
{
    return (c >= 9 && c <= 13) || c == ' ' || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200F) ||
           (c >= 0x202A && c <= 0x202F) || (c >= 0x205F && c <= 0x2069) || c == 0xFEFF;
}

static bool is_alnum(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

/* One character that is no blank; false when it is foreign. */
static bool clean_add(struct id_clean *out, uint32_t raw)
{
    uint32_t c = utf8_half_width(raw);
    if (c != raw) out->normalised |= ID_NORM_FULL_WIDTH;
    if (c >= 'a' && c <= 'z') {
        c -= 'a' - 'A';
        out->normalised |= ID_NORM_CASE;
    }
    if (!is_alnum(c)) return false;
    if (out->n < ID_CLEAN_MAX) out->p[out->n++] = (char)c;
    return true;
}

static bool is_dropped(uint32_t raw, const char *drop)
{
    uint32_t c = utf8_half_width(raw);
    return c > 0 && c < 0x80 && strchr(drop, (int)c);
}

void id_clean(struct str text, const char *drop, struct id_clean *out)
{
    *out = (struct id_clean){0};
    if (text.n > ID_TEXT_BYTES_MAX) {
        out->n = ID_CLEAN_MAX;
        return;
    }
    bool gap = false;
    for (size_t i = 0; i < text.n;) {
        uint32_t c = utf8_next(text, &i);
        bool blank = ident_is_blank(c) || (c == '\'' && out->n == 0);
        if (blank) {
            gap = true;
        } else if (is_dropped(c, drop)) {
            out->normalised |= ID_NORM_MARKS;
        } else {
            if (gap) out->normalised |= out->n ? ID_NORM_INNER_SPACE : ID_NORM_TRIMMED;
            gap = false;
            if (!clean_add(out, c)) out->foreign = true;
        }
    }
    if (gap && (out->n || out->foreign)) out->normalised |= ID_NORM_TRIMMED;
}

enum id_verdict id_clean_verdict(const struct id_clean *c)
{
    if (c->foreign) return ID_CHARACTER;
    if (!c->n) return ID_EMPTY;
    if (c->n >= 6 && memcmp(c->p, "999999", 6) == 0) return ID_NONE;
    return c->n == ID_CLEAN_MAX ? ID_LENGTH : ID_OK;
}

static size_t mask_add(char *out, size_t n, size_t cap, const char *p, size_t bytes)
{
    if (n + bytes + 1 > cap) return n;
    memcpy(out + n, p, bytes);
    return n + bytes;
}

char *id_mask(struct str text, size_t head, size_t tail, char *out, size_t cap)
{
    if (!cap) return out;
    size_t chars = 0, at = 0, n = 0;
    for (size_t i = 0; i < text.n; chars++) (void)utf8_next(text, &i);
    bool all = head > chars || tail > chars - head || chars - head - tail < 4;
    for (size_t i = 0; i < text.n; at++) {
        size_t from = i;
        bool bad = utf8_next(text, &i) == UINT32_MAX;
        bool show = !all && !bad && (at < head || at >= chars - tail);
        n = show ? mask_add(out, n, cap, text.p + from, i - from) : mask_add(out, n, cap, "*", 1);
    }
    out[n] = '\0';
    return out;
}

static const struct {
    const char *name, *en, *zh;
} verdicts[ID_VERDICT__MAX] = {
    [ID_OK] = {"ok", "valid", "有效"},
    [ID_EMPTY] = {"empty", "empty", "空白"},
    [ID_NONE] = {"none", "no number (999999…)", "无证件（999999 开头）"},
    [ID_CHARACTER] = {"character", "a character that cannot be in such a number", "含有不应出现的字符"},
    [ID_LENGTH] = {"length", "wrong length", "位数不对"},
    [ID_DATE] = {"date", "birth date not plausible", "出生日期不合理"},
    [ID_CALENDAR] = {"calendar", "no such day of birth", "出生日期不存在"},
    [ID_CHECK] = {"check", "check character does not fit", "校验码不符"},
    [ID_CLASS] = {"class", "kind, grade or prefix not known", "类别、等级或号段不存在"},
    [ID_SHORT] = {"short", "the 15-digit form", "15 位旧号"},
};

const char *id_verdict_name(enum id_verdict v)
{
    return v < ID_VERDICT__MAX ? verdicts[v].name : "?";
}

const char *id_verdict_text(enum id_verdict v, enum lang lang)
{
    if (v >= ID_VERDICT__MAX) return "?";
    return lang == LANG_EN ? verdicts[v].en : verdicts[v].zh;
}
