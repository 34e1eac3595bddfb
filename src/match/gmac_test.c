#include "match/gmac.h"
#include "base/clock.h"
#include "base/test.h"

static void make(struct test *t, const uint8_t key[GMAC_BLOCK], const uint8_t nonce[GMAC_NONCE], bool fast,
                 struct rng *r, struct str text, size_t step, uint8_t out[GMAC_BLOCK])
{
    struct gmac_key k;
    struct gmac m;
    CHECK(t, gmac_key_init(&k, key, fast));
    CHECK(t, gmac_begin(&k, &m, nonce));
    for (size_t at = 0; at < text.n;) {
        size_t n = (size_t)(rng_next(r) % step);
        if (n > text.n - at) n = text.n - at;
        CHECK(t, gmac_add(&k, &m, text.p + at, n));
        at += n;
    }
    CHECK(t, gmac_end(&k, &m, out));
    gmac_fini(&m);
}

static void fill(struct rng *r, uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)rng_next(r);
}

/* Of NIST's test vectors for GCM (gcmEncryptExtIV128), one with neither plaintext nor data and one with data alone. */
static void test_vectors(struct test *t, bool fast)
{
    static const uint8_t KEY[2][GMAC_BLOCK] = {
        {0x11, 0x75, 0x4c, 0xd7, 0x2a, 0xec, 0x30, 0x9b, 0xf5, 0x2f, 0x76, 0x87, 0x21, 0x2e, 0x89, 0x57},
        {0x77, 0xbe, 0x63, 0x70, 0x89, 0x71, 0xc4, 0xe2, 0x40, 0xd1, 0xcb, 0x79, 0xe8, 0xd7, 0x7f, 0xeb}};
    static const uint8_t NONCE[2][GMAC_NONCE] = {
        {0x3c, 0x81, 0x9d, 0x9a, 0x9b, 0xed, 0x08, 0x76, 0x15, 0x03, 0x0b, 0x65},
        {0xe0, 0xe0, 0x0f, 0x19, 0xfe, 0xd7, 0xba, 0x01, 0x36, 0xa7, 0x97, 0xf3}};
    static const uint8_t DATA[GMAC_BLOCK] = {0x7a, 0x43, 0xec, 0x1d, 0x9c, 0x0a, 0x5a, 0x78,
                                             0xa0, 0xb1, 0x65, 0x33, 0xa6, 0x21, 0x3c, 0xab};
    static const uint8_t TAG[2][GMAC_BLOCK] = {
        {0x25, 0x03, 0x27, 0xc6, 0x74, 0xaa, 0xf4, 0x77, 0xae, 0xf2, 0x67, 0x57, 0x48, 0xcf, 0x69, 0x71},
        {0x20, 0x9f, 0xcc, 0x8d, 0x36, 0x75, 0xed, 0x93, 0x8e, 0x9c, 0x71, 0x66, 0x70, 0x9d, 0xd9, 0x46}};
    struct rng r;
    rng_seed(&r, 1);
    for (size_t i = 0; i < 2; i++) {
        uint8_t tag[GMAC_BLOCK];
        make(t, KEY[i], NONCE[i], fast, &r, str_make((const char *)DATA, i ? sizeof DATA : 0), 100, tag);
        CHECK(t, memcmp(tag, TAG[i], sizeof tag) == 0);
    }
}

static void test_same(struct test *t)
{
    enum { LONGEST = 5000 };
    char text[LONGEST];
    uint8_t key[GMAC_BLOCK], nonce[GMAC_NONCE], fast[GMAC_BLOCK], slow[GMAC_BLOCK];
    struct rng r;
    rng_seed(&r, 20260630);
    fill(&r, (uint8_t *)text, sizeof text);
    for (size_t n = 0; n <= LONGEST; n += n < 700 ? 1 : 97) {
        fill(&r, key, sizeof key);
        fill(&r, nonce, sizeof nonce);
        make(t, key, nonce, true, &r, str_make(text, n), n % 2 ? 40 : 2000, fast);
        make(t, key, nonce, false, &r, str_make(text, n), 2000, slow);
        CHECK(t, memcmp(fast, slow, sizeof fast) == 0);
    }
}

void gmac_test(struct test *t);
void gmac_test(struct test *t)
{
    if (TEST(t, "gmac: vectors, by libcrypto")) test_vectors(t, false);
    if (TEST(t, "gmac: vectors, fast") && gmac_fast()) test_vectors(t, true);
    if (TEST(t, "gmac: all lengths in pieces of all lengths, fast as by libcrypto") && gmac_fast()) test_same(t);
}
