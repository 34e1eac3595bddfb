#include "ingest/head.h"
#include "base/utf8.h"
#include "ingest/bracket.h"
#include "ingest/cell.h"
#include "ingest/header.h"

enum { DATA_DIGITS = 5, KNOWN_LEAST = 2, NAME_MAX_BYTES = 768, GROUP_CHARS = 10 };

/* ---- cells */

bool head_is_data(struct str cell)
{
    size_t digits = 0, chars = 0, i = 0;
    bool point = false;
    cell = str_trim(cell);
    while (i < cell.n) {
        uint32_t c = utf8_half_width(utf8_next(cell, &i));
        digits += c >= '0' && c <= '9';
        point |= c == '.';
        chars++;
    }
    if (digits >= DATA_DIGITS && digits * 10 >= chars * 6) return true;
    struct cell_date d;
    enum cell_reason why;
    if (digits >= 3 && chars > 7 && cell_date(cell, &d, &why) == CELL_OK) return true;
    return point && digits && digits + 1 == chars; /* 12.5 */
}

static bool is_number(struct str cell)
{
    cell = str_trim(cell);
    for (size_t i = 0; i < cell.n; i++)
        if (cell.p[i] < '0' || cell.p[i] > '9') return false;
    return cell.n > 0;
}

static bool blank(struct str cell) { return str_trim(cell).n == 0; }

static struct str cell_at(const struct csv_head_row *row, uint32_t c)
{
    return c < row->cells ? row->cell[c] : STR("");
}

/* ---- a row of units below the header */

static bool is_units(const struct csv_head_row *row)
{
    bool money = false;
    for (uint32_t c = 0; c < row->cells; c++) {
        if (blank(row->cell[c])) continue;
        if (!unit_cell(row->cell[c])) return false;
        money |= money_unit_cell(row->cell[c]) != MONEY_NONE;
    }
    return money;
}

/* 1, 2, 3 … */
static bool is_column_numbers(const struct csv_head_row *row)
{
    int64_t v, last = 0;
    for (uint32_t c = 0; c < row->cells; c++) {
        if (blank(row->cell[c])) continue;
        if (!str_to_i64(str_trim(row->cell[c]), 1, CSV_COLUMNS_MAX, &v) || v != last + 1) return false;
        last = v;
    }
    return last > 2;
}

/* ---- names over several rows */

static struct str join(struct arena *a, struct str x, struct str between, struct str y)
{
    char text[NAME_MAX_BYTES];
    x = utf8_clip(x, sizeof text / 3);
    y = utf8_clip(y, sizeof text / 3);
    memcpy(text, x.p, x.n);
    memcpy(text + x.n, between.p, between.n);
    memcpy(text + x.n + between.n, y.p, y.n);
    return str_dup(a, str_make(text, x.n + between.n + y.n));
}

/* Where the last slash outside brackets is; SIZE_MAX: nowhere. */
static size_t last_slash(struct str s)
{
    size_t found = SIZE_MAX;
    unsigned depth = 0;
    for (size_t i = 0; i < s.n;) {
        size_t at = i;
        uint32_t c = utf8_half_width(utf8_next(s, &i));
        if (c == '(' || c == '[') depth++;
        else if ((c == ')' || c == ']') && depth) depth--;
        else if (c == '/' && !depth && at && i < s.n) found = at;
    }
    return found;
}

size_t head_spellings(struct arena *a, struct str name, struct str out[HEAD_SPELLINGS])
{
    size_t at = last_slash(name), n = 0;
    out[n++] = name;
    if (at == SIZE_MAX) return n;
    struct str group = str_trim(str_sub(name, 0, at)), own = str_sub(name, at + 1, name.n);
    if ((unsigned char)own.p[0] == 0xBC) own = str_sub(name, at + 3, name.n); /* a full-width slash has three bytes */
    own = str_trim(own);
    if (!group.n || !own.n) return n;
    size_t inner = last_slash(group);
    if (inner != SIZE_MAX) group = str_sub(group, inner + 1, group.n);
    out[n] = join(a, group, STR(""), own);
    n += out[n].p != NULL;
    out[n] = join(a, own, STR(""), group);
    n += out[n].p != NULL;
    out[n++] = own;
    return n;
}

struct names {
    struct str *v;
    uint32_t n;
};

struct finder {
    struct arena *a;
    const struct csv_head_row *row;
    size_t n;
    const struct head_words *w;
    uint32_t width;
    struct names try, best;
};

