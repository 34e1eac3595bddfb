#include "match/head_again.h"
#include "base/limits.h"
#include "base/out.h"
#include "base/utf8.h"
#include "ingest/cell.h"
#include "ingest/head.h"
#include "match/sheet_heads.h"

enum { NAMES_LEAST = 2, LOOK_CELLS = 5, FILLED_LEAST = 3, NAME_TOLD = 60 };
#define LOOK_ARENA_MAX MIB(4)

struct looking {
    const struct plan *pl;
    const struct row_batch *b;
    size_t row;
    struct arena *a;
    struct sheet_head head; /* the row, read as a header */
    struct str *plain;      /* the header's names in the form of header_normalise */
};

static struct str cell_of(const struct looking *x, uint32_t c) { return str_trim(row_cell(x->b, x->row, c)); }

static bool is_own_name(struct str header, struct str s)
{
    header = str_trim(header);
    if (str_eq(header, s)) return true;
    return header.n > s.n + 1 && (str_ends(header, s) || str_starts(header, s)) &&
           str_find(header, STR("/"), 0) != SIZE_MAX; /* a name under a group, or the group */
}

/* The header's column of that name, best the one in its place. */
static int32_t column_named(const struct plan *pl, uint32_t here, struct str s)
{
    if (here < pl->n_header && is_own_name(pl->header[here], s)) return (int32_t)here;
    for (size_t c = 0; c < pl->n_header; c++)
        if (is_own_name(pl->header[c], s)) return (int32_t)c;
    return HEADER_NONE;
}

static bool is_spelling(const struct header_field *f, struct str s)
{
    if (str_eq(f->name, s) || str_eq(f->label, s)) return true;
    for (size_t i = 0; i < f->n_alias; i++)
        if (str_eq(f->alias[i], s)) return true;
    return false;
}

static bool is_name(const struct plan *pl, uint32_t here, struct str s)
{
    if (column_named(pl, here, s) != HEADER_NONE) return true;
    for (size_t i = 0; i < plan_fields(pl); i++) {
        struct header_field f = plan_header_field(pl, i);
        if (is_spelling(&f, s)) return true;
    }
    return false;
}

/* Data nearly always has a day, an amount or a number among its cells, and no names of columns among the first. */
static bool may_be_header(const struct looking *x)
{
    size_t filled = 0, names = 0;
    for (uint32_t c = 0; c < x->b->columns; c++) {
        struct str s = cell_of(x, c);
        if (!s.n) continue;
        if (head_is_data(s)) return false;
        if (++filled <= LOOK_CELLS) names += is_name(x->pl, c, s);
        if (filled == LOOK_CELLS && names < NAMES_LEAST) return false;
    }
    return filled >= FILLED_LEAST && names >= NAMES_LEAST;
}

/* The same, whatever the blanks, marks and width of its letters; after read_head. */
static int32_t column_like(const struct looking *x, uint32_t here, struct str s)
{
    int32_t found = column_named(x->pl, here, s);
    for (size_t i = 0; i <= x->pl->n_header && found == HEADER_NONE; i++) {
        size_t c = i ? i - 1 : here; /* the one in its place first */
        if (c < x->pl->n_header && x->plain[c].n && str_eq(x->plain[c], x->head.plain[here])) found = (int32_t)c;
    }
    return found;
}

static enum rc read_head(struct looking *x, struct err *e)
{
    uint32_t n = x->b->columns;
    struct str *names = ARENA_ARRAY(x->a, struct str, n + 1), bare, unit;
    x->plain = ARENA_ARRAY(x->a, struct str, x->pl->n_header + 1);
    if (!names || !x->plain) return err_nomem(e);
    for (uint32_t c = 0; c < n; c++) names[c] = cell_of(x, c);
    for (size_t c = 0; c < x->pl->n_header; c++) x->plain[c] = header_normalise(x->a, x->pl->header[c], &bare, &unit);
    return sheet_head_read(&x->head, x->pl, names, n, x->a, e);
}

static bool mostly_names(const struct looking *x)
{
    size_t filled = 0, names = 0;
    for (uint32_t c = 0; c < x->b->columns; c++) {
        struct str s = cell_of(x, c);
        if (!s.n) continue;
        filled++;
        names += column_like(x, c, s) != HEADER_NONE || x->head.field[c] != HEADER_NONE;
    }
    return names * 4 >= filled * 3;
}

/* ---- does it say the same? */

static bool of_place(const struct plan *pl, uint32_t c)
{
    for (unsigned k = 0; pl->placed >= 0 && k < PLACE_LEVELS; k++)
        if (pl->places.at[k] == (int32_t)c) return true;
    return false;
}

