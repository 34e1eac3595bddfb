/* Writing text chunks: the numbers of texts of one shape, a dictionary of the distinct ones, or every text as it is;
 * the bytes compressed when that pays. */
#include <zstd.h>
#include "base/mem.h"
#include "columns/chunk_int.h"

enum {
    TEXT_SAMPLE = 256,
    TEXT_SLOTS = 2 * CHUNK_ROWS, /* at most; as many as needed are cleared */
    TEXT_SLOTS_FIRST = 4 * TEXT_SAMPLE,
    TEXT_MET_BITS = 9,   /* keys met lately */
    WORDS_MET_BITS = 11, /* words met lately */
    TEXT_ZSTD_LEVEL = 1, /* level 3 takes twice as long for a thirtieth of the bytes */
    TEXT_ZSTD_MIN = 512, /* bytes below which compressing is not tried */
    SHAPE_ROWS_MIN = 64, /* rows below which a shape is not looked for */
};
#define TEXT_FREE UINT32_MAX

struct text_job {
    const struct text_key *v; /* NULL: by words */
    struct text_words words;
    const uint64_t *valid; /* NULL: all */
    uint32_t n;
    struct inner h;
    uint32_t *slots;        /* hash table of entries */
    uint32_t mask;          /* slots in use, less one */
    struct text_key *entry; /* of the dictionary, in the order of their first rows */
    int32_t *codes;         /* of each row, its entry */
    int64_t *ranks;         /* of each row, its number */
    int64_t *offsets;       /* of entries or rows, one more than those */
    char *text;             /* joined, and then perhaps compressed */
    char *packed;
    struct text_shape shape;
    bool shaped;
    size_t shape_bytes;
    struct ints_source src_offsets, src_codes;
    struct ints_plan plan_offsets, plan_codes;
};

static bool is_blank(const struct text_job *j, uint32_t i) { return j->valid && !bit_get(j->valid, i); }

static struct text_key key_of_word(const struct text_words *w, uint64_t word)
{
    if (word >= TEXT_WORD_TOLD) return w->key(w->ctx, word);
    struct text_key k;
    shape_keys(&word, 1, &k);
    return k;
}

static struct text_key key_at(const struct text_job *j, uint32_t i)
{
    return j->v ? j->v[i] : key_of_word(&j->words, j->words.w[i]);
}

/* The first valid cell, of which there is one. */
static struct text_key first_key(const struct text_job *j)
{
    uint32_t i = 0;
    while (is_blank(j, i)) i++;
    return key_at(j, i);
}

static bool any_told(const uint64_t *w, uint32_t n)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < n; i++) all |= w[i];
    return all >= TEXT_WORD_TOLD;
}

/* Keys from..from+n, at most INTS_TILE, blank cells as the valid one before them, *carry: where they lie, or in tmp. */
static const struct text_key *keys_tile(const struct text_job *j, uint32_t from, uint32_t n, struct text_key *tmp,
                                        struct text_key *carry)
{
    if (j->v && !j->valid) return j->v + from;
    if (!j->v && !j->valid && !any_told(j->words.w + from, n)) {
        shape_keys(j->words.w + from, n, tmp);
        return tmp;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!is_blank(j, from + i)) *carry = key_at(j, from + i);
        tmp[i] = *carry;
    }
    return tmp;
}

static bool count_words(const uint64_t *w, uint32_t n, uint64_t *all)
{
    uint64_t sum = 0, far = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += text_word_n(w[i]);
        far |= text_word_n(w[i]) + 1;
    }
    *all = sum;
    return far <= TEXT_WORD_LONG;
}

static bool count_keys(const struct text_key *v, uint32_t n, uint64_t *all)
{
    uint64_t sum = 0, most = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += v[i].w[1] >> 56;
        most |= v[i].w[1] >> 56;
    }
    *all = sum;
    return most <= TEXT_KEY_NEAR;
}

/* Most columns have no blank and no far text: then the lengths are in the keys or words. False: look at each. */
static bool count_near(struct text_job *j)
{
    uint64_t all = 0;
    if (j->valid || !(j->v ? count_keys(j->v, j->n, &all) : count_words(j->words.w, j->n, &all))) return false;
    j->h.text_bytes = (uint32_t)all;
    return true;
}

static size_t length_at(const struct text_job *j, uint32_t i)
{
    if (!j->v && text_word_n(j->words.w[i]) < TEXT_WORD_LONG) return text_word_n(j->words.w[i]);
    const struct text_key k = key_at(j, i);
    return text_key_n(&k);
}

