/* Columns that cannot be what their header says: swapped, or of another file. */
#include "base/limits.h"
#include "base/out.h"
#include "base/utf8.h"
#include "ident/person_name.h"
#include "ingest/cell.h"
#include "match/run_int.h"

enum {
    CHECK_LEAST = 4, /* cells before a column is judged */
    SAMPLE_ROWS = 200,
    ROLE_ID = -1,
    ROLE_NAME = -2 /* instead of a column of the plan */
};

static bool mostly_bad(struct column_stat s) { return s.filled >= CHECK_LEAST && 2 * s.bad > s.filled; }

static uint32_t first_of(uint32_t a, uint32_t b) { return !a || (b && b < a) ? b : a; }

static struct column_stat total(const struct run *r, size_t column)
{
    struct column_stat s = {0};
    for (unsigned t = 0; t < r->threads; t++) {
        s.filled += r->thread[t].stat[column].filled;
        s.bad += r->thread[t].stat[column].bad;
        s.long_numbers += r->thread[t].stat[column].long_numbers;
        s.zeros += r->thread[t].stat[column].zeros;
        s.padded += r->thread[t].stat[column].padded;
        s.halves += r->thread[t].stat[column].halves;
        s.padded_line = first_of(s.padded_line, r->thread[t].stat[column].padded_line);
        s.half_line = first_of(s.half_line, r->thread[t].stat[column].half_line);
    }
    return s;
}

/* Would this cell do? Blank says nothing. */
static bool fits(struct run_batch *b, const struct plan_column *c, int role, uint32_t row, int32_t column)
{
    uint64_t hash;
    struct citizen_id id;
    struct str s = batch_cell(b, row, column);
    if (role == ROLE_ID) {
        enum id_verdict v = citizen_id_parse(s, &b->run->rule, &id);
        return v == ID_OK || v == ID_CHECK || v == ID_DATE;
    }
    if (role == ROLE_NAME) return person_name_hash(s, &hash) && (unsigned char)s.p[0] >= 0x80;
    struct plan_column as = *c;
    struct column_stat st = {0};
    struct stage_text stage;
    uint32_t n = b->n, first = b->row[0];
    as.column = column;
    batch_take(b, 0, b->row[row]); /* a batch of this row alone */
    b->slot[0] = b->bad[0] = 0;
    b->n = 1;
    bool ok = cells_parse(b, &as, (struct stage_at){.first = &stage}, &st, NULL) == RC_OK && st.filled && !st.bad &&
              !b->bad[0];
    batch_take(b, 0, first);
    b->n = n;
    return ok;
}

/* Another column of which most of the first rows would do; HEADER_NONE. */
static int32_t fitting_column(struct run_batch *b, const struct plan_column *c, int role, int32_t not_this)
{
    const struct plan *pl = b->run->plan;
    for (size_t k = 0; k < pl->n_header; k++) {
        uint32_t good = 0, n = b->n < SAMPLE_ROWS ? b->n : SAMPLE_ROWS;
        if ((int32_t)k == not_this) continue;
        for (uint32_t i = 0; i < n; i++) good += fits(b, c, role, i, (int32_t)k);
        if (n && 2 * good > n) return (int32_t)k;
    }
    return HEADER_NONE;
}

static int32_t search(struct run *r, const struct plan_column *c, int role, int32_t not_this, struct err *e)
{
    struct run_thread *t = &r->thread[0];
    struct run_batch *b = t->batch;
    int32_t found = HEADER_NONE;
    if (!t->open && csv_reader_init(&t->reader, r->file, r->file->columns, e)) return found;
    t->open = true;
    if (csv_reader_start(&t->reader, r->group[0].part_from, e) || csv_reader_next(&t->reader, &b->rows, e))
        return found;
    b->run = r;
    b->thread = t;
    b->group = &r->group[0];
    b->n = 0;
    for (uint32_t i = 0; i < b->rows.rows; i++) {
        if (b->rows.row[i].flags & (ROW_REFUSE | ROW_ALL_EMPTY)) continue;
        batch_take(b, b->n, i);
        b->slot[b->n++] = 0;
    }
    return fitting_column(b, c, role, not_this);
}

