#include "ingest/title.h"
#include "base/utf8.h"

enum {
    TITLE_CHARS_MAX = 256,
    YEAR_FIRST = 1990,
    YEAR_LAST = 2100,
    MONTHS = 12,
    YEAR_CHAR = 0x5E74,
    MONTH_CHAR = 0x6708
};

struct title_text {
    uint32_t c[TITLE_CHARS_MAX + 1]; /* half-width, without blanks; ends with 0 */
    size_t n;
};

struct title_months {
    int32_t year, first, last; /* year 0: none */
};

static void take_text(struct title_text *t, struct str s)
{
    t->n = 0;
    for (size_t i = 0; i < s.n && t->n < TITLE_CHARS_MAX;) {
        uint32_t c = utf8_half_width(utf8_next(s, &i));
        if (c > ' ' && c != 0xA0) t->c[t->n++] = c;
    }
    t->c[t->n] = 0;
}

/* One or two digits at *i; 0: none. */
static int32_t small_number(const struct title_text *t, size_t *i)
{
    int32_t v = 0;
    for (size_t k = 0; k < 2 && t->c[*i] >= '0' && t->c[*i] <= '9'; k++) v = v * 10 + (int32_t)(t->c[(*i)++] - '0');
    return v;
}

static int32_t quarter_number(uint32_t c)
{
    static const uint16_t WORDS[] = {0x4E00, 0x4E8C, 0x4E09, 0x56DB}; /* 一二三四 */
    for (int32_t i = 0; i < 4; i++)
        if (c == WORDS[i] || c == (uint32_t)('1' + i)) return i + 1;
    return 0;
}

/* 第二季度, 二季度 */
static bool quarter_at(const struct title_text *t, size_t i, struct title_months *m)
{
    if (t->c[i] == 0x7B2C) i++;
    int32_t q = t->c[i] ? quarter_number(t->c[i]) : 0;
    if (!q || t->c[i + 1] != 0x5B63) return false;
    m->first = 3 * q - 2;
    m->last = 3 * q;
    return true;
}

static bool is_dash(uint32_t c) { return c == '-' || c == '~' || c == 0x2013 || c == 0x2014 || c == 0x81F3; }

/* 6月, 1-6月, 1月至6月; not 6月5日. */
static bool months_at(const struct title_text *t, size_t i, struct title_months *m)
{
    m->first = m->last = small_number(t, &i);
    if (t->c[i] == MONTH_CHAR && is_dash(t->c[i + 1])) i++;
    if (m->first && is_dash(t->c[i])) {
        while (is_dash(t->c[i])) i++;
        m->last = small_number(t, &i);
    }
    if (t->c[i] != MONTH_CHAR || m->first < 1 || m->last > MONTHS || m->first > m->last) return false;
    return !(t->c[i + 1] >= '0' && t->c[i + 1] <= '9');
}

/* The year whose 年 is at i; 0: none. */
static int32_t year_before(const struct title_text *t, size_t i)
{
    int32_t v = 0;
    if (i < 4 || (i > 4 && t->c[i - 5] >= '0' && t->c[i - 5] <= '9')) return 0;
    for (size_t k = i - 4; k < i; k++) {
        if (t->c[k] < '0' || t->c[k] > '9') return 0;
        v = v * 10 + (int32_t)(t->c[k] - '0');
    }
    return v < YEAR_FIRST || v > YEAR_LAST ? 0 : v;
}

/* False: another period than the one found before. */
static bool take(struct title_months *found, struct title_months m)
{
    if (!found->year) *found = m;
    return found->year == m.year && found->first == m.first && found->last == m.last;
}

static bool look_at(const struct title_text *t, struct title_months *found, struct title_months *year)
{
    for (size_t i = 0; i < t->n; i++) {
        struct title_months m = {.year = t->c[i] == YEAR_CHAR ? year_before(t, i) : 0};
        if (!m.year) continue;
        if (months_at(t, i + 1, &m) || quarter_at(t, i + 1, &m)) {
            if (!take(found, m)) return false;
        } else if (t->c[i + 1] == 0x5EA6) { /* 年度 */
            m.first = 1, m.last = MONTHS;
            if (!take(year, m)) return false;
        }
    }
    return true;
}

bool title_period(const struct csv_head_row *row, size_t n, date_day *from, date_day *to)
{
    struct title_months found = {0}, year = {0};
    struct title_text t;
    for (size_t r = 0; r < n; r++) {
        for (uint32_t c = 0; c < row[r].cells; c++) {
            take_text(&t, row[r].cell[c]);
            if (!look_at(&t, &found, &year)) return false;
        }
    }
    if (!found.year) found = year;
    if (!found.year) return false;
    *from = date_make(found.year, found.first, 1);
    *to = date_month_end(date_make(found.year, found.last, 1));
    return true;
}
