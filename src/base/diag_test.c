#include "base/diag.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"

static void check_print(struct test *t, const struct diags *d, struct str want)
{
    struct buf b;
    buf_init(&b, MIB(1));
    diags_print(d, &b);
    CHECK_STR(t, buf_str(&b), want);
    buf_fini(&b);
}

static void test_print(struct test *t)
{
    if (!TEST(t, "diagnostics keep their order and language")) return;
    struct arena a;
    struct diags d;
    arena_init(&a, MIB(1));
    diags_init(&d, &a, LANG_EN);
    diag_add(&d, DIAG_ERROR, (struct pos){"b.md", 2, 3}, "no %s", "没有 %s", "x");
    diag_add(&d, DIAG_WARNING, (struct pos){"b.md", 0, 0}, "odd %d", "奇怪 %d", 7);
    diag_add(&d, DIAG_ERROR, pos_none(), "end", "完");
    CHECK_I64(t, d.errors, 2);
    check_print(t, &d, STR("b.md:2:3: no x\nb.md: warning: odd 7\nend\n"));
    diags_init(&d, &a, LANG_ZH);
    diag_add(&d, DIAG_WARNING, (struct pos){"b.md", 2, 3}, "no %s", "没有 %s", "x");
    CHECK_I64(t, d.errors, 0);
    check_print(t, &d, STR("b.md:2:3: 提醒：没有 x\n"));
    arena_fini(&a);
}

static void test_told(struct test *t)
{
    if (!TEST(t, "what is wrong in several places is told and counted once")) return;
    struct arena a;
    struct diags d;
    arena_init(&a, MIB(1));
    diags_init(&d, &a, LANG_EN);
    diag_add(&d, DIAG_WARNING, pos_none(), "odd", "奇怪");
    CHECK_I64(t, diags_told(&d), 0);
    for (int i = 0; i < 3; i++) diag_add(&d, DIAG_ERROR, (struct pos){"b.md", 2, 3}, "no", "没有");
    diag_add(&d, DIAG_ERROR, (struct pos){"b.md", 2, 4}, "no", "没有");
    CHECK_I64(t, d.errors, 4);
    CHECK_I64(t, diags_told(&d), 2);
    for (int i = 0; i < DIAG_MAX; i++) diag_add(&d, DIAG_ERROR, pos_none(), "%d", "%d", i);
    CHECK_I64(t, diags_told(&d), DIAG_MAX - 1 + 3);
    arena_fini(&a);
}

static void test_bounded(struct test *t)
{
    if (!TEST(t, "beyond the maximum they are only counted")) return;
    struct arena a;
    struct diags d;
    arena_init(&a, MIB(1));
    diags_init(&d, &a, LANG_EN);
    for (int i = 0; i < DIAG_MAX + 5; i++) diag_add(&d, DIAG_ERROR, pos_none(), "%d", "%d", i);
    CHECK_I64(t, d.n, DIAG_MAX);
    CHECK_I64(t, d.errors, DIAG_MAX + 5);
    CHECK_I64(t, d.dropped, 5);
    struct buf b;
    buf_init(&b, MIB(1));
    diags_print(&d, &b);
    CHECK(t, str_ends(buf_str(&b), STR("\n199\nand 5 more; mend these first\n")));
    buf_fini(&b);
    arena_fini(&a);
}

static void test_no_room(struct test *t)
{
    if (!TEST(t, "an error without room still counts")) return;
    struct arena a;
    struct diags d;
    arena_init(&a, 16);
    diags_init(&d, &a, LANG_EN);
    diag_add(&d, DIAG_ERROR, pos_none(), "lost", "丢");
    CHECK(t, d.errors == 1 && d.n == 0 && d.dropped == 1);
    check_print(t, &d, STR("and 1 more; mend these first\n"));
    arena_fini(&a);
}

void diag_test(struct test *t);
void diag_test(struct test *t)
{
    test_print(t);
    test_told(t);
    test_bounded(t);
    test_no_room(t);
}
