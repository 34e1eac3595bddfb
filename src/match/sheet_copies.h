/* Sheets of a workbook that repeat another one: a backup, a copy that was made before something was changed, what was
 * set aside. Read with it, their rows would count twice. */
#ifndef MATCH_SHEET_COPIES_H
#define MATCH_SHEET_COPIES_H
#include "match/sheet_heads.h"

/* The first rows of a sheet below its header, a hash for each cell; 0: blank. */
struct sheet_rows {
    uint64_t *cell;
    uint32_t n, columns;
};
/* f: the first rows of a sheet, of which those before `from` are titles and header. Into the arena. RC_NOMEM only. */
enum rc sheet_rows_read(struct sheet_rows *out, const struct csv_file *f, size_t from, struct arena *a,
                        struct err *e) MUST_USE;

/* How many of y's rows stand in x too, by the columns that both have and that are filled in both; numbers of rows
 * (序号) do not matter. 0 when there are no two such columns. */
uint32_t sheet_rows_repeated(const struct sheet_head *hx, const struct sheet_rows *x, const struct sheet_head *hy,
                             const struct sheet_rows *y);
/* 备份, 副本, 作废, 旧表, backup … */
bool sheet_name_is_spare(struct str name);
/* "9月 (2)", as a spreadsheet program calls a copy of "9月". */
bool sheet_name_is_copy(struct str name, struct str of);
#endif
