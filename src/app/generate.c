#include "app/generate.h"

#include "app/gen_int.h"
#include "base/io.h"
#include "base/par.h"

/* The headers are the aliases the policy books know (docs/demo-data.md). */
static const struct gen_dataset DATASETS[] = {
    {"roster", GEN_ROSTER_HEADER, CODING_UTF8, false, DATES_ISO, gen_write_roster},
    {"medical",
     "结算编号,身份证号,姓名,结算日期,就诊类别,医疗机构,疾病名称,总费用,统筹支付,大病保险支付,医疗救助,个人自付",
     CODING_UTF8_BOM, true, DATES_MIXED, gen_write_medical},
    {"income",
     "申报编号,证件号码,户主姓名,收入日期,工资性收入,生产经营性收入,财产性收入,转移性收入,生产经营性支出,必要就业成本,"
     "赔付收入",
     CODING_UTF8, false, DATES_ISO, gen_write_income},
    {"school", "学籍号,学生姓名,身份证件号,学校名称,学段,年级,就读状态,失辍学原因,学年费用,资助金额,免学证明,统计日期",
     CODING_GB18030, true, DATES_ISO, gen_write_school},
    {"housing", "户主身份证,户主姓名,房屋编号,鉴定等级,建筑面积,鉴定日期,是否另有安全住房,改造状态,统计日期",
     CODING_UTF16, true, DATES_SLASH, gen_write_housing},
    {"disability", "姓名,身份证号,残疾人证号,残疾类别,残疾等级,发证日期,统计日期", CODING_UTF8_BOM, false, DATES_MIXED,
     gen_write_disability},
    {"vehicle", "号牌号码,所有人,身份证明号码,车辆类型,购置价(万元),注册登记日期,使用性质,统计日期", CODING_UTF8, true,
     DATES_SLASH, gen_write_vehicle},
    {"dibao", "低保证号,姓名,公民身份号码,保障类别,月保障金额,享受起始日期,收入超标日期,村名,统计日期", CODING_UTF8,
     true, DATES_MIXED, gen_write_dibao},
    {"insured_work", "个人编号,姓名,社会保障号码,缴费日期,单位名称,单位性质,缴费工资,险种", CODING_UTF8, false,
     DATES_COMPACT, gen_write_work},
    {"relation", "证件号码,姓名,亲属证件号码,亲属姓名,亲属关系,是否共同生活,统计日期", CODING_UTF8, false, DATES_ISO,
     gen_write_relation},
    {"authorised", "证件号码,姓名,数据集,授权起始日期,授权截止日期,授权书编号,统计日期", CODING_UTF8, false, DATES_ISO,
     gen_write_authorised},
    {"monitored", "户编号,户主姓名,户主证件号码,监测对象类别,风险类型,风险说明,识别时间,风险状态,消除时间,统计日期",
     CODING_UTF8, false, DATES_ISO, gen_write_monitored},
    {"measure_given", "户编号,户主姓名,户主证件号码,帮扶措施,实施部门,开始日期,结束日期,金额,实施状态,统计日期",
     CODING_UTF8, false, DATES_ISO, gen_write_measures},
};
/* Only when asked for; the file is of several datasets. */
static const struct gen_dataset EXPORT = {"export",    "防返贫监测信息导出表\n导出单位：演示县,,,计量单位：元、亩",
                                          CODING_UTF8, false,
                                          DATES_ISO,   gen_write_export};
enum { DATASETS_N = sizeof DATASETS / sizeof *DATASETS };

static enum rc check_options(const struct generate_options *o, struct err *e)
{
    if (o->people < GENERATE_PEOPLE_MIN || o->people > GENERATE_PEOPLE_MAX)
        return err_set(e, RC_USAGE, pos_none(), "--people must be between %d and %d", "--people 须在 %d 与 %d 之间",
                       GENERATE_PEOPLE_MIN, GENERATE_PEOPLE_MAX);
    if (o->county < 110000 || o->county > 659999)
        return err_set(e, RC_USAGE, pos_none(), "--county must be a six-digit county code, not %d",
                       "--county 须为六位县级区划代码，不能是 %d", o->county);
    if (o->villages.n == 0)
        return err_set(e, RC_USAGE, pos_none(),
                       "no village of county %d is known: villages come with Shaanxi, Shanxi and Hebei",
                       "没有县 %d 的村级区划：内置陕西、山西、河北三省的村", o->county);
    if (o->months < 0 || o->months > GENERATE_MONTHS_MAX)
        return err_set(e, RC_USAGE, pos_none(), "months must be between 1 and %d", "月数须在 1 与 %d 之间",
                       GENERATE_MONTHS_MAX);
    if (o->first_month && (o->first_month < 2020 * 12 || o->first_month > 2035 * 12))
        return err_set(e, RC_USAGE, pos_none(), "the first month must be between 2020-01 and 2035-01",
                       "首月须在 2020-01 与 2035-01 之间");
    return RC_OK;
}

static bool is_left_out(const struct gen *g, const char *dataset, int32_t month)
{
    for (size_t i = 0; i < g->o->leave_out_n; i++) {
        const struct generate_leave_out *x = &g->o->leave_out[i];
        if (x->month == gen_month_no(g, month) && strcmp(x->dataset, dataset) == 0) return true;
    }
    return false;
}

/* The school roll comes once a term: with the first month, then in March and September. */
static bool is_due(const struct gen *g, const char *dataset, int32_t month)
{
    if (strcmp(dataset, "school") != 0 || month == g->first_month) return true;
    return month % 12 == 2 || month % 12 == 8;
}

/* All files of all months, each a task of its own. */
struct job {
    const struct gen *g;
    uint64_t rows[GENERATE_MONTHS_MAX * DATASETS_N]; /* written, by task */
};

static enum rc write_one(void *ctx, size_t task, unsigned thread, struct err *e)
{
    struct job *j = ctx;
    const struct gen_dataset *d = &DATASETS[task % DATASETS_N];
    int32_t month = j->g->first_month + (int32_t)(task / DATASETS_N);
    (void)thread;
    if (!is_due(j->g, d->name, month) || is_left_out(j->g, d->name, month)) return RC_OK;
    return gen_file_write(j->g, d, month, &j->rows[task], e);
}

static enum rc generate(struct gen *g, uint64_t *rows, struct err *e)
{
    TRY(gen_people_make(g, e));
    struct job j = {.g = g};
    size_t tasks = (size_t)g->months * DATASETS_N;
    TRY(par_run(par_threads(), tasks, write_one, &j, e));
    for (size_t i = 0; i < tasks; i++) *rows += j.rows[i];
    for (int32_t m = 0; g->o->with_export && m < g->months; m++) {
        uint64_t more = 0;
        TRY(gen_file_write(g, &EXPORT, g->first_month + m, &more, e));
        *rows += more;
    }
    return RC_OK;
}

enum rc generate_county(const struct generate_options *o, struct out *out, struct err *e)
{
    TRY(check_options(o, e));
    struct gen g = {.o = o, .first_month = o->first_month ? o->first_month : GENERATE_FIRST_MONTH};
    g.months = o->months ? o->months : GENERATE_MONTHS;
    g.province = o->county / 10000;
    g.start = gen_month_end(g.first_month);
    uint64_t rows = 0;
    enum rc rc = generate(&g, &rows, e);
    if (rc == RC_OK && out)
        out_say(out, "%s: %zu people in %zu households of county %d, %llu rows\n",
                "%s：%zu 人、%zu 户，县 %d，共 %llu 行\n", o->dir, g.people_n, g.households_n, o->county,
                (unsigned long long)rows);
    gen_people_free(&g);
    return rc;
}
