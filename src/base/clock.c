#include "base/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "base/num.h"

enum { EPOCH_DAY = 719163 }; /* 1970-01-01 */
static const int64_t DAY_US = INT64_C(86400000000);
static const int64_t BEIJING_US = INT64_C(28800000000);

static int64_t system_now(void *ctx)
{
    (void)ctx;
    struct timespec ts = {0};
    (void)clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* The day that ctx holds never ends: its clock goes on from run to run, so slowly that one day lasts for 22 years. With
 * the system's time of day it would go back by a day at midnight, and what was decided before would not be known after.
 */
static int64_t now_on_day(void *ctx)
{
    static const int64_t from_us = INT64_C(1735689600000000); /* 2025-01-01 */
    enum { SLOWER = 8192 };
    int64_t of_day = (system_now(NULL) - from_us) / SLOWER % DAY_US;
    return ((int64_t)(intptr_t)ctx - EPOCH_DAY) * DAY_US + (of_day < 0 ? of_day + DAY_US : of_day) - BEIJING_US;
}

int64_t clock_steady_us(void)
{
    struct timespec ts = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

struct clock clock_system(void)
{
    const char *today = getenv("FANGPIN_TODAY");
    date_day day = today ? date_parse_iso(str_from(today)) : 0;
    return day ? (struct clock){now_on_day, (void *)(intptr_t)day} : (struct clock){system_now, NULL};
}

static int64_t fixed_now(void *ctx) { return *(const int64_t *)ctx; }

struct clock clock_fixed(int64_t *at_us) { return (struct clock){fixed_now, at_us}; }

/* The Beijing day of us, and the microseconds since its midnight. */
static date_day beijing_day(int64_t us, int64_t *of_day)
{
    int64_t local = 0;
    if (!i64_add(us, BEIJING_US, &local)) local = INT64_MAX;
    int64_t day = local / DAY_US;
    *of_day = local % DAY_US;
    if (*of_day < 0) *of_day += DAY_US, day--;
    return (date_day)(day + EPOCH_DAY); /* |day| < 2^27 */
}

date_day clock_today(struct clock c)
{
    int64_t of_day;
    return beijing_day(c.now_us(c.ctx), &of_day);
}

char *clock_format(int64_t us, char *out)
{
    int64_t of_day;
    char day[DATE_TEXT_MAX];
    date_format(beijing_day(us, &of_day), day);
    unsigned sec = (unsigned)(of_day / 1000000);
    (void)snprintf(out, 32, "%sT%02u:%02u:%02u+08:00", day, sec / 3600 % 24, sec / 60 % 60, sec % 60);
    return out;
}

/* SplitMix64 spreads the seed, as the authors of xoshiro advise. */
void rng_seed(struct rng *r, uint64_t seed)
{
    for (size_t i = 0; i < 4; i++) {
        uint64_t z = seed += UINT64_C(0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
        r->s[i] = z ^ (z >> 31);
    }
}

static uint64_t rotl(uint64_t x, int k) { return x << k | x >> (64 - k); }

/* xoshiro256** 1.0 (Blackman and Vigna, 2018). */
uint64_t rng_next(struct rng *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

/* Lemire's multiplication; the few values that would favour some results are drawn again. */
uint64_t rng_below(struct rng *r, uint64_t n)
{
    u128 m = (u128)rng_next(r) * n;
    if ((uint64_t)m < n)
        for (uint64_t least = (0 - n) % n; (uint64_t)m < least;) m = (u128)rng_next(r) * n;
    return (uint64_t)(m >> 64);
}
