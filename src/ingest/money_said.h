/* Units of money that stand outside the cells of a table: in titles, a row below the header, a note, the name of the
 * sheet or of the file. "单位：万元", "（千元）", "金额以万元计", two cells 计量单位 | 万元. */
#ifndef INGEST_MONEY_SAID_H
#define INGEST_MONEY_SAID_H
#include "ingest/csv.h"

enum money_place { MONEY_TITLE, MONEY_ROW, MONEY_SHEET, MONEY_FILE, MONEY_NOTE, MONEY__PLACES };

enum {
    MONEY_OTHER = 15, /* bit of a unit that is called one and is not known (美元) */
    MONEY_NONE = -1,  /* instead of a power of ten over the yuan: nothing is said */
    MONEY_SEVERAL = -2,
    MONEY_UNCLEAR = -3 /* 万元 is spoken of, but not as the unit */
};

/* Bit k: the unit of 10^k yuan. */
struct money_said {
    uint16_t sure[MONEY__PLACES];
    uint16_t maybe[MONEY__PLACES]; /* spoken of without saying that amounts are in it */
};

/* What a text says; amounts in it ("5万元以上") say nothing. */
void money_said_text(struct money_said *m, enum money_place place, struct str text);
/* Cells of rows; a cell that ends with 单位 has its unit in the next one. */
void money_said_rows(struct money_said *m, enum money_place place, const struct csv_head_row *row, size_t n);
void money_said_join(struct money_said *m, const struct money_said *x);
/* The power that all places together say. Sure ones count before those spoken of. */
int money_said_power(const struct money_said *m);
/* A cell that is nothing but a unit of money: 万元, （元）, 单位：元, 元/月. Its power, or MONEY_NONE. */
int money_unit_cell(struct str cell);
/* The same for any unit: also 人, 亩, %. */
bool unit_cell(struct str cell);
#endif
