#include "ident/person_name.h"
#include "base/str_hash.h"
#include "base/swar.h"
#include "base/utf8.h"
#include "ident/ident_int.h"

enum { NAME_DOT = 0xB7, NAME_TEXT_BYTES_MAX = 4 * PERSON_NAME_MAX, CLEAN_BYTES_MAX = 30 };

/* Two characters and two bytes of a third, less the highest bits of their UTF-8: each in U+4E00-9FFF (E4 B8 80 … E9 BF
 * BF)? First no byte may be too large, then no two first bytes of a character too small. */
static inline bool common_chars(uint64_t x)
{
    const uint64_t room = UINT64_C(0x4076404076404076);
    const uint64_t first = UINT64_C(0x00FF0000FF0000FF), lane = UINT64_C(0x0001000001000001);
    uint64_t fronts = ((x & first) << 6) + (x >> 8 & first), high = lane << 15;
    return !swar_beyond(x, room) && ((fronts + (high - lane * (4 * 64 + 0x38))) & high) == high;
}

/* The highest bits of three characters in UTF-8, but for the last byte. */
#define COMMON_FORM UINT64_C(0x80E08080E08080E0)

static inline bool two_common(const char *p)
{
    const uint64_t six = (UINT64_C(1) << 48) - 1, third = UINT64_C(0x0005000000000000);
    return common_chars(((swar_load4(p) | swar_load4(p + 2) << 16) ^ (COMMON_FORM & six)) | third);
}

static inline bool three_common(const char *p)
{
    return (p[8] & 0xC0) == 0x80 && common_chars(swar_load8(p) ^ COMMON_FORM);
}

/* Only U+4E00-9FFF in UTF-8: the normal form is the text itself. Most names have two or three characters. */
static inline bool is_clean(struct str s)
{
    if (s.n == 9) return three_common(s.p);
    if (s.n == 6) return two_common(s.p);
    if (s.n < 3 || s.n > CLEAN_BYTES_MAX || s.n % 3 != 0) return false;
    const unsigned char *p = (const unsigned char *)s.p;
    bool ok = true;
    for (size_t i = 0; i < s.n; i += 3) {
        ok &= p[i] >= 0xE4 && p[i] <= 0xE9 && (p[i] != 0xE4 || p[i + 1] >= 0xB8);
        ok &= (p[i + 1] & 0xC0) == 0x80 && (p[i + 2] & 0xC0) == 0x80;
    }
    return ok;
}

bool ident_is_dot(uint32_t c)
{
    static const uint16_t dots[] = {'.', 0xB7, 0x2022, 0x2027, 0x2219, 0x22C5, 0x25CF, 0x30FB, 0xFF0E, 0xFF65};
    for (size_t i = 0; i < sizeof dots / sizeof *dots; i++)
        if (c == dots[i]) return true;
    return false;
}

static bool is_control(uint32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFFFD || c == UINT32_MAX; }

bool ident_is_selector(uint32_t c) { return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF); }

struct scan {
    uint32_t c[NAME_MAX_CHARS]; /* characters; a run of blanks is one ' ', a run of dots and blanks one NAME_DOT */
    size_t n;
    bool blank, dot; /* seen since the last character */
    bool chinese;
};

static bool scan_add(struct scan *s, uint32_t c)
{
    if (s->n && (s->dot || s->blank)) {
        if (s->n == NAME_MAX_CHARS) return false;
        s->c[s->n++] = s->dot ? NAME_DOT : ' ';
    }
    s->dot = s->blank = false;
    if (s->n == NAME_MAX_CHARS) return false;
    if (c >= 'a' && c <= 'z') c -= 'a' - 'A';
    s->chinese |= utf8_is_cjk(c);
    s->c[s->n++] = c;
    return true;
}

static bool opens(uint32_t c) { return c == '(' || c == '[' || c == 0x3010 || c == 0x3014; }
static bool closes(uint32_t c) { return c == ')' || c == ']' || c == 0x3011 || c == 0x3015; }

/* 张三（已故）: what is said of a person behind a Chinese name is not the name. */
static void drop_remarks(struct scan *s)
{
    while (s->chinese && s->n && closes(s->c[s->n - 1])) {
        size_t n = s->n - 1;
        while (n && !opens(s->c[n])) n--;
        while (n && (s->c[n - 1] == ' ' || s->c[n - 1] == NAME_DOT)) n--;
        if (!n || (!utf8_is_cjk(s->c[n - 1]) && !closes(s->c[n - 1]))) return;
        s->n = n;
    }
}

static enum name_verdict scan_text(struct str text, struct scan *s)
{
    for (size_t i = 0; i < text.n;) {
        uint32_t c = utf8_next(text, &i);
        if (ident_is_blank(c)) {
            s->blank = true;
        } else if (is_control(c)) {
            return NAME_CHARACTER;
        } else if (ident_is_dot(c)) {
            s->dot = true;
        } else if (!ident_is_selector(c) && !scan_add(s, utf8_half_width(c))) {
            return NAME_LENGTH;
        }
    }
    drop_remarks(s);
    return s->n ? NAME_OK : NAME_EMPTY;
}

enum name_verdict person_name_normalise(struct str text, struct person_name *out)
{
    out->n = 0;
    if (is_clean(text)) {
        memcpy(out->p, text.p, text.n);
        out->n = text.n;
        return NAME_OK;
    }
    if (text.n > NAME_TEXT_BYTES_MAX) return NAME_LENGTH;
    struct scan s = {.n = 0};
    enum name_verdict v = scan_text(text, &s);
    if (v) return v;
    for (size_t i = 0; i < s.n; i++)
        if (s.c[i] != ' ' || !s.chinese) out->n += utf8_encode(s.c[i], out->p + out->n);
    return NAME_OK;
}

enum name_match person_name_match(struct str a, struct str b)
{
    if (is_clean(a) && is_clean(b)) return str_eq(a, b) ? NAME_SAME : NAME_DIFFERENT;
    struct person_name x, y;
    if (person_name_normalise(a, &x) || person_name_normalise(b, &y)) return NAME_UNKNOWN;
    return str_eq(str_make(x.p, x.n), str_make(y.p, y.n)) ? NAME_SAME : NAME_DIFFERENT;
}

/* Kept out of the way of the common case, which needs no room on the stack. */
static __attribute__((noinline)) bool hash_normal(struct str text, uint64_t *hash)
{
    struct person_name x;
    *hash = 0;
    if (person_name_normalise(text, &x)) return false;
    *hash = str_hash(str_make(x.p, x.n));
    return true;
}

bool person_name_hash(struct str text, uint64_t *hash)
{
    /* of a length that is known the hash costs a third */
    if (text.n == 9 && three_common(text.p)) return *hash = str_hash_here(str_make(text.p, 9)), true;
    if (text.n == 6 && two_common(text.p)) return *hash = str_hash_here(str_make(text.p, 6)), true;
    return hash_normal(text, hash);
}

const char *name_verdict_name(enum name_verdict v)
{
    static const char *const names[NAME_VERDICT__MAX] = {"ok", "empty", "length", "character"};
    return v < NAME_VERDICT__MAX ? names[v] : "?";
}
