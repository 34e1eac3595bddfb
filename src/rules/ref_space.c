/* Rows of spaces: canonical ones are the frame's tables; expanded ones are built when first asked for, one outer row at
 * a time. */
#include "base/limits.h"
#include "rules/ref_int.h"

static bool is_canonical(const struct ref *r, uint16_t space) { return r->p->spaces[space].kind <= SPACE_FACT; }

uint32_t ref_table_row(const struct ref *r, uint16_t space, uint32_t row)
{
    return is_canonical(r, space) ? row : r->spaces[space].pairs.v[row].row;
}

uint32_t ref_outer_row(const struct ref *r, uint16_t space, uint32_t row)
{
    return is_canonical(r, space) ? r->f->tables[r->p->spaces[space].table].owner[row]
                                  : r->spaces[space].pairs.v[row].outer;
}

/* ---------------------------------------------------------------- expanding */

static bool add_pair(struct ref *r, uint16_t space, struct ref_range *g, struct ref_pair pair)
{
    g->n++;
    if (vec_push(&r->spaces[space].pairs, REF_PAIRS_MAX, pair)) return true;
    ref_fail(r, RC_NOMEM);
    return false;
}

static reason_set outside(const struct ref *r)
{
    return reasons_one(r->f->reasons, reason_make(REASON_OUTSIDE, REASON_NO_DATASET, 0));
}

/* EDGE: the rows owned by the row that `start` names. */
static bool expand_edge(struct ref *r, uint16_t space, uint32_t parent, struct ref_range *g)
{
    const struct ir_space *s = &r->p->spaces[space];
    const struct ftable *t = &r->f->tables[s->table];
    struct value start;
    if (!ref_need(r, s->start, parent, &start)) return false;
    if (start.st == ST_ABSENT) return true;
    if (start.st != ST_EXACT) {
        g->why = start.why;
        return true;
    }
    if (start.v < 0 || start.v >= r->f->tables[s->start_table].n) {
        g->why = outside(r);
        return true;
    }
    bool itself = s->start_table == s->table;
    uint32_t at = (uint32_t)start.v, from = itself ? at : ftable_from(t, at, 0);
    uint32_t to = itself ? at + 1 : ftable_from(t, at + 1, from);
    g->too_many = s->table == TABLE_PERSON && to - from > MEMBERS_MAX;
    for (uint32_t i = from; i < to; i++)
        if (!add_pair(r, space, g, (struct ref_pair){parent, i})) return false;
    return true;
}

/* Every tie is equal or cannot be told. */
static bool may_be_tied(struct ref *r, const struct ir_space *s, const struct value *outer, const struct value *inner)
{
    for (size_t k = 0; k < s->n_ties; k++) {
        uint8_t rep = r->p->ops[s->ties[k].outer].rep;
        struct ir_op eq = {.code = rep == REP_SPAN ? IR_SPAN_EQ : IR_EQ};
        struct value in[2] = {outer[k], inner[k]}, same = ref_apply(r->f->reasons, &eq, in);
        if (same.st == ST_EXACT && !same.v) return false;
    }
    return true;
}

/* TIED: the rows of the table for which no tie is known to differ. */
static bool expand_tied(struct ref *r, uint16_t space, uint32_t parent, struct ref_range *g)
{
    const struct ir_space *s = &r->p->spaces[space];
    struct value outer[IR_TIES_MAX], inner[IR_TIES_MAX];
    size_t n = s->n_ties;
    bool ready = true;
    for (size_t k = 0; k < n; k++) ready &= ref_need(r, s->ties[k].outer, parent, &outer[k]);
    bool few = r->among && s->table == TABLE_PERSON;
    size_t rows = few ? r->n_among : r->f->tables[s->table].n;
    for (size_t at = 0; at < rows; at++) {
        uint32_t i = few ? r->among[at] : (uint32_t)at;
        for (size_t k = 0; k < n; k++) ready &= ref_need(r, s->ties[k].inner, i, &inner[k]);
        if (!ready || !may_be_tied(r, s, outer, inner)) continue;
        if (!add_pair(r, space, g, (struct ref_pair){parent, i})) return false;
    }
    return ready;
}

