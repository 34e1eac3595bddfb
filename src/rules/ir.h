/* The intermediate form of a compiled rule set: a flat array of typed operations in SSA order (an operation's operands
 * come before it). Four executions read it: the scalar reference, the vector VM, the SQL printer; the Chinese sentence
 * is printed from the typed tree instead. A program is compiled for one environment (one set of winning declarations)
 * and one as-of date.
 *
 * SPACES. Every operation lives in a space: a set of rows. Canonical spaces are the tables of the frame themselves:
 * HOUSEHOLD; PERSON (outer: its household); one FACT space a dataset (outer: its person). Expanded spaces are lists of
 * (outer row, table row) pairs:
 *   EDGE: for each row of `outer`, follow `start` (an int register in `outer` holding a row number of table A) to the
 *     rows of table B owned by it (A = household: B = person; A = person: B = a fact table; A = B = household or
 *     person: the one row that start names). start absent: no rows; unknown: no rows and the set is incomplete with
 *     start's reasons; outside (ref_is_outside): no rows, incomplete (outside).
 *   TIED: for each row of `outer`, the rows of canonical space `table` for which no pair (outer register, inner
 *     register) is known to differ: rows where all pairs are known equal, and rows where a pair is unknown on either
 *     side (the filter decides them: it holds the equalities again).
 * OUTER reads a register of the outer space; GATHER one of the canonical space of the same table. FIELD, BLANK, HEAD
 * and IN_REACH stand in canonical spaces only. A parameter is read at the place of the household at the end of the
 * row's outer chain. Arguments that an operation has not are IR_NONE. Everything that a space needs (start, tie
 * registers, those of its outer spaces) comes before the first operation in it or over it.
 *
 * AGGREGATES. op AGG lives in `space` (the target); args[0] is the filter (bool; IR_NONE: every row), args[1] the value
 * (IR_NONE for count, any(R)), both in `from`, a space whose outer chain leads to `space`. Rows of `from` belong to the
 * target row their chain of outer rows ends at.
 *
 * The set of a target row is INCOMPLETE (with reasons) when, on the way down from the target to `from`:
 *   - an edge person -> fact table is crossed and reach[k] says so for that person (frame_reach);
 *   - an EDGE space's start is unknown or outside;
 *   - a row's filter is unknown; or the filter is true and the value unknown (its reasons).
 * Rows with a true filter count. Absent values are skipped by sum, min, max, latest (count counts rows; any and all
 * take an absent value as false). At-least values: sum adds the parts and is at-least; max is at-least; min, latest: as
 * unknown values. Results, in this order:
 *   - a crossed reach whose anchor is absent (its row's `absent` mark, for any member): absent;
 *   - TOO MANY: a household whose members are entered has more than MEMBERS_MAX (reason too_many without dataset), or
 *     the target row has more than ROWS_PER_PERSON_SET rows of `from`, filtered or not (too_many of the dataset of
 *     `from`, none for persons and households): unknown with the too_many reasons alone;
 *   - complete: sum 0, count 0, any false, all true, min/max/latest absent over no rows;
 *   - incomplete: count, and sum when `nonneg`: at-least. max: at-least if a counted row has a value, else unknown.
 *     any: true if a counted row is true (any(R): counts), else unknown. all: false if a counted row is false, else
 *     unknown. min, latest, other sums: unknown. Reasons: all of the set's, those of at-least values included.
 * Of single kinds:
 *   sum: with at-least values at-least even when otherwise complete; with unknown values and not `nonneg` unknown.
 *     What does not fit 64 bits (only over an expanded space) is unknown (too_many of the dataset of `from`).
 *   min, max of spans: [min lo, min hi], [max lo, max hi]; never at-least: where the set is incomplete, unknown.
 *     Fractions compare by value.
 *   latest: the value of the counted row with the newest date (`date`, a span register in `from`; rows with absent date
 *     or absent value skipped, unknown date: as an unknown value); if another counted row cannot be told to be older
 *     (its last day is not before the newest first day) and has a different value: incomplete, with the conflict twin
 *     of `why` (why 0: conflict, dataset of `from`, detail 0).
 *   rank: 1 + counted rows whose value > `own` (register in the target space); an unknown value, an at-least value not
 *     above `own`, or an incomplete set: at-least; an at-least value above `own` counts. own unknown or at-least:
 *     unknown with own's reasons alone; own absent: absent.
 *   share: op FRAC of own and sum(values) (so sum 0: unknown div_zero; sum at-least: unknown).
 */
#ifndef RULES_IR_H
#define RULES_IR_H
#include "base/arena.h"
#include "book/ast.h"
#include "rules/value.h"

typedef uint32_t ir_reg;
#define IR_NONE UINT32_MAX

enum ir_opcode {
#define OP(id, name, args, rep, doc) IR_##id,
#include "rules/ops.def"
#undef OP
    IR__MAX
};
struct ir_op_info {
    const char *name, *args;
    int rep; /* enum rep, or -1 = as the operands say */
};
extern const struct ir_op_info ir_op_info[IR__MAX];

enum { IR_ARGS_MAX = 3, IR_OPS_MAX = 65535, IR_SPACES_MAX = 4096, IR_DEPTH_MAX = 8, IR_TIES_MAX = 8 };

