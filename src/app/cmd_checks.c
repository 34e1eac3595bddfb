/* checks, checks DB list|return|answers|accept|exceptions|revoke */
#include "app/checks.h"
#include "app/commands.h"
#include "app/outfile.h"
#include "app/say.h"
#include "base/map.h"
#include "base/mem.h"

#define DETAIL_BYTES_MAX MIB(64)
enum { LABEL_COLUMNS = 44 };

/* ---------------------------------------------------------------- the table and the list */

static enum rc list(struct checking *c, struct err *e);

static enum rc run_and(struct app *app, const struct args *a, enum rc (*fn)(struct checking *c, struct err *e),
                       struct err *e)
{
    struct session s;
    struct checking c = {.s = &s, .a = a, .with_lines = fn == list};
    arena_init(&c.scratch, DETAIL_BYTES_MAX);
    date_day as_of = a->opt[OPTION_AS_OF].from, known = a->opt[OPTION_KNOWN_AT].from;
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_DIVISIONS | SESSION_POLICY, known, e);
    if (!rc && as_of > s.known_at)
        rc = err_set(e, RC_INPUT, pos_none(), "--as-of is after the day of what is known. Give an earlier day.",
                     "--as-of 晚于数据已知的日期。请写更早的日期。");
    if (!rc) rc = checks_run(&c, e);
    if (!rc) rc = fn(&c, e);
    checks_end(&c);
    session_close(&s);
    return rc;
}

static enum rc say(struct checking *c, struct err *e)
{
    return c->a->opt[OPTION_JSON].given ? checks_json(c, e) : checks_say(c, e);
}

enum rc cmd_checks(struct app *app, const struct args *a, struct err *e) { return run_and(app, a, say, e); }

static enum rc list(struct checking *c, struct err *e)
{
    struct worklist l;
    char n[32];
    struct work_options o = {.division = c->a->opt[OPTION_DIVISION].given ? c->a->opt[OPTION_DIVISION].number : 0,
                             .names = c->a->opt[OPTION_NAMES].given};
    enum rc rc = worklist_make(&l, &c->sc, c->s->store, &o, e);
    if (!rc) rc = checks_write(c, &l, c->a->opt[OPTION_OUT].text.p, e);
    if (!rc)
        out_say(&c->s->app->out, "%s lines written to %.*s\n", "已写出 %s 行：%.*s\n", say_number((int64_t)l.n, n),
                STR_ARG(c->a->opt[OPTION_OUT].text));
    worklist_free(&l);
    return rc;
}

enum rc cmd_checks_list(struct app *app, const struct args *a, struct err *e)
{
    struct str path = a->opt[OPTION_OUT].text;
    if (!str_ends(path, STR(".csv")) && !str_ends(path, STR(".xlsx")))
        return err_set(e, RC_USAGE, pos_none(), "--out %.*s: name a .xlsx or a .csv file.",
                       "--out %.*s：请写 .xlsx 或 .csv 文件名。", STR_ARG(path));
    TRY(outfile_check(app, a, str_ends(path, STR(".csv")) ? OUTFILE_CHECKS : OUTFILE_CHECKS_SHEET, path.p, NULL, e));
    return run_and(app, a, list, e);
}

/* ---------------------------------------------------------------- what comes back */

static void say_not_taken(struct session *s, const struct returned *r)
{
    for (size_t i = 0; i < r->n_bad; i++) {
        const struct returned_bad *b = &r->bad[i];
        if (b->sheet.n)
            out_say(&s->app->out, "Not taken: %s, sheet %.*s, row %u: %s\n", "没有记录：%s 工作表“%.*s”第 %u 行：%s\n",
                    b->path, STR_ARG(b->sheet), b->line, b->why);
        else
            out_say(&s->app->out, "Not taken: %s, line %u: %s\n", "没有记录：%s 第 %u 行：%s\n", b->path, b->line,
                    b->why);
    }
}

static enum rc say_returned(struct session *s, const struct returned *r, struct err *e)
{
    size_t n[ANSWER__MAX] = {0};
    for (size_t i = 0; i < r->n; i++) n[r->v[i].kind]++;
    out_say(
        &s->app->out,
        "%zu answers noted: %zu corrected, %zu not a fault, %zu ask for an exception; %zu lines without an answer\n",
        "已记录 %zu 条答复：已改正 %zu、不是错误 %zu、申请例外 %zu；没有答复的 %zu 行\n", r->n, n[ANSWER_MENDED],
        n[ANSWER_NO_FAULT], n[ANSWER_EXCEPTION], r->unanswered);
    if (r->known) out_say(&s->app->out, "%zu were noted before\n", "其中 %zu 条以前已记录\n", r->known);
    if (n[ANSWER_EXCEPTION])
        out_say(&s->app->out, "Decide on the exceptions: fangpin checks DB answers, then checks DB accept\n",
                "请审定例外：fangpin checks DB answers，然后 checks DB accept\n");
    if (!r->n_bad) return RC_OK;
    say_not_taken(s, r);
    return err_set(e, RC_INPUT, pos_none(),
                   "%zu lines were not taken; the output says which and why. Mend them and return the file again; what "
                   "was noted stays.",
                   "%zu 行没有记录，各行及原因见输出。请改正后再次交回；已记录的不受影响。", r->n_bad);
}

