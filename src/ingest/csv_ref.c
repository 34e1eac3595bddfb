#include "ingest/csv_ref.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/vec.h"

enum { REF_CELLS_MAX = 100000 };
enum ref_state { REF_START, REF_TEXT, REF_QUOTED, REF_QUOTE };

struct ref_row {
    VEC(struct str) cell;
    struct str raw;
    uint32_t line;
    unsigned flags;
};

static void dump_row(struct buf *out, uint32_t line, unsigned flags, uint32_t cells)
{
    buf_addf(out, "%u %x %u", line, flags, cells);
}

static void dump_cell(struct buf *out, struct str s)
{
    buf_addf(out, " %zu:", s.n);
    buf_add(out, s);
}

/* The cell without quotes when it is one quoted text, else as it stands. */
static void dump_unquoted(struct buf *out, struct buf *tmp, struct str raw)
{
    enum ref_state st = REF_START;
    bool proper = raw.n >= 2 && raw.p[0] == '"';
    buf_clear(tmp);
    for (size_t i = 1; i < raw.n && proper; i++) {
        if (st == REF_QUOTE && raw.p[i] != '"') proper = false;
        else if (st != REF_QUOTE && raw.p[i] == '"') st = REF_QUOTE;
        else buf_addc(tmp, raw.p[i]), st = REF_QUOTED;
    }
    dump_cell(out, proper && st == REF_QUOTE ? buf_str(tmp) : raw);
}

/* One row from *i on; returns false at the end of the text. */
static bool ref_next(struct str s, size_t *i, uint32_t *line, char delim, struct ref_row *row)
{
    if (*i >= s.n) return false;
    size_t start = *i, from = *i;
    enum ref_state st = REF_START;
    row->line = *line;
    row->flags = 0;
    row->cell.n = 0;
    for (; *i < s.n; ++*i) {
        char c = s.p[*i];
        bool eol = c == '\n' || c == '\r';
        if (eol && !(c == '\n' && *i && s.p[*i - 1] == '\r' && *i > start)) ++*line;
        if (c == '"') row->flags |= ROW_QUOTED;
        if (st == REF_QUOTED) {
            if (c == '"') st = REF_QUOTE;
        } else if (c == '"' && st != REF_TEXT) {
            st = REF_QUOTED;
        } else if (c == delim) {
            (void)vec_push(&row->cell, REF_CELLS_MAX, str_sub(s, from, *i));
            from = *i + 1;
            st = REF_START;
        } else if (eol) {
            break;
        } else {
            if (st == REF_QUOTE) row->flags |= ROW_BAD_QUOTE;
            st = REF_TEXT;
        }
    }
    if (st == REF_QUOTED) row->flags |= ROW_BAD_QUOTE;
    (void)vec_push(&row->cell, REF_CELLS_MAX, str_sub(s, from, *i));
    row->raw = str_sub(s, start, *i);
    if (*i < s.n) *i += s.p[*i] == '\r' && *i + 1 < s.n && s.p[*i + 1] == '\n' ? 2 : 1;
    return true;
}

static unsigned ref_flags(const struct ref_row *row, size_t columns)
{
    unsigned flags = row->flags;
    size_t n = row->cell.n;
    bool more = false;
    for (size_t c = columns; c < n; c++) more |= row->cell.v[c].n > 0;
    if (n < columns) flags |= ROW_RAGGED_SHORT;
    if (n > columns) flags |= more ? ROW_RAGGED_LONG : ROW_TRAILING_EMPTY;
    if (!utf8_valid(row->raw)) flags |= ROW_BAD_ENCODING;
    if (row->raw.n && memchr(row->raw.p, 0, row->raw.n)) flags |= ROW_NUL;
    for (size_t c = 0; c < n && c < columns; c++) {
        if (row->cell.v[c].n > CSV_CELL_MAX) flags |= ROW_CELL_TOO_LONG;
    }
    if (row->raw.n == n - 1) flags |= ROW_ALL_EMPTY;
    return flags;
}

static void ref_dump_row(const struct ref_row *row, size_t columns, struct buf *tmp, struct buf *out)
{
    dump_row(out, row->line, ref_flags(row, columns), (uint32_t)row->cell.n);
    for (size_t c = 0; c < columns; c++) {
        if (c < row->cell.n) dump_unquoted(out, tmp, row->cell.v[c]);
        else dump_cell(out, STR(""));
    }
    buf_addc(out, '\n');
}

bool csv_ref_dump(struct str text, char delim, struct buf *out)
{
    struct ref_row row = {0};
    struct buf tmp;
    size_t i = 0, columns = 0;
    uint32_t line = 1;
    unsigned bad = ROW_BAD_ENCODING | ROW_BAD_QUOTE | ROW_NUL | ROW_CELL_TOO_LONG;
    bool ok = true;
    buf_init(&tmp, out->max);
    while (ok && ref_next(text, &i, &line, delim, &row)) {
        if (row.raw.n == 0) continue;
        if (columns) {
            ref_dump_row(&row, columns, &tmp, out);
            continue;
        }
        columns = row.cell.n;
        ok = columns <= CSV_COLUMNS_MAX && !(ref_flags(&row, columns) & bad);
    }
    vec_fini(&row.cell);
    buf_fini(&tmp);
    return ok && columns;
}

enum rc csv_reader_dump(const struct csv_file *f, const struct csv_kernels *k, struct buf *out, struct err *e)
{
    struct csv_reader r;
    struct row_batch b;
    enum rc rc = csv_reader_init(&r, f, f->columns, e);
    if (rc) return rc;
    r.kernels = k;
    for (size_t p = 0; p < f->parts && !rc; p++) {
        rc = csv_reader_start(&r, p, e);
        while (!rc && !(rc = csv_reader_next(&r, &b, e)) && b.rows) {
            for (size_t i = 0; i < b.rows; i++) {
                dump_row(out, b.row[i].line, b.row[i].flags & ~(unsigned)ROW_EXPLICIT, b.row[i].cells);
                for (size_t c = 0; c < b.columns; c++) dump_cell(out, row_cell(&b, i, c));
                buf_addc(out, '\n');
            }
        }
    }
    csv_reader_fini(&r);
    return rc;
}
