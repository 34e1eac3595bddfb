#include "base/utf8.h"

static const uint32_t BAD = UINT32_MAX;

struct range {
    uint32_t lo, hi;
};

static bool in_ranges(const struct range *r, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n; i++)
        if (c >= r[i].lo && c <= r[i].hi) return true;
    return false;
}
#define IN_RANGES(table, c) in_ranges((table), sizeof(table) / sizeof((table)[0]), (c))

/* Bytes of the sequence that begins with lead, and the smallest character that needs so many; 0 when it begins none. */
static size_t sequence_len(unsigned char lead, uint32_t *least)
{
    *least = lead < 0x80 ? 0 : lead < 0xE0 ? 0x80 : lead < 0xF0 ? 0x800 : 0x10000;
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

uint32_t utf8_next(struct str s, size_t *i)
{
    const unsigned char *p = (const unsigned char *)s.p + *i;
    size_t left = s.n - *i;
    uint32_t least;
    size_t n = sequence_len(p[0], &least);
    *i += 1;
    if (n == 0 || n > left) return BAD;
    if (n == 1) return p[0];
    uint32_t c = p[0] & (0x7Fu >> n);
    for (size_t k = 1; k < n; k++) {
        if ((p[k] & 0xC0) != 0x80) return BAD;
        c = c << 6 | (p[k] & 0x3Fu);
    }
    if (c < least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return BAD;
    *i += n - 1;
    return c;
}

/* Behind the ASCII and the Chinese characters from U+4000 to U+9FFF that follow: what nearly all texts are. */
static size_t skip_usual(struct str s, size_t i)
{
    const unsigned char *p = (const unsigned char *)s.p;
    while (i + 3 <= s.n) {
        if (p[i] < 0x80) {
            i++;
            continue;
        }
        if (p[i] < 0xE4 || p[i] > 0xE9 || ((p[i + 1] ^ 0x80) | (p[i + 2] ^ 0x80)) > 0x3F) break;
        i += 3;
    }
    return i;
}

size_t utf8_first_bad(struct str s)
{
    for (size_t i = skip_usual(s, 0); i < s.n; i = skip_usual(s, i)) {
        size_t at = i;
        if (utf8_next(s, &i) == BAD) return at;
    }
    return s.n;
}

bool utf8_valid(struct str s) { return utf8_first_bad(s) == s.n; }

size_t utf8_count(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; n++) (void)utf8_next(s, &i);
    return n;
}

size_t utf8_encode(uint32_t c, char out[4])
{
    static const unsigned char lead[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return 0;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t k = n - 1; k > 0; k--, c >>= 6) out[k] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)(lead[n] | c);
    return n;
}

void utf8_add(struct buf *b, uint32_t c)
{
    char bytes[4];
    size_t n = utf8_encode(c, bytes);
    if (n == 0) n = utf8_encode(0xFFFD, bytes);
    buf_add_bytes(b, bytes, n);
}

bool utf8_is_cjk(uint32_t c)
{
    /* Unicode 15.1 Unified_Ideograph: the blocks, and the twelve that stand among the compatibility ideographs. */
    static const struct range cjk[] = {
        {0x3007, 0x3007},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xFA0E, 0xFA0F},   {0xFA11, 0xFA11},
        {0xFA13, 0xFA14},   {0xFA1F, 0xFA1F},   {0xFA21, 0xFA21},   {0xFA23, 0xFA24},   {0xFA27, 0xFA29},
        {0x20000, 0x2A6DF}, {0x2A700, 0x2B739}, {0x2B740, 0x2B81D}, {0x2B820, 0x2CEA1}, {0x2CEB0, 0x2EBE0},
        {0x2EBF0, 0x2EE5D}, {0x30000, 0x3134A}, {0x31350, 0x323AF},
    };
    return c >= 0x3007 && IN_RANGES(cjk, c);
}

uint32_t utf8_half_width(uint32_t c)
{
    if (c < 0x2E80 || (c > 0x3000 && c < 0xF900)) return c;
    if (c == 0x3000) return ' ';
    return c >= 0xFF01 && c <= 0xFF5E ? c - 0xFEE0 : utf8_ideograph(c);
}

static size_t char_width(uint32_t c)
{
    static const struct range none[] = {{0, 0x1F},        {0x7F, 0x9F},     {0x300, 0x36F},
                                        {0x200B, 0x200F}, {0xFE00, 0xFE0F}, {0xFEFF, 0xFEFF}};
    static const struct range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},  {0xAC00, 0xD7A3},
                                        {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},  {0xFFE0, 0xFFE6},
                                        {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
    if (c >= 0x20 && c < 0x7F) return 1;
    if (IN_RANGES(none, c)) return 0;
    return c != BAD && IN_RANGES(wide, c) ? 2 : 1;
}

size_t utf8_width(struct str s)
{
    size_t columns = 0;
    for (size_t i = 0; i < s.n;) columns += char_width(utf8_next(s, &i));
    return columns;
}

struct str utf8_clip(struct str s, size_t n)
{
    if (n >= s.n) n = s.n;
    /* Only a last character that does not fit is dropped; malformed bytes are not looked for. */
    for (size_t back = 1; back <= 4 && back <= n; back++) {
        uint32_t least;
        unsigned char c = (unsigned char)s.p[n - back];
        if ((c & 0xC0) == 0x80) continue;
        if (sequence_len(c, &least) > back) n -= back;
        break;
    }
    return str_make(s.p, n);
}
