/* A household as the monitoring system has it: ages fit work and school, incomes are those of its members and add up,
 * measures fit the risks. Two households in a hundred have one mistake, told in docs/demo-data.md. */
#include "app/gen_export.h"

enum { YES = 1, NO = 0, SAID_BLANK = EXPORT_SAID_BLANK, COUNTY_UNIT = 1000000, DAMAGED_OF = 50, MONTHS = 12 };

/* The mistakes, in turn. */
enum damage {
    DAMAGE_NET,      /* 纯收入 is not the sum */
    DAMAGE_PER_HEAD, /* 人均纯收入 is not the quotient */
    DAMAGE_WAGE,     /* 工资性收入 far too small */
    DAMAGE_RETURNED, /* more 退耕还林 than 林地 */
    DAMAGE_PEOPLE,   /* one person too many */
    DAMAGE_SERIOUS,  /* the head: 大病保险 unlike 居民医保 */
    DAMAGE_POST,     /* the head: months of a post and no post */
    DAMAGE_AREA,     /* the head: a place of work and no months */
    DAMAGE__MAX
};

/* Which the household has: each 50th has one, from the 26th on; DAMAGE__MAX: none. */
static enum damage damage_of(const struct gen *g, const struct gen_household *h)
{
    size_t k = (size_t)(h - g->households);
    return k % DAMAGED_OF == DAMAGED_OF / 2 ? (enum damage)(k / DAMAGED_OF % DAMAGE__MAX) : DAMAGE__MAX;
}

static uint64_t draw(const struct gen *g, uint64_t who, uint64_t what)
{
    return gen_hash(g, TOPIC_EXPORT, who * 64 + what + 1);
}

static bool able(const struct gen_person *p, date_day on)
{
    int32_t age = gen_age(p, on);
    return age >= 16 && age < 60 && p->labour <= LABOUR_WEAK;
}

static bool is_pupil(const struct gen_person *p, int32_t month)
{
    return gen_stage(p, gen_school_year(month)) < STAGE_NONE;
}

static bool works(const struct gen_household *h, const struct gen_person *p, int32_t month)
{
    int32_t age = gen_age(p, gen_month_end(month));
    bool can = age >= 16 && p->labour <= LABOUR_SKILLED && !is_pupil(p, month) && !h->destitute;
    bool does = p->work != WORK_NONE && p->work != WORK_PUBLIC_POST && month <= p->work_until;
    return can && (does || (p->labour == LABOUR_SKILLED && age < 60));
}

static bool has_post(const struct gen_person *p, int32_t month)
{
    int32_t age = gen_age(p, gen_month_end(month));
    return p->work == WORK_PUBLIC_POST && age >= 16 && age < 70 && p->labour <= LABOUR_WEAK && !is_pupil(p, month);
}

static int64_t pay_of(const struct gen_person *p) { return p->wage_fen ? p->wage_fen : 350000; }

static int64_t months_of(const struct gen *g, const struct gen_person *p)
{
    return 6 + (int64_t)(draw(g, p->id17, 1) % 6);
}

/* ---- where a household's members work */

enum area { AREA_TOWNSHIP, AREA_COUNTY, AREA_PROVINCE, AREA_AWAY };
static const char *const AREAS[] = {"乡镇内", "乡镇外县内", "县外省内", "省外"};

static int32_t county_of_province(int32_t county)
{
    static const int32_t V[] = {130102, 140105, 610113};
    for (size_t i = 0; i < sizeof V / sizeof *V; i++)
        if (V[i] / 10000 == county / 10000) return V[i];
    return 0;
}

static enum area area_of(const struct gen *g, const struct gen_household *h, const struct gen_person *p)
{
    static const uint8_t SHARE[] = {15, 45, 70, 100};
    if (p->work == WORK_FISCAL || p->work == WORK_SELF) return AREA_COUNTY;
    uint64_t x = draw(g, h->first, 2) % 100;
    enum area a = AREA_TOWNSHIP;
    while (x >= SHARE[a]) a++;
    return a == AREA_PROVINCE && !county_of_province(g->o->county) ? AREA_AWAY : a;
}

