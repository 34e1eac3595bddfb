/* param DB list, param DB set */
#include "app/commands.h"
#include "app/param_try.h"
#include "app/param_words.h"
#include "app/say.h"

/* ---------------------------------------------------------------- list */

static bool first_of_name(const struct books *bs, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (bs->decls[i]->kind == D_PARAM && str_eq(bs->decls[i]->name.text, bs->decls[at]->name.text)) return false;
    return true;
}

struct lister {
    struct session *s;
    struct table t;
    struct json j;
    bool json;
    date_day day;
    size_t empty;
};

static struct str place_name(const struct session *s, int64_t division)
{
    if (!division) return str_from(lang_pick(s->app->lang, "everywhere", "各地"));
    struct str name = divisions_name(&s->divs, division, 0);
    return name;
}

static void list_json(struct lister *l, const struct param_view *v, struct str name, int64_t division)
{
    struct json *j = &l->j;
    json_open(j, NULL, '{');
    json_text(j, "name", name);
    json_text(j, "label", v->decl->label);
    json_division(j, "division", division);
    json_bool(j, "empty", v->state == PVAL_EMPTY);
    json_text(j, "value", v->value);
    json_text(j, "source", v->source);
    json_text(j, "set_by", v->set_by);
    json_text(j, "document", v->event ? v->event->document : STR(""));
    json_date(j, "from", v->event ? v->event->from_day : 0);
    json_close(j, '}');
}

static enum rc list_row(struct lister *l, struct str name, int64_t division, struct err *e)
{
    struct place at;
    struct param_view v;
    struct session *s = l->s;
    char code[DIVISION_TEXT_MAX];
    TRY(session_place(s, division, l->day, &at, e));
    TRY(param_view(s, name, &at, l->day, &v, e));
    if (!v.decl) return RC_OK;
    l->empty += v.state == PVAL_EMPTY;
    if (l->json) {
        list_json(l, &v, name, division);
        return RC_OK;
    }
    struct str where = place_name(s, division);
    table_cell(&l->t, name);
    table_cell(&l->t, v.decl->label);
    table_cell(&l->t, where.n ? where : str_from(division_format_short(division, code)));
    table_cell(&l->t, v.state == PVAL_EMPTY ? str_from(lang_pick(s->app->lang, "EMPTY", "未设定")) : v.value);
    if (v.state != PVAL_EMPTY) table_cell(&l->t, v.source);
    else {
        struct buf b;
        buf_init(&b, KIB(4));
        if (s->app->lang == LANG_EN) buf_addf(&b, "to be set by: %.*s", STR_ARG(v.set_by));
        else buf_addf(&b, "应由 %.*s 设定", STR_ARG(v.set_by));
        table_text(&l->t, &b);
        buf_fini(&b);
    }
    return RC_OK;
}

static enum rc list_all(struct lister *l, const struct args *a, struct err *e)
{
    struct session *s = l->s;
    struct param_places p;
    for (size_t i = 0; i < s->books.n_decls; i++) {
        const struct decl *d = s->books.decls[i];
        if (d->kind != D_PARAM || !first_of_name(&s->books, i)) continue;
        if (a->opt[OPTION_DIVISION].given) {
            TRY(list_row(l, d->name.text, a->opt[OPTION_DIVISION].number, e));
            continue;
        }
        param_places_of(s, d->name.text, &p);
        for (size_t k = 0; k < p.n; k++) TRY(list_row(l, d->name.text, p.v[k], e));
    }
    return RC_OK;
}

