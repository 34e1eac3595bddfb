/* The roster: an export of the national system's household members, a line a person. */
#include "app/gen_int.h"
#include "base/utf8.h"

static const char *const RELATION_TEXT[REL__MAX] = {
    "户主",       "配偶",     "之子",     "之女",   "之儿媳", "之女婿",     "之孙子", "之孙女", "之外孙子", "之外孙女",
    "之父",       "之母",     "之岳父",   "之岳母", "之公公", "之婆婆",     "之祖父", "之祖母", "之外祖父", "之外祖母",
    "之兄弟姐妹", "之曾孙子", "之曾孙女", "之侄儿", "之侄女", "之兄弟媳妇", "之叔伯", "其他",
};
static const char *const STAGE_TEXT[STAGE_NONE] = {
    "学龄前儿童",     "学前教育",       "小学",       "七年级",     "八年级",     "九年级",           "普通高中一年级",
    "普通高中二年级", "普通高中三年级", "中职一年级", "中职二年级", "中职三年级", "高职高专一年级",   "高职高专二年级",
    "高职高专三年级", "本科一年级",     "本科二年级", "本科三年级", "本科四年级", "硕士研究生及以上",
};
static const char *const LABOUR_TEXT[LABOUR__MAX] = {"普通劳动力", "技能劳动力", "弱劳动力或半劳动力", "丧失劳动力",
                                                     "无劳动力"};
static const char *const EDUCATION_TEXT[] = {"文盲或半文盲", "小学", "初中", "高中", "大专", "本科及以上"};
static const char *const POLITICS_TEXT[] = {"群众", "中共党员", "共青团员", "中共预备党员"};
static const char *const MONITOR_TEXT[MONITOR__MAX] = {"", "脱贫不稳定户", "边缘易致贫户", "突发严重困难户"};

/* Numbers of helpers who give their own for many households, the same in every county. */
static const char *const HELPER_PHONES[] = {"13900000011", "13900000022", "13900000033", "13900000044", "13900000055"};

static bool has_relation(const struct gen *g, const struct gen_household *h, uint8_t relation)
{
    for (uint32_t i = 0; i < h->size; i++)
        if (g->people[h->first + i].relation == relation) return true;
    return false;
}

static const char *married_if(bool married, const char *otherwise) { return married ? "已婚" : otherwise; }

static const char *marital(const struct gen *g, const struct gen_household *h, const struct gen_person *p, int32_t age)
{
    switch (p->relation) {
    case REL_SPOUSE:
    case REL_SON_WIFE:
    case REL_DAUGHTER_HUSBAND:
    case REL_UNCLE: return "已婚";
    case REL_HEAD:
        return married_if(has_relation(g, h, REL_SPOUSE), age >= 55 ? "丧偶" : h->size > 1 ? "离婚" : "未婚");
    case REL_SON: return married_if(age >= 22 && has_relation(g, h, REL_SON_WIFE), "未婚");
    case REL_DAUGHTER: return married_if(age >= 22 && has_relation(g, h, REL_DAUGHTER_HUSBAND), "未婚");
    case REL_FATHER:
    case REL_WIFE_FATHER:
    case REL_HUSBAND_FATHER: return married_if(has_relation(g, h, p->relation + 1), "丧偶");
    case REL_MOTHER:
    case REL_WIFE_MOTHER:
    case REL_HUSBAND_MOTHER: return married_if(has_relation(g, h, p->relation - 1), "丧偶");
    default: return age >= 50 ? "丧偶" : "未婚";
    }
}

static const char *politics(struct rng *r, int32_t age)
{
    if (age >= 14 && age <= 26 && gen_chance(r, 2500)) return POLITICS_TEXT[2];
    if (age >= 20 && gen_chance(r, 600)) return POLITICS_TEXT[gen_chance(r, 200) ? 3 : 1];
    return POLITICS_TEXT[0];
}

static uint8_t education(struct rng *r, int32_t age)
{
    static const uint16_t OLD[] = {33, 44, 19, 4, 0, 0}, MIDDLE[] = {5, 28, 52, 11, 3, 1},
                          YOUNG[] = {1, 4, 42, 27, 16, 10};
    return (uint8_t)gen_weighted(r, age >= 65 ? OLD : age >= 40 ? MIDDLE : YOUNG, 6);
}

static uint8_t flawed_relation(struct rng *r, const struct gen_person *p)
{
    if (p->relation == REL_HEAD) return REL_OTHER;
    switch (rng_below(r, 4)) {
    case 0: return REL_HEAD;
    case 1: return REL_SPOUSE;
    case 2: return p->female ? REL_GRANDSON : REL_GRANDDAUGHTER;
    default: return p->female ? REL_MOTHER : REL_FATHER;
    }
}

static void put_health(struct gen_file *f, struct rng *r, const struct gen_person *p, date_day on)
{
    char t[96];
    bool disabled = p->disabled_on && p->disabled_on <= on && !gen_chance(r, 400);
    snprintf(t, sizeof t, "%s%s%s", disabled ? ",残疾" : "", p->health & HEALTH_CHRONIC ? ",长期慢性病" : "",
             p->health & HEALTH_MAJOR ? ",患有大病" : "");
    if (p->flaw == FLAW_BLANK_HEALTH) put_blank(f);
    else put_z(f, t[0] ? t + 1 : "健康");
}

