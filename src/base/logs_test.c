#include "base/logs.h"
#include "base/num.h"
#include "base/test.h"

static void test_log(struct test *t)
{
    CHECK_I64(t, log2_q16(1), 0);
    CHECK_I64(t, log2_q16(2), LOG_ONE);
    CHECK_I64(t, log2_q16(UINT64_C(1) << 63), 63 * LOG_ONE);
    CHECK_I64(t, log2_ratio(1, 8), -3 * LOG_ONE);
    CHECK_I64(t, log2_q16(3), 103872); /* 1.58496… */
    CHECK_I64(t, log2_q16(1000), 653117);
    for (uint64_t x = 2; x < 100000; x += 7) CHECK(t, log2_q16(x) >= log2_q16(x - 1));
}

static void test_exp(struct test *t)
{
    CHECK_I64(t, (int64_t)exp2_q32(0), INT64_C(1) << 32);
    CHECK_I64(t, (int64_t)exp2_q32(-LOG_ONE), INT64_C(1) << 31);
    CHECK_I64(t, (int64_t)exp2_q32(-40 * LOG_ONE), 0);
    CHECK_I64(t, (int64_t)exp2_q32(5), INT64_C(1) << 32);
    /* There and back: within a part in ten thousand. */
    for (uint64_t x = 1; x < 60000; x += 13) {
        uint64_t back = (uint64_t)((u128)exp2_q32(-log2_q16(x)) * x >> 12);
        CHECK(t, back > 1048470 && back < 1048680);
    }
}

void logs_test(struct test *t);
void logs_test(struct test *t)
{
    if (TEST(t, "logarithms")) test_log(t);
    if (TEST(t, "powers are their inverse")) test_exp(t);
}
