/* The key of a row in a list of errors: "12-345-bdkmtwwcfh". Delivery and line, then five letters that only this data
 * folder gives to the delivery and five to the line: a list given to another folder, and a key that somebody typed
 * over, are told. Letters alone, and no vowels: no program takes the cell for a number or a date. */
#include "base/num.h"
#include "columns/keyring.h"
#include "match/import_int.h"

enum { TAG_LETTERS = ERROR_TAG_LETTERS, TAG_BITS = 4 * TAG_LETTERS };
static const char LETTERS[] = "bcdfghjkmnpqrtvw";

uint64_t error_key_secret(const struct keyring *keys, int64_t delivery)
{
    char text[ERROR_KEY_MAX];
    int n = snprintf(text, sizeof text, "%lld", (long long)delivery);
    return keyring_hash64(keys, STR("error-list"), str_make(text, (size_t)n));
}

/* The secret has been through a keyed hash; its lines only have to differ. */
static uint64_t mixed(uint64_t x)
{
    x = (x ^ x >> 31) * UINT64_C(0x7FB5D329728EA185);
    x = (x ^ x >> 27) * UINT64_C(0x81DADEF4BC2DD44D);
    return x ^ x >> 33;
}

static void put_tag(uint64_t hash, char out[TAG_LETTERS])
{
    hash >>= 64 - TAG_BITS;
    for (unsigned i = 0; i < TAG_LETTERS; i++) out[i] = LETTERS[hash >> 4 * i & 15];
}

void error_key_begin(struct error_key *k, uint64_t secret, int64_t delivery)
{
    k->secret = secret;
    k->n = dec_format(delivery, 0, false, k->head);
    k->head[k->n++] = '-';
    put_tag(mixed(secret), k->tag);
}

char *error_key_put(const struct error_key *k, uint32_t line, struct str digits, char *to)
{
    memcpy(to, k->head, k->n);
    memcpy(to + k->n, digits.p, digits.n);
    to += k->n + digits.n;
    *to++ = '-';
    memcpy(to, k->tag, sizeof k->tag);
    put_tag(mixed(k->secret + line), to + TAG_LETTERS);
    return to + 2 * (size_t)TAG_LETTERS;
}

size_t error_key_write(uint64_t secret, int64_t delivery, uint32_t line, char out[ERROR_KEY_MAX])
{
    struct error_key k;
    char digits[32];
    error_key_begin(&k, secret, delivery);
    size_t n = dec_format(line, 0, false, digits);
    return (size_t)(error_key_put(&k, line, str_make(digits, n), out) - out);
}

enum error_key_is error_key_read(struct error_keys *k, struct str text, int64_t *delivery, uint32_t *line)
{
    struct str rest = str_trim(text), head, middle;
    char want[ERROR_KEY_MAX];
    int64_t at = 0;
    if (!rest.n) return ERROR_KEY_NONE;
    if (!str_cut(&rest, '-', &head) || !str_cut(&rest, '-', &middle) || rest.n != 2 * (size_t)TAG_LETTERS ||
        !str_to_i64(head, 1, INT64_MAX, delivery) || !str_to_i64(middle, 1, UINT32_MAX, &at))
        return ERROR_KEY_ALTERED;
    *line = (uint32_t)at;
    if (k->delivery != *delivery) {
        k->delivery = *delivery;
        k->secret = error_key_secret(k->keys, *delivery);
    }
    size_t n = error_key_write(k->secret, *delivery, *line, want);
    const char *tag = want + n - 2 * (size_t)TAG_LETTERS;
    if (memcmp(rest.p, tag, TAG_LETTERS) != 0) return ERROR_KEY_FOREIGN;
    return memcmp(rest.p + TAG_LETTERS, tag + TAG_LETTERS, TAG_LETTERS) ? ERROR_KEY_ALTERED : ERROR_KEY_OURS;
}
