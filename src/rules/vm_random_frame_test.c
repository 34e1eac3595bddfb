/* Random frames: empty households, blanks, conflicts, rough dates, missing and partial deliveries, movers, several
 * divisions. */
#include "rules/random_program.h"

static const enum rep COL_REPS[RCOL__MAX] = {REP_INT, REP_INT, REP_BOOL, REP_SPAN, REP_SPAN, REP_SET,
                                             REP_INT, REP_INT, REP_INT,  REP_INT,  REP_INT};

enum rep random_col_rep(uint32_t col) { return COL_REPS[col]; }

bool random_chance(struct rng *r, unsigned percent) { return rng_below(r, 100) < percent; }

static int64_t wild_int(struct rng *r)
{
    static const int64_t v[] = {
        INT64_MAX, INT64_MIN, INT64_MAX / 2, INT64_MIN / 3, INT64_C(1) << 40, -(INT64_C(1) << 33), 1000000000, -1,
        0,         7};
    return v[rng_below(r, sizeof v / sizeof *v)];
}

static date_day near_day(struct rng *r) { return date_make(2024, 1, 1) + (date_day)rng_below(r, 1000); }

int64_t random_pick(struct rng *r, enum rep rep, bool wild)
{
    static const date_day odd_days[] = {1, 737119, 738000, 803000};
    switch (rep) {
    case REP_BOOL: return (int64_t)rng_below(r, 2);
    case REP_SET: return (int64_t)(rng_next(r) & rng_next(r) & (wild ? UINT64_MAX : 0xf));
    case REP_SPAN:
        if (wild && random_chance(r, 10)) return odd_days[rng_below(r, 4)];
        return SPAN_OF(near_day(r) - (random_chance(r, 20) ? 10000 : 0),
                       wild && random_chance(r, 40) ? (int64_t)rng_below(r, 400) : 0);
    default: return wild ? wild_int(r) : (int64_t)rng_below(r, 12) - 4;
    }
}

/* The value of a cell; refs name rows that are there, or nobody of the frame. */
static int64_t cell(struct random_case *c, uint32_t col, uint32_t persons, uint32_t households)
{
    struct rng *r = &c->rng;
    uint32_t n = col == RCOL_PERSON ? persons : households;
    switch (col) {
    case RCOL_PERSON:
    case RCOL_HOUSEHOLD:
        return n && !random_chance(r, 10) ? (int64_t)rng_below(r, n) : REF_OUTSIDE - (int64_t)rng_below(r, 2);
    case RCOL_KEY: return (int64_t)rng_below(r, 4);
    default: return random_pick(r, COL_REPS[col], col == RCOL_WILD || col == RCOL_ROUGH);
    }
}

static void fill_row(struct random_case *c, uint16_t table, uint32_t row, uint32_t persons, uint32_t households)
{
    for (uint32_t col = 0; col < RCOL_NONE; col++) {
        bool blank = col != RCOL_FULL && random_chance(&c->rng, 12), conflict = random_chance(&c->rng, 3);
        int64_t v = cell(c, col, persons, households);
        if (blank && random_chance(&c->rng, 30)) frame_build_not_given(c->m.build, table, row, col);
        if (blank) continue;
        if (conflict && col != RCOL_FULL) frame_build_conflict(c->m.build, table, row, col);
        else frame_build_set(c->m.build, table, row, col, v);
    }
}

static void columns(struct random_case *c)
{
    for (uint16_t table = 0; table < TABLE_FACT0 + RANDOM_DATASETS; table++)
        for (uint32_t col = 0; col < RCOL__MAX; col++)
            frame_build_column(c->m.build, table, COL_REPS[col],
                               col == RCOL_PERSON      ? TABLE_PERSON
                               : col == RCOL_HOUSEHOLD ? TABLE_HOUSEHOLD
                                                       : UINT16_MAX);
}

static int64_t division(struct rng *r)
{
    static const int64_t v[] = {610102001001, 610102001002, 610103000000, 140105000000, 0};
    return v[rng_below(r, random_chance(r, 90) ? 2 : 5)];
}

static void deliveries(struct random_case *c, uint32_t d, bool all)
{
    struct rng *r = &c->rng;
    for (int k = 0; k < 6; k++) {
        date_day from = date_month_start(near_day(r)),
                 to = date_month_end(date_add_months(from, (int32_t)rng_below(r, 14)));
        int64_t div = random_chance(r, 60) ? 610000000000 : division(r);
        struct fdelivery v = {.dataset = d,
                              .division = div,
                              .from = from,
                              .to = to,
                              .received = to + (date_day)rng_below(r, 60),
                              .sender = STR("")};
        if (!all) frame_build_delivery(c->m.build, v);
        else if (k == 0 && random_chance(r, 30)) frame_build_missing(c->m.build, v);
    }
}

