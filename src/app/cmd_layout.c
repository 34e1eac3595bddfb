/* layout DB look, list, forget: which column is which, before anything is stored and afterwards. */
#include "app/commands.h"
#include "app/map_choices.h"
#include "app/say.h"
#include "app/session.h"
#include "base/io.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "match/column_guess.h"
#include "match/import.h"
#include "match/layout_import.h"
#include "match/source.h"
#include "match/table.h"

#define LAYOUTS_FILE_MAX MIB(16)
enum { RANKS_SHOWN = 5, GUESSES_SHOWN = 3, HEADER_SHOWN = 48 };

/* ---------------------------------------------------------------- look */

struct look {
    struct session *s;
    const struct args *a;
    struct source source;
    bool asked; /* asked: why says what is not clear */
    struct plan plan;
    struct head_found head;
    struct layout_memory memory;
    struct dataset_rank *rank;
    size_t n_rank;
    struct column_guess *guess;
    size_t n_guess;
    struct column_choice choice[ARGS_LIST_MAX];
    size_t n_choices;
    struct err why;
    bool tried, taken; /* what an import would do was looked at; it would take the file */
    struct import_report report;
    struct err refusal;
};

static enum rc look_plan(struct look *k, struct str dataset, struct err *e)
{
    struct plan *pl = &k->plan;
    struct stored_layout *l;
    size_t n;
    TRY(plan_dataset(pl, k->s->policy, dataset, &k->s->arena, e));
    pl->given.said = k->source.said;
    TRY(table_take_head(&k->source.file, pl, &k->head, e));
    pl->header = k->source.file.header;
    pl->n_header = k->source.file.columns;
    TRY(layout_list(k->s->store, pl->a, pl->dataset, false, &l, &n, e));
    TRY(layout_recall(&k->memory, l, n, pl, k->a->opt[OPTION_SENDER].text, k->choice, k->n_choices, k->s->app->lang,
                      e));
    k->why = (struct err){.lang = k->s->app->lang};
    enum rc rc = plan_header(pl, k->source.file.header, k->source.file.columns, args_z(k->a, 1), &k->why);
    k->asked = rc == RC_INPUT || rc == RC_USAGE;
    if (rc && !k->asked) return *e = k->why, rc;
    return pl->map.column ? column_guesses(pl, &k->guess, &k->n_guess, e) : RC_OK;
}

/* What an import would do with the rows, all of them: nothing is stored or written. */
static enum rc try_import(struct look *k, struct err *e)
{
    struct session *s = k->s;
    struct import_options o = {.choice = k->choice,
                               .n_choices = k->n_choices,
                               .file = args_z(k->a, 1),
                               .sheets = k->a->opt[OPTION_SHEET].text,
                               .sender = k->a->opt[OPTION_SENDER].text,
                               .dataset = k->plan.dataset,
                               .division = k->a->opt[OPTION_DIVISION].number,
                               .covers_from = k->a->opt[OPTION_COVERS].from,
                               .covers_to = k->a->opt[OPTION_COVERS].to,
                               .received = k->a->opt[OPTION_RECEIVED].from,
                               .dry_run = true,
                               .quiet = true};
    struct out silent = s->app->out;
    silent.tty = false;
    k->refusal = (struct err){.lang = s->app->lang};
    enum rc rc = import_file(s->store, s->policy, &s->divs, &o, &silent, &s->arena, &k->report, &k->refusal);
    if (rc == RC_NOMEM || rc == RC_ENV) return *e = k->refusal, rc;
    k->tried = true;
    k->taken = rc == RC_OK;
    return RC_OK;
}

static enum rc look_file(struct look *k, struct err *e)
{
    const char *path = args_z(k->a, 1), *slash = strrchr(path, '/');
    TRY(map_choices(k->a, k->choice, &k->n_choices, e));
    struct source_options o = {.name = path,
                               .fd = -1,
                               .temp_dir = store_dir(k->s->store),
                               .sheets = k->a->opt[OPTION_SHEET].text,
                               .policy = k->s->policy};
    TRY(source_open(&k->source, &o, NULL, e));
    TRY(table_rank(k->s->policy, &k->source.file, str_from(slash ? slash + 1 : path), &k->s->arena, &k->rank,
                   &k->n_rank, &k->head, e));
    int clear = table_rank_clear(k->rank, k->n_rank);
    if (k->a->n <= 2 && clear < 0) return RC_OK;
    TRY(look_plan(k, k->a->n > 2 ? k->a->arg[2] : k->rank[clear].dataset, e));
    return k->asked ? RC_OK : try_import(k, e);
}

/* The unit that stands outside the cells, as money_said_power. */
static int look_unit(const struct look *k)
{
    struct money_said said = k->plan.given.said;
    money_said_join(&said, &k->head.said);
    money_said_join(&said, &k->source.said);
    return money_said_power(&said);
}

