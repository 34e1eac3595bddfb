/* Writing text chunks: every text as it is, or a dictionary of the distinct ones; the bytes compressed when
 * that pays. */
#include <zstd.h>
#include "base/mem.h"
#include "columns/chunk_int.h"

enum {
    TEXT_SAMPLE = 256,
    TEXT_SLOTS = 2 * CHUNK_ROWS,
    TEXT_KNOWN = 1024, /* addresses met lately */
    TEXT_ZSTD_LEVEL = 1,
    TEXT_ZSTD_MIN = 512, /* bytes below which compressing is not tried */
};
#define TEXT_FREE UINT32_MAX

struct text_job {
    const struct str *v;
    const uint64_t *valid; /* NULL: all */
    uint32_t n;
    struct inner h;
    uint32_t *slots;  /* hash table of entries */
    uint32_t *rows;   /* of each entry, its first row */
    int64_t *codes;   /* of each row, its entry */
    int64_t *offsets; /* of entries or rows, one more than those */
    char *text;       /* joined, and then perhaps compressed */
    char *packed;
    struct known {
        const char *p; /* NULL: none */
        size_t n;
        uint32_t code;
    } known[TEXT_KNOWN];
    struct ints_source src_offsets, src_codes;
    struct ints_plan plan_offsets, plan_codes;
};

static bool is_blank(const struct text_job *j, uint32_t i) { return j->valid && !bit_get(j->valid, i); }

static enum rc count_text(struct text_job *j, struct err *e)
{
    size_t all = 0;
    for (uint32_t i = 0; i < j->n; i++) {
        if (is_blank(j, i)) continue;
        if (j->v[i].n > CHUNK_TEXT_MAX - all)
            return err_set(e, RC_USAGE, pos_none(),
                           "the texts of a column chunk exceed %zu bytes; put fewer rows in it",
                           "一个列块的文字超过 %zu 字节；请减少行数", CHUNK_TEXT_MAX);
        all += j->v[i].n;
    }
    j->h.text_bytes = (uint32_t)all;
    return RC_OK;
}

static uint32_t entry_code(struct text_job *j, uint32_t row, uint32_t mask)
{
    struct str s = j->v[row];
    uint32_t slot = (uint32_t)chunk_hash(s.p, s.n, 0) & mask;
    while (j->slots[slot] != TEXT_FREE) {
        if (str_eq(j->v[j->rows[j->slots[slot]]], s)) return j->slots[slot];
        slot = (slot + 1) & mask;
    }
    j->rows[j->h.dict_n] = row;
    return j->slots[slot] = j->h.dict_n++;
}

/* The code of a text that stood at the same address before: callers give the texts of codes and names as one copy. */
static uint32_t known_code(struct text_job *j, uint32_t row, uint32_t mask)
{
    struct str s = j->v[row];
    struct known *k = &j->known[((uintptr_t)s.p * UINT64_C(0x9E3779B97F4A7C15)) >> 54];
    if (!s.p) return entry_code(j, row, mask);
    if (k->p != s.p || k->n != s.n) *k = (struct known){s.p, s.n, entry_code(j, row, mask)};
    return k->code;
}

static void clear_slots(struct text_job *j, uint32_t slots)
{
    j->h.dict_n = 0;
    memset(j->slots, 0xFF, slots * sizeof *j->slots);
}

/* True when a quarter of a sample repeats. */
static bool text_repeats(struct text_job *j)
{
    uint32_t stride = j->n / TEXT_SAMPLE + 1, seen = 0;
    clear_slots(j, 4 * TEXT_SAMPLE);
    for (uint32_t i = 0; i < j->n; i += stride) {
        if (is_blank(j, i)) continue;
        seen++;
        entry_code(j, i, 4 * TEXT_SAMPLE - 1);
    }
    return j->h.dict_n <= seen - seen / 4;
}

/* Give every row its code and compare sizes; an offset costs about as much as the length's bits. */
static bool text_dictionary(struct text_job *j)
{
    if (!text_repeats(j)) return false;
    clear_slots(j, TEXT_SLOTS);
    size_t bytes = 0;
    for (uint32_t i = 0; i < j->n; i++) {
        uint32_t before = j->h.dict_n;
        j->codes[i] = 0;
        if (is_blank(j, i)) continue;
        j->codes[i] = known_code(j, i, TEXT_SLOTS - 1);
        if (j->h.dict_n > before) bytes += j->v[i].n + 1;
        if (j->h.dict_n > j->n / 2 + 1) return false;
    }
    size_t plain = j->h.text_bytes + (size_t)j->n;
    return bytes + (size_t)j->n * bits_width(j->h.dict_n) / 8 < plain - plain / 8;
}

static void join_texts(struct text_job *j)
{
    uint32_t entries = j->h.dictionary ? j->h.dict_n : j->n;
    size_t at = 0;
    for (uint32_t i = 0; i < entries; i++) {
        uint32_t row = j->h.dictionary ? j->rows[i] : i;
        j->offsets[i] = (int64_t)at;
        if (is_blank(j, row) || j->v[row].n == 0) continue;
        memcpy(j->text + at, j->v[row].p, j->v[row].n);
        at += j->v[row].n;
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
    chunk_finish(out, at, j->n);
    return RC_OK;
}

static enum rc encode_text(struct text_job *j, struct buf *out)
{
    j->slots = mem_alloc_array(TEXT_SLOTS, sizeof *j->slots);
    j->rows = mem_alloc_array((size_t)j->n + 1, sizeof *j->rows);
    j->codes = mem_alloc_array(j->n, sizeof *j->codes);
    j->offsets = mem_alloc_array((size_t)j->n + 1, sizeof *j->offsets);
    j->text = mem_alloc((size_t)j->h.text_bytes + 1);
    if (!j->slots || !j->rows || !j->codes || !j->offsets || !j->text) return RC_NOMEM;
    j->h.dictionary = j->h.blanks < j->n && text_dictionary(j);
    if (!j->h.dictionary) j->h.dict_n = 0;
    join_texts(j);
    if (j->h.dictionary) {
        if (!ints_source_init(&j->src_codes, j->codes, j->valid, j->n)) return RC_NOMEM;
        ints_plan(&j->src_codes, &j->plan_codes);
    }
    TRY(compress_text(j));
    return write_text(j, out);
}

enum rc chunk_encode_str(const struct str *v, const uint64_t *valid, uint32_t n, struct buf *out, struct err *e)
{
    TRY(chunk_check_rows(n, e));
    struct text_job j = {.v = v, .n = n};
    j.h.kind = CHUNK_TEXT;
    j.h.blanks = valid_blanks(valid, n);
    j.h.validity = j.h.blanks == 0 ? VALIDITY_ALL : j.h.blanks == n ? VALIDITY_NONE : VALIDITY_BITMAP;
    j.valid = j.h.blanks == 0 ? NULL : valid;
    TRY(count_text(&j, e));
    enum rc rc = encode_text(&j, out);
    mem_free(j.slots);
    mem_free(j.rows);
    mem_free(j.codes);
    mem_free(j.offsets);
    mem_free(j.text);
    mem_free(j.packed);
    return rc ? err_nomem(e) : RC_OK;
}
