/* backtest */
#include "app/commands.h"
#include "app/outfile.h"
#include "app/rule_name.h"
#include "app/say.h"
#include "app/session.h"
#include "base/par.h"
#include "screen/backtest.h"

enum { LEAD_DEFAULT = 6, LEAD_MAX = 60 };

/* The data folder's session, and one for each --policy. */
struct trial {
    struct session s, other[BACKTEST_VERSIONS];
    size_t n_other;
    struct backtest_options o;
    enum division_level by;
    struct param_setting *events, *changed; /* the stored values, and with those of --set before them */
    size_t n_events, n_set;
};

/* ---------------------------------------------------------------- options */

static enum rc take_level(const struct args *a, enum division_level *by, struct err *e)
{
    static const struct {
        const char *word;
        enum division_level level;
    } levels[] = {{"village", DIVISION_VILLAGE}, {"township", DIVISION_TOWNSHIP}, {"county", DIVISION_COUNTY}};
    struct str s = a->opt[OPTION_BY_LEVEL].text;
    *by = DIVISION_VILLAGE;
    if (!a->opt[OPTION_BY_LEVEL].given) return RC_OK;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (str_eq(s, str_from(levels[i].word))) return *by = levels[i].level, RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "--by: \"%.*s\" is not village, township or county.",
                   "--by：“%.*s”不是 village、township 或 county。", STR_ARG(s));
}

static enum rc take_known(const struct args *a, enum backtest_known *known, struct err *e)
{
    struct str s = a->opt[OPTION_KNOWN_MODE].text;
    *known = BACKTEST_AUTO;
    if (!a->opt[OPTION_KNOWN_MODE].given) return RC_OK;
    if (str_eq(s, STR("received"))) return *known = BACKTEST_RECEIVED, RC_OK;
    if (str_eq(s, STR("as-if"))) return *known = BACKTEST_AS_IF, RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "--known-at: \"%.*s\" is not received or as-if.",
                   "--known-at：“%.*s”不是 received 或 as-if。", STR_ARG(s));
}

static enum rc take_decided(const struct args *a, struct backtest_options *o, struct err *e)
{
    struct str s = a->opt[OPTION_DECIDED].text;
    if (!a->opt[OPTION_DECIDED].given) return RC_OK;
    size_t dot = str_find(s, STR("."), 0);
    if (dot == SIZE_MAX || dot == 0 || dot + 1 == s.n)
        return err_set(e, RC_USAGE, pos_none(), "--decided: write DATASET.FIELD, for example monitored.identified_on.",
                       "--decided：请写 数据集.字段，例如 monitored.identified_on。");
    o->dataset = str_sub(s, 0, dot);
    o->field = str_sub(s, dot + 1, s.n);
    return RC_OK;
}

static enum rc take_months(const struct args *a, struct backtest_options *o, struct err *e)
{
    o->first_month = (int32_t)a->opt[OPTION_FIRST_MONTH].number;
    o->last_month = (int32_t)a->opt[OPTION_LAST_MONTH].number;
    o->lead = LEAD_DEFAULT;
    if (o->first_month > o->last_month || o->last_month - o->first_month >= BACKTEST_MONTHS_MAX)
        return err_set(e, RC_USAGE, pos_none(), "--from and --to: 1 to %d months, the first one first.",
                       "--from 与 --to：1 至 %d 个月，起始月在前。", (int)BACKTEST_MONTHS_MAX);
    if (!a->opt[OPTION_LEAD].given) return RC_OK;
    int64_t lead = a->opt[OPTION_LEAD].number;
    if (lead < 1 || lead > LEAD_MAX)
        return err_set(e, RC_USAGE, pos_none(), "--lead: 1 to %d months.", "--lead：1 至 %d 个月。", (int)LEAD_MAX);
    o->lead = (int32_t)lead;
    return RC_OK;
}

/* ---------------------------------------------------------------- versions */

