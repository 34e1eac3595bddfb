/* explain: one household, one rule. */
#include "app/commands.h"
#include "app/params_say.h"
#include "app/rule_name.h"
#include "app/say.h"
#include "match/source.h"
#include "match/stored.h"
#include "rules/explain.h"
#include "screen/screen.h"
#include "store/people.h"

enum { EXPLAINED_ROWS_MAX = 200 };

struct telling {
    struct session *s;
    struct world w;
    struct str rule;    /* as the user named it */
    uint32_t household; /* frame row */
    const struct place *place;
    struct compiled c;
    struct ptable pt;
    struct json j;
    bool json;
    size_t told;
    int64_t k_us; /* moment of the kept screen that is explained; 0: the close of the day */
};

/* ---------------------------------------------------------------- evidence */

static void add_file(struct buf *out, enum lang lang, const struct delivery *d)
{
    buf_add(out, d->file_name);
    if (lang == LANG_EN) buf_addf(out, " (delivery %lld)", (long long)d->id);
    else buf_addf(out, "（交付 %lld）", (long long)d->id);
}

/* mended: the delivery whose line it is, when the row was mended in a list of errors; else NULL. */
static void add_place(struct buf *out, enum lang lang, const struct delivery *d, const struct delivery *mended,
                      int64_t line)
{
    struct str sheet;
    uint32_t row;
    bool en = lang == LANG_EN, named = source_sheet_row(d->mapping, line, &sheet, &row);
    add_file(out, lang, mended ? mended : d);
    if (named && en) buf_addf(out, " sheet %.*s row %lld", STR_ARG(sheet), (long long)row);
    else if (named) buf_addf(out, "工作表“%.*s”第 %lld 行", STR_ARG(sheet), (long long)row);
    else if (en) buf_addf(out, " line %lld", (long long)line);
    else buf_addf(out, "第 %lld 行", (long long)line);
    if (!mended) return;
    buf_addz(out, en ? ", mended in " : "，更正见 ");
    add_file(out, lang, d);
}

/* File, line and date: never an ID, a name or a value. */
static enum rc row_text(void *ctx, uint16_t table, uint32_t row, struct buf *out)
{
    const struct telling *t = ctx;
    const struct delivery *d = NULL;
    const struct ftable *ft = &t->w.tables[table];
    char day[DATE_TEXT_MAX];
    int64_t line = 0;
    if (!world_origin(&t->w, table, row, &d, &line)) return RC_OK;
    add_place(out, t->s->app->lang, d, delivery_mended(&t->w.known, d), line);
    if (ft->date && ft->date[row]) buf_addf(out, " %s", date_format(ft->date[row], day));
    return out->failed ? RC_NOMEM : RC_OK;
}

static enum rc setting_text(void *ctx, const struct param_setting *x, struct buf *out)
{
    const struct telling *t = ctx;
    const struct param_event *p = param_event_of(t->s, x);
    if (!p) return RC_OK;
    buf_add(out, p->document);
    if (p->by_who.n) buf_addz(out, lang_pick(t->s->app->lang, ", ", "，"));
    buf_add(out, p->by_who);
    return out->failed ? RC_NOMEM : RC_OK;
}

/* ---------------------------------------------------------------- one subject */

static enum rc tell_row(struct telling *t, size_t output, uint32_t row, const struct explain_member *who, struct err *e)
{
    struct explain_source source = {t, row_text, setting_text};
    struct explain_request q = {.policy = t->s->policy,
                                .compiled = &t->c,
                                .output = output,
                                .frame = &t->w.frame,
                                .params = &t->pt,
                                .place = t->place,
                                .row = row,
                                .source = &source};
    struct explanation x;
    struct buf b;
    TRY(explain_make(&q, &t->s->arena, &x, e));
    buf_init(&b, SAY_MAX);
    if (t->json) {
        if (t->told) buf_addc(&t->j.b, ',');
        explain_json(&x, who, &t->j.b);
    } else {
        if (t->told) buf_addc(&b, '\n');
        explain_text(&x, t->s->app->lang, &b);
    }
    t->told++;
    enum rc rc = b.failed ? err_nomem(e) : RC_OK;
    if (!rc) out_str(&t->s->app->out, buf_str(&b));
    buf_fini(&b);
    return rc;
}

