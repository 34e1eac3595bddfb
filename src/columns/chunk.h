/* Immutable column chunks: at most CHUNK_ROWS cells of one column, each valid or blank, as a self-describing
 * string of bytes. Cell i is readable without decoding the others. What a blank means (unknown, absent) is the
 * dataset's to say.
 *
 * Outer header, 40 bytes, little-endian: magic u32 | version u16 | cipher u8 | 0 u8 | key id u32 | nonce 12
 * bytes | rows u32 | body bytes u32 | XXH64 of the 32 bytes before it and of the body u64. Then the body
 * (sealed whole when cipher is not 0, so that smallest and largest value leak nothing): an inner header and
 * sections, see chunk_int.h. */
#ifndef COLUMNS_CHUNK_H
#define COLUMNS_CHUNK_H
#include <string.h>
#include "base/buf.h"
#include "base/limits.h"

enum chunk_kind { CHUNK_I64, CHUNK_TEXT, CHUNK_KIND__MAX };
enum chunk_cipher { CHUNK_PLAIN, CHUNK_AES_256_GCM, CHUNK_SM4_GCM, CHUNK_CIPHER__MAX };

/* How far bytes are believed. Reading never leaves the bytes given, at any level; below FULL a writer who
 * forged the checksum can make it return wrong values. */
enum chunk_trust {
    CHUNK_MINIMAL, /* sizes only: bytes that were just authenticated or written by this process */
    CHUNK_DEFAULT, /* and the checksum */
    CHUNK_FULL,    /* and every code, offset, UTF-8 sequence, count, minimum and maximum */
    CHUNK_TRUST__MAX
};

enum {
    CHUNK_HEADER_BYTES = 40,
    CHUNK_VALID_WORDS = CHUNK_ROWS / 64, /* words of a full chunk's validity bitmap */
};
#define CHUNK_TEXT_MAX MIB(64)                    /* text bytes of one chunk before compression */
#define CHUNK_BYTES_MAX (CHUNK_TEXT_MAX + MIB(3)) /* bytes of one chunk */

/* A packed integer sequence inside a chunk; private, here only for its size. */
struct ints_view {
    const uint8_t *data, *bases;
    uint64_t base, step;
    uint32_t n;
    uint8_t form, width, base_width;
};

/* Borrowed view of a chunk's bytes; `own` holds decompressed text and is freed by chunk_close. */
struct chunk_view {
    enum chunk_kind kind;
    bool dictionary;
    uint32_t rows, blanks;
    int64_t min, max;     /* of the valid cells of an I64 chunk; 0 and 0 when there are none, and for text */
    const uint8_t *valid; /* NULL: all valid, or all blank when blanks == rows */
    struct ints_view cells, offsets;
    const uint8_t *dict;
    uint32_t dict_n;
    uint32_t fixed; /* not 0: every text has this many bytes, cell i at i * fixed, and there are no offsets */
    struct str text;
    void *own;
};

/* What the outer header says, readable without a key. */
struct chunk_info {
    enum chunk_cipher cipher;
    uint32_t key_id, rows;
    uint8_t nonce[12];
    size_t bytes; /* of the whole chunk */
};

/* Append one chunk of v[0..n) to out, 1 <= n <= CHUNK_ROWS. Bit i % 64 of valid[i / 64] set: cell i is valid;
 * valid NULL: all are. Values of blank cells are not kept. Equal input gives equal bytes. RC_USAGE: n or the
 * text too large; RC_NOMEM: out is then as it was (its failed mark is set). */
enum rc chunk_encode_i64(const int64_t *v, const uint64_t *valid, uint32_t n, struct buf *out, struct err *e) MUST_USE;
/* The same, and the same bytes, for integers of four bytes: v[i] is the value when split is 0, else its low `split`
 * bits (1..31) are and those above them are bits 32 on. */
enum rc chunk_encode_i32(const int32_t *v, unsigned split, const uint64_t *valid, uint32_t n, struct buf *out,
                         struct err *e) MUST_USE;
/* The same for UTF-8 texts, together at most CHUNK_TEXT_MAX bytes. */
enum rc chunk_encode_str(const struct str *v, const uint64_t *valid, uint32_t n, struct buf *out,
                         struct err *e) MUST_USE;

/* A text in two words: up to TEXT_KEY_NEAR bytes lie in the words themselves, then zeros, the last byte is the length;
 * a longer one is pointed to. Nearly all texts of departments are short, and nothing else has to be fetched for them.
 * Equal short texts have equal words. */
