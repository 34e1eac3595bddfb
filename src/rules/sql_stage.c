/* A stage: some registers of one space, each as columns r<n>_v, r<n>_w (sets), r<n>_s, r<n>_y of one table q<number>.
 */
#include <inttypes.h>
#include "rules/sql_int.h"

/* What a SELECT may join, by kind; each once. */
enum join { JOIN_OWN, JOIN_UP, JOIN_TABLE, JOIN_VIA, JOIN_CELLS, JOIN_BASE, JOIN_PARAM, JOIN_REACH, JOIN_GROUP };

void sql_create(struct sql *q, const char *letter, size_t number)
{
    buf_addf(q->out, "CREATE TEMP TABLE %s%zu AS\n", letter, number);
}

struct sql_name sql_column(const struct sql *q, const char *alias, ir_reg r)
{
    struct sql_name name = {.rep = q->p->ops[r].rep};
    (void)snprintf(name.text, sizeof name.text, "%s.r%" PRIu32, alias, r);
    return name;
}

/* ---------------------------------------------------------------- joins */

static bool join_new(struct sql_stage *st, enum join kind, uint32_t id)
{
    uint64_t key = (uint64_t)kind << 32 | id;
    for (size_t i = 0; i < st->joins.n; i++)
        if (st->joins.v[i] == key) return false;
    if (!vec_push(&st->joins, IR_OPS_MAX, key)) st->from.failed = true;
    return true;
}

static const char *join_word(const struct sql *q) { return q->d == SQL_SQLITE ? "CROSS JOIN" : "JOIN"; }

/* The table of register r, joined at this row (JOIN_OWN), its outer row or its table row. */
static struct sql_name operand(struct sql_stage *st, enum join how, ir_reg r)
{
    static const char *const suffix[] = {"", "u", "t"}, *const key[] = {"row", "up", "trow"};
    char alias[SQL_NAME_MAX / 2];
    uint32_t stage = st->q->stage[r];
    (void)snprintf(alias, sizeof alias, "q%" PRIu32 "%s", stage, suffix[how]);
    if (join_new(st, how, stage))
        buf_addf(&st->from, "\n  %s q%" PRIu32 " AS %s ON %s.row = s.%s", join_word(st->q), stage, alias, alias,
                 key[how]);
    return sql_column(st->q, alias, r);
}

static struct sql_name via_operand(struct sql_stage *st, ir_reg r, const struct sql_name *to)
{
    const struct ir_op *o = &st->q->p->ops[r];
    char alias[SQL_NAME_MAX / 2];
    (void)snprintf(alias, sizeof alias, "v%" PRIu32, r);
    if (join_new(st, JOIN_VIA, r))
        buf_addf(&st->from, "\n  LEFT JOIN q%" PRIu32 " AS %s ON %s.row = %s_v AND %s_s = 0", st->q->stage[o->args[1]],
                 alias, alias, to->text, to->text);
    return sql_column(st->q, alias, o->args[1]);
}

static void join_base(struct sql_stage *st)
{
    if (join_new(st, JOIN_BASE, 0))
        buf_addf(&st->from, "\n  %s t%u AS t ON t.row = s.trow", join_word(st->q),
                 (unsigned)st->q->p->spaces[st->space].table);
}

static struct sql_name cell(struct sql_stage *st, const struct ir_op *o)
{
    struct sql_name name = {.rep = REP_INT};
    uint32_t piece = o->index / SQL_CELLS_PER_TABLE;
    if (join_new(st, JOIN_CELLS, piece))
        buf_addf(&st->from, "\n  %s t%u_%" PRIu32 " AS c%" PRIu32 " ON c%" PRIu32 ".row = s.trow", join_word(st->q),
                 (unsigned)st->q->p->spaces[st->space].table, piece, piece, piece);
    (void)snprintf(name.text, sizeof name.text, "c%" PRIu32 ".c%" PRIu32, piece, o->index);
    return name;
}

static struct sql_name param(struct sql_stage *st, uint32_t slot)
{
    struct sql_name name = {.rep = REP_INT};
    (void)snprintf(name.text, sizeof name.text, "p%" PRIu32, slot);
    if (join_new(st, JOIN_PARAM, slot))
        buf_addf(&st->from, "\n  %s param AS %s ON %s.place = s.place AND %s.slot = %" PRIu32, join_word(st->q),
                 name.text, name.text, name.text, slot);
    return name;
}

static struct sql_name reach(struct sql_stage *st, uint32_t k)
{
    struct sql_name name = {.rep = REP_INT};
    (void)snprintf(name.text, sizeof name.text, "k%" PRIu32, k);
    if (join_new(st, JOIN_REACH, k))
        buf_addf(&st->from, "\n  %s reach%" PRIu32 " AS %s ON %s.person = s.up", join_word(st->q), k, name.text,
                 name.text);
    return name;
}

/* ---------------------------------------------------------------- registers */

void sql_stage_begin(struct sql *q, uint16_t space, struct sql_stage *st)
{
    *st = (struct sql_stage){.q = q, .space = space, .number = q->n_stages++};
    arena_init(&st->arena, SQL_TEXT_MAX);
    intern_init(&st->passed, &st->arena);
    buf_init(&st->states, SQL_TEXT_MAX);
    buf_init(&st->columns, SQL_TEXT_MAX);
    buf_init(&st->from, SQL_TEXT_MAX);
}

