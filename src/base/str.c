#include "base/str.h"
#include "base/arena.h"
#include "base/str_hash.h"
#include "base/utf8.h"

static unsigned char lower(char c) { return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i])) return false;
    return true;
}

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c) return c < 0 ? -1 : 1;
    return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix) { return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix); }

bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, s.n), suffix);
}

size_t str_find(struct str s, struct str needle, size_t from)
{
    if (from > s.n || needle.n > s.n - from) return SIZE_MAX;
    if (needle.n == 0) return from;
    const char *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

struct str str_sub(struct str s, size_t from, size_t to)
{
    if (to > s.n) to = s.n;
    if (from >= to) return (struct str){s.p, 0};
    return (struct str){s.p + from, to - from};
}

/* Bytes of the blank at the front of s (or at its back), 0 if there is none. */
static size_t blank_at(struct str s, bool back)
{
    static const char wide[][4] = {"\u3000", "\u00A0", "\uFEFF"};
    if (s.n == 0) return 0;
    char c = back ? s.p[s.n - 1] : s.p[0];
    if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        struct str w = str_from(wide[i]);
        if (back ? str_ends(s, w) : str_starts(s, w)) return w.n;
    }
    return 0;
}

/* Nearly every text ends in bytes that no blank has there: ASCII but blanks, and in front all but three others. */
static inline bool no_blanks_around(struct str s)
{
    unsigned char first = (unsigned char)s.p[0], last = (unsigned char)s.p[s.n - 1];
    return first > ' ' && first != 0xE3 && first != 0xC2 && first != 0xEF && last > ' ' && last != 0x80 &&
           last != 0xA0 && last != 0xBF;
}

struct str str_trim(struct str s)
{
    size_t n;
    if (!s.n || no_blanks_around(s)) return s;
    while ((n = blank_at(s, false)) > 0) s = str_sub(s, n, s.n);
    while ((n = blank_at(s, true)) > 0) s.n -= n;
    return s;
}

uint64_t str_hash(struct str s) { return str_hash_here(s); }

struct str str_dup(struct arena *a, struct str s)
{
    const char *z = str_z(a, s);
    return (struct str){z, z ? s.n : 0};
}

const char *str_z(struct arena *a, struct str s)
{
    size_t bytes;
    char *p = size_add(s.n, 1, &bytes) ? arena_alloc(a, bytes) : NULL;
    if (p && s.n) memcpy(p, s.p, s.n);
    return p;
}

bool str_cut(struct str *rest, char sep, struct str *head)
{
    if (rest->n == 0) return false;
    const char *hit = memchr(rest->p, sep, rest->n);
    size_t n = hit ? (size_t)(hit - rest->p) : rest->n;
    *head = str_sub(*rest, 0, n);
    *rest = str_sub(*rest, hit ? n + 1 : n, rest->n);
    return true;
}

bool str_to_i64(struct str s, int64_t lo, int64_t hi, int64_t *out)
{
    bool neg = str_starts(s, STR("-"));
    size_t i = neg ? 1 : 0;
    int64_t v = 0; /* built on the negative side, which holds one value more */
    if (i == s.n) return false;
    for (; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return false;
        if (!i64_mul(v, 10, &v) || !i64_sub(v, s.p[i] - '0', &v)) return false;
    }
    if (!neg && !i64_sub(0, v, &v)) return false;
    if (v < lo || v > hi) return false;
    *out = v;
    return true;
}

/* The characters of s, malformed bytes as themselves above the range of Unicode; SIZE_MAX when there are too many. */
static size_t chars_of(struct str s, uint32_t out[STR_DISTANCE_CHARS])
{
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        if (n == STR_DISTANCE_CHARS) return SIZE_MAX;
        unsigned char byte = (unsigned char)s.p[i];
        uint32_t c = utf8_next(s, &i);
        out[n++] = c == UINT32_MAX ? 0x110000u + byte : c;
    }
    return n;
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

unsigned str_distance(struct str a, struct str b, unsigned max)
{
    uint32_t ca[STR_DISTANCE_CHARS], cb[STR_DISTANCE_CHARS];
    unsigned row[STR_DISTANCE_CHARS + 1];
    unsigned beyond = max == UINT32_MAX ? max : max + 1;
    size_t na = chars_of(a, ca), nb = chars_of(b, cb);
    if (na == SIZE_MAX || nb == SIZE_MAX) return beyond;
    for (size_t j = 0; j <= nb; j++) row[j] = (unsigned)j;
    for (size_t i = 1; i <= na; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            unsigned above = row[j];
            row[j] = min3(above + 1, row[j - 1] + 1, diagonal + (ca[i - 1] != cb[j - 1]));
            diagonal = above;
        }
    }
    return row[nb] > max ? beyond : row[nb];
}
