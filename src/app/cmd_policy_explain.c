/* policy explain: one rule or measure in Chinese, with its clause, parameters, datasets, examples and the declarations
 * that lost. */
#include "app/commands.h"
#include "app/params_say.h"
#include "app/rule_name.h"
#include "app/say.h"
#include "screen/screen.h"

enum { CANDIDATES_MAX = 256 };

struct subject {
    struct session *s;
    struct str name; /* without ".not_received" */
    const struct decl *decl;
    struct place at;
    date_day day;
    struct compiled c;
    const struct decl *candidates[CANDIDATES_MAX];
    size_t n_candidates;
};

/* Without --division: the place of the first book that declares it. */
static int64_t home_of(const struct session *s, enum decl_kind k, struct str name)
{
    for (size_t i = 0; i < s->books.n_decls; i++) {
        const struct decl *d = s->books.decls[i];
        if (d->kind != k || !str_eq(d->name.text, name)) continue;
        const struct decl *head = s->books.v[d->book].head;
        if (d->reach.has_division) return d->reach.division;
        return head && head->u.book.has_jurisdiction ? head->u.book.jurisdiction : 0;
    }
    return 0;
}

static enum rc find_subject(struct subject *x, struct session *s, const struct args *a, struct err *e)
{
    x->s = s;
    x->name = rule_base_name(a->arg[0]);
    x->day = a->opt[OPTION_AS_OF].from ? a->opt[OPTION_AS_OF].from : s->known_at;
    enum decl_kind k;
    TRY(rule_known(s, a->arg[0], &k, e));
    int64_t division = a->opt[OPTION_DIVISION].given ? a->opt[OPTION_DIVISION].number : home_of(s, k, x->name);
    TRY(session_place(s, division, x->day, &x->at, e));
    x->decl = policy_find(s->policy, k, x->name, &x->at, x->day);
    x->n_candidates = policy_candidates(s->policy, k, x->name, &x->at, x->day, x->candidates, CANDIDATES_MAX);
    if (!x->decl)
        return err_set(
            e, RC_INPUT, pos_none(), "\"%.*s\" is not in force in %012lld on that day. Try --division or --as-of.",
            "“%.*s”当日在 %012lld 不适用。请改用 --division 或 --as-of。", STR_ARG(x->name), (long long)division);
    struct compile_options o = {.place = &x->at, .as_of = x->day, .only = &x->name, .n_only = 1};
    return rules_compile(s->policy, &o, &s->arena, &s->diags, &x->c, e);
}

/* ---------------------------------------------------------------- text */

static enum rc say_sentence(const struct subject *x, struct err *e)
{
    struct out *out = &x->s->app->out;
    for (size_t i = 0; i < x->c.n_outputs; i++) {
        const struct tx_output *o = &x->c.outputs[i];
        struct buf b;
        buf_init(&b, KIB(256));
        zh_print_conditions(x->s->policy, o->when, &b);
        enum rc rc = b.failed ? err_nomem(e) : RC_OK;
        if (!rc)
            out_say(out, "\n%.*s holds when\n%.*s%s", "\n%.*s 成立的条件\n%.*s%s", STR_ARG(o->name),
                    STR_ARG(buf_str(&b)), b.n && b.p[b.n - 1] != '\n' ? "\n" : "");
        buf_fini(&b);
        if (rc) return rc;
    }
    return RC_OK;
}

static bool slot_used(const struct program *p, size_t slot)
{
    for (size_t i = 0; i < p->n_outputs; i++)
        for (size_t k = 0; k < p->outputs[i].n_slots; k++)
            if (p->outputs[i].slots[k] == slot) return true;
    return false;
}

