/* The bytes of a chunk are what they were for the same cells, however fast they are made. The sums come from the
 * program before its loops were written for several instruction sets. */
#include <stdio.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/test.h"
#include "columns/chunk.h"
#include "columns/chunk_int.h"

void chunk_bytes_test(struct test *t);

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { ROUNDS = 60, TEXT_ROOM = 48 };

struct room {
    struct rng rng;
    int64_t *v;
    struct text_key *key;
    char *text;
    uint64_t *valid;
    struct buf out;
    uint64_t sum;
};

static bool room_new(struct room *r)
{
    *r = (struct room){0};
    rng_seed(&r->rng, 20261122);
    buf_init(&r->out, MIB(70));
    r->v = mem_zalloc_array(CHUNK_ROWS, sizeof *r->v);
    r->key = mem_zalloc_array(CHUNK_ROWS, sizeof *r->key);
    r->text = mem_zalloc_array(CHUNK_ROWS, TEXT_ROOM);
    r->valid = mem_zalloc_array(CHUNK_VALID_WORDS, sizeof *r->valid);
    return r->v && r->key && r->text && r->valid;
}

static void room_free(struct room *r)
{
    mem_free(r->v);
    mem_free(r->key);
    mem_free(r->text);
    mem_free(r->valid);
    buf_fini(&r->out);
}

static uint64_t below(struct room *r, uint64_t n) { return rng_below(&r->rng, n); }

/* Whole chunks, odd ones, and some at the edges of blocks and tiles. */
static uint32_t some_rows(struct room *r)
{
    static const uint32_t edge[] = {1, 2, 3, 4, 5, 63, 64, 65, 68, 127, 128, 511, 512, 513, 576, CHUNK_ROWS};
    size_t i = (size_t)below(r, 2 * COUNT(edge));
    return i < COUNT(edge) ? edge[i] : 1 + (uint32_t)below(r, 9000);
}

/* NULL, some blank, all blank or nearly so. */
static const uint64_t *some_valid(struct room *r, uint32_t n)
{
    static const uint32_t blank[] = {0, 0, 1, 30, 500, 997, 1000};
    uint32_t p = blank[below(r, COUNT(blank))];
    if (p == 0) return NULL;
    memset(r->valid, 0, CHUNK_VALID_WORDS * sizeof *r->valid);
    for (uint32_t i = 0; i < n; i++)
        if (below(r, 1000) >= p) r->valid[i / 64] |= UINT64_C(1) << (i % 64);
    return r->valid;
}

static void add_sum(struct room *r) { r->sum = chunk_hash(r->out.p, r->out.n, r->sum); }

typedef int64_t (*number_fn)(struct room *r, uint32_t i, uint64_t k);

static int64_t of_width(struct room *r, uint32_t i, uint64_t k)
{
    (void)i;
    return (int64_t)((k * UINT64_C(0x9E3779B97F4A7C15) >> 3) + (rng_next(&r->rng) & low_bits(k % 64)));
}
static int64_t whole_steps(struct room *r, uint32_t i, uint64_t k)
{
    (void)i;
    return (int64_t)(below(r, 1 << 20) * (100 + k % 900)) - 5000;
}
static int64_t ascending(struct room *r, uint32_t i, uint64_t k)
{
    return (int64_t)(i * (k % 9) + below(r, 1 + k % 3));
}
static int64_t in_blocks(struct room *r, uint32_t i, uint64_t k)
{
    return (int64_t)((i / 64) * 7919 % 65536 * (1048576 + k) + below(r, 65521));
}
static int64_t few_far(struct room *r, uint32_t i, uint64_t k)
{
    uint64_t x = below(r, 2 + k % 3000);
    (void)i;
    return (int64_t)(x * x * x * UINT64_C(1234567890123456) + x);
}
static int64_t extremes(struct room *r, uint32_t i, uint64_t k)
{
    (void)k;
    return below(r, 2) ? INT64_MAX - (int64_t)(i % 3) : INT64_MIN + (int64_t)(i % 5);
}

static bool add_numbers(struct room *r, number_fn f)
{
    uint32_t n = some_rows(r);
    uint64_t k = below(r, 4096);
    for (uint32_t i = 0; i < n; i++) r->v[i] = f(r, i, k);
    const uint64_t *valid = some_valid(r, n);
    buf_clear(&r->out);
    if (chunk_encode_i64(r->v, valid, n, &r->out, NULL)) return false;
    add_sum(r);
    return true;
}

/* Writes a text, NUL-terminated, into its own place; below TEXT_ROOM bytes. */
typedef void (*text_fn)(struct room *r, uint64_t k, char *out);

