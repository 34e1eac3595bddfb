/* Households and their members. Shapes and sizes follow the rural census: 3.1 people a household, a quarter of the
 * households only of old people, three generations in one of six, grandchildren left with their grandparents in one of
 * thirty. */
#include "app/gen_int.h"
#include "base/mem.h"

enum {
    AREAS = 9, /* the county itself and eight others of the province */
    HOME_AREA_PER_10000 = 9000,
    BIRTH_FIRST_YEAR = 1920,
    BIRTH_SLOTS = 40000, /* days of birth */
    SEQ_PER_DAY_AND_SEX = 500,
    PEOPLE_PER_VILLAGE = 400, /* at least, so that a small county uses few villages */
    NEWBORN_PER_10000 = 12,   /* of households, a month */
    DEATH_PER_10000 = 6,      /* of people, a month */
    TWIN_PER_10000 = 2,
};

/* Where the number comes from when not from the county: real counties of the provinces, else of a neighbour. */
static const int32_t AREAS_SHAANXI[AREAS - 1] = {610122, 610125, 610222, 610322, 610323, 610422, 610523, 610622};
static const int32_t AREAS_SHANXI[AREAS - 1] = {140121, 140122, 140221, 140321, 140423, 140522, 140622, 140722};
static const int32_t AREAS_HEBEI[AREAS - 1] = {130121, 130123, 130224, 130322, 130423, 130522, 130623, 130722};
static const int32_t AREAS_ELSEWHERE[AREAS - 1] = {410122, 410221, 420222, 430121, 510121, 520121, 530122, 620121};

enum line { LINE_OWN, LINE_SPOUSE, LINE_DRAWN };
struct plan_member {
    uint8_t relation, female;
    enum line line; /* whose surname */
    int32_t age;
};
struct plan {
    struct plan_member v[GEN_MEMBERS_MAX];
    size_t n;
};

static void plan_add(struct plan *p, enum gen_relation relation, bool female, enum line line, int32_t age)
{
    if (p->n == GEN_MEMBERS_MAX) return;
    p->v[p->n++] = (struct plan_member){(uint8_t)relation, female, line, age < 0 ? 0 : age > 99 ? 99 : age};
}

/* The head, nearly always the husband, and the spouse. */
static void plan_couple(struct plan *p, struct rng *r, int32_t age)
{
    bool woman = gen_chance(r, 900);
    plan_add(p, REL_HEAD, woman, LINE_OWN, age);
    plan_add(p, REL_SPOUSE, !woman, LINE_DRAWN, age + (int32_t)gen_between(r, woman ? -1 : -5, woman ? 5 : 2));
}

static void plan_children(struct plan *p, struct rng *r, int32_t parent_age, size_t n)
{
    int32_t age = parent_age - (int32_t)gen_between(r, 21, 29);
    for (size_t i = 0; i < n; i++) {
        if (age < 0 && i > 0) return;
        bool girl = gen_chance(r, 4750);
        plan_add(p, girl ? REL_DAUGHTER : REL_SON, girl, LINE_OWN, age);
        age -= (int32_t)gen_between(r, 1, 6);
    }
}

static void plan_grandchildren(struct plan *p, struct rng *r, int32_t parent_age, size_t n, bool of_daughter)
{
    int32_t age = parent_age - (int32_t)gen_between(r, 20, 27);
    for (size_t i = 0; i < n; i++) {
        if (age < 0 && i > 0) return;
        bool girl = gen_chance(r, 4750);
        enum gen_relation boy_is = of_daughter ? REL_DAUGHTER_SON : REL_GRANDSON;
        plan_add(p, boy_is + girl, girl, of_daughter ? LINE_DRAWN : LINE_OWN, age);
        age -= (int32_t)gen_between(r, 1, 6);
    }
}

static void shape_lone_elder(struct plan *p, struct rng *r)
{
    plan_add(p, REL_HEAD, gen_chance(r, 5500), LINE_OWN, (int32_t)gen_between(r, 62, 90));
}

static void shape_lone_adult(struct plan *p, struct rng *r)
{
    plan_add(p, REL_HEAD, gen_chance(r, 2200), LINE_OWN, (int32_t)gen_between(r, 26, 60));
}

static void shape_elder_couple(struct plan *p, struct rng *r) { plan_couple(p, r, (int32_t)gen_between(r, 60, 84)); }
static void shape_couple(struct plan *p, struct rng *r) { plan_couple(p, r, (int32_t)gen_between(r, 25, 59)); }

