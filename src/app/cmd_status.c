/* status */
#include "app/commands.h"
#include "app/say.h"
#include "app/session.h"
#include "match/status.h"

static enum rc json_status(struct session *s, const struct status *st, struct err *e)
{
    struct buf b;
    buf_init(&b, SAY_MAX);
    status_json(st, s->policy, &b);
    if (!b.n || b.p[b.n - 1] != '\n') buf_addc(&b, '\n');
    enum rc rc = b.failed ? err_nomem(e) : RC_OK;
    if (!rc) out_str(&s->app->out, buf_str(&b));
    buf_fini(&b);
    return rc;
}

enum rc cmd_status(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct status st = {0};
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_DIVISIONS | SESSION_POLICY, 0, e);
    if (!rc) rc = status_read(&st, s.store, s.policy, s.known_at, &s.arena, e);
    if (!rc && a->opt[OPTION_JSON].given) rc = json_status(&s, &st, e);
    else if (!rc) status_print(&st, s.policy, &s.divs, &app->out);
    session_close(&s);
    return rc;
}
