/* Findings of data checks as lines for those who correct them: by village, household, person and check. */
#ifndef SCREEN_WORKLIST_H
#define SCREEN_WORKLIST_H
#include "screen/screen.h"
#include "store/exception.h"

enum { WORK_ROWS_MAX = 4 << 20 };

struct work_row {
    int64_t division; /* of the household, 12 digits; 0 unknown */
    uint32_t household_no, person_no, household_row;
    struct str household, person, id; /* code, of a village's finding none; name (masked unless asked for); number,
                                         always masked */
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
/* What a line is known by when it comes back: RULE:HOUSEHOLD:PERSON:DAY:TAG. The numbers are never handed out twice in
 * a folder, so they name whom the line is of whatever became of his ID since (a check may be about just that); the tag
 * is a keyed hash of them and of the folder, so that a list of another folder is told from one that was typed over. */
enum { WORK_KEY_MAX = 256, WORK_KEY_FOLDER = 6 };
struct work_keys {
    const struct keyring *keys; /* the store's */
    int64_t made_us;            /* when the folder was: another may be made with the same key file */
    char folder[WORK_KEY_FOLDER];
};
enum work_key_is {
    WORK_KEY_OURS,
    WORK_KEY_ALTERED, /* or none */
    WORK_KEY_FOREIGN,
    WORK_KEY_OLD /* of lists before keys were bound to a folder: it could be anybody's */
};
enum rc work_keys_of(struct work_keys *out, struct store *s, struct err *e) MUST_USE;
/* In out; empty when the rule's name is too long. */
struct str work_key(const struct work_keys *k, char out[WORK_KEY_MAX], struct check_subject of, date_day as_of);
/* What it names is given for WORK_KEY_OURS alone; the rule is a view into text. */
enum work_key_is work_key_parse(const struct work_keys *k, struct str text, struct check_subject *of, date_day *as_of);
/* Is it a data check (declared as quality)? */
bool work_is_check(const struct decl *d);
#endif
