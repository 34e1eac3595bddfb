/* The VM's loops over lanes. They compute every lane, whatever its state; nothing here branches on a value. */
#include "rules/vm_int.h"

/* ---------------------------------------------------------------- reading */

#define WIDEN(T)                                                         \
    do {                                                                 \
        const T *restrict s = src;                                       \
        for (uint32_t i = 0; i < n; i++) dst[i] = s[i];                  \
    } while (0)

void vm_widen(const void *src, uint8_t width, uint32_t n, int64_t *restrict dst)
{
    switch (width) {
    case 1: WIDEN(int8_t); break;
    case 2: WIDEN(int16_t); break;
    case 4: WIDEN(int32_t); break;
    default: WIDEN(int64_t); break;
    }
}

void vm_in_window(const int32_t *restrict date, int32_t lo, int32_t hi, uint32_t n, uint8_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) out[i] = (uint8_t)((date[i] >= lo) & (date[i] <= hi));
}

bool vm_any_zero_date(const int32_t *date, uint32_t n)
{
    uint32_t zero = 0;
    for (uint32_t i = 0; i < n; i++) zero |= date[i] == 0;
    return zero;
}

/* ---------------------------------------------------------------- comparing */

#define EACH(expr)                                                       \
    do {                                                                 \
        for (uint32_t i = 0; i < n; i++) out[i] = (uint8_t)(expr);       \
    } while (0)

void vm_compare(enum ir_opcode rel, const int64_t *restrict a, const int64_t *restrict b, uint32_t n, uint8_t *restrict out)
{
    switch (rel) {
    case IR_EQ: EACH(a[i] == b[i]); break;
    case IR_NE: EACH(a[i] != b[i]); break;
    case IR_LT: EACH(a[i] < b[i]); break;
    case IR_LE: EACH(a[i] <= b[i]); break;
    case IR_GT: EACH(a[i] > b[i]); break;
    default: EACH(a[i] >= b[i]); break;
    }
}

void vm_compare_const(enum ir_opcode rel, const int64_t *restrict a, int64_t c, uint32_t n, uint8_t *restrict out)
{
    switch (rel) {
    case IR_EQ: EACH(a[i] == c); break;
    case IR_NE: EACH(a[i] != c); break;
    case IR_LT: EACH(a[i] < c); break;
    case IR_LE: EACH(a[i] <= c); break;
    case IR_GT: EACH(a[i] > c); break;
    default: EACH(a[i] >= c); break;
    }
}

/* ---------------------------------------------------------------- logic */

void vm_and(const uint8_t *restrict a, const uint8_t *restrict b, uint32_t n, uint8_t *restrict out) { EACH(a[i] & b[i]); }

void vm_or(const uint8_t *restrict a, const uint8_t *restrict b, uint32_t n, uint8_t *restrict out) { EACH(a[i] | b[i]); }

void vm_not(const uint8_t *restrict a, uint32_t n, uint8_t *restrict out) { EACH(a[i] ^ 1); }

/* ---------------------------------------------------------------- arithmetic */

bool vm_add(const int64_t *restrict a, const int64_t *restrict b, uint32_t n, int64_t *restrict out, uint8_t *restrict flag)
{
    uint64_t any = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t x = (uint64_t)a[i], y = (uint64_t)b[i], r = x + y;
        any |= (x ^ r) & (y ^ r);
        out[i] = (int64_t)r;
    }
    if (!(any >> 63)) return false;
    for (uint32_t i = 0; i < n; i++) flag[i] = (uint8_t)(((uint64_t)(a[i] ^ out[i]) & (uint64_t)(b[i] ^ out[i])) >> 63);
    return true;
}

bool vm_sub(const int64_t *restrict a, const int64_t *restrict b, uint32_t n, int64_t *restrict out, uint8_t *restrict flag)
{
    uint64_t any = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t x = (uint64_t)a[i], y = (uint64_t)b[i], r = x - y;
        any |= (x ^ y) & (x ^ r);
        out[i] = (int64_t)r;
    }
    if (!(any >> 63)) return false;
    for (uint32_t i = 0; i < n; i++) flag[i] = (uint8_t)(((uint64_t)(a[i] ^ b[i]) & (uint64_t)(a[i] ^ out[i])) >> 63);
    return true;
}

