/* What speaks for and against a candidate, in words. */
#ifndef APP_MATCH_SAY_H
#define APP_MATCH_SAY_H
#include "app/say.h"
#include "app/session.h"
#include "match/judge_run.h"

/* "999.6" of 999,600 millionths; never 1000: a judgement is not certain. "~999" by weights that were not learnt here.
 */
const char *match_per_mille(int32_t ppm, bool learnt, char out[16]);
/* By which weights it was judged. */
void match_say_weights(const struct judging *j, struct out *out);
/* The prior and each comparison of a candidate of a row with the bits it brings, and their sum so far. number NULL, or
 * in words what the comparison of the numbers comes out as. */
enum rc match_say_waterfall(struct session *s, const struct judging *j, const struct judge_row *r,
                            const struct judge_candidate *c, const char *number, struct err *e) MUST_USE;
#endif