static void shape_nuclear(struct plan *p, struct rng *r)
{
    static const uint16_t CHILDREN[] = {0, 45, 46, 9};
    int32_t age = (int32_t)gen_between(r, 25, 54);
    plan_couple(p, r, age);
    plan_children(p, r, age - 1, gen_weighted(r, CHILDREN, 4));
}

static void shape_single_parent(struct plan *p, struct rng *r)
{
    int32_t age = (int32_t)gen_between(r, 28, 52);
    plan_add(p, REL_HEAD, gen_chance(r, 4500), LINE_OWN, age);
    plan_children(p, r, age, (size_t)gen_between(r, 1, 2));
}

/* Old head, the son's (sometimes the daughter's) family in the house. */
static void shape_three_old_head(struct plan *p, struct rng *r)
{
    int32_t age = (int32_t)gen_between(r, 52, 76), child = age - (int32_t)gen_between(r, 22, 28);
    if (gen_chance(r, 8000)) plan_couple(p, r, age);
    else plan_add(p, REL_HEAD, gen_chance(r, 4000), LINE_OWN, age);
    bool of_daughter = gen_chance(r, 1000);
    plan_add(p, of_daughter ? REL_DAUGHTER : REL_SON, of_daughter, LINE_OWN, child);
    if (gen_chance(r, 8800))
        plan_add(p, of_daughter ? REL_DAUGHTER_HUSBAND : REL_SON_WIFE, !of_daughter, LINE_DRAWN, child - 1);
    plan_grandchildren(p, r, child, (size_t)gen_between(r, 1, 2), of_daughter);
}

/* Head of the middle generation with one or both parents, now and then the spouse's. */
static void shape_three_young_head(struct plan *p, struct rng *r)
{
    static const enum gen_relation FATHER[] = {REL_FATHER, REL_WIFE_FATHER, REL_HUSBAND_FATHER};
    static const uint16_t CHILDREN[] = {0, 50, 40, 10};
    int32_t age = (int32_t)gen_between(r, 27, 52), old = age + (int32_t)gen_between(r, 22, 30);
    plan_couple(p, r, age);
    bool woman = p->v[0].female;
    size_t whose = gen_chance(r, woman ? 7000 : 600) ? (woman ? 2 : 1) : 0;
    enum line line = whose ? LINE_SPOUSE : LINE_OWN;
    if (gen_chance(r, 6500)) plan_add(p, FATHER[whose], false, line, old);
    else whose |= 4;
    if ((whose & 4) || gen_chance(r, 7500)) plan_add(p, FATHER[whose & 3] + 1, true, LINE_DRAWN, old - 1);
    plan_children(p, r, age - 1, gen_weighted(r, CHILDREN, 4));
}

static void shape_left_behind(struct plan *p, struct rng *r)
{
    int32_t age = (int32_t)gen_between(r, 55, 74);
    if (gen_chance(r, 7500)) plan_couple(p, r, age);
    else plan_add(p, REL_HEAD, gen_chance(r, 6500), LINE_OWN, age);
    plan_grandchildren(p, r, age - 25, (size_t)gen_between(r, 1, 2), gen_chance(r, 1200));
}

/* A nuclear family with somebody more: a brother or sister, a nephew, an uncle, a great-grandchild, somebody else. */
static void shape_with_relative(struct plan *p, struct rng *r)
{
    shape_nuclear(p, r);
    int32_t head = p->v[0].age;
    bool woman = gen_chance(r, 3500);
    switch (rng_below(r, 5)) {
    case 0: plan_add(p, REL_SIBLING, woman, LINE_OWN, head + (int32_t)gen_between(r, -8, 8)); break;
    case 1: plan_add(p, woman ? REL_NIECE : REL_NEPHEW, woman, LINE_OWN, (int32_t)gen_between(r, 5, 17)); break;
    case 2: plan_add(p, REL_UNCLE, false, LINE_OWN, head + (int32_t)gen_between(r, 15, 25)); break;
    case 3: plan_add(p, woman ? REL_GRANDMOTHER : REL_GRANDFATHER, woman, LINE_OWN, head + 46); break;
    default: plan_add(p, REL_OTHER, woman, LINE_DRAWN, (int32_t)gen_between(r, 8, 70)); break;
    }
}

