#include "base/buf.h"
#include <stdarg.h>
#include <stdio.h>
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"

enum { BUF_FIRST = 64 };

void buf_init(struct buf *b, size_t max_bytes) { *b = (struct buf){.max = max_bytes}; }

void buf_fini(struct buf *b)
{
    mem_free(b->p);
    *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->failed = false;
}

/* Room for `need` bytes and, beyond the maximum of the content, for a closing NUL. */
static bool grow(struct buf *b, size_t need)
{
    if (need <= b->cap) return true;
    size_t cap = b->cap < BUF_FIRST ? BUF_FIRST : b->cap;
    while (cap < need) cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    if (cap > b->max && need <= b->max) cap = b->max;
    char *p = mem_resize_array(b->p, cap, 1);
    if (!p) return false;
    b->p = p;
    b->cap = cap;
    return true;
}

bool buf_reserve(struct buf *b, size_t more)
{
    if (b->failed) return false;
    if (more > b->max - b->n || !grow(b, b->n + more)) {
        b->failed = true;
        return false;
    }
    return true;
}

void buf_add_bytes(struct buf *b, const void *p, size_t n)
{
    if (n == 0 || !buf_reserve(b, n)) return;
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

void buf_add(struct buf *b, struct str s) { buf_add_bytes(b, s.p, s.n); }

void buf_addz(struct buf *b, const char *z) { buf_add(b, str_from(z)); }

void buf_addc(struct buf *b, char c) { buf_add_bytes(b, &c, 1); }

void buf_add_i64(struct buf *b, int64_t v)
{
    char text[32];
    buf_add_bytes(b, text, dec_format(v, 0, false, text));
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    if (b->failed) return;
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n > b->max - b->n || !grow(b, b->n + (size_t)n + 1)) {
        b->failed = true;
        return;
    }
    va_start(ap, fmt);
    (void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->n += (size_t)n;
}

/* The escape of an ASCII character in JSON, or NULL when it stands for itself. room >= 7 bytes. */
static const char *json_escape(unsigned char c, char *room)
{
    switch (c) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
    }
    if (c >= 0x20) return NULL;
    (void)snprintf(room, 7, "\\u%04x", c);
    return room;
}

/* All or nothing: after a failure the half-written field is taken back. */
static void undo_if_failed(struct buf *b, size_t n)
{
    if (b->failed) b->n = n;
}

void buf_add_json(struct buf *b, struct str s)
{
    size_t before = b->n, plain = 0; /* s[plain..i) needs no escape and is still to be copied */
    char room[8];
    buf_addc(b, '"');
    for (size_t i = 0; i < s.n;) {
        size_t at = i;
        uint32_t c = utf8_next(s, &i);
        const char *esc = c == UINT32_MAX ? "\uFFFD" : c < 0x80 ? json_escape((unsigned char)c, room) : NULL;
        if (!esc) continue;
        buf_add(b, str_sub(s, plain, at));
        buf_addz(b, esc);
        plain = i;
    }
    buf_add(b, str_sub(s, plain, s.n));
    buf_addc(b, '"');
    undo_if_failed(b, before);
}

/* Is it one of , " CR LF? All are below 64: a bit each. */
static inline bool csv_quotes(char c)
{
    const uint64_t marks = UINT64_C(1) << ',' | UINT64_C(1) << '"' | UINT64_C(1) << '\r' | UINT64_C(1) << '\n';
    return (unsigned char)c < 64 && marks >> (unsigned char)c & 1;
}

/* What spreadsheets would take for the beginning of a formula. */
static inline bool csv_formula(char c)
{
    return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r';
}

void buf_add_csv(struct buf *b, struct str s)
{
    size_t before = b->n;
    bool formula = s.n > 0 && csv_formula(s.p[0]);
    bool quote = formula;
    for (size_t i = 0; i < s.n; i++) quote |= csv_quotes(s.p[i]);
    if (!quote) {
        buf_add(b, s);
        return;
    }
    buf_addz(b, formula ? "\"'" : "\"");
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') buf_addc(b, '"');
        buf_addc(b, s.p[i]);
    }
    buf_addc(b, '"');
    undo_if_failed(b, before);
}

const char *buf_z(struct buf *b)
{
    if (b->failed) return NULL;
    if (b->n == 0) return "";
    if (b->n == SIZE_MAX || !grow(b, b->n + 1)) {
        b->failed = true;
        return NULL;
    }
    b->p[b->n] = 0;
    return b->p;
}
