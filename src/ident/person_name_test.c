#include "base/clock.h"
#include "base/test.h"
#include "ident/person_name.h"

static void normal(struct test *t, const char *z, const char *want)
{
    struct person_name n;
    CHECK_I64(t, person_name_normalise(str_from(z), &n), NAME_OK);
    CHECK_STR(t, str_make(n.p, n.n), str_from(want));
}

static void normal_forms(struct test *t)
{
    normal(t, "张三", "张三");
    normal(t, " 张\xE3\x80\x80三 ", "张三");
    normal(t, "古丽•阿依", "古丽·阿依");
    normal(t, "古丽．阿依", "古丽·阿依");
    normal(t, "古丽.阿依", "古丽·阿依");
    normal(t, "古丽‧阿依", "古丽·阿依");
    normal(t, "古丽・阿依", "古丽·阿依");
    normal(t, "古丽 · · 阿依·", "古丽·阿依");
    normal(t, "\xF0\xA0\xAE\xB7 三", "\xF0\xA0\xAE\xB7三");
    normal(t, "anna  maria", "ANNA MARIA");
    normal(t, "Ａｎｎａ", "ANNA");
    normal(t, "㐱三", "㐱三");
    normal(t, "\uF9E1\u2FBC", "李高");
    normal(t, "张\xEF\xB8\x80三", "张三");
    normal(t, "张三（已故）", "张三");
    normal(t, "张三 (户主)【外出】 ", "张三");
    normal(t, "古丽·阿依〔曾用名：阿依〕", "古丽·阿依");
    normal(t, "（已故）", "(已故)");
    normal(t, "张三（女", "张三(女");
    normal(t, "张三（女）李", "张三(女)李");
    normal(t, "Anna (张)", "ANNA(张)");
}

static void matches(struct test *t)
{
    CHECK_I64(t, person_name_match(STR("张三"), STR("张三")), NAME_SAME);
    CHECK_I64(t, person_name_match(STR("张三"), STR("张 三")), NAME_SAME);
    CHECK_I64(t, person_name_match(STR("张三"), STR("张四")), NAME_DIFFERENT);
    CHECK_I64(t, person_name_match(STR("张三"), STR("张三丰")), NAME_DIFFERENT);
    CHECK_I64(t, person_name_match(STR("古丽·阿依"), STR("古丽阿依")), NAME_DIFFERENT);
    CHECK_I64(t, person_name_match(STR("张三"), STR("")), NAME_UNKNOWN);
    CHECK_I64(t, person_name_match(STR(" "), STR("")), NAME_UNKNOWN);
    CHECK_I64(t, person_name_match(STR("张\xEF\xBF\xBD"), STR("张三")), NAME_UNKNOWN);
}

static void refusals(struct test *t)
{
    struct person_name n;
    CHECK_I64(t, person_name_normalise(STR(""), &n), NAME_EMPTY);
    CHECK_I64(t, person_name_normalise(STR(" ·\xC2\xA0"), &n), NAME_EMPTY);
    CHECK_I64(t, person_name_normalise(STR("张\x01三"), &n), NAME_CHARACTER);
    CHECK_I64(t, person_name_normalise(STR("张\xE4\xB8"), &n), NAME_CHARACTER);
    CHECK_I64(t, person_name_normalise(STR("\xED\xA0\x80张"), &n), NAME_CHARACTER);
    char text[(NAME_MAX_CHARS + 1) * 3];
    for (size_t i = 0; i < sizeof text; i += 3) memcpy(text + i, "张", 3);
    CHECK_I64(t, person_name_normalise(str_make(text, sizeof text - 3), &n), NAME_OK);
    CHECK_I64(t, n.n, sizeof text - 3);
    CHECK_I64(t, person_name_normalise(str_make(text, sizeof text), &n), NAME_LENGTH);
    CHECK_I64(t, n.n, 0);
}