static int64_t place_of(const struct gen *g, const struct gen_household *h, enum area a)
{
    static const int32_t AWAY[] = {310115, 330106, 440306, 320505};
    int32_t code = a == AREA_AWAY       ? AWAY[draw(g, h->first, 3) % 4]
                   : a == AREA_PROVINCE ? county_of_province(g->o->county)
                                        : g->o->county;
    return (int64_t)code * COUNTY_UNIT;
}

/* ---- the household */

struct sums {
    int64_t people, able, workers, away, on_dibao, wage, pension;
    bool ill, disabled, severe, vocational;
};

static void sum_person(const struct gen *g, const struct gen_household *h, const struct gen_person *p, int32_t month,
                       struct sums *s)
{
    date_day on = gen_month_end(month);
    uint8_t stage = gen_stage(p, gen_school_year(month));
    s->people++;
    s->able += able(p, on);
    s->on_dibao += gen_on_dibao(g, h, p, month);
    s->ill |= (p->health & (HEALTH_CHRONIC | HEALTH_MAJOR)) != 0;
    bool disabled = p->disabled_on && p->disabled_on <= on;
    s->disabled |= disabled;
    s->severe |= disabled && p->disability_level <= 2;
    s->vocational |= stage >= STAGE_VOCATIONAL && stage < STAGE_BACHELOR;
    if (gen_age(p, on) >= 60) s->pension += MONTHS * (16500 + (int64_t)(p->id17 / 7 % 9) * 1000);
    if (has_post(p, month)) s->wage += pay_of(p) * MONTHS;
    if (!works(h, p, month)) return;
    s->workers++;
    s->away += area_of(g, h, p) >= AREA_PROVINCE;
    s->wage += pay_of(p) * months_of(g, p);
}

static struct sums sum_up(const struct gen *g, const struct gen_household *h, int32_t month)
{
    struct sums s = {0};
    for (uint32_t i = 0; i < h->size; i++)
        if (gen_present(g, &g->people[h->first + i], month)) sum_person(g, h, &g->people[h->first + i], month, &s);
    return s;
}

static void house_and_land(const struct gen *g, const struct gen_household *h, struct export_facts *x)
{
    static const char *const ROADS[] = {"水泥路", "沥青路", "砂石路", "水泥路", "泥土路"};
    /* The last one is in no code list. */
    static const char *const FUELS[] = {"柴草", "煤炭", "清洁能源", "柴草",     "煤炭", "清洁能源",
                                        "柴草", "煤炭", "清洁能源", "清洁能源", "其他", "沼气"};
    uint64_t a = draw(g, h->first, 4), b = draw(g, h->first, 5);
    x->returned = a % 3 ? 0 : (int64_t)(a / 3 % 30);
    x->forest = x->returned + (int64_t)(a / 97 % 40);
    x->fruit = (int64_t)(a / 4001 % 20);
    x->pasture = (int64_t)(a / 80021 % 9);
    x->water = (int64_t)(a / 720191 % 5);
    x->road_km = (int64_t)(b % 40);
    x->road = ROADS[b / 40 % 5];
    x->fuel = FUELS[b / 200 % 12];
    x->relocated = b / 2400 % 100 == 0;
    x->power = YES;
    x->radio = b / 240000 % 100 != 0;
    x->toilet = b / 24000000 % 10 < 8;
    x->trade_power = b / 240000000 % 10 != 0;
    x->cooperative = b / 2400000000 % 5 == 0;
    x->company = b / 12000000000 % 10 == 0;
    x->leader = b / 120000000000 % 7 == 0;
    x->water_safe = !h->water_bad;
}

