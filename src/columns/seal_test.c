#include <stdio.h>
#include <sys/stat.h>
#include "base/io.h"
#include "base/mem.h"
#include "base/test.h"
#include "columns/seal.h"

void seal_test(struct test *t);

#define HEX64 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEYS "fangpin-keys 1\nhash " HEX64 "\nkey 1 aes-256-gcm " HEX64 "\nkey 7 aes-256-gcm " HEX64 "\ncurrent 1\n"

struct kit {
    struct keyring keys;
    struct rng rng;
    struct sealer s;
    struct buf plain, sealed, back;
};

static void kit_new(struct test *t, struct kit *k)
{
    CHECK_I64(t, keyring_parse(str_from(KEYS), "k", &k->keys, NULL), RC_OK);
    rng_seed(&k->rng, 5);
    sealer_init(&k->s, &k->keys, nonces_fixed(&k->rng));
    buf_init(&k->plain, MIB(2));
    buf_init(&k->sealed, MIB(2));
    buf_init(&k->back, MIB(2));
}

static void kit_free(struct kit *k)
{
    sealer_fini(&k->s);
    keyring_wipe(&k->keys);
    buf_fini(&k->plain);
    buf_fini(&k->sealed);
    buf_fini(&k->back);
}

static void make_chunk(struct test *t, struct kit *k)
{
    int64_t v[500];
    for (int i = 0; i < 500; i++) v[i] = INT64_C(11010119800307000) + i * i;
    buf_clear(&k->plain);
    CHECK_I64(t, chunk_encode_i64(v, NULL, 500, &k->plain, NULL), RC_OK);
    buf_clear(&k->sealed);
    buf_addz(&k->sealed, "before");
    buf_add(&k->sealed, buf_str(&k->plain));
    CHECK_I64(t, chunk_seal(&k->s, &k->sealed, 6, STR("d1/c2"), NULL), RC_OK);
}

static struct str sealed_of(const struct kit *k) { return str_make(k->sealed.p + 6, k->sealed.n - 6); }

static void test_chunk(struct test *t, struct kit *k)
{
    struct chunk_view c;
    struct err e = {0};
    if (!TEST(t, "a sealed chunk opens with its key and place only")) return;
    make_chunk(t, k);
    CHECK_I64(t, chunk_open(sealed_of(k), CHUNK_DEFAULT, &c, &e), RC_USAGE);
    CHECK(t, str_find(sealed_of(k), str_make(k->plain.p + 48, 8), 0) == SIZE_MAX); /* the minimum is not readable */
    CHECK_I64(t, chunk_unseal(&k->s, sealed_of(k), STR("d1/c2"), &k->back, &e), RC_OK);
    CHECK_STR(t, buf_str(&k->back), buf_str(&k->plain));
    CHECK_I64(t, chunk_open(buf_str(&k->back), CHUNK_FULL, &c, &e), RC_OK);
    chunk_close(&c);
    size_t n = k->back.n;
    CHECK_I64(t, chunk_unseal(&k->s, sealed_of(k), STR("d1/c3"), &k->back, &e), RC_ENV);
    CHECK_I64(t, chunk_unseal(&k->s, buf_str(&k->plain), STR("d1/c2"), &k->back, &e), RC_USAGE);
    CHECK_I64(t, k->back.n, n);
    CHECK_I64(t, chunk_seal(&k->s, &k->sealed, 6, STR("d1/c2"), &e), RC_USAGE);
    for (size_t i = 0; i < sealed_of(k).n; i += 3) {
        k->sealed.p[6 + i] = (char)(k->sealed.p[6 + i] ^ 4);
        bool checksum = i >= 32 && i < 40; /* of the header: chunk_peek does not look, the tag does not cover it */
        CHECK(t, (chunk_unseal(&k->s, sealed_of(k), STR("d1/c2"), &k->back, &e) == RC_OK) == checksum);
        k->sealed.p[6 + i] = (char)(k->sealed.p[6 + i] ^ 4);
    }
}

