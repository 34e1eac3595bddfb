/* Shared by the files of a source only. */
#ifndef MATCH_SOURCE_INT_H
#define MATCH_SOURCE_INT_H
#include "base/buf.h"
#include "match/source.h"

/* The text of a buffer into the arena, and the buffer's end; p NULL when out of memory. */
struct str source_kept(struct buf *b, struct arena *a);
#endif
