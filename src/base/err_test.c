#include "base/err.h"
#include <errno.h>
#include "base/test.h"
#include "base/utf8.h"

static struct str text_of(const struct err *e, char *room, size_t cap)
{
    return str_make(room, err_format(e, room, cap));
}

static void test_languages(struct test *t)
{
    if (!TEST(t, "an error speaks the language of its owner")) return;
    struct err e = {.lang = LANG_EN};
    CHECK_I64(t, err_set(&e, RC_INPUT, pos_none(), "row %d: %s", "第 %d 行：%s", 7, "x"), RC_INPUT);
    CHECK_STR(t, str_from(e.msg), STR("row 7: x"));
    CHECK_I64(t, e.rc, RC_INPUT);
    e.lang = LANG_ZH;
    err_set(&e, RC_CONFLICT, pos_none(), "row %d: %s", "第 %d 行：%s", 7, "x");
    CHECK_STR(t, str_from(e.msg), STR("第 7 行：x"));
    err_set(&e, RC_INPUT, pos_none(), "%s has %s", "%2$s 属于 %1$s", "A", "B");
    CHECK_STR(t, str_from(e.msg), STR("B 属于 A"));
    CHECK_I64(t, err_set(NULL, RC_ENV, pos_none(), "%d", "%d", 1), RC_ENV);
    CHECK_I64(t, err_nomem(&e), RC_NOMEM);
    CHECK(t, str_starts(str_from(e.msg), STR("内存不足")));
}

static void test_format(struct test *t)
{
    if (!TEST(t, "an error shows its place")) return;
    char room[64];
    struct err e = {.lang = LANG_EN};
    err_set(&e, RC_INPUT, (struct pos){"a.md", 3, 14}, "bad", "错");
    CHECK_STR(t, text_of(&e, room, sizeof room), STR("a.md:3:14: bad"));
    err_set(&e, RC_INPUT, (struct pos){"a.md", 3, 0}, "bad", "错");
    CHECK_STR(t, text_of(&e, room, sizeof room), STR("a.md:3: bad"));
    err_set(&e, RC_INPUT, (struct pos){"a.md", 0, 0}, "bad", "错");
    CHECK_STR(t, text_of(&e, room, sizeof room), STR("a.md: bad"));
    err_set(&e, RC_INPUT, pos_none(), "bad", "错");
    CHECK_STR(t, text_of(&e, room, sizeof room), STR("bad"));
    CHECK_I64(t, err_format(&e, room, 0), 0);
}

static void test_place(struct test *t)
{
    if (!TEST(t, "an error owns the name of its place")) return;
    struct err e = {.lang = LANG_EN};
    char name[ERR_FILE_MAX * 2] = "a.md";
    err_set(&e, RC_INPUT, (struct pos){name, 3, 14}, "bad", "错");
    name[0] = 'b';
    CHECK_STR(t, str_from(e.file), STR("a.md"));
    err_set(&e, RC_INPUT, (struct pos){e.file, 4, 1}, "worse", "更错");
    CHECK_STR(t, str_from(e.file), STR("a.md"));
    CHECK_I64(t, e.line, 4);
    for (size_t shift = 0; shift < 4; shift++) {
        memset(name, 'x', shift);
        for (size_t i = shift; i + 4 < sizeof name; i += 3) memcpy(name + i, "防", 4);
        err_set(&e, RC_INPUT, (struct pos){name, 1, 1}, "bad", "错");
        struct str s = str_from(e.file);
        CHECK(t, utf8_valid(s) && str_starts(s, STR("…防")));
        CHECK(t, s.n > ERR_FILE_MAX - 6 && s.n < ERR_FILE_MAX);
    }
}

static void test_cut(struct test *t)
{
    if (!TEST(t, "a long message is cut at a character")) return;
    char longer[ERR_MSG_MAX * 2];
    for (size_t i = 0; i + 3 < sizeof longer; i += 3) memcpy(longer + i, "防", 4);
    struct err e = {.lang = LANG_ZH};
    for (int shift = 0; shift < 4; shift++) {
        err_set(&e, RC_INPUT, pos_none(), "%.*s%s", "%.*s%s", shift, "abcd", longer);
        struct str s = str_from(e.msg);
        CHECK(t, utf8_valid(s));
        CHECK(t, s.n >= ERR_MSG_MAX - 4 && s.n < ERR_MSG_MAX);
    }
    char room[8];
    err_set(&e, RC_INPUT, pos_none(), "防防防", "防防防");
    CHECK_STR(t, text_of(&e, room, sizeof room), STR("防防"));
}

static void test_own_text(struct test *t)
{
    if (!TEST(t, "a message can quote the message it replaces")) return;
    struct err e = {.lang = LANG_EN};
    err_set(&e, RC_INPUT, pos_none(), "inner", "内");
    err_set(&e, RC_INPUT, pos_none(), "outer: %s", "外：%s", e.msg);
    CHECK_STR(t, str_from(e.msg), STR("outer: inner"));
}

static void test_os(struct test *t)
{
    if (!TEST(t, "what the system says is said in the language of the error")) return;
    struct err zh = {.lang = LANG_ZH}, en = {.lang = LANG_EN};
    CHECK_STR(t, str_from(err_os(ENOSPC, &zh)), STR("磁盘空间不足"));
    CHECK_STR(t, str_from(err_os(ENOENT, NULL)), STR("没有这个文件或文件夹"));
    CHECK_STR(t, str_from(err_os(ENOSPC, &en)), STR("No space left on device"));
    CHECK_STR(t, str_from(err_os(ENOTBLK, &zh)), STR("系统错误 15"));
    err_set(&zh, RC_ENV, pos_none(), "%s, %s", "%s，%s", err_os(ENOTBLK, &zh), err_os(ENOANO, &zh));
    CHECK_STR(t, str_from(zh.msg), STR("系统错误 15，系统错误 55"));
}

static void test_exit_codes(struct test *t)
{
    if (!TEST(t, "exit codes")) return;
    static const int want[RC__MAX] = {0, 1, 2, 3, 3, 1, 4};
    for (int rc = 0; rc < RC__MAX; rc++) CHECK_I64(t, rc_exit((enum rc)rc), want[rc]);
}

void err_test(struct test *t);
void err_test(struct test *t)
{
    test_languages(t);
    test_format(t);
    test_place(t);
    test_cut(t);
    test_own_text(t);
    test_os(t);
    test_exit_codes(t);
}
