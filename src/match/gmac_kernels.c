/* GHASH (NIST SP 800-38D) with carry-less products of 512 bits, sixteen blocks at a time under one reduction.
 *
 * Bits of a block are numbered from its first bit, so a block is taken with its bytes turned round and the key is
 * multiplied by x: then a product needs no shift. The reduction folds the low half by x^64 twice (Gueron and Kounaves,
 * "Intel Carry-Less Multiplication Instruction and its Usage for Computing the GCM Mode", 2010). */
#include "match/gmac.h"

#if defined __x86_64__
/* The vector header would bring in its own allocator, which base/banned.h refuses. */
#define _MM_MALLOC_H_INCLUDED 1
#define __MM_MALLOC_H 1
#include <immintrin.h>

#define KT __attribute__((target("avx512f,avx512bw,avx512vl,avx2,pclmul,vpclmulqdq")))
#define FOLD_HIGH INT64_C(-0x3e00000000000000) /* 0xc2 << 56: x^128 = x^7 + x^2 + x + 1 */

enum { WIDE = GMAC_POWERS * GMAC_BLOCK, VECTOR = 64 };

bool gmac_fast(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("vpclmulqdq") &&
           __builtin_cpu_supports("pclmul");
}

KT static inline __m128i turned(__m128i v)
{
    return _mm_shuffle_epi8(v, _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

KT static inline __m128i multiply(__m128i a, __m128i b)
{
    const __m128i fold = _mm_set_epi64x(FOLD_HIGH, 1);
    __m128i low = _mm_clmulepi64_si128(a, b, 0x00), high = _mm_clmulepi64_si128(a, b, 0x11);
    __m128i mid = _mm_xor_si128(_mm_clmulepi64_si128(a, b, 0x01), _mm_clmulepi64_si128(a, b, 0x10));
    mid = _mm_xor_si128(mid, _mm_xor_si128(_mm_shuffle_epi32(low, 0x4e), _mm_clmulepi64_si128(fold, low, 0x01)));
    return _mm_xor_si128(high, _mm_xor_si128(_mm_shuffle_epi32(mid, 0x4e), _mm_clmulepi64_si128(fold, mid, 0x01)));
}

KT void gmac_powers(struct gmac_key *k, const uint8_t h[GMAC_BLOCK])
{
    uint64_t word[2];
    __m128i x = turned(_mm_loadu_si128((const __m128i *)h));
    _mm_storeu_si128((__m128i *)word, x);
    uint64_t over = 0 - (word[1] >> 63);
    word[1] = (word[1] << 1 | word[0] >> 63) ^ (over & (uint64_t)FOLD_HIGH);
    word[0] = word[0] << 1 ^ (over & 1);
    __m128i one = _mm_loadu_si128((const __m128i *)word), at = one;
    for (size_t i = GMAC_POWERS; i--; at = multiply(at, one)) _mm_storeu_si128((__m128i *)k->power[i], at);
}

/* Products of one vector of blocks and its powers, added to the three sums. */
KT static inline void add_products(__m512i blocks, __m512i powers, __m512i *low, __m512i *mid, __m512i *high)
{
    *low = _mm512_xor_si512(*low, _mm512_clmulepi64_epi128(blocks, powers, 0x00));
    *high = _mm512_xor_si512(*high, _mm512_clmulepi64_epi128(blocks, powers, 0x11));
    *mid = _mm512_ternarylogic_epi64(*mid, _mm512_clmulepi64_epi128(blocks, powers, 0x01),
                                     _mm512_clmulepi64_epi128(blocks, powers, 0x10), 0x96);
}

KT static inline __m128i reduce(__m512i low, __m512i mid, __m512i high)
{
    const __m512i fold = _mm512_broadcast_i32x4(_mm_set_epi64x(FOLD_HIGH, 1));
    mid = _mm512_ternarylogic_epi64(mid, _mm512_shuffle_epi32(low, (_MM_PERM_ENUM)0x4e),
                                    _mm512_clmulepi64_epi128(fold, low, 0x01), 0x96);
    high = _mm512_ternarylogic_epi64(high, _mm512_shuffle_epi32(mid, (_MM_PERM_ENUM)0x4e),
                                     _mm512_clmulepi64_epi128(fold, mid, 0x01), 0x96);
    __m256i half = _mm256_xor_si256(_mm512_castsi512_si256(high), _mm512_extracti64x4_epi64(high, 1));
    return _mm_xor_si128(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

KT static __m128i wide_blocks(const struct gmac_key *k, __m128i sum, const uint8_t *p)
{
    const __m512i turn = _mm512_broadcast_i32x4(_mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    __m512i low = _mm512_setzero_si512(), mid = low, high = low, first = _mm512_zextsi128_si512(sum);
    for (size_t i = 0; i < WIDE; i += VECTOR) {
        __m512i blocks = _mm512_shuffle_epi8(_mm512_loadu_si512(p + i), turn);
        add_products(_mm512_xor_si512(blocks, first), _mm512_loadu_si512(&k->power[i / GMAC_BLOCK]), &low, &mid, &high);
        first = _mm512_setzero_si512();
    }
    return reduce(low, mid, high);
}

KT void gmac_blocks(const struct gmac_key *k, uint8_t sum[GMAC_BLOCK], const uint8_t *p, size_t blocks)
{
    __m128i at = _mm_loadu_si128((const __m128i *)sum),
            one = _mm_loadu_si128((const __m128i *)k->power[GMAC_POWERS - 1]);
    for (; blocks >= GMAC_POWERS; blocks -= GMAC_POWERS, p += WIDE) at = wide_blocks(k, at, p);
    for (; blocks; blocks--, p += GMAC_BLOCK)
        at = multiply(_mm_xor_si128(at, turned(_mm_loadu_si128((const __m128i *)p))), one);
    _mm_storeu_si128((__m128i *)sum, at);
}

#else

bool gmac_fast(void) { return false; }
void gmac_powers(struct gmac_key *k, const uint8_t h[GMAC_BLOCK]) { (void)k, (void)h; }
void gmac_blocks(const struct gmac_key *k, uint8_t sum[GMAC_BLOCK], const uint8_t *p, size_t blocks)
{
    (void)k, (void)sum, (void)p, (void)blocks;
}
#endif
