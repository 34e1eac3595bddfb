/* A value as the lists print it, read back: "8,500 元/人" is 8500 yuan/person to the policy language, 不设 is none. */
#ifndef APP_PARAM_WORDS_H
#define APP_PARAM_WORDS_H
#include "base/arena.h"
#include "rules/policy.h"

/* Text in the arena, or `text` itself when nothing in it is a printed form: what is wrong with it the compiler says.
 * RC_NOMEM only. */
enum rc param_words(const struct policy *p, struct str text, struct arena *a, struct str *out, struct err *e) MUST_USE;
#endif
