#include "app/whatif_say.h"
#include "app/say.h"
#include "base/io.h"
#include "base/mem.h"

#define WHATIF_BYTES_MAX ((size_t)8 << 30)
enum { LABEL_CLIP = 36 };

const char *live_verdict_word(enum live_verdict v)
{
    static const char *const words[LIVE_VERDICT__MAX] = {"not in force", "not run", "false", "unknown", "true"};
    return words[v];
}

static const char *const by_words[LIVE_GROUP_BY__MAX] = {"county", "township", "category", "cause"};

/* ---------------------------------------------------------------- amounts */

/* Fen as yuan with two decimals; out >= 64 bytes. */
static const char *yuan_text(i128 fen, char *out)
{
    char digits[48];
    i128 whole = fen / 100, rest = fen % 100 < 0 ? -(fen % 100) : fen % 100;
    (void)i128_format(whole, digits);
    (void)snprintf(out, 64, "%s%s.%02d", whole == 0 && fen < 0 ? "-" : "", digits, (int)rest);
    return out;
}

/* ---------------------------------------------------------------- tables */

static void number_cells(struct table *t, const struct live_tally *x)
{
    table_number(t, (int64_t)x->before);
    table_number(t, (int64_t)x->after);
    table_number(t, (int64_t)x->enters);
    table_number(t, (int64_t)x->leaves);
}

static struct str label_of(struct session *s, const struct live_rule *r)
{
    const struct decl *d = r->after ? r->after : r->before;
    struct buf b;
    buf_init(&b, KIB(4));
    buf_addf(&b, "%.*s", STR_ARG(r->name));
    if (d && d->label.n) buf_addf(&b, " %.*s", STR_ARG(d->label));
    struct str text = b.failed ? (struct str){0} : str_dup(&s->arena, buf_str(&b));
    buf_fini(&b);
    return text;
}

static bool is_moved(const struct live_rule *r)
{
    return r->read || r->findings.enters || r->findings.leaves || r->unknown.enters || r->unknown.leaves ||
           r->not_run.enters || r->not_run.leaves || !r->before || !r->after;
}

static enum rc say_rules(struct session *s, const struct live_answer *a, struct err *e)
{
    struct table t;
    size_t shown = 0, quiet = 0;
    table_init(&t, &s->arena,
               lang_pick(s->app->lang,
                         "rule|>before|>after|>enter|>leave|>cannot judge|>become so|>no longer|>not run|>will be",
                         "规则|>现有|>之后|>新进|>退出|>无法判断|>变为无法判断|>变为可判断|>未运行户|>之后未运行户"));
    t.clip[0] = LABEL_CLIP;
    for (size_t i = 0; i < a->n_rules; i++) {
        const struct live_rule *r = &a->rules[i];
        if (!is_moved(r)) {
            quiet++;
            continue;
        }
        shown++;
        struct str label = label_of(s, r);
        if (!label.p) return err_nomem(e);
        table_cell(&t, label);
        number_cells(&t, &r->findings);
        table_number(&t, (int64_t)r->unknown.after);
        table_number(&t, (int64_t)r->unknown.enters);
        table_number(&t, (int64_t)r->unknown.leaves);
        table_number(&t, (int64_t)r->not_run.before);
        table_number(&t, (int64_t)r->not_run.after);
    }
    out_say(&s->app->out, "\nFindings by rule\n", "\n按规则的疑点数\n");
    if (shown) TRY(table_print(&t, &s->app->out, e));
    if (quiet)
        out_say(&s->app->out, "%zu rules do not read what is changed and stay as they are.\n",
                "另有 %zu 条规则与所改内容无关，结果不变。\n", quiet);
    return RC_OK;
}

enum { WHYS_SHOWN_MAX = 5 }; /* of one rule; --json lists all */

