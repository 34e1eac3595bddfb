/* Shared inside src/ident. */
#ifndef IDENT_INT_H
#define IDENT_INT_H
#include "ident/citizen_id.h"

/* ID_CLEAN_MAX: longer than any number known here, so that what is cut is wrong by its length anyway.
 * ID_TEXT_BYTES_MAX: a cell longer than this is no number, whatever is in it. */
enum { ID_CLEAN_MAX = 32, ID_TEXT_BYTES_MAX = 512 };

struct id_clean {
    char p[ID_CLEAN_MAX];
    size_t n;
    unsigned normalised;
    bool foreign; /* something else than ASCII digits and letters */
};

/* Upper-case half-width ASCII letters and digits of text, blanks and the ASCII characters in `drop` left out. */
void id_clean(struct str text, const char *drop, struct id_clean *out);
/* ID_OK, or what makes any kind of number impossible. */
enum id_verdict id_clean_verdict(const struct id_clean *c);
/* U+0009-000D, space, U+00A0, U+3000, zero-width and direction marks, BOM: what copying from other programs leaves. */
bool ident_is_blank(uint32_t c);
/* The dots of minority and foreign names; variation selectors. */
bool ident_is_dot(uint32_t c);
bool ident_is_selector(uint32_t c);

/* Judge 15 or 18 upper-case characters. */
enum id_verdict citizen_judge(const char *p, size_t n, const struct id_rule *rule, struct citizen_id *out);
/* The fast path for 18 bytes at p: true, and *out, exactly where citizen_judge says ID_OK by the loose rule; never by
 * the strict one. */
bool citizen_accept(const char *p, const struct id_rule *rule, struct citizen_id *out);
/* The first sixteen characters of a number. */
struct id_digits {
    uint64_t high, low; /* eight digits each */
    uint64_t birth;     /* century, year in it, month, day: 16 bits each */
    uint32_t sum;       /* weighed as GB 11643 has it, modulo 11 not yet taken */
};
/* False when they are not digits. Where there is SSE2 citizen_id.c has another for itself. */
bool id_digits_portable(const char *p, struct id_digits *out);
#endif
