/* Names as they are in the countryside: surnames by their real frequency (household registration statistics of 2020,
 * rounded to 1 in 10,000), given names by sex and generation. */
#include "app/gen_int.h"
#include "base/utf8.h"

enum { CHAR_BYTES = 3, GENERATIONS = 3, DOT_NAMES = 12, RARE_PER_10000 = 3, TWO_CHARACTERS_PER_10000 = 7800 };

static const struct {
    const char *text;
    uint16_t share;
} SURNAMES[] = {
    {"王", 725}, {"李", 719}, {"张", 684}, {"刘", 510}, {"陈", 461}, {"杨", 322}, {"黄", 245}, {"赵", 206}, {"吴", 205},
    {"周", 190}, {"徐", 146}, {"孙", 143}, {"马", 129}, {"朱", 125}, {"胡", 120}, {"郭", 115}, {"何", 114}, {"高", 107},
    {"林", 106}, {"罗", 102}, {"郑", 92},  {"梁", 88},  {"谢", 78},  {"宋", 75},  {"唐", 74},  {"许", 72},  {"韩", 71},
    {"冯", 69},  {"邓", 68},  {"曹", 62},  {"彭", 60},  {"曾", 59},  {"肖", 58},  {"田", 57},  {"董", 56},  {"袁", 54},
    {"潘", 53},  {"于", 52},  {"蒋", 50},  {"蔡", 49},  {"余", 48},  {"杜", 47},  {"叶", 46},  {"程", 45},  {"苏", 44},
    {"魏", 44},  {"吕", 43},  {"丁", 42},  {"任", 42},  {"沈", 41},  {"姚", 40},  {"卢", 39},  {"姜", 38},  {"崔", 38},
    {"钟", 37},  {"谭", 37},  {"陆", 36},  {"汪", 36},  {"范", 35},  {"金", 35},  {"石", 34},  {"廖", 33},  {"贾", 33},
    {"夏", 32},  {"韦", 31},  {"付", 31},  {"方", 30},  {"白", 30},  {"邹", 29},  {"孟", 28},  {"熊", 28},  {"秦", 27},
    {"邱", 27},  {"江", 26},  {"尹", 26},  {"薛", 25},  {"闫", 25},  {"段", 24},  {"雷", 24},  {"侯", 23},  {"龙", 23},
    {"史", 22},  {"陶", 22},  {"黎", 21},  {"贺", 21},  {"顾", 20},  {"毛", 20},  {"郝", 20},  {"龚", 19},  {"邵", 19},
    {"欧阳", 8}, {"司马", 2}, {"上官", 2}, {"诸葛", 1},
};
enum { SURNAMES_N = sizeof SURNAMES / sizeof *SURNAMES };

/* By generation (born before 1960, before 1990, later) and sex. */
static const char *const GIVEN[GENERATIONS][2] = {
    {"国建德福贵有财富根生长发玉金树林忠孝义文武明清山海云龙虎成才万喜来全保庆仁厚学善民义",
     "秀英桂兰玉珍凤琴淑芬翠花菊香莲梅素芳巧改爱云金枝月仙春秋桃杏瑞彩荣娥贞银彦转存"},
    {"伟强军勇建平波涛刚杰辉鹏斌超磊亮峰飞龙明华东海洋志宏永红卫新文武俊林晓国利民胜利",
     "丽敏静芳艳娟霞燕红梅玲娜萍慧莉琴英华云秀晓春小利亚彩雪凤爱平锦巧改瑞珍娥淑会存"},
    {"浩宇轩子涵博文俊杰泽睿晨阳嘉诚佳明天佑一鸣家豪梓豪奕辰思远皓铭旭凯乐航景行书瑞星",
     "欣怡梓涵诗雨思彤佳琪雨桐可馨子萱一诺语嫣若曦悦心妍雅静婷艺依诺晨曦紫玥梦瑶舒然宁"},
};

/* Rare characters of real names: one outside GBK, one outside the first plane. */
static const char *const RARE[] = {"䶮", "𠅤"};