/* Of the year before: the parts add up, in fen. */
static void incomes(const struct gen *g, const struct gen_household *h, const struct sums *s, struct export_facts *x)
{
    uint64_t a = draw(g, h->first, 6);
    x->wage = s->wage;
    x->business = h->farm_fen;
    x->cost = h->farm_fen ? h->farm_fen * INT64_C(38) / 100 + 1 : 0;
    x->property = h->rent_fen;
    x->planning = a % 20 ? 0 : 96000;
    x->dibao = s->on_dibao * MONTHS * gen_dibao_fen(g, h);
    x->destitute = h->destitute ? 1080000 : 0;
    x->pension = s->pension;
    x->eco = x->returned * 1250;
    x->solar = 0;
    x->other = (int64_t)(a / 20 % 9) * 10000;
    x->transfer = x->planning + x->dibao + x->destitute + x->pension + x->eco + x->other + h->support_fen;
}

static void add_up(struct export_facts *x)
{
    x->net = x->wage + x->business + x->property + x->transfer - x->cost;
    x->per_head = x->people ? (x->net * 2 / x->people + 1) / 2 : 0;
}

/* ---- who is watched */

static void add_to(char list[EXPORT_TEXT_MAX], const char *word)
{
    size_t n = strlen(list);
    if (!strstr(list, word)) (void)snprintf(list + n, EXPORT_TEXT_MAX - n, "%s%s", n ? "," : "", word);
}

static bool fits(enum gen_cause cause, const struct sums *s)
{
    switch (cause) {
    case CAUSE_ILLNESS: return s->ill;
    case CAUSE_DISABILITY: return s->disabled;
    case CAUSE_JOB: return s->workers && s->able;
    case CAUSE_LABOUR: return s->able * 4 <= s->people;
    default: return true;
    }
}

static void add_risk(struct export_facts *x, enum gen_cause cause, const struct sums *s)
{
    static const struct {
        const char *risk, *help;
    } V[CAUSE__MAX] = {{"因病", "健康帮扶"},           {"因学", "教育帮扶"},       {"因残", "综合保障"},
                       {"因自然灾害", "社会帮扶"},     {"因意外事故", "社会帮扶"}, {"因产业项目失败", "产业帮扶"},
                       {"因务工就业不稳", ""},         {"缺劳动力", "综合保障"},   {"因安全住房", "住房安全保障"},
                       {"因安全饮水", "饮水安全保障"}, {"其他", "社会帮扶"}};
    if (!fits(cause, s)) cause = CAUSE_ACCIDENT;
    add_to(x->risks, V[cause].risk);
    if (V[cause].help[0]) add_to(x->measures, V[cause].help);
    if (cause == CAUSE_DISASTER) x->disaster = "洪涝灾害";
    if (cause == CAUSE_OTHER) x->note = "婚丧支出";
    x->bad_house |= cause == CAUSE_HOUSE;
    x->bad_water |= cause == CAUSE_WATER;
    if (cause == CAUSE_ILLNESS) x->oop_then = 1800000;
}

static void add_help(const struct gen_household *h, const struct sums *s, date_day on, struct export_facts *x)
{
    static const char *const JOBS[] = {"帮扶车间就业", "外出务工补贴"};
    bool industry = strstr(x->measures, "产业帮扶") != NULL || (s->able && h->farm_fen);
    x->industry_help = industry ? "种植业" : "";
    if (industry) add_to(x->measures, "产业帮扶");
    bool job = s->able && s->workers && !industry;
    if (job) add_to(x->measures, "就业帮扶");
    x->job_help = job ? JOBS[s->away > 0] : "";
    bool credit = s->able && !industry && !job;
    if (credit) add_to(x->measures, "金融帮扶");
    x->finance_help = credit ? "小额信贷" : "";
    x->premium = date_add_months(h->identified, 2) <= on ? date_add_months(h->identified, 2) : 0;
    if (x->premium) add_to(x->measures, "健康帮扶");
    if (x->premium) add_to(x->health_help, "参加城乡居民基本医疗保险个人缴费补贴");
    x->school_help = s->vocational ? "雨露计划" : "";
    if (s->vocational) add_to(x->measures, "教育帮扶");
    if (s->on_dibao) add_to(x->floor_help, "农村低保");
    if (h->destitute) add_to(x->floor_help, "特困供养");
    if (s->severe) add_to(x->floor_help, "残疾人补贴");
    if (x->floor_help[0] || !s->able) add_to(x->measures, "综合保障");
    x->help_state = "已实施";
}

