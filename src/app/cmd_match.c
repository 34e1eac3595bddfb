/* match DB list, show, auto, decide, undo, log, links */
#include <inttypes.h>
#include "app/commands.h"
#include "app/match_say.h"
#include "app/outfile.h"
#include "app/say.h"
#include "app/session.h"
#include "base/io.h"
#include "match/judge_run.h"
#include "rules/engine.h"
#include "store/people.h"

enum {
    LIST_ROWS = 40,
    SHOW_CANDIDATES = 5,
    WITHOUT_NUMBER_MANY = 100 /* more than one in so many */
};
static const char PRECISION[] = JUDGE_PRECISION;

/* ---------------------------------------------------------------- words */

/* "12:345": delivery and line. */
static enum rc row_ref_of(struct str text, struct row_ref *out, struct err *e)
{
    struct str rest = text, part;
    int64_t line = 0;
    bool ok = str_cut(&rest, ':', &part) && str_to_i64(part, 1, INT64_MAX, &out->delivery) &&
              str_to_i64(rest, 1, UINT32_MAX, &line);
    out->line = (uint32_t)line;
    if (ok) return RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "\"%.*s\" is no row; write DELIVERY:LINE, as `match DB list` does.",
                   "“%.*s”不是一行；请按 `match DB list` 的写法写 交付编号:行号。", STR_ARG(text));
}

static const char *reason_text(const struct judge_row *r, enum lang lang)
{
    static const char *const EN[] = {"", "ID not in order", "nobody has the ID", "other name"};
    static const char *const ZH[] = {"", "证件号码有误", "无人有此号码", "姓名不符"};
    if (r->reason == WAIT_INVALID && !r->id[0]) return lang_pick(lang, "no number", "没有证件号码");
    return r->reason < 4 ? lang_pick(lang, EN[r->reason], ZH[r->reason]) : "?";
}

static const char *verdict_word(enum decision_verdict v, enum lang lang)
{
    static const char *const EN[] = {"", "same", "not", "unsure"}, *const ZH[] = {"", "是", "不是", "不能确定"};
    return lang_pick(lang, EN[v], ZH[v]);
}

/* ---------------------------------------------------------------- the set precision */

/* Of the division of a delivery; of one that stands for all, of the roster's first person's county. */
struct precision {
    struct session *s;
    date_day day;
    int64_t county;
    bool unset;
};

static enum rc precision_of(void *ctx, const struct delivery *d, int32_t *ppm, struct err *e)
{
    struct precision *x = ctx;
    struct place at;
    struct pval v;
    struct session *s = x->s;
    TRY(session_place(s, d->division ? d->division : x->county, x->day, &at, e));
    struct param_choice c = policy_param(s->policy, str_from(PRECISION), &at, x->day);
    *ppm = 0;
    x->unset = true;
    if (!c.decl) return RC_OK;
    TRY(rules_param_value(s->policy, c.decl->name.text, &at, x->day, &v, &s->diags, e));
    if (v.state != PVAL_SET || v.v <= 0 || v.v > RATIO_ONE) return RC_OK;
    x->unset = false;
    *ppm = (int32_t)(v.v / (RATIO_ONE / JUDGE_PPM));
    return RC_OK;
}

static enum rc first_county(void *ctx, const struct household_row *h, struct err *e)
{
    int64_t *county = ctx;
    (void)e;
    if (!*county && h->division) *county = division_truncate(h->division, DIVISION_COUNTY);
    return RC_OK;
}

/* ---------------------------------------------------------------- auto */

static enum rc auto_json(const struct judge_report *r, struct app *app, struct err *e)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_number(&j, "waiting", r->waiting);
    json_number(&j, "with_candidates", r->with_candidates);
    json_number(&j, "candidates", r->candidates);
    json_number(&j, "automatic", r->automatic);
    json_number(&j, "without_number", r->without_number);
    json_number(&j, "decided", r->decided);
    json_number(&j, "remembered", r->remembered);
    json_number(&j, "dropped", r->dropped);
    json_number(&j, "vetoed", r->vetoed);
    json_number(&j, "unreadable", r->unreadable);
    json_number(&j, "model", r->model);
    json_bool(&j, "learnt", r->weights.learnt);
    json_number(&j, "taught", r->weights.taught);
    json_number(&j, "rounds", r->weights.rounds);
    json_number(&j, "found_per_mille", r->weights.found_pm);
    json_number(&j, "judge_us", r->find_us);
    json_number(&j, "link_us", r->link_us);
    json_close(&j, '}');
    return json_print(&j, &app->out, e);
}