/* Equal for answers that say the same of the same finding. */
static uint64_t answer_hash(const struct check_answer *a)
{
    int64_t part[] = {a->of.household_no, a->of.person_no, a->as_of, a->kind, a->until};
    uint64_t h = str_hash(str_make((const char *)part, sizeof part));
    struct str text[] = {a->of.rule, a->mended, a->note};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        h = (h ^ str_hash(text[i])) * UINT64_C(0x9E3779B97F4A7C15) + i;
    return h;
}

/* A list that is returned a second time says nothing new. */
static enum rc drop_known(struct session *s, struct returned *r, struct err *e)
{
    struct check_answer *v;
    struct map64 seen;
    size_t n, kept = 0;
    bool ok = true;
    TRY(answers_list(s->store, &s->arena, INT64_MAX, &v, &n, e));
    map64_init(&seen);
    for (size_t i = 0; ok && i < n; i++) ok = map64_put(&seen, answer_hash(&v[i]), 1);
    for (size_t i = 0; ok && i < r->n; i++) {
        uint64_t h = answer_hash(&r->v[i]);
        if (map64_get(&seen, h) != UINT32_MAX) continue;
        ok = map64_put(&seen, h, 1);
        r->v[kept++] = r->v[i];
    }
    map64_fini(&seen);
    r->known = r->n - kept;
    r->n = kept;
    return ok ? RC_OK : err_nomem(e);
}

static enum rc take_back(struct session *s, const struct args *a, struct returned *r, struct err *e)
{
    int64_t known;
    bool moved;
    for (size_t i = 1; i < a->n; i++) TRY(checks_read(s, args_z(a, i), r, e));
    TRY(drop_known(s, r, e));
    TRY(session_known_from(s, 0, &known, &moved, e));
    for (size_t i = 0; i < r->n; i++) r->v[i].known_from_us = known, r->v[i].by_who = session_who(a);
    if (r->n) TRY(answers_add(s->store, r->v, r->n, session_who(a), e));
    return say_returned(s, r, e);
}

