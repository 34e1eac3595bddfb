/* What people say of columns, and headers that need no saying. */
#include "base/limits.h"
#include "base/out.h"
#include "ingest/cell.h"
#include "match/plan_int.h"

static enum rc bad_choice(struct str text, struct err *e)
{
    return err_set(
        e, RC_USAGE, pos_none(),
        "--map \"%.*s\": write COLUMN=FIELD, COLUMN=FIELD in UNIT, or COLUMN= for a column that is not used; "
        "COLUMN is its header or #NUMBER",
        "--map “%.*s”：请写 列名=字段、列名=字段 in 单位，或 列名=（不用该列）；列名也可写 #列号", STR_ARG(text));
}

enum rc column_choice_parse(struct str text, struct column_choice *out, struct err *e)
{
    const struct str in = STR(" in ");
    size_t eq = text.n;
    while (eq && text.p[eq - 1] != '=') eq--;
    *out = (struct column_choice){.unit_power = CELL_UNIT_NONE, .at = HEADER_NONE};
    if (eq < 2) return bad_choice(text, e);
    out->column = str_trim(str_sub(text, 0, eq - 1));
    struct str field = str_sub(text, eq, text.n);
    size_t at = str_find(field, in, 0);
    if (at != SIZE_MAX) {
        out->unit_power = cell_unit_power(str_trim(str_sub(field, at + in.n, field.n)));
        field = str_sub(field, 0, at);
        if (out->unit_power == CELL_UNIT_NONE) return bad_choice(text, e);
    }
    out->field = str_trim(field);
    return out->column.n ? RC_OK : bad_choice(text, e);
}

/* ---- fields */

size_t plan_fields(const struct plan *pl) { return pl->n_cols + 2; }

struct str plan_field_name(const struct plan *pl, size_t i)
{
    if (i < pl->n_cols) return pl->cols[i].name;
    return i - pl->n_cols < pl->decl.person_by.n ? pl->decl.person_by.v[i - pl->n_cols].text : STR("");
}

struct header_field plan_header_field(const struct plan *pl, size_t i)
{
    struct str name = plan_field_name(pl, i);
    const struct field_decl *f = i < pl->n_cols ? pl->cols[i].decl : plan_field_find(pl->books, pl->dataset, name);
    if (!f) return (struct header_field){.name = name, .label = STR("")};
    return (struct header_field){.name = f->name.text,
                                 .label = f->label,
                                 .alias = f->aliases,
                                 .n_alias = f->n_aliases,
                                 .label_first = i >= pl->n_cols};
}

int32_t plan_field_index(const struct plan *pl, struct str word)
{
    for (size_t i = 0; i < plan_fields(pl); i++) {
        struct header_field f = plan_header_field(pl, i);
        if (f.name.n && (str_eq(f.name, word) || (f.label.n && str_eq(f.label, word)))) return (int32_t)i;
    }
    return HEADER_NONE;
}

/* ---- choices */

/* "#3" -> 2; HEADER_NONE when it is no number of a column. */
static int32_t by_number(const struct plan *pl, struct str s)
{
    int64_t n = 0;
    if (s.n < 2 || s.p[0] != '#' || !str_to_i64(str_sub(s, 1, s.n), 1, (int64_t)pl->n_header, &n)) return HEADER_NONE;
    return (int32_t)(n - 1);
}

static enum rc find_column(const struct plan *pl, struct column_choice *x, struct pos at, struct err *e)
{
    struct str bare, unit, want = header_normalise(pl->a, x->column, &bare, &unit);
    x->at = by_number(pl, x->column);
    if (x->at != HEADER_NONE) return RC_OK;
    for (size_t c = 0; c < pl->n_header; c++) {
        if (!str_eq(header_normalise(pl->a, pl->header[c], &bare, &unit), want)) continue;
        if (x->at != HEADER_NONE)
            return err_set(e, RC_INPUT, at, "columns %d and %zu are both called \"%.*s\"; say which with #%d or #%zu",
                           "第 %d 列和第 %zu 列都叫“%.*s”；请用 #%d 或 #%zu 指明", x->at + 1, c + 1, STR_ARG(x->column),
                           x->at + 1, c + 1);
        x->at = (int32_t)c;
    }
    if (arena_failed(pl->a)) return err_nomem(e);
    if (x->at != HEADER_NONE) return RC_OK;
    return err_set(e, RC_INPUT, at, "the header has no column \"%.*s\"; see the columns with `fangpin layout DB look`",
                   "表头里没有“%.*s”这一列；用 `fangpin layout DB look` 查看各列", STR_ARG(x->column));
}

