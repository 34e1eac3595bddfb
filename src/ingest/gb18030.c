#include "ingest/gb18030.h"
#include <iconv.h>
#include "base/mem.h"
#include "base/utf8.h"

/* The character of each of n codes of `width` bytes, 0 where there is none. */
static void gb_ask(iconv_t cd, char *codes, size_t n, size_t width, uint32_t *out)
{
    char *in = codes, *to = (char *)out;
    size_t in_left = n * width, out_left = n * sizeof *out;
    memset(out, 0, n * sizeof *out);
    while (in_left >= width) {
        size_t was = in_left;
        iconv(cd, &in, &in_left, &to, &out_left);
        if (in_left < width) break;
        /* Stopped at a code that is no character: its place in out stays 0. */
        size_t done = n - in_left / width + 1;
        in = codes + done * width;
        in_left = (n - done) * width;
        to = (char *)(out + done);
        out_left = (n - done) * sizeof *out;
        iconv(cd, NULL, NULL, NULL, NULL);
        if (in_left >= was) break;
    }
}

static void gb_fill_two(struct gb18030 *g, iconv_t cd, char *codes)
{
    for (size_t i = 0; i < GB_TWO; i++) {
        codes[2 * i] = (char)(0x81 + i / 191);
        codes[2 * i + 1] = (char)(0x40 + i % 191);
    }
    gb_ask(cd, codes, GB_TWO, 2, g->two);
}

static void gb_fill_four(struct gb18030 *g, iconv_t cd, char *codes, uint32_t *chars)
{
    for (size_t i = 0; i < GB_FOUR; i++) {
        codes[4 * i] = (char)(0x81 + i / 12600);
        codes[4 * i + 1] = (char)(0x30 + i / 1260 % 10);
        codes[4 * i + 2] = (char)(0x81 + i / 10 % 126);
        codes[4 * i + 3] = (char)(0x30 + i % 10);
    }
    gb_ask(cd, codes, GB_FOUR, 4, chars);
    for (size_t i = 0; i < GB_FOUR; i++) g->four[i] = chars[i] <= 0xFFFF ? (uint16_t)chars[i] : 0;
}

static enum rc gb_fill(struct gb18030 *g, iconv_t cd, struct err *e)
{
    char *codes = mem_alloc_array(GB_FOUR, 4);
    uint32_t *chars = mem_alloc_array(GB_FOUR, sizeof *chars);
    enum rc rc = codes && chars ? RC_OK : err_nomem(e);
    if (!rc) {
        gb_fill_two(g, cd, codes);
        gb_fill_four(g, cd, codes, chars);
    }
    mem_free(codes);
    mem_free(chars);
    return rc;
}

enum rc gb18030_new(struct gb18030 **out, struct err *e)
{
    *out = NULL;
    struct gb18030 *g = mem_alloc(sizeof *g);
    if (!g) return err_nomem(e);
    iconv_t cd = iconv_open("UTF-32LE", "GB18030");
    if (cd == (iconv_t)-1) {
        mem_free(g);
        return err_set(
            e, RC_ENV, pos_none(),
            "this system cannot convert GB18030; install the C library's character sets, or save the file as UTF-8",
            "本系统缺少 GB18030 转换组件；请安装 C 库的字符集组件，或把文件另存为 UTF-8");
    }
    enum rc rc = gb_fill(g, cd, e);
    iconv_close(cd);
    if (rc) mem_free(g);
    else *out = g;
    return rc;
}

static uint32_t gb_four(const struct gb18030 *g, const unsigned char *p)
{
    uint32_t i = (((p[0] - 0x81U) * 10 + (p[1] - 0x30U)) * 126 + (p[2] - 0x81U)) * 10 + (p[3] - 0x30U);
    if (i < GB_FOUR) return g->four[i] ? g->four[i] : UINT32_MAX;
    if (i < 189000 || i - 189000 > 0xFFFFF) return UINT32_MAX; /* 90308130 = U+10000 */
    return 0x10000 + (i - 189000);
}

uint32_t gb18030_next(const struct gb18030 *g, struct str s, size_t *i)
{
    const unsigned char *p = (const unsigned char *)s.p + *i;
    size_t left = s.n - *i;
    *i += 1;
    if (p[0] < 0x80) return p[0];
    if (p[0] == 0x80 || p[0] == 0xFF || left < 2) return UINT32_MAX;
    if (p[1] >= 0x40 && p[1] != 0xFF) {
        uint32_t c = g->two[(p[0] - 0x81U) * 191 + (p[1] - 0x40U)];
        if (!c) return UINT32_MAX;
        *i += 1;
        return c;
    }
    bool four = left >= 4 && p[1] >= 0x30 && p[1] <= 0x39 && p[2] >= 0x81 && p[2] <= 0xFE && p[3] >= 0x30 &&
                p[3] <= 0x39;
    uint32_t c = four ? gb_four(g, p) : UINT32_MAX;
    if (c != UINT32_MAX) *i += 3;
    return c;
}

/* Bytes of s from i on that are ASCII, copied. */
static size_t gb_copy_ascii(struct str s, size_t i, char *out)
{
    size_t k = i;
    for (uint64_t w; k + 8 <= s.n; k += 8) {
        memcpy(&w, s.p + k, 8);
        if (w & UINT64_C(0x8080808080808080)) break;
        memcpy(out + (k - i), &w, 8);
    }
    for (; k < s.n && (unsigned char)s.p[k] < 0x80; k++) out[k - i] = s.p[k];
    return k - i;
}

size_t gb18030_to_utf8(const struct gb18030 *g, struct str s, char *out, size_t *first_bad)
{
    size_t n = 0;
    *first_bad = SIZE_MAX;
    for (size_t i = 0; i < s.n;) {
        size_t run = gb_copy_ascii(s, i, out + n);
        i += run, n += run;
        if (i >= s.n) break;
        size_t at = i;
        uint32_t c = gb18030_next(g, s, &i);
        if (c != UINT32_MAX) {
            n += utf8_encode(c, out + n);
            continue;
        }
        if (*first_bad == SIZE_MAX) *first_bad = at;
        out[n++] = (char)TEXT_BAD_BYTE;
    }
    return n;
}
