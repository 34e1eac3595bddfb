/* What a household lives from and what befalls it. The shares are those of docs/demo-data.md. */
#include "app/gen_int.h"

int32_t gen_age(const struct gen_person *p, date_day on) { return date_full_years(p->born, on); }

bool gen_present(const struct gen *g, const struct gen_person *p, int32_t month)
{
    int32_t no = gen_month_no(g, month);
    return no >= p->seen_from && no < p->seen_to;
}

int32_t gen_school_year(int32_t month) { return (month - 8) / 12; }

bool gen_works(const struct gen_person *p, int32_t month)
{
    static const uint8_t SPRING_FESTIVAL = 1; /* February: who works away is at home */
    if (p->work == WORK_NONE || month > p->work_until) return false;
    return month % 12 != SPRING_FESTIVAL || p->work == WORK_FISCAL || p->work == WORK_PUBLIC_POST;
}

/* ---- school */

/* What becomes of a pupil after the ninth year, fixed for life by the number. */
static uint8_t later_stage(uint64_t id17, int32_t age)
{
    uint64_t path = id17 * UINT64_C(2654435761) % 100;
    if (age <= 17) {
        if (path < 55) return (uint8_t)(STAGE_HIGH + age - 15);
        return path < 88 ? (uint8_t)(STAGE_VOCATIONAL + age - 15) : STAGE_NONE;
    }
    if (path < 24 && age <= 21) return (uint8_t)(STAGE_BACHELOR + age - 18);
    if (path >= 24 && path < 62 && age <= 20) return (uint8_t)(STAGE_COLLEGE + age - 18);
    return path < 2 && age <= 24 ? STAGE_MASTER : STAGE_NONE;
}

uint8_t gen_stage(const struct gen_person *p, int32_t year)
{
    int32_t age = gen_age(p, date_make(year, 9, 1) - 1);
    if (age < 3) return STAGE_PRE;
    if (age < 6) return STAGE_KINDERGARTEN;
    if (age < 12) return STAGE_PRIMARY;
    if (age < 15) return (uint8_t)(STAGE_MIDDLE + age - 12);
    return age > 24 ? STAGE_NONE : later_stage(p->id17, age);
}

/* Leaves school without leave: since spring, or from the autumn term on; some come back. */
static void draw_dropout(const struct gen *g, struct rng *r, struct gen_person *p)
{
    uint8_t stage = gen_stage(p, gen_school_year(g->first_month));
    if (stage < STAGE_PRIMARY || stage > STAGE_VOCATIONAL + 2) return;
    uint64_t z = rng_below(r, 10000);
    if (z >= 45) return;
    p->dropout_from = z < 25 ? g->first_month - 6 : g->first_month + 1;
    if (z < 9) p->dropout_to = g->first_month + 1;
}

/* ---- health and labour */

static void draw_health(struct rng *r, struct gen_person *p, int32_t age)
{
    if (gen_chance(r, age >= 60 ? 3800 : age >= 40 ? 1100 : 120)) p->health |= HEALTH_CHRONIC;
    if (gen_chance(r, age >= 60 ? 130 : age >= 30 ? 60 : 15)) p->health |= HEALTH_MAJOR;
}

static void draw_disability(const struct gen *g, struct rng *r, struct gen_person *p, int32_t age)
{
    static const uint16_t KINDS[] = {14, 16, 3, 44, 9, 9, 5}, LEVELS[] = {11, 22, 29, 38};
    bool long_ago = gen_chance(r, age >= 60 ? 1250 : age >= 40 ? 560 : 190), now = gen_chance(r, 9);
    if ((!long_ago && !now) || age < 2) return;
    p->disability_kind = (uint8_t)(1 + gen_weighted(r, KINDS, 7));
    p->disability_level = (uint8_t)(1 + gen_weighted(r, LEVELS, 4));
    int32_t latest = g->first_month + g->months - 1;
    int32_t earliest = date_month_index(p->born) + 24, since = date_month_index(date_make(2010, 1, 1));
    if (earliest < since) earliest = since;
    int32_t month = now ? latest - (int32_t)rng_below(r, 4)
                        : (int32_t)gen_between(r, earliest, latest > earliest + 6 ? latest - 6 : earliest);
    p->disabled_on = gen_day_in(r, month);
    if (p->disabled_on <= g->start) p->health |= HEALTH_DISABLED;
}