static enum rc open_books(struct trial *t, struct app *app, const struct args *a, uint8_t turn, struct err *e)
{
    const char *dirs[ARGS_LIST_MAX];
    size_t n = 0;
    struct session *s = &t->other[t->n_other++];
    for (size_t i = 0; i < a->list_n; i++)
        if (a->list_option[i] == OPTION_POLICY && a->list_turn[i] == turn) dirs[n++] = a->list[i].p;
    TRY(session_books(s, app, dirs, n, e));
    if (s->policy) return RC_OK;
    session_say_diags(s);
    return err_set(e, RC_INPUT, pos_none(), "the policy books have errors (%zu).", "政策册有错误（%zu 处）。",
                   s->diags.errors);
}

/* NAME=VALUE as a value that outranks every other. */
static enum rc take_set(struct trial *t, struct policy *p, struct str s, struct err *e)
{
    size_t eq = str_find(s, STR("="), 0);
    struct str name = eq == SIZE_MAX ? s : str_trim(str_sub(s, 0, eq));
    struct place nation = {0};
    struct pval v;
    if (eq == SIZE_MAX)
        return err_set(e, RC_USAGE, pos_none(), "--set: write PARAM=VALUE, not \"%.*s\".",
                       "--set：请写 参数=值，而不是“%.*s”。", STR_ARG(s));
    if (!policy_known(p, D_PARAM, name)) {
        struct str near = policy_suggest(p, D_PARAM, name);
        return err_set(e, RC_INPUT, pos_none(), "there is no parameter \"%.*s\"%s%.*s%s See: fangpin param DB list",
                       "没有参数“%.*s”%s%.*s%s请看：fangpin param DB list", STR_ARG(name),
                       !near.n ? "." : lang_pick(e->lang, ". Did you mean \"", "。是否要用“"), STR_ARG(near),
                       !near.n ? "" : lang_pick(e->lang, "\"?", "”？"));
    }
    t->changed[t->n_set++] = (struct param_setting){name, -1, 0, str_sub(s, eq + 1, s.n)};
    policy_set_events(p, t->changed, t->n_set);
    enum rc rc = rules_param_value(p, name, &nation, clock_today(t->s.app->clock), &v, &t->s.diags, e);
    if (rc != RC_INPUT && (rc || !t->s.diags.errors)) return rc;
    session_say_diags(&t->s);
    return err_set(e, RC_INPUT, pos_none(), "--set: \"%.*s\" is no value of that parameter.",
                   "--set：“%.*s”不是该参数的值。", STR_ARG(s));
}

/* Values of --set come first: the first one that outranks all is taken. */
static enum rc take_values(struct trial *t, const struct args *a, struct policy *changed, struct err *e)
{
    struct session *s = &t->s;
    t->n_events = s->n_events;
    t->events = ARENA_ARRAY(&s->arena, struct param_setting, s->n_events + 1);
    t->changed = ARENA_ARRAY(&s->arena, struct param_setting, s->n_events + a->list_n + 1);
    if (!t->events || !t->changed) return err_nomem(e);
    for (size_t i = 0; i < s->n_events; i++) {
        const struct param_event *p = &s->events[i];
        t->events[i] = (struct param_setting){p->name, p->division, p->from_day, p->value_text};
    }
    for (size_t i = 0; i < a->list_n; i++)
        if (a->list_option[i] == OPTION_TRIAL_SET) TRY(take_set(t, changed, a->list[i], e));
    memcpy(t->changed + t->n_set, t->events, s->n_events * sizeof *t->events);
    return RC_OK;
}

/* A: the stored books, or the first --policy of two. B: the last --policy, else the stored books, with --set. */
static enum rc take_versions(struct trial *t, struct app *app, const struct args *a, struct err *e)
{
    uint8_t turns = (uint8_t)a->opt[OPTION_POLICY].number;
    if (turns > BACKTEST_VERSIONS)
        return err_set(e, RC_USAGE, pos_none(), "--policy can be given twice: one version against another.",
                       "--policy 最多写两次：一版与另一版比较。");
    for (uint8_t i = 1; i <= turns; i++) TRY(open_books(t, app, a, i, e));
    struct policy *first = turns == BACKTEST_VERSIONS ? t->other[0].policy : t->s.policy;
    struct policy *last = turns ? t->other[turns - 1].policy : t->s.policy;
    TRY(take_values(t, a, last, e));
    t->o.form[0] = (struct backtest_form){first, t->events, t->n_events};
    t->o.form[1] = (struct backtest_form){last, t->changed, t->n_events + t->n_set};
    t->o.n_forms = turns || t->n_set ? 2 : 1;
    return RC_OK;
}