static void say_why(struct session *s, const struct live_answer *a, const struct live_why *w)
{
    char n[32];
    struct str text = w->text[s->app->lang];
    if (w->not_run)
        out_say(&s->app->out, "  %.*s: %s households, the parameter %.*s is not set there\n",
                "  %.*s：%s 户，当地未设定参数 %.*s\n", STR_ARG(a->rules[w->rule].name),
                say_number((int64_t)w->subjects, n), STR_ARG(text));
    else
        out_say(&s->app->out, "  %.*s: %s, %.*s\n", "  %.*s：%s 个，%.*s\n", STR_ARG(a->rules[w->rule].name),
                say_number((int64_t)w->subjects, n), STR_ARG(text));
}

static void say_whys(struct session *s, const struct live_answer *a)
{
    if (a->n_why) out_say(&s->app->out, "\nWhy these can then not be judged\n", "\n变为无法判断或不再运行的原因\n");
    for (size_t i = 0, of_rule = 0; i < a->n_why; i++) {
        bool last = i + 1 == a->n_why || a->why[i + 1].rule != a->why[i].rule;
        if (of_rule++ < WHYS_SHOWN_MAX) say_why(s, a, &a->why[i]);
        if (last && of_rule > WHYS_SHOWN_MAX)
            out_say(&s->app->out, "  … and %zu more reasons (--json lists all)\n",
                    "  ……另有 %zu 种原因（--json 可列出全部）\n", of_rule - WHYS_SHOWN_MAX);
        if (last) of_rule = 0;
    }
}

static struct str group_name(struct session *s, enum live_group_by by, const struct live_group *g)
{
    char code[DIVISION_TEXT_MAX];
    if (by == LIVE_CAUSE) return g->name.n ? g->name : str_from(lang_pick(s->app->lang, "(none named)", "（未写明）"));
    if (by == LIVE_CATEGORY) return g->name.n ? g->name : str_from(lang_pick(s->app->lang, "(blank)", "（空白）"));
    if (!g->key) return str_from(lang_pick(s->app->lang, "(unknown)", "（不明）"));
    struct str name = divisions_name(&s->divs, g->key, 0);
    return name.n ? name : str_dup(&s->arena, str_from(division_format_short(g->key, code)));
}

static const char *group_title(enum live_group_by by, enum lang lang)
{
    static const char *const en[] = {"By county", "By township", "By category of household", "By cause"};
    static const char *const zh[] = {"按县", "按乡镇", "按户类别", "按原因"};
    return lang_pick(lang, en[by], zh[by]);
}

static enum rc say_group(struct session *s, const struct live_answer *a, enum live_group_by by, struct err *e)
{
    struct table t;
    char code[DIVISION_TEXT_MAX];
    bool division = by == LIVE_COUNTY || by == LIVE_TOWNSHIP;
    const char *counts =
        lang_pick(s->app->lang, "|>households|>after|>enter|>leave|>findings|>after|>enter|>leave|>cannot judge|>after",
                  "|>户数|>之后|>新进|>退出|>疑点|>之后|>新进|>退出|>无法判断|>之后");
    char heads[256];
    (void)snprintf(heads, sizeof heads, "%s%s", division ? lang_pick(s->app->lang, "|code", "|代码") : "", counts);
    table_init(&t, &s->arena, str_dup(&s->arena, str_from(heads)).p);
    t.clip[0] = LABEL_CLIP;
    for (size_t i = 0; i < a->n_group[by]; i++) {
        const struct live_group *g = &a->group[by][i];
        if (!g->findings.before && !g->findings.after && !g->unknown.before && !g->unknown.after) continue;
        table_cell(&t, group_name(s, by, g));
        if (division) table_cell(&t, str_from(division_format_short(g->key, code)));
        number_cells(&t, &g->households);
        number_cells(&t, &g->findings);
        table_number(&t, (int64_t)g->unknown.before);
        table_number(&t, (int64_t)g->unknown.after);
    }
    out_say(&s->app->out, "\n%s\n", "\n%s\n", group_title(by, s->app->lang));
    if (t.n > t.columns) return table_print(&t, &s->app->out, e);
    out_say(&s->app->out, "  none\n", "  没有\n");
    return RC_OK;
}