static uint8_t draw_labour(struct rng *r, const struct gen_person *p, int32_t age, bool student)
{
    static const uint16_t GROWN[LABOUR__MAX] = {8300, 900, 550, 150, 100},
                          OLD[LABOUR__MAX] = {1500, 100, 4400, 1000, 3000};
    if (age < 16 || student) return LABOUR_NONE;
    if (p->disability_level == 1) return LABOUR_LOST;
    if (p->disability_level == 2 || (p->health & HEALTH_MAJOR)) return gen_chance(r, 5000) ? LABOUR_LOST : LABOUR_WEAK;
    if (age >= 72) return LABOUR_NONE;
    return (uint8_t)gen_weighted(r, age < 60 ? GROWN : OLD, LABOUR__MAX);
}

static void draw_work(const struct gen *g, struct rng *r, struct gen_person *p, int32_t age, bool lifted)
{
    static const uint16_t KINDS[WORK__MAX] = {0, 8300, 230, 1350, 120},
                          KINDS_LIFTED[WORK__MAX] = {0, 7200, 120, 1000, 1680};
    static const int32_t WAGES[] = {90000,  160000, 210000, 250000, 280000, 310000, 340000,
                                    370000, 400000, 440000, 480000, 540000, 640000, 1100000};
    if (p->labour > LABOUR_WEAK || age < 17 || age > 66) return;
    uint32_t share = p->labour == LABOUR_WEAK ? 3500 : age > 59 ? 2500 : p->female ? 6600 : 8200;
    if (!gen_chance(r, share)) return;
    p->work = (uint8_t)gen_weighted(r, lifted ? KINDS_LIFTED : KINDS, WORK__MAX);
    p->wage_fen = (int32_t)gen_quantile(r, WAGES, sizeof WAGES / sizeof *WAGES);
    if (p->work == WORK_FISCAL) p->wage_fen = 380000 + p->wage_fen / 3;
    if (p->work == WORK_PUBLIC_POST) p->wage_fen = 60000 + p->wage_fen / 12;
    p->insured = gen_chance(r, p->work == WORK_SELF ? 6500 : 9500);
    if (p->work != WORK_FISCAL && gen_chance(r, 180))
        p->work_until = (int32_t)gen_between(r, g->first_month - 5, g->first_month + g->months - 1);
}

static void make_person(const struct gen *g, struct gen_person *p, bool lifted)
{
    struct rng r = gen_stream(g, TOPIC_LIFE, (uint64_t)(p - g->people), 1);
    int32_t age = p->age;
    bool student = gen_stage(p, gen_school_year(g->first_month)) < STAGE_NONE;
    draw_health(&r, p, age);
    draw_disability(g, &r, p, age);
    draw_dropout(g, &r, p);
    p->labour = draw_labour(&r, p, age, student);
    draw_work(g, &r, p, age, lifted);
}

/* ---- the household */

struct sums {
    uint32_t able, workers, severe, ill, old, students, female_head;
    int64_t wage;
};

static struct sums sum_up(const struct gen *g, const struct gen_household *h)
{
    struct sums s = {0};
    for (uint32_t i = 0; i < h->size; i++) {
        const struct gen_person *p = &g->people[h->first + i];
        s.able += p->labour <= LABOUR_WEAK;
        s.workers += p->work != WORK_NONE;
        s.wage += p->wage_fen;
        s.severe += p->disability_level == 1 || p->disability_level == 2;
        s.ill += (p->health & HEALTH_MAJOR) != 0;
        s.old += p->age >= 60;
        uint8_t stage = gen_stage(p, gen_school_year(g->first_month));
        s.students += stage >= STAGE_HIGH && stage < STAGE_NONE;
    }
    return s;
}

/* What a year brings, roughly. Pension and dibao are not in it. */
static int64_t expected_fen(const struct gen_household *h, const struct sums *s)
{
    return s->wage * 11 + h->farm_fen * INT64_C(62) / 100 + h->support_fen + h->rent_fen;
}

