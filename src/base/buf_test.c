#include "base/buf.h"
#include "base/mem.h"
#include "base/test.h"
#include "base/utf8.h"

static void test_max(struct test *t)
{
    if (!TEST(t, "the maximum is exact, failure is sticky and changes nothing")) return;
    struct buf b;
    buf_init(&b, 10);
    buf_addz(&b, "12345");
    buf_addf(&b, "%s", "67890");
    CHECK(t, !b.failed);
    CHECK_STR(t, str_from(buf_z(&b)), STR("1234567890"));
    buf_addc(&b, 'x');
    CHECK(t, b.failed);
    CHECK_STR(t, buf_str(&b), STR("1234567890"));
    CHECK(t, buf_z(&b) == NULL);
    buf_clear(&b);
    CHECK(t, !b.failed);
    CHECK_STR(t, str_from(buf_z(&b)), STR(""));
    buf_addz(&b, "12345");
    buf_addf(&b, "%06d", 1);
    CHECK(t, b.failed);
    buf_addz(&b, "");
    buf_addc(&b, 'y');
    CHECK_STR(t, buf_str(&b), STR("12345"));
    buf_clear(&b);
    CHECK(t, buf_reserve(&b, 10));
    CHECK(t, !buf_reserve(&b, 11));
    buf_fini(&b);
    CHECK_I64(t, b.max, 10);
}

static void test_numbers(struct test *t)
{
    if (!TEST(t, "numbers")) return;
    struct buf b;
    buf_init(&b, 100);
    buf_add_i64(&b, INT64_MIN);
    buf_addc(&b, ' ');
    buf_add_i64(&b, 0);
    buf_addf(&b, " %d%%", 7);
    CHECK_STR(t, buf_str(&b), STR("-9223372036854775808 0 7%"));
    buf_fini(&b);
}

struct pair {
    struct str in, out;
};

static void check_pairs(struct test *t, const struct pair *v, size_t n, void (*add)(struct buf *, struct str))
{
    for (size_t i = 0; i < n; i++) {
        struct buf b;
        buf_init(&b, 100);
        add(&b, v[i].in);
        CHECK_STR(t, buf_str(&b), v[i].out);
        /* One byte less than needed: nothing is written. */
        struct buf small;
        buf_init(&small, v[i].out.n ? v[i].out.n - 1 : 0);
        add(&small, v[i].in);
        CHECK_I64(t, small.n, 0);
        CHECK_I64(t, small.failed, v[i].out.n > 0);
        buf_fini(&small);
        buf_fini(&b);
    }
}

static void test_json(struct test *t)
{
    if (!TEST(t, "JSON strings")) return;
    static const struct pair v[] = {
        {{"", 0}, {"\"\"", 2}},
        {{NULL, 0}, {"\"\"", 2}},
        {{"a\"b\\c/", 6}, {"\"a\\\"b\\\\c/\"", 10}},
        {{"\n\r\t\b\f", 5}, {"\"\\n\\r\\t\\b\\f\"", 12}},
        {{"\0\x1f\x7f", 3}, {"\"\\u0000\\u001f\x7f\"", 15}},
        {{"张😀", 7}, {"\"张😀\"", 9}},
        {{"a\xff\xe5\xbc", 4}, {"\"a\uFFFD\uFFFD\uFFFD\"", 12}},
    };
    check_pairs(t, v, sizeof v / sizeof v[0], buf_add_json);
}

static void test_csv(struct test *t)
{
    if (!TEST(t, "CSV fields")) return;
    static const struct pair v[] = {
        {{"", 0}, {"", 0}},
        {{"plain 张", 9}, {"plain 张", 9}},
        {{"a,b", 3}, {"\"a,b\"", 5}},
        {{"a\"b", 3}, {"\"a\"\"b\"", 6}},
        {{"a\nb", 3}, {"\"a\nb\"", 5}},
        {{"a\rb", 3}, {"\"a\rb\"", 5}},
        {{"=1+1", 4}, {"\"'=1+1\"", 7}},
        {{"+1", 2}, {"\"'+1\"", 5}},
        {{"-1", 2}, {"\"'-1\"", 5}},
        {{"@x", 2}, {"\"'@x\"", 5}},
        {{"\tx", 2}, {"\"'\tx\"", 5}},
        {{"a=b", 3}, {"a=b", 3}},
        {{"\0,", 2}, {"\"\0,\"", 4}},
    };
    check_pairs(t, v, sizeof v / sizeof v[0], buf_add_csv);
}

/* Every byte in front and behind: quoted as it has to be, and nothing else. */
static void test_csv_bytes(struct test *t)
{
    if (!TEST(t, "CSV fields of every byte")) return;
    struct buf b;
    buf_init(&b, 100);
    size_t differ = 0;
    for (unsigned c = 0; c < 256; c++) {
        char front[2] = {(char)c, 'x'}, back[2] = {'x', (char)c};
        bool marks = c && strchr(",\"\r\n", (int)c), formula = c && strchr("=+-@\t\r", (int)c);
        size_t twice = c == '"';
        buf_clear(&b);
        buf_add_csv(&b, str_make(front, 2));
        differ += b.n != 2 + (marks || formula ? 2 + formula + twice : 0);
        buf_clear(&b);
        buf_add_csv(&b, str_make(back, 2));
        differ += b.n != 2 + (marks ? 2 + twice : 0);
    }
    CHECK_I64(t, differ, 0);
    buf_fini(&b);
}

/* Marks are found wherever they stand, whatever stands before them. */
static void test_csv_places(struct test *t)
{
    if (!TEST(t, "CSV fields with a mark in every place")) return;
    size_t differ = 0;
    for (unsigned before = 0; before < 256; before++) {
        for (unsigned c = 0; c < 256; c++) {
            char s[19];
            size_t at = (before + c) % (sizeof s - 1);
            memset(s, 'x', sizeof s);
            s[at] = (char)before;
            s[at + 1] = (char)c;
            bool marks = memchr(",\"\r\n", (int)before, 4) || memchr(",\"\r\n", (int)c, 4);
            differ += csv_has_marks(str_make(s, sizeof s)) != marks;
        }
    }
    CHECK_I64(t, differ, 0);
}

#ifdef MEM_FAULTS
static void test_nomem(struct test *t)
{
    if (!TEST(t, "without memory it fails and keeps what it had")) return;
    for (uint64_t nth = 1; nth <= 4; nth++) {
        struct buf b;
        buf_init(&b, 4000);
        mem_fault_arm(nth, 1);
        for (int i = 0; i < 200 && !b.failed; i++) buf_addf(&b, "%09d\n", i);
        CHECK(t, mem_fault_fired() && b.failed && b.n % 10 == 0);
        CHECK(t, buf_z(&b) == NULL);
        mem_fault_arm(0, 0);
        CHECK(t, b.no_memory);
        buf_clear(&b);
        buf_addz(&b, "again");
        CHECK_STR(t, buf_str(&b), STR("again"));
        buf_fini(&b);
    }
}
#endif

void buf_test(struct test *t);
void buf_test(struct test *t)
{
    test_max(t);
    test_numbers(t);
    test_json(t);
    test_csv(t);
    test_csv_bytes(t);
    test_csv_places(t);
#ifdef MEM_FAULTS
    test_nomem(t);
#endif
}
