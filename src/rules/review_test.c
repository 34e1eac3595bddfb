/* What a review says of small books, and that it is silent where anything is in doubt. */
#include "rules/review.h"
#include "base/limits.h"
#include "base/test.h"

static const char head[] =
    "# 县办法\n```policy\n"
    "book county \"县办法\" { jurisdiction 00 issued 2026-06-30 }\n"
    "codes grade \"等级\" ordered { A \"甲\" B \"乙\" C \"丙\" }\n"
    "codes kind \"类别\" { lifted \"脱贫户\" plain \"一般户\" }\n"
    "dataset roster \"花名册\" by 乡村振兴局 { latest complete person by cid, name household by hid lives in division\n"
    "  cid text secret \"证件号码\" name text \"姓名\" hid text of household \"户编号\"\n"
    "  division division of household \"行政区划\" born date \"出生日期\" grade grade \"等级\" note int optional "
    "\"说明\"\n"
    "  htype kind of household \"户类型\" ready bool \"就绪\" }\n"
    "dataset pay \"工资\" by 人社局 { events monthly by paid_on complete due 10 days person by cid, name\n"
    "  cid text secret \"证件号码\" name text \"姓名\" paid_on date \"日期\" wage yuan >= 0 \"工资\" }\n"
    "param line \"线\" yuan { set by county }\n"
    "feature member.age \"年龄\" int = full_years(born, as_of)\n"
    "feature household.wages \"工资\" yuan = sum(wage for members.pay where paid_on within 12 months)\n"
    "rule base \"用到以上\" risk { when wages > line and any(members where age > 3 and grade == A) and htype == lifted "
    "and any(members where ready and note > 3) }\n";

struct sample {
    const char *text, *says; /* says "": nothing at all */
};

