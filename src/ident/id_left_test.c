#include "ident/id_left.h"
#include "base/test.h"

static const uint64_t KEY = UINT64_C(61092219780712362); /* 61092219780712362X */

static void one(struct test *t, const char *text, bool in_order, enum id_left_worth worth, uint64_t key, bool fits)
{
    struct id_left l;
    id_left_parse(str_from(text), in_order, &l);
    test_eq_i64(t, l.worth, worth, __FILE__, __LINE__, text);
    test_eq_i64(t, id_left_fits(&l, key), fits, __FILE__, __LINE__, text);
}

static void test_cut(struct test *t)
{
    static const struct {
        const char *text;
        enum id_left_worth worth;
        bool fits, other; /* KEY; of the same fifteen digits */
    } CASES[] = {
        {"610922197807123000", LEFT_HEAD, true, true},
        {"'６１０９２２ 19780712 3000", LEFT_HEAD, true, true},
        {"610922197807124000", LEFT_HEAD, true, true}, /* rounded up */
        {"610922197807122000", LEFT_HEAD, false, false},
        {"6.10922197807123E+17", LEFT_HEAD, true, true},
        {"6.10922197807123E17", LEFT_HEAD, true, true},
        {"6.1092219780712e+17", LEFT_DAY, true, true},
        {"6.10922E+17", LEFT_FEW, true, true},
        {"6.11E+17", LEFT_FEW, true, true},
        {"6.12E+17", LEFT_FEW, false, false},
        {"611000000000000000", LEFT_FEW, true, true},
        {"6.10922197807123E+14", LEFT_NOTHING, false, false},
        {"6.11E", LEFT_NOTHING, false, false},
        {"6109221978071236", LEFT_HEAD, true, false},
        {"610922197807123", LEFT_HEAD, true, true},
        {"61092219780712", LEFT_DAY, true, true},
        {"6109221978071", LEFT_NOTHING, false, false},
        {"610922197807123677", LEFT_NOTHING, false, false}, /* another number, or slips of the pen */
        {"E12345678", LEFT_NOTHING, false, false},
        {"", LEFT_NOTHING, false, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        one(t, CASES[i].text, false, CASES[i].worth, KEY, CASES[i].fits);
        one(t, CASES[i].text, false, CASES[i].worth, KEY / 100 * 100 + 99, CASES[i].other);
    }
    one(t, "610922197807123000", true, LEFT_HEAD, KEY, true);
    one(t, "610922197807123600", true, LEFT_NOTHING, KEY, false);
}

/* As programs print the number that they have as a float: all of it, 17 digits, 16 digits. */
static void test_float(struct test *t)
{
    one(t, "610922197807123584", false, LEFT_HEAD, KEY, true);
    one(t, "610922197807123580", false, LEFT_HEAD, KEY, true);
    one(t, "610922197807123600", false, LEFT_HEAD, KEY, true);
    one(t, "610922197807123600", false, LEFT_HEAD, KEY + 20, false);
    one(t, "610922197807123580", true, LEFT_NOTHING, KEY, false);
}

static void test_masked(struct test *t)
{
    static const struct {
        const char *text;
        enum id_left_worth worth;
        bool fits;
    } CASES[] = {
        {"610922********362X", LEFT_SEEN, true},         {"610922XXXXXXXX362X", LEFT_SEEN, true},
        {"610922＊＊＊＊＊＊＊＊362X", LEFT_SEEN, true}, {"610922****362X", LEFT_SEEN, true},
        {"610922********3632", LEFT_SEEN, false},        {"610923********362X", LEFT_SEEN, false},
        {"610922********3622", LEFT_SEEN, false},        {"61092219780712****", LEFT_DAY, true},
        {"610922197807123***", LEFT_HEAD, true},         {"610922************", LEFT_FEW, true},
        {"******************", LEFT_NOTHING, false},
    };
    struct id_left l;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        one(t, CASES[i].text, false, CASES[i].worth, KEY, CASES[i].fits);
    id_left_parse(STR("******19780712****"), false, &l);
    CHECK_I64(t, l.born, date_make(1978, 7, 12));
}

static void test_born(struct test *t)
{
    static const char *const TOLD[] = {"610922197807129999", "61092219780712362X", "610922197807123000",
                                       "6.10922197807123E+17", "61092219780712****"};
    static const char *const NOT_TOLD[] = {"610922197813123000", "6.11E+17", "610922********3622", "护照", ""};
    struct id_left l;
    for (size_t i = 0; i < sizeof TOLD / sizeof *TOLD; i++) {
        id_left_parse(str_from(TOLD[i]), false, &l);
        test_eq_i64(t, l.born, date_make(1978, 7, 12), __FILE__, __LINE__, TOLD[i]);
    }
    for (size_t i = 0; i < sizeof NOT_TOLD / sizeof *NOT_TOLD; i++) {
        id_left_parse(str_from(NOT_TOLD[i]), false, &l);
        test_eq_i64(t, l.born, 0, __FILE__, __LINE__, NOT_TOLD[i]);
    }
}

void id_left_test(struct test *t);
void id_left_test(struct test *t)
{
    if (TEST(t, "leading digits")) test_cut(t);
    if (TEST(t, "floats")) test_float(t);
    if (TEST(t, "masks")) test_masked(t);
    if (TEST(t, "the day of birth in what is left")) test_born(t);
}
