/* screen, also after an import */
#include "app/commands.h"
#include "app/outfile.h"
#include "app/rule_name.h"
#include "app/say.h"
#include "app/screen_then.h"
#include "match/import.h"
#include "screen/replay.h"

static enum rc json_screen(struct session *s, const struct screening *sc, struct err *e)
{
    struct buf b;
    buf_init(&b, SAY_MAX);
    screen_json(sc, s->policy, &b);
    buf_addc(&b, '\n');
    enum rc rc = b.failed ? err_nomem(e) : RC_OK;
    if (!rc) out_str(&s->app->out, buf_str(&b));
    buf_fini(&b);
    return rc;
}

/* A value set after K is not known at K: say so, or it looks as if it had been lost. */
static enum rc say_later_params(struct session *s, const struct screening *sc, struct err *e)
{
    struct param_event *v;
    size_t n;
    TRY(param_list(s->store, &s->arena, INT64_MAX, &v, &n, e));
    for (size_t i = 0; i < n; i++) {
        bool skipped = false;
        char day[40];
        if (v[i].known_from_us <= s->k_us) continue;
        for (size_t k = 0; k < sc->n_skipped; k++) skipped = skipped || str_eq(sc->skipped[k].param, v[i].name);
        if (skipped)
            out_say(&s->app->out,
                    "  %.*s has been set, but is known only from %s: screen with a later --known-at, or set it with "
                    "--received.\n",
                    "  %.*s 已设定，但自 %s 才已知：请用更晚的 --known-at 筛查，或设定时写 --received。\n",
                    STR_ARG(v[i].name), say_time(v[i].known_from_us, day));
    }
    return RC_OK;
}

/* Rules confirmed that needed no confirmation: perhaps another one was meant. */
static void say_not_held(struct session *s, const struct args *a, const struct screening *sc)
{
    for (size_t i = 0; i < a->list_n; i++) {
        bool held = str_eq(a->list[i], STR("all"));
        for (size_t k = 0; k < sc->n_held; k++) {
            struct str name = sc->rules[sc->held[k].rule].name;
            held = held || str_eq(name, a->list[i]) || str_eq(rule_base_name(name), a->list[i]);
        }
        if (!held)
            out_say(&s->app->out, "  %.*s was not held: nothing to confirm.\n", "  %.*s 没有待确认：无须确认。\n",
                    STR_ARG(a->list[i]));
    }
}

static enum rc held(const struct screening *sc, struct err *e)
{
    if (!sc->on_hold) return RC_OK;
    return err_set(
        e, RC_HELD, pos_none(),
        "the screen is held for confirmation: nothing of it was kept. Mend what is wrong, or confirm: screen DB "
        "--as-of DATE --confirm RULE... --by WHO --reason TEXT",
        "筛查待确认：筛查没有保存。请改正错误，或确认：screen DB --as-of 日期 --confirm 规则... --by 经办人 "
        "--reason 理由");
}

/* Whoever confirms says who he is and why: both are kept. */
static enum rc check_confirm(struct session *s, const struct args *a, struct err *e)
{
    enum decl_kind kind;
    if (a->opt[OPTION_CONFIRM].given != a->opt[OPTION_REASON].given ||
        (a->opt[OPTION_CONFIRM].given && !a->opt[OPTION_BY].given))
        return err_set(e, RC_USAGE, pos_none(), "to confirm, give all three: --confirm RULE... --by WHO --reason TEXT",
                       "确认时三项都要写：--confirm 规则... --by 经办人 --reason 理由");
    for (size_t i = 0; i < a->list_n; i++)
        if (!str_eq(a->list[i], STR("all"))) TRY(rule_known(s, a->list[i], &kind, e));
    return RC_OK;
}

