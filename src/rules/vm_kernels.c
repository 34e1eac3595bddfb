/* The VM's loops over lanes. They compute every lane, whatever its state; nothing here branches on a value. */
#include "rules/vm_int.h"

/* Measured on the screening workload: AVX2 takes a fifth off the whole. The loader picks; sanitizers cannot have it so.
 */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define CLONES __attribute__((target_clones("avx2", "default")))
#else
#define CLONES
#endif

/* ---------------------------------------------------------------- reading */

#define WIDEN(T)                                        \
    do {                                                \
        const T *restrict s = src;                      \
        for (uint32_t i = 0; i < n; i++) dst[i] = s[i]; \
    } while (0)

CLONES void vm_widen(const void *src, uint8_t width, uint32_t n, int64_t *restrict dst)
{
    switch (width) {
    case 1: WIDEN(int8_t); break;
    case 2: WIDEN(int16_t); break;
    case 4: WIDEN(int32_t); break;
    default: WIDEN(int64_t); break;
    }
}

CLONES void vm_in_window(const int32_t *restrict date, int32_t lo, int32_t hi, uint32_t n, uint8_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) out[i] = (uint8_t)((date[i] >= lo) & (date[i] <= hi));
}

CLONES bool vm_any_zero_date(const int32_t *date, uint32_t n)
{
    uint32_t zero = 0;
    for (uint32_t i = 0; i < n; i++) zero |= date[i] == 0;
    return zero;
}

/* ---------------------------------------------------------------- comparing */

#define EACH(expr)                                                 \
    do {                                                           \
        for (uint32_t i = 0; i < n; i++) out[i] = (uint8_t)(expr); \
    } while (0)

CLONES void vm_compare(enum ir_opcode rel, const int64_t *restrict a, const int64_t *restrict b, uint32_t n,
                       uint8_t *restrict out)
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

CLONES void vm_compare_const(enum ir_opcode rel, const int64_t *restrict a, int64_t c, uint32_t n,
                             uint8_t *restrict out)
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

CLONES void vm_member(const int64_t *restrict code, uint64_t set, uint32_t n, uint8_t *restrict out)
{
    EACH(((uint64_t)code[i] < 64) & (set >> (code[i] & 63)));
}

CLONES void vm_div_trunc(const int64_t *restrict v, uint32_t level, uint32_t n, int64_t *restrict out)
{
#define CUT(t)                                                    \
    do {                                                          \
        for (uint32_t i = 0; i < n; i++) out[i] = v[i] / t * (t); \
    } while (0)
    switch (level) {
    case 1: CUT(10000000000); break;
    case 2: CUT(100000000); break;
    case 3: CUT(1000000); break;
    case 4: CUT(1000); break;
    default: CUT(1); break;
    }
#undef CUT
}

/* ---------------------------------------------------------------- logic */

CLONES void vm_and(const uint8_t *restrict a, const uint8_t *restrict b, uint32_t n, uint8_t *restrict out)
{
    EACH(a[i] & b[i]);
}

CLONES void vm_or(const uint8_t *restrict a, const uint8_t *restrict b, uint32_t n, uint8_t *restrict out)
{
    EACH(a[i] | b[i]);
}

CLONES void vm_not(const uint8_t *restrict a, uint32_t n, uint8_t *restrict out) { EACH(a[i] ^ 1); }

/* ---------------------------------------------------------------- arithmetic */

CLONES bool vm_add(const int64_t *restrict a, const int64_t *restrict b, uint32_t n, int64_t *restrict out,
                   uint8_t *restrict flag)
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

CLONES bool vm_sub(const int64_t *restrict a, const int64_t *restrict b, uint32_t n, int64_t *restrict out,
                   uint8_t *restrict flag)
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

CLONES uint64_t vm_magnitude(const int64_t *v, uint32_t n)
{
    uint64_t m = 0;
    for (uint32_t i = 0; i < n; i++) m |= (uint64_t)(v[i] ^ (v[i] >> 63));
    return m;
}

CLONES bool vm_mul(const int64_t *restrict a, const int64_t *restrict b, uint32_t n, int64_t *restrict out,
                   uint8_t *restrict flag)
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

CLONES void vm_least(const int64_t *restrict a, const int64_t *restrict b, bool greatest, uint32_t n,
                     int64_t *restrict out)
{
    if (greatest) {
        for (uint32_t i = 0; i < n; i++) out[i] = a[i] > b[i] ? a[i] : b[i];
    } else {
        for (uint32_t i = 0; i < n; i++) out[i] = a[i] < b[i] ? a[i] : b[i];
    }
}

/* ---------------------------------------------------------------- choosing and moving */

CLONES void vm_select_words(const uint8_t *restrict c, const int64_t *restrict a, const int64_t *restrict b, uint32_t n,
                            int64_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) out[i] = c[i] ? a[i] : b[i];
}

