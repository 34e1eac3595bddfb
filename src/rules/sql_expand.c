/* Templates of ops_sql.def and the words in them. */
#include <inttypes.h>
#include "base/date.h"
#include "rules/frac.h"
#include "rules/sql_int.h"

/* ---------------------------------------------------------------- the table */

#define ANSI(...) [SQL_SQLITE] = {__VA_ARGS__}, [SQL_POSTGRES] = {__VA_ARGS__}
#define SQLITE(...) [SQL_SQLITE] = {__VA_ARGS__}
#define POSTGRES(...) [SQL_POSTGRES] = {__VA_ARGS__}

static const struct sql_template TEMPLATES[IR__MAX][SQL_DIALECT__MAX] = {
#define OP_SQL(id, ...) [IR_##id] = {__VA_ARGS__},
#define AGG_SQL(...)
#include "rules/ops_sql.def"
#undef OP_SQL
#undef AGG_SQL
};

static const struct sql_agg_rows AGG_TEMPLATES[] = {
#define OP_SQL(...)
#define AGG_SQL(kind, class, bad, part, has, cnt, ...) {AGG_##kind, REP_##class, bad, part, has, cnt, {__VA_ARGS__}},
#include "rules/ops_sql.def"
#undef OP_SQL
#undef AGG_SQL
};
enum { N_AGG_TEMPLATES = sizeof AGG_TEMPLATES / sizeof *AGG_TEMPLATES };

const struct sql_template *sql_template(enum ir_opcode code, enum sql_dialect d)
{
    const struct sql_template *t = &TEMPLATES[code][d];
    return t->st ? t : NULL;
}

const struct sql_agg_rows *sql_agg_template(uint8_t kind, uint8_t rep)
{
    bool span = rep == REP_SPAN && (kind == AGG_MIN || kind == AGG_MAX);
    bool frac = rep == REP_FRAC && (kind == AGG_MIN || kind == AGG_MAX || kind == AGG_LATEST);
    uint8_t class = span ? REP_SPAN : frac ? REP_FRAC : REP_INT;
    for (size_t i = 0; i < N_AGG_TEMPLATES; i++)
        if (AGG_TEMPLATES[i].kind == kind && AGG_TEMPLATES[i].rep_class == class) return &AGG_TEMPLATES[i];
    return NULL;
}

/* ---------------------------------------------------------------- literals */

const char *sql_none(const struct sql *q) { return q->d == SQL_SQLITE ? "0" : "CAST('{}' AS bigint[])"; }

const char *sql_zero(const struct sql *q, uint8_t rep)
{
    if (rep == REP_FRAC) return "fp_frac(0, 1)";
    return q->d == SQL_SQLITE || rep == REP_BOOL ? "0" : "CAST(0 AS bigint)";
}

/* The lowest number has no literal of its own. */
static void put_i64(const struct sql *q, int64_t v, struct buf *out)
{
    if (q->d == SQL_POSTGRES) buf_addz(out, "CAST(");
    if (v == INT64_MIN) buf_addz(out, "(-9223372036854775807 - 1)");
    else buf_addf(out, v < 0 ? "(%" PRId64 ")" : "%" PRId64, v);
    if (q->d == SQL_POSTGRES) buf_addz(out, " AS bigint)");
}

void sql_reason(const struct sql *q, reason r, struct buf *out)
{
    buf_addf(out, q->d == SQL_SQLITE ? "fp_reason(%" PRIu64 ")" : "CAST(ARRAY[%" PRIu64 "] AS bigint[])", r);
}

static void put_flaw(const struct sql *q, enum reason_kind k, struct buf *out)
{
    sql_reason(q, reason_make(k, REASON_NO_DATASET, 0), out);
}

reason sql_too_many(const struct program *p, uint16_t space)
{
    uint16_t table = p->spaces[space].table;
    return reason_make(REASON_TOO_MANY, table < TABLE_FACT0 ? REASON_NO_DATASET : table - TABLE_FACT0, 0);
}

/* The conflict twin of the operation's reason. */
static reason conflict_of(const struct program *p, const struct ir_op *o)
{
    uint32_t none = o->code == IR_AGG ? reason_dataset(sql_too_many(p, o->from)) : REASON_NO_DATASET;
    return reason_make(REASON_CONFLICT, o->why ? reason_dataset(o->why) : none, reason_detail(o->why));
}

static int64_t tail_of(uint32_t level)
{
    static const int64_t tails[] = {1, 10000000000, 100000000, 1000000, 1000, 1};
    return tails[level];
}