/* The name as the roster row has it that counts. */
static enum rc name_of(struct telling *t, uint32_t person, struct str *out, struct err *e)
{
    const struct world_rows *rows = &t->w.rows[TABLE_PERSON];
    int64_t row = world_roster_row(&t->w, person);
    size_t i = 0;
    while (i + 1 < rows->n && row >= rows->first[i + 1]) i++;
    return stored_text_at(t->s->store, &t->s->arena, rows->deliveries[i].id, STR("name"), row - rows->first[i], out, e);
}

static enum rc member_of(struct telling *t, uint32_t person, struct explain_member *out, struct err *e)
{
    struct buf row;
    out->number = person - t->w.tables[TABLE_PERSON].first[t->household] + 1;
    TRY(name_of(t, person, &out->name, e));
    buf_init(&row, SAY_MAX);
    enum rc rc = row_text(t, TABLE_PERSON, person, &row) ? err_nomem(e) : RC_OK;
    out->row = str_dup(&t->s->arena, buf_str(&row));
    if (!rc && row.n && !out->row.p) rc = err_nomem(e);
    buf_fini(&row);
    return rc;
}

/* "Member 2: 张三 (roster.csv (delivery 1) line 3)". */
static void say_member(struct telling *t, const struct explain_member *who)
{
    out_say(&t->s->app->out, "%sMember %zu: %.*s (%.*s)\n", "%s家庭成员 %zu：%.*s（%.*s）\n", t->told ? "\n" : "",
            who->number, STR_ARG(who->name.n ? who->name : STR("?")), STR_ARG(who->row));
}

static enum rc tell_member(struct telling *t, size_t output, uint32_t person, struct err *e)
{
    uint16_t table = t->c.outputs[output].table;
    const struct ftable *f = &t->w.tables[table];
    struct explain_member who;
    TRY(member_of(t, person, &who, e));
    if (table == TABLE_PERSON) {
        if (!t->json) say_member(t, &who);
        return tell_row(t, output, person, &who, e);
    }
    uint32_t from = ftable_from(f, person, 0), to = ftable_from(f, person + 1, from);
    for (uint32_t r = from; r < to && t->told < EXPLAINED_ROWS_MAX; r++) TRY(tell_row(t, output, r, &who, e));
    return RC_OK;
}

static enum rc tell_output(struct telling *t, size_t output, struct err *e)
{
    if (t->c.outputs[output].table == TABLE_HOUSEHOLD) return tell_row(t, output, t->household, NULL, e);
    const uint32_t *first = t->w.tables[TABLE_PERSON].first;
    for (uint32_t p = first[t->household]; p < first[t->household + 1]; p++) TRY(tell_member(t, output, p, e));
    return RC_OK;
}

static bool asked(const struct telling *t, size_t output)
{
    struct str base = rule_base_name(t->rule);
    return base.n == t->rule.n || str_eq(t->c.outputs[output].name, t->rule);
}

static enum rc tell_all(struct telling *t, struct err *e)
{
    for (size_t i = 0; i < t->c.n_outputs; i++)
        if (asked(t, i)) TRY(tell_output(t, i, e));
    if (!t->told && !t->json)
        out_say(&t->s->app->out, "This household has no row that the rule speaks of.\n",
                "该户没有这条规则所针对的记录。\n");
    return RC_OK;
}

/* ---------------------------------------------------------------- finding it */

static enum rc find_household(struct telling *t, struct str code, struct err *e)
{
    uint32_t no = 0;
    TRY(household_find(t->s->store, code, &no, e));
    for (uint32_t h = 0; no && h < t->w.n_households; h++)
        if (t->w.household_no[h] == no) {
            t->household = h;
            t->place = &t->w.places[t->w.frame.place[h]];
            return RC_OK;
        }
    return err_set(e, RC_INPUT, pos_none(), "no household has the code \"%.*s\" here as known then.",
                   "当时已知的农户中没有编号“%.*s”。", STR_ARG(code));
}

