#include <openssl/evp.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include "base/mem.h"
#include "match/import_int.h"

struct file_hash {
    EVP_MD_CTX **ctx; /* of each block */
    size_t n;
    uint64_t bytes;
    atomic_bool failed;
};

enum rc file_hash_new(struct file_hash **out, int fd, size_t block_bytes, struct err *e)
{
    struct stat st;
    struct file_hash *h = *out = mem_zalloc_array(1, sizeof *h);
    if (!h) return err_nomem(e);
    h->bytes = fstat(fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
    h->n = (size_t)(h->bytes / block_bytes) + 1;
    h->ctx = mem_zalloc_array(h->n, sizeof(EVP_MD_CTX *));
    return h->ctx ? RC_OK : err_nomem(e);
}

void file_hash_free(struct file_hash *h)
{
    if (!h) return;
    for (size_t i = 0; h->ctx && i < h->n; i++) EVP_MD_CTX_free(h->ctx[i]);
    mem_free(h->ctx);
    mem_free(h);
}

void file_hash_bytes(void *ctx, size_t block, struct str piece)
{
    struct file_hash *h = ctx;
    if (block >= h->n) {
        h->failed = true;
        return;
    }
    if (!h->ctx[block]) {
        h->ctx[block] = EVP_MD_CTX_new();
        if (!h->ctx[block] || EVP_DigestInit_ex(h->ctx[block], EVP_sha256(), NULL) != 1) h->failed = true;
    }
    if (!h->failed && EVP_DigestUpdate(h->ctx[block], piece.p, piece.n) != 1) h->failed = true;
}

static bool join(struct file_hash *h, EVP_MD_CTX *all, uint8_t *out)
{
    unsigned n = 0;
    uint8_t part[EVP_MAX_MD_SIZE], size[8];
    for (unsigned i = 0; i < 8; i++) size[i] = (uint8_t)(h->bytes >> 8 * i);
    if (EVP_DigestInit_ex(all, EVP_sha256(), NULL) != 1 || EVP_DigestUpdate(all, size, 8) != 1) return false;
    for (size_t i = 0; i < h->n; i++) {
        if (!h->ctx[i]) continue;
        if (EVP_DigestFinal_ex(h->ctx[i], part, &n) != 1 || EVP_DigestUpdate(all, part, n) != 1) return false;
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
