/* policy list: rules, measures, parameters with clause, severity, label. */
#include "app/commands.h"
#include "app/say.h"
#include "app/session.h"
#include "screen/screen.h"

static const char *finding_kind_word(const struct decl *d)
{
    static const char *const w[FK__MAX] = {"risk", "coverage", "quality"};
    if (d->kind == D_RULE) return w[d->u.rule.kind];
    return d->kind == D_MEASURE ? "measure" : "param";
}

static const char *severity_word(const struct decl *d)
{
    static const char *const w[SEV__MAX] = {"", "red", "orange", "yellow"};
    return d->kind == D_RULE ? w[d->u.rule.severity] : "";
}

static const char *kind_text(const struct decl *d, enum lang lang)
{
    static const char *const zh[FK__MAX] = {"风险", "覆盖", "质量"};
    if (lang == LANG_EN) return finding_kind_word(d);
    if (d->kind == D_RULE) return zh[d->u.rule.kind];
    return d->kind == D_MEASURE ? "措施" : "参数";
}

static const char *severity_text(const struct decl *d, enum lang lang)
{
    static const char *const zh[SEV__MAX] = {"", "红", "橙", "黄"};
    return lang == LANG_EN || d->kind != D_RULE ? severity_word(d) : zh[d->u.rule.severity];
}

static bool listed(const struct decl *d, struct str kind)
{
    bool any = d->kind == D_RULE || d->kind == D_MEASURE || d->kind == D_PARAM;
    return any && (!kind.n || str_eq(kind, str_from(finding_kind_word(d))));
}

static enum rc check_kind(struct str kind, struct err *e)
{
    static const char *const known[] = {"risk", "coverage", "quality", "measure", "param"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (!kind.n || str_eq(kind, str_from(known[i]))) return RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "--kind: \"%.*s\" is not risk, coverage, quality, measure or param.",
                   "--kind：“%.*s”不是 risk、coverage、quality、measure 或 param。", STR_ARG(kind));
}

static enum rc say_list(struct session *s, struct str kind, struct err *e)
{
    struct table t;
    enum lang lang = s->app->lang;
    size_t n = 0;
    table_init(&t, &s->arena, lang_pick(lang, "name|kind|severity|label|clause", "名称|类别|等级|标签|条款"));
    t.clip[3] = 32;
    for (size_t i = 0; i < s->books.n_decls; i++) {
        const struct decl *d = s->books.decls[i];
        if (!listed(d, kind)) continue;
        n++;
        table_cell(&t, d->name.text);
        table_z(&t, kind_text(d, lang));
        table_z(&t, severity_text(d, lang));
        table_cell(&t, d->label);
        table_cell(&t, decl_clause(d, &s->arena));
    }
    TRY(table_print(&t, &s->app->out, e));
    out_say(&s->app->out, "%zu declarations\n", "共 %zu 条\n", n);
    return RC_OK;
}

static enum rc json_list(struct session *s, struct str kind, struct err *e)
{
    static const char *const modes[] = {"new", "override", "extend"};
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '[');
    for (size_t i = 0; i < s->books.n_decls; i++) {
        const struct decl *d = s->books.decls[i];
        if (!listed(d, kind)) continue;
        json_open(&j, NULL, '{');
        json_text(&j, "name", d->name.text);
        json_text(&j, "kind", str_from(finding_kind_word(d)));
        json_text(&j, "severity", str_from(severity_word(d)));
        json_text(&j, "label", d->label);
        json_text(&j, "mode", str_from(modes[d->mode]));
        json_text(&j, "book", d->cite.book);
        json_text(&j, "clause", decl_clause(d, &s->arena));
        json_text(&j, "file", str_from(d->at.file));
        json_number(&j, "line", d->at.line);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    return json_print(&j, &s->app->out, e);
}

enum rc cmd_policy_list(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct str kind = a->opt[OPTION_KIND].text;
    TRY(check_kind(kind, e));
    enum rc rc = session_open_any(&s, app, a, 0, e);
    if (!rc) rc = a->opt[OPTION_JSON].given ? json_list(&s, kind, e) : say_list(&s, kind, e);
    if (!rc && arena_failed(&s.arena)) rc = err_nomem(e); /* a clause is missing in what was printed */
    session_close(&s);
    return rc;
}
