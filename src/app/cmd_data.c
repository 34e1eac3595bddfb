/* Commands on deliveries: import, deliveries, withdraw. */
#include "app/commands.h"
#include "app/outfile.h"
#include "app/say.h"
#include "app/session.h"
#include "base/io.h"
#include "match/import.h"

static const char *state_word(enum delivery_state s)
{
    static const char *const w[] = {"", "staging", "published", "withdrawn", "replaced"};
    return w[s];
}

static const char *state_text(enum delivery_state s, enum lang lang)
{
    static const char *const zh[] = {"", "暂存", "有效", "已撤回", "已替换"}, *const en[] = {"", "staging", "in force",
                                                                                             "withdrawn", "replaced"};
    return lang_pick(lang, en[s], zh[s]);
}

static void json_delivery_body(struct json *j, const struct delivery *d)
{
    char when[40];
    json_number(j, "id", d->id);
    json_text(j, "dataset", d->dataset);
    json_text(j, "file", d->file_name);
    json_text(j, "state", str_from(state_word(d->state)));
    json_division(j, "division", d->division);
    json_date(j, "from", d->covers_from);
    json_date(j, "to", d->covers_to);
    json_date(j, "state_date", d->state_date);
    json_date(j, "received", d->received_day);
    json_text(j, "known_from", str_from(d->known_from_us ? clock_format(d->known_from_us, when) : ""));
    json_text(j, "sender", d->sender);
    json_text(j, "encoding", d->encoding);
    json_number(j, "replaces", d->replaces);
    json_text(j, "withdrawn_reason", d->withdrawn_reason);
    json_number(j, "rows", d->counts.rows);
    json_number(j, "matched", d->counts.matched);
    json_open(j, "waiting", '{');
    json_number(j, "invalid", d->counts.waiting_invalid);
    json_number(j, "unmatched", d->counts.waiting_unmatched);
    json_number(j, "name", d->counts.waiting_name);
    json_close(j, '}');
    json_number(j, "refused", d->counts.refused);
}

/* ---------------------------------------------------------------- import */

static enum rc import_options_of(struct import_options *o, const struct args *a, struct err *e)
{
    const struct option_value *v = a->opt;
    *o = (struct import_options){.file = args_z(a, 2),
                                 .dataset = a->arg[1],
                                 .division = v[OPTION_DIVISION].number,
                                 .covers_from = v[OPTION_COVERS].from,
                                 .covers_to = v[OPTION_COVERS].to,
                                 .received = v[OPTION_RECEIVED].from,
                                 .sender = v[OPTION_SENDER].text,
                                 .by_who = session_who(a),
                                 .replaces = v[OPTION_REPLACES].number,
                                 .adds = v[OPTION_ADDS].given,
                                 .empty = v[OPTION_EMPTY].given,
                                 .dry_run = v[OPTION_DRY_RUN].given};
    if (v[OPTION_ERRORS].given) o->errors_path = v[OPTION_ERRORS].text.p;
    if (o->adds && v[OPTION_REPLACES].given)
        return err_set(e, RC_USAGE, pos_none(), "--replaces and --adds exclude each other.",
                       "--replaces 与 --adds 不能同时使用。");
    return RC_OK;
}

static enum rc json_import(const struct import_report *r, bool dry, int64_t rematched, struct app *app, struct err *e)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_bool(&j, "dry_run", dry);
    json_bool(&j, "same_file", r->same_file);
    json_number(&j, "same_as", r->same_as);
    json_delivery_body(&j, &r->delivery);
    json_number(&j, "without_id", r->without_id);
    json_number(&j, "new_people", r->new_people);
    json_number(&j, "changed_people", r->changed_people);
    json_number(&j, "new_households", r->new_households);
    json_number(&j, "lacking_people", r->lacking_people);
    json_number(&j, "unknown_divisions", r->unknown_divisions);
    json_number(&j, "added", r->added);
    json_number(&j, "removed", r->removed);
    json_number(&j, "changed", r->changed);
    json_number(&j, "outside", r->outside);
    json_number(&j, "empty_rows", r->empty_rows);
    json_number(&j, "rematched", rematched);
    json_text(&j, "mapping", r->mapping);
    json_text(&j, "unmapped", r->unmapped);
    json_text(&j, "missing", r->missing);
    json_text(&j, "errors", str_from(r->errors_path));
    json_close(&j, '}');
    return json_print(&j, &app->out, e);
}

static bool is_roster(struct session *s, struct str dataset)
{
    uint32_t r = policy_roster(s->policy);
    return r != UINT32_MAX && str_eq(policy_dataset_name(s->policy, r), dataset);
}

/* The error file's place is looked at before anything is read, also the usual one beside the file. */
static enum rc check_errors_path(const struct import_options *o, const struct app *app, const struct args *a,
                                 struct err *e)
{
    char beside[IO_PATH_MAX];
    if (o->errors_path) return outfile_check(app, a, OUTFILE_ERRORS, o->errors_path, o->file, e);
    int n = snprintf(beside, sizeof beside, "%s.errors.csv", o->file);
    if (n < 0 || (size_t)n >= sizeof beside)
        return err_set(e, RC_USAGE, pos_none(), "the file's path is too long.", "文件路径过长。");
    return outfile_check(app, a, OUTFILE_ERRORS, beside, o->file, e);
}

