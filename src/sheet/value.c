#include "sheet/value.h"
#include "base/date.h"

enum {
    DIGITS_KEPT = 15,
    DIGITS_READ = 40,
    POINT_LEAST = -30, /* smaller numbers are shown as 0 */
    POINT_MOST = 310,
    LAST_SERIAL = 2958465, /* 9999-12-31 */
    LEAP_SERIAL = 60,      /* 29 February 1900, a day that never was */
    DAY_SECONDS = 86400
};

/* 0.d1d2d3… × 10^point, without zeros at either end; n 0: zero. */
struct decimal {
    char d[DIGITS_READ + 1];
    unsigned n;
    int32_t point;
    bool negative;
};

static bool digit(char c) { return c >= '0' && c <= '9'; }

static bool read_exponent(struct str s, size_t i, int32_t *out)
{
    bool negative = i < s.n && s.p[i] == '-';
    int32_t v = 0;
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+')) i++;
    if (i == s.n) return false;
    for (; i < s.n; i++) {
        if (!digit(s.p[i]) || v > 10000) return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *out = negative ? -v : v;
    return true;
}

/* Digits before and behind the point; returns the place behind them. */
static size_t read_digits(struct str s, size_t i, struct decimal *x, bool *any)
{
    bool behind = false;
    for (; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.' && !behind) {
            behind = true;
            continue;
        }
        if (!digit(c)) break;
        *any = true;
        if (x->n == 0 && c == '0') {
            x->point -= behind;
            continue;
        }
        if (x->n < DIGITS_READ) x->d[x->n++] = c;
        x->point += !behind;
    }
    return i;
}

static void trim_zeros(struct decimal *x)
{
    while (x->n && x->d[x->n - 1] == '0') x->n--;
    if (!x->n) x->point = 0;
}

static bool read_decimal(struct str s, struct decimal *x)
{
    int32_t exponent = 0;
    bool any = false;
    *x = (struct decimal){0};
    size_t i = 0;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) x->negative = s.p[i++] == '-';
    i = read_digits(s, i, x, &any);
    if (!any) return false;
    if (i < s.n) {
        if (s.p[i] != 'E' && s.p[i] != 'e') return false;
        if (!read_exponent(s, i + 1, &exponent)) return false;
    }
    x->point += exponent;
    trim_zeros(x);
    return true;
}

/* To so many digits, half away from zero. */
static void round_digits(struct decimal *x, unsigned keep)
{
    if (x->n <= keep) return;
    bool up = x->d[keep] >= '5';
    x->n = keep;
    for (unsigned i = keep; up && i-- > 0;) {
        up = x->d[i] == '9';
        x->d[i] = up ? '0' : (char)(x->d[i] + 1);
    }
    if (up) {
        x->d[0] = '1';
        x->n = 1;
        x->point++;
        return;
    }
    trim_zeros(x);
}

static void add_zeros(struct buf *b, int32_t n)
{
    while (n-- > 0) buf_addc(b, '0');
}

static void print_decimal(struct buf *b, const struct decimal *x, unsigned least)
{
    int32_t n = (int32_t)x->n, whole = x->point > 0 ? x->point : 0;
    if (!x->n || x->point < POINT_LEAST) {
        add_zeros(b, least > 1 ? (int32_t)least : 1);
        return;
    }
    if (x->negative) buf_addc(b, '-');
    add_zeros(b, (int32_t)least - whole);
    if (!whole && !least) buf_addc(b, '0');
    buf_add(b, str_make(x->d, (size_t)(whole < n ? whole : n)));
    add_zeros(b, whole - n);
    if (whole >= n) return;
    buf_addc(b, '.');
    add_zeros(b, -x->point);
    buf_add(b, str_make(x->d + whole, (size_t)(n - whole)));
}

/* ---- dates */

/* Days and seconds of a serial number; false when it is no date of a spreadsheet. */
static bool split_serial(const struct decimal *x, uint32_t shift, int64_t *day, int64_t *second)
{
    int64_t whole = 0, part = 0, unit = INT64_C(1000000000000);
    if ((x->negative && x->n) || x->point > 7) return false;
    for (int32_t i = 0; i < x->point; i++) whole = whole * 10 + (i < (int32_t)x->n ? x->d[i] - '0' : 0);
    for (int32_t i = x->point; i < (int32_t)x->n; i++) {
        int32_t place = i - x->point + 1; /* behind the point, from 1 */
        int64_t scale = unit;
        if (place > 12) break;
        for (int32_t k = 0; k < place; k++) scale /= 10;
        part += (x->d[i] - '0') * scale;
    }
    *second = (part * DAY_SECONDS + unit / 2) / unit;
    if (*second == DAY_SECONDS) whole++, *second = 0;
    *day = whole + shift;
    return *day <= LAST_SERIAL;
}

