#include "base/map.h"
#include "base/arena.h"
#include "base/mem.h"
#include "base/num.h"

enum { MAP_FIRST = 16 };
static const uint32_t NONE = UINT32_MAX;

static uint64_t mix64(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xFF51AFD7ED558CCD);
    x ^= x >> 33;
    x *= UINT64_C(0xC4CEB9FE1A85EC53);
    return x ^ (x >> 33);
}

/* The smallest table that holds n at most three quarters full; 0 when there is none. */
static size_t cap_for(size_t n)
{
    size_t cap = MAP_FIRST;
    while (cap / 4 * 3 < n) {
        if (cap > SIZE_MAX / 4) return 0;
        cap *= 2;
    }
    return cap;
}

void map64_init(struct map64 *m) { *m = (struct map64){0}; }

void map64_fini(struct map64 *m)
{
    mem_free(m->keys);
    mem_free(m->vals);
    map64_init(m);
}

/* The slot of key, or the free slot where it belongs. */
static size_t slot64(const struct map64 *m, uint64_t key)
{
    size_t i = (size_t)mix64(key) & (m->cap - 1);
    while (m->vals[i] != NONE && m->keys[i] != key) i = (i + 1) & (m->cap - 1);
    return i;
}

bool map64_reserve(struct map64 *m, size_t n)
{
    size_t cap = cap_for(n);
    if (cap == 0) return false;
    if (cap <= m->cap) return true;
    struct map64 big = {mem_alloc_array(cap, sizeof *big.keys), mem_alloc_array(cap, sizeof *big.vals), m->n, cap};
    if (!big.keys || !big.vals) {
        map64_fini(&big);
        return false;
    }
    memset(big.vals, 0xFF, cap * sizeof *big.vals);
    for (size_t i = 0; i < m->cap; i++) {
        if (m->vals[i] == NONE) continue;
        size_t to = slot64(&big, m->keys[i]);
        big.keys[to] = m->keys[i];
        big.vals[to] = m->vals[i];
    }
    map64_fini(m);
    *m = big;
    return true;
}

uint32_t map64_get(const struct map64 *m, uint64_t key)
{
    return m->n == 0 ? NONE : m->vals[slot64(m, key)]; /* a free slot reads as NONE */
}

bool map64_put(struct map64 *m, uint64_t key, uint32_t val)
{
    if (val == NONE) return false;
    if (m->n > 0 || m->cap > 0) {
        size_t at = slot64(m, key);
        if (m->vals[at] != NONE) {
            m->vals[at] = val;
            return true;
        }
    }
    if (!map64_reserve(m, m->n + 1)) return false;
    size_t at = slot64(m, key);
    m->keys[at] = key;
    m->vals[at] = val;
    m->n++;
    return true;
}

void intern_init(struct intern *in, struct arena *arena) { *in = (struct intern){.arena = arena}; }

void intern_fini(struct intern *in)
{
    mem_free(in->texts);
    mem_free(in->slots);
    intern_init(in, in->arena);
}

/* The slot that holds s, or the free slot where it belongs. Slots hold id + 1; 0 is free. */
static size_t slot_of(const struct intern *in, const uint32_t *slots, size_t cap, struct str s)
{
    size_t i = (size_t)str_hash(s) & (cap - 1);
    while (slots[i] && !str_eq(in->texts[slots[i] - 1], s)) i = (i + 1) & (cap - 1);
    return i;
}

static bool intern_grow(struct intern *in)
{
    if (in->n == in->cap) {
        size_t cap = in->cap ? in->cap * 2 : MAP_FIRST;
        struct str *texts = mem_resize_array(in->texts, cap, sizeof *texts);
        if (!texts) return false;
        in->texts = texts;
        in->cap = cap;
    }
    size_t want = cap_for(in->n + 1);
    if (want == 0 || want <= in->slot_cap) return want != 0;
    uint32_t *slots = mem_zalloc_array(want, sizeof *slots);
    if (!slots) return false;
    for (size_t id = 0; id < in->n; id++) slots[slot_of(in, slots, want, in->texts[id])] = (uint32_t)id + 1;
    mem_free(in->slots);
    in->slots = slots;
    in->slot_cap = want;
    return true;
}

uint32_t intern_find(const struct intern *in, struct str s)
{
    if (in->n == 0) return NONE;
    return in->slots[slot_of(in, in->slots, in->slot_cap, s)] - 1; /* 0 wraps to NONE */
}

uint32_t intern_add(struct intern *in, struct str s)
{
    uint32_t old = intern_find(in, s);
    if (old != NONE) return old;
    if (in->n >= NONE - 1 || !intern_grow(in)) return NONE;
    struct str copy = str_dup(in->arena, s);
    if (!copy.p) return NONE;
    uint32_t id = (uint32_t)in->n;
    in->slots[slot_of(in, in->slots, in->slot_cap, s)] = id + 1;
    in->texts[id] = copy;
    in->n++;
    return id;
}
