/* Cells of a column, many rows at a time, into the stage. */
#include <stdlib.h>
#include "base/limits.h"
#include "ingest/cell.h"
#include "ident/division_code.h"
#include "match/run_int.h"

enum { LATELY_SLOTS = 64, BIG_MAX = 1 << 30, SAMPLE_LEAST = 4 };
#define TEXT_OFF_SHIFT 16
#define TEXT_GROUP_SHIFT 48

/* Bytes that may have to be changed, or that begin a character which may: controls, U+0080-00BF, U+3000-3FFF,
 * U+F000-FFFF. */
static inline bool odd_byte(unsigned char c) { return c < 0x20 || c == 0x7F || c == 0xC2 || c == 0xE3 || c == 0xEF; }

/* Nothing to trim or to change. Rows with malformed bytes do not come here. */
static inline bool plain(struct str s)
{
    if (s.n == 0 || s.p[0] == ' ' || s.p[s.n - 1] == ' ') return false;
    bool odd = false;
    for (size_t i = 0; i < s.n; i++) odd |= odd_byte((unsigned char)s.p[i]);
    return !odd;
}

/* Could it be one of the signs that people write for nothing? */
static inline bool like_mark(struct str s)
{
    if (s.n > 6) return false;
    switch ((unsigned char)s.p[0]) {
    case '-':
    case '/':
    case '\\':
    case '#':
    case 0xE2:
    case 0xEF: return true;
    case 'n':
    case 'N': return s.n <= 4 && (s.n < 2 || s.p[1] == '/' || (s.p[1] | 0x20) == 'u'); /* codes begin so, too */
    default: return false;
    }
}

/* The text as it is compared and kept. */
static enum cell_status text_of(struct run_batch *b, struct str s, struct str *out, enum cell_reason *why)
{
    if (plain(s)) return *out = s, CELL_OK;
    buf_clear(&b->thread->scratch);
    return cell_text(s, &b->thread->scratch, out, why);
}

uint64_t cells_keep_text(struct run_batch *b, struct str s)
{
    struct buf *t = &b->group->text;
    uint64_t at = t->n;
    buf_add(t, s);
    if (t->failed) return TEXT_BLANK;
    return (uint64_t)b->group_no << TEXT_GROUP_SHIFT | at << TEXT_OFF_SHIFT | s.n;
}

/* "6.2284E+18": what a spreadsheet shows of a long number, and writes into CSV. */
static bool is_shortened(struct str s)
{
    enum { LEAST = 5, MOST = 24 };
    size_t n = s.n;
    if (n < LEAST || n > MOST || s.p[0] < '1' || s.p[0] > '9' || (s.p[n - 2] != '+' && s.p[n - 3] != '+')) return false;
    size_t plus = s.p[n - 2] == '+' ? n - 2 : n - 3;
    bool ok = (s.p[plus - 1] | 0x20) == 'e' && (s.p[1] == '.' || plus == 2);
    for (size_t i = 0; i < n; i++) ok &= (s.p[i] >= '0' && s.p[i] <= '9') || i == 1 || i == plus || i == plus - 1;
    return ok;
}

/* Long numbers of which a spreadsheet kept fifteen digits: one may end so by itself, most of a column do not. */
static void note_digits(struct column_stat *stat, struct str s)
{
    enum { KEPT = 15, MOST = 24 };
    bool zeros = true;
    if (s.n <= KEPT || s.n > MOST) return;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9') return;
        zeros &= i < KEPT || s.p[i] == '0';
    }
    stat->long_numbers++;
    stat->zeros += zeros;
}

/* A text, or what is wrong with it. The household's code is looked at as a whole (match/roster_who.c). */
static enum cell_status text_value(struct run_batch *b, const struct plan_column *c, struct str s, struct str *t,
                                   enum cell_reason *why, struct column_stat *stat)
{
    const struct plan *pl = b->run->plan;
    enum cell_status st = text_of(b, s, t, why);
    if (st != CELL_OK) return st;
    if (like_mark(*t) && cell_is_blank(*t, true, why) == CELL_BLANK) return CELL_BLANK;
    if (pl->household >= 0 && c == &pl->cols[pl->household]) return CELL_OK;
    if (is_shortened(*t)) return *why = CELL_SCIENTIFIC, CELL_BAD;
    note_digits(stat, *t);
    return CELL_OK;
}

/* Texts met lately, so that one written in thousands of rows is kept once (and found by its address when it is
 * encoded). Head and tail tell texts of up to sixteen bytes apart. */
