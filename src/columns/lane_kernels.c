/* The loops over every cell of a chunk that is written, for each instruction set, chosen at run time. What SSE2 lacks
 * (comparing and choosing 64-bit lanes, joining digits) is most of their time. */
#include "columns/chunk_int.h"

static void plain_survey(const int64_t *v, size_t n, struct survey *y)
{
    for (size_t i = 0; i < n; i += INTS_BLOCK) survey_block(v + i, n - i < INTS_BLOCK ? n - i : INTS_BLOCK, y);
}

static const struct lane_kernels PLAIN = {"plain", plain_survey, lanes_rebase, lanes_widen, shape_widen, shape_rank};

#if defined(__x86_64__)
/* The vector header would bring in its own allocator, which base/banned.h refuses. */
#define _MM_MALLOC_H_INCLUDED 1
#define __MM_MALLOC_H 1
#include <immintrin.h>

#define KT __attribute__((target("avx2")))

KT static inline __m256i load4(const int64_t *v) { return _mm256_loadu_si256((const __m256i *)(const void *)v); }
KT static inline __m256i min4(__m256i a, __m256i b) { return _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi64(a, b)); }
KT static inline __m256i max4(__m256i a, __m256i b) { return _mm256_blendv_epi8(b, a, _mm256_cmpgt_epi64(a, b)); }

KT static inline int64_t least4(__m256i x)
{
    x = min4(x, _mm256_permute4x64_epi64(x, 0x4E));
    return _mm256_extract_epi64(min4(x, _mm256_shuffle_epi32(x, 0x4E)), 0);
}
KT static inline int64_t most4(__m256i x)
{
    x = max4(x, _mm256_permute4x64_epi64(x, 0x4E));
    return _mm256_extract_epi64(max4(x, _mm256_shuffle_epi32(x, 0x4E)), 0);
}

/* What four values, and the differences of four from those before them, widen. */
struct four {
    __m256i min, max, dmin, dmax;
};
KT static inline void widen4(struct four *f, const int64_t *v, const int64_t *after)
{
    __m256i x = load4(v), d = _mm256_sub_epi64(load4(after), load4(after - 1));
    f->min = min4(f->min, x), f->max = max4(f->max, x);
    f->dmin = min4(f->dmin, d), f->dmax = max4(f->dmax, d);
}

/* Differences of whole blocks are kept in lanes to the end; the last four of a block overlap those before. */
KT static void avx2_survey(const int64_t *v, size_t n, struct survey *y)
{
    struct four f = {.dmin = _mm256_set1_epi64x(INT64_MAX), .dmax = _mm256_set1_epi64x(INT64_MIN)};
    for (; n >= INTS_BLOCK; v += INTS_BLOCK, n -= INTS_BLOCK) {
        f.min = f.max = load4(v);
        for (size_t i = 0; i + 4 < INTS_BLOCK; i += 4) widen4(&f, v + i, v + i + 1);
        widen4(&f, v + INTS_BLOCK - 4, v + INTS_BLOCK - 4);
        survey_add(y, v[0], least4(f.min), most4(f.max));
    }
    survey_add_deltas(y, least4(f.dmin), most4(f.dmax));
    if (n) survey_block(v, n, y);
}

KT static void avx2_rebase(const int64_t *v, size_t n, uint64_t base, uint64_t *out)
{
    __m256i b = _mm256_set1_epi64x((int64_t)base);
    size_t whole = n - n % 4;
    for (size_t i = 0; i < whole; i += 4)
        _mm256_storeu_si256((__m256i *)(void *)(out + i), _mm256_sub_epi64(load4(v + i), b));
    lanes_rebase(v + whole, n - whole, base, out + whole);
}

KT static void avx2_widen(const int32_t *v, size_t n, unsigned split, int64_t *out)
{
    const __m256i low = _mm256_set1_epi64x(split ? (1LL << split) - 1 : -1LL);
    const __m128i by = _mm_cvtsi32_si128((int)split), left = _mm_cvtsi32_si128(32);
    size_t whole = n - n % 4;
    for (size_t i = 0; i < whole; i += 4) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(v + i));
        __m256i all = split ? _mm256_cvtepu32_epi64(x) : _mm256_cvtepi32_epi64(x);
        __m256i high = _mm256_sll_epi64(_mm256_srl_epi64(all, by), left);
        if (split) all = _mm256_or_si256(_mm256_and_si256(all, low), high);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), all);
    }
    lanes_widen(v + whole, n - whole, split, out + whole);
}

KT static inline __m256i two_keys(const struct text_key *v)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)v);
}

KT static void avx2_shape_widen(const struct text_key *v, size_t n, struct text_shape *s)
{
    __m256i lo = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)s->lo));
    __m256i hi = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)s->hi));
    for (size_t i = 0; i + 1 < n; i += 2) {
        __m256i x = two_keys(v + i);
        lo = _mm256_min_epu8(lo, x), hi = _mm256_max_epu8(hi, x);
    }
    __m128i l = _mm_min_epu8(_mm256_castsi256_si128(lo), _mm256_extracti128_si256(lo, 1));
    __m128i h = _mm_max_epu8(_mm256_castsi256_si128(hi), _mm256_extracti128_si256(hi, 1));
    _mm_storeu_si128((__m128i *)(void *)s->lo, l);
    _mm_storeu_si128((__m128i *)(void *)s->hi, h);
    if (n % 2) shape_widen(v + n - 1, 1, s);
}

