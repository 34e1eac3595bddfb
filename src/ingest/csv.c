#include "ingest/csv.h"
#include "base/mem.h"

enum { ENDS_MAX = 1 << 17, CELLS_MAX = 1 << 17 }; /* of one batch */

static uint32_t at_most(uint64_t n, uint32_t max) { return n < max ? (uint32_t)n : max; }

/* Room for a batch, less when the parts are small: a byte ends at most one cell and becomes at most two. */
static void csv_size_batch(struct csv_reader *r, uint32_t columns)
{
    uint64_t text = 0;
    for (size_t i = 0; i < r->file->parts; i++) {
        if (r->file->part[i].size > text) text = r->file->part[i].size;
    }
    uint64_t rows = at_most(2 * text + 1, CSV_BATCH_ROWS);
    r->columns = columns;
    r->x.max_row = CSV_BATCH_ROWS;
    r->x.cap_end = at_most(2 * text + 2 * CSV_STEP, ENDS_MAX);
    r->cap_cell = at_most(rows * columns, CELLS_MAX);
}

enum rc csv_reader_init(struct csv_reader *r, const struct csv_file *f, uint32_t columns, struct err *e)
{
    *r = (struct csv_reader){.file = f, .kernels = csv_kernels_best()};
    csv_size_batch(r, columns);
    r->x.end = mem_alloc_array(r->x.cap_end + CSV_STEP, sizeof *r->x.end);
    r->x.row = mem_alloc_array(r->x.max_row + CSV_ROWS_OVER, sizeof *r->x.row);
    r->cell = mem_alloc_array(r->cap_cell, sizeof *r->cell);
    if (r->x.end && r->x.row && r->cell) return RC_OK;
    csv_reader_fini(r);
    return err_nomem(e);
}

void csv_reader_fini(struct csv_reader *r)
{
    mem_free(r->x.end);
    mem_free(r->x.row);
    mem_free(r->cell);
    text_block_fini(&r->block);
    *r = (struct csv_reader){0};
}

enum rc csv_reader_start(struct csv_reader *r, size_t part, struct err *e)
{
    const struct csv_file *f = r->file;
    const struct csv_part *p = &f->part[part];
    TRY(text_source_load(&f->src, p->off, p->size, &r->block, e));
    r->part = p;
    r->x.text = r->block.p;
    r->x.n = (uint32_t)r->block.n;
    r->x.delim = f->delim;
    r->x.row_start = part == 0 ? f->body_off : 0;
    r->x.row_line = part == 0 ? f->body_line : p->line;
    return RC_OK;
}

/* Index from the start of the first row not yet given. */
static void csv_rewind(struct csv_index *x)
{
    x->pos = x->row_start;
    x->line = x->row_line;
    x->in = x->closed = x->cr = false;
    x->sep = true;
    x->row_flags = 0;
    x->n_end = x->n_row = x->row_first = 0;
}

/* The last row of a text without a line end. */
static void csv_index_end(struct csv_index *x)
{
    if (x->row_start >= x->n) return;
    x->end[x->n_end++] = x->n;
    x->row[x->n_row++] = (struct row_info){.line = x->row_line,
                                           .start = x->row_start,
                                           .first = x->row_first,
                                           .flags = (uint16_t)(x->row_flags | (x->in ? ROW_BAD_QUOTE : 0))};
    x->row_start = x->n;
    x->row_first = x->n_end;
}

static void csv_index_rows(struct csv_reader *r)
{
    struct csv_index *x = &r->x;
    csv_rewind(x);
    for (;;) {
        r->kernels->index(x);
        if (x->pos >= x->n || x->n_row) break;
        /* One row fills the whole index: keep what makes it too long and look for its end. */
        x->n_end = r->columns + 1;
    }
    if (x->pos >= x->n) csv_index_end(x);
    x->row[x->n_row].first = x->row_first;
}

/* A cell without its quotes, doubled ones undone in place; as it stands when it is not one quoted text. */
static struct row_cell csv_unquote(char *text, uint32_t from, uint32_t to)
{
    struct row_cell raw = {from, to - from};
    if (to - from < 2 || text[from] != '"' || text[to - 1] != '"') return raw;
    const char *inner = memchr(text + from + 1, '"', to - from - 1);
    if (inner == text + to - 1) return (struct row_cell){from + 1, to - from - 2};
    uint32_t i = from + 1;
    while (i < to - 1) {
        if (text[i] == '"' && (i + 1 >= to - 1 || text[i + 1] != '"')) return raw;
        i += text[i] == '"' ? 2 : 1;
    }
    uint32_t w = from + 1;
    for (i = from + 1; i < to - 1; i++) {
        text[w++] = text[i];
        if (text[i] == '"') i++;
    }
    return (struct row_cell){from + 1, w - (from + 1)};
}

