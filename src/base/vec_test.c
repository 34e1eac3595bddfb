#include "base/vec.h"
#include "base/test.h"

static void test_push(struct test *t)
{
    if (!TEST(t, "grows up to its maximum")) return;
    VEC(int) v = {0};
    for (int i = 0; i < 100; i++) CHECK(t, vec_push(&v, 100, i));
    CHECK(t, !vec_push(&v, 100, 100));
    CHECK_I64(t, v.n, 100);
    CHECK_I64(t, v.cap, 100);
    size_t bad = 0;
    for (int i = 0; i < 100; i++) bad += v.v[i] != i;
    CHECK_I64(t, bad, 0);
    vec_fini(&v);
    CHECK(t, v.v == NULL && v.n == 0 && v.cap == 0);
}

static void test_structs(struct test *t)
{
    if (!TEST(t, "holds structs and pointers to const")) return;
    VEC(struct str) s = {0};
    VEC(const char *) z = {0};
    CHECK(t, vec_push(&s, 2, STR("a")) && vec_push(&s, 2, (struct str){"b", 1}) && !vec_push(&s, 2, STR("c")));
    CHECK(t, vec_push(&z, 1, "x"));
    CHECK_STR(t, s.v[1], STR("b"));
    CHECK_STR(t, str_from(z.v[0]), STR("x"));
    CHECK(t, !vec_push(&z, 0, "y"));
    vec_fini(&s);
    vec_fini(&z);
}

#ifdef MEM_FAULTS
static void test_nomem(struct test *t)
{
    if (!TEST(t, "without memory it stays as it was")) return;
    VEC(int) v = {0};
    for (int i = 0; i < 8; i++) CHECK(t, vec_push(&v, 1000, i));
    mem_fault_arm(1, 0);
    CHECK(t, !vec_push(&v, 1000, 8));
    CHECK_I64(t, v.n, 8);
    CHECK_I64(t, v.v[7], 7);
    CHECK(t, vec_push(&v, 1000, 8));
    vec_fini(&v);
}
#endif

void vec_test(struct test *t);
void vec_test(struct test *t)
{
    test_push(t);
    test_structs(t);
#ifdef MEM_FAULTS
    test_nomem(t);
#endif
}
