/* The vector VM's parts: vm_plan.c (what runs when), vm.c (threads, blocks, outputs), vm_space.c and vm_tied.c (rows of
 * spaces), vm_reach.c, vm_source.c (operations that read), vm_apply.c and vm_soft.c (operations on values), vm_agg.c
 * and vm_set.c (aggregates), vm_kernels.c (loops).
 *
 * A block is a run of households with their persons, facts and expanded rows: of each table about BATCH_ROWS rows.
 * Persons are grouped by household and facts by person, so a block's rows are slices of the tables, OUTER and AGG never
 * leave it, and every register is one vector over the block's rows of its space, alive in the cache only. What leaves
 * the block (GATHER, VIA, ties, reaches of persons that a reference names) is written to a whole column first: the
 * program runs in phases, all blocks of one before any of the next. Threads take tasks (runs of blocks); nothing that a
 * block computes depends on another block of its phase.
 *
 * A lane's payload is always defined, 0 where it is unknown or absent. Kernels compute all lanes; lanes whose operands
 * are not exact, or that a kernel flags, are then done again by the definition of the operation on values (ref_apply).
 */
#ifndef RULES_VM_INT_H
#define RULES_VM_INT_H
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "rules/engine.h"
#include "rules/ref_int.h"

enum {
    VM_MAYBE = 4, /* in a lane's state byte: a set with codes that may be in it */
    VM_STATE = 3,
    VM_LANES_MAX = 1 << 27, /* rows of one space in one block */
    VM_PAIRS_BATCHES = 64,  /* vm_options.pair_rows by default */
    VM_TASK_PERSONS = 65536,
    VM_YEARS_MAX = 200 /* ages by table */
};

/* One value a row of a block's space. */
struct vreg {
    uint8_t rep;
    bool konst; /* one value for all rows, in lane 0 */
    bool exact; /* no lane has a state: st and why mean nothing */
    uint32_t n;
    uint8_t *b;      /* BOOL */
    int64_t *v;      /* INT SPAN SET */
    int64_t *w;      /* SET */
    i128 *num, *den; /* FRAC */
    uint8_t *st;     /* enum state, | VM_MAYBE */
    reason_set *why; /* where st is not 0 */
};

/* ---------------------------------------------------------------- plan */

struct vm_phase {
    ir_reg *ops;    /* ascending */
    uint32_t *slot; /* by op of this phase: the memory it writes */
    size_t n;
    uint32_t n_slots;
};

enum { USE_LIVE = 1, USE_OUTPUT = 2, USE_GLOBAL = 4, USE_KEEP = 8 };

/* A whole column: what other blocks or later phases read. */
struct vm_column {
    struct vreg all;
    bool made;
    _Atomic bool soft; /* some lane has a state */
};

struct vm_plan {
    const struct program *p;
    const struct vm_kept *const *given; /* by register; NULL: none */
    struct arena arena;
    uint8_t *use;                         /* by register: USE_ bits */
    uint32_t *first_output, *next_output; /* by register, by output + 1: outputs + 1 that are the register; 0 none */
    uint16_t *phase;                      /* by register */
    uint8_t *here;                        /* while planning: runs in the phase at hand */
    struct vm_phase *phases;
    size_t n_phases;
    bool *space_used;                /* by space */
    bool *sealed;                    /* by space: only aggregates straight from it see its rows */
    bool *reach_used, *reach_global; /* by reach; global: a reference leads there */
    bool *uniform;
    struct reach_row *same; /* by reach: of everybody, when uniform */
};

struct vm_slot {
    void *mem;
    size_t bytes;
};

struct vm;
enum rc vm_plan_make(struct vm *vm, struct err *e) MUST_USE;
void vm_plan_free(struct vm_plan *plan);
/* Operations that are read at any row straight from the frame, wherever the reader is. */
bool vm_is_remote(const struct vm_plan *plan, ir_reg r);
/* The k-th space below `space` on the way to `from`, k from 0. */
uint16_t vm_below(const struct program *p, uint16_t space, uint16_t from, size_t k);
/* Calls fn for every register that op r needs; far: whole columns of them. */
typedef void (*vm_dep_fn)(void *ctx, ir_reg dep, bool far);
void vm_deps(const struct vm_plan *plan, ir_reg r, vm_dep_fn fn, void *ctx);

