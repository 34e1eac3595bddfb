#include "base/buf.h"
#include <stdarg.h>
#include <stdio.h>
#include "base/mem.h"
#include "base/num.h"
#include "base/swar.h"
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
    b->failed = b->no_memory = false;
}

/* Room for `need` bytes and, beyond the maximum of the content, for a closing NUL. */
static bool grow(struct buf *b, size_t need)
{
    if (need <= b->cap) return true;
    size_t cap = b->cap < BUF_FIRST ? BUF_FIRST : b->cap;
    while (cap < need) cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    if (cap > b->max && need <= b->max) cap = b->max;
    char *p = mem_resize_array(b->p, cap, 1);
    b->no_memory = !p;
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

/* The highest bit of each byte that is none of , " CR LF. */
static inline uint64_t csv_plain(uint64_t w)
{
    return swar_other(w, ',') & swar_other(w, '"') & swar_other(w, '\r') & swar_other(w, '\n');
}

bool csv_has_marks(struct str s)
{
    uint64_t plain = SWAR_BYTES(0x80);
    if (s.n < 8) {
        bool mark = false;
        for (size_t i = 0; i < s.n; i++) mark |= s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\r' || s.p[i] == '\n';
        return mark;
    }
    for (size_t i = 0; i + 8 < s.n; i += 8) plain &= csv_plain(swar_load8(s.p + i));
    plain &= csv_plain(swar_load8(s.p + s.n - 8)); /* some bytes once more */
    return plain != SWAR_BYTES(0x80);
}

/* What spreadsheets would take for the beginning of a formula. */
static inline bool csv_formula(char c)
{
    return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r';
}

char *csv_put(char *to, struct str s)
{
    bool formula = s.n > 0 && csv_formula(s.p[0]);
    if (!formula && !csv_has_marks(s)) {
        if (s.n) memcpy(to, s.p, s.n);
        return to + s.n;
    }
    *to++ = '"';
    if (formula) *to++ = '\'';
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') *to++ = '"';
        *to++ = s.p[i];
    }
    *to++ = '"';
    return to;
}

void buf_add_csv(struct buf *b, struct str s)
{
    bool formula = s.n > 0 && csv_formula(s.p[0]);
    size_t need = s.n;
    if (formula || csv_has_marks(s)) {
        need += 2 + (size_t)formula;
        for (size_t i = 0; i < s.n; i++) need += s.p[i] == '"';
    }
    if (need && buf_reserve(b, need)) b->n = (size_t)(csv_put(b->p + b->n, s) - b->p);
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
