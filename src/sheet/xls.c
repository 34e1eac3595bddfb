/* Old workbooks (.xls, BIFF 5 and 8) by FreeXL, a library for a format of 1997 that was not written for hostile files:
 * it works in a process of its own with limits on time and memory, which hands back nothing but canonical text. If it
 * breaks, the file is broken. */
#include <freexl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "ingest/cell.h"
#include "sheet/apart.h"
#include "sheet/biff.h"
#include "sheet/sheet_int.h"

enum {
    XLS_SHEETS_MAX = 256,
    XLS_NAME_BYTES = 256,
    XLS_SECONDS = 20, /* and one more for each megabyte */
    XLS_COLUMNS = 256,
    XLS_ROWS = 65536,
    NUMBER_CHARS = 40,
    PIECE = 64 * 1024
};
#define XLS_FILE_MAX (INT64_C(256) << 20)
#define XLS_MEMORY_MORE MIB(1536)

/* What the other process tells, in memory that both see. */
struct xls_sheet {
    char name[XLS_NAME_BYTES];
    uint64_t off, len;   /* of its text */
    uint64_t merged_off; /* behind it: what is merged, as struct sheet_range */
    uint32_t n_merged;
    uint64_t lost_digits, error_values, without_results, format_units;
    bool hidden;
    uint8_t row_hidden[XLS_ROWS / 8], column_hidden[XLS_COLUMNS / 8]; /* a bit each */
    uint8_t half[XLS_COLUMNS / 8 + 1];                                /* as sheet_text.half */
};
struct xls_told {
    enum rc rc;
    int why; /* FreeXL's code */
    bool password, done;
    uint32_t n;
    struct xls_sheet sheet[XLS_SHEETS_MAX];
};

struct xls {
    struct xls_told *told;
    int fd; /* the text of all sheets, one behind the other */
};

/* ---- in the other process */

static bool add_text(struct sheet_line *l, struct str s)
{
    if (utf8_valid(s)) buf_add(&l->text, s);
    for (size_t i = 0; i < s.n && !utf8_valid(s);) {
        uint32_t c = utf8_next(s, &i);
        utf8_add(&l->text, c == UINT32_MAX ? 0xFFFD : c);
    }
    return !l->text.failed;
}

static struct str date_part(struct str s) { return str_ends(s, STR(" 00:00:00")) ? str_sub(s, 0, s.n - 9) : s; }

/* Seventeen digits tell a double apart from all others. */
static const char *digits_of(const FreeXL_CellValue *v, int digits, char out[NUMBER_CHARS])
{
    if (v->type == FREEXL_CELL_INT) (void)snprintf(out, NUMBER_CHARS, "%d", v->value.int_value);
    else (void)snprintf(out, NUMBER_CHARS, "%.*g", digits, v->value.double_value);
    return out;
}

static void add_number(struct sheet_line *l, const FreeXL_CellValue *v, uint32_t column, struct sheet_style style,
                       uint32_t shift, struct sheet_text *t)
{
    char digits[NUMBER_CHARS];
    struct buf number;
    buf_init(&number, 512);
    enum sheet_trouble how = sheet_value(&number, str_from(digits_of(v, 17, digits)), style, shift);
    if (how == SHEET_LOST_DIGITS) { /* the seventeenth is nobody's, so it is shown as in new workbooks: without it */
        buf_clear(&number);
        (void)sheet_value(&number, str_from(digits_of(v, 16, digits)), style, shift);
    }
    if (how == SHEET_LOST_DIGITS || how == SHEET_HIDDEN_DIGITS) {
        buf_addc(&l->text, CELL_TROUBLE);
        buf_addc(&l->text, how == SHEET_LOST_DIGITS ? CELL_TROUBLE_DIGITS : CELL_TROUBLE_HIDDEN);
        t->lost_digits += how == SHEET_LOST_DIGITS;
    } else {
        t->format_units += style.unit > 0;
        sheet_text_note_number(t, column, buf_str(&number));
    }
    buf_add(&l->text, buf_str(&number));
    l->text.failed |= number.failed;
    buf_fini(&number);
}

