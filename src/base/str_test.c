#include "base/arena.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/test.h"

static void test_compare(struct test *t)
{
    if (!TEST(t, "compares bytes")) return;
    CHECK(t, str_eq(STR(""), str_from(NULL)));
    CHECK(t, !str_eq(STR("a"), STR("ab")));
    CHECK(t, str_eq_nocase(STR("aZ1-"), STR("Az1-")));
    CHECK(t, !str_eq_nocase(STR("@"), STR("`")));
    CHECK(t, !str_eq_nocase(STR("[é"), STR("{É")));
    CHECK_I64(t, str_cmp(STR("ab"), STR("abc")), -1);
    CHECK_I64(t, str_cmp(STR("b"), STR("abc")), 1);
    CHECK_I64(t, str_cmp(STR("\xff"), STR("a")), 1);
    CHECK_I64(t, str_cmp(STR(""), (struct str){NULL, 0}), 0);
    CHECK_I64(t, str_cmp(STR("a"), (struct str){NULL, 0}), 1);
}

static void test_find(struct test *t)
{
    if (!TEST(t, "finds and cuts")) return;
    CHECK_I64(t, str_find(STR("abcabc"), STR("bc"), 0), 1);
    CHECK_I64(t, str_find(STR("abcabc"), STR("bc"), 2), 4);
    CHECK(t, str_find(STR("abcabc"), STR("bc"), 5) == SIZE_MAX);
    CHECK(t, str_find(STR("abc"), STR("c"), 4) == SIZE_MAX);
    CHECK_I64(t, str_find(STR("abc"), STR(""), 3), 3);
    CHECK(t, str_find((struct str){NULL, 0}, STR("a"), 0) == SIZE_MAX);
    CHECK(t, str_starts(STR("abc"), STR("ab")) && !str_starts(STR("a"), STR("ab")));
    CHECK(t, str_ends(STR("abc"), STR("bc")) && !str_ends(STR("c"), STR("bc")) && str_ends(STR("c"), STR("")));
    CHECK_STR(t, str_sub(STR("abc"), 1, 9), STR("bc"));
    CHECK_STR(t, str_sub(STR("abc"), 4, 9), STR(""));
    CHECK_STR(t, str_sub(STR("abc"), 2, 1), STR(""));
}

static void test_cut_fields(struct test *t)
{
    if (!TEST(t, "cuts fields off the front")) return;
    struct str rest = STR("a,,b"), head;
    CHECK(t, str_cut(&rest, ',', &head));
    CHECK_STR(t, head, STR("a"));
    CHECK(t, str_cut(&rest, ',', &head));
    CHECK_STR(t, head, STR(""));
    CHECK(t, str_cut(&rest, ',', &head));
    CHECK_STR(t, head, STR("b"));
    CHECK(t, !str_cut(&rest, ',', &head));
}

static void test_trim(struct test *t)
{
    if (!TEST(t, "trims the blanks people type")) return;
    CHECK_STR(t, str_trim(STR(" \t\r\n\u3000\u00A0\uFEFF张 三\uFEFF\u3000 \n")), STR("张 三"));
    CHECK_STR(t, str_trim(STR(" \u3000 ")), STR(""));
    CHECK_STR(t, str_trim(STR("\x80\x80")), STR("\x80\x80"));
    CHECK_STR(t, str_trim(STR("　\x80　")), STR("\x80"));
    CHECK_STR(t, str_trim((struct str){NULL, 0}), STR(""));
}

static void test_hash(struct test *t)
{
    if (!TEST(t, "hash is stable and depends on every byte and the length")) return;
    CHECK(t, str_hash(STR("")) == UINT64_C(0x5cba07e4f08d6a37));
    CHECK(t, str_hash(STR("a")) == UINT64_C(0xbf2872c6b659b481));
    CHECK(t, str_hash(STR("防止返贫 2026")) == UINT64_C(0x3900bb0791183692));
    char a[40] = {0};
    uint64_t seen[41 + 40 * 8];
    size_t n = 0;
    for (size_t len = 0; len <= sizeof a; len++) seen[n++] = str_hash(str_make(a, len));
    for (size_t bit = 0; bit < sizeof a * 8; bit++) {
        a[bit / 8] = (char)(1u << (bit % 8));
        seen[n++] = str_hash(str_make(a, sizeof a));
        a[bit / 8] = 0;
    }
    size_t same = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) same += seen[i] == seen[j];
    CHECK_I64(t, same, 0);
}

