/* Cells as nearly all of their kind are written, sixteen bytes at a time: numbers of digits with or without a point,
 * days as "2026-01-05". What is written otherwise, or may have to be refused, is left to the careful way. Built with
 * -O3. */
#include "match/run_int.h"

static uint32_t plain_all(const struct batch_column *x, uint16_t *odd)
{
    for (uint32_t i = 0; i < x->n; i++) odd[i] = (uint16_t)i;
    return x->n;
}

static uint32_t plain_numbers(const struct batch_column *x, struct stage_at to, const struct usual_numbers *u,
                              uint16_t *odd)
{
    (void)to;
    (void)u;
    return plain_all(x, odd);
}

static uint32_t plain_dates(const struct batch_column *x, struct stage_at to, date_day lo, date_day hi, uint16_t *odd)
{
    (void)to;
    (void)lo;
    (void)hi;
    return plain_all(x, odd);
}

/* The careful way reads eight bytes at a time where it can: without more than that nothing is won here. */
static const struct cell_kernels PLAIN = {"plain", plain_numbers, plain_dates};

#if defined(__x86_64__)
/* The vector header would bring in its own allocator, which base/banned.h refuses. */
#define _MM_MALLOC_H_INCLUDED 1
#define __MM_MALLOC_H 1
#include <immintrin.h>

#define KT __attribute__((target("avx2")))
enum { LANE = 16 };

static inline __m128i bytes_at(const void *p) { return _mm_loadu_si128((const __m128i *)p); }

/* A cell whose row is not listed, with LANE bytes of text before its end. */
static inline bool usual_cell(const struct batch_column *x, uint32_t i, uint32_t *from, uint32_t *end)
{
    uint32_t first = x->first[i];
    if (first == ROW_LISTED) return false;
    *end = x->end[first + x->column];
    *from = x->column ? x->end[first + x->column - 1] + 1 : x->start[i];
    return *end >= LANE;
}

/* ---- numbers */

/* What the bytes of a number may be, its last one in the last lane. */
struct digits_shape {
    __m128i text, room; /* less `text`, at most `room` */
    __m128i close;      /* digits without the gap of the point */
    uint32_t least;     /* bytes */
};

static struct digits_shape shape_of(unsigned decimals)
{
    char text[LANE], room[LANE], close[LANE];
    int point = decimals ? LANE - 1 - (int)decimals : -1;
    for (int i = 0; i < LANE; i++) {
        text[i] = i == point ? '.' : '0';
        room[i] = i == point ? 0 : 9;
        close[i] = (char)(i <= point ? i - 1 : i); /* -1: a zero */
    }
    return (struct digits_shape){bytes_at(text), bytes_at(room), bytes_at(close), decimals ? decimals + 2 : 1};
}

/* LAST_BYTES + n: the last n of LANE bytes. */
static const uint8_t LAST_BYTES[LANE + LANE] = {0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
                                                0,    0,    0,    0,    0,    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                                0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

/* -1: not of this shape. */
KT static int64_t number_of(const struct digits_shape *s, const char *end, uint32_t n)
{
    __m128i d = _mm_and_si128(_mm_sub_epi8(bytes_at(end - LANE), s->text), bytes_at(LAST_BYTES + n));
    __m128i beyond = _mm_subs_epu8(d, s->room);
    if (n < s->least || !_mm_testz_si128(beyond, beyond)) return -1;
    __m128i two = _mm_maddubs_epi16(_mm_shuffle_epi8(d, s->close), _mm_set1_epi16(1 << 8 | 10));
    __m128i four = _mm_madd_epi16(two, _mm_set1_epi32(1 << 16 | 100));
    __m128i eight = _mm_madd_epi16(_mm_packus_epi32(four, four), _mm_set1_epi32(1 << 16 | 10000));
    uint64_t w = (uint64_t)_mm_cvtsi128_si64(eight);
    return (int64_t)((w & UINT32_MAX) * 100000000 + (w >> 32));
}

/* Digits with the point of its decimals, or with none. False: to be read with care. */
KT static __attribute__((noinline)) bool one_number(const struct batch_column *x, struct stage_at to,
                                                    const struct usual_numbers *u, uint32_t i)
{
    const struct digits_shape whole = shape_of(0), pointed = shape_of(u->decimals);
    uint32_t from, end;
    if (!usual_cell(x, i, &from, &end) || end - from - 1 >= LANE) return false;
    int64_t v = number_of(&pointed, x->text + end, end - from);
    if (v < 0) {
        v = number_of(&whole, x->text + end, end - from);
        if (v > u->hi / u->one) return false;
        v *= u->one;
    }
    if (v < u->lo || v > u->hi) return false;
    *(int32_t *)stage_cell(to, x->slot[i]) = (int32_t)v;
    return true;
}

KT static inline __m256i both(const void *a, const void *b)
{
    return _mm256_inserti128_si256(_mm256_castsi128_si256(bytes_at(a)), bytes_at(b), 1);
}

/* Two numbers of the shape, each sixteen digits joined to pairs, fours, eights. */
struct two_shapes {
    __m256i text, room, close, lo, hi;
    uint32_t least;
};
struct two_cells {
    const char *end[2];
    uint32_t n[2];
};
KT static inline bool two_numbers(const struct two_shapes *s, const struct two_cells *c, int32_t *a, int32_t *b)
{
    const __m256i pair = _mm256_set1_epi16(1 << 8 | 10), four = _mm256_set1_epi32(1 << 16 | 100);
    const __m256i eight = _mm256_set1_epi32(1 << 16 | 10000), high = _mm256_set1_epi64x(100000000);
    if (((c->n[0] - 1) | (c->n[1] - 1)) >= LANE || c->n[0] < s->least || c->n[1] < s->least) return false;
    __m256i d = _mm256_sub_epi8(both(c->end[0] - LANE, c->end[1] - LANE), s->text);
    d = _mm256_and_si256(d, both(LAST_BYTES + c->n[0], LAST_BYTES + c->n[1]));
    __m256i beyond = _mm256_subs_epu8(d, s->room);
    if (!_mm256_testz_si256(beyond, beyond)) return false;
    d = _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_shuffle_epi8(d, s->close), pair), four);
    d = _mm256_madd_epi16(_mm256_packus_epi32(d, d), eight);
    d = _mm256_add_epi64(_mm256_mul_epu32(d, high), _mm256_srli_epi64(d, 32));
    beyond = _mm256_or_si256(_mm256_cmpgt_epi64(s->lo, d), _mm256_cmpgt_epi64(d, s->hi));
    *a = _mm_cvtsi128_si32(_mm256_castsi256_si128(d));
    *b = _mm_cvtsi128_si32(_mm256_extracti128_si256(d, 1));
    return _mm256_testz_si256(beyond, beyond);
}

