/* The two passes over the bytes in steps of 64, for each instruction set, chosen at run time. */
#include <string.h>
#include "ingest/csv_int.h"

static inline uint64_t prefix_xor_shift(uint64_t x)
{
    for (int i = 1; i < 64; i *= 2) x ^= x << i;
    return x;
}

/* The lowest set bit; anything below 64 without one. */
static inline uint32_t lowest_bit(uint64_t bits) { return bits ? (uint32_t)__builtin_ctzll(bits) : 0; }

/* Positions of the set bits; may write up to 64 entries whatever the count. */
static inline __attribute__((always_inline)) void flatten_loop(uint32_t *out, uint32_t pos, uint64_t bits)
{
    int n = __builtin_popcountll(bits);
    for (int i = 0; i < n; i += 8) {
        for (int k = 0; k < 8; k++) {
            out[i + k] = pos + lowest_bit(bits);
            bits &= bits - 1;
        }
    }
}

/* One bit for each byte of w that equals the byte repeated in pattern. */
static inline uint64_t swar_equal(uint64_t w, uint64_t pattern)
{
    const uint64_t low7 = UINT64_C(0x7F7F7F7F7F7F7F7F);
    uint64_t t = w ^ pattern;
    t = ~(((t & low7) + low7) | t | low7);
    return (t >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline struct csv_masks scalar_masks(const char *p, char delim)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    struct csv_masks m = {0};
    for (int i = 0; i < 8; i++) {
        uint64_t w = 0;
        for (int k = 7; k >= 0; k--) w = w << 8 | (unsigned char)p[8 * i + k];
        m.delim |= swar_equal(w, ones * (unsigned char)delim) << (8 * i);
        m.lf |= swar_equal(w, ones * '\n') << (8 * i);
        m.cr |= swar_equal(w, ones * '\r') << (8 * i);
        m.quote |= swar_equal(w, ones * '"') << (8 * i);
        m.nul |= swar_equal(w, 0) << (8 * i);
    }
    return m;
}
#define scalar_flatten flatten_loop
#define scalar_prefix_xor prefix_xor_shift
#define scalar_lowest lowest_bit
#define K(f) scalar_##f
#define KT
#include "ingest/csv_kernels.inc"
#undef K
#undef KT

static const struct csv_kernels SCALAR = {"scalar", scalar_scan, scalar_index, text_utf8_ok_scalar};

#if defined(__x86_64__)
/* The vector header would bring in its own allocator, which base/banned.h refuses. */
#define _MM_MALLOC_H_INCLUDED 1
#define __MM_MALLOC_H 1
#include <immintrin.h>

static inline uint64_t sse2_equal(const __m128i v[4], char c)
{
    const __m128i k = _mm_set1_epi8(c);
    uint64_t m = 0;
    for (int i = 0; i < 4; i++) m |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v[i], k)) << (16 * i);
    return m;
}

static inline struct csv_masks sse2_masks(const char *p, char delim)
{
    __m128i v[4];
    for (int i = 0; i < 4; i++) v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
    return (struct csv_masks){.delim = sse2_equal(v, delim),
                              .lf = sse2_equal(v, '\n'),
                              .cr = sse2_equal(v, '\r'),
                              .quote = sse2_equal(v, '"'),
                              .nul = sse2_equal(v, 0)};
}
#define sse2_flatten flatten_loop
#define sse2_prefix_xor prefix_xor_shift
#define sse2_lowest lowest_bit
#define K(f) sse2_##f
#define KT
#include "ingest/csv_kernels.inc"
#undef K
#undef KT

#define KT __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt,pclmul")))
KT static inline uint64_t avx2_equal(__m256i a, __m256i b, char c)
{
    const __m256i k = _mm256_set1_epi8(c);
    uint32_t lo = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, k));
    uint32_t hi = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, k));
    return (uint64_t)hi << 32 | lo;
}

KT static inline struct csv_masks avx2_masks(const char *p, char delim)
{
    __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
    return (struct csv_masks){.delim = avx2_equal(a, b, delim),
                              .lf = avx2_equal(a, b, '\n'),
                              .cr = avx2_equal(a, b, '\r'),
                              .quote = avx2_equal(a, b, '"'),
                              .nul = avx2_equal(a, b, 0)};
}

