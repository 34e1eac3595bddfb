/* UTF-8: strict (no overlong forms, surrogates or values above U+10FFFF). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H
#include "base/buf.h"

/* Decode one character at s.p[*i], *i < s.n; moves *i on. Malformed: returns UINT32_MAX and moves on one byte. */
uint32_t utf8_next(struct str s, size_t *i);
bool utf8_valid(struct str s);
/* Offset of the first malformed byte, or s.n. */
size_t utf8_first_bad(struct str s);
size_t utf8_count(struct str s);             /* characters */
size_t utf8_encode(uint32_t c, char out[4]); /* bytes written, 0 when not a character */
void utf8_add(struct buf *b, uint32_t c);
bool utf8_is_cjk(uint32_t c); /* unified ideographs with extensions, U+3007 */
/* As it is compared: full-width ASCII (U+FF01..FF5E) and U+3000 to their half-width form, utf8_ideograph; others
 * unchanged. */
uint32_t utf8_half_width(uint32_t c);
/* The ordinary character for a compatibility ideograph (U+F900..FAFF, 2F800..2FA1F) or a radical (U+2E80..2FDF). */
uint32_t utf8_ideograph(uint32_t c);
/* Columns on a terminal: wide characters 2. */
size_t utf8_width(struct str s);
/* s cut to at most n bytes at a character border. */
struct str utf8_clip(struct str s, size_t n);
#endif
