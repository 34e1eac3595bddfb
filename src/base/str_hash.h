/* The hash of a text, for those who call it for every row. */
#ifndef BASE_STR_HASH_H
#define BASE_STR_HASH_H
#include "base/num.h"
#include "base/swar.h"

static inline uint64_t str_mix(uint64_t a, uint64_t b)
{
    u128 m = (u128)a * b;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* One to seven bytes as a little-endian number, without a copy of unknown length: parts that overlap agree. */
static inline uint64_t str_load_few(const char *p, size_t n)
{
    if (n >= 4) return swar_load4(p) | swar_load4(p + n - 4) << 8 * (n - 4);
    uint64_t first = (unsigned char)p[0], middle = (unsigned char)p[n / 2], last = (unsigned char)p[n - 1];
    return first | middle << 8 * (n / 2) | last << 8 * (n - 1);
}

/* str_hash where it is called: for a text of known length a few instructions. */
static inline uint64_t str_hash_here(struct str s)
{
    const uint64_t k0 = UINT64_C(0x9E3779B97F4A7C15), k1 = UINT64_C(0xD6E8FEB86659FD93);
    uint64_t h = k0 ^ (uint64_t)s.n;
    for (; s.n >= 8; s.p += 8, s.n -= 8) h = str_mix(h ^ swar_load8(s.p) ^ k1, k0) + k1;
    if (s.n) h = str_mix(h ^ str_load_few(s.p, s.n) ^ k1, k0) + k1;
    return str_mix(h ^ (h >> 29), k1);
}
#endif
