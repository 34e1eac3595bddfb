/* A header against the dataset's fields, and what is told of it. */
#include "base/limits.h"
#include "base/out.h"
#include "base/utf8.h"
#include "ingest/cell.h"
#include "match/plan.h"

/* Headers that people use without being told. */
static const struct str ID_WORDS[] = {
    {"身份证号", 12},       {"身份证号码", 15},     {"证件号码", 12}, {"证件号", 9},
    {"公民身份号码", 18},   {"公民身份证号码", 21}, {"身份证", 9},    {"身份证件号码", 18},
    {"居民身份证号码", 21}, {"居民身份证号", 18},   {"idcard", 6},    {"cid", 3},
};
static const struct str NAME_WORDS[] = {
    {"姓名", 6},        {"患者姓名", 12}, {"人员姓名", 12}, {"学生姓名", 12},   {"成员姓名", 12},
    {"参保人姓名", 15}, {"户主姓名", 12}, {"车主姓名", 12}, {"残疾人姓名", 15}, {"name", 4},
};

static struct header_field field_of(struct str name, const struct field_decl *f)
{
    if (!f) return (struct header_field){.name = name, .label = STR("")};
    return (struct header_field){.name = f->name.text, .label = f->label, .alias = f->aliases, .n_alias = f->n_aliases};
}

/* The declared spellings count first; the common ones only when none of those stands in the header. */
static enum rc match_header(struct plan *pl, bool common_id, bool common_name, struct pos at, struct diags *d,
                            struct err *e)
{
    size_t n = pl->n_cols + 2;
    struct header_field *f = ARENA_ARRAY(pl->a, struct header_field, n);
    if (!f) return err_nomem(e);
    for (size_t i = 0; i < pl->n_cols; i++) f[i] = field_of(pl->cols[i].name, pl->cols[i].decl);
    const struct name_list *by = &pl->decl.person_by;
    f[n - 2] = field_of(by->v[0].text, plan_field_find(pl->books, pl->dataset, by->v[0].text));
    if (common_id)
        f[n - 2] = (struct header_field){by->v[0].text, STR(""), ID_WORDS, sizeof ID_WORDS / sizeof *ID_WORDS};
    if (by->n > 1) f[n - 1] = field_of(by->v[1].text, plan_field_find(pl->books, pl->dataset, by->v[1].text));
    if (by->n > 1 && common_name)
        f[n - 1] = (struct header_field){by->v[1].text, STR(""), NAME_WORDS, sizeof NAME_WORDS / sizeof *NAME_WORDS};
    return header_match(pl->a, f, n, pl->header, pl->n_header, at, d, &pl->map, e);
}

static enum rc match_twice(struct plan *pl, struct pos at, struct diags *d, struct err *e)
{
    struct diags first;
    diags_init(&first, pl->a, d->lang);
    TRY(match_header(pl, false, false, at, &first, e));
    bool id = pl->map.column[pl->n_cols] == HEADER_NONE && !first.errors;
    bool name = pl->decl.person_by.n > 1 && pl->map.column[pl->n_cols + 1] == HEADER_NONE && !first.errors;
    if (!id && !name) {
        *d = first;
        return RC_OK;
    }
    return match_header(pl, id, name, at, d, e);
}

/* A bracket behind the name that is no unit ("必填") says nothing; one that speaks of money must be understood. */
static enum rc take_unit(struct plan_column *c, struct str unit, struct pos at, struct err *e)
{
    int power = unit.n ? cell_unit_power(unit) : CELL_UNIT_ONE;
    c->unit_power = power;
    if (power != CELL_UNIT_NONE) return RC_OK;
    c->unit_power = CELL_UNIT_ONE;
    if (str_find(unit, STR("元"), 0) == SIZE_MAX && str_find(unit, STR("yuan"), 0) == SIZE_MAX) return RC_OK;
    return err_set(e, RC_INPUT, at, "column %d (%.*s): the unit \"%.*s\" is not known; use 元 or 万元",
                   "第 %d 列（%.*s）：不认识单位“%.*s”；请用元或万元", (int)c->column + 1, STR_ARG(c->name),
                   STR_ARG(unit));
}

static enum rc take_columns(struct plan *pl, struct pos at, struct err *e)
{
    for (size_t i = 0; i < pl->n_cols; i++) {
        struct plan_column *c = &pl->cols[i];
        c->column = pl->map.column[i];
        if (c->money && c->column != HEADER_NONE) TRY(take_unit(c, pl->map.unit[c->column], at, e));
    }
    pl->id = pl->map.column[pl->n_cols];
    pl->name = pl->decl.person_by.n > 1 ? pl->map.column[pl->n_cols + 1] : HEADER_NONE;
    return RC_OK;
}

static enum rc refuse_missing(const struct plan *pl, struct str field, struct pos at, struct err *e)
{
    const struct field_decl *f = plan_field_find(pl->books, pl->dataset, field);
    struct str label = f ? f->label : STR("");
    return err_set(
        e, RC_INPUT, at,
        "the header has no column for \"%.*s\" %.*s, without which no row can be placed; name it so, or add its header "
        "to the field's aliases",
        "表头里没有“%.*s”%.*s 对应的列，缺少它无法确定每一行的归属；请改列名，或在字段的 aliases 里加上这个表头",
        STR_ARG(field), STR_ARG(label));
}

