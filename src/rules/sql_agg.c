/* Aggregates: g<register> has a row for each row of the target space, from three kinds of lines that share their
 * columns: one line for each target row, so that every set is there, also the empty ones; lines for what makes a set
 * incomplete, absent or too large on the way down (reaches, starts of edges, members); one line for each row of `from`.
 */
#include <inttypes.h>
#include "base/limits.h"
#include "rules/sql_int.h"

struct way {
    struct sql *q;
    const struct ir_op *o;
    ir_reg reg;
    uint16_t chain[IR_DEPTH_MAX]; /* below the target, top down; the last is `from` */
    size_t n;
    uint8_t rep; /* of the value */
};

/* ---------------------------------------------------------------- lines */

/* Columns of all lines; those not told are neutral. */
struct line {
    const char *root, *gone, *inc, *why, *crowd;
};

static void put_line(const struct way *w, const struct line *l)
{
    buf_addf(w->q->out,
             "SELECT %s AS root, %s AS gone, %s AS inc, %s AS why, %s AS crowd, 0 AS one, 0 AS cnt, 0 AS part, 0 AS "
             "has, 0 AS any_yes, "
             "0 AS any_no, %s AS v, 0 AS w, %s AS y, 0 AS ord, 0 AS ord_last ",
             l->root, l->gone, l->inc, l->why, l->crowd, sql_zero(w->q, w->rep), sql_none(w->q));
}

/* FROM the rows a0 of chain[k] (k == -1: of the target) up to the target; returns the column that is the target row. */
static const char *put_chain(const struct way *w, int k, char root[SQL_NAME_MAX])
{
    struct sql *q = w->q;
    buf_addf(q->out, "\n  FROM s%u AS a0", (unsigned)(k < 0 ? w->o->space : w->chain[k]));
    for (int i = 1; i <= k; i++)
        buf_addf(q->out, " JOIN s%u AS a%d ON a%d.row = a%d.up", (unsigned)w->chain[k - i], i, i, i - 1);
    if (k < 0) (void)snprintf(root, SQL_NAME_MAX, "a0.row");
    else (void)snprintf(root, SQL_NAME_MAX, "a%d.up", k);
    return root;
}

static const char *root_of(int k, char root[SQL_NAME_MAX])
{
    if (k < 0) (void)snprintf(root, SQL_NAME_MAX, "a0.row");
    else (void)snprintf(root, SQL_NAME_MAX, "a%d.up", k);
    return root;
}

/* The rows above chain[k], and for an edge the register that it starts from (b). */
static void put_parents(const struct way *w, size_t k)
{
    char root[SQL_NAME_MAX];
    const struct ir_space *s = &w->q->p->spaces[w->chain[k]];
    (void)put_chain(w, (int)k - 1, root);
    if (s->kind == SPACE_EDGE) buf_addf(w->q->out, " JOIN q%" PRIu32 " AS b ON b.row = a0.row", w->q->stage[s->start]);
}

/* An edge person -> facts: is that person's set whole? */
static void reach_line(const struct way *w, size_t k)
{
    struct sql *q = w->q;
    char root[SQL_NAME_MAX], inc[SQL_NAME_MAX];
    const struct ir_space *s = &q->p->spaces[w->chain[k]];
    if (w->o->reach[k] == UINT16_MAX) return;
    (void)snprintf(inc, sizeof inc, "CASE WHEN x.why <> %s THEN 1 ELSE 0 END", sql_none(q));
    buf_addz(q->out, "UNION ALL\n  ");
    put_line(w, &(struct line){root_of((int)k - 1, root), "x.absent", inc, "x.why", "0"});
    put_parents(w, k);
    if (s->kind == SPACE_EDGE) {
        struct sql_name start = sql_column(q, "b", s->start);
        buf_addf(q->out, " JOIN reach%u AS x ON x.person = %s_v WHERE %s_s = 0\n", (unsigned)w->o->reach[k], start.text,
                 start.text);
    } else {
        buf_addf(q->out, " JOIN reach%u AS x ON x.person = a0.row\n", (unsigned)w->o->reach[k]);
    }
}

