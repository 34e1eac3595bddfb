/* A small county for the tests of this module. */
#ifndef MATCH_MATCH_TEST_INT_H
#define MATCH_MATCH_TEST_INT_H
#include "base/io.h"
#include "base/test.h"
#include "match/import.h"

struct world {
    struct test *t;
    char path[400];
    int64_t now_us;
    struct store *s;
    struct policy *p;
    struct arena a, book_arena;
    struct books books;
    struct out out;
    const struct divisions *divs; /* NULL at first */
    struct import_options o;      /* of the next import */
    struct import_report r;
    struct err e;
    FILE *null;
    unsigned files;
};

bool world_init(struct world *w, struct test *t, const char *name);
void world_fini(struct world *w);
/* Read the book. */
bool world_books(struct world *w);
/* Close and open the store. */
bool world_reopen(struct world *w);
/* Import a text as a file of this name; w->o's other settings are used and then cleared. */
enum rc world_take(struct world *w, const char *dataset, const char *name, struct str text);
/* A valid ID of person i; out has 19 bytes. */
char *world_id(unsigned i, char out[19]);
/* A roster of people 1..n, three to a household, names 张1…; each line "id,name,hid,division,birth,water". */
void world_roster(struct buf *b, unsigned from, unsigned to);
/* Medical rows for people 1..n, dated in 2026-05 and 2026-06. */
void world_medical(struct buf *b, unsigned from, unsigned to);
/* rows = matched + waiting + refused, and they are these. */
void world_counts(struct world *w, int64_t rows, int64_t matched, int64_t invalid, int64_t unmatched, int64_t name,
                  int64_t refused);
#endif
