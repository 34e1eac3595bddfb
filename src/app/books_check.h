/* Compiling books everywhere they can differ, as `policy check` and every loading do. */
#ifndef APP_BOOKS_CHECK_H
#define APP_BOOKS_CHECK_H
#include "app/session.h"
#include "rules/texpr.h"

/* A place and day where the books say something of their own. */
struct environment_at {
    struct place place;
    date_day day;
};

struct check_counts {
    size_t books, environments, rules, measures, examples;
};

/* Compile all rules, measures and features of the session's policy in every different environment: at every division
 * named anywhere, with and without each flag, on the first and the day after the last day of each reach. Type errors go
 * to s->diags. each, when not NULL, gets every program. */
typedef enum rc (*program_fn)(void *ctx, const struct environment_at *at, const struct compiled *c, struct err *e);
enum rc books_compile_all(struct session *s, program_fn each, void *ctx, struct check_counts *n,
                          struct err *e) MUST_USE;
#endif
