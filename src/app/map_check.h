/* --map with several files: each choice counts for the files and datasets that have its column and its field, and one
 * that fits none is told before anything is taken in. */
#ifndef APP_MAP_CHECK_H
#define APP_MAP_CHECK_H
#include "app/session.h"
#include "match/plan.h"

struct map_check {
    struct session *s;
    struct column_choice choice[ARGS_LIST_MAX];
    size_t n; /* 0: none were given, and nothing has to be looked at */
    bool fits[ARGS_LIST_MAX];
};

/* RC_USAGE: a choice speaks of a column by its number. */
enum rc map_check_begin(struct map_check *c, struct session *s, const struct args *a, struct err *e) MUST_USE;
/* Look at a file; fd -1: `name`, else borrowed. dataset: several with "+". What is wrong with the file is told when it
 * is taken in. */
enum rc map_check_file(struct map_check *c, const char *name, int fd, struct str dataset, struct str sheets,
                       struct err *e) MUST_USE;
/* RC_INPUT: a choice that fits no file. */
enum rc map_check_end(const struct map_check *c, struct err *e) MUST_USE;
#endif
