/* The made-up people of both matching benchmarks: households with relations, twins with adjacent numbers, numbers given
 * in order of coming. Names, places and damages are each benchmark's own. The same seed gives the same people. */
#ifndef BENCH_FOLK_H
#define BENCH_FOLK_H
#include "app/gen_int.h"

enum { FOLK_NAME_BYTES = 96 };

struct man {
    uint64_t key;             /* 17 digits */
    uint32_t household, twin; /* twin: number of the other + 1 */
    date_day born;
    uint8_t female, relation, name_n; /* relation: 1 head, 2 spouse, 3 child, 5 parent */
    char name[FOLK_NAME_BYTES];
};

struct folk_way {
    uint32_t twins_per_10000; /* of children */
    uint64_t (*area)(uint32_t household);
    /* Sets name and name_n of m, whose other fields are there. */
    void (*name)(void *ctx, struct man *m, uint16_t surname);
    /* Makes *m what *of is, by another name. */
    void (*name_twin)(void *ctx, struct man *m, const struct man *of);
};

struct folk {
    const struct folk_way *way;
    void *ctx;
    struct rng r;
    struct man *v;
    size_t n;
    uint32_t *twins; /* the older of each pair */
    size_t n_twins;
    uint32_t *first; /* of each household; households + 1 */
    size_t households;
    uint16_t *issued;
};

/* n people; way, ctx and r are set. False: out of memory. Ends with folk_free in any case. */
bool folk_make(struct folk *f, size_t n);
void folk_free(struct folk *f);
/* The next number of those born in an area on a day. */
uint64_t folk_key(struct folk *f, uint64_t area, date_day born, bool female);
#endif
