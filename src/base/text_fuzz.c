/* Any bytes through the readers and writers of text: nothing breaks, and what is written can be read. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/date.h"
#include "base/limits.h"
#include "base/num.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool ok)
{
    if (!ok) __builtin_trap();
}

static void fuzz_utf8(struct str s)
{
    size_t bad = utf8_first_bad(s), count = 0;
    for (size_t i = 0; i < s.n; count++) {
        size_t at = i;
        need((utf8_next(s, &i) != UINT32_MAX || at >= bad) && i > at && i <= s.n);
    }
    need(count == utf8_count(s));
    (void)utf8_width(s);
    for (size_t n = 0; n <= s.n && n < 16; n++) need(utf8_clip(s, n).n <= n);
    need(utf8_valid(utf8_clip(str_sub(s, 0, bad), bad / 2)));
    need(str_trim(str_trim(s)).n == str_trim(s).n);
}

static void fuzz_writers(struct str s)
{
    struct buf b;
    buf_init(&b, MIB(1));
    buf_add_json(&b, s);
    need(!b.failed && utf8_valid(buf_str(&b)) && b.n >= 2);
    for (size_t i = 0; i < b.n; i++) need((unsigned char)b.p[i] >= 0x20);
    buf_clear(&b);
    buf_add_csv(&b, s);
    need(!b.failed && b.n >= s.n);
    need(b.n == 0 || !strchr("=+-@\t", b.p[0]) || b.p[0] == 0);
    buf_fini(&b);
}

static void fuzz_numbers(struct str s)
{
    int64_t v, back;
    char text[32];
    for (unsigned scale = 0; scale <= 18; scale += 2)
        if (dec_parse(s, scale, &v))
            need(dec_parse(str_make(text, dec_format(v, scale, true, text)), scale, &back) && back == v);
    if (str_to_i64(s, INT64_MIN, INT64_MAX, &v)) need(dec_parse(s, 0, &back) && back == v);
    date_day d = date_parse_iso(s);
    if (d) need(str_eq(str_from(date_format(d, text)), s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = {(const char *)data, size < KIB(16) ? size : KIB(16)};
    fuzz_utf8(s);
    fuzz_writers(s);
    fuzz_numbers(s);
    (void)str_hash(s);
    (void)str_distance(s, str_sub(s, 1, s.n), 3);
    return 0;
}
