/* What is told of a file: its sheets, what is hidden, where lines stand. */
#include <inttypes.h>
#include "base/limits.h"
#include "base/out.h"
#include "match/source_int.h"
#include "sheet/sheet.h"

enum { HIDDEN_TOLD = 12, HIDDEN_LISTED = 1000 /* ranges of rows */ };

struct str source_kept(struct buf *b, struct arena *a)
{
    struct str out = b->failed ? (struct str){0} : b->n ? str_dup(a, buf_str(b)) : STR("");
    buf_fini(b);
    return out;
}

struct str source_sheets_text(const struct source *s, enum lang lang, struct arena *a)
{
    struct buf b;
    buf_init(&b, MIB(1));
    for (size_t i = 0; i < s->places.n; i++)
        buf_addf(&b, "%s%.*s (%" PRIu32 "%s)", i ? ", " : "", STR_ARG(s->places.sheet[i].name), s->places.sheet[i].rows,
                 s->places.sheet[i].moved ? lang_pick(lang, ", by its own order of columns", "，按其自己的列序") : "");
    return source_kept(&b, a);
}

struct str source_left_text(const struct source *s, enum lang lang, struct arena *a)
{
    struct buf b;
    buf_init(&b, MIB(1));
    for (size_t i = 0; i < s->places.n_left; i++) {
        const struct sheet_left *l = &s->places.left[i];
        const char *why = l->chart       ? lang_pick(lang, "a chart", "图表")
                          : !l->rows     ? lang_pick(lang, "empty", "空")
                          : l->hidden    ? lang_pick(lang, "hidden", "隐藏")
                          : l->not_named ? lang_pick(lang, "not named with --sheet", "--sheet 没有指明")
                                         : lang_pick(lang, "other columns", "列不同");
        buf_addf(&b, "%s%.*s (%s", i ? ", " : "", STR_ARG(l->name), why);
        if (l->rows)
            buf_addf(&b, "%s%" PRIu32 "%s", lang_pick(lang, ", ", "，"), l->rows,
                     l->rows < SHEET_PEEK_ROWS ? lang_pick(lang, " rows", " 行")
                                               : lang_pick(lang, " rows or more", " 行以上"));
        buf_addc(&b, ')');
    }
    return source_kept(&b, a);
}

static void add_range(const struct source *s, const struct sheet_place *p, const struct sheet_range *r, struct buf *b)
{
    if (s->places.n > 1) buf_addf(b, "%.*s!", STR_ARG(p->name));
    buf_addf(b, "%" PRIu32, r->row);
    if (r->last_row > r->row) buf_addf(b, "-%" PRIu32, r->last_row);
}

static struct str ranges_text(const struct source *s, bool struck, uint64_t all, enum lang lang, struct arena *a)
{
    struct buf b;
    int64_t told = 0, rows = 0;
    buf_init(&b, MIB(1));
    for (size_t i = 0; i < s->places.n; i++) {
        const struct sheet_place *p = &s->places.sheet[i];
        const struct sheet_range *r = struck ? p->struck_rows : p->hidden_rows;
        size_t n = struck ? p->n_struck_rows : p->n_hidden_rows;
        for (size_t k = 0; k < n && told < HIDDEN_TOLD; k++, told++) {
            if (told) buf_addz(&b, lang_pick(lang, ", ", "、"));
            add_range(s, p, &r[k], &b);
            rows += r[k].last_row - r[k].row + 1;
        }
    }
    int64_t more = (int64_t)all - rows;
    if (more && lang == LANG_EN) buf_addf(&b, " and %" PRId64 " more", more);
    if (more && lang != LANG_EN) buf_addf(&b, " 等，另有 %" PRId64 " 行", more);
    return source_kept(&b, a);
}

struct str source_hidden_text(const struct source *s, enum lang lang, struct arena *a)
{
    return ranges_text(s, false, s->places.hidden_rows, lang, a);
}

struct str source_struck_text(const struct source *s, enum lang lang, struct arena *a)
{
    return ranges_text(s, true, s->places.struck_rows, lang, a);
}

struct str source_hidden_json(const struct source *s, struct arena *a)
{
    struct buf b;
    size_t listed = 0;
    buf_init(&b, MIB(4));
    buf_addc(&b, '[');
    for (size_t i = 0; i < s->places.n; i++) {
        const struct sheet_place *p = &s->places.sheet[i];
        for (size_t k = 0; k < p->n_hidden_rows && listed < HIDDEN_LISTED; k++, listed++) {
            buf_addz(&b, listed ? ",{\"sheet\":" : "{\"sheet\":");
            buf_add_json(&b, p->name);
            buf_addf(&b, ",\"from\":%" PRIu32 ",\"to\":%" PRIu32 "}", p->hidden_rows[k].row,
                     p->hidden_rows[k].last_row);
        }
    }
    buf_addc(&b, ']');
    return source_kept(&b, a);
}

enum rc source_half_months(const struct source *s, size_t n, struct arena *a, const bool **out, struct err *e)
{
    const struct sheet_places *p = &s->places;
    bool any = false, *half = ARENA_ARRAY(a, bool, n + 1);
    if (!half) return err_nomem(e);
    for (size_t i = 0; s->is_sheets && i < p->n; i++)
        for (uint32_t c = 0; c < n; c++) {
            half[c] |= sheet_has_half_months(&p->sheet[i], sheet_column_of(&p->sheet[i], c + 1));
            any |= half[c];
        }
    *out = any ? half : NULL;
    return RC_OK;
}

struct str source_places(struct str mapping)
{
    struct str key = STR(",\"sheets\":\""), rest, places;
    size_t at = str_find(mapping, key, 0);
    if (at == SIZE_MAX) return STR("");
    rest = str_sub(mapping, at + key.n, mapping.n);
    return str_cut(&rest, '"', &places) ? places : STR("");
}

bool source_sheet_row(struct str mapping, int64_t line, struct str *sheet, uint32_t *row)
{
    if (line < 1 || line > UINT32_MAX) return false;
    return sheet_places_find(source_places(mapping), (uint32_t)line, sheet, row);
}
