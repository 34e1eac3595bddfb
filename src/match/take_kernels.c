/* Loops that take the cells of 64 rows from their records: first the cells as they lie, one after the other, then what
 * becomes of them, many at a time. Built with -O3. */
#include "match/run_int.h"
#include "match/sink_int.h"

void tile_point(struct tile *t, const char *base, const uint32_t *order, size_t step)
{
    const uint64_t by = (uint32_t)step; /* 32 bits each: one multiplication of lanes */
    unsigned n = t->n;
    if (order) {
        const uint32_t *row = order + t->first;
        for (unsigned i = 0; i < n; i++) t->record[i] = base + row[i] * by;
    } else {
        const char *first = base + t->first * step;
        for (unsigned i = 0; i < n; i++) t->record[i] = first + i * step;
    }
    for (unsigned i = n; i < TILE; i++) t->record[i] = t->record[n - 1];
}

enum taken taken_as(const struct sink_column *c)
{
    switch (c->kind) {
    case CK_CODE: return TAKEN_WORDS;
    case CK_TEXT: return c->narrow && !c->texts ? TAKEN_WORDS : TAKEN_KEYS;
    case CK_SET: return TAKEN_KEYS;
    case CK_DATE: return TAKEN_I32;
    case CK_NUMBER: return c->narrow ? TAKEN_I32 : TAKEN_I64;
    default: return TAKEN_I64;
    }
}

size_t taken_bytes(enum taken as) { return as == TAKEN_KEYS ? sizeof(struct text_key) : as == TAKEN_I32 ? 4 : 8; }

/* Codes of short names are these themselves. */
static uint64_t code_word(const struct plan_codes *codes, uint16_t code)
{
    const struct str s = codes->name[code];
    if (s.n > STAGE_NEAR) return text_word_told(code, s.n);
    const struct text_key k = text_key_of(s);
    return k.w[0] | k.w[1];
}

void take_begin(const struct sink_column *c, struct take_near *near)
{
    near->c = c;
    near->big = false;
    if (c->kind == CK_TEXT) memset(near->ref, 0, sizeof near->ref);
    for (size_t i = 0; c->kind == CK_CODE && i < c->codes->n && i < CODES_NEAR; i++)
        near->code[i] = code_word(c->codes, (uint16_t)i);
}

/* The cells of a width, side by side. */
#define GATHER(name, type)                                                          \
    static inline void name(const struct tile *t, size_t offset, type *restrict to) \
    {                                                                               \
        for (unsigned i = 0; i < TILE; i += 4) {                                    \
            memcpy(&to[i], t->record[i] + offset, sizeof *to);                      \
            memcpy(&to[i + 1], t->record[i + 1] + offset, sizeof *to);              \
            memcpy(&to[i + 2], t->record[i + 2] + offset, sizeof *to);              \
            memcpy(&to[i + 3], t->record[i + 3] + offset, sizeof *to);              \
        }                                                                           \
    }
GATHER(gather_8, uint8_t)
GATHER(gather_16, uint16_t)
GATHER(gather_32, uint32_t)
GATHER(gather_64, uint64_t)
GATHER(gather_keys, struct text_key)

/* ---- a bit for each of 64 cells */

#if defined(__x86_64__)
/* The vector header would bring in its own allocator, which base/banned.h refuses. */
#define _MM_MALLOC_H_INCLUDED 1
#define __MM_MALLOC_H 1
#include <emmintrin.h>

static inline __m128i lanes_at(const void *p) { return _mm_loadu_si128((const __m128i *)p); }

/* Cells that equal k. */
static uint64_t equal_16(const uint16_t *x, uint16_t k)
{
    const __m128i same = _mm_set1_epi16((short)k);
    uint64_t bits = 0;
    for (unsigned i = 0; i < TILE; i += 16) {
        __m128i a = _mm_cmpeq_epi16(lanes_at(x + i), same), b = _mm_cmpeq_epi16(lanes_at(x + i + 8), same);
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_packs_epi16(a, b)) << i;
    }
    return bits;
}