KT static uint32_t avx2_numbers(const struct batch_column *column, struct stage_at to, const struct usual_numbers *u,
                                uint16_t *odd)
{
    const struct batch_column x = *column;
    const struct digits_shape shape = shape_of(u->decimals);
    const struct two_shapes two = {.text = _mm256_broadcastsi128_si256(shape.text),
                                   .room = _mm256_broadcastsi128_si256(shape.room),
                                   .close = _mm256_broadcastsi128_si256(shape.close),
                                   .lo = _mm256_set1_epi64x(u->lo),
                                   .hi = _mm256_set1_epi64x(u->hi),
                                   .least = shape.least};
    const uint32_t *end = x.end + x.column;
    uint32_t odds = 0;
    for (uint32_t i = 0; i < x.n; i += 2) {
        const bool last = i + 1 == x.n;
        const uint32_t a0 = x.first[i], b0 = x.first[i + !last];
        if (a0 != ROW_LISTED && b0 != ROW_LISTED && x.column && !last && end[a0] >= LANE) {
            const uint32_t *p = end + a0, *q = end + b0;
            const struct two_cells c = {{x.text + p[0], x.text + q[0]}, {p[0] - p[-1] - 1, q[0] - q[-1] - 1}};
            int32_t a, b;
            if (__builtin_expect(two_numbers(&two, &c, &a, &b), 1)) {
                *(int32_t *)stage_cell(to, x.slot[i]) = a;
                *(int32_t *)stage_cell(to, x.slot[i + 1]) = b;
                continue;
            }
        }
        if (!one_number(column, to, u, i)) odd[odds++] = (uint16_t)i;
        if (!last && !one_number(column, to, u, i + 1)) odd[odds++] = (uint16_t)(i + 1);
    }
    return odds;
}

/* ---- days */

KT static inline date_day iso_day(const char *p)
{
    const __m128i text = _mm_setr_epi8('0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 0, 0, 0, 0, 0, 0);
    const __m128i room = _mm_setr_epi8(9, 9, 9, 9, 0, 9, 9, 0, 9, 9, -1, -1, -1, -1, -1, -1);
    const __m128i digits = _mm_setr_epi8(0, 1, 2, 3, 5, 6, 8, 9, -1, -1, -1, -1, -1, -1, -1, -1);
    const __m128i join = _mm_setr_epi16(100, 1, 128, 1, 0, 0, 0, 0);
    static const uint8_t DAYS[100] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    __m128i d = _mm_sub_epi8(bytes_at(p), text), beyond = _mm_subs_epu8(d, room);
    if (!_mm_testz_si128(beyond, beyond)) return 0;
    __m128i two = _mm_maddubs_epi16(_mm_shuffle_epi8(d, digits), _mm_set1_epi16(1 << 8 | 10));
    uint64_t w = (uint64_t)_mm_cvtsi128_si64(_mm_madd_epi16(two, join));
    uint32_t year = (uint32_t)w, month = (uint32_t)(w >> 39), day = (uint32_t)(w >> 32) & 127;
    if (year - DATE_MIN_YEAR > DATE_MAX_YEAR - DATE_MIN_YEAR || day - 1 >= DAYS[month]) return 0;
    return date_known(year, month, day);
}

KT static uint32_t avx2_dates(const struct batch_column *column, struct stage_at to, date_day lo, date_day hi,
                              uint16_t *odd)
{
    const struct batch_column x = *column;
    uint32_t odds = 0;
    for (uint32_t i = 0; i < x.n; i++) {
        uint32_t from, end;
        date_day day = 0;
        if (usual_cell(&x, i, &from, &end) && end - from == DATE_TEXT_MAX - 1) day = iso_day(x.text + from);
        if (__builtin_expect(day >= lo && day <= hi, 1)) *(uint32_t *)stage_cell(to, x.slot[i]) = (uint32_t)day;
        else odd[odds++] = (uint16_t)i;
    }
    return odds;
}
#undef KT

static const struct cell_kernels AVX2 = {"avx2", avx2_numbers, avx2_dates};
#endif

size_t cell_kernels_list(const struct cell_kernels *out[CELL_KERNELS_MAX])
{
    size_t n = 0;
    out[n++] = &PLAIN;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) out[n++] = &AVX2;
#endif
    return n;
}

const struct cell_kernels *cell_kernels_best(void)
{
    const struct cell_kernels *all[CELL_KERNELS_MAX];
    return all[cell_kernels_list(all) - 1];
}
