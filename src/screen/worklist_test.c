/* Keys of lists that come back, masked names, and exceptions as screens take them. */
#include "screen/worklist.h"
#include "base/test.h"
#include "columns/keyring.h"

static void make_keys(struct test *t, struct keyring *ring, char digit)
{
    char text[256], hex[65] = {0};
    memset(hex, digit, 64);
    (void)snprintf(text, sizeof text, "fangpin-keys 1\nhash %s\nkey 1 aes-256-gcm %s\ncurrent 1\n", hex, hex);
    CHECK_I64(t, keyring_parse(str_from(text), "x.key", ring, NULL), RC_OK);
}

static void test_keys(struct test *t)
{
    char text[WORK_KEY_MAX], other[WORK_KEY_MAX];
    struct keyring ring, ring2;
    struct check_subject of = {STR("miss_house"), 12, 345}, back;
    date_day day = 0;
    make_keys(t, &ring, 'a');
    make_keys(t, &ring2, 'b');
    struct work_keys ours = {.keys = &ring, .made_us = 5, .folder = "bcdfgh"}, later = ours, theirs = ours;
    struct str key = work_key(&ours, text, of, 739000);
    CHECK_I64(t, work_key_parse(&ours, key, &back, &day), WORK_KEY_OURS);
    CHECK_STR(t, back.rule, of.rule);
    CHECK(t, back.household_no == 12 && back.person_no == 345 && day == 739000);
    for (size_t i = 0; i < key.n; i++) { /* one character changed anywhere */
        memcpy(other, text, key.n);
        other[i] = other[i] == '1' ? '2' : '1';
        CHECK(t, work_key_parse(&ours, str_make(other, key.n), &back, &day) != WORK_KEY_OURS);
    }
    for (size_t n = 0; n < key.n; n++) CHECK(t, work_key_parse(&ours, str_make(text, n), &back, &day) != WORK_KEY_OURS);
    memcpy(later.folder, "bcdfgj", WORK_KEY_FOLDER);
    CHECK_I64(t, work_key_parse(&later, key, &back, &day), WORK_KEY_FOREIGN);
    later = ours, later.made_us = 6; /* the folder's letters happen to be equal */
    theirs.keys = &ring2;
    CHECK_I64(t, work_key_parse(&later, key, &back, &day), WORK_KEY_ALTERED);
    CHECK_I64(t, work_key_parse(&theirs, key, &back, &day), WORK_KEY_ALTERED);
    CHECK_I64(t, work_key_parse(&ours, STR("elder:1:1:739920:1c52f93b"), &back, &day), WORK_KEY_OLD);
    CHECK_I64(t, work_key_parse(&ours, STR("a:0:0:739000:00000000"), &back, &day), WORK_KEY_ALTERED);
    key = work_key(&ours, text, (struct check_subject){STR("r"), 1, 0}, 739000);
    CHECK_I64(t, work_key_parse(&ours, key, &back, &day), WORK_KEY_OURS);
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
