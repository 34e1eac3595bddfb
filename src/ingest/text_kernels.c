/* Is a piece of text well-formed UTF-8? The vector forms classify each byte by three table look-ups on the high and low
 * half of the byte before and the high half of the byte itself (Keiser and Lemire, "Validating UTF-8 in less than one
 * instruction per byte", 2021). */
#include "base/utf8.h"
#include "ingest/csv_int.h"

bool text_utf8_ok_scalar(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n) {
        uint64_t w;
        if (i + 8 <= n) {
            memcpy(&w, p + i, 8);
            if (!(w & UINT64_C(0x8080808080808080))) {
                i += 8;
                continue;
            }
        }
        if (utf8_next(str_make(p, n), &i) == UINT32_MAX) return false;
    }
    return true;
}

#if defined(__x86_64__)
/* The vector header would bring in its own allocator, which base/banned.h refuses. */
#define _MM_MALLOC_H_INCLUDED 1
#define __MM_MALLOC_H 1
#include <immintrin.h>

#define SHORT_ 0x01
#define LONG_ 0x02
#define OVER3 0x04
#define LARGE 0x08
#define SURR 0x10
#define OVER2 0x20
#define LARGE1000 0x40
#define OVER4 0x40
#define CONTS 0x80
#define CARRY (SHORT_ | LONG_ | CONTS)
#define BIG (CARRY | LARGE | LARGE1000)
#define U(x) ((char)(unsigned char)(x))

/* clang-format off */
#define T1H U(LONG_), U(LONG_), U(LONG_), U(LONG_), U(LONG_), U(LONG_), U(LONG_), U(LONG_), \
    U(CONTS), U(CONTS), U(CONTS), U(CONTS), U(SHORT_ | OVER2), U(SHORT_), U(SHORT_ | OVER3 | SURR), \
    U(SHORT_ | LARGE | LARGE1000 | OVER4)
#define T1L U(CARRY | OVER3 | OVER2 | OVER4), U(CARRY | OVER2), U(CARRY), U(CARRY), U(CARRY | LARGE), U(BIG), U(BIG), \
    U(BIG), U(BIG), U(BIG), U(BIG), U(BIG), U(BIG), U(BIG | SURR), U(BIG), U(BIG)
#define T2H U(SHORT_), U(SHORT_), U(SHORT_), U(SHORT_), U(SHORT_), U(SHORT_), U(SHORT_), U(SHORT_), \
    U(LONG_ | OVER2 | CONTS | OVER3 | LARGE1000 | OVER4), U(LONG_ | OVER2 | CONTS | OVER3 | LARGE), \
    U(LONG_ | OVER2 | CONTS | SURR | LARGE), U(LONG_ | OVER2 | CONTS | SURR | LARGE), \
    U(SHORT_), U(SHORT_), U(SHORT_), U(SHORT_)
/* clang-format on */

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2")))

AVX2 static inline __m256i bad256(__m256i in, __m256i before)
{
    const __m256i t1h = _mm256_setr_epi8(T1H, T1H), t1l = _mm256_setr_epi8(T1L, T1L), t2h = _mm256_setr_epi8(T2H, T2H);
    const __m256i low = _mm256_set1_epi8(0x0F);
    __m256i lanes = _mm256_permute2x128_si256(before, in, 0x21);
    __m256i p1 = _mm256_alignr_epi8(in, lanes, 15), p2 = _mm256_alignr_epi8(in, lanes, 14);
    __m256i p3 = _mm256_alignr_epi8(in, lanes, 13);
    __m256i special =
        _mm256_and_si256(_mm256_and_si256(_mm256_shuffle_epi8(t1h, _mm256_and_si256(_mm256_srli_epi16(p1, 4), low)),
                                          _mm256_shuffle_epi8(t1l, _mm256_and_si256(p1, low))),
                         _mm256_shuffle_epi8(t2h, _mm256_and_si256(_mm256_srli_epi16(in, 4), low)));
    __m256i must = _mm256_or_si256(_mm256_subs_epu8(p2, _mm256_set1_epi8(0xE0 - 0x80)),
                                   _mm256_subs_epu8(p3, _mm256_set1_epi8(0xF0 - 0x80)));
    return _mm256_xor_si256(_mm256_and_si256(must, _mm256_set1_epi8(U(0x80))), special);
}

/* Most steps hold ASCII and the characters from U+4000 to U+9FFF alone: three bytes, E4 to E9 and two continuations of
 * any kind. Sets of bytes, a bit each; what a step leaves for the next one to continue. */
struct usual {
    uint64_t carry;
    bool doubt; /* another character may have begun in the last three bytes */
};