/* List the cells of a row one by one; false when the list is full. */
static bool csv_list_cells(struct csv_reader *r, struct row_info *row, uint32_t cells)
{
    uint32_t width = r->own_width && cells < r->columns ? cells : r->columns;
    if (r->n_cell + width > r->cap_cell) return false;
    struct row_cell *out = r->cell + r->n_cell;
    uint32_t from = row->start;
    for (uint32_t c = 0; c < width; c++) {
        if (c >= cells) {
            out[c] = (struct row_cell){from - 1, 0};
            continue;
        }
        uint32_t to = r->x.end[row->first + c];
        out[c] = csv_unquote(r->block.p, from, to);
        from = to + 1;
    }
    row->first = r->n_cell;
    row->flags |= ROW_EXPLICIT;
    r->n_cell += width;
    return true;
}

static unsigned csv_width_flags(const struct csv_reader *r, const struct row_info *row, uint32_t cells, uint32_t to)
{
    if (cells < r->columns) return ROW_RAGGED_SHORT;
    if (cells == r->columns) return 0;
    uint32_t beyond = to - r->x.end[row->first + r->columns - 1] - 1;
    return beyond == cells - r->columns - 1 ? ROW_TRAILING_EMPTY : ROW_RAGGED_LONG;
}

static unsigned csv_length_flags(const struct csv_reader *r, const struct row_info *row, uint32_t cells)
{
    uint32_t from = row->start;
    for (uint32_t c = 0; c < cells && c < r->columns; c++) {
        uint32_t to = r->x.end[row->first + c];
        if (to - from > CSV_CELL_MAX) return ROW_CELL_TOO_LONG;
        from = to + 1;
    }
    return 0;
}

/* A row with anything out of the ordinary; false when there is no room to list its cells. */
static bool csv_finish_odd(struct csv_reader *r, struct row_info *row, uint32_t cells, uint32_t to)
{
    const char *text = r->block.p + row->start;
    size_t n = to - row->start;
    unsigned flags = row->flags | csv_width_flags(r, row, cells, to);
    if (r->part->check && !r->kernels->utf8_ok(text, n)) flags |= ROW_BAD_ENCODING;
    if (r->part->nul && memchr(text, 0, n)) flags |= ROW_NUL;
    if (n > CSV_CELL_MAX) flags |= csv_length_flags(r, row, cells);
    if (n == cells - 1) flags |= ROW_ALL_EMPTY;
    bool list = flags & (ROW_QUOTED | ROW_RAGGED_SHORT);
    row->flags = (uint16_t)(r->file->sparse ? flags & ~(unsigned)ROW_RAGGED_SHORT : flags);
    return !list || csv_list_cells(r, row, cells);
}

/* Whether nothing but its width need be known of a row with so many cells, of n bytes: none is too long, not all are
 * empty. */
static inline bool csv_row_plain(const struct row_info *row, uint32_t cells, uint32_t n, uint32_t columns)
{
    return cells == columns && !row->flags && n - columns <= CSV_CELL_MAX - columns;
}

/* Judge the indexed rows and drop empty lines; what does not fit is indexed again next time. */
static uint32_t csv_finish_rows(struct csv_reader *r)
{
    struct csv_index *x = &r->x;
    const bool plain_part = !r->part->check && !r->part->nul;
    const uint32_t columns = r->columns, n_row = x->n_row, *end = x->end;
    uint32_t kept = 0;
    r->n_cell = 0;
    for (uint32_t i = 0; i < n_row; i++) {
        struct row_info row = x->row[i];
        uint32_t next = x->row[i + 1].first, cells = next - row.first, to = end[next - 1], n = to - row.start;
        row.cells = (uint16_t)(cells < UINT16_MAX ? cells : UINT16_MAX);
        if (__builtin_expect(!plain_part || !csv_row_plain(&row, cells, n, columns), 0)) {
            if (n == 0) {
                r->blank_lines++;
                continue;
            }
            if (!csv_finish_odd(r, &row, cells, to)) {
                x->row_start = row.start;
                x->row_line = row.line;
                break;
            }
        }
        x->row[kept++] = row;
    }
    return kept;
}

enum rc csv_reader_next(struct csv_reader *r, struct row_batch *out, struct err *e)
{
    (void)e;
    uint32_t kept = 0;
    while (!kept && r->x.row_start < r->x.n) {
        csv_index_rows(r);
        kept = csv_finish_rows(r);
    }
    *out = (struct row_batch){
        .text = r->block.p, .end = r->x.end, .cell = r->cell, .row = r->x.row, .rows = kept, .columns = r->columns};
    return RC_OK;
}

const char *row_refusal(unsigned flags, int english)
{
    static const struct {
        unsigned flag;
        const char *en, *zh;
    } WHY[] = {
        {ROW_BAD_ENCODING, "malformed characters (a cut or damaged file?)", "含有损坏的字符（文件可能被截断或损坏）"},
        {ROW_NUL, "a NUL character", "含有空字符（NUL）"},
        {ROW_BAD_QUOTE, "quotation marks do not match", "引号不配对"},
        {ROW_RAGGED_SHORT, "fewer cells than the header", "单元格少于表头"},
        {ROW_RAGGED_LONG, "more cells than the header", "单元格多于表头"},
        {ROW_CELL_TOO_LONG, "a cell is longer than 32768 bytes", "有单元格超过 32768 字节"},
    };
    for (size_t i = 0; i < sizeof WHY / sizeof *WHY; i++) {
        if (flags & WHY[i].flag) return english ? WHY[i].en : WHY[i].zh;
    }
    return NULL;
}