/* Are the cells of `lower` names inside the groups of `upper`? Names over both rows stand in the upper one alone. */
static bool is_sub(const struct finder *f, const struct names *upper, const struct csv_head_row *lower)
{
    size_t groups = 0, whole = 0, odd = 0;
    bool in_group = false;
    for (uint32_t c = 0; c < f->width; c++) {
        bool up = !blank(upper->v[c]), lo = !blank(cell_at(lower, c));
        if (lo && (head_is_data(cell_at(lower, c)) || is_number(cell_at(lower, c)))) return false;
        bool next = c + 1 < f->width && blank(upper->v[c + 1]) && !blank(cell_at(lower, c + 1));
        if (up) in_group = lo && next;
        if (!up && lo && !in_group) return false;
        groups += up && lo && next;
        whole += up && !lo;
        odd += up && lo && !next;
    }
    return groups && whole && odd <= groups;
}

static bool take_sub(struct finder *f, struct names *names, const struct csv_head_row *lower)
{
    struct str group = STR("");
    for (uint32_t c = 0; c < f->width; c++) {
        struct str lo = cell_at(lower, c);
        if (!blank(names->v[c])) group = names->v[c];
        if (blank(lo)) continue;
        names->v[c] = group.n ? join(f->a, group, STR("/"), lo) : lo;
        if (!names->v[c].p) return false;
    }
    return true;
}

static bool known(struct finder *f, struct str name)
{
    struct str spelling[HEAD_SPELLINGS], bare, unit;
    size_t n = head_spellings(f->a, name, spelling);
    for (size_t i = 0; i < n; i++) {
        struct str s = header_normalise(f->a, spelling[i], &bare, &unit);
        if (s.n && (f->w->known(f->w->ctx, s) || (bare.n && f->w->known(f->w->ctx, bare)))) return true;
    }
    return false;
}

/* ---- which rows */

struct look {
    size_t filled, data, numbers;
};

static struct look look_at(const struct csv_head_row *row)
{
    struct look k = {0};
    for (uint32_t c = 0; c < row->cells; c++) {
        struct str s = row->cell[c];
        if (blank(s)) continue;
        k.filled++;
        if (head_is_data(s)) k.data++;
        else k.numbers += is_number(s);
    }
    return k;
}

static size_t count_known(struct finder *f, const struct names *v)
{
    size_t n = 0;
    for (uint32_t c = 0; c < f->width; c++) n += !blank(v->v[c]) && known(f, v->v[c]);
    return n;
}

static void keep_best(struct finder *f, struct head_found *out, size_t first, size_t rows)
{
    size_t n = count_known(f, &f->try);
    if (n < KNOWN_LEAST && first) return;
    if (n <= out->known) return;
    *out = (struct head_found){.first = first, .rows = rows, .known = n};
    memcpy(f->best.v, f->try.v, f->width * sizeof *f->try.v);
}

/* Every row as the first of a header of one to three rows. */
static enum rc try_rows(struct finder *f, struct head_found *out, struct err *e)
{
    for (size_t r = 0; r < f->n && r <= HEAD_TITLES_MAX; r++) {
        struct look k = look_at(&f->row[r]);
        if (!k.filled || f->row[r].refusal || k.data * 3 > k.filled) continue;
        for (uint32_t c = 0; c < f->width; c++) f->try.v[c] = cell_at(&f->row[r], c);
        size_t rows = 1;
        for (; rows < HEAD_LEVELS_MAX && r + rows < f->n && !is_units(&f->row[r + rows]) &&
               is_sub(f, &f->try, &f->row[r + rows]);
             rows++)
            if (!take_sub(f, &f->try, &f->row[r + rows])) return err_nomem(e);
        keep_best(f, out, r, rows);
    }
    return arena_failed(f->a) ? err_nomem(e) : RC_OK;
}

/* Without a known name: the first row of texts that is about as wide as the table, with data below. */
static void by_form(struct finder *f, struct head_found *out)
{
    size_t most = 0;
    for (size_t r = 0; r < f->n; r++) {
        struct look k = look_at(&f->row[r]);
        if (k.filled > most) most = k.filled;
    }
    for (size_t r = 0; r < f->n && r <= HEAD_TITLES_MAX; r++) {
        struct look k = look_at(&f->row[r]), below = r + 1 < f->n ? look_at(&f->row[r + 1]) : (struct look){0};
        if (!k.filled || f->row[r].refusal || k.data || k.numbers * 2 > k.filled || k.filled * 2 < most) continue;
        if (k.filled > 1 || below.data || r == 0) {
            *out = (struct head_found){.first = r, .rows = 1};
            for (uint32_t c = 0; c < f->width; c++) f->best.v[c] = cell_at(&f->row[r], c);
            return;
        }
    }
}

