/* A header against the dataset's fields, and what is told of it. */
#include "base/limits.h"
#include "base/out.h"
#include "base/utf8.h"
#include "ingest/cell.h"
#include "match/column_guess.h"
#include "match/plan_int.h"

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

struct str plan_common_word(size_t i)
{
    const size_t ids = sizeof ID_WORDS / sizeof *ID_WORDS, names = sizeof NAME_WORDS / sizeof *NAME_WORDS;
    if (i < ids) return ID_WORDS[i];
    return i - ids < names ? NAME_WORDS[i - ids] : STR("");
}

/* The declared spellings count first; the common ones only when none of those stands in the header. Columns and fields
 * that somebody chose stand back. */
static enum rc match_header(struct plan *pl, bool common_id, bool common_name, struct pos at, struct diags *d,
                            struct err *e)
{
    size_t n = pl->n_cols + 2;
    struct header_field *f = ARENA_ARRAY(pl->a, struct header_field, n);
    struct str *cell = ARENA_ARRAY(pl->a, struct str, pl->n_header + 1);
    if (!f || !cell) return err_nomem(e);
    for (size_t i = 0; i < n; i++) f[i] = plan_header_field(pl, i);
    const struct name_list *by = &pl->decl.person_by;
    if (by->n && common_id)
        f[n - 2] = (struct header_field){by->v[0].text, STR(""), ID_WORDS, sizeof ID_WORDS / sizeof *ID_WORDS, false};
    if (by->n > 1 && common_name)
        f[n - 1] = (struct header_field){by->v[1].text, STR(""), NAME_WORDS, sizeof NAME_WORDS / sizeof *NAME_WORDS,
                                         false};
    for (size_t i = 0; i < n; i++)
        if (plan_choice_of_field(pl, i) || plan_field_in_parts(pl, i))
            f[i] = (struct header_field){.name = STR(""), .label = STR("")};
    for (size_t c = 0; c < pl->n_header; c++) {
        bool taken = pl->chosen[c] || pl->part[c] != HEADER_NONE;
        cell[c] = taken ? STR("") : pl->header[c];
    }
    return header_match(pl->a, f, n, cell, pl->n_header, at, d, &pl->map, e);
}

static enum rc match_twice(struct plan *pl, struct pos at, struct diags *d, struct err *e)
{
    struct diags first;
    diags_init(&first, pl->a, d->lang);
    TRY(match_header(pl, false, false, at, &first, e));
    const struct header_map *m = &pl->map;
    bool id = pl->decl.person_by.n && m->column[pl->n_cols] == HEADER_NONE && !first.errors &&
              !plan_choice_of_field(pl, pl->n_cols);
    bool name = pl->decl.person_by.n > 1 && m->column[pl->n_cols + 1] == HEADER_NONE && !first.errors &&
                !plan_choice_of_field(pl, pl->n_cols + 1);
    if (!id && !name) {
        *d = first;
        return RC_OK;
    }
    return match_header(pl, id, name, at, d, e);
}

static enum rc take_columns(struct plan *pl, struct pos at, struct err *e)
{
    for (size_t i = 0; i < pl->n_cols; i++) pl->cols[i].column = pl->map.column[i];
    TRY(plan_units_take(pl, at, e));
    pl->id = pl->map.column[pl->n_cols];
    pl->name = pl->decl.person_by.n > 1 ? pl->map.column[pl->n_cols + 1] : HEADER_NONE;
    return RC_OK;
}

