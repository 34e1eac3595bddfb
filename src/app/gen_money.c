/* Events of the month: medical settlements, declared income, insured work. */
#include "app/gen_int.h"

static bool history_begins(const struct gen *g, int32_t month) { return month == g->first_month; }

/* ---- medical */

struct bill {
    int64_t total, fund, serious, assist;
    const char *hospital, *disease;
    date_day on;
    int32_t month;
    bool inpatient;
};

static const char *const HOSPITALS[] = {"县人民医院",   "县中医医院", "中心卫生院",        "市第一人民医院",
                                        "县妇幼保健院", "村卫生室",   "省人民医院,东院区", "县人民医院\n（城东分院）"};
static const char *const DISEASES[] = {"高血压",       "2型糖尿病",  "冠心病",   "脑梗死",       "慢性阻塞性肺疾病",
                                       "上呼吸道感染", "急性胃肠炎", "骨关节炎", "腰椎间盘突出", "肺炎",
                                       "白内障",       "骨折",       "阑尾炎",   "胆囊结石"};
static const char *const MAJOR_DISEASES[] = {"恶性肿瘤", "终末期肾病",   "急性心肌梗死",
                                             "脑出血",   "重性精神疾病", "肝硬化"};

static int64_t draw_total(struct rng *r, bool inpatient, bool major)
{
    static const int32_t OUT[] = {1500, 4000, 6000, 8000, 11000, 15000, 20000, 28000, 42000, 90000};
    static const int32_t IN[] = {60000,  150000, 220000,  290000,  360000,  430000,  510000, 600000,
                                 710000, 850000, 1030000, 1300000, 1700000, 2400000, 3600000};
    static const int32_t TAIL[] = {1500000, 2200000, 3000000, 4000000, 5500000, 8000000, 13000000, 24000000};
    if (!inpatient) return gen_quantile(r, OUT, sizeof OUT / sizeof *OUT);
    if (gen_chance(r, major ? 4500 : 220)) return gen_quantile(r, TAIL, sizeof TAIL / sizeof *TAIL);
    return gen_quantile(r, IN, sizeof IN / sizeof *IN);
}

/* Basic insurance, then serious-illness insurance above a line, then medical aid for the poor; the rest is paid by
 * hand. */
static void share_out(struct rng *r, struct bill *b, bool poor)
{
    static const int64_t SERIOUS_LINE_FEN = 1400000;
    b->fund = b->total * gen_between(r, b->inpatient ? 55 : 40, b->inpatient ? 76 : 65) / 100;
    int64_t left = b->total - b->fund;
    if (left > SERIOUS_LINE_FEN) b->serious = (left - SERIOUS_LINE_FEN) * 60 / 100;
    left -= b->serious;
    if (poor || gen_chance(r, 150)) b->assist = left * gen_between(r, 50, 75) / 100;
}

static struct bill draw_bill(const struct gen *g, struct rng *r, const struct gen_person *p, int32_t month)
{
    const struct gen_household *h = &g->households[p->household];
    bool major = (p->health & HEALTH_MAJOR) != 0;
    uint32_t stay = major ? 4200 : (p->health & HEALTH_CHRONIC) ? 1500 : p->age >= 60 ? 1300 : 900;
    struct bill b = {.inpatient = gen_chance(r, stay), .month = month};
    b.total = draw_total(r, b.inpatient, major);
    share_out(r, &b, h->dibao != DIBAO_NONE || h->destitute);
    size_t hospital = rng_below(r, b.inpatient ? 5 : 6);
    b.hospital = HOSPITALS[gen_chance(r, 90) ? 6 : gen_chance(r, 40) ? 7 : hospital];
    b.disease = major && b.inpatient ? MAJOR_DISEASES[rng_below(r, 6)] : DISEASES[rng_below(r, 14)];
    b.on = gen_day_in(r, month);
    return b;
}

/* Amounts of a thousand and more come with separators. */
static void put_grouped_fen(struct gen_file *f, int64_t fen)
{
    if (fen < 100000) put_fen(f, fen);
    else if (fen < 100000000)
        put_fmt(f, "%lld,%03lld.%02lld", (long long)(fen / 100000), (long long)(fen / 100 % 1000),
                (long long)(fen % 100));
    else
        put_fmt(f, "%lld,%03lld,%03lld.%02lld", (long long)(fen / 100000000), (long long)(fen / 100000 % 1000),
                (long long)(fen / 100 % 1000), (long long)(fen % 100));
}