static const struct {
    void (*make)(struct plan *p, struct rng *r);
    uint16_t weight; /* of 1,000 households */
    bool old;        /* grown-up children live elsewhere */
} SHAPES[] = {
    {shape_lone_elder, 85, true},       {shape_lone_adult, 60, false},       {shape_elder_couple, 130, true},
    {shape_couple, 95, false},          {shape_nuclear, 300, false},         {shape_single_parent, 40, false},
    {shape_three_old_head, 145, false}, {shape_three_young_head, 90, false}, {shape_left_behind, 35, true},
    {shape_with_relative, 20, false},
};
enum { SHAPES_N = sizeof SHAPES / sizeof *SHAPES };

static size_t draw_shape(struct rng *r)
{
    uint16_t weights[SHAPES_N];
    for (size_t i = 0; i < SHAPES_N; i++) weights[i] = SHAPES[i].weight;
    return gen_weighted(r, weights, SHAPES_N);
}

/* ---- identity */

static int32_t area_code(const struct gen *g, size_t area)
{
    if (area == 0) return g->o->county;
    const int32_t *list = g->province == 61   ? AREAS_SHAANXI
                          : g->province == 14 ? AREAS_SHANXI
                          : g->province == 13 ? AREAS_HEBEI
                                              : AREAS_ELSEWHERE;
    return list[area - 1] == g->o->county ? list[area - 1] + 2 : list[area - 1];
}

/* A number nobody else has: counted up per area, day and sex from a start of its own. */
static void give_id(struct gen *g, struct rng *r, struct gen_person *p)
{
    size_t area = gen_chance(r, HOME_AREA_PER_10000) ? 0 : (size_t)gen_between(r, 1, AREAS - 1);
    date_day first = date_make(BIRTH_FIRST_YEAR, 1, 1);
    for (;; p->born++) {
        size_t slot = (area * BIRTH_SLOTS + (size_t)(p->born - first)) * 2 + p->female;
        if (g->issued[slot] == SEQ_PER_DAY_AND_SEX) continue;
        uint64_t seq = (g->issued[slot]++ * UINT64_C(7) + gen_hash(g, TOPIC_ID, slot)) % SEQ_PER_DAY_AND_SEX;
        struct ymd b = date_split(p->born);
        uint64_t day = (uint64_t)(b.year * 10000 + b.month * 100 + b.day);
        uint64_t code = (uint64_t)area_code(g, area);
        p->id17 = (code * UINT64_C(100000000) + day) * 1000 + seq * 2 + !p->female;
        return;
    }
}

static date_day draw_birth(const struct gen *g, struct rng *r, int32_t age)
{
    date_day latest = date_add_months(g->start, -12 * age);
    return latest - (date_day)rng_below(r, 365);
}

/* ---- making */

static void make_member(struct gen *g, struct rng *r, uint32_t household, const struct plan_member *m,
                        const uint16_t surnames[3])
{
    struct gen_person *p = &g->people[g->people_n++];
    *p = (struct gen_person){
        .household = household,
        .relation = m->relation,
        .female = m->female,
        .surname = m->line == LINE_DRAWN ? gen_surname(r) : surnames[m->line],
        .work_until = GEN_NEVER,
        .dropout_from = GEN_NEVER,
        .dropout_to = GEN_NEVER,
        .seen_to = GENERATE_MONTHS_MAX,
    };
    p->born = draw_birth(g, r, m->age);
    give_id(g, r, p);
    p->age = (uint8_t)gen_age(p, g->start);
    gen_name(r, p);
    for (int32_t month = 1; month < g->months; month++)
        if (m->relation != REL_HEAD && gen_chance(r, DEATH_PER_10000) && p->seen_to > month)
            p->seen_to = (uint8_t)month;
}

/* A child born after the first roster is on the later ones. */
static void add_newborn(struct gen *g, struct rng *r, uint32_t household, const uint16_t surnames[3])
{
    struct gen_household *h = &g->households[household];
    struct gen_person *mother = NULL;
    for (uint32_t i = 0; i < h->size; i++) {
        struct gen_person *p = &g->people[h->first + i];
        if (p->relation == REL_SPOUSE && p->female && p->age < 42) mother = p;
    }
    if (!mother || h->size == GEN_MEMBERS_MAX) return;
    for (int32_t month = 1; month < g->months; month++) {
        if (!gen_chance(r, NEWBORN_PER_10000 * 6)) continue;
        bool girl = gen_chance(r, 4750);
        struct plan_member m = {girl ? REL_DAUGHTER : REL_SON, girl, LINE_OWN, 0};
        make_member(g, r, household, &m, surnames);
        struct gen_person *p = &g->people[g->people_n - 1];
        p->born = gen_day_in(r, g->first_month + month);
        give_id(g, r, p);
        p->seen_from = (uint8_t)month;
        h->size++;
        return;
    }
}

