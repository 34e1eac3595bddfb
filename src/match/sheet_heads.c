#include "match/sheet_heads.h"
#include "match/plan_int.h"

/* The spellings that the books declare; the common ones of ID and name where none of those stands there. */
static enum rc find_fields(struct sheet_head *h, const struct plan *pl, struct arena *a, struct err *e)
{
    size_t n = plan_fields(pl);
    struct header_field *f = ARENA_ARRAY(a, struct header_field, n + 1);
    struct header_map map;
    struct diags ignored;
    if (!f) return err_nomem(e);
    for (size_t i = 0; i < n; i++) f[i] = plan_header_field(pl, i);
    diags_init(&ignored, a, LANG_EN);
    TRY(header_match(a, f, n, h->name, h->columns, pos_none(), &ignored, &map, e));
    h->unit = map.unit;
    h->field = map.field;
    for (uint32_t c = 0; c < h->columns; c++) h->n_fields += h->field[c] != HEADER_NONE;
    return RC_OK;
}

enum rc sheet_head_read(struct sheet_head *out, const struct plan *pl, struct str *names, uint32_t columns,
                        struct arena *a, struct err *e)
{
    struct str bare;
    *out = (struct sheet_head){.columns = columns, .name = names};
    out->plain = ARENA_ARRAY(a, struct str, columns + 1);
    out->unit = ARENA_ARRAY(a, struct str, columns + 1);
    out->field = ARENA_ARRAY(a, int32_t, columns + 1);
    if (!out->plain || !out->unit || !out->field) return err_nomem(e);
    for (uint32_t c = 0; c < columns; c++) {
        out->plain[c] = header_normalise(a, names[c], &bare, &out->unit[c]);
        out->field[c] = HEADER_NONE;
        out->n_fields += !pl && out->plain[c].n;
    }
    if (pl) TRY(find_fields(out, pl, a, e));
    return arena_failed(a) ? err_nomem(e) : RC_OK;
}

bool sheet_heads_same(const struct sheet_head *x, const struct sheet_head *y)
{
    if (x->columns != y->columns) return false;
    for (uint32_t i = 0; i < x->columns; i++)
        if (!str_eq(str_trim(x->name[i]), str_trim(y->name[i]))) return false;
    return true;
}

/* ---- columns that are one */

static bool same_unit(const struct sheet_head *x, uint32_t i, const struct sheet_head *y, uint32_t k)
{
    return str_eq(x->unit[i], y->unit[k]);
}

static bool same_column(const struct sheet_head *x, uint32_t i, const struct sheet_head *y, uint32_t k)
{
    if (x->plain[i].n && str_eq(x->plain[i], y->plain[k])) return true;
    return x->field[i] != HEADER_NONE && x->field[i] == y->field[k];
}

/* The column of y that is column i of x; UINT32_MAX. */
static uint32_t find_in(const struct sheet_head *x, uint32_t i, const struct sheet_head *y)
{
    for (uint32_t k = 0; k < y->columns; k++)
        if (same_column(x, i, y, k)) return k;
    return UINT32_MAX;
}

/* A row is placed by the ID, the name, the day, the household and the place: it has all of them or none. */
static bool places(const struct plan *pl, int32_t field)
{
    return (size_t)field >= pl->n_cols || field == pl->time || field == pl->household || field == pl->division;
}

bool sheet_heads_alike(const struct plan *pl, const struct sheet_head *x, const struct sheet_head *y)
{
    size_t both = 0, most = x->n_fields > y->n_fields ? x->n_fields : y->n_fields;
    for (unsigned turn = 0; turn < 2; turn++) {
        const struct sheet_head *from = turn ? y : x, *to = turn ? x : y;
        for (uint32_t i = 0; i < from->columns; i++) {
            uint32_t k = find_in(from, i, to);
            bool known = pl ? from->field[i] != HEADER_NONE : from->plain[i].n > 0;
            if (k == UINT32_MAX && known && pl && places(pl, from->field[i])) return false;
            if (k == UINT32_MAX || !known) continue;
            if (!same_unit(from, i, to, k)) return false;
            both += !turn;
        }
    }
    return most && 10 * both >= 8 * most;
}

