#include "ident/name_like.h"
#include "base/test.h"
#include "ident/han.h"

static enum name_like like(const char *a, const char *b)
{
    struct name_form x, y;
    (void)name_form_make(str_from(a), &x);
    (void)name_form_make(str_from(b), &y);
    enum name_like there = name_compare(&x, &y), back = name_compare(&y, &x);
    return there == back ? there : LIKE__MAX;
}

static void test_levels(struct test *t)
{
    static const struct {
        const char *a, *b;
        enum name_like like;
    } CASES[] = {
        {"张伟", "张伟", LIKE_SAME},
        {"张伟", " 张　伟 ", LIKE_SAME},
        {"高明", "\u2FBC明", LIKE_SAME}, /* a radical and a compatibility ideograph, as copied from a PDF */
        {"张伟", "张伟（已故）", LIKE_SAME}, /* a remark behind the name */
        {"张玮（户主）", "张伟", LIKE_SOUND},
        {"马金龙", "\u2EE2\u2FA6\u2EF0", LIKE_SAME},
        {"李红", "\uF9E1红", LIKE_SAME},
        {"阿依古丽·买买提", "阿依古丽•买买提", LIKE_SAME},
        {"阿依古丽·买买提", "阿依古丽．买买提", LIKE_SAME},
        {"阿依古丽·买买提", "阿依古丽买买提", LIKE_VARIANT},
        {"张国强", "張國強", LIKE_VARIANT},
        {"刘喆", "刘哲", LIKE_VARIANT},
        {"张伟", "张玮", LIKE_SOUND},
        {"买买提·艾山", "麦麦提·艾山", LIKE_SOUND},
        {"李红", "李宏", LIKE_SOUND},
        {"陈静", "陈进", LIKE_NEAR},
        {"刘娜", "刘拉", LIKE_NEAR},
        {"王䶮", "王YAN", LIKE_NEAR},
        {"王䶮霖", "王?霖", LIKE_NEAR},
        {"王\xEE\xA1\xA3霖", "王䶮霖", LIKE_VARIANT}, /* U+E863, as GB 18030 had it before 2005 */
        {"王\xEE\x80\x80霖", "王䶮霖", LIKE_NEAR},
        {"曾玉", "增玉", LIKE_SOUND},
        {"李乐", "李月", LIKE_SOUND},
        {"李解", "李谢", LIKE_SOUND},
        {"李解", "李洁", LIKE_SOUND},
        {"阿依古丽·买买提", "阿依古丽", LIKE_PART},
        {"张伟强", "张伟刚", LIKE_SLIP},
        {"张伟强", "张强伟", LIKE_SLIP},
        {"张伟强", "张强", LIKE_SLIP},
        {"欧阳建国", "欧阳建军", LIKE_SLIP},
        {"张伟", "张军", LIKE_SURNAME},
        {"欧阳建国", "欧秀英", LIKE_OTHER},
        {"张伟", "李伟", LIKE_OTHER},
        {"张伟", "", LIKE_MISSING},
        {"张?", "张?", LIKE_NEAR},
        {"?", "?", LIKE_OTHER},
        {"??", "??", LIKE_OTHER},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        enum name_like got = like(CASES[i].a, CASES[i].b);
        test_eq_i64(t, got, CASES[i].like, __FILE__, __LINE__, CASES[i].b);
    }
}

static void test_replaced(struct test *t)
{
    static const struct {
        const char *a, *b;
        bool one;
    } CASES[] = {
        {"张伟强", "张伟刚", true}, {"张伟强", "张强", false}, {"张伟强", "张强伟", false}, {"张伟", "张伟", false}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct name_form a, b;
        (void)name_form_make(str_from(CASES[i].a), &a);
        (void)name_form_make(str_from(CASES[i].b), &b);
        CHECK(t, name_one_replaced(&a, &b) == CASES[i].one);
    }
}

/* What blocks candidates: names that are alike up to near sounds have one hash. */
static void test_hashes(struct test *t)
{
    struct name_form a, b, c;
    (void)name_form_make(STR("张静"), &a);
    (void)name_form_make(STR("章进"), &b);
    (void)name_form_make(STR("张景"), &c);
    CHECK(t, a.near_hash == b.near_hash && a.sound_hash != b.sound_hash);
    CHECK(t, a.sound_hash == c.sound_hash && a.text_hash != c.text_hash);
    CHECK(t, !name_form_make(STR(" · "), &a) && !a.n);
}

static void test_sounds(struct test *t)
{
    CHECK_STR(t, han_syllable(han_sound(0x5355, true)), STR("shan")); /* 单 as a surname */
    CHECK_STR(t, han_syllable(han_sound(0x5355, false)), STR("dan"));
    CHECK_I64(t, han_fold(0x5F35), 0x5F20); /* 張 张 */
    CHECK_I64(t, han_fold('A'), 'A');
    CHECK_I64(t, han_sound('A', false), 0);
    CHECK_I64(t, han_syllable_find(STR("zhuang")), han_sound(0x88C5, false));
    CHECK_I64(t, han_syllable_find(STR("xyz")), 0);
    for (uint32_t c = 0x3400; c < 0xA000; c++) CHECK(t, han_fold(han_fold(c)) == han_fold(c));
}

static void test_mask(struct test *t)
{
    char out[16];
    CHECK_STR(t, str_from(name_mask(STR("张伟强"), out, sizeof out)), STR("张**"));
    CHECK_STR(t, str_from(name_mask(STR("欧阳建国"), out, sizeof out)), STR("欧阳**"));
    CHECK_STR(t, str_from(name_mask(STR("\u2EE2\u2FA6"), out, sizeof out)), STR("马*"));
    CHECK_STR(t, str_from(name_mask(STR("张"), out, sizeof out)), STR("*"));
    CHECK_STR(t, str_from(name_mask(STR("张伟强"), out, 4)), STR("张"));
}

void name_like_test(struct test *t);
void name_like_test(struct test *t)
{
    if (TEST(t, "how alike names are")) test_levels(t);
    if (TEST(t, "one character for another")) test_replaced(t);
    if (TEST(t, "near names have one hash")) test_hashes(t);
    if (TEST(t, "sounds and variants")) test_sounds(t);
    if (TEST(t, "masked names")) test_mask(t);
}
