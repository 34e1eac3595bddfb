/* A kept row of CSV as it goes back to its sender: without the marks before its cells (cell_shown), and with an
 * apostrophe before what a spreadsheet would run as a formula, which is taken away again when the list comes back. */
#include "ingest/cell.h"
#include "match/import_int.h"

static bool runs(char c) { return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == CELL_TROUBLE; }

enum { AT_ONCE = 16 };
typedef char bytes16 __attribute__((vector_size(AT_ONCE)));

static bytes16 load(const char *p)
{
    bytes16 v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* Most rows have neither: their bytes are looked at many at a time. What follows a quotation mark within a cell may be
 * no cell's first byte, that is seen later. */
static bool shows_itself(struct str row)
{
    bytes16 odd = {0};
    uint64_t half[2];
    size_t i = 0;
    for (; i + AT_ONCE < row.n; i += AT_ONCE) {
        bytes16 now = load(row.p + i), next = load(row.p + i + 1);
        odd |= ((now == ',') | (now == '"')) & ((next == '=') | (next == '+') | (next == '-') | (next == '@') |
                                                (next == '\t') | (next == CELL_TROUBLE));
    }
    memcpy(half, &odd, sizeof half);
    bool found = (half[0] | half[1]) != 0 || runs(row.p[0]);
    for (; i + 1 < row.n; i++) found |= (row.p[i] == ',' || row.p[i] == '"') && runs(row.p[i + 1]);
    return !found;
}

/* -200.00 is no formula. */
static bool is_number(struct str cell)
{
    size_t i = 1;
    while (i < cell.n && ((cell.p[i] >= '0' && cell.p[i] <= '9') || cell.p[i] == '.')) i++;
    return i > 1 && (i == cell.n || cell.p[i] == ',' || cell.p[i] == '"');
}

static bool is_formula(struct str cell)
{
    char c = cell.p[0];
    if (c == '+' || c == '-') return !is_number(cell);
    return c == '=' || c == '@' || c == '\t';
}

/* Where a byte stands: before anything of its cell, behind the quotation mark that opens it, further on. */
enum stand { STAND_FIRST, STAND_OPENED, STAND_INSIDE };

static enum stand behind(enum stand now, char c, bool quoted)
{
    if (c == ',' && !quoted) return STAND_FIRST;
    return now == STAND_FIRST && c == '"' ? STAND_OPENED : STAND_INSIDE;
}

char *error_row_put(char *to, struct str row)
{
    enum stand now = STAND_FIRST;
    bool quoted = false;
    if (row.n && shows_itself(row)) {
        memcpy(to, row.p, row.n);
        return to + row.n;
    }
    for (size_t i = 0; i < row.n; i++) {
        struct str rest = str_sub(row, i, row.n);
        if (now != STAND_INSIDE && row.p[i] == CELL_TROUBLE && cell_trouble(rest) != CELL_MALFORMED) {
            i++;
            continue;
        }
        if (now != STAND_INSIDE && is_formula(rest)) *to++ = '\'';
        *to++ = row.p[i];
        now = behind(now, row.p[i], quoted);
        quoted ^= row.p[i] == '"';
    }
    return to;
}
