/* Unified social credit codes of organisations (GB 32100-2015): 18 characters of 0-9 A-Z without I O S V Z:
 * registering authority, category, six-digit division, nine-character organisation code, check character. */
#ifndef IDENT_CREDIT_CODE_H
#define IDENT_CREDIT_CODE_H
#include "ident/citizen_id.h"

struct credit_code {
    char text[19];    /* normalised, NUL-terminated */
    int32_t division; /* of the registering authority */
    uint8_t normalised;
};
/* ID_OK, ID_EMPTY, ID_CHARACTER, ID_LENGTH or ID_CHECK; out->text is set for ID_OK and ID_CHECK. */
enum id_verdict credit_code_parse(struct str text, struct credit_code *out);
#endif
