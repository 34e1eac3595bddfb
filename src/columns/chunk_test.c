#include <stdio.h>
#include "base/clock.h"
#include "base/mem.h"
#include "base/test.h"
#include "columns/chunk_int.h"

void chunk_test(struct test *t);

enum { N = 5000, WORDS = (CHUNK_ROWS + 63) / 64 };

/* Room for one chunk's cells, given back by room_free. */
struct room {
    int64_t *v, *got;
    uint64_t *valid, *got_valid;
    struct buf out;
    struct rng rng;
};

static bool room_new(struct room *r)
{
    r->v = mem_zalloc_array(CHUNK_ROWS, sizeof *r->v);
    r->got = mem_zalloc_array(2 * CHUNK_ROWS, sizeof *r->got); /* room for texts too */
    r->valid = mem_zalloc_array(WORDS, sizeof *r->valid);
    r->got_valid = mem_zalloc_array(WORDS, sizeof *r->got_valid);
    buf_init(&r->out, MIB(70));
    rng_seed(&r->rng, 7);
    return r->v && r->got && r->valid && r->got_valid;
}

static void room_free(struct room *r)
{
    mem_free(r->v);
    mem_free(r->got);
    mem_free(r->valid);
    mem_free(r->got_valid);
    buf_fini(&r->out);
}

