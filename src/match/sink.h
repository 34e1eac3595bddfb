/* Columns of a delivery on their way to the store: chunks are encoded by several threads and written in their order
 * while others are still being encoded. */
#ifndef MATCH_SINK_H
#define MATCH_SINK_H
#include "match/run.h"
#include "store/chunks.h"

enum { SINK_COLUMNS_MAX = 1200, SINK_RING = 16 };

/* One column of some rows: cell i is that of row order[i] (order NULL: of row i). Neighbours that share an order and
 * lie in the same records (step not 0) are read record by record: rows in order of person are all over the memory. */
struct sink_column {
    struct str name;
    enum cell_kind kind;
    bool seal;
    const void *v;   /* the cell of row 0 */
    size_t step;     /* bytes from row to row; 0: cells side by side. CK_TEXT with a step: struct stage_text */
    bool narrow;     /* with a step: CK_NUMBER in four bytes, CK_TEXT in eight, as match/run.h has them */
    uint32_t column; /* of the plan: for numbers kept aside */
    const uint32_t *order;
    uint32_t add; /* CK_U32: added to every value (line = slot + first line); v NULL: the value is order[i] + add */
    const struct run *run;          /* CK_TEXT: whose texts (without step: text references) */
    const struct plan_codes *codes; /* CK_CODE, CK_SET */
    const struct str *texts;        /* CK_TEXT with run NULL: v is not used */
};

/* Columns with as many rows each. */
struct sink_batch {
    const struct sink_column *c;
    size_t n, rows;
};

/* How far each column of the delivery has got, so that runs follow each other. */
struct sink_place {
    struct str name;
    uint32_t seq;
    int64_t rows;
};
/* Memory that sinks use one after the other; zeroed: none yet. */
struct sink_room {
    struct sink_cells {
        void *p;
        size_t bytes;
    } cells[PAR_MAX_THREADS];   /* of each thread */
    struct buf ring[SINK_RING]; /* chunks on their way */
};
void sink_room_fini(struct sink_room *r);

struct sink {
    struct chunk_writer *w;
    struct sink_place *at;
    size_t n_at;
    struct par_pool *pool; /* NULL: this thread alone */
    struct sink_room own, *room;
};
/* room NULL: of its own. */
enum rc sink_init(struct sink *k, struct store *s, int64_t delivery, struct par_pool *pool, struct sink_room *room,
                  struct err *e) MUST_USE;
void sink_fini(struct sink *k);
/* Append the batches to their columns, in order. Names are borrowed until sink_fini. */
enum rc sink_write(struct sink *k, const struct sink_batch *b, size_t n, struct err *e) MUST_USE;
/* Everything appended is in the database when this returns. */
enum rc sink_flush(struct sink *k, struct err *e) MUST_USE;
/* The columns of a run's rows that are kept, in the order of the plan, to c; how many: at most n_cols. They refer to
 * the run. */
size_t sink_stored(const struct plan *pl, const struct run *r, struct sink_column *c);
#endif
