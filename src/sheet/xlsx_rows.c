/* The rows of a sheet of an XLSX file, as they stream by. */
#include "base/limits.h"
#include "base/mem.h"
#include "ingest/cell.h"
#include "sheet/xlsx_int.h"

enum cell_type { TYPE_NUMBER, TYPE_SHARED, TYPE_TEXT, TYPE_INLINE, TYPE_BOOL, TYPE_ERROR, TYPE_DATE };

struct rows_run {
    struct xml_run x;
    struct sheet_book *b;
    struct sheet_text *out; /* NULL: rows are passed over */
    struct sheet_line line;
    struct arena *a;
    struct sheet_place *place;
    VEC(struct sheet_range) merged, columns;
    uint32_t row, column; /* of the last row and cell, from 1 */
    /* the cell */
    enum cell_type type;
    uint32_t style;
    bool in_cell, in_value, formula;
    size_t *strings; /* not NULL: no texts yet, only how many of the shared ones are needed */
    unsigned phonetic;
    struct buf value;
};

/* ---- places */

/* "BC12": the column and, if it is there, the row; false when it is no place. */
static bool read_place(const char *z, uint32_t *column, uint32_t *row, const char **end)
{
    uint32_t c = 0, r = 0;
    for (; *z >= 'A' && *z <= 'Z' && c <= SHEET_COLUMNS_MAX; z++) c = c * 26 + (uint32_t)(*z - 'A' + 1);
    for (; *z >= '0' && *z <= '9' && r <= SHEET_ROWS_MAX; z++) r = r * 10 + (uint32_t)(*z - '0');
    *column = c;
    *row = r;
    *end = z;
    return c > 0 && c <= SHEET_COLUMNS_MAX && r > 0 && r <= SHEET_ROWS_MAX;
}

static bool read_range(const char *z, struct sheet_range *r)
{
    if (!z || !read_place(z, &r->column, &r->row, &z)) return false;
    r->last_column = r->column;
    r->last_row = r->row;
    if (*z == ':' && !read_place(z + 1, &r->last_column, &r->last_row, &z)) return false;
    return *z == 0 && r->last_row >= r->row && r->last_column >= r->column;
}

static void broken(struct rows_run *r, const char *what) { xml_fail(&r->x, sheet_broken(r->b, what, r->x.err)); }

/* ---- cells */

static enum cell_type type_of(const char *t)
{
    if (!t || strcmp(t, "n") == 0) return TYPE_NUMBER;
    switch (t[0]) {
    case 's': return t[1] ? TYPE_TEXT : TYPE_SHARED;
    case 'i': return TYPE_INLINE;
    case 'b': return TYPE_BOOL;
    case 'e': return TYPE_ERROR;
    case 'd': return TYPE_DATE;
    default: return TYPE_NUMBER;
    }
}

static void cell_start(struct rows_run *r, const char **a)
{
    const char *place = NULL, *type = NULL, *style = NULL, *end;
    uint32_t row;
    for (; a[0]; a += 2) {
        if (a[0][0] == 'r' && !a[0][1]) place = a[1];
        else if (a[0][0] == 't' && !a[0][1]) type = a[1];
        else if (a[0][0] == 's' && !a[0][1]) style = a[1];
    }
    if (!place) r->column++;
    else if (!read_place(place, &r->column, &row, &end) || *end || row != r->row) broken(r, place);
    if (r->column > SHEET_COLUMNS_MAX) broken(r, "XFE1");
    r->type = type_of(type);
    r->style = 0;
    if (style && !xlsx_number(style, SHEET_STYLES_MAX, &r->style)) broken(r, "s");
    r->in_cell = true;
    r->formula = false;
    buf_clear(&r->value);
}

static struct sheet_style style_of(const struct rows_run *r)
{
    const struct xlsx *x = r->b->xlsx;
    return r->style < x->n_styles ? x->style[r->style] : (struct sheet_style){0};
}

/* A cell that is bad whatever it is to be: the reason's letter, then what can be shown. */
static void trouble(struct rows_run *r, char why)
{
    buf_addc(&r->line.text, CELL_TROUBLE);
    buf_addc(&r->line.text, why);
}

static void add_number(struct rows_run *r)
{
    struct buf *to = &r->line.text;
    size_t from = to->n;
    enum sheet_trouble t = sheet_value(to, buf_str(&r->value), style_of(r), r->b->xlsx->day_shift);
    if (t != SHEET_LOST_DIGITS && t != SHEET_HIDDEN_DIGITS) {
        r->out->format_units += style_of(r).unit > 0;
        sheet_text_note_number(r->out, r->column, str_sub(buf_str(to), from, to->n));
        return;
    }
    /* The digits are shown behind the mark. */
    if (!buf_reserve(to, 2)) return;
    memmove(to->p + from + 2, to->p + from, to->n - from);
    to->p[from] = CELL_TROUBLE;
    to->p[from + 1] = t == SHEET_LOST_DIGITS ? CELL_TROUBLE_DIGITS : CELL_TROUBLE_HIDDEN;
    to->n += 2;
    r->out->lost_digits += t == SHEET_LOST_DIGITS;
}

