#include "folk.h"
#include "base/mem.h"

enum { AREAS = 25, DAYS = 40000, FIRST_YEAR = 1925, AS_OF_YEAR = 2026 };

static size_t slot_of(uint64_t area, date_day born)
{
    return (size_t)(area % 100 + area / 100 % 100 * 5) % AREAS * DAYS + (size_t)(born % DAYS);
}

uint64_t folk_key(struct folk *f, uint64_t area, date_day born, bool female)
{
    struct ymd d = date_split(born);
    size_t slot = slot_of(area, born);
    unsigned seq = f->issued[slot] % 999 + 1;
    if ((seq % 2 == 0) != female) seq++;
    f->issued[slot] = (uint16_t)(seq + rng_below(&f->r, 3));
    return ((area * 10000 + (uint64_t)d.year) * 10000 + (uint64_t)(d.month * 100 + d.day)) * 1000 + seq % 1000;
}

static date_day draw_born(struct rng *r, int64_t age)
{
    int32_t year = (int32_t)(AS_OF_YEAR - age);
    if (year < FIRST_YEAR) year = FIRST_YEAR + (int32_t)rng_below(r, 40);
    if (year > AS_OF_YEAR - 1) year = AS_OF_YEAR - 1;
    int32_t day = 1 + (int32_t)rng_below(r, 28), month = 1 + (int32_t)rng_below(r, 12);
    return date_make(year, month, day);
}

static struct man *add_man(struct folk *f, uint8_t relation, int64_t age, bool female, uint16_t surname)
{
    struct man *m = &f->v[f->n++];
    uint32_t household = (uint32_t)f->households - 1;
    *m = (struct man){.household = household, .relation = relation, .female = female, .born = draw_born(&f->r, age)};
    m->key = folk_key(f, f->way->area(household), m->born, female);
    f->way->name(f->ctx, m, surname);
    return m;
}

/* Of the same day, the number after his. */
static void add_twin(struct folk *f, struct man *of)
{
    struct man *m = &f->v[f->n++];
    f->way->name_twin(f->ctx, m, of);
    m->key = of->key + 2;
    f->issued[slot_of(f->way->area(of->household), of->born)] = (uint16_t)(m->key % 1000);
    m->twin = (uint32_t)(of - f->v) + 1;
    of->twin = (uint32_t)f->n;
    f->twins[f->n_twins++] = (uint32_t)(of - f->v);
}

static void make_household(struct folk *f, size_t max)
{
    struct rng *r = &f->r;
    uint16_t surname = gen_surname(r);
    int64_t age = 28 + (int64_t)rng_below(r, 50);
    f->first[f->households++] = (uint32_t)f->n;
    add_man(f, 1, age, gen_chance(r, 1500), surname);
    if (f->n < max && gen_chance(r, 8000)) add_man(f, 2, age - 3, true, gen_surname(r));
    for (int64_t i = (int64_t)rng_below(r, 4); i > 0 && f->n < max; i--) {
        int64_t young = age - 22 - (int64_t)rng_below(r, 10);
        struct man *child = add_man(f, 3, young > 0 ? young : 1, gen_chance(r, 4800), surname);
        if (f->n < max && gen_chance(r, f->way->twins_per_10000) && child->key % 1000 < 997) add_twin(f, child);
    }
    if (f->n < max && age < 60 && gen_chance(r, 3500)) add_man(f, 5, age + 25, gen_chance(r, 6000), surname);
}

bool folk_make(struct folk *f, size_t n)
{
    f->v = mem_zalloc_array(n + 16, sizeof *f->v);
    f->twins = mem_zalloc_array(n + 16, sizeof *f->twins);
    f->first = mem_zalloc_array(n + 16, sizeof *f->first);
    f->issued = mem_zalloc_array((size_t)AREAS * DAYS, sizeof *f->issued);
    if (!f->v || !f->twins || !f->first || !f->issued) return false;
    while (f->n < n) make_household(f, n);
    f->first[f->households] = (uint32_t)f->n;
    return true;
}

void folk_free(struct folk *f)
{
    mem_free(f->v);
    mem_free(f->twins);
    mem_free(f->first);
    mem_free(f->issued);
}
