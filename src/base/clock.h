/* Time and randomness are passed in, so that tests replay. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H
#include "base/date.h"

struct clock {
    int64_t (*now_us)(void *ctx); /* microseconds since 1970-01-01 UTC */
    void *ctx;
};
/* The system's; where FANGPIN_TODAY (YYYY-MM-DD, Beijing time) is set, always some time of that day, later in each run:
 * demos and tests have their day whatever the machine's calendar says. */
struct clock clock_system(void);
/* Microseconds from any beginning, for how long something took: nobody sets this clock. */
int64_t clock_steady_us(void);
/* Always returns *at_us; the caller may move it. */
struct clock clock_fixed(int64_t *at_us);
/* The day in Beijing time (UTC+8), the day all of this product's dates are in. */
date_day clock_today(struct clock c);
/* "YYYY-MM-DDTHH:MM:SS+08:00" with NUL, out >= 32 bytes. */
char *clock_format(int64_t us, char *out);

struct rng {
    uint64_t s[4];
};
void rng_seed(struct rng *r, uint64_t seed);
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t n); /* 0..n-1 without bias; n > 0 */
#endif