static void add_shared(struct rows_run *r)
{
    const struct xlsx_strings *s = &r->b->xlsx->strings;
    uint32_t i = 0;
    struct str text;
    const struct str v = buf_str(&r->value);
    for (size_t k = 0; k < v.n; k++) {
        if (v.p[k] < '0' || v.p[k] > '9' || i > SHEET_STRINGS_MAX) {
            broken(r, "sharedStrings.xml");
            return;
        }
        i = i * 10 + (uint32_t)(v.p[k] - '0');
    }
    if (r->strings) {
        if (i >= *r->strings) *r->strings = i + 1;
        buf_addc(&r->line.text, '?');
        return;
    }
    if (i >= s->n) {
        broken(r, "sharedStrings.xml");
        return;
    }
    if (xlsx_string(s, i, &text)) buf_add(&r->line.text, text);
    else trouble(r, CELL_TROUBLE_LONG);
}

/* An ISO date of a strict workbook: 2026-06-30T08:30:00. Midnight is not told. */
static void add_iso_date(struct rows_run *r)
{
    struct str v = str_trim(buf_str(&r->value));
    size_t t = str_find(v, STR("T"), 0);
    bool midnight = t == SIZE_MAX || str_starts(str_sub(v, t, v.n), STR("T00:00:00"));
    buf_add(&r->line.text, str_sub(v, 0, t == SIZE_MAX ? v.n : t));
    if (midnight) return;
    buf_addc(&r->line.text, ' ');
    buf_add(&r->line.text, str_sub(v, t + 1, t + 9));
}

static void add_value(struct rows_run *r)
{
    struct buf *to = &r->line.text;
    switch (r->type) {
    case TYPE_NUMBER: add_number(r); break;
    case TYPE_SHARED: add_shared(r); break;
    case TYPE_BOOL: buf_addz(to, r->value.n && r->value.p[0] == '1' ? "TRUE" : "FALSE"); break;
    case TYPE_DATE: add_iso_date(r); break;
    case TYPE_ERROR:
        trouble(r, CELL_TROUBLE_ERROR);
        r->out->error_values++;
        buf_add(to, buf_str(&r->value));
        break;
    case TYPE_TEXT:
    case TYPE_INLINE:
        xlsx_undo_escapes(&r->value, 0);
        buf_add(to, buf_str(&r->value));
        break;
    }
}

/* Formulas that a program wrote which cannot compute have no value. */
static void add_cell(struct rows_run *r)
{
    bool empty = r->value.n == 0;
    bool text = r->type == TYPE_TEXT || r->type == TYPE_INLINE;
    if (r->value.no_memory) {
        xml_fail(&r->x, err_nomem(r->x.err));
    } else if (r->value.failed) {
        trouble(r, CELL_TROUBLE_LONG);
    } else if (r->formula && empty && !text) {
        trouble(r, CELL_TROUBLE_FORMULA);
        r->out->without_results++;
    } else if (!empty) {
        add_value(r);
        r->out->formulas += r->formula;
    }
}

static void cell_end(struct rows_run *r)
{
    struct sheet_cell c = {.column = r->column, .off = (uint32_t)r->line.text.n};
    r->in_cell = false;
    add_cell(r);
    c.len = (uint32_t)(r->line.text.n - c.off);
    if (!c.len) return;
    r->line.struck += style_of(r).struck;
    if (r->line.text.failed || !vec_push(&r->line.cell, SHEET_COLUMNS_MAX, c)) xml_fail(&r->x, err_nomem(r->x.err));
}

/* ---- rows */

static void row_start(struct rows_run *r, const char **a)
{
    uint32_t row = r->row + 1;
    bool hidden = false;
    for (; a[0]; a += 2) {
        if (strcmp(a[0], "r") == 0 && (!xlsx_number(a[1], SHEET_ROWS_MAX, &row) || !row)) broken(r, "row");
        if (strcmp(a[0], "hidden") == 0) hidden = a[1][0] == '1' || a[1][0] == 't';
    }
    if (row > SHEET_ROWS_MAX) broken(r, "row");
    r->row = row;
    r->column = 0;
    sheet_line_clear(&r->line, row);
    r->line.hidden = hidden;
}

static void row_end(struct rows_run *r)
{
    enum rc rc = sheet_text_row(r->out, &r->line, r->x.err);
    if (rc) xml_fail(&r->x, rc);
    else if (r->out->enough) r->x.stop = true;
}

/* ---- what stands before and behind the rows */

static void add_columns(struct rows_run *r, const char **a)
{
    struct sheet_range c = {0};
    const char *hidden = xml_attribute(a, "hidden");
    if (!hidden || (hidden[0] != '1' && hidden[0] != 't')) return;
    if (!xlsx_number(xml_attribute(a, "min"), SHEET_COLUMNS_MAX, &c.column) ||
        !xlsx_number(xml_attribute(a, "max"), SHEET_COLUMNS_MAX, &c.last_column))
        broken(r, "cols");
    else if (!vec_push(&r->columns, SHEET_COLUMNS_MAX, c)) xml_fail(&r->x, err_nomem(r->x.err));
}

