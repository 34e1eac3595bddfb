#include "app/param_try.h"

static void add_place(struct param_places *p, int64_t d)
{
    size_t i = 0;
    while (i < p->n && p->v[i] < d) i++;
    if ((i < p->n && p->v[i] == d) || p->n == PARAM_PLACES_MAX) return;
    memmove(p->v + i + 1, p->v + i, (p->n - i) * sizeof *p->v);
    p->v[i] = d;
    p->n++;
}

/* Where a parameter can have a value of its own: the jurisdictions that declare it, the divisions of its values and
 * settings. */
void param_places_of(const struct session *s, struct str name, struct param_places *p)
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
static enum rc place_of_set(struct session *s, struct str name, int64_t division, bool given, date_day day,
                            struct place *at, struct err *e)
{
    struct param_places p;
    param_places_of(s, name, &p);
    TRY(session_place(s, given ? division : p.n ? p.v[0] : 0, day, at, e));
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

enum rc param_try(struct session *s, const struct param_event *ev, bool division_given, date_day day,
                  struct param_view *was, struct param_view *now, struct err *e)
{
    struct place at;
    if (!policy_known(s->policy, D_PARAM, ev->name)) return unknown_param(s, ev->name, e);
    TRY(place_of_set(s, ev->name, ev->division, division_given, day, &at, e));
    TRY(param_view(s, ev->name, &at, day, was, e));
    return try_value(s, ev, &at, day, now, e);
}