/* A division that has no column of codes, and columns of names at least from the township or the village on. */
static enum rc find_places(struct plan *pl, struct err *e)
{
    struct str bare, unit;
    pl->placed = -1;
    for (size_t i = 0; i < pl->n_cols && pl->placed < 0; i++)
        if (pl->cols[i].kind == CK_DIVISION && (!pl->roster || (int32_t)i == pl->division) &&
            (pl->village < 0 || (int32_t)i == pl->village))
            pl->placed = (int32_t)i;
    if (pl->placed < 0 || pl->cols[pl->placed].column != HEADER_NONE) return pl->placed = -1, RC_OK;
    for (unsigned k = 0; k < PLACE_LEVELS; k++) pl->places.at[k] = HEADER_NONE;
    for (size_t c = 0; c < pl->n_header; c++) {
        enum division_level level = place_level(header_normalise(pl->a, pl->header[c], &bare, &unit));
        if (level && pl->places.at[level - 1] == HEADER_NONE) pl->places.at[level - 1] = (int32_t)c;
    }
    bool enough = pl->places.at[DIVISION_TOWNSHIP - 1] != HEADER_NONE ||
                  pl->places.at[DIVISION_VILLAGE - 1] != HEADER_NONE;
    if (!enough) pl->placed = -1;
    return arena_failed(pl->a) ? err_nomem(e) : RC_OK;
}

/* A field without which no row can be placed and that has no column: ID and name first; HEADER_NONE: none. */
static int32_t lacking(const struct plan *pl)
{
    const int32_t id = pl->decl.person_by.n ? (int32_t)pl->n_cols : -1, name = pl->decl.person_by.n > 1 ? id + 1 : -1;
    const int32_t needed[] = {id, name, pl->time, pl->household, pl->division, pl->village};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (needed[i] >= 0 && needed[i] != pl->placed && pl->map.column[needed[i]] == HEADER_NONE) return needed[i];
    return HEADER_NONE;
}

static enum rc check_columns(const struct plan *pl, struct pos at, struct err *e)
{
    struct column_guess *g;
    size_t n = 0;
    int32_t field = lacking(pl);
    if (field == HEADER_NONE && !pl->given.n_sample) return RC_OK;
    TRY(column_guesses(pl, &g, &n, e));
    if (field != HEADER_NONE) return column_guess_ask(pl, (size_t)field, true, g, n, at, e);
    for (size_t i = 0; i < n; i++)
        if (g[i].name >= GUESS_NEAR) return column_guess_ask(pl, g[i].field, false, g, n, at, e);
    return RC_OK;
}

static enum rc take_choices(struct plan *pl, struct pos at, struct err *e)
{
    pl->chosen = ARENA_ARRAY(pl->a, bool, pl->n_header + 1);
    if (!pl->chosen) return err_nomem(e);
    TRY(plan_choices_find(pl, at, e));
    for (size_t i = 0; i < pl->given.n_choices; i++) pl->chosen[pl->given.choice[i].at] = true;
    return RC_OK;
}

enum rc plan_header(struct plan *pl, const struct str *cells, size_t n, const char *file, struct err *e)
{
    struct diags d;
    struct pos at = {.file = file, .line = pl->header_line ? pl->header_line : 1};
    diags_init(&d, pl->a, e ? e->lang : LANG_ZH);
    pl->header = cells;
    pl->n_header = n;
    TRY(take_choices(pl, at, e));
    TRY(plan_sets_find(pl, e));
    TRY(match_twice(pl, at, &d, e));
    for (size_t i = 0; i < d.n; i++) {
        if (d.v[i].level != DIAG_ERROR) continue;
        struct str m = d.v[i].msg;
        return err_set(e, RC_INPUT, at, "%.*s", "%.*s", STR_ARG(m));
    }
    TRY(plan_choices_take(pl, e));
    TRY(plan_sets_take(pl, e));
    TRY(take_columns(pl, at, e));
    TRY(find_places(pl, e));
    return check_columns(pl, at, e);
}

/* ---- telling */

#define TELL_MAX MIB(4) /* more than CSV_COLUMNS_MAX clipped headers */
enum { TELL_HEADER = 256, UNUSED_TOLD = 300 };

static struct str field_of_column(const struct plan *pl, size_t column)
{
    int32_t f = pl->map.field[column];
    if (f == HEADER_NONE) return STR("");
    return plan_field_name(pl, (size_t)f);
}

