#include "base/clock.h"
#include "base/test.h"
#include "ident/ident_int.h"

/* 11010519491231002X and 440524188001010014 are the examples printed in GB 11643. */
static const date_day latest_day = 739797; /* 2026-06-30 */

static struct id_rule loose(void) { return id_rule_make(latest_day); }

static enum id_verdict judge(const char *z, struct citizen_id *out)
{
    struct id_rule r = loose();
    return citizen_id_parse(str_from(z), &r, out);
}

static void check_verdict(struct test *t, const char *z, enum id_verdict want)
{
    struct citizen_id id;
    enum id_verdict got = judge(z, &id);
    CHECK_STR(t, str_from(id_verdict_name(got)), str_from(id_verdict_name(want)));
    CHECK(t, got == ID_OK || got == ID_DATE || got == ID_CHECK || id.key == 0);
}

static void check_mended(struct test *t, const char *z, unsigned want)
{
    struct citizen_id id;
    CHECK_I64(t, judge(z, &id), ID_OK);
    CHECK_I64(t, id.key, INT64_C(11010519491231002));
    CHECK_I64(t, id.normalised, want);
}

static void normal_forms(struct test *t)
{
    check_mended(t, "11010519491231002X", 0);
    check_mended(t, "11010519491231002x", ID_NORM_CASE);
    check_mended(t, " 11010519491231002X", ID_NORM_TRIMMED);
    check_mended(t, "11010519491231002X\t", ID_NORM_TRIMMED);
    check_mended(t,
                 "\xC2\xA0"
                 "11010519491231002X\xE3\x80\x80",
                 ID_NORM_TRIMMED);
    check_mended(t, "'11010519491231002X", ID_NORM_TRIMMED);
    check_mended(t, "110105 19491231 002X", ID_NORM_INNER_SPACE);
    check_mended(t, "11010519491231002\xEF\xBC\xB8", ID_NORM_FULL_WIDTH);
    check_mended(t, "11010519491231002\xEF\xBD\x98", ID_NORM_FULL_WIDTH | ID_NORM_CASE);
    check_mended(t,
                 "\xEF\xBC\x91\xEF\xBC\x91"
                 "010519491231002X ",
                 ID_NORM_FULL_WIDTH | ID_NORM_TRIMMED);
    check_mended(t, "110105491231002", ID_NORM_15);
    check_mended(t, "110105491231 002", ID_NORM_15 | ID_NORM_INNER_SPACE);
    check_mended(t,
                 "\xEF\xBB\xBF"
                 "11010519491231002X",
                 ID_NORM_TRIMMED);
}

static void verdicts(struct test *t)
{
    check_verdict(t, "", ID_EMPTY);
    check_verdict(t, " \xE3\x80\x80\t", ID_EMPTY);
    check_verdict(t, "999999194912310021", ID_NONE);
    check_verdict(t, " 999999", ID_NONE);
    check_verdict(t, "999999491231002", ID_NONE);
    check_verdict(t, "1101051949123100X", ID_LENGTH);
    check_verdict(t, "11010519491231002X0", ID_LENGTH);
    check_verdict(t, "11010549123100", ID_LENGTH);
    check_verdict(t, "11010549123100X", ID_CHARACTER);
    check_verdict(t, "1101051949123100XX", ID_CHARACTER);
    check_verdict(t, "11010519491231002A", ID_CHARACTER);
    check_verdict(t, "11010519491231002\xE5\x85\xAD", ID_CHARACTER);
    check_verdict(t, "11010519491231002\xFF", ID_CHARACTER);
    check_verdict(t, "\xE6\x97\xA0", ID_CHARACTER);
    check_verdict(t, "110105194912310021", ID_CHECK);
    check_verdict(t, "440524188001010014", ID_DATE); /* born in 1880 */
    check_verdict(t, "11010519491331002X", ID_DATE);
    check_verdict(t, "11010519490031002X", ID_DATE);
    check_verdict(t, "11010519491200002X", ID_DATE);
    check_verdict(t, "11010519491232002X", ID_DATE);
    check_verdict(t, "110105491331002", ID_DATE);
}

static enum id_verdict judge_born(const char *birth, bool strict)
{
    char text[CITIZEN_ID_TEXT_MAX];
    uint64_t key = 0;
    for (size_t i = 0; i < 8; i++) key = key * 10 + (uint64_t)(birth[i] - '0');
    citizen_key_format(INT64_C(610102) * INT64_C(100000000000) + key * 1000 + 12, text);
    struct id_rule r = loose();
    r.strict = strict;
    struct citizen_id id;
    return citizen_id_parse(str_from(text), &r, &id);
}