static enum rc say_params(struct subject *x, struct err *e)
{
    struct session *s = x->s;
    const struct program *p = x->c.program;
    struct table t;
    size_t n = 0;
    table_init(&t, &s->arena,
               lang_pick(s->app->lang, "  parameter|label|value|source|set by", "  参数|标签|取值|依据|由谁设定"));
    t.clip[1] = t.clip[3] = 28;
    for (size_t i = 0; i < p->n_slots; i++) {
        struct param_view v;
        struct buf name;
        if (!slot_used(p, i)) continue;
        TRY(param_view(s, p->slots[i].param, &x->at, p->slots[i].at, &v, e));
        if (!v.decl) continue;
        n++;
        buf_init(&name, KIB(1));
        buf_addf(&name, "  %.*s", STR_ARG(p->slots[i].param));
        table_text(&t, &name);
        buf_fini(&name);
        table_cell(&t, v.decl->label);
        table_cell(&t, v.state == PVAL_EMPTY ? str_from(lang_pick(s->app->lang, "EMPTY: not run", "未设定，不运行"))
                                             : v.value);
        table_cell(&t, v.source);
        table_cell(&t, v.set_by);
    }
    if (!n) return RC_OK;
    out_say(&s->app->out, "\nParameters\n", "\n参数\n");
    return table_print(&t, &s->app->out, e);
}

static bool dataset_used(const struct program *p, uint32_t d)
{
    for (size_t i = 0; i < p->n_outputs; i++)
        for (size_t k = 0; k < p->outputs[i].n_datasets; k++)
            if (p->outputs[i].datasets[k] == d) return true;
    return false;
}

static void say_datasets(const struct subject *x)
{
    struct session *s = x->s;
    out_say(&s->app->out, "\nDatasets\n", "\n所需数据\n");
    for (uint32_t i = 0; i < policy_dataset_count(s->policy); i++) {
        if (!dataset_used(x->c.program, i)) continue;
        struct str name = policy_dataset_name(s->policy, i);
        const struct decl *d = policy_find(s->policy, D_DATASET, name, &x->at, x->day);
        struct str by = d && d->u.dataset.by.n ? d->u.dataset.by.v[0].text : STR("");
        out_say(&s->app->out, "  %.*s  %.*s  %.*s\n", "  %.*s  %.*s  %.*s\n", STR_ARG(name),
                STR_ARG(d ? d->label : STR("")), STR_ARG(by));
    }
}

static bool names_rule(const struct expr *x, struct str name, unsigned depth)
{
    if (!x || depth > EXPR_DEPTH_MAX) return false;
    switch (x->kind) {
    case E_NAME: return str_eq(x->u.name.text, name);
    case E_DOT: return names_rule(x->u.dot.left, name, depth + 1);
    case E_NOT: return names_rule(x->u.unary.a, name, depth + 1);
    case E_BINARY: return names_rule(x->u.bin.a, name, depth + 1) || names_rule(x->u.bin.b, name, depth + 1);
    default: return false;
    }
}

static bool example_of(const struct decl *d, struct str name)
{
    if (d->kind != D_EXAMPLE) return false;
    for (size_t i = 0; i < d->u.example.n_expects; i++)
        if (names_rule(d->u.example.expects[i].cond, name, 0)) return true;
    return false;
}

static void say_examples(const struct subject *x)
{
    struct session *s = x->s;
    size_t n = 0;
    for (size_t i = 0; i < s->books.n_decls; i++) {
        const struct decl *d = s->books.decls[i];
        if (!example_of(d, x->name)) continue;
        if (!n++) out_say(&s->app->out, "\nExamples\n", "\n示例\n");
        out_say(&s->app->out, "  %.*s  (%s:%u)\n", "  %.*s（%s:%u）\n", STR_ARG(d->name.text), d->at.file, d->at.line);
    }
}

static void say_losers(const struct subject *x)
{
    struct session *s = x->s;
    for (size_t i = 1; i < x->n_candidates; i++) {
        const struct decl *d = x->candidates[i];
        struct str clause = decl_clause(d, &s->arena);
        if (i == 1) out_say(&s->app->out, "\nDeclared too, but weaker here\n", "\n另有声明，在此地不采用\n");
        out_say(&s->app->out, "  %.*s  (%s:%u)\n", "  %.*s（%s:%u）\n", STR_ARG(clause), d->at.file, d->at.line);
    }
}