static enum rc compile_rule(struct telling *t, struct err *e)
{
    struct session *s = t->s;
    struct str base = rule_base_name(t->rule);
    enum decl_kind k;
    TRY(rule_known(s, t->rule, &k, e));
    struct compile_options o = {.place = t->place, .as_of = t->w.as_of, .only = &base, .n_only = 1};
    if (!policy_find(s->policy, k, base, t->place, t->w.as_of))
        return err_set(e, RC_INPUT, pos_none(),
                       "the rule \"%.*s\" is not in force where the household is registered (%012lld).",
                       "规则“%.*s”在该户登记地（%012lld）不适用。", STR_ARG(t->rule),
                       (long long)t->w.frame.division[t->household]);
    TRY(rules_compile(s->policy, &o, &s->arena, &s->diags, &t->c, e));
    return rules_ptable(s->policy, t->c.program, t->w.places, t->w.n_places, &s->arena, &t->pt, &s->diags, e);
}

/* Without dates: those of the last kept screen. Where a kept screen has these days, its moment. */
static enum rc dates_of(struct session *s, const struct args *a, date_day *as_of, date_day *known_at, int64_t *k_us,
                        struct err *e)
{
    struct screen last;
    *as_of = a->opt[OPTION_AS_OF].from;
    *known_at = a->opt[OPTION_KNOWN_AT].from;
    if (!*as_of && !*known_at) {
        TRY(screen_latest(s->store, &s->arena, &last, e));
        *as_of = last.as_of;
        if (last.id) *known_at = session_us_day(last.known_at_us);
    }
    date_day today = clock_today(s->app->clock);
    if (!*known_at) *known_at = today;
    if (!*as_of) *as_of = *known_at;
    if (*as_of <= *known_at) return session_kept_moment(s, *as_of, *known_at, k_us, e);
    char d[DATE_TEXT_MAX], k[DATE_TEXT_MAX];
    return err_set(e, RC_INPUT, pos_none(), "--as-of %s is after the day of what is known (%s). Give --known-at.",
                   "--as-of %s 晚于数据已知日期 %s。请写明 --known-at。", date_format(*as_of, d),
                   date_format(*known_at, k));
}

static enum rc explain_world(struct telling *t, const struct args *a, date_day as_of, struct err *e)
{
    struct session *s = t->s;
    struct world_options o = {.as_of = as_of, .known_at = s->known_at, .k_us = t->k_us, .with_lines = true};
    enum decl_kind k;
    TRY(rule_known(s, a->arg[2], &k, e));
    TRY(world_open(&t->w, s->store, s->policy, &s->divs, &o, e));
    TRY(find_household(t, a->arg[1], e));
    TRY(compile_rule(t, e));
    world_need(&t->w, t->c.program);
    TRY(world_load(&t->w, &s->diags, e));
    if (t->json) {
        json_init(&t->j);
        buf_addc(&t->j.b, '[');
    }
    enum rc rc = tell_all(t, e);
    if (!t->json) return rc;
    buf_addc(&t->j.b, ']');
    if (!rc) return json_print(&t->j, &s->app->out, e);
    buf_fini(&t->j.b);
    return rc;
}

static enum rc explain_then(struct telling *t, const struct args *a, struct err *e)
{
    date_day as_of, known_at;
    TRY(dates_of(t->s, a, &as_of, &known_at, &t->k_us, e));
    TRY(session_know(t->s, SESSION_DIVISIONS | SESSION_POLICY, known_at, t->k_us, e));
    return explain_world(t, a, as_of, e);
}

enum rc cmd_explain(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct telling t = {.s = &s, .rule = a->arg[2], .json = a->opt[OPTION_JSON].given};
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_STORE, 0, e);
    if (!rc) {
        rc = explain_then(&t, a, e);
        if (rc && s.diags.n) session_say_diags(&s);
        if (t.w.store) world_free(&t.w);
    }
    session_close(&s);
    return rc;
}
