/* Writing text chunks: the numbers of texts of one shape, a dictionary of the distinct ones, or every text as it is;
 * the bytes compressed when that pays. */
#include <zstd.h>
#include "base/mem.h"
#include "columns/chunk_int.h"

enum {
    TEXT_SAMPLE = 256,
    TEXT_SLOTS = 2 * CHUNK_ROWS, /* at most; as many as needed are cleared */
    TEXT_SLOTS_FIRST = 4 * TEXT_SAMPLE,
    TEXT_MET = 512, /* keys met lately */
    TEXT_ZSTD_LEVEL = 1, /* level 3 takes twice as long for a thirtieth of the bytes */
    TEXT_ZSTD_MIN = 512, /* bytes below which compressing is not tried */
    SHAPE_ROWS_MIN = 64, /* rows below which a shape is not looked for */
};
#define TEXT_FREE UINT32_MAX

struct text_job {
    const struct text_key *v;
    const uint64_t *valid; /* NULL: all */
    uint32_t n;
    struct inner h;
    struct text_key *filled; /* v with blank cells as the valid one before them */
    uint32_t *slots;         /* hash table of entries */
    uint32_t mask;           /* slots in use, less one */
    uint32_t *rows;          /* of each entry, its first row */
    int64_t *codes;          /* of each row, its entry or its number */
    int64_t *offsets;        /* of entries or rows, one more than those */
    char *text;              /* joined, and then perhaps compressed */
    char *packed;
    struct text_shape shape;
    bool shaped;
    size_t shape_bytes;
    struct ints_source src_offsets, src_codes;
    struct ints_plan plan_offsets, plan_codes;
};

static bool is_blank(const struct text_job *j, uint32_t i) { return j->valid && !bit_get(j->valid, i); }

/* Most columns have no blank and no far text: then the lengths are in the keys. False: look at each. */
static bool count_near(struct text_job *j)
{
    uint64_t all = 0, most = 0;
    if (j->valid) return false;
    for (uint32_t i = 0; i < j->n; i++) {
        uint64_t n = j->v[i].w[1] >> 56;
        all += n;
        most |= n;
    }
    j->h.text_bytes = (uint32_t)all;
    return most <= TEXT_KEY_NEAR;
}

static enum rc count_text(struct text_job *j, struct err *e)
{
    size_t all = 0;
    if (count_near(j)) return RC_OK;
    for (uint32_t i = 0; i < j->n; i++) {
        if (is_blank(j, i)) continue;
        size_t n = text_key_n(&j->v[i]);
        if (n > CHUNK_TEXT_MAX - all)
            return err_set(e, RC_USAGE, pos_none(),
                           "the texts of a column chunk exceed %zu bytes; put fewer rows in it",
                           "一个列块的文字超过 %zu 字节；请减少行数", CHUNK_TEXT_MAX);
        all += n;
    }
    j->h.text_bytes = (uint32_t)all;
    return RC_OK;
}

/* ---- dictionary */

/* The high half is the better one. */
static inline uint64_t words_hash(const struct text_key *k)
{
    return (k->w[0] ^ k->w[1] * UINT64_C(0xD6E8FEB86659FD93)) * UINT64_C(0x9E3779B97F4A7C15);
}

static inline bool same_words(const struct text_key *a, const struct text_key *b)
{
    return a->w[0] == b->w[0] && a->w[1] == b->w[1];
}

static uint32_t key_hash(const struct text_key *k)
{
    if (text_key_far(k)) return (uint32_t)chunk_hash((const char *)(uintptr_t)k->w[0], text_key_n(k), 0);
    return (uint32_t)(words_hash(k) >> 32);
}

static bool key_eq(const struct text_key *a, const struct text_key *b)
{
    return same_words(a, b) ||
           (text_key_far(a) && text_key_far(b) && str_eq(text_key_str(a), text_key_str(b)));
}

static void clear_slots(struct text_job *j, uint32_t slots)
{
    memset(j->slots, 0xFF, slots * sizeof *j->slots);
    j->mask = slots - 1;
}

