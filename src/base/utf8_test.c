#include "base/utf8.h"
#include "base/clock.h"
#include "base/test.h"

static void test_all(struct test *t)
{
    if (!TEST(t, "every character goes there and back")) return;
    size_t bad = 0;
    for (uint32_t c = 0; c <= 0x110000; c++) {
        char room[4];
        size_t n = utf8_encode(c, room), i = 0;
        bool is_char = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
        if (!is_char) {
            bad += n != 0;
            continue;
        }
        bad += n != (c < 0x80 ? 1u : c < 0x800 ? 2u : c < 0x10000 ? 3u : 4u);
        bad += utf8_next(str_make(room, n), &i) != c || i != n;
        if (n > 1) bad += utf8_first_bad(str_make(room, n - 1)) != 0; /* cut */
    }
    CHECK_I64(t, bad, 0);
}

static void test_malformed(struct test *t)
{
    if (!TEST(t, "malformed bytes are found where they are")) return;
    static const struct {
        const char *text;
        size_t bad;
    } v[] = {
        {"ok 张", 6},
        {"\x80", 0},
        {"a\xC0\x80", 1},
        {"\xC1\xBF", 0},
        {"\xE0\x80\x80", 0},
        {"\xE0\x9F\xBF", 0},
        {"\xED\xA0\x80", 0},
        {"\xED\xBF\xBF", 0},
        {"\xF0\x8F\xBF\xBF", 0},
        {"\xF4\x90\x80\x80", 0},
        {"\xF5\x80\x80\x80", 0},
        {"\xFE", 0},
        {"\xFF", 0},
        {"ab\xE5\xBC", 2},
        {"\xE5\xBC\x20", 0},
        {"\xF0\x9F\x98", 0},
        {"张\xE5", 3},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct str s = str_from(v[i].text);
        CHECK_I64(t, utf8_first_bad(s), v[i].bad);
        CHECK_I64(t, utf8_valid(s), v[i].bad == s.n);
    }
    CHECK_I64(t, utf8_count(STR("a\xE5\xBC张")), 4);
    size_t i = 0;
    CHECK(t, utf8_next(STR("\xE5\xBC张"), &i) == UINT32_MAX && i == 1);
    CHECK(t, utf8_valid(STR("")) && utf8_valid((struct str){NULL, 0}));
    CHECK(t, utf8_valid(str_make("a\0b", 3)));
}

