/* A kept screen as it is stored: one row a finding, in order of household, rule, person. */
#ifndef SCREEN_KEPT_H
#define SCREEN_KEPT_H
#include "screen/screen.h"

enum kept_column { KEPT_HOUSEHOLD, KEPT_PERSON, KEPT_RULE, KEPT_VERDICT, KEPT_STATE, KEPT__MAX };

struct kept_screen {
    uint32_t n;
    int64_t *col[KEPT__MAX];
    struct str *rules; /* names; KEPT_RULE counts in them */
    uint32_t n_rules;
};

/* The column's name in the store. */
const char *kept_column_name(enum kept_column c);
/* Everything of it in the arena. RC_ENV when it is damaged. */
enum rc kept_screen_read(struct store *s, struct arena *a, int64_t screen, struct kept_screen *out,
                         struct err *e) MUST_USE;
/* Row i; its rule counts in k->rules. */
struct finding kept_finding(const struct kept_screen *k, uint32_t i);
#endif
