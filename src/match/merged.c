#include "match/merged.h"
#include <inttypes.h>
#include <stdlib.h>
#include "base/limits.h"
#include "base/out.h"
#include "base/utf8.h"
#include "match/plan_int.h"
#include "match/source_int.h"
#include "sheet/recast.h"

enum { AREAS_TOLD = 3, TELL_HEADER = 120 };

/* ---- which columns */

/* Whose the row is, where, when and of what kind holds for every row of the area. A number does not: a sum that stands
 * once would be counted several times, unless the book says that it is the household's. Nor does the key of a row. */
static bool fills(const struct plan *pl, size_t column)
{
    int32_t f = pl->map.field[column];
    if (plan_is_place(pl, column)) return true;
    if (f == HEADER_NONE) return false;
    if ((size_t)f >= pl->n_cols || f == pl->household) return true;
    const struct plan_column *c = &pl->cols[f];
    if (c->kind == CK_DATE || c->kind == CK_PERSON || c->kind == CK_DIVISION) return true;
    return (c->decl && c->decl->of_household) || (c->kind != CK_NUMBER && !c->key);
}

static bool is_used(const struct plan *pl, size_t column)
{
    return pl->map.field[column] != HEADER_NONE || plan_is_place(pl, column);
}

/* ---- areas */

struct areas {
    const struct source *s;
    uint32_t header;
    size_t sheet, next; /* of the one to come */
};

/* The next area over several rows of the table, cut to its rows; its lines to out. */
static bool next_area(struct areas *x, struct merged_area *out)
{
    const struct sheet_places *p = &x->s->places;
    for (; x->sheet < p->n; x->sheet++, x->next = 0) {
        const struct sheet_place *s = &p->sheet[x->sheet];
        while (x->next < s->n_merged) {
            const struct sheet_range *r = &s->merged[x->next++];
            uint32_t last = r->last_row < s->rows ? r->last_row : s->rows;
            if (last <= r->row || r->row < s->begin || s->line + r->row - 1 <= x->header) continue;
            *out = (struct merged_area){r->column, s->line + r->row - 1, s->line + last - 1,
                                        r->row,    r->last_row,          sheet_column_of(s, r->column)};
            return true;
        }
    }
    return false;
}

static int in_order(const void *x, const void *y)
{
    const struct merged_area *a = x, *b = y;
    if (a->column != b->column) return a->column < b->column ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

static enum rc list_areas(struct merged *m, const struct source *s, const struct plan *pl, struct err *e)
{
    struct areas x = {.s = s, .header = s->file.header_line};
    struct merged_area a;
    size_t n = 0;
    while (next_area(&x, &a)) n++;
    m->area = ARENA_ARRAY(pl->a, struct merged_area, n + 1);
    if (!m->area) return err_nomem(e);
    x = (struct areas){.s = s, .header = x.header};
    while (next_area(&x, &a))
        if (a.column <= pl->n_header) m->area[m->n_area++] = a;
    qsort(m->area, m->n_area, sizeof *m->area, in_order);
    return RC_OK;
}

const struct merged_area *merged_covering(const struct merged *m, uint32_t line, uint32_t column)
{
    size_t lo = 0, hi = m->n_area;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct merged_area *a = &m->area[mid];
        if (column < a->column || (column == a->column && line <= a->line)) hi = mid;
        else if (column > a->column || line > a->last_line) lo = mid + 1;
        else return a;
    }
    return NULL;
}

/* ---- telling */

static void add_area(const struct merged_area *a, struct buf *b)
{
    char letters[SHEET_LETTERS_MAX];
    sheet_letters(a->letters, letters);
    buf_addf(b, "%s%" PRIu32 ":%s%" PRIu32, letters, a->row, letters, a->last_row);
}

static void add_areas(const struct merged_area *a, size_t n, struct buf *b)
{
    for (size_t k = 0; k < n && k < AREAS_TOLD; k++) {
        buf_addz(b, k ? ", " : ": ");
        add_area(&a[k], b);
    }
    if (n > AREAS_TOLD) buf_addz(b, " …");
}

/* Of what stays blank the places too. */
static struct str tell(const struct merged *m, const struct plan *pl, bool filled)
{
    struct buf b;
    buf_init(&b, MIB(1));
    for (size_t i = 0, told; i < m->n_area; i += told) {
        uint32_t column = m->area[i].column;
        for (told = 1; i + told < m->n_area && m->area[i + told].column == column;) told++;
        uint64_t cells = filled ? m->filled[column - 1] : m->left[column - 1];
        if (!cells || !is_used(pl, column - 1)) continue;
        struct str head = utf8_clip(pl->header[column - 1], TELL_HEADER);
        buf_addf(&b, "%s%.*s (%" PRIu64, b.n ? ", " : "", STR_ARG(head), cells);
        if (!filled) add_areas(&m->area[i], told, &b);
        buf_addc(&b, ')');
    }
    return source_kept(&b, pl->a);
}

/* ---- */

static enum rc fill_down(struct merged *m, struct source *s, const struct source_options *o, const struct plan *pl,
                         struct err *e)
{
    struct sheet_recast r = {.temp_dir = o->temp_dir,
                             .fill = m->fill,
                             .n_fill = (uint32_t)pl->n_header,
                             .below = s->file.header_line,
                             .filled = m->filled};
    return source_recast(s, o, &r, e);
}

/* Areas whose cells have a value now leave the list. */
static void count(struct merged *m, const struct plan *pl)
{
    for (size_t c = 0; c < pl->n_header; c++) m->cells_filled += is_used(pl, c) ? m->filled[c] : 0;
    for (size_t i = 0; i < m->n_area; i++) {
        const struct merged_area *a = &m->area[i];
        if (m->fill[a->column - 1]) continue;
        m->left[a->column - 1] += a->last_line - a->line;
        if (is_used(pl, a->column - 1)) m->cells_left += a->last_line - a->line;
    }
}

static void keep_unfilled(struct merged *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_area; i++)
        if (!m->fill[m->area[i].column - 1]) m->area[n++] = m->area[i];
    m->n_area = n;
}

enum rc merged_take(struct merged *out, struct source *s, const struct source_options *o, const struct plan *pl,
                    enum merged_fill how, bool *anew, struct err *e)
{
    size_t n = pl->n_header;
    *anew = false;
    *out = (struct merged){.fill = ARENA_ARRAY(pl->a, bool, n + 1),
                           .filled = ARENA_ARRAY(pl->a, uint64_t, n + 1),
                           .left = ARENA_ARRAY(pl->a, uint64_t, n + 1),
                           .filled_text = STR(""),
                           .left_text = STR("")};
    if (!out->fill || !out->filled || !out->left) return err_nomem(e);
    if (!s->is_sheets) return RC_OK;
    TRY(list_areas(out, s, pl, e));
    for (size_t c = 0; c < n; c++) out->fill[c] = how == MERGED_ALL || (how == MERGED_USUAL && fills(pl, c));
    for (size_t i = 0; i < out->n_area; i++) *anew |= out->fill[out->area[i].column - 1];
    if (*anew) TRY(fill_down(out, s, o, pl, e));
    count(out, pl);
    out->filled_text = tell(out, pl, true);
    out->left_text = tell(out, pl, false);
    keep_unfilled(out);
    return out->filled_text.p && out->left_text.p ? RC_OK : err_nomem(e);
}
