/* Disability certificate numbers: the citizen ID, one digit kind (1 sight, 2 hearing, 3 speech, 4 body, 5
 * intellect, 6 mind, 7 multiple), one digit grade (1 gravest … 4; 1 and 2 count as grave), and after a
 * re-issue two more characters (two digits, or B and a digit). 18 characters alone are accepted: kind and
 * grade are then unknown. */
#ifndef IDENT_DISABILITY_ID_H
#define IDENT_DISABILITY_ID_H
#include "ident/citizen_id.h"

struct disability_id {
    struct citizen_id person;
    uint8_t kind, grade; /* 0 = not in the number: unknown */
    char suffix[3];      /* "" when never re-issued */
};
/* As citizen_id_parse; ID_CLASS when kind or grade is not one of the above. The short citizen form has no
 * certificate number. */
enum id_verdict disability_id_parse(struct str text, const struct id_rule *rule, struct disability_id *out);
#endif
