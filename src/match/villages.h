/* The villages in which households of the roster live: known by their codes even where the list of divisions does not
 * have them. */
#ifndef MATCH_VILLAGES_H
#define MATCH_VILLAGES_H
#include "base/map.h"
#include "store/store.h"

/* All of now, as keys. map64_init before, map64_fini after, also after a failure. */
enum rc villages_read(struct map64 *out, struct store *s, struct err *e) MUST_USE;
#endif
