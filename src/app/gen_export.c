/* The monitoring system's own export as it leaves the system: two title rows, one wide header, every cell a text, a
 * line a person with what is said of the household repeated. Its first columns are those of the roster. */
#include <stddef.h>
#include "app/gen_export.h"

enum kind { HEAD_ID, HEAD_NAME, CARD, DAY_OF_FILE, SPACE, TEXT, CHARS, SAID, COUNT, YUAN, TENTHS, DAY };

struct column {
    const char *name;
    enum kind kind;
    size_t at; /* in struct export_facts */
};
#define F(field) offsetof(struct export_facts, field)

static const struct column COLUMNS[] = {
    {"户主证件号码", HEAD_ID, 0},
    {"户主姓名", HEAD_NAME, 0},
    {"统计日期", DAY_OF_FILE, 0},
    /* of the member */
    {"失辍学原因", TEXT, F(leave_reason)},
    {"是否参加城镇职工基本医疗保险", SAID, F(worker_insured)},
    {"是否参加大病保险", SAID, F(serious_insured)},
    {"是否参加城乡居民基本养老保险", SAID, F(resident_pension)},
    {"是否参加城镇职工基本养老保险", SAID, F(worker_pension)},
    {"务工区域", TEXT, F(area)},
    {"务工时间（月）", COUNT, F(months)},
    {"是否公益性岗位", SAID, F(post)},
    {"公益性岗位（月数）", COUNT, F(post_months)},
    {"是否享受农村低保政策", SAID, F(listed_dibao)},
    {"是否易地搬迁人口", SAID, F(relocated)},
    {"证件类型", CARD, 0},
    {"是否会讲普通话", SAID, F(mandarin)},
    {"是否参加商业补充医疗保险", SAID, F(extra_insured)},
    {"是否接受医疗救助", SAID, F(medical_aid)},
    {"是否享受人身意外保险补贴", SAID, F(accident_insured)},
    {"低保类别", TEXT, F(dibao_class)},
    {"人员增加原因", SPACE, 0},
    {"人员减少原因", SPACE, 0},
    {"应届毕业生未就业原因", SPACE, 0},
    /* of the house and land */
    {"家庭人口", COUNT, F(people)},
    {"林地面积（亩）", TENTHS, F(forest)},
    {"退耕还林面积（亩）", TENTHS, F(returned)},
    {"林果面积（亩）", TENTHS, F(fruit)},
    {"牧草地面积（亩）", TENTHS, F(pasture)},
    {"水域面积（亩）", TENTHS, F(water)},
    {"与村主干路距离（公里）", TENTHS, F(road_km)},
    {"入户路类型", TEXT, F(road)},
    {"是否通生活用电", SAID, F(power)},
    {"是否通广播电视", SAID, F(radio)},
    {"是否有卫生厕所", SAID, F(toilet)},
    {"是否解决安全饮用水", SAID, F(water_safe)},
    {"主要燃料类型", TEXT, F(fuel)},
    {"住房是否危房", SAID, F(unsafe)},
    {"是否通生产用电", SAID, F(trade_power)},
    {"是否加入农民专业合作组织", SAID, F(cooperative)},
    {"是否有龙头企业带动", SAID, F(company)},
    {"是否有创业致富带头人带动", SAID, F(leader)},
    {"到户产业项目名", SPACE, 0},
    {"开户行名", SPACE, 0},
    {"银行卡号", SPACE, 0},
    /* of the year before */
    {"工资性收入", YUAN, F(wage)},
    {"生产经营性收入", YUAN, F(business)},
    {"财产性收入", YUAN, F(property)},
    {"转移性收入", YUAN, F(transfer)},
    {"生产经营性支出", YUAN, F(cost)},
    {"计划生育金", YUAN, F(planning)},
    {"低保金", YUAN, F(dibao)},
    {"特困供养金", YUAN, F(destitute)},
    {"养老保险金", YUAN, F(pension)},
    {"生态补偿金", YUAN, F(eco)},
    {"纯收入", YUAN, F(net)},
    {"人均纯收入", YUAN, F(per_head)},
    {"光伏发电分红", YUAN, F(solar)},
    {"其余补助", YUAN, F(other)},
    /* of who is watched */
    {"致贫返贫风险", CHARS, F(risks)},
    {"因自然灾害子项", TEXT, F(disaster)},
    {"风险备注", TEXT, F(note)},
    {"识别时间", DAY, F(identified)},
    {"整户无劳动能力兜底保障户", SAID, F(no_labour)},
    {"识别时住房出现安全问题", SAID, F(bad_house)},
    {"识别时义务教育阶段失学辍学", SAID, F(no_school)},
    {"识别时饮水出现安全问题", SAID, F(bad_water)},
    {"识别时有成员未参加基本医疗保险", SAID, F(uninsured)},
    {"识别时工资性收入", YUAN, F(wage_then)},
    {"识别时生产经营性收入", YUAN, F(business_then)},
    {"识别时转移性收入", YUAN, F(transfer_then)},
    {"识别时合规自付支出", YUAN, F(oop_then)},
    {"识别时人均纯收入", YUAN, F(per_head_then)},
    {"帮扶措施", CHARS, F(measures)},
    {"产业帮扶子项", TEXT, F(industry_help)},
    {"就业帮扶子项", TEXT, F(job_help)},
    {"金融帮扶子项", TEXT, F(finance_help)},
    {"健康帮扶子项", CHARS, F(health_help)},
    {"教育帮扶子项", TEXT, F(school_help)},
    {"综合保障子项", CHARS, F(floor_help)},
    {"实施开发式帮扶措施情况", TEXT, F(help_state)},
    {"参保缴费补贴时间", DAY, F(premium)},
    {"风险是否消除", TEXT, F(state)},
    {"风险消除方式", TEXT, F(how)},
    {"风险消除时间", DAY, F(cleared)},
    {"监测联系人", TEXT, F(contact)},
    {"监测联系人电话", COUNT, F(contact_phone)},
    {"消除时住房出现安全问题", SAID, F(house_after)},
    {"消除时义务教育阶段失学辍学", SAID, F(school_after)},
    {"消除时饮水出现安全问题", SAID, F(water_after)},
    {"消除时有成员未参加基本医疗保险", SAID, F(insurance_after)},
    {"消除时工资性收入", YUAN, F(wage_after)},
    {"消除时生产经营性收入", YUAN, F(business_after)},
    {"消除时转移性收入", YUAN, F(transfer_after)},
    {"消除时人均纯收入", YUAN, F(per_head_after)},
    /* of work away from home */
    {"是否已务工", SAID, F(working)},
    {"务工开始时间", DAY, F(began)},
    {"务工结束时间", SPACE, 0},
    {"上一次务工结束时间", SPACE, 0},
    {"务工所在地", COUNT, F(place)},
    {"务工企业名称", TEXT, F(employer)},
    {"所属行业", TEXT, F(industry)},
    {"就业渠道", TEXT, F(channel)},
    {"是否点对点输送", SAID, F(point_to_point)},
    {"务工月收入（元）", YUAN, F(pay)},
    {"交通补贴（元）", YUAN, F(travel)},
    {"是否计划外出务工", SAID, F(planned)},
    {"计划务工所在地", COUNT, F(plan_place)},
    {"就业服务需求", TEXT, F(needs)},
};
enum { COLUMNS_N = sizeof COLUMNS / sizeof *COLUMNS, SPARE_COLUMNS = 46 /* that no book declares */ };

