/* Eight bytes of text at a time in a register, the first in the lowest byte on every machine. */
#ifndef BASE_SWAR_H
#define BASE_SWAR_H
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SWAR_BYTES(b) (UINT64_C(0x0101010101010101) * (b))

/* Exactly so many bytes at p are read. */
static inline uint64_t swar_load8(const char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return le64toh(w);
}

static inline uint64_t swar_load4(const char *p)
{
    uint32_t w;
    memcpy(&w, p, sizeof w);
    return le32toh(w);
}

static inline uint64_t swar_load2(const char *p)
{
    uint16_t w;
    memcpy(&w, p, sizeof w);
    return le16toh(w);
}

/* A byte of `room` for each byte of x: the most that may be added to it without passing 0x7F. Zero when every byte of x
 * is small enough: 0x76 lets 0..9 pass (digits, once '0' has been taken off by exclusive or), 0x7F only 0, 0x40 the
 * payload of a UTF-8 continuation. A carry out of a byte begins where that byte is too large, and so changes nothing.
 */
static inline uint64_t swar_beyond(uint64_t x, uint64_t room) { return ((x + room) | x) & SWAR_BYTES(0x80); }

/* The highest bit of each byte of w that is not c; all else zero. */
static inline uint64_t swar_other(uint64_t w, char c)
{
    const uint64_t low = SWAR_BYTES(0x7F);
    w ^= SWAR_BYTES((uint64_t)(unsigned char)c);
    return (((w & low) + low) | w) & ~low; /* no carry leaves a byte */
}

/* The value of eight digits (0..9, not characters): pairs, then two of the four pairs in each multiplication. */
static inline uint64_t swar_value(uint64_t x)
{
    const uint64_t even = UINT64_C(0x000000FF000000FF);
    const uint64_t first = UINT64_C(1000000) << 32 | 100, second = UINT64_C(10000) << 32 | 1;
    uint64_t pairs = x * 10 + (x >> 8);
    return ((pairs & even) * first + (pairs >> 16 & even) * second) >> 32;
}
#endif
