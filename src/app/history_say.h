/* Telling a household's history, entry by entry, as text or JSON. */
#ifndef APP_HISTORY_SAY_H
#define APP_HISTORY_SAY_H
#include "app/say.h"
#include "app/session.h"
#include "base/vec.h"
#include "screen/history.h"
#include "screen/screen.h"
#include "store/screenstore.h"

enum { HISTORY_ENTRIES_MAX = 1 << 20, HISTORY_LINES_SHOWN = 10 };

/* In the order in which things of one moment are told. */
enum history_kind {
    HISTORY_BOOKS,  /* of: struct book_set */
    HISTORY_PARAM,  /* of: struct param_event */
    HISTORY_ENDED,  /* of: struct history_file, NULL a roster */
    HISTORY_SPLIT,  /* of: struct decision, undone */
    HISTORY_MERGED, /* of: struct decision */
    HISTORY_ROSTER, /* of: NULL */
    HISTORY_FILE,   /* of: struct history_file */
    HISTORY_SCREEN, /* of: struct screen */
    HISTORY__MAX
};

struct history_entry {
    enum history_kind kind;
    int64_t at_us, id; /* id: of the delivery, event, set or screen */
    const void *of;
};

struct telling_history {
    struct session *s;
    struct app *app;
    const struct args *args;
    struct str rule, roster, code; /* rule: empty: all */
    bool json;
    uint32_t household;
    int64_t from_us, to_us; /* what became known between, both ends in */
    struct history h;
    struct task *tasks;
    size_t n_tasks;
    struct event *confirmed; /* findings of held screens, newest first */
    size_t n_confirmed;
    const struct program *program; /* of the rule; NULL: every dataset and parameter is wanted */
    VEC(struct history_entry) entries;
    struct json j;
    struct buf text;
};

/* Compile t->rule for the household's place: what it reads is then all that is told. RC_INPUT: no such rule. */
enum rc history_rule(struct telling_history *t, struct err *e) MUST_USE;
bool history_wants_dataset(const struct telling_history *t, struct str dataset);
bool history_wants_param(const struct telling_history *t, const struct param_event *p);
/* The household's division by the newest roster row known at k_us; 0: not known. */
int64_t history_division(const struct telling_history *t, int64_t k_us);

/* history_merge.c */
enum rc history_tell_merge(struct telling_history *t, const struct history_entry *x, struct err *e) MUST_USE;
/* What history_say.c and history_merge.c share: the text collected as the line of an entry, as one below it. */
enum rc history_head(struct telling_history *t, const struct history_entry *x, date_day as_of, struct err *e) MUST_USE;
enum rc history_detail(struct telling_history *t, const char *what, struct str rule, struct str person,
                       struct err *e) MUST_USE;
void history_tail(struct telling_history *t);
void history_say_file(struct telling_history *t, const struct delivery *d);
void history_say_row(struct telling_history *t, const struct delivery *d, int64_t line);
/* Code of a household, as people know it. */
enum rc history_code(struct telling_history *t, uint32_t household, struct str *out, struct err *e) MUST_USE;
struct str history_name_of(const struct telling_history *t, uint32_t person, int64_t k_us);
/* Rows f->rows[from] … of one person, waiting or not: "4, 7 and 3 more", at most HISTORY_LINES_SHOWN. How many. */
size_t history_say_lines(struct telling_history *t, const struct history_file *f, size_t from);

enum rc history_begin(struct telling_history *t, struct err *e) MUST_USE;
enum rc history_tell(struct telling_history *t, const struct history_entry *x, struct err *e) MUST_USE;
enum rc history_end(struct telling_history *t, struct err *e) MUST_USE;
#endif
