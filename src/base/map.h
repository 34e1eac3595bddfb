/* Open-addressing hash maps. Deterministic iteration is by insertion order of the values kept elsewhere, not by the
 * map. */
#ifndef BASE_MAP_H
#define BASE_MAP_H
#include "base/str.h"

/* u64 key -> u32 value. Any key is allowed. */
struct map64 {
    uint64_t *keys;
    uint32_t *vals; /* UINT32_MAX = free slot; values must be below it */
    size_t n, cap;
};
void map64_init(struct map64 *m);
void map64_fini(struct map64 *m);
bool map64_reserve(struct map64 *m, size_t n);
/* The value, or UINT32_MAX. */
uint32_t map64_get(const struct map64 *m, uint64_t key);
/* Insert or replace; false when out of memory. */
bool map64_put(struct map64 *m, uint64_t key, uint32_t val);

/* Interned strings: text -> dense id from 0, in order of first appearance; the texts are copied. */
struct intern {
    struct str *texts;
    size_t n, cap;
    uint32_t *slots;
    size_t slot_cap;
    struct arena *arena; /* holds the copies; owned by the caller */
};
void intern_init(struct intern *in, struct arena *arena);
void intern_fini(struct intern *in);
/* The id, new or old; UINT32_MAX when out of memory. */
uint32_t intern_add(struct intern *in, struct str s);
/* The id or UINT32_MAX. */
uint32_t intern_find(const struct intern *in, struct str s);
#endif