/* Carry-less product with all ones: bit i becomes the parity of bits 0..i. */
KT static inline uint64_t avx2_prefix_xor(uint64_t x)
{
    __m128i r = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)x), _mm_set1_epi8(-1), 0);
    return (uint64_t)_mm_cvtsi128_si64(r);
}
/* 64 without a bit: up to that much text lies behind the step. */
KT static inline uint32_t avx2_lowest(uint64_t bits) { return (uint32_t)_tzcnt_u64(bits); }

KT static inline uint64_t avx2_flatten_eight(uint32_t *out, uint32_t pos, uint64_t bits)
{
    for (int k = 0; k < 8; k++, bits &= bits - 1) out[k] = pos + avx2_lowest(bits);
    return bits;
}

KT static inline void avx2_flatten(uint32_t *out, uint32_t pos, uint64_t bits)
{
    bits = avx2_flatten_eight(out, pos, bits);
    for (out += 8; bits; out += 8) bits = avx2_flatten_eight(out, pos, bits);
}
#define K(f) avx2_##f
#include "ingest/csv_kernels.inc"
#undef K
#undef KT

#define KT __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi2,avx2,bmi,bmi2,lzcnt,popcnt,pclmul")))
KT static inline struct csv_masks avx512_masks(const char *p, char delim)
{
    __m512i v = _mm512_loadu_si512((const void *)p);
    return (struct csv_masks){.delim = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(delim)),
                              .lf = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n')),
                              .cr = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\r')),
                              .quote = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('"')),
                              .nul = _mm512_testn_epi8_mask(v, v)};
}

KT static inline void avx512_put_sixteen(uint32_t *out, uint32_t pos, __m128i at)
{
    __m512i wide = _mm512_add_epi32(_mm512_cvtepu8_epi32(at), _mm512_set1_epi32((int)pos));
    _mm512_storeu_si512((void *)out, wide);
}

static const uint8_t BYTES_OF_STEP[CSV_STEP] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                                16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                                32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                                48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

/* Seldom more than sixteen. */
KT static inline void avx512_flatten(uint32_t *out, uint32_t pos, uint64_t bits)
{
    __m512i at = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512((const void *)BYTES_OF_STEP));
    avx512_put_sixteen(out, pos, _mm512_castsi512_si128(at));
    if (__builtin_expect(__builtin_popcountll(bits) <= 16, 1)) return;
    avx512_put_sixteen(out + 16, pos, _mm512_extracti32x4_epi32(at, 1));
    avx512_put_sixteen(out + 32, pos, _mm512_extracti32x4_epi32(at, 2));
    avx512_put_sixteen(out + 48, pos, _mm512_extracti32x4_epi32(at, 3));
}
#define avx512_prefix_xor avx2_prefix_xor
#define avx512_lowest avx2_lowest
#define K(f) avx512_##f
#include "ingest/csv_kernels.inc"
#undef K
#undef KT

static const struct csv_kernels SSE2 = {"sse2", sse2_scan, sse2_index, text_utf8_ok_scalar};
static const struct csv_kernels AVX2 = {"avx2", avx2_scan, avx2_index, text_utf8_ok_avx2};
static const struct csv_kernels AVX512 = {"avx512", avx512_scan, avx512_index, text_utf8_ok_avx512};

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("pclmul");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vbmi2");
}
#endif

size_t csv_kernels_list(const struct csv_kernels *out[CSV_KERNELS_MAX])
{
    size_t n = 0;
    out[n++] = &SCALAR;
#if defined(__x86_64__)
    out[n++] = &SSE2;
    if (has_avx2()) out[n++] = &AVX2;
    if (has_avx512()) out[n++] = &AVX512;
#endif
    return n;
}

const struct csv_kernels *csv_kernels_best(void)
{
    const struct csv_kernels *all[CSV_KERNELS_MAX];
    return all[csv_kernels_list(all) - 1];
}
