/* Names of people, compared with the tolerance that department files need. The normal form is for comparison
 * only; what is shown is what was delivered.
 *
 * Normal form: full-width ASCII to half width; compatibility ideographs and radicals to the ordinary characters; Latin
 * letters to upper case; the dots of minority and foreign names (· • ‧ ・ ･ ． . ∙ ⋅ ●) to one U+00B7, none at the
 * ends, none doubled, no blank beside one; blanks trimmed; inside a name that has a Chinese character all blanks are
 * dropped, else a run of them is one space; variation selectors dropped; a remark in brackets behind a Chinese name
 * (已故, 户主, 曾用名…) dropped. */
#ifndef IDENT_PERSON_NAME_H
#define IDENT_PERSON_NAME_H
#include "base/limits.h"
#include "base/str.h"

enum name_verdict {
    NAME_OK,
    NAME_EMPTY,     /* nothing left but blanks and dots */
    NAME_LENGTH,    /* more than NAME_MAX_CHARS characters */
    NAME_CHARACTER, /* not UTF-8, a control character, or U+FFFD left by a broken conversion */
    NAME_VERDICT__MAX
};

enum name_match { NAME_SAME, NAME_DIFFERENT, NAME_UNKNOWN /* at least one is no usable name */ };

enum { PERSON_NAME_MAX = NAME_MAX_CHARS * 4 };

struct person_name {
    size_t n;
    char p[PERSON_NAME_MAX];
};

/* out->n is 0 unless NAME_OK. */
enum name_verdict person_name_normalise(struct str text, struct person_name *out);
enum name_match person_name_match(struct str a, struct str b);
/* 64-bit hash of the normal form (stable as str_hash); false and 0 when it is no usable name. Names of 2 to 10 common
 * Chinese characters without blanks take a fast path. */
bool person_name_hash(struct str text, uint64_t *hash);
const char *name_verdict_name(enum name_verdict v);
#endif
