#include "ingest/header.h"
#include "base/utf8.h"
#include "ident/han.h"
#include "ingest/bracket.h"
#include "ingest/head.h"

/* Marks without width, as copying from web pages and chats leaves them. */
static bool is_unseen(uint32_t c)
{
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || c == 0x2060 || c == 0xFEFF || c == 0xAD;
}

/* Half-width, lower case, simplified; 0 = left out. */
static uint32_t header_char(uint32_t c)
{
    c = utf8_half_width(c);
    if (c == 0x3010 || c == 0x3014) return '('; /* 【 〔 */
    if (c == 0x3011 || c == 0x3015) return ')';
    if (c == '[') return '(';
    if (c == ']') return ')';
    if (c == '*' || c == 0xA0 || is_unseen(c) || c <= ' ' || c == 0x7F) return 0;
    return c >= 'A' && c <= 'Z' ? c + 32 : han_fold(c);
}

/* "金额万元", "金额:元": a unit of money behind the name. */
static void cut_unit(struct str s, struct str *bare, struct str *unit)
{
    static const struct str UNITS[] = {{"十万元", 9}, {"百万元", 9}, {"千万元", 9}, {"万元", 6},
                                       {"亿元", 6},   {"千元", 6},   {"百元", 6},   {"元", 3}};
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        if (s.n <= UNITS[i].n || !str_ends(s, UNITS[i])) continue;
        size_t n = s.n - UNITS[i].n;
        *unit = str_sub(s, n, s.n);
        while (n && memchr(":_-/,", s.p[n - 1], 5)) n--;
        *bare = str_sub(s, 0, n);
        return;
    }
}

/* What is in the last bracket, without "单位:" before it. */
static void cut_bracket(struct str s, struct str *bare, struct str *unit)
{
    static const struct str SAYS = {"单位:", 7};
    *bare = s;
    *unit = (struct str){s.p, 0};
    if (s.n < 3) return;
    if (s.p[s.n - 1] != ')') {
        cut_unit(s, bare, unit);
        return;
    }
    size_t i = s.n - 1;
    while (i > 0 && s.p[i] != '(') i--;
    if (i == 0) return;
    *bare = str_sub(s, 0, i);
    *unit = str_sub(s, i + 1, s.n - 1);
    if (str_starts(*unit, SAYS)) *unit = str_sub(*unit, SAYS.n, unit->n);
}

struct str header_normalise(struct arena *a, struct str cell, struct str *bare, struct str *unit)
{
    char text[HEADER_CELL_MAX + 8];
    size_t n = 0, i = 0;
    while (i < cell.n && n < HEADER_CELL_MAX) {
        uint32_t c = utf8_next(cell, &i);
        c = header_char(c == UINT32_MAX ? 0xFFFD : c);
        if (c) n += utf8_encode(c, text + n);
    }
    struct str s = n ? str_dup(a, str_make(text, n)) : STR("");
    if (!s.p) s = STR("");
    cut_bracket(s, bare, unit);
    return s;
}

/* A column's name in each spelling, best first; the last of several is the name without its group. */
struct header_keys {
    struct str full[HEAD_SPELLINGS], bare[HEAD_SPELLINGS], unit[HEAD_SPELLINGS];
    size_t n;
};

/* Only without the name of its group; by an alias of a field that is rather called by its label; well. */
enum { FIT_WEAK, FIT_ALIAS, FIT_WELL };

struct header_job {
    struct arena *a;
    const struct header_field *fields;
    struct header_keys *column;
    int32_t *second;         /* of each field: another column that fits as well */
    uint8_t *fit;            /* of each field: how its column fits, FIT_… */
    struct str **field_keys; /* of each field: name, label, aliases, normalised */
    struct pos at;
    struct diags *d;
    struct header_map *m;
};