static void add_value(struct sheet_line *l, const FreeXL_CellValue *v, uint32_t column, const struct biff_cell *known,
                      struct sheet_text *t)
{
    struct sheet_style style = known ? known->style : (struct sheet_style){0};
    struct str date;
    switch (v->type) {
    case FREEXL_CELL_INT:
    case FREEXL_CELL_DOUBLE: add_number(l, v, column, style, 0, t); break;
    case FREEXL_CELL_TEXT:
    case FREEXL_CELL_SST_TEXT: (void)add_text(l, str_from(v->value.text_value)); break;
    case FREEXL_CELL_DATE:
    case FREEXL_CELL_DATETIME:
    case FREEXL_CELL_TIME:
        date = date_part(str_from(v->value.text_value));
        if (style.shape == SHAPE_MONTH) date = str_sub(date, 0, 7);
        if (style.shape == SHAPE_YEAR) date = str_sub(date, 0, 4);
        (void)add_text(l, date);
        break;
    default: break;
    }
}

/* Results of formulas, booleans and error values, which FreeXL has not. */
static void add_known(struct sheet_line *l, const struct biff *b, const struct biff_cell *c, struct sheet_text *t)
{
    FreeXL_CellValue v = {.type = FREEXL_CELL_DOUBLE};
    struct str text = str_make(b->text.p ? b->text.p + c->off : "", c->len);
    switch (c->kind) {
    case BIFF_NUMBER:
        memcpy(&v.value, &c->bits, sizeof c->bits);
        add_number(l, &v, c->column + 1u, c->style, b->day_shift, t);
        break;
    case BIFF_TRUE: buf_addz(&l->text, "TRUE"); break;
    case BIFF_FALSE: buf_addz(&l->text, "FALSE"); break;
    case BIFF_ERROR:
        buf_addc(&l->text, CELL_TROUBLE);
        buf_addc(&l->text, CELL_TROUBLE_ERROR);
        t->error_values++;
        buf_add(&l->text, text);
        break;
    case BIFF_TEXT: (void)add_text(l, text); break;
    case BIFF_UNDONE:
        buf_addc(&l->text, CELL_TROUBLE);
        buf_addc(&l->text, CELL_TROUBLE_FORMULA);
        t->without_results++;
        break;
    default: break;
    }
}

static enum rc read_row(const void *h, const struct biff *b, uint16_t sheet, unsigned row, unsigned short columns,
                        struct sheet_line *l, struct sheet_text *t, struct err *e)
{
    sheet_line_clear(l, row + 1);
    for (unsigned short c = 0; c < columns; c++) {
        FreeXL_CellValue v;
        struct sheet_cell cell = {.column = c + 1u, .off = (uint32_t)l->text.n};
        const struct biff_cell *known = biff_find(b, sheet, (uint16_t)row, c);
        if (known && known->kind != BIFF_STYLE) add_known(l, b, known, t);
        else if (freexl_get_cell_value(h, row, c, &v) == FREEXL_OK) add_value(l, &v, c + 1u, known, t);
        cell.len = (uint32_t)(l->text.n - cell.off);
        if (l->text.failed || (cell.len && !vec_push(&l->cell, SHEET_COLUMNS_MAX, cell))) return err_nomem(e);
    }
    return sheet_text_row(t, l, e);
}

/* FreeXL does not count cells that it does not read. */
static void widen(const struct biff *b, uint16_t sheet, unsigned *rows, unsigned short *columns)
{
    for (size_t i = 0; i < b->cell.n; i++) {
        const struct biff_cell *c = &b->cell.v[i];
        if (c->sheet != sheet || c->column >= XLS_COLUMNS) continue;
        if (c->row >= *rows) *rows = c->row + 1u;
        if (c->column >= *columns) *columns = (unsigned short)(c->column + 1);
    }
}

