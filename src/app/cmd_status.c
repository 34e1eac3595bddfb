/* status */
#include "app/commands.h"
#include "app/say.h"
#include "app/session.h"
#include "match/status.h"

enum { CONFIRMED_SHOWN = 20 };

static enum rc json_confirmed(struct session *s, struct buf *b, struct err *e)
{
    struct event *v;
    size_t n;
    char at[40];
    TRY(event_list_of(s->store, &s->arena, STR(EVENT_CONFIRM), SIZE_MAX, &v, &n, e));
    buf_addz(b, ",\"confirmed\":[");
    for (size_t i = 0; i < n; i++) {
        buf_addz(b, i ? ",{\"what\":" : "{\"what\":");
        buf_add_json(b, v[i].detail);
        buf_addz(b, ",\"by\":"), buf_add_json(b, v[i].who);
        buf_addf(b, ",\"at\":\"%s\"}", say_time(v[i].at_us, at));
    }
    buf_addc(b, ']');
    return RC_OK;
}

static enum rc json_status(struct session *s, const struct status *st, struct err *e)
{
    struct buf b, more;
    buf_init(&b, SAY_MAX);
    buf_init(&more, SAY_MAX);
    enum rc rc = json_confirmed(s, &more, e);
    if (!rc) status_json(st, s->policy, buf_str(&more), &b);
    if (!rc && (b.failed || more.failed)) rc = err_nomem(e);
    if (!rc) out_str(&s->app->out, buf_str(&b));
    buf_fini(&more);
    buf_fini(&b);
    return rc;
}

/* Screens that were kept only because somebody confirmed what they found. */
static enum rc say_confirmed(struct session *s, struct err *e)
{
    struct event *v;
    size_t n;
    char at[40];
    TRY(event_list_of(s->store, &s->arena, STR(EVENT_CONFIRM), CONFIRMED_SHOWN, &v, &n, e));
    if (n)
        out_say(&s->app->out, "Screens kept on confirmation (day, rule, place: flagged/households (before): why):\n",
                "经确认才保存的筛查（日期、规则、地方：触发户数/户数（上次）：理由）：\n");
    for (size_t i = 0; i < n; i++)
        out_say(&s->app->out, "  %.*s; %.*s, %s\n", "  %.*s；%.*s，%s\n", STR_ARG(v[i].detail), STR_ARG(v[i].who),
                say_time(v[i].at_us, at));
    return RC_OK;
}

enum rc cmd_status(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct status st = {0};
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_DIVISIONS | SESSION_POLICY, 0, e);
    if (!rc) rc = status_read(&st, s.store, s.policy, s.known_at, &s.arena, e);
    if (!rc && a->opt[OPTION_JSON].given) rc = json_status(&s, &st, e);
    else if (!rc) {
        status_print(&st, s.policy, &s.divs, &app->out);
        rc = say_confirmed(&s, e);
    }
    session_close(&s);
    return rc;
}
