/* The Chinese sentence: the samples of the language, every operator, values and reasons. */
#include "base/diag.h"
#include "base/test.h"
#include "rules/texpr.h"
#include "rules/zh_int.h"

struct zh_bench {
    struct arena arena;
    struct books books;
    struct diags diags;
    struct policy *policy;
    struct compiled out;
    struct err e;
};

static const char core[] =
    "```policy\n"
    "book core \"核心\" { jurisdiction 00 issued 2026-06-30 }\n"
    "codes roll \"学籍状态\" { enrolled \"在校\" dropped \"辍学\" }\n"
    "codes grade \"房屋等级\" ordered { A \"A级\" B \"B级\" C \"C级\" D \"D级\" }\n"
    "codes household_type \"户类型\" { ordinary \"一般户\" lifted \"脱贫户\" }\n"
    "codes risk_cause \"致贫风险\" { 因病 \"因病\" 因学 \"因学\" }\n"
    "codes measure_kind \"措施类别\" { 健康帮扶 \"健康帮扶\" 教育帮扶 \"教育帮扶\" 社会帮扶 \"社会帮扶\" }\n"
    "codes health_state \"健康状况\" { 残疾 \"残疾\" 大病 \"患有大病\" }\n"
    "dataset roster \"花名册\" by 乡村振兴局 { latest complete due 5 days ground statute \"法\" person by cid, name\n"
    "  household by hid lives in division head when is_head  hid text of household \"户编号\"  cid text secret "
    "\"证件号码\"  name text \"姓名\"\n"
    "  born date \"出生日期\"  able bool \"有劳动能力\"  insured bool \"是否参保\"  is_head bool \"户主\"  health set "
    "of health_state \"健康状况\"\n"
    "  note text optional \"说明\"  division division of household \"行政区划\"  type household_type of household "
    "\"户类型\"\n"
    "  registered_on date of household \"登记日期\"  area yuan >= 0 of household \"资产\" }\n"
    "dataset school \"学籍\" by 教育局 { snapshot term complete due 20 days ground statute \"法\" person by cid, name\n"
    "  cid text secret \"证件\" name text \"姓名\" status roll \"学籍状态\" }\n"
    "dataset unfit_certificate \"不适宜入学证明\" by 教育局 { latest complete due 5 days ground statute \"法\" person "
    "by cid, name\n"
    "  cid text secret \"证件\" name text \"姓名\" }\n"
    "dataset housing \"住房\" by 住建局 { snapshot monthly complete due 5 days ground statute \"法\" person by cid, "
    "name\n"
    "  cid text secret \"证件\" name text \"姓名\" grade grade \"房屋等级\" }\n"
    "dataset rebuilding \"危房改造\" by 住建局 { snapshot monthly complete due 5 days ground statute \"法\" person by "
    "cid, name\n"
    "  cid text secret \"证件\" name text \"姓名\" finished_on date optional \"完工日期\" }\n"
    "dataset medical \"医保结算\" by 医保局 { events monthly by settled_on complete due 10 days ground statute \"法\" "
    "person by cid, name\n"
    "  cid text secret \"证件\" name text \"姓名\" settled_on date \"结算日期\" self_pay yuan >= 0 \"个人自付\" fund "
    "yuan >= 0 \"统筹\" }\n"
    "dataset income \"收入\" by 人社局 { events monthly by earned_on complete due 10 days ground statute \"法\" person "
    "by cid, name\n"
    "  cid text secret \"证件\" name text \"姓名\" earned_on date \"收入日期\" amount yuan >= 0 \"金额\" }\n"
    "dataset risk \"风险\" by 乡村振兴局 { latest complete due 5 days ground statute \"法\" person by cid, name\n"
    "  cid text secret \"证件\" name text \"姓名\" cause risk_cause \"致贫风险\" }\n"
    "dataset help \"措施\" by 乡村振兴局 { latest complete due 5 days ground statute \"法\" person by cid, name\n"
    "  cid text secret \"证件\" name text \"姓名\" kind measure_kind \"措施类别\" since date \"开始日期\" }\n"
    "dataset vehicle \"车辆\" by 公安局 { snapshot monthly complete due 5 days ground statute \"法\" person by cid, "
    "name\n"
    "  cid text secret \"证件\" name text \"姓名\" price yuan >= 0 \"价格\" }\n"
    "dataset dibao \"低保\" by 民政局 { snapshot monthly complete due 5 days ground statute \"法\" person by cid, "
    "name\n"
    "  cid text secret \"证件\" name text \"姓名\" }\n"
    "dataset kin \"亲属关系\" by 民政局 { latest partial due 5 days ground statute \"法\" person by cid, name\n"
    "  cid text secret \"证件\" name text \"姓名\" relative ref person \"亲属\" }\n"
    "param income_line \"监测范围\" yuan/person { set by county }\n"
    "param rural_income \"农村居民人均可支配收入\" yuan { set by county }\n"
    "table oop_line \"自付预警线\" (kind household_type) yuan { | lifted => 5000 | else => 20000 }\n"
    "table risk_measures \"风险对应措施\" (cause risk_cause) set of measure_kind { | 因病 => {健康帮扶, 社会帮扶} | "
    "因学 => {教育帮扶} }\n"
    "feature member.age \"年龄\" int = full_years(born, as_of)\n"
    "feature household.income_12m \"近12个月收入\" yuan = sum(amount for members.income where earned_on within 12 "
    "months)\n"
    "feature household.income_12m_before \"上年同期收入\" yuan =\n"
    "  sum(amount for members.income where earned_on within 12 months ending 12 months ago)\n"
    "feature household.net_income_per_head \"人均纯收入\" yuan/person = income_12m / count(members)\n"
    "feature household.oop_12m \"近12个月医疗自付\" yuan = sum(self_pay for members.medical where settled_on within 12 "
    "months)\n"
    "feature household.insured_somebody \"是否有人参保\" bool = any(members where insured)\n"
    "feature household.able_count \"劳动力数\" person = count(members where able)\n"
    "feature household.income_stable \"收入持续稳定\" bool = at every month end of last 6 months: net_income_per_head "
    ">= income_line\n"
    "```\n";

