/* Several columns that are one set: 致贫返贫风险1 … 致贫返贫风险5, as national layouts have it. */
#include "base/limits.h"
#include "ingest/cell.h"
#include "match/plan_int.h"

/* What stands behind the name of such a column: a number in any of the ways people write it, or nothing. */
static bool is_ordinal(struct str s)
{
    static const char *const WORD[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十",
                                       "①",  "②",  "③",  "④",  "⑤",  "⑥",  "⑦",  "⑧",  "⑨",  "⑩"};
    int64_t n;
    if (s.n > 2 && s.p[0] == '(' && s.p[s.n - 1] == ')') s = str_sub(s, 1, s.n - 1);
    else if (s.n > 1 && strchr("-_.", s.p[0])) s = str_sub(s, 1, s.n);
    for (size_t i = 0; i < sizeof WORD / sizeof *WORD; i++)
        if (str_eq(s, str_from(WORD[i]))) return true;
    return s.n <= 2 && str_to_i64(s, 1, 99, &n);
}

struct word {
    struct str text; /* as header_normalise gives it */
    int32_t field;
};

struct words {
    struct word *v;
    size_t n;
};

static struct words words_of(const struct plan *pl)
{
    struct words w = {0};
    struct str bare, unit;
    size_t most = 0;
    for (size_t i = 0; i < plan_fields(pl); i++) most += plan_header_field(pl, i).n_alias + 2;
    w.v = ARENA_ARRAY(pl->a, struct word, most + 1);
    for (size_t i = 0; w.v && i < plan_fields(pl); i++) {
        struct header_field f = plan_header_field(pl, i);
        for (size_t k = 0; k < f.n_alias + 2; k++) {
            struct str s = k == 0 ? f.name : k == 1 ? f.label : f.alias[k - 2];
            if (s.n) w.v[w.n++] = (struct word){header_normalise(pl->a, s, &bare, &unit), (int32_t)i};
        }
    }
    return w;
}

static bool is_set(const struct plan *pl, int32_t field)
{
    return (size_t)field < pl->n_cols && pl->cols[field].kind == CK_SET;
}

/* The set whose name the key begins with, a number or nothing behind it. HEADER_NONE: none, several, or it is the whole
 * name of another field. */
static int32_t set_of(const struct plan *pl, const struct words *w, struct str key, bool *numbered)
{
    int32_t found = HEADER_NONE;
    for (size_t i = 0; i < w->n; i++) {
        const struct word *x = &w->v[i];
        bool whole = str_eq(key, x->text);
        if (!is_set(pl, x->field) && whole) return HEADER_NONE;
        if (!is_set(pl, x->field) || !str_starts(key, x->text)) continue;
        if (!whole && !is_ordinal(str_sub(key, x->text.n, key.n))) continue;
        if (found != HEADER_NONE && found != x->field) return HEADER_NONE;
        found = x->field;
        *numbered = !whole;
    }
    return found;
}

static int32_t set_of_column(const struct plan *pl, const struct words *w, size_t c, bool *numbered)
{
    struct str spelling[HEAD_SPELLINGS], bare, unit;
    size_t n = pl->header[c].n && !pl->chosen[c] ? head_spellings(pl->a, pl->header[c], spelling) : 0;
    int32_t f = HEADER_NONE;
    for (size_t i = 0; i < n && f == HEADER_NONE; i++)
        f = set_of(pl, w, header_normalise(pl->a, spelling[i], &bare, &unit), numbered);
    return f;
}

/* One column that is called as the set and has no number is a column like any other. */
static void drop_alone(struct plan *pl, const bool *numbered)
{
    for (size_t c = 0; c < pl->n_header; c++) {
        size_t same = 0;
        if (pl->part[c] == HEADER_NONE || numbered[c]) continue;
        for (size_t k = 0; k < pl->n_header; k++) same += pl->part[k] == pl->part[c];
        if (same == 1) pl->part[c] = HEADER_NONE;
    }
}

enum rc plan_sets_find(struct plan *pl, struct err *e)
{
    bool any = false;
    pl->part = ARENA_ARRAY(pl->a, int32_t, pl->n_header + 1);
    if (!pl->part) return err_nomem(e);
    for (size_t c = 0; c < pl->n_header; c++) pl->part[c] = HEADER_NONE;
    for (size_t i = 0; i < pl->n_cols; i++) any |= pl->cols[i].kind == CK_SET;
    if (!any) return RC_OK;
    struct words w = words_of(pl);
    bool *numbered = ARENA_ARRAY(pl->a, bool, pl->n_header + 1);
    if (!w.v || !numbered) return err_nomem(e);
    for (size_t c = 0; c < pl->n_header; c++) {
        int32_t f = set_of_column(pl, &w, c, &numbered[c]);
        if (f != HEADER_NONE && !plan_choice_of_field(pl, (size_t)f)) pl->part[c] = f;
    }
    drop_alone(pl, numbered);
    return arena_failed(pl->a) ? err_nomem(e) : RC_OK;
}

bool plan_field_in_parts(const struct plan *pl, size_t field)
{
    for (size_t c = 0; c < pl->n_header; c++)
        if (pl->part[c] == (int32_t)field) return true;
    return false;
}

static enum rc list_parts(struct plan *pl, size_t i, struct err *e)
{
    struct plan_column *c = &pl->cols[i];
    size_t n = 0;
    for (size_t k = 0; k < pl->n_header; k++) n += pl->map.field[k] == (int32_t)i;
    if (n < 2) return RC_OK;
    c->part = ARENA_ARRAY(pl->a, int32_t, n);
    if (!c->part) return err_nomem(e);
    for (size_t k = 0; k < pl->n_header; k++)
        if (pl->map.field[k] == (int32_t)i) c->part[c->n_part++] = (int32_t)k;
    c->column = pl->map.column[i] = c->part[0];
    return RC_OK;
}

enum rc plan_sets_take(struct plan *pl, struct err *e)
{
    for (size_t k = 0; k < pl->n_header; k++) {
        int32_t f = pl->part[k];
        if (f == HEADER_NONE) continue;
        pl->map.field[k] = f;
        pl->map.unit[k] = STR("");
        if (pl->map.column[f] == HEADER_NONE) pl->map.column[f] = (int32_t)k;
    }
    for (size_t i = 0; i < pl->n_cols; i++)
        if (pl->cols[i].kind == CK_SET) TRY(list_parts(pl, i, e));
    return RC_OK;
}
