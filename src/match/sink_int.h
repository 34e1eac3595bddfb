/* Shared by the files that write columns: the cells of some rows, taken from where they lie all over the memory. */
#ifndef MATCH_SINK_INT_H
#define MATCH_SINK_INT_H
#include "columns/chunk.h"
#include "match/sink.h"

enum {
    TILE = 64, /* rows taken at a time: a word of the validity bitmap */
    CODES_NEAR = 64,
    REFS_NEAR = 64
};

struct tile {
    const char *record[TILE]; /* of each row; from n on that of the last, so that all loops are of one length */
    size_t first;             /* the first row's number in the order */
    unsigned n;
};
/* record: of rows t->first.. (t->n of them, not 0) of the order, NULL: the rows themselves, step bytes each from base.
 */
void tile_point(struct tile *t, const char *base, const uint32_t *order, size_t step);

/* Texts of codes and of text references, as keys, that a column met lately. */
struct take_near {
    struct text_key code[CODES_NEAR];
    struct near_ref {
        uint64_t ref; /* 0: none */
        struct text_key key;
    } ref[REFS_NEAR];
};
/* Before each chunk of a column. */
void take_begin(const struct sink_column *c, struct take_near *near);
/* The column's cells, `offset` bytes into each record, to `to`, which has room for a whole tile: int64_t, or for texts
 * struct text_key. Returns which are valid, bit 0 the first; bits from t->n on are 0. Not of sets. */
uint64_t take_tile(const struct sink_column *c, const struct tile *t, size_t offset, struct take_near *near, void *to);
#endif
