/* Texts of one shape: all of one length, each place either the same byte throughout or an ASCII byte of a small span
 * (serial numbers, plates, codes of a register). Such a text is a number, its digits of several bases. */
#include "columns/chunk_int.h"

/* Where the places differ, and by how much. False when the numbers could pass SHAPE_RANK_MAX or the bytes are not such
 * a shape. */
static bool shape_places(struct text_shape *s)
{
    uint64_t ranks = 1;
    s->n = 0;
    s->length = s->lo[SHAPE_BYTES];
    if (s->length != s->hi[SHAPE_BYTES] || s->length == 0 || s->length > SHAPE_BYTES) return false;
    for (uint8_t i = 0; i < s->length; i++) {
        if (s->lo[i] > s->hi[i]) return false;
        if (s->lo[i] == s->hi[i]) continue;
        if (s->hi[i] >= 0x80) return false; /* part of a longer character */
        s->at[s->n] = i;
        s->span[s->n] = (uint64_t)(s->hi[i] - s->lo[i]) + 1;
        if (__builtin_mul_overflow(ranks, s->span[s->n], &ranks) || ranks > SHAPE_RANK_MAX) return false;
        s->n++;
    }
    s->ranks = ranks;
    return true;
}

void shape_begin(const struct text_key *v, struct text_shape *s)
{
    memcpy(s->lo, v, sizeof s->lo);
    memcpy(s->hi, v, sizeof s->hi);
}

bool shape_add(const struct text_key *v, uint32_t n, struct text_shape *s)
{
    lane_kernels_best()->shape_widen(v, n, s);
    return shape_places(s);
}

void shape_put(uint8_t out[SHAPE_STORED], const struct text_shape *s)
{
    memcpy(out, s->lo, SHAPE_BYTES + 1);
    memcpy(out + SHAPE_BYTES + 1, s->hi, SHAPE_BYTES + 1);
}

bool shape_open(const uint8_t in[SHAPE_STORED], struct text_shape *s)
{
    memcpy(s->lo, in, SHAPE_BYTES + 1);
    memcpy(s->hi, in + SHAPE_BYTES + 1, SHAPE_BYTES + 1);
    return shape_places(s);
}