static bool bench_make(struct zh_bench *b, struct test *t, const char *rules)
{
    *b = (struct zh_bench){.e = {.lang = LANG_EN}};
    arena_init(&b->arena, MIB(256));
    books_init(&b->books, &b->arena);
    diags_init(&b->diags, &b->arena, LANG_EN);
    struct buf text;
    buf_init(&text, MIB(1));
    buf_addf(&text, "%s\n```policy\n%s\n```\n", core, rules);
    struct book_file f = {STR("core.md"), str_dup(&b->arena, buf_str(&text))};
    buf_fini(&text);
    struct place at = {.division = INT64_C(610000000000)};
    struct compile_options o = {.place = &at, .as_of = date_make(2026, 9, 30), .features = true};
    enum rc rc = book_parse(&b->books, STR("core"), &f, 1, &b->diags, &b->e);
    if (!rc && !b->diags.errors) rc = policy_new(&b->policy, &b->books, &b->arena, &b->diags, &b->e);
    if (!rc && !b->diags.errors) rc = rules_compile(b->policy, &o, &b->arena, &b->diags, &b->out, &b->e);
    if (b->diags.n) {
        struct buf d;
        buf_init(&d, KIB(64));
        diags_print(&b->diags, &d);
        CHECK_STR(t, buf_str(&d), STR(""));
        buf_fini(&d);
    }
    CHECK_I64(t, rc, RC_OK);
    return !rc && !b->diags.errors;
}

static void bench_end(struct zh_bench *b)
{
    policy_free(b->policy);
    arena_fini(&b->arena);
}

static const struct tx *output_named(const struct zh_bench *b, const char *name)
{
    for (size_t i = 0; i < b->out.n_outputs; i++)
        if (str_eq(b->out.outputs[i].name, str_from(name))) return b->out.outputs[i].when;
    return NULL;
}

static void check_output(struct test *t, const struct zh_bench *b, const char *name, const char *want)
{
    const struct tx *x = output_named(b, name);
    struct buf out;
    buf_init(&out, KIB(64));
    CHECK(t, x != NULL);
    if (x) zh_print(b->policy, x, &out);
    CHECK_STR(t, buf_str(&out), str_from(want));
    buf_fini(&out);
}

/* The sentence of one condition on a household. */
static void check_sentence(struct test *t, const char *when, const char *want)
{
    struct zh_bench b;
    struct buf rule;
    buf_init(&rule, KIB(64));
    buf_addf(&rule, "rule r \"规则\" risk { when %s }", when);
    if (bench_make(&b, t, buf_z(&rule))) check_output(t, &b, "r", want);
    bench_end(&b);
    buf_fini(&rule);
}