uint64_t vm_magnitude(const int64_t *v, uint32_t n)
{
    uint64_t m = 0;
    for (uint32_t i = 0; i < n; i++) m |= (uint64_t)(v[i] ^ (v[i] >> 63));
    return m;
}

bool vm_mul(const int64_t *restrict a, const int64_t *restrict b, uint32_t n, int64_t *restrict out, uint8_t *restrict flag)
{
    uint8_t any = 0;
    if (vm_magnitude(a, n) >> 31 == 0 && vm_magnitude(b, n) >> 31 == 0) {
        for (uint32_t i = 0; i < n; i++) out[i] = a[i] * b[i];
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        flag[i] = __builtin_mul_overflow(a[i], b[i], &out[i]);
        any |= flag[i];
    }
    return any;
}

void vm_least(const int64_t *restrict a, const int64_t *restrict b, bool greatest, uint32_t n, int64_t *restrict out)
{
    if (greatest) {
        for (uint32_t i = 0; i < n; i++) out[i] = a[i] > b[i] ? a[i] : b[i];
    } else {
        for (uint32_t i = 0; i < n; i++) out[i] = a[i] < b[i] ? a[i] : b[i];
    }
}

/* ---------------------------------------------------------------- choosing and moving */

void vm_select_words(const uint8_t *restrict c, const int64_t *restrict a, const int64_t *restrict b, uint32_t n,
                     int64_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) out[i] = c[i] ? a[i] : b[i];
}

void vm_select_bytes(const uint8_t *restrict c, const uint8_t *restrict a, const uint8_t *restrict b, uint32_t n,
                     uint8_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) out[i] = c[i] ? a[i] : b[i];
}

void vm_gather_words(const int64_t *restrict a, const uint32_t *restrict up, uint32_t base, uint32_t n, int64_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) out[i] = a[up[i] - base];
}

void vm_gather_bytes(const uint8_t *restrict a, const uint32_t *restrict up, uint32_t base, uint32_t n, uint8_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) out[i] = a[up[i] - base];
}

/* ---------------------------------------------------------------- adding up */

void vm_prefix_sum(const int64_t *restrict v, const uint8_t *restrict keep, uint32_t n, uint64_t *restrict sum)
{
    uint64_t s = 0;
    sum[0] = 0;
    if (!keep) {
        for (uint32_t i = 0; i < n; i++) sum[i + 1] = s += (uint64_t)v[i];
        return;
    }
    for (uint32_t i = 0; i < n; i++) sum[i + 1] = s += (uint64_t)v[i] & (0 - (uint64_t)keep[i]);
}

void vm_prefix_count(const uint8_t *restrict keep, uint32_t n, uint32_t *restrict sum)
{
    uint32_t s = 0;
    sum[0] = 0;
    for (uint32_t i = 0; i < n; i++) sum[i + 1] = s += keep[i];
}

bool vm_any_byte(const uint8_t *v, uint32_t n)
{
    uint8_t any = 0;
    for (uint32_t i = 0; i < n; i++) any |= v[i];
    return any;
}

uint32_t vm_masked(const uint8_t *mask, uint32_t n, uint32_t *lanes)
{
    uint32_t found = 0, i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, mask + i, sizeof word);
        for (uint32_t k = 0; word; k++, word >>= 8)
            if (word & 0xff) lanes[found++] = i + k;
    }
    for (; i < n; i++)
        if (mask[i]) lanes[found++] = i;
    return found;
}

void vm_or_into(const uint8_t *restrict a, uint32_t n, uint8_t *restrict mask)
{
    for (uint32_t i = 0; i < n; i++) mask[i] |= a[i];
}

/* ---------------------------------------------------------------- ages */

/* limit[k]: the last day of birth of those who are at least k years old; descending. Days / 366 is never too many years, and for
 * VM_YEARS_MAX years at most one too few. */
bool vm_full_years(const int64_t *restrict born, int64_t on, const int32_t *restrict limit, uint32_t n, int64_t *restrict out,
                   uint8_t *restrict flag)
{
    uint8_t any = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool odd = born[i] > on || born[i] <= limit[VM_YEARS_MAX];
        uint32_t days = odd ? 0 : (uint32_t)(on - born[i]), years = days / 366;
        years += born[i] <= limit[years + 1];
        flag[i] = odd;
        any |= flag[i];
        out[i] = years;
    }
    return any;
}
