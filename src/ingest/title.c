#include "ingest/title.h"
#include "base/utf8.h"

enum { TITLE_CHARS_MAX = 256, YEAR_FIRST = 1990, YEAR_LAST = 2100, MONTHS = 12, DAYS = 31, CENTURY = 2000 };
enum { YEAR_CHAR = 0x5E74, MONTH_CHAR = 0x6708, DAY_CHAR = 0x65E5, DAY_SPOKEN = 0x53F7, TEN = 0x5341 };

struct title_text {
    uint32_t c[TITLE_CHARS_MAX + 4]; /* half-width, without blanks; ends with zeros */
    size_t n;
};

static void take_text(struct title_text *t, struct str s)
{
    *t = (struct title_text){.n = 0};
    for (size_t i = 0; i < s.n && t->n < TITLE_CHARS_MAX;) {
        uint32_t c = utf8_half_width(utf8_next(s, &i));
        if (c > ' ' && c != 0xA0) t->c[t->n++] = c;
    }
}

/* ---- numbers */

static bool is_digit(uint32_t c) { return c >= '0' && c <= '9'; }

/* 〇一二…九, ○, 零; -1: none. */
static int32_t chinese_digit(uint32_t c)
{
    static const uint16_t WORDS[] = {0x3007, 0x4E00, 0x4E8C, 0x4E09, 0x56DB, 0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D};
    for (int32_t i = 0; i < 10; i++)
        if (c == WORDS[i]) return i;
    return c == 0x25CB || c == 0x96F6 ? 0 : -1;
}

/* 六, 十二, 三十一 at *i; 0: none. */
static int32_t chinese_number(const struct title_text *t, size_t *i)
{
    int32_t v = chinese_digit(t->c[*i]), ones;
    if (v > 0) ++*i;
    if (t->c[*i] != TEN) return v > 0 ? v : 0;
    ++*i;
    v = (v > 0 ? v : 1) * 10;
    ones = chinese_digit(t->c[*i]);
    if (ones > 0) v += ones, ++*i;
    return v;
}

/* Of one or two digits, or in Chinese; 0: none. */
static int32_t small_number(const struct title_text *t, size_t *i)
{
    int32_t v = 0;
    if (!is_digit(t->c[*i])) return chinese_number(t, i);
    for (size_t k = 0; k < 2 && is_digit(t->c[*i]); k++) v = v * 10 + (int32_t)(t->c[(*i)++] - '0');
    return is_digit(t->c[*i]) ? 0 : v;
}

static bool is_separator(uint32_t c) { return c == '.' || c == '/' || c == '-' || c == '_'; }

static bool is_dash(uint32_t c)
{
    return c == '-' || c == '~' || c == 0x2013 || c == 0x2014 || c == 0x81F3 || c == 0x5230; /* 至, 到 */
}

/* 2026, 二〇二六, or 26 before 年; *i moves behind it. 0: none. */
static int32_t year_at(const struct title_text *t, size_t *i)
{
    int32_t v = 0;
    size_t k = *i, n = 0;
    bool arabic = is_digit(t->c[k]);
    while (n < 4 && (arabic ? is_digit(t->c[k]) : chinese_digit(t->c[k]) >= 0)) {
        v = v * 10 + (arabic ? (int32_t)(t->c[k] - '0') : chinese_digit(t->c[k]));
        k++, n++;
    }
    if (n == 2 && arabic && t->c[k] == YEAR_CHAR) v += CENTURY, n = 4;
    bool ends = t->c[k] == YEAR_CHAR || (arabic && is_separator(t->c[k]));
    if (n != 4 || !ends || v < YEAR_FIRST || v > YEAR_LAST) return 0;
    *i = k;
    return v;
}

/* ---- what is said */

struct said {
    date_day from, to; /* from 0: nothing */
    bool day, year;    /* one day alone; a whole year (2026年度) */
};

static struct said months_said(int32_t year, int32_t first, int32_t last)
{
    if (first < 1 || last > MONTHS || first > last) return (struct said){0};
    return (struct said){.from = date_make(year, first, 1), .to = date_month_end(date_make(year, last, 1))};
}

static struct said day_said(int32_t year, int32_t month, int32_t day)
{
    date_day d = month >= 1 && month <= MONTHS && day >= 1 && day <= DAYS ? date_make(year, month, day) : 0;
    return (struct said){.from = d, .to = d, .day = true};
}

/* 第二季度, 二季度, 2季度, 上半年, 下半年, 度 behind 年. */
static struct said part_of_year(const struct title_text *t, size_t i, int32_t year)
{
    if (t->c[i] == 0x5EA6) {
        struct said y = months_said(year, 1, MONTHS);
        y.year = true;
        return y;
    }
    bool half = t->c[i + 1] == 0x534A && t->c[i + 2] == YEAR_CHAR;
    if (half && t->c[i] == 0x4E0A) return months_said(year, 1, 6);
    if (half && t->c[i] == 0x4E0B) return months_said(year, 7, MONTHS);
    if (t->c[i] == 0x7B2C) i++;
    int32_t q = small_number(t, &i);
    bool quarter = q >= 1 && q <= 4 && t->c[i] == 0x5B63;
    return quarter ? months_said(year, 3 * q - 2, 3 * q) : (struct said){0};
}

