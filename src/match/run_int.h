/* Shared by the files that parse a run. */
#ifndef MATCH_RUN_INT_H
#define MATCH_RUN_INT_H
#include "ingest/cell.h"
#include "match/run.h"

#define ROW_LISTED UINT32_MAX /* cell by cell */
enum { BAD_LOWERS = 2 }; /* with 1 in run_batch.bad: a number of the row is, or may be, below what its field admits */

/* A batch of rows being parsed. */
struct run_batch {
    struct run *run;
    struct run_thread *thread;
    struct run_group *group;
    uint32_t group_no;
    struct row_batch rows;
    uint32_t n;                   /* rows of this run in the batch */
    uint32_t row[CSV_BATCH_ROWS]; /* their number in `rows` */
    uint32_t slot[CSV_BATCH_ROWS];
    uint32_t start[CSV_BATCH_ROWS];  /* of its text */
    uint32_t first[CSV_BATCH_ROWS];  /* its first entry in rows.end, or ROW_LISTED */
    uint8_t outside[CSV_BATCH_ROWS]; /* 1: dated outside the covered days */
    uint8_t bad[CSV_BATCH_ROWS];     /* not 0: refused; its reason in why, detail, column */
    uint8_t why[CSV_BATCH_ROWS];
    int32_t column[CSV_BATCH_ROWS];
    uint32_t detail[CSV_BATCH_ROWS];
    uint8_t verdict[CSV_BATCH_ROWS];
    uint64_t key[CSV_BATCH_ROWS]; /* as written, also for some wrong IDs */
    struct match_query query[CSV_BATCH_ROWS];
    struct match_answer answer[CSV_BATCH_ROWS];
    uint16_t odd[CSV_BATCH_ROWS]; /* of the column at hand: rows whose cell is not as most are */
};

static inline struct str batch_cell(const struct run_batch *b, uint32_t i, int32_t column)
{
    return row_cell(&b->rows, b->row[i], (size_t)column);
}

/* Row k of the batch is row i of those read. */
static inline void batch_take(struct run_batch *b, uint32_t k, uint32_t i)
{
    const struct row_info *row = &b->rows.row[i];
    b->row[k] = i;
    b->start[k] = row->start;
    b->first[k] = row->flags & ROW_EXPLICIT ? ROW_LISTED : row->first;
}

/* The cells of one column of a batch, where the compiler can keep it in registers: what is stored into the stage might
 * be the batch for all it knows. */
struct batch_column {
    const struct run_batch *b;
    const char *text;
    const uint32_t *end, *first, *start, *slot;
    uint32_t column, n;
};

static inline struct batch_column batch_column(const struct run_batch *b, int32_t column)
{
    return (struct batch_column){.b = b,
                                 .text = b->rows.text,
                                 .end = b->rows.end,
                                 .first = b->first,
                                 .start = b->start,
                                 .slot = b->slot,
                                 .column = (uint32_t)column,
                                 .n = b->n};
}

/* batch_cell, for rows that are few. */
struct str batch_listed_cell(const struct run_batch *b, uint32_t i, int32_t column) __attribute__((noinline));

static inline struct str column_cell(const struct batch_column *x, uint32_t i)
{
    uint32_t first = x->first[i];
    if (__builtin_expect(first == ROW_LISTED, 0)) return batch_listed_cell(x->b, i, (int32_t)x->column);
    const uint32_t *end = x->end + first + x->column;
    uint32_t from = x->column ? end[-1] + 1 : x->start[i];
    return (struct str){x->text + from, end[0] - from};
}

static inline void batch_refuse(struct run_batch *b, uint32_t i, enum bad_why why, uint32_t detail, int32_t column)
{
    if (b->bad[i]) return;
    b->bad[i] = 1;
    b->why[i] = (uint8_t)why;
    b->detail[i] = detail;
    b->column[i] = column;
}

/* Where a column's cells go. */
struct stage_at {
    void *first;
    size_t step;
    bool narrow;
    uint32_t column; /* of the plan */
};
static inline void *stage_cell(struct stage_at at, uint32_t slot) { return (char *)at.first + slot * at.step; }

/* Cells that are written as most of their kind are, into a narrow stage (or a stage of dates). odd gets the rows of all
 * others, ascending, which are to be read with care; what stands in their stage is anything. Returns how many. */
struct usual_numbers {
    int64_t lo, hi, one; /* least and most that needs no look, 0 <= lo, hi <= INT32_MAX; one = 10^decimals */
    unsigned decimals;   /* 0..9 */
};
struct cell_kernels {
    const char *name;
    uint32_t (*numbers)(const struct batch_column *x, struct stage_at to, const struct usual_numbers *u, uint16_t *odd);
    /* 0 < lo <= hi */
    uint32_t (*dates)(const struct batch_column *x, struct stage_at to, date_day lo, date_day hi, uint16_t *odd);
};
/* The fastest of this processor. */
const struct cell_kernels *cell_kernels_best(void);
enum { CELL_KERNELS_MAX = 2 };
/* All that this processor can run, slowest first. Returns how many. */
size_t cell_kernels_list(const struct cell_kernels *out[CELL_KERNELS_MAX]);

/* Parse one column of all rows into its stage. RC_NOMEM only. */
enum rc cells_parse(struct run_batch *b, const struct plan_column *c, struct stage_at to, struct column_stat *st,
                    struct err *e) MUST_USE;
/* Of a cell that is a month, how it is written (check_columns.c). */
void months_note(struct run_batch *b, uint32_t i, const struct plan_column *c, struct cell_date d, struct str s,
                 struct column_stat *stat);
/* Make one cell of a column's stage blank. */
void cells_blank(const struct run *r, enum cell_kind kind, struct stage_at to, uint32_t slot);
/* Put in order what a group has of numbers kept aside. */
void cells_end_group(struct run_group *g);
/* The stage of a column's cells in a record. */
unsigned cells_width(enum cell_kind kind, bool narrow);
/* Whether the texts of a column would mostly lie in eight bytes, or be the same ones: from a sample of rows. */
bool cells_near(const struct row_batch *b, size_t column);
/* Keep a text in the group's buffer; TEXT_BLANK when out of memory. */
uint64_t cells_keep_text(struct run_batch *b, struct str s);
/* Which file column besides `not` would do for a kind of cell, from the first rows; HEADER_NONE none. kind CK__MAX: an
 * ID. */
int32_t cells_find_fitting(struct run *r, const struct plan_column *c, bool id);
#endif
