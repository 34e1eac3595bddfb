/* A workbook's canonical text written anew, once it is known what its columns mean: values merged over several rows in
 * each row that they cover, columns of a sheet in the places of another one's. Lines stay where they are. */
#ifndef SHEET_RECAST_H
#define SHEET_RECAST_H
#include "base/buf.h"
#include "sheet/places.h"

/* Where the columns of a sheet go: the one at place i + 1 to to[i], from 1; those behind the last to the ones from
 * `beyond` on. n 0: they stay. */
struct sheet_columns {
    const uint32_t *to;
    uint32_t n, beyond;
};

struct sheet_recast {
    const char *temp_dir;
    const struct sheet_columns *columns; /* of each sheet; NULL: all of them stay */
    const struct str *added; /* names of columns behind those of the first sheet, put into line added_line */
    uint32_t n_added, added_line, added_from;
    const bool *fill; /* of each column: values merged over several rows stand in each of them */
    uint32_t n_fill;  /* columns behind them are not filled; 0: none is */
    uint32_t below;   /* areas that begin below this line of the text are filled */
    uint64_t *filled; /* out, of each of n_fill columns: cells that got a value */
};

/* fd: the text, which stays the caller's; *out: the new one in a file without a name, the caller's to close. Only rows
 * that hold something else are filled. The areas in p go with their columns. */
enum rc sheet_recast(int fd, struct sheet_places *p, const struct sheet_recast *r, int *out, struct err *e) MUST_USE;
/* Take the next cell off a line of canonical text; its text is in b when it was quoted. */
struct str sheet_next_cell(struct str *rest, struct buf *b);
#endif
