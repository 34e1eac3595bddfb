/* Small files of the county bureau: relatives outside the household, authorisations, monitored households, measures
 * given. */
#include "app/gen_int.h"

/* ---- relatives */

static void put_relative(struct gen_file *f, struct rng *r, const struct gen_person *p, const struct gen_person *of,
                         bool outside, const char *kind, date_day on)
{
    char id[19], of_id[19];
    struct gen_who w;
    gen_id_text(of->id17, of_id);
    gen_id_text(p->id17, id);
    put_z(f, of_id);
    put_str(f, (struct str){of->name, of->name_n});
    if (outside) gen_outsider(&w, r, p);
    if (outside) put_who_id(f, &w);
    else put_z(f, id);
    if (outside) put_who_name(f, &w);
    else put_str(f, (struct str){p->name, p->name_n});
    put_z(f, kind);
    put_z(f, gen_chance(r, 300) ? "是" : "否");
    put_day(f, on);
    row_end(f, r);
}

/* A grown-up child of `parent` who lives in no household here, as a likeness to draw from. */
static struct gen_person far_child(struct rng *r, const struct gen_person *parent)
{
    struct gen_person child = *parent;
    child.female = gen_chance(r, 5000);
    child.born = date_add_months(parent->born, 12 * (int32_t)gen_between(r, 22, 34));
    struct ymd b = date_split(child.born);
    uint64_t day = (uint64_t)(b.year * 10000 + b.month * 100 + b.day);
    child.id17 = parent->id17 / UINT64_C(100000000000) * UINT64_C(100000000000) + day * 1000 + !child.female;
    return child;
}

static void relatives_of(struct gen_file *f, struct rng *r, const struct gen_household *h, const struct gen_person *old,
                         date_day on)
{
    const struct gen *g = f->g;
    if (h->parents_child != GEN_NOBODY) {
        const struct gen_household *c = &g->households[h->parents_child];
        for (uint32_t i = 0; i < c->size; i++) {
            const struct gen_person *p = &g->people[c->first + i];
            if (p->relation == REL_HEAD) put_relative(f, r, p, old, false, "子女", on);
            if (p->relation == REL_SPOUSE) put_relative(f, r, p, old, false, "子女配偶", on);
        }
        if (gen_chance(r, 6000)) return;
    }
    if (!gen_chance(r, 7000)) return;
    struct gen_person child = far_child(r, old);
    put_relative(f, r, &child, old, true, "子女", on);
}

void gen_write_relation(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    date_day on = gen_month_end(month);
    for (size_t k = 0; k < g->households_n; k++) {
        const struct gen_household *h = &g->households[k];
        bool asked = h->parents_child != GEN_NOBODY || h->monitor || h->dibao;
        for (uint32_t i = 0; asked && i < h->size && i < 2; i++) {
            const struct gen_person *p = &g->people[h->first + i];
            bool old = (p->relation == REL_HEAD || p->relation == REL_SPOUSE) && p->age >= 58;
            struct rng r = gen_stream(g, TOPIC_RELATION, h->first + i, 0); /* the same each month */
            if (old && gen_present(g, p, month)) relatives_of(f, &r, h, p, on);
        }
    }
}

/* ---- authorisations */

static void put_authorisation(struct gen_file *f, const struct gen_person *p, size_t index, date_day on)
{
    struct rng r = gen_stream(f->g, TOPIC_AUTHORISED, index, 0);
    int32_t last = f->g->first_month;
    char id[19];
    if (gen_chance(&r, 300)) return;
    bool lapsed = gen_chance(&r, 300);
    date_day from = gen_day_in(&r, lapsed ? last - 30 : last - (int32_t)gen_between(&r, 1, 18));
    gen_id_text(p->id17, id);
    put_z(f, id);
    put_str(f, (struct str){p->name, p->name_n});
    put_z(f, "vehicle");
    put_day(f, from);
    put_day(f, date_add_months(from, lapsed ? 24 : 36));
    put_fmt(f, "SQ%06d%08zu", f->g->o->county, index + 1);
    put_day(f, on);
    row_end(f, NULL);
}

void gen_write_authorised(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    for (size_t i = 0; i < g->people_n; i++) {
        const struct gen_person *p = &g->people[i];
        const struct gen_household *h = &g->households[p->household];
        if ((!h->monitor && !h->dibao) || p->age < 18 || !gen_present(g, p, month)) continue;
        put_authorisation(f, p, i, gen_month_end(month));
    }
}

/* ---- monitored households */

static const char *const CAUSE_TEXT[CAUSE__MAX] = {
    "因病",           "因学",     "因残",       "因自然灾害", "因意外事故", "因产业项目失败",
    "因务工就业不稳", "缺劳动力", "因安全住房", "因安全饮水", "其他"};
static const char *const MONITOR_TEXT[MONITOR__MAX] = {"", "脱贫不稳定户", "边缘易致贫户", "突发严重困难户"};

static void put_household_code(struct gen_file *f, const struct gen_household *h)
{
    char id[19];
    const struct gen_person *head = gen_head(f->g, h);
    put_int(f, gen_household_code(f->g, h));
    put_str(f, (struct str){head->name, head->name_n});
    gen_id_text(head->id17, id);
    put_z(f, id);
}

