/* Logarithms to the base 2 and their inverse in fixed point, the same on every machine: no floating point. */
#ifndef BASE_LOGS_H
#define BASE_LOGS_H
#include <stdint.h>

#define LOG_ONE INT32_C(65536) /* 1 bit: a factor of two */

/* log2(x) in 1/65536 bits, at most 1/65536 too low; x >= 1. */
int32_t log2_q16(uint64_t x);
/* log2(n / d); n, d >= 1. */
static inline int32_t log2_ratio(uint64_t n, uint64_t d) { return log2_q16(n) - log2_q16(d); }
/* 2^bits in 1/2^32 for bits <= 0, within 16 / 2^32; above 0 as 0. */
uint64_t exp2_q32(int32_t bits);
#endif
