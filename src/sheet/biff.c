#include "sheet/biff.h"
#include <stdlib.h>
#include "base/limits.h"
#include "base/utf8.h"
#include "ingest/text_source.h"
#include "sheet/ole.h"

enum {
    REC_FORMULA = 0x0006,
    REC_EOF = 0x000A,
    REC_DATEMODE = 0x0022,
    REC_FILEPASS = 0x002F,
    REC_COLINFO = 0x007D,
    REC_BOUNDSHEET = 0x0085,
    REC_MULRK = 0x00BD,
    REC_XF = 0x00E0,
    REC_MERGEDCELLS = 0x00E5,
    REC_NUMBER = 0x0203,
    REC_BOOLERR = 0x0205,
    REC_STRING = 0x0207,
    REC_ROW = 0x0208,
    REC_RK = 0x027E,
    REC_FORMAT = 0x041E,
    REC_BOF = 0x0809,
    BIFF8 = 0x0600,
    ROW_HIDDEN = 0x20,
    COLUMNS = 256,
    CELLS_MAX = 20000000,
    HIDDEN_MAX = 65536 * BIFF_SHEETS_MAX,
    TEXT_MAX = 256 * 1024 * 1024
};

struct format {
    uint16_t id;
    struct sheet_style style;
};

struct scan {
    struct biff *out;
    const unsigned char *p; /* the record's data */
    size_t n;
    bool biff8, failed;
    unsigned depth;                  /* of BOF and EOF */
    uint32_t start[BIFF_SHEETS_MAX]; /* of each sheet in the stream */
    uint16_t sheet;                  /* being read; UINT16_MAX: none */
    bool wants_text;                 /* the last formula's result is in a STRING record */
    VEC(struct format) format;
    VEC(struct sheet_style) style;
    struct gb18030 *gb;
};

static uint16_t u16(const struct scan *s, size_t i)
{
    if (i + 2 > s->n) return 0;
    return (uint16_t)(s->p[i] | s->p[i + 1] << 8);
}

static uint32_t u32(const struct scan *s, size_t i) { return u16(s, i) | (uint32_t)u16(s, i + 2) << 16; }

/* ---- texts */

/* Characters of BIFF 8: two bytes each, or one where all of them fit. */
static void add_wide(struct scan *s, size_t i, size_t chars, bool wide)
{
    struct buf *b = &s->out->text;
    for (size_t k = 0; k < chars; k++) {
        size_t at = i + (wide ? 2 * k : k);
        if (at + (wide ? 2u : 1u) > s->n) return;
        uint32_t c = wide ? u16(s, at) : s->p[at], low = wide ? u16(s, at + 2) : 0;
        if (c - 0xD800 < 0x400 && low - 0xDC00 < 0x400) {
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            k++;
        }
        utf8_add(b, c - 0xD800 < 0x800 ? 0xFFFD : c);
    }
}

/* Bytes of BIFF 5, in what Chinese Windows writes. */
static void add_bytes(struct scan *s, size_t i, size_t n)
{
    struct err ignored = {0};
    size_t bad;
    if (i + n > s->n) n = i < s->n ? s->n - i : 0;
    if (!s->gb && gb18030_new(&s->gb, &ignored)) s->failed = true;
    if (s->failed || !n || !buf_reserve(&s->out->text, 2 * n)) return;
    struct buf shown;
    char *to = mem_alloc(2 * n);
    s->failed |= !to;
    if (!to) return;
    buf_init(&shown, TEXT_MAX);
    text_show(&shown, str_make(to, gb18030_to_utf8(s->gb, str_make((const char *)s->p + i, n), to, &bad)));
    buf_add(&s->out->text, buf_str(&shown));
    buf_fini(&shown);
    mem_free(to);
}

/* A text with a length of `bytes` bytes before it. */
static struct str text_at(struct scan *s, size_t i, size_t bytes)
{
    size_t from = s->out->text.n, n = bytes == 1 ? (i < s->n ? s->p[i] : 0) : u16(s, i);
    i += bytes;
    if (!s->biff8) add_bytes(s, i, n);
    else if (i < s->n) add_wide(s, i + 1, n, s->p[i] & 1);
    s->failed |= s->out->text.failed;
    return str_make(s->out->text.p ? s->out->text.p + from : "", s->out->text.n - from);
}

