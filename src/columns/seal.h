/* Authenticated encryption of chunks and small values, through libcrypto. A sealer belongs to one thread.
 *
 * Nonces are 96 random bits, so one key should seal at most 2^32 values (chance of a repeat below 2^-32):
 * rotate before. The context says where the value belongs (e.g. "delivery 12/column 3/chunk 0"): it is
 * authenticated, not stored, so a value moved elsewhere does not open. */
#ifndef COLUMNS_SEAL_H
#define COLUMNS_SEAL_H
#include "base/buf.h"
#include "base/clock.h"
#include "columns/keyring.h"

enum {
    SEAL_TAG_BYTES = 16,
    SEAL_NONCE_BYTES = 12,
    SEAL_VALUE_HEAD = 18,                                  /* version, cipher, key id, nonce */
    SEAL_VALUE_EXTRA = SEAL_VALUE_HEAD + SEAL_TAG_BYTES,   /* a sealed value is this much longer */
    SEAL_NONCE_POOL = 252,                                 /* random bytes fetched at a time: 21 nonces */
};

/* Where random bytes come from: n <= 256 of them into p, false on failure. */
struct nonces {
    bool (*fill)(void *ctx, uint8_t *p, size_t n);
    void *ctx;
};
struct nonces nonces_system(void);
/* For tests only: replayable, hence not secret-safe. */
struct nonces nonces_fixed(struct rng *r);

struct evp_cipher_ctx_st;
struct sealer_slot {
    struct evp_cipher_ctx_st *ctx;
    uint32_t key_id; /* whose schedule ctx holds; 0 none */
};
struct sealer {
    const struct keyring *keys;
    struct nonces nonces;
    struct sealer_slot seal, unseal;
    uint8_t pool[SEAL_NONCE_POOL];
    size_t pool_left;
};

/* For the program's beginning, before anything of libcrypto is used: its own algorithms are all that is asked for, so
 * neither a configuration nor its older tables of names are read, nor is it taken apart at the end. What fails here
 * is told by the first sealing. */
void seal_begin(void);

/* Borrows keys. Never fails by itself: contexts are made when first used. */
void sealer_init(struct sealer *s, const struct keyring *keys, struct nonces nonces);
void sealer_fini(struct sealer *s);
/* RC_ENV with the mend when the installed libcrypto does not have the cipher (SM4-GCM needs a newer one than
 * Debian 12's). */
enum rc seal_cipher_check(enum chunk_cipher cipher, struct err *e) MUST_USE;

/* Seal with the current key the one unsealed chunk that begins at b->p + at and ends at the end of b; b grows by
 * SEAL_TAG_BYTES. On error b must be thrown away. */
enum rc chunk_seal(struct sealer *s, struct buf *b, size_t at, struct str context, struct err *e) MUST_USE;
/* Append to out the unsealed chunk; its bytes are authenticated, so chunk_open may use CHUNK_MINIMAL. An
 * unsealed chunk is refused (RC_USAGE). RC_ENV: unknown key, wrong key, wrong context or damage; out is then
 * as it was. */
enum rc chunk_unseal(struct sealer *s, struct str sealed, struct str context, struct buf *out, struct err *e) MUST_USE;

/* The same for a value of at most CHUNK_TEXT_MAX bytes; appends value.n + SEAL_VALUE_EXTRA bytes. */
enum rc seal_bytes(struct sealer *s, struct str value, struct str context, struct buf *out, struct err *e) MUST_USE;
/* The key a value was sealed with; 0 when it is too short to be one. Not authenticated before it has been unsealed. */
uint32_t sealed_key_id(struct str sealed);
enum rc unseal_bytes(struct sealer *s, struct str sealed, struct str context, struct buf *out, struct err *e) MUST_USE;
#endif