static enum rc say_screen(struct session *s, const struct args *a, const struct screening *sc, struct err *e)
{
    if (a->opt[OPTION_JSON].given) TRY(json_screen(s, sc, e));
    else {
        screen_say(sc, s->policy, &s->divs, &s->app->out);
        if (!a->opt[OPTION_SCREEN].given) say_not_held(s, a, sc);
        TRY(say_later_params(s, sc, e));
        if (a->opt[OPTION_FINDINGS].given)
            out_say(&s->app->out, "\nFindings written to %.*s\n", "\n疑点清单已写入 %.*s\n",
                    STR_ARG(a->opt[OPTION_FINDINGS].text));
    }
    TRY(held(sc, e));
    if (!a->opt[OPTION_STRICT].given || !sc->n_skipped) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "rules were not run because parameters are empty (--strict). Set them: fangpin param DB set",
                   "有规则因参数未设定而未运行（--strict）。请设定：fangpin param DB set");
}

static date_day day_asked(const struct args *a)
{
    return a->opt[OPTION_SCREEN].given ? a->opt[OPTION_SCREEN].from : a->opt[OPTION_AS_OF].from;
}

static enum rc check_as_of(date_day as_of, date_day known_at, struct err *e)
{
    char d[DATE_TEXT_MAX], k[DATE_TEXT_MAX];
    if (as_of <= known_at) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "--as-of %s is after the day of what is known (%s). Give an earlier --as-of, or --known-at.",
                   "--as-of %s 晚于数据已知日期 %s。请改用更早的 --as-of 或写明 --known-at。", date_format(as_of, d),
                   date_format(known_at, k));
}

static enum rc screen_all(struct session *s, const struct args *a, int64_t k_us, struct world *begun,
                          struct screening *sc, struct err *e)
{
    bool after = a->opt[OPTION_SCREEN].given; /* then the list is of the import */
    struct screen_options o = {.as_of = day_asked(a),
                               .known_at = s->known_at,
                               .k_us = k_us,
                               .begun = begun,
                               .with_unknown = a->opt[OPTION_WITH_UNKNOWN].given,
                               .findings_path = a->opt[OPTION_FINDINGS].text.p,
                               .by_who = session_who(a),
                               .confirm = after ? NULL : a->list,
                               .n_confirm = after ? 0 : a->list_n,
                               .why = a->opt[OPTION_REASON].text};
    TRY(check_as_of(o.as_of, s->known_at, e));
    if (!after) TRY(check_confirm(s, a, e));
    enum rc rc = screen_run(sc, s->store, s->policy, s->set.hash, &s->divs, &o, &s->diags, e);
    return rc ? rc : say_screen(s, a, sc, e);
}

/* ---------------------------------------------------------------- replay */

static enum rc find_kept(struct session *s, struct str which, struct screen *out, struct err *e)
{
    int64_t id = 0;
    date_day day = date_parse_iso(which);
    if (day) TRY(screen_at(s->store, &s->arena, day, out, e));
    else if (str_to_i64(which, 1, INT64_MAX, &id)) TRY(screen_get(s->store, &s->arena, id, out, e));
    else
        return err_set(e, RC_USAGE, pos_none(), "--replay %.*s: give a screen's number or its as-of date.",
                       "--replay %.*s：请写筛查编号或筛查日期。", STR_ARG(which));
    bool has = out->state == SCREEN_KEPT;
    if (out->id && !has) TRY(screen_has_findings(s->store, out->id, &has, e));
    if (out->id && has) return RC_OK;
    if (out->id)
        return err_set(e, RC_INPUT, pos_none(),
                       "screen %.*s was replaced by a later one of the same day, by a program that did not keep its "
                       "findings. Replay that: "
                       "--replay DATE",
                       "筛查 %.*s 已被同一日期的后一次筛查替换，当时的程序没有保留其结果。请用日期重放：--replay 日期",
                       STR_ARG(which));
    return err_set(e, RC_INPUT, pos_none(), "no screen %.*s is kept here.", "没有已保存的筛查 %.*s。", STR_ARG(which));
}

