#include "match/sheet_copies.h"

enum { COLUMNS_MAX = 256, COLUMNS_LEAST = 2 };

enum rc sheet_rows_read(struct sheet_rows *out, const struct csv_file *f, size_t from, struct arena *a, struct err *e)
{
    *out = (struct sheet_rows){0};
    for (size_t r = from; r < f->n_head; r++)
        if (f->head[r].cells > out->columns) out->columns = f->head[r].cells;
    if (out->columns > COLUMNS_MAX) out->columns = COLUMNS_MAX;
    if (from >= f->n_head || !out->columns) return RC_OK;
    out->cell = ARENA_ARRAY(a, uint64_t, (f->n_head - from) * out->columns);
    if (!out->cell) return err_nomem(e);
    for (size_t r = from; r < f->n_head; r++) {
        const struct csv_head_row *row = &f->head[r];
        uint64_t *to = out->cell + (size_t)out->n * out->columns;
        uint32_t filled = 0;
        for (uint32_t c = 0; c < row->cells && c < out->columns; c++) {
            struct str s = str_trim(row->cell[c]);
            to[c] = s.n ? str_hash(s) | 1 : 0;
            filled += s.n > 0;
        }
        out->n += filled >= COLUMNS_LEAST;
        if (filled < COLUMNS_LEAST) memset(to, 0, out->columns * sizeof *to);
    }
    return RC_OK;
}

/* Columns of two sheets that are one and are filled in both. */
struct pairs {
    uint32_t x[COLUMNS_MAX], y[COLUMNS_MAX], n;
};

static bool is_filled(const struct sheet_rows *s, uint32_t column)
{
    for (uint32_t r = 0; column < s->columns && r < s->n; r++)
        if (s->cell[(size_t)r * s->columns + column]) return true;
    return false;
}

/* Copies may be numbered anew. */
static bool is_number_of_row(struct str plain)
{
    return str_eq(plain, STR("序号")) || str_eq(plain, STR("行号")) || str_eq(plain, STR("序"));
}

static void pair_columns(const struct sheet_head *hx, const struct sheet_rows *x, const struct sheet_head *hy,
                         const struct sheet_rows *y, struct pairs *p)
{
    p->n = 0;
    for (uint32_t i = 0; i < hx->columns && p->n < COLUMNS_MAX; i++) {
        uint32_t k = 0;
        if (!hx->plain[i].n || is_number_of_row(hx->plain[i])) continue;
        while (k < hy->columns && !str_eq(hx->plain[i], hy->plain[k])) k++;
        if (k == hy->columns || !is_filled(x, i) || !is_filled(y, k)) continue;
        p->x[p->n] = i;
        p->y[p->n++] = k;
    }
}

static bool same_row(const struct sheet_rows *x, uint32_t i, const struct sheet_rows *y, uint32_t k,
                     const struct pairs *p)
{
    const uint64_t *a = x->cell + (size_t)i * x->columns, *b = y->cell + (size_t)k * y->columns;
    uint32_t filled = 0;
    for (uint32_t c = 0; c < p->n; c++) {
        if (a[p->x[c]] != b[p->y[c]]) return false;
        filled += a[p->x[c]] != 0;
    }
    return filled >= COLUMNS_LEAST;
}

uint32_t sheet_rows_repeated(const struct sheet_head *hx, const struct sheet_rows *x, const struct sheet_head *hy,
                             const struct sheet_rows *y)
{
    struct pairs p;
    uint32_t same = 0;
    pair_columns(hx, x, hy, y, &p);
    for (uint32_t k = 0; p.n >= COLUMNS_LEAST && k < y->n; k++) {
        uint32_t i = 0;
        while (i < x->n && !same_row(x, i, y, k, &p)) i++;
        same += i < x->n;
    }
    return same;
}

/* ---- names */

bool sheet_name_is_spare(struct str name)
{
    static const char *const WORD[] = {"备份",   "副本", "作废",   "废弃",   "停用",   "旧版",  "旧表",
                                       "旧数据", "(旧)", "（旧）", "backup", "Backup", "BACKUP"};
    name = str_trim(name);
    for (size_t i = 0; i < sizeof WORD / sizeof *WORD; i++)
        if (str_find(name, str_from(WORD[i]), 0) != SIZE_MAX) return true;
    return str_ends(name, STR("旧")) || str_ends(name, STR("_bak")) || str_ends(name, STR("_old"));
}

bool sheet_name_is_copy(struct str name, struct str of)
{
    name = str_trim(name);
    of = str_trim(of);
    if (!of.n || name.n <= of.n || !str_starts(name, of)) return false;
    struct str rest = str_trim(str_sub(name, of.n, name.n));
    if (str_starts(rest, STR("（"))) rest = str_sub(rest, 3, rest.n);
    else if (str_starts(rest, STR("("))) rest = str_sub(rest, 1, rest.n);
    else return false;
    return rest.n && rest.p[0] >= '0' && rest.p[0] <= '9';
}