/* ---- workbook */

static void read_format(struct scan *s)
{
    size_t from = s->out->text.n;
    struct format f = {.id = u16(s, 0), .style = sheet_style_code(text_at(s, 2, s->biff8 ? 2 : 1))};
    s->out->text.n = from;
    s->failed |= !vec_push(&s->format, SHEET_STYLES_MAX, f);
}

static void read_xf(struct scan *s)
{
    uint16_t id = u16(s, 2);
    struct sheet_style style = sheet_style_builtin(id);
    for (size_t i = 0; i < s->format.n; i++)
        if (s->format.v[i].id == id) style = s->format.v[i].style;
    s->failed |= !vec_push(&s->style, SHEET_STYLES_MAX, style);
}

static void read_bound(struct scan *s)
{
    struct biff *b = s->out;
    if (b->sheets == BIFF_SHEETS_MAX || s->n < 6) return;
    s->start[b->sheets] = u32(s, 0);
    b->hidden[b->sheets++] = s->p[4] & 3;
}

static void read_begin(struct scan *s, uint32_t at)
{
    if (s->depth++ == 0) {
        if (u16(s, 0) == BIFF8) s->biff8 = true;
        s->sheet = UINT16_MAX;
        for (size_t i = 0; i < s->out->sheets; i++)
            if (s->start[i] == at) s->sheet = (uint16_t)i;
    }
}

/* ---- cells */

static struct sheet_style style_of(const struct scan *s, uint16_t xf)
{
    return xf < s->style.n ? s->style.v[xf] : (struct sheet_style){0};
}

static void add_cell(struct scan *s, struct biff_cell c)
{
    c.sheet = s->sheet;
    s->failed |= !vec_push(&s->out->cell, CELLS_MAX, c);
}

/* Could the number at i be 1024 to 2047, and not whole? */
static bool like_month(const struct scan *s, size_t i, bool rk)
{
    enum { PER_CENT = 1, WHOLE = 2, EXPONENT = 0x409 }; /* of an RK number; of a double of that size */
    if (!rk) return (u32(s, i + 4) >> 20) == EXPONENT;
    uint32_t v = u32(s, i);
    if (!(v & PER_CENT)) return false;
    return !(v & WHOLE) || (v >> 2) / 10000 == 19 || (v >> 2) / 10000 == 20;
}

/* What FreeXL shows as it is to be shown needs no note: nearly all numbers. */
static void note_style(struct scan *s, uint16_t row, uint16_t column, uint16_t xf, bool month)
{
    struct sheet_style style = style_of(s, xf);
    bool usual = style.shape == SHAPE_NUMBER && !style.unit && !style.unclear && !(style.hundredths && month);
    if (usual || style.shape == SHAPE_DAY || style.shape == SHAPE_TIME) return;
    add_cell(s, (struct biff_cell){.row = row, .column = column, .kind = BIFF_STYLE, .style = style});
}

static struct str error_text(unsigned code)
{
    switch (code) {
    case 0x00: return STR("#NULL!");
    case 0x07: return STR("#DIV/0!");
    case 0x0F: return STR("#VALUE!");
    case 0x17: return STR("#REF!");
    case 0x1D: return STR("#NAME?");
    case 0x24: return STR("#NUM!");
    default: return STR("#N/A");
    }
}

static void set_error(struct scan *s, struct biff_cell *c, unsigned code)
{
    c->kind = BIFF_ERROR;
    c->off = (uint32_t)s->out->text.n;
    buf_add(&s->out->text, error_text(code));
    c->len = (uint32_t)s->out->text.n - c->off;
}

/* Bytes of a step of a formula (a "parsed token" of MS-XLS 2.5.198), 0: not known. */
static size_t step_bytes(const struct scan *s, size_t i)
{
    unsigned step = s->p[i] & 0x60 ? (s->p[i] & 0x1F) | 0x20 : s->p[i];
    if (step >= 0x03 && step <= 0x16) return 1;
    switch (step) {
    case 0x17: return i + 3 > s->n ? 0 : 3u + s->p[i + 1] * (s->p[i + 2] & 1 ? 2u : 1u);
    case 0x1C:
    case 0x1D: return 2;
    case 0x1E:
    case 0x21: return 3;
    case 0x19: return i + 4 > s->n ? 0 : s->p[i + 1] & 4 ? 6 + 2u * u16(s, i + 2) : 4;
    case 0x22: return 4;
    case 0x23:
    case 0x24:
    case 0x2C: return 5;
    case 0x39:
    case 0x3A: return 7;
    case 0x1F:
    case 0x25:
    case 0x2D: return 9;
    case 0x3B: return 11;
    default: return 0;
    }
}

