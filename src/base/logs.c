#include "base/logs.h"

enum { FRACTION_BITS = 16 };

int32_t log2_q16(uint64_t x)
{
    if (x < 2) return 0;
    int32_t whole = 63 - __builtin_clzll(x), fraction = 0;
    uint64_t m = whole > 31 ? x >> (whole - 31) : x << (31 - whole); /* 1 <= m / 2^31 < 2 */
    for (int i = 0; i < FRACTION_BITS; i++) {
        m = m * m >> 31;
        fraction <<= 1;
        if (m >> 32) {
            fraction |= 1;
            m >>= 1;
        }
    }
    return whole * LOG_ONE + fraction;
}

uint64_t exp2_q32(int32_t bits)
{
    /* 2^-(1/2), 2^-(1/4), … in 1/2^32 */
    static const uint32_t ROOTS[FRACTION_BITS] = {
        UINT32_C(0xB504F333), UINT32_C(0xD744FCCA), UINT32_C(0xEAC0C6E7), UINT32_C(0xF5257D15),
        UINT32_C(0xFA83B2DB), UINT32_C(0xFD3E0C0C), UINT32_C(0xFE9E115C), UINT32_C(0xFF4ECB59),
        UINT32_C(0xFFA75652), UINT32_C(0xFFD3A751), UINT32_C(0xFFE9D2B2), UINT32_C(0xFFF4E91B),
        UINT32_C(0xFFFA747E), UINT32_C(0xFFFD3A3B), UINT32_C(0xFFFE9D1C), UINT32_C(0xFFFF4E8E)};
    if (bits >= 0) return UINT64_C(1) << 32;
    uint32_t down = (uint32_t) - (int64_t)bits;
    if (down >> FRACTION_BITS > 32) return 0;
    uint64_t v = UINT64_C(1) << 32;
    for (int i = 0; i < FRACTION_BITS; i++)
        if (down >> (FRACTION_BITS - 1 - i) & 1) v = v * ROOTS[i] >> 32;
    return v >> (down >> FRACTION_BITS);
}