/* The slot of a text, or the free one where it belongs. */
static uint32_t find_slot(const struct text_job *j, const struct text_key *k)
{
    uint32_t slot = key_hash(k) & j->mask;
    while (j->slots[slot] != TEXT_FREE && !key_eq(&j->v[j->rows[j->slots[slot]]], k)) slot = (slot + 1) & j->mask;
    return slot;
}

static void grow_slots(struct text_job *j)
{
    clear_slots(j, 4 * (j->mask + 1) < TEXT_SLOTS ? 4 * (j->mask + 1) : TEXT_SLOTS);
    for (uint32_t c = 0; c < j->h.dict_n; c++) j->slots[find_slot(j, &j->v[j->rows[c]])] = c;
}

static uint32_t entry_code(struct text_job *j, uint32_t row)
{
    uint32_t slot = find_slot(j, &j->v[row]);
    if (j->slots[slot] != TEXT_FREE) return j->slots[slot];
    uint32_t code = j->h.dict_n++;
    j->rows[code] = row;
    j->slots[slot] = code;
    if (2 * j->h.dict_n > j->mask && j->mask + 1 < TEXT_SLOTS) grow_slots(j);
    return code;
}

/* True when a quarter of a sample repeats. */
static bool text_repeats(struct text_job *j)
{
    uint32_t stride = j->n / TEXT_SAMPLE + 1, seen = 0;
    j->h.dict_n = 0;
    clear_slots(j, TEXT_SLOTS_FIRST);
    for (uint32_t i = 0; i < j->n; i += stride) {
        if (is_blank(j, i)) continue;
        seen++;
        entry_code(j, i);
    }
    return j->h.dict_n <= seen - seen / 4;
}

/* Whether a dictionary of the entries so far, whose texts and offsets take so many bytes, is smaller than the texts; an
 * offset costs about as much as the length's bits. A shape must be a quarter smaller: a dictionary is read faster. More
 * entries only make it larger. */
static bool dictionary_pays(const struct text_job *j, size_t entries)
{
    size_t plain = j->h.text_bytes + (size_t)j->n, all = entries + (size_t)j->n * bits_width(j->h.dict_n) / 8;
    if (j->h.dict_n > j->n / 2 + 1) return false;
    if (j->shaped && j->shape_bytes < all - all / 4) return false;
    return all < plain - plain / 8;
}

/* Keys met lately. The same words are the same text, also a far one: callers give the texts of codes and names as one
 * copy. */
struct met {
    struct text_key key; /* all bits set: none */
    uint64_t code, unused; /* 32 bytes: a place is found by a shift */
};

static inline struct met *met_place(struct met *met, const struct text_key *k)
{
    return &met[((k->w[0] ^ (k->w[1] << 31 | k->w[1] >> 33)) * UINT64_C(0x9E3779B97F4A7C15)) >> 55];
}

/* Codes of the rows from `from` on up to the first whose key was not met lately, which is returned. A blank cell may
 * get any code. */
static uint32_t codes_met(struct met *met, const struct text_key *v, uint32_t from, uint32_t n, int64_t *codes)
{
    for (uint32_t i = from; i < n; i++) {
        const struct met *m = met_place(met, &v[i]);
        if (m->key.w[0] != v[i].w[0] || m->key.w[1] != v[i].w[1]) return i;
        codes[i] = (int64_t)m->code;
    }
    return n;
}

/* Give every row its code. */
static bool text_dictionary(struct text_job *j)
{
    struct met met[TEXT_MET];
    size_t bytes = 0;
    if (!text_repeats(j)) return false;
    j->h.dict_n = 0;
    clear_slots(j, TEXT_SLOTS_FIRST);
    memset(met, 0xFF, sizeof met);
    for (uint32_t i = 0; (i = codes_met(met, j->v, i, j->n, j->codes)) < j->n; i++) {
        uint32_t before = j->h.dict_n;
        j->codes[i] = 0;
        if (is_blank(j, i)) continue;
        uint32_t code = entry_code(j, i);
        *met_place(met, &j->v[i]) = (struct met){j->v[i], code, 0};
        j->codes[i] = code;
        if (j->h.dict_n == before) continue;
        bytes += text_key_n(&j->v[i]) + 1;
        if (!dictionary_pays(j, bytes)) return false;
    }
    return dictionary_pays(j, bytes);
}