/* The first refused row whose cell of this column is the reason; NULL when the rows only wait for it. */
static const struct bad_row *first_bad(const struct run *r, int32_t column)
{
    const struct bad_row *first = NULL;
    for (size_t g = 0; g < r->groups; g++) {
        const struct bad_list *l = &r->group[g].bad;
        for (size_t i = 0; i < l->v.n; i++) {
            const struct bad_row *b = &l->v.v[i];
            if (b->column == column + 1 && !b->wait && (!first || b->line < first->line)) first = b;
        }
    }
    return first;
}

/* Cells that are of the right kind and still no value: no other column is meant. */
static bool right_kind(const struct bad_row *b)
{
    static const enum cell_reason KIND[] = {CELL_DIGITS_LOST, CELL_SCIENTIFIC,  CELL_TOO_LARGE,
                                            CELL_UNIT,        CELL_NO_SUCH_DAY, CELL_SHORT_YEAR,
                                            CELL_YEAR_RANGE,  CELL_DATE_ORDER,  CELL_NOT_WHOLE};
    bool found = b && b->why == WHY_BOUND;
    for (size_t i = 0; b && b->why == WHY_CELL && i < sizeof KIND / sizeof *KIND; i++) found |= b->detail == KIND[i];
    return found;
}

static void say_first(const struct bad_row *b, bool en, struct buf *out)
{
    if (!b) return;
    buf_addz(out, en ? " First in line " : "最早在第 ");
    buf_add_i64(out, b->line);
    buf_addz(out, en ? ": " : " 行：");
    bad_reason(b, en ? LANG_EN : LANG_ZH, out);
    buf_addz(out, en ? "." : "。");
}

/* ---- values of no code list */

enum { VALUES_TOLD = 6, VALUE_BYTES = 24, VALUE_DIGITS = 5, CODES_TOLD = 12 };

struct values {
    struct str v[VALUES_TOLD];
    size_t n, cells;
    bool many; /* more than these, or such as may be somebody's */
};

static void add_value(struct values *x, struct str s)
{
    size_t i = 0, digits = 0;
    for (size_t k = 0; k < s.n; k++) digits += s.p[k] >= '0' && s.p[k] <= '9';
    if (digits > VALUE_DIGITS || s.n > VALUE_BYTES) x->many = true;
    x->cells++;
    while (i < x->n && !str_eq(x->v[i], s)) i++;
    if (i < x->n || x->many) return;
    if (x->n == VALUES_TOLD) x->many = true;
    else x->v[x->n++] = s;
}

static void add_values(struct values *x, const struct bad_list *l, int32_t column)
{
    for (size_t i = 0; i < l->v.n && !x->many; i++) {
        const struct bad_row *b = &l->v.v[i];
        if (b->why == WHY_CODE && b->column == column + 1)
            add_value(x, str_trim(str_make(l->text.p + b->value, b->value_n)));
    }
}

static void add_names(struct buf *out, const struct str *v, size_t n, bool en)
{
    for (size_t i = 0; i < n; i++) {
        if (i) buf_addz(out, en ? ", " : "、");
        buf_add(out, v[i]);
    }
}

/* What stands there when the same few values come again and again, which no names of people do; and what may. */
static void say_codes(const struct run *r, const struct plan_column *c, bool en, struct buf *out)
{
    struct values x = {0};
    if (!c || !c->codes || (c->kind != CK_CODE && c->kind != CK_SET)) return;
    for (size_t g = 0; g < r->groups; g++) {
        add_values(&x, &r->group[g].bad, c->column);
        add_values(&x, &r->group[g].odd, c->column);
    }
    if (x.n && !x.many && 2 * x.n <= x.cells) {
        buf_addz(out, en ? " It holds " : "其中的值是 ");
        add_names(out, x.v, x.n, en);
        buf_addz(out, en ? "." : "。");
    }
    size_t n = c->codes->n < CODES_TOLD ? c->codes->n : CODES_TOLD;
    buf_addz(out, en ? " The values of its list are " : "代码表里的值是 ");
    add_names(out, c->codes->name, n, en);
    if (n < c->codes->n) buf_addf(out, en ? " and %zu more" : " 等 %zu 个", en ? c->codes->n - n : c->codes->n);
    buf_addz(out,
             en ? ": write them so, or give the sender's own values to the list in the book as aliases; with --map "
                  "\""
                : "：请改写成这些值，或在政策书的代码表里把对方的值加为别名；用 --map “");
    buf_add(out, utf8_clip(r->plan->header[c->column], 200));
    buf_addz(out, en ? "=\" the column is not used." : "=” 则不用该列。");
}

