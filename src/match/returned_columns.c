/* Which column of a list of errors that came back is which: by their names, for people move columns, and programs write
 * them anew. */
#include "base/limits.h"
#include "match/returned_int.h"

enum { OURS = 4 };
static const char *const OWN[OURS] = {"行号", "列名", "值", "原因"}; /* before the sender's in a list in CSV */

/* A leading apostrophe that was put before a formula when the file was sent. */
static struct str as_sent(struct str s)
{
    bool guarded = s.n > 1 && s.p[0] == '\'' && strchr("=+-@\t", s.p[1]);
    return guarded ? str_sub(s, 1, s.n) : s;
}

struct str returned_cell(const struct returned *r, const struct row_batch *b, uint32_t row, size_t column)
{
    return as_sent(row_cell(b, row, r->at[column]));
}

static bool is_called(struct str cell, struct str name) { return str_eq(str_trim(as_sent(cell)), str_trim(name)); }

static bool is_own(struct str name)
{
    for (size_t i = 0; i < OURS; i++)
        if (str_eq(str_trim(name), str_from(OWN[i]))) return true;
    return false;
}

/* Columns of ours that stand where they were put: before the sender's in CSV, the reason behind them in a workbook. */
static void take_own(const struct returned *r, bool *used)
{
    const struct csv_file *f = &r->m->source.file;
    bool before = f->columns >= OURS;
    for (uint32_t c = 0; c < OURS && before; c++) before = is_called(f->header[c], str_from(OWN[c]));
    for (uint32_t c = 0; c < OURS && before; c++) used[c] = true;
    if (!before && r->key && is_called(f->header[r->key - 1], str_from(OWN[OURS - 1]))) used[r->key - 1] = true;
}

static enum rc not_there(const struct returned *r, struct str name, struct err *e)
{
    return err_set(e, RC_INPUT, (struct pos){.file = r->m->o->file},
                   "column \"%.*s\" of the list as it was sent is not in it any more; send the list back with the "
                   "columns that it had",
                   "清单原有的列“%.*s”不见了；请保留原有各列后发回", STR_ARG(name));
}

static enum rc not_clear(const struct returned *r, struct str name, struct err *e)
{
    return err_set(e, RC_INPUT, (struct pos){.file = r->m->o->file},
                   "several columns are called \"%.*s\", one of the sender's and one of the list's own; put the "
                   "columns back where they were",
                   "有几列都叫“%.*s”，一列是原表的，一列是清单自带的；请把各列移回原来的位置", STR_ARG(name));
}

/* The next free column of that name; *more: another one is behind it. */
static uint32_t find(const struct returned *r, struct str name, const bool *used, bool *more)
{
    const struct csv_file *f = &r->m->source.file;
    uint32_t at = UINT32_MAX;
    *more = false;
    for (uint32_t c = 0; c < f->columns; c++) {
        if (used[c] || !is_called(f->header[c], name)) continue;
        *more = at != UINT32_MAX;
        if (at == UINT32_MAX) at = c;
    }
    return at;
}

enum rc returned_columns(struct returned *r, struct err *e)
{
    struct import *m = r->m;
    bool more, *used = ARENA_ARRAY(m->plan.a, bool, m->source.file.columns + 1);
    r->at = ARENA_ARRAY(m->plan.a, uint32_t, r->sent.n + 1);
    if (!used || !r->at) return err_nomem(e);
    used[r->key] = true;
    take_own(r, used);
    for (size_t i = 0; i < r->sent.n; i++) {
        struct str name = r->sent.v[i].p ? r->sent.v[i] : STR("");
        uint32_t c = find(r, name, used, &more);
        if (c == UINT32_MAX) return not_there(r, name, e);
        if (more && is_own(name)) return not_clear(r, name, e);
        used[c] = true;
        r->at[i] = c;
    }
    return RC_OK;
}