static void auto_say(const struct judge_report *r, const struct precision *x, struct app *app)
{
    char a[32], b[32], c[32], d[32];
    out_say(&app->out, "%s rows wait, %s of them with candidates.\n", "待处理 %s 行，其中 %s 行有候选人。\n",
            say_number(r->waiting, a), say_number(r->with_candidates, b));
    out_say(&app->out, "Linked: %s automatically, %s as decided, %s as decided before; no longer held: %s.\n",
            "已关联：自动 %s 行，按决定 %s 行，按以前的决定 %s 行；不再成立 %s 行。\n", say_number(r->automatic, a),
            say_number(r->decided, b), say_number(r->remembered, c), say_number(r->dropped, d));
    if (r->waiting && !r->weights.learnt)
        out_say(&app->out, "By usual weights: %s rows can teach, fewer than the %d from which weights are learnt.\n",
                "按常用权重判定：可供学习的只有 %s 行，不足 %d 行，未学习权重。\n", say_number(r->weights.taught, a),
                JUDGE_LEARN_ROWS);
    if (r->without_number * WITHOUT_NUMBER_MANY > r->automatic)
        out_say(
            &app->out,
            "%s of those linked automatically have no number: a stranger of the same name, day of birth and village "
            "cannot be told from the person; where there may be such, look some up (`match DB links`).\n",
            "自动关联的行中有 %s 行没有号码：同名、同日出生、同村的外人无法与本人区分；可能有这种情况的，"
            "请抽查（`match DB links`）。\n",
            say_number(r->without_number, a));
    if (r->vetoed)
        out_say(&app->out, "%s rows are likely enough but wait for a person; `match DB show` says why.\n",
                "%s 行虽足够可能，仍须人工决定；原因见 `match DB show`。\n", say_number(r->vetoed, a));
    if (r->unreadable)
        out_say(&app->out,
                "%s rows were stored without their header and cannot be judged; `match DB list` says more.\n",
                "%s 行保存时未留表头，无法判定；详见 `match DB list`。\n", say_number(r->unreadable, a));
    if (x->unset)
        out_say(&app->out,
                "Nothing is linked automatically where the parameter %s is not set: `fangpin param DB set %s 99.9%% "
                "--division CODE --by WHO --document NO`.\n",
                "参数 %s 未设定的地方不自动关联：`fangpin param DB set %s 99.9%% --division 代码 --by 单位 --document "
                "文号`。\n",
                PRECISION, PRECISION);
}

static enum rc delivery_of(const struct args *a, size_t i, int64_t *out, struct err *e)
{
    *out = 0;
    if (a->n <= i || str_to_i64(a->arg[i], 1, INT64_MAX, out)) return RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "\"%.*s\" is no number of a delivery.", "“%.*s”不是交付编号。",
                   STR_ARG(a->arg[i]));
}

/* 0 stands for all; any other must be there. */
static enum rc delivery_there(struct session *s, int64_t id, struct err *e)
{
    struct delivery d;
    return id ? delivery_get(s->store, &s->arena, id, &d, e) : RC_OK;
}

static enum rc run_auto(struct session *s, struct app *app, const struct args *a, struct err *e)
{
    struct precision x = {.s = s};
    struct judge_options o = {.precision = precision_of, .ctx = &x, .by_who = session_who(a), .divs = &s->divs};
    struct judge_report r;
    TRY(delivery_of(a, 1, &o.delivery, e));
    TRY(session_open(s, app, a, STORE_WRITE, SESSION_DIVISIONS | SESSION_POLICY, 0, e));
    TRY(delivery_there(s, o.delivery, e));
    x.day = clock_today(app->clock);
    TRY(households_each(s->store, INT64_MAX, first_county, &x.county, e));
    TRY(judge_run(s->store, s->policy, &o, &r, e));
    if (a->opt[OPTION_JSON].given) return auto_json(&r, app, e);
    auto_say(&r, &x, app);
    return RC_OK;
}