static enum rc read_rows(const void *h, const struct biff *b, uint16_t sheet, struct sheet_text *t, struct err *e)
{
    unsigned rows = 0;
    unsigned short columns = 0;
    struct sheet_line l;
    if (freexl_worksheet_dimensions(h, &rows, &columns) != FREEXL_OK) return RC_INPUT;
    widen(b, sheet, &rows, &columns);
    sheet_line_init(&l);
    enum rc rc = rows > XLS_ROWS || columns > XLS_COLUMNS ? RC_INPUT : RC_OK;
    for (unsigned r = 0; r < rows && !rc; r++) rc = read_row(h, b, sheet, r, columns, &l, t, e);
    if (!rc) rc = sheet_text_flush(t, e);
    sheet_line_fini(&l);
    return rc;
}

static void set_bit(uint8_t *bits, size_t i) { bits[i / 8] |= (uint8_t)(1 << i % 8); }

static bool bit(const uint8_t *bits, size_t i) { return bits[i / 8] >> i % 8 & 1; }

static void note_hidden(const struct biff *b, uint16_t sheet, struct xls_sheet *out)
{
    for (size_t i = 0; i < b->row.n; i++)
        if (b->row.v[i].sheet == sheet) set_bit(out->row_hidden, b->row.v[i].at);
    for (size_t i = 0; i < b->column.n; i++)
        if (b->column.v[i].sheet == sheet) set_bit(out->column_hidden, b->column.v[i].at);
}

static enum rc write_merged(const struct biff *b, uint16_t sheet, int fd, struct xls_sheet *out, struct err *e)
{
    out->merged_off = (uint64_t)lseek(fd, 0, SEEK_END);
    for (size_t i = 0; i < b->merged.n; i++) {
        const struct biff_merged *m = &b->merged.v[i];
        struct sheet_range r = {m->row + 1u, m->last_row + 1u, m->column + 1u, m->last_column + 1u};
        if (m->sheet != sheet) continue;
        TRY(sheet_write_all(fd, (const char *)&r, sizeof r, e));
        out->n_merged++;
    }
    return RC_OK;
}

static enum rc read_one(const void *h, const struct biff *known, unsigned short i, const struct sheet_book *b, int fd,
                        struct xls_sheet *out, struct err *e)
{
    const char *name = NULL;
    struct sheet_text t;
    if (freexl_get_worksheet_name(h, i, &name) != FREEXL_OK || !name) return RC_INPUT;
    (void)snprintf(out->name, sizeof out->name, "%.*s", STR_ARG(utf8_clip(str_from(name), XLS_NAME_BYTES - 1)));
    if (freexl_select_active_worksheet(h, i) != FREEXL_OK) return RC_INPUT;
    out->hidden = i < known->sheets && known->hidden[i];
    note_hidden(known, i, out);
    out->off = (uint64_t)lseek(fd, 0, SEEK_END);
    TRY(sheet_text_init(&t, fd, b->name, e));
    enum rc rc = read_rows(h, known, i, &t, e);
    out->len = (uint64_t)lseek(fd, 0, SEEK_END) - out->off;
    out->lost_digits = t.lost_digits;
    out->format_units = t.format_units;
    memcpy(out->half, t.half, sizeof out->half);
    out->error_values = t.error_values;
    out->without_results = t.without_results;
    sheet_text_fini(&t);
    return rc ? rc : write_merged(known, i, fd, out, e);
}

static enum rc read_all(const void *h, const struct biff *known, const struct sheet_book *b, int fd,
                        struct xls_told *told, struct err *e)
{
    unsigned n = 0, password = FREEXL_BIFF_PLAIN;
    told->password |= freexl_get_info(h, FREEXL_BIFF_PASSWORD, &password) == FREEXL_OK &&
                      password == FREEXL_BIFF_OBFUSCATED;
    if (told->password) return RC_INPUT;
    if (freexl_get_info(h, FREEXL_BIFF_SHEET_COUNT, &n) != FREEXL_OK || n > XLS_SHEETS_MAX) return RC_INPUT;
    for (told->n = 0; told->n < n; told->n++)
        TRY(read_one(h, known, (unsigned short)told->n, b, fd, &told->sheet[told->n], e));
    return RC_OK;
}

