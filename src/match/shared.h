/* Files with a line for each member, in which what is said of a household is repeated (plan_shared). */
#ifndef MATCH_SHARED_H
#define MATCH_SHARED_H
#include "ident/citizen_id.h"
#include "ingest/rows.h"
#include "match/plan.h"

/* Are the rows of a person one, which several lines say: a list of members of a dataset about their household's head.
 */
bool plan_merges(const struct plan *pl);
/* With pl->gated or pl->relation: nothing is said of the dataset in this line, and what it must have is blank where
 * that means none; or the line is of who is known not to be the head. */
bool shared_is_no_row(const struct plan *pl, const struct row_batch *b, size_t row);
/* With pl->row_person: the line is of another person than the row that it speaks of. A number with a slip is told by
 * the name. */
bool shared_is_of_other(const struct plan *pl, const struct row_batch *b, size_t row, const struct id_rule *rule);
#endif