/* A start that is unknown or leads outside. */
static void start_line(const struct way *w, size_t k)
{
    struct sql *q = w->q;
    char root[SQL_NAME_MAX], out[SQL_NAME_MAX * 4];
    const struct ir_space *s = &q->p->spaces[w->chain[k]];
    if (s->kind != SPACE_EDGE) return;
    struct sql_name b = sql_column(q, "b", s->start);
    struct buf why;
    buf_init(&why, KIB(4));
    (void)snprintf(out, sizeof out, "(%s_v < 0 OR %s_v >= (SELECT count(*) FROM t%u))", b.text, b.text,
                   (unsigned)s->start_table);
    buf_addf(&why, "CASE WHEN %s_s IN (1, 3) THEN %s_y ELSE ", b.text, b.text);
    sql_reason(q, reason_make(REASON_OUTSIDE, REASON_NO_DATASET, 0), &why);
    buf_addz(&why, " END");
    const char *text = buf_z(&why);
    buf_addz(q->out, "UNION ALL\n  ");
    put_line(w, &(struct line){root_of((int)k - 1, root), "0", "1", text ? text : "", "0"});
    put_parents(w, k);
    buf_addf(q->out, " WHERE %s_s IN (1, 3) OR (%s_s = 0 AND %s)\n", b.text, b.text, out);
    if (!text) q->out->failed = true;
    buf_fini(&why);
}

/* A household with more members than count. */
static void crowd_line(const struct way *w, size_t k)
{
    struct sql *q = w->q;
    char root[SQL_NAME_MAX];
    const struct ir_space *s = &q->p->spaces[w->chain[k]];
    if (s->table != TABLE_PERSON || s->kind == SPACE_TIED ||
        (s->kind == SPACE_EDGE && s->start_table != TABLE_HOUSEHOLD))
        return;
    buf_addz(q->out, "UNION ALL\n  ");
    put_line(w, &(struct line){root_of((int)k - 1, root), "0", "0", sql_none(q), "1"});
    put_parents(w, k);
    buf_addf(q->out,
             " JOIN (SELECT owner FROM t1 GROUP BY owner HAVING count(*) > %d) AS x ON x.owner = ", MEMBERS_MAX);
    if (s->kind == SPACE_EDGE) {
        struct sql_name b = sql_column(q, "b", s->start);
        buf_addf(q->out, "%s_v WHERE %s_s = 0\n", b.text, b.text);
    } else {
        buf_addz(q->out, "a0.row\n");
    }
}

/* ---------------------------------------------------------------- rows of `from` */

static bool is_latest(const struct way *w) { return w->o->agg == AGG_LATEST; }

static void put_value(const struct way *w)
{
    struct sql *q = w->q;
    ir_reg r = w->o->args[1];
    if (r == IR_NONE) {
        buf_addf(q->out, "1 AS v, 0 AS w, 0 AS s, %s AS y", sql_none(q));
        return;
    }
    struct sql_name v = sql_column(q, "e", r);
    buf_addf(q->out, "%s_v AS v, ", v.text);
    if (w->rep == REP_SET) buf_addf(q->out, "%s_w AS w, ", v.text);
    else buf_addz(q->out, "0 AS w, ");
    buf_addf(q->out, "%s_s AS s, %s_y AS y", v.text, v.text);
}

/* Is the row's value above the target's own? */
static void put_above(const struct way *w)
{
    struct sql *q = w->q;
    if (w->o->agg != AGG_RANK) {
        buf_addz(q->out, ", 0 AS above");
        return;
    }
    struct sql_name v = sql_column(q, "e", w->o->args[1]), own = sql_column(q, "o", w->o->own);

    if (w->rep == REP_FRAC)
        buf_addf(q->out, ", CASE WHEN fp_cmp(%s_v, %s_v) > 0 THEN 1 ELSE 0 END AS above", v.text, own.text);
    else buf_addf(q->out, ", CASE WHEN %s_v > %s_v THEN 1 ELSE 0 END AS above", v.text, own.text);
}