/* ---- shape */

static const struct text_key *fill_blanks(struct text_job *j)
{
    if (!j->valid) return j->v;
    j->filled = mem_alloc_array(j->n, sizeof *j->filled);
    uint32_t first = 0;
    while (is_blank(j, first)) first++; /* some cell is valid */
    struct text_key last = j->v[first];
    for (uint32_t i = 0; j->filled && i < j->n; i++) {
        if (!is_blank(j, i)) last = j->v[i];
        j->filled[i] = last;
    }
    return j->filled;
}

static enum rc find_shape(struct text_job *j)
{
    if (j->n < SHAPE_ROWS_MIN || j->h.blanks == j->n) return RC_OK;
    const struct text_key *v = fill_blanks(j);
    if (!v) return RC_NOMEM;
    j->shaped = shape_find(v, j->n, &j->shape) && (size_t)j->shape.length * j->n <= CHUNK_TEXT_MAX;
    j->shape_bytes = (size_t)j->n * bits_width(j->shaped ? j->shape.ranks - 1 : 0) / 8;
    return RC_OK;
}

static enum rc write_shape(struct text_job *j, struct buf *out)
{
    size_t at;
    lane_kernels_best()->shape_rank(j->filled ? j->filled : j->v, j->n, &j->shape, j->codes);
    if (!ints_source_init(&j->src_codes, j->codes, NULL, j->n)) return RC_NOMEM;
    ints_plan(&j->src_codes, &j->plan_codes);
    j->h.dictionary = false;
    j->h.dict_n = 0;
    j->h.text_form = TEXT_SHAPE;
    j->h.text_bytes = j->n * j->shape.length;
    j->h.stored_bytes = 0;
    size_t body = INNER_BYTES + 8 * (size_t)CHUNK_VALID_WORDS + SHAPE_STORED + j->plan_codes.bytes;
    if (!chunk_begin(out, body, &at)) return RC_NOMEM;
    chunk_put_inner(out, &j->h);
    chunk_put_valid(out, j->valid, j->n, j->h.validity);
    shape_put((uint8_t *)out->p + out->n, &j->shape);
    out->n += SHAPE_STORED;
    ints_encode(&j->src_codes, &j->plan_codes, out);
    chunk_finish(out, at, j->n, CHUNK_VERSION_SHAPE);
    return RC_OK;
}

/* ---- joined */

static void join_texts(struct text_job *j)
{
    uint32_t entries = j->h.dictionary ? j->h.dict_n : j->n;
    size_t at = 0;
    for (uint32_t i = 0; i < entries; i++) {
        uint32_t row = j->h.dictionary ? j->rows[i] : i;
        j->offsets[i] = (int64_t)at;
        struct str s = is_blank(j, row) ? STR("") : text_key_str(&j->v[row]);
        if (s.n == 0) continue;
        memcpy(j->text + at, s.p, s.n);
        at += s.n;
    }
    j->offsets[entries] = (int64_t)at;
    j->h.text_bytes = j->h.stored_bytes = (uint32_t)at;
    ints_source_init(&j->src_offsets, j->offsets, NULL, entries + 1);
    ints_plan(&j->src_offsets, &j->plan_offsets);
}

static enum rc compress_text(struct text_job *j)
{
    size_t raw = j->h.text_bytes, room = ZSTD_compressBound(raw);
    if (raw < TEXT_ZSTD_MIN) return RC_OK;
    j->packed = mem_alloc(room);
    if (!j->packed) return RC_NOMEM;
    size_t got = ZSTD_compress(j->packed, room, j->text, raw, TEXT_ZSTD_LEVEL);
    if (ZSTD_isError(got)) return RC_NOMEM; /* the room is enough, so nothing else can go wrong */
    if (got > raw - raw / 8) return RC_OK;
    j->h.text_form = TEXT_ZSTD;
    j->h.stored_bytes = (uint32_t)got;
    return RC_OK;
}