/* The name with its unit, unless it has one. */
static struct str with_unit(struct arena *a, struct str name, struct str cell)
{
    struct str bare, unit, s;
    (void)header_normalise(a, name, &bare, &unit);
    if (blank(name) || unit.n) return name;
    (void)header_normalise(a, cell, &bare, &unit);
    cell = str_trim(cell);
    bool in_brackets = bare.n && bare.p[0] == '(';
    s = join(a, name, in_brackets ? STR("") : STR("（"), cell);
    return in_brackets || !s.p ? s : join(a, s, STR(""), STR("）"));
}

static enum rc take_units(struct finder *f, struct head_found *out, struct err *e)
{
    size_t at = out->first + out->rows;
    if (at + 1 < f->n && is_column_numbers(&f->row[at])) at++;
    if (at >= f->n || !is_units(&f->row[at])) return RC_OK;
    const struct csv_head_row *row = &f->row[at];
    money_said_rows(&out->said, MONEY_ROW, row, 1);
    out->rows = at + 1 - out->first;
    out->unit_line = row->line;
    out->row_unit = ARENA_ARRAY(f->a, int8_t, f->width + 1u);
    if (!out->row_unit) return err_nomem(e);
    for (uint32_t c = 0; c < f->width; c++) {
        struct str cell = cell_at(row, c);
        out->row_unit[c] = blank(cell) ? MONEY_NONE : (int8_t)money_unit_cell(cell);
        bool names = out->row_unit[c] != MONEY_NONE || ((!blank(cell) && !memchr("-/", str_trim(cell).p[0], 2)) &&
                                                        str_find(cell, STR("单位"), 0) == SIZE_MAX);
        if (names) out->name[c] = with_unit(f->a, out->name[c], cell);
    }
    return arena_failed(f->a) ? err_nomem(e) : RC_OK;
}

/* Does a cell above the header say that the columns below it are of another time, and no more than that? */
static bool is_group_above(struct finder *f, struct str cell)
{
    struct str bare, unit, s = header_normalise(f->a, cell, &bare, &unit);
    return s.n && utf8_count(bare) <= GROUP_CHARS && group_is_other(bare) && str_find(bare, STR("表"), 0) == SIZE_MAX;
}

/* 本年累计 over some of the columns, in a row of its own above names that need no group: as far as there are amounts.
 */
static enum rc take_group_above(struct finder *f, struct head_found *out, struct err *e)
{
    const struct csv_head_row *above = &f->row[out->first - 1];
    size_t at = out->first + out->rows;
    for (uint32_t c = 1; c < above->cells; c++) {
        if (!is_group_above(f, above->cell[c])) continue;
        for (uint32_t k = c; k < f->width && (k == c || blank(cell_at(above, k))); k++) {
            struct str cell = at < f->n ? str_trim(cell_at(&f->row[at], k)) : STR("");
            bool amount = !cell.n || (cell.p[0] >= '0' && cell.p[0] <= '9') || cell.p[0] == '-';
            if (blank(out->name[k]) || (k > c && !amount)) break;
            out->name[k] = join(f->a, str_trim(above->cell[c]), STR("/"), out->name[k]);
        }
    }
    return arena_failed(f->a) ? err_nomem(e) : RC_OK;
}

enum rc head_find(struct arena *a, const struct csv_head_row *row, size_t n, const struct head_words *w,
                  struct head_found *out, struct err *e)
{
    struct finder f = {.a = a, .row = row, .n = n, .w = w};
    for (size_t r = 0; r < n; r++)
        if (row[r].cells > f.width) f.width = row[r].cells;
    f.try.v = ARENA_ARRAY(a, struct str, f.width + 1u);
    f.best.v = ARENA_ARRAY(a, struct str, f.width + 1u);
    *out = (struct head_found){0};
    if (!f.try.v || !f.best.v) return err_nomem(e);
    TRY(try_rows(&f, out, e));
    if (!out->rows) by_form(&f, out);
    if (!out->rows) return RC_OK;
    out->name = f.best.v;
    out->columns = row[out->first].cells;
    for (size_t r = out->first; r < out->first + out->rows; r++)
        if (row[r].cells > out->columns) out->columns = row[r].cells;
    money_said_rows(&out->said, MONEY_TITLE, row, out->first);
    if (out->first) TRY(take_group_above(&f, out, e));
    return take_units(&f, out, e);
}