static const char *const DOT_MALE[DOT_NAMES] = {"买买提", "阿卜杜拉", "艾尔肯", "吐尔逊", "玉素甫", "依明",
                                                "卡德尔", "热合曼",   "亚力坤", "艾山",   "库尔班", "木合塔尔"};
static const char *const DOT_FEMALE[DOT_NAMES] = {"阿依古丽", "古丽努尔", "热依汗",   "帕提古丽",
                                                  "米热古丽", "迪丽娜尔", "阿依努尔", "祖丽菲娅",
                                                  "玛依努尔", "茹仙古丽", "再努尔",   "哈丽代"};

const char *const GEN_NATIONS[] = {"汉族", "回族", "满族", "蒙古族", "藏族", "苗族", "维吾尔族"};
static const uint16_t NATION_WEIGHTS[] = {9720, 110, 70, 40, 15, 25, 20};
enum { NATION_UYGHUR = 6 };

uint16_t gen_surname(struct rng *r)
{
    uint64_t total = 0;
    for (size_t i = 0; i < SURNAMES_N; i++) total += SURNAMES[i].share;
    uint64_t x = rng_below(r, total);
    uint16_t i = 0;
    while (x >= SURNAMES[i].share) x -= SURNAMES[i++].share;
    return i;
}

static void name_add(struct gen_person *p, const char *text, size_t n)
{
    if ((size_t)p->name_n + n > GEN_NAME_MAX) return;
    memcpy(p->name + p->name_n, text, n);
    p->name_n = (uint8_t)(p->name_n + n);
}

static void name_with_dot(struct rng *r, struct gen_person *p)
{
    const char *own = (p->female ? DOT_FEMALE : DOT_MALE)[rng_below(r, DOT_NAMES)];
    const char *father = DOT_MALE[rng_below(r, DOT_NAMES)];
    name_add(p, own, strlen(own));
    name_add(p, "·", strlen("·"));
    name_add(p, father, strlen(father));
}

static const char *given_list(const struct gen_person *p)
{
    int32_t year = date_split(p->born).year;
    return GIVEN[year < 1960 ? 0 : year < 1990 ? 1 : 2][p->female];
}

static void add_given(struct rng *r, struct gen_person *p)
{
    const char *list = given_list(p);
    size_t at = (size_t)rng_below(r, strlen(list) / CHAR_BYTES);
    name_add(p, list + at * CHAR_BYTES, CHAR_BYTES);
}

void gen_name(struct rng *r, struct gen_person *p)
{
    p->name_n = 0;
    p->nation = (uint8_t)gen_weighted(r, NATION_WEIGHTS, sizeof NATION_WEIGHTS / sizeof *NATION_WEIGHTS);
    if (p->nation == NATION_UYGHUR) {
        name_with_dot(r, p);
        return;
    }
    const char *surname = SURNAMES[p->surname].text;
    name_add(p, surname, strlen(surname));
    add_given(r, p);
    if (gen_chance(r, RARE_PER_10000)) {
        const char *rare = RARE[rng_below(r, 2)];
        name_add(p, rare, strlen(rare));
    } else if (gen_chance(r, TWO_CHARACTERS_PER_10000)) {
        add_given(r, p);
    }
}

size_t gen_name_misheard(struct rng *r, const struct gen_person *p, char *out)
{
    struct str name = {p->name, p->name_n};
    size_t last = 0;
    for (size_t i = 0; i < name.n;) {
        last = i;
        utf8_next(name, &i);
    }
    const char *list = given_list(p);
    size_t at = (size_t)rng_below(r, strlen(list) / CHAR_BYTES) * CHAR_BYTES;
    if (last + CHAR_BYTES > GEN_NAME_MAX ||
        memcmp(list + at, name.p + last, name.n - last < CHAR_BYTES ? 1 : CHAR_BYTES) == 0)
        at = (at + CHAR_BYTES) % (strlen(list) / CHAR_BYTES * CHAR_BYTES);
    memcpy(out, name.p, last);
    memcpy(out + last, list + at, CHAR_BYTES);
    return last + CHAR_BYTES;
}