/* ---------------------------------------------------------------- money */

static void say_amount(struct session *s, const struct live_rule *r, const struct live_money *m, bool enters)
{
    char sum[64];
    if (!m->known && !m->unknown && !m->none) return;
    out_say(&s->app->out, "  %.*s: %s %s yuan over %llu", "  %.*s：%s %s 元，涉及 %llu 个", STR_ARG(r->name),
            enters ? lang_pick(s->app->lang, "those who enter:", "新进")
                   : lang_pick(s->app->lang, "those who leave:", "退出"),
            yuan_text(m->sum, sum), (unsigned long long)m->known);
    if (m->unknown)
        out_say(&s->app->out, "; of %llu more the amount is not known", "；另有 %llu 个金额不明",
                (unsigned long long)m->unknown);
    if (m->none) out_say(&s->app->out, "; %llu have no amount", "；%llu 个没有金额", (unsigned long long)m->none);
    out_say(&s->app->out, "\n", "\n");
}

static void say_money(struct session *s, const struct live_answer *a)
{
    bool any = false;
    for (size_t i = 0; i < a->n_rules; i++) {
        const struct live_rule *r = &a->rules[i];
        if (!r->has_money || (!r->findings.enters && !r->findings.leaves)) continue;
        if (!any) out_say(&s->app->out, "\nMoney\n", "\n涉及金额\n");
        any = true;
        say_amount(s, r, &r->enters, true);
        say_amount(s, r, &r->leaves, false);
    }
}

/* ---------------------------------------------------------------- whole */

enum rc whatif_say(struct session *s, const struct live *l, const struct live_answer *a, unsigned by, struct err *e)
{
    const struct live_tally *f = &a->flagged;
    char n[5][32];
    out_say(&s->app->out, "%s households. With a finding: %s before, %s after; %s enter, %s leave.\n",
            "共 %s 户。有疑点的：现有 %s 户，之后 %s 户；新进 %s 户，退出 %s 户。\n",
            say_number(live_households(l), n[0]), say_number((int64_t)f->before, n[1]),
            say_number((int64_t)f->after, n[2]), say_number((int64_t)f->enters, n[3]),
            say_number((int64_t)f->leaves, n[4]));
    if (a->unread)
        out_say(&s->app->out, "No rule that counts here reads what is changed: nothing differs.\n",
                "此处的规则都没有用到所改内容：结果不变。\n");
    if (a->n_checks)
        out_say(&s->app->out, "%zu data checks are not counted; --all counts them, --rule those named.\n",
                "%zu 项数据核查未计入；加 --all 计入全部，--rule 只算所列的。\n", a->n_checks);
    if (!a->unread && !a->n_moves) out_say(&s->app->out, "Nobody enters or leaves.\n", "没有新进，也没有退出。\n");
    TRY(say_rules(s, a, e));
    say_whys(s, a);
    for (int k = 0; k < LIVE_GROUP_BY__MAX; k++)
        if (by >> k & 1) TRY(say_group(s, a, (enum live_group_by)k, e));
    say_money(s, a);
    return RC_OK;
}

/* ---------------------------------------------------------------- JSON */

static void json_tally(struct json *j, const char *name, const struct live_tally *t)
{
    json_open(j, name, '{');
    json_number(j, "before", (int64_t)t->before);
    json_number(j, "after", (int64_t)t->after);
    json_number(j, "enters", (int64_t)t->enters);
    json_number(j, "leaves", (int64_t)t->leaves);
    json_close(j, '}');
}

static void json_money(struct json *j, const char *name, const struct live_money *m)
{
    char sum[64];
    json_open(j, name, '{');
    json_text(j, "yuan", str_from(yuan_text(m->sum, sum)));
    json_number(j, "known", (int64_t)m->known);
    json_number(j, "unknown", (int64_t)m->unknown);
    json_number(j, "none", (int64_t)m->none);
    json_close(j, '}');
}