static void add_merged(struct rows_run *r, const char **a)
{
    struct sheet_range m = {0};
    if (r->merged.n == SHEET_MERGES_MAX) return;
    if (!read_range(xml_attribute(a, "ref"), &m)) broken(r, "mergeCell");
    else if (!vec_push(&r->merged, SHEET_MERGES_MAX, m)) xml_fail(&r->x, err_nomem(r->x.err));
}

static void rows_start(void *ctx, const char *name, const char **a)
{
    struct rows_run *r = ctx;
    if (name[0] == 'm' && strcmp(name, "mergeCell") == 0) add_merged(r, a);
    if (!r->out) return;
    switch (name[0]) {
    case 'c':
        if (!name[1]) cell_start(r, a);
        else if (strcmp(name, "col") == 0) add_columns(r, a);
        break;
    case 'v': r->in_value = r->in_cell && !name[1]; break;
    case 't': r->in_value = r->in_cell && !name[1] && !r->phonetic && r->type == TYPE_INLINE; break;
    case 'f': r->formula |= r->in_cell && !name[1]; break;
    case 'r':
        if (strcmp(name, "row") == 0) row_start(r, a);
        else if (strcmp(name, "rPh") == 0) r->phonetic++;
        break;
    default: break;
    }
}

static void rows_end(void *ctx, const char *name)
{
    struct rows_run *r = ctx;
    if (!r->out) return;
    switch (name[0]) {
    case 'v':
    case 't':
        if (!name[1]) r->in_value = false;
        break;
    case 'c':
        if (!name[1]) cell_end(r);
        break;
    case 'r':
        if (strcmp(name, "row") == 0) row_end(r);
        else if (r->phonetic && strcmp(name, "rPh") == 0) r->phonetic--;
        break;
    default: break;
    }
}

static void rows_text(void *ctx, const char *p, int n)
{
    struct rows_run *r = ctx;
    if (r->in_value) buf_add_bytes(&r->value, p, (size_t)n);
}

static enum rc keep_ranges(struct rows_run *r, struct err *e)
{
    struct sheet_place *p = r->place;
    p->n_merged = r->merged.n;
    p->n_hidden_columns = r->columns.n;
    p->merged = ARENA_ARRAY(r->a, struct sheet_range, r->merged.n + 1);
    p->hidden_columns = ARENA_ARRAY(r->a, struct sheet_range, r->columns.n + 1);
    if (!p->merged || !p->hidden_columns) return err_nomem(e);
    if (r->merged.n) memcpy(p->merged, r->merged.v, r->merged.n * sizeof *p->merged);
    if (r->columns.n) memcpy(p->hidden_columns, r->columns.v, r->columns.n * sizeof *p->hidden_columns);
    return RC_OK;
}

static enum rc read_part(struct rows_run *r, size_t sheet, bool ahead, struct err *e)
{
    static const struct xml_calls CALLS = {rows_start, rows_end, rows_text};
    r->x = (struct xml_run){.calls = &CALLS, .ctx = r, .file = r->b->name, .part = "sheet.xml"};
    sheet_line_init(&r->line);
    buf_init(&r->value, SHEET_CELL_MAX);
    enum rc rc = xml_read_entry(&r->x, r->b->xlsx->zip, r->b->xlsx->entry[sheet], ahead, e);
    if (!rc && r->place) rc = keep_ranges(r, e);
    vec_fini(&r->merged);
    vec_fini(&r->columns);
    buf_fini(&r->value);
    sheet_line_fini(&r->line);
    return rc;
}

/* For a look at the first rows the first shared strings are nearly always enough: of a long table there are millions.
 */
static enum rc strings_for(struct sheet_book *b, size_t sheet, const struct sheet_text *t, struct err *e)
{
    size_t n = 0;
    struct sheet_text first;
    struct rows_run r = {.b = b, .out = &first, .strings = &n};
    if (!t->most) return xlsx_strings_read(b, SIZE_MAX, e);
    TRY(sheet_text_init(&first, -1, b->name, e));
    first.most = t->most;
    enum rc rc = read_part(&r, sheet, false, e);
    sheet_text_fini(&first);
    return rc ? rc : xlsx_strings_read(b, n, e);
}

enum rc xlsx_read(struct sheet_book *b, size_t sheet, struct sheet_text *t, struct sheet_place *place, struct arena *a,
                  struct err *e)
{
    size_t none = 0;
    struct rows_run r = {.b = b, .out = t, .a = a, .place = place, .strings = t && t->count_only ? &none : NULL};
    if (b->sheet[sheet].chart) return RC_OK;
    if (t && !t->count_only) TRY(strings_for(b, sheet, t, e));
    return read_part(&r, sheet, b->threads > 1 && !(t && t->most), e);
}
