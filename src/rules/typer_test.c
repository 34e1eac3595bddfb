/* What the typer refuses, and how it says so: one golden file a language. */
#include "base/test.h"
#include "base/limits.h"
#include "rules/texpr.h"

static const char base_book[] =
    "# 甲\n```policy\n"
    "book base \"底册\" { jurisdiction 00 issued 2026-01-01 }\n"
    "unit mu \"亩\" decimals 2\n"
    "codes relation \"关系\" { 户主 \"户主\" 配偶 \"配偶\" 之子 \"之子\" }\n"
    "codes roll \"学籍状态\" { enrolled \"在校\" dropped \"辍学\" suspended \"休学\" }\n"
    "codes grade \"等级\" ordered { A \"A级\" B \"B级\" C \"C级\" }\n"
    "codes health \"健康\" { 残疾 \"残疾\" 慢病 \"长期慢性病\" }\n"
    "dataset roster \"名册\" by 乡村振兴局 { latest complete person by cid, name household by hid lives in div head "
    "when relation == 户主\n"
    "  cid text secret \"证件号码\"  relation relation \"关系\"  born date \"出生日期\"  health set of health \"健康\" "
    " phone text secret \"电话\"\n"
    "  type roll of household \"户类型\"  div division of household \"区划\"  land mu >= 0 of household \"耕地\" }\n"
    "dataset medical \"医保结算\" by 医保局 { events monthly by settled_on complete due 10 days person by cid, name\n"
    "  settled_on date \"结算日期\"  self_pay yuan >= 0 \"个人自付\"  visits int \"次数\" }\n"
    "dataset school \"学籍\" by 教育局 { snapshot term complete person by cid, name  status roll \"状态\" }\n"
    "dataset housing \"住房\" by 住建局 { latest complete person by cid, name  grade grade \"等级\" } "
    "dataset villages \"村情\" by 民政局 { snapshot monthly complete placed by place  place division \"村\"  bus bool "
    "\"班车\" }\n"
    "param income_line \"监测范围\" yuan/person { set by county }\n"
    "param full_age \"重名\" int { value = 3 }\n"
    "table line \"预警线\" (kind roll) yuan { | dropped => 5000 | else => 20000 }\n"
    "feature member.full \"年龄\" int = full_years(born, as_of)\n"
    "feature household.oop \"自付\" yuan = sum(self_pay for members.medical where settled_on within 12 months)\n"
    "```\n# 乙\n```policy\n";

