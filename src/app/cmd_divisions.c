/* divisions, generate */
#include "app/commands.h"
#include "app/generate.h"
#include "app/outfile.h"
#include "app/say.h"
#include "app/session.h"
#include "base/io.h"

enum { FOUND_MAX = 200, LEAVE_OUT_MAX = 32 };

static enum rc import_list(struct session *s, const struct args *a, struct err *e)
{
    struct buf b;
    buf_init(&b, DIVISIONS_TEXT_MAX);
    enum rc rc = io_read_file(args_z(a, 1), &b, e);
    if (!rc) rc = divisions_import(&s->divs, buf_str(&b), args_z(a, 1), &s->diags, e);
    if (s->diags.n) session_say_diags(s);
    if (!rc) rc = session_keep_divisions(s, buf_str(&b), e);
    buf_fini(&b);
    if (!rc)
        out_say(&s->app->out, "The corrections hold from now on in this data folder.\n",
                "更正已在本数据文件夹生效。\n");
    return rc;
}

enum rc cmd_divisions_import(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    enum rc rc = session_open(&s, app, a, STORE_WRITE, SESSION_DIVISIONS, 0, e);
    if (!rc) rc = import_list(&s, a, e);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- find */

static enum rc add_found(struct session *s, struct table *t, const struct division_period *d, date_day day,
                         struct err *e)
{
    char code[DIVISION_TEXT_MAX];
    struct buf path;
    buf_init(&path, KIB(4));
    table_z(t, division_format(d->code, code));
    table_z(t, division_level_text(division_level(d->code), s->app->lang));
    (void)divisions_path(&s->divs, d->code, day, &path);
    table_text(t, &path);
    buf_clear(&path);
    for (size_t i = 0; i < s->divs.flag_names.n; i++)
        if (divisions_flag_holds(&s->divs, d->code, (uint32_t)i, day)) {
            if (path.n) buf_addc(&path, ' ');
            buf_add(&path, s->divs.flag_names.texts[i]);
        }
    table_text(t, &path);
    enum rc rc = path.failed ? err_nomem(e) : RC_OK;
    buf_fini(&path);
    return rc;
}

static enum rc find_all(struct session *s, const struct args *a, struct err *e)
{
    struct table t;
    struct division_period d;
    int64_t code = 0;
    size_t n = 0, more = 0;
    date_day day = a->opt[OPTION_AS_OF].from;
    bool by_code = division_parse(a->arg[1], &code);
    table_init(&t, &s->arena, lang_pick(s->app->lang, "code|level|name|flags", "代码|级别|名称|标记"));
    if (by_code) code = divisions_resolve(&s->divs, code, day);
    for (int64_t cursor = by_code ? code - 1 : 0; divisions_next(&s->divs, day, &cursor, &d);) {
        if (by_code && d.code != code) break;
        if ((!day && d.to) || (!by_code && str_find(d.text, a->arg[1], 0) == SIZE_MAX)) continue;
        if (n == FOUND_MAX) more++;
        else {
            n++;
            TRY(add_found(s, &t, &d, day, e));
        }
    }
    if (!n)
        return err_set(e, RC_INPUT, pos_none(),
                       "no division \"%.*s\" is known here. Corrections: fangpin divisions DB import FILE",
                       "没有找到区划“%.*s”。可更正：fangpin divisions DB import FILE", STR_ARG(a->arg[1]));
    if (a->opt[OPTION_JSON].given) {
        struct json j;
        json_init(&j);
        json_open(&j, NULL, '[');
        for (size_t i = t.columns; i < t.n; i += t.columns) {
            json_open(&j, NULL, '{');
            json_text(&j, "code", t.cells[i]);
            json_text(&j, "level", t.cells[i + 1]);
            json_text(&j, "name", t.cells[i + 2]);
            json_text(&j, "flags", t.cells[i + 3]);
            json_close(&j, '}');
        }
        json_close(&j, ']');
        return json_print(&j, &s->app->out, e);
    }
    TRY(table_print(&t, &s->app->out, e));
    if (more) out_say(&s->app->out, "… and %zu more\n", "……另有 %zu 个\n", more);
    return RC_OK;
}

enum rc cmd_divisions_find(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_DIVISIONS, 0, e);
    if (!rc) rc = find_all(&s, a, e);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- generate */

static enum rc leave_outs(const struct args *a, struct arena *arena, struct generate_leave_out *v, size_t *n,
                          struct err *e)
{
    for (*n = 0; *n < a->list_n; ++*n) {
        struct str s = a->list[*n];
        size_t colon = str_find(s, STR(":"), 0);
        int64_t month = 0;
        if (*n == LEAVE_OUT_MAX || colon == SIZE_MAX ||
            !str_to_i64(str_sub(s, colon + 1, s.n), 1, GENERATE_MONTHS_MAX, &month))
            return err_set(e, RC_USAGE, pos_none(), "--leave-out is written DATASET:MONTH, such as school:2.",
                           "--leave-out 写作 数据集:月序，例如 school:2。");
        v[*n] = (struct generate_leave_out){str_z(arena, str_sub(s, 0, colon)), (int32_t)month - 1};
        if (!v[*n].dataset) return err_nomem(e);
    }
    return RC_OK;
}

static enum rc generate_with(struct arena *arena, const struct divisions *d, struct app *app, const struct args *a,
                             struct err *e)
{
    struct generate_leave_out out[LEAVE_OUT_MAX];
    size_t n = 0;
    TRY(leave_outs(a, arena, out, &n, e));
    int64_t county = a->opt[OPTION_COUNTY].number;
    if (division_level(county) != DIVISION_COUNTY)
        return err_set(e, RC_USAGE, pos_none(), "--county: \"%.*s\" is not the code of a county (6 digits).",
                       "--county：“%.*s”不是县级代码（6 位）。", STR_ARG(a->opt[OPTION_COUNTY].text));
    struct generate_options o = {.dir = args_z(a, 0),
                                 .people = a->opt[OPTION_PEOPLE].number,
                                 .county = (int32_t)(county / 1000000),
                                 .seed = a->opt[OPTION_SEED].given ? (uint64_t)a->opt[OPTION_SEED].number : 1,
                                 .first_month = (int32_t)a->opt[OPTION_FROM_MONTH].number,
                                 .with_export = a->opt[OPTION_EXPORT].given,
                                 .leave_out = out,
                                 .leave_out_n = n};
    if (a->opt[OPTION_MONTHS].given) {
        int64_t months = a->opt[OPTION_MONTHS].number;
        if (months < 1 || months > GENERATE_MONTHS_MAX)
            return err_set(e, RC_USAGE, pos_none(), "--months is 1 to %d.", "--months 为 1 至 %d。",
                           (int)GENERATE_MONTHS_MAX);
        o.months = (int32_t)months;
    }
    TRY(outfile_check_folder(o.dir, e));
    TRY(generate_villages(d, o.county, arena, &o.villages, e));
    return generate_county(&o, &app->out, e);
}

enum rc cmd_generate(struct app *app, const struct args *a, struct err *e)
{
    struct divisions d;
    struct arena arena;
    arena_init(&arena, MIB(256));
    divisions_init(&d);
    enum rc rc = generate_with(&arena, &d, app, a, e);
    divisions_fini(&d);
    arena_fini(&arena);
    return rc;
}
