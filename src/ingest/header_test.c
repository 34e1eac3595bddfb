#include "ingest/header.h"
#include "base/test.h"
#include "ingest/bracket.h"

static const struct str FEE_ALIAS[] = {{"self_pay", 8}, {"个人自付金额", 18}};
static const struct header_field FIELDS[] = {
    {{"id_number", 9}, {"身份证号", 12}, NULL, 0, false},
    {{"name", 4}, {"姓名", 6}, NULL, 0, false},
    {{"fee", 3}, {"个人自付", 12}, FEE_ALIAS, 2, false},
    {{"patient", 7}, {"姓名", 6}, NULL, 0, false},
};

struct fixture {
    struct arena a;
    struct diags d;
    struct header_map m;
};

static void match(struct test *t, struct fixture *x, size_t fields, const char *const *cells)
{
    struct str s[8];
    size_t n = 0;
    struct err e = {0};
    for (; cells[n]; n++) s[n] = str_from(cells[n]);
    arena_init(&x->a, 1 << 20);
    diags_init(&x->d, &x->a, LANG_EN);
    CHECK_I64(t, header_match(&x->a, FIELDS, fields, s, n, (struct pos){"f.csv", 1, 0}, &x->d, &x->m, &e), RC_OK);
}

static void test_found(struct test *t)
{
    struct fixture x;
    if (!TEST(t, "fields are found by name, label, alias, with a unit in brackets")) return;
    match(t, &x, 3, (const char *const[]){"*身份证号", "ＮＡＭＥ", "个人 自付金额（万元）", "备注", "", NULL});
    CHECK_I64(t, x.m.column[0], 0);
    CHECK_I64(t, x.m.column[1], 1);
    CHECK_I64(t, x.m.column[2], 2);
    CHECK_STR(t, x.m.unit[2], STR("万元"));
    CHECK_I64(t, x.m.field[3], HEADER_NONE);
    CHECK_I64(t, x.m.unmapped, 1);
    CHECK_I64(t, x.d.errors, 0);
    arena_fini(&x.a);
}

static void test_ambiguous(struct test *t)
{
    struct fixture x;
    if (TEST(t, "two columns for one field")) {
        match(t, &x, 3, (const char *const[]){"身份证号", "个人自付(元)", "self_pay", NULL});
        CHECK_I64(t, x.d.errors, 1);
        CHECK_STR(t, x.d.v[0].msg,
                  STR("columns 2 and 3 (\"self_pay\") both fit the field fee; remove or rename one, or say "
                      "which with --map \"#3=fee\""));
        CHECK_I64(t, x.m.column[2], HEADER_NONE);
        CHECK_I64(t, x.m.column[0], 0);
        arena_fini(&x.a);
    }
    if (TEST(t, "one column for two fields")) {
        match(t, &x, 4, (const char *const[]){"姓名", NULL});
        CHECK_I64(t, x.d.errors, 1);
        CHECK_STR(t, x.d.v[0].msg,
                  STR("column 1 \"姓名\" fits two fields, name and patient; give one of them another alias"));
        CHECK_I64(t, x.m.column[1], HEADER_NONE);
        arena_fini(&x.a);
    }
    if (TEST(t, "a name that stands twice, whether it is a field or not")) {
        match(t, &x, 3, (const char *const[]){"name", "备注", "备 注", "Name", NULL});
        CHECK_I64(t, x.d.errors, 1);
        CHECK_I64(t, x.d.n, 2);
        CHECK_STR(t, x.d.v[1].msg, STR("columns 2 and 3 have the same name"));
        arena_fini(&x.a);
    }
}

static void test_normalise(struct test *t)
{
    struct arena a;
    struct str bare, unit;
    if (!TEST(t, "normalised headers")) return;
    arena_init(&a, 1 << 16);
    CHECK_STR(t, header_normalise(&a, STR(" 年 收入\n【元】 "), &bare, &unit), STR("年收入(元)"));
    CHECK_STR(t, bare, STR("年收入"));
    CHECK_STR(t, unit, STR("元"));
    CHECK_STR(t, header_normalise(&a, STR("(a)"), &bare, &unit), STR("(a)"));
    CHECK_STR(t, bare, STR("(a)"));
    CHECK_STR(t, header_normalise(&a, STR("個人自付金額（萬元）"), &bare, &unit), STR("个人自付金额(万元)"));
    CHECK_STR(t, header_normalise(&a, STR("\u200B姓\u2060名\u200E"), &bare, &unit), STR("姓名"));
    CHECK_STR(t, header_normalise(&a, STR("　"), &bare, &unit), STR(""));
    arena_fini(&a);
}

static void test_brackets(struct test *t)
{
    static const char *const FINE[] = {"",       "元",     "万元/人", "必填",     "选填",         "18位",   "是/否",
                                       "男、女", "1是2否", "亩",      "身份证号", "yyyy-mm-dd",   "一",     "a",
                                       "社区",   "本月",   "格式:01", "12",       "如2026-01-01", "文本型", "人次"};
    static const char *const OTHER[] = {"累计", "上年同期", "全家",   "比例", "户主",
                                        "预计", "不含门诊", "已报销", "2025", "本年累计,元"};
    if (!TEST(t, "brackets that leave a column what it is, and others")) return;
    for (size_t i = 0; i < sizeof FINE / sizeof *FINE; i++) CHECK(t, bracket_is_harmless(str_from(FINE[i])));
    for (size_t i = 0; i < sizeof OTHER / sizeof *OTHER; i++) CHECK(t, !bracket_is_harmless(str_from(OTHER[i])));
    CHECK(t,
          bracket_is_other_unit(STR("分")) && bracket_is_other_unit(STR("人次")) && !bracket_is_other_unit(STR("元")));
    CHECK(t, group_is_other(STR("本年累计")) && !group_is_other(STR("工资性收入")));
}

static void test_not_dropped(struct test *t)
{
    struct fixture x;
    if (!TEST(t, "a bracket that says something else is not dropped, nor such a group")) return;
    match(t, &x, 2, (const char *const[]){"姓名（户主）", "本年累计/姓名", "姓名（必填）", NULL});
    CHECK_I64(t, x.m.column[1], 2);
    CHECK_I64(t, x.m.field[0], HEADER_NONE);
    CHECK_I64(t, x.m.field[1], HEADER_NONE);
    arena_fini(&x.a);
}

void header_test(struct test *t);

void header_test(struct test *t)
{
    test_found(t);
    test_ambiguous(t);
    test_normalise(t);
    test_brackets(t);
    test_not_dropped(t);
}