static struct str keep(const struct plan *pl, struct buf *b)
{
    struct str s = b->failed ? (struct str){0} : b->n ? str_dup(pl->a, buf_str(b)) : STR("");
    buf_fini(b);
    return s;
}

static void add_places(const struct plan *pl, struct buf *b)
{
    bool any = false;
    buf_addz(b, "  ");
    for (unsigned k = 0; k < PLACE_LEVELS; k++) {
        int32_t c = pl->places.at[k];
        if (c == HEADER_NONE) continue;
        if (any) buf_addz(b, " + ");
        buf_add(b, utf8_clip(pl->header[c], TELL_HEADER));
        any = true;
    }
    buf_addz(b, " → ");
    buf_add(b, pl->cols[pl->placed].name);
    buf_addc(b, '\n');
}

/* A unit that is not yuan, where the header does not say it. */
static void add_unit(const struct plan *pl, size_t c, struct buf *b)
{
    int32_t f = pl->map.field[c];
    if ((size_t)f >= pl->n_cols || !pl->cols[f].money) return;
    if (pl->cols[f].row_units)
        buf_addf(b, " (× %.*s)", STR_ARG(utf8_clip(pl->header[pl->unit_column - 1], TELL_HEADER)));
    if (pl->cols[f].row_units || pl->cols[f].unit_power == CELL_UNIT_ONE) return;
    if (cell_unit_power(pl->map.unit[c]) == pl->cols[f].unit_power) return;
    buf_addf(b, " (%s)", plan_unit_name(pl->cols[f].unit_power));
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
        add_unit(pl, c, &b);
        buf_addc(&b, '\n');
    }
    if (pl->placed >= 0) add_places(pl, &b);
    return keep(pl, &b);
}

bool plan_is_place(const struct plan *pl, size_t column)
{
    bool any = false;
    for (unsigned k = 0; pl->placed >= 0 && k < PLACE_LEVELS; k++) any = any || pl->places.at[k] == (int32_t)column;
    return any;
}

struct str plan_unmapped_text(const struct plan *pl)
{
    struct buf b;
    size_t n = 0;
    buf_init(&b, TELL_MAX);
    for (size_t c = 0; c < pl->n_header; c++) {
        if (pl->map.field[c] != HEADER_NONE || !pl->header[c].n || plan_is_place(pl, c)) continue;
        if (c + 1 == pl->unit_column || n++ >= UNUSED_TOLD) continue;
        if (b.n) buf_addz(&b, ", ");
        buf_add(&b, utf8_clip(pl->header[c], TELL_HEADER));
    }
    if (n > UNUSED_TOLD) buf_addf(&b, " … (+%zu)", n - UNUSED_TOLD);
    return keep(pl, &b);
}

struct str plan_missing_text(const struct plan *pl)
{
    struct buf b;
    buf_init(&b, TELL_MAX);
    for (size_t i = 0; i < pl->n_cols; i++) {
        if (pl->cols[i].column != HEADER_NONE || pl->cols[i].optional || (int32_t)i == pl->placed) continue;
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

#define WITHIN_KEY ",\"within\":"

struct str plan_mapping_json(const struct plan *pl, struct str places, int64_t within)
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
    if (within && pl->placed >= 0) {
        buf_addz(&b, WITHIN_KEY);
        buf_add_i64(&b, within);
    }
    if (places.n) {
        buf_addz(&b, ",\"sheets\":");
        buf_add_json(&b, places);
    }
    buf_addc(&b, '}');
    return keep(pl, &b);
}

int64_t plan_mapping_within(struct str mapping)
{
    struct str key = STR(WITHIN_KEY);
    int64_t v = 0;
    size_t at = str_find(mapping, key, 0), end = at == SIZE_MAX ? at : at + key.n, from = end;
    while (end < mapping.n && mapping.p[end] >= '0' && mapping.p[end] <= '9') end++;
    return at != SIZE_MAX && str_to_i64(str_sub(mapping, from, end), 1, INT64_MAX, &v) ? v : 0;
}