static bool expand(struct ref *r, uint16_t space, uint32_t parent, struct ref_range *out)
{
    struct ref_space *x = &r->spaces[space];
    uint32_t at = map64_get(&x->range_of, parent);
    if (at != UINT32_MAX) {
        *out = x->ranges.v[at];
        return true;
    }
    struct ref_range g = {.first = (uint32_t)x->pairs.n};
    bool tied = r->p->spaces[space].kind == SPACE_TIED;
    if (!(tied ? expand_tied(r, space, parent, &g) : expand_edge(r, space, parent, &g))) {
        x->pairs.n = g.first; /* begun, not finished */
        return false;
    }
    *out = g;
    if (vec_push(&x->ranges, REF_PAIRS_MAX, g) && map64_put(&x->range_of, parent, (uint32_t)x->ranges.n - 1))
        return true;
    ref_fail(r, RC_NOMEM);
    return false;
}

bool ref_children(struct ref *r, uint16_t space, uint32_t parent, struct ref_range *out)
{
    if (!is_canonical(r, space)) return expand(r, space, parent, out);
    const struct ftable *t = &r->f->tables[r->p->spaces[space].table];
    uint32_t first = ftable_from(t, parent, 0);
    *out = (struct ref_range){.first = first, .n = ftable_from(t, parent + 1, first) - first};
    out->too_many = r->p->spaces[space].kind == SPACE_PERSON && out->n > MEMBERS_MAX;
    return true;
}

/* ---------------------------------------------------------------- reaches */

static bool remember_reach(struct ref *r, uint64_t key, const struct reach_row *row)
{
    if (vec_push(&r->reach_rows, REF_PAIRS_MAX, *row) && map64_put(&r->reach_of, key, (uint32_t)r->reach_rows.n - 1))
        return true;
    ref_fail(r, RC_NOMEM);
    return false;
}

/* The anchor of one person; its register lives in the person's or the household's space. */
static bool anchor_value(struct ref *r, const struct ir_reach *reach, uint32_t person, struct value *out)
{
    uint32_t row = r->p->ops[reach->anchor].space == 0 ? r->f->tables[TABLE_PERSON].owner[person] : person;
    return ref_need(r, reach->anchor, row, out);
}

bool ref_reach(struct ref *r, uint16_t reach, uint32_t person, struct reach_row *out)
{
    const struct ir_reach *x = &r->p->reaches[reach];
    uint64_t base = (uint64_t)reach << 32;
    uint32_t at = map64_get(&r->reach_of, base | UINT32_MAX);
    if (at == UINT32_MAX) at = map64_get(&r->reach_of, base | person);
    if (at != UINT32_MAX) {
        *out = r->reach_rows.v[at];
        return true;
    }
    if (!r->reach_differs[reach] && frame_reach_uniform(r->f, x, out)) return remember_reach(r, base | UINT32_MAX, out);
    r->reach_differs[reach] = true;
    struct value anchor;
    bool anchored = x->kind == REACH_SPAN && x->anchor != IR_NONE;
    if (anchored && !anchor_value(r, x, person, &anchor)) return false;
    enum rc rc = frame_reach(r->f, x, anchored ? &anchor : NULL, person, 1, out, r->e);
    if (rc) ref_fail(r, rc);
    return rc == RC_OK && remember_reach(r, base | person, out);
}

bool ref_edge_person(struct ref *r, uint16_t space, uint32_t parent, uint32_t *person)
{
    const struct ir_space *s = &r->p->spaces[space];
    struct value start;
    *person = parent;
    if (s->kind == SPACE_FACT) return true;
    if (!ref_need(r, s->start, parent, &start)) return false;
    if (start.st != ST_EXACT || start.v < 0 || start.v >= r->f->tables[TABLE_PERSON].n) return false;
    *person = (uint32_t)start.v;
    return true;
}
