#include <zstd.h>
#include <zstd_errors.h>
#include "base/mem.h"
#include "base/swar.h"
#include "base/utf8.h"
#include "ident/division_int.h"

extern const char asset_divisions_zst[], asset_divisions_zst_end[];

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
    size_t n = s.n && s.p[s.n - 1] != '\n', i = 0;
    for (; i + 8 <= s.n; i += 8) n += 8 - (size_t)((swar_other(swar_load8(s.p + i), '\n') >> 7) * SWAR_BYTES(1) >> 56);
    for (; i < s.n; i++) n += s.p[i] == '\n';
    return n;
}

static enum rc read_units(struct divisions *d, struct str rest, struct err *e)
{
    size_t n = count_lines(rest);
    if (!n || n > DIVISION_ROWS_MAX) return damaged(e, "number of units", "单位数不合理");
    d->units.v = mem_alloc_array(n, sizeof *d->units.v);
    if (!d->units.v) return no_memory(e);
    struct str line;
    for (int64_t before = 0; str_cut(&rest, '\n', &line); before = d->units.v[d->units.n++].code)
        if (d->units.n == n || !read_unit(line, before, &d->units.v[d->units.n])) return damaged(e, "a unit", "单位行");
    return RC_OK;
}

static void start(struct divisions *d)
{
    *d = (struct divisions){.date = 0};
    arena_init(&d->arena, DIVISIONS_ARENA_MAX);
    intern_init(&d->flag_names, &d->arena);
}

/* Everything after start(); text lives in d->arena. */
static enum rc read_text(struct divisions *d, struct str text, struct err *e)
{
    if (!utf8_valid(text)) return damaged(e, "not UTF-8", "不是 UTF-8");
    if (!read_header(d, &text)) return damaged(e, "header", "文件头");
    return read_units(d, text, e);
}

enum rc divisions_init_text(struct divisions *d, struct str text, struct err *e)
{
    start(d);
    enum rc rc;
    if (!text.n || text.n > DIVISIONS_TEXT_MAX) {
        rc = damaged(e, "size", "大小不合理");
    } else {
        struct str copy = str_dup(&d->arena, text);
        rc = copy.p ? read_text(d, copy, e) : no_memory(e);
    }
    if (rc) divisions_fini(d);
    return rc;
}

static enum rc unpack(struct divisions *d, struct str packed, struct err *e)
{
    unsigned long long size = ZSTD_getFrameContentSize(packed.p, packed.n);
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || !size || size > DIVISIONS_TEXT_MAX)
        return damaged(e, "size", "大小不合理");
    char *text = arena_alloc(&d->arena, (size_t)size);
    if (!text) return no_memory(e);
    size_t got = ZSTD_decompress(text, (size_t)size, packed.p, packed.n);
    if (ZSTD_isError(got) && ZSTD_getErrorCode(got) == ZSTD_error_memory_allocation) return no_memory(e);
    if (ZSTD_isError(got) || got != size) return damaged(e, "packing", "无法解压");
    return read_text(d, str_make(text, got), e);
}

enum rc divisions_init_packed(struct divisions *d, struct str packed, struct err *e)
{
    start(d);
    enum rc rc = unpack(d, packed, e);
    if (rc) divisions_fini(d);
    return rc;
}

enum rc divisions_init(struct divisions *d, struct err *e)
{
    size_t n = (size_t)((uintptr_t)asset_divisions_zst_end - (uintptr_t)asset_divisions_zst);
    return divisions_init_packed(d, str_make(asset_divisions_zst, n), e);
}

void divisions_fini(struct divisions *d)
{
    mem_free(d->units.v);
    mem_free(d->flags.v);
    mem_free(d->aliases.v);
    intern_fini(&d->flag_names);
    arena_fini(&d->arena);
    *d = (struct divisions){.date = 0};
}
