/* Parameter values set by people, with division, first day, document and time: append-only. */
#ifndef STORE_PARAM_H
#define STORE_PARAM_H
#include "base/arena.h"
#include "base/date.h"
#include "store/store.h"

struct param_event {
    int64_t id, known_from_us;
    struct str name;
    int64_t division;  /* 0: everywhere the book declares it */
    date_day from_day; /* 0: from ever */
    struct str value_text, by_who, document;
};

/* Add an event; p->id is given. One durable transaction with a journal entry. */
enum rc param_add(struct store *s, struct param_event *p, struct err *e) MUST_USE;
/* All events known at K by name, division, from_day, id: of those equal in the first three the last one counts. */
enum rc param_list(struct store *s, struct arena *a, int64_t k_us, struct param_event **v, size_t *n,
                   struct err *e) MUST_USE;
#endif
