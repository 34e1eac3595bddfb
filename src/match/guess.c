/* What the file does not say of itself: whose county, which days. Guessed only when the rows leave no doubt. */
#include <inttypes.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/out.h"
#include "ingest/cell.h"
#include "ingest/title.h"
#include "match/import_int.h"
#include "match/other_county.h"
#include "match/other_names.h"
#include "match/parts.h"

enum { EDGE_SHARE = 4 /* a period with less than one part in so many of an average one is asked about */ };

/* ---- periods */

/* Terms begin on 1 March and 1 September. */
static void term_of(date_day d, date_day *first, date_day *last)
{
    struct ymd s = date_split(d);
    if (s.month >= 3 && s.month <= 8) {
        *first = date_make(s.year, 3, 1);
        *last = date_make(s.year, 8, 31);
    } else {
        int32_t y = s.month >= 9 ? s.year : s.year - 1;
        *first = date_make(y, 9, 1);
        *last = date_month_end(date_make(y + 1, 2, 1));
    }
}

void period_of(enum period_unit u, date_day d, date_day *first, date_day *last)
{
    switch (u) {
    case PER_QUARTER: *first = date_quarter_start(d), *last = date_quarter_end(d); break;
    case PER_YEAR: *first = date_year_start(d), *last = date_year_end(d); break;
    case PER_TERM: term_of(d, first, last); break;
    default: *first = date_month_start(d), *last = date_month_end(d); break;
    }
}

static bool digit(struct str s, size_t i) { return i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; }

static date_day month_at(struct str s, size_t i, size_t *len)
{
    size_t k = i;
    int32_t v[6];
    unsigned n = 0;
    while (n < 6 && k < s.n) {
        if (n == 4 && k == i + 4 && (s.p[k] == '-' || s.p[k] == '_' || s.p[k] == '.')) k++;
        if (!digit(s, k)) break;
        v[n++] = s.p[k++] - '0';
    }
    if (n < 6 || digit(s, k)) return 0;
    *len = k - i;
    int32_t year = v[0] * 1000 + v[1] * 100 + v[2] * 10 + v[3];
    return year < 1990 || year > 2100 ? 0 : date_make(year, v[4] * 10 + v[5], 1);
}

/* The days that a name speaks of as titles do: 2026年6月, 2026年第二季度. */
static bool name_period(struct str s, date_day *from, date_day *to)
{
    struct csv_head_row row = {.cell = &s, .cells = 1};
    return title_period(&row, 1, from, to);
}

/* 截至2026年6月30日 in a name. */
static bool name_until(struct str s, date_day *day)
{
    struct csv_head_row row = {.cell = &s, .cells = 1};
    return title_until(&row, 1, day);
}

date_day guess_month_in_name(struct str s)
{
    date_day found = 0;
    for (size_t i = 0; i < s.n; i++) {
        size_t len = 0;
        if (!digit(s, i) || (i && digit(s, i - 1))) continue;
        date_day d = month_at(s, i, &len);
        if (!d) continue;
        if (found && found != d) return 0;
        found = d;
        i += len - 1;
    }
    date_day from, to;
    if (found || !name_period(s, &from, &to) || date_month_start(from) != date_month_start(to)) return found;
    return from;
}

static struct str base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return str_from(slash ? slash + 1 : path);
}

static void state_date(struct import *m)
{
    bool term = m->plan.decl.period == PER_TERM;
    date_day first, last;
    if (m->plan.decl.kind != DK_SNAPSHOT || !m->d.covers_to) return;
    period_of(m->plan.decl.period, m->d.covers_from, &first, &last);
    m->d.covers_from = first;
    period_of(m->plan.decl.period, m->d.covers_to, &first, &last);
    m->d.covers_to = last;
    m->d.state_date = term ? first : last;
}

static enum rc need_covers(struct import *m, const char *en, const char *zh, date_day a, date_day b, struct err *e)
{
    char from[DATE_TEXT_MAX], to[DATE_TEXT_MAX];
    struct pos at = {.file = m->o->file};
    const char *why = lang_pick(e ? e->lang : LANG_ZH, en, zh);
    date_format(a, from);
    date_format(b, to);
    return err_set(e, RC_INPUT, at,
                   "the days this file covers are not clear: %s (%s to %s); say them with --covers FROM..TO",
                   "无法确定文件覆盖的日期：%s（%s 至 %s）；请用 --covers 起..止 指明", why, from, to);
}

/* A majority vote (Boyer and Moore): with `votes` left of `rows`, at least that many rows have that day. */
struct state_vote {
    date_day day;
    int64_t votes, rows;
};