static enum rc job_field_keys(struct header_job *j)
{
    struct str bare, unit;
    j->field_keys = ARENA_ARRAY(j->a, struct str *, j->m->n_fields + 1);
    for (size_t f = 0; f < j->m->n_fields && j->field_keys; f++) {
        const struct header_field *x = &j->fields[f];
        struct str *k = j->field_keys[f] = ARENA_ARRAY(j->a, struct str, x->n_alias + 2);
        if (!k) return RC_NOMEM;
        k[0] = header_normalise(j->a, x->name, &bare, &unit);
        k[1] = header_normalise(j->a, x->label, &bare, &unit);
        for (size_t i = 0; i < x->n_alias; i++) k[i + 2] = header_normalise(j->a, x->alias[i], &bare, &unit);
    }
    return arena_failed(j->a) ? RC_NOMEM : RC_OK;
}

static bool field_fits(const struct header_job *j, size_t f, struct str key)
{
    for (size_t i = 0; i < j->fields[f].n_alias + 2; i++) {
        if (key.n && str_eq(j->field_keys[f][i], key)) return true;
    }
    return false;
}

/* The field that fits key, with an error when there are two; HEADER_NONE when there is none or two. */
static int32_t job_find(struct header_job *j, size_t c, struct str key, bool *two)
{
    int32_t found = HEADER_NONE;
    *two = false;
    for (size_t f = 0; f < j->m->n_fields; f++) {
        if (!field_fits(j, f, key)) continue;
        if (found != HEADER_NONE) {
            struct str a = j->fields[found].name, b = j->fields[f].name;
            diag_add(j->d, DIAG_ERROR, j->at,
                     "column %zu \"%.*s\" fits two fields, %.*s and %.*s; give one of them another alias",
                     "第 %zu 列“%.*s”同时对应两个字段 %.*s 和 %.*s；请修改其中一个的别名", c + 1, STR_ARG(key),
                     STR_ARG(a), STR_ARG(b));
            *two = true;
            return HEADER_NONE;
        }
        found = (int32_t)f;
    }
    return found;
}

static uint8_t fit_of(const struct header_job *j, size_t f, struct str key, bool weak)
{
    if (weak) return FIT_WEAK;
    bool own = str_eq(j->field_keys[f][0], key) || str_eq(j->field_keys[f][1], key);
    return own || !j->fields[f].label_first ? FIT_WELL : FIT_ALIAS;
}

/* The field of a column and how it fits. */
static int32_t job_field(struct header_job *j, size_t c, uint8_t *fit)
{
    const struct header_keys *k = &j->column[c];
    bool two = false;
    for (size_t i = 0; i < k->n; i++) {
        struct str key = k->full[i];
        if (i && i + 1 == k->n && group_is_other(k->full[0])) break; /* not without its group */
        int32_t f = job_find(j, c, key, &two);
        if (f == HEADER_NONE && !two && k->bare[i].n != key.n && bracket_is_harmless(k->unit[i]))
            f = job_find(j, c, key = k->bare[i], &two);
        if (two) return HEADER_NONE;
        if (f == HEADER_NONE) continue;
        j->m->unit[c] = k->unit[i];
        *fit = fit_of(j, (size_t)f, key, i > 0 && i + 1 == k->n);
        return f;
    }
    return HEADER_NONE;
}

static void job_twice(struct header_job *j, size_t c, int32_t f)
{
    struct str name = j->fields[f].name;
    int32_t before = j->m->column[f];
    diag_add(j->d, DIAG_ERROR, j->at,
             "columns %d and %zu (\"%.*s\") both fit the field %.*s; remove or rename one, or say which with "
             "--map \"#%zu=%.*s\"",
             "第 %d 列和第 %zu 列（“%.*s”）都对应字段 %.*s；请删除或改名其中一列，或用 --map \"#%zu=%.*s\" 指明",
             before + 1, c + 1, STR_ARG(j->column[c].full[0]), STR_ARG(name), c + 1, STR_ARG(name));
}

