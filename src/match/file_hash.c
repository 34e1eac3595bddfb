#include <openssl/evp.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include "base/mem.h"
#include "match/import_int.h"

enum { TAG_BYTES = 16, IV_BYTES = 12 }; /* of GCM */

struct file_hash {
    union {
        EVP_MD_CTX *md;
        EVP_CIPHER_CTX *mac;
    } * block; /* NULL: no bytes of it yet */
    size_t n;
    uint64_t bytes;
    bool keyed;
    uint8_t key[FILE_HASH_KEY_BYTES];
    atomic_bool failed;
};

enum rc file_hash_new(struct file_hash **out, int fd, size_t block_bytes, const uint8_t *key, struct err *e)
{
    struct stat st;
    struct file_hash *h = *out = mem_zalloc_array(1, sizeof *h);
    if (!h) return err_nomem(e);
    h->bytes = fstat(fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
    h->n = (size_t)(h->bytes / block_bytes) + 1;
    h->keyed = key != NULL;
    if (key) memcpy(h->key, key, sizeof h->key);
    h->block = mem_zalloc_array(h->n, sizeof *h->block);
    return h->block ? RC_OK : err_nomem(e);
}

void file_hash_free(struct file_hash *h)
{
    if (!h) return;
    for (size_t i = 0; h->block && i < h->n; i++) {
        if (h->keyed) EVP_CIPHER_CTX_free(h->block[i].mac);
        else EVP_MD_CTX_free(h->block[i].md);
    }
    mem_free(h->block);
    OPENSSL_cleanse(h->key, sizeof h->key);
    mem_free(h);
}

/* The number of the block is its nonce: equal blocks of a file have different tags. */
static bool mac_begin(struct file_hash *h, size_t block)
{
    uint8_t iv[IV_BYTES] = {0};
    for (unsigned i = 0; i < 8; i++) iv[i] = (uint8_t)(block >> 8 * i);
    EVP_CIPHER_CTX *c = h->block[block].mac = EVP_CIPHER_CTX_new();
    return c && EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, h->key, iv) == 1;
}

static bool mac_bytes(struct file_hash *h, size_t block, struct str piece)
{
    int n;
    if (!h->block[block].mac && !mac_begin(h, block)) return false;
    return EVP_EncryptUpdate(h->block[block].mac, NULL, &n, (const uint8_t *)piece.p, (int)piece.n) == 1;
}

static bool mac_end(EVP_CIPHER_CTX *c, uint8_t *out, unsigned *n)
{
    int none;
    *n = TAG_BYTES;
    return EVP_EncryptFinal_ex(c, out, &none) == 1 && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, out) == 1;
}

static bool md_bytes(struct file_hash *h, size_t block, struct str piece)
{
    EVP_MD_CTX **c = &h->block[block].md;
    if (!*c && (!(*c = EVP_MD_CTX_new()) || EVP_DigestInit_ex(*c, EVP_sha256(), NULL) != 1)) return false;
    return EVP_DigestUpdate(*c, piece.p, piece.n) == 1;
}

void file_hash_bytes(void *ctx, size_t block, struct str piece)
{
    struct file_hash *h = ctx;
    if (h->failed) return;
    if (block >= h->n || !(h->keyed ? mac_bytes(h, block, piece) : md_bytes(h, block, piece))) h->failed = true;
}

static bool block_end(struct file_hash *h, size_t block, uint8_t *out, unsigned *n)
{
    if (!h->block[block].md) return *n = 0, true;
    return h->keyed ? mac_end(h->block[block].mac, out, n) : EVP_DigestFinal_ex(h->block[block].md, out, n) == 1;
}

/* Keyed, the key is under the sum too: who sees sums learns nothing of tags. */
static bool join(struct file_hash *h, EVP_MD_CTX *all, uint8_t *out)
{
    unsigned n = 0;
    uint8_t part[EVP_MAX_MD_SIZE], size[8];
    for (unsigned i = 0; i < 8; i++) size[i] = (uint8_t)(h->bytes >> 8 * i);
    if (EVP_DigestInit_ex(all, EVP_sha256(), NULL) != 1 || EVP_DigestUpdate(all, size, 8) != 1) return false;
    if (h->keyed && EVP_DigestUpdate(all, h->key, sizeof h->key) != 1) return false;
    for (size_t i = 0; i < h->n; i++) {
        if (!block_end(h, i, part, &n) || EVP_DigestUpdate(all, part, n) != 1) return false;
    }
    return EVP_DigestFinal_ex(all, out, &n) == 1 && n == DELIVERY_HASH_BYTES;
}

enum rc file_hash_end(struct file_hash *h, uint8_t out[DELIVERY_HASH_BYTES], int64_t *bytes, struct err *e)
{
    EVP_MD_CTX *all = h->failed ? NULL : EVP_MD_CTX_new();
    uint8_t digest[EVP_MAX_MD_SIZE];
    bool ok = all && join(h, all, digest);
    EVP_MD_CTX_free(all);
    if (!ok) return err_nomem(e);
    memcpy(out, digest, DELIVERY_HASH_BYTES);
    *bytes = (int64_t)h->bytes;
    return RC_OK;
}
