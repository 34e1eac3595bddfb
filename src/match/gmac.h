/* GMAC (NIST SP 800-38D, AES-128, nonces of 96 bits) of large data: two to four times as fast as by the libcrypto of
 * Debian 12 where the processor multiplies without carry 512 bits at a time, else by that. The cipher is libcrypto's
 * in both. For recognising files only; what is sealed is sealed by libcrypto (columns/seal.h). */
#ifndef MATCH_GMAC_H
#define MATCH_GMAC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GMAC_BLOCK = 16, GMAC_NONCE = 12, GMAC_POWERS = 16 };

struct evp_cipher_ctx_st;

/* For any number of threads; to be wiped. */
struct gmac_key {
    uint8_t power[GMAC_POWERS][GMAC_BLOCK]; /* of the hash key, the highest first */
    uint8_t key[GMAC_BLOCK];
    bool fast;
};

/* One tag that is being made. */
struct gmac {
    uint8_t sum[GMAC_BLOCK];  /* bytes turned round */
    uint8_t part[GMAC_BLOCK]; /* the last bytes, not yet a block */
    uint8_t nonce[GMAC_NONCE];
    uint64_t bytes;
    struct evp_cipher_ctx_st *slow; /* NULL: fast */
};

/* Whether this processor can do it fast. */
bool gmac_fast(void);
/* All of these: false when libcrypto fails. */
bool gmac_key_init(struct gmac_key *k, const uint8_t key[GMAC_BLOCK], bool fast);
bool gmac_begin(const struct gmac_key *k, struct gmac *m, const uint8_t nonce[GMAC_NONCE]);
bool gmac_add(const struct gmac_key *k, struct gmac *m, const void *bytes, size_t n);
bool gmac_end(const struct gmac_key *k, struct gmac *m, uint8_t out[GMAC_BLOCK]);
void gmac_fini(struct gmac *m);

/* ---- gmac_kernels.c, only where gmac_fast() */
void gmac_powers(struct gmac_key *k, const uint8_t h[GMAC_BLOCK]);
void gmac_blocks(const struct gmac_key *k, uint8_t sum[GMAC_BLOCK], const uint8_t *p, size_t blocks);
#endif