static enum rc refuse(struct run *r, struct str what, int32_t column, struct column_stat s, int32_t other,
                      const struct plan_column *c, struct err *e)
{
    const struct plan *pl = r->plan;
    struct pos at = {.file = r->file->src.name, .line = r->file->header_line};
    struct str head = pl->header[column];
    const struct bad_row *first = first_bad(r, column);
    bool en = e && e->lang == LANG_EN;
    struct buf more;
    buf_init(&more, KIB(4));
    say_first(first, en, &more);
    say_codes(r, c, en, &more);
    uint64_t covered = pl->given.covered ? pl->given.covered[column] : 0;
    if (covered)
        buf_addf(
            &more,
            en ? " %llu cells are blank because merged areas cover them: if the value holds for every row of its "
                 "area, leave out --fill-merged none."
               : "有 %llu 个单元格被合并区域覆盖而成为空白：如该值适用于区域内的每一行，请不要加 --fill-merged none。",
            (unsigned long long)covered);
    else if (other != HEADER_NONE && !right_kind(first))
        buf_addf(&more,
                 en ? " Column %d \"%.*s\" looks like it: are the two swapped?"
                    : "第 %d 列“%.*s”的内容更像：两列是否对调了？",
                 (int)other + 1, STR_ARG(utf8_clip(pl->header[other], 200)));
    enum rc rc = err_set(
        e, RC_INPUT, at,
        "column %d \"%.*s\" should hold %.*s, but %d of %d cells cannot be that; the whole file is refused.%.*s",
        "第 %d 列“%.*s”应为 %.*s，但 %d 个（共 %d 个）单元格不是；整个文件不予接收。%.*s", (int)column + 1,
        STR_ARG(utf8_clip(head, 200)), STR_ARG(what), (int)s.bad, (int)s.filled, STR_ARG(buf_str(&more)));
    buf_fini(&more);
    return rc;
}

/* The lowest place that the file names. */
static int32_t place_column(const struct place_columns *p)
{
    int32_t village = p->at[DIVISION_VILLAGE - 1];
    return village != HEADER_NONE ? village : p->at[DIVISION_TOWNSHIP - 1];
}

/* What stands among the rows, behind which amounts were read already. */
static enum rc check_units(const struct run *r, struct err *e)
{
    struct money_said said = {0};
    for (unsigned t = 0; t < r->threads; t++) money_said_join(&said, &r->thread[t].skipped.said);
    return plan_units_agree(r->plan, &said, (struct pos){.file = r->file->src.name}, e);
}

/* The area with which most ID numbers of the rows begin that were not placed; 0: none has most. */
static int32_t area_of_most(const struct run *r)
{
    int64_t votes = 0, rows = 0;
    int32_t area = 0;
    for (size_t g = 0; g < r->groups; g++) {
        const struct bad_list *l = &r->group[g].bad;
        for (size_t i = 0; i < l->v.n; i++) {
            int32_t x = l->v.v[i].key ? citizen_key_area(l->v.v[i].key) : 0;
            if (!x) continue;
            rows++;
            if (!votes) area = x;
            votes += x == area ? 1 : -1;
        }
    }
    return 10 * votes > rows ? area : 0;
}