/* What a column is, or may be. */
static void add_column(const struct look *k, size_t c, struct buf *what)
{
    const struct plan *pl = &k->plan;
    enum lang lang = k->s->app->lang;
    int32_t f = pl->map.field[c];
    unsigned told = 0;
    if (f != HEADER_NONE) {
        buf_add(what, plan_field_name(pl, (size_t)f));
        if ((size_t)f < pl->n_cols && pl->cols[f].money && pl->cols[f].column == (int32_t)c)
            buf_addf(what, " (%s)", plan_unit_name(pl->cols[f].unit_power));
        if (pl->chosen[c]) buf_addz(what, lang_pick(lang, ", as was said", "，按说明"));
        return;
    }
    if (pl->placed >= 0 && plan_is_place(pl, c)) {
        buf_add(what, pl->cols[pl->placed].name);
        buf_addz(what, lang_pick(lang, ", by name", "，按名称"));
        return;
    }
    for (size_t i = 0; i < k->n_guess && told < GUESSES_SHOWN; i++) {
        if (k->guess[i].column != (int32_t)c) continue;
        buf_addz(what, told++ ? lang_pick(lang, " or ", " 或 ") : "? ");
        buf_add(what, plan_field_name(pl, k->guess[i].field));
        buf_addz(what, lang_pick(lang, " (", "（"));
        buf_add_i64(what, k->guess[i].score);
        buf_addz(what, lang_pick(lang, ": ", "："));
        column_guess_why(&k->guess[i], lang, what);
        buf_addz(what, lang_pick(lang, ")", "）"));
    }
    if (!told) buf_addz(what, pl->chosen[c] ? lang_pick(lang, "not used, as was said", "不用，按说明") : "-");
}

static enum rc say_columns(const struct look *k, struct err *e)
{
    struct table t;
    struct buf what;
    struct out *out = &k->s->app->out;
    buf_init(&what, KIB(16));
    table_init(&t, &k->s->arena, lang_pick(k->s->app->lang, ">column|header|field", ">列|表头|字段"));
    for (size_t c = 0; k->plan.map.field && c < k->plan.n_header; c++) {
        buf_clear(&what);
        add_column(k, c, &what);
        table_number(&t, (int64_t)c + 1);
        table_cell(&t, utf8_clip(k->plan.header[c], HEADER_SHOWN));
        table_text(&t, &what);
    }
    buf_fini(&what);
    TRY(table_print(&t, out, e));
    if (k->memory.changes.n)
        out_say(out, "The header is not the one remembered for this sender: %.*s.\n",
                "表头与此前为该报送单位记住的不同：%.*s。\n", STR_ARG(k->memory.changes));
    if (k->asked) return out_say(out, "Not clear yet: %s\n", "还不清楚：%s\n", k->why.msg), RC_OK;
    out_say(out, "Every column that is needed is clear.\n", "需要的列都清楚了。\n");
    if (!k->taken)
        return out_say(out, "An import would not take the file: %s\n", "导入时不会接收：%s\n", k->refusal.msg), RC_OK;
    out_say(out, "An import would take it so:\n", "导入结果将是：\n");
    import_say_rows(&k->report, out);
    return RC_OK;
}

static enum rc say_look(const struct look *k, struct err *e)
{
    struct out *out = &k->s->app->out;
    struct table t;
    char delim[2] = {k->source.file.delim == '\t' ? 'T' : k->source.file.delim, 0};
    out_say(out, "Encoding %s, delimiter %s, header in line %u below %zu title rows%s%s.\n",
            "编码 %s，分隔符 %s，表头在第 %u 行，上面有 %zu 行标题%s%s。\n", k->source.kind,
            *delim == 'T' ? "TAB" : delim,
            k->head.rows ? k->source.file.head[k->head.first + k->head.rows - 1].line : 1, k->head.first,
            look_unit(k) >= 0 ? lang_pick(out->lang, ", amounts in ", "，金额单位") : "", plan_unit_name(look_unit(k)));
    if (!k->head.rows) out_say(out, "No row looks like a header.\n", "没有一行像表头。\n");
    table_init(&t, &k->s->arena,
               lang_pick(out->lang, "dataset|>score|>columns|>known|>near", "数据集|>分|>列数|>认得|>相近"));
    for (size_t i = 0; i < k->n_rank && i < RANKS_SHOWN && k->rank[i].score; i++) {
        table_cell(&t, k->rank[i].dataset);
        table_number(&t, k->rank[i].score);
        table_number(&t, (int64_t)k->rank[i].columns);
        table_number(&t, (int64_t)k->rank[i].matched);
        table_number(&t, (int64_t)k->rank[i].near);
    }
    TRY(table_print(&t, out, e));
    if (k->plan.dataset.n) {
        out_say(out, "As %.*s:\n", "作为 %.*s：\n", STR_ARG(k->plan.dataset));
        return say_columns(k, e);
    }
    out_say(out, "Which dataset it is, is not clear; name one.\n", "属于哪个数据集还不清楚；请写明。\n");
    return RC_OK;
}

