/* Shared by the chunk files only.
 *
 * Body: inner header, 40 bytes: kind u8 | dictionary u8 | validity u8 | text form u8 | blanks u32 | min i64 | max i64 |
 * dictionary entries u32 | 0 u32 | text bytes u32 | stored text bytes u32; then, each padded to 8 bytes,
 *   validity bitmap (VALIDITY_BITMAP only), then
 *   I64:             [dictionary: entries as raw i64] cells as ints
 *   TEXT:            [offsets of the n cells, n + 1 ints] text
 *   TEXT dictionary: [offsets of the entries as ints] [cells as ints] text
 *   TEXT_SHAPE:      [least byte of each of 15 places, length; greatest byte of each, length] [cells as ints], no text;
 *                    version 2 of the outer header
 * and 8 zero bytes, so that a 64-bit load at any packed value stays inside.
 *
 * Ints: header 24 bytes: form u8 | width u8 | base width u8 | 0 u8 | n u32 | base i64 | step i64; then, padded
 * to 8 bytes each, the packed bases of the 64-row blocks (BLOCKS, DELTA) and the packed values. */
#ifndef COLUMNS_CHUNK_INT_H
#define COLUMNS_CHUNK_INT_H
#include "columns/chunk.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "chunks are read and written by plain loads");

#define CHUNK_MAGIC UINT32_C(0x4B435046) /* "FPCK" */

enum {
    CHUNK_VERSION = 1,
    CHUNK_VERSION_SHAPE = 2, /* as 1, with texts of one shape */
    INNER_BYTES = 40,
    INTS_HEADER_BYTES = 24,
    INTS_BLOCK = 64,           /* rows of a block with its own base */
    INTS_TILE = 512,           /* rows decoded or encoded at a time: stays in the first-level cache */
    INTS_MAX = CHUNK_ROWS + 1, /* offsets are one more than the cells */
    CHUNK_TAIL = 8,
    WIDTH_DIRECT = 57, /* widest value that one unaligned 64-bit load always covers */
};

enum validity { VALIDITY_ALL, VALIDITY_NONE, VALIDITY_BITMAP, VALIDITY__MAX };
enum text_form { TEXT_RAW, TEXT_ZSTD, TEXT_SHAPE, TEXT__MAX };

enum ints_form {
    INTS_CONST,  /* base */
    INTS_FOR,    /* base + packed * step */
    INTS_BLOCKS, /* base + block's base + packed */
    INTS_DELTA,  /* base + block's base + sum of (step + packed) up to the row; the block's first row adds nothing */
    INTS_FORM__MAX
};