/* What digits are multiplied by when neighbours are joined: two places, then four, eight and all sixteen; a place that
 * does not differ is a digit 0 of one. All ranks are at most 2^56, so no product is longer. */
struct joining {
    uint8_t two[32]; /* as the lanes lie: the span of the right place, and 1 */
    int16_t four[16];
    uint64_t eight[4], sixteen;
};

static void joining_of(const struct text_shape *s, struct joining *j)
{
    uint64_t span[SHAPE_BYTES + 1], w[2];
    for (unsigned i = 0; i <= SHAPE_BYTES; i++) span[i] = (uint64_t)(s->hi[i] - s->lo[i]) + 1;
    for (unsigned i = 0; i < 32; i++) j->two[i] = (uint8_t)(i % 2 ? 1 : span[i % 16 + 1]);
    for (unsigned i = 0; i < 16; i++) j->four[i] = (int16_t)(i % 2 ? 1 : span[i % 8 * 2 + 2] * span[i % 8 * 2 + 3]);
    for (unsigned i = 0; i < 2; i++) w[i] = span[8 * i + 4] * span[8 * i + 5] * span[8 * i + 6] * span[8 * i + 7];
    for (unsigned i = 0; i < 4; i++) j->eight[i] = w[i % 2];
    j->sixteen = span[8] * span[9] * span[10] * span[11] * w[1];
}

/* Numbers of the left and of the right eight places, of two texts. */
KT static inline __m256i join_eight(const struct text_key *v, __m256i lo, __m256i two, __m256i four, __m256i eight)
{
    __m256i d = _mm256_maddubs_epi16(two, _mm256_sub_epi8(two_keys(v), lo));
    d = _mm256_madd_epi16(d, four);
    return _mm256_add_epi64(_mm256_mul_epu32(d, eight), _mm256_srli_epi64(d, 32));
}

KT static inline __m256i wide(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }

KT static void avx2_shape_rank(const struct text_key *v, size_t n, const struct text_shape *s, int64_t *out)
{
    struct joining j;
    joining_of(s, &j);
    const __m256i lo = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)s->lo));
    const __m256i two = wide(j.two), four = wide(j.four), eight = wide(j.eight);
    const __m256i by = _mm256_set1_epi64x((int64_t)j.sixteen), by_high = _mm256_srli_epi64(by, 32);
    size_t whole = n - n % 4;
    for (size_t i = 0; i < whole; i += 4) {
        __m256i a = join_eight(v + i, lo, two, four, eight), b = join_eight(v + i + 2, lo, two, four, eight);
        __m256i left = _mm256_unpacklo_epi64(a, b), right = _mm256_unpackhi_epi64(a, b); /* of texts 0, 2, 1, 3 */
        __m256i high = _mm256_add_epi64(_mm256_mul_epu32(_mm256_srli_epi64(left, 32), by),
                                        _mm256_mul_epu32(left, by_high));
        __m256i rank = _mm256_add_epi64(_mm256_mul_epu32(left, by), _mm256_slli_epi64(high, 32));
        rank = _mm256_permute4x64_epi64(_mm256_add_epi64(rank, right), 0xD8);
        _mm256_storeu_si256((__m256i *)(void *)(out + i), rank);
    }
    shape_rank(v + whole, n - whole, s, out + whole);
}
#undef KT

#define KT __attribute__((target("avx512f,avx2")))
KT static inline __m512i load8(const int64_t *v) { return _mm512_loadu_si512((const void *)v); }

KT static void avx512_survey(const int64_t *v, size_t n, struct survey *y)
{
    __m512i dmin = _mm512_set1_epi64(INT64_MAX), dmax = _mm512_set1_epi64(INT64_MIN);
    for (; n >= INTS_BLOCK; v += INTS_BLOCK, n -= INTS_BLOCK) {
        __m512i min = load8(v), max = min;
        for (size_t i = 0; i < INTS_BLOCK; i += 8) {
            const int64_t *after = v + (i + 8 < INTS_BLOCK ? i + 1 : i);
            __m512i x = load8(v + i), d = _mm512_sub_epi64(load8(after), load8(after - 1));
            min = _mm512_min_epi64(min, x), max = _mm512_max_epi64(max, x);
            dmin = _mm512_min_epi64(dmin, d), dmax = _mm512_max_epi64(dmax, d);
        }
        survey_add(y, v[0], _mm512_reduce_min_epi64(min), _mm512_reduce_max_epi64(max));
    }
    survey_add_deltas(y, _mm512_reduce_min_epi64(dmin), _mm512_reduce_max_epi64(dmax));
    if (n) survey_block(v, n, y);
}

static const struct lane_kernels AVX2 = {"avx2",     avx2_survey,      avx2_rebase,
                                         avx2_widen, avx2_shape_widen, avx2_shape_rank};
static const struct lane_kernels AVX512 = {"avx512",   avx512_survey,    avx2_rebase,
                                           avx2_widen, avx2_shape_widen, avx2_shape_rank};
#endif

size_t lane_kernels_list(const struct lane_kernels *out[LANE_KERNELS_MAX])
{
    size_t n = 0;
    out[n++] = &PLAIN;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) out[n++] = &AVX2;
    if (n > 1 && __builtin_cpu_supports("avx512f")) out[n++] = &AVX512;
#endif
    return n;
}

const struct lane_kernels *lane_kernels_best(void)
{
    const struct lane_kernels *all[LANE_KERNELS_MAX];
    return all[lane_kernels_list(all) - 1];
}