/* ---------------------------------------------------------------- run */

struct vm_tie_index;

/* Sparse reasons of one task of one output. */
struct vm_unknown {
    uint32_t row;
    reason_set why;
};
struct vm_unknowns {
    struct vm_unknown *v;
    size_t n, cap;
};

/* Runs of households. */
struct vm_tasks {
    struct vm_range *v;
    size_t n, cap;
};

/* A register being written to memory that outlives the run. */
struct vm_keeping {
    struct vm_kept *to;      /* NULL: not kept */
    _Atomic bool soft, wide; /* a lane has a state; a value does not fit the width */
};

struct vm {
    const struct program *p;
    const struct frame *f;
    const struct ptable *pt;
    const struct vm_options *o;
    unsigned threads;
    struct par_pool *pool;
    uint32_t batch;
    size_t pairs;
    struct vm_plan plan;
    struct vm_column *columns;      /* by register */
    struct vm_slot payload, states; /* of all columns */
    struct reach_row **reach_rows;  /* by reach: of all persons, where global and not uniform */
    struct vm_tie_index **ties;     /* by space */
    bool *slot_same;                /* by parameter slot: one value at all places in use */
    struct outcol *outs;            /* one of the two */
    struct outbits *bits;
    const bool *wanted;           /* by output; NULL: all */
    struct vm_keeping *keep;      /* by register; NULL: nothing is kept */
    const _Atomic bool *cancel;   /* NULL: never */
    struct vm_unknowns *unknowns; /* [output][task] */
    struct vm_tasks all, only;    /* only: of the last phase */
    size_t n_tasks, phase;        /* n_tasks: the more of both */
    struct vm_block *blocks;      /* by thread */
};

/* Rows of a space in the present block. */
struct vm_rows {
    bool built;
    uint32_t n;
    uint32_t base;      /* canonical: table row of row 0 */
    const uint32_t *up; /* outer row of each row, less up_base */
    uint32_t up_base;
    const uint32_t *first;     /* rows of outer row o: first[o] - base .. first[o + 1] - base; NULL: vm_rows_first */
    const uint32_t *row;       /* expanded: table rows; NULL: base + i */
    const reason_set *missing; /* EDGE: by outer row, why rows may be missing; NULL: none may */
    uint32_t most;             /* of persons: the most that one outer row has */
    uint16_t seg_of;           /* space whose rows' segments seg has; UINT16_MAX: none */
    uint32_t *seg;
    size_t cap_seg;
    const uint8_t *over; /* TIED: by outer row, too many rows (then it has none here); NULL: no */
    uint32_t *own[2];    /* expanded: memory of up+row, first */
    reason_set *own_missing;
    uint8_t *own_over;
    size_t cap_rows, cap_outer;
};

/* limit[k]: the last day of birth of those who are at least k years old on a day. */
struct vm_ages {
    int64_t on;
    int32_t limit[VM_YEARS_MAX + 2];
};

/* What scratch memory is for, so that no two users meet. */
enum vm_scratch {
    SCRATCH_A,
    SCRATCH_B,
    SCRATCH_C,
    SCRATCH_FLAG,
    SCRATCH_MASK,
    SCRATCH_LANES,
    SCRATCH_SUM,
    SCRATCH_WHY,
    SCRATCH_MARK,
    SCRATCH_ANCHOR,
    SCRATCH_OUT,
    SCRATCH_HASH,
    SCRATCH__MAX
};

/* A reach over the persons of a block. */
struct vm_window {
    bool built;
    bool same_days; /* all have the days lo..hi */
    int32_t lo, hi;
    const struct reach_row *rows; /* by person of the block; NULL: the same for everybody, who has no reasons */
    uint32_t *odd, n_odd;         /* persons whose set is not whole, or who have no anchor */
    size_t cap;
};

