/* screen */
#include "app/commands.h"
#include "app/outfile.h"
#include "app/say.h"
#include "app/session.h"
#include "base/par.h"
#include "screen/screen.h"

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

static enum rc say_screen(struct session *s, const struct args *a, const struct screening *sc, struct err *e)
{
    if (a->opt[OPTION_JSON].given) TRY(json_screen(s, sc, e));
    else {
        screen_say(sc, s->policy, &s->divs, &s->app->out);
        TRY(say_later_params(s, sc, e));
        if (a->opt[OPTION_FINDINGS].given)
            out_say(&s->app->out, "\nFindings written to %.*s\n", "\n疑点清单已写入 %.*s\n",
                    STR_ARG(a->opt[OPTION_FINDINGS].text));
    }
    if (!a->opt[OPTION_STRICT].given || !sc->n_skipped) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "rules were not run because parameters are empty (--strict). Set them: fangpin param DB set",
                   "有规则因参数未设定而未运行（--strict）。请设定：fangpin param DB set");
}

static enum rc screen_all(struct session *s, struct app *app, const struct args *a, struct screening *sc, struct err *e)
{
    struct screen_options o = {.as_of = a->opt[OPTION_AS_OF].from,
                               .known_at = s->known_at,
                               .with_unknown = a->opt[OPTION_WITH_UNKNOWN].given,
                               .findings_path = a->opt[OPTION_FINDINGS].text.p,
                               .by_who = session_who(a),
                               .threads = par_threads()};
    if (o.as_of > s->known_at) {
        char d[DATE_TEXT_MAX], k[DATE_TEXT_MAX];
        return err_set(e, RC_INPUT, pos_none(),
                       "--as-of %s is after the day of what is known (%s). Give an earlier --as-of, or --known-at.",
                       "--as-of %s 晚于数据已知日期 %s。请改用更早的 --as-of 或写明 --known-at。",
                       date_format(o.as_of, d), date_format(s->known_at, k));
    }
    enum rc rc = screen_run(sc, s->store, s->policy, s->set.hash, &s->divs, &o, &s->diags, e);
    (void)app;
    return rc ? rc : say_screen(s, a, sc, e);
}

enum rc cmd_screen(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct screening sc = {.n_rules = 0};
    if (a->opt[OPTION_FINDINGS].given)
        TRY(outfile_check(app, a, OUTFILE_FINDINGS, a->opt[OPTION_FINDINGS].text.p, NULL, e));
    enum rc rc = session_open(&s, app, a, STORE_WRITE, SESSION_DIVISIONS | SESSION_POLICY, a->opt[OPTION_KNOWN_AT].from,
                              e);
    if (!rc) {
        rc = screen_all(&s, app, a, &sc, e);
        screening_free(&sc);
        if (s.diags.n) session_say_diags(&s);
    }
    session_close(&s);
    return rc;
}