enum rc cmd_checks_return(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct returned r = {0};
    enum rc rc = session_open(&s, app, a, STORE_WRITE, SESSION_STORE, 0, e);
    if (!rc) rc = take_back(&s, a, &r, e);
    mem_free(r.v);
    mem_free(r.bad);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- answers */

static enum rc say_words(struct session *s, struct table *t, const struct check_subject *of, struct err *e)
{
    struct check_words w;
    TRY(checks_words(s, of, false, &w, e));
    table_cell(t, w.village);
    table_cell(t, w.household);
    table_cell(t, w.code);
    table_cell(t, w.person);
    table_cell(t, w.title);
    return RC_OK;
}

static enum rc json_words(struct session *s, struct json *j, const struct check_subject *of, struct err *e)
{
    struct check_words w;
    TRY(checks_words(s, of, false, &w, e));
    json_text(j, "rule", of->rule);
    json_text(j, "number", w.number);
    json_text(j, "title", w.title);
    json_text(j, "village", w.village);
    json_text(j, "household", w.code);
    json_text(j, "head", w.household);
    json_text(j, "person", w.person);
    json_number(j, "household_no", of->household_no);
    json_number(j, "person_no", of->person_no);
    return RC_OK;
}

static enum rc say_answers(struct session *s, const struct check_answer *v, size_t n, struct err *e)
{
    struct table t;
    table_init(&t, &s->arena,
               lang_pick(s->app->lang, ">no|village|household|code|person|check|answer|until|by|note",
                         ">编号|村|户|户编号|姓名|核查|答复|截止|答复人|说明"));
    t.clip[5] = LABEL_COLUMNS;
    t.clip[9] = 40;
    for (size_t i = 0; i < n; i++) {
        if (v[i].kind == ANSWER_NONE) continue;
        table_number(&t, v[i].id);
        TRY(say_words(s, &t, &v[i].of, e));
        table_z(&t, checks_answer_word[v[i].kind]);
        table_date(&t, v[i].until);
        table_cell(&t, v[i].by_who);
        table_cell(&t, v[i].note);
    }
    return table_print(&t, &s->app->out, e);
}

typedef enum rc (*json_item_fn)(struct session *s, struct json *j, const void *v, size_t i, struct err *e);

/* v[0..n-1] as objects; put says one. */
static enum rc json_list(struct session *s, const void *v, size_t n, json_item_fn put, struct err *e)
{
    struct json j;
    enum rc rc = RC_OK;
    json_init(&j);
    json_open(&j, NULL, '[');
    for (size_t i = 0; !rc && i < n; i++) {
        json_open(&j, NULL, '{');
        rc = put(s, &j, v, i, e);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    if (!rc) return json_print(&j, &s->app->out, e);
    buf_fini(&j.b);
    return rc;
}

static enum rc json_answer(struct session *s, struct json *j, const void *answers, size_t i, struct err *e)
{
    const struct check_answer *v = (const struct check_answer *)answers + i;
    json_number(j, "id", v->id);
    TRY(json_words(s, j, &v->of, e));
    json_date(j, "as_of", v->as_of);
    json_text(j, "answer", str_from(checks_answer_word[v->kind]));
    json_date(j, "until", v->until);
    json_text(j, "mended", v->mended);
    json_text(j, "note", v->note);
    json_text(j, "by", v->by_who);
    return RC_OK;
}

enum rc cmd_checks_answers(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct check_answer *v;
    size_t n;
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_DIVISIONS | SESSION_POLICY, 0, e);
    if (!rc) rc = answers_list(s.store, &s.arena, INT64_MAX, &v, &n, e);
    if (!rc) rc = a->opt[OPTION_JSON].given ? json_list(&s, v, n, json_answer, e) : say_answers(&s, v, n, e);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- exceptions */

static const struct check_answer *find_answer(const struct check_answer *v, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (v[i].id == id) return &v[i];
    return NULL;
}

static enum rc check_day(const struct session *s, date_day until, struct str word, struct err *e)
{
    char day[DATE_TEXT_MAX];
    if (until >= clock_today(s->app->clock)) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(),
                   "answer %.*s: the last day of the exception, %s, is over. Give a later one: --until DATE.",
                   "答复 %.*s：例外的截止日期 %s 已过。请用 --until 日期 指定以后的日期。", STR_ARG(word),
                   date_format(until, day));
}

static enum rc make_exception(const struct session *s, const struct args *a, const struct check_answer *v, size_t n,
                              struct str word, struct check_exception *out, struct err *e)
{
    int64_t id = 0;
    const struct check_answer *x = str_to_i64(word, 1, INT64_MAX, &id) ? find_answer(v, n, id) : NULL;
    if (!x || x->kind != ANSWER_EXCEPTION)
        return err_set(e, RC_INPUT, pos_none(),
                       "%.*s is no answer that asks for an exception. See: fangpin checks DB answers",
                       "%.*s 不是申请例外的答复编号。请看：fangpin checks DB answers", STR_ARG(word));
    date_day until = a->opt[OPTION_UNTIL_DAY].given ? a->opt[OPTION_UNTIL_DAY].from : x->until;
    if (!until)
        return err_set(e, RC_USAGE, pos_none(), "answer %.*s says no last day: give --until DATE.",
                       "答复 %.*s 没有写截止日期：请用 --until 日期 指定。", STR_ARG(word));
    TRY(check_day(s, until, word, e));
    struct str why = a->opt[OPTION_REASON].given ? a->opt[OPTION_REASON].text : x->note;
    if (!why.n)
        return err_set(e, RC_USAGE, pos_none(), "answer %.*s gives no reason: say it with --reason TEXT.",
                       "答复 %.*s 没有写说明：请用 --reason 写明理由。", STR_ARG(word));
    *out = (struct check_exception){.answer = id, .of = x->of, .until = until, .reason = why, .by_who = session_who(a)};
    return RC_OK;
}

static enum rc check_fresh(struct session *s, const struct check_exception *x, size_t n, struct err *e)
{
    struct check_exception *v;
    size_t held;
    TRY(exceptions_list(s->store, &s->arena, INT64_MAX - 1, &v, &held, e));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < held; k++)
            if (v[k].answer == x[i].answer)
                return err_set(
                    e, RC_INPUT, pos_none(), "answer %lld was accepted already: exception %lld. Revoke that first.",
                    "答复 %lld 已经接受：例外 %lld。如需更改请先撤销。", (long long)x[i].answer, (long long)v[k].id);
    return RC_OK;
}