static void bill_row(struct gen_file *f, struct rng *r, const struct gen_who *w, const void *facts)
{
    const struct bill *b = facts;
    put_serial(f, "JS", b->month);
    put_who_id(f, w);
    put_who_name(f, w);
    put_date(f, r, b->on);
    put_z(f, b->inpatient ? "住院" : "门诊");
    put_z(f, b->hospital);
    put_z(f, gen_chance(r, 60) ? "" : b->disease);
    bool wrong_sum = gen_chance(r, 5);
    put_grouped_fen(f, b->total + (wrong_sum ? 10000 : 0));
    put_grouped_fen(f, b->fund);
    put_grouped_fen(f, b->serious);
    put_grouped_fen(f, b->assist);
    if (gen_left_blank(r)) put_blank(f);
    else put_grouped_fen(f, b->total - b->fund - b->serious - b->assist);
    row_end(f, r);
}

/* The month's stay in hospital of a costly illness, as long as it lasts. */
static bool draw_stay(const struct gen *g, const struct gen_person *p, size_t i, int32_t month, struct bill *b)
{
    const struct gen_household *h = &g->households[p->household];
    struct rng r = gen_stream(g, TOPIC_COURSE, i, (uint64_t)month);
    if (h->patient != i || month < h->course_from || month >= h->course_from + GEN_COURSE_MONTHS) return false;
    if (!gen_chance(&r, 7500)) return false;
    *b = (struct bill){.inpatient = true, .month = month, .total = gen_between(&r, 25000, 70000) * 100};
    share_out(&r, b, h->dibao != DIBAO_NONE || h->destitute);
    b->hospital = HOSPITALS[gen_chance(&r, 5000) ? 3 : 0];
    b->disease = MAJOR_DISEASES[rng_below(&r, 6)];
    b->on = gen_day_in(&r, month);
    return true;
}

static uint32_t visits_per_10000(const struct gen_person *p)
{
    uint32_t n = p->age < 10 ? 1050 : p->age < 40 ? 520 : p->age < 60 ? 700 : 1350;
    if (p->health & HEALTH_CHRONIC) n += n * 6 / 10;
    return p->health & HEALTH_MAJOR ? 3800 : n;
}

static void medical_month(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    for (size_t k = 0; k < g->people_n; k++) {
        size_t i = gen_shuffled(g, k);
        const struct gen_person *p = &g->people[i];
        if (date_of_month_index(month) < p->born) continue;
        struct rng r = gen_stream(g, TOPIC_MEDICAL, i, (uint64_t)month);
        uint32_t rate = visits_per_10000(p);
        for (int visit = 0; visit < 3 && gen_chance(&r, rate); visit++) {
            struct bill b = draw_bill(g, &r, p, month);
            gen_rows_about(f, &r, p, bill_row, &b);
        }
        struct bill stay;
        if (draw_stay(g, p, i, month, &stay)) gen_rows_about(f, &r, p, bill_row, &stay);
    }
}

void gen_write_medical(struct gen_file *f, int32_t month)
{
    int32_t from = history_begins(f->g, month) ? month - GEN_HISTORY_MEDICAL + 1 : month;
    for (int32_t m = from; m <= month; m++) medical_month(f, m);
}

/* ---- income */

struct income {
    int64_t wage, business, property, transfer, cost, work_cost, payout;
    int32_t month;
};

static int64_t wage_in(const struct gen_household *h, const struct gen_person *p, int32_t month)
{
    if (!gen_works(p, month)) return 0;
    return month >= h->shock_month ? p->wage_fen * INT64_C(3) / 10 : p->wage_fen;
}

enum { JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE, JULY, AUGUST, SEPTEMBER, OCTOBER, NOVEMBER, DECEMBER };

/* Transfers come each quarter: pension of those over 60, dibao, what children give. */
static int64_t transfers(const struct gen *g, const struct gen_household *h, int32_t month)
{
    int64_t sum = month % 12 == MAY ? (int64_t)(h->farm_fen / 50) : 0;
    if (month % 3 != 2) return sum;
    for (uint32_t i = 0; i < h->size; i++) {
        const struct gen_person *p = &g->people[h->first + i];
        if (p->age >= 60) sum += INT64_C(3) * (16500 + (int64_t)(p->id17 / 7 % 9) * 1000);
        if (gen_on_dibao(g, h, p, month)) sum += INT64_C(3) * gen_dibao_fen(g, h);
    }
    return sum + h->support_fen / 4 + (h->destitute ? INT64_C(270000) : 0);
}

