#include "base/mem.h"
#include "base/utf8.h"
#include "ident/division_int.h"

enum column { COL_CODE, COL_NAME, COL_FROM, COL_TO, COL_REPLACED_BY, COL_FLAGS, COL_DOCUMENT, COL__MAX };

static const struct {
    struct str en, zh;
} headers[COL__MAX] = {
    [COL_CODE] = {STR("code"), STR("代码")},          [COL_NAME] = {STR("name"), STR("名称")},
    [COL_FROM] = {STR("from"), STR("起")},            [COL_TO] = {STR("to"), STR("止")},
    [COL_REPLACED_BY] = {STR("replaced_by"), STR("并入")}, [COL_FLAGS] = {STR("flags"), STR("标记")},
    [COL_DOCUMENT] = {STR("document"), STR("文件")},
};

struct reader {
    struct str s;
    size_t at;
    uint32_t line;       /* of the next byte */
    struct pos row;      /* of the row being read */
    struct division_rows *out;
    struct diags *g;
    enum column column[COL__MAX]; /* of each field */
    size_t n_columns;
    bool no_memory;
};

#define FAULT(r, ...) diag_add((r)->g, DIAG_ERROR, (r)->row, __VA_ARGS__)

static char here(const struct reader *r)
{
    return r->at < r->s.n ? r->s.p[r->at] : '\n';
}

/* A quoted field; r->at is behind the opening quote. */
static struct str read_quoted(struct reader *r)
{
    size_t from = r->at, n = 0;
    while (r->at < r->s.n && (r->s.p[r->at] != '"' || (r->at + 1 < r->s.n && r->s.p[r->at + 1] == '"'))) {
        if (r->s.p[r->at] == '"') r->at++;
        r->line += here(r) == '\n';
        r->at++;
        n++;
    }
    if (r->at >= r->s.n) FAULT(r, "a quote is opened and never closed", "引号没有成对");
    char *copy = arena_alloc(&r->out->arena, n + 1);
    if (!copy) {
        r->no_memory = true;
        r->at = r->s.n;
        return STR("");
    }
    for (size_t i = 0; i < n; i++, from++) {
        if (r->s.p[from] == '"') from++;
        copy[i] = r->s.p[from];
    }
    r->at += r->at < r->s.n;
    return str_make(copy, n);
}

/* The next field, trimmed; *last when its row ends behind it. */
static struct str read_field(struct reader *r, bool *last)
{
    struct str f;
    size_t from = r->at;
    if (r->at < r->s.n && r->s.p[r->at] == '"') {
        r->at++;
        f = read_quoted(r);
        from = r->at;
        while (here(r) != ',' && here(r) != '\n') r->at++;
        if (str_trim(str_sub(r->s, from, r->at)).n) FAULT(r, "text behind a closing quote", "引号之后还有文字");
    } else {
        while (here(r) != ',' && here(r) != '\n') r->at++;
        f = str_sub(r->s, from, r->at);
    }
    *last = here(r) == '\n';
    r->line += *last;
    r->at++;
    return str_trim(f);
}

/* A row's fields; false at the end of the text. More fields than columns are a fault, told once. */
static bool read_fields(struct reader *r, struct str *f, size_t max, size_t *n)
{
    *n = 0;
    if (r->at >= r->s.n || r->no_memory) return false;
    r->row.line = r->line;
    for (bool last = false; !last; (*n)++) {
        struct str field = read_field(r, &last);
        if (*n < max) f[*n] = field;
    }
    return true;
}

static void read_header(struct reader *r)
{
    struct str f[COL__MAX];
    size_t n;
    bool seen[COL__MAX] = {false};
    if (!read_fields(r, f, COL__MAX, &n)) n = 0;
    if (n > COL__MAX) FAULT(r, "%zu columns; at most %d are known", "共有 %zu 列，最多 %d 列", n, (int)COL__MAX);
    r->n_columns = n < COL__MAX ? n : COL__MAX;
    for (size_t i = 0; i < r->n_columns; i++) {
        unsigned c = 0;
        while (c < COL__MAX && !str_eq_nocase(f[i], headers[c].en) && !str_eq(f[i], headers[c].zh)) c++;
        if (c == COL__MAX || seen[c]) {
            FAULT(r,
                  "column %zu of the header is unknown or given twice; known are "
                  "code,name,from,to,replaced_by,flags,document",
                  "表头第 %zu 列无法识别或重复；可用列：代码,名称,起,止,并入,标记,文件", i + 1);
            continue;
        }
        seen[c] = true;
        r->column[i] = (enum column)c;
    }
    if (!seen[COL_CODE]) FAULT(r, "the header has no column code", "表头缺少“代码”列");
}

static void read_date(struct reader *r, struct str s, enum column c, date_day *out)
{
    *out = 0;
    if (!s.n) return;
    *out = date_parse_iso(s);
    if (*out) return;
    if (c == COL_FLAGS) FAULT(r, "a date of a flag is not YYYY-MM-DD", "标记中的日期不是 YYYY-MM-DD");
    else FAULT(r, "the date in column %s is not YYYY-MM-DD", "“%s”列的日期不是 YYYY-MM-DD",
               (r->g->lang == LANG_EN ? headers[c].en : headers[c].zh).p);
}

