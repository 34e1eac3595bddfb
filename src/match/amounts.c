/* Amounts whose unit nobody names, against those of the last delivery: a file in 万元 that does not say so looks like
 * any other, but for its amounts being a ten-thousandth of what they were. */
#include <inttypes.h>
#include <stdlib.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/utf8.h"
#include "match/import_int.h"
#include "match/stored.h"

enum {
    ROWS_LOOKED_AT = 4096, /* of a file and of a delivery, for SAMPLE amounts that are not 0 */
    SAMPLE = 255,
    LEAST = 3, /* amounts on each side: of fewer nothing can be said */
    FEW = 8,   /* below that the middle of an honest file moves far */
    MANY = 100,
    DELIVERIES = 3, /* the last ones: inpatients and outpatients may come in files of their own */
    COLUMNS_NAMED = 6,
    HEAD_SHOWN = 60
};
/* Sizes as logarithms: 16 to a doubling. */
enum { LOG_TEN = 53, LOG_FAR = 132 /* 300 times */, LOG_FAR_FEW = 185 /* 3,000 times */ };
#define QUESTION_MAX KIB(2)

/* |amounts| in fen that are not 0, ascending. */
struct sample {
    int64_t v[SAMPLE];
    size_t n;
};

static void sample_add(struct sample *x, int64_t fen)
{
    if (fen && x->n < SAMPLE) x->v[x->n++] = fen < 0 ? -fen : fen;
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void sample_end(struct sample *x) { qsort(x->v, x->n, sizeof *x->v, by_size); }

/* 1, 2, 3 */
static int64_t quartile(const struct sample *x, size_t k) { return x->v[x->n * k / 4]; }

/* Of v > 0, to a tenth of a doubling. */
static int64_t log_of(int64_t v)
{
    int top = 63 - __builtin_clzll((unsigned long long)v);
    int64_t below = top >= 4 ? v >> (top - 4) : v << (4 - top);
    return top * 16 + (below & 15);
}

/* The middle of the logarithms: where half the amounts are small and half large the median jumps, this does not. */
static int64_t log_mean(const struct sample *x)
{
    int64_t sum = 0;
    for (size_t i = 0; i < x->n; i++) sum += log_of(x->v[i]);
    return sum / (int64_t)x->n;
}

/* Blank: 0. */
static int64_t amount_at(const struct run *r, uint32_t column, uint32_t slot)
{
    const void *cell = (const char *)r->stage[column] + slot * r->step[column];
    if (!r->narrow[column]) return *(const int64_t *)cell == STAGE_BLANK64 ? 0 : *(const int64_t *)cell;
    int32_t v = *(const int32_t *)cell;
    if (v == STAGE_BIG32) return run_big_number(r, column, slot);
    return v == STAGE_BLANK32 ? 0 : v;
}

/* By person, as those of a delivery lie: mostly the same people's. */
static void sample_file(struct sample *x, const struct run *r, uint32_t column)
{
    size_t n = r->matched < ROWS_LOOKED_AT ? r->matched : ROWS_LOOKED_AT;
    for (size_t i = 0; i < n && x->n < SAMPLE; i++) sample_add(x, amount_at(r, column, r->order[i]));
    sample_end(x);
}

static enum rc sample_delivery(struct sample *x, struct store *s, int64_t delivery, struct str column, struct err *e)
{
    struct stored_ints head;
    TRY(stored_ints_head(&head, s, delivery, column, ROWS_LOOKED_AT, e));
    for (size_t i = 0; i < head.n; i++)
        if (head.v[i] != INT64_MIN) sample_add(x, head.v[i]);
    sample_end(x);
    stored_ints_fini(&head);
    return RC_OK;
}

/* Is b about k times a, at the median and a quarter of the amounts below and above it? */
static bool is_scaled(const struct sample *a, const struct sample *b, int64_t k)
{
    for (size_t q = 1; q <= 3; q++) {
        int64_t x = quartile(a, q), y = quartile(b, q);
        if (y / 14 * 10 > x * k || y / 7 * 10 < x * k) return false;
    }
    return true;
}

/* The factor of the unit that somebody must have changed, as a power of ten by which the file's amounts are too small
 * (too large: negative); 0: they may well be right. Hundredfold ones alone are also what another kind of payment looks
 * like, unless all the amounts are. */
static int power_off(const struct sample *now, const struct sample *was)
{
    if (now->n < LEAST || was->n < LEAST) return 0;
    int64_t more = log_mean(was) - log_mean(now), size = more < 0 ? -more : more;
    int64_t far = now->n < FEW || was->n < FEW ? LOG_FAR_FEW : LOG_FAR;
    const struct sample *low = more > 0 ? now : was, *high = more > 0 ? was : now;
    bool hundred = now->n >= MANY && was->n >= MANY && is_scaled(low, high, 100);
    int power = (int)((size + LOG_TEN / 2) / LOG_TEN);
    return size < far && !hundred ? 0 : more > 0 ? power : -power;
}

/* ---- asking */

struct off {
    const struct plan_column *c;
    const struct delivery *old;
    int power;
    int64_t now, was; /* medians, fen */
};

static const char *unit_or(int power, const char *other)
{
    const char *name = power >= 0 ? plan_unit_name(power) : "";
    return *name ? name : other;
}

/* How to say the unit of each column that is off. */
static void add_maps(const struct plan *pl, const struct off *v, size_t n, const char *unit, struct buf *b)
{
    for (size_t i = 0; i < n && i < COLUMNS_NAMED; i++) {
        struct str head = utf8_clip(pl->header[v[i].c->column], HEAD_SHOWN);
        if (i) buf_addc(b, ' ');
        buf_addf(b, "--map \"%.*s=%.*s in %s\"", STR_ARG(head), STR_ARG(v[i].c->name), unit);
    }
}

static void add_days(const struct delivery *d, enum lang lang, struct buf *b)
{
    char from[DATE_TEXT_MAX], to[DATE_TEXT_MAX];
    if (d->sender.n) buf_addf(b, "%.*s%s", STR_ARG(d->sender), lang_pick(lang, ", ", "，"));
    buf_addz(b, date_format(d->covers_from ? d->covers_from : d->received_day, from));
    if (!d->covers_from) buf_addz(b, lang_pick(lang, " received", " 收到"));
    else buf_addf(b, "%s%s", lang_pick(lang, " to ", " 至 "), date_format(d->covers_to, to));
}

static enum rc ask(const struct import *m, const struct off *v, size_t n, struct err *e)
{
    enum lang lang = e ? e->lang : LANG_ZH;
    const struct plan_column *c = v->c;
    const struct delivery *old = v->old;
    struct str head = utf8_clip(m->plan.header[c->column], HEAD_SHOWN);
    const char *read_in = unit_or(c->unit_power, "元"), *likely = unit_or(c->unit_power + v->power, read_in);
    const char *other = strcmp(likely, read_in) != 0 ? read_in : c->unit_power ? "元" : "万元";
    char now[32], was[32];
    struct buf maps, days;
    buf_init(&maps, QUESTION_MAX);
    buf_init(&days, QUESTION_MAX);
    add_maps(&m->plan, v, n, likely, &maps);
    add_days(old, lang, &days);
    (void)fen_format(v->now, now);
    (void)fen_format(v->was, was);
    enum rc rc = err_set(
        e, RC_INPUT, (struct pos){.file = m->o->file},
        "column %d \"%.*s\": is it in 元 or 万元? The file names no unit; read in %s the median of its amounts is "
        "%s yuan, in delivery %d (%.*s) %s yuan. Say %.*s (or in %s). If delivery %d was read in the wrong "
        "unit, take its file in again with --replaces %d",
        "第 %d 列“%.*s”的单位是元还是万元？文件没有写明单位；按%s计，其金额的中位数是 %s 元，而交付 %d（%.*s）是 %s "
        "元。请写 %.*s（或 in %s）。如是交付 %d 的单位读错了，请用 --replaces %d 重新导入那份文件",
        (int)c->column + 1, STR_ARG(head), read_in, now, (int)old->id, STR_ARG(buf_str(&days)), was,
        STR_ARG(buf_str(&maps)), other, (int)old->id, (int)old->id);
    buf_fini(&maps);
    buf_fini(&days);
    return rc;
}

/* ---- looking */

static bool is_asked(const struct plan *pl, const struct plan_column *c)
{
    return c->money && c->kind == CK_NUMBER && c->keep && c->column != HEADER_NONE && !plan_unit_named(pl, c);
}

/* Against each of the deliveries that has the column, the last one first. */
static enum rc compare(const struct import *m, const struct delivery_list *l, uint32_t column, struct off *out,
                       struct err *e)
{
    struct sample now = {.n = 0};
    *out = (struct off){.c = &m->plan.cols[column]};
    sample_file(&now, &m->run, column);
    for (size_t i = 0; now.n >= LEAST && i < l->n; i++) {
        struct sample was = {.n = 0};
        TRY(sample_delivery(&was, m->s, l->v[i].id, out->c->stored, e));
        if (was.n < LEAST) continue;
        int power = power_off(&now, &was);
        bool enough = was.n >= MANY || was.n >= now.n; /* to say that all is well */
        if (!power && enough) return out->power = 0, RC_OK;
        if (power && !out->power) *out = (struct off){out->c, &l->v[i], power, quartile(&now, 2), quartile(&was, 2)};
    }
    return RC_OK;
}

enum rc amounts_look(struct import *m, struct err *e)
{
    struct delivery_list last = {0};
    struct off *v = NULL;
    size_t n = 0;
    for (uint32_t i = 0; i < m->plan.n_cols; i++) {
        if (m->part_of || !is_asked(&m->plan, &m->plan.cols[i])) continue;
        if (!v) {
            v = ARENA_ARRAY(m->plan.a, struct off, m->plan.n_cols);
            if (!v) return err_nomem(e);
            TRY(delivery_last_of(m->s, m->plan.a,
                                 &(struct delivery_like){m->d.dataset, m->d.sender, m->o->replaces, LEAST}, DELIVERIES,
                                 &last, e));
        }
        TRY(compare(m, &last, i, &v[n], e));
        n += v[n].power != 0;
    }
    return n ? ask(m, v, n, e) : RC_OK;
}
