#include "base/json_in.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"

static void check_string(struct test *t, const char *text, const char *want)
{
    struct arena a;
    struct err e = {.lang = LANG_EN};
    struct str out = STR("");
    arena_init(&a, KIB(64));
    struct json_in j = {.text = str_from(text), .a = &a, .file = "x"};
    enum rc rc = json_in_string(&j, &out, &e);
    test_check(t, (rc == RC_OK) == (want != NULL), __FILE__, __LINE__, text);
    if (want) CHECK_STR(t, out, str_from(want));
    arena_fini(&a);
}

static void test_strings(struct test *t)
{
    check_string(t, " \"身份证号\" ", "身份证号");
    check_string(t, "\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\b\f\n\r\t");
    check_string(t, "\"\\u8eab\\u4EFD\"", "身份");
    check_string(t, "\"\\ud87e\\udc4c\"", "\xF0\xAF\xA1\x8C");
    check_string(t, "\"\"", "");
    check_string(t, "\"\\ud87e\"", NULL);
    check_string(t, "\"\\udc4c\"", NULL);
    check_string(t, "\"\\ud87ex\"", NULL);
    check_string(t, "\"\\u0000\"", NULL);
    check_string(t, "\"\\u12g4\"", NULL);
    check_string(t, "\"\\x\"", NULL);
    check_string(t, "\"\\\"", NULL);
    check_string(t, "\"a\nb\"", NULL);
    check_string(t, "\"\xFF\"", NULL);
    check_string(t, "\"a", NULL);
    check_string(t, "a", NULL);
    check_string(t, "", NULL);
}

/* Every text that buf_add_json writes is read as it was. */
static void test_round(struct test *t)
{
    struct buf b;
    struct arena a;
    struct err e = {.lang = LANG_EN};
    unsigned wrong = 0;
    arena_init(&a, MIB(1));
    buf_init(&b, KIB(4));
    for (int c = 1; c < 0x80; c++) {
        char text[3] = {(char)c, 'x', (char)c};
        struct str out;
        buf_clear(&b);
        buf_add_json(&b, str_make(text, sizeof text));
        struct json_in j = {.text = buf_str(&b), .a = &a};
        wrong += json_in_string(&j, &out, &e) != RC_OK || !str_eq(out, str_make(text, sizeof text)) || j.at != b.n;
    }
    CHECK_I64(t, wrong, 0);
    buf_fini(&b);
    arena_fini(&a);
}

static void check_skip(struct test *t, const char *text, bool good)
{
    struct arena a;
    struct err e = {.lang = LANG_EN};
    arena_init(&a, KIB(64));
    struct json_in j = {.text = str_from(text), .a = &a, .file = "x"};
    bool ok = json_in_skip(&j, &e) == RC_OK && json_in_peek(&j) == '\0';
    test_check(t, ok == good, __FILE__, __LINE__, text);
    arena_fini(&a);
}

static void test_skip(struct test *t)
{
    static const char *const GOOD[] = {"1",
                                       "-1.5e+3",
                                       "true",
                                       "null",
                                       "\"x\"",
                                       "[]",
                                       "{}",
                                       "[1, 2]",
                                       "{\"a\":[{}]}",
                                       "[[]]",
                                       "{\"a\":1,\"b\":{\"c\":[]}}"};
    static const char *const BAD[] = {"",      "[",        "]",          "{",         "[1",  "[1,]", "[1 2]", "{\"a\"}",
                                      "{1:2}", "{\"a\":}", "{\"a\":1,}", "[\"a\":1]", "nul", "x",    "[1}",   "[,]"};
    char deep[2 * JSON_DEPTH_MAX + 3];
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) check_skip(t, GOOD[i], true);
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) check_skip(t, BAD[i], false);
    for (size_t more = 0; more < 2; more++) {
        size_t n = JSON_DEPTH_MAX + more;
        memset(deep, '[', n);
        memset(deep + n, ']', n);
        deep[2 * n] = '\0';
        check_skip(t, deep, !more);
    }
}

void json_in_test(struct test *t);

void json_in_test(struct test *t)
{
    if (TEST(t, "strings")) test_strings(t);
    if (TEST(t, "what is written is read")) test_round(t);
    if (TEST(t, "values passed over")) test_skip(t);
}
