#include "sheet/places.h"
#include <stdio.h>
#include "base/buf.h"
#include "base/limits.h"

void sheet_places_fini(struct sheet_places *p)
{
    arena_fini(&p->arena);
    *p = (struct sheet_places){0};
}

const struct sheet_place *sheet_place_of(const struct sheet_places *p, uint32_t line, uint32_t *row)
{
    for (size_t i = p->n; i-- > 0;) {
        const struct sheet_place *s = &p->sheet[i];
        if (line < s->line) continue;
        *row = line - s->line + 1;
        return *row <= s->rows ? s : NULL;
    }
    return NULL;
}

bool sheet_row_hidden(const struct sheet_place *s, uint32_t row)
{
    size_t lo = 0, hi = s->n_hidden_rows;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct sheet_range *r = &s->hidden_rows[mid];
        if (row < r->row) hi = mid;
        else if (row > r->last_row) lo = mid + 1;
        else return true;
    }
    return false;
}

bool sheet_column_hidden(const struct sheet_place *s, uint32_t column)
{
    for (size_t i = 0; i < s->n_hidden_columns; i++)
        if (column >= s->hidden_columns[i].column && column <= s->hidden_columns[i].last_column) return true;
    return false;
}

bool sheet_has_half_months(const struct sheet_place *s, uint32_t column)
{
    return s->half_months && column <= SHEET_COLUMNS_MAX && s->half_months[column / 8] >> column % 8 & 1;
}

const struct sheet_range *sheet_merged_at(const struct sheet_place *s, uint32_t row, uint32_t column)
{
    for (size_t i = 0; i < s->n_merged; i++) {
        const struct sheet_range *r = &s->merged[i];
        if (row >= r->row && row <= r->last_row && column >= r->column && column <= r->last_column) return r;
    }
    return NULL;
}

uint32_t sheet_column_of(const struct sheet_place *s, uint32_t column)
{
    return column && column <= s->n_origin && s->origin[column - 1] ? s->origin[column - 1] : column;
}

char *sheet_letters(uint32_t column, char *out)
{
    char turned[SHEET_LETTERS_MAX];
    size_t n = 0, k = 0;
    for (; column && n + 1 < SHEET_LETTERS_MAX; column = (column - 1) / 26)
        turned[n++] = (char)('A' + (column - 1) % 26);
    while (n) out[k++] = turned[--n];
    out[k] = 0;
    return out;
}

/* A name without what divides the text (no spreadsheet program allows it in a name) and what JSON would escape. */
static void add_name(struct buf *b, struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        bool odd = (unsigned char)c < 0x20 || c == ':' || c == '/' || c == '"' || c == '\\';
        buf_addc(b, odd ? '_' : c);
    }
}

struct str sheet_places_text(const struct sheet_places *p, struct arena *a)
{
    struct buf b;
    if (p->n < 2) return STR("");
    buf_init(&b, MIB(1));
    for (size_t i = 0; i < p->n; i++) {
        if (i) buf_addc(&b, '/');
        add_name(&b, p->sheet[i].name);
        buf_addc(&b, ':');
        buf_add_i64(&b, p->sheet[i].line);
    }
    struct str out = b.failed ? (struct str){0} : str_dup(a, buf_str(&b));
    buf_fini(&b);
    return out;
}

bool sheet_places_find(struct str text, uint32_t line, struct str *name, uint32_t *row)
{
    struct str one, head;
    bool found = false;
    while (str_cut(&text, '/', &one)) {
        int64_t first;
        if (!str_cut(&one, ':', &head) || !str_to_i64(one, 1, UINT32_MAX, &first) || first > line) continue;
        *name = head;
        *row = line - (uint32_t)first + 1;
        found = true;
    }
    return found;
}
