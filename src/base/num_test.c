#include "base/num.h"
#include <stdio.h>
#include "base/clock.h"
#include "base/test.h"

static const i128 I128_TOP = (i128)(((u128)1 << 127) - 1);

/* a * b in 256 bits, by 64-bit halves. */
struct wide {
    u128 hi, lo;
};

static struct wide wide_mul(u128 a, u128 b)
{
    uint64_t a0 = (uint64_t)a, a1 = (uint64_t)(a >> 64), b0 = (uint64_t)b, b1 = (uint64_t)(b >> 64);
    u128 low = (u128)a0 * b0, m1 = (u128)a1 * b0, m2 = (u128)a0 * b1;
    u128 mid = (low >> 64) + (uint64_t)m1 + (uint64_t)m2;
    return (struct wide){(u128)a1 * b1 + (m1 >> 64) + (m2 >> 64) + (mid >> 64), mid << 64 | (uint64_t)low};
}

static int wide_cmp(struct wide a, struct wide b)
{
    if (a.hi != b.hi) return a.hi < b.hi ? -1 : 1;
    return (a.lo > b.lo) - (a.lo < b.lo);
}

static u128 mag(i128 v) { return v < 0 ? 0 - (u128)v : (u128)v; }

/* The sign of an/ad - bn/bd by cross multiplication. */
static int slow_cmp(i128 an, i128 ad, i128 bn, i128 bd)
{
    int sa = (an > 0) - (an < 0), sb = (bn > 0) - (bn < 0);
    if (sa != sb) return sa < sb ? -1 : 1;
    int c = wide_cmp(wide_mul(mag(an), (u128)bd), wide_mul(mag(bn), (u128)ad));
    return sa < 0 ? -c : c;
}

/* Any number of bits, so that all sizes meet. */
static i128 draw(struct rng *r)
{
    u128 v = (u128)rng_next(r) << 64 | rng_next(r);
    return (i128)v >> rng_below(r, 127);
}

static i128 draw_positive(struct rng *r)
{
    i128 v = (i128)(mag(draw(r)) & (u128)I128_TOP);
    return v == 0 ? 1 : v;
}

static void test_frac_cmp(struct test *t)
{
    if (!TEST(t, "fractions compare as 256-bit products do")) return;
    struct rng r;
    rng_seed(&r, 7);
    size_t bad = 0, n = t->slow ? 3000000 : 100000, equal = 0;
    for (size_t i = 0; i < n; i++) {
        i128 an = draw(&r), ad = draw_positive(&r), bn = draw(&r), bd = draw_positive(&r);
        if (i % 3 == 1) bn = an, bd = ad; /* equal, or nearly so */
        if (i % 9 == 4 && bd < I128_TOP) bd++;
        if (i % 9 == 7 && bn < I128_TOP) bn++;
        int want = slow_cmp(an, ad, bn, bd);
        bad += frac_cmp(an, ad, bn, bd) != want || frac_cmp(bn, bd, an, ad) != -want;
        equal += want == 0;
    }
    CHECK_I64(t, bad, 0);
    CHECK(t, equal > n / 10 && equal < n / 2);
}

static void test_frac_cmp_edges(struct test *t)
{
    if (!TEST(t, "fractions at the edges")) return;
    i128 low = -I128_TOP - 1;
    const i128 v[] = {low, low + 1, -1, 0, 1, I128_TOP - 1, I128_TOP, INT64_MIN, INT64_MAX};
    const i128 d[] = {1, 2, INT64_MAX, I128_TOP - 1, I128_TOP};
    size_t bad = 0;
    for (size_t i = 0; i < 9 * 5 * 9 * 5; i++) {
        i128 an = v[i % 9], ad = d[i / 9 % 5], bn = v[i / 45 % 9], bd = d[i / 405];
        bad += frac_cmp(an, ad, bn, bd) != slow_cmp(an, ad, bn, bd);
    }
    CHECK_I64(t, bad, 0);
    CHECK_I64(t, frac_cmp(2, 4, 1, 2), 0);
    CHECK_I64(t, frac_cmp(-2, 4, 1, 2), -1);
}

static void test_div_round(struct test *t)
{
    if (!TEST(t, "halves round away from zero")) return;
    static const struct {
        int n, d, q;
    } v[] = {{5, 2, 3},   {-5, 2, -3}, {5, -2, -3}, {-5, -2, 3}, {4, 3, 1},   {-4, 3, -1}, {7, 4, 2},
             {-7, 4, -2}, {1, 3, 0},   {-1, 3, 0},  {1, 2, 1},   {-1, 2, -1}, {0, -7, 0},  {6, 3, 2}};
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) CHECK_I64(t, i128_div_round(v[i].n, v[i].d), v[i].q);
    i128 low = -I128_TOP - 1;
    CHECK(t, i128_div_round(low, 1) == low);
    CHECK(t, i128_div_round(low, -1) == I128_TOP);
    CHECK(t, i128_div_round(low, low) == 1);
    CHECK(t, i128_div_round(I128_TOP, low) == -1);
    CHECK(t, i128_div_round(low / 2, low) == 1);
    CHECK(t, i128_div_round(low / 2 + 1, low) == 0);
}

