#include "ingest/cell_int.h"

struct date_scan {
    struct str s;
    size_t i;
};

/* Up to max digits; the number of digits read. */
static size_t scan_digits(struct date_scan *d, size_t max, int32_t *v)
{
    size_t from = d->i;
    *v = 0;
    while (d->i < d->s.n && d->i - from < max && cell_is_digit(d->s.p[d->i])) *v = *v * 10 + (d->s.p[d->i++] - '0');
    return d->i - from;
}

static bool scan_text(struct date_scan *d, const char *z)
{
    struct str want = str_from(z);
    if (!str_starts(str_sub(d->s, d->i, d->s.n), want)) return false;
    d->i += want.n;
    return true;
}

static void scan_blanks(struct date_scan *d)
{
    while (scan_text(d, " ")) continue;
}

static bool scan_two(struct date_scan *d, int32_t below)
{
    int32_t v;
    size_t n = scan_digits(d, 2, &v);
    return n && v < below;
}

/* Nothing, or the day of the week: " 星期三", "(周三)". */
static bool scan_weekday(struct date_scan *d)
{
    static const char *const DAY[] = {"一", "二", "三", "四", "五", "六", "日", "天"};
    size_t from = d->i;
    scan_blanks(d);
    bool bracket = scan_text(d, "("), found = false;
    if (!scan_text(d, "星期") && !scan_text(d, "周") && !scan_text(d, "礼拜")) return d->i = from, true;
    for (size_t i = 0; i < sizeof DAY / sizeof *DAY && !found; i++) found = scan_text(d, DAY[i]);
    return found && (!bracket || scan_text(d, ")"));
}

/* Nothing, or a time of day: " 08:30", "T08:30:00.000". */
static bool scan_time(struct date_scan *d)
{
    int32_t v;
    scan_blanks(d);
    if (d->i == d->s.n) return true;
    (void)scan_text(d, "T");
    if (!scan_two(d, 24) || !scan_text(d, ":") || !scan_two(d, 60)) return false;
    if (scan_text(d, ":") && !scan_two(d, 60)) return false;
    if (scan_text(d, ".") && !scan_digits(d, 9, &v)) return false;
    return d->i == d->s.n;
}

/* The day, month (day 0) or year (month 0). */
static enum cell_reason date_set(int32_t y, int32_t m, int32_t d, struct cell_date *out)
{
    if (y < DATE_MIN_YEAR || y > DATE_MAX_YEAR) return CELL_YEAR_RANGE;
    date_day first = date_make(y, m ? m : 1, d ? d : 1);
    if (!first) return CELL_NO_SUCH_DAY;
    date_day last = d ? first : m ? date_month_end(first) : date_year_end(first);
    *out = (struct cell_date){first, last - first};
    return CELL_FINE;
}

/* As date_set, for parts that were written: a written 0 is no month and no day. */
static enum cell_reason date_set_written(int32_t y, int32_t m, const int32_t *d, struct cell_date *out)
{
    return m == 0 || (d && *d == 0) ? CELL_NO_SUCH_DAY : date_set(y, m, d ? *d : 0, out);
}

/* 2026, 202601, 20260105, 20260105083000. */
static enum cell_reason date_digits(struct str s, struct cell_date *out)
{
    struct date_scan d = {s, 0};
    int32_t y, m, day, v;
    (void)scan_digits(&d, 4, &y);
    if (s.n == 4) return y >= DATE_MIN_YEAR && y <= DATE_MAX_YEAR ? date_set(y, 0, 0, out) : CELL_NOT_DATE;
    if (s.n == 5) return CELL_SERIAL;
    if (s.n != 6 && s.n != 8 && s.n != 14) return CELL_NOT_DATE;
    (void)scan_digits(&d, 2, &m);
    if (s.n == 6) return y >= DATE_MIN_YEAR && y <= DATE_MAX_YEAR ? date_set_written(y, m, NULL, out) : CELL_SHORT_YEAR;
    (void)scan_digits(&d, 2, &day);
    for (size_t i = 8; i < s.n; i += 2) {
        (void)scan_digits(&d, 2, &v);
        if (v >= (i == 8 ? 24 : 60)) return CELL_NOT_DATE;
    }
    return date_set_written(y, m, &day, out);
}

/* 2026年1月5日, 2026年1月, 2026年; d stands behind 年. */
static enum cell_reason date_chinese(struct date_scan *d, int32_t y, struct cell_date *out)
{
    int32_t m, day;
    scan_blanks(d);
    if (d->i == d->s.n) return date_set(y, 0, 0, out);
    if (!scan_digits(d, 2, &m)) return CELL_NOT_DATE;
    scan_blanks(d);
    if (!scan_text(d, "月")) return CELL_NOT_DATE;
    scan_blanks(d);
    if (d->i == d->s.n) return date_set_written(y, m, NULL, out);
    if (!scan_digits(d, 2, &day)) return CELL_NOT_DATE;
    scan_blanks(d);
    if (!scan_text(d, "日")) (void)scan_text(d, "号");
    return scan_weekday(d) && scan_time(d) ? date_set_written(y, m, &day, out) : CELL_NOT_DATE;
}