static void serial(struct room *r, uint64_t k, char *out)
{
    unsigned year = 2024 + (unsigned)below(r, 1 + k % 3);
    (void)snprintf(out, TEXT_ROOM, "S%u%08u", year, (unsigned)below(r, 100000000));
}
static void plate(struct room *r, uint64_t k, char *out)
{
    char letter = (char)('A' + below(r, 1 + k % 12));
    (void)snprintf(out, TEXT_ROOM, "赣%c%05u", letter, (unsigned)below(r, 99999));
}
static void disease(struct room *r, uint64_t k, char *out)
{
    char letter = (char)('A' + below(r, 1 + k % 26));
    unsigned kind = (unsigned)below(r, 1 + k % 100);
    (void)snprintf(out, TEXT_ROOM, "%c%02u.%u", letter, kind, (unsigned)below(r, 10));
}
static void any_span(struct room *r, uint64_t k, char *out)
{
    size_t n = 1 + k % 15;
    for (size_t i = 0; i < n; i++) out[i] = (char)(' ' + below(r, 2 + (k >> 4) % 94));
    out[n] = '\0';
}
static void clinic(struct room *r, uint64_t k, char *out)
{
    static const char *const name[] = {"县人民医院", "中医院",     "",
                                       "妇幼保健院", "中心卫生院", "本县第二人民医院新院区"};
    (void)k;
    (void)snprintf(out, TEXT_ROOM, "%s", name[below(r, COUNT(name))]);
}
static void numbered(struct room *r, uint64_t k, char *out)
{
    (void)snprintf(out, TEXT_ROOM, "村%u", (unsigned)below(r, 2 + k % 70)); /* too few bytes to be compressed */
}
static void one_letter(struct room *r, uint64_t k, char *out)
{
    (void)snprintf(out, TEXT_ROOM, "%c", (char)('0' + below(r, 1 + k % 9)));
}

/* Short ones in the key, long ones where they were written first or, every other time, each at its own place. */
static bool add_texts(struct room *r, text_fn f)
{
    uint32_t n = some_rows(r);
    uint64_t k = below(r, 4096);
    for (uint32_t i = 0; i < n; i++) {
        char *p = r->text + (size_t)i * TEXT_ROOM;
        f(r, k, p);
        r->key[i] = text_key_of(str_from(p));
        if (i > 20 && k % 2 && text_key_far(&r->key[i]) && str_eq(str_from(p), str_from(r->text)))
            r->key[i] = r->key[0];
    }
    const uint64_t *valid = some_valid(r, n);
    for (uint32_t i = 0; valid && k % 3 && i < n; i++) /* keys of blank cells may be anything */
        if (!bit_get(valid, i)) r->key[i] = text_key_of(STR("nothing"));
    buf_clear(&r->out);
    if (chunk_encode_texts(r->key, valid, n, &r->out, NULL)) return false;
    if (r->out.p[CHUNK_HEADER_BYTES + 3] != TEXT_ZSTD) add_sum(r); /* else they are the library's */
    return true;
}

static const number_fn NUMBERS[] = {of_width, whole_steps, ascending, in_blocks, few_far, extremes};
static const text_fn TEXTS[] = {serial, plate, disease, any_span, clinic, numbered, one_letter};
static const uint64_t NUMBER_SUMS[] = {UINT64_C(0xB9267F517B6905BA), UINT64_C(0xA09A81D6F6009F77),
                                       UINT64_C(0x5D0E68C304998D2F), UINT64_C(0xCCE12BEA6E98A237),
                                       UINT64_C(0xC7712B0A44639B7C), UINT64_C(0x947EF28CF86C6670)};
static const uint64_t TEXT_SUMS[] = {UINT64_C(0x0F0A84235784BDC9), UINT64_C(0x4B8F13C310F7B2FD),
                                     UINT64_C(0x30A8B9492BBB9B4B), UINT64_C(0xEDEEA771183954CF),
                                     UINT64_C(0x0B8682D6616406B5), UINT64_C(0x53582A74B6C95DE2),
                                     UINT64_C(0xBDCD28A7DA557F55)};

static void test_bytes(struct test *t, struct room *r)
{
    if (TEST(t, "numbers are stored in the bytes they always were")) {
        for (size_t f = 0; f < COUNT(NUMBERS); f++) {
            r->sum = 0;
            for (int i = 0; i < ROUNDS; i++) CHECK(t, add_numbers(r, NUMBERS[f]));
            CHECK(t, r->sum == NUMBER_SUMS[f]);
        }
    }
    if (TEST(t, "texts are stored in the bytes they always were")) {
        for (size_t f = 0; f < COUNT(TEXTS); f++) {
            r->sum = 0;
            for (int i = 0; i < ROUNDS; i++) CHECK(t, add_texts(r, TEXTS[f]));
            CHECK(t, r->sum == TEXT_SUMS[f]);
        }
    }
}

void chunk_bytes_test(struct test *t)
{
    struct room r;
    if (room_new(&r)) test_bytes(t, &r);
    room_free(&r);
}
