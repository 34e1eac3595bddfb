/* Windows with their real dates, and the rows an aggregate looked at. */
#include "rules/explain_int.h"

enum { PERSONS_MAX = MEMBERS_MAX + 1 };

/* ---------------------------------------------------------------- windows */

/* Persons whose facts the aggregate reads, when they are simply those of the row. */
static bool persons_of(const struct ex_ctx *c, struct ex_at at, uint32_t *first, uint32_t *n)
{
    struct ex_at row;
    if (at.table == TABLE_HOUSEHOLD) {
        const uint32_t *f = c->q->frame->tables[TABLE_PERSON].first;
        if (!f) return false;
        *first = f[at.row], *n = f[at.row + 1] - f[at.row];
        return *n > 0 && *n < PERSONS_MAX;
    }
    if (!ex_climb(c, at, TABLE_PERSON, &row)) return false;
    *first = row.row, *n = 1;
    return true;
}

/* The anchor of a window, per person. */
static bool anchors_of(struct ex_ctx *c, const struct ir_reach *r, uint32_t first, uint32_t n, struct value *out)
{
    for (uint32_t i = 0; i < n; i++) {
        struct ex_at at = {TABLE_PERSON, first + i}, row;
        const struct ir_space *s = &c->prog->spaces[c->prog->ops[r->anchor].space];
        if (s->kind > SPACE_PERSON || !ex_climb(c, at, s->table, &row)) return false;
        enum rc rc = ref_value(c->ref, r->anchor, row.row, &out[i], c->e);
        if (rc) ex_fail(c, rc);
        if (rc) return false;
    }
    return true;
}

static void widen(struct explain_fact *f, const struct reach_row *r)
{
    if (r->absent || r->lo > r->hi || r->lo <= 0) return;
    if (!f->from || r->lo < f->from) f->from = r->lo;
    if (r->hi > f->to) f->to = r->hi;
}

static void add_window(struct ex_ctx *c, const struct ir_reach *r, struct ex_at at, struct explain_fact *f)
{
    uint32_t first, n;
    if (!persons_of(c, at, &first, &n)) return;
    struct reach_row *rows = ex_array(c, n, sizeof *rows);
    struct value *anchors = r->anchor != IR_NONE ? ex_array(c, n, sizeof *anchors) : NULL;
    if (c->rc || (anchors && !anchors_of(c, r, first, n, anchors))) return;
    enum rc rc = frame_reach(c->q->frame, r, anchors, first, n, rows, c->e);
    if (rc) {
        ex_fail(c, rc);
        return;
    }
    for (uint32_t i = 0; i < n; i++) widen(f, &rows[i]);
}

/* The rows lead straight down from the target: no reference is followed. */
static bool straight(const struct ex_ctx *c, const struct ir_op *o)
{
    for (uint16_t s = o->from; s != o->space && s != UINT16_MAX; s = c->prog->spaces[s].outer)
        if (c->prog->spaces[s].kind > SPACE_FACT) return false;
    return true;
}

static void add_windows(struct ex_ctx *c, const struct ir_op *o, struct ex_at at, struct explain_fact *f)
{
    if (!straight(c, o)) return;
    for (int k = 0; k < IR_DEPTH_MAX; k++)
        if (o->reach[k] != UINT16_MAX) add_window(c, &c->prog->reaches[o->reach[k]], at, f);
}

/* ---------------------------------------------------------------- evidence */

static bool counts(const struct tx *agg, const struct ref_row *r)
{
    bool yes = r->filter.st == ST_EXACT && r->filter.v;
    if (agg->agg.kind == AGG_ANY && agg->agg.value) return yes && r->value.st == ST_EXACT && r->value.v;
    return yes;
}

static void add_row(struct ex_ctx *c, uint32_t row, bool show, struct explain_fact *f)
{
    if (f->n_rows == EXPLAIN_ROWS_MAX) {
        f->n_more++;
        return;
    }
    struct explain_row *out = &f->rows[f->n_rows++];
    *out = (struct explain_row){f->table, row, {0}};
    if (!show) return;
    ex_begin(c);
    ex_add_row(c, f->table, row);
    out->text = ex_end(c).v[LANG_ZH];
}

/* Behind a reference the persons are told by the rows themselves. */
static void add_windows_of(struct ex_ctx *c, const struct ir_op *o, const struct ref_row *v, size_t n,
                           struct explain_fact *f)
{
    const struct ftable *t = &c->q->frame->tables[f->table];
    uint32_t last = UINT32_MAX;
    if (straight(c, o) || f->table < TABLE_FACT0) return;
    for (size_t i = 0; i < n && !c->rc; i++) {
        struct ex_at person = {TABLE_PERSON, t->owner[v[i].table_row]};
        for (int k = 0; person.row != last && k < IR_DEPTH_MAX; k++)
            if (o->reach[k] != UINT16_MAX) add_window(c, &c->prog->reaches[o->reach[k]], person, f);
        last = person.row;
    }
}

static void add_evidence(struct ex_ctx *c, const struct tx *agg, ir_reg reg, uint32_t row, bool show,
                         struct explain_fact *f)
{
    const struct ref_row *v;
    size_t n;
    f->table = c->prog->spaces[c->prog->ops[reg].from].table;
    enum rc rc = ref_agg_rows(c->ref, reg, row, &v, &n, c->e);
    if (rc) {
        ex_fail(c, rc);
        return;
    }
    f->has_rows = true;
    add_windows_of(c, &c->prog->ops[reg], v, n, f);
    f->rows = ex_array(c, n < EXPLAIN_ROWS_MAX ? n : EXPLAIN_ROWS_MAX, sizeof *f->rows);
    for (size_t i = 0; i < n && !c->rc; i++) {
        bool counted = counts(agg, &v[i]), doubtful = v[i].filter.st == ST_UNKNOWN || v[i].value.st == ST_UNKNOWN;
        if (!counted && !doubtful) continue;
        if (counted) f->n_counted++;
        else f->n_doubtful++;
        add_row(c, v[i].table_row, show, f);
    }
}

/* The aggregate may be seen from a deeper row: go up to where it lives. */
void ex_rows(struct ex_ctx *c, const struct tx *agg, struct ex_at at, bool show, struct explain_fact *f)
{
    ir_reg reg = agg->reg;
    while (reg != IR_NONE && c->prog->ops[reg].code == IR_OUTER) reg = c->prog->ops[reg].args[0];
    if (c->rc || reg == IR_NONE || c->prog->ops[reg].code != IR_AGG) return;
    const struct ir_op *o = &c->prog->ops[reg];
    const struct ir_space *s = &c->prog->spaces[o->space];
    struct ex_at row;
    if (s->kind > SPACE_FACT || !ex_climb(c, at, s->table, &row)) return;
    add_windows(c, o, row, f);
    if (!c->rc) add_evidence(c, agg, reg, row.row, show, f);
}