/* 6月, 1-6月, 1月至6月, 6月30日 behind 年; *i moves behind it. */
static struct said months_at(const struct title_text *t, size_t *i, int32_t year)
{
    size_t k = *i;
    int32_t first = small_number(t, &k), last = first, day;
    bool named = first && t->c[k] == MONTH_CHAR;
    if (named) k++;
    size_t behind = k;
    day = named ? small_number(t, &k) : 0;
    if (day && (t->c[k] == DAY_CHAR || t->c[k] == DAY_SPOKEN)) return *i = k + 1, day_said(year, first, day);
    if (day || (named && is_digit(t->c[behind]))) return (struct said){0};
    k = behind;
    if (first && is_dash(t->c[k])) {
        while (is_dash(t->c[k])) k++;
        last = small_number(t, &k);
        if (last && t->c[k] == MONTH_CHAR && !is_digit(t->c[k + 1])) return *i = k + 1, months_said(year, first, last);
    }
    if (!named) return (struct said){0};
    *i = behind;
    return months_said(year, first, first);
}

/* .6, -06-30 behind a year in digits; *i moves behind it. */
static struct said numbers_at(const struct title_text *t, size_t *i, int32_t year)
{
    size_t k = *i + 1, behind;
    int32_t month = small_number(t, &k), day;
    behind = k;
    if (!month || is_digit(t->c[k])) return (struct said){0};
    if (is_separator(t->c[k]) && is_digit(t->c[k + 1])) {
        size_t d = k + 1;
        day = small_number(t, &d);
        if (day && !is_digit(t->c[d])) return *i = d, day_said(year, month, day);
        size_t next = k + 1;
        if (!year_at(t, &next)) return (struct said){0};
    }
    *i = behind;
    return months_said(year, month, month);
}

static struct said date_at(const struct title_text *t, size_t *i, int32_t *year)
{
    *year = year_at(t, i);
    if (!*year) return (struct said){0};
    if (t->c[*i] != YEAR_CHAR) return numbers_at(t, i, *year);
    ++*i;
    struct said s = months_at(t, i, *year);
    return s.from ? s : part_of_year(t, *i, *year);
}

/* The end of a range: a date, or without its year (6月30日, 6.30), or its month (30日). */
static struct said end_at(const struct title_text *t, size_t *i, int32_t year, const struct said *begin)
{
    int32_t other;
    size_t k = *i, m = *i;
    struct said s = date_at(t, &k, &other);
    if (s.from) return *i = k, s;
    k = *i;
    s = months_at(t, &k, year);
    if (s.from) return *i = k, s;
    if (!begin->day) return (struct said){0};
    int32_t v = small_number(t, &m);
    if (v && (t->c[m] == DAY_CHAR || t->c[m] == DAY_SPOKEN))
        return *i = m + 1, day_said(year, date_split(begin->from).month, v);
    bool pair = v && is_separator(t->c[m]) && is_digit(t->c[m + 1]);
    if (!pair) return (struct said){0};
    m++;
    int32_t day = small_number(t, &m);
    return *i = m, day_said(year, v, day);
}

/* What stands at i, which moves on. */
static struct said said_at(const struct title_text *t, size_t *i)
{
    int32_t year;
    size_t k = *i;
    struct said a = date_at(t, &k, &year), b;
    if (!a.from) return ++*i, a;
    *i = k;
    while (is_dash(t->c[k])) k++;
    if (k == *i || a.year) return a;
    b = end_at(t, &k, year, &a);
    if (!b.from || b.day != a.day || b.to < a.to) return a;
    *i = k;
    return (struct said){.from = a.from, .to = b.to};
}

/* 截至, 截止, 截止到 right before i. */
static bool until_before(const struct title_text *t, size_t i)
{
    if (i && t->c[i - 1] == 0x5230) i--;
    return i >= 2 && t->c[i - 2] == 0x622A && (t->c[i - 1] == 0x81F3 || t->c[i - 1] == 0x6B62);
}

/* ---- cells */

struct found {
    struct said period, year, until;
    bool several, untils;
};

static void take(struct said *was, const struct said *s, bool *several)
{
    if (!was->from) *was = *s;
    *several |= was->from != s->from || was->to != s->to;
}

static void look_at(const struct title_text *t, struct found *f)
{
    for (size_t i = 0; i < t->n;) {
        size_t at = i;
        bool within = at && (is_digit(t->c[at]) ? is_digit(t->c[at - 1]) : chinese_digit(t->c[at - 1]) >= 0);
        struct said s = {0};
        if (within) i++;
        else s = said_at(t, &i);
        if (!s.from) continue;
        if (until_before(t, at)) take(&f->until, &s, &f->untils);
        else if (s.year) take(&f->year, &s, &f->several);
        else if (!s.day) take(&f->period, &s, &f->several);
    }
}

static struct found look_at_rows(const struct csv_head_row *row, size_t n)
{
    struct found f = {0};
    struct title_text t;
    for (size_t r = 0; r < n; r++) {
        for (uint32_t c = 0; c < row[r].cells; c++) {
            take_text(&t, row[r].cell[c]);
            look_at(&t, &f);
        }
    }
    return f;
}

bool title_period(const struct csv_head_row *row, size_t n, date_day *from, date_day *to)
{
    struct found f = look_at_rows(row, n);
    struct said s = f.period.from ? f.period : f.year;
    if (f.several || !s.from) return false;
    *from = s.from;
    *to = s.to;
    return true;
}

bool title_until(const struct csv_head_row *row, size_t n, date_day *day)
{
    struct found f = look_at_rows(row, n);
    *day = f.until.to;
    return f.until.from && !f.untils;
}
