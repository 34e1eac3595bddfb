/* Exact fractions of the policy language: numerator and denominator in 128 bits, denominator positive, not reduced
 * unless it must be. */
#ifndef RULES_FRAC_H
#define RULES_FRAC_H
#include "base/num.h"

struct frac {
    i128 n, d;
};

/* a / b of integers, the sign in the numerator; b != 0. */
static inline struct frac frac_of(int64_t a, int64_t b)
{
    return b < 0 ? (struct frac){-(i128)a, -(i128)b} : (struct frac){a, b};
}
/* False when the result leaves 127 bits even after the operands are reduced crosswise. */
bool frac_mul(struct frac a, struct frac b, struct frac *out) __attribute__((warn_unused_result));
/* b.n != 0. */
bool frac_div(struct frac a, struct frac b, struct frac *out) __attribute__((warn_unused_result));
/* 10^index, index 0..9. */
int64_t frac_scale(uint32_t index);
#endif