struct work {
    const struct sheet_book *book;
    struct xls *x;
};

static void work_apart(void *ctx)
{
    const struct work *w = ctx;
    struct xls_told *told = w->x->told;
    char path[64];
    const void *h = NULL;
    struct err e = {0};
    struct biff known;
    told->rc = biff_read(&known, w->book->fd, &e);
    told->password = known.password;
    told->done = told->rc || known.password;
    if (told->password) told->rc = RC_INPUT;
    if (told->done) return;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", w->book->fd);
    told->why = freexl_open(path, &h);
    told->rc = told->why == FREEXL_OK ? read_all(h, &known, w->book, w->x->fd, told, &e) : RC_INPUT;
    told->done = true;
}

/* ---- in this process */

static enum rc judge(const struct sheet_book *b, const struct xls_told *told, struct err *e)
{
    struct pos at = {.file = b->name};
    if (told->done && told->rc == RC_OK) return RC_OK;
    if (told->password)
        return err_set(e, RC_INPUT, at, "the workbook has a password; ask for it without one",
                       "工作簿设有密码；请对方去掉打开密码后重发");
    if (told->done && (told->rc == RC_NOMEM || told->why == FREEXL_INSUFFICIENT_MEMORY)) return err_nomem(e);
    if (told->done && told->rc == RC_ENV)
        return err_set(e, RC_ENV, at,
                       "what was unpacked cannot be kept in the data folder; look whether the disk is full",
                       "解压的内容无法暂存到数据文件夹；请检查磁盘是否已满");
    return err_set(
        e, RC_INPUT, at,
        "the old workbook (.xls) is broken or of a kind that cannot be read; open it in a spreadsheet program "
        "and save it as .xlsx",
        "旧版工作簿（.xls）已损坏或属于无法读取的类型；请用表格软件打开并另存为 .xlsx");
}

static enum rc too_slow(const struct sheet_book *b, struct err *e)
{
    return err_set(e, RC_INPUT, (struct pos){.file = b->name},
                   "the old workbook (.xls) could not be read within the time that its size allows; open it in a "
                   "spreadsheet program and save it as .xlsx",
                   "在与其大小相称的时间内未能读完该旧版工作簿（.xls）；请用表格软件打开并另存为 .xlsx");
}

static enum rc run_apart(struct sheet_book *b, struct xls *x, off_t bytes, struct err *e)
{
    struct work w = {b, x};
    struct apart_limits l = {XLS_SECONDS + (unsigned)(bytes >> 20), XLS_MEMORY_MORE};
    enum apart_end end;
    TRY(apart_run(work_apart, &w, l, &end, e));
    return end == APART_LATE ? too_slow(b, e) : judge(b, x->told, e);
}

static enum rc list_sheets(struct sheet_book *b, const struct xls *x, struct err *e)
{
    uint32_t n = x->told->n < XLS_SHEETS_MAX ? x->told->n : XLS_SHEETS_MAX;
    b->sheet = ARENA_ARRAY(&b->arena, struct sheet_info, n + 1);
    for (b->n = 0; b->sheet && b->n < n; b->n++) {
        x->told->sheet[b->n].name[XLS_NAME_BYTES - 1] = 0;
        struct str name = str_from(x->told->sheet[b->n].name);
        b->sheet[b->n].hidden = x->told->sheet[b->n].hidden;
        b->sheet[b->n].name = name.n ? str_dup(&b->arena, name) : STR("");
    }
    return arena_failed(&b->arena) ? err_nomem(e) : RC_OK;
}