struct lately {
    struct met {
        uint64_t head, tail, n;
        uint64_t ref; /* TEXT_BLANK: none */
    } met[LATELY_SLOTS];
};

static void lately_init(struct lately *l)
{
    for (size_t i = 0; i < LATELY_SLOTS; i++) l->met[i].ref = TEXT_BLANK;
}

static inline struct met met_of(struct str s)
{
    struct met m = {.n = s.n, .ref = TEXT_BLANK};
    size_t n = s.n < 8 ? s.n : 8;
    memcpy(&m.head, s.p, n);
    memcpy(&m.tail, s.p + s.n - n, n);
    return m;
}

static inline uint32_t met_slot(const struct met *m)
{
    return (uint32_t)(((m->head ^ m->tail << 7 ^ m->n) * UINT64_C(0x9E3779B97F4A7C15)) >> 58);
}

static inline uint64_t met_lately(const struct run_batch *b, const struct lately *l, struct str s)
{
    struct met m = met_of(s);
    const struct met *k = &l->met[met_slot(&m)];
    if (k->ref == TEXT_BLANK || k->head != m.head || k->tail != m.tail || k->n != m.n) return TEXT_BLANK;
    return s.n <= 16 || str_eq(run_text(b->run, k->ref), s) ? k->ref : TEXT_BLANK;
}

static uint64_t keep_once(struct run_batch *b, struct lately *l, struct str s)
{
    uint64_t ref = met_lately(b, l, s);
    if (ref != TEXT_BLANK) return ref;
    struct met m = met_of(s);
    m.ref = cells_keep_text(b, s);
    l->met[met_slot(&m)] = m;
    return m.ref;
}

struct str run_text(const struct run *r, uint64_t ref)
{
    const struct run_group *g = &r->group[ref >> TEXT_GROUP_SHIFT];
    return str_make(g->text.p + (ref >> TEXT_OFF_SHIFT & UINT32_MAX), ref & 0xFFFF);
}

static int by_place(const void *a, const void *b)
{
    const struct big_number *x = a, *y = b;
    if (x->column != y->column) return x->column < y->column ? -1 : 1;
    return x->slot < y->slot ? -1 : x->slot > y->slot;
}

void cells_end_group(struct run_group *g)
{
    if (g->big.n) qsort(g->big.v, g->big.n, sizeof *g->big.v, by_place);
}

static struct run_group *group_of(const struct run *r, uint32_t slot)
{
    size_t lo = 0, hi = r->groups; /* the last group that begins at or before the line */
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (r->file->part[r->group[mid].part_from].line <= r->first_line + slot) lo = mid;
        else hi = mid;
    }
    return &r->group[lo];
}

int64_t run_big_number(const struct run *r, uint32_t column, uint32_t slot)
{
    struct big_number want = {.column = column, .slot = slot};
    const struct run_group *g = group_of(r, slot);
    const struct big_number *found = bsearch(&want, g->big.v, g->big.n, sizeof *g->big.v, by_place);
    return found ? found->v : STAGE_BLANK64;
}

bool run_big_add(struct run *r, const struct big_number *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!vec_push(&group_of(r, v[i].slot)->big, BIG_MAX, v[i])) return false;
    for (size_t g = 0; n && g < r->groups; g++) cells_end_group(&r->group[g]);
    return true;
}

/* ---- one cell of each kind */

static void note(struct run_batch *b, uint32_t i, const struct plan_column *c, enum cell_status st,
                 enum cell_reason why, struct column_stat *stat)
{
    stat->filled += st != CELL_BLANK;
    if (st != CELL_BAD) return;
    stat->bad++;
    batch_refuse(b, i, WHY_CELL, why, c->column);
}

static __attribute__((noinline)) bool put_big(struct run_batch *b, struct stage_at to, uint32_t slot, int64_t v)
{
    *(int32_t *)stage_cell(to, slot) = STAGE_BIG32;
    return vec_push(&b->group->big, BIG_MAX, ((struct big_number){to.column, slot, v}));
}

/* v STAGE_BLANK64: none. False: out of memory. */
static inline bool put_number(struct run_batch *b, struct stage_at to, uint32_t slot, int64_t v)
{
    if (!to.narrow) return *(int64_t *)stage_cell(to, slot) = v, true;
    if (v != STAGE_BLANK64 && (v <= STAGE_BIG32 || v > INT32_MAX)) return put_big(b, to, slot, v);
    *(int32_t *)stage_cell(to, slot) = v == STAGE_BLANK64 ? STAGE_BLANK32 : (int32_t)v;
    return true;
}

