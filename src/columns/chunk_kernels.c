/* Hot loops of the chunks, one specialised function a bit width. Built with -O3. */
#include "columns/chunk_int.h"

#define WIDTHS(X)                                                                                                   \
    X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20)  \
    X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31) X(32) X(33) X(34) X(35) X(36) X(37) X(38)     \
    X(39) X(40) X(41) X(42) X(43) X(44) X(45) X(46) X(47) X(48) X(49) X(50) X(51) X(52) X(53) X(54) X(55) X(56)     \
    X(57) X(64)

/* Eight values of W bits are W bytes, so every group of eight begins at a byte. */
#define MASK(W) ((W) == 64 ? UINT64_MAX : (UINT64_C(1) << ((W) & 63)) - 1)
#define LANE(W, k) (load64(p + (k) * (W) / 8) >> ((k) * (W) % 8) & MASK(W))
#define UNPACK(W)                                                                                     \
    static void unpack_##W(const uint8_t *restrict p, size_t groups, uint64_t *restrict out)          \
    {                                                                                                 \
        for (size_t g = 0; g < groups; g++, p += (W), out += 8) {                                     \
            out[0] = LANE(W, 0), out[1] = LANE(W, 1), out[2] = LANE(W, 2), out[3] = LANE(W, 3);       \
            out[4] = LANE(W, 4), out[5] = LANE(W, 5), out[6] = LANE(W, 6), out[7] = LANE(W, 7);       \
        }                                                                                             \
    }
WIDTHS(UNPACK)

static inline __attribute__((always_inline)) void pack_lane(uint64_t *o, uint64_t v, unsigned k, unsigned w)
{
    unsigned bit = k * w, j = bit / 64, shift = bit % 64;
    o[j] |= v << shift;
    if (shift + w > 64) o[j + 1] |= v >> (64 - shift);
}
#define PACK(W)                                                                                       \
    static void pack_##W(const uint64_t *restrict v, size_t groups, uint8_t *restrict out)            \
    {                                                                                                 \
        for (size_t g = 0; g < groups; g++, out += (W), v += 8) {                                     \
            uint64_t o[9] = {0};                                                                      \
            pack_lane(o, v[0], 0, W), pack_lane(o, v[1], 1, W), pack_lane(o, v[2], 2, W);             \
            pack_lane(o, v[3], 3, W), pack_lane(o, v[4], 4, W), pack_lane(o, v[5], 5, W);             \
            pack_lane(o, v[6], 6, W), pack_lane(o, v[7], 7, W);                                       \
            memcpy(out, o, 8 * (((W) + 7) / 8));                                                      \
        }                                                                                             \
    }
WIDTHS(PACK)

typedef void (*unpack_fn)(const uint8_t *restrict p, size_t groups, uint64_t *restrict out);
typedef void (*pack_fn)(const uint64_t *restrict v, size_t groups, uint8_t *restrict out);
#define UNPACK_ROW(W) [W] = unpack_##W,
#define PACK_ROW(W) [W] = pack_##W,
static const unpack_fn unpack_of[65] = {WIDTHS(UNPACK_ROW)};
static const pack_fn pack_of[65] = {WIDTHS(PACK_ROW)};

unsigned bits_width(uint64_t max)
{
    unsigned w = max == 0 ? 0 : 64 - (unsigned)__builtin_clzll(max);
    return w > WIDTH_DIRECT ? 64 : w;
}

void bits_pack(const uint64_t *v, size_t n, unsigned width, uint8_t *out)
{
    if (width == 0 || n == 0) return;
    size_t groups = n / 8, rest = n % 8;
    pack_of[width](v, groups, out);
    if (rest == 0) return;
    uint64_t last[8] = {0};
    uint8_t packed[72] = {0}; /* a group of 64-bit values and the slack of the store */
    memcpy(last, v + groups * 8, rest * sizeof *v);
    pack_of[width](last, 1, packed);
    memcpy(out + groups * width, packed, (rest * width + 7) / 8);
}

void bits_unpack(const uint8_t *in, size_t from, size_t n, unsigned width, uint64_t *out)
{
    if (width == 0) {
        memset(out, 0, n * sizeof *out);
        return;
    }
    size_t end = from + n;
    while (from < end && from % 8 != 0) *out++ = bits_get(in, from++, width);
    size_t groups = (end - from) / 8;
    unpack_of[width](in + from / 8 * width, groups, out);
    out += groups * 8;
    from += groups * 8;
    while (from < end) *out++ = bits_get(in, from++, width);
}