/* Names of places, of which nobody said in which county they lie. */
static enum rc ask_division(const struct run *r, int32_t column, struct column_stat s, struct err *e)
{
    const struct plan *pl = r->plan;
    bool en = e && e->lang == LANG_EN;
    int32_t area = area_of_most(r);
    struct str head = utf8_clip(pl->header[column], 200);
    struct buf more;
    buf_init(&more, KIB(1));
    if (area)
        buf_addf(&more,
                 en ? ", for instance --division %d, with which most of the ID numbers begin"
                    : "，例如 --division %d（多数证件号码以此开头）",
                 (int)area);
    enum rc rc =
        err_set(e, RC_INPUT, (struct pos){.file = r->file->src.name, .line = r->file->header_line},
                "column %d \"%.*s\" names places without codes, and %d of %d names are not of one place in the "
                "whole country; say the county of the file with --division CODE%.*s",
                "第 %d 列“%.*s”是地名，没有行政区划代码，%d 个（共 %d 个）在全国查不到或不止一处；请用 --division "
                "代码 指明文件属于哪个县%.*s",
                (int)column + 1, STR_ARG(head), (int)s.bad, (int)s.filled, STR_ARG(buf_str(&more)));
    buf_fini(&more);
    return rc;
}

/* IDs they are, but what is left of them names nobody. */
static enum rc refuse_cut(const struct run *r, struct column_stat s, int64_t cut, struct err *e)
{
    const struct plan *pl = r->plan;
    return err_set(
        e, RC_INPUT, (struct pos){.file = r->file->src.name, .line = r->file->header_line},
        "column %d \"%.*s\": %d of %d ID numbers are not whole: a spreadsheet program cut them (6.1E+17, the "
        "last digits 000) or they are masked; the whole file is refused. Format the column as text before "
        "the numbers are put in, and export it again from the system it came from",
        "第 %d 列“%.*s”：%d 个（共 %d 个）证件号码不完整，被表格软件截断（如 6.1E+17、末几位变成 000）或已隐去；"
        "整个文件不予接收。请先把该列设为文本格式，再从原系统重新导出",
        (int)pl->id + 1, STR_ARG(utf8_clip(pl->header[pl->id], 200)), (int)cut, (int)s.filled);
}

/* Fifteen digits is what spreadsheets keep of a number: equal accounts in the rows of other people are then none. */
static enum rc check_zeros(const struct run *r, int32_t column, struct column_stat s, struct err *e)
{
    enum { ZEROS_LEAST = 10 };
    if (s.zeros < ZEROS_LEAST || 2 * s.zeros <= s.long_numbers) return RC_OK;
    struct str head = utf8_clip(r->plan->header[column], 200);
    return err_set(
        e, RC_INPUT, (struct pos){.file = r->file->src.name, .line = r->file->header_line},
        "column %d \"%.*s\": %d of %d numbers of more than 15 digits have only zeros from the 16th on, which is what a "
        "spreadsheet leaves of a long number. Have the column formatted as text and exported again, or leave it out "
        "with "
        "--map \"%.*s=\"",
        "第 %d 列“%.*s”：%d 个（共 %d 个）超过 15 位的号码从第 16 位起全是 "
        "0，这是电子表格截断长号码的结果。请把该列设为"
        "文本格式后重新导出，或用 --map \"%.*s=\" 不读该列",
        (int)column + 1, STR_ARG(head), (int)s.zeros, (int)s.long_numbers, STR_ARG(head));
}

/* 2026.1 is January, or October (2026.10) of which a spreadsheet dropped the zero: which, is told by how the column is
 * written (check_months), or by the days that the file covers. */
void months_note(struct run_batch *b, uint32_t i, const struct plan_column *c, struct cell_date d, struct str s,
                 struct column_stat *stat)
{
    enum { YEAR = 4, OCTOBER = 273 }; /* its first days before January's, at least */
    const struct run *r = b->run;
    uint32_t line = b->rows.row[b->row[i]].line;
    s = str_trim(s);
    if (s.n < 6 || s.n > 7 || s.p[YEAR] != '.') return;
    if (s.n == 7 && s.p[YEAR + 1] == '0') {
        stat->padded++;
        stat->padded_line = first_of(stat->padded_line, line);
    }
    if (s.n != 6 || s.p[YEAR + 1] != '1') return;
    bool time = r->plan->time >= 0 && c == &r->plan->cols[r->plan->time];
    if (time && r->covers_from && r->covers_from <= d.first + d.span && r->covers_to < d.first + OCTOBER &&
        r->covers_to >= d.first)
        return;
    stat->halves++;
    stat->half_line = first_of(stat->half_line, line);
}

