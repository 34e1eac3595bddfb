#include "ident/phone.h"
#include "ident/ident_int.h"

static struct str without_prefix(struct str s)
{
    if (s.n == 15 && str_starts(s, STR("0086"))) return str_sub(s, 4, s.n);
    if (s.n == 13 && str_starts(s, STR("86"))) return str_sub(s, 2, s.n);
    return s;
}

enum id_verdict phone_parse(struct str text, struct phone *out)
{
    *out = (struct phone){0};
    struct id_clean c;
    id_clean(text, "+-()", &c);
    struct str s = without_prefix(str_make(c.p, c.n));
    if (s.n != c.n) c.normalised |= ID_NORM_MARKS;
    out->normalised = (uint8_t)c.normalised;
    if (c.foreign) return ID_CHARACTER;
    if (!s.n) return ID_EMPTY;
    int64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return ID_CHARACTER;
        if (i < 11) v = v * 10 + (s.p[i] - '0');
    }
    if (s.n != 11) return ID_LENGTH;
    if (v < INT64_C(13000000000) || v > INT64_C(19999999999)) return ID_CLASS;
    out->number = v;
    return ID_OK;
}

char *phone_mask(int64_t number, char out[PHONE_TEXT_MAX])
{
    char text[PHONE_TEXT_MAX] = {0};
    if (number < 0 || number > INT64_C(99999999999)) number = 0;
    for (size_t i = 11; i-- > 0; number /= 10) text[i] = (char)('0' + number % 10);
    return id_mask(str_make(text, 11), 3, 4, out, PHONE_TEXT_MAX);
}