static const struct sample samples[] = {
    /* never, always */
    {"rule r \"甲\" risk on member { when age > 60 and age < 16 }", "can never find anything"},
    {"rule r \"甲\" risk on member { when age > 60 or age < 16 }", ""},
    {"rule r \"甲\" risk on member { when age > 15 and age < 16 }", "can never find anything"},
    {"rule r \"甲\" risk on member { when age >= 15 and age < 16 }", ""},
    {"rule r \"甲\" risk on member { when age < 0 }", "can never find anything"},
    {"rule r \"甲\" risk on member { when not age < 0 }", "is never false"},
    {"rule r \"甲\" risk { when wages < 0 }", "can never find anything"},
    {"rule r \"甲\" risk { when wages < line and wages >= line }", "can never find anything"},
    {"rule r \"甲\" risk { when wages < line and line <= wages }", "can never find anything"},
    {"rule r \"甲\" risk { when wages <= line and wages >= line }", ""},
    {"rule r \"甲\" risk on member { when grade == A and grade == B }", "can never find anything"},
    {"rule r \"甲\" risk on member { when grade in {A, B} and grade > B }", "can never find anything"},
    {"rule r \"甲\" risk on member { when grade in {A, B} and grade >= B }", ""},
    {"rule r \"甲\" risk on member { when not grade in {A, B, C} }", "can never find anything"},
    {"rule r \"甲\" risk on member { when ready and not ready }", "can never find anything"},
    {"rule r \"甲\" risk on member { when ready and (not ready or age > 5) }", ""},
    {"rule r \"甲\" risk on member { when ready and (not ready or age < 0) }", "can never find anything"},
    {"rule r \"甲\" risk on member { when ready or not ready }", "is never false"},
    {"rule r \"甲\" risk on member { when age in 5..9 and not age in 3..12 }", "can never find anything"},
    {"rule r \"甲\" risk on member { when age in 5..9 and not age in 6..12 }", ""},
    {"rule r \"甲\" risk { when any(members where age > 3 and age < 2) }", "can never find anything"},
    /* an absent value makes both comparisons false */
    {"rule r \"甲\" risk on member { when not note > 5 and not note <= 5 }", ""},
    {"rule r \"甲\" risk on member { when note > 5 and note < 3 }", "can never find anything"},
    {"rule r \"甲\" risk on member { when not note > 5 and note > 7 }", "can never find anything"},
    /* rows of different people are not one value */
    {"rule r \"甲\" risk { when any(members where age > 60) and not any(members where age > 70) }", ""},
    /* where, if, tables */
    {"rule r \"甲\" risk { when wages > line or any(members where age > 9 and age < 3) }", "no row can ever meet"},
    {"rule r \"甲\" risk { when wages > 9 yuan or any(members where age > 3 and age < 9) }", ""},
    {"feature member.f \"特征\" int = if age >= 0 then 1 else 2\nrule r \"甲\" risk on member { when f > 1 }",
     "\"else\" is never used"},
    {"feature member.f \"特征\" int = if age > 0 then 1 else 2\nrule r \"甲\" risk on member { when f > 1 }", ""},
    {"table t \"表\" (g grade) int { | A => 1 | {B, C} => 2 | else => 3 }\nrule r \"甲\" risk on member { when "
     "t[grade] > 1 }",
     "else is never reached"},
    {"table t \"表\" (g grade) int { | A => 1 | B => 2 | else => 3 }\nrule r \"甲\" risk on member { when t[grade] > 1 "
     "}",
     ""},
    {"table t \"表\" (n int) int { | -5..-1 => 1 | 0.. => 2 }\nrule r \"甲\" risk on member { when t[age] > 1 }",
     "this row of \"t\" is never reached"},
    {"table t \"表\" (n int) int { | 0..5 => 1 | 6.. => 2 }\nrule r \"甲\" risk on member { when t[age] > 1 }", ""},
    /* measures */
    {"measure m \"措施\" by 民政局 on member { eligible when age > 9 and age < 3 enrolled when ready }",
     "nobody can ever be eligible"},
    {"measure m \"措施\" by 民政局 on member { eligible when age > 9 enrolled when ready and not ready }",
     "nobody can ever be enrolled"},
    {"measure m \"措施\" by 民政局 on member { eligible when age > 9 enrolled when ready kept when ready or not ready "
     "}",
     "\"kept\" is never false"},
    {"measure m \"措施\" by 民政局 on member { eligible when age > 9 enrolled when ready kept when ready }", ""},
    /* one rule within another */
    {"rule r \"甲\" risk on member { when age > 70 }\nrule s \"乙\" risk on member { when age > 60 }",
     "whatever \"r\" finds, \"s\""},
    {"rule r \"甲\" risk red on member { when age > 70 }\nrule s \"乙\" risk yellow on member { when age > 60 }", ""},
    {"rule r \"甲\" risk on member { when age > 60 and ready }\nrule s \"乙\" risk on member { when age > 70 }", ""},
    {"rule r \"甲\" risk on member { when age > 70 }\nrule s \"乙\" quality on member { when age > 60 }", ""},
    {"rule r \"甲\" risk yellow on member { when age > 70 }\nrule s \"乙\" risk yellow on member { when not age <= 70 "
     "}",
     "whatever \"r\" finds, \"s\""},
    /* the same finds, told otherwise */
    {"rule r \"甲\" risk red on member { when age > 70 }\nrule s \"乙\" risk yellow on member { when not age <= 70 }",
     "find exactly the same"},
    {"rule r \"甲\" risk on member { when age > 70 cause lifted }\nrule s \"乙\" risk on member { when age > 70 cause "
     "plain }",
     "find exactly the same"},
    {"rule r \"甲\" risk red on member { when age > 70 }\nrule s \"乙\" risk yellow on member { when age > 71 and "
     "ready "
     "or age > 70 and not ready }",
     ""},
    /* entitlement against receipt, suggestions nobody can have, clauses against each other */
    {"measure m \"措施\" by 民政局 on member { eligible when age > 60 enrolled when ready and age <= 60 }",
     "eligible and enrolled exclude each other"},
    {"measure m \"措施\" by 民政局 on member { eligible when age > 60 enrolled when ready and age <= 61 }", ""},
    {"measure m \"措施\" by 民政局 on member { eligible when age > 9 enrolled when ready kept when grade == A and not "
     "ready "
     "}",
     "kept and enrolled exclude each other"},
    {"measure m \"措施\" by 民政局 on member { eligible when age < 16 enrolled when ready }\nrule r \"甲\" risk on "
     "member { "
     "when age > 60 and grade == B suggest m }",
     "to those who are never eligible"},
    {"measure m \"措施\" by 民政局 on member { eligible when age > 61 enrolled when ready }\nrule r \"甲\" risk on "
     "member { "
     "when age > 60 and grade == B suggest m }",
     ""},
    {"measure m \"措施\" by 民政局 { eligible when wages < line enrolled when htype == plain }\nrule r \"甲\" risk on "
     "member { when age > 60 suggest m }",
     ""}, /* of another subject */
    {"dataset aid \"帮扶\" by 民政局 { latest partial person by cid, name cid text secret \"证件\" name text \"姓名\" "
     "given "
     "yuan >= 0 \"金额\" left yuan >= 0 \"余额\" require given > left \"多于\" require left >= given \"不多于\" }",
     "contradict each other"},
    {"dataset aid \"帮扶\" by 民政局 { latest partial person by cid, name cid text secret \"证件\" name text \"姓名\" "
     "given "
     "yuan >= 0 \"金额\" left yuan >= 0 \"余额\" require given >= left \"不少于\" require left >= given \"不多于\" }",
     ""},
    /* nothing uses it */
    {"dataset aid \"帮扶\" by 民政局 { latest partial person by cid, name cid text secret \"证件\" name text \"姓名\" "
     "given "
     "yuan >= 0 \"金额\" left yuan >= 0 \"余额\" since date \"日期\" }\nrule r \"甲\" risk { when any(members.aid "
     "where given "
     "> 5 yuan) }",
     "note: fields of \"aid\" that nothing reads: left, since\n"},
    {"param idle \"闲置\" yuan { set by county }", "nothing uses the param \"idle\""},
    {"param idle \"闲置\" yuan { set by county }\nrule r \"甲\" risk { when wages > idle }", ""},
    {"feature member.idle \"闲置\" bool = age > 5", "nothing uses the feature \"idle\""},
    {"codes idle \"闲置\" { x \"甲\" }", "nothing uses the codes \"idle\""},
    {"table idle \"闲置\" (g grade) int { | A => 1 | else => 2 }", "nothing uses the table \"idle\""},
    {"dataset idle \"闲置\" by 人社局 { latest complete person by cid, name cid text \"证件\" name text \"姓名\" }",
     "nothing uses the dataset \"idle\""},
    {"param known \"程序读取\" yuan { set by county }", ""},
};