static int32_t field_at(const struct plan *pl, uint32_t c)
{
    if (c >= pl->n_header) return HEADER_NONE;
    return pl->map.field[c] != HEADER_NONE ? pl->map.field[c] : pl->part[c];
}

static bool counts(const struct plan *pl, uint32_t c)
{
    return field_at(pl, c) != HEADER_NONE || of_place(pl, c) || (int32_t)c == pl->row_person ||
           (int32_t)c == pl->relation;
}

static bool same_unit(const struct looking *x, uint32_t c)
{
    int32_t f = field_at(x->pl, c);
    if (f < 0 || (size_t)f >= x->pl->n_cols || !x->pl->cols[f].money) return true;
    int power = cell_unit_power(x->head.unit[c]);
    if (power != CELL_UNIT_NONE) return power == x->pl->cols[f].unit_power;
    return cell_unit_power(x->pl->map.unit[c]) == CELL_UNIT_NONE;
}

/* *instead as in struct head_again. */
static bool says_the_same(const struct looking *x, uint32_t c, int32_t *instead)
{
    const struct plan *pl = x->pl;
    struct str s = cell_of(x, c);
    *instead = column_like(x, c, s);
    if (!s.n || *instead == (int32_t)c) return true;
    if (*instead != HEADER_NONE) {
        uint32_t k = (uint32_t)*instead;
        bool one = field_at(pl, c) != HEADER_NONE && field_at(pl, c) == field_at(pl, k);
        return one || (!counts(pl, c) && !counts(pl, k));
    }
    int32_t f = x->head.field[c];
    if (f != HEADER_NONE && f == field_at(pl, c)) return same_unit(x, c);
    if (f != HEADER_NONE) *instead = f < (int32_t)pl->map.n_fields ? pl->map.column[f] : HEADER_NONE;
    return f == HEADER_NONE && !counts(pl, c);
}

static void compare(const struct looking *x, struct head_again *found)
{
    uint32_t line = x->b->row[x->row].line;
    int32_t instead;
    if (found->line && found->line <= line) return;
    for (uint32_t c = 0; c < x->b->columns; c++) {
        if (says_the_same(x, c, &instead)) continue;
        *found = (struct head_again){line, c, instead};
        return;
    }
}

enum rc head_again_look(struct head_again *found, const struct plan *pl, const struct row_batch *b, size_t row,
                        enum skip_kind *kind, struct err *e)
{
    struct arena arena;
    struct looking x = {.pl = pl, .b = b, .row = row, .a = &arena};
    bool told = *kind == SKIP_HEADER, maybe = *kind == SKIP_NONE || *kind == SKIP_TOTAL || *kind == SKIP_NOTE;
    if (b->row[row].flags & (ROW_BAD_ENCODING | ROW_NUL) || !(told || (maybe && may_be_header(&x)))) return RC_OK;
    arena_init(&arena, LOOK_ARENA_MAX);
    enum rc rc = read_head(&x, e);
    if (!rc && (told || mostly_names(&x))) {
        *kind = SKIP_HEADER;
        compare(&x, found);
    }
    arena_fini(&arena);
    return rc;
}

enum rc head_again_refuse(const struct head_again *found, const struct plan *pl, struct str place, struct pos at,
                          struct err *e)
{
    char en[160] = "another column", zh[160] = "别的列";
    struct str above = found->column < pl->n_header ? utf8_clip(pl->header[found->column], NAME_TOLD) : STR("");
    if (found->instead != HEADER_NONE) {
        struct str there = utf8_clip(pl->header[found->instead], NAME_TOLD);
        (void)snprintf(en, sizeof en, "\"%.*s\"", STR_ARG(there));
        (void)snprintf(zh, sizeof zh, "“%.*s”", STR_ARG(there));
    }
    return err_set(
        e, RC_INPUT, at,
        "line %.*s is the header of another table, whose columns are not those of the header above: column %u "
        "is \"%.*s\" above and %s there. Nothing was taken in. Put the rows from that line on into a sheet or "
        "a file of their own (each is read by its own header), or their columns into the order of those above",
        "第 %.*s 行是另一张表的表头，其列与上面的表头不同：第 %u 列上面是“%.*s”，那里是%s。没有导入任何内容。"
        "请把该行起的各行另存为单独的工作表或文件（各按自己的表头读取），或把其列调整为与上面相同的顺序",
        STR_ARG(place), found->column + 1, STR_ARG(above), e && e->lang == LANG_EN ? en : zh);
}