static enum rc say_subject(struct subject *x, struct err *e)
{
    struct out *out = &x->s->app->out;
    const struct decl *d = x->decl;
    struct str clause = decl_clause(d, &x->s->arena);
    char day[DATE_TEXT_MAX];
    struct str where = x->at.division ? divisions_name(&x->s->divs, x->at.division, 0)
                                      : str_from(lang_pick(out->lang, "the country", "全国"));
    out_say(out, "%.*s  %.*s\n  in %.*s on %s\n  clause: %.*s (%s:%u)\n",
            "%.*s  %.*s\n  适用：%.*s，%s\n  条款：%.*s（%s:%u）\n", STR_ARG(x->name), STR_ARG(d->label),
            STR_ARG(where), date_format(x->day, day), STR_ARG(clause), d->at.file, d->at.line);
    TRY(say_sentence(x, e));
    TRY(say_params(x, e));
    say_datasets(x);
    say_examples(x);
    say_losers(x);
    return RC_OK;
}

/* ---------------------------------------------------------------- JSON */

static enum rc json_outputs(struct subject *x, struct json *j, struct err *e)
{
    json_open(j, "outputs", '[');
    for (size_t i = 0; i < x->c.n_outputs; i++) {
        struct buf b;
        buf_init(&b, KIB(256));
        zh_print(x->s->policy, x->c.outputs[i].when, &b);
        json_open(j, NULL, '{');
        json_text(j, "name", x->c.outputs[i].name);
        json_text(j, "sentence", buf_str(&b));
        json_close(j, '}');
        enum rc rc = b.failed ? err_nomem(e) : RC_OK;
        buf_fini(&b);
        if (rc) return rc;
    }
    json_close(j, ']');
    return RC_OK;
}

static enum rc json_params(struct subject *x, struct json *j, struct err *e)
{
    const struct program *p = x->c.program;
    json_open(j, "parameters", '[');
    for (size_t i = 0; i < p->n_slots; i++) {
        struct param_view v;
        if (!slot_used(p, i)) continue;
        TRY(param_view(x->s, p->slots[i].param, &x->at, p->slots[i].at, &v, e));
        if (!v.decl) continue;
        json_open(j, NULL, '{');
        json_text(j, "name", p->slots[i].param);
        json_text(j, "label", v.decl->label);
        json_bool(j, "empty", v.state == PVAL_EMPTY);
        json_text(j, "value", v.value);
        json_text(j, "source", v.source);
        json_text(j, "set_by", v.set_by);
        json_close(j, '}');
    }
    json_close(j, ']');
    return RC_OK;
}

static void json_lists(struct subject *x, struct json *j)
{
    json_open(j, "datasets", '[');
    for (uint32_t i = 0; i < policy_dataset_count(x->s->policy); i++)
        if (dataset_used(x->c.program, i)) json_text(j, NULL, policy_dataset_name(x->s->policy, i));
    json_close(j, ']');
    json_open(j, "examples", '[');
    for (size_t i = 0; i < x->s->books.n_decls; i++)
        if (example_of(x->s->books.decls[i], x->name)) json_text(j, NULL, x->s->books.decls[i]->name.text);
    json_close(j, ']');
    json_open(j, "losers", '[');
    for (size_t i = 1; i < x->n_candidates; i++) json_text(j, NULL, decl_clause(x->candidates[i], &x->s->arena));
    json_close(j, ']');
}

static enum rc json_subject(struct subject *x, struct err *e)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_text(&j, "name", x->name);
    json_text(&j, "label", x->decl->label);
    json_text(&j, "clause", decl_clause(x->decl, &x->s->arena));
    json_text(&j, "file", str_from(x->decl->at.file));
    json_number(&j, "line", x->decl->at.line);
    json_division(&j, "division", x->at.division);
    json_date(&j, "as_of", x->day);
    enum rc rc = json_outputs(x, &j, e);
    if (!rc) rc = json_params(x, &j, e);
    if (rc) {
        buf_fini(&j.b);
        return rc;
    }
    json_lists(x, &j);
    json_close(&j, '}');
    return json_print(&j, &x->s->app->out, e);
}

enum rc cmd_policy_explain(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct subject x = {.n_candidates = 0};
    enum rc rc = session_open_any(&s, app, a, 1, e);
    if (!rc) rc = find_subject(&x, &s, a, e);
    if (!rc) rc = a->opt[OPTION_JSON].given ? json_subject(&x, e) : say_subject(&x, e);
    if (!rc && arena_failed(&s.arena)) rc = err_nomem(e); /* a clause is missing in what was printed */
    if (s.diags.errors && s.store) session_say_diags(&s);
    session_close(&s);
    return rc;
}
