/* Shared by the cell parsers only. */
#ifndef INGEST_CELL_INT_H
#define INGEST_CELL_INT_H
#include "ingest/cell.h"

enum { CELL_PLAIN_MAX = 96 };

/* A short cell as plain characters: trimmed, half-width, every sign of minus as '-'. Characters outside ASCII are kept.
 */
struct cell_plain {
    char text[CELL_PLAIN_MAX + 4];
    struct str s;
};

/* CELL_FINE, CELL_MALFORMED, or CELL_TOO_LONG for what no number or date can be. */
enum cell_reason cell_plain_make(struct cell_plain *p, struct str s);

static inline enum cell_status cell_bad(enum cell_reason *why, enum cell_reason r) { return *why = r, CELL_BAD; }
static inline bool cell_is_digit(char c) { return c >= '0' && c <= '9'; }

/* Eight digit characters, the first in the lowest byte: are they, and their value. */
static inline bool cell_swar_digits(uint64_t w)
{
    const uint64_t high = UINT64_C(0xF0F0F0F0F0F0F0F0), six = UINT64_C(0x0606060606060606);
    return ((w & high) | (((w + six) & high) >> 4)) == UINT64_C(0x3333333333333333);
}

static inline uint64_t cell_swar_value(uint64_t w)
{
    w = (w & UINT64_C(0x0F0F0F0F0F0F0F0F)) * 2561 >> 8;
    w = (w & UINT64_C(0x00FF00FF00FF00FF)) * 6553601 >> 16;
    return (w & UINT64_C(0x0000FFFF0000FFFF)) * UINT64_C(42949672960001) >> 32;
}
#endif
