#include "base/arena.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"

static void test_zeroed(struct test *t)
{
    if (!TEST(t, "memory is zeroed and aligned, also after a reset")) return;
    struct arena a;
    arena_init(&a, MIB(8));
    for (int round = 0; round < 2; round++) {
        size_t bad = 0;
        for (size_t n = 1; n < 3000; n = n * 3 / 2 + 1) {
            unsigned char *p = arena_alloc(&a, n);
            if (!p || (uintptr_t)p % _Alignof(max_align_t) != 0) {
                bad++;
                continue;
            }
            for (size_t i = 0; i < n; i++) bad += p[i] != 0;
            memset(p, 0xEE, n);
        }
        CHECK_I64(t, bad, 0);
        arena_reset(&a);
        CHECK_I64(t, a.used, 0);
    }
    arena_fini(&a);
}

static void test_limit(struct test *t)
{
    if (!TEST(t, "the limit is exact and failure is sticky")) return;
    struct arena a;
    arena_init(&a, 64);
    CHECK(t, arena_alloc(&a, 0) == NULL);
    CHECK(t, !arena_failed(&a));
    CHECK(t, arena_alloc(&a, 48) != NULL);
    CHECK(t, arena_alloc(&a, 16) != NULL);
    CHECK(t, arena_alloc(&a, 1) == NULL);
    CHECK(t, arena_failed(&a));
    arena_reset(&a);
    CHECK(t, !arena_failed(&a));
    CHECK(t, arena_alloc(&a, 65) == NULL);
    CHECK(t, arena_alloc(&a, 1) == NULL);
    CHECK(t, arena_failed(&a));
    arena_fini(&a);
    CHECK(t, !arena_failed(&a));
}

static void test_overflow(struct test *t)
{
    if (!TEST(t, "sizes that overflow are refused")) return;
    struct arena a;
    volatile size_t huge = SIZE_MAX;
    arena_init(&a, SIZE_MAX);
    CHECK(t, arena_alloc_array(&a, huge, 2) == NULL);
    CHECK(t, arena_failed(&a));
    arena_reset(&a);
    CHECK(t, arena_alloc(&a, huge - 3) == NULL);
    CHECK(t, arena_failed(&a));
    arena_reset(&a);
    CHECK(t, arena_alloc(&a, huge - 64) == NULL);
    CHECK(t, arena_failed(&a));
    arena_fini(&a);
}

static void test_large(struct test *t)
{
    if (!TEST(t, "blocks of every size live together")) return;
    struct arena a;
    arena_init(&a, MIB(32));
    uint32_t *v[200] = {0};
    for (uint32_t i = 0; i < 200; i++) {
        v[i] = ARENA_ARRAY(&a, uint32_t, (i * 7919) % 30000 + 1);
        if (v[i]) *v[i] = i;
    }
    size_t bad = 0;
    for (uint32_t i = 0; i < 200; i++) bad += !v[i] || *v[i] != i;
    CHECK_I64(t, bad, 0);
    CHECK(t, !arena_failed(&a));
    arena_fini(&a);
}

#ifdef MEM_FAULTS
static void test_nomem(struct test *t)
{
    if (!TEST(t, "no memory is sticky too, and nothing leaks")) return;
    uint64_t before = mem_live_count();
    for (uint64_t nth = 1; nth <= 3; nth++) {
        struct arena a;
        arena_init(&a, MIB(1));
        mem_fault_arm(nth, 0);
        size_t got = 0;
        for (int i = 0; i < 20; i++) got += arena_alloc(&a, 1000) != NULL;
        CHECK(t, mem_fault_fired() && arena_failed(&a) && got < 20);
        mem_fault_arm(0, 0);
        CHECK(t, arena_alloc(&a, 1) == NULL);
        arena_reset(&a);
        CHECK(t, arena_alloc(&a, 1) != NULL);
        arena_fini(&a);
    }
    CHECK_I64(t, mem_live_count(), before);
}
#endif

void arena_test(struct test *t);
void arena_test(struct test *t)
{
    test_zeroed(t);
    test_limit(t);
    test_overflow(t);
    test_large(t);
#ifdef MEM_FAULTS
    test_nomem(t);
#endif
}
