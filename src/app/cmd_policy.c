/* policy check, policy test */
#include "app/books_check.h"
#include "app/commands.h"
#include "app/say.h"
#include "app/strict_check.h"
#include "base/io.h"
#include "match/judge_run.h"
#include "rules/engine.h"
#include "rules/example.h"
#include "rules/review.h"
#include "screen/oracle.h"
#include "screen/screen.h"

enum dump { DUMP_NONE, DUMP_AST, DUMP_IR, DUMP_SQL };

/* ---------------------------------------------------------------- check */

static enum rc dump_of(const struct args *a, enum dump *out, struct err *e)
{
    struct str s = a->opt[OPTION_DUMP].text;
    *out = str_eq(s, STR("ast"))   ? DUMP_AST
           : str_eq(s, STR("ir"))  ? DUMP_IR
           : str_eq(s, STR("sql")) ? DUMP_SQL
                                   : DUMP_NONE;
    if (*out != DUMP_NONE || !a->opt[OPTION_DUMP].given) return RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "--dump: \"%.*s\" is not ast, ir or sql.",
                   "--dump：“%.*s”不是 ast、ir 或 sql。", STR_ARG(s));
}

struct dumper {
    struct app *app;
    enum dump what;
};

static enum rc dump_program(void *ctx, const struct environment_at *at, const struct compiled *c, struct err *e)
{
    const struct dumper *d = ctx;
    struct buf b;
    char day[DATE_TEXT_MAX];
    buf_init(&b, SAY_MAX);
    buf_addf(&b, "-- division %012lld on %s\n", (long long)at->place.division, date_format(at->day, day));
    enum rc rc = RC_OK;
    if (d->what == DUMP_IR) program_print(c->program, &b);
    else rc = sql_print(c->program, SQL_SQLITE, &b, e);
    if (!rc && b.failed) rc = err_nomem(e);
    if (!rc) out_str(&d->app->out, buf_str(&b));
    buf_fini(&b);
    return rc;
}

static enum rc dump_ast(struct session *s, struct err *e)
{
    struct buf b;
    buf_init(&b, SAY_MAX);
    books_print(&s->books, &b);
    enum rc rc = b.failed ? err_nomem(e) : RC_OK;
    if (!rc) out_str(&s->app->out, buf_str(&b));
    buf_fini(&b);
    return rc;
}