static void put_phone(struct gen_file *f, struct rng *r, const struct gen_household *h, const struct gen_person *p,
                      int32_t age)
{
    static const char *const PREFIX[] = {"130", "135", "137", "139", "150", "152", "158", "182", "187", "188"};
    uint64_t owner = p->id17;
    if (p->id17 % 7 < 2) owner = (uint64_t)h->first << 32;
    if (p->id17 % 401 == 0) owner = (uint64_t)h->village << 33; /* the neighbour's telephone */
    uint64_t own = gen_hash(f->g, TOPIC_ROSTER, owner);
    if (p->relation != REL_HEAD && (age < 16 || !gen_chance(r, 6000))) put_blank(f);
    else if (gen_chance(r, 40)) put_z(f, HELPER_PHONES[rng_below(r, 5)]);
    else put_fmt(f, "%s%08llu", PREFIX[own % 10], (unsigned long long)(own / 16 % 100000000));
}

static void put_person(struct gen_file *f, struct rng *r, const struct gen_household *h, const struct gen_person *p,
                       int32_t month, struct gen_shown *shown)
{
    date_day on = gen_month_end(month);
    int32_t age = gen_age(p, on);
    struct gen_who w;
    gen_who(&w, r, p);
    put_str(f, (struct str){p->name, p->name_n});
    put_who_id(f, &w);
    put_z(f, (p->female != (p->flaw == FLAW_SEX)) ? "女" : "男");
    put_z(f, RELATION_TEXT[p->flaw == FLAW_RELATION ? flawed_relation(r, p) : p->relation]);
    put_date(f, r, p->born);
    put_z(f, p->flaw == FLAW_BLANK_NATION ? "" : GEN_NATIONS[p->nation]);
    put_z(f, politics(r, age));
    put_z(f, marital(f->g, h, p, age));
    uint8_t stage = gen_stage(p, gen_school_year(month));
    *shown = (struct gen_shown){.schooling = education(r, age)};
    shown->pupil = stage < STAGE_NONE && !(month >= p->dropout_from && month < p->dropout_to);
    put_z(f, shown->pupil ? "" : EDUCATION_TEXT[shown->schooling]);
    put_z(f, p->flaw == FLAW_STAGE ? "本科一年级" : shown->pupil ? STAGE_TEXT[stage] : "");
    put_health(f, r, p, on);
    uint8_t labour = p->flaw == FLAW_LABOUR            ? LABOUR_ORDINARY
                     : age >= 16 && stage < STAGE_NONE ? LABOUR_NONE
                                                       : p->labour;
    put_z(f, p->flaw == FLAW_BLANK_LABOUR ? "" : LABOUR_TEXT[labour]);
    shown->insured = !gen_chance(r, 250);
    put_z(f, shown->insured ? "是" : "否");
    put_z(f, h->destitute ? "是" : "否");
    put_phone(f, r, h, p, age);
}

static void put_household(struct gen_file *f, const struct gen_household *h, int32_t month)
{
    const struct gen_villages *v = &f->g->o->villages;
    bool monitored = h->monitor && h->identified <= gen_month_end(month);
    uint64_t hash = gen_hash(f->g, TOPIC_ROSTER, h->first);
    char address[256];
    put_z(f, h->lifted ? "脱贫户" : "一般农户");
    put_z(f, monitored ? MONITOR_TEXT[h->monitor] : "");
    put_day(f, h->registered <= gen_month_end(month) ? h->registered : date_make(2020, 1, 1));
    put_int(f, v->codes[h->village]);
    put_str(f, v->townships ? v->townships[h->village] : (struct str){"", 0});
    put_str(f, v->names[h->village]);
    snprintf(address, sizeof address, "%.*s%s%u组%u号", STR_ARG(utf8_clip(v->names[h->village], 180)),
             hash % 200 == 0 ? "," : "", h->serial % 11 + 1, h->serial);
    put_z(f, address);
    put_z(f, h->water_bad ? "否" : "是");
    put_int(f, 45 + (int64_t)(hash % 160));
    put_fmt(f, "%u.%u", (unsigned)(hash >> 20) % 13, (unsigned)(hash >> 40) % 10);
}

void gen_put_roster_row(struct gen_file *f, struct rng *r, const struct gen_household *h, const struct gen_person *p,
                        int32_t month, struct gen_shown *shown)
{
    put_int(f, gen_household_code(f->g, h));
    put_person(f, r, h, p, month, shown);
    put_household(f, h, month);
}

void gen_put_roster_header(struct gen_file *f)
{
    struct str rest = str_from(GEN_ROSTER_HEADER), name;
    while (str_cut(&rest, ',', &name)) put_str(f, name);
}

void gen_write_roster(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    for (size_t k = 0; k < g->households_n; k++) {
        const struct gen_household *h = &g->households[k];
        for (uint32_t i = 0; i < h->size; i++) {
            const struct gen_person *p = &g->people[h->first + i];
            struct rng r = gen_stream(g, TOPIC_ROSTER, h->first + i, 1);
            struct gen_shown shown;
            if (!gen_present(g, p, month)) continue;
            gen_put_roster_row(f, &r, h, p, month, &shown);
            row_end(f, NULL);
        }
    }
}