/* ok: the filter holds; fu, fy: it is unknown, why. */
static void put_filter(const struct way *w)
{
    struct sql *q = w->q;
    if (w->o->args[0] == IR_NONE) {
        buf_addf(q->out, "1 AS ok, 0 AS fu, %s AS fy, ", sql_none(q));
        return;
    }
    struct sql_name f = sql_column(q, "f", w->o->args[0]);
    buf_addf(q->out,
             "CASE WHEN %s_s = 0 AND %s_v = 1 THEN 1 ELSE 0 END AS ok, CASE WHEN %s_s = 1 THEN 1 ELSE 0 END AS fu, "
             "%s_y AS fy, ",
             f.text, f.text, f.text, f.text);
}

static void put_date(const struct way *w)
{
    struct sql_name d = sql_column(w->q, "d", w->o->date);
    buf_addf(w->q->out,
             ", %s_s AS ds, %s_y AS dy, (%s_v & 4294967295) AS dlo, (%s_v & 4294967295) + (%s_v >> 32) AS dhi, a0.row "
             "AS ord",
             d.text, d.text, d.text, d.text, d.text);
}

static void join_at(const struct way *w, const char *alias, ir_reg r, const char *row)
{
    if (r != IR_NONE) buf_addf(w->q->out, " JOIN q%" PRIu32 " AS %s ON %s.row = %s", w->q->stage[r], alias, alias, row);
}

static void put_rows(const struct way *w)
{
    struct sql *q = w->q;
    char root[SQL_NAME_MAX];
    buf_addf(q->out, "SELECT %s AS root, ", root_of((int)w->n - 1, root));
    put_filter(w);
    put_value(w);
    put_above(w);
    if (is_latest(w)) put_date(w);
    (void)put_chain(w, (int)w->n - 1, root);
    join_at(w, "f", w->o->args[0], "a0.row");
    join_at(w, "e", w->o->args[1], "a0.row");
    if (is_latest(w)) join_at(w, "d", w->o->date, "a0.row");
    if (w->o->agg == AGG_RANK) join_at(w, "o", w->o->own, root);
}

/* Latest: rows that may be the newest (near), and the last of them. */
static void put_dated_rows(const struct way *w)
{
    struct buf *out = w->q->out;
    buf_addz(out,
             "SELECT n.*, max(CASE WHEN near = 1 THEN ord ELSE -1 END) OVER (PARTITION BY root) AS ord_last FROM (\n"
             "    SELECT m.*, CASE WHEN dated = 1 AND dhi >= newest THEN 1 ELSE 0 END AS near FROM (\n"
             "    SELECT l.*, max(CASE WHEN dated = 1 THEN dlo ELSE 0 END) OVER (PARTITION BY root) AS newest FROM (\n"
             "    SELECT k.*, CASE WHEN ok = 1 AND s = 0 AND ds = 0 THEN 1 ELSE 0 END AS dated FROM (\n    ");
    put_rows(w);
    buf_addz(out, ") AS k) AS l) AS m) AS n");
}

static void put_flag(const struct way *w, const char *condition, const char *name)
{
    buf_addf(w->q->out, "CASE WHEN ok = 1 AND (%s) THEN 1 ELSE 0 END AS %s, ", condition, name);
}

