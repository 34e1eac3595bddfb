#include "base/map.h"
#include <stdio.h>
#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"

enum { KEYS = 5000 };

static void test_map64(struct test *t)
{
    if (!TEST(t, "keeps what was put, for any key")) return;
    struct map64 m;
    map64_init(&m);
    CHECK(t, map64_get(&m, 0) == UINT32_MAX);
    CHECK(t, !map64_put(&m, 1, UINT32_MAX));
    CHECK(t, map64_put(&m, 0, 7) && map64_put(&m, UINT64_MAX, 8) && map64_put(&m, 0, 9));
    CHECK_I64(t, m.n, 2);
    CHECK_I64(t, map64_get(&m, 0), 9);
    CHECK_I64(t, map64_get(&m, UINT64_MAX), 8);
    CHECK(t, map64_get(&m, 5) == UINT32_MAX);
    struct rng r;
    rng_seed(&r, 1);
    for (uint32_t i = 0; i < KEYS; i++) CHECK(t, map64_put(&m, rng_next(&r) << (i % 60), i));
    rng_seed(&r, 1);
    size_t bad = 0;
    for (uint32_t i = 0; i < KEYS; i++) bad += map64_get(&m, rng_next(&r) << (i % 60)) == UINT32_MAX;
    CHECK_I64(t, bad, 0);
    map64_fini(&m);
    CHECK(t, map64_get(&m, 0) == UINT32_MAX);
}

static void test_reserve(struct test *t)
{
    if (!TEST(t, "a reserved map does not grow")) return;
    struct map64 m;
    map64_init(&m);
    CHECK(t, map64_reserve(&m, KEYS));
    size_t cap = m.cap;
    for (uint64_t i = 0; i < KEYS; i++) CHECK(t, map64_put(&m, i << 32, (uint32_t)i));
    CHECK_I64(t, m.cap, cap);
    CHECK(t, !map64_reserve(&m, SIZE_MAX));
    CHECK_I64(t, map64_get(&m, UINT64_C(4999) << 32), 4999);
    map64_fini(&m);
}

static void test_intern(struct test *t)
{
    if (!TEST(t, "ids are dense, in order of appearance")) return;
    struct arena a;
    struct intern in;
    arena_init(&a, MIB(1));
    intern_init(&in, &a);
    CHECK(t, intern_find(&in, STR("x")) == UINT32_MAX);
    char text[16];
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < KEYS; i++) {
            int n = snprintf(text, sizeof text, "%x", i * 2654435761u);
            CHECK_I64(t, intern_add(&in, str_make(text, (size_t)n)), i);
        }
    }
    CHECK_I64(t, intern_add(&in, STR("")), KEYS);
    CHECK_I64(t, intern_find(&in, STR("")), KEYS);
    CHECK(t, intern_find(&in, STR("nobody")) == UINT32_MAX);
    CHECK_STR(t, in.texts[0], STR("0"));
    CHECK_I64(t, in.n, KEYS + 1);
    intern_fini(&in);
    arena_fini(&a);
}

#ifdef MEM_FAULTS
static void test_nomem(struct test *t)
{
    if (!TEST(t, "every allocation may fail and nothing is lost")) return;
    for (uint64_t nth = 1; nth < 12; nth++) {
        struct arena a;
        struct intern in;
        struct map64 m;
        arena_init(&a, MIB(1));
        intern_init(&in, &a);
        map64_init(&m);
        mem_fault_arm(nth, 0);
        uint32_t kept = 0;
        char text[16];
        for (uint32_t i = 0; i < 100; i++) {
            int n = snprintf(text, sizeof text, "%u", i);
            if (intern_add(&in, str_make(text, (size_t)n)) != UINT32_MAX) kept++;
            if (!map64_put(&m, i, i)) CHECK(t, map64_get(&m, i) == UINT32_MAX && map64_put(&m, i, i));
        }
        mem_fault_arm(0, 0);
        CHECK_I64(t, in.n, kept);
        CHECK_I64(t, m.n, 100);
        for (uint32_t i = 0; i < in.n; i++) CHECK_I64(t, intern_find(&in, in.texts[i]), i);
        for (uint32_t i = 0; i < 100; i++) CHECK_I64(t, map64_get(&m, i), i);
        intern_fini(&in);
        map64_fini(&m);
        arena_fini(&a);
    }
}
#endif

void map_test(struct test *t);
void map_test(struct test *t)
{
    test_map64(t);
    test_reserve(t);
    test_intern(t);
#ifdef MEM_FAULTS
    test_nomem(t);
#endif
}
