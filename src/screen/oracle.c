#include "screen/oracle_int.h"
#include <inttypes.h>
#include "base/limits.h"
#include "base/mem.h"

#define SCRIPT_MAX MIB(64)

/* ---------------------------------------------------------------- reading outputs */

static i128 read_part(struct str blob)
{
    i128 v = 0;
    if (blob.n == sizeof v) memcpy(&v, blob.p, sizeof v);
    return v;
}

static struct value read_value(struct db_stmt *st, uint8_t rep)
{
    struct value v = {.v = db_col_i64(st, 1),
                      .w = db_col_i64(st, 2),
                      .d = 1,
                      .st = (enum state)db_col_i64(st, 5),
                      .why = (reason_set)db_col_i64(st, 6)};
    if (rep == REP_FRAC) v.n = read_part(db_col_blob(st, 3)), v.d = read_part(db_col_blob(st, 4));
    return v;
}

static enum rc bad_result(size_t output, struct err *e)
{
    return err_set(e, RC_ENV, pos_none(),
                   "the SQL of output %zu gives NULL, or not a row for every row; this is a defect",
                   "输出 %zu 的 SQL 结果含空值或行数不符；这是程序缺陷", output);
}

/* The row that is read must be the next, and no column may be NULL. */
static enum rc read_rows(struct db_stmt *st, size_t output, struct outcol *out, struct err *e)
{
    bool more;
    TRY(db_step(st, &more, e));
    uint32_t n = 0;
    for (; more; n++) {
        bool good = n < out->n && db_col_i64(st, 0) == n;
        for (int c = 0; c < 7; c++) good &= !db_col_null(st, c);
        if (!good) return bad_result(output, e);
        /* As it came: payloads without meaning must be 0 already. */
        struct value v = read_value(st, out->rep);
        bool means = v.st == ST_EXACT || v.st == ST_AT_LEAST;
        if (!means && (v.v || v.w || v.n || v.d != 1)) return bad_result(output, e);
        outcol_set(out, n, &v);
        out->why[n] = v.why;
        TRY(db_step(st, &more, e));
    }
    return n == out->n ? RC_OK : bad_result(output, e);
}

static enum rc read_output(struct oracle *o, size_t i, struct outcol *out, struct err *e)
{
    const struct ir_output *x = &o->p->outputs[i];
    struct db_stmt *st;
    if (outcol_init(out, o->p->ops[x->reg].rep, o->f->tables[o->p->spaces[x->space].table].n)) return err_nomem(e);
    buf_clear(&o->text);
    buf_addf(&o->text, "SELECT row, v, w, n, d, st, why FROM out%zu ORDER BY row", i);
    if (o->text.failed) return err_nomem(e);
    TRY(db_prepare_text(o->db, buf_str(&o->text), &st, e));
    enum rc rc = read_rows(st, i, out, e);
    db_stmt_free(st);
    return rc;
}

/* ---------------------------------------------------------------- a run */

void oracle_free(struct oracle *o)
{
    if (!o) return;
    db_close(o->db);
    buf_fini(&o->text);
    mem_free(o);
}

enum rc oracle_new(struct oracle **out, struct err *e)
{
    *out = NULL;
    struct oracle *o = mem_zalloc_array(1, sizeof *o);
    if (!o) return err_nomem(e);
    buf_init(&o->text, SCRIPT_MAX);
    enum rc rc = db_open_memory(&o->db, e);
    if (rc == RC_OK) rc = oracle_functions(o, e);
    if (rc) {
        oracle_free(o);
        return rc;
    }
    *out = o;
    return RC_OK;
}

static enum rc run_script(struct oracle *o, struct err *e)
{
    TRY(oracle_load(o, e));
    buf_clear(&o->text);
    TRY(sql_print(o->p, SQL_SQLITE, &o->text, e));
    const char *text = buf_z(&o->text);
    TRY(text ? db_exec_text(o->db, text, e) : err_nomem(e));
    return reasons_failed(o->f->reasons) ? err_nomem(e) : RC_OK;
}

/* Everything is undone afterwards, so that the database can be used again. */
enum rc oracle_run_with(struct oracle *o, const struct program *p, const struct frame *f, const struct ptable *pt,
                        struct outcol *outs, struct err *e)
{
    for (size_t i = 0; i < p->n_outputs; i++) outs[i] = (struct outcol){0};
    o->p = p, o->f = f, o->pt = pt;
    o->asked = false;
    TRY(db_begin(o->db, e));
    enum rc rc = run_script(o, e);
    for (size_t i = 0; rc == RC_OK && i < p->n_outputs; i++) rc = read_output(o, i, &outs[i], e);
    db_rollback(o->db);
    for (size_t i = 0; rc && i < p->n_outputs; i++) outcol_fini(&outs[i]);
    return rc;
}

enum rc oracle_run(const struct program *p, const struct frame *f, const struct ptable *pt, struct outcol *outs,
                   struct err *e)
{
    struct oracle *o;
    TRY(oracle_new(&o, e));
    enum rc rc = oracle_run_with(o, p, f, pt, outs, e);
    oracle_free(o);
    return rc;
}