static enum cell_status plain_number(const struct plan_column *c, struct str s, int64_t *v, enum cell_reason *why)
{
    struct str t = c->percent ? str_trim(s) : s;
    if (c->percent && t.n && t.p[t.n - 1] == '%')
        return cell_decimal(str_make(t.p, t.n - 1), c->decimals - 2u, c->limit, STR(""), v, why);
    return cell_decimal(s, c->decimals, c->limit, c->unit, v, why);
}

/* Of a field that is never below 0 such a row takes back what another says: who leaves it out may not say that the rest
 * is at least so much. */
static __attribute__((noinline, cold)) void note_lowers(struct run_batch *b, uint32_t i, const struct plan_column *c,
                                                        bool lowers)
{
    if (lowers && c->lo >= 0 && b->bad[i]) b->bad[i] |= BAD_LOWERS;
}

/* Each kind of loop is a function of its own: together they leave the compiler too few registers. */
#define LOOP static __attribute__((noinline))

/* One loop for all amounts and one for all other numbers, of those that are not written as most are. */
#define EACH_NUMBER(parse)                                                  \
    const struct batch_column x = batch_column(b, c->column);               \
    const uint32_t odds = usual_numbers(b, c, to, &x);                      \
    const int64_t lo = c->lo, hi = c->hi;                                   \
    stat->filled += x.n - odds;                                             \
    for (uint32_t k = 0; k < odds; k++) {                                   \
        const uint32_t i = b->odd[k];                                       \
        enum cell_reason why = CELL_FINE;                                   \
        int64_t v = STAGE_BLANK64;                                          \
        struct str s = column_cell(&x, i);                                  \
        enum cell_status st = (parse);                                      \
        if (st == CELL_OK) {                                                \
            stat->filled++;                                                 \
            if (v < lo || v > hi) {                                         \
                batch_refuse(b, i, WHY_BOUND, v < 0 && !lo, c->column);     \
                note_lowers(b, i, c, v < 0);                                \
            }                                                               \
        } else {                                                            \
            note(b, i, c, st, why, stat);                                   \
            if (st == CELL_BAD) note_lowers(b, i, c, bad_like_negative(s)); \
            v = STAGE_BLANK64;                                              \
        }                                                                   \
        if (!put_number(b, to, x.slot[i], v)) return err_nomem(e);          \
    }                                                                       \
    return RC_OK;

static uint32_t all_rows(struct run_batch *b)
{
    for (uint32_t i = 0; i < b->n; i++) b->odd[i] = (uint16_t)i;
    return b->n;
}

static int64_t least_of(int64_t a, int64_t b) { return a < b ? a : b; }

/* Reads what is written as most are; returns how many rows are in b->odd, which are to be read one by one. */
static uint32_t usual_numbers(struct run_batch *b, const struct plan_column *c, struct stage_at to,
                              const struct batch_column *x)
{
    struct usual_numbers u = {.decimals = c->money ? 2 : c->decimals, .lo = c->lo > 0 ? c->lo : 0, .one = 1};
    if (!to.narrow || c->percent || (c->money && (c->unit_power || c->row_units))) return all_rows(b);
    for (unsigned i = 0; i < u.decimals; i++) u.one *= 10;
    u.hi = least_of(least_of(c->hi, INT32_MAX), c->money ? FEN_MAX : c->limit);
    return u.hi < u.lo ? all_rows(b) : cell_kernels_best()->numbers(x, to, &u, b->odd);
}

/* Of a workbook: formulas give more decimals than their cells show. */
static __attribute__((noinline)) enum cell_status rounded_amount(struct run_batch *b, int power, struct str s,
                                                                 int64_t *v, enum cell_reason *why)
{
    if (!b->run->plan->given.rounds) return CELL_BAD;
    enum cell_status st = cell_yuan_rounded(s, power, v, why);
    b->thread->rounded += st == CELL_OK;
    return st;
}

static inline enum cell_status amount(struct run_batch *b, int power, struct str s, int64_t *v, enum cell_reason *why)
{
    enum cell_status st = cell_yuan(s, power, v, why);
    return st == CELL_BAD && *why == CELL_DIGITS_LOST ? rounded_amount(b, power, s, v, why) : st;
}

/* In the unit that the row names. An amount whose row names none, or another one than is named elsewhere, is nobody's
 * guess. */
