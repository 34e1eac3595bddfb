/* The monitoring system's own export as it leaves the system: two title rows, one wide header, every cell a text, a
 * line a person with what is said of the household repeated. Its first columns are those of the roster. */
#include "app/gen_int.h"

enum { NO = 0 };

/* How a column's cells are drawn; a and b mean what each kind says. */
enum kind {
    BLANK,
    HEAD_ID,
    HEAD_NAME,
    DAY,    /* the end of the month */
    SIZE,   /* members */
    CHANCE, /* 是 in a of 10,000 */
    NUMBER, /* a..b */
    YUAN,   /* a..b */
    TENTHS, /* a..b tenths, as 3.5 */
    PICK,   /* one of a texts */
    SOME,   /* perhaps one, perhaps two of a texts */
    MAYBE   /* one of a texts or nothing */
};

/* Of whom: the same in the lines of all members, or not; of a household that is not monitored there is nothing. */
enum scope { HOUSEHOLD, MEMBER, WATCHED };

struct column {
    const char *name;
    enum kind kind;
    int a, b;
    const char *const *list;
    enum scope of;
};

static const char *const RISKS[] = {"因病",       "因学",           "因残",           "因自然灾害",
                                    "因意外事故", "因产业项目失败", "因务工就业不稳", "缺劳动力"};
static const char *const DISASTERS[] = {"洪涝灾害", "旱灾", "地质灾害", "气象灾害"};
static const char *const AREAS[] = {"乡镇内", "乡镇外县内", "县外省内", "省外"};
static const char *const LEAVE[] = {"因病", "厌学"};
static const char *const ROADS[] = {"泥土路", "砂石路", "水泥路", "沥青路"};
/* The last one is in no code list. */
static const char *const FUELS[] = {"柴草", "煤炭", "清洁能源", "柴草", "煤炭", "清洁能源",
                                    "柴草", "煤炭", "清洁能源", "柴草", "其他", "沼气"};
static const char *const MEASURES[] = {"产业帮扶", "就业帮扶", "金融帮扶", "公益岗位帮扶", "健康帮扶", "综合保障"};
static const char *const INDUSTRY[] = {"种植业", "养殖业", "光伏"};
static const char *const JOBS[] = {"劳务输出", "外出务工补贴", "技能培训"};
static const char *const FINANCE[] = {"小额信贷", "防贫保险"};
static const char *const HEALTH[] = {"大病专项救治", "家庭医生签约服务"};
static const char *const SCHOOL[] = {"雨露计划", "国家助学金"};
static const char *const FLOOR[] = {"农村低保", "残疾人补贴", "养老金"};
static const char *const STATES[] = {"已实施", "尚未实施"};
static const char *const CLEARED[] = {"未消除"};
static const char *const CHANNELS[] = {"自主就业", "有组织输出", "帮扶车间"};
static const char *const NEEDS[] = {"技能培训", "岗位推荐"};
static const char *const CLASSES[] = {"未享受", "农村低保"};
static const char *const CARDS[] = {"居民身份证"};
static const char *const IDENTIFIED[] = {"2023-05-10", "2024-03-02", "2025-11-20"};
#define OF(list) (int)(sizeof(list) / sizeof *(list)), NO, list

