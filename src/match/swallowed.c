#include "match/swallowed.h"

struct inside {
    uint32_t lines, delims; /* line ends and delimiters in the cell */
    uint32_t most;          /* delimiters of a line that lies wholly in it */
};

static struct inside look_inside(struct str s, char delim)
{
    struct inside x = {0};
    uint32_t here = 0;
    for (size_t i = 0; i < s.n; i++) {
        bool end = s.p[i] == '\n' || (s.p[i] == '\r' && (i + 1 == s.n || s.p[i + 1] != '\n'));
        here += s.p[i] == delim;
        if (!end) continue;
        if (x.lines && here > x.most) x.most = here;
        x.lines++;
        x.delims += here;
        here = 0;
    }
    x.delims += here;
    return x;
}

/* Two lines that became one row have together, beside the cell, what is missing inside it. In a row that is refused
 * anyway the marks may stand in different columns: half is enough. */
static bool are_rows(const struct inside *x, uint32_t columns, bool refused)
{
    uint64_t of_rows = (uint64_t)x->lines * (columns - 1), seen = x->delims;
    return seen && x->lines && ((refused ? 2 * seen : seen) >= of_rows || x->most >= columns - 1);
}

uint32_t swallowed_until(const struct row_batch *b, size_t row, char delim)
{
    const struct row_info *r = &b->row[row];
    bool refused = r->flags & ROW_REFUSE, found = false;
    uint32_t last = r->line;
    if (!(r->flags & ROW_QUOTED) || (row + 1 < b->rows && b->row[row + 1].line == r->line + 1)) return 0;
    for (uint32_t c = 0; c < b->columns; c++) {
        struct str s = row_cell(b, row, c);
        if (!s.n || (!memchr(s.p, '\n', s.n) && !memchr(s.p, '\r', s.n))) continue;
        struct inside x = look_inside(s, delim);
        found |= are_rows(&x, b->columns, refused);
        last += x.lines;
    }
    return found ? last : 0;
}

bool swallowed_in(struct str cell, uint32_t columns, char delim)
{
    struct inside x = look_inside(cell, delim);
    return are_rows(&x, columns, false);
}

void swallowed_add(struct swallowed *to, uint32_t first, uint32_t last)
{
    swallowed_join(to, &(struct swallowed){last - first, first, last});
}

void swallowed_join(struct swallowed *to, const struct swallowed *x)
{
    if (!x->lines) return;
    if (!to->lines || x->first < to->first) {
        to->first = x->first;
        to->last = x->last;
    }
    to->lines += x->lines;
}