static enum cell_status row_amount(struct run_batch *b, uint32_t i, const struct plan_column *c, struct str s,
                                   int64_t *v, enum cell_reason *why)
{
    struct str unit = str_trim(batch_cell(b, i, (int32_t)b->run->plan->unit_column - 1));
    if (cell_is_blank(s, true, why) == CELL_BLANK) return CELL_BLANK;
    int power = unit.n ? money_unit_cell(unit) : c->unit_named ? c->unit_power : CELL_UNIT_NONE;
    bool other = (unit.n && power < 0) || (c->unit_named && power != c->unit_power);
    enum cell_status st = amount(b, power < 0 ? CELL_UNIT_NONE : power, s, v, why); /* a unit of its own counts */
    if (st == CELL_BAD && *why == CELL_UNIT) other |= power < 0;
    if (!other) return st;
    return *why = CELL_ROW_UNIT, CELL_BAD;
}

LOOP enum rc amounts(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat,
                     struct err *e){EACH_NUMBER(amount(b, c->unit_power, s, &v, &why))}

LOOP enum rc row_amounts(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat,
                         struct err *e){EACH_NUMBER(row_amount(b, i, c, s, &v, &why))}

LOOP enum rc numbers(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat,
                     struct err *e){EACH_NUMBER(plain_number(c, s, &v, &why))}

LOOP void dates(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat)
{
    const struct batch_column x = batch_column(b, c->column);
    const int64_t lo = c->lo, hi = c->hi;
    const int64_t from = lo > 1 ? lo : 1, until = least_of(hi, INT32_MAX);
    const uint32_t odds = from > until ? all_rows(b)
                                       : cell_kernels_best()->dates(&x, to, (date_day)from, (date_day)until, b->odd);
    stat->filled += x.n - odds;
    for (uint32_t k = 0; k < odds; k++) {
        const uint32_t i = b->odd[k];
        enum cell_reason why = CELL_FINE;
        struct cell_date d = {0};
        enum cell_status st = cell_date(column_cell(&x, i), &d, &why);
        if (st == CELL_OK && (d.first + d.span < lo || d.first > hi)) batch_refuse(b, i, WHY_BOUND, 0, c->column);
        note(b, i, c, st, why, stat);
        if (st == CELL_OK && d.span) months_note(b, i, c, d, column_cell(&x, i), stat);
        *(uint32_t *)stage_cell(to, x.slot[i]) = st == CELL_OK
                                                     ? (uint32_t)d.first | (uint32_t)d.span << STAGE_SPAN_SHIFT
                                                     : 0;
    }
}

static enum cell_status bool_cell(const struct plan_column *c, struct str s, bool *v, enum cell_reason *why)
{
    enum cell_reason blank;
    enum cell_status st = cell_bool(s, v, why);
    if (st != CELL_BAD) return st;
    if (cell_is_blank(s, true, &blank) == CELL_BLANK) return CELL_BLANK;
    uint16_t meant = c->codes ? plan_code_find(c->codes, str_trim(s)) : STAGE_BLANK16;
    if (meant != STAGE_BLANK16) return *v = meant, CELL_OK;
    return st;
}

static enum cell_status code_cell(struct run_batch *b, const struct plan_column *c, struct str s, uint16_t *code,
                                  enum cell_reason *why)
{
    struct str t;
    if (s.n == 1 && (*code = c->codes->of_byte[(unsigned char)s.p[0]]) != STAGE_BLANK16) return CELL_OK;
    enum cell_status st = text_of(b, s, &t, why);
    if (st) return st;
    *code = plan_code_find(c->codes, t);
    if (*code != STAGE_BLANK16) return CELL_OK;
    return cell_is_blank(t, true, why) == CELL_BLANK ? CELL_BLANK : CELL_OK;
}

/* A value in no code list. Where a blank cell is unknown, the cell is left blank and told, and its row counts; where a
 * blank says that there is none, or the row is known by it, the row is refused: unknown is never no. */
static enum rc odd_cell(struct run_batch *b, uint32_t i, enum bad_why why, int32_t column, struct str value,
                        struct err *e)
{
    struct bad_list *l = &b->group->odd;
    struct bad_row odd = {.value = l->text.n, .column = (uint16_t)(column + 1), .why = (uint8_t)why};
    if (b->bad[i]) return RC_OK;
    text_show(&l->text, value);
    odd.value_n = (uint32_t)(l->text.n - odd.value);
    return !l->text.failed && vec_push(&l->v, BIG_MAX, odd) ? RC_OK : err_nomem(e);
}