static const struct column COLUMNS[] = {
    {"户主证件号码", HEAD_ID, NO, NO, NULL, HOUSEHOLD},
    {"户主姓名", HEAD_NAME, NO, NO, NULL, HOUSEHOLD},
    {"统计日期", DAY, NO, NO, NULL, HOUSEHOLD},
    /* of the member */
    {"失辍学原因", MAYBE, OF(LEAVE), MEMBER},
    {"是否参加城镇职工基本医疗保险", CHANCE, 300, NO, NULL, MEMBER},
    {"是否参加大病保险", CHANCE, 9500, NO, NULL, MEMBER},
    {"是否参加城乡居民基本养老保险", CHANCE, 6000, NO, NULL, MEMBER},
    {"是否参加城镇职工基本养老保险", CHANCE, 400, NO, NULL, MEMBER},
    {"务工区域", MAYBE, OF(AREAS), MEMBER},
    {"务工时间（月）", NUMBER, 0, 12, NULL, MEMBER},
    {"是否公益性岗位", CHANCE, 300, NO, NULL, MEMBER},
    {"公益性岗位（月数）", NUMBER, 0, 12, NULL, MEMBER},
    {"是否享受农村低保政策", CHANCE, 500, NO, NULL, MEMBER},
    {"是否易地搬迁人口", CHANCE, 100, NO, NULL, HOUSEHOLD},
    {"证件类型", PICK, OF(CARDS), MEMBER},
    {"是否会讲普通话", CHANCE, 8000, NO, NULL, MEMBER},
    {"是否参加商业补充医疗保险", CHANCE, 200, NO, NULL, MEMBER},
    {"是否接受医疗救助", CHANCE, 300, NO, NULL, MEMBER},
    {"是否享受人身意外保险补贴", CHANCE, 100, NO, NULL, MEMBER},
    {"低保类别", PICK, OF(CLASSES), MEMBER},
    {"人员增加原因", BLANK, NO, NO, NULL, MEMBER},
    {"人员减少原因", BLANK, NO, NO, NULL, MEMBER},
    {"应届毕业生未就业原因", BLANK, NO, NO, NULL, MEMBER},
    /* of the house and land */
    {"家庭人口", SIZE, NO, NO, NULL, HOUSEHOLD},
    {"林地面积（亩）", TENTHS, 0, 60, NULL, HOUSEHOLD},
    {"退耕还林面积（亩）", TENTHS, 0, 30, NULL, HOUSEHOLD},
    {"林果面积（亩）", TENTHS, 0, 20, NULL, HOUSEHOLD},
    {"牧草地面积（亩）", TENTHS, 0, 9, NULL, HOUSEHOLD},
    {"水域面积（亩）", TENTHS, 0, 5, NULL, HOUSEHOLD},
    {"与村主干路距离（公里）", TENTHS, 0, 40, NULL, HOUSEHOLD},
    {"入户路类型", PICK, OF(ROADS), HOUSEHOLD},
    {"是否通生活用电", CHANCE, 9990, NO, NULL, HOUSEHOLD},
    {"是否通广播电视", CHANCE, 9900, NO, NULL, HOUSEHOLD},
    {"是否有卫生厕所", CHANCE, 8000, NO, NULL, HOUSEHOLD},
    {"是否解决安全饮用水", CHANCE, 9900, NO, NULL, HOUSEHOLD},
    {"主要燃料类型", PICK, OF(FUELS), HOUSEHOLD},
    {"住房是否危房", CHANCE, 50, NO, NULL, HOUSEHOLD},
    {"是否通生产用电", CHANCE, 9000, NO, NULL, HOUSEHOLD},
    {"是否加入农民专业合作组织", CHANCE, 2000, NO, NULL, HOUSEHOLD},
    {"是否有龙头企业带动", CHANCE, 1000, NO, NULL, HOUSEHOLD},
    {"是否有创业致富带头人带动", CHANCE, 1500, NO, NULL, HOUSEHOLD},
    {"到户产业项目名", BLANK, NO, NO, NULL, HOUSEHOLD},
    {"开户行名", BLANK, NO, NO, NULL, HOUSEHOLD},
    {"银行卡号", BLANK, NO, NO, NULL, MEMBER},
    /* of the year before */
    {"工资性收入", YUAN, 0, 60000, NULL, HOUSEHOLD},
    {"生产经营性收入", YUAN, 0, 20000, NULL, HOUSEHOLD},
    {"财产性收入", YUAN, 0, 2000, NULL, HOUSEHOLD},
    {"转移性收入", YUAN, 0, 9000, NULL, HOUSEHOLD},
    {"生产经营性支出", YUAN, 0, 6000, NULL, HOUSEHOLD},
    {"计划生育金", YUAN, 0, 900, NULL, HOUSEHOLD},
    {"低保金", YUAN, 0, 6000, NULL, HOUSEHOLD},
    {"特困供养金", YUAN, 0, 0, NULL, HOUSEHOLD},
    {"养老保险金", YUAN, 0, 3000, NULL, HOUSEHOLD},
    {"生态补偿金", YUAN, 0, 800, NULL, HOUSEHOLD},
    {"纯收入", YUAN, 9000, 70000, NULL, HOUSEHOLD},
    {"人均纯收入", YUAN, 6000, 20000, NULL, HOUSEHOLD},
    {"光伏发电分红", YUAN, 0, 500, NULL, HOUSEHOLD},
    {"其余补助", YUAN, 0, 900, NULL, HOUSEHOLD},
    /* of who is watched */
    {"致贫返贫风险", SOME, OF(RISKS), WATCHED},
    {"因自然灾害子项", MAYBE, OF(DISASTERS), WATCHED},
    {"风险备注", BLANK, NO, NO, NULL, WATCHED},
    {"识别时间", MAYBE, OF(IDENTIFIED), WATCHED},
    {"整户无劳动能力兜底保障户", CHANCE, 100, NO, NULL, WATCHED},
    {"识别时住房出现安全问题", CHANCE, 100, NO, NULL, WATCHED},
    {"识别时义务教育阶段失学辍学", CHANCE, 50, NO, NULL, WATCHED},
    {"识别时饮水出现安全问题", CHANCE, 50, NO, NULL, WATCHED},
    {"识别时有成员未参加基本医疗保险", CHANCE, 100, NO, NULL, WATCHED},
    {"识别时工资性收入", YUAN, 0, 30000, NULL, WATCHED},
    {"识别时生产经营性收入", YUAN, 0, 9000, NULL, WATCHED},
    {"识别时转移性收入", YUAN, 0, 5000, NULL, WATCHED},
    {"识别时合规自付支出", YUAN, 0, 20000, NULL, WATCHED},
    {"识别时人均纯收入", YUAN, 3000, 9000, NULL, WATCHED},
    {"帮扶措施", SOME, OF(MEASURES), WATCHED},
    {"产业帮扶子项", MAYBE, OF(INDUSTRY), WATCHED},
    {"就业帮扶子项", MAYBE, OF(JOBS), WATCHED},
    {"金融帮扶子项", MAYBE, OF(FINANCE), WATCHED},
    {"健康帮扶子项", MAYBE, OF(HEALTH), WATCHED},
    {"教育帮扶子项", MAYBE, OF(SCHOOL), WATCHED},
    {"综合保障子项", SOME, OF(FLOOR), WATCHED},
    {"实施开发式帮扶措施情况", PICK, OF(STATES), WATCHED},
    {"参保缴费补贴时间", BLANK, NO, NO, NULL, WATCHED},
    {"风险是否消除", PICK, OF(CLEARED), WATCHED},
    {"风险消除方式", BLANK, NO, NO, NULL, WATCHED},
    {"风险消除时间", BLANK, NO, NO, NULL, WATCHED},
    {"监测联系人", BLANK, NO, NO, NULL, WATCHED},
    {"监测联系人电话", BLANK, NO, NO, NULL, WATCHED},
    {"消除时住房出现安全问题", BLANK, NO, NO, NULL, WATCHED},
    {"消除时义务教育阶段失学辍学", BLANK, NO, NO, NULL, WATCHED},
    {"消除时饮水出现安全问题", BLANK, NO, NO, NULL, WATCHED},
    {"消除时有成员未参加基本医疗保险", BLANK, NO, NO, NULL, WATCHED},
    {"消除时工资性收入", BLANK, NO, NO, NULL, WATCHED},
    {"消除时生产经营性收入", BLANK, NO, NO, NULL, WATCHED},
    {"消除时转移性收入", BLANK, NO, NO, NULL, WATCHED},
    {"消除时人均纯收入", BLANK, NO, NO, NULL, WATCHED},
    /* of work away from home */
    {"是否已务工", CHANCE, 4000, NO, NULL, MEMBER},
    {"务工开始时间", BLANK, NO, NO, NULL, MEMBER},
    {"务工结束时间", BLANK, NO, NO, NULL, MEMBER},
    {"上一次务工结束时间", BLANK, NO, NO, NULL, MEMBER},
    {"务工所在地", BLANK, NO, NO, NULL, MEMBER},
    {"务工企业名称", BLANK, NO, NO, NULL, MEMBER},
    {"所属行业", BLANK, NO, NO, NULL, MEMBER},
    {"就业渠道", MAYBE, OF(CHANNELS), MEMBER},
    {"是否点对点输送", CHANCE, 100, NO, NULL, MEMBER},
    {"务工月收入（元）", YUAN, 1500, 6000, NULL, MEMBER},
    {"交通补贴（元）", YUAN, 0, 500, NULL, MEMBER},
    {"是否计划外出务工", CHANCE, 300, NO, NULL, MEMBER},
    {"就业服务需求", SOME, OF(NEEDS), MEMBER},
};
enum { COLUMNS_N = sizeof COLUMNS / sizeof *COLUMNS, SPARE_COLUMNS = 46 /* that no book declares */ };