static void cleared(const struct gen_household *h, date_day on, struct export_facts *x)
{
    bool yes = h->cleared && h->cleared <= on;
    x->state = yes ? "已消除" : "未消除";
    if (!yes) return;
    x->how = "帮扶消除";
    x->cleared = h->cleared;
    x->house_after = x->school_after = x->water_after = x->insurance_after = NO;
    x->wage_after = x->wage;
    x->business_after = x->business;
    x->transfer_after = x->transfer;
    x->per_head_after = x->per_head;
}

static void nobody_watched(struct export_facts *x)
{
    x->risks[0] = x->measures[0] = x->health_help[0] = x->floor_help[0] = 0;
    x->disaster = x->note = x->industry_help = x->job_help = x->finance_help = x->school_help = x->help_state =
        x->state = x->how = x->contact = "";
    uint8_t *said[] = {&x->no_labour,   &x->bad_house,    &x->no_school,   &x->bad_water,      &x->uninsured,
                       &x->house_after, &x->school_after, &x->water_after, &x->insurance_after};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) *said[i] = SAID_BLANK;
    int64_t *number[] = {&x->wage_then,      &x->business_then, &x->transfer_then, &x->oop_then,
                         &x->per_head_then,  &x->contact_phone, &x->wage_after,    &x->business_after,
                         &x->transfer_after, &x->per_head_after};
    for (size_t i = 0; i < sizeof number / sizeof *number; i++) *number[i] = EXPORT_BLANK;
    x->identified = x->premium = x->cleared = 0;
}

static void watched(const struct gen *g, const struct gen_household *h, const struct sums *s, date_day on,
                    struct export_facts *x)
{
    x->identified = h->identified;
    x->no_labour = s->able == 0;
    x->bad_house = x->bad_water = x->no_school = x->uninsured = NO;
    x->oop_then = (int64_t)(draw(g, h->first, 7) % 30) * 10000 + 5000;
    add_risk(x, (enum gen_cause)h->cause, s);
    if (h->cause_too != h->cause) add_risk(x, (enum gen_cause)h->cause_too, s);
    x->wage_then = x->wage / 2;
    x->business_then = x->business / 2;
    x->transfer_then = x->transfer / 2;
    x->per_head_then = 550000 + (int64_t)(draw(g, h->first, 8) % 300) * 1000;
    add_help(h, s, on, x);
    x->contact = "驻村工作队";
    x->contact_phone = INT64_C(13900000000) + h->village % 10000;
    cleared(h, on, x);
    x->unsafe = x->bad_house && !x->cleared;
}

static void damage_household(enum damage d, struct export_facts *x)
{
    if (d == DAMAGE_WAGE) {
        x->wage = 20000;
        add_up(x);
    }
    if (d == DAMAGE_NET) {
        x->net += 100000;
        x->per_head = x->people ? (x->net * 2 / x->people + 1) / 2 : 0;
    }
    if (d == DAMAGE_PER_HEAD) x->per_head += 50000;
    if (d == DAMAGE_RETURNED) x->returned = x->forest + x->pasture + 10;
    if (d == DAMAGE_PEOPLE) {
        x->people++;
        add_up(x);
    }
}

void export_household(const struct gen *g, const struct gen_household *h, int32_t month, struct export_facts *x)
{
    date_day on = gen_month_end(month);
    struct sums s = sum_up(g, h, month);
    *x = (struct export_facts){.people = s.people, .unsafe = NO};
    house_and_land(g, h, x);
    incomes(g, h, &s, x);
    add_up(x);
    nobody_watched(x);
    if (h->monitor && h->identified <= on) watched(g, h, &s, on, x);
    damage_household(damage_of(g, h), x);
}

/* ---- the member */