/* One declaration a line; each must be refused. */
static const char *const bad[] = {
    "rule r \"x\" risk { when oop < incom_line }",
    "rule r \"x\" risk { when oop > 15000 }",
    "rule r \"x\" risk { when oop > income_line }",
    "rule r \"x\" risk { when any(school where status == dropped) }",
    "rule r \"x\" risk { when school }",
    "rule r \"x\" quality on member { when any(person where phone != member.phone) }",
    "rule r \"x\" risk { when sum(self_pay for members.medical) > 0 }",
    "rule r \"x\" risk { when any(members.medical where settled_on within 3 months or self_pay > 5 yuan) }",
    "rule r \"x\" risk { when any(members.medical where settled_on within 3 months and settled_on in 2025) }",
    "rule r \"x\" risk { when any(members.medical where settled_on within 10 days) }",
    "rule r \"x\" risk { when any(members.school where status == dropt) }",
    "rule r \"x\" risk { when any(members.school where status < dropped) }",
    "rule r \"x\" risk { when any(members where phone > \"1\") }",
    "rule r \"x\" risk { when any(members where born > 3 yuan) }",
    "rule r \"x\" risk { when count(members) > 3 }",
    "rule r \"x\" risk { when oop + 3 > 0 }",
    "rule r \"x\" risk { when oop * oop > 0 }",
    "rule r \"x\" risk { when oop }",
    "rule r \"x\" risk { when not oop }",
    "rule r \"x\" risk { when sum(members) > 0 }",
    "rule r \"x\" risk { when count(self_pay for members.medical where settled_on within 12 months) > 0 }",
    "rule r \"x\" risk { when max(relation for members) == 户主 }",
    "rule r \"x\" risk { when any(members where health == 残疾) }",
    "rule r \"x\" risk { when any(members where relation has 户主) }",
    "rule r \"x\" risk { when {残疾} == {残疾} }",
    "rule r \"x\" risk { when line > 3 yuan }",
    "rule r \"x\" risk { when line[type, type] > 3 yuan }",
    "rule r \"x\" risk { when line[land] > 3 yuan }",
    "rule r \"x\" risk { when land > 1.234 mu }",
    ("rule r \"x\" risk { when sum(visits * visits * visits for members.medical where settled_on within 12 months) > 0 "
     "}"),
    "rule r \"x\" risk { when head.nobody }",
    "rule r \"x\" risk { when division.street == division }",
    "rule r \"x\" risk { when at every month end of last 6 months: at every month end of last 2 months: oop > 0 }",
    "rule r \"x\" risk { when if oop > 0 then 3 yuan else 3 mu }",
    "rule r \"x\" risk { when least(born, as_of) > as_of }",
    "rule r \"x\" risk { when age(born) > 3 }",
    "rule r \"x\" risk on asset { when oop > 0 }",
    "rule r \"x\" risk { when none == oop }",
    "rule r \"x\" risk { when any(members.housing this year) }",
    "rule r \"x\" risk { when any(members.school this month) }",
    "feature household.loop \"环\" yuan = loop + 1 yuan",
    "feature household.wrong \"错\" yuan = count(members)",
    "feature member.full_age \"重\" int = full_age",
    "param p \"参\" mark { value = 1 }",
    "param p \"参\" yuan { value = 1  value = 2 }",
    "table t \"表\" (a int) int { | 1..5 => 1 | 3 => 2 }",
    "table t \"表\" (a roll) int { | enrolled, dropped => 1 }",
    "table t \"表\" (a roll) int { | {enrolled, dropped} => 1 | dropped => 2 }",
    "dataset d \"数\" by x { person by cid, name  a int \"甲\" }",
    "dataset d \"数\" by x { events monthly by when_on complete person by cid, name  a int \"甲\" }",
    "rule income_line2 \"x\" risk { when oop > 0 }  rule income_line2 \"y\" risk { when oop > 1 yuan }",
    "override rule nothing \"x\" risk { when oop > 0 }",
    "unit mu \"亩\"",
    "measure m \"措施\" by x { eligible when oop > 0  enrolled when any(members.housing)  gives land }",
    "measure m \"措施\" by x { eligible when oop > 0  enrolled when any(members.housing)  gives oop > 0 }",
    "measure m \"措施\" by x { eligible when oop > 0  enrolled when any(members.housing)  gives 100 }",
    "measure m \"措施\" by x on member { eligible when full > 3  enrolled when any(member.housing)  gives oop }",
    "param floor \"下限\" yuan { value = none }",
    "param floor \"下限\" yuan { value = 5  value in 14 = 3 person }",
    "param floor \"下限\" yuan optional { value = none  value from 2027-01-01 = lowest }",
    "param floor \"下限\" yuan { value = 3  require floor >= 2 \"过低\" }",
    "param floor \"下限\" yuan { value = 3  require floor \"过低\" }",
    "param floor \"下限\" yuan { value = 3  require floor >= income_line \"过低\" }",
    "param floor \"下限\" yuan { value = 3  require floor >= oop \"过低\" }",
    "param floor \"下限\" yuan { value = 3  require count(members) > 3 person \"过低\" }",
    "dataset d \"数\" by x { latest complete person by cid, name  a int \"甲\"  require a + 1 \"乙\" }",
    "dataset d \"数\" by x { latest complete person by cid, name  a int \"甲\"  filled a, b }",
    "dataset d \"数\" by x { latest complete person by cid, name  a int \"甲\"  filled a when a }",
    "dataset d \"数\" by x { latest complete person by cid, name  a int \"甲\"  decided on a }",
    "dataset d \"数\" by x { latest complete person by cid, name  a date \"甲\"  decided on b }",
    "dataset d \"数\" by x { latest complete person by cid, name  a date \"甲\"  decided on a when a }",
    "dataset d \"数\" by x { latest complete  a division \"甲\" }",
    "dataset d \"数\" by x { latest complete placed by a  a text \"甲\" }",
    "dataset d \"数\" by x { latest complete placed by b  a division \"甲\" }",
    "dataset d \"数\" by x { latest complete placed by a  a division optional \"甲\" }",
    "dataset d \"数\" by x { latest complete placed by a  a division \"甲\"  unidentified as none }",
    "dataset d \"数\" by x { latest complete placed by a person by cid, name  a division \"甲\" }",
    "rule r \"x\" risk { when any(members.villages where not bus) }",
};

struct world_of_books {
    struct arena a;
    struct books bs;
    struct diags d;
    struct policy *p;
};

static enum rc compile_text(struct world_of_books *w, const struct book_file *files, size_t n, enum lang lang,
                            struct err *e)
{
    arena_init(&w->a, MIB(64));
    books_init(&w->bs, &w->a);
    diags_init(&w->d, &w->a, lang);
    w->p = NULL;
    TRY(book_parse(&w->bs, STR("base"), files, n, &w->d, e));
    if (w->d.errors) return RC_INPUT;
    TRY(policy_new(&w->p, &w->bs, &w->a, &w->d, e));
    if (w->d.errors) return RC_INPUT;
    struct place nation = {0};
    struct compile_options o = {.place = &nation, .as_of = date_make(2026, 9, 30), .features = true};
    struct compiled c;
    TRY(rules_compile(w->p, &o, &w->a, &w->d, &c, e));
    struct buf why;
    buf_init(&why, KIB(64));
    bool ok = program_valid(c.program, &why);
    buf_fini(&why);
    /* Tables are typed where they are used, so a table alone is used by a rule. */
    return ok ? RC_OK : RC_ENV;
}