static void json_rule(struct json *j, const struct live_rule *r)
{
    const struct decl *d = r->after ? r->after : r->before;
    json_open(j, NULL, '{');
    json_text(j, "rule", r->name);
    json_text(j, "label", d ? d->label : STR(""));
    json_bool(j, "in_force_before", r->before != NULL);
    json_bool(j, "in_force_after", r->after != NULL);
    json_bool(j, "reads_change", r->read);
    json_tally(j, "findings", &r->findings);
    json_tally(j, "cannot_judge", &r->unknown);
    json_tally(j, "not_run", &r->not_run);
    if (r->has_money) {
        json_money(j, "money_enters", &r->enters);
        json_money(j, "money_leaves", &r->leaves);
    }
    json_close(j, '}');
}

static void json_group(struct json *j, enum live_group_by by, const struct live_group *g)
{
    json_open(j, NULL, '{');
    if (by == LIVE_COUNTY || by == LIVE_TOWNSHIP) json_division(j, "division", g->key);
    else json_text(j, "name", g->name);
    json_tally(j, "households", &g->households);
    json_tally(j, "findings", &g->findings);
    json_tally(j, "cannot_judge", &g->unknown);
    json_close(j, '}');
}

static void json_whys(struct json *j, const struct live_answer *a)
{
    json_open(j, "why", '[');
    for (size_t i = 0; i < a->n_why; i++) {
        const struct live_why *w = &a->why[i];
        json_open(j, NULL, '{');
        json_text(j, "rule", a->rules[w->rule].name);
        if (w->not_run) json_text(j, "parameter_not_set", w->param);
        else {
            json_open(j, "reason", '{');
            json_text(j, "zh", w->text[LANG_ZH]);
            json_text(j, "en", w->text[LANG_EN]);
            json_close(j, '}');
        }
        json_number(j, w->not_run ? "households" : "subjects", (int64_t)w->subjects);
        json_close(j, '}');
    }
    json_close(j, ']');
}

enum rc whatif_json(struct session *s, const struct live_answer *a, unsigned by, struct err *e)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_bool(&j, "unread", a->unread);
    json_number(&j, "checks_not_counted", (int64_t)a->n_checks);
    json_number(&j, "moves", (int64_t)a->n_moves);
    json_tally(&j, "households", &a->flagged);
    json_open(&j, "rules", '[');
    for (size_t i = 0; i < a->n_rules; i++) json_rule(&j, &a->rules[i]);
    json_close(&j, ']');
    json_whys(&j, a);
    for (int k = 0; k < LIVE_GROUP_BY__MAX; k++) {
        if (!(by >> k & 1)) continue;
        json_open(&j, by_words[k], '[');
        for (size_t i = 0; i < a->n_group[k]; i++) json_group(&j, (enum live_group_by)k, &a->group[k][i]);
        json_close(&j, ']');
    }
    json_close(&j, '}');
    return json_print(&j, &s->app->out, e);
}

/* ---------------------------------------------------------------- the file */

enum rc whatif_write(struct live *l, const struct live_answer *a, const char *path, struct err *e)
{
    struct buf b;
    struct str *codes;
    TRY(live_codes(l, &codes, e));
    buf_init(&b, WHATIF_BYTES_MAX);
    buf_addz(&b, "household,rule,person,before,after\n");
    for (size_t i = 0; i < a->n_moves; i++) {
        const struct live_move *m = &a->moves[i];
        buf_add_csv(&b, codes[m->household_row]);
        buf_addf(&b, ",%.*s,", STR_ARG(a->rules[m->rule].name));
        if (m->person) buf_add_i64(&b, m->person);
        buf_addf(&b, ",%s,%s\n", live_verdict_word((enum live_verdict)m->before),
                 live_verdict_word((enum live_verdict)m->after));
    }
    enum rc rc = b.failed ? err_nomem(e) : io_write_file(path, buf_str(&b), 0600, e);
    buf_fini(&b);
    return rc;
}
