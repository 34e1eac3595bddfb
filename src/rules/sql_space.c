/* Rows of spaces: table s<space> (row, up: outer row, trow: table row, place); reaches that hang on a register. */
#include <inttypes.h>
#include "rules/sql_int.h"

static void canonical(struct sql *q, uint16_t space)
{
    const struct ir_space *s = &q->p->spaces[space];
    sql_create(q, "s", space);
    if (space == 0) {
        buf_addz(q->out, "SELECT t.row AS row, 0 AS up, t.row AS trow, t.place AS place FROM t0 AS t;\n");
        return;
    }
    buf_addf(q->out,
             "SELECT t.row AS row, t.owner AS up, t.row AS trow, o.place AS place FROM t%u AS t JOIN s%u AS o ON o.row "
             "= t.owner;\n",
             (unsigned)s->table, (unsigned)s->outer);
}

static void numbered(struct sql *q, uint16_t space)
{
    sql_create(q, "s", space);
    buf_addf(q->out,
             "SELECT row_number() OVER (ORDER BY o.row, t.row) - 1 AS row, o.row AS up, t.row AS trow, o.place AS "
             "place\nFROM s%u AS o",
             (unsigned)q->p->spaces[space].outer);
}

/* Unknown, absent and outside starts have no rows; aggregates look for them again (sql_agg.c). */
static void edge(struct sql *q, uint16_t space)
{
    const struct ir_space *s = &q->p->spaces[space];
    struct sql_name start = sql_column(q, "b", s->start);
    numbered(q, space);
    buf_addf(q->out, " JOIN q%" PRIu32 " AS b ON b.row = o.row JOIN t%u AS t ON t.%s = %s_v WHERE %s_s = 0;\n",
             q->stage[s->start], (unsigned)s->table, s->start_table == s->table ? "row" : "owner", start.text,
             start.text);
}

static void tied(struct sql *q, uint16_t space)
{
    const struct ir_space *s = &q->p->spaces[space];
    numbered(q, space);
    buf_addf(q->out, " CROSS JOIN t%u AS t", (unsigned)s->table);
    for (size_t k = 0; k < s->n_ties; k++)
        buf_addf(q->out,
                 "\n  JOIN q%" PRIu32 " AS a%zu ON a%zu.row = o.row JOIN q%" PRIu32 " AS b%zu ON b%zu.row = t.row",
                 q->stage[s->ties[k].outer], k, k, q->stage[s->ties[k].inner], k, k);
    for (size_t k = 0; k < s->n_ties; k++) {
        static const struct ir_op none = {.code = IR_EQ};
        char a[SQL_NAME_MAX / 2], b[SQL_NAME_MAX / 2];
        bool span = q->p->ops[s->ties[k].outer].rep == REP_SPAN;
        const struct sql_template *eq = sql_template(span ? IR_SPAN_EQ : IR_EQ, q->d);
        (void)snprintf(a, sizeof a, "a%zu", k);
        (void)snprintf(b, sizeof b, "b%zu", k);
        struct sql_words x = {.o = &none,
                              .rep = REP_BOOL,
                              .state = eq->st,
                              .arg = {sql_column(q, a, s->ties[k].outer), sql_column(q, b, s->ties[k].inner)}};
        buf_addz(q->out, k ? "\n  AND NOT (" : "\nWHERE NOT (");
        sql_expand(q, &x, eq->st, q->out);
        buf_addz(q->out, " = 0 AND ");
        sql_expand(q, &x, eq->v, q->out);
        buf_addz(q->out, " = 0)");
    }
    buf_addz(q->out, ";\n");
}

void sql_space_ready(struct sql *q, uint16_t space)
{
    uint16_t chain[IR_DEPTH_MAX + 1];
    size_t n = 0;
    for (uint16_t s = space; s != UINT16_MAX && n <= IR_DEPTH_MAX; s = q->p->spaces[s].outer) chain[n++] = s;
    while (n-- > 0) {
        uint16_t s = chain[n];
        if (q->space_made[s]) continue;
        q->space_made[s] = true;
        if (q->p->spaces[s].kind <= SPACE_FACT) canonical(q, s);
        else if (q->p->spaces[s].kind == SPACE_EDGE) edge(q, s);
        else tied(q, s);
    }
}

void sql_reach_ready(struct sql *q, uint16_t reach)
{
    const struct ir_reach *r = &q->p->reaches[reach];
    if (r->kind != REACH_SPAN || r->anchor == IR_NONE || q->reach_made[reach]) return;
    q->reach_made[reach] = true;
    sql_space_ready(q, 1);
    struct sql_name a = sql_column(q, "a", r->anchor);
    static const char *const columns[] = {"lo", "hi", "why", "absent"};
    sql_create(q, "reach", reach);
    buf_addz(q->out, "SELECT s.row AS person");
    for (size_t i = 0; i < 4; i++)
        buf_addf(q->out, ",\n  fp_reach_%s(%u, s.row, %s_v, %s_s, %s_y) AS %s", columns[i], (unsigned)reach, a.text,
                 a.text, a.text, columns[i]);
    buf_addf(q->out, "\nFROM s1 AS s JOIN q%" PRIu32 " AS a ON a.row = s.%s;\n", q->stage[r->anchor],
             q->p->ops[r->anchor].space == 0 ? "up" : "row");
}