enum rc cmd_match_auto(struct app *app, const struct args *a, struct err *e)
{
    struct session s = {0};
    enum rc rc = run_auto(&s, app, a, e);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- list */

struct listed {
    size_t row;
    int32_t chance_ppm; /* of the first candidate; -1 none */
};

static int likelier_first(const void *p, const void *q)
{
    const struct listed *a = p, *b = q;
    if (a->chance_ppm != b->chance_ppm) return a->chance_ppm > b->chance_ppm ? -1 : 1;
    return a->row < b->row ? -1 : 1;
}

/* Rows to decide, or all, likeliest first. */
static enum rc rows_to_list(const struct judging *j, struct arena *a, bool all, struct listed **out, size_t *n,
                            struct err *e)
{
    struct listed *v = *out = ARENA_ARRAY(a, struct listed, j->set.n + 1);
    *n = 0;
    if (!v) return err_nomem(e);
    for (size_t i = 0; i < j->set.n; i++) {
        const struct judged *d = &j->set.of[i];
        if (all || judging_is_open(j, i)) v[(*n)++] = (struct listed){i, d->n ? d->v[0].chance_ppm : -1};
    }
    if (*n) qsort(v, *n, sizeof *v, likelier_first);
    return RC_OK;
}

/* "not 7, chen, 2026-11-21 10:00:00"; empty when nothing was decided. */
static void decided_cell(struct table *t, const struct decision *d, enum lang lang)
{
    char text[256], when[32], whom[16] = "";
    if (!d) {
        table_z(t, "");
        return;
    }
    if (d->verdict == DECISION_NOT && d->person) (void)snprintf(whom, sizeof whom, " %" PRIu32, d->person);
    bool nobody = d->verdict == DECISION_NOT && !d->person;
    (void)snprintf(text, sizeof text, "%s%s, %.*s, %s",
                   nobody ? lang_pick(lang, "nobody", "不在册") : verdict_word(d->verdict, lang), whom,
                   (int)(d->by_who.n < 120 ? d->by_who.n : 120), d->by_who.p, say_time(d->known_from_us, when));
    table_z(t, text);
}

static void list_row(struct table *t, const struct judging *j, size_t i, enum lang lang)
{
    const struct judge_row *r = &j->rows.v[i];
    const struct judged *d = &j->set.of[i];
    char ref[48], name[64], chance[16];
    (void)snprintf(ref, sizeof ref, "%" PRId64 ":%" PRIu32, r->delivery, r->line);
    table_z(t, ref);
    table_z(t, name_mask(r->name, name, sizeof name));
    table_z(t, reason_text(r, lang));
    table_number(t, d->n);
    if (!d->n) {
        table_z(t, "");
        table_z(t, "");
        table_z(t, "");
    } else {
        (void)snprintf(ref, sizeof ref, "%" PRIu32, d->v[0].person); /* as `decide` takes it */
        table_z(t, ref);
        table_z(t, match_per_mille(d->v[0].chance_ppm, j->model.learnt, chance));
        table_z(t, judge_veto_text((enum judge_veto)d->v[0].veto, lang));
    }
    decided_cell(t, j->decided[i], lang);
}

/* What was decided of the row; nothing when nothing was. */
static void json_decided(struct json *j, const struct judging *x, size_t i)
{
    const struct decision *d = x->decided[i];
    json_bool(j, "open", judging_is_open(x, i));
    if (!d) return;
    json_number(j, "decision", d->id);
    json_text(j, "verdict", str_from(verdict_word(d->verdict, LANG_EN)));
    json_number(j, "decided_person", d->person);
    json_text(j, "by", d->by_who);
}

static void json_row(struct json *j, const struct judging *x, size_t i)
{
    const struct judge_row *r = &x->rows.v[i];
    const struct judged *d = &x->set.of[i];
    json_open(j, NULL, '{');
    json_number(j, "delivery", r->delivery);
    json_number(j, "line", r->line);
    json_text(j, "waits", str_from(reason_text(r, LANG_EN)));
    json_number(j, "candidates", d->n);
    if (d->n) {
        json_number(j, "person", d->v[0].person);
        json_number(j, "chance_ppm", d->v[0].chance_ppm);
        json_bool(j, "learnt", x->model.learnt);
        json_text(j, "veto", str_from(judge_veto_text((enum judge_veto)d->v[0].veto, LANG_EN)));
    }
    json_decided(j, x, i);
    json_close(j, '}');
}

static enum rc list_json(const struct judging *j, struct app *app, struct err *e)
{
    struct json out;
    json_init(&out);
    json_open(&out, NULL, '[');
    for (size_t i = 0; i < j->set.n; i++) json_row(&out, j, i);
    json_close(&out, ']');
    return json_print(&out, &app->out, e);
}

/* How many rows there are, which of them are shown, and how to see the others. */
static void list_counts(const struct judging *j, size_t n, size_t from, size_t shown, struct out *out)
{
    char a[32], b[32], c[32];
    size_t last = from + shown - 1;
    if (shown && (from > 1 || last < n))
        out_say(out, "%s rows wait; the likeliest are first, rows %s to %s of the list are shown.\n",
                "共 %s 行待处理，最可能的在前，列出第 %s 至 %s 行。\n", say_number((int64_t)n, a),
                say_number((int64_t)from, b), say_number((int64_t)last, c));
    else
        out_say(out, "%s rows wait; the likeliest %s are shown.\n", "共 %s 行待处理，列出最可能的 %s 行。\n",
                say_number((int64_t)n, a), say_number((int64_t)shown, b));
    if (shown && last < n)
        out_say(out, "`match DB list --from %zu` shows the next.\n", "`match DB list --from %zu` 列出其后的行。\n",
                last + 1);
    if (n < j->set.n)
        out_say(out, "%s decided rows are not shown; --all lists them.\n", "另有 %s 行已决定，未列出；--all 可列出。\n",
                say_number((int64_t)(j->set.n - n), a));
}

static enum rc list_say(struct session *s, const struct judging *j, const struct args *a, struct err *e)
{
    struct table t;
    struct listed *v;
    size_t count;
    enum lang lang = s->app->lang;
    char n[32];
    TRY(rows_to_list(j, &s->arena, a->opt[OPTION_ALL].given, &v, &count, e));
    size_t from = (size_t)a->opt[OPTION_FROM_ROW].number;
    if (!from) from = 1;
    size_t left = from <= count ? count - from + 1 : 0, shown = left < LIST_ROWS ? left : LIST_ROWS;
    table_init(&t, &s->arena,
               lang_pick(lang,
                         "row|name|waits because|>candidates|>person|>per mille|only a person may decide, for|decided",
                         "行|姓名|待处理原因|>候选人|>人员编号|>千分之|须人工决定的原因|已决定"));
    for (size_t i = 0; i < shown; i++) list_row(&t, j, v[from - 1 + i].row, lang);
    if (shown) TRY(table_print(&t, &s->app->out, e));
    if (shown) match_say_weights(j, &s->app->out);
    if (j->rows.unreadable)
        out_say(&s->app->out,
                "%s more rows wait that an earlier version stored without their header; take their files in again with "
                "--replaces to have them judged.\n",
                "另有 %s 行待处理，早前版本保存时未留表头；请用 --replaces 重新导入其文件后再判定。\n",
                say_number((int64_t)j->rows.unreadable, n));
    list_counts(j, count, from, shown, &s->app->out);
    return RC_OK;
}

static enum rc run_list(struct session *s, struct judging *j, struct app *app, const struct args *a, struct err *e)
{
    struct row_ref only = {0};
    TRY(delivery_of(a, 1, &only.delivery, e));
    TRY(session_open(s, app, a, STORE_READ, SESSION_DIVISIONS | SESSION_POLICY, 0, e));
    TRY(delivery_there(s, only.delivery, e));
    TRY(judging_open(j, s->store, s->policy, &s->divs, INT64_MAX, only, false, e));
    return a->opt[OPTION_JSON].given ? list_json(j, app, e) : list_say(s, j, a, e);
}

enum rc cmd_match_list(struct app *app, const struct args *a, struct err *e)
{
    struct session s = {0};
    struct judging j = {0};
    enum rc rc = run_list(&s, &j, app, a, e);
    judging_close(&j);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- show */

static enum rc say_candidate(struct session *s, const struct judging *j, size_t row, uint32_t k, struct err *e)
{
    const struct judge_candidate *c = &j->set.of[row].v[k];
    struct out *out = &s->app->out;
    struct person p;
    struct household_row h = {0};
    bool found = false, home = false;
    char name[64], chance[16];
    TRY(people_get(s->store, &s->arena, c->person, INT64_MAX, &p, &found, e));
    if (found) TRY(household_get(s->store, &s->arena, p.household_no, INT64_MAX, &h, &home, e));
    out_say(out, "\n%u. person %u, %s, household %.*s: %s per mille\n", "\n%u. 人员 %u，%s，户 %.*s：千分之 %s\n",
            k + 1, c->person, name_mask(found ? p.name : STR(""), name, sizeof name), (int)h.code.n,
            h.code.p ? h.code.p : "", match_per_mille(c->chance_ppm, j->model.learnt, chance));
    TRY(match_say_waterfall(s, j, &j->rows.v[row], c, NULL, e));
    if (c->veto == VETO_DECIDED)
        out_say(out, "   Ruled out by a decision; the other candidates share what is left.\n",
                "   已决定不是此人；千分之由其余候选人分占。\n");
    else if (c->veto)
        out_say(out, "   Only a person may decide: %s.\n", "   须人工决定：%s。\n",
                judge_veto_text((enum judge_veto)c->veto, s->app->lang));
    return RC_OK;
}

static void say_decision(const struct decision *d, struct out *out)
{
    char when[32];
    (void)say_time(d->known_from_us, when);
    if (d->verdict == DECISION_NOT && d->person)
        out_say(out, "Decided: not person %" PRIu32 "; by %.*s, %s: %.*s (decision %" PRId64 ").\n",
                "已决定：不是人员 %" PRIu32 "；%.*s，%s：%.*s（决定 %" PRId64 "）。\n", d->person, STR_ARG(d->by_who),
                when, STR_ARG(d->reason), d->id);
    else
        out_say(out, "Decided: %s; by %.*s, %s: %.*s (decision %" PRId64 ").\n",
                "已决定：%s；%.*s，%s：%.*s（决定 %" PRId64 "）。\n",
                d->verdict == DECISION_UNSURE ? lang_pick(out->lang, "unsure", "不能确定")
                                              : lang_pick(out->lang, "nobody of the roster", "花名册里没有此人"),
                STR_ARG(d->by_who), when, STR_ARG(d->reason), d->id);
}

/* JUDGE_PPM less what the first n candidates have. */
static int32_t rest_of(const struct judged *d, uint32_t n)
{
    int32_t rest = JUDGE_PPM;
    for (uint32_t k = 0; k < n; k++) rest -= d->v[k].chance_ppm;
    return rest;
}

/* What is left of the thousand, so that it adds up. */
static void say_rest(const struct judging *j, uint32_t shown, struct out *out)
{
    char chance[16];
    const struct judged *d = &j->set.of[0];
    (void)match_per_mille(rest_of(d, shown), j->model.learnt, chance);
    if (d->n > shown)
        out_say(out, "\n%u more candidates and nobody of the roster together: %s per mille.\n",
                "\n其余 %u 名候选人及“花名册里没有此人”合计：千分之 %s。\n", d->n - shown, chance);
    else out_say(out, "\nNobody of the roster: %s per mille.\n", "\n花名册里没有此人：千分之 %s。\n", chance);
}

/* By what a linked row has its person; his waterfall follows. */
static void say_link(const struct judge_link *l, struct out *out)
{
    if (l->decision)
        out_say(out,
                "Linked to person %" PRIu32 " by decision %" PRId64 "; `match DB undo %" PRId64 "` takes it back.\n",
                "已按决定 %2$" PRId64 " 关联到人员 %1$" PRIu32 "；`match DB undo %3$" PRId64 "` 可撤销。\n", l->person,
                l->decision, l->decision);
    else if (l->person)
        out_say(out,
                "Linked to person %" PRIu32 " automatically, at %d per mille. If it is not his: `match DB decide … not "
                "%" PRIu32 "`.\n",
                "已自动关联到人员 %" PRIu32 "，当时为千分之 %d。如不是此人：`match DB decide … not %" PRIu32 "`。\n",
                l->person, (int)l->score_pm, l->person);
}

static enum rc show_say(struct session *s, const struct judging *j, const struct judge_link *l, struct err *e)
{
    const struct judge_row *r = &j->rows.v[0];
    const struct judged *d = &j->set.of[0];
    struct out *out = &s->app->out;
    char name[64], id[40];
    const char *number = r->id[0] ? id_mask(str_from(r->id), 6, 4, id, sizeof id) : "-";
    out_say(out, "Row %" PRId64 ":%" PRIu32 ", %s, number %s: %s.\n", "行 %" PRId64 ":%" PRIu32 "，%s，号码 %s：%s。\n",
            r->delivery, r->line, name_mask(r->name, name, sizeof name), number, reason_text(r, s->app->lang));
    say_link(l, out);
    if (j->decided[0]) say_decision(j->decided[0], out);
    match_say_weights(j, out);
    if (!d->n) out_say(out, "Nobody of the roster comes near.\n", "花名册里没有相近的人。\n");
    uint32_t n = d->n < SHOW_CANDIDATES ? d->n : SHOW_CANDIDATES;
    for (uint32_t k = 0; k < n; k++) TRY(say_candidate(s, j, 0, k, e));
    if (n) say_rest(j, n, out);
    return RC_OK;
}

static void json_candidate(struct json *out, const struct judging *j, const struct judge_row *r,
                           const struct judge_candidate *c)
{
    json_open(out, NULL, '{');
    json_number(out, "person", c->person);
    json_number(out, "chance_ppm", c->chance_ppm);
    json_text(out, "veto", str_from(judge_veto_text((enum judge_veto)c->veto, LANG_EN)));
    json_number(out, "prior", j->model.prior);
    json_number(out, "sum", j->model.prior + c->weight);
    json_open(out, "parts", '[');
    for (size_t k = 0; k < CMP__MAX; k++) {
        json_open(out, NULL, '{');
        json_text(out, "compared", str_from(judge_compare_text((enum compare)k, LANG_EN)));
        json_text(out, "level", str_from(judge_level_text((enum compare)k, c->level[k], LANG_EN)));
        json_number(out, "bits_65536", judge_part(&j->set, &j->model, r, c, (enum compare)k));
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
}

static enum rc show_json(const struct judging *j, const struct judge_link *l, struct app *app, struct err *e)
{
    struct json out;
    json_init(&out);
    json_open(&out, NULL, '{');
    json_number(&out, "delivery", j->rows.v[0].delivery);
    json_number(&out, "line", j->rows.v[0].line);
    json_number(&out, "model", j->model_id);
    json_bool(&out, "learnt", j->model.learnt);
    json_number(&out, "taught", j->model.taught);
    json_number(&out, "linked_to", l->person);
    if (l->person) json_number(&out, "linked_per_mille", l->score_pm);
    if (l->person) json_number(&out, "linked_by_decision", l->decision);
    json_decided(&out, j, 0);
    json_open(&out, "candidates", '[');
    for (uint32_t k = 0; k < j->set.of[0].n; k++) json_candidate(&out, j, &j->rows.v[0], &j->set.of[0].v[k]);
    json_close(&out, ']');
    json_number(&out, "nobody_ppm", rest_of(&j->set.of[0], j->set.of[0].n));
    json_close(&out, '}');
    return json_print(&out, &app->out, e);
}

static enum rc run_show(struct session *s, struct judging *j, struct app *app, const struct args *a, struct err *e)
{
    struct row_ref only;
    struct judge_link link = {0};
    TRY(row_ref_of(a->arg[1], &only, e));
    TRY(session_open(s, app, a, STORE_READ, SESSION_DIVISIONS | SESSION_POLICY, 0, e));
    TRY(judging_open(j, s->store, s->policy, &s->divs, INT64_MAX, only, false, e));
    if (!j->set.n) {
        judging_close(j);
        TRY(judging_open_link(j, s->store, s->policy, &s->divs, only, &link, e));
    }
    if (!j->set.n)
        return err_set(e, RC_INPUT, pos_none(),
                       "line %" PRIu32 " of delivery %" PRId64
                       " neither waits nor is linked by judgement; see `match DB "
                       "list` and `match DB links`",
                       "交付 %2$" PRId64 " 的第 %1$" PRIu32
                       " 行既不待处理，也不是经判定关联的；见 `match DB list`、`match DB links`",
                       only.line, only.delivery);
    return a->opt[OPTION_JSON].given ? show_json(j, &link, app, e) : show_say(s, j, &link, e);
}

enum rc cmd_match_show(struct app *app, const struct args *a, struct err *e)
{
    struct session s = {0};
    struct judging j = {0};
    enum rc rc = run_show(&s, &j, app, a, e);
    judging_close(&j);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- decide, undo */

static enum rc verdict_of(struct judge_verdict *v, const struct args *a, struct err *e)
{
    static const char *const WORDS[] = {"", "same", "not", "unsure"};
    int64_t person = 0;
    TRY(row_ref_of(a->arg[1], &v->row, e));
    for (int k = DECISION_SAME; k <= DECISION_UNSURE; k++)
        if (str_eq(a->arg[2], str_from(WORDS[k]))) v->verdict = (enum decision_verdict)k;
    if (!v->verdict)
        return err_set(e, RC_USAGE, pos_none(), "\"%.*s\" is no verdict: same, not or unsure.",
                       "“%.*s”不是决定：写 same、not 或 unsure。", STR_ARG(a->arg[2]));
    if (a->n > 3 && !str_to_i64(a->arg[3], 1, UINT32_MAX, &person))
        return err_set(e, RC_USAGE, pos_none(), "\"%.*s\" is no number of a person.", "“%.*s”不是人员编号。",
                       STR_ARG(a->arg[3]));
    if (v->verdict == DECISION_SAME && !person)
        return err_set(e, RC_USAGE, pos_none(), "same needs the number of the person; `match DB show` gives it.",
                       "same 须写人员编号；见 `match DB show`。");
    v->person = (uint32_t)person;
    v->by_who = session_who(a);
    v->reason = a->opt[OPTION_REASON].text;
    return RC_OK;
}

static bool is_candidate(const struct judging *j, uint32_t person)
{
    for (uint32_t k = 0; k < j->set.of[0].n; k++)
        if (j->set.of[0].v[k].person == person) return true;
    return false;
}

/* Of one that was decided the decision is told, or is the same and was interrupted. */
static enum rc is_decided(struct session *s, struct row_ref row, bool *decided, struct err *e)
{
    struct decision_list l;
    *decided = false;
    TRY(decisions_known_at(s->store, &s->arena, INT64_MAX, false, &l, e));
    for (size_t i = 0; i < l.n; i++)
        *decided |= l.v[i].subject == DECISION_ROW && l.v[i].delivery == row.delivery && l.v[i].line == row.line;
    return RC_OK;
}

/* A slip of the pen gives a row to a stranger: what nothing in the row speaks for is asked about. */
static enum rc check_likely(struct session *s, const struct judge_verdict *v, struct err *e)
{
    struct judging j = {0};
    enum rc rc = judging_open(&j, s->store, s->policy, &s->divs, INT64_MAX, v->row, false, e);
    if (!rc && !j.set.n)
        rc = err_set(e, RC_INPUT, pos_none(),
                     "line %" PRIu32 " of delivery %" PRId64 " does not wait: it has its person already. If it is "
                     "person %" PRIu32 "'s all the same, add --anyway",
                     "交付 %2$" PRId64 " 的第 %1$" PRIu32 " 行不在待处理之列：已有对应人员。如确为人员 %3$" PRIu32
                     "，请加 --anyway",
                     v->row.line, v->row.delivery, v->person);
    else if (!rc && !is_candidate(&j, v->person))
        rc = err_set(e, RC_INPUT, pos_none(),
                     "person %" PRIu32 " is none of the row's candidates (`fangpin match DB show` tells them): nothing "
                     "in the row speaks for him. If it is his all the same, add --anyway",
                     "人员 %" PRIu32
                     " 不在该行的候选人中（见 `fangpin match DB show`），该行没有任何内容支持此人。如确为此人"
                     "，请加 --anyway",
                     v->person);
    judging_close(&j);
    return rc;
}

static enum rc run_decide(struct session *s, struct app *app, const struct args *a, struct err *e)
{
    struct judge_verdict v = {.divs = &s->divs};
    int64_t id = 0;
    TRY(verdict_of(&v, a, e));
    TRY(session_open(s, app, a, STORE_WRITE, SESSION_DIVISIONS | SESSION_POLICY, 0, e));
    bool clear = v.verdict != DECISION_SAME || a->opt[OPTION_ANYWAY].given;
    if (!clear) TRY(is_decided(s, v.row, &clear, e));
    if (!clear) TRY(check_likely(s, &v, e));
    TRY(judge_decide(s->store, s->policy, &v, &id, e));
    out_say(&app->out, "Decision %" PRId64 " is kept; `fangpin match DB undo` takes it back.\n",
            "已记录决定 %" PRId64 "；可用 `fangpin match DB undo` 撤销。\n", id);
    return RC_OK;
}

enum rc cmd_match_decide(struct app *app, const struct args *a, struct err *e)
{
    struct session s = {0};
    enum rc rc = run_decide(&s, app, a, e);
    session_close(&s);
    return rc;
}

static enum rc run_undo(struct session *s, struct app *app, const struct args *a, struct err *e)
{
    int64_t id;
    bool before;
    if (!str_to_i64(a->arg[1], 1, INT64_MAX, &id))
        return err_set(e, RC_USAGE, pos_none(), "\"%.*s\" is no number of a decision.", "“%.*s”不是决定编号。",
                       STR_ARG(a->arg[1]));
    TRY(session_open(s, app, a, STORE_WRITE, SESSION_DIVISIONS | SESSION_POLICY, 0, e));
    TRY(judge_undo(s->store, s->policy, &s->divs, id, session_who(a), a->opt[OPTION_REASON].text, &before, e));
    if (before)
        return out_say(&app->out,
                       "Decision %" PRId64 " was undone before: `fangpin match DB log` says by whom and why; nothing "
                       "changes.\n",
                       "决定 %" PRId64 " 此前已撤销（`fangpin match DB log` 列出由谁、为何）；没有变化。\n", id),
               RC_OK;
    out_say(&app->out, "Decision %" PRId64 " and what it did are undone.\n", "决定 %" PRId64 " 及其结果已撤销。\n", id);
    return RC_OK;
}

enum rc cmd_match_undo(struct app *app, const struct args *a, struct err *e)
{
    struct session s = {0};
    enum rc rc = run_undo(&s, app, a, e);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- log */

static void log_subject(struct table *t, const struct decision *d)
{
    char text[64];
    if (d->subject == DECISION_ROW)
        (void)snprintf(text, sizeof text, "%" PRId64 ":%" PRId64 " ~ %" PRIu32, d->delivery, d->line, d->person);
    else (void)snprintf(text, sizeof text, "%" PRIu32 " ~ %" PRIu32, d->person, d->other);
    table_z(t, text);
}

static enum rc log_say(struct session *s, const struct decision_list *l, struct err *e)
{
    struct table t;
    char when[32];
    enum lang lang = s->app->lang;
    if (!l->n) {
        out_say(&s->app->out, "Nothing has been decided yet.\n", "尚无决定。\n");
        return RC_OK;
    }
    table_init(&t, &s->arena,
               lang_pick(lang, ">no.|who|verdict|decided|by|why|undone|by|why",
                         ">编号|对象|决定|时间|经办|理由|撤销时间|经办|理由"));
    for (size_t i = 0; i < l->n; i++) {
        const struct decision *d = &l->v[i];
        table_number(&t, d->id);
        log_subject(&t, d);
        table_z(&t, verdict_word(d->verdict, lang));
        table_z(&t, say_time(d->known_from_us, when));
        table_cell(&t, d->by_who);
        table_cell(&t, d->reason);
        table_z(&t, d->known_to_us ? say_time(d->known_to_us, when) : "");
        table_cell(&t, d->undone_by.p ? d->undone_by : STR(""));
        table_cell(&t, d->undone_reason.p ? d->undone_reason : STR(""));
    }
    return table_print(&t, &s->app->out, e);
}

static enum rc log_json(const struct decision_list *l, struct app *app, struct err *e)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '[');
    for (size_t i = 0; i < l->n; i++) {
        const struct decision *d = &l->v[i];
        json_open(&j, NULL, '{');
        json_number(&j, "id", d->id);
        json_text(&j, "verdict", str_from(verdict_word(d->verdict, LANG_EN)));
        json_number(&j, "delivery", d->delivery);
        json_number(&j, "line", d->line);
        json_number(&j, "person", d->person);
        json_number(&j, "other", d->other);
        json_text(&j, "by", d->by_who);
        json_text(&j, "why", d->reason);
        json_bool(&j, "in_force", d->known_to_us == 0);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    return json_print(&j, &app->out, e);
}

enum rc cmd_match_log(struct app *app, const struct args *a, struct err *e)
{
    struct session s = {0};
    struct decision_list l;
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_STORE, 0, e);
    if (!rc) rc = decisions_known_at(s.store, &s.arena, INT64_MAX, true, &l, e);
    if (!rc) rc = a->opt[OPTION_JSON].given ? log_json(&l, app, e) : log_say(&s, &l, e);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- links */

struct links_out {
    struct buf *b;
    bool json;
};

static enum rc link_line(void *ctx, const struct judge_link *l, struct err *e)
{
    static const char CSV[] = "%" PRId64 ",%" PRIu32 ",%" PRIu32 ",%s,%" PRId64 ",%d\n",
                      JSON[] = "{\"delivery\":%" PRId64 ",\"line\":%" PRIu32 ",\"person\":%" PRIu32
                               ",\"how\":\"%s\",\"decision\":%" PRId64 ",\"per_mille\":%d}";
    const struct links_out *o = ctx;
    if (o->json && o->b->p[o->b->n - 1] == '}') buf_addc(o->b, ',');
    buf_addf(o->b, o->json ? JSON : CSV, l->delivery, l->line, l->person,
             l->exact      ? "exact"
             : l->decision ? "decided"
                           : "automatic",
             l->decision, l->exact ? 1000 : (int)l->score_pm);
    return o->b->failed ? err_nomem(e) : RC_OK;
}

static enum rc run_links(struct session *s, struct app *app, const struct args *a, struct buf *b, struct err *e)
{
    int64_t delivery;
    const char *path = a->opt[OPTION_OUT].text.p;
    TRY(delivery_of(a, 1, &delivery, e));
    if (a->opt[OPTION_OUT].given) TRY(outfile_check(app, a, OUTFILE_LINKS, path, NULL, e));
    TRY(session_open(s, app, a, STORE_READ, SESSION_STORE, 0, e));
    TRY(delivery_there(s, delivery, e));
    struct links_out o = {b, a->opt[OPTION_JSON].given};
    buf_addz(b, o.json ? "[" : "delivery,line,person,how,decision,per_mille\n");
    TRY(judge_links(s->store, delivery, a->opt[OPTION_ALL].given ? LINKS_READ : LINKS_JUDGED, INT64_MAX, link_line, &o,
                    e));
    if (o.json) buf_addz(b, "]\n");
    if (b->failed) return err_nomem(e);
    if (a->opt[OPTION_OUT].given) return io_write_file(path, buf_str(b), 0600, e);
    out_str(&app->out, buf_str(b));
    return RC_OK;
}

enum rc cmd_match_links(struct app *app, const struct args *a, struct err *e)
{
    struct session s = {0};
    struct buf b;
    buf_init(&b, SAY_MAX);
    enum rc rc = run_links(&s, app, a, &b, e);
    buf_fini(&b);
    session_close(&s);
    return rc;
}