/* 2026-1-5, 2026-01; d stands behind the first separator. */
static enum cell_reason date_separated(struct date_scan *d, int32_t y, const char *sep, struct cell_date *out)
{
    int32_t m, day;
    if (!scan_digits(d, 2, &m)) return CELL_NOT_DATE;
    if (d->i == d->s.n) return date_set_written(y, m, NULL, out);
    if (!scan_text(d, sep) || !scan_digits(d, 2, &day)) return CELL_NOT_DATE;
    return scan_weekday(d) && scan_time(d) ? date_set_written(y, m, &day, out) : CELL_NOT_DATE;
}

/* The next character as a digit, 〇 to 九; -1: none. */
static int32_t scan_numeral(struct date_scan *d)
{
    static const char *const DIGIT[] = {"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九", "零", "○"};
    for (size_t i = 0; i < sizeof DIGIT / sizeof *DIGIT; i++)
        if (scan_text(d, DIGIT[i])) return i < 10 ? (int32_t)i : 0;
    return -1;
}

/* 三, 十, 十二, 三十一; -1: no number. */
static int32_t scan_spoken(struct date_scan *d)
{
    int32_t tens = scan_numeral(d);
    if (!scan_text(d, "十")) return tens;
    int32_t ones = scan_numeral(d);
    return (tens < 0 ? 1 : tens) * 10 + (ones < 0 ? 0 : ones);
}

/* 二〇二六年六月三日, with less behind the year as date_chinese. */
static enum cell_reason date_spoken(struct str s, struct cell_date *out)
{
    struct date_scan d = {s, 0};
    int32_t y = 0, m, day;
    for (unsigned i = 0; i < 4; i++) {
        int32_t digit = scan_numeral(&d);
        if (digit < 0) return CELL_NOT_DATE;
        y = y * 10 + digit;
    }
    if (!scan_text(&d, "年")) return CELL_NOT_DATE;
    if (d.i == s.n) return date_set(y, 0, 0, out);
    if ((m = scan_spoken(&d)) < 0 || !scan_text(&d, "月")) return CELL_NOT_DATE;
    if (d.i == s.n) return date_set_written(y, m, NULL, out);
    if ((day = scan_spoken(&d)) < 0) return CELL_NOT_DATE;
    if (!scan_text(&d, "日")) (void)scan_text(&d, "号");
    return scan_weekday(&d) && scan_time(&d) ? date_set_written(y, m, &day, out) : CELL_NOT_DATE;
}

/* Why a text whose first number has not four digits is no date. */
static enum cell_reason date_why_not(struct str s, size_t first)
{
    struct date_scan d = {s, first};
    int32_t v;
    if (first == 5 && s.n > 5 && s.p[5] == '.') return CELL_SERIAL;
    if (first > 2 || !first || !(scan_text(&d, "-") || scan_text(&d, "/") || scan_text(&d, ".") || scan_text(&d, "年")))
        return CELL_NOT_DATE;
    if (!scan_digits(&d, 2, &v)) return CELL_NOT_DATE;
    if (!(scan_text(&d, "-") || scan_text(&d, "/") || scan_text(&d, ".") || scan_text(&d, "月")))
        return d.i == s.n ? CELL_SHORT_YEAR : CELL_NOT_DATE;
    return scan_digits(&d, 5, &v) == 4 ? CELL_DATE_ORDER : CELL_SHORT_YEAR;
}

static enum cell_reason date_parse(struct str s, struct cell_date *out)
{
    static const char *const SEPS[] = {"-", "/", ".", "—", "–", "―", "、"};
    struct date_scan d = {s, 0};
    int32_t y;
    size_t all = 0;
    while (all < s.n && cell_is_digit(s.p[all])) all++;
    if (all == s.n) return date_digits(s, out);
    if (all == 8) {
        d.i = 8;
        return scan_time(&d) ? date_digits(str_sub(s, 0, 8), out) : CELL_NOT_DATE;
    }
    if (all == 0) return date_spoken(s, out);
    if (all != 4) return date_why_not(s, all);
    (void)scan_digits(&d, 4, &y);
    scan_blanks(&d);
    if (scan_text(&d, "年")) return date_chinese(&d, y, out);
    d.i = 4;
    for (size_t i = 0; i < sizeof SEPS / sizeof *SEPS; i++) {
        if (scan_text(&d, SEPS[i])) return date_separated(&d, y, SEPS[i], out);
    }
    return CELL_NOT_DATE;
}

/* Kept out of the way of the common case, which needs no room on the stack. */
static __attribute__((noinline)) enum cell_status date_careful(struct str s, struct cell_date *out,
                                                               enum cell_reason *why)
{
    struct cell_plain p;
    if (cell_is_blank(s, true, why) == CELL_BLANK) return CELL_BLANK;
    enum cell_reason r = cell_plain_make(&p, s);
    if (!r) r = date_parse(p.s, out);
    return r ? cell_bad(why, r) : CELL_OK;
}

enum cell_status cell_date(struct str s, struct cell_date *out, enum cell_reason *why)
{
    date_day day = date_parse_iso(s);
    *why = CELL_FINE;
    if (!day) return date_careful(s, out, why);
    *out = (struct cell_date){day, 0};
    return CELL_OK;
}
