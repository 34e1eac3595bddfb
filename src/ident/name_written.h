/* A name that is written otherwise than the roster's, beside the ID of the very person: in pinyin ("WANG HONG"), or
 * with characters hidden ("张**"). The ID says who it is; the name has only to speak for it. */
#ifndef IDENT_NAME_WRITTEN_H
#define IDENT_NAME_WRITTEN_H
#include "base/str.h"

enum name_written {
    NAME_PLAIN,  /* neither */
    NAME_PINYIN, /* Latin letters alone */
    NAME_MASKED  /* Chinese characters some of which are * (× ○ X 某) */
};

/* How it is written, whatever it says. */
enum name_written name_written(struct str text);
/* Does it say the roster's name? Pinyin: each syllable is a reading of its character, the surname first or last, ü as
 * v, yu or u; a blank stands between two syllables only. Masked: as many characters, and all that are to be seen are
 * the same (or variants of one). False when either is no such name. */
bool name_written_same(struct str text, struct str roster);
#endif
