#include "base/num.h"

enum { DEC_SCALE_MAX = 18, I128_DIGITS = 40, WHOLE_DIGITS = 24 };

static u128 magnitude(i128 v) { return v < 0 ? ~(u128)v + 1 : (u128)v; }

i128 i128_div_round(i128 n, i128 d)
{
    const u128 top = (u128)1 << 127;
    u128 un = magnitude(n), ud = magnitude(d);
    u128 q = un / ud, r = un % ud;
    if (r >= ud - r) q++;
    if ((n < 0) != (d < 0)) return (i128)(~q + 1);
    return q == top ? (i128)(top - 1) : (i128)q;
}

static bool fits63(i128 v) { return v >= INT64_MIN && v <= INT64_MAX; }

/* n = q * d + rem with 0 <= rem < d, for d > 0. */
static i128 floor_div(i128 n, i128 d, i128 *rem)
{
    i128 q = n / d;
    *rem = n % d;
    if (*rem >= 0) return q;
    *rem += d;
    return q - 1;
}

/* Both fractions are compared quotient by quotient of their continued fractions; each step is Euclid's and only makes
 * the numbers smaller, so nothing can overflow. */
int frac_cmp(i128 an, i128 ad, i128 bn, i128 bd)
{
    if (fits63(an) && fits63(ad) && fits63(bn) && fits63(bd)) {
        i128 l = an * bd, r = bn * ad;
        return (l > r) - (l < r);
    }
    for (int sign = 1;; sign = -sign) {
        i128 ra, rb, qa = floor_div(an, ad, &ra), qb = floor_div(bn, bd, &rb);
        if (qa != qb) return qa < qb ? -sign : sign;
        if (ra == 0 || rb == 0) return sign * ((ra > rb) - (ra < rb) == 0 ? 0 : ra == 0 ? -1 : 1);
        an = ad, ad = ra;
        bn = bd, bd = rb;
    }
}

/* r * scale / d rounded half up, for r < d <= 2^127: schoolbook multiplication with the remainder kept below d. */
static u128 mul_div_round(u128 r, uint64_t scale, u128 d)
{
    u128 q = 0, rem = 0;
    if (r >> 64 == 0) {
        q = r * scale / d;
        rem = r * scale % d;
    } else {
        for (int bit = 63; bit >= 0; bit--) {
            q += q;
            rem += rem;
            if (rem >= d) rem -= d, q++;
            if (scale >> bit & 1) rem += r;
            if (rem >= d) rem -= d, q++;
        }
    }
    return q + (rem >= d - rem);
}

bool frac_round(i128 n, i128 d, int64_t scale, int64_t *out)
{
    if (d == 0 || scale < 1) return false;
    u128 un = magnitude(n), ud = magnitude(d);
    u128 whole = un / ud;
    if (whole >> 64) return false;
    u128 total = whole * (uint64_t)scale + mul_div_round(un % ud, (uint64_t)scale, ud);
    bool neg = (n < 0) != (d < 0);
    if (total > (u128)INT64_MAX + neg) return false;
    *out = neg ? (int64_t)(~total + 1) : (int64_t)total;
    return true;
}

static bool is_digit(struct str s, size_t i) { return i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; }

/* Append a digit to v, which is kept negative because that side holds one value more. */
static bool push_digit(int64_t *v, char digit) { return i64_mul(*v, 10, v) && i64_sub(*v, digit - '0', v); }

/* The digits before the point; *count is how many. False when a separator stands where none may. */
static bool whole_part(struct str s, size_t *i, size_t *count, int64_t *v)
{
    bool grouped = false;
    size_t group = 0; /* digits since the last separator */
    for (*count = 0; *i < s.n; (*i)++) {
        if (s.p[*i] == ',') {
            if (group == 0 || group > 3 || (grouped && group != 3)) return false;
            grouped = true;
            group = 0;
        } else if (is_digit(s, *i)) {
            if (!push_digit(v, s.p[*i])) return false;
            group++;
            (*count)++;
        } else {
            break;
        }
    }
    return !grouped || group == 3;
}