static void datasets(struct random_case *c, bool all)
{
    static const enum period_unit units[] = {PER_MONTH, PER_QUARTER, PER_YEAR};
    struct rng *r = &c->rng;
    for (uint32_t d = 0; d < RANDOM_DATASETS; d++) {
        c->decls[d] = (struct dataset_decl){.kind = (enum dataset_kind)(DK_EVENTS + (d == 0 ? 0 : rng_below(r, 3))),
                                            .period = units[rng_below(r, 3)],
                                            .coverage = random_chance(r, 20) ? COV_PARTIAL : COV_COMPLETE,
                                            .delivered_whole = random_chance(r, 20),
                                            .unidentified_as_none = random_chance(r, 30)};
        frame_build_dataset(c->m.build, d, &c->decls[d], (int32_t)rng_below(r, 60), random_chance(r, 50) ? 500 : 0);
        deliveries(c, d, all);
    }
}

static void person_marks(struct random_case *c, uint32_t person)
{
    struct rng *r = &c->rng;
    for (uint32_t d = 0; d < RANDOM_DATASETS; d++) {
        if (random_chance(r, 4)) frame_build_no_identity(c->m.build, d, person);
        if (random_chance(r, 3)) frame_build_taken_back(c->m.build, d, person);
        if (random_chance(r, 3)) frame_build_unauthorised(c->m.build, d, person);
    }
    if (random_chance(r, 4)) frame_build_move(c->m.build, person, near_day(r), random_chance(r, 20) ? -1 : division(r));
}

static void facts(struct random_case *c, uint32_t person, uint32_t persons, uint32_t households)
{
    struct rng *r = &c->rng;
    for (uint32_t d = 0; d < RANDOM_DATASETS; d++) {
        for (uint64_t k = rng_below(r, 4); k > 0; k--) {
            uint16_t span = random_chance(r, 10) ? (uint16_t)rng_below(r, 400) : 0;
            uint32_t row = frame_build_fact(c->m.build, d, person, random_chance(r, 6) ? 0 : near_day(r), span);
            fill_row(c, (uint16_t)(TABLE_FACT0 + d), row, persons, households);
        }
    }
}

static void household(struct random_case *c, uint32_t h, unsigned members, uint32_t at, uint32_t persons,
                      uint32_t households)
{
    struct rng *r = &c->rng;
    frame_build_household(c->m.build, division(r), (uint32_t)rng_below(r, RANDOM_PLACES));
    fill_row(c, TABLE_HOUSEHOLD, h, persons, households);
    for (unsigned k = 0; k < members; k++) {
        frame_build_person(c->m.build, h, random_chance(r, 20) ? 0 : near_day(r) - (date_day)rng_below(r, 20000));
        fill_row(c, TABLE_PERSON, at + k, persons, households);
        facts(c, at + k, persons, households);
        person_marks(c, at + k);
    }
    if (members && random_chance(r, 70)) frame_build_head(c->m.build, h, at + (int64_t)rng_below(r, members));
    else frame_build_head(c->m.build, h, -1 - (int64_t)rng_below(r, 3));
}

void random_frame(struct random_case *c, unsigned households)
{
    static const unsigned sizes[] = {0, 1, 2, 3, 5};
    struct rng count = c->rng, *r = &c->rng;
    bool all = random_chance(r, 30);
    uint32_t persons = 0, at = 0;
    frame_build_days(c->m.build, c->m.p.as_of, c->m.p.as_of + (date_day)rng_below(r, 40), all);
    columns(c);
    datasets(c, all);
    count.s[0] ^= 1;
    struct rng again = count;
    for (unsigned h = 0; h < households; h++) persons += sizes[rng_below(&count, 5)];
    for (unsigned h = 0; h < households; h++) {
        unsigned members = sizes[rng_below(&again, 5)];
        household(c, h, members, at, persons, households);
        at += members;
    }
}

/* The harness asks every _test.c for a unit; these have none of their own. */
void vm_random_frame_test(struct test *t);
void vm_random_frame_test(struct test *t)
{
    struct rng r;
    rng_seed(&r, 1);
    if (TEST(t, "random values are of their kind")) {
        CHECK(t, random_pick(&r, REP_BOOL, true) <= 1);
        CHECK(t, SPAN_LO(random_pick(&r, REP_SPAN, false)) > 0);
        CHECK(t, random_col_rep(RCOL_SET) == REP_SET);
    }
}