/* ---- where they go */

struct arranging {
    const struct sheet_head *first;
    struct sheet_head more; /* the columns that were added */
    uint32_t room;
};

static uint32_t add_column(struct arranging *x, const struct sheet_head *h, uint32_t c)
{
    uint32_t k = x->more.columns++;
    x->more.name[k] = h->name[c];
    x->more.plain[k] = h->plain[c];
    x->more.unit[k] = h->unit[c];
    x->more.field[k] = h->field[c];
    return x->first->columns + k;
}

static enum rc arrange(struct arranging *x, const struct sheet_head *h, struct arena *a, struct sheet_columns *out,
                       struct err *e)
{
    uint32_t width = x->first->columns + x->room;
    bool *taken = ARENA_ARRAY(a, bool, width + 1);
    uint32_t *to = ARENA_ARRAY(a, uint32_t, h->columns + 1);
    if (!taken || !to) return err_nomem(e);
    for (uint32_t c = 0; c < h->columns; c++) {
        uint32_t k = find_in(h, c, x->first), more = find_in(h, c, &x->more);
        if (k == UINT32_MAX && more != UINT32_MAX) k = x->first->columns + more;
        if (k == UINT32_MAX || taken[k]) k = add_column(x, h, c);
        taken[k] = true;
        to[c] = k + 1;
    }
    *out = (struct sheet_columns){.to = to, .n = h->columns};
    return RC_OK;
}

static enum rc begin(struct arranging *x, const struct sheet_head *const *v, size_t n, struct arena *a, struct err *e)
{
    *x = (struct arranging){.first = v[0]};
    for (size_t i = 1; i < n; i++) x->room += v[i]->columns;
    x->more = (struct sheet_head){.name = ARENA_ARRAY(a, struct str, x->room + 1),
                                  .plain = ARENA_ARRAY(a, struct str, x->room + 1),
                                  .unit = ARENA_ARRAY(a, struct str, x->room + 1),
                                  .field = ARENA_ARRAY(a, int32_t, x->room + 1)};
    return arena_failed(a) ? err_nomem(e) : RC_OK;
}

/* What stands behind the named columns goes behind all of them, in the sheets that have the first's order too. */
static enum rc arrange_others(const struct arranging *x, const struct sheet_head *const *v, size_t n, struct arena *a,
                              struct sheet_arranged *out, struct err *e)
{
    uint32_t *same = ARENA_ARRAY(a, uint32_t, v[0]->columns + 1);
    if (!same) return err_nomem(e);
    for (uint32_t c = 0; c < v[0]->columns; c++) same[c] = c + 1;
    for (size_t i = 0; out->any && i < n; i++) {
        if (!out->columns[i].n) out->columns[i] = (struct sheet_columns){.to = same, .n = v[0]->columns};
        out->columns[i].beyond = v[0]->columns + x->more.columns + 1;
    }
    return RC_OK;
}

enum rc sheet_heads_arrange(const struct sheet_head *const *v, size_t n, struct arena *a, struct sheet_arranged *out,
                            struct err *e)
{
    struct arranging x;
    *out = (struct sheet_arranged){.columns = ARENA_ARRAY(a, struct sheet_columns, n + 1)};
    if (!out->columns) return err_nomem(e);
    TRY(begin(&x, v, n, a, e));
    for (size_t i = 1; i < n; i++) {
        if (sheet_heads_same(v[0], v[i])) continue;
        TRY(arrange(&x, v[i], a, &out->columns[i], e));
        out->any = true;
    }
    TRY(arrange_others(&x, v, n, a, out, e));
    out->added = x.more.name;
    out->n_added = x.more.columns;
    return RC_OK;
}
