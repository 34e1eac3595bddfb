#include "rules/frac.h"

static u128 magnitude(i128 v) { return v < 0 ? -(u128)v : (u128)v; }

static u128 gcd(u128 a, u128 b)
{
    while (b) {
        u128 r = a % b;
        a = b;
        b = r;
    }
    return a;
}

static bool mul(struct frac a, struct frac b, struct frac *out)
{
    return !__builtin_mul_overflow(a.n, b.n, &out->n) && !__builtin_mul_overflow(a.d, b.d, &out->d);
}

bool frac_mul(struct frac a, struct frac b, struct frac *out)
{
    if (mul(a, b, out)) return true;
    i128 ab = (i128)gcd(magnitude(a.n), (u128)b.d), ba = (i128)gcd(magnitude(b.n), (u128)a.d);
    i128 aa = (i128)gcd(magnitude(a.n), (u128)a.d), bb = (i128)gcd(magnitude(b.n), (u128)b.d);
    if (aa > 1 || bb > 1) return frac_mul((struct frac){a.n / aa, a.d / aa}, (struct frac){b.n / bb, b.d / bb}, out);
    return mul((struct frac){a.n / ab, a.d / ba}, (struct frac){b.n / ba, b.d / ab}, out);
}

bool frac_div(struct frac a, struct frac b, struct frac *out)
{
    if (b.n < 0) {
        if (__builtin_sub_overflow((i128)0, a.n, &a.n) || __builtin_sub_overflow((i128)0, b.n, &b.n)) return false;
    }
    return frac_mul(a, (struct frac){b.d, b.n}, out);
}

int64_t frac_scale(uint32_t index)
{
    int64_t s = 1;
    while (index-- > 0) s *= 10;
    return s;
}