/* Hardly anybody is left without means: those whom the draw left below are lifted by farming or by their children,
 * except one in ten. */
static void keep_off_the_edge(struct rng *r, struct gen_household *h, const struct sums *s)
{
    static const int32_t FLOOR[] = {850000, 1000000, 1120000, 1250000, 1450000, 1800000};
    int64_t pension = s->old * INT64_C(240000);
    int64_t wanted = gen_quantile(r, FLOOR, sizeof FLOOR / sizeof *FLOOR) * h->size;
    int64_t missing = wanted - expected_fen(h, s) - pension;
    if (missing <= 0 || gen_chance(r, 950)) return;
    if (s->able) h->farm_fen += (int32_t)(missing * 100 / 62);
    else h->support_fen += (int32_t)missing;
}

static void draw_income(const struct gen *g, struct rng *r, struct gen_household *h, const struct sums *s)
{
    static const int32_t FARM[] = {0, 150000, 300000, 450000, 600000, 800000, 1050000, 1400000, 2000000, 5500000};
    static const int32_t SUPPORT[] = {120000, 240000, 360000, 480000, 600000, 800000, 1200000};
    h->shock_month = GEN_NEVER;
    bool at_home = s->able > 0 || (s->old > 0 && gen_chance(r, 5500));
    if (at_home) h->farm_fen = (int32_t)gen_quantile(r, FARM, sizeof FARM / sizeof *FARM);
    if (gen_chance(r, 3500)) h->rent_fen = (int32_t)gen_between(r, 30000, 300000);
    if (s->workers == 0 && s->old > 0 && gen_chance(r, 9300))
        h->support_fen = (int32_t)gen_quantile(r, SUPPORT, sizeof SUPPORT / sizeof *SUPPORT) * h->size;
    if (s->workers == 0 && s->able > 0 && s->old == 0)
        h->farm_fen += (int32_t)gen_between(r, 800000, 2600000) * h->size / 2;
    keep_off_the_edge(r, h, s);
    if (gen_chance(r, 220))
        h->shock_month = (int32_t)gen_between(r, g->first_month - 10, g->first_month + g->months - 1);
}

static void draw_house(const struct gen *g, struct rng *r, struct gen_household *h, bool poor)
{
    uint64_t z = rng_below(r, 100000);
    uint64_t worse = poor ? 3 : 1;
    h->grade = z < 120 * worse ? GRADE_D : z < 900 * worse ? GRADE_C : z < 24000 ? GRADE_B : GRADE_A;
    h->house_month = GEN_NEVER;
    h->house_then = h->grade;
    int32_t next = g->first_month + 1 + (g->months > 2 ? (int32_t)rng_below(r, (uint64_t)g->months - 1) : 0);
    if (h->grade >= GRADE_C) {
        h->other_house = gen_chance(r, 3500);
        h->rebuilt = gen_chance(r, 2500);
        if (h->rebuilt && gen_chance(r, 4000)) {
            h->house_month = next;
            h->house_then = GRADE_A;
        }
    } else if (gen_chance(r, 3)) {
        h->house_month = next;
        h->house_then = gen_chance(r, 3000) ? GRADE_D : GRADE_C;
    }
    h->water_bad = gen_chance(r, poor ? 40 : 15);
}

static void draw_dibao(const struct gen *g, struct rng *r, struct gen_household *h, const struct sums *s)
{
    int64_t a_head = (expected_fen(h, s) + s->old * INT64_C(240000)) / h->size;
    uint32_t chance = a_head < 600000    ? 6500
                      : a_head < 850000  ? 4500
                      : a_head < 1100000 ? 1900
                      : a_head < 1500000 ? 560
                                         : 35;
    chance += s->severe ? 1300 : 0;
    chance += s->ill ? 500 : 0;
    h->dibao_from = h->dibao_until = h->over_line_from = GEN_NEVER;
    bool alone = h->size == 1 && s->old && h->parents_child == GEN_NOBODY;
    h->destitute = alone && gen_chance(r, 1500);
    if (h->destitute || !gen_chance(r, chance)) return;
    h->dibao = s->severe && h->size > 1 && a_head > 850000 ? DIBAO_SINGLE : DIBAO_WHOLE;
    int32_t last = g->first_month + g->months - 1;
    h->dibao_from = gen_chance(r, 200) ? last - (int32_t)rng_below(r, 2) : (int32_t)gen_between(r, last - 90, last - 8);
    if (gen_chance(r, 60)) h->dibao_until = g->first_month;
    if (a_head > 1200000 && gen_chance(r, 1500)) h->over_line_from = (int32_t)gen_between(r, last - 14, last - 3);
}

