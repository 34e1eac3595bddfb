/* Loops over whole columns, one for each width. */
#include "columns/column_int.h"

#define GATHER(bits)                                                                                                  \
    static void gather_##bits(const int##bits##_t *restrict src, uint32_t n_src, const uint32_t *restrict rows,       \
                              size_t n, int##bits##_t *restrict dst)                                                  \
    {                                                                                                                 \
        for (size_t i = 0; i < n; i++) dst[i] = src[rows[i] < n_src ? rows[i] : 0];                                   \
    }                                                                                                                 \
    static void widen_##bits(const int##bits##_t *restrict src, size_t n, int64_t *restrict dst)                      \
    {                                                                                                                 \
        for (size_t i = 0; i < n; i++) dst[i] = src[i];                                                               \
    }                                                                                                                 \
    static void shrink_##bits(const int64_t *restrict src, size_t n, int##bits##_t *restrict dst)                     \
    {                                                                                                                 \
        for (size_t i = 0; i < n; i++) dst[i] = (int##bits##_t)src[i];                                                \
    }
GATHER(8)
GATHER(16)
GATHER(32)
GATHER(64)

void gather_values(const void *src, uint32_t n_src, const uint32_t *rows, size_t n, enum col_width width, void *dst)
{
    switch (width) {
    case COL_1: gather_8(src, n_src, rows, n, dst); break;
    case COL_2: gather_16(src, n_src, rows, n, dst); break;
    case COL_4: gather_32(src, n_src, rows, n, dst); break;
    case COL_8: gather_64(src, n_src, rows, n, dst); break;
    }
}

uint32_t gather_valid(const uint64_t *valid, uint32_t n_src, const uint32_t *rows, size_t n, uint64_t *out)
{
    size_t set = 0;
    for (size_t w = 0; w * 64 < n; w++) {
        size_t m = n - w * 64 < 64 ? n - w * 64 : 64;
        uint64_t word = 0;
        for (size_t k = 0; k < m; k++) {
            uint32_t row = rows[w * 64 + k];
            bool in = row < n_src;
            uint64_t bit = valid && in ? valid[row / 64] >> (row % 64) & 1 : in;
            word |= bit << k;
        }
        out[w] = word;
        set += (size_t)__builtin_popcountll(word);
    }
    return (uint32_t)(n - set);
}

void values_widen(const void *src, size_t n, enum col_width width, int64_t *dst)
{
    switch (width) {
    case COL_1: widen_8(src, n, dst); break;
    case COL_2: widen_16(src, n, dst); break;
    case COL_4: widen_32(src, n, dst); break;
    case COL_8: widen_64(src, n, dst); break;
    }
}

void values_narrow(const int64_t *src, size_t n, enum col_width width, void *dst)
{
    switch (width) {
    case COL_1: shrink_8(src, n, dst); break;
    case COL_2: shrink_16(src, n, dst); break;
    case COL_4: shrink_32(src, n, dst); break;
    case COL_8: shrink_64(src, n, dst); break;
    }
}
