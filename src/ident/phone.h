/* Mobile telephone numbers of the mainland: 11 digits, 1 then 3-9. Blanks, hyphens, brackets and the prefixes
 * +86, 0086 and 86 are taken off. Land lines are not read (ID_CLASS or ID_LENGTH). */
#ifndef IDENT_PHONE_H
#define IDENT_PHONE_H
#include "ident/citizen_id.h"

struct phone {
    int64_t number; /* 13000000000 … 19999999999 */
    uint8_t normalised;
};
enum id_verdict phone_parse(struct str text, struct phone *out);
enum { PHONE_TEXT_MAX = 12 };
/* For display: 138****1234, with NUL. Returns out. */
char *phone_mask(int64_t number, char out[PHONE_TEXT_MAX]);
#endif