static void birth_bounds(struct test *t)
{
    CHECK_I64(t, judge_born("19000101", false), ID_OK);
    CHECK_I64(t, judge_born("18991231", false), ID_DATE);
    CHECK_I64(t, judge_born("20261231", false), ID_OK);
    CHECK_I64(t, judge_born("20270101", false), ID_DATE);
    CHECK_I64(t, judge_born("20000230", false), ID_OK);
    CHECK_I64(t, judge_born("20000230", true), ID_CALENDAR);
    CHECK_I64(t, judge_born("20000229", true), ID_OK);
    CHECK_I64(t, judge_born("19000229", true), ID_CALENDAR);
    CHECK_I64(t, judge_born("20260630", true), ID_OK);
    CHECK_I64(t, judge_born("20260701", true), ID_CALENDAR);
}

static void key_parts(struct test *t)
{
    char out[CITIZEN_ID_TEXT_MAX];
    uint64_t key = UINT64_C(11010519491231002);
    CHECK_STR(t, str_from(citizen_key_format(key, out)), STR("11010519491231002X"));
    CHECK_STR(t, str_from(citizen_key_mask(key, out)), STR("110105********002X"));
    CHECK_STR(t, str_from(citizen_key_format(CITIZEN_KEY_END, out)), STR(""));
    CHECK_STR(t, str_from(citizen_key_mask(CITIZEN_KEY_END, out)), STR(""));
    CHECK_I64(t, citizen_key_area(key), 110105);
    CHECK_I64(t, citizen_key_born(key), date_make(1949, 12, 31));
    CHECK_I64(t, citizen_key_born(UINT64_C(11010520000230002)), 0);
    CHECK(t, citizen_key_female(key));
    CHECK(t, !citizen_key_female(key + 1));
    CHECK_I64(t, citizen_key_check(UINT64_C(44052418800101001)), '4');
}

static void masks(struct test *t)
{
    char out[64];
    CHECK_STR(t, str_from(id_mask(STR("11010519491231002X"), 6, 4, out, sizeof out)), STR("110105********002X"));
    CHECK_STR(t, str_from(id_mask(STR("1234567890123"), 6, 4, out, sizeof out)), STR("*************"));
    CHECK_STR(t,
              str_from(id_mask(STR("\xE5\xBC\xA0"
                                   "12345\xFF"),
                               1, 2, out, sizeof out)),
              STR("\xE5\xBC\xA0****5*"));
    CHECK_STR(t, str_from(id_mask(STR(""), 6, 4, out, sizeof out)), STR(""));
    CHECK_STR(t, str_from(id_mask(STR("11010519491231002X"), 6, 4, out, 9)), STR("110105**"));
}

/* A number with one random defect or none: what the two paths must agree on. */
static void random_number(struct rng *r, char p[18])
{
    static const char odd[] = "0123456789Xx /:;A\xB8\x00\xFF";
    uint64_t key = rng_below(r, CITIZEN_KEY_END);
    if (rng_below(r, 4)) {
        uint64_t birth = (1890 + rng_below(r, 145)) * 10000 + rng_below(r, 14) * 100 + rng_below(r, 34);
        key = key / UINT64_C(100000000000) * UINT64_C(100000000000) + birth * 1000 + key % 1000;
    }
    if (!rng_below(r, 50)) key = key % UINT64_C(100000000000) + UINT64_C(99999900000000000);
    char text[CITIZEN_ID_TEXT_MAX];
    memcpy(p, citizen_key_format(key, text), 18);
    if (rng_below(r, 2)) p[rng_below(r, 18)] = odd[rng_below(r, sizeof odd - 1)];
}

static bool same_id(struct citizen_id a, struct citizen_id b)
{
    return a.key == b.key && a.check == b.check && a.normalised == b.normalised;
}

/* The fast path says yes exactly where the reference does; and a blank in front, which takes the longest way, changes
 * nothing else. */
static bool paths_agree(const char p[18], const struct id_rule *rule, unsigned *valid)
{
    struct citizen_id fast = {0}, slow, parsed, trimmed;
    char text[19] = " ";
    memcpy(text + 1, p, 18);
    enum id_verdict v = citizen_judge(p, 18, rule, &slow);
    bool accepted = citizen_accept(p, rule, &fast);
    *valid += accepted;
    if (accepted != (v == ID_OK && !rule->strict) || (accepted && !same_id(fast, slow))) return false;
    v = citizen_id_parse(str_make(p, 18), rule, &parsed);
    if (v != citizen_id_parse(str_make(text, 19), rule, &trimmed)) return false;
    parsed.normalised |= ID_NORM_TRIMMED;
    return same_id(parsed, trimmed) || (v == ID_EMPTY && same_id(slow, (struct citizen_id){0}));
}

