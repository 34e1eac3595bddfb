#include "columns/seal.h"
#include <openssl/evp.h>
#include <sodium/crypto_generichash_blake2b.h>
#include <sys/random.h>
#include "columns/chunk_int.h"

enum { SEAL_VALUE_VERSION = 1, HEAD_AAD = CHUNK_HEADER_BYTES - 8 }; /* the header less its checksum */

static bool fill_system(void *ctx, uint8_t *p, size_t n)
{
    (void)ctx;
    return getrandom(p, n, 0) == (ssize_t)n;
}

static bool fill_fixed(void *ctx, uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)rng_next(ctx);
    return true;
}

struct nonces nonces_system(void) { return (struct nonces){fill_system, NULL}; }
struct nonces nonces_fixed(struct rng *r) { return (struct nonces){fill_fixed, r}; }

void sealer_init(struct sealer *s, const struct keyring *keys, struct nonces nonces)
{
    *s = (struct sealer){.keys = keys, .nonces = nonces};
}

void sealer_fini(struct sealer *s)
{
    EVP_CIPHER_CTX_free(s->seal.ctx); /* wipes its key schedule */
    EVP_CIPHER_CTX_free(s->unseal.ctx);
    *s = (struct sealer){0};
}

/* ---- libcrypto ---- */

void seal_begin(void)
{
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
                                  OPENSSL_INIT_NO_ADD_ALL_DIGESTS | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
                                  OPENSSL_INIT_NO_ATEXIT,
                              NULL);
}

static enum rc crypto_failed(struct err *e)
{
    return err_set(e, RC_ENV, pos_none(),
                   "the encryption library failed; check the memory and the OpenSSL installation",
                   "加密库出错；请检查内存和 OpenSSL 的安装");
}

/* The caller frees the cipher. */
static enum rc fetch_cipher(enum chunk_cipher cipher, EVP_CIPHER **out, struct err *e)
{
    const char *name = cipher == CHUNK_SM4_GCM ? "SM4-GCM" : "AES-256-GCM";
    *out = EVP_CIPHER_fetch(NULL, name, NULL);
    if (*out) return RC_OK;
    return err_set(e, RC_ENV, pos_none(), "the installed OpenSSL has no %s; use aes-256-gcm or a newer OpenSSL",
                   "所装 OpenSSL 没有 %s；请用 aes-256-gcm 或更新的 OpenSSL", name);
}

enum rc seal_cipher_check(enum chunk_cipher cipher, struct err *e)
{
    EVP_CIPHER *c;
    TRY(fetch_cipher(cipher, &c, e));
    EVP_CIPHER_free(c);
    return RC_OK;
}

/* SM4 has 128-bit keys: a hash of the 256 stored bits. */
static void cipher_key(const struct keyring_key *key, uint8_t out[KEY_BYTES])
{
    memcpy(out, key->bytes, KEY_BYTES);
    if (key->cipher == CHUNK_SM4_GCM) crypto_generichash_blake2b(out, 16, key->bytes, KEY_BYTES, NULL, 0);
}

static enum rc set_key(struct sealer_slot *slot, const struct keyring_key *key, bool seal, struct err *e)
{
    uint8_t bytes[KEY_BYTES];
    EVP_CIPHER *cipher;
    if (slot->ctx && slot->key_id == key->id) return RC_OK;
    TRY(fetch_cipher(key->cipher, &cipher, e));
    if (!slot->ctx) slot->ctx = EVP_CIPHER_CTX_new();
    slot->key_id = 0;
    cipher_key(key, bytes);
    bool ok = slot->ctx && EVP_CipherInit_ex2(slot->ctx, cipher, bytes, NULL, seal, NULL) == 1;
    explicit_bzero(bytes, sizeof bytes);
    EVP_CIPHER_free(cipher);
    if (!ok) return crypto_failed(e);
    slot->key_id = key->id;
    return RC_OK;
}

static bool add_aad(EVP_CIPHER_CTX *ctx, struct str aad)
{
    int n;
    return aad.n == 0 || EVP_CipherUpdate(ctx, NULL, &n, (const uint8_t *)aad.p, (int)aad.n) == 1;
}

/* What is authenticated beside the text: the head before it and the caller's context. */
struct bound {
    struct str head, context;
    const uint8_t *nonce;
};

static bool start(EVP_CIPHER_CTX *ctx, const struct bound *b)
{
    return EVP_CipherInit_ex2(ctx, NULL, NULL, b->nonce, -1, NULL) == 1 && add_aad(ctx, b->head) &&
           add_aad(ctx, b->context);
}

