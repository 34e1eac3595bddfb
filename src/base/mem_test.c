#include "base/mem.h"
#include "base/test.h"

static void test_limits(struct test *t)
{
    if (!TEST(t, "refuses nothing and too much")) return;
    volatile size_t huge = SIZE_MAX / 2; /* volatile: the compiler would warn of the size */
    CHECK(t, mem_alloc(0) == NULL);
    CHECK(t, mem_alloc_array(huge, 3) == NULL);
    CHECK(t, mem_zalloc_array(huge, 3) == NULL);
    CHECK(t, mem_zalloc_array(0, 3) == NULL);
    CHECK(t, mem_big_alloc(0) == NULL);
    mem_free(NULL);
    CHECK(t, mem_room_alloc(0) == NULL);
    CHECK(t, mem_room_alloc(huge) == NULL);
    CHECK(t, mem_sparse_alloc(0) == NULL);
    mem_big_free(NULL, 5);
    mem_sparse_free(NULL, 5);
}

static void test_resize(struct test *t)
{
    if (!TEST(t, "resizing keeps the content, failing keeps the block")) return;
    uint64_t before = mem_live_count();
    uint32_t *p = mem_zalloc_array(2, sizeof *p);
    CHECK(t, p && p[0] == 0 && p[1] == 0);
    if (!p) return;
    p[1] = 7;
    uint32_t *q = mem_resize_array(p, 1000, sizeof *q);
    CHECK(t, q && q[1] == 7);
    volatile size_t huge = SIZE_MAX / 2;
    CHECK(t, mem_resize_array(q, huge, sizeof *q) == NULL);
    CHECK(t, q[1] == 7);
    mem_free(q);
    CHECK_I64(t, mem_live_count(), before);
}

static void test_big(struct test *t)
{
    if (!TEST(t, "large blocks are zeroed and page-aligned")) return;
    size_t bytes = (3u << 20) + 1;
    unsigned char *p = mem_big_alloc(bytes);
    CHECK(t, p && (uintptr_t)p % 4096 == 0);
    if (!p) return;
    CHECK(t, p[0] == 0 && p[bytes - 1] == 0);
    p[bytes - 1] = 1;
    mem_big_free(p, bytes);
}

static void test_rooms(struct test *t)
{
    if (!TEST(t, "rooms are page-aligned and may be touched, sparse blocks are zeroed")) return;
    uint64_t before = mem_live_count();
    size_t bytes = (5u << 20) + 3;
    unsigned char *room = mem_room_alloc(bytes), *sparse = mem_sparse_alloc(bytes);
    CHECK(t, room && (uintptr_t)room % 4096 == 0);
    CHECK(t, sparse && sparse[0] == 0 && sparse[bytes / 2] == 0 && sparse[bytes - 1] == 0);
    if (room) {
        room[0] = 3, room[bytes - 1] = 4;
        mem_room_touch(room, bytes);
        CHECK(t, room[0] == 3 && room[bytes - 1] == 4);
    }
    mem_free(room);
    mem_sparse_free(sparse, bytes);
    CHECK_I64(t, mem_live_count(), before);
}

static void *one_of_each(int kind)
{
    if (kind == 0) return mem_alloc(8);
    if (kind == 1) return mem_alloc_array(2, 4);
    if (kind == 2) return mem_zalloc_array(2, 4);
    return mem_resize_array(NULL, 2, 4);
}

static void test_faults(struct test *t)
{
    if (!TEST(t, "the nth allocation fails, once or from then on")) return;
#ifdef MEM_FAULTS
    for (int repeat = 0; repeat <= 1; repeat++) {
        for (int nth = 1; nth <= 4; nth++) {
            void *got[4];
            mem_fault_arm((uint64_t)nth, repeat);
            CHECK(t, !mem_fault_fired());
            for (int i = 0; i < 4; i++) got[i] = one_of_each(i);
            CHECK(t, mem_fault_fired());
            mem_fault_arm(0, 0);
            for (int i = 0; i < 4; i++) CHECK_I64(t, got[i] == NULL, i + 1 == nth || (repeat && i + 1 > nth));
            for (int i = 0; i < 4; i++) mem_free(got[i]);
        }
    }
    mem_fault_arm(1, 0);
    CHECK(t, mem_big_alloc(4096) == NULL);
    mem_fault_arm(1, 1);
    CHECK(t, mem_room_alloc(4096) == NULL);
    CHECK(t, mem_sparse_alloc(4096) == NULL);
#else
    mem_fault_arm(1, 1);
    void *p = one_of_each(0);
    CHECK(t, p != NULL && !mem_fault_fired());
    mem_free(p);
#endif
    mem_fault_arm(0, 0);
}

void mem_test(struct test *t);
void mem_test(struct test *t)
{
    test_limits(t);
    test_resize(t);
    test_big(t);
    test_rooms(t);
    test_faults(t);
}
