/* column_kernels.c, built with -O3. */
#ifndef COLUMNS_COLUMN_INT_H
#define COLUMNS_COLUMN_INT_H
#include "columns/column.h"

/* dst[i] = src[rows[i] < n_src ? rows[i] : 0]; n_src >= 1. */
void gather_values(const void *src, uint32_t n_src, const uint32_t *rows, size_t n, enum col_width width, void *dst);
/* Validity of a gather, words from the first bit of out on; valid NULL: all valid. Returns the blank cells. */
uint32_t gather_valid(const uint64_t *valid, uint32_t n_src, const uint32_t *rows, size_t n, uint64_t *out);
void values_widen(const void *src, size_t n, enum col_width width, int64_t *dst);
void values_narrow(const int64_t *src, size_t n, enum col_width width, void *dst);
#endif