/* n bytes in place, tag to p + n. */
static bool gcm_seal(EVP_CIPHER_CTX *ctx, const struct bound *b, uint8_t *p, size_t n)
{
    int len = 0;
    return start(ctx, b) && (n == 0 || EVP_EncryptUpdate(ctx, p, &len, p, (int)n) == 1) &&
           EVP_EncryptFinal_ex(ctx, p + n, &len) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_BYTES, p + n) == 1;
}

/* n bytes at from, followed by the tag. */
static bool gcm_unseal(EVP_CIPHER_CTX *ctx, const struct bound *b, const uint8_t *from, size_t n, uint8_t *to)
{
    int len = 0;
    uint8_t tag[SEAL_TAG_BYTES], none[SEAL_TAG_BYTES];
    memcpy(tag, from + n, sizeof tag);
    return start(ctx, b) && (n == 0 || EVP_DecryptUpdate(ctx, to, &len, from, (int)n) == 1) &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_BYTES, tag) == 1 &&
           EVP_DecryptFinal_ex(ctx, none, &len) == 1;
}

static enum rc next_nonce(struct sealer *s, uint8_t *out, struct err *e)
{
    if (s->pool_left < SEAL_NONCE_BYTES) {
        if (!s->nonces.fill(s->nonces.ctx, s->pool, sizeof s->pool))
            return err_set(e, RC_ENV, pos_none(), "the system gave no random bytes; try again", "系统未能提供随机数；请重试");
        s->pool_left = sizeof s->pool;
    }
    s->pool_left -= SEAL_NONCE_BYTES;
    memcpy(out, s->pool + s->pool_left, SEAL_NONCE_BYTES);
    return RC_OK;
}

static enum rc refused(uint32_t key_id, struct err *e)
{
    return err_set(e, RC_ENV, pos_none(),
                   "a sealed value does not open with key %u: another key file, or damaged or moved data",
                   "加密内容无法用密钥 %u 打开：密钥文件不对，或数据已损坏、被移动", key_id);
}

static enum rc key_of(struct sealer *s, uint32_t id, unsigned cipher, struct err *e)
{
    const struct keyring_key *key = keyring_find(s->keys, id);
    if (!key)
        return err_set(e, RC_ENV, pos_none(),
                       "a value was sealed with key %u, which the key file lacks; use the right key file",
                       "内容由密钥 %u 加密，但密钥文件中没有它；请使用正确的密钥文件", id);
    if (key->cipher != cipher) return refused(id, e);
    return set_key(&s->unseal, key, false, e);
}

static enum rc current_key(struct sealer *s, const struct keyring_key **key, struct err *e)
{
    *key = keyring_find(s->keys, s->keys->current);
    if (!*key) return err_set(e, RC_USAGE, pos_none(), "there is no current key; make a key file", "没有当前密钥；请生成密钥文件");
    return set_key(&s->seal, *key, true, e);
}

/* ---- chunks ---- */

enum rc chunk_seal(struct sealer *s, struct buf *b, size_t at, struct str context, struct err *e)
{
    struct chunk_info info;
    const struct keyring_key *key;
    TRY(chunk_peek(str_make(b->p + at, b->n - at), &info, e));
    if (info.cipher != CHUNK_PLAIN || info.bytes != b->n - at)
        return err_set(e, RC_USAGE, pos_none(), "not exactly one unsealed column chunk", "不是恰好一个未加密的列块");
    TRY(current_key(s, &key, e));
    if (!buf_reserve(b, SEAL_TAG_BYTES)) return err_nomem(e);
    uint8_t *p = (uint8_t *)b->p + at;
    size_t body = info.bytes - CHUNK_HEADER_BYTES;
    p[6] = (uint8_t)key->cipher;
    store32(p + 8, key->id);
    TRY(next_nonce(s, p + 12, e));
    store32(p + 28, (uint32_t)(body + SEAL_TAG_BYTES));
    struct bound bound = {str_make((char *)p, HEAD_AAD), context, p + 12};
    if (!gcm_seal(s->seal.ctx, &bound, p + CHUNK_HEADER_BYTES, body)) return crypto_failed(e);
    b->n += SEAL_TAG_BYTES;
    store64(p + HEAD_AAD, chunk_checksum((char *)p, body + SEAL_TAG_BYTES));
    return RC_OK;
}

