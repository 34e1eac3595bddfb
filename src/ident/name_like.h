/* How alike two names are that are not written the same: variants and traditional characters, full width, dots of
 * minority names, characters that a computer could not write, sounds, near sounds, one slip of a character. */
#ifndef IDENT_NAME_LIKE_H
#define IDENT_NAME_LIKE_H
#include "base/limits.h"
#include "base/str.h"

enum name_like {
    LIKE_MISSING, /* at least one is no name */
    LIKE_SAME,    /* the same normal form (ident/person_name.h) */
    LIKE_VARIANT, /* the same but for traditional, variant or full-width characters, dots */
    LIKE_SOUND,   /* every character is the same or sounds the same without tones */
    LIKE_NEAR,    /* … or nearly the same; a character nobody could write; a rare one written in letters */
    LIKE_PART,    /* of a name with dots: the first part alone */
    LIKE_SLIP,    /* one character other, missing or too many, two exchanged; surname and another character stay */
    LIKE_SURNAME, /* the surname alone */
    LIKE_OTHER,
    LIKE__MAX
};

enum { NAME_TOKENS_MAX = 32 };

/* A name taken apart: one token a Chinese character or a run of letters; dots and blanks are none. */
struct name_form {
    uint32_t fold[NAME_TOKENS_MAX];
    uint16_t sound[NAME_TOKENS_MAX], near[NAME_TOKENS_MAX]; /* 0: not known */
    uint8_t n, surname;                                     /* tokens; those of the surname */
    uint8_t first_part;                                     /* tokens before the first dot; n when there is none */
    uint32_t wild;                                          /* a bit for each token that nobody could write */
    uint32_t text_hash, sound_hash, near_hash; /* 0: no name. near_hash: equal for LIKE_NEAR without wild */
};
/* False (and an empty form) when it is no usable name. */
bool name_form_make(struct str text, struct name_form *out);
enum name_like name_compare(const struct name_form *a, const struct name_form *b);
/* Of LIKE_SLIP: one token stands for another; none is missing, too many or exchanged. */
bool name_one_replaced(const struct name_form *a, const struct name_form *b);
/* The name as shown to people who may not see it: surname and stars. Returns out, NUL-terminated, cut to cap. */
char *name_mask(struct str text, char *out, size_t cap);
#endif