enum rc xls_open(struct sheet_book *b, struct err *e)
{
    struct stat st;
    struct xls *x = b->xls = mem_zalloc_array(1, sizeof *x);
    if (!x) return err_nomem(e);
    x->fd = -1;
    if (fstat(b->fd, &st) || st.st_size > XLS_FILE_MAX) return sheet_broken(b, "size", e);
    x->told = mmap(NULL, sizeof *x->told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (x->told == MAP_FAILED) return x->told = NULL, err_nomem(e);
    TRY(sheet_temp_file(b->temp_dir, &x->fd, e));
    TRY(run_apart(b, x, st.st_size, e));
    return list_sheets(b, x, e);
}

void xls_close(struct xls *x)
{
    if (!x) return;
    if (x->told) (void)munmap(x->told, sizeof *x->told);
    if (x->fd >= 0) (void)close(x->fd);
    mem_free(x);
}

static enum rc keep_columns(const struct xls_sheet *s, struct sheet_place *place, struct arena *a, struct err *e)
{
    place->hidden_columns = ARENA_ARRAY(a, struct sheet_range, XLS_COLUMNS);
    if (!place->hidden_columns) return err_nomem(e);
    for (uint32_t c = 0; c < XLS_COLUMNS; c++)
        if (bit(s->column_hidden, c))
            place->hidden_columns[place->n_hidden_columns++] = (struct sheet_range){.column = c + 1,
                                                                                    .last_column = c + 1};
    return RC_OK;
}

/* The other process may have written anything. */
static bool is_area(const struct sheet_range *m)
{
    return m->row && m->row <= m->last_row && m->last_row <= XLS_ROWS && m->column && m->column <= m->last_column &&
           m->last_column <= XLS_COLUMNS;
}

static enum rc keep_merged(struct sheet_book *b, const struct xls_sheet *s, struct sheet_place *place, struct arena *a,
                           struct err *e)
{
    uint32_t n = s->n_merged < SHEET_MERGES_MAX ? s->n_merged : SHEET_MERGES_MAX;
    size_t bytes = n * sizeof *place->merged;
    place->merged = ARENA_ARRAY(a, struct sheet_range, n + 1);
    if (!place->merged) return err_nomem(e);
    if (pread(b->xls->fd, place->merged, bytes, (off_t)s->merged_off) != (ssize_t)bytes)
        return sheet_broken(b, "MERGEDCELLS", e);
    for (uint32_t i = 0; i < n; i++)
        if (is_area(&place->merged[i])) place->merged[place->n_merged++] = place->merged[i];
    return RC_OK;
}

/* The text of a sheet is canonical already: its lines are handed on. */
enum rc xls_read(struct sheet_book *b, size_t sheet, struct sheet_text *t, struct sheet_place *place, struct arena *a,
                 struct err *e)
{
    const struct xls_sheet *s = &b->xls->told->sheet[sheet];
    if (place) TRY(keep_columns(s, place, a, e));
    if (place) TRY(keep_merged(b, s, place, a, e));
    char *piece = mem_alloc(PIECE);
    enum rc rc = piece ? RC_OK : err_nomem(e);
    t->row_hidden = s->row_hidden;
    t->n_row_hidden = XLS_ROWS;
    for (uint64_t at = 0; at < s->len && !rc && !t->enough;) {
        size_t want = s->len - at < PIECE ? (size_t)(s->len - at) : PIECE;
        ssize_t n = pread(b->xls->fd, piece, want, (off_t)(s->off + at));
        if (n <= 0) rc = sheet_broken(b, "-", e);
        else rc = sheet_text_lines(t, str_make(piece, (size_t)n), e);
        at += n > 0 ? (uint64_t)n : 0;
    }
    t->row_hidden = NULL;
    memcpy(t->half, s->half, sizeof s->half);
    t->lost_digits += s->lost_digits;
    t->format_units += s->format_units;
    t->error_values += s->error_values;
    t->without_results += s->without_results;
    mem_free(piece);
    return rc;
}
