#include "ingest/text_source.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ingest/csv_int.h"

static struct pos in_file(const struct text_source *s) { return (struct pos){.file = s->name}; }

static enum rc text_refuse_kind(const struct text_source *s, struct err *e)
{
    char head[8] = {0};
    size_t n = s->size < sizeof head ? (size_t)s->size : sizeof head;
    TRY(text_source_read(s, 0, head, n, e));
    if (n == 0) return err_set(e, RC_INPUT, in_file(s), "the file is empty", "文件是空的");
    bool zip = n >= 4 && memcmp(head, "PK\3\4", 4) == 0;
    bool ole = n >= 8 && memcmp(head, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) == 0;
    if (!zip && !ole) return RC_OK;
    return err_set(e, RC_INPUT, in_file(s), "this is a spreadsheet or an archive, not a text file; save it as CSV",
                   "这是电子表格或压缩包，不是文本文件；请另存为 CSV");
}

static enum rc text_open_fd(struct text_source *s, struct err *e)
{
    struct stat st;
    if (s->fd < 0) s->fd = open(s->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not wait for a writer */
    if (s->fd < 0 || fstat(s->fd, &st)) {
        const char *w = err_os(errno, e);
        return err_set(e, RC_ENV, in_file(s), "cannot read the file: %s", "无法读取文件：%s", w);
    }
    if (!S_ISREG(st.st_mode)) return err_set(e, RC_INPUT, in_file(s), "not a regular file", "不是普通文件");
    s->size = (uint64_t)st.st_size;
    posix_fadvise(s->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    return RC_OK;
}

enum rc text_source_from_fd(struct text_source *s, const char *name, int fd, struct err *e)
{
    *s = (struct text_source){.name = name, .fd = fd};
    enum rc rc = text_open_fd(s, e);
    if (!rc) rc = text_refuse_kind(s, e);
    if (rc) text_source_close(s);
    return rc;
}

enum rc text_source_open(struct text_source *s, const char *path, struct err *e)
{
    return text_source_from_fd(s, path, -1, e);
}

enum rc text_source_from_bytes(struct text_source *s, const char *name, struct str bytes, struct err *e)
{
    *s = (struct text_source){.name = name, .fd = -1, .mem = bytes, .size = bytes.n};
    return text_refuse_kind(s, e);
}

void text_source_close(struct text_source *s)
{
    if (s->fd >= 0) close(s->fd);
    s->fd = -1;
    mem_free(s->gb);
    s->gb = NULL;
}

enum rc text_source_read(const struct text_source *s, uint64_t off, void *to, size_t n, struct err *e)
{
    if (off > s->size || n > s->size - off)
        return err_set(e, RC_ENV, in_file(s), "read past the end", "读取越过文件末尾");
    if (s->fd < 0) {
        if (n) memcpy(to, s->mem.p + off, n);
        return RC_OK;
    }
    for (size_t done = 0; done < n;) {
        ssize_t got = pread(s->fd, (char *)to + done, n - done, (off_t)(off + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return err_set(e, RC_ENV, in_file(s), "reading failed", "读取失败");
        if (got == 0)
            return err_set(e, RC_ENV, in_file(s), "the file became shorter while it was read; import it again",
                           "读取过程中文件变短了；请重新导入");
        done += (size_t)got;
    }
    return RC_OK;
}

enum rc text_source_set(struct text_source *s, enum text_encoding enc, enum text_confidence c, struct err *e)
{
    s->encoding = enc;
    s->confidence = c;
    if (enc == TEXT_GB18030 && !s->gb) return gb18030_new(&s->gb, e);
    return RC_OK;
}

static bool text_grow(char **p, size_t *cap, size_t need)
{
    if (*cap >= need) return true;
    need += need / 8; /* parts are about of one size: the next is not to need another block */
    char *q = mem_alloc(need);
    if (!q) return false;
    mem_free(*p);
    *p = q;
    *cap = need;
    return true;
}

static uint32_t unit_at(const char *p, bool big)
{
    unsigned a = (unsigned char)p[0], b = (unsigned char)p[1];
    return big ? a << 8 | b : b << 8 | a;
}

/* UTF-16 to UTF-8; a lone surrogate or an odd byte at the end is malformed. out has room for 3/2 * s.n + 1. */
static size_t utf16_to_utf8(struct str s, bool big, char *out, size_t *first_bad)
{
    size_t n = 0, i = 0;
    *first_bad = SIZE_MAX;
    while (i < s.n) {
        size_t at = i;
        uint32_t c = i + 2 <= s.n ? unit_at(s.p + i, big) : 0xDC00;
        i += 2;
        if (c - 0xD800 < 0x400 && i + 2 <= s.n && unit_at(s.p + i, big) - 0xDC00 < 0x400) {
            c = 0x10000 + ((c - 0xD800) << 10) + (unit_at(s.p + i, big) - 0xDC00);
            i += 2;
        }
        if (c < 0x80) {
            out[n++] = (char)c;
        } else if (c - 0xD800 < 0x800) {
            if (*first_bad == SIZE_MAX) *first_bad = at;
            out[n++] = (char)TEXT_BAD_BYTE;
        } else {
            n += utf8_encode(c, out + n);
        }
    }
    return n;
}

static void text_convert(const struct text_source *s, size_t n, struct text_block *b)
{
    struct str raw = {b->raw, n};
    if (s->encoding == TEXT_GB18030) b->n = gb18030_to_utf8(s->gb, raw, b->p, &b->first_bad);
    else b->n = utf16_to_utf8(raw, s->encoding == TEXT_UTF16BE, b->p, &b->first_bad);
}

enum rc text_source_load(const struct text_source *s, uint64_t off, size_t n, struct text_block *b, struct err *e)
{
    if (n > TEXT_BLOCK_MAX) return err_set(e, RC_INPUT, in_file(s), "a block is too large", "数据块过大");
    bool convert = s->encoding != TEXT_UTF8;
    /* One byte can become two: 80 of GB18030 never, a two-byte character three, a four-byte one four, a bad byte one.
     */
    size_t need = (convert ? 2 * n : n) + TEXT_PAD;
    if (!text_grow(&b->p, &b->cap, need) || (convert && !text_grow(&b->raw, &b->raw_cap, n + 1))) return err_nomem(e);
    b->first_bad = SIZE_MAX;
    b->n = n;
    TRY(text_source_read(s, off, convert ? b->raw : b->p, n, e));
    if (convert) text_convert(s, n, b);
    memset(b->p + b->n, 0, TEXT_PAD);
    return RC_OK;
}

void text_block_fini(struct text_block *b)
{
    mem_free(b->p);
    mem_free(b->raw);
    *b = (struct text_block){0};
}

/* UTF-16 without a mark: NULs in one half of the pairs. A table has at least its delimiters, line ends and digits in
 * ASCII: one pair in ten is plenty where the bytes are no UTF-8; where they are, stray NULs in it are the likelier
 * cause until nearly half of the pairs have one. */
static enum text_encoding text_sniff_nul(struct str s)
{
    size_t pairs = s.n / 2, even = 0, odd = 0;
    for (size_t i = 0; i < pairs; i++) {
        even += s.p[2 * i] == 0;
        odd += s.p[2 * i + 1] == 0;
    }
    if (!even && !odd) return TEXT_AUTO;
    size_t need = text_first_bad(s) + 4 > s.n ? pairs * 4 : pairs;
    if (odd > even * 4 && odd * 10 >= need) return TEXT_UTF16LE;
    if (even > odd * 4 && even * 10 >= need) return TEXT_UTF16BE;
    return TEXT_AUTO;
}

enum text_encoding text_sniff(struct str s, unsigned *bom)
{
    *bom = 0;
    if (s.n >= 3 && memcmp(s.p, "\xEF\xBB\xBF", 3) == 0) return *bom = 3, TEXT_UTF8;
    if (s.n >= 2 && memcmp(s.p, "\xFF\xFE", 2) == 0) return *bom = 2, TEXT_UTF16LE;
    if (s.n >= 2 && memcmp(s.p, "\xFE\xFF", 2) == 0) return *bom = 2, TEXT_UTF16BE;
    if (s.n >= 4 && memcmp(s.p, "\x84\x31\x95\x33", 4) == 0) return *bom = 4, TEXT_GB18030;
    return text_sniff_nul(s);
}

static void text_count_utf8(struct text_count *c, struct str s)
{
    size_t i = 0;
    while (i < s.n) {
        size_t at = i;
        uint32_t ch = utf8_next(s, &i);
        if (ch == UINT32_MAX) c->bad++;
        else if (i - at == 2) c->two++;
        else if (i - at > 2) c->more++;
    }
}

void text_count_add(struct text_count *c, const struct gb18030 *g, struct str s)
{
    size_t i = 0;
    text_count_utf8(c, s);
    while (g && i < s.n) {
        size_t at = i;
        uint32_t ch = gb18030_next(g, s, &i);
        if (ch == UINT32_MAX) c->gb_bad++;
        else if (i - at > 1) c->gb++;
    }
}

/* Chinese in UTF-8 is three-byte characters: a file with more of them than malformed bytes is damaged UTF-8. GB18030
 * read as UTF-8 gives a few two-byte characters by accident and malformed bytes for nearly every character. */
enum text_encoding text_choose(const struct text_count *c, enum text_confidence *sure)
{
    bool utf8 = c->more + c->two / 8 > c->bad || (c->more == c->bad && c->gb_bad > 0);
    if (utf8) *sure = c->more > 8 * c->bad ? TEXT_SURE : TEXT_GUESSED;
    else *sure = c->gb_bad * 8 <= c->gb ? TEXT_LIKELY : TEXT_GUESSED;
    return utf8 ? TEXT_UTF8 : TEXT_GB18030;
}

size_t text_first_bad(struct str s)
{
    enum { STEP = 4096 };
    size_t at = 0;
    const struct csv_kernels *k = csv_kernels_best();
    while (at < s.n) {
        size_t to = s.n - at > STEP ? at + STEP : s.n;
        /* Do not cut a character: step back to where one starts. */
        for (unsigned back = 0; to < s.n && back < 3 && ((unsigned char)s.p[to] & 0xC0) == 0x80; back++) to--;
        if (!k->utf8_ok(s.p + at, to - at)) {
            size_t bad = utf8_first_bad(str_sub(s, at, s.n));
            if (at + bad < to || to == s.n) return at + bad;
        }
        at = to;
    }
    return s.n;
}

void text_show(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.n;) {
        uint32_t c = utf8_next(s, &i);
        if (c == UINT32_MAX) c = 0xFFFD;
        utf8_add(b, c < 0x20 || c == 0x7F ? ' ' : c);
    }
}

const char *text_encoding_name(enum text_encoding e)
{
    static const char *const NAMES[] = {"?", "UTF-8", "UTF-16LE", "UTF-16BE", "GB18030"};
    _Static_assert(sizeof NAMES / sizeof *NAMES == TEXT_ENCODING__MAX, "one name each");
    return e < TEXT_ENCODING__MAX ? NAMES[e] : "?";
}
