/* Making the database file as small as what it holds, without changing an answer: chunks of a column that fit into
 * fewer are written anew as fewer, and free pages go back to the file system. Nothing that was known is removed:
 * replaced and withdrawn deliveries keep their columns, for a replay needs them. */
#ifndef STORE_COMPACT_H
#define STORE_COMPACT_H
#include "store/store.h"

enum {
    COMPACT_PAGES = 64,                     /* free pages given back in one transaction */
    COMPACT_COLUMN_BYTES = 2 * 1024 * 1024, /* a larger column is left as it is: one transaction writes a column */
};

struct compact_report {
    int64_t bytes_before, bytes_after;            /* of the file and its log; after: of a dry run as before */
    int64_t free_before;                          /* bytes of free pages found */
    int64_t columns, chunks_before, chunks_after; /* of the columns written anew (dry run: that would be) */
    int64_t longest_us;                           /* the longest write transaction */
    bool rewritten; /* the file could not give pages back one by one, so it was written anew as a whole */
};

/* Every step is a transaction of its own: it can be killed anywhere and run again. dry: only look. A file made by a
 * version before format 2's incremental vacuum is written anew once, in one long transaction. */
enum rc store_compact(struct store *s, bool dry, struct compact_report *out, struct err *e) MUST_USE;
#endif