static uint64_t equal_32(const uint32_t *x, uint32_t k)
{
    const __m128i same = _mm_set1_epi32((int)k);
    uint64_t bits = 0;
    for (unsigned i = 0; i < TILE; i += 16) {
        __m128i a = _mm_cmpeq_epi32(lanes_at(x + i), same), b = _mm_cmpeq_epi32(lanes_at(x + i + 4), same);
        __m128i c = _mm_cmpeq_epi32(lanes_at(x + i + 8), same), d = _mm_cmpeq_epi32(lanes_at(x + i + 12), same);
        __m128i all = _mm_packs_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d));
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(all) << i;
    }
    return bits;
}
#else
#define EQUAL(name, type)                                                       \
    static uint64_t name(const type *x, type k)                                 \
    {                                                                           \
        uint64_t bits = 0;                                                      \
        for (unsigned i = 0; i < TILE; i++) bits |= (uint64_t)(x[i] == k) << i; \
        return bits;                                                            \
    }
EQUAL(equal_16, uint16_t)
EQUAL(equal_32, uint32_t)
#endif

static uint64_t equal_64(const uint64_t *x, uint64_t k)
{
    uint64_t bits = 0;
    for (unsigned i = 0; i < TILE; i++) bits |= (uint64_t)(x[i] == k) << i;
    return bits;
}

static bool any_high(const uint64_t *x)
{
    uint64_t all = 0;
    for (unsigned i = 0; i < TILE; i++) all |= x[i];
    return all >> 63;
}

/* ---- numbers */

static uint64_t take_u8(const struct sink_column *c, const struct tile *t, size_t offset, int64_t *restrict to)
{
    uint8_t x[TILE];
    uint64_t blank = 0;
    gather_8(t, offset, x);
    for (unsigned i = 0; i < TILE; i++) to[i] = x[i];
    for (unsigned i = 0; c->kind == CK_BOOL && i < TILE; i++) blank |= (uint64_t)(x[i] == STAGE_BLANK8) << i;
    return ~blank;
}

static uint64_t take_dates(const struct tile *t, size_t offset, uint32_t *to)
{
    gather_32(t, offset, to);
    return ~equal_32(to, 0);
}

static uint64_t take_u32(const struct tile *t, size_t offset, uint32_t add, int64_t *restrict to)
{
    uint32_t x[TILE];
    gather_32(t, offset, x);
    for (unsigned i = 0; i < TILE; i++) to[i] = x[i] + add;
    return UINT64_MAX;
}

/* The column is the numbers of the rows. */
static uint64_t take_rows(const struct sink_column *c, const struct tile *t, int64_t *restrict to)
{
    const uint32_t *order = c->order ? c->order + t->first : NULL;
    uint32_t add = c->add, first = (uint32_t)t->first;
    for (unsigned i = 0; i < t->n; i++) to[i] = (order ? order[i] : first + i) + add;
    return UINT64_MAX;
}

static uint64_t take_i64(const struct sink_column *c, const struct tile *t, size_t offset, int64_t *to)
{
    uint64_t x[TILE];
    gather_64(t, offset, x);
    memcpy(to, x, sizeof x);
    return c->kind == CK_U64 ? UINT64_MAX : ~equal_64(x, (uint64_t)STAGE_BLANK64);
}

static void big_numbers(const struct sink_column *c, const struct tile *t, uint64_t which, int64_t *to)
{
    for (unsigned i = 0; i < t->n; i++) {
        size_t row = t->first + i;
        if (which >> i & 1) to[i] = run_big_number(c->run, c->column, c->order ? c->order[row] : (uint32_t)row);
    }
}

static uint64_t take_narrow(const struct tile *t, size_t offset, struct take_near *near, uint32_t *to)
{
    gather_32(t, offset, to);
    near->big |= equal_32(to, (uint32_t)STAGE_BIG32) != 0;
    return ~equal_32(to, (uint32_t)STAGE_BLANK32);
}

void take_wide(const struct sink_column *c, const struct tile *t, size_t offset, int64_t to[TILE])
{
    uint32_t x[TILE];
    gather_32(t, offset, x);
    for (unsigned i = 0; i < TILE; i++) to[i] = (int32_t)x[i];
    big_numbers(c, t, equal_32(x, (uint32_t)STAGE_BIG32), to);
}

/* ---- texts */

