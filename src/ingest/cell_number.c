#include "base/num.h"
#include "base/swar.h"
#include "ingest/cell_int.h"

/* ---- the common case: digits, a point, two digits ---- */

/* "12345.67" in eight bytes, the front of it as zeros when it is shorter, less "00000.00": what each byte may be. */
#define YUAN_TEXT UINT64_C(0x30302E3030303030)
#define YUAN_ROOM UINT64_C(0x76767F7676767676)

/* The last n (4..8) characters from p, right-aligned. The two loads overlap in equal bytes. */
static inline uint64_t load_right(const char *p, size_t n)
{
    return swar_load4(p + n - 4) << 32 | swar_load4(p) << (64 - 8 * n);
}

/* As swar_value, with the gap of the point in the sixth byte. */
static inline uint64_t yuan_value(uint64_t x)
{
    const uint64_t even = UINT64_C(0x000000FF000000FF);
    const uint64_t first = UINT64_C(100000) << 32 | 10, second = UINT64_C(1000) << 32 | 1;
    uint64_t pairs = x * 10 + (x >> 8);
    return ((pairs & even) * first + (pairs >> 16 & even) * second) >> 32;
}

/* 9 to 16 characters: as many more digits in front of the last eight. */
static bool yuan_long(struct str s, int64_t *fen)
{
    uint64_t low = swar_load8(s.p + s.n - 8) ^ YUAN_TEXT;
    uint64_t high = (swar_load8(s.p) ^ SWAR_BYTES('0')) << (128 - 8 * s.n);
    if (swar_beyond(low, YUAN_ROOM) | swar_beyond(high, SWAR_BYTES(0x76))) return false;
    uint64_t v = swar_value(high) * 10000000 + yuan_value(low);
    if (v > (uint64_t)FEN_MAX) return false;
    *fen = (int64_t)v;
    return true;
}

/* "1234.56" with 4 to 16 characters as fen; false when it is anything else. */
static inline bool yuan_fast(struct str s, int64_t *fen)
{
    if (s.n - 4 > 12) return false;
    if (s.n > 8) return yuan_long(s, fen);
    uint64_t x = load_right(s.p, s.n) ^ YUAN_TEXT >> (64 - 8 * s.n) << (64 - 8 * s.n);
    if (swar_beyond(x, YUAN_ROOM)) return false;
    *fen = (int64_t)yuan_value(x);
    return true;
}

/* ---- everything else ---- */

struct number {
    bool minus, overflow;
    uint64_t digits;
    int scale; /* digits behind the point */
    bool any, point;
};

/* Digits with at most one point among or behind them: the number; false when it is anything else. */
static inline bool number_fast(struct str s, struct number *n)
{
    uint64_t v = 0;
    size_t point = s.n, i = 0;
    if (s.n - 1 > 17) return false;
    for (; i < s.n; i++) {
        unsigned d = (unsigned)(unsigned char)s.p[i] - '0';
        if (d < 10) v = v * 10 + d;
        else if (s.p[i] == '.' && point == s.n && i) point = i;
        else return false;
    }
    *n = (struct number){.digits = v, .scale = point == s.n ? 0 : (int)(s.n - point - 1), .any = true};
    return true;
}

static void number_digit(struct number *n, char c)
{
    uint64_t d = (uint64_t)(c - '0');
    n->any = true;
    n->scale += n->point;
    if (__builtin_mul_overflow(n->digits, 10, &n->digits) || __builtin_add_overflow(n->digits, d, &n->digits))
        n->overflow = true;
}

static enum cell_reason number_digits(struct str s, size_t *i, struct number *n)
{
    size_t group = 0;
    bool grouped = false;
    for (; *i < s.n; ++*i) {
        char c = s.p[*i];
        if (c == '.' && n->point) return CELL_SEVERAL_POINTS;
        if ((c == '.' || c == ',') && grouped && group != 3 && !n->point) return CELL_SEPARATORS;
        if (c == '.') {
            n->point = true;
        } else if (c == ',') {
            if (n->point || group == 0 || group > 3) return CELL_SEPARATORS;
            grouped = true;
            group = 0;
        } else if (cell_is_digit(c)) {
            number_digit(n, c);
            group++;
        } else {
            break;
        }
    }
    if (grouped && !n->point && group != 3) return CELL_SEPARATORS;
    return n->any ? CELL_FINE : CELL_NOT_NUMBER;
}

/* Signs and currency in front of the digits. */
static void number_front(struct str s, size_t *i, struct number *n)
{
    static const struct str YEN = {"\xC2\xA5", 2};
    bool sign = false, money = false;
    for (;;) {
        struct str rest = str_sub(s, *i, s.n);
        if (!sign && rest.n && (rest.p[0] == '-' || rest.p[0] == '+')) {
            sign = true;
            n->minus = rest.p[0] == '-';
            ++*i;
        } else if (!money && str_starts(rest, YEN)) {
            money = true;
            *i += YEN.n;
        } else if (*i && rest.n && rest.p[0] == ' ') {
            ++*i;
        } else {
            return;
        }
    }
}

static enum cell_reason number_why_not(struct str rest)
{
    char c = rest.p[0];
    if (c == '-' && rest.n == 1) return CELL_TRAILING_MINUS;
    if ((c == 'E' || c == 'e') && rest.n > 1 && (cell_is_digit(rest.p[1]) || rest.p[1] == '+' || rest.p[1] == '-'))
        return CELL_SCIENTIFIC;
    if (cell_is_digit(c) || c == '-' || c == '+' || c == ')') return CELL_NOT_NUMBER;
    return CELL_UNIT;
}

