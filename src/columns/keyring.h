/* Keys of a data folder, kept outside it in a text file of mode 0600:
 *   fangpin-keys 1
 *   hash <64 hex digits>                    for keyed hashes; never rotated, or nothing would be found again
 *   key <id> <aes-256-gcm|sm4-gcm> <64 hex digits>     one to KEYRING_KEYS_MAX lines, ids ascending from 1
 *   current <id>                            seals what is new; the others still unseal what is old
 * A lost key file is lost data. */
#ifndef COLUMNS_KEYRING_H
#define COLUMNS_KEYRING_H
#include "base/str.h"
#include "columns/chunk.h"

enum { KEYRING_KEYS_MAX = 16, KEY_BYTES = 32, KEYRING_HASH_BYTES = 16, KEYRING_LABEL_MAX = 16,
KEYRING_FILE_MAX = 4096 };

struct keyring_key {
    uint32_t id;
    enum chunk_cipher cipher;
    uint8_t bytes[KEY_BYTES];
};

struct keyring {
    struct keyring_key keys[KEYRING_KEYS_MAX];
    uint32_t n, current; /* current: an id */
    uint8_t hash_key[KEY_BYTES];
};

/* RC_ENV: not readable, readable by others than its owner, or malformed (the message names the line, never its
 * content). */
enum rc keyring_load(const char *path, struct keyring *out, struct err *e) MUST_USE;
/* The same from text. */
enum rc keyring_parse(struct str text, const char *path, struct keyring *out, struct err *e) MUST_USE;
/* A new file with one random key; RC_CONFLICT when path exists. */
enum rc keyring_create(const char *path, enum chunk_cipher cipher, struct err *e) MUST_USE;
/* Add a random key and make it the current one; the old ones stay. RC_INPUT when there are KEYRING_KEYS_MAX. */
enum rc keyring_rotate(const char *path, enum chunk_cipher cipher, struct err *e) MUST_USE;
/* Overwrite all keys. */
void keyring_wipe(struct keyring *k);
/* NULL when there is none. */
const struct keyring_key *keyring_find(const struct keyring *k, uint32_t id);

/* Keyed hash (BLAKE2b) by which a secret value is found without being stored. The label (at most
 * KEYRING_LABEL_MAX bytes, e.g. "id", "id-last6") separates uses: equal values under different labels have
 * unrelated hashes. */
void keyring_hash128(const struct keyring *k, struct str label, struct str value, uint8_t out[KEYRING_HASH_BYTES]);
uint64_t keyring_hash64(const struct keyring *k, struct str label, struct str value);
#endif
