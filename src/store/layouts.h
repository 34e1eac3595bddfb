/* What was learnt of the columns of a sender's files, by header: kept for the next file, listed, forgotten, never
 * changed. */
#ifndef STORE_LAYOUTS_H
#define STORE_LAYOUTS_H
#include "base/arena.h"
#include "store/store.h"

struct stored_layout {
    int64_t id, ends; /* ends: of one to add, the one whose place it takes; 0: none */
    struct str dataset, sender;
    struct str header;                  /* names of the columns in their normal form, a line each */
    struct str choices;                 /* "COLUMN=FIELD in UNIT", a line each; empty: none */
    int64_t known_from_us, known_to_us; /* to 0: in force */
    struct str by_who, ended_by;
};

/* Add one inside a transaction, ending l->ends at the same moment, with a journal entry. l->id is given. */
enum rc layout_add(struct store *s, struct stored_layout *l, struct err *e) MUST_USE;
/* Add all of them, durably, or none. */
enum rc layout_add_all(struct store *s, struct stored_layout *const *v, size_t n, struct err *e) MUST_USE;
/* End one, durably. RC_INPUT when there is none in force with that id. */
enum rc layout_forget(struct store *s, int64_t id, struct str who, struct err *e) MUST_USE;
/* By dataset, sender and id; dataset empty: of all; ended: also those that are no longer in force. Into the arena. */
enum rc layout_list(struct store *s, struct arena *a, struct str dataset, bool ended, struct stored_layout **v,
                    size_t *n, struct err *e) MUST_USE;
#endif