static inline uint64_t load64(const void *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline uint32_t load32(const void *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline void store64(void *p, uint64_t v) { memcpy(p, &v, sizeof v); }
static inline void store32(void *p, uint32_t v) { memcpy(p, &v, sizeof v); }
static inline size_t pad8(size_t n) { return (n + 7) & ~(size_t)7; }
static inline bool bit_get(const uint64_t *w, size_t i) { return w[i / 64] >> (i % 64) & 1; }
static inline uint64_t low_bits(unsigned n) { return n >= 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1; }

/* ---- chunk_kernels.c ---- */

/* Widths in use: 0..57 and 64. */
unsigned bits_width(uint64_t max);
static inline size_t bits_bytes(size_t n, unsigned width) { return pad8((n * width + 7) / 8); }
/* Pack n values below 2^width; may write 8 bytes beyond bits_bytes. n must be a multiple of 8 in all calls but
 * the last. */
void bits_pack(const uint64_t *v, size_t n, unsigned width, uint8_t *out);
/* Values from..from+n of a packed array; loads up to 8 bytes beyond bits_bytes. */
void bits_unpack(const uint8_t *in, size_t from, size_t n, unsigned width, uint64_t *out);
static inline uint64_t bits_get(const uint8_t *in, size_t i, unsigned width)
{
    if (width == 0) return 0;
    if (width == 64) return load64(in + 8 * i);
    size_t bit = i * width;
    return load64(in + bit / 8) >> (bit % 8) & low_bits(width);
}

struct span_stats {
    int64_t min, max;
    int64_t delta_min, delta_max; /* between neighbours, wrapped to 64 bits */
};
/* Of v[0..n), n >= 1; with n == 1 there is no delta and delta_min > delta_max. */
void ints_scan(const int64_t *v, size_t n, struct span_stats *s);
/* What one pass over all blocks of INTS_BLOCK values learns. */
struct survey {
    int64_t min, max, delta_min, delta_max;
    int64_t head_max;      /* of the blocks' first values */
    int64_t block_min_max; /* of the blocks' minima */
    uint64_t block_range;  /* greatest max - min inside a block */
};
#define SURVEY_NONE ((struct survey){INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN, INT64_MIN, INT64_MIN, 0})
/* One block: its first value, least and greatest. */
static inline void survey_add(struct survey *y, int64_t head, int64_t min, int64_t max)
{
    uint64_t range = (uint64_t)max - (uint64_t)min;
    if (min < y->min) y->min = min;
    if (max > y->max) y->max = max;
    if (head > y->head_max) y->head_max = head;
    if (min > y->block_min_max) y->block_min_max = min;
    if (range > y->block_range) y->block_range = range;
}
static inline void survey_add_deltas(struct survey *y, int64_t min, int64_t max)
{
    if (min < y->delta_min) y->delta_min = min;
    if (max > y->delta_max) y->delta_max = max;
}
/* A block of 1 to INTS_BLOCK values. */
static inline void survey_block(const int64_t *v, size_t n, struct survey *y)
{
    struct span_stats b;
    ints_scan(v, n, &b);
    survey_add(y, v[0], b.min, b.max);
    survey_add_deltas(y, b.delta_min, b.delta_max);
}
/* out[i] = ints_split(v[i], split). */
void lanes_widen(const int32_t *v, size_t n, unsigned split, int64_t *out);
/* v[i] = v[i] * step + base, wrapping. */
void lanes_affine(uint64_t *v, size_t n, uint64_t base, uint64_t step);
/* out[i] = (v[i] - base) as unsigned. */
void lanes_rebase(const int64_t *v, size_t n, uint64_t base, uint64_t *out);
/* Low `width` (1, 2, 4, 8) bytes of each lane. */
void lanes_narrow(const uint64_t *v, size_t n, unsigned width, void *dst);
/* v[i] = base + sum over j in 1..i of (v[j] + step); v[0] = base. n <= INTS_BLOCK. */
void lanes_prefix(uint64_t *v, size_t n, uint64_t base, uint64_t step);
/* v[i] = dict[v[i]] (raw 64-bit words), or the first entry where v[i] >= entries. */
void lanes_lookup(uint64_t *v, size_t n, const uint8_t *dict, uint32_t entries);
/* XXH64 (public specification of xxHash), bytes of p under seed. */
uint64_t chunk_hash(const void *p, size_t n, uint64_t seed);

/* ---- chunk_ints.c ---- */

/* Where values to encode come from: v, with blank cells replaced by the valid one before them (the first valid
 * one at the start). */
struct ints_source {
    const int64_t *v;      /* NULL: in four bytes each */
    const int32_t *narrow; /* as chunk_encode_i32 */
    unsigned split;
    const uint64_t *valid; /* NULL: all valid */
    uint32_t n;
    int64_t first; /* the first valid value; used only with valid */
};
/* v or narrow, split, valid and n given: sets first; false when no cell is valid. */
bool ints_source_init(struct ints_source *s);
static inline int64_t ints_split(int32_t x, unsigned split)
{
    if (!split) return x;
    return (int64_t)((uint64_t)((uint32_t)x & ((1u << split) - 1)) | (uint64_t)((uint32_t)x >> split) << 32);
}
static inline int64_t ints_at(const struct ints_source *s, uint32_t i)
{
    return s->v ? s->v[i] : ints_split(s->narrow[i], s->split);
}
/* The values as they are, at most INTS_TILE of them: where they lie, or in tmp. */
const int64_t *ints_values(const struct ints_source *s, uint32_t from, uint32_t n, int64_t *tmp);

struct ints_plan {
    enum ints_form form;
    unsigned width, base_width;
    uint64_t base, step;
    int64_t min, max;
    size_t bytes; /* encoded, header included */
};
void ints_plan(const struct ints_source *s, struct ints_plan *p);
/* Append p->bytes bytes to out, which has room for 8 more. */
void ints_encode(const struct ints_source *s, const struct ints_plan *p, struct buf *out);
/* The same with blanks filled. *carry goes from tile to tile
 * (start: s->first). */
const int64_t *ints_tile(const struct ints_source *s, uint32_t from, uint32_t n, int64_t *tmp, int64_t *carry);

/* View the ints at the front of *rest, which must hold n values, and move past; false when malformed or too short. */
bool ints_open(struct str *rest, uint32_t n, struct ints_view *out);
uint64_t ints_get(const struct ints_view *v, uint32_t i);
void ints_read(const struct ints_view *v, uint32_t from, uint32_t n, uint64_t *dst);

/* ---- chunk_shape.c, shape_kernels.c ---- */

enum { SHAPE_BYTES = TEXT_KEY_NEAR, SHAPE_STORED = 2 * (SHAPE_BYTES + 1) };
#define SHAPE_RANK_MAX (UINT64_C(1) << 56)

struct text_shape {
    uint8_t lo[SHAPE_BYTES + 1], hi[SHAPE_BYTES + 1]; /* of each place; the last is the length */
    uint8_t length, n;                                /* n places differ: */
    uint8_t at[SHAPE_BYTES];                          /* where, in order */
    uint64_t span[SHAPE_BYTES];                       /* how many bytes from lo to hi */
    uint64_t ranks;                                   /* texts of this shape */
};
/* The shape of one text, and of v[0..n), n >= 1, besides those before; false when they have none. */
void shape_begin(const struct text_key *v, struct text_shape *s);
bool shape_add(const struct text_key *v, uint32_t n, struct text_shape *s);
void shape_put(uint8_t out[SHAPE_STORED], const struct text_shape *s);
bool shape_open(const uint8_t in[SHAPE_STORED], struct text_shape *s); /* false: no shape */
/* Of words that are told by themselves (text_words). */
void shape_keys(const uint64_t *w, size_t n, struct text_key *out);
/* lo and hi of each place widened by the keys v[0..n). */
void shape_widen(const struct text_key *v, size_t n, struct text_shape *s);
/* The number of each text, below s->ranks, and back: n texts of s->length bytes. */
void shape_rank(const struct text_key *v, size_t n, const struct text_shape *s, int64_t *out);
void shape_spell(const uint64_t *v, size_t n, const struct text_shape *s, char *out);

/* ---- lane_kernels.c: the same results from each of them ---- */

struct lane_kernels {
    const char *name;
    void (*survey)(const int64_t *v, size_t n, struct survey *y); /* v's blocks added to y */
    void (*rebase)(const int64_t *v, size_t n, uint64_t base, uint64_t *out);
    void (*widen)(const int32_t *v, size_t n, unsigned split, int64_t *out);
    void (*shape_widen)(const struct text_key *v, size_t n, struct text_shape *s);
    void (*shape_rank)(const struct text_key *v, size_t n, const struct text_shape *s, int64_t *out);
};
enum { LANE_KERNELS_MAX = 3 };
/* Those this processor can run, the fastest last; how many. */
size_t lane_kernels_list(const struct lane_kernels *out[LANE_KERNELS_MAX]);
const struct lane_kernels *lane_kernels_best(void);

/* ---- chunk_encode.c ---- */

struct inner {
    enum chunk_kind kind;
    bool dictionary;
    enum validity validity;
    enum text_form text_form;
    uint32_t blanks, dict_n, text_bytes, stored_bytes;
    int64_t min, max;
};
/* Room in out for a chunk of at most body bytes, its outer header left blank; *at is where the chunk begins. */
bool chunk_begin(struct buf *out, size_t body, size_t *at);
void chunk_put_inner(struct buf *out, const struct inner *h);
void chunk_put_valid(struct buf *out, const uint64_t *valid, uint32_t n, enum validity mode);
/* Pad with zeros to a multiple of 8 from the chunk's beginning. */
void chunk_pad(struct buf *out, size_t at);
/* Tail, outer header and checksum. */
void chunk_finish(struct buf *out, size_t at, uint32_t rows, uint8_t version);
/* Recompute the checksum of the chunk at p (header complete). */
uint64_t chunk_checksum(const char *p, size_t body);
uint32_t valid_blanks(const uint64_t *valid, uint32_t n);
enum rc chunk_check_rows(uint32_t n, struct err *e) MUST_USE;
#endif
