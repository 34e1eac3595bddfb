#include "base/mem.h"
#include "base/utf8.h"
#include "ident/division_int.h"

extern const uint64_t asset_divisions_bin[]; /* tools/mkunits.c tells what it has */

static enum rc damaged(struct err *e, const char *en, const char *zh)
{
    return err_set(e, RC_ENV, pos_none(), "the list of divisions is damaged (%s); install the program again",
                   "行政区划数据已损坏（%s），请重新安装程序", e && e->lang == LANG_EN ? en : zh);
}

static enum rc no_memory(struct err *e)
{
    return err_set(e, RC_NOMEM, pos_none(), "out of memory while loading the list of divisions; free some memory",
                   "载入行政区划时内存不足，请释放内存后重试");
}

/* "fangpin-divisions 1", "date YYYY-MM-DD", "source …", an empty line. */
static bool read_header(struct divisions *d, struct str *rest)
{
    struct str magic, date, source, empty;
    if (!str_cut(rest, '\n', &magic) || !str_eq(magic, STR("fangpin-divisions 1"))) return false;
    if (!str_cut(rest, '\n', &date) || !str_starts(date, STR("date "))) return false;
    if (!str_cut(rest, '\n', &source) || !str_starts(source, STR("source "))) return false;
    if (!str_cut(rest, '\n', &empty) || empty.n) return false;
    d->date = date_parse_iso(str_sub(date, 5, date.n));
    d->source = str_sub(source, 7, source.n);
    return d->date != 0;
}

/* "DIFFERENCE\tNAME": codes strictly ascend. */
static bool read_unit(struct str line, int64_t before, struct division_period *p)
{
    int64_t step = 0;
    size_t i = 0;
    for (; i < line.n && line.p[i] >= '0' && line.p[i] <= '9' && step <= DIVISION_CODE_MAX; i++)
        step = step * 10 + (line.p[i] - '0');
    if (!i || i == line.n || line.p[i] != '\t' || step < 1 || step > DIVISION_CODE_MAX - before) return false;
    *p = (struct division_period){.code = before + step, .text = str_sub(line, i + 1, line.n)};
    return p->text.n && p->text.n <= DIVISION_NAME_MAX;
}

static size_t count_lines(struct str s)
{
    size_t n = s.n && s.p[s.n - 1] != '\n';
    for (size_t i = 0; i < s.n; i++) n += s.p[i] == '\n';
    return n;
}

static uint64_t unit_of(int64_t code, size_t name_at) { return (uint64_t)code << DIVISION_AT_BITS | name_at; }

/* Names close up over the differences before them. */
static enum rc read_units(struct divisions *d, char *text, struct str rest, struct err *e)
{
    size_t n = count_lines(rest), at = (size_t)(rest.p - text);
    if (!n || n > DIVISION_ROWS_MAX) return damaged(e, "number of units", "单位数不合理");
    uint64_t *unit = ARENA_ARRAY(&d->arena, uint64_t, n + 1);
    if (!unit) return no_memory(e);
    struct division_period p = {.code = 0};
    struct str line;
    for (size_t i = 0; str_cut(&rest, '\n', &line); i++) {
        if (i == n || !read_unit(line, p.code, &p)) return damaged(e, "a unit", "单位行");
        memmove(text + at, p.text.p, p.text.n);
        unit[i] = unit_of(p.code, at);
        at += p.text.n;
    }
    unit[n] = at;
    d->list = (struct division_list){unit, n, text};
    return RC_OK;
}

static void start(struct divisions *d)
{
    *d = (struct divisions){.date = 0};
    arena_init(&d->arena, DIVISIONS_ARENA_MAX);
    intern_init(&d->flag_names, &d->arena);
}

enum rc divisions_init_text(struct divisions *d, struct str text, struct err *e)
{
    start(d);
    char *copy = NULL;
    enum rc rc;
    struct str rest;
    if (!text.n || text.n >= (size_t)1 << DIVISION_AT_BITS) rc = damaged(e, "size", "大小不合理");
    else if (!utf8_valid(text)) rc = damaged(e, "not UTF-8", "不是 UTF-8");
    else if (!(copy = arena_alloc(&d->arena, text.n))) rc = no_memory(e);
    else {
        memcpy(copy, text.p, text.n);
        rest = str_make(copy, text.n);
        rc = read_header(d, &rest) ? read_units(d, copy, rest, e) : damaged(e, "header", "文件头");
    }
    if (rc) divisions_fini(d);
    return rc;
}

void divisions_init(struct divisions *d)
{
    start(d);
    size_t n = asset_divisions_bin[0];
    d->list = (struct division_list){asset_divisions_bin + 1, n, (const char *)(asset_divisions_bin + n + 2)};
    struct str head = str_make(d->list.text, (size_t)(division_list_unit(&d->list, 0).text.p - d->list.text));
    (void)read_header(d, &head); /* a test shows that it is well formed */
}

void divisions_fini(struct divisions *d)
{
    mem_free(d->corrected.v);
    mem_free(d->flags.v);
    mem_free(d->aliases.v);
    intern_fini(&d->flag_names);
    arena_fini(&d->arena);
    *d = (struct divisions){.date = 0};
}