static enum gen_cause draw_cause(struct rng *r, const struct gen_household *h, const struct sums *s)
{
    static const enum gen_cause ELSE[] = {CAUSE_JOB, CAUSE_DISASTER, CAUSE_ACCIDENT, CAUSE_PROJECT,
                                          CAUSE_JOB, CAUSE_OTHER,    CAUSE_ILLNESS};
    if (s->ill && gen_chance(r, 9000)) return CAUSE_ILLNESS;
    if (s->severe && gen_chance(r, 8000)) return CAUSE_DISABILITY;
    if (h->grade == GRADE_D) return CAUSE_HOUSE;
    if (h->water_bad) return CAUSE_WATER;
    if (s->able == 0) return CAUSE_LABOUR;
    if (s->students && gen_chance(r, 6000)) return CAUSE_SCHOOL;
    return ELSE[rng_below(r, sizeof ELSE / sizeof *ELSE)];
}

static void draw_monitoring(const struct gen *g, struct rng *r, struct gen_household *h, const struct sums *s)
{
    uint32_t chance = 55;
    if (s->ill) chance += 350;
    if (s->severe) chance += 250;
    if (h->lifted) chance += 120;
    if (h->grade == GRADE_D) chance += 900;
    if (h->dibao) chance += 200;
    if (!gen_chance(r, chance)) return;
    h->monitor = gen_chance(r, 2000) ? MONITOR_SUDDEN : h->lifted ? MONITOR_LIFTED : MONITOR_EDGE;
    h->cause = (uint8_t)draw_cause(r, h, s);
    h->cause_too = gen_chance(r, 2500) ? (uint8_t)draw_cause(r, h, s) : h->cause;
    int32_t last = g->first_month + g->months - 1;
    bool fresh = gen_chance(r, 400);
    int32_t month = fresh ? last - (int32_t)rng_below(r, 2) : (int32_t)gen_between(r, last - 58, last - 2);
    h->identified = h->registered = gen_day_in(r, month);
    bool labour = s->able > 0;
    if (month < last - 7 && gen_chance(r, labour ? 5000 : 150)) {
        int32_t cleared = gen_chance(r, 500) ? last : (int32_t)gen_between(r, month + 6, last - 1);
        h->cleared = gen_day_in(r, cleared);
    }
}

/* Costly illnesses begin all the time: in some months more than half of them lead to identification, the others come to
 * nothing. */
static void fall_ill(const struct gen *g, struct rng *r, struct gen_household *h)
{
    static const int32_t BEFORE = 10; /* months before the first file in which they may have begun */
    int32_t window = BEFORE + g->months;
    if (!gen_chance(r, (uint32_t)(window * 5 / 2))) return;
    h->course_from = g->first_month - BEFORE + (int32_t)rng_below(r, (uint64_t)window);
    int32_t month = h->course_from + (int32_t)gen_between(r, 3, 8);
    if (!gen_chance(r, 5500) || month >= g->first_month + g->months) return;
    h->monitor = gen_chance(r, 5000) ? MONITOR_SUDDEN : h->lifted ? MONITOR_LIFTED : MONITOR_EDGE;
    h->cause = h->cause_too = CAUSE_ILLNESS;
    h->identified = h->registered = gen_day_in(r, month);
}

