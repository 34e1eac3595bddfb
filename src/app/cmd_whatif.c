/* whatif */
#include "app/commands.h"
#include "app/outfile.h"
#include "app/param_try.h"
#include "app/param_words.h"
#include "app/rule_name.h"
#include "app/say.h"
#include "app/whatif_say.h"
#include "base/par.h"
#include "store/screenstore.h"

enum { RULES_ASKED_MAX = 64 };

struct whatif {
    struct session s, books; /* books: those of --policy */
    const struct args *a;
    struct param_setting *base, *set; /* in force; those of --set */
    size_t n_base, n_set;
    struct str rules[RULES_ASKED_MAX];
    size_t n_rules;
    unsigned by;
    date_day as_of;
    int64_t k_us;
};

/* ---------------------------------------------------------------- what is asked */

static enum rc take_by(struct whatif *w, struct err *e)
{
    static const char *const words[LIVE_GROUP_BY__MAX] = {"county", "township", "category", "cause"};
    struct str rest = w->a->opt[OPTION_GROUP].text, word;
    while (str_cut(&rest, ',', &word)) {
        int k = 0;
        while (k < LIVE_GROUP_BY__MAX && !str_eq(word, str_from(words[k]))) k++;
        if (k == LIVE_GROUP_BY__MAX)
            return err_set(e, RC_USAGE, pos_none(), "--by: \"%.*s\" is none of county, township, category, cause.",
                           "--by：“%.*s”不是 county、township、category、cause 之一。", STR_ARG(word));
        w->by |= 1U << k;
    }
    return RC_OK;
}

static enum rc take_rules(struct whatif *w, const struct session *in, struct err *e)
{
    struct str rest = w->a->opt[OPTION_RULES].text, word;
    while (str_cut(&rest, ',', &word)) {
        enum decl_kind kind;
        if (w->n_rules == RULES_ASKED_MAX)
            return err_set(e, RC_USAGE, pos_none(), "--rule: more than %d rules.", "--rule：超过 %d 条规则。",
                           (int)RULES_ASKED_MAX);
        struct err none = {.lang = e->lang};
        enum rc rc = rule_known(&w->s, word, &kind, e);
        if (rc && in->policy) rc = rule_known(in, word, &kind, &none); /* only in the other books */
        TRY(rc);
        w->rules[w->n_rules++] = word;
    }
    return RC_OK;
}

/* A village outside the three provinces is not in the list; its township is. */
static enum rc check_division(const struct whatif *w, int64_t code, struct err *e)
{
    int64_t town = division_truncate(code, DIVISION_TOWNSHIP);
    if (divisions_find(&w->s.divs, code, w->as_of, NULL) ||
        (town != code && divisions_find(&w->s.divs, town, w->as_of, NULL)))
        return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "--set: there is no division %lld on that day. Look it up: fangpin divisions DB find NAME",
                   "--set：当日没有区划 %lld。请查询：fangpin divisions DB find 名称", (long long)code);
}

/* NAME=VALUE or NAME@DIVISION=VALUE. */
static enum rc parse_set(const struct whatif *w, struct str text, struct param_event *ev, bool *given, struct err *e)
{
    size_t eq = str_find(text, STR("="), 0), at = str_find(text, STR("@"), 0);
    *given = at != SIZE_MAX && at < eq;
    if (eq == SIZE_MAX || eq == 0 || eq + 1 == text.n || (*given && at == 0))
        return err_set(e, RC_USAGE, pos_none(),
                       "--set \"%.*s\": write NAME=VALUE or NAME@DIVISION=VALUE, for example income_line=8000.",
                       "--set “%.*s”：请写 名称=取值 或 名称@区划代码=取值，例如 income_line=8000。", STR_ARG(text));
    *ev = (struct param_event){
        .name = str_sub(text, 0, *given ? at : eq), .value_text = str_sub(text, eq + 1, text.n), .from_day = w->as_of};
    if (!*given) return RC_OK;
    struct str code = str_sub(text, at + 1, eq);
    if (!division_parse(code, &ev->division))
        return err_set(e, RC_USAGE, pos_none(), "--set: \"%.*s\" is not a division code of 2, 4, 6, 9 or 12 digits.",
                       "--set：“%.*s”不是 2、4、6、9 或 12 位的行政区划代码。", STR_ARG(code));
    return check_division(w, ev->division, e);
}