static void put_some(struct gen_file *f, struct rng *r, const struct column *c)
{
    char text[128];
    int i = (int)gen_between(r, 0, c->a - 1), k = (int)gen_between(r, 0, c->a - 1);
    if (i == k) put_z(f, c->list[i]);
    else {
        (void)snprintf(text, sizeof text, "%s,%s", c->list[i], c->list[k]);
        put_z(f, text);
    }
}

static void put_column(struct gen_file *f, struct rng *r, const struct column *c, const struct gen_household *h,
                       int32_t month)
{
    char id[19];
    const struct gen_person *head = gen_head(f->g, h);
    switch (c->kind) {
    case HEAD_ID: put_z(f, (gen_id_text(head->id17, id), id)); break;
    case HEAD_NAME: put_str(f, (struct str){head->name, head->name_n}); break;
    case DAY: put_day(f, gen_month_end(month)); break;
    case SIZE: put_int(f, h->size); break;
    case CHANCE: put_z(f, gen_chance(r, (uint32_t)c->a) ? "是" : "否"); break;
    case NUMBER: put_int(f, gen_between(r, c->a, c->b)); break;
    case YUAN: put_fen(f, gen_between(r, c->a, c->b) * 100); break;
    case TENTHS: {
        int64_t v = gen_between(r, c->a, c->b);
        put_fmt(f, "%d.%d", (int)(v / 10), (int)(v % 10));
        break;
    }
    case PICK: put_z(f, c->list[gen_between(r, 0, c->a - 1)]); break;
    case SOME: put_some(f, r, c); break;
    case MAYBE: put_z(f, gen_chance(r, 3000) ? c->list[gen_between(r, 0, c->a - 1)] : ""); break;
    default: put_blank(f); break;
    }
}

