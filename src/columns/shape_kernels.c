/* Loops over texts of one shape. Built with -O3. */
#include "columns/chunk_int.h"

/* The bytes of a key as one vector, so that sixteen are compared at once. */
typedef uint8_t lanes __attribute__((vector_size(16)));

void shape_widen(const struct text_key *v, size_t n, struct text_shape *s)
{
    lanes lo, hi;
    memcpy(&lo, s->lo, sizeof lo);
    memcpy(&hi, s->hi, sizeof hi);
    for (size_t i = 0; i < n; i++) {
        lanes x;
        memcpy(&x, &v[i], sizeof x);
        lanes less = (lanes)(x < lo), more = (lanes)(x > hi);
        lo = (x & less) | (lo & ~less);
        hi = (x & more) | (hi & ~more);
    }
    memcpy(s->lo, &lo, sizeof lo);
    memcpy(s->hi, &hi, sizeof hi);
}

void shape_keys(const uint64_t *restrict w, size_t n, struct text_key *restrict out)
{
    const uint64_t bytes = (UINT64_C(1) << 56) - 1;
    for (size_t i = 0; i < n; i++) out[i] = (struct text_key){{w[i] & bytes, w[i] & ~bytes}};
}

static inline void step(uint64_t *rank, const struct text_key *v, const struct text_shape *s, unsigned k)
{
    uint8_t b = ((const uint8_t *)v)[s->at[k]];
    *rank = *rank * s->span[k] + (uint64_t)(b - s->lo[s->at[k]]);
}

void shape_rank(const struct text_key *v, size_t n, const struct text_shape *s, int64_t *out)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t rank = 0;
        for (unsigned k = 0; k < s->n; k++) step(&rank, &v[i], s, k);
        out[i] = (int64_t)rank;
    }
}

/* Division by a span is multiplication by its inverse, rounded up: exact below 2^57, since a span is at most 2^7. What
 * lies above was never written; it gives some digit of the span. */
void shape_spell(const uint64_t *v, size_t n, const struct text_shape *s, char *out)
{
    uint64_t inverse[SHAPE_BYTES];
    for (unsigned k = 0; k < s->n; k++) inverse[k] = UINT64_MAX / s->span[k] + 1;
    for (size_t i = 0; i < n; i++, out += s->length) {
        uint64_t rank = v[i];
        memcpy(out, s->lo, s->length);
        for (unsigned k = s->n; k-- > 0;) {
            uint64_t rest = (uint64_t)((unsigned __int128)rank * inverse[k] >> 64), digit = rank - rest * s->span[k];
            out[s->at[k]] = (char)(s->lo[s->at[k]] + (digit < s->span[k] ? digit : 0));
            rank = rest;
        }
    }
}