/* In one of the versions at least. */
static enum rc check_rules(struct trial *t, const struct args *a, struct err *e)
{
    enum decl_kind kind;
    t->o.rules = a->arg + 1;
    t->o.n_rules = a->n - 1;
    if (t->o.n_rules > BACKTEST_RULES_MAX)
        return err_set(e, RC_USAGE, pos_none(), "more than %d rules at a time. Name fewer.",
                       "一次最多 %d 条规则。请少写几条。", (int)BACKTEST_RULES_MAX);
    for (size_t i = 1; i < a->n; i++) {
        struct err ignored = {.lang = e->lang};
        bool known = false;
        for (size_t k = 0; k < t->n_other && !known; k++)
            known = rule_known(&t->other[k], a->arg[i], &kind, &ignored) == RC_OK;
        if (!known) TRY(rule_known(&t->s, a->arg[i], &kind, e));
    }
    return RC_OK;
}

/* ---------------------------------------------------------------- whole */

static enum rc print(struct trial *t, const struct args *a, struct backtest *b, struct err *e)
{
    struct out *out = &t->s.app->out;
    if (!a->opt[OPTION_JSON].given) {
        TRY(backtest_say(b, &t->o, &t->s.divs, t->by, out, e));
        if (a->opt[OPTION_ALERTS_OUT].given)
            out_say(out, "\nAlerts and decisions written to %.*s\n", "\n预警和决定清单已写入 %.*s\n",
                    STR_ARG(a->opt[OPTION_ALERTS_OUT].text));
        return RC_OK;
    }
    struct buf json;
    buf_init(&json, SAY_MAX);
    enum rc rc = backtest_json(b, &t->o, &t->s.divs, t->by, &json, e);
    buf_addc(&json, '\n');
    if (!rc && json.failed) rc = err_nomem(e);
    if (!rc) out_str(out, buf_str(&json));
    buf_fini(&json);
    return rc;
}

static enum rc run_trial(struct trial *t, struct app *app, const struct args *a, struct err *e)
{
    struct backtest b;
    TRY(take_months(a, &t->o, e));
    TRY(take_level(a, &t->by, e));
    TRY(take_known(a, &t->o.known, e));
    TRY(take_decided(a, &t->o, e));
    t->o.threads = par_threads();
    TRY(session_open(&t->s, app, a, STORE_READ, SESSION_DIVISIONS | SESSION_POLICY, 0, e));
    TRY(take_versions(t, app, a, e));
    TRY(check_rules(t, a, e));
    enum rc rc = backtest_run(&b, t->s.store, &t->s.divs, &t->o, &t->s.diags, e);
    if (!rc && a->opt[OPTION_ALERTS_OUT].given)
        rc = backtest_write(&b, t->s.store, a->opt[OPTION_ALERTS_OUT].text.p, e);
    if (!rc) rc = print(t, a, &b, e);
    backtest_free(&b);
    if (t->s.diags.n) session_say_diags(&t->s);
    return rc;
}

enum rc cmd_backtest(struct app *app, const struct args *a, struct err *e)
{
    struct trial t = {.by = DIVISION_VILLAGE};
    if (a->opt[OPTION_ALERTS_OUT].given)
        TRY(outfile_check(app, a, OUTFILE_BACKTEST, a->opt[OPTION_ALERTS_OUT].text.p, NULL, e));
    enum rc rc = run_trial(&t, app, a, e);
    for (size_t i = 0; i < t.n_other; i++) session_close(&t.other[i]);
    if (t.s.app) session_close(&t.s);
    return rc;
}