static void json_ranks(const struct look *k, struct json *j)
{
    json_open(j, "datasets", '[');
    for (size_t i = 0; i < k->n_rank && k->rank[i].score; i++) {
        json_open(j, NULL, '{');
        json_text(j, "dataset", k->rank[i].dataset);
        json_number(j, "score", k->rank[i].score);
        json_number(j, "columns", (int64_t)k->rank[i].columns);
        json_number(j, "known", (int64_t)k->rank[i].matched);
        json_number(j, "near", (int64_t)k->rank[i].near);
        json_bool(j, "reads", k->rank[i].reads);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_column(const struct look *k, size_t c, struct json *j)
{
    const struct plan *pl = &k->plan;
    int32_t f = pl->map.field[c];
    json_open(j, NULL, '{');
    json_number(j, "column", (int64_t)c + 1);
    json_text(j, "header", pl->header[c]);
    json_text(j, "field", f == HEADER_NONE ? STR("") : plan_field_name(pl, (size_t)f));
    json_bool(j, "said", pl->chosen[c]);
    json_open(j, "guesses", '[');
    for (size_t i = 0; i < k->n_guess && f == HEADER_NONE; i++) {
        if (k->guess[i].column != (int32_t)c) continue;
        json_open(j, NULL, '{');
        json_text(j, "field", plan_field_name(pl, k->guess[i].field));
        json_number(j, "score", k->guess[i].score);
        json_number(j, "name", k->guess[i].name);
        json_number(j, "cells", k->guess[i].cells);
        json_number(j, "fitting", k->guess[i].fitting);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void json_try(const struct look *k, struct json *j)
{
    const struct delivery *d = &k->report.delivery;
    const struct delivery_counts *c = &d->counts;
    if (!k->tried) return;
    json_open(j, "import", '{');
    json_bool(j, "taken", k->taken);
    json_text(j, "refusal", str_from(k->taken ? "" : k->refusal.msg));
    if (k->taken) {
        json_number(j, "division", d->division);
        json_date(j, "covers_from", d->covers_from);
        json_date(j, "covers_to", d->covers_to);
        json_number(j, "rows", c->rows);
        json_number(j, "matched", c->matched);
        json_number(j, "waiting", c->waiting_invalid + c->waiting_unmatched + c->waiting_name);
        json_number(j, "refused", c->refused);
    }
    json_close(j, '}');
}

static enum rc json_look(const struct look *k, struct err *e)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_text(&j, "encoding", str_from(k->source.kind));
    json_number(&j, "header_line", k->head.rows ? k->source.file.head[k->head.first + k->head.rows - 1].line : 0);
    json_number(&j, "title_rows", (int64_t)k->head.first);
    json_text(&j, "title_unit", str_from(plan_unit_name(look_unit(k))));
    json_ranks(k, &j);
    json_text(&j, "dataset", k->plan.dataset);
    json_open(&j, "columns", '[');
    for (size_t c = 0; k->plan.map.field && c < k->plan.n_header; c++) json_column(k, c, &j);
    json_close(&j, ']');
    json_text(&j, "header_changes", k->memory.changes);
    json_text(&j, "question", str_from(k->asked ? k->why.msg : ""));
    json_try(k, &j);
    json_close(&j, '}');
    return json_print(&j, &k->s->app->out, e);
}

enum rc cmd_layout_look(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct look k = {.s = &s, .a = a};
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_DIVISIONS | SESSION_POLICY, 0, e);
    if (!rc) rc = look_file(&k, e);
    if (!rc) rc = a->opt[OPTION_JSON].given ? json_look(&k, e) : say_look(&k, e);
    if (rc && s.diags.n) session_say_diags(&s);
    plan_fini(&k.plan);
    source_close(&k.source);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- list */

static enum rc say_list(struct session *s, const struct stored_layout *v, size_t n, struct err *e)
{
    struct table t;
    char when[32];
    enum lang lang = s->app->lang;
    if (!n) {
        out_say(&s->app->out, "No layout is remembered.\n", "没有记住的表头布局。\n");
        return RC_OK;
    }
    table_init(&t, &s->arena,
               lang_pick(lang, ">ID|dataset|sender|>columns|said|by|since|until",
                         ">编号|数据集|报送单位|>列数|说明|经办|起|止"));
    for (size_t i = 0; i < n; i++) {
        const struct stored_layout *l = &v[i];
        int64_t columns = 0;
        struct buf said;
        buf_init(&said, MIB(4));
        for (size_t c = 0; c < l->header.n; c++) columns += l->header.p[c] == '\n';
        for (size_t c = 0; c + 1 < l->choices.n; c++)
            if (l->choices.p[c] == '\n') buf_addz(&said, ", ");
            else buf_addc(&said, l->choices.p[c]);
        table_number(&t, l->id);
        table_cell(&t, l->dataset);
        table_cell(&t, l->sender);
        table_number(&t, columns);
        table_text(&t, &said);
        table_cell(&t, l->by_who);
        table_z(&t, say_time(l->known_from_us, when));
        table_z(&t, l->known_to_us ? say_time(l->known_to_us, when) : "");
        buf_fini(&said);
    }
    return table_print(&t, &s->app->out, e);
}

static void json_lines(struct json *j, const char *name, struct str lines)
{
    struct str line;
    json_open(j, name, '[');
    while (str_cut(&lines, '\n', &line)) json_text(j, NULL, line);
    json_close(j, ']');
}

static enum rc json_list(struct session *s, const struct stored_layout *v, size_t n, struct err *e)
{
    struct json j;
    char when[40];
    json_init(&j);
    json_open(&j, NULL, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(&j, NULL, '{');
        json_number(&j, "id", v[i].id);
        json_text(&j, "dataset", v[i].dataset);
        json_text(&j, "sender", v[i].sender);
        json_lines(&j, "header", v[i].header);
        json_lines(&j, "map", v[i].choices);
        json_text(&j, "by", v[i].by_who);
        json_text(&j, "known_from", str_from(clock_format(v[i].known_from_us, when)));
        json_text(&j, "known_to", str_from(v[i].known_to_us ? clock_format(v[i].known_to_us, when) : ""));
        json_text(&j, "ended_by", v[i].ended_by);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    return json_print(&j, &s->app->out, e);
}

enum rc cmd_layout_list(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct stored_layout *v = NULL;
    size_t n = 0;
    enum rc rc = session_open(&s, app, a, STORE_READ, SESSION_STORE, 0, e);
    if (!rc) rc = layout_list(s.store, &s.arena, STR(""), a->opt[OPTION_ALL].given, &v, &n, e);
    if (!rc) rc = a->opt[OPTION_JSON].given ? json_list(&s, v, n, e) : say_list(&s, v, n, e);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- import */

static enum rc tell_import(const struct layout_import *r, bool dry, struct app *app, bool json, struct err *e)
{
    struct json j;
    if (!json) {
        out_say(&app->out, dry ? "%zu layouts would be taken in" : "%zu layouts taken in",
                dry ? "将导入 %zu 个布局" : "导入 %zu 个布局", r->taken);
        out_say(&app->out, "; in force here already: %zu; not in force where they come from, passed over: %zu.\n",
                "；此处已有 %zu 个；在原处已失效、略过 %zu 个。\n", r->there, r->ended);
        return RC_OK;
    }
    json_init(&j);
    json_open(&j, NULL, '{');
    json_bool(&j, "dry_run", dry);
    json_number(&j, "taken", (int64_t)r->taken);
    json_number(&j, "there", (int64_t)r->there);
    json_number(&j, "ended", (int64_t)r->ended);
    json_close(&j, '}');
    return json_print(&j, &app->out, e);
}

enum rc cmd_layout_import(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    struct buf text;
    struct layout_import r;
    bool dry = a->opt[OPTION_DRY_RUN].given;
    buf_init(&text, LAYOUTS_FILE_MAX);
    enum rc rc = session_open(&s, app, a, dry ? STORE_READ : STORE_WRITE, SESSION_POLICY, 0, e);
    if (!rc) rc = io_read_file(args_z(a, 1), &text, e);
    if (!rc) rc = layout_import(s.store, s.policy, buf_str(&text), args_z(a, 1), session_who(a), dry, &s.arena, &r, e);
    if (rc && s.diags.n) session_say_diags(&s);
    if (!rc) rc = tell_import(&r, dry, app, a->opt[OPTION_JSON].given, e);
    buf_fini(&text);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- forget */

enum rc cmd_layout_forget(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    int64_t id = 0;
    if (!str_to_i64(a->arg[1], 1, INT64_MAX, &id))
        return err_set(e, RC_USAGE, pos_none(), "\"%.*s\" is not the number of a layout. See: fangpin layout DB list",
                       "“%.*s”不是布局编号。请看：fangpin layout DB list", STR_ARG(a->arg[1]));
    enum rc rc = session_open(&s, app, a, STORE_WRITE, SESSION_STORE, 0, e);
    if (!rc) rc = layout_forget(s.store, id, session_who(a), e);
    session_close(&s);
    if (!rc)
        out_say(&app->out, "Layout %lld is forgotten; files already taken in stay as they are.\n",
                "布局 %lld 已忘掉；已导入的文件不变。\n", (long long)id);
    return rc;
}
