/* GB 18030 to UTF-8: one-, two- and four-byte characters, by tables filled from the C library's converter. */
#ifndef INGEST_GB18030_H
#define INGEST_GB18030_H
#include "base/buf.h"

enum {
    GB_TWO = 126 * 191,  /* lead 81..FE, trail 40..FE */
    GB_FOUR = 39420,     /* four-byte characters of the basic plane, 81308130..8431A439 */
    TEXT_BAD_BYTE = 0xFF /* what a malformed sequence becomes in the UTF-8: itself malformed, so never lost */
};

struct gb18030 {
    uint32_t two[GB_TWO];   /* 0 = not a character */
    uint16_t four[GB_FOUR]; /* 0 = not a character */
};

/* A table of its own, freed with mem_free. RC_ENV when the system has no converter for GB18030. */
enum rc gb18030_new(struct gb18030 **out, struct err *e) MUST_USE;
/* Decode one character at s.p[*i], *i < s.n; moves *i on. Malformed or cut: UINT32_MAX, moved on one byte, so that an
 * ASCII byte after a lone lead byte (a comma, a line end) keeps its meaning. */
uint32_t gb18030_next(const struct gb18030 *g, struct str s, size_t *i);
/* UTF-8 of s into out (room for 2 * s.n bytes); malformed bytes become TEXT_BAD_BYTE, the offset of the first in s to
 * *first_bad (else SIZE_MAX). Returns the length. */
size_t gb18030_to_utf8(const struct gb18030 *g, struct str s, char *out, size_t *first_bad);
#endif