/* ---------------------------------------------------------------- words */

struct expansion {
    struct sql *q;
    const struct sql_words *x;
    struct buf *out;
    int depth;
};
static void expand(const struct expansion *e, const char *text);

static void expand_deeper(const struct expansion *e, const char *text)
{
    struct expansion deeper = *e;
    if (++deeper.depth > SQL_EXPAND_DEPTH) e->out->failed = true;
    else expand(&deeper, text);
}

/* A column: prefix, sign, part. */
static void put_column(const struct expansion *e, const char *prefix, char sign, struct str part)
{
    char text[SQL_NAME_MAX * 2];
    int n = snprintf(text, sizeof text, "%s%c%.*s", prefix, sign, STR_ARG(part));
    struct str column = {text, n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1};
    if (e->x->outer) sql_stage_pass(e->x->outer, column, e->out);
    else buf_add(e->out, column);
}

/* The payload, maybe mask, … of an operand: part is what follows the dot. */
static void put_operand(const struct expansion *e, const struct sql_name *a, struct str part)
{
    bool lo = str_eq(part, STR("lo")), hi = str_eq(part, STR("hi"));
    if (str_eq(part, STR("w")) && a->rep != REP_SET) {
        buf_addz(e->out, "0");
    } else if (lo || hi) {
        buf_addz(e->out, hi ? "((" : "(");
        put_column(e, a->text, '_', STR("v"));
        buf_addz(e->out, hi ? " & 4294967295) + (" : " & 4294967295)");
        if (hi) put_column(e, a->text, '_', STR("v")), buf_addz(e->out, " >> 32))");
    } else {
        put_column(e, a->text, '_', part);
    }
}

static void put_order(const struct expansion *e)
{
    expand_deeper(e, e->x->arg[0].rep == REP_FRAC
                         ? "fp_cmp($a.v, $b.v)"
                         : "(CASE WHEN $a.v < $b.v THEN -1 WHEN $a.v > $b.v THEN 1 ELSE 0 END)");
}

static void put_same(const struct expansion *e)
{
    const char *text = e->x->rep == REP_FRAC  ? "fp_cmp($b.v, $c.v) = 0"
                       : e->x->rep == REP_SET ? "($b.v = $c.v AND $b.w = $c.w)"
                                              : "$b.v = $c.v";
    expand_deeper(e, text);
}

static void put_state(const struct expansion *e)
{
    if (e->x->outer) {
        buf_addf(e->out, "x.r%" PRIu32 "_s", e->x->reg);
        return;
    }
    buf_addz(e->out, "(");
    expand_deeper(e, e->x->state);
    buf_addz(e->out, ")");
}

static void put_code(const struct expansion *e)
{
    expand_deeper(e, e->q->d == SQL_SQLITE ? "$a.v" : "CAST($a.v & 63 AS integer)");
}

enum word {
    W_A,
    W_B,
    W_C,
    W_S,
    W_ZERO,
    W_NONE,
    W_WHY,
    W_CONFLICT,
    W_RATIO,
    W_DIV_ZERO,
    W_HEADS,
    W_OUTSIDE,
    W_MANY,
    W_MEMBERS,
    W_CONST,
    W_CONSTW,
    W_ABSENT,
    W_OPTIONAL,
    W_NONNEG,
    W_CODE,
    W_MASK,
    W_SCALE,
    W_TAIL,
    W_DAY_MIN,
    W_DAY_MAX,
    W_ORDER,
    W_SAME,
    W_TROW,
    W_ROWS,
    W_CELL,
    W_PARAM,
    W_REACH,
    W_G,
    W_DATE,
    W_DATE_HI,
    W_HEAD,
    W__MAX
};
static const char *const WORDS[W__MAX] = {
    "a",        "b",     "c",       "s",     "zero",    "none",    "why",     "conflict", "ratio",
    "div_zero", "heads", "outside", "many",  "members", "const",   "constw",  "absent",   "optional",
    "nonneg",   "code",  "mask",    "scale", "tail",    "day_min", "day_max", "order",    "same",
    "trow",     "rows",  "cell",    "param", "reach",   "g",       "date",    "date_hi",  "head"};

static enum word word_of(struct str w)
{
    enum word i = 0;
    while (i < W__MAX && !str_eq(w, str_from(WORDS[i]))) i++;
    return i;
}