static void read_code(struct reader *r, struct str s, enum column c, int64_t *out)
{
    *out = 0;
    if (!s.n && c != COL_CODE) return;
    if (!division_parse(s, out)) {
        FAULT(r, "a division code has 2, 4, 6, 9 or 12 digits, not all zero", "行政区划代码应为 2、4、6、9 或 12 位数字，且不全为零");
        return;
    }
    char text[DIVISION_TEXT_MAX];
    if (!division_plausible(*out))
        diag_add(r->g, DIAG_WARNING, r->row, "code %s has an unusual shape; kept", "代码 %s 的结构少见，已保留",
                 division_format(*out, text));
}

/* NAME or NAME=FROM..TO */
static void read_flag(struct reader *r, struct str s, struct division_row_flag *f)
{
    *f = (struct division_row_flag){0};
    size_t eq = str_find(s, STR("="), 0);
    f->name = str_trim(str_sub(s, 0, eq == SIZE_MAX ? s.n : eq));
    if (!f->name.n || f->name.n > IDENT_MAX)
        FAULT(r, "a flag's name has 1 to %d bytes", "标记名称应为 1 至 %d 字节", (int)IDENT_MAX);
    if (eq == SIZE_MAX) return;
    struct str dates = str_trim(str_sub(s, eq + 1, s.n));
    size_t dots = str_find(dates, STR(".."), 0);
    if (dots == SIZE_MAX) {
        FAULT(r, "a flag is NAME or NAME=FROM..TO", "标记应写作 名称 或 名称=起..止");
        return;
    }
    read_date(r, str_trim(str_sub(dates, 0, dots)), COL_FLAGS, &f->from);
    read_date(r, str_trim(str_sub(dates, dots + 2, dates.n)), COL_FLAGS, &f->to);
}

static void read_flags(struct reader *r, struct str s, struct division_row *row)
{
    struct division_row_flag f[DIVISION_FLAGS_ROW_MAX];
    size_t n = 0;
    struct str one;
    while (str_cut(&s, ';', &one)) {
        one = str_trim(one);
        if (!one.n) continue;
        if (n == DIVISION_FLAGS_ROW_MAX) {
            FAULT(r, "more than %d flags in a row", "一行中的标记超过 %d 个", (int)DIVISION_FLAGS_ROW_MAX);
            return;
        }
        read_flag(r, one, &f[n++]);
    }
    if (!n) return;
    struct division_row_flag *copy = ARENA_ARRAY(&r->out->arena, struct division_row_flag, n);
    if (!copy) {
        r->no_memory = true;
        return;
    }
    memcpy(copy, f, n * sizeof *f);
    row->flags = copy;
    row->n_flags = n;
}

static struct str read_text(struct reader *r, struct str s)
{
    if (s.n > DIVISION_NAME_MAX)
        FAULT(r, "a name or document has more than %d bytes", "名称或文件号超过 %d 字节", (int)DIVISION_NAME_MAX);
    return s;
}

static void read_cell(struct reader *r, struct division_row *row, enum column c, struct str s)
{
    switch (c) {
    case COL_CODE: read_code(r, s, c, &row->code); break;
    case COL_NAME: row->name = read_text(r, s); break;
    case COL_FROM: read_date(r, s, c, &row->from); break;
    case COL_TO: read_date(r, s, c, &row->to); break;
    case COL_REPLACED_BY: read_code(r, s, c, &row->replaced_by); break;
    case COL_FLAGS: read_flags(r, s, row); break;
    case COL_DOCUMENT: row->document = read_text(r, s); break;
    case COL__MAX: break;
    }
}

static void read_row(struct reader *r, const struct str *f, size_t n)
{
    if (n == 1 && !f[0].n) return;
    if (n != r->n_columns) {
        FAULT(r, "%zu fields, the header has %zu", "本行 %zu 列，表头 %zu 列", n, r->n_columns);
        return;
    }
    struct division_row row = {.at = r->row};
    for (size_t i = 0; i < n; i++) read_cell(r, &row, r->column[i], f[i]);
    if (r->out->rows.n == DIVISION_ROWS_MAX) {
        r->at = r->s.n;
        FAULT(r, "more than %d rows; split the list", "超过 %d 行，请拆分清单", (int)DIVISION_ROWS_MAX);
    } else if (!vec_push(&r->out->rows, DIVISION_ROWS_MAX, row)) {
        r->no_memory = true;
    }
}

enum rc division_csv_read(struct str csv, const char *file, struct division_rows *out, struct diags *g, struct err *e)
{
    *out = (struct division_rows){.rows = {0}};
    arena_init(&out->arena, DIVISIONS_ARENA_MAX);
    struct reader r = {.s = csv, .line = 1, .row = {file, 1, 1}, .out = out, .g = g};
    if (csv.n > DIVISIONS_TEXT_MAX || !utf8_valid(csv)) {
        FAULT(&r, "the list is not UTF-8 or has more than %zu bytes: save it as CSV UTF-8",
              "清单不是 UTF-8 编码或超过 %zu 字节：请另存为 CSV UTF-8", (size_t)DIVISIONS_TEXT_MAX);
        return RC_OK;
    }
    size_t errors_before = g->errors, n;
    read_header(&r);
    struct str f[COL__MAX];
    bool header_ok = g->errors == errors_before; /* else every row would be wrong too */
    while (header_ok && read_fields(&r, f, COL__MAX, &n)) read_row(&r, f, n);
    if (!r.no_memory) return RC_OK;
    return err_set(e, RC_NOMEM, pos_none(), "out of memory while reading the list of divisions; nothing was changed",
                   "读取行政区划清单时内存不足，未作任何更改");
}

void division_rows_fini(struct division_rows *r)
{
    vec_fini(&r->rows);
    arena_fini(&r->arena);
}