enum rc plan_choices_find(struct plan *pl, struct pos at, struct err *e)
{
    for (size_t i = 0; i < pl->given.n_choices; i++) {
        struct column_choice *x = &pl->given.choice[i];
        TRY(find_column(pl, x, at, e));
        if (x->field.n && plan_field_index(pl, x->field) == HEADER_NONE)
            return err_set(e, RC_INPUT, at, "the dataset \"%.*s\" has no field \"%.*s\" (for column \"%.*s\")",
                           "数据集“%.*s”没有字段“%.*s”（列“%.*s”）", STR_ARG(pl->dataset), STR_ARG(x->field),
                           STR_ARG(x->column));
        for (size_t k = 0; k < i; k++) {
            const struct column_choice *y = &pl->given.choice[k];
            int32_t f = x->field.n ? plan_field_index(pl, x->field) : HEADER_NONE;
            bool set = f != HEADER_NONE && (size_t)f < pl->n_cols && pl->cols[f].kind == CK_SET;
            bool field = x->field.n && !set && f == plan_field_index(pl, y->field);
            struct str twice = field ? x->field : x->column;
            if (y->at == x->at || field)
                return err_set(e, RC_USAGE, at, "--map says two things of \"%.*s\"", "--map 对“%.*s”说了两次",
                               STR_ARG(twice));
        }
    }
    return RC_OK;
}

bool plan_choice_of_field(const struct plan *pl, size_t field)
{
    for (size_t i = 0; i < pl->given.n_choices; i++)
        if (pl->given.choice[i].field.n && plan_field_index(pl, pl->given.choice[i].field) == (int32_t)field)
            return true;
    return false;
}

enum rc plan_choices_take(struct plan *pl, struct err *e)
{
    for (size_t i = 0; i < pl->given.n_choices; i++) {
        const struct column_choice *x = &pl->given.choice[i];
        struct str bare;
        (void)header_normalise(pl->a, pl->header[x->at], &bare, &pl->map.unit[x->at]);
        pl->map.field[x->at] = HEADER_NONE;
        if (!x->field.n) continue;
        int32_t f = plan_field_index(pl, x->field);
        pl->map.field[x->at] = f;
        pl->map.column[f] = x->at;
    }
    return arena_failed(pl->a) ? err_nomem(e) : RC_OK;
}

/* ---- a header that needs no saying */

const char *plan_unit_name(int power)
{
    static const struct {
        int power;
        const char *name;
    } NAME[] = {{0, "元"},     {2, "百元"},   {3, "千元"},   {4, "万元"},
                {5, "十万元"}, {6, "百万元"}, {7, "千万元"}, {8, "亿元"}};
    for (size_t i = 0; i < sizeof NAME / sizeof *NAME; i++)
        if (NAME[i].power == power) return NAME[i].name;
    return "";
}

static struct str with_unit(const struct plan *pl, struct str name, int power)
{
    struct buf b;
    buf_init(&b, KIB(64));
    buf_add(&b, name);
    buf_addf(&b, "（%s）", plan_unit_name(power));
    struct str s = b.failed ? (struct str){0} : str_dup(pl->a, buf_str(&b));
    buf_fini(&b);
    return s;
}

/* "risks2", the second column of a set. */
static struct str with_number(const struct plan *pl, struct str name, size_t column)
{
    struct buf b;
    int64_t nth = 1;
    for (size_t c = 0; c < column; c++) nth += pl->map.field[c] == pl->map.field[column];
    buf_init(&b, KIB(64));
    buf_add(&b, name);
    buf_add_i64(&b, nth);
    struct str s = b.failed ? (struct str){0} : str_dup(pl->a, buf_str(&b));
    buf_fini(&b);
    return s;
}

static struct str plain_name(const struct plan *pl, size_t c)
{
    int32_t f = pl->map.field[c];
    /* A column that gave way to a chosen one must not come back. */
    if (f == HEADER_NONE) return pl->given.n_choices && !plan_is_place(pl, c) ? STR("") : pl->header[c];
    const struct plan_column *col = (size_t)f < pl->n_cols ? &pl->cols[f] : NULL;
    bool unit = col && col->money && !pl->map.unit[c].n && col->unit_power != CELL_UNIT_ONE;
    if (!pl->chosen[c] && !unit) return pl->header[c];
    struct str name = plan_field_name(pl, (size_t)f);
    if (col && col->n_part) return with_number(pl, name, c);
    return col && col->money && col->unit_power >= 0 ? with_unit(pl, name, col->unit_power) : name;
}

struct str *plan_plain_header(const struct plan *pl)
{
    struct str *v = ARENA_ARRAY(pl->a, struct str, pl->n_header + 1);
    for (size_t c = 0; v && c < pl->n_header; c++)
        if (!(v[c] = plain_name(pl, c)).p) return NULL;
    return v;
}

struct str *plan_sent_header(const struct plan *pl)
{
    struct str *v = ARENA_ARRAY(pl->a, struct str, pl->n_header + 1);
    for (size_t c = 0; v && c < pl->n_header; c++) {
        int32_t f = pl->map.field[c];
        const struct plan_column *col = f != HEADER_NONE && (size_t)f < pl->n_cols ? &pl->cols[f] : NULL;
        v[c] = pl->header[c];
        if (!col || !col->money || pl->chosen[c] || pl->map.unit[c].n || col->unit_power == CELL_UNIT_ONE) continue;
        v[c] = with_unit(pl, pl->header[c], col->unit_power);
        if (!v[c].p) return NULL;
    }
    return v;
}
