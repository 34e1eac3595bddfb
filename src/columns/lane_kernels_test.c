/* Every instruction set gives what the plain loops give. */
#include "base/clock.h"
#include "base/test.h"
#include "columns/chunk_int.h"

void lane_kernels_test(struct test *t);

enum { N = INTS_TILE, KEYS = 200 };

struct room {
    struct rng rng;
    int64_t v[N + 1], ranks[N], want_ranks[N];
    uint64_t lanes[N], want_lanes[N];
    struct text_key key[KEYS + 1];
};

static void some_numbers(struct room *r)
{
    uint64_t mask = low_bits((unsigned)rng_below(&r->rng, 65)), base = rng_next(&r->rng);
    bool edges = rng_below(&r->rng, 4) == 0;
    for (uint32_t i = 0; i <= N; i++) {
        r->v[i] = (int64_t)(base + (rng_next(&r->rng) & mask));
        if (edges && rng_below(&r->rng, 9) == 0) r->v[i] = rng_below(&r->rng, 2) ? INT64_MIN : INT64_MAX;
    }
}

static bool same_survey(const struct survey *a, const struct survey *b)
{
    return a->min == b->min && a->max == b->max && a->delta_min == b->delta_min && a->delta_max == b->delta_max &&
           a->head_max == b->head_max && a->block_min_max == b->block_min_max && a->block_range == b->block_range;
}

/* A survey said once more, by the definitions. */
static struct survey slow_survey(const int64_t *v, size_t n)
{
    struct survey y = SURVEY_NONE;
    for (size_t from = 0; from < n; from += INTS_BLOCK) {
        int64_t min = v[from], max = v[from];
        for (size_t i = from; i < n && i < from + INTS_BLOCK; i++) {
            int64_t d = (int64_t)((uint64_t)v[i] - (uint64_t)v[i - (i > from)]);
            min = v[i] < min ? v[i] : min;
            max = v[i] > max ? v[i] : max;
            if (i > from && d < y.delta_min) y.delta_min = d;
            if (i > from && d > y.delta_max) y.delta_max = d;
        }
        if (v[from] > y.head_max) y.head_max = v[from];
        if (min > y.block_min_max) y.block_min_max = min;
        if ((uint64_t)max - (uint64_t)min > y.block_range) y.block_range = (uint64_t)max - (uint64_t)min;
        y.min = min < y.min ? min : y.min;
        y.max = max > y.max ? max : y.max;
    }
    return y;
}

static void test_numbers(struct test *t, struct room *r, const struct lane_kernels *k)
{
    for (int round = 0; round < 400; round++) {
        size_t n = 1 + (size_t)rng_below(&r->rng, N), from = (size_t)rng_below(&r->rng, 2);
        uint64_t base = rng_next(&r->rng);
        struct survey y = SURVEY_NONE, want;
        some_numbers(r);
        if (round % 3 == 0) n = N;
        k->survey(r->v + from, n, &y);
        want = slow_survey(r->v + from, n);
        CHECK(t, same_survey(&y, &want));
        k->rebase(r->v + from, n, base, r->lanes);
        lanes_rebase(r->v + from, n, base, r->want_lanes);
        CHECK(t, memcmp(r->lanes, r->want_lanes, n * sizeof *r->lanes) == 0);
        unsigned split = (unsigned)rng_below(&r->rng, 32);
        int64_t *wide = (int64_t *)(void *)r->lanes;
        const int32_t *halves = (const int32_t *)(const void *)(r->v + from);
        k->widen(halves, n, split, wide);
        for (size_t i = 0; i < n; i++) {
            uint32_t x = (uint32_t)halves[i];
            uint64_t joined = (x & ((UINT32_C(1) << split) - 1)) + ((uint64_t)(x >> split) << 32);
            CHECK(t, wide[i] == (split ? (int64_t)joined : halves[i]));
        }
    }
}

/* Texts of `places` bytes, each of some span from `least` on, up to the most ranks there may be. */
static void some_keys(struct room *r)
{
    unsigned places = 1 + (unsigned)rng_below(&r->rng, SHAPE_BYTES), span[SHAPE_BYTES];
    uint64_t ranks = 1;
    for (unsigned k = 0; k < places; k++) {
        span[k] = 1 + (unsigned)rng_below(&r->rng, rng_below(&r->rng, 3) ? 10 : 128);
        if (ranks * span[k] > SHAPE_RANK_MAX) span[k] = 1;
        ranks *= span[k];
    }
    for (uint32_t i = 0; i <= KEYS; i++) {
        char text[SHAPE_BYTES];
        for (unsigned k = 0; k < places; k++) {
            uint64_t digit = i == 0 ? 0 : i == 1 ? span[k] - 1 : rng_below(&r->rng, span[k]);
            text[k] = (char)(128 - span[k] + digit);
        }
        r->key[i] = text_key_of(str_make(text, places));
    }
}

static void test_shapes(struct test *t, struct room *r, const struct lane_kernels *k)
{
    for (int round = 0; round < 1500; round++) {
        struct text_shape s = {0}, want = {0};
        size_t n = (size_t)rng_below(&r->rng, KEYS + 1), from = (size_t)rng_below(&r->rng, 2);
        some_keys(r);
        if (round % 5 == 0) r->key[7] = text_key_of(str_make("\xE6\xB1\x9F~~~~~", 1 + (size_t)rng_below(&r->rng, 8)));
        for (unsigned i = 0; i < 2; i++) {
            struct text_shape *x = i ? &want : &s;
            memcpy(x->lo, &r->key[3], sizeof x->lo);
            memcpy(x->hi, &r->key[3], sizeof x->hi);
        }
        k->shape_widen(r->key + from, n, &s);
        shape_widen(r->key + from, n, &want);
        CHECK(t, memcmp(s.lo, want.lo, sizeof s.lo) == 0 && memcmp(s.hi, want.hi, sizeof s.hi) == 0);
        shape_begin(r->key, &s);
        if (!shape_add(r->key, KEYS + 1, &s)) continue;
        k->shape_rank(r->key + from, n, &s, r->ranks);
        shape_rank(r->key + from, n, &s, r->want_ranks);
        CHECK(t, memcmp(r->ranks, r->want_ranks, n * sizeof *r->ranks) == 0);
        for (size_t i = 0; i < n; i++) CHECK(t, r->ranks[i] >= 0 && (uint64_t)r->ranks[i] < s.ranks);
    }
}

void lane_kernels_test(struct test *t)
{
    struct room r = {0};
    const struct lane_kernels *all[LANE_KERNELS_MAX];
    size_t n = lane_kernels_list(all);
    rng_seed(&r.rng, 5);
    if (TEST(t, "every instruction set surveys and shifts numbers as the definitions say"))
        for (size_t i = 0; i < n; i++) test_numbers(t, &r, all[i]);
    if (TEST(t, "every instruction set finds the shapes of texts and their numbers"))
        for (size_t i = 0; i < n; i++) test_shapes(t, &r, all[i]);
}
