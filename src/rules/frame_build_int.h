/* Shared by frame_build.c (collecting, the frame) and frame_build_table.c (order, merging and columns of one table). */
#ifndef RULES_FRAME_BUILD_INT_H
#define RULES_FRAME_BUILD_INT_H
#include "base/vec.h"
#include "rules/frame_build.h"

enum cell_state { CELL_BLANK, CELL_VALID, CELL_CONFLICT, CELL_NOT_GIVEN };

struct build_cell {
    uint32_t row;
    enum cell_state state;
    int64_t v;
};

struct build_col {
    uint8_t rep;
    uint16_t refers;
    bool key;
    VEC(struct build_cell) cells; /* the last one of a row counts */
};

struct build_row {
    uint32_t owner, at; /* as numbered by the builder */
    date_day date;
    uint16_t span;
};

struct build_table {
    struct str name;
    VEC(struct build_col) cols;
    VEC(struct build_row) rows;
    bool merges, by_date;
    uint32_t *order;  /* frame row -> builder row */
    uint32_t *row_of; /* builder row -> frame row */
    uint32_t n;       /* frame rows */
};

struct build_household {
    int64_t division;
    uint32_t place;
    int64_t head;
};
struct build_mark {
    uint32_t dataset, person;
};

struct frame_build {
    struct arena *arena;
    struct reasons *reasons;
    struct build_table *tables;
    size_t n_tables;
    struct fdataset *datasets;
    VEC(struct build_household) households;
    VEC(date_day) born;
    VEC(struct fmove) moves;
    VEC(struct fdelivery) deliveries;
    VEC(struct fdelivery) missing;
    VEC(struct build_mark) no_identity;
    VEC(struct build_mark) taken_back;
    VEC(struct build_mark) unauthorised;
    date_day as_of, known_at;
    bool all_delivered, failed;
};

/* Sort the rows of a table by owner (whose table is done), merge those of equal key; sets order, row_of, n. */
enum rc build_table_order(struct frame_build *b, uint16_t table, struct err *e) MUST_USE;
/* Columns, owners, ranges and dates (all tables are in order). */
enum rc build_table_finish(struct frame_build *b, uint16_t table, struct ftable *out, struct err *e) MUST_USE;
#endif
