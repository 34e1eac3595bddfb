/* Shared by the files that read a header. */
#ifndef MATCH_PLAN_INT_H
#define MATCH_PLAN_INT_H
#include "ingest/head.h"
#include "match/plan.h"

/* plan_choice.c: where the choices' columns and fields are; RC_INPUT when there are none such. */
enum rc plan_choices_find(struct plan *pl, struct pos at, struct err *e) MUST_USE;
/* Put them into the map, whose columns and fields are free. */
enum rc plan_choices_take(struct plan *pl, struct err *e) MUST_USE;
/* Headers of IDs and names that people use without being told; empty behind the last. */
struct str plan_common_word(size_t i);
/* plan_sets.c: columns that are parts of one set (致贫返贫风险1 …), before the others are matched; pl->part. */
enum rc plan_sets_find(struct plan *pl, struct err *e) MUST_USE;
/* Put them, and several columns that were chosen for one set, into the map and the columns. */
enum rc plan_sets_take(struct plan *pl, struct err *e) MUST_USE;
bool plan_field_in_parts(const struct plan *pl, size_t field);
bool plan_choice_of_field(const struct plan *pl, size_t field);
/* plan_units.c: the unit of each column of money. RC_INPUT: it is not clear, or what is said contradicts itself. */
enum rc plan_units_take(struct plan *pl, struct pos at, struct err *e) MUST_USE;
#endif