/* A column that fits the same field less well than another one has none. */
static void job_place(struct header_job *j, size_t c, bool *taken_twice)
{
    uint8_t fit = FIT_WEAK;
    int32_t f = job_field(j, c, &fit), before = f == HEADER_NONE ? HEADER_NONE : j->m->column[f];
    j->m->field[c] = before != HEADER_NONE && fit < j->fit[f] ? HEADER_NONE : f;
    if (j->m->field[c] == HEADER_NONE) {
        j->m->unmapped += j->column[c].full[0].n > 0;
        return;
    }
    if (before != HEADER_NONE && fit == j->fit[f]) {
        if (taken_twice[f]) return;
        taken_twice[f] = true;
        j->second[f] = (int32_t)c;
        return;
    }
    if (before != HEADER_NONE) {
        j->m->field[before] = HEADER_NONE;
        j->m->unmapped++;
    }
    taken_twice[f] = false;
    j->m->column[f] = (int32_t)c;
    j->fit[f] = fit;
}

/* A name that stands twice and belongs to no field: told by number only. */
static void job_duplicates(struct header_job *j)
{
    for (size_t c = 0; c < j->m->n_columns; c++) {
        if (j->m->field[c] != HEADER_NONE || !j->column[c].full[0].n) continue;
        for (size_t b = 0; b < c; b++) {
            if (!str_eq(j->column[b].full[0], j->column[c].full[0])) continue;
            if (j->m->field[b] != HEADER_NONE) continue;
            diag_add(j->d, DIAG_WARNING, j->at, "columns %zu and %zu have the same name", "第 %zu 列和第 %zu 列同名",
                     b + 1, c + 1);
            break;
        }
    }
}

static void job_spell(struct header_job *j, size_t c, struct str cell)
{
    struct header_keys *k = &j->column[c];
    struct str spelling[HEAD_SPELLINGS];
    k->n = head_spellings(j->a, cell, spelling);
    for (size_t i = 0; i < k->n; i++) k->full[i] = header_normalise(j->a, spelling[i], &k->bare[i], &k->unit[i]);
    j->m->unit[c] = k->unit[0];
}

static enum rc job_alloc(struct header_job *j, const struct str *cells)
{
    struct header_map *m = j->m;
    m->column = ARENA_ARRAY(j->a, int32_t, m->n_fields + 1);
    m->field = ARENA_ARRAY(j->a, int32_t, m->n_columns + 1);
    m->unit = ARENA_ARRAY(j->a, struct str, m->n_columns + 1);
    j->column = ARENA_ARRAY(j->a, struct header_keys, m->n_columns + 1);
    j->fit = ARENA_ARRAY(j->a, uint8_t, m->n_fields + 1);
    j->second = ARENA_ARRAY(j->a, int32_t, m->n_fields + 1);
    if (arena_failed(j->a)) return RC_NOMEM;
    for (size_t f = 0; f < m->n_fields; f++) m->column[f] = HEADER_NONE;
    for (size_t c = 0; c < m->n_columns; c++) job_spell(j, c, cells[c]);
    return job_field_keys(j);
}

enum rc header_match(struct arena *a, const struct header_field *fields, size_t n_fields, const struct str *cells,
                     size_t n_cells, struct pos at, struct diags *d, struct header_map *out, struct err *e)
{
    struct header_job j = {.a = a, .fields = fields, .at = at, .d = d, .m = out};
    *out = (struct header_map){.n_fields = n_fields, .n_columns = n_cells};
    bool *twice = ARENA_ARRAY(a, bool, n_fields + 1);
    if (job_alloc(&j, cells) || !twice) return err_nomem(e);
    for (size_t c = 0; c < n_cells; c++) job_place(&j, c, twice);
    for (size_t f = 0; f < n_fields; f++) {
        if (!twice[f]) continue;
        job_twice(&j, (size_t)j.second[f], (int32_t)f);
        out->column[f] = HEADER_NONE;
    }
    job_duplicates(&j);
    return RC_OK;
}