static void vote(struct state_vote *v, date_day day)
{
    v->rows++;
    if (!v->votes) v->day = day;
    v->votes += v->day == day ? 1 : -1;
}

enum rc guess_state_note(struct import *m, struct err *e)
{
    if (m->plan.decl.kind != DK_SNAPSHOT || m->o->covers_from || m->plan.decl.delivered_whole) return RC_OK;
    if (!m->votes) m->votes = ARENA_ARRAY(m->plan.a, struct state_vote, m->plan.n_cols + 1);
    if (!m->votes) return err_nomem(e);
    for (size_t c = 0; c < m->plan.n_cols; c++) {
        if (m->plan.cols[c].kind != CK_DATE || m->plan.cols[c].column == HEADER_NONE) continue;
        const char *first = m->run.stage[c];
        for (size_t i = 0; i < m->run.matched; i++) {
            const uint32_t *day = (const void *)(first + m->run.order[i] * m->run.step[c]);
            vote(&m->votes[c], (date_day)*day);
        }
    }
    return RC_OK;
}

/* The state date that nearly every row names in one column (统计日期): 0 when there is none, or two columns disagree.
 * A rough date is no day number of the range, so it never is one. */
static date_day state_named(const struct import *m)
{
    date_day found = 0;
    for (size_t c = 0; m->votes && c < m->plan.n_cols; c++) {
        const struct state_vote *v = &m->votes[c];
        date_day first, last;
        if (!v->rows || 10 * v->votes < 8 * v->rows || !v->day || v->day > m->d.received_day) continue;
        period_of(m->plan.decl.period, v->day, &first, &last);
        if (v->day != (m->plan.decl.period == PER_TERM ? first : last)) continue;
        if (found && found != v->day) return 0;
        found = v->day;
    }
    return found;
}

/* Whole periods of the dataset that are over. */
static bool whole_periods(const struct import *m, date_day from, date_day to)
{
    enum period_unit u = m->plan.decl.period;
    date_day first, last;
    if (u == PER_TERM) return false;
    period_of(u, from, &first, &last);
    if (first != from) return false;
    period_of(u, to, &first, &last);
    return last == to && to <= m->d.received_day;
}

/* The days that the titles name, and not other ones than the file's name. */
static bool titled(const struct import *m, date_day *from, date_day *to)
{
    date_day month = guess_month_in_name(base_name(m->o->file));
    if (!title_period(m->source.file.head, m->head.first, from, to)) return false;
    if (month && (month < *from || month > *to)) return false;
    return whole_periods(m, *from, *to);
}

/* The days that the name of the file names, or that of its only sheet; not two different ones. */
static bool in_names(const struct import *m, date_day *from, date_day *to)
{
    struct str file = base_name(m->o->file);
    date_day month = guess_month_in_name(file), a, b;
    bool found = name_period(file, from, to);
    if (!found && month) {
        *from = month;
        *to = date_month_end(month);
        found = true;
    }
    if (m->source.is_sheets && m->source.places.n == 1 && name_period(m->source.places.sheet[0].name, &a, &b)) {
        if (found && (a != *from || b != *to)) return false;
        *from = a;
        *to = b;
        found = true;
    }
    return found && whole_periods(m, *from, *to);
}

/* A name may be that of the month in which the file was sent: it counts when the first rows are nearly all of it. */
static bool sample_is_of(const struct import *m, date_day from, date_day to)
{
    int32_t column = m->plan.time < 0 ? HEADER_NONE : m->plan.cols[m->plan.time].column;
    size_t dated = 0, outside = 0;
    for (size_t r = 0; column != HEADER_NONE && r < m->plan.given.n_sample; r++) {
        const struct csv_head_row *row = &m->plan.given.sample[r];
        struct cell_date d;
        enum cell_reason why;
        if ((uint32_t)column >= row->cells || cell_date(row->cell[column], &d, &why) != CELL_OK) continue;
        dated++;
        outside += d.first + d.span < from || d.first > to;
    }
    return outside * OUTSIDE_ROWS_PER <= dated;
}

void guess_named(struct import *m)
{
    date_day from, to;
    bool events = m->plan.decl.kind == DK_EVENTS && !m->plan.decl.delivered_whole && !m->part_of;
    if (!events || m->o->covers_from) return;
    m->by_title = titled(m, &from, &to);
    bool other = !m->by_title && title_period(m->source.file.head, m->head.first, &from, &to);
    if (!m->by_title && (other || !in_names(m, &from, &to) || !sample_is_of(m, from, to))) return;
    m->named_from = from;
    m->named_to = to;
}