static void rows_lines(const struct way *w, const struct sql_agg_rows *t)
{
    struct sql *q = w->q;
    const char *none = sql_none(q);
    buf_addz(q->out, "UNION ALL\n  SELECT root, 0 AS gone, ");
    buf_addf(q->out, "CASE WHEN fu = 1 OR (ok = 1 AND (%s)) THEN 1 ELSE 0 END AS inc,\n  ", t->bad);
    if (is_latest(w))
        buf_addf(q->out,
                 "CASE WHEN fu = 1 THEN fy WHEN ok = 1 AND (%s) THEN fp_union(CASE WHEN s = 0 THEN %s ELSE y END, "
                 "CASE WHEN ds = 0 THEN %s ELSE dy END) ELSE %s END AS why, ",
                 t->bad, none, none, none);
    else
        buf_addf(q->out, "CASE WHEN fu = 1 THEN fy WHEN ok = 1 AND ((%s) OR %s) THEN y ELSE %s END AS why, ", t->bad,
                 t->part, none);
    buf_addz(q->out, "0 AS crowd, 1 AS one,\n  ");
    put_flag(w, t->cnt, "cnt");
    put_flag(w, t->part, "part");
    put_flag(w, t->has, "has");
    put_flag(w, w->rep == REP_BOOL && !is_latest(w) ? "s = 0 AND v = 1" : "1 = 0", "any_yes");
    put_flag(w, w->rep == REP_BOOL && !is_latest(w) ? "s = 2 OR (s = 0 AND v = 0)" : "1 = 0", "any_no");
    buf_addf(q->out, "v, w, y, %s FROM (\n    ", is_latest(w) ? "ord, ord_last" : "0 AS ord, 0 AS ord_last");
    if (is_latest(w)) put_dated_rows(w);
    else put_rows(w);
    buf_addz(q->out, ") AS r\n");
}

/* ---------------------------------------------------------------- the group */

static struct way way_of(struct sql *q, ir_reg reg)
{
    struct way w = {.q = q, .o = &q->p->ops[reg], .reg = reg};
    for (uint16_t s = w.o->from; s != w.o->space && w.n < IR_DEPTH_MAX; s = q->p->spaces[s].outer) w.n++;
    uint16_t s = w.o->from;
    for (size_t k = w.n; k-- > 0; s = q->p->spaces[s].outer) w.chain[k] = s;
    w.rep = w.o->args[1] == IR_NONE ? REP_BOOL : q->p->ops[w.o->args[1]].rep;
    return w;
}

static void prepare(const struct way *w)
{
    sql_space_ready(w->q, w->o->from);
    for (size_t k = 0; k < w->n; k++)
        if (w->o->reach[k] != UINT16_MAX) sql_reach_ready(w->q, w->o->reach[k]);
}

/* The sum that a share divides by, as an operand. */
static void put_sum(const struct way *w, const struct sql_agg_template *t)
{
    struct sql *q = w->q;
    struct sql_words x = {.o = w->o, .rep = REP_INT, .state = t->st};
    (void)snprintf(x.group.text, sizeof x.group.text, "g%" PRIu32, w->reg);
    sql_create(q, "h", w->reg);
    buf_addf(q->out, "SELECT %s.row, %s.gone, %s.crowd, %s.n_rows, ", x.group.text, x.group.text, x.group.text,
             x.group.text);
    sql_expand(q, &x, t->st, q->out);
    buf_addz(q->out, " AS b_s, CASE WHEN ");
    sql_expand(q, &x, "$s IN (0, 3) THEN ", q->out);
    sql_expand(q, &x, t->v, q->out);
    buf_addz(q->out, " ELSE 0 END AS b_v,\n  CASE WHEN ");
    sql_expand(q, &x, "$s IN (1, 3) THEN ", q->out);
    sql_expand(q, &x, t->why, q->out);
    buf_addf(q->out, " ELSE %s END AS b_y FROM %s;\n", sql_none(q), x.group.text);
}

void sql_agg_ready(struct sql *q, ir_reg r)
{
    struct way w = way_of(q, r);
    const struct sql_agg_rows *t = sql_agg_template(w.o->agg, w.rep);
    if (!t || !t->d[q->d].st) {
        q->missing = "agg";
        q->at = w.o->at;
        return;
    }
    prepare(&w);
    sql_create(q, "g", r);
    buf_addz(q->out,
             "SELECT root AS row, max(gone) AS gone, max(inc) AS inc, fp_union_all(why) AS why, max(crowd) AS crowd, "
             "sum(one) AS n_rows,\n"
             "  sum(cnt) AS n, max(part) AS part, max(has) AS has, max(any_yes) AS any_yes, max(any_no) AS any_no");
    sql_expand(q, &(struct sql_words){.o = w.o, .rep = w.rep}, t->d[q->d].columns, q->out);
    buf_addz(q->out, "\nFROM (\n  ");
    put_line(&w, &(struct line){"a0.row", "0", "0", sql_none(q), "0"});
    buf_addf(q->out, "FROM s%u AS a0\n", (unsigned)w.o->space);
    for (size_t k = 0; k < w.n; k++) {
        reach_line(&w, k);
        start_line(&w, k);
        crowd_line(&w, k);
    }
    rows_lines(&w, t);
    buf_addz(q->out, ") AS u GROUP BY root;\n");
    if (w.o->agg == AGG_SHARE) put_sum(&w, &t->d[q->d]);
}