/* MID, REPT, TEXT, LOWER, UPPER, LEFT, RIGHT, TRIM, REPLACE, SUBSTITUTE, CONCATENATE */
static bool is_text_function(unsigned id)
{
    static const uint16_t ID[] = {31, 30, 48, 112, 113, 115, 116, 118, 119, 120, 336};
    for (size_t i = 0; i < sizeof ID / sizeof *ID; i++)
        if (id == ID[i]) return true;
    return false;
}

/* Does its last step give a text? LibreOffice writes such a formula with the number 0 as its result when it has read it
 * from another file and not computed it since. */
static bool gives_text(const struct scan *s)
{
    enum { LENGTH = 20, STEPS = 22 };
    size_t last = 0, n = 0, end = STEPS + (size_t)u16(s, LENGTH);
    if (!s->biff8 || end > s->n) return false;
    for (size_t i = STEPS; i < end; last = i, i += n)
        if (!(n = step_bytes(s, i)) || n > end - i) return false;
    if (!last) return false;
    unsigned step = s->p[last] & 0x60 ? (s->p[last] & 0x1F) | 0x20 : s->p[last];
    if (step == 0x21) return is_text_function(u16(s, last + 1));
    if (step == 0x22) return is_text_function(u16(s, last + 2) & 0x7FFF);
    return step == 0x08 || step == 0x17;
}

static void read_formula(struct scan *s)
{
    if (s->n < 14) return;
    struct biff_cell c = {.row = u16(s, 0), .column = u16(s, 2), .kind = BIFF_NUMBER, .style = style_of(s, u16(s, 4))};
    s->wants_text = false;
    memcpy(&c.bits, s->p + 6, 8);
    if (s->p[12] == 0xFF && s->p[13] == 0xFF) {
        unsigned value = s->p[8];
        switch (s->p[6]) {
        case 0:
            c.kind = BIFF_EMPTY;
            s->wants_text = true;
            break;
        case 1: c.kind = value ? BIFF_TRUE : BIFF_FALSE; break;
        case 2: set_error(s, &c, value); break;
        default: c.kind = BIFF_EMPTY; break;
        }
    } else if (!c.bits && gives_text(s)) {
        c.kind = BIFF_UNDONE;
    }
    add_cell(s, c);
}

static void read_string(struct scan *s)
{
    struct biff *b = s->out;
    if (!s->wants_text || !b->cell.n) return;
    struct biff_cell *c = &b->cell.v[b->cell.n - 1];
    c->off = (uint32_t)b->text.n;
    c->len = (uint32_t)text_at(s, 0, 2).n;
    c->kind = c->len ? BIFF_TEXT : BIFF_EMPTY;
    s->wants_text = false;
}

static void read_boolerr(struct scan *s)
{
    if (s->n < 8) return;
    struct biff_cell c = {.row = u16(s, 0), .column = u16(s, 2), .kind = s->p[6] ? BIFF_TRUE : BIFF_FALSE};
    if (s->p[7]) set_error(s, &c, s->p[6]);
    add_cell(s, c);
}

static void read_many(struct scan *s)
{
    uint16_t row = u16(s, 0), first = u16(s, 2);
    for (size_t i = 4, k = 0; i + 6 + 2 <= s->n; i += 6, k++)
        note_style(s, row, (uint16_t)(first + k), u16(s, i), like_month(s, i + 2, true));
}

static void read_row(struct scan *s)
{
    if (s->n < 16 || !(u16(s, 12) & ROW_HIDDEN)) return;
    s->failed |= !vec_push(&s->out->row, HIDDEN_MAX, (struct biff_hidden){s->sheet, u16(s, 0)});
}