static void add_two(struct buf *b, int64_t v)
{
    buf_addc(b, (char)('0' + v / 10));
    buf_addc(b, (char)('0' + v % 10));
}

static void add_time(struct buf *b, int64_t second)
{
    add_two(b, second / 3600);
    buf_addc(b, ':');
    add_two(b, second / 60 % 60);
    buf_addc(b, ':');
    add_two(b, second % 60);
}

/* "1900-02-29" is printed too: it is what the spreadsheet shows, and no reader of dates accepts it. */
static bool date_text(int64_t serial, char out[DATE_TEXT_MAX])
{
    if (serial == LEAP_SERIAL) {
        memcpy(out, "1900-02-29", DATE_TEXT_MAX);
        return true;
    }
    date_day d = (date_day)(serial + date_make(1899, 12, 31) - (serial > LEAP_SERIAL ? 1 : 0));
    if (serial < 1 || !date_split(d).year) return false;
    (void)date_format(d, out);
    return true;
}

static bool print_date(struct buf *b, const struct decimal *x, enum sheet_shape shape, uint32_t shift)
{
    char text[DATE_TEXT_MAX];
    int64_t day, second;
    if (!split_serial(x, shift, &day, &second)) return false;
    if (shape == SHAPE_TIME && (day == 0 || day == shift)) return add_time(b, second), true;
    if (!date_text(day, text)) return false;
    buf_add(b, str_make(text, shape == SHAPE_YEAR ? 4 : shape == SHAPE_MONTH ? 7 : 10));
    if (second && shape != SHAPE_YEAR && shape != SHAPE_MONTH) {
        buf_addc(b, ' ');
        add_time(b, second);
    }
    return true;
}

/* ---- all */

/* Nearly all numbers are whole and short: they are what they look like. */
static bool plain_whole(struct str s)
{
    if (s.n == 0 || s.n > DIGITS_KEPT || (s.p[0] == '0' && s.n > 1)) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!digit(s.p[i])) return false;
    return true;
}

bool sheet_half_month(struct str s)
{
    static const char SHAPE[] = "0000.1";
    bool same = s.n == sizeof SHAPE - 1 && ((s.p[0] == '1' && s.p[1] == '9') || (s.p[0] == '2' && s.p[1] == '0'));
    for (size_t i = 2; same && i < s.n; i++) same = SHAPE[i] == '0' ? digit(s.p[i]) : s.p[i] == SHAPE[i];
    return same;
}

enum { UNITS = 9 };
static const char *const UNIT[UNITS] = {"元", "", "百元", "千元", "万元", "十万元", "百万元", "千万元", "亿元"};

enum sheet_trouble sheet_value(struct buf *b, struct str number, struct sheet_style style, uint32_t day_shift)
{
    struct decimal x;
    size_t from = b->n;
    bool date = style.shape >= SHAPE_DAY && style.shape <= SHAPE_TIME;
    if (style.shape == SHAPE_NUMBER && !style.unit && !style.unclear && plain_whole(number))
        return buf_add(b, number), SHEET_FINE;
    if (!read_decimal(str_trim(number), &x) || x.point > POINT_MOST) return buf_add(b, number), SHEET_NO_NUMBER;
    if (x.n && x.point > DIGITS_KEPT) return print_decimal(b, &x, 0), SHEET_LOST_DIGITS;
    round_digits(&x, DIGITS_KEPT);
    if (date && print_date(b, &x, (enum sheet_shape)style.shape, day_shift)) return SHEET_FINE;
    if (style.shape == SHAPE_PERCENT) x.point += x.n ? 2 : 0;
    print_decimal(b, &x, style.shape == SHAPE_PADDED && x.point >= (int32_t)x.n ? style.digits : 0);
    if (style.shape == SHAPE_PERCENT) buf_addc(b, '%');
    if (style.hundredths && sheet_half_month(str_sub(buf_str(b), from, b->n))) buf_addc(b, '0');
    if (style.unit && style.unit <= UNITS) buf_addz(b, UNIT[style.unit - 1]);
    return style.unclear ? SHEET_HIDDEN_DIGITS : SHEET_FINE;
}
