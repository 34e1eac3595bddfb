/* The table of counts. */
#include <stdlib.h>
#include "app/checks.h"
#include "app/say.h"
#include "base/mem.h"

enum { LABEL_COLUMNS = 44, NUMBER_COLUMNS = 26 };

static uint64_t hits(const struct screen_rule *r) { return r->count[FS_NEW] + r->count[FS_STILL]; }

static bool nothing(const struct screen_rule *r)
{
    return !hits(r) && !r->unjudged && !r->count[FS_CLEARED] && !r->count[FS_EXCEPTED] && !r->count[FS_UNCONFIRMED];
}

/* Graver first, then by hits, then by name. SEV_NONE is a hint. */
static int by_weight(const void *a, const void *b)
{
    const struct screen_rule *x = *(const struct screen_rule *const *)a, *y = *(const struct screen_rule *const *)b;
    int sx = x->decl->u.rule.severity ? (int)x->decl->u.rule.severity : SEV__MAX;
    int sy = y->decl->u.rule.severity ? (int)y->decl->u.rule.severity : SEV__MAX;
    if (sx != sy) return sx - sy;
    if (hits(x) != hits(y)) return hits(x) > hits(y) ? -1 : 1;
    return str_cmp(x->name, y->name);
}

static const struct screen_rule **in_order(const struct checking *c, size_t *n)
{
    const struct screen_rule **v = mem_alloc_array(c->sc.n_rules + 1, sizeof *v);
    *n = 0;
    for (size_t i = 0; v && i < c->sc.n_rules; i++)
        if (work_is_check(c->sc.rules[i].decl)) v[(*n)++] = &c->sc.rules[i];
    if (v && *n) qsort(v, *n, sizeof *v, by_weight);
    return v;
}

static bool not_run(const struct checking *c, const struct screen_rule *r)
{
    for (size_t i = 0; i < c->sc.n_skipped; i++)
        if (&c->sc.rules[c->sc.skipped[i].rule] == r) return true;
    return false;
}

static const char *severity(enum severity s, enum lang lang)
{
    static const char *const en[SEV__MAX] = {"hint", "red", "orange", "yellow"}, *const zh[SEV__MAX] = {"提示", "红",
                                                                                                        "橙", "黄"};
    return lang == LANG_EN ? en[s] : zh[s];
}

static void add_row(struct table *t, const struct screen_rule *r, enum lang lang)
{
    const struct rule_decl *d = &r->decl->u.rule;
    table_cell(t, d->number.n ? d->number : r->name);
    table_cell(t, r->decl->label);
    table_z(t, severity(d->severity, lang));
    table_number(t, (int64_t)hits(r));
    table_number(t, (int64_t)r->count[FS_NEW]);
    table_number(t, (int64_t)r->count[FS_CLEARED]);
    table_number(t, (int64_t)(r->unjudged));
    table_number(t, (int64_t)r->count[FS_EXCEPTED]);
    table_number(t, (int64_t)r->expired);
}

static void say_head(const struct checking *c, size_t n, struct out *out)
{
    char as_of[DATE_TEXT_MAX], known[DATE_TEXT_MAX], before[DATE_TEXT_MAX];
    date_format(c->sc.w.as_of, as_of);
    date_format(c->sc.w.known_at, known);
    out_say(out, "Data checks as of %s (known at %s): %zu checks, %u households, %u people\n",
            "数据核查 %s（已知日期 %s）：%zu 项核查，%u 户，%u 人\n", as_of, known, n, c->sc.w.n_households,
            c->sc.w.n_people);
    if (c->sc.before.id)
        out_say(out, "New and fixed: against the kept screen of %s\n", "新增、已改正：与已保存的 %s 筛查相比\n",
                date_format(c->sc.before.as_of, before));
    else out_say(out, "No earlier screen is kept: everything is new\n", "没有更早的已保存筛查：全部算新增\n");
}

static void say_rest(const struct checking *c, const struct screen_rule *const *v, size_t n, size_t quiet,
                     struct out *out)
{
    size_t skipped = 0;
    for (size_t i = 0; i < n; i++) skipped += not_run(c, v[i]);
    if (quiet && !c->a->opt[OPTION_ALL].given)
        out_say(out, "%zu checks found nothing (--all lists them)\n", "%zu 项核查没有发现问题（--all 可列出）\n",
                quiet);
    if (skipped)
        out_say(out,
                "%zu checks were not run somewhere: parameters are empty there (fangpin param DB list says which)\n",
                "%zu 项核查在有的地方没有运行：那里的参数没有设定（fangpin param DB list 可查）\n", skipped);
}