static enum rc count_text(struct text_job *j, struct err *e)
{
    size_t all = 0;
    if (count_near(j)) return RC_OK;
    for (uint32_t i = 0; i < j->n; i++) {
        if (is_blank(j, i)) continue;
        size_t n = length_at(j, i);
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
    return same_words(a, b) || (text_key_far(a) && text_key_far(b) && str_eq(text_key_str(a), text_key_str(b)));
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
    while (j->slots[slot] != TEXT_FREE && !key_eq(&j->entry[j->slots[slot]], k)) slot = (slot + 1) & j->mask;
    return slot;
}

static void grow_slots(struct text_job *j)
{
    clear_slots(j, 4 * (j->mask + 1) < TEXT_SLOTS ? 4 * (j->mask + 1) : TEXT_SLOTS);
    for (uint32_t c = 0; c < j->h.dict_n; c++) j->slots[find_slot(j, &j->entry[c])] = c;
}

static uint32_t entry_code(struct text_job *j, const struct text_key *k)
{
    uint32_t slot = find_slot(j, k);
    if (j->slots[slot] != TEXT_FREE) return j->slots[slot];
    uint32_t code = j->h.dict_n++;
    j->entry[code] = *k;
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
        const struct text_key k = key_at(j, i);
        seen++;
        entry_code(j, &k);
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

/* Keys and words met lately. The same words are the same text, also a far one: callers give the texts of codes and
 * names as one copy. */
union met {
    struct key_met {
        struct text_key key;   /* all bits set: none */
        uint64_t code, unused; /* 32 bytes: a place is found by a shift */
    } key[1 << TEXT_MET_BITS];
    struct word_met {
        uint64_t word, code; /* word: all bits set: none */
    } word[1 << WORDS_MET_BITS];
};

static inline struct key_met *key_place(union met *met, const struct text_key *k)
{
    uint64_t x = k->w[0] ^ (k->w[1] << 31 | k->w[1] >> 33);
    return &met->key[(x * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - TEXT_MET_BITS)];
}

static inline struct word_met *word_place(union met *met, uint64_t word)
{
    return &met->word[(word * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - WORDS_MET_BITS)];
}

static void met_note(const struct text_job *j, union met *met, uint32_t row, uint32_t code)
{
    if (j->v) *key_place(met, &j->v[row]) = (struct key_met){j->v[row], code, 0};
    else *word_place(met, j->words.w[row]) = (struct word_met){j->words.w[row], code};
}

/* Codes of the rows from `from` on up to the first whose key was not met lately, which is returned. A blank cell may
 * get any code. */
static uint32_t keys_met(const struct text_key *v, uint32_t from, uint32_t n, union met *met, int32_t *codes)
{
    for (uint32_t i = from; i < n; i++) {
        const struct key_met *m = key_place(met, &v[i]);
        if (m->key.w[0] != v[i].w[0] || m->key.w[1] != v[i].w[1]) return i;
        codes[i] = (int32_t)m->code;
    }
    return n;
}

static uint32_t words_met(const uint64_t *w, uint32_t from, uint32_t n, union met *met, int32_t *codes)
{
    for (uint32_t i = from; i < n; i++) {
        const struct word_met *m = word_place(met, w[i]);
        if (m->word != w[i]) return i;
        codes[i] = (int32_t)m->code;
    }
    return n;
}

static uint32_t codes_met(const struct text_job *j, union met *met, uint32_t from)
{
    return j->v ? keys_met(j->v, from, j->n, met, j->codes) : words_met(j->words.w, from, j->n, met, j->codes);
}

/* Give every row its code. */
static bool text_dictionary(struct text_job *j)
{
    union met met;
    size_t bytes = 0;
    if (!text_repeats(j)) return false;
    j->h.dict_n = 0;
    clear_slots(j, TEXT_SLOTS_FIRST);
    memset(&met, 0xFF, sizeof met);
    for (uint32_t i = 0; (i = codes_met(j, &met, i)) < j->n; i++) {
        uint32_t before = j->h.dict_n;
        j->codes[i] = 0;
        if (is_blank(j, i)) continue;
        const struct text_key k = key_at(j, i);
        uint32_t code = entry_code(j, &k);
        met_note(j, &met, i, code);
        j->codes[i] = (int32_t)code;
        if (j->h.dict_n == before) continue;
        bytes += text_key_n(&k) + 1;
        if (!dictionary_pays(j, bytes)) return false;
    }
    return dictionary_pays(j, bytes);
}

/* ---- shape */

/* Places only widen: what is no shape after some texts will not become one. */
static void find_shape(struct text_job *j)
{
    struct text_key tmp[INTS_TILE], carry;
    if (j->n < SHAPE_ROWS_MIN || j->h.blanks == j->n) return;
    carry = first_key(j);
    shape_begin(&carry, &j->shape);
    for (uint32_t from = 0; from < j->n; from += INTS_TILE) {
        uint32_t n = j->n - from < INTS_TILE ? j->n - from : INTS_TILE;
        if (!shape_add(keys_tile(j, from, n, tmp, &carry), n, &j->shape)) return;
    }
    j->shaped = (size_t)j->shape.length * j->n <= CHUNK_TEXT_MAX;
    j->shape_bytes = (size_t)j->n * bits_width(j->shaped ? j->shape.ranks - 1 : 0) / 8;
}

static enum rc rank_all(struct text_job *j)
{
    struct text_key tmp[INTS_TILE], carry = first_key(j);
    j->ranks = mem_alloc_array(j->n, sizeof *j->ranks);
    if (!j->ranks) return RC_NOMEM;
    for (uint32_t from = 0; from < j->n; from += INTS_TILE) {
        uint32_t n = j->n - from < INTS_TILE ? j->n - from : INTS_TILE;
        lane_kernels_best()->shape_rank(keys_tile(j, from, n, tmp, &carry), n, &j->shape, j->ranks + from);
    }
    return RC_OK;
}

static enum rc write_shape(struct text_job *j, struct buf *out)
{
    size_t at;
    TRY(rank_all(j));
    j->src_codes = (struct ints_source){.v = j->ranks, .n = j->n};
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
        j->offsets[i] = (int64_t)at;
        if (!j->h.dictionary && is_blank(j, i)) continue;
        const struct text_key k = j->h.dictionary ? j->entry[i] : key_at(j, i);
        struct str s = text_key_str(&k);
        if (s.n == 0) continue;
        memcpy(j->text + at, s.p, s.n);
        at += s.n;
    }
    j->offsets[entries] = (int64_t)at;
    j->h.text_bytes = j->h.stored_bytes = (uint32_t)at;
    j->src_offsets = (struct ints_source){.v = j->offsets, .n = entries + 1};
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
        j->src_codes = (struct ints_source){.narrow = j->codes, .valid = j->valid, .n = j->n};
        if (!ints_source_init(&j->src_codes)) return RC_NOMEM;
        ints_plan(&j->src_codes, &j->plan_codes);
    }
    TRY(compress_text(j));
    return write_text(j, out);
}

