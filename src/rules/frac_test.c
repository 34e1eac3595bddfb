#include "rules/frac.h"
#include "base/test.h"

static bool same(struct frac a, i128 n, i128 d) { return a.d > 0 && frac_cmp(a.n, a.d, n, d) == 0; }

static void test_signs(struct test *t)
{
    struct frac f;
    CHECK(t, same(frac_of(3, -4), -3, 4) && frac_of(INT64_MIN, -1).n == -(i128)INT64_MIN);
    CHECK(t, frac_mul(frac_of(-1, 2), frac_of(2, 3), &f) && same(f, -1, 3));
    CHECK(t, frac_div(frac_of(1, 2), frac_of(-1, 3), &f) && same(f, -3, 2));
    CHECK(t, frac_div(frac_of(0, 5), frac_of(-1, 3), &f) && same(f, 0, 1));
    CHECK(t, frac_scale(0) == 1 && frac_scale(9) == RATIO_ONE);
}

/* What leaves 127 bits is reduced; what cannot be is refused. */
static void test_large(struct test *t)
{
    struct frac f, big = {(i128)1 << 100, ((i128)1 << 100) - 1}, inverse = {big.d, big.n};
    CHECK(t, frac_mul(big, inverse, &f) && same(f, 1, 1));
    CHECK(t, frac_div(big, big, &f) && same(f, 1, 1));
    CHECK(t, frac_mul((struct frac){(i128)6 << 100, (i128)3 << 100}, big, &f) && same(f, 2 * big.n, big.d));
    CHECK(t, !frac_mul(big, (struct frac){((i128)1 << 90) + 1, 7}, &f));
    CHECK(t, !frac_mul(big, big, &f));
}

void frac_test(struct test *t);
void frac_test(struct test *t)
{
    if (TEST(t, "signs")) test_signs(t);
    if (TEST(t, "large fractions")) test_large(t);
}