/* Rows about villages in which nobody lives by the roster: no check sees them. */
static void say_nobody_there(const struct checking *c, struct out *out)
{
    const struct world *w = &c->sc.w;
    for (uint32_t d = 0; d < w->frame.n_datasets; d++) {
        const struct fdataset *x = &w->datasets[d];
        if (!x->decl || !x->nobody_there) continue;
        struct str name = policy_dataset_name(w->policy, d);
        out_say(out, "%.*s: %u rows are of villages without a household in the roster; no check sees them\n",
                "%.*s：%u 行是花名册里没有农户的村，没有参加核查\n", STR_ARG(name), x->nobody_there);
    }
}

static enum rc say_table(const struct checking *c, const struct screen_rule *const *v, size_t n, struct err *e)
{
    struct out *out = &c->s->app->out;
    struct table t;
    size_t quiet = 0;
    table_init(&t, &c->s->arena,
               lang_pick(out->lang, "number|check|severity|>hits|>new|>fixed|>cannot judge|>excepted|>expired",
                         "编号|核查|等级|>命中|>新增|>已改正|>不能判断|>例外|>例外到期"));
    t.clip[0] = NUMBER_COLUMNS;
    t.clip[1] = LABEL_COLUMNS;
    for (size_t i = 0; i < n; i++) {
        if (nothing(v[i])) quiet++;
        if (!nothing(v[i]) || c->a->opt[OPTION_ALL].given) add_row(&t, v[i], out->lang);
    }
    say_head(c, n, out);
    TRY(table_print(&t, out, e));
    say_rest(c, v, n, quiet, out);
    say_nobody_there(c, out);
    return RC_OK;
}

enum rc checks_say(struct checking *c, struct err *e)
{
    size_t n;
    const struct screen_rule **v = in_order(c, &n);
    enum rc rc = v ? say_table(c, v, n, e) : err_nomem(e);
    mem_free(v);
    return rc;
}

static void json_check(struct json *j, const struct checking *c, const struct screen_rule *r)
{
    json_open(j, NULL, '{');
    json_text(j, "rule", r->name);
    json_text(j, "number", r->decl->u.rule.number);
    json_text(j, "label", r->decl->label);
    json_text(j, "severity", str_from(severity(r->decl->u.rule.severity, LANG_EN)));
    json_text(j, "mend", r->decl->u.rule.mend);
    json_text(j, "clause", r->clause);
    json_number(j, "hits", (int64_t)hits(r));
    json_number(j, "new", (int64_t)r->count[FS_NEW]);
    json_number(j, "fixed", (int64_t)r->count[FS_CLEARED]);
    json_number(j, "unconfirmed", (int64_t)r->count[FS_UNCONFIRMED]);
    json_number(j, "cannot_judge", (int64_t)r->unjudged);
    json_number(j, "excepted", (int64_t)r->count[FS_EXCEPTED]);
    json_number(j, "expired", (int64_t)r->expired);
    json_bool(j, "not_run", not_run(c, r));
    json_close(j, '}');
}

static void json_nobody_there(struct json *j, const struct checking *c, uint32_t d)
{
    if (!c->sc.w.datasets[d].nobody_there) return;
    json_open(j, NULL, '{');
    json_text(j, "dataset", policy_dataset_name(c->sc.w.policy, d));
    json_number(j, "rows", c->sc.w.datasets[d].nobody_there);
    json_close(j, '}');
}

enum rc checks_json(struct checking *c, struct err *e)
{
    size_t n;
    struct json j;
    const struct screen_rule **v = in_order(c, &n);
    if (!v) return err_nomem(e);
    json_init(&j);
    json_open(&j, NULL, '{');
    json_date(&j, "as_of", c->sc.w.as_of);
    json_date(&j, "known_at", c->sc.w.known_at);
    json_date(&j, "compared_with", c->sc.before.id ? c->sc.before.as_of : 0);
    json_number(&j, "households", c->sc.w.n_households);
    json_number(&j, "people", c->sc.w.n_people);
    json_open(&j, "villages_without_households", '[');
    for (uint32_t d = 0; d < c->sc.w.frame.n_datasets; d++) json_nobody_there(&j, c, d);
    json_close(&j, ']');
    json_open(&j, "checks", '[');
    for (size_t i = 0; i < n; i++) json_check(&j, c, v[i]);
    json_close(&j, ']');
    json_close(&j, '}');
    mem_free(v);
    return json_print(&j, &c->s->app->out, e);
}