/* Where books or settings have a narrower value, this one does not come into force. */
static enum rc say_narrower(struct whatif *w, const struct param_event *ev, struct err *e)
{
    struct param_places p;
    param_places_of(&w->s, ev->name, &p);
    for (size_t i = 0; i < p.n; i++) {
        struct place at;
        char code[DIVISION_TEXT_MAX];
        if (!division_covers(ev->division, p.v[i])) continue;
        TRY(session_place(&w->s, p.v[i], w->as_of, &at, e));
        struct param_choice c = policy_param(w->s.policy, ev->name, &at, w->as_of);
        bool here = c.event && c.event->division == ev->division && str_eq(c.event->value_text, ev->value_text);
        if (here || !c.decl) continue;
        struct str name = p.v[i] ? divisions_name(&w->s.divs, p.v[i], 0) : STR("");
        out_say(&w->s.app->out,
                "Note: not in %.*s (%s): a narrower value holds there. To try it there: --set %.*s@%s=…\n",
                "注意：在 %.*s（%s）不起作用，那里有更具体的取值。要在那里试用，请写 --set %.*s@%s=…\n", STR_ARG(name),
                division_format_short(p.v[i], code), STR_ARG(ev->name), code);
    }
    return RC_OK;
}

static enum rc say_set(struct whatif *w, const struct param_event *ev, const struct param_view *was,
                       const struct param_view *now, struct err *e)
{
    char code[DIVISION_TEXT_MAX];
    if (w->a->opt[OPTION_JSON].given) return RC_OK;
    out_say(&w->s.app->out, "What if %.*s (%.*s)%s%s were %.*s; now: %.*s\n",
            "假如 %.*s（%.*s）%s%s为 %.*s；现为：%.*s\n", STR_ARG(ev->name), STR_ARG(now->decl->label),
            ev->division ? " @" : "", ev->division ? division_format_short(ev->division, code) : "",
            STR_ARG(now->value),
            STR_ARG(was->state == PVAL_EMPTY ? str_from(lang_pick(w->s.app->lang, "not set", "未设定")) : was->value));
    return say_narrower(w, ev, e);
}

static struct param_setting *settings_of(struct session *s, size_t from, size_t n)
{
    struct param_setting *v = ARENA_ARRAY(&s->arena, struct param_setting, n + 1);
    for (size_t i = 0; v && i < n; i++) {
        const struct param_event *p = &s->events[from + i];
        v[i] = (struct param_setting){p->name, p->division, p->from_day, p->value_text};
    }
    return v;
}

static enum rc take_sets(struct whatif *w, struct err *e)
{
    w->n_base = w->s.n_events;
    for (size_t i = 0; w->a->opt[OPTION_SET].given && i < w->a->list_n; i++) {
        struct param_event ev;
        struct param_view was, now;
        bool given;
        TRY(parse_set(w, w->a->list[i], &ev, &given, e));
        TRY(param_words(w->s.policy, ev.value_text, &w->s.arena, &ev.value_text, e));
        TRY(param_try(&w->s, &ev, given, w->as_of, &was, &now, e));
        TRY(say_set(w, &ev, &was, &now, e));
    }
    w->n_set = w->s.n_events - w->n_base;
    w->base = settings_of(&w->s, 0, w->n_base);
    w->set = settings_of(&w->s, w->n_base, w->n_set);
    if (!w->base || !w->set) return err_nomem(e);
    policy_set_events(w->s.policy, w->base, w->n_base);
    return RC_OK;
}

static enum rc take_books(struct whatif *w, struct err *e)
{
    if (!w->a->opt[OPTION_POLICY].given) return RC_OK;
    const char **dirs = ARENA_ARRAY(&w->s.arena, const char *, w->a->list_n + 1);
    if (!dirs) return err_nomem(e);
    for (size_t i = 0; i < w->a->list_n; i++) dirs[i] = w->a->list[i].p;
    TRY(session_books(&w->books, w->s.app, dirs, w->a->list_n, e));
    if (w->books.policy) return RC_OK;
    session_say_diags(&w->books);
    return err_set(e, RC_INPUT, pos_none(), "the policy books have errors (%zu).", "政策册有错误（%zu 处）。",
                   diags_told(&w->books.diags));
}

/* ---------------------------------------------------------------- the answer */

