/* Throughput and size of column chunks on typical columns: build/release/bench/columns_bench [rounds].
 * MB/s of the decoded form (8 bytes an integer, the bytes of a text); best of the rounds, one thread. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include "base/clock.h"
#include "base/mem.h"
#include "columns/column.h"
#include "columns/seal.h"

enum { ROWS = CHUNK_ROWS, ROUNDS = 30, NAME_BYTES = 32 };

struct bench {
    int64_t *v, *got;
    uint64_t *valid;
    struct str *texts;
    char *pool;
    struct buf out;
    struct rng rng;
    int rounds;
};

static int64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static int64_t mb_per_s(size_t bytes, int64_t ns) { return (int64_t)bytes * 1000 / (ns ? ns : 1); }

static void report(const char *what, size_t raw, size_t packed, int64_t enc, int64_t dec, int64_t open)
{
    printf("%-44s %4zu.%02zu bytes/row  encode %6" PRId64 "  decode %6" PRId64 "  open+checksum %6" PRId64 " MB/s\n",
           what,
           packed / ROWS, packed * 100 / ROWS % 100, mb_per_s(raw, enc), mb_per_s(raw, dec), mb_per_s(packed, open));
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static int run_ints(struct bench *b, const char *what, const uint64_t *valid)
{
    int64_t enc = INT64_MAX, dec = INT64_MAX, open = INT64_MAX;
    for (int i = 0; i < b->rounds; i++) {
        struct chunk_view c;
        buf_clear(&b->out);
        int64_t t0 = now_ns();
        if (chunk_encode_i64(b->v, valid, ROWS, &b->out, NULL)) return 3;
        int64_t t1 = now_ns();
        if (chunk_open(buf_str(&b->out), CHUNK_DEFAULT, &c, NULL)) return 3;
        int64_t t2 = now_ns();
        if (!chunk_read_i64(&c, 0, ROWS, b->got, NULL)) return 3;
        int64_t t3 = now_ns();
        chunk_close(&c);
        enc = least(enc, t1 - t0), open = least(open, t2 - t1), dec = least(dec, t3 - t2);
    }
    report(what, 8 * (size_t)ROWS, b->out.n, enc, dec, open);
    return 0;
}

static int run_texts(struct bench *b, const char *what)
{
    int64_t enc = INT64_MAX, dec = INT64_MAX, open = INT64_MAX;
    size_t raw = 0, seen = 0;
    for (uint32_t i = 0; i < ROWS; i++) raw += b->texts[i].n;
    for (int i = 0; i < b->rounds; i++) {
        struct chunk_view c;
        struct str s = {0};
        buf_clear(&b->out);
        int64_t t0 = now_ns();
        if (chunk_encode_str(b->texts, NULL, ROWS, &b->out, NULL)) return 3;
        int64_t t1 = now_ns();
        if (chunk_open(buf_str(&b->out), CHUNK_DEFAULT, &c, NULL)) return 3;
        int64_t t2 = now_ns();
        for (uint32_t k = 0; k < ROWS; k++) seen += chunk_get_str(&c, k, &s) ? s.n : 0;
        int64_t t3 = now_ns();
        chunk_close(&c);
        enc = least(enc, t1 - t0), open = least(open, t2 - t1), dec = least(dec, t3 - t2);
    }
    if (seen != raw * (size_t)b->rounds) return 3;
    report(what, raw, b->out.n, enc, dec, open);
    return 0;
}

#define FILL(value) \
    for (uint32_t i = 0; i < ROWS; i++) b->v[i] = (int64_t)(value)

static int ints(struct bench *b)
{
    int bad = 0;
    int64_t at = 0;
    FILL(at += rng_below(&b->rng, 3) == 0);
    bad |= run_ints(b, "person number, sorted, 3 rows each", NULL);
    at = 0;
    FILL(at += 1 + (int64_t)rng_below(&b->rng, 20));
    bad |= run_ints(b, "person number, sorted, 1 in 10 people", NULL);
    FILL(739000 + rng_below(&b->rng, 365));
    bad |= run_ints(b, "date within a year", NULL);
    for (size_t i = 0; i < ROWS / 64; i++) b->valid[i] = rng_next(&b->rng) | rng_next(&b->rng) | rng_next(&b->rng);
    bad |= run_ints(b, "date within a year, 1 in 8 blank", b->valid);
    FILL(rng_below(&b->rng, 3000000));
    bad |= run_ints(b, "amount in fen", NULL);
    FILL(rng_below(&b->rng, 30000) * 100);
    bad |= run_ints(b, "amount in whole yuan", NULL);
    FILL(rng_below(&b->rng, 2));
    bad |= run_ints(b, "kind 0 or 1", NULL);
    FILL(rng_below(&b->rng, 4));
    bad |= run_ints(b, "code of 4", NULL);
    FILL(UINT64_C(610000000000) + rng_below(&b->rng, 200) * rng_below(&b->rng, 9999999) / 1000 % 300 * 1234567);
    bad |= run_ints(b, "division, 300 villages", NULL);
    FILL(rng_below(&b->rng, 10000000));
    bad |= run_ints(b, "line in the file, permuted", NULL);
    FILL(2 + i);
    bad |= run_ints(b, "line in the file, in order", NULL);
    FILL(rng_next(&b->rng) >> 7);
    bad |= run_ints(b, "57-bit identity key", NULL);
    FILL(rng_next(&b->rng));
    bad |= run_ints(b, "64 random bits", NULL);
    FILL(42);
    return bad | run_ints(b, "constant", NULL);
}

static void fill_text(struct bench *b, const char *fmt, uint64_t distinct)
{
    for (uint32_t i = 0; i < ROWS; i++) {
        char *p = b->pool + (size_t)i * NAME_BYTES;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        int n = snprintf(p, NAME_BYTES, fmt, rng_below(&b->rng, distinct) * 7919 % UINT64_C(1000000000000000003));
#pragma GCC diagnostic pop
        b->texts[i] = str_make(p, (size_t)n);
    }
}

static int texts(struct bench *b)
{
    fill_text(b, "第%" PRIu64 "人民医院", 300);
    int bad = run_texts(b, "text, 300 distinct");
    fill_text(b, "第%" PRIu64 "号", 20000);
    bad |= run_texts(b, "text, 20,000 distinct");
    fill_text(b, "6101%014" PRIu64, UINT64_C(100000000000000));
    return bad | run_texts(b, "text, 18-digit numbers");
}

/* ---- sealing, hashing, whole columns ---- */

