#include "match/gmac.h"
#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

/* One block under AES-128. */
static bool encrypt(const uint8_t key[GMAC_BLOCK], const uint8_t in[GMAC_BLOCK], uint8_t out[GMAC_BLOCK])
{
    int n = 0;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    bool ok = c && EVP_EncryptInit_ex(c, EVP_aes_128_ecb(), NULL, key, NULL) == 1 &&
              EVP_EncryptUpdate(c, out, &n, in, GMAC_BLOCK) == 1 && n == GMAC_BLOCK;
    EVP_CIPHER_CTX_free(c);
    return ok;
}

bool gmac_key_init(struct gmac_key *k, const uint8_t key[GMAC_BLOCK], bool fast)
{
    const uint8_t zero[GMAC_BLOCK] = {0};
    uint8_t h[GMAC_BLOCK];
    *k = (struct gmac_key){.fast = fast};
    memcpy(k->key, key, sizeof k->key);
    if (!fast) return true;
    bool ok = encrypt(key, zero, h);
    if (ok) gmac_powers(k, h);
    OPENSSL_cleanse(h, sizeof h);
    return ok;
}

bool gmac_begin(const struct gmac_key *k, struct gmac *m, const uint8_t nonce[GMAC_NONCE])
{
    *m = (struct gmac){.bytes = 0};
    memcpy(m->nonce, nonce, sizeof m->nonce);
    if (k->fast) return true;
    m->slow = EVP_CIPHER_CTX_new();
    return m->slow && EVP_EncryptInit_ex(m->slow, EVP_aes_128_gcm(), NULL, k->key, nonce) == 1;
}

static void add_fast(const struct gmac_key *k, struct gmac *m, const uint8_t *p, size_t n)
{
    size_t have = m->bytes % GMAC_BLOCK;
    m->bytes += n;
    if (have) {
        size_t take = n < GMAC_BLOCK - have ? n : GMAC_BLOCK - have;
        memcpy(m->part + have, p, take);
        if (have + take < GMAC_BLOCK) return;
        gmac_blocks(k, m->sum, m->part, 1);
        p += take;
        n -= take;
    }
    gmac_blocks(k, m->sum, p, n / GMAC_BLOCK);
    memcpy(m->part, p + n / GMAC_BLOCK * GMAC_BLOCK, n % GMAC_BLOCK);
}

bool gmac_add(const struct gmac_key *k, struct gmac *m, const void *bytes, size_t n)
{
    int done;
    if (m->slow) return n <= INT_MAX && EVP_EncryptUpdate(m->slow, NULL, &done, bytes, (int)n) == 1;
    if (n) add_fast(k, m, bytes, n);
    return true;
}

/* What is left, and the number of bits, are hashed too; the sum is hidden under the cipher's block for the nonce. */
static bool end_fast(const struct gmac_key *k, struct gmac *m, uint8_t out[GMAC_BLOCK])
{
    uint8_t bits[GMAC_BLOCK] = {0}, first[GMAC_BLOCK] = {[GMAC_BLOCK - 1] = 1};
    size_t have = m->bytes % GMAC_BLOCK;
    if (have) {
        memset(m->part + have, 0, GMAC_BLOCK - have);
        gmac_blocks(k, m->sum, m->part, 1);
    }
    for (unsigned i = 0; i < 8; i++) bits[i] = (uint8_t)(m->bytes * 8 >> (56 - 8 * i));
    gmac_blocks(k, m->sum, bits, 1);
    memcpy(first, m->nonce, GMAC_NONCE);
    if (!encrypt(k->key, first, out)) return false;
    for (unsigned i = 0; i < GMAC_BLOCK; i++) out[i] ^= m->sum[GMAC_BLOCK - 1 - i];
    return true;
}

bool gmac_end(const struct gmac_key *k, struct gmac *m, uint8_t out[GMAC_BLOCK])
{
    int none;
    if (!m->slow) return end_fast(k, m, out);
    return EVP_EncryptFinal_ex(m->slow, out, &none) == 1 &&
           EVP_CIPHER_CTX_ctrl(m->slow, EVP_CTRL_GCM_GET_TAG, GMAC_BLOCK, out) == 1;
}

void gmac_fini(struct gmac *m)
{
    EVP_CIPHER_CTX_free(m->slow);
    *m = (struct gmac){.bytes = 0};
}
