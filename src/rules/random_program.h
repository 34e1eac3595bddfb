/* Random programs over random frames: vm_random_make_test.c makes them, vm_random_test.c runs them on two engines and
 * compares. */
#ifndef RULES_RANDOM_PROGRAM_H
#define RULES_RANDOM_PROGRAM_H
#include "base/clock.h"
#include "book/ast.h"
#include "rules/engine_cases.h"

enum { RANDOM_DATASETS = 3, RANDOM_SLOTS = 4, RANDOM_PLACES = 3, RANDOM_REGS_MAX = 1024 };

/* What is made follows from these alone; smaller sizes leave the rest as it was as far as can be. */
struct random_size {
    uint64_t seed;
    unsigned households, ops;
    const bool *gone; /* NULL, or by register (RANDOM_REGS_MAX): what is made absent instead */
};

struct random_case {
    struct maker m;
    struct rng rng;
    struct dataset_decl decls[RANDOM_DATASETS];
    struct ir_slot slots[RANDOM_SLOTS];
    struct pval pvals[RANDOM_PLACES * RANDOM_SLOTS];
    struct ptable pt;
};

/* False: could not be made (a check of t has failed). To be ended with random_case_fini either way. */
bool random_case_init(struct random_case *c, const struct random_size *size, struct test *t);
void random_case_fini(struct random_case *c);
/* The frame: before the program. */
void random_frame(struct random_case *c, unsigned households);

/* Columns of every table of a random frame. */
enum {
    RCOL_SMALL,
    RCOL_WILD,
    RCOL_BOOL,
    RCOL_DATE,
    RCOL_ROUGH,
    RCOL_SET,
    RCOL_PERSON,
    RCOL_HOUSEHOLD,
    RCOL_KEY,
    RCOL_FULL,
    RCOL_NONE,
    RCOL__MAX
};
enum rep random_col_rep(uint32_t col);
bool random_chance(struct rng *r, unsigned percent);
int64_t random_pick(struct rng *r, enum rep rep, bool wild);
#endif