static void samples(struct test *t)
{
    check_sentence(t, "net_income_per_head < income_line", "人均纯收入低于监测范围");
    check_sentence(t, "oop_12m > oop_line[type]", "近12个月医疗自付高于按户类型对应的自付预警线");
    check_sentence(t,
                   "any(members where age in 6..15 and not any(member.school this term where status == enrolled) "
                   "and not any(member.unfit_certificate))",
                   "有年龄在6至15之间，且没有学籍状态是在校的本学期学籍记录，且没有不适宜入学证明的家庭成员");
    check_sentence(
        t,
        "any(members.housing where grade in {C, D}) and not any(members.housing where grade in {A, B}) "
        "and not any(members.rebuilding where finished_on is absent)",
        "有房屋等级是C级或D级的住房记录，且没有房屋等级是A级或B级的住房记录，且没有「没有完工日期」的危房改造记录");
    check_sentence(t, "income_12m < 70% * income_12m_before", "近12个月收入低于上年同期收入的70%");
    check_sentence(t, "any(members.risk where not any(member.help where kind in risk_measures[risk.cause]))",
                   "有「没有措施类别属于按致贫风险对应的措施」的风险记录");
    check_sentence(t, "any(members.dibao) and max(price for members.vehicle) > 15万 yuan",
                   "有低保记录，且家庭成员的车辆记录中最高的价格高于15万元");
}

static void logic(struct test *t)
{
    check_sentence(t, "not (oop_12m > 20000 yuan)", "并非近12个月医疗自付高于20,000元");
    check_sentence(t, "not (oop_12m > 15000 yuan and area < 5000 yuan)",
                   "并非「近12个月医疗自付高于15,000元，且资产低于5,000元」");
    check_sentence(t, "oop_12m > 15000 yuan and (area < 5000 yuan or registered_on is blank)",
                   "近12个月医疗自付高于15,000元，且「资产低于5,000元，或者登记日期未填」");
    check_sentence(t, "oop_12m > 15000 yuan or area < 5000 yuan and not income_stable",
                   "近12个月医疗自付高于15,000元，或者「资产低于5,000元，且并非收入持续稳定」");
    check_sentence(t, "any(members where able and insured) or type != lifted",
                   "「有「有劳动能力，且参保」的家庭成员」，或者户类型不是脱贫户");
    check_sentence(t, "not (head is absent)", "有户主");
    check_sentence(t, "all(able for members where age >= 16 and age < 60)",
                   "所有年龄不小于16，且年龄小于60的家庭成员都有劳动能力");
    check_sentence(t, "not not insured_somebody", "并非「并非有人参保」");
    check_sentence(t, "not all(able for members)", "并非所有家庭成员都有劳动能力");
}

static void values_in_sentences(struct test *t)
{
    check_sentence(t, "registered_on <= as_of - 6 months", "登记日期不晚于筛查日前6个月");
    check_sentence(t, "registered_on < 2026-06-30", "登记日期早于2026年6月30日");
    check_sentence(t, "registered_on within 3 months", "登记日期在近3个月内");
    check_sentence(t, "registered_on in this year", "登记日期在本年内");
    check_sentence(t, "as_of - registered_on > 30 days", "登记日期至筛查日的天数高于30天");
    check_sentence(t, "net_income_per_head < 7000 yuan/person", "人均纯收入低于7,000元/人");
    check_sentence(t, "2 * oop_12m > area", "近12个月医疗自付的2倍高于资产");
    check_sentence(t, "(oop_12m + area) / count(members) >= 1亿 yuan/person",
                   "人均「近12个月医疗自付加资产」不低于1亿元/人");
    check_sentence(t, "oop_12m > rural_income[last year]", "近12个月医疗自付高于上年的农村居民人均可支配收入");
    check_sentence(t, "count(members where health has 大病) >= 2 person",
                   "健康状况包括患有大病的家庭成员的人数不低于2人");
    check_sentence(t, "min(age for members) > 59", "家庭成员中最小的年龄大于59");
    check_sentence(t, "if able_count > 1 person then oop_12m > 5000 yuan else oop_12m > 2000 yuan",
                   "如果劳动力数高于1人，则近12个月医疗自付高于5,000元，否则近12个月医疗自付高于2,000元");
}