static void take_titled(struct import *m, date_day from, date_day to)
{
    m->d.covers_from = from;
    m->d.covers_to = to;
    m->r->covers_guessed = m->r->covers_titled = true;
}

static void take_named(struct import *m)
{
    m->d.covers_from = m->named_from;
    m->d.covers_to = m->named_to;
    m->r->covers_guessed = true;
    m->r->covers_titled = m->by_title;
    m->r->covers_in_name = !m->by_title;
}

/* The titles name days, and they do not count. */
static bool other_title(const struct import *m)
{
    date_day from, to;
    return title_period(m->source.file.head, m->head.first, &from, &to);
}

/* A state as of the last day of a period, by the titles (截至2026年6月30日); or a period that is named by the file's
 * name or its only sheet's. */
static bool state_said(const struct import *m, date_day *from, date_day *to, bool *by_title)
{
    date_day day, last;
    *by_title = title_until(m->source.file.head, m->head.first, &day);
    if (*by_title || name_until(base_name(m->o->file), &day)) {
        period_of(m->plan.decl.period, day, from, &last);
        *to = last;
        return last == day && whole_periods(m, *from, last);
    }
    return in_names(m, from, to);
}

static enum rc guess_snapshot(struct import *m, struct err *e)
{
    bool by_title;
    struct pos at = {.file = m->o->file};
    date_day named = state_named(m);
    if (named) {
        period_of(m->plan.decl.period, named, &m->d.covers_from, &m->d.covers_to);
        m->r->covers_guessed = true;
        return RC_OK;
    }
    date_day month = guess_month_in_name(base_name(m->o->file)), first, last;
    if (titled(m, &first, &last)) return take_titled(m, first, last), RC_OK;
    if (!other_title(m) && state_said(m, &first, &last, &by_title)) {
        m->d.covers_from = first;
        m->d.covers_to = last;
        m->r->covers_guessed = true;
        m->r->covers_titled = by_title;
        m->r->covers_in_name = !by_title;
        return RC_OK;
    }
    if (month) {
        period_of(m->plan.decl.period, month, &first, &last);
        bool ends = date_month_end(month) == last || (m->plan.decl.period == PER_TERM && month == first);
        if (ends && last <= m->d.received_day + 31 * 6 &&
            (m->plan.decl.period == PER_TERM || last <= m->d.received_day)) {
            m->d.covers_from = first;
            m->d.covers_to = last;
            m->r->covers_guessed = true;
            return RC_OK;
        }
    }
    return err_set(
        e, RC_INPUT, at,
        "this dataset is a state at a date, and the file does not say which; say it with --covers FROM..TO, or put one "
        "month like 2026-06 into the file name",
        "该数据集是某一时点的状态，文件没有说明是哪一期；请用 --covers 起..止 指明，或在文件名里写明月份，如 2026-06");
}

static bool day_in(const uint64_t *w, date_day from, date_day to)
{
    int32_t base = date_make(DATE_MIN_YEAR, 1, 1);
    for (int32_t i = from - base; i <= to - base; i++)
        if (i >= 0 && i < DAY_BITS && w[i / 64] >> i % 64 & 1) return true;
    return false;
}

static bool first_last(const uint64_t *w, date_day *first, date_day *last)
{
    int32_t base = date_make(DATE_MIN_YEAR, 1, 1);
    *first = *last = 0;
    for (int32_t k = 0; k < DAY_BITS / 64; k++) {
        if (!w[k]) continue;
        if (!*first) *first = base + 64 * k + __builtin_ctzll(w[k]);
        *last = base + 64 * k + 63 - __builtin_clzll(w[k]);
    }
    return *first != 0;
}

/* The days of all threads, in the first one's set. */
static uint64_t *all_days(const struct import *m)
{
    uint64_t *w = m->run.thread[0].days.w;
    for (unsigned t = 1; t < m->run.threads; t++)
        for (size_t i = 0; i < DAY_BITS / 64; i++) w[i] |= m->run.thread[t].days.w[i];
    return w;
}

/* ---- stragglers: a few rows of the month before or after */

static struct day_rows rows_between(const struct import *m, date_day from, date_day to)
{
    const date_day start = date_make(DATE_MIN_YEAR, 1, 1);
    struct day_rows sum = {0};
    for (unsigned t = 0; t < m->run.threads; t++) {
        const struct day_rows *of = m->run.thread[t].days.of;
        for (date_day d = from; of && d <= to; d++) day_rows_add(&sum, of[d - start]);
    }
    return sum;
}