enum space_kind { SPACE_HOUSEHOLD, SPACE_PERSON, SPACE_FACT, SPACE_EDGE, SPACE_TIED, SPACE__MAX };

/* Table numbers of a frame: 0 household, 1 person, 2 + d the facts of dataset d. */
enum { TABLE_HOUSEHOLD = 0, TABLE_PERSON = 1, TABLE_FACT0 = 2 };

struct ir_tie {
    ir_reg outer, inner;
};

struct ir_space {
    enum space_kind kind;
    uint16_t table;       /* table its rows are of */
    uint16_t outer;       /* space; UINT16_MAX for HOUSEHOLD */
    uint16_t depth;       /* length of the outer chain: HOUSEHOLD 0 */
    ir_reg start;         /* EDGE: register in outer */
    uint16_t start_table; /* EDGE: table A */
    struct ir_tie *ties;
    size_t n_ties; /* TIED */
};

/* A reading of a dataset: which rows a person's set has and whether it is whole. Evaluated by frame_reach. */
enum reach_kind {
    REACH_WITHIN, /* events: addmonths(H, -n-m) < d <= addmonths(H, -m); unit month; or days when in_days */
    REACH_SO_FAR, /* events: first day of the unit that holds H .. H */
    REACH_SPAN,   /* events, absolute: whole units n..m from the unit of the anchor (D, or register `anchor` per row) */
    REACH_DAYS,   /* events, absolute: first..last */
    REACH_NEWEST, /* snapshot: newest delivered with state date <= D */
    REACH_THIS,   /* snapshot: only the one of the unit that holds D */
    REACH_LATEST, /* kind latest: the newest row per person */
    REACH__MAX
};
struct ir_reach {
    enum reach_kind kind;
    uint32_t dataset;
    date_day as_of; /* D of this reading (differs inside `at every month end`) */
    enum period_unit unit;
    int32_t n, m; /* WITHIN: months (or days); SPAN: a..b */
    bool in_days;
    date_day first, last; /* DAYS */
    /* SPAN: of an anchor whose month (quarter, year) cannot be told; LATEST: of a newest date that cannot; 0: blank,
     * this dataset. */
    reason why;
    /* SPAN: date register in the person's space or household space; IR_NONE: D. Unknown: nothing is read and the set is
     * incomplete with the anchor's reasons; absent: every aggregate over it is absent. */
    ir_reg anchor;
};

struct ir_op {
    uint8_t code; /* enum ir_opcode */
    uint8_t rep;  /* enum rep of the result */
    uint16_t space;
    uint32_t index; /* column, slot, code, level, scale, reach: by opcode */
    ir_reg args[IR_ARGS_MAX];
    int64_t v, w;  /* CONST payload (FRAC constants are made by FRAC_OF) */
    bool absent;   /* CONST: absent */
    bool optional; /* FIELD: a blank is absent */
    /* Spans: the reason of a rough date (0: blank, no dataset); FIELD: of a blank (its conflict twin: the same with
     * kind REASON_CONFLICT); IN_REACH: of a date that straddles or is blank; HEAD: of a head that cannot be told. */
    reason why;
    uint8_t agg;      /* AGG: enum agg_kind */
    bool nonneg;      /* AGG sum: of a field declared >= 0 */
    uint16_t from;    /* AGG: deepest space */
    ir_reg own, date; /* AGG rank/share; latest */
    /* AGG: reach of the k-th space below the target on the way to `from`; UINT16_MAX: none, not a fact edge. */
    uint16_t reach[IR_DEPTH_MAX];
    struct pos at;
};

enum output_kind { OUT_RULE, OUT_NOT_RECEIVED, OUT_NOT_ENTITLED, OUT_FEATURE, OUT_EXPECT, OUT__MAX };

/* What a program is run for. */
struct ir_output {
    enum output_kind kind;
    const struct decl *decl; /* rule, measure or feature */
    struct str name;         /* "illness_burden", "dibao.not_received", "household.oop_12m" */
    ir_reg reg;
    uint16_t space; /* SPACE_HOUSEHOLD or SPACE_PERSON (canonical), or a fact space */
    uint16_t *slots;
    size_t n_slots; /* parameter slots it names, directly or through features and tables */
    uint16_t *datasets;
    size_t n_datasets; /* datasets it reads */
};

/* Parameter value as of a day. */
struct ir_slot {
    struct str param;
    date_day at;
    uint8_t rep;
};

struct program {
    struct arena *arena;
    struct ir_op *ops;
    size_t n_ops;
    struct ir_space *spaces;
    size_t n_spaces; /* 0 household, 1 person, then as needed */
    struct ir_reach *reaches;
    size_t n_reaches;
    struct ir_slot *slots;
    size_t n_slots;
    struct ir_output *outputs;
    size_t n_outputs;
    date_day as_of;
};

/* Structural invariants (operand order, spaces, representations, index bounds); used in tests and debug builds. */
bool program_valid(const struct program *p, struct buf *why);
/* One line an operation (--dump=ir). */
void program_print(const struct program *p, struct buf *out);
/* The canonical space of a table in p, or UINT16_MAX. */
uint16_t program_canonical(const struct program *p, uint16_t table);
#endif
