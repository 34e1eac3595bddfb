/* Data checks on the command line: the table of counts, lists for villages, what comes back, exceptions. */
#ifndef APP_CHECKS_H
#define APP_CHECKS_H
#include "app/session.h"
#include "screen/worklist.h"

struct checking {
    struct session *s;
    const struct args *a;
    struct screening sc;
    const struct str *names; /* of the checks asked for */
    size_t n_names;
    struct str *sentence;        /* by rule: its condition in words; "" where it is not in force at the first place */
    bool with_lines;             /* checks_detail will be asked */
    struct detail_rule *detail;  /* by environment and rule */
    struct arena scratch;        /* of one explanation */
    uint64_t looked_at;          /* rows, by explanations of what looks at everybody */
    const struct worklist *list; /* being written; NULL: none */
};

/* Judge the data checks (or those of --rule) and compare with the last kept screen; nothing is stored. */
enum rc checks_run(struct checking *c, struct err *e) MUST_USE;
void checks_end(struct checking *c);
/* Number, name, severity and counts of each check, as a table or JSON. */
enum rc checks_say(struct checking *c, struct err *e) MUST_USE;
enum rc checks_json(struct checking *c, struct err *e) MUST_USE;
/* Whom an answer or exception is of, in words that people know; texts in the session's arena. The session has divisions
 * and policy. */
struct check_words {
    struct str village, household, person; /* "甲*户", "张**", or with `names` whole ones; household alone: person "";
                                              of a village: household "村" */
    struct str code;                       /* of the household, of the village */
    struct str title, number;              /* of the check; its name when no loaded book has it */
};
enum rc checks_words(struct session *s, const struct check_subject *of, bool names, struct check_words *out,
                     struct err *e) MUST_USE;

/* The conditions in words, for lists. */
enum rc checks_sentences(struct checking *c, struct err *e) MUST_USE;

/* What the condition of a finding reads ("住房是否危房：是；…"), personal numbers masked unless --names; and where that
 * is written (file, sheet, line), so that it can be mended. What was in the texts goes. With with_lines only. */
enum rc checks_detail(struct checking *c, const struct work_row *r, struct buf *values, struct buf *place,
                      struct err *e) MUST_USE;

/* The list as CSV (path ends in .csv) or as a spreadsheet with a sheet for each village (.xlsx). */
enum rc checks_write(struct checking *c, const struct worklist *l, const char *path, struct err *e) MUST_USE;
/* Titles of the columns that come back, as they are written. */
extern const char *const checks_answer_title,
    *const checks_mended_title, *const checks_note_title, *const checks_until_title, *const checks_key_title;
extern const char *const checks_answer_word[ANSWER__MAX];

/* A line that was not taken. */
struct returned_bad {
    const char *path;
    struct str sheet; /* "" for text */
    uint32_t line;    /* of the sheet, or of the file */
    const char *why;  /* static */
};
/* What a list that came back says, one line each. */
struct returned {
    struct check_answer *v;
    size_t n, cap;
    size_t unanswered; /* lines without an answer */
    size_t known;      /* lines that were taken in before */
    struct returned_bad *bad;
    size_t n_bad, cap_bad;
};
/* Add what a file says; v and bad are the caller's to free. Path is borrowed. */
enum rc checks_read(struct session *s, const char *path, struct returned *out, struct err *e) MUST_USE;
#endif