bool sql_stage_full(const struct sql_stage *st) { return st->n_ops >= SQL_STAGE_OPS || st->joins.n >= SQL_STAGE_JOINS; }

void sql_stage_pass(struct sql_stage *st, struct str column, struct buf *out)
{
    size_t before = st->passed.n, dot = str_find(column, STR("."), 0);
    struct str alias = str_sub(column, 0, dot), name = str_sub(column, dot + 1, column.n);
    if (intern_add(&st->passed, column) == UINT32_MAX) out->failed = true;
    if (st->passed.n > before)
        buf_addf(&st->states, ",\n    %.*s AS %.*s_%.*s", STR_ARG(column), STR_ARG(alias), STR_ARG(name));
    buf_addf(out, "x.%.*s_%.*s", STR_ARG(alias), STR_ARG(name));
}

static void put_column(struct sql_stage *st, ir_reg r, char letter, const struct sql_words *x, const char *text)
{
    buf_addz(&st->columns, ",\n  ");
    sql_expand(st->q, x, text, &st->columns);
    buf_addf(&st->columns, " AS r%" PRIu32 "_%c", r, letter);
}

/* The state inside, from the operands; the rest outside, from state and operands. */
void sql_stage_put(struct sql_stage *st, ir_reg r, struct sql_words *x, const struct sql_template *t)
{
    x->state = t->st;
    x->outer = NULL;
    buf_addz(&st->states, ",\n    ");
    sql_expand(st->q, x, t->st, &st->states);
    buf_addf(&st->states, " AS r%" PRIu32 "_s", r);
    x->outer = st;
    x->reg = r;
    buf_addf(&st->columns, ",\n  x.r%" PRIu32 "_s", r);
    put_column(st, r, 'v', x, t->v);
    if (x->o->rep == REP_SET) put_column(st, r, 'w', x, t->w);
    put_column(st, r, 'y', x, t->why);
    st->q->stage[r] = st->number;
    st->n_ops++;
}

static enum join where_operand(uint8_t code)
{
    return code == IR_OUTER ? JOIN_UP : code == IR_GATHER ? JOIN_TABLE : JOIN_OWN;
}

static void put_agg(struct sql_stage *st, ir_reg r)
{
    const struct ir_op *o = &st->q->p->ops[r];
    bool owns = o->agg == AGG_RANK || o->agg == AGG_SHARE;
    struct sql_name own = {.rep = REP_INT};
    if (owns) own = operand(st, JOIN_OWN, o->own);
    const char *letter = o->agg == AGG_SHARE ? "h" : "g";
    if (join_new(st, JOIN_GROUP, r))
        buf_addf(&st->from, "\n  %s %s%" PRIu32 " ON %s%" PRIu32 ".row = s.row", join_word(st->q), letter, r, letter,
                 r);
    sql_agg_columns(st, r, owns ? &own : NULL);
}

void sql_stage_op(struct sql_stage *st, ir_reg r)
{
    struct sql *q = st->q;
    const struct ir_op *o = &q->p->ops[r];
    const struct sql_template *t = sql_template((enum ir_opcode)o->code, q->d);
    if (o->code == IR_AGG) {
        put_agg(st, r);
        return;
    }
    if (!t) {
        q->missing = ir_op_info[o->code].name;
        q->at = o->at;
        return;
    }
    struct sql_words x = {.o = o, .rep = o->rep};
    size_t n = strlen(ir_op_info[o->code].args);
    for (size_t k = 0; k < n; k++)
        x.arg[k] = o->code == IR_VIA && k == 1 ? via_operand(st, r, &x.arg[0])
                                               : operand(st, where_operand(o->code), o->args[k]);
    if (o->code == IR_FIELD || o->code == IR_BLANK) x.cell = cell(st, o);
    if (o->code == IR_PARAM) x.param = param(st, o->index);
    if (o->code == IR_IN_REACH) x.reach = reach(st, o->index);
    if (o->code == IR_IN_REACH || o->code == IR_HEAD) join_base(st);
    sql_stage_put(st, r, &x, t);
}

void sql_stage_end(struct sql_stage *st)
{
    struct sql *q = st->q;
    if (st->n_ops) {
        sql_create(q, "q", st->number);
        buf_addz(q->out, "WITH x AS MATERIALIZED (SELECT s.row AS row");
        buf_add(q->out, buf_str(&st->states));
        buf_addf(q->out, "\n  FROM s%u AS s", (unsigned)st->space);
        buf_add(q->out, buf_str(&st->from));
        buf_addz(q->out, ")\nSELECT x.row");
        buf_add(q->out, buf_str(&st->columns));
        buf_addz(q->out, "\nFROM x;\n");
    }
    if (st->states.failed || st->columns.failed || st->from.failed) q->out->failed = true;
    intern_fini(&st->passed);
    arena_fini(&st->arena);
    buf_fini(&st->states);
    buf_fini(&st->columns);
    buf_fini(&st->from);
    vec_fini(&st->joins);
}