/* Parse the plain text of a number; *rest is the unit behind it. */
static enum cell_reason number_parse(struct str s, struct number *n, struct str *rest)
{
    size_t i = 0;
    if (s.n > 1 && s.p[0] == '(' && s.p[s.n - 1] == ')') return CELL_PARENTHESES;
    number_front(s, &i, n);
    enum cell_reason r = number_digits(s, &i, n);
    *rest = str_trim(str_sub(s, i, s.n));
    return r;
}

/* digits * 10^(power - scale) as an integer with `decimals` decimals. */
static enum cell_reason number_scale(const struct number *n, int power, int decimals, int64_t limit, int64_t *out)
{
    uint64_t v = n->digits;
    if (n->overflow) return CELL_TOO_LARGE;
    int up = power + decimals - n->scale;
    for (; up < 0 && v; up++) {
        if (v % 10) return decimals ? CELL_DIGITS_LOST : CELL_NOT_WHOLE;
        v /= 10;
    }
    for (; up > 0 && v; up--) {
        if (__builtin_mul_overflow(v, 10, &v)) return CELL_TOO_LARGE;
    }
    if (v > (uint64_t)limit) return CELL_TOO_LARGE;
    *out = n->minus ? -(int64_t)v : (int64_t)v;
    return CELL_FINE;
}

int cell_unit_power(struct str s)
{
    static const struct {
        const char *name;
        int power;
    } UNITS[] = {{"元", 0},         {"圆", 0},         {"人民币元", 0}, {"yuan", 0},     {"cny", 0},
                 {"rmb", 0},        {"万元", 4},       {"万", 4},       {"10k yuan", 4}, {"10kyuan", 4},
                 {"人民币万元", 4}, {"万元人民币", 4}, {"亿元", 8},     {"亿", 8},       {"元人民币", 0},
                 {"千元", 3},       {"百元", 2},       {"十万元", 5},   {"百万元", 6},   {"千万元", 7}};
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        if (str_eq_nocase(s, str_from(UNITS[i].name))) return UNITS[i].power;
    }
    return CELL_UNIT_NONE;
}

/* Blank, or the number and the text behind it. */
static enum cell_status number_read(struct str s, struct number *n, struct cell_plain *p, struct str *rest,
                                    enum cell_reason *why)
{
    if (cell_is_blank(s, true, why) == CELL_BLANK) return CELL_BLANK;
    enum cell_reason r = cell_plain_make(p, s);
    if (!r) r = number_parse(p->s, n, rest);
    return r ? cell_bad(why, r) : CELL_OK;
}

/* Kept out of the way of the common case, which needs no room on the stack. */
static __attribute__((noinline)) enum cell_status yuan_careful(struct str s, int column_power, int64_t *fen,
                                                               enum cell_reason *why)
{
    struct number n = {0};
    struct cell_plain p;
    struct str rest = STR("");
    if (!number_fast(s, &n)) {
        enum cell_status st = number_read(s, &n, &p, &rest, why);
        if (st) return st;
    }
    int power = rest.n ? cell_unit_power(rest) : column_power;
    if (power < 0) return cell_bad(why, rest.n ? number_why_not(rest) : CELL_UNIT);
    enum cell_reason r = number_scale(&n, power, 2, FEN_MAX, fen);
    return r ? cell_bad(why, r) : CELL_OK;
}

enum cell_status cell_yuan(struct str s, int column_power, int64_t *fen, enum cell_reason *why)
{
    *why = CELL_FINE;
    if (column_power == 0 && yuan_fast(s, fen)) return CELL_OK;
    return yuan_careful(s, column_power, fen, why);
}

enum cell_status cell_yuan_rounded(struct str s, int column_power, int64_t *fen, enum cell_reason *why)
{
    struct number n = {0};
    struct cell_plain p;
    struct str rest = STR("");
    *why = CELL_FINE;
    enum cell_status st = number_read(s, &n, &p, &rest, why);
    if (st) return st;
    int power = rest.n ? cell_unit_power(rest) : column_power;
    if (power < 0) return cell_bad(why, rest.n ? number_why_not(rest) : CELL_UNIT);
    bool up = false;
    for (; n.scale > power + 2; n.scale--) {
        up = n.digits % 10 >= 5;
        n.digits /= 10;
    }
    n.digits += up;
    enum cell_reason r = number_scale(&n, power, 2, FEN_MAX, fen);
    return r ? cell_bad(why, r) : CELL_OK;
}

enum cell_status cell_decimal(struct str s, unsigned decimals, int64_t limit, struct str unit, int64_t *out,
                              enum cell_reason *why)
{
    struct number n = {0};
    struct cell_plain p;
    struct str rest;
    *why = CELL_FINE;
    rest = STR("");
    if (!number_fast(s, &n)) {
        enum cell_status st = number_read(s, &n, &p, &rest, why);
        if (st) return st;
    }
    if (rest.n && !(unit.n && str_eq_nocase(rest, unit))) return cell_bad(why, number_why_not(rest));
    enum cell_reason r = number_scale(&n, 0, (int)decimals, limit, out);
    return r ? cell_bad(why, r) : CELL_OK;
}

enum cell_status cell_int(struct str s, struct str unit, int64_t *out, enum cell_reason *why)
{
    return cell_decimal(s, 0, INT64_MAX, unit, out, why);
}