static enum rc import_run(struct session *s, struct app *app, const struct args *a, struct err *e)
{
    struct import_options o;
    struct import_report r = {0};
    int64_t rematched = 0;
    char n[32];
    bool json = a->opt[OPTION_JSON].given;
    TRY(import_options_of(&o, a, e));
    if (!io_exists(o.file))
        return err_set(e, RC_INPUT, pos_none(), "there is no file \"%s\".", "没有文件“%s”。", o.file);
    TRY(check_errors_path(&o, app, a, e));
    TRY(session_open(s, app, a, STORE_WRITE, SESSION_DIVISIONS | SESSION_POLICY, 0, e));
    TRY(import_file(s->store, s->policy, &s->divs, &o, &app->out, &s->arena, &r, e));
    if (is_roster(s, o.dataset) && !o.dry_run && !r.same_file) TRY(import_rematch(s->store, s->policy, &rematched, e));
    if (json) return json_import(&r, o.dry_run, rematched, app, e);
    import_say(&r, &app->out);
    if (rematched)
        out_say(&app->out, "%s waiting rows of other files now match.\n", "其他文件中 %s 条待处理记录现已匹配。\n",
                say_number(rematched, n));
    return RC_OK;
}

enum rc cmd_import(struct app *app, const struct args *a, struct err *e)
{
    struct session s = {0};
    enum rc rc = import_run(&s, app, a, e);
    if (rc && s.diags.n) session_say_diags(&s);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- deliveries */

static void add_place(struct table *t, const struct session *s, int64_t division)
{
    char code[DIVISION_TEXT_MAX];
    struct str name = division ? divisions_name(&s->divs, division, 0) : STR("");
    if (!division) table_z(t, lang_pick(s->app->lang, "all", "全部"));
    else if (name.n) table_cell(t, name);
    else table_z(t, division_format_short(division, code));
}

static void add_period(struct table *t, const struct delivery *d, enum lang lang)
{
    char from[DATE_TEXT_MAX], to[DATE_TEXT_MAX], text[64];
    if (!d->covers_from) {
        table_z(t, lang_pick(lang, "all", "全部"));
        return;
    }
    (void)snprintf(text, sizeof text, "%s..%s", date_format(d->covers_from, from), date_format(d->covers_to, to));
    table_z(t, d->covers_from == d->covers_to ? from : text);
}

static enum rc say_deliveries(struct session *s, const struct delivery_list *l, struct err *e)
{
    struct table t;
    enum lang lang = s->app->lang;
    if (!l->n) {
        out_say(&s->app->out, "Nothing has been delivered yet.\n", "尚无交付。\n");
        return RC_OK;
    }
    table_init(&t, &s->arena,
               lang_pick(lang, ">ID|dataset|division|period|received|>rows|>matched|>waiting|>refused|state",
                         ">编号|数据集|地区|期间|收到|>行数|>匹配|>待处理|>拒收|状态"));
    for (size_t i = 0; i < l->n; i++) {
        const struct delivery *d = &l->v[i];
        table_number(&t, d->id);
        table_cell(&t, d->dataset);
        add_place(&t, s, d->division);
        add_period(&t, d, lang);
        table_date(&t, d->received_day);
        table_number(&t, d->counts.rows);
        table_number(&t, d->counts.matched);
        table_number(&t, d->counts.waiting_invalid + d->counts.waiting_unmatched + d->counts.waiting_name);
        table_number(&t, d->counts.refused);
        table_z(&t, state_text(d->state, lang));
    }
    TRY(table_print(&t, &s->app->out, e));
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i].withdrawn_reason.n)
            out_say(&s->app->out, "%lld was withdrawn: %.*s\n", "%lld 已撤回：%.*s\n", (long long)l->v[i].id,
                    STR_ARG(l->v[i].withdrawn_reason));
    return RC_OK;
}

static enum rc json_deliveries(struct session *s, const struct delivery_list *l, struct err *e)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '[');
    for (size_t i = 0; i < l->n; i++) {
        json_open(&j, NULL, '{');
        json_delivery_body(&j, &l->v[i]);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    return json_print(&j, &s->app->out, e);
}

enum rc cmd_deliveries(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct delivery_list l = {0};
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_DIVISIONS, 0, e);
    if (!rc) rc = delivery_all(s.store, &s.arena, &l, e);
    if (!rc) rc = a->opt[OPTION_JSON].given ? json_deliveries(&s, &l, e) : say_deliveries(&s, &l, e);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- withdraw */

enum rc cmd_withdraw(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    int64_t id = 0;
    if (!str_to_i64(a->arg[1], 1, INT64_MAX, &id))
        return err_set(e, RC_USAGE, pos_none(), "\"%.*s\" is not the number of a delivery. See: fangpin deliveries DB",
                       "“%.*s”不是交付编号。请看：fangpin deliveries DB", STR_ARG(a->arg[1]));
    enum rc rc = session_open(&s, app, a, STORE_WRITE, SESSION_STORE, 0, e);
    if (!rc) rc = import_withdraw(s.store, id, a->opt[OPTION_REASON].text, session_who(a), e);
    session_close(&s);
    if (!rc)
        out_say(&app->out,
                "Delivery %lld is withdrawn. The next screen judges without it; earlier ones stay as they were.\n",
                "交付 %lld 已撤回。下一次筛查不再使用；此前的筛查保持原样。\n", (long long)id);
    return rc;
}
