/* Are the rows of a list of errors that came back the ones that their keys were given to? The key says the delivery and
 * the line; what that line held is in the store. Who sorts some columns by themselves gives rows the keys of others,
 * and a row that is taken for another one would be taken in again when its own key comes. */
#include "base/limits.h"
#include "base/mem.h"
#include "match/returned_int.h"

enum { CELLS_MAX = 1 << 22, COLUMNS_LEAST = 2, FOREIGN_LEAST = 2 };
#define CELL_MAX MIB(64)
#define SEVERAL (UINT32_MAX - 1)

/* What stood in the lines of the list. */
struct lines_sent {
    VEC(uint32_t) line;
    struct map64 at;    /* of a line: its place in `line` */
    struct map64 owner; /* of a cell: the only line that has it, by its place; SEVERAL */
    struct buf cell;    /* scratch */
    bool no_memory;     /* for one of its cells */
    size_t columns;     /* looked at: the first */
};

/* The next cell of a row of CSV with commas, without blanks at its ends; it is in x->cell or in the row. */
static struct str next_cell(struct lines_sent *x, struct str *rest)
{
    struct str cell;
    bool quoted = rest->n && rest->p[0] == '"';
    if (!quoted) {
        if (!str_cut(rest, ',', &cell)) cell = STR("");
        return str_trim(cell);
    }
    size_t i = 1;
    buf_clear(&x->cell);
    for (; i < rest->n && (rest->p[i] != '"' || (i + 1 < rest->n && rest->p[i + 1] == '"')); i++) {
        if (rest->p[i] == '"') i++;
        buf_addc(&x->cell, rest->p[i]);
    }
    x->no_memory |= x->cell.failed;
    size_t comma = i + 1 < rest->n ? i + 2 : rest->n;
    *rest = str_sub(*rest, comma < rest->n ? comma : rest->n, rest->n);
    return str_trim(buf_str(&x->cell));
}

static uint64_t hash_of(struct str cell, size_t column)
{
    return str_hash(cell) ^ ((uint64_t)column + 1) * UINT64_C(0x9E3779B97F4A7C15);
}

static enum rc add_line(struct lines_sent *x, uint32_t line, struct str row, struct err *e)
{
    uint32_t at = (uint32_t)x->line.n;
    if (!vec_push(&x->line, CELLS_MAX, line) || !map64_put(&x->at, line, at)) return err_nomem(e);
    for (size_t c = 0; c < x->columns; c++) {
        struct str cell = next_cell(x, &row);
        uint64_t hash = hash_of(cell, c);
        uint32_t was = cell.n ? map64_get(&x->owner, hash) : 0;
        if (!cell.n || was == at) continue;
        if (!map64_put(&x->owner, hash, was == UINT32_MAX ? at : SEVERAL)) return err_nomem(e);
    }
    return x->no_memory ? err_nomem(e) : RC_OK;
}

static enum rc add_lines(struct lines_sent *x, const struct returned *r, const char *lines, const char *texts,
                         struct err *e)
{
    struct stored_ints line = {0};
    struct stored_texts text = {0};
    enum rc rc = stored_ints_read(&line, r->m->s, r->base.id, str_from(lines), e);
    if (!rc) rc = stored_texts_read(&text, r->m->s, r->base.id, str_from(texts), e);
    for (size_t i = 0; !rc && i < line.n && i < text.n; i++)
        if (text.v[i].p) rc = add_line(x, (uint32_t)line.v[i], text.v[i], e);
    stored_texts_fini(&text);
    stored_ints_fini(&line);
    return rc;
}

/* ---- rows that came */

static enum rc not_its_key(const struct returned *r, const struct came *came, uint32_t line, struct err *e)
{
    return err_set(
        e, RC_INPUT, (struct pos){.file = r->m->o->file, .line = came->at},
        "this row is not the one that its key in column \"%s\" was given to: the key is that of line %u, the "
        "cells are those of line %u. Some columns were sorted or moved without the others; take the list as "
        "it was sent, and mend it again",
        "本行不是其“%s”所属的那一行：键是第 %u 行的，内容却是第 %u 行的。可能只对部分列做了排序或移动；"
        "请在原清单上重新更正",
        ERROR_KEY_NAME, came->line, line);
}

/* Cells that but one line had: is it this row's, or mostly others'? */
static enum rc check_row(struct lines_sent *x, const struct returned *r, const struct came *came, struct err *e)
{
    struct str row = str_make(r->rows.p + came->off, came->n - 1);
    uint32_t at = map64_get(&x->at, came->line), other = 0;
    size_t own = 0, foreign = 0;
    for (size_t c = 0; at != UINT32_MAX && c < x->columns; c++) {
        struct str cell = next_cell(x, &row);
        uint32_t owner = cell.n ? map64_get(&x->owner, hash_of(cell, c)) : UINT32_MAX;
        if (owner == UINT32_MAX || owner == SEVERAL) continue;
        own += owner == at;
        foreign += owner != at;
        if (owner != at) other = owner;
    }
    if (x->no_memory) return err_nomem(e);
    return foreign >= FOREIGN_LEAST && foreign > own ? not_its_key(r, came, x->line.v[other], e) : RC_OK;
}

/* A key that stands twice: equal rows are one. */
static enum rc check_twice(const struct returned *r, struct map64 *first, uint32_t i, struct err *e)
{
    const struct came *b = &r->v.v[i];
    uint32_t k = map64_get(first, b->line);
    if (k == UINT32_MAX) return map64_put(first, b->line, i) ? RC_OK : err_nomem(e);
    const struct came *a = &r->v.v[k];
    if (a->n == b->n && memcmp(r->rows.p + a->off, r->rows.p + b->off, a->n) == 0) return RC_OK;
    return err_set(
        e, RC_INPUT, (struct pos){.file = r->m->o->file, .line = b->at},
        "this row and that in line %u have the same key in column \"%s\" and are not the same; leave the right "
        "one (a further row goes into a file of its own, without that column, with --adds)",
        "本行与第 %u 行的“%s”相同，内容却不同；请只保留正确的一行（另增的行请另存为文件，去掉该列，加 --adds "
        "导入）",
        a->at, ERROR_KEY_NAME);
}

static enum rc check_all(struct lines_sent *x, struct map64 *first, const struct returned *r, struct err *e)
{
    size_t lines = r->open.n ? r->open.n : 1, most = CELLS_MAX / lines;
    x->columns = most < COLUMNS_LEAST ? COLUMNS_LEAST : most < r->sent.n ? most : r->sent.n;
    TRY(add_lines(x, r, "wait.line", "wait.text", e));
    TRY(add_lines(x, r, "refuse.line", "refuse.text", e));
    for (uint32_t i = 0; i < r->v.n; i++) {
        TRY(check_twice(r, first, i, e));
        TRY(check_row(x, r, &r->v.v[i], e));
    }
    return RC_OK;
}

enum rc returned_rows(const struct returned *r, struct err *e)
{
    struct lines_sent x = {.columns = 0};
    struct map64 first;
    map64_init(&x.at);
    map64_init(&x.owner);
    map64_init(&first);
    buf_init(&x.cell, CELL_MAX);
    enum rc rc = check_all(&x, &first, r, e);
    vec_fini(&x.line);
    map64_fini(&x.at);
    map64_fini(&x.owner);
    map64_fini(&first);
    buf_fini(&x.cell);
    return rc;
}
