#include "base/json_in.h"
#include "base/utf8.h"

enum { HEX = 4, SURROGATE = 0xD800, LOW_SURROGATE = 0xDC00, SURROGATES_END = 0xE000, BEYOND = 0x10000, HALF = 10 };

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

char json_in_peek(struct json_in *j)
{
    while (j->at < j->text.n && is_space(j->text.p[j->at])) j->at++;
    return j->at < j->text.n ? j->text.p[j->at] : '\0';
}

bool json_in_take(struct json_in *j, char c)
{
    if (json_in_peek(j) != c || j->at >= j->text.n) return false;
    j->at++;
    return true;
}

enum rc json_in_bad(const struct json_in *j, struct err *e)
{
    uint32_t line = 1;
    for (size_t i = 0; i < j->at && i < j->text.n; i++) line += j->text.p[i] == '\n';
    return err_set(e, RC_INPUT, (struct pos){.file = j->file, .line = line},
                   "this is not the JSON that is expected here", "此处不是所需的 JSON 内容");
}

static bool hex4(struct json_in *j, uint32_t *out)
{
    *out = 0;
    for (int i = 0; i < HEX; i++, j->at++) {
        char c = j->at < j->text.n ? j->text.p[j->at] : '\0';
        uint32_t v = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                     : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                     : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                            : 16;
        if (v > 15) return false;
        *out = *out << 4 | v;
    }
    return true;
}

/* Behind "\u". */
static bool unicode(struct json_in *j, uint32_t *c)
{
    uint32_t low;
    if (!hex4(j, c)) return false;
    if (*c < SURROGATE || *c >= SURROGATES_END) return true;
    if (*c >= LOW_SURROGATE || j->at + 2 > j->text.n || j->text.p[j->at] != '\\' || j->text.p[j->at + 1] != 'u')
        return false;
    j->at += 2;
    if (!hex4(j, &low) || low < LOW_SURROGATE || low >= SURROGATES_END) return false;
    *c = BEYOND + ((*c - SURROGATE) << HALF) + (low - LOW_SURROGATE);
    return true;
}

/* Behind a backslash. */
static bool escaped(struct json_in *j, char *out, size_t *n)
{
    static const char FROM[] = "\"\\/bfnrt", TO[] = "\"\\/\b\f\n\r\t";
    uint32_t c = 0;
    char sign = j->at < j->text.n ? j->text.p[j->at++] : '\0';
    const char *at = sign ? strchr(FROM, sign) : NULL;
    if (at) return out[(*n)++] = TO[at - FROM], true;
    if (sign != 'u' || !unicode(j, &c) || !c) return false;
    size_t len = utf8_encode(c, out + *n);
    *n += len;
    return len > 0;
}

/* The end of a string whose text begins at the cursor; SIZE_MAX: it has none, or a control sign. *plain: no escapes. */
static size_t string_end(const struct json_in *j, bool *plain)
{
    *plain = true;
    for (size_t i = j->at; i < j->text.n; i++) {
        unsigned char c = (unsigned char)j->text.p[i];
        if (c == '"') return i;
        if (c < 0x20) return SIZE_MAX;
        if (c != '\\') continue;
        *plain = false;
        i++;
    }
    return SIZE_MAX;
}

enum rc json_in_string(struct json_in *j, struct str *out, struct err *e)
{
    bool plain, ok = json_in_take(j, '"');
    size_t end = ok ? string_end(j, &plain) : SIZE_MAX, n = 0;
    if (end == SIZE_MAX || !utf8_valid(str_sub(j->text, j->at, end))) return json_in_bad(j, e);
    *out = str_sub(j->text, j->at, end);
    if (!plain) {
        char *text = arena_alloc(j->a, end - j->at + 1); /* no escape is shorter than what it stands for */
        if (!text) return err_nomem(e);
        while (ok && j->at < end) {
            char c = j->text.p[j->at++];
            if (c != '\\') text[n++] = c;
            else ok = escaped(j, text, &n);
        }
        if (!ok) return json_in_bad(j, e);
        *out = str_make(text, n);
    }
    j->at = end + 1;
    return RC_OK;
}

/* A number, true, false or null. */
static enum rc skip_word(struct json_in *j, struct err *e)
{
    size_t from = j->at;
    while (j->at < j->text.n &&
           (strchr("+-.", j->text.p[j->at]) || (j->text.p[j->at] >= '0' && j->text.p[j->at] <= '9') ||
            (j->text.p[j->at] >= 'a' && j->text.p[j->at] <= 'z') || j->text.p[j->at] == 'E'))
        j->at++;
    struct str w = str_sub(j->text, from, j->at);
    bool number = w.n && (w.p[0] == '-' || (w.p[0] >= '0' && w.p[0] <= '9'));
    if (number || str_eq(w, STR("true")) || str_eq(w, STR("false")) || str_eq(w, STR("null"))) return RC_OK;
    return json_in_bad(j, e);
}

enum rc json_in_skip(struct json_in *j, struct err *e)
{
    char closes[JSON_DEPTH_MAX];
    unsigned depth = 0;
    for (;;) { /* a value; then what closes behind it */
        struct str s;
        char c = json_in_peek(j);
        if ((c == '[' || c == '{') && depth == JSON_DEPTH_MAX) return json_in_bad(j, e);
        if (c == '[' || c == '{') {
            j->at++;
            closes[depth++] = c == '[' ? ']' : '}';
        } else if (c == '"') {
            TRY(json_in_string(j, &s, e));
        } else {
            TRY(skip_word(j, e));
        }
        bool opened = c == '[' || c == '{';
        while (depth && json_in_take(j, closes[depth - 1])) depth--, opened = false;
        if (!depth) return RC_OK;
        if (!opened && !json_in_take(j, ',')) return json_in_bad(j, e);
        if (closes[depth - 1] != '}') continue;
        TRY(json_in_string(j, &s, e));
        if (!json_in_take(j, ':')) return json_in_bad(j, e);
    }
}