/* Neither yes nor no: as a value in no code list. */
static enum rc bools(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat,
                     struct err *e)
{
    enum cell_reason why = CELL_FINE;
    for (uint32_t i = 0; i < b->n; i++) {
        bool v = false;
        struct str s = batch_cell(b, i, c->column);
        enum cell_status st = bool_cell(c, s, &v, &why);
        bool odd = st == CELL_BAD && why == CELL_NOT_BOOL && !c->optional && !c->key;
        if (odd) TRY(odd_cell(b, i, WHY_CODE, c->column, s, e));
        if (odd) stat->filled++, stat->bad++;
        else note(b, i, c, st, why, stat);
        *(uint8_t *)stage_cell(to, b->slot[i]) = st == CELL_OK ? v : STAGE_BLANK8;
    }
    return RC_OK;
}

static enum rc odd_code(struct run_batch *b, uint32_t i, const struct plan_column *c, struct str value,
                        struct column_stat *stat, struct err *e)
{
    stat->bad++;
    if (c->optional || c->key) return batch_refuse(b, i, WHY_CODE, 0, c->column), RC_OK;
    return odd_cell(b, i, WHY_CODE, c->column, value, e);
}

/* Spellings of one byte; as usual_numbers. */
static uint32_t usual_codes(struct run_batch *b, const struct plan_codes *codes, struct stage_at to,
                            const struct batch_column *x)
{
    uint32_t odds = 0;
    for (uint32_t i = 0, n = x->n; i < n; i++) {
        struct str s = column_cell(x, i);
        uint16_t code = s.n == 1 ? codes->of_byte[(unsigned char)s.p[0]] : STAGE_BLANK16;
        *(uint16_t *)stage_cell(to, x->slot[i]) = code;
        if (code == STAGE_BLANK16) b->odd[odds++] = (uint16_t)i;
    }
    return odds;
}

LOOP enum rc codes(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat,
                   struct err *e)
{
    const struct batch_column x = batch_column(b, c->column);
    const uint32_t odds = usual_codes(b, c->codes, to, &x);
    stat->filled += x.n - odds;
    for (uint32_t k = 0; k < odds; k++) {
        const uint32_t i = b->odd[k];
        enum cell_reason why = CELL_FINE;
        uint16_t code = STAGE_BLANK16;
        enum cell_status st = code_cell(b, c, column_cell(&x, i), &code, &why);
        note(b, i, c, st, why, stat);
        if (st == CELL_OK && code == STAGE_BLANK16) TRY(odd_code(b, i, c, column_cell(&x, i), stat, e));
        *(uint16_t *)stage_cell(to, x.slot[i]) = st == CELL_OK ? code : STAGE_BLANK16;
    }
    return RC_OK;
}

#define SET_ODD (UINT64_C(1) << SET_CODES_MAX)

/* A column of a set: its members join those that are there. */
static enum rc set_column(struct run_batch *b, const struct plan_column *c, struct stage_at to, bool first,
                          struct column_stat *stat, struct err *e)
{
    for (uint32_t i = 0; i < b->n; i++) {
        struct str rest = batch_cell(b, i, c->column), item;
        uint64_t *cell = stage_cell(to, b->slot[i]), mask = first ? 0 : *cell;
        bool any = false;
        while (!b->bad[i] && cell_list_next(&rest, &item)) {
            enum cell_reason why = CELL_FINE;
            uint16_t code = STAGE_BLANK16;
            enum cell_status st = code_cell(b, c, item, &code, &why);
            any |= st != CELL_BLANK;
            if (st == CELL_BAD) note(b, i, c, st, why, stat);
            else if (st == CELL_OK && code == STAGE_BLANK16) {
                TRY(odd_code(b, i, c, item, stat, e));
                mask |= SET_ODD;
            } else if (st == CELL_OK) {
                mask |= UINT64_C(1) << code;
            }
        }
        stat->filled += any;
        *cell = mask;
    }
    return RC_OK;
}

/* A set with a member that nobody knows is unknown as a whole. */
static enum rc sets(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat,
                    struct err *e)
{
    struct plan_column one = *c;
    for (size_t k = 0; k == 0 || k < c->n_part; k++) {
        if (c->n_part) one.column = c->part[k];
        TRY(set_column(b, &one, to, k == 0, stat, e));
    }
    for (uint32_t i = 0; i < b->n; i++) {
        uint64_t *cell = stage_cell(to, b->slot[i]);
        if (*cell & SET_ODD) *cell = 0;
    }
    return RC_OK;
}

