/* Reason sets, hash-consed. A set, once made, never changes or moves: its number is handed out only after its content
 * is written, so readers need no lock. Making sets is under one mutex; unions met before are found in a direct-mapped
 * cache whose entries are single 64-bit words (21 bits each for both operands and the result), read and written
 * atomically. */
#include "rules/reason.h"
#include <stdatomic.h>
#include "base/arena.h"
#include "base/limits.h"
#include "base/mem.h"

enum {
    SET_BITS = 21,
    BLOCK_SETS = 4096,
    BLOCKS_MAX = REASON_SETS_MAX / BLOCK_SETS,
    UNION_SLOTS = 1 << 15,
    ONE_SLOTS = 1 << 12,
    SLOTS_FIRST = 1 << 10
};
_Static_assert(REASON_SETS_MAX == 1 << SET_BITS, "three set numbers fit one cache word");
#define SETS_BYTES_MAX MIB(1024)

struct rset {
    const reason *v;
    uint32_t n;
    uint32_t hash;
};

struct reasons {
    pthread_mutex_t lock;
    struct arena arena;              /* the sets' content */
    struct rset *blocks[BLOCKS_MAX]; /* set s is blocks[s / BLOCK_SETS][s % BLOCK_SETS] */
    uint32_t n;                      /* sets made; 0 is the empty one */
    uint32_t *slots, n_slots;        /* open addressing over content; 0 = free */
    atomic_bool failed;
    _Atomic uint64_t unions[UNION_SLOTS];
    _Atomic uint32_t ones[ONE_SLOTS];
};

bool reason_is_data_error(enum reason_kind k)
{
    return k == REASON_CONFLICT || k == REASON_HEADS || k == REASON_DIV_ZERO || k == REASON_RATIO ||
           k == REASON_TOO_MANY;
}

struct reasons *reasons_new(void)
{
    struct reasons *rs = mem_zalloc_array(1, sizeof *rs);
    if (!rs) return NULL;
    rs->slots = mem_zalloc_array(SLOTS_FIRST, sizeof *rs->slots);
    rs->blocks[0] = mem_zalloc_array(BLOCK_SETS, sizeof *rs->blocks[0]);
    if (!rs->slots || !rs->blocks[0] || pthread_mutex_init(&rs->lock, NULL)) {
        mem_free(rs->slots);
        mem_free(rs->blocks[0]);
        mem_free(rs);
        return NULL;
    }
    rs->n_slots = SLOTS_FIRST;
    rs->n = 1;
    arena_init(&rs->arena, SETS_BYTES_MAX);
    return rs;
}

void reasons_free(struct reasons *rs)
{
    if (!rs) return;
    for (size_t i = 0; i < BLOCKS_MAX; i++) mem_free(rs->blocks[i]);
    mem_free(rs->slots);
    arena_fini(&rs->arena);
    pthread_mutex_destroy(&rs->lock);
    mem_free(rs);
}

static const struct rset *set_at(const struct reasons *rs, reason_set s)
{
    return &rs->blocks[s / BLOCK_SETS][s % BLOCK_SETS];
}