/* ---------------------------------------------------------------- the result */

#define TOO_MANY "($g.crowd = 1 OR $g.n_rows > 65535)"
_Static_assert(ROWS_PER_PERSON_SET == 65535, "the text above says so");
#define TOO_MANY_WHY                                                                                                   \
    "fp_union(CASE WHEN $g.crowd = 1 THEN $members ELSE $none END, CASE WHEN $g.n_rows > 65535 THEN $many ELSE $none " \
    "END)"

/* "a crossed reach whose anchor is absent: absent; then too_many; then" a rank's own, then what the kind says (ir.h).
 */
static void put_wrapped(struct sql_stage *st, ir_reg r, struct sql_words *x, const struct sql_template *t, bool rank)
{
    static const char *const plain = "CASE WHEN $g.gone = 1 THEN 2 WHEN " TOO_MANY " THEN 1 ELSE ";
    static const char *const ranked = "CASE WHEN $g.gone = 1 THEN 2 WHEN " TOO_MANY
                                      " THEN 1 WHEN $a.s = 2 THEN 2 WHEN $a.s <> 0 THEN 1 ELSE ";
    bool set = x->o->rep == REP_SET;
    struct buf state, v, w, why;
    buf_init(&state, KIB(64));
    buf_init(&v, KIB(64));
    buf_init(&w, KIB(64));
    buf_init(&why, KIB(64));
    buf_addf(&state, "%s%s END", rank ? ranked : plain, t->st);
    buf_addf(&v, "CASE WHEN $s IN (0, 3) THEN %s ELSE $zero END", t->v);
    buf_addf(&w, "CASE WHEN $s = 0 THEN %s ELSE 0 END", t->w);
    buf_addf(&why, "CASE WHEN $s = 2%s THEN $none WHEN " TOO_MANY " THEN " TOO_MANY_WHY " %s ELSE %s END",
             set ? "" : " OR $s = 0", rank ? "WHEN $a.s <> 0 THEN $a.y" : "", t->why);
    struct sql_template whole = {buf_z(&state), buf_z(&v), buf_z(&w), buf_z(&why)};
    if (whole.st && whole.v && whole.w && whole.why) {
        sql_stage_put(st, r, x, &whole);
    } else {
        st->q->out->failed = true;
    }
    buf_fini(&state);
    buf_fini(&v);
    buf_fini(&w);
    buf_fini(&why);
}

void sql_agg_columns(struct sql_stage *st, ir_reg r, const struct sql_name *own)
{
    struct sql *q = st->q;
    const struct ir_op *o = &q->p->ops[r];
    struct way w = way_of(q, r);
    const struct sql_agg_rows *rows = sql_agg_template(o->agg, w.rep);
    if (!rows) return; /* said already */
    const struct sql_agg_template *a = &rows->d[q->d];
    bool share = o->agg == AGG_SHARE;
    struct sql_template kind = {a->st, a->v, a->w, a->why};
    struct sql_words x = {.o = o, .rep = o->rep};
    (void)snprintf(x.group.text, sizeof x.group.text, "%s%" PRIu32, share ? "h" : "g", r);
    if (own) x.arg[0] = *own;
    if (share) {
        (void)snprintf(x.arg[1].text, sizeof x.arg[1].text, "h%" PRIu32 ".b", r);
        kind = *sql_template(IR_FRAC, q->d);
    }
    put_wrapped(st, r, &x, &kind, o->agg == AGG_RANK);
}
