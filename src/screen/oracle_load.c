/* A frame as tables: what rules/sql.c says it reads. */
#include <inttypes.h>
#include "screen/oracle_int.h"

enum { CELLS_PER_TABLE = 250 };

/* ---------------------------------------------------------------- inserting */

static enum rc prepare_insert(struct oracle *o, const char *table, size_t columns, struct db_stmt **st, struct err *e)
{
    buf_clear(&o->text);
    buf_addf(&o->text, "INSERT INTO %s VALUES (", table);
    for (size_t i = 1; i <= columns; i++) buf_addf(&o->text, i > 1 ? ", ?%zu" : "?%zu", i);
    buf_addc(&o->text, ')');
    if (o->text.failed) return err_nomem(e);
    return db_prepare_text(o->db, buf_str(&o->text), st, e);
}

static enum rc create(struct oracle *o, const char *table, const char *columns, struct err *e)
{
    buf_clear(&o->text);
    buf_addf(&o->text, "CREATE TEMP TABLE %s (%s)", table, columns);
    const char *text = buf_z(&o->text);
    return text ? db_exec_text(o->db, text, e) : err_nomem(e);
}

/* ---------------------------------------------------------------- tables of the frame */

static enum rc load_rows(struct oracle *o, size_t table, struct err *e)
{
    const struct frame *f = o->f;
    const struct ftable *t = &f->tables[table];
    struct db_stmt *st;
    char name[32];
    (void)snprintf(name, sizeof name, "t%zu", table);
    TRY(create(o, name, "row INTEGER PRIMARY KEY, owner, place, head, date, date_hi", e));
    TRY(prepare_insert(o, name, 6, &st, e));
    enum rc rc = RC_OK;
    for (uint32_t i = 0; rc == RC_OK && i < t->n; i++) {
        int64_t date = table >= TABLE_FACT0 ? t->date[i] : 0;
        db_bind_i64(st, 1, i);
        db_bind_i64(st, 2, table == TABLE_HOUSEHOLD ? 0 : t->owner[i]);
        db_bind_i64(st, 3, table == TABLE_HOUSEHOLD ? f->place[i] : 0);
        db_bind_i64(st, 4, table == TABLE_HOUSEHOLD ? f->head[i] : 0);
        db_bind_i64(st, 5, date);
        db_bind_i64(st, 6, date + (table >= TABLE_FACT0 && t->date_span ? t->date_span[i] : 0));
        rc = db_run(st, e);
    }
    db_stmt_free(st);
    return rc;
}

static void bind_cell(struct db_stmt *st, int at, const struct fcol *c, uint32_t row)
{
    enum { VALID, BLANK, CONFLICT, NOT_GIVEN } s = BLANK;
    if (fcol_valid(c, row)) s = VALID;
    else if (fcol_conflict(c, row)) s = CONFLICT;
    else if (fcol_not_given(c, row)) s = NOT_GIVEN;
    db_bind_i64(st, at, s == VALID ? fcol_get(c, row) : 0);
    db_bind_i64(st, at + 1, s);
}

static enum rc load_piece(struct oracle *o, size_t table, size_t piece, struct err *e)
{
    const struct ftable *t = &o->f->tables[table];
    size_t from = piece * CELLS_PER_TABLE, to = from + CELLS_PER_TABLE < t->n_cols ? from + CELLS_PER_TABLE : t->n_cols;
    struct db_stmt *st;
    char name[48];
    (void)snprintf(name, sizeof name, "t%zu_%zu", table, piece);
    buf_clear(&o->text);
    buf_addf(&o->text, "CREATE TEMP TABLE %s (row INTEGER PRIMARY KEY", name);
    for (size_t c = from; c < to; c++) buf_addf(&o->text, ", c%zu_v, c%zu_s", c, c);
    buf_addc(&o->text, ')');
    const char *text = buf_z(&o->text);
    TRY(text ? db_exec_text(o->db, text, e) : err_nomem(e));
    TRY(prepare_insert(o, name, 1 + 2 * (to - from), &st, e));
    enum rc rc = RC_OK;
    for (uint32_t i = 0; rc == RC_OK && i < t->n; i++) {
        db_bind_i64(st, 1, i);
        for (size_t c = from; c < to; c++) bind_cell(st, (int)(2 + 2 * (c - from)), &t->cols[c], i);
        rc = db_run(st, e);
    }
    db_stmt_free(st);
    return rc;
}

static enum rc load_table(struct oracle *o, size_t table, struct err *e)
{
    TRY(load_rows(o, table, e));
    for (size_t piece = 0; piece * CELLS_PER_TABLE < o->f->tables[table].n_cols; piece++)
        TRY(load_piece(o, table, piece, e));
    return RC_OK;
}

/* ---------------------------------------------------------------- parameters and reaches */

static int64_t param_state(enum pval_state s)
{
    return s == PVAL_SET ? ST_EXACT : s == PVAL_EMPTY ? ST_UNKNOWN : ST_ABSENT;
}

static enum rc load_params(struct oracle *o, struct err *e)
{
    struct db_stmt *st;
    TRY(create(o, "param", "place, slot, v, w, s, PRIMARY KEY (slot, place)", e));
    TRY(prepare_insert(o, "param", 5, &st, e));
    enum rc rc = RC_OK;
    size_t n = o->pt ? (size_t)o->pt->n_places * o->pt->n_slots : 0;
    for (size_t i = 0; rc == RC_OK && i < n; i++) {
        const struct pval *v = &o->pt->v[i];
        db_bind_i64(st, 1, (int64_t)(i / o->pt->n_slots));
        db_bind_i64(st, 2, (int64_t)(i % o->pt->n_slots));
        db_bind_i64(st, 3, v->v);
        db_bind_i64(st, 4, v->w);
        db_bind_i64(st, 5, param_state(v->state));
        rc = db_run(st, e);
    }
    db_stmt_free(st);
    return rc;
}

/* Persons are judged one by one, never by what is the same for all. */
static enum rc load_reach(struct oracle *o, size_t k, struct err *e)
{
    const struct ir_reach *r = &o->p->reaches[k];
    struct db_stmt *st;
    char name[32];
    if (r->kind == REACH_SPAN && r->anchor != IR_NONE) return RC_OK;
    (void)snprintf(name, sizeof name, "reach%zu", k);
    TRY(create(o, name, "person INTEGER PRIMARY KEY, lo, hi, why, absent", e));
    TRY(prepare_insert(o, name, 5, &st, e));
    enum rc rc = RC_OK;
    for (uint32_t i = 0; rc == RC_OK && i < o->f->tables[TABLE_PERSON].n; i++) {
        struct reach_row row;
        rc = frame_reach(o->f, r, NULL, i, 1, &row, e);
        if (rc) break;
        db_bind_i64(st, 1, i);
        db_bind_i64(st, 2, row.lo);
        db_bind_i64(st, 3, row.hi);
        db_bind_i64(st, 4, row.why);
        db_bind_i64(st, 5, row.absent);
        rc = db_run(st, e);
    }
    db_stmt_free(st);
    return rc;
}

enum rc oracle_load(struct oracle *o, struct err *e)
{
    for (size_t t = 0; t < o->f->n_tables; t++) TRY(load_table(o, t, e));
    for (size_t k = 0; k < o->p->n_reaches; k++) TRY(load_reach(o, k, e));
    return load_params(o, e);
}