static void put_header(struct gen_file *f)
{
    for (size_t i = 0; i < COLUMNS_N; i++) put_z(f, COLUMNS[i].name);
    for (int i = 1; i <= SPARE_COLUMNS; i++) put_fmt(f, "扩展信息项%d", i);
    row_end(f, NULL);
    f->rows_n = 0;
}

static void put_facts(struct gen_file *f, const struct gen_household *h, uint32_t person, int32_t month)
{
    struct rng of_member = gen_stream(f->g, TOPIC_EXPORT, person, (uint64_t)month);
    struct rng of_household = gen_stream(f->g, TOPIC_EXPORT, UINT64_MAX - h->first, (uint64_t)month);
    bool monitored = h->monitor && h->identified <= gen_month_end(month);
    for (size_t i = 0; i < COLUMNS_N; i++) {
        const struct column *c = &COLUMNS[i];
        if (c->of == WATCHED && !monitored) put_blank(f);
        else put_column(f, c->of == MEMBER ? &of_member : &of_household, c, h, month);
    }
    for (int i = 0; i < SPARE_COLUMNS; i++) put_z(f, i % 9 ? "" : "否");
}

void gen_write_export(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    gen_put_roster_header(f);
    put_header(f);
    for (size_t k = 0; k < g->households_n; k++) {
        const struct gen_household *h = &g->households[k];
        for (uint32_t i = 0; i < h->size; i++) {
            const struct gen_person *p = &g->people[h->first + i];
            struct rng r = gen_stream(g, TOPIC_ROSTER, h->first + i, 1);
            if (!gen_present(g, p, month)) continue;
            gen_put_roster_row(f, &r, h, p, month);
            put_facts(f, h, h->first + i, month);
            row_end(f, NULL);
        }
    }
}