/* What was kept as of D may have known something else. */
static enum rc say_kept(struct whatif *w, struct err *e)
{
    struct screen kept;
    char was[40], day[DATE_TEXT_MAX];
    TRY(screen_at(w->s.store, &w->s.arena, w->as_of, &kept, e));
    struct out *out = &w->s.app->out;
    if (!kept.id || w->a->opt[OPTION_JSON].given) return RC_OK;
    bool books = memcmp(kept.book_hash, w->s.set.hash, SCREEN_HASH_BYTES) != 0;
    bool same_day = session_us_day(kept.known_at_us) == w->s.known_at;
    if (same_day && !books) return RC_OK;
    out_say(out,
            "\"Before\" is judged now with what was known at %s%s; the kept screen of that day was made with what was "
            "known at %s.\n",
            "“现有”按 %s 已知的数据%s重新判断；该日已保存的筛查用的是 %s 已知的数据。\n",
            date_format(w->s.known_at, day),
            books ? lang_pick(w->s.app->lang, " and the books of then", "和当时的政策册") : "",
            say_time(kept.known_at_us, was));
    return RC_OK;
}

static enum rc put_answer(struct whatif *w, struct live *l, const struct live_answer *a, struct err *e)
{
    const struct option_value *out = &w->a->opt[OPTION_OUT];
    TRY(say_kept(w, e));
    TRY(w->a->opt[OPTION_JSON].given ? whatif_json(&w->s, a, w->by, e) : whatif_say(&w->s, l, a, w->by, e));
    if (!out->given) return RC_OK;
    TRY(whatif_write(l, a, out->text.p, e));
    if (!w->a->opt[OPTION_JSON].given)
        out_say(&w->s.app->out, "\nWho enters and leaves is written to %.*s\n", "\n新进与退出的名单已写入 %.*s\n",
                STR_ARG(out->text));
    return RC_OK;
}

static enum rc ask(struct whatif *w, struct err *e)
{
    struct live *l;
    struct live_answer a;
    struct live_options o = {.as_of = w->as_of,
                             .known_at = w->s.known_at,
                             .k_us = w->k_us,
                             .threads = par_threads(),
                             .settings = w->base,
                             .n_settings = w->n_base,
                             .also = w->books.policy,
                             .category = w->by >> LIVE_CATEGORY & 1};
    struct live_change c = {.policy = w->books.policy,
                            .settings = w->set,
                            .n_settings = w->n_set,
                            .rules = w->rules,
                            .n_rules = w->n_rules,
                            .checks = w->a->opt[OPTION_ALL].given,
                            .by = w->by,
                            .why = true};
    TRY(live_open(&l, w->s.store, w->s.policy, &w->s.divs, &o, &w->s.diags, e));
    enum rc rc = live_whatif(l, &c, &a, w->books.policy ? &w->books.diags : &w->s.diags, e);
    if (!rc) rc = put_answer(w, l, &a, e);
    live_answer_free(&a);
    live_close(l);
    return rc;
}

static enum rc check_usage(struct whatif *w, struct err *e)
{
    const struct option_value *o = w->a->opt;
    if (o[OPTION_SET].given == o[OPTION_POLICY].given)
        return err_set(e, RC_USAGE, pos_none(), "say what is changed: either --set NAME=VALUE or --policy DIR.",
                       "请写明改什么：--set 名称=取值 或 --policy 文件夹，二者取一。");
    if (o[OPTION_OUT].given) TRY(outfile_check(w->s.app, w->a, OUTFILE_FINDINGS, o[OPTION_OUT].text.p, NULL, e));
    return take_by(w, e);
}

/* What a screen of that day would know now. */
static enum rc open_session(struct whatif *w, struct app *app, struct err *e)
{
    struct screen latest;
    date_day known_at = w->a->opt[OPTION_KNOWN_AT].from;
    TRY(session_open(&w->s, app, w->a, STORE_READ, SESSION_STORE, 0, e));
    TRY(screen_latest(w->s.store, &w->s.arena, &latest, e));
    if (latest.id && w->as_of < latest.as_of) TRY(session_kept_moment(&w->s, w->as_of, known_at, &w->k_us, e));
    return session_know(&w->s, SESSION_DIVISIONS | SESSION_POLICY, known_at, w->k_us, e);
}

static enum rc whatif_run(struct whatif *w, struct app *app, struct err *e)
{
    TRY(check_usage(w, e));
    TRY(open_session(w, app, e));
    TRY(take_books(w, e));
    TRY(take_sets(w, e));
    TRY(take_rules(w, &w->books, e));
    return ask(w, e);
}

enum rc cmd_whatif(struct app *app, const struct args *a, struct err *e)
{
    struct whatif w = {.a = a, .as_of = a->opt[OPTION_AS_OF].from, .s.app = app};
    enum rc rc = whatif_run(&w, app, e);
    if (w.s.diags.n) session_say_diags(&w.s);
    if (w.books.diags.n && w.books.policy) session_say_diags(&w.books);
    session_close(&w.s);
    session_close(&w.books);
    return rc;
}
