/* Values of code columns that are in no code list, with how often they come: what to add to the lists, or to ask the
 * sender about. */
#ifndef MATCH_UNKNOWN_H
#define MATCH_UNKNOWN_H
#include "match/run.h"

enum { UNKNOWN_VALUES_MAX = 2000 };

struct unknown_values {
    struct intern text;                /* "column\tvalue" */
    int64_t count[UNKNOWN_VALUES_MAX]; /* of each */
    int64_t more;                      /* cells beyond UNKNOWN_VALUES_MAX different values */
};
void unknown_init(struct unknown_values *u, struct arena *a);
void unknown_fini(struct unknown_values *u);
/* Note those of a parsed run, of refused rows and of kept ones. */
enum rc unknown_note(struct unknown_values *u, const struct run *r, struct err *e) MUST_USE;
/* "文化程度: 中技 3, 博士 1; 民族: …", the most frequent first. Values that look like numbers of people are not shown.
 */
void unknown_tell(const struct unknown_values *u, const struct plan *pl, enum lang lang, struct buf *out);
/* [{"column":9,"header":"文化程度","values":[{"value":"中技","count":3},…]},…] */
void unknown_json(const struct unknown_values *u, const struct plan *pl, struct buf *out);
#endif