static enum rc write_text(const struct text_job *j, struct buf *out)
{
    size_t at, codes = j->h.dictionary ? j->plan_codes.bytes : 0;
    size_t body = INNER_BYTES + 8 * (size_t)CHUNK_VALID_WORDS + j->plan_offsets.bytes + codes + pad8(j->h.stored_bytes);
    if (!chunk_begin(out, body, &at)) return RC_NOMEM;
    chunk_put_inner(out, &j->h);
    chunk_put_valid(out, j->valid, j->n, j->h.validity);
    ints_encode(&j->src_offsets, &j->plan_offsets, out);
    if (j->h.dictionary) ints_encode(&j->src_codes, &j->plan_codes, out);
    const char *text = j->h.text_form == TEXT_ZSTD ? j->packed : j->text;
    if (j->h.stored_bytes) memcpy(out->p + out->n, text, j->h.stored_bytes);
    out->n += j->h.stored_bytes;
    chunk_pad(out, at);
    chunk_finish(out, at, j->n, CHUNK_VERSION);
    return RC_OK;
}

static enum rc write_joined(struct text_job *j, struct buf *out)
{
    j->offsets = mem_alloc_array((size_t)j->n + 1, sizeof *j->offsets);
    j->text = mem_alloc((size_t)j->h.text_bytes + 1);
    if (!j->offsets || !j->text) return RC_NOMEM;
    if (!j->h.dictionary) j->h.dict_n = 0;
    join_texts(j);
    if (j->h.dictionary) {
        if (!ints_source_init(&j->src_codes, j->codes, j->valid, j->n)) return RC_NOMEM;
        ints_plan(&j->src_codes, &j->plan_codes);
    }
    TRY(compress_text(j));
    return write_text(j, out);
}

static enum rc encode_text(struct text_job *j, struct buf *out, struct err *e)
{
    j->slots = mem_alloc_array(TEXT_SLOTS, sizeof *j->slots);
    j->rows = mem_alloc_array((size_t)j->n + 1, sizeof *j->rows);
    j->codes = mem_alloc_array(j->n, sizeof *j->codes);
    if (!j->slots || !j->rows || !j->codes) return RC_NOMEM;
    TRY(find_shape(j));
    if (j->shaped) j->h.text_bytes = (j->n - j->h.blanks) * j->shape.length;
    else TRY(count_text(j, e));
    j->h.dictionary = j->h.blanks < j->n && text_dictionary(j);
    return j->shaped && !j->h.dictionary ? write_shape(j, out) : write_joined(j, out);
}

enum rc chunk_encode_texts(const struct text_key *v, const uint64_t *valid, uint32_t n, struct buf *out, struct err *e)
{
    TRY(chunk_check_rows(n, e));
    struct text_job j = {.v = v, .n = n};
    j.h.kind = CHUNK_TEXT;
    j.h.blanks = valid_blanks(valid, n);
    j.h.validity = j.h.blanks == 0 ? VALIDITY_ALL : j.h.blanks == n ? VALIDITY_NONE : VALIDITY_BITMAP;
    j.valid = j.h.blanks == 0 ? NULL : valid;
    enum rc rc = encode_text(&j, out, e);
    mem_free(j.filled);
    mem_free(j.slots);
    mem_free(j.rows);
    mem_free(j.codes);
    mem_free(j.offsets);
    mem_free(j.text);
    mem_free(j.packed);
    return rc == RC_NOMEM ? err_nomem(e) : rc;
}

enum rc chunk_encode_str(const struct str *v, const uint64_t *valid, uint32_t n, struct buf *out, struct err *e)
{
    TRY(chunk_check_rows(n, e));
    struct text_key *keys = mem_alloc_array(n, sizeof *keys);
    if (!keys) return err_nomem(e);
    for (uint32_t i = 0; i < n; i++)
        keys[i] = valid && !bit_get(valid, i) ? (struct text_key){{0, 0}} : text_key_of(v[i]);
    enum rc rc = chunk_encode_texts(keys, valid, n, out, e);
    mem_free(keys);
    return rc;
}