/* Most of those identified for illness had cost much before; a few had not: nothing announced them. */
static void draw_course(const struct gen *g, struct gen_household *h)
{
    struct rng r = gen_stream(g, TOPIC_COURSE, (uint64_t)(h - g->households), 0);
    bool ill = h->monitor && (h->cause == CAUSE_ILLNESS || h->cause_too == CAUSE_ILLNESS);
    h->course_from = GEN_NEVER;
    h->patient = h->first;
    for (uint32_t i = h->size; i-- > 0;)
        if (g->people[h->first + i].health & HEALTH_MAJOR) h->patient = h->first + i;
    if (!h->monitor) fall_ill(g, &r, h);
    else if (ill && gen_chance(&r, 7500))
        h->course_from = date_month_index(h->identified) - (int32_t)gen_between(&r, 3, 8);
}

static void draw_car(const struct gen *g, struct rng *r, struct gen_household *h, const struct sums *s)
{
    static const int32_t PRICES[] = {300000,  450000,  600000,   3000000,  4500000,
                                     6500000, 8500000, 11000000, 16000000, 32000000};
    uint32_t chance = h->dibao == DIBAO_WHOLE ? 450 : h->monitor ? 1200 : s->workers ? 4300 : s->able ? 2300 : 200;
    if (!gen_chance(r, chance)) return;
    h->car_fen = (int32_t)gen_quantile(r, PRICES, sizeof PRICES / sizeof *PRICES) / 10000 * 10000;
    int32_t last = g->first_month + g->months - 1;
    h->car_on = gen_day_in(r, gen_chance(r, 1400) ? last - (int32_t)rng_below(r, 12)
                                                  : (int32_t)gen_between(r, last - 150, last - 12));
}

/* ---- mistakes in the roster */

static void plant_flaw(const struct gen *g, struct gen_person *p)
{
    static const uint16_t WEIGHTS[FLAW__MAX] = {0, 9, 4, 60, 55, 17, 21, 12, 0};
    struct rng r = gen_stream(g, TOPIC_ROSTER, (uint64_t)(p - g->people), 7);
    if (p->flaw != FLAW_NONE || !gen_chance(&r, 130)) return;
    enum gen_flaw flaw = (enum gen_flaw)gen_weighted(&r, WEIGHTS, FLAW__MAX);
    int32_t age = p->age;
    if (flaw == FLAW_LABOUR && (age > 15 || age < 8)) return;
    if (flaw == FLAW_STAGE && (age < 9 || age > 14)) return;
    if ((flaw == FLAW_RELATION || flaw == FLAW_SEX) && p->relation == REL_HEAD && !gen_chance(&r, 5000)) return;
    p->flaw = (uint8_t)flaw;
}

static void set_registered(struct rng *r, struct gen_household *h)
{
    static const uint16_t FROM = 2014, TO = 2020;
    int32_t year = (int32_t)gen_between(r, FROM, h->lifted ? FROM + 4 : TO + 4);
    if (!h->registered) h->registered = gen_day_in(r, year * 12 + (int32_t)rng_below(r, 12));
}

void gen_life_make(struct gen *g, uint32_t household)
{
    struct gen_household *h = &g->households[household];
    struct rng r = gen_stream(g, TOPIC_LIFE, household, 0);
    h->lifted = gen_chance(&r, 1300);
    for (uint32_t i = 0; i < h->size; i++) make_person(g, &g->people[h->first + i], h->lifted);
    struct sums s = sum_up(g, h);
    draw_income(g, &r, h, &s);
    draw_house(g, &r, h, s.workers == 0);
    draw_dibao(g, &r, h, &s);
    draw_monitoring(g, &r, h, &s);
    draw_course(g, h);
    draw_car(g, &r, h, &s);
    set_registered(&r, h);
    for (uint32_t i = 0; i < h->size; i++) plant_flaw(g, &g->people[h->first + i]);
}

/* ---- dibao */

bool gen_on_dibao(const struct gen *g, const struct gen_household *h, const struct gen_person *p, int32_t month)
{
    if (h->dibao == DIBAO_NONE || month < h->dibao_from || month > h->dibao_until) return false;
    if (h->dibao == DIBAO_WHOLE) return true;
    (void)g;
    return p->disability_level == 1 || p->disability_level == 2;
}

int32_t gen_dibao_fen(const struct gen *g, const struct gen_household *h)
{
    return 26000 + (int32_t)(gen_hash(g, TOPIC_DIBAO, h->first) % 24) * 1000;
}
