/* Hostile chunks: whatever opens must be readable without leaving its bytes; what FULL accepts must be coherent. */
#include "base/mem.h"
#include "columns/chunk_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A chunk of a few bytes may say that it has 65,536 rows: some of them are looked at, evenly, with the last. */
enum { LOOKED_AT = 256 };

static uint32_t next_row(const struct chunk_view *c, uint32_t i)
{
    uint32_t step = 1 + c->rows / LOOKED_AT;
    return i + 1 < c->rows && i + step >= c->rows ? c->rows - 1 : i + step;
}

static void read_numbers(const struct chunk_view *c, int64_t *got, uint64_t *valid, bool trusted)
{
    if (!chunk_read_i64(c, 0, c->rows, got, valid)) return;
    for (uint32_t i = 0; i < c->rows; i = next_row(c, i)) {
        int64_t v;
        bool has = chunk_get_i64(c, i, &v);
        if (has != bit_get(valid, i) || (has && v != got[i])) __builtin_trap();
        if (trusted && has && (v < c->min || v > c->max)) __builtin_trap();
    }
}

static void read_texts(const struct chunk_view *c, struct str *texts, uint64_t *valid, bool trusted)
{
    if (!chunk_read_str(c, 0, c->rows, texts, valid)) return;
    volatile char last = 0;
    for (uint32_t i = 0; i < c->rows; i = next_row(c, i)) {
        struct str s;
        bool has = chunk_get_str(c, i, &s);
        if (has && !str_eq(s, texts[i])) __builtin_trap();
        if (trusted && has != bit_get(valid, i)) __builtin_trap();
        if (has && s.n > 0) last = s.p[s.n - 1];
    }
    (void)last;
}

/* Memory for the rows there are: 1.5 MiB, poisoned and faulted in each time, was most of a run. */
static void read_cells(const struct chunk_view *c, bool trusted)
{
    size_t words = (size_t)c->rows / 64 + 1;
    int64_t *got = mem_alloc_array((size_t)c->rows + 1, sizeof *got);
    struct str *texts = mem_alloc_array((size_t)c->rows + 1, sizeof *texts);
    uint64_t *valid = mem_alloc_array(words, sizeof *valid);
    if (got && texts && valid) {
        read_numbers(c, got, valid, trusted);
        read_texts(c, texts, valid, trusted);
    }
    mem_free(got);
    mem_free(texts);
    mem_free(valid);
}

static void open_and_read(struct str bytes, enum chunk_trust level)
{
    struct chunk_view c;
    if (chunk_open(bytes, level, &c, NULL)) return;
    read_cells(&c, level == CHUNK_FULL);
    chunk_close(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = mem_alloc(size + 1);
    if (!copy) return 0;
    memcpy(copy, data, size);
    open_and_read(str_make(copy, size), CHUNK_DEFAULT);
    if (size >= CHUNK_HEADER_BYTES) { /* the checksum mended: what lies behind it is the target */
        store32(copy + 28, (uint32_t)(size - CHUNK_HEADER_BYTES));
        store64(copy + 32, chunk_checksum(copy, size - CHUNK_HEADER_BYTES));
    }
    open_and_read(str_make(copy, size), CHUNK_DEFAULT);
    open_and_read(str_make(copy, size), CHUNK_FULL);
    mem_free(copy);
    return 0;
}
