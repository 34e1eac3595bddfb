/* The waiting rows of stored deliveries, as they are judged. */
#ifndef MATCH_JUDGE_ROWS_H
#define MATCH_JUDGE_ROWS_H
#include "match/judge.h"
#include "match/late_int.h"

struct judge_places;
struct judge_rows {
    struct arena a;
    struct delivery_list all; /* known at K */
    struct judge_row *v;
    size_t n, cap;
    size_t unreadable; /* rows stored before headers were kept with every waiting row */
    struct plan roster;
    const struct plan_codes *relations; /* of the roster; NULL: it has none */
};
/* Rows that wait at k_us, of one delivery or (0) of all; `line` 0: every line. In order of delivery and line. Rows that
 * wait for the right days are none of ours. linked: also those that judgement has linked. places: by which names of
 * villages are understood; NULL: they are not. */
enum rc judge_rows_read(struct judge_rows *out, struct store *s, struct policy *p, int64_t k_us, int64_t delivery,
                        uint32_t line, bool linked, const struct judge_places *places, struct err *e) MUST_USE;
void judge_rows_free(struct judge_rows *r);
/* A row made of a person of the roster, to be compared with the others. */
void judge_row_of_person(const struct judge_people *x, uint32_t at, struct judge_row *out);
#endif