static enum rc param_list_run(struct session *s, const struct args *a, struct err *e)
{
    struct lister l = {.s = s,
                       .json = a->opt[OPTION_JSON].given,
                       .day = a->opt[OPTION_AS_OF].from ? a->opt[OPTION_AS_OF].from : s->known_at};
    table_init(&l.t, &s->arena, lang_pick(s->app->lang, "name|label|where|value|source", "名称|标签|地区|取值|依据"));
    l.t.clip[1] = 24;
    if (l.json) {
        json_init(&l.j);
        json_open(&l.j, NULL, '[');
    }
    enum rc rc = list_all(&l, a, e);
    if (l.json && rc) buf_fini(&l.j.b);
    if (rc) return rc;
    if (l.json) {
        json_close(&l.j, ']');
        return json_print(&l.j, &s->app->out, e);
    }
    TRY(table_print(&l.t, &s->app->out, e));
    if (l.empty)
        out_say(&s->app->out,
                "%zu empty: rules that name them are not run there. Set: fangpin param DB set NAME VALUE --division "
                "CODE --by WHO --document NO\n",
                "%zu 处未设定：用到它们的规则在那里不运行。设定：fangpin param DB set 名称 值 --division 代码 --by "
                "单位 --document 文号\n",
                l.empty);
    return RC_OK;
}

enum rc cmd_param_list(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_DIVISIONS | SESSION_POLICY, a->opt[OPTION_KNOWN_AT].from,
                              e);
    if (!rc) rc = param_list_run(&s, a, e);
    if (!rc && arena_failed(&s.arena)) rc = err_nomem(e); /* a clause is missing in what was printed */
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- set */

static void say_set(struct session *s, const struct param_event *ev, const struct param_view *was,
                    const struct param_view *now, bool moved)
{
    char code[DIVISION_TEXT_MAX], day[DATE_TEXT_MAX];
    struct str where = place_name(s, ev->division);
    if (!where.n) where = str_from(division_format_short(ev->division, code));
    bool same = was->state != PVAL_EMPTY;
    out_say(&s->app->out, "%.*s (%.*s) in %.*s: %.*s%s%.*s%s%s\n", "%.*s（%.*s），%.*s：%.*s%s%.*s%s%s\n",
            STR_ARG(ev->name), STR_ARG(now->decl->label), STR_ARG(where), STR_ARG(now->value),
            same ? lang_pick(s->app->lang, ", before: ", "，原为 ") : "", STR_ARG(same ? was->value : STR("")),
            ev->from_day ? lang_pick(s->app->lang, ", from ", "，自 ") : "",
            ev->from_day ? date_format(ev->from_day, day) : "");
    if (now->event == NULL)
        out_say(&s->app->out, "Warning: a narrower value of the book holds there; this one does not come into force.\n",
                "注意：政策册在当地有更具体的值，本次设定在那里不起作用。\n");
    if (moved)
        out_say(&s->app->out, "Warning: a screen was kept that did not know it; it counts as known from now on.\n",
                "注意：已有保存的筛查没有用到它，因此从现在起算已知。\n");
}

static enum rc param_set_run(struct session *s, const struct args *a, struct err *e)
{
    const struct option_value *o = a->opt;
    struct param_event ev = {.name = a->arg[1],
                             .division = o[OPTION_DIVISION].number,
                             .from_day = o[OPTION_FROM_DATE].from,
                             .by_who = o[OPTION_BY].text,
                             .document = o[OPTION_DOCUMENT].text};
    date_day day = ev.from_day ? ev.from_day : s->known_at;
    struct param_view was, now;
    bool moved;
    TRY(param_words(s->policy, a->arg[2], &s->arena, &ev.value_text, e));
    TRY(param_try(s, &ev, o[OPTION_DIVISION].given, day, &was, &now, e));
    TRY(session_known_from(s, o[OPTION_RECEIVED].from, &ev.known_from_us, &moved, e));
    TRY(param_add(s->store, &ev, e));
    say_set(s, &ev, &was, &now, moved);
    return RC_OK;
}

enum rc cmd_param_set(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    enum rc rc = session_open(&s, app, a, STORE_WRITE, SESSION_DIVISIONS | SESSION_POLICY, 0, e);
    if (!rc) rc = param_set_run(&s, a, e);
    session_close(&s);
    return rc;
}