static struct income income_in(const struct gen *g, const struct gen_household *h, int32_t month)
{
    struct income x = {.month = month};
    for (uint32_t i = 0; i < h->size; i++) x.wage += wage_in(h, &g->people[h->first + i], month);
    x.work_cost = x.wage * 6 / 100;
    uint64_t hash = gen_hash(g, TOPIC_INCOME, (uint64_t)h->first * 4096 + (uint64_t)(month / 12));
    int64_t harvest = h->farm_fen * (int64_t)(85 + hash % 31) / 100;
    if (hash % 131 == 0) harvest /= 6;
    if (month % 12 == JUNE) x.business = harvest * 2 / 5;
    if (month % 12 == OCTOBER) x.business = harvest - harvest * 2 / 5;
    if (month % 12 == MARCH || month % 12 == JULY) x.cost = h->farm_fen * INT64_C(19) / 100;
    if (month % 12 == DECEMBER) x.property = h->rent_fen;
    x.transfer = transfers(g, h, month);
    if (hash % 131 == 0 && month % 12 == NOVEMBER) x.payout = h->farm_fen / 3;
    return x;
}

static void income_row(struct gen_file *f, struct rng *r, const struct gen_who *w, const void *facts)
{
    const struct income *x = facts;
    put_serial(f, "SR", x->month);
    put_who_id(f, w);
    put_who_name(f, w);
    put_date(f, r, gen_month_end(x->month));
    if (gen_chance(r, 10)) put_blank(f);
    else put_fen(f, x->wage);
    put_fen(f, x->business);
    put_fen(f, x->property);
    put_fen(f, x->transfer);
    put_fen(f, x->cost);
    put_fen(f, x->work_cost);
    put_fen(f, x->payout);
    row_end(f, r);
}

static void income_month(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    for (size_t k = 0; k < g->households_n; k++) {
        const struct gen_household *h = &g->households[k];
        struct income x = income_in(g, h, month);
        if (x.wage + x.business + x.property + x.transfer + x.cost + x.payout == 0) continue;
        struct rng r = gen_stream(g, TOPIC_INCOME, k, (uint64_t)month);
        gen_rows_about(f, &r, gen_head(g, h), income_row, &x);
    }
}

void gen_write_income(struct gen_file *f, int32_t month)
{
    int32_t from = history_begins(f->g, month) ? month - GEN_HISTORY_INCOME + 1 : month;
    for (int32_t m = from; m <= month; m++) income_month(f, m);
}

/* ---- insured work */

struct pay {
    const struct gen_person *p;
    int64_t wage;
    date_day on;
};

static void pay_row(struct gen_file *f, struct rng *r, const struct gen_who *w, const void *facts)
{
    static const char *const NATURE[WORK__MAX] = {"", "企业", "机关事业单位", "个体", "公益岗位"};
    static const char *const PLACE[WORK__MAX] = {"", "建筑劳务有限公司", "中心小学", "个体工商户", "村民委员会"};
    static const char *const KIND[WORK__MAX] = {"", "城镇职工养老保险", "城镇职工养老保险", "失业保险", "工伤保险"};
    const struct pay *x = facts;
    put_int(f, f->g->o->county * INT64_C(1000000000000) +
                   (int64_t)(gen_hash(f->g, TOPIC_WORK, w->id17) % UINT64_C(1000000000000)));
    put_who_name(f, w);
    put_who_id(f, w);
    put_date(f, r, x->on);
    put_fmt(f, "第%llu%s", (unsigned long long)(x->p->id17 % 97 + 1), PLACE[x->p->work]);
    put_z(f, NATURE[x->p->work]);
    if (gen_left_blank(r)) put_blank(f);
    else put_fen(f, x->wage);
    put_z(f, KIND[x->p->work]);
    row_end(f, r);
}

static void work_month(struct gen_file *f, int32_t month)
{
    const struct gen *g = f->g;
    for (size_t k = 0; k < g->people_n; k++) {
        size_t i = gen_shuffled(g, k);
        const struct gen_person *p = &g->people[i];
        if (!p->insured || !gen_works(p, month)) continue;
        struct rng r = gen_stream(g, TOPIC_WORK, i, (uint64_t)month);
        struct pay x = {p, wage_in(&g->households[p->household], p, month), date_of_month_index(month) + 14};
        gen_rows_about(f, &r, p, pay_row, &x);
    }
}

void gen_write_work(struct gen_file *f, int32_t month)
{
    int32_t from = history_begins(f->g, month) ? month - GEN_HISTORY_WORK + 1 : month;
    for (int32_t m = from; m <= month; m++) work_month(f, m);
}
