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

/* What a column's cells become: as small as they are in the records, since a chunk of them does not stay in the cache.
 */
enum taken {
    TAKEN_I64,
    TAKEN_I32,   /* dates split at STAGE_SPAN_SHIFT */
    TAKEN_KEYS,  /* struct text_key */
    TAKEN_WORDS, /* texts by words (columns/chunk.h) */
};
enum taken taken_as(const struct sink_column *c);
size_t taken_bytes(enum taken as);

/* What a column met in a chunk. */
struct take_near {
    const struct sink_column *c;
    bool big;                  /* TAKEN_I32: some number has no room in the record, all are to be taken by take_wide */
    uint64_t code[CODES_NEAR]; /* words of codes */
    struct near_ref {
        uint64_t ref; /* 0: none */
        struct text_key key;
    } ref[REFS_NEAR];
};
/* Before each chunk of a column. */
void take_begin(const struct sink_column *c, struct take_near *near);
/* The column's cells, `offset` bytes into each record, to `to`, which has room for a whole tile. Returns which are
 * valid, bit 0 the first; bits from t->n on are 0. Not of sets. */
uint64_t take_tile(const struct sink_column *c, const struct tile *t, size_t offset, struct take_near *near, void *to);
/* Narrow numbers in eight bytes. */
void take_wide(const struct sink_column *c, const struct tile *t, size_t offset, int64_t to[TILE]);
/* The text of a word that does not say it itself; near: struct take_near. */
struct text_key take_key(void *near, uint64_t word);
#endif