static void random_valid(struct room *r, uint32_t n, uint64_t one_in)
{
    memset(r->valid, 0, WORDS * sizeof *r->valid);
    for (uint32_t i = 0; i < n; i++)
        if (rng_below(&r->rng, one_in) != 0) r->valid[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool same_cell(const struct chunk_view *c, const struct room *r, const uint64_t *valid, uint32_t i)
{
    int64_t v;
    bool want = !valid || bit_get(valid, i), has = chunk_get_i64(c, i, &v);
    return has == want && (!has || v == r->v[i]) && chunk_is_valid(c, i) == want;
}

/* Cells from..from+n by the bulk reader against what went in. */
static bool same_bulk(const struct chunk_view *c, struct room *r, const uint64_t *valid, uint32_t from, uint32_t n)
{
    if (!chunk_read_i64(c, from, n, r->got, r->got_valid)) return false;
    for (uint32_t i = 0; i < n; i++) {
        bool want = !valid || bit_get(valid, from + i);
        if (bit_get(r->got_valid, i) != want || (want && r->got[i] != r->v[from + i])) return false;
    }
    return n % 64 == 0 || (r->got_valid[n / 64] & ~low_bits(n % 64)) == 0;
}

static bool same_narrow(const struct chunk_view *c, struct room *r, const uint64_t *valid, uint32_t n)
{
    for (unsigned width = 1; width <= 8; width *= 2) {
        bool fits = width >= chunk_width_for(c->min, c->max);
        if (chunk_read_into(c, 0, n, width, r->got, NULL) != fits) return false;
        for (uint32_t i = 0; fits && i < n; i++) {
            const char *p = (const char *)r->got + (size_t)i * width;
            int64_t v = width == 1   ? *(const int8_t *)p
                        : width == 2 ? *(const int16_t *)(const void *)p
                        : width == 4 ? *(const int32_t *)(const void *)p
                                     : r->got[i];
            if ((!valid || bit_get(valid, i)) && v != r->v[i]) return false;
        }
    }
    return true;
}

/* The same bytes from integers of four bytes, where they fit: all, or the low ten bits and those from 32 on. */
static bool same_from_narrow(struct room *r, const uint64_t *valid, uint32_t n, struct str want)
{
    bool fits = true, parts = true;
    struct buf out;
    enum rc rc = RC_OK;
    int32_t *v = mem_alloc_array(n, sizeof *v);
    buf_init(&out, MIB(70));
    for (uint32_t i = 0; i < n; i++) {
        fits &= r->v[i] == (int32_t)r->v[i];
        parts &= ((uint64_t)r->v[i] & ~(UINT64_C(1023) | UINT64_C(0x3FFFFF) << 32)) == 0;
    }
    for (uint32_t i = 0; v && i < n; i++)
        v[i] = (int32_t)(uint32_t)(fits ? (uint64_t)r->v[i] : (uint64_t)r->v[i] >> 32 << 10 | (uint64_t)r->v[i]);
    if (v && (fits || parts)) rc = chunk_encode_i32(v, fits ? 0 : 10, valid, n, &out, NULL);
    bool ok = v && !rc && (!(fits || parts) || str_eq(buf_str(&out), want));
    mem_free(v);
    buf_fini(&out);
    return ok;
}

static bool round_trip(struct test *t, struct room *r, const uint64_t *valid, uint32_t n)
{
    struct err e = {0};
    struct chunk_view c;
    buf_clear(&r->out);
    buf_addz(&r->out, "xyz"); /* what was there stays, and chunks begin at any address */
    if (chunk_encode_i64(r->v, valid, n, &r->out, &e)) return false;
    struct str bytes = str_make(r->out.p + 3, r->out.n - 3);
    enum rc rc = chunk_open(bytes, CHUNK_FULL, &c, &e);
    CHECK_STR(t, str_from(e.msg), STR(""));
    if (rc) return false;
    bool ok = c.rows == n && c.kind == CHUNK_I64 && c.blanks == valid_blanks(valid, n);
    ok = ok && same_from_narrow(r, valid, n, bytes);
    for (uint32_t i = 0; i < n; i++) ok = ok && same_cell(&c, r, valid, i);
    ok = ok && same_bulk(&c, r, valid, 0, n) && same_narrow(&c, r, valid, n);
    for (int k = 0; k < 20; k++) {
        uint32_t from = (uint32_t)rng_below(&r->rng, n), m = (uint32_t)rng_below(&r->rng, n - from + 1);
        ok = ok && same_bulk(&c, r, valid, from, m);
    }
    int64_t v;
    ok = ok && !chunk_get_i64(&c, n, &v) && !chunk_read_i64(&c, 1, n, r->got, NULL);
    chunk_close(&c);
    return ok;
}

static void every_width(struct test *t, struct room *r, uint64_t one_in)
{
    for (unsigned w = 0; w <= 64; w++) {
        uint64_t base = rng_next(&r->rng);
        if (w < 62) base >>= 3;
        for (uint32_t i = 0; i < N; i++) r->v[i] = (int64_t)(base + (rng_next(&r->rng) & low_bits(w)));
        if (one_in) random_valid(r, N, one_in);
        CHECK(t, round_trip(t, r, one_in ? r->valid : NULL, (uint32_t)(N - w)));
    }
}

static void test_pack(struct test *t, struct room *r)
{
    if (!TEST(t, "packs every width at every start")) return;
    uint64_t in[200], out[200];
    uint8_t packed[200 * 8 + 16];
    for (unsigned w = 0; w <= 64; w++) {
        unsigned width = bits_width(low_bits(w));
        CHECK_I64(t, width, w > WIDTH_DIRECT ? 64 : w);
        for (size_t i = 0; i < 200; i++) in[i] = rng_next(&r->rng) & low_bits(w);
        size_t n = 199 - w;
        memset(packed, 0xEE, sizeof packed);
        bits_pack(in, n, width, packed);
        for (size_t from = 0; from < n; from++) {
            bits_unpack(packed, from, n - from, width, out);
            CHECK(t, memcmp(out, in + from, (n - from) * 8) == 0 && bits_get(packed, from, width) == in[from]);
        }
    }
}

static void test_widths(struct test *t, struct room *r)
{
    if (TEST(t, "round trips of every width")) every_width(t, r, 0);
    if (TEST(t, "round trips of every width with blanks")) every_width(t, r, 5), every_width(t, r, 2);
    if (TEST(t, "round trips of every number of rows around a word")) {
        for (uint32_t n = 1; n < 200; n++) {
            for (uint32_t i = 0; i < n; i++) r->v[i] = (int64_t)rng_below(&r->rng, 1000) - 500;
            random_valid(r, n, 3);
            CHECK(t, round_trip(t, r, r->valid, n) && round_trip(t, r, NULL, n));
        }
    }
}

static enum ints_form form_of(struct room *r, bool *dictionary)
{
    struct chunk_view c;
    if (chunk_open(str_make(r->out.p + 3, r->out.n - 3), CHUNK_MINIMAL, &c, NULL)) return INTS_FORM__MAX;
    enum ints_form f = c.cells.form;
    *dictionary = c.dictionary;
    chunk_close(&c);
    return f;
}

static void test_forms(struct test *t, struct room *r)
{
    bool dict = false;
    if (TEST(t, "ascending person numbers with repeats are deltas")) {
        for (uint32_t i = 1; i < CHUNK_ROWS; i++) r->v[i] = r->v[i - 1] + (rng_below(&r->rng, 3) == 0);
        CHECK(t, round_trip(t, r, NULL, CHUNK_ROWS));
        CHECK_I64(t, form_of(r, &dict), INTS_DELTA);
        CHECK(t, r->out.n < CHUNK_ROWS / 5);
        for (uint32_t i = 1; i < CHUNK_ROWS; i++) r->v[i] = r->v[i - 1] + (int64_t)rng_below(&r->rng, 9);
        CHECK(t, round_trip(t, r, NULL, CHUNK_ROWS));
        CHECK_I64(t, form_of(r, &dict), INTS_DELTA);
    }
    if (TEST(t, "line numbers cost a third of a bit")) {
        for (uint32_t i = 0; i < CHUNK_ROWS; i++) r->v[i] = 2 + (int64_t)i * 3;
        CHECK(t, round_trip(t, r, NULL, CHUNK_ROWS));
        CHECK(t, r->out.n < CHUNK_ROWS / 24);
    }
    if (TEST(t, "days with a span, which is in the high half")) {
        for (uint32_t i = 0; i < N; i++) {
            uint64_t span = rng_below(&r->rng, 9) ? 0 : rng_below(&r->rng, 1 << 22);
            r->v[i] = (int64_t)(rng_below(&r->rng, 1024) | span << 32);
        }
        random_valid(r, N, 5);
        CHECK(t, round_trip(t, r, NULL, N) && round_trip(t, r, r->valid, N));
    }
    if (TEST(t, "values near each other in a block are blocks")) {
        for (uint32_t i = 0; i < CHUNK_ROWS; i++)
            r->v[i] = (int64_t)(i / 64) * 7919 % 65536 * 1048576 + (int64_t)rng_below(&r->rng, 65521);
        CHECK(t, round_trip(t, r, NULL, CHUNK_ROWS));
        CHECK_I64(t, form_of(r, &dict), INTS_BLOCKS);
    }
    if (TEST(t, "whole yuan cost less than fen")) {
        for (uint32_t i = 0; i < N; i++) r->v[i] = (int64_t)rng_below(&r->rng, 1 << 20) * 700 + 3;
        CHECK(t, round_trip(t, r, NULL, N));
        CHECK_I64(t, form_of(r, &dict), INTS_FOR);
        CHECK(t, r->out.n < N * 21 / 8 + 200);
    }
    if (TEST(t, "few distinct far values are a dictionary")) {
        for (uint32_t i = 0; i < N; i++) {
            uint64_t k = rng_below(&r->rng, 11);
            r->v[i] = (int64_t)(k * k * k * UINT64_C(1234567890123456) + k);
        }
        random_valid(r, N, 4);
        CHECK(t, round_trip(t, r, NULL, N) && round_trip(t, r, r->valid, N));
        CHECK(t, form_of(r, &dict) != INTS_FORM__MAX && dict);
        CHECK(t, r->out.n < N * 5 / 8 + 400);
    }
}

static void test_extremes(struct test *t, struct room *r)
{
    if (!TEST(t, "extremes, single rows and all blank")) return;
    for (uint32_t i = 0; i < N; i++) r->v[i] = i % 2 ? INT64_MAX : INT64_MIN;
    CHECK(t, round_trip(t, r, NULL, 1) && round_trip(t, r, NULL, 2) && round_trip(t, r, NULL, N));
    for (uint32_t i = 0; i < N; i++) r->v[i] = i % 3 ? INT64_MAX - i : INT64_MIN + i;
    CHECK(t, round_trip(t, r, NULL, N));
    memset(r->valid, 0, WORDS * sizeof *r->valid);
    CHECK(t, round_trip(t, r, r->valid, N));
    struct chunk_view c;
    int64_t v;
    CHECK_I64(t, chunk_open(str_make(r->out.p + 3, r->out.n - 3), CHUNK_FULL, &c, NULL), RC_OK);
    CHECK(t, !chunk_min(&c, &v) && !chunk_max(&c, &v) && c.blanks == N);
    chunk_close(&c);
    struct err e = {0};
    CHECK_I64(t, chunk_encode_i64(r->v, NULL, 0, &r->out, &e), RC_USAGE);
    CHECK_I64(t, chunk_encode_i64(r->v, NULL, CHUNK_ROWS + 1, &r->out, &e), RC_USAGE);
}

/* ---- text ---- */

static struct text_key nth_text(void *ctx, uint64_t word)
{
    const struct str *v = ctx;
    return text_key_of(v[word & UINT32_MAX]);
}

/* The same bytes from words: short texts themselves, others told by their row. */
static bool same_from_words(const struct str *v, const uint64_t *valid, uint32_t n, struct str want)
{
    struct buf out;
    enum rc rc = RC_OK;
    struct str *texts = mem_alloc_array(n, sizeof *texts);
    uint64_t *w = mem_alloc_array(n, sizeof *w);
    buf_init(&out, MIB(70));
    if (texts) memcpy(texts, v, n * sizeof *texts);
    for (uint32_t i = 0; w && i < n; i++) {
        struct text_key k = text_key_of(v[i]);
        w[i] = v[i].n > 7 || i % 11 == 5 ? text_word_told(i, v[i].n) : k.w[0] | k.w[1];
        if (valid && !bit_get(valid, i)) w[i] = UINT64_MAX - i % 2;
    }
    if (w && texts) rc = chunk_encode_words(&(struct text_words){w, nth_text, texts}, valid, n, &out, NULL);
    bool ok = w && texts && !rc && str_eq(buf_str(&out), want);
    mem_free(texts);
    mem_free(w);
    buf_fini(&out);
    return ok;
}

static bool text_trip(struct test *t, struct room *r, const struct str *v, const uint64_t *valid, uint32_t n,
                      bool *dict)
{
    struct err e = {0};
    struct chunk_view c;
    buf_clear(&r->out);
    if (chunk_encode_str(v, valid, n, &r->out, &e)) return false;
    enum rc rc = chunk_open(buf_str(&r->out), CHUNK_FULL, &c, &e);
    CHECK_STR(t, str_from(e.msg), STR(""));
    if (rc) return false;
    bool ok = c.rows == n && c.kind == CHUNK_TEXT && same_from_words(v, valid, n, buf_str(&r->out));
    for (uint32_t i = 0; i < n; i++) {
        struct str s, d;
        bool want = !valid || bit_get(valid, i), has = chunk_get_str(&c, i, &s);
        uint32_t code;
        ok = ok && has == want && (!has || str_eq(s, v[i]));
        if (ok && has && c.dictionary)
            ok = chunk_read_codes(&c, i, 1, &code) && chunk_dict_str(&c, code, &d) && str_eq(d, s);
    }
    struct str got[600];
    uint32_t from = n / 3, m = n - from < 600 ? n - from : 600;
    ok = ok && chunk_read_str(&c, from, m, got, r->got_valid);
    for (uint32_t i = 0; i < m && ok; i++) {
        bool want = !valid || bit_get(valid, from + i);
        ok = bit_get(r->got_valid, i) == want && str_eq(got[i], want ? v[from + i] : STR(""));
    }
    *dict = c.dictionary;
    chunk_close(&c);
    return ok;
}

static void random_texts(struct room *r, struct str *v, char *pool, uint32_t n, uint32_t distinct)
{
    for (uint32_t i = 0; i < n; i++) {
        uint64_t k = rng_below(&r->rng, distinct) * 2654435761u % 100000007;
        int len = snprintf(pool + (size_t)i * 32, 32, "村%lu", (unsigned long)k);
        v[i] = str_make(pool + (size_t)i * 32, k % 17 ? (size_t)len : 0);
    }
}

/* Serial numbers of one shape; some places are part of a longer character. */
static void serials(struct room *r, struct str *v, char *pool, uint32_t n, const char *head, uint64_t below)
{
    for (uint32_t i = 0; i < n; i++) {
        unsigned long k = (unsigned long)rng_below(&r->rng, below);
        int len = snprintf(pool + (size_t)i * 32, 32, "%s%06lu", head, k);
        v[i] = str_make(pool + (size_t)i * 32, (size_t)len);
    }
}

static uint8_t version_of(const struct room *r) { return (uint8_t)r->out.p[4]; }

static void test_shape(struct test *t, struct room *r)
{
    struct str *v = mem_alloc_array(N, sizeof *v);
    char *pool = mem_alloc((size_t)N * 32);
    bool dict = false;
    if (v && pool && TEST(t, "texts of one shape are numbers")) {
        serials(r, v, pool, N, "赣D", 1000000);
        CHECK(t, text_trip(t, r, v, NULL, N, &dict) && !dict);
        CHECK(t, version_of(r) == CHUNK_VERSION_SHAPE && r->out.n < (size_t)N * 20 / 8 + 300);
        random_valid(r, N, 6);
        v[0] = STR("another length altogether, and blank");
        r->valid[0] &= ~UINT64_C(1);
        CHECK(t, text_trip(t, r, v, r->valid, N, &dict) && !dict && version_of(r) == CHUNK_VERSION_SHAPE);
        CHECK(t, text_trip(t, r, v, NULL, N, &dict) && version_of(r) == CHUNK_VERSION);
        /* A place that is part of a longer character, and one length too many, have no shape. */
        serials(r, v, pool, N, "S", 1000000);
        v[7] = STR("é12345");
        CHECK(t, text_trip(t, r, v, NULL, N, &dict) && version_of(r) == CHUNK_VERSION);
        serials(r, v, pool, N, "S2025", 1000000);
        v[7] = STR("S202512345");
        CHECK(t, text_trip(t, r, v, NULL, N, &dict) && version_of(r) == CHUNK_VERSION);
        /* Few of them are a dictionary as before; one alone is nothing to look at. */
        serials(r, v, pool, N, "S", 3);
        CHECK(t, text_trip(t, r, v, NULL, N, &dict) && dict && version_of(r) == CHUNK_VERSION);
        CHECK(t, text_trip(t, r, v, NULL, 1, &dict) && version_of(r) == CHUNK_VERSION);
    }
    if (v && pool && TEST(t, "every span and the most ranks of a shape")) {
        for (unsigned span = 2; span <= 0x5F; span++) {
            unsigned places = 1;
            for (uint64_t ranks = span; places < 15 && ranks * span <= SHAPE_RANK_MAX; ranks *= span) places++;
            for (uint32_t i = 0; i < 500; i++) {
                char *p = pool + (size_t)i * 32;
                for (unsigned k = 0; k < places; k++)
                    p[k] = (char)(' ' + (i < 2 ? i * (span - 1) : rng_below(&r->rng, span)));
                v[i] = str_make(p, places);
            }
            CHECK(t, text_trip(t, r, v, NULL, 500, &dict) && (dict || version_of(r) == CHUNK_VERSION_SHAPE));
        }
        memset(pool, 0, 32);
        for (uint32_t i = 0; i < 500; i++) {
            char *p = pool + (size_t)i * 32;
            for (unsigned k = 0; k < 15; k++) p[k] = (char)('0' + (i ? rng_below(&r->rng, 64) : 63 * (k % 2)));
            v[i] = str_make(p, 15); /* 64^15: too many */
        }
        CHECK(t, text_trip(t, r, v, NULL, 500, &dict) && version_of(r) == CHUNK_VERSION);
    }
    if (v && pool && TEST(t, "a number beyond the shape is damage")) {
        struct chunk_view c;
        serials(r, v, pool, 300, "S", 1000000);
        CHECK(t, text_trip(t, r, v, NULL, 300, &dict) && version_of(r) == CHUNK_VERSION_SHAPE);
        uint8_t *shape = (uint8_t *)r->out.p + CHUNK_HEADER_BYTES + INNER_BYTES;
        for (unsigned k = 1; k < 7; k++) shape[SHAPE_BYTES + 1 + k] = shape[k] < '9' ? shape[k] + 1 : shape[k];
        store64(r->out.p + 32, chunk_checksum(r->out.p, r->out.n - CHUNK_HEADER_BYTES));
        CHECK_I64(t, chunk_open(buf_str(&r->out), CHUNK_FULL, &c, NULL), RC_ENV);
        CHECK_I64(t, chunk_open(buf_str(&r->out), CHUNK_DEFAULT, &c, NULL), RC_OK);
        chunk_close(&c);
    }
    mem_free(v);
    mem_free(pool);
}

static void test_text(struct test *t, struct room *r)
{
    struct str *v = mem_alloc_array(N, sizeof *v);
    char *pool = mem_alloc((size_t)N * 32);
    bool dict = false;
    if (!v || !pool) {
        mem_free(v), mem_free(pool);
        return;
    }
    if (TEST(t, "texts that repeat are a dictionary, others are joined")) {
        random_texts(r, v, pool, N, 40);
        random_valid(r, N, 6);
        CHECK(t, text_trip(t, r, v, NULL, N, &dict) && dict);
        CHECK(t, text_trip(t, r, v, r->valid, N, &dict) && dict);
        random_texts(r, v, pool, N, 1000000);
        CHECK(t, text_trip(t, r, v, NULL, N, &dict) && !dict);
        CHECK(t, text_trip(t, r, v, r->valid, N, &dict) && !dict);
        CHECK(t, text_trip(t, r, v, r->valid, 1, &dict) && text_trip(t, r, v, NULL, 1, &dict));
    }
    if (TEST(t, "all blank and all empty texts")) {
        memset(r->valid, 0, WORDS * sizeof *r->valid);
        CHECK(t, text_trip(t, r, v, r->valid, N, &dict));
        for (uint32_t i = 0; i < N; i++) v[i] = STR("");
        CHECK(t, text_trip(t, r, v, NULL, N, &dict));
    }
    if (TEST(t, "too much text is refused, malformed text is found")) {
        struct str big[2] = {{pool, CHUNK_TEXT_MAX}, {pool, 1}};
        struct err e = {0};
        struct chunk_view c;
        CHECK_I64(t, chunk_encode_str(big, NULL, 2, &r->out, &e), RC_USAGE);
        struct str bad = STR("\xE6\x9D");
        buf_clear(&r->out);
        CHECK_I64(t, chunk_encode_str(&bad, NULL, 1, &r->out, &e), RC_OK);
        CHECK_I64(t, chunk_open(buf_str(&r->out), CHUNK_FULL, &c, &e), RC_ENV);
        CHECK_I64(t, chunk_open(buf_str(&r->out), CHUNK_DEFAULT, &c, &e), RC_OK);
        chunk_close(&c);
    }
    mem_free(v);
    mem_free(pool);
}

/* ---- damage ---- */

/* Touch every cell: the sanitizers watch. */
static void read_all(struct room *r, const struct chunk_view *c)
{
    struct str s;
    int64_t v;
    for (uint32_t i = 0; i < c->rows; i++) chunk_get_i64(c, i, &v), chunk_get_str(c, i, &s);
    chunk_read_i64(c, 0, c->rows, r->got, r->got_valid);
    chunk_read_codes(c, 0, c->rows, (uint32_t *)(void *)r->got);
    chunk_read_str(c, 0, c->rows, (struct str *)(void *)r->got, NULL);
}

/* Every bit of the chunk in out flipped in turn, and every length: found by the checksum; with it mended,
 * never outside the bytes. */
static void damage(struct test *t, struct room *r)
{
    struct chunk_view c;
    size_t n = r->out.n;
    char *copy = mem_alloc(n);
    if (!copy) return;
    for (size_t cut = 0; cut < n; cut++)
        CHECK(t, chunk_open(str_make(r->out.p, cut), CHUNK_MINIMAL, &c, NULL) != RC_OK);
    for (size_t bit = 0; bit<n * 8; bit += n> 2000 ? 7 : 1) {
        memcpy(copy, r->out.p, n);
        copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << (bit % 8));
        CHECK(t, chunk_open(str_make(copy, n), CHUNK_DEFAULT, &c, NULL) != RC_OK);
        store64(copy + 32, chunk_checksum(copy, n - CHUNK_HEADER_BYTES));
        if (chunk_open(str_make(copy, n), CHUNK_DEFAULT, &c, NULL) == RC_OK) read_all(r, &c);
        chunk_close(&c);
        if (chunk_open(str_make(copy, n), CHUNK_FULL, &c, NULL) == RC_OK) read_all(r, &c);
        chunk_close(&c);
    }
    mem_free(copy);
}

static void test_damage(struct test *t, struct room *r)
{
    struct str v[300];
    char pool[300 * 32];
    if (!TEST(t, "damage is found and never leads outside")) return;
    for (int form = 0; form < 4; form++) {
        for (uint32_t i = 0; i < 300; i++) {
            uint64_t x = rng_below(&r->rng, 8);
            uint64_t forms[] = {x * UINT64_C(12345678912345), i * 4 + x, x, i / 64 * 999999 + x};
            r->v[i] = (int64_t)forms[form];
        }
        random_valid(r, 300, 4);
        buf_clear(&r->out);
        CHECK_I64(t, chunk_encode_i64(r->v, form % 2 ? r->valid : NULL, 300, &r->out, NULL), RC_OK);
        damage(t, r);
    }
    for (uint32_t distinct = 5; distinct <= 50000; distinct *= 100) {
        random_texts(r, v, pool, 300, distinct);
        buf_clear(&r->out);
        CHECK_I64(t, chunk_encode_str(v, NULL, 300, &r->out, NULL), RC_OK);
        damage(t, r);
    }
    serials(r, v, pool, 300, "S", 1000000);
    for (int blanks = 0; blanks < 2; blanks++) {
        buf_clear(&r->out);
        CHECK_I64(t, chunk_encode_str(v, blanks ? r->valid : NULL, 300, &r->out, NULL), RC_OK);
        CHECK(t, version_of(r) == CHUNK_VERSION_SHAPE);
        damage(t, r);
    }
}

static void test_nomem(struct test *t, struct room *r)
{
    struct str v[600];
    char pool[600 * 32];
    if (!TEST(t, "every allocation that fails is reported and leaves out as it was")) return;
    random_texts(r, v, pool, 600, 30);
    for (uint32_t i = 0; i < 600; i++) r->v[i] = (int64_t)rng_below(&r->rng, 5) * INT64_C(77777777777);
    random_valid(r, 600, 6);
    for (int text = 0; text < 3; text++) {
        if (text == 2) serials(r, v, pool, 600, "S", 1000000);
        for (uint64_t nth = 1; nth < 100; nth++) {
            struct buf out;
            buf_init(&out, MIB(4));
            mem_fault_arm(nth, 0);
            enum rc rc = text ? chunk_encode_str(v, text == 2 ? r->valid : NULL, 600, &out, NULL)
                              : chunk_encode_i64(r->v, NULL, 600, &out, NULL);
            bool fired = mem_fault_fired();
            mem_fault_arm(0, 0);
            CHECK_I64(t, rc, fired ? RC_NOMEM : RC_OK);
            CHECK(t, fired == (out.n == 0));
            buf_fini(&out);
            if (!fired) break;
        }
    }
    struct buf small;
    buf_init(&small, 100);
    CHECK_I64(t, chunk_encode_i64(r->v, NULL, 600, &small, NULL), RC_NOMEM);
    buf_fini(&small);
}

static void test_hash(struct test *t)
{
    if (!TEST(t, "the checksum is XXH64")) return;
    CHECK(t, chunk_hash("", 0, 0) == UINT64_C(0xEF46DB3751D8E999));
    CHECK(t, chunk_hash("a", 1, 0) == UINT64_C(0xD24EC4F1A98C6E5B));
    CHECK(t, chunk_hash("abc", 3, 0) == UINT64_C(0x44BC2CF5AD770999));
    const char *long_text = "Call me Ishmael. Some years ago--never mind how long precisely-";
    CHECK(t, chunk_hash(long_text, 63, 0) == UINT64_C(0x02A2E85470D6FD96));
}

void chunk_test(struct test *t)
{
    struct room r;
    if (room_new(&r)) {
        test_hash(t);
        test_pack(t, &r);
        test_widths(t, &r);
        test_forms(t, &r);
        test_extremes(t, &r);
        test_text(t, &r);
        test_shape(t, &r);
        test_damage(t, &r);
        test_nomem(t, &r);
    }
    room_free(&r);
}