static void reviewed(struct test *t, const struct sample *s, bool strict, enum lang lang, struct diags *d,
                     struct arena *a)
{
    static const struct place nation;
    static const char *const known[] = {"known"};
    struct buf text;
    struct books bs;
    struct policy *p = NULL;
    struct compiled c;
    struct err e = {.lang = lang};
    struct compile_options o = {.place = &nation, .as_of = date_make(2026, 9, 30), .features = true};
    buf_init(&text, KIB(64));
    buf_addf(&text, "%s%s\n```\n", head, s->text);
    struct book_file file = {STR("book.md"), buf_str(&text)};
    diags_init(d, a, lang);
    books_init(&bs, a);
    bool ok = !book_parse(&bs, STR("county"), &file, 1, d, &e) && !policy_new(&p, &bs, a, d, &e) && !d->errors;
    struct watch types = {ARENA_ARRAY(a, struct tx *, bs.n_exprs + 1), bs.n_exprs};
    if (ok) policy_watch(p, types);
    ok = ok && !rules_compile(p, &o, a, d, &c, &e);
    struct review *r = ok ? review_new(&bs, a) : NULL;
    if (r) ok = !review_add(r, &c, types, &e);
    if (r && ok) review_tell(r, strict, known, 1, d);
    test_check(t, r && ok, __FILE__, __LINE__, s->text);
    review_free(r);
    policy_free(p);
    buf_fini(&text);
}

static void sample_says(struct test *t, const struct sample *s)
{
    struct arena a;
    struct diags d;
    struct buf said;
    arena_init(&a, MIB(64));
    buf_init(&said, KIB(64));
    reviewed(t, s, true, LANG_EN, &d, &a);
    diags_print(&d, &said);
    bool right = s->says[0] ? str_find(buf_str(&said), str_from(s->says), 0) != SIZE_MAX : said.n == 0;
    if (!right) buf_addf(&said, " << %s", s->text);
    test_check(t, right, __FILE__, __LINE__, right ? s->text : buf_z(&said));
    buf_fini(&said);
    arena_fini(&a);
}

/* Certain faults are warnings, and errors when strict; idle declarations never are errors. */
static void levels(struct test *t)
{
    static const struct sample never = {"rule r \"甲\" risk on member { when age < 0 }", ""},
                               idle = {"param idle \"闲置\" yuan { set by county }", ""};
    struct arena a;
    struct diags d;
    arena_init(&a, MIB(64));
    reviewed(t, &never, false, LANG_ZH, &d, &a);
    CHECK_I64(t, d.errors, 0);
    CHECK(t, d.n == 1 && d.v[0].level == DIAG_WARNING && d.v[0].at.line == 16);
    CHECK(t, d.n == 1 && str_find(d.v[0].msg, STR("自相矛盾"), 0) != SIZE_MAX);
    reviewed(t, &never, true, LANG_ZH, &d, &a);
    CHECK_I64(t, d.errors, 1);
    reviewed(t, &idle, true, LANG_ZH, &d, &a);
    CHECK_I64(t, d.errors, 0);
    CHECK_I64(t, d.n, 1);
    arena_fini(&a);
}

void review_test(struct test *t);
void review_test(struct test *t)
{
    if (TEST(t, "review: what is certain is said, what is in doubt is not"))
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) sample_says(t, &samples[i]);
    if (TEST(t, "review: levels and positions")) levels(t);
}