static void test_keys_of_chunk(struct test *t, struct kit *k)
{
    struct err e = {0};
    if (!TEST(t, "a wrong or missing key is refused, an old one still opens")) return;
    make_chunk(t, k);
    k->keys.current = 7;
    CHECK_I64(t, seal_bytes(&k->s, STR("a"), STR(""), &k->plain, &e), RC_OK);
    CHECK_I64(t, chunk_unseal(&k->s, sealed_of(k), STR("d1/c2"), &k->back, &e), RC_OK);
    struct sealer other;
    struct keyring keys = k->keys;
    keys.keys[0].bytes[31] ^= 1;
    sealer_init(&other, &keys, nonces_system());
    CHECK_I64(t, chunk_unseal(&other, sealed_of(k), STR("d1/c2"), &k->back, &e), RC_ENV);
    sealer_fini(&other);
    keys.keys[0].id = 3;
    sealer_init(&other, &keys, nonces_system());
    CHECK_I64(t, chunk_unseal(&other, sealed_of(k), STR("d1/c2"), &k->back, &e), RC_ENV);
    sealer_fini(&other);
    k->keys.current = 9;
    CHECK_I64(t, seal_bytes(&k->s, STR("a"), STR(""), &k->plain, &e), RC_USAGE);
    k->keys.current = 1;
    keyring_wipe(&keys);
}

static void test_values(struct test *t, struct kit *k)
{
    struct err e = {0};
    if (!TEST(t, "small values are sealed each with its own nonce")) return;
    for (size_t n = 0; n < 40; n++) {
        struct str v = str_make("0123456789012345678901234567890123456789", n);
        buf_clear(&k->sealed), buf_clear(&k->plain), buf_clear(&k->back);
        CHECK_I64(t, seal_bytes(&k->s, v, STR("x"), &k->sealed, &e), RC_OK);
        CHECK_I64(t, seal_bytes(&k->s, v, STR("x"), &k->plain, &e), RC_OK);
        CHECK_I64(t, k->sealed.n, n + SEAL_VALUE_EXTRA);
        CHECK(t, !str_eq(buf_str(&k->sealed), buf_str(&k->plain)));
        CHECK_I64(t, unseal_bytes(&k->s, buf_str(&k->sealed), STR("x"), &k->back, &e), RC_OK);
        CHECK_STR(t, buf_str(&k->back), v);
        CHECK(t, unseal_bytes(&k->s, buf_str(&k->sealed), STR("y"), &k->back, &e) == RC_ENV);
        for (size_t i = 0; i < k->sealed.n; i++) {
            CHECK(t, unseal_bytes(&k->s, str_make(k->sealed.p, i), STR("x"), &k->back, &e) == RC_ENV);
            k->sealed.p[i] = (char)(k->sealed.p[i] ^ 1);
            CHECK(t, unseal_bytes(&k->s, buf_str(&k->sealed), STR("x"), &k->back, &e) == RC_ENV);
            k->sealed.p[i] = (char)(k->sealed.p[i] ^ 1);
        }
        CHECK_STR(t, buf_str(&k->back), v);
    }
}

/* The cipher is there or the error says what to do; both are right, depending on the library installed. */
static void test_sm4(struct test *t, struct kit *k)
{
    struct err e = {.lang = LANG_EN};
    if (!TEST(t, "SM4-GCM works or is refused clearly")) return;
    enum rc have = seal_cipher_check(CHUNK_SM4_GCM, &e);
    CHECK(t, have == RC_OK || str_find(str_from(e.msg), STR("no SM4-GCM"), 0) != SIZE_MAX);
    CHECK_I64(t, seal_cipher_check(CHUNK_AES_256_GCM, &e), RC_OK);
    k->keys.keys[1].cipher = CHUNK_SM4_GCM;
    k->keys.current = 7;
    buf_clear(&k->sealed), buf_clear(&k->back);
    CHECK_I64(t, seal_bytes(&k->s, STR("abc"), STR(""), &k->sealed, &e), have);
    if (!have) CHECK_I64(t, unseal_bytes(&k->s, buf_str(&k->sealed), STR(""), &k->back, &e), RC_OK);
}

static bool no_bytes(void *ctx, uint8_t *p, size_t n)
{
    (void)ctx, (void)p, (void)n;
    return false;
}

static void test_failures(struct test *t, struct kit *k)
{
    if (!TEST(t, "failing memory and failing randomness are reported")) return;
    struct sealer s;
    struct buf small, none;
    sealer_init(&s, &k->keys, (struct nonces){no_bytes, NULL});
    buf_init(&small, 20);
    buf_init(&none, MIB(1));
    CHECK_I64(t, seal_bytes(&s, STR("abc"), STR(""), &none, NULL), RC_ENV);
    CHECK_I64(t, none.n, 0);
    CHECK_I64(t, seal_bytes(&k->s, STR("abc"), STR(""), &small, NULL), RC_NOMEM);
    sealer_fini(&s);
    buf_fini(&small);
    buf_fini(&none);
}

void seal_test(struct test *t)
{
    struct kit k;
    kit_new(t, &k);
    test_chunk(t, &k);
    test_keys_of_chunk(t, &k);
    test_values(t, &k);
    test_failures(t, &k);
    test_sm4(t, &k);
    kit_free(&k);
}