static enum rc ask_edge(const struct import *m, date_day from, date_day to, struct day_rows few, int64_t all,
                        date_day rest_from, date_day rest_to, struct err *e)
{
    char a[DATE_TEXT_MAX], b[DATE_TEXT_MAX], c[DATE_TEXT_MAX], d[DATE_TEXT_MAX];
    return err_set(
        e, RC_INPUT, (struct pos){.file = m->o->file},
        "only %d of %d rows are dated %s to %s (the first in line %u), far fewer than in the other periods: does the "
        "file cover those days whole? If not, say --covers %s..%s, and those rows wait; if so, name all its days with "
        "--covers",
        "%d 行（共 %d 行）的日期在 %s 至 %s（最早在第 %u 行），远少于其他各期：文件是否完整覆盖这些日期？如不是，请写 "
        "--covers %s..%s，这些行将待核；如是，请用 --covers 写明全部日期",
        (int)few.rows, (int)all, date_format(from, a), date_format(to, b), few.line, date_format(rest_from, c),
        date_format(rest_to, d));
}

/* A first or last period that has less than a quarter of the rows that the others have on average: "none" must not be
 * made of everybody who has no row in it. */
static enum rc check_edges(const struct import *m, date_day from, date_day to, struct err *e)
{
    enum period_unit u = m->plan.decl.period;
    date_day a, b, first_end, last_start;
    int64_t periods = 0, all = (int64_t)rows_between(m, from, to).rows;
    for (date_day p = from; p <= to; p = b + 1, periods++) period_of(u, p, &a, &b);
    if (periods < 2) return RC_OK;
    period_of(u, from, &a, &first_end);
    period_of(u, to, &last_start, &b);
    struct day_rows head = rows_between(m, from, first_end), tail = rows_between(m, last_start, to);
    if (head.rows * EDGE_SHARE * (periods - 1) < all - head.rows)
        return ask_edge(m, from, first_end, head, all, first_end + 1, to, e);
    if (tail.rows * EDGE_SHARE * (periods - 1) < all - tail.rows)
        return ask_edge(m, last_start, to, tail, all, from, last_start - 1, e);
    return RC_OK;
}

/* A period whose rows stand close together on its first or its last days and on none of a third of it: half a month
 * must not count as the month. What is paid on a few days of a month says nothing of the others. */
static enum rc check_part(const struct import *m, date_day first, date_day last, struct err *e)
{
    enum { ROWS_LEAST = 30, DAYS_LEAST = 8 };
    char a[DATE_TEXT_MAX], b[DATE_TEXT_MAX], c[DATE_TEXT_MAX], d[DATE_TEXT_MAX];
    date_day from = 0, to = 0;
    int64_t days = 0, rows = 0;
    for (date_day at = first; at <= last; at++) {
        int64_t n = rows_between(m, at, at).rows;
        if (!n) continue;
        if (!from) from = at;
        to = at;
        rows += n;
        days++;
    }
    date_day before = from - first, after = last - to, gap = before > after ? before : after;
    if (rows < ROWS_LEAST || days < DAYS_LEAST || 2 * days < to - from + 1 || 3 * gap < last - first + 1) return RC_OK;
    return err_set(
        e, RC_INPUT, (struct pos){.file = m->o->file},
        "the days this file covers are not clear: of %s to %s its rows are dated %s to %s only, on most of "
        "these days. If there was nothing on the others, say --covers with all days of the file; if it is a "
        "part, say the days of that part with --covers and give the rest as a file of its own",
        "无法确定文件覆盖的日期：%s 至 %s 这一期里，各行日期只在 %s 至 %s，而且几乎每天都有。如其余日期确实没有，"
        "请用 --covers 写明文件的全部日期；如文件只是其中一段，请用 --covers 写明这一段，其余部分另行导入",
        date_format(first, a), date_format(last, b), date_format(from, c), date_format(to, d));
}

/* The titles, or else the name, say days that are no whole periods: half a month must not count as the month. */
static bool part_said(const struct import *m, date_day *from, date_day *to)
{
    enum period_unit u = m->plan.decl.period;
    date_day first, last, none;
    if (!title_period(m->source.file.head, m->head.first, from, to) && !name_period(base_name(m->o->file), from, to))
        return false;
    period_of(u, *from, &first, &none);
    period_of(u, *to, &none, &last);
    return first != *from || last != *to;
}

