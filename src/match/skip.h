/* Rows that are of no person: totals, headers and units repeated on each printed page, examples, notes and signatures
 * below the table.
 * They are passed over, counted and told with their lines; they are no rows of the delivery. */
#ifndef MATCH_SKIP_H
#define MATCH_SKIP_H
#include "base/par.h"
#include "base/vec.h"
#include "ingest/rows.h"
#include "match/plan.h"

enum skip_kind {
    SKIP_NONE,
    SKIP_TOTAL,
    SKIP_HEADER,
    SKIP_NUMBERS,
    SKIP_NOTE,
    SKIP_EXAMPLE,
    SKIP_UNITS,
    SKIP_EMPTY,
    SKIP__MAX
};

enum { SKIP_LINES_MAX = 1000 /* of a kind that are named */, SKIP_ID_LEAST = 15 };

struct skip_list {
    int64_t count[SKIP__MAX];
    VEC(struct skip_line {
        uint32_t line;
        uint8_t kind;
    })
    v;
    struct money_said said; /* by notes and rows of units, when it is not how the columns are read */
};

/* Nearly every row has something like an ID in its place: then nothing more is looked at, unless it begins as an
 * example does (例, 示例, 样例). */
static inline bool skip_worth_a_look(const struct plan *pl, const struct row_batch *b, size_t row)
{
    if (pl->village >= 0) return true;
    struct str id = row_cell(b, row, (size_t)pl->id), first = row_cell(b, row, 0);
    if (id.n < SKIP_ID_LEAST || (unsigned char)(id.p[0] - '0') > 9) return true;
    return first.n >= 3 &&
           (memcmp(first.p, "例", 3) == 0 || memcmp(first.p, "示", 3) == 0 || memcmp(first.p, "样", 3) == 0);
}
/* 合计, 小计, 张家村小计; name: it stands in the column of names, where people may be called so in part. */
bool skip_is_total(struct str cell, bool name);
/* For such a row. */
enum skip_kind skip_kind_of(const struct plan *pl, const struct row_batch *b, size_t row);
/* What a skipped row says of units, when that is not how the columns are read. */
void skip_note_units(struct skip_list *l, const struct plan *pl, const struct row_batch *b, size_t row,
                     enum skip_kind kind);
/* False when out of memory. */
bool skip_add(struct skip_list *l, enum skip_kind kind, uint32_t line);
/* Add x to l, lines in order. */
bool skip_join(struct skip_list *l, const struct skip_list *x);
void skip_fini(struct skip_list *l);
/* "totals: 12, 25; notes: 61, 62": which lines are of no person, a kind after the other; without SKIP_EMPTY. */
void skip_tell(const struct skip_list *l, enum lang lang, struct buf *out);
/* {"total":{"count":2,"lines":[12,25]},…} with every kind that there is. */
void skip_json(const struct skip_list *l, struct buf *out);
#endif