static inline bool usual_step(struct usual *u, uint64_t high, uint64_t lead, uint64_t rest)
{
    bool usual = !u->doubt && rest == (lead << 1 | lead << 2 | u->carry) && high == (lead | rest);
    u->carry = usual ? lead >> 62 | lead >> 63 : 0;
    u->doubt = !usual && high >> 61;
    return usual;
}

AVX2 static inline uint64_t both_masks(__m256i a, __m256i b)
{
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32 | (uint32_t)_mm256_movemask_epi8(a);
}

AVX2 static inline __m256i is_lead(__m256i x)
{
    __m256i from = _mm256_sub_epi8(x, _mm256_set1_epi8(U(0xE4)));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(from, _mm256_set1_epi8(0xE9 - 0xE4)), from);
}

AVX2 static inline __m256i is_rest(__m256i x) { return _mm256_cmpgt_epi8(_mm256_set1_epi8(U(0xC0)), x); }

/* Two vectors a step; the last step is padded with NUL, which also shows up a character cut at the end. */
AVX2 bool text_utf8_ok_avx2(const char *p, size_t n)
{
    __m256i bad = _mm256_setzero_si256();
    struct usual u = {0};
    size_t i = 0;
    for (bool last = false; !last; i += 64) {
        char tail[64];
        const char *q = p + i;
        last = n - i < 64;
        if (last) {
            memset(tail, 0, sizeof tail);
            if (n > i) memcpy(tail, q, n - i);
            q = tail;
        }
        __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)q);
        __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(q + 32));
        uint64_t high = both_masks(a, b);
        if (!high && !u.carry && !u.doubt) continue;
        if (usual_step(&u, high, both_masks(is_lead(a), is_lead(b)), both_masks(is_rest(a), is_rest(b)))) continue;
        __m256i before = i ? _mm256_loadu_si256((const __m256i *)(const void *)(p + i - 32)) : _mm256_setzero_si256();
        bad = _mm256_or_si256(bad, _mm256_or_si256(bad256(a, before), bad256(b, a)));
    }
    return _mm256_testz_si256(bad, bad);
}

AVX512 static inline __m512i bad512(__m512i in, __m512i before)
{
    const __m512i t1h = _mm512_broadcast_i32x4(_mm_setr_epi8(T1H)), t1l = _mm512_broadcast_i32x4(_mm_setr_epi8(T1L));
    const __m512i t2h = _mm512_broadcast_i32x4(_mm_setr_epi8(T2H)), low = _mm512_set1_epi8(0x0F);
    __m512i lanes = _mm512_alignr_epi64(in, before, 6);
    __m512i p1 = _mm512_alignr_epi8(in, lanes, 15), p2 = _mm512_alignr_epi8(in, lanes, 14);
    __m512i p3 = _mm512_alignr_epi8(in, lanes, 13);
    __m512i special =
        _mm512_and_si512(_mm512_and_si512(_mm512_shuffle_epi8(t1h, _mm512_and_si512(_mm512_srli_epi16(p1, 4), low)),
                                          _mm512_shuffle_epi8(t1l, _mm512_and_si512(p1, low))),
                         _mm512_shuffle_epi8(t2h, _mm512_and_si512(_mm512_srli_epi16(in, 4), low)));
    __m512i must = _mm512_or_si512(_mm512_subs_epu8(p2, _mm512_set1_epi8(0xE0 - 0x80)),
                                   _mm512_subs_epu8(p3, _mm512_set1_epi8(0xF0 - 0x80)));
    return _mm512_xor_si512(_mm512_and_si512(must, _mm512_set1_epi8(U(0x80))), special);
}

AVX512 bool text_utf8_ok_avx512(const char *p, size_t n)
{
    __m512i bad = _mm512_setzero_si512();
    struct usual u = {0};
    size_t i = 0;
    for (bool last = false; !last; i += 64) {
        last = n - i < 64;
        __mmask64 some = last ? ((__mmask64)1 << (n - i)) - 1 : ~(__mmask64)0;
        __m512i a = _mm512_maskz_loadu_epi8(some, p + i);
        uint64_t high = _mm512_movepi8_mask(a);
        if (!high && !u.carry && !u.doubt) continue;
        __m512i from = _mm512_sub_epi8(a, _mm512_set1_epi8(U(0xE4)));
        uint64_t lead = _mm512_cmple_epu8_mask(from, _mm512_set1_epi8(0xE9 - 0xE4));
        if (usual_step(&u, high, lead, _mm512_cmplt_epi8_mask(a, _mm512_set1_epi8(U(0xC0))))) continue;
        __m512i before = i ? _mm512_loadu_si512((const void *)(p + i - 64)) : _mm512_setzero_si512();
        bad = _mm512_or_si512(bad, bad512(a, before));
    }
    return !_mm512_test_epi64_mask(bad, bad);
}
#endif
