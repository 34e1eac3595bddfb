/* Shared by the files that withdraw. */
#ifndef MATCH_WITHDRAW_INT_H
#define MATCH_WITHDRAW_INT_H
#include "store/delivery.h"
#include "store/people.h"

/* The versions of people that the roster `id` takes with it and others of the list tell of: to be written under these
 * when it is withdrawn (delivery_withdraw_with). In the arena. */
enum rc withdraw_people(struct store *s, struct arena *a, int64_t id, const struct delivery_list *l,
                        struct people_late **late, size_t *n, struct err *e) MUST_USE;
#endif
