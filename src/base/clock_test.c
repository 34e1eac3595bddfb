#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include "base/test.h"

static void test_today(struct test *t)
{
    if (!TEST(t, "the day is Beijing's")) return;
    int64_t at = 0;
    struct clock c = clock_fixed(&at);
    CHECK_I64(t, clock_today(c), date_make(1970, 1, 1));
    at = INT64_C(16) * 3600 * 1000000 - 1;
    CHECK_I64(t, clock_today(c), date_make(1970, 1, 1));
    at++;
    CHECK_I64(t, clock_today(c), date_make(1970, 1, 2));
    at = INT64_C(-8) * 3600 * 1000000 - 1;
    CHECK_I64(t, clock_today(c), date_make(1969, 12, 31));
    at = INT64_C(1772294400) * 1000000; /* 2026-02-28 16:00:00 UTC */
    CHECK_I64(t, clock_today(c), date_make(2026, 3, 1));
}

static void test_format(struct test *t)
{
    if (!TEST(t, "times are written with their zone")) return;
    char out[32];
    CHECK_STR(t, str_from(clock_format(INT64_C(1772294399999999), out)), STR("2026-02-28T23:59:59+08:00"));
    CHECK_STR(t, str_from(clock_format(-1, out)), STR("1970-01-01T07:59:59+08:00"));
    CHECK_STR(t, str_from(clock_format(INT64_MAX, out)), STR("0000-00-00T04:00:54+08:00"));
    CHECK_STR(t, str_sub(str_from(clock_format(INT64_MIN, out)), 0, 11), STR("0000-00-00T"));
}

static void test_system(struct test *t)
{
    if (!TEST(t, "the system's clock goes on and is in our days")) return;
    struct clock c = clock_system();
    int64_t a = c.now_us(c.ctx), b = c.now_us(c.ctx);
    CHECK(t, b >= a);
    CHECK(t, clock_today(c) >= date_make(2025, 1, 1));
}

/* Whatever day the test runs on. */
static void test_day_set(struct test *t)
{
    if (!TEST(t, "a day that is set stays, and its clock goes on")) return;
    const char *before = getenv("FANGPIN_TODAY");
    char kept[32] = "";
    if (before) (void)snprintf(kept, sizeof kept, "%s", before);
    (void)setenv("FANGPIN_TODAY", "2026-02-28", 1);
    struct clock c = clock_system();
    int64_t a = c.now_us(c.ctx), b = c.now_us(c.ctx), from = clock_steady_us();
    CHECK(t, b >= a);
    for (int64_t again = a; again == a && clock_steady_us() - from < 10000000;) again = b = c.now_us(c.ctx);
    CHECK(t, b > a && b - a < 1000000);
    CHECK_I64(t, clock_today(c), date_make(2026, 2, 28));
    if (before) (void)setenv("FANGPIN_TODAY", kept, 1);
    else (void)unsetenv("FANGPIN_TODAY");
}

static void test_rng(struct test *t)
{
    if (!TEST(t, "random numbers replay from their seed")) return;
    /* xoshiro256** after SplitMix64 from seed 0, as in the authors' programs. */
    struct rng r, s;
    rng_seed(&r, 0);
    CHECK(t, rng_next(&r) == UINT64_C(0x99EC5F36CB75F2B4));
    CHECK(t, rng_next(&r) == UINT64_C(0xBF6E1F784956452A));
    rng_seed(&r, 5);
    rng_seed(&s, 6);
    size_t same = 0;
    for (int i = 0; i < 100; i++) same += rng_next(&r) == rng_next(&s);
    CHECK_I64(t, same, 0);
}

static void test_below(struct test *t)
{
    if (!TEST(t, "numbers below n are below n and even")) return;
    struct rng r;
    rng_seed(&r, 1);
    size_t seen[7] = {0}, bad = 0;
    for (int i = 0; i < 70000; i++) {
        uint64_t v = rng_below(&r, 7);
        if (v < 7) seen[v]++;
        else bad++;
    }
    for (int i = 0; i < 7; i++) bad += seen[i] < 9500 || seen[i] > 10500;
    CHECK_I64(t, bad, 0);
    CHECK_I64(t, rng_below(&r, 1), 0);
    for (int i = 0; i < 1000; i++) bad += rng_below(&r, (UINT64_C(1) << 63) + 1) > UINT64_C(1) << 63;
    CHECK_I64(t, bad, 0);
}

void clock_test(struct test *t);
void clock_test(struct test *t)
{
    test_today(t);
    test_format(t);
    test_system(t);
    test_day_set(t);
    test_rng(t);
    test_below(t);
}