struct vm_block {
    struct vm *vm;
    bool failed;    /* out of memory */
    bool too_large; /* too many expanded rows: cut it */
    size_t task;
    uint32_t h0, h1;
    struct vm_rows *rows; /* by space */
    struct vreg *regs;    /* by register */
    struct vm_slot *slots;
    size_t n_slots;
    struct vm_slot scratch[SCRATCH__MAX];
    struct vm_slot *reach_mem; /* by reach */
    struct reach_row **reach;  /* by reach: rows of persons, less reach_base */
    uint32_t *reach_base;
    struct vm_window *windows; /* by reach */
    uint32_t task_p0, task_p1; /* persons of the task */
    struct vm_ages ages;
    struct err *e;
    enum rc rc;
};

/* NULL when out of memory: then b->failed. */
void *vm_scratch(struct vm_block *b, enum vm_scratch which, size_t count, size_t size);
bool vm_slot_fit(struct vm_slot *s, size_t bytes);

/* Memory of register r, n rows, exact; false: out of memory. */
bool vm_reg_begin(struct vm_block *b, struct vreg *out, uint32_t slot, uint8_t rep, uint32_t n);
struct value vm_get(const struct vreg *r, uint32_t i);
/* Needs vm_soften before the first lane with a state. */
void vm_put(struct vreg *r, uint32_t i, const struct value *v);
/* States of all lanes exact, to be set by lane. */
void vm_soften(struct vreg *r);
/* Exact again when no lane got a state. */
void vm_settle(struct vreg *r);
/* The lanes as a vector also when they are one constant. */
const int64_t *vm_words(struct vm_block *b, const struct vreg *r, enum vm_scratch which);
const uint8_t *vm_bytes(struct vm_block *b, const struct vreg *r, enum vm_scratch which);

/* Rows of a space and of those above it; needs their registers. */
void vm_rows_ready(struct vm_block *b, uint16_t space);
void vm_rows_begin(struct vm_block *b); /* canonical spaces of the block */
void vm_rows_free(struct vm_rows *rows);
bool vm_rows_fit(struct vm_block *b, struct vm_rows *s, size_t rows, size_t outer);
/* `first` of a space, made where the table has none; NULL: b->failed. */
const uint32_t *vm_rows_first(struct vm_block *b, uint16_t space);
bool vm_segments_fit(struct vm_block *b, struct vm_rows *s, size_t n);
void vm_tied_build(struct vm_block *b, uint16_t space, struct vm_rows *s);
enum rc vm_tie_index_make(struct vm *vm, uint16_t space, struct err *e) MUST_USE;
void vm_tie_index_free(struct vm_tie_index *ix);
/* The phase before which all is there that the index, or the reach of everybody, hangs on. */
size_t vm_tie_phase(const struct vm *vm, uint16_t space);
size_t vm_reach_phase(const struct vm *vm, uint16_t reach);
/* The value of a register at any row of its canonical space: from the frame or a whole column. */
struct value vm_value_at(const struct vm *vm, ir_reg r, uint32_t row);

/* Reach rows of the block's persons: NULL when uniform. *base: person of row 0. */
const struct reach_row *vm_reach_ready(struct vm_block *b, uint16_t reach, uint32_t *base);
/* The reach over the block's persons; NULL: b->failed or b->rc. */
const struct vm_window *vm_window_ready(struct vm_block *b, uint16_t reach);
enum rc vm_reach_task(struct vm_block *b) MUST_USE;
enum rc vm_reach_global(struct vm *vm, uint16_t reach, struct err *e) MUST_USE;

void vm_source(struct vm_block *b, ir_reg r, struct vreg *out);
void vm_apply(struct vm_block *b, const struct ir_op *o, struct vreg *out);
/* The same as ref_apply for lanes of which an operand has a state (flagged: or that a kernel flagged). Lanes that are
 * still to be done are left in `lanes`: how many. */
uint32_t vm_soft_lanes(struct vm_block *b, const struct ir_op *o, struct vreg *out, const struct vreg *const *in,
                       bool flagged, uint32_t *lanes, uint32_t n);