static void test_frac_round(struct test *t)
{
    if (!TEST(t, "a fraction rounds to a scale")) return;
    int64_t v = 0;
    CHECK(t, frac_round(1, 3, RATIO_ONE, &v) && v == 333333333);
    CHECK(t, frac_round(-2, 3, RATIO_ONE, &v) && v == -666666667);
    CHECK(t, frac_round(1, -2000000000, RATIO_ONE, &v) && v == -1);
    CHECK(t, frac_round(5, 2, 1, &v) && v == 3);
    CHECK(t, frac_round(INT64_MAX, 1, 1, &v) && v == INT64_MAX);
    CHECK(t, frac_round(INT64_MIN, 1, 1, &v) && v == INT64_MIN);
    v = 42;
    CHECK(t, !frac_round((i128)INT64_MAX + 1, 1, 1, &v));
    CHECK(t, !frac_round((i128)INT64_MIN - 1, 1, 1, &v));
    CHECK(t, !frac_round((i128)INT64_MAX * 2 + 1, 2, 1, &v));
    CHECK(t, frac_round((i128)INT64_MIN * 2, 2, 1, &v) && v == INT64_MIN);
    v = 42;
    CHECK(t, !frac_round(INT64_C(9300000000), 1, RATIO_ONE, &v));
    CHECK(t, !frac_round(1, 0, 1, &v));
    CHECK(t, !frac_round(1, 1, 0, &v));
    CHECK(t, !frac_round(I128_TOP, 1, INT64_MAX, &v));
    CHECK_I64(t, v, 42);
    CHECK(t, frac_round(I128_TOP, I128_TOP, INT64_MAX, &v) && v == INT64_MAX);
    CHECK(t, frac_round(I128_TOP - 1, -I128_TOP - 1, RATIO_ONE, &v) && v == -RATIO_ONE);
}

static bool slow_scaled(u128 n, u128 d, uint64_t scale, u128 *q)
{
    /* 2 * |n * scale / d - q| <= 1, looked at by multiplying: q is right when (2q - 1) * d <= 2 * n * scale < (2q + 1)
     * * d. */
    struct wide p = wide_mul(n, scale);
    struct wide twice = {p.hi << 1 | p.lo >> 127, p.lo << 1};
    return wide_cmp(wide_mul(2 * *q + 1, d), twice) > 0 && (*q == 0 || wide_cmp(wide_mul(2 * *q - 1, d), twice) <= 0);
}

static void test_frac_round_random(struct test *t)
{
    if (!TEST(t, "rounded fractions are the nearest")) return;
    struct rng r;
    rng_seed(&r, 11);
    size_t bad = 0, done = 0;
    for (size_t i = 0; i < 100000; i++) {
        i128 n = draw(&r) >> 1, d = draw_positive(&r);
        int64_t scale = i % 2 ? RATIO_ONE : (int64_t)(rng_next(&r) >> (1 + rng_below(&r, 62))) + 1, out;
        if (scale < 1 || !frac_round(n, d, scale, &out)) continue;
        u128 q = mag(out);
        bad += !slow_scaled(mag(n), (u128)d, (uint64_t)scale, &q) || (out != 0 && (out < 0) != (n < 0));
        done++;
    }
    CHECK_I64(t, bad, 0);
    CHECK(t, done > 30000);
}

struct dec_case {
    const char *text;
    unsigned scale;
    bool ok;
    int64_t v;
};

static void test_dec_parse(struct test *t)
{
    if (!TEST(t, "reads decimal text strictly")) return;
    static const struct dec_case v[] = {
        {"0", 2, true, 0},
        {"-0", 2, true, 0},
        {"12", 2, true, 1200},
        {"+12.3", 2, true, 1230},
        {"-1,234.56", 2, true, -123456},
        {"1,234,567", 0, true, 1234567},
        {"12.3400", 2, true, 1234},
        {".5", 2, true, 50},
        {"-.05", 2, true, -5},
        {"92233720368547758.07", 2, true, INT64_MAX},
        {"-92233720368547758.08", 2, true, INT64_MIN},
        {"-9223372036854775808", 0, true, INT64_MIN},
        {"9.223372036854775807", 18, true, INT64_MAX},
        {"000012", 0, true, 12},
        {"92233720368547758.08", 2, false, 0},
        {"9223372036854775807", 2, false, 0},
        {"12.345", 2, false, 0},
        {"1", 19, false, 0},
        {"", 2, false, 0},
        {"-", 2, false, 0},
        {".", 2, false, 0},
        {"5.", 2, false, 0},
        {"1,23", 0, false, 0},
        {"1,2345", 0, false, 0},
        {"1234,567", 0, false, 0},
        {",123", 0, false, 0},
        {"1,", 0, false, 0},
        {"1,,234", 0, false, 0},
        {"1,234.5,6", 2, false, 0},
        {"1.2.3", 2, false, 0},
        {" 1", 0, false, 0},
        {"1 ", 0, false, 0},
        {"--1", 0, false, 0},
        {"1-", 0, false, 0},
        {"1e3", 2, false, 0},
        {"１", 0, false, 0},
        {"0x10", 0, false, 0},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        int64_t got = 42;
        bool ok = dec_parse(str_from(v[i].text), v[i].scale, &got);
        if (ok != v[i].ok || (ok && got != v[i].v)) printf("    dec_parse(\"%s\", %u)\n", v[i].text, v[i].scale);
        CHECK_I64(t, ok, v[i].ok);
        if (v[i].ok) CHECK_I64(t, got, v[i].v);
    }
}

