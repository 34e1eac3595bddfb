/* The scalar reference interpreter's parts: ref.c (pulling values, sources), ref_space.c (rows of spaces, reaches),
 * ref_ops.c and ref_date.c (operations on values alone), ref_agg.c (aggregates).
 *
 * Nothing recurses. A value is asked for with ref_need; when it is not known yet, it is put on a stack of tasks and the
 * asker returns, to be tried again when what it lacked is there. A try asks for all it can name at once, so an
 * operation is tried at most a few times (VIA: the reference, then the row; AGG: a level of rows, filters, values).
 * Operands come before operations, so this ends. */
#ifndef RULES_REF_INT_H
#define RULES_REF_INT_H
#include "base/map.h"
#include "base/vec.h"
#include "rules/engine.h"

enum { REF_VALUES_MAX = 1 << 26, REF_PAIRS_MAX = 1 << 26, REF_STACK_MAX = 1 << 26 };

struct ref_task {
    ir_reg reg;
    uint32_t row;
};
struct ref_pair {
    uint32_t outer, row;
}; /* a row of an expanded space */
struct ref_range {
    uint32_t first, n;
    reason_set why;
    bool too_many;
};

/* Rows of an expanded space, numbered in order of demand. */
struct ref_space {
    struct map64 range_of; /* outer row -> ranges.v */
    VEC(struct ref_range) ranges;
    VEC(struct ref_pair) pairs;
};

struct ref {
    const struct program *p;
    const struct frame *f;
    const struct ptable *pt;
    enum rc rc;        /* first failure */
    struct err *e;     /* of the running call */
    struct map64 memo; /* register << 32 | row -> values.v */
    VEC(struct value) values;
    VEC(struct ref_task) stack;
    struct ref_space *spaces; /* by space number */
    struct map64 reach_of;    /* reach << 32 | person -> reach_rows.v; person UINT32_MAX: everybody */
    bool *reach_differs;      /* by reach: known not to be the same for everybody */
    VEC(struct reach_row) reach_rows;
    const uint32_t *among; /* of the persons' table, instead of all its rows; NULL: all */
    size_t n_among;
    VEC(struct ref_row) evidence;
    VEC(uint32_t) level, next; /* ref_agg.c: rows of one level */
};

void ref_fail(struct ref *r, enum rc rc);
/* The value, or false: asked for, or failed. */
bool ref_need(struct ref *r, ir_reg reg, uint32_t row, struct value *out);

/* The table row and the outer row of a row of a space. */
uint32_t ref_table_row(const struct ref *r, uint16_t space, uint32_t row);
uint32_t ref_outer_row(const struct ref *r, uint16_t space, uint32_t row);
/* The rows of `space` (numbered first..first+n-1) that hang on a row of its outer space; why: reasons for more that we
 * cannot see; too_many: more members than count. False when something must be known first. */
bool ref_children(struct ref *r, uint16_t space, uint32_t parent, struct ref_range *out);
/* frame_reach for one person. */
bool ref_reach(struct ref *r, uint16_t reach, uint32_t person, struct reach_row *out);
/* The person whose facts a fact edge into `space` reads at a row of its outer space; false: nobody (yet). */
bool ref_edge_person(struct ref *r, uint16_t space, uint32_t parent, uint32_t *person);

bool ref_agg(struct ref *r, ir_reg reg, uint32_t row, struct value *out);

/* Operations whose result depends on operands alone. */
struct value ref_apply(struct reasons *rs, const struct ir_op *o, const struct value *in);
struct value ref_apply_date(struct reasons *rs, const struct ir_op *o, const struct value *in);
struct value ref_apply_set(struct reasons *rs, const struct ir_op *o, const struct value *in);

/* Making values. */
struct value ref_exact(int64_t v);
struct value ref_frac(i128 n, i128 d);
struct value ref_unknown(reason_set why);
struct value ref_absent(void);
struct value ref_at_least(struct value part, reason_set why);
struct value ref_flawed(struct reasons *rs, enum reason_kind k); /* unknown for a data error of no dataset */
/* Reason of a rough date or blank: o->why, else blank of no dataset. */
reason_set ref_why(struct reasons *rs, const struct ir_op *o);
/* The strict rule for absent and unknown operands (ops.def): true when it settles the result. */
bool ref_strict(struct reasons *rs, const struct value *in, size_t n, bool comparison, struct value *out);
reason_set ref_part_reasons(struct reasons *rs, const struct value *in, size_t n); /* of the at-least operands */
/* -1, 0, 1 of known parts. */
int ref_order(uint8_t rep, const struct value *a, const struct value *b);
bool ref_same(uint8_t rep, const struct value *a, const struct value *b);
#endif