static inline int64_t min64(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t max64(int64_t a, int64_t b) { return a > b ? a : b; }

void ints_scan(const int64_t *v, size_t n, struct span_stats *s)
{
    int64_t min = v[0], max = v[0], dmin = INT64_MAX, dmax = INT64_MIN;
    for (size_t i = 1; i < n; i++) {
        int64_t d = (int64_t)((uint64_t)v[i] - (uint64_t)v[i - 1]);
        min = min64(min, v[i]), max = max64(max, v[i]);
        dmin = min64(dmin, d), dmax = max64(dmax, d);
    }
    *s = (struct span_stats){min, max, dmin, dmax};
}

void lanes_widen(const int32_t *restrict v, size_t n, unsigned split, int64_t *restrict out)
{
    if (split) {
        for (size_t i = 0; i < n; i++) out[i] = ints_split(v[i], split);
    } else {
        for (size_t i = 0; i < n; i++) out[i] = v[i];
    }
}

void lanes_affine(uint64_t *v, size_t n, uint64_t base, uint64_t step)
{
    if (step == 1) {
        for (size_t i = 0; i < n; i++) v[i] += base;
    } else {
        for (size_t i = 0; i < n; i++) v[i] = v[i] * step + base;
    }
}

void lanes_rebase(const int64_t *v, size_t n, uint64_t base, uint64_t *out)
{
    for (size_t i = 0; i < n; i++) out[i] = (uint64_t)v[i] - base;
}

/* Unsigned lanes keep the low bits, which are those of the signed value when it fits. */
#define NARROW(bits)                                                                                            \
    static void narrow_##bits(const uint64_t *restrict v, size_t n, uint##bits##_t *restrict dst)               \
    {                                                                                                           \
        for (size_t i = 0; i < n; i++) dst[i] = (uint##bits##_t)v[i];                                           \
    }
NARROW(8)
NARROW(16)
NARROW(32)

void lanes_narrow(const uint64_t *v, size_t n, unsigned width, void *dst)
{
    switch (width) {
    case 1: narrow_8(v, n, dst); break;
    case 2: narrow_16(v, n, dst); break;
    case 4: narrow_32(v, n, dst); break;
    default: memcpy(dst, v, n * sizeof *v); break;
    }
}

void lanes_prefix(uint64_t *v, size_t n, uint64_t base, uint64_t step)
{
    uint64_t sum = base;
    v[0] = sum;
    for (size_t i = 1; i < n; i++) v[i] = sum += v[i] + step;
}

void lanes_lookup(uint64_t *v, size_t n, const uint8_t *dict, uint32_t entries)
{
    for (size_t i = 0; i < n; i++) v[i] = load64(dict + 8 * (v[i] < entries ? v[i] : 0));
}

#define PRIME1 UINT64_C(0x9E3779B185EBCA87)
#define PRIME2 UINT64_C(0xC2B2AE3D27D4EB4F)
#define PRIME3 UINT64_C(0x165667B19E3779F9)
#define PRIME4 UINT64_C(0x85EBCA77C2B2AE63)
#define PRIME5 UINT64_C(0x27D4EB2F165667C5)

static inline uint64_t rotl(uint64_t v, unsigned k) { return v << k | v >> (64 - k); }
static inline uint64_t hash_round(uint64_t acc, uint64_t in) { return rotl(acc + in * PRIME2, 31) * PRIME1; }
static inline uint64_t hash_merge(uint64_t h, uint64_t acc) { return (h ^ hash_round(0, acc)) * PRIME1 + PRIME4; }

/* The part of whole 32-byte stripes; moves *p on. */
static uint64_t hash_stripes(const uint8_t **p, size_t stripes, uint64_t seed)
{
    uint64_t a = seed + PRIME1 + PRIME2, b = seed + PRIME2, c = seed, d = seed - PRIME1;
    const uint8_t *q = *p;
    for (size_t i = 0; i < stripes; i++, q += 32) {
        a = hash_round(a, load64(q)), b = hash_round(b, load64(q + 8));
        c = hash_round(c, load64(q + 16)), d = hash_round(d, load64(q + 24));
    }
    *p = q;
    uint64_t h = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
    return hash_merge(hash_merge(hash_merge(hash_merge(h, a), b), c), d);
}

uint64_t chunk_hash(const void *bytes, size_t n, uint64_t seed)
{
    const uint8_t *p = bytes;
    uint64_t h = n >= 32 ? hash_stripes(&p, n / 32, seed) : seed + PRIME5;
    h += n;
    size_t left = n % 32;
    for (; left >= 8; left -= 8, p += 8) h = rotl(h ^ hash_round(0, load64(p)), 27) * PRIME1 + PRIME4;
    if (left >= 4) h = rotl(h ^ load32(p) * PRIME1, 23) * PRIME2 + PRIME3, p += 4, left -= 4;
    for (; left > 0; left--, p++) h = rotl(h ^ *p * PRIME5, 11) * PRIME1;
    h = (h ^ h >> 33) * PRIME2;
    h = (h ^ h >> 29) * PRIME3;
    return h ^ h >> 32;
}