static void json_difference(struct json *j, const struct replay_difference *d)
{
    static const char *const kinds[] = {"gone", "came", "changed"}, *const verdicts[] = {"false", "true", "unknown"};
    json_open(j, NULL, '{');
    json_text(j, "household", d->code);
    json_text(j, "rule", d->rule);
    json_text(j, "kind", str_from(kinds[d->kind]));
    if (d->kind != REPLAY_CAME) {
        json_text(j, "verdict_then", str_from(verdicts[d->verdict_then]));
        json_text(j, "state_then", str_from(finding_state_word(d->state_then)));
    }
    if (d->kind != REPLAY_GONE) {
        json_text(j, "verdict_now", str_from(verdicts[d->verdict_now]));
        json_text(j, "state_now", str_from(finding_state_word(d->state_now)));
    }
    json_close(j, '}');
}

static enum rc json_replay(const struct replay_report *r, const struct screen *kept, struct out *out, struct err *e)
{
    struct json j;
    char when[40];
    json_init(&j);
    json_open(&j, NULL, '{');
    json_number(&j, "screen", kept->id);
    json_date(&j, "as_of", kept->as_of);
    json_text(&j, "known_at", str_from(clock_format(kept->known_at_us, when)));
    json_bool(&j, "identical", replay_identical(r));
    json_number(&j, "findings_then", (int64_t)r->rows_then);
    json_number(&j, "findings_now", (int64_t)r->rows_now);
    json_bool(&j, "books_differ", r->books);
    json_bool(&j, "parameters_differ", r->params);
    json_bool(&j, "rules_differ", r->rules);
    json_bool(&j, "summary_differs", r->summary);
    json_number(&j, "gone", (int64_t)r->gone);
    json_number(&j, "came", (int64_t)r->came);
    json_number(&j, "verdicts", (int64_t)r->verdicts);
    json_number(&j, "states", (int64_t)r->states);
    json_open(&j, "differences", '[');
    for (size_t i = 0; i < r->n; i++) json_difference(&j, &r->v[i]);
    json_close(&j, ']');
    json_close(&j, '}');
    return json_print(&j, out, e);
}

static enum rc replay_kept(struct session *s, const struct args *a, const struct screen *kept, struct screening *sc,
                           struct err *e)
{
    struct replay_report r;
    struct screen_options o = {.as_of = kept->as_of,
                               .known_at = s->known_at,
                               .k_us = kept->known_at_us,
                               .with_unknown = a->opt[OPTION_WITH_UNKNOWN].given,
                               .findings_path = a->opt[OPTION_FINDINGS].text.p,
                               .dry = true};
    TRY(screen_run(sc, s->store, s->policy, s->set.hash, &s->divs, &o, &s->diags, e));
    TRY(replay_compare(sc, s->store, s->policy, kept, &r, e));
    if (a->opt[OPTION_JSON].given) TRY(json_replay(&r, kept, &s->app->out, e));
    else replay_say(&r, kept, &s->app->out);
    if (replay_identical(&r)) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "the replay differs from what was kept. Run fangpin check; if it finds nothing, report this.",
                   "重放结果与已保存的不一致。请运行 fangpin check；如未发现问题，请报告。");
}

static enum rc replay(struct session *s, const struct args *a, struct screening *sc, struct err *e)
{
    struct screen kept;
    if (a->opt[OPTION_AS_OF].given || a->opt[OPTION_KNOWN_AT].given)
        return err_set(e, RC_USAGE, pos_none(),
                       "--replay takes the dates of the kept screen: leave out --as-of, --known-at.",
                       "--replay 使用已保存筛查的日期：请去掉 --as-of、--known-at。");
    if (a->opt[OPTION_CONFIRM].given || a->opt[OPTION_REASON].given)
        return err_set(e, RC_USAGE, pos_none(), "a replay keeps nothing: there is nothing to --confirm.",
                       "重放不保存任何内容，无须 --confirm。");
    TRY(find_kept(s, a->opt[OPTION_REPLAY].text, &kept, e));
    TRY(session_know(s, SESSION_DIVISIONS | SESSION_POLICY, session_us_day(kept.known_at_us), kept.known_at_us, e));
    return replay_kept(s, a, &kept, sc, e);
}