bool dec_parse(struct str s, unsigned scale, int64_t *out)
{
    if (scale > DEC_SCALE_MAX || s.n == 0) return false;
    bool neg = s.p[0] == '-';
    size_t i = neg || s.p[0] == '+' ? 1 : 0, whole = 0;
    int64_t v = 0;
    if (!whole_part(s, &i, &whole, &v)) return false;
    unsigned decimals = 0;
    if (i < s.n && s.p[i] == '.') {
        i++;
        if (!is_digit(s, i)) return false;
        for (; is_digit(s, i); i++) {
            if (decimals == scale && s.p[i] != '0') return false;
            if (decimals < scale && !push_digit(&v, s.p[i])) return false;
            if (decimals < scale) decimals++;
        }
    } else if (whole == 0) {
        return false;
    }
    if (i != s.n) return false;
    for (; decimals < scale; decimals++)
        if (!push_digit(&v, '0')) return false;
    return neg ? (*out = v, true) : i64_sub(0, v, out);
}

/* Digits of v right-aligned at end, at least min_digits of them; with a separator after each three when grouped.
 * Returns the first character. */
static char *digits_before(char *end, uint64_t v, unsigned min_digits, bool grouped)
{
    unsigned n = 0;
    while (v > 0 || n < min_digits) {
        if (grouped && n > 0 && n % 3 == 0) *--end = ',';
        *--end = (char)('0' + (int)(v % 10));
        v /= 10;
        n++;
    }
    return end;
}

static size_t dec_write(int64_t v, unsigned scale, bool trim, bool grouped, char *out)
{
    char room[64], *end = room + sizeof room;
    uint64_t u = (uint64_t)magnitude(v);
    while (trim && scale > 0 && u % 10 == 0) u /= 10, scale--;
    uint64_t unit = 1;
    for (unsigned i = 0; i < scale; i++) unit *= 10;
    char *p = end;
    if (scale > 0) {
        p = digits_before(p, u % unit, scale, false);
        *--p = '.';
    }
    p = digits_before(p, u / unit, 1, grouped);
    if (v < 0) *--p = '-';
    size_t n = (size_t)(end - p);
    memcpy(out, p, n);
    out[n] = 0;
    return n;
}

/* A whole number, of which lists have one in every row: two digits for each long division. */
static size_t whole_write(uint64_t v, char *out)
{
    char room[2 * WHOLE_DIGITS], *end = room + WHOLE_DIGITS, *p = end;
    for (; v >= 100; v /= 100) {
        unsigned two = (unsigned)(v % 100);
        *--p = (char)('0' + two % 10);
        *--p = (char)('0' + two / 10);
    }
    p = digits_before(p, v, 1, false);
    memset(end, 0, WHOLE_DIGITS); /* so that a copy of fixed length, which takes no call, has its NUL */
    memcpy(out, p, WHOLE_DIGITS);
    return (size_t)(end - p);
}

size_t dec_format(int64_t v, unsigned scale, bool trim, char *out)
{
    if (!scale && v >= 0) return whole_write((uint64_t)v, out);
    return dec_write(v, scale > DEC_SCALE_MAX ? DEC_SCALE_MAX : scale, trim, false, out);
}

size_t fen_format(int64_t fen, char *out) { return dec_write(fen, 2, true, true, out); }

size_t i128_format(i128 v, char *out)
{
    const uint64_t part = UINT64_C(10000000000000000000); /* 19 digits at a time: dividing 128 bits costs much */
    char room[I128_DIGITS + 2], *end = room + sizeof room, *p = end;
    u128 u = magnitude(v);
    for (; u >> 64; u /= part) p = digits_before(p, (uint64_t)(u % part), 19, false);
    p = digits_before(p, (uint64_t)u, 1, false);
    if (v < 0) *--p = '-';
    size_t n = (size_t)(end - p);
    memcpy(out, p, n);
    out[n] = 0;
    return n;
}
