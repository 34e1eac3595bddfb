#include "app/params_say.h"
#include "screen/screen.h"

static struct str level_text(struct str w, enum lang lang)
{
    static const char *const en[] = {"nation", "province", "city", "county", "township", "village"};
    static const char *const zh[] = {"国家", "省级", "市级", "县级", "乡镇", "村"};
    for (size_t i = 0; i < sizeof en / sizeof en[0]; i++)
        if (str_eq(w, str_from(en[i]))) return str_from(lang_pick(lang, en[i], zh[i]));
    return w;
}

enum rc param_setters(struct session *s, const struct decl *d, struct str *out, struct err *e)
{
    struct buf b;
    buf_init(&b, KIB(4));
    for (size_t i = 0; i < d->u.param.set_by.n; i++) {
        if (i) buf_addz(&b, lang_pick(s->app->lang, ", ", "、"));
        buf_add(&b, level_text(d->u.param.set_by.v[i].text, s->app->lang));
    }
    *out = str_dup(&s->arena, buf_str(&b));
    enum rc rc = b.failed || (b.n && !out->p) ? err_nomem(e) : RC_OK;
    buf_fini(&b);
    return rc;
}

const struct param_event *param_event_of(const struct session *s, const struct param_setting *x)
{
    for (size_t i = s->n_events; x && i-- > 0;) {
        const struct param_event *p = &s->events[i];
        if (str_eq(p->name, x->name) && p->division == x->division && p->from_day == x->from &&
            str_eq(p->value_text, x->value_text))
            return p;
    }
    return NULL;
}

static enum rc source_of(struct session *s, const struct param_choice *c, struct param_view *out, struct err *e)
{
    struct buf b;
    char day[DATE_TEXT_MAX];
    buf_init(&b, KIB(8));
    if (out->event) {
        buf_add(&b, out->event->document);
        if (out->event->by_who.n) buf_addz(&b, lang_pick(s->app->lang, ", ", "，"));
        buf_add(&b, out->event->by_who);
        if (out->event->from_day) buf_addz(&b, lang_pick(s->app->lang, ", from ", "，自 "));
        if (out->event->from_day) buf_addz(&b, date_format(out->event->from_day, day));
    } else if (c->value) {
        if (c->value->cite.n) buf_add(&b, c->value->cite);
        else buf_add(&b, decl_clause(c->decl, &s->arena));
    }
    out->source = str_dup(&s->arena, buf_str(&b));
    enum rc rc = b.failed || (b.n && !out->source.p) ? err_nomem(e) : RC_OK;
    buf_fini(&b);
    return rc;
}

/* The value with its unit: typed as the books type it. */
static enum rc value_text(struct session *s, const struct place *at, date_day day, const struct param_choice *c,
                          const struct pval *v, struct param_view *out, struct err *e)
{
    struct compile_options o = {.place = at, .as_of = day};
    struct compiled typed;
    struct buf b;
    struct expr *x = c->event   ? expr_parse(&s->books, c->event->value_text, "value", &s->diags)
                     : c->value ? c->value->value
                                : NULL;
    if (!x) return c->event ? err_nomem(e) : RC_OK; /* its value was read before */
    struct value value = {.v = v->v, .w = v->w, .st = ST_EXACT};
    buf_init(&b, KIB(8));
    enum rc rc = RC_OK;
    if (v->state == PVAL_NONE) buf_addz(&b, lang_pick(s->app->lang, "none", "不设"));
    else rc = rules_compile_value(s->policy, &o, x, &c->decl->u.param.type, &s->arena, &s->diags, &typed, e);
    if (!rc && v->state != PVAL_NONE) zh_value(s->policy, &typed.outputs[0].when->ty, &value, s->app->lang, &b);
    out->value = str_dup(&s->arena, buf_str(&b));
    if (!rc && (b.failed || (b.n && !out->value.p))) rc = err_nomem(e);
    buf_fini(&b);
    return rc;
}

enum rc param_view(struct session *s, struct str name, const struct place *at, date_day day, struct param_view *out,
                   struct err *e)
{
    struct pval v = {.state = PVAL_EMPTY};
    struct param_choice c = policy_param(s->policy, name, at, day);
    *out = (struct param_view){.decl = c.decl, .event = param_event_of(s, c.event)};
    if (!c.decl) return RC_OK;
    TRY(param_setters(s, c.decl, &out->set_by, e));
    TRY(source_of(s, &c, out, e));
    TRY(rules_param_value(s->policy, name, at, day, &v, &s->diags, e));
    out->state = v.state;
    return v.state == PVAL_EMPTY ? RC_OK : value_text(s, at, day, &c, &v, out, e);
}
