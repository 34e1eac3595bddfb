/* policy diff --db: whom two sets of books find in a data folder, rule by rule and county by county. */
#ifndef APP_DIFF_PEOPLE_H
#define APP_DIFF_PEOPLE_H
#include "app/say.h"
#include "app/session.h"

/* One rule in one county: subjects found by the old and the new books, those that come and go (and of these how many
 * only because they cannot be judged any more, or could not before), and those that cannot be judged. */
struct diff_count {
    struct str rule;
    int64_t county; /* 12 digits; 0: not known */
    uint64_t before, after, enter, leave, enter_unknown, leave_unknown, unknown_before, unknown_after;
};

struct diff_people {
    struct diff_count *v; /* rules by name, then counties; only where something comes, goes or changes */
    size_t n;
};

/* Judge with both policies as of D with what is known at K (0: today); nothing is stored. */
enum rc diff_people(struct app *app, const struct args *a, struct session *before, struct session *after,
                    struct arena *arena, struct diff_people *out, struct err *e) MUST_USE;
enum rc diff_people_say(struct app *app, struct arena *a, const struct diff_people *p, struct err *e) MUST_USE;
void diff_people_json(struct json *j, const struct diff_people *p);
#endif
