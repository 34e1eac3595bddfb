/* Keys of lists that come back, masked names, and exceptions as screens take them. */
#include "screen/worklist.h"
#include "base/test.h"

static void test_keys(struct test *t)
{
    char text[WORK_KEY_MAX], other[WORK_KEY_MAX];
    struct check_subject of = {STR("miss_house"), 12, 345}, back;
    date_day day = 0;
    struct str key = work_key(text, of, 739000);
    CHECK(t, work_key_parse(key, &back, &day));
    CHECK_STR(t, back.rule, of.rule);
    CHECK(t, back.household_no == 12 && back.person_no == 345 && day == 739000);
    for (size_t i = 0; i < key.n; i++) { /* one character changed anywhere */
        memcpy(other, text, key.n);
        other[i] = other[i] == '1' ? '2' : '1';
        CHECK(t, !work_key_parse(str_make(other, key.n), &back, &day));
    }
    for (size_t n = 0; n < key.n; n++) CHECK(t, !work_key_parse(str_make(text, n), &back, &day));
    CHECK(t, !work_key_parse(STR("a:0:0:739000:00000000"), &back, &day));
    CHECK(t, work_key_parse(work_key(text, (struct check_subject){STR("r"), 1, 0}, 739000), &back, &day));
    CHECK_I64(t, back.person_no, 0);
}

static void test_names(struct test *t)
{
    struct arena a;
    arena_init(&a, KIB(64));
    CHECK_STR(t, work_mask_name(&a, STR("张三丰")), STR("张**"));
    CHECK_STR(t, work_mask_name(&a, STR("张")), STR("张"));
    CHECK_STR(t, work_mask_name(&a, STR("Ann")), STR("A**"));
    CHECK_I64(t, work_mask_name(&a, STR("")).n, 0);
    arena_fini(&a);
    arena_init(&a, 8);
    (void)arena_alloc(&a, 8);
    CHECK(t, !work_mask_name(&a, STR("张三丰")).p);
    arena_fini(&a);
}

void worklist_test(struct test *t);
void worklist_test(struct test *t)
{
    if (TEST(t, "a line is known again by its key, and a changed key is not")) test_keys(t);
    if (TEST(t, "names are masked but for the first character")) test_names(t);
}