enum { VALUES = 200000, VALUE_BYTES = 18, COLUMN_CHUNKS = 64 };

static int run_seal(struct bench *b, const struct keyring *keys)
{
    struct sealer s;
    struct buf back;
    int64_t enc = INT64_MAX, dec = INT64_MAX;
    int bad = 0;
    sealer_init(&s, keys, nonces_system());
    buf_init(&back, CHUNK_BYTES_MAX);
    FILL(rng_next(&b->rng) >> 7);
    for (int i = 0; i < b->rounds && !bad; i++) {
        buf_clear(&b->out), buf_clear(&back);
        bad = chunk_encode_i64(b->v, NULL, ROWS, &b->out, NULL) != RC_OK;
        int64_t t0 = now_ns();
        bad = bad || chunk_seal(&s, &b->out, 0, STR("d1/c1"), NULL);
        int64_t t1 = now_ns();
        bad = bad || chunk_unseal(&s, buf_str(&b->out), STR("d1/c1"), &back, NULL);
        enc = least(enc, t1 - t0), dec = least(dec, now_ns() - t1);
    }
    printf("%-44s seal %" PRId64 "  unseal %" PRId64 " MB/s (checksum included)\n", "sealed chunk of 57-bit keys",
           mb_per_s(b->out.n, enc), mb_per_s(b->out.n, dec));
    buf_fini(&back);
    sealer_fini(&s);
    return bad ? 3 : 0;
}

static int run_values(struct bench *b, const struct keyring *keys)
{
    struct sealer s;
    uint64_t sum = 0;
    bool bad = false;
    sealer_init(&s, keys, nonces_system());
    int64_t t0 = now_ns();
    for (int i = 0; i < VALUES; i++) {
        buf_clear(&b->out);
        bad = bad || seal_bytes(&s, str_make(b->pool + i, VALUE_BYTES), STR("person/id"), &b->out, NULL) != RC_OK;
    }
    int64_t t1 = now_ns();
    for (int i = 0; i < VALUES; i++) sum += keyring_hash64(keys, STR("id"), str_make(b->pool + i, VALUE_BYTES));
    int64_t t2 = now_ns();
    printf("%-44s seal %" PRId64 "  hash %" PRId64 " ns each (sum %" PRIx64 ")\n", "value of 18 bytes",
           (t1 - t0) / VALUES,
           (t2 - t1) / VALUES, sum);
    sealer_fini(&s);
    return bad ? 3 : 0;
}

