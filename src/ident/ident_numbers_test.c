#include "base/test.h"
#include "ident/credit_code.h"
#include "ident/disability_id.h"
#include "ident/phone.h"

static void disability(struct test *t, const char *z, enum id_verdict want, int kind, int grade, const char *suffix)
{
    struct id_rule rule = id_rule_make(date_make(2026, 6, 30));
    struct disability_id d;
    CHECK_I64(t, disability_id_parse(str_from(z), &rule, &d), want);
    CHECK_I64(t, d.kind, kind);
    CHECK_I64(t, d.grade, grade);
    CHECK_STR(t, str_from(d.suffix), str_from(suffix));
    if (want == ID_OK) CHECK_I64(t, d.person.key, INT64_C(11010519491231002));
}

static void disability_numbers(struct test *t)
{
    disability(t, "11010519491231002X11", ID_OK, 1, 1, "");
    disability(t, "11010519491231002x74", ID_OK, 7, 4, "");
    disability(t, "11010519491231002X 43", ID_OK, 4, 3, "");
    disability(t, "11010519491231002X4301", ID_OK, 4, 3, "01");
    disability(t, "11010519491231002X43b2", ID_OK, 4, 3, "B2");
    disability(t, "11010519491231002X", ID_OK, 0, 0, "");
    disability(t, "11010519491231002X01", ID_CLASS, 0, 0, "");
    disability(t, "11010519491231002X81", ID_CLASS, 0, 0, "");
    disability(t, "11010519491231002X10", ID_CLASS, 0, 0, "");
    disability(t, "11010519491231002X15", ID_CLASS, 0, 0, "");
    disability(t, "11010519491231002X1A", ID_CHARACTER, 0, 0, "");
    disability(t, "11010519491231002X43BX", ID_CHARACTER, 0, 0, "");
    disability(t, "11010519491231002X1", ID_LENGTH, 0, 0, "");
    disability(t, "11010519491231002X431", ID_LENGTH, 0, 0, "");
    disability(t, "110105491231002", ID_LENGTH, 0, 0, "");
    disability(t, "11010519491231002143", ID_CHECK, 0, 0, "");
    disability(t, "99999919491231002143", ID_NONE, 0, 0, "");
    disability(t, "", ID_EMPTY, 0, 0, "");
}

static void credit(struct test *t, const char *z, enum id_verdict want, const char *text)
{
    struct credit_code c;
    CHECK_I64(t, credit_code_parse(str_from(z), &c), want);
    CHECK_STR(t, str_from(c.text), str_from(text));
}

/* 91350100M000100Y43 is the example of GB 32100-2015. */
static void credit_codes(struct test *t)
{
    credit(t, "91350100M000100Y43", ID_OK, "91350100M000100Y43");
    credit(t, " 91350100m000100y43", ID_OK, "91350100M000100Y43");
    credit(t, "91350100M000100Y44", ID_CHECK, "91350100M000100Y44");
    credit(t, "91350100M000100I43", ID_CHARACTER, "");
    credit(t, "91350100M000100Y4\xE2\x91\xA2", ID_CHARACTER, "");
    credit(t, "913501A0M000100Y43", ID_CHARACTER, "");
    credit(t, "91350100M000100Y4", ID_LENGTH, "");
    credit(t, "91350100M000100Y433", ID_LENGTH, "");
    credit(t, "", ID_EMPTY, "");
    struct credit_code c;
    CHECK_I64(t, credit_code_parse(STR("91350100M000100Y43"), &c), ID_OK);
    CHECK_I64(t, c.division, 350100);
}

static void phone(struct test *t, const char *z, enum id_verdict want, int64_t number, unsigned normalised)
{
    struct phone p;
    CHECK_I64(t, phone_parse(str_from(z), &p), want);
    CHECK_I64(t, p.number, number);
    CHECK_I64(t, p.normalised, normalised);
}

static void phones(struct test *t)
{
    const int64_t n = INT64_C(13000000000);
    phone(t, "13000000000", ID_OK, n, 0);
    phone(t, "130 0000 0000", ID_OK, n, ID_NORM_INNER_SPACE);
    phone(t, "130-0000-0000", ID_OK, n, ID_NORM_MARKS);
    phone(t, "+8613000000000", ID_OK, n, ID_NORM_MARKS);
    phone(t, "008613000000000", ID_OK, n, ID_NORM_MARKS);
    phone(t, "8613000000000", ID_OK, n, ID_NORM_MARKS);
    phone(t, "19999999999", ID_OK, INT64_C(19999999999), 0);
    phone(t, "12999999999", ID_CLASS, 0, 0);
    phone(t, "20000000000", ID_CLASS, 0, 0);
    phone(t, "1300000000", ID_LENGTH, 0, 0);
    phone(t, "130000000000", ID_LENGTH, 0, 0);
    phone(t, "1300000000X", ID_CHARACTER, 0, 0);
    phone(t, "\xE6\x97\xA0", ID_CHARACTER, 0, 0);
    phone(t, " ", ID_EMPTY, 0, 0);
    char out[PHONE_TEXT_MAX];
    CHECK_STR(t, str_from(phone_mask(INT64_C(13812345678), out)), STR("138****5678"));
}

void ident_numbers_test(struct test *t);
void ident_numbers_test(struct test *t)
{
    if (TEST(t, "disability certificate numbers")) disability_numbers(t);
    if (TEST(t, "credit codes")) credit_codes(t);
    if (TEST(t, "mobile numbers")) phones(t);
}