static void test_format(struct test *t)
{
    if (!TEST(t, "writes decimals and yuan")) return;
    char out[48];
    static const struct {
        int64_t v;
        unsigned scale;
        bool trim;
        const char *want;
    } v[] = {
        {0, 0, false, "0"},
        {0, 2, false, "0.00"},
        {0, 2, true, "0"},
        {-5, 2, false, "-0.05"},
        {-50, 2, true, "-0.5"},
        {1200, 2, true, "12"},
        {1, 9, true, "0.000000001"},
        {INT64_MIN, 0, false, "-9223372036854775808"},
        {INT64_MIN, 18, true, "-9.223372036854775808"},
        {INT64_MAX, 2, false, "92233720368547758.07"},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        size_t n = dec_format(v[i].v, v[i].scale, v[i].trim, out);
        CHECK_STR(t, str_make(out, n), str_from(v[i].want));
        CHECK_I64(t, strlen(out), n);
    }
    CHECK_STR(t, str_make(out, fen_format(2300050, out)), STR("23,000.5"));
    CHECK_STR(t, str_make(out, fen_format(-120000, out)), STR("-1,200"));
    CHECK_STR(t, str_make(out, fen_format(99999, out)), STR("999.99"));
    CHECK_STR(t, str_make(out, fen_format(0, out)), STR("0"));
    CHECK_STR(t, str_make(out, fen_format(INT64_MIN, out)), STR("-92,233,720,368,547,758.08"));
    CHECK_STR(t, str_make(out, i128_format(-I128_TOP - 1, out)), STR("-170141183460469231731687303715884105728"));
    CHECK_STR(t, str_make(out, i128_format(0, out)), STR("0"));
}

static void test_round_trip(struct test *t)
{
    if (!TEST(t, "what is written is read again")) return;
    struct rng r;
    rng_seed(&r, 3);
    size_t bad = 0;
    for (size_t i = 0; i < 20000; i++) {
        int64_t v = (int64_t)rng_next(&r) >> rng_below(&r, 64), back = 0;
        unsigned scale = (unsigned)rng_below(&r, 19);
        char out[32];
        size_t n = dec_format(v, scale, i % 2, out);
        bad += !dec_parse(str_make(out, n), scale, &back) || back != v;
        bad += !dec_parse(str_make(out, fen_format(v, out)), 2, &back) || back != v;
    }
    CHECK_I64(t, bad, 0);
}

/* One digit after the other. */
static struct str plain_digits(i128 v, char room[48])
{
    char *p = room + 48;
    u128 u = v < 0 ? ~(u128)v + 1 : (u128)v;
    do *--p = (char)('0' + (int)(u % 10));
    while (u /= 10);
    if (v < 0) *--p = '-';
    return str_make(p, (size_t)(room + 48 - p));
}

static void test_wide(struct test *t)
{
    if (!TEST(t, "128 bits are written as digit after digit")) return;
    const u128 part = UINT64_C(10000000000000000000);
    struct rng r;
    rng_seed(&r, 128);
    size_t differ = 0;
    for (size_t i = 0; i < 20000; i++) {
        u128 u = (((u128)rng_next(&r) << 64) | rng_next(&r)) >> rng_below(&r, 128);
        if (i % 4 == 0) u = u / part * part + rng_below(&r, 3) - 1; /* zeros inside, nines inside */
        char got[48], want[48];
        differ += !str_eq(str_make(got, i128_format((i128)u, got)), plain_digits((i128)u, want));
    }
    CHECK_I64(t, differ, 0);
}

static void test_checked(struct test *t)
{
    if (!TEST(t, "checked arithmetic")) return;
    int64_t v;
    size_t z;
    CHECK(t, i64_add(INT64_MAX, 0, &v) && !i64_add(INT64_MAX, 1, &v));
    CHECK(t, i64_sub(INT64_MIN, 0, &v) && !i64_sub(INT64_MIN, 1, &v));
    CHECK(t, i64_mul(-1, INT64_MAX, &v) && !i64_mul(-1, INT64_MIN, &v));
    CHECK(t, size_add(1, 2, &z) && z == 3 && !size_add(SIZE_MAX, 1, &z));
    CHECK(t, size_mul(3, 2, &z) && z == 6 && !size_mul(SIZE_MAX, 2, &z));
}

void num_test(struct test *t);
void num_test(struct test *t)
{
    test_frac_cmp(t);
    test_frac_cmp_edges(t);
    test_div_round(t);
    test_frac_round(t);
    test_frac_round_random(t);
    test_dec_parse(t);
    test_format(t);
    test_round_trip(t);
    test_wide(t);
    test_checked(t);
}