static void divisions_of(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat)
{
    enum cell_reason why;
    for (uint32_t i = 0; i < b->n; i++) {
        struct str s = batch_cell(b, i, c->column);
        int64_t v = STAGE_BLANK64;
        *(int64_t *)stage_cell(to, b->slot[i]) = STAGE_BLANK64;
        if (division_parse(s, &v)) {
            stat->filled++;
            *(int64_t *)stage_cell(to, b->slot[i]) = v;
        } else if (cell_is_blank(s, true, &why) != CELL_BLANK) {
            stat->filled++, stat->bad++;
            batch_refuse(b, i, WHY_DIVISION, 0, c->column);
        }
    }
}

/* Places met lately: rows of one village stand together. */
struct place_met {
    struct place_names names;
    int64_t code;
    enum division_level bad;
    bool any;
};

static bool same_names(const struct place_names *a, const struct place_names *b)
{
    bool same = true;
    for (unsigned k = 0; k < PLACE_LEVELS; k++) same = same && str_eq(a->name[k], b->name[k]);
    return same;
}

static struct place_names names_of(const struct run_batch *b, uint32_t i, const struct place_columns *p)
{
    struct place_names n;
    for (unsigned k = 0; k < PLACE_LEVELS; k++)
        n.name[k] = p->at[k] == HEADER_NONE ? STR("") : str_trim(batch_cell(b, i, p->at[k]));
    return n;
}

/* A household lives somewhere: its row is refused where that is not known. Elsewhere a place that is none is unknown,
 * or refused where a blank says that there is none. */
static enum rc places(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat,
                      struct err *e)
{
    const struct run *r = b->run;
    const struct plan *pl = r->plan;
    struct place_met met = {.any = false};
    for (uint32_t i = 0; i < b->n; i++) {
        struct place_names n = names_of(b, i, &pl->places);
        bool written = n.name[DIVISION_TOWNSHIP - 1].n || n.name[DIVISION_VILLAGE - 1].n;
        *(int64_t *)stage_cell(to, b->slot[i]) = STAGE_BLANK64;
        if (!written || !r->divs) continue;
        if (!met.any || !same_names(&met.names, &n)) {
            met.names = n;
            met.code = place_find(r->divs, r->within, &n, &met.bad);
            met.any = true;
        }
        stat->filled++;
        if (met.code) {
            *(int64_t *)stage_cell(to, b->slot[i]) = met.code;
            continue;
        }
        int32_t column = pl->places.at[met.bad - 1];
        stat->bad++;
        bool whose = (int32_t)to.column == pl->division || (int32_t)to.column == pl->village;
        if (c->optional || whose) batch_refuse(b, i, WHY_PLACE, 0, column);
        else TRY(odd_cell(b, i, WHY_PLACE, column, met.names.name[met.bad - 1], e));
    }
    return RC_OK;
}

static void people(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat)
{
    enum cell_reason why;
    for (uint32_t i = 0; i < b->n; i++) {
        struct str s = batch_cell(b, i, c->column);
        struct citizen_id id;
        *(int64_t *)stage_cell(to, b->slot[i]) = STAGE_BLANK64;
        if (cell_is_blank(s, true, &why) == CELL_BLANK) continue;
        stat->filled++;
        *(int64_t *)stage_cell(to, b->slot[i]) = citizen_id_parse(s, &b->run->rule, &id) == ID_OK ? (int64_t)id.key : 0;
    }
}

static enum rc texts(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat,
                     struct err *e)
{
    struct lately lately;
    lately_init(&lately);
    for (uint32_t i = 0; i < b->n; i++) {
        struct str s = batch_cell(b, i, c->column), t;
        enum cell_reason why = CELL_FINE;
        *(uint64_t *)stage_cell(to, b->slot[i]) = TEXT_BLANK;
        if (b->bad[i]) continue;
        enum cell_status st = text_value(b, c, s, &t, &why, stat);
        note(b, i, c, st, why, stat);
        if (st != CELL_OK) continue;
        *(uint64_t *)stage_cell(to, b->slot[i]) = keep_once(b, &lately, t);
        if (b->group->text.failed) return err_nomem(e);
    }
    return RC_OK;
}

/* ---- texts of facts: nearly all are short and lie in the record itself */

typedef uint8_t lanes __attribute__((vector_size(16)));