/* A number 2026.10 is kept and saved as 2026.1: where numbers stand, or where January is 2026.01, it is asked which
 * month is meant. */
static enum rc check_months(const struct run *r, int32_t column, struct column_stat s, struct err *e)
{
    const struct plan *pl = r->plan;
    bool number = pl->given.half_months && pl->given.half_months[column];
    if (!s.halves || (!s.padded && !number)) return RC_OK;
    bool en = e && e->lang == LANG_EN;
    char elsewhere[96] = "";
    if (s.padded)
        (void)snprintf(elsewhere, sizeof elsewhere,
                       en ? "; other rows are written as 2026.01 (the first in line %u)"
                          : "；其他行写作 2026.01 的样子（最早在第 %u 行）",
                       s.padded_line);
    return err_set(
        e, RC_INPUT, (struct pos){.file = r->file->src.name, .line = s.half_line},
        "column %d \"%.*s\": %d cells such as 2026.1 (the first in line %u) may be January, or October, for a "
        "spreadsheet makes 2026.1 of 2026.10%s. Have the months written as 2026-10 or 2026年10月 and give the "
        "file again; in a workbook the number format 0.00 shows October too",
        "第 %d 列“%.*s”：%d 个单元格写成 2026.1 的样子（最早在第 %u 行），可能是 1 月，也可能是 10 "
        "月，因为电子表格会把 2026.10 变成 2026.1%s。请把月份改写为 2026-10 或 2026年10月 后重新导入；工作簿里也可"
        "把该列数字格式设为 0.00，使 10 月显示为 2026.10",
        (int)column + 1, STR_ARG(utf8_clip(pl->header[column], 200)), (int)s.halves, s.half_line, elsewhere);
}

enum rc run_check_columns(struct run *r, struct err *e)
{
    const struct plan *pl = r->plan;
    TRY(check_units(r, e));
    enum lang lang = e ? e->lang : LANG_ZH;
    struct column_stat id = total(r, pl->n_cols), name = total(r, pl->n_cols + 1);
    struct err ignored = {.lang = lang};
    int64_t cut = 0;
    for (unsigned t = 0; t < r->threads; t++) cut += r->thread[t].cut_ids;
    if (mostly_bad(id) && 2 * cut > id.bad) return refuse_cut(r, id, cut, e);
    if (mostly_bad(id)) {
        int32_t other = search(r, NULL, ROLE_ID, pl->id, &ignored);
        return refuse(r, lang == LANG_EN ? STR("ID numbers") : STR("证件号码"), pl->id, id, other, NULL, e);
    }
    if (pl->name != HEADER_NONE && mostly_bad(name)) {
        int32_t other = search(r, NULL, ROLE_NAME, pl->name, &ignored);
        return refuse(r, lang == LANG_EN ? STR("names") : STR("姓名"), pl->name, name, other, NULL, e);
    }
    for (size_t i = 0; i < pl->n_cols; i++) {
        struct column_stat s = total(r, i);
        if (pl->cols[i].column != HEADER_NONE) TRY(check_zeros(r, pl->cols[i].column, s, e));
        if (pl->cols[i].column != HEADER_NONE) TRY(check_months(r, pl->cols[i].column, s, e));
        if (!mostly_bad(s)) continue;
        bool placed = (int32_t)i == pl->placed;
        int32_t column = placed ? place_column(&pl->places) : pl->cols[i].column;
        if (placed && !r->within && pl->places.at[DIVISION_COUNTY - 1] == HEADER_NONE)
            return ask_division(r, column, s, e);
        int32_t other = placed ? HEADER_NONE : search(r, &pl->cols[i], 0, column, &ignored);
        const struct field_decl *f = pl->cols[i].decl;
        return refuse(r, f && f->label.n ? f->label : pl->cols[i].name, column, s, other, placed ? NULL : &pl->cols[i],
                      e);
    }
    return run_check_ids(r, e);
}