static uint64_t take_codes(const struct plan_codes *codes, const struct tile *t, size_t offset,
                           const struct take_near *near, uint64_t *restrict to)
{
    uint16_t x[TILE];
    gather_16(t, offset, x);
    uint64_t blank = equal_16(x, STAGE_BLANK16);
    if (codes->n <= CODES_NEAR && !blank) {
        for (unsigned i = 0; i < TILE; i++) to[i] = near->code[x[i]];
        return UINT64_MAX;
    }
    for (unsigned i = 0; i < TILE; i++) to[i] = x[i] == STAGE_BLANK16 ? 0 : code_word(codes, x[i]);
    return ~blank;
}

static uint64_t take_stage_texts(const struct run *r, const struct tile *t, size_t offset, struct text_key *restrict to)
{
    uint64_t blank = 0, some = 0;
    gather_keys(t, offset, to);
    for (unsigned i = 0; i < TILE; i++) some |= to[i].w[1]; /* a short text's length has no such high bit */
    if (some < STAGE_TEXT_REF >> 1) return UINT64_MAX;
    for (unsigned i = 0; i < TILE; i++) {
        const struct stage_text s = {to[i]};
        blank |= (uint64_t)stage_text_blank(&s) << i;
        if (stage_text_ref(&s)) to[i] = text_key_of(run_text(r, s.key.w[0]));
    }
    return ~blank;
}

static struct text_key key_of_ref(const struct run *r, uint64_t x, struct take_near *near)
{
    struct near_ref *n = &near->ref[x * UINT64_C(0x9E3779B97F4A7C15) >> 58];
    if (n->ref != x) *n = (struct near_ref){x, text_key_of(run_text(r, stage_near_ref(x)))};
    return n->key;
}

struct text_key take_key(void *near, uint64_t word)
{
    struct take_near *x = near;
    if (x->c->kind == CK_CODE) return text_key_of(x->c->codes->name[stage_near_ref(word)]);
    return key_of_ref(x->c->run, word, x);
}

static uint64_t take_near_texts(const struct tile *t, size_t offset, uint64_t *to)
{
    gather_64(t, offset, to);
    return any_high(to) ? ~equal_64(to, STAGE_NEAR_BLANK) : UINT64_MAX;
}

static uint64_t take_refs(const struct run *r, const struct tile *t, size_t offset, struct text_key *restrict to)
{
    uint64_t x[TILE];
    gather_64(t, offset, x);
    for (unsigned i = 0; i < TILE; i++) to[i] = text_key_of(x[i] == TEXT_BLANK ? STR("") : run_text(r, x[i]));
    return ~equal_64(x, TEXT_BLANK);
}

static uint64_t take_strs(const struct tile *t, size_t offset, struct text_key *restrict to)
{
    uint64_t blank = 0;
    for (unsigned i = 0; i < TILE; i++) {
        struct str s;
        memcpy(&s, t->record[i] + offset, sizeof s);
        to[i] = text_key_of(s.p ? s : STR(""));
        blank |= (uint64_t)(s.p == NULL) << i;
    }
    return ~blank;
}

static uint64_t take_texts(const struct sink_column *c, const struct tile *t, size_t offset, void *to)
{
    if (c->texts) return take_strs(t, offset, to);
    if (c->narrow) return take_near_texts(t, offset, to);
    return c->step ? take_stage_texts(c->run, t, offset, to) : take_refs(c->run, t, offset, to);
}

static uint64_t take_cells(const struct sink_column *c, const struct tile *t, size_t offset, struct take_near *near,
                           void *to)
{
    switch (c->kind) {
    case CK_BOOL:
    case CK_U8: return take_u8(c, t, offset, to);
    case CK_DATE: return take_dates(t, offset, to);
    case CK_U32: return c->v ? take_u32(t, offset, c->add, to) : take_rows(c, t, to);
    case CK_CODE: return take_codes(c->codes, t, offset, near, to);
    case CK_TEXT: return take_texts(c, t, offset, to);
    case CK_NUMBER: return c->narrow ? take_narrow(t, offset, near, to) : take_i64(c, t, offset, to);
    default: return take_i64(c, t, offset, to);
    }
}

uint64_t take_tile(const struct sink_column *c, const struct tile *t, size_t offset, struct take_near *near, void *to)
{
    uint64_t valid = take_cells(c, t, offset, near, to);
    return t->n < TILE ? valid & ((UINT64_C(1) << t->n) - 1) : valid;
}