/* The first sixteen bytes at p (a block has TEXT_PAD bytes behind it), those beyond n as zeros. */
static inline lanes load_short(const char *p, size_t n)
{
    static const uint8_t ONES[32] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                     0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    lanes x, mask;
    memcpy(&x, p, sizeof x);
    memcpy(&mask, ONES + 16 - n, sizeof mask);
    return x & mask;
}

/* Most that plain_short finds, at a glance: a digit or a capital letter but N, then ASCII from the comma on. */
static inline bool plain_code(lanes x)
{
    lanes usual = (lanes)((x >= ',') & (x <= '~')) | (lanes)(x == 0);
    unsigned char c = x[0];
    uint64_t w[2];
    memcpy(w, &usual, sizeof w);
    return (w[0] & w[1]) == UINT64_MAX &&
           ((unsigned char)(c - '0') <= 9 || ((unsigned char)(c - 'A') <= 25 && c != 'N'));
}

/* As plain(), not like_mark() and without what is_shortened() has, for 1 to 15 bytes; the bytes beyond are zeros. */
static inline bool plain_short(lanes x, const char *p, size_t n)
{
    if (plain_code(x)) return true;
    if (p[0] == ' ' || p[n - 1] == ' ' || (n <= 6 && like_mark(str_make(p, n)))) return false;
    lanes odd = (lanes)((x < 0x20) & (x != 0)) | (lanes)(x == 0x7F) | (lanes)(x == 0xC2) | (lanes)(x == 0xE3) |
                (lanes)(x == 0xEF) | (lanes)(x == '+');
    uint64_t w[2];
    memcpy(w, &odd, sizeof w);
    return !(w[0] | w[1]);
}

/* A text that is neither short and plain nor met lately: those that were need not be looked at again. */
static enum rc short_text(struct run_batch *b, uint32_t i, const struct plan_column *c, struct lately *l, struct str s,
                          struct stage_text *out, struct column_stat *stat, struct err *e)
{
    struct str t = s;
    enum cell_reason why = CELL_FINE;
    enum cell_status st = text_value(b, c, s, &t, &why, stat);
    note(b, i, c, st, why, stat);
    out->key = (struct text_key){{0, STAGE_TEXT_BLANK}};
    if (st != CELL_OK) return RC_OK;
    out->key = t.n <= TEXT_KEY_NEAR ? text_key_of(t) : (struct text_key){{keep_once(b, l, t), STAGE_TEXT_REF}};
    return b->group->text.failed ? err_nomem(e) : RC_OK;
}

static uint64_t near_of(struct text_key k) { return k.w[0] | (k.w[1] & UINT64_C(0xFF) << 56); }

/* As short_text. False: out of memory. */
static bool near_text(struct run_batch *b, uint32_t i, const struct plan_column *c, struct lately *l, struct str s,
                      uint64_t *out, struct column_stat *stat)
{
    struct str t = s;
    enum cell_reason why = CELL_FINE;
    enum cell_status st = text_value(b, c, s, &t, &why, stat);
    note(b, i, c, st, why, stat);
    if (st == CELL_OK) *out = t.n <= STAGE_NEAR ? near_of(text_key_of(t)) : text_word_told(keep_once(b, l, t), t.n);
    return !b->group->text.failed;
}

/* As short_texts, in eight bytes. */
LOOP enum rc near_texts(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat,
                        struct err *e)
{
    const struct batch_column x = batch_column(b, c->column);
    struct lately lately;
    int64_t fine = 0;
    lately_init(&lately);
    for (uint32_t i = 0; i < x.n; i++) {
        struct str s = column_cell(&x, i);
        uint64_t *out = stage_cell(to, x.slot[i]), ref;
        *out = STAGE_NEAR_BLANK;
        if (b->bad[i]) continue;
        if (s.n - 1 < STAGE_NEAR) {
            lanes v = load_short(s.p, s.n);
            if (plain_short(v, s.p, s.n)) {
                memcpy(out, &v, sizeof *out);
                *out |= (uint64_t)s.n << 56;
                fine++;
                continue;
            }
        } else if (s.n > STAGE_NEAR && (ref = met_lately(b, &lately, s)) != TEXT_BLANK) {
            *out = text_word_told(ref, s.n);
            fine++;
            continue;
        }
        if (!near_text(b, i, c, &lately, s, out, stat)) return err_nomem(e);
    }
    stat->filled += fine;
    return RC_OK;
}

