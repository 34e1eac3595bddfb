#include "base/arena.h"
#include "base/mem.h"
#include "base/num.h"

enum { ARENA_ALIGN = 16, ARENA_BLOCK_FIRST = 4096 - 64, ARENA_BLOCK_LAST = 1 << 20 };

struct arena_block {
    struct arena_block *older;
    size_t used, cap;
    _Alignas(ARENA_ALIGN) unsigned char bytes[];
};
_Static_assert(_Alignof(max_align_t) <= ARENA_ALIGN, "arena alignment serves every type");

void arena_init(struct arena *a, size_t limit_bytes) { *a = (struct arena){.limit = limit_bytes}; }

static void free_down_to(struct arena *a, const struct arena_block *stop)
{
    while (a->blocks != stop) {
        struct arena_block *b = a->blocks;
        a->blocks = b->older;
        mem_free(b);
    }
}

void arena_fini(struct arena *a)
{
    free_down_to(a, NULL);
    a->used = 0;
    a->failed = false;
}

void arena_reset(struct arena *a)
{
    struct arena_block *first = a->blocks;
    while (first && first->older) first = first->older;
    free_down_to(a, first);
    if (first) first->used = 0;
    a->used = 0;
    a->failed = false;
}

/* Blocks double, so that an arena of n bytes costs O(log n) allocations. */
static bool add_block(struct arena *a, size_t bytes)
{
    size_t cap = a->blocks ? a->blocks->cap * 2 : ARENA_BLOCK_FIRST;
    if (cap > ARENA_BLOCK_LAST) cap = ARENA_BLOCK_LAST;
    if (cap < bytes) cap = bytes;
    size_t total;
    if (!size_add(sizeof(struct arena_block), cap, &total)) return false;
    struct arena_block *b = mem_alloc(total);
    if (!b) return false;
    b->older = a->blocks;
    b->used = 0;
    b->cap = cap;
    a->blocks = b;
    return true;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    size_t need;
    if (bytes == 0 || a->failed) return NULL;
    if (!size_add(bytes, ARENA_ALIGN - 1, &need)) goto fail;
    need &= ~(size_t)(ARENA_ALIGN - 1);
    if (need > a->limit || a->used > a->limit - need) goto fail;
    if ((!a->blocks || a->blocks->cap - a->blocks->used < need) && !add_block(a, need)) goto fail;
    unsigned char *p = a->blocks->bytes + a->blocks->used;
    a->blocks->used += need;
    a->used += need;
    return memset(p, 0, bytes);
fail:
    a->failed = true;
    return NULL;
}

void *arena_alloc_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (!size_mul(count, size, &bytes)) {
        a->failed = true;
        return NULL;
    }
    return arena_alloc(a, bytes);
}
