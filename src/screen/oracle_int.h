/* The SQL oracle's parts: oracle.c (a run), oracle_load.c (a frame into tables), oracle_func.c (what SQL calls). */
#ifndef SCREEN_ORACLE_INT_H
#define SCREEN_ORACLE_INT_H
#include "screen/oracle.h"
#include "store/db.h"

struct oracle {
    struct db *db;
    struct buf text;
    /* of the present run */
    const struct program *p;
    const struct frame *f;
    const struct ptable *pt;
    uint32_t reach, person; /* what fp_reach_… was asked last */
    struct value anchor;
    struct reach_row row;
    bool asked;
};

enum rc oracle_functions(struct oracle *o, struct err *e) MUST_USE;
enum rc oracle_load(struct oracle *o, struct err *e) MUST_USE;
#endif
