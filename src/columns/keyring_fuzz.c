/* Key files: what parses has keys, and a current one among them. */
#include "columns/keyring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct keyring k;
    if (keyring_parse(str_make((const char *)data, size), "fuzz", &k, NULL)) return 0;
    if (k.n == 0 || k.n > KEYRING_KEYS_MAX || !keyring_find(&k, k.current)) __builtin_trap();
    keyring_wipe(&k);
    return 0;
}
