#include "app/gen_int.h"

static uint64_t blend(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ b) + UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

uint64_t gen_hash(const struct gen *g, enum gen_topic topic, uint64_t who)
{
    return blend(blend(g->o->seed * UINT64_C(1000003) + (uint64_t)g->o->county, (uint64_t)topic << 40), who);
}

struct rng gen_stream(const struct gen *g, enum gen_topic topic, uint64_t who, uint64_t when)
{
    struct rng r;
    rng_seed(&r, blend(gen_hash(g, topic, who), when << 8));
    return r;
}

bool gen_chance(struct rng *r, uint32_t per_10000) { return rng_below(r, 10000) < per_10000; }

int64_t gen_between(struct rng *r, int64_t lo, int64_t hi)
{
    return lo + (int64_t)rng_below(r, (uint64_t)(hi - lo + 1));
}

int64_t gen_quantile(struct rng *r, const int32_t *at, size_t n)
{
    uint64_t i = rng_below(r, n - 1);
    return at[i] + (int64_t)rng_below(r, (uint64_t)(at[i + 1] - at[i]) + 1);
}

size_t gen_weighted(struct rng *r, const uint16_t *weights, size_t n)
{
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) total += weights[i];
    uint64_t x = rng_below(r, total);
    size_t i = 0;
    while (x >= weights[i]) x -= weights[i++];
    return i;
}

date_day gen_day_in(struct rng *r, int32_t month)
{
    date_day first = date_of_month_index(month);
    return first + (date_day)rng_below(r, (uint64_t)(date_month_end(first) - first + 1));
}