/* `and`, `or` of all lanes, whatever their states. */
void vm_kleene(struct vm_block *b, enum ir_opcode code, struct vreg *out, const struct vreg *const *in);
/* The state bytes as a vector; scratch memory where they are none. */
const uint8_t *vm_states(struct vm_block *b, const struct vreg *r, enum vm_scratch which);
void vm_agg(struct vm_block *b, const struct ir_op *o, struct vreg *out);

/* What was kept: the block's rows of it, the value at a row; and keeping a register of the block. */
static inline bool vm_is_given(const struct vm_plan *plan, ir_reg r) { return plan->given && plan->given[r]; }
void vm_given_read(const struct vm_kept *k, uint32_t base, struct vreg *out);
struct value vm_given_at(const struct vm_kept *k, uint32_t row);
void vm_keep_rows(struct vm_keeping *k, const struct vreg *r, uint32_t base);
/* All blocks of all phases. vm: from vm_of, its outs, bits or keep set; vm_end in any case. */
struct vm vm_of(const struct program *p, const struct frame *f, const struct ptable *pt, const struct vm_options *o);
enum rc vm_check_fit(const struct vm *vm, struct err *e) MUST_USE;
enum rc vm_run_all(struct vm *vm, struct err *e) MUST_USE;
void vm_end(struct vm *vm);

/* ---------------------------------------------------------------- kernels */

enum vm_kernel {
    KERNEL_NONE,
    KERNEL_ALL,
    KERNEL_FLAGS
}; /* nothing done; all lanes right where operands are exact; but the flagged */
enum vm_kernel vm_kernel_run(struct vm_block *b, const struct ir_op *o, struct vreg *out, const struct vreg *const *in,
                             uint8_t *flag);

void vm_widen(const void *src, uint8_t width, uint32_t n, int64_t *dst);
void vm_in_window(const int32_t *date, int32_t lo, int32_t hi, uint32_t n, uint8_t *out);
bool vm_any_zero_date(const int32_t *date, uint32_t n);
void vm_compare(enum ir_opcode rel, const int64_t *a, const int64_t *b, uint32_t n,
                uint8_t *out); /* rel: IR_EQ .. IR_GE */
