/* Arenas: everything allocated with one lifetime, freed at once, born with a byte limit.
 * Allocation failure is sticky: after the first failure all further allocations return NULL and arena_failed() is true,
 * so builders may check once at the end. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
#include <stdbool.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used, limit;         /* bytes handed out, bytes allowed */
    bool failed;
};

void arena_init(struct arena *a, size_t limit_bytes);
void arena_fini(struct arena *a);
/* Forget everything, keep the first block; clears the failed mark. */
void arena_reset(struct arena *a);
/* Zeroed, aligned for any type; NULL when exhausted (sticky) or bytes is 0. */
void *arena_alloc(struct arena *a, size_t bytes);
void *arena_alloc_array(struct arena *a, size_t count, size_t size);
static inline bool arena_failed(const struct arena *a) { return a->failed; }

#define ARENA_NEW(a, T) ((T *)arena_alloc((a), sizeof(T)))
#define ARENA_ARRAY(a, T, n) ((T *)arena_alloc_array((a), (n), sizeof(T)))
#endif