static void put_number(struct gen_file *f, enum kind kind, int64_t v)
{
    if (v == EXPORT_BLANK) put_blank(f);
    else if (kind == COUNT) put_int(f, v);
    else if (kind == YUAN) put_fen(f, v);
    else put_fmt(f, "%d.%d", (int)(v / 10), (int)(v % 10));
}

static void put_said(struct gen_file *f, uint8_t v)
{
    if (v == EXPORT_SAID_BLANK) put_blank(f);
    else put_z(f, v ? "是" : "否");
}

static void put_column(struct gen_file *f, const struct column *c, const struct gen_household *h, int32_t month,
                       const struct export_facts *x)
{
    char id[19];
    const struct gen_person *head = gen_head(f->g, h);
    const void *at = (const char *)x + c->at;
    switch (c->kind) {
    case HEAD_ID: put_z(f, (gen_id_text(head->id17, id), id)); break;
    case HEAD_NAME: put_str(f, (struct str){head->name, head->name_n}); break;
    case CARD: put_z(f, "居民身份证"); break;
    case DAY_OF_FILE: put_day(f, gen_month_end(month)); break;
    case TEXT: put_z(f, *(const char *const *)at); break;
    case CHARS: put_z(f, at); break;
    case SAID: put_said(f, *(const uint8_t *)at); break;
    case DAY:
        if (*(const date_day *)at) put_day(f, *(const date_day *)at);
        else put_blank(f);
        break;
    case SPACE: put_blank(f); break;
    default: put_number(f, c->kind, *(const int64_t *)at); break;
    }
}

static void put_header(struct gen_file *f)
{
    for (size_t i = 0; i < COLUMNS_N; i++) put_z(f, COLUMNS[i].name);
    for (int i = 1; i <= SPARE_COLUMNS; i++) put_fmt(f, "扩展信息项%d", i);
    row_end(f, NULL);
    f->rows_n = 0;
}

static void put_line(struct gen_file *f, const struct gen_household *h, uint32_t person, int32_t month)
{
    const struct gen *g = f->g;
    const struct gen_person *p = &g->people[person];
    struct rng r = gen_stream(g, TOPIC_ROSTER, person, 1);
    struct gen_shown shown;
    struct export_facts x;
    gen_put_roster_row(f, &r, h, p, month, &shown);
    export_household(g, h, month, &x);
    export_member(g, h, p, &shown, month, &x);
    for (size_t i = 0; i < COLUMNS_N; i++) put_column(f, &COLUMNS[i], h, month, &x);
    for (int i = 0; i < SPARE_COLUMNS; i++) put_z(f, i % 9 ? "" : "否");
    row_end(f, NULL);
}

void gen_write_export(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    gen_put_roster_header(f);
    put_header(f);
    for (size_t k = 0; k < g->households_n; k++) {
        const struct gen_household *h = &g->households[k];
        for (uint32_t i = 0; i < h->size; i++)
            if (gen_present(g, &g->people[h->first + i], month)) put_line(f, h, h->first + i, month);
    }
}