static uint64_t mix(uint64_t h)
{
    h ^= h >> 31;
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

static uint32_t content_hash(const reason *v, size_t n)
{
    uint64_t h = n;
    for (size_t i = 0; i < n; i++) h = mix(h ^ v[i]);
    return (uint32_t)(h >> 7);
}

static bool content_is(const struct rset *s, const reason *v, size_t n)
{
    return s->n == n && memcmp(s->v, v, n * sizeof *v) == 0;
}

/* Twice the slots; false when out of memory. */
static bool grow_slots(struct reasons *rs)
{
    uint32_t n = rs->n_slots * 2;
    uint32_t *slots = mem_zalloc_array(n, sizeof *slots);
    if (!slots) return false;
    for (uint32_t s = 1; s < rs->n; s++) {
        uint32_t at = set_at(rs, s)->hash & (n - 1);
        while (slots[at]) at = (at + 1) & (n - 1);
        slots[at] = s;
    }
    mem_free(rs->slots);
    rs->slots = slots;
    rs->n_slots = n;
    return true;
}

/* A new set with this content, or 0. */
static reason_set add_set(struct reasons *rs, const reason *v, size_t n, uint32_t hash)
{
    uint32_t s = rs->n;
    if (s == REASON_SETS_MAX) return 0;
    struct rset **block = &rs->blocks[s / BLOCK_SETS];
    if (!*block) *block = mem_zalloc_array(BLOCK_SETS, sizeof **block);
    reason *copy = *block ? ARENA_ARRAY(&rs->arena, reason, n) : NULL;
    if (!copy) return 0;
    memcpy(copy, v, n * sizeof *v);
    (*block)[s % BLOCK_SETS] = (struct rset){copy, (uint32_t)n, hash};
    rs->n++;
    return s;
}

/* The set with this content (ascending, no repeats, 1..REASON_SET_MAX), or 0 when out of memory. Under the lock. */
static reason_set find_or_add(struct reasons *rs, const reason *v, size_t n)
{
    uint32_t hash = content_hash(v, n);
    if (rs->n * 2 >= rs->n_slots && !grow_slots(rs)) return 0;
    uint32_t at = hash & (rs->n_slots - 1);
    for (; rs->slots[at]; at = (at + 1) & (rs->n_slots - 1))
        if (content_is(set_at(rs, rs->slots[at]), v, n)) return rs->slots[at];
    return rs->slots[at] = add_set(rs, v, n, hash);
}

static reason_set intern_set(struct reasons *rs, const reason *v, size_t n)
{
    pthread_mutex_lock(&rs->lock);
    reason_set s = find_or_add(rs, v, n);
    pthread_mutex_unlock(&rs->lock);
    if (!s) atomic_store(&rs->failed, true);
    return s;
}

reason_set reasons_one(struct reasons *rs, reason r)
{
    _Atomic uint32_t *slot = &rs->ones[mix(r) % ONE_SLOTS];
    reason_set s = atomic_load_explicit(slot, memory_order_acquire);
    if (s && content_is(set_at(rs, s), &r, 1)) return s;
    s = intern_set(rs, &r, 1);
    if (s) atomic_store_explicit(slot, s, memory_order_release);
    return s;
}

/* Insert r into the ascending v, keeping the REASON_SET_MAX smallest; returns the new count. */
static size_t keep_smallest(reason *v, size_t n, reason r)
{
    size_t at = n;
    while (at > 0 && v[at - 1] > r) at--;
    if ((at > 0 && v[at - 1] == r) || at == REASON_SET_MAX) return n;
    size_t end = n < REASON_SET_MAX ? n : REASON_SET_MAX - 1;
    memmove(v + at + 1, v + at, (end - at) * sizeof *v);
    v[at] = r;
    return end + 1;
}

reason_set reasons_of(struct reasons *rs, const reason *v, size_t n)
{
    reason sorted[REASON_SET_MAX];
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) kept = keep_smallest(sorted, kept, v[i]);
    if (kept == 0) return 0;
    return kept == 1 ? reasons_one(rs, sorted[0]) : intern_set(rs, sorted, kept);
}

/* Merge two ascending lists, keeping the smallest; returns the count. */
static size_t merge(const struct rset *a, const struct rset *b, reason *out)
{
    size_t n = 0, i = 0, j = 0;
    while (n < REASON_SET_MAX && (i < a->n || j < b->n)) {
        if (j == b->n || (i < a->n && a->v[i] < b->v[j])) out[n++] = a->v[i++];
        else if (i == a->n || b->v[j] < a->v[i]) out[n++] = b->v[j++];
        else out[n++] = a->v[i++], j++;
    }
    return n;
}

reason_set reasons_union(struct reasons *rs, reason_set a, reason_set b)
{
    if (a == b || b == 0) return a;
    if (a == 0) return b;
    reason_set lo = a < b ? a : b, hi = a < b ? b : a;
    uint64_t key = (uint64_t)lo << SET_BITS | hi;
    _Atomic uint64_t *slot = &rs->unions[mix(key) % UNION_SLOTS];
    uint64_t word = atomic_load_explicit(slot, memory_order_acquire);
    if (word >> SET_BITS == key) return (reason_set)(word & (REASON_SETS_MAX - 1));
    reason all[REASON_SET_MAX];
    reason_set s = intern_set(rs, all, merge(set_at(rs, lo), set_at(rs, hi), all));
    if (!s) return a;
    atomic_store_explicit(slot, key << SET_BITS | s, memory_order_release);
    return s;
}

size_t reasons_get(const struct reasons *rs, reason_set s, const reason **out)
{
    *out = s ? set_at(rs, s)->v : NULL;
    return s ? set_at(rs, s)->n : 0;
}

bool reasons_failed(const struct reasons *rs) { return atomic_load(&rs->failed); }

bool reasons_equal(const struct reasons *ra, reason_set a, const struct reasons *rb, reason_set b)
{
    const reason *va, *vb;
    size_t na = reasons_get(ra, a, &va), nb = reasons_get(rb, b, &vb);
    return na == nb && (na == 0 || memcmp(va, vb, na * sizeof *va) == 0);
}