static void rows(struct test *t)
{
    check_sentence(t, "sum(self_pay - fund for members.medical where settled_on in 2025) > 0",
                   "家庭成员的2025年内的医保结算记录的「个人自付减统筹」合计高于0元");
    check_sentence(t, "count(members.medical where settled_on in this year so far and self_pay > 100 yuan) > 3",
                   "家庭成员的本年至今个人自付高于100元的医保结算记录的数量高于3");
    check_sentence(t, "any(members.medical where settled_on in months -12..-1)", "有前12个整月内的医保结算记录");
    check_sentence(t, "any(members.medical where settled_on in months -12..-1 from household.registered_on)",
                   "有本户的登记日期所在月之前12个整月内的医保结算记录");
    check_sentence(t, "any(members.kin.relative.dibao where relative.household != household)",
                   "有亲属关系记录的亲属的「亲属的所在户不是本户」的低保记录");
    check_sentence(t, "any(members.kin.relative.dibao where member.able and kin.relative != member)",
                   "有亲属关系记录的亲属的「家庭成员有劳动能力，且亲属关系记录的亲属不是该成员」的低保记录");
    check_sentence(t, "any(members.kin.relative where any(relative.dibao where relative.able or member.insured))",
                   "有亲属关系记录的「有「该亲属有劳动能力，或者该成员参保」的低保记录」的亲属");
    check_sentence(t, "any(members.medical where settled_on within 3 months and self_pay > household.area)",
                   "有近3个月内个人自付高于本户的资产的医保结算记录");
    check_sentence(t, "any(members.help where kind == 教育帮扶 and member.note is absent)",
                   "有「措施类别是教育帮扶，且没有家庭成员的说明」的措施记录");
    check_sentence(t, "any(head.housing where grade == D)", "有户主的房屋等级是D级的住房记录");
    check_sentence(t, "any(members as m where any(members where age > m.age))",
                   "有「有年龄大于该成员的年龄的家庭成员」的家庭成员");
}

static void whole_rules(struct test *t)
{
    struct zh_bench b;
    if (bench_make(&b, t,
                   "measure aid \"低保\" by 民政局 { eligible when net_income_per_head < income_line  enrolled when "
                   "any(members.dibao) }\n"
                   "rule old \"高龄\" quality on member { when age > 80 and household.oop_12m > 1000 yuan }")) {
        check_output(t, &b, "household.income_stable", "近6个月每月末均满足：人均纯收入不低于监测范围");
        check_output(t, &b, "aid.not_received", "人均纯收入低于监测范围，且没有低保记录");
        check_output(t, &b, "old", "年龄大于80，且所在户的近12个月医疗自付高于1,000元");
        struct buf out;
        buf_init(&out, KIB(4));
        zh_print_conditions(b.policy, output_named(&b, "aid.not_received"), &out);
        CHECK_STR(t, buf_str(&out), STR("人均纯收入低于监测范围\n没有低保记录\n"));
        buf_fini(&out);
    }
    bench_end(&b);
}

static void check_value(struct test *t, struct policy *p, struct ty ty, struct value v, const char *zh, const char *en)
{
    struct buf out;
    buf_init(&out, KIB(4));
    zh_value(p, &ty, &v, LANG_ZH, &out);
    CHECK_STR(t, buf_str(&out), str_from(zh));
    buf_clear(&out);
    zh_value(p, &ty, &v, LANG_EN, &out);
    CHECK_STR(t, buf_str(&out), str_from(en));
    buf_fini(&out);
}

static void check_values(struct test *t, struct policy *p)
{
    struct place at = {.division = 0};
    struct ty yuan = ty_quantity(UNIT_YUAN, 0), head = ty_quantity(UNIT_YUAN, UNIT_PERSON), ratio = ty_of(T_RATIO),
              date = ty_of(T_DATE);
    struct ty set = {.kind = T_SET, .codes = policy_find(p, D_CODES, STR("health_state"), &at, date_make(2026, 9, 30))};
    check_value(t, p, yuan, (struct value){.v = 2300000, .d = 1}, "23,000 元", "23,000 yuan");
    check_value(t, p, yuan, (struct value){.v = -5, .d = 1}, "-0.05 元", "-0.05 yuan");
    check_value(t, p, yuan, (struct value){.v = 2300050, .d = 1, .st = ST_AT_LEAST}, "至少 23,000.5 元",
                "at least 23,000.5 yuan");
    check_value(t, p, head, (struct value){.n = 20000, .d = 3}, "6,666.67 元/人", "6,666.67 yuan/person");
    check_value(t, p, head, (struct value){.n = 7000, .d = 1}, "7,000 元/人", "7,000 yuan/person");
    check_value(t, p, ratio, (struct value){.n = 1, .d = 3}, "33.33%", "33.33%");
    check_value(t, p, ratio, (struct value){.v = RATIO_ONE / 2, .d = 1}, "50%", "50%");
    check_value(t, p, date, (struct value){.v = SPAN_OF(date_make(2026, 6, 30), 0)}, "2026-06-30", "2026-06-30");
    check_value(t, p, date, (struct value){.v = SPAN_OF(date_make(2026, 6, 1), 29)}, "2026-06-01至2026-06-30",
                "2026-06-01 to 2026-06-30");
    check_value(t, p, set, (struct value){.v = 3}, "残疾、患有大病", "残疾, 患有大病");
    check_value(t, p, set, (struct value){.v = 1, .w = 2}, "残疾；可能还有患有大病", "残疾; perhaps 患有大病");
    check_value(t, p, ty_of(T_BOOL), (struct value){.v = 1}, "是", "yes");
    check_value(t, p, ty_of(T_BOOL), (struct value){.st = ST_UNKNOWN}, "无法判断", "cannot be judged");
    check_value(t, p, yuan, (struct value){.st = ST_ABSENT}, "没有", "none");
    check_value(t, p, ty_of(T_TEXT), (struct value){.v = 12345}, "（文字）", "(text)");
}

