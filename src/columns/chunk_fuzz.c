/* Hostile chunks: whatever opens must be readable without leaving its bytes; what FULL accepts must be coherent. */
#include "base/mem.h"
#include "columns/chunk_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_cells(const struct chunk_view *c, int64_t *got, struct str *texts, bool trusted)
{
    uint64_t valid[CHUNK_VALID_WORDS];
    if (chunk_read_i64(c, 0, c->rows, got, valid)) {
        for (uint32_t i = 0; i < c->rows; i += 1 + c->rows / 256) {
            int64_t v;
            bool has = chunk_get_i64(c, i, &v);
            if (has != bit_get(valid, i) || (has && v != got[i])) __builtin_trap();
            if (trusted && has && (v < c->min || v > c->max)) __builtin_trap();
        }
    }
    if (!chunk_read_str(c, 0, c->rows, texts, valid)) return;
    volatile char last = 0;
    for (uint32_t i = 0; i < c->rows; i++) {
        struct str s;
        bool has = chunk_get_str(c, i, &s);
        if (has && !str_eq(s, texts[i])) __builtin_trap();
        if (trusted && has != bit_get(valid, i)) __builtin_trap();
        if (has && s.n > 0) last = s.p[s.n - 1];
    }
    (void)last;
}

static void open_and_read(struct str bytes, enum chunk_trust level, int64_t *got, struct str *texts)
{
    struct chunk_view c;
    if (chunk_open(bytes, level, &c, NULL)) return;
    read_cells(&c, got, texts, level == CHUNK_FULL);
    chunk_close(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t *got = mem_alloc_array(CHUNK_ROWS, sizeof *got);
    struct str *texts = mem_alloc_array(CHUNK_ROWS, sizeof *texts);
    char *copy = mem_alloc(size + 1);
    if (got && texts && copy) {
        memcpy(copy, data, size);
        open_and_read(str_make(copy, size), CHUNK_DEFAULT, got, texts);
        if (size >= CHUNK_HEADER_BYTES) { /* the checksum mended: what lies behind it is the target */
            store32(copy + 28, (uint32_t)(size - CHUNK_HEADER_BYTES));
            store64(copy + 32, chunk_checksum(copy, size - CHUNK_HEADER_BYTES));
        }
        open_and_read(str_make(copy, size), CHUNK_DEFAULT, got, texts);
        open_and_read(str_make(copy, size), CHUNK_FULL, got, texts);
    }
    mem_free(got);
    mem_free(texts);
    mem_free(copy);
    return 0;
}