static void read_columns(struct scan *s)
{
    if (s->n < 10 || !(u16(s, 8) & 1)) return;
    for (unsigned c = u16(s, 0); c <= u16(s, 2) && c < COLUMNS; c++)
        s->failed |= !vec_push(&s->out->column, HIDDEN_MAX, (struct biff_hidden){s->sheet, (uint16_t)c});
}

static void read_merged(struct scan *s)
{
    enum { AREA = 8 };
    for (size_t k = 0, n = u16(s, 0); k < n && 2 + (k + 1) * AREA <= s->n; k++) {
        size_t i = 2 + k * AREA;
        struct biff_merged m = {s->sheet, u16(s, i), u16(s, i + 2), u16(s, i + 4), u16(s, i + 6)};
        if (m.last_row < m.row || m.last_column < m.column || s->out->merged.n == SHEET_MERGES_MAX) continue;
        s->failed |= !vec_push(&s->out->merged, SHEET_MERGES_MAX, m);
    }
}

static void read_sheet_record(struct scan *s, unsigned id)
{
    switch (id) {
    case REC_FORMULA: read_formula(s); break;
    case REC_STRING: read_string(s); break;
    case REC_BOOLERR: read_boolerr(s); break;
    case REC_NUMBER: note_style(s, u16(s, 0), u16(s, 2), u16(s, 4), like_month(s, 6, false)); break;
    case REC_RK: note_style(s, u16(s, 0), u16(s, 2), u16(s, 4), like_month(s, 6, true)); break;
    case REC_MULRK: read_many(s); break;
    case REC_ROW: read_row(s); break;
    case REC_COLINFO: read_columns(s); break;
    case REC_MERGEDCELLS: read_merged(s); break;
    default: break;
    }
}

static void read_record(struct scan *s, unsigned id, uint32_t at)
{
    switch (id) {
    case REC_BOF: read_begin(s, at); return;
    case REC_EOF: s->depth -= s->depth > 0; return;
    case REC_FILEPASS: s->out->password = true; return;
    case REC_DATEMODE: s->out->day_shift = u16(s, 0) == 1 ? 1462 : 0; return;
    case REC_BOUNDSHEET: read_bound(s); return;
    case REC_FORMAT: read_format(s); return;
    case REC_XF: read_xf(s); return;
    default:
        if (s->depth == 1 && s->sheet != UINT16_MAX) read_sheet_record(s, id);
    }
}

static int in_order(const void *x, const void *y)
{
    const struct biff_cell *a = x, *b = y;
    if (a->sheet != b->sheet) return a->sheet < b->sheet ? -1 : 1;
    if (a->row != b->row) return a->row < b->row ? -1 : 1;
    return a->column < b->column ? -1 : a->column > b->column;
}

enum rc biff_read(struct biff *b, int fd, struct err *e)
{
    struct buf stream;
    struct scan s = {.out = b, .sheet = UINT16_MAX};
    *b = (struct biff){0};
    buf_init(&b->text, TEXT_MAX);
    buf_init(&stream, MIB(256));
    enum rc rc = ole_stream(fd, &stream, e);
    const unsigned char *p = (const void *)stream.p;
    for (size_t i = 0; !rc && !s.failed && i + 4 <= stream.n;) {
        size_t n = (size_t)(p[i + 2] | p[i + 3] << 8);
        if (n > stream.n - i - 4) break;
        s.p = p + i + 4;
        s.n = n;
        read_record(&s, (unsigned)(p[i] | p[i + 1] << 8), (uint32_t)i);
        i += 4 + n;
    }
    if (b->cell.n) qsort(b->cell.v, b->cell.n, sizeof *b->cell.v, in_order);
    vec_fini(&s.format);
    vec_fini(&s.style);
    mem_free(s.gb);
    buf_fini(&stream);
    return !rc && s.failed ? err_nomem(e) : rc;
}

void biff_fini(struct biff *b)
{
    vec_fini(&b->cell);
    vec_fini(&b->row);
    vec_fini(&b->column);
    vec_fini(&b->merged);
    buf_fini(&b->text);
}

const struct biff_cell *biff_find(const struct biff *b, uint16_t sheet, uint16_t row, uint16_t column)
{
    struct biff_cell key = {.sheet = sheet, .row = row, .column = column};
    return b->cell.n ? bsearch(&key, b->cell.v, b->cell.n, sizeof key, in_order) : NULL;
}
