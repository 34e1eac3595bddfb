#include "rules/reason.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/test.h"

static reason r_of(uint64_t i) { return reason_make(REASON_BLANK, 3, i); }

static void test_make(struct test *t)
{
    reason r = reason_make(REASON_STALE, 7, 738000 << 2 | 3);
    CHECK_I64(t, reason_kind_of(r), REASON_STALE);
    CHECK_I64(t, reason_dataset(r), 7);
    CHECK_I64(t, reason_detail(r), 738000 << 2 | 3);
    CHECK(t, reason_is_data_error(REASON_CONFLICT) && !reason_is_data_error(REASON_BLANK));
}

static void test_algebra(struct test *t, struct reasons *rs)
{
    reason_set a = reasons_one(rs, r_of(1)), b = reasons_one(rs, r_of(2)), c = reasons_one(rs, r_of(3));
    reason_set ab = reasons_union(rs, a, b);
    CHECK(t, a && b && a != b && a == reasons_one(rs, r_of(1)));
    CHECK_I64(t, ab, reasons_union(rs, b, a));
    CHECK_I64(t, reasons_union(rs, ab, c), reasons_union(rs, a, reasons_union(rs, c, b)));
    CHECK_I64(t, reasons_union(rs, ab, a), ab);
    CHECK_I64(t, reasons_union(rs, ab, 0), ab);
    CHECK_I64(t, reasons_union(rs, 0, ab), ab);
    const reason *v;
    CHECK_I64(t, reasons_get(rs, ab, &v), 2);
    CHECK(t, v[0] == r_of(1) && v[1] == r_of(2));
    CHECK_I64(t, reasons_get(rs, 0, &v), 0);
    reason many[] = {r_of(2), r_of(1), r_of(2)};
    CHECK_I64(t, reasons_of(rs, many, 3), ab);
    CHECK_I64(t, reasons_of(rs, many, 0), 0);
}

/* However they come, the REASON_SET_MAX smallest are kept. */
static void test_bound(struct test *t, struct reasons *rs)
{
    reason_set up = 0, down = 0;
    reason v[100];
    for (uint64_t i = 0; i < 100; i++) {
        up = reasons_union(rs, up, reasons_one(rs, r_of(1000 + i)));
        down = reasons_union(rs, down, reasons_one(rs, r_of(1099 - i)));
        v[i] = r_of(1000 + i * 37 % 100);
    }
    const reason *got;
    CHECK_I64(t, reasons_get(rs, up, &got), REASON_SET_MAX);
    CHECK(t, got[0] == r_of(1000) && got[REASON_SET_MAX - 1] == r_of(1000 + REASON_SET_MAX - 1));
    CHECK_I64(t, down, up);
    CHECK_I64(t, reasons_of(rs, v, 100), up);
}

struct work {
    struct reasons *rs;
    reason_set got[8];
};

static enum rc union_all(void *ctx, size_t task, unsigned thread, struct err *e)
{
    (void)thread, (void)e;
    struct work *w = ctx;
    reason_set s = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        uint64_t k = (i * 7 + task * 13) % 50;
        s = reasons_union(w->rs, i % 50 == 0 ? 0 : s, reasons_one(w->rs, r_of(5000 + k)));
    }
    w->got[task] = s;
    return RC_OK;
}

static void test_threads(struct test *t, struct reasons *rs)
{
    struct work w = {.rs = rs};
    struct err e = {0};
    CHECK_I64(t, par_run(4, 8, union_all, &w, &e), RC_OK);
    const reason *v;
    CHECK_I64(t, reasons_get(rs, w.got[0], &v), 50);
    for (size_t i = 1; i < 8; i++) CHECK_I64(t, w.got[i], w.got[0]);
}

/* More sets than one block and one table of slots hold. */
static void test_many(struct test *t, struct reasons *rs)
{
    reason_set last = 0;
    for (uint64_t i = 0; i < 10000; i++) last = reasons_one(rs, r_of(100000 + i));
    const reason *v;
    CHECK(t, reasons_get(rs, last, &v) == 1 && *v == r_of(109999));
    CHECK_I64(t, reasons_one(rs, r_of(109999)), last);
    CHECK(t, !reasons_failed(rs));
}

static void test_other_table(struct test *t, struct reasons *rs)
{
    struct reasons *other = reasons_new();
    reason_set a = reasons_one(other, r_of(3));
    CHECK(t, reasons_equal(rs, reasons_one(rs, r_of(3)), other, a));
    CHECK(t, !reasons_equal(rs, reasons_one(rs, r_of(4)), other, a));
    CHECK(t, reasons_equal(rs, 0, other, 0));
    reasons_free(other);
}

/* Each allocation fails in turn: marked failed, nothing wrong handed out, nothing leaked. */
static void test_memory(struct test *t)
{
    for (uint64_t n = 1; n < 12; n++) {
        mem_fault_arm(n, 1);
        struct reasons *rs = reasons_new();
        reason_set a = rs ? reasons_one(rs, r_of(1)) : 0, b = rs ? reasons_one(rs, r_of(2)) : 0;
        reason_set ab = rs ? reasons_union(rs, a, b) : 0;
        const reason *v;
        if (rs && a && b) CHECK(t, reasons_failed(rs) ? ab == a : reasons_get(rs, ab, &v) == 2);
        reasons_free(rs);
        mem_fault_arm(0, 0);
    }
}

void reason_test(struct test *t);
void reason_test(struct test *t)
{
    struct reasons *rs = reasons_new();
    CHECK(t, rs != NULL);
    if (TEST(t, "reason parts")) test_make(t);
    if (TEST(t, "union is commutative, associative, idempotent")) test_algebra(t, rs);
    if (TEST(t, "the smallest reasons are kept")) test_bound(t, rs);
    if (TEST(t, "the same from several threads")) test_threads(t, rs);
    if (TEST(t, "many sets")) test_many(t, rs);
    if (TEST(t, "sets of two tables compare by content")) test_other_table(t, rs);
    if (TEST(t, "memory runs out")) test_memory(t);
    reasons_free(rs);
}