static void both_paths(struct test *t)
{
    struct rng r;
    rng_seed(&r, 20260630);
    unsigned differ = 0, valid = 0;
    for (int i = 0; i < 300000; i++) {
        char p[18];
        random_number(&r, p);
        struct id_rule rule = loose();
        rule.strict = i % 8 == 0;
        differ += !paths_agree(p, &rule, &valid);
    }
    CHECK_I64(t, differ, 0);
    CHECK(t, valid > 10000);
}

static bool digits_right(const char p[16], bool *all)
{
    static const uint32_t WEIGHT[16] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4};
    struct id_digits d;
    uint64_t high = 0, low = 0, birth = 0;
    uint32_t sum = 0;
    *all = true;
    for (size_t i = 0; i < 16; i++) {
        uint32_t v = (uint32_t)(unsigned char)p[i] - '0';
        *all = *all && v <= 9;
        if (i < 8) high = high * 10 + v;
        else low = low * 10 + v;
        if (i >= 6 && i < 14) birth += (uint64_t)(v * (i % 2 ? 1 : 10)) << (i - 6) / 2 * 16;
        sum += v * WEIGHT[i];
    }
    if (id_digits_portable(p, &d) != *all) return false;
    return !*all || (d.high == high && d.low == low && d.birth == birth && d.sum % 11 == sum % 11);
}

/* What takes the place of SSE2 elsewhere; it is compiled everywhere. */
static void portable_digits(struct test *t)
{
    static const char odd[] = "/:\x00\xB0\xB9\xFF";
    struct rng r;
    rng_seed(&r, 11643);
    unsigned differ = 0, fine = 0;
    for (int i = 0; i < 1000000; i++) {
        char p[16];
        bool all;
        uint64_t a = rng_next(&r), b = rng_next(&r);
        for (size_t k = 0; k < 16; k++, a >>= 8) {
            if (k == 8) a = b;
            p[k] = (char)('0' + (a & 0xFF) % 10);
        }
        if (i % 4 == 0) p[b >> 60] = odd[(b >> 32) % (sizeof odd - 1)];
        differ += !digits_right(p, &all);
        fine += all;
    }
    CHECK_I64(t, differ, 0);
    CHECK_I64(t, fine, 750000);
}

/* GB 11643 promises that one wrong digit and one swap of neighbours are always found. */
static void check_finds_slips(struct test *t)
{
    struct id_rule rule = loose();
    struct citizen_id id;
    unsigned missed = 0;
    for (size_t i = 0; i < 17; i++)
        for (char c = '0'; c <= '9'; c++) {
            char p[] = "11010519491231002X";
            if (p[i] == c) continue;
            p[i] = c;
            missed += citizen_id_parse(str_make(p, 18), &rule, &id) == ID_OK;
        }
    CHECK_I64(t, missed, 0);
}

static void names_are_whole(struct test *t)
{
    for (int v = 0; v < ID_VERDICT__MAX; v++) {
        CHECK(t, id_verdict_name((enum id_verdict)v)[0] != '?');
        CHECK(t, id_verdict_text((enum id_verdict)v, LANG_ZH)[0] != '?');
        CHECK(t, id_verdict_text((enum id_verdict)v, LANG_EN)[0] != '?');
    }
}

void citizen_id_test(struct test *t);
void citizen_id_test(struct test *t)
{
    CHECK_I64(t, latest_day, date_make(2026, 6, 30));
    if (TEST(t, "citizen id: writing habits")) normal_forms(t);
    if (TEST(t, "citizen id: verdicts")) verdicts(t);
    if (TEST(t, "citizen id: bounds of the birth date")) birth_bounds(t);
    if (TEST(t, "citizen id: parts of a key")) key_parts(t);
    if (TEST(t, "citizen id: masks")) masks(t);
    if (TEST(t, "citizen id: fast path equals reference")) both_paths(t);
    if (TEST(t, "citizen id: digits without vectors")) portable_digits(t);
    if (TEST(t, "citizen id: check character finds slips")) check_finds_slips(t);
    if (TEST(t, "citizen id: verdict names")) names_are_whole(t);
}