static enum rc guess_events(struct import *m, struct err *e)
{
    uint64_t *w = all_days(m);
    enum period_unit u = m->plan.decl.period;
    date_day first, last, from, to, a, b;
    bool dated = first_last(w, &first, &last);
    if (m->named_from) return take_named(m), RC_OK;
    if (!dated) return need_covers(m, "no row is dated", "没有一行有日期", 0, 0, e);
    if (part_said(m, &a, &b))
        return need_covers(m, "the titles or the name say days that are no whole period of the dataset",
                           "表题或名称写明的日期不是完整的一期", a, b, e);
    if (last > m->d.received_day)
        return need_covers(m, "some rows are dated after the day the file was received", "有些行的日期晚于收到日期",
                           m->d.received_day, last, e);
    period_of(u, first, &from, &b);
    period_of(u, last, &a, &to);
    if (to > m->d.received_day)
        return need_covers(m, "the last period was not over when the file was received", "收到文件时最后一期尚未结束",
                           a, to, e);
    for (date_day p = from; p < a; p = b + 1) {
        date_day x;
        period_of(u, p, &x, &b);
        if (!day_in(w, x, b)) return need_covers(m, "a period in between has no row", "中间有一期没有任何行", x, b, e);
    }
    TRY(check_edges(m, from, to, e));
    period_of(u, from, &a, &b);
    TRY(check_part(m, a, b, e));
    period_of(u, to, &a, &b);
    TRY(check_part(m, a, b, e));
    m->d.covers_from = from;
    m->d.covers_to = to;
    m->r->covers_guessed = true;
    return RC_OK;
}

static enum rc guess_covers(struct import *m, struct err *e)
{
    if (m->plan.decl.delivered_whole || m->plan.roster) return RC_OK;
    if (m->o->covers_from) {
        m->d.covers_from = m->o->covers_from;
        m->d.covers_to = m->o->covers_to;
    } else if (m->plan.decl.kind == DK_SNAPSHOT) {
        TRY(guess_snapshot(m, e));
    } else if (m->plan.decl.kind == DK_EVENTS) {
        TRY(guess_events(m, e));
    } else {
        m->d.covers_from = m->d.covers_to = m->d.received_day; /* the last known value: as of the day it came */
        m->r->covers_guessed = true;
    }
    state_date(m);
    return RC_OK;
}

/* A few rows of other days wait; a file with many is not of the days it is said to be. */
static enum rc check_outside(const struct import *m, struct err *e)
{
    char from[DATE_TEXT_MAX], to[DATE_TEXT_MAX], a[DATE_TEXT_MAX], b[DATE_TEXT_MAX];
    date_day first, last;
    if (m->r->outside * OUTSIDE_ROWS_PER <= m->d.counts.rows) return RC_OK;
    (void)first_last(all_days(m), &first, &last);
    if (m->named_from)
        return err_set(
            e, RC_INPUT, (struct pos){.file = m->o->file},
            "the titles or the name say %s to %s, but %d of %d rows are dated outside: the rows are of %s to %s. Say "
            "the days that the file covers with --covers FROM..TO, or ask for the right file",
            "表题或名称写明 %s 至 %s，但 %d 行（共 %d 行）的日期不在其内：各行日期为 %s 至 %s。请用 --covers 起..止 "
            "写明文件覆盖的期间，或请对方重发正确的文件",
            date_format(m->named_from, from), date_format(m->named_to, to), (int)m->r->outside, (int)m->d.counts.rows,
            date_format(first, a), date_format(last, b));
    return err_set(
        e, RC_INPUT, (struct pos){.file = m->o->file},
        "%d of %d rows are dated outside the covered days %s to %s: the rows are of %s to %s. Say the days "
        "that the file covers with --covers FROM..TO, or ask for the right file",
        "%d 行（共 %d 行）的日期不在覆盖的期间 %s 至 %s 内：各行日期为 %s 至 %s。请用 --covers 起..止 写明文件"
        "覆盖的期间，或请对方重发正确的文件",
        (int)m->r->outside, (int)m->d.counts.rows, date_format(m->o->covers_from, from),
        date_format(m->o->covers_to, to), date_format(first, a), date_format(last, b));
}

/* Titles that name other days than the delivery gets are told: one of the two is wrong. */
static void note_title(struct import *m)
{
    date_day from, to;
    const struct delivery *d = &m->d;
    if (!d->covers_from) return;
    if (!title_period(m->source.file.head, m->head.first, &from, &to) &&
        (m->plan.decl.kind != DK_EVENTS || !in_names(m, &from, &to)))
        return;
    bool within = (from >= d->covers_from && to <= d->covers_to) || (from <= d->covers_from && to >= d->covers_to);
    if (within) return;
    m->r->title_from = from;
    m->r->title_to = to;
}

enum rc guess_all(struct import *m, struct err *e)
{
    TRY(check_outside(m, e));
    TRY(other_names_check(m, e));
    TRY(other_county_check(m, e));
    TRY(guess_division(m, e));
    TRY(guess_covers(m, e));
    note_title(m);
    return parts_overlap(m, e);
}