/* ---------------------------------------------------------------- whole */

/* The moment of which the screen knows: that of the kept one which it comes after; 0: the close of the day. */
static enum rc moment_asked(struct session *s, const struct args *a, int64_t *k_us, struct err *e)
{
    struct screen latest;
    *k_us = 0;
    TRY(screen_latest(s->store, &s->arena, &latest, e));
    if (!latest.id || day_asked(a) >= latest.as_of) return RC_OK;
    return session_kept_moment(s, day_asked(a), a->opt[OPTION_KNOWN_AT].from, k_us, e);
}

static enum rc screen_now(struct session *s, const struct args *a, struct screening *sc, struct err *e)
{
    int64_t k_us;
    TRY(moment_asked(s, a, &k_us, e));
    TRY(session_know(s, SESSION_DIVISIONS | SESSION_POLICY, a->opt[OPTION_KNOWN_AT].from, k_us, e));
    return screen_all(s, a, k_us, NULL, sc, e);
}

enum rc cmd_screen(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct screening sc = {.n_rules = 0};
    bool again = a->opt[OPTION_REPLAY].given;
    if (!again && !a->opt[OPTION_AS_OF].given)
        return err_set(e, RC_USAGE, pos_none(), "--as-of DATE is missing. See: fangpin help screen",
                       "缺少 --as-of DATE。请看：fangpin help screen");
    if (a->opt[OPTION_FINDINGS].given)
        TRY(outfile_check(app, a, OUTFILE_FINDINGS, a->opt[OPTION_FINDINGS].text.p, NULL, e));
    enum rc rc = session_open(&s, app, a, again ? STORE_READ : STORE_WRITE, SESSION_STORE, 0, e);
    if (!rc) {
        rc = again ? replay(&s, a, &sc, e) : screen_now(&s, a, &sc, e);
        screening_free(&sc);
        if (s.diags.n) session_say_diags(&s);
    }
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- after an import */

enum rc screen_then_check(const struct app *app, const struct args *a, struct err *e)
{
    static const enum option with[] = {OPTION_KNOWN_AT, OPTION_FINDINGS, OPTION_WITH_UNKNOWN, OPTION_STRICT};
    const struct option_value *v = a->opt;
    for (size_t i = 0; i < sizeof with / sizeof *with; i++)
        if (v[with[i]].given && !v[OPTION_SCREEN].given)
            return err_set(e, RC_USAGE, pos_none(), "%s is about a screen: give --screen DATE too, or leave it out.",
                           "%s 只用于筛查：请同时写 --screen 日期，或去掉它。", option_info[with[i]].name);
    if (!v[OPTION_SCREEN].given) return RC_OK;
    if (v[OPTION_DRY_RUN].given)
        return err_set(e, RC_USAGE, pos_none(), "--dry-run stores nothing that --screen could judge: leave one out.",
                       "--dry-run 不保存任何数据，--screen 无从筛查：请去掉其中一个。");
    TRY(check_as_of(day_asked(a), v[OPTION_KNOWN_AT].given ? v[OPTION_KNOWN_AT].from : clock_today(app->clock), e));
    return v[OPTION_FINDINGS].given ? outfile_check(app, a, OUTFILE_FINDINGS, v[OPTION_FINDINGS].text.p, NULL, e)
                                    : RC_OK;
}

static bool ends_sentence(struct str s)
{
    return str_ends(s, STR(".")) || str_ends(s, STR("。")) || str_ends(s, STR("！"));
}

/* What was not taken in would be missing in the screen without anybody seeing it there. */
static enum rc no_screen(const struct args *a, enum rc rc, struct err *e)
{
    const struct err was = *e;
    char day[DATE_TEXT_MAX];
    const char *stop = ends_sentence(str_from(was.msg)) ? "" : lang_pick(e->lang, ".", "。");
    struct pos at = {.file = was.file[0] ? was.file : NULL, .line = was.line, .col = was.col};
    return err_set(e, rc, at,
                   "%s%s No screen was made: it would judge without what was not taken in. Mend that and give the "
                   "command again (what is in stays as it is), or screen as it is: fangpin screen DB --as-of %s",
                   "%s%s没有筛查：未导入的数据会缺失。请改正后再执行一次本命令（已导入的不受影响），或按现有数据筛查："
                   "fangpin screen DB --as-of %s",
                   was.msg, stop, date_format(day_asked(a), day));
}

static bool has_roster(const struct session *s, const struct args *a)
{
    struct str roster = policy_dataset_name(s->policy, policy_roster(s->policy));
    for (size_t i = 1; i + 1 < a->n; i += 2) {
        struct str rest = a->arg[i], name;
        while (str_cut(&rest, '+', &name))
            if (str_eq(name, roster)) return true;
    }
    return false;
}

static void read_people(void *ctx, struct par_pool *pool)
{
    struct screen_ahead *x = ctx;
    struct err ignored = {0};
    x->begun = world_read_people(&x->w, pool, &ignored) ==
               RC_OK; /* else the screen reads them and says what is wrong */
}

static enum rc begin_ahead(struct screen_ahead *x, struct session *s, const struct args *a, bool *same, struct err *e)
{
    struct world_options o = {.as_of = day_asked(a), .known_at = a->opt[OPTION_KNOWN_AT].from};
    TRY(moment_asked(s, a, &o.k_us, e));
    TRY(session_knows(s, o.known_at, o.k_us, same, e));
    if (!o.known_at) o.known_at = clock_today(s->app->clock);
    return *same ? world_begin(&x->w, s->store, s->policy, &o, e) : RC_OK;
}

void screen_ahead_begin(struct screen_ahead *x, struct session *s, const struct args *a, struct import_shared *shared)
{
    struct err ignored = {0};
    bool same = false;
    if (!a->opt[OPTION_SCREEN].given || policy_roster(s->policy) == UINT32_MAX || has_roster(s, a)) return;
    if (!begin_ahead(x, s, a, &same, &ignored) && same) import_when_idle(shared, read_people, x);
}

static enum rc screen_taken(struct session *s, const struct args *a, struct screen_ahead *ahead, struct err *e)
{
    struct screening sc = {.n_rules = 0};
    int64_t k_us;
    bool same;
    TRY(moment_asked(s, a, &k_us, e));
    TRY(session_know_again(s, a->opt[OPTION_KNOWN_AT].from, k_us, &same, e));
    enum rc rc = screen_all(s, a, k_us, same && ahead->begun ? &ahead->w : NULL, &sc, e);
    screening_free(&sc);
    return rc;
}

static enum rc screen_after(struct session *s, struct app *app, const struct args *a, struct screen_ahead *ahead,
                            struct err *e)
{
    const struct option_value *findings = &a->opt[OPTION_FINDINGS];
    /* Again: the import may have written a list of errors there. */
    if (findings->given) TRY(outfile_check(app, a, OUTFILE_FINDINGS, findings->text.p, NULL, e));
    if (!a->opt[OPTION_JSON].given) out_str(&app->out, STR("\n"));
    /* The files are in and told, whatever becomes of the screen. */
    TRY(out_flush(&app->out, e));
    /* What the import has put into the log goes to its place meanwhile, and not when the folder is closed. */
    store_empty_log(s->store);
    return screen_taken(s, a, ahead, e);
}

enum rc screen_then(struct session *s, struct app *app, const struct args *a, struct screen_ahead *ahead, enum rc rc,
                    struct err *e)
{
    if (!a->opt[OPTION_SCREEN].given) return rc;
    if (!rc) rc = screen_after(s, app, a, ahead, e);
    else if (rc != RC_USAGE) rc = no_screen(a, rc, e);
    world_free(&ahead->w);
    return rc;
}
