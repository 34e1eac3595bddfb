/* Shared by the files that make mutants. */
#ifndef RULES_MUTATE_INT_H
#define RULES_MUTATE_INT_H
#include "rules/mutate.h"

struct mutator {
    const struct books *bs;
    struct watch types;
    struct arena *arena;
    struct mutants *out;
    const struct decl *owner;
    const struct expr *root;
    const struct table_row *row;
    bool nomem;
};

/* One mutant: `size` bytes at target become those at with (copied to the arena). */
void mutator_add(struct mutator *m, enum mutation kind, const struct expr *shown, struct pos at, void *target,
                 const void *with, size_t size);
/* e becomes `with`. */
void mutator_expr(struct mutator *m, enum mutation kind, const struct expr *shown, struct expr *e,
                  const struct expr *with);
/* A copy of e in the arena; NULL (m->nomem set) when memory ran out. */
struct expr *mutator_copy(struct mutator *m, const struct expr *e);
static inline const struct tx *mutator_type(const struct mutator *m, const struct expr *e)
{
    return e->id < m->types.n ? m->types.v[e->id] : NULL;
}

/* ---- mutate_leaf.c: numbers, names, codes, periods */
void mutate_number(struct mutator *m, struct expr *e, const struct expr *shown);
void mutate_name(struct mutator *m, struct expr *e, const struct expr *shown);
void mutate_literal(struct mutator *m, struct expr *e, const struct expr *shown);
void mutate_set(struct mutator *m, struct expr *e, const struct expr *shown);
/* The period an expression holds: *holder is the field of e that points to it. */
void mutate_period(struct mutator *m, struct expr *e, struct period **holder, const struct expr *shown);
/* A list of names loses each in turn, and keeps one. */
void mutate_names(struct mutator *m, enum mutation kind, struct name_list *names, const struct expr *shown);
#endif
