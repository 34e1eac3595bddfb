#include "ident/credit_code.h"
#include "ident/ident_int.h"

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

enum { CREDIT_BASE = 31, CREDIT_LEN = 18 };
_Static_assert(sizeof alphabet - 1 == CREDIT_BASE, "GB 32100 table 1 has 31 characters");

static unsigned char_value(char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (unsigned)(at - alphabet) : CREDIT_BASE;
}

static bool read_division(const char *p, int32_t *out)
{
    *out = 0;
    for (size_t i = 2; i < 8; i++) {
        if (p[i] < '0' || p[i] > '9') return false;
        *out = *out * 10 + (p[i] - '0');
    }
    return true;
}

enum id_verdict credit_code_parse(struct str text, struct credit_code *out)
{
    *out = (struct credit_code){0};
    struct id_clean c;
    id_clean(text, "-", &c);
    out->normalised = (uint8_t)c.normalised;
    if (c.foreign) return ID_CHARACTER;
    if (!c.n) return ID_EMPTY;
    if (c.n != CREDIT_LEN) return ID_LENGTH;
    unsigned sum = 0, weight = 1, value = 0;
    for (size_t i = 0; i < CREDIT_LEN; i++, weight = weight * 3 % CREDIT_BASE) {
        value = char_value(c.p[i]);
        if (value == CREDIT_BASE) return ID_CHARACTER;
        if (i + 1 < CREDIT_LEN) sum += value * weight;
    }
    if (!read_division(c.p, &out->division)) return ID_CHARACTER;
    memcpy(out->text, c.p, CREDIT_LEN);
    return value == (CREDIT_BASE - sum % CREDIT_BASE) % CREDIT_BASE ? ID_OK : ID_CHECK;
}