static void put_number(const struct expansion *e, enum word w)
{
    const struct ir_op *o = e->x->o;
    switch (w) {
    case W_CONST: put_i64(e->q, o->v, e->out); return;
    case W_CONSTW: put_i64(e->q, o->w, e->out); return;
    case W_ABSENT: put_i64(e->q, o->absent, e->out); return;
    case W_OPTIONAL: put_i64(e->q, o->optional, e->out); return;
    case W_NONNEG: put_i64(e->q, o->nonneg, e->out); return;
    case W_MASK: put_i64(e->q, (int64_t)(UINT64_C(1) << (o->index & 63)), e->out); return;
    case W_SCALE: put_i64(e->q, frac_scale(o->index), e->out); return;
    case W_TAIL: put_i64(e->q, tail_of(o->index), e->out); return;
    case W_DAY_MIN: put_i64(e->q, date_make(DATE_MIN_YEAR, 1, 1), e->out); return;
    default: put_i64(e->q, date_make(DATE_MAX_YEAR, 12, 31), e->out); return;
    }
}

static void put_reason(const struct expansion *e, enum word w)
{
    const struct ir_op *o = e->x->o;
    switch (w) {
    case W_NONE: buf_addz(e->out, sql_none(e->q)); return;
    case W_WHY: sql_reason(e->q, o->why ? o->why : reason_make(REASON_BLANK, REASON_NO_DATASET, 0), e->out); return;
    case W_CONFLICT: sql_reason(e->q, conflict_of(e->q->p, o), e->out); return;
    case W_MANY: sql_reason(e->q, sql_too_many(e->q->p, o->from), e->out); return;
    case W_MEMBERS: put_flaw(e->q, REASON_TOO_MANY, e->out); return;
    case W_RATIO: put_flaw(e->q, REASON_RATIO, e->out); return;
    case W_DIV_ZERO: put_flaw(e->q, REASON_DIV_ZERO, e->out); return;
    case W_HEADS: put_flaw(e->q, REASON_HEADS, e->out); return;
    default: put_flaw(e->q, REASON_OUTSIDE, e->out); return;
    }
}

static void put_word(const struct expansion *e, enum word w, struct str part)
{
    const struct sql_words *x = e->x;
    switch (w) {
    case W_A: put_operand(e, &x->arg[0], part); return;
    case W_B: put_operand(e, &x->arg[1], part); return;
    case W_C: put_operand(e, &x->arg[2], part); return;
    case W_S: put_state(e); return;
    case W_ZERO: buf_addz(e->out, sql_zero(e->q, x->rep)); return;
    case W_ORDER: put_order(e); return;
    case W_SAME: put_same(e); return;
    case W_CODE: put_code(e); return;
    case W_TROW: put_column(e, "s", '.', STR("trow")); return;
    case W_ROWS: buf_addf(e->out, "(SELECT count(*) FROM s%" PRIu32 ")", x->o->index); return;
    case W_DATE: put_column(e, "t", '.', STR("date")); return;
    case W_DATE_HI: put_column(e, "t", '.', STR("date_hi")); return;
    case W_HEAD: put_column(e, "t", '.', STR("head")); return;
    case W_CELL: put_operand(e, &x->cell, part); return;
    case W_PARAM: put_column(e, x->param.text, '.', part); return;
    case W_REACH: put_column(e, x->reach.text, '.', part); return;
    case W_G: put_column(e, x->group.text, '.', part); return;
    case W__MAX: e->out->failed = true; return;
    default: break;
    }
    if (w >= W_NONE && w <= W_MEMBERS) put_reason(e, w);
    else put_number(e, w);
}

static bool is_word_char(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

static const char *word_end(const char *p)
{
    while (is_word_char(*p)) p++;
    return p;
}

static void expand(const struct expansion *e, const char *text)
{
    while (*text) {
        size_t plain = strcspn(text, "$");
        buf_add_bytes(e->out, text, plain);
        text += plain;
        if (!*text) return;
        const char *end = word_end(++text), *part = end;
        struct str word = {text, (size_t)(end - text)}, after = {NULL, 0};
        enum word w = word_of(word);
        bool dotted = w <= W_C || (w >= W_CELL && w <= W_G);
        if (dotted && *end == '.') {
            part = end + 1;
            end = word_end(part);
            after = (struct str){part, (size_t)(end - part)};
        }
        put_word(e, w, after);
        text = end;
    }
}

void sql_expand(struct sql *q, const struct sql_words *x, const char *text, struct buf *out)
{
    expand(&(struct expansion){q, x, out, 0}, text);
}