/* Byte by byte, as it is stored in databases. */
static uint64_t plain_hash(const char *p, size_t n)
{
    const uint64_t k0 = UINT64_C(0x9E3779B97F4A7C15), k1 = UINT64_C(0xD6E8FEB86659FD93);
    uint64_t h = k0 ^ n;
    for (size_t i = 0; i < n; i += 8) {
        uint64_t w = 0;
        for (size_t k = 0; k < 8 && i + k < n; k++) w |= (uint64_t)(unsigned char)p[i + k] << 8 * k;
        u128 m = (u128)(h ^ w ^ k1) * k0;
        h = ((uint64_t)m ^ (uint64_t)(m >> 64)) + k1;
    }
    u128 m = (u128)(h ^ (h >> 29)) * k1;
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static void test_hash_plain(struct test *t)
{
    if (!TEST(t, "hash is what the bytes one by one give")) return;
    char text[40];
    struct rng r;
    size_t differ = 0;
    rng_seed(&r, 20261122);
    for (size_t i = 0; i < 100000; i++) {
        size_t n = i % (sizeof text + 1);
        char *p = text + sizeof text - n; /* ends where the memory does */
        for (size_t k = 0; k < n; k++) p[k] = (char)rng_next(&r);
        differ += str_hash(str_make(p, n)) != plain_hash(p, n);
    }
    CHECK_I64(t, differ, 0);
}

static void test_copies(struct test *t)
{
    if (!TEST(t, "copies into an arena, or says that it cannot")) return;
    struct arena a;
    arena_init(&a, 64);
    CHECK_STR(t, str_dup(&a, STR("abc")), STR("abc"));
    struct str empty = str_dup(&a, STR(""));
    CHECK(t, empty.p && empty.n == 0);
    const char *z = str_z(&a, str_make("abcdef", 3));
    CHECK_STR(t, str_from(z), STR("abc"));
    struct str big = str_dup(&a, str_make("0123456789012345678901234567890123456789", 40));
    CHECK(t, !big.p && big.n == 0 && arena_failed(&a));
    arena_fini(&a);
}

static void test_to_i64(struct test *t)
{
    if (!TEST(t, "reads whole numbers strictly")) return;
    static const struct {
        const char *text;
        bool ok;
        int64_t v;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x1", false, 0},
        {"--1", false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t v = 42;
        bool ok = str_to_i64(str_from(cases[i].text), INT64_MIN, INT64_MAX, &v);
        CHECK_I64(t, ok, cases[i].ok);
        CHECK_I64(t, v, cases[i].ok ? cases[i].v : 42);
    }
    int64_t v;
    CHECK(t, str_to_i64(STR("5"), 5, 5, &v) && !str_to_i64(STR("4"), 5, 9, &v) && !str_to_i64(STR("10"), 5, 9, &v));
}

static void test_distance(struct test *t)
{
    if (!TEST(t, "edit distance in characters")) return;
    CHECK_I64(t, str_distance(STR("kitten"), STR("sitting"), 9), 3);
    CHECK_I64(t, str_distance(STR("收入"), STR("收人"), 9), 1);
    CHECK_I64(t, str_distance(STR(""), STR("收入"), 9), 2);
    CHECK_I64(t, str_distance(STR("same"), STR("same"), 0), 0);
    CHECK_I64(t, str_distance(STR("abcdef"), STR("uvwxyz"), 2), 3);
    CHECK_I64(t, str_distance(STR("\xff"), STR("\xfe"), 2), 1);
    char longer[STR_DISTANCE_CHARS + 1];
    memset(longer, 'a', sizeof longer);
    CHECK_I64(t, str_distance(str_make(longer, sizeof longer), STR("a"), 3), 4);
    CHECK_I64(t, str_distance(str_make(longer, STR_DISTANCE_CHARS), STR("a"), 1000), STR_DISTANCE_CHARS - 1);
}

void str_test(struct test *t);
void str_test(struct test *t)
{
    test_compare(t);
    test_find(t);
    test_cut_fields(t);
    test_trim(t);
    test_hash(t);
    test_hash_plain(t);
    test_copies(t);
    test_to_i64(t);
    test_distance(t);
}