CLONES void vm_select_bytes(const uint8_t *restrict c, const uint8_t *restrict a, const uint8_t *restrict b, uint32_t n,
                            uint8_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) out[i] = c[i] ? a[i] : b[i];
}

CLONES void vm_gather_words(const int64_t *restrict a, const uint32_t *restrict up, uint32_t base, uint32_t n,
                            int64_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) out[i] = a[up[i] - base];
}

void vm_gather_bytes(const uint8_t *restrict a, const uint32_t *restrict up, uint32_t base, uint32_t n,
                     uint8_t *restrict out)
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

CLONES void vm_fill(int64_t *restrict v, int64_t value, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) v[i] = value;
}

void vm_prefix_count(const uint8_t *restrict keep, uint32_t n, uint32_t *restrict sum)
{
    uint32_t s = 0;
    sum[0] = 0;
    for (uint32_t i = 0; i < n; i++) sum[i + 1] = s += keep[i];
}

void vm_running_max(uint32_t *v, uint32_t n, uint32_t least)
{
#pragma GCC unroll 8
    for (uint32_t i = 0; i < n; i++) v[i] = least = v[i] > least ? v[i] : least;
}

/* The value of a row that counts, else `none`: without a branch, as nobody can guess which rows count. */
static inline int64_t kept_value(int64_t v, uint8_t keep, int64_t none) { return ((v ^ none) & -(int64_t)keep) ^ none; }

#define EXTREME(none, better, value)                               \
    do {                                                           \
        for (uint32_t i = 0; i < n; i++) {                         \
            int64_t best = none;                                   \
            for (uint32_t row = seg[i]; row < seg[i + 1]; row++) { \
                int64_t x = value;                                 \
                best = x better best ? x : best;                   \
            }                                                      \
            out[i] = best;                                         \
        }                                                          \
    } while (0)

void vm_max_segments(const int64_t *restrict v, const uint8_t *restrict keep, const uint32_t *restrict seg, uint32_t n,
                     int64_t *restrict out)
{
    if (keep) EXTREME(INT64_MIN, >, kept_value(v[row], keep[row], INT64_MIN));
    else EXTREME(INT64_MIN, >, v[row]);
}

void vm_min_segments(const int64_t *restrict v, const uint8_t *restrict keep, const uint32_t *restrict seg, uint32_t n,
                     int64_t *restrict out)
{
    if (keep) EXTREME(INT64_MAX, <, kept_value(v[row], keep[row], INT64_MAX));
    else EXTREME(INT64_MAX, <, v[row]);
}

CLONES void vm_none_absent(int64_t *restrict v, int64_t none, uint32_t n, uint8_t *restrict st)
{
    for (uint32_t i = 0; i < n; i++) {
        st[i] = v[i] == none ? ST_ABSENT : ST_EXACT;
        v[i] = v[i] == none ? 0 : v[i];
    }
}

void vm_segment_counts(const uint32_t *restrict sum, const uint32_t *restrict seg, uint32_t n, int64_t *restrict out)
{
    if (sum) {
        for (uint32_t i = 0; i < n; i++) out[i] = sum[seg[i + 1]] - sum[seg[i]];
    } else {
        for (uint32_t i = 0; i < n; i++) out[i] = seg[i + 1] - seg[i];
    }
}

void vm_segment_sums(const uint64_t *restrict sum, const uint32_t *restrict seg, uint32_t n, int64_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) out[i] = (int64_t)(sum[seg[i + 1]] - sum[seg[i]]);
}

void vm_segment_any(const uint32_t *restrict sum, const uint32_t *restrict seg, bool any, uint32_t n,
                    uint8_t *restrict out)
{
    for (uint32_t i = 0; i < n; i++) out[i] = (sum[seg[i + 1]] != sum[seg[i]]) == any;
}

CLONES void vm_hits(const uint8_t *restrict keep, const uint8_t *restrict v, bool want, uint32_t n,
                    uint8_t *restrict hit)
{
    if (keep && v) {
        for (uint32_t i = 0; i < n; i++) hit[i] = (uint8_t)(keep[i] & (v[i] == want));
    } else if (v) {
        for (uint32_t i = 0; i < n; i++) hit[i] = v[i] == want;
    } else {
        for (uint32_t i = 0; i < n; i++) hit[i] = keep && want ? keep[i] : want;
    }
}

void vm_compose(const uint32_t *restrict first, uint32_t base, uint32_t n, uint32_t *restrict seg)
{
    for (uint32_t i = 0; i < n; i++) seg[i] = first[seg[i]] - base;
}

uint64_t vm_pack_bits(const uint8_t *v, uint32_t n)
{
    uint64_t bits = 0;
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8) { /* the product gathers the low bit of each byte in the top byte */
        uint64_t word;
        memcpy(&word, v + i, sizeof word);
        bits |= (word * UINT64_C(0x0102040810204080)) >> 56 << i;
    }
    for (; i < n; i++) bits |= (uint64_t)v[i] << i;
    return bits;
}

