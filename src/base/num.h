/* Checked integers, money in fen, ratios with 9 decimals, exact fractions in 128 bits. No floating point. */
#ifndef BASE_NUM_H
#define BASE_NUM_H
#include "base/str.h"

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

#define RATIO_ONE INT64_C(1000000000)               /* 1 as a ratio */
#define RATIO_MAX (INT64_C(9000000000) * RATIO_ONE) /* |ratio| above this is unknown, a data error (SEMANTICS §1) */
#define FEN_MAX INT64_C(10000000000000)             /* 10^13: bound of one stored amount */

static inline bool i64_add(int64_t a, int64_t b, int64_t *out) { return !__builtin_add_overflow(a, b, out); }
static inline bool i64_sub(int64_t a, int64_t b, int64_t *out) { return !__builtin_sub_overflow(a, b, out); }
static inline bool i64_mul(int64_t a, int64_t b, int64_t *out) { return !__builtin_mul_overflow(a, b, out); }
static inline bool size_add(size_t a, size_t b, size_t *out) { return !__builtin_add_overflow(a, b, out); }
static inline bool size_mul(size_t a, size_t b, size_t *out) { return !__builtin_mul_overflow(a, b, out); }

/* n / d rounded half away from zero; d != 0. (-2^127 / -1 gives 2^127 - 1.) */
i128 i128_div_round(i128 n, i128 d);
/* -1, 0, 1 for an/ad <=> bn/bd, exactly, for any values with ad, bd > 0 (continued fractions: never overflows). */
int frac_cmp(i128 an, i128 ad, i128 bn, i128 bd);
/* n/d as a value of the given scale (1 = integer or fen, RATIO_ONE = ratio), rounded half away from zero, exact for
 * any n and d; false when outside int64, d == 0 or scale < 1. */
bool frac_round(i128 n, i128 d, int64_t scale, int64_t *out);

/* Decimal text ("-1,234.56", "+5", ".5"; full-width digits not accepted here) to an integer of `scale` decimals.
 * Thousands separators only in groups of three. False when malformed, when digits would be lost (unless they are zeros)
 * or on overflow. scale <= 18. */
bool dec_parse(struct str s, unsigned scale, int64_t *out);
/* v with `scale` (<= 18) decimals; trailing zeros of the fraction cut when trim. Returns length; out >= 32 bytes,
 * NUL-terminated. */
size_t dec_format(int64_t v, unsigned scale, bool trim, char *out);
/* Fen as yuan for people: "23,000.5", "-1,200"; out >= 32 bytes. Returns length. */
size_t fen_format(int64_t fen, char *out);
size_t i128_format(i128 v, char *out); /* out >= 48 bytes */
#endif