static void json_diags(struct json *j, const struct diags *d)
{
    static const char *const levels[] = {[DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_NOTE] = "note"};
    json_open(j, "diagnostics", '[');
    for (size_t i = 0; i < d->n; i++) {
        json_open(j, NULL, '{');
        json_text(j, "level", str_from(levels[d->v[i].level]));
        json_text(j, "file", str_from(d->v[i].at.file));
        json_number(j, "line", d->v[i].at.line);
        json_number(j, "column", d->v[i].at.col);
        json_text(j, "text", d->v[i].msg);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static enum rc json_check(struct session *s, const struct check_counts *n, const struct strict_result *strict,
                          struct err *e)
{
    struct json j;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_number(&j, "books", (int64_t)n->books);
    json_number(&j, "rules", (int64_t)n->rules);
    json_number(&j, "measures", (int64_t)n->measures);
    json_number(&j, "examples", (int64_t)n->examples);
    json_number(&j, "environments", (int64_t)n->environments);
    json_number(&j, "errors", (int64_t)diags_told(&s->diags));
    json_diags(&j, &s->diags);
    if (strict) strict_json(&j, strict);
    json_close(&j, '}');
    return json_print(&j, &s->app->out, e);
}

/* What every environment's program goes through. */
struct checker {
    struct dumper dumper;
    struct watch types;
    struct review *review;
};

static enum rc check_program(void *ctx, const struct environment_at *at, const struct compiled *c, struct err *e)
{
    struct checker *k = ctx;
    if (k->dumper.what == DUMP_IR || k->dumper.what == DUMP_SQL) TRY(dump_program(&k->dumper, at, c, e));
    return review_add(k->review, c, k->types, e);
}

/* Parameters that the program itself reads are used. */
static void tell_review(struct checker *k, bool strict, struct diags *d)
{
    const char *known[HOLD_LIMIT__MAX + 1] = {JUDGE_PRECISION};
    for (size_t i = 0; i < HOLD_LIMIT__MAX; i++) known[i + 1] = hold_limit_name[i];
    review_tell(k->review, strict, known, HOLD_LIMIT__MAX + 1, d);
}

/* Compile everywhere, watched; books without errors are reviewed, and with --strict tried against their examples. */
static enum rc check_policy(struct session *s, struct checker *k, bool strict, struct check_counts *n,
                            struct strict_result *found, struct err *e)
{
    TRY(strict_watch(s, &k->types, e));
    if (!(k->review = review_new(&s->books, &s->arena))) return err_nomem(e);
    enum rc rc = books_compile_all(s, check_program, k, n, e);
    if (!rc && !s->diags.errors) tell_review(k, strict, &s->diags);
    review_free(k->review);
    if (rc || s->diags.errors || !strict) return rc;
    return strict_check(s, k->types, found, e);
}

static enum rc check_books(struct session *s, struct app *app, const struct args *a, struct err *e)
{
    struct check_counts n = {0};
    struct checker k = {.dumper = {.app = app}};
    const char **dirs = ARENA_ARRAY(&s->arena, const char *, a->n);
    if (!dirs) return err_nomem(e);
    for (size_t i = 0; i < a->n; i++) dirs[i] = a->arg[i].p;
    TRY(dump_of(a, &k.dumper.what, e));
    TRY(session_books(s, app, dirs, a->n, e));
    if (k.dumper.what == DUMP_AST) TRY(dump_ast(s, e));
    bool json = a->opt[OPTION_JSON].given, strict = a->opt[OPTION_STRICT_BOOKS].given;
    struct strict_result found = {0};
    if (s->policy) TRY(check_policy(s, &k, strict, &n, &found, e));
    if (json) TRY(json_check(s, &n, strict ? &found : NULL, e));
    else session_say_diags(s);
    if (strict && !json && !s->diags.errors) strict_say(s, &found);
    if (s->diags.errors)
        return err_set(e, RC_INPUT, pos_none(), "%zu errors in the policy books.", "政策册有 %zu 处错误。",
                       diags_told(&s->diags));
    if (found.survived)
        return err_set(e, RC_INPUT, pos_none(), "%zu changes of rules go unnoticed by the examples.",
                       "有 %zu 处规则改动，示例未能察觉。", found.survived);
    if (k.dumper.what || json) return RC_OK;
    out_say(&app->out, "%zu books, %zu rules, %zu measures, %zu examples: no errors in %zu environments.\n",
            "%zu 册、%zu 条规则、%zu 项措施、%zu 个示例：在 %zu 种适用情形下均无错误。\n", n.books, n.rules, n.measures,
            n.examples, n.environments);
    return RC_OK;
}

static void begin(struct session *s, struct app *app)
{
    *s = (struct session){.app = app};
    arena_init(&s->arena, MIB(4096));
    diags_init(&s->diags, &s->arena, app->lang);
    books_init(&s->books, &s->arena);
}

enum rc cmd_policy_check(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    begin(&s, app);
    enum rc rc = check_books(&s, app, a, e);
    session_close(&s);
    return rc;
}

/* ---------------------------------------------------------------- test */

struct engine {
    const char *name;
    example_engine run;
};
static const struct engine ENGINES[] = {{"ref", example_on_ref}, {"vm", example_on_vm}, {"sql", oracle_run}};
enum { ENGINES_N = sizeof ENGINES / sizeof ENGINES[0], ENGINES_USUAL = 2 };

struct tally {
    size_t examples, expectations, failed[ENGINES_N];
};

static bool wanted(const struct decl *d, struct str name)
{
    return d->kind == D_EXAMPLE && (!name.n || str_find(d->name.text, name, 0) != SIZE_MAX);
}

static enum rc run_one(struct session *s, const struct decl *d, size_t engines, struct tally *t, struct err *e)
{
    t->examples++;
    t->expectations += d->u.example.n_expects;
    for (size_t k = 0; k < engines; k++) {
        struct err own = {.lang = e->lang};
        size_t before = s->diags.n, failed = 0;
        enum rc rc = example_run(s->policy, d, ENGINES[k].run, &s->diags, &failed, &own);
        if (rc == RC_NOMEM || rc == RC_ENV) return *e = own, rc;
        if (rc && !failed) failed = 1;
        t->failed[k] += failed;
        if (rc && own.msg[0])
            diag_add(&s->diags, DIAG_ERROR, d->at, "example \"%.*s\": %s", "示例“%.*s”：%s", STR_ARG(d->name.text),
                     own.msg);
        if (failed && s->diags.n == before && !s->diags.dropped)
            diag_add(&s->diags, DIAG_ERROR, d->at, "example \"%.*s\" fails on %s.", "示例“%.*s”在 %s 上不成立。",
                     STR_ARG(d->name.text), ENGINES[k].name);
        if (k + 1 < engines && failed) return RC_OK; /* one engine's report is enough to read */
    }
    return RC_OK;
}

static enum rc say_tests(struct session *s, size_t engines, const struct tally *v, struct err *e)
{
    struct table t;
    struct tally sum = {0};
    size_t failures = 0;
    table_init(&t, &s->arena,
               engines == ENGINES_USUAL
                   ? lang_pick(s->app->lang, "book|>examples|>expectations|>failed: ref|>failed: vm",
                               "政策册|>示例|>断言|>参考实现失败|>列式引擎失败")
                   : lang_pick(s->app->lang, "book|>examples|>expectations|>failed: ref|>failed: vm|>failed: sql",
                               "政策册|>示例|>断言|>参考实现失败|>列式引擎失败|>SQL 失败"));
    for (size_t b = 0; b <= s->books.n; b++) {
        const struct tally *x = b < s->books.n ? &v[b] : &sum;
        if (b < s->books.n && !x->examples) continue;
        if (b < s->books.n) table_cell(&t, s->books.v[b].name);
        else table_z(&t, lang_pick(s->app->lang, "all", "合计"));
        table_number(&t, (int64_t)x->examples);
        table_number(&t, (int64_t)x->expectations);
        for (size_t k = 0; k < engines; k++) table_number(&t, (int64_t)x->failed[k]);
        if (b == s->books.n) break;
        sum.examples += x->examples, sum.expectations += x->expectations;
        for (size_t k = 0; k < engines; k++) sum.failed[k] += x->failed[k], failures += x->failed[k];
    }
    session_say_diags(s);
    TRY(table_print(&t, &s->app->out, e));
    if (!failures) return RC_OK;
    return err_set(e, RC_INPUT, pos_none(), "%zu expectations do not hold.", "有 %zu 条断言不成立。", failures);
}

static enum rc json_tests(struct session *s, size_t engines, const struct tally *v, struct err *e)
{
    struct json j;
    size_t failures = 0;
    json_init(&j);
    json_open(&j, NULL, '{');
    json_open(&j, "books", '[');
    for (size_t b = 0; b < s->books.n; b++) {
        json_open(&j, NULL, '{');
        json_text(&j, "book", s->books.v[b].name);
        json_number(&j, "examples", (int64_t)v[b].examples);
        json_number(&j, "expectations", (int64_t)v[b].expectations);
        for (size_t k = 0; k < engines; k++)
            json_number(&j, ENGINES[k].name, (int64_t)v[b].failed[k]), failures += v[b].failed[k];
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_open(&j, "failures", '[');
    for (size_t i = 0; i < s->diags.n; i++) {
        json_open(&j, NULL, '{');
        json_text(&j, "file", str_from(s->diags.v[i].at.file));
        json_number(&j, "line", s->diags.v[i].at.line);
        json_text(&j, "text", s->diags.v[i].msg);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    TRY(json_print(&j, &s->app->out, e));
    return failures ? RC_INPUT : RC_OK;
}

static enum rc engines_of(const struct args *a, size_t *n, struct err *e)
{
    struct str s = a->opt[OPTION_ENGINES].text;
    *n = str_eq(s, STR("all")) ? ENGINES_N : ENGINES_USUAL;
    if (!a->opt[OPTION_ENGINES].given || *n == ENGINES_N || str_eq(s, STR("usual"))) return RC_OK;
    return err_set(e, RC_USAGE, pos_none(), "--engines: \"%.*s\" is not all or usual.",
                   "--engines：“%.*s”不是 all 或 usual。", STR_ARG(s));
}

static enum rc none_ran(struct str name, struct err *e)
{
    if (!name.n)
        return err_set(e, RC_INPUT, pos_none(),
                       "these books have no example. Write some: example \"…\" { … expect … }.",
                       "政策册中没有示例。请编写：example \"…\" { … expect … }。");
    return err_set(e, RC_INPUT, pos_none(), "no example has \"%.*s\" in its title.", "没有标题含“%.*s”的示例。",
                   STR_ARG(name));
}

/* The last argument is part of an example's title when it is not a folder. */
static enum rc test_books(struct session *s, struct app *app, const struct args *a, struct err *e)
{
    struct check_counts n;
    size_t dirs_n = a->n, engines;
    struct str name = {0};
    const char **dirs = ARENA_ARRAY(&s->arena, const char *, a->n);
    if (!dirs) return err_nomem(e);
    TRY(engines_of(a, &engines, e));
    if (a->n > 1 && !io_is_dir(args_z(a, a->n - 1))) name = a->arg[--dirs_n];
    for (size_t i = 0; i < dirs_n; i++) dirs[i] = a->arg[i].p;
    TRY(session_books(s, app, dirs, dirs_n, e));
    if (s->policy) TRY(books_compile_all(s, NULL, NULL, &n, e));
    if (s->diags.errors) {
        session_say_diags(s);
        return err_set(e, RC_INPUT, pos_none(), "the policy books have errors (%zu).", "政策册有错误（%zu 处）。",
                       diags_told(&s->diags));
    }
    struct tally *v = ARENA_ARRAY(&s->arena, struct tally, s->books.n + 1);
    if (!v) return err_nomem(e);
    size_t ran = 0;
    for (size_t i = 0; i < s->books.n_decls; i++) {
        const struct decl *d = s->books.decls[i];
        if (!wanted(d, name)) continue;
        ran++;
        TRY(run_one(s, d, engines, &v[d->book], e));
    }
    if (!ran) return none_ran(name, e);
    return a->opt[OPTION_JSON].given ? json_tests(s, engines, v, e) : say_tests(s, engines, v, e);
}

enum rc cmd_policy_test(struct app *app, const struct args *a, struct err *e)
{
    struct session s;
    begin(&s, app);
    enum rc rc = test_books(&s, app, a, e);
    session_close(&s);
    return rc;
}