enum rc chunk_unseal(struct sealer *s, struct str sealed, struct str context, struct buf *out, struct err *e)
{
    struct chunk_info info;
    TRY(chunk_peek(sealed, &info, e));
    if (info.cipher == CHUNK_PLAIN)
        return err_set(e, RC_USAGE, pos_none(), "a column chunk that must be sealed is not", "应当加密的列块没有加密");
    if (info.bytes != sealed.n || sealed.n < CHUNK_HEADER_BYTES + SEAL_TAG_BYTES) return refused(info.key_id, e);
    TRY(key_of(s, info.key_id, info.cipher, e));
    size_t body = sealed.n - CHUNK_HEADER_BYTES - SEAL_TAG_BYTES;
    if (!buf_reserve(out, sealed.n)) return err_nomem(e);
    uint8_t *p = (uint8_t *)out->p + out->n;
    struct bound bound = {str_make(sealed.p, HEAD_AAD), context, info.nonce};
    const uint8_t *from = (const uint8_t *)sealed.p + CHUNK_HEADER_BYTES;
    if (!gcm_unseal(s->unseal.ctx, &bound, from, body, p + CHUNK_HEADER_BYTES)) {
        explicit_bzero(p, sealed.n); /* text that was not authenticated is not shown to anyone */
        return refused(info.key_id, e);
    }
    memcpy(p, sealed.p, CHUNK_HEADER_BYTES);
    memset(p + 6, 0, 18); /* cipher, key id, nonce: as the encoder leaves them */
    store32(p + 28, (uint32_t)body);
    store64(p + HEAD_AAD, chunk_checksum((char *)p, body));
    out->n += CHUNK_HEADER_BYTES + body;
    return RC_OK;
}

/* ---- small values ---- */

enum rc seal_bytes(struct sealer *s, struct str value, struct str context, struct buf *out, struct err *e)
{
    const struct keyring_key *key;
    if (value.n > CHUNK_TEXT_MAX)
        return err_set(e, RC_USAGE, pos_none(), "a value to seal exceeds %zu bytes", "要加密的内容超过 %zu 字节", CHUNK_TEXT_MAX);
    TRY(current_key(s, &key, e));
    if (!buf_reserve(out, value.n + SEAL_VALUE_EXTRA)) return err_nomem(e);
    uint8_t *p = (uint8_t *)out->p + out->n;
    p[0] = SEAL_VALUE_VERSION;
    p[1] = (uint8_t)key->cipher;
    store32(p + 2, key->id);
    TRY(next_nonce(s, p + 6, e));
    if (value.n > 0) memcpy(p + SEAL_VALUE_HEAD, value.p, value.n);
    struct bound bound = {str_make((char *)p, SEAL_VALUE_HEAD), context, p + 6};
    if (!gcm_seal(s->seal.ctx, &bound, p + SEAL_VALUE_HEAD, value.n)) return crypto_failed(e);
    out->n += value.n + SEAL_VALUE_EXTRA;
    return RC_OK;
}

uint32_t sealed_key_id(struct str sealed)
{
    return sealed.n < SEAL_VALUE_EXTRA ? 0 : load32((const uint8_t *)sealed.p + 2);
}

enum rc unseal_bytes(struct sealer *s, struct str sealed, struct str context, struct buf *out, struct err *e)
{
    const uint8_t *p = (const uint8_t *)sealed.p;
    if (sealed.n < SEAL_VALUE_EXTRA || sealed.n > CHUNK_TEXT_MAX + SEAL_VALUE_EXTRA || p[0] != SEAL_VALUE_VERSION)
        return err_set(e, RC_ENV, pos_none(), "not a sealed value of format %d; restore the data from a backup",
                       "不是格式 %d 的加密内容；请从备份恢复数据", SEAL_VALUE_VERSION);
    TRY(key_of(s, load32(p + 2), p[1], e));
    size_t n = sealed.n - SEAL_VALUE_EXTRA;
    if (!buf_reserve(out, n + 1)) return err_nomem(e);
    struct bound bound = {str_make(sealed.p, SEAL_VALUE_HEAD), context, p + 6};
    uint8_t *to = (uint8_t *)out->p + out->n;
    if (!gcm_unseal(s->unseal.ctx, &bound, p + SEAL_VALUE_HEAD, n, to)) {
        explicit_bzero(to, n);
        return refused(load32(p + 2), e);
    }
    out->n += n;
    return RC_OK;
}
