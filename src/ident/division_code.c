#include "ident/division_code.h"
#include "base/utf8.h"
#include "ident/ident_int.h"

static const int64_t level_size[DIVISION_LEVEL__MAX] = {
    [DIVISION_NATION] = DIVISION_CODE_MAX + 1,
    [DIVISION_PROVINCE] = INT64_C(10000000000),
    [DIVISION_PREFECTURE] = INT64_C(100000000),
    [DIVISION_COUNTY] = INT64_C(1000000),
    [DIVISION_TOWNSHIP] = INT64_C(1000),
    [DIVISION_VILLAGE] = INT64_C(1),
};
static const uint8_t level_digits[DIVISION_LEVEL__MAX] = {0, 2, 4, 6, 9, 12};

enum division_level division_level(int64_t code)
{
    unsigned level = DIVISION_NATION;
    while (code % level_size[level] != 0) level++;
    return (enum division_level)level;
}

int64_t division_truncate(int64_t code, enum division_level level)
{
    return code - code % level_size[level];
}

int64_t division_parent(int64_t code)
{
    enum division_level level = division_level(code);
    return level == DIVISION_NATION ? 0 : division_truncate(code, (enum division_level)(level - 1));
}

int64_t division_end(int64_t code)
{
    return code + level_size[division_level(code)];
}

bool division_covers(int64_t prefix, int64_t code)
{
    return code >= prefix && code < division_end(prefix);
}

/* GB/T 2260: the two-digit codes in use, one bit each of the tens' row. */
static bool is_province(int64_t p)
{
    static const uint16_t ones[10] = {
        [1] = 0x3E, [2] = 0x0E, [3] = 0xFE, [4] = 0x7E, [5] = 0x1F, [6] = 0x3E, [7] = 0x02, [8] = 0x06};
    return ones[p / 10] >> (p % 10) & 1;
}

enum { BRANCH_MAX = 599 }; /* of townships and villages: 001-599, NBS rules for statistical division codes */

bool division_plausible(int64_t code)
{
    if (code <= 0 || code > DIVISION_CODE_MAX || !is_province(code / level_size[DIVISION_PROVINCE])) return false;
    int64_t prefecture = code / level_size[DIVISION_PREFECTURE] % 100,
        county = code / level_size[DIVISION_COUNTY] % 100;
    int64_t township = code / 1000 % 1000, village = code % 1000;
    if (township > BRANCH_MAX || village > BRANCH_MAX) return false;
    if (!prefecture && (county || township || village)) return false;
    return township || !village;
}

bool division_parse(struct str text, int64_t *code)
{
    struct id_clean c;
    id_clean(text, "", &c);
    if (c.foreign || (c.normalised & ID_NORM_INNER_SPACE)) return false;
    unsigned level = DIVISION_PROVINCE;
    while (level < DIVISION_LEVEL__MAX && level_digits[level] != c.n) level++;
    if (level == DIVISION_LEVEL__MAX) return false;
    int64_t v;
    if (!str_to_i64(str_make(c.p, c.n), 1, DIVISION_CODE_MAX, &v)) return false;
    *code = v * level_size[level];
    return true;
}

char *division_format(int64_t code, char out[DIVISION_TEXT_MAX])
{
    out[12] = '\0';
    for (size_t i = 12; i-- > 0; code /= 10) out[i] = (char)('0' + code % 10);
    return out;
}

char *division_format_short(int64_t code, char out[DIVISION_TEXT_MAX])
{
    enum division_level level = division_level(code);
    division_format(code, out);
    out[level == DIVISION_NATION ? 1 : level_digits[level]] = '\0';
    return out;
}

const char *division_level_text(enum division_level level, enum lang lang)
{
    static const char *const en[DIVISION_LEVEL__MAX] = {"nation", "province", "prefecture", "county",
                                                        "township", "village"};
    static const char *const zh[DIVISION_LEVEL__MAX] = {"全国", "省级", "地级", "县级", "乡级", "村级"};
    if (level >= DIVISION_LEVEL__MAX) return "?";
    return lang == LANG_EN ? en[level] : zh[level];
}
