/* Findings of data checks as lines for those who correct them: by village, household, person and check. */
#ifndef SCREEN_WORKLIST_H
#define SCREEN_WORKLIST_H
#include "screen/screen.h"
#include "store/exception.h"

enum { WORK_ROWS_MAX = 4 << 20 };

struct work_row {
    int64_t division; /* of the household, 12 digits; 0 unknown */
    uint32_t household_no, person_no, household_row;
    struct str household, person, id; /* code; name (masked unless asked for); number, always masked */
    const struct screen_rule *rule;
    const struct decl *decl;           /* as it holds there */
    bool fresh;                        /* not in the screen compared with */
    date_day expired;                  /* an exception ended on that day; 0: none */
    const struct check_answer *answer; /* the last one to it, or NULL */
};

struct worklist {
    struct arena arena;
    struct work_row *v;
    size_t n, cap;
    struct check_answer *answers;
    size_t n_answers;
};

struct work_options {
    int64_t division; /* only below it; 0: all */
    bool names;       /* whole names */
};

/* What is true now and not excepted, of rules that are quality checks. The screening must still be open; texts lie in
 * the list's arena. End with worklist_free in any case. RC_INPUT when there are more than WORK_ROWS_MAX. */
enum rc worklist_make(struct worklist *out, struct screening *sc, struct store *s, const struct work_options *o,
                      struct err *e) MUST_USE;
void worklist_free(struct worklist *l);

/* "张**": the first character of a name and a star for each other. In the arena; p NULL: out of memory. */
struct str work_mask_name(struct arena *a, struct str name);
/* What a line is known by when it comes back: RULE:HOUSEHOLD:PERSON:DAY:CHECK. */
enum { WORK_KEY_MAX = 256 };
struct str work_key(char out[WORK_KEY_MAX], struct check_subject of, date_day as_of);
/* False when it is none, or was changed on the way. The rule is a view into text. */
bool work_key_parse(struct str text, struct check_subject *of, date_day *as_of);
/* Is it a data check (declared as quality)? */
bool work_is_check(const struct decl *d);
#endif
