/* An open data folder with what commands need of it: divisions with their corrections, the books and the parameter
 * values known at K. */
#ifndef APP_SESSION_H
#define APP_SESSION_H
#include "app/args.h"
#include "columns/keyring.h"
#include "ident/division.h"
#include "rules/policy.h"
#include "store/bookstore.h"
#include "store/param.h"
#include "store/store.h"

enum { SESSION_STORE = 0, SESSION_DIVISIONS = 1, SESSION_POLICY = 2, SESSION_DAMAGED_TOO = 4 };

struct session {
    struct app *app;
    struct arena arena;
    struct store *store;
    struct divisions divs;
    bool has_divs;
    size_t n_corrections; /* of the divisions, known at K */
    struct book_set set;
    struct books books;
    struct diags diags;
    struct policy *policy;
    struct param_event *events;
    size_t n_events;
    date_day known_at;
    int64_t k_us;
};

/* Open DB (the command's first argument). known_at 0: now. End with session_close in any case. */
enum rc session_open(struct session *s, struct app *app, const struct args *a, enum store_access access, unsigned what,
                     date_day known_at, struct err *e) MUST_USE;
/* For a session opened with SESSION_STORE only: divisions and policy as known at k_us (0: the close of known_at). */
enum rc session_know(struct session *s, unsigned what, date_day known_at, int64_t k_us, struct err *e) MUST_USE;
/* *same: the books and the corrections of divisions known then are those that are open. */
enum rc session_knows(struct session *s, date_day known_at, int64_t k_us, bool *same, struct err *e) MUST_USE;
/* For a session opened with divisions and policy: both as known at another moment, as by session_know. What is the same
 * then stays as it is, so that pointers into it hold; *same: all but the values of parameters. */
enum rc session_know_again(struct session *s, date_day known_at, int64_t k_us, bool *same, struct err *e) MUST_USE;
/* The moment in the day known_at of which the kept screen of this as-of knew; 0 when none was kept with that day. What
 * came later on that day was not known to it. */
enum rc session_kept_moment(struct session *s, date_day as_of, date_day known_at, int64_t *k_us,
                            struct err *e) MUST_USE;
/* The policy of a data folder or of folders of books: arguments from `first` on. RC_INPUT when the books have errors
 * (printed). */
enum rc session_open_any(struct session *s, struct app *app, const struct args *a, size_t first,
                         struct err *e) MUST_USE;
void session_close(struct session *s);

/* The close of a day in Beijing time, microseconds. */
int64_t session_day_end_us(date_day day);
/* The day of an instant in Beijing time. */
date_day session_us_day(int64_t us);
/* When something that became known on `received` (0: now) counts as known: not before what a kept screen already took
 * as known
 * (*moved then). */
enum rc session_known_from(struct session *s, date_day received, int64_t *us, bool *moved, struct err *e) MUST_USE;
/* A place with the flags that hold there on the day. */
enum rc session_place(struct session *s, int64_t division, date_day day, struct place *out, struct err *e) MUST_USE;

/* Store options of a command line. */
void session_store_options(struct store_options *o, const struct app *app, const struct args *a, const char *path,
                           enum store_access access);
/* The keys of the folder that the command is about, before it is opened; to be wiped. False: there is none that can be
 * read; the opening says why. */
bool session_peek_keys(const struct app *app, const struct args *a, struct keyring *out);
/* Books from folders: read, parsed, policy built. Diagnostics stay in s->diags; s->policy is NULL when there are
 * errors. */
enum rc session_books(struct session *s, struct app *app, const char *const *dirs, size_t n, struct err *e) MUST_USE;
/* A data folder (has a database) rather than a folder of books? */
bool session_is_db(struct str path);
/* Print the diagnostics on stderr. */
void session_say_diags(const struct session *s);
/* The stored form of loaded books, file by file; for `init` and `policy load`. */
enum rc session_book_set(struct session *s, const char *const *dirs, size_t n, struct book_set *set,
                         struct err *e) MUST_USE;

/* Who is working: --by, else the login name, else "?". */
struct str session_who(const struct args *a);
/* Corrections to the divisions kept in the data folder, as one CSV text after the other. */
enum rc session_keep_divisions(struct session *s, struct str csv, struct err *e) MUST_USE;
#endif