enum { TEXT_KEY_NEAR = 15, TEXT_KEY_FAR = 0xFF };
struct text_key {
    uint64_t w[2];
};
static inline struct text_key text_key_of(struct str s)
{
    struct text_key k = {{0, 0}};
    if (s.n <= TEXT_KEY_NEAR) {
        if (s.n >= 8) { /* two copies that overlap: no call for a length that is not known */
            memcpy(&k.w[0], s.p, 8);
            memcpy((char *)k.w + s.n - 8, s.p + s.n - 8, 8);
        } else if (s.n) {
            memcpy(k.w, s.p, s.n);
        }
        k.w[1] |= (uint64_t)s.n << 56;
    } else {
        k.w[0] = (uint64_t)(uintptr_t)s.p;
        k.w[1] = (uint64_t)TEXT_KEY_FAR << 56 | s.n;
    }
    return k;
}
static inline bool text_key_far(const struct text_key *k) { return k->w[1] >> 56 == TEXT_KEY_FAR; }
static inline size_t text_key_n(const struct text_key *k)
{
    return text_key_far(k) ? k->w[1] & UINT64_C(0xFFFFFFFFFFFFFF) : k->w[1] >> 56;
}
/* A short text is a view of the key itself. */
static inline struct str text_key_str(const struct text_key *k)
{
    const char *near = (const char *)k->w;
    return str_make(text_key_far(k) ? (const char *)(uintptr_t)k->w[0] : near, text_key_n(k));
}
/* As chunk_encode_str, the same bytes. Keys of blank cells may be anything. */
enum rc chunk_encode_texts(const struct text_key *v, const uint64_t *valid, uint32_t n, struct buf *out,
                           struct err *e) MUST_USE;

/* Texts by words of which equal ones are equal texts. Bits 56 to 62 are the length, TEXT_WORD_LONG when it is that or
 * more. A word below TEXT_WORD_TOLD is a text of up to seven bytes itself; others are told by key, whose texts live as
 * long as the source. */
#define TEXT_WORD_TOLD (UINT64_C(1) << 63)
enum { TEXT_WORD_LONG = 127 };
static inline uint64_t text_word_told(uint64_t x, size_t n)
{
    return TEXT_WORD_TOLD | x | (uint64_t)(n < TEXT_WORD_LONG ? n : TEXT_WORD_LONG) << 56;
}
static inline size_t text_word_n(uint64_t word) { return word >> 56 & TEXT_WORD_LONG; }
struct text_words {
    const uint64_t *w;
    struct text_key (*key)(void *ctx, uint64_t word);
    void *ctx;
};
/* As chunk_encode_str, the same bytes. Words of blank cells may be anything. */
enum rc chunk_encode_words(const struct text_words *v, const uint64_t *valid, uint32_t n, struct buf *out,
                           struct err *e) MUST_USE;

/* Header of the chunk at the start of bytes (more bytes may follow); RC_ENV when it is none. */
enum rc chunk_peek(struct str bytes, struct chunk_info *out, struct err *e) MUST_USE;
/* View exactly one unsealed chunk. The view borrows `bytes`. RC_ENV: damaged or not a chunk; RC_USAGE: sealed,
 * unseal it first. */
enum rc chunk_open(struct str bytes, enum chunk_trust level, struct chunk_view *out, struct err *e) MUST_USE;
void chunk_close(struct chunk_view *c);

/* Cell i: true and its value, or false when it is blank, i is outside, or the chunk is of the other kind. */
bool chunk_get_i64(const struct chunk_view *c, uint32_t i, int64_t *v);
bool chunk_get_str(const struct chunk_view *c, uint32_t i, struct str *v);
bool chunk_is_valid(const struct chunk_view *c, uint32_t i);

/* Cells from..from+n of an I64 chunk into dst; blank lanes get some value between min and max (0 when there is
 * no valid cell). valid (may be NULL) gets (n + 63) / 64 words, bit 0 = cell `from`, unused bits 0. False when
 * outside or of the other kind. */
bool chunk_read_i64(const struct chunk_view *c, uint32_t from, uint32_t n, int64_t *dst, uint64_t *valid);
/* The same into an array of int8_t, int16_t, int32_t or int64_t (width 1, 2, 4, 8 bytes); false too when
 * min..max does not fit. */
bool chunk_read_into(const struct chunk_view *c, uint32_t from, uint32_t n, unsigned width, void *dst, uint64_t *valid);
/* The same for texts, which are borrowed from the view; blank cells get an empty text. */
bool chunk_read_str(const struct chunk_view *c, uint32_t from, uint32_t n, struct str *dst, uint64_t *valid);
/* Only the validity bits, of either kind. */
bool chunk_read_valid(const struct chunk_view *c, uint32_t from, uint32_t n, uint64_t *valid);
/* The codes of a dictionary text chunk (c->dictionary); entry < c->dict_n: chunk_dict_str. */
bool chunk_read_codes(const struct chunk_view *c, uint32_t from, uint32_t n, uint32_t *dst);
bool chunk_dict_str(const struct chunk_view *c, uint32_t entry, struct str *v);

/* False when no cell is valid. */
bool chunk_min(const struct chunk_view *c, int64_t *v);
bool chunk_max(const struct chunk_view *c, int64_t *v);
/* Least width in bytes (1, 2, 4, 8) of a signed integer that holds min..max. */
unsigned chunk_width_for(int64_t min, int64_t max);
#endif