void vm_test_absent(const uint8_t *restrict st, uint32_t n, uint8_t *restrict out, uint8_t *restrict rest)
{
    for (uint32_t i = 0; i < n; i++) {
        uint8_t absent = st[i] == ST_ABSENT;
        out[i] = absent;
        rest[i] = st[i] == ST_UNKNOWN ? ST_UNKNOWN : 0;
    }
}

CLONES bool vm_any_byte(const uint8_t *v, uint32_t n)
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

CLONES void vm_mask_rows(const uint8_t *restrict filter_st, const uint8_t *restrict filter,
                         const uint8_t *restrict value_st, uint32_t n, uint8_t *restrict mask)
{
    if (!value_st) memset(mask, 0, n);
    else if (!filter) memcpy(mask, value_st, n);
    else
        for (uint32_t i = 0; i < n; i++) mask[i] = (uint8_t)(value_st[i] & (0 - filter[i]));
    for (uint32_t i = 0; filter_st && i < n; i++) mask[i] |= filter_st[i];
}

CLONES void vm_or_into(const uint8_t *restrict a, uint32_t n, uint8_t *restrict mask)
{
    for (uint32_t i = 0; i < n; i++) mask[i] |= a[i];
}

/* ---------------------------------------------------------------- states */

/* Eight bits to the low bits of eight bytes: each byte keeps its own bit, which then carries into the byte's highest.
 */
static uint64_t spread(uint8_t bits)
{
    uint64_t own = bits * UINT64_C(0x0101010101010101) & UINT64_C(0x8040201008040201);
    return (own + UINT64_C(0x7f7f7f7f7f7f7f7f)) >> 7 & UINT64_C(0x0101010101010101);
}

static uint8_t bits_at(const uint64_t *bits, size_t at, uint32_t n)
{
    size_t in = at & 63;
    uint64_t w = bits[at >> 6] >> in;
    if (in + n > 64) w |= bits[(at >> 6) + 1] << (64 - in);
    return (uint8_t)w;
}

void vm_spread_bits(const uint64_t *bits, size_t at, uint32_t n, uint8_t zero, uint8_t one, uint8_t *restrict out)
{
    uint64_t base = zero * UINT64_C(0x0101010101010101);
    uint8_t change = zero ^ one;
    uint32_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t word = base ^ spread(bits_at(bits, at + i, 8)) * change;
        memcpy(out + i, &word, sizeof word);
    }
    for (; i < n; i++) out[i] = bits_at(bits, at + i, 1) & 1 ? one : zero;
}

CLONES void vm_clear_words(const uint8_t *restrict st, uint32_t n, int64_t *restrict v)
{
    for (uint32_t i = 0; i < n; i++) v[i] = st[i] ? 0 : v[i];
}

CLONES void vm_clear_bytes(const uint8_t *restrict st, uint32_t n, uint8_t *restrict v)
{
    for (uint32_t i = 0; i < n; i++) v[i] = st[i] ? 0 : v[i];
}

CLONES void vm_logic(const uint8_t *restrict a, const uint8_t *restrict sa, const uint8_t *restrict b,
                     const uint8_t *restrict sb, uint8_t decides, uint32_t n, uint8_t *restrict out,
                     uint8_t *restrict open)
{
    for (uint32_t i = 0; i < n; i++) {
        uint8_t ua = sa[i] == ST_UNKNOWN, ub = sb[i] == ST_UNKNOWN;
        uint8_t settled = (uint8_t)(((a[i] == decides) & !ua) | ((b[i] == decides) & !ub));
        open[i] = (uint8_t)((ua | ub) & !settled);
        out[i] = (uint8_t)((settled & decides) | (!settled & !open[i] & !decides));
    }
}

void vm_select_reasons(const uint8_t *restrict c, const reason_set *restrict a, size_t step_a,
                       const reason_set *restrict b, size_t step_b, uint32_t n, reason_set *restrict out)
{
    for (uint32_t i = 0; i < n; i++) {
        reason_set x = a[i * step_a], y = b[i * step_b];
        out[i] = c[i] ? x : y;
    }
}

/* ---------------------------------------------------------------- ages */

/* limit[k]: the last day of birth of those who are at least k years old; descending. Days / 366 is never too many
 * years, and for VM_YEARS_MAX years at most one too few. */
CLONES bool vm_full_years(const int64_t *restrict born, int64_t on, const int32_t *restrict limit, uint32_t n,
                          int64_t *restrict out, uint8_t *restrict flag)
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

bool vm_years_between(const int64_t *restrict from, const int64_t *restrict to, uint32_t n, int64_t *restrict out,
                      uint8_t *restrict flag)
{
    uint8_t any = 0;
    for (uint32_t i = 0; i < n; i++) {
        flag[i] = from[i] <= 0 || to[i] < from[i] || to[i] > INT32_MAX;
        any |= flag[i];
        out[i] = flag[i] ? 0 : date_full_years((date_day)from[i], (date_day)to[i]);
    }
    return any;
}