static enum rc accept(struct session *s, const struct args *a, struct err *e)
{
    struct check_answer *v;
    size_t n;
    int64_t known;
    bool moved;
    TRY(answers_list(s->store, &s->arena, INT64_MAX, &v, &n, e));
    struct check_exception *x = ARENA_ARRAY(&s->arena, struct check_exception, a->n);
    if (!x) return err_nomem(e);
    TRY(session_known_from(s, 0, &known, &moved, e));
    for (size_t i = 1; i < a->n; i++) {
        TRY(make_exception(s, a, v, n, a->arg[i], &x[i - 1], e));
        x[i - 1].known_from_us = known;
    }
    TRY(check_fresh(s, x, a->n - 1, e));
    TRY(exceptions_add(s->store, x, a->n - 1, session_who(a), e));
    for (size_t i = 0; i + 1 < a->n; i++) {
        char day[DATE_TEXT_MAX];
        out_say(&s->app->out, "Exception %lld accepted: %.*s until %s\n", "已接受例外 %lld：%.*s，至 %s\n",
                (long long)x[i].id, STR_ARG(x[i].of.rule), date_format(x[i].until, day));
    }
    return RC_OK;
}

enum rc cmd_checks_accept(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    enum rc rc = session_open(&s, app, a, STORE_WRITE, SESSION_STORE, 0, e);
    if (!rc) rc = accept(&s, a, e);
    session_close(&s);
    return rc;
}

static enum rc json_exception(struct session *s, struct json *j, const void *exceptions, size_t i, struct err *e)
{
    const struct check_exception *v = (const struct check_exception *)exceptions + i;
    json_number(j, "id", v->id);
    TRY(json_words(s, j, &v->of, e));
    json_date(j, "until", v->until);
    json_bool(j, "expired", v->until < s->known_at);
    json_text(j, "reason", v->reason);
    json_text(j, "by", v->by_who);
    return RC_OK;
}

static enum rc say_exceptions(struct session *s, const struct check_exception *v, size_t n, struct err *e)
{
    struct table t;
    date_day today = clock_today(s->app->clock);
    table_init(&t, &s->arena,
               lang_pick(s->app->lang, ">no|village|household|code|person|check|until|state|by|reason",
                         ">编号|村|户|户编号|姓名|核查|截止|状态|接受人|理由"));
    t.clip[5] = LABEL_COLUMNS;
    t.clip[9] = 40;
    for (size_t i = 0; i < n; i++) {
        table_number(&t, v[i].id);
        TRY(say_words(s, &t, &v[i].of, e));
        table_date(&t, v[i].until);
        table_z(&t, v[i].until < today ? lang_pick(s->app->lang, "expired", "已到期")
                                       : lang_pick(s->app->lang, "holds", "有效"));
        table_cell(&t, v[i].by_who);
        table_cell(&t, v[i].reason);
    }
    return table_print(&t, &s->app->out, e);
}

enum rc cmd_checks_exceptions(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct check_exception *v;
    size_t n;
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_DIVISIONS | SESSION_POLICY, 0, e);
    if (!rc) rc = exceptions_list(s.store, &s.arena, INT64_MAX - 1, &v, &n, e);
    if (!rc) s.known_at = clock_today(app->clock);
    if (!rc) rc = a->opt[OPTION_JSON].given ? json_list(&s, v, n, json_exception, e) : say_exceptions(&s, v, n, e);
    session_close(&s);
    return rc;
}

static enum rc revoke_one(struct session *s, const struct args *a, struct err *e)
{
    int64_t id = 0, known;
    bool moved, found;
    if (!str_to_i64(a->arg[1], 1, INT64_MAX, &id))
        return err_set(e, RC_USAGE, pos_none(), "%.*s: give the number of an exception.", "%.*s：请写例外的编号。",
                       STR_ARG(a->arg[1]));
    TRY(session_known_from(s, 0, &known, &moved, e));
    TRY(exception_undo(s->store, id, known, session_who(a), a->opt[OPTION_REASON].text, &found, e));
    if (!found)
        return err_set(e, RC_INPUT, pos_none(),
                       "there is no exception %lld that holds. See: fangpin checks DB exceptions",
                       "没有有效的例外 %lld。请看：fangpin checks DB exceptions", (long long)id);
    out_say(&s->app->out, "Exception %lld revoked: its finding comes back with the next screen\n",
            "已撤销例外 %lld：下次筛查会重新列出\n", (long long)id);
    return RC_OK;
}

enum rc cmd_checks_revoke(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    enum rc rc = session_open(&s, app, a, STORE_WRITE, SESSION_STORE, 0, e);
    if (!rc) rc = revoke_one(&s, a, e);
    session_close(&s);
    return rc;
}