static void put_monitored(struct gen_file *f, struct rng *r, const struct gen_household *h, uint8_t cause, date_day on)
{
    bool cleared = h->cleared && h->cleared <= on;
    put_household_code(f, h);
    put_z(f, MONITOR_TEXT[h->monitor]);
    put_z(f, CAUSE_TEXT[cause]);
    put_z(f, cause == CAUSE_OTHER && !gen_chance(r, 3000) ? "婚丧支出" : cause == CAUSE_DISASTER ? "洪涝" : "");
    put_day(f, h->identified);
    put_z(f, cleared ? "已消除" : "未消除");
    if (cleared) put_day(f, h->cleared);
    else put_blank(f);
    put_day(f, on);
    row_end(f, NULL);
}

void gen_write_monitored(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    date_day on = gen_month_end(month);
    for (size_t k = 0; k < g->households_n; k++) {
        const struct gen_household *h = &g->households[k];
        if (!h->monitor || h->identified > on) continue;
        struct rng r = gen_stream(g, TOPIC_MONITORED, k, 0);
        put_monitored(f, &r, h, h->cause, on);
        if (h->cause_too != h->cause) put_monitored(f, &r, h, h->cause_too, on);
    }
}

/* ---- measures */

enum measure {
    HELP_BUSINESS,
    HELP_JOB,
    HELP_CREDIT,
    HELP_POST,
    HELP_HEALTH,
    HELP_SCHOOL,
    HELP_STUDY,
    HELP_WELFARE,
    HELP_HOUSE,
    HELP_WATER,
    HELP_SOCIAL,
    HELP_LIVING,
    HELP__MAX
};
static const struct {
    const char *kind, *by;
} MEASURES[HELP__MAX] = {
    {"产业帮扶", "农业农村局"},
    {"就业帮扶", "人力资源和社会保障局"},
    {"金融帮扶", "农村信用社"},
    {"公益岗位帮扶", "人力资源和社会保障局"},
    {"健康帮扶", "医疗保障局"},
    {"义务教育保障", "教育局"},
    {"教育帮扶", "教育局"},
    {"综合保障", "民政局"},
    {"住房安全保障", "住房和城乡建设局"},
    {"饮水安全保障", "水利局"},
    {"社会帮扶", "红十字会"},
    {"生产生活条件改善", "农业农村局"},
};
static const enum measure FITTING[CAUSE__MAX] = {HELP_HEALTH, HELP_STUDY,    HELP_WELFARE, HELP_LIVING,
                                                 HELP_SOCIAL, HELP_BUSINESS, HELP_JOB,     HELP_WELFARE,
                                                 HELP_HOUSE,  HELP_WATER,    HELP_SOCIAL};

static void put_measure(struct gen_file *f, struct rng *r, const struct gen_household *h, enum measure m, date_day from,
                        date_day on)
{
    date_day to = gen_chance(r, 2500) ? date_add_months(from, (int32_t)gen_between(r, 3, 12)) : 0;
    if (to && gen_chance(r, 500)) to = from - 20; /* ends before it begins */
    int64_t fen = gen_between(r, 3, 60) * 10000;
    bool planned = gen_chance(r, 300), blank = gen_left_blank(r);
    const char *by = MEASURES[m].by;
    uint64_t again = rng_below(r, 10000); /* the same help from another department too */
    for (int copy = 0; copy < (again < 150 ? 2 : 1); copy++) {
        if (from > on) return;
        put_household_code(f, h);
        put_z(f, MEASURES[m].kind);
        put_z(f, copy ? "乡镇人民政府" : by);
        put_day(f, from);
        if (to && to <= on) put_day(f, to);
        else put_blank(f);
        if (blank) put_blank(f);
        else put_fen(f, fen);
        put_z(f, planned ? "尚未实施" : "已实施");
        put_day(f, on);
        row_end(f, NULL);
    }
}

static bool anyone_able(const struct gen *g, const struct gen_household *h)
{
    for (uint32_t i = 0; i < h->size; i++)
        if (g->people[h->first + i].labour <= LABOUR_WEAK) return true;
    return false;
}

static void measures_of(struct gen_file *f, struct rng *r, const struct gen_household *h, date_day on)
{
    date_day from = h->identified + (date_day)gen_between(r, 8, 45);
    if (gen_chance(r, 150)) return; /* nothing at all yet */
    bool unfitting = gen_chance(r, 600), only_welfare = gen_chance(r, 800), able = anyone_able(f->g, h);
    if (only_welfare) {
        put_measure(f, r, h, HELP_WELFARE, from, on);
        return;
    }
    if (!unfitting) put_measure(f, r, h, FITTING[h->cause], from, on);
    if (h->cause_too != h->cause && !gen_chance(r, 800)) put_measure(f, r, h, FITTING[h->cause_too], from + 10, on);
    if (able) put_measure(f, r, h, (enum measure)rng_below(r, HELP_POST + 1), from + 5, on);
    if (!able || h->dibao) put_measure(f, r, h, HELP_WELFARE, from + 3, on);
}

void gen_write_measures(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    date_day on = gen_month_end(month);
    for (size_t k = 0; k < g->households_n; k++) {
        const struct gen_household *h = &g->households[k];
        if (!h->monitor || h->identified > on) continue;
        struct rng r = gen_stream(g, TOPIC_MEASURE, k, 0);
        measures_of(f, &r, h, on);
    }
}