bool cells_near(const struct row_batch *b, size_t column)
{
    struct str met[LATELY_SLOTS] = {{0}};
    uint32_t filled = 0, fit = 0;
    for (uint32_t i = 0; i < b->rows; i++) {
        struct str s = b->row[i].flags & ROW_REFUSE ? STR("") : row_cell(b, i, column);
        if (!s.n) continue;
        struct met of = met_of(s);
        struct str *m = &met[met_slot(&of)];
        filled++;
        fit += s.n <= STAGE_NEAR || str_eq(*m, s);
        *m = s;
    }
    return filled >= SAMPLE_LEAST && fit >= filled - filled / 8;
}

unsigned cells_width(enum cell_kind kind, bool narrow)
{
    if (kind == CK_TEXT) return narrow ? sizeof(uint64_t) : sizeof(struct stage_text);
    return kind == CK_NUMBER && narrow ? sizeof(int32_t) : cell_kind_width(kind);
}

LOOP enum rc short_texts(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *stat,
                         struct err *e)
{
    const struct batch_column x = batch_column(b, c->column);
    struct lately lately;
    int64_t fine = 0;
    lately_init(&lately);
    for (uint32_t i = 0; i < x.n; i++) {
        struct str s = column_cell(&x, i);
        struct stage_text *out = stage_cell(to, x.slot[i]);
        uint64_t ref;
        if (b->bad[i]) {
            out->key = (struct text_key){{0, STAGE_TEXT_BLANK}};
            continue;
        }
        if (s.n - 1 < TEXT_KEY_NEAR) {
            lanes v = load_short(s.p, s.n);
            if (plain_short(v, s.p, s.n)) {
                memcpy(out, &v, sizeof v);
                out->key.w[1] |= (uint64_t)s.n << 56;
                fine++;
                continue;
            }
        } else if (s.n > TEXT_KEY_NEAR && (ref = met_lately(b, &lately, s)) != TEXT_BLANK) {
            out->key = (struct text_key){{ref, STAGE_TEXT_REF}};
            fine++;
            continue;
        }
        TRY(short_text(b, i, c, &lately, s, out, stat, e));
    }
    stat->filled += fine;
    return RC_OK;
}

void cells_blank(const struct run *r, enum cell_kind kind, struct stage_at to, uint32_t slot)
{
    static const struct stage_text NO_TEXT = {{{0, STAGE_TEXT_BLANK}}};
    void *cell = stage_cell(to, slot);
    switch (kind) {
    case CK_BOOL: *(uint8_t *)cell = STAGE_BLANK8; break;
    case CK_CODE: *(uint16_t *)cell = STAGE_BLANK16; break;
    case CK_DATE: *(uint32_t *)cell = 0; break;
    case CK_SET: *(uint64_t *)cell = 0; break;
    case CK_TEXT:
        if (to.narrow) *(uint64_t *)cell = STAGE_NEAR_BLANK;
        else if (r->index) *(struct stage_text *)cell = NO_TEXT;
        else *(uint64_t *)cell = TEXT_BLANK;
        break;
    default:
        if (to.narrow) *(int32_t *)cell = STAGE_BLANK32;
        else *(int64_t *)cell = STAGE_BLANK64;
        break;
    }
}

static void blanks(struct run_batch *b, enum cell_kind kind, struct stage_at to)
{
    for (uint32_t i = 0; i < b->n; i++) cells_blank(b->run, kind, to, b->slot[i]);
}

enum rc cells_parse(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *st,
                    struct err *e)
{
    bool placed = (int32_t)to.column == b->run->plan->placed;
    if (c->column == HEADER_NONE && placed) return places(b, c, to, st, e);
    if (c->column == HEADER_NONE) return blanks(b, c->kind, to), RC_OK;
    switch (c->kind) {
    case CK_BOOL: return bools(b, c, to, st, e);
    case CK_CODE: return codes(b, c, to, st, e);
    case CK_DATE: dates(b, c, to, st); break;
    case CK_NUMBER:
        if (c->row_units) return row_amounts(b, c, to, st, e);
        return c->money ? amounts(b, c, to, st, e) : numbers(b, c, to, st, e);
    case CK_DIVISION: divisions_of(b, c, to, st); break;
    case CK_PERSON: people(b, c, to, st); break;
    case CK_SET: return sets(b, c, to, st, e);
    case CK_TEXT:
        if (to.narrow) return near_texts(b, c, to, st, e);
        return b->run->index ? short_texts(b, c, to, st, e) : texts(b, c, to, st, e);
    default: break;
    }
    return RC_OK;
}
