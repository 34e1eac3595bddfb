#include "columns/keyring.h"
#include <stdio.h>
#include <sys/stat.h>
#include "base/io.h"
#include "base/test.h"

void keyring_test(struct test *t);

#define HEX64 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEAD "fangpin-keys 1\nhash " HEX64 "\n"
#define KEY1 "key 1 aes-256-gcm " HEX64 "\n"

static void test_file(struct test *t)
{
    char path[512];
    struct keyring a, b;
    struct stat st;
    struct err e = {0};
    if (!TEST(t, "creates, loads and rotates a key file")) return;
    snprintf(path, sizeof path, "%s/k.key", t->tmp_dir);
    CHECK_I64(t, keyring_load(path, &a, &e), RC_ENV);
    CHECK_I64(t, keyring_create(path, CHUNK_AES_256_GCM, &e), RC_OK);
    CHECK_I64(t, keyring_create(path, CHUNK_AES_256_GCM, &e), RC_CONFLICT);
    CHECK(t, stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK_I64(t, keyring_load(path, &a, &e), RC_OK);
    CHECK(t, a.n == 1 && a.current == 1 && a.keys[0].id == 1 && memcmp(a.keys[0].bytes, a.hash_key, KEY_BYTES) != 0);
    for (uint32_t i = 2; i <= KEYRING_KEYS_MAX; i++) CHECK_I64(t, keyring_rotate(path, CHUNK_AES_256_GCM, &e), RC_OK);
    CHECK_I64(t, keyring_rotate(path, CHUNK_AES_256_GCM, &e), RC_INPUT);
    CHECK_I64(t, keyring_load(path, &b, &e), RC_OK);
    CHECK(t, b.n == KEYRING_KEYS_MAX && b.current == KEYRING_KEYS_MAX);
    CHECK(t, memcmp(&a.keys[0], &b.keys[0], sizeof a.keys[0]) == 0 && memcmp(a.hash_key, b.hash_key, KEY_BYTES) == 0);
    CHECK(t, memcmp(b.keys[0].bytes, b.keys[1].bytes, KEY_BYTES) != 0);
    CHECK(t, keyring_find(&b, 3) == &b.keys[2] && keyring_find(&b, 99) == NULL);
    CHECK(t, chmod(path, 0640) == 0);
    CHECK_I64(t, keyring_load(path, &b, &e), RC_ENV);
    CHECK_I64(t, keyring_create(t->tmp_dir, CHUNK_AES_256_GCM, &e), RC_CONFLICT);
    keyring_wipe(&a);
    CHECK(t, a.n == 0 && a.keys[0].bytes[0] == 0);
}

static void test_parse(struct test *t)
{
    static const char *const BAD[] = {
        "", "\n", HEAD, HEAD KEY1, HEAD KEY1 "current 1", HEAD KEY1 "current 2\n", HEAD KEY1 "current 1\n\n",
        HEAD KEY1 "current 1\ncurrent 1\n", HEAD KEY1 KEY1 "current 1\n", HEAD "current 1\n" KEY1,
        "x" HEAD KEY1 "current 1\n",
        HEAD KEY1 "current 01\n", HEAD KEY1 "current 1 \n", HEAD HEAD KEY1 "current 1\n",
        HEAD "hash " HEX64 "\n" KEY1 "current 1\n",
        "fangpin-keys 2\nhash " HEX64 "\n" KEY1 "current 1\n", HEAD "key 1 aes-128 " HEX64 "\ncurrent 1\n",
        HEAD "key 1 aes-256-gcm " HEX64 "0\ncurrent 1\n", HEAD "key 1 aes-256-gcm 00\ncurrent 1\n",
        HEAD "key 0 aes-256-gcm " HEX64 "\ncurrent 0\n", HEAD "key 1 aes-256-gcm  " HEX64 "\ncurrent 1\n",
        HEAD KEY1 "current 1\r\n",
    };
    struct keyring k;
    struct err e = {0};
    if (!TEST(t, "parses key files strictly")) return;
    CHECK_I64(t, keyring_parse(str_from(HEAD KEY1 "current 1\n"), "k", &k, &e), RC_OK);
    CHECK_I64(t, k.keys[0].bytes[31], 0x1f);
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        CHECK_I64(t, keyring_parse(str_from(BAD[i]), "k", &k, &e), RC_ENV);
        CHECK(t, k.n == 0 && str_find(str_from(e.msg), STR("0001"), 0) == SIZE_MAX);
    }
}

static void test_hash(struct test *t)
{
    struct keyring k, other;
    uint8_t a[KEYRING_HASH_BYTES], b[KEYRING_HASH_BYTES];
    if (!TEST(t, "keyed hashes depend on key, label and value")) return;
    CHECK_I64(t, keyring_parse(str_from(HEAD KEY1 "current 1\n"), "k", &k, NULL), RC_OK);
    other = k;
    other.hash_key[0] ^= 1;
    keyring_hash128(&k, STR("id"), STR("110101"), a);
    keyring_hash128(&k, STR("id"), STR("110101"), b);
    CHECK(t, memcmp(a, b, sizeof a) == 0);
    uint64_t h = keyring_hash64(&k, STR("id"), STR("110101"));
    CHECK(t, (h & 0xFF) == a[0] && h >> 56 == a[7]);
    CHECK(t, h != keyring_hash64(&k, STR("id-last6"), STR("110101")));
    CHECK(t, h != keyring_hash64(&k, STR("id"), STR("110102")));
    CHECK(t, h != keyring_hash64(&other, STR("id"), STR("110101")));
    CHECK(t, keyring_hash64(&k, STR("id"), STR("")) != keyring_hash64(&other, STR("id"), STR("")));
}

void keyring_test(struct test *t)
{
    test_file(t);
    test_parse(t);
    test_hash(t);
}