static enum rc check_columns(const struct plan *pl, struct pos at, struct err *e)
{
    const struct name_list *by = &pl->decl.person_by;
    if (pl->id == HEADER_NONE) return refuse_missing(pl, by->v[0].text, at, e);
    if (by->n > 1 && pl->name == HEADER_NONE) return refuse_missing(pl, by->v[1].text, at, e);
    if (pl->time >= 0 && pl->cols[pl->time].column == HEADER_NONE)
        return refuse_missing(pl, pl->cols[pl->time].name, at, e);
    if (pl->household >= 0 && pl->cols[pl->household].column == HEADER_NONE)
        return refuse_missing(pl, pl->cols[pl->household].name, at, e);
    if (pl->division >= 0 && pl->cols[pl->division].column == HEADER_NONE)
        return refuse_missing(pl, pl->cols[pl->division].name, at, e);
    return RC_OK;
}

enum rc plan_header(struct plan *pl, const struct str *cells, size_t n, const char *file, struct err *e)
{
    struct diags d;
    struct pos at = {.file = file, .line = 1};
    diags_init(&d, pl->a, e ? e->lang : LANG_ZH);
    pl->header = cells;
    pl->n_header = n;
    TRY(match_twice(pl, at, &d, e));
    for (size_t i = 0; i < d.n; i++) {
        if (d.v[i].level != DIAG_ERROR) continue;
        struct str m = d.v[i].msg;
        return err_set(e, RC_INPUT, at, "%.*s", "%.*s", STR_ARG(m));
    }
    TRY(take_columns(pl, at, e));
    return check_columns(pl, at, e);
}

/* ---- telling */

#define TELL_MAX MIB(4) /* more than CSV_COLUMNS_MAX clipped headers */
enum { TELL_HEADER = 256 };

static struct str field_of_column(const struct plan *pl, size_t column)
{
    int32_t f = pl->map.field[column];
    if (f == HEADER_NONE) return STR("");
    if ((size_t)f < pl->n_cols) return pl->cols[f].name;
    return pl->decl.person_by.v[(size_t)f - pl->n_cols].text;
}

static struct str keep(const struct plan *pl, struct buf *b)
{
    struct str s = b->failed ? (struct str){0} : b->n ? str_dup(pl->a, buf_str(b)) : STR("");
    buf_fini(b);
    return s;
}

struct str plan_mapping_text(const struct plan *pl)
{
    struct buf b;
    buf_init(&b, TELL_MAX);
    for (size_t c = 0; c < pl->n_header; c++) {
        struct str f = field_of_column(pl, c);
        if (!f.n) continue;
        buf_addz(&b, "  ");
        buf_add(&b, utf8_clip(pl->header[c], TELL_HEADER));
        buf_addz(&b, " → ");
        buf_add(&b, f);
        buf_addc(&b, '\n');
    }
    return keep(pl, &b);
}

struct str plan_unmapped_text(const struct plan *pl)
{
    struct buf b;
    buf_init(&b, TELL_MAX);
    for (size_t c = 0; c < pl->n_header; c++) {
        if (pl->map.field[c] != HEADER_NONE || !pl->header[c].n) continue;
        if (b.n) buf_addz(&b, ", ");
        buf_add(&b, utf8_clip(pl->header[c], TELL_HEADER));
    }
    return keep(pl, &b);
}

struct str plan_missing_text(const struct plan *pl)
{
    struct buf b;
    buf_init(&b, TELL_MAX);
    for (size_t i = 0; i < pl->n_cols; i++) {
        if (pl->cols[i].column != HEADER_NONE || pl->cols[i].optional) continue;
        if (b.n) buf_addz(&b, ", ");
        buf_add(&b, pl->cols[i].name);
    }
    return keep(pl, &b);
}

static void json_column(const struct plan *pl, size_t c, struct buf *b)
{
    buf_addz(b, b->p[b->n - 1] == '[' ? "{\"column\":" : ",{\"column\":");
    buf_add_i64(b, (int64_t)c + 1);
    buf_addz(b, ",\"header\":");
    buf_add_json(b, utf8_clip(pl->header[c], TELL_HEADER));
    buf_addz(b, ",\"field\":");
    buf_add_json(b, field_of_column(pl, c));
    buf_addz(b, ",\"unit\":");
    buf_add_json(b, utf8_clip(pl->map.unit[c], TELL_HEADER));
    buf_addc(b, '}');
}

struct str plan_mapping_json(const struct plan *pl)
{
    struct buf b;
    buf_init(&b, TELL_MAX);
    buf_addz(&b, "{\"width\":");
    buf_add_i64(&b, (int64_t)pl->n_header);
    buf_addz(&b, ",\"columns\":[");
    for (size_t c = 0; c < pl->n_header && !b.failed; c++)
        if (pl->map.field[c] != HEADER_NONE) json_column(pl, c, &b);
    buf_addz(&b, "],\"missing\":");
    buf_add_json(&b, plan_missing_text(pl));
    buf_addc(&b, '}');
    return keep(pl, &b);
}