/* Into memory already touched, best of the rounds: what the loop costs, without the system's pages. */
static int run_gather(const char *what, const struct column *c, const uint32_t *rows, int rounds)
{
    struct column g;
    int64_t best = INT64_MAX;
    if (column_gather_init(&g, c, c->n, NULL)) return 3;
    for (int i = 0; i < rounds; i++) {
        int64_t t0 = now_ns();
        g.blanks = column_gather_part(&g, c, rows, 0, c->n);
        best = least(best, now_ns() - t0);
    }
    column_fini(&g);
    printf("%-44s %" PRId64 " million rows/s\n", what, (int64_t)c->n * 1000 / best);
    return 0;
}

static int gathers(const struct column *c, struct rng *rng, int rounds)
{
    uint32_t *rows = mem_big_alloc((size_t)c->n * sizeof *rows);
    if (!rows) return 3;
    for (uint32_t i = 0; i < c->n; i++) rows[i] = i;
    int bad = run_gather("gather of 4 M rows in order", c, rows, rounds);
    for (uint32_t i = 0; i < c->n; i++) rows[i] = (uint32_t)rng_below(rng, c->n);
    bad |= run_gather("gather of 4 M rows at random", c, rows, rounds);
    mem_big_free(rows, (size_t)c->n * sizeof *rows);
    return bad;
}

/* The same chunk over and over as one column of 4 M rows, blanks included. */
static int run_column(struct bench *b)
{
    struct chunk_view one, views[COLUMN_CHUNKS];
    struct column c;
    buf_clear(&b->out);
    FILL(739000 + rng_below(&b->rng, 365));
    if (chunk_encode_i64(b->v, b->valid, ROWS, &b->out, NULL)) return 3;
    if (chunk_open(buf_str(&b->out), CHUNK_DEFAULT, &one, NULL)) return 3;
    for (int i = 0; i < COLUMN_CHUNKS; i++) views[i] = one; /* integer chunks own nothing */
    int64_t t0 = now_ns();
    if (column_build(&c, views, COLUMN_CHUNKS, NULL, NULL)) return 3;
    int64_t t1 = now_ns(), bad_fill = 0;
    for (uint32_t at = 0; at < c.n; at += ROWS) bad_fill |= column_fill(&c, at, &one, NULL);
    int64_t t2 = now_ns();
    if (bad_fill) return 3;
    printf("%-44s %" PRId64 " million rows/s in fresh memory, %" PRId64 " in touched memory; %d bytes each\n",
           "column built from chunks of dates", (int64_t)c.n * 1000 / (t1 - t0),
               (int64_t)c.n * 1000 / (t2 - t1), (int)c.width);
    int bad = gathers(&c, &b->rng, b->rounds);
    column_fini(&c);
    chunk_close(&one);
    return bad;
}

static int sealing(struct bench *b)
{
    struct keyring keys;
    struct buf text;
    buf_init(&text, KEYRING_FILE_MAX);
    buf_addf(&text, "fangpin-keys 1\nhash %064d\nkey 1 aes-256-gcm %064d\ncurrent 1\n", 1, 2);
    int bad = keyring_parse(buf_str(&text), "bench", &keys, NULL) != RC_OK;
    if (!bad) bad = run_seal(b, &keys) | run_values(b, &keys);
    keyring_wipe(&keys);
    buf_fini(&text);
    return bad;
}

int main(int argc, char **argv)
{
    struct bench b = {.rounds = ROUNDS};
    int64_t rounds;
    if (argc > 1 && str_to_i64(str_from(argv[1]), 1, 100000, &rounds)) b.rounds = (int)rounds;
    b.v = mem_alloc_array(ROWS, sizeof *b.v);
    b.got = mem_alloc_array(ROWS, sizeof *b.got);
    b.valid = mem_alloc_array(ROWS / 64, sizeof *b.valid);
    b.texts = mem_alloc_array(ROWS, sizeof *b.texts);
    b.pool = mem_alloc((size_t)ROWS * NAME_BYTES);
    buf_init(&b.out, CHUNK_BYTES_MAX);
    rng_seed(&b.rng, 1);
    int bad = 3;
    if (b.v && b.got && b.valid && b.texts && b.pool) bad = ints(&b) | texts(&b) | sealing(&b) | run_column(&b);
    mem_free(b.v);
    mem_free(b.got);
    mem_free(b.valid);
    mem_free(b.texts);
    mem_free(b.pool);
    buf_fini(&b.out);
    return bad;
}