/* What is skipped quickly and what is looked at one by one, mixed. */
static void test_mixed(struct test *t)
{
    if (!TEST(t, "a bad byte is found in the middle of any text")) return;
    static const char *const parts[] = {"a",          "12345678",     "\n",           "张",   "西乡县",   "é",
                                        "\U00020BB7", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xED", "\xE5\xBC", "\x80"};
    enum { N = sizeof parts / sizeof *parts };
    struct rng r;
    size_t wrong = 0, bad = 0;
    rng_seed(&r, 1);
    for (int k = 0; k < 20000; k++) {
        char text[128];
        size_t n = 0, i = 0, want = 0;
        for (uint64_t more = rng_below(&r, 12); more > 0; more--) {
            struct str part = str_from(parts[rng_below(&r, rng_below(&r, 4) ? N - 3 : N)]);
            memcpy(text + n, part.p, part.n);
            n += part.n;
        }
        while (i < n && utf8_next(str_make(text, n), &i) != UINT32_MAX) want = i;
        wrong += utf8_first_bad(str_make(text, n)) != want;
        bad += want != n;
    }
    CHECK_I64(t, wrong, 0);
    CHECK(t, bad > 1000 && bad < 19000);
}

static void test_classes(struct test *t)
{
    if (!TEST(t, "ideographs and full-width forms")) return;
    CHECK(t, utf8_is_cjk(0x5F20) && utf8_is_cjk(0x3007) && utf8_is_cjk(0x3400) && utf8_is_cjk(0x20BB7));
    CHECK(t, utf8_is_cjk(0x9FFF) && utf8_is_cjk(0x323AF) && utf8_is_cjk(0xFA0E));
    CHECK(t, !utf8_is_cjk('a') && !utf8_is_cjk(0x3006) && !utf8_is_cjk(0x3042) && !utf8_is_cjk(0xFA10));
    CHECK(t, !utf8_is_cjk(0xE000) && !utf8_is_cjk(0x323B0) && !utf8_is_cjk(UINT32_MAX));
    CHECK_I64(t, utf8_half_width(0xFF21), 'A');
    CHECK_I64(t, utf8_half_width(0xFF5E), '~');
    CHECK_I64(t, utf8_half_width(0xFF01), '!');
    CHECK_I64(t, utf8_half_width(0x3000), ' ');
    CHECK_I64(t, utf8_half_width(0xFF5F), 0xFF5F);
    CHECK_I64(t, utf8_half_width(0x5F20), 0x5F20);
}

static void test_ideographs(struct test *t)
{
    static const uint32_t PAIRS[][2] = {{0xF9E1, 0x674E},   {0xF90A, 0x91D1}, {0x2FBC, 0x9AD8}, {0x2EE2, 0x9A6C},
                                        {0x2EF0, 0x9F99},   {0x2EE9, 0x9EC4}, {0x2F25, 0x5973}, {0x2FA6, 0x91D1},
                                        {0xFACF, 0x2284A},  {0xFA0E, 0xFA0E}, {0x2E9A, 0x2E9A}, {0x2F800, 0x4E3D},
                                        {0x2FA1D, 0x2A600}, {0x2FD5, 0x9FA0}, {0x2FE0, 0x2FE0}, {0x4E00, 0x4E00}};
    if (!TEST(t, "ideographs that stand for another")) return;
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++)
        test_eq_i64(t, utf8_half_width(PAIRS[i][0]), PAIRS[i][1], __FILE__, __LINE__, "half width");
    size_t twice = 0;
    for (uint32_t c = 0; c < 0x30000; c++) twice += utf8_half_width(utf8_half_width(c)) != utf8_half_width(c);
    CHECK_I64(t, twice, 0);
}

static void test_width(struct test *t)
{
    if (!TEST(t, "terminal columns")) return;
    CHECK_I64(t, utf8_width(STR("abc")), 3);
    CHECK_I64(t, utf8_width(STR("张三，A")), 7);
    CHECK_I64(t, utf8_width(STR("e\u0301")), 1);
    CHECK_I64(t, utf8_width(STR("😀\uFEFF\n")), 2);
    CHECK_I64(t, utf8_width(STR("\xff")), 1);
    CHECK_I64(t, utf8_width(STR("阿依古丽·买买提")), 15);
}

static void test_clip(struct test *t)
{
    if (!TEST(t, "cuts at a character")) return;
    struct str s = STR("a张😀");
    static const size_t want[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 8};
    for (size_t n = 0; n < sizeof want / sizeof want[0]; n++) CHECK_I64(t, utf8_clip(s, n).n, want[n]);
    CHECK_I64(t, utf8_clip(STR("\x80\x80\x80\x80\x80\x80"), 5).n, 5);
}

static void test_add(struct test *t)
{
    if (!TEST(t, "appends characters, and U+FFFD for what is none")) return;
    struct buf b;
    buf_init(&b, 20);
    utf8_add(&b, 0x5F20);
    utf8_add(&b, 0xD800);
    utf8_add(&b, 'x');
    CHECK_STR(t, buf_str(&b), STR("张\uFFFDx"));
    buf_fini(&b);
}

void utf8_test(struct test *t);
void utf8_test(struct test *t)
{
    test_all(t);
    test_malformed(t);
    test_mixed(t);
    test_classes(t);
    test_ideographs(t);
    test_width(t);
    test_clip(t);
    test_add(t);
}