/* No dictionary that pays has more entries than half the rows and one. */
static enum rc encode_text(struct text_job *j, struct buf *out, struct err *e)
{
    size_t entries = j->n / 2 + 2 > TEXT_SAMPLE ? j->n / 2 + 2 : TEXT_SAMPLE;
    j->slots = mem_alloc_array(TEXT_SLOTS, sizeof *j->slots);
    j->entry = mem_alloc_array(entries, sizeof *j->entry);
    j->codes = mem_alloc_array(j->n, sizeof *j->codes);
    if (!j->slots || !j->entry || !j->codes) return RC_NOMEM;
    find_shape(j);
    if (j->shaped) j->h.text_bytes = (j->n - j->h.blanks) * j->shape.length;
    else TRY(count_text(j, e));
    j->h.dictionary = j->h.blanks < j->n && text_dictionary(j);
    return j->shaped && !j->h.dictionary ? write_shape(j, out) : write_joined(j, out);
}

/* j: the texts and n. */
static enum rc encode_job(struct text_job *j, const uint64_t *valid, struct buf *out, struct err *e)
{
    const uint32_t n = j->n;
    TRY(chunk_check_rows(n, e));
    j->h.kind = CHUNK_TEXT;
    j->h.blanks = valid_blanks(valid, n);
    j->h.validity = j->h.blanks == 0 ? VALIDITY_ALL : j->h.blanks == n ? VALIDITY_NONE : VALIDITY_BITMAP;
    j->valid = j->h.blanks == 0 ? NULL : valid;
    enum rc rc = encode_text(j, out, e);
    mem_free(j->slots);
    mem_free(j->entry);
    mem_free(j->codes);
    mem_free(j->ranks);
    mem_free(j->offsets);
    mem_free(j->text);
    mem_free(j->packed);
    return rc == RC_NOMEM ? err_nomem(e) : rc;
}

enum rc chunk_encode_texts(const struct text_key *v, const uint64_t *valid, uint32_t n, struct buf *out, struct err *e)
{
    struct text_job j = {.v = v, .n = n};
    return encode_job(&j, valid, out, e);
}

enum rc chunk_encode_words(const struct text_words *v, const uint64_t *valid, uint32_t n, struct buf *out,
                           struct err *e)
{
    struct text_job j = {.words = *v, .n = n};
    return encode_job(&j, valid, out, e);
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
