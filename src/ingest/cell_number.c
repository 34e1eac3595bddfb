#include "base/num.h"
#include "ingest/cell_int.h"

/* ---- the common case: digits, a point, two digits ---- */

static inline uint64_t load8(const char *p)
{
    uint64_t w;
    memcpy(&w, p, 8);
    return w;
}

static inline uint32_t load4(const char *p)
{
    uint32_t w;
    memcpy(&w, p, 4);
    return w;
}

/* The last n (4..8) characters from p, right-aligned in eight, '0' before them. The two loads overlap in equal bytes.
 */
static inline uint64_t load_right(const char *p, size_t n)
{
    if (n == 8) return load8(p);
    unsigned shift = (unsigned)(8 * (8 - n));
    uint64_t w = (uint64_t)load4(p + n - 4) << 32 | (uint64_t)load4(p) << shift;
    return w | (UINT64_C(0x3030303030303030) & ((UINT64_C(1) << shift) - 1));
}

/* "1234.56" with 4 to 16 characters as fen; false when it is anything else. */
static bool yuan_fast(struct str s, int64_t *fen)
{
    if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__ || s.n < 4 || s.n > 16 || s.p[s.n - 3] != '.') return false;
    size_t tail = s.n < 8 ? s.n : 8;
    uint64_t w = load_right(s.p + s.n - tail, tail), high = 0;
    /* Close the gap of the point, the sixth character of eight. */
    w = (w & UINT64_C(0xFFFF000000000000)) | (w & UINT64_C(0x000000FFFFFFFFFF)) << 8 | '0';
    if (!cell_swar_digits(w)) return false;
    if (s.n > 8) {
        unsigned shift = (unsigned)(8 * (16 - s.n));
        uint64_t h = load8(s.p) << shift | (UINT64_C(0x3030303030303030) & ((UINT64_C(1) << shift) - 1));
        if (!cell_swar_digits(h)) return false;
        high = cell_swar_value(h);
    }
    int64_t v = (int64_t)(high * 10000000 + cell_swar_value(w));
    if (v > FEN_MAX) return false;
    *fen = v;
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
                 {"千元", 3},       {"百元", 2}};
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

enum cell_status cell_yuan(struct str s, int column_power, int64_t *fen, enum cell_reason *why)
{
    struct number n = {0};
    struct cell_plain p;
    struct str rest;
    *why = CELL_FINE;
    if (column_power == 0 && yuan_fast(s, fen)) return CELL_OK;
    rest = STR("");
    if (!number_fast(s, &n)) {
        enum cell_status st = number_read(s, &n, &p, &rest, why);
        if (st) return st;
    }
    int power = rest.n ? cell_unit_power(rest) : column_power;
    if (power < 0) return cell_bad(why, rest.n ? number_why_not(rest) : CELL_UNIT);
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