void vm_compare_const(enum ir_opcode rel, const int64_t *a, int64_t c, uint32_t n, uint8_t *out);
void vm_and(const uint8_t *a, const uint8_t *b, uint32_t n, uint8_t *out);
void vm_or(const uint8_t *a, const uint8_t *b, uint32_t n, uint8_t *out);
void vm_not(const uint8_t *a, uint32_t n, uint8_t *out);
/* out is what has been added; true: some lane overflowed and flag says which. */
bool vm_add(const int64_t *a, const int64_t *b, uint32_t n, int64_t *out, uint8_t *flag);
bool vm_sub(const int64_t *a, const int64_t *b, uint32_t n, int64_t *out, uint8_t *flag);
bool vm_mul(const int64_t *a, const int64_t *b, uint32_t n, int64_t *out, uint8_t *flag);
void vm_select_words(const uint8_t *c, const int64_t *a, const int64_t *b, uint32_t n, int64_t *out);
void vm_select_bytes(const uint8_t *c, const uint8_t *a, const uint8_t *b, uint32_t n, uint8_t *out);
void vm_gather_words(const int64_t *a, const uint32_t *up, uint32_t base, uint32_t n, int64_t *out);
void vm_gather_bytes(const uint8_t *a, const uint32_t *up, uint32_t base, uint32_t n, uint8_t *out);
void vm_least(const int64_t *a, const int64_t *b, bool greatest, uint32_t n, int64_t *out);
/* Bits or of magnitudes: 2^k > every |v| when the result is below 2^k. */
uint64_t vm_magnitude(const int64_t *v, uint32_t n);
void vm_fill(int64_t *v, int64_t value, uint32_t n);
/* sum[i] of the first i values (where keep; NULL: all), modulo 2^64; n + 1 entries. */
void vm_prefix_sum(const int64_t *v, const uint8_t *keep, uint32_t n, uint64_t *sum);
void vm_prefix_count(const uint8_t *keep, uint32_t n, uint32_t *sum);
/* Each value becomes the greatest of those up to it and `least`. */
void vm_running_max(uint32_t *v, uint32_t n, uint32_t least);
/* Of the rows seg[i] .. seg[i + 1] that are kept (keep NULL: all); INT64_MIN, INT64_MAX when there are none. */
void vm_max_segments(const int64_t *v, const uint8_t *keep, const uint32_t *seg, uint32_t n, int64_t *out);
void vm_min_segments(const int64_t *v, const uint8_t *keep, const uint32_t *seg, uint32_t n, int64_t *out);
/* Is the code one of the set's? */
void vm_member(const int64_t *code, uint64_t set, uint32_t n, uint8_t *out);
/* Division codes cut to a level, 1 province .. 5 village. */
void vm_div_trunc(const int64_t *v, uint32_t level, uint32_t n, int64_t *out);
/* Lanes that are none become 0 and absent. */
void vm_none_absent(int64_t *v, int64_t none, uint32_t n, uint8_t *st);
/* Differences of running sums at the ends of segments; counts without sum: of all rows. */
void vm_segment_counts(const uint32_t *sum, const uint32_t *seg, uint32_t n, int64_t *out);
void vm_segment_sums(const uint64_t *sum, const uint32_t *seg, uint32_t n, int64_t *out);
void vm_segment_any(const uint32_t *sum, const uint32_t *seg, bool any, uint32_t n, uint8_t *out);
/* Rows that are kept (NULL: all) and whose value (NULL: true) is as wanted. */
void vm_hits(const uint8_t *keep, const uint8_t *v, bool want, uint32_t n, uint8_t *hit);
/* seg[i] = first[seg[i]] - base. */
void vm_compose(const uint32_t *first, uint32_t base, uint32_t n, uint32_t *seg);
/* Bits at `at` and on as bytes: `zero` where a bit is 0, else `one` (both 0 or 1 bit wide). */
void vm_spread_bits(const uint64_t *bits, size_t at, uint32_t n, uint8_t zero, uint8_t one, uint8_t *out);
/* 0 where the state is not 0. */
void vm_clear_words(const uint8_t *st, uint32_t n, int64_t *v);
void vm_clear_bytes(const uint8_t *st, uint32_t n, uint8_t *v);
/* Kleene and (decides 0), or (1) of values and states: out, and in `open` which lanes are unknown. */
void vm_logic(const uint8_t *a, const uint8_t *sa, const uint8_t *b, const uint8_t *sb, uint8_t decides, uint32_t n,
              uint8_t *out, uint8_t *open);
/* Of two columns, or of one value each where its step is 0. */
void vm_select_reasons(const uint8_t *c, const reason_set *a, size_t step_a, const reason_set *b, size_t step_b,
                       uint32_t n, reason_set *out);
/* Years between exact days; other lanes are flagged: true. */
bool vm_years_between(const int64_t *from, const int64_t *to, uint32_t n, int64_t *out, uint8_t *flag);
/* Bytes 0 or 1 (n <= 64) as bits. */
uint64_t vm_pack_bits(const uint8_t *v, uint32_t n);
/* out: is the state absent; rest: states of those that are not. */
void vm_test_absent(const uint8_t *st, uint32_t n, uint8_t *out, uint8_t *rest);
bool vm_any_byte(const uint8_t *v, uint32_t n);
/* Rows whose filter has a state, or whose value has one where the filter (NULL: everywhere) is true. Either state may
 * be NULL. */
void vm_mask_rows(const uint8_t *filter_st, const uint8_t *filter, const uint8_t *value_st, uint32_t n, uint8_t *mask);
void vm_or_into(const uint8_t *a, uint32_t n, uint8_t *mask);
/* True: some lane is flagged: a rough, late or very early day of birth. */
bool vm_full_years(const int64_t *born, int64_t on, const int32_t *limit, uint32_t n, int64_t *out, uint8_t *flag);
/* Number of lanes whose mask is not 0, their indexes in lanes. */
uint32_t vm_masked(const uint8_t *mask, uint32_t n, uint32_t *lanes);
#endif