static void check_reason(struct test *t, struct policy *p, reason r, const char *zh, const char *en)
{
    struct buf out;
    buf_init(&out, KIB(4));
    zh_reason(p, r, LANG_ZH, &out);
    CHECK_STR(t, buf_str(&out), str_from(zh));
    buf_clear(&out);
    zh_reason(p, r, LANG_EN, &out);
    CHECK_STR(t, buf_str(&out), str_from(en));
    buf_fini(&out);
}

static void check_reasons(struct test *t, struct policy *p)
{
    uint32_t school = policy_dataset_number(p, STR("school")), medical = policy_dataset_number(p, STR("medical"));
    uint64_t term = (uint64_t)date_make(2026, 9, 1) << 2 | PER_TERM,
             year = (uint64_t)date_make(2025, 1, 1) << 2 | PER_YEAR;
    uint64_t quarter = (uint64_t)date_make(2026, 7, 1) << 2 | PER_QUARTER;
    check_reason(t, p, reason_make(REASON_UNDELIVERED, school, term), "教育局 2026-09 学籍未到",
                 "教育局 2026-09 学籍 not delivered");
    check_reason(t, p, reason_make(REASON_UNDELIVERED, medical, year), "医保局 2025 医保结算未到",
                 "医保局 2025 医保结算 not delivered");
    check_reason(t, p, reason_make(REASON_STALE, medical, quarter), "医保局 2026-Q3 医保结算未到，上一期已过时效",
                 "医保局 2026-Q3 医保结算 missing, and the one before is out of date");
    check_reason(t, p, reason_make(REASON_BLANK, school, 2), "教育局 学籍「学籍状态」单元格未填或不完整",
                 "教育局 学籍 \"学籍状态\" cell blank or only partly written");
    check_reason(t, p, reason_make(REASON_CONFLICT, medical, 3), "医保局 医保结算「个人自付」同键数据矛盾",
                 "医保局 医保结算 \"个人自付\" rows of one key contradict each other");
    check_reason(t, p, reason_make(REASON_IDENTITY, medical, 0), "医保局 医保结算：身份待核",
                 "医保局 医保结算 identity not settled");
    check_reason(t, p, reason_make(REASON_UNAUTHORISED, medical, 0), "医保局 医保结算：未授权",
                 "医保局 医保结算 not authorised");
    check_reason(t, p, reason_make(REASON_PARTIAL, medical, 0), "医保局 医保结算：数据集为部分覆盖",
                 "医保局 医保结算 covers only part of the people");
    check_reason(t, p, reason_make(REASON_HEADS, REASON_NO_DATASET, 0), "户主不唯一",
                 "more than one head of household");
    check_reason(t, p, reason_make(REASON_DIV_ZERO, REASON_NO_DATASET, 0), "除数为零", "division by zero");
    check_reason(t, p, reason_make(REASON_RATIO, REASON_NO_DATASET, 0), "比率超限", "number out of range");
    check_reason(t, p, reason_make(REASON_TOO_MANY, REASON_NO_DATASET, 0), "行数过多", "too many rows");
    check_reason(t, p, reason_make(REASON_OUTSIDE, REASON_NO_DATASET, 0), "引用对象不在本数据范围",
                 "the person or household referred to is not in the data held here");
}

static void with_policy(struct test *t, void (*f)(struct test *t, struct policy *p))
{
    struct zh_bench b;
    if (bench_make(&b, t, "")) f(t, b.policy);
    bench_end(&b);
}

void zh_test(struct test *t);
void zh_test(struct test *t)
{
    if (TEST(t, "zh: the sample sentences")) samples(t);
    if (TEST(t, "zh: and, or, not and brackets")) logic(t);
    if (TEST(t, "zh: numbers, dates, parameters")) values_in_sentences(t);
    if (TEST(t, "zh: rows and windows")) rows(t);
    if (TEST(t, "zh: measures, member rules, features")) whole_rules(t);
    if (TEST(t, "zh: values")) with_policy(t, check_values);
    if (TEST(t, "zh: reasons")) with_policy(t, check_reasons);
}
