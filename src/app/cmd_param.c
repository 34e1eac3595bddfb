/* param DB list, param DB set */
#include "app/commands.h"
#include "app/param_words.h"
#include "app/params_say.h"
#include "app/say.h"

enum { PLACES_MAX = 512 };

/* ---------------------------------------------------------------- list */

struct places {
    int64_t v[PLACES_MAX];
    size_t n;
};

static void add_place(struct places *p, int64_t d)
{
    size_t i = 0;
    while (i < p->n && p->v[i] < d) i++;
    if ((i < p->n && p->v[i] == d) || p->n == PLACES_MAX) return;
    memmove(p->v + i + 1, p->v + i, (p->n - i) * sizeof *p->v);
    p->v[i] = d;
    p->n++;
}

/* Where a parameter can have a value of its own: the jurisdictions that declare it, the divisions of its values and
 * settings. */
static void places_of(const struct session *s, struct str name, struct places *p)
{
    p->n = 0;
    for (size_t i = 0; i < s->books.n_decls; i++) {
        const struct decl *d = s->books.decls[i];
        const struct decl *head = s->books.v[d->book].head;
        if (d->kind != D_PARAM || !str_eq(d->name.text, name)) continue;
        int64_t home = d->reach.has_division                   ? d->reach.division
                       : head && head->u.book.has_jurisdiction ? head->u.book.jurisdiction
                                                               : 0;
        if (d->mode != DM_EXTEND) add_place(p, home);
        for (size_t k = 0; k < d->u.param.n_values; k++)
            add_place(p, d->u.param.values[k].reach.has_division ? d->u.param.values[k].reach.division : home);
    }
    for (size_t i = 0; i < s->n_events; i++)
        if (str_eq(s->events[i].name, name) && s->events[i].division) add_place(p, s->events[i].division);
}

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
        table_cell(&l->t, buf_str(&b));
        buf_fini(&b);
    }
    return RC_OK;
}

static enum rc list_all(struct lister *l, const struct args *a, struct err *e)
{
    struct session *s = l->s;
    struct places p;
    for (size_t i = 0; i < s->books.n_decls; i++) {
        const struct decl *d = s->books.decls[i];
        if (d->kind != D_PARAM || !first_of_name(&s->books, i)) continue;
        if (a->opt[OPTION_DIVISION].given) {
            TRY(list_row(l, d->name.text, a->opt[OPTION_DIVISION].number, e));
            continue;
        }
        places_of(s, d->name.text, &p);
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

static enum rc unknown_param(const struct session *s, struct str name, struct err *e)
{
    struct str near = policy_suggest(s->policy, D_PARAM, name);
    if (near.n)
        return err_set(e, RC_INPUT, pos_none(), "there is no parameter \"%.*s\". Did you mean \"%.*s\"?",
                       "没有参数“%.*s”。是否要用“%.*s”？", STR_ARG(name), STR_ARG(near));
    return err_set(e, RC_INPUT, pos_none(), "there is no parameter \"%.*s\". See: fangpin param DB list",
                   "没有参数“%.*s”。请看：fangpin param DB list", STR_ARG(name));
}

/* Where the value is tried: the division given, or where the book declares it. */
static enum rc place_of_set(struct session *s, struct str name, const struct args *a, date_day day, struct place *at,
                            struct err *e)
{
    struct places p;
    places_of(s, name, &p);
    bool given = a->opt[OPTION_DIVISION].given;
    TRY(session_place(s, given ? a->opt[OPTION_DIVISION].number : p.n ? p.v[0] : 0, day, at, e));
    if (policy_param(s->policy, name, at, day).decl) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "the parameter \"%.*s\" is not declared for %012lld on that day. See: fangpin param DB list",
                   "参数“%.*s”当日在 %012lld 没有声明。请看：fangpin param DB list", STR_ARG(name),
                   (long long)at->division);
}

/* What the compiler said of the value becomes the error; its position in "value" means little to the user. */
static enum rc refuse_value(struct session *s, struct str name, struct str value, enum rc rc, struct err *e)
{
    if (!s->diags.n || rc == RC_NOMEM) return rc;
    struct str why = s->diags.v[s->diags.n - 1].msg;
    return err_set(e, RC_INPUT, pos_none(), "%.*s cannot be \"%.*s\": %.*s", "%.*s 不能设为“%.*s”：%.*s", STR_ARG(name),
                   STR_ARG(value), STR_ARG(why));
}

static enum rc check_requires(struct session *s, const struct decl *d, const struct place *at, date_day day,
                              struct err *e)
{
    for (size_t i = 0; i < d->u.param.n_requires; i++) {
        const struct requirement *r = &d->u.param.requires[i];
        bool allows = true;
        TRY(rules_param_allows(s->policy, r->cond, at, day, &allows, &s->diags, e));
        if (!allows)
            return err_set(e, RC_INPUT, r->at, "%.*s: refused: %.*s", "%.*s：不予设定：%.*s", STR_ARG(d->name.text),
                           STR_ARG(r->message));
    }
    return RC_OK;
}

/* Try the value as if it were set: typed, evaluated, its conditions checked. */
static enum rc try_value(struct session *s, const struct param_event *ev, const struct place *at, date_day day,
                         struct param_view *view, struct err *e)
{
    struct param_setting *v = ARENA_ARRAY(&s->arena, struct param_setting, s->n_events + 1);
    struct param_event *all = ARENA_ARRAY(&s->arena, struct param_event, s->n_events + 1);
    if (!v || !all) return err_nomem(e);
    for (size_t i = 0; i <= s->n_events; i++) {
        all[i] = i < s->n_events ? s->events[i] : *ev;
        v[i] = (struct param_setting){all[i].name, all[i].division, all[i].from_day, all[i].value_text};
    }
    s->events = all;
    policy_set_events(s->policy, v, ++s->n_events);
    s->diags.n = s->diags.errors = 0;
    enum rc rc = param_view(s, ev->name, at, day, view, e);
    if (rc || s->diags.errors) return refuse_value(s, ev->name, ev->value_text, rc ? rc : RC_INPUT, e);
    if (view->state == PVAL_EMPTY)
        return err_set(e, RC_INPUT, pos_none(),
                       "the value of %.*s cannot be worked out: a parameter that it names is empty.",
                       "%.*s 的值无法得出：它用到的参数尚未设定。", STR_ARG(ev->name));
    return check_requires(s, view->decl, at, day, e);
}

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
    struct place at;
    struct param_view was, now;
    bool moved;
    if (!policy_known(s->policy, D_PARAM, ev.name)) return unknown_param(s, ev.name, e);
    TRY(param_words(s->policy, a->arg[2], &s->arena, &ev.value_text, e));
    TRY(place_of_set(s, ev.name, a, day, &at, e));
    TRY(param_view(s, ev.name, &at, day, &was, e));
    TRY(try_value(s, &ev, &at, day, &now, e));
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
