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
    normal(t, "张\xEF\xB8\x80三", "张三");
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

void person_name_test(struct test *t);
void person_name_test(struct test *t)
{
    if (TEST(t, "person name: normal forms")) normal_forms(t);
    if (TEST(t, "person name: match")) matches(t);
    if (TEST(t, "person name: refusals")) refusals(t);
    if (TEST(t, "person name: hash")) hashes(t);
}