static void close_books(struct world_of_books *w)
{
    policy_free(w->p);
    arena_fini(&w->a);
}

static struct str with_tail(const char *tail, struct buf *b)
{
    buf_clear(b);
    buf_addz(b, base_book);
    buf_addz(b, tail);
    if (strncmp(tail, "table t", 7) == 0)
        buf_addz(b, strstr(tail, "(a int)") ? "\nfeature household.u \"用\" int = t[1]"
                                            : "\nfeature household.u \"用\" int = t[type]");
    if (strncmp(tail, "param p", 7) == 0) buf_addz(b, "\nrule use \"用\" risk { when p > 0 }");
    buf_addz(b, "\n```\n");
    return buf_str(b);
}

static void refuse_all(struct test *t, enum lang lang, const char *golden)
{
    struct buf text, all;
    buf_init(&text, KIB(64));
    buf_init(&all, MIB(1));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct world_of_books w;
        struct err e = {.lang = lang};
        struct book_file file = {STR("book.md"), with_tail(bad[i], &text)};
        enum rc rc = compile_text(&w, &file, 1, lang, &e);
        CHECK_I64(t, rc, RC_INPUT);
        CHECK(t, w.d.errors > 0);
        buf_addf(&all, "%s\n", bad[i]);
        diags_print(&w.d, &all);
        buf_addc(&all, '\n');
        close_books(&w);
    }
    test_golden(t, buf_str(&all), golden);
    buf_fini(&text);
    buf_fini(&all);
}

static void base_is_right(struct test *t)
{
    struct buf text;
    struct world_of_books w;
    struct err e = {.lang = LANG_EN};
    buf_init(&text, KIB(64));
    struct book_file file = {STR("book.md"), with_tail("rule fine \"好\" risk { when oop > line[type] }", &text)};
    CHECK_I64(t, compile_text(&w, &file, 1, LANG_EN, &e), RC_OK);
    CHECK_I64(t, w.d.errors, 0);
    close_books(&w);
    buf_fini(&text);
}

/* Two books: the province must say override. */
static void province_redefines(struct test *t, const char *mode, enum rc want)
{
    struct world_of_books w;
    struct err e = {.lang = LANG_EN};
    struct buf text, second;
    buf_init(&text, KIB(64));
    buf_init(&second, KIB(4));
    buf_addf(&second,
             "# 丙\n```policy\nbook prov \"省册\" { jurisdiction 14 inherits base issued 2026-01-01 }\n%s rule fine "
             "\"好\" risk { when oop > 0 }\n```\n",
             mode);
    struct book_file file = {STR("book.md"), with_tail("rule fine \"好\" risk { when oop > line[type] }", &text)};
    struct book_file file2 = {STR("prov.md"), buf_str(&second)};
    arena_init(&w.a, MIB(64));
    books_init(&w.bs, &w.a);
    diags_init(&w.d, &w.a, LANG_EN);
    w.p = NULL;
    CHECK_I64(t, book_parse(&w.bs, STR("base"), &file, 1, &w.d, &e), RC_OK);
    CHECK_I64(t, book_parse(&w.bs, STR("prov"), &file2, 1, &w.d, &e), RC_OK);
    CHECK_I64(t, policy_new(&w.p, &w.bs, &w.a, &w.d, &e), RC_OK);
    CHECK_I64(t, w.d.errors > 0 ? RC_INPUT : RC_OK, want);
    struct place shanxi = {.division = INT64_C(140928000000)}, hebei = {.division = INT64_C(130000000000)};
    if (w.p && want == RC_OK) {
        const struct decl *here = policy_find(w.p, D_RULE, STR("fine"), &shanxi, date_make(2026, 9, 30));
        const struct decl *there = policy_find(w.p, D_RULE, STR("fine"), &hebei, date_make(2026, 9, 30));
        CHECK(t, here && here->mode == DM_OVERRIDE);
        CHECK(t, there && there->mode == DM_NEW);
        CHECK(t, policy_environment(w.p, &shanxi, date_make(2026, 9, 30), &e) !=
                     policy_environment(w.p, &hebei, date_make(2026, 9, 30), &e));
    }
    close_books(&w);
    buf_fini(&text);
    buf_fini(&second);
}

void typer_test(struct test *t);
void typer_test(struct test *t)
{
    if (TEST(t, "accepts the base book")) base_is_right(t);
    if (TEST(t, "refuses with what, why and the mend (English)"))
        refuse_all(t, LANG_EN, "tests/golden/typer/errors.en.txt");
    if (TEST(t, "refuses with what, why and the mend (Chinese)"))
        refuse_all(t, LANG_ZH, "tests/golden/typer/errors.zh.txt");
    if (TEST(t, "a province overrides only by saying so")) {
        province_redefines(t, "", RC_INPUT);
        province_redefines(t, "override", RC_OK);
    }
}
