/* Kept screens and tasks. A screen is written as staging (its findings are column chunks of OWNER_SCREEN) and
 * published by one tiny transaction; one screen is kept for each as-of. */
#ifndef STORE_SCREENSTORE_H
#define STORE_SCREENSTORE_H
#include "base/arena.h"
#include "base/date.h"
#include "store/store.h"

enum { SCREEN_HASH_BYTES = 32 };
enum screen_state { SCREEN_STAGING = 1, SCREEN_KEPT, SCREEN_REPLACED };

struct screen {
    int64_t id; /* 0: none */
    enum screen_state state;
    date_day as_of;
    int64_t known_at_us, made_us;
    uint8_t book_hash[SCREEN_HASH_BYTES], params_hash[SCREEN_HASH_BYTES];
    struct str summary; /* JSON */
    /* Written only: what somebody confirmed so that it could be kept; each becomes an event of the journal. */
    const struct str *confirmed;
    size_t n_confirmed;
};

/* Write sc as staging; sc->id and made_us are given. */
enum rc screen_begin(struct store *s, struct screen *sc, struct err *e) MUST_USE;
/* What a screen does to tasks, against tasks_list_before its as-of. Household numbers, ascending. */
struct task_changes {
    const uint32_t *open, *close;
    size_t n_open, n_close;
};
/* Keep it, with its final summary and what it does to tasks; a kept screen of the same as-of becomes replaced: what it
 * did to tasks counts no longer, its findings stay, for they were known. RC_CONFLICT when a screen of a later as-of has
 * been kept (this one is a replay and must not be stored), when a household to open has an open task or one to close
 * has none. */
enum rc screen_publish(struct store *s, const struct screen *sc, const struct task_changes *c, struct str who,
                       struct err *e) MUST_USE;
/* Remove a staging screen; nothing happens to one that was published. */
enum rc screen_abandon(struct store *s, int64_t id, struct err *e) MUST_USE;

/* The last kept screen with as-of before the given day; out->id 0 when there is none. Texts in the arena. */
enum rc screen_before(struct store *s, struct arena *a, date_day as_of, struct screen *out, struct err *e) MUST_USE;
/* The kept screen with the latest as-of. */
enum rc screen_latest(struct store *s, struct arena *a, struct screen *out, struct err *e) MUST_USE;
/* The kept screen of this as-of. */
enum rc screen_at(struct store *s, struct arena *a, date_day as_of, struct screen *out, struct err *e) MUST_USE;
/* The kept or replaced screen with this number; out->id 0 when there is none. */
enum rc screen_get(struct store *s, struct arena *a, int64_t id, struct screen *out, struct err *e) MUST_USE;
/* Whether it has columns: replaced ones of earlier programs lost theirs. */
enum rc screen_has_findings(struct store *s, int64_t id, bool *has, struct err *e) MUST_USE;
enum rc screen_list(struct store *s, struct arena *a, struct screen **v, size_t *n, struct err *e) MUST_USE;
/* When something that should count as known from `want_us` may: after everything that kept screens took as known, so
 * that they can be had again. *moved: that is later than wanted (now, or just after the last of them when the clock
 * went back). */
enum rc screen_known_after(struct store *s, int64_t want_us, int64_t *us, bool *moved, struct err *e) MUST_USE;

struct task {
    uint32_t household_no;
    int64_t opened_screen, closed_screen; /* 0: open */
    date_day opened_as_of, closed_as_of;
};
/* Tasks open after the last kept screen, by household; in the arena. */
enum rc tasks_list_open(struct store *s, struct arena *a, struct task **v, size_t *n, struct err *e) MUST_USE;
/* Likewise, as if the kept screen of this as-of, the one to be replaced, had done nothing. */
enum rc tasks_list_before(struct store *s, date_day as_of, struct arena *a, struct task **v, size_t *n,
                          struct err *e) MUST_USE;
/* All tasks of a household, oldest first. */
enum rc tasks_of_household(struct store *s, struct arena *a, uint32_t household_no, struct task **v, size_t *n,
                           struct err *e) MUST_USE;
/* What the columns of a screen, kept or replaced, say of a household's task. */
enum rc tasks_by_screen(struct store *s, int64_t screen, uint32_t household_no, bool *opens, bool *closes,
                        struct err *e) MUST_USE;
#endif