static void check_hash(struct test *t, const char *a, const char *b, bool same)
{
    uint64_t x, y;
    CHECK(t, person_name_hash(str_from(a), &x));
    CHECK(t, person_name_hash(str_from(b), &y));
    CHECK(t, (x == y) == same);
}

static void hashes(struct test *t)
{
    check_hash(t, "张三", " 张 三", true);
    check_hash(t, "古丽·阿依", "古丽•阿依", true);
    check_hash(t, "张三", "三张", false);
    /* the edges of the fast path: U+4DFF, U+4E00, U+9FFF and a length beyond it */
    check_hash(t, "\xE4\xB7\xBF三", "\xE4\xB7\xBF 三", true);
    check_hash(t, "\xE4\xB8\x80", " \xE4\xB8\x80", true);
    check_hash(t, "\xE9\xBF\xBF", "\xE9\xBF\xBF ", true);
    check_hash(t, "一二三四五六七八九十一", "一二三四五六七八九十 一", true);
    uint64_t h = 1;
    CHECK(t, !person_name_hash(STR("\xE4\xB8\x41"), &h));
    CHECK_I64(t, h, 0);
}

/* A name of two or three characters and the same behind a blank, which takes the careful way. */
static bool same_behind_blank(const char *text, size_t n, bool *ok)
{
    uint64_t x = 1, y = 1;
    char blank[16] = " ";
    memcpy(blank + 1, text, n);
    *ok = person_name_hash(str_make(text, n), &x);
    return *ok == person_name_hash(str_make(blank, n + 1), &y) && x == y;
}

/* Every character of three bytes or nearly so at every place, among others and beside the edges of the fast path. */
static void every_character(struct test *t)
{
    static const char other[] = "\xE4\xB8\x80\xE9\xBF\xBF";
    size_t differ = 0, fine = 0;
    for (unsigned c = 0; c < 256 * 128 * 9; c++) {
        unsigned place = c / (256 * 128), chars = place < 3 ? 2 : 3, at = place % 3 * 3;
        char text[9];
        for (size_t i = 0; i < 9; i++) text[i] = other[i % 6];
        if (at >= chars * 3) continue;
        text[at] = (char)(0xE0 + c % 16);
        text[at + 1] = (char)(0x70 + c / 16 % 96);
        text[at + 2] = (char)(0x7E + c / (16 * 96) % 22 * 3 + (place > 5));
        bool ok;
        differ += !same_behind_blank(text, chars * 3, &ok);
        fine += ok;
    }
    CHECK_I64(t, differ, 0);
    CHECK(t, fine > 50000);
}

/* Any bytes, most of them such as names have. */
static void random_names(struct test *t)
{
    struct rng r;
    rng_seed(&r, 20261122);
    size_t differ = 0, fine = 0;
    for (int i = 0; i < 500000; i++) {
        uint64_t a = rng_next(&r), b = rng_next(&r);
        size_t n = b >> 62 ? (b >> 61 & 1 ? 6 : 9) : (b >> 56 & 15);
        char text[16];
        for (size_t k = 0; k < n; k++, a = a >> 7 | a << 57) {
            unsigned first = 0xE4 + (unsigned)(a & 0x7F) % 6, next = 0x80 + (unsigned)(a & 0x3F);
            text[k] = (char)(k % 3 ? next : first);
        }
        if (n && (b & 3) == 0) text[(b >> 8) % n] = (char)(b >> 24 & 0xFF);
        bool ok;
        differ += !same_behind_blank(text, n, &ok);
        fine += ok;
    }
    CHECK_I64(t, differ, 0);
    CHECK(t, fine > 200000);
}

void person_name_test(struct test *t);
void person_name_test(struct test *t)
{
    if (TEST(t, "person name: normal forms")) normal_forms(t);
    if (TEST(t, "person name: match")) matches(t);
    if (TEST(t, "person name: refusals")) refusals(t);
    if (TEST(t, "person name: hash")) hashes(t);
    if (TEST(t, "person name: every character at the edges")) every_character(t);
    if (TEST(t, "person name: random bytes")) random_names(t);
}