static void work_of(const struct gen *g, const struct gen_household *h, const struct gen_person *p, int32_t month,
                    struct export_facts *x)
{
    static const char *const FIRMS[] = {"华兴建筑劳务有限公司", "顺达电子厂", "宏远服装有限公司",
                                        "佳和餐饮管理有限公司"};
    static const char *const TRADES[] = {"建筑业", "制造业", "制造业", "餐饮业"};
    uint64_t a = draw(g, p->id17, 9);
    enum area area = area_of(g, h, p);
    bool away = area >= AREA_PROVINCE;
    date_day grown = date_add_months(p->born, 16 * MONTHS);
    x->area = AREAS[area];
    x->months = months_of(g, p);
    x->place = place_of(g, h, area);
    x->employer = p->work == WORK_FISCAL ? "县属事业单位" : p->work == WORK_SELF ? "个体经营" : FIRMS[a % 4];
    x->industry = p->work == WORK_FISCAL ? "公共管理" : p->work == WORK_SELF ? "批发零售业" : TRADES[a % 4];
    x->channel = away ? (a / 4 % 4 ? "自主就业" : "有组织输出") : p->work == WORK_COMPANY ? "企业招用" : "自主就业";
    x->point_to_point = away && a / 16 % 20 == 0;
    x->pay = pay_of(p);
    x->travel = away && a / 320 % 3 == 0 ? 50000 : 0;
    x->began = date_of_month_index(month - (int32_t)(x->months < 8 ? x->months : 7));
    if (x->began < grown) x->began = grown;
}

static void away_from_home(const struct gen *g, const struct gen_household *h, const struct gen_person *p,
                           const struct gen_shown *shown, int32_t month, struct export_facts *x)
{
    bool graduate = able(p, gen_month_end(month)) && !shown->pupil && shown->schooling >= 4 && !h->destitute;
    bool idle = able(p, gen_month_end(month)) && !shown->pupil && !h->destitute && p->labour <= LABOUR_SKILLED;
    x->working = works(h, p, month) || graduate;
    x->area = x->employer = x->industry = x->channel = x->needs = "";
    x->months = x->place = x->plan_place = x->pay = x->travel = EXPORT_BLANK;
    x->began = 0;
    x->point_to_point = SAID_BLANK;
    x->planned = NO;
    if (x->working) {
        work_of(g, h, p, month, x);
    } else if (idle && draw(g, p->id17, 10) % 25 == 0) {
        x->planned = YES;
        x->plan_place = place_of(g, h, AREA_AWAY);
        x->needs = "岗位推荐";
    }
}

static void damage_head(enum damage d, const struct gen_shown *shown, struct export_facts *x)
{
    if (d == DAMAGE_SERIOUS) x->serious_insured = !shown->insured;
    if (d == DAMAGE_POST && !x->post) x->post_months = 6;
    if (d != DAMAGE_AREA) return;
    x->area = AREAS[AREA_COUNTY];
    x->months = EXPORT_BLANK;
}

void export_member(const struct gen *g, const struct gen_household *h, const struct gen_person *p,
                   const struct gen_shown *shown, int32_t month, struct export_facts *x)
{
    int32_t age = gen_age(p, gen_month_end(month));
    uint64_t a = draw(g, p->id17, 11);
    bool dibao = gen_on_dibao(g, h, p, month), grown = age >= 16 && !shown->pupil;
    away_from_home(g, h, p, shown, month, x);
    x->leave_reason = age >= 6 && age < 16 && !shown->pupil ? "厌学" : "";
    x->worker_insured = !shown->insured && grown;
    x->serious_insured = shown->insured;
    x->worker_pension = x->worker_insured;
    x->resident_pension = grown && !x->worker_pension;
    x->post = has_post(p, month) && !x->working;
    x->post_months = x->post ? 6 + (int64_t)(a % 7) : EXPORT_BLANK;
    x->listed_dibao = dibao;
    x->dibao_class = dibao ? "农村低保" : "未享受";
    x->mandarin = a / 7 % 5 != 0;
    x->extra_insured = a / 35 % 50 == 0;
    x->medical_aid = (shown->insured || x->worker_insured) && a / 1750 % 33 == 0;
    x->accident_insured = a / 57750 % 100 == 0;
    if (p == gen_head(g, h)) damage_head(damage_of(g, h), shown, x);
}