/* Old people on their own follow the household of their child, when its head is of the age for it. */
static uint32_t find_child(const struct gen *g, uint32_t household, const struct plan_member *head)
{
    for (uint32_t back = 1; back <= 4 && back <= household; back++) {
        const struct gen_household *h = &g->households[household - back];
        const struct gen_person *p = gen_head(g, h);
        int32_t gap = head->age - p->age;
        if (gap >= 20 && gap <= 38 && !p->female) return household - back;
    }
    return GEN_NOBODY;
}

static void make_household(struct gen *g, size_t wanted, uint32_t *serial)
{
    uint32_t household = (uint32_t)g->households_n++;
    struct rng r = gen_stream(g, TOPIC_HOUSEHOLD, household, 0);
    struct plan plan = {.n = 0};
    size_t shape = draw_shape(&r);
    SHAPES[shape].make(&plan, &r);
    struct gen_household *h = &g->households[household];
    *h = (struct gen_household){.first = (uint32_t)g->people_n, .size = (uint8_t)plan.n, .parents_child = GEN_NOBODY};
    size_t village = g->people_n * g->villages_n / wanted;
    h->village = (uint32_t)g->villages[village < g->villages_n ? village : g->villages_n - 1];
    bool same_village = household && g->households[household - 1].village == h->village;
    h->serial = *serial = same_village ? *serial + 1 : 1;
    uint16_t surnames[3] = {gen_surname(&r), gen_surname(&r), 0};
    if (SHAPES[shape].old) h->parents_child = find_child(g, household, &plan.v[0]);
    if (h->parents_child != GEN_NOBODY && !plan.v[0].female)
        surnames[LINE_OWN] = gen_head(g, &g->households[h->parents_child])->surname;
    for (size_t i = 0; i < plan.n; i++) make_member(g, &r, household, &plan.v[i], surnames);
    add_newborn(g, &r, household, surnames);
    gen_life_make(g, household);
}

/* The villages in use, spread over the county. */
static size_t *choose_villages(struct gen *g)
{
    size_t all = g->o->villages.n, n = (size_t)g->o->people / PEOPLE_PER_VILLAGE + 1;
    if (n > all) n = all;
    size_t *chosen = mem_alloc_array(n, sizeof *chosen);
    for (size_t i = 0; chosen && i < n; i++) chosen[i] = i * all / n;
    g->villages_n = n;
    return chosen;
}

/* Some people carry the number of somebody in a household further on. */
static void plant_twins(struct gen *g)
{
    for (size_t i = 0; i + 200 < g->people_n; i++) {
        struct rng r = gen_stream(g, TOPIC_ID, i, 1);
        struct gen_person *p = &g->people[i];
        const struct gen_person *other = &g->people[i + 100 + rng_below(&r, 100)];
        bool alike = p->female == other->female && p->household != other->household && other->flaw == FLAW_NONE;
        if (!gen_chance(&r, TWIN_PER_10000 * 2) || !alike || p->flaw != FLAW_NONE) continue;
        p->id17 = other->id17;
        p->flaw = FLAW_TWIN_ID;
    }
}

enum rc gen_people_make(struct gen *g, struct err *e)
{
    size_t wanted = (size_t)g->o->people;
    g->people_cap = wanted + 2 * GEN_MEMBERS_MAX;
    g->people = mem_alloc_array(g->people_cap, sizeof *g->people);
    g->households = mem_alloc_array(g->people_cap, sizeof *g->households);
    g->issued = mem_zalloc_array((size_t)AREAS * BIRTH_SLOTS * 2, sizeof *g->issued);
    g->villages = choose_villages(g);
    if (!g->people || !g->households || !g->issued || !g->villages) return err_nomem(e);
    uint32_t serial = 0;
    while (g->people_n < wanted) make_household(g, wanted, &serial);
    plant_twins(g);
    return RC_OK;
}

void gen_people_free(struct gen *g)
{
    mem_free(g->people);
    mem_free(g->households);
    mem_free(g->issued);
    mem_free(g->villages);
}
