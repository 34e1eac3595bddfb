/* --map COLUMN=FIELD. */
#ifndef APP_MAP_CHOICES_H
#define APP_MAP_CHOICES_H
#include "app/args.h"
#include "match/plan.h"

/* v: room for ARGS_LIST_MAX; the texts are those of the command line. */
enum rc map_choices(const struct args *a, struct column_choice *v, size_t *n, struct err *e) MUST_USE;
#endif
